"""A workbook as it is read: its sheets' cells by address, with errors that name sheet and cell.

The package is checked first (`package`), then the sheets are read when they are asked for (`sheet_fast`, and
`sheet_exact` for what is written unusually). Formulas count by their stored results; nothing is calculated.
"""

from __future__ import annotations

import datetime
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from xlnn.errors import ContentError, FileError, LimitError, Where, XlnnError, printable, raise_all
from xlnn.layout.cells import Cell, Range
from xlnn.layout.listed import by_sheet, sheets_of, spot
from xlnn.layout.places import Place
from xlnn.xlsx.cell_table import BLANK, PENDING, SPACES, UNCALCULATED, Filled
from xlnn.xlsx.exact import Shared, read_exactly
from xlnn.xlsx.fast import read_sheet
from xlnn.xlsx.foreign import read_workbook
from xlnn.xlsx.package import OLD, Package
from xlnn.xlsx.parts import contents
from xlnn.xlsx.sheet_formulas import Formulas, defined_names, read_formulas
from xlnn.xlsx.sheet_names import SheetNames

ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!")


NO_RESULT = (
    "expected a number, found a formula without a stored result. "
    "Open the workbook in Excel or LibreOffice, save it, and try again."
)


NO_RESULTS = (
    "expected numbers, found {count} formulas without a stored result, the first of them here. "
    "Open the workbook in Excel or LibreOffice, save it, and try again."
)


NO_TEXT = "found a formula without a stored result. Open the workbook in Excel or LibreOffice, save it, and try again."


SPARSE, SPARSENESS = 1 << 24, 64  # a sheet may span so many cells, or so many for each that is filled


LINE = 16  # cells of a row that count in Settings and Places


REMEMBERED = 1 << 18  # cells of places


KEPT = 1 << 17  # formulas of sheets that are kept


PROPERTIES = "docProps/custom.xml"


