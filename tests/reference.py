"""A second calculation, independent of xlnn: only the way forward, written once more for autograd, which finds
the gradients by itself."""

from __future__ import annotations

from collections.abc import Mapping

import autograd.numpy as anp
import numpy as np
from autograd import grad

from xlnn.model.costs import COSTS
from xlnn.model.network import Network
from xlnn.model.problem import Problem

ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "softsign": lambda z: z / (1 + anp.abs(z)),
    "relu": lambda z: anp.maximum(0, z),
    "leaky relu": lambda z: anp.maximum(0, z) + 0.01 * anp.minimum(0, z),
    "identity": lambda z: z,
    "softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z), axis=1, keepdims=True),
}
# of the output layer's z and a; cross-entropies from z, for 1 − a loses digits where a is near 1
OF_ONE_IMAGE = {
    "half squares": lambda z, a, t: anp.sum((t - a) ** 2, axis=1) / 2,
    "squares": lambda z, a, t: anp.sum((t - a) ** 2, axis=1),
    "cross-entropy": lambda z, a, t: anp.sum(t * anp.logaddexp(0, -z) + (1 - t) * anp.logaddexp(0, z), axis=1),
    "softmax cross-entropy": lambda z, a, t: anp.sum(t * (anp.log(anp.sum(anp.exp(z), axis=1, keepdims=True)) - z), axis=1),
}


def allowed(activation: str, cost: str) -> bool:
    """Whether an output activation goes with a cost: cross-entropies have exactly one, softmax only its own."""
    if cost == "cross-entropy":
        return activation == "sigmoid"
    if cost == "perceptron":  # its gradient is that of Σ(a − t) z with a held: test_perceptron has it
        return False
    return (activation == "softmax") == (cost == "softmax cross-entropy") and activation != "step"


PAIRS = [(activation, cost) for cost in COSTS for activation in ACTIVATIONS if allowed(activation, cost)]


def forward(network: Network, p: Mapping, x: np.ndarray):
    """z and a of the output layer, (images, units) each."""
    a = x[:, None]  # an image is one map
    for layer in network.layers[1:]:
        rows, columns = layer.size
        if layer.kind == "max pooling":
            images, maps, height, width = a.shape
            windows = anp.reshape(a, (images, maps, height // rows, rows, width // columns, columns))
            a = anp.max(anp.max(windows, axis=5), axis=3)
            continue
        w, b = p["w" + layer.label], p["b" + layer.label]
        if layer.kind == "dense":
            z = anp.dot(anp.reshape(a, (len(x), -1)), anp.reshape(w, (len(b), -1)).T) + b
        else:
            z = _slid(a, anp.reshape(w, (len(b), a.shape[1], rows, columns)), layer.stride) + anp.reshape(b, (1, -1, 1, 1))
        a = ACTIVATIONS[layer.activation](z)
    return z, a


def _slid(a, w, stride: int):
    """A filter at every position, one weight after the other: (images, maps, rows, columns)."""
    total = 0
    down, right = a.shape[2] - w.shape[2], a.shape[3] - w.shape[3]  # how far it can go
    for i in range(w.shape[2]):
        for j in range(w.shape[3]):
            seen = a[:, :, i : i + down + 1 : stride, j : j + right + 1 : stride]
            total = total + anp.sum(w[None, :, :, i, j, None, None] * seen[:, None], axis=2)
    return total


def total_cost(network: Network, p: Mapping, x: np.ndarray, t: np.ndarray):
    """C_T of these images."""
    costs = OF_ONE_IMAGE[network.cost](*forward(network, p, x), t)
    return anp.mean(costs) if network.total == "mean" else anp.sum(costs)


def targets(problem: Problem) -> np.ndarray:
    """t (images, units), for digits made from the classes."""
    if problem.t is not None:
        return problem.t
    classes = problem.network.classes
    meant = classes[1:] if problem.network.output.shape == (1,) else classes
    return np.array([[float(digit == number) for number in meant] for digit in problem.digits])


def updated(problem: Problem, p: Mapping, images: np.ndarray) -> dict[str, np.ndarray]:
    """The parameters after one update with these images (their positions)."""
    network, t = problem.network, targets(problem)
    gradient = grad(lambda some: total_cost(network, some, problem.x[images], t[images]))(dict(p))
    frozen = "b" if network.freeze_biases else "-"
    return {name: array if name[0] == frozen else array - problem.settings.eta * gradient[name] for name, array in p.items()}
