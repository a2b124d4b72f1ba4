"""A slip in one formula of a right sheet: check names that very cell, first, and accuses nothing else."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import no_networks
import pytest
from hand_books import BOOKS
from overwriting import calculated, checked, graph_of, name_of
from sheet_styles import Style, save, save_cells

from xlnn.formula import Graph, mended
from xlnn.layout.cells import COLUMNS
from xlnn.xlsx.workbook import Workbook

TRIED = 3  # cells of each style
STYLES = {
    "examples in rows": Style(images=5),
    "examples in columns": Style(images=5, turned=True, onward="right"),
    "a sheet for each iteration": Style(images=5, onward="sheets", bias="row"),
    "iterations in rows": Style(layout="row", iterations=6, bias="none", units=(2, 2, 2)),
    "perceptron": Style(layout="row", iterations=6, units=(2, 1), functions=("step above 0",), cost="perceptron"),
    "relu": Style(functions=("relu", "identity"), total="mean", images=5),
}
SIGN = re.compile(r"(?<=[A-Z0-9)])[+-](?=[A-Z($])")
REFERENCE = re.compile(r"(?<![A-Z$:])([A-Z])(\d+)(?![\d:])")  # that moves with its formula


@cache
def made(name: str) -> Graph:
    with TemporaryDirectory() as folder:
        return graph_of(save(Path(folder) / "made.xlsx", STYLES[name]))


def another_sign(text: str) -> str:
    return SIGN.sub(lambda found: "-" if found[0] == "+" else "+", text, count=1)


def a_row_on(text: str) -> str:
    return REFERENCE.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", text, count=1)


def a_column_on(text: str) -> str:
    return REFERENCE.sub(lambda found: f"{chr(ord(found[1]) + 1)}{found[2]}", text, count=1)


def inside(graph: Graph, cell: int) -> bool:
    """Whether copies of a cell's formula stand on both sides of it, in a row or column, and a third one behind these."""
    alike = graph.codes[graph.alike(cell)]
    lines = [[graph.codes[cell] + unit * step for step in steps] for unit in (1, COLUMNS) for steps in ((-1, 1, 2), (-2, -1, 1))]
    return any(all(code in alike for code in line) for line in lines)


def with_formula(graph: Graph, path: Path, cell: int, text: str) -> Path:
    """The workbook with another formula in a cell, calculated."""
    sheets: dict[str, dict[str, object]] = {name: {} for name in graph.sheets}
    for number in range(len(graph.codes)):
        sheet, where = graph.cell(number)
        formula = text if number == cell else graph.text(number)
        sheets[sheet][where.name] = graph.value(number) if formula is None else "=" + formula
    return save_cells(path, sheets)


@pytest.mark.parametrize("slip", [another_sign, a_row_on, a_column_on])
@pytest.mark.parametrize("name", STYLES)
def test_the_cell_is_named_first_and_nothing_else(tmp_path, name, slip):
    graph = made(name)
    cells = [cell for cell in calculated(graph) if inside(graph, cell) and slip(graph.text(cell)) != graph.text(cell)]
    for cell in Random(name).sample(cells, min(TRIED, len(cells))):
        path = with_formula(graph, tmp_path / "slip.xlsx", cell, slip(graph.text(cell)))
        slipped = graph_of(path)
        if slipped.reports or slipped.values.numbers[cell] == graph.values.numbers[cell]:  # it reads itself
            continue
        code, first, said = checked(path)
        assert (code, first) == (1, name_of(graph, cell)), said
        accused = [line for line in said.splitlines() if re.match(r"\d+\. ", line) and "(note)" not in line]
        assert all(line.split(" ", 1)[1].startswith(name_of(graph, cell) + ":") for line in accused), said


@pytest.mark.parametrize("name", [*STYLES, *BOOKS, *no_networks.BOOKS])
def test_no_formula_of_a_right_sheet_slips(tmp_path, name):
    if name in STYLES:
        path = save(tmp_path / "right.xlsx", STYLES[name])
    else:
        path = save_cells(tmp_path / "right.xlsx", BOOKS[name].make() if name in BOOKS else no_networks.BOOKS[name]())
    assert mended(Workbook(path)).slips == ()


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "workbooks").glob("**/*.xlsx")), ids=lambda path: path.name)
def test_no_formula_of_our_workbooks_slips(path):
    assert mended(Workbook(path)).slips == ()
