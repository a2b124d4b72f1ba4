"""Weights that shrink besides (weight decay, L2): what updates subtract is η (∂C_T/∂w + λw), and λw may stand in the gradient.

λ is what most weights have, and where it stands the cells tell that updates take.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlnn.formula.values import Values
from xlnn.model.network import Network
from xlnn.model.rules import decayed
from xlnn.understand.matching import Naming, agree
from xlnn.understand.meaning import labels, perturbed
from xlnn.understand.reading import steps_at
from xlnn.understand.shrinking import decays, like, usual_decay
from xlnn.understand.structure import Instance
from xlnn.understand.using import Uses
from xlnn.understand.wiring import Wiring


@dataclass(frozen=True, eq=False)
class _Learns:
    """The numbers of one parameter in one iteration: the cells of new ones and of what updates take, −1 for none; at two points
    w, w − w′, ∂C_T/∂w and what stands in the cells that updates take, (2, numbers)."""

    kind: str
    new: np.ndarray
    taken: np.ndarray
    w: np.ndarray
    change: np.ndarray
    gradient: np.ndarray
    held_there: np.ndarray

    @property
    def decay(self) -> np.ndarray:
        """λ of each number."""
        return decays(self.change, self.gradient, self.w)

    def held(self, decay: float) -> int:
        """In how many cells that updates take ∂C_T/∂w + λw stands, with either sign."""
        same = agree(np.abs(self.held_there), np.abs(decayed(self.gradient, self.w, decay))).all(axis=0)
        return int((same & (self.taken >= 0)).sum())


Shown = Sequence[tuple[Instance, np.ndarray]]  # iterations with the cells of their right answers


def points_from_the_first(wiring: Wiring, shown: Shown) -> list[Values]:
    """Two points at which the parameters of all iterations follow from other first ones, and from other inputs and answers."""
    first = [part.ravel() for layer in shown[0][0].layers for part in (layer.w, layer.b)]
    given = np.concatenate([*first, *(part.ravel() for instance, t in shown for part in (instance.x, t))])
    return [perturbed(wiring, given, seed) for seed in (17, 18)]


def with_decay(network: Network, naming: Naming, uses: Uses, shown: Shown, points: Sequence[Values]) -> Network:
    """The network with the decay that the updates of some iterations show at `points_from_the_first`."""
    found = [one for instance, t in shown for one in _learning(network, naming, uses, instance, t, points)]
    decay, of_biases = (_most([one.decay for one in found if one.kind == kind]) for kind in "wb")
    if decay is None:
        return network
    biases = of_biases is not None and bool(like(np.array(of_biases), decay))
    weights = [one for one in found if one.kind == "w"]
    network = replace(network, decay=_spelled(decay, uses, weights, len(shown[0][0].x)), decay_biases=biases)
    in_cost = replace(network, decay_in="cost")
    late, early = (sum(one.held(decay) for one in weights) for decay in (0.0, network.decay))
    totals = [step["CT"] for step in steps_at(shown[0][0], in_cost, shown[0][1], naming.points)]
    if late <= early and naming.find(totals) is not None:
        return in_cost
    return replace(network, decay_in="gradient") if early > late else network


def _learning(
    network: Network, naming: Naming, uses: Uses, instance: Instance, t: np.ndarray, points: Sequence[Values]
) -> Iterator[_Learns]:
    steps = steps_at(instance, network, t, points)
    inputs, of = instance.x, {q.name: q for q in network.parameters}
    for layer, label in zip(instance.layers, labels(instance.layers), strict=True):
        for kind, old, sign in (("w", layer.w, 1), ("b", layer.b, layer.sign)) if "w" + label in of else ():
            new = uses.new(old)
            there = (old >= 0) & (new >= 0)
            w = np.array([sign * values.numbers[old[there]] for values in points])
            change = w - [sign * values.numbers[new[there]] for values in points]
            gradient = np.array([np.asarray(step[f"dCT_d{kind}{label}"])[there] for step in steps])
            taken = uses.gradients(old, naming.free, inputs)[there]
            held = np.array([values.numbers[taken] for values in points])
            yield _Learns(kind, new[there], taken, w, change, gradient, held)
        inputs = layer.a


def _most(found: Sequence[np.ndarray]) -> float | None:
    """The λ that more than half of the numbers have."""
    known = np.concatenate([np.empty(0), *found])
    decay = usual_decay(known)
    return decay if decay is not None and 2 * like(known, decay).sum() > np.isfinite(known).sum() else None


def _spelled(decay: float, uses: Uses, weights: Sequence[_Learns], images: int) -> float:
    """λ as the sheet has it: a number that updates read, or gradients; half or twice that, or by the number of images; or ηλ."""
    cells = {c for one in weights for c in (*one.new.tolist(), *one.taken.tolist()) if c >= 0}
    read = sorted(uses.rates(cells) | uses.rates({c for cell in cells for c in uses.wiring.read_by(cell)}))
    known = [n * times / by for by in (1, images) for times in (1, 2, 0.5) for n in read]
    known += [n / eta for eta in read if eta for n in read]
    return next((number for number in known if like(np.array(number), decay)), decay)
