"""The result of a workbook that its formulas explain is that workbook, iteration after iteration: no sheet Places is needed."""

from __future__ import annotations

import numpy as np
import openpyxl
import pytest
from office import judge, needs_office
from openpyxl.chart import LineChart, Reference
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from own_styles import at, blocks, book, learned, sheets
from understand_books import rows, table

import xlnn
from workbooks import places, save
from xlnn.checking.by_quantity import compared_by_quantity
from xlnn.checking.judging import judge as check


def trained(path, target, **options):
    options = {"iterations": 6, "cells": "formulas", "add_missing": False, **options}
    chosen = {name: options.pop(name) for name in ("cells", "add_missing", "keep") if name in options}
    return xlnn.write(xlnn.read(path, **options), target, **chosen).path


def is_right(path, name: str, n: int, step, rows: int = 0, columns: int = 0) -> None:
    for cell, right in step.items():
        found = at(path, name, cell, right.shape, rows, columns)
        np.testing.assert_allclose(found, right.reshape(found.shape), rtol=1e-9, err_msg=f"{name} {cell}, iteration {n}")


@pytest.mark.parametrize("cells", ["values", "formulas"])
@pytest.mark.parametrize("shown", [1, 2, 3])
@pytest.mark.parametrize(("down", "right"), [(20, 0), (0, 15)])
def test_blocks_go_on(tmp_path, down, right, shown, cells):
    """With one block alone every iteration is a sheet."""
    mine = save(tmp_path / "mine.xlsx", {"Net": blocks(shown, down, right)})
    path = trained(mine, tmp_path / "out.xlsx", cells=cells)
    for n, step in enumerate(learned(6)):
        by = (n * down, n * right) if shown > 1 else (0, 0)
        is_right(path, "Net" if shown > 1 else f"Net {n + 1}", n + 1, step, *by)
    page = openpyxl.load_workbook(path)["Net" if shown > 1 else "Net 1"]
    titles = [page.cell(4 + n * down, 5 + n * right).value for n in range(6)]
    assert titles[: 6 if shown > 1 else 1] == [f"iteration {n + 1}" for n in range(6 if shown > 1 else 1)]
    assert check(path).right


@pytest.mark.parametrize("cells", ["values", "formulas"])
@pytest.mark.parametrize("shown", [1, 2, 4])
def test_rows_go_on(tmp_path, shown, cells):
    mine = save(tmp_path / "mine.xlsx", {"Net": rows(shown + 1) if shown > 1 else rows(2)})
    assert len(xlnn.read(mine).origin.iterations.shown) == (shown + 1 if shown > 1 else 2)
    path = trained(mine, tmp_path / "out.xlsx", cells=cells, iterations=9)
    w2, w3 = np.array([[0.3, -0.2], [0.15, 0.4]]), np.array([[0.5, -0.45], [0.35, 0.6]])
    x, t = np.array([0.3, -0.7]), np.array([0.2, 0.85])
    for n in range(9):
        a2 = 1 / (1 + np.exp(-(w2 @ x)))
        a3 = 1 / (1 + np.exp(-(w3 @ a2)))
        delta3 = (a3 - t) * a3 * (1 - a3)
        delta2 = (w3.T @ delta3) * a2 * (1 - a2)
        for cell, right in (("E4", w2.reshape(1, 4)), ("M4", w3.reshape(1, 4)), ("X4", np.outer(delta2, x).reshape(1, 4))):
            np.testing.assert_allclose(at(path, "Net", cell, right.shape, n), right, rtol=1e-9)
        w2, w3 = w2 - 0.7 * np.outer(delta2, x), w3 - 0.7 * np.outer(delta3, a2)
    assert check(path).right
    assert openpyxl.load_workbook(path)["Net"]["E13"].value is None


@pytest.mark.parametrize("name", ["It{}", "第{}次", "Epoch {} of many"])
@pytest.mark.parametrize("first", [0, 1, 3])
def test_sheets_go_on(tmp_path, name, first):
    mine = save(tmp_path / "mine.xlsx", sheets(2, name, first))
    path = trained(mine, tmp_path / "out.xlsx")
    for n, step in enumerate(learned(6)):
        is_right(path, name.format(first + n), n + 1, step)
    result = openpyxl.load_workbook(path)
    before, last = name.format(first + 4), name.format(first + 5)
    assert result[last]["A1"].value.replace("'", "") == f"={before}!A12"
    assert result[last]["D6"].value == "=A6*$A$1+B6*$B$1+$C$1"
    assert check(path).right


