"""Checks of the given arrays before they are read: how many images there are, what lies beside them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np

from xlnn.book.names import DATA, SETTINGS
from xlnn.book.origin import Sources
from xlnn.errors import ContentError, LimitError
from xlnn.layout.arrange import LAYOUTS, arrange
from xlnn.layout.cells import Cell, Range
from xlnn.layout.layouts import Layout
from xlnn.layout.listed import by_sheet
from xlnn.layout.places import Place
from xlnn.model.network import Network
from xlnn.model.quantities import Quantity
from xlnn.words import these
from xlnn.xlsx.cell_table import BLANK, NUMBER, PENDING, SPACES
from xlnn.xlsx.sheet_names import is_called
from xlnn.xlsx.workbook import Workbook, is_number


def _check_count(book: Workbook, sheet: str, place: Place) -> None:
    """Raises ContentError where right answers go on behind the last image."""
    images, step = place.shape[0], place.steps[0]
    after = place[0].moved(images * step[0], images * step[1])
    book.check_calculated([(sheet, after)])
    if any(map(is_number, book.block(sheet, after).flat)):
        raise ContentError(
            "this right answer has no image: there are {images} images.", book.where(sheet, after.origin), images=images
        )


def check_shapes(book: Workbook, network: Network, sources: Sources, own: bool, layout: Layout | None) -> None:
    """Raises ContentError where images or right answers have another shape than the network says.

    `own`: at a person's own addresses, so that other numbers may follow. With a `layout` none may stand beside them.
    """
    book.check_calculated(sources.values())
    for name in ("digit", "t"):
        if name in sources and not own:
            _check_count(book, *sources[name])
    for name in ("x", "digit", "t"):
        if name in sources:
            sheet, place = sources[name]
            if place.shape[0] > 1:
                check_shape(book, network.quantities[name], sheet, place)
            if is_called(sheet, DATA) and layout:
                check_edge(book, network.quantities[name], sources, layout)
    if not own and not is_called(sources["x"][0], DATA):
        check_lines(book, network.quantities["x"], sources)


def check_shape(book: Workbook, q: Quantity, sheet: str, place: Place) -> None:
    """Raises ContentError where all images are blank in the same cell; a blank pixel counts as 0, but no whole edge of them."""
    blank = np.asarray(book.is_missing(sheet, place).all(axis=0))
    if q.kind == "x" and blank.ndim == 2:
        blank = blank & _edges(blank)
    if blank.any():
        text = _BLANK_OR_LAYERS if book.find(SETTINGS) else _BLANK
        where = book.where(sheet, place[0].cell(*np.argwhere(blank)[0].tolist()))
        raise ContentError(text, where, name=q.symbol, shape=shape(q))


_BLANK = (
    "{name}: expected {shape} numbers for each image, but this cell is blank, and so is its like in every other image. "
    "Fill the cells."
)


_BLANK_OR_LAYERS = (
    "{name}: expected {shape} numbers for each image, but this cell is blank, and so is its like in every other image. "
    "Correct the table of layers in sheet Settings, or fill the cells."
)


def _edges(blank: np.ndarray) -> np.ndarray:
    """The last row and the last column of pixels, where they are blank from end to end: there an image may have ended before."""
    found = np.zeros_like(blank)
    found[-1], found[:, -1] = blank[-1].all(), found[:, -1] | blank[:, -1].all()
    return found


def shape(q: Quantity) -> str:
    return "×".join(map(str, q.shape)) or "1"


def count_images(book: Workbook, sheet: str, place: Place, gaps: bool = True) -> int:
    """Images up to the first blank block; `place` gives the first one and the step.

    Raises ContentError where numbers go on behind the blank block, unless `gaps`.
    """
    most, image, step = room(book.shape(sheet), place), place[0], place.steps[0]
    first_cells = book.kinds(sheet, Place(place.origin).repeated(most, step))  # what is wholly blank begins with a blank
    at = lambda k: image.moved(int(k) * step[0], int(k) * step[1])
    begun_blank = np.flatnonzero((first_cells == BLANK) | (first_cells == SPACES))
    count = next((int(k) for k in begun_blank if book.is_blank(sheet, at(k))), most)
    later = np.flatnonzero(np.isin(first_cells[count + 1 :], (NUMBER, PENDING))) + count + 1
    after = next((int(k) for k in later if np.isin(book.kinds(sheet, at(k)), (NUMBER, PENDING)).all()), None)
    if count and after and not gaps:
        raise ContentError(
            "image {image} is blank, but images go on at {cell}. Close the gap or fill it.",
            book.where(sheet, at(count).origin), image=count + 1, cell=at(after).origin.name,
        )  # fmt: skip
    return count


def room(used: tuple[int, int], place: Place) -> int:
    """How many images can begin on the part of a sheet that is in use."""
    room = [max(used)]
    for size, first, step in zip(used, place.origin, place.steps[0], strict=True):
        if step:
            room.append((size - first) // step if step > 0 else (first - 1) // -step)
    return max(0, min(room)) + 1


def no_image(book: Workbook, sheet: str, place: Place) -> ContentError:
    """What to say where the first image is blank."""
    return ContentError("expected an image, found blank cells.", book.where(sheet, place.origin))


def layouts_of(book: Workbook, network: Network, first: str) -> list[Layout]:
    """The layouts in which a workbook may have its images: `first`, then others; before them those whose number 1 is there."""
    quantities = list(network.quantities.values())
    found = [_as_numbered(book, arrange(first, quantities, 1))]
    for name in LAYOUTS:
        with suppress(LimitError):
            found += [_as_numbered(book, arrange(name, quantities, 1))] if name != first else []
    numbered = [layout for layout in found if _is_numbered(book, layout)]
    if not numbered and book.find(DATA):
        book.check_calculated((DATA, _first_numbers(layout)) for layout in found)
    return numbered + [layout for layout in found if layout not in numbered]


def _is_numbered(book: Workbook, layout: Layout) -> bool:
    """Whether sheet Data has the images' numbers 1 and 2 where the layout has them."""
    return bool(book.find(DATA)) and book.block(DATA, _first_numbers(layout)).tolist() == [1, 2]


