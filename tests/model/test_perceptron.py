"""The perceptron rule, w ← w + η (t − a) x, one example after the other; and one bias for all units of a layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from problems import dense, random_problem

import xlnn
from xlnn.model.network import LayerSettings, Network
from xlnn.model.problem import Problem, Settings

AND = np.array([[[0.0, 0.0]], [[0.0, 1.0]], [[1.0, 0.0]], [[1.0, 1.0]]])


def perceptron(activation: str, t, iterations: int = 4) -> Problem:
    network = dense((1, 2), (1, activation), cost="perceptron")
    parameters = {"w2": np.zeros((1, 1, 2)), "b2": np.zeros(1)}
    settings = Settings(eta=0.5, iterations=iterations, batch=1, order="listed")
    return Problem(network, AND, parameters, t=np.array(t, float)[:, None], settings=settings)


def test_rosenblatt_learns_the_gate_and():
    """By hand, η = ½, from 0: z = 0 answers 1 wrongly, so b = −½; 01 and 10 then are right; 11 gives z = −½, a = 0, t = 1."""
    steps = list(xlnn.train(perceptron("step", [0, 0, 0, 1])))
    used = [(*step["w2"].ravel().tolist(), *step["b2"].tolist()) for step in steps]
    assert used == [(0, 0, 0), (0, 0, -0.5), (0, 0, -0.5), (0, 0, -0.5)]
    assert [step["delta2"].item() for step in steps] == [1, 0, 0, -1]
    assert (steps[-1]["new_w2"].ravel().tolist(), steps[-1]["new_b2"].tolist()) == ([0.5, 0.5], [0.0])


@pytest.mark.parametrize(
    ("activation", "t", "first"),
    [
        ("step", [0, 0, 0, 1], -0.5),
        ("step above 0", [0, 0, 0, 1], 0),
        ("sign", [-1, -1, -1, 1], -1),
        ("sign above 0", [-1, -1, -1, 1], 0),
    ],
)
def test_what_a_step_answers_at_0_is_its_convention(activation, t, first):
    problem = perceptron(activation, t, 100)
    assert next(iter(xlnn.train(problem)))["new_b2"].item() == first
    last = list(xlnn.train(problem))[-1]
    z = AND.reshape(4, 2) @ last["new_w2"].ravel() + last["new_b2"]
    assert ((z > 0) | ((z == 0) & (first < 0))).tolist() == [False, False, False, True]  # first < 0: 1 at 0


def test_the_gradient_is_that_of_its_cost():
    """C = Σ(a − t) z, and a does not change as long as no z changes its sign: central differences in plain Python."""
    problem = random_problem(dense((1, 3), (2, "step"), cost="perceptron"), 5, seed=3)
    step = next(iter(xlnn.train(problem)))
    x, t, w, b = problem.x[:, 0], problem.t, problem.parameters["w2"][:, 0], problem.parameters["b2"]

    def cost(w):
        z = x @ w.T + b
        return (((z >= 0) - t) * z).sum()

    for index in np.ndindex(w.shape):
        h = np.zeros_like(w)
        h[index] = 1e-6
        assert step["dCT_dw2"][:, 0][index] == pytest.approx((cost(w + h) - cost(w - h)) / 2e-6, abs=1e-8)


def shared(activation: str = "sigmoid", **conventions) -> Network:
    """2×2-3-2, one bias for each layer."""
    layers = (
        LayerSettings("1", "input", size=(2, 2)),
        LayerSettings("2", "dense", 3, activation=activation, shared_bias=True),
        LayerSettings("3", "dense", 2, activation="sigmoid", shared_bias=True),
    )
    return Network(layers, **conventions)


@pytest.mark.parametrize("total", ["sum", "mean"])
def test_a_bias_of_all_units_has_the_sum_of_their_gradients(total):
    """Held against the network with a bias for each unit, all of them equal: the sum of its ∂C_T/∂b."""
    problem = random_problem(shared("tanh", total=total), 4, seed=5)
    each = replace(problem.network, layer_settings=tuple(replace(e, shared_bias=False) for e in problem.network.layer_settings))
    many = {q.name: np.broadcast_to(problem.parameters[q.name], q.shape) if q.kind == "b" else problem.parameters[q.name]
            for q in each.parameters}  # fmt: skip
    one, other = (next(iter(xlnn.train(p))) for p in (problem, replace(problem, network=each, parameters=many)))
    for layer in "23":
        assert one[f"b{layer}"].shape == (1,)
        np.testing.assert_allclose(one[f"z{layer}"], other[f"z{layer}"], rtol=1e-14)
        np.testing.assert_allclose(one[f"dCT_db{layer}"], other[f"dCT_db{layer}"].sum(keepdims=True), rtol=1e-12)
        np.testing.assert_allclose(one[f"dC_db{layer}"][:, 0], other[f"dC_db{layer}"].sum(axis=1), rtol=1e-12)


def test_formulas_of_a_shared_bias_give_its_numbers(tmp_path):
    problem = random_problem(shared(), 3, seed=2)
    xlnn.write(problem, tmp_path / "one.xlsx", cells="formulas")
    assert not len(xlnn.check(tmp_path / "one.xlsx"))
    again = xlnn.read(tmp_path / "one.xlsx")
    assert [entry.shared_bias for entry in again.network.layer_settings] == [False, True, True]
    graph = xlnn.formula.read(xlnn.xlsx.workbook.Workbook(tmp_path / "one.xlsx"))
    assert not graph.reports  # every formula gives what is stored
