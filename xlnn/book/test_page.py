"""Sheet Test: an empty image to draw in, as the authors' 测试."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xlnn.book.look import furnish
from xlnn.book.numbers import add_page, free, vector
from xlnn.book.plan import Plan
from xlnn.layout.cells import Cell
from xlnn.model.training import Step
from xlnn.words import say
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.rows import RowsSheet


def test_page(file: BookFile, sheet: RowsSheet, plan: Plan, parameters: Mapping[str, np.ndarray]) -> None:
    """One empty image; formulas that take the parameters from Trained answer as soon as something is drawn."""
    problem, language, page = plan.problem, plan.language, plan.test_page()
    image = np.zeros((1, *problem.network.layers[0].shape))
    step = Step(problem, 0, {"x": image}, parameters)
    rows, style = file.rows(), file.style
    title = (
        "Test: type other numbers into the yellow cells"
        if problem.network.things == "cases"
        else "Test: draw an image in the yellow cells"
    )
    for number, text in enumerate((title, "Empty cells count as 0. `xlnn predict` with this workbook reads it too."), 1):
        if free(page, Cell(number, 1)):
            rows.text(Cell(number, 1), say(text, language), style("label" if number > 1 else "title"), measured=False)
    add_page(page, rows, style, language)
    for index in np.ndindex(*image.shape):
        rows.blank(page.layout.places["x"].cell(*index), style("pixel"))
    made = rows.template()
    numbers = vector(page, step)
    sheet.show(lambda: made.fill(numbers), made.last)
    furnish(file, sheet, page, made, np.abs(numbers[made.order]), problem)
