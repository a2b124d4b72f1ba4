"""The calculation sheets of the book's chapters 1 to 3: which there are, and which a workbook shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from xlnn.examples import SECTIONS
from xlnn.lesson import Lesson
from xlnn.workbook import Workbook


@dataclass(frozen=True)
class Entry:
    """A lesson: what `xlnn new` says of it, the sheets that it is recognised by, and the module that has it.

    The module has `lesson()`, the book's own numbers, and may have `read(workbook)`, the lesson that a workbook
    shows, where more than typed numbers can differ.
    """

    text: str
    sheets: tuple[str, ...]
    module: str

    @property
    def make(self) -> Callable[[], Lesson]:
        return import_module(f"xlnn.{self.module}").lesson

    def read(self, workbook: Workbook) -> Lesson:
        """Raises ContentError, naming the cells, where a typed number is missing."""
        read = getattr(import_module(f"xlnn.{self.module}"), "read", None)
        return read(workbook) if read else _with_own_numbers(self.make(), workbook)


LESSONS = {
    "1-2": Entry("a neuron: weighted sum, threshold, bias, and five activation functions", ("1-2", "1-3"), "neuron"),
    "2": Entry("the mathematics of sections 2-1 to 2-7, a sheet each", tuple(f"2-{i}" for i in range(1, 8)), "chapter2"),
    "2-8": Entry("the chain rule factor by factor (2-8), and approximations (2-9)", ("2-8", "2-9"), "chain_rule"),
    "2-11": Entry("gradient descent on a function, x^2+y^2 or any other", ("2-11", "Lagrange"), "descending"),
    "2-12": Entry(SECTIONS["2-12"], ("Normal equations", "Descent"), "regression"),
}


def lesson_in(workbook: Workbook) -> Lesson | None:
    """The lesson that a workbook shows: the first of which it has a sheet."""
    for entry in LESSONS.values():
        if any(workbook.find(name) for name in entry.sheets):
            return entry.read(workbook)
    return None


def _with_own_numbers(lesson: Lesson, workbook: Workbook) -> Lesson:
    """The workbook's typed numbers instead of the book's."""
    there = {name: workbook.find(sheet) for name, sheet in lesson.sheet_of.items()}
    given = [block for block in lesson.blocks.values() if block.given and there[block.name]]
    return lesson.with_numbers({block.name: workbook.numbers(there[block.name], block.place) for block in given})
