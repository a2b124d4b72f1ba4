"""A hand-built sheet understood: its network, its iterations, and which cell is which quantity, by the formulas alone.

found = understand(Workbook("mine.xlsx"))
found.network, found.eta, found.share
found.iterations[0].places()["delta2"]      # ("Sheet1", Place …)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from xlnn import formula
from xlnn.errors import UsageError
from xlnn.formula.graph import Graph
from xlnn.formula.meant import as_meant, typed_e, typed_tiny
from xlnn.formula.picking import picked
from xlnn.formula.splitting import split
from xlnn.formula.tree import Number, walk
from xlnn.formula.values import NUMBER
from xlnn.model.activations import STEPS
from xlnn.model.costs import COSTS
from xlnn.model.network import TOTALS, Network
from xlnn.understand import placing
from xlnn.understand.chains import updates
from xlnn.understand.decay import points_from_the_first, with_decay
from xlnn.understand.matching import Naming
from xlnn.understand.meaning import activation_of, at_zero, network_of, outputs_of, perturbed, targets_of, with_zeros
from xlnn.understand.memory import remembered
from xlnn.understand.parameters import with_structure
from xlnn.understand.reading import LINEAR, Iteration, Reading, alike, steps_at
from xlnn.understand.structure import Instance, NoNetwork, instances, some, with_common_inputs, with_missing, with_shared_biases
from xlnn.understand.trainings import trainings
from xlnn.understand.using import Uses
from xlnn.understand.wiring import Wiring
from xlnn.xlsx.workbook import Workbook

FEW = 4  # iterations that are looked at to find the function of a layer
LEAST = 0.1  # the share of a workbook's formulas that a network explains, or the workbook is about something else


@dataclass(frozen=True, eq=False)
class Understood:
    """What a workbook's formulas say.

    `network` holds layers, cost and conventions: the cost "perceptron" where w + η(t − a)x is learnt with steps.
    `iterations` are those of its training, of the longest one if there are several.
    `explained`, (cells + 1,) of bools, marks the formula cells that are named or only lead to such; `tried` counts examples.
    """

    graph: Graph
    network: Network
    iterations: tuple[Iteration, ...]
    explained: np.ndarray = field(repr=False)
    tried: int = 0  # examples without right answers, beside those that have some
    further: tuple[tuple[Iteration, ...], ...] = ()  # the iterations of other trainings of the network
    e: float = math.e  # as the sheet has it: 2.718
    tiny: float = 0.0  # added within LN: 1E-10
    memory: int = -1  # the first cell that later updates take besides the gradient, as with momentum

    @property
    def eta(self) -> dict[str, float]:
        """η by parameter, as most iterations have it."""
        found: dict[str, float] = {}
        for iteration in self.iterations:
            for name, eta in iteration.eta.items():
                found.setdefault(name, eta)
        return found

    @property
    def others(self) -> list[Understood]:
        """The other trainings of the network."""
        return [replace(self, iterations=iterations, further=()) for iterations in self.further]

    @property
    def formulas(self) -> np.ndarray:
        """(cells + 1,) of bools: cells with formulas."""
        return ~self.graph.is_leaf

    @property
    def share(self) -> float:
        """The share of formula cells that are explained."""
        return float(self.explained[self.formulas].mean()) if self.formulas.any() else 0.0

    @property
    def left_over(self) -> list[int]:
        """Formula cells that are not explained, by number."""
        return np.flatnonzero(self.formulas & ~self.explained).tolist()


def understand(source: Workbook | Graph) -> Understood | None:
    """What a workbook's formulas say; None where they hold no network. Raises as `formula.read` does."""
    graph = source if isinstance(source, Graph) else formula.mended(source)
    try:
        found = replace(_Reading(Wiring(picked(split(as_meant(graph))))).understood(), e=typed_e(graph), tiny=typed_tiny(graph))
    except (NoNetwork, UsageError):  # or what is there is no network that xlnn can calculate
        return None
    return found if found.share >= LEAST and _is_network(found) else None


