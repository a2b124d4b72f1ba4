"""Gathers a problem's arrays from their places on a workbook's sheets, and names the cells that are wrong there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from xlnn.book.answers import answer_notes, labelled, said_names
from xlnn.book.data import shape
from xlnn.book.origin import Found
from xlnn.book.pixels import pixels
from xlnn.errors import ContentError, raise_all
from xlnn.layout.places import Place
from xlnn.model.making import one_each
from xlnn.model.network import Network
from xlnn.model.problem import Problem, draw
from xlnn.model.quantities import Quantity
from xlnn.words import these
from xlnn.xlsx.workbook import Workbook


def gather(book: Workbook, found: Found) -> Problem:
    """Reads all arrays of what was found; every wrong cell is named at once."""
    network, labels = labelled(book, found.network, found.origin.sources)
    chosen, origin = found.settings, found.origin
    arrays, errors, drawn, more = {}, [], [], 0
    notes: list[tuple[str, Mapping]] = []
    book.check_calculated(origin.sources.values())
    for sheet, place in origin.sources.values():
        book.check_merged(sheet, place)
    for name, (sheet, place) in origin.sources.items():
        q = network.quantities[name]
        try:
            if not q.per_image and book.is_blank(sheet, place):
                arrays[name] = draw(q, chosen.seed, chosen.start)
                drawn.append(name)
            elif name == "digit" and labels is not None:
                arrays[name] = labels
            elif name == "x":
                arrays[name], said = pixels(book, sheet, place, chosen)
                notes += said
            else:
                blank = None if q.per_image else _partly_blank(book, q, sheet, place)
                errors += [blank] if blank else []
                arrays[name] = book.numbers(sheet, place, blank=0.0 if blank else None)
            if found.factors.get(name, 1.0) != 1 and name not in drawn:
                arrays[name] = arrays[name] / found.factors[name]
        except ContentError as error:
            errors += [error, *error.others]
            more += error.more
    if "digit" in arrays:
        errors += _unknown_digits(book, network, arrays["digit"], *origin.sources["digit"])
    raise_all(errors, more)
    parameters = {q.name: arrays[q.name] for q in network.parameters}
    problem = Problem(network, arrays["x"], parameters, arrays.get("digit"), arrays.get("t"), chosen)
    notes = [*origin.notes, *book.notes(origin.sources.values()), *notes, *answer_notes(book, network, arrays, origin)]
    if network.names and network.names != found.network.names:
        notes.append(said_names(network))
    return replace(_with_judgement(problem), origin=replace(origin, drawn=tuple(drawn), notes=tuple(notes)))


def _partly_blank(book: Workbook, q: Quantity, sheet: str, place: Place) -> ContentError | None:
    """What to say of a parameter of which some numbers are there and others are not."""
    blank = book.is_missing(sheet, place)
    if not blank.any():
        return None
    cell = place.cell(*np.argwhere(blank)[0].tolist())
    return ContentError(
        "{name}: expected {shape} numbers, found {count}: this cell is blank. "
        "Fill all of them, or clear all: empty parameters are drawn at random.",
        book.where(sheet, cell), name=q.symbol, shape=shape(q), count=int((~blank).sum()),
    )  # fmt: skip


def _unknown_digits(book, network: Network, digits: np.ndarray, sheet: str, place: Place) -> list[ContentError]:
    wrong = np.flatnonzero(~np.isin(digits, network.classes))
    return [
        ContentError(
            "expected one of the classes {expected}, found {found}.",
            book.where(sheet, place.cell(k)),
            expected=these(f"{c:g}" for c in network.classes), found=f"{digits[k]:g}",
        )
        for k in wrong.tolist()
    ]  # fmt: skip


def _with_judgement(problem: Problem) -> Problem:
    """Answers can be right or wrong where t marks one unit with 1, the others with 0 (or is 0 or 1 itself)."""
    if problem.t is None:
        return problem
    return problem if one_each(problem.t) else replace(problem, network=replace(problem.network, judged=False))
