"""Networks as many people build them, in every style that `sheet_styles` has: each is understood, and trained on as it stands."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from itertools import islice

import numpy as np
import pytest
from no_networks import BOOKS
from openpyxl.utils import column_index_from_string, get_column_letter
from sheet_styles import STEPS, Style, build, images_of, last_of, rate, save, save_cells, trajectory

import xlnn
from xlnn.checking.judging import judge
from xlnn.understand import understand
from xlnn.xlsx.workbook import Workbook

ROW = Style(layout="row", iterations=4, bias="none", units=(2, 2, 2))  # an iteration in each row, one example each
STEP = replace(ROW, units=(2, 1), functions=("step",), bias="own", images=4, iterations=8, sign=-1, gradients=False, shown=False)
ONE = {"iterations": 1, "beside": True}  # new weights beside the old ones
PLAIN = {"delta": False, "gradients": False, "z": "nested"}  # the gradient in one long formula
DEEP = {"units": (2, 3, 2, 1), "functions": ("tanh", "sigmoid", "sigmoid")}


def styles() -> dict[str, Style]:
    found = {"plain": Style()}
    add = lambda base, **changes: found.setdefault(
        "rows " * (base is ROW) + "steps " * (base is STEP) + ", ".join(f"{k} {v}" for k, v in changes.items()),
        replace(base, **changes),
    )
    for base in (Style(), ROW):
        for z in ("sumproduct", "mmult", "products", "nested", "index", "array", "sum"):
            if base is not ROW or z not in ("index", "array"):
                add(base, z=z)
            if base is not ROW:
                add(base, z=z, turned=True, onward="right")
                add(base, z=z, input_major=True)
        for bias in ("none", "shared", "threshold", "one"):
            add(base, bias=bias)
            add(base, bias=bias, **PLAIN)
        for function in ("tanh", "relu", "leaky relu", "identity"):
            add(base, functions=(function, "sigmoid"))
            add(base, functions=("sigmoid", function) if function != "relu" else ("relu", "identity"))
        for changes in ({"cost": "squares"}, {"cost": "cross-entropy"}, {"shown": False}, {"total": "mean"}, {"sign": -1}):
            add(base, **changes)
        for changes in ({"gradients": False}, {"delta": False}, PLAIN, {"eta": "typed"}, {"eta": "name"}, {"eta": "layers"}):
            add(base, **changes)
        for changes in ({"fixed": (1,)}, {"fixed": (2,)}, {"turned": True}, {"images": 1}, {"seed": 7}, {"images": 1, **PLAIN}):
            add(base, **changes)
        add(base, **DEEP)
        add(base, **DEEP, **PLAIN)
    for changes in ({"onward": "right"}, {"onward": "sheets"}, {"beside": True}, {"beside": True, "onward": "sheets"}, ONE):
        add(Style(), **changes)
        add(Style(), **changes, bias="shared", sign=-1)
        add(Style(), **changes, functions=("tanh", "identity"), bias="none")
    for changes in (
        {"apart": True, "onward": "right"},
        {"apart": True, **ONE},
        {"targets": "text"},
        {"online": True, "iterations": 6},
    ):
        add(Style(), **changes)
    add(Style(), functions=("relu", "softmax"), units=(2, 3, 3), targets="digit", shown=False)
    add(Style(), functions=("tanh", "tanh", "softmax"), units=(3, 4, 4, 2), images=4, onward="sheets")
    add(Style(), units=(4, 5, 3), images=12)
    add(Style(), units=(1, 1), functions=("identity",), images=5)
    add(ROW, units=(3, 1), functions=("identity",), gradients=False)
    for name in STEPS:
        add(STEP, functions=(name,))
    for changes in ({"gradients": True}, {"z": "nested", "delta": False}, {"bias": "one"}, {"layout": "table", "online": True}):
        add(STEP, **changes)
    add(STEP, layout="table", units=(3, 2), iterations=5)
    return found


STYLES = styles()


def sample(styles: dict[str, Style]) -> set[str]:
    """The names of so few styles that each value of each field is in one of them."""
    found, seen = set(), set()
    for name, style in sorted(styles.items(), key=lambda item: -len(item[0])):  # those first that differ in most
        values = {(f.name, getattr(style, f.name)) for f in fields(style)}
        if not values <= seen:
            found.add(name)
            seen |= values
    return found


def some_always(styles: dict[str, Style]) -> list:
    """All styles as parameters, those that are not in the sample only where everything is tested."""
    always = sample(styles)
    return [pytest.param(s, id=n, marks=() if n in always else pytest.mark.exhaustive) for n, s in styles.items()]


@pytest.mark.parametrize("style", some_always(STYLES))
def test_it_is_understood(tmp_path, style):
    found = understand(Workbook(save(tmp_path / "s.xlsx", style)))
    layers = found.network.layers
    assert tuple(np.prod(layer.shape) for layer in layers) == style.units
    assert tuple(layer.activation for layer in layers[1:]) == style.functions
    assert found.network.cost == {"softmax": "softmax cross-entropy", **dict.fromkeys(STEPS, "perceptron")}.get(
        style.functions[-1], style.cost
    )
    assert found.network.total == style.total or len(images_of(style, 0)) == 1
    assert len(found.iterations) == style.iterations
    assert found.share == 1
    learnt = [layer for layer in range(len(style.units) - 1) if layer + 1 not in style.fixed]
    assert sorted({round(eta, 9) for eta in found.eta.values()}) == sorted({round(rate(style, layer), 9) for layer in learnt})
    for iteration, expected in zip(found.iterations, trajectory(style), strict=False):
        for name, numbers in expected.items():
            if is_shown(style, name):
                part = iteration.named[name]
                seen = found.graph.values.numbers[part.cells] / part.factor
                np.testing.assert_allclose(
                    seen.ravel(), one_bias(style, name, numbers).ravel(), rtol=1e-9, atol=1e-13, err_msg=name
                )


def is_shown(style: Style, name: str) -> bool:
    kind, layer = name[:-1], int(name[-1])
    if kind.startswith("dCT"):
        return style.gradients and layer - 1 not in style.fixed
    return style.delta if kind == "delta" else kind == "w" or style.bias != "none"


def one_bias(style: Style, name: str, numbers: np.ndarray) -> np.ndarray:
    return numbers[:1] if name[0] == "b" and style.bias == "shared" else numbers


@pytest.mark.parametrize("style", some_always(STYLES))
def test_training_goes_on_as_the_sheet_does(tmp_path, style):
    """As many iterations as the sheet has, and five more by plain NumPy where the sheet shows all its examples."""
    alone = len(images_of(style, 0)) == 1
    more = 0 if alone and style.iterations < style.images else 5
    problem = xlnn.read(save(tmp_path / "s.xlsx", style), iterations=style.iterations + more)
    assert (problem.settings.batch, problem.settings.order) == (int(alone and problem.images > 1), "listed")
    for step, expected in zip(xlnn.train(problem), islice(trajectory(style), style.iterations + more), strict=True):
        for name, numbers in expected.items():
            if name[0] == "w" or (name[0] == "b" and style.bias != "none"):
                numbers = one_bias(style, name, numbers)
                np.testing.assert_allclose(step[name].ravel(), numbers.ravel(), rtol=1e-9, atol=1e-12, err_msg=name)


WRONG = {  # what somebody typed instead of what is right: a reference that slid, a factor left out, a sign turned
    "z": lambda formula: slid(formula, 1),
    "d": lambda formula: formula.rsplit("*", 1)[0],
    "w": lambda formula: formula.replace("-", "+", 1) if "-" in formula else formula.replace("+", "-", 1),
}
JUDGED = {name: STYLES[name] for name in (
    "plain", "z sumproduct", "z mmult, input_major True", "bias threshold", "bias shared", "cost cross-entropy", "sign -1",
    "eta layers", "onward sheets", "apart True, onward right", "online True, iterations 6", "rows sign -1", "rows bias one",
    "rows z products", "rows " + ", ".join(f"{name} {value}" for name, value in DEEP.items()),
)}  # fmt: skip


def slid(formula: str, which: int) -> str:
    """The formula with one of its references a column further left."""
    found = list(re.finditer(r"([A-Z]+)(?=\$?[0-9])", formula))[which]
    return formula[: found.start()] + get_column_letter(column_index_from_string(found[1]) - 1) + formula[found.end() :]


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("style", some_always(JUDGED))
def test_a_mistake_in_the_second_iteration_is_found_where_it_is(tmp_path, style, kind):
    sheet, cell = last_of(style, kind, 1)
    wrong = WRONG[kind](str(build(style)[sheet][cell]))
    assert judge(save(tmp_path / "right.xlsx", style)).right
    first = judge(save(tmp_path / "wrong.xlsx", style, {(sheet, cell): wrong})).faults[0]
    where = [first.shown.cell(first.rule.result.name, index) for index in first.cells]
    assert [(name, at.name) for name, at in where] == [(sheet, cell)]


@pytest.mark.parametrize("make", BOOKS.values(), ids=BOOKS)
def test_nothing_is_invented(tmp_path, make):
    assert understand(Workbook(save_cells(tmp_path / "none.xlsx", make()))) is None
