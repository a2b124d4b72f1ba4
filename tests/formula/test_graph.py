"""Workbooks as graphs: read, calculated to the stored results, differentiated by their own formulas."""

from __future__ import annotations

import math
import re
from html import unescape
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import openpyxl
import pytest
from formula_books import graph, number, stored, value
from openpyxl.worksheet.formula import ArrayFormula

import xlnn
from xlnn.formula import read, text
from xlnn.formula.meant import as_meant, typed_e
from xlnn.layout.cells import Cell, Range
from xlnn.xlsx.workbook import Workbook


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("graph") / "4-4.xlsx"
    xlnn.write(xlnn.example("4-4").with_settings(iterations=2), path, cells="formulas")
    return read(Workbook(path))


def test_every_formula_gives_its_stored_result(trained):
    assert trained.reports == ()
    assert len(trained.cell_of) > 12_000


def test_the_derivative_of_the_cost_is_its_central_difference(trained):
    cost = trained.number("Trained", Cell.parse("G21"))
    slopes = trained.gradient(cost)
    for name in ("D5", "F8", "G9", "E17", "G18"):
        cell = trained.number("Iteration 1", Cell.parse(name))
        x, h = trained.values.numbers[cell], 1e-5
        up, down = (trained.calculate({cell: x + step}).numbers[cost] for step in (h, -h))
        assert slopes[cell] == pytest.approx((up - down) / (2 * h), rel=1e-6)
        assert slopes[cell] != 0


def test_the_gradient_cells_hold_the_derivative_of_their_iterations_cost(trained):
    """D71:G84 of each iteration's sheet against ∂G21/∂(D5:G18) by the sheet's own formulas, both iterations in one pass."""
    parameters = [Cell(row, column) for row in (*range(5, 17), 17, 18) for column in (4, 5, 6)]
    parameters += [Cell(row, 7) for row in (5, 9, 13, 17, 18)]
    cut = np.zeros(len(trained.codes) + 1, bool)
    for sheet in ("Iteration 1", "Iteration 2"):
        cut[[trained.number(sheet, cell) for cell in parameters]] = True
    costs = {trained.number(sheet, Cell(21, 7)): 1.0 for sheet in ("Iteration 1", "Iteration 2")}
    slopes = trained.derivatives(costs, cut)
    for sheet in ("Iteration 1", "Iteration 2"):
        found = [slopes[trained.number(sheet, cell)] for cell in parameters]
        shown = [trained.values.numbers[trained.number(sheet, cell.moved(66))] for cell in parameters]
        assert found == pytest.approx(shown, rel=1e-12, abs=1e-15)


# ---- everything that xlnn writes --------------------------------------------------------------------------


def outputs(folder: Path):
    """Workbooks with formulas that xlnn writes."""
    for section, layout in (("4-4", "book"), ("5-6", "book"), ("logistic", "book"), ("4-4", "table")):
        path = folder / f"{section}-{layout}.xlsx"
        xlnn.write(xlnn.example(section).with_settings(iterations=2, layout=layout), path, cells="formulas")
        yield path
    yield from sorted(Path(__file__).parents[2].joinpath("workbooks").glob("*.xlsx"))


def test_every_formula_that_xlnn_writes_gives_its_result_and_is_spelled_as_it_was(tmp_path):
    count = 0
    for path in outputs(tmp_path):
        found = read(Workbook(path))
        assert found.reports == (), path.name
        with ZipFile(path) as package:
            parts = [part for part in package.namelist() if part.startswith("xl/worksheets/sheet")]
            written = [unescape(text) for part in parts for text in re.findall("<f>(.*?)</f>", package.read(part).decode())]
        cells = [found.cell(at)[1] for at in found.cell_of.tolist()]
        trees = [found.tree(at) for at in found.cell_of.tolist()]
        assert sorted(text(tree, cell) for tree, cell in zip(trees, cells, strict=True)) == sorted(written)
        count += len(written)
    assert count > 60_000


# ---- what graphs know --------------------------------------------------------------------------------------


