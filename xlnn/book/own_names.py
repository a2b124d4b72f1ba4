"""What the sheets of a person's own iterations are called: in his workbook, and in the result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlnn.book.own_cells import signed, with_names
from xlnn.book.own_iterations import copy_names
from xlnn.book.whereabouts import GIVEN, Lying, OwnIterations, renamed
from xlnn.xlsx.workbook import Workbook


@dataclass(frozen=True)
class SheetNames:
    """The names of all sheets that iterations have for themselves."""

    book: Workbook
    own: OwnIterations

    @cached_property
    def _copies(self) -> dict[str, tuple[str, str, int]]:
        return copy_names(self.book, self.own)

    def name(self, sheet: str, iteration: int) -> str:
        """What a sheet of the first iteration is called in the result, for an iteration."""
        if sheet not in self._copies:
            return sheet
        before, behind, offset = self._copies[sheet]
        return f"{before}{iteration + offset}{behind}"

    def main(self, iteration: int) -> str:
        """The sheet of an iteration that stands for it: the one with its first own quantity."""
        first = self.own.first
        sheet = next((where[0] for name, where in first.items() if name not in GIVEN), next(iter(first.values()))[0])
        return self.name(sheet, iteration)

    @cached_property
    def known(self) -> dict[str, tuple[int, int]]:
        """The workbook's sheets that are an iteration's: which of the repeated ones, and whose."""
        known: dict[str, tuple[int, int]] = {}
        for number in self.own.shown:
            for which, first in enumerate(self.own.sheets):
                known.setdefault(self.own.sheet(first, number), (which, number))
        return known

    def where(self, name: str, iteration: int) -> Lying:
        """Where a quantity stands in the result."""
        if self.own.beside:
            return self.own.lies(name, iteration)
        return renamed(self.own.first[name], lambda sheet: self.name(sheet, iteration))

    def renamed(self, formula: str, by: int) -> str:
        """A formula, as XML, in which the sheets of iterations have the names of the result, `by` iterations further."""
        marked = signed(formula, self.known, -by)
        return with_names(marked, lambda which, number, _: self.name(self.own.sheets[which], number))
