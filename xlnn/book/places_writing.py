"""Sheet Places written: the line that says where an array lies, and the sheet with all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from xlnn.book.places_line import AXIS_COLUMNS, INPUT, WITH_INPUTS
from xlnn.book.places_words import (
    COLUMNS,
    FACTOR,
    HEADER,
    NEXT_EPOCH,
    NEXT_ITERATION,
    following_words,
    number,
    range_words,
    words,
)
from xlnn.book.quantity_names import THRESHOLD
from xlnn.layout.cells import Cell, quoted
from xlnn.layout.listed import Listed, spots
from xlnn.layout.places import Move, Place
from xlnn.model.quantities import Quantity
from xlnn.words import say
from xlnn.xlsx.new_file import BookFile, show
from xlnn.xlsx.rows import Rows, RowsSheet

LineWords = Mapping[str, str]  # a line of sheet Places, by the headings of its columns


def line_words(
    q: Quantity,
    sheet: str,
    place: Place,
    factor: float = 1.0,
    following: Move | None = None,
    language: str = "en",
    onward: Move | None = None,
) -> dict[str, str]:
    """The line of sheet Places that `parse` reads back to the same place; what is empty is left out."""
    axes = (("image",) if q.per_image else ()) + q.axes
    block = _block_axes(place, axes)
    nexts = {axis: place.steps[i] for i, axis in enumerate(axes) if i not in block}
    first = place[tuple(slice(None) if i in block else 0 for i in range(len(axes)))]
    text = f"{quoted(sheet)}!{first.bounds().name}"
    if isinstance(place, Listed) or first.range() is None or not set(nexts) <= set(AXIS_COLUMNS):
        text, nexts = _in_pieces(q, axes, sheet, place)
    said = {"Quantity": q.name, "First block": text}
    said |= {"Next " + axis: words(nexts[axis], language) for axis in (*AXIS_COLUMNS, INPUT) if axis in nexts}
    said |= {NEXT_ITERATION: following_words(following, language), NEXT_EPOCH: following_words(onward, language)}
    if factor == -1 and q.kind in ("b", "new_b"):
        said["Quantity"] = q.kind.replace("b", THRESHOLD) + q.layer
    elif factor != 1:
        said[FACTOR] = f"{factor:.15g}"
    return {name: value for name, value in said.items() if value}


def describe(q: Quantity, sheet: str, place: Place, language: str = "en") -> tuple[str, ...]:
    """The line as a tuple, without the columns that only some sheets need."""
    said = line_words(q, sheet, place, language=language)
    return tuple(said.get(name, "") for name in HEADER)


def _block_axes(place: Place, axes: Sequence[str]) -> set[int]:
    """The axes that the first block holds: one image's, unit's or map's numbers, or the units themselves."""
    block: set[int] = set()
    for axis in reversed(range(len(axes))):
        wider = block | {axis}
        part = place[tuple(slice(None) if i in wider else 0 for i in range(len(axes)))]
        if axes[axis] == "image" or (axes[axis] in AXIS_COLUMNS and block) or part.range() is None:
            break
        block = wider
    return block


def _in_pieces(q: Quantity, axes: Sequence[str], sheet: str, place: Place) -> tuple[str, dict[str, Move]]:
    """First block and steps of what is no rectangle with steps: every axis with a step, the rest as a list of ranges."""
    nexts: dict[str, Move] = {}
    for axis in AXIS_COLUMNS:
        if axis in axes and (move := _regular(place, axes.index(axis))) is not None:
            nexts[axis] = move
    kept = [i for i, axis in enumerate(axes) if axis not in nexts]
    first = place[tuple(slice(None) if i in kept else 0 for i in range(len(axes)))]
    inputs = [at for at, i in enumerate(kept) if axes[i] not in ("image", *q.axes[: q.kind != "x"])]
    if q.kind in WITH_INPUTS and len(inputs) == len(kept) and (move := _line(first)) is not None:
        nexts[INPUT], first = move, first[(0,) * len(kept)]
    return range_words(list(spots(sheet, first))), nexts


def _regular(place: Place, axis: int) -> Move | None:
    """The step along an axis, if it is the same everywhere, and on one sheet; None where there is none."""
    if place.shape[axis] < 2 or (isinstance(place, Listed) and place.is_on_several):
        return None
    rows, columns = (np.unique(np.diff(part, axis=axis)) for part in place.grid())
    return (int(rows[0]), int(columns[0])) if len(rows) == len(columns) == 1 else None


def _line(place: Place) -> Move | None:
    """The step from one cell to the next where they lie in one line, but not side by side."""
    if place.size < 2 or (isinstance(place, Listed) and place.is_on_several):
        return None
    rows, columns = (np.unique(np.diff(part.ravel())) for part in place.grid())
    if len(rows) != 1 or len(columns) != 1 or place.range() is not None:
        return None
    return int(rows[0]), int(columns[0])


# ---- the sheet ----------------------------------------------------------------------------------------


def headings(lines: Iterable[LineWords]) -> tuple[str, ...]:
    """The columns that lines need: the usual ones, and those of the others that one of them fills."""
    used = set().union(*lines)
    return tuple(name for name in COLUMNS if name in HEADER or name in used)


def write_lines(rows: Rows, lines: Sequence[LineWords], header_style: int, language: str) -> int:
    """The header and the lines, from row 1 on; returns the first row below."""
    names = headings(lines)
    for column, text in enumerate(names, 1):
        rows.text(Cell(1, column), say(text, language), header_style)
    for row, line in enumerate(lines, 2):
        for column, name in enumerate(names, 1):
            text = line.get(name, "")
            if (typed := number(text)) is not None:
                rows.number(Cell(row, column), typed)
            elif text:
                rows.text(Cell(row, column), text, symbol=False)
    return 2 + len(lines)


def places_page(file: BookFile, sheet: RowsSheet, lines: Iterable[tuple[Quantity, str, Place]], language: str) -> None:
    """Sheet Places: where every array lies, quantity, sheet and place."""
    rows = file.rows()
    write_lines(rows, [line_words(*line, language=language) for line in lines], file.style("header"), language)
    finish(file, sheet, rows)


def finish(file: BookFile, sheet: RowsSheet, rows: Rows) -> None:
    """Shows the sheet with its columns' widths and the header frozen."""
    show(file, sheet, rows)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, COLUMNS.index(FACTOR), 16)
    sheet.freeze_panes(1, 0)
