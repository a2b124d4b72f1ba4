"""What learns on a sheet, from its formulas alone: parameters, iterations, the cost that is descended, η, and who deviates.

A cell U = w ± (something that depends on w) is an update of w where U is used as w is, or not at all. Updates of updates are
iterations, whichever way they run: down, right, in blocks, on sheets. The cost is the one whose own derivative by the sheet's
formulas makes Δw / (∂C/∂w) equal for most parameters, at the sheet's numbers changed at random, so that nothing agrees by
chance; that quotient is −η. A parameter with another quotient is wrong, exactly there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlnn.formula.graph import Graph
from xlnn.formula.tree import Call, Number, Operand, Operation, walk
from xlnn.formula.values import NUMBER, Values
from xlnn.understand.wiring import Wiring, bare, factors, terms

POINTS = 2  # at so many changed numbers everything is judged
CLOSE = 1e-7  # relative: quotients that agree
EXACT = 1e-9  # relative: a change that agrees with −η times the derivative
MOST = 400  # costs that are tried

Seeds = Mapping[int, float]  # ∂C/∂(cell) of the cells that a cost is computed from


@dataclass(frozen=True, eq=False)
class Updates:
    """Parameters and what they become, seen through copies: (updates,) each; `iteration` counts from 0."""

    old: np.ndarray
    new: np.ndarray
    iteration: np.ndarray
    block: np.ndarray  # the block of formulas that the update belongs to
    root: np.ndarray  # what the parameter was in iteration 0

    def rows(self, rows: np.ndarray) -> Updates:
        """Some of them."""
        return Updates(self.old[rows], self.new[rows], self.iteration[rows], self.block[rows], self.root[rows])

    def of(self, iteration: int) -> np.ndarray:
        """Which updates are those of an iteration."""
        return np.flatnonzero(self.iteration == iteration)

    @property
    def iterations(self) -> int:
        return int(self.iteration.max(initial=-1)) + 1


@dataclass(frozen=True)
class Cost:
    """What is descended: `cells` that show it, or "" … a known cost of `outputs` and `targets` that no cell shows."""

    name: str  # "shown", or one of KNOWN
    cells: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    targets: tuple[int, ...] = ()
    inputs: tuple[int, ...] = ()  # z of each output, where a step has no slope to come back through

    def seeds(self, values: Values) -> dict[int, float]:
        """∂C/∂(each cell that the cost is computed from)."""
        if self.cells:
            return dict.fromkeys(self.cells, 1.0)
        slope, found = KNOWN[self.name], {}
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


@dataclass(frozen=True, eq=False)
class Learning:
    """What learns, and how: (updates,) arrays beside those of `updates`.

    `rate` is the η of each update, the number by which its iteration and layer descend; `wrong` marks updates that do not
    follow −η ∂C/∂w; `costs` holds the cost of each iteration; `points` are the sheet's own numbers, unless two branches tie
    there, and changed ones: at each of them all was judged. `instead` is a cost that no cell shows and that explains all updates where the shown one explains none.
    """

    wiring: Wiring
    updates: Updates
    costs: tuple[Cost, ...]
    rate: np.ndarray
    wrong: np.ndarray
    points: tuple[Values, ...]
    instead: str = ""

    def slopes(self, values: Values) -> np.ndarray:
        """∂C/∂w of every update's parameter, by the sheet's own formulas."""
        return slopes(self.wiring.graph, self.updates, self.costs, values)


def learning(graph: Graph | Wiring) -> Learning | None:
    """What learns on the sheets of a workbook, None where nothing does."""
    wiring = graph if isinstance(graph, Wiring) else Wiring(graph)
    found = updates(wiring)
    if not len(found.old):
        return None
    points = points_of(wiring, found)
    own = _own_rates(wiring, found)
    tried = [(_agreeing(wiring, found, cost, points, own), cost) for cost in _costs(wiring, found)]
    (agree, sign), best = max(tried, key=lambda entry: entry[0], default=((0, False), None))
    if agree < min(2, len(found.of(0))):  # two do not agree twice by chance
        best = _shown(wiring, found, points)
        given = eta(wiring, found)
        if best is None or given is None:
            return None
        return _judged(wiring, found, _everywhere(wiring, found, best), points, np.full(len(found.old), given[1]))
    if best.name in ("cross-entropy", "softmax cross-entropy"):
        shown = _shown_squares(wiring, found, best, points)
        if shown is not None:  # squares are shown and δ lacks the slope
            rate = _judged(wiring, found, _everywhere(wiring, found, best), points).rate
            return replace(_judged(wiring, found, _everywhere(wiring, found, shown), points, rate), instead=best.name)
    return _judged(wiring, found, _everywhere(wiring, found, best), points)


def _everywhere(wiring: Wiring, found: Updates, cost: Cost) -> tuple[Cost, ...]:
    return tuple(_in_iteration(wiring, found, cost, k) for k in range(found.iterations))


def _shown(wiring: Wiring, found: Updates, points: Sequence[Values]) -> Cost | None:
    """Where no cost agrees: the shown one that most parameters lead to, the last of them in the order of calculation."""
    first = found.of(0)
    best, most = None, (0, -1)
    for cost in _costs(wiring, found):
        if (cost.name == "shown" and len(cost.cells) == 1) or cost.name == "squares":
            slope = slopes(wiring.graph, found, [cost], points[-1])[first]
            level = int(wiring.graph.level[wiring.graph.owner[cost.cells[0]]]) if cost.cells else -1
            reach = int((np.isfinite(slope) & (slope != 0)).sum()), level
            best, most = (cost, reach) if reach > most and reach[0] else (best, most)
    return best


def _shown_squares(wiring: Wiring, found: Updates, known: Cost, points: Sequence[Values]) -> Cost | None:
    """A shown cost that is Σ(t − a)² of the same outputs, up to a factor."""
    squares = replace(known, name="squares")
    for cost in _costs(wiring, found):
        if cost.name == "shown":
            same = [
                _proportional(*(slopes(wiring.graph, found, [c], values)[found.of(0)] for c in (cost, squares)))
                for values in points
            ]
            if all(same):
                return cost
    return None


def _proportional(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether x is a multiple of y, not 0."""
    scale = np.abs(x).max(initial=0) * np.abs(y).max(initial=0)
    at = int(np.abs(y).argmax())
    return scale > 0 and bool(np.all(np.abs(x * y[at] - y * x[at]) <= CLOSE * scale))


