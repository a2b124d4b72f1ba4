"""Regression (2-12) and logistic regression: a single unit, solved, trained, and calculated on sheets of its own."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import numpy as np
import office
import openpyxl
import pytest
from command import run
from scipy.optimize import minimize

import workbooks
import xlnn
from xlnn.model.training import trained

BOOK = Path(__file__).parents[1] / "data" / "regression_2-12.csv"
NAMES = ("2-12", "logistic")


def table(path) -> np.ndarray:
    with path.open(newline="") as file:
        return np.array(list(csv.reader(file))[1:], dtype=float)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, Path]:
    """The workbooks as `xlnn new` writes them, by name; 2-12 also with its numbers as values."""
    folder = tmp_path_factory.mktemp("regression")
    found = {name: xlnn.new(name, folder / f"{name}.xlsx") for name in NAMES}
    return {**found, "values": xlnn.new("2-12", folder / "values.xlsx", cells="values")}


@pytest.fixture(scope="module")
def solved(made, tmp_path_factory) -> dict[str, Path]:
    """What `xlnn solve` makes of them, with formulas."""
    folder = tmp_path_factory.mktemp("solved")
    found = {name: folder / f"{name}.xlsx" for name in NAMES}
    for name, path in found.items():
        assert run("solve", made[name], "--cells", "formulas", "-o", path, "-q")[0] == 0
    return found


def line(path: Path) -> list[float]:
    """Weight and bias of a workbook's only unit."""
    parameters = xlnn.read(path).parameters
    return [parameters["w2"].item(), parameters["b2"].item()]


def cost(path: Path) -> float:
    """C_T of a workbook's last parameters."""
    problem = xlnn.read(path)
    return float(trained(problem, problem.parameters)["CT"])


# ---- the line of 2-12 --------------------------------------------------------------------------------


def least_squares() -> list[float]:
    """p and q by NumPy's least squares."""
    _, x, y = table(BOOK).T
    return np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y)[0].tolist()


def test_the_books_numbers(solved):
    """p = 0.4100070, q = −12.0573932, C_T = 27.858997, to the digits given."""
    assert [f"{number:.7f}" for number in line(solved["2-12"])] == ["0.4100070", "-12.0573932"]
    assert f"{cost(solved['2-12']):.6f}" == "27.858997"


def test_the_data_are_the_books():
    np.testing.assert_array_equal(table(files("xlnn") / "data" / "regression_2-12.csv"), table(BOOK))


def test_solve_finds_the_line_of_least_squares(solved):
    assert line(solved["2-12"]) == pytest.approx(least_squares(), rel=1e-9)


def test_descent_on_the_data_as_they_are_crawls(made, tmp_path):
    """∇C_T = Hw − …, H = (Σx², Σx; Σx, n), eigenvalues 177319 and 0.00859: below η = 2/177319 each update leaves
    1 − 0.00859 η of the error along the valley, at 5e-6 all but 4e-8; and above it C_T grows."""
    code, said, _ = run("train", made["2-12"], "-o", tmp_path / "slow.xlsx", "--keep", "first,last")
    assert (code, said.split(". ")[0]) == (0, "50 updates: C_T 9936.02 → 28.4833")
    p, q = line(tmp_path / "slow.xlsx")
    assert abs(p * 159 + q - (0.4100070 * 159 - 12.0573932)) < 0.1  # at the mean height it is right already
    assert abs(q) < 0.01
    history = xlnn.history(xlnn.read(made["2-12"], eta=1.2e-5, iterations=5))["CT"]
    assert (np.diff(history) > 0).all()


def test_the_normal_equations_give_the_same_line(made):
    """In B18 to B20; below them both sides of Σx² p + Σx q = Σxy and Σx p + n q = Σy."""
    p, q, total = workbooks.numbers(made["2-12"], "Normal equations", "B18:B20").ravel()
    assert [p, q] == pytest.approx(least_squares(), rel=1e-9)
    assert f"{total:.6f}" == "27.858997"
    _, x, y = table(BOOK).T
    assert workbooks.numbers(made["2-12"], "Normal equations", "B14:E14")[0] == pytest.approx([sum(x), sum(y), x @ x, x @ y])
    assert workbooks.numbers(made["2-12"], "Normal equations", "B23:C24") == pytest.approx(
        np.array([[x @ y, x @ y], [sum(y), sum(y)]])
    )


