"""Every entry of the catalogue: a workbook is made with that mistake, and check names it, at the first cell.

The wrong numbers are calculated here in plain NumPy, everything that follows from them by the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hand import Student, calculate, few, write_sheets
from problems import dense, random_problem, stack

from xlnn.checking.judging import judge
from xlnn.checking.mistakes.search import catalogue
from xlnn.checking.verdict import first_cell
from xlnn.model.examples import example

S = lambda z: 1 / (1 + np.exp(-z))


@dataclass(frozen=True)
class On:
    """Where a mistake is made: a layer, the output before it, the layer after it, the output layer.

    `hidden` is the last hidden layer with an activation, `last` the one right before the output layer.
    """

    layer: str
    before: str
    after: str
    output: str
    hidden: str
    last: str


def plain() -> tuple:
    """12-3-2, the first images of 4-4."""
    return few(example("4-4"), 6), On("2", "x", "3", "3", "2", "2")


def deep() -> tuple:
    """Two hidden layers, 6-4-3-3; the mistakes are made in the second."""
    network = dense((2, 3), (4, "sigmoid"), (3, "sigmoid"), (3, "sigmoid"))
    return random_problem(network, 6, seed=4), On("3", "a2", "4", "4", "3", "3")


def maps() -> tuple:
    """5-6: the mistakes of dense layers are made in layer O, those of filters in layer F."""
    return few(example("5-6"), 6), On("O", "aP", "", "O", "F", "P")


NETS = {"12-3-2": plain, "deep": deep, "5-6": maps}


RAISED = {"2": 0, "3": 1.1, "F": 4}  # biases, so that some z of the layer are above 0 and some below


def relu(problem, on, raised=RAISED):
    """The last hidden layer with ReLU."""
    layers = problem.network.layer_settings
    layers = tuple(replace(layer, activation="relu") if layer.label == on.hidden else layer for layer in layers)
    b = "b" + on.hidden
    parameters = {**problem.parameters, b: problem.parameters[b] + raised[on.hidden]}
    return replace(problem, network=replace(problem.network, layer_settings=layers), parameters=parameters)


def convention(**chosen) -> Callable:
    return lambda problem, on: replace(problem, network=replace(problem.network, **chosen))


VARIANTS = {
    "book": lambda problem, on: problem,
    "relu": relu,
    "mean": convention(total="mean"),
    "output first": convention(update="output first"),
    "ties all": convention(ties="all"),
    "Σwδ and a′ not shown": lambda problem, on: problem,
    "∂C/∂w of images not shown": lambda problem, on: problem,
    "cross-entropy": convention(cost="cross-entropy"),
    "other quantities": lambda problem, on: problem,
}
WITHOUT = {"Σwδ and a′ not shown": ("back", "slope"), "∂C/∂w of images not shown": ("dC_dw", "dC_db")}

HIDE = ("back", "slope", "delta", "dC_da", "dC_dw", "dC_db", "z")


def flat(a):
    return a.reshape(len(a), -1)


def z_of(s, on, w=None, b=None, x=None):
    """Σwx + b, the layer's own numbers where no others are given."""
    w = s["w" + on.layer] if w is None else w
    b = s["b" + on.layer] if b is None else b
    x = s[on.before] if x is None else x
    return flat(x) @ flat(w).T + b


def by_columns(a):
    """The last two axes read column by column."""
    return np.swapaxes(a, -1, -2).reshape(a.shape)


def table_transposed(w):
    """The table units × inputs read column by column."""
    return flat(w).T.reshape(w.shape)


def doubled_delta(s, on):
    """2 · Σwδ · a′, in the output layer 2 · ∂C/∂a · a′."""
    first = "dC_da" if on.layer == on.output else "back"
    return 2 * s[first + on.layer] * s["slope" + on.layer]


def one_unit(a, unit):
    """Unit 1's numbers in place of those of another."""
    a = a.copy()
    a[unit] = a[0]
    return a


def other_image(a, image, other):
    a = a.copy()
    a[image] = a[other]
    return a


def delta_w(s, on, outputs=None):
    """∂C/∂w of the layer, (images, units, inputs …)."""
    a = s[on.before] if outputs is None else outputs
    shape = s["w" + on.layer].shape
    return np.einsum("ki,kj->kij", s["delta" + on.layer], flat(a)).reshape(len(a), *shape)


