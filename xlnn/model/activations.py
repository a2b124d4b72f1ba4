"""Activation functions a(z), each with its slope a′(z), written once in NumPy's words.

The same function computes whole arrays and, on placed arrays, spells the formula of a cell.
An entry has a name, the equation as printed, the output, and the slope from z and a (None: no training).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Activation:
    """`output(z)` along the last axis; `slope(z, a)` elementwise; a softmax unit sees its whole layer."""

    name: str
    equation: str
    output: Callable
    slope: Any = None  # a function, or None where there is nothing to learn by
    slope_equation: str = ""
    whole_layer: bool = False
    in_place: Callable | None = None  # output(z) of an array to the bit, with fewer arrays on the way
    slope_in_place: Callable | None = None  # slope(z, a) likewise


def sigmoid(z):
    """σ(z) = 1/(1 + exp(−z)), book 1-3. The clamp is the one that a spreadsheet needs: EXP(710) is an error."""
    return 1 / (1 + np.exp(-np.maximum(z, -700)))


FLOOR, ONE = np.array(-700.0), np.array(1.0)  # as arrays: a Python number is made one anew at every call


def sigmoid_in_place(z):
    """The same, operation by operation in one array."""
    a = np.maximum(z, FLOOR)
    np.negative(a, a)
    np.exp(a, a)
    np.add(a, ONE, a)
    return np.reciprocal(a, a)


def sigmoid_slope_in_place(_, a):
    """a(1 − a), likewise."""
    slope = np.subtract(ONE, a)
    return np.multiply(a, slope, slope)


def softmax(z):
    """exp z / Σ exp z over the layer's units (the last axis), shifted by the largest z so that it stays finite.

    The clamp is the sigmoid's: no output is 0, so that ln a stays finite, too.
    """
    powers = np.exp(np.maximum(z - z.max(axis=-1, keepdims=True), -700))
    return powers / powers.sum(axis=-1, keepdims=True)


SAME = 1e-14  # a z that is no further from 0 is 0, as in a sheet: 0.3 − 0.1 ≥ 0.2 there, whose bits say less
STEPS = (
    "step",
    "step above 0",
    "sign",
    "sign above 0",
)  # without a slope to learn by; a single layer learns by the perceptron rule

ACTIVATIONS = {
    entry.name: entry
    for entry in (
        Activation(
            "sigmoid",
            "a = 1/(1 + exp(−z))",
            sigmoid,
            lambda z, a: a * (1 - a),
            "a′(z) = a(1 − a)",
            in_place=sigmoid_in_place,
            slope_in_place=sigmoid_slope_in_place,
        ),
        Activation("tanh", "a = tanh z", lambda z: np.tanh(z), lambda z, a: 1 - a * a, "a′(z) = 1 − a²"),
        Activation(
            "softsign",
            "a = z/(1 + |z|)",
            lambda z: z / (1 + abs(z)),
            lambda z, a: 1 / (1 + abs(z)) ** 2,
            "a′(z) = 1/(1 + |z|)²",
        ),
        Activation(
            "relu",
            "a = max(0, z)",
            lambda z: np.maximum(0, z),
            lambda z, a: np.where(z > 0, 1, 0),
            "a′(z) = 1 where z > 0, else 0",
        ),
        Activation(
            "leaky relu",
            "a = z where z > 0, else 0.01 z",
            lambda z: np.where(z > 0, z, 0.01 * z),
            lambda z, a: np.where(z > 0, 1, 0.01),
            "a′(z) = 1 where z > 0, else 0.01",
        ),
        Activation("identity", "a = z", lambda z: z, lambda z, a: 1, "a′(z) = 1"),
        Activation("softmax", "a = exp z / Σ exp z", softmax, whole_layer=True),
        Activation("step", "a = 1 where z ≥ 0, else 0", lambda z: np.where(z >= -SAME, 1, 0)),
        Activation("step above 0", "a = 1 where z > 0, else 0", lambda z: np.where(z > SAME, 1, 0)),
        Activation("sign", "a = 1 where z ≥ 0, else −1", lambda z: np.where(z >= -SAME, 1, -1)),
        Activation("sign above 0", "a = 1 where z > 0, else −1", lambda z: np.where(z > SAME, 1, -1)),
    )
}
