"""Every entry of the catalogue: a workbook is made with that mistake, and check names it, at the first cell.

The wrong numbers are calculated here in plain NumPy, everything that follows from them by the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hand import Student, calculate, few, write_sheets
from problems import dense, random_problem

from xlnn.check import first_cell, judge
from xlnn.examples import example
from xlnn.mistakes import catalogue

S = lambda z: 1 / (1 + np.exp(-z))


@dataclass(frozen=True)
class On:
    """Where a mistake is made: a layer, the output before it, the layer after it, the output layer."""

    layer: str
    before: str
    after: str
    output: str


def plain() -> tuple:
    """12-3-2, the first images of 4-4."""
    return few(example("4-4"), 6), On("2", "x", "3", "3")


def deep() -> tuple:
    """Two hidden layers, 6-4-3-3; the mistakes are made in the second."""
    network = dense((2, 3), (4, "sigmoid"), (3, "sigmoid"), (3, "sigmoid"))
    return random_problem(network, 6, seed=4), On("3", "a2", "4", "4")


def maps() -> tuple:
    """5-6: the mistakes of dense layers are made in layer O, those of filters in layer F."""
    return few(example("5-6"), 6), On("O", "aP", "", "O")


NETS = {"12-3-2": plain, "deep": deep, "5-6": maps}


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
    "image-left-out": lambda s, on: ("CT", sum_but(s["C"], 2)),
    "images-left-out": lambda s, on: ("CT", s["C"][:-2].sum()),
    "first-image-for-all": lambda s, on: ("CT", s["C"][0] * len(s["C"])),
    "mean-for-sum": lambda s, on: ("CT", s["C"].mean()),
    "sign-turned": lambda s, on: ("dC_da" + on.output, s["t"] - s["a" + on.output]),
    "slope-at-a": lambda s, on: ("slope" + on.layer, S(s["a" + on.layer]) * (1 - S(s["a" + on.layer]))),
    "plus-for-minus": lambda s, on: ("slope" + on.layer, s["a" + on.layer] * (1 + s["a" + on.layer])),
    "slope-left-out": lambda s, on: ("delta" + on.output, s["dC_da" + on.output]),
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
CASES = {"12-3-2": DENSE | HIDDEN, "deep": DENSE | HIDDEN, "5-6": DENSE | FILTERS}
CASES["deep"].pop("image-by-columns")  # a layer of units before it: nothing to read by columns


@pytest.fixture(scope="module", params=NETS)
def spoiled(request, tmp_path_factory):
    """A workbook whose every iteration has one mistake; gives the net's name, where, its steps, and the verdict."""
    problem, on = NETS[request.param]()
    steps, parameters = [], problem.parameters
    for number, change in enumerate(CASES[request.param].values(), 1):
        right = Student(problem, number, problem.given(np.arange(problem.images)), parameters, {})
        quantity, _ = change(right, on)
        wrong = {quantity: lambda s, change=change: change(s, on)[1]}
        steps.append((quantity, right, Student(problem, number, problem.given(np.arange(problem.images)), parameters, wrong)))
        parameters = {q.name: steps[-1][2]["new_" + q.name] for q in problem.network.parameters}
    path = tmp_path_factory.mktemp("mistakes") / "mine.xlsx"
    problem = problem.with_settings(iterations=len(steps))
    return request.param, steps, judge(write_sheets(path, problem, [step for _, _, step in steps]))


def test_every_mistake_is_named_and_no_other(spoiled):
    net, steps, verdict = spoiled
    expected = [
        (f"Iteration {number}", quantity, {name.split()[0]} | TOGETHER.get((net, name), set()))
        for number, (name, (quantity, _, _)) in enumerate(zip(CASES[net], steps, strict=True), 1)
    ]
    found = [(f.shown.name, f.rule.result.name, {cause.name for cause in f.causes}) for f in verdict.faults]
    assert found == expected


def test_first_wrong_cell_is_named(spoiled):
    _, steps, verdict = spoiled
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


def test_own_weights_from_their_first_cell_on(tmp_path):
    """12-3-2: D5:F6 in place of D17:F18, the first two rows of the first unit's pixels."""
    problem, _ = plain()
    wrong = {"back2": lambda s: s["delta3"] @ s["w2"][0, :2]}
    assert named(tmp_path, problem, wrong) == [("Iteration 1", "back2", "own-weights")]


@pytest.mark.parametrize("quantity", ["slope2", "delta2"])
def test_relu_mask_left_out(quantity: str, tmp_path):
    problem = random_problem(dense((2, 3), (4, "relu"), (2, "sigmoid")), 6, seed=3)
    wrong = {"slope2": lambda s: np.ones_like(s["z2"]), "delta2": lambda s: s["back2"]}
    assert named(tmp_path, problem, {quantity: wrong[quantity]}) == [("Iteration 1", quantity, "relu-mask-left-out")]


def test_another_cost(tmp_path):
    problem, _ = deep()
    log_loss = lambda s: -(s["t"] * np.log(s["a4"]) + (1 - s["t"]) * np.log(1 - s["a4"])).sum(axis=1)
    assert named(tmp_path, problem, {"C": log_loss}) == [("Iteration 1", "C", "another-cost")]


