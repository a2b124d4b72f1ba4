"""Gradient descent and Lagrange's multipliers from a workbook into a workbook: 2-11, 2-7, and any other function."""

from __future__ import annotations

import csv
import sys
from math import exp, log, pi, sqrt
from pathlib import Path

import autograd
import autograd.numpy as anp
import openpyxl
import pytest
from click.testing import CliRunner
from office import judge, needs_office, recalculate

import xlnn
from xlnn.cli.main import main
from xlnn.errors import ContentError, DivergedError, LimitError, UsageError, pip_install
from xlnn.lessons.calculus import parse
from xlnn.lessons.descending import parse_start
from xlnn.lessons.lagrange import constraint, stationary
from xlnn.words import say

BOOK = Path(__file__).parents[1] / "data" / "gradient_descent_2-11.csv"


@pytest.fixture
def f(tmp_path) -> Path:
    """The book's workbook."""
    return xlnn.new("2-11", tmp_path / "f.xlsx")


def sheet(path: Path, name: str = "2-11", formulas: bool = False):
    return openpyxl.load_workbook(path, data_only=not formulas)[name]


def row(path: Path, number: int, columns: str, formulas: bool = False) -> list:
    found = sheet(path, formulas=formulas)
    return [found[f"{column}{number}"].value for column in columns]


def changed(path: Path, cells: dict) -> Path:
    """A copy with other contents of cells on sheet Settings; what the formulas gave is lost, as openpyxl saves."""
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book["Settings"][cell] = value
    copy = path.with_name("changed.xlsx")
    book.save(copy)
    return copy


def run(*arguments) -> tuple[int, str]:
    """Exit code and what was said, in whatever stream."""
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


# ---- the book's table ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", ["formulas", "values"])
def test_the_books_table_stands_at_the_authors_addresses(tmp_path, cells):
    path = xlnn.new("2-11", tmp_path / "f.xlsx", cells=cells)
    found = sheet(path)
    with BOOK.open() as lines:
        table = list(csv.DictReader(lines))
    assert found["C3"].value == 0.1
    assert [found[f"{column}6"].value for column in "BCDEFGHI"] == ["i", "x", "y", "∂z/∂x", "∂z/∂y", "Δx", "Δy", "z"]
    for number, line in enumerate(table, 7):
        numbers = [found[f"{column}{number}"].value for column in "BCDEFGHI"]
        assert numbers == pytest.approx([float(value) for value in line.values()], rel=1e-12, abs=1e-12)
    assert number == 37
    assert found["B38"].value is None


def test_the_formulas_are_those_one_types(f):
    assert row(f, 7, "CDEFGHI", formulas=True) == [
        "=Settings!$B$9", "=Settings!$B$10", "=2*C7", "=2*D7", "=-$C$3*E7", "=-$C$3*F7", "=C7^2+D7^2"
    ]  # fmt: skip
    assert row(f, 37, "CDEFGHI", formulas=True) == [
        "=C36+G36", "=D36+H36", "=2*C37", "=2*D37", "=-$C$3*E37", "=-$C$3*F37", "=C37^2+D37^2"
    ]  # fmt: skip
    assert sheet(f, formulas=True)["C3"].value == "=Settings!B2"
    assert [sheet(f)[f"K{number}"].value for number in (2, 3, 4)] == ["z = x² + y²", "∂z/∂x = 2x", "∂z/∂y = 2y"]


def test_values_are_values(tmp_path):
    path = xlnn.new("2-11", tmp_path / "f.xlsx", cells="values")
    cells = [cell.value for line in sheet(path, formulas=True).iter_rows() for cell in line]
    assert not [value for value in cells if isinstance(value, str) and value.startswith("=")]


def test_the_path_is_a_chart_of_y_over_x(f):
    (chart,) = sheet(f, formulas=True)._charts
    (series,) = chart.series
    assert (series.xVal.numRef.f, series.yVal.numRef.f) == ("'2-11'!$C$7:$C$37", "'2-11'!$D$7:$D$37")