def _is_network(found: Understood) -> bool:
    """Whether weighted sums are a network and no table: they learn or are held against right answers, or go on to a function."""
    functions = {layer.activation for layer in found.network.layers[1:]} - {""}
    names = set().union(*(iteration.named for iteration in found.iterations))
    first = found.iterations[0].named
    x = first["x"].cells
    if functions <= {"identity"}:  # a forecast from earlier numbers of a series is no network, nor a mean of marks
        serves = bool(names & {"C", "CT"}) or any(_is_typed(found.graph, eta) for eta in found.eta.values())
        return serves and "t" in names and not np.isin(first["t"].cells, x).any()
    if functions <= {"identity", *STEPS}:  # a score and a limit; a logical gate takes 0 and 1
        return "t" in names or bool(np.isin(found.graph.values.numbers[x], (0, 1, -1)).all())
    return "t" in names or functions != {"relu"} or found.network.parameters[0].shape[1:] != (1, 1)


def _is_typed(graph: Graph, rate: float) -> bool:
    """Whether somebody typed a number, or half of it or its double: in a cell, or in a formula."""
    typed = graph.values.numbers[graph.is_leaf & (graph.values.all_kinds() == NUMBER)]
    spelled = [part.value for block in graph.blocks for part in walk(block.tree) if isinstance(part, Number)]
    return bool(np.isclose(np.outer((1, 2, 0.5), [*typed.tolist(), *spelled]), rate, rtol=1e-6, atol=0).any())


