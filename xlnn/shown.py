"""Which sheets of a workbook show an iteration, where on them each quantity lies, and the numbers there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from xlnn import places_sheet
from xlnn.cells import Cell
from xlnn.layouts import arrange
from xlnn.places import Place
from xlnn.plan import DATA, FORWARD, SOLVED, START, TRAINED, iteration_name
from xlnn.problem import Problem
from xlnn.reader import read_book
from xlnn.workbook import Workbook, is_number

ITERATION = re.compile(r"Iteration ([1-9][0-9]*)")
TRUTHS = {"○": 1.0, "〇": 1.0, "◯": 1.0, "o": 1.0, "×": 0.0, "x": 0.0, "✗": 0.0}  # marks of right and wrong


@dataclass(frozen=True)
class Shown:
    """One iteration as a workbook shows it: `places` gives sheet and place of every quantity that is there.

    `named` are the quantities that the workbook itself says are there, so that blank cells of theirs are
    missing; `images` the positions of the images; `before` the sheet whose new parameters it uses.
    """

    name: str
    places: Mapping[str, tuple[str, Place]]
    named: frozenset[str]
    images: np.ndarray
    iteration: int
    before: str = ""

    def cell(self, name: str, index: tuple[int, ...]) -> tuple[str, Cell]:
        """Sheet and cell of one number, `index` with the image in front where there is one."""
        sheet, place = self.places[name]
        return sheet, place.cell(*index)


@dataclass
class Book:
    """A workbook with the problem in it and the iterations that it shows."""

    workbook: Workbook
    problem: Problem | None  # None where the sheets show no network
    iterations: tuple[Shown, ...] = ()
    language: str = "en"
    _numbers: dict[tuple[str, str, Place], np.ndarray] = field(default_factory=dict)
    _grids: dict[str, np.ndarray] = field(default_factory=dict)

    def numbers(self, shown: Shown, name: str) -> np.ndarray:
        """The numbers at a quantity's place, nan where a cell holds none."""
        return self.numbers_at(name, *shown.places[name])

    def numbers_at(self, name: str, sheet: str, place: Place) -> np.ndarray:
        key = name, sheet, place
        if key not in self._numbers:
            marks = self.problem is not None and self.problem.network.quantities[name].kind == "right"
            self._numbers[key] = as_numbers(self.workbook.block(sheet, place), marks)
        return self._numbers[key]

    def grid(self, sheet: str) -> np.ndarray:
        """All numbers of a sheet, (rows, columns); what is no number is 0, as a formula's sum takes it."""
        if sheet not in self._grids:
            self._grids[sheet] = np.nan_to_num(as_numbers(self.workbook.sheet(sheet)), nan=0.0)
        return self._grids[sheet]

    def found(self, sheet: str, cell: Cell):
        """What stands in a cell."""
        return self.workbook.block(sheet, Place(cell))[()]


def as_numbers(values: np.ndarray, marks: bool = False) -> np.ndarray:
    """Cells as floats, nan where one holds no number; `marks`: ○ and × count as 1 and 0."""
    if set(map(type, values.flat)) <= {int, float, type(None)}:
        return values.astype(float)
    return np.array([_number(value, marks) for value in values.flat], dtype=float).reshape(values.shape)


def _number(value, marks: bool) -> float:
    if is_number(value):
        return float(value)
    if marks and isinstance(value, bool):
        return float(value)
    return TRUTHS.get(str(value).strip().lower(), np.nan) if marks else np.nan


def book_of(workbook: Workbook, *, places: str | Path | None = None, language: str | None = None, **settings) -> Book:
    """Reads the problem in a workbook and finds its iterations. Raises as `xlnn.read` does."""
    problem = read_book(workbook, places=places, language=language, **settings)
    lines = _lines(workbook, places)
    book = Book(workbook, problem, language=problem.origin.language)
    numbered = sorted((int(match[1]), name) for name in workbook.sheets if (match := ITERATION.fullmatch(name)))
    written = numbered or any(name in workbook.sheets for name in (TRAINED, SOLVED))
    found = _written(book, lines, numbered) if written else [_by_hand(book, lines)]
    book.iterations = tuple(shown for shown in found if computed(shown, problem))
    return book


