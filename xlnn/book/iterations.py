"""Which sheets of a workbook show an iteration, where on them each quantity lies, and the numbers there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np

from xlnn.book import understood
from xlnn.book.authors import recognise
from xlnn.book.names import (
    CONVENTIONS,
    DATA,
    FORWARD,
    HELD_OUT,
    PLACES,
    SETTINGS,
    SOLVED,
    START,
    SUMMARY,
    TEST,
    TRAINED,
)
from xlnn.book.origin import origin_of
from xlnn.book.overwritten import NOTHING, Numbers, Overwritten, at
from xlnn.book.own_iterations import factors_of
from xlnn.book.places_line import Line
from xlnn.book.reader import read_book
from xlnn.book.standard import standard
from xlnn.book.whereabouts import OwnIterations, names_of
from xlnn.errors import ArrangementError, ContentError, XlnnError
from xlnn.layout.arrange import arrange
from xlnn.layout.cells import Cell
from xlnn.layout.layouts import BACKWARD, Layout
from xlnn.layout.listed import sheets_of, spot
from xlnn.layout.places import Place
from xlnn.model.problem import Problem
from xlnn.model.quantities import Quantity
from xlnn.understand import Understood
from xlnn.xlsx.workbook import Workbook, is_number

TRUTHS = {"○": 1.0, "〇": 1.0, "◯": 1.0, "o": 1.0, "×": 0.0, "x": 0.0, "✗": 0.0}  # marks of right and wrong


@dataclass(frozen=True)
class Shown:
    """One iteration as a workbook shows it: `places` gives sheet and place of every quantity that is there.

    `images` are the positions of the images, `before` the sheet whose new parameters it uses; `forward`: it has no
    gradients and is not meant to.
    """

    name: str
    places: Mapping[str, tuple[str, Place]]
    images: np.ndarray
    iteration: int
    before: str = ""
    forward: bool = False
    factors: Mapping[str, float] = field(default_factory=dict)  # by quantity: what the sheet's numbers are of its own
    eta: float | None = None  # its own learning rate, where several trainings have one each

    def cell(self, name: str, index: tuple[int, ...]) -> tuple[str, Cell]:
        """Sheet and cell of one number, `index` with the image in front where there is one."""
        return spot(*self.places[name], index)


@dataclass
class Book:
    """A workbook with the problem in it and the iterations that it shows.

    `unseen` are its sheets that were not looked at; `untrainable` says why the network has no backward pass; `decimals`
    are those to which nearly all of its numbers are rounded.
    """

    workbook: Workbook
    problem: Problem | None  # None where the sheets show no network
    iterations: tuple[Shown, ...] = ()
    language: str = "en"
    unseen: tuple[str, ...] = ()
    untrainable: XlnnError | None = None
    decimals: int | None = None
    negated: tuple[str, ...] = ()  # kinds of quantities that are read with the other sign
    understood: Understood | None = None  # what its formulas say, where that was asked
    overwritten: Overwritten = NOTHING  # where numbers stand over formulas, where that was asked
    _numbers: dict[tuple[str, str, Place, float], np.ndarray] = field(default_factory=dict)
    _grids: dict[str, np.ndarray] = field(default_factory=dict)
    _layouts: dict[int, Layout] = field(default_factory=dict)

    def numbers(self, shown: Shown, name: str) -> np.ndarray:
        """The numbers at a quantity's place, nan where a cell holds none."""
        return self.numbers_at(name, *shown.places[name], shown.factors.get(name, 1.0))

    def numbers_at(self, name: str, sheet: str, place: Place, factor: float = 1.0) -> np.ndarray:
        key = name, sheet, place, factor
        if key not in self._numbers:
            marks = self.problem is not None and self.problem.network.quantities[name].kind == "right"
            turned = self.problem is not None and self.problem.network.quantities[name].kind in self.negated
            self._numbers[key] = (-1 if turned else 1) / factor * self._read(sheet, place, marks)
        return self._numbers[key]

    def _read(self, sheet: str, place: Place, marks: bool) -> np.ndarray:
        numbers = self.workbook.floats(sheet, place)
        return as_numbers(self.workbook.block(sheet, place), marks) if np.isnan(numbers).any() else numbers

    def other_numbers(self, shown: Shown, name: str, numbers: Numbers) -> np.ndarray:
        """Numbers that are known of some cells, at a quantity's place; nan elsewhere."""
        return at(numbers, *shown.places[name]) / self.as_shown(shown, name, 1.0)

    def as_shown(self, shown: Shown, name: str, number: float) -> float:
        """A quantity's own number as this workbook would show it: with the other sign where δ is t − a, or b is −θ."""
        turned = self.problem is not None and self.problem.network.quantities[name].kind in self.negated
        return float(number) * shown.factors.get(name, 1.0) * (-1 if turned else 1)

    def under(self, problem: Problem, negated: tuple[str, ...]) -> Book:
        """The same workbook read as another problem's."""
        return replace(self, problem=problem, negated=negated, _numbers={}, _grids={}, _layouts={})

    def blank(self, shown: Shown, name: str) -> np.ndarray:
        """Which of a quantity's cells hold nothing."""
        return np.equal(self.workbook.block(*shown.places[name]), None)

    def grid(self, sheet: str) -> np.ndarray:
        """All numbers of a sheet, (rows, columns); what is no number is 0, as a formula's sum takes it."""
        if sheet not in self._grids:
            self._grids[sheet] = np.nan_to_num(as_numbers(self.workbook.sheet(sheet)), nan=0.0)
        return self._grids[sheet]

    def layout(self, images: int) -> Layout:
        """Where the problem's layout has everything on a sheet of so many images."""
        if images not in self._layouts:
            quantities = list(self.problem.network.quantities.values())
            self._layouts[images] = arrange(self.problem.settings.layout, quantities, images)
        return self._layouts[images]

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
    """Reads the problem in a workbook and finds its iterations.

    Raises as `xlnn.read` does, and ContentError where a formula of theirs has no stored result.
    """
    problem = read_book(workbook, places=places, language=language, **settings)
    origin = origin_of(problem)
    lines, own = origin.lines, origin.iterations
    known = understood.understood(workbook) if own and (not lines or origin.facts) else None
    book = Book(workbook, problem, language=problem.language, untrainable=_untrainable(problem), understood=known)
    numbered = list(workbook.names.iterations.items())
    written = numbered or any(workbook.find(name) for name in (TRAINED, SOLVED))
    if own and known is not None and not written:
        found = list(_own(book, own))
    elif own and (len(own.shown) > 1 or any((line.again or line).following for line in lines.values())):
        found = [*_own(book, own), *_trained(book, own.last)]
    else:
        found = list(_written(book, lines, numbered) if written else [_by_hand(book, lines)])
    if settings.get("eta") is not None:  # an option is above what stands on the sheets
        found = [replace(shown, places={n: where for n, where in shown.places.items() if n != "eta"}) for shown in found]
    found = [_without_gradients(shown, problem, True) if book.untrainable else shown for shown in found]
    book.iterations = tuple(shown for shown in found if computed(shown, problem))
    book.unseen = _unseen(book)
    try:
        for shown in book.iterations:
            workbook.check_calculated(shown.places.values())
    except ContentError as error:
        if known is None or _is_arranged(workbook):
            raise
        raise ArrangementError(error.message, error.where, **error.fields) from error
    return book


