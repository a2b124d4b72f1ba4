"""The sheets of a result that are a person's own: his sheets once more for every iteration, or his sheet continued."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from xlnn.book.origin import origin_of
from xlnn.book.own_beside import Beside, read_by
from xlnn.book.own_cells import VOLATILE, Hole, filling, pins, references, shifts, sign, signed, title_of, unshared
from xlnn.book.own_iterations import numbered, written_sheets
from xlnn.book.own_names import SheetNames
from xlnn.book.own_trust import Trust, close
from xlnn.book.whereabouts import GIVEN, Lying, OwnIterations, Shown, Where, cells_of, plain, sheets_of
from xlnn.errors import UsageError
from xlnn.layout.cells import Cell, Range
from xlnn.layout.places import Move, Place
from xlnn.model.problem import Problem
from xlnn.xlsx.cell_table import PENDING
from xlnn.xlsx.copying import Copy, with_sheets
from xlnn.xlsx.parts import shared_texts
from xlnn.xlsx.rows import exact_texts
from xlnn.xlsx.sheet_cells import RawCell, RawSheet, taken_apart
from xlnn.xlsx.workbook import Workbook

ALL_KEPT = "iterations that each have examples of their own are all kept; leave --keep out, or use --layout book."
BESIDE_KEPT = "iterations that lie beside each other on one sheet are all kept; leave --keep out, or use --layout book."
BEFORE = frozenset(range(-8, 0))  # iterations before


@dataclass
class OwnSheets:
    """A person's sheets in the result. `write(step)` is called for every kept iteration, `close` at the end."""

    book: Workbook
    problem: Problem
    own: OwnIterations
    formulas: bool
    copy: Copy
    kept: frozenset[int]
    written: list[int] = field(default_factory=list)
    true: set[int] = field(default_factory=set)  # iterations that the workbook shows with the numbers of the training
    stale: bool = False
    changed: tuple[str, ...] = ()  # the quantities that the first iteration does not show as they are
    given: Mapping[str, np.ndarray] = field(default_factory=dict)
    _constants: dict[tuple[str, Cell], bool] = field(default_factory=dict)
    _raw: dict[str, RawSheet] = field(default_factory=dict)
    _made: dict = field(default_factory=dict)
    _numbers: dict[int, Mapping[str, np.ndarray]] = field(default_factory=dict)  # of iterations beside each other

    def __post_init__(self):
        self.names = SheetNames(self.book, self.own)
        if (self.own.beside or self.own.images) and set(self.kept) != set(range(1, len(self.kept) + 1)):
            raise UsageError(BESIDE_KEPT if self.own.beside else ALL_KEPT)
        given = lambda name, n: self.own.as_shown(name, self.problem.given(self.problem.batch(n))[name])
        for beside in self._beside.values():
            beside.check_room(self.book, max(self.kept, default=0), given)

    @cached_property
    def trust(self) -> Trust:
        """Which formulas give the training's numbers."""
        quantities = self.problem.network.quantities
        marks = frozenset(name for name in self.own.first if quantities[plain(name)].kind == "right")
        others = {*self.problem.parameters, *(GIVEN if self.own.images else ())}
        return Trust(self.book, self.own, frozenset(others), marks)

    # ---- an iteration --------------------------------------------------------------------------------

    def write(self, step: Shown) -> None:
        """The sheets of one iteration; those beside each other wait for the end."""
        differing = self._differing(step)
        if not self.written:
            self.changed = tuple(differing)
            self.given = {name: np.array(step[name], dtype=float) for name in self.own.first if name in GIVEN}
        if not differing and len(self.true) == len(self.written):
            self.true.add(step.iteration)
        self.written.append(step.iteration)
        at = self.own.template(step.iteration)
        learns = self.formulas and (step.iteration == at or self.trust.lacks(at))
        if learns or self.own.beside:
            names = {*self.own.first, *self.own.beyond.get(self.own.last, {}), *self.own.beyond.get(at, {})}
            numbers = {name: self.own.as_shown(name, step[name]).copy() for name in names}
        if learns:
            self.trust.see(at, numbers, step.iteration == at)
        if self.own.beside:
            self._numbers[step.iteration] = numbers
            return
        for sheet in self.own.sheets:
            self._write(sheet, step)

    def _write(self, first: str, step: Shown) -> None:
        n = step.iteration
        at = self.own.template(n)
        shown, source = self.own.shown[at], self.own.sheet(first, at)
        names = [name for name in self.own.first if name in shown and source in sheets_of(shown[name])]
        there = lambda formula: all(n + by in self.written for by in shifts(formula)) and pins(formula) <= set(self.written)
        true = n == at and n in self.true
        constant = lambda cell: true or self._is_constant(source, cell)
        near, whole = frozenset(by for by in range(-8, 1) if n + by in self.written), set(self.own.shown) <= set(self.written)
        key = source, n == at, true, near, whole, self.own.like(n)
        if key not in self._made:
            raw = self._with_typed(self._raw_sheet(source), source, n) if n != at and self.own.images else self._raw_sheet(source)
            holes = dict(self._holes(raw, source, names, shown, at, n))
            titles = self._titles(raw, at)
            sheets = lambda formula, cell: self._signed(formula, cell, at)
            self._made[key] = filling(raw, holes, sheets, there, titles, constant)
        made = self._made[key]
        self.stale |= made.stale
        numbers = np.concatenate([self.own.as_shown(name, step[name]) for name in names])
        xml = made.filled(numbers, lambda sheet, by, pinned: self.names.name(self.own.sheets[sheet], by if pinned else n + by))
        renamed = lambda formula: self.names.renamed(formula, n - at)
        if n in self.own.shown:
            self.copy.keep(source, xml, self.names.name(first, n))
            self.copy.rewrite_charts(source, renamed)
        else:
            self.copy.repeat(source, xml, self.names.name(first, n), renamed)

    def _with_typed(self, raw: RawSheet, sheet: str, n: int) -> RawSheet:
        """The sheet that an iteration is made like, with what was typed for its own example, as a digit that t is found by."""
        which, at = self.names.known[sheet]
        own = self.own.sheet(self.own.sheets[which], self.own.like(n))
        places = [where for name, where in self.own.shown[at].items() if name in GIVEN]
        given = {cell for where in places for on, cell in cells_of(where) if on == sheet}
        theirs = self._raw_sheet(own).cells
        typed = {cell: theirs[cell] for cell in read_by(raw, given) if cell in theirs and theirs[cell].formula is None}
        return raw.with_cells({**raw.cells, **typed})

    def _is_constant(self, sheet: str, cell: Cell) -> bool:
        """Whether a cell holds the same in every iteration: a typed number, or a formula that reads only such."""
        if (sheet, cell) not in self._constants:
            self._constants[sheet, cell] = False  # while it is looked at: what reads itself is none
            self._constants[sheet, cell] = self._holds_constant(sheet, cell)
        return self._constants[sheet, cell]

    def _holds_constant(self, sheet: str, cell: Cell) -> bool:
        if (sheet, cell) in self._changing or sheet not in self.book.sheets:
            return False
        found = self._raw_sheet(sheet).cells.get(cell)
        if found is None or found.formula is None:
            return True
        read = references(found.formula, cell)
        return read is not None and all(
            self._is_constant(self.book.find(other or sheet) or "", Cell(row, column))
            for other, (first, last) in read
            for row in range(first.row, last.row + 1)
            for column in range(first.column, last.column + 1)
        )

    @cached_property
    def _changing(self) -> set[tuple[str, Cell]]:
        """The cells whose numbers the training changes; those of inputs, where others are trained with than the workbook has."""
        fixed = set(GIVEN) - set(self.changed)
        return {
            place
            for shown in self.own.shown.values()
            for name, where in shown.items()
            if name not in fixed
            for place in cells_of(where)
        }

    def _raw_sheet(self, sheet: str) -> RawSheet:
        if sheet not in self._raw:
            self._raw[sheet] = unshared(taken_apart(self.copy.package.read(self.copy.part_of(sheet))))
        return self._raw[sheet]

    def _titles(self, raw: RawSheet, at: int) -> Callable[[RawCell], str | None]:
        """Texts that name a sheet of the iteration by its number name the copy's."""
        names = {sheet: which for sheet, (which, number) in self.names.known.items() if number == at and numbered(sheet)}
        counted = all(self.names.name(self.own.sheets[which], at) == sheet for sheet, which in names.items())
        return title_of(self._texts, names if counted else {}, raw.prefix)

    @cached_property
    def _texts(self) -> list[str]:
        return shared_texts(self.copy.package, self.copy.contents.strings)

    # ---- numbers and formulas ------------------------------------------------------------------------

    def _holes(self, raw: RawSheet, sheet: str, names: list[str], shown: Where, at: int, n: int) -> Iterator[tuple[Cell, Hole]]:
        """The holes of the quantities on a sheet, for the iteration n like iteration `at`."""
        start, quantities, parameters = 0, self.problem.network.quantities, self.problem.parameters
        for name in names:
            mark, cells = quantities[plain(name)].kind == "right", cells_of(shown[name])
            follows = self._follows(name, shown, n != at)
            own = self.own.like(n) if name in GIVEN and n != at else at
            its = cells_of(self.own.shown[own][name])
            for index, (on, cell) in enumerate(cells):
                if on != sheet:
                    continue
                there, like = its[index]
                formula = self._formula(there, self._raw_sheet(there).cells.get(like), like, own)
                if follows is not None and (formula is None or (name in parameters and not shifts(formula) & BEFORE)):
                    before, new = follows[index]
                    formula = f"{sign(self.names.known[before][0], -1)}{new.name}"
                yield cell, Hole(start + index, formula, mark)
            start += len(cells)

    def _formula(self, sheet: str, found: RawCell | None, cell: Cell, at: int) -> str | None:
        """The person's own formula where it gives the number: neither one that was found wrong nor one of chance."""
        if not self.formulas or found is None or found.formula is None or VOLATILE.search(found.formula):
            return None
        if self.trust.is_wrong(sheet, cell):
            return None
        return self._signed(found.formula, cell, at)

    def _signed(self, formula: str, cell: Cell, at: int) -> str:
        """A cell's formula with signs. One that reads an earlier iteration where its own has nothing in those cells, as with η on
        the first sheet alone, reads that iteration from all later ones."""
        read = references(formula, cell) or [] if "!" in formula and at > min(self.own.shown) else []
        known = self.names.known
        pinned = [
            place
            for place, (sheet, range_) in enumerate((sheet, range_) for sheet, range_ in read if sheet is not None)
            if sheet in known and known[sheet][1] < at and self._is_blank(known[sheet][0], range_, at)
        ]
        return signed(formula, known, at, pinned)

    def _is_blank(self, which: int, range_: Range, at: int) -> bool:
        """Whether nothing stands there on the iteration's own sheet."""
        place = Place(range_.first, (range_.height, range_.width), ((1, 0), (0, 1)))
        return self.book.is_blank(self.own.sheet(self.own.sheets[which], at), place)

    def _follows(self, name: str, shown: Where, further: bool) -> list[tuple[str, Cell]] | None:
        """On the copies that were not there: the sheet before has the same input, or the new parameter, in these cells."""
        parameter = name in self.problem.parameters
        source = ("new_" + name if parameter else name) if parameter or (name in GIVEN and not self.own.images) else ""
        if not (self.formulas and further and source in shown):
            return None
        cells = cells_of(shown[source])
        return cells if all(sheet in self.names.known for sheet, _ in cells) else None

    def _differing(self, step: Shown) -> list[str]:
        """The quantities that the workbook shows of this iteration with other numbers, or not at all; where images, parameters
        and η are the same, their formulas are wrong."""
        shown = self.own.shown.get(step.iteration, {})
        return [name for name in self.own.first if name not in shown or not self._agrees(name, shown[name], step[name])]

    def _agrees(self, name: str, where: Lying, right: np.ndarray) -> bool:
        stored, own = self.book.floats(*where).ravel(), self.own.as_shown(name, right)
        return bool((np.isnan(stored) | close(stored, own)).all())

    # ---- iterations beside each other -------------------------------------------------------------------

    @cached_property
    def _beside(self) -> dict[str, Beside]:
        """The sheets on which they lie."""
        return {sheet: Beside(self.own, sheet, self._raw_sheet(sheet), self._texts, self._along) for sheet in self.own.beside}

    def _along(self, sheet: str, cell: Cell) -> Move | None:
        """How much further the next iteration has what this cell has."""
        beside = self._beside.get(sheet)
        return beside.step if beside and beside.goes_along(cell) else None

    @property
    def judged(self) -> tuple[str, ...]:
        """The sheets with formulas that moved: what they give is to be held against the numbers."""
        if not self.formulas or self.own.last >= len(self.written):
            return ()
        return tuple(self._beside) or tuple(self.order() if self.own.images else ())

    def _continued(self) -> None:
        """These sheets with all iterations, at the end."""
        for sheet, beside in self._beside.items():
            formula = lambda found, cell, sheet=sheet: self._formula(sheet, found, cell, 1)
            made = beside.continued(self._numbers, formula, self.formulas, self.true >= set(self.own.shown))
            self.stale |= any(found.formula is not None and found.value is None for found in made.cells.values())
            self.copy.keep(sheet, made.xml())

    # ---- the other sheets ------------------------------------------------------------------------------

    @cached_property
    def others(self) -> list[str]:
        """The workbook's sheets that the result has once, as they are."""
        taken = set(self.names.known) | {self.names.name(sheet, n) for sheet in self.own.sheets for n in self.written}
        taken |= written_sheets(self.book) | set(self._beside) | origin_of(self.problem).iterations.apart
        return [sheet for sheet in self.book.sheets if sheet not in taken]

    def order(self) -> list[str]:
        """All of a person's sheets in the result: the iterations' where the first of them stood."""
        copies = [self.names.name(sheet, n) for n in [*self.written, *self._unused] for sheet in self.own.sheets]
        found, put = [], False
        for sheet in self.book.sheets:
            if sheet in self.others or sheet in self._beside:
                found.append(sheet)
            elif sheet in self.names.known and not put:
                found, put = found + copies, True
        return found

    def close(self) -> None:
        """The sheets that are there once; a formula that reads an iteration's sheet reads it under its new name."""
        self._continued()
        for n in self._unused:
            for first in self.own.sheets:
                sheet = self.own.sheet(first, n)
                self.copy.keep(sheet, self._with_examples(self._raw_sheet(sheet), sheet, n).xml(), self.names.name(first, n))
        follow = set() if self.true >= set(self.own.shown) and self._unrenamed else self._following()
        given = {sheet for sheet, _ in self._given()}
        for sheet in self.others:
            raw = self._raw_sheet(sheet) if sheet in follow | given else None
            raw = self._followed(raw) if raw and sheet in follow else raw
            self.copy.keep(sheet, self._with_given(raw, sheet).xml() if raw else None)
            self.stale |= sheet in follow or bool((self.book.filled(sheet).kinds == PENDING).any())
            self.copy.rewrite_charts(sheet, lambda formula: self.names.renamed(formula, 0))

    @property
    def _unused(self) -> list[int]:
        """The iterations that the workbook shows on sheets with examples of their own, and that were not trained: these stay."""
        return [n for n in self.own.shown if n not in self.written] if self.own.images and not self._beside else []

    def _with_examples(self, raw: RawSheet, sheet: str, n: int) -> RawSheet:
        """The sheet of an iteration without what is calculated, and without its parameters."""
        mine = {name: {cell for on, cell in cells_of(where) if on == sheet} for name, where in self.own.shown[n].items()}
        given = set().union(*(cells for name, cells in mine.items() if name in GIVEN))
        away = set().union(*mine.values(), (cell for cell, found in raw.cells.items() if found.formula is not None)) - given
        return raw.with_cells({cell: RawCell(found.more) if cell in away else found for cell, found in raw.cells.items()})

    def _given(self) -> Iterator[tuple[str, str]]:
        """The sheets that are there once with an input that is not the workbook's, as another η, and its name."""
        for name in self.changed:
            if name in GIVEN:
                yield from ((sheet, name) for sheet in sheets_of(self.own.first[name]) if sheet in self.others)

    def _with_given(self, raw: RawSheet, sheet: str) -> RawSheet:
        cells = dict(raw.cells)
        for on, name in self._given():
            if on == sheet:
                numbers = self.own.as_shown(name, self.given[name]).tolist()
                for (there, cell), text in zip(cells_of(self.own.first[name]), exact_texts(numbers), strict=True):
                    if there == sheet:
                        cells[cell] = cells.get(cell, RawCell()).number(text)
        return raw.with_cells(cells)

    @property
    def _unrenamed(self) -> bool:
        """Whether all iterations that the workbook shows keep their sheets' names."""
        return all(
            self.names.name(self.own.sheets[which], number) == sheet for sheet, (which, number) in self.names.known.items()
        )

    def _following(self) -> set[str]:
        """The other sheets with formulas that read an iteration's numbers, or a sheet that does."""
        changed = {*self.names.known, *self._beside}
        found: set[str] = set()
        reads = {sheet: self._read_by(sheet) for sheet in self.others}
        while more := {sheet for sheet in self.others if sheet not in found and reads[sheet] & (changed | found)}:
            found |= more
        return found

    def _read_by(self, sheet: str) -> set[str]:
        """The sheets that a sheet's formulas name."""
        return set().union(*map(_named_in, self.book.formulas(sheet).texts))

    def _followed(self, raw: RawSheet) -> RawSheet:
        cells = dict(raw.cells)
        for cell, found in raw.cells.items():
            if found.formula is None:
                continue
            read = {sheet for sheet in self.names.known if sheet in found.formula}
            if any(self.names.known[sheet][1] not in self.written for sheet in read):
                cells[cell] = replace(found, formula=None, formula_more={})
            else:
                cells[cell] = replace(found.without_result, formula=self.names.renamed(found.formula, 0))
        return raw.with_cells(cells)

    def defined(self, sheet: str | None, said: str) -> Iterator[tuple[str | None, str]]:
        """A defined name's definitions in the result: its sheet, if it is one's, and text."""
        own = {self.names.known[name][1] for name in _named_in(said) if name in self.names.known}
        if sheet is not None and sheet in self.names.known:
            which, number = self.names.known[sheet]
            alike = [n for n in self.written if self.own.template(n) == number]
            yield from ((self.names.name(self.own.sheets[which], n), self.names.renamed(said, n - number)) for n in alike)
            return
        if not own:
            yield sheet, said
            return
        if own <= set(self.written):
            yield sheet, self.names.renamed(said, 0)
        if sheet is None and len(own) == 1:
            (number,) = own
            for n in self.written:
                if n != number:
                    yield from (
                        (self.names.name(repeated, n), self.names.renamed(said, n - number)) for repeated in self.own.sheets
                    )


def _named_in(formula: str) -> set[str]:
    """The sheets that a formula names."""
    found: set[str] = set()
    with_sheets(formula, lambda name, _: found.add(name))
    return found
