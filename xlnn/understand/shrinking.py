"""Weight decay from numbers: what an update subtracts is η (∂C/∂w + λw), and two points with other numbers tell both of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnn.formula.tree import Operand, Operation, Tree, walk
from xlnn.understand.chains import Updates
from xlnn.understand.matching import commonest
from xlnn.understand.wiring import Wiring, bare

CLOSE = 1e-6  # relative: λ that agree
LEAST, MOST = 1e-9, 0.5  # λ that is more than rounding, ηλ that is no other mistake


def decays(change: np.ndarray, gradient: np.ndarray, w: np.ndarray) -> np.ndarray:
    """λ of each number from w − w′, ∂C/∂w and w at two points, (2, numbers) each; nan where these do not tell."""
    (g, other_g), (w, other_w), (change, other) = gradient, w, change
    with np.errstate(all="ignore"):
        whole = g * other_w - other_g * w
        eta, shrinks = (change * other_w - other * w) / whole, (g * other - other_g * change) / whole
        known = (np.abs(whole) > CLOSE * (np.abs(g * other_w) + np.abs(other_g * w))) & (shrinks < MOST)
        return np.where(known, shrinks / eta, np.nan)


def like(found: np.ndarray, decay: float) -> np.ndarray:
    """Which of some λ are this one."""
    with np.errstate(invalid="ignore"):
        return np.abs(found - decay) <= CLOSE * abs(decay)


def usual_decay(found: np.ndarray) -> float | None:
    """The λ that most numbers have, two of them at least; None where there is none above 0."""
    known = found[np.isfinite(found)]
    decay = commonest(known, CLOSE) if len(known) else 0.0
    return decay if decay > LEAST and like(known, decay).sum() > 1 else None


def shrinking_factors(wiring: Wiring, found: Updates) -> list[int]:
    """The cells that parameters are multiplied with in their own updates, or in what these take: λ is one."""
    of = np.full(len(wiring.source), -1)
    for old, new in zip(found.old.tolist(), found.new.tolist(), strict=True):
        of[[new, *wiring.read_by(new)]] = old
    of[wiring.graph.is_leaf] = -1
    result = set[int]()
    for number in np.unique(wiring.block_of[of >= 0]).tolist():
        block = wiring.graph.blocks[number]
        operands, own = wiring.operands(block), of[block.targets]
        for pair in _products(block.tree):
            one, other = (operands[operand] for operand in pair)
            if one.shape == other.shape == own.shape:
                result.update(*(y[(x == own) & (own >= 0)].tolist() for x, y in ((one, other), (other, one))))
    return sorted(result)


def _products(tree: Tree) -> Iterator[tuple[int, int]]:
    """The operands of products of two."""
    for part in walk(tree):
        if isinstance(part, Operation) and part.operators == ("*",):
            one, other = map(bare, part.operands)
            if isinstance(one, Operand) and isinstance(other, Operand):
                yield one.number, other.number
