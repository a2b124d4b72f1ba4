"""A sheet of a person's own as a template: every cell as he made it, holes where the quantities' numbers stand.

A reference to a sheet that every iteration has for itself waits for the iteration as a sign: which sheet, and how many
iterations before; `filled` puts the name there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape, unescape
from itertools import count

import numpy as np

from xlnn.errors import ContentError
from xlnn.formula import parse, text
from xlnn.formula.tree import Call, Corner, Name, Reference, Tree, replaced, walk
from xlnn.layout.cells import Cell, Range
from xlnn.layout.places import Move
from xlnn.xlsx.copying import prefix, with_sheets
from xlnn.xlsx.rows import exact_texts
from xlnn.xlsx.sheet_cells import RawCell, RawSheet

Read = tuple[str | None, Range]  # what a formula reads: the sheet, None for its own, and where on it
SheetName = Callable[[int, int, bool], str]  # of a sheet, so many iterations further or, pinned, of that iteration


HOLE = "\ue014"  # where a number comes


SIGN = re.compile("\ue010([0-9]+),(-?[0-9]+)(b?)(p?)\ue011|\ue012([0-9]+)\ue013")


VOLATILE = re.compile(r"\b(RAND|RANDBETWEEN|RANDARRAY)\(", re.IGNORECASE)


ELSEWHERE = {"INDIRECT", "OFFSET", "NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY"}  # read what no reference names


READ = 1000  # cells that a formula may read so that all of them are looked at


MARKS = {"○": ("×", "○"), "〇": ("×", "〇"), "◯": ("×", "◯")}


@dataclass(frozen=True)
class Hole:
    """A number's position in the sheet's vector, and the formula (as XML) that gives it; `mark`: right or wrong, as a text."""

    position: int
    formula: str | None = None
    mark: bool = False


@dataclass(frozen=True)
class Filling:
    """A sheet with holes in the order of its cells; `stale`: formulas without results are on it."""

    text: str
    order: np.ndarray
    marks: tuple[int, ...] = ()
    stale: bool = False

    def filled(self, numbers: np.ndarray, name: SheetName) -> str:
        """The sheet with these numbers; `name(sheet, by)`: what the sheet is called so many iterations further."""
        texts = exact_texts(numbers[self.order].tolist())
        for hole in self.marks:
            texts[hole] = "○" if texts[hole] == "1" else "×"
        return with_names(self.text % tuple(texts), name)


def with_names(xml: str, name: SheetName) -> str:
    """A sheet's XML with the sheets' names in place of the signs."""

    def written(found: re.Match) -> str:
        if found[5] is not None:
            return escape(name(int(found[5]), 0, False), quote=False)
        return escape(prefix(name(int(found[1]), int(found[2]), bool(found[4])), bool(found[3])), quote=False)

    return SIGN.sub(written, xml)


def sign(sheet: int, by: int, bare: bool = False, pinned: bool = False) -> str:
    """A sheet with its ! in a formula; `bare`: without quotation marks, where that can be; `pinned`: `by` is the iteration."""
    return f"\ue010{sheet},{by}{'b' * bare}{'p' * pinned}\ue011"


def shifts(formula: str) -> set[int]:
    """How many iterations further the sheets are that a formula reads, besides those that are pinned."""
    return {int(found[2]) for found in SIGN.finditer(formula) if found[2] is not None and not found[4]}


def pins(formula: str) -> set[int]:
    """The iterations whose sheets a formula reads, whichever iteration it stands in."""
    return {int(found[2]) for found in SIGN.finditer(formula) if found[4]}


def signed(formula: str, known: Mapping[str, tuple[int, int]], at: int, pinned: Collection[int] = ()) -> str:
    """A formula, as XML, of iteration `at`, with signs; `known`: sheets by name, which they are and of which iteration; `pinned`:
    which of the references with a sheet, counted from 0, are the same wherever the formula stands."""
    if "!" not in formula:
        return formula
    place = count()

    def changed(name: str, bare: bool) -> str | None:
        stays = next(place) in pinned
        if name not in known:
            return None
        which, number = known[name]
        return sign(which, number, bare, True) if stays else sign(which, number - at, bare)

    return with_sheets(formula, changed)


def unshared(raw: RawSheet) -> RawSheet:
    """The sheet with every copy of a shared formula written out; one that cannot be read keeps its result only."""
    masters: dict[str, tuple[Cell, str]] = {}
    for cell in sorted(raw.cells):
        found = raw.cells[cell]
        if found.formula_more.get("t") == "shared" and found.formula:
            masters[found.formula_more.get("si", "")] = cell, unescape(found.formula)
    if not masters:
        return raw
    cells = {cell: _unshared(cell, found, masters) for cell, found in raw.cells.items()}
    return replace(raw, cells=cells)


def _unshared(cell: Cell, found: RawCell, masters: Mapping[str, tuple[Cell, str]]) -> RawCell:
    if found.formula_more.get("t") != "shared":
        return found
    formula = found.formula
    if not formula:
        first, written = masters.get(found.formula_more.get("si", ""), (cell, ""))
        formula = moved_formula(written, first, cell)
    return replace(found, formula=formula or None, formula_more={})


def moved_formula(written: str, first: Cell, cell: Cell, moves: Callable[[Read], Move | None] = lambda _: None) -> str | None:
    """A formula of the cell `first` as its copy stands in `cell`, as XML; None where it cannot be read. `moves` says of what it
    reads how far the copy's lies from there, with a $ or without; None: as in every spreadsheet program."""
    rows, columns = cell.row - first.row, cell.column - first.column

    def corner(part: Corner, move: Move) -> Corner:
        row, column = move[0] - (0 if part.row_fixed else rows), move[1] - (0 if part.column_fixed else columns)
        return replace(
            part, row=None if part.row is None else part.row + row, column=None if part.column is None else part.column + column
        )

    def change(leaf):
        move = moves(_read(leaf, first)) if isinstance(leaf, Reference) else None
        if move is None:
            return leaf
        return replace(leaf, first=corner(leaf.first, move), last=leaf.last and corner(leaf.last, move))

    try:
        return escape(text(replaced(_parsed(written, first), change), cell), quote=False)
    except ContentError:
        return None


