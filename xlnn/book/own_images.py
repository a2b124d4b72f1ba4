"""How many images lie at a person's own addresses: to the last one, or as sheet Places says; none may vanish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlnn.book.data import room
from xlnn.book.origin import Notes, Sources
from xlnn.book.own_places import TARGETS, Said
from xlnn.errors import ContentError
from xlnn.layout.cells import Cell
from xlnn.layout.places import Place
from xlnn.model.network import Network
from xlnn.xlsx.cell_table import NUMBER, OTHER, PENDING
from xlnn.xlsx.workbook import Workbook, shown

FAR = 500  # rows or columns in which a further line of images is looked for


@dataclass(frozen=True)
class _Blocks:
    """One block of cells for each image: `place` is the first image's, with the image axis in front."""

    book: Workbook
    sheet: str
    place: Place

    def at(self, k: int) -> Place:
        rows, columns = self.place.steps[0]
        return self.place[0].moved(k * rows, k * columns)

    def kinds(self, k: int) -> np.ndarray:
        return self.book.kinds(self.sheet, self.at(k))

    def is_full(self, k: int) -> bool:
        """Whether all its cells hold numbers, or formulas that would."""
        return bool(np.isin(self.kinds(k), (NUMBER, PENDING)).all())

    @property
    def room(self) -> int:
        return room(self.book.shape(self.sheet), self.place)

    def until_blank(self) -> int:
        """How many there are up to the first that holds no number."""
        first_cells = self.book.kinds(self.sheet, Place(self.place.origin).repeated(self.room, self.place.steps[0]))
        doubtful = np.flatnonzero(first_cells != NUMBER).tolist()
        return next((k for k in doubtful if not (self.kinds(k) == NUMBER).any()), self.room)

    def text(self, k: int) -> Cell | None:
        """The first cell with a text, a truth value …"""
        place, kinds = self.at(k), self.kinds(k)
        return place.cell(*np.argwhere(kinds == OTHER)[0].tolist()) if (kinds == OTHER).any() else None


def count_own_images(book: Workbook, network: Network, sources: Sources, said: Said) -> tuple[int, Notes]:
    """The number of images, and what there is to note.

    Raises ContentError where a blank one, or a text, lies among them, where there are more right answers than images, or
    fewer images than sheet Places says.
    """
    line, x = said.own["x"], _Blocks(book, *sources["x"])
    listed = line.images(network.quantities["x"]) or 1 if line.lists_images else 0
    if listed:
        if said.images not in (None, listed):
            raise ContentError(
                "x: {found} images are listed, but a line says that there are {count}.",
                line.at(1),
                found=listed,
                count=said.images,
            )
        return listed, ()
    wanted = said.images or line.images(network.quantities["x"])
    if wanted:
        _check_wanted(x, wanted)
        return wanted, ()
    images = x.until_blank()
    if not images or book.is_pending(x.sheet, x.at(images).origin):
        return images + bool(images), ()  # so that a formula without a result is named
    name = next((name for name in TARGETS if name in sources), "")
    answers = _Blocks(book, *sources[name]) if name else None
    _check_end(network, x, answers, images, said)
    return images, tuple(_notes(x, images))


def _notes(x: _Blocks, images: int) -> Iterator[tuple[str, Mapping]]:
    """What there is to say of a text where the next image would be."""
    cell = x.text(images)
    if cell:
        yield (
            "{where}: {found} beside the last image is no further image; there are {images}.",
            {"where": str(x.book.where(x.sheet, cell)), "found": shown(_value(x, cell)), "images": images},
        )


def _value(x: _Blocks, cell: Cell):
    return x.book.block(x.sheet, Place(cell))[()]


def _check_wanted(x: _Blocks, wanted: int) -> None:
    """Raises ContentError where one of so many images is blank."""
    here = min(wanted, x.room)
    blank = next((k for k in range(here) if x.book.is_blank(x.sheet, x.at(k)) and not _is_pending(x, k)), here)
    if blank < wanted:
        raise ContentError(
            "sheet Places says that there are {count} images, but image {image} is blank.",
            x.book.where(x.sheet, x.at(blank).origin), count=wanted, image=blank + 1,
        )  # fmt: skip


def _is_pending(x: _Blocks, k: int) -> bool:
    return x.book.is_pending(x.sheet, x.at(k).origin)


def _check_end(network: Network, x: _Blocks, answers: _Blocks | None, images: int, said: Said) -> None:
    """Raises ContentError where images, or right answers, go on behind the last image."""
    cell = x.text(images)
    further = _images_after(network, x, answers, images, said, after_text=cell is not None)
    if further:
        _refuse_gap(x, images, further)
    if answers is None:
        return
    known = _known_answers(network, answers, images)
    more = next((k for k in range(images, answers.room) if not _is_answer(answers, k, known)), answers.room) - images
    if more > (0 if known is not None else 1) and not _is_taken(answers, images, said, TARGETS):
        _refuse_gap(x, images, answers.at(images).origin, answered=True)
    other = _other_line(x, answers, images, known, said)
    if other:
        raise ContentError(
            "more images seem to lie at {cell}, where the step to the next image does not lead. Put all images in one line, "
            "or say in sheet Places how many there are: images | {images}.",
            x.book.where(x.sheet, other), cell=other.name, images=images,
        )  # fmt: skip


