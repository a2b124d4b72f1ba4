"""Finds formulas that are alike, without reading each of them.

A formula's text with a hole for every reference is its skeleton. Only one text of a skeleton is parsed; of the others
the references alone are looked at, as arrays. Copies of a formula have the same skeleton, and references that lie
equally far from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.errors import ContentError, LimitError
from xlnn.formula.reading import parse
from xlnn.formula.tree import AREA, SHEET, Name, Operand, Reference, Tree, reference, replaced, text, walk
from xlnn.layout.cells import COLUMNS, ROWS, Cell

HOLE = re.compile(rf"(?<![\w.$'!\]\"\\?])(?:{SHEET})?(?:{AREA})(?![\w.(!'\[:\\?])")
GAP, END = "\x02", "\x01"  # a reference's place, and the end of a text: characters that no workbook holds
NODES = 10_000  # of a formula with all its defined names in their places


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A formula without addresses. `tree` has an Operand for every reference; `references` say where they lie, text by text.

    The columns of `references` are: sheet (−1 the formula's own, −2 one that does not exist), first row, first column,
    last row, last column, and which of these four are fixed by $.
    """

    tree: Tree | None
    references: np.ndarray  # (texts, operands, 9) int64
    cells: np.ndarray  # (texts, 2): the row and column in which each text is written, for which the addresses hold
    problem: ContentError | None = None

    @property
    def relative(self) -> np.ndarray:
        """(texts, numbers): the references as seen from the formula's cell; copies of a formula have the same."""
        return self._seen(slice(None)).reshape(len(self.references), -1)

    def seen(self, at: int) -> list[tuple[int, ...]]:
        """The references of one text as seen from its cell."""
        return list(map(tuple, self._seen(slice(at, at + 1))[0].tolist()))

    def _seen(self, which: slice) -> np.ndarray:
        references = self.references[which]
        moved = self.cells[which][:, None, [0, 1, 0, 1]] * (1 - references[:, :, 5:])
        return np.concatenate([references[:, :, :1], references[:, :, 1:5] - moved, references[:, :, 5:]], axis=2)


@dataclass(frozen=True)
class Names:
    """Sheets by their names in small letters, and the texts of defined names."""

    sheets: Mapping[str, int]
    defined: Mapping[tuple[int | None, str], str]

    def sheet(self, name: str | None) -> int:
        return -1 if name is None else self.sheets.get(name.casefold(), -2)


def skeletons(texts: Sequence[str], cells: Sequence[Cell], sheets: Sequence[int], names: Names, most: int):
    """The skeletons of formulas, and of each text its skeleton and its place there.

    Raises LimitError where there are more than `most`.
    """
    joined = END.join(texts)
    outlines = HOLE.sub(GAP, joined).split(END) if texts else []
    holes, at = HOLE.findall(joined), 0
    by_outline: dict[tuple, list[int]] = {}
    spans = []
    for position, outline in enumerate(outlines):
        count = outline.count(GAP)
        spans.append((at, at + count))
        at += count
        by_outline.setdefault((outline, _scope(outline, sheets[position], names)), []).append(position)
    if len(by_outline) > most:
        raise _too_many(most)
    found: list[Skeleton] = []
    which, place = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int64)

    def add(skeleton: Skeleton, members: Sequence[int]) -> None:
        which[members], place[members] = len(found), np.arange(len(members))
        found.append(skeleton)

    seen: dict[str, tuple] = {}
    for members in by_outline.values():
        if len(found) > most:
            raise _too_many(most)
        first = members[0]
        try:
            tree = parse(texts[first], cells[first])
        except ContentError as problem:
            add(_unread(problem, len(members)), members)
            continue
        given = [text(node, cells[first]) for node in walk(tree) if isinstance(node, Reference)]
        if [word.upper() for word in given] == [word.upper() for word in holes[slice(*spans[first])]]:
            table = [_located(holes[slice(*spans[member])], names, seen) for member in members]
            add(_skeleton(tree, table, [cells[m] for m in members], sheets[first], names), members)
            continue
        if len(found) + len(members) > most:
            raise _too_many(most)
        for member in members:  # a reference in a text, or spelled in an unusual way: each by itself
            try:
                tree = parse(texts[member], cells[member])
            except ContentError as problem:
                add(_unread(problem, 1), [member])
                continue
            given = [text(node, cells[member]) for node in walk(tree) if isinstance(node, Reference)]
            add(_skeleton(tree, [_located(given, names, seen)], [cells[member]], sheets[member], names), [member])
    return found, which, place


