"""Networks of hundreds of layers: nothing that goes through the layers goes too deep."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from problems import dense, random_problem

import xlnn
from xlnn.model.many import train_many
from xlnn.model.minimising import minimise
from xlnn.model.training import finish, train
from xlnn.pictures.landscapes import landscape

DEPTHS = (150, 300, 1000)


def deep(layers: int):
    """2×2 images, tanh units one behind the other, two sigmoid outputs."""
    network = dense((2, 2), *[(1, "tanh")] * (layers - 2), (2, "sigmoid"), classes=(0.0, 1.0))
    return random_problem(network, 4, iterations=2)


def plainly(problem) -> dict[str, np.ndarray]:
    """The parameters after one update, layer by layer in a loop: 3-2 (5) forward, 4-3 (11) back, 4-2 (6) gradients."""
    labels = [layer.label for layer in problem.network.layers[1:]]
    w = {l: problem.parameters["w" + l].reshape(len(problem.parameters["b" + l]), -1) for l in labels}
    a, outputs = problem.x.reshape(len(problem.x), -1), []
    for label in labels:
        outputs.append(a)
        z = a @ w[label].T + problem.parameters["b" + label]
        a = 1 / (1 + np.exp(-z)) if label == labels[-1] else np.tanh(z)
    t = np.stack([problem.digits == 0, problem.digits == 1], axis=1)
    delta, found, eta = (a - t) * a * (1 - a), {}, problem.settings.eta
    for label, before in zip(reversed(labels), reversed(outputs), strict=True):
        weights = problem.parameters["w" + label]
        found["w" + label] = weights - eta * (delta.T @ before).reshape(weights.shape)
        found["b" + label] = problem.parameters["b" + label] - eta * delta.sum(axis=0)
        delta = (delta @ w[label]) * (1 - before**2)
    return found


@pytest.mark.parametrize("layers", DEPTHS)
def test_a_deep_network_trains(layers):
    problem = deep(layers)
    assert layers < sys.getrecursionlimit() * 2
    first = next(train(problem)).new_parameters()
    for name, array in plainly(problem).items():
        np.testing.assert_allclose(first[name], array, rtol=1e-12, atol=1e-15)


def test_everything_that_trains_takes_300_layers():
    problem = deep(300)
    found = xlnn.history(problem)["CT"].to_list()
    *_, last = train(problem)
    assert found[-1] == float(finish(last)["CT"])
    many = train_many(problem, (0.2, 0.2), {name: np.stack([array] * 2) for name, array in problem.parameters.items()})
    np.testing.assert_allclose(many.totals, [found, found], rtol=1e-12)
    assert minimise(problem, 2).totals[-1][1] < found[0]
    surface = landscape(problem, ("w300[1,1]", "w300[2,1]"), grid=3)
    assert surface.path_CT[-1] == found[-1]


def test_gradients_of_200_layers_are_checked():
    checks = xlnn.gradcheck(deep(200))
    assert len(checks) == 2 * 199
    assert max(check.relative for check in checks) <= 1e-6


def test_workbooks_and_pictures_of_100_layers(tmp_path):
    pytest.importorskip("matplotlib")
    xlnn.write(deep(100), tmp_path / "deep.xlsx", cells="formulas")
    assert xlnn.check(tmp_path / "deep.xlsx").empty  # nothing is wrong
    assert xlnn.animate(tmp_path / "deep.xlsx", tmp_path / "deep.gif").stat().st_size
    figure = xlnn.plot(tmp_path / "deep.xlsx")
    titles = [text.get_text() for text in figure.texts]
    drawn = [title for title in titles if title.startswith("Weights of layer ")]
    assert (len(drawn), drawn[0][:18], drawn[-1][:20]) == (20, "Weights of layer 2", "Weights of layer 100")
