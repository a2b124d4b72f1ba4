"""Sections 2-6 and 2-7: derivatives and partial derivatives as limits, minima, and Lagrange's multipliers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlnn.lessons.blocks import Chart, Series, Sheet, Text
from xlnn.lessons.functions import X
from xlnn.lessons.parts import across, calc, down, given, sheet
from xlnn.model.activations import ACTIVATIONS, sigmoid

H = 0.001  # of difference quotients


SMALLER = (1.0, 0.1, 0.01, 0.001, 0.0001)  # Δx on its way to 0


POINTS = tuple(float(i) for i in range(-4, 5))


ANGLES = tuple(i * np.pi / 12 for i in range(25))  # once around a circle


quotient_of = lambda f: lambda x, h, i: (f(x[i] + h) - f(x[i])) / h


# ---- 2-6 ---------------------------------------------------------------------------------------------


def derivatives() -> Sheet:
    functions = (
        ("x²", lambda x: x**2, lambda x: 2 * x, "(x²)′ = 2x"),
        ("exp x", lambda x: np.exp(x), lambda x: np.exp(x), "(exp x)′ = exp x"),
        ("σ(x)", sigmoid, lambda x: ACTIVATIONS["sigmoid"].slope(x, sigmoid(x)), "σ′(x) = σ(x)(1 − σ(x))"),
    )
    series = (Series("σ(x)", "x of 2-6", "f = σ(x)"), Series("σ′(x)", "x of 2-6", "derivative of σ(x)"))
    return sheet(
        "2-6",
        "Derivatives",
        Text("A2", "The derivative is what the difference quotient (f(x + h) − f(x))/h comes to when h becomes small."),
        down("B4", given("h", H)),
        across("A9", given("x of 2-6", X, label="x")),
        *(_slope_columns(*function, at) for function, at in zip(functions, ("B9", "F9", "J9"), strict=True)),
        *(Text(at, equation, "equation") for at, (*_, equation) in zip(("D7", "H7", "L7"), functions, strict=True)),
        Chart("B28", "σ and its derivative", series, x="x", y="y", subtype="smooth"),
        _limit(),
        _rules(),
        _sigmoid_by_steps(),
        _necessary(),
    )


def _slope_columns(name: str, f: Callable, slope: Callable, equation: str, at: str) -> tuple:
    value, quotient, formula = f"f = {name}", f"quotient of {name}", f"derivative of {name}"
    column = lambda block, needs, cell, said, head, style="": calc(block, needs, cell, said, style, shape=(len(X),), label=head)
    return across(
        at,
        column(value, ("x of 2-6",), lambda x, i: f(x[i]), f"f(x) = {name}", value),
        column(quotient, ("x of 2-6", "h"), quotient_of(f), "(f(x + h) − f(x))/h", "difference quotient"),
        column(formula, ("x of 2-6",), lambda x, i: slope(x[i]), equation, "derivative"),
        column(f"difference at {name}", (quotient, formula), lambda q, d, i: q[i] - d[i],
               "difference quotient − derivative", "difference", "significant"),
    )  # fmt: skip


def _limit() -> tuple:
    """The chord from a to a + Δx turns into the tangent of y = x² at a."""
    f = lambda x: x**2
    chord = lambda a, dx, x, i: f(a) + (f(a + dx[0]) - f(a)) / dx[0] * (x[i] - a)
    slope = lambda a, d, i: (f(a + d[i]) - f(a)) / d[i]
    tangent = lambda a, x, i: f(a) + 2 * a * (x[i] - a)
    return (
        Text("A46", "The derivative as a limit: y = x² at x = a; the chord to a + Δx turns into the tangent", "heading"),
        down("B47", given("a (2-6)", 1.0)),
        across(
            "A50",
            given("Δx", SMALLER),
            calc("slope of the chord", ("a (2-6)", "Δx"), slope, "(f(a + Δx) − f(a))/Δx", "limit", shape=(5,)),
            calc("less f′(a)", ("slope of the chord", "a (2-6)"), lambda s, a, i: s[i] - 2 * a, "quotient − 2a", "limit",
                 shape=(5,)),
        ),
        across(
            "F50",
            given("x (tangent)", tuple(i / 2 for i in range(-1, 6))),
            calc("x² (tangent)", ("x (tangent)",), lambda x, i: f(x[i]), "y = x²", shape=(7,)),
            calc("tangent", ("a (2-6)", "x (tangent)"), tangent, "y = a² + 2a(x − a)", shape=(7,)),
            calc("chord", ("a (2-6)", "Δx", "x (tangent)"), chord, "y = a² + slope (x − a), for the first Δx", shape=(7,)),
        ),
        Chart("L46", "tangent and chord", tuple(Series(name, "x (tangent)", block) for name, block in (
            ("x²", "x² (tangent)"), ("tangent", "tangent"), ("chord", "chord"))), x="x", y="y", subtype="smooth"),
    )  # fmt: skip


def _rules() -> tuple:
    """Each rule by a quotient and by formula, at one x: (c)′, (x)′, (f + g)′, (cf)′, (1/f)′."""
    f, g = lambda x: x**2 + 1, lambda x: np.exp(x)
    rules = (
        ("(c)′", lambda x, c: c + 0 * x, lambda x, c: 0 * x, "0"),
        ("(x)′", lambda x, c: x, lambda x, c: 1 + 0 * x, "1"),
        ("(f + g)′", lambda x, c: f(x) + g(x), lambda x, c: 2 * x + g(x), "f′ + g′"),
        ("(cf)′", lambda x, c: c * f(x), lambda x, c: c * (2 * x), "c f′"),
        ("(1/f)′", lambda x, c: 1 / f(x), lambda x, c: -(2 * x) / f(x) ** 2, "−f′/f²"),
    )
    central = lambda u: lambda x, c, h: (u(x + h, c) - u(x - h, c)) / (2 * h)
    return (
        Text("A60", "The rules, with f = x² + 1 and g = exp x", "heading"),
        down("B61", given("x (rules)", 0.5), given("c (2-6)", 3.0)),
        Text("B64", "difference quotient", "header"),
        Text("C64", "derivative", "header"),
        *((
            calc(f"quotient {name}", ("x (rules)", "c (2-6)", "h"), central(u), "(u(x + h) − u(x − h))/2h", at=f"B{row}",
                 label=name),
            calc(name, ("x (rules)", "c (2-6)"), slope, equation, at=f"C{row}", equation_at=f"D{row}", style="output"),
        ) for row, (name, u, slope, equation) in enumerate(rules, 65)),
    )  # fmt: skip


def _sigmoid_by_steps() -> tuple:
    """σ′ from {1/f}′ with f = 1 + exp(−x), line by line as in the book."""
    e = lambda x: np.exp(-x)
    lines: tuple[tuple[str, tuple[str, ...], Callable], ...] = (
        ("f = 1 + exp(−x)", ("x (rules)",), lambda x: 1 + e(x)),
        ("f′ = −exp(−x)", ("x (rules)",), lambda x: -e(x)),
        ("σ′ = −f′/f²", ("f = 1 + exp(−x)", "f′ = −exp(−x)"), lambda f, slope: -slope / f**2),
        ("exp(−x)/(1 + exp(−x))²", ("x (rules)",), lambda x: e(x) / (1 + e(x)) ** 2),
        ("(1 + exp(−x) − 1)/(1 + exp(−x))²", ("x (rules)",), lambda x: (1 + e(x) - 1) / (1 + e(x)) ** 2),
        ("1/(1 + exp(−x)) − 1/(1 + exp(−x))²", ("x (rules)",), lambda x: 1 / (1 + e(x)) - 1 / (1 + e(x)) ** 2),
        ("σ(x) − σ(x)²", ("x (rules)",), lambda x: sigmoid(x) - sigmoid(x) ** 2),
        ("σ(x)(1 − σ(x))", ("x (rules)",), lambda x: sigmoid(x) * (1 - sigmoid(x))),
    )
    return (
        Text("F60", "σ′ step by step, from (1/f)′ = −f′/f²", "heading"),
        *(
            calc(name, needs, cell, style="limit", at=f"F{row}", equation_at=f"G{row}")
            for row, (name, needs, cell) in enumerate(lines, 61)
        ),
    )


def _necessary() -> tuple:
    """f′(0) = 0 for x² and for x³; only x² has its least value there."""
    return (
        Text("A72", "f′(a) = 0 is necessary for a minimum, not sufficient: x³ is flat at 0 and goes on falling", "heading"),
        across(
            "A74",
            given("x (flat)", (-1.0, -0.5, 0.0, 0.5, 1.0)),
            *(calc(f"{name} (flat)", ("x (flat)",), cell, shape=(5,)) for name, cell in (
                ("x²", lambda x, i: x[i] ** 2), ("2x", lambda x, i: 2 * x[i]),
                ("x³", lambda x, i: x[i] ** 3), ("3x²", lambda x, i: 3 * x[i] ** 2))),
        ),
        Text("F76", "(x²)′ = 0, (x³)′ = 0", "equation"),
    )  # fmt: skip


# ---- 2-7 ---------------------------------------------------------------------------------------------


def partial() -> Sheet:
    """z = x² + y²: both partial derivatives as quotients, as limits and by formula; where both are 0 lies the minimum."""
    slope = lambda name, of, said: calc(name, (of,), lambda v: 2 * v, said, label="partial derivative")
    quotient = lambda name, along: calc(f"{name} by quotient", (*POINT, "step h"), *along, label="difference quotient")
    return sheet(
        "2-7",
        "Partial derivatives",
        Text("A3", "A partial derivative moves one variable and keeps the other. Both are 0 at the minimum, x = y = 0."),
        down("B5", given("x₀", 1.0, label="x"), given("y₀", 2.0, label="y"), given("step h", H, label="h")),
        down("B9", calc("z₀", POINT, squares, "z = x² + y²", label="z")),
        down("B11", quotient("∂z/∂x", ALONG_X), slope("∂z/∂x", "x₀", "∂z/∂x = 2x")),
        down("B14", quotient("∂z/∂y", ALONG_Y), slope("∂z/∂y", "y₀", "∂z/∂y = 2y")),
        _table(),
        _partial_limits(),
        _least(),
        shaded=("z of the table",),
    )


def squares(x, y):
    """The function of section 2-7."""
    return x**2 + y**2


POINT = ("x₀", "y₀")


ALONG_X = (lambda x, y, h: (squares(x + h, y) - squares(x, y)) / h, "(f(x + h, y) − f(x, y))/h")


ALONG_Y = (lambda x, y, h: (squares(x, y + h) - squares(x, y)) / h, "(f(x, y + h) − f(x, y))/h")


def _table() -> tuple:
    return (
        Text("A18", "z = x² + y² over x (down) and y (to the right)", "heading"),
        Text("A20", "x \\ y", "header"),
        given("y of the table", POINTS, at="B20", steps=((0, 1),)),
        given("x of the table", POINTS, at="A21"),
        calc("z of the table", ("x of the table", "y of the table"), lambda x, y, i, j: squares(x[i], y[j]), "z = x² + y²",
             "value", at="B21", shape=(9, 9)),
    )  # fmt: skip


def _partial_limits() -> tuple:
    limit = lambda cell, said: (lambda x, y, h, i: cell(x, y, h[i]), said, "limit")
    return (
        Text("A32", "Partial derivatives as limits: the quotients at x, y from above", "heading"),
        across(
            "A34",
            given("Δ (limit)", SMALLER),
            calc("Δz/Δx", (*POINT, "Δ (limit)"), *limit(*ALONG_X), shape=(5,)),
            calc("Δz/Δy", (*POINT, "Δ (limit)"), *limit(*ALONG_Y), shape=(5,)),
        ),
    )


def _least() -> tuple:
    """The condition for a minimum, at the point where it holds."""
    slope = lambda of: calc(f"∂z/∂{of} (least)", (f"{of} (least)",), lambda v: 2 * v, f"2{of}", "output")
    return (
        Text("A41", "Where z is least: ∂z/∂x = 0 and ∂z/∂y = 0", "heading"),
        down(
            "B42",
            given("x (least)", 0.0),
            given("y (least)", 0.0),
            slope("x"),
            slope("y"),
            calc("z (least)", ("x (least)", "y (least)"), squares, "z = x² + y²", "total"),
        ),
    )


def multipliers() -> Sheet:
    """Lagrange: x + y on x² + y² = 1. 1 − 2λx = 0, 1 − 2λy = 0: x = y = λ = ±1/√2, and z = ±√2."""
    sign = (-1.0, 1.0)
    row = lambda name, needs, cell, equation, style="fine": calc(name, needs, cell, equation, style, shape=(2,))
    return sheet(
        "2-7 Lagrange",
        "Lagrange's multipliers",
        Text("A3", "The least and the largest x + y on the circle x² + y² = 1: L = (x + y) − λ(x² + y² − 1), its derivatives 0."),
        Text("A4", "1 − 2λx = 0 and 1 − 2λy = 0 give x = y = 1/(2λ), and x² + y² = 1 gives λ = ±1/√2.", "equation"),
        across(
            "A7",
            given("±", sign),
            row("λ", ("±",), lambda s, i: s[i] / 2**0.5, "λ = ±1/√2", "digits"),
            row("x (Lagrange)", ("λ",), lambda l, i: 1 / (2 * l[i]), "x = 1/(2λ)"),
            row("y (Lagrange)", ("λ",), lambda l, i: 1 / (2 * l[i]), "y = 1/(2λ)"),
            row("x + y", ("x (Lagrange)", "y (Lagrange)"), lambda x, y, i: x[i] + y[i], "z = x + y", "digits"),
            row("x² + y² − 1", ("x (Lagrange)", "y (Lagrange)"), lambda x, y, i: x[i] ** 2 + y[i] ** 2 - 1, "x² + y² − 1 = 0"),
            row("∂L/∂x", ("λ", "x (Lagrange)"), lambda l, x, i: 1 - 2 * l[i] * x[i], "∂L/∂x = 1 − 2λx"),
            row("∂L/∂y", ("λ", "y (Lagrange)"), lambda l, y, i: 1 - 2 * l[i] * y[i], "∂L/∂y = 1 − 2λy"),
        ),
        Text("I7", "smallest: −√2", "equation"),
        Text("I8", "largest: √2", "equation"),
        across(
            "A13",
            given("angle", ANGLES, "fine input"),
            calc("x (circle)", ("angle",), lambda t, i: np.cos(t[i]), "x = cos θ", shape=(25,)),
            calc("y (circle)", ("angle",), lambda t, i: np.sin(t[i]), "y = sin θ", shape=(25,)),
            calc("x + y (circle)", ("x (circle)", "y (circle)"), lambda x, y, i: x[i] + y[i], "z = x + y", shape=(25,)),
        ),
        Chart("F12", "The circle, and the two points", (
            Series("x² + y² = 1", "x (circle)", "y (circle)", drawn="line"),
            Series("smallest and largest", "x (Lagrange)", "y (Lagrange)", drawn="points")), x="x", y="y", extent=1.5),
    )  # fmt: skip
