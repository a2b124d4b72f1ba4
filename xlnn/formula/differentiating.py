"""Reverse mode: from one cell backwards through all formulas, every copy of a formula in the same step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlnn.formula.block import Block, Calculated, calculated
from xlnn.formula.node import backward
from xlnn.formula.values import BLANK, NUMBER, Values


def propagate(steps: Sequence[Block], values: Values, adjoints: np.ndarray, cut: np.ndarray | None = None) -> np.ndarray:
    """∂/∂ every cell, (outputs, cells + 1), from `adjoints`, which hold the outputs' own; the array is changed.

    `steps` are in the order of calculation. Where `cut` holds, a cell counts as given: nothing goes on behind it.
    """
    with np.errstate(all="ignore"):
        for block in reversed(steps):
            g = adjoints[:, block.targets]  # (outputs, copies, rows, columns)
            if cut is not None:
                g = np.where(cut[block.targets], 0.0, g)
            active = (g != 0).any(axis=(0, 2, 3))
            if active.any():
                rows = np.flatnonzero(active)
                part = block if len(rows) == len(active) else block.part(rows)
                _add(adjoints, part, calculated(part, values), g[:, rows])
    return adjoints


def _add(adjoints: np.ndarray, block: Block, found: Calculated, g: np.ndarray) -> None:
    """Adds to the cells that a block reads what comes back from its results."""
    own, common = parts(block, found, g)
    for index, part in ((block.own, own), (block.common, common)):
        if index.size:
            for row, one in zip(adjoints, part, strict=True):
                np.add.at(row, index.ravel(), one.ravel())


def parts(block: Block, found: Calculated, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """∂/∂ the cells that a block reads, (outputs, copies, cells) and (outputs, 1, cells), from ∂/∂ its results."""
    shape = found.result.shape
    value = found.result.value
    if value.kinds is not None:
        g = np.where((value.kinds == NUMBER) | (value.kinds == BLANK), g, 0.0)
    back = backward(found.result, _narrowed(g, shape, len(block.formulas)))
    outputs = len(g)
    flat = [np.zeros((outputs, *block.own.shape)), np.zeros((outputs, *block.common.shape))]
    starts = [0, 0]
    for node, (height, width), is_common in zip(found.cuts, block.sizes, block.is_common, strict=True):
        start = starts[is_common]
        starts[is_common] += height * width
        if id(node) in back:
            flat[is_common][:, :, start : start + height * width] += back[id(node)].reshape(outputs, node.shape[0], -1)
    return flat[0], flat[1]


def _narrowed(g: np.ndarray, shape: tuple[int, ...], copies: int) -> np.ndarray:
    """∂/∂ the result from that of the cells which show it: an array formula repeats a single row or column."""
    _, rows, columns = shape
    if rows > 1 and rows != g.shape[2]:
        g = _fitted(g, 2, rows)
    if columns > 1 and columns != g.shape[3]:
        g = _fitted(g, 3, columns)
    axes = tuple(axis for axis, size in zip((1, 2, 3), shape, strict=True) if size == 1 and g.shape[axis] > 1)
    return g.sum(axis=axes, keepdims=True) if axes else g


def _fitted(g: np.ndarray, axis: int, size: int) -> np.ndarray:
    """Cut or filled up with 0: a result may be larger or smaller than its range."""
    if g.shape[axis] >= size:
        return np.take(g, np.arange(size), axis)
    wide = list(g.shape)
    wide[axis] = size - g.shape[axis]
    return np.concatenate([g, np.zeros(wide)], axis)
