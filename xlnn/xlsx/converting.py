"""The process that turns another program's file into an .xlsx workbook: bytes come in, bytes go out.

It is a process of its own because it may die: of the old formats a library reads (calamine) that ends the whole process at
some cells that no program writes. `foreign` starts it, with limits of time and memory. It imports no NumPy.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from io import BytesIO

from xlnn.errors import FileError, Where, XlnnError
from xlnn.layout.cells import Cell, Range
from xlnn.xlsx.open_document import OpenDocument
from xlnn.xlsx.package import ODF, OLD, Package, limits
from xlnn.xlsx.plain_sheets import Plain, PlainSheet, written

CONTENT = "content.xml"


PROTECTED = "the workbook is protected by a password. Open it in Excel or LibreOffice and save it without a password."


NO_SHEET = "this is {what} that has no sheet with cells."


UNREADABLE = (
    "this is {what} that cannot be read ({reason}). "
    "In Excel or LibreOffice choose File › Save As and the type Excel workbook (.xlsx)."
)


ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


def open_document(content: bytes, where: Where) -> bytes:
    """An .ods or .fods as .xlsx. Raises FileError, LimitError."""
    found, parts = OpenDocument(where), None
    if content.startswith(b"PK"):
        package = Package(content, where, other=True)
        if CONTENT not in package:
            raise FileError("the workbook is damaged: its part {part} is missing.", where, part=repr(CONTENT))
        if b"encryption-data" in (package.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in package else b""):
            raise FileError(PROTECTED, where)
        parts = package.chunks(CONTENT)
    else:
        package = Package.of_one_part(content, where)
        parts = (content[at : at + (1 << 20)] for at in range(0, len(content), 1 << 20))
    package.parse_chunks(CONTENT, parts, found.start, found.end, found.text)
    if not found.sheets:
        raise FileError(NO_SHEET, where, what="an OpenDocument file (.ods)")
    return written(found.sheets, found.names)


def old_workbook(content: bytes, where: Where) -> bytes:
    """An .xls or .xlsb as .xlsx; of its formulas only the results are known. Raises FileError."""
    import python_calamine

    kind = "an old workbook (.xls)"
    if content.startswith(b"PK"):
        kind = "a binary workbook (.xlsb)"
        Package(content, where, other=True)  # its size and its parts, before anybody else unpacks them
    try:
        book = python_calamine.CalamineWorkbook.from_object(BytesIO(content))
        sheets = [_old_sheet(book, number) for number in range(len(book.sheet_names))]
    except python_calamine.PasswordError:
        raise FileError(PROTECTED, where) from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise FileError(UNREADABLE, where, what=kind, reason=str(error)[:100]) from None
    if not sheets:
        raise FileError(
            NO_SHEET, where, what="a binary workbook (.xlsb)" if content.startswith(b"PK") else "an old workbook (.xls)"
        )
    return written(sheets)


def _old_sheet(book, number: int) -> PlainSheet:
    import python_calamine

    about = book.sheets_metadata[number]
    sheet = PlainSheet(about.name, hidden=about.visible != python_calamine.SheetVisibleEnum.Visible)
    if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
        return sheet
    found = book.get_sheet_by_index(number)
    top, left = found.start or (0, 0)
    for row, line in enumerate(found.to_python(skip_empty_area=True), top + 1):
        for column, value in enumerate(line, left + 1):
            if value != "" and value is not None:
                sheet.cells[row, column] = Plain(value, error=value in ERRORS)
    corner = lambda spot: Cell(spot[0] + 1, spot[1] + 1)
    sheet.merged = [Range(corner(first), corner(last)) for first, last in found.merged_cell_ranges or ()]
    return sheet


KINDS = {ODF: open_document, OLD: old_workbook}


def main() -> None:
    """Reads the file from standard input and writes the workbook, or what is wrong with it as JSON, exit code 3, 4 or 5."""
    kind, name, raised = sys.argv[1:]
    try:
        with limits(**json.loads(raised)):
            made = KINDS[kind](sys.stdin.buffer.read(), Where(name))
    except XlnnError as error:
        where = asdict(error.where) if error.where else {}
        said = {"kind": type(error).__name__, "message": error.message, "where": where, "fields": error.fields}
        sys.stdout.write(json.dumps(said, default=str))
        sys.stdout.flush()
        sys.exit(error.exit_code)
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
