"""A result that is being written: what stands around the sheets of quantities, and how those are rendered and kept."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from xlnn import pages
from xlnn.book_file import BookFile
from xlnn.cells import Cell, quoted
from xlnn.errors import LimitError, Where
from xlnn.layouts import Layout
from xlnn.plan import DATA, HELD_OUT, TEST, Plan
from xlnn.problem import Problem
from xlnn.rows import RowsSheet, Template
from xlnn.sheets import INITIAL, Page, add_page, free, vector
from xlnn.training import Step, diverged
from xlnn.words import say


@dataclass
class OutputBook:
    """`open` begins the workbook, `show` and `forward` add sheets of quantities, `close` adds the rest and saves.

    A template is rendered once for all sheets that are alike; the numbers of each sheet wait in the temporary
    file `spool` until the workbook is closed.
    """

    plan: Plan
    file: BookFile
    spool: object
    _front: dict[str, RowsSheet] = field(default_factory=dict)
    _largest: dict[int, np.ndarray] = field(default_factory=dict)  # by template: the largest |number| of every hole
    _shown: list[tuple[RowsSheet, Page, Template]] = field(default_factory=list)

    def open(self) -> None:
        """Summary, Conventions, Settings, Data, Held out and Places; three of them are filled last, when everything is known."""
        self._front = {name: self.file.sheet(name) for name in ("Summary", "Conventions", "Settings")}
        pages.settings_page(self.file, self._front["Settings"], self.plan.problem, self.plan.language)
        what = self.plan.problem.network.things
        self.data(DATA, self.plan.problem, say("Data: {what} and right answers", self.plan.language, what=what))
        if self.plan.problem.held_out is not None:
            text = say("Held out: images that are tried, but never trained with", self.plan.language)
            self.data(HELD_OUT, self.plan.problem.held_out, text)
        self._front["Places"] = self.file.sheet("Places")

    def data(self, name: str, problem: Problem, text: str) -> None:
        """Sheet Data or Held out: a problem's images, their numbers and right answers."""
        layout = self.plan.data_layout(problem.images)
        page = Page(problem.network, Layout(layout.name, layout.data, {}, layout.data_labels), {}, {})
        made = self.render(page, None, name)
        self.show(name, page, made, problem.given(np.arange(problem.images)), text)

    def forward(self, name: str, step: Step, text: str, before: str = "", pictures: bool = True) -> None:
        """A sheet without the backward pass; its parameters are numbers, or refer to the iteration on the sheet `before`."""
        plan = self.plan
        layout = plan.forward_layout(plan.problem.images, pictures)
        page = plan.page(layout, plan.layout(plan.batch) if before else None)
        self.show(name, page, self.render(page, None, name), step, text, before)

    def render(self, page: Page, images: np.ndarray | None, name: str) -> Template:
        """The template of a page with its title, and links where nothing else stands.

        Raises LimitError, naming the sheet, where a formula is too long.
        """
        rows, style = self.file.rows(), self.file.style
        if free(page, Cell(1, 1)) and free(page, Cell(1, 2)):
            rows.title(Cell(1, 1), style("title"))
        for cell, text, _ in pages.LINKS:
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
        numbers = vector(page, ChainMap(initial, step))
        if not np.isfinite(numbers).all():
            raise diverged(step)
        size, known = np.abs(numbers[made.order]), self._largest.get(id(made))
        self._largest[id(made)] = size if known is None else np.maximum(known, size)
        start, length = self.spool.seek(0, 2), numbers.nbytes
        self.spool.write(numbers.tobytes())

        def rows() -> str:
            self.spool.seek(start)
            stored = np.frombuffer(self.spool.read(length), dtype=float)
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
        pages.test_page(file, file.sheet(TEST), plan, parameters)
        pages.places_page(file, self._front["Places"], plan, iteration)
        pages.summary_page(file, self._front["Summary"], plan, totals, shown, headlines, ending)
        pages.conventions_page(file, self._front["Conventions"], plan, ending, record)
        first: dict[int, RowsSheet] = {}  # of sheets that are alike
        for sheet, page, made in self._shown:
            pages.furnish(file, sheet, page, made, self._largest[id(made)], plan.problem, first.get(id(made)))
            first.setdefault(id(made), sheet)
        file.close()
