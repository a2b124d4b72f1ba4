"""Trains a problem and writes the workbook in which every iteration is a sheet and every number a cell."""

from __future__ import annotations

import tempfile
from collections import ChainMap
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from xlnn import pages
from xlnn.book_file import BookFile
from xlnn.cells import Cell, quoted
from xlnn.errors import DivergedError
from xlnn.layouts import Layout
from xlnn.plan import DATA, TEST, TRAINED, Plan, iteration_name, kept_iterations
from xlnn.problem import Problem
from xlnn.rows import RowsSheet, Template
from xlnn.saving import check_target, replacing
from xlnn.sheets import INITIAL, Page, add_page, free, vector
from xlnn.training import Step, finish, total_of, train, trained
from xlnn.words import say

Total = tuple[int, float, float | None]  # updates done, C_T, share right


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
        writing = _Writing(plan, BookFile(temporary, path.stem), spool)
        writing.run(progress)
    if writing.diverged:
        raise writing.diverged
    first, last = writing.totals[0], writing.totals[-1]
    return Result(path, last[0], first[1], last[1], problem.images, last[2], tuple(writing.written))


@dataclass
class _Writing:
    """One run: trains, keeps each kept step's numbers in a temporary file, and closes the workbook."""

    plan: Plan
    file: BookFile
    spool: object
    totals: list[Total] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    diverged: DivergedError | None = None
    _templates: dict = field(default_factory=dict)
    _largest: dict[int, np.ndarray] = field(default_factory=dict)  # by template: the largest |number| of every hole
    _shown: list[tuple[RowsSheet, Page, Template]] = field(default_factory=list)

    def run(self, progress: Callable | None) -> None:
        """All sheets in their order. Summary and Conventions are filled last, when everything is known."""
        plan, file = self.plan, self.file
        summary, conventions = file.sheet("Summary"), file.sheet("Conventions")
        pages.settings_page(file, file.sheet("Settings"), plan.problem, plan.language)
        data = plan.data_layout()
        self.data(data)
        places = file.sheet("Places")
        end = self.train(progress)
        self.trained(end)
        pages.test_page(file, file.sheet(TEST), plan, end.parameters)
        pages.places_page(file, places, plan, data, self.written)
        pages.summary_page(file, summary, plan, self.totals, self.written, self.diverged)
        pages.conventions_page(file, conventions, plan, self.diverged)
        for sheet, page, made in self._shown:
            pages.furnish(file, sheet, page, made, self._largest[id(made)], plan.problem)
        file.close()

    def data(self, layout: Layout) -> None:
        """Sheet Data: images, their numbers and right answers."""
        places = Layout(layout.name, layout.data, {}, layout.data_labels)
        page = Page(self.plan.problem.network, places, {}, {})
        made = self.render(page, None)
        given = self.plan.problem.given(np.arange(self.plan.problem.images))
        self.show(DATA, page, made, given, say("Data: images and right answers", self.plan.language))

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
        total = total_of(step)
        if not np.isfinite(total[1]):
            raise self.error(step)
        self.totals.append(total)

    def error(self, step: Step) -> DivergedError:
        return DivergedError(
            "training diverged: after update {iteration} not every number is finite. Try a smaller η than {eta}.",
            iteration=step.iteration - 1, eta=self.plan.problem.settings.eta,
        )  # fmt: skip

    def iteration(self, step: Step) -> None:
        """The sheet of one iteration."""
        number, language = step.iteration, self.plan.language
        follows = self.plan.formulas and number - 1 in self.written
        images = step["number"] - 1
        page, made = self.template(images, follows)
        before = iteration_name(number - 1) if follows else ""
        text = say("Iteration {number}: the parameters after {updates} updates", language, number=number, updates=number - 1)
        self.show(iteration_name(number), page, made, step, text, before)
        self.written.append(number)

    def template(self, images: np.ndarray, follows: bool) -> tuple[Page, Template]:
        """Page and template for these images, made once for all iterations that are alike."""
        alike = images.tobytes() if self.plan.formulas and not self.plan.whole else len(images)
        key = alike, follows
        if key not in self._templates:
            layout = self.plan.layout(len(images))
            before = self.plan.layout(len(images)) if follows else None
            page = self.plan.page(layout, before)
            self._templates[key] = page, self.render(page, images)
        return self._templates[key]

    def trained(self, step: Step) -> None:
        """Sheet Trained: an iteration's sheet without the backward pass."""
        plan, updates = self.plan, step.iteration - 1
        follows = plan.formulas and not self.diverged and updates in self.written
        layout = plan.forward_layout(plan.problem.images)
        page = plan.page(layout, plan.layout(plan.batch) if follows else None)
        made = self.render(page, None)
        text = say("Trained: the parameters after {updates} updates", plan.language, updates=updates)
        self.show(TRAINED, page, made, step, text, iteration_name(updates) if follows else "")

    def render(self, page: Page, images: np.ndarray | None) -> Template:
        """The template of a page with its title, and links where nothing else stands."""
        rows, style = self.file.rows(), self.file.style
        if free(page, Cell(1, 1)):
            rows.title(Cell(1, 1), style("title"))
        for cell, text, _ in pages.LINKS:
            if free(page, cell):
                rows.text(cell, say(text, self.plan.language), style("link"), measured=False)
        picked = None if images is None else images.tolist()
        add_page(page, rows, style, self.plan.language, picked)
        return rows.template()

    def show(self, name: str, page: Page, made: Template, step: Mapping, text: str, before: str = "") -> None:
        """A sheet of quantities; its numbers wait in the temporary file until the workbook is closed.

        Raises DivergedError where one of them is not finite.
        """
        initial = {INITIAL + name: array for name, array in self.plan.problem.parameters.items()}
        numbers = vector(page, ChainMap(initial, step))
        if not np.isfinite(numbers).all():
            raise self.error(step)
        size, known = np.abs(numbers[made.order]), self._largest.get(id(made))
        self._largest[id(made)] = size if known is None else np.maximum(known, size)
        start = self.spool.seek(0, 2)
        self.spool.write(numbers.tobytes())

        def rows() -> str:
            self.spool.seek(start)
            stored = np.frombuffer(self.spool.read(numbers.size * 8), dtype=float)
            return made.fill(stored, quoted(before) if before else "", title)

        title = self.file.strings(text)
        sheet = self.file.sheet(name)
        sheet.show(rows, made.last)
        self._shown.append((sheet, page, made))
