"""Sections 1-2 and 1-3: a neuron with a threshold, the same with a bias, and the activation functions."""

from __future__ import annotations

from itertools import product

import numpy as np

from xlnn.lessons.blocks import Block, Chart, Lesson, Series, Sheet, Text
from xlnn.lessons.parts import across, calc, down, given, sheet
from xlnn.model.activations import ACTIVATIONS

REASONS = ("the weather is fine", "a friend comes along", "the place is easy to reach")


WEIGHTS, INPUTS, THRESHOLD = (6.0, 2.0, 2.0), (1.0, 0.0, 1.0), 5.0  # Nielsen's festival, chapter 1


CASES = tuple(product((0.0, 1.0), repeat=3))


FUNCTIONS = ("step", "sigmoid", "tanh", "softsign", "relu")


SMOOTH = ("sigmoid", "tanh", "softsign", "relu")  # those with a derivative


Z = tuple(i / 2 for i in range(-10, 11))


UNIT_STEP = ACTIVATIONS["step"].output


def lesson() -> Lesson:
    """A decision from three weighted reasons, with a threshold and with a bias; the activation functions side by side."""
    return Lesson("1-2", "A neuron, and activation functions", (_neuron(), _functions()))


def _neuron() -> Sheet:
    return sheet(
        "1-2",
        "A neuron: weighted sum and threshold",
        Text("A3", "Shall I go to the concert? Three reasons, each 1 (yes) or 0 (no), with a weight for how much it counts."),
        Text("A5", "reason", "header"),
        across("B6", given("w", WEIGHTS, "parameter"), given("x", INPUTS, "pixel")),
        *(Text(f"A{row}", reason, "label") for row, reason in enumerate(REASONS, 6)),
        _fires(),
        _with_bias(),
        _all_cases(),
        _products(),
    )


def _fires() -> tuple:
    """s and y of one case, with the threshold."""
    fires = lambda s, threshold: np.where(s >= threshold, 1, 0)
    return (
        down("B10", given("θ", THRESHOLD, "parameter", label="threshold θ")),
        down(
            "B12",
            calc("s", ("w", "x"), lambda w, x: (w * x).sum(), "s = Σ w x", label="weighted sum s"),
            calc("y", ("s", "θ"), fires, "y = 1 where s ≥ θ, else 0", "answer", label="output y"),
        ),
    )


def _with_bias() -> tuple:
    """The same with b = −θ, and with the bias as one more weight, of an input that is always 1."""
    more = lambda w, b, i: w[i] if i < 3 else b
    return (
        down(
            "B15",
            calc("b", ("θ",), lambda threshold: -threshold, "b = −θ", "parameter", label="bias b"),
            calc("z", ("s", "b"), lambda s, b: s + b, "z = Σ w x + b", label="weighted input z"),
        ),
        across(
            "H6",
            calc("(w, b)", ("w", "b"), more, "the weights, and the bias as one more", "parameter", shape=(4,), label="(w, b)"),
            calc("(x, 1)", ("x",), lambda x, i: more(x, 1, i), "the inputs, and a 1 as one more", "pixel", shape=(4,),
                 label="(x, 1)"),
        ),
        down(
            "B17",
            calc("(w, b)·(x, 1)", ("(w, b)", "(x, 1)"), lambda w, x: (w * x).sum(), "z = (w, b)·(x, 1)", label="the same z"),
            calc("y of z", ("z",), UNIT_STEP, "y = 1 where z ≥ 0, else 0", "answer", label="the same y"),
        ),
    )  # fmt: skip


def _all_cases() -> tuple:
    every = lambda head, needs, cell, equation, style="": calc(
        f"{head} of all cases", needs, cell, equation, style, shape=(8,), label=head
    )
    return (
        Text("A21", "All eight cases", "heading"),
        *(Text(f"{column}22", name, "header") for column, name in zip("BCD", ("x₁", "x₂", "x₃"), strict=True)),
        given("x of all cases", CASES, "pixel", at="B23"),
        across(
            "E23",
            every("s", ("w", "x of all cases"), lambda w, x, k: (x[k] * w).sum(), "s = Σ w x"),
            every("z", ("s of all cases", "b"), lambda s, b, k: s[k] + b, "z = Σ w x + b"),
            every("y", ("z of all cases",), lambda z, k: UNIT_STEP(z[k]), "y = 1 where z ≥ 0, else 0", "answer"),
        ),
    )


def _products() -> tuple:
    """a·b is a number, a × b a vector at right angles to both."""
    return (
        Text("A33", "The inner product of two vectors is a number, the vector product a vector orthogonal to both", "heading"),
        down("B34", given("a", (1.0, 2.0, 3.0)), given("b (1-2)", (4.0, 5.0, 6.0))),
        down(
            "B36",
            calc("a·b", ("a", "b (1-2)"), lambda a, b: (a * b).sum(), "a·b = a₁b₁ + a₂b₂ + a₃b₃", "output"),
            calc("a × b", ("a", "b (1-2)"), _cross, "(a₂b₃ − a₃b₂, a₃b₁ − a₁b₃, a₁b₂ − a₂b₁)", "output", shape=(3,)),
            *(calc(f"{name}·(a × b)", (of, "a × b"), lambda v, c: (v * c).sum(), "0: at right angles")
              for name, of in (("a", "a"), ("b", "b (1-2)"))),
        ),
    )  # fmt: skip