def _is_arranged(workbook: Workbook) -> bool:
    """Whether a workbook has the authors' arrangement."""
    try:
        recognise(workbook)
    except ContentError:
        return False
    return True


def computed(shown: Shown, problem: Problem) -> list[str]:
    """The quantities on a sheet that follow from others."""
    return [rule.result.name for rule in problem.network.rules if rule.result.name in shown.places]


def _untrainable(problem: Problem) -> XlnnError | None:
    if not problem.network.answered:
        return None  # its rules are those of the forward pass alone
    try:
        problem.network.check_trainable()
    except XlnnError as error:
        return error
    return None


def _without_gradients(shown: Shown, problem: Problem, untrainable: bool = False) -> Shown:
    """What a sheet shows that no update follows from: the way forward and δ, which an `untrainable` network has not."""
    quantities = problem.network.quantities
    kinds = FORWARD if untrainable else (*FORWARD, *BACKWARD)
    kept = {name: where for name, where in shown.places.items() if quantities[name].kind in kinds}
    return replace(shown, places=kept, before="", forward=True)


def _unseen(book: Book) -> tuple[str, ...]:
    """The sheets with cells that nothing was read from."""
    workbook, origin = book.workbook, origin_of(book.problem)
    own = (SETTINGS, DATA, HELD_OUT, PLACES, *((SUMMARY, CONVENTIONS, TEST) if workbook.marked else ()))
    seen = {workbook.find(sheet) for shown in book.iterations for where in shown.places.values() for sheet in sheets_of(*where)}
    seen |= {workbook.find(sheet) for where in origin.sources.values() for sheet in sheets_of(*where)}
    seen |= {workbook.find(name) for name in own}
    rest = [name for name in workbook.sheets if name not in seen and has_cells(workbook, name)]
    known = book.understood
    return tuple(name for name in rest if known is None or not understood.is_explained(known, name))


def has_cells(workbook: Workbook, sheet: str) -> bool:
    """Whether a sheet has something on it."""
    with suppress(XlnnError):  # one that cannot be read was not looked at, either
        return len(workbook.filled(sheet).codes) > 0
    return True


def missing(book: Book) -> Iterator[Quantity]:
    """What the network has but some sheet neither shows nor leads on to anything that it shows: it was not judged."""
    network = book.problem.network
    written = book.workbook.marked and origin_of(book.problem).iterations is not None  # of what a person's own sheets show
    if (book.understood is not None or written) and _judges_all(book):
        return
    needs = {rule.result.name: {*rule.needs} for rule in network.rules}
    for name, rule in network.summed.items():
        needs[name] |= {*rule.needs}
    reached = [_behind(shown.places, needs) for shown in book.iterations]
    for rule in network.rules:
        q, given = rule.result, rule.result.kind == "answer" or rule.equation.endswith(" stays")
        wanted = [names for shown, names in zip(book.iterations, reached, strict=True) if not shown.forward or q.kind in FORWARD]
        if not given and any(q.name not in names for names in wanted):
            yield q


