"""The trajectory: quantities of a checked workbook beside those of a trained one, iteration by iteration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xlnn.cells import Cell
from xlnn.compare import Tolerance
from xlnn.errors import UsageError
from xlnn.shown import Book, Shown, book_of
from xlnn.workbook import Workbook


@dataclass(frozen=True)
class Departure:
    """A quantity that differs from the other workbook's: how many cells, the first of them and both numbers."""

    sheet: str
    quantity: str
    different: int
    cells: int
    cell: Cell
    found: float
    other: float


def departures(book: Book, path: str | Path, digits: int | None, settings: Mapping) -> Iterator[Departure]:
    """Where the numbers of `book` leave those of the workbook at `path`, in the order of calculation.

    Raises UsageError where the two have no iteration in common.
    """
    other = book_of(Workbook(path), **settings)
    by_iteration = {shown.iteration: shown for shown in other.iterations}
    pairs = [(shown, by_iteration[shown.iteration]) for shown in book.iterations if shown.iteration in by_iteration]
    pairs = [(mine, theirs) for mine, theirs in pairs if len(mine.images) == len(theirs.images)]
    if not pairs:
        raise UsageError("{workbook} has no iteration with as many images to compare with.", workbook=Path(path).name)
    for mine, theirs in pairs:
        for name in book.problem.network.quantities:
            if name in mine.places and name in theirs.places:
                found = _departure(book, mine, other, theirs, name, digits)
                if found:
                    yield found


def _departure(book: Book, mine: Shown, other: Book, theirs: Shown, name: str, digits: int | None) -> Departure | None:
    a, b = book.numbers(mine, name), other.numbers(theirs, name)
    if a.shape != b.shape:
        return None
    both = np.isfinite(a) & np.isfinite(b)
    differs = both & ~Tolerance(digits=digits).agree(np.nan_to_num(a), np.nan_to_num(b))
    if not differs.any():
        return None
    first = tuple(np.argwhere(differs)[0].tolist())
    cell = mine.cell(name, first)[1]
    return Departure(mine.name, name, int(differs.sum()), differs.size, cell, float(a[first]), float(b[first]))
