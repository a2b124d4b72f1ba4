"""Cells of a workbook in which a number stands over the formula that their like have, as arrays of quantities see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from xlnn.formula.graph import SPAN, Graph
from xlnn.layout.listed import by_sheet
from xlnn.layout.places import Place
from xlnn.xlsx.cell_table import code

Numbers = Mapping[tuple[str, int], float]  # by sheet and code of a cell


@dataclass(frozen=True, eq=False)
class Overwritten:
    """Such cells: the formula of each; `used`, the numbers with which what reads them was calculated, and what reads numbers that
    were changed since; `right`, what they should hold; and `mended`, what other cells would hold then."""

    formulas: Mapping[tuple[str, int], str] = field(default_factory=dict)
    used: Numbers = field(default_factory=dict)
    right: Numbers = field(default_factory=dict)
    mended: Numbers = field(default_factory=dict)


NOTHING = Overwritten()


def overwritten_in(graph: Graph) -> Overwritten:
    """What a graph tells of its overwritten cells."""
    found = graph.overwritten
    right = graph.meant
    changed = np.flatnonzero((right.numbers != graph.values.numbers)[:-1])
    spot = lambda cell: (graph.sheets[graph.codes[cell] // SPAN], int(graph.codes[cell] % SPAN))
    return Overwritten(
        {spot(one.cell): graph.text(one.cell) or "" for one in found},
        {spot(one.cell): one.expected if one.stale else np.nan_to_num(one.typed) for one in found}
        | {spot(one.cells[0]): one.used for one in graph.outdated if len(one.cells) == 1},
        {spot(one.cell): one.expected for one in found},
        {spot(cell): float(right.numbers[cell]) for cell in changed.tolist()},
    )


def at(numbers: Numbers, sheet: str, place: Place) -> np.ndarray:
    """The numbers in the shape of a place, nan where there is none."""
    found = np.full(place.size, np.nan)
    for name, part, chosen in by_sheet(sheet, place) if numbers else ():
        codes = code(*part.grid()).ravel().tolist()
        found[slice(None) if chosen is None else chosen] = [numbers.get((name, cell), np.nan) for cell in codes]
    return found.reshape(place.shape)
