"""Sheets whose weights shrink besides, w − η(∂C/∂w + λw), as people write them: understood, trained on, wrong ones named."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from command import run
from hand_books import SIGMOID
from more_hand_books import one_unit
from sheet_styles import Style, build, last_of, save, save_cells, trajectory

import xlnn
from xlnn.book.origin import origin_of
from xlnn.checking.formulas import judge_formulas
from xlnn.checking.judging import judge
from xlnn.understand import understand
from xlnn.xlsx.workbook import Workbook

TABLE = Style(decay=0.05)
ROWS = replace(TABLE, layout="row", iterations=4, bias="none", units=(2, 2, 2))
PLAIN = {"delta": False, "gradients": False, "z": "nested"}
ALWAYS = {
    "in the update": TABLE,
    "what is left of a weight, λ typed": replace(TABLE, decayed="shrunk", typed_decay=True),
    "subtracted apart, the output as t − a": replace(TABLE, decayed="apart", sign=-1),
    "in the gradients, biases too": replace(TABLE, decayed="gradient", decay_biases=True),
    "in the gradients of a mean, biases too": replace(TABLE, decayed="gradient", decay_biases=True, total="mean"),
    "in one long formula": replace(TABLE, **PLAIN),
    "rows, what is left": replace(ROWS, decayed="shrunk"),
    "rows, in the gradients": replace(ROWS, decayed="gradient", sign=-1),
    "sheets": replace(TABLE, onward="sheets", decayed="shrunk"),
    "one update beside the old weights": replace(TABLE, iterations=1, beside=True),
    "each example, and thresholds": replace(TABLE, online=True, iterations=6, bias="threshold"),
    "thresholds, too": replace(TABLE, decayed="gradient", decay_biases=True, bias="threshold"),
    "a line": replace(TABLE, decayed="gradient", units=(1, 1), functions=("identity",), images=5),
    "an η for each layer": replace(TABLE, eta="layers"),
    "units that give nothing": replace(TABLE, functions=("relu", "softmax"), units=(2, 3, 3), targets="digit", shown=False),
}
MORE = {
    f"{base} {way} {' '.join(map(str, changes))}": replace(style, decayed=way, **changes)
    for base, style in (("table", TABLE), ("rows", ROWS))
    for way in ("update", "shrunk", "apart", "gradient")
    for changes in (
        {}, {"typed_decay": True}, {"decay_biases": True, "bias": "own"}, {"sign": -1}, {"gradients": False}, PLAIN,
        {"eta": "typed"},
        {"units": (2, 3, 2, 1), "functions": ("tanh", "sigmoid", "sigmoid")}, {"total": "mean"}, {"cost": "cross-entropy"},
    )
}  # fmt: skip
STYLES = [
    *(pytest.param(style, id=name) for name, style in ALWAYS.items()),
    *(pytest.param(style, id=name, marks=pytest.mark.exhaustive) for name, style in MORE.items()),
]


@pytest.mark.parametrize("style", STYLES)
def test_it_is_understood_and_right(tmp_path, style):
    path = save(tmp_path / "s.xlsx", style)
    found = understand(Workbook(path))
    network = found.network
    assert (network.decay, network.decay_biases) == (style.decay, style.decay_biases)
    assert network.decay_in == ("gradient" if style.decayed == "gradient" and style.gradients else "weights")
    assert found.share == 1
    judged = judge(path)
    assert judged.right
    assert {q.name for q in judged.judged} >= {f"new_w{layer}" for layer in range(2, len(style.units) + 1)}
    assert judge_formulas(path).right


@pytest.mark.parametrize("style", STYLES)
def test_training_goes_on_as_the_sheet_does(tmp_path, style):
    more = 0 if style.layout == "row" else 5
    problem = xlnn.read(save(tmp_path / "s.xlsx", style), iterations=style.iterations + more)
    for step, expected in zip(xlnn.train(problem), islice(trajectory(style), style.iterations + more), strict=True):
        for name in [name for name in expected if name[0] == "w"]:
            np.testing.assert_allclose(step[name].ravel(), expected[name].ravel(), rtol=1e-9, atol=1e-12, err_msg=name)


WRONG = {  # the last formula of a kind in the second iteration, and what somebody typed instead
    "a δ without a factor": ("d", lambda formula: formula.rsplit("*", 1)[0]),
    "a weight that goes up": ("w", lambda formula: formula.replace("-", "+", 1)),
    "a weight that does not decay": ("w", lambda formula: formula.replace("$F$1", "0")),
    "another λ": ("w", lambda formula: formula.replace("$F$1", "$C$1")),
}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("decayed", ["update", "shrunk", "apart"])
def test_a_mistake_is_found_where_it_is(tmp_path, decayed, kind):
    style = replace(TABLE, decayed=decayed, units=(2, 3, 2), iterations=4, bias="none")
    of, change = WRONG[kind]
    sheet, cell = last_of(style, of, 2)
    wrong = change(str(build(style)[sheet][cell]))
    first = judge(save(tmp_path / "wrong.xlsx", style, {(sheet, cell): wrong})).faults[0]
    where = [first.shown.cell(first.rule.result.name, index) for index in first.cells]
    assert [(name, at.name) for name, at in where] == [(sheet, cell)]


def test_a_gradient_without_its_share_is_found_where_it_is(tmp_path):
    style = replace(TABLE, decayed="gradient")
    sheet, cell = last_of(replace(style, bias="none"), "g", 1)
    right = str(build(style)[sheet][cell])
    assert "$F$1" in right
    first = judge(save(tmp_path / "wrong.xlsx", style, {(sheet, cell): right.rsplit("+", 1)[0]})).faults[0]
    assert [first.shown.cell(first.rule.result.name, index)[1].name for index in first.cells] == [cell]


def with_cost(in_gradient: bool = True, half: str = "/2") -> dict[str, object]:
    """One unit, an iteration in each row; the cost has λ/2 (w₁² + w₂²) in it, the gradients λw, or the updates."""
    cells = one_unit(SIGMOID) | {"D1": 0.03}
    for row in range(4, 9):
        cells[f"J{row}"] = f"{cells[f'J{row}']}+$D$1{half}*(G{row}^2+H{row}^2)"
        for w, g in ("GK", "HL"):
            if in_gradient:
                cells[f"{g}{row}"] = f"{cells[f'{g}{row}']}+{'' if half else '2*'}$D$1*{w}{row}"
            elif row > 4:
                cells[f"{w}{row}"] = f"={w}{row - 1}-$B$1*({g}{row - 1}+$D$1*{w}{row - 1})"
    return cells


@pytest.mark.parametrize(("half", "decay"), [("/2", 0.03), ("", 0.06)])
def test_a_cost_that_has_the_squares_of_the_weights_in_it_is_judged(tmp_path, half, decay):
    cells = with_cost(half=half)
    path = save_cells(tmp_path / "c.xlsx", {"c": cells})
    network = xlnn.read(path).network
    assert (network.decay, network.decay_in, network.decay_biases) == (decay, "cost", False)
    right = judge(path)
    assert right.right
    assert "CT" in {q.name for q in right.judged}
    assert judge_formulas(path).right
    wrong = judge(save_cells(tmp_path / "wrong.xlsx", {"c": cells | {"J6": str(cells["J6"]).replace("H6^2", "H6")}}))
    assert [fault.shown.cell("CT", fault.cells[0])[1].name for fault in wrong.faults] == ["J6"]


def test_such_a_cost_beside_updates_that_shrink_by_themselves_is_no_mistake(tmp_path):
    path = save_cells(tmp_path / "c.xlsx", {"c": with_cost(in_gradient=False)})
    assert (xlnn.read(path).network.decay, xlnn.read(path).network.decay_in) == (0.03, "weights")
    assert judge(path).right
    assert judge_formulas(path).right


def test_a_decay_by_the_number_of_examples_is_told_exactly(tmp_path):
    """Nielsen's w (1 − ηλ/n) − η/n Σ∂C/∂w."""
    style = replace(TABLE, decayed="shrunk", total="mean", decay=0.05)
    cells = build(style)["Net"]
    shrunk = {at: str(text).replace("*$F$1)", "*$F$1/3)") for at, text in cells.items() if "*$F$1)" in str(text)}
    path = save_cells(tmp_path / "n.xlsx", {"Net": cells | shrunk})
    assert xlnn.read(path).network.decay == 0.05 / 3
    assert judge(path).right


