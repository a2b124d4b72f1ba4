"""Many trainings side by side: every pair of η and start, under every combination of other settings.

There is no rule for η, says the book (2-10): one tries.

>>> found = xlnn.sweep(problem, eta=[0.1, 0.2, 0.3], seeds=range(20))    # doctest: +SKIP
>>> found.frame                                                          # doctest: +SKIP
>>> found.best                                                           # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from xlnn.model.problem import Problem
from xlnn.sweeps.grid import Grid, grid
from xlnn.sweeps.jobs import run_all
from xlnn.sweeps.journal import Journal
from xlnn.sweeps.result import Sweep


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
