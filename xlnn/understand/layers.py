"""From sums to layers: which Σ is which unit of which layer, example and iteration, what its function is, and what it reads.

A Σ belongs to the forward pass where all that it multiplies are given numbers, functions of a single Σ (activations) or the
largest of several (pooling). Σs that one Σ of the next layer joins are of one example; Σs with the same weights are one unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from xlnn.formula.tree import Call, Operation, walk
from xlnn.formula.values import NUMBER
from xlnn.understand.sums import Polynomial, Sums
from xlnn.understand.wiring import Wiring, bare, terms

LEAF = -1  # among what a cell is a function of: a given number, or more than one thing


@dataclass(frozen=True, eq=False)
class Unit:
    """One Σ: `weights` and `inputs` are cells, in pairs; `bias` is a cell, −1 for none; `sign` its sign (−1: a threshold θ).

    `flipped`: what stands on the sheet is −Σ, as in EXP(−(…)).
    """

    cell: int
    part: int
    weights: tuple[int, ...]
    inputs: tuple[int, ...]
    bias: int
    sign: int
    flipped: bool

    def value(self, numbers: np.ndarray) -> np.ndarray:
        """z from the numbers of all cells, (…, cells + 1)."""
        weighted = (numbers[..., list(self.weights)] * numbers[..., list(self.inputs)]).sum(-1)
        return weighted + (self.sign * numbers[..., self.bias] if self.bias >= 0 else 0.0)


def unit_of(cell: int, part: int, terms: Polynomial, is_parameter: np.ndarray, given: np.ndarray) -> Unit | None:
    """A sum as a unit's Σ; None where it is none. A `given` number that stands alone is a bias that does not learn."""
    pairs, single = [], []
    for product, number in terms.items():
        mine = [c for c in product if is_parameter[c]]
        others = [c for c in product if not is_parameter[c]]
        if number == 0:
            continue
        if len(product) == 1 and (mine or given[product[0]]):
            single.append((product[0], number))
        elif len(mine) == 1 and len(others) == 1:
            pairs.append((mine[0], others[0], number))
        else:
            return None
    signs = {number for *_, number in pairs}
    if not pairs or len(signs) != 1 or abs(next(iter(signs))) != 1 or len(single) > 1:
        return None
    if len({w for w, *_ in pairs} | {w for w, _ in single}) < len(pairs) + len(single):
        return None
    sign = next(iter(signs))
    bias, turned = single[0] if single else (-1, sign)
    weights, inputs = zip(*[(w, x) for w, x, _ in sorted(pairs)], strict=True)
    return Unit(cell, part, weights, inputs, bias, int(turned * sign), sign < 0)


