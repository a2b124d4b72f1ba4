"""The book's own problems, by section: images and initial parameters from the authors' companion workbooks."""

from __future__ import annotations

import csv
import json
from importlib.resources import files

import numpy as np

from xlnn.errors import UsageError
from xlnn.network import LayerSettings, Network, plain_layers
from xlnn.problem import Problem, Settings

SECTIONS = {
    "4-4": "64 images of 4×3 pixels, network 12-3-2, η 0.2, 50 iterations",
    "5-6": "96 images of 6×6 pixels, three 3×3 filters, 2×2 max pooling, 3 outputs, η 0.2, 50 iterations",
}

MAPS = (
    LayerSettings("I", "input", size=(6, 6)),
    LayerSettings("F", "convolution", 3, (3, 3)),
    LayerSettings("P", "max pooling", size=(2, 2)),
    LayerSettings("O", "dense", 3),
)


def example(section: str) -> Problem:
    """The problem of a section, "4-4" or "5-6". Raises UsageError for others."""
    if section == "4-4":
        digits, x, _ = _images("images_4x3.csv", (4, 3))
        network = Network(plain_layers((4, 3), 3, 2), classes=(0.0, 1.0))
        return _problem(network, x, "params_4-4.json", digits=digits)
    if section == "5-6":
        _, x, t = _images("images_6x6.csv", (6, 6))
        return _problem(Network(MAPS), x, "params_5-6.json", t=t)
    raise UsageError("there is no section {name}; known: {known}.", name=repr(section), known=", ".join(SECTIONS))


def _images(name: str, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Digits (images), pixels (images, rows, columns), targets (images, units)."""
    with (files("xlnn") / "data" / name).open(newline="") as file:
        _, *lines = csv.reader(file)
    numbers = np.array(lines, dtype=float)
    pixels = shape[0] * shape[1]
    return numbers[:, 1], numbers[:, 2 : 2 + pixels].reshape(-1, *shape), numbers[:, 2 + pixels :]


def _problem(network: Network, x: np.ndarray, name: str, **answers) -> Problem:
    stored = json.loads((files("xlnn") / "data" / name).read_text())
    parameters = {q.name: np.array(stored[q.name]).reshape(q.shape) for q in network.parameters}
    settings = Settings(eta=stored["eta"], iterations=stored["iterations"])
    return Problem(network, x, parameters, settings=settings, **answers)
