"""Gathers a problem's arrays from their places on a workbook's sheets, and names the cells that are wrong there."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from xlnn import places_sheet
from xlnn.cells import Cell, Range
from xlnn.errors import ContentError, LimitError, raise_all
from xlnn.filled import BLANK, NUMBER, PENDING, SPACES
from xlnn.layouts import LAYOUTS, Layout, arrange
from xlnn.network import Network
from xlnn.places import Place
from xlnn.problem import Problem, Settings, draw
from xlnn.quantities import Quantity
from xlnn.record import Earlier
from xlnn.workbook import Workbook, is_number

DATA, START, TRAINED, SOLVED = "Data", "Start", "Trained", "Solved"
Sources = Mapping[str, tuple[str, Place]]  # by quantity: sheet and place
Notes = tuple[tuple[str, Mapping], ...]  # templates and their fields


@dataclass(frozen=True)
class Origin:
    """Where a problem came from: the workbook, its language, and where each array lay (`sources`).

    `own` are the addresses that its sheet Places gives, for the output; `drawn` the parameters that were
    empty and drawn at random. `beside`: other workbooks that were read.
    """

    path: Path
    digest: str
    language: str = "en"
    own: Mapping[str, places_sheet.Line] = field(default_factory=dict)
    sources: Sources = field(default_factory=dict)
    drawn: tuple[str, ...] = ()
    arrangement: str = ""  # the authors' workbook that it is like, where recognised
    earlier: Earlier | None = None  # of a resumed training: what the workbook holds of it
    beside: tuple[Path, ...] = ()
    notes: Notes = ()  # what is unusual about the workbook

    @property
    def inputs(self) -> tuple[Path, ...]:
        """All that was read, and must not be overwritten."""
        return self.path, *self.beside, *(self.earlier.inputs if self.earlier else ())


def gather(book: Workbook, network: Network, chosen: Settings, origin: Origin) -> Problem:
    """Reads all arrays of `origin.sources`; every wrong cell is named at once."""
    arrays, errors, drawn, more = {}, [], [], 0
    book.check_calculated(origin.sources.values())
    for sheet, place in origin.sources.values():
        book.check_merged(sheet, place)
    for name, (sheet, place) in origin.sources.items():
        q = network.quantities[name]
        try:
            if not q.per_image and book.is_blank(sheet, place):
                arrays[name] = draw(q, chosen.seed, chosen.start)
                drawn.append(name)
            else:
                blank = None if q.per_image else _partly_blank(book, q, sheet, place)
                errors += [blank] if blank else []
                arrays[name] = book.numbers(sheet, place, blank=0.0 if blank else None)
        except ContentError as error:
            errors += [error, *error.others]
            more += error.more
    if "digit" in arrays:
        errors += _unknown_digits(book, network, arrays["digit"], *origin.sources["digit"])
    raise_all(errors, more)
    parameters = {q.name: arrays[q.name] for q in network.parameters}
    problem = Problem(network, arrays["x"], parameters, arrays.get("digit"), arrays.get("t"), chosen)
    notes = (*origin.notes, *book.notes(origin.sources.values()))
    return replace(_with_judgement(problem), origin=replace(origin, drawn=tuple(drawn), notes=notes))


def _check_count(book: Workbook, sheet: str, place: Place) -> None:
    """Raises ContentError where right answers go on behind the last image."""
    images, step = place.shape[0], place.steps[0]
    after = place[0].moved(images * step[0], images * step[1])
    book.check_calculated([(sheet, after)])
    if any(map(is_number, book.block(sheet, after).flat)):
        raise ContentError(
            "this right answer has no image: there are {images} images.", book.where(sheet, after.origin), images=images
        )


def _partly_blank(book: Workbook, q: Quantity, sheet: str, place: Place) -> ContentError | None:
    """What to say of a parameter of which some numbers are there and others are not."""
    blank = book.is_missing(sheet, place)
    if not blank.any():
        return None
    cell = place.cell(*np.argwhere(blank)[0].tolist())
    return ContentError(
        "{name}: expected {shape} numbers, found {count}: this cell is blank. "
        "Fill all of them, or clear all: empty parameters are drawn at random.",
        book.where(sheet, cell), name=q.name, shape=_shape(q), count=int((~blank).sum()),
    )  # fmt: skip


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
            if sheet == DATA and layout:
                check_edge(book, network.quantities[name], sources, layout)
    if not own and sources["x"][0] != DATA:
        check_lines(book, network.quantities["x"], sources)


def check_shape(book: Workbook, q: Quantity, sheet: str, place: Place) -> None:
    """Raises ContentError where all images are blank in the same cell."""
    blank = book.is_missing(sheet, place).all(axis=0)
    if blank.any():
        raise ContentError(
            "{name}: expected {shape} numbers for each image, but this cell is blank, and so is its like in every other image. "
            "Correct the table of layers in sheet Settings, or fill the cells.",
            book.where(sheet, place[0].cell(*np.argwhere(blank)[0].tolist())), name=q.name, shape=_shape(q),
        )  # fmt: skip


def _unknown_digits(book, network: Network, digits: np.ndarray, sheet: str, place: Place) -> list[ContentError]:
    wrong = np.flatnonzero(~np.isin(digits, network.classes))
    return [
        ContentError(
            "expected one of the classes {expected}, found {found}.",
            book.where(sheet, place.cell(k)),
            expected=", ".join(f"{c:g}" for c in network.classes), found=f"{digits[k]:g}",
        )
        for k in wrong.tolist()
    ]  # fmt: skip


def _with_judgement(problem: Problem) -> Problem:
    """Answers can be right or wrong where t marks one unit with 1, the others with 0 (or is 0 or 1 itself)."""
    if problem.t is None:
        return problem
    one_of = np.isin(problem.t, (0, 1)).all() and (problem.t.shape[1] == 1 or (problem.t.sum(axis=1) == 1).all())
    return problem if one_of else replace(problem, network=replace(problem.network, judged=False))


def _shape(q: Quantity) -> str:
    return "×".join(map(str, q.shape)) or "1"


# ---- images ------------------------------------------------------------------------------------------


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


# ---- numbers that belong to nothing ------------------------------------------------------------------


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
    return ContentError(
        "{name}: expected {shape} numbers for an image, found another one beside them. "
        "Correct the table of layers in sheet Settings, or the numbers.",
        book.where(sheet, cell), name=q.name, shape=_shape(q),
    )  # fmt: skip


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
            book.where(panels[0][0], cell), names=", ".join(q.name for q in network.parameters),
        )  # fmt: skip


def _stray(book: Workbook, sheet: str, around: Range, sources: Sources) -> Cell | None:
    """The first cell of a rectangle with a number that lies at no source's place."""
    filled = book.filled(sheet)
    inside = filled.within(around)
    taken = np.zeros(len(filled.codes) + 1, dtype=bool)  # one more, for the blank cells of a place: −1
    for other, place in sources.values():
        if other == sheet:
            taken[book.positions(sheet, place)] = True
    free = inside[(filled.kinds[inside] == NUMBER) & ~taken[inside]]
    return filled.cell(free[0]) if len(free) else None
