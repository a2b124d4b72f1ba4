"""Trains a problem and writes the workbook in which every iteration is a sheet and every number a cell."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlnn.book import resume_record as record
from xlnn.book.interrupt import Stopped, asked_to_stop
from xlnn.book.names import TRAINED
from xlnn.book.origin import Earlier, Options, origin_of
from xlnn.book.plan import Plan, check_updates, kept_by_default, kept_iterations
from xlnn.book.result import OutputBook
from xlnn.book.summary_sheet import headlines
from xlnn.errors import DivergedError
from xlnn.model.problem import Problem
from xlnn.model.threads import one_thread
from xlnn.model.training import Step, counted, finish, step_of, train, trained
from xlnn.words import say
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.saving import check_space, check_target, replacing

if TYPE_CHECKING:
    from xlnn.book.own_result import OwnResult

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
    parameters: Mapping[str, np.ndarray] = field(default_factory=dict)  # after training
    keep: str = "all"  # which iterations that is

    @property
    def right(self) -> int | None:
        """Images right after training."""
        return None if self.share is None else round(self.share * self.images)


def write(
    problem: Problem,
    path: str | Path,
    *,
    keep: str | None = None,
    detail: str | None = None,
    cells: str | None = None,
    language: str | None = None,
    decimals: int | None = None,
    printed: str = "first",
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
    stopping: Callable[[], None] | None = None,
    front: Callable[[BookFile], None] | None = None,
    add_missing: bool = False,
) -> Result:
    """Trains `problem` and writes all of it to `path`.

    keep: iterations that get a sheet: "all" (the default up to 100; above, about 100 of them), "every:10", "first,last" or
    "1,2,50". detail: "all" (the
    default), "units" (without the gradients of single images) or "totals" (without single images). cells: "values" (the
    default) or "formulas". For a resumed problem the defaults are what was chosen before. decimals: as many
    for every number, instead of the digits that it needs. printed: of an iteration's images the "first" eight (the default)
    or "all". `progress(done, all)` is called
    after each iteration; `front(file)` adds sheets before all others.

    The result of a person's own workbook is made of his sheets, unless a layout was asked for when it was read; what they do
    not show is left out, or with `add_missing` stands on sheets of its own.

    Ctrl-C, or a KeyboardInterrupt in `progress`, ends the training after the iteration under way: `stopping()` is called,
    the iterations so far are written, marked as unfinished, and Stopped, a KeyboardInterrupt, is raised. Another Ctrl-C
    interrupts at once, and nothing is written.

    Raises UsageError, LimitError (before anything is computed), SaveError; DivergedError after writing the
    iterations whose numbers are finite.
    """
    path = Path(path)
    earlier = origin_of(problem).earlier
    keep = keep or (None if earlier else kept_by_default(problem))
    options = _options(earlier, keep=keep, detail=detail, cells=cells)
    check_updates(problem.settings.iterations, problem.per_epoch)  # before they are counted
    kept = frozenset(n for n in kept_iterations(options.keep, problem.settings.iterations) if n > problem.done)
    plan = Plan(problem, kept, options.detail, options.cells, language or problem.language)
    check_target(path, problem.inputs, force)
    check_space(path, plan.numbers)
    with replacing(path, force) as temporary, one_thread, ExitStack() as stack:
        spool = stack.enter_context(tempfile.TemporaryFile())
        book: OutputBook | OwnResult
        if plan.own_sheets:
            from xlnn.book.own_result import OwnResult, draft_of, own_plan

            look = {"decimals": decimals, "printed": printed}
            draft = draft_of(path, stack)
            book = OwnResult(plan, own_plan(plan), temporary, draft, path.stem, spool, front, missing=add_missing, look=look)
        else:
            file = BookFile(temporary, path.stem, decimals, printed)
            if front:
                front(file)
            book = OutputBook(plan, file, spool)
        writing = _Writing(plan, book, options)
        writing.run(progress, stopping)
    if writing.diverged:
        told = {"first": writing.diverged.text, "then": writing.before(temporary.path).text}
        raise DivergedError("{first} {then}", **writing.diverged.fields | told)
    first, last = writing.totals[0], writing.totals[-1]
    result = Result(
        temporary.path,
        last[0],
        first[1],
        last[1],
        problem.images,
        last[2],
        tuple(writing.book.written),
        writing.parameters,
        options.keep,
    )
    if writing.stopped:
        raise Stopped(result=result, planned=problem.settings.iterations)
    return result


def _options(earlier: Earlier | None, **given: str | None) -> Options:
    """What the result shows: as given, else as a resumed training did before."""
    before = earlier.record.options if earlier else Options()
    return replace(before, **{name: value for name, value in given.items() if value is not None})


@dataclass
class _Writing:
    """One run: trains, and shows each kept step on its sheet."""

    plan: Plan
    book: OutputBook | OwnResult
    options: Options
    totals: list[Total] = field(default_factory=list)
    diverged: DivergedError | None = None
    stopped: bool = False
    parameters: dict = field(default_factory=dict)

    def run(self, progress: Callable | None, stopping: Callable | None) -> None:
        """All sheets in their order."""
        self.book.open()
        self.totals += self.plan.earlier.totals if self.plan.earlier else ()
        with asked_to_stop() as asked:
            end = self.train(lambda done: self.stops(done, progress, asked))
        if self.stopped and stopping:
            stopping()
        self.book.trained(end, bool(self.diverged))
        written = self.book.written
        shown = {number - 1: self.book.name(number) for number in written} | {self.totals[-1][0]: TRAINED}
        ending = self.ending()
        lines = headlines(self.book.plan, self.totals, ending)
        first = self.book.name(written[0]) if written else ""
        kept = record.lines(self.plan.problem, end.parameters, self.totals, self.options, self.plan.language)
        self.parameters = end.parameters
        self.book.close(end.parameters, self.totals, shown, lines, first, ending, kept)

    def ending(self) -> tuple[str, str] | None:
        """Topic and text of what ended the training early."""
        language = self.plan.language
        if self.diverged:
            return "diverged", self.diverged.text(language)
        if not self.stopped:
            return None
        done, planned = self.totals[-1][0], self.plan.problem.settings.iterations
        text = "Unfinished: stopped after {updates} of {planned} updates. `xlnn train --resume` goes on with this workbook."
        return "unfinished", say(text, language, updates=done, planned=planned)

    def stops(self, done: int, progress: Callable | None, asked: Callable[[], bool]) -> bool:
        """Tells `progress` after an iteration; whether the training is to stop here, before its end."""
        planned, interrupted = self.plan.problem.settings.iterations, False
        try:
            if progress:
                progress(done, planned)
        except KeyboardInterrupt:
            interrupted = True
        self.stopped = (interrupted or asked()) and done < planned
        return self.stopped

    def train(self, stops: Callable[[int], bool]) -> Step:
        """Every kept iteration's sheet. Returns all images under the last parameters whose numbers are finite."""
        problem, last, before = self.plan.problem, None, None
        try:
            for step in train(problem):
                if (step.iteration - 1) % problem.per_epoch == 0:
                    self.count(step if self.plan.whole else trained(problem, step.parameters, step.iteration))
                if step.iteration in self.plan.kept:
                    self.book.iteration(step)
                before, last = last and last.parameters, step
                step.new_parameters()
                if stops(step.iteration):
                    break
            end = finish(last) if last else trained(problem, problem.parameters, problem.done + 1)
            self.count(end)
            return end
        except DivergedError as error:
            if last is None:
                raise DivergedError("{text} Nothing was written.", text=error.text) from None
            self.diverged = error
            if self.options.keep != "all" and not self.plan.own_sheets:
                if "last" in self.options.keep.split(","):
                    self.keep_last(last, before)
                self.book.plan = replace(self.plan, kept=frozenset(self.book.written))
            end = trained(problem, last.parameters, last.iteration)
            if self.totals[-1][0] != end.iteration - 1:
                self.count(end)
            return end

    def keep_last(self, last: Step, before: Mapping | None) -> None:
        """The sheet of the last iteration whose numbers are all finite: of `last`, or of the one with the parameters `before`."""
        problem = self.plan.problem
        for number, parameters in ((last.iteration, last.parameters), (last.iteration - 1, before)):
            if parameters is None or number in self.book.written:
                return
            with suppress(DivergedError):
                self.book.iteration(step_of(problem, number, problem.given(problem.batch(number)), parameters, learning=True))
                return

    def before(self, path: Path) -> DivergedError:
        """What of a training that diverged is in the file."""
        if self.options.keep == "all" or self.plan.own_sheets:
            return DivergedError("The iterations before are in {path}.", path=path)
        text = "Iterations before that have a sheet (--keep {kept}): {count}, in {path}; --keep all writes all."
        return DivergedError(text, count=len(self.book.written), path=path, kept=self.options.keep)

    def count(self, step: Step) -> None:
        """Remembers C_T and the share right. Raises DivergedError where C_T is not finite."""
        self.totals.append(counted(self.plan.problem, step))
