"""`solve` finds what the book finds with Excel's Solver (3-5, 5-4), and its workbook is live and an input again."""

from __future__ import annotations

import csv
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import office
import openpyxl
import pytest
from command import run
from problems import dense, maps, random_problem

import workbooks
import xlnn
from xlnn.errors import pip_install
from xlnn.model.minimising import minimise
from xlnn.model.network import LayerSettings, Network
from xlnn.model.problem import Problem

SHEETS = ["Summary", "Conventions", "Settings", "Data", "Places", "Start", "Solved", "Test"]


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """4-4 solved, with formulas."""
    path = tmp_path_factory.mktemp("solve") / "solved.xlsx"
    return path, xlnn.solve(xlnn.example("4-4"), path, cells="formulas")


def c_t(problem: Problem, parameters) -> float:
    """C_T of all images by its rules."""
    return float(next(iter(xlnn.train(replace(problem, parameters=parameters).with_settings(iterations=1, batch=0))))["CT"])


# ---- what is found ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("section", "start", "below", "images"), [("4-4", 20.255346, 1e-4, 64), ("5-6", 12.544462, 1e-2, 96)])
def test_the_solver_gets_all_of_the_books_images_right(section, start, below, images):
    """C_T at the start is the book's; below it every image's largest output is the right one."""
    found = minimise(xlnn.example(section))
    assert found.totals[0][1] == pytest.approx(start, abs=5e-7)
    assert found.totals[-1][1] < below
    assert found.step["right"].sum() == images
    assert [steps for steps, *_ in found.totals] == list(range(len(found.totals)))
    assert all(after[1] < before[1] for before, after in zip(found.totals, found.totals[1:], strict=False))


def test_regression_of_section_2_12():
    """One linear unit on the book's data: p = 0.4100070, q = −12.0573932, C_T = 27.858997."""
    with (Path(__file__).parents[1] / "data" / "regression_2-12.csv").open(newline="") as file:
        numbers = np.array(list(csv.reader(file))[1:], dtype=float)
    network = Network((LayerSettings("1", "input", size=(1, 1)), LayerSettings("2", "dense", 1, activation="identity")))
    nothing = {"w2": np.zeros((1, 1, 1)), "b2": np.zeros(1)}
    found = minimise(Problem(network, numbers[:, 1].reshape(-1, 1, 1), nothing, t=numbers[:, 2:]))
    assert found.step.parameters["w2"].item() == pytest.approx(0.4100070, abs=5e-8)
    assert found.step.parameters["b2"].item() == pytest.approx(-12.0573932, abs=5e-8)
    assert found.totals[-1][1] == pytest.approx(27.858997, abs=5e-7)


def test_frozen_biases_stay():
    problem = random_problem(dense((2, 2), (3, "sigmoid"), (2, "sigmoid"), freeze_biases=True))
    found = minimise(problem).step.parameters
    for name in ("b2", "b3"):
        np.testing.assert_array_equal(found[name], problem.parameters[name])
    assert not np.array_equal(found["w2"], problem.parameters["w2"])


@pytest.mark.parametrize("choice", [{"update": "output first"}, {"ties": "all"}, {"batch": 10, "order": "shuffled"}])
def test_how_training_would_update_makes_no_difference(choice):
    """With new weights, every shared maximum or a batch, what comes back is not the slope of C_T; the solver takes the slope."""
    plain = xlnn.example("5-6")
    if "batch" in choice:
        other = plain.with_settings(**choice)
    else:
        other = replace(plain, network=replace(plain.network, **choice))
    found, expected = minimise(other, 3), minimise(plain, 3)
    assert found.totals == expected.totals
    for name, array in expected.step.parameters.items():
        np.testing.assert_array_equal(found.step.parameters[name], array)


def test_steps_end_the_search():
    found = minimise(xlnn.example("4-4"), 2)
    assert (len(found.totals), found.ended) == (3, "steps")
    assert minimise(xlnn.example("4-4")).ended == "flat"
    with pytest.raises(xlnn.UsageError, match=r"^the number of steps must be at least 1, not 0\.$"):
        minimise(xlnn.example("4-4"), 0)


