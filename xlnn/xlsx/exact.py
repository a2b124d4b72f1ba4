"""Reads a sheet's part element by element: whatever XML it is written in, and with an error at the cell that is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from xlnn.errors import ContentError, FileError, UsageError, Where
from xlnn.layout.cells import COLUMNS, ROWS, Cell, Range, column_number
from xlnn.xlsx.cell_table import NUMBER, OTHER, PENDING, SPACES, WHOLE, Filled, Filling, code
from xlnn.xlsx.package import Package
from xlnn.xlsx.parts import RUNS, Contents, date_styles, local, shared_texts, unescaped

REFERENCE = re.compile("([A-Za-z]{1,3})([0-9]{1,7})")


DECIMAL = re.compile(r"[ \t\r\n]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\r\n]*", re.ASCII)


DIGITS = re.compile(r"[ \t\r\n]*[+-]?[0-9]+[ \t\r\n]*", re.ASCII)


CELL = ["sheetData", "row", "c"]  # the elements around what a cell holds


TRUTHS = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True)
class Shared:
    """What the sheets of a workbook have in common: its texts, and the styles that show dates."""

    package: Package
    contents: Contents

    @cached_property
    def texts(self) -> Sequence[str]:
        return shared_texts(self.package, self.contents.strings)

    @cached_property
    def dates(self) -> Mapping[int, bool]:
        """The styles that show dates; True for lengths of time."""
        return date_styles(self.package, self.contents.styles)


def read_exactly(
    shared: Shared, part: str, where: Where, chunks: Iterable[bytes] | None = None, formulas: bool = False
) -> Filled:
    """The cells of a sheet. `chunks` are its bytes where they are known; with `formulas` formulas instead of results.

    Raises FileError where the part is broken, ContentError at a cell that is wrong, LimitError where it is too deep.
    """
    reading = Reading(shared, where, formulas)
    shared.package.parse_chunks(part, shared.package.chunks(part) if chunks is None else chunks,
                                reading.start, reading.end, reading.text, sheet=where)  # fmt: skip
    return reading.filled()


def read_around(shared: Shared, part: str, where: Where, head: bytes, tail: bytes) -> Filled | None:
    """What a sheet says around its rows; None where these stand in a comment, an instruction or another element.

    `head` ends with <sheetData>, `tail` begins with </sheetData>. Raises as `read_exactly`.
    """
    reading, inside = Reading(shared, where, False), False

    def chunks() -> Iterator[bytes]:
        nonlocal inside
        yield head
        inside = reading.path == ["worksheet", "sheetData"]
        yield tail if inside else b""

    try:
        shared.package.parse_chunks(part, chunks(), reading.start, reading.end, reading.text, sheet=where)
    except FileError:
        if inside:
            raise
    return reading.filled() if inside else None


class Reading:
    """One sheet while it is read. `path` are the elements that are open; those of other namespaces count as ""."""

    def __init__(self, shared: Shared, where: Where, formulas: bool):
        self.shared, self.where, self.formulas = shared, where, formulas
        self.path: list[str] = []
        self.filling = Filling()
        self.row = self.column = 0
        self.last = -1  # the code of the cell before
        self.attributes: dict = {}
        self.pieces: dict[str, list[str]] = {}
        self.formula: dict | None = None
        self.origins: dict[str, tuple[str, str]] = {}  # shared formulas by number: text and cell
        self.merged: list[Range] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.tables = 0

    def filled(self) -> Filled:
        return self.filling.filled(self.merged, self.hidden_rows, self.hidden_columns)

    def start(self, name: str, attributes: dict) -> None:
        name, path = local(name), self.path
        path.append(name)
        if len(path) == 1:
            if name != "worksheet":
                raise FileError("the sheet is damaged: its part is no worksheet.", self.where)
        elif path[1] == "sheetData":
            self._in_table(name, attributes)
        elif path[1:] == ["mergeCells", "mergeCell"]:
            self._merge(attributes)
        elif path[1:] == ["cols", "col"] and attributes.get("hidden") in ("1", "true"):
            self._hide(attributes)

    def _in_table(self, name: str, attributes: dict) -> None:
        """The table of cells, or an element in it, begins; what stands where nothing belongs is passed over."""
        match self.path[2:]:
            case []:
                self.tables += 1
                if self.tables > 1:
                    raise FileError("the sheet is damaged: its cells begin twice.", self.where)
            case ["row"]:
                self._row_begins(attributes)
            case ["row", "c"]:
                self._cell_begins(attributes)
            case ["row", "c", "v", _]:
                raise self._wrong_cell("the cell has more than one value.")
            case ["row", "c", "v" | "f"]:
                if name == "v" and "v" in self.pieces:
                    raise self._wrong_cell("the cell has more than one value.")
                self.pieces[name] = []
                if name == "f":
                    self.formula = attributes

    def end(self, name: str) -> None:
        if self.path[1:] == CELL:
            self._cell_ends()
        self.path.pop()

    def text(self, data: str) -> None:
        path = self.path
        if len(path) < 5 or path[1:4] != CELL:
            return
        if path[4] in ("v", "f") and len(path) == 5:
            self.pieces[path[4]].append(data)
        elif path[4] == "is" and "/".join(path[5:]) in RUNS:
            self.pieces.setdefault("is", []).append(data)

    # ---- rows and cells ------------------------------------------------------------------------------

    def _row_begins(self, attributes: dict) -> None:
        given = attributes.get("r", str(self.row + 1))
        before, self.row = self.row, int(given) if re.fullmatch("[0-9]{1,9}", given) else 0
        self.column = 0
        if not 1 <= self.row <= ROWS:
            raise ContentError("the row {found} is off the sheet.", self.where, found=repr(given))
        if self.row <= before:
            raise self._disorder(Cell(self.row, 1))
        if attributes.get("hidden") in ("1", "true"):
            self.hidden_rows.append(self.row)

    def _cell_begins(self, attributes: dict) -> None:
        self.attributes, self.formula = attributes, None
        self.pieces = {}
        given = attributes.get("r")
        match = REFERENCE.fullmatch(given) if given is not None else None
        if given is None:
            row, column = self.row, self.column + 1
        else:
            row, column = (int(match[2]), column_number(match[1])) if match else (0, 0)
        if not (1 <= row <= ROWS and 1 <= column <= COLUMNS):
            raise ContentError("the cell {found} is off the sheet.", self.where, found=repr(given))
        if row != self.row or column <= self.column:
            raise self._disorder(Cell(row, column))
        self.column = column

    def _disorder(self, cell: Cell) -> ContentError:
        return ContentError(
            "this cell stands out of order, or a second time. Open the workbook in Excel or LibreOffice and save it.",
            Where(self.where.workbook, self.where.sheet, cell.name),
        )

    @property
    def _at(self) -> Where:
        return Where(self.where.workbook, self.where.sheet, Cell(self.row, self.column).name)

    def _wrong_cell(self, message: str, **fields) -> ContentError:
        return ContentError(message, self._at, **fields)

    def _cell_ends(self) -> None:
        if self.formulas and self.formula is not None:
            self._add(self._formula(self.formula), OTHER)
            return
        kind = self.attributes.get("t", "n")
        pieces = self.pieces.get("is" if kind == "inlineStr" else "v")
        value = "".join(pieces) if pieces is not None else None
        if value is None or (value == "" and kind not in ("inlineStr", "str")):
            if self.formula is not None:
                self.filling.add(code(self.row, self.column), PENDING, math.nan)
        elif kind == "n":
            self._add_number(value)
        else:
            self._add(self._other(kind, value), OTHER)

    def _add(self, value, kind: int) -> None:
        if isinstance(value, str) and not value.strip():
            kind = SPACES
        self.filling.add(code(self.row, self.column), kind, math.nan, value)

    def _add_number(self, text: str) -> None:
        if not DECIMAL.fullmatch(text):
            self._add(text, OTHER)
            return
        number = float(text)
        style = self.attributes.get("s", "0")
        if style.isdecimal() and int(style) in self.shared.dates:
            self.filling.dates[code(self.row, self.column)] = number
            self._add(as_date(number, self.shared.dates[int(style)], self.shared.contents.from_1904), OTHER)
            return
        exact = int(text) if WHOLE <= abs(number) < math.inf and DIGITS.fullmatch(text) and len(text) < 400 else None
        self.filling.add(code(self.row, self.column), NUMBER, number, exact)

    def _other(self, kind: str, text: str):
        """What a cell of another kind than a number holds."""
        if kind == "s":
            return self._shared_text(text)
        if kind == "b":
            if text.strip() not in TRUTHS:
                raise self._wrong_cell("expected a truth value, found {found}.", found=repr(text[:40]))
            return TRUTHS[text.strip()]
        if kind == "d":
            return iso_date(text)
        if kind not in ("str", "inlineStr", "e"):
            raise self._wrong_cell("the cell is of an unknown type {found}.", found=repr(kind[:40]))
        return unescaped(text)

    def _shared_text(self, text: str) -> str:
        if not DIGITS.fullmatch(text) or not 0 <= int(text[:20]) < len(self.shared.texts):
            raise self._wrong_cell(
                "the cell refers to the text number {found}, which the workbook does not have.", found=repr(text[:40])
            )
        return self.shared.texts[int(text)]

    # ---- formulas, merged and hidden cells -----------------------------------------------------------

    def _formula(self, attributes: Mapping[str, str]) -> str:
        """The formula as it is typed; one that is shared is moved from the cell where it is written."""
        text, kind, number = "=" + "".join(self.pieces["f"]), attributes.get("t", ""), attributes.get("si", "")
        cell = Cell(self.row, self.column).name
        if kind != "shared":
            return text
        if text != "=":
            self.origins[number] = text, cell
        if text == "=" and number in self.origins:
            from openpyxl.formula.translate import Translator

            return Translator(*self.origins[number]).translate_formula(cell)
        return text

    def _merge(self, attributes: dict) -> None:
        try:
            self.merged.append(Range.parse(attributes.get("ref", "")))
        except UsageError:
            found = repr(attributes.get("ref"))
            raise FileError("the sheet is damaged: it merges the cells {found}.", self.where, found=found) from None

    def _hide(self, attributes: dict) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if first.isdecimal() and last.isdecimal():
            self.hidden_columns.append((int(first[:6]), min(int(last[:6]), COLUMNS)))


def as_date(number: float, is_length: bool, from_1904: bool):
    """A number that is shown as a date or a time, #VALUE! where it can be none."""
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    try:
        return from_excel(number, MAC_EPOCH if from_1904 else WINDOWS_EPOCH, timedelta=is_length)
    except (OverflowError, ValueError):
        return "#VALUE!"


def iso_date(text: str):
    """A date written as 2024-05-01T12:00:00; the text itself where it is none."""
    from openpyxl.utils.datetime import from_ISO8601

    try:
        return from_ISO8601(text)
    except (OverflowError, ValueError):
        return text
