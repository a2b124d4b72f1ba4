"""Sheet Conventions: what a result follows, line by line a topic and a text; written, and read back by topic."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from xlnn.book import live
from xlnn.book.origin import origin_of
from xlnn.book.plan import Plan
from xlnn.book.versions import versions
from xlnn.layout.cells import Cell
from xlnn.layout.labels import layer_name
from xlnn.model.activations import ACTIVATIONS
from xlnn.model.costs import COSTS
from xlnn.model.network import Network
from xlnn.model.picturing import shape_text
from xlnn.model.training import Step
from xlnn.words import LANGUAGES, columns_wide, every, say, these
from xlnn.xlsx.new_file import BookFile, show
from xlnn.xlsx.rows import RowsSheet

# ---- writing ------------------------------------------------------------------------------------------


def conventions_page(
    file: BookFile,
    sheet: RowsSheet,
    plan: Plan,
    ending: tuple[str, str] | None,
    record: Sequence[tuple[str, str]],
    otherwise: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Every convention that was used, and what was left out; then what a resumed training needs. `otherwise`: what is said
    of a topic in place of the usual text."""
    rows, style, language = file.rows(), file.style, plan.language
    rows.text(Cell(1, 1), say("Conventions", language), style("title"), measured=False)
    for number, (topic, text) in enumerate([*_told(plan, ending, otherwise), *record], 3):
        rows.text(Cell(number, 1), say(topic, language), style("top"))
        live.write(rows, Cell(number, 2), text, style("wrap"), plan.formulas)
        lines = -(-columns_wide(text) // 95)
        if lines > 1:  # not every program makes room by itself
            rows.heights[number] = 15.0 * lines
    show(file, sheet, rows)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)


def _told(plan: Plan, ending: tuple[str, str] | None, otherwise: Mapping[str, str]) -> list[tuple[str, str]]:
    lines = [(topic, otherwise.get(topic, text)) for topic, text in conventions(plan, ending)]
    return lines + [(topic, text) for topic, text in otherwise.items() if topic not in dict(lines)]


def conventions(plan: Plan, ending: tuple[str, str] | None = None) -> list[tuple[str, str]]:
    """Topic and text of every convention that the output follows."""
    problem, language = plan.problem, plan.language
    network, chosen = problem.network, problem.settings

    def tell(text: str, **fields) -> str:
        return say(text, language, **fields)

    lines = [
        (
            "network",
            tell(
                "{shape}, {count} parameters, {images} {what}",
                shape=shape_text(problem), count=problem.parameter_count, images=problem.images, what=network.things,
            ),
        )
    ]  # fmt: skip
    for layer in network.layers[1:]:
        if layer.activation:
            name = f"{layer.label} ({layer_name(network, layer.label, language)})"
            lines.append(("activation", f"{name}: {layer.activation}, {ACTIVATIONS[layer.activation].equation}"))
    total = "C_T = ΣC" if network.total == "sum" else tell("C_T = ΣC / n, the mean over the images of an update")
    lines += [
        ("cost", COSTS[network.cost].equation),
        ("total cost", total),
    ]
    if plan.solving:
        lines.append(("solver", tell(_SOLVER)))
    else:
        lines += [
            ("learning rate", "η = " + (live.number("Settings!$B$2", chosen.eta) if plan.formulas else repr(chosen.eta))),
            ("iteration", tell("One iteration is one update; iteration i uses the parameters after i − 1 updates.")),
            ("batch", _batch_text(plan)),
            ("update", tell(_UPDATES[network.update])),
        ]
    for layer in network.layers[1:]:
        if layer.activation and not layer.bias:
            lines.append(("biases", tell("layer {label} has none", label=layer.label)))
        if layer.activation and layer.bias and layer.shared_bias:
            lines.append(("biases", tell("layer {label} has one for all its units", label=layer.label)))
    lines += [("shapes", text) for text in _shapes(network)]
    if network.freeze_biases:
        lines.append(("biases", tell("frozen: they stay as they are")))
    if network.decay:
        lines.append(("weight decay", f"λ = {network.decay!r}: " + tell(_DECAYS[network.decay_in])))
    if any(layer.kind == "max pooling" for layer in network.layers):
        lines.append(("shared maxima", tell(_TIES["first" if plan.solving else network.ties])))
        if plan.initial:
            text = "At the start the maximum is shared in {shared} of {windows} windows."
            lines.append(("shared maxima", tell(text, **_shared(plan))))
    origin = origin_of(problem)
    if plan.earlier:
        lines += _resumed(plan)
    elif origin.path:
        if origin.drawn:
            text = "{names} drawn from {start} with seed {seed}"
            drawn = these(problem.network.quantities[name].symbol for name in origin.drawn)
            lines.append(("start", tell(text, names=drawn, start=chosen.start, seed=chosen.seed)))
        lines.append(("input", f"{origin.path.name}, SHA-256 {origin.digest}"))
        lines += [("note", tell(template, **fields)) for template, fields in origin.notes]
    if problem.held_out is not None:
        text = "{images} images of sheet Held out are tried after each epoch, or step, but never trained with."
        lines.append(("held out", tell(text, images=problem.held_out.images)))
    lines += [("left out", text) for text in _left_out(plan)]
    lines += [
        ("numbers", tell(_CELLS["solved formulas" if plan.solving and plan.formulas else plan.cells])),
        ("sigmoid", tell("computed as 1/(1 + exp(−max(z, −700))), so that a spreadsheet can follow")),
        (
            "addresses",
            tell(_ADDRESSES["own" if plan.own else "book"]),
        ),
        *([("sheets", tell(_SHEETS))] if language != LANGUAGES[0] else []),
        ("versions", ", ".join(versions(plan.solving))),
    ]
    if ending:
        lines.insert(0, ending)
    return lines


