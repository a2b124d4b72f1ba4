"""The result that is a person's own workbook: his sheets for every iteration, and xlnn's sheets beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import IO, BinaryIO

import numpy as np

from xlnn.book.conventions import conventions_page
from xlnn.book.names import CONVENTIONS, PLACES, SETTINGS, SUMMARY, TEST, TRAINED, iteration_name
from xlnn.book.origin import origin_of
from xlnn.book.own_calculated import write_calculated
from xlnn.book.own_iterations import written_sheets
from xlnn.book.own_rounds import OwnRounds, own_sheets
from xlnn.book.own_sheets import OwnSheets
from xlnn.book.places_words import NEXT_SHEET
from xlnn.book.places_writing import finish, line_words, write_lines
from xlnn.book.plan import Plan
from xlnn.book.quantity_names import IMAGE_COUNT
from xlnn.book.result import OutputBook
from xlnn.book.settings import settings_page
from xlnn.book.summary_sheet import summary_page
from xlnn.book.test_sheet import test_page
from xlnn.book.understood_places import one_step
from xlnn.book.whereabouts import GIVEN, Lying
from xlnn.errors import ContentError, LimitError, Where
from xlnn.layout.cells import Cell
from xlnn.layout.labels import symbols
from xlnn.layout.layouts import PARAMETERS
from xlnn.layout.places import Move, Place
from xlnn.model.quantities import Quantity
from xlnn.model.training import Step, diverged
from xlnn.words import joined, say, these
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.package import Package
from xlnn.xlsx.rows import RowsSheet
from xlnn.xlsx.saving import NewFile
from xlnn.xlsx.workbook import Workbook

FRONT = (SUMMARY, CONVENTIONS, SETTINGS, PLACES)


def own_plan(plan: Plan) -> Plan:
    """The plan of the sheets beside a person's own: in xlnn's arrangement, with numbers; as a table where it is too wide."""
    problem = replace(plan.problem, origin=replace(origin_of(plan.problem), own={}))
    try:
        return Plan(problem, plan.kept, "all", "values", plan.language)
    except LimitError:
        return Plan(problem.with_settings(layout="table"), plan.kept, "all", "values", plan.language)


def draft_of(path: Path, stack: ExitStack) -> NewFile:
    """A file for a result `path`, in a temporary folder that goes with the `stack`."""
    folder = stack.enter_context(TemporaryDirectory())
    draft = NewFile(Path(folder, "draft.xlsx"), path, 0o600)
    stack.callback(draft.abandon)
    return draft


class _Beside(OutputBook):
    """The sheets beside a person's own; those of iterations have only what his do not show."""

    def shown(self, step: Step, names: Sequence[str]) -> None:
        """The sheet Iteration n with these quantities."""
        page = self.plan.page(self.plan.layout(self.plan.batch))
        page = replace(page, layout=page.layout.only(names))
        if "missing" not in self._templates:
            self._templates["missing"] = page, self.render(page, None, iteration_name(step.iteration))
        text = say(
            "Iteration {number}: the parameters after {updates} updates",
            self.plan.language, number=step.iteration, updates=step.iteration - 1,
        )  # fmt: skip
        page, made = self._templates["missing"]
        self.show(iteration_name(step.iteration), page, made, step, text + self.went_on())


