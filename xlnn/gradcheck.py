"""The gradient that the rules give against the numeric one: C_T a little to both sides of each parameter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlnn.problem import Problem
from xlnn.training import Step


@dataclass(frozen=True)
class GradientCheck:
    """The largest difference of one parameter array, and the index where it is."""

    parameter: str
    difference: float
    index: tuple[int, ...]
    gradient: float  # from the rules, at that index
    numeric: float  # (C_T(w + h) − C_T(w − h)) / 2h


def gradcheck(problem: Problem, h: float = 1e-5) -> list[GradientCheck]:
    """Compares ∂C_T/∂w with central differences for every parameter that is trained, at the initial ones.

    Takes two calculations of C_T for each parameter.
    """
    problem.network.check_trainable()
    given = problem.given(problem.batch(1))
    step = Step(problem, 1, given, problem.parameters)
    found = []
    for q in problem.network.parameters:
        if problem.network.frozen(q):
            continue
        gradient = np.asarray(step["dCT_d" + q.name])
        numeric = np.empty(q.shape)
        for index in np.ndindex(*q.shape):
            numeric[index] = (_cost(problem, given, q.name, index, h) - _cost(problem, given, q.name, index, -h)) / (2 * h)
        worst = np.unravel_index(np.argmax(np.abs(gradient - numeric)), q.shape)
        index = tuple(int(i) for i in worst)
        difference = float(abs(gradient[index] - numeric[index]))
        found.append(GradientCheck(q.name, difference, index, float(gradient[index]), float(numeric[index])))
    return found


def _cost(problem: Problem, given, name: str, index: tuple[int, ...], h: float) -> float:
    """C_T with one parameter moved by h."""
    moved = problem.parameters[name].copy()
    moved[index] += h
    return float(Step(problem, 1, given, {**problem.parameters, name: moved})["CT"])