def test_sum_for_mean(tmp_path):
    problem = random_problem(dense((2, 3), (3, "sigmoid"), (2, "sigmoid"), total="mean"), 5, seed=1)
    wrong = {"CT": lambda s: s["C"].sum(), "dCT_db2": lambda s: s["delta2"].sum(axis=0)}
    assert named(tmp_path, problem, wrong) == [
        ("Iteration 1", "CT", "sum-for-mean"),
        ("Iteration 1", "dCT_db2", "sum-for-mean"),
    ]


def test_old_weights_where_the_output_is_updated_first(tmp_path):
    problem = random_problem(dense((2, 3), (3, "sigmoid"), (2, "sigmoid"), update="output first"), 5, seed=1)
    wrong = {"back2": lambda s: s["delta3"] @ s["w3"]}
    assert named(tmp_path, problem, wrong) == [("Iteration 1", "back2", "old-weights")]


def test_output_updated_first_is_seen_where_back_is_not_shown(tmp_path):
    problem, _ = plain()
    wrong = {"delta2": lambda s: s["delta3"] @ s["new_w3"] * s["a2"] * (1 - s["a2"])}
    assert named(tmp_path, problem, wrong, without=("back", "slope")) == [("Iteration 1", "delta2", "output-updated-first")]


def test_filters_gradient_with_little_shown(tmp_path):
    """5-6 with nothing of the way back but ∂C_T/∂w: a shared maximum that went to all cells shows there."""
    problem, _ = maps()
    step = calculate(problem, {"backF": to_all})[0]
    (fault,) = judge(write_sheets(tmp_path / "mine.xlsx", problem, [step], without=HIDE)).faults[:1]
    assert fault.rule.result.name == "dCT_dwF"
    assert [cause.name for cause in fault.causes] == ["shared-maximum-to-all"]


def test_shared_maximum_to_first_where_all_are_due(tmp_path):
    problem, _ = maps()
    problem = replace(problem, network=replace(problem.network, ties="all"))

    def first(s):
        hit = windows(s["aF"]) == s["aP"][..., None]
        first_hit = hit & (hit.cumsum(axis=-1) == 1)
        found = np.zeros_like(s["aF"])
        for n, (i, j) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)]):
            found[..., i::2, j::2] = np.where(first_hit[..., n], s["backP"], 0)
        return found

    assert named(tmp_path, problem, {"backF": first}) == [("Iteration 1", "backF", "shared-maximum-to-first")]


def test_bias_gradient_from_one_cell_of_the_map(tmp_path):
    problem, _ = maps()
    assert named(tmp_path, problem, {"dC_dbF": lambda s: s["deltaF"][:, :, 1, 2]}) == [("Iteration 1", "dC_dbF", "bias-per-cell")]


def test_iteration_one_off(tmp_path):
    problem, _ = plain()
    (first,) = calculate(problem)
    second = Student(problem, 2, problem.given(np.arange(6)), {**first.new_parameters(), "w3": first["w3"]}, {})
    path = write_sheets(tmp_path / "mine.xlsx", problem, [first, second])
    (fault,) = judge(path).faults
    assert (fault.shown.name, fault.rule.result.name) == ("Iteration 2", "w3")
    assert [cause.name for cause in fault.causes] == ["iteration-one-off"]


def test_neighbouring_sheet(tmp_path):
    problem, _ = plain()
    (first,) = calculate(problem)
    wrong = {"z3": lambda s: s["a2"] @ first["w3"].T + s["b3"]}
    second = Student(problem, 2, problem.given(np.arange(6)), first.new_parameters(), wrong)
    (fault,) = judge(write_sheets(tmp_path / "mine.xlsx", problem, [first, second])).faults
    assert (fault.shown.name, fault.rule.result.name) == ("Iteration 2", "z3")
    assert [(cause.name, cause.fields["which"]) for cause in fault.causes] == [("neighbouring-sheet", "w3")]


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
        z = z_of(s, On("2", "x", "3", "3"))
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


def test_every_entry_is_made_here():
    """Those that the tables above do not have, have a test of their own."""
    tables = {name.split()[0] for table in CASES.values() for name in table}
    alone = {
        "own-weights", "relu-mask-left-out", "another-cost", "sum-for-mean", "old-weights", "output-updated-first",
        "shared-maximum-to-first", "iteration-one-off", "neighbouring-sheet",
        "reference-slid",  # typed, in test_check_office
    }  # fmt: skip
    assert tables | alone == {entry.name for entry in catalogue()}


def test_reference_stayed(tmp_path):
    """New w³: the formula of the first row copied down with $ before the gradient's row."""
    problem, _ = plain()
    wrong = {"new_w3": lambda s: s["w3"] - s["eta"] * s["dCT_dw3"][[0, 0]]}
    assert named(tmp_path, problem, wrong) == [("Iteration 1", "new_w3", "reference-stayed")]


def test_the_page_for_readers_lists_every_entry():
    """docs/check.md is not part of the package, but of its source."""
    page = (Path(__file__).parents[1] / "docs" / "check.md").read_text(encoding="utf-8")
    lines = [line.split(" | ") for line in page.splitlines() if line.startswith("| `") and line.count(" | ") == 3]
    told = {first.strip("|` "): (words, correction.rstrip(" |")) for first, _, words, correction in lines}
    assert told == {entry.name: (entry.words, entry.correction) for entry in catalogue()}