# ---- updates ------------------------------------------------------------------------------------------


def updates(wiring: Wiring) -> Updates:
    """All updates, iteration by iteration."""
    old, new, block = _candidates(wiring)
    first = {n: (o, b) for o, n, b in zip(old.tolist(), new.tolist(), block.tolist(), strict=True)}
    depth: dict[int, int] = {}
    root: dict[int, int] = {}
    for cell in first:
        chain = [cell]
        while chain[-1] in first and chain[-1] not in depth and len(chain) <= len(first):
            chain.append(first[chain[-1]][0])
        start = depth.get(chain[-1], -1)
        for steps, member in enumerate(reversed(chain[:-1]), start + 1):
            depth[member], root[member] = steps, root.get(chain[-1], chain[-1])
    cells = sorted(depth, key=lambda cell: (depth[cell], cell))
    arrays = ([first[c][0] for c in cells], cells, [depth[c] for c in cells], [first[c][1] for c in cells],
              [root[c] for c in cells])  # fmt: skip
    return Updates(*(np.array(part, np.int64) for part in arrays))


def _candidates(wiring: Wiring) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Old and new cells, and the block, of what looks like an update and whose change depends on the old cell."""
    olds, found, blocks = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for old, new, rest, block in _forms(wiring):
        kinds = wiring.graph.values.all_kinds()
        stays = _same_role(wiring, old, new, block) & (kinds[old] == NUMBER) & (kinds[new] == NUMBER)
        depends = np.zeros(len(old), bool)
        for rows in _by_distance(wiring, old, new):
            rows = rows[stays[rows]]
            if len(rows):  # copies of one formula: the first tells for all
                one = rows[0]
                reach = wiring.reached(old[one : one + 1])
                depends[rows] = reach[rest[one]].any() or (rest[one] == old[one]).any()
        olds.append(old[depends])
        found.append(new[depends])
        blocks.append(np.full(depends.sum(), block))
    return np.concatenate(olds), np.concatenate(found), np.concatenate(blocks)


def _forms(wiring: Wiring) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, int]]:
    """Formulas that add something to a cell: old and new (copies,), what else is read (copies, cells), and the block."""
    for number, block in enumerate(wiring.graph.blocks):
        parts = list(terms(block.tree))
        if len(parts) < 2:
            continue
        operands = wiring.operands(block)
        size = block.targets[0].size
        for sign, term in parts:
            if sign == 1 and isinstance(term, Operand) and operands[term.number].shape == block.targets.shape:
                others = [cells.reshape(len(cells), -1) for n, cells in enumerate(operands) if n != term.number]
                rest = np.concatenate(others, axis=1) if others else np.empty((len(block.formulas), 0), np.int64)
                yield operands[term.number].ravel(), block.targets.ravel(), np.repeat(rest, size, axis=0), number


def _same_role(wiring: Wiring, old: np.ndarray, new: np.ndarray, block: int) -> np.ndarray:
    """Whether each new cell is used as the old one is, in formulas of the same kind, or not at all."""
    roles = wiring.roles
    found = []
    for o, n in zip(old.tolist(), new.tolist(), strict=True):
        used = {role for role in roles(n) if role[0] != block}
        found.append(bool(used & roles(o)) or not used)
    return np.array(found, bool)


def _by_distance(wiring: Wiring, old: np.ndarray, new: np.ndarray) -> list[np.ndarray]:
    """Updates in groups of the same distance from old to new, and of the same kind of old cell."""
    codes = np.append(wiring.graph.codes, 0)
    key = np.stack([codes[new] - codes[old], wiring.graph.is_leaf[old]])
    _, which = np.unique(key, axis=1, return_inverse=True)
    which = which.ravel()
    return [np.flatnonzero(which == group) for group in range(which.max(initial=-1) + 1)]


# ---- other numbers --------------------------------------------------------------------------------------


def points_of(wiring: Wiring, found: Updates) -> tuple[Values, ...]:
    """Where all is judged: the sheet's own numbers, unless two branches tie there, and changed ones."""
    graph = wiring.graph
    start = found.old[found.iteration == 0]
    own = graph.calculate(dict(zip(start.tolist(), graph.values.numbers[start].tolist(), strict=True)))
    tied = wiring.reached(found.old)[graph.ties].any()
    return (*(() if tied else (own,)), *(changed(wiring, found, seed) for seed in range(POINTS)))


