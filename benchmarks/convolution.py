"""One full-batch step of convolutional networks beside PyTorch's: 10,000 images of 28×28, and the book's 5-6.

python benchmarks/convolution.py
"""

from __future__ import annotations

from measure import arguments, compare, in_turn, show

chosen = arguments("One step of convolutional networks beside PyTorch's.", repeat=9)

import numpy as np  # noqa: E402
import torch  # noqa: E402
from beside_torch import check_same, torch_step, xlnn_step  # noqa: E402

from xlnn import LayerSettings, Network, Problem, Settings, example  # noqa: E402


def main() -> None:
    torch.set_num_threads(chosen.threads)
    lines = []
    for what, problem, calls, target in (
        ("5-6: 96 images of 6×6, 3 filters 3×3, pooling, dense 3", example("5-6"), 300, 0.5),
        ("10,000 images of 28×28, 8 filters 5×5, pooling, dense 10", large(), 1, 0.6),
    ):
        check_same(problem)
        seconds = in_turn({"xlnn": xlnn_step(problem), "PyTorch": torch_step(problem)}, chosen.repeat, calls)
        lines.append(compare(what, seconds["xlnn"], seconds["PyTorch"], target))
    show(lines, "PyTorch")


def large() -> Problem:
    """8 filters 5×5, 2×2 max pooling, dense 10, on 10,000 images of 28×28 with random pixels."""
    random = np.random.default_rng(0)
    network = Network(
        (
            LayerSettings("I", "input", size=(28, 28)),
            LayerSettings("F", "convolution", 8, (5, 5)),
            LayerSettings("P", "max pooling", size=(2, 2)),
            LayerSettings("O", "dense", 10),
        ),
        total="mean",
        classes=tuple(map(float, range(10))),
    )
    parameters = {q.name: random.standard_normal(q.shape) / np.sqrt(q.size // q.shape[0]) for q in network.parameters}
    digits = random.integers(0, 10, 10_000).astype(float)
    return Problem(network, random.random((10_000, 28, 28)), parameters, digits, settings=Settings(eta=0.2))


main()
