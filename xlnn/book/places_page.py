"""How sheet Places is written."""

from __future__ import annotations

from collections.abc import Iterator

from xlnn.book import places_sheet
from xlnn.book.names import DATA
from xlnn.book.plan import Plan
from xlnn.layout.cells import Cell
from xlnn.layout.layouts import PARAMETERS
from xlnn.layout.places import Place
from xlnn.model.quantities import Quantity
from xlnn.words import say
from xlnn.xlsx.new_file import BookFile, show
from xlnn.xlsx.rows import RowsSheet


def places_page(file: BookFile, sheet: RowsSheet, plan: Plan, iteration: str) -> None:
    """Sheet Places: where every array lies; the last parameters, inputs on Data, the rest on the sheet `iteration`, if any."""
    rows, style = file.rows(), file.style
    for column, text in enumerate(places_sheet.HEADER, 1):
        rows.text(Cell(1, column), say(text, plan.language), style("header"))
    number = 2
    for q, where, place in _places(plan, iteration):
        for column, text in enumerate(places_sheet.describe(q, where, place), 1):
            if text:
                rows.text(Cell(number, column), text, symbol=False)
        number += 1
    show(file, sheet, rows)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 5, 16)
    sheet.freeze_panes(1, 0)


def _places(plan: Plan, iteration: str) -> Iterator[tuple[Quantity, str, Place]]:
    """Inputs on Data, parameters on the last sheet, all else on the sheet `iteration`; where a person chose the addresses,
    everything that this sheet has, once more what was named already."""
    data, quantities = plan.data_layout().data, plan.problem.network.quantities
    places = plan.layout(plan.batch).places if iteration else plan.forward_layout(plan.problem.images).places
    for name, q in quantities.items():
        if name in data and name != "number":
            yield q, DATA, data[name]
        elif name in places and (plan.own or name not in ("number", "eta")):
            yield q, iteration if iteration and q.kind not in PARAMETERS else plan.final, places[name]
    again = [name for name in ("x", "t") if name in data and name in places] if plan.own else []
    yield from ((quantities[name], iteration or plan.final, places[name]) for name in again)
