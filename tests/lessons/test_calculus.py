"""Typed functions: how they are read, differentiated, calculated and spelled, and that none of them does harm."""

from __future__ import annotations

import sys

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from office import judge, needs_office

from xlnn.checking.uncertain import UNREADABLE, Uncertain
from xlnn.errors import ContentError, UsageError, Where
from xlnn.layout.cells import Cell
from xlnn.layout.formulas import Placed, spell
from xlnn.layout.places import Place
from xlnn.lessons.blocks import Block, Lesson, Sheet
from xlnn.lessons.calculus import (
    FUNCTIONS,
    Name,
    derivative,
    evaluate,
    from_sympy,
    is_defined,
    parse,
    symbol,
    text,
    to_sympy,
    variables,
)
from xlnn.lessons.pages import write_lesson

# ---- reading -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("x^2+y^2", 13.0), ("=x^2+y^2", 13.0), ("z = x^2+y^2", 13.0), ("f(x, y) = x*y", 6.0), ("x**2", 4.0), ("x²+y³", 31.0),
        ("x¹⁰", 1024.0), ("x − y", -1.0), ("x×y", 6.0), ("x÷y", 2 / 3), ("ｘ＊（ｙ＋１）", 8.0), ("X", None), (" x ", 2.0),
        ("-x^2", -4.0), ("(-x)^2", 4.0), ("2^x^y", 256.0), ("(2^x)^y", 64.0), ("2^-x", 0.25), ("--x", 2.0), ("-+-x", 2.0),
        ("10-x-y", 5.0), ("12/x/y", 2.0), ("12/x*y", 18.0), ("1+x*y^2", 19.0), ("1e2*x", 200.0), (".5x", None), (".5*x", 1.0),
        ("1.5E-1*x", 0.3), ("SQRT(x+7)", 3.0), ("√(x+7)", 3.0), ("abs(x-y)", 1.0), ("pi*x", 6.283185307179586),
        ("PI()*x", 6.283185307179586), ("π*x", 6.283185307179586), ("e^x", 7.38905609893065), ("e*x", 5.43656365691809),
        ("exp(x)", 7.38905609893065), ("ln(e^x)", 2.0), ("log10(50*x)", 2.0), ("x^0.5", 1.4142135623730951),
    ],
)  # fmt: skip
def test_a_function_is_read_as_mathematics(typed, value):
    """The values are those of x = 2, y = 3; None: it has another variable, or is no formula."""
    if value is None:
        with pytest.raises((UsageError, KeyError)):
            evaluate(parse(typed), {"x": 2.0, "y": 3.0})
    else:
        assert evaluate(parse(typed), {"x": 2.0, "y": 3.0}) == pytest.approx(value, rel=1e-15)


