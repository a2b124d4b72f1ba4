"""A workbook as it is read: its sheets as arrays of values, with errors that name sheet and cell.

openpyxl reads; formulas count by their stored results.
"""

from __future__ import annotations

import datetime
import hashlib
import math
import unicodedata
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

import numpy as np

from xlnn.cells import Cell
from xlnn.errors import ContentError, FileError, Where, raise_all
from xlnn.places import Place

DAMAGE = (BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError, SyntaxError, zlib.error)
ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!")
NO_RESULT = (
    "expected a number, found a formula without a stored result. "
    "Open the workbook in Excel or LibreOffice, save it, and try again."
)
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old .xls, and .xlsx with a password


class Workbook:
    """An .xlsx file opened for reading; sheets are read when they are asked for.

    Raises FileError (exit code 3) where the file is missing or is not a workbook.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._bytes = _read(self.path)  # once and whole, so that no file stays open
        self._book = _open(self._bytes, self.where(""), results=True)
        self._sheets: dict[tuple[str, bool], np.ndarray] = {}

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def sheets(self) -> list[str]:
        return [sheet.title for sheet in self._book.worksheets]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self._bytes).hexdigest()

    def where(self, sheet: str, cell: Cell | None = None) -> Where:
        return Where(self.name, sheet, cell.name if cell else "")

    def find(self, name: str) -> str | None:
        """The sheet with that name, as Excel compares names: whether capital or small; spaces around it do not count."""
        return next((sheet for sheet in self.sheets if _plain(sheet) == _plain(name)), None)

    def sheet(self, name: str, results: bool = True) -> np.ndarray:
        """The values of a sheet, (rows, columns) of objects with A1 at [0, 0]; blanks are None.

        `results`: of formulas their stored results, else the formulas. Raises ContentError where there is no
        such sheet.
        """
        title = self.find(name)
        if title is None:
            raise ContentError(
                "there is no sheet {sheet}; the workbook has {found}.",
                Where(self.name), sheet=repr(name), found=", ".join(map(repr, self.sheets)),
            )  # fmt: skip
        if (title, results) not in self._sheets:
            book = self._book if results else self._formulas
            self._sheets[title, results] = _values(book[title], self.where(title))
        return self._sheets[title, results]

    def lines(self, name: str) -> list[tuple]:
        """The rows of a sheet as tuples."""
        return [tuple(row) for row in self.sheet(name)]

    @cached_property
    def _formulas(self):
        return _open(self._bytes, self.where(""), results=False)

    def has_formula(self, sheet: str, cell: Cell) -> bool:
        """Whether a formula stands in a cell (asked only when its result is missing)."""
        value = self.block(sheet, Place(cell), results=False)[()]
        return (isinstance(value, str) and value.startswith("=")) or hasattr(value, "text")

    def block(self, sheet: str, place: Place, results: bool = True) -> np.ndarray:
        """The raw values at a place, None beyond what the sheet holds."""
        values = self.sheet(sheet, results)
        rows, columns = place.grid()
        inside = (rows >= 1) & (rows <= values.shape[0]) & (columns >= 1) & (columns <= values.shape[1])
        found = np.full(place.shape, None, dtype=object)
        found[inside] = values[rows[inside] - 1, columns[inside] - 1]
        return found

    def is_blank(self, sheet: str, place: Place) -> bool:
        return all(map(is_blank, self.block(sheet, place).flat))

    def numbers(self, sheet: str, place: Place, blank: float | None = None) -> np.ndarray:
        """The numbers at a place. Raises ContentError naming every cell that holds none (the first 20).

        `blank` is what a blank cell counts for; None: it is an error too.
        """
        values = self.block(sheet, place)
        if blank is not None:
            values = np.where(np.frompyfunc(is_blank, 1, 1)(values).astype(bool), blank, values)
        if not set(map(type, values.flat)) <= {int, float}:
            raise_all(*self._wrong_cells(sheet, place, values))
        numbers = values.astype(float)
        if not np.isfinite(numbers).all():
            raise_all(*self._wrong_cells(sheet, place, values))
        return numbers

    def _wrong_cells(self, sheet: str, place: Place, values: np.ndarray) -> tuple[list[ContentError], int]:
        """An error for each of the first cells that hold no number, and how many more there are."""
        wrong = np.argwhere(~np.frompyfunc(is_number, 1, 1)(values).astype(bool)).tolist()
        named = [self._no_number(sheet, place.cell(*index), values[tuple(index)]) for index in wrong[: ContentError.shown]]
        return named, len(wrong) - len(named)

    def _no_number(self, sheet: str, cell: Cell, value) -> ContentError:
        """What to say of a cell that holds no number."""
        said = "expected a number, found {found}."
        if value is None:
            said = "expected a number, found a blank cell."
            if self.has_formula(sheet, cell):
                said = NO_RESULT
        elif isinstance(value, bool):
            said = "expected a number, found the truth value {found}."
        elif isinstance(value, datetime.date | datetime.time | datetime.timedelta):
            said = "expected a number, found the date {found}. Give the cell a number format and type the number again."
        elif value in ERRORS:
            return ContentError("expected a number, found the error {found}.", self.where(sheet, cell), found=value)
        elif isinstance(value, str):
            said = "expected a number, found text {found}."
            if not value.strip():
                said = "expected a number, found text {found} (only spaces: delete them)."
            elif _is_numeral(value):
                said = "expected a number, found text {found} (a number stored as text?)."
            elif value.count(",") == 1 and _is_numeral(value.replace(",", ".")):
                said = "expected a number, found text {found} (decimal comma?)."
        return ContentError(said, self.where(sheet, cell), found=shown(value))


def shown(value) -> str:
    """A cell's value as a message shows it."""
    if value is None:
        return "a blank cell"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return str(value.date())
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:g}" if isinstance(value, float) else str(value)


