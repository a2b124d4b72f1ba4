"""A workbook of somebody else's as a problem: what understanding found in its formulas, in the form that all else takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np

from xlnn._version import __version__
from xlnn.book import places_sheet
from xlnn.book.evidence import unknown_workbook
from xlnn.book.names import PLACES
from xlnn.book.origin import Notes, Origin, Sources
from xlnn.errors import XlnnError
from xlnn.formula.graph import SPAN, Graph
from xlnn.formula.values import NUMBER
from xlnn.layout.cells import Cell, quoted
from xlnn.layout.layouts import PARAMETERS
from xlnn.layout.places import Place
from xlnn.model.network import Network
from xlnn.model.problem import Problem, Settings
from xlnn.understand import Iteration, Understood, understand
from xlnn.understand.placing import Listed
from xlnn.words import say
from xlnn.xlsx.saving import check_target, replacing
from xlnn.xlsx.seals import MARK
from xlnn.xlsx.workbook import Workbook

NUMBERS = re.compile(r"(?<![A-Za-z0-9_$.])[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_(!])")
LEFT_OVER, IMAGE_COUNT = "Not understood", "images"
SAME = 1e-9  # relative: layers' own η that are one


@dataclass(frozen=True)
class Shows:
    """What one iteration shows: places by quantity, and the positions of its images among all."""

    name: str
    places: Mapping[str, tuple[str, Place | Listed]]
    images: np.ndarray


def understood(book: Workbook) -> Understood | None:
    """What the formulas of a workbook say, None where that is no network, or more than can be read."""
    try:
        if not any(len(book.formulas(sheet).codes) for sheet in book.readable(book.sheets)):
            return None
        return understand(book)
    except XlnnError:
        return None


def problem_of(book: Workbook, found: Understood, language: str, chosen: Mapping) -> Problem:
    """The problem that the first iteration shows; `chosen` are options. Raises UsageError where they do not fit."""
    values, first = found.graph.values.numbers, found.iterations[0]
    x, t, used = examples(found)
    network = network_of(found, {n: v for n, v in chosen.items() if n in Network.__dataclass_fields__})
    own = {n: v for n, v in chosen.items() if n in Settings.__dataclass_fields__}
    batch = {"batch": len(used[0])} if len(used[0]) < len(x) else {}
    settings = Settings(**{"eta": common_eta(found) or 0.2, **batch, **own})
    parameters = {q.name: values[first.named[q.name].cells] / first.named[q.name].factor for q in network.parameters}
    sources = {name: where for name, where in first.places().items() if name in ("x", "t", *parameters)}
    lying = cast(Sources, {n: _single(w) for n, w in sources.items()})  # a Listed is asked as a Place is
    origin = Origin(book.path, book.digest, language, {}, lying, notes=notes(found))
    return Problem(network, x, parameters, t=t if network.answered else None, settings=settings, origin=origin)


def network_of(found: Understood, chosen: Mapping) -> Network:
    """The network with the biases that the sheet has, and the η of each layer."""
    named, rates = found.iterations[0].named, layer_rates(found)
    layers = tuple(
        entry
        if entry.kind in ("input", "max pooling")
        else replace(entry, bias="b" + entry.label in named, rate=rates.get(entry.label, 1.0))
        for entry in found.network.layer_settings
    )
    frozen = found.network.freeze_biases and any(entry.bias for entry in layers[1:] if entry.kind != "max pooling")
    given = {"freeze_biases": frozen, "answered": "t" in named, **chosen}
    return replace(found.network, layer_settings=layers, **given)


def layer_rates(found: Understood) -> dict[str, float]:
    """By layer its own η as a multiple of the common one, where that is typed somewhere; 0 where others learn and it does not."""
    eta, stated = common_eta(found), typed_numbers(found.graph)
    named = set().union(*(iteration.named for iteration in found.iterations))
    if eta is None or not any(name.startswith("new_") for name in named):
        return {}
    result = {}
    for entry in found.network.layer_settings[1:]:
        mine = [found.eta[kind + entry.label] for kind in "wb" if kind + entry.label in found.eta]
        if not mine and not {"new_w" + entry.label, "new_b" + entry.label} & named:
            result[entry.label] = 0.0
        elif mine and abs(mine[0] - eta) > SAME * eta and any(abs(mine[0] - n) <= SAME * n for n in stated):
            result[entry.label] = float(f"{mine[0] / eta:.12g}")
    return result


def typed_numbers(graph: Graph) -> set[float]:
    """The positive numbers that somebody typed, in cells or in formulas."""
    cells = graph.values.numbers[:-1][graph.is_leaf[:-1] & (graph.values.all_kinds()[:-1] == NUMBER)]
    written = {float(n) for text in graph.written.texts for n in NUMBERS.findall(text)}
    return {n for n in {*cells.tolist(), *written} if n > 0}


def is_explained(found: Understood, sheet: str) -> bool:
    """Whether a sheet has formulas, and each of them is explained."""
    number = found.graph.sheets.index(sheet)
    mine = np.append(found.graph.codes // SPAN == number, False) & found.formulas
    return bool(mine.any() and found.explained[mine].all())


def explained_codes(found: Understood, sheet: str) -> np.ndarray:
    """The cells of a sheet that are explained, as `cell_table.code` numbers them."""
    codes = found.graph.codes[found.explained[:-1]]
    return codes[codes // SPAN == found.graph.sheets.index(sheet)] % SPAN


def examples(found: Understood) -> tuple[np.ndarray, np.ndarray | None, list[np.ndarray]]:
    """All examples, each once: x (images, rows, columns), t (images, units) or None; and which of them each iteration uses."""
    values = found.graph.values.numbers
    rows: dict[tuple, int] = {}
    x: list[np.ndarray] = []
    t: list[np.ndarray] = []
    used: list[np.ndarray] = []
    for iteration in found.iterations:
        mine = []
        answers = iteration.named.get("t")
        for k, cells in enumerate(iteration.named["x"].cells):
            image = values[cells]
            answer = values[answers.cells[k]] if answers is not None else np.empty(0)
            key = (*image.ravel().tolist(), *answer.tolist())
            if len(found.iterations) == 1 or key not in rows:
                rows[key] = len(x)
                x.append(image)
                t.append(answer)
            mine.append(rows[key])
        used.append(np.array(mine))
    return np.array(x), np.array(t) if t and t[0].size else None, used


def common_eta(found: Understood) -> float | None:
    """The η of most parameters, as the sheet says it."""
    rates = [round(rate, 12) for rate in found.eta.values() if np.isfinite(rate) and rate > 0]
    return max(set(rates), key=rates.count) if rates else None


def notes(found: Understood) -> Notes:
    """What should be said of what was understood."""
    result: list[tuple[str, Mapping]] = []
    if found.left_over:
        more = len(found.left_over) - 12
        cells = ", ".join(left_over(found)) + (" …" if more > 0 else "")
        result.append(("formulas that were not understood: {cells}.", {"cells": cells}))
    eta, rates = common_eta(found), {label: rate for label, rate in layer_rates(found).items() if rate}
    if eta and rates:
        text = ", ".join(f"{label}: {rate * eta:.6g}" for label, rate in rates.items())
        result.append(("layers with an η of their own: {rates}.", {"rates": text}))
    if found.rule == "perceptron":
        result.append(("the units are steps and learn by the perceptron rule, w + η (t − a) x.", {}))
    if found.iterations[0].named.keys() & {"t"} and any(
        part.factor < 0 for name, part in found.iterations[0].named.items() if name.startswith("delta")
    ):
        result.append(("δ has the other sign, t − a, and is added.", {}))
    if any(part.factor < 0 for name, part in found.iterations[0].named.items() if name.startswith("b") and name != "back"):
        result.append(("the biases are thresholds θ: z = Σ w a − θ.", {}))
    return (summary(found), *result)


def summary(found: Understood) -> tuple[str, Mapping]:
    """A template and its fields: the network, its iterations and η, and how much of the formulas that explains."""
    eta = common_eta(found)
    fields = {
        "network": "-".join("×".join(map(str, layer.shape)) for layer in found.network.layers if layer.kind != "max pooling"),
        "functions": ", ".join(dict.fromkeys(layer.activation for layer in found.network.layers[1:] if layer.activation)),
        "iterations": len(found.iterations),
        "eta": "–" if eta is None else f"{eta:g}",
        "share": f"{found.share:.0%}",
        "count": f"{int(found.formulas.sum()):,}",
    }  # fmt: skip
    return (
        "understood from the formulas: {network} ({functions}), {iterations} iterations, η {eta}; this explains {share} of "
        "{count} formulas.",
        fields,
    )


def left_over(found: Understood, most: int = 12) -> list[str]:
    """The first formula cells that are not explained, 'Sheet1!B7'."""
    named = (found.graph.cell(number) for number in found.left_over[:most])
    return [f"{sheet}!{cell.name}" for sheet, cell in named]


def factors(found: Understood) -> dict[str, float]:
    """By quantity, what the sheet's numbers are of its own where they are something else: −1 for δ = t − a, −1 for θ."""
    result: dict[str, float] = {}
    for iteration in found.iterations:
        result |= {name: part.factor for name, part in iteration.named.items() if part.factor != 1}
    return result


