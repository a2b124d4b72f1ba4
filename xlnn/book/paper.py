"""How a sheet of quantities is printed: which images, and where its pages end.

Pages end between images and before the heading of a part, never within an image or below a heading; labels and the numbers
of the images stand on every page.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from xlnn.layout.cells import Cell
from xlnn.layout.layouts import BACKWARD, Layout
from xlnn.xlsx.printing import Paper

FIRST = 8  # images of an iteration that are printed, unless all are


ACROSS, DOWN, ROW = 810, 640, 20  # pixels that A4 in landscape surely takes at full size, in any font, and those of a row


SMALLEST, LARGEST = 0.25, 0.8  # how small and how large a sheet is printed


def paper_of(layout: Layout, last: Cell, widths: np.ndarray, printed: str) -> Paper:
    """How a sheet of quantities is printed; `widths` of its columns in characters, from column 0 on."""
    area = last if printed == "all" else _first(layout, last)
    across, down = widths[: area.column + 1] * 7 + 5, np.full(area.row + 1, float(ROW))
    across[0] = down[0] = 0
    labels = layout.corner.column - 1 if layout.corner.column > 2 else 0
    numbers = layout.corner.row - 1 if layout.corner.row <= 6 or not layout.block else 0
    scale = float(np.clip(ACROSS / across.sum(), SMALLEST, LARGEST))
    columns = _page_ends(across, _starts(layout), labels, ACROSS / scale)
    rows = _page_ends(down, _headings(layout), numbers, DOWN / scale)
    return Paper(scale, area, tuple(columns), tuple(rows), labels, numbers)


def _first(layout: Layout, last: Cell) -> Cell:
    """The last cell that is printed where only the first images of an iteration are; sheet Data has them all."""
    place = layout.places.get("z" + _layer(layout)) if _layer(layout) else None
    if place is None or place.shape[0] <= FIRST:
        return last
    beyond = place[FIRST].bounds().first
    if layout.block:
        images = layout.places.get("number", layout.places.get("x", place))
        return Cell(last.row, images[FIRST].bounds().first.column - 1)
    return Cell(beyond.row - 1, last.column)


def _layer(layout: Layout) -> str:
    """The label of a layer whose weighted inputs the sheet shows for every image; "" where there is none."""
    return next((name[1:] for name in layout.places if name[0] == "z"), "")


def _starts(layout: Layout) -> list[int]:
    """The columns before which a page may end: those of the images' blocks, or in a table those of the quantities."""
    images = layout.places.get("number", layout.places.get("x"))
    if images is not None and images.steps and images.steps[0][1]:
        return [images[k].bounds().first.column for k in range(images.shape[0])]
    return sorted({place.origin.column for place in layout.places.values()})


def _headings(layout: Layout) -> list[int]:
    """The rows before which a page may end: those of headings, and of each quantity of the way back."""
    heads = [label.cell.row for label in layout.labels if label.role == "heading"]
    under = {row + 1 for row in heads}
    parts = [place.origin.row for name, place in layout.places.items() if name.startswith(BACKWARD)]
    return sorted({*heads, *(row for row in parts if row not in under)})


def _page_ends(sizes: np.ndarray, starts: Iterable[int], titles: int, room: float) -> list[int]:
    """The last rows, or columns, of all pages but the last, each as full as may be; `titles` stand on every page."""
    before, ends, begun = np.cumsum(sizes), [], 0
    allowed = [start - 1 for start in starts if titles < start - 1 < len(sizes) - 1]
    for position, end in enumerate([*allowed, len(sizes) - 1]):
        used = before[end] - before[begun] + (before[titles] if begun else 0)
        fits = [e for e in allowed[:position] if e > begun]
        if used > room + 1 and fits:
            ends.append(fits[-1])
            begun = fits[-1]
    return ends