def test_variables_come_in_order_of_name():
    assert variables(parse("y*x1 + sin(α)*x + pi - e")) == ("x", "x1", "y", "α")
    assert variables(parse("X + x")) == ("X", "x")
    assert variables(parse("x₁ + x₂")) == ("x₁", "x₂")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "there is no function; type one like x^2+y^2."),
        ("=", "there is no function; type one like x^2+y^2."),
        ("x+", "the function 'x+': expected a number, a variable or a function at the end."),
        ("2x", "the function '2x': expected an operator such as + or * before 'x'."),
        ("(x", "the function '(x': expected a closing bracket at the end."),
        ("x)", "the function 'x)': expected an operator such as + or * before ')'."),
        ("x*/y", "the function 'x*/y': expected a number, a variable or a function before '/'."),
        ("sin x", "the function sin needs brackets: sin(x)."),
        ("0,5*x", "the function holds ','; write numbers with a point, like 0.5."),
        ("x;y", "the function holds ';', which means nothing in a formula."),
        ("__import__('os').system('true')", "the function holds '_', which means nothing in a formula."),
        ("x.__class__", "the function holds '.', which means nothing in a formula."),
        ("eval(x)", "there is no function 'eval'; known: sqrt, exp, ln, log10, abs, sin, cos, tan, asin, acos, atan, "
         "sinh, cosh, tanh, pi, e."),
        ("{0.__class__}*x", "the function holds '{', which means nothing in a formula."),
        ("9^9^9^9", "9^(9⁹) lies beyond the numbers that can be calculated with."),
        ("x*9^9^9^9", "9^(9⁹) lies beyond the numbers that can be calculated with."),
        ("1/0", "1/0 lies beyond the numbers that can be calculated with."),
        ("x^ln(0)", "ln(0) lies beyond the numbers that can be calculated with."),
        ("sqrt(-4)*x", "sqrt(-4) lies beyond the numbers that can be calculated with."),
        ("1e400*x", "1e400 lies beyond the numbers that can be calculated with."),
        ("1e-400*x", "1e-400 lies beyond the numbers that can be calculated with."),
        ("(1/3)^100000*x", "(1/3)^100000 lies beyond the numbers that can be calculated with."),
        ("(1+1e-9)^1000^1000", "1000^1000 lies beyond the numbers that can be calculated with."),
        ("x" * 1001, "the function has 1001 characters; at most 1000."),
        ("(" * 900, "the function is nested too deeply or has too many terms; at most 100."),
        ("-(" * 300, "the function is nested too deeply or has too many terms; at most 100."),
        ("x^" * 300 + "x", "the function is nested too deeply or has too many terms; at most 100."),
        ("x+" * 300 + "x", "the function is nested too deeply or has too many terms; at most 100."),
        ("sin(" * 150 + "x" + ")" * 150, "the function is nested too deeply or has too many terms; at most 100."),
    ],
)  # fmt: skip
def test_what_is_no_function_is_said_in_one_line(typed, message):
    with pytest.raises(UsageError) as error:
        parse(typed)
    assert str(error.value) == message


def test_a_wrong_cell_is_named():
    with pytest.raises(ContentError) as error:
        parse("x+", Where("f.xlsx", "Settings", "B3"))
    said = "the function 'x+': expected a number, a variable or a function at the end."
    assert str(error.value) == "f.xlsx › 'Settings'!B3: " + said


@pytest.mark.parametrize(
    "typed", ["-" * 999 + "x", "((((x^99)^99)^99)^99)^99", "x^(10^300)", "sqrt(" + "7" * 300 + ")*x", "(1/7)^300*x",
              "abs(sin(1)^2+cos(1)^2-1)*x", "exp(exp(exp(exp(x))))", "x^x^x^x^x^x^x^x", "ln(x)" + "*ln(x)" * 60]
)  # fmt: skip
def test_large_but_harmless_functions_are_differentiated(typed):
    """What sympy could calculate for ever, it is not given; what it is given, it answers."""
    assert text(derivative(parse(typed), "x"))


# ---- random functions, written down twice: as text, and as arithmetic with 60 digits -------------------

POINTS = [{"x": 0.737, "y": 1.291}, {"x": 2.113, "y": 0.389}, {"x": 1.457, "y": -0.613}]
CALLS = {
    "sqrt": mpmath.sqrt, "exp": mpmath.exp, "ln": mpmath.log, "log10": mpmath.log10, "abs": mpmath.fabs, "sin": mpmath.sin,
    "cos": mpmath.cos, "tan": mpmath.tan, "asin": mpmath.asin, "acos": mpmath.acos, "atan": mpmath.atan,
    "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh,
}  # fmt: skip
SIGNS = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}


def sizable(value):
    """The values that floating-point numbers can follow; others are not compared."""
    assume(isinstance(value, mpmath.mpf) and 1e-3 < abs(value) < 1e3)
    return value


