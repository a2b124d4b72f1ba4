"""What learns on a sheet, from its formulas alone: parameters, iterations, the cost that is descended, η, and who deviates.

The cost is the one whose own derivative by the sheet's formulas makes Δw / (∂C/∂w) equal for most parameters, at the sheet's
numbers and at numbers changed at random, so that nothing agrees by chance; that quotient is −η. A parameter with another
quotient is wrong, exactly there, unless the formulas hold that number as the η of its layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlnn.formula.graph import SPAN, Graph
from xlnn.formula.tree import Number, Operand
from xlnn.formula.values import NUMBER, Values
from xlnn.understand.chains import Updates, updates
from xlnn.understand.costs import Cost, costs_of, differences, in_iteration, slopes
from xlnn.understand.matching import commonest
from xlnn.understand.shrinking import decays, like, shrinking_factors, usual_decay
from xlnn.understand.wiring import Wiring, factors

FIRST = 4  # iterations, of which one shows what is descended
POINTS = 2  # at so many changed numbers everything is judged
CLOSE = 1e-7  # relative: quotients that agree
EXACT = 1e-9  # relative: a change that agrees with −η times the derivative


@dataclass(frozen=True, eq=False)
class Learning:
    """What learns, and how: (updates,) arrays beside those of `updates`.

    `rate` is the η of each update, the number by which its iteration and layer descend; `wrong` marks updates that do not
    follow −η ∂C/∂w; `costs` holds the cost of each iteration; `points` are the sheet's own numbers, unless two branches tie
    there, and changed ones: at each of them all was judged. `instead` is a cost that no cell shows and that explains all
    updates where the shown one explains none.
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
    (agree, _), best = (0, False), None
    for iteration in range(min(FIRST, found.iterations)):  # of an example with inputs of 0 only a bias learns
        costs = costs_of(wiring, found)
        tried = [(_agreeing(wiring, found, cost, points, own, iteration), cost) for cost in costs]
        (agree, _), best = max(tried, key=lambda entry: entry[0], default=((0, False), None))
        if agree < len(found.of(iteration)):
            costs = [one for cost in costs if (one := _with_decay(wiring, found, cost, points))]
            tried += [(_agreeing(wiring, found, cost, points, own, iteration), cost) for cost in costs]
            (agree, _), best = max(tried, key=lambda entry: entry[0], default=((0, False), None))
        if agree >= min(2, len(found.of(0))):
            break
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
            shown = replace(shown, decay=best.decay, decaying=best.decaying)
            return replace(_judged(wiring, found, _everywhere(wiring, found, shown), points, rate), instead=best.name)
    judged = _judged(wiring, found, _everywhere(wiring, found, best), points)
    given, usual = eta(wiring, found, best.decay), _commonest(judged.rate[np.isfinite(judged.rate)])
    many = max(1, len(best.cells), len(best.outputs))
    other = {0.0, 0.5, 1.0, 2.0, 1 / many, 2 / many}  # η·η where η is ½ is η·½: Σ(t − a)² without its ½, or a mean
    if given and usual and (usual < 0 or (given[0] >= 0 and given[1] not in other and abs(usual / given[1] ** 2 - 1) < CLOSE)):
        whole = np.full(len(found.old), given[1])  # upwards, or η twice: all updates agree, and all are wrong
        return _judged(wiring, found, judged.costs, points, whole)
    return judged


def _with_decay(wiring: Wiring, found: Updates, cost: Cost, points: Sequence[Values]) -> Cost | None:
    """A cost with λ/2 Σw², where updates of the first iterations follow that; None where fewer than two do."""
    only = found.rows(np.flatnonzero(found.iteration < FIRST))
    costs = [in_iteration(wiring, found, cost, iteration) for iteration in range(only.iterations)]
    slope = np.array([slopes(wiring.graph, only, costs, values) for values in points[-2:]])
    w = np.array([values.numbers[only.old] for values in points[-2:]])
    change = np.array([-_steps(only, values) for values in points[-2:]])
    each = decays(change, slope, w)
    decay = usual_decay(each)
    shrinks = like(each, decay or 0.0) | ((slope == 0) & (change != 0)).all(axis=0)
    return None if decay is None else replace(cost, decay=decay, decaying=frozenset(only.root[shrinks].tolist()))


