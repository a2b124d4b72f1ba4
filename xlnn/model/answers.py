"""The answer that a network gives for an image."""

from __future__ import annotations

import numpy as np

from xlnn.model.network import Network


def answer(network: Network, outputs) -> float:
    """The class of the largest output; of a single one from ½ on the second class."""
    classes = network.classes
    if len(outputs) == 1:
        first, second = classes or (0.0, 1.0)
        return second if outputs[0] >= 0.5 else first
    best = int(np.argmax(outputs))
    return classes[best] if classes else float(best + 1)
