"""The exercise: calculation cells empty, and what the student fills in is marked."""

from __future__ import annotations

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from hand import calculate

import xlnn
from xlnn.checking.judging import judge, mark
from xlnn.cli.main import main
from xlnn.layout.arrange import arrange
from xlnn.model.examples import example
from xlnn.xlsx.workbook import Workbook


@pytest.fixture(scope="module")
def exercise(tmp_path_factory):
    return xlnn.exercise("4-4", tmp_path_factory.mktemp("exercise") / "exercise.xlsx")


def fill(source, target, names, wrong=lambda name, numbers: numbers):
    """A student fills in these quantities, calculated rightly from what the workbook gives."""
    problem = example("4-4")
    (step,) = calculate(problem)
    places = arrange("book", list(problem.network.quantities.values()), problem.images).places
    book = openpyxl.load_workbook(source)
    sheet = book["Iteration 1"]
    for name in names:
        numbers = wrong(name, np.asarray(step[name], dtype=float))
        rows, columns = (part.ravel().tolist() for part in places[name].grid())
        for row, column, number in zip(rows, columns, numbers.ravel().tolist(), strict=True):
            sheet.cell(row, column).value = ("○" if number else "×") if name == "right" else number
    book.save(target)
    return target


COMPUTED = [rule.result.name for rule in example("4-4").network.rules]


def test_calculation_cells_are_empty_frames(exercise):
    book = openpyxl.load_workbook(exercise)
    assert book.sheetnames == ["Settings", "Data", "Places", "Iteration 1"]
    sheet = book["Iteration 1"]
    assert sheet["O11"].value is None  # z² of unit 1
    assert sheet["O11"].border.left.style == "thin"
    assert sheet["J11"].value is not None  # its label
    assert sheet["D5"].value == pytest.approx(0.490386, abs=1e-6)  # w² as the book starts
    assert sheet["L5"].value in (0, 1)


def test_places_name_every_quantity(exercise):
    names = [line[0] for line in Workbook(exercise).lines("Places")[1:]]
    assert set(COMPUTED) <= set(names)


def test_exercise_can_be_trained(exercise):
    problem = xlnn.read(exercise)
    assert np.array_equal(problem.x, example("4-4").x)
    assert np.array_equal(problem.parameters["w2"], example("4-4").parameters["w2"])


def test_empty_exercise_has_no_cell_right(exercise):
    verdict = judge(exercise)
    assert (verdict.right, verdict.share, verdict.empty, verdict.wrong, verdict.mistaken) == (False, 0.0, verdict.cells, 0, [])


def test_filled_exercise_is_right(exercise, tmp_path):
    verdict = judge(fill(exercise, tmp_path / "anna.xlsx", COMPUTED))
    assert verdict.right
    assert verdict.share == 1.0


def test_marking(exercise, tmp_path):
    """Anna: all right. Ben: only the forward pass to z². Carla: all, with δ³ lacking a′."""
    anna = fill(exercise, tmp_path / "anna.xlsx", COMPUTED)
    ben = fill(exercise, tmp_path / "ben.xlsx", ["t", "z2"])
    (step,) = calculate(example("4-4"))
    spoil = lambda name, numbers: np.asarray(step["dC_da3"]) if name == "delta3" else numbers
    carla = fill(exercise, tmp_path / "carla.xlsx", COMPUTED, spoil)
    table = mark([anna, ben, carla]).set_index("workbook")
    assert table["right"].tolist() == [True, False, False]
    # t 2·64, z² 3·64 of 78·64 cells per image, C_T, the share, 47 sums and 47 new parameters
    assert table.loc["ben.xlsx", "share"] == pytest.approx((5 * 64) / (78 * 64 + 2 + 47 + 47))
    assert table.loc["carla.xlsx", ["cell", "mistake"]].tolist() == ["Iteration 1!O58", "slope-left-out"]


def test_table_of_marks(exercise, tmp_path):
    """t and z² filled in: 5 · 64 of 5,088 cells."""
    ben = fill(exercise, tmp_path / "ben.xlsx", ["t", "z2"])
    found = CliRunner().invoke(main, ["check", str(ben), str(exercise)])
    assert found.exit_code == 1
    assert found.output.splitlines() == [
        "ben.xlsx          6.3%  4768 cells empty",
        "exercise.xlsx     0.0%  5088 cells empty",
    ]


def test_command(tmp_path):
    found = CliRunner().invoke(main, ["new", "4-4", str(tmp_path / "e.xlsx"), "--exercise", "--language", "zh"])
    assert found.exit_code == 0, found.output
    assert openpyxl.load_workbook(tmp_path / "e.xlsx")["Iteration 1"]["O11"].value is None
    assert xlnn.exercise("5-6", tmp_path / "maps.xlsx").exists()
    assert judge(tmp_path / "maps.xlsx").share == 0.0


@pytest.mark.parametrize(("section", "heads"), [("2-12", ["height x (cm)", "weight y (kg)"]), ("logistic", ["hours of study"])])
def test_what_the_numbers_measure_stands_over_them(tmp_path, section, heads):
    book = openpyxl.load_workbook(xlnn.exercise(section, tmp_path / "e.xlsx"))
    for name in ("Data", "Iteration 1"):
        assert set(heads) <= {cell.value for row in book[name].iter_rows() for cell in row}
