"""The rules of max pooling: of every window of p×p cells the largest goes on (book 5-2)."""

from __future__ import annotations

import numpy as np

from xlnn.errors import UsageError
from xlnn.model.kernels import pool_back, pool_max
from xlnn.model.rules import Layer, LayerRules, Rule
from xlnn.words import these


def pooling_shape(label: str, size: tuple[int, int], before: Layer) -> tuple[int, int, int]:
    """(maps, rows, columns) of the pooled maps. Raises UsageError where the windows do not fill them."""
    if before.axes != ("map", "row", "column"):
        raise UsageError("layer {label}: pooling needs the maps of a convolution before it.", label=label)
    maps, rows, columns = before.shape
    if min(size) < 1 or rows % size[0] or columns % size[1]:
        raise UsageError(
            "layer {label}: windows of {size} do not fill maps of {rows}×{columns}; "
            "rows can be {rows_fit}, columns {columns_fit}.",
            label=label, size=f"{size[0]}×{size[1]}", rows=rows, columns=columns,
            rows_fit=these(n for n in range(1, rows + 1) if rows % n == 0),
            columns_fit=these(n for n in range(1, columns + 1) if columns % n == 0),
        )  # fmt: skip
    return maps, rows // size[0], columns // size[1]


def pooling(layer: Layer, before: Layer, total: str = "sum", used: str = "w") -> LayerRules:
    """a = max a of the window, and δ's way back to the cell that was the largest, book 5-5.

    Several cells can share the maximum: with ties "first" only the first of them, row by row, gets what
    comes back; with "all" each of them.
    """
    height, width = layer.size

    def window(a, k, m, i, j):
        return a[k, m, i * height : (i + 1) * height, j * width : (j + 1) * width]

    forward = Rule(
        layer.quantity("a"),
        (before.output,),
        "a = max a of the window",
        "book 5-2",
        values=lambda a: pool_max(a, layer.size),
        cell=lambda a, k, m, i, j: window(a, k, m, i, j).max(),
    )

    def back_cell(a, pooled, back, k, m, i, j):
        inside, largest = window(a, k, m, i // height, j // width), pooled[k, m, i // height, j // width]
        row, column = i % height, j % width
        largest_here = inside[row, column] == largest
        earlier = [part.max() for part in (inside[:row, :], inside[row, :column]) if part.size]
        if earlier and layer.ties == "first":
            before_it = earlier[0] if len(earlier) == 1 else np.maximum(*earlier)
            largest_here = np.logical_and(largest_here, before_it < largest)
        return np.where(largest_here, back[k, m, i // height, j // width], 0)

    back = Rule(
        before.quantity("back"),
        (before.output, layer.output, "back" + layer.label),
        "Σwδ at the largest cell, else 0",
        "book 5-5",
        values=lambda a, pooled, back: pool_back(a, pooled, back, layer.size, layer.ties),
        cell=back_cell,
    )
    return LayerRules(forward=(forward,), back=(back,))
