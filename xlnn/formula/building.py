"""Builds the graph of a workbook: all cells in one array, all formulas in blocks, and what a reader should know of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np

from xlnn.errors import ContentError, LimitError, UsageError, Where
from xlnn.formula.alike import Names, skeletons
from xlnn.formula.block import AT_ONCE, Block, calculated, shown_in, store
from xlnn.formula.calculating import unknown
from xlnn.formula.graph import SPAN, Graph, Report, Written, positions
from xlnn.formula.judging import differs, digits_of
from xlnn.formula.ordering import circles, edges, entangled, levels
from xlnn.formula.tree import Tree
from xlnn.formula.values import BLANK, ERROR, ERRORS, NUMBER, TEXT, TRUTH, Values
from xlnn.layout.cells import COLUMNS, ROWS, Cell, Range, quoted
from xlnn.xlsx.cell_table import BLANK as NOT_FILLED
from xlnn.xlsx.cell_table import NUMBER as IS_NUMBER
from xlnn.xlsx.cell_table import PENDING
from xlnn.xlsx.sheet_formulas import Formulas
from xlnn.xlsx.workbook import Workbook, shown

FORMULAS = 1 << 20  # of a workbook
DIFFERENT = 5_000  # formulas that differ in more than their references
OPERANDS = 1 << 24  # cells that all formulas together read, what copies of one read alike counted once
WORK = 1 << 27  # the same, counted for each copy
AREAS = 1 << 22  # cells that array formulas fill
DEPTH = 50_000  # formulas that depend on each other, one after the other
SHOWN = 10  # cells of a circle
NONE: Mapping[int, str] = MappingProxyType({})
ROUNDS = 10  # in which circles are taken apart one by one


def read(workbook: Workbook) -> Graph:
    """The graph of a workbook. Raises as `Workbook` does, and LimitError where its formulas are too many or read too much."""
    return reproduced(completed(workbook)[0])


def completed(workbook: Workbook, further: Mapping[int, str] = NONE, blank: Sequence[int] = ()) -> tuple[Graph, np.ndarray]:
    """The graph in which formulas stored without a result have theirs, and the cells, (cells + 1,) of bools, that have it so: not
    those that depend on a formula without a result that is not followed. `further` formulas, by the code of their cell, count
    as if they stood there; `blank` cells are in the graph, too. Raises as `read`."""
    held = _held(workbook).with_blank(np.concatenate([np.array(blank, np.int64), np.fromiter(further, np.int64)]))
    graph, pending = _linked(workbook, _with(_collected(workbook), further), held)
    graph = _without_circles(graph)
    if not pending.any():
        return graph, pending
    return replace(graph, values=_completed(graph, pending)), _calculated(graph, pending)


# ---- cells ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Held:
    """What all cells hold; `pending` are formulas that were never calculated."""

    codes: np.ndarray  # (cells,)
    values: Values  # (cells + 1,)
    pending: np.ndarray  # (cells + 1,)

    def with_blank(self, codes: np.ndarray) -> _Held:
        """With further cells that hold nothing: those of array formulas may be left out."""
        missing = np.setdiff1d(codes, self.codes)
        if not len(missing):
            return self
        at = np.searchsorted(self.codes, missing)

        def wider(part, blank):
            return None if part is None else np.insert(part, at, blank)

        values = Values(wider(self.values.numbers, 0), wider(self.values.kinds, BLANK), wider(self.values.texts, ""))
        return _Held(np.insert(self.codes, at, missing), values, wider(self.pending, False))


def _held(workbook: Workbook) -> _Held:
    sheets = [workbook.filled(name) for name in workbook.sheets]
    codes = np.concatenate([np.empty(0, np.int64), *(filled.codes + at * SPAN for at, filled in enumerate(sheets))])
    kind = np.concatenate([*(filled.kinds for filled in sheets), np.array([NOT_FILLED], np.uint8)])
    kinds = np.where(kind == IS_NUMBER, np.uint8(NUMBER), np.uint8(BLANK))
    numbers = np.where(kinds == NUMBER, np.concatenate([*(filled.numbers for filled in sheets), np.zeros(1)]), 0)
    texts, count = None, 0
    for filled in sheets:
        for position, value in zip((filled.other_cells + count).tolist(), filled.others.tolist(), strict=True):
            kinds[position], numbers[position], text = _as_value(value)
            if text is not None:
                texts = np.full(len(numbers), "", object) if texts is None else texts
                texts[position] = text
        count += len(filled.codes)
    return _Held(codes, Values(numbers, kinds, texts), kind == PENDING)


def _as_value(value) -> tuple[int, float, str | None]:
    """Kind, number and text of what a cell holds besides a float."""
    if isinstance(value, bool):
        return TRUTH, float(value), None
    if isinstance(value, str):
        return (ERROR, float(ERRORS.index(value)), None) if value in ERRORS else (TEXT, 0.0, value)
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        from openpyxl.utils.datetime import to_excel

        return NUMBER, float(to_excel(value)), None
    return NUMBER, float(value), None


# ---- formulas ------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Collected:
    """All formulas: the code of their cell, which text they have; the texts, and how large the ranges of array formulas are."""

    codes: np.ndarray  # (formulas,)
    text_of: np.ndarray  # (formulas,)
    texts: Sequence[tuple[str, int, int]]  # text, code of the cell where it is written, sheet where that matters
    areas: Mapping[int, tuple[int, int]]


def _collected(workbook: Workbook) -> _Collected:
    codes, text_of = [np.empty(0, np.int64)], list[int]()
    areas, known = dict[int, tuple[int, int]](), dict[tuple, int]()
    for sheet, name in enumerate(workbook.sheets):
        found = workbook.formulas(name)
        if len(text_of) + len(found.texts) > FORMULAS:
            raise LimitError("the workbook has more than {limit} formulas.", workbook.where(name), limit=f"{FORMULAS:,}")
        texts, bases = _unshared(found)
        scope = sheet if any(owner is not None for owner, _ in workbook.defined_names) else -1
        areas |= {len(text_of) + position: area for position, area in _areas(found)}
        text_of += [known.setdefault((text, base, scope), len(known)) for text, base in zip(texts, bases, strict=True)]
        codes.append(found.codes + sheet * SPAN)
    return _Collected(np.concatenate(codes), np.array(text_of, np.int64), list(known), areas)


def _with(collected: _Collected, further: Mapping[int, str]) -> _Collected:
    """The formulas with further ones, in the order of their cells; in place of those that stand there."""
    if not further:
        return collected
    given = np.fromiter(further, np.int64)
    kept = ~np.isin(collected.codes, given)
    texts = [*collected.texts, *((text, code % SPAN, code // SPAN) for code, text in further.items())]
    codes = np.concatenate([collected.codes[kept], given])
    text_of = np.concatenate([collected.text_of[kept], np.arange(len(collected.texts), len(texts))])
    order = np.argsort(codes)
    place = np.full(len(kept), -1)
    place[kept] = np.argsort(order)[: kept.sum()]
    areas = {int(place[formula]): area for formula, area in collected.areas.items()}
    return _Collected(codes[order], text_of[order], texts, areas)


def _unshared(found: Formulas) -> tuple[list[str], list[int]]:
    """Of every formula the text, and the cell where it is written: that of a shared formula stands in its first cell only."""
    texts, bases = list(found.texts), found.codes.tolist()
    origins: dict[str, int] = {}
    for position, given in found.attributes.items():
        if given.get("t") == "shared":
            origin = origins.setdefault(given.get("si", ""), position) if texts[position] else origins.get(given.get("si", ""))
            if origin is not None and not texts[position]:
                texts[position], bases[position] = texts[origin], bases[origin]
            elif texts[position]:
                origins[given.get("si", "")] = position
    return texts, bases


def _areas(found: Formulas) -> Iterator[tuple[int, tuple[int, int]]]:
    """The height and width of what array formulas fill, by the position of each; 1 by 1 where that is not said well."""
    for position, given in found.attributes.items():
        if given.get("t") == "array":
            row, column = divmod(int(found.codes[position]), COLUMNS)
            try:
                area = Range.parse(given.get("ref", ""))
            except UsageError:
                area = Range(Cell(row, column + 1), Cell(row, column + 1))
            fits = area.first == Cell(row, column + 1) and area.height * area.width <= AT_ONCE
            yield position, (area.height, area.width) if fits else (1, 1)


def _linked(workbook: Workbook, collected: _Collected, held: _Held) -> tuple[Graph, np.ndarray]:
    """The graph, all formulas in blocks as they are; and which cells are still to be calculated."""
    if sum(height * width for height, width in collected.areas.values()) > AREAS:
        raise _too_much(workbook, AREAS)
    areas = {formula: _area(collected.codes[formula], size) for formula, size in collected.areas.items()}
    held = held.with_blank(np.concatenate([np.empty(0, np.int64), *(area.ravel() for area in areas.values())]))
    cell_of = positions(held.codes, collected.codes, -1)
    owner = np.full(len(held.codes) + 1, -1, np.int64)
    for formula, area in areas.items():
        owner[positions(held.codes, area, -1)] = formula
    owner[cell_of] = np.arange(len(cell_of))
    names = Names({name.casefold(): at for at, name in enumerate(workbook.sheets)}, workbook.defined_names)
    written = _written(workbook, collected.texts, names)
    linking = _Linking(workbook, collected, held, written)
    blocks = tuple(linking.blocks())
    graph = Graph(
        workbook.name, tuple(workbook.sheets), held.codes, held.values, owner, cell_of, written, collected.text_of,
        blocks, tuple(linking.reports),
    )  # fmt: skip
    return graph, held.pending


def _area(first: int, size: tuple[int, int]) -> np.ndarray:
    """The codes of a rectangle of cells, (rows, columns), from that of its first."""
    return first + np.arange(size[0])[:, None] * COLUMNS + np.arange(size[1])


def _written(workbook: Workbook, texts: Sequence[tuple[str, int, int]], names: Names) -> Written:
    cells = [Cell(code // COLUMNS, code % COLUMNS + 1) for _, code, _ in texts]
    try:
        found, skeleton_of, place = skeletons(
            [text for text, _, _ in texts], cells, [scope for *_, scope in texts], names, DIFFERENT
        )
    except LimitError as error:
        error.where = workbook.where("")
        raise
    grid = np.array(cells, np.int64).reshape(-1, 2)
    return Written(tuple(text for text, _, _ in texts), grid, tuple(found), skeleton_of, place)


def _too_much(workbook: Workbook, limit: int) -> LimitError:
    return LimitError("the formulas of the workbook read or fill more than {limit} cells together.",
                      workbook.where(""), limit=f"{limit:,}")  # fmt: skip


class _Linking:
    """Finds the cells that formulas read, and joins formulas to blocks."""

    def __init__(self, workbook: Workbook, collected: _Collected, held: _Held, written: Written):
        self.workbook, self.collected, self.held, self.written = workbook, collected, held, written
        self.reports: list[Report] = []
        self.read = self.work = 0

    def blocks(self) -> Iterator[Block]:
        skeleton_of = self.written.skeleton_of[self.collected.text_of]
        order = np.argsort(skeleton_of, kind="stable")
        bounds = np.searchsorted(skeleton_of[order], np.arange(len(self.written.skeletons) + 1))
        for number, skeleton in enumerate(self.written.skeletons):
            members = order[bounds[number] : bounds[number + 1]]
            if not len(members):  # its one formula stands no more
                continue
            if skeleton.tree is None:
                self._report(members, "unread", skeleton.problem)
            elif function := unknown(skeleton.tree):
                self._report(members, "unknown", ContentError("the function {found} is not calculated.", found=function[:40]))
            else:
                yield from self._of_skeleton(number, members)

    def _report(self, formulas: np.ndarray, kind: str, problem: ContentError) -> None:
        for code in self.collected.codes[formulas].tolist():
            sheet, cell = self.workbook.sheets[code // SPAN], Cell(code % SPAN // COLUMNS, code % COLUMNS + 1)
            self.reports.append(Report(self.workbook.where(sheet, cell), kind, problem))

    def _of_skeleton(self, number: int, members: np.ndarray) -> Iterator[Block]:
        """The formulas of a skeleton, by the sizes of what they read."""
        skeleton, text_of = self.written.skeletons[number], self.collected.text_of[members]
        place = self.written.place[text_of]
        codes = self.collected.codes[members]
        here = np.stack([codes % SPAN // COLUMNS, codes % COLUMNS + 1], axis=1)  # (copies, 2)
        references = skeleton.references[place]  # (copies, operands, 9)
        edges_ = references[:, :, 1:5] + (here - skeleton.cells[place])[:, None, [0, 1, 0, 1]] * (1 - references[:, :, 5:])
        corners = np.concatenate([np.minimum(edges_[..., :2], edges_[..., 2:]), np.maximum(edges_[..., :2], edges_[..., 2:])], 2)
        sheets = np.where(references[:, :, 0] == -1, (codes // SPAN)[:, None], references[:, :, 0])
        off = (sheets < 0).any(1) | (corners < 1).any((1, 2)) | (corners > [ROWS, COLUMNS, ROWS, COLUMNS]).any((1, 2))
        if off.any():
            self._report(members[off], "unread", ContentError("the formula refers to cells that do not exist."))
        sizes = np.minimum(corners[:, :, 2:] - corners[:, :, :2] + 1, self._used)  # (copies, operands, 2)
        areas = np.zeros((len(members), 2), np.int64)
        if self.collected.areas:
            areas[:] = [self.collected.areas.get(member, (0, 0)) for member in members.tolist()]
        keys = np.concatenate([sizes.reshape(len(members), -1), areas], axis=1)
        for rows in _groups(keys, np.flatnonzero(~off)):
            first = keys[rows[0]]
            yield self._block(skeleton.tree, members[rows], sheets[rows], corners[rows], first[:-2].reshape(-1, 2), first[-2:])

    @cached_property
    def _used(self) -> np.ndarray:
        """Rows and columns in which anything stands, on any sheet: of a longer range the rest is blank."""
        codes = self.held.codes
        return np.array([(codes % SPAN).max() // COLUMNS, (codes % COLUMNS).max() + 1])

    def _block(self, tree: Tree, members: np.ndarray, sheets, corners, sizes, area) -> Block:
        own, common, is_common = list[np.ndarray](), list[np.ndarray](), list[bool]()
        for number, (height, width) in enumerate(sizes.tolist()):
            starts = sheets[:, number] * SPAN + corners[:, number, 0] * COLUMNS + corners[:, number, 1] - 1
            is_common.append(len(starts) > 1 and bool((starts == starts[0]).all()))
            self.work += len(starts) * height * width
            starts = starts[:1] if is_common[-1] else starts
            self.read += len(starts) * height * width
            if self.read > OPERANDS or self.work > WORK:
                raise _too_much(self.workbook, OPERANDS if self.read > OPERANDS else WORK)
            cells = starts[:, None] + _area(0, (height, width)).ravel()
            (common if is_common[-1] else own).append(positions(self.held.codes, cells, len(self.held.codes)).astype(np.int32))
        empty = np.empty((len(members), 0), np.int32)
        codes = self.collected.codes[members]
        targets = codes[:, None, None] + _area(0, (max(int(area[0]), 1), max(int(area[1]), 1)))
        return Block(
            tree, members, np.stack([codes % SPAN // COLUMNS, codes % COLUMNS + 1], axis=1),
            tuple(map(tuple, sizes.tolist())), tuple(is_common),
            np.concatenate([empty, *own], axis=1), np.concatenate([empty[:1], *common], axis=1), corners,
            positions(self.held.codes, targets, len(self.held.codes)), bool(area[0]),
        )  # fmt: skip


def _groups(keys: np.ndarray, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Rows by equal keys."""
    if not len(rows):
        return
    if (keys[rows] == keys[rows[0]]).all():
        yield rows
        return
    _, which = np.unique(keys[rows], axis=0, return_inverse=True)
    which = which.ravel()
    order = np.argsort(which, kind="stable")
    yield from (rows[part] for part in np.split(order, np.flatnonzero(np.diff(which[order])) + 1))


