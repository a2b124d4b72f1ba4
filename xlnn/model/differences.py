"""The gradient that the rules give against the numeric one: C_T a little to both sides of each parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from xlnn.model.problem import Problem
from xlnn.model.rules import divided
from xlnn.model.training import Step

TOLERANCE = 1e-6  # relative; the largest difference that is no error


ROUNDINGS = 100  # so many times a single rounding may go into a C_T


EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class GradientCheck:
    """Of one parameter array the number whose difference is the largest for its size, and the index where it is.

    `relative` is the difference divided by `size`: the larger one of |gradient| and |numeric|, or, where that is more, 10⁶
    times what a central difference leaves open; so a difference that is no more than that has a `relative` of at most 10⁻⁶.
    """

    parameter: str
    difference: float
    index: tuple[int, ...]
    gradient: float  # from the rules, at that index
    numeric: float  # (C_T(w + h) − C_T(w − h)) / 2h
    size: float

    @property
    def relative(self) -> float:
        return self.difference / self.size if self.difference else 0.0


def gradcheck(problem: Problem, h: float = 1e-5) -> list[GradientCheck]:
    """Compares ∂C_T/∂w with central differences for every parameter that is trained, at the initial ones.

    A parameter w is moved by h, or by h|w| where |w| > 1. What such a difference leaves open has two parts. *Rounding*: each
    of the two C_T is known to about ε(|C_T| + Σ|δz|), ε = 2.2·10⁻¹⁶, since every z is rounded and moves C_T by δ times that;
    divided by 2h this counts twice. *Curvature*: D(h) = ∂C_T/∂w + h²/6 ∂³C_T/∂w³ + …, which D(2h) tells: the part in h² is
    (D(2h) − D(h)) / 3. So the size of C_T, of pixels and of parameters plays no part in what counts as an error.

    Takes two calculations of C_T for each parameter, four where rounding does not explain a difference. Raises UsageError
    for networks that cannot learn.
    """
    problem.network.check_trainable()
    problem = replace(problem, network=problem.network.descending)
    given = problem.given(problem.batch(1))
    step = Step(problem, 1, given, problem.parameters)
    rounding = _rounding(step)
    found = []
    for q in problem.network.parameters:
        if not problem.network.frozen(q):
            gradient = np.asarray(step["dCT_d" + q.name])
            checks = (_check(problem, given, q.name, i, float(gradient[i]), h, rounding) for i in np.ndindex(*q.shape))
            found.append(max(checks, key=lambda check: np.nan_to_num(check.relative, nan=np.inf)))
    return found


def _check(
    problem: Problem, given: Mapping, name: str, index: tuple[int, ...], gradient: float, h: float, rounding: float
) -> GradientCheck:
    """One number of a gradient; `rounding` is how far C_T itself may be off."""
    h *= max(1.0, abs(float(problem.parameters[name][index])))
    numeric, open_to = _slope(problem, given, name, index, h), rounding / h
    difference = abs(gradient - numeric)
    if difference > open_to:
        open_to += abs(_slope(problem, given, name, index, 2 * h) - numeric) / 3
    size = max(abs(gradient), abs(numeric), open_to / TOLERANCE)
    return GradientCheck(name, difference, index, gradient, numeric, size)


def _rounding(step: Step) -> float:
    """How far rounding may move C_T."""
    network = step.problem.network
    moved = sum(float(np.abs(step[f"delta{q.layer}"] * step[f"z{q.layer}"]).sum()) for q in network.parameters if q.kind == "b")
    return ROUNDINGS * EPS * (abs(float(step["CT"])) + divided(network.total)(moved, len(step["number"])))


def _slope(problem: Problem, given: Mapping, name: str, index: tuple[int, ...], h: float) -> float:
    """The central difference of C_T over one parameter, which is moved by h to both sides."""
    (above, right), (below, left) = (_moved(problem, given, name, index, by) for by in (h, -h))
    return (above - below) / (right - left)


def _moved(problem: Problem, given: Mapping, name: str, index: tuple[int, ...], h: float) -> tuple[float, float]:
    """C_T with one parameter moved by h, and that parameter then."""
    moved = problem.parameters[name].copy()
    moved[index] += h
    return float(Step(problem, 1, given, {**problem.parameters, name: moved})["CT"]), float(moved[index])
