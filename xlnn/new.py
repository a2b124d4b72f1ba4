"""Writes a workbook to start from: Settings, Data, and Start with the initial parameters."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from xlnn import pages
from xlnn.book_file import BookFile
from xlnn.cells import Cell
from xlnn.examples import example
from xlnn.layouts import Layout, arrange
from xlnn.problem import Problem
from xlnn.saving import check_target, replacing
from xlnn.sheets import INITIAL, Page, add_page, vector
from xlnn.words import say


def new(section: str, path: str | Path, *, language: str = "en", force: bool = False) -> Path:
    """Writes the workbook of a section of the book ("4-4") to `path`. Raises UsageError, SaveError."""
    return write_problem(example(section), path, language=language, force=force, title=section)


def write_problem(problem: Problem, path: str | Path, *, language: str = "en", force: bool = False, title: str = "") -> Path:
    """Writes any problem as an input workbook that `read` reads back to the same numbers."""
    path = Path(path)
    check_target(path, force=force)
    layout = arrange(problem.settings.layout, list(problem.network.quantities.values()), problem.images)
    with replacing(path) as temporary:
        file = BookFile(temporary, title or path.stem)
        pages.settings_page(file, file.sheet("Settings"), problem, language)
        data = Layout(layout.name, layout.data, {}, layout.data_labels, corner=layout.corner)
        given = problem.given(np.arange(problem.images))
        _page(file, problem, "Data", data, given, say("Data: images and right answers", language), language)
        start = layout.only([q.name for q in problem.network.parameters])
        values = {**problem.parameters, **{INITIAL + name: array for name, array in problem.parameters.items()}}
        _page(file, problem, "Start", start, values, say("Start: the initial parameters", language), language)
        file.close()
    return path


def _page(file: BookFile, problem: Problem, name: str, layout: Layout, values, title: str, language: str) -> None:
    page = Page(problem.network, layout, {}, {})
    rows = file.rows()
    rows.text(Cell(1, 1), title, file.style("title"), measured=False)
    add_page(page, rows, file.style, language)
    made, numbers = rows.template(), vector(page, values)
    sheet = file.sheet(name)
    sheet.show(lambda: made.fill(numbers), made.last)
    pages.furnish(file, sheet, page, made, np.abs(numbers[made.order]), problem)