def test_parameters_without_a_finite_cost_are_refused():
    """A single linear output of 1e200: its squared error is beyond 1.8e308."""
    problem = random_problem(dense((1, 1), (1, "identity")))
    problem = replace(problem, x=np.ones((5, 1, 1)), parameters={"w2": np.full((1, 1, 1), 1e200), "b2": np.zeros(1)})
    with pytest.raises(xlnn.DivergedError, match="after step 0 of the solver C_T is not a finite number"):
        minimise(problem)


# ---- the workbook ----------------------------------------------------------------------------------


def test_the_sheets_and_what_is_returned(solved):
    path, result = solved
    assert openpyxl.load_workbook(path).sheetnames == SHEETS
    assert result.before == pytest.approx(20.255346, abs=5e-7)
    assert result.after < 1e-4
    assert (result.right, result.images, result.iterations) == (64, 64, ())


def test_start_and_solved_stand_in_the_authors_cells_without_gradients(solved):
    """C_T in G21, the share in G30, w² of unit 1 in D5:F8; below δ² (rows 66 to 68) nothing."""
    path, result = solved
    book = openpyxl.load_workbook(path, data_only=True)
    assert book["Start"]["G21"].value == pytest.approx(20.255346, abs=5e-7)
    assert book["Start"]["G30"].value == pytest.approx(33 / 64)
    assert book["Solved"]["G21"].value == result.after
    assert book["Solved"]["G30"].value == 1
    first = xlnn.example("4-4").parameters["w2"][0]
    np.testing.assert_array_equal(workbooks.numbers(path, "Start", "D5:F8"), first)
    np.testing.assert_array_equal(workbooks.numbers(path, "Solved", "D38:F41"), first)  # the saved copy
    assert max(sheet.max_row for sheet in (book["Start"], book["Solved"])) == 68
    assert abs(book["Solved"]["O58"].value) < 1e-3 < abs(book["Start"]["O58"].value)  # δ³ comes to 0 where the network fits


def test_parameters_are_numbers_and_everything_else_formulas(solved):
    path, _ = solved
    sheet = openpyxl.load_workbook(path)["Solved"]
    assert all(isinstance(sheet[cell].value, float) for cell in ("D5", "F18", "G5", "G18"))
    found = {cell: sheet[cell].value for cell in ("L5", "O11", "O19", "O21", "G21")}
    assert found == {
        "L5": "=Data!K5",
        "O11": "=SUMPRODUCT(L5:N8,$D$5:$F$8)+$G$5",
        "O19": "=1/(1+EXP(-MAX(O17,-700)))",
        "O21": "=SUMXMY2(O19:O20,O9:O10)/2",
        "G21": "=SUM(L21:JG21)",
    }


def test_sheet_test_asks_the_solved_parameters(solved):
    """An image is tried under z² of unit 1: its weights and its bias from Solved."""
    assert openpyxl.load_workbook(solved[0])["Test"]["O11"].value == "=SUMPRODUCT(L5:N8,Solved!$D$5:$F$8)+Solved!$G$5"


def test_filters_stand_below_as_pictures_where_they_are_solved(tmp_path):
    """The first filter before and after, 3 rows each under a heading; Start has only the one filter."""
    xlnn.solve(xlnn.example("5-6"), tmp_path / "solved.xlsx", steps=2)
    book = openpyxl.load_workbook(tmp_path / "solved.xlsx")
    heads = {name: {cell.value for row in book[name].iter_rows() for cell in row} for name in ("Start", "Solved")}
    assert ("at the start" in heads["Start"], "at the start" in heads["Solved"]) == (False, True)


def test_summary_has_every_step_and_a_chart(solved):
    path, result = solved
    sheet = openpyxl.load_workbook(path)["Summary"]
    lines = [[cell.value for cell in row[:5]] for row in sheet.iter_rows(min_row=7)]
    assert lines[0][:3] == ["steps", "C_T", "share right"]
    assert [line[0] for line in lines[1:]] == list(range(result.updates + 1))
    assert lines[1] == [0, "=Start!G21", "=Start!G30", None, "Start"]
    last = 8 + result.updates
    rose = f'=IF(B{last}>B{last - 1},"▲ rose","")'
    assert lines[-1] == [result.updates, "=Solved!G21", "=Solved!G30", rose, "Solved"]
    chart = sheet._charts[0]
    assert [series.val.numRef.f for series in chart.series] == [f"Summary!$B$8:$B${8 + result.updates}"]


