"""A workbook of somebody else's as a problem: what understanding found in its formulas, in the form that all else takes."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from xlnn.book.names import FORWARD
from xlnn.book.origin import Notes, Origin, Sources
from xlnn.errors import XlnnError
from xlnn.formula import mended
from xlnn.formula.graph import SPAN, Graph
from xlnn.formula.values import NUMBER
from xlnn.layout.places import Place
from xlnn.model.network import Network
from xlnn.model.problem import Problem, Settings
from xlnn.understand import Iteration, Understood, understand
from xlnn.words import these
from xlnn.xlsx.workbook import Workbook

NUMBERS = re.compile(r"(?<![A-Za-z0-9_$.])[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_(!])")
AUTHORS = ("x", "t", "digit", "z", "a", "C", "answer", "prediction", "right")  # what their formulas calculate of an image
SAME = 1e-9  # relative: layers' own η that are one
MEMORY = (
    "later updates also follow from {cell}, as with momentum: that rule is not known here. What leads to the gradients is "
    "judged, the updates are not, and training descends without it."
)
DECAY = "the weights also shrink, weight decay λ = {decay}: what an update subtracts is η (∂C_T/∂w + λw)."
SCHEDULE = "each iteration has an η of its own, which the sheet calculates: it is judged with that; training keeps the first."
SHORT_E = "the sheet has {number} for e: its outputs are judged as exactly as that is. EXP(z) is exact."
OTHERS = "further trainings of this network: {count} ({where}); they are judged, too, and the first one goes on."


@dataclass(frozen=True)
class Shows:
    """What one iteration shows: places by quantity, and the positions of its images among all."""

    name: str
    places: Mapping[str, tuple[str, Place]]
    images: np.ndarray


@lru_cache(maxsize=2)  # a workbook is asked by its reader, and by whoever judges it
def graph_of(book: Workbook) -> Graph:
    """The formulas of a workbook, with those over which numbers were typed. They are read once. Raises as `formula.mended`."""
    return mended(book)


@lru_cache(maxsize=2)
def understood(book: Workbook) -> Understood | None:
    """What the formulas of a workbook say, None where that is no network, or more than can be read."""
    try:
        if not any(len(book.formulas(sheet).codes) for sheet in book.readable(book.sheets)):
            return None
        return understand(graph_of(book))
    except XlnnError:
        return None


def beyond_arrangement(book: Workbook, network: Network, sources: Sources) -> Understood | None:
    """What the formulas say of a workbook in the authors' arrangement where they go on beyond the forward pass that it has.

    None where they are too few for that, or say something else.
    """
    formulas = sum(len(book.formulas(sheet).codes) for sheet in book.readable(book.sheets))
    images = sources["x"][1].shape[0]
    forward = images * sum(math.prod(q.shape) for q in network.quantities.values() if q.kind in AUTHORS)
    if formulas - forward < sum(math.prod(q.shape) for q in network.parameters):
        return None
    found = understood(book)
    if found is None or not is_alike(found.network, network):
        return None
    if any(len(iteration.named["x"].cells) != images for iteration in found.iterations):  # one is not whole
        return None
    kinds = {found.network.quantities[n].kind for n in found.iterations[0].named if n in found.network.quantities}
    return found if kinds - {*FORWARD, "x", "t", "w", "b"} else None


def is_alike(one: Network, other: Network) -> bool:
    """Whether two networks have layers of the same shapes."""
    return [layer.shape for layer in one.layers] == [layer.shape for layer in other.layers]


def problem_of(book: Workbook, found: Understood, language: str, chosen: Mapping) -> Problem:
    """The problem that the first iteration shows; `chosen` are options. Raises UsageError where they do not fit."""
    values, first = found.graph.meant.numbers, found.iterations[0]
    x, t, used = examples(found)
    network = network_of(found, {n: v for n, v in chosen.items() if n in Network.__dataclass_fields__})
    own = {n: v for n, v in chosen.items() if n in Settings.__dataclass_fields__}
    batch = {"batch": len(used[0])} if len(used[0]) < len(x) else {}
    settings = Settings(**{"eta": common_eta(found) or 0.2, **batch, **own})
    parameters = {q.name: values[first.named[q.name].cells] / first.named[q.name].factor for q in network.parameters}
    sources = {name: where for name, where in first.places().items() if name in ("x", "t", *parameters)}
    told = notes(found)
    origin = Origin(book.path, book.digest, language, {}, sources, notes=told, told=told)
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
            result[entry.label] = _multiple(mine[0], eta)
    return result


def _multiple(rate: float, eta: float) -> float:
    """The factor that makes η a layer's own rate, with few digits where these do."""
    short = float(f"{rate / eta:.12g}")
    return short if short * eta == rate else rate / eta


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
    """All examples as they were meant, each once: x (images, rows, columns), t (images, units) or None; and which of them each
    iteration uses."""
    values = found.graph.meant.numbers
    named = [iteration.named for iteration in found.iterations]
    shown = [(values[part["x"].cells], values[part["t"].cells] if "t" in part else None) for part in named]
    firsts, used = each_once(shown)
    x = np.array([shown[n][0][k] for n, k in firsts])
    answered = all(t is not None for _, t in shown)
    return x, np.array([shown[n][1][k] for n, k in firsts]) if answered else None, used


