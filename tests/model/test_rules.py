"""Rules: `cell`, evaluated on NumPy arrays, gives the numbers of `values`, for every rule of many networks."""

from __future__ import annotations

import numpy as np
import pytest
from problems import NETWORKS, random_problem

from xlnn.model.network import Network
from xlnn.model.problem import Problem
from xlnn.model.quantities import SYMBOLS
from xlnn.model.rules import Rule
from xlnn.model.training import Step


def step_of(network: Network, images: int = 4) -> Step:
    """The first image has equal rows, the second equal columns: windows with equal pixels share maxima."""
    problem = random_problem(network, images, seed=7)
    problem.x[0], problem.x[1] = problem.x[0, :1], problem.x[1, :, :1]
    return Step(problem, 1, problem.given(np.arange(images)), problem.parameters)


@pytest.fixture(scope="module", params=NETWORKS, name="step")
def _step(request) -> Step:
    return step_of(NETWORKS[request.param])


def cells_of(rule: Rule, step: Step) -> np.ndarray:
    """The rule's array, one call of `cell` for each number."""
    needs = [np.asarray(step[name]) for name in rule.needs]
    found = np.empty(rule.result.full_shape(len(step["x"])))
    for index in np.ndindex(*found.shape):
        found[index] = rule.cell(*needs, *index)
    return found


def test_every_cell_is_the_number_of_the_array(step):
    network = step.problem.network
    for rule in (*network.rules, *network.summed.values(), *network.next_rules):
        values = np.asarray(rule.values(*[np.asarray(step[name]) for name in rule.needs]))
        assert values.shape == rule.result.full_shape(len(step["x"])), rule.result.name
        np.testing.assert_allclose(cells_of(rule, step), values, rtol=1e-12, atol=1e-14, err_msg=rule.result.name)


def test_the_sum_of_single_gradients_is_the_gradient_of_the_sum(step):
    """∂C_T/∂w both ways: Σ∂C/∂w over the images, and Σδa without single gradients."""
    for name, rule in step.problem.network.summed.items():
        np.testing.assert_allclose(rule.values(*[step[need] for need in rule.needs]), step[name], rtol=1e-12, atol=1e-14)


def test_rules_stand_in_the_order_of_calculation(step):
    """Each rule finds what it needs: given, a parameter, or computed above it (Mazur's order: a new w from below)."""
    network = step.problem.network
    known = {q.name for q in (*network.inputs, *network.parameters)} | {"digit", "t"}
    for rule in network.rules:
        missing = [name for name in rule.needs if name not in known]
        assert all(network.update == "output first" and name.startswith("new_w") for name in missing), rule.result.name
        known.add(rule.result.name)


def test_every_rule_is_printed_and_every_result_has_a_symbol(step):
    for rule in step.problem.network.rules:
        assert rule.equation
        assert rule.result.kind in SYMBOLS
        assert not rule.source or rule.source.startswith("book ")


def test_each_quantity_has_one_rule_and_its_shape(step):
    network = step.problem.network
    names = [rule.result.name for rule in network.rules]
    assert len(names) == len(set(names))
    given = {q.name for q in (*network.inputs, *network.parameters)}
    assert set(network.quantities) == set(names) | given
    for name, q in network.quantities.items():
        assert np.shape(step[name]) == q.full_shape(len(step["x"]))


def test_a_window_with_several_maxima_really_occurs():
    """Otherwise the two rules for ties would not be told apart above."""
    for name in ("pooling, ties first", "pooling, ties all"):
        step = step_of(NETWORKS[name], 8)
        a, pooled = step["aF"], step["aP"]
        largest = (a == pooled.repeat(2, axis=2).repeat(2, axis=3)).reshape(8, 2, 2, 2, 2, 2).sum(axis=(3, 5))
        assert (largest > 1).any()
        reached = (step["backF"] != 0).reshape(8, 2, 2, 2, 2, 2).sum(axis=(3, 5))
        np.testing.assert_array_equal(reached, largest if name.endswith("all") else 1)


def by_hand(problem: Problem) -> dict[str, np.ndarray]:
    """The equations of chapters 3 and 4 for x-3-2, unit by unit, as a person adds them up."""
    p, answers = problem.parameters, {}
    images = len(problem.x)
    t = [[1.0 if digit == n else 0.0 for n in (0, 1)] for digit in problem.digits]
    for name, shape in (("z2", 3), ("a2", 3), ("z3", 2), ("a3", 2), ("delta3", 2), ("delta2", 3)):
        answers[name] = np.zeros((images, shape))
    answers["C"] = np.zeros(images)
    for k, image in enumerate(problem.x):
        for j in range(3):
            z = sum(float(w * x) for w, x in zip(p["w2"][j].flat, image.flat, strict=True)) + p["b2"][j]
            answers["z2"][k, j], answers["a2"][k, j] = z, 1 / (1 + np.exp(-z))
        for n in range(2):
            z = sum(p["w3"][n, j] * answers["a2"][k, j] for j in range(3)) + p["b3"][n]
            answers["z3"][k, n], answers["a3"][k, n] = z, 1 / (1 + np.exp(-z))
        a, hidden = answers["a3"][k], answers["a2"][k]
        answers["C"][k] = ((t[k][0] - a[0]) ** 2 + (t[k][1] - a[1]) ** 2) / 2
        for n in range(2):
            answers["delta3"][k, n] = (a[n] - t[k][n]) * a[n] * (1 - a[n])
        for j in range(3):
            back = sum(p["w3"][n, j] * answers["delta3"][k, n] for n in range(2))
            answers["delta2"][k, j] = back * hidden[j] * (1 - hidden[j])
    answers["CT"] = sum(answers["C"])
    answers["dC_dw3"] = np.array([[[answers["delta3"][k, n] * answers["a2"][k, j] for j in range(3)] for n in range(2)]
                                  for k in range(images)])  # fmt: skip
    answers["dCT_db2"] = sum(answers["delta2"][k] for k in range(images))
    answers["new_b2"] = p["b2"] - problem.settings.eta * answers["dCT_db2"]
    return answers


def test_a_whole_iteration_unit_by_unit():
    problem = random_problem(NETWORKS["12-3-2"], 6, seed=3)
    step = Step(problem, 1, problem.given(np.arange(6)), problem.parameters)
    for name, expected in by_hand(problem).items():
        np.testing.assert_allclose(step[name], expected, rtol=1e-12, atol=1e-15, err_msg=name)
