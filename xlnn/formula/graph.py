"""A workbook as a graph of cells: what they hold, the formulas between them, and the cells that each formula reads.

All cells lie in one flat array, sheet by sheet, row by row; its last entry is the blank cell. A Block holds formulas of
one skeleton that read ranges of the same sizes: it is calculated as one operation on arrays.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from xlnn.cells import COLUMNS, ROWS, Cell, quoted
from xlnn.errors import ContentError, LimitError, Where
from xlnn.filled import BLANK as NOT_FILLED
from xlnn.filled import NUMBER as IS_NUMBER
from xlnn.filled import PENDING, code
from xlnn.formula import alike
from xlnn.formula.alike import Names, Skeleton
from xlnn.formula.block import AT_ONCE, Block, calculated, shown_in, store
from xlnn.formula.calculating import unknown
from xlnn.formula.differentiating import propagate
from xlnn.formula.judging import differs, digits_of
from xlnn.formula.ordering import circles, edges, levels
from xlnn.formula.tree import Tree
from xlnn.formula.tree import text as spelled
from xlnn.formula.values import BLANK, ERROR, ERRORS, NUMBER, TEXT, TRUTH, Values
from xlnn.workbook import Workbook, shown

SPAN = (ROWS + 1) * COLUMNS  # codes of a sheet
OPERANDS = 1 << 25  # cells that all formulas together may read
FORMULAS = 1 << 21
SHOWN = 10  # cells of a circle


@dataclass(frozen=True)
class Report:
    """A formula whose cell counts as given: it is unread, unknown (its function), circular, or differs from what is stored."""

    sheet: str
    cell: Cell
    kind: str
    error: ContentError  # says so, with the place


@dataclass(frozen=True, eq=False)
class Graph:
    """A workbook's cells and formulas; cells are numbered along `codes`."""

    name: str
    sheets: tuple[str, ...]
    codes: np.ndarray  # (cells,) int64, rising: sheet · SPAN + row · COLUMNS + column − 1
    values: Values  # (cells + 1,) as they are stored; the last is blank
    owner: np.ndarray  # (cells + 1,) the formula that fills a cell, −1 for none
    cell_of: np.ndarray  # (formulas,) the (first) cell of each formula
    skeletons: tuple[Skeleton, ...]
    skeleton_of: np.ndarray  # (formulas,)
    text_of: np.ndarray  # (formulas,) which of the texts
    texts: tuple[str, ...]
    written: np.ndarray  # (texts, 2) the row and column where a text is written
    blocks: tuple[Block, ...]
    reports: tuple[Report, ...]
    level: np.ndarray = field(default_factory=lambda: np.empty(0, int))  # (formulas,) of the order of calculation

    # ---- cells ---------------------------------------------------------------------------------------

    def number(self, sheet: str, cell: Cell) -> int:
        """The number of a cell; −1 where nothing stands in it."""
        wanted = self.sheets.index(sheet) * SPAN + code(*cell)
        at = int(np.searchsorted(self.codes, wanted))
        return at if at < len(self.codes) and self.codes[at] == wanted else -1

    def cell(self, number: int) -> tuple[str, Cell]:
        sheet, rest = divmod(int(self.codes[number]), SPAN)
        return self.sheets[sheet], Cell(rest // COLUMNS, rest % COLUMNS + 1)

    def value(self, number: int, values: Values | None = None):
        """What a cell holds: a float, a text, a truth value, an error's text, None for a blank."""
        values = values or self.values
        kind, held = values.all_kinds()[number], values.numbers[number]
        if kind == TEXT:
            return values.texts[number]
        return {NUMBER: float, TRUTH: bool, ERROR: lambda code: ERRORS[int(code)], BLANK: lambda _: None}[int(kind)](held)

    def text(self, number: int) -> str | None:
        """The formula in a cell without its =, moved there where it is shared; None where there is none."""
        formula = int(self.owner[number])
        if formula < 0:
            return None
        which = int(self.text_of[formula])
        _, cell = self.cell(self.cell_of[formula])
        base = Cell(*self.written[which].tolist())
        if base == cell:
            return self.texts[which]
        from xlnn.formula.reading import parse

        return spelled(parse(self.texts[which], base), cell)

    def tree(self, number: int) -> Tree | None:
        """The tree of a cell's formula, its references relative to the cell; None where there is none or it is not read."""
        from xlnn.formula.reading import parse

        formula = int(self.owner[number])
        if formula < 0:
            return None
        which = int(self.text_of[formula])
        try:
            return parse(self.texts[which], Cell(*self.written[which].tolist()))
        except ContentError:
            return None

    @cached_property
    def is_leaf(self) -> np.ndarray:
        """(cells + 1,) whether a cell counts as given: it holds no formula, or one that is not followed."""
        followed = np.zeros(len(self.cell_of) + 1, bool)
        for block in self.blocks:
            followed[block.formulas] = True
        return ~followed[self.owner]

    # ---- calculating and differentiating ---------------------------------------------------------------

    @cached_property
    def steps(self) -> tuple[Block, ...]:
        """Parts of blocks, in the order of calculation."""
        found = []
        for block in self.blocks:
            mine = self.level[block.formulas]
            order = np.argsort(mine, kind="stable")
            ends = np.flatnonzero(np.diff(mine[order])) + 1
            found += [(int(mine[rows[0]]), block.part(rows)) for rows in np.split(order, ends)]
        return tuple(part for _, block in sorted(found, key=lambda entry: entry[0]) for part in block.chunks)

    def calculate(self, changes: Mapping[int, float] | None = None, values: Values | None = None) -> Values:
        """The values of all cells, (cells + 1,), where some hold other numbers: all that depends on them is calculated anew.

        A cell with a formula may be among `changes`; it counts as given then.
        """
        values = values or self.values
        numbers, kinds = values.numbers.copy(), values.kinds.copy()
        found = Values(numbers, kinds, None if values.texts is None else values.texts.copy())
        changed = np.zeros(len(numbers), bool)
        at = np.fromiter((changes or {}).keys(), np.int64)
        numbers[at], kinds[at], changed[at] = np.fromiter((changes or {}).values(), float), NUMBER, True
        fixed = changed.copy()
        for block in self.steps:
            touched = changed[block.own].any(1) | changed[block.common].any()
            touched &= ~fixed[block.targets].any(axis=(1, 2))
            if touched.any():
                part = block if touched.all() else block.part(np.flatnonzero(touched))
                found = store(found, part, calculated(part, found).result.value)
                changed[part.targets] = True
        return found

    def gradient(self, cells: int | Sequence[int], cut: np.ndarray | None = None, values: Values | None = None) -> np.ndarray:
        """∂(one cell)/∂(every cell), (cells + 1,); of several cells (outputs, cells + 1).

        `cut`, (cells + 1,) of bools: cells that count as given. Their own derivative is found, nothing behind them.
        """
        several = np.atleast_1d(np.asarray(cells, np.int64))
        adjoints = np.zeros((len(several), len(self.codes) + 1))
        adjoints[np.arange(len(several)), several] = 1
        propagate(self.steps, values or self.values, adjoints, cut)
        return adjoints if np.ndim(cells) else adjoints[0]

    def derivatives(self, seeds: Mapping[int, float], cut: np.ndarray | None = None, values: Values | None = None) -> np.ndarray:
        """∂(Σ seed · cell)/∂(every cell), (cells + 1,), in one pass: with `cut` between them, of several cells at once."""
        adjoints = np.zeros((1, len(self.codes) + 1))
        adjoints[0, np.fromiter(seeds.keys(), np.int64)] = np.fromiter(seeds.values(), float)
        return propagate(self.steps, values or self.values, adjoints, cut)[0]


def read(workbook: Workbook) -> Graph:
    """The graph of a workbook. Raises as `Workbook` does, and LimitError where its formulas are too many or read too much."""
    making = _Making(workbook)
    graph = _without_circles(making.graph())
    if making.pending.any():
        graph = replace(graph, values=_completed(graph, making.pending))
    return _reproduced(graph)


def _without(graph: Graph, left_out: np.ndarray, reports: Sequence[Report]) -> Graph:
    """The graph in which some formulas, (formulas,) of bools, are not followed."""
    blocks = []
    for block in graph.blocks:
        out = left_out[block.formulas]
        if not out.all():
            blocks.append(block.part(np.flatnonzero(~out)) if out.any() else block)
    return replace(graph, blocks=tuple(blocks), reports=(*graph.reports, *reports))


def _without_circles(graph: Graph) -> Graph:
    """Formulas that depend on themselves are reported, and their cells count as given."""
    count = len(graph.cell_of)
    while True:
        before, after = edges(graph.blocks, graph.owner, count)
        found = levels(before, after, count + len(graph.blocks))
        rings = circles(before, after, found) if (found < 0).any() else []
        if not rings:
            return replace(graph, level=found[:count])
        out, reports = np.zeros(count, bool), []
        for ring in rings:
            cells = [graph.cell(graph.cell_of[formula]) for formula in ring if formula < count]
            out[[formula for formula in ring if formula < count]] = True
            named = " → ".join(f"{quoted(sheet)}!{cell.name}" for sheet, cell in cells[:SHOWN])
            named += " → …" if len(cells) > SHOWN else ""
            error = ContentError("the formulas go round in a circle: {cells}.", _where(graph, *cells[0]), cells=named)
            reports.append(Report(*cells[0], "circular", error))
        graph = _without(graph, out, reports)


def _completed(graph: Graph, pending: np.ndarray) -> Values:
    """The values with the results of formulas that were stored without one."""
    values = graph.values
    for block in graph.steps:
        rows = np.flatnonzero(pending[block.targets].any(axis=(1, 2)))
        if len(rows):
            part = block.part(rows)
            values = store(values, part, calculated(part, values).result.value)
    return values


def _reproduced(graph: Graph) -> Graph:
    """Formulas that do not give the stored result are reported, and their cells count as given."""
    results = graph.values.numbers[graph.cell_of]
    digits = digits_of(results[results != 0])
    out, reports = np.zeros(len(graph.cell_of), bool), []
    for block in graph.blocks:
        for part in block.chunks:
            wrong = np.flatnonzero(differs(part, graph.values, digits))
            if len(wrong):
                part = part.part(wrong)
                out[part.formulas] = True
                reports += _differing(graph, part)
    return _without(graph, out, reports) if reports else graph


def _differing(graph: Graph, block: Block) -> Iterator[Report]:
    given = shown_in(calculated(block, graph.values).result.value, block.targets.shape)
    for at, formula in enumerate(block.formulas.tolist()):
        sheet, cell = graph.cell(graph.cell_of[formula])
        gives = graph.value((at, 0, 0), given)
        error = ContentError(
            "stored {stored}, the formula gives {calculated}: recalculate, or a number was pasted.",
            _where(graph, sheet, cell), stored=shown(graph.value(graph.cell_of[formula])), calculated=shown(gives),
        )  # fmt: skip
        yield Report(sheet, cell, "differs", error)


def _where(graph: Graph, sheet: str, cell: Cell) -> Where:
    return Where(graph.name, sheet, cell.name)


class _Making:
    """A graph while it is made."""

    def __init__(self, workbook: Workbook):
        self.workbook = workbook
        self.names = Names({name.casefold(): at for at, name in enumerate(workbook.sheets)}, workbook.names)
        self.reports: list[Report] = []
        self._collect()

    def _collect(self) -> None:
        """All formulas: where they stand, where their text is written, which text it is."""
        cells, ids, self.shapes = [np.empty(0, np.int64)], [], {}
        known: dict[tuple, int] = {}
        for sheet, name in enumerate(self.workbook.sheets):
            found = self.workbook.formulas(name)
            if len(ids) + len(found.texts) > FORMULAS:
                raise LimitError("the workbook has more than {limit} formulas.", self.workbook.where(name), limit=f"{FORMULAS:,}")
            texts, base = found.texts, found.codes.copy()
            origins: dict[str, int] = {}
            local = sheet if any(owner is not None for owner, _ in self.names.defined) else -1
            for position, given in found.attributes.items():
                if given.get("t") == "array":
                    self.shapes[len(ids) + position] = given.get("ref", "")
                if given.get("t") == "shared":
                    number = given.get("si", "")
                    if texts[position]:
                        origins[number] = position
                    elif number in origins:
                        texts[position], base[position] = texts[origins[number]], base[origins[number]]
            ids += [known.setdefault((t, b, local), len(known)) for t, b in zip(texts, base.tolist(), strict=True)]
            cells.append(found.codes + sheet * SPAN)
        self.cells, self.ids = np.concatenate(cells), np.array(ids, np.int64)
        self.known = list(known)

    # ---- values --------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """The flat array of all cells."""
        parts, numbers, kinds, others = [], [], [], []
        count = 0
        for sheet, name in enumerate(self.workbook.sheets):
            filled = self.workbook.filled(name)
            parts.append(filled.codes + sheet * SPAN)
            numbers.append(filled.numbers)
            kinds.append(filled.kinds)
            others.append((filled.other_cells + count, filled.others))
            count += len(filled.codes)
        self.codes = np.concatenate([np.empty(0, np.int64), *parts])
        held, kind = np.concatenate([np.empty(0), *numbers, [0.0]]), np.concatenate([np.empty(0, np.uint8), *kinds, [NOT_FILLED]])
        self.pending = kind == PENDING
        now = np.where(kind == IS_NUMBER, np.uint8(NUMBER), np.uint8(BLANK))
        held = np.where(now == NUMBER, held, 0)
        texts = None
        for at, values in others:
            for position, value in zip(at.tolist(), values.tolist(), strict=True):
                now[position], held[position], text = _as_value(value)
                if text is not None:
                    texts = np.full(len(held), "", object) if texts is None else texts
                    texts[position] = text
        self.values = Values(held, now, texts)

    def _add_blank(self, missing: np.ndarray) -> None:
        """Cells of array formulas that are not filled."""
        order = np.argsort(np.concatenate([self.codes, missing]), kind="stable")
        self.codes = np.concatenate([self.codes, missing])[order]
        order = np.append(order, len(self.codes))

        def change(part, blank):
            return np.concatenate([part[:-1], np.full(len(missing), blank, part.dtype), part[-1:]])[order]

        values = self.values
        self.pending = change(self.pending, False)
        self.values = Values(change(values.numbers, 0), change(values.kinds, BLANK),
                             None if values.texts is None else change(values.texts, ""))  # fmt: skip

    def positions(self, codes: np.ndarray) -> np.ndarray:
        """Where cells are among all, the blank one's place where they are not."""
        at = np.searchsorted(self.codes, codes)
        at[at == len(self.codes)] = 0
        return np.where(self.codes[at] == codes, at, len(self.codes)) if len(self.codes) else at

    # ---- formulas ------------------------------------------------------------------------------------

    def graph(self) -> Graph:
        self._fill()
        self._targets()
        texts = [text for text, _, _ in self.known]
        bases = [Cell(base // COLUMNS, base % COLUMNS + 1) for _, base, _ in self.known]
        found, which, place = alike.skeletons(texts, bases, [sheet for _, _, sheet in self.known], self.names)
        self.found = found
        skeleton_of = which[self.ids]
        owner = np.full(len(self.codes) + 1, -1, np.int64)
        for target, formulas in self.targets:
            owner[target.reshape(len(formulas), -1)] = formulas[:, None]
        owner[-1] = -1
        first = np.zeros(len(self.cells), np.int64)
        for target, formulas in self.targets:
            first[formulas] = target[:, 0, 0]
        blocks = []
        order = np.argsort(skeleton_of, kind="stable")
        bounds = np.searchsorted(skeleton_of[order], np.arange(len(found) + 1))
        self.read_cells = 0
        for number, skeleton in enumerate(found):
            members = order[bounds[number] : bounds[number + 1]]
            blocks += self._blocks(skeleton, members, place[self.ids[members]])
        written = np.array(bases, np.int64).reshape(-1, 2)
        return Graph(
            self.workbook.name, tuple(self.workbook.sheets), self.codes, self.values, owner, first, tuple(found), skeleton_of,
            self.ids, tuple(texts), written, tuple(blocks), tuple(self.reports),
        )  # fmt: skip

    def _targets(self) -> None:
        """The cells that formulas fill: their own, or for array formulas a rectangle."""
        from xlnn.cells import Range
        from xlnn.errors import UsageError

        sizes = {}
        for formula, ref in self.shapes.items():
            try:
                area = Range.parse(ref)
            except UsageError:
                continue
            rest = int(self.cells[formula]) % SPAN
            if area.first == Cell(rest // COLUMNS, rest % COLUMNS + 1) and area.height * area.width <= AT_ONCE:
                sizes[formula] = area.height, area.width
        self.sizes = sizes
        plain = np.ones(len(self.cells), bool)
        plain[list(sizes)] = False
        codes = [(self.cells[plain].reshape(-1, 1, 1), np.flatnonzero(plain))] if plain.any() else []
        for formula, (height, width) in sizes.items():
            grid = np.arange(height)[:, None] * COLUMNS + np.arange(width)
            codes.append((self.cells[formula] + grid[None], np.array([formula])))
        if sum(group.size for group, _ in codes) > OPERANDS:
            raise self._too_much()
        if sizes:
            wanted = np.unique(np.concatenate([group.ravel() for group, _ in codes]))
            missing = np.setdiff1d(wanted, self.codes)
            if len(missing):
                self._add_blank(missing)
        self.targets = [(self.positions(group), formulas) for group, formulas in codes]

    def _too_much(self) -> LimitError:
        return LimitError("the formulas of the workbook read more than {limit} cells together.", self.workbook.where(""),
                          limit=f"{OPERANDS:,}")  # fmt: skip

    def _report(self, formulas: np.ndarray, kind: str, problem: ContentError) -> None:
        for formula in formulas.tolist():
            sheet, rest = divmod(int(self.cells[formula]), SPAN)
            cell, error = Cell(rest // COLUMNS, rest % COLUMNS + 1), copy(problem)
            error.where = self.workbook.where(self.workbook.sheets[sheet], cell)
            self.reports.append(Report(self.workbook.sheets[sheet], cell, kind, error))

    def _blocks(self, skeleton: Skeleton, members: np.ndarray, place: np.ndarray) -> Iterator[Block]:
        """The formulas of a skeleton, by the sizes of what they read."""
        if not len(members):
            return
        if skeleton.tree is None:
            self._report(members, "unread", skeleton.problem)
            return
        function = unknown(skeleton.tree)
        if function:
            self._report(members, "unknown", ContentError("the function {found} is not calculated.", found=function[:40]))
            return
        codes = self.cells[members]
        sheet, rest = codes // SPAN, codes % SPAN
        here = np.stack([rest // COLUMNS, rest % COLUMNS + 1], axis=1)  # (copies, 2)
        references = skeleton.references[place]  # (copies, operands, 9)
        moved = (here - skeleton.cells[place])[:, None, [0, 1, 0, 1]] * (1 - references[:, :, 5:])
        edges = references[:, :, 1:5] + moved
        tops, bottoms = np.minimum(edges[..., :2], edges[..., 2:]), np.maximum(edges[..., :2], edges[..., 2:])
        sheets = np.where(references[:, :, 0] == -1, sheet[:, None], references[:, :, 0])
        off = (sheets < 0).any(1) | (tops < 1).any((1, 2)) | (bottoms > [ROWS, COLUMNS]).any((1, 2))
        if off.any():
            self._report(members[off], "unread", ContentError("the formula refers to cells that do not exist."))
        sizes = np.minimum(bottoms - tops + 1, self._used)  # (copies, operands, 2)
        shape = np.zeros((len(members), 2), np.int64)
        if self.sizes:
            shape[:] = [self.sizes.get(member, (0, 0)) for member in members.tolist()]
        keys = np.concatenate([sizes.reshape(len(members), -1), shape], axis=1)
        kept = np.flatnonzero(~off)
        for rows in _groups(keys, kept):
            first = keys[rows[0]]
            yield self._block(skeleton.tree, members[rows], sheets[rows], tops[rows], first[:-2].reshape(-1, 2), first[-2:])

    @cached_property
    def _used(self) -> np.ndarray:
        """Rows and columns in which anything stands, on any sheet: of a longer range the rest is blank."""
        rest = self.codes % SPAN
        if not len(rest):
            return np.array([1, 1])
        return np.array([rest.max() // COLUMNS, (rest % COLUMNS).max() + 1])

    def _block(self, tree: Tree, members: np.ndarray, sheets, tops, sizes, shape) -> Block:
        own, common, is_common = [], [], []
        for number, (height, width) in enumerate(sizes.tolist()):
            starts = sheets[:, number] * SPAN + tops[:, number, 0] * COLUMNS + tops[:, number, 1] - 1
            alike_ = len(starts) > 1 and (starts == starts[0]).all()
            starts = starts[:1] if alike_ else starts
            self.read_cells += len(starts) * height * width
            if self.read_cells > OPERANDS:
                raise self._too_much()
            grid = (np.arange(height)[:, None] * COLUMNS + np.arange(width)).ravel()
            found = self.positions(starts[:, None] + grid).astype(np.int32)
            is_common.append(bool(alike_))
            (common if alike_ else own).append(found)
        empty = np.empty((len(members), 0), np.int32)
        array = bool(shape[0])
        cells, rest = self.cells[members], self.cells[members] % SPAN
        grid = np.arange(max(shape[0], 1))[:, None] * COLUMNS + np.arange(max(shape[1], 1))
        return Block(
            tree, members, np.stack([rest // COLUMNS, rest % COLUMNS + 1], axis=1),
            tuple(map(tuple, sizes.tolist())), tuple(is_common),
            np.concatenate([empty, *own], axis=1), np.concatenate([empty[:1], *common], axis=1), tops,
            self.positions(cells[:, None, None] + grid), array,
        )  # fmt: skip


def _groups(keys: np.ndarray, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Rows by equal keys, in the order of their first."""
    if not len(rows):
        return
    if (keys[rows] == keys[rows[0]]).all():
        yield rows
        return
    _, which = np.unique(keys[rows], axis=0, return_inverse=True)
    which = which.ravel()
    order = np.argsort(which, kind="stable")
    yield from (rows[part] for part in np.split(order, np.flatnonzero(np.diff(which[order])) + 1))


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
