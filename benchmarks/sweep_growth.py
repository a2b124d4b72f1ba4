"""How the time and the memory of a sweep grow with runs, images and units, on one core (docs/sweep.md).

python benchmarks/sweep_growth.py
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import numpy as np

from xlnn import Network, Problem, example, plain_layers, sweep
from xlnn.model.problem import draw

ETAS = [float(f"{eta:.12g}") for eta in np.linspace(0.05, 0.5, 10)]


def main() -> None:
    """Each line in a process of its own, so that its peak of memory is its own."""
    cases = [(runs, 64, 3) for runs in (100, 1000, 10_000)]
    cases += [(1000, images, 3) for images in (128, 256, 512)] + [(1000, 64, units) for units in (6, 12, 24)]
    print("runs    images  hidden units  seconds  µs per run and update  peak MB")
    for runs, images, units in cases:
        command = [sys.executable, __file__, str(runs), str(images), str(units)]
        seconds, peak = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
        print(f"{runs:<7} {images:<7} {units:<13} {seconds:<8.2f} {seconds / runs / 50 * 1e6:<22.1f} {peak:.0f}")


def one(runs: int, images: int, units: int) -> None:
    """Prints the seconds and the peak memory in MB of a sweep of so many runs of 50 updates."""
    network = Network(plain_layers((4, 3), units, 2), classes=(0.0, 1.0))
    parameters = {q.name: draw(q, 0, "N(0, 1)") for q in network.parameters}
    book = example("4-4")
    problem = Problem(network, np.tile(book.x, (images // 64, 1, 1)), parameters, np.tile(book.digits, images // 64))
    started = time.perf_counter()
    found = sweep(problem, eta=ETAS, seeds=range(runs // 10 - 1), workers=1)
    print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    assert len(found.frame) == runs


if len(sys.argv) > 1:
    one(*map(int, sys.argv[1:]))
else:
    main()