# ---- what is not followed ------------------------------------------------------------------------------


def _without(graph: Graph, left_out: np.ndarray, reports: Iterable[Report]) -> Graph:
    """The graph in which some formulas, (formulas,) of bools, are not followed."""
    blocks = []
    for block in graph.blocks:
        out = left_out[block.formulas]
        if not out.all():
            blocks.append(block.part(np.flatnonzero(~out)) if out.any() else block)
    return replace(graph, blocks=tuple(blocks), reports=(*graph.reports, *reports))


def _without_circles(graph: Graph) -> Graph:
    """Formulas that depend on themselves are reported, and their cells count as given."""
    count, rounds = len(graph.cell_of), 0
    while True:
        before, after = edges(graph.blocks, graph.owner, count)
        found = levels(before, after, count + len(graph.blocks), DEPTH)
        if found.max(initial=0) >= DEPTH:
            raise LimitError("more than {limit} formulas depend on each other, one after the other.",
                             Where(graph.name), limit=f"{DEPTH:,}")  # fmt: skip
        rings = circles(before, after, found) if (found < 0).any() else []
        if not rings:
            return replace(graph, level=found[:count])
        if rounds == ROUNDS:  # all is entangled: name it together
            rings = [np.flatnonzero(entangled(before, after, found)).tolist()]
        out, reports, rounds = np.zeros(count, bool), list[Report](), rounds + 1
        for ring in rings:
            formulas = [formula for formula in ring if formula < count]
            out[formulas] = True
            reports += _circular(graph, [graph.cell(graph.cell_of[formula]) for formula in formulas])
        graph = _without(graph, out, reports)


