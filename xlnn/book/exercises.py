"""An exercise: the workbook of a section with the calculation cells of iteration 1 empty, for a student to fill in.

Frames, labels and sheet Places are there, so that `xlnn check` on what comes back is the marking.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from xlnn.book.heads import example_with_heads
from xlnn.book.look import furnish
from xlnn.book.names import DATA, PLACES, SETTINGS, iteration_name
from xlnn.book.numbers import INITIAL, Page, add_page, vector
from xlnn.book.places_writing import places_page
from xlnn.book.settings import settings_page
from xlnn.errors import UsageError
from xlnn.layout.arrange import arrange
from xlnn.layout.cells import Cell
from xlnn.layout.layouts import BACKWARD as SENT_BACK
from xlnn.layout.layouts import GRADIENTS, NEW, SUMS, Layout
from xlnn.layout.places import Place
from xlnn.model.problem import Problem
from xlnn.model.training import Step
from xlnn.words import say, these
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.rows import Rows
from xlnn.xlsx.saving import check_target, replacing
from xlnn.xlsx.styles import style_of

WIDE = 7  # characters: room for the numbers that will stand in the empty cells


# the kinds of quantities that a student calculates, by step; those of later steps are not on the sheet
BACKWARD, UPDATE = (*SENT_BACK, *GRADIENTS, *SUMS), NEW


STEPS = ("all", "forward", "backward", "update")


def exercise(
    section: str,
    path: str | Path,
    *,
    step: str = "all",
    images: int | None = None,
    language: str = "en",
    force: bool = False,
) -> Path:
    """Writes the exercise of a section of the book ("4-4") to `path`, as `write_exercise` does. Raises UsageError, SaveError."""
    return write_exercise(
        example_with_heads(section, language), path, step=step, images=images, language=language, force=force, title=section
    )


def write_exercise(
    problem: Problem,
    path: str | Path,
    *,
    step: str = "all",
    images: int | None = None,
    language: str = "en",
    force: bool = False,
    title: str = "",
) -> Path:
    """Writes any problem as an exercise: Settings, Data, Places, and Iteration 1 with its calculation cells empty.

    step: "all" of them, or those of one part, where what comes before is filled in and what comes after is left out:
    "forward", "backward" (δ and the gradients), "update" (the new parameters). images: only the first so many.
    language: of labels, "en", "zh" or "ja"; as everywhere in Python, English where it is not given, whatever XLNN_LANGUAGE says.
    """
    if step not in STEPS:
        raise UsageError("unknown {what} {value}; known: {known}.", what="step", value=repr(step), known=these(STEPS))
    problem, path = _first(problem, images), Path(path)
    check_target(path, force=force)
    layout = arrange(problem.settings.layout, list(problem.network.quantities.values()), problem.images)
    given = problem.given(np.arange(problem.images))
    calculated = Step(problem, 1, given, problem.parameters)
    calculated.new_parameters()
    computed = {name: calculated[name] for name in problem.network.rule_of} if step in ("backward", "update") else {}
    values = {**computed, **given, **problem.parameters, **{INITIAL + name: array for name, array in problem.parameters.items()}}
    with replacing(path, force) as temporary:
        file = BookFile(temporary, title or path.stem)
        settings_page(file, file.sheet(SETTINGS), problem, language)
        data = layout.data_sheet()
        text = say("Data: {what} and right answers", language, what=problem.network.things)
        empty, shown = _parts(problem, layout, step)
        _sheet(file, problem, DATA, data, data, values, text, language)
        _places(file, problem, shown, language)
        filled = replace(shown, places={n: place for n, place in shown.places.items() if n not in empty})
        text = say("Exercise: fill in the empty cells, from top to bottom; `xlnn check` marks them.", language)
        if "right" in empty:
            text += " " + say("Right or wrong: ○ where the prediction is the right answer, else ×.", language)
        _sheet(file, problem, iteration_name(1), filled, shown, values, text, language)
        file.close()
    return temporary.path


def _first(problem: Problem, images: int | None) -> Problem:
    """The problem with its first images only. Raises UsageError."""
    if images is None:
        return problem
    if not 1 <= images <= problem.images:
        raise UsageError("there are 1 to {most} images, not {value}.", most=problem.images, value=images)
    cut = {name: getattr(problem, name)[:images] for name in ("x", "digits", "t") if getattr(problem, name) is not None}
    return replace(problem, **cut)


def _parts(problem: Problem, layout: Layout, step: str) -> tuple[set[str], Layout]:
    """The quantities whose cells are empty in a step, and the layout of what is on the sheet."""
    quantities, computed = problem.network.quantities, problem.network.rule_of
    kind = {name: quantities[name].kind for name in layout.places}
    later = {"forward": (*BACKWARD, *UPDATE), "backward": UPDATE}.get(step, ())
    asked = {
        "all": lambda k: True, "forward": lambda k: k not in later,
        "backward": lambda k: k in BACKWARD, "update": lambda k: k in UPDATE,
    }[step]  # fmt: skip
    empty = {name for name in layout.places if name in computed and asked(kind[name])}
    return empty, layout.only([name for name in layout.places if kind[name] not in later])


def _sheet(file: BookFile, problem: Problem, name: str, filled: Layout, whole: Layout, values, text: str, language: str) -> None:
    """A sheet that shows the numbers of the layout `filled`, and empty frames for the rest of `whole`."""
    page = Page(problem.network, filled, {}, {})
    rows = file.rows()
    rows.text(Cell(1, 1), text, file.style("title"), measured=False)
    add_page(page, rows, file.style, language)
    for empty, place in whole.places.items():
        if empty not in filled.places:
            _frames(rows, place, file.style(style_of(problem.network.quantities[empty].kind)))
    made, numbers = rows.template(), vector(page, values)
    sheet = file.sheet(name)
    sheet.show(lambda: made.fill(numbers), made.last)
    furnish(file, sheet, page, made, made.room(numbers), problem)


def _frames(rows: Rows, place: Place, style: int) -> None:
    down, across = (part.ravel().tolist() for part in place.grid())
    for cell in map(Cell, down, across):
        rows.blank(cell, style)
        rows.widths[cell.column] = max(rows.widths.get(cell.column, 0), WIDE)


def _places(file: BookFile, problem: Problem, layout: Layout, language: str) -> None:
    """Sheet Places: inputs on Data, everything else on Iteration 1."""
    quantities = problem.network.quantities
    lines = [(q, DATA, layout.data[n]) for n, q in quantities.items() if n in layout.data and n != "number"]
    others = [q for n, q in quantities.items() if n in layout.places and n not in layout.data and n not in ("number", "eta")]
    lines += [(q, iteration_name(1), layout.places[q.name]) for q in others]
    places_page(file, file.sheet(PLACES), lines, language)
