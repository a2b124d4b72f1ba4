"""Checks a lesson's sheets as any other: every rule applied to the sheets' own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from xlnn.check import Verdict
from xlnn.judging import Fault, wrong_cells
from xlnn.lesson import Block, Lesson
from xlnn.shown import Book, Shown
from xlnn.uncertain import BATCH, Uncertain
from xlnn.words import LANGUAGES, say
from xlnn.workbook import Workbook


def judge_lesson(workbook: Workbook, lesson: Lesson, digits: int | None = None, language: str | None = None) -> Verdict:
    """What is wrong on a lesson's sheets; `lesson` is the one that the workbook shows (see lessons.py)."""
    sheets = {sheet.name: workbook.find(sheet.name) for sheet in lesson.sheets}
    shown = {sheet.name: _shown(lesson, sheet, number, found) for number, sheet, found in _present(lesson, sheets)}
    own = [shown[s.name] for s in lesson.sheets if s.name in shown and not all(block.given for block in s.blocks)]
    book = Book(workbook, None, tuple(own), language=language or language_of(workbook, lesson))
    stored = {name: _stored(book, shown[where], name) for name, where in lesson.sheet_of.items() if where in shown}
    rules = [block for block in lesson.blocks.values() if not block.given and block.name in stored]
    faults = tuple(fault for block in rules for fault in _faults(lesson, block, stored, shown, digits))
    return Verdict(book, (), faults, sum(block.quantity.size for block in rules), digits)


def language_of(workbook: Workbook, lesson: Lesson) -> str:
    """The language of a sheet's title, English where it has another one."""
    for sheet in lesson.sheets:
        lines = workbook.lines(sheet.name) if workbook.find(sheet.name) else []
        title = lines[0][0] if lines and lines[0] else None
        for language in LANGUAGES:
            if title == say(sheet.title, language):
                return language
    return "en"


def _present(lesson: Lesson, sheets: dict[str, str | None]) -> Iterator[tuple]:
    """Number, sheet and its name in the workbook, of those that are there."""
    for number, sheet in enumerate(lesson.sheets, 1):
        if sheets[sheet.name] is not None:
            yield number, sheet, sheets[sheet.name]


def _shown(lesson: Lesson, sheet, number: int, found: str) -> Shown:
    places = {block.name: (found, block.place) for block in sheet.blocks}
    return Shown(found, places, frozenset(places), np.arange(1), number)


def _stored(book: Book, shown: Shown, name: str) -> np.ndarray:
    return book.numbers_at(name, *shown.places[name])


def _faults(lesson: Lesson, block: Block, stored: dict, shown: dict, digits: int | None) -> Iterator[Fault]:
    """The wrong cells of one block; what it needs from a sheet that is not there is not judged."""
    if not set(block.needs) <= set(stored):
        return
    operands = [Uncertain.stored(_batched(stored[need]), digits, exact=lesson.blocks[need].given) for need in block.needs]
    found, expected = stored[block.name], np.full(block.shape, np.nan)
    wrong = np.zeros(block.shape, dtype=bool)
    with np.errstate(all="ignore"):
        for index in product(*map(range, block.shape)):
            value = block.cell(*operands, *index)
            value = value if isinstance(value, Uncertain) else Uncertain.stored(_batched(np.array(float(value))), exact=True)
            expected[index] = value.value.item()
            wrong[index] = wrong_cells(_batched(found[index]), value, digits).item()
    if wrong.any():
        yield Fault(shown[lesson.sheet_of[block.name]], block.rule, wrong, found, expected)


def _batched(numbers: np.ndarray) -> np.ndarray:
    """With the axes of sheets and images in front, one of each."""
    return np.asarray(numbers)[(None,) * BATCH]