def _circular(graph: Graph, cells: Sequence[tuple[str, Cell]]) -> Iterator[Report]:
    """A report for each cell of a circle."""
    named = " → ".join(f"{quoted(sheet)}!{cell.name}" for sheet, cell in [*cells[:SHOWN], cells[0]][: SHOWN + 1])
    if len(cells) > SHOWN:
        named = named.rpartition(" → ")[0] + " → …"
    problem = ContentError("the formulas go round in a circle: {cells}.", cells=named)
    return (Report(_where(graph, sheet, cell), "circular", problem) for sheet, cell in cells)


def _completed(graph: Graph, pending: np.ndarray) -> Values:
    """The values with the results of formulas that were stored without one."""
    values = graph.values
    for block in graph.steps:
        rows = np.flatnonzero(pending[block.targets].any(axis=(1, 2)))
        if len(rows):
            part = block.part(rows)
            try:
                values = store(values, part, calculated(part, values).result.value)
            except LimitError as error:
                error.where = _where(graph, *graph.cell(graph.cell_of[part.formulas[0]]))
                raise
    return values


def _calculated(graph: Graph, pending: np.ndarray) -> np.ndarray:
    """The cells, (cells + 1,) of bools, whose results all that they depend on gives."""
    found, missing = np.zeros(len(pending), bool), pending & graph.is_leaf
    for block in graph.steps:
        rows = np.flatnonzero(pending[block.targets].any(axis=(1, 2)))
        if len(rows):
            part = block.part(rows)
            lacking = missing[part.own].any(1) | missing[part.common].any()
            missing[part.targets[lacking]], found[part.targets[~lacking]] = True, True
    return found


