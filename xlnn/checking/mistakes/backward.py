"""Mistakes on the way back: ∂C/∂a, a′, δ, Σwδ, and gradients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from xlnn.checking.mistakes.case import Case, Try, constant, mistake, per_image, read_at, times
from xlnn.checking.uncertain import BATCH, Uncertain
from xlnn.layout.places import Place
from xlnn.model.activations import ACTIVATIONS

# ---- ∂C/∂a, a′, δ -----------------------------------------------------------------------------------


@mistake("sign-turned", "the sign is turned: t − a", "∂C/∂a = a − t.", "dC_da", "delta")
def sign_turned(case: Case) -> Uncertain | None:
    """Of ∂C/∂a, or of δ where that is a − t itself."""
    return times(case.expected, -1) if case.operand("t") else None


@mistake(
    "slope-at-a",
    "a′ is taken at a in place of z",
    "a′(z) = a(1 − a) has a itself in it: do not put a through the activation again.",
    "slope",
)
def slope_at_a(case: Case) -> Uncertain:
    z, a = case.rule.needs
    again = ACTIVATIONS[case.layer.activation].output(case.numbers[a])
    return case.changed(**{z: case.numbers[a], a: again})


@mistake("plus-for-minus", "a(1 + a) stands for a(1 − a)", "a′(z) = a(1 − a), for tanh 1 − a².", "slope")
def plus_for_minus(case: Case) -> Uncertain | None:
    a = case.numbers[case.rule.needs[1]]
    bodies = {"sigmoid": lambda: a * (1 + a), "tanh": lambda: 1 + a * a}
    body = bodies.get(case.layer.activation)
    return body() if body else None


@mistake("slope-left-out", "the factor a′(z) is left out", "Multiply by a′(z).", "delta")
def slope_left_out(case: Case) -> Uncertain | None:
    return None if case.layer.activation == "relu" else _delta_without_slope(case)


@mistake(
    "relu-mask-left-out", "the mask of ReLU is left out", "a′(z) is 1 where z > 0, else 0: multiply by it.", "slope", "delta"
)
def relu_mask_left_out(case: Case) -> Uncertain | None:
    if case.layer.activation != "relu":
        return None
    return constant(case.expected, 1) if case.kind == "slope" else _delta_without_slope(case)


@mistake(
    "slope-of-another-unit",
    "the factor a′(z) is that of unit {other}",
    "Take a′(z) of the unit itself; with $ a copied reference stays behind.",
    "delta",
)
def slope_of_another_unit(case: Case) -> Iterator[Try]:
    """In δ, or in what is calculated from it where it is not shown. A unit whose a′(z) is always 1 says nothing."""
    slope = case.operand("slope")
    for unit in range(case.layer.shape[0] if slope and case.layer.axes == ("unit",) else 0):
        if (case.numbers[slope].value[:, :, unit] == 1).all():
            continue
        same = lambda a, unit=unit: np.broadcast_to(a[:, :, unit : unit + 1], a.shape)
        yield case.changed(**{slope: case.numbers[slope].map(same)}), {"other": unit + 1}


def _delta_without_slope(case: Case) -> Uncertain | None:
    slope = case.operand("slope")
    return case.changed(**{slope: constant(case.numbers[slope], 1)}) if slope else None


# ---- Σwδ --------------------------------------------------------------------------------------------


@mistake("new-weights", "Σwδ uses the new weights", "Use the weights that this iteration used on the way forward.", "back")
def new_weights(case: Case) -> Uncertain | None:
    return _with_weights(case, "new_w") if case.network.update == "together" else None


@mistake(
    "old-weights",
    "Σwδ uses the old weights",
    "The output layer is updated first here: use the new ones.",
    "back",
)
def old_weights(case: Case) -> Uncertain | None:
    return _with_weights(case, "w") if case.network.update == "output first" else None


def _with_weights(case: Case, prefix: str) -> Uncertain | None:
    name, other = case.operand("w", "new_w"), prefix + case.after.label
    return case.changed(**{name: case.numbers[other]}) if name and name != other and other in case.numbers else None


@mistake("gradients-for-products", "Σwδ adds up gradients", "Multiply each weight by the δ of its unit and add up: Σwδ.", "back")
def gradients_for_products(case: Case) -> Iterator[Try]:
    """∂C/∂w or ∂C_T/∂w added up over the units, with δ or without it."""
    name, images = case.operand("w", "new_w"), case.expected.value.shape[1]
    if not name or case.after.kind != "dense":
        return
    gradients = [gradient + case.after.label for gradient in ("dC_dw", "dCT_dw")]
    for g in [case.numbers[gradient] for gradient in gradients if gradient in case.numbers]:  # a fixed layer has none
        spread = g.map(lambda a: np.broadcast_to(a, (len(a), images, *a.shape[BATCH:])))
        yield spread.map(lambda a: a.sum(axis=BATCH)), {}
        yield case.changed(**{name: g}), {}


@mistake("own-weights", "Σwδ uses the layer's own weights", "Use the weights of the layer after it.", "back")
def own_weights(case: Case) -> Iterator[Try]:
    """Those of the same shape, or the cells from the layer's first weight on."""
    name = case.operand("w", "new_w")
    own = "w" + case.layer.label
    if not name or case.after.kind != "dense" or own not in case.network.quantities:
        return
    w, wanted = case.numbers[own], case.numbers[name]
    if w.size == wanted.size:
        same = w.map(lambda a: a.reshape(*a.shape[:BATCH], *wanted.shape))
        yield case.changed(**{name: same}), {}
    for block in _block_at(case, own, name):
        yield case.changed(**{name: block}), {}


