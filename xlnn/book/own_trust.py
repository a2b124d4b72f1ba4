"""Which of a person's formulas give the numbers of the training: only those are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from xlnn.book.own_cells import MARKS
from xlnn.book.whereabouts import OwnIterations, cells_of, plain
from xlnn.errors import LimitError
from xlnn.formula.block import calculated, shown_in
from xlnn.formula.building import completed
from xlnn.formula.graph import Graph
from xlnn.formula.values import ERROR, TEXT, Values
from xlnn.layout.cells import Cell
from xlnn.xlsx.workbook import Workbook

Spot = tuple[str, Cell]
Numbers = Mapping[str, np.ndarray]  # as the sheets show them, by quantity


def close(found: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Whether numbers on a sheet are those of the network."""
    return np.isclose(found, right, rtol=1e-8, atol=1e-12)


@dataclass
class Trust:
    """The formulas of the iterations that a workbook shows, each held against the training's numbers for that iteration.

    A formula is judged by itself: all that is a quantity's holds the training's numbers, what it reads beside them is calculated
    from these. So one that is wrong does not make those wrong that read it.
    """

    book: Workbook
    own: OwnIterations
    others: frozenset[str]  # what an iteration has otherwise than the one that it is made like: parameters, examples of its own
    marks: frozenset[str]  # quantities that a sheet may show as texts, ○ and ×
    _seen: dict[int, Numbers] = field(default_factory=dict)
    _like: set[int] = field(default_factory=set)  # seen in a later iteration that is made like it
    _wrong: dict[int, dict[Spot, str]] = field(default_factory=dict)

    def lacks(self, shown: int) -> bool:
        """Whether nothing was seen of an iteration that the workbook shows."""
        return shown not in self._seen

    def see(self, shown: int, numbers: Numbers, itself: bool) -> None:
        """The training's numbers in an iteration that the workbook shows or, where they are not kept, in one made like it."""
        self._seen[shown] = numbers
        self._like |= set() if itself else {shown}

    def is_wrong(self, sheet: str, cell: Cell) -> bool:
        """Whether the formula in a cell of the workbook gives another number than the training, or cannot be judged: a workbook
        may have more formulas than can be calculated."""
        if self._graph is None:
            return True
        if unjudged := self._seen.keys() - self._wrong.keys():
            values = self._values(self._graph)
            self._wrong |= {shown: dict(self._judged(shown, self._graph, values)) for shown in unjudged}
        return any((sheet, cell) in wrong for wrong in self._wrong.values())

    @property
    def names(self) -> set[str]:
        """The quantities with formulas that were found wrong."""
        return {plain(name).removeprefix("new_") for wrong in self._wrong.values() for name in wrong.values()}

    @cached_property
    def _graph(self) -> Graph | None:
        try:
            return completed(self.book)[0]
        except LimitError:
            return None

    def _cells(self, graph: Graph, shown: int) -> Iterator[tuple[str, int, float]]:
        """Quantity, cell and the right number of all that an iteration shows."""
        for name, where in {**self.own.shown[shown], **self.own.beyond.get(shown, {})}.items():
            if name in self._seen[shown]:
                for place, right in zip(cells_of(where), self._seen[shown][name].tolist(), strict=True):
                    if (number := graph.number(*place)) >= 0:
                        yield name, number, right

    def _values(self, graph: Graph) -> Values:
        """All values where what is a quantity's has the training's numbers."""
        seen = (entry for number in self._seen for entry in self._cells(graph, number))
        return graph.calculate({number: value for name, number, value in seen if name not in self.marks})

    def _judged(self, shown: int, graph: Graph, values: Values) -> Iterator[tuple[Spot, str]]:
        names, right = {}, np.full(len(graph.codes) + 1, np.nan)
        for name, number, value in self._cells(graph, shown):
            if shown not in self._like or name not in self.others:
                names[number], right[number] = name, value
        for first, cells in wrong(graph, values, right):
            yield graph.cell(first), next(names[number] for number in cells if number in names)


def wrong(graph: Graph, values: Values, right: np.ndarray) -> Iterator[tuple[int, list[int]]]:
    """The first cell, and all cells, of each formula that gives another number than is right; NaN is right where any is."""
    any_ = np.isnan(right)
    for block in graph.blocks:
        rows = np.flatnonzero(~any_[block.targets].all(axis=(1, 2)))
        for part in block.part(rows).chunks if len(rows) else ():
            found = shown_in(calculated(part, values).result.value, part.targets.shape)
            told = np.where(found.are(TEXT), np.isin(found.all_texts(), [*MARKS]), found.numbers)
            fits = any_[part.targets] | (~found.are(ERROR) & close(told, right[part.targets]))
            yield from ((int(cells[0, 0]), cells.ravel().tolist()) for cells in part.targets[~fits.all(axis=(1, 2))])
    unread = np.flatnonzero(~any_ & graph.is_leaf & (graph.owner >= 0))  # only what is stored says what they give
    yield from ((number, [number]) for number in unread.tolist() if not close(graph.values.numbers[number], right[number]))