def test_descent_on_standardised_data_ends_at_the_same_line(made):
    """Every row against NumPy: p′ and q′ less 0.1 times the gradient, from (0, 1), on (x − mean)/s with s over n."""
    _, x, y = table(BOOK).T
    (u, v), steps = ((numbers - np.mean(numbers)) / np.std(numbers) for numbers in (x, y)), []
    p, q = 0.0, 1.0
    for i in range(31):
        error = p * u + q - v
        slope = p * np.std(y) / np.std(x)
        height = np.mean(y) + q * np.std(y) - slope * np.mean(x)
        total = ((y - slope * x - height) ** 2).sum() / 2
        steps.append([i, p, q, error @ u, error.sum(), error @ error / 2, slope, height, total])
        p, q = p - 0.1 * (error @ u), q - 0.1 * error.sum()
    found = workbooks.numbers(made["2-12"], "Descent", "A20:I50")
    np.testing.assert_allclose(found, steps, rtol=1e-9, atol=1e-12)
    ends = workbooks.numbers(made["2-12"], "Descent", "L8:N9")
    for end in (ends[0], ends[1], found[-1, 6:]):
        assert [f"{end[0]:.7f}", f"{end[1]:.7f}", f"{end[2]:.6f}"] == ["0.4100070", "-12.0573932", "27.858997"]
    assert ends[0, :2].tolist() == pytest.approx(least_squares(), rel=1e-9)


# ---- logistic regression -----------------------------------------------------------------------------


def test_the_data_are_the_published_ones():
    """20 students, en.wikipedia.org/wiki/Logistic_regression: Σ hours 55.75, ten passed; published p 1.5046, q −4.0777."""
    number, hours, passed = table(files("xlnn") / "data" / "hours_of_study.csv").T
    assert number.tolist() == list(range(1, 21))
    assert hours.tolist() == [
        0.5, 0.75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5,
    ]  # fmt: skip
    assert "".join(f"{answer:g}" for answer in passed) == "00000010101010111111"


def likeliest() -> tuple[list[float], float]:
    """p, q and −ln of the largest likelihood: the product of the probabilities of what happened, by SciPy."""
    _, hours, passed = table(files("xlnn") / "data" / "hours_of_study.csv").T

    def minus_log_likelihood(line):
        chance = 1 / (1 + np.exp(-(line[0] * hours + line[1])))
        return -np.log(np.where(passed == 1, chance, 1 - chance)).sum()

    found = minimize(minus_log_likelihood, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-13})
    return found.x.tolist(), found.fun


def test_solve_finds_the_largest_likelihood(solved):
    """The published 1.5046 and −4.0777 are scipy's; at 0, 0 every student has ½: C_T = 20 ln 2."""
    expected, smallest = likeliest()
    assert [f"{number:.4f}" for number in expected] == ["1.5046", "-4.0777"]
    assert line(solved["logistic"]) == pytest.approx(expected, rel=1e-6)
    assert cost(solved["logistic"]) == pytest.approx(smallest, abs=1e-9)
    assert workbooks.numbers(solved["logistic"], "Start", "D2:D2").item() == pytest.approx(20 * np.log(2), rel=1e-12)


def test_training_comes_to_the_same(made, tmp_path):
    assert run("train", made["logistic"], "-n", 3000, "--keep", "none", "-o", tmp_path / "trained.xlsx")[0] == 0
    assert line(tmp_path / "trained.xlsx") == pytest.approx(likeliest()[0], rel=1e-6)


# ---- live formulas, and check ------------------------------------------------------------------------


