"""Small changes of a formula that may make it right: another reference, a sign, a factor, a term, a range, $."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeGuard

import numpy as np

from xlnn.formula.block import Block, calculated, shown_in
from xlnn.formula.graph import SPAN, Graph, positions
from xlnn.formula.tree import Brackets, Call, Corner, Number, Operand, Operation, Reference, Sign, Tree, replaced, text, walk
from xlnn.formula.values import NUMBER, Values
from xlnn.layout.cells import COLUMNS, Cell

AT_ONCE = 400_000  # cells that are read at once in one attempt
FAR = [(r, c) for r in range(-60, 61) for c in range(-8, 9)] + [
    (r, c) for r in range(-3, 4) for c in range(-45, 46) if abs(c) > 8
]  # rows and columns by which a reference may be off
NEAR = [(r, c) for r in range(-4, 5) for c in range(-4, 5)]  # by which several may be off together
AROUND = [(r, c) for r in range(-40, 41) for c in range(-4, 5)] + [(0, c) for c in range(-45, 46) if abs(c) > 4]
SWAPPED = {"SUM": ("AVERAGE",), "AVERAGE": ("SUM", "MAX"), "MAX": ("MIN", "AVERAGE"), "MIN": ("MAX",)}
STEPS = (1, -1, 2, -2, 3, -3, 4, -4, 6, -6, 8, -8, 12, -12)  # by which the edge of a range may be off


@dataclass(frozen=True, eq=False)
class Copies:
    """Copies of a formula: a part of a block, each copy with all that it reads of its own."""

    graph: Graph
    block: Block
    sheets: np.ndarray  # (copies, operands) the sheet of each operand
    own: int  # operands that are written in the formula itself; those behind are of defined names

    @property
    def targets(self) -> np.ndarray:
        return self.block.targets[:, 0, 0]

    def part(self, rows: np.ndarray) -> Copies:
        """Some of the copies."""
        return replace(self, block=self.block.part(rows), sheets=self.sheets[rows])


def copies_of(graph: Graph, block: Block, rows: np.ndarray) -> Copies:
    """Some copies of a block, all of which fill one cell each."""
    part = block.part(rows).unshared()
    texts = graph.text_of[part.formulas]
    skeleton = graph.written.skeletons[graph.written.skeleton_of[texts[0]]]
    given = skeleton.references[graph.written.place[texts], :, 0]
    home = graph.codes[part.targets[:, 0, 0]] // SPAN
    written = sum(isinstance(node, Reference) for node in walk(graph.tree(int(part.targets[0, 0, 0]))))
    return Copies(graph, part, np.where(given < 0, home[:, None], given), written)


@dataclass(frozen=True, eq=False)
class Edit:
    """A change of the copies of a formula: a tree, and where its operands lie."""

    kind: str
    cost: float  # the smaller, the likelier
    tree: Tree
    corners: tuple[np.ndarray, ...]  # (copies, 4) of each operand
    sheets: tuple[np.ndarray, ...]  # (copies,) of each operand
    fixed: tuple[tuple[bool, bool] | None, ...]  # whether row and column have $; None: as they are
    sibling: int = -1  # the cell whose formula this is, moved here


@dataclass(frozen=True, eq=False)
class Family:
    """Edits of one kind that are tried together: operands with one more axis, (edits or 1, copies, 4)."""

    kind: str
    tree: Tree
    corners: tuple[np.ndarray, ...]
    sheets: tuple[np.ndarray, ...]
    costs: np.ndarray  # (edits,)
    fixed: tuple[tuple[bool, bool] | None, ...]
    sibling: int = -1

    def __len__(self) -> int:
        return len(self.costs)

    def part(self, rows: np.ndarray) -> Family:
        cut = tuple(c[rows] if len(c) > 1 else c for c in self.corners)
        return replace(self, corners=cut, costs=self.costs[rows])

    def of(self, copies: np.ndarray) -> Family:
        """The edits of some of the copies."""
        return replace(self, corners=tuple(c[:, copies] for c in self.corners), sheets=tuple(s[copies] for s in self.sheets))

    def edit(self, at: int) -> Edit:
        corners = tuple(c[at if len(c) > 1 else 0] for c in self.corners)
        return Edit(self.kind, float(self.costs[at]), self.tree, corners, self.sheets, self.fixed, self.sibling)


def plain(copies: Copies) -> Family:
    """The formula as it is."""
    block = copies.block
    count = len(block.sizes)
    return Family(
        "", block.tree, tuple(block.corners[None, :, n] for n in range(count)),
        tuple(copies.sheets[:, n] for n in range(count)), np.zeros(1), (None,) * count,
    )  # fmt: skip


def reads(copies: Copies, family: Family) -> int:
    """How many cells all copies read in all edits together."""
    read = sum((c[0, 0, 2] - c[0, 0, 0] + 1) * (c[0, 0, 3] - c[0, 0, 1] + 1) for c in family.corners) or 1
    return int(read) * len(family) * len(copies.targets)


def results(copies: Copies, family: Family, values: Values) -> np.ndarray:
    """What the copies hold after each edit, (edits, copies); nan for what is no number."""
    read = sum((c[0, 0, 2] - c[0, 0, 0] + 1) * (c[0, 0, 3] - c[0, 0, 1] + 1) for c in family.corners) or 1
    size = max(1, int(AT_ONCE // (read * len(copies.targets))))
    parts = [_results(copies, family.part(np.arange(at, min(at + size, len(family)))), values)
             for at in range(0, len(family), size)]  # fmt: skip
    return np.concatenate(parts)


def _results(copies: Copies, family: Family, values: Values) -> np.ndarray:
    trial = edited(copies, family)
    found = shown_in(calculated(trial, values).result.value, (len(trial.formulas), 1, 1))
    return np.where(found.all_kinds() == NUMBER, found.numbers, np.nan).reshape(len(family), -1)


def edited(copies: Copies, family: Family) -> Block:
    """The copies after each edit, edit after edit."""
    block, edits, count = copies.block, len(family), len(copies.targets)
    read, sizes, corners = [], [], []
    for corner, sheet in zip(family.corners, family.sheets, strict=True):
        cells, size = cells_of(copies.graph, corner, sheet)
        read.append(np.broadcast_to(cells, (edits, *cells.shape[1:])).reshape(edits * count, -1))
        corners.append(np.broadcast_to(corner, (edits, count, 4)).reshape(edits * count, 4))
        sizes.append(size)
    tile = np.tile(np.arange(count), edits)
    return replace(
        block.part(tile), tree=family.tree, sizes=tuple(sizes), is_common=(False,) * len(sizes),
        own=np.concatenate(read, axis=1) if read else np.empty((len(tile), 0), np.int64),
        corners=np.stack(corners, axis=1) if corners else np.empty((len(tile), 0, 4), np.int64),
    )  # fmt: skip


def cells_of(graph: Graph, corners: np.ndarray, sheets: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """The cells of an operand, (edits, copies, cells), and its rows and columns."""
    top, left, bottom, right = np.moveaxis(corners, -1, 0)
    height, width = int(bottom.flat[0] - top.flat[0] + 1), int(right.flat[0] - left.flat[0] + 1)
    rows = top[..., None, None] + np.arange(height)[:, None]
    columns = left[..., None, None] + np.arange(width)
    codes = sheets[:, None, None] * SPAN + rows * COLUMNS + columns - 1
    cells = positions(graph.codes, codes, len(graph.codes))
    return cells.reshape(*corners.shape[:-1], height * width), (height, width)


# ---- the edits ------------------------------------------------------------------------------------------


def simple(copies: Copies) -> Iterator[Family]:
    """Edits of the formula's form, of $, and of the edges of ranges."""
    base = plain(copies)
    for kind, cost, tree in _forms(copies.block.tree):
        yield replace(base, kind=kind, tree=tree, costs=np.array([float(cost)]))
    yield from fixings(copies)
    yield from _further_terms(base, copies)
    yield from _edges(copies, base)