class _Reading:
    """A workbook while it is understood."""

    def __init__(self, wiring: Wiring):
        self.wiring, self.graph = wiring, wiring.graph
        self.updates = updates(wiring)
        self.forward = with_structure(wiring, self.updates)
        self.parameters = self.forward.sums.is_parameter
        old, new, when = (part.tolist() for part in (self.updates.old, self.updates.new, self.updates.iteration))
        self.iteration = dict(zip(old, when, strict=True)) | {cell: number + 1 for cell, number in zip(new, when, strict=True)}
        trained = self._trainings(instances(wiring, self.forward, self.iteration))
        self.shown = with_shared_biases([instance for training in trained for instance in training])
        self.training = [number for number, training in enumerate(trained) for _ in training]

    def _trainings(self, found: list[Instance]) -> list[list[Instance]]:
        """The trainings of the network that most cells belong to: iterations of one shape, as the updates lead on."""
        kinds: dict[tuple, list[Instance]] = {}
        for instance in found:
            kinds.setdefault(_shape(instance), []).append(instance)
        mine = max(kinds.values(), key=lambda group: sum(_size(instance) for instance in group))
        at_first = zip((*self.updates.new.tolist(), *self.updates.root.tolist()), (*self.updates.root.tolist(),) * 2, strict=True)
        when = lambda instance: max(self.iteration.get(int(c), 0) for layer in instance.layers for c in layer.w.ravel())
        return [self._in_order(training, when) for training in trainings(self.graph, mine, dict(at_first))]

    def _in_order(self, mine: list[Instance], when: Callable[[Instance], int]) -> list[Instance]:
        """The iterations of a training, as the updates lead on from each other."""
        by_number = {when(instance): instance for instance in mine}
        found = with_missing(self.graph, by_number) if len(by_number) == len(mine) else sorted(mine, key=when)
        return with_common_inputs(found)

    def understood(self) -> Understood:
        uses = Uses(self.wiring, self.forward, self.updates)
        uses.follow(self.shown)
        activations = self._activations()
        t = [self._targets(instance) for instance in self.shown]
        tried: list[Any] = [(part >= 0).all(axis=1) if (part >= 0).all(axis=1).any() else np.ones(len(part), bool) for part in t]
        self.shown = [some(instance, kept) for instance, kept in zip(self.shown, tried, strict=True)]
        t = [part[kept] for part, kept in zip(t, tried, strict=True)]
        given = np.concatenate([*(self._numbers(instance) for instance in self.shown), *(part.ravel() for part in t)])
        points = [perturbed(self.wiring, given, seed) for seed in (11, 12)]
        if set(LINEAR) & set(activations):  # only where signs change a slope tells itself from 1
            points += [perturbed(self.wiring, given, seed, wide=True) for seed in (13, 14)]
        naming = Naming(self.wiring, points)
        naming.keep(given)
        naming.keep_copies(np.concatenate([*(instance.x.ravel() for instance in self.shown), *(part.ravel() for part in t)]))
        learnt = self._network(naming, activations, t[0])
        learnt = self._decaying(naming, uses, learnt, t)
        answered = self._answered(naming) if learnt.output.activation == "softmax" else None
        readings = [Reading(naming, uses, learnt, *pair, answered) for pair in zip(self.shown, t, strict=True)]
        read = zip(readings, self.training, strict=True)
        found = alike(self.graph, [replace(reading.read(), training=number) for reading, number in read], naming.free)
        network = network_of(self.shown[0], activations, learnt.cost, learnt.total, readings[0].ties())
        network = replace(network, decay=learnt.decay, decay_in=learnt.decay_in, decay_biases=learnt.decay_biases)
        network = replace(network, freeze_biases=_are_frozen(found))
        several = [tuple(i for i in found if i.training == number) for number in sorted({i.training for i in found})]
        count = int(sum((~k).sum() for k in tried))
        explained, memory = self._explained(found), remembered(self.wiring, self.updates)
        if memory >= 0:
            several = [tuple(map(_without_updates, training)) for training in several]
        return Understood(self.graph, network, several[0], explained, count, tuple(several[1:]), memory=memory)

    # ---- the network -------------------------------------------------------------------------------------

    def _activations(self) -> list[str]:
        """The functions of the layers, "" of pooling; the cells of outputs that no next layer reads are noted."""
        given = np.concatenate([self._numbers(instance) for instance in self.shown])
        naming = Naming(self.wiring, [perturbed(self.wiring, given, seed, wide=True) for seed in (1, 2)])
        for instance in self.shown:
            for layer in instance.layers:
                naming.take(layer.z)
        whole = [k for k, instance in enumerate(self.shown) if _is_told(instance)]
        zero = with_zeros(self.wiring, self.parameters, self.forward.units.values())
        names = []
        for number, layer in enumerate(self.shown[whole[0]].layers):
            if layer.kind == "max pooling":
                names.append("")
                continue
            layers = [self.shown[k].layers[number] for k in whole]
            found = activation_of(self.forward, layers[:FEW], naming)
            if found is None:
                raise NoNetwork("the function of a layer is none that is known")
            name = at_zero(*found, zero)
            names.append(name)
            for layer in layers:
                layer.a[...] = np.where(layer.a < 0, outputs_of(self.forward, layer, naming, name), layer.a)
            self._like_others(whole, number)
        return names

    def _like_others(self, whole: list[int], number: int) -> None:
        """The outputs of a layer in iterations that are known by their neighbours only: as far on as those lie."""
        outputs = [instance.layers[number].a for instance in self.shown]
        pairs = sorted(pairwise(whole), key=lambda pair: pair[1] - pair[0])
        for k in set(range(len(self.shown))) - set(whole) if pairs else ():
            j = min(whole, key=lambda j: abs(j - k))
            one, other = pairs[0]
            away = placing.positions(self.graph, outputs[other]) - placing.positions(self.graph, outputs[one])
            moved = placing.at(self.graph, placing.positions(self.graph, outputs[j]) + (k - j) * away // (other - one))
            outputs[k][...] = np.where((outputs[k] < 0) & (outputs[j] >= 0), moved, outputs[k])

    def _numbers(self, instance: Instance) -> np.ndarray:
        """The cells of x, w and b."""
        parts = [instance.x.ravel()]
        for layer in instance.layers:
            parts += [layer.w.ravel(), layer.b.ravel()]
        return np.concatenate(parts)

    def _answered(self, naming: Naming) -> Naming:
        """The cells at points where the right answers are as they stand: −LN(SUMPRODUCT(t,a)) is a cost where one of t is 1."""
        given = np.concatenate([self._numbers(instance) for instance in self.shown])
        found = Naming(self.wiring, [perturbed(self.wiring, given, seed) for seed in (15, 16)])
        found.free, found.typed = naming.free, naming.typed
        return found

    def _targets(self, instance: Instance) -> np.ndarray:
        found = targets_of(self.wiring, instance.layers[-1].a, self.parameters)
        return placing.filled(self.graph, found, self.graph.values.all_kinds() == NUMBER)

    def _network(self, naming: Naming, activations: list[str], t: np.ndarray) -> Network:
        """The network with the cost and total that most cells agree with."""
        totals = TOTALS if len(self.shown[0].x) > 1 else TOTALS[:1]
        costs = _costs(activations[-1], learns=len(self.updates.old) > 0)
        if costs != ["perceptron"]:
            activations = ["identity" if name in STEPS else name for name in activations]
        tried = [network_of(self.shown[0], activations, cost, total) for total in totals for cost in costs]
        return max(tried, key=lambda network: self._score(naming, network, t))

    def _decaying(self, naming: Naming, uses: Uses, learnt: Network, t: Sequence[np.ndarray]) -> Network:
        """The network with its decay, and the total by which most cells agree then."""
        if not len(self.updates.old):
            return learnt
        few = list(zip(self.shown, t, strict=True))[:FEW]
        points = points_from_the_first(self.wiring, few)
        found = with_decay(learnt, naming, uses, few, points)
        if not found.decay or len(self.shown[0].x) == 1:
            return found
        others = [
            with_decay(replace(learnt, total=total), naming, uses, few, points) for total in TOTALS if total != learnt.total
        ]
        return max([found, *others], key=lambda network: self._score(naming, network, t[0]))

    def _score(self, naming: Naming, network: Network, t: np.ndarray) -> tuple[float, float, float]:
        """How well a network's cost fits: whether its like is shown, what is learnt by it, whether it is shown itself."""
        steps = steps_at(self.shown[0], network, t, naming.points)
        learnt = like = shown = 0.0
        for name, q in network.quantities.items():
            expected = lambda name=name: [step[name] for step in steps]
            if q.kind in ("delta", "dC_da", "dC_dw", "dCT_dw", "dCT_db") and q.layer == network.output.label:
                found = naming.find(expected(), (1.0, -1.0))
                learnt += found is not None and float((found.cells >= 0).mean())
            if q.kind in ("C", "CT"):
                found = naming.find(expected(), (1.0, 2.0, 0.5))
                like += found is not None and q.kind == "C"
                shown += found is not None and found.factor == 1
        return like, learnt, shown

    def _explained(self, found: Sequence[Iteration]) -> np.ndarray:
        """(cells + 1,) of bools: cells with a name, copies of them, and what only leads to them; but not the updates that lead to
        the first of the parameters, for these belong to an iteration that was not understood."""
        named = np.zeros(len(self.wiring.source), bool)
        for iteration in found:
            for part in iteration.named.values():
                named[part.cells[part.cells >= 0]] = True
        late = self._updated_before(found)
        before = self.wiring.reached(np.flatnonzero(named & ~late), forward=False, through=~late)
        return (before | before[self.wiring.source] | named) & ~late

    def _updated_before(self, found: Sequence[Iteration]) -> np.ndarray:
        """(cells + 1,) of bools: where parameters of which no iteration gives the update come from, if that is one, too."""
        of = lambda is_kind: [
            cell for iteration in found for name, part in iteration.named.items() if is_kind(name)
            for cell in self.wiring.source[part.cells[part.cells >= 0]].tolist()
        ]  # fmt: skip
        new = of(lambda name: name.startswith("new_"))
        updates = {self.graph.pattern(cell) for cell in new} - {None}
        late = np.zeros(len(self.wiring.source), bool)
        first = {*of(lambda name: name.startswith(("w", "b")))} - {*new}
        late[[cell for cell in first if self.graph.pattern(cell) in updates]] = True
        return late


def _without_updates(iteration: Iteration) -> Iteration:
    """An iteration whose updates are another rule's: neither these nor what they take is w − η ∂C_T/∂w."""
    kept = {name: part for name, part in iteration.named.items() if not name.startswith(("new_", "dCT_d"))}
    return replace(iteration, named=kept)


def _are_frozen(found: Sequence[Iteration]) -> bool:
    """Whether weights learn and biases, if there are any, do not."""
    names = set().union(*(iteration.named for iteration in found))
    return any(name.startswith("new_w") for name in names) and not any(name.startswith("new_b") for name in names)


def _is_told(instance: Instance) -> bool:
    """Whether an iteration's sums are known, and not only where they must be."""
    return any(key is not None for layer in instance.layers for key in layer.keys.ravel().tolist())


def _shape(instance: Instance) -> tuple:
    return instance.x.shape[1:], tuple((layer.kind, layer.w.shape, layer.size) for layer in instance.layers)


def _size(instance: Instance) -> int:
    return instance.x.size + sum(layer.w.size + layer.keys.size for layer in instance.layers)


def _costs(output: str, learns: bool) -> list[str]:
    if output == "softmax":
        return ["softmax cross-entropy"]
    if output in STEPS:
        return ["perceptron"] if learns else ["half squares"]
    return [name for name, cost in COSTS.items() if not cost.outputs or output in cost.outputs]
