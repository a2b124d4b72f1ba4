"""Pixels as a workbook has them: blank ones count as 0, and those from 0 to 255 are scaled where the settings say so."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xlnn.layout.listed import spot
from xlnn.layout.places import Place
from xlnn.model.problem import BLANKS, PIXELS, Settings
from xlnn.xlsx.cell_table import BLANK
from xlnn.xlsx.workbook import Workbook

FULL = (16.0, 255.0)  # the largest pixels of usual scales: scikit-learn's digits have 16


COUNTED = "{where}: {count} blank pixels count as 0, this one first."


SCALED = "the pixels were divided by {full}, so that they lie between 0 and 1."


STRAY = "{where}: this pixel is {found}, while nearly all the others are 0 or 1. Is it meant to be 1?"


Notes = list[tuple[str, Mapping]]


def pixels(book: Workbook, sheet: str, place: Place, chosen: Settings) -> tuple[np.ndarray, Notes]:
    """The images at a place, (images, rows, columns), and what a reader should know of them.

    Raises ContentError as `Workbook.numbers`; a blank cell is an error where its whole image is blank, or the settings say so.
    """
    blank = _blank(book, sheet, place) if chosen.blank == BLANKS[0] else np.zeros(place.shape, bool)
    found = book.numbers(sheet, place, blank=0.0 if blank.any() else None, spaces=False)
    notes: Notes = []
    if blank.any():
        notes.append(_said(COUNTED, book, sheet, place, blank))
    if chosen.pixels == PIXELS[1]:
        found, full = scaled(found)
        if full > 1:
            notes.append((SCALED, {"full": f"{full:g}"}))
    else:
        notes += _stray(book, sheet, place, found)
    return found, notes


def scaled(x: np.ndarray) -> tuple[np.ndarray, float]:
    """Pixels from 0 to 1, and what they were divided by: 255, or 16 where none is larger; 1 where they lie there already."""
    largest = float(x.max(initial=0.0))
    full = 1.0 if largest <= 1 else next((full for full in FULL if largest <= full), largest)
    return (x, 1.0) if full == 1 else (x / full, full)


def _blank(book: Workbook, sheet: str, place: Place) -> np.ndarray:
    """Which pixels are blank in an image that has any number."""
    blank = book.kinds(sheet, place) == BLANK
    return blank & ~blank.all(axis=tuple(range(1, blank.ndim)), keepdims=True)


def _stray(book: Workbook, sheet: str, place: Place, x: np.ndarray) -> Notes:
    """A few pixels above 1 where all the others are 0 or 1: somebody typed 255 for black."""
    other = ~np.isin(x, (0, 1))
    if not other.any() or other.sum() * 100 > x.size or (x[other] < 2).any():
        return []
    where = book.where(*spot(sheet, place, np.argwhere(other)[0].tolist()))
    return [(STRAY, {"where": str(where), "found": f"{x[other][0]:g}"})]


def _said(text: str, book: Workbook, sheet: str, place: Place, mask: np.ndarray) -> tuple[str, Mapping]:
    where = book.where(*spot(sheet, place, np.argwhere(mask)[0].tolist()))
    return text, {"where": str(where), "count": f"{int(mask.sum()):,}"}