def test_what_stands_on_the_first_sheet_alone_is_read_there_by_all(tmp_path):
    mine = save(tmp_path / "mine.xlsx", sheets(2, pinned=True))
    path = trained(mine, tmp_path / "out.xlsx")
    for n, step in enumerate(learned(6)):
        is_right(path, f"It{n + 1}", n + 1, step)
    result = openpyxl.load_workbook(path)
    assert result["It6"]["D6"].value.replace("'", "") == "=It1!A6*$A$1+It1!B6*$B$1+$C$1"
    assert result["It6"]["A12"].value.replace("'", "").startswith("=A1+It1!$M$2*")
    assert result["It6"]["A6"].value is None
    assert check(path).right


@needs_office
@pytest.mark.parametrize("layout", ["rows", "blocks", "sheets", "pinned", "one"])
def test_libreoffice_calculates_the_numbers_that_are_stored(tmp_path, layout):
    pages = {
        "rows": {"Net": rows(4)}, "blocks": {"Net": blocks(2, 20, 0)}, "sheets": sheets(2), "pinned": sheets(2, pinned=True),
        "one": {"Net": blocks(1, 0, 0)},
    }[layout]  # fmt: skip
    mine = book(tmp_path / "mine.xlsx", **pages)
    path = trained(mine, tmp_path / "out.xlsx")
    verdict = judge(path)
    assert verdict.compared > 100
    assert not verdict.different
    assert compared_by_quantity(mine, path).same


def test_all_formulas_have_results(tmp_path):
    """Errors, texts, truth values and array formulas of a person's own, too; none where a function is not calculated."""
    beside = {
        "P1": "=I6*2", "P2": '=IF(I6<2,"small","large")', "P3": "=I6<2", "P4": "=1/(I6-I6)", "P5": "=P1+O9",
        "P6": '=CELL("row",I6)', "P7": "=P6+I6",
    }  # fmt: skip
    beside["P9"] = ArrayFormula("P9:Q9", "=F6:G6*2")
    pages = {name: cells | beside for name, cells in sheets(1).items()}
    pages["Other"] = {"A1": "=It1!P1+1", "A2": "=IF(It1!P3,3,4)"}
    for cells in ("values", "formulas"):
        path = trained(save(tmp_path / f"{cells}.xlsx", pages), tmp_path / f"{cells}-out.xlsx", cells=cells)
        result = openpyxl.load_workbook(path, data_only=True)
        for n, step in enumerate(learned(6), 1):
            a3 = step["I6"][0, 0]
            found = [result[f"It{n}"][f"P{row}"].value for row in range(1, 8)]
            assert found[0] == pytest.approx(2 * a3, rel=1e-9)
            assert [result[f"It{n}"][c].value for c in ("P9", "Q9")] == pytest.approx(list(2 * step["F6"][0]), rel=1e-9)
            assert found[1:] == ["small", True, "#DIV/0!", found[0], None, None]
        assert result["Other"]["A1"].value == pytest.approx(2 * learned(1)[0]["I6"][0, 0] + 1, rel=1e-9)
        assert result["Other"]["A2"].value == 3


def test_a_sheet_beside_iterations_that_was_never_calculated_has_results(tmp_path):
    pages = sheets(2) | {"Next": {"A1": "=It2!A12", "B1": "=2*A1"}}
    path = trained(save(tmp_path / "mine.xlsx", pages), tmp_path / "out.xlsx", iterations=2)
    found = openpyxl.load_workbook(path, data_only=True)["Next"]
    right = learned(2)[1]["A12"][0, 0]
    assert [found["A1"].value, found["B1"].value] == pytest.approx([right, 2 * right], rel=1e-9)


SLIPS = {  # a workbook, the cell with a formula that is wrong in its last iteration, what stands there
    "rows": (lambda: {"Net": rows(4)}, "Net", "Q7", "=M7*J7+N7*J7"),
    "eta": (lambda: {"Net": rows(4)}, "Net", "E7", "=E6-B4*X6"),
    "blocks": (lambda: {"Net": blocks(2, 20, 0)}, "Net", "J27", "=(C27-I27)*I27"),
    "sheets": (lambda: sheets(2), "It2", "K7", "=J7*$B$3*F7*(1-F7)"),
    "update": (lambda: sheets(2), "It2", "A14", "=A3+0.9*$M$2*SUMPRODUCT(J6:J8,F6:F8)"),
}


@needs_office
@pytest.mark.parametrize("slip", SLIPS)
def test_a_formula_that_is_wrong_in_the_iteration_that_is_copied_is_not_kept(tmp_path, slip):
    """And it alone: those that read it give the right numbers again, with the right number there."""
    pages, sheet, cell, wrong = SLIPS[slip]
    cells = pages()
    cells[sheet][cell] = wrong
    mine = book(tmp_path / "mine.xlsx", **cells)
    path = trained(mine, tmp_path / "out.xlsx")
    verdict = judge(path)
    assert verdict.compared > 100
    assert not verdict.different
    assert check(path).right
    result = openpyxl.load_workbook(path)
    assert isinstance(result[sheet][cell].value, float)
    formulas = [c.coordinate for row in openpyxl.load_workbook(mine)[sheet] for c in row if c.data_type == "f"]
    assert [c for c in formulas if result[sheet][c].data_type != "f"] == [cell]