def _forms(tree: Tree) -> Iterator[tuple[str, float, Tree]]:
    """Trees that differ in one sign, factor, term, or function."""
    match tree:
        case Operation(operators, operands):
            for number, operator in enumerate(operators):
                for other in {"+": "-", "-": "+", "*": "/", "/": "*"}.get(operator, ""):
                    yield (
                        "sign" if operator in "+-" else "operator",
                        1,
                        replace(tree, operators=(*operators[:number], other, *operators[number + 1 :])),
                    )
            if operators[0] in "+-*/":
                for number in range(len(operands)):
                    if number or operators[0] in "+*":
                        rest = operands[:number] + operands[number + 1 :]
                        signs = operators[: max(0, number - 1)] + operators[max(1, number) :] if number else operators[1:]
                        if number == 0 and operators[0] not in "+*":
                            continue
                        kind = "term dropped" if operators[0] in "+-" else "factor dropped"
                        yield kind, 1.5, rest[0] if len(rest) == 1 else Operation(signs, rest)
            for number, operand in enumerate(operands):
                for kind, cost, part in _forms(operand):
                    yield kind, cost, replace(tree, operands=(*operands[:number], part, *operands[number + 1 :]))
        case Sign(_, operand):
            yield "sign", 1, operand
            yield from ((k, c, replace(tree, operand=part)) for k, c, part in _forms(operand))
        case Brackets(inner):
            for kind, cost, part in _forms(inner):
                yield kind, cost, Brackets(part)
        case Call(name, arguments):
            for other in SWAPPED.get(name.upper(), ()):
                yield "function", 1.5, replace(tree, name=other)
            for number, argument in enumerate(arguments):
                for kind, cost, part in _forms(argument):
                    yield kind, cost, replace(tree, arguments=(*arguments[:number], part, *arguments[number + 1 :]))