def _block_at(case: Case, there: str, like: str) -> Iterator[Uncertain]:
    """Cells laid out like one quantity, but from another's first cell on."""
    sheets = case.group.sheets
    if not all({there, like} <= set(shown.places) for shown in sheets):
        return
    blocks = []
    for shown in sheets:
        sheet, start = shown.places[there]
        place = shown.places[like][1]
        blocks.append(read_at(case.group.book.grid(sheet), *Place(start.origin, place.shape, place.steps).grid()))
    yield Uncertain.stored(np.stack(blocks)[:, None], case.group.digits)


@mistake("first-output-only", "Σwδ takes only the first unit of the layer after", "Add up over all of its units.", "back")
def first_output_only(case: Case) -> Uncertain | None:
    name = case.operand("delta")

    def first(a: np.ndarray) -> np.ndarray:
        kept = np.zeros_like(a)
        kept[:, :, 0] = a[:, :, 0]
        return kept

    return case.changed(**{name: case.numbers[name].map(first)}) if name else None


# ---- back through pooling ---------------------------------------------------------------------------


@mistake(
    "shared-maximum-to-all",
    "a shared maximum sends δ to each of its cells",
    "Send it to the first of them, or set pooling ties to all.",
    "back",
)
def shared_maximum_to_all(case: Case) -> Uncertain | None:
    return _with_ties(case, "all")


@mistake(
    "shared-maximum-to-first",
    "a shared maximum sends δ to its first cell only",
    "Send it to each of them, or set pooling ties to first.",
    "back",
)
def shared_maximum_to_first(case: Case) -> Uncertain | None:
    return _with_ties(case, "first")


def _with_ties(case: Case, ties: str) -> Uncertain | None:
    """What the same network with the other convention for shared maxima gives."""
    if case.after.kind != "max pooling" or case.network.ties == ties:
        return None
    return case.changed(replace(case.network, ties=ties).rule_of[case.rule.result.name])


@mistake(
    "delta-to-wrong-cell",
    "what comes back stands in the wrong cell of the window",
    "It belongs to the cell that was the largest.",
    "back",
)
def delta_to_wrong_cell(case: Case) -> Uncertain | None:
    """In one other cell of the window, wherever that is."""
    if case.after.kind != "max pooling" or not case.shown:
        return None
    height, width = case.after.size
    back = case.numbers["back" + case.after.label]
    spread = back.map(lambda a: np.repeat(np.repeat(a, height, axis=-2), width, axis=-1))
    stored = np.nan_to_num(case.found)
    away = _windows(np.abs(stored - spread.value), height, width)
    nearest = away == away.min(axis=-1, keepdims=True)
    first = nearest & (nearest.cumsum(axis=-1) == 1)
    here = _unwindowed(first, stored.shape, height, width)
    value = np.where(here, spread.value, 0.0)
    if case.network.ties == "all":  # in one of the largest cells only: that has an entry of its own
        a, largest = (case.numbers[need].value for need in case.rule.needs[:2])
        to_largest = here & (a == np.repeat(np.repeat(largest, height, axis=-2), width, axis=-1))
        whole = np.broadcast_to(_windows(to_largest, height, width).any(axis=-1, keepdims=True), first.shape)
        value = np.where(_unwindowed(whole, stored.shape, height, width), np.nan, value)
    return Uncertain(value, np.where(here, spread.doubt, 0.0))