def windows(a):
    """(…, 4, 4) → (…, 2, 2, 4): the cells of each 2×2 window, row by row."""
    return np.stack([a[..., i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=-1)


def convolve(x, w, b):
    """z of 6×6 images under 3×3 filters."""
    parts = [[np.einsum("kij,mij->km", x[:, r : r + 3, c : c + 3], w) for c in range(4)] for r in range(4)]
    return np.moveaxis(np.array(parts), (0, 1), (2, 3)) + b


def kept_first(a):
    a = np.zeros_like(a) + a
    a[:, 1:] = 0
    return a


def sum_but(a, *images):
    return np.delete(a, images, axis=0).sum(axis=0)


def back_of(s, on, w):
    """Σwδ of the layer before the output layer, with these weights of the output layer."""
    return (s["delta" + on.output] @ flat(w)).reshape(-1, *w.shape[1:])


def to_first(a, largest, back):
    """What comes back goes to the first of the largest cells of each 2×2 window, row by row."""
    hit = windows(a) == largest[..., None]
    first = hit & (hit.cumsum(axis=-1) == 1)
    found = np.zeros_like(a)
    for n, (i, j) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)]):
        found[..., i::2, j::2] = np.where(first[..., n], back, 0)
    return found


def log_loss(s, on):
    a, t = s["a" + on.output], s["t"]
    return -(t * np.log(a) + (1 - t) * np.log(1 - a)).sum(axis=1)


def delta_after_update(s, on):
    """δ of the last hidden layer from the new weights of the output layer, a sigmoid's slope."""
    back, a = back_of(s, on, s["new_w" + on.output]), s["a" + on.hidden]
    return (to_first(a, s["aP"], back) if on.last == "P" else back) * a * (1 - a)


def own_weights(s, on):
    """As many of the layer's own weights as the next layer has, from the first cell on: w² D5:F6, w³ without its last column."""
    w = s["w2"][0, :2] if on.layer == "2" else s["w3"][:, :3]
    return s["delta" + on.after] @ w


def singly_with_filters(s, name):
    """New parameters of 5-6 after an update for each image by itself."""
    wF, bF, wO, bO = (s[n].copy() for n in ("wF", "bF", "wO", "bO"))
    for x, t in zip(s["x"], s["t"], strict=True):
        a = S(convolve(x[None], wF, bF[:, None, None]))
        pooled = windows(a).max(axis=-1)
        out = S(flat(pooled) @ flat(wO).T + bO)
        delta_o = (out - t) * out * (1 - out)
        delta = (to_first(a, pooled, (delta_o @ flat(wO)).reshape(pooled.shape)) * a * (1 - a))[0]
        wO, bO = wO - s["eta"] * np.einsum("o,mij->omij", delta_o[0], pooled[0]), bO - s["eta"] * delta_o[0]
        slopes = [[(delta * x[r : r + 4, c : c + 4]).sum(axis=(1, 2)) for c in range(3)] for r in range(3)]
        wF, bF = wF - s["eta"] * np.moveaxis(np.array(slopes), -1, 0), bF - s["eta"] * delta.sum(axis=(1, 2))
    return {"wF": wF, "bF": bF, "wO": wO, "bO": bO}[name]


def singly(s, name):
    """New parameters of a plain sigmoid network after an update for each image by itself; ½Σ(t − a)²."""
    p = {q.name: s[q.name].copy() for q in s.problem.network.parameters}
    labels = [layer.label for layer in s.problem.network.layers[1:]]
    for x, t in zip(s["x"], s["t"], strict=True):
        outs = [x.ravel()]
        for l in labels:
            outs.append(S(p["w" + l].reshape(len(p["b" + l]), -1) @ outs[-1] + p["b" + l]))
        delta = (outs[-1] - t) * outs[-1] * (1 - outs[-1])
        for position in reversed(range(len(labels))):
            l, old = labels[position], p["w" + labels[position]]
            back = old.reshape(len(delta), -1).T @ delta
            p["w" + l] = old - s["eta"] * np.outer(delta, outs[position]).reshape(old.shape)
            p["b" + l] = p["b" + l] - s["eta"] * delta
            delta = back * outs[position] * (1 - outs[position])
    return p[name]


