"""Where an array of cells lies: its stride pattern where it has one, and the cells that are missing from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from xlnn.formula.graph import SPAN, Graph
from xlnn.layout.cells import COLUMNS, Cell
from xlnn.layout.listed import Listed, lying
from xlnn.layout.places import Move, Place

MOST_OF = 0.6  # of the cells lie where a pattern says, or it is none


@dataclass(frozen=True)
class Pattern:
    """A sheet (its number) and the stride pattern on it."""

    sheet: int
    place: Place


def positions(graph: Graph, cells: np.ndarray) -> np.ndarray:
    """(…, 3) sheet, row and column of cells by number; −1 where there is none."""
    codes = np.append(graph.codes, 0)[cells]
    rest = codes % SPAN
    found = np.stack([codes // SPAN, rest // COLUMNS, rest % COLUMNS + 1], axis=-1)
    found[cells < 0] = -1
    return found


def pattern(graph: Graph, cells: np.ndarray) -> Pattern | None:
    """The stride pattern that most of the cells follow, (…) of numbers with −1 for gaps; None where there is none."""
    there = cells >= 0
    if not there.any():
        return None
    where = positions(graph, cells)
    sheet = _commonest(where[there][:, 0])
    there &= where[..., 0] == sheet
    steps = [_step(where, there, axis) for axis in range(cells.ndim)]
    if steps.count(None) == 1:
        axis = steps.index(None)
        steps[axis] = _last_step(where[..., 1:] - _offset(cells.shape, steps), there, axis)
    if any(step is None for step in steps):
        return None
    origins = (where[..., 1:] - _offset(cells.shape, steps))[there]
    origin = _commonest_row(origins)
    if (origins == origin).all(axis=1).sum() < MOST_OF * (cells >= 0).sum():
        return None
    return Pattern(int(sheet), Place(Cell(*origin.tolist()), cells.shape, tuple(steps)))


def _step(where: np.ndarray, there: np.ndarray, axis: int) -> Move | None:
    """The commonest step along an axis; (0, 0) where it has only one place, None where no two stand there."""
    size = where.shape[axis]
    if size == 1:
        return (0, 0)
    for apart in range(1, size):
        first, second = range(size - apart), range(apart, size)
        both = np.take(there, first, axis) & np.take(there, second, axis)
        moves = (np.take(where, second, axis) - np.take(where, first, axis))[both][:, 1:]
        moves = moves[(moves % apart == 0).all(axis=1)] // apart
        if len(moves):
            rows, columns = _commonest_row(moves).tolist()
            return rows, columns
    return None


def _last_step(where: np.ndarray, there: np.ndarray, axis: int) -> Move | None:
    """The step along an axis whose places never stand beside one another, from places without the steps of all other axes."""
    lines = []
    for k in range(where.shape[axis]):
        mine = np.take(where, k, axis)[np.take(there, k, axis)]
        if len(mine):
            lines.append((k, _commonest_row(mine)))
    if len(lines) < 2:
        return None
    (first, one), (last, other) = lines[0], lines[-1]
    rows, columns = (other - one).tolist()
    apart = last - first
    return None if rows % apart or columns % apart else (rows // apart, columns // apart)


def _offset(shape: tuple[int, ...], steps: Sequence[Move | None]) -> np.ndarray:
    """(…, 2) rows and columns from the first place, by the steps that are known."""
    found = np.zeros((*shape, 2), np.int64)
    for index, step in zip(cast(np.ndarray, np.indices(shape)), steps, strict=True):
        found += index[..., None] * np.array(step or (0, 0))
    return found


def _commonest(numbers: np.ndarray) -> int:
    values, counts = np.unique(numbers, return_counts=True)
    return int(values[counts.argmax()])


def _commonest_row(pairs: np.ndarray) -> np.ndarray:
    """The commonest of pairs of rows and columns, (n, 2)."""
    packed = pairs[:, 0] * (1 << 32) + pairs[:, 1]
    return pairs[np.flatnonzero(packed == _commonest(packed))[0]]


def is_exact(graph: Graph, cells: np.ndarray, found: Pattern | None) -> bool:
    """Whether all cells lie where the pattern says."""
    return found is not None and bool((numbers(graph, found) == cells).all())


def numbers(graph: Graph, found: Pattern) -> np.ndarray:
    """The numbers of the cells of a pattern; −1 where nothing stands."""
    rows, columns = found.place.grid()
    return at(graph, np.stack([np.full_like(rows, found.sheet), rows, columns], axis=-1))


def at(graph: Graph, where: np.ndarray) -> np.ndarray:
    """The numbers of cells, from (…, 3) sheet, row and column; −1 where nothing stands."""
    sheet, row, column = np.moveaxis(where, -1, 0)
    codes = sheet * SPAN + row * COLUMNS + column - 1
    found = np.minimum(np.searchsorted(graph.codes, codes), len(graph.codes) - 1)
    return np.where((row > 0) & (column > 0) & (column <= COLUMNS) & (graph.codes[found] == codes), found, -1)


def filled(graph: Graph, cells: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The cells with gaps filled from the pattern that most follow, where a `free` cell stands there."""
    if (cells >= 0).all():
        return cells
    found = pattern(graph, cells)
    if found is None:
        return cells
    whole = numbers(graph, found)
    return np.where((cells < 0) & (whole >= 0) & free[whole], whole, cells)


def place(graph: Graph, cells: np.ndarray) -> tuple[str, Place | Listed]:
    """The sheet and stride pattern of an array of cells, or a list of them where there is none."""
    found = pattern(graph, cells)
    if found is not None and is_exact(graph, cells, found):
        return graph.sheets[found.sheet], found.place
    return lying([graph.cell(c) for c in cells.ravel().tolist()], cells.shape)
