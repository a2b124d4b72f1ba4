"""Sections 1-1, 1-4 and 1-5: when a neuron fires, what the layers of a network do, and what its hidden units see."""

from __future__ import annotations

from functools import cache

import numpy as np

from xlnn.lessons.blocks import Block, Chart, Lesson, Series, Sheet, Text
from xlnn.lessons.dense_sheet import forward
from xlnn.lessons.neuron import CASES, REASONS
from xlnn.lessons.parts import across, calc, down, given, same, sheet
from xlnn.model.activations import ACTIVATIONS
from xlnn.model.examples import example
from xlnn.model.training import train

WEIGHTS, THRESHOLD = (3.0, 5.0, 1.0), 4.0  # company counts most: alone it is reason enough


SHIFTS = tuple(i / 4 for i in range(9))  # of a weight


def lesson() -> Lesson:
    """1-1: a decision in which company counts most, and what a small change of a weight does to it."""
    return Lesson("1-1", "When a neuron fires", (_fires(),))


def layers() -> Lesson:
    """1-4, 1-5: the trained network of 4-4, layer by layer, and its hidden units as feature extractors."""
    return Lesson("1-4", "The layers of a neural network", (_layers(), _features()))


@cache
def trained() -> dict[str, np.ndarray]:
    """The parameters of 4-4 after its 50 updates, by name."""
    (*_, last) = train(example("4-4"))
    return last.new_parameters()


# ---- 1-1 ---------------------------------------------------------------------------------------------


def _fires() -> Sheet:
    step, relu = ACTIVATIONS["step"].output, ACTIVATIONS["relu"].output
    jumping = Series("y", "Δw", "y (Δw)", drawn="points")  # a line between them would be a ramp
    return sheet(
        "1-1",
        "When a neuron fires",
        Text("A3", "Shall I go to the concert? A friend who comes along counts most; the neuron fires where s reaches θ."),
        Text("A5", "reason", "header"),
        *(Text(f"A{row}", reason, "label") for row, reason in enumerate(REASONS, 6)),
        across("B6", given("w", WEIGHTS, "parameter")),
        down("B10", given("θ", THRESHOLD, "parameter", label="threshold θ")),
        Text("A12", "All eight cases", "heading"),
        *(Text(f"{column}13", name, "header") for column, name in zip("BCD", ("x₁", "x₂", "x₃"), strict=True)),
        given("x", CASES, "pixel", at="B14"),
        across(
            "E14",
            calc("s", ("w", "x"), lambda w, x, k: (x[k] * w).sum(), "s = Σ w x", shape=(8,)),
            calc("y", ("s", "θ"), lambda s, t, k: step(s[k] - t), "y = 1 where s ≥ θ, else 0", "answer", shape=(8,)),
            calc("ReLU", ("s", "θ"), lambda s, t, k: relu(s[k] - t), "y = max(0, s − θ)", "output", shape=(8,)),
        ),
        Text("A24", "A weight grows a little: the step jumps, ReLU grows a little. Fine weather alone, w₁ from 3 on", "heading"),
        across(
            "B26",
            given("Δw", SHIFTS),
            calc("s (Δw)", ("w", "Δw"), lambda w, d, k: w[0] + d[k], "s = w₁ + Δw", shape=(9,)),
            calc("y (Δw)", ("s (Δw)", "θ"), lambda s, t, k: step(s[k] - t), "y = 1 where s ≥ θ, else 0", "answer", shape=(9,)),
            calc("ReLU (Δw)", ("s (Δw)", "θ"), lambda s, t, k: relu(s[k] - t), "y = max(0, s − θ)", "output", shape=(9,)),
        ),
        Chart("I5", "step, ReLU", (jumping, Series("ReLU", "Δw", "ReLU (Δw)")), x="Δw", y="y"),
    )


# ---- 1-4, 1-5 ----------------------------------------------------------------------------------------


