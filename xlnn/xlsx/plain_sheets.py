"""Sheets in memory as another program's file had them, and the same as an .xlsx workbook in the fewest words.

Whatever is no .xlsx becomes these once, and then an .xlsx workbook in memory that is read like every other one.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from xlnn.layout.cells import Cell, Range

ROWS, COLUMNS = 1_048_576, 16_384  # a sheet of an .xlsx workbook


EPOCH = datetime.datetime(1899, 12, 30)


BARE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")  # what a text spells by its number


@dataclass(frozen=True)
class Plain:
    """A cell: its value (number, text, truth value, date; None: none was stored), and its formula in Excel's words."""

    value: Any = None
    formula: str = ""
    array: str = ""  # the cells of an array formula, as A1:B2
    error: bool = False  # the value is an error's name, #DIV/0!


@dataclass
class PlainSheet:
    """A sheet: cells by (row, column), counted from 1; merged ranges; hidden rows and columns, and whether it is itself."""

    name: str
    cells: dict[tuple[int, int], Plain] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    hidden: bool = False


def written(sheets: list[PlainSheet], names: Mapping[tuple[int | None, str], str] | None = None) -> bytes:
    """The bytes of an .xlsx workbook; `names`: defined names, each of a sheet (its position) or of all (None)."""
    file, count = BytesIO(), len(sheets)
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", _types(count))
        archive.writestr("_rels/.rels", _links([("officeDocument", "xl/workbook.xml")]))
        parts = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, count + 1)]
        archive.writestr("xl/_rels/workbook.xml.rels", _links([*parts, ("styles", "styles.xml")]))
        archive.writestr("xl/workbook.xml", _workbook(sheets, names or {}))
        archive.writestr("xl/styles.xml", STYLES)
        for number, sheet in enumerate(sheets, 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", "".join(_sheet(sheet)))
    return file.getvalue()


HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


PACKAGE = "http://schemas.openxmlformats.org/package/2006"


TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


STYLES = (  # the second format shows a date
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="22" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def _types(count: int) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{TYPE}.worksheet+xml"/>'
        for number in range(1, count + 1)
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>{sheets}'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>'
    )


def _links(targets: list[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{LINK}/{kind}" Target="{part}"/>' for number, (kind, part) in enumerate(targets, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'


def _workbook(sheets: list[PlainSheet], names: Mapping[tuple[int | None, str], str]) -> str:
    listed = "".join(
        f'<sheet name={quoteattr(_spelled(sheet.name))} sheetId="{number}"{HIDDEN if sheet.hidden else ""} r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    defined = "".join(
        f"<definedName name={quoteattr(_spelled(name))}{LOCAL.format(at) if at is not None else ''}>"
        f"{escape(_spelled(text))}</definedName>"
        for (at, name), text in names.items()
    )
    defined = f"<definedNames>{defined}</definedNames>" if defined else ""
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINK}"><sheets>{listed}</sheets>{defined}</workbook>'


HIDDEN, LOCAL = ' state="hidden"', ' localSheetId="{}"'


def _sheet(sheet: PlainSheet) -> Iterator[str]:
    yield f'{HEAD}<worksheet xmlns="{MAIN}">'
    if sheet.hidden_columns:
        columns = "".join(f'<col min="{a}" max="{b}" width="9" hidden="1"/>' for a, b in sheet.hidden_columns)
        yield f"<cols>{columns}</cols>"
    yield "<sheetData>"
    before = 0
    for row, column in sorted(sheet.cells):
        if row != before:
            hidden = ' hidden="1"' if row in sheet.hidden_rows else ""
            yield f'{"</row>" if before else ""}<row r="{row}"{hidden}>'
            before = row
        yield _cell(Cell(row, column).name, sheet.cells[row, column])
    yield "</row></sheetData>" if before else "</sheetData>"
    if sheet.merged:
        merged = "".join(f'<mergeCell ref="{range_.name}"/>' for range_ in sheet.merged)
        yield f"<mergeCells>{merged}</mergeCells>"
    yield "</worksheet>"


def _cell(name: str, cell: Plain) -> str:
    formula = ""
    if cell.formula:
        array = f' t="array" ref="{cell.array}"' if cell.array else ""
        formula = f"<f{array}>{escape(_spelled(cell.formula))}</f>"
    value = cell.value
    if value is None:
        return f'<c r="{name}">{formula}</c>'
    if isinstance(value, bool):
        return f'<c r="{name}" t="b">{formula}<v>{value:d}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{name}">{formula}<v>{value!r}</v></c>'
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return f'<c r="{name}" s="1">{formula}<v>{_serial(value)!r}</v></c>'
    text = escape(_spelled(value))
    if cell.error or formula:
        return f'<c r="{name}" t="{"e" if cell.error else "str"}">{formula}<v>{text}</v></c>'
    return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _serial(value) -> float:
    """A date or time as Excel counts it: days since the end of 1899."""
    if isinstance(value, datetime.timedelta):
        return value / datetime.timedelta(days=1)
    if isinstance(value, datetime.time):
        value = datetime.datetime.combine(EPOCH, value.replace(tzinfo=None))
    elif not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    return (value.replace(tzinfo=None) - EPOCH) / datetime.timedelta(days=1)


def _spelled(text: str) -> str:
    """A text with the characters that XML cannot hold spelled as OOXML does."""
    return BARE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
