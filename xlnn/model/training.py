"""Training by gradient descent, one iteration after the other (book 4-1 to 4-4).

>>> for step in train(problem):          # doctest: +SKIP
...     step["CT"], step["z2"], step["delta2"]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from xlnn.errors import DivergedError
from xlnn.model.problem import Problem
from xlnn.model.rules import Rule, decayed, divided
from xlnn.model.threads import one_thread

if TYPE_CHECKING:
    import pandas as pd


def quiet(function: Callable) -> Callable:
    """Numbers that overflow are nothing to warn of: they are seen to be not finite. As `with` this takes twice as long a call."""
    return np.errstate(over="ignore", invalid="ignore")(function)


class Step(Mapping):
    """One iteration: every quantity by its name, computed by its rule when it is first asked for.

    It holds the parameters that the iteration *used*; `step["new_w2"]` are those after its update.
    `iteration` counts from 1, so iteration i uses the parameters after i − 1 updates. With `learning` the new parameters
    are computed with the first quantity that is asked for.
    """

    def __init__(self, problem: Problem, iteration: int, given: Mapping, parameters: Mapping, learning: bool = False):
        self.problem, self.iteration, self._learning = problem, iteration, learning
        self._rules, self._ways = problem.network.rule_of, problem.network.ways
        self._values, self._begun = {**given, **parameters}, False

    def __getitem__(self, name: str) -> np.ndarray:
        """The array of a quantity; images first, then as in the layer. Raises KeyError for unknown names, with the known ones."""
        value = self._values.get(name)
        if value is not None:
            return value
        if name not in self._rules:
            raise KeyError(f"there is no quantity {name!r}; known: {', '.join(self)}")
        self._compute(name)
        return self._values[name]

    def _compute(self, *names: str) -> None:
        """By their rules, after all that they need."""
        with one_thread:
            self._way(names)(self._values)

    def _way(self, names: tuple[str, ...]) -> Callable[[dict], None]:
        """What computes these quantities. What is asked for first is the same for all steps of a network, so it is made once."""
        if self._begun:
            return in_turn(way(self._rules, names, self._values), self._function)
        wanted = (*names, *self.problem.network.new_names) if self._learning else names
        self._begun, kind = True, (type(self), tuple(self._values), wanted)
        if kind not in self._ways:
            self._ways[kind] = spelled(way(self._rules, wanted, self._values), self._function)
        return self._ways[kind]

    @staticmethod
    def _function(rule: Rule) -> Callable:
        return rule.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.problem.network.quantities)

    def __len__(self) -> int:
        return len(self.problem.network.quantities)

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The parameters that this iteration used, by name."""
        return {name: self._values[name] for name in self.problem.network.parameter_names}

    def new_parameters(self) -> dict[str, np.ndarray]:
        """The parameters after this iteration's update. Raises DivergedError where one is not finite."""
        network = self.problem.network
        found = {name: self[new] for name, new in zip(network.parameter_names, network.new_names, strict=True)}
        if not surely_finite(found.values()):
            for name, array in found.items():
                if not np.isfinite(array).all():
                    raise DivergedError(
                        "training diverged: after update {iteration} {name} is no longer a finite number. "
                        "Try a smaller η than {eta}.",
                        iteration=self.iteration, name=network.quantities[name].symbol, eta=self.problem.settings.eta,
                    )  # fmt: skip
        return found

    def frame(self, name: str) -> pd.DataFrame:
        """A quantity as a pandas DataFrame: one row per image (or per unit), the other axes as columns."""
        from xlnn.model.training import frame

        return frame(self, name)


def surely_finite(arrays: Collection[np.ndarray]) -> bool:
    """True only where all numbers are finite; False also where they are so large that their squares are not.

    The squares are quickly added up, and with inf or nan among them never to something finite.
    """
    return all(map(math.isfinite, map(np.vdot, arrays, arrays)))


class StepInBlocks(Step):
    """A Step on more images than fit the processor's cache: a block of images is a Step of its own, and the blocks add up.

    What has one number per image, and what is summed over images (C_T, the share, ∂C_T/∂w …), comes from one pass over the
    blocks; the pass is also made for the gradients where `learning`. Whole arrays (z, a, δ …) are computed when they are
    asked for, as in any Step. The order of every sum is fixed by the number of images.
    """

    def __init__(self, problem: Problem, iteration: int, given: Mapping, parameters: Mapping, learning: bool):
        super().__init__(problem, iteration, given, parameters)
        self._given, self._parameters, self._gradients = given, parameters, learning

    def _way(self, names: tuple[str, ...]) -> Callable[[dict], None]:
        rules = [self._rules[name] for name in names if name not in self._values]
        if not all(rule.result.per_image and rule.result.shape for rule in rules):
            self._pass(self._gradients or any(rule.result.kind.startswith(("dCT_d", "new_")) for rule in rules))
            self._begun = True
        return super()._way(names)

    @quiet
    def _pass(self, learning: bool) -> None:
        """C, right … of all images, and with `learning` the ∂C_T/∂w of all parameters."""
        network, images = self.problem.network, len(self._given["x"])
        results = [rule.result for rule in network.rules]
        each = [q.name for q in results if q.per_image and not q.shape and q.name not in self._values]
        summed = [q.name for q in results if learning and q.kind.startswith("dCT_d") and q.name not in self._values]
        if not each and not summed:
            return
        summing = replace(self.problem, network=network.summing)
        found: dict[str, list] = {name: [] for name in each}
        sums: dict[str, np.ndarray] = {}
        for start in range(0, images, network.block):
            part = slice(start, start + network.block)
            block = Step(summing, self.iteration, _some(self._given, part), self._parameters)
            block._compute(*each, *summed)
            for name in each:
                found[name].append(block[name])
            for name in summed:
                sums[name] = sums[name] + block[name] if name in sums else block[name]
        self._values |= {name: np.concatenate(parts) for name, parts in found.items()}
        for name, sum_ in sums.items():
            gradient = divided(network.total)(sum_, images)
            parameter = network.quantities[name.removeprefix("dCT_d")]
            decay = network.decay_of_gradient(parameter)
            self._values[name] = decayed(gradient, self._parameters[parameter.name], decay) if decay else gradient


