"""Mistakes on the way forward: z, a, pooling, C, C_T."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from xlnn.checking.mistakes.case import Case, Try, mistake, per_image, times, turned
from xlnn.checking.uncertain import BATCH, Uncertain
from xlnn.model.activations import ACTIVATIONS
from xlnn.model.costs import COSTS
from xlnn.model.output import cost_rules
from xlnn.model.rules import output_rule

SUMS = ("CT", "dCT_dw", "dCT_db")

# ---- z ----------------------------------------------------------------------------------------------


@mistake("bias-left-out", "the bias b is left out", "Add the unit's bias: z = Σwx + b.", "z")
def bias_left_out(case: Case) -> Uncertain | None:
    return _with_bias(case, 0)


@mistake("bias-subtracted", "the bias b is subtracted, as a threshold θ would be", "Add it: z = Σwx + b, where b = −θ.", "z")
def bias_subtracted(case: Case) -> Uncertain | None:
    return _with_bias(case, -1)


def _with_bias(case: Case, factor: float) -> Uncertain | None:
    name = case.operand("b")
    return case.changed(**{name: times(case.numbers[name], factor)}) if name else None


@mistake(
    "weights-transposed",
    "rows and columns of the weights are exchanged",
    "Pair every weight with its own input: same row, same column.",
    "z",
    "back",
)
def weights_transposed(case: Case) -> Iterator[Try]:
    """Each unit's weights read column by column, or the table of units × inputs."""
    name = case.operand("w", "new_w")
    if not name:
        return
    w = case.numbers[name]
    units = w.shape[0]
    if len(w.shape) > 2:
        yield case.changed(**{name: w.map(turned)}), {}
    whole = lambda a: turned(a.reshape(*a.shape[:BATCH], units, -1)).reshape(a.shape)
    yield case.changed(**{name: w.map(whole)}), {}


@mistake("image-by-columns", "the image is read column by column", "Read it row by row, as the weights are.", "z")
def image_by_columns(case: Case) -> Uncertain | None:
    name = case.operand("x", "a")
    return case.changed(**{name: case.numbers[name].map(turned)}) if len(case.before.shape) > 1 else None


@mistake(
    "weights-of-another-unit",
    "the weights are those of unit {other}",
    "Take the weights of the unit itself; without $ a copied reference slides along.",
    "z",
    per="unit",
)
def weights_of_another_unit(case: Case) -> Iterator[Try]:
    return _of_another_unit(case, ("w",), ("w", "b"))


@mistake(
    "bias-of-another-unit",
    "the bias is that of unit {other}",
    "Take the bias of the unit itself; without $ a copied reference slides along.",
    "z",
    per="unit",
)
def bias_of_another_unit(case: Case) -> Iterator[Try]:
    return _of_another_unit(case, ("b",))


def _of_another_unit(case: Case, *kinds: tuple[str, ...]) -> Iterator[Try]:
    """Parameters of these kinds taken from one other unit."""
    for unit in range(case.layer.shape[0]):
        for chosen in kinds:
            names = [name for kind in chosen if (name := case.operand(kind)) and case.numbers[name].shape[0] > unit]
            same = lambda a, unit=unit: np.broadcast_to(a[:, :, unit : unit + 1], a.shape)
            if len(names) == len(chosen):
                yield case.changed(**{name: case.numbers[name].map(same) for name in names}), {"other": unit + 1}


@mistake(
    "inputs-of-another-image",
    "the inputs are those of image {other}",
    "Take the inputs of the image itself; with $ a copied reference stays behind.",
    "z",
    per="image",
)
def inputs_of_another_image(case: Case) -> Iterator[Try]:
    """Each wrong image may have its own."""
    for image in range(case.expected.value.shape[1]):
        same = lambda a, image=image: np.broadcast_to(a[:, image : image + 1], a.shape)
        yield case.expected.map(same), {"other": int(case.group.sheets[0].images[image]) + 1}


