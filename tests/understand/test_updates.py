"""What learns on a sheet is found from its formulas: parameters, iterations, cost and η, whichever way it is laid out."""

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from xlnn.formula import read
from xlnn.layout.cells import Cell
from xlnn.understand.updates import learning
from xlnn.understand.wiring import Wiring
from xlnn.xlsx.workbook import Workbook


def learned(path: Path, cells: dict[str, object]):
    """The workbook with these cells, on Sheet1 unless they name another; its graph and what learns."""
    book = openpyxl.Workbook()
    book.active.title = "Sheet1"
    for address, value in cells.items():
        sheet, _, cell = address.rpartition("!")
        if sheet and sheet not in book.sheetnames:
            book.create_sheet(sheet)
        book[sheet or "Sheet1"][cell] = value
    book.save(path)
    graph = read(Workbook(path))
    return graph, learning(Wiring(graph))


def at(graph, cell: str, sheet: str = "Sheet1") -> int:
    return graph.number(sheet, Cell.parse(cell))


LINE = {  # y = ax + b, two points, Σ(y − t)²/2, by rows: A x1, B x2, C t1, D t2, E a, F b, G C, H ∂C/∂a, I ∂C/∂b
    f"{column}{row}": value
    for row in (2, 3, 4)
    for column, value in {
        "A": 1.5, "B": -0.5, "C": 0.3, "D": 1.1,
        "E": 0.7 if row == 2 else f"=E{row - 1}-$K$1*H{row - 1}",
        "F": 0.2 if row == 2 else f"=F{row - 1}-$K$1*I{row - 1}",
        "G": f"=((E{row}*A{row}+F{row}-C{row})^2+(E{row}*B{row}+F{row}-D{row})^2)/2",
        "H": f"=(E{row}*A{row}+F{row}-C{row})*A{row}+(E{row}*B{row}+F{row}-D{row})*B{row}",
        "I": f"=(E{row}*A{row}+F{row}-C{row})+(E{row}*B{row}+F{row}-D{row})",
    }.items()
} | {"K1": 0.25}  # fmt: skip


def test_rows_are_iterations(tmp_path):
    graph, found = learned(tmp_path / "rows.xlsx", LINE)
    assert found.updates.iterations == 2
    assert [graph.cell(cell)[1].name for cell in found.updates.old.tolist()] == ["E2", "F2", "E3", "F3"]
    assert found.rate == pytest.approx([0.25] * 4)
    assert not found.wrong.any()
    assert found.costs[1].cells == (at(graph, "G3"),)


def test_the_derivative_is_the_one_that_differences_give(tmp_path):
    graph, found = learned(tmp_path / "rows.xlsx", LINE)
    slope = found.slopes(graph.values)[0]
    cost = lambda a: ((a * 1.5 + 0.2 - 0.3) ** 2 + (a * -0.5 + 0.2 - 1.1) ** 2) / 2
    assert slope == pytest.approx((cost(0.7 + 1e-6) - cost(0.7 - 1e-6)) / 2e-6, rel=1e-6)


def test_columns_are_iterations_as_well(tmp_path):
    turned = {}
    for address, value in LINE.items():
        cell = Cell.parse(address)
        if isinstance(value, str):
            import re

            value = re.sub(
                r"(\$?)([A-K])(\$?)([0-9])", lambda m: m[1] + "ABCDEFGHIJK"[int(m[4]) - 1] + m[3] + str(ord(m[2]) - 64), value
            )
        turned[Cell(cell.column, cell.row).name] = value
    graph, found = learned(tmp_path / "columns.xlsx", turned)
    assert [graph.cell(cell)[1].name for cell in found.updates.new.tolist()] == ["C5", "C6", "D5", "D6"]
    assert not found.wrong.any()


def test_a_wrong_gradient_is_wrong_there_only(tmp_path):
    cells = LINE | {"H3": "=(E3*A3+F3-C3)*A3+(E3*B3+F3-D3)*A3"}  # x1 for x2
    graph, found = learned(tmp_path / "wrong.xlsx", cells)
    assert [graph.cell(cell)[1].name for cell in found.updates.new[found.wrong].tolist()] == ["E4"]


