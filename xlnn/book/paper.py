"""How a sheet of quantities is printed: which images, and where its pages end.

Pages end between images and before the heading of a part, never within an image or below a heading; labels and the numbers
of the images stand on every page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate

import numpy as np

from xlnn.layout.cells import Cell
from xlnn.layout.layouts import BACKWARD, Layout
from xlnn.layout.places import Place
from xlnn.xlsx.printing import Paper

FIRST = 8  # images of an iteration that are printed, unless all are


ACROSS, DOWN, ROW = (760, 520), (660, 960), 20  # pixels of A4, landscape and upright, in any font, and those of a row


SMALLEST, PIXELS, LARGEST = 0.32, 0.3, 0.8  # how small numbers and images are printed, and how large on more than one page


STRIP, BESIDE = 0.5, 6  # how large images beside each other are printed, if at least so many then stand on a page


READ, ENOUGH, WORTH = 0.36, 3, 1.15  # a scale at which one page is enough; else so many, if each makes it so much larger


HEADS = 4  # rows of a table's heads at most


TITLE, LETTER = 560, 10  # pixels: the sheet's title is printed, too, where its columns are few; and one of its letters


def paper_of(
    layout: Layout, last: Cell, widths: np.ndarray, printed: str, title: int = 0, heights: Mapping[int, float] | None = None
) -> Paper:
    """How a sheet of quantities is printed, in landscape or upright: what takes fewer pages, and is larger.

    `widths` are those of its columns in characters, from column 0 on; `title` is how many its title has; `heights` are those
    of rows that are no usual ones, in points.
    """
    area = last if printed == "all" else _first(layout, last)
    across, down = widths[: area.column + 1] * 7 + 5, np.full(area.row + 1, float(ROW))
    across[0] = down[0] = 0
    for row, points in (heights or {}).items():
        down[row] = points / 0.75
    title = max(TITLE, LETTER * title)
    more = max(0, int((title - across.sum() + 63) // 64))  # columns without numbers, over which the title goes on
    area, across = Cell(area.row, area.column + more), np.append(across, [64.0] * more)
    return min((_pages(layout, area, across, down, upright) for upright in (0, 1)), key=_worth)


def _worth(paper: Paper) -> tuple[int, float]:
    """The least is best: one page that is read with ease, else no more than are enough, as large as can be."""
    enough = 1 if paper.pages == 1 and paper.scale >= READ else max(paper.pages, ENOUGH)
    return enough, -paper.scale / WORTH**paper.pages


def _pages(layout: Layout, area: Cell, across: np.ndarray, down: np.ndarray, upright: int) -> Paper:
    """Its pages on paper of one kind: one, or as few as can be read, and as large as so few can show it."""
    labels, numbers, starts, headings = _labels(layout), _numbers(layout), _starts(layout), _headings(layout)
    scale = min(1.0, ACROSS[upright] / across.sum(), DOWN[upright] / down.sum())
    alone = Paper(scale, area, bool(upright), 1, labels=labels, numbers=numbers)
    smallest = SMALLEST if _layer(layout) else _strip(layout, across, starts, ACROSS[upright])

    def paper(scale: float, page_ends: Callable) -> Paper:
        columns = page_ends(across, starts, labels, ACROSS[upright] / scale)
        rows = page_ends(down, headings, numbers, DOWN[upright] / scale)
        high = max(len(rows) + 1, int(np.ceil(down.sum() * scale / DOWN[upright])))
        wide = max(len(columns) + 1, int(np.ceil(across.sum() * scale / ACROSS[upright])))
        return Paper(scale, area, bool(upright), wide * high, tuple(columns), tuple(rows), labels, numbers)

    tried = [paper(scale, _full_pages) for scale in np.arange(smallest, LARGEST, 0.02).tolist()]
    best = min([alone, *tried] if scale >= smallest else tried, key=_worth)
    return alone if best is alone else paper(best.scale, _page_ends)


def _strip(layout: Layout, across: np.ndarray, starts: Sequence[int], room: float) -> float:
    """How small images without anything calculated are printed: not so small as to fill a line with many that nobody can read."""
    if not _across(layout) or len(starts) < 2:
        return PIXELS
    return float(np.clip(room / (BESIDE * across[starts[0] : starts[1]].sum()), PIXELS, STRIP))


def _labels(layout: Layout) -> tuple[int, int]:
    """The columns with the labels of the images' numbers; the parameters, left of them, stand on the first page alone."""
    last = layout.corner.column - 1
    ends = (place.bounds().last.column for place in layout.places.values())
    return max((end for end in ends if end <= last), default=0) + 1, last if last > 1 else 0


