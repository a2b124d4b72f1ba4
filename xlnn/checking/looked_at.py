"""What was not looked at on the sheets of a hand-built workbook: formulas that belong to no quantity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xlnn.book.iterations import Book
from xlnn.book.understood import explained_codes
from xlnn.layout.cells import COLUMNS
from xlnn.layout.listed import by_sheet
from xlnn.layout.places import Place
from xlnn.xlsx.cell_table import code

FEW = 3  # runs of rows that are named


@dataclass(frozen=True)
class Further:
    """So many formulas on a sheet belong to no quantity; `runs`: first and last row of each run of rows with such."""

    sheet: str
    count: int
    runs: tuple[tuple[int, int], ...]

    @property
    def rows(self) -> str:
        """The runs as text: 5–9, 12."""
        texts = [str(first) if first == last else f"{first}–{last}" for first, last in self.runs]
        return ", ".join(texts if len(texts) <= FEW else [*texts[: FEW - 1], "…", texts[-1]])


def further(book: Book) -> Iterator[Further]:
    """Of the sheets from which something was read; a workbook that xlnn wrote says itself where everything lies."""
    if book.workbook.marked:
        return
    known: dict[str, list[np.ndarray]] = {}
    for where in (where for shown in book.iterations for where in shown.places.values()):
        for sheet, codes in _codes(where):
            known.setdefault(sheet, []).append(codes)
    for sheet, looked_at in known.items():
        formulas = book.workbook.formulas(sheet).codes
        if book.understood is not None:  # what only leads to what was judged was looked at, too
            looked_at.append(explained_codes(book.understood, sheet))
        left = formulas[~np.isin(formulas, np.concatenate(looked_at))]
        if len(left):
            yield Further(sheet, len(left), tuple(_runs(np.unique(left // COLUMNS))))


def _codes(where: tuple[str, Place]) -> Iterator[tuple[str, np.ndarray]]:
    """The cells at a place, by sheet."""
    for sheet, part, _ in by_sheet(*where):
        yield sheet, code(*part.grid()).ravel()


def _runs(rows: np.ndarray) -> Iterator[tuple[int, int]]:
    for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
        yield int(run[0]), int(run[-1])