def test_the_result_is_an_input_and_the_same_again(f):
    first = xlnn.descend(f, f.with_name("a.xlsx"))
    second = xlnn.descend(first.path, f.with_name("b.xlsx"))
    assert (first.steps, first.ends) == (second.steps, second.ends)
    assert first.path.read_bytes() != b""
    assert first.ends[0] == {"x": 3.0, "y": 2.0, "z": 13.0}
    # each step takes 1 − 2η = 0.8 of x and y
    assert first.ends[1] == pytest.approx({"x": 3 * 0.8**30, "y": 2 * 0.8**30, "z": 13 * 0.8**60})


# ---- other functions, against an independent descent with autograd's gradient ---------------------------

FUNCTIONS = {
    "x^2+x*y+y^2": lambda v: v[0] ** 2 + v[0] * v[1] + v[1] ** 2,
    "(1-x)^2 + 5*(y-x^2)^2": lambda v: (1 - v[0]) ** 2 + 5 * (v[1] - v[0] ** 2) ** 2,
    "sin(x)*exp(-y) + sqrt(x^2+y^2+1)": lambda v: anp.sin(v[0]) * anp.exp(-v[1]) + anp.sqrt(v[0] ** 2 + v[1] ** 2 + 1),
    "ln(1+e^(-x*y)) + 0.3*abs(x-y)": lambda v: anp.log(1 + anp.exp(-v[0] * v[1])) + 0.3 * anp.abs(v[0] - v[1]),
    "-exp(-x^2) + cosh(y)/2^x": lambda v: -anp.exp(-(v[0] ** 2)) + anp.cosh(v[1]) / 2 ** v[0],
    "a^4 - a": lambda v: v[0] ** 4 - v[0],
    "u^2 + 2*v^2 + 3*w^2 + u*w": lambda v: v[0] ** 2 + 2 * v[1] ** 2 + 3 * v[2] ** 2 + v[0] * v[2],
}
STARTS = {1: "0.7", 2: "0.7, 0.4", 3: "1, -1, 0.5"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_any_function_of_any_number_of_variables(f, function):
    meant = FUNCTIONS[function]
    count = {"a^4 - a": 1, "u^2 + 2*v^2 + 3*w^2 + u*w": 3}.get(function, 2)
    point = anp.array([float(part) for part in STARTS[count].split(",")])
    result = xlnn.descend(f, f.with_name("g.xlsx"), function=function, start=STARTS[count], eta=0.05, steps=12)
    gradient = autograd.grad(meant)
    found = sheet(result.path)
    for number in range(7, 20):
        slope = gradient(point)
        expected = [number - 7, *point, *slope, *(-0.05 * slope), meant(point)]
        numbers = [found.cell(number, 2 + k).value for k in range(len(expected))]
        assert numbers == pytest.approx([float(value) for value in expected], rel=1e-10, abs=1e-12)
        point = point - 0.05 * slope
    assert found.cell(20, 2).value is None
    assert xlnn.check(result.path).empty


def test_a_variable_may_be_called_z_or_like_anything_else_on_the_sheet(f):
    result = xlnn.descend(f, f.with_name("g.xlsx"), function="z^2+i^2+η^2+step^2+f^2", start="1,1,1,1,1", steps=1)
    headers = [cell.value for cell in sheet(result.path)[6]]
    assert headers[1:7] == ["i", "f", "i", "step", "z", "η"]
    assert headers[17] == "value of f"
    assert result.ends[1]["value of f"] == pytest.approx(5 * 0.8**2)
    assert xlnn.check(result.path).empty


@needs_office
def test_libreoffice_calculates_the_same_and_follows_a_change_of_eta(f):
    function = "u^2 + sin(v)/cosh(w) - 0.3*abs(u*w)"
    verdict = judge(xlnn.descend(f, f.with_name("g.xlsx"), function=function, start="1,-1,0.5", steps=40).path)
    assert (verdict.different, verdict.compared) == ([], 41 * 10 + 1)
    again = f.with_name("again.xlsx")
    recalculate(changed(f, {"B2": 0.2, "B9": 5}), again)
    # with η 0.2 each step takes 1 − 2η = 0.6 of x and y
    assert row(again, 37, "CDI") == pytest.approx([5 * 0.6**30, 2 * 0.6**30, 29 * 0.6**60], rel=1e-9)


# ---- what a person writes into the workbook ---------------------------------------------------------------


@pytest.mark.parametrize("typed", ["x^2 + 3*y^2", "=x^2+3*y^2", "z = x²+3×y²", "x**2+3*y**2"])
def test_the_function_is_read_however_it_is_typed(f, typed):
    """=x^2+3*y^2 is a formula for Excel, whose result is #NAME?."""
    result = xlnn.descend(changed(f, {"B3": typed}), f.with_name("g.xlsx"), steps=1)
    assert result.ends[0]["z"] == 21
    assert result.ends[1] == pytest.approx({"x": 2.4, "y": 0.8, "z": 7.68})
    assert xlnn.check(result.path).empty


def test_settings_are_read_from_the_workbook_and_options_override_them(f):
    path = changed(f, {"B2": 0.25, "B3": "v^2+u^4", "B4": 3, "A9": "v", "B9": 4, "A10": "u", "B10": 1})
    result = xlnn.descend(path, f.with_name("g.xlsx"))
    assert result.steps == 3
    assert result.ends[0] == {"u": 1.0, "v": 4.0, "z": 17.0}
    assert result.ends[1]["v"] == 4 * 0.5**3
    result = xlnn.descend(path, f.with_name("h.xlsx"), eta=0.5, steps=1, start="v=2, u=1")
    assert result.ends == ({"u": 1.0, "v": 2.0, "z": 5.0}, {"u": -1.0, "v": 0.0, "z": 1.0})


@pytest.mark.parametrize(
    ("typed", "found"),
    [("3,2", (3, 2)), ("3 2", (3, 2)), ("3; 2", (3, 2)), ("y=2,x=3", (3, 2)), (" x = 3 , y = -2e-1 ", (3, -0.2))],
)
def test_a_start_is_typed_in_either_way(typed, found):
    assert parse_start(typed, ("x", "y")) == dict(zip(("x", "y"), found, strict=True))


@pytest.mark.parametrize("typed", ["", "a,b", "1,2,3", "x=1,x=2", "w=1", "1,inf", "x=1=2", "nan,1"])
def test_a_wrong_start_is_refused(typed):
    with pytest.raises(UsageError, match=r"^start=…: expected a number for each variable, like x=1,y=1, found "):
        parse_start(typed, ("x", "y"))


WRONG_CELLS = [
    ({"B2": 0}, "'Settings'!B2: the learning rate η must be a number above 0, not 0."),
    ({"B2": "0,1"}, "'Settings'!B2: expected a number, found text \"0,1\" (decimal comma?)."),
    ({"B3": None}, "'Settings'!B3: there is no function; type one like x^2+y^2."),
    ({"B3": 5}, "'Settings'!B3: the function '5' has no variable."),
    ({"B3": "x^2+"}, "'Settings'!B3: the function 'x^2+': expected a number, a variable or a function at the end."),
    ({"B3": "__import__('os')"}, "'Settings'!B3: the function holds '_', which means nothing in a formula."),
    ({"B3": "9^9^9^9*x"}, "'Settings'!B3: 9^(9⁹) lies beyond the numbers that can be calculated with."),
    ({"B3": "x^2+w"}, "'Settings'!B3: the function has the variable w; give it a start in the table below."),
    ({"B3": "x^2"}, "'Settings'!A10: the function has no variable 'y'; delete this row."),
    ({"B3": "x^2+y+Δx"}, "'Settings'!B3: the function has the variable Δx; give it a start in the table below."),
    ({"B4": 1.5}, "'Settings'!B4: steps: expected a whole number, found 1.5."),
    ({"B4": -1}, "'Settings'!B4: steps: expected a whole number, found -1."),
    ({"B5": "x+y"}, "'Settings'!B5: a constraint is an equation like x^2+y^2=1, not 'x+y'."),
    ({"B5": "x=(y"}, "'Settings'!B5: the function '(y': expected a closing bracket at the end."),
    ({"A4": "rows"}, "'Settings'!A4: expected steps here, found \"rows\". `xlnn new 2-11` writes a workbook with this sheet."),
    ({"A10": "x"}, "'Settings'!A10: x stands here a second time."),
    ({"B10": "two"}, "'Settings'!B10: expected a number, found text \"two\"."),
    ({"B9": None}, "'Settings'!B9: expected a number, found a blank cell."),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "message"), WRONG_CELLS)