def whole(copies: Copies) -> Iterator[Family]:
    """The whole formula turned round, doubled, halved."""
    base = plain(copies)
    tree = base.tree
    inner = tree if isinstance(tree, Operand | Call | Brackets | Number) or _is_product(tree) else Brackets(tree)
    yield replace(
        base, kind="sign", tree=Sign("-", Brackets(tree) if isinstance(tree, Operation) else tree), costs=np.array([1.2])
    )
    for factor in ("2", "0.5"):
        times = Operation(("*",), (Number(factor), inner)) if not _is_product(tree) else _times(Number(factor), tree)
        yield replace(base, kind="factor", tree=times, costs=np.array([1.6]))


def _is_product(tree: Tree) -> TypeGuard[Operation]:
    return isinstance(tree, Operation) and set(tree.operators) <= {"*", "/"}


def _times(factor: Tree, product: Operation) -> Operation:
    return Operation(("*", *product.operators), (factor, *product.operands))


def fixings(copies: Copies) -> Iterator[Family]:
    """References that stay where those of the first copy are, or move with the copies, in rows, columns or both; one or two."""
    base = plain(copies)
    away = copies.block.places - copies.block.places[0]
    if not away.any():
        return
    singles = [(number,) for number in range(copies.own)]
    for chosen in [*singles, *combinations(range(min(copies.own, 8)), 2)]:
        for rows, columns in ((0, 0), (0, 1), (1, 0), (1, 1)):
            steps = np.concatenate([away * (rows, columns)] * 2, axis=1)
            new = {n: base.corners[n][0, 0] + steps for n in chosen}
            if all((c >= 1).all() for c in new.values()) and all((new[n] != base.corners[n][0]).any() for n in chosen):
                corners = tuple(new[n][None] if n in chosen else c for n, c in enumerate(base.corners))
                flags = tuple((not rows, not columns) if n in chosen else f for n, f in enumerate(base.fixed))
                kind = "moving" if rows and columns else "fixed"
                yield replace(base, kind=kind, corners=corners, fixed=flags, costs=np.array([0.9 + 0.1 * len(chosen)]))


def _further_terms(base: Family, copies: Copies) -> Iterator[Family]:
    """A product of two cells with one more like it, whose cells lie one or two further on: a term that was forgotten."""
    steps = [(1, 0), (0, 1), (-1, 0), (0, -1), (2, 0), (0, 2), (-2, 0), (0, -2)]
    both = np.array([(*first, *second) for first in steps for second in steps])
    count = len(base.corners)
    for x, y, tree in _with_a_term(base.tree, count):
        if max(x, y) >= copies.own:
            continue
        new = [
            base.corners[n] + np.concatenate([move, move], axis=1)[:, None, :] for n, move in ((x, both[:, :2]), (y, both[:, 2:]))
        ]
        usable = np.logical_and.reduce([(c >= 1).all(axis=(1, 2)) for c in new])
        if usable.any():
            corners = (*base.corners, *(c[usable] for c in new))
            sheets = (*base.sheets, base.sheets[x], base.sheets[y])
            flags = _dollars(copies)
            fixed = (*base.fixed, *((bool(flags[n]), bool(flags[n])) for n in (x, y)))
            yield Family("term", tree, corners, sheets, np.full(usable.sum(), 1.8), fixed)


