"""Workbooks as graphs: read, calculated to the stored results, differentiated by their own formulas."""

from __future__ import annotations

import numpy as np
import pytest

import xlnn
from xlnn.cells import Cell
from xlnn.formula import read
from xlnn.workbook import Workbook


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
