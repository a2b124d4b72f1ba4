"""Workbooks without a sheet Settings that have the authors' arrangement: those of 3-5 and 5-4, under any sheet name."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product

from xlnn.book.data import count_images
from xlnn.book.evidence import has_evidence, table, unknown_workbook
from xlnn.book.names import DATA
from xlnn.book.origin import Sources
from xlnn.book.places_words import HEADER
from xlnn.book.places_writing import describe
from xlnn.errors import ArrangementError, Where, XlnnError
from xlnn.layout.arrange import arrange
from xlnn.layout.cells import Cell
from xlnn.layout.layouts import Layout
from xlnn.layout.places import Move, Place
from xlnn.model.examples import MAPS
from xlnn.model.network import Network, plain_layers
from xlnn.words import these, word
from xlnn.xlsx.workbook import Workbook, is_meant, is_number, may_be_number

LIKE, NEARLY = 0.8, 0.6  # share of the numbers that lie where the authors have them, or moved a little


NEAR = sorted(product(range(-3, 4), range(-3, 4)), key=lambda move: (abs(move[0]) + abs(move[1]), move))


@dataclass(frozen=True)
class Arrangement:
    """A sheet, the authors' workbook that it is like, and how far its panel and its images are moved."""

    sheet: str
    name: str
    network: Network
    layout: Layout
    likeness: float = 0.0
    panel: Move = (0, 0)
    block: Move = (0, 0)


def arrangements() -> dict[str, Network]:
    """The authors' two workbooks: the plain network of 3-5 and the convolutional one of 5-4."""
    return {"3-5": Network(plain_layers((4, 3), 3, 2), classes=(0.0, 1.0)), "5-4": Network(MAPS)}


def recognise(book: Workbook) -> Arrangement:
    """The sheet that has the authors' arrangement. Raises ContentError where none has it, or nearly."""
    sheets: list[str] = []
    with suppress(XlnnError):  # one that cannot be read may be nobody's concern
        sheets.extend(book.readable(book.sheets))
    found = _best(book, sheets, NEAR[:1])
    if found and found.likeness >= LIKE:
        found = _likeness(book, found, NEAR)
    else:
        found = _best(book, sheets, NEAR)
    if found is None or found.likeness < LIKE:
        list(book.readable(book.sheets))  # or just the one that is meant
    exact = found and found.likeness >= LIKE and found.panel == found.block == (0, 0)
    if found is None or found.likeness < NEARLY or not (_has_evidence(book, found) or (exact and _is_open(book, found))):
        raise unknown_workbook(book)
    if not exact:
        raise _nearly(book, found)
    return found


def _has_evidence(book: Workbook, found: Arrangement) -> bool:
    """Whether the sheet's labels or formulas are those of a network: numbers alone may be any table."""
    places = [found.layout.places[n].moved(*found.block)[0] for n in found.layout.places if n[0] in "za" and n != "answer"]
    return has_evidence(book, found.sheet, places)


def _is_open(book: Workbook, found: Arrangement) -> bool:
    """Whether no numbers stand left of the first image, between it and the parameters, as in a dense table they would."""
    beside = found.layout.places["x"][0][:, 0].moved(0, -1)
    return not _numbers(book, found.sheet, [beside])


def _best(book: Workbook, sheets: Sequence[str], moves: Sequence[Move]) -> Arrangement | None:
    """Of some sheets the one and the arrangement that are most alike, moved by one of `moves`."""
    tries = [
        Arrangement(sheet, name, network, arrange("book", list(network.quantities.values()), 1))
        for (name, network), sheet in product(arrangements().items(), sheets)
    ]
    alike = [_likeness(book, entry, moves) for entry in tries]
    return max(alike, key=lambda entry: (entry.likeness, entry.likeness >= LIKE and _images(book, entry)), default=None)


def _images(book: Workbook, found: Arrangement) -> int:
    """The authors try single images on a sheet of their own, which is alike but has fewer."""
    return count_images(book, found.sheet, found.layout.places["x"])


def _likeness(book: Workbook, found: Arrangement, moves: Sequence[Move]) -> Arrangement:
    """How many numbers of the first image and the parameters lie in their places, or where both fit best nearby."""
    panel, x = [found.layout.places[q.name] for q in found.network.parameters], found.layout.places["x"]
    size, around = sum(place.size for place in panel), _around(panel)
    fit = {move: _numbers(book, found.sheet, panel, move) for move in moves}
    fit = {move: 2 * count - _numbers(book, found.sheet, [around], move) for move, count in fit.items()}
    image = {move: _image(book, found, move) for move in moves}
    moved, block = max(moves, key=fit.__getitem__), max(moves, key=image.__getitem__)
    return replace(found, likeness=(fit[moved] + image[block]) / (size + x.size), panel=moved, block=block)