@mistake(
    "filter-turned",
    "the filter is turned by 180°",
    "Lay the filter on the image as it is (book 5-2); going back, δ meets the weight it came from.",
    "z",
    "back",
)
def filter_turned(case: Case) -> Uncertain | None:
    name = case.operand("w", "new_w")
    if not name or len(case.numbers[name].shape) <= 2 or case.network.quantities[name.removeprefix("new_")].axes[0] != "map":
        return None
    return case.changed(**{name: case.numbers[name].map(lambda a: a[..., ::-1, ::-1])})


@mistake(
    "bias-per-cell",
    "each cell of a map has a bias of its own",
    "One bias serves the whole map: fix its reference with $; its gradient is the sum over the map.",
    "z",
)
def bias_per_cell(case: Case) -> Uncertain | None:
    """In place of the map's one bias: solved from the first image, confirmed by the others."""
    if case.layer.kind != "convolution" or case.wrong.shape[1] < 2 or not case.shown:
        return None
    off = case.found - case.expected.value  # (sheets, images, maps, rows, columns)
    first = case.wrong.argmax(axis=1)[:, None]
    own, doubt = (np.take_along_axis(part, first, axis=1) for part in (off, case.expected.doubt))
    inner = (1, 2, 3, 4)
    spread = np.ptp(np.where(case.wrong.any(axis=1, keepdims=True), own, 0.0), axis=(-1, -2), keepdims=True).max(axis=inner)
    differs = spread > 1e-9 * np.abs(own).max(axis=inner)  # else it is one bias for all
    counts = case.wrong.sum(axis=1)
    confirmed = ((counts > 1) | (counts == 0)).all(axis=(1, 2, 3))
    value = np.where((differs & confirmed).reshape(-1, 1, 1, 1, 1), case.expected.value + own, np.nan)
    return Uncertain(value, case.expected.doubt + doubt + np.abs(own) * 1e-14)


# ---- a ----------------------------------------------------------------------------------------------


@mistake(
    "another-activation", "the activation is {which}", "Use the layer's own activation (`xlnn show` prints it).", "a", "slope"
)
def another_activation(case: Case) -> Iterator[Try]:
    """Output or slope of every other activation."""
    for name, activation in ACTIVATIONS.items():
        vector = (case.layer.axes == ("unit",) and case.layer.shape[0] > 1) or not activation.whole_layer
        unmasked = (name, case.layer.activation, case.kind) == ("identity", "relu", "slope")  # has an entry of its own
        if name == case.layer.activation or not case.layer.activation or not vector or unmasked:
            continue
        if case.kind == "a":
            yield case.changed(output_rule(replace(case.layer, activation=name))), {"which": name}
        elif activation.slope is not None:
            z, a = (case.numbers[need] for need in case.rule.needs)
            slope = activation.slope(z, a)
            if isinstance(slope, Uncertain):
                yield slope, {"which": name}


@mistake("sign-in-exponent", "the sign in the exponent is missing: 1/(1 + exp(z))", "a = 1/(1 + exp(−z)).", "a")
def sign_in_exponent(case: Case) -> Uncertain | None:
    if case.layer.activation not in ("sigmoid", "softmax"):
        return None
    return case.changed(**{name: times(case.numbers[name], -1) for name in case.rule.needs})


@mistake("mean-for-maximum", "the mean of the window is taken", "Take its largest number: MAX.", "a")
def mean_for_maximum(case: Case) -> Uncertain | None:
    if case.layer.kind != "max pooling":
        return None
    height, width = case.layer.size
    rows, columns = case.layer.shape[1:]
    windows = lambda a: a.reshape(*a.shape[:3], rows, height, columns, width).mean(axis=(4, 6))
    return case.numbers[case.rule.needs[0]].map(windows)


# ---- C, C_T -----------------------------------------------------------------------------------------