def _too_many(most: int) -> LimitError:
    return LimitError("the workbook has more than {limit} formulas that differ in more than their references.", limit=f"{most:,}")


def _scope(outline: str, sheet: int, names: Names) -> int:
    """The sheet, where the formula may use a name that belongs to it."""
    return sheet if any(owner is not None for owner, _ in names.defined) else -1


def _unread(problem: ContentError, count: int) -> Skeleton:
    return Skeleton(None, np.empty((count, 0, 9), np.int64), np.zeros((count, 2), np.int64), problem)


def _located(words: Sequence[str], names: Names, seen: dict[str, tuple]) -> list[tuple]:
    """References as rows of numbers; a word that was seen before is not read again."""
    return [seen.get(word) or seen.setdefault(word, _location(reference(word, HERE), names)) for word in words]


HERE = Cell(0, 0)  # relative to it an address is itself


def _location(found: Reference | None, names: Names) -> tuple:
    if found is None:
        return (-2, 1, 1, 1, 1, 1, 1, 1, 1)
    first, last = found.first, found.last or found.first
    rows = (1, ROWS, 1, 1) if first.row is None else (first.row, last.row, first.row_fixed, last.row_fixed)
    columns = (1, COLUMNS, 1, 1) if first.column is None else (first.column, last.column, first.column_fixed, last.column_fixed)
    return (
        names.sheet(found.sheet), rows[0], columns[0], rows[1], columns[1],
        int(rows[2]), int(columns[2]), int(rows[3]), int(columns[3]),
    )  # fmt: skip


def _skeleton(tree: Tree, table: list, cells: list[Cell], sheet: int, names: Names) -> Skeleton:
    """The tree with numbered operands; those of defined names follow the formula's own."""
    own = len(table[0])
    further: list[tuple] = []
    number, nodes = iter(range(own)), 0

    def change(leaf: Tree, open_names: tuple[str, ...], operand: Callable) -> Tree:
        nonlocal nodes
        nodes += 1
        if nodes > NODES:
            raise ContentError("the formula with its defined names in place has more than {limit} parts.", limit=f"{NODES:,}")
        if isinstance(leaf, Reference):
            return operand(leaf)
        if not isinstance(leaf, Name):
            return leaf
        key = leaf.name.casefold()
        written = names.defined.get((sheet, key), names.defined.get((None, key)))
        if written is None or key in open_names or len(open_names) > 20:
            raise ContentError("the name {found} is not defined.", found=repr(leaf.name[:40]))
        return replaced(parse(written, HERE), lambda inner: change(inner, (*open_names, key), outside))

    def outside(leaf: Reference) -> Operand:
        further.append(_location(leaf, names)[:5] + (1, 1, 1, 1))
        return Operand(own + len(further) - 1)

    try:
        outline = replaced(tree, lambda leaf: change(leaf, (), lambda _: Operand(next(number))))
    except ContentError as problem:
        return _unread(problem, len(table))
    references = np.array(table, np.int64).reshape(len(table), own, 9)
    if further:
        added = np.broadcast_to(np.array(further, np.int64), (len(table), len(further), 9))
        references = np.concatenate([references, added], axis=1)
    return Skeleton(outline, references, np.array(cells, np.int64).reshape(-1, 2))
