"""Training by gradient descent, one iteration after the other (book 4-1 to 4-4).

>>> for step in train(problem):          # doctest: +SKIP
...     step["CT"], step["z2"], step["delta2"]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from xlnn.errors import DivergedError
from xlnn.model.problem import Problem
from xlnn.model.threads import one_thread


class Step(Mapping):
    """One iteration: every quantity by its name, computed by its rule when it is first asked for.

    It holds the parameters that the iteration *used*; `step["new_w2"]` are those after its update.
    `iteration` counts from 1, so iteration i uses the parameters after i − 1 updates.
    """

    def __init__(self, problem: Problem, iteration: int, given: Mapping, parameters: Mapping):
        self.problem, self.iteration = problem, iteration
        self._rules = problem.network.rule_of
        self._values = {**given, **parameters}

    def __getitem__(self, name: str) -> np.ndarray:
        """The array of a quantity; images first, then as in the layer. KeyError for unknown names."""
        value = self._values.get(name)
        if value is not None:
            return value
        with one_thread, np.errstate(over="ignore", invalid="ignore"):
            return self._computed(name)

    def _computed(self, name: str) -> np.ndarray:
        """By its rule, after all that it needs: without recursion, since a network may have a thousand layers."""
        values = self._values
        wanted = [] if name in values else [name]
        while wanted:
            rule = self._rules[wanted[-1]]
            missing = [need for need in rule.needs if need not in values]
            wanted += reversed(missing)
            if not missing:
                values[wanted.pop()] = self._apply(rule.values, [values[need] for need in rule.needs])
        return values[name]

    def _apply(self, function: Callable, arrays: list) -> np.ndarray:
        return function(*arrays)

    def __iter__(self) -> Iterator[str]:
        return iter(self.problem.network.quantities)

    def __len__(self) -> int:
        return len(self.problem.network.quantities)

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The parameters that this iteration used, by name."""
        return {q.name: self._values[q.name] for q in self.problem.network.parameters}

    def new_parameters(self) -> dict[str, np.ndarray]:
        """The parameters after this iteration's update. Raises DivergedError where one is not finite."""
        with one_thread, np.errstate(over="ignore", invalid="ignore"):
            found = {q.name: self._computed("new_" + q.name) for q in self.problem.network.parameters}
            for name, array in found.items():
                # add.reduce is what sum() calls, in half its time; inf and nan never add up to something finite
                if not math.isfinite(np.add.reduce(array, axis=None)) and not np.isfinite(array).all():
                    raise DivergedError(
                        "training diverged: after update {iteration} {name} is no longer a finite number. "
                        "Try a smaller η than {eta}.",
                        iteration=self.iteration, name=name, eta=self.problem.settings.eta,
                    )  # fmt: skip
        return found

    def frame(self, name: str) -> pd.DataFrame:
        """A quantity as a pandas DataFrame: one row per image (or per unit), the other axes as columns."""
        from xlnn.model.training import frame

        return frame(self, name)


def train(problem: Problem) -> Iterator[Step]:
    """Yields one Step per iteration; nothing is printed and no file touched, and one step is held at a time.

    A resumed problem goes on with the iteration after `problem.done` updates. Raises UsageError for networks that cannot
    learn, DivergedError when a parameter leaves the finite numbers.
    """
    problem.network.check_trainable()
    given = None
    parameters: Mapping = problem.parameters
    whole = problem.per_epoch == 1
    for iteration in range(problem.done + 1, problem.settings.iterations + 1):
        if given is None or not whole:
            given = problem.given(problem.batch(iteration))
        step = Step(problem, iteration, given, parameters)
        yield step
        parameters = step.new_parameters()


def trained(problem: Problem, parameters: Mapping, iteration: int = 0) -> Step:
    """All images under these parameters: what stands on the sheets Trained and Summary.

    `iteration` is the number that the step would have: updates done, plus one.
    """
    return Step(problem, iteration, problem.given(np.arange(problem.images)), parameters)


def held_out_total(problem: Problem, parameters: Mapping) -> tuple[float, float | None] | tuple[()]:
    """(C_T, share right or None) of the held-out images under these parameters; empty where none are held out."""
    if problem.held_out is None:
        return ()
    return total_of(trained(replace(problem.held_out, network=problem.network), parameters))[1:]


def finish(step: Step) -> Step:
    """All images under the parameters after the last iteration. Raises DivergedError."""
    return trained(step.problem, step.new_parameters(), step.iteration + 1)


def totals(problem: Problem) -> Iterator[tuple[int, float, float | None]]:
    """(updates done, C_T, share right) over all images: before training, then after each update.

    With mini-batches: after each epoch and at the end.
    """
    return map(total_of, states(problem))


def states(problem: Problem) -> Iterator[Step]:
    """Trains, and yields all images under the parameters before training, then after each update.

    With mini-batches: after each epoch and at the end. Raises DivergedError also where C_T is no finite number.
    """
    last = None
    for step in train(problem):
        last = step
        if (step.iteration - 1) % problem.per_epoch == 0:
            yield _finite(step if problem.per_epoch == 1 else trained(problem, step.parameters, step.iteration))
    yield _finite(finish(last) if last else trained(problem, problem.parameters, problem.done + 1))


def _finite(step: Step) -> Step:
    if not math.isfinite(step["CT"]):
        raise diverged(step)
    return step


def diverged(step: Step) -> DivergedError:
    """The error of a step some of whose numbers are not finite."""
    return DivergedError(
        "training diverged: after update {iteration} not every number is finite. Try a smaller η than {eta}.",
        iteration=step.iteration - 1, eta=step.problem.settings.eta,
    )  # fmt: skip


def counted(problem: Problem, step: Step) -> tuple:
    """(updates done, C_T, share right or None) of one step, then those of held-out images.

    Raises DivergedError where one of them is not finite.
    """
    total = *total_of(step), *held_out_total(problem, step.parameters)
    if not np.isfinite([number for number in total if number is not None]).all():
        raise diverged(step)
    return total


def total_of(step: Step) -> tuple[int, float, float | None]:
    """(updates done, C_T, share right or None) of one step."""
    share = float(step["share"]) if "share" in step.problem.network.rule_of else None
    return step.iteration - 1, float(step["CT"]), share


def frame(step: Step, name: str) -> pd.DataFrame:
    """`step[name]` as a DataFrame: one row per image, or per unit or map where there are no images."""
    q, values = step.problem.network.quantities[name], np.asarray(step[name])
    if not values.shape:
        return pd.DataFrame({name: [values[()]]})
    axes = (("image",) if q.per_image else ()) + q.axes
    first = pd.Index(step["number"] if q.per_image else range(1, len(values) + 1), name=axes[0])
    if values.ndim == 1:
        return pd.DataFrame({name: values}, index=first)
    columns = list(product(*(range(1, size + 1) for size in values.shape[1:])))
    if values.ndim == 2:
        columns = pd.Index([column[0] for column in columns], name=axes[1])
    else:
        columns = pd.MultiIndex.from_tuples(columns, names=axes[1:])
    return pd.DataFrame(values.reshape(len(values), -1), index=first, columns=columns)


def history(problem: Problem) -> pd.DataFrame:
    """Trains, and returns C_T and the share right after each update (row 0: before the first).

    With mini-batches one row per epoch, over all images.
    """
    rows = [(updates, total, share) for updates, total, share in totals(problem)]
    return pd.DataFrame(rows, columns=["updates", "CT", "share"]).set_index("updates")
