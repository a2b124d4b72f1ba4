"""Trains a problem and writes the workbook in which every iteration is a sheet and every number a cell."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from xlnn import pages
from xlnn.book_file import BookFile
from xlnn.errors import DivergedError
from xlnn.output_book import OutputBook
from xlnn.plan import TRAINED, Plan, iteration_name, kept_iterations
from xlnn.problem import Problem
from xlnn.rows import Template
from xlnn.saving import check_target, replacing
from xlnn.sheets import Page
from xlnn.training import Step, finish, held_out_total, total_of, train, trained
from xlnn.words import say

Total = tuple  # updates done, C_T, share right; with held-out images also their C_T and share right


@dataclass(frozen=True)
class Result:
    """What a training wrote: updates done, C_T before and after, images, the share right, and the file."""

    path: Path
    updates: int
    before: float
    after: float
    images: int
    share: float | None  # of images right after training; None where answers are not judged
    iterations: tuple[int, ...]  # that have a sheet

    @property
    def right(self) -> int | None:
        """Images right after training."""
        return None if self.share is None else round(self.share * self.images)


def write(
    problem: Problem,
    path: str | Path,
    *,
    keep: str = "all",
    detail: str = "all",
    cells: str = "values",
    language: str | None = None,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Trains `problem` and writes all of it to `path`.

    keep: iterations that get a sheet: "all", "every:10", "first,last" or "1,2,50". detail: "all", "units"
    (without the gradients of single images) or "totals" (without single images). cells: "values" or
    "formulas". `progress(done, all)` is called after each iteration.

    Raises UsageError, LimitError (before anything is computed), SaveError; DivergedError after writing the
    iterations whose numbers are finite.
    """
    path = Path(path)
    origin = problem.origin
    kept = kept_iterations(keep, problem.settings.iterations)
    plan = Plan(problem, kept, detail, cells, language or (origin.language if origin else "en"))
    check_target(path, [origin.path] if origin else [], force)
    with replacing(path) as temporary, ExitStack() as stack:
        spool = stack.enter_context(tempfile.TemporaryFile())
        writing = _Writing(plan, OutputBook(plan, BookFile(temporary, path.stem), spool))
        writing.run(progress)
    if writing.diverged:
        writing.diverged.others = (DivergedError("The iterations before are in {path}.", path=path),)
        raise writing.diverged
    first, last = writing.totals[0], writing.totals[-1]
    return Result(path, last[0], first[1], last[1], problem.images, last[2], tuple(writing.written))


@dataclass
class _Writing:
    """One run: trains, and shows each kept step on its sheet."""

    plan: Plan
    book: OutputBook
    totals: list[Total] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    diverged: DivergedError | None = None
    _templates: dict = field(default_factory=dict)

    def run(self, progress: Callable | None) -> None:
        """All sheets in their order."""
        self.book.open()
        end = self.train(progress)
        self.trained(end)
        shown = {number - 1: iteration_name(number) for number in self.written} | {self.totals[-1][0]: TRAINED}
        lines = pages.headlines(self.plan, self.totals, self.diverged)
        first = iteration_name(self.written[0]) if self.written else ""
        self.book.close(end.parameters, self.totals, shown, lines, first, self.diverged)

    def train(self, progress: Callable | None) -> Step:
        """Every kept iteration's sheet. Returns all images under the last parameters whose numbers are finite."""
        problem, last = self.plan.problem, None
        try:
            for step in train(problem):
                if (step.iteration - 1) % problem.per_epoch == 0:
                    self.count(step if self.plan.whole else trained(problem, step.parameters, step.iteration))
                if step.iteration in self.plan.kept:
                    self.iteration(step)
                last = step
                step.new_parameters()
                if progress:
                    progress(step.iteration, problem.settings.iterations)
            end = finish(last) if last else trained(problem, problem.parameters, 1)
            self.count(end)
            return end
        except DivergedError as error:
            if last is None:
                raise
            self.diverged = error
            end = trained(problem, last.parameters, last.iteration)
            if self.totals[-1][0] != end.iteration - 1:
                self.count(end)
            return end

    def count(self, step: Step) -> None:
        """Remembers C_T and the share right. Raises DivergedError where C_T is not finite."""
        total = *total_of(step), *held_out_total(self.plan.problem, step.parameters)
        if not np.isfinite([number for number in total if number is not None]).all():
            raise self.book.error(step)
        self.totals.append(total)

    def iteration(self, step: Step) -> None:
        """The sheet of one iteration."""
        number, language = step.iteration, self.plan.language
        follows = self.plan.formulas and number - 1 in self.written
        images = step["number"] - 1
        page, made = self.template(images, follows, iteration_name(number))
        before = iteration_name(number - 1) if follows else ""
        text = say("Iteration {number}: the parameters after {updates} updates", language, number=number, updates=number - 1)
        self.book.show(iteration_name(number), page, made, step, text, before)
        self.written.append(number)

    def template(self, images: np.ndarray, follows: bool, name: str) -> tuple[Page, Template]:
        """Page and template for these images, made once for all iterations that are alike."""
        alike = images.tobytes() if self.plan.formulas and not self.plan.whole else len(images)
        key = alike, follows
        if key not in self._templates:
            layout = self.plan.layout(len(images))
            before = self.plan.layout(len(images)) if follows else None
            page = self.plan.page(layout, before)
            self._templates[key] = page, self.book.render(page, images, name)
        return self._templates[key]

    def trained(self, step: Step) -> None:
        """Sheet Trained: an iteration's sheet without the backward pass."""
        plan, updates = self.plan, step.iteration - 1
        follows = plan.formulas and not self.diverged and updates in self.written
        text = say("Trained: the parameters after {updates} updates", plan.language, updates=updates)
        self.book.forward(TRAINED, step, text, iteration_name(updates) if follows else "")