def test_a_wrong_setting_names_its_cell(f, cells, message):
    code, said = run("descend", changed(f, cells))
    assert said.removeprefix("xlnn: error: ").removeprefix("changed.xlsx › ") == message + "\n"
    assert code == 4


def test_a_variable_cannot_look_like_a_step(f):
    with pytest.raises(UsageError, match=r"^a variable cannot be called Δx: Δ is for the steps\.$"):
        xlnn.descend(f, f.with_name("g.xlsx"), function="x+Δx", start="1,2")


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--function", "x^2+w^2"), 2, "the variable w needs a start: --start w=1,x=1."),
        (("--function", "exec(1)"), 2, "there is no function 'exec'; known: "),
        (("--function", "(" * 999), 2, "the function is nested too deeply or has too many terms; at most 100."),
        (("--eta", "0"), 2, "the learning rate η must be a number above 0, not 0."),
        (("--steps", "-1"), 2, "steps: expected a whole number, found -1."),
        (("--cells", "numbers"), 2, "unknown cells 'numbers'; known: values, formulas."),
        (("--function", "ln(x)", "--start", "-1"), 4, "ln(x) or its derivative has no value at the start; choose another start."),
        (("--function", "sqrt(x)", "--start", "0"), 4, "sqrt(x) or its derivative has no value at the start; choose another"),
        (("--constraint", "x*y"), 2, "a constraint is an equation like x^2+y^2=1, not 'x*y'."),
        (("-o", "f.xlsx"), 6, "f.xlsx: the output would overwrite the input; choose another name with --output."),
        (("--steps", "2000000"), 5, "step i would need the cells from row 7, column 2 to row 2000007, column 2; a sheet has "),
    ],
)  # fmt: skip
def test_a_wrong_option_is_said_in_one_line(f, monkeypatch, options, code, message):
    monkeypatch.chdir(f.parent)
    found, said = run("descend", f, *options)
    assert (found, said.count("\n")) == (code, 1)
    assert said.startswith("xlnn: error: " + message)
    assert not f.with_name("f-descended.xlsx").exists()


