"""A result that is being written: what stands around the sheets of quantities, and how those are rendered and kept."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, cast

import numpy as np

from xlnn.book.conventions import conventions_page
from xlnn.book.look import LINKS, furnish
from xlnn.book.names import (
    CONVENTIONS,
    DATA,
    HELD_OUT,
    PLACES,
    SETTINGS,
    SOLVED,
    SUMMARY,
    TEST,
    TRAINED,
    iteration_name,
)
from xlnn.book.numbers import INITIAL, Page, add_page, free, vector
from xlnn.book.origin import origin_of
from xlnn.book.places_writing import places_page
from xlnn.book.plan import Plan
from xlnn.book.settings import settings_page
from xlnn.book.summary_sheet import summary_page
from xlnn.book.test_sheet import test_page
from xlnn.errors import LimitError, Where
from xlnn.layout.cells import Cell, quoted
from xlnn.layout.layouts import BACKWARD
from xlnn.model.problem import Problem
from xlnn.model.training import Step, diverged
from xlnn.words import say
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.rows import RowsSheet, Template


@dataclass
class OutputBook:
    """`open` begins the workbook, `show` and `forward` add sheets of quantities, `close` adds the rest and saves.

    A template is rendered once for all sheets that are alike; the numbers of each sheet wait in the temporary
    file `spool` until the workbook is closed.
    """

    plan: Plan
    file: BookFile
    spool: IO[bytes]
    _front: dict[str, RowsSheet] = field(default_factory=dict)
    _rooms: dict[int, np.ndarray] = field(default_factory=dict)  # by template: the most characters of every hole
    written: list[int] = field(default_factory=list)  # iterations that have a sheet
    errors: bool = True  # whether the sheets without gradients have δ
    _shown: list[tuple[RowsSheet, Page, Template]] = field(default_factory=list)
    _templates: dict = field(default_factory=dict)

    def open(self) -> None:
        """Summary, Conventions, Settings, Data, Held out and Places; three of them are filled last, when everything is known."""
        self._front = {name: self.file.sheet(name) for name in (SUMMARY, CONVENTIONS, SETTINGS)}
        settings_page(self.file, self._front[SETTINGS], self.plan.problem, self.plan.language)
        what = self.plan.problem.network.things
        self.data(DATA, self.plan.problem, say("Data: {what} and right answers", self.plan.language, what=what))
        if self.plan.problem.held_out is not None:
            text = say("Held out: images that are tried, but never trained with", self.plan.language)
            self.data(HELD_OUT, self.plan.problem.held_out, text)
        self._front[PLACES] = self.file.sheet(PLACES)

    def data(self, name: str, problem: Problem, text: str) -> None:
        """Sheet Data or Held out: a problem's images, their numbers and right answers."""
        layout = self.plan.data_layout(problem.images)
        page = Page(problem.network, layout.data_sheet(), {}, {})
        made = self.render(page, None, name)
        self.show(name, page, made, problem.given(np.arange(problem.images)), text)

    def name(self, number: int) -> str:
        """The sheet of an iteration."""
        return iteration_name(number)

    def iteration(self, step: Step) -> None:
        """The sheet of one iteration."""
        number, language = step.iteration, self.plan.language
        follows = self.plan.formulas and number - 1 in self.written
        images = step["number"] - 1
        page, made = self.template(images, follows, iteration_name(number))
        before = iteration_name(number - 1) if follows else ""
        text = say("Iteration {number}: the parameters after {updates} updates", language, number=number, updates=number - 1)
        text += self.went_on()
        self.show(iteration_name(number), page, made, step, text, before)
        self.written.append(number)

    def went_on(self) -> str:
        """Where the first parameters are those of an earlier training: that the updates are counted from there."""
        origin = origin_of(self.plan.problem)
        sheets = {sheet for name, (sheet, _) in origin.sources.items() if name[0] in "wb"}
        sheet = next(iter(sheets & {TRAINED, SOLVED}), "")
        if origin.earlier or not (sheet and origin.path):
            return ""
        return say(", counted from sheet {sheet} of {workbook}", self.plan.language, sheet=sheet, workbook=origin.path.name)

    def template(self, images: np.ndarray, follows: bool, name: str) -> tuple[Page, Template]:
        """Page and template for these images, made once for all iterations that are alike."""
        alike = images.tobytes() if self.plan.formulas and not self.plan.whole else len(images)
        key = alike, follows
        if key not in self._templates:
            layout = self.plan.layout(len(images))
            page = self.plan.page(layout, layout if follows else None)
            self._templates[key] = page, self.render(page, images, name)
        return self._templates[key]

    def trained(self, step: Step, diverged: bool = False) -> None:
        """Sheet Trained: an iteration's sheet without gradients; its parameters refer to the last iteration's new ones
        unless those are no finite numbers."""
        plan, updates = self.plan, step.iteration - 1
        follows = plan.formulas and not diverged and updates in self.written
        text = say("Trained: the parameters after {updates} updates", plan.language, updates=updates) + self.went_on()
        start = iteration_name(1) if 1 in self.written else ""
        self.forward(TRAINED, step, text, iteration_name(updates) if follows else "", start=start)

    def forward(self, name: str, step: Step, text: str, before: str = "", pictures: bool = True, start: str = "") -> None:
        """A sheet without gradients, with δ where that is finite; its parameters are numbers, or refer to the iteration on the
        sheet `before`, the pictures of the first filters to the sheet `start`."""
        plan, quantities = self.plan, self.plan.problem.network.quantities
        layout = plan.forward_layout(plan.problem.images, pictures)
        if not all(np.isfinite(step[name]).all() for name in layout.places if quantities[name].kind in BACKWARD):
            layout, self.errors = plan.forward_layout(plan.problem.images, pictures, errors=False), False
        page = plan.page(layout, plan.layout(plan.batch) if before else None, start)
        self.show(name, page, self.render(page, None, name), step, text, before)

    def render(self, page: Page, images: np.ndarray | None, name: str) -> Template:
        """The template of a page with its title, and links where nothing else stands.

        Raises LimitError, naming the sheet, where a formula is too long.
        """
        rows, style = self.file.rows(), self.file.style
        if free(page, Cell(1, 1)) and free(page, Cell(1, 2)):
            rows.title(Cell(1, 1), style("title"))
        for cell, text, _ in LINKS:
            if free(page, cell):
                rows.text(cell, text, style("link"), measured=False)
        picked = None if images is None else images.tolist()
        try:
            add_page(page, rows, style, self.plan.language, picked)
        except LimitError as error:
            error.where = Where(sheet=name)
            raise
        return rows.template()

    def show(self, name: str, page: Page, made: Template, step: Mapping, text: str, before: str = "") -> None:
        """A sheet of quantities; its numbers wait in the temporary file until the workbook is closed.

        Raises DivergedError where one of them is not finite.
        """
        initial = {INITIAL + name: array for name, array in self.plan.initial.items()}
        numbers = vector(page, ChainMap(initial, cast(dict, step)))
        if not np.isfinite(numbers).all():
            raise diverged(cast(Step, step))
        room, known = made.room(numbers), self._rooms.get(id(made))
        self._rooms[id(made)] = room if known is None else np.maximum(known, room)
        start, length = self.spool.seek(0, 2), numbers.nbytes
        self.spool.write(numbers.tobytes())

        def rows() -> str:
            self.spool.seek(start)
            stored = np.frombuffer(self.spool.read(length), dtype=np.float64)
            return made.fill(stored, quoted(before) if before else "", title)

        title = self.file.strings(text)
        sheet = self.file.sheet(name)
        sheet.show(rows, made.last)
        self._shown.append((sheet, page, made))

    def close(
        self,
        parameters: Mapping[str, np.ndarray],
        totals: Sequence[tuple],
        shown: Mapping[int, str],
        headlines: Sequence[str],
        iteration: str = "",
        ending: tuple[str, str] | None = None,
        record: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Test with these `parameters`, Places, Summary and Conventions; then the file is saved.

        `totals`: updates done, C_T and share right; `shown`: the sheet that has the parameters after so many updates;
        `iteration`: the first iteration's sheet, if any; `ending`: topic and text of what ended a training early; `record`:
        the lines of Conventions with which it can go on.
        """
        plan, file = self.plan, self.file
        test_page(file, file.sheet(TEST), plan, parameters)
        places_page(file, self._front[PLACES], plan.places_lines(iteration, self.errors), plan.language)
        summary_page(file, self._front[SUMMARY], plan, totals, shown, headlines, ending)
        conventions_page(file, self._front[CONVENTIONS], plan, ending, record)
        self.furnish()
        file.close()

    def furnish(self) -> None:
        """How the sheets of quantities look; it depends on how much room their numbers take."""
        file, plan = self.file, self.plan
        first: dict[int, RowsSheet] = {}  # of sheets that are alike
        for sheet, page, made in self._shown:
            furnish(file, sheet, page, made, self._rooms[id(made)], plan.problem, first.get(id(made)))
            first.setdefault(id(made), sheet)
