"""Reads back the table of sheet Summary: C_T and the share right after each update."""

from __future__ import annotations

from collections.abc import Sequence

from xlnn.layout.cells import Cell
from xlnn.layout.places import Place
from xlnn.xlsx.workbook import Workbook, is_blank

SUMMARY = "Summary"


FIGURES, HELD_OUT = (1, 2, 3), (6, 7)  # columns: updates, C_T and share right; C_T and share right of held-out images


SHARES = (3, 7)  # those of them that are blank where nothing is judged


def column(header: int, number: int, lines: int) -> Place:
    """A column of the table below its `header`."""
    return Place(Cell(header + 1, number), (lines,), ((1, 0),))


def lines_below(book: Workbook, header: int) -> int:
    """So many lines the table has: up to the first that is blank."""
    room = max(1, book.shape(SUMMARY)[0] - header)
    blank = [is_blank(value) for value in book.block(SUMMARY, column(header, 1, room))]
    return blank.index(True) if True in blank else room


def totals(book: Workbook, header: int, columns: Sequence[int | None]) -> list[tuple]:
    """The table's lines: updates, then the numbers of the other `columns`; for None a None in each line.

    Raises ContentError naming every cell that holds no number.
    """
    lines = lines_below(book, header)
    read = [[None] * lines if n is None else book.numbers(SUMMARY, column(header, n, lines)).tolist() for n in columns]
    return [(int(updates), *others) for updates, *others in zip(*read, strict=True)]
