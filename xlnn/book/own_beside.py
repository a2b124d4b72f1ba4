"""A person's sheet on which iterations lie beside each other, as rows, columns or blocks: continued as it goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape, unescape

import numpy as np

from xlnn.book.own_cells import Read, moved_formula, references
from xlnn.book.own_counts import further
from xlnn.book.whereabouts import GIVEN, OwnIterations, Where, cells_of, moved
from xlnn.errors import ContentError
from xlnn.layout.cells import Cell, Range
from xlnn.layout.places import Move
from xlnn.xlsx.copying import prefix
from xlnn.xlsx.rows import exact_texts
from xlnn.xlsx.sheet_cells import RawCell, RawSheet
from xlnn.xlsx.workbook import Workbook

BY_POSITION = re.compile(r"\b(ROWS?|COLUMNS?)\(", re.IGNORECASE)  # say where they stand
Formula = Callable[[RawCell, Cell], str | None]  # of what is made like a cell of the workbook, where it is to stay


@dataclass(frozen=True)
class Beside:
    """The sheet as it is, and the iterations on it; `texts` are the workbook's shared ones. `along`: how much further the next
    iteration has what a cell of some sheet has, None for what is no iteration's."""

    own: OwnIterations
    sheet: str
    raw: RawSheet
    texts: list[str]
    along: Callable[[str, Cell], Move | None]

    @property
    def step(self) -> Move:
        return self.own.beside[self.sheet]

    @cached_property
    def moving(self) -> list[str]:
        """The quantities of this sheet that the next iteration has a step further."""
        return [name for name in self.own.steps if any(sheet == self.sheet for sheet, _ in cells_of(self.own.first[name]))]

    def cells(self, where: Where, names: list[str]) -> Iterator[tuple[str, int, Cell]]:
        """Quantity, position in its array and cell of all that lies on this sheet."""
        for name in names:
            for index, (sheet, cell) in enumerate(cells_of(where[name])):
                if sheet == self.sheet:
                    yield name, index, cell

    @cached_property
    def _band(self) -> list[Cell]:
        """The cells of the sheet that are the last shown iteration's, with its headings and what stands below it."""
        return [cell for cell in self.raw.cells if self._is_in_band(cell) and cell not in self._next]

    def _is_in_band(self, cell: Cell) -> bool:
        mine, along, start, size = self._bounds
        return start <= cell[along] < start + size if size else cell in mine

    @cached_property
    def _bounds(self) -> tuple[set[Cell], int, int, int]:
        """The last iteration's own cells; whether it has rows (0) or columns (1), the first of them and how many; 0 where others
        lie between."""
        mine = {cell for _, _, cell in self.cells(self._all(self.own.last), self.moving)}
        rows, columns = self.step
        along, size = (0, abs(rows)) if rows else (1, abs(columns))
        first, end = min(cell[along] for cell in mine), max(cell[along] for cell in mine)
        if (rows and columns) or end - first >= size:
            return mine, along, first, 0
        return mine, along, self._start(along, size, first, end), size

    @cached_property
    def _others(self) -> list[Cell]:
        """The blank cells of the last iteration in which earlier ones have something typed beside their example."""
        typed = [cell for cell, found in self.raw.cells.items() if is_filled(found) and found.formula is None]
        last, band = self.own.last, set(self._band)
        there = {self.moved(cell, last - n) for n in self.own.shown if self.own.images and n < last for cell in typed}
        return [cell for cell in there - band if self._is_in_band(cell)]

    def goes_along(self, cell: Cell) -> bool:
        """Whether a cell is the last iteration's, or a number of the one before it: the next one has its own there."""
        return cell in self._reach

    @cached_property
    def _reach(self) -> set[Cell]:
        before = max(1, self.own.last - 1)
        return {*self._band, *self._next, *(cell for _, _, cell in self.cells(self._all(before), self.moving))}

    def _start(self, along: int, size: int, first: int, end: int) -> int:
        """The row or column with which the last iteration begins: what stands between two is a heading of the second where
        nothing stands there below the last."""
        if self.own.last == 1 or min(self.step) < 0:
            return first
        there = {cell[along] for cell, found in self.raw.cells.items() if is_filled(found)}
        below = max((row for row in range(end + 1, first + size) if row in there), default=end)
        return below + 1 - size

    @cached_property
    def _next(self) -> set[Cell]:
        """The cells with parameters of the iteration after the last shown."""
        return {cell for _, _, cell in self._beyond(self.own.last)}

    def _beyond(self, n: int) -> Iterator[tuple[str, int, Cell]]:
        """Where the new parameters of an iteration stand that is the last, if the sheet shows those of its last."""
        shown, by = self.own.beyond.get(self.own.last, {}), n - self.own.last
        there = {name: moved(where, self.step, by) for name, where in shown.items()}
        return self.cells(there, list(there))

    def moved(self, cell: Cell, times: int) -> Cell:
        """The cell so many iterations further."""
        return cell.moved(self.step[0] * times, self.step[1] * times)

    def check_room(self, book: Workbook, count: int, given: Callable[[str, int], np.ndarray]) -> None:
        """Raises ContentError where something stands that the further iterations would lie on, if it is not what they have there:
        the example `given(name, n)`."""
        for n in range(self.own.last + 1, count + 1):
            where = {name: self.own.lies(name, n) for name in self._examples}
            numbers = {name: given(name, n) for name in self._examples}
            there = {cell: numbers[name][index] for name, index, cell in self.cells(where, self._examples)}
            for cell in self._band:
                target = self.moved(cell, n - self.own.last)
                if not target.on_sheet:
                    raise ContentError(
                        "iteration {number} would lie beyond the end of the sheet. Train fewer, or use --layout book.",
                        book.where(self.sheet), number=n,
                    )  # fmt: skip
                if is_filled(self.raw.cells.get(target)) and target not in self._next and not self._holds(target, there):
                    raise ContentError(
                        "iteration {number} would lie on this cell, which is not empty. Make room for {count} iterations, "
                        "or use --layout book.",
                        book.where(self.sheet, target), number=n, count=count,
                    )  # fmt: skip

    def _holds(self, cell: Cell, there: Mapping[Cell, float]) -> bool:
        """Whether that number stands in a cell already."""
        found = self.raw.cells[cell]
        return cell in there and found.kind in ("", "n") and found.value is not None and float(found.value) == there[cell]

    # ---- the sheet with all iterations ---------------------------------------------------------------------

    def continued(self, numbers: Mapping[int, Mapping[str, np.ndarray]], formula: Formula, refer: bool, true: bool) -> RawSheet:
        """The sheet with the `numbers` of all iterations, by quantity; `refer`: parameters without a formula refer to the new
        ones of the iteration before; `true`: what the sheet shows is what the training gives, so that other results hold."""
        cells, rows, merged, last = dict(self.raw.cells), dict(self.raw.rows), [], self.own.last
        if not true:
            cells = {cell: found if found.formula is None else found.without_result for cell, found in cells.items()}
        for n in numbers:
            if n > last:
                self._add(cells, n)
                by = (self.step[0] * (n - last), self.step[1] * (n - last))
                if not self.step[1]:
                    rows |= {row + by[0]: self.raw.rows[row] for row in {c.row for c in self._band} if row in self.raw.rows}
                inside = set(self._band)
                merged += [range_.moved(*by) for range_ in self.raw.merged if range_.first in inside and range_.last in inside]
        for n in numbers:
            self._number(cells, n, numbers[n], formula, refer)
        if numbers:
            self._number_beyond(cells, max(numbers), numbers[max(numbers)], formula)
        self._clear(cells, len(numbers))
        return self.raw.with_cells(cells, rows).with_merged(merged)

    def _add(self, cells: dict[Cell, RawCell], n: int) -> None:
        """A further iteration, like the last shown; its parameters as those that stand there already, behind the last."""
        times = n - self.own.last
        for cell in self._band:
            cells[self.moved(cell, times)] = self._like(cell, self.raw.cells[cell], times)
        for cell in self._others:
            found, target = self._of_example(cell, times), self.moved(cell, times)
            if found is not None and not is_filled(cells.get(target)):
                cells[target] = found
        for cell in self._next:
            if cell in self.raw.cells:
                target = self.moved(cell, times - 1)
                cells[target] = self._like(cell, self.raw.cells[cell], times - 1)

    def _like(self, cell: Cell, found: RawCell, times: int) -> RawCell:
        """A cell, so many iterations further: its formula moves along, and a count goes on."""
        if not times:
            return found
        if found.formula is not None:
            formula = moved_formula(
                unescape(found.formula), cell, self.moved(cell, times), self._moves(cell, found.formula, times)
            )
            more = dict(found.formula_more)
            if "ref" in more:  # of an array formula
                more["ref"] = Range.parse(more["ref"]).moved(self.step[0] * times, self.step[1] * times).name
            more = more if formula is not None else {}
            return replace(found.without_result, formula=formula, formula_more=more)
        series = [self.raw.cells.get(self.moved(cell, -by)) for by in range(min(self.own.last, 3) - 1, 0, -1)]
        counted = further([*series, found], times, self.texts, self.raw.prefix)
        return counted or (self._of_example(cell, times) if self.own.images else None) or found

    def _of_example(self, cell: Cell, times: int) -> RawCell | None:
        """What somebody typed beside an example, as its name or its digit, where all iterations with it have the same, or count
        on, or where it is read for x or t; None for anything else."""
        last, first = self.own.last, self.own.like(self.own.last + times)
        alike = range(first, last + 1, self.own.epoch)
        if self.own.epoch == 1 or (last + times - first) % self.own.epoch:
            return None
        there = [self.raw.cells.get(self.moved(cell, n - last), RawCell()) for n in alike]
        counted = further(there, (last + times - alike[-1]) // self.own.epoch, self.texts, self.raw.prefix)
        if counted is not None:
            return counted
        same = len({(found.kind, found.value, found.inline) for found in there}) == 1
        return there[0] if same and (len(there) > 1 or cell in self._typed) and there[0].formula is None else None

    @cached_property
    def _typed(self) -> set[Cell]:
        """The cells that the last iteration's examples are calculated from."""
        last = {name: self.own.lies(name, self.own.last) for name in self._examples}
        return read_by(self.raw, {cell for _, _, cell in self.cells(last, self._examples)})

    def _moves(self, cell: Cell, formula: str, times: int) -> Callable[[Read], Move | None]:
        """How far from what a cell of the last iteration reads that lies which another one's reads: whatever is an iteration's
        own goes along; what the iteration before reads in the same cells stays, as do η and what else is all iterations'."""
        held = self._held(cell, formula)

        def moves(read: Read) -> Move | None:
            if read in held or all((read[0] or self.sheet, Cell(*corner)) in self._staying for corner in read[1]):
                return 0, 0
            first, last = (self._table.get((read[0] or self.sheet, Cell(*corner))) for corner in read[1])
            if first is not None and last is not None:
                name, index, at = first
                _, there = cells_of(self.own.lies(name, at + times))[index]
                return there.row - read[1].first[0], there.column - read[1].first[1]
            step = self.along(read[0] or self.sheet, Cell(*read[1].first))
            return step and (step[0] * times, step[1] * times)

        return moves

    @cached_property
    def _staying(self) -> set[tuple[str, Cell]]:
        """The cells of what all iterations have in common, as η, or inputs on a sheet of their own."""
        names = [name for name in self.own.first if name not in self.own.steps and name not in self.own.tables]
        return {place for name in names for place in cells_of(self.own.first[name])}

    @cached_property
    def _table(self) -> dict[tuple[str, Cell], tuple[str, int, int]]:
        """The cells of a table with the examples of the last iteration and of the one before it, whose update leads to it: which
        input they are, which number of it, and of which iteration."""
        return {
            (sheet, cell): (name, index, at)
            for at in (self.own.last - 1, self.own.last)
            for name in self.own.tables
            for index, (sheet, cell) in enumerate(cells_of(self.own.lies(name, at)) if at in self.own.shown else ())
        }

    def _held(self, cell: Cell, formula: str) -> list[Read]:
        """What a formula of the last iteration reads in the same cells as the one in its place in the iteration before."""
        there = self.moved(cell, -1)
        before = self.raw.cells.get(there) if self.own.last > 1 else None
        if before is None or before.formula is None:
            return []
        mine, others = references(formula, cell) or [], references(before.formula, there) or []
        return [one for one, other in zip(mine, others, strict=False) if one == other and len(mine) == len(others)]

    def _number(self, cells: dict, n: int, numbers: Mapping[str, np.ndarray], formula: Formula, refer: bool) -> None:
        """The numbers of an iteration at its places."""
        names = [name for name in self.own.first if n == 1 or name in self.own.steps]
        there = {name: self.own.lies(name, n) for name in names}
        for name, index, cell in self.cells(there, names):
            found = cells.get(cell, RawCell())
            kept = formula(found, cell if n <= self.own.last else self.moved(cell, self.own.last - n))
            if kept is not None and n > self.own.last and name in GIVEN and self.own.images:
                kept = self._given(name, index, n, kept)
            if kept is None and refer and n > 1 and "new_" + name in self.own.steps:
                sheet, new = cells_of(self.own.lies("new_" + name, n - 1))[index]
                kept = new.name if sheet == self.sheet else escape(prefix(sheet), quote=False) + new.name
            cells[cell] = found.number(exact_texts([numbers[name][index]])[0], kept)

    def _given(self, name: str, index: int, n: int, formula: str) -> str:
        """The formula of an input in a further iteration: that of the iteration with the same example where it reads what is no
        iteration's own, as a table of examples."""
        (_, mine), (_, its) = (cells_of(self.own.lies(name, at))[index] for at in (self.own.last, self.own.like(n)))
        found = self.raw.cells.get(its, RawCell()).formula
        read = references(self.raw.cells[mine].formula or "", mine) if mine in self.raw.cells else None
        apart = read and not any(self.along(on or self.sheet, Cell(*range_.first)) for on, range_ in read)
        return found if found and apart and not BY_POSITION.search(found) else formula

    def _number_beyond(self, cells: dict, n: int, numbers: Mapping[str, np.ndarray], formula: Formula) -> None:
        """The new parameters of the last iteration, where the sheet shows those of its last."""
        by = n - self.own.last
        for name, index, cell in self._beyond(n):
            like = self.moved(cell, -by)
            found = cells.get(cell, RawCell()) if by <= 0 else self._like(like, self.raw.cells.get(like, RawCell()), by)
            cells[cell] = found.number(exact_texts([numbers[name][index]])[0], formula(found, cell if by <= 0 else like))

    def _clear(self, cells: dict[Cell, RawCell], count: int) -> None:
        """Iterations that the workbook shows and the result does not are blank, with all that stands beside their numbers."""
        gone = [n for n in self.own.shown if n > count]
        kept = {cell for _, _, cell in self._beyond(count)}
        away = {self.moved(cell, n - self.own.last) for n in gone for cell in self._band}
        away |= {cell for n in gone for _, _, cell in self.cells(self._all(n), self.moving)} | (self._next if gone else set())
        kept |= {cell for n in gone for _, _, cell in self.cells(self._all(n), self._examples)}
        for cell in (away - kept) & cells.keys():
            cells[cell] = RawCell(cells[cell].more)

    @cached_property
    def _examples(self) -> list[str]:
        """What of this sheet are examples that each iteration has for itself: all of them are the training's."""
        return [name for name in self.moving if name in GIVEN] if self.own.images else []

    def _all(self, n: int) -> Where:
        return {name: self.own.lies(name, n) for name in self.moving}


def read_by(raw: RawSheet, cells: Iterable[Cell]) -> set[Cell]:
    """The cells of a sheet that the formulas in some of its cells read, where each reads a few."""
    found = set()
    for cell in cells:
        formula = raw.cells.get(cell, RawCell()).formula
        for sheet, (first, last) in (references(formula, cell) or []) if formula else []:
            if sheet is None and first == last:
                found.add(Cell(*first))
    return found


def is_filled(found: RawCell | None) -> bool:
    """Whether something stands in a cell."""
    return found is not None and (found.value is not None or found.formula is not None or bool(found.inline))