def is_number(value) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def is_meant(value) -> bool:
    """Whether a cell holds a number, or what somebody took for one: an error value, a number stored as text."""
    return is_number(value) or value in ERRORS or (isinstance(value, str) and _is_numeral(value.replace(",", ".")))


def is_blank(value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_numeral(text: str) -> bool:
    """Whether a text reads as a finite number, also in full-width digits."""
    try:
        return "_" not in text and math.isfinite(float(text))
    except ValueError:
        return False


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _read(path: Path) -> bytes:
    """The file's bytes. Raises FileError where it is missing or cannot be read."""
    where = Where(path.name)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FileError("there is no such file; looked in {folder}.", where, folder=path.resolve().parent) from None
    except IsADirectoryError:
        raise FileError("this is a folder, not a workbook.", where) from None
    except OSError as error:
        raise FileError("the file cannot be read: {reason}.", where, reason=error.strerror) from None


def _open(content: bytes, where: Where, results: bool):
    """openpyxl's workbook. Raises FileError, saying what the file is where its first bytes tell."""
    from openpyxl import load_workbook

    if content.startswith(COMPOUND):
        raise FileError(
            "the workbook is protected by a password or in the old .xls format. "
            "Open it in Excel or LibreOffice and save it as .xlsx without a password.",
            where,
        )
    if content.startswith(b"PK") and not is_zipfile(BytesIO(content)):
        raise FileError("the workbook is damaged: its end is missing. Copy or download it once more.", where)
    if not is_zipfile(BytesIO(content)) or "[Content_Types].xml" not in ZipFile(BytesIO(content)).namelist():
        raise FileError("this is not an .xlsx workbook. Open it in Excel or LibreOffice and save it as .xlsx.", where)
    try:
        with _quietly():
            book = load_workbook(BytesIO(content), read_only=True, data_only=results, keep_links=False)
    except DAMAGE as error:
        raise FileError("the workbook is damaged ({reason}).", where, reason=_short(error)) from None
    if not book.worksheets:
        raise FileError(
            "no sheet of the workbook can be read; it may be saved as Strict Open XML. "
            "Open it in Excel or LibreOffice and save it as an ordinary .xlsx.",
            where,
        )
    return book


@contextmanager
def _quietly() -> Iterator[None]:
    """Without openpyxl's warnings of what it does not keep, such as colours of its own or drop-down lists."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:100] if str(error).strip() else type(error).__name__


def _values(sheet, where: Where) -> np.ndarray:
    """All values of an openpyxl sheet, whatever dimension the file states."""
    sheet.reset_dimensions()
    try:
        with _quietly():
            rows: Sequence[tuple] = list(sheet.iter_rows(values_only=True))
    except DAMAGE as error:
        raise FileError("the sheet is damaged ({reason}).", where, reason=_short(error)) from None
    width = max(map(len, rows), default=0)
    found = np.full((len(rows), width), None, dtype=object)
    for number, row in enumerate(rows):
        found[number, : len(row)] = row
    return found
