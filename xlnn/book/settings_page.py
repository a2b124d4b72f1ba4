"""How sheet Settings is written."""

from __future__ import annotations

from xlnn.book import settings
from xlnn.layout.cells import Cell
from xlnn.model.problem import Problem
from xlnn.words import say
from xlnn.xlsx.new_file import BookFile, put, show
from xlnn.xlsx.rows import RowsSheet


def settings_page(file: BookFile, sheet: RowsSheet, problem: Problem, language: str) -> None:
    """Sheet Settings: B2 is η; below the table of layers."""
    rows, style = file.rows(), file.style
    for column, text in enumerate(("setting", "value", "meaning"), 1):
        rows.text(Cell(1, column), say(text, language), style("header"))
    number = 1
    for number, (name, value, meaning) in enumerate(settings.rows(problem, language), 2):
        rows.text(Cell(number, 1), name)
        put(rows, Cell(number, 2), value, style("input"))
        rows.text(Cell(number, 3), meaning, style("label"), measured=False)
    number += 2
    for column, text in enumerate(settings.layer_columns(problem.network.layer_settings), 1):
        rows.text(Cell(number, column), say(text, language), style("header"))
    for below, line in enumerate(settings.layer_rows(problem.network.layer_settings), 1):
        for column, value in enumerate(line, 1):
            put(rows, Cell(number + below, column), value, style("input"))
    show(file, sheet, rows)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 5, 14)
