"""Numbers that others have published, each with its source and its arithmetic."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from xlnn.model.network import LayerSettings, Network, plain_layers
from xlnn.model.problem import Problem, Settings
from xlnn.model.training import finish, train, trained

DATA = Path(__file__).parents[1] / "data"


def printed(value, text: str) -> bool:
    """Whether a number, rounded half up to the decimals of what was printed, is that."""
    return Decimal(float(value)).quantize(Decimal(text), ROUND_HALF_UP) == Decimal(text)


def all_printed(values, texts: str) -> bool:
    return all(printed(value, text) for value, text in zip(np.ravel(values), texts.split(), strict=True))


def data(name: str) -> np.ndarray:
    with (DATA / name).open(newline="") as file:
        return np.array(list(csv.reader(file))[1:], dtype=float)


# ---- Matt Mazur, "A Step by Step Backpropagation Example" ---------------------------------------------


def mazur(**conventions) -> Problem:
    """2-2-2, x (.05, .10), t (.01, .99), w1…w4 .15 .20 / .25 .30, b .35, w5…w8 .40 .45 / .50 .55, b .60, η ½."""
    return Problem(
        Network(plain_layers((1, 2), 2, 2), **conventions),
        x=np.array([[[0.05, 0.10]]]),
        parameters={
            "w2": np.array([[[0.15, 0.20]], [[0.25, 0.30]]]),
            "b2": np.array([0.35, 0.35]),
            "w3": np.array([[0.40, 0.45], [0.50, 0.55]]),
            "b3": np.array([0.60, 0.60]),
        },
        t=np.array([[0.01, 0.99]]),
        settings=Settings(eta=0.5, iterations=1),
    )


def test_mazur_forward():
    """z_h1 = .15·.05 + .2·.1 + .35 = .3775, a = 1/(1 + e^−.3775) = .593269992; C = .274811083 + .023560026."""
    step = next(train(mazur()))
    assert printed(step["z2"][0, 0], "0.3775")
    assert all_printed(step["a2"], "0.593269992 0.596884378")
    assert all_printed(step["a3"], "0.75136507 0.772928465")
    assert printed(step["C"][0], "0.298371109")
    assert printed(step["CT"], "0.298371109")


def test_mazur_backward():
    """δ_o1 = (.75136507 − .01) · .75136507 · (1 − .75136507) = .74136507 · .186815602 = .138498562;
    ∂C/∂w5 = .138498562 · .593269992 = .082167041; ∂C/∂w1 = .036350306 · .241300709 · .05 = .000438568."""
    step = next(train(mazur()))
    assert printed(step["dC_da3"][0, 0], "0.74136507")
    assert printed(step["slope3"][0, 0], "0.186815602")
    assert printed(step["delta3"][0, 0], "0.138498562")
    assert printed(step["dC_dw3"][0, 0, 0], "0.082167041")
    assert printed(step["back2"][0, 0], "0.036350306")
    assert printed(step["slope2"][0, 0], "0.241300709")
    assert printed(step["dCT_dw2"][0, 0, 0], "0.000438568")


def test_mazur_one_update_with_the_biases_as_they_are():
    """w5 = .40 − .5 · .082167041 = .35891648; w1 = .15 − .5 · .000438568 = .149780716."""
    after = next(train(mazur(freeze_biases=True))).new_parameters()
    assert all_printed(after["w3"], "0.35891648 0.408666186 0.511301270 0.561370121")
    assert all_printed(after["w2"], "0.149780716 0.19956143 0.24975114 0.29950229")
    np.testing.assert_array_equal(after["b2"], [0.35, 0.35])
    np.testing.assert_array_equal(after["b3"], [0.60, 0.60])


@pytest.mark.parametrize(
    ("conventions", "cost"),
    [
        # as the book does it: all parameters from the old ones
        ({"freeze_biases": True}, 0.29102777369359933),
        # as his page's printed cost comes about: w5…w8 first, and the hidden δ with the new ones
        ({"freeze_biases": True, "update": "output first"}, 0.291027924),
        # with a bias for each unit, updated like the weights
        ({}, 0.28047144679143016),
    ],
)
def test_mazur_cost_after_one_update(conventions, cost):
    found = finish(next(train(mazur(**conventions))))["CT"]
    if len(repr(cost)) > 12:
        assert found == pytest.approx(cost, rel=1e-14)
    else:
        assert printed(found, repr(cost))


def test_mazur_output_first_leaves_the_output_layer_as_it_is_and_changes_the_hidden_one():
    """Σwδ of h1 with the new weights: .35891648 · .138498562 + .511301270 · (−.038098237) instead of .40 and .50."""
    together, first = (next(train(mazur(update=update))) for update in ("together", "output first"))
    np.testing.assert_array_equal(first["new_w3"], together["new_w3"])
    by_hand = 0.35891647971788465 * first["delta3"][0, 0] + 0.5113012702387375 * first["delta3"][0, 1]
    assert first["back2"][0, 0] == pytest.approx(by_hand, rel=1e-12)
    assert together["back2"][0, 0] == pytest.approx(0.40 * first["delta3"][0, 0] + 0.50 * first["delta3"][0, 1], rel=1e-12)


# ---- Andrew Trask, "A Neural Network in 11 lines of Python", part 1, three layers -----------------------


def test_iamtrask_mean_error():
    """Inputs of three bits with a 1 behind, target their exclusive or; 4 hidden units, no biases, η 1, sums.

    His l2_delta = (y − l2) · l2(1 − l2) is −δ of ½Σ(t − a)²; he prints mean |y − l2| before every 10,000th update.
    """
    random = np.random.RandomState(1)  # his np.random.seed(1)
    w2, w3 = 2 * random.random_sample((3, 4)) - 1, 2 * random.random_sample((4, 1)) - 1
    problem = Problem(
        Network(plain_layers((1, 3), 4, 1), freeze_biases=True),
        x=np.array([[[0, 0, 1]], [[0, 1, 1]], [[1, 0, 1]], [[1, 1, 1]]], dtype=float),
        parameters={"w2": w2.T.reshape(4, 1, 3), "b2": np.zeros(4), "w3": w3.T, "b3": np.zeros(1)},
        t=np.array([[0.0], [1], [1], [0]]),
        settings=Settings(eta=1.0, iterations=50_001),
    )
    expected = {
        0: "0.496410031903", 10_000: "0.00858452565325", 20_000: "0.00578945986251", 30_000: "0.00462917677677",
        40_000: "0.00395876528027", 50_000: "0.00351012256786",
    }  # fmt: skip
    for step in train(problem):
        if step.iteration - 1 in expected:
            error = np.mean(np.abs(step["t"] - step["a3"]))
            assert printed(error, expected.pop(step.iteration - 1))
    assert not expected


# ---- exclusive or, one pair: the fixtures of backprop-trace ---------------------------------------------


def exclusive_or(hidden: list[float], output: float, **conventions) -> Problem:
    """x (1, 0), t 1, w .1 .15 / .2 .25, v .3 .35, η ½."""
    return Problem(
        Network(plain_layers((1, 2), 2, 1), **conventions),
        x=np.array([[[1.0, 0.0]]]),
        parameters={
            "w2": np.array([[[0.10, 0.15]], [[0.20, 0.25]]]),
            "b2": np.array(hidden),
            "w3": np.array([[0.30, 0.35]]),
            "b3": np.array([output]),
        },
        t=np.array([[1.0]]),
        settings=Settings(eta=0.5, iterations=1),
    )


def test_exclusive_or_with_shared_biases_that_stay():
    """z₁ = .1 + .1 = .2, a₁ = .549834; z₂ = .3, a₂ = .574443; z = .3a₁ + .35a₂ + .2 = .566005, a = .637841; ½(1 − a)²."""
    step = next(train(exclusive_or([0.1, 0.1], 0.2, freeze_biases=True)))
    assert all_printed(step["a2"], "0.549834 0.574443")
    assert printed(step["a3"][0, 0], "0.637841")
    assert printed(step["CT"], "0.065579622")
    assert printed(finish(step)["CT"], "0.0633466765")


def test_exclusive_or_with_a_bias_for_each_unit():
    """δ = (a − 1) · a(1 − a) = −.361182 · .230730 = −.083333, so b₃ = .2 + .5 · .083333 = .241666585."""
    step = next(train(exclusive_or([0.1, 0.15], 0.2)))
    assert printed(step["CT"], "0.0652238232")
    assert all_printed(step["new_b2"], "0.103093951 0.153536413")
    assert all_printed(step["new_b3"], "0.241666585")
    assert printed(finish(step)["CT"], "0.0595972722")


# ---- fast.ai, spreadsheet graddesc.xlsx: a straight line, one point at a time ---------------------------


def line(x, y, a: float, b: float, cost: str, **how) -> Problem:
    """y = ax + b: one unit that gives z itself."""
    layers = (LayerSettings("1", "input", size=(1, 1)), LayerSettings("2", "dense", 1, activation="identity"))
    return Problem(
        Network(layers, cost=cost, judged=False),
        x=np.reshape(x, (-1, 1, 1)),
        parameters={"w2": np.full((1, 1, 1), a), "b2": np.array([b])},
        t=np.reshape(y, (-1, 1)),
        settings=Settings(**how),
    )


def test_fast_ai_graddesc():
    """(14, 58): 1·14 + 1 = 15; de/db = 2(15 − 58) = −86, de/da = −86 · 14 = −1204; a = 1 + .1204, b = 1 + .0086.
    (86, 202): 1.1204 · 86 + 1.0086 = 97.363; de/db = 2(97.363 − 202) = −209.274; a = 1.1204 + 1.7997564."""
    problem = line([14.0, 86.0], [58.0, 202.0], 1.0, 1.0, "squares", eta=1e-4, batch=1, iterations=2)
    first, second = train(problem)
    assert first["a2"][0, 0] == 15
    assert first["CT"] == 43**2  # (y − ŷ)², without ½
    assert first["dCT_db2"][0] == -86
    assert first["dCT_dw2"][0, 0, 0] == -1204
    assert first["new_w2"][0, 0, 0] == pytest.approx(1.1204, rel=1e-12)
    assert first["new_b2"][0] == pytest.approx(1.0086, rel=1e-12)
    assert second["a2"][0, 0] == pytest.approx(97.363, rel=1e-12)
    assert second["new_w2"][0, 0, 0] == pytest.approx(2.9201564, rel=1e-12)
    assert second["new_b2"][0] == pytest.approx(1.0295274, rel=1e-12)


# ---- the book's own tables --------------------------------------------------------------------------


def test_book_2_12_the_regression_line_is_where_the_gradient_vanishes():
    """Seven heights and weights; p, q from Σ(y − px − q)x = 0 and Σ(y − px − q) = 0, solved in fractions:
    p = (7Σxy − ΣxΣy)/(7Σx² − (Σx)²), q = (Σy − pΣx)/7. There C_T = ½Σ(y − px − q)² = 27.858997."""
    _, heights, weights = data("regression_2-12.csv").T
    x, y = ([Fraction(str(number)) for number in numbers] for numbers in (heights, weights))
    n, sx, sy = len(x), sum(x), sum(y)
    p = (n * sum(map(Fraction.__mul__, x, y)) - sx * sy) / (n * sum(number**2 for number in x) - sx**2)
    q = (sy - p * sx) / n
    assert all_printed([float(p), float(q)], "0.4100070 -12.0573932")
    problem = line(heights, weights, float(p), float(q), "half squares")
    step = trained(problem, problem.parameters)
    assert printed(step["CT"], "27.858997")
    assert abs(step["dCT_dw2"][0, 0, 0]) < 1e-9
    assert abs(step["dCT_db2"][0]) < 1e-11
    moved = line(heights, weights, float(p) + 1e-3, float(q), "half squares")
    assert trained(moved, moved.parameters)["CT"] > step["CT"]


def test_book_2_11_gradient_descent_on_a_bowl():
    """z = x² + y² from (3, 2), η .1: Δx = −.1 · 2x, so each step is four fifths of the one before.

    As a network: two units that give z itself, each with one weight on a pixel that is always 1, no biases; with
    t = 0 the cost Σ(t − a)² is x² + y².
    """
    layers = (LayerSettings("1", "input", size=(1, 1)), LayerSettings("2", "dense", 2, activation="identity"))
    table = data("gradient_descent_2-11.csv")  # i, x, y, ∂z/∂x, ∂z/∂y, Δx, Δy, z
    problem = Problem(
        Network(layers, cost="squares", freeze_biases=True, judged=False),
        x=np.ones((1, 1, 1)),
        parameters={"w2": np.array([3.0, 2.0]).reshape(2, 1, 1), "b2": np.zeros(2)},
        t=np.zeros((1, 2)),
        settings=Settings(eta=0.1, iterations=len(table)),
    )
    for row, step in zip(table, train(problem), strict=True):
        assert step.iteration - 1 == row[0]
        w, gradient = step["w2"].ravel(), step["dCT_dw2"].ravel()
        np.testing.assert_allclose([*w, *gradient, *(step["new_w2"].ravel() - w), step["CT"]], row[1:], rtol=1e-12)


def test_the_printed_comparison_can_tell():
    assert printed(0.5932699921, "0.593269992")
    assert not printed(0.5932699935, "0.593269992")
    assert printed(0.5, "1")  # half up
