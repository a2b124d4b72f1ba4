"""Small problems made for tests: random images, targets and parameters for any network."""

from __future__ import annotations

import numpy as np

from xlnn.model.network import LayerSettings, Network
from xlnn.model.problem import Problem, Settings


def random_problem(network: Network, images: int = 5, seed: int = 0, **settings) -> Problem:
    """Pixels 0 or 1 (some grey), one right unit per image, parameters from N(0, 1)."""
    draw = np.random.default_rng(seed)
    rows, columns = network.layers[0].shape
    x = draw.integers(0, 2, (images, rows, columns)) * draw.choice([1.0, 0.5, 0.25], (images, rows, columns))
    units = network.output.shape[0]
    digits = t = None
    if network.classes is not None:
        digits = draw.choice(network.classes, images)
    elif units == 1:
        t = draw.integers(0, 2, (images, 1)).astype(float)
    else:
        t = np.eye(units)[draw.integers(0, units, images)]
    parameters = {q.name: draw.standard_normal(q.shape) for q in network.parameters}
    return Problem(network, x, parameters, digits, t, Settings(**{"iterations": 3, **settings}))


def dense(image: tuple[int, int], *layers: tuple[int, str], **conventions) -> Network:
    """A plain network from (units, activation) pairs: `dense((4, 3), (3, "tanh"), (2, "sigmoid"))`."""
    entries = [LayerSettings(str(i), "dense", units, activation=name) for i, (units, name) in enumerate(layers, 2)]
    return Network((LayerSettings("1", "input", size=image), *entries), **conventions)


def maps(image: tuple[int, int], *layers: LayerSettings, **conventions) -> Network:
    """A convolutional network on an image."""
    return Network((LayerSettings("I", "input", size=image), *layers), **conventions)


def stack(**conventions) -> Network:
    """Two convolutions, each pooled: 10×10 → 2·8×8 → 2·4×4 → 3·2×2 → 3·1×1 → 2."""
    return maps(
        (10, 10),
        LayerSettings("F", "convolution", 2, (3, 3)),
        LayerSettings("P", "max pooling", size=(2, 2)),
        LayerSettings("G", "convolution", 3, (3, 3)),
        LayerSettings("Q", "max pooling", size=(2, 2)),
        LayerSettings("O", "dense", 2),
        **conventions,
    )


F = LayerSettings("F", "convolution", 2, (3, 3))
P = LayerSettings("P", "max pooling", size=(2, 2))
O = LayerSettings("O", "dense", 2)
RELU = LayerSettings("F", "convolution", 2, (3, 2), "relu", stride=2)
DIGITS = (0.0, 1.0)
SOFTMAX = {"cost": "softmax cross-entropy"}
NETWORKS = {
    "12-3-2": dense((4, 3), (3, "sigmoid"), (2, "sigmoid"), classes=DIGITS),
    "tanh": dense((3, 2), (4, "tanh"), (2, "tanh"), cost="squares"),
    "softsign": dense((3, 2), (4, "softsign"), (3, "softsign")),
    "relu, identity": dense((3, 2), (4, "relu"), (3, "identity"), total="mean"),
    "leaky relu": dense((3, 2), (4, "leaky relu"), (3, "leaky relu")),
    "cross-entropy": dense((3, 2), (4, "sigmoid"), (3, "sigmoid"), cost="cross-entropy"),
    "softmax": dense((3, 2), (4, "tanh"), (3, "softmax"), **SOFTMAX, total="mean"),
    "softmax, digits out of order": dense((3, 2), (4, "tanh"), (3, "softmax"), **SOFTMAX, classes=(7.0, 1.0, 3.0)),
    "ten digits": dense((2, 2), (3, "sigmoid"), (10, "sigmoid"), classes=tuple(map(float, range(10)))),
    "one output, digits": dense((2, 2), (3, "sigmoid"), (1, "sigmoid"), classes=(3.0, 8.0)),
    "one output, t": dense((2, 2), (3, "sigmoid"), (1, "sigmoid")),
    "not judged": dense((1, 2), (1, "identity"), cost="squares", judged=False),
    "three hidden layers": dense((2, 2), (3, "sigmoid"), (4, "tanh"), (2, "softsign"), (2, "sigmoid")),
    "frozen biases": dense((2, 2), (3, "sigmoid"), (2, "sigmoid"), freeze_biases=True, total="mean"),
    "output first": dense((2, 2), (3, "sigmoid"), (2, "sigmoid"), update="output first"),
    "pooling, ties first": maps((6, 6), F, P, O),
    "pooling, ties all": maps((6, 6), F, P, O, ties="all"),
    "mean, digits": maps((6, 6), F, P, O, total="mean", classes=(1.0, 2.0)),
    "output first, maps": maps((6, 6), F, P, O, update="output first"),
    "long windows": maps((5, 8), F, LayerSettings("P", "max pooling", size=(1, 3)), O),
    "large windows": maps((8, 5), F, LayerSettings("P", "max pooling", size=(3, 3)), O),
    "stride": maps((7, 6), RELU, LayerSettings("H", "dense", 3, activation="tanh"), O),
    "stride that leaves a border": maps((8, 7), RELU, O, total="mean"),
    "two convolutions": maps((6, 6), F, LayerSettings("G", "convolution", 3, (2, 3), "tanh"), O, freeze_biases=True),
    "two convolutions with stride": maps((9, 9), F, LayerSettings("G", "convolution", 3, (2, 2), "softsign", stride=2), O),
    "stack": stack(),
    "stack, ties all, mean": stack(ties="all", total="mean"),
}