def _with_a_term(tree: Tree, count: int) -> Iterator[tuple[int, int, Tree]]:
    """(x, y, tree) for every product x·y of two cells, with the product of two further operands added to it."""
    more = Operation(("*",), (Operand(count), Operand(count + 1)))
    match tree:
        case Operation(operators, (Operand(x), Operand(y), *rest)) if operators[0] == "*":
            pair = Operation(("*",), (Operand(x), Operand(y)))
            added = Operation(("+",), (pair, more))
            yield x, y, Operation(operators[1:], (Brackets(added), *rest)) if rest else added
    match tree:
        case Operation(operators, operands):
            for number, operand in enumerate(operands):
                for x, y, part in _with_a_term(operand, count):
                    yield x, y, Operation(operators, (*operands[:number], part, *operands[number + 1 :]))
        case Brackets(inner):
            yield from ((x, y, Brackets(part)) for x, y, part in _with_a_term(inner, count))


def _edges(copies: Copies, base: Family) -> Iterator[Family]:
    """Ranges that begin or end elsewhere; of two ranges of one size both."""
    sizes = copies.block.sizes
    ranges = [n for n in range(copies.own) if sizes[n] != (1, 1)]
    sets = [(n,) for n in ranges] + [
        tuple(m for m in ranges if sizes[m] == sizes[n]) for n in ranges if sum(sizes[m] == sizes[n] for m in ranges) > 1
    ]
    for chosen in dict.fromkeys(sets):
        for edge in range(4):
            for step in STEPS:
                corners = list(base.corners)
                for number in chosen:
                    corners[number] = corners[number] + step * (np.arange(4) == edge)
                if all((c[..., 2:] >= c[..., :2]).all() and (c >= 1).all() for c in corners):
                    yield replace(base, kind="range", corners=tuple(corners), costs=np.array([1 + abs(step) / 20]))
    for number in (n for n in range(copies.own) if sizes[n] == (1, 1)):  # one cell for a range
        for edge in (0, 1, 2, 3):
            for step in (1, 2, 3):
                corners = list(base.corners)
                corners[number] = corners[number] + (step if edge > 1 else -step) * (np.arange(4) == edge)
                if (corners[number] >= 1).all() and isinstance(_holder(base.tree, number), Call):
                    yield replace(base, kind="range", corners=tuple(corners), costs=np.array([1 + step / 20]))


def _holder(tree: Tree, number: int) -> Tree | None:
    """What an operand stands directly in."""
    for part in walk(tree):
        if isinstance(part, Call) and Operand(number) in part.arguments:
            return part
    return None


def shifts(copies: Copies, far: Sequence[tuple[int, int]] = FAR) -> Iterator[Family]:
    """References moved, the same way in all copies; of references to the same cells each by itself and all together."""
    base = plain(copies)
    by = np.array(far)
    for number in range(copies.own):
        same = [n for n in range(copies.own) if (base.corners[n] == base.corners[number]).all() and n >= number]
        height, width = copies.block.sizes[number]
        near = by if height * width <= 64 else by[np.abs(by).max(axis=1) <= 8]
        near = near[(near != 0).any(axis=1)]
        moves = np.concatenate([near, near], axis=1)[:, None, :]
        first, least = base.corners[number][:, :1] + moves, base.corners[number].min(axis=1)
        usable = (least + moves[:, 0] >= 1).all(axis=1)
        usable[usable] = _numbers(copies, first[usable], base.sheets[number][:1])
        if not usable.any():
            continue
        new, near = base.corners[number] + moves[usable], near[usable]
        costs = 1.1 + np.abs(near).sum(axis=1) / 100
        for chosen in dict.fromkeys([(number,), tuple(same)]):
            corners = tuple(new if n in chosen else base.corners[n] for n in range(len(base.corners)))
            yield replace(base, kind="reference", corners=corners, costs=costs + 0.3 * (len(chosen) - 1))