@office.needs_office
def test_libreoffice_agrees_with_the_sheets_of_2_12(made):
    verdict = office.judge(made["2-12"])
    assert not verdict.different
    normal = 7 * 7 + 5 + 3 + 2 * 2  # x, y, x², xy, px + q, C, residuals; sums; p, q, C_T; two equations
    descent = 7 * 4 + 2 * 2 + 31 * 8 + 2 * 3  # x, y, x′, y′; m, s; the steps; the end
    assert verdict.compared == normal + descent


@office.needs_office
@pytest.mark.parametrize("name", NAMES)
def test_libreoffice_agrees_with_training_and_solving(name, made, solved, tmp_path):
    assert run("train", made[name], "-n", 3, "--cells", "formulas", "-o", tmp_path / "trained.xlsx", "-q")[0] == 0
    for verdict in office.judge_all([tmp_path / "trained.xlsx", solved[name]]):
        assert not verdict.different, verdict.different[:5]
        assert verdict.compared > 40


@office.needs_office
def test_other_data_in_libreoffice_give_another_line(made, tmp_path):
    """y = 2x + 3 exactly: p 2, q 3, C_T 0; on sheet Descent, too, and `check` finds all of it right."""
    cells = {("Data", f"C{row}"): f"=2*B{row}+3" for row in range(3, 10)}
    workbooks.edit(made["2-12"], tmp_path / "other.xlsx", cells)
    office.recalculate(tmp_path / "other.xlsx", tmp_path / "again.xlsx")
    assert workbooks.numbers(tmp_path / "again.xlsx", "Normal equations", "B18:B20").ravel() == pytest.approx([2, 3, 0], abs=1e-8)
    assert workbooks.numbers(tmp_path / "again.xlsx", "Descent", "L8:N8").ravel() == pytest.approx([2, 3, 0], abs=1e-8)
    assert run("check", tmp_path / "again.xlsx")[0] == 0


@pytest.mark.parametrize("name", ["2-12", "values"])
def test_check_finds_the_sheets_right(name, made):
    code, said, _ = run("check", made[name])
    assert (code, said) == (0, f"{made[name].name}: 347 cells checked on Normal equations, Descent: all right.\n")


@pytest.mark.parametrize(
    ("sheet", "cell", "found"),
    [
        ("Normal equations", "B18", "p, 1 of 1"),
        ("Normal equations", "E9", "xy, 1 of 7"),
        ("Descent", "I30", "C_T (Descent), 1 of 31"),
    ],
)
def test_check_names_a_wrong_cell(sheet, cell, found, made, tmp_path):
    wrong = workbooks.numbers(made["values"], sheet, f"{cell}:{cell}").item() + 1e-6
    path = workbooks.edit(made["values"], tmp_path / "wrong.xlsx", {(sheet, cell): wrong})
    code, said, _ = run("check", path)
    assert code == 1
    assert f"1. {sheet}!{cell}: {found} cells wrong." in said


@pytest.mark.parametrize("name", NAMES)
def test_check_judges_trained_and_solved_workbooks(name, made, solved, tmp_path):
    path = tmp_path / "trained.xlsx"
    assert run("train", made[name], "-n", 3, "-o", path, "-q")[0] == 0
    assert [run("check", right)[0] for right in (path, solved[name])] == [0, 0]
    wrong = workbooks.numbers(path, "Iteration 2", "D17:D17").item() + 0.01
    code, said, _ = run("check", workbooks.edit(path, tmp_path / "wrong.xlsx", {("Iteration 2", "D17"): wrong}))
    assert (code, "Iteration 2!D17: z²" in said) == (1, True)


# ---- what a reader sees ------------------------------------------------------------------------------


def test_cases_are_shown_as_numbers(made):
    _, said, _ = run("show", made["2-12"])
    assert "Network 1-1: 2 parameters, 7 cases." in said
    lines = [text.split() for text in said.splitlines()]
    assert ["153.3", "164.9", "168.1", "151.5", "157.8", "156.7", "161.1"] in lines
    assert ["t=45.5", "t=56", "t=55", "t=52.8", "t=55.6", "t=50.8", "t=56.4"] in lines