DENSE = {
    "weights-transposed": lambda s, on: ("z" + on.layer, z_of(s, on, w=table_transposed(s["w" + on.layer]))),
    "times-a-factor": lambda s, on: ("delta" + on.layer, doubled_delta(s, on)),
    "zero": lambda s, on: ("dCT_dw" + on.layer, 0 * s["w" + on.layer]),
    "rounded": lambda s, on: ("new_w" + on.layer, np.round(s["w" + on.layer] - s["eta"] * s["dCT_dw" + on.layer], 4)),
    "reference-stayed": lambda s, on: (
        "new_w" + on.layer,
        s["w" + on.layer] - s["eta"] * s["dCT_dw" + on.layer][[0] * len(s["b" + on.layer])],
    ),
    "bias-left-out": lambda s, on: ("z" + on.layer, z_of(s, on, b=0)),
    "bias-subtracted": lambda s, on: ("z" + on.layer, z_of(s, on, b=-s["b" + on.layer])),
    "image-by-columns": lambda s, on: ("z" + on.layer, z_of(s, on, x=by_columns(s[on.before]))),
    "weights-of-another-unit": lambda s, on: ("z" + on.layer, z_of(s, on, w=one_unit(s["w" + on.layer], 2))),
    "bias-of-another-unit": lambda s, on: ("z" + on.layer, z_of(s, on, b=one_unit(s["b" + on.layer], 1))),
    "inputs-of-another-image": lambda s, on: ("z" + on.layer, z_of(s, on, x=other_image(s[on.before], 3, 1))),
    "another-activation": lambda s, on: ("a" + on.layer, np.tanh(s["z" + on.layer])),
    "sign-in-exponent": lambda s, on: ("a" + on.layer, 1 / (1 + np.exp(s["z" + on.layer]))),
    "half-left-out": lambda s, on: ("C", ((s["t"] - s["a" + on.output]) ** 2).sum(axis=1)),
    "mean-of-units": lambda s, on: ("C", ((s["t"] - s["a" + on.output]) ** 2).mean(axis=1) / 2),
    "not-squared": lambda s, on: ("C", abs(s["t"] - s["a" + on.output]).sum(axis=1) / 2),
    "another-cost": lambda s, on: ("C", log_loss(s, on)),
    # these two need a step before them that changes the weights
    "neighbouring-sheet": lambda s, on: ("z" + on.layer, z_of(s, on, w=s.before["w" + on.layer])),
    "iteration-one-off": lambda s, on: ("w" + on.layer, s.before["w" + on.layer]),
    "image-left-out": lambda s, on: ("CT", sum_but(s["C"], 2)),
    "images-left-out": lambda s, on: ("CT", s["C"][:-2].sum()),
    "first-image-for-all": lambda s, on: ("CT", s["C"][0] * len(s["C"])),
    "mean-for-sum": lambda s, on: ("CT", s["C"].mean()),
    "sign-turned": lambda s, on: ("dC_da" + on.output, s["t"] - s["a" + on.output]),
    "slope-at-a": lambda s, on: ("slope" + on.layer, S(s["a" + on.layer]) * (1 - S(s["a" + on.layer]))),
    "plus-for-minus": lambda s, on: ("slope" + on.layer, s["a" + on.layer] * (1 + s["a" + on.layer])),
    "slope-left-out": lambda s, on: ("delta" + on.output, s["dC_da" + on.output]),
    "slope-of-another-unit": lambda s, on: ("delta" + on.output, s["dC_da" + on.output] * s["slope" + on.output][:, :1]),
    "wrong-outputs": lambda s, on: ("dC_dw" + on.layer, wrong_outputs(s, on)),
    "one-image-for-sum": lambda s, on: ("dCT_dw" + on.layer, s["dC_dw" + on.layer][1]),
    "divided-by-n": lambda s, on: ("dCT_dw" + on.layer, s["dC_dw" + on.layer].mean(axis=0)),
    "divided-by-n-twice": lambda s, on: ("dCT_dw" + on.layer, s["dC_dw" + on.layer].mean(axis=0) / len(s["C"])),
    "bias-gradient-left-out": lambda s, on: ("dC_db" + on.layer, 0 * s["delta" + on.layer]),
    "one-bias-for-layer": lambda s, on: (
        "dC_db" + on.layer,
        0 * s["delta" + on.layer] + s["delta" + on.layer].sum(axis=1, keepdims=True),
    ),
    "gradient-added": lambda s, on: ("new_w" + on.layer, s["w" + on.layer] + s["eta"] * s["dCT_dw" + on.layer]),
    "eta-left-out": lambda s, on: ("new_w" + on.layer, s["w" + on.layer] - s["dCT_dw" + on.layer]),
    "eta-squared": lambda s, on: ("new_w" + on.layer, s["w" + on.layer] - s["eta"] ** 2 * s["dCT_dw" + on.layer]),
    "another-eta": lambda s, on: ("new_w" + on.layer, s["w" + on.layer] - 0.35 * s["dCT_dw" + on.layer]),
    "weights-not-updated": lambda s, on: ("new_w" + on.layer, s["w" + on.layer]),
    "biases-not-updated": lambda s, on: ("new_b" + on.layer, s["b" + on.layer]),
    "biases-without-eta": lambda s, on: ("new_b" + on.layer, s["b" + on.layer] - s["dCT_db" + on.layer]),
}
HIDDEN = {
    "new-weights": lambda s, on: ("back" + on.layer, s["delta" + on.after] @ s["new_w" + on.after]),
    "gradients-for-products": lambda s, on: ("back" + on.layer, s["dC_dw" + on.after].sum(axis=1)),
    "first-output-only": lambda s, on: ("back" + on.layer, s["delta" + on.after][:, :1] * s["w" + on.after][0]),
    "updated-after-every-image": lambda s, on: ("new_w" + on.layer, singly(s, "w" + on.layer)),
    "own-weights": lambda s, on: ("back" + on.layer, own_weights(s, on)),
}
FILTERS = {
    "filter-turned": lambda s, on: ("zF", convolve(s["x"], s["wF"][:, ::-1, ::-1], s["bF"][:, None, None])),
    "bias-per-cell": lambda s, on: (
        "zF",
        convolve(s["x"], s["wF"], s["bF"][:, None, None] + np.arange(16).reshape(4, 4) * 0.1),
    ),
    "mean-for-maximum": lambda s, on: ("aP", windows(s["aF"]).mean(axis=-1)),
    "shared-maximum-to-all": lambda s, on: ("backF", to_all(s)),
    "delta-to-wrong-cell": lambda s, on: ("backF", to_corner(s)),
    "first-output-only": lambda s, on: ("backP", s["deltaO"][:, 0, None, None, None] * s["wO"][0]),
    "new-weights": lambda s, on: ("backP", np.einsum("ko,omij->kmij", s["deltaO"], s["new_wO"])),
    "gradients-for-products": lambda s, on: ("backP", s["dC_dwO"].sum(axis=1)),
    "updated-after-every-image": lambda s, on: ("new_wO", singly_with_filters(s, "wO")),
    "updated-after-every-image F": lambda s, on: ("new_wF", singly_with_filters(s, "wF")),
}
for name in ("bias-left-out", "another-activation", "sign-in-exponent", "slope-at-a", "plus-for-minus"):
    FILTERS[name + " F"] = {
        "bias-left-out": lambda s, on: ("zF", convolve(s["x"], s["wF"], 0)),
        "another-activation": lambda s, on: ("aF", np.maximum(0, s["zF"])),
        "sign-in-exponent": lambda s, on: ("aF", 1 / (1 + np.exp(s["zF"]))),
        "slope-at-a": lambda s, on: ("slopeF", S(s["aF"]) * (1 - S(s["aF"]))),
        "plus-for-minus": lambda s, on: ("slopeF", s["aF"] * (1 + s["aF"])),
    }[name]