def test_the_workbook_of_a_network_is_refused(tmp_path):
    path = xlnn.new("4-4", tmp_path / "book.xlsx")
    code, said = run("descend", path)
    assert code == 4
    assert "'Settings'!A3: expected function here, found \"iterations\"." in said


def test_a_formula_longer_than_a_cell_is_refused(f):
    """A product of 60 factors has a derivative of 60 products of 59 or 60."""
    function = "*".join(f"(x+{k})" for k in range(60))
    with pytest.raises(LimitError, match=r"too long for a cell|a cell holds 8,192"):
        xlnn.descend(f, f.with_name("g.xlsx"), function=function, start="1", eta=1e-90, steps=2)


# ---- diverging ------------------------------------------------------------------------------------------


def test_a_descent_that_diverges_writes_what_is_finite(f):
    """η 1.5: each step takes 1 − 2η = −2 of x. z = 13 · 4^i is finite while 4^i < 1.8e308/13: up to i = 510."""
    code, said = run("descend", f, "--eta", "1.5", "--steps", "600")
    assert code == 7
    path = f.with_name("f-descended.xlsx")
    text = "the descent diverged: after step 510 not every number is finite. Try a smaller η than 1.5."
    assert said == f"xlnn: error: {text} The rows up to there are in {path}.\n"
    assert row(path, 517, "BCD") == [510, 3 * 2.0**510, 2 * 2.0**510]
    assert sheet(path)["B518"].value is None
    assert sheet(path)["E3"].value == text
    assert sheet(path, "Settings")["B4"].value == 510
    assert xlnn.check(path).empty


