"""Mistakes on the way back: ∂C/∂a, a′, δ, Σwδ, gradients, new parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from xlnn.checking.mistakes.case import Case, Mistake, Try, one, per_image, read_at, times
from xlnn.checking.uncertain import BATCH, Precision, Uncertain, precision_of, stored_doubt
from xlnn.errors import XlnnError
from xlnn.layout.cells import quoted
from xlnn.layout.places import Place
from xlnn.model.activations import ACTIVATIONS
from xlnn.model.problem import Problem
from xlnn.model.training import train

SHARP, BLUNT = 1e-6, 1e-3  # how well an η must be known to be looked for among the cells, and among simple numbers


def _constant(like: Uncertain, number: float) -> Uncertain:
    return Uncertain(np.full(like.value.shape, float(number)), np.zeros(like.value.shape))


# ---- ∂C/∂a, a′, δ -----------------------------------------------------------------------------------


def _sign_turned(case: Case) -> Uncertain | None:
    """Of ∂C/∂a, or of δ where that is a − t itself."""
    return times(case.expected, -1) if case.operand("t") else None


def _slope_at_a(case: Case) -> Uncertain:
    """Slope at a, as if a were z."""
    z, a = case.rule.needs
    again = ACTIVATIONS[case.layer.activation].output(case.numbers[a])
    return case.changed(**{z: case.numbers[a], a: again})


def _plus_for_minus(case: Case) -> Uncertain | None:
    a = case.numbers[case.rule.needs[1]]
    bodies = {"sigmoid": lambda: a * (1 + a), "tanh": lambda: 1 + a * a}
    body = bodies.get(case.layer.activation)
    return body() if body else None


def _slope_one(masked: bool) -> Callable:
    """δ without a′ (any activation but ReLU), or a′ and δ without ReLU's mask."""

    def change(case: Case) -> Uncertain | None:
        slope = case.operand("slope")
        if (case.layer.activation == "relu") != masked or not (slope or case.kind == "slope"):
            return None
        if case.kind == "slope":
            return _constant(case.expected, 1) if masked else None
        return case.changed(**{slope: _constant(case.numbers[slope], 1)})

    return one(change)


# ---- Σwδ --------------------------------------------------------------------------------------------


def _weights_of(prefix: str) -> Callable:
    """Σwδ with the new weights where the old ones belong, or the other way round."""

    def tries(case: Case) -> Iterator[Try]:
        name = case.operand("w", "new_w")
        other = prefix + case.after.label
        if name and name != other:
            yield case.changed(**{name: case.numbers[other]}), {}

    return tries


def _gradients_for_products(case: Case) -> Iterator[Try]:
    """∂C/∂w or ∂C_T/∂w added up over the units, with δ or without it."""
    name, images = case.operand("w", "new_w"), case.expected.value.shape[1]
    if not name or case.after.kind != "dense":
        return
    for gradient in ("dC_dw", "dCT_dw"):
        g = case.numbers[gradient + case.after.label]
        spread = g.map(lambda a: np.broadcast_to(a, (len(a), images, *a.shape[BATCH:])))
        yield spread.map(lambda a: a.sum(axis=BATCH)), {}
        yield case.changed(**{name: g}), {}


def _own_weights(case: Case) -> Iterator[Try]:
    """The weights of the layer itself: those of the same shape, or the cells from its first weight on."""
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


def _first_output_only(case: Case) -> Iterator[Try]:
    name = case.operand("delta")
    if not name:
        return
    delta = case.numbers[name]

    def first(a: np.ndarray) -> np.ndarray:
        kept = np.zeros_like(a)
        kept[:, :, 0] = a[:, :, 0]
        return kept

    yield case.changed(**{name: delta.map(first)}), {}


# ---- back through pooling ---------------------------------------------------------------------------


def _other_ties(case: Case) -> Iterator[Try]:
    """What the same network with the other convention for shared maxima gives."""
    if case.after.kind != "max pooling":
        return
    other = replace(case.network, ties="all" if case.network.ties == "first" else "first")
    yield case.changed(other.rule_of[case.rule.result.name]), {}


def _ties(wanted: str) -> Callable:
    return lambda case: _other_ties(case) if case.network.ties != wanted else ()


def _wrong_cell_of_window(case: Case) -> Iterator[Try]:
    """What comes back stands in one other cell of the window, wherever that is."""
    if case.after.kind != "max pooling" or not case.shown:
        return
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
    yield Uncertain(value, np.where(here, spread.doubt, 0.0)), {}


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


def _wrong_outputs(case: Case) -> Iterator[Try]:
    """δ times what another layer puts out: z for a, the unit's own a, or as many numbers from elsewhere."""
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


