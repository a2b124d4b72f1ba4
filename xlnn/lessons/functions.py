"""Sections 2-1 to 2-3: functions, sequences and recurrences, sums."""

from __future__ import annotations

import numpy as np

from xlnn.lessons.blocks import STEP, Chart, Series, Sheet, Text
from xlnn.lessons.dense_sheet import forward
from xlnn.lessons.parts import across, calc, down, given, sheet
from xlnn.model.activations import ACTIVATIONS, sigmoid
from xlnn.model.examples import example

X = tuple(i / 2 for i in range(-8, 9))


GRID = (-2.0, -1.0, 0.0, 1.0, 2.0)


WEIGHTS, INPUTS, BIAS = (2.0, -1.0, 3.0), (1.0, 0.5, 2.0), -4.0  # z = 2 − 0.5 + 6 − 4 = 3.5


MOVED = (0.0, 1.0, 2.0, 3.0)


def normal_density(x, mean, deviation):
    """The density of N(mean, deviation²), book 2-1."""
    return np.exp(-((x - mean) ** 2) / (2 * deviation**2)) / (deviation * (2 * np.pi) ** 0.5)


# ---- 2-1 ---------------------------------------------------------------------------------------------


def functions() -> Sheet:
    along_x = lambda name, needs, cell, equation, head: calc(name, (*needs, "x"), cell, equation, shape=(len(X),), label=head)
    density = lambda mean, deviation, x, i: normal_density(x[i], mean, deviation)
    charts = (
        Chart("H3", "linear and quadratic", (Series("linear", "x", "linear"), Series("quadratic", "x", "quadratic")),
              x="x", y="y", subtype="smooth"),
        Chart("H20", "sigmoid", (Series("sigmoid", "x", "σ(x)"),), x="x", y="y", subtype="smooth"),
        Chart("P3", "normal density: where initial weights are drawn from", (Series("normal density", "x", "density"),),
              x="x", y="y", subtype="smooth"),
    )  # fmt: skip
    return sheet(
        "2-1",
        "Functions",
        Text("A2", "Change the yellow and green cells: tables and charts follow."),
        down("B4", given("a", 2.0, "parameter"), given("b", 1.0, "parameter"), given("c", -3.0, "parameter")),
        down(
            "E4",
            given("μ", 0.0, "parameter", label="mean μ"),
            given("σ", 1.0, "parameter", label="standard deviation σ"),
        ),
        across(
            "A10",
            given("x", X),
            along_x("linear", ("a", "b"), lambda a, b, x, i: a * x[i] + b, "y = a x + b", "linear"),
            along_x("quadratic", ("a", "b", "c"), lambda a, b, c, x, i: a * x[i] ** 2 + b * x[i] + c, "y = a x² + b x + c",
                  "quadratic"),
            along_x("exponential", (), lambda x, i: np.exp(x[i]), "y = exp x", "exponential"),
            along_x("σ(x)", (), lambda x, i: sigmoid(x[i]), "y = 1/(1 + exp(−x))", "sigmoid"),
            along_x("density", ("μ", "σ"), density, "y = exp(−(x − μ)²/(2σ²)) / (σ√(2π))", "normal density"),
        ),
        charts,
        _step_and_base(),
        _two_variables(),
        _weighted_input(),
    )  # fmt: skip


def _step_and_base() -> tuple:
    """The unit step, and aˣ."""
    step = ACTIVATIONS["step"].output
    return (
        Text("A29", "Unit step, and the exponential function with the base a", "heading"),
        down("B30", given("a (aˣ)", 2.0, "parameter")),
        across(
            "A33",
            given("x (aˣ)", GRID),
            calc("u(x)", ("x (aˣ)",), lambda x, i: step(x[i]), "u(x) = 1 where x ≥ 0, else 0", "answer", shape=(5,)),
            calc("aˣ", ("a (aˣ)", "x (aˣ)"), lambda a, x, i: a ** x[i], "y = aˣ", shape=(5,)),
        ),
    )


def _two_variables() -> tuple:
    """y = a x₁ + b x₂ + c as a table."""
    grid = lambda a, b, c, x, y, i, j: a * x[i] + b * y[j] + c
    return (
        Text("A40", "y = a x₁ + b x₂ + c: linear in two variables, x₁ down and x₂ to the right", "heading"),
        Text("A41", "x₁ \\ x₂", "header"),
        given("x₂", GRID, at="B41", steps=((0, 1),)),
        given("x₁", GRID, at="A42"),
        calc("y (x₁, x₂)", ("a", "b", "c", "x₁", "x₂"), grid, "y = a x₁ + b x₂ + c", at="B42", shape=(5, 5)),
    )