def _shapes(network: Network) -> Iterator[str]:
    """Rows and columns of every layer's matrices (Nielsen, chapter 2): δ·ᵗa is shaped as W, ᵗWδ as the outputs before."""
    sized = lambda *sizes: "×".join(map(str, sizes))
    for layer, before in zip(network.layers[1:], network.layers, strict=False):
        if "delta" + layer.label not in network.quantities:
            continue
        own, last = network.quantities["delta" + layer.label].symbol[1:], network.quantities[before.output].symbol
        if layer.kind == "dense":
            rows, columns = layer.shape[0], math.prod(before.shape)
            parts: tuple[tuple, ...] = (
                (f"W{own}", rows, columns),
                (f"δ{own}", rows, 1),
                (f"δ{own}·ᵗ{last}", rows, columns),
                (f"ᵗW{own}δ{own}", columns, 1),
            )
        else:
            filters = network.quantities["w" + layer.label].shape
            parts = (f"w{own}", *filters), (f"δ{own}", *layer.shape), (f"∂C/∂w{own}", *filters)
        yield ", ".join(f"{name} {sized(*sizes)}" for name, *sizes in parts)


_UPDATES = {
    "together": "All parameters are updated at once from the old ones.",
    "output first": "The output layer is updated first, and δ of the hidden layers uses its new weights.",
}


_DECAYS = {
    "weights": "each update also subtracts η λ w.",
    "gradient": "∂C_T/∂w has λ w in it, C_T nothing.",
    "cost": "C_T has λ/2 Σw² in it, and ∂C_T/∂w has λ w.",
}


_SOLVER = (
    "C_T of all images is minimised over all parameters at once, without constraints, by SciPy's L-BFGS-B on the gradients "
    "∂C_T/∂w; η, iterations and batches of sheet Settings are for a later training."
)


_TIES = {
    "first": "A maximum that several cells of a window share sends its δ to the first of them, row by row.",
    "all": "A maximum that several cells of a window share sends its δ to each of them.",
}


_CELLS = {
    "values": "The cells hold values; --cells formulas writes live formulas. Sheet Test is always live.",
    "formulas": "The cells hold live formulas with their results; change η, a pixel or a first parameter and everything follows.",
    "solved formulas": "The cells hold live formulas with their results; the parameters are numbers, and sheet Solved does not "
    "follow sheet Start.",
}