def test_cells_formulas_and_what_they_read():
    of = graph({"A1": 1, "A2": 2, "A3": "x", "B1": "=A1*2", "B2": "=A2*2", "C1": "=SUM(A1:A9)+B1", "C2": "=$A$1+Data!A1",
                "Data!A1": 5})  # fmt: skip
    assert value(of, "C1") == 5
    assert value(of, "A3") == "x"
    assert value(of, "C2") == 6
    assert of.text(number(of, "C2")) == "$A$1+Data!A1"
    assert of.text(number(of, "A1")) is None
    assert of.number("Sheet", Cell.parse("Z9")) == -1
    assert names(of, of.precedents(number(of, "C1"))) == ["A1", "B1", "A2", "A3"]
    assert names(of, of.dependants(number(of, "A1"))) == ["B1", "C1", "C2"]
    assert names(of, of.alike(number(of, "B1"))) == ["B1", "B2"]
    assert of.is_leaf[[number(of, "A1"), number(of, "B1")]].tolist() == [True, False]
    assert of.numbers("Sheet", Range.parse("A1:B2")).tolist() == [
        [number(of, "A1"), number(of, "B1")],
        [number(of, "A2"), number(of, "B2")],
    ]


def names(of, cells) -> list[str]:
    return [of.cell(at)[1].name for at in cells]


def test_other_numbers_are_calculated_through():
    of = graph({"A1": 1, "A2": 2, "B1": "=A1*10", "C1": "=B1+A2", "D1": "=A2*100"})
    found = of.calculate({number(of, "A1"): 5.0})
    assert [of.value(number(of, name), found) for name in ("A1", "B1", "C1", "D1")] == [5, 50, 52, 200]
    assert of.value(number(of, "C1")) == 12  # the graph itself stays
    given = of.calculate({number(of, "B1"): 7.0, number(of, "A1"): 3.0})  # a cell with a formula counts as given then
    assert of.value(number(of, "C1"), given) == 9


def test_a_result_that_the_formula_does_not_give_is_reported_and_counts_as_given():
    of = stored({"A1": 3, "B1": "=A1*2", "C1": "=B1+1", "D1": "=A1&\"!\"", "E1": "=A1>2", "F1": "=1/0"},
                {"B1": 6.4, "C1": 7.4, "D1": "3!", "E1": True, "F1": "#DIV/0!"})  # fmt: skip
    [report] = of.reports
    assert (report.kind, report.sheet, report.cell.name) == ("differs", "Sheet", "B1")
    assert str(report.error).endswith("'Sheet'!B1: stored 6.4, the formula gives 6: recalculate, or a number was pasted.")
    assert of.gradient(number(of, "C1"))[[number(of, "A1"), number(of, "B1")]].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("results", "wrong"),
    [
        ([0.3333333333333333, 0.6666666666666666, 1e-17], []),
        (
            [0.333333333333333, 0.666666666666667, 0.0],
            [],
        ),  # 15 digits: 1 − 3·A1 is 1e-15, of which none is sure
        ([0.3333333333, 0.6666666667, 1e-10], []),  # 10 digits
        ([0.3333333333, 0.666666666666667, 1e-10], ["A1", "B1"]),  # B1 has 15, so A1 was shortened by hand
        ([0.333333, 0.666666, 0.0], ["A1", "C1"]),  # fewer than any program stores
    ],
)
def test_the_digits_with_which_results_are_stored_are_allowed_for(results, wrong):
    formulas = {"A1": "=1/D1", "B1": "=A1*2", "C1": "=1-A1*3"}
    of = stored({"D1": 3} | formulas, dict(zip(formulas, results, strict=True)))
    assert [report.cell.name for report in of.reports] == wrong


def test_circles_are_named_and_count_as_given():
    of = stored({"A1": "=B1+1", "B1": "=C1*2", "C1": "=A1-1", "D1": "=A1*5", "E1": "=E1+1", "F1": 2, "G1": "=F1*D1"},
                {"A1": 4, "B1": 3, "C1": 3, "D1": 20, "E1": 1, "G1": 40})  # fmt: skip
    said = {report.cell.name: str(report.error).rpartition(": ")[2] for report in of.reports if report.kind == "circular"}
    assert set(said) == {"A1", "B1", "C1", "E1"}
    assert "Sheet!C1 → Sheet!B1 → Sheet!A1" in said["A1"] + " → " + said["A1"]
    assert said["E1"] == "Sheet!E1 → Sheet!E1."
    assert of.gradient(number(of, "G1"))[[number(of, "A1"), number(of, "F1")]].tolist() == [10, 20]


def test_formulas_that_all_read_each_other_are_named_in_a_few_rounds():
    everyone = {f"A{row}": f"=SUM(A1:A{row - 1},A{row + 1}:A40)" for row in range(2, 40)}
    of = stored(everyone | {"A1": 1, "A40": 1, "B1": "=A2+1"}, dict.fromkeys(everyone, 0) | {"B1": 1})
    assert {report.kind for report in of.reports} == {"circular"}
    assert names(of, sorted(of.number(report.sheet, report.cell) for report in of.reports)) == list(everyone)
    assert of.gradient(number(of, "B1"))[number(of, "A2")] == 1