def wrong_outputs(s, on):
    """δ times the unit's own a (12-3-2), z of the layer before (deep), the first pixels (5-6)."""
    if on.before == "x":
        own = s["delta2"] * s["a2"]
        return own[:, :, None, None] * np.ones((4, 3))
    return delta_w(s, on, s["z2"] if on.before == "a2" else flat(s["x"])[:, :12])


def spread(a):
    return np.repeat(np.repeat(a, 2, axis=-2), 2, axis=-1)


def to_all(s):
    return np.where(s["aF"] == spread(s["aP"]), spread(s["backP"]), 0)


def to_corner(s):
    """Always to the upper left cell of the window."""
    found = np.zeros_like(s["aF"])
    found[..., ::2, ::2] = s["backP"]
    return found


# what gives the same numbers cannot be told apart: on 2×2 cells Σ wᵀx = Σ w xᵀ
TOGETHER = {("5-6", "image-by-columns"): {"weights-transposed"}}
FIRST_HIDDEN = replace(deep()[1], layer="2", before="x")
BOOK = {"12-3-2": DENSE | HIDDEN, "deep": DENSE | HIDDEN, "5-6": DENSE | FILTERS}
BOOK["deep"] = BOOK["deep"] | {"image-by-columns": lambda s, on: ("z2", z_of(s, FIRST_HIDDEN, x=by_columns(s["x"])))}