def _one_image(case: Case) -> Iterator[Try]:
    parts = per_image(case)
    images = parts.value.shape[1]
    for image in range(images):
        part = parts.map(lambda a, image=image: a[:, image : image + 1])
        about = {"image": int(case.group.sheets[0].images[image]) + 1}
        yield part, about
        if case.network.total == "mean":
            yield times(part, images), about


def _divided(power: int) -> Callable:
    """By n once more often than it should be, or twice."""

    def tries(case: Case) -> Iterator[Try]:
        images = per_image(case).value.shape[1]
        done = 1 if case.network.total == "mean" else 0
        if images > 1 and power > done:
            yield times(case.expected, 1 / images ** (power - done)), {}

    return tries


def _zero(case: Case) -> Uncertain:
    return _constant(case.expected, 0)


def _one_for_layer(case: Case) -> Iterator[Try]:
    """The sum or the mean over the layer's units, or the first unit's, for every unit."""
    units = case.expected.shape[0]
    if units < 2:
        return
    for over in (lambda a: a.sum(axis=BATCH), lambda a: a.mean(axis=BATCH), lambda a: a[:, :, 0]):
        yield case.expected.map(lambda a, over=over: np.broadcast_to(over(a)[..., None], a.shape)), {}


def _one_cell_of_map(case: Case) -> Iterator[Try]:
    """∂C/∂b from one cell of the map in place of all."""
    if case.layer.kind != "convolution":
        return
    delta = case.numbers["delta" + case.layer.label]
    total = lambda a: a.sum(axis=1, keepdims=True) if case.kind == "dCT_db" else a
    for row, column in np.ndindex(*case.layer.shape[1:]):
        yield delta.map(lambda a, row=row, column=column: total(a[..., row, column])), {}


# ---- new parameters ---------------------------------------------------------------------------------


def _with_eta(change: Callable[[Uncertain], Uncertain], kinds: str = "new_w new_b") -> Callable:
    def tries(case: Case) -> Iterator[Try]:
        if "eta" in case.rule.needs and case.kind in kinds:
            yield case.changed(eta=change(case.numbers["eta"])), {}

    return tries


def _another_eta(case: Case) -> Iterator[Try]:
    """Another η, solved from the cell with the largest gradient.

    Some η fits any single cell: so only one that can be told where it comes from: it stands in a cell of the sheets,
    or is a multiple of the right one that people take by mistake, or has at most two digits.
    """
    if "eta" not in case.rule.needs:
        return
    eta, doubt = _solved_eta(case)
    own, images = case.numbers["eta"].value.reshape(-1) + np.zeros(len(eta)), len(case.group.sheets[0].images)
    others = (0 * own, own, -own, own**2, 0 * own + 1)  # those have entries of their own
    known = np.any([np.abs(eta - other) <= np.maximum(doubt, 1e-12) for other in others], axis=0)
    usable = np.where(np.isfinite(eta) & ~known, eta, np.nan)
    multiples = {"η/n": own / images, "nη": own * images, "η/2": own / 2, "2η": 2 * own, "1/η": 1 / own}
    tries = [_eta_in_a_cell(case, usable, doubt)]
    tries += [(number, [f"{n:.6g} ({name})" for n in number.tolist()]) for name, number in multiples.items()]
    single = case.wrong.reshape(len(eta), -1).sum(axis=1) == 1  # then a whole number is rather that of another cell
    rather = np.where(single & (np.abs(usable - np.round(usable)) <= doubt), np.nan, usable)
    simple = [np.array([float(f"{number:.{digits}g}") for number in rather.tolist()]) for digits in (1, 2)]
    tries += [(number, [f"{n:g}" for n in number.tolist()]) for number in simple]
    sharp = np.maximum(doubt, 1e-12) <= BLUNT * eta  # else there is a simple number near every η
    for number, names in tries:
        near = np.where(sharp & (np.abs(number - usable) <= np.maximum(doubt, 1e-12)), number, np.nan)
        yield case.changed(eta=Uncertain(near[:, None], 0 * near[:, None])), {"eta": np.array(names)}