def test_conventions_tell_of_the_solver_and_not_of_iterations(solved):
    sheet = openpyxl.load_workbook(solved[0])["Conventions"]
    told = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=3)}
    assert "L-BFGS-B" in told["solver"]
    assert not {"learning rate", "iteration", "batch", "update", "left out"} & set(told)
    assert "SciPy" in told["versions"]


@pytest.mark.parametrize("layout", ["book", "table"])
def test_the_result_is_an_input_with_the_solved_parameters(layout, tmp_path):
    """Read back, trained on and asked: everything goes on from sheet Solved."""
    problem = xlnn.example("4-4").with_settings(layout=layout, eta=0.3)
    result = xlnn.solve(problem, tmp_path / "solved.xlsx")
    again = xlnn.read(tmp_path / "solved.xlsx")
    assert {name: sheet for name, (sheet, _) in again.origin.sources.items()} == {
        **dict.fromkeys(("x", "digit"), "Data"), **dict.fromkeys(("w2", "b2", "w3", "b3"), "Solved"),
    }  # fmt: skip
    assert again.origin.own == {}
    assert c_t(again, again.parameters) == result.after
    assert again.settings.eta == 0.3
    answers, _ = xlnn.predict(tmp_path / "solved.xlsx", tmp_path / "solved.xlsx")
    assert [found.answer for found in answers] == problem.digits.tolist()
    trained = xlnn.write(again.with_settings(iterations=1), tmp_path / "trained.xlsx")
    assert trained.before == result.after
    assert "Solved" in xlnn.show(again)


def test_trained_counts_before_solved_and_solved_before_start(tmp_path):
    """A sheet Trained beside Solved, as somebody may put a workbook together."""
    xlnn.solve(xlnn.example("4-4"), tmp_path / "solved.xlsx", steps=2)

    def trained(book):
        book.copy_worksheet(book["Start"]).title = "Trained"

    workbooks.edit(tmp_path / "solved.xlsx", tmp_path / "both.xlsx", change=trained)
    start = xlnn.example("4-4").parameters["w2"]
    book = openpyxl.load_workbook(tmp_path / "both.xlsx")
    del book["Places"]
    book.save(tmp_path / "both.xlsx")
    np.testing.assert_array_equal(xlnn.read(tmp_path / "both.xlsx").parameters["w2"], start)
    assert not np.array_equal(xlnn.read(tmp_path / "solved.xlsx").parameters["w2"], start)


def test_a_persons_own_addresses_stay(tmp_path):
    """w² of unit 2 at F20:G21 of the person's sheet, and there on Start and Solved."""
    workbooks.own(tmp_path / "own.xlsx")
    result = xlnn.solve(xlnn.read(tmp_path / "own.xlsx"), tmp_path / "solved.xlsx")
    assert result.right == 3
    np.testing.assert_array_equal(
        workbooks.numbers(tmp_path / "solved.xlsx", "Start", "G20:H21"), workbooks.own_numbers()["w2"][1]
    )
    again = xlnn.read(tmp_path / "solved.xlsx")
    assert again.origin.sources["w2"][0] == "Solved"
    assert c_t(again, again.parameters) == result.after


# ---- LibreOffice -----------------------------------------------------------------------------------