def shows(found: Understood) -> Iterator[Shows]:
    """The iterations one by one, each with a name of its own: its sheet's where no other iteration stands there."""
    *_, used = examples(found)
    sheets = [_sheet(found.graph, iteration) for iteration in found.iterations]
    for number, (iteration, sheet, images) in enumerate(zip(found.iterations, sheets, used, strict=True), 1):
        name = sheet if sheets.count(sheet) == 1 else f"{sheet} ({number})"
        yield Shows(name, {n: _single(where) for n, where in iteration.places().items()}, images)


def _sheet(graph: Graph, iteration: Iteration) -> str:
    """The sheet on which most of what an iteration calculates first stands."""
    cells = next(
        (part.cells for name, part in iteration.named.items() if name.startswith(("z", "a"))), iteration.named["x"].cells
    )
    return graph.cell(int(cells.ravel()[0]))[0]


def _single(where: tuple[str, Place] | Listed) -> tuple[str, Place | Listed]:
    """Sheet and place; of a list of cells the sheet of the first."""
    return (where.sheets[0], where) if isinstance(where, Listed) else where


def cells_of(where: tuple[str, Place | Listed]) -> Iterator[tuple[str, Cell]]:
    """Sheet and cell of every number at a place."""
    sheet, place = where
    for index in np.ndindex(*place.shape):
        yield place.at(*index) if isinstance(place, Listed) else (sheet, place.cell(*index))