def way(rule_of: Mapping[str, Rule], names: Sequence[str], known: Container[str] = ()) -> list[Rule]:
    """What must be computed for these quantities, in order.

    Without recursion, since a network may have a thousand layers. Raises KeyError for unknown names.
    """
    found: dict[str, Rule] = {}
    wanted = [name for name in reversed(names) if name not in known]
    while wanted:
        rule = rule_of[wanted[-1]]
        missing = [need for need in rule.needs if need in rule_of and need not in found and need not in known]
        wanted += reversed(missing)
        if not missing:
            found[wanted.pop()] = rule
    return list(found.values())


def in_turn(rules: Sequence[Rule], function: Callable[[Rule], Callable]) -> Callable[[dict], None]:
    """The rules, one after the other, as a function that puts their results into a dict of values.

    `function` gives what computes a rule.
    """

    @quiet
    def compute(values: dict) -> None:
        for rule in rules:
            values[rule.result.name] = function(rule)(*[values[need] for need in rule.needs])

    return compute


def spelled(rules: Sequence[Rule], function: Callable[[Rule], Callable]) -> Callable[[dict], None]:
    """The same as a text of Python, each number with a name: a loop takes as long as the arithmetic of a small network."""
    results = [rule.result.name for rule in rules]
    needs = dict.fromkeys(need for rule in rules for need in rule.needs)
    name = {need: f"v{position}" for position, need in enumerate(dict.fromkeys([*needs, *results]))}
    given = sorted(needs.keys() - set(results))
    lines = ["def compute(values):", *[f"    {name[need]} = values[{need!r}]" for need in given]]
    for position, rule in enumerate(rules):
        lines.append(f"    {name[rule.result.name]} = f{position}({', '.join(name[need] for need in rule.needs)})")
    lines.append(f"    values |= {{{', '.join(f'{result!r}: {name[result]}' for result in results)}}}")
    functions = {f"f{position}": function(rule) for position, rule in enumerate(rules)}
    exec("\n".join(lines), functions)
    return quiet(functions["compute"])


def _some(given: Mapping, part: slice) -> dict:
    """An iteration's inputs for some of its images."""
    return {name: array[part] if np.ndim(array) else array for name, array in given.items()}


def step_of(problem: Problem, iteration: int, given: Mapping, parameters: Mapping, learning: bool = False) -> Step:
    """A Step, in blocks where the images are many; where the output layer is updated first, its sums come before other δ."""
    network = problem.network
    if len(given["x"]) <= network.block or network.update != "together":
        return Step(problem, iteration, given, parameters, learning)
    return StepInBlocks(problem, iteration, given, parameters, learning)


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
        step = step_of(problem, iteration, given, parameters, learning=True)
        yield step
        parameters = step.new_parameters()


def trained(problem: Problem, parameters: Mapping, iteration: int = 0) -> Step:
    """All images under these parameters: what stands on the sheets Trained and Summary.

    `iteration` is the number that the step would have: updates done, plus one.
    """
    return step_of(problem, iteration, problem.given(np.arange(problem.images)), parameters)


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
    eta, done = step.problem.settings.eta, step.iteration - 1
    if done:
        text = "training diverged: after update {iteration} not every number is finite. Try a smaller η than {eta}."
        return DivergedError(text, iteration=done, eta=eta)
    if _begins(step):
        text = "training diverged: update 1 leads to numbers that are not finite. Try a smaller η than {eta}."
        return DivergedError(text, eta=eta)
    text = "training cannot begin: the first parameters give numbers that are not finite. Look at them and at the images."
    return DivergedError(text)


def _begins(step: Step) -> bool:
    """Whether C_T and its gradients are finite, so that an η that is small enough leads on."""
    names = [name for name, q in step.problem.network.quantities.items() if name == "CT" or q.kind.startswith("dCT_d")]
    return all(np.isfinite(step[name]).all() for name in names)


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
    import pandas as pd  # takes as long to load as all else together

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
    import pandas as pd  # takes as long to load as all else together

    rows = [(updates, total, share) for updates, total, share in totals(problem)]
    return pd.DataFrame(rows, columns=["updates", "CT", "share"]).set_index("updates")
