"""Small workbooks of formulas, as graphs; formulas are not calculated unless results are given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import xlsxwriter

from xlnn.formula import Graph, read
from xlnn.layout.cells import Cell
from xlnn.xlsx.workbook import Workbook


def graph(cells: Mapping[str, object], names: Mapping[str, str] | None = None) -> Graph:
    """The graph of cells by address, `Sheet!A1` or `A1` (of Sheet); texts that begin with = are formulas without a result."""
    book = openpyxl.Workbook()
    book.active.title = "Sheet"
    for address, value in cells.items():
        sheet, _, name = address.rpartition("!")
        if (sheet or "Sheet") not in book.sheetnames:
            book.create_sheet(sheet)
        book[sheet or "Sheet"][name] = value
    for name, written in (names or {}).items():
        book.defined_names[name] = openpyxl.workbook.defined_name.DefinedName(name, attr_text=written)
    with TemporaryDirectory() as folder:
        book.save(Path(folder) / "book.xlsx")
        return read(Workbook(Path(folder) / "book.xlsx"))


def stored(cells: Mapping[str, object], results: Mapping[str, object]) -> Graph:
    """The same, of one sheet, with stored results of the formulas."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("Sheet")
            for name, value in cells.items():
                if isinstance(value, str) and value.startswith("="):
                    sheet.write_formula(name, value, None, results[name])
                else:
                    sheet.write(name, value)
        return read(Workbook(path))


def number(of: Graph, address: str) -> int:
    sheet, _, name = address.rpartition("!")
    return of.number(sheet or "Sheet", Cell.parse(name))


def value(of: Graph, address: str):
    return of.value(number(of, address))
