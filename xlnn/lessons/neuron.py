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


def lesson() -> Lesson:
    """A decision from three weighted reasons, with a threshold and with a bias; the activation functions side by side."""
    return Lesson("1-2", "A neuron, and activation functions", (_neuron(), _functions()))


def _neuron() -> Sheet:
    blocks = (
        Block("w", "B6", (3,), numbers=WEIGHTS, style="parameter"),
        Block("x", "C6", (3,), numbers=INPUTS, style="pixel"),
        Block("θ", "B10", numbers=THRESHOLD, label="threshold θ", style="parameter"),
        Block(
            "s",
            "B12",
            needs=("w", "x"),
            cell=lambda w, x: (w * x).sum(),
            equation="s = Σ w x",
            label="weighted sum s",
            equation_at="C12",
        ),
        Block(
            "y",
            "B13",
            needs=("s", "θ"),
            cell=lambda s, threshold: np.where(s >= threshold, 1, 0),
            style="answer",
            equation="y = 1 where s ≥ θ, else 0",
            label="output y",
            equation_at="C13",
        ),
        Block(
            "b",
            "B15",
            needs=("θ",),
            cell=lambda threshold: -threshold,
            equation="b = −θ",
            label="bias b",
            equation_at="C15",
            style="parameter",
        ),
        Block(
            "z",
            "B16",
            needs=("s", "b"),
            cell=lambda s, b: s + b,
            equation="z = Σ w x + b",
            label="weighted input z",
            equation_at="C16",
        ),
        Block(
            "(w, b)",
            "H6",
            (4,),
            needs=("w", "b"),
            cell=lambda w, b, i: w[i] if i < 3 else b,
            style="parameter",
            equation="the weights, and the bias as one more",
        ),
        Block(
            "(x, 1)",
            "I6",
            (4,),
            needs=("x",),
            cell=lambda x, i: x[i] if i < 3 else 1,
            style="pixel",
            equation="the inputs, and a 1 as one more",
        ),
        Block(
            "(w, b)·(x, 1)",
            "B17",
            needs=("(w, b)", "(x, 1)"),
            cell=lambda w, x: (w * x).sum(),
            label="the same z",
            equation="z = (w, b)·(x, 1)",
            equation_at="C17",
        ),
        Block(
            "y of z",
            "B18",
            needs=("z",),
            cell=ACTIVATIONS["step"].output,
            style="answer",
            label="the same y",
            equation="y = 1 where z ≥ 0, else 0",
            equation_at="C18",
        ),
        Block("x of all cases", "B23", (8, 3), numbers=CASES, style="pixel"),
        Block(
            "s of all cases",
            "E23",
            (8,),
            needs=("w", "x of all cases"),
            cell=lambda w, x, k: (x[k] * w).sum(),
            equation="s = Σ w x",
        ),
        Block(
            "z of all cases", "F23", (8,), needs=("s of all cases", "b"), cell=lambda s, b, k: s[k] + b, equation="z = Σ w x + b"
        ),
        Block(
            "y of all cases",
            "G23",
            (8,),
            needs=("z of all cases",),
            cell=lambda z, k: ACTIVATIONS["step"].output(z[k]),
            equation="y = 1 where z ≥ 0, else 0",
            style="answer",
        ),
    )
    texts = (
        Text("A3", "Shall I go to the concert? Three reasons, each 1 (yes) or 0 (no), with a weight for how much it counts."),
        Text("A5", "reason", "header"),
        Text("B5", "w", "header"),
        Text("C5", "x", "header"),
        *(Text(f"A{row}", reason, "label") for row, reason in enumerate(REASONS, 6)),
        Text("H5", "(w, b)", "header"),
        Text("I5", "(x, 1)", "header"),
        Text("A21", "All eight cases", "heading"),
        Text("B22", "x₁", "header"),
        Text("C22", "x₂", "header"),
        Text("D22", "x₃", "header"),
        Text("E22", "s", "header"),
        Text("F22", "z", "header"),
        Text("G22", "y", "header"),
    )
    return sheet("1-2", "A neuron: weighted sum and threshold", blocks, texts, _products())


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
    series = tuple(Series(name, "z of the curves", f"{name}(z)") for name in FUNCTIONS[:-1])
    slopes = tuple(Series(f"{name}′", "z of the curves", f"{name}′(z)") for name in SMOOTH[:3])
    charts = (
        Chart("P5", "step, sigmoid, tanh, softsign", series, x="z", y="a", subtype="straight"),
        Chart("P22", "ReLU", (Series("relu", "z of the curves", "relu(z)"),), x="z", y="a", subtype="straight"),
        Chart("P39", "sigmoid, tanh, softsign: derivatives", slopes, x="z", y="a′", subtype="straight"),
    )
    return sheet("1-3", "Activation functions", blocks, texts, charts, _slopes())


def _slopes() -> tuple:
    """The derivatives beside the functions, and the step's quotients at 0, which grow without end."""
    columns = dict(zip(SMOOTH, "IJKL", strict=True))
    count = len(Z)
    curve = lambda name: lambda z, a, i: ACTIVATIONS[name].slope(z[i], a[i])
    step, below = ACTIVATIONS["step"].output, count // 2
    quotient = lambda h, i: (step(h[i]) - step(-h[i])) / (2 * h[i])
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