def test_functions_that_are_not_known_leave_their_cells_as_given():
    of = stored(
        {"A1": "=RAND()", "B1": "=A1*2", "C1": "=SIN(1,2)", "D1": "=[1]Other!A1+1"}, {"A1": 0.25, "B1": 0.5, "C1": 7, "D1": 8}
    )
    assert [(report.cell.name, report.kind) for report in of.reports] == [("A1", "unknown"), ("C1", "unknown"), ("D1", "unread")]
    assert of.gradient(number(of, "B1"))[number(of, "A1")] == 2
    assert value(of, "D1") == 8


def test_defined_names_whole_columns_and_cells_beyond_the_last():
    of = graph(
        {"A1": 2, "A2": 3, "B1": "=rate*A1", "B2": "=SUM(data)", "B3": "=SUM(D:D)", "B4": "=INDEX(A:A,500)+1", "B5": "=ROWS(A:A)",
         "D1": 4, "D9": 5, "B6": "=COUNTBLANK(D1:D100)", "B7": "=INDEX(A1:A2,3)"},
        {"rate": "Sheet!$A$2*10", "data": "Sheet!$A$1:$A$2"},
    )  # fmt: skip
    assert [value(of, f"B{row}") for row in range(1, 8)] == [60, 5, 9, 1, 1_048_576, 98, "#REF!"]
    assert of.gradient(number(of, "B1"))[[number(of, "A1"), number(of, "A2")]].tolist() == [30, 20]
    assert of.reports == ()


def test_a_range_where_one_value_is_meant_is_the_cell_in_the_same_row():
    of = graph({"A1": 1, "A2": 2, "A3": 3, "B2": "=A1:A3*10", "B9": "=A1:A3*10", "C2": "=A1:A3", "D3": "=$A$1:$A$3+A$1"})
    assert [value(of, name) for name in ("B2", "B9", "C2", "D3")] == [20, "#VALUE!", 2, 4]


def test_array_formulas_and_their_children():
    of = graph({"A1": 1, "A2": 2, "B1": 3, "B2": 4, "D1": ArrayFormula("D1:E2", "=A1:B2*2"), "F1": "=D2+E1"})
    assert [value(of, name) for name in ("D1", "E1", "D2", "E2", "F1")] == [2, 6, 4, 8, 10]
    assert of.text(number(of, "E2")) == "A1:B2*2"
    assert of.gradient(number(of, "F1"))[[number(of, name) for name in ("A1", "A2", "B1", "B2")]].tolist() == [0, 2, 2, 0]


def test_shared_formulas_are_moved_to_their_cells(tmp_path):
    book = openpyxl.Workbook()
    for row in range(1, 5):
        book.active[f"A{row}"] = row
    book.save(tmp_path / "plain.xlsx")
    with ZipFile(tmp_path / "plain.xlsx") as old, ZipFile(tmp_path / "shared.xlsx", "w") as new:
        for name in old.namelist():
            part = old.read(name).decode()
            for row in range(1, 5):
                formula = '<f t="shared" ref="B1:B4" si="0">A1*$A$2&amp;""</f>' if row == 1 else '<f t="shared" si="0"/>'
                part = part.replace(
                    f'<c r="A{row}" t="n"><v>{row}</v></c>', f'<c r="A{row}"><v>{row}</v></c><c r="B{row}">{formula}</c>'
                )
            new.writestr(name, part)
    of = read(Workbook(tmp_path / "shared.xlsx"))
    assert [value(of, f"B{row}") for row in range(1, 5)] == ["2", "4", "6", "8"]
    assert of.text(number(of, "B3")) == 'A3*$A$2&""'
    assert names(of, of.alike(number(of, "B2"))) == ["B1", "B2", "B3", "B4"]


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        ("=POWER(2.718,-A1)", 2.718),
        ("=1/(1+A2^(-A1))", 2.718),
        ("=(2.7183)^(A1+1)", 2.7183),
        ("=EXP(A1)*A2", math.e),  # a number that nothing raises to a power
        ("=A2^2", math.e),  # the square of a measured number
        ("=POWER(A2,3)+A1^2", math.e),
        ("=2.72^A1", math.e),  # e has no such digits
    ],
)
def test_what_is_raised_to_a_calculated_power_may_be_e_with_few_digits(formula, found):
    cells = graph({"A1": 0.5, "A2": 2.718, "B1": formula})
    assert typed_e(cells) == found
    exact = as_meant(cells)
    assert (value(exact, "A2") == math.e) == ("A2^(" in formula)