@pytest.mark.parametrize(("function", "start"), [("x^2+y^2", "3,2"), ("x^2", "1"), ("x*y", "-2,5")])
def test_a_first_step_that_is_no_number_writes_nothing(f, function, start):
    """η 1e308 times a derivative above 1.8 is beyond every number; the function has a value at the start."""
    code, said = run("descend", f, "--function", function, "--start", start, "--eta", "1e308")
    expected = (
        "the descent diverged: step 1 leads to numbers that are not finite. Try a smaller η than 1e+308. Nothing was written."
    )
    assert (code, said) == (7, f"xlnn: error: {expected}\n")
    assert not f.with_name("f-descended.xlsx").exists()


@pytest.mark.parametrize(("eta", "rises"), [(5, True), (1.1, True), (1, False), (0.9, False)])
def test_a_descent_that_goes_up_says_so(f, eta, rises):
    """Each step takes 1 − 2η of x, so that z grows by (1 − 2η)² a step: beyond η 1."""
    code, said = run("descend", f, "--eta", eta, "--steps", "4")
    note = f"xlnn: note: z is larger at the end than at the start. Try a smaller η than {eta}.\n"
    assert (code, note in said) == (0, rises)


def test_leaving_the_domain_ends_the_descent_too(f):
    """Down ln x from 1 with η 0.5: 1, 0.5, −0.5: ln has no value there."""
    with pytest.raises(DivergedError, match=r"^the descent diverged: after step 1 "):
        xlnn.descend(f, f.with_name("g.xlsx"), function="ln(x)", start="1", eta=0.5)
    assert row(f.with_name("g.xlsx"), 8, "BC") == [1, 0.5]
    assert sheet(f.with_name("g.xlsx"))["B9"].value is None


def test_a_step_that_a_spreadsheet_cannot_calculate_ends_the_descent(f):
    """Down x + σ(x) by 10 at a time. σ′ = e^−x/(1 + e^−x)²: e^690 is a number, (e^355)² is none; 1/∞ would hide that."""
    with pytest.raises(DivergedError, match=r"^the descent diverged: after step 1 "):
        xlnn.descend(f, f.with_name("g.xlsx"), function="x+1/(1+exp(-x))", start="-335", eta=10)
    assert row(f.with_name("g.xlsx"), 8, "BC") == [1, -345]


# ---- check ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value", "quantity", "wrong"),  # with a wrong y the one below does not follow from it
    [("E12", 1.9, "∂z/∂x", 1), ("D8", 1.7, "y", 2), ("G20", 0.05, "Δx", 1), ("I37", 2e-4, "z", 1), ("C3", 0.2, "rate η", 1),
     ("F9", None, "∂z/∂y", 1)],
)  # fmt: skip
def test_check_finds_a_planted_cell(tmp_path, cell, value, quantity, wrong):
    path = xlnn.new("2-11", tmp_path / "f.xlsx", cells="values")
    book = openpyxl.load_workbook(path)
    book["2-11"][cell] = value
    book.save(path)
    found = xlnn.check(path)
    here = found[found["cell"] == cell]
    assert (list(here["quantity"]), list(here["wrong"])) == ([quantity], [wrong])
    code, said = run("check", path)
    assert code == 1
    assert f"2-11!{cell}" in said


