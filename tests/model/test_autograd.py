"""Training agrees with HIPS autograd, and gradients with central differences, for random networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from problems import dense, random_problem, stack
from reference import ACTIVATIONS, PAIRS, allowed, forward, targets, total_cost, updated

from xlnn.model.activations import ACTIVATIONS as KNOWN
from xlnn.model.activations import STEPS
from xlnn.model.costs import COSTS
from xlnn.model.examples import example
from xlnn.model.network import LayerSettings, Network
from xlnn.model.problem import Problem, Settings
from xlnn.model.training import Step, finish, train, trained

HIDDEN = sorted(set(ACTIVATIONS) - {"softmax"})


@st.composite
def networks(draw, convolutional: bool) -> Network:
    """Any shape that fits: one to three dense layers behind none to two convolutions, each perhaps pooled."""
    rows, columns = draw(st.integers(3, 9)), draw(st.integers(3, 9))
    layers = [LayerSettings("I", "input", size=(rows, columns))]
    for convolution, pooled in (("F", "P"), ("G", "Q"))[: draw(st.integers(1, 2)) if convolutional else 0]:
        height, width = draw(st.integers(1, min(3, rows))), draw(st.integers(1, min(3, columns)))
        stride, maps = draw(st.integers(1, 2)), draw(st.integers(1, 3))
        activation = draw(st.sampled_from(HIDDEN))
        layers.append(LayerSettings(convolution, "convolution", maps, (height, width), activation, stride))
        rows, columns = (rows - height) // stride + 1, (columns - width) // stride + 1
        sizes = [(i, j) for i in range(1, rows + 1) for j in range(1, columns + 1) if rows % i == 0 and columns % j == 0]
        window = draw(st.sampled_from([None, *sizes]))
        if window:
            layers.append(LayerSettings(pooled, "max pooling", size=window))
            rows, columns = rows // window[0], columns // window[1]
    hidden = draw(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(HIDDEN)), max_size=2))
    layers += [LayerSettings(str(i), "dense", units, activation=name) for i, (units, name) in enumerate(hidden, 2)]
    activation, cost = draw(st.sampled_from(PAIRS))
    units = draw(st.integers(2 if activation == "softmax" else 1, 4))
    layers.append(LayerSettings("O", "dense", units, activation=activation))
    total, freeze = draw(st.sampled_from(("sum", "mean"))), draw(st.booleans())
    classes = draw(st.sampled_from((None, tuple(float(3 * n) for n in range(max(units, 2))))))
    return Network(tuple(layers), cost, total, freeze, classes=classes)


@st.composite
def problems(draw, convolutional: bool) -> Problem:
    """Small parameters and a small η, so that no training runs away; no two pixels alike, so that no maximum is shared."""
    network = draw(networks(convolutional))
    images = draw(st.integers(1, 7))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = numbers.uniform(0, 1, (images, *network.layers[0].shape))
    units = network.output.shape[0]
    digits = t = None
    if network.classes is not None:
        digits = numbers.choice(network.classes, images)
    else:
        t = np.eye(units)[numbers.integers(0, units, images)] if units > 1 else numbers.integers(0, 2, (images, 1)).astype(float)
    parameters = {q.name: numbers.standard_normal(q.shape) / np.sqrt(q.size / q.shape[0]) for q in network.parameters}
    how = Settings(
        eta=draw(st.sampled_from((0.01, 0.05, 0.2))),
        iterations=5,
        batch=draw(st.integers(0, images)),
        order=draw(st.sampled_from(("listed", "shuffled"))),
        seed=draw(st.integers(0, 9)),
    )
    return Problem(network, x, parameters, digits, t, how)


def agrees(problem: Problem) -> None:
    """Five iterations: outputs, C_T and every parameter after each update; trainings that run away are left out."""
    p, t = dict(problem.parameters), targets(problem)
    for step in train(problem):
        images = step["number"] - 1
        np.testing.assert_array_equal(step["t"], t[images])
        assume(all(np.abs(step["z" + layer.label]).max() < 100 for layer in problem.network.layers[1:] if layer.activation))
        _, expected = forward(problem.network, p, problem.x[images])
        np.testing.assert_allclose(step["aO"], expected, rtol=1e-9, atol=1e-12)
        cost = total_cost(problem.network, p, problem.x[images], t[images])
        np.testing.assert_allclose(step["CT"], cost, rtol=1e-9, atol=1e-12)
        p = updated(problem, p, images)
        assume(all(np.abs(array).max() < 5 for array in p.values()))
        for name, array in step.new_parameters().items():
            np.testing.assert_allclose(array, p[name], rtol=1e-9, atol=1e-12, err_msg=f"{name}, update {step.iteration}")
    everything = total_cost(problem.network, p, problem.x, t)
    np.testing.assert_allclose(finish(step)["CT"], everything, rtol=1e-9, atol=1e-12)


@given(problems(convolutional=False))
@settings(max_examples=60)
def test_five_iterations_of_a_plain_network(problem):
    agrees(problem)


@given(problems(convolutional=True))
@settings(max_examples=60)
def test_five_iterations_of_a_convolutional_network(problem):
    agrees(problem)


@pytest.mark.parametrize("section", ["4-4", "5-6"])
def test_a_changed_pixel_and_a_changed_weight_change_the_training_as_autograd_says(section):
    """In 5-6 maxima are shared, which autograd treats otherwise: its pixels are moved a little, each by itself."""
    problem = example(section).with_settings(iterations=5)
    if section == "5-6":
        problem.x[:] += np.random.default_rng(0).uniform(0, 1e-3, problem.x.shape)
    last = problem.network.output.label
    problem.x[0, 0, 0] += 0.5
    problem.parameters["w" + last].flat[0] -= 0.25
    p = dict(problem.parameters)
    for step in train(problem):
        p = updated(problem, p, np.arange(problem.images))
        for name, array in step.new_parameters().items():
            np.testing.assert_allclose(array, p[name], rtol=1e-9, atol=1e-12)


# ---- central differences ----------------------------------------------------------------------------


def away_from_kinks(network: Network, images: int, nearest: float) -> Problem:
    """A random problem in which no relu's z, and no two largest cells of a window, are near each other."""
    for seed in range(200):
        problem = random_problem(network, images, seed)
        problem.x[:] += np.random.default_rng(seed).uniform(0, 1, problem.x.shape)
        step = trained(problem, problem.parameters)
        relus = [layer.label for layer in network.layers[1:] if "relu" in layer.activation]
        if all(np.abs(step["z" + label]).min() > nearest for label in relus):
            return problem
    raise AssertionError("no such problem")