@dataclass
class OwnResult:
    """As OutputBook, of a person's own sheets; `missing`: what they do not show stands on sheets of its own."""

    chosen: Plan
    plan: Plan  # of the sheets beside them
    target: BinaryIO
    draft: NewFile  # the workbook until all of its formulas have results
    title: str
    spool: IO[bytes]
    front: Callable[[BookFile], None] | None = None
    missing: bool = False
    look: Mapping = field(default_factory=dict)  # decimals and what is printed of the sheets beside them, as BookFile takes it
    _memory: BytesIO = field(default_factory=BytesIO)

    def __post_init__(self):
        origin = origin_of(self.chosen.problem)
        assert origin.path is not None
        assert origin.iterations is not None
        book, own = Workbook(origin.path), origin.iterations
        self._check_names(book)
        self.sheets: OwnSheets | OwnRounds = own_sheets(
            book, self.chosen.problem, own.without_apart, self.chosen.formulas, self.draft, self.chosen.kept
        )
        self.beside = _Beside(self.plan, BookFile(self._memory, self.title, **self.look), self.spool)

    def _check_names(self, book: Workbook) -> None:
        """Raises ContentError where the workbook has a sheet of a name that the result needs."""
        replaced = written_sheets(book)
        wanted = (*FRONT, TRAINED, TEST)
        taken = next((found for name in wanted if (found := book.find(name)) and found not in replaced), None)
        if taken:
            raise ContentError("the result has a sheet of this name; rename it, or use --layout book.", Where(book.name, taken))

    @property
    def written(self) -> list[int]:
        return self.sheets.written

    def name(self, number: int) -> str:
        """The sheet that stands for an iteration."""
        return self.sheets.names.main(number)

    def open(self) -> None:
        """Summary, Conventions, Settings and Places; three of them are filled last."""
        if self.front:
            self.front(self.beside.file)
        self._front = {name: self.beside.file.sheet(name) for name in FRONT}
        problem = self.chosen.problem.with_settings(layout=self.plan.problem.settings.layout)
        settings_page(self.beside.file, self._front[SETTINGS], problem, self.plan.language)

    def iteration(self, step: Step) -> None:
        """The sheets of one iteration. Raises DivergedError where a number on them is not finite."""
        if not all(np.isfinite(step[name]).all() for name in self.sheets.own.first):
            raise diverged(step)
        self.sheets.write(step)
        if self.missing and self._left_out:
            self.beside.shown(step, self._left_out)

    @cached_property
    def _left_out(self) -> list[str]:
        """The quantities that a person's sheets do not show."""
        layout, shown = self.plan.layout(self.plan.batch), self.sheets.own.first
        return [name for name in layout.places if name not in shown and name != "number"]

    def trained(self, step: Step, diverged: bool = False) -> None:
        """Sheet Trained, in xlnn's arrangement."""
        self.beside.trained(step, diverged)

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
        """What OutputBook.close writes; then a person's own sheets that are there once, and xlnn's beside them."""
        beside, file, plan = self.beside, self.beside.file, self.plan
        self.sheets.close()
        test_page(file, file.sheet(TEST), plan, parameters)
        self._places(self._front[PLACES])
        names = {sheet.get_name() for sheet in file.book.worksheets()}
        summary_page(file, self._front[SUMMARY], plan, totals, shown, headlines, ending)
        conventions_page(file, self._front[CONVENTIONS], plan, ending, record, dict(self._told()))
        beside.furnish()
        file.close()
        own = self.sheets.order()
        order = [name for name in file.sheet_names if name not in (TRAINED, TEST)]
        before = [name for name in order if not name.startswith("Iteration ")]
        behind = [name for name in order if name.startswith("Iteration ")]
        copy = self.sheets.copy
        copy.graft(Package(self._memory.getvalue(), Where(self.title)), sorted(names))
        copy.close([*before, *own, *behind, TRAINED, TEST], self.sheets.defined, self.sheets.stale)
        self.draft.close()
        judged = self.sheets.judged
        if self.sheets.stale or judged:
            write_calculated(self.draft.temporary, self.target, judged)
        else:
            with self.draft.temporary.open("rb") as whole:
                copyfileobj(whole, self.target)

    def _told(self) -> Iterator[tuple[str, str]]:
        """What Conventions says otherwise of these sheets, by topic."""
        language, sheets = self.plan.language, self.sheets
        cells = "own formulas" if sheets.formulas else "own values"
        yield "numbers", say(_CELLS[cells], language)
        yield "addresses", say(_ADDRESSES, language)
        if sheets.others:
            yield "other sheets", say(_OTHERS, language, sheets=these(sheets.others))
        lost = sorted(sheets.copy.lost)
        if lost:
            yield "left out", say("From the repeated sheets: {parts}.", language, parts=joined(lost, ", ", language))
        if sheets.formulas and sheets.trust.names:
            names = symbols((self.plan.problem.network.quantities[name] for name in sorted(sheets.trust.names)), language)
            text = "Some formulas of {names} give other numbers than the network; numbers stand in their cells."
            yield "formulas", say(text, language, names=joined(names, ", ", language))
        if sheets.stale:
            yield "results", say(_STALE, language)

    # ---- Places --------------------------------------------------------------------------------------

    def _places(self, sheet: RowsSheet) -> None:
        """Sheet Places: the parameters to go on with on Trained, then everything of the first iteration, and how they go on."""
        file = self.beside.file
        rows, style = file.rows(), file.style
        lines = [line_words(*line, self.plan.language, self._onward(line)) for line in self._lines()]
        images = write_lines(rows, lines, style("header"), self.plan.language)
        rows.text(Cell(images, 1), IMAGE_COUNT[self.plan.language])
        rows.number(Cell(images, 2), self.plan.batch, style("integer"))  # as many as an iteration shows
        finish(file, sheet, rows)

    def _lines(self) -> Iterator[tuple[Quantity, str, Place, float, Move | None]]:
        quantities, factors = self.plan.problem.network.quantities, self.sheets.own.factors
        trained = self.plan.forward_layout(self.plan.problem.images).places
        for q in quantities.values():
            if q.kind in PARAMETERS and q.name in trained:
                yield q, TRAINED, trained[q.name], 1.0, None
        for name in quantities:
            where = self._where(name)
            if where is not None:
                yield (
                    quantities[name],
                    *one_step(where, quantities[name].per_image),
                    factors.get(name, 1.0),
                    self._following(name),
                )
        if self.missing and self.written:
            places = self.plan.layout(self.plan.batch).places
            for name in self._left_out:
                yield quantities[name], iteration_name(self.written[0]), places[name], 1.0, NEXT_SHEET

    def _where(self, name: str) -> Lying | None:
        """Where a quantity of the first written iteration stands; a new parameter perhaps among the next one's."""
        own, first = self.sheets.own, next(iter(self.written), None)
        old = name.removeprefix("new_")
        if name in own.first and (first is not None or (name in GIVEN and own.first[name][0] not in own.sheets)):
            return own.first[name] if first is None else self.sheets.names.where(name, first)
        shown = own.beyond.get(min(own.shown), {})
        if name not in shown or first is None or not (own.steps or first + 1 in self.written):
            return None
        return self.sheets.names.where(old, first + 1)

    def _onward(self, line: tuple) -> Move | None:
        """Where the next epoch has a quantity, if it goes on otherwise than the iterations."""
        own, (q, sheet, _, _, following) = self.sheets.own, line
        name = q.name if q.name in own.first else q.name.removeprefix("new_")
        if own.round == 1 or sheet == TRAINED or following == NEXT_SHEET or name not in own.first:
            return None
        return own.steps.get(name) if own.steps else NEXT_SHEET if own.first[name][0] in own.sheets and name != "eta" else None

    def _following(self, name: str) -> Move | None:
        own, name = self.sheets.own, name if name in self.sheets.own.first else name.removeprefix("new_")
        if own.round > 1:
            return own.inside.get(name)
        if name in own.tables:
            return own.tables[name]
        if own.steps:
            return own.steps.get(name)
        stays = (
            name in GIVEN
            and len(own.shown) > 1
            and all(where.get(name, own.first[name]) == own.first[name] for where in own.shown.values())
        )
        return NEXT_SHEET if self.written and own.first[name][0] in own.sheets and not stays else None


_CELLS = {
    "own values": "The cells of the quantities hold values; --cells formulas keeps the formulas of the sheets.",
    "own formulas": "The formulas are those of the workbook, with the results of the training; what refers to an iteration "
    "without a sheet is a number. Summary and sheet Trained have numbers.",
}


_ADDRESSES = "The workbook's own sheets, with everything that stands on them; only the numbers at the quantities' places are new."


_OTHERS = "Belong to no one iteration, and stand here once: {sheets}. What they read of an iteration is read from its sheets."


_STALE = (
    "Other formulas that read these numbers are calculated with them, too; what xlnn does not calculate, Excel or LibreOffice "
    "does when the workbook is opened."
)
