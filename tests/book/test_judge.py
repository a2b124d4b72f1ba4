"""LibreOffice as judge: every stored result is poisoned, everything recalculated, every number compared.

Writing is only right when another program, given nothing but the formulas, comes to the same numbers.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import office
import openpyxl
import pytest
from problems import dense, maps, random_problem, stack

import xlnn
from xlnn.model.network import LayerSettings

pytestmark = office.needs_office

DIGITS = (0.0, 1.0)
CASES = {
    "12-5-2": random_problem(dense((4, 3), (5, "sigmoid"), (2, "sigmoid"), classes=DIGITS)),
    "10-4-2": random_problem(dense((5, 2), (4, "sigmoid"), (2, "sigmoid"), classes=DIGITS)),
    "64-30-10": random_problem(dense((8, 8), (30, "sigmoid"), (10, "sigmoid"), classes=tuple(map(float, range(10)))), 4),
    "two hidden layers": random_problem(dense((4, 3), (4, "sigmoid"), (3, "tanh"), (2, "sigmoid"), classes=DIGITS)),
    "one output": random_problem(dense((2, 2), (3, "sigmoid"), (1, "sigmoid"), classes=DIGITS)),
    "one output, given t": random_problem(dense((1, 4), (3, "sigmoid"), (1, "sigmoid"))),
    "classes out of order": random_problem(dense((3, 3), (4, "sigmoid"), (3, "sigmoid"), classes=(7.0, 1.0, 3.0))),
    "tanh": random_problem(dense((4, 3), (3, "tanh"), (2, "tanh"))),
    "softsign": random_problem(dense((4, 3), (3, "softsign"), (2, "softsign"))),
    "relu": random_problem(dense((4, 3), (4, "relu"), (2, "identity")), eta=0.01),
    "squares": random_problem(dense((4, 3), (3, "sigmoid"), (2, "sigmoid"), cost="squares")),
    "cross-entropy": random_problem(dense((4, 3), (3, "sigmoid"), (2, "sigmoid"), cost="cross-entropy")),
    "softmax": random_problem(dense((4, 3), (3, "sigmoid"), (3, "softmax"), cost="softmax cross-entropy")),
    "mean": random_problem(dense((4, 3), (3, "sigmoid"), (2, "sigmoid"), classes=DIGITS, total="mean"), 7),
    "frozen biases": random_problem(dense((4, 3), (3, "sigmoid"), (2, "sigmoid"), classes=DIGITS, freeze_biases=True)),
    "output first": random_problem(dense((4, 3), (3, "sigmoid"), (2, "sigmoid"), classes=DIGITS, update="output first")),
    "batches": random_problem(
        dense((4, 3), (3, "sigmoid"), (2, "sigmoid"), classes=DIGITS, total="mean"),
        7, batch=3, order="shuffled", iterations=7, seed=3,
    ),
    "table": random_problem(dense((4, 3), (3, "sigmoid"), (2, "sigmoid"), classes=DIGITS), layout="table"),
    "table, softmax": random_problem(
        dense((4, 3), (4, "tanh"), (3, "softmax"), cost="softmax cross-entropy"), layout="table"
    ),
    "table, maps": random_problem(
        maps((5, 5), LayerSettings("F", "convolution", 2, (2, 2)), LayerSettings("P", "max pooling", size=(2, 2)),
             LayerSettings("O", "dense", 2)),
        layout="table",
    ),
    "two convolutions": random_problem(stack(), 3),
    "two convolutions, ties all": random_problem(stack(ties="all"), 3),
    "stride, relu, two dense layers": random_problem(
        maps((7, 6), LayerSettings("F", "convolution", 2, (3, 2), "relu", stride=2), LayerSettings("H", "dense", 3),
             LayerSettings("O", "dense", 2)),
        4,
    ),
    "convolution alone": random_problem(
        maps((4, 4), LayerSettings("F", "convolution", 2, (3, 3)), LayerSettings("O", "dense", 3)), 4
    ),
}  # fmt: skip


def agree(problems: dict[str, xlnn.Problem], folder: Path, **options) -> dict[str, int]:
    """Writes them all, has LibreOffice judge them with one start, and gives the number of formulas of each."""
    paths = {name: folder / f"{number}.xlsx" for number, name in enumerate(problems)}
    for name, path in paths.items():
        xlnn.write(problems[name], path, cells="formulas", **options)
    verdicts = dict(zip(paths, office.judge_all(list(paths.values())), strict=True))
    assert not {name: verdict.different[:5] for name, verdict in verdicts.items() if verdict.different}
    return {name: verdict.compared for name, verdict in verdicts.items()}


@pytest.mark.parametrize("detail", ["all", "units"])
def test_every_formula_gives_its_stored_number(detail, tmp_path):
    assert min(agree(CASES, tmp_path, detail=detail).values()) > 100


def test_section_5_6(tmp_path):
    few = {ties: example_5_6(ties).with_settings(iterations=2) for ties in ("first", "all")}
    assert min(agree(few, tmp_path).values()) > 2 * 96 * 150  # iterations, images, numbers of each that are calculated


@pytest.mark.exhaustive
@pytest.mark.parametrize("ties", ["first", "all"])
def test_section_5_6_over_all_iterations(ties, tmp_path):
    assert agree({ties: example_5_6(ties)}, tmp_path, detail="units")[ties] > 50 * 96 * 150


def example_5_6(ties: str) -> xlnn.Problem:
    problem = xlnn.example("5-6")
    return replace(problem, network=replace(problem.network, ties=ties))


def test_section_4_4_over_all_iterations(tmp_path):
    # 50 iterations of 64 images with 88 numbers each that are calculated
    assert agree({"4-4": xlnn.example("4-4")}, tmp_path)["4-4"] > 50 * 64 * 88


def test_a_changed_formula_is_caught(tmp_path):
    """δ³ with a′ left out, typed by hand into one cell, as a planted error."""
    path = tmp_path / "out.xlsx"
    xlnn.write(xlnn.example("4-4").with_settings(iterations=1), path, cells="formulas")
    numbers = openpyxl.load_workbook(path, data_only=True)["Iteration 1"]
    book = openpyxl.load_workbook(path)
    assert book["Iteration 1"]["O58"].value == "=O54*O56"
    book["Iteration 1"]["O58"] = "=O54"
    book.save(tmp_path / "wrong.xlsx")
    office.recalculate(tmp_path / "wrong.xlsx", tmp_path / "again.xlsx")
    found = office.results(tmp_path / "again.xlsx")
    assert found["Iteration 1", "O54"] == pytest.approx(numbers["O54"].value, rel=1e-9)
    assert found["Iteration 1", "O58"] != pytest.approx(numbers["O58"].value, rel=1e-9)


def test_a_change_of_eta_weight_and_pixel_recalculates_all_iterations(tmp_path):
    """The file with three numbers changed agrees with a training that started with them."""
    problem = xlnn.example("4-4").with_settings(iterations=6)
    xlnn.write(problem, tmp_path / "out.xlsx", cells="formulas")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    book["Settings"]["B2"] = 0.35
    book["Iteration 1"]["E6"] = -1.5  # w² of unit 1, row 2, column 2
    book["Data"]["L6"] = 1  # the hole of image 1: row 2, column 2
    book.save(tmp_path / "changed.xlsx")
    office.recalculate(tmp_path / "changed.xlsx", tmp_path / "again.xlsx")

    pixels, weights = problem.x.copy(), problem.parameters["w2"].copy()
    assert pixels[0, 1, 1] == 0
    pixels[0, 1, 1], weights[0, 1, 1] = 1, -1.5
    changed = xlnn.Problem(problem.network, pixels, {**problem.parameters, "w2": weights}, problem.digits)
    xlnn.write(changed.with_settings(eta=0.35, iterations=6), tmp_path / "other.xlsx", cells="formulas")
    expected = office.results(tmp_path / "other.xlsx")
    found = office.results(tmp_path / "again.xlsx")
    numbers = {key: value for key, value in expected.items() if isinstance(value, float)}
    assert len(numbers) > 6 * 5_000
    for key, value in numbers.items():
        assert found[key] == pytest.approx(value, rel=1e-9, abs=1e-12), key


def test_an_image_drawn_on_test_is_recognised_there(tmp_path):
    """Sheet Test is live: a drawn 1, then a drawn 0."""
    problem = xlnn.example("4-4")
    xlnn.write(problem, tmp_path / "out.xlsx", keep="none")
    for image, answer in ((40, 1), (0, 0)):
        book = openpyxl.load_workbook(tmp_path / "out.xlsx")
        for row in range(4):
            for column in range(3):
                book["Test"].cell(5 + row, 12 + column).value = problem.x[image, row, column]
        book.save(tmp_path / "drawn.xlsx")
        office.recalculate(tmp_path / "drawn.xlsx", tmp_path / "again.xlsx")
        assert problem.digits[image] == answer
        assert office.results(tmp_path / "again.xlsx")["Test", "O29"] == answer
