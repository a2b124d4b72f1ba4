"""Where a quantity is meant to be, by the use that is made of it: right or wrong, it is the cell that the next formula takes.

In w − η·g the cell g is ∂C_T/∂w; in a gradient Σδ·a the cell beside a is δ, of the unit and example whose Σ multiplies that a by
that w.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from xlnn.formula.tree import Number, walk
from xlnn.understand.chains import Updates
from xlnn.understand.layers import Forward
from xlnn.understand.structure import Found, Instance
from xlnn.understand.wiring import Wiring


class Uses:
    """The updates of a workbook, and what they are made from."""

    def __init__(self, wiring: Wiring, forward: Forward, updates: Updates):
        self.wiring, self.forward = wiring, forward
        self.after = dict(zip(updates.old.tolist(), updates.new.tolist(), strict=True))
        self.follows = wiring.reached(updates.old)  # (cells + 1,): what depends on parameters, as an η of each iteration does not

    def new(self, old: np.ndarray) -> np.ndarray:
        """What becomes of parameters, −1 for nothing."""
        return np.array([self.after.get(c, -1) for c in old.ravel().tolist()], np.int64).reshape(old.shape)

    def follow(self, iterations: Sequence[Instance]) -> None:
        """Parameters are what most of the iteration before became: a Σ that reads another one is wrong there."""
        for one, other in pairwise(iterations):
            layers = zip(one.layers, other.layers, strict=True)
            both = [pair for before, after in layers for pair in ((before.w, after.w), (before.b, after.b))]
            pairs = [(new, read) for old, read in both if (new := self.new(old)).shape == read.shape and read.size]
            same = [int((new == read).sum()) for new, read in pairs]
            mostly = 2 * sum(same) > sum(read.size for _, read in pairs)
            for (new, read), alike in zip(pairs, same, strict=True):
                if 2 * alike > read.size - (mostly and alike > 0):
                    read[...] = np.where(new >= 0, new, read)

    def written_out(self, sums: np.ndarray) -> np.ndarray:
        """The cells of Σs, with those of partial sums and products that they are made of."""
        whole, wiring = self.forward.sums.whole, self.wiring
        stops = self.forward.sums.is_parameter | wiring.is_copy
        stack = sums.tolist()
        found = dict.fromkeys(stack)
        while stack:
            for cell in wiring.read_by(stack.pop()):
                if cell in whole and cell not in found and not stops[cell]:
                    found[cell] = None
                    stack.append(cell)
        return np.array(list(found), np.int64)

    def gradients(self, old: np.ndarray, free: np.ndarray, inputs: np.ndarray) -> np.ndarray:
        """The cells g of w − η·g, in the shape of `old`; −1 where an update does not take a single `free` one."""
        given = set(inputs.ravel().tolist())
        found = [
            self._gradient(o, n, free, given) for o, n in zip(old.ravel().tolist(), self.new(old).ravel().tolist(), strict=True)
        ]
        there = [c for c in found if c >= 0]
        twice = len(set(there)) < len(there)
        return np.full(old.shape, -1) if twice else np.array(found, np.int64).reshape(old.shape)

    def _gradient(self, old: int, new: int, free: np.ndarray, inputs: set[int]) -> int:
        read = self.wiring.read_by(new) if new >= 0 else []
        others = [c for c in read if c != old and free[c] and self.follows[c]]
        return others[0] if len(others) == 1 and not inputs & set(read) else -1

    def errors(self, layer: Found) -> np.ndarray:
        """The cells of δ, (images, *shape): what is multiplied by the inputs on the way to the updates of a layer's weights."""
        meets = self._meetings(layer)
        votes: dict[tuple, Counter] = {}
        for old in np.unique(layer.w[layer.w >= 0]).tolist():
            for cell in self._behind(self.after.get(old, -1)):
                for a, other in self._products(cell):
                    index = meets.get((old, a))
                    if index is not None:
                        votes.setdefault(index, Counter())[other] += 1
        found = np.full(layer.keys.shape, -1)
        for index, counts in votes.items():
            found[index] = counts.most_common(1)[0][0]
        return found

    def _meetings(self, layer: Found) -> dict[tuple[int, int], tuple]:
        """Which Σ multiplies a weight by an input."""
        return {
            pair: index
            for index, key in np.ndenumerate(layer.keys)
            if key is not None
            for pair in zip(self.forward.units[key].weights, self.forward.units[key].inputs, strict=True)
        }

    def _behind(self, new: int) -> Iterator[int]:
        """An update's cell, and formulas one and two before it."""
        if new < 0:
            return
        yield new
        for cell in self.wiring.read_by(new):
            if not self.wiring.graph.is_leaf[cell]:
                yield cell
                yield from self.wiring.read_by(cell)

    def _products(self, cell: int) -> Iterator[tuple[int, int]]:
        """Pairs of cells that a formula multiplies, one of them calculated; given numbers beside them, as η, do not count."""
        leaf = self.wiring.graph.is_leaf
        for product in self.forward.sums.of(cell) or ():
            for a in product:
                others = [c for c in product if c != a and not leaf[c]]
                if len(others) == 1 and len(product) >= 2:
                    yield a, others[0]

    def rates(self, new: Iterable[int]) -> set[float]:
        """The given numbers that updates read: η is one of them."""
        graph = self.wiring.graph
        found: set[float] = set()
        for number in {int(self.wiring.block_of[c]) for c in new if c >= 0} - {-1}:
            found |= {float(part.value) for part in walk(graph.blocks[number].tree) if isinstance(part, Number)}
        for cell in new:
            if cell >= 0:
                found |= {float(graph.values.numbers[c]) for c in self.wiring.read_by(cell) if graph.is_leaf[c]}
        return found
