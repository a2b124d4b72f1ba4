"""The trajectory: quantities of a checked workbook beside those of a trained one, iteration by iteration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from xlnn.book.iterations import Book, Shown, book_of
from xlnn.checking.comparing import Tolerance
from xlnn.errors import UsageError
from xlnn.layout.cells import Cell
from xlnn.xlsx.workbook import Workbook


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


@dataclass(frozen=True)
class Trajectory:
    """A checked workbook beside another one, `workbook`.

    `pairs` are the names of the sheets that were compared; `agreeing`: the first pair begin with the same parameters.
    """

    workbook: str
    pairs: tuple[tuple[str, str], ...]
    agreeing: bool
    departures: tuple[Departure, ...]


def trajectory(book: Book, path: str | Path, digits: int | None, settings: Mapping) -> Trajectory:
    """Where the numbers of `book` leave those of the workbook at `path`, in the order of calculation.

    Iterations are compared from the one on that begins with the same parameters, else by their numbers. Raises
    UsageError where the two have none in common.
    """
    other = book_of(Workbook(path), **settings)
    both = product(book.iterations, other.iterations)
    agreeing = [(mine, theirs) for mine, theirs in both if _begin_alike(book, mine, other, theirs, digits)]
    first = min(agreeing, key=lambda pair: _distance(book, other, *pair), default=None)
    ahead = first[1].iteration - first[0].iteration if first else 0
    by_iteration = {shown.iteration: shown for shown in other.iterations}
    pairs = [(mine, by_iteration.get(mine.iteration + ahead)) for mine in book.iterations]
    pairs = [(mine, theirs) for mine, theirs in pairs if theirs and len(mine.images) == len(theirs.images)]
    if not pairs:
        raise UsageError("{workbook} has no iteration with as many images to compare with.", workbook=Path(path).name)
    found = (
        _departure(book, mine, other, theirs, name, digits)
        for mine, theirs in pairs
        for name in book.problem.network.quantities
        if name in mine.places and name in theirs.places
    )
    names = tuple((mine.name, theirs.name) for mine, theirs in pairs)
    return Trajectory(Path(path).name, names, first is not None, tuple(filter(None, found)))


def _begin_alike(book: Book, mine: Shown, other: Book, theirs: Shown, digits: int | None) -> bool:
    """Whether two iterations of as many images use the same parameters."""
    pairs = list(_parameters(book, mine, other, theirs))
    if len(mine.images) != len(theirs.images) or not pairs or any(a.shape != b.shape for a, b in pairs):
        return False
    return all(Tolerance(digits=digits).agree(np.nan_to_num(a), np.nan_to_num(b)).all() for a, b in pairs)


def _distance(book: Book, other: Book, mine: Shown, theirs: Shown) -> tuple:
    """How far apart two iterations are: the checked workbook's first, then the closest, then those of the same number."""
    off = max(np.abs(np.nan_to_num(a - b)).max() for a, b in _parameters(book, mine, other, theirs))
    return mine.iteration, off, abs(mine.iteration - theirs.iteration)


def _parameters(book: Book, mine: Shown, other: Book, theirs: Shown) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for q in book.problem.network.parameters:
        if q.name in mine.places and q.name in theirs.places:
            yield book.numbers(mine, q.name), other.numbers(theirs, q.name)


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
