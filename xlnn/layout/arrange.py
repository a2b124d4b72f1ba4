"""Arranges quantities by the name of a layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from xlnn.errors import LimitError, UsageError
from xlnn.layout.blocks import book, stacked
from xlnn.layout.cells import Cell
from xlnn.layout.layouts import Label, Layout
from xlnn.layout.own import with_own
from xlnn.layout.places import Place, check_places
from xlnn.layout.table import table
from xlnn.model.quantities import Quantity


def with_pictures(layout: Layout, quantities: Sequence[Quantity]) -> Layout:
    """Below everything: every filter, as it was at the start and as it is, side by side."""
    row = 3 + max(place.bounds().last.row for place in (*layout.places.values(), *layout.initial.values()))
    left, pictures, labels = max(3, layout.corner.column), {}, []
    for q in quantities:
        if q.kind != "w" or q.axes[0] != "map" or q.name not in layout.places:
            continue
        width = q.shape[-1]
        start = stacked(q, Cell(row + 1, left))
        pictures["initial " + q.name], pictures[q.name] = start, start.moved(0, width + 1)
        labels += [
            Label(Cell(row, left), "heading", q.name, text="at the start"),
            Label(Cell(row, left + width + 1), "heading", q.name, text="trained"),
        ]
        first = (0,) * (len(q.shape) - 1)
        labels += [Label(Cell(start.cell(m, *first).row, left - 2), "part", q.name, (m + 1,)) for m in range(q.shape[0])]
        row += 2 + start.bounds().height
    return replace(layout, pictures=pictures, labels=(*layout.labels, *labels))


def arrange(name: str, quantities: Sequence[Quantity], images: int, own: Mapping[str, Place] | None = None) -> Layout:
    """The layout `name` ("book" or "table") for these quantities, or a person's `own` places and it below.

    Raises UsageError for an unknown name or places that overlap, LimitError where a sheet is too small.
    """
    if name not in LAYOUTS:
        raise UsageError("there is no layout {name}; the layouts are {known}.", name=repr(name), known=[*LAYOUTS])
    layout = LAYOUTS[name](quantities, images)
    layout = with_own(layout, quantities, own) if own else layout
    check_places(layout.places)
    check_places(layout.data)
    return layout


def arrange_one(name: str, quantities: Sequence[Quantity]) -> Layout:
    """A single image, to draw on: in its own rectangle, as the book arranges it, where that fits; a case as in the layout
    `name`. Raises as `arrange`."""
    rows = next((q.shape[0] for q in quantities if q.kind == "x"), 1)
    with suppress(LimitError):
        return arrange("book" if rows > 1 else name, quantities, 1)
    return arrange(name, quantities, 1)


LAYOUTS = {"book": book, "table": table}