@dataclass(eq=False)
class Forward:
    """The forward pass while it is found: units by (cell, part), and of every cell what it is a function of."""

    wiring: Wiring
    sums: Sums
    candidates: dict[tuple[int, int], Unit] = field(default_factory=dict)  # what may be a Σ
    units: dict[tuple[int, int], Unit] = field(default_factory=dict)  # those of the forward pass
    layer: dict[tuple[int, int], int] = field(default_factory=dict)

    @cached_property
    def by_cell(self) -> dict[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = {}
        for key in self.candidates:
            found.setdefault(key[0], []).append(key)
        return found

    def support(self, cell: int) -> frozenset:
        """The Σs and given numbers that a cell is a function of, without looking behind them."""
        known = self._known
        stack = [int(self.wiring.source[cell])]
        while stack:
            at = stack[-1]
            if at in known:
                stack.pop()
                continue
            keys = self.by_cell.get(at, [])
            if any(part == -1 for _, part in keys):
                known[at] = frozenset(keys)
                continue
            read = self._outside(at, keys)
            if read is None:
                known[at] = frozenset([LEAF]) if not keys else frozenset(keys)
                continue
            waiting = [c for c in read if c not in known]
            if waiting:
                stack += waiting
                continue
            known[at] = frozenset(keys).union(*(known[c] for c in read)) if read or keys else frozenset()
        return known[int(self.wiring.source[cell])]

    @cached_property
    def _known(self) -> dict[int, frozenset]:
        return {}

    def _outside(self, cell: int, keys: Iterable[tuple[int, int]]) -> list[int] | None:
        """The cells that a formula reads, but for those of the Σs in it; None where it holds no formula."""
        if self.wiring.graph.is_leaf[cell]:
            return None
        inside = {
            c for key in keys for c in (*self.candidates[key].weights, *self.candidates[key].inputs, self.candidates[key].bias)
        }
        leak = _leak(self.wiring, cell)
        return [c for c in self.wiring.read_by(cell) if c not in inside and c != leak]


def _leak(wiring: Wiring, cell: int) -> int:
    """The given number in =IF(z>0,z,$D$1*z) or =MAX(z,$D$1*z): it is a constant of the function; −1 where there is none."""
    read = wiring.read_by(cell)
    given = [c for c in read if wiring.graph.is_leaf[c] and 0 < wiring.graph.values.numbers[c] < 1] if len(read) == 2 else []
    tree = wiring.graph.tree(cell) if len(given) == 1 else None  # formulas are taken apart where need be only
    if tree is None or not (isinstance(whole := bare(tree), Call) and whole.function in ("IF", "MAX")):
        return -1
    return given[0] if any(isinstance(part, Operation) and part.operators == ("*",) for part in walk(tree)) else -1


def forward(wiring: Wiring, sums: Sums, root: np.ndarray) -> Forward:
    """The units of the forward pass, by layers from 2 on; `root`, (cells + 1,), is what a parameter was before all updates."""
    candidates: dict[tuple[int, int], Unit] = {}
    given = wiring.graph.is_leaf & (wiring.graph.values.all_kinds() == NUMBER)
    for found in sums.every:
        unit = unit_of(found.cell, found.part, found.terms, sums.is_parameter, given)
        if unit and not _shrinks(unit, wiring, sums.is_parameter, root):
            candidates[unit.cell, unit.part] = unit
    candidates = _whole_sums(_without_differences(candidates, wiring, sums.is_parameter, root), wiring)
    result = Forward(wiring, sums, candidates)
    depends = wiring.reached(np.flatnonzero(sums.is_parameter))
    layer: dict[tuple[int, int], int] = {}

    def level(key) -> int | None:
        """The layer of a Σ, 0 where it is no part of the forward pass."""
        stack = [key]
        while stack:
            at = stack[-1]
            if at in layer:
                stack.pop()
                continue
            before: set = set()
            for cell in candidates[at].inputs:
                if not depends[cell]:
                    continue
                behind = result.support(cell)
                if LEAF in behind or (len(behind) != 1 and not is_pooling(wiring, cell)):
                    layer[at] = 0
                    break
                before |= behind
            if at in layer:
                continue
            waiting = [b for b in before if b not in layer]
            if waiting:
                stack += waiting
                continue
            depths = {layer[b] for b in before}
            layer[at] = 0 if 0 in depths else max(depths, default=1) + 1
        return layer[key]

    for key in candidates:
        level(key)
    result.layer = {key: depth for key, depth in layer.items() if depth}
    result.units = _with_biases({key: unit for key, unit in candidates.items() if layer[key]}, result.layer, wiring, depends)
    return result


def _without_differences(
    candidates: dict[tuple[int, int], Unit], wiring: Wiring, is_parameter: np.ndarray, root: np.ndarray
) -> dict[tuple[int, int], Unit]:
    """Without z − t: a given number that is another one beside the same weights is no bias, nor one beside a z that is shown.

    Of several equal parts of one formula, as in IF(Σ>0,Σ,0.01·Σ), the first.
    """
    beside: dict[tuple, set[int]] = {}
    shown: dict[tuple, set[int]] = {}
    firsts: dict[tuple, tuple[int, int]] = {}
    for key, unit in candidates.items():
        if unit.bias >= 0 and not is_parameter[unit.bias]:
            beside.setdefault(tuple(root[list(unit.weights)].tolist()), set()).add(unit.bias)
        if unit.bias < 0 and unit.part < 0:
            shown.setdefault((unit.weights, unit.inputs), set()).add(unit.cell)
        firsts.setdefault((unit.cell, unit.weights, unit.inputs, unit.bias), key)

    def is_difference(unit: Unit) -> bool:
        if unit.bias < 0 or is_parameter[unit.bias]:
            return False
        if len(beside[tuple(root[list(unit.weights)].tolist())]) > 1:
            return True
        z = shown.get((unit.weights, unit.inputs), set()) & set(wiring.read_by(unit.cell))
        return any(set(wiring.read_from(cell)) - {unit.cell} for cell in z)

    return {key: candidates[key] for key in firsts.values() if not is_difference(candidates[key])}


def _shrinks(unit: Unit, wiring: Wiring, is_parameter: np.ndarray, root: np.ndarray) -> bool:
    """Whether a product is λw in the update of w, or a term of its gradient: a weight that shrinks besides, and no Σ."""
    if unit.part < 0 or len(unit.weights) != 1 or unit.bias >= 0:
        return False
    cell, weight = unit.cell, unit.weights[0]
    if not is_parameter[cell]:
        tree = wiring.graph.tree(cell)
        is_term = tree is not None and any(isinstance(term, Operation) and term.operators == ("*",) for _, term in terms(tree))
        readers = wiring.read_from(cell) if is_term else []
        return bool(readers) and all(is_parameter[new] and root[new] == root[weight] for new in readers)
    return cell != weight and root[cell] == root[weight]


def _whole_sums(candidates: dict[tuple[int, int], Unit], wiring: Wiring) -> dict[tuple[int, int], Unit]:
    """Without products and partial sums in cells of their own, of which nothing is made but the whole Σ."""
    weights: dict[int, list[set[int]]] = {}
    for (cell, _), unit in candidates.items():
        weights.setdefault(cell, []).append({*unit.weights, unit.bias})

    def is_part(unit: Unit) -> bool:
        readers = wiring.read_from(unit.cell)
        mine = {*unit.weights, unit.bias} - {-1}
        return bool(readers) and all(any(mine <= theirs for theirs in weights.get(cell, [])) for cell in readers)

    return {key: unit for key, unit in candidates.items() if unit.part >= 0 or not is_part(unit)}


def _with_biases(units: dict, layer: Mapping, wiring: Wiring, depends: np.ndarray) -> dict:
    """Units whose bias is the weight of a constant 1, as units with a bias.

    In later layers a given 1 among calculated inputs is such a one; in the first layer the same cell, or a column of them.
    """
    ones = wiring.graph.is_leaf & (wiring.graph.values.numbers == 1) & (wiring.graph.values.all_kinds() == NUMBER)
    known = {c for key, unit in units.items() if layer[key] > 2 for c in unit.inputs if ones[c] and not depends[c]}
    always: dict[int, set[int]] = {}
    for unit in units.values():
        for w, c in zip(unit.weights, unit.inputs, strict=True):
            always.setdefault(w, set()).add(c)
    biases = {w for w, cells in always.items() if cells <= known or (len(cells) > 1 and ones[list(cells)].all())}
    return {key: _with_bias(unit, biases) for key, unit in units.items()}


def _with_bias(unit: Unit, biases: set[int]) -> Unit:
    mine = [w for w in unit.weights if w in biases]
    if unit.bias >= 0 or len(mine) != 1 or len(unit.weights) < 2:
        return unit
    weights, inputs = zip(*[pair for pair in zip(unit.weights, unit.inputs, strict=True) if pair[0] != mine[0]], strict=True)
    return replace(unit, weights=weights, inputs=inputs, bias=mine[0], sign=1)


def is_pooling(wiring: Wiring, cell: int) -> bool:
    """Whether a cell's formula takes the largest of several."""
    number = int(wiring.block_of[cell])
    return number >= 0 and any(isinstance(t, Call) and t.function == "MAX" for t in walk(wiring.graph.blocks[number].tree))
