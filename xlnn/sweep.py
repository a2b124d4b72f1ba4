"""Many trainings side by side: every pair of η and start, under every combination of other settings.

There is no rule for η, says the book (2-10): one tries.

>>> found = xlnn.sweep(problem, eta=[0.1, 0.2, 0.3], seeds=range(20))    # doctest: +SKIP
>>> found.frame                                                          # doctest: +SKIP
>>> found.best                                                           # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlnn.cells import ROWS
from xlnn.errors import UsageError
from xlnn.many import at_once
from xlnn.problem import Problem, draw
from xlnn.sweep_jobs import Done, Job, run_all
from xlnn.sweep_journal import Journal
from xlnn.sweep_spec import check_count
from xlnn.varying import Variant, variants_of

if TYPE_CHECKING:
    import pandas as pd

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
        origin = replace(problem.origin, drawn=tuple(drawn)) if problem.origin else None
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


@dataclass(frozen=True)
class Sweep:
    """What a sweep found; parts of it where it was interrupted."""

    grid: Grid
    parts: tuple[Done, ...]  # by job

    @property
    def complete(self) -> bool:
        return len(self.parts) == len(self.grid.jobs)

    @cached_property
    def done(self) -> dict[int, tuple[Done, int]]:
        """By a run's number the part that has it, and its place there."""
        return {number: (part, place) for part in self.parts for place, number in enumerate(part.numbers)}

    def curve(self, run: Run) -> tuple[np.ndarray, np.ndarray]:
        """Updates done, and C_T of all images then; nan from where the run diverged."""
        part, place = self.done[run.number]
        return part.courses.updates, part.courses.totals[place]

    def diverged(self, run: Run) -> int | None:
        """The update after which a number was no longer finite; None: all stayed finite."""
        part, place = self.done[run.number]
        found = int(part.courses.diverged[place])
        return None if found < 0 else found

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per run: settings that vary, η, start, C_T `before` and after training, `share` right, `diverged`.

        `diverged` is the update after which a number was no longer finite; CT and share are then nan, as all is of a run
        that is not done.
        """
        import pandas as pd

        return pd.DataFrame(self.lines.values(), index=pd.Index(self.lines, name="run"))

    @cached_property
    def lines(self) -> dict[int, dict]:
        """The rows of `frame` by the runs' numbers."""
        return {run.number: self._row(run) for run in self.grid.runs}

    def _row(self, run: Run) -> dict:
        known = {**dict(self.grid.variants[run.variant].changed), "eta": run.eta, "start": run.start}
        before = after = share = at = np.nan
        if run.number in self.done:
            part, place = self.done[run.number]
            line, diverged = part.courses.totals[place], self.diverged(run)
            before, after, share = line[0], line[-1], part.courses.shares[place]
            at = np.nan if diverged is None else diverged
        return {**known, "before": before, "CT": after, "share": share, "diverged": at}

    def table(self, name: str, variant: int = 0) -> pd.DataFrame:
        """A column of the frame ("CT", "share" …) of one variant: starts down, η across."""
        runs = [run for run in self.grid.runs if run.variant == variant]
        chosen = self.frame.loc[[run.number for run in runs]]
        starts = dict.fromkeys(run.start for run in runs)
        return chosen.pivot(index="start", columns="eta", values=name).loc[list(starts), list(self.grid.etas)]

    @cached_property
    def best(self) -> Run | None:
        """The run with the smallest C_T; None where all diverged.

        Where the variants' C_T are not of one kind (cost, total cost), that with the largest share right, then the smallest C_T.
        """
        kinds = {(v.problem.network.cost, v.problem.network.total) for v in self.grid.variants}
        finite = self.frame[self.frame["CT"].notna()]
        if finite.empty:
            return None
        if len(kinds) > 1:
            finite = finite[~(finite["share"] < finite["share"].max())]
        return self.grid.runs[int(finite["CT"].idxmin()) - 1]

    def ranked(self, variant: int, eta: float) -> tuple[Run, Run, Run] | None:
        """The best, median and worst run of one η by C_T, diverged ones being the worst of all; None where none is done."""
        runs = [run for run in self.grid.columns[variant, eta] if run.number in self.done]
        runs.sort(key=lambda run: np.nan_to_num(self.curve(run)[1][-1], nan=np.inf))
        return (runs[0], runs[(len(runs) - 1) // 2], runs[-1]) if runs else None

    @property
    def times(self) -> Iterator[tuple[int, int, int, float]]:
        """Of every job the first and last run's number, the count of runs, and the seconds that it took."""
        return ((part.numbers[0], part.numbers[-1], len(part.numbers), part.seconds) for part in self.parts)


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
    return found


def sweep(
    problem: Problem,
    eta: Sequence[float] | None = None,
    seeds: Iterable[int] = (),
    settings: Mapping[str, Sequence] | None = None,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    journal: str | Path | None = None,
    resume: bool = False,
) -> Sweep:
    """Trains the problem with every η of `eta` and every start: its own, and one drawn with each of `seeds`.

    settings: others to try, as {"activation": ["sigmoid", "tanh"], "units 2": [2, 3, 5]}, in all combinations. workers:
    processes (default: one for each core); scheduler: address of a Dask scheduler, whose workers are used instead. No
    result depends on either, to the bit. `progress(done, all)` is called with counts of runs.

    journal: a file that keeps what is done; resume: goes on with it. Ctrl-C returns what is done, if anything is. A run
    that diverges is marked and does not disturb the others. Raises UsageError.
    """
    return run_grid(grid(problem, eta, seeds, settings), workers, scheduler, progress, journal, resume)


def run_grid(
    chosen: Grid,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    journal: str | Path | None = None,
    resume: bool = False,
) -> Sweep:
    """As `sweep`, of a grid that is known."""
    with Journal.of(chosen, journal, resume) as kept:
        return run_parts(chosen, kept, workers, scheduler, progress)


def run_parts(
    chosen: Grid,
    kept: Journal,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sweep:
    """As `sweep`, of a grid and a journal that are open. Raises SaveError where the journal cannot be written any more."""
    found = {part.index: part for part in kept.parts}
    done, shown = sum(len(part.numbers) for part in kept.parts), progress or (lambda done, every: None)
    shown(done, len(chosen.runs))
    try:
        for part in run_all([job for job in chosen.jobs if job.index not in found], workers, scheduler):
            found[part.index] = part
            kept.add(part)
            done += len(part.numbers)
            shown(done, len(chosen.runs))
    except KeyboardInterrupt:
        if not found:
            raise
    return Sweep(chosen, tuple(found[index] for index in sorted(found)))