def numeric_gradient(problem: Problem, name: str, h: float = 1e-5) -> np.ndarray:
    """(C_T(w + h) − C_T(w − h)) / 2h for every number of one parameter, by the second calculation."""
    found = np.empty_like(problem.parameters[name])
    for index in np.ndindex(*found.shape):
        sides = []
        for move in (h, -h):
            moved = {key: array.copy() for key, array in problem.parameters.items()}
            moved[name][index] += move
            sides.append(total_cost(problem.network, moved, problem.x, targets(problem)))
        found[index] = (sides[0] - sides[1]) / (2 * h)
    return found


def test_every_pair_of_activation_and_cost_is_tried():
    """softmax has one cost, cross-entropy one activation; the six others go with both squares."""
    assert len(PAIRS) == 6 * 2 + 2
    assert set(KNOWN) == {*ACTIVATIONS, *STEPS}
    refused = [(name, cost) for cost in COSTS for name in KNOWN if not allowed(name, cost) and name not in STEPS]
    for name, cost in refused:
        with pytest.raises(ValueError):
            dense((2, 2), (2, name), cost=cost)


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize(("activation", "cost"), PAIRS)
def test_gradients_are_central_differences(activation, cost, depth):
    """Hidden layers have the same activation; behind softmax, which is for outputs only, tanh."""
    inner = "tanh" if activation == "softmax" else activation
    network = dense((2, 2), *[(3, inner)] * (depth - 1), (2, activation), cost=cost)
    problem = away_from_kinks(network, 3, nearest=1e-3)
    step = Step(problem, 1, problem.given(np.arange(3)), problem.parameters)
    for q in network.parameters:
        numeric = numeric_gradient(problem, q.name)
        scale = max(1, np.abs(numeric).max())
        np.testing.assert_allclose(step["dCT_d" + q.name] / scale, numeric / scale, rtol=0, atol=1e-8, err_msg=q.name)


def test_gradients_of_a_stack_are_central_differences():
    problem = away_from_kinks(stack(), 2, nearest=0)
    step = Step(problem, 1, problem.given(np.arange(2)), problem.parameters)
    for q in problem.network.parameters:
        np.testing.assert_allclose(step["dCT_d" + q.name], numeric_gradient(problem, q.name), rtol=0, atol=1e-8)
