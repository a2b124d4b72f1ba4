"""The rules of a dense layer: every unit sees every output of the layer before (book chapters 3 and 4)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlnn.model.quantities import Quantity
from xlnn.model.rules import Layer, LayerRules, Rule, bias_gradients, divided, flat, output_rule


def dense(layer: Layer, before: Layer, total: str = "sum", used: str = "w") -> LayerRules:
    """w is (units, then the shape of the layer before), b (units) or (1) for all of them, where there are biases; z and a
    (images, units).

    `used` names the weights that carry δ back: "w", or "new_w" where the output layer is updated first.
    """
    l, inputs = layer.label, before.output
    w = Quantity("w", l, ("unit", *before_axes(before)), (*layer.shape, *before.shape))
    b = Quantity("b", l, ("unit",), (1,) if layer.shared_bias else layer.shape)
    of = (lambda j: 0) if layer.shared_bias else (lambda j: j)  # which bias is a unit's
    per = divided(total)
    in_rows, in_shape = flat, lambda array: array.reshape(-1, *before.shape)
    if len(before.shape) == 1:
        in_rows = in_shape = as_it_is
    # The weights stand first: so the matrix product is half as fast again. The images lie last in memory, here and in what
    # follows. `dot` gives to the bit what @ gives, and begins sooner, which counts where a product takes a millionth of a second.
    weighted_sums = lambda w, a: in_rows(w).dot(in_rows(a).T).T
    if before.kind == "input":  # the authors write the pixels first here, the weights first elsewhere
        weighted = lambda w, x, k, j: (x[k] * w[j]).sum()
    else:
        weighted = lambda w, a, k, j: (w[j] * a[k]).sum()
    z = Rule(
        layer.quantity("z"),
        (w.name, b.name, inputs),
        "z = Σ w a + b",
        "book 3-2 (5)",
        values=lambda w, b, a: with_biases(weighted_sums(w, a), b),
        cell=lambda w, b, a, k, j: weighted(w, a, k, j) + b[of(j)],
    )
    if not layer.bias:
        z = replace(z, needs=(w.name, inputs), equation="z = Σ w a", values=weighted_sums, cell=weighted)
    delta = layer.quantity("delta")
    gradient = Rule(
        Quantity("dC_dw", l, w.axes, w.shape, per_image=True),
        (delta.name, inputs),
        "∂C/∂w = δ a",
        "book 4-2 (6)",
        values=lambda delta, a: (delta[:, :, None] * in_rows(a)[:, None, :]).reshape(len(a), *w.shape),
        cell=lambda delta, a, k, j, *index: delta[k, j] * a[(k, *index)],
    )
    summed = Rule(
        Quantity("dCT_dw", l, w.axes, w.shape),
        (delta.name, inputs),
        "∂C_T/∂w = Σ δ a" + (" / n" if total == "mean" else ""),
        "book 4-1",
        values=lambda delta, a: per(in_shape(delta.T.dot(in_rows(a))), len(a)),
        cell=lambda delta, a, j, *index: per((delta[:, j] * a[(slice(None), *index)]).sum(), len(a)),
    )
    one_bias, all_biases = bias_gradients(b, delta, total)
    back = Rule(
        replace(before.quantity("back"), after=l),
        (used + l, delta.name),
        "Σ w δ",
        "book 4-3 (11)",
        values=lambda w, delta: in_shape(in_rows(w).T.dot(delta.T).T),
        cell=lambda w, delta, k, *index: (w[(slice(None), *index)] * delta[k]).sum(),
    )
    found = LayerRules((w, b), (z, output_rule(layer)), (gradient, one_bias), (summed, all_biases), (back,))
    return found if layer.bias else found.without_biases()


def with_biases(sums: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Σ w a + b of all units and images, in the array of the sums."""
    z = sums
    z += b
    return z


def as_it_is(array: np.ndarray) -> np.ndarray:
    """What has one axis behind the first lies in rows already."""
    return array


def before_axes(before: Layer) -> tuple[str, ...]:
    """Names of a weight's axes for the outputs that it multiplies: a unit's come from "unit before"."""
    return tuple("unit before" if axis == "unit" else axis for axis in before.axes)
