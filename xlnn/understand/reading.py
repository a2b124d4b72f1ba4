"""One iteration of a network that was found: each of its quantities gets its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlnn.formula.graph import Graph
from xlnn.formula.values import NUMBER, Values
from xlnn.layout.places import Place
from xlnn.model.network import TIES, Network
from xlnn.model.quantities import Quantity
from xlnn.model.rules import decayed
from xlnn.model.training import Step
from xlnn.understand import placing
from xlnn.understand.matching import Named, Naming, agree, commonest
from xlnn.understand.meaning import labels, step_of
from xlnn.understand.structure import Instance
from xlnn.understand.using import Uses

SIMPLE = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5)  # multiples that people use: δ = t − a, Σ without ½
LEARNT = ("delta", "dC_da", "back", "dC_dw", "dC_db", "dCT_dw", "dCT_db")
LINEAR = ("identity", "relu", "leaky relu")  # functions with the slope 1, there or everywhere
GIVEN = ("x", "t", "w", "b")
RATE = 1e-6  # relative: a quotient that is η


@dataclass(frozen=True, eq=False)
class Iteration:
    """One iteration: its quantities by name, each with the cells that hold it, images first; and what it descends with.

    `eta` by parameter, where the sheet says it; `step` is the same iteration by xlnn's rules at the sheet's numbers.
    """

    graph: Graph
    named: Mapping[str, Named]
    eta: Mapping[str, float]
    step: Step
    training: int = 0  # of several trainings, which one it belongs to

    def places(self) -> dict[str, tuple[str, Place]]:
        """Where each quantity lies that is found whole: sheet and stride pattern, or a list of cells."""
        return {name: placing.place(self.graph, found.cells) for name, found in self.named.items() if found.is_whole}


def steps_at(instance: Instance, network: Network, t: np.ndarray, points: Sequence[Values]) -> list[Step]:
    """The iteration by xlnn's rules, from the sheet's numbers at each point; right answers that it does not have are drawn."""
    found = []
    for number, values in enumerate(points):
        drawn = np.random.default_rng(number).uniform(0.2, 0.8, t.shape)
        found.append(step_of(instance, network, np.where(t >= 0, values.numbers[t], drawn), values))
    return found


class Reading:
    """An iteration while it is read: rule after rule, each applied to the sheet's own numbers where they have a place."""

    def __init__(
        self, naming: Naming, uses: Uses, network: Network, instance: Instance, t: np.ndarray, answered: Naming | None = None
    ):
        self.naming, self.uses, self.network, self.instance, self.t = naming, uses, network, instance, t
        self.answered = answered  # at points where only the right answers are as they stand
        self.points = [*naming.points, naming.wiring.graph.values]  # the last: the numbers as they are stored
        self.steps = steps_at(instance, network, t, self.points)
        self.named: dict[str, Named] = {}
        self.layers = dict(zip(labels(instance.layers), instance.layers, strict=True))
        self.images = len(instance.x)

    def read(self) -> Iteration:
        later = self._later() if self.network.cost == "perceptron" else np.empty(0, np.int64)
        self.naming.free[later] = False
        found = self._read()
        self.naming.free[later] = True
        return found

    def _later(self) -> np.ndarray:
        """The free cells of later iterations: unit steps give the same number in many cells."""
        layers = [layer for layer in self.layers.values() if layer.kind != "max pooling"]
        new = np.concatenate([self.uses.new(cells).ravel() for layer in layers for cells in (layer.w, layer.b)])
        reached = self.naming.wiring.reached(np.unique(new[new >= 0]))
        reached[new] = False
        return np.flatnonzero(reached & self.naming.free)

    def _read(self) -> Iteration:
        self._structure()
        learns = bool((self.t >= 0).all())
        for name in self._order():
            q = self.network.quantities[name]
            if name not in self.named and (learns or q.kind in ("z", "a")):
                found = self._found(name, q.kind, q.layer)
                if found is not None:
                    self._name(name, found)
        self._last_errors()
        eta = self._eta() if learns else {}
        if eta and all(rate < 0 for rate in eta.values()):  # δ is t − a, and subtracted all the same: it is δ, and wrong
            eta = {name: -rate for name, rate in eta.items()}
            self.named |= {name: Named(n.cells, abs(n.factor)) for name, n in self.named.items() if name.startswith(LEARNT)}
        step = steps_at(self.instance, self.network, self.t, self.points[-1:])[0]
        return Iteration(self.naming.wiring.graph, self._as_shown(), eta, step)

    def _as_shown(self) -> dict[str, Named]:
        """Given numbers and parameters in the cells where this iteration's formulas read them, which may be copies."""
        layers = [layer for layer in self.layers.values() if layer.kind != "max pooling"]
        sums = np.array([key[0] for layer in layers for key in layer.keys.ravel().tolist() if key is not None], np.int64)
        ends = [self.named[name].cells.ravel() for name in ("C", "dC_da" + self.network.output.label) if name in self.named]
        shown = self.naming.wiring.read_as(self.uses.written_out(np.unique(sums)))
        answers = self.naming.wiring.read_as(np.unique(np.concatenate(ends))) if ends else {}
        found = dict(self.named)
        for name, part in self.named.items():
            if name.startswith(GIVEN):
                by = answers if name == "t" else shown
                cells = np.array([by.get(c, c) for c in part.cells.ravel().tolist()], np.int64)
                found[name] = Named(cells.reshape(part.cells.shape), part.factor)
        return found

    def ties(self) -> str:
        """How δ goes back through windows of which several cells have the maximum, told by the numbers as they are stored."""
        names = list(self.layers)
        before = [names[at - 1] for at, label in enumerate(names) if self.layers[label].kind == "max pooling"]
        right = {
            way: sum(
                self._agreeing(replace(self.network, ties=way), kind + label) for label in before for kind in ("back", "delta")
            )
            for way in TIES
        }
        return max(TIES, key=lambda way: right[way])

    def _agreeing(self, network: Network, name: str) -> int:
        if name not in self.named or not self.named[name].is_whole:
            return 0
        (step,) = steps_at(self.instance, network, self.t, self.points[-1:])
        given = {n: array for n, array in self.steps[-1]._values.items() if n in self.named and n != name}
        step._values.update(given)
        found = self.named[name]
        return int(agree(self.points[-1].numbers[found.cells] / found.factor, step[name]).sum())

    def _name(self, name: str, found: Named) -> None:
        self.named[name] = found
        self.naming.take(found.cells)
        if found.is_whole and not name.startswith(GIVEN):
            for step, values in zip(self.steps, self.points, strict=True):
                step._values[name] = values.numbers[found.cells] / found.factor

    def _structure(self) -> None:
        """What the structure tells by itself: x, t, w, b, z, a, and the new parameters."""
        found = {"x": Named(self.instance.x)}
        new = self._new_parameters()
        if (self.t >= 0).any():
            found["t"] = Named(self.t)
        for label, layer in self.layers.items():
            parts = {"w": (layer.w, 1.0), "b": (layer.b, float(layer.sign))} if layer.kind != "max pooling" else {}
            for kind, (cells, factor) in parts.items():
                found[kind + label] = Named(cells, factor)
                found[f"new_{kind}{label}"] = Named(self.naming.completed(new[kind + label]), factor)
            if layer.kind != "max pooling":
                found["z" + label] = Named(self.naming.completed(layer.z))
            if not np.array_equal(layer.a, layer.z):
                found["a" + label] = Named(self.naming.completed(layer.a))
        for name, part in found.items():
            if (part.cells >= 0).any():
                self._name(name, part)

    def _new_parameters(self) -> dict[str, np.ndarray]:
        """By parameter the cells of its updates, typed numbers where all others of a kind lie as far from their old ones."""
        layers = {label: layer for label, layer in self.layers.items() if layer.kind != "max pooling"}
        old = {kind + label: cells for label, layer in layers.items() for kind, cells in (("w", layer.w), ("b", layer.b))}
        new = {name: self.uses.new(cells) for name, cells in old.items()}
        where = lambda cells: placing.positions(self.naming.wiring.graph, cells)
        for kind in "wb":
            mine = [name for name in new if name[0] == kind]
            moves = np.concatenate([(where(new[name]) - where(old[name]))[new[name] >= 0] for name in mine])
            if len(moves) == 0 or (moves != moves[0]).any():
                continue
            for name in mine:
                there = placing.at(self.naming.wiring.graph, where(old[name]) + moves[0])
                gaps = (new[name] < 0) & (old[name] >= 0) & (there >= 0) & self.naming.typed[there]
                new[name] = np.where(gaps, there, new[name])
        return new

    def _order(self) -> list[str]:
        """Computed quantities, those first by which a cell is called that holds the number of two."""
        late = {"dC_da": 2} | ({"dC_dw": 3, "dC_db": 3, "CT": 2} if self.images == 1 else {})
        linear = {layer.label for layer in self.network.layers if layer.activation in LINEAR}
        names = [n for n, q in self.network.quantities.items() if n in self.network.rule_of and not q.kind.startswith("new_")]
        late |= {name: 1 for name in names if name[:4] == "back" and name[4:] in linear}  # δ where the slope is 1
        return sorted(names, key=lambda name: late.get(name, late.get(self.network.quantities[name].kind, 0)))

    # ---- one quantity ------------------------------------------------------------------------------------

    def _expected(self, name: str) -> list[np.ndarray]:
        return [step[name] for step in self.steps[:-1]]

    def _found(self, name: str, kind: str, layer: str) -> Named | None:
        if kind.startswith("dCT_d"):
            return self._used_gradient(name, kind[-1] + layer) or self._by_numbers(name, kind)
        found = self._by_numbers(name, kind)
        if kind == "delta":
            return self._used_error(name, layer) if found is None else self._with_used(found, layer)
        return found

    def _with_used(self, found: Named, label: str) -> Named:
        """δ with its gaps, where it is 0 at all changed numbers, filled by the cells that gradients multiply with the inputs."""
        if found.is_whole:
            return found
        used = self.uses.errors(self.layers[label])
        both = (used >= 0) & (found.cells >= 0)
        fits = both.any() and (used == found.cells)[both].all()
        gaps = (found.cells < 0) & (used >= 0) & self.naming.free[used] & fits
        return Named(np.where(gaps, used, found.cells), found.factor)

    def _by_numbers(self, name: str, kind: str) -> Named | None:
        factors = (*SIMPLE, 1 / self.images, -1 / self.images) if kind in LEARNT else (1.0,)
        if kind not in ("C", "CT"):
            return self.naming.find(self._expected(name), factors)
        found = self.naming.find(self._expected(name), (1.0, 2.0, 0.5))
        if found is None and self.answered is not None:
            steps = steps_at(self.instance, self.network, self.t, self.answered.points)
            found = self.answered.find([step[name] for step in steps])
        return found

    def _used_gradient(self, name: str, parameter: str) -> Named | None:
        """∂C_T/∂w as the cells that the updates take, whatever stands in them."""
        if parameter not in self.named:
            return None
        old = self.named[parameter]
        before = self._inputs(parameter[1:])
        cells = self.uses.gradients(old.cells, self.naming.free, before)
        if (cells >= 0).sum() * 2 <= cells.size:
            return None
        cells = self.naming.completed(cells)
        return Named(cells, self._factor(cells, self._expected(name)))

    def _inputs(self, label: str) -> np.ndarray:
        names = list(self.layers)
        at = names.index(label)
        return self.instance.x if at == 0 else self.layers[names[at - 1]].a

    def _used_error(self, name: str, label: str) -> Named | None:
        """δ as the cells that gradients multiply with the inputs, whatever stands in them."""
        cells = np.where(self.naming.free[found := self.uses.errors(self.layers[label])], found, -1)
        if len(np.unique(cells[cells >= 0])) * 2 <= cells.size:
            return None
        cells = self.naming.completed(cells)
        return Named(cells, self._factor(cells, self._expected(name)))

    def _last_errors(self) -> None:
        """Σwδ or ∂C/∂a that nothing is calculated from is δ, its factor a′(z) left out, where no δ is shown."""
        for label in self.layers:
            other = ("dC_da" if label == self.network.output.label else "back") + label
            if other in self.named and "delta" + label not in self.named and "delta" + label in self.network.rule_of:
                cells = self.named[other].cells
                if not any(self.naming.wiring.read_from(c) for c in cells[cells >= 0].tolist()):
                    self.named["delta" + label] = self.named.pop(other)

    def _factor(self, cells: np.ndarray, expected: Sequence[np.ndarray]) -> float:
        """By what most of the cells are multiples of what they should be: 1 where they have nothing in common with it."""
        there = cells >= 0
        with np.errstate(all="ignore"):
            quotients = [values.numbers[cells[there]] / part[there] for values, part in zip(self.points, expected, strict=False)]
        same = np.isfinite(quotients).all(axis=0) & (np.abs(np.ptp(quotients, axis=0)) <= 1e-9 * np.abs(quotients[0]))
        same &= quotients[0] != 0
        if same.any() and same.sum() * 3 >= there.sum():
            factor = commonest(quotients[0][same], 1e-9)
            return next((simple for simple in SIMPLE if abs(factor - simple) <= 1e-9 * abs(simple)), factor)
        pairs = zip(self.points, expected, strict=False)
        alike = sum(np.nansum(values.numbers[cells[there]] * part[there]) for values, part in pairs)
        return -1.0 if alike < 0 else 1.0

    # ---- the learning rate -------------------------------------------------------------------------------

    def _eta(self) -> dict[str, float]:
        """η by parameter: what most of its numbers move by, for each of the gradient, spelled as the updates spell it."""
        found = self._rates(self.points[-1], self.steps[-1])
        if found or not any(name.startswith("new_") for name in self.named):
            return found
        cells = self.t.ravel()  # every gradient is 0, as where a perceptron makes no mistake: with other right answers it is not
        others = self.naming.wiring.graph.calculate({c: 2.0 + k for k, c in enumerate(dict.fromkeys(cells.tolist()))})
        return self._rates(others, steps_at(self.instance, self.network, self.t, [others])[0])

    def _rates(self, values: Values, step: Step) -> dict[str, float]:
        """η by parameter at these numbers, where gradients are not 0."""
        found = {}
        for q in self.network.parameters:
            old, new = self.named.get(q.name), self.named.get("new_" + q.name)
            if old is None or new is None:
                continue
            there = (old.cells >= 0) & (new.cells >= 0)
            moved = (values.numbers[old.cells[there]] - values.numbers[new.cells[there]]) * old.factor
            with np.errstate(all="ignore"):
                quotients = moved / self._against(q, step)[there]
            quotients = quotients[np.isfinite(quotients) & (quotients != 0)]
            if len(quotients):
                found[q.name] = self._spelled(quotients, new.cells[there])
        return found

    def _against(self, q: Quantity, step: Step) -> np.ndarray:
        """What η times is subtracted from a parameter."""
        gradient, decay = step["dCT_d" + q.name], self.network.decay_of_update(q)
        return decayed(gradient, step[q.name], decay) if decay else gradient

    def _spelled(self, quotients: np.ndarray, new: np.ndarray) -> float:
        """The commonest quotient, one that the updates read rather than another; spelled as they have it."""
        rates = sorted(self.uses.rates(new.tolist()))
        read = np.array([any(abs(rate - eta) <= RATE * abs(eta) for rate in rates) for eta in quotients.tolist()])
        eta = commonest(quotients[read] if 2 * read.sum() >= len(read) else quotients, RATE)
        return next((rate for rate in rates if abs(rate - eta) <= RATE * abs(eta)), eta)