def _everywhere(wiring: Wiring, found: Updates, cost: Cost) -> tuple[Cost, ...]:
    return tuple(in_iteration(wiring, found, cost, k) for k in range(found.iterations))


def _shown(wiring: Wiring, found: Updates, points: Sequence[Values]) -> Cost | None:
    """Where no cost agrees: the shown one that most parameters lead to, the last of them in the order of calculation."""
    first = found.of(0)
    best, most = None, (0, -1)
    for cost in costs_of(wiring, found):
        if cost.name == "squares" or (cost.name == "shown" and len(cost.cells) == 1):
            slope = slopes(wiring.graph, found, [cost], points[-1])[first]
            level = int(wiring.graph.level[wiring.graph.owner[cost.cells[0]]]) if cost.cells else -1
            reach = int((np.isfinite(slope) & (slope != 0)).sum()), level
            best, most = (cost, reach) if reach > most and reach[0] else (best, most)
    return best


def _shown_squares(wiring: Wiring, found: Updates, known: Cost, points: Sequence[Values]) -> Cost | None:
    """A shown cost that is Σ(t − a)² of the same outputs, up to a factor."""
    squares = replace(known, name="squares")
    for cost in costs_of(wiring, found):
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


# ---- other numbers --------------------------------------------------------------------------------------


def points_of(wiring: Wiring, found: Updates) -> tuple[Values, ...]:
    """Where all is judged: the sheet's own numbers, unless two branches tie there, and changed ones."""
    graph = wiring.graph
    start = found.old[found.iteration == 0]
    own = graph.calculate(dict(zip(start.tolist(), graph.values.numbers[start].tolist(), strict=True)), graph.meant)
    tied = wiring.reached(found.old)[graph.ties].any()
    return (*(() if tied else (own,)), *(changed(wiring, found, seed) for seed in range(POINTS)))


def changed(wiring: Wiring, found: Updates, seed: int) -> Values:
    """The values of all cells after the numbers that the updates follow from are changed a little, at random.

    Numbers that updates multiply with by themselves, as η, stay; a 1 that stands alone, too: it is what a bias is the weight of,
    and a gradient need not name it; and the right answers of shares, whose sum must stay 1, or a − t is no derivative.
    """
    graph = wiring.graph
    random = np.random.default_rng(seed)
    weights = dict(zip(found.new.tolist(), random.uniform(0.5, 1.5, len(found.new)).tolist(), strict=True))
    moving = graph.derivatives(weights) != 0
    start = found.old[found.iteration == 0]
    moving[start] = True
    moving &= graph.is_leaf & (graph.values.all_kinds() == NUMBER)
    moving[[cell for cell, _ in _factors(wiring, found) if cell >= 0]] = False
    moving[shrinking_factors(wiring, found)] = False
    moving[[cell for cell in np.flatnonzero(moving & (graph.values.numbers == 1)).tolist() if _stands_alone(graph, cell)]] = False
    moving[_answers_of_shares(wiring, found)] = False
    moving[start] = True
    moving[-1] = False
    at = np.flatnonzero(moving)
    numbers = graph.values.numbers[at]
    shift = random.uniform(0.03, 0.12, len(at)) * random.choice([-1, 1], len(at))
    return graph.calculate(dict(zip(at.tolist(), (numbers * (1 + shift) + shift / 2).tolist(), strict=True)), graph.meant)


def _answers_of_shares(wiring: Wiring, found: Updates) -> list[int]:
    """The right answers of outputs that are shares of one whole, as those of softmax, where their sum is 1, too."""
    numbers = wiring.graph.meant.numbers
    a, t = differences(wiring, found, wiring.reached(found.old))
    answers = dict(zip(a.tolist(), t.tolist(), strict=True))
    readers: dict[int, set[int]] = {}
    for cell in answers:
        for read in wiring.read_by(cell):
            readers.setdefault(read, set()).add(cell)
    result: list[int] = []
    for group in {frozenset(together) for together in readers.values() if len(together) > 1}:
        outputs, wanted = list(group), [answers[cell] for cell in group]
        if _close(numbers[outputs].sum(keepdims=True), 1.0)[0] and numbers[wanted].sum() == 1:
            result += wanted
    return result