def combined(part):
    """Larger functions from smaller ones, each a text and what it means."""
    join = lambda s, a, b: (f"({a[0]}{s}({b[0]}))", lambda p: SIGNS[s](a[1](p), b[1](p)))
    raise_ = lambda a, n: (f"(({a[0]})^{n})", lambda p: a[1](p) ** mpmath.mpf(n))
    call = lambda f, a: (f"{f}({a[0]})", lambda p: CALLS[f](a[1](p)))
    grown = st.one_of(
        st.builds(join, st.sampled_from("+-*/"), part, part),
        st.builds(raise_, part, st.sampled_from(["2", "3", "0.5", "1.5"])),
        st.builds(call, st.sampled_from(sorted(CALLS)), part),
        part.map(lambda a: (f"(-{a[0]})", lambda p: -a[1](p))),
        part.map(lambda a: (f"2^({a[0]})", lambda p: mpmath.mpf(2) ** a[1](p))),
    )
    return grown.map(lambda a: (a[0], lambda p: sizable(a[1](p))))


numbers = st.sampled_from(["0.5", "2", "3", "1.25"]).map(lambda n: (n, lambda p: mpmath.mpf(n)))
names = st.sampled_from(["x", "y"]).map(lambda name: (name, lambda p: p[name]))
functions = st.recursive(st.one_of(names, names, numbers), combined, max_leaves=5)


def exactly(point: dict) -> dict:
    return {name: mpmath.mpf(value) for name, value in point.items()}


def test_every_function_is_among_the_random_ones():
    assert set(CALLS) == set(FUNCTIONS)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(functions, st.sampled_from(POINTS))
def test_random_functions_have_the_value_of_the_same_arithmetic(function, point):
    typed, meant = function
    with mpmath.workdps(30):
        expected = sizable(meant(exactly(point)))
    assert float(evaluate(parse(typed), {k: np.float64(v) for k, v in point.items()})) == pytest.approx(float(expected), rel=1e-9)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(functions, st.sampled_from(POINTS), st.sampled_from("xy"))
def test_derivatives_are_the_central_differences(function, point, name):
    """(f(x + h) − f(x − h)) / 2h with h = 1e-20, calculated with 60 digits."""
    typed, meant = function
    h = mpmath.mpf(10) ** -20
    with mpmath.workdps(60):
        at = exactly(point)
        up, down = (meant(at | {name: at[name] + step}) for step in (h, -h))
        expected = (up - down) / (2 * h)
        assume(isinstance(expected, mpmath.mpf) and abs(expected) < 1e5)
    slope = derivative(parse(typed), name)
    with np.errstate(all="ignore"):
        found = float(evaluate(slope, {k: np.float64(v) for k, v in point.items()}))
    assert found == pytest.approx(float(expected), rel=1e-7, abs=1e-7)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(functions)
def test_a_written_function_reads_back(function):
    try:
        f = parse(function[0])
    except UsageError:  # acos(2)
        assume(False)
    assert parse(text(f)) == f


# ---- derivatives, and how they are written -------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "written", "slope"),
    [
        ("x^2+y^2", "x² + y²", "2*x"), ("x^2+x*y+y^2", "x² + x*y + y²", "2*x + y"), ("-x^2", "-x²", "-2*x"),
        ("exp(-x^2/2)", "exp(-x²/2)", "-x*exp(-x²/2)"), ("0.2*x^2", "0.2*x²", "0.4*x"), ("1/3*x^3", "1/3*x³", "x²"),
        ("1/x", "1/x", "-1/x²"), ("sqrt(x)", "sqrt(x)", "1/(2*sqrt(x))"), ("x^1.5", "x^1.5", "1.5*sqrt(x)"),
        ("sin(x)*exp(-y)", "sin(x)*exp(-y)", "exp(-y)*cos(x)"), ("tan(x)", "tan(x)", "tan(x)² + 1"), ("x*y", "x*y", "y"),
        ("ln(x)", "ln(x)", "1/x"), ("log10(x)", "log10(x)", "1/(x*ln(10))"), ("abs(x)", "abs(x)", "sign(x)"), ("y", "y", "0"),
        ("2^x", "2^x", "2^x*ln(2)"), ("e^x", "exp(x)", "exp(x)"), ("e*x", "e*x", "e"), ("(x-1)^2", "(x - 1)²", "2*x - 2"),
        ("tanh(x)", "tanh(x)", "1 - tanh(x)²"), ("x - (y - x)", "x - (y - x)", "2"), ("(x^2)^3", "(x²)³", "6*x⁵"),
    ],
)  # fmt: skip
def test_derivatives_by_the_rules_of_the_textbook(typed, written, slope):
    f = parse(typed)
    assert (text(f), text(derivative(f, "x"))) == (written, slope)