# ---- all iterations ---------------------------------------------------------------------------------------


def alike(graph: Graph, found: Sequence[Iteration], free: np.ndarray) -> list[Iteration]:
    """Iterations with what is missing in one found where another has it: as far on as the rest of it lies.

    One that has no right answers where others have some is left out: nothing says what it should have answered.
    """
    result = []
    known = graph.is_leaf & (graph.values.all_kinds() == NUMBER)
    often = Counter(name for iteration in found for name in iteration.named)
    whole = [[name for name, part in iteration.named.items() if part.is_whole] for iteration in found]
    for iteration, mine in zip(found, whole, strict=True):
        named, there = dict(iteration.named), set(mine)
        for other, names in zip(found, whole, strict=True):
            lacking = [name for name in names if name not in there]
            moves = _moves(graph, other, iteration) if lacking else {}
            for name in lacking:
                cells = _moved(graph, other.named[name].cells, moves)
                mistaken = _called_otherwise(named, cells, often[name], often)
                may = name in named or name.startswith("new_") or (known if name == "t" else free)[cells].all() or mistaken
                if (cells >= 0).all() and may:
                    named.pop(mistaken, None)
                    there = there - {mistaken} | {name}
                    named[name] = Named(cells, other.named[name].factor)
                    free[cells] = False
        result.append(replace(iteration, named=named))
    answered = any("t" in iteration.named for iteration in result)
    return [iteration for iteration in result if "t" in iteration.named or not answered]