def _judges_all(book: Book) -> bool:
    """Whether what a sheet of somebody else's own shows is a whole: it learns, or has the way forward alone."""
    whole = [shown for shown in book.iterations if not shown.forward] or book.iterations
    kinds = {book.problem.network.quantities[name].kind for shown in whole for name in shown.places}
    backward = kinds & {"dC_da", "delta", "back", "dC_dw", "dC_db", "dCT_dw", "dCT_db"}
    return "new_w" in kinds or "new_b" in kinds or not backward


def _behind(shown: Iterable[str], needs: Mapping[str, set[str]]) -> set[str]:
    """What is shown, and all that it follows from."""
    found: set[str] = set()
    open_ = list(shown)
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += needs.get(name, ())
    return found


# ---- sheets as xlnn writes them, and others ---------------------------------------------------------


def _written(book: Book, lines: Mapping[str, Line], numbered: Sequence[tuple[int, str]]) -> Iterator[Shown]:
    """The sheets `Iteration 1` …, Start, Trained, Solved of a workbook laid out as xlnn lays it out."""
    problem, names = book.problem, dict(numbered)
    quantities = problem.network.quantities
    named = {n: line.again or line for n, line in lines.items() if line.again or line.sheet != DATA}

    @cache
    def own(images: int) -> dict[str, Place]:
        return {n: line.place(quantities[n], images) for n, line in named.items() if n in quantities and n != "digit"}

    for number, name in numbered:
        images = problem.batch(number)
        shown = _sheet(book, name, own(len(images)), images, number, names.get(number - 1, ""))
        yield replace(shown, factors=factors_of(named))
    last, name = numbered[-1] if numbered else (0, "")
    for single in (START, TRAINED, SOLVED):  # all images, without gradients
        title = book.workbook.find(single)
        if title:
            places = own(problem.images) if origin_of(problem).own else {}
            shown = _sheet(book, title, places, np.arange(problem.images), last + 1)
            follows = single == TRAINED and last == problem.settings.iterations
            yield replace(_without_gradients(shown, problem), before=name if follows and not book.untrainable else "")


def _sheet(book: Book, name: str, own: Mapping[str, Place], images: np.ndarray, number: int, before: str = "") -> Shown:
    """One sheet: the places that are named; of the standard ones those that are used, unless a person chose others."""
    usual = {} if origin_of(book.problem).own else _standard(book, name, len(images))
    return Shown(name, {**usual, **{n: (name, place) for n, place in own.items()}}, images, number, before)


def _standard(book: Book, sheet: str, images: int) -> dict[str, tuple[str, Place]]:
    return standard(book.workbook, book.problem.network, book.layout(images), sheet)


def _own(book: Book, own: OwnIterations) -> Iterator[Shown]:
    """The iterations on a person's own sheets; behind them those of other trainings, numbered on."""
    taken: set[str] = set()
    last = 0
    for training in (own, *own.others):
        names = names_of(training, last, taken)
        for number, shown in training.shown.items():
            places = {**shown, **training.beyond.get(number, {})}
            images = training.images.get(number, np.arange(book.problem.images))
            rate = training.rates.get(number, training.rate if own.others else None)
            before = names.get(number - 1, "") if own.linked else ""
            yield Shown(names[number], places, images, last + number, before, factors=training.factors, eta=rate)
        taken |= set(names.values())
        last += training.last


def _trained(book: Book, last: int) -> Iterator[Shown]:
    """Sheet Trained beside a person's own sheets, as xlnn lays it out."""
    title = book.workbook.find(TRAINED)
    if title and book.workbook.marked:
        images = np.arange(book.problem.images)
        yield replace(_without_gradients(Shown(title, _standard(book, title, len(images)), images, last + 1), book.problem))


def _by_hand(book: Book, lines: Mapping[str, Line]) -> Shown:
    """A sheet built by hand: its sheet Places says where, or it has the authors' arrangement."""
    problem, origin = book.problem, origin_of(book.problem)
    images, quantities = problem.images, problem.network.quantities
    own = {n: (_sheet_of(book, line), line.place(quantities[n], images)) for n, line in lines.items() if n in quantities}
    sheet = origin.sources[problem.network.parameters[0].name][0]
    by_places = any(q.name in origin.own for q in problem.network.parameters)
    places = {} if by_places else _standard(book, sheet, images)
    places |= {**origin.sources, **own}
    rules = problem.network.rule_of
    name = next((where[0] for n, where in own.items() if n in rules), sheet)
    return Shown(name, places, np.arange(images), 1, factors=factors_of(lines))


def _sheet_of(book: Book, line: Line) -> str:
    """The sheet of a line of Places, as the workbook spells it. Raises ContentError where there is none."""
    found = book.workbook.find(line.sheet)
    if found is None:
        raise book.workbook.no_sheet(line.sheet, line.at(1))
    return found
