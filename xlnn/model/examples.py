"""The book's own problems, by section: images and initial parameters from the authors' companion workbooks.

Two are regressions, networks of a single unit: the book's own data of 2-12, and a textbook's for the logistic one.
"""

from __future__ import annotations

import csv
import json
from importlib.resources import files

import numpy as np

from xlnn.errors import UsageError
from xlnn.model.network import LayerSettings, Network, plain_layers
from xlnn.model.problem import Problem, Settings
from xlnn.words import these

SECTIONS = {
    "2-12": "regression: heights and weights of 7 students, one linear unit; the line by solve, and on sheets of its own",
    "4-4": "64 images of 4×3 pixels, network 12-3-2, η 0.2, 50 iterations",
    "5-6": "96 images of 6×6 pixels, three 3×3 filters, 2×2 max pooling, 3 outputs, η 0.2, 50 iterations",
    "logistic": "logistic regression: hours of study of 20 students, one sigmoid unit that says who passes, cross-entropy",
}


MAPS = (
    LayerSettings("I", "input", size=(6, 6)),
    LayerSettings("F", "convolution", 3, (3, 3)),
    LayerSettings("P", "max pooling", size=(2, 2)),
    LayerSettings("O", "dense", 3),
)


def example(section: str) -> Problem:
    """The problem of a section, "4-4", "5-6" or "2-12", or "logistic". Raises UsageError for others."""
    if section == "4-4":
        digits, x, _ = _images("images_4x3.csv", (4, 3))
        network = Network(plain_layers((4, 3), 3, 2), classes=(0.0, 1.0))
        return _problem(network, x, "params_4-4.json", digits=digits)
    if section == "5-6":
        _, x, t = _images("images_6x6.csv", (6, 6))
        return _problem(Network(MAPS), x, "params_5-6.json", t=t)
    if section == "2-12":
        return _regression()
    if section == "logistic":
        return _logistic()
    raise UsageError("there is no section {name}; known: {known}.", name=repr(section), known=these(SECTIONS))


def _images(name: str, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Digits (images), pixels (images, rows, columns), targets (images, units)."""
    with (files("xlnn") / "data" / name).open() as file:
        _, *lines = csv.reader(file)
    numbers = np.array(lines, dtype=float)
    pixels = shape[0] * shape[1]
    return numbers[:, 1], numbers[:, 2 : 2 + pixels].reshape(-1, *shape), numbers[:, 2 + pixels :]


def _problem(network: Network, x: np.ndarray, name: str, **answers) -> Problem:
    stored = json.loads((files("xlnn") / "data" / name).read_text())
    parameters = {q.name: np.array(stored[q.name]).reshape(q.shape) for q in network.parameters}
    settings = Settings(eta=stored["eta"], iterations=stored["iterations"])
    return Problem(network, x, parameters, settings=settings, **answers)


def _regression() -> Problem:
    """Weight (kg) = p · height (cm) + q, the book's seven students: a = z = px + q, C = ½(t − a)².

    With a larger η descent diverges, and with this one it crawls: Σx² is 20 million times as steep as the other way.
    """
    x, t = _columns("regression_2-12.csv")
    network = Network(plain_layers((1, 1), 1, activation="identity"), judged=False)
    return Problem(network, x, _nothing(network), t=t, settings=Settings(eta=5e-6, layout="table"))


def _logistic() -> Problem:
    """The probability that a student passes, by hours of study: a = σ(px + q), cross-entropy.

    The 20 students are an example that many textbooks share (en.wikipedia.org/wiki/Logistic_regression), where the
    likelihood is largest at p 1.5046, q −4.0777.
    """
    x, passed = _columns("hours_of_study.csv")
    network = Network(plain_layers((1, 1), 1), cost="cross-entropy", classes=(0.0, 1.0))
    return Problem(network, x, _nothing(network), digits=passed[:, 0], settings=Settings(eta=0.04, layout="table"))


def _columns(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Of a table of number, x and t: x (cases, 1, 1), t (cases, 1)."""
    with (files("xlnn") / "data" / name).open() as file:
        _, *lines = csv.reader(file)
    numbers = np.array(lines, dtype=float)
    return numbers[:, 1].reshape(-1, 1, 1), numbers[:, 2:]


def _nothing(network: Network) -> dict[str, np.ndarray]:
    """All parameters 0: with a single unit, unlike with several, nothing is lost by that."""
    return {q.name: np.zeros(q.shape) for q in network.parameters}
