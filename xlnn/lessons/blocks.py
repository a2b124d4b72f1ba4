"""Calculation sheets that are no network: the spreadsheets of the book's chapters 1 to 5.

A lesson is sheets of blocks. A block is a named array: typed numbers, or cells that follow a rule (rules.py); its name
is its symbol. As everywhere, the rule's `cell` gives the number on arrays and spells the formula on placed ones, and
`xlnn check` applies it to the sheet's own cells.

>>> sheet = Sheet("1-2", "A neuron", (
...     Block("w", "C4", (3,), numbers=(1, 2, 3), label="weights"),
...     Block("x", "D4", (3,), numbers=(1, 0, 1)),
...     Block("s", "C8", needs=("w", "x"), cell=lambda w, x: (w * x).sum(), equation="s = Σ w x"),
... ))
>>> calculated(Lesson("1-2", "A neuron", (sheet,)))["s"].item()
4.0

Cells may follow from earlier cells of the same array: blocks whose first axis is "step" are calculated step by step,
`Block("x", "C7", (31,), axes=("step",), needs=("start", "x", "Δx"), cell=lambda start, x, dx, i: start if i == 0 else
x[i - 1] + dx[i - 1])`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, product

import numpy as np

from xlnn.layout.cells import Cell
from xlnn.layout.places import Move, Place
from xlnn.model.quantities import Quantity
from xlnn.model.rules import Rule

STEP = "step"  # the axis along which a calculation goes on from its own numbers


@dataclass(frozen=True)
class Block:
    """A named array on a sheet, from the cell `at` on; one axis goes down, two are rows and columns.

    `numbers` are typed; else `cell(*needs, *index)` gives one number of it, in NumPy's words (see formulas.py for those
    that can be spelled). `steps`, where given, are the (rows, columns) from one index of each axis to the next.
    `label` stands left of the first cell (or at `label_at`), the equation at `equation_at`.
    """

    name: str
    at: str
    shape: tuple[int, ...] = ()
    numbers: Sequence | np.ndarray | float | None = None
    needs: tuple[str, ...] = ()
    cell: Callable | None = None
    equation: str = ""
    axes: tuple[str, ...] = ()
    steps: tuple[Move, ...] = ()
    style: str = ""
    label: str = ""
    label_at: str = ""
    equation_at: str = ""

    @cached_property
    def place(self) -> Place:
        usual = {0: (), 1: ((1, 0),), 2: ((1, 0), (0, 1))}
        return Place(Cell.parse(self.at), self.shape, self.steps or usual[len(self.shape)])

    @cached_property
    def quantity(self) -> Quantity:
        return Quantity(self.name, axes=self.axes or ("",) * len(self.shape), shape=self.shape)

    @cached_property
    def rule(self) -> Rule:
        """Raises AttributeError for typed numbers."""
        if self.cell is None:
            raise AttributeError(f"{self.name} is given")
        values = lambda *arrays: _whole(self.cell, arrays, self.shape)
        return Rule(self.quantity, self.needs, self.equation, "", values, self.cell)

    @property
    def given(self) -> bool:
        return self.cell is None

    @property
    def stepwise(self) -> bool:
        return self.axes[:1] == (STEP,)


@dataclass(frozen=True)
class Text:
    """A text in a cell: a template of words.py, with its fields; or, `typed`, what a person may type there.

    With `link`, a block of the lesson, it leads to the first cell of that block.
    """

    at: str
    text: str
    style: str = "plain"
    fields: Mapping | tuple[()] = ()
    typed: bool = False
    link: str = ""


@dataclass(frozen=True)
class Series:
    """A curve: `y` over `x`, each the name of a block, or a name and the index of a part of it: ("A", (slice(None), 0)).

    `drawn`: "points" or "line" where it is to look other than the chart's `subtype` says.
    """

    name: str
    x: str | tuple
    y: str | tuple
    drawn: str = ""


@dataclass(frozen=True)
class Chart:
    """A native chart, its upper left corner in the cell `at`; `kind` and `subtype` (of scatter) as XlsxWriter names them."""

    at: str
    title: str
    series: tuple[Series, ...]
    x: str = ""
    y: str = ""
    kind: str = "scatter"
    subtype: str = "straight_with_markers"
    lowest: float | None = None  # where the vertical axis begins, if not where the program puts it
    extent: float | None = None  # both axes go from −extent to extent and are equally long, so that a circle is one


@dataclass(frozen=True)
class Sheet:
    """One sheet, named after its section. `title` stands in its first row; `widths` are columns with another than usual.

    One that stands in the workbook already, such as a network's Data, is left as it is; its blocks are only referred to.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    texts: tuple[Text, ...] = ()
    charts: tuple[Chart, ...] = ()
    widths: Mapping[str, float] | tuple[()] = ()
    shaded: tuple[str, ...] = ()  # blocks that are shown as pictures
    named: Mapping[str, str] | tuple[()] = ()  # names for the cells of blocks: formulas and a Solver may use them
    weights: tuple[str, ...] = ()  # blocks that are shown as pictures from red (negative) to blue


