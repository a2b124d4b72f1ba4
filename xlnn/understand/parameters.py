"""Which given numbers are parameters, on a sheet that updates none: by how the Σs share them.

All weights of a unit stand in the same Σs, those of the unit on all examples; all inputs of an example stand in the same Σs,
those of all units on this example. So the leaves of the first layer's products fall into two families of classes. Which one
is that of the units the bias tells (it stands in a unit's Σs), or the next layer (it joins Σs of one example), or $.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from xlnn.formula.values import NUMBER
from xlnn.understand.chains import Updates
from xlnn.understand.layers import Forward, forward, is_pooling
from xlnn.understand.sums import Sum, Sums
from xlnn.understand.wiring import Wiring


def with_structure(wiring: Wiring, found: Updates) -> Forward:
    """The forward pass with the parameters that learn, and with those that the Σs tell beside them.

    Where there are updates, a Σ of other parameters counts only where one follows from it: z·t in a cost is none.
    """
    known = np.zeros(len(wiring.source), bool)
    known[found.old] = known[found.new] = True
    root = np.arange(len(known))
    root[found.new] = found.root
    leads = wiring.reached(found.new, forward=False) if len(found.new) else np.ones(len(known), bool)
    given = wiring.graph.is_leaf & (wiring.graph.values.all_kinds() == NUMBER)
    sums = Sums(wiring, known)
    more = first_layer(wiring, [s for s in sums.every if leads[s.cell] and not _has(s, known)], given & ~known)
    while True:
        if (more & ~known).any():
            known = known | more
            sums = sums.with_parameters(known)
        units = forward(wiring, sums, root)
        more = _beside_others(sums, given, known)
        more |= _next_layer(wiring, units, [s for s in sums.every if leads[s.cell]], given, known)
        if not (more & ~known).any():
            return units


def _has(found: Sum, mask: np.ndarray) -> bool:
    return any(mask[cell] for product in found.terms for cell in product)


def first_layer(wiring: Wiring, sums: Iterable[Sum], given: np.ndarray) -> np.ndarray:
    """The weights and biases of Σs that multiply given numbers with given numbers."""
    result = np.zeros(len(given), bool)
    mine = [s for s in sums if _is_weighted(s, given)]
    numbers = {(s.cell, s.part): n for n, s in enumerate(mine)}
    stands: dict[int, set[int]] = {}
    alone: dict[int, set[int]] = {}
    for s in mine:
        n = numbers[s.cell, s.part]
        for product in s.terms:
            for cell in product:
                (stands if len(product) == 2 else alone).setdefault(cell, set()).add(n)
    classes = {cell: frozenset(found) for cell, found in stands.items()}
    biases = {cell: frozenset(found) for cell, found in alone.items()}
    joined = _joined_later(wiring, mine)
    fixed = _fixed(wiring)
    for family in _families(mine, classes):
        votes = [
            _votes_bias(side, other, classes, biases) * 8 + _votes_uniform(side, other, mine, classes) * 4
            + _votes_next(side, other, classes, joined) * 2 + _votes_fixed(side, other, fixed)
            for side, other in (family, family[::-1])
        ]  # fmt: skip
        if votes[0] == votes[1]:
            continue
        weights = family[0] if votes[0] > votes[1] else family[1]
        result[list(weights)] = True
        mine_too = {classes[cell] for cell in weights}  # a bias stands wherever its unit's weights do: a target does not
        result[[cell for cell, found in biases.items() if any(found >= one for one in mine_too)]] = True
    return result


def _is_weighted(s: Sum, given: np.ndarray) -> bool:
    pairs = [product for product in s.terms if len(product) == 2]
    return bool(pairs) and all(len(product) in (1, 2) and all(given[c] for c in product) for product in s.terms)


def _families(mine: list[Sum], classes: dict[int, frozenset]) -> list[tuple[set[int], set[int]]]:
    """The two sides of every group of leaves that products and Σs join."""
    side: dict[int, int] = {}
    families = []
    by_sum = [[p for p in s.terms if len(p) == 2] for s in mine]
    neighbours: dict[int, set[int]] = {}
    for products in by_sum:
        for p, q in products:
            neighbours.setdefault(p, set()).add(q)
            neighbours.setdefault(q, set()).add(p)
    same: dict[frozenset, list[int]] = {}
    for cell, found in classes.items():
        same.setdefault(found, []).append(cell)
    for start in classes:
        if start in side:
            continue
        side[start], group, stack, sound = 0, {start}, [start], True
        while stack:
            at = stack.pop()
            for other in neighbours[at]:
                if other not in side:
                    side[other] = 1 - side[at]
                    group.add(other)
                    stack.append(other)
                sound &= side[other] != side[at]
            for other in same[classes[at]]:
                if other not in side and other not in neighbours[at]:
                    side[other] = side[at]
                    group.add(other)
                    stack.append(other)
        if sound:
            families.append(({c for c in group if side[c] == 0}, {c for c in group if side[c] == 1}))
    return families


def _votes_bias(side, other, classes, biases) -> int:
    """A unit's bias stands in the same Σs as its weights do."""
    mine, theirs = {classes[c] for c in side}, {classes[c] for c in other}
    return sum(b in mine and b not in theirs for b in biases.values()) and 1