def test_check_goes_by_the_function_in_the_workbook(f):
    """The sheet shows x² + y²; for x² + 2y² its ∂z/∂y and z are wrong, and nothing else."""
    book = openpyxl.load_workbook(xlnn.descend(f, f.with_name("v.xlsx"), cells="values").path)
    book["Settings"]["B3"] = "x^2+2*y^2"
    book.save(f.with_name("w.xlsx"))
    found = xlnn.check(f.with_name("w.xlsx"))
    assert list(found["quantity"]) == ["∂z/∂y", "z"]
    assert list(found["equation"]) == ["∂z/∂y = 4y", "z = x² + 2y²"]


# ---- Lagrange -------------------------------------------------------------------------------------------

LAGRANGE = [  # function, constraints, the points with the function's value: book 2-7; the others are textbook problems
    ("x+y", ["x^2+y^2=1"], [({"x": -sqrt(0.5), "y": -sqrt(0.5), "λ": -sqrt(0.5)}, -sqrt(2)),
                            ({"x": sqrt(0.5), "y": sqrt(0.5), "λ": sqrt(0.5)}, sqrt(2))]),
    ("x*y", ["x+y=10"], [({"x": 5, "y": 5, "λ": 5}, 25)]),
    ("x^2+2*y^2", ["x^2+y^2=1"], [({"x": -1, "y": 0}, 1), ({"x": 1, "y": 0}, 1), ({"x": 0, "y": -1}, 2), ({"x": 0, "y": 1}, 2)]),
    ("(x-3)^2+(y-1)^2+(z+1)^2", ["x^2+y^2+z^2=4"],
     [({"x": 6 / sqrt(11), "y": 2 / sqrt(11), "z": -2 / sqrt(11)}, (sqrt(11) - 2) ** 2),
      ({"x": -6 / sqrt(11), "y": -2 / sqrt(11), "z": 2 / sqrt(11)}, (sqrt(11) + 2) ** 2)]),
    ("x*y*z", ["2*x*z+2*y*z+x*y=12"], [({"x": -2, "y": -2, "z": -1}, -4), ({"x": 2, "y": 2, "z": 1}, 4)]),
    ("x+2*y+3*z", ["x-y+z=1", "x^2+y^2=1"],
     [({"x": 2 / sqrt(29), "y": -5 / sqrt(29), "z": 1 - 7 / sqrt(29)}, 3 - sqrt(29)),
      ({"x": -2 / sqrt(29), "y": 5 / sqrt(29), "z": 1 + 7 / sqrt(29), "λ₁": 3}, 3 + sqrt(29))]),
    ("x", ["x^3=y^2"], [({"x": 0, "y": 0}, 0)]),  # the cusp, where ∇g = 0 and Lagrange's equations have no solution
    ("x/(y^2+1)", ["x^2+y^2=1"], [({"x": -1, "y": 0}, -1), ({"x": 1, "y": 0}, 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("function", "constraints", "expected"), LAGRANGE)
def test_stationary_points_of_the_textbooks(function, constraints, expected):
    found = stationary(parse(function), [constraint(g) for g in constraints])
    assert found.complete
    assert [point.number for point in found.points] == pytest.approx([value for _, value in expected])
    left = list(expected)
    for point in found.points:
        same = lambda numbers, value, point=point: (
            point.number == pytest.approx(value)
            and all(point.numbers[name] == pytest.approx(number, abs=1e-12) for name, number in numbers.items())
        )
        (here,) = [entry for entry in left if same(*entry)]
        left.remove(here)


def test_numbers_are_exact():
    low, high = stationary(parse("x+y"), [constraint("x^2+y^2=1")]).points
    assert (low.value, high.value) == ("-sqrt(2)", "sqrt(2)")
    assert high.exact == {"x": "sqrt(2)/2", "y": "sqrt(2)/2", "λ": "sqrt(2)/2"}
    (cusp,) = stationary(parse("x"), [constraint("x^3=y^2")]).points
    assert (cusp.exact, cusp.singular) == ({"x": "0", "y": "0", "λ": "–"}, True)


def test_entropy_is_largest_for_equal_chances():
    """−x ln x − y ln y on x + y = 1; sympy cannot know that it has found all."""
    found = stationary(parse("-x*ln(x)-y*ln(y)"), [constraint("x+y=1")])
    (point,) = found.points
    assert (point.exact["x"], point.value, found.complete) == ("1/2", "ln(2)", False)
    assert point.number == pytest.approx(log(2))


def test_points_without_a_closed_form_are_not_passed_over_in_silence():
    """x⁵ + y has two points at x = 0, and others at the roots of x³y = 1/5, of which there is no closed form."""
    found = stationary(parse("x^5+y"), [constraint("x^2+y^2=1")])
    assert [point.number for point in found.points] == [-1, 1]
    assert not found.complete


def test_points_where_the_function_has_no_value_are_left_out():
    """On the cusp x³ = y² the point (0, 0) is singular; 1/x and sqrt(x − 1) have no value there."""
    for function in ("1/x + y", "sqrt(x-1) + y"):
        try:
            points = stationary(parse(function), [constraint("x^3=y^2")]).points
        except ContentError:
            points = ()
        assert not [point for point in points if point.numbers["x"] == 0]


def test_infinitely_many_points_are_described():
    (point,) = stationary(parse("(x+y)^2"), [constraint("w=1")]).points
    assert point.exact == {"w": "1", "x": "-y", "y": "y", "λ": "0"}
    assert point.numbers == {"w": 1.0, "x": None, "y": None, "λ": 0.0}


@pytest.mark.parametrize(
    ("function", "g", "message"),
    [
        ("exp(x)+sin(y)", "x^2+y^2=1", "sympy finds no closed solution for the stationary points of exp(x) + sin(y)."),
        # the numerators of x³/y − λ(x − y) are 0 at (0, 0), where x³/y has no value
        ("x^3/y", "x=y", "sympy finds no closed solution for the stationary points of x³/y."),
        ("x+y", "2=1", "a constraint needs a variable, and there cannot be more constraints (1) than variables (x, y)."),
    ],
)
def test_what_cannot_be_solved_is_said(function, g, message):
    with pytest.raises(ContentError) as error:
        stationary(parse(function), [constraint(g)])
    assert str(error.value) == message


def test_what_takes_too_long_is_ended():
    """sympy alone takes longer to load than the time that it gets here."""
    with pytest.raises(ContentError, match=r"^sympy found no closed solution within 0\.01 seconds\.$"):
        stationary(parse("x+y"), [constraint("x^2+y^2=1")], seconds=0.01)


def test_lagrange_on_the_console_and_on_a_sheet(f):
    code, said = run("descend", f, "--function", "x+y", "--constraint", "x^2+y^2=1")
    path = f.with_name("f-descended.xlsx")
    assert (code, said.splitlines()) == (0, [
        "x = −√2/2, y = −√2/2, λ = −√2/2: z = −√2 ≈ -1.414213562",
        "x = √2/2, y = √2/2, λ = √2/2: z = √2 ≈ 1.414213562",
        f"stationary points: 2. {path}",
    ])  # fmt: skip
    found = sheet(path, "Lagrange")
    assert [found[f"{column}6"].value for column in "BCDEFGH"] == ["x", "y", "λ", "z", "g = 0", "∂L/∂x = 0", "∂L/∂y = 0"]
    assert [found[f"{column}8"].value for column in "BCDEFGH"] == pytest.approx([*[sqrt(0.5)] * 3, sqrt(2), 0, 0, 0], abs=1e-15)
    formulas = sheet(path, "Lagrange", formulas=True)
    assert [formulas[f"{column}8"].value for column in "EFGH"] == ["=B8+C8", "=B8^2+C8^2-1", "=1-2*B8*D8", "=1-2*C8*D8"]
    texts = [cell.value for line in found.iter_rows() for cell in line if isinstance(cell.value, str)]
    assert "x = √2/2, y = √2/2, λ = √2/2: z = √2 ≈ 1.414213562" in texts
    assert sheet(path, "Settings")["B5"].value == "x^2+y^2=1"
    assert xlnn.check(path).empty
    # it is an input again, and without the constraint a descent
    assert run("descend", path, "-o", f.with_name("again.xlsx"))[1].splitlines()[:2] == said.splitlines()[:2]
    assert run("descend", path, "--constraint", "", "-o", f.with_name("down.xlsx"))[1].startswith("30 steps: z 5 → -1 at ")


def test_several_constraints_stand_in_one_cell(f):
    path = changed(f, {"B3": "x+2*y+3*z", "B5": "x-y+z=1; x^2+y^2=1"})
    result = xlnn.descend(path, f.with_name("g.xlsx"))
    assert [point.number for point in result.points.points] == pytest.approx([3 - sqrt(29), 3 + sqrt(29)])
    headers = [cell.value for cell in sheet(result.path, "Lagrange")[6][1:]]
    assert headers == ["x", "y", "z", "λ₁", "λ₂", "f", "g₁ = 0", "g₂ = 0", "∂L/∂x = 0", "∂L/∂y = 0", "∂L/∂z = 0"]
    assert xlnn.check(result.path).empty


def test_check_finds_a_wrong_cell_on_sheet_lagrange(f):
    path = xlnn.descend(f, f.with_name("g.xlsx"), function="x+y", constraints=["x^2+y^2=1"], cells="values").path
    book = openpyxl.load_workbook(path)
    book["Lagrange"]["E8"] = 1.5
    book.save(path)
    assert list(xlnn.check(path)["cell"]) == ["E8"]


@needs_office
def test_libreoffice_calculates_sheet_lagrange_the_same(f):
    path = xlnn.descend(f, f.with_name("g.xlsx"), function="x*e^y", constraints=["x^2+y^2=2"]).path
    verdict = judge(path)
    assert (verdict.different, verdict.compared) == ([], 2 * 4)
    assert sheet(path, "Lagrange")["E8"].value == pytest.approx(exp(1))


# ---- languages, help, installation --------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_the_workbooks_language_is_kept(tmp_path, language):
    path = xlnn.new("2-11", tmp_path / "f.xlsx", language=language)
    assert sheet(path, "Settings")["A4"].value == say("steps", language)
    code, said = run("descend", path)
    assert code == 0
    assert said.startswith({"zh": "30 步：z 13 → 1.99224e-05", "ja": "30 ステップ：z 13 → 1.99224e-05"}[language])
    code, said = run("descend", path, "--eta", "1.5", "--steps", "600")
    assert (code, "510" in said, "diverged" in said) == (7, True, False)
    assert xlnn.check(tmp_path / "f-descended.xlsx").empty


def test_what_it_says(f):
    """x after 30 steps of 0.8: 3 · 0.8^30 = 0.0037138."""
    code, said = run("descend", f)
    path = f.with_name("f-descended.xlsx")
    assert (code, said) == (0, f"30 steps: z 13 → 1.99224e-05 at x = 0.00371382, y = 0.00247588. {path}\n")
    assert run("descend", f, "-q") == (0, "")
    assert "Example: xlnn descend f.xlsx" in run("descend", "--help")[1]


def test_without_sympy_it_says_what_to_install(f, monkeypatch):
    monkeypatch.setitem(sys.modules, "sympy", None)
    code, said = run("descend", f)
    assert (code, said) == (2, f"xlnn: error: derivatives need sympy. Install it with: {pip_install('sympy')}\n")


def test_pi_is_exact_for_lagrange():
    found = stationary(parse("sin(x)"), [constraint("x=pi/3")])
    assert [(point.exact["x"], point.value) for point in found.points] == [("pi/3", "sqrt(3)/2")]
    assert found.points[0].numbers["x"] == pytest.approx(pi / 3)
