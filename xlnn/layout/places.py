"""A place says where an array lies on a sheet: a NumPy stride pattern whose strides are (rows, columns).

The authors' image k, row i, column j lies at L5 + k·(0, 4) + i·(1, 0) + j·(0, 1):

>>> x = Place(Cell.parse("L5"), (64, 4, 3), ((0, 4), (1, 0), (0, 1)))
>>> x.cell(1, 0, 2).name
'R5'
>>> x[0].range().name
'L5:N8'
>>> x.index(Cell.parse("R5"))
(1, 0, 2)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

import numpy as np

from xlnn.errors import LimitError, UsageError
from xlnn.layout.cells import COLUMNS, ROWS, Cell, Range

Move = tuple[int, int]  # (rows, columns)


@dataclass(frozen=True)
class Place:
    """Where an array of `shape` lies: its first number at `origin`, for every axis a step (rows, columns)."""

    origin: Cell
    shape: tuple[int, ...] = ()
    steps: tuple[Move, ...] = ()

    def __post_init__(self):
        if len(self.shape) != len(self.steps):
            raise UsageError("a place needs one step for each of its {count} axes.", count=len(self.shape))

    @property
    def size(self) -> int:
        return prod(self.shape)

    def cell(self, *index: int) -> Cell:
        """The cell of one index. Raises IndexError outside the shape, as an array does."""
        if len(index) != len(self.shape):
            raise IndexError(f"{len(self.shape)} indexes needed, not {len(index)}")
        row, column = self.origin
        for number, size, (rows, columns) in zip(index, self.shape, self.steps, strict=True):
            if not -size <= number < size:
                raise IndexError(f"index {number} is out of bounds for an axis of size {size}")
            row, column = row + number % size * rows, column + number % size * columns
        return Cell(row, column)

    @cached_property
    def _indexes(self) -> dict[Cell, tuple[int, ...]]:
        return {self.cell(*index): index for index in product(*map(range, self.shape))}

    def index(self, cell: Cell) -> tuple[int, ...] | None:
        """The index that lies in `cell`, or None: the way back from `cell`."""
        return self._indexes.get(cell)

    def __contains__(self, cell: Cell) -> bool:
        """Whether one of its numbers lies in `cell`: for a single question quicker than `index`."""
        rows, columns = self.grid()
        return bool(((rows == cell.row) & (columns == cell.column)).any())

    def __getitem__(self, key) -> Place:
        """The place of a part of the array, by integers and slices as in NumPy; `x[k]` is one image."""
        keys = key if isinstance(key, tuple) else (key,)
        if len(keys) > len(self.shape):
            raise IndexError(f"too many indexes: {len(self.shape)} axes, {len(keys)} given")
        origin, shape, steps = self.origin, [], []
        for axis, (size, step) in enumerate(zip(self.shape, self.steps, strict=True)):
            part = keys[axis] if axis < len(keys) else slice(None)
            if isinstance(part, slice):
                numbers = range(*part.indices(size))
                start = numbers.start if len(numbers) else 0
                shape.append(len(numbers))
                steps.append((step[0] * numbers.step, step[1] * numbers.step))
            else:
                if not -size <= part < size:
                    raise IndexError(f"index {part} is out of bounds for an axis of size {size}")
                start = part % size
            origin = origin.moved(start * step[0], start * step[1])
        return Place(origin, tuple(shape), tuple(steps))

    def moved(self, rows: int = 0, columns: int = 0) -> Place:
        return Place(self.origin.moved(rows, columns), self.shape, self.steps)

    def repeated(self, count: int, step: Move) -> Place:
        """With one more axis in front: `count` times, each a `step` further (the image axis)."""
        return Place(self.origin, (count, *self.shape), (step, *self.steps))

    def grid(self) -> tuple[np.ndarray, np.ndarray]:
        """Row numbers and column numbers of all cells, two arrays of `shape`."""
        rows, columns = np.full(self.shape, self.origin.row), np.full(self.shape, self.origin.column)
        for axis, (size, (down, right)) in enumerate(zip(self.shape, self.steps, strict=True)):
            along = np.arange(size).reshape((-1,) + (1,) * (len(self.shape) - axis - 1))
            rows, columns = rows + along * down, columns + along * right
        return rows, columns

    def bounds(self) -> Range:
        """The smallest rectangle around all its cells."""
        row, column = self.origin
        rows = [(size - 1) * step[0] for size, step in zip(self.shape, self.steps, strict=True)]
        columns = [(size - 1) * step[1] for size, step in zip(self.shape, self.steps, strict=True)]
        return Range(
            Cell(row + sum(min(0, r) for r in rows), column + sum(min(0, c) for c in columns)),
            Cell(row + sum(max(0, r) for r in rows), column + sum(max(0, c) for c in columns)),
        )

    def range(self) -> Range | None:
        """The rectangle that it fills without a gap, read row by row in the array's own order; else None."""
        if self.size == 1:
            return Range(self.origin, self.origin)
        bounds = self.bounds()
        if bounds.height * bounds.width != self.size or bounds.first != self.origin:
            return None
        rows, columns = (part.ravel() for part in self.grid())
        in_order = (rows - bounds.first.row) * bounds.width + columns - bounds.first.column
        return bounds if np.array_equal(in_order, np.arange(self.size)) else None


def check_places(places: Mapping[str, Place]) -> None:
    """Raises LimitError for a place off the sheet and UsageError for two that share a cell."""
    for name, place in places.items():
        bounds = place.bounds()
        if not (bounds.first.on_sheet and bounds.last.on_sheet):
            raise LimitError(
                "{name} would need the cells from row {row1}, column {column1} to row {row2}, column {column2}; "
                "a sheet has {rows} rows and {columns} columns.",
                name=name, row1=bounds.first.row, column1=bounds.first.column,
                row2=bounds.last.row, column2=bounds.last.column, rows=f"{ROWS:,}", columns=f"{COLUMNS:,}",
            )  # fmt: skip
    shared = first_shared_cell(places)
    if shared:
        first, second, cell = shared
        raise UsageError("{first} and {second} both lie in cell {cell}.", first=first, second=second, cell=cell.name)


def first_shared_cell(places: Mapping[str, Place]) -> tuple[str, str, Cell] | None:
    """Two names (or one twice) whose places share a cell, and that cell; None where all are apart."""
    names = list(places)
    codes = [_codes(places[name]) for name in names]
    owner = np.repeat(np.arange(len(names)), [len(code) for code in codes])
    everything = np.concatenate(codes) if codes else np.empty(0, int)
    order = np.argsort(everything, kind="stable")
    twice = np.flatnonzero(np.diff(everything[order]) == 0)
    if not len(twice):
        return None
    here, there = order[twice[0]], order[twice[0] + 1]
    row, column = divmod(int(everything[here]), COLUMNS + 1)
    return names[owner[here]], names[owner[there]], Cell(row, column)


def _codes(place: Place) -> np.ndarray:
    rows, columns = place.grid()
    return (rows * (COLUMNS + 1) + columns).ravel()


def contiguous_steps(sizes: Iterable[int], block: Range) -> tuple[Move, ...] | None:
    """The steps of axes of these sizes that fill `block` read row by row; None where no such steps exist."""
    sizes = tuple(sizes)
    if prod(sizes) != block.height * block.width:
        return None
    steps = []
    for axis, size in enumerate(sizes):
        distance = prod(sizes[axis + 1 :])  # cells from one index to the next, read row by row
        if distance % block.width and distance * size > block.width:
            return None
        steps.append(divmod(distance, block.width) if distance % block.width == 0 else (0, distance))
    return tuple(steps)
