"""Sheets of an OpenDocument spreadsheet (.ods, or .fods in one piece), as LibreOffice and others save it.

What is read is `content.xml` (OASIS ODF 1.3 part 3, chapter 9): values as they are stored, formulas with the cells of an
array formula, names, merged cells, and what is hidden. Cells and rows that repeat are counted before they are made.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from contextlib import suppress

from xlnn.errors import FileError, LimitError, Where
from xlnn.layout.cells import Cell, Range
from xlnn.xlsx.open_formula import excel_formula, excel_range
from xlnn.xlsx.plain_sheets import COLUMNS, ROWS, Plain, PlainSheet

MOST = 1 << 22  # filled cells of all sheets


SPACES = {
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
}


ASIDE = {"office:annotation", "table:shapes", "table:tracked-changes", "table:dde-links", "text:note"}  # what is in no cell


CELLS = {"table:table-cell", "table:covered-table-cell"}


TIME = re.compile(r"(-?)PT?(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?")


class OpenDocument:
    """Takes the elements of content.xml as a parser gives them; `sheets` and `names` are what they said.

    Raises LimitError for more cells than are read, FileError for what no spreadsheet program writes.
    """

    def __init__(self, where: Where):
        self.where = where
        self.sheets: list[PlainSheet] = []
        self.names: dict[tuple[int | None, str], str] = {}
        self._unseen: set[str] = set()  # styles of hidden sheets
        self._style, self._aside, self._tables = "", 0, 0
        self._row = self._column = self._made = 0
        self._rows_said = self._spread = 1
        self._line: list[tuple[int, int, Plain]] = []  # the row's cells: first column, how many alike, the cell
        self._attributes: Mapping[str, str] | None = None
        self._paragraphs: list[str] = []

    # ---- elements ------------------------------------------------------------------------------------

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = _short(name)
        if self._aside or name in ASIDE:
            self._aside += 1
            return
        given = {_short(key): value for key, value in attributes.items()}
        begun = getattr(self, "_begin_" + re.sub("[:-]", "_", name), None)
        if begun:
            begun(given)

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= 1
            return
        name = _short(name)
        if name in CELLS and self._attributes is not None:
            self._end_cell()
        elif name == "table:table-row":
            self._end_row()
        elif name == "table:table":
            self._tables -= 1

    def text(self, data: str) -> None:
        if not self._aside and self._attributes is not None and self._paragraphs:
            self._paragraphs[-1] += data

    def _begin_style_style(self, given: Mapping) -> None:
        self._style = given.get("style:name", "")

    def _begin_style_table_properties(self, given: Mapping) -> None:
        if given.get("table:display") == "false":
            self._unseen.add(self._style)

    def _begin_table_table(self, given: Mapping) -> None:
        self._tables += 1
        self.sheets.append(PlainSheet(given.get("table:name", ""), hidden=given.get("table:style-name") in self._unseen))
        self._row = self._column = 0

    def _begin_table_table_column(self, given: Mapping) -> None:
        first, self._column = self._column + 1, self._column + _count(given, "table:number-columns-repeated")
        if given.get("table:visibility") in ("collapse", "filter") and self._column <= COLUMNS:
            self.sheets[-1].hidden_columns.append((first, self._column))

    def _begin_table_table_row(self, given: Mapping) -> None:
        self._rows_said, self._column, self._line = _count(given, "table:number-rows-repeated"), 0, []
        if given.get("table:visibility") in ("collapse", "filter") and self._rows_said < ROWS >> 4:
            self.sheets[-1].hidden_rows |= set(range(self._row + 1, self._row + self._rows_said + 1))

    def _begin_table_table_cell(self, given: Mapping) -> None:
        self._attributes, self._paragraphs = given, []
        self._spread = _count(given, "table:number-columns-repeated")

    _begin_table_covered_table_cell = _begin_table_table_cell

    def _begin_text_p(self, given: Mapping) -> None:
        self._paragraphs.append("")

    _begin_text_h = _begin_text_p

    def _begin_text_s(self, given: Mapping) -> None:
        self.text(" " * min(_count(given, "text:c"), 1 << 10))

    def _begin_text_tab(self, given: Mapping) -> None:
        self.text("\t")

    def _begin_text_line_break(self, given: Mapping) -> None:
        self.text("\n")

    def _begin_table_named_range(self, given: Mapping) -> None:
        self._name(given, given.get("table:cell-range-address", ""), excel_range)

    def _begin_table_named_expression(self, given: Mapping) -> None:
        self._name(given, "of:=" + given.get("table:expression", ""), excel_formula)

    def _name(self, given: Mapping, text: str, spelled) -> None:
        with suppress(ValueError):
            self.names[len(self.sheets) - 1 if self._tables else None, given.get("table:name", "")] = spelled(text)

    # ---- cells ---------------------------------------------------------------------------------------

    def _end_cell(self) -> None:
        cell = self._cell(self._attributes, "\n".join(self._paragraphs))
        if cell is not None:
            self._line.append((self._column + 1, self._spread, cell))
        self._merge(self._attributes)
        self._column, self._attributes = self._column + self._spread, None

    def _end_row(self) -> None:
        if self._line and self._row < ROWS:
            self._made += self._rows_said * sum(spread for _, spread, _ in self._line)
            last = max(column + spread - 1 for column, spread, _ in self._line)
            if self._made > MOST:
                raise LimitError("the workbook has more than {limit} filled cells.", self.where, limit=f"{MOST:,}")
            if last > COLUMNS or self._row + self._rows_said > ROWS:
                raise FileError(
                    "a sheet reaches beyond column {column} or row {row}, where an .xlsx workbook ends.",
                    Where(self.where.workbook, self.sheets[-1].name), column="XFD", row=f"{ROWS:,}",
                )  # fmt: skip
            self._place()
        self._row += self._rows_said

    def _place(self) -> None:
        cells = self.sheets[-1].cells
        for row in range(self._row + 1, self._row + self._rows_said + 1):
            for first, spread, cell in self._line:
                for column in range(first, first + spread):
                    cells[row, column] = cell

    def _merge(self, given: Mapping) -> None:
        down, right = (_count(given, f"table:number-{way}-spanned") for way in ("rows", "columns"))
        first, last = Cell(self._row + 1, self._column + 1), Cell(self._row + down, self._column + right)
        if (down, right) != (1, 1) and last.row <= ROWS and last.column <= COLUMNS:
            self.sheets[-1].merged.append(Range(first, last))

    def _cell(self, given: Mapping, text: str) -> Plain | None:
        value, formula, array = _value(given, text), "", ""
        if "table:formula" in given:
            with suppress(ValueError):  # what refers to another file counts as a number
                formula = excel_formula(given["table:formula"])
            down, right = (_count(given, f"table:number-matrix-{way}-spanned") for way in ("rows", "columns"))
            if formula and "table:number-matrix-rows-spanned" in given:
                array = Range(Cell(self._row + 1, self._column + 1), Cell(self._row + down, self._column + right)).name
        if value is None and not formula:
            return None
        error = given.get("calcext:value-type") == "error" or (bool(formula) and str(value).startswith("#"))
        return Plain(value, formula, array, error)


def _value(given: Mapping, text: str):
    """A cell's value as it is stored; the paragraphs' `text` is what it shows."""
    kind = given.get("office:value-type", "")
    with suppress(ValueError, OverflowError):
        if kind in ("float", "percentage", "currency"):
            return float(given.get("office:value", text))
        if kind == "boolean":
            return given.get("office:boolean-value", "") == "true"
        if kind == "date":
            return datetime.datetime.fromisoformat(given["office:date-value"].removesuffix("Z"))
        if kind == "time":
            return _time(given.get("office:time-value", ""))
    if kind == "string":
        return given.get("office:string-value") or text
    return text or None


def _time(text: str) -> datetime.timedelta:
    found = TIME.fullmatch(text)
    if not found:
        raise ValueError(text)
    hours, minutes, seconds = (float(part or 0) for part in found.groups()[1:])
    length = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] else length


def _count(given: Mapping, name: str) -> int:
    """How often something repeats: at least once, whatever is written."""
    text = given.get(name, "1")
    return min(max(1, int(text)), 1 << 31) if re.fullmatch("[0-9]{1,12}", text) else 1


def _short(name: str) -> str:
    space, _, local = name.rpartition("}")
    return f"{SPACES.get(space, '')}:{local}"