def _numbers(layout: Layout) -> tuple[int, int]:
    """The rows with the images' numbers, or the heads of a table; the parameters above a table stand on its first page alone."""
    last = layout.corner.row - 1
    if _across(layout):
        return 1, last if last < 6 else 0
    ends = (place.bounds().last.row for place in layout.places.values())
    return max(0, last - HEADS, *(end for end in ends if end <= last)) + 1, last


def _first(layout: Layout, last: Cell) -> Cell:
    """The last cell that is printed where only the first images of an iteration are; sheet Data has them all."""
    place = layout.places.get("z" + _layer(layout)) if _layer(layout) else None
    if place is None or place.shape[0] <= FIRST:
        return last
    if layout.block:
        return Cell(last.row, _images(layout, place)[FIRST].bounds().first.column - 1)
    return Cell(place[FIRST].bounds().first.row - 1, last.column)


def _layer(layout: Layout) -> str:
    """The label of a layer whose weighted inputs the sheet shows for every image; "" where there is none."""
    return next((name[1:] for name in layout.places if name[0] == "z"), "")


def _images(layout: Layout, default: Place | None = None) -> Place | None:
    """A place that shows where each image begins."""
    return layout.places.get("number", layout.places.get("x", default))


def _across(layout: Layout) -> bool:
    """Whether each image stands beside the one before."""
    images = _images(layout)
    return images is not None and bool(images.steps) and images.steps[0][1] > 0


def _starts(layout: Layout) -> list[int]:
    """The columns before which a page may end: those of the images' blocks, or in a table those of the quantities and of
    their units."""
    images = _images(layout)
    if images is not None and _across(layout):
        return [images[k].bounds().first.column for k in range(images.shape[0])]
    units = {label.cell.column for label in layout.labels if label.role == "number" and set(label.index[1:]) <= {1}}
    return sorted({place.origin.column for place in layout.places.values()} | units)


def _headings(layout: Layout) -> list[int]:
    """The rows before which a page may end: those of headings, and of each quantity of the way back."""
    heads = [label.cell.row for label in layout.labels if label.role == "heading"]
    under = {row + 1 for row in heads}
    parts = [place.origin.row for name, place in layout.places.items() if name.startswith(BACKWARD)] if layout.block else []
    return sorted({*heads, *(row for row in parts if row not in under)})


def _page_ends(sizes: np.ndarray, starts: Iterable[int], titles: tuple[int, int], room: float) -> list[int]:
    """The last rows, or columns, of all pages but the last; those of `titles`, from the first to the last, stand on
    every page. No more pages than need be, and
    those alike."""
    ends = _full_pages(sizes, starts, titles, room)
    for smaller in np.arange(0.5, 1.0, 0.05) * room:
        alike = _full_pages(sizes, starts, titles, smaller)
        if ends and len(alike) == len(ends):
            return alike
    return ends


def _full_pages(sizes: np.ndarray, starts: Iterable[int], titles: tuple[int, int], room: float) -> list[int]:
    """As `_page_ends`, each page as full as may be."""
    before, ends, begun = list(accumulate(sizes.tolist())), [], 0
    repeated = sizes[titles[0] : titles[1] + 1].sum()
    allowed = [start - 1 for start in starts if titles[1] < start - 1 < len(sizes) - 1]
    for position, end in enumerate([*allowed, len(sizes) - 1]):
        used = before[end] - before[begun] + (repeated if begun else 0)
        if used > room + 1 and position and allowed[position - 1] > begun:
            begun = allowed[position - 1]
            ends.append(begun)
    return ends