@dataclass(frozen=True)
class Lesson:
    """Sheets that belong together; the name of a block is its own in the whole lesson."""

    name: str
    title: str
    sheets: tuple[Sheet, ...]

    def __post_init__(self):
        names = [block.name for sheet in self.sheets for block in sheet.blocks]
        if len(set(names)) < len(names):
            raise ValueError(f"twice in {self.name}: {sorted({n for n in names if names.count(n) > 1})}")

    @cached_property
    def blocks(self) -> dict[str, Block]:
        return {block.name: block for sheet in self.sheets for block in sheet.blocks}

    @cached_property
    def sheet_of(self) -> dict[str, str]:
        """The sheet on which each block stands."""
        return {block.name: sheet.name for sheet in self.sheets for block in sheet.blocks}

    def only(self, section: str, *others: str) -> Lesson:
        """The sheet of one section, the others that are named, and those that their cells need."""
        wanted, more = set(), {section, *others}
        while more:
            wanted |= more
            blocks = [block for sheet in self.sheets if sheet.name in wanted for block in sheet.blocks]
            more = {self.sheet_of[need] for block in blocks for need in block.needs} - wanted
        return replace(self, name=section, sheets=tuple(sheet for sheet in self.sheets if sheet.name in wanted))

    def with_numbers(self, numbers: Mapping[str, np.ndarray]) -> Lesson:
        """The same lesson with other typed numbers, by block."""
        change = lambda b: replace(b, numbers=numbers[b.name]) if b.given and b.name in numbers else b
        return replace(self, sheets=tuple(replace(s, blocks=tuple(map(change, s.blocks))) for s in self.sheets))


def calculated(lesson: Lesson) -> dict[str, np.ndarray]:
    """Every block's numbers, as float64 arrays of its shape, the typed ones too."""
    values: dict[str, np.ndarray] = {}
    for stepwise, blocks in groupby(lesson.blocks.values(), key=lambda block: block.stepwise):
        for block in _step_by_step(list(blocks), values) if stepwise else blocks:
            if block.given:
                values[block.name] = np.broadcast_to(np.asarray(block.numbers, dtype=float), block.shape).copy()
            elif not stepwise:
                values[block.name] = block.rule.values(*[values[need] for need in block.needs])
    return values


def _step_by_step(blocks: list[Block], values: dict[str, np.ndarray]) -> Iterator[Block]:
    """Calculates blocks that go on from one another's numbers; yields those that are typed."""
    yield from (block for block in blocks if block.given)
    rules = [block for block in blocks if not block.given]
    values |= {block.name: np.full(block.shape, np.nan) for block in rules}
    with np.errstate(all="ignore"):
        for i in range(max((block.shape[0] for block in rules), default=0)):
            for block in rules:
                for index in _indexes(block.shape[1:]) if i < block.shape[0] else ():
                    values[block.name][i, *index] = block.cell(*[values[need] for need in block.needs], i, *index)


def _whole(cell: Callable, arrays: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    with np.errstate(all="ignore"):
        numbers = [float(cell(*arrays, *index)) for index in _indexes(shape)]
    return np.array(numbers).reshape(shape)


def _indexes(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return product(*map(range, shape))
