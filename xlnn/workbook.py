"""A workbook as it is read: its sheets as arrays of values, with errors that name sheet and cell.

openpyxl reads; formulas count by their stored results.
"""

from __future__ import annotations

import datetime
import hashlib
import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile, is_zipfile

import numpy as np

from xlnn.cells import Cell
from xlnn.errors import ContentError, FileError, Where, raise_all
from xlnn.places import Place

ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!")
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old .xls, and .xlsx with a password


class Workbook:
    """An .xlsx file opened for reading; sheets are read when they are asked for.

    Raises FileError (exit code 3) where the file is missing or is not a workbook.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._book = _open(self.path, results=True)
        self._sheets: dict[str, np.ndarray] = {}

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def sheets(self) -> list[str]:
        return [sheet.title for sheet in self._book.worksheets]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def where(self, sheet: str, cell: Cell | None = None) -> Where:
        return Where(self.name, sheet, cell.name if cell else "")

    def sheet(self, name: str) -> np.ndarray:
        """The values of a sheet, (rows, columns) of objects with A1 at [0, 0]; blanks are None.

        Raises ContentError where there is no such sheet.
        """
        if name not in self.sheets:
            raise ContentError(
                "there is no sheet {sheet}; the workbook has {found}.",
                Where(self.name), sheet=repr(name), found=", ".join(map(repr, self.sheets)),
            )  # fmt: skip
        if name not in self._sheets:
            self._sheets[name] = _values(self._book[name])
        return self._sheets[name]

    def lines(self, name: str) -> list[tuple]:
        """The rows of a sheet as tuples."""
        return [tuple(row) for row in self.sheet(name)]

    @cached_property
    def _formulas(self):
        return _open(self.path, results=False)

    def has_formula(self, sheet: str, cell: Cell) -> bool:
        """Whether a formula stands in a cell (looked up only when its result is missing)."""
        values = _values(self._formulas[sheet])
        inside = cell.row <= values.shape[0] and cell.column <= values.shape[1]
        value = values[cell.row - 1, cell.column - 1] if inside else None
        return (isinstance(value, str) and value.startswith("=")) or hasattr(value, "text")

    def block(self, sheet: str, place: Place) -> np.ndarray:
        """The raw values at a place, None beyond what the sheet holds."""
        values = self.sheet(sheet)
        rows, columns = place.grid()
        inside = (rows >= 1) & (rows <= values.shape[0]) & (columns >= 1) & (columns <= values.shape[1])
        found = np.full(place.shape, None, dtype=object)
        found[inside] = values[rows[inside] - 1, columns[inside] - 1]
        return found

    def is_blank(self, sheet: str, place: Place) -> bool:
        return all(_is_blank(value) for value in self.block(sheet, place).flat)

    def numbers(self, sheet: str, place: Place, blank: float | None = None) -> np.ndarray:
        """The numbers at a place. Raises ContentError naming every cell that holds none (the first 20).

        `blank` is what a blank cell counts for; None: it is an error too.
        """
        values = self.block(sheet, place)
        if blank is not None:
            values = np.where(np.vectorize(_is_blank, otypes=[bool])(values), blank, values)
        if not set(map(type, values.flat)) <= {int, float}:
            raise_all(self._wrong_cells(sheet, place, values))
        numbers = values.astype(float)
        if not np.isfinite(numbers).all():
            raise_all(self._wrong_cells(sheet, place, values))
        return numbers

    def _wrong_cells(self, sheet: str, place: Place, values: np.ndarray) -> list[ContentError]:
        errors = []
        for index in np.ndindex(*place.shape):
            if not is_number(values[index]):
                cell = place.cell(*index)
                said = self._no_number(sheet, cell, values[index])
                errors.append(ContentError(said[0], self.where(sheet, cell), **said[1]))
        return errors

    def _no_number(self, sheet: str, cell: Cell, value) -> tuple[str, dict]:
        """What to say of a cell that holds no number."""
        if value is None and self.has_formula(sheet, cell):
            return (
                "expected a number, found a formula without a stored result. "
                "Open the workbook in Excel or LibreOffice, save it, and try again.",
                {},
            )
        if value is None:
            return "expected a number, found a blank cell.", {}
        if isinstance(value, bool):
            return "expected a number, found the truth value {found}.", {"found": str(value).upper()}
        if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
            return "expected a number, found the date {found}.", {"found": value}
        if value in ERRORS:
            return "expected a number, found the error {found}.", {"found": value}
        if isinstance(value, str):
            comma = value.strip().replace(",", ".", 1).replace(".", "", 1).lstrip("+-").isdigit() and "," in value
            digits = value.strip().replace(".", "", 1).lstrip("+-").isdigit()
            hint = "decimal comma?" if comma else "a number stored as text?" if digits else ""
            said = "expected a number, found text {found}"
            return (said + (f" ({hint})." if hint else "."), {"found": f'"{value}"'})
        return "expected a number, found {found}.", {"found": value}


def is_number(value) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _is_blank(value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _open(path: Path, results: bool):
    """openpyxl's workbook. Raises FileError, saying what the file is where its first bytes tell."""
    from openpyxl import load_workbook

    where = Where(path.name)
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except FileNotFoundError:
        raise FileError("there is no such file; looked in {folder}.", where, folder=path.resolve().parent) from None
    except IsADirectoryError:
        raise FileError("this is a folder, not a workbook.", where) from None
    except OSError as error:
        raise FileError("the file cannot be read: {reason}.", where, reason=error.strerror) from None
    if start == COMPOUND:
        raise FileError(
            "the workbook is protected by a password or in the old .xls format. "
            "Open it in Excel or LibreOffice and save it as .xlsx without a password.",
            where,
        )
    if not is_zipfile(path):
        raise FileError("this is not an .xlsx workbook. Open it in Excel or LibreOffice and save it as .xlsx.", where)
    try:
        return load_workbook(path, read_only=True, data_only=results, keep_links=False)
    except (BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError, SyntaxError) as error:
        raise FileError("the workbook is damaged ({reason}).", where, reason=_short(error)) from None


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:100] if str(error).strip() else type(error).__name__


def _values(sheet) -> np.ndarray:
    """All values of an openpyxl sheet, whatever dimension the file states."""
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()
    try:
        rows: Sequence[tuple] = list(sheet.iter_rows(values_only=True))
    except (BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, EOFError, SyntaxError) as error:
        raise FileError("sheet {sheet} is damaged ({reason}).", sheet=repr(sheet.title), reason=_short(error)) from None
    width = max(map(len, rows), default=0)
    found = np.full((len(rows), width), None, dtype=object)
    for number, row in enumerate(rows):
        found[number, : len(row)] = row
    return found
