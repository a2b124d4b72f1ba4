"""Sections 5-1 and 5-2: a filter looks for its pattern, and all variables of the convolutional network for one image."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlnn.lessons.blocks import Lesson, Sheet, Text
from xlnn.lessons.parts import across, calc, down, given, same, sheet
from xlnn.lessons.symbols import symbols
from xlnn.model.activations import sigmoid
from xlnn.model.costs import COSTS
from xlnn.model.examples import example

SLASH = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


A_TWO = 40  # the image, counted from 0, of a 2 with a long slash


MAPS = ((0, 6), (1, 0), (0, 1))  # three maps side by side


WINDOW = 3


MEANINGS = (
    ("xᵢⱼ", "pixel in row i, column j: input of the input layer", "x"),
    ("a^I ᵢⱼ", "output of the input layer: the same as x", "a^I"),
    ("w^Fk ᵢⱼ", "row i, column j of the filter of map k", "w^F"),
    ("c^Fk ᵢⱼ", "convolution: the filter on the window at row i, column j, before the bias", "c^F"),
    ("b^Fk", "bias of map k of the convolutional layer", "b^F"),
    ("z^Fk ᵢⱼ", "weighted input in map k of the convolutional layer", "z^F"),
    ("a^Fk ᵢⱼ", "output in map k of the convolutional layer", "a^F"),
    ("z^Pk ᵢⱼ", "input of the pooling layer: the largest of a 2×2 window of map k", "z^P"),
    ("a^Pk ᵢⱼ", "output of the pooling layer: the same as z^P", "a^P"),
    ("w^On k-ij", "weight from row i, column j of pooled map k to output unit n", "w^O"),
    ("b^O n", "bias of output unit n", "b^O"),
    ("z^O n", "weighted input of output unit n", "z^O"),
    ("a^O n", "output of output unit n", "a^O"),
    ("t n", "right answer for output unit n", "t"),
    ("C", "squared error of this image", "C"),
)


def lesson() -> Lesson:
    """One filter on one image; then image 1 of 5-6 through the whole network, and its symbols."""
    network = _network()
    return Lesson("5-1", "Convolution and pooling", (_filter(), network, symbols(network, MEANINGS)))


def _window(numbers, i: int, j: int, size: int = WINDOW):
    return numbers[i : i + size, j : j + size]


# ---- 5-1 ---------------------------------------------------------------------------------------------


def _filter() -> Sheet:
    """The filter S slides over the image; where the image has its pattern, the similarity is large."""
    similar = lambda s, x, i, j: (s * _window(x, i, j)).sum()
    squares = lambda name, at, size, needs, cell, equation, style="": calc(
        name, needs, cell, equation, style, at=at, shape=(size, size)
    )
    heads = (
        ("B5", "image x"), ("I5", "filter S: a slash"), ("B13", "similarity c = S·x"), ("I13", "z = c + b"),
        ("P13", "feature map a = σ(z)"), ("B20", "pooling: the largest of every 2×2 window"),
    )  # fmt: skip
    return sheet(
        "5-1",
        "A filter looks for its pattern",
        Text(
            "A3", "The similarity is the inner product of the filter and a window of the image (2-4). Pooling keeps the largest."
        ),
        *(Text(at, text, "heading") for at, text in heads),
        given("x (5-1)", example("5-6").x[A_TWO], "pixel", at="B6"),
        given("S", SLASH, "pixel", at="I6"),
        down("J11", given("b (5-1)", -2.0, "parameter")),
        squares("similarity", "B14", 4, ("S", "x (5-1)"), similar, "c = Σ S x", "answer"),
        squares("z", "I14", 4, ("similarity", "b (5-1)"), lambda c, b, i, j: c[i, j] + b, "z = c + b"),
        squares("feature map", "P14", 4, ("z",), lambda z, i, j: sigmoid(z[i, j]), "a = σ(z)", "output"),
        squares("pooled similarity", "B21", 2, ("similarity",), _largest, "max a", "answer"),
        squares("pooled", "P21", 2, ("feature map",), _largest, "max a", "output"),
        shaded=("x (5-1)", "S", "similarity", "feature map", "pooled"),
    )


def _largest(numbers, i: int, j: int):
    return _window(numbers[2 * i : 2 * i + 2], 0, 2 * j, 2).max()


# ---- 5-2 ---------------------------------------------------------------------------------------------


def _network() -> Sheet:
    """x, a^I, then three maps side by side: w^F, b^F, c^F, z^F, a^F, z^P, a^P; below them w^O and the outputs."""
    problem = example("5-6")
    p, t = problem.parameters, problem.given(np.arange(1))["t"][0]
    rows = {"w^F": 14, "b^F": 18, "c^F": 20, "z^F": 25, "a^F": 30, "z^P": 35, "a^P": 38, "w^O": 42}
    maps = lambda name, size, needs, cell, equation, style="": calc(
        name, needs, cell, equation, style, at=f"B{rows[name]}", shape=(3, size, size), steps=MAPS
    )
    convolve = lambda w, a, k, i, j: (w[k] * _window(a, i, j)).sum()
    weighted = lambda w, a, b, n: sum((w[n, k] * a[k]).sum() for k in range(3)) + b[n]
    return sheet(
        "5-2",
        "The variables of a convolutional network",
        Text(
            "A3", "Image 1 of 5-6 and the first parameters, from the pixels to C. c is the convolution before the bias is added."
        ),
        *(Text(f"A{row}", name, "symbol") for name, row in rows.items()),
        Text("B5", "x", "header"),
        Text("I5", "a^I", "header"),
        given("x", problem.x[0], "pixel", at="B6"),
        same("a^I", "x", (6, 6), "pixel", at="I6"),
        *(Text(f"{column}13", f"k = {k}", "header") for k, column in enumerate("BHN", 1)),
        given("w^F", p["wF"], "parameter", at="B14", steps=MAPS),
        given("b^F", p["bF"], "parameter", at="B18", steps=((0, 6),)),
        maps("c^F", 4, ("w^F", "a^I"), convolve, "c = Σ w x"),
        maps("z^F", 4, ("c^F", "b^F"), lambda c, b, k, i, j: c[k, i, j] + b[k], "z = c + b"),
        maps("a^F", 4, ("z^F",), lambda z, k, i, j: sigmoid(z[k, i, j]), "a = σ(z)", "output"),
        maps("z^P", 2, ("a^F",), lambda a, k, i, j: _largest(a[k], i, j), "max a"),
        maps("a^P", 2, ("z^P",), lambda z, k, i, j: z[k, i, j] + 0, "a = z", "output"),
        given("w^O", p["wO"], "parameter", at="B42", steps=((3, 0), *MAPS)),
        _outputs(p["bO"], t, weighted),
        shaded=("x", "a^I"),
        weights=("w^F",),
    )


def _outputs(b: np.ndarray, t: np.ndarray, weighted: Callable) -> tuple:
    """A unit every third row, beside its weights."""
    steps, cost = ((3, 0),), COSTS["half squares"]
    return across(
        "S42",
        given("b^O", b, "parameter", steps=steps),
        calc("z^O", ("w^O", "a^P", "b^O"), weighted, "z = Σ w a + b", shape=(3,), steps=steps),
        calc("a^O", ("z^O",), lambda z, n: sigmoid(z[n]), "a = σ(z)", "output", shape=(3,), steps=steps),
        given("t", t, "target", steps=steps),
        calc("C", ("a^O", "t"), cost.of, cost.equation, "cost"),
    )