def _layers() -> Sheet:
    problem = example("4-4")
    arrows = lambda a, b, c: a * b + b * c
    return sheet(
        "1-4",
        "The layers of a neural network",
        Text(
            "A3",
            "The input layer passes the pixels on; the hidden and the output layer calculate z and a. Trained as in 4-4",
        ),
        forward(6, problem.x[0], trained()),
        down(
            "N18",
            calc(
                "answer",
                ("a³",),
                lambda a: np.where(a[0] >= a[1], 0, 1),
                "0 where a³₁ ≥ a³₂, else 1",
                "answer",
                label="answered digit",
            ),
        ),
        Text("A22", "Every unit has an arrow from every unit of the layer before", "heading"),
        down(
            "B23",
            given("input units", 12.0, "integer"),
            given("hidden units", 3.0, "integer"),
            given("output units", 2.0, "integer"),
            calc("arrows", ("input units", "hidden units", "output units"), arrows, "12·3 + 3·2", "integer"),
        ),
        shaded=("x",),
        weights=("w²",),
        widths={"A": 14},
    )


def _features() -> Sheet:
    """The weights of each hidden unit as a picture, where they are large, and what comes of typical images."""
    problem = example("4-4")
    zeros, ones = (problem.x[problem.digits == digit] for digit in (0, 1))
    images = np.array([zeros[0], ones[0], zeros.mean(axis=0), ones.mean(axis=0)])
    pictures = ((0, 4), (1, 0), (0, 1))
    units = ("hidden unit 1", "hidden unit 2", "hidden unit 3")
    kinds = ("typical 0", "typical 1", "mean of 0", "mean of 1")
    return sheet(
        "1-5",
        "The hidden layer extracts features",
        Text("A3", "Each hidden unit answers to pixels with large weights: blue where one excites it, red where one calms it."),
        *(Text(f"{column}5", name, "heading") for column, name in zip("BFJ", units, strict=True)),
        Text("A6", "w²", "symbol"),
        same("w² (1-5)", "w²", (3, 4, 3), "parameter", at="B6", steps=pictures),
        Text("A11", "answers to: w² > ½ max w²", "label"),
        Block("answers to", "B11", (3, 4, 3), needs=("w²",), cell=lambda w, j, r, c: np.where(w[j, r, c] > w[j].max() / 2, 1, 0),
              equation="1 where w² > ½ max w²", steps=pictures, style="pixel"),
        *(Text(f"{column}16", name, "heading") for column, name in zip("BFJN", kinds, strict=True)),
        Text("A17", "x", "symbol"),
        given("x (1-5)", images, "input value", at="B17", steps=pictures),
        Text("A22", "weighted input and output of the hidden units; the digit that the network answers", "heading"),
        *(Text(f"{column}23", name, "header") for column, name in zip("BCDE", kinds, strict=True)),
        *(Text(f"A{row}", name, "symbol") for row, name in enumerate(
            ("z²₁", "z²₂", "z²₃", "a²₁", "a²₂", "a²₃", "a³₁", "a³₂"), 24)),
        _table("z² (1-5)", "B24", 3, ("w²", "x (1-5)", "b²"), _weighted, "z² = Σ w² x + b²"),
        _table("a² (1-5)", "B27", 3, ("z² (1-5)",), lambda z, j, k: SIGMOID(z[j, k]), "a² = σ(z²)", "output"),
        _table("a³ (1-5)", "B30", 2, ("w³", "a² (1-5)", "b³"), _output, "a³ = σ(Σ w³ a² + b³)", "output"),
        calc("answer (1-5)", ("a³ (1-5)",), lambda a, k: np.where(a[0, k] >= a[1, k], 0, 1), "0 where a³₁ ≥ a³₂, else 1",
             "answer", at="B32", shape=(4,), steps=((0, 1),), label="answered digit"),
        shaded=("x (1-5)", "answers to"),
        weights=("w² (1-5)",),
        widths=dict.fromkeys("BCDEFGHIJKLMNOP", 9.5) | {"A": 30},
    )  # fmt: skip


SIGMOID = ACTIVATIONS["sigmoid"].output


def _weighted(w, x, b, j, k):
    return (w[j] * x[k]).sum() + b[j]


def _output(w, a, b, j, k):
    return SIGMOID((w[j] * a[:, k]).sum() + b[j])


def _table(name: str, at: str, units: int, needs: tuple, cell, equation: str, style: str = "") -> Block:
    """A row for each unit, a column for each of the four images."""
    return calc(name, needs, cell, equation, style, at=at, shape=(units, 4))
