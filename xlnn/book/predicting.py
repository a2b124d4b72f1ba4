"""Recognises images that the network has not seen, with the parameters of a trained workbook."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np

from xlnn.book import places_sheet
from xlnn.book.data import check_edge, check_lines, check_shape, count_images, layouts_of
from xlnn.book.look import furnish
from xlnn.book.names import DATA, PREDICTIONS, RESERVED, SETTINGS, TEST
from xlnn.book.numbers import INITIAL, Page, add_page, vector
from xlnn.book.own_images import count_own_images
from xlnn.book.own_places import Said, is_written, said_in
from xlnn.book.pixels import pixels
from xlnn.book.reader import read_book
from xlnn.book.settings import parse
from xlnn.book.test_sheet import drawn_image, image_place
from xlnn.errors import ContentError, Where
from xlnn.layout.arrange import arrange
from xlnn.layout.cells import Cell
from xlnn.layout.layouts import Layout, without_copy
from xlnn.layout.places import Place, first_shared_cell
from xlnn.model.answers import answer
from xlnn.model.problem import Problem, Settings
from xlnn.model.training import Step
from xlnn.words import say
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.saving import check_target, replacing
from xlnn.xlsx.sheet_names import is_called
from xlnn.xlsx.workbook import Workbook, may_be_number


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


def read_images(problem: Problem, book: Workbook, own_test: bool) -> np.ndarray:
    """The images of a workbook, (images, rows, columns). A blank cell of sheet Test counts as 0."""
    layouts = layouts_of(book, problem.network, problem.settings.layout)
    if own_test:
        return drawn_image(book, problem)
    said = _said(problem, book)
    tries: list[tuple[str, Place]] = []
    for found in _places(problem, book, layouts, said):
        if not book.is_blank(*found):
            whole = all(map(may_be_number, book.block(*found).flat))
            tries.insert(0 if whole else len(tries), found)
            if whole:
                break
    if not tries:
        place = layouts[0].data["x"]
        raise ContentError(
            "expected images of {rows}×{columns} from {cell} on (sheet Data), found none.",
            Where(book.name), rows=place.shape[1], columns=place.shape[2], cell=place.origin.name,
        )  # fmt: skip
    sheet, place = tries[0]
    if "x" in said.own and not is_written(sheet) and (sheet, place) == _own(problem, said, "x"):
        given = [q.name for q in problem.network.inputs[2:] if q.name in said.own]
        images, _ = count_own_images(book, problem.network, {name: _own(problem, said, name) for name in given}, said)
    else:
        images = count_images(book, sheet, place, gaps=False)
    x = place[0].repeated(images, place.steps[0])
    _check_shapes(problem, book, layouts, sheet, x)
    if is_called(sheet, TEST):
        return book.numbers(sheet, x, blank=0.0)
    return pixels(book, sheet, x, _reading(problem, book))[0]


def _reading(problem: Problem, book: Workbook) -> Settings:
    """How pixels are read: as the workbook of the images says itself, else as the network's."""
    values = parse(book.lines(SETTINGS), book.name, book.find(SETTINGS) or SETTINGS).values if book.find(SETTINGS) else {}
    chosen = {name: values[name] for name in ("pixels", "blank") if name in values}
    return replace(problem.settings, **chosen)


def _check_shapes(problem: Problem, book: Workbook, layouts: list[Layout], sheet: str, x: Place) -> None:
    """Raises ContentError where the images have another shape than the network's, on whichever sheet they lie.

    A person's own places are taken as they are said.
    """
    q = problem.network.quantities["x"]
    if first_shared_cell({"x": x}):
        raise ContentError("{name}: the images overlap; correct the step to the next one.", book.where(sheet), name="x")
    if not is_called(sheet, TEST) and x.shape[0] > 1:
        book.check_calculated([(sheet, x)])
        check_shape(book, q, sheet, x)
    for layout in layouts:
        if x[0] == layout.data["x"][0] and x.steps[0] == layout.data["x"].steps[0]:
            sources = {name: layout.data[name] for name in ("digit", "t") if name in layout.data}
            repeated = {name: (sheet, place[0].repeated(x.shape[0], place.steps[0])) for name, place in sources.items()}
            check_edge(book, q, {"x": (sheet, x), **repeated}, layout)
            return
        if x[0] == layout.places["x"][0]:
            check_lines(book, q, {**{name: (sheet, place) for name, place in layout.places.items()}, "x": (sheet, x)})


def _places(problem: Problem, book: Workbook, layouts: list[Layout], said: Said) -> Iterator[tuple[str, Place]]:
    """Where images may lie: as sheet Places says, on Data, on Test, or on any sheet as they lie on those."""
    if "x" in said.own and book.find(said.own["x"].sheet):
        yield _own(problem, said, "x")
    yield from ((DATA, layout.data["x"]) for layout in layouts if book.find(DATA))
    if book.find(TEST):
        yield TEST, image_place(problem, book)
    yield from (
        (sheet, place)
        for sheet in book.readable(book.names.besides(RESERVED))
        for layout in layouts
        for place in (layout.data["x"], layout.places["x"])
    )


def _said(problem: Problem, book: Workbook) -> Said:
    said = said_in(book, None)
    return Said(places_sheet.named(said.own, problem.network.quantities), said.images)


def _own(problem: Problem, said: Said, name: str) -> tuple[str, Place]:
    """Sheet and place of a quantity that has a line in sheet Places."""
    line = said.own[name]
    return line.sheet, line.place(problem.network.quantities[name])


def write_predictions(
    step: Step, path: str | Path, *, inputs=(), decimals: int | None = None, printed: str = "first", force: bool = False
) -> Path:
    """Writes the images with all that the network calculates for them, as on an iteration's sheet."""
    problem, path = step.problem, Path(path)
    check_target(path, [Path(given) for given in inputs if given is not None], force)
    quantities = list(problem.network.quantities.values())
    full = arrange(problem.settings.layout, quantities, len(step["x"]))
    kinds = ("number", "x", "w", "b", "z", "a", "prediction")
    layout = without_copy(full.only([n for n in full.places if problem.network.quantities[n].kind in kinds]))
    page = Page(problem.network, layout, problem.network.rule_of, {})
    language = problem.language
    initial = {INITIAL + name: array for name, array in problem.parameters.items()}
    with replacing(path, force) as temporary:
        file = BookFile(temporary, path.stem, decimals, printed)
        rows = file.rows()
        rows.text(Cell(1, 1), say("Predictions", language), file.style("title"), measured=False)
        add_page(page, rows, file.style, language)
        made, numbers = rows.template(), vector(page, ChainMap(initial, cast(dict, step)))
        sheet = file.sheet(PREDICTIONS)
        sheet.show(lambda: made.fill(numbers), made.last)
        furnish(file, sheet, page, made, made.room(numbers), problem)
        file.close()
    return temporary.path