def stored_digits(graph: Graph) -> int:
    """The significant digits with which the results of formulas are stored."""
    results = graph.values.numbers[graph.cell_of]
    return digits_of(results[results != 0])


def reproduced(graph: Graph) -> Graph:
    """Formulas that do not give the stored result are reported, and their cells count as given; overwritten cells are told."""
    out, reports = differing(graph), list[Report]()
    for block in graph.blocks:
        for part in block.chunks:
            wrong = np.flatnonzero(out[part.formulas])
            if len(wrong):
                reports += _differing(graph, part.part(wrong))
    return _without(graph, out, reports) if reports else graph


def differing(graph: Graph) -> np.ndarray:
    """(formulas,) which do not give the stored result, but for those of cells that hold another one."""
    digits, found = stored_digits(graph), np.zeros(len(graph.cell_of), bool)
    for block in graph.blocks:
        for part in block.chunks:
            found[part.formulas] = _judged(graph, part, digits) & ~np.isin(part.targets[:, 0, 0], graph.instead)
    return found


def _judged(graph: Graph, block: Block, digits: int) -> np.ndarray:
    try:
        return differs(block, graph.values, digits)
    except LimitError as error:
        error.where = _where(graph, *graph.cell(graph.cell_of[block.formulas[0]]))
        raise


def _differing(graph: Graph, block: Block) -> Iterator[Report]:
    given = shown_in(calculated(block, graph.values).result.value, block.targets.shape)
    for at, formula in enumerate(block.formulas.tolist()):
        sheet, cell = graph.cell(graph.cell_of[formula])
        problem = ContentError(
            "stored {stored}, the formula gives {calculated}: recalculate, or a number was pasted.",
            stored=shown(graph.value(graph.cell_of[formula])), calculated=shown(graph.value((at, 0, 0), given)),
        )  # fmt: skip
        yield Report(_where(graph, sheet, cell), "differs", problem)


def _where(graph: Graph, sheet: str, cell: Cell) -> Where:
    return Where(graph.name, sheet, cell.name)
