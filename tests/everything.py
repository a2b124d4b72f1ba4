"""Every quantity of one update by an independent calculation: the way forward once more, autograd's gradients of all it meets."""

from __future__ import annotations

import autograd.numpy as anp
import numpy as np
from autograd import elementwise_grad, grad
from reference import ACTIVATIONS, OF_ONE_IMAGE, _slid, targets

from xlnn.model.problem import Problem


def everything(problem: Problem, p: dict, images: np.ndarray) -> dict[str, np.ndarray]:
    """All quantities by name for the images at these positions; `right` as 1 and 0."""
    network, x, t = problem.network, problem.x[images], targets(problem)[images]
    zs, as_, _ = _forward(network, p, x, t, {})
    last = network.output.label
    extra = {f"z{l}": np.zeros_like(z) for l, z in zs.items()} | {f"a{l}": np.zeros_like(a) for l, a in as_.items()}
    cost = lambda more, some, k: anp.sum(_forward(network, some, x[k], t[k], more)[2])
    changes = grad(cost)(extra, p, slice(None))
    found = {"number": images + 1, "x": x, "t": t, "eta": problem.settings.eta, **p}
    found |= {f"z{l}": z for l, z in zs.items()} | {f"a{l}": a for l, a in as_.items()}
    found |= {f"delta{l}": changes[f"z{l}"] for l in zs} | {f"back{l}": changes[f"a{l}"] for l in as_ if l != last}
    found[f"dC_da{last}"] = changes[f"a{last}"]
    for layer in network.layers[1:]:
        if layer.activation and layer.activation != "softmax":
            found[f"slope{layer.label}"] = elementwise_grad(ACTIVATIONS[layer.activation])(zs[layer.label])
    found["C"] = _forward(network, p, x, t, {})[2]
    found["CT"] = found["C"].mean() if network.total == "mean" else found["C"].sum()
    singles = [grad(cost, 1)({}, p, slice(k, k + 1)) for k in range(len(x))]
    for name, array in p.items():
        found[f"dC_d{name}"] = gradients = np.stack([single[name] for single in singles])
        found[f"dCT_d{name}"] = whole = gradients.mean(axis=0) if network.total == "mean" else gradients.sum(axis=0)
        frozen = network.freeze_biases and name[0] == "b"
        found[f"new_{name}"] = array if frozen else array - problem.settings.eta * whole
    return found | _answers(problem, as_[last], t, images)


def _forward(network, p, x, t, extra):
    """z and a of every layer and C of every image; `extra` is added to them on the way."""
    a, zs, as_ = x[:, None], {}, {}
    for layer in network.layers[1:]:
        l, (rows, columns) = layer.label, layer.size
        if layer.kind == "max pooling":
            images, maps, height, width = a.shape
            windows = anp.reshape(a, (images, maps, height // rows, rows, width // columns, columns))
            a = anp.max(anp.max(windows, axis=5), axis=3)
        else:
            w, b = p["w" + l], p["b" + l]
            if layer.kind == "dense":
                z = anp.dot(anp.reshape(a, (len(x), -1)), anp.reshape(w, (len(b), -1)).T) + b
            else:
                z = _slid(a, anp.reshape(w, (len(b), a.shape[1], rows, columns)), layer.stride) + anp.reshape(b, (1, -1, 1, 1))
            zs[l] = z = z + extra.get("z" + l, 0)
            a = ACTIVATIONS[layer.activation](z)
        as_[l] = a = a + extra.get("a" + l, 0)
    return zs, as_, OF_ONE_IMAGE[network.cost](z, a, t)


def _answers(problem: Problem, a: np.ndarray, t: np.ndarray, images: np.ndarray) -> dict[str, np.ndarray]:
    classes = problem.network.classes
    if classes is None:
        answer, prediction = t, (a >= 0.5) * 1 if a.shape[1] == 1 else (a == a.max(axis=1, keepdims=True)) * 1
        right = (answer == prediction).all(axis=1)
    else:
        answer = problem.digits[images]
        best = (a[:, 0] >= 0.5) * 1 if a.shape[1] == 1 else a.argmax(axis=1)
        prediction = np.array(classes)[best]
        right = answer == prediction
    return {"answer": answer, "prediction": prediction, "right": right * 1.0, "share": right.mean()}
