"""A workbook as a graph of cells: what they hold, the formulas between them, and the cells that each formula reads.

All cells lie in one flat array, sheet by sheet, row by row; its last entry is the blank cell. Blocks are formulas that
are calculated as one operation on arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from xlnn.errors import ContentError, Where
from xlnn.formula.alike import Skeleton
from xlnn.formula.block import Block, calculated, store, tied
from xlnn.formula.differentiating import propagate
from xlnn.formula.reading import parse
from xlnn.formula.tree import Tree
from xlnn.formula.tree import text as spelled
from xlnn.formula.values import BLANK, ERROR, ERRORS, NUMBER, TEXT, TRUTH, Values
from xlnn.layout.cells import COLUMNS, ROWS, Cell, Range
from xlnn.xlsx.cell_table import code

SPAN = (ROWS + 1) * COLUMNS  # codes of a sheet


@dataclass(frozen=True, slots=True)
class Report:
    """A formula whose cell counts as given: it is unread, unknown (its function), circular, or differs from what is stored."""

    where: Where
    kind: str
    problem: ContentError  # says so; of cells that are alike it is the same

    @property
    def sheet(self) -> str:
        return self.where.sheet

    @property
    def cell(self) -> Cell:
        return Cell.parse(self.where.cell)

    @property
    def error(self) -> ContentError:
        """What is to be said, with the place."""
        found = copy(self.problem)
        found.where = self.where
        return found


@dataclass(frozen=True, eq=False)
class Written:
    """The different texts of formulas; a text that stands in another cell of the same name on another sheet is the same."""

    texts: tuple[str, ...]
    cells: np.ndarray  # (texts, 2) the row and column where each is written
    skeletons: tuple[Skeleton, ...]
    skeleton_of: np.ndarray  # (texts,)
    place: np.ndarray  # (texts,) where it is among those of its skeleton

    def cell(self, which: int) -> Cell:
        return Cell(*self.cells[which].tolist())

    @cached_property
    def tree_of(self) -> np.ndarray:
        """(texts,) a number for each, the same for equal relative trees."""
        found, count = np.zeros(len(self.texts), np.int64), 0
        for number, skeleton in enumerate(self.skeletons):
            members = np.flatnonzero(self.skeleton_of == number)
            if skeleton.tree is None:
                _, same = np.unique([self.texts[member] for member in members], return_inverse=True)
            else:
                _, same = np.unique(skeleton.relative[self.place[members]], axis=0, return_inverse=True)
            found[members] = count + same.ravel()
            count += int(same.max()) + 1
        return found


@dataclass(frozen=True, slots=True)
class Overwritten:
    """A cell that holds a typed number, or nothing, where its siblings have formulas; the graph has the formula that they tell.

    `typed` is what it holds, nan where it is empty, `expected` what the formula gives. What reads it was not calculated since
    where it is `stale`: then the graph's values have what is expected.
    """

    cell: int
    sibling: int
    typed: float
    expected: float
    stale: bool


@dataclass(frozen=True, slots=True)
class Slip:
    """A formula, `text`, that departs from that of its `count` neighbours, of which `sibling` is one; where it gives a number the
    graph has what its sibling has."""

    cell: int
    sibling: int
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class Outdated:
    """A given number that was changed since the last calculation; one of several `cells` where it cannot be told which.

    `typed` is what it holds now, `used` what was calculated with, nan where several may be meant. The graph's values have it.
    """

    cells: tuple[int, ...]
    typed: float
    used: float


@dataclass(frozen=True, eq=False)
class Graph:
    """A workbook's cells and formulas. Cells are numbered along `codes`, formulas sheet by sheet, row by row."""

    name: str
    sheets: tuple[str, ...]
    codes: np.ndarray  # (cells,) int64, rising: sheet · SPAN + row · COLUMNS + column − 1
    values: Values  # (cells + 1,) as they are stored; the last is blank
    owner: np.ndarray  # (cells + 1,) the formula that fills a cell, −1 for none
    cell_of: np.ndarray  # (formulas,) the (first) cell of each formula
    written: Written
    text_of: np.ndarray  # (formulas,) which of the texts
    blocks: tuple[Block, ...]
    reports: tuple[Report, ...]
    level: np.ndarray = field(default_factory=lambda: np.empty(0, int))  # (formulas,) of the order of calculation
    overwritten: tuple[Overwritten, ...] = ()
    outdated: tuple[Outdated, ...] = ()
    slips: tuple[Slip, ...] = ()

    @property
    def instead(self) -> list[int]:
        """The cells that hold something else than the graph's formula."""
        return [one.cell for one in self.overwritten] + [one.cell for one in self.slips]

    # ---- cells ---------------------------------------------------------------------------------------

    def number(self, sheet: str, cell: Cell) -> int:
        """The number of a cell; −1 where nothing stands in it."""
        wanted = self.sheets.index(sheet) * SPAN + code(*cell)
        at = int(np.searchsorted(self.codes, wanted))
        return at if at < len(self.codes) and self.codes[at] == wanted else -1

    def cell(self, number: int) -> tuple[str, Cell]:
        sheet, rest = divmod(int(self.codes[number]), SPAN)
        return self.sheets[sheet], Cell(rest // COLUMNS, rest % COLUMNS + 1)

    def value(self, number: int | tuple[int, ...], values: Values | None = None):
        """What a cell holds: a float, a text, a truth value, an error's text, None for a blank."""
        values = values or self.values
        kind, held = values.all_kinds()[number], values.numbers[number]
        if kind == TEXT:
            return values.texts[number]
        read: dict[int, Callable] = {NUMBER: float, TRUTH: bool, ERROR: lambda code: ERRORS[int(code)], BLANK: lambda _: None}
        return read[int(kind)](held)

    def numbers(self, sheet: str, range_: Range) -> np.ndarray:
        """The numbers of a rectangle's cells, (rows, columns); −1 where nothing stands."""
        rows, columns = (np.arange(range_.first[axis], range_.last[axis] + 1) for axis in (0, 1))
        return positions(self.codes, self.sheets.index(sheet) * SPAN + code(rows[:, None], columns), -1)

    # ---- formulas ------------------------------------------------------------------------------------

    def text(self, number: int) -> str | None:
        """The formula in a cell without its =, moved there where it is shared; None where there is none."""
        formula = int(self.owner[number])
        if formula < 0:
            return None
        which, (_, cell) = int(self.text_of[formula]), self.cell(self.cell_of[formula])
        written, base = self.written.texts[which], self.written.cell(which)
        return written if base == cell else spelled(parse(written, base), cell)

    def tree(self, number: int) -> Tree | None:
        """The tree of a cell's formula, its references relative to the cell; None where there is none or it is not read."""
        formula = int(self.owner[number])
        if formula < 0 or self.written.skeletons[self.written.skeleton_of[self.text_of[formula]]].tree is None:
            return None
        which = int(self.text_of[formula])
        return parse(self.written.texts[which], self.written.cell(which))

    def pattern(self, number: int) -> tuple | None:
        """What is the same for copies of a cell's formula, also on other sheets; None where there is none."""
        formula = int(self.owner[number])
        if formula < 0:
            return None
        which = self.text_of[formula]
        kind = int(self.written.skeleton_of[which])
        return kind, tuple(seen[1:] for seen in self.written.skeletons[kind].seen(int(self.written.place[which])))

    def alike(self, number: int) -> np.ndarray:
        """The cells whose formulas have the same relative tree, this one among them; rising."""
        formula = int(self.owner[number])
        if formula < 0:
            return np.empty(0, np.int64)
        trees = self.written.tree_of[self.text_of]
        return np.sort(self.cell_of[trees == trees[formula]])

    def precedents(self, number: int) -> np.ndarray:
        """The filled cells that a cell's formula reads, rising; none where the cell counts as given."""
        at = self._rows[self.owner[number]]
        if at[0] < 0:
            return np.empty(0, np.int64)
        block, row = self.blocks[at[0]], at[1]
        if not (block.targets[row] == number).any():  # an array formula may be one for each of its cells
            row = int(np.flatnonzero((block.targets == number).any(axis=(1, 2)))[0])
        found = np.unique(np.concatenate([block.own[row], block.common[0]]))
        return found[found < len(self.codes)].astype(np.int64)

    def dependants(self, number: int) -> np.ndarray:
        """The cells whose formulas read a cell, rising."""
        found = [np.empty(0, np.int64)]
        for block in self.blocks:
            if (block.common == number).any():
                found.append(block.targets.ravel())
            else:
                found.append(block.targets[(block.own == number).any(axis=1)].ravel())
        return np.unique(np.concatenate(found))

    @cached_property
    def _rows(self) -> np.ndarray:
        """(formulas + 1, 2) the block of each formula and its row there, −1 for none."""
        found = np.full((len(self.cell_of) + 1, 2), -1)
        for number, block in enumerate(self.blocks):
            found[block.formulas, 0], found[block.formulas, 1] = number, np.arange(len(block.formulas))
        return found

    @cached_property
    def ties(self) -> np.ndarray:
        """The cells in whose formulas two branches tie, rising: equal numbers in a MAX, a condition at its border."""
        found = [part.targets[tied(calculated(part, self.values))].ravel() for block in self.blocks for part in block.chunks]
        return np.unique(np.concatenate([np.empty(0, np.int64), *found]))

    @cached_property
    def is_leaf(self) -> np.ndarray:
        """(cells + 1,) whether a cell counts as given: it holds no formula, or one that is not followed."""
        return self._rows[self.owner, 0] < 0

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

    @cached_property
    def meant(self) -> Values:
        """The values of all cells where those that were overwritten hold what their formulas give."""
        return self.calculate({one.cell: one.expected for one in self.overwritten}) if self.overwritten else self.values

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
        return self.slopes([seeds], values, cut)[0]

    def slopes(
        self, seeds: Sequence[Mapping[int, float]], values: Values | None = None, cut: np.ndarray | None = None
    ) -> np.ndarray:
        """`derivatives` of several sums in one pass, (sums, cells + 1)."""
        adjoints = np.zeros((len(seeds), len(self.codes) + 1))
        for row, one in enumerate(seeds):
            adjoints[row, np.fromiter(one.keys(), np.int64)] = np.fromiter(one.values(), float)
        return propagate(self.steps, values or self.values, adjoints, cut)


def positions(codes: np.ndarray, wanted: np.ndarray, missing: int) -> np.ndarray:
    """Where cells are among `codes`, `missing` where they are not."""
    if not len(codes):
        return np.full(wanted.shape, missing)
    at = np.searchsorted(codes, wanted)
    at[at == len(codes)] = 0
    return np.where(codes[at] == wanted, at, missing)
