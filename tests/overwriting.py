"""A number typed over a formula in a workbook with results, calculated anew since or not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import xlsxwriter
from command import run

from xlnn.formula import Graph
from xlnn.formula.building import completed
from xlnn.formula.values import NUMBER
from xlnn.xlsx.workbook import Workbook

NAMED = re.compile(r"^\d+\. '?([^!']*)'?!([A-Z]+\d+)", re.MULTILINE)  # the first cell of each finding


def graph_of(path: Path) -> Graph:
    """All cells of a workbook, its formulas with their results."""
    return completed(Workbook(path))[0]


def overwritten(graph: Graph, path: Path, typed: Mapping[int, float | None], anew: bool, names: Mapping | None = None) -> Path:
    """The workbook with numbers typed into some cells (None: nothing); `anew`: what follows is calculated. `names`: defined."""
    values = graph.calculate({cell: number or 0.0 for cell, number in typed.items()}) if anew else graph.values
    with xlsxwriter.Workbook(path) as book:
        sheets = {name: book.add_worksheet(name) for name in graph.sheets}
        for (_, name), text in (names or {}).items():
            book.define_name(name, "=" + text)
        for number in range(len(graph.codes)):
            name, cell = graph.cell(number)
            text, held = graph.text(number), graph.value(number, values)
            if number in typed:
                if typed[number] is not None:
                    sheets[name].write_number(cell.row - 1, cell.column - 1, typed[number])
            elif text is not None:
                sheets[name].write_formula(cell.row - 1, cell.column - 1, "=" + text, None, held)
            elif held is not None:
                sheets[name].write(cell.row - 1, cell.column - 1, held)
    return path


def calculated(graph: Graph) -> list[int]:
    """The formulas that give numbers."""
    kinds = graph.values.all_kinds()
    return [cell for cell in graph.cell_of.tolist() if kinds[cell] == NUMBER]


def has_like(graph: Graph, cell: int) -> bool:
    """Whether at least two other cells have a copy of a cell's formula."""
    return len(graph.alike(cell)) > 2


def checked(path: Path) -> tuple[int, str | None, str]:
    """The exit code of `check`, the first cell that it calls wrong, 'Net!B7', and all that it says."""
    code, out, _ = run("--language", "en", "check", path)
    wrong = [line for line in out.splitlines() if "(note)" not in line]
    found = NAMED.search("\n".join(wrong))
    return code, f"{found[1]}!{found[2]}" if found else None, out


def name_of(graph: Graph, cell: int) -> str:
    sheet, where = graph.cell(cell)
    return f"{sheet}!{where.name}"