# ---- as a sheet Places --------------------------------------------------------------------------------------


def write_places(path: str | Path, output: str | Path, *, language: str | None = None, force: bool = False) -> tuple[Path, int]:
    """Writes what the formulas of a workbook say as a sheet Places; returns the file's path and the number of lines.

    Raises ContentError where the formulas hold no network, and SaveError.
    """
    import openpyxl
    from openpyxl.packaging.custom import StringProperty

    book, output = Workbook(path), Path(output)
    check_target(output, [Path(path)], force)
    found = understood(book)
    if found is None:
        raise unknown_workbook(book)
    language = language or "en"
    lines, rest = places_lines(found)
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = PLACES
    header = (*places_sheet.HEADER, places_sheet.NEXT_ITERATION)
    rows = [[say(text, language) for text in header], *lines]
    for row in rows:
        sheet.append(row)
    other = made.create_sheet(LEFT_OVER)
    for row in [(say("not understood", language), say("cells", language)), *rest]:
        other.append(row)
    for column, width in zip("ABCDEFG", (14, 28, 16, 16, 16, 18, 16), strict=True):
        sheet.column_dimensions[column].width = other.column_dimensions[column].width = width
    made.custom_doc_props.append(StringProperty(name=MARK, value=__version__))
    with replacing(output, force) as file:
        made.save(file)
    return file.path, len(lines)


def places_lines(found: Understood) -> tuple[list[tuple], list[tuple]]:
    """The lines of sheet Places for the first iteration; and what no line can say, or was not understood, with its cells."""
    problem = network_of(found, {})
    lines: list[tuple] = []
    rest: list[tuple] = []
    second = found.iterations[1].places() if len(found.iterations) > 1 else {}
    for name, where in found.iterations[0].places().items():
        if name not in problem.quantities:
            continue
        factor = found.iterations[0].named[name].factor if name in found.iterations[0].named else 1
        if factor != 1 and not isinstance(where, Listed):  # a sign turned, a cost without ½: no line can say that
            told = (name, f"{quoted(where[0])}!{where[1].bounds().name} × {factor:g}")
            rest.append(told)
            if problem.quantities[name].kind in PARAMETERS:  # a line that is not read rather than numbers that are wrong
                lines.append(told)
        elif isinstance(where, Listed):
            cells = (f"{sheet}!{cell.name}" for sheet, cell in zip(where.sheets, where.cells, strict=True) if cell)
            rest.append((name, ", ".join(islice(cells, 100))))
        else:
            line = places_sheet.describe(problem.quantities[name], *_one_step(where, problem.quantities[name].per_image))
            lines.append((*line, _next_iteration(where, second.get(name))))
    if "x" in {line[0] for line in lines}:
        lines.append((IMAGE_COUNT, len(found.iterations[0].named["x"].cells)))
    eta = _eta_cell(found)
    if eta is not None:
        sheet, cell = found.graph.cell(eta)
        lines.append(("eta", f"{quoted(sheet)}!{cell.name}"))
    rest += [("", cell) for cell in left_over(found, 1000)]
    return lines, rest


def _next_iteration(first: tuple[str, Place], second: tuple[str, Place] | Listed | None) -> str:
    """Where the same lies in the second iteration, in the words of column Next iteration; empty where that is no step."""
    if second is None or isinstance(second, Listed) or second == first:
        return ""
    (sheet, place), (other, there) = first, second
    if sheet != other:
        return "1 sheet" if place == there else ""
    rows, columns = (there.origin.row - place.origin.row, there.origin.column - place.origin.column)
    return places_sheet.words((rows, columns)) if place.moved(rows, columns) == there else ""


def _eta_cell(found: Understood) -> int | None:
    """The cell that all updates of the first iteration read, if it holds the common η."""
    eta, graph = common_eta(found), found.graph
    new = [
        cell
        for name, part in found.iterations[0].named.items()
        if name.startswith("new_")
        for cell in part.cells.ravel().tolist()
    ]
    if eta is None or not new:
        return None
    read = set.intersection(*(set(graph.precedents(cell).tolist()) for cell in new))
    mine = [cell for cell in sorted(read) if graph.is_leaf[cell] and abs(graph.values.numbers[cell] - eta) <= SAME * eta]
    return mine[0] if len(mine) == 1 else None


def _one_step(where: tuple[str, Place], per_image: bool) -> tuple[str, Place]:
    """A single image has a step to the next one, too: one that leads beside it."""
    sheet, place = where
    if per_image and place.shape[0] == 1:
        bounds = place[0].bounds()
        place = replace(place, steps=((0, bounds.width), *place.steps[1:]))
    return sheet, place
