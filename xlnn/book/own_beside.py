"""A person's sheet on which iterations lie beside each other, as rows, columns or blocks: continued as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from html import unescape

import numpy as np

from xlnn.book.own_cells import moved_formula
from xlnn.book.own_counts import further
from xlnn.book.whereabouts import OwnIterations, Where, cells_of, moved
from xlnn.errors import ContentError
from xlnn.layout.cells import Cell, Range
from xlnn.layout.places import Move
from xlnn.xlsx.rows import exact_texts
from xlnn.xlsx.sheet_cells import RawCell, RawSheet
from xlnn.xlsx.workbook import Workbook

Formula = Callable[[RawCell, Cell], str | None]  # of what is made like a cell of the workbook, where it is to stay


@dataclass(frozen=True)
class Beside:
    """The sheet as it is, and the iterations on it; `texts` are the workbook's shared ones."""

    own: OwnIterations
    sheet: str
    raw: RawSheet
    texts: list[str]

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
        last = {name: self.own.lies(name, self.own.last) for name in self.moving}
        mine = {cell for _, _, cell in self.cells(last, self.moving)}
        rows, columns = self.step
        along, size = (0, abs(rows)) if rows else (1, abs(columns))
        first, end = min(cell[along] for cell in mine), max(cell[along] for cell in mine)
        if (rows and columns) or end - first >= size:
            return [cell for cell in self.raw.cells if cell in mine]
        start = self._start(along, size, first, end)
        return [c for c in self.raw.cells if start <= c[along] < start + size and c not in self._next]

    def _goes_along(self, cell: Cell) -> bool:
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
    def _next(self) -> list[Cell]:
        """The cells with parameters of the iteration after the last shown."""
        return [cell for _, _, cell in self._beyond(self.own.last)]

    def _beyond(self, n: int) -> Iterator[tuple[str, int, Cell]]:
        """Where the new parameters of an iteration stand that is the last, if the sheet shows those of its last."""
        shown, by = self.own.beyond.get(self.own.last, {}), n - self.own.last
        there = {name: moved(where, self.step, by) for name, where in shown.items()}
        return self.cells(there, list(there))

    def moved(self, cell: Cell, times: int) -> Cell:
        """The cell so many iterations further."""
        return cell.moved(self.step[0] * times, self.step[1] * times)

    def check_room(self, book: Workbook, count: int) -> None:
        """Raises ContentError where something stands that the further iterations would lie on."""
        for n in range(self.own.last + 1, count + 1):
            for cell in self._band:
                target = self.moved(cell, n - self.own.last)
                if not target.on_sheet:
                    raise ContentError(
                        "iteration {number} would lie beyond the end of the sheet. Train fewer, or use --layout book.",
                        book.where(self.sheet), number=n,
                    )  # fmt: skip
                if is_filled(self.raw.cells.get(target)) and target not in self._next:
                    raise ContentError(
                        "iteration {number} would lie on this cell, which is not empty. Make room for {count} iterations, "
                        "or use --layout book.",
                        book.where(self.sheet, target), number=n, count=count,
                    )  # fmt: skip

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
        return self.raw.with_cells(cells, rows).with_merged([Range(Cell(*r.first), Cell(*r.last)) for r in merged])

    def _add(self, cells: dict[Cell, RawCell], n: int) -> None:
        """A further iteration, like the last shown; its parameters as those that stand there already, behind the last."""
        times = n - self.own.last
        for cell in self._band:
            cells[self.moved(cell, times)] = self._like(cell, self.raw.cells[cell], times)
        for cell in self._next:
            if cell in self.raw.cells:
                target = self.moved(cell, times - 1)
                cells[target] = self._like(cell, self.raw.cells[cell], times - 1)

    def _like(self, cell: Cell, found: RawCell, times: int) -> RawCell:
        """A cell, so many iterations further: its formula moves along, and a count goes on."""
        if not times:
            return found
        if found.formula is not None:
            formula, more = (
                moved_formula(unescape(found.formula), cell, self.moved(cell, times), self._goes_along),
                dict(found.formula_more),
            )
            if "ref" in more:  # of an array formula
                more["ref"] = _moved_range(more["ref"], self.step[0] * times, self.step[1] * times)
            more = more if formula is not None else {}
            return replace(found.without_result, formula=formula, formula_more=more)
        series = [self.raw.cells.get(self.moved(cell, -by)) for by in range(min(self.own.last, 3) - 1, 0, -1)]
        return further([*series, found], times, self.texts, self.raw.prefix) or found

    def _number(self, cells: dict, n: int, numbers: Mapping[str, np.ndarray], formula: Formula, refer: bool) -> None:
        """The numbers of an iteration at its places."""
        names = [name for name in self.own.first if n == 1 or name in self.own.steps]
        there = {name: self.own.lies(name, n) for name in names}
        for name, index, cell in self.cells(there, names):
            found = cells.get(cell, RawCell())
            kept = formula(found, cell if n <= self.own.last else self.moved(cell, self.own.last - n))
            if kept is None and refer and n > 1 and "new_" + name in self.own.steps:
                sheet, new = cells_of(self.own.lies("new_" + name, n - 1))[index]
                kept = new.name if sheet == self.sheet else None
            cells[cell] = _with_number(found, numbers[name][index], kept)

    def _number_beyond(self, cells: dict, n: int, numbers: Mapping[str, np.ndarray], formula: Formula) -> None:
        """The new parameters of the last iteration, where the sheet shows those of its last."""
        by = n - self.own.last
        for name, index, cell in self._beyond(n):
            like = self.moved(cell, -by)
            found = cells.get(cell, RawCell()) if by <= 0 else self._like(like, self.raw.cells.get(like, RawCell()), by)
            cells[cell] = _with_number(found, numbers[name][index], formula(found, cell if by <= 0 else like))

    def _clear(self, cells: dict[Cell, RawCell], count: int) -> None:
        """Iterations that the workbook shows and the result does not are blank, with all that stands beside their numbers."""
        gone = [n for n in self.own.shown if n > count]
        kept = {cell for _, _, cell in self._beyond(count)}
        away = {self.moved(cell, n - self.own.last) for n in gone for cell in self._band}
        away |= {cell for n in gone for _, _, cell in self.cells(self._all(n), self.moving)} | set(self._next if gone else [])
        for cell in (away - kept) & cells.keys():
            cells[cell] = RawCell(cells[cell].more)

    def _all(self, n: int) -> Where:
        return {name: self.own.lies(name, n) for name in self.moving}


def is_filled(found: RawCell | None) -> bool:
    """Whether something stands in a cell."""
    return found is not None and (found.value is not None or found.formula is not None or bool(found.inline))


def _with_number(found: RawCell, number: float, formula: str | None) -> RawCell:
    return replace(found.number(exact_texts([number])[0], formula), formula_more=found.formula_more if formula else {})


def _moved_range(ref: str, rows: int, columns: int) -> str:
    range_ = Range.parse(ref).moved(rows, columns)
    return Range(Cell(*range_.first), Cell(*range_.last)).name
