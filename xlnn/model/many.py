"""Many trainings at once: runs that differ only in numbers (η, first parameters), as one calculation with one more axis.

The rules are those of a single run; runs.py makes them compute all runs. Arrays "of many runs" are (runs, then the
axes that one run's array has).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from xlnn.model.batched import Runs, for_each
from xlnn.model.kernels import CELLS
from xlnn.model.problem import Problem
from xlnn.model.rules import Rule
from xlnn.model.training import Step, surely_finite

Arrays = Mapping[str, np.ndarray]  # parameters of many runs by name


@dataclass(frozen=True)
class Courses:
    """How many runs went.

    `updates` (points): updates done when all images were looked at; `totals` (runs, points): C_T then, nan from where a run
    diverged; `shares` (runs): the share right at the end, nan where the run diverged or answers are not judged;
    `diverged` (runs): the update after which a number was no longer finite, -1 where all stayed finite.
    """

    updates: np.ndarray
    totals: np.ndarray
    shares: np.ndarray
    diverged: np.ndarray


class Steps(Step):
    """One iteration of many runs: every quantity by its name, as Runs where it differs from run to run."""

    @staticmethod
    def _function(rule: Rule) -> Callable:
        return lambda *arrays: for_each(rule.values, arrays)

    def each(self, name: str) -> np.ndarray:
        """A quantity that differs from run to run: (runs, then its own axes)."""
        return cast(Runs, self[name]).array


def totals(problem: Problem, parameters: Arrays) -> np.ndarray:
    """C_T of all images under many sets of parameters, (sets); inf or nan where it is not finite.

    `parameters`: arrays (sets, then the parameter's own axes) of every w and b of the network.
    """
    sets, each = len(next(iter(parameters.values()))), _fitting(problem, problem.images)
    given, found = problem.given(np.arange(problem.images)), np.empty(sets)
    for start in range(0, sets, each):
        part = slice(start, start + each)
        found[part] = _step(problem, given, {name: array[part] for name, array in parameters.items()}).each("CT")
    return found


def at_once(problem: Problem) -> int:
    """So many runs make one calculation: as many as fit the cache, by the largest array of one run; at least one.

    Results depend on it in the last digits only, but they do: whoever wants them to the bit keeps runs together.
    """
    return _fitting(problem, min(problem.settings.batch or problem.images, problem.images))


def _fitting(problem: Problem, images: int) -> int:
    units = max(int(np.prod(layer.shape)) for layer in problem.network.layers[1:])
    return max(1, 2 * CELLS // (images * units))


def train_many(problem: Problem, etas: Sequence[float], parameters: Arrays) -> Courses:
    """Trains one run for each η of `etas` and its first `parameters`, as `train` would train each alone.

    All else is the problem's and the same for all: network, images and their order, settings. C_T and the share are
    those of `training.totals`. Raises UsageError for networks that cannot learn.
    """
    problem.network.check_trainable()
    iterations, per_epoch = max(problem.settings.iterations, problem.done), problem.per_epoch
    eta, everything = Runs(np.array(etas, dtype=float)), problem.given(np.arange(problem.images))
    diverged, found = np.full(len(etas), -1), []
    for iteration in range(problem.done + 1, iterations + 1):
        given = everything if per_epoch == 1 else problem.given(problem.batch(iteration))
        step = _step(problem, {**given, "eta": eta}, parameters, learning=True)
        if (iteration - 1) % per_epoch == 0:
            whole = step if per_epoch == 1 else _step(problem, everything, parameters)
            found.append(_looked_at(whole, iteration - 1, diverged))
        parameters = {q.name: step.each("new_" + q.name) for q in problem.network.parameters}
        diverged[(diverged < 0) & ~_finite(parameters)] = iteration
    end = _step(problem, everything, parameters)
    found.append(_looked_at(end, iterations, diverged))
    updates, lines = zip(*found, strict=True)
    shares = end.each("share") if "share" in problem.network.rule_of else np.full(len(etas), np.nan)
    return Courses(np.array(updates), np.stack(lines, axis=1), np.where(diverged < 0, shares, np.nan), diverged)


def _looked_at(step: Steps, updates: int, diverged: np.ndarray) -> tuple[int, np.ndarray]:
    """(updates done, C_T of every run), nan where a run has diverged; notes in `diverged` where C_T is not finite."""
    line = step.each("CT")
    diverged[(diverged < 0) & ~np.isfinite(line)] = updates
    return updates, np.where(diverged < 0, line, np.nan)


def _step(problem: Problem, given: Mapping, parameters: Arrays, learning: bool = False) -> Steps:
    return Steps(problem, 1, given, {name: Runs(array) for name, array in parameters.items()}, learning)


def _finite(parameters: Arrays) -> np.ndarray:
    """Whether all parameters of a run are finite, (runs)."""
    arrays = parameters.values()
    runs = len(next(iter(arrays)))
    if surely_finite(arrays):
        return np.ones(runs, dtype=bool)
    return np.all([np.isfinite(array.reshape(runs, -1)).all(axis=1) for array in arrays], axis=0)