def changed(wiring: Wiring, found: Updates, seed: int) -> Values:
    """The values of all cells after the numbers that the updates follow from are changed a little, at random.

    Numbers that an update reads by itself, as η, stay.
    """
    graph = wiring.graph
    random = np.random.default_rng(seed)
    weights = dict(zip(found.new.tolist(), random.uniform(0.5, 1.5, len(found.new)).tolist(), strict=True))
    moving = graph.derivatives(weights) != 0
    start = found.old[found.iteration == 0]
    moving[start] = True
    moving &= graph.is_leaf & (graph.values.all_kinds() == NUMBER) & ~_read_alone(wiring, found)
    moving[start] = True
    moving[-1] = False
    at = np.flatnonzero(moving)
    numbers = graph.values.numbers[at]
    shift = random.uniform(0.03, 0.12, len(at)) * random.choice([-1, 1], len(at))
    return graph.calculate(dict(zip(at.tolist(), (numbers * (1 + shift) + shift / 2).tolist(), strict=True)))


def _read_alone(wiring: Wiring, found: Updates) -> np.ndarray:
    """(cells + 1,) of bools: single cells in the formulas of updates."""
    alone = np.zeros(len(wiring.graph.codes) + 1, bool)
    for number in set(found.block.tolist()):
        for cells in wiring.operands(wiring.graph.blocks[number]):
            if cells.shape[1:] == (1, 1):
                alone[cells] = True
    return alone


# ---- the cost -------------------------------------------------------------------------------------------


def _costs(wiring: Wiring, found: Updates) -> list[Cost]:
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
    inputs: list[int] = []
    if name == "perceptron rule":
        for cell in a.tolist():
            number = int(wiring.block_of[cell])
            tree = wiring.graph.blocks[number].tree if number >= 0 else None
            before = wiring.graph.precedents(cell)
            if (
                not (isinstance(bare(tree), Call) and bare(tree).function in ("IF", "SIGN") and len(before) == 1)
                if tree
                else True
            ):
                return None
            inputs.append(int(wiring.source[before[0]]))
    return Cost(name, (), tuple(a.tolist()), tuple(t.tolist()), tuple(inputs))


