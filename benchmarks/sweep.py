"""Many small trainings at once: 200 runs of 4-4 × 50 as one calculation / 200 loops over `train`, in the same process.

python benchmarks/sweep.py
"""

from __future__ import annotations

from dataclasses import replace

from measure import arguments, compare, in_turn, show

chosen = arguments("Many small trainings at once beside one after the other.", repeat=11)

import numpy as np  # noqa: E402

from xlnn import example, train  # noqa: E402
from xlnn.model.many import train_many  # noqa: E402
from xlnn.model.problem import draw  # noqa: E402


def main() -> None:
    problem = example("4-4")
    runs = [(eta, seed) for seed in range(20) for eta in np.linspace(0.05, 0.5, 10)]
    first = [{q.name: draw(q, seed, "N(0, 1)") for q in problem.network.parameters} for _, seed in runs]
    alone = [replace(problem, parameters=p).with_settings(eta=eta) for p, (eta, _) in zip(first, runs, strict=True)]
    parameters = {name: np.stack([p[name] for p in first]) for name in first[0]}

    def at_once():
        return train_many(problem, [eta for eta, _ in runs], parameters)

    def one_by_one() -> None:
        for one in alone:
            for _ in train(one):
                pass

    def with_costs() -> list[list[float]]:
        return [[float(step["CT"]) for step in train(one)] for one in alone]

    worst = np.abs(at_once().totals[:, :-1] - np.array(with_costs())).max()
    print(f"largest difference of any C_T: {worst:.1e}")
    seconds = in_turn({"at once": at_once, "train": one_by_one, "train, C_T": with_costs}, chosen.repeat)
    text = "200 runs of 4-4 × 50, with C_T after each update / `train`"
    lines = [
        compare(f"{text} without C_T", seconds["at once"], seconds["train"], 0.1),
        compare(f"{text} with it", seconds["at once"], seconds["train, C_T"], 0.1),
    ]
    show(lines, "train")


main()