def each_once(shown: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> tuple[list[tuple[int, int]], list[np.ndarray]]:
    """Of the examples that iterations show, (x, right answers or None), each once: in which iteration, and which there; and which
    of them each iteration uses."""
    rows: dict[tuple, list[int]] = {}
    firsts: list[tuple[int, int]] = []
    used: list[np.ndarray] = []
    for n, (x, t) in enumerate(shown):
        mine: dict[int, None] = {}  # in this order
        for k, image in enumerate(x):
            answer = () if t is None else np.ravel(t[k]).tolist()
            alike = rows.setdefault((*image.ravel().tolist(), *answer), [])
            number = next((n for n in alike if n not in mine), len(firsts))  # two that are the same in one iteration are two
            if number == len(firsts):
                alike.append(number)
                firsts.append((n, k))
            mine[number] = None
        used.append(np.array(list(mine)))
    return firsts, used


def common_eta(found: Understood) -> float | None:
    """The η of most parameters, as the sheet says it."""
    rates = [round(rate, 12) for rate in found.eta.values() if np.isfinite(rate) and rate > 0]
    return max(set(rates), key=rates.count) if rates else None


def notes(found: Understood) -> Notes:
    """What should be said of what was understood."""
    result: list[tuple[str, Mapping]] = []
    if found.left_over:
        result.append(("formulas that were not understood: {cells}.", {"cells": these(left_over(found))}))
    eta, rates = common_eta(found), {label: rate for label, rate in layer_rates(found).items() if rate}
    if eta and rates:
        text = these(f"{label}: {rate * eta:.6g}" for label, rate in rates.items())
        result.append(("layers with an η of their own: {rates}.", {"rates": text}))
    if found.network.cost == "perceptron":
        result.append(("the units are steps and learn by the perceptron rule, w + η (t − a) x.", {}))
    if found.iterations[0].named.keys() & {"t"} and any(
        part.factor < 0 for name, part in found.iterations[0].named.items() if name.startswith("delta")
    ):
        result.append(("δ has the other sign, t − a, and is added.", {}))
    if any(part.factor < 0 for name, part in found.iterations[0].named.items() if name.startswith("b") and name != "back"):
        result.append(("the biases are thresholds θ: z = Σ w a − θ.", {}))
    if found.network.decay:
        result.append((DECAY, {"decay": f"{found.network.decay:.6g}"}))
    if scheduled(found):
        result.append((SCHEDULE, {}))
    if found.e != math.e:
        result.append((SHORT_E, {"number": f"{found.e:.12g}"}))
    if found.memory >= 0:
        sheet, cell = found.graph.cell(found.memory)
        result.append((MEMORY, {"cell": f"{sheet}!{cell.name}"}))
    if found.others:
        where = these(sheets_of_iterations(other)[0] for other in found.others)
        result.append((OTHERS, {"count": len(found.others), "where": where}))
    return (summary(found), *result)


def summary(found: Understood) -> tuple[str, Mapping]:
    """A template and its fields: the network, its iterations and η, and how much of the formulas that explains."""
    eta = common_eta(found)
    fields = {
        "network": "-".join("×".join(map(str, layer.shape)) for layer in found.network.layers),
        "functions": list(dict.fromkeys(layer.activation or layer.kind for layer in found.network.layers[1:])),
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
    """The first formula cells that are not explained, 'Sheet1!B7', the last with … where there are more."""
    named = [found.graph.cell(number) for number in found.left_over[:most]]
    more = [""] * (len(named) - 1) + [" …" if len(found.left_over) > most else ""]
    return [f"{sheet}!{cell.name}{dots}" for (sheet, cell), dots in zip(named, more, strict=False)]


def factors(found: Understood) -> dict[str, float]:
    """By quantity, what the sheet's numbers are of its own where they are something else: −1 for δ = t − a, −1 for θ."""
    result: dict[str, float] = {}
    for iteration in found.iterations:
        result |= {name: part.factor for name, part in iteration.named.items() if part.factor != 1}
    return result


def shows(found: Understood) -> Iterator[Shows]:
    """The iterations one by one, each with a name of its own: its sheet's where no other iteration stands there."""
    *_, used = examples(found)
    for name, iteration, images in zip(sheets_of_iterations(found), found.iterations, used, strict=True):
        yield Shows(name, iteration.places(), images)


def _sheet(graph: Graph, iteration: Iteration) -> str:
    """The sheet on which most of what an iteration calculates first stands."""
    cells = next(
        (part.cells for name, part in iteration.named.items() if name.startswith(("z", "a"))), iteration.named["x"].cells
    )
    return graph.cell(int(cells.ravel()[0]))[0]


# ---- the cells of η -----------------------------------------------------------------------------------


def eta_place(found: Understood) -> tuple[str, Place] | None:
    """Sheet and place of η, if one cell holds it for all updates."""
    number = eta_cell(found)
    if number is None:
        return None
    sheet, cell = found.graph.cell(number)
    return sheet, Place(cell)


def eta_cell(found: Understood, eta: float | None = None, names: Collection[str] = ()) -> int | None:
    """The cell that all updates of the first iteration (or those of `names`) read, if it holds the common η (or this one)."""
    eta, graph = eta or common_eta(found), found.graph
    updates = {name: part for name, part in found.iterations[0].named.items() if name.startswith("new_")}
    updates = {name: part for name, part in updates.items() if not names or name in names}
    new = [cell for part in updates.values() for cell in part.cells.ravel().tolist() if cell >= 0]
    if eta is None or not new:
        return None
    read = set.intersection(*(set(graph.precedents(cell).tolist()) for cell in new))
    mine = [cell for cell in sorted(read) if graph.is_leaf[cell] and abs(graph.values.numbers[cell] - eta) <= SAME * eta]
    return mine[0] if len(mine) == 1 else None


def decay_cell(found: Understood) -> int | None:
    """The cell that holds λ, if all updates of weights of the first iteration read it, or all their gradients."""
    graph, decay = found.graph, found.network.decay
    for kind in ("new_w", "dCT_dw"):
        parts = [part.cells for name, part in found.iterations[0].named.items() if name.startswith(kind)]
        cells = [cell for part in parts for cell in part.ravel().tolist() if cell >= 0]
        read = set.intersection(*(set(graph.precedents(cell).tolist()) for cell in cells)) if cells else set()
        mine = [cell for cell in sorted(read) if graph.is_leaf[cell] and abs(graph.values.numbers[cell] - decay) <= SAME * decay]
        if len(mine) == 1:
            return mine[0]
    return None


def scheduled(found: Understood) -> dict[int, float]:
    """By iteration, from 1 on, the η that the sheet calculates for it; none unless it does so for each, and they differ."""
    learning = {number: iteration for number, iteration in enumerate(found.iterations, 1) if iteration.eta}
    rates = {number: _calculated_rate(found.graph, iteration) for number, iteration in learning.items()}
    known = {number: rate for number, rate in rates.items() if rate is not None}
    return known if len(known) == len(rates) and len(set(known.values())) > 1 else {}


def _calculated_rate(graph: Graph, iteration: Iteration) -> float | None:
    """The number of the cell with a formula that most updates read, if it is the η of some."""
    new = [c for name, part in iteration.named.items() if name.startswith("new_") for c in part.cells.ravel().tolist() if c >= 0]
    read = Counter(c for cell in new for c in set(graph.precedents(cell).tolist()) if not graph.is_leaf[c])
    rates = np.array(list(iteration.eta.values()))
    for cell, count in read.most_common():
        number = float(graph.values.numbers[cell])
        if 2 * count > len(new) and (np.abs(rates - number) <= SAME * np.abs(number)).any():
            return number
    return None


def is_line(found: Understood) -> bool:
    """Whether the network is a single unit that is no more than its weighted input: y = a + bx."""
    return len(found.network.layers) == 2 and found.network.output.activation == "identity"


def sheets_of_iterations(found: Understood) -> list[str]:
    """A name for each iteration: its sheet's, and which one it is there where there are several."""
    sheets = [_sheet(found.graph, iteration) for iteration in found.iterations]
    return [sheet if sheets.count(sheet) == 1 else f"{sheet} ({number})" for number, sheet in enumerate(sheets, 1)]