def computed(shown: Shown, problem: Problem) -> list[str]:
    """The quantities on a sheet that follow from others."""
    return [rule.result.name for rule in problem.network.rules if rule.result.name in shown.places]


def _lines(workbook: Workbook, places: str | Path | None) -> dict[str, places_sheet.Line]:
    source = Workbook(places) if places is not None else workbook
    return places_sheet.parse(source.lines(places_sheet.SHEET), source.name) if places_sheet.SHEET in source.sheets else {}


def _written(book: Book, lines: Mapping[str, places_sheet.Line], numbered: list[tuple[int, str]]) -> Iterator[Shown]:
    """The sheets `Iteration 1` …, Start, Trained, Solved of a workbook laid out as xlnn lays it out."""
    problem, sheets = book.problem, book.workbook.sheets
    named = {n: line.again or line for n, line in lines.items() if line.again or line.sheet != DATA}
    for number, name in numbered:
        before = iteration_name(number - 1)
        yield _sheet(book, name, named, problem.batch(number), number, before if before in sheets else "")
    last, name = numbered[-1] if numbered else (0, "")
    for single in (START, TRAINED, SOLVED):  # all images, without the backward pass
        if single in sheets:
            shown = _sheet(book, single, named if problem.origin.own else {}, np.arange(problem.images), last + 1)
            follows = single == TRAINED and last == problem.settings.iterations
            kept = {n: where for n, where in shown.places.items() if problem.network.quantities[n].kind in FORWARD}
            yield Shown(single, kept, frozenset(), shown.images, last + 1, name if follows else "")


def _sheet(book: Book, name: str, lines: Mapping, images: np.ndarray, number: int, before: str = "") -> Shown:
    """One sheet: the places that are named; of the standard ones those that hold numbers, unless a person chose others."""
    problem, count = book.problem, len(images)
    quantities = problem.network.quantities
    own = {n: line.place(quantities[n], count) for n, line in lines.items() if n in quantities and n != "digit"}
    standard = {} if problem.origin.own else arrange(problem.settings.layout, list(quantities.values()), count).places
    places = {n: (name, place) for n, place in {**standard, **own}.items()}
    kept = {n: where for n, where in places.items() if n in own or _holds_numbers(book, n, *where)}
    return Shown(name, kept, frozenset(own), images, number, before)


def _by_hand(book: Book, lines: Mapping[str, places_sheet.Line]) -> Shown:
    """A sheet built by hand: its sheet Places says where, or it has the authors' arrangement."""
    problem, origin = book.problem, book.problem.origin
    images, quantities = problem.images, problem.network.quantities
    there = {n: line for n, line in lines.items() if n in quantities and line.sheet in book.workbook.sheets}
    own = {n: (line.sheet, line.place(quantities[n], images)) for n, line in there.items()}
    sheet = origin.sources[problem.network.parameters[0].name][0]
    places = {}
    if not any(q.name in origin.own for q in problem.network.parameters):
        standard = arrange(problem.settings.layout, list(quantities.values()), images).places
        places = {n: (sheet, place) for n, place in standard.items()}
    places |= origin.sources | own
    kept = {n: where for n, where in places.items() if n in own or n in origin.sources or _holds_numbers(book, n, *where)}
    rules = problem.network.rule_of
    name = next((where[0] for n, where in own.items() if n in rules), sheet)
    return Shown(name, kept, frozenset(own), np.arange(images), 1)


def _holds_numbers(book: Book, name: str, sheet: str, place: Place) -> bool:
    """Whether at least half of a quantity's cells hold numbers; other things may stand at a place nobody named."""
    return np.isfinite(book.numbers_at(name, sheet, place)).mean() >= 0.5