def _solved_eta(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """For each sheet the η that gives the wrong cell with the largest gradient, and its doubt."""
    old, gradient = case.numbers[case.rule.needs[0]], case.numbers[case.rule.needs[2]]
    flat = lambda a: np.broadcast_to(a, case.wrong.shape).reshape(len(case.wrong), -1)
    best = np.where(flat(case.wrong), np.abs(flat(gradient.value)), -1.0).argmax(axis=1)[:, None]
    pick = lambda a: np.take_along_axis(flat(a), best, axis=1)[:, 0]
    found = pick(case.found)
    with np.errstate(all="ignore"):
        eta = (pick(old.value) - found) / pick(gradient.value)
        room = pick(old.doubt) + stored_doubt(found, case.group.digits) + np.abs(eta) * pick(gradient.doubt)
        return eta, room / np.abs(pick(gradient.value))


def _eta_in_a_cell(case: Case, eta: np.ndarray, doubt: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """For each sheet the number closest to η among its cells, and where it stands; whole numbers are mostly labels."""
    numbers, names = np.full(len(eta), np.nan), [""] * len(eta)
    for s, shown in enumerate(case.group.sheets):
        sharp = np.isfinite(eta[s]) and doubt[s] <= SHARP * abs(eta[s])  # else there is a cell for every η
        for sheet in sorted({sheet for sheet, _ in shown.places.values()}) if sharp else ():
            filled = case.group.book.workbook.filled(sheet)
            off = np.abs(filled.numbers - eta[s])
            off[np.isnan(off) | (filled.numbers == np.round(filled.numbers))] = np.inf
            if len(off) and off.min() <= max(doubt[s], 1e-12) and np.isnan(numbers[s]):
                at = int(off.argmin())
                numbers[s], names[s] = filled.numbers[at], f"{filled.numbers[at]:.6g} ({quoted(sheet)}!{filled.cell(at).name})"
    return numbers, names


def as_typed(case: Case, copied: Uncertain) -> Uncertain:
    """Numbers as a cell shows them that holds a copy: the same to the last digit."""
    decimals, significant = precision_of(case.group.digits)
    value = copied.value if decimals is None else np.round(copied.value, decimals)
    return Uncertain(value, stored_doubt(value, Precision(None, significant)))


def _not_updated(kind: str) -> Callable:
    applies = lambda case: case.kind == kind and "eta" in case.rule.needs
    return one(lambda case: as_typed(case, case.numbers[case.rule.needs[0]]) if applies(case) else None)


def _after_every_image(case: Case) -> Iterator[Try]:
    """Parameters after an update for each image by itself."""
    images = case.numbers["x"].value.shape[1]
    if images < 2:
        return
    found = []
    for sheet in range(len(case.wrong)):
        try:
            found.append(_trained_singly(case, sheet, images))
        except XlnnError:
            return
    value = np.stack(found)[:, None]
    room = case.expected.doubt * images + 1e-11 * np.abs(value)
    yield Uncertain(value, room), {}


def _trained_singly(case: Case, sheet: int, images: int) -> np.ndarray:
    network, numbers = case.network, case.numbers
    array = lambda name: numbers[name].value[min(sheet, len(numbers[name].value) - 1)]
    parameters = {q.name: array(q.name)[0] for q in network.parameters}
    answers = {"t": array("t")} if network.classes is None else {"digits": array("digit")}
    eta = float(array("eta").reshape(-1)[0])
    settings = replace(case.group.problem.settings, eta=eta, batch=1, iterations=images, order="listed")
    problem = Problem(network, array("x"), parameters, settings=settings, **answers)
    *_, last = train(problem)
    return last.new_parameters()[case.rule.result.name.removeprefix("new_")]


def _nothing(case: Case) -> Iterator[Try]:
    """Tried through Σwδ, which is not on the sheet."""
    return iter(())


GRADIENTS = ("dCT_dw", "dCT_db")


ENTRIES = (
    Mistake(
        "sign-turned", "the sign is turned: t − a", "∂C/∂a = a − t.", ("dC_da", "delta"), one(_sign_turned)
    ),
    Mistake(
        "slope-at-a",
        "a′ is taken at a in place of z",
        "a′(z) = a(1 − a) has a itself in it: do not put a through the activation again.",
        ("slope",),
        one(_slope_at_a),
    ),
    Mistake(
        "plus-for-minus", "a(1 + a) stands for a(1 − a)", "a′(z) = a(1 − a), for tanh 1 − a².", ("slope",), one(_plus_for_minus)
    ),
    Mistake(
        "slope-left-out", "the factor a′(z) is left out", "Multiply by a′(z).", ("delta",), _slope_one(False)
    ),
    Mistake(
        "relu-mask-left-out",
        "the mask of ReLU is left out",
        "a′(z) is 1 where z > 0, else 0: multiply by it.",
        ("slope", "delta"),
        _slope_one(True),
    ),
    Mistake(
        "new-weights",
        "Σwδ uses the new weights",
        "Use the weights that this iteration used on the way forward.",
        ("back",),
        lambda case: _weights_of("new_w")(case) if case.network.update == "together" else (),
    ),
    Mistake(
        "old-weights",
        "Σwδ uses the old weights",
        "Sheet Settings says that the output layer is updated first: use the new ones.",
        ("back",),
        lambda case: _weights_of("w")(case) if case.network.update == "output first" else (),
    ),
    Mistake(
        "gradients-for-products",
        "Σwδ adds up gradients",
        "Multiply each weight by the δ of its unit and add up: Σwδ.",
        ("back",),
        _gradients_for_products,
    ),
    Mistake(
        "own-weights",
        "Σwδ uses the layer's own weights",
        "Use the weights of the layer after it.",
        ("back",),
        _own_weights,
    ),
    Mistake(
        "first-output-only",
        "Σwδ takes only the first unit of the layer after",
        "Add up over all of its units.",
        ("back",),
        _first_output_only,
    ),
    Mistake(
        "shared-maximum-to-all",
        "a shared maximum sends δ to each of its cells",
        "Send it to the first of them, or set pooling ties to all.",
        ("back",),
        _ties("all"),
    ),
    Mistake(
        "shared-maximum-to-first",
        "a shared maximum sends δ to its first cell only",
        "Send it to each of them, or set pooling ties to first.",
        ("back",),
        _ties("first"),
    ),
    Mistake(
        "delta-to-wrong-cell",
        "what comes back stands in the wrong cell of the window",
        "It belongs to the cell that was the largest.",
        ("back",),
        _wrong_cell_of_window,
    ),
    Mistake(
        "wrong-outputs",
        "δ is multiplied by {which}",
        "Multiply by the outputs of the layer before.",
        ("dC_dw", "dCT_dw"),
        _wrong_outputs,
    ),
    Mistake(
        "one-image-for-sum",
        "only image {image} is taken",
        "Add up over all images.",
        GRADIENTS,
        _one_image,
    ),
    Mistake(
        "divided-by-n",
        "the sum is divided by the number of images",
        "∂C_T/∂w is the sum; do not divide, or set the total cost to mean.",
        GRADIENTS,
        _divided(1),
    ),
    Mistake(
        "divided-by-n-twice",
        "the sum is divided by the number of images twice",
        "Divide at most once, as sheet Settings says.",
        GRADIENTS,
        _divided(2),
    ),
    Mistake(
        "bias-gradient-left-out",
        "the gradient of the bias is left out",
        "∂C/∂b = δ.",
        ("dC_db", "dCT_db"),
        one(_zero),
    ),
    Mistake(
        "one-bias-for-layer",
        "the whole layer has one gradient of the bias",
        "Each unit has a bias of its own: ∂C/∂b = δ of that unit.",
        ("dC_db", "dCT_db"),
        _one_for_layer,
    ),
    Mistake(
        "bias-per-cell",
        "each cell of a map has a bias of its own",
        "One bias serves the whole map: fix its reference with $; its gradient is the sum over the map.",
        ("dC_db", "dCT_db"),
        _one_cell_of_map,
    ),
    Mistake(
        "gradient-added",
        "the gradient is added",
        "Subtract it: w − η ∂C_T/∂w goes downhill.",
        ("new_w", "new_b"),
        _with_eta(lambda eta: times(eta, -1)),
    ),
    Mistake(
        "eta-left-out",
        "η is left out",
        "Multiply the gradient by η.",
        ("new_w", "new_b"),
        _with_eta(lambda eta: _constant(eta, 1)),
    ),
    Mistake(
        "biases-without-eta",
        "η is left out for the biases only",
        "Multiply the gradients of the biases by η too.",
        ("new_b",),
        _with_eta(lambda eta: _constant(eta, 1)),
    ),
    Mistake(
        "eta-squared", "η is squared", "Multiply by η once.", ("new_w", "new_b"), _with_eta(lambda eta: eta * eta)
    ),
    Mistake(
        "another-eta",
        "η is {eta}",
        "Use the η of sheet Settings, or say that it is this one: with --eta, or in a line eta of sheet Places.",
        ("new_w", "new_b"),
        _another_eta,
    ),
    Mistake(
        "biases-not-updated",
        "the biases are not updated",
        "b − η ∂C_T/∂b, or set freeze biases to yes.",
        ("new_b",),
        _not_updated("new_b"),
    ),
    Mistake(
        "weights-not-updated", "the weights are not updated", "w − η ∂C_T/∂w.", ("new_w",), _not_updated("new_w")
    ),
    Mistake(
        "output-updated-first",
        "the output layer was updated before the hidden δ was computed",
        "Compute every δ with the old weights, then update all parameters together.",
        ("back",),
        _nothing,
    ),
    Mistake(
        "updated-after-every-image",
        "the parameters are updated after every image",
        "Add up the gradients of all images, then update once.",
        ("new_w", "new_b"),
        _after_every_image,
    ),
)  # fmt: skip