OTHERS = {
    "relu": {
        "relu-mask-left-out a′": lambda s, on: ("slope" + on.hidden, np.ones_like(s["z" + on.hidden])),
        "relu-mask-left-out δ": lambda s, on: ("delta" + on.hidden, s["back" + on.hidden]),
    },
    "mean": {
        "sum-for-mean": lambda s, on: ("CT", s["C"].sum()),
        "sum-for-mean w": lambda s, on: ("dCT_dw" + on.layer, s["dC_dw" + on.layer].sum(axis=0)),
        "sum-for-mean b": lambda s, on: ("dCT_db" + on.layer, s["delta" + on.layer].sum(axis=0)),
        "divided-by-n-twice": lambda s, on: ("dCT_dw" + on.layer, s["dC_dw" + on.layer].sum(axis=0) / len(s["C"]) ** 2),
    },
    "output first": {"old-weights": lambda s, on: ("back" + on.last, back_of(s, on, s["w" + on.output]))},
    "Σwδ and a′ not shown": {"output-updated-first": lambda s, on: ("delta" + on.hidden, delta_after_update(s, on))},
    "cross-entropy": {
        "sign-turned δ": lambda s, on: ("delta" + on.output, s["t"] - s["a" + on.output]),
        "another-cost": lambda s, on: ("C", ((s["t"] - s["a" + on.output]) ** 2).sum(axis=1) / 2),
    },
    "∂C/∂w of images not shown": {
        "wrong-outputs": lambda s, on: ("dCT_dw" + on.layer, wrong_outputs(s, on).sum(axis=0)),
        "image-left-out": lambda s, on: ("dCT_dw" + on.layer, sum_but(s["dC_dw" + on.layer], 2)),
        "divided-by-n": lambda s, on: ("dCT_db" + on.layer, s["dC_db" + on.layer].mean(axis=0)),
    },
    "other quantities": {  # of entries above that speak of several
        "another-activation a′": lambda s, on: ("slope" + on.layer, 1 - s["a" + on.layer] ** 2),
        "half-left-out ∂C/∂a": lambda s, on: ("dC_da" + on.output, 2 * (s["a" + on.output] - s["t"])),
        "image-left-out w": lambda s, on: ("dCT_dw" + on.layer, sum_but(s["dC_dw" + on.layer], 2)),
        "image-left-out b": lambda s, on: ("dCT_db" + on.layer, sum_but(s["dC_db" + on.layer], 3)),
        "iteration-one-off b": lambda s, on: ("b" + on.layer, s.before["b" + on.layer]),
        "images-left-out w": lambda s, on: ("dCT_dw" + on.layer, s["dC_dw" + on.layer][2:].sum(axis=0)),
        "images-left-out b": lambda s, on: ("dCT_db" + on.layer, s["dC_db" + on.layer][:-3].sum(axis=0)),
        "one-image-for-sum b": lambda s, on: ("dCT_db" + on.layer, s["dC_db" + on.layer][2]),
        "divided-by-n b": lambda s, on: ("dCT_db" + on.layer, s["dC_db" + on.layer].mean(axis=0)),
        "divided-by-n-twice b": lambda s, on: ("dCT_db" + on.layer, s["dC_db" + on.layer].mean(axis=0) / len(s["C"])),
        "one-bias-for-layer ΣC": lambda s, on: ("dCT_db" + on.layer, 0 * s["b" + on.layer] + s["dC_db" + on.layer].sum()),
        "bias-gradient-left-out ΣC": lambda s, on: ("dCT_db" + on.layer, 0 * s["b" + on.layer]),
        "gradient-added b": lambda s, on: ("new_b" + on.layer, s["b" + on.layer] + s["eta"] * s["dCT_db" + on.layer]),
        "eta-squared b": lambda s, on: ("new_b" + on.layer, s["b" + on.layer] - s["eta"] ** 2 * s["dCT_db" + on.layer]),
        "another-eta b": lambda s, on: ("new_b" + on.layer, s["b" + on.layer] - 0.35 * s["dCT_db" + on.layer]),
    },
}
CASES = {(net, "book"): cases for net, cases in BOOK.items()}
CASES |= {(net, variant): cases for net in NETS for variant, cases in OTHERS.items()}
CASES["5-6", "ties all"] = {
    "shared-maximum-to-first": lambda s, on: ("backF", to_first(s["aF"], s["aP"], s["backP"])),
}

for net, by_one in {"12-3-2": singly, "deep": singly, "5-6": singly_with_filters}.items():
    CASES[net, "other quantities"] = CASES[net, "other quantities"] | {
        "updated-after-every-image b": lambda s, on, by_one=by_one: ("new_b" + on.layer, by_one(s, "b" + on.layer)),
    }
CASES["5-6", "other quantities"] |= {
    "bias-per-cell ∂C/∂b": lambda s, on: ("dC_dbF", s["deltaF"][:, :, 1, 2]),
    "bias-per-cell ΣC": lambda s, on: ("dCT_dbF", s["deltaF"][:, :, 0, 3].sum(axis=0)),
    "updated-after-every-image F": lambda s, on: ("new_bF", singly_with_filters(s, "bF")),
}

# why an entry cannot occur on a network
POOLING = ("mean-for-maximum", "shared-maximum-to-all", "shared-maximum-to-first", "delta-to-wrong-cell")
NOT = {(net, name): "no pooling" for net in ("12-3-2", "deep") for name in POOLING}
NOT |= {(net, name): "no filters" for net in ("12-3-2", "deep") for name in ("filter-turned", "bias-per-cell")}
NOT["5-6", "own-weights"] = "Σwδ belongs to the pooling layer, which has no weights"
TYPED = ("number-for-formula", "number-typed")
NOT |= {(net, name): "told by the formulas beside it: test_overwritten.py" for net in NETS for name in TYPED}
NOT |= {(net, "operand-overwritten"): "two quantities take part in it: tested by itself" for net in NETS}


@pytest.fixture(scope="module", params=CASES, ids=", ".join)
def spoiled(request, tmp_path_factory):
    """A workbook whose every iteration has one mistake; gives net and variant, its steps, and the verdict."""
    net, variant = request.param
    problem, on = NETS[net]()
    problem = VARIANTS[variant](problem, on)
    steps, parameters = [], problem.parameters
    for number, change in enumerate(CASES[request.param].values(), 1):
        given = problem.given(np.arange(problem.images))
        right = Student(problem, number, given, parameters, {})
        right.before = steps[-1][2] if steps else None
        quantity, value = change(right, on)
        if quantity in parameters:
            step = Student(problem, number, given, {**parameters, quantity: value}, {})
        else:
            step = Student(problem, number, given, parameters, {quantity: lambda _, value=value: value})
        steps.append((quantity, right, step))
        parameters = step.new_parameters()
    path = tmp_path_factory.mktemp("mistakes") / "mine.xlsx"
    problem = problem.with_settings(iterations=len(steps))
    sheets = [step for _, _, step in steps]
    return request.param, steps, judge(write_sheets(path, problem, sheets, WITHOUT.get(variant, ())))


