"""The runs of a sweep: every combination of the values of its settings and starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np

from xlnn.book.origin import origin_of
from xlnn.errors import UsageError
from xlnn.layout.cells import ROWS
from xlnn.model.many import at_once
from xlnn.model.problem import Problem, draw
from xlnn.sweeps.jobs import Job
from xlnn.sweeps.values import check_count
from xlnn.sweeps.variants import Variant, variants_of

OWN = "own"  # the start that the workbook has, among the drawn ones, which are known by their seeds


@dataclass(frozen=True)
class Run:
    """One training of a sweep: η, the start's seed (None: the problem's own start), and which variant of the problem."""

    number: int  # from 1
    variant: int  # position in Grid.variants
    eta: float
    seed: int | None

    @property
    def start(self) -> str | int:
        return OWN if self.seed is None else self.seed


@dataclass(frozen=True)
class Grid:
    """What a sweep tries: its variants, each with every start and every η. The starts' seeds are `seeds`."""

    problem: Problem
    etas: tuple[float, ...]
    seeds: tuple[int, ...]
    variants: tuple[Variant, ...]

    def starts(self, variant: Variant) -> tuple[int | None, ...]:
        """The problem's own start first, where it fits the variant's network."""
        return (*((None,) if variant.own else ()), *self.seeds)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """By variant, start and η."""
        lines = [(v, eta, seed) for v, entry in enumerate(self.variants) for seed in self.starts(entry) for eta in self.etas]
        return tuple(Run(number, *line) for number, line in enumerate(lines, 1))

    @cached_property
    def columns(self) -> dict[tuple[int, float], list[Run]]:
        """The runs of each variant and η, by start."""
        found: dict[tuple[int, float], list[Run]] = {}
        for run in self.runs:
            found.setdefault((run.variant, run.eta), []).append(run)
        return found

    def problem_of(self, run: Run) -> Problem:
        """What `train` trains for one run of the sweep."""
        problem = self.variants[run.variant].problem.with_settings(eta=run.eta)
        if run.seed is None:
            return problem
        drawn = {q.name: draw(q, run.seed, problem.settings.start) for q in problem.network.parameters}
        origin = replace(origin_of(problem), drawn=tuple(drawn)) if problem.origin else None
        return replace(problem.with_settings(seed=run.seed), parameters=drawn, origin=origin)

    @cached_property
    def jobs(self) -> tuple[Job, ...]:
        """The runs in parts that are computed together; which ones those are depends on nothing but the sweep."""
        found: list[Job] = []
        for v, variant in enumerate(self.variants):
            for group in self._alike(variant, [run for run in self.runs if run.variant == v]):
                problem = replace(variant.problem, origin=None, held_out=None)
                if group[0].seed is not None:
                    problem = problem.with_settings(seed=group[0].seed)
                parts = -(-len(group) // at_once(problem))
                for part in np.array_split(np.arange(len(group)), parts):
                    runs = [group[i] for i in part]
                    numbers, etas, seeds = zip(*((run.number, run.eta, run.seed) for run in runs), strict=True)
                    found.append(Job(len(found), problem, numbers, etas, seeds))
        return tuple(found)

    def _alike(self, variant: Variant, runs: list[Run]) -> Iterable[list[Run]]:
        """Runs that see the same images in every update: with shuffled batches those with the same seed."""
        if variant.problem.settings.order != "shuffled" or variant.problem.per_epoch == 1:
            return [runs]
        return [[run for run in runs if run.seed == seed] for seed in dict.fromkeys(run.seed for run in runs)]


def grid(
    problem: Problem,
    eta: Sequence[float] | None = None,
    seeds: Iterable[int] = (),
    settings: Mapping[str, Sequence] | None = None,
) -> Grid:
    """What `sweep` would try. Raises UsageError where a value cannot be, or nothing is varied."""
    etas, drawn = tuple(dict.fromkeys(map(float, eta or ()))), tuple(dict.fromkeys(islice(seeds, ROWS + 1)))
    if not (etas or drawn or settings):
        raise UsageError("nothing to try: give --eta, --seeds or --set.")
    etas, settings = etas or (problem.settings.eta,), settings or {}
    check_count(len(etas), len(drawn) + 1, *map(len, settings.values()))
    for value in etas:
        problem.with_settings(eta=value)
    for value in drawn:
        problem.with_settings(seed=value)
    found = Grid(problem, etas, drawn, variants_of(problem, settings))
    if not found.runs:
        raise UsageError("the workbook's own start fits none of these networks; draw others with --seeds.")
    if lone := [variant.title("en") for variant in found.variants if not found.starts(variant)]:
        raise UsageError("the workbook's own start does not fit {network}; draw others with --seeds.", network=lone[0])
    return found