def _cross(a, b, i):
    j, k = (i + 1) % 3, (i + 2) % 3
    return a[j] * b[k] - a[k] * b[j]


def _functions() -> Sheet:
    columns = dict(zip(FUNCTIONS, "BCDEF", strict=True))
    curves = tuple(_function(name, column) for name, column in columns.items())
    here = tuple(_of_neuron(name, column) for name, column in columns.items())
    texts = (
        Text("A3", "What a unit makes of its weighted input: a = a(z). Change the numbers in column A to look closer."),
        Text("A5", "z", "header"),
        *(Text(f"{column}5", name, "header") for name, column in columns.items()),
        *(Text(f"{column}6", ACTIVATIONS[name].equation, "label") for name, column in columns.items()),
        Text("A29", "The neuron of sheet 1-2", "heading"),
        Text("A30", "z", "header"),
        *(Text(f"{column}30", name, "header") for name, column in columns.items()),
    )
    blocks = (
        Block("z of the curves", "A7", (len(Z),), numbers=Z),
        *curves,
        Block("z of the neuron", "A31", needs=("z",), cell=lambda z: z + 0, equation="z of sheet 1-2"),
        *here,
    )
    jumping = Series("step", "z of the curves", "step(z)", "points")  # a line would be a ramp where it jumps
    smooth = (Series(name, "z of the curves", f"{name}(z)") for name in FUNCTIONS[1:-1])
    series = (jumping, *smooth)
    slopes = tuple(Series(f"{name}′", "z of the curves", f"{name}′(z)") for name in SMOOTH[:3])
    charts = (
        Chart("N5", "step, sigmoid, tanh, softsign", series, x="z", y="a", subtype="straight"),
        Chart("N22", "ReLU", (Series("relu", "z of the curves", "relu(z)"),), x="z", y="a", subtype="straight"),
        Chart("N39", "sigmoid, tanh, softsign: derivatives", slopes, x="z", y="a′", subtype="straight"),
    )
    return sheet("1-3", "Activation functions", blocks, texts, charts, _slopes())


def _slopes() -> tuple:
    """The derivatives beside the functions, and the step's quotients at 0, which grow without end."""
    columns = dict(zip(SMOOTH, "IJKL", strict=True))
    count = len(Z)
    curve = lambda name: lambda z, a, i: ACTIVATIONS[name].slope(z[i], a[i])
    below = count // 2
    quotient = lambda h, i: (UNIT_STEP(h[i]) - UNIT_STEP(-h[i])) / (2 * h[i])
    return (
        Text("H3", "Their derivatives. The step has none at 0: its difference quotient grows without end."),
        Text("H5", "step′", "header"),
        *(Text(f"{column}5", f"{name}′", "header") for name, column in columns.items()),
        *(Text(f"{column}6", ACTIVATIONS[name].slope_equation, "label") for name, column in columns.items()),
        calc("step′(z), z < 0", ("z of the curves",), lambda z, i: 0 * abs(z[i]), "0", at="H7", shape=(below,)),
        Text(f"H{7 + below}", "none", "label"),
        calc("step′(z), z > 0", ("z of the curves",), lambda z, i: 0 * abs(z[i + below + 1]), "0", at=f"H{8 + below}",
             shape=(below,)),
        *(calc(f"{name}′(z)", ("z of the curves", f"{name}(z)"), curve(name), ACTIVATIONS[name].slope_equation, "backward",
               at=f"{column}7", shape=(count,)) for name, column in columns.items()),
        *(Text(f"{column}30", f"{name}′", "header") for name, column in columns.items()),
        *(calc(f"{name}′ of the neuron", ("z of the neuron", f"{name} of the neuron"), ACTIVATIONS[name].slope,
               ACTIVATIONS[name].slope_equation, "backward", at=f"{column}31") for name, column in columns.items()),
        Text("A33", "The step at 0", "heading"),
        across("A35", given("h", (1.0, 0.1, 0.01, 0.001)),
               calc("(u(h) − u(−h))/2h", ("h",), quotient, style="backward", shape=(4,))),
    )  # fmt: skip


def _function(name: str, column: str) -> Block:
    activation = ACTIVATIONS[name]
    return Block(
        f"{name}(z)",
        f"{column}7",
        (len(Z),),
        needs=("z of the curves",),
        cell=lambda z, i: activation.output(z[i]),
        equation=activation.equation,
    )


def _of_neuron(name: str, column: str) -> Block:
    activation = ACTIVATIONS[name]
    return Block(
        f"{name} of the neuron",
        f"{column}31",
        needs=("z of the neuron",),
        cell=activation.output,
        equation=activation.equation,
        style="output",
    )