def _refuse_gap(x: _Blocks, images: int, further: Cell, answered: bool = False) -> None:
    """Raises ContentError for what stands where the next image should; `further`: where images or right answers go on."""
    cell = x.text(images)
    where = x.book.where(x.sheet, cell or x.at(images).origin)
    fields: dict[str, Any] = {"image": images + 1, "images": images, "cell": further.name}
    if cell is not None:
        raise ContentError(
            "expected image {image}, found {found}, but images or right answers go on at {cell}. Mend it, or say in sheet "
            "Places how many images there are: images | {images}.",
            where, found=shown(_value(x, cell)), **fields,
        )  # fmt: skip
    if answered:
        raise ContentError(
            "image {image} is blank, but has a right answer in {cell}. Fill it or delete that, or say in sheet Places how "
            "many images there are: images | {images}.",
            where, **fields,
        )  # fmt: skip
    raise ContentError(
        "image {image} is blank, but images go on at {cell}. Close the gap or fill it, or say in sheet Places how many "
        "there are: images | {images}.",
        where, **fields,
    )  # fmt: skip


def _images_after(
    network: Network, x: _Blocks, answers: _Blocks | None, images: int, said: Said, after_text: bool
) -> Cell | None:
    """The first cell of an image behind the last one: a block of numbers that no line claims and that has a right answer."""
    if answers is None and after_text:
        return None
    known = _known_answers(network, answers, images) if answers else None
    starts = x.book.kinds(x.sheet, Place(x.place.origin).repeated(x.room, x.place.steps[0]))
    for k in (np.flatnonzero(starts[images + 1 :] == NUMBER) + images + 1).tolist():
        if x.is_full(k) and (answers is None or _is_answer(answers, k, known)) and not _is_taken(x, k, said):
            return x.at(k).origin
    return None


def _known_answers(network: Network, answers: _Blocks, images: int) -> set[float] | None:
    """The numbers that right answers can be; None where they can be any."""
    if network.classes is not None:
        return set(network.classes)
    place = answers.place[0].repeated(images, answers.place.steps[0])
    found = answers.book.filled(answers.sheet).numbers_at(answers.book.positions(answers.sheet, place))
    known = set(found[np.isfinite(found)].tolist())
    return known if len(known) <= max(2, images // 2) else None


def _is_answer(answers: _Blocks, k: int, known: set[float] | None, move: tuple[int, int] = (0, 0)) -> bool:
    place = answers.at(k).moved(*move)
    first, last = place.bounds()
    if not (first.on_sheet and last.on_sheet):
        return False
    values = answers.book.block(answers.sheet, place)
    return all(type(v) in (int, float) and (known is None or float(v) in known) for v in values.flat)


def _is_taken(blocks: _Blocks, k: int, said: Said, own: Sequence[str] = ("x",)) -> bool:
    """Whether a line of sheet Places other than its `own` begins there."""
    first, last = blocks.at(k).bounds()
    others = (line.block for name, line in said.own.items() if line.sheet == blocks.sheet and name not in own)
    return any(
        first.row <= b.last.row and b.first.row <= last.row and first.column <= b.last.column and b.first.column <= last.column
        for b in others
    )


def _other_line(x: _Blocks, answers: _Blocks, images: int, known: set[float] | None, said: Said) -> Cell | None:
    """Where images of several rows and columns go on in a grid: blocks like the first, with right answers, beside the line."""
    first, (rows, columns) = x.place[0], x.place.steps[0]
    if min(first.shape) < 2 or (rows and columns) or known is None:
        return None
    numbers = x.book.numbers(x.sheet, first.repeated(images, x.place.steps[0]), blank=0.0)
    pixels = set(numbers.ravel().tolist())
    if len(pixels) > max(2, numbers.size // 2):
        return None
    for move in _moves(first, rows):
        moved = _Blocks(x.book, x.sheet, x.place.moved(*move))
        if not (moved.is_full(0) and _is_answer(answers, 0, known, move)) or _is_taken(moved, 0, said):
            continue
        if set(x.book.block(x.sheet, moved.at(0)).flat) <= pixels:
            return moved.at(0).origin
    return None


def _moves(first: Place, rows: int) -> Iterator[tuple[int, int]]:
    """Across the line of images, at least as far as an image is high or wide."""
    height, width = first.shape
    for far in range(width if rows else height, FAR):
        yield (0, far) if rows else (far, 0)
