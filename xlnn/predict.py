"""Recognises images that the network has not seen, with the parameters of a trained workbook."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xlnn import pages
from xlnn.book_file import BookFile
from xlnn.cells import Cell
from xlnn.errors import ContentError, Where
from xlnn.layouts import arrange
from xlnn.network import Network
from xlnn.places import Place
from xlnn.problem import Problem
from xlnn.reader import count_images, read
from xlnn.saving import check_target, replacing
from xlnn.sheets import INITIAL, Page, add_page, vector
from xlnn.training import Step
from xlnn.words import say
from xlnn.workbook import Workbook


@dataclass(frozen=True)
class Prediction:
    """One image's outputs and the class of the largest (the unit's number where there are no classes)."""

    image: int
    outputs: tuple[float, ...]
    answer: float


def predict(trained: str | Path, images: str | Path | None = None) -> tuple[list[Prediction], Step]:
    """What the network in `trained` answers to the images of a workbook, by default those on its sheet Test.

    The images are looked for where the network's own sheets have them: on sheet Data, on Test, or on the
    first sheet. Raises FileError, ContentError.
    """
    problem = read(trained)
    x = read_images(problem, Workbook(images if images is not None else trained), images is None)
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
    layout = arrange(problem.settings.layout, list(problem.network.quantities.values()), 1)
    if own_test:
        return book.numbers("Test", _test_place(problem, layout), blank=0.0)
    tries = [("Data", layout.data["x"]), ("Test", layout.places["x"])]
    tries += [(sheet, place) for sheet in book.sheets for place in (layout.data["x"], layout.places["x"])]
    for sheet, place in tries:
        if sheet in book.sheets and (images := count_images(book, sheet, place)):
            return book.numbers(sheet, place[0].repeated(images, place.steps[0]))
    expected = layout.data["x"]
    raise ContentError(
        "expected images of {rows}×{columns} from {cell} on (sheet Data), found none.",
        Where(book.name), rows=expected.shape[1], columns=expected.shape[2], cell=expected.origin.name,
    )  # fmt: skip


def _test_place(problem: Problem, layout) -> Place:
    line = problem.origin.own.get("x")
    if line is not None and line.sheet != "Data":
        return line.place(problem.network.quantities["x"])
    return layout.places["x"]


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
    with replacing(path) as temporary:
        file = BookFile(temporary, path.stem)
        rows = file.rows()
        rows.text(Cell(1, 1), say("Predictions", language), file.style("title"), measured=False)
        add_page(page, rows, file.style, language)
        made, numbers = rows.template(), vector(page, ChainMap(initial, step))
        sheet = file.sheet("Predictions")
        sheet.show(lambda: made.fill(numbers), made.last)
        pages.furnish(file, sheet, page, made, np.abs(numbers[made.order]), problem)
        file.close()
    return path
