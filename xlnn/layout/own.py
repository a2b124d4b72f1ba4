"""A layout in which some quantities lie where a person put them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xlnn.layout.cells import Cell
from xlnn.layout.layouts import Label, Layout, without_copy
from xlnn.layout.places import Place
from xlnn.model.quantities import Quantity


def with_own(layout: Layout, quantities: Sequence[Quantity], own: Mapping[str, Place]) -> Layout:
    """`own` places as they are; what is missing keeps its arrangement, moved below all of them."""
    layout = without_copy(layout)
    lowest = max(place.bounds().last.row for place in own.values())
    named = {q.name for q in quantities}
    places = {name: own[name] if name in own else place.moved(lowest + 2) for name, place in layout.places.items()}
    places |= {name: place for name, place in own.items() if name in named and name not in places and name != "digit"}
    labels = [replace(label, cell=label.cell.moved(lowest + 2)) for label in layout.labels if label.quantity not in own]
    taken = _taken(places)
    for name in own:
        if name in places:
            for cell in (places[name].origin.moved(0, -1), places[name].origin.moved(-1, 0)):
                if cell.on_sheet and cell not in taken:
                    labels.append(Label(cell, "symbol", name))
                    taken.add(cell)
                    break
    return replace(layout, places=places, labels=tuple(labels), corner=Cell(1, 1), block=0)


def _taken(places: Mapping[str, Place]) -> set[Cell]:
    cells: set[Cell] = set()
    for place in places.values():
        rows, columns = place.grid()
        cells.update(map(Cell, rows.ravel().tolist(), columns.ravel().tolist()))
    return cells
