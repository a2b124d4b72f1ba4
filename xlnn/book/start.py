"""Writes a problem as a workbook that is ready to be trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from xlnn.book.look import furnish
from xlnn.book.names import DATA, HELD_OUT, SETTINGS, START
from xlnn.book.numbers import INITIAL, Page, add_page, free, vector
from xlnn.book.settings import settings_page
from xlnn.layout.arrange import arrange
from xlnn.layout.cells import Cell
from xlnn.layout.layouts import Layout
from xlnn.lessons.blocks import Lesson
from xlnn.lessons.pages import add_lesson
from xlnn.model.problem import Problem
from xlnn.words import say
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.saving import check_target, replacing


def write_problem(
    problem: Problem,
    path: str | Path,
    *,
    language: str = "en",
    force: bool = False,
    title: str = "",
    lesson: Lesson | None = None,
    cells: str = "formulas",
    decimals: int | None = None,
) -> Path:
    """Writes any problem as an input workbook that `read` reads back to the same numbers; behind it a lesson's sheets.

    `language`: of labels, "en", "zh" or "ja"; as everywhere in Python, English where it is not given, whatever
    XLNN_LANGUAGE says.
    """
    path = Path(path)
    check_target(path, force=force)
    layout = arrange(problem.settings.layout, list(problem.network.quantities.values()), problem.images)
    with replacing(path, force) as temporary:
        file = BookFile(temporary, title or path.stem, decimals)
        settings_page(file, file.sheet(SETTINGS), problem, language)
        data = layout.data_sheet()
        given = problem.given(np.arange(problem.images))
        text = say("Data: {what} and right answers", language, what=problem.network.things)
        _page(file, problem, DATA, data, given, text, language)
        if problem.held_out is not None:
            _held_out(file, problem.held_out, layout.name, language)
        start = layout.only([q.name for q in problem.network.parameters])
        values = {**problem.parameters, **{INITIAL + name: array for name, array in problem.parameters.items()}}
        _page(file, problem, START, start, values, say("Start: the initial parameters", language), language)
        if lesson is not None:
            add_lesson(file, lesson, cells, language)
        file.close()
    return temporary.path


def _held_out(file: BookFile, problem: Problem, name: str, language: str) -> None:
    """Sheet Held out, like sheet Data of the layout `name`."""
    layout = arrange(name, list(problem.network.quantities.values()), problem.images)
    data = layout.data_sheet()
    text = say("Held out: images that are tried, but never trained with", language)
    _page(file, problem, HELD_OUT, data, problem.given(np.arange(problem.images)), text, language)


def _page(file: BookFile, problem: Problem, name: str, layout: Layout, values, title: str, language: str) -> None:
    page = Page(problem.network, layout, {}, {})
    rows = file.rows()
    if free(page, Cell(1, 2)):  # else it could not be read
        rows.text(Cell(1, 1), title, file.style("title"), measured=False)
    add_page(page, rows, file.style, language)
    made, numbers = rows.template(), vector(page, values)
    sheet = file.sheet(name)
    sheet.show(lambda: made.fill(numbers), made.last)
    furnish(file, sheet, page, made, made.room(numbers), problem)