_ADDRESSES = {
    "book": "Cells of the authors' workbooks 3-5 and 5-4 stand in their places; the backward pass below is arranged by xlnn.",
    "own": "Sheet Places says where everything stands. What it says of one sheet holds for every iteration, for Start, Trained "
    "and Solved: all are laid out alike, a smaller batch leaves cells empty. It does not speak of sheet Test, which has xlnn's "
    "own addresses and a copy of the parameters.",
}


_SHEETS = (
    "Sheets have the same names in every language, so that formulas and other programs find them: Summary, Conventions, "
    "Settings, Data, Places, Iteration 1, Trained, Test. In a workbook that you make, Settings, Places, Data, Held out and "
    "Start may have names in any of the languages."
)


def _resumed(plan: Plan) -> list[tuple[str, str]]:
    """What was before the training went on, and what makes its numbers only nearly those of one run."""
    earlier = plan.earlier
    text = "went on after {updates} updates from {workbook}, SHA-256 {digest}; the sheets of the iterations before are there"
    said = say(text, plan.language, updates=earlier.updates, workbook=earlier.workbook, digest=earlier.digest)
    return [*earlier.lines, ("resumed", said), *(("approximate", note) for note in earlier.notes)]


def _shared(plan: Plan) -> dict[str, int]:
    """How many pooling windows share their maximum at the start, and how many there are."""
    problem, network, shared, windows = plan.problem, plan.problem.network, 0, 0
    step = Step(problem, 1, problem.given(np.arange(problem.images)), plan.initial)
    for layer, before in zip(network.layers[1:], network.layers, strict=False):
        if layer.kind == "max pooling":
            pooled = np.repeat(np.repeat(step[layer.output], layer.size[0], axis=2), layer.size[1], axis=3)
            hits = (step[before.output] == pooled).astype(int)
            counts = hits.reshape(len(hits), layer.shape[0], layer.shape[1], layer.size[0], layer.shape[2], layer.size[1])
            shared += int((counts.sum(axis=(3, 5)) > 1).sum())
            windows += int(np.prod(step[layer.output].shape))
    return {"shared": shared, "windows": windows}


def _batch_text(plan: Plan) -> str:
    chosen, language = plan.problem.settings, plan.language
    if plan.whole:
        return say("All {what} in every update.", language, what=plan.problem.network.things)
    text = "{count} {what} per update, {order}; the sheets show that batch, Summary all {what} once per epoch of {epoch} updates."
    order, what = say(chosen.order, language), plan.problem.network.things
    return say(text, language, count=chosen.batch, what=what, order=order, epoch=plan.problem.per_epoch)


def _left_out(plan: Plan) -> list[str]:
    language = plan.language
    texts: list[str] = []
    if plan.solving:
        return texts
    iterations = plan.problem.settings.iterations - plan.problem.done
    if len(plan.kept) < iterations:
        texts.append(say("Only {kept} of {all} iterations have a sheet (--keep).", language, kept=len(plan.kept), all=iterations))
        if plan.formulas:
            texts.append(say("Parameters after a gap are numbers, not formulas.", language))
    if plan.detail == "units":
        texts.append(say("The gradients of single images (--detail units); ∂C_T/∂w is Σδa.", language))
    if plan.detail == "totals":
        texts.append(say("Everything about single images (--detail totals).", language))
    shown = plan.layout(plan.batch).places
    if plan.detail == "all" and any(name not in shown for name in plan.problem.network.rule_of if name.startswith("dC_dw")):
        texts.append(say("The gradients of single images do not fit beside each other; ∂C_T/∂w is Σδa.", language))
    if plan.formulas and not plan.whole:
        texts.append(say("Summary's figures are numbers: they are over all images, the sheets show batches.", language))
    return texts


# ---- reading ------------------------------------------------------------------------------------------


def texts_about(rows: Iterable[Sequence], topic: str) -> list[str]:
    """What the rows of a sheet Conventions, in any language, say about a topic."""
    return [str(row[1]) for row in rows if len(row) > 1 and row[0] in every(topic) and row[1] is not None]