def test_every_mistake_is_named_and_no_other(spoiled):
    (net, variant), steps, verdict = spoiled
    expected = [
        (f"Iteration {number}", quantity, {name.split()[0]} | TOGETHER.get((net, name), set()))
        for number, (name, (quantity, _, _)) in enumerate(zip(CASES[net, variant], steps, strict=True), 1)
    ]
    found = [(f.shown.name, f.rule.result.name, {cause.name for cause in f.causes}) for f in verdict.faults]
    assert found == expected


def test_first_wrong_cell_is_named(spoiled):
    _, steps, verdict = spoiled
    assert len(verdict.faults) == len(steps)
    for fault, (quantity, right, wrong) in zip(verdict.faults, steps, strict=True):
        gap = np.abs(np.asarray(right[quantity] - wrong[quantity]))
        off = np.argwhere(gap > 1e-12 * np.abs(right[quantity]))
        assert first_cell(fault)[1] == fault.shown.places[quantity][1].cell(*off[0])


def named(tmp_path, problem, wrong: dict, iterations: int = 1, without: tuple = (), **options) -> list[tuple[str, str, str]]:
    """(sheet, quantity, mistakes) of every fault on a workbook with these wrong quantities."""
    path = write_sheets(tmp_path / "mine.xlsx", problem, calculate(problem, wrong, iterations), without)
    faults = judge(path, **options).faults
    return [(f.shown.name, f.rule.result.name, ", ".join(cause.name for cause in f.causes)) for f in faults]


@pytest.mark.parametrize("net", NETS)
def test_right_workbook_has_no_fault(net: str, tmp_path):
    problem, _ = NETS[net]()
    assert named(tmp_path, problem, {}, iterations=2) == []


def test_weights_transposed(tmp_path):
    problem, _ = plain()
    wrong = {"z2": lambda s: flat(s["x"]) @ flat(by_columns(s["w2"])).T + s["b2"]}
    assert named(tmp_path, problem, wrong) == [("Iteration 1", "z2", "weights-transposed")]


def test_weights_transposed_on_the_way_back(tmp_path):
    problem, _ = deep()
    wrong = {"back3": lambda s: s["delta4"] @ s["w4"].T}  # w δ where wᵀ δ belongs, 3 × 3
    assert named(tmp_path, problem, wrong) == [("Iteration 1", "back3", "weights-transposed")]


def test_own_weights(tmp_path):
    """3-3-3: Σ over j of w²ji δ³j."""
    problem = random_problem(dense((1, 3), (3, "sigmoid"), (3, "sigmoid")), 4, seed=2)
    wrong = {"back2": lambda s: s["delta3"] @ flat(s["w2"])}
    assert named(tmp_path, problem, wrong) == [("Iteration 1", "back2", "own-weights")]


def test_wrong_outputs_in_a_mean_of_images_that_are_not_shown(tmp_path):
    problem, on = plain()
    problem = VARIANTS["mean"](problem, on)
    wrong = {"dCT_dw2": lambda s: wrong_outputs(s, on).mean(axis=0)}
    found = named(tmp_path, problem, wrong, without=("dC_dw", "dC_db"))
    assert found == [("Iteration 1", "dCT_dw2", "wrong-outputs")]


def test_filter_turned_on_the_way_back(tmp_path):
    """Two convolutions: each δ of G goes back to the 3×3 cells of P that it came from, but by the turned filter."""
    problem = random_problem(stack(), 3, seed=5)

    def wrong(s):
        found = np.zeros_like(s["aP"])
        for i, j in np.ndindex(2, 2):
            turned = s["wG"][..., ::-1, ::-1]
            found[:, :, i : i + 3, j : j + 3] += np.einsum("km,mlrc->klrc", s["deltaG"][:, :, i, j], turned)
        return found

    assert named(tmp_path, problem, {"backP": wrong}) == [("Iteration 1", "backP", "filter-turned")]


def test_filters_gradient_with_little_shown(tmp_path):
    """5-6 with nothing of the way back but ∂C_T/∂w: a shared maximum that went to all cells shows there."""
    problem, _ = maps()
    step = calculate(problem, {"backF": to_all})[0]
    (fault,) = judge(write_sheets(tmp_path / "mine.xlsx", problem, [step], without=HIDE)).faults[:1]
    assert fault.rule.result.name == "dCT_dwF"
    assert [cause.name for cause in fault.causes] == ["shared-maximum-to-all"]


