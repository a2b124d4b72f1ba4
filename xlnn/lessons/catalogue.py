"""The calculation sheets of the book's chapters 1 to 5: which there are, and which a workbook shows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module

from xlnn.errors import ContentError
from xlnn.lessons.blocks import Lesson
from xlnn.model.examples import SECTIONS
from xlnn.words import LANGUAGES, every, preferred, say
from xlnn.xlsx.workbook import Workbook


@dataclass(frozen=True)
class Entry:
    """A lesson: what `xlnn new` says of it, the sheets that it is recognised by, and the module that has it.

    The module has `lesson()` (or `function()`), the book's own numbers, and may have `read(workbook)`, the lesson that
    a workbook shows, where more than typed numbers can differ.
    """

    text: str
    sheets: tuple[str, ...]
    module: str
    function: str = "lesson"
    titled: bool = False  # a sheet of that name is the lesson's only under its title: networks built by hand are called so, too

    @property
    def make(self) -> Callable[[], Lesson]:
        return getattr(import_module(f"xlnn.lessons.{self.module}"), self.function)

    def read(self, workbook: Workbook) -> Lesson:
        """Raises ContentError, naming the cells, where a typed number is missing."""
        read = getattr(import_module(f"xlnn.lessons.{self.module}"), "read", None)
        return read(workbook) if read else _with_own_numbers(self.make(), workbook)


LESSONS = {
    "1-1": Entry("a neuron fires: a decision in which company counts most", ("1-1",), "chapter1"),
    "1-2": Entry("a neuron: weighted sum, threshold, bias, and five activation functions", ("1-2", "1-3"), "neuron"),
    "1-4": Entry("the layers of a network (1-4), and what its hidden units see (1-5)", ("1-4", "1-5"), "chapter1", "layers"),
    "2": Entry("the mathematics of sections 2-1 to 2-7, a sheet each", tuple(f"2-{i}" for i in range(1, 8)), "chapter2"),
    "2-8": Entry(
        "the chain rule factor by factor (2-8), approximations (2-9), the direction of descent (2-10)",
        ("2-8", "2-9", "2-10"),
        "chain_rule",
    ),
    "2-11": Entry("gradient descent on a function, x^2+y^2 or any other", ("2-11", "Lagrange"), "descending"),
    "2-12": Entry(SECTIONS["2-12"], ("Normal equations", "Descent"), "regression"),
    "3-1": Entry(
        "the variables of 12-3-2 and their symbols, and how many parameters (3-4)", ("3-1", "3-4"), "chapter3", titled=True
    ),
    "4-2": Entry(
        "errors δ before and after training, a chain of neurons (4-3), shapes of matrices",
        ("4-2", "4-2 trained", "4-3", "Shapes"),
        "chapter4",
        titled=True,
    ),
    "5-1": Entry(
        "a filter looks for its pattern; all variables of a convolutional network (5-2)",
        ("5-1", "5-2"),
        "chapter5",
        titled=True,
    ),
}


# sections that are a sheet of a lesson: the lesson, and the title of the sheet
PARTS = {
    "1-3": ("1-2", "Activation functions"),
    "1-5": ("1-4", "The hidden layer extracts features"),
    "2-1": ("2", "Functions"),
    "2-2": ("2", "Sequences and recurrences"),
    "2-3": ("2", "Sums"),
    "2-4": ("2", "Vectors and the inner product"),
    "2-5": ("2", "Matrices"),
    "2-6": ("2", "Derivatives"),
    "2-7": ("2", "Partial derivatives"),
    "2-9": ("2-8", "Approximations"),
    "2-10": ("2-8", "The direction of descent"),
    "3-4": ("3-1", "How many parameters, and how many images"),
    "4-3": ("4-2", "A chain of three neurons"),
    "5-2": ("5-1", "The variables of a convolutional network"),
}


WITH = {"2-7": ("2-7 Lagrange",), "5-2": ("Symbols",)}  # sheets that come along


def lesson_of(section: str) -> Lesson | None:
    """The lesson that `xlnn new` writes for a section, or the part of one; None where it has no calculation sheets."""
    if section in PARTS:
        return LESSONS[PARTS[section][0]].make().only(section, *WITH.get(section, ()))
    return LESSONS[section].make() if section in LESSONS else None


def lesson_in(workbook: Workbook) -> Lesson | None:
    """The lesson that a workbook shows: the first of which it has a sheet, with its title, or at least with its typed numbers.

    Raises ContentError, naming the cells, where a typed number is missing.
    """
    for entry in LESSONS.values():
        found = [name for name in entry.sheets if workbook.find(name)]
        if found and _has_title(workbook, entry.make(), found):
            return entry.read(workbook)
        if found and not entry.titled:  # or a person calls a sheet of his own so
            with suppress(ContentError):
                return entry.read(workbook)
    return None


def _has_title(workbook: Workbook, lesson: Lesson, names: list[str]) -> bool:
    """Whether one of these sheets begins with the title of the lesson's, in any language."""
    titles = {sheet.name: every(sheet.title) for sheet in lesson.sheets}
    lines = {name: workbook.lines(name) for name in names}
    return any(lines[name] and lines[name][0] and lines[name][0][0] in titles.get(name, ()) for name in names)


def _with_own_numbers(lesson: Lesson, workbook: Workbook) -> Lesson:
    """The workbook's typed numbers instead of the book's."""
    there = {name: workbook.find(sheet) for name, sheet in lesson.sheet_of.items()}
    given = [block for block in lesson.blocks.values() if block.given and there[block.name]]
    return lesson.with_numbers({block.name: workbook.numbers(there[block.name], block.place) for block in given})


def language_of(workbook: Workbook, lesson: Lesson) -> str:
    """The language of a sheet's title, the reader's where it has another one."""
    for sheet in lesson.sheets:
        lines = workbook.lines(sheet.name) if workbook.find(sheet.name) else []
        title = lines[0][0] if lines and lines[0] else None
        for language in LANGUAGES:
            if title == say(sheet.title, language):
                return language
    return preferred()
