"""Sheet Trained has δ of every image, and comes to 0 where the network fits (book 4-2); gradients it has not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from by_hand import plain
from networks import NETWORKS
from problems import dense, random_problem

import workbooks
import xlnn
from xlnn.checking.judging import judge


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """4-4 after 50 updates."""
    path = tmp_path_factory.mktemp("trained") / "trained.xlsx"
    xlnn.write(xlnn.example("4-4"), path, keep="50")
    return path


def test_errors_are_those_of_plain_python(trained):
    """In the cells of an iteration's sheet: δ³ in O58:O59, δ² in O66:O68, the next image 4 columns right."""
    sheet, x, t = openpyxl.load_workbook(trained)["Trained"], *plain.images()
    for k in (0, 1, 63):
        one, column = plain.passed(plain.trained(), x[k], t[k]), 15 + 4 * k
        assert [sheet.cell(row, column).value for row in (58, 59)] == pytest.approx(one["d3"], rel=1e-9)
        assert [sheet.cell(row, column).value for row in (66, 67, 68)] == pytest.approx(one["d2"], rel=1e-9)


def test_they_are_smaller_than_before_training(trained):
    """The mean of |δ³| over 64 images, before and after: 0.11… and 0.003…"""
    cells = [np.array(row, float).reshape(64, 4)[:, 3] for row in _rows(trained, 58, 59)]
    assert np.abs(cells).mean() == pytest.approx(plain.mean_error(plain.trained(), "d3"))
    assert np.abs(cells).mean() < plain.mean_error(plain.start(), "d3") / 20


def _rows(path, first: int, last: int):
    found = openpyxl.load_workbook(path)["Trained"].iter_rows(first, last, 12, 12 + 4 * 64 - 1, values_only=True)
    return [[value or 0 for value in row] for row in found]


def test_gradients_stay_with_the_iterations(trained):
    book = openpyxl.load_workbook(trained)
    assert (book["Iteration 50"].max_row, book["Trained"].max_row) == (100, 68)


@pytest.mark.parametrize("cells", ["values", "formulas"])
@pytest.mark.parametrize("name", ["12-3-2", "softmax", "three hidden layers", "pooling, ties all"])
def test_a_wrong_error_on_trained_is_found(name, cells, tmp_path):
    """A 9 for the last δ of the last layer."""
    problem, path = random_problem(NETWORKS[name]), tmp_path / "trained.xlsx"
    xlnn.write(problem, path, cells=cells)
    assert judge(path).right
    if cells == "formulas":
        return
    label = problem.network.layers[-1].label
    shown = next(shown for shown in judge(path).book.iterations if shown.name == "Trained")
    sheet, place = shown.places["delta" + label]
    cell = list(place._indexes)[-1]
    workbooks.edit(path, tmp_path / "mine.xlsx", {(sheet, cell.name): 9})
    found = [fault for fault in judge(tmp_path / "mine.xlsx").faults if fault.rule.result.name == "delta" + label]
    assert [fault.wrong.sum() for fault in found] == [1]


def test_an_error_that_follows_from_an_update_is_none_of_trained(tmp_path):
    """Where the output layer is updated first, δ² uses its new weights, and there are none after the last update."""
    xlnn.write(random_problem(NETWORKS["output first"]), tmp_path / "trained.xlsx", cells="formulas", keep="none")
    places = [row[0] for row in openpyxl.load_workbook(tmp_path / "trained.xlsx")["Places"].iter_rows(values_only=True)]
    assert {"delta3", "delta2"} & set(places) == {"delta3"}
    assert judge(tmp_path / "trained.xlsx").right


def test_errors_beyond_all_numbers_are_left_out(tmp_path):
    """Two weights of 1e200 in a row on images without a pixel: z = 0, but δ² = 1e400 · δ⁴."""
    problem = random_problem(dense((2, 2), (1, "identity"), (1, "identity"), (1, "sigmoid")), images=2, iterations=0)
    parameters = {
        name: np.zeros_like(array) if name[0] == "b" else np.full_like(array, 1e200) for name, array in problem.parameters.items()
    }
    problem = replace(problem, x=np.zeros_like(problem.x), t=np.ones_like(problem.t), parameters=parameters)
    xlnn.write(problem, tmp_path / "trained.xlsx")
    places = {row[0]: row[1] for row in openpyxl.load_workbook(tmp_path / "trained.xlsx")["Places"].iter_rows(values_only=True)}
    assert "a4" in places
    assert "delta4" not in places
    assert judge(tmp_path / "trained.xlsx").right
