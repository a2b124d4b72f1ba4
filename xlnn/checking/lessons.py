"""Checks a lesson's sheets as any other: every rule applied to the sheets' own numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from xlnn.book.iterations import Book, Shown, has_cells
from xlnn.book.names import RESERVED
from xlnn.book.reader import START
from xlnn.checking.numbers import wrong_cells
from xlnn.checking.uncertain import BATCH, UNKNOWN, Digits, Uncertain, recognised
from xlnn.checking.verdict import Fault, Verdict
from xlnn.lessons.blocks import Block, Lesson
from xlnn.lessons.catalogue import language_of
from xlnn.xlsx.workbook import Workbook


def judge_lesson(workbook: Workbook, lesson: Lesson, digits: int | None = None, language: str | None = None) -> Verdict:
    """What is wrong on a lesson's sheets; `lesson` is the one that the workbook shows (see lessons.py)."""
    sheets = {sheet.name: workbook.find(sheet.name) for sheet in lesson.sheets}
    shown = {sheet.name: _shown(lesson, sheet, number, found) for number, sheet, found in _present(lesson, sheets)}
    own = [shown[s.name] for s in lesson.sheets if s.name in shown and not all(block.given for block in s.blocks)]
    seen = {*sheets.values(), *map(workbook.find, (*RESERVED, START))}
    unseen = tuple(name for name in workbook.sheets if name not in seen and has_cells(workbook, name))
    book = Book(workbook, None, tuple(own), language=language or language_of(workbook, lesson), unseen=unseen)
    workbook.check_calculated(sheet.places[name] for sheet in own for name in sheet.places if not lesson.blocks[name].given)
    stored = {name: _stored(book, shown[where], name) for name, where in lesson.sheet_of.items() if where in shown}
    shown_blocks = [block for block in lesson.blocks.values() if not block.given and block.name in stored]
    rules = [block for block in shown_blocks if set(block.needs) <= set(stored)]  # others need a sheet that is not there
    results = np.concatenate([*(stored[block.name].ravel() for block in rules), np.empty(0)])
    precision = recognised(results[np.isfinite(results)]) if digits is None else digits
    judging = _Judging(lesson, book, shown, stored, precision)
    faults = tuple(fault for block in rules for fault in judging.faults(block))
    missing = tuple(block.quantity for block in shown_blocks if block not in rules)
    cells = sum(block.quantity.size for block in rules)
    return Verdict(book, (), faults, cells, precision, judging.follow, missing)


def _present(lesson: Lesson, sheets: dict[str, str | None]) -> Iterator[tuple]:
    """Number, sheet and its name in the workbook, of those that are there."""
    for number, sheet in enumerate(lesson.sheets, 1):
        if sheets[sheet.name] is not None:
            yield number, sheet, sheets[sheet.name]


def _shown(lesson: Lesson, sheet, number: int, found: str) -> Shown:
    places = {block.name: (found, block.place) for block in sheet.blocks}
    return Shown(found, places, np.arange(1), number)


def _stored(book: Book, shown: Shown, name: str) -> np.ndarray:
    return book.numbers_at(name, *shown.places[name])


@dataclass
class _Judging:
    """The numbers of a lesson's sheets, judged block by block in the order of calculation."""

    lesson: Lesson
    book: Book
    shown: Mapping[str, Shown]
    stored: dict[str, np.ndarray]
    digits: Digits
    meant: dict[str, np.ndarray] = field(default_factory=dict)  # where a cell holds no number, what it should hold
    follow: int = 0  # errors that follow from those of other cells

    def faults(self, block: Block) -> Iterator[Fault]:
        """The wrong cells of one block."""
        found, expected, wrong = self.stored[block.name], np.full(block.shape, np.nan), np.zeros(block.shape, dtype=bool)
        readable, follows = [self._operand(need, True) for need in block.needs], np.zeros(block.shape, dtype=bool)
        unreadable = [self._operand(need, False) for need in block.needs]
        for index in product(*map(range, block.shape)):
            value = _uncertain(block.cell(*readable, *index))
            expected[index] = value.value.item()
            wrong[index] = wrong_cells(_batched(found[index]), value, self.digits).item()
            if np.isnan(found[index]):
                follows[index] = not _uncertain(block.cell(*unreadable, *index)).doubt < UNKNOWN
        self.meant[block.name] = expected
        shown = self.shown[self.lesson.sheet_of[block.name]]
        blank = self.book.blank(shown, block.name)
        follows &= ~blank
        self.follow += int(follows.sum())
        for mask, empty in ((wrong & blank, True), (wrong & ~blank & ~follows, False)):
            if mask.any():
                yield Fault(shown, block.rule, mask, found, expected, empty=empty)

    def _operand(self, name: str, readable: bool) -> Uncertain:
        """A block's numbers; where there is none what should stand there, unless an error is meant to be `readable` not."""
        numbers, exact = self.stored[name], self.lesson.blocks[name].given
        gaps = np.isnan(numbers)
        if gaps.any() and not readable:
            gaps &= self.book.blank(self.shown[self.lesson.sheet_of[name]], name)
        filled = np.where(gaps, self.meant.get(name, np.nan), numbers)
        return Uncertain.stored(_batched(filled), self.digits, exact=exact)


def _uncertain(value) -> Uncertain:
    return value if isinstance(value, Uncertain) else Uncertain.stored(_batched(np.array(float(value))), exact=True)


def _batched(numbers: np.ndarray) -> np.ndarray:
    """With the axes of sheets and images in front, one of each."""
    return np.asarray(numbers)[(None,) * BATCH]