def test_a_layer_may_have_its_own_eta_and_a_slid_one_is_a_fault(tmp_path):
    own = {
        key: value.replace("$K$1", "$L$1") if isinstance(value, str) and key[0] == "F" else value for key, value in LINE.items()
    }
    _, found = learned(tmp_path / "own.xlsx", own | {"L1": 0.1})
    assert sorted(set(np.round(found.rate, 12).tolist())) == [0.1, 0.25]
    assert not found.wrong.any()
    graph, found = learned(tmp_path / "slid.xlsx", LINE | {"E4": "=E3-C3*H3", "F4": "=F3-C3*I3"})  # a target for η
    assert [graph.cell(cell)[1].name for cell in found.updates.new[found.wrong].tolist()] == ["E4", "F4"]


def test_added_errors_of_t_minus_a_are_a_convention(tmp_path):
    cells = {
        "A1": 0.4, "B1": -0.3, "A3": 0.9, "B3": 1, "C3": "=1/(1+EXP(-($A$1*A3+$B$1)))", "D3": "=(B3-C3)*C3*(1-C3)",
        "A4": -0.2, "B4": 0, "C4": "=1/(1+EXP(-($A$1*A4+$B$1)))", "D4": "=(B4-C4)*C4*(1-C4)",
        "A6": "=A1+0.4*(D3*A3+D4*A4)", "B6": "=B1+0.4*(D3+D4)",
    }  # fmt: skip
    _, found = learned(tmp_path / "added.xlsx", cells)
    assert found.costs[0].name == "squares"
    assert found.rate == pytest.approx([0.4, 0.4])
    assert not found.wrong.any()


def test_the_perceptron_rule_is_a_convention(tmp_path):
    cells = {"K1": 0.5, "F2": 0.2, "G2": -0.05}
    for row, (x, t) in enumerate([(1, 1), (0, 1), (1, 0), (-1, 0)], 2):
        cells |= {f"A{row}": x, f"C{row}": t, f"D{row}": f"=IF(I{row}>0,1,0)", f"I{row}": f"=A{row}*F{row}+G{row}"}
        cells |= {f"F{row + 1}": f"=F{row}+$K$1*(C{row}-D{row})*A{row}", f"G{row + 1}": f"=G{row}+$K$1*(C{row}-D{row})"}
    _, found = learned(tmp_path / "perceptron.xlsx", cells)
    assert found.costs[0].name == "perceptron rule"
    assert not found.wrong.any()


def test_gradients_that_are_added_are_all_wrong(tmp_path):
    cells = {key: value.replace("-$K$1", "+$K$1") if isinstance(value, str) else value for key, value in LINE.items()}
    _, found = learned(tmp_path / "up.xlsx", cells)
    assert found.wrong.all()
    assert found.rate == pytest.approx([0.25] * 4)


def test_sheets_are_iterations_and_copies_are_looked_through(tmp_path):
    cells = {}
    for number in (1, 2):
        sheet = f"It{number}"
        before = {"A1": 0.7} if number == 1 else {"A1": "=It1!E1"}
        own = {**before, "B1": 1.5, "C1": 0.3, "D1": "=(A1*B1-C1)^2/2", "E1": "=A1-0.1*(A1*B1-C1)*B1"}
        cells |= {f"{sheet}!{cell}": value for cell, value in own.items()}
    graph, found = learned(tmp_path / "sheets.xlsx", cells | {"It1!A3": 0.2, "It1!E3": "=A3-0.1*0", "Sheet1!A1": 1})
    assert found is None or found.updates.iterations == 2
    assert graph.number("It2", Cell(1, 1)) >= 0


def test_nothing_learns_where_nothing_is_updated(tmp_path):
    _, found = learned(tmp_path / "forward.xlsx", {"A1": 1, "B1": 2, "C1": "=A1*B1", "D1": "=C1-A1"})
    assert found is None