def test_what_no_spreadsheet_calculates_is_refused():
    import sympy

    with pytest.raises(ContentError, match=r"^gamma\(x\) cannot be calculated with a spreadsheet's functions\.$"):
        from_sympy(sympy.gamma(symbol("x")))
    with pytest.raises(ContentError, match="I cannot be calculated"):
        from_sympy(sympy.I * symbol("x"))


def test_numbers_stay_exact_on_the_way_to_sympy():
    assert str(to_sympy(parse("0.1*x"))) == "x/10"


def test_without_sympy_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sympy", None)
    with pytest.raises(UsageError, match=r"^derivatives need sympy\. Install it with: .+ -m pip install sympy$"):
        derivative(Name("x"), "x")


def test_a_step_that_is_not_finite_counts_even_where_the_result_is():
    """1/(1 + e^1000) is 0 for NumPy; a spreadsheet shows an error for EXP(1000)."""
    f = parse("1/(1+exp(x))")
    assert is_defined(f, {"x": 700.0})
    assert not is_defined(f, {"x": 1000.0})
    assert not is_defined(parse("ln(x)"), {"x": 0.0})
    assert not is_defined(parse("x^0.5"), {"x": -1.0})
    assert not is_defined(parse("x*2"), {"x": float("nan")})


# ---- formulas ------------------------------------------------------------------------------------------

CELLS = {"x": Placed.at(Place(Cell.parse("C7"))), "y": Placed.at(Place(Cell.parse("D7")))}


@pytest.mark.parametrize(
    ("typed", "formula"),
    [
        ("x^2+y^2", "C7^2+D7^2"), ("-x^2", "-(C7^2)"), ("exp(-x^2)", "EXP(-(C7^2))"), ("(-x)^2", "(-C7)^2"),
        ("2^x^y", "2^(C7^D7)"), ("(2^x)^y", "2^C7^D7"), ("2^-x", "2^(-C7)"), ("x-(-y)", "C7-(-D7)"), ("0.1*x", "0.1*C7"),
        ("pi*x", "3.141592653589793*C7"), ("sqrt(x)+ln(y)", "SQRT(C7)+LN(D7)"), ("log10(x)", "LOG10(C7)"),
        ("asin(x)+acos(x)+atan(y)", "ASIN(C7)+ACOS(C7)+ATAN(D7)"), ("sinh(x)-cosh(y)", "SINH(C7)-COSH(D7)"),
        ("sin(x)/cos(x)*tan(y)", "SIN(C7)/COS(C7)*TAN(D7)"), ("abs(x)*tanh(y)", "ABS(C7)*TANH(D7)"), ("e^x", "EXP(C7)"),
    ],
)  # fmt: skip
def test_the_same_function_spells_the_formula(typed, formula):
    assert spell(evaluate(parse(typed), CELLS)).text() == formula


def test_the_sign_of_a_derivative_is_spelled():
    assert spell(evaluate(derivative(parse("abs(x)"), "x"), CELLS)).text() == "SIGN(C7)"