@lru_cache(maxsize=1 << 14)  # every further iteration is made of the same formulas
def _parsed(written: str, cell: Cell) -> Tree:
    return parse(written, cell)


def _read(part: Reference, cell: Cell) -> Read:
    top, left, bottom, right = part.corners(cell)
    return part.sheet, Range(Cell(top, left), Cell(bottom, right))


@lru_cache(maxsize=1 << 14)
def references(written: str, cell: Cell) -> list[Read] | None:
    """The cells that a formula, as XML, reads: sheet (None for its own) and range; None where that cannot be said."""
    try:
        parts = list(walk(_parsed(unescape(written), cell)))
    except ContentError:
        return None
    if any(isinstance(part, Name) or (isinstance(part, Call) and part.function in ELSEWHERE) for part in parts):
        return None
    ranges = [_read(part, cell) for part in parts if isinstance(part, Reference)]
    return ranges if sum(range_.height * range_.width for _, range_ in ranges) <= READ else None


# ---- cells ---------------------------------------------------------------------------------------------


def filling(
    raw: RawSheet,
    holes: Mapping[Cell, Hole],
    sheets: Callable[[str, Cell], str],
    there: Callable[[str], bool],
    titles: Callable[[RawCell], str | None],
    true: Callable[[Cell], bool],
) -> Filling:
    """A sheet of an iteration with holes; `sheets`: a cell's formula with signs for the sheets of iterations; `there`: whether
    all that it reads is in the result; `true`: whether the result of another formula is still so."""
    cells: dict[Cell, RawCell] = {}
    order: list[int] = []
    marks: list[int] = []
    stale = False
    for cell in sorted({*raw.cells, *holes}):
        found = raw.cells.get(cell, RawCell())
        hole = holes.get(cell)
        if hole is not None:
            cells[cell] = _hole(found, hole, there)
            if hole.mark and found.is_text:
                marks.append(len(order))
            order.append(hole.position)
            continue
        if found.formula is None:
            title = titles(found) if found.is_text else None
            cells[cell] = found if title is None else RawCell(found.more, "inlineStr", inline=title)
            continue
        cells[cell] = _other(found, sheets(found.formula, cell), there, found.value is not None and true(cell))
        stale |= cells[cell].formula is not None and cells[cell].value is None
    made = raw.with_cells(cells).xml().replace("%", "%%").replace(HOLE, "%s")
    return Filling(made, np.array(order, dtype=int), tuple(marks), stale)


def _hole(found: RawCell, hole: Hole, there: Callable[[str], bool]) -> RawCell:
    formula = hole.formula
    if formula is not None and not there(formula):
        formula = None
    kind = "str" if hole.mark and found.is_text else "b" if hole.mark and found.kind == "b" else ""
    return found.number(HOLE, formula, kind)


def _other(found: RawCell, formula: str, there: Callable[[str], bool], true: bool) -> RawCell:
    """A cell that is no quantity's: its formula goes on, without the result that it had."""
    if not there(formula):
        return replace(found, formula=None, formula_more={})
    return replace(found, formula=formula) if true else replace(found.without_result, formula=formula)


def title_of(texts: Sequence[str], names: Mapping[str, int], prefix_: str) -> Callable[[RawCell], str | None]:
    """What a text that names one of these sheets becomes: the same with a sign for the name, as XML."""
    if not names:
        return lambda _: None
    pattern = re.compile("|".join(rf"(?<![0-9]){re.escape(name)}(?![0-9])" for name in sorted(names, key=len, reverse=True)))

    def title(found: RawCell) -> str | None:
        shared = found.kind == "s" and (found.value or "").isdecimal() and int(found.value) < len(texts)
        said = texts[int(found.value)] if shared else _inline(found.inline)
        if not pattern.search(said):
            return None
        written = pattern.sub(lambda match: f"\ue012{names[match[0]]}\ue013", said)
        return f'<{prefix_}is><{prefix_}t xml:space="preserve">{escape(written, quote=False)}</{prefix_}t></{prefix_}is>'

    return title


def _inline(xml: str) -> str:
    return unescape("".join(re.findall(r"<(?:\w+:)?t\b[^>]*>(.*?)</", xml, re.DOTALL)))
