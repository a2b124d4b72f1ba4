"""Small problems made for tests: random images, targets and parameters for any network."""

from __future__ import annotations

import numpy as np

from xlnn.model.network import LayerSettings, Network
from xlnn.model.problem import Problem, Settings
from xlnn.model.quantities import Quantity


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


def full_shape(q: Quantity, images: int) -> tuple[int, ...]:
    """The shape of a quantity's numbers, with the images in front where it has some for each."""
    return (images, *q.shape) if q.per_image else q.shape