def _first_numbers(layout: Layout) -> Place:
    number = layout.data["number"]
    return number[0].repeated(2, number.steps[0])


def _as_numbered(book: Workbook, layout: Layout) -> Layout:
    """The book's layout with sheet Data as its images' numbers say: its blocks are as wide as the hidden layers were."""
    if layout.name != "book" or not book.find(DATA):
        return layout
    row, width = layout.data["number"].origin.row, book.shape(DATA)[1]
    numbers = book.block(DATA, Place(Cell(row, 1), (width,), ((0, 1),)))
    first, second = (int(np.argmax(numbers == k)) + 1 if (numbers == k).any() else 0 for k in (1, 2))
    if not (first and second):
        book.check_calculated([(DATA, Place(Cell(row, 1), (width,), ((0, 1),)))])
    old = layout.data["x"]
    if not first or first == layout.data["number"].origin.column or second - first < old.shape[2]:
        return layout
    data = {}
    for name, place in layout.data.items():
        inside = place.origin.column - old.origin.column
        inside = second - first - 1 if inside == old.steps[0][1] - 1 else inside
        data[name] = Place(Cell(place.origin.row, first + inside), place.shape, ((0, second - first), *place.steps[1:]))
    return replace(layout, data=data)


def check_edge(book: Workbook, q: Quantity, sources: Sources, layout: Layout) -> None:
    """Raises ContentError where a sheet like Data has other numbers around images or right answers: they have another shape."""
    (sheet, place), number = sources[q.name], layout.data["number"]
    first, last = place.bounds()
    before = -1 if q.kind == "x" else 0  # over right answers may stand their units' numbers
    around = Range(first.moved(before, 0), last.moved(1, 0)), Range(first.moved(0, before), last.moved(0, 1))
    known = {**sources, "number": (sheet, number[0].repeated(place.shape[0], number.steps[0]))}
    cell = next(filter(None, (_stray(book, sheet, part, known) for part in around)), None)
    if cell:
        raise _beside(book, q, sheet, cell)


def check_lines(book: Workbook, q: Quantity, sources: Sources) -> None:
    """Raises ContentError where a whole row or column of numbers that are no source's continues the first or the last image.

    Among the other numbers of an iteration's sheet single ones may stand beside an image, but no whole line.
    """
    sheet, place = sources[q.name]
    if 1 in place.shape[1:]:
        return  # a row of pixels, as in the layout table: other quantities stand beside it
    for image in (place[0], place[-1]):
        for line in (image[0].moved(-1), image[-1].moved(1), image[:, 0].moved(0, -1), image[:, -1].moved(0, 1)):
            cell = _stray(book, sheet, line.bounds(), sources)
            if cell and all(map(is_number, book.block(sheet, line).flat)):
                raise _beside(book, q, sheet, cell)


def _beside(book: Workbook, q: Quantity, sheet: str, cell: Cell) -> ContentError:
    text = _BESIDE_OR_LAYERS if book.find(SETTINGS) else _BESIDE
    return ContentError(text, book.where(sheet, cell), name=q.symbol, shape=shape(q))


_BESIDE = "{name}: expected {shape} numbers for an image, found another one beside them. Correct the size of the images."


_BESIDE_OR_LAYERS = (
    "{name}: expected {shape} numbers for an image, found another one beside them. "
    "Correct the table of layers in sheet Settings, or the numbers."
)


def check_panel(book: Workbook, network: Network, sources: Sources) -> None:
    """Raises ContentError where a number stands among the parameters that is none of them: another network's."""
    panels = [sources[q.name] for q in network.parameters]
    corners = [corner for _, place in panels for corner in place.bounds()]
    first = Cell(min(c.row for c in corners), min(c.column for c in corners))
    last = Cell(max(c.row for c in corners) + 1, max(c.column for c in corners))
    cell = _stray(book, panels[0][0], Range(first, last), sources)
    if cell:
        raise ContentError(
            "this number is none of the network's parameters ({names}). If the layers in sheet Settings have changed, "
            "clear the old parameters: empty ones are drawn at random.",
            book.where(panels[0][0], cell), names=these(q.symbol for q in network.parameters),
        )  # fmt: skip


def _stray(book: Workbook, sheet: str, around: Range, sources: Sources) -> Cell | None:
    """The first cell of a rectangle with a number that lies at no source's place."""
    filled = book.filled(sheet)
    inside = filled.within(around)
    taken = np.zeros(len(filled.codes) + 1, dtype=bool)  # one more, for the blank cells of a place: −1
    for other, place in (part[:2] for where in sources.values() for part in by_sheet(*where)):
        if other == sheet:
            taken[book.positions(sheet, place)] = True
    free = inside[(filled.kinds[inside] == NUMBER) & ~taken[inside]]
    return filled.cell(free[0]) if len(free) else None
