"""The filled cells of a sheet, by address: numbers as one array, everything else beside it.

Only what is filled takes memory: a sheet with one cell at A1 and one at XFD1048576 holds two.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from xlnn.layout.cells import COLUMNS, Cell, Range
from xlnn.layout.places import Place

BLANK, NUMBER, OTHER, SPACES, PENDING = range(5)  # kinds of cells; PENDING is a formula without a stored result


WHOLE = 2**53  # below it every whole number is a float


AT_ONCE = 1 << 20  # cells that are looked up at a time


class Uncalculated:
    """What a formula without a stored result holds: neither a blank nor a number, text, or anything else."""

    def __repr__(self) -> str:
        return "a formula without a stored result"


UNCALCULATED = Uncalculated()


@dataclass(frozen=True, eq=False)
class Filled:
    """Cells in the order of rows, then columns; `codes` are their addresses (see `code`).

    Where a cell holds no number, `numbers` has nan and `others` what it holds, at the same place in `other_cells`
    as its position among all cells.
    """

    codes: np.ndarray  # (cells,) int64, rising
    kinds: np.ndarray  # (cells,) uint8
    numbers: np.ndarray  # (cells,) float64
    other_cells: np.ndarray  # (others,) int64, rising: positions of the cells with something else than a float
    others: np.ndarray  # (others,) objects: texts, truth values, dates, errors; whole numbers too large for a float
    merged: tuple[Range, ...] = ()
    hidden_rows: np.ndarray = field(default_factory=lambda: np.empty(0, int))  # their numbers, rising
    hidden_columns: tuple[tuple[int, int], ...] = ()  # first and last of each group
    date_codes: Mapping[int, float] = field(default_factory=dict)  # numbers that are shown as dates or times, by address

    @property
    def shape(self) -> tuple[int, int]:
        """The last row and the last column in which a cell is filled."""
        if not len(self.codes):
            return 0, 0
        return int(self.codes[-1]) // COLUMNS, int((self.codes % COLUMNS).max()) + 1

    @property
    def rows(self) -> np.ndarray:
        """The row of every cell."""
        return self.codes // COLUMNS

    def positions(self, place: Place) -> np.ndarray:
        """For every cell of a place its position here, −1 where it is blank; an array of the place's shape."""
        rows, columns = (part.ravel() for part in place.grid())
        found = np.empty(len(rows), dtype=np.int64)
        for start in range(0, len(rows), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            found[part] = self._positions(rows[part], columns[part])
        return found.reshape(place.shape)

    def _positions(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return self.positions_of(np.where((columns >= 1) & (columns <= COLUMNS) & (rows >= 1), code(rows, columns), -1))

    def positions_of(self, codes: np.ndarray) -> np.ndarray:
        """The positions of the cells with these addresses, −1 where they are blank."""
        if np.array_equal(codes, self.codes):
            return np.arange(len(codes))
        if not len(self.codes):
            return np.full(len(codes), -1)
        at = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.where(self.codes[at] == codes, at, -1)

    def within(self, range_: Range) -> np.ndarray:
        """The positions of the cells in a rectangle."""
        first, last = code(range_.first.row, 1), code(range_.last.row, COLUMNS)
        rows = np.arange(np.searchsorted(self.codes, first), np.searchsorted(self.codes, last, side="right"))
        columns = self.codes[rows] % COLUMNS + 1
        return rows[(columns >= range_.first.column) & (columns <= range_.last.column)]

    def cell(self, position: int) -> Cell:
        """The cell at a position."""
        return cell_of(self.codes[position])

    def kinds_at(self, positions: np.ndarray) -> np.ndarray:
        """What kinds of cells these are, BLANK where there is none."""
        return _taken(self.kinds, positions, BLANK)

    def numbers_at(self, positions: np.ndarray) -> np.ndarray:
        """Their numbers, nan where a cell holds none."""
        return _taken(self.numbers, positions, np.nan)

    def values_at(self, positions: np.ndarray) -> np.ndarray:
        """What they hold, an array of objects: None, int, float, str, bool, a date, or UNCALCULATED."""
        flat = positions.ravel()
        found = np.empty(len(flat), dtype=object)
        found[:] = plain(self.numbers_at(flat))
        if len(self.others):
            at = np.minimum(np.searchsorted(self.other_cells, flat), len(self.others) - 1)
            other = self.other_cells[at] == flat
            found[other] = self.others[at[other]]
        if self.has_pending:
            found[self.kinds_at(flat) == PENDING] = UNCALCULATED
        return found.reshape(positions.shape)

    @cached_property
    def has_pending(self) -> bool:
        """Whether some formula has no stored result."""
        return bool((self.kinds == PENDING).any())

    @cached_property
    def texts(self) -> dict[int, str]:
        """The texts, by address."""
        codes = self.codes[self.other_cells].tolist()
        return {code_: text for code_, text in zip(codes, self.others.tolist(), strict=True) if isinstance(text, str)}

    def values(self) -> np.ndarray:
        """What all its cells hold, in order."""
        return self.values_at(np.arange(len(self.codes)))

    def dense(self) -> np.ndarray:
        """All of the sheet from A1 on, (rows, columns) of objects."""
        found = np.full(self.shape, None, dtype=object)
        found[self.codes // COLUMNS - 1, self.codes % COLUMNS] = self.values()
        return found

    def up_to(self, last: Cell) -> Filled:
        """The sheet as if it ended at a cell."""
        kept = np.flatnonzero((self.codes // COLUMNS <= last.row) & (self.codes % COLUMNS < last.column))
        others = np.isin(self.other_cells, kept)
        return Filled(
            self.codes[kept], self.kinds[kept], self.numbers[kept],
            np.searchsorted(kept, self.other_cells[others]), self.others[others],
            self.merged, self.hidden_rows, self.hidden_columns, self.date_codes,
        )  # fmt: skip


def code(row, column):
    """A cell's address as one number, rising from row to row and in a row from column to column."""
    return row * COLUMNS + column - 1


def cell_of(code_: int) -> Cell:
    """The cell with an address: the way back from `code`."""
    row, column = divmod(int(code_), COLUMNS)
    return Cell(row, column + 1)


def plain(numbers: np.ndarray) -> list:
    """Floats as a sheet shows them: whole numbers as int, nan as None."""
    found = numbers.tolist()
    with np.errstate(invalid="ignore"):
        whole = (np.floor(numbers) == numbers) & (np.abs(numbers) < WHOLE) & ~((numbers == 0) & np.signbit(numbers))
    for position in np.flatnonzero(whole).tolist():
        found[position] = int(found[position])
    for position in np.flatnonzero(np.isnan(numbers)).tolist():
        found[position] = None
    return found


def _taken(array_: np.ndarray, positions: np.ndarray, missing) -> np.ndarray:
    if not len(array_):
        return np.full(positions.shape, missing, dtype=array_.dtype)
    return np.where(positions >= 0, array_[positions], missing).astype(array_.dtype, copy=False)


class Filling:
    """Collects a sheet's cells in order, one by one or a block of rows at a time."""

    def __init__(self):
        self._blocks: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._other_blocks: list[tuple[np.ndarray, np.ndarray]] = []
        self._count = 0
        self.dates: dict[int, float] = {}  # numbers that are shown as dates or times, by address
        self._new()

    def _new(self) -> None:
        self._codes, self._kinds, self._numbers = array("q"), bytearray(), array("d")
        self._other_cells = array("q")
        self._others: list = []

    def add(self, code_: int, kind: int, number: float, other=None) -> None:
        """One cell; `other` is what it holds instead of a float."""
        if other is not None:
            self._other_cells.append(len(self._codes))
            self._others.append(other)
        self._codes.append(code_)
        self._kinds.append(kind)
        self._numbers.append(number)
        if len(self._codes) == AT_ONCE:
            self._close()

    def add_block(self, codes, kinds, numbers, other_cells: np.ndarray, others: Sequence) -> None:
        """Cells as arrays; `other_cells` are positions in this block."""
        self._blocks.append((codes, kinds, numbers))
        if len(others):
            self._other_blocks.append((other_cells + self._count, objects(others)))
        self._count += len(codes)

    def _close(self) -> None:
        if self._codes:
            self.add_block(
                np.array(self._codes, dtype=np.int64), np.frombuffer(bytes(self._kinds), dtype=np.uint8),
                np.array(self._numbers, dtype=float), np.array(self._other_cells, dtype=np.int64), self._others,
            )  # fmt: skip
            self._new()

    def filled(self, merged: Iterable[Range] = (), hidden_rows: Sequence[int] = (), hidden_columns=()) -> Filled:
        self._close()
        empty = np.empty(0, np.int64), np.empty(0, np.uint8), np.empty(0)
        codes, kinds, numbers = (np.concatenate([empty[i], *(block[i] for block in self._blocks)]) for i in range(3))
        self._blocks.clear()
        others = [np.empty(0, np.int64), *(block[0] for block in self._other_blocks)]
        held = [np.empty(0, object), *(block[1] for block in self._other_blocks)]
        return Filled(
            codes, kinds, numbers, np.concatenate(others), np.concatenate(held),
            tuple(merged), np.array(hidden_rows, dtype=int), tuple(hidden_columns), self.dates,
        )  # fmt: skip


def objects(values: Sequence) -> np.ndarray:
    """A one-dimensional array of objects."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
