"""Sections 2-1 to 2-7: the mathematics that the later sheets use, on the numbers of 4-4 where they fit."""

from __future__ import annotations

from xlnn.lessons.blocks import Lesson
from xlnn.lessons.derivatives import derivatives, multipliers, partial
from xlnn.lessons.functions import functions, recurrences, sums
from xlnn.lessons.vectors import matrices, vectors


def lesson() -> Lesson:
    """Functions, recurrences, sums, vectors, matrices, derivatives and partial derivatives, a sheet each."""
    sheets = (functions(), recurrences(), sums(), vectors(), matrices(), derivatives(), partial(), multipliers())
    return Lesson("2", "The mathematics of chapter 2", sheets)
