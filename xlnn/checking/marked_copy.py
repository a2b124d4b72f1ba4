"""A marked copy of a workbook: wrong cells coloured and commented, and a sheet that lists them.

The original is only read. A workbook that openpyxl cannot load whole is copied value by value.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill

from xlnn._version import __version__
from xlnn.layout.cells import Cell
from xlnn.xlsx.cell_table import UNCALCULATED
from xlnn.xlsx.foreign import read_workbook
from xlnn.xlsx.rows import readable
from xlnn.xlsx.saving import check_target, replacing
from xlnn.xlsx.seals import MARK
from xlnn.xlsx.workbook import Workbook

RED, GREY, YELLOW = "FF9C9C", "D9D9D9", "FFE699"


COMMENTS = 2000  # more would make the workbook hard to open


LISTED = 100_000


@dataclass(frozen=True)
class Mark:
    """A cell to be coloured, with a comment where one is given."""

    sheet: str
    cell: Cell
    colour: str
    comment: str = ""


def write_marked(
    source: Path,
    target: Path,
    marks: Iterable[Mark],
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence],
    force: bool = False,
    inputs: Sequence[Path] = (),
) -> Path:
    """Writes the marked copy of `source`; the list is the first sheet. `inputs`: what else was read. Raises SaveError."""
    check_target(target, [source, *inputs], force)
    book = _copy(source)
    _list(book, title, header, rows)
    _mark(book, marks)
    if MARK not in book.custom_doc_props.names:
        book.custom_doc_props.append(StringProperty(name=MARK, value=__version__))
    with replacing(target, force) as temporary:
        book.save(temporary)
    return temporary.path


def _copy(source: Path) -> openpyxl.Workbook:
    """The workbook with its formulas and styles, or at least with its values."""
    _, content, _ = read_workbook(source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl leaves out: extensions, pictures
        try:
            return openpyxl.load_workbook(BytesIO(content))
        except Exception:  # whatever a part that only the full mode reads brings about
            return _values_only(source)


def _values_only(source: Path) -> openpyxl.Workbook:
    read, book = Workbook(source), openpyxl.Workbook()
    book.remove(book.active)
    for name in read.sheets:
        sheet = book.create_sheet(name)
        for row, values in enumerate(read.sheet(name).tolist(), 1):
            for column, value in enumerate(values, 1):
                if value is not None and value is not UNCALCULATED:
                    sheet.cell(row, column).value = value
    return book


def _mark(book: openpyxl.Workbook, marks: Iterable[Mark]) -> None:
    fills = {colour: PatternFill("solid", fgColor=colour) for colour in (RED, GREY, YELLOW)}
    comments = 0
    for mark in marks:
        cell = book[mark.sheet].cell(*mark.cell)
        if isinstance(cell, MergedCell):  # belongs to the cell at the upper left of its range
            ranges = book[mark.sheet].merged_cells.ranges
            first = next((r for r in ranges if cell.coordinate in r), None)
            cell = book[mark.sheet].cell(first.min_row, first.min_col) if first else cell
        cell.fill = fills[mark.colour]
        if mark.comment and comments < COMMENTS and not isinstance(cell, MergedCell):
            cell.comment = Comment(_text(mark.comment), "xlnn", width=340, height=140)
            comments += 1


def _text(text: str) -> str:
    """What openpyxl takes: of names that the system or a stranger's workbook gave, the characters that XML has."""
    return ILLEGAL_CHARACTERS_RE.sub("\ufffd", readable(text))


def _list(book: openpyxl.Workbook, title: str, header: Sequence[str], rows: Iterable[Sequence]) -> None:
    name = title
    while name in book.sheetnames:
        name += "_"
    sheet = book.create_sheet(name, 0)
    sheet.append(list(header))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, row in enumerate(rows):
        if number == LISTED:
            break
        sheet.append([value if value is None or isinstance(value, int | float) else _text(str(value)) for value in row])
        for cell in sheet[sheet.max_row]:
            if cell.data_type == "f":  # a formula is shown, not calculated
                cell.data_type = "s"
    for letter, width in zip("ABCDEFGHIJ", (16, 14, 10, 22, 22, 14, 22, 60, 60, 20), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2" if sheet.max_row > 1 else None
    book.active = 0
