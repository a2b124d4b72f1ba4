"""Weight decay: w − η(∂C_T/∂w + λw), wherever λw comes in; against plain Python, against differences, and on a sheet."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from command import run
from office import judge as office
from office import needs_office
from problems import dense, maps, random_problem

import xlnn
from xlnn.checking.judging import judge
from xlnn.errors import UsageError
from xlnn.model import network as networks
from xlnn.model.differences import TOLERANCE, gradcheck
from xlnn.model.many import train_many
from xlnn.model.network import DECAYS, LayerSettings
from xlnn.xlsx.workbook import Workbook

ETA, DECAY = 0.3, 0.05


def problem_of(**conventions) -> xlnn.Problem:
    network = dense((2, 3), (3, "tanh"), (2, "sigmoid"), decay=DECAY, **conventions)
    return random_problem(network, 4, 1, iterations=4, eta=ETA)


@pytest.mark.parametrize("decay_in", DECAYS)
@pytest.mark.parametrize("total", ["sum", "mean"])
def test_two_updates_of_one_unit_by_hand(decay_in, total):
    network = dense((2, 1), (1, "sigmoid"), decay=0.1, decay_in=decay_in, total=total)
    problem = random_problem(network, 2, 0, iterations=2, eta=0.5)
    (w1, w2), b = problem.parameters["w2"].ravel().tolist(), float(problem.parameters["b2"][0])
    for _ in range(2):
        g1 = g2 = g = 0.0
        for (x1, x2), t in zip(problem.x.reshape(2, 2).tolist(), problem.t.ravel().tolist(), strict=True):
            a = 1 / (1 + exp(-(w1 * x1 + w2 * x2 + b)))
            delta = (a - t) * a * (1 - a) / (2 if total == "mean" else 1)
            g1, g2, g = g1 + delta * x1, g2 + delta * x2, g + delta
        w1, w2, b = w1 - 0.5 * (g1 + 0.1 * w1), w2 - 0.5 * (g2 + 0.1 * w2), b - 0.5 * g
    *_, last = xlnn.train(problem)
    found = last.new_parameters()
    assert found["w2"].ravel() == pytest.approx([w1, w2], rel=1e-14)
    assert found["b2"] == pytest.approx([b], rel=1e-14)


@pytest.mark.parametrize("decay_in", DECAYS)
def test_it_is_the_same_wherever_it_comes_in(decay_in):
    *_, one = xlnn.train(problem_of())
    *_, other = xlnn.train(problem_of(decay_in=decay_in))
    for name, numbers in one.new_parameters().items():
        np.testing.assert_allclose(other.new_parameters()[name], numbers, rtol=1e-13)


@pytest.mark.parametrize("decay_in", DECAYS)
@pytest.mark.parametrize("biases", [True, False])
def test_gradients_are_those_of_the_cost(decay_in, biases):
    checks = gradcheck(problem_of(decay_in=decay_in, decay_biases=biases))
    assert max(check.relative for check in checks) < TOLERANCE


def test_the_cost_has_half_of_λ_times_the_squares_in_it():
    problem = problem_of(decay_in="cost")
    plain = next(xlnn.train(problem_of()))["CT"]
    squares = sum((problem.parameters[name] ** 2).sum() for name in ("w2", "w3"))
    assert next(xlnn.train(problem))["CT"] == pytest.approx(plain + DECAY / 2 * squares, rel=1e-14)


@pytest.mark.parametrize("decay_in", DECAYS)
def test_biases_decay_where_they_are_to_and_frozen_ones_never(decay_in):
    step = lambda **conventions: next(xlnn.train(problem_of(decay_in=decay_in, **conventions)))
    still, both = step(), step(decay_biases=True)
    b = still["b2"]
    assert both["new_b2"] == pytest.approx(still["new_b2"] - ETA * DECAY * b, rel=1e-12)
    assert (step(decay_biases=True, freeze_biases=True)["new_b2"] == b).all()


@pytest.mark.parametrize("decay_in", DECAYS)
def test_in_blocks_and_many_at_once_it_is_the_same(decay_in, monkeypatch):
    problem = problem_of(decay_in=decay_in, total="mean")
    steps = list(xlnn.train(problem))
    together = train_many(problem, [ETA], {name: array[None] for name, array in problem.parameters.items()})
    assert together.totals[0, :4] == pytest.approx([float(step["CT"]) for step in steps], rel=1e-13)
    monkeypatch.setattr(networks, "BLOCK", 3)
    *_, last = xlnn.train(replace(problem, network=replace(problem.network)))
    for name, numbers in steps[-1].new_parameters().items():
        np.testing.assert_allclose(last.new_parameters()[name], numbers, rtol=1e-13)


@pytest.mark.parametrize("decay_in", DECAYS)
@pytest.mark.parametrize("layout", ["book", "table"])
def test_the_written_formulas_are_right_and_read_back(tmp_path, decay_in, layout):
    problem = problem_of(decay_in=decay_in, decay_biases=True).with_settings(layout=layout)
    xlnn.write(problem, tmp_path / "d.xlsx", cells="formulas")
    assert judge(tmp_path / "d.xlsx").right
    network = xlnn.read(tmp_path / "d.xlsx").network
    assert (network.decay, network.decay_in, network.decay_biases) == (DECAY, decay_in, True)


def test_filters_decay_as_weights_do(tmp_path):
    layers = (
        LayerSettings("F", "convolution", 2, (2, 2)),
        LayerSettings("P", "max pooling", size=(2, 2)),
        LayerSettings("O", units=2),
    )
    network = maps((5, 3), *layers, decay=DECAY)
    problem = random_problem(network, 2, 0, iterations=2, eta=ETA)
    step = next(xlnn.train(problem))
    expected = step["wF"] - ETA * (step["dCT_dwF"] + DECAY * step["wF"])
    np.testing.assert_allclose(step["new_wF"], expected, rtol=1e-14)


def test_the_formula_of_a_weight(tmp_path):
    xlnn.write(problem_of(), tmp_path / "d.xlsx", cells="formulas")
    texts = Workbook(tmp_path / "d.xlsx").formulas("Iteration 2").texts
    assert any(text.startswith("D5-$C$2*(D65+0.05*D5)") for text in texts)


def test_the_solver_finds_where_the_cost_with_its_squares_is_flat(tmp_path):
    from xlnn.model.minimising import minimise

    found = minimise(problem_of(decay_in="cost"))
    assert found.ended == "flat"
    plain = minimise(problem_of(decay_in="weights"), steps=20)  # C_T has no squares in it: nor has what is minimised
    assert plain.totals[-1][1] < found.totals[-1][1]


def test_options_and_settings_say_it(tmp_path):
    xlnn.write_problem(replace(problem_of(), network=replace(problem_of().network, decay=0.0)), tmp_path / "n.xlsx")
    assert not {"weight decay", "decay in"} & {line[0] for line in Workbook(tmp_path / "n.xlsx").lines("Settings")}
    code, _, _ = run(
        "train", tmp_path / "n.xlsx", "--decay", "0.05", "--decay-in", "cost", "-n", "4", "-o", tmp_path / "out.xlsx"
    )
    assert code == 0
    lines = {line[0]: line[1] for line in Workbook(tmp_path / "out.xlsx").lines("Settings")}
    assert (lines["weight decay"], lines["decay in"]) == (0.05, "cost")
    code, _, err = run("train", tmp_path / "n.xlsx", "--decay", "-1", "-o", tmp_path / "no.xlsx")
    assert code == 2
    assert "weight decay" in err
    code, _, err = run("train", tmp_path / "n.xlsx", "--decay-in", "biases", "-o", tmp_path / "no.xlsx")
    assert code == 2
    assert "weights / gradient / cost" in err


def test_what_is_no_decay_is_refused():
    for decay in (-0.1, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="the decay λ must be 0 or a number above it"):
            replace(problem_of().network, decay=decay)


@needs_office
@pytest.mark.parametrize("decay_in", DECAYS)
def test_libreoffice_comes_to_the_same_numbers(tmp_path, decay_in):
    xlnn.write(problem_of(decay_in=decay_in, decay_biases=True), tmp_path / "d.xlsx", cells="formulas")
    verdict = office(tmp_path / "d.xlsx")
    assert verdict.compared > 500
    assert not verdict.different