def _votes_uniform(side, other, mine, classes) -> int:
    """Pixels under a filter that slides stand in different Σs, the filter's cells in the same."""

    def uniform(cells) -> bool:
        return all(len({classes[c] for p in s.terms for c in p if len(p) == 2 and c in cells}) <= 1 for s in mine)

    return int(uniform(side) and not uniform(other))


def _votes_next(side, other, classes, joined) -> int:
    """What the next layer joins is of one example: the inputs' classes hold it, the weights' do not."""
    theirs = {classes[c] for c in other}
    together = [found for found in joined if len(found) > 1 and any(found & s for s in theirs)]
    return int(bool(together) and all(any(found <= s for s in theirs) for found in together))


def _votes_fixed(side, other, fixed) -> int:
    """Weights are referred to with $."""
    return int(sum(c in fixed for c in side) > sum(c in fixed for c in other))


def _joined_later(wiring: Wiring, mine: list[Sum]) -> list[frozenset]:
    """Which of the first Σs the cells behind them join: sets of their numbers, the smallest of each cell."""
    behind: dict[int, set[int]] = {}
    for n, s in enumerate(mine):
        behind.setdefault(s.cell, set()).add(n)
    found: list[frozenset] = []
    reach = {cell: frozenset(numbers) for cell, numbers in behind.items()}
    level = list(reach)
    for _ in range(4):  # through activation and pooling to the next Σ
        following: dict[int, set[int]] = {}
        for cell in level:
            for after in wiring.read_from(cell):
                if after not in reach:
                    following.setdefault(after, set()).update(reach[cell])
        found += [frozenset(numbers) for numbers in following.values() if len(numbers) > 1]
        reach |= {cell: frozenset(numbers) for cell, numbers in following.items()}
        level = list(following)
        if found:
            break
    return found


def _fixed(wiring: Wiring) -> set[int]:
    """Cells that all copies of a formula read alike."""
    return {int(c) for block in wiring.graph.blocks if len(block.formulas) > 1 for c in wiring.source[block.common].ravel()}


def _next_layer(wiring: Wiring, found: Forward, sums: list[Sum], given: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Given numbers that a Σ multiplies with functions of a Σ that is known already, and those beside them."""
    result = np.zeros(len(given), bool)
    biases: dict[tuple[int, ...], set[int]] = {}
    alike = Counter(unit.weights for unit in found.units.values())
    single: dict[int, list[int]] = {}
    for s in sums:
        pairs = [product for product in s.terms if len(product) == 2]
        singles = [product[0] for product in s.terms if len(product) == 1]
        if (
            not pairs
            or len(singles) > 1
            or len(pairs) + len(singles) < len(s.terms)
            or not all(given[c] or known[c] for c in singles)
        ):
            continue
        weights = [[c for c in p if given[c] or known[c]] for p in pairs]
        inputs = [[c for c in p if not (given[c] or known[c])] for p in pairs]
        if any(len(w) != 1 for w in weights):
            continue
        if all(_is_output(wiring, found, cells[0]) and not _is_branch(wiring, s, cells[0]) for cells in inputs):
            mine = tuple(w[0] for w in weights)
            if len(mine) == 1 and given[mine[0]]:
                several = max(alike[found.units[key].weights] for key in found.support(inputs[0][0]))
                single.setdefault(mine[0], []).append(several)
            result[list(mine)] = True
            biases.setdefault(mine, set()).update(c for c in singles if not known[list(mine)].any())
    result[[w for w, examples in single.items() if 2 * len(examples) < max(examples)]] = False  # a weight is that of all examples
    result[[next(iter(cells)) for cells in biases.values() if len(cells) == 1]] = True  # several are targets: z − t
    return result


def _is_branch(wiring: Wiring, s: Sum, cell: int) -> bool:
    """Whether a part of a formula, as 0.01·Σ in IF(Σ>0,Σ,0.01·Σ), is no sum of its own: the formula reads the Σ besides."""
    block = int(wiring.block_of[s.cell])
    return s.part >= 0 and sum(role[0] == block for role in wiring.roles(cell)) > len(s.terms)


def _beside_others(sums: Sums, given: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Given numbers among the weights of a Σ that do not learn: a parameter multiplies elsewhere what they multiply here."""
    result = np.zeros(len(given), bool)
    mine = [[p for p in s.terms if len(p) == 2] for s in sums.every if _has(s, known)]
    mine = [pairs for pairs in mine if 2 * sum(known[one] != known[other] for one, other in pairs) >= len(pairs) > 0]
    multiplied = {c for pairs in mine for p in pairs if known[p[0]] != known[p[1]] for c in p if not known[c]}
    for pairs in mine:
        for one, other in (order for p in pairs if not known[p[0]] and not known[p[1]] for order in (p, p[::-1])):
            result[one] |= given[one] and other in multiplied and one not in multiplied
    return result


def _is_output(wiring: Wiring, found: Forward, cell: int) -> bool:
    behind = found.support(cell)
    return bool(behind) and all(key in found.units for key in behind) and (len(behind) == 1 or is_pooling(wiring, cell))