def differences(wiring: Wiring, found: Updates, mine: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a cell among `mine` and a cell that no parameter leads to, of which some formula has the difference."""
    given = ~wiring.reached(found.old)
    pairs = [np.empty((0, 2), np.int64)]
    for block in wiring.graph.blocks:
        operands = wiring.operands(block)
        for x, y in _subtracted(block.tree):
            if operands[x].shape == operands[y].shape:
                both = np.stack([operands[x].ravel(), operands[y].ravel()], axis=1)
                pairs += [both, both[:, ::-1]]
    found_pairs = np.unique(np.concatenate(pairs), axis=0)
    kept = mine[found_pairs[:, 0]] & given[found_pairs[:, 1]] & (found_pairs[:, 1] < len(given) - 1)
    return found_pairs[kept, 0], found_pairs[kept, 1]


def _subtracted(tree) -> Iterator[tuple[int, int]]:
    """Operands of which a formula has the difference: a − t, SUMXMY2(a, t)."""
    for part in walk(tree):
        match part:
            case Operation(operators, (left, right)) if operators == ("-",):
                left, right = bare(left), bare(right)
                if isinstance(left, Operand) and isinstance(right, Operand):
                    yield left.number, right.number
            case Call(arguments=(left, right)) if part.function == "SUMXMY2":
                if isinstance(bare(left), Operand) and isinstance(bare(right), Operand):
                    yield bare(left).number, bare(right).number


def _in_iteration(wiring: Wiring, found: Updates, cost: Cost, iteration: int) -> Cost:
    """The same cost of another iteration: cells of the same formulas that its parameters lead to, and no later ones."""
    if iteration == 0:
        return cost
    these = found.of(iteration)
    mine = wiring.reached(found.old[these]) & ~wiring.reached(found.new[these])
    if not cost.cells:
        a, t = differences(wiring, found, mine)
        return _known(wiring, cost.name, a, t) or cost
    blocks = set(wiring.block_of[list(cost.cells)].tolist())
    ends = ~wiring.reached(found.new, forward=False)
    cells = np.flatnonzero(mine & ends & np.isin(wiring.block_of, list(blocks)) & ~wiring.is_copy)
    return Cost(cost.name, tuple(cells.tolist()))


def slopes(graph: Graph, found: Updates, costs: Sequence[Cost], values: Values) -> np.ndarray:
    """∂C/∂w of every update's parameter by the sheet's own formulas, each of its own iteration's cost."""
    result = np.full(len(found.old), np.nan)
    for iteration, cost in enumerate(costs):
        these = found.of(iteration)
        seeds = cost.seeds(values)
        if seeds and np.isfinite(list(seeds.values())).all():
            result[these] = graph.derivatives(seeds, values=values)[found.old[these]]
    return result


# ---- η and the verdict ------------------------------------------------------------------------------------


def _agreeing(wiring: Wiring, found: Updates, cost: Cost, points: Sequence[Values], own: np.ndarray) -> tuple[int, bool]:
    """How many updates of the first iteration follow one quotient, or one for each layer, at all points; whether downwards."""
    first = found.of(0)
    only = found.rows(first)
    agree = np.ones(len(first), bool)
    moved = np.zeros(len(first), bool)
    down = np.ones(len(first), bool)
    for values in points:
        slope = slopes(wiring.graph, only, [cost], values)
        rate = _rates(own, slope, _steps(only, values))
        agree &= _follows(only, slope, rate, values)
        moved |= np.abs(slope) > 0
        down &= rate > 0
    return int((agree & moved).sum()), bool((agree & moved & down).sum() * 2 > (agree & moved).sum())


def _steps(found: Updates, values: Values) -> np.ndarray:
    return values.numbers[found.new] - values.numbers[found.old]


def _rates(own: np.ndarray, slope: np.ndarray, step: np.ndarray) -> np.ndarray:
    """The η of every update of one iteration: the quotient that most have; a layer's own where its formulas hold that number."""
    with np.errstate(all="ignore"):
        quotient = -step / slope
    usable = np.isfinite(quotient) & (np.abs(slope) > 1e-12 * np.nanmax(np.abs(slope), initial=0)) & (quotient != 0)
    rate = np.full(len(step), np.nan)
    main = _commonest(quotient[usable])
    if main is None:
        return rate
    rate[:] = main
    off = usable & ~_close(quotient, main) & _among(quotient, own)
    rate[off] = quotient[off]
    return rate


def _own_rates(wiring: Wiring, found: Updates) -> np.ndarray:
    """Numbers that may be a layer's own η: those that the formulas behind updates multiply with, 2 and ½ of them."""
    numbers = [number for _, number in _factors(wiring, found)]
    return np.unique(np.outer(numbers, (1, 2, 0.5)))


def _among(numbers: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which numbers are among `known`."""
    found = np.zeros(numbers.shape, bool)
    for number in known.tolist():
        found |= _close(numbers, number)
    return found


def _factors(wiring: Wiring, found: Updates) -> Iterator[tuple[int, float]]:
    """Given numbers that updates and the formulas between output and update multiply with.

    A cell's number and value, −1 for a number that is typed into the formula. No cell that the outputs follow from.
    """
    graph, forward = wiring.graph, wiring.reached(found.old)
    between = wiring.reached(found.new, forward=False) & forward & _later(wiring, found)
    between[found.new] = True
    given = graph.is_leaf & (graph.values.all_kinds() == NUMBER) & ~wiring.serves(~_later(wiring, found))
    for number in np.unique(wiring.block_of[between & (wiring.block_of >= 0)]).tolist():
        block = graph.blocks[number]
        kept = between[block.targets].reshape(len(block.formulas), -1).any(axis=1)
        operands = wiring.operands(block)
        for factor in factors(block.tree):
            if isinstance(factor, Number):
                yield -1, factor.value
            elif isinstance(factor, Operand) and operands[factor.number].shape[1:] == (1, 1):
                for cell in np.unique(operands[factor.number][kept]).tolist():
                    if given[cell]:
                        yield cell, float(graph.values.numbers[cell])


def _later(wiring: Wiring, found: Updates) -> np.ndarray:
    """(cells + 1,) of bools: formulas that only serve to find the updates, as gradients do."""
    return wiring.serving(found.new)


def eta(wiring: Wiring, found: Updates) -> tuple[int, float] | None:
    """The cell and number that most updates multiply with by themselves: η, where the formulas have it so."""
    counts: dict[tuple[int, float], int] = {}
    for block in sorted(set(found.block.tolist())):
        some = found.rows(found.block == block)
        for key in {key for key in _factors(wiring, some) if key[0] >= 0 or key[1] > 0}:
            counts[key] = counts.get(key, 0) + len(some.old)
    return max(counts, key=lambda key: (counts[key], key[0] >= 0), default=None)


def _commonest(numbers: np.ndarray) -> float | None:
    """The number with which most others agree; None of no numbers."""
    if not len(numbers):
        return None
    order = np.sort(numbers)
    reach = np.searchsorted(order, order + CLOSE * np.abs(order), side="right") - np.arange(len(order))
    at = int(reach.argmax())
    return float(np.median(order[at : at + reach[at]]))


def _close(numbers: np.ndarray, wanted: float) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.abs(numbers - wanted) <= CLOSE * abs(wanted)


def _follows(found: Updates, slope: np.ndarray, rate: np.ndarray, values: Values) -> np.ndarray:
    """Whether each update changes its parameter by −η ∂C/∂w, as far as the arithmetic of their difference allows."""
    step, old = _steps(found, values), np.abs(values.numbers[found.old])
    with np.errstate(all="ignore"):
        change = np.where(slope == 0, 0.0, rate * slope)
        doubt = EXACT * np.maximum(np.abs(step), np.abs(change)) + 1e-14 * np.maximum(old, 1e-3)
        return np.abs(step + change) <= doubt


def _judged(
    wiring: Wiring, found: Updates, costs: tuple[Cost, ...], points: tuple[Values, ...], given: np.ndarray | None = None
) -> Learning:
    """The verdict; `given` is η where it is known, else it is the commonest quotient."""
    own, wrong = _own_rates(wiring, found), np.zeros(len(found.old), bool)
    rates = np.full(len(found.old), np.nan)
    for values in points:
        slope, step = slopes(wiring.graph, found, costs, values), _steps(found, values)
        for iteration in range(found.iterations):
            these = found.of(iteration)
            rates[these] = _rates(own, slope[these], step[these])
        rate = _usual(found, rates, own) if given is None else given
        wrong |= ~_follows(found, slope, rate, values)
    return Learning(wiring, found, costs, rate, wrong, points)


def _usual(found: Updates, rates: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Of each update the η that its parameter has in most iterations, rather one that the formulas hold than another."""
    usual = rates.copy()
    for root in set(found.root.tolist()):
        mine = np.flatnonzero((found.root == root) & np.isfinite(rates))
        if len(mine):
            known = rates[mine][_among(rates[mine], own)]
            usual[found.root == root] = _commonest(known if len(known) else rates[mine])
    return usual