def _around(panel: Sequence[Place]) -> Place:
    """The rectangle of a panel and the cells below it and to its right: other numbers there belong to something else."""
    corners = [corner for place in panel for corner in place.bounds()]
    first = Cell(min(corner.row for corner in corners), min(corner.column for corner in corners))
    last = Cell(max(corner.row for corner in corners) + 1, max(corner.column for corner in corners) + 1)
    return Place(first, (last.row - first.row + 1, last.column - first.column + 1), ((1, 0), (0, 1)))


def _numbers(book: Workbook, sheet: str, places: Sequence[Place], move: Move = (0, 0)) -> int:
    """Cells of these places that hold a number, or what was meant as one: then the cell is named as wrong."""
    moved = [place.moved(*move) for place in places]
    return sum(is_meant(value) for place in moved for value in book.block(sheet, place).flat)


def _image(book: Workbook, found: Arrangement, move: Move) -> float:
    """How well the first image lies here: a column of numbers to its left belongs to it, too."""
    image = found.layout.places["x"][0]
    beside = image[:, 0].moved(move[0], move[1] - 1)
    whole = _numbers(book, found.sheet, [beside]) == beside.size
    return _numbers(book, found.sheet, [image], move) - whole * (beside.size + 0.5)


def sources_of(book: Workbook, found: Arrangement, initial: bool) -> tuple[Network, Sources]:
    """Where everything lies, and the network: with digits where the workbook has them, else with its targets t."""
    places = {**found.layout.places, **(found.layout.initial if initial else {})}
    images = count_images(book, found.sheet, places["x"], gaps=False)
    network, (sheet, target) = _target(book, found)
    name = "t" if network.classes is None else "digit"
    sources = {"x": (found.sheet, _repeated(places["x"], images)), name: (sheet, _repeated(target, images))}
    return network, sources | {q.name: (found.sheet, places[q.name]) for q in network.parameters}


def _repeated(place: Place, images: int) -> Place:
    return place[0].repeated(images, place.steps[0])


def _target(book: Workbook, found: Arrangement) -> tuple[Network, tuple[str, Place]]:
    """Digits on the sheet itself or on sheet Data; else t, as it stands there."""
    if found.network.classes is not None:
        tries = [(found.sheet, found.layout.places["answer"].moved(0, found.block[1]))]
        tries += [(DATA, found.layout.data["digit"])] if book.find(DATA) else []
        for sheet, place in tries:
            if may_be_number(book.block(sheet, place).flat[0]):
                return found.network, (sheet, place)
    return replace(found.network, classes=None), (found.sheet, found.layout.places["t"].moved(*found.block))


def _nearly(book: Workbook, found: Arrangement) -> ArrangementError:
    """The lines of a sheet Places with which the workbook can be read."""
    quantities, places = found.network.quantities, found.layout.places
    network, (sheet, target) = _target(book, found)
    images = found.sheet, places["x"].moved(*found.block)
    book.check_calculated([images, *((found.sheet, places[q.name]) for q in network.parameters)])
    if book.find(DATA) and book.is_blank(*images):
        images = DATA, found.layout.data["x"]
    names = ["x", *(q.name for q in network.parameters)]
    moved = {name: found.block if name == "x" else found.panel for name in names}
    off = [n for n in names if moved[n] != (0, 0) or not all(map(is_number, book.block(found.sheet, places[n]).flat))]
    answers = quantities["t" if network.classes is None else "digit"]
    where = [(quantities["x"], *images), (answers, sheet, target)]
    where += [(q, found.sheet, places[q.name].moved(*found.panel)) for q in network.parameters]

    def lines(language: str) -> str:
        return table([tuple(word(name, language) for name in HEADER), *(describe(*line, language) for line in where)])

    return ArrangementError(
        "this is nearly the authors' arrangement of {name}, but not all numbers of {off} lie where they have them. "
        "Move them there, or add a sheet Places with these lines, corrected where they are not yet right:{lines}",
        Where(book.name, found.sheet), name=found.name, off=these(network.quantities[n].symbol for n in off or names),
        lines=lines,
    )  # fmt: skip
