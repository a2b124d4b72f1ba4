"""Writes a workbook to start from: Settings, Data, and Start with the initial parameters."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from xlnn import pages
from xlnn.book_file import BookFile
from xlnn.cells import Cell
from xlnn.errors import UsageError
from xlnn.examples import SECTIONS, example
from xlnn.layouts import Layout, arrange
from xlnn.lesson import Lesson
from xlnn.lesson_book import add_lesson, write_lesson
from xlnn.lessons import LESSONS, PARTS, lesson_of
from xlnn.nielsen import NETWORK, NIELSEN, nielsen
from xlnn.problem import Problem
from xlnn.saving import check_target, replacing
from xlnn.sheets import INITIAL, Page, add_page, free, vector
from xlnn.words import say


def sections() -> dict[str, str]:
    """What `new` can write: names, each with what it is, in the book's order."""
    known = {name: entry.text for name, entry in LESSONS.items()} | {name: title for name, (_, title) in PARTS.items()} | SECTIONS
    return dict(sorted(known.items(), key=lambda item: _in_order(item[0]))) | {NIELSEN: NETWORK}


def new(
    section: str,
    path: str | Path,
    *,
    images: str | Path | None = None,
    cells: str = "formulas",
    language: str = "en",
    force: bool = False,
) -> Path:
    """Writes the workbook of a section of the book ("4-4"), or of Nielsen's network ("nielsen"), to `path`.

    `images`: for "nielsen" a CSV file of them. `cells`: calculation sheets hold "formulas" with their results, or
    "values". Raises UsageError, FileError, ContentError, SaveError.
    """
    if images is not None and section != NIELSEN:
        raise UsageError("section {name} has its own images.", name=section)
    lesson = lesson_of(section)
    if section == NIELSEN:
        problem = nielsen(images)
    elif section in SECTIONS:
        problem = example(section)
    elif lesson is not None:
        return write_lesson(lesson, path, cells=cells, language=language, force=force)
    else:
        raise UsageError("there is no section {name}; known: {known}.", name=repr(section), known=", ".join(sections()))
    return write_problem(problem, path, language=language, force=force, title=section, lesson=lesson, cells=cells)


def _in_order(section: str) -> list:
    """2-11 comes after 2-8; names without a number last."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in section.split("-")]


def write_problem(
    problem: Problem,
    path: str | Path,
    *,
    language: str = "en",
    force: bool = False,
    title: str = "",
    lesson: Lesson | None = None,
    cells: str = "formulas",
) -> Path:
    """Writes any problem as an input workbook that `read` reads back to the same numbers; behind it a lesson's sheets."""
    path = Path(path)
    check_target(path, force=force)
    layout = arrange(problem.settings.layout, list(problem.network.quantities.values()), problem.images)
    with replacing(path, force) as temporary:
        file = BookFile(temporary, title or path.stem)
        pages.settings_page(file, file.sheet("Settings"), problem, language)
        data = layout.data_sheet()
        given = problem.given(np.arange(problem.images))
        text = say("Data: {what} and right answers", language, what=problem.network.things)
        _page(file, problem, "Data", data, given, text, language)
        if problem.held_out is not None:
            _held_out(file, problem.held_out, layout.name, language)
        start = layout.only([q.name for q in problem.network.parameters])
        values = {**problem.parameters, **{INITIAL + name: array for name, array in problem.parameters.items()}}
        _page(file, problem, "Start", start, values, say("Start: the initial parameters", language), language)
        if lesson is not None:
            add_lesson(file, lesson, cells, language)
        file.close()
    return temporary.path


def _held_out(file: BookFile, problem: Problem, name: str, language: str) -> None:
    """Sheet Held out, like sheet Data of the layout `name`."""
    layout = arrange(name, list(problem.network.quantities.values()), problem.images)
    data = layout.data_sheet()
    text = say("Held out: images that are tried, but never trained with", language)
    _page(file, problem, "Held out", data, problem.given(np.arange(problem.images)), text, language)


def _page(file: BookFile, problem: Problem, name: str, layout: Layout, values, title: str, language: str) -> None:
    page = Page(problem.network, layout, {}, {})
    rows = file.rows()
    if free(page, Cell(1, 2)):  # else it could not be read
        rows.text(Cell(1, 1), title, file.style("title"), measured=False)
    add_page(page, rows, file.style, language)
    made, numbers = rows.template(), vector(page, values)
    sheet = file.sheet(name)
    sheet.show(lambda: made.fill(numbers), made.last)
    pages.furnish(file, sheet, page, made, np.abs(numbers[made.order]), problem)
