"""Cells and ranges of a sheet, by number and by name: `L5` is row 5, column 12."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from xlnn.errors import UsageError

ROWS, COLUMNS = 1_048_576, 16_384  # of a sheet in an .xlsx workbook


_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


@lru_cache(maxsize=COLUMNS)
def column_name(column: int) -> str:
    """1 → 'A', 27 → 'AA', 16384 → 'XFD'."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """'A' → 1, 'XFD' → 16384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


class Cell(NamedTuple):
    """A cell by its row and column, both counted from 1."""

    row: int
    column: int

    @property
    def name(self) -> str:
        return f"{column_name(self.column)}{self.row}"

    @property
    def absolute(self) -> str:
        return f"${column_name(self.column)}${self.row}"

    @property
    def on_sheet(self) -> bool:
        return 1 <= self.row <= ROWS and 1 <= self.column <= COLUMNS

    def moved(self, rows: int = 0, columns: int = 0) -> Cell:
        return Cell(self.row + rows, self.column + columns)

    @classmethod
    def parse(cls, name: str) -> Cell:
        """'L5' or '$L$5' → Cell(5, 12). Raises UsageError for anything else."""
        match = _CELL.fullmatch(name.strip())
        cell = cls(int(match[2]), column_number(match[1])) if match else None
        if cell is None or not cell.on_sheet:
            raise UsageError("{name} is not a cell; write it like L5.", name=repr(name))
        return cell


class Range(NamedTuple):
    """A rectangle of cells, `first` at its upper left and `last` at its lower right."""

    first: Cell
    last: Cell

    @property
    def name(self) -> str:
        return self.first.name if self.first == self.last else f"{self.first.name}:{self.last.name}"

    @property
    def absolute(self) -> str:
        return self.first.absolute if self.first == self.last else f"{self.first.absolute}:{self.last.absolute}"

    @property
    def height(self) -> int:
        return self.last.row - self.first.row + 1

    @property
    def width(self) -> int:
        return self.last.column - self.first.column + 1

    def moved(self, rows: int = 0, columns: int = 0) -> Range:
        return Range(self.first.moved(rows, columns), self.last.moved(rows, columns))

    @classmethod
    def parse(cls, name: str) -> Range:
        """'L5:N8' or 'L5'. Raises UsageError for anything else, also for corners the wrong way round."""
        first, colon, last = name.partition(":")
        found = cls(Cell.parse(first), Cell.parse(last if colon else first))
        if found.height < 1 or found.width < 1:
            raise UsageError("{name} is not a range; write it like L5:N8.", name=repr(name))
        return found


def quoted(sheet: str) -> str:
    """A sheet's name as a formula spells it: Data, 'Iteration 1', 'it''s'."""
    plain = re.fullmatch(r"[^\W\d]\w*", sheet) and not re.fullmatch(r"[A-Za-z]{1,3}[0-9]+|([RrCc]|[Rr][Cc])([0-9]\w*)?", sheet)
    return sheet if plain and sheet.isascii() else "'" + sheet.replace("'", "''") + "'"