def test_a_number_has_no_right_answer_but_a_pass_has(made, solved):
    """0.4100070 · 153.3 − 12.0573932 = 50.7967; σ(1.5046 · 3 − 4.0777) = 0.607 passes, wrongly in case 12."""
    code, said, _ = run("predict", solved["2-12"], made["2-12"])
    assert (code, said.splitlines()[0]) == (0, "case 1: 50.796674")
    _, said, _ = run("predict", solved["logistic"], made["logistic"], "--language", "zh")
    assert said.splitlines()[11] == "数据 12：0.607359 → 1"


def test_what_is_said_of_solving(made, tmp_path):
    _, said, _ = run("solve", made["2-12"], "-o", tmp_path / "a.xlsx")
    assert said.endswith(f" steps of the solver: C_T 9936.02 → 27.859. {tmp_path / 'a.xlsx'}\n")
    _, said, _ = run("solve", made["logistic"], "-o", tmp_path / "b.xlsx")
    assert said.endswith(f"C_T 13.8629 → 8.02988, 16 of 20 cases right. {tmp_path / 'b.xlsx'}\n")


def test_sheets_speak_of_cases_and_do_not_shade_them(solved):
    book = openpyxl.load_workbook(solved["2-12"])
    assert book["Test"]["A1"].value == "Test: type other numbers into the yellow cells"
    texts = {cell.value for row in book["Summary"].iter_rows() for cell in row}
    assert {"steps", "C_T", "sheet"} <= texts
    assert "share right" not in texts
    assert [len(book[sheet].conditional_formatting) for sheet in ("Data", "Start", "Solved")] == [0, 0, 0]
    assert len(openpyxl.load_workbook(solved["logistic"])["Solved"].conditional_formatting) == 1  # wrong answers are red


def test_columns_are_wide_enough_for_any_number(made):
    """27.858997 takes 9 characters; a pixel takes one."""
    sheet = openpyxl.load_workbook(made["2-12"])["Data"]
    assert [sheet.column_dimensions[letter].width >= 9 for letter in "BC"] == [True, True]


def test_exercises_are_marked(tmp_path):
    """Seven cases: z, a, C, ∂C/∂a, a′(z), δ, ∂C/∂w, ∂C/∂b each, and C_T, two gradients, two new parameters."""
    for name in NAMES:
        assert run("new", name, tmp_path / f"{name}.xlsx", "--exercise", "-q")[0] == 0
    code, said, _ = run("check", tmp_path / "2-12.xlsx")
    assert (code, said.splitlines()[0]) == (1, f"2-12.xlsx: {7 * 8 + 5} cells checked on Iteration 1: {7 * 8 + 5} empty.")


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_the_sheets_in_other_languages(language, tmp_path):
    """No English words but the names of sheets and programs."""
    path = xlnn.new("2-12", tmp_path / "book.xlsx", language=language)
    book = openpyxl.load_workbook(path)
    texts = [
        cell.value
        for name in ("Normal equations", "Descent")
        for row in book[name].iter_rows()
        for cell in row
        if cell.data_type == "s"
    ]
    words = {word for text in texts for word in text.replace("`xlnn solve`", "").split() if word.isascii() and word.isalpha()}
    assert words <= {"x", "y", "n", "p", "q", "i", "s", "m", "C", "px", "xy"}
    assert run("check", path)[0] == 0


def test_residuals_add_up_to_nothing_and_p_q_have_names(made):
    """y − (px + q) of case 1: 45.5 − (0.4100070 · 153.3 − 12.0573932) = −5.2966767, by plain Python."""
    residuals = workbooks.numbers(made["2-12"], "Normal equations", "H7:H14").ravel()
    assert residuals[0] == pytest.approx(-5.2966767, abs=1e-5)
    assert residuals[7] == pytest.approx(0, abs=1e-9)
    names = openpyxl.load_workbook(made["2-12"]).defined_names
    assert {name: names[name].attr_text for name in "pq"} == {"p": "'Normal equations'!$B$18", "q": "'Normal equations'!$B$19"}
