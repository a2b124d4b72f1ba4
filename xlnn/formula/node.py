"""One step of a calculation: its value for all copies of a formula, and how a derivative goes back to what it came from."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.errors import LimitError
from xlnn.formula.values import NA, Values, failed, first_error, with_errors

LARGEST = 1 << 22  # numbers of an array, and products of a MMULT


@dataclass(eq=False, slots=True)
class Node:
    """`back` takes ∂/∂value, (outputs, copies, rows, columns), and gives ∂/∂ each source; None: nothing goes back."""

    value: Values
    sources: tuple[Node, ...] = ()
    back: Callable[[np.ndarray], Sequence[np.ndarray | None]] | None = None
    corners: np.ndarray | None = None  # of a reference, (copies, 4): its first row and column, its last row and column
    ties: np.ndarray | None = None  # (copies,) where two branches tie

    @property
    def is_reference(self) -> bool:
        return self.corners is not None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.numbers.shape


def scaled(g: np.ndarray, slope) -> np.ndarray:
    """g times a slope; 0 where nothing comes back, even where the slope is infinite."""
    return np.where(g == 0, 0.0, g * slope)


def summed_to(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A derivative by what was broadcast, summed to what it was before: (outputs, *shape)."""
    axes = tuple(axis for axis, size in enumerate(shape, 1) if size == 1 and g.shape[axis] != 1)
    found = g.sum(axis=axes, keepdims=True) if axes else g
    return found if found.shape[1:] == shape else np.broadcast_to(found, (g.shape[0], *shape))


def fits(*nodes: Node) -> bool:
    """Whether their shapes broadcast. Raises LimitError where that gives too much."""
    try:
        check_size(*np.broadcast_shapes(*(node.shape for node in nodes)))
    except ValueError:
        return False
    return True


def check_size(*sizes: int) -> None:
    """Raises LimitError where the product of these sizes is too much to be calculated at once."""
    if math.prod(sizes) > LARGEST:
        raise LimitError("the formula calculates with more than {limit} numbers at once.", limit=f"{LARGEST:,}")


def misfit() -> Node:
    return Node(failed(NA))


def finished(v: np.ndarray, errors: np.ndarray | None, wrong: Callable[[], np.ndarray | int]) -> tuple[Values, np.ndarray | None]:
    """Numbers as values: errors where the arguments have some, or where a result is no number (`wrong()` is its code)."""
    finite = np.isfinite(v)
    if not finite.all():
        errors = first_error(errors, np.where(finite, -1, wrong()))
    return with_errors(Values(v), errors), errors


def unless(errors: np.ndarray | None, g: np.ndarray) -> np.ndarray:
    """Nothing goes back from a result that is an error."""
    return g if errors is None else np.where(errors >= 0, 0.0, g)


def backward(root: Node, g: np.ndarray) -> dict[int, np.ndarray]:
    """∂/∂value of every node below `root` that gets one, by its id, from that of the root: (outputs, copies, rows, columns)."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((source, False) for source in node.sources)
    found = {id(root): g}
    for node in reversed(order):
        if node.back is None or id(node) not in found:
            continue
        for source, part in zip(node.sources, node.back(found[id(node)]), strict=True):
            if part is not None:
                part = summed_to(part, source.shape)
                found[id(source)] = found[id(source)] + part if id(source) in found else part
    return found
