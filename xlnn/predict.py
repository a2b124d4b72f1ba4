"""Recognises images that the network has not seen, with the parameters of a trained workbook."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xlnn import pages, places_sheet
from xlnn.book_file import BookFile
from xlnn.cells import Cell
from xlnn.errors import ContentError, Where
from xlnn.gather import DATA, check_edge, count_images, layouts_of
from xlnn.layouts import Layout, arrange
from xlnn.network import Network
from xlnn.places import Place
from xlnn.problem import Problem
from xlnn.reader import RESERVED, read_book
from xlnn.saving import check_target, replacing
from xlnn.sheets import INITIAL, Page, add_page, vector
from xlnn.training import Step
from xlnn.words import say
from xlnn.workbook import Workbook, is_number

TEST = "Test"


@dataclass(frozen=True)
class Prediction:
    """One image's outputs and the class of the largest (the unit's number where there are no classes)."""

    image: int
    outputs: tuple[float, ...]
    answer: float


def predict(trained: str | Path, images: str | Path | None = None) -> tuple[list[Prediction], Step]:
    """What the network in `trained` answers to the images of a workbook, by default those on its sheet Test.

    The images are looked for where sheet Places says, then where the network's own sheets have them: on sheet
    Data, on Test, or so on any sheet. Raises FileError, ContentError.
    """
    book = Workbook(trained)
    problem = read_book(book)
    x = read_images(problem, book if images is None else Workbook(images), images is None)
    step = Step(problem, 0, {"x": x, "number": np.arange(1, len(x) + 1)}, problem.parameters)
    return [Prediction(k + 1, tuple(a), answer(problem.network, a)) for k, a in enumerate(_outputs(step))], step


def _outputs(step: Step) -> list[list[float]]:
    return np.asarray(step[step.problem.network.output.output]).tolist()


def answer(network: Network, outputs) -> float:
    """The class of the largest output; of a single one from ½ on the second class."""
    classes = network.classes
    if len(outputs) == 1:
        first, second = classes or (0.0, 1.0)
        return second if outputs[0] >= 0.5 else first
    best = int(np.argmax(outputs))
    return classes[best] if classes else float(best + 1)


def read_images(problem: Problem, book: Workbook, own_test: bool) -> np.ndarray:
    """The images of a workbook, (images, rows, columns). A blank cell of sheet Test counts as 0."""
    layouts = layouts_of(book, problem.network, problem.settings.layout)
    if own_test:
        return book.numbers(TEST, _test_place(problem), blank=0.0)
    tries = [found for found in _places(problem, book, layouts) if not book.is_blank(*found)]
    if not tries:
        place = layouts[0].data["x"]
        raise ContentError(
            "expected images of {rows}×{columns} from {cell} on (sheet Data), found none.",
            Where(book.name), rows=place.shape[1], columns=place.shape[2], cell=place.origin.name,
        )  # fmt: skip
    sheet, place = next((found for found in tries if all(map(is_number, book.block(*found).flat))), tries[0])
    images = count_images(book, sheet, place, gaps=False)
    x = place[0].repeated(images, place.steps[0])
    for layout in layouts:
        if (sheet, place) == (DATA, layout.data["x"]):
            _check_data(problem, book, layout, x)
    return book.numbers(sheet, x, blank=0.0 if sheet == TEST else None)


def _test_place(problem: Problem) -> Place:
    return arrange(problem.settings.layout, list(problem.network.quantities.values()), 1).places["x"]


def _check_data(problem: Problem, book: Workbook, layout: Layout, x: Place) -> None:
    """Raises ContentError where sheet Data's images are larger than the network's."""
    sources = {name: layout.data[name] for name in ("digit", "t") if name in layout.data}
    sources = {name: (DATA, place[0].repeated(x.shape[0], place.steps[0])) for name, place in sources.items()}
    check_edge(book, problem.network.quantities["x"], {"x": (DATA, x), **sources}, layout)


def _places(problem: Problem, book: Workbook, layouts: list[Layout]) -> Iterator[tuple[str, Place]]:
    """Where images may lie: as sheet Places says, on Data, on Test, or on any sheet as they lie on those."""
    if book.find(places_sheet.SHEET):
        line = places_sheet.parse(book.lines(places_sheet.SHEET), book.name).get("x")
        if line and book.find(line.sheet):
            yield line.sheet, line.place(problem.network.quantities["x"])
    yield from ((DATA, layout.data["x"]) for layout in layouts if book.find(DATA))
    if book.find(TEST):
        yield TEST, _test_place(problem)
    others = [sheet for sheet in book.sheets if sheet not in RESERVED]
    yield from ((sheet, place) for sheet in others for layout in layouts for place in (layout.data["x"], layout.places["x"]))


def write_predictions(step: Step, path: str | Path, *, inputs=(), force: bool = False) -> Path:
    """Writes the images with all that the network calculates for them, as on an iteration's sheet."""
    problem, path = step.problem, Path(path)
    check_target(path, [Path(given) for given in inputs if given is not None], force)
    quantities = list(problem.network.quantities.values())
    full = arrange(problem.settings.layout, quantities, len(step["x"]))
    kinds = ("number", "x", "w", "b", "z", "a", "prediction")
    layout = full.only([n for n in full.places if problem.network.quantities[n].kind in kinds])
    page = Page(problem.network, layout, problem.network.rule_of, {})
    language = problem.origin.language
    initial = {INITIAL + name: array for name, array in problem.parameters.items()}
    with replacing(path, force) as temporary:
        file = BookFile(temporary, path.stem)
        rows = file.rows()
        rows.text(Cell(1, 1), say("Predictions", language), file.style("title"), measured=False)
        add_page(page, rows, file.style, language)
        made, numbers = rows.template(), vector(page, ChainMap(initial, step))
        sheet = file.sheet("Predictions")
        sheet.show(lambda: made.fill(numbers), made.last)
        pages.furnish(file, sheet, page, made, np.abs(numbers[made.order]), problem)
        file.close()
    return temporary.path