SHOWN = (
    "x^2+y^2", "-x^2", "exp(-x^2/2)", "2^x^y", "(2^x)^y", "2^-x", "x^1.5*y", "sqrt(x+y)", "ln(x)-log10(y)", "abs(x-2*y)",
    "sin(x)*cos(y)", "tan(x)", "asin(x/9)", "acos(y/9)", "atan(x*y)", "sinh(x)", "cosh(y)", "tanh(x-y)", "pi*x-e", "x/y/3",
    "x-(y-1)-(-x)", "1/(1+exp(-x))", "(x-1)^4+100*(y-x^2)^2", "x^y", "-(x-y)*-y", "3-x^2*-2", "x^-2",
)  # fmt: skip
XS, YS = (0.5, 1.0, 2.75, 6.125), (1.5, 0.25, 3.0, 1e-3)


def shown() -> Lesson:
    """Each of these functions and its derivatives, at four points, as a sheet."""
    blocks = [Block("x", "A3", (4,), numbers=XS), Block("y", "B3", (4,), numbers=YS)]
    for row, typed in enumerate(SHOWN):
        f = parse(typed)
        for column, formula in enumerate((f, derivative(f, "x"), derivative(f, "y")), 4):
            cell = lambda x, y, i, formula=formula: evaluate(formula, {"x": x[i], "y": y[i]})
            at = Cell(3 + 5 * row, column).name
            blocks.append(Block(f"{typed} in {at}", at, (4,), needs=("x", "y"), cell=cell))
    return Lesson("shown", "Functions", (Sheet("shown", "Functions", tuple(blocks)),))


@needs_office
def test_libreoffice_calculates_the_same(tmp_path):
    path = write_lesson(shown(), tmp_path / "shown.xlsx")
    verdict = judge(path)
    assert verdict.different == []
    assert verdict.compared == len(SHOWN) * 3 * 4


# ---- numbers of which only so many digits are known ------------------------------------------------------


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(FUNCTIONS)), st.floats(-0.9, 0.9), st.floats(0, 0.05), st.lists(st.floats(-1, 1), min_size=9))
def test_what_a_function_can_be_lies_within_its_doubt(name, value, doubt, where):
    if name in ("sqrt", "ln", "log10"):
        value = abs(value) + 0.06
    found = FUNCTIONS[name](Uncertain(np.array([[value]]), np.array([[doubt]])))
    assert found.value[0, 0] == FUNCTIONS[name](value)
    possible = FUNCTIONS[name](value + np.array([-1.0, 1.0, *where]) * doubt)
    assert (np.abs(possible - found.value[0, 0]) <= found.doubt[0, 0] * (1 + 1e-12)).all()
    assert found.doubt[0, 0] <= 60 * doubt + 1e-14


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.floats(0.1, 3), st.sampled_from([-2.0, -1.0, -0.5, 0.5, 1.5, 2.0, 3.0]), st.floats(0, 0.05), st.floats(-1, 1))
def test_what_a_power_can_be_lies_within_its_doubt(value, exponent, doubt, where):
    found = Uncertain(np.array([[value]]), np.array([[doubt]])) ** exponent
    assert abs((value + where * doubt) ** exponent - found.value[0, 0]) <= found.doubt[0, 0] * (1 + 1e-9) + 1e-15
    negative = Uncertain(np.array([[-value]]), np.array([[doubt]])) ** exponent
    if exponent % 1:
        assert negative.doubt[0, 0] == UNREADABLE
    else:
        assert abs((-value + where * doubt) ** exponent - negative.value[0, 0]) <= negative.doubt[0, 0] * (1 + 1e-9) + 1e-15


def test_nothing_is_known_of_a_number_that_can_be_on_both_sides_of_a_pole():
    near = lambda value, doubt: Uncertain(np.array([[value]]), np.array([[doubt]]))
    assert np.tan(near(np.pi / 2, 0.01)).doubt[0, 0] == UNREADABLE
    assert np.tan(near(1.0, 0.01)).doubt[0, 0] < 0.05
    assert (near(0.001, 0.01) ** -1).doubt[0, 0] == UNREADABLE
    assert np.sign(near(0.001, 0.01)).doubt[0, 0] == 2
    assert np.sign(near(0.0, 0.0)).doubt[0, 0] == 0
