"""Formulas as the book prints them: 2x and not 2*x, −√2/2 and not -sqrt(2)/2; nothing can be read in two ways."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from xlnn.errors import UsageError
from xlnn.lessons.calculus import derivative, evaluate, is_defined, parse
from xlnn.lessons.notation import printed, reprinted


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2*x", "2x"), ("x*y", "xy"), ("-2*x*y", "−2xy"), ("x^2+y^2", "x² + y²"), ("-sqrt(2)/2", "−√2/2"),
        ("sqrt(x+1)", "√(x + 1)"), ("2*w*x*y^2", "2wxy²"), ("sqrt(sin(x))", "√(sin(x))"), ("-(-x)", "−(−x)"),
        ("x*(1-x)", "x(1 − x)"), ("2*(x+1)*(x-1)", "2(x + 1)(x − 1)"), ("(-x)^2", "(−x)²"), ("-x^2", "−x²"),
        ("x^(1/3)", "x^(1/3)"),
        ("2*3", "2 × 3"), ("x*2", "x × 2"), ("2*sin(x)", "2 sin(x)"), ("exp(x)*y", "exp(x) y"), ("w1*x1", "w1 x1"),
        ("x^2*y", "x²y"),
        ("sqrt(x)*y", "√x · y"), ("sqrt(2)*sqrt(3)", "√2√3"), ("2/(x*y)", "2/(xy)"), ("x/y*z", "(x/y)z"), ("x/(y/z)", "x/(y/z)"),
        ("a-(-2)", "a − (−2)"), ("x-(y-z)", "x − (y − z)"), ("pi*x", "πx"), ("abs(x-1)", "|x − 1|"), ("–", "–"),
    ],
)  # fmt: skip
def test_as_the_book_prints_it(typed, shown):
    assert reprinted(typed) == shown


@pytest.mark.parametrize(("function", "slope"), [("x^2+y^2", "2x"), ("x^3*y", "3x²y"), ("x*exp(-x)", "exp(−x) − x exp(−x)")])
def test_a_derivative_is_printed(function, slope):
    pytest.importorskip("sympy")
    assert printed(derivative(parse(function), "x")) == slope


ATOMS = st.sampled_from(["x", "y", "w1", "alpha", "2", "0.5", "13"])
FORMULAS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda part: f"({part[0]}){part[1]}({part[2]})"),
        inner.map(lambda part: f"sqrt({part})"),
        inner.map(lambda part: f"-({part})"),
        inner.map(lambda part: f"({part})^2"),
        inner.map(lambda part: f"sin({part})"),
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(FORMULAS)
def test_what_is_printed_means_what_was_typed(typed):
    """Read again as a person reads it, signs of multiplication put back, it is the same formula."""
    try:
        formula = parse(typed)
    except UsageError:  # 1/0, √−2
        reject()
    numbers = {"x": 1.3, "y": 0.7, "w1": 2.1, "alpha": 0.4}
    assume(is_defined(formula, numbers))
    assert evaluate(parse(as_a_person_reads(printed(formula))), numbers) == pytest.approx(evaluate(formula, numbers), rel=1e-9)


def as_a_person_reads(shown: str) -> str:
    """'2xy²' → '2*x*y²': a name is one letter, with the digits behind it, or a word; √ holds for what stands right behind it."""
    plain = shown.replace(" × ", "*").replace(" · ", "*").replace("−", "-")
    tokens = re.findall(r"√|[0-9.]+|alpha|sin|[a-z][0-9]*|[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[()/*^+-]|\S", plain)
    read = ""
    for before, token in zip(["", *tokens], tokens, strict=False):
        ends = before and (before[-1].isalnum() or before == ")") and before != "sin"
        begins = token == "√" or token == "(" or (token[0].isalnum() and token[0] not in "⁰¹²³⁴⁵⁶⁷⁸⁹")
        read += "*" * bool(ends and begins) + token
    return re.sub(r"√([0-9.]+|alpha|[a-z][0-9]*)", r"sqrt(\1)", read).replace("√(", "sqrt(")
