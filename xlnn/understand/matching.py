"""What the cells between mean: every cell is held against the quantities of the network, at numbers changed at random.

The network that was found is calculated with xlnn's own rules from the sheet's own numbers; a cell that agrees with δ²₁ of
image 3 at all points is δ²₁ of image 3, whatever its formula and wherever it lies. Signs and factors that people use
(δ = t − a, Σ without ½, the mean, η inside) are tried too. Every rule is applied to the cells that are named already, so that
what merely follows from a wrong cell is named nevertheless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.formula.values import NUMBER, Values
from xlnn.understand.placing import filled, numbers, pattern
from xlnn.understand.wiring import Wiring

CLOSE = 1e-9  # relative: numbers that agree
SEVERAL = 64  # cells that may agree with one element
ENOUGH = 3  # a quantity is found where every third of its elements is


@dataclass(frozen=True, eq=False)
class Named:
    """The cells of one quantity: (images, *shape) or (*shape) of cell numbers, −1 where none was found; `factor` is what
    the sheet's numbers are of the quantity's own: −1 for δ = t − a."""

    cells: np.ndarray
    factor: float = 1.0

    @property
    def is_whole(self) -> bool:
        return bool((self.cells >= 0).all())


def agree(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.abs(found - expected) <= CLOSE * np.maximum(np.abs(found), np.abs(expected)) + 1e-14


def commonest(numbers: np.ndarray, close: float) -> float:
    """The number with which most others agree."""
    order = np.sort(numbers)
    reach = np.searchsorted(order, order + close * np.abs(order), side="right") - np.arange(len(order))
    at = int(reach.argmax())
    return float(np.median(order[at : at + reach[at]]))


class Naming:
    """All cells with formulas, their numbers at some points, and which of them have a name already."""

    def __init__(self, wiring: Wiring, points: Sequence[Values]):
        self.wiring, self.points = wiring, points
        graph = wiring.graph
        self.free = ~graph.is_leaf  # (cells + 1,): cells that may be given a name
        self.typed = graph.is_leaf & (graph.values.all_kinds() == NUMBER)  # numbers that may have been pasted over a formula
        self.typed[-1] = False
        self.cells = np.flatnonzero(self.free[:-1])
        self.seen = np.array([values.numbers[self.cells] for values in points])  # (points, cells)
        self.order = np.argsort(self.seen[0], kind="stable")
        self.first = self.seen[0][self.order]

    def numbers(self, cells: np.ndarray) -> list[np.ndarray]:
        """The numbers of an array of cells at each point."""
        return [values.numbers[cells] for values in self.points]

    def take(self, cells: np.ndarray) -> None:
        """These cells have a name now."""
        self.free[cells[cells >= 0]] = False

    def find(self, expected: Sequence[np.ndarray], factors: Sequence[float] = (1.0,)) -> Named | None:
        """The cells whose numbers are those of a quantity at all points, or a multiple of them; None where too few are."""
        wanted = np.array([np.ravel(np.asarray(part, float)) for part in expected])
        moving = np.isfinite(wanted).all(axis=0) & (np.abs(wanted) > 1e-13).any(axis=0)
        best, most = None, 0
        for factor in factors:
            cells = self._assigned(wanted * factor, moving)
            count = int((cells >= 0).sum())
            if count > most:
                best, most = Named(cells.reshape(np.shape(expected[0])), factor), count
        if best is None or most * ENOUGH < moving.sum():
            return None
        return Named(self.completed(self._regular(best.cells, wanted * best.factor)), best.factor)

    def _regular(self, cells: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Of several cells with the same number the one where the pattern of the others has it."""
        found = pattern(self.wiring.graph, cells)
        if found is None:
            return cells
        whole = numbers(self.wiring.graph, found)
        same = agree(np.array(self.numbers(whole.ravel())), wanted).all(axis=0).reshape(cells.shape)
        return np.where(same & self.free[whole] & (whole >= 0), whole, cells)

    def completed(self, cells: np.ndarray) -> np.ndarray:
        """Gaps filled from the pattern of the others: with formulas that have no name, or numbers typed among them."""
        return filled(self.wiring.graph, cells, self.free | (self.typed if cells.size > 2 else False))

    def keep(self, cells: np.ndarray) -> None:
        """These cells are given numbers of the network: no gap is filled with them."""
        self.typed[cells[cells >= 0]] = False

    def keep_copies(self, cells: np.ndarray) -> None:
        """Copies of these given numbers are nothing that is calculated, whatever agrees with them."""
        self.free[self.wiring.is_copy & np.isin(self.wiring.source, cells[cells >= 0])] = False

    def _assigned(self, wanted: np.ndarray, moving: np.ndarray) -> np.ndarray:
        """(elements,) a cell for each; formulas of one kind before others: those that agree with most elements."""
        element, cell = self._pairs(wanted)
        kept = moving[element] & self.free[cell]
        element, cell = element[kept], cell[kept]
        block = self.wiring.block_of[cell]
        found = np.full(wanted.shape[1], -1)
        sizes = {b: len(np.unique(element[block == b])) for b in np.unique(block).tolist()}
        for b in sorted(sizes, key=lambda b: (-sizes[b], bool(self.wiring.is_copy[self._one(b)]), b)):
            mine = block == b
            rest = mine & (found[element] < 0)
            if rest.any() and (found < 0).any():
                at, where = np.unique(element[rest], return_index=True)
                found[at] = cell[rest][where]
        return found

    def _one(self, block: int) -> int:
        return int(self.wiring.graph.blocks[block].targets.flat[0])

    def _pairs(self, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pairs (element, cell) that agree at all points; `wanted` is (points, elements)."""
        reach = CLOSE * np.abs(wanted[0]) + 1e-14
        low = np.searchsorted(self.first, wanted[0] - reach)
        high = np.searchsorted(self.first, wanted[0] + reach, side="right")
        counts = np.minimum(high - low, SEVERAL)
        element = np.repeat(np.arange(len(low)), counts)
        offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        at = self.order[np.repeat(low, counts) + offset]
        kept = agree(self.seen[:, at], wanted[:, element]).all(axis=0)
        return element[kept], self.cells[at[kept]]
