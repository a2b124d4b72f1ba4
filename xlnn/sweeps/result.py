"""What a sweep found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from xlnn.sweeps.grid import Grid, Run
from xlnn.sweeps.jobs import Done

if TYPE_CHECKING:
    import pandas as pd


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
