"""12-3-2 as a person writes it in NumPy; the scripts that job.py compares with share it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

ITERATIONS = 50
PARAMETERS = ("w2", "b2", "w3", "b3")


def iterations(x, digits, parameters: dict, eta: float) -> Iterator[dict[str, np.ndarray]]:
    """Every number of every iteration by name; x is (images, 12), the digits 0 or 1."""
    now = dict(parameters)
    t = (digits[:, None] == [0, 1]).astype(float)
    for _ in range(ITERATIONS):
        yield (step := iteration(x, digits, t, now, parameters, eta))
        now = {name: step["new_" + name] for name in PARAMETERS}


def iteration(x, digits, t, now: dict, parameters: dict, eta: float) -> dict[str, np.ndarray]:
    """One iteration: forward, cost, backward, every image's gradients, their sums, the new parameters."""
    z2 = x @ now["w2"].T + now["b2"]
    a2 = sigmoid(z2)
    z3 = a2 @ now["w3"].T + now["b3"]
    a3 = sigmoid(z3)
    C = ((a3 - t) ** 2).sum(axis=1) / 2
    dC_da3, slope3 = a3 - t, a3 * (1 - a3)
    delta3 = dC_da3 * slope3
    back2, slope2 = delta3 @ now["w3"], a2 * (1 - a2)
    delta2 = back2 * slope2
    gradients = {
        "w2": delta2[:, :, None] * x[:, None, :], "b2": delta2, "w3": delta3[:, :, None] * a2[:, None, :], "b3": delta3,
    }  # fmt: skip
    sums = {name: gradient.sum(axis=0) for name, gradient in gradients.items()}
    prediction = a3.argmax(axis=1)
    return {
        "number": np.arange(1, len(x) + 1), "x": x, "t": t, "z2": z2, "a2": a2, "z3": z3, "a3": a3, "C": C,
        "answer": digits, "prediction": prediction, "right": prediction == digits,
        "dC_da3": dC_da3, "slope3": slope3, "delta3": delta3, "back2": back2, "slope2": slope2, "delta2": delta2,
        **{"dC_d" + name: gradient for name, gradient in gradients.items()},
        "eta": np.array(eta), "CT": C.sum(), "share": (prediction == digits).mean(),
        **now, **{"dCT_d" + name: gradient for name, gradient in sums.items()},
        **{"new_" + name: now[name] - eta * sums[name] for name in PARAMETERS},
        **{"initial_" + name: parameters[name] for name in PARAMETERS},
    }  # fmt: skip


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def per_image(step: dict, images: int) -> tuple[list[str], np.ndarray]:
    """Names, and one row of numbers for each image."""
    names = [name for name, array in step.items() if np.ndim(array) and len(array) == images]
    return names, np.concatenate([np.reshape(step[name], (images, -1)).astype(float) for name in names], axis=1)


def others(step: dict, images: int) -> dict[str, np.ndarray]:
    """What no image has: η, C_T, the share, parameters, sums."""
    return {name: np.ravel(array) for name, array in step.items() if not np.ndim(array) or len(array) != images}