def test_neighbouring_sheet(tmp_path):
    problem, _ = plain()
    (first,) = calculate(problem)
    wrong = {"z3": lambda s: s["a2"] @ first["w3"].T + s["b3"]}
    second = Student(problem, 2, problem.given(np.arange(6)), first.new_parameters(), wrong)
    (fault,) = judge(write_sheets(tmp_path / "mine.xlsx", problem, [first, second])).faults
    assert (fault.shown.name, fault.rule.result.name) == ("Iteration 2", "z3")
    assert [(cause.name, cause.fields["which"].name) for cause in fault.causes] == [("neighbouring-sheet", "w3")]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda delta: delta * 2, "times-a-factor"),
        (lambda delta: delta * 0, "zero"),
        (lambda delta: np.round(delta, 4), "rounded"),
        (lambda delta: delta + 0.1, ""),
    ],
)
def test_last_resorts(change: Callable, name: str, tmp_path):
    problem, _ = plain()
    wrong = {"delta2": lambda s: change(s["back2"] * s["slope2"])}
    assert named(tmp_path, problem, wrong) == [("Iteration 1", "delta2", name)]


def test_another_eta_is_told(tmp_path):
    problem, _ = plain()
    path = write_sheets(tmp_path / "mine.xlsx", problem, calculate(problem, {"new_w3": lambda s: s["w3"] - 0.35 * s["dCT_dw3"]}))
    (fault,) = judge(path).faults
    assert fault.causes[0].fields["eta"] == "0.35"


def test_eta_left_out_everywhere_is_one_mistake(tmp_path):
    problem, _ = plain()
    wrong = {f"new_{p}": lambda s, p=p: s[p] - s["dCT_d" + p] for p in ("w2", "b2", "w3", "b3")}
    assert {name for _, _, name in named(tmp_path, problem, wrong)} == {"eta-left-out"}


def test_one_wrong_cell_is_named(tmp_path):
    """Only unit 2 of image 3 lacks its bias."""
    problem, _ = plain()

    def wrong(s):
        z = z_of(s, plain()[1])
        z[2, 1] -= s["b2"][1]
        return z

    assert named(tmp_path, problem, {"z2": wrong}) == [("Iteration 1", "z2", "bias-left-out")]


def test_two_mistakes_in_one_sheet(tmp_path):
    problem, _ = plain()
    wrong = {"z2": lambda s: flat(s["x"]) @ flat(s["w2"]).T, "delta3": lambda s: s["dC_da3"]}
    assert named(tmp_path, problem, wrong) == [
        ("Iteration 1", "z2", "bias-left-out"),
        ("Iteration 1", "delta3", "slope-left-out"),
    ]


def test_two_mistakes_in_one_quantity(tmp_path):
    """Unit 1 lacks its bias, unit 3 has unit 1's weights."""
    problem, _ = plain()

    def wrong(s):
        w, b = s["w2"].copy(), s["b2"].copy()
        b[0], w[2] = 0, w[0]
        return flat(s["x"]) @ flat(w).T + b

    assert named(tmp_path, problem, {"z2": wrong}) == [
        ("Iteration 1", "z2", "bias-left-out"),
        ("Iteration 1", "z2", "weights-of-another-unit"),
    ]


@pytest.mark.parametrize("net", NETS)
def test_two_mistakes_in_two_images(net: str, tmp_path):
    """Image 2 lacks the biases, in image 5 they are subtracted."""
    problem, on = NETS[net]()

    def wrong(s):
        z, b = z_of(s, on), s["b" + on.layer]
        z[1], z[4] = z[1] - b, z[4] - 2 * b
        return z

    quantity = "z" + on.layer
    path = write_sheets(tmp_path / "mine.xlsx", problem, calculate(problem, {quantity: wrong}))
    found = [({f.cells[0][0], f.cells[-1][0]}, [cause.name for cause in f.causes]) for f in judge(path).faults]
    assert found == [({1}, ["bias-left-out"]), ({4}, ["bias-subtracted"])]


def test_two_images_one_of_them_with_no_known_mistake(tmp_path):
    """One fault without a cause: half an explanation would mislead."""
    problem, on = plain()

    def wrong(s):
        z = z_of(s, on)
        z[1], z[4] = z[1] - s["b2"], z[4] + [0.1, 0.3, 0.2]
        return z

    assert named(tmp_path, problem, {"z2": wrong}) == [("Iteration 1", "z2", "")]


def test_entries_that_cannot_be_told_apart_are_reported_together(tmp_path):
    """All z below 0: a = 0 everywhere, where 1 stands for a′ both without the mask and by tanh's 1 − a²."""
    problem = relu(*deep(), raised={"3": -5})
    (step,) = calculate(problem, {"slope3": lambda s: np.ones_like(s["z3"])})
    assert step["z3"].max() < 0
    (fault,) = judge(write_sheets(tmp_path / "mine.xlsx", problem, [step])).faults
    assert {cause.name for cause in fault.causes} == {"relu-mask-left-out", "another-activation"}


def test_zero_bias_cannot_be_told_apart(tmp_path):
    """With b = 0 the bias left out and the bias subtracted are no mistakes at all."""
    problem, _ = plain()
    problem = replace(problem, parameters={**problem.parameters, "b2": np.zeros(3)})
    assert named(tmp_path, problem, {"z2": lambda s: flat(s["x"]) @ flat(s["w2"]).T}) == []


