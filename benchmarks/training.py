"""One training iteration of plain networks beside PyTorch's: 12-3-2 on 64 images, 784-100-10 on 10,000.

python benchmarks/training.py
"""

from __future__ import annotations

from measure import arguments, compare, in_turn, show

chosen = arguments("One training iteration of plain networks beside PyTorch's.", repeat=21)

import numpy as np  # noqa: E402
import torch  # noqa: E402
from beside_torch import check_same, torch_step, xlnn_step  # noqa: E402

from xlnn import Network, Problem, Settings, example, plain_layers  # noqa: E402


def main() -> None:
    torch.set_num_threads(chosen.threads)
    lines = []
    for what, problem, calls, target in (
        ("12-3-2, 64 images", example("4-4"), 500, 1 / 3),
        ("784-100-10, 10,000 images", large(), 1, 1.0),
    ):
        check_same(problem)
        seconds = in_turn({"xlnn": xlnn_step(problem), "PyTorch": torch_step(problem)}, chosen.repeat, calls)
        lines.append(compare(what, seconds["xlnn"], seconds["PyTorch"], target))
    show(lines, "PyTorch")


def large() -> Problem:
    """784-100-10 on 10,000 images of 28×28 with random pixels."""
    random = np.random.default_rng(0)
    network = Network(plain_layers((28, 28), 100, 10), total="mean", classes=tuple(map(float, range(10))))
    parameters = {q.name: random.standard_normal(q.shape) / np.sqrt(q.size // q.shape[0]) for q in network.parameters}
    digits = random.integers(0, 10, 10_000).astype(float)
    return Problem(network, random.random((10_000, 28, 28)), parameters, digits, settings=Settings(eta=0.2))


main()