class Workbook:
    """A workbook opened for reading; sheets are read when they are asked for.

    What is no .xlsx (.ods, .fods, .xls, .xlsb, a CSV of images) is made into one in memory (see `foreign`).
    Raises FileError (exit code 3) where the file is missing or is not a workbook, LimitError (5) where it is over one
    of the limits.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        try:
            self._bytes, content, self._kind = read_workbook(self.path)  # once and whole, so that no file stays open
            self._package = Package(content, self.where(""))
            self._contents = contents(self._package)
        except XlnnError as error:
            error.unopened = self.path
            raise
        self._shared = Shared(self._package, self._contents)
        self._filled: dict[tuple[str, bool], Filled] = {}
        self._formulas: dict[str, Formulas] = {}
        self._positions: dict[tuple[bytes, Place], np.ndarray] = {}
        self._digests: dict[str, bytes] = {}
        self._remembered = 0  # cells in _positions

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def package(self) -> Package:
        """The parts of the workbook."""
        return self._package

    @property
    def sheets(self) -> list[str]:
        return list(self.names.names)

    @cached_property
    def names(self) -> SheetNames:
        """The sheets' names: there one is found, and the sheets of iterations."""
        return SheetNames(tuple(sheet.name for sheet in self._contents.sheets))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self._bytes).hexdigest()

    @cached_property
    def marked(self) -> bool:
        """Whether it carries xlnn's mark, a custom property of that name."""
        return PROPERTIES in self._package and b'name="xlnn"' in self._package.read(PROPERTIES)

    def where(self, sheet: str, cell: Cell | None = None) -> Where:
        found = self.find(sheet) if hasattr(self, "_contents") else None  # while it is opened its sheets are not known
        return Where(self.name, found or sheet, cell.name if cell else "")

    def find(self, name: str) -> str | None:
        """The sheet with that name, else as Excel compares names: whether capital or small, and spaces around it do not count."""
        return self.names.find(name)

    def no_sheet(self, name: str, where: Where | None = None) -> ContentError:
        """What to say where there is no sheet of that name, by default of the whole workbook."""
        return ContentError(
            "there is no sheet {sheet}; the workbook has {found}.",
            where or Where(self.name), sheet=repr(name), found=self.names.listed(name),
        )  # fmt: skip

    # ---- whole sheets --------------------------------------------------------------------------------

    def filled(self, name: str, results: bool = True) -> Filled:
        """The filled cells of a sheet; `results`: of formulas their stored results, else the formulas.

        Raises ContentError where there is no such sheet or a cell on it is wrong, FileError where it is damaged.
        """
        title = self.find(name)
        if title is None:
            raise self.no_sheet(name)
        if (title, results) not in self._filled:
            part, where = next(sheet.part for sheet in self._contents.sheets if sheet.name == title), self.where(title)
            if not part:
                raise FileError("the workbook is damaged: its sheet {sheet} is missing.", self.where(""), sheet=repr(title))
            read = read_sheet(self._shared, part, where) if results else read_exactly(self._shared, part, where, formulas=True)
            self._filled[title, results] = read
        return self._filled[title, results]

    def forget(self, name: str) -> None:
        """A sheet's cells are read anew when they are asked for again."""
        for results in (True, False):
            self._filled.pop((self.find(name), results), None)
        self._formulas.pop(self.find(name) or name, None)

    def readable(self, names: Iterable[str]) -> Iterator[str]:
        """Those of some sheets that can be read. Raises, behind them, what was wrong with the first of the others."""
        broken: XlnnError | None = None
        for name in names:
            try:
                self.filled(name)
            except XlnnError as error:
                broken = broken or error
            else:
                yield name
        if broken:
            raise broken

    def formulas(self, name: str) -> Formulas:
        """The formulas of a sheet as they are written. Raises as `filled`."""
        self.filled(name)
        sheet = next(sheet for sheet in self._contents.sheets if sheet.name == self.find(name))
        if sheet.name not in self._formulas:
            self._formulas[sheet.name] = read_formulas(self._shared, sheet.part, self.where(sheet.name))
            while sum(len(found.codes) for found in self._formulas.values()) > KEPT and len(self._formulas) > 1:
                self._formulas.pop(next(iter(self._formulas)))  # those that were read first
        return self._formulas[sheet.name]

    @cached_property
    def defined_names(self) -> dict[tuple[int | None, str], str]:
        """The defined names (see `sheet_formulas.defined_names`)."""
        return defined_names(self._package)

    def shape(self, name: str) -> tuple[int, int]:
        """The last row and the last column of a sheet in which a cell is filled."""
        return self.filled(name).shape

    def sheet(self, name: str, results: bool = True) -> np.ndarray:
        """The values of a sheet, (rows, columns) of objects with A1 at [0, 0]; blanks are None.

        Raises as `filled`, and LimitError where few cells lie far apart.
        """
        filled = self.filled(name, results)
        rows, columns = filled.shape
        if rows * columns > max(SPARSE, SPARSENESS * len(filled.codes)):
            raise LimitError(
                "the cells of this sheet lie too far apart, the last in row {row} and column {column}. Delete what lies far off.",
                self.where(self.find(name) or name), row=rows, column=columns,
            )  # fmt: skip
        return filled.dense()

    def only(self, name: str, last: Cell) -> None:
        """From now on the sheet is as if it ended at the cell `last`: of large sheets no more is kept than is needed."""
        title = self.find(name)
        if title is not None and (title, True) not in self._filled:
            self._filled[title, True] = self.filled(title).up_to(last)

    def lines(self, name: str) -> list[tuple]:
        """The rows of a sheet as tuples of their first cells."""
        filled = self.filled(name)
        filled = filled.up_to(Cell(filled.shape[0], LINE))
        rows, columns = filled.shape
        found: list[tuple] = [(None,) * columns] * rows
        place = Place(Cell(1, 1), (rows, columns), ((1, 0), (0, 1)))
        for row in set(filled.rows.tolist()):
            found[row - 1] = tuple(filled.values_at(filled.positions(place[row - 1])).tolist())
        return found

    # ---- cells at a place ----------------------------------------------------------------------------

    def positions(self, sheet: str, place: Place) -> np.ndarray:
        """Where a place's cells are among the filled ones; the last places are remembered."""
        key = self._addresses(sheet), place
        if key not in self._positions:
            self._positions[key] = self.filled(sheet).positions(place)
            self._remembered += place.size
            while self._remembered > REMEMBERED and len(self._positions) > 1:
                self._remembered -= self._positions.pop(next(iter(self._positions))).size
        return self._positions[key]

    def _addresses(self, sheet: str) -> bytes:
        """Which cells of a sheet are filled, as a digest: on sheets that are alike a place's cells have the same positions."""
        title = self.find(sheet) or sheet
        if title not in self._digests:
            self._digests[title] = hashlib.sha256(self.filled(title).codes.tobytes()).digest()
        return self._digests[title]

    def kinds(self, sheet: str, place: Place) -> np.ndarray:
        """What kinds of cells lie there: blank, number, text … (see `filled`)."""
        return self._gathered(sheet, place, lambda name, part: self.filled(name).kinds_at(self.positions(name, part)))

    def block(self, sheet: str, place: Place, results: bool = True) -> np.ndarray:
        """The raw values at a place, an array of objects, None beyond what the sheet holds."""

        def read(name: str, part: Place) -> np.ndarray:
            filled = self.filled(name, results)
            return filled.values_at(self.positions(name, part) if results else filled.positions(part))

        return self._gathered(sheet, place, read)

    def _gathered(self, sheet: str, place: Place, read: Callable[[str, Place], np.ndarray]) -> np.ndarray:
        """What is read at a place, put together where it lies on several sheets."""
        found = np.empty(0)
        for name, part, chosen in by_sheet(sheet, place):
            values = read(name, part)
            if chosen is None:
                return values
            found = found if found.size else np.empty(place.size, values.dtype)
            found[chosen] = values
        return found.reshape(place.shape)

    def floats(self, sheet: str, place: Place) -> np.ndarray:
        """The numbers at a place, nan where a cell holds none (or a whole number too large for a float)."""
        return self._gathered(sheet, place, lambda name, part: self.filled(name).numbers_at(self.positions(name, part)))

    def is_pending(self, sheet: str, cell: Cell) -> bool:
        """Whether a formula stands in a cell whose result is missing."""
        return bool(self.kinds(sheet, Place(cell)) == PENDING)

    def is_missing(self, sheet: str, place: Place) -> np.ndarray:
        """Which cells hold nothing: they are blank, or a formula without a result; an array of bools."""
        kinds = self.kinds(sheet, place)
        return (kinds == BLANK) | (kinds == PENDING)

    def is_blank(self, sheet: str, place: Place) -> bool:
        """Whether all cells hold nothing, or only spaces; a formula without a result may hold anything."""
        kinds = self.kinds(sheet, place)
        return bool(((kinds == BLANK) | (kinds == SPACES)).all())

    def check_calculated(self, places: Iterable[tuple[str, Place]]) -> None:
        """Raises ContentError, one for all, where formulas without a stored result stand at these places (sheet, place)."""
        some = (where for where in places if any(self.filled(name).has_pending for name in sheets_of(*where)))
        pending = [(sheet, place, self.kinds(sheet, place) == PENDING) for sheet, place in some]
        count = sum(int(mask.sum()) for _, _, mask in pending)
        if count:
            sheet, place, mask = next(entry for entry in pending if entry[2].any())
            where = self.where(*spot(sheet, place, np.argwhere(mask)[0].tolist()))
            raise ContentError(NO_RESULTS, where, count=f"{count:,}") if count > 1 else ContentError(NO_RESULT, where)

    def numbers(self, sheet: str, place: Place, blank: float | None = None, spaces: bool = True) -> np.ndarray:
        """The numbers at a place. Raises ContentError naming every cell that holds none (the first 20).

        `blank` is what a blank cell counts for, and with `spaces` one that holds nothing else; None: it is an error too.
        """
        return self._gathered(sheet, place, lambda name, part: self._numbers(name, part, blank, spaces))

    def _numbers(self, sheet: str, place: Place, blank: float | None, spaces: bool) -> np.ndarray:
        positions, filled = self.positions(sheet, place), self.filled(sheet)
        self.check_merged(sheet, place)
        self.check_calculated([(sheet, place)])
        numbers = filled.numbers_at(positions)
        if blank is not None:
            kinds = filled.kinds_at(positions)
            numbers[(kinds == BLANK) | (spaces & (kinds == SPACES))] = blank
        wrong = ~np.isfinite(numbers)
        if wrong.any():
            raise_all(*self._wrong_cells(sheet, place, wrong))
        return numbers

    def check_merged(self, sheet: str, place: Place) -> None:
        """Raises ContentError where a cell of a place is hidden beneath a merged one."""
        for name, part, _ in by_sheet(sheet, place):
            self._check_merged(name, part)

    def _check_merged(self, sheet: str, place: Place) -> None:
        bounds = place.bounds()
        over = [merged for merged in self.filled(sheet).merged if _overlap(merged, bounds)]
        if not over:
            return
        rows, columns = place.grid()
        for merged in over:
            (top, left), (bottom, right) = merged
            inside = (rows >= top) & (rows <= bottom) & (columns >= left) & (columns <= right)
            hidden = inside & ((rows != top) | (columns != left))  # that one shows its number
            if hidden.any():
                cell = place.cell(*np.argwhere(hidden)[0].tolist())
                raise ContentError(
                    "this cell is merged with others ({range}). Unmerge them: every number needs a cell of its own.",
                    self.where(sheet, cell), range=merged.name,
                )  # fmt: skip

    def _wrong_cells(self, sheet: str, place: Place, wrong: np.ndarray) -> tuple[list[ContentError], int]:
        """An error for each of the first cells that hold no number, and how many more there are."""
        indexes = np.argwhere(wrong)
        named = [self._no_number(sheet, place.cell(*index)) for index in indexes[: ContentError.shown].tolist()]
        return named, len(indexes) - len(named)

    def _no_number(self, sheet: str, cell: Cell) -> ContentError:
        """What to say of a cell that holds no number."""
        value, where = self.block(sheet, Place(cell))[()], self.where(sheet, cell)
        said = "expected a number, found {found}."
        if value is None:
            said = "expected a number, found a blank cell."
        elif isinstance(value, bool):
            said = "expected a number, found the truth value {found}."
        elif isinstance(value, datetime.date | datetime.time | datetime.timedelta):
            said = "expected a number, found the date {found}. Give the cell a number format and type the number again."
        elif value in ERRORS:
            return ContentError("expected a number, found the error {found}.", where, found=value)
        elif isinstance(value, str):
            said = "expected a number, found text {found}."
            if not value.strip():
                said = "expected a number, found text {found} (only spaces: delete them)."
            elif is_numeral(value):
                said = "expected a number, found text {found} (a number stored as text?)."
            elif value.count(",") == 1 and is_numeral(value.replace(",", ".")):
                said = "expected a number, found text {found} (decimal comma?)."
        return ContentError(said, where, found=shown(value))

    # ---- what a reader should know -------------------------------------------------------------------

    def notes(self, places: Iterable[tuple[str, Place]]) -> Iterator[tuple[str, Mapping]]:
        """What is unusual about what was read there, as template and fields: hidden sheets, rows and columns, links."""
        hidden = {sheet.name for sheet in self._contents.sheets if sheet.hidden}
        read: dict[str, list[Place]] = {}
        for source in places:
            for name, part, _ in by_sheet(*source):
                read.setdefault(self.find(name) or name, []).append(part)
        for sheet in read:
            if sheet in hidden:
                yield "the sheet {sheet} is hidden; it was read like the others.", {"sheet": repr(sheet)}
            cell = self._hidden_cell(self.filled(sheet), read[sheet])
            if cell:
                yield (
                    "{where}: rows or columns with numbers are hidden; they were read like the others.",
                    {"where": str(self.where(sheet, cell))},
                )
        if self._kind == OLD:
            yield "of this workbook only the results of formulas were read; save it as .xlsx for its formulas, too.", {}
        if self._contents.linked:
            yield "the workbook refers to other workbooks; their stored values were used, nothing was fetched.", {}

    def _hidden_cell(self, filled: Filled, places: Sequence[Place]) -> Cell | None:
        """The first cell of these places that lies in a hidden row or column."""
        if not len(filled.hidden_rows) and not filled.hidden_columns:
            return None
        for place in places:
            rows, columns = (part.ravel() for part in place.grid())
            unseen = np.isin(rows, filled.hidden_rows)
            for first, last in filled.hidden_columns:
                unseen |= (columns >= first) & (columns <= last)
            if unseen.any():
                at = int(unseen.argmax())
                return Cell(int(rows[at]), int(columns[at]))
        return None


def shown(value) -> str:
    """A cell's value as a message shows it."""
    if value is None:
        return "a blank cell"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return str(value.date())
    if isinstance(value, str):
        return f'"{printable(value)}"'
    return f"{value:g}" if isinstance(value, float) else str(value)


def is_number(value) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def may_be_number(value) -> bool:
    """Whether a cell holds a number, or a formula that was never calculated."""
    return is_number(value) or value is UNCALCULATED


def is_meant(value) -> bool:
    """Whether a cell holds a number, or what somebody took for one: a formula, an error value, a number stored as text."""
    return may_be_number(value) or value in ERRORS or (isinstance(value, str) and is_numeral(value.replace(",", ".")))


def is_blank(value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def is_numeral(text: str) -> bool:
    """Whether a text reads as a finite number, also in full-width digits."""
    try:
        return "_" not in text and math.isfinite(float(text))
    except ValueError:
        return False


def _overlap(one: Range, other: Range) -> bool:
    return (
        one.first.row <= other.last.row and other.first.row <= one.last.row
        and one.first.column <= other.last.column and other.first.column <= one.last.column
    )  # fmt: skip
