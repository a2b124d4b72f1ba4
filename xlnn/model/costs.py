"""Costs C of one image and their slopes ∂C/∂a, written once in NumPy's words (see activations.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlnn.model.activations import STEPS


@dataclass(frozen=True)
class Cost:
    """`of(a, t)` adds up over the last axis (the output units).

    `uses` says what comes before t: a, or z where the cost is computed from z so that it stays finite, or both.
    `slope(a, t)` is ∂C/∂a; None where the output layer's δ is a − t directly. `outputs` names the only
    output activations that the cost is for; empty: every one that has a slope.
    """

    name: str
    equation: str
    of: Callable
    uses: tuple[str, ...] = ("a",)
    slope: Any = None  # a function, or None
    slope_equation: str = ""
    outputs: tuple[str, ...] = ()


def cross_entropy(z, t):
    """−Σ[t ln a + (1−t) ln(1−a)] of sigmoid outputs, from z: where a is nearly 1, 1 − a has lost its digits."""
    return (t * _minus_log_sigmoid(z) + (1 - t) * _minus_log_sigmoid(-z)).sum(axis=-1)


def _minus_log_sigmoid(z):
    """−ln a of a = 1/(1 + exp(−z)), with the sigmoid's clamp; 1 − a is the same of −z."""
    return np.log(1 + np.exp(-np.maximum(z, -700)))


def softmax_cross_entropy(a, t):
    """−Σ t ln a of softmax outputs, none of which is 0."""
    return -(t * np.log(a)).sum(axis=-1)


def perceptron(z, a, t):
    """Σ(a − t) z of steps: 0 where the answer is right. Down its slope a − t lies Rosenblatt's rule, w ← w + η (t − a) x."""
    return ((a - t) * z).sum(axis=-1)


COSTS = {
    entry.name: entry
    for entry in (
        Cost(
            "half squares",
            "C = ½Σ(t − a)²",
            lambda a, t: ((a - t) ** 2).sum(axis=-1) / 2,
            slope=lambda a, t: a - t,
            slope_equation="∂C/∂a = a − t",
        ),
        Cost(
            "squares",
            "C = Σ(t − a)²",
            lambda a, t: ((a - t) ** 2).sum(axis=-1),
            slope=lambda a, t: 2 * (a - t),
            slope_equation="∂C/∂a = 2(a − t)",
        ),
        Cost("cross-entropy", "C = −Σ[t ln a + (1−t) ln(1−a)]", cross_entropy, uses=("z",), outputs=("sigmoid",)),
        Cost("perceptron", "C = Σ(a − t) z", perceptron, uses=("z", "a"), outputs=STEPS),
        Cost("softmax cross-entropy", "C = −Σ t ln a", softmax_cross_entropy, outputs=("softmax",)),
    )
}
