"""Sheet Conventions tells rows and columns of every layer's matrices, for any network."""

from __future__ import annotations

import numpy as np
import pytest
from networks import NETWORKS
from problems import random_problem

from xlnn.book.conventions import conventions
from xlnn.book.plan import Plan


@pytest.mark.parametrize("name", ["12-3-2", "three hidden layers", "one output, t", "softmax", "pooling, ties first", "stack"])
def test_shapes_are_those_of_numpys_products(name):
    """δ·ᵗa as an outer product, ᵗWδ as a product of matrices; of filters one δ for each cell of a map."""
    problem = random_problem(NETWORKS[name])
    told = [text for topic, text in conventions(Plan(problem, frozenset())) if topic == "shapes"]
    layers = [layer for layer in problem.network.layers[1:] if layer.kind != "max pooling"]
    assert len(told) == len(layers)
    for text, layer in zip(told, layers, strict=True):
        w = problem.parameters["w" + layer.label]
        shapes = [tuple(map(int, part.rsplit(" ", 1)[1].split("×"))) for part in text.split(", ")]
        if layer.kind == "convolution":
            assert shapes == [w.shape, layer.shape, w.shape]
            continue
        matrix, delta = w.reshape(len(w), -1), np.ones((len(w), 1))
        outer, back = delta @ np.ones((1, matrix.shape[1])), matrix.T @ delta
        assert shapes == [matrix.shape, delta.shape, outer.shape, back.shape]


def test_the_books_network():
    told = [text for topic, text in conventions(Plan(random_problem(NETWORKS["12-3-2"]), frozenset())) if topic == "shapes"]
    assert told == ["W² 3×12, δ² 3×1, δ²·ᵗx 3×12, ᵗW²δ² 12×1", "W³ 2×3, δ³ 2×1, δ³·ᵗa² 2×3, ᵗW³δ³ 3×1"]