def test_every_entry_has_words_and_a_name_of_its_own():
    entries = list(catalogue())
    assert all(entry.words and entry.correction and entry.kinds for entry in entries)
    words = {}
    for entry in entries:
        assert words.setdefault(entry.name, entry.words) == entry.words


def test_every_entry_is_made_on_every_network_where_it_can_occur():
    made = {(net, name.split()[0]) for (net, _), table in CASES.items() for name in table}
    made |= {(net, "reference-slid") for net in NETS}  # test_reference_slid
    assert made | set(NOT) == {(net, entry.name) for net in NETS for entry in catalogue()}
    assert not made & set(NOT)


@pytest.mark.parametrize("net", NETS)
def test_reference_slid(net: str, tmp_path):
    """New w of the output layer: =D17-Settings!B2*D83 copied down and to the right without $ before η."""
    problem, on = NETS[net]()
    problem = problem.with_settings(iterations=7)
    quantity = "new_w" + on.output
    path = write_sheets(tmp_path / "mine.xlsx", problem, calculate(problem))
    place = judge(path).book.iterations[0].places[quantity][1]
    settings = openpyxl.load_workbook(path)["Settings"]
    shape, eta = problem.parameters["w" + on.output].shape, {}
    for index in np.ndindex(*shape):
        down, right = np.subtract(place.cell(*index), place.origin).tolist()
        value = settings.cell(2 + down, 2 + right).value
        eta[index] = value if isinstance(value, (int, float)) else 0
    assert (settings["B2"].value, settings["B3"].value) == (0.2, 7)  # so that the second row has η = 7
    slid = np.array(list(eta.values())).reshape(shape)
    wrong = {quantity: lambda s: s["w" + on.output] - slid * s["dCT_dw" + on.output]}
    assert named(tmp_path, problem, wrong) == [("Iteration 1", quantity, "reference-slid")]


def test_weights_that_slid_to_the_pictures(tmp_path):
    """12-3-2: =SUMPRODUCT(L5:N8,D5:F8)+$G$5 copied four columns to the right per image meets empty cells, then images 1, 2 …"""
    problem, on = plain()
    x = problem.x

    def wrong(s):
        z = z_of(s, on)
        z[1:, 0] = s["b2"][0]
        for image in range(2, 6):
            z[image, 0] += (x[image] * x[image - 2]).sum()
        return z

    path = write_sheets(tmp_path / "mine.xlsx", problem, calculate(problem, {"z2": wrong}))
    (fault,) = judge(path).faults
    assert [(cause.name, cause.fields["which"].name) for cause in fault.causes] == [("reference-slid", "w2")]


def test_slope_of_another_unit_behind_what_is_shown(tmp_path):
    """Only z, a and ∂C_T/∂w² are shown; in the δ behind them unit 3 takes a′(z) of unit 2."""
    problem, _ = plain()

    def wrong(s):
        slope = s["slope2"].copy()
        slope[:, 2] = slope[:, 1]
        return np.einsum("ku,kij->uij", s["back2"] * slope, s["x"])

    kept = {"x", "t", "w2", "b2", "w3", "b3", "number", "eta", "z2", "a2", "z3", "a3", "dCT_dw2"}
    others = tuple(set(problem.network.quantities) - kept)
    (fault,) = judge(write_sheets(tmp_path / "m.xlsx", problem, calculate(problem, {"dCT_dw2": wrong}), others)).faults
    assert {index[0] for index in fault.cells} == {2}
    assert [(c.name, c.fields["other"], c.fields["behind"].name) for c in fault.causes] == [
        ("slope-of-another-unit", 2, "delta2")
    ]


def test_reference_stayed(tmp_path):
    """New w³: the formula of the first row copied down with $ before the gradient's row."""
    problem, _ = plain()
    wrong = {"new_w3": lambda s: s["w3"] - s["eta"] * s["dCT_dw3"][[0, 0]]}
    assert named(tmp_path, problem, wrong) == [("Iteration 1", "new_w3", "reference-stayed")]


def test_the_page_for_readers_lists_every_entry():
    """docs/check.md is not part of the package, but of its source."""
    page = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")
    lines = [line.split(" | ") for line in page.splitlines() if line.startswith("| `") and line.count(" | ") == 3]
    told = {first.strip("|` "): (words, correction.rstrip(" |")) for first, _, words, correction in lines}
    assert told == {entry.name: (entry.words, entry.correction) for entry in catalogue()}


def test_no_correction_speaks_of_a_sheet_that_the_workbook_may_not_have():
    """A sheet that was understood from its formulas comes without xlnn's sheets."""
    told = {entry.name: entry.correction.replace("a sheet Places", "") for entry in catalogue()}
    assert [name for name, text in told.items() if "Settings" in text or "Places" in text] == []