def pairs(copies: Copies) -> Iterator[Family]:
    """Two references, or all with $, or all without, moved together by a little."""
    base = plain(copies)
    by = np.array([step for step in NEAR if step != (0, 0)])
    flags = _dollars(copies)
    sets: list[tuple] = [(n, m) for n in range(copies.own) for m in range(n)][:40]
    sets += [tuple(np.flatnonzero(flags)), tuple(np.flatnonzero(~flags))]
    for chosen in dict.fromkeys(chosen for chosen in sets if len(chosen) > 1):
        yield from _together(base, chosen, by, 1.3)


def unpinned(copies: Copies) -> Iterator[Family]:
    """All references without $ moved together by up to four rows or columns."""
    chosen = tuple(np.flatnonzero(~_dollars(copies)))
    by = np.array([(r * way, c * way) for way in (1, -1, 2, -2, 3, -3, 4, -4) for r, c in ((1, 0), (0, 1))])
    if len(chosen) > 1:
        yield from _together(plain(copies), chosen, by, 1.2)


def _together(base: Family, chosen: tuple, by: np.ndarray, cost: float) -> Iterator[Family]:
    """Some references moved together by each of some steps."""
    moves = np.concatenate([by, by], axis=1)[:, None, :]
    corners = tuple(c + moves if n in chosen else c for n, c in enumerate(base.corners))
    usable = np.logical_and.reduce([(corners[n] >= 1).all(axis=(1, 2)) for n in chosen])
    if usable.any():
        corners = tuple(c[usable] if len(c) > 1 else c for c in corners)
        yield replace(base, kind="reference", corners=corners, costs=(cost + np.abs(by).sum(axis=1) / 100)[usable])


def _dollars(copies: Copies) -> np.ndarray:
    """(own operands,) whether a reference has $ before row or column."""
    references = [node for node in walk(copies.graph.tree(int(copies.targets[0]))) if isinstance(node, Reference)]
    return np.array([r.first.row_fixed or r.first.column_fixed for r in references], bool)