def _windows(a: np.ndarray, height: int, width: int) -> np.ndarray:
    """(…, rows, columns) → (…, windows down, windows across, cells of a window)."""
    *outer, rows, columns = a.shape
    split = a.reshape(*outer, rows // height, height, columns // width, width)
    return np.moveaxis(split, -3, -2).reshape(*outer, rows // height, columns // width, height * width)


def _unwindowed(a: np.ndarray, shape: tuple[int, ...], height: int, width: int) -> np.ndarray:
    *outer, rows, columns = shape
    split = a.reshape(*outer, rows // height, columns // width, height, width)
    return np.moveaxis(split, -2, -3).reshape(shape)


# ---- gradients --------------------------------------------------------------------------------------

SUMS = ("dCT_dw", "dCT_db")


@mistake("wrong-outputs", "δ is multiplied by {which}", "Multiply by the outputs of the layer before.", "dC_dw", "dCT_dw")
def wrong_outputs(case: Case) -> Iterator[Try]:
    """What another layer puts out: z for a, the unit's own a, or as many numbers from elsewhere."""
    name, before = case.operand("x", "a"), case.before
    if not name:
        return
    wanted = case.numbers[name]
    own = ["z" + before.label] if before.kind not in ("input", "max pooling") else []
    for other in [*own, *(layer.output for layer in case.network.layers if layer.output != name)]:
        array = case.numbers[other]
        if array.size >= wanted.size:
            pick = lambda a: a.reshape(*a.shape[:BATCH], -1)[..., : wanted.size].reshape(*a.shape[:BATCH], *wanted.shape)
            yield case.changed(**{name: array.map(pick)}), {"which": other}
    if case.layer.axes == ("unit",):
        own_output = case.numbers[case.layer.output]
        per_unit = lambda a: a.reshape(*a.shape, *(1,) * len(wanted.shape))
        product = (case.numbers[case.operand("delta")] * own_output).map(per_unit)
        if case.kind == "dCT_dw":
            divided = 1 / product.value.shape[1] if case.network.total == "mean" else 1
            product = times(product.map(lambda a: a.sum(axis=1, keepdims=True)), divided)
        yield product.map(lambda a: np.broadcast_to(a, (*a.shape[:3], *wanted.shape))), {"which": case.layer.output}


@mistake("one-image-for-sum", "only image {image} is taken", "Add up over all images.", *SUMS)
def one_image_for_sum(case: Case) -> Iterator[Try]:
    parts = per_image(case)
    images = parts.value.shape[1]
    for image in range(images):
        part = parts.map(lambda a, image=image: a[:, image : image + 1])
        about = {"image": int(case.group.sheets[0].images[image]) + 1}
        yield part, about
        if case.network.total == "mean":
            yield times(part, images), about


@mistake(
    "divided-by-n",
    "the sum is divided by the number of images",
    "∂C_T/∂w is the sum; do not divide, or set the total cost to mean.",
    *SUMS,
)
def divided_by_n(case: Case) -> Uncertain | None:
    return _divided(case, 1)


@mistake(
    "divided-by-n-twice",
    "the sum is divided by the number of images twice",
    "Divide at most once, and only where the total is the mean.",
    *SUMS,
)
def divided_by_n_twice(case: Case) -> Uncertain | None:
    return _divided(case, 2)


def _divided(case: Case, power: int) -> Uncertain | None:
    """By n once more often than it should be, or twice."""
    images = per_image(case).value.shape[1]
    done = 1 if case.network.total == "mean" else 0
    return times(case.expected, 1 / images ** (power - done)) if images > 1 and power > done else None


@mistake("bias-gradient-left-out", "the gradient of the bias is left out", "∂C/∂b = δ.", "dC_db", "dCT_db")
def bias_gradient_left_out(case: Case) -> Uncertain:
    return constant(case.expected, 0)


@mistake(
    "one-bias-for-layer",
    "the whole layer has one gradient of the bias",
    "Each unit has a bias of its own: ∂C/∂b = δ of that unit.",
    "dC_db",
    "dCT_db",
)
def one_bias_for_layer(case: Case) -> Iterator[Try]:
    """The sum or the mean over the layer's units, or the first unit's, for every unit."""
    units = case.expected.shape[0]
    if units < 2:
        return
    for over in (lambda a: a.sum(axis=BATCH), lambda a: a.mean(axis=BATCH), lambda a: a[:, :, 0]):
        yield case.expected.map(lambda a, over=over: np.broadcast_to(over(a)[..., None], a.shape)), {}


@mistake(
    "bias-per-cell",
    "each cell of a map has a bias of its own",
    "One bias serves the whole map: fix its reference with $; its gradient is the sum over the map.",
    "dC_db",
    "dCT_db",
)
def bias_per_cell(case: Case) -> Iterator[Try]:
    """∂C/∂b from one cell of the map in place of all."""
    if case.layer.kind != "convolution":
        return
    delta = case.numbers["delta" + case.layer.label]
    total = lambda a: a.sum(axis=1, keepdims=True) if case.kind == "dCT_db" else a
    for row, column in np.ndindex(*case.layer.shape[1:]):
        yield delta.map(lambda a, row=row, column=column: total(a[..., row, column])), {}