def _called_otherwise(named: Mapping[str, Named], cells: np.ndarray, times: int, often: Mapping[str, int]) -> str:
    """The name of just these cells that fewer iterations have: a δ without its slope has the number of Σwδ. "" for none."""
    mine = set(cells.ravel().tolist())
    return next((name for name, part in named.items() if often[name] < times and set(part.cells.ravel().tolist()) == mine), "")


def _moves(graph: Graph, one: Iteration, other: Iteration) -> dict[int, np.ndarray]:
    """By sheet: how sheet, row and column change from one iteration to another."""
    changes: dict[int, Counter] = {}
    for name, part in one.named.items():
        if name[0] in "zaC" and name in other.named and other.named[name].is_whole and part.is_whole:
            before, after = (placing.positions(graph, each.cells.ravel()) for each in (part, other.named[name]))
            if before.shape == after.shape:
                for sheet, move in zip(before[:, 0].tolist(), map(tuple, (after - before).tolist()), strict=True):
                    changes.setdefault(sheet, Counter())[move] += 1
    return {sheet: np.array(counts.most_common(1)[0][0]) for sheet, counts in changes.items()}


def _moved(graph: Graph, cells: np.ndarray, moves: Mapping[int, np.ndarray]) -> np.ndarray:
    where = placing.positions(graph, cells.ravel())
    if not set(where[:, 0].tolist()) <= set(moves):
        return np.full(cells.shape, -1)
    return placing.at(graph, where + np.array([moves[sheet] for sheet in where[:, 0].tolist()])).reshape(cells.shape)