def test_it_is_told_and_places_say_it(tmp_path):
    path = save(tmp_path / "s.xlsx", replace(TABLE, decayed="gradient", decay_biases=True))
    assert any(fields.get("decay") == "0.05" for _, fields in origin_of(xlnn.read(path)).notes)
    english = {"weight decay": "Net!F1", "decay in": "gradient", "decay biases": "yes"}
    for language, lines in (("en", english), ("zh", {"权重衰减": "Net!F1", "偏置衰减": "是"})):
        places = tmp_path / f"{language}.xlsx"
        assert run("--language", language, "places", path, "-o", places)[0] == 0
        said = {line[0]: line[1] for line in Workbook(places).lines("Places")}
        assert {name: said[name] for name in lines} == lines
        network = xlnn.read(places).network
        assert (network.decay, network.decay_in, network.decay_biases) == (0.05, "gradient", True)
        assert judge(places).right


ONWARD = {"blocks": TABLE, "rows": ROWS, "sheets": replace(TABLE, onward="sheets", decayed="gradient")}


@pytest.mark.parametrize("style", ONWARD.values(), ids=ONWARD)
def test_the_result_goes_on_with_its_formulas_and_is_right(tmp_path, style):
    path, result = save(tmp_path / "s.xlsx", style), tmp_path / "out.xlsx"
    xlnn.write(xlnn.read(path, iterations=6), result, cells="formulas")
    assert judge(result).right
    assert xlnn.read(result).network.decay == 0.05


def test_what_is_left_of_an_average_is_no_parameter(tmp_path):
    """v = (1 − β) v + β g is remembered, and weights follow it."""
    cells = one_unit(SIGMOID) | {"E1": 0.2}
    for row in range(4, 9):
        for w, g, v in zip("GHI", "KLM", "OPQ", strict=True):
            cells[f"{v}{row}"] = f"=(1-$E$1)*{v}{row - 1}+$E$1*{g}{row}" if row > 4 else f"=$E$1*{g}{row}"
            if row > 4:
                cells[f"{w}{row}"] = f"={w}{row - 1}-$B$1*{v}{row - 1}"
    path = save_cells(tmp_path / "v.xlsx", {"v": cells})
    assert any("as with momentum" in text for text, _ in origin_of(xlnn.read(path)).notes)
    assert xlnn.read(path).network.decay == 0
    assert judge(path).right
