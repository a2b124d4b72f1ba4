"""What a hand-built sheet may descend: costs that cells show, and known costs of outputs and targets that no cell shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlnn.formula.graph import Graph
from xlnn.formula.tree import Call
from xlnn.formula.values import NUMBER, Values
from xlnn.model.rules import decayed
from xlnn.understand.chains import Updates
from xlnn.understand.wiring import Wiring, bare, subtracted

MOST = 400  # costs that are tried


AT_ONCE = 16  # iterations whose costs are differentiated in one pass


@dataclass(frozen=True)
class Cost:
    """What is descended: `cells` that show it, or "" … a known cost of `outputs` and `targets` that no cell shows."""

    name: str  # "shown", or one of KNOWN
    cells: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    targets: tuple[int, ...] = ()
    inputs: tuple[int, ...] = ()  # z of each output, where a step has no slope to come back through
    decay: float = 0.0  # λ of λ/2 Σw², which no cell need show
    decaying: frozenset[int] = frozenset()  # the parameters w of that, as they are before all updates

    def seeds(self, values: Values) -> dict[int, float]:
        """∂C/∂(each cell that the cost is computed from)."""
        if self.name not in KNOWN:  # of an iteration that does not show it there are no cells
            return dict.fromkeys(self.cells, 1.0)
        slope = KNOWN[self.name]
        found: dict[int, float] = {}
        for a, t, at in zip(self.outputs, self.targets, self.inputs or self.outputs, strict=True):
            with np.errstate(all="ignore"):
                found[at] = found.get(at, 0.0) + float(slope(values.numbers[a], values.numbers[t]))
        return found


KNOWN: dict[str, Callable] = {  # ∂C/∂a of costs that need not be shown
    "squares": lambda a, t: a - t,
    "cross-entropy": lambda a, t: (a - t) / (a * (1 - a)),
    "softmax cross-entropy": lambda a, t: -t / a,
    "perceptron rule": lambda a, t: a - t,  # ∂/∂z, as if the step had the slope 1
}


def costs_of(wiring: Wiring, found: Updates) -> list[Cost]:
    """Costs that the first iteration may descend: what its parameters lead to and no update follows from; then known ones."""
    graph = wiring.graph
    first = found.of(0)
    mine = wiring.reached(found.old[first]) & ~wiring.reached(found.new[first])
    ends = mine & ~wiring.reached(found.new, forward=False) & (graph.values.all_kinds() == NUMBER) & ~wiring.is_copy
    result = []
    for number in np.unique(wiring.block_of[ends]):
        cells = np.flatnonzero(ends & (wiring.block_of == number)).tolist()
        result += [Cost("shown", (cell,)) for cell in cells[:8]]
        if len(cells) > 1:
            result.append(Cost("shown", tuple(cells)))
    a, t = differences(wiring, found, mine)
    if len(a):
        result += [cost for name in KNOWN if (cost := _known(wiring, name, a, t))]
    return result[:MOST]


def _known(wiring: Wiring, name: str, a: np.ndarray, t: np.ndarray) -> Cost | None:
    """A known cost of outputs and targets; the perceptron rule where every output is the step of one cell."""
    inputs = [_stepped(wiring, cell) for cell in a.tolist()] if name == "perceptron rule" else []
    if None in inputs:
        return None
    return Cost(name, (), tuple(a.tolist()), tuple(t.tolist()), tuple(inputs))


def _stepped(wiring: Wiring, cell: int) -> int | None:
    """The one cell of which a cell is the step, as =IF(z>0,1,0); None where it is something else."""
    tree, before = wiring.graph.tree(cell), wiring.graph.precedents(cell)
    step = tree is not None and isinstance(whole := bare(tree), Call) and whole.function in ("IF", "SIGN") and len(before) == 1
    return int(wiring.source[before[0]]) if step else None


def differences(wiring: Wiring, found: Updates, mine: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a cell among `mine` and a cell that no parameter leads to, of which some formula has the difference."""
    given = ~wiring.reached(found.old)
    pairs = [np.stack(both, axis=1) for both in subtracted(wiring)]
    found_pairs = np.unique(np.concatenate([np.empty((0, 2), np.int64), *pairs]), axis=0)
    kept = mine[found_pairs[:, 0]] & given[found_pairs[:, 1]] & (found_pairs[:, 1] < len(given) - 1)
    return found_pairs[kept, 0], found_pairs[kept, 1]


def in_iteration(wiring: Wiring, found: Updates, cost: Cost, iteration: int) -> Cost:
    """The same cost of another iteration: cells of the same formulas that its parameters lead to, and no later ones."""
    if iteration == 0:
        return cost
    these = found.of(iteration)
    mine = wiring.reached(found.old[these]) & ~wiring.reached(found.new[these])
    if not cost.cells:
        a, t = differences(wiring, found, mine)
        other = _known(wiring, cost.name, a, t) or cost
        return replace(cost, outputs=other.outputs, targets=other.targets, inputs=other.inputs)
    blocks = set(wiring.block_of[list(cost.cells)].tolist())
    ends = ~wiring.reached(found.new, forward=False)
    cells = np.flatnonzero(mine & ends & np.isin(wiring.block_of, list(blocks)) & ~wiring.is_copy)
    return replace(cost, cells=tuple(cells.tolist()))


def slopes(graph: Graph, found: Updates, costs: Sequence[Cost], values: Values) -> np.ndarray:
    """∂C/∂w of every update's parameter by the sheet's own formulas, each of its own iteration's cost."""
    result = np.full(len(found.old), np.nan)
    seeds = {k: cost.seeds(values) for k, cost in enumerate(costs) if len(found.of(k))}
    known = [k for k, one in seeds.items() if one and np.isfinite(list(one.values())).all()]
    for start in range(0, len(known), AT_ONCE):
        together = known[start : start + AT_ONCE]
        for k, slope in zip(together, graph.slopes([seeds[k] for k in together], values), strict=True):
            result[found.of(k)] = slope[found.old[found.of(k)]]
            mine = found.of(k)[np.isin(found.root[found.of(k)], list(costs[k].decaying))]
            result[mine] = decayed(result[mine], values.numbers[found.old[mine]], costs[k].decay)
    return result