def _weighted_input() -> tuple:
    """z as a linear function of the inputs, and of the weights."""
    needs = ("w (2-1)", "x (unit)", "b (unit)")
    rest = lambda w, x, b: w[1] * x[1] + w[2] * x[2] + b
    of_inputs = lambda w, x, b, move, i: w[0] * (x[0] + move[i]) + rest(w, x, b)
    of_weights = lambda w, x, b, move, i: (w[0] + move[i]) * x[0] + rest(w, x, b)
    moved = lambda name, cell: calc(
        f"z ({name})", (*needs, "Δ"), cell, f"z for {name} + Δ", shape=(4,), label=f"z for {name} + Δ"
    )
    return (
        Text("A49", "z = w₁x₁ + w₂x₂ + w₃x₃ + b is linear in the inputs, and linear in the weights", "heading"),
        down(
            "B50",
            given("w (2-1)", WEIGHTS, "parameter"),
            given("x (unit)", INPUTS),
            given("b (unit)", BIAS, "parameter"),
            calc("z (unit)", needs, lambda w, x, b: (w * x).sum() + b, "z = Σ w x + b", "total"),
        ),
        across("A57", given("Δ", MOVED), moved("x₁", of_inputs), moved("w₁", of_weights)),
        Text("D57", "each step of x₁ adds w₁", "equation"),
        Text("D58", "each step of w₁ adds x₁", "equation"),
    )


# ---- 2-2 ---------------------------------------------------------------------------------------------


def recurrences() -> Sheet:
    """Two sequences that need each other; 1, 3, 5 …; and the units of 4-4: a layer's outputs are the next one's inputs."""
    problem = example("4-4")
    return sheet(
        "2-2",
        "Sequences and recurrences",
        _simultaneous(),
        _odd_numbers(),
        Text("A17", "A network is the same: the outputs a of a layer from those of the layer before. Image 1 of 4-4", "heading"),
        forward(20, problem.x[0], problem.parameters, "pixels"),
        shaded=("pixels",),
    )


def _simultaneous() -> tuple:
    both = lambda before, other, factors, i: 1 if i == 0 else factors[0] * before[i - 1] + factors[1] * other[i - 1] + factors[2]
    return (
        Text("A3", "Two sequences, each made from both: aₙ and bₙ from aₙ₋₁ and bₙ₋₁"),
        down(
            "B5",
            given("factors of a", (1.0, 2.0, 2.0), label="a: factors of a, b, 1"),
            given("factors of b", (3.0, 2.0, 1.0), label="b: factors of b, a, 1"),
        ),
        across(
            "A9",
            given("n", range(1, 7), "integer"),
            calc("aₙ", ("aₙ", "bₙ", "factors of a"), both, "a₁ = 1, aₙ = p aₙ₋₁ + q bₙ₋₁ + r", shape=(6,), axes=(STEP,)),
            calc("bₙ", ("bₙ", "aₙ", "factors of b"), both, "b₁ = 1, bₙ = s bₙ₋₁ + t aₙ₋₁ + u", shape=(6,), axes=(STEP,)),
        ),
    )


def _odd_numbers() -> tuple:
    """The general term and the recurrence side by side."""
    term = lambda n, d, i: 1 + (n[i] - 1) * d
    next_ = lambda a, d, i: 1 if i == 0 else a[i - 1] + d
    return (
        Text("F3", "1, 3, 5, 7 … as a general term and as a recurrence", "heading"),
        down("G5", given("d", 2.0)),
        across(
            "F9",
            given("n (odd)", range(1, 7), "integer"),
            calc("general term", ("n (odd)", "d"), term, "aₙ = 1 + (n − 1)d", shape=(6,), label="1 + (n − 1)d"),
            calc(
                "recurrence", ("recurrence", "d"), next_, "a₁ = 1, aₙ₊₁ = aₙ + d", shape=(6,), axes=(STEP,), label="aₙ₊₁ = aₙ + d"
            ),
        ),
    )


# ---- 2-3 ---------------------------------------------------------------------------------------------


def sums() -> Sheet:
    return sheet(
        "2-3",
        "Sums",
        Text("A3", "Σ is linear: a sum of sums in parts, and a factor before or behind the Σ, give the same."),
        down("B5", given("aₖ", (1.0, 4.0, 9.0, 16.0, 25.0, 36.0)), given("bₖ", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0))),
        down("B8", given("factor c", 3.0, label="c")),
        down(
            "B10",
            calc("Σ(aₖ + bₖ)", ("aₖ", "bₖ"), lambda a, b: (a + b).sum()),
            calc("Σaₖ + Σbₖ", ("aₖ", "bₖ"), lambda a, b: a.sum() + b.sum()),
        ),
        down(
            "B13",
            calc("Σ c aₖ", ("factor c", "aₖ"), lambda c, a: (c * a).sum()),
            calc("c Σaₖ", ("factor c", "aₖ"), lambda c, a: c * a.sum()),
        ),
    )
