"""Sections 3-1 to 3-4: the variables of the network 12-3-2, with the table of symbols, its cost, its size."""

from __future__ import annotations

import numpy as np

from xlnn.lessons.blocks import Lesson, Sheet, Text
from xlnn.lessons.dense_sheet import forward
from xlnn.lessons.parts import across, calc, down, given, sheet
from xlnn.lessons.symbols import symbols
from xlnn.model.costs import COSTS
from xlnn.model.examples import example

MEANINGS = (
    ("xᵢ", "input and output of unit i of the input layer (pixel i)", "x"),
    ("w²ⱼᵢ", "weight of the arrow from unit i of layer 1 to unit j of layer 2", "w²"),
    ("b²ⱼ", "bias of unit j of layer 2", "b²"),
    ("z²ⱼ", "weighted input of unit j of layer 2", "z²"),
    ("a²ⱼ", "output of unit j of layer 2", "a²"),
    ("w³ⱼᵢ", "weight of the arrow from unit i of layer 2 to unit j of layer 3", "w³"),
    ("b³ⱼ", "bias of unit j of layer 3", "b³"),
    ("z³ⱼ", "weighted input of unit j of layer 3", "z³"),
    ("a³ⱼ", "output of unit j of layer 3", "a³"),
    ("tⱼ", "right answer for output unit j", "t"),
    ("C", "squared error of this image", "C"),
)


def lesson() -> Lesson:
    """Image 1 of 4-4 through the network at the start; what every symbol means; how many parameters there are."""
    network = _variables()
    return Lesson("3-1", "The variables of a neural network", (network, symbols(network, MEANINGS), _size()))


def _variables() -> Sheet:
    problem = example("4-4")
    t, cost = problem.given(np.arange(1))["t"][0], COSTS["half squares"]
    return sheet(
        "3-1",
        "The variables of a neural network",
        Text(
            "A3", "Image 1 of 4-4 and the first parameters: layer 1 passes the pixels on, then z, a of layers 2 and 3, t and C."
        ),
        forward(6, problem.x[0], problem.parameters),
        across("L18", given("t", t, "target")),
        across("M18", calc("C", ("a³", "t"), cost.of, cost.equation, "total")),
        shaded=("x",),
    )


def _size() -> Sheet:
    """12·3 + 3 + 3·2 + 2 = 47 parameters, beside 64 images: there must be more equations than unknowns."""
    count = lambda name, needs, cell, equation: calc(name, needs, cell, equation, "integer")
    product = lambda a, b: a * b
    return sheet(
        "3-4",
        "How many parameters, and how many images",
        Text("A3", "A model needs more data than it has parameters."),
        down(
            "B5",
            given("input units (3-4)", 12.0, "integer"),
            given("hidden units (3-4)", 3.0, "integer"),
            given("output units (3-4)", 2.0, "integer"),
        ),
        down(
            "B9",
            count("weights of layer 2", ("input units (3-4)", "hidden units (3-4)"), product, "12 · 3"),
            count("biases of layer 2", ("hidden units (3-4)",), lambda n: n + 0, "3"),
            count("weights of layer 3", ("hidden units (3-4)", "output units (3-4)"), product, "3 · 2"),
            count("biases of layer 3", ("output units (3-4)",), lambda n: n + 0, "2"),
            calc("parameters", ("weights of layer 2", "biases of layer 2", "weights of layer 3", "biases of layer 3"),
                 lambda a, b, c, d: a + b + c + d, "12·3 + 3 + 3·2 + 2 = 47", "answer"),
            given("images", 64.0, "integer", label="number of images"),
            calc("left over", ("images", "parameters"), lambda n, p: n - p, "64 − 47 = 17", "answer"),
        ),
    )  # fmt: skip