@office.needs_office
@pytest.mark.parametrize(("make", "start", "below"), [("authors_35", 20.255346, 1e-4), ("authors_54", 12.544462, 1e-2)])
def test_the_authors_workbooks_are_solved_and_libreoffice_agrees(make, start, below, tmp_path):
    """Their sheet as it is; every stored result of ours is spoiled and calculated again."""
    getattr(workbooks, make)(tmp_path / "theirs.xlsx")
    office.recalculate(tmp_path / "theirs.xlsx", tmp_path / "book.xlsx")
    result = xlnn.solve(xlnn.read(tmp_path / "book.xlsx"), tmp_path / "solved.xlsx", cells="formulas")
    assert result.before == pytest.approx(start, abs=5e-7)
    assert result.after < below
    assert result.right == result.images
    verdict = office.judge(tmp_path / "solved.xlsx")
    assert not verdict.different, verdict.different[:10]
    assert verdict.compared > 2 * result.images * 25  # Start and Solved
    assert xlnn.check(tmp_path / "solved.xlsx").empty


@office.needs_office
def test_filters_in_a_table_have_no_saved_copy_and_libreoffice_agrees(tmp_path):
    """The pictures of the first filters are numbers there: nothing on the sheet has them."""
    network = maps((4, 4), LayerSettings("F", "convolution", 2, (3, 3)), LayerSettings("O", "dense", 2))
    xlnn.solve(random_problem(network, layout="table"), tmp_path / "solved.xlsx", steps=3, cells="formulas")
    verdict = office.judge(tmp_path / "solved.xlsx")
    assert not verdict.different, verdict.different[:10]


# ---- the command -----------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path):
    return xlnn.new("4-4", tmp_path / "book.xlsx")


def test_the_command_says_what_was_found(book):
    code, said, _ = run("solve", book)
    assert code == 0
    end = re.escape(f", 64 of 64 images right. {book.with_name('book-solved.xlsx')}")
    assert re.fullmatch(rf"[0-9]+ steps of the solver: C_T 20\.2553 → [0-9.e-]+{end}\n", said)
    assert openpyxl.load_workbook(book.with_name("book-solved.xlsx")).sheetnames == SHEETS
    assert run("solve", book.with_name("book-solved.xlsx"), "--quiet") == (0, "", "")
    assert book.with_name("book-solved-2.xlsx").exists()


def test_the_commands_options(book, tmp_path):
    out = tmp_path / "out.xlsx"
    code, said, _ = run("solve", book, "--steps", 3, "--total", "mean", "--language", "zh", "--cells", "formulas", "-o", out)
    assert (code, said.split("：")[0]) == (0, "规划求解 3 步")
    again = xlnn.read(out)
    assert (again.network.total, again.origin.language) == ("mean", "zh")
    # the mean over 64 images of the book's C_T at the start
    assert openpyxl.load_workbook(out, data_only=True)["Start"]["G21"].value == pytest.approx(20.255346 / 64, abs=1e-8)


def test_initial_starts_from_the_saved_copy(book, tmp_path):
    """From Solved the way is over; from the copy of the first parameters it is the book's again."""
    run("solve", book, "-q", "-o", tmp_path / "solved.xlsx")
    _, said, _ = run("solve", tmp_path / "solved.xlsx", "--initial", "-o", tmp_path / "again.xlsx")
    assert "C_T 20.2553 → " in said


def test_seed_draws_empty_parameters(book, tmp_path):
    def clear(book):
        for row in book["Start"]["D5:G16"]:
            for cell in row:
                cell.value = None

    empty = workbooks.edit(book, tmp_path / "empty.xlsx", change=clear)
    costs = {run("solve", empty, "--steps", 1, "--seed", seed, "-o", tmp_path / f"{seed}.xlsx")[1].split()[6] for seed in (1, 2)}
    assert len(costs) == 2


def test_a_foreign_file_is_replaced_only_with_force(book, tmp_path):
    foreign = workbooks.save(tmp_path / "foreign.xlsx", {"Mine": {"A1": 1}})
    code, _, told = run("solve", book, "--steps", 1, "-o", foreign)
    assert (code, "--force" in told) == (6, True)
    assert run("solve", book, "--steps", 1, "-o", foreign, "--force", "-q")[0] == 0


def test_without_scipy_the_command_says_what_to_install(book, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    expected = f"xlnn: error: the solver needs SciPy. Install it with: {pip_install('scipy')}\n"
    assert run("solve", book) == (2, "", expected)
    assert not book.with_name("book-solved.xlsx").exists()
