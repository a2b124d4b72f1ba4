"""Applies a rule to numbers with doubts: every cell of its result on many sheets and images at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from xlnn.network import Network
from xlnn.rules import Rule
from xlnn.uncertain import Uncertain

Others = Callable[[tuple[int, ...]], Mapping[str, Uncertain]]


def apply(rule: Rule, operands: Mapping[str, Uncertain], network: Network, others: Others | None = None) -> Uncertain:
    """The rule's result, (sheets, images or 1, *shape), from operands by name.

    `others` gives, for each cell of the result by its index, operands that stand in place of these.
    """
    q = rule.result

    def seen(need: str, operand: Uncertain) -> Uncertain:
        """What `cell` sees: with one image at a time an image axis of length 1, else the images as an axis."""
        if not network.quantities[need].per_image:
            return operand
        return operand.map(lambda a: a[:, :, None] if q.per_image else a[:, None])

    usual = [seen(need, operands[need]) for need in rule.needs]
    sheets = max(part.value.shape[0] for part in usual)
    images = max(operands[need].value.shape[1] for need in rule.needs) if q.per_image else 1
    value, doubt = np.empty((sheets, images, *q.shape)), np.empty((sheets, images, *q.shape))
    with np.errstate(all="ignore"):
        for index in np.ndindex(*q.shape):
            used = usual
            if others:
                changed = others(index)
                used = [seen(n, changed[n]) if n in changed else part for n, part in zip(rule.needs, usual, strict=True)]
            cell = rule.cell(*used, *((0, *index) if q.per_image else index))
            at = (slice(None), slice(None), *index)
            value[at], doubt[at] = (cell.value, cell.doubt) if isinstance(cell, Uncertain) else (cell, 0.0)
    return Uncertain(value, doubt)
