"""Where an array lies that follows no stride pattern: a list of its cells, which may be on several sheets.

A list is asked for the same as a Place: `cell`, `index`, parts by `[…]`, `grid`, `bounds`.

>>> sheet, place = lying([("S", Cell.parse("D4")), ("S", Cell.parse("D6")), ("S", Cell.parse("D7"))], (3,))
>>> place.cell(2).name
'D7'
>>> lying([("S", Cell.parse("D4")), ("S", Cell.parse("D6")), ("S", Cell.parse("D8"))], (3,))[1].steps
((2, 0),)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlnn.layout.cells import Cell, Range
from xlnn.layout.places import Move, Place

Spot = tuple[str, Cell]  # sheet and cell


@dataclass(frozen=True)
class Listed(Place):
    """The cells of an array one by one, in its order, and the sheet of each; it begins at the first of them.

    `steps` are those between the first two along each axis.
    """

    cells: tuple[Cell, ...] = ()
    sheets: tuple[str, ...] = ()

    def __post_init__(self):
        object.__setattr__(self, "origin", self.cells[0])
        super().__post_init__()

    @property
    def is_on_several(self) -> bool:
        """Whether not all of it is on one sheet."""
        return len(set(self.sheets)) > 1

    def _flat(self, index: tuple[int, ...]) -> int:
        if len(index) != len(self.shape):
            raise IndexError(f"{len(self.shape)} indexes needed, not {len(index)}")
        if any(not -size <= number < size for number, size in zip(index, self.shape, strict=True)):
            raise IndexError(f"{index} is out of bounds for {self.shape}")
        wrapped = tuple(number % size for number, size in zip(index, self.shape, strict=True))
        return int(np.ravel_multi_index(wrapped, self.shape)) if self.shape else 0

    def cell(self, *index: int) -> Cell:
        return self.cells[self._flat(index)]

    def at(self, *index: int) -> Spot:
        """Sheet and cell of one index."""
        flat = self._flat(index)
        return self.sheets[flat], self.cells[flat]

    def __getitem__(self, key) -> Place:
        """A part; it is a list, too, where it is on another sheet than the first cell."""
        chosen = np.asarray(np.arange(self.size).reshape(self.shape)[key])
        numbers = chosen.ravel().tolist()
        sheets, cells = [self.sheets[k] for k in numbers], [self.cells[k] for k in numbers]
        if self.is_on_several:
            return _listed(sheets, cells, chosen.shape)
        return lying(list(zip(sheets, cells, strict=True)), chosen.shape)[1]

    def moved(self, rows: int = 0, columns: int = 0) -> Place:
        return replace(self, cells=tuple(cell.moved(rows, columns) for cell in self.cells))

    def repeated(self, count: int, step: Move) -> Place:
        cells = tuple(cell.moved(k * step[0], k * step[1]) for k in range(count) for cell in self.cells)
        return Listed(self.origin, (count, *self.shape), (step, *self.steps), cells, self.sheets * count)

    def grid(self) -> tuple[np.ndarray, np.ndarray]:
        both = np.array(self.cells, dtype=np.int64).reshape(-1, 2)
        return both[:, 0].reshape(self.shape), both[:, 1].reshape(self.shape)

    def bounds(self) -> Range:
        rows, columns = self.grid()
        return Range(Cell(int(rows.min()), int(columns.min())), Cell(int(rows.max()), int(columns.max())))

    def range(self) -> Range | None:
        return None if self.is_on_several else super().range()


def _listed(sheets: Sequence[str], cells: Sequence[Cell], shape: tuple[int, ...]) -> Listed:
    return Listed(cells[0], shape, _steps(np.array(cells, dtype=np.int64), shape), tuple(cells), tuple(sheets))


def lying(spots: Sequence[Spot], shape: tuple[int, ...]) -> tuple[str, Place]:
    """Sheet and place of an array whose cells these are, in its order: a stride pattern where there is one, or their list.

    Of several sheets the first is told.
    """
    sheets, cells = [sheet for sheet, _ in spots], [cell for _, cell in spots]
    numbers = np.array(cells, dtype=np.int64).reshape(-1, 2)
    if not len(numbers):
        return "", Place(Cell(1, 1), shape, ((0, 0),) * len(shape))
    place = Place(cells[0], shape, _steps(numbers, shape))
    regular = all(np.array_equal(a.ravel(), b) for a, b in zip(place.grid(), numbers.T, strict=True))
    if regular and len(set(sheets)) == 1:
        return sheets[0], place
    return sheets[0], _listed(sheets, cells, shape)


def _steps(numbers: np.ndarray, shape: tuple[int, ...]) -> tuple[Move, ...]:
    """The steps between the first two cells along every axis; none along one of a single place."""
    grid = numbers.reshape(*shape, 2)
    first = grid[(0,) * len(shape)]
    found = []
    for axis, size in enumerate(shape):
        second = grid[tuple(int(size > 1 and other == axis) for other in range(len(shape)))]
        found.append((int(second[0] - first[0]), int(second[1] - first[1])))
    return tuple(found)


def spots(sheet: str, place: Place) -> Iterator[Spot]:
    """Sheet and cell of every number, in the array's order."""
    if isinstance(place, Listed):
        yield from zip(place.sheets, place.cells, strict=True)
    else:
        rows, columns = (part.ravel().tolist() for part in place.grid())
        yield from ((sheet, Cell(*cell)) for cell in zip(rows, columns, strict=True))


def spot(sheet: str, place: Place, index: Sequence[int]) -> Spot:
    """Sheet and cell of one number."""
    return place.at(*index) if isinstance(place, Listed) else (sheet, place.cell(*index))


def by_sheet(sheet: str, place: Place) -> Iterator[tuple[str, Place, np.ndarray | None]]:
    """What lies on each sheet: sheet, place (flat where there are several), positions in the array (None: all of it)."""
    names = sheets_of(sheet, place)
    if not isinstance(place, Listed) or len(names) == 1:
        yield names[0], place, None
        return
    for name in names:
        chosen = np.array([k for k, own in enumerate(place.sheets) if own == name])
        cells = [place.cells[k] for k in chosen.tolist()]
        yield name, lying([(name, cell) for cell in cells], (len(cells),))[1], chosen


def sheets_of(sheet: str, place: Place) -> list[str]:
    """The sheets on which an array lies, in their order."""
    return list(dict.fromkeys(place.sheets)) if isinstance(place, Listed) else [sheet]
