"""The rules of a convolutional layer: a filter slides over the maps before it (book chapter 5).

Filters are (map, row, column) on an image and (map, map before, row, column) on maps; z and a are
(images, map, row, column). The convolution is "valid": a filter never leaves the image.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlnn.errors import UsageError
from xlnn.model.kernels import convolve, convolve_back, filter_gradient, filter_gradient_per_image
from xlnn.model.quantities import Quantity
from xlnn.model.rules import Layer, LayerRules, Rule, bias_gradients, divided, output_rule


def convolution_shape(label: str, maps: int, size: tuple[int, int], stride: int, before: Layer) -> tuple[int, int, int]:
    """(maps, rows, columns) of the outputs. Raises UsageError where the filter does not fit."""
    if before.axes == ("unit",):
        raise UsageError("layer {label}: a convolution needs an image or maps before it, not units.", label=label)
    rows, columns = before.shape[-2:]
    if min(size) < 1 or stride < 1:
        raise UsageError("layer {label}: a convolution needs a filter size like 3×3 and a stride of 1 or more.", label=label)
    if size[0] > rows or size[1] > columns:
        raise UsageError(
            "layer {label}: a filter of {size} does not fit on {rows}×{columns}; it can have at most that size.",
            label=label, size=f"{size[0]}×{size[1]}", rows=rows, columns=columns,
        )  # fmt: skip
    return maps, (rows - size[0]) // stride + 1, (columns - size[1]) // stride + 1


def convolution(layer: Layer, before: Layer, total: str = "sum", used: str = "w") -> LayerRules:
    """z = Σ w x + b at every position of the filter, and its gradients, book 5-2 to 5-5."""
    l, stride, (height, width) = layer.label, layer.stride, layer.size
    stacked = "map" in before.axes
    axes = ("map", "map before", "row", "column") if stacked else ("map", "row", "column")
    shape = (layer.shape[0], *before.shape[:-2], height, width)
    w, b = Quantity("w", l, axes, shape), Quantity("b", l, ("map",), layer.shape[:1])
    per = divided(total)

    def maps(array):  # (images, maps before, rows, columns), an image being one map
        return array if stacked else array[:, None]

    def filters(array):  # (maps, maps before, rows, columns)
        return array if stacked else array[:, None]

    def window(x, k, row, column):
        """The part of image k (all its maps) under the filter at this position."""
        rows = slice(row * stride, row * stride + height)
        columns = slice(column * stride, column * stride + width)
        return x[k, :, rows, columns] if stacked else x[k, rows, columns]

    z = Rule(
        layer.quantity("z"),
        (w.name, b.name, before.output),
        "z = Σ w x + b",
        "book 5-2",
        values=lambda w, b, x: convolve(maps(x), filters(w), b, stride),
        cell=lambda w, b, x, k, m, i, j: (w[m] * window(x, k, i, j)).sum() + b[m],
    )
    if not layer.bias:
        none = np.zeros(b.shape)
        z = replace(
            z,
            needs=(w.name, before.output),
            equation="z = Σ w x",
            values=lambda w, x: convolve(maps(x), filters(w), none, stride),
            cell=lambda w, x, k, m, i, j: (w[m] * window(x, k, i, j)).sum(),
        )
    delta = layer.quantity("delta")

    def seen(x, k, *index):
        """The cells of image k that weight [index] meets as the filter slides: a rectangle like δ's map."""
        *outer, row, column = index
        rows = slice(row, row + (layer.shape[1] - 1) * stride + 1, stride)
        columns = slice(column, column + (layer.shape[2] - 1) * stride + 1, stride)
        return x[(k, *outer, rows, columns)]

    gradient = Rule(
        Quantity("dC_dw", l, axes, shape, per_image=True),
        (delta.name, before.output),
        "∂C/∂w = Σ δ x",
        "book 5-5",
        values=lambda delta, x: filter_gradient_per_image(delta, maps(x), layer.size, stride).reshape(len(x), *shape),
        cell=lambda delta, x, k, m, *index: (delta[k, m] * seen(x, k, *index)).sum(),
    )
    summed = Rule(
        Quantity("dCT_dw", l, axes, shape),
        (delta.name, before.output),
        "∂C_T/∂w = Σ δ x" + (" / n" if total == "mean" else ""),
        "book 5-5",
        values=lambda delta, x: per(filter_gradient(delta, maps(x), layer.size, stride).reshape(shape), len(x)),
        cell=lambda delta, x, m, *index: per(sum_of((delta[k, m] * seen(x, k, *index)).sum() for k in range(len(x))), len(x)),
    )
    one_bias, all_biases = bias_gradients(b, delta, total)
    back = Rule(
        before.quantity("back"),
        (used + l, delta.name),
        "Σ w δ",
        "book 5-5",
        values=lambda w, delta: convolve_back(delta, filters(w), before.shape[-2:], stride).reshape(len(delta), *before.shape),
        cell=lambda w, delta, k, *index: sum_of(_meetings(w, delta, k, index, layer, stride)),
    )
    found = LayerRules((w, b), (z, output_rule(layer)), (gradient, one_bias), (summed, all_biases), (back,))
    return found if layer.bias else found.without_biases()


def sum_of(terms):
    """The terms added up one after the other, as a person writes them; 0 where a stride skips a cell."""
    terms = iter(terms)
    found = next(terms, 0)
    for term in terms:
        found = found + term
    return found


def _meetings(w, delta, k, index, layer: Layer, stride: int):
    """w · δ for every position of the filter at which it touches the cell `index` of the layer before."""
    *outer, row, column = index
    maps, rows, columns = layer.shape
    height, width = layer.size
    for m in range(maps):
        for i in _positions(row, height, rows, stride):
            for j in _positions(column, width, columns, stride):
                yield w[(m, *outer, row - i * stride, column - j * stride)] * delta[k, m, i, j]


def _positions(cell: int, size: int, positions: int, stride: int) -> range:
    """The positions, of so many, at which a filter of `size` touches row or column `cell`."""
    return range(max(0, (cell - size) // stride + 1), min(positions, cell // stride + 1))
