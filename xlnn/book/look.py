"""How a sheet with numbers is furnished: links, colours, frames, widths."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from xlnn.book.names import CONVENTIONS, PLACES, SETTINGS, SUMMARY, TEST
from xlnn.book.numbers import Page, free
from xlnn.book.paper import paper_of
from xlnn.layout.cells import Cell, Range
from xlnn.layout.layouts import Layout
from xlnn.layout.places import Place
from xlnn.model.problem import Problem
from xlnn.xlsx.new_file import BookFile, diverging, link, red_where, shade
from xlnn.xlsx.rows import RowsSheet, Template

DECIMALS = 9.0  # the width of a column for numbers of any kind


ROW, SCREEN = 20, (40 * 20, 1400)  # pixels: a row, and the height and width of the cells on a screen


LINKS = ((Cell(3, 1), "Summary", "Summary"), (Cell(3, 4), "◀", "before"), (Cell(3, 5), "▶", "after"))


def furnish(
    file: BookFile,
    sheet: RowsSheet,
    page: Page,
    made: Template,
    rooms: np.ndarray,
    problem: Problem,
    like: RowsSheet | None = None,
) -> None:
    """Column widths, frozen panes, links, shaded pixels, colour scales and paper of a sheet of quantities.

    `rooms`: how many characters the numbers of its holes take; `like` is another sheet of this page and template that is
    furnished already.
    """
    if like is None:
        widths = widths_of(made, rooms, page.layout.places, problem.network.things)
        _set_widths(sheet, widths)
        frozen = _frozen(page.layout, made.last, widths)
        if any(frozen):  # else XlsxWriter writes a pane that splits nothing, which Excel may want to repair
            sheet.freeze_panes(*frozen)
        sheet.print_on(paper_of(page.layout, made.last, widths, file.printed, made.heading, made.heights))
        _colours(file, sheet, page, problem)
    else:
        sheet.look_like(like)
    sheet.hide_gridlines(2)
    _links(file, sheet, page)


def _colours(file: BookFile, sheet: RowsSheet, page: Page, problem: Problem) -> None:
    """Shaded pixels, colour scales of maps and filters, and wrong answers in red."""
    places = page.layout.places
    if "x" in places and problem.network.things == "images":
        shade(sheet, _rectangles(places["x"]), max(1.0, float(problem.x.max())))
    if "right" in places:
        red_where(sheet, places["right"].bounds(), "×", file.book.add_format({"font_color": "#C00000", "bold": True}))
    for name, q in page.network.quantities.items():
        if q.kind == "a" and "map" in q.axes and name in places:
            shade(sheet, _rectangles(places[name]), 1.0, colour="#F4B183")
    for place in page.layout.pictures.values():
        diverging(sheet, [place.bounds()])


def _frozen(layout: Layout, last: Cell, widths: np.ndarray) -> tuple[int, int]:
    """Rows and columns that stay while the rest scrolls: headings only, where they leave most of the screen to the rest."""
    rows, columns = layout.corner.row - 1, layout.corner.column - 1
    high, wide = rows * ROW, sum(int(width * 7 + 0.5) + 5 for width in widths[1 : columns + 1])  # XlsxWriter's rule
    firsts = [place.origin for place in layout.places.values()] + [label.cell for label in layout.labels]
    heads = any(cell.column <= columns and cell.row > rows for cell in firsts)
    rows = rows if rows < last.row and high <= SCREEN[0] / 3 else 0
    return rows, columns if heads and columns < last.column and wide <= 0.55 * SCREEN[1] else 0


def _links(file: BookFile, sheet: RowsSheet, page: Page) -> None:
    """To Summary, and to the sheets before and after in the order of training."""
    order = [name for name in file.book.sheetnames if name not in (CONVENTIONS, SETTINGS, PLACES)]
    here = order.index(sheet.get_name())
    targets = {
        "Summary": SUMMARY if SUMMARY in order else order[0],
        "before": order[here - 1],
        "after": order[min(here + 1, len(order) - 1)],
    }
    for cell, _, role in LINKS:
        if free(page, cell) and sheet.get_name() != TEST:
            link(sheet, cell, targets[role])


@lru_cache
def _rectangles(place: Place) -> tuple[Range, ...]:
    """The images of a place as ranges; the same on every iteration's sheet."""
    whole = place.range()
    if whole is not None:
        return (whole,)
    return tuple(place[k].bounds() for k in range(place.shape[0]))


def squares(widths: np.ndarray, place: Place) -> dict[int, float]:
    """The heights, in points, with which an image's pixels are squares; of one that is larger than a screen, lower."""
    rows, columns = (sorted(set(part.ravel().tolist())) for part in place.grid())
    pixels = float(np.clip(int(widths[columns[0]] * 7 + 0.5) + 5, ROW, max(ROW, 0.75 * SCREEN[0] / len(rows))))
    return dict.fromkeys(rows, 0.75 * pixels)


def widths_of(made: Template, rooms: np.ndarray, places: Mapping[str, Place], things: str) -> np.ndarray:
    """By column, in characters: every column as wide as its widest number or label needs, those of the images alike; numbers in
    the place of pixels, and their targets, with room for decimals."""
    widths = np.full(made.last.column + 1, 2.0)
    np.maximum.at(widths, made.columns, rooms + 0.7)
    for column, chars in made.widths.items():
        widths[column] = max(widths[column], min(chars, 24) + 1)
    if "x" in places:
        pixels = list(set(places["x"].grid()[1].ravel().tolist()))  # np.unique would import numpy.ma
        widths[pixels] = widths[pixels].max()
    for name in ("x", "t") if things == "cases" else ():
        if name in places:
            columns = places[name].grid()[1].ravel()
            widths[columns] = np.maximum(widths[columns], DECIMALS)
    return widths


def _set_widths(sheet: RowsSheet, widths: np.ndarray) -> None:
    start = 1
    for column in range(1, len(widths) + 1):
        if column == len(widths) or widths[column] != widths[start]:
            sheet.set_column(start - 1, column - 2, widths[start])
            start = column
