"""Sheet Test: an empty image to draw in, as the authors' 测试; its layout, how it is written, and how `predict` reads it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xlnn.book.look import furnish, squares, widths_of
from xlnn.book.names import TEST
from xlnn.book.numbers import Page, add_page, free, vector
from xlnn.book.plan import Plan
from xlnn.layout.arrange import arrange, arrange_one
from xlnn.layout.cells import Cell
from xlnn.layout.layouts import Layout, without_copy
from xlnn.layout.places import Place
from xlnn.model.problem import Problem
from xlnn.model.training import Step
from xlnn.words import say
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.rows import RowsSheet
from xlnn.xlsx.workbook import Workbook


def layout_of_one(problem: Problem) -> Layout:
    """One image, always laid out in the standard way."""
    return arrange_one(problem.settings.layout, list(problem.network.quantities.values()))


# ---- writing ------------------------------------------------------------------------------------------


def test_page(file: BookFile, sheet: RowsSheet, plan: Plan, parameters: Mapping[str, np.ndarray]) -> None:
    """One empty image; formulas that take the parameters from Trained answer as soon as something is drawn."""
    problem, language, page = plan.problem, plan.language, _page(plan)
    image = np.zeros((1, *problem.network.layers[0].shape))
    step = Step(problem, 0, {"x": image}, parameters)
    rows, style = file.rows(), file.style
    cases = problem.network.things == "cases"
    title = "Test: type other numbers into the yellow cells" if cases else "Test: draw an image in the yellow cells"
    for number, text in enumerate((title, "Empty cells count as 0. `xlnn predict` with this workbook reads it too."), 1):
        if free(page, Cell(number, 1)):
            rows.text(Cell(number, 1), say(text, language), style("label" if number > 1 else "title"), measured=False)
    add_page(page, rows, style, language)
    for index in np.ndindex(*image.shape):
        rows.blank(page.layout.places["x"].cell(*index), style("pixel"))
    numbers = vector(page, step)
    if not cases:
        made = rows.template()
        widths = widths_of(made, made.room(numbers), page.layout.places, problem.network.things)
        rows.heights |= squares(widths, page.layout.places["x"])
    made = rows.template()
    sheet.show(lambda: made.fill(numbers), made.last)
    furnish(file, sheet, page, made, made.room(numbers), problem)


def _page(plan: Plan) -> Page:
    """Its formulas are always live and take the last parameters.

    Beside a person's own addresses these stand on the sheet once more, arranged as the image is: only then a formula
    takes both as they lie. MMULT, which helps itself elsewhere, is an error over blank cells.
    """
    network = plan.problem.network
    layout = without_copy(layout_of_one(plan.problem))
    kinds = ("x", "z", "a", "prediction") + (("w", "b") if plan.own else ())
    shown = [n for n in layout.places if network.quantities[n].kind in kinds]
    last = plan.forward_layout(plan.problem.images).places
    elsewhere = {q.name: (plan.final, last[q.name]) for q in network.parameters}
    return Page(network, layout.only(shown), network.rule_of, elsewhere, formulas=True)


# ---- reading ------------------------------------------------------------------------------------------


def image_place(problem: Problem, book: Workbook) -> Place:
    """Where the image is drawn, (1, rows, columns). Earlier versions drew it in a row in the layout "table": beside that
    stands nothing."""
    layout = layout_of_one(problem)
    mark = next(label.cell for label in layout.labels if (label.quantity, label.role) == ("x", "symbol"))
    if not (book.find(TEST) and isinstance(book.block(TEST, Place(mark))[()], str)):
        layout = arrange(problem.settings.layout, list(problem.network.quantities.values()), 1)
    return layout.places["x"]


def drawn_image(book: Workbook, problem: Problem) -> np.ndarray:
    """The image on sheet Test, (1, rows, columns); a blank cell counts as 0. Raises ContentError."""
    return book.numbers(TEST, image_place(problem, book), blank=0.0)