def siblings(copies: Copies) -> Iterator[Family]:
    """The formulas of cells in the same row or column, moved here: of the nearest that are not alike."""
    graph, first = copies.graph, int(copies.targets[0])
    sheet, (row, column) = divmod(int(graph.codes[first]), SPAN)[0], copies.block.places[0].tolist()
    rows, columns = np.divmod(graph.codes[graph.cell_of] % SPAN, COLUMNS)
    on = (graph.codes[graph.cell_of] // SPAN == sheet) & ((rows == row) | (columns + 1 == column))
    kinds = graph.written.tree_of[graph.text_of]
    on &= kinds != kinds[graph.owner[first]]
    near = np.flatnonzero(on)
    near = near[np.argsort(np.abs(rows[near] - row) + np.abs(columns[near] + 1 - column), kind="stable")]
    _, firsts = np.unique(kinds[near], return_index=True)
    for formula in near[np.sort(firsts)[:8]].tolist():
        family = moved(copies, int(graph.cell_of[formula]))
        if family is not None:
            yield family


def moved(copies: Copies, sibling: int) -> Family | None:
    """A cell's formula in the place of each copy."""
    graph = copies.graph
    number, at = graph._rows[graph.owner[sibling]].tolist()
    if number < 0 or graph.blocks[number].targets.shape[1:] != (1, 1):
        return None
    one = copies_of(graph, graph.blocks[number], np.array([at]))
    texts = graph.text_of[one.block.formulas]
    flags = graph.written.skeletons[graph.written.skeleton_of[texts[0]]].references[graph.written.place[texts[0]], :, 5:9]
    home, here = graph.codes[sibling] // SPAN, graph.codes[copies.targets] // SPAN
    away = copies.block.places - one.block.places[0]
    moves = np.concatenate([away, away], axis=1)
    corners = [one.block.corners[0, n] + moves * (1 - flags[n]) for n in range(len(one.block.sizes))]
    if not all((c >= 1).all() for c in corners):
        return None
    sheets = tuple(np.where(one.sheets[0, n] == home, here, one.sheets[0, n]) for n in range(len(corners)))
    return Family(
        "sibling", one.block.tree, tuple(c[None] for c in corners), sheets, np.array([0.9]), (None,) * len(corners), sibling
    )  # fmt: skip


def _numbers(copies: Copies, corners: np.ndarray, sheets: np.ndarray) -> np.ndarray:
    """(edits,) whether the first copy's operand holds numbers, at least for a part."""
    cells, _ = cells_of(copies.graph, corners, sheets)
    kinds = copies.graph.values.all_kinds()[cells]
    return (kinds == NUMBER).mean(axis=(1, 2)) > 0.5


def insertions(copies: Copies) -> Iterator[Family]:
    """One more factor, v, 1 − v or v(1 − v) of a cell, or one more term; the cell lies equally far in all copies, or is one."""
    base = plain(copies)
    far = np.array([step for step in AROUND if step != (0, 0)])
    places = copies.block.places
    home = copies.graph.codes[copies.targets] // SPAN
    others = [base.sheets[n] for n in range(copies.own)]
    for sheet in _different([home, *others]):
        new = np.concatenate([places, places], axis=1)[None] + np.concatenate([far, far], axis=1)[:, None, :]
        usable = (new >= 1).all(axis=(1, 2)) & _numbers(copies, np.maximum(new[:, :1], 1), sheet[:1])
        if usable.any():
            costs = 2 + np.abs(far[usable]).sum(axis=1) / 200
            yield from _inserted(base, new[usable], sheet, costs, None)
    leaves = _single_leaves(copies)
    if len(leaves):
        row, column = np.divmod(copies.graph.codes[leaves] % SPAN, COLUMNS)
        corner = np.stack([row, column + 1, row, column + 1], axis=1)[:, None, :]
        for sheet in np.unique(copies.graph.codes[leaves] // SPAN).tolist():
            on = copies.graph.codes[leaves] // SPAN == sheet
            wide = np.broadcast_to(corner[on], (on.sum(), len(places), 4))
            yield from _inserted(base, wide, np.full(len(places), sheet), np.full(on.sum(), 2.1), (True, True))


def _different(arrays: list[np.ndarray]) -> list[np.ndarray]:
    return [a for n, a in enumerate(arrays) if not any((a == b).all() for b in arrays[:n])]


def _single_leaves(copies: Copies) -> np.ndarray:
    """Given numbers on the sheets that the formula reads, at most 400 of them."""
    graph = copies.graph
    sheets = np.unique(np.concatenate([copies.sheets.ravel(), graph.codes[copies.targets] // SPAN]))
    given = np.flatnonzero(graph.is_leaf[:-1] & (graph.values.all_kinds()[:-1] == NUMBER))
    return given[np.isin(graph.codes[given] // SPAN, sheets)][:400]


def inserted_terms(copies: Copies, cells: np.ndarray) -> Iterator[Family]:
    """One of some cells added, the same in all copies."""
    base = plain(copies)
    for cell in cells.tolist():
        sheet, rest = divmod(int(copies.graph.codes[cell]), SPAN)
        row, column = rest // COLUMNS, rest % COLUMNS + 1
        corner = np.broadcast_to(np.array([row, column, row, column]), (1, len(copies.targets), 4))
        families = _inserted(base, corner, np.full(len(copies.targets), sheet), np.array([2.0]), (True, True))
        yield from (family for family in families if family.kind == "term")


def _inserted(base: Family, corners: np.ndarray, sheet: np.ndarray, costs: np.ndarray, fixed) -> Iterator[Family]:
    v = Operand(len(base.corners))
    one = Number("1")
    tree = base.tree
    product = tree.operands if _is_product(tree) else (Brackets(tree) if isinstance(tree, Operation) else tree,)
    signs = tree.operators if _is_product(tree) else ()
    less = Brackets(Operation(("-",), (one, v)))
    forms = [
        ("factor", 0.2, Operation((*signs, "*"), (*product, v))),
        ("factor", 0.3, Operation((*signs, "*"), (*product, less))),
        ("factor", 0.0, Operation((*signs, "*", "*"), (*product, v, less))),
        (
            "factor",
            0.3,
            Operation((*signs, "*"), (*product, Brackets(Operation(("-",), (one, Operation(("^",), (v, Number("2")))))))),
        ),
        ("factor", 0.3, Operation((*signs, "*"), (*product, Brackets(Operation((">",), (v, Number("0"))))))),
        (
            "term",
            0.2,
            Operation(("+",), (tree, v)) if not _is_sum(tree) else Operation((*tree.operators, "+"), (*tree.operands, v)),
        ),
    ]
    for kind, more, form in forms:
        yield Family(kind, form, (*base.corners, corners), (*base.sheets, sheet), costs + more, (*base.fixed, fixed))


def _is_sum(tree: Tree) -> TypeGuard[Operation]:
    return isinstance(tree, Operation) and set(tree.operators) <= {"+", "-"}


def touched(copies: Copies, edit: Edit) -> np.ndarray:
    """(copies,) whether an edit changes a copy: not where a reference stays what it was."""
    before = plain(copies)
    if edit.tree != before.tree:
        return np.ones(len(copies.targets), bool)
    pairs = zip(edit.corners, before.corners, edit.sheets, before.sheets, strict=True)
    return np.any([(new != old[0]).any(axis=1) | (sheet != there) for new, old, sheet, there in pairs], axis=0)


# ---- as a formula -----------------------------------------------------------------------------------------


def spelled(copies: Copies, edit: Edit, at: int) -> str:
    """The formula of a copy after an edit, without its =."""
    cell = Cell(*copies.block.places[at].tolist())
    if edit.sibling >= 0:
        return text(copies.graph.tree(edit.sibling), cell)
    references = [node for node in walk(copies.graph.tree(int(copies.targets[at]))) if isinstance(node, Reference)]
    before = plain(copies)

    def change(leaf: Tree) -> Tree:
        if not isinstance(leaf, Operand):
            return leaf
        n = leaf.number
        same = n < len(references) and (edit.corners[n][at] == before.corners[n][0, at]).all() and edit.fixed[n] is None
        return references[n] if same else _reference(copies, edit, n, at, references[n] if n < len(references) else None, cell)

    return text(replaced(edit.tree, change), cell)


def _reference(copies: Copies, edit: Edit, n: int, at: int, old: Reference | None, cell: Cell) -> Reference:
    top, left, bottom, right = edit.corners[n][at].tolist()
    flags = edit.fixed[n] or ((old.first.row_fixed, old.first.column_fixed) if old else (False, False))
    first, last = (
        Corner(r if flags[0] else r - cell.row, c if flags[1] else c - cell.column, *flags)
        for r, c in ((top, left), (bottom, right))
    )
    prefix = old.prefix if old else ""
    sheet = int(edit.sheets[n][at])
    if old is None and sheet != int(copies.graph.codes[copies.targets[at]] // SPAN):
        from xlnn.layout.cells import quoted

        prefix = quoted(copies.graph.sheets[sheet]) + "!"
    return Reference(first, None if first == last else last, prefix)


def changed_references(copies: Copies, edit: Edit, at: int) -> list[tuple[str, str]]:
    """(new, old) of every reference of a copy that the edit changes."""
    cell = Cell(*copies.block.places[at].tolist())
    references = [node for node in walk(copies.graph.tree(int(copies.targets[at]))) if isinstance(node, Reference)]
    if edit.sibling >= 0:
        return _differences(copies.graph.tree(edit.sibling), copies.graph.tree(int(copies.targets[at])), cell)
    before, found = plain(copies), []
    for n, old in enumerate(references):
        if (edit.corners[n][at] != before.corners[n][0, at]).any() or edit.fixed[n] is not None:
            found.append((text(_reference(copies, edit, n, at, old, cell), cell), text(old, cell)))
    return list(dict.fromkeys(found))


def _differences(right: Tree, wrong: Tree, cell: Cell) -> list[tuple[str, str]]:
    """(right, wrong) of the references in which two formulas of one form differ; none of formulas of different forms."""
    spellings = [[text(node, cell) for node in walk(tree) if isinstance(node, Reference)] for tree in (right, wrong)]
    forms = [replaced(tree, lambda leaf: Operand(0) if isinstance(leaf, Reference) else leaf) for tree in (right, wrong)]
    if forms[0] != forms[1]:
        return []
    return list(dict.fromkeys((new, old) for new, old in zip(*spellings, strict=True) if new != old))