@mistake("half-left-out", "the ½ is left out", "C = ½Σ(t − a)², so that ∂C/∂a = a − t.", "C", "dC_da")
def half_left_out(case: Case) -> Uncertain | None:
    if case.network.cost != "half squares":
        return None
    squares = COSTS["squares"]
    if case.kind == "C":
        return case.changed(cost_rules(case.network.output, squares, case.network.total)[0])
    return squares.slope(*(case.numbers[need] for need in case.rule.needs))


@mistake("mean-of-units", "the mean over the output units is taken", "Add them up: C = ½Σ(t − a)².", "C")
def mean_of_units(case: Case) -> Iterator[Try]:
    units = case.network.output.shape[0]
    if units > 1:
        yield times(case.expected, 1 / units), {}
        yield times(case.expected, 2 / units), {}


@mistake("not-squared", "the differences t − a are not squared", "Square them: C = ½Σ(t − a)².", "C")
def not_squared(case: Case) -> Iterator[Try]:
    if "squares" not in case.network.cost:
        return
    a, t = (case.numbers[need] for need in case.rule.needs)
    difference = t - a
    for total in (_over_units(abs(difference)), _over_units(difference)):
        for factor in (0.5, 1, -0.5, -1):
            yield times(total, factor), {}


def _over_units(array: Uncertain) -> Uncertain:
    return array.map(lambda a: a.sum(axis=-1))


@mistake("another-cost", "the cost is {which}", "Use the network's cost (`xlnn show` prints it).", "C")
def another_cost(case: Case) -> Iterator[Try]:
    output = case.network.output
    for name, cost in COSTS.items():
        related = {name, case.network.cost} == {"half squares", "squares"}
        if name != case.network.cost and not related and (not cost.outputs or output.activation in cost.outputs):
            value = case.changed(cost_rules(output, cost, case.network.total)[0])
            yield value, {"which": name}
            if "entropy" in name:
                yield times(value, 1 / np.log(10)), {"which": f"{name} (log₁₀)"}


@mistake("image-left-out", "image {image} is left out of the sum", "Add up all images.", *SUMS)
def image_left_out(case: Case) -> Iterator[Try]:
    parts = per_image(case)
    for image in range(parts.value.shape[1]):
        part = parts.map(lambda a, image=image: a[:, image : image + 1])
        yield case.expected - part, {"image": int(case.group.sheets[0].images[image]) + 1}


@mistake(
    "images-left-out",
    "images {images} are left out of the sum",
    "Let the range reach from the first image to the last.",
    *SUMS,
)
def images_left_out(case: Case) -> Iterator[Try]:
    """Two or more images at the beginning or the end."""
    parts = per_image(case)
    images = parts.value.shape[1]
    for left in range(2, images - 1):  # at least two images remain: of one alone speaks another entry
        start, end = f"1–{left}", f"{images - left + 1}–{images}"
        yield parts.map(lambda a, left=left: a[:, left:].sum(axis=1, keepdims=True)), {"images": start}
        yield parts.map(lambda a, left=left: a[:, : images - left].sum(axis=1, keepdims=True)), {"images": end}


@mistake(
    "first-image-for-all",
    "the first image is counted for every image",
    "Add up the images' own numbers; with $ a copied reference stays behind.",
    "CT",
)
def first_image_for_all(case: Case) -> Uncertain:
    parts = per_image(case)
    return times(parts.map(lambda a: a[:, :1]), parts.value.shape[1])


@mistake("mean-for-sum", "the mean over the images is taken", "Add them up: C_T = ΣC.", "CT")
def mean_for_sum(case: Case) -> Uncertain | None:
    images = case.numbers["C"].value.shape[1]
    return times(case.expected, 1 / images) if images > 1 and case.network.total == "sum" else None


@mistake(
    "sum-for-mean",
    "the sum is not divided by the number of images",
    "Divide by n: the total is the mean.",
    *SUMS,
)
def sum_for_mean(case: Case) -> Uncertain | None:
    images = per_image(case).value.shape[1]
    return times(case.expected, images) if images > 1 and case.network.total == "mean" else None