def test_a_rate_that_is_typed_into_formulas_stays_where_it_is_the_rate(tmp_path):
    cells = {c: value.replace("$M$2", "0.4") if isinstance(value, str) else value for c, value in table().items() if c != "M2"}
    mine = save(tmp_path / "mine.xlsx", {"Net": cells})
    same = openpyxl.load_workbook(trained(mine, tmp_path / "same.xlsx"))["Net 1"]
    other = openpyxl.load_workbook(trained(mine, tmp_path / "other.xlsx", eta=0.7))["Net 1"]
    assert [same[c].value for c in ("A12", "B14")] == [cells["A12"], cells["B14"]]
    assert [other[c].data_type for c in ("A12", "B14", "C13")] == ["n", "n", "n"]
    assert [other[c].value for c in ("D6", "I7", "K8")] == [cells["D6"], cells["I7"], cells["K8"]]


@pytest.mark.parametrize("first", [4, 6])
def test_a_row_that_places_tells_of_goes_on_though_untrained_biases_stand_elsewhere(tmp_path, first):
    cells = rows(6) | {"AN2": 0.0, "AO2": 0.0, "AP2": 0.0, "AQ2": 0.0}
    lines = [
        ("x", f"Net!C{first}:D{first}", "90 down"), ("t", f"Net!A{first}:B{first}", "90 down"),
        ("w2", f"Net!E{first}:F{first}", None, "2 right"), ("b2", "Net!AN2:AO2"),
        ("w3", f"Net!M{first}:N{first}", None, "2 right"), ("b3", "Net!AP2:AQ2"), ("a3", f"Net!R{first}", "90 down", "2 right"),
        ("new_w2", f"Net!E{first + 1}:F{first + 1}", None, "2 right"),
        ("new_w3", f"Net!M{first + 1}:N{first + 1}", None, "2 right"),
    ]  # fmt: skip
    mine = book(tmp_path / "mine.xlsx", Net=cells, Places=places(lines))
    path = trained(mine, tmp_path / "out.xlsx", iterations=12 - first)
    result, before = openpyxl.load_workbook(path), openpyxl.load_workbook(mine)["Net"]
    assert "Net" in result.sheetnames
    assert [result["Net"][f"E{row}"].value for row in range(4, 12)] == [0.3, *(f"=E{row}-$G$1*X{row}" for row in range(4, 11))]
    assert result["Net"]["Q9"].value == before["Q9"].value
    assert check(path).right


def test_what_rows_do_not_show_is_added_and_the_result_is_an_input_again(tmp_path):
    mine = save(tmp_path / "mine.xlsx", {"Net": rows(3)})
    path = trained(mine, tmp_path / "out.xlsx", add_missing=True)
    assert check(path).right
    assert added(path) == [f"Iteration {n}" for n in range(1, 7)]
    plain = trained(path, tmp_path / "plain.xlsx", iterations=2)
    more = trained(path, tmp_path / "more.xlsx", iterations=2, add_missing=True)
    assert (added(plain), added(more)) == ([], ["Iteration 1", "Iteration 2"])
    assert check(plain).right
    assert check(more).right


def added(path) -> list[str]:
    return [name for name in openpyxl.load_workbook(path).sheetnames if name.startswith("Iteration")]


def test_charts_conditional_formats_validation_and_names_stay(tmp_path):
    mine = save(tmp_path / "mine.xlsx", sheets(2))
    before = openpyxl.load_workbook(mine)
    page = before["It2"]
    chart = LineChart()
    chart.add_data(Reference(page, min_col=9, min_row=6, max_row=8))
    page.add_chart(chart, "P2")
    colours = ColorScaleRule(start_type="min", start_color="FF0000", end_type="max", end_color="00FF00")
    page.conditional_formatting.add("I6:I8", colours)
    rule = DataValidation("decimal", operator="between", formula1="-1", formula2="1", sqref="A6:B8")
    page.add_data_validation(rule)
    before.defined_names["rate"] = DefinedName("rate", attr_text="It1!$M$2")
    before.save(mine)
    result = openpyxl.load_workbook(trained(mine, tmp_path / "out.xlsx", iterations=4))
    for n in (2, 3, 4):
        copy = result[f"It{n}"]
        assert copy._charts[0].series[0].val.numRef.f.replace("'", "") == f"It{n}!$I$6:$I$8"
        assert [str(part.sqref) for part in copy.conditional_formatting] == ["I6:I8"]
        assert [str(part.sqref) for part in copy.data_validations.dataValidation] == ["A6:B8"]
    assert result.defined_names["rate"].attr_text.replace("'", "") == "It1!$M$2"
