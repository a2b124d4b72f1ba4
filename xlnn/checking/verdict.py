"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from xlnn.book.iterations import Book, Shown
from xlnn.checking.looked_at import Further
from xlnn.checking.mistakes.case import Cause
from xlnn.checking.numbers import Group
from xlnn.checking.trajectory import Departure, Trajectory
from xlnn.checking.uncertain import Digits
from xlnn.layout.cells import Cell
from xlnn.layout.labels import symbol
from xlnn.model.quantities import Quantity
from xlnn.model.rules import Rule
from xlnn.words import say

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a check found: `faults` in the order of calculation, sheet by sheet.

    `cells` were judged: they follow from others, filled or to be filled. Each is right, `wrong` or `empty`; `follow` of
    the wrong ones hold errors that come from others. `missing` the network has, but it was not found.
    """

    book: Book
    groups: tuple[Group, ...]
    faults: tuple[Fault, ...]
    cells: int
    digits: Digits = None
    follow: int = 0
    missing: tuple[Quantity, ...] = ()
    further: tuple[Further, ...] = ()  # formulas on the sheets that belong to no quantity
    convention: str = ""  # another than the book's, with which nothing is wrong: a template
    rates: str = ""  # its field: learning rates that stand on the sheets
    trajectory: Trajectory | None = None  # beside another workbook's

    @property
    def right(self) -> bool:
        """Whether nothing that was judged is wrong."""
        return not self.faults and not self.departures

    @property
    def complete(self) -> bool:
        """Whether all that the network has was judged, on every sheet."""
        return not (self.missing or self.book.unseen or self.further or self.book.untrainable or self.convention)

    def told_convention(self, language: str = "en") -> str:
        """The other convention in words, "" where it is the book's."""
        return say(self.convention, language, rates=self.rates)

    @property
    def not_found(self) -> tuple[Quantity, ...]:
        """What was judged on no sheet."""
        judged = {q.name for q in self.judged}
        return tuple(q for q in self.missing if q.name not in judged)

    @property
    def partly_found(self) -> tuple[Quantity, ...]:
        """What was judged on some sheets, and is missing from others."""
        judged = {q.name for q in self.judged}
        return tuple(q for q in self.missing if q.name in judged)

    @property
    def not_looked_at(self) -> list[str]:
        """Sheets, and rows of sheets, that hold something nobody looked at."""
        return [*self.book.unseen, *(f"{part.sheet} {part.rows}" for part in self.further)]

    @property
    def departures(self) -> tuple[Departure, ...]:
        return self.trajectory.departures if self.trajectory else ()

    @cached_property
    def empty(self) -> int:
        """Cells that are to be filled and hold nothing."""
        return sum(int(fault.wrong.sum()) for fault in self.faults if fault.empty)

    @property
    def wrong(self) -> int:
        """Cells that are filled, and wrong."""
        return sum(int(fault.wrong.sum()) for fault in self.mistaken) + self.follow

    @property
    def share(self) -> float:
        """Of cells that are filled, and right."""
        return (self.cells - self.wrong - self.empty) / self.cells if self.cells else 0.0

    @property
    def sheets(self) -> list[str]:
        return [shown.name for shown in self.book.iterations]

    @property
    def judged(self) -> list[Quantity]:
        """What was found and judged, in the order of calculation."""
        rules = {rule.result.name: rule.result for group in self.groups for rule in group.rules}
        return list(rules.values())

    @property
    def mistaken(self) -> list[Fault]:
        """The faults that are not merely empty cells."""
        return [fault for fault in self.faults if not fault.empty]

    def frame(self) -> pd.DataFrame:
        """The faults as a DataFrame, one row each."""
        import pandas as pd

        return pd.DataFrame([_row(self.book, fault) for fault in self.faults], columns=list(FAULT_COLUMNS))


ALONE = "formulas"  # what was judged where nothing but these is known


MARKED = (
    "workbook", "right", "share", "wrong", "empty", "cell", "mistake", "judged", "missing", "unseen", "convention", "error",
    "exit_code",
)  # fmt: skip


FAULT_COLUMNS = (
    "sheet", "quantity", "equation", "wrong", "of", "cell", "found", "expected", "mistakes", "explanation", "correction",
)  # fmt: skip


def first_cell(fault: Fault) -> tuple[str, Cell]:
    """Sheet and cell of the first wrong number."""
    return fault.shown.cell(fault.rule.result.name, fault.cells[0])


def cells_of(fault: Fault) -> list[tuple[str, Cell]]:
    """Sheet and cell of every wrong number."""
    return [fault.shown.cell(fault.rule.result.name, index) for index in fault.cells]


def address(fault: Fault, index: tuple[int, ...]) -> str:
    return fault.shown.cell(fault.rule.result.name, index)[1].name


def _row(book: Book, fault: Fault) -> dict:
    sheet, cell = first_cell(fault)
    index = fault.cells[0]
    return {
        "sheet": sheet, "quantity": fault.rule.result.name, "equation": fault.rule.equation,
        "wrong": int(fault.wrong.sum()), "of": fault.wrong.size, "cell": cell.name,
        "found": book.found(sheet, cell), "expected": book.as_shown(fault.shown, fault.rule.result.name, fault.expected[index]),
        "mistakes": ", ".join(cause.name for cause in fault.causes),
        "explanation": "; ".join(explanation(cause, fault) for cause in fault.causes),
        "correction": " ".join(dict.fromkeys(correction(cause, fault) for cause in fault.causes)),
    }  # fmt: skip


def explanation(cause: Cause, fault: Fault, language: str = "en") -> str:
    return say(cause.mistake.words, language, **_fields(cause, fault))


def correction(cause: Cause, fault: Fault, language: str = "en") -> str:
    return say(cause.mistake.correction, language, **_fields(cause, fault))


def _fields(cause: Cause, fault: Fault) -> dict:
    said = {name: partial(symbol, value) if isinstance(value, Quantity) else value for name, value in cause.fields.items()}
    return {"equation": fault.rule.equation, **said}


@dataclass(frozen=True, eq=False)
class Fault:
    """One rule that fails on one sheet: `wrong` marks the cells, (images, *shape) or (*shape)."""

    shown: Shown
    rule: Rule
    wrong: np.ndarray
    found: np.ndarray
    expected: np.ndarray
    causes: tuple = ()  # of mistakes.Cause: every mistake that reproduces all wrong cells
    empty: bool = False  # the cells hold nothing

    @property
    def cells(self) -> list[tuple[int, ...]]:
        """Indexes of the wrong cells, in order."""
        return [tuple(index) for index in np.argwhere(self.wrong).tolist()]