def _stands_alone(graph: Graph, number: int) -> bool:
    """Whether no number stands beside a cell: it is no input among others."""
    (sheet, cell), kinds = graph.cell(number), graph.values.all_kinds()
    around = [cell.moved(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right]
    beside = [graph.number(sheet, each) for each in around if each.on_sheet]
    return not any(kinds[each] == NUMBER for each in beside if each >= 0)


# ---- η and the verdict ------------------------------------------------------------------------------------


def _agreeing(
    wiring: Wiring, found: Updates, cost: Cost, points: Sequence[Values], own: np.ndarray, iteration: int
) -> tuple[int, bool]:
    """How many updates of an iteration follow one quotient, or one for each layer, at all points; whether downwards."""
    first = found.of(iteration)
    cost = in_iteration(wiring, found, cost, iteration)
    only = replace(found.rows(first), iteration=np.zeros(len(first), np.int64))
    agree = np.ones(len(first), bool)
    moved = np.zeros(len(first), bool)
    down = np.ones(len(first), bool)
    usual = np.full(len(first), np.nan)
    for values in points:
        slope = slopes(wiring.graph, only, [cost], values)
        rate = _rates(own, slope, _steps(only, values))
        usual = np.where(np.isfinite(usual), usual, rate)
        with np.errstate(invalid="ignore"):  # √C̅ goes the same way down, but with a quotient that is another at each point
            agree &= _follows(only, slope, rate, values) & ~(np.abs(rate - usual) > CLOSE * np.abs(usual))
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
    later = wiring.serving(found.new)  # formulas that only serve to find the updates, as gradients do
    between = wiring.reached(found.new, forward=False) & forward & later
    between[found.new] = True
    given = graph.is_leaf & (graph.values.all_kinds() == NUMBER) & ~wiring.serves(~later)
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


def eta(wiring: Wiring, found: Updates, decay: float = 0.0) -> tuple[int, float] | None:
    """The cell and number that most updates multiply with by themselves: η, where the formulas have it so, and not this decay."""
    counts: dict[tuple[int, float], int] = {}
    for block in sorted(set(found.block.tolist())):
        some = found.rows(found.block == block)
        for key in {key for key in _factors(wiring, some) if key[0] >= 0 or key[1] > 0}:
            if decay and like(np.array(key[1]), decay):
                continue
            counts[key] = counts.get(key, 0) + len(some.old)
    return max(counts, key=lambda key: (counts[key], key[0] >= 0), default=None)


def _commonest(numbers: np.ndarray) -> float | None:
    """The number with which most others agree; None of no numbers."""
    return commonest(numbers, CLOSE) if len(numbers) else None


def _close(numbers: np.ndarray, wanted: float | np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.abs(numbers - wanted) <= CLOSE * np.abs(wanted)


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
        rate = _own_in_iteration(wiring, found, rates, _usual(found, rates, own)) if given is None else given
        wrong |= ~_follows(found, slope, rate, values) & ~np.isnan(slope)  # where there is no derivative, nothing departs from it
    return Learning(wiring, found, costs, rate, wrong, points)


def _own_in_iteration(wiring: Wiring, found: Updates, rates: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """The usual η; in an iteration of which most updates have another one, that, if all iterations have theirs in such a cell."""
    iterations = [found.of(iteration) for iteration in range(found.iterations)]
    others = [these[~_close(rates[these], usual[these])] for these in iterations]
    if not any(2 * len(other) > len(these) for other, these in zip(others, iterations, strict=True)):
        return usual
    spot = lambda cell: int(wiring.graph.codes[cell] % SPAN)
    given = [{spot(cell): n for cell, n in _factors(wiring, found.rows(these)) if cell >= 0} for these in iterations]
    result, common = usual.copy(), set.intersection(*map(set, given))
    for these, other, numbers in zip(iterations, others, given, strict=True):
        if 2 * len(other) > len(these):
            own = np.array([numbers[where] for where in sorted(common)])
            result[other] = np.where(_among(rates[other], own), rates[other], usual[other])
    return result


def _usual(found: Updates, rates: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Of each update the η that its parameter has in most iterations, rather one that the formulas hold than another."""
    usual = rates.copy()
    for root in set(found.root.tolist()):
        mine = np.flatnonzero((found.root == root) & np.isfinite(rates))
        if len(mine):
            known = rates[mine][_among(rates[mine], own)]
            usual[found.root == root] = _commonest(known if len(known) else rates[mine])
    return usual
