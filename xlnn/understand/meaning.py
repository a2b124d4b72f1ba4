"""From arrays of cells to a network: the functions of its layers, its right answers, its cost, and one training step of it.

A function is recognised by what it gives, not by how it is spelled: the cells are calculated at numbers changed at random.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from xlnn.formula.values import NUMBER, TRUTH, Values
from xlnn.model.activations import ACTIVATIONS, STEPS
from xlnn.model.network import LayerSettings, Network
from xlnn.model.problem import Problem, Settings
from xlnn.model.training import Step
from xlnn.understand.layers import Forward, Unit
from xlnn.understand.matching import Naming, agree
from xlnn.understand.structure import Found, Instance
from xlnn.understand.wiring import Wiring, subtracted

LETTERS = (("F", "P"), ("G", "Q"), ("R", "S"), ("U", "V"))  # labels of convolutions and poolings
MOSTLY = 0.6  # of a layer's outputs agree with its function


def perturbed(wiring: Wiring, cells: np.ndarray, seed: int, wide: bool = False) -> Values:
    """All values where the numbers in `cells` are changed at random: a little, or `wide`, so that signs change, too.

    A cell with a formula counts as given then: so the parameters of every iteration move by themselves.
    """
    random = np.random.default_rng(seed)
    graph = wiring.graph
    at = np.unique(cells[(cells >= 0) & (cells < len(graph.codes))])
    at = at[graph.values.all_kinds()[at] == NUMBER]
    numbers = graph.values.numbers[at]
    if wide:
        new = random.uniform(-2, 2, len(at)) * np.clip(np.abs(numbers), 0.5, 2)
    else:
        shift = random.uniform(0.03, 0.12, len(at)) * random.choice([-1, 1], len(at))
        new = numbers * (1 + shift) + shift / 2
    return graph.calculate(dict(zip(at.tolist(), new.tolist(), strict=True)))


# ---- the functions of layers ------------------------------------------------------------------------------


def activation_of(forward: Forward, layers: Sequence[Found], naming: Naming) -> tuple[str, np.ndarray] | None:
    """The name of a layer's function, as several iterations show it, and the cells of its outputs in all of them.

    None where no known one agrees with most outputs. Where several agree with as many, the stored numbers tell: where all z are
    negative, ReLU and a step are one.
    """
    stored = naming.wiring.graph.values
    z = [_weighted_at(forward, found, [*naming.points, stored]) for found in layers]
    best: tuple[str, np.ndarray] | None = None
    most = (-1, -1)
    for name, entry in ACTIVATIONS.items():
        if name == "identity" or (entry.whole_layer and (layers[0].keys.ndim != 2 or layers[0].keys.shape[1] < 2)):
            continue
        parts, same = [], 0
        for found, at_points in zip(layers, z, strict=True):
            with np.errstate(all="ignore"):
                *a, shown = [np.asarray(entry.output(part), float) for part in at_points]
            outputs = _outputs(found, naming, a, name).ravel()
            same += int((agree(stored.numbers[outputs], shown.ravel()) & (outputs >= 0)).sum())
            parts.append(outputs)
        cells = np.concatenate(parts)
        right = int((cells >= 0).sum()), same
        if right > most:
            best, most = (name, cells), right
    if best and (best[1] >= 0).mean() >= MOSTLY:
        itself = best[1] == np.concatenate([found.z.ravel() for found in layers])  # a Σ that is never negative is no function
        return ("identity" if itself[best[1] >= 0].all() else best[0]), best[1]
    pairs = zip(layers, z, strict=True)  # where nothing is calculated from z, a = z
    itself = np.concatenate([_outputs(found, naming, part[:-1], "identity").ravel() for found, part in pairs])
    return ("identity", itself) if (itself >= 0).mean() >= MOSTLY else None


def _weighted_at(forward: Forward, found: Found, points: Sequence[Values]) -> list[np.ndarray]:
    """z of a layer at each point."""
    keys = [forward.units[key] if key is not None else None for key in found.keys.ravel().tolist()]
    return [weighted(keys, values).reshape(found.keys.shape) for values in points]


def with_zeros(wiring: Wiring, parameters: np.ndarray, units: Iterable[Unit]) -> Values:
    """All values where every parameter is 0, a threshold that is given too, and so every Σ of the first layer."""
    given = {unit.bias for unit in units} - {-1}
    return wiring.graph.calculate(dict.fromkeys({*np.flatnonzero(parameters[:-1]).tolist(), *given}, 0.0))


def at_zero(name: str, outputs: np.ndarray, zero: Values) -> str:
    """The name of a step by what it gives where z = 0: so much tells z ≥ 0 from z > 0."""
    if name not in STEPS:
        return name
    low, above = ("sign", "sign above 0") if name.startswith("sign") else ("step", "step above 0")
    return low if (zero.numbers[outputs[outputs >= 0]] > 0).mean() > 0.5 else above


def outputs_of(forward: Forward, found: Found, naming: Naming, name: str) -> np.ndarray:
    """The cells of a layer's outputs whose function is known, −1 for gaps."""
    with np.errstate(all="ignore"):
        a = [np.asarray(ACTIVATIONS[name].output(z), float) for z in _weighted_at(forward, found, naming.points)]
    return _outputs(found, naming, a, name)


def weighted(units: Sequence, values: Values) -> np.ndarray:
    """z of units, (units,); nan where there is none."""
    return np.array([np.nan if unit is None else unit.value(values.numbers) for unit in units])


def _outputs(found: Found, naming: Naming, a: list[np.ndarray], name: str) -> np.ndarray:
    """The cells that hold a layer's outputs if `name` is its function: those that the next layer reads, or that agree."""
    if (found.a >= 0).any():
        right = np.all([agree(numbers, part) for numbers, part in zip(naming.numbers(found.a), a, strict=True)], axis=0)
        return np.where(right & (found.a >= 0), found.a, -1)
    if name == "identity":
        return np.where(found.keys != None, found.z, -1)  # noqa: E711
    near = _near(found, naming, a, ACTIVATIONS[name].whole_layer)
    if name in STEPS or (near >= 0).mean() >= MOSTLY:
        return naming.completed(near)
    cells = naming.find(a)
    return np.full(found.keys.shape, -1) if cells is None else cells.cells


def _near(found: Found, naming: Naming, a: list[np.ndarray], together: bool) -> np.ndarray:
    """The cells that read one Σ each and agree with its output, rather those of formulas that most of them have.

    What is read tells more than numbers that several outputs may have, as 0 and 1, or ½ where all inputs are 0. Where each output
    reads all Σs `together`, as of a softmax, of several that agree (all of them nearly 0) none is taken.
    """
    agreeing: dict[tuple, list[int]] = {}
    for index, key in np.ndenumerate(found.keys):
        near = [] if key is None else [key[0]] if key[1] >= 0 else naming.wiring.read_from(key[0])
        near = [cell for cell in near if all(values.all_kinds()[cell] in (NUMBER, TRUTH) for values in naming.points)]
        numbers = naming.numbers(np.array(near, np.int64))
        same = np.all([agree(seen, part[index]) for seen, part in zip(numbers, a, strict=True)], axis=0)
        agreeing[index] = [cell for cell, right in zip(near, same, strict=True) if right]
    block = naming.wiring.block_of
    counts = Counter(int(block[cell]) for cells in agreeing.values() for cell in cells)
    result = np.full(found.keys.shape, -1)
    for index, cells in agreeing.items():
        several = together and len({cell for cell in cells if block[cell] == block[cells[0]]}) > 1
        result[index] = -1 if several else min(cells, key=lambda cell: (-counts[int(block[cell])], cell), default=-1)
    return result


# ---- the network ------------------------------------------------------------------------------------------


def labels(layers: Sequence[Found]) -> list[str]:
    """The book's labels: 2, 3 … or F, P, O."""
    if all(layer.kind == "dense" for layer in layers):
        return [str(number) for number in range(2, len(layers) + 2)]
    maps = -1
    found: list[str] = []
    dense = [layer for layer in layers if layer.kind == "dense"]
    for layer in layers:
        if layer.kind == "dense":
            found.append("O" if layer is dense[-1] else f"H{len(found)}")
            continue
        maps += layer.kind == "convolution"
        found.append(LETTERS[maps][layer.kind == "max pooling"])
    return found


def network_of(instance: Instance, activations: Sequence[str], cost: str, total: str = "sum", ties: str = "first") -> Network:
    plain = all(layer.kind == "dense" for layer in instance.layers)
    settings = [LayerSettings("1" if plain else "I", "input", size=instance.x.shape[1:])]
    for layer, label, activation in zip(instance.layers, labels(instance.layers), activations, strict=True):
        units = len(layer.w) if layer.kind != "max pooling" else 0
        shared = len(layer.b) < units and layer.kind == "dense"
        settings.append(LayerSettings(label, layer.kind, units, layer.size, activation, layer.stride, shared_bias=shared))
    return Network(tuple(settings), cost=cost, total=total, ties=ties, judged=False)


def step_of(instance: Instance, network: Network, t: np.ndarray, values: Values) -> Step:
    """One iteration of the network that an instance shows, from the sheet's numbers. `t` are numbers, (images, units)."""
    parameters, numbers = {}, values.numbers
    for layer, label in zip(instance.layers, labels(instance.layers), strict=True):
        if layer.kind != "max pooling":
            parameters["w" + label] = numbers[layer.w]
            parameters["b" + label] = np.where(layer.b >= 0, layer.sign * numbers[layer.b], 0.0)
    fitting = np.full_like(t, 1 / t.shape[1]) if network.output.activation == "softmax" else t  # changed t need not add up to 1
    problem = Problem(network, numbers[instance.x], parameters, t=fitting, settings=Settings(eta=1.0, iterations=1))
    return Step(problem, 1, {**problem.given(np.arange(problem.images)), "t": t}, parameters)


# ---- right answers ----------------------------------------------------------------------------------------


def targets_of(wiring: Wiring, outputs: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """The cells of t, (images, units): what formulas subtract from the outputs, or read beside them; −1 where there is none."""
    is_output = np.zeros(len(wiring.source), bool)
    is_output[outputs[outputs >= 0]] = True
    known = ~wiring.reached(np.flatnonzero(parameters))
    known[-1] = False
    votes: dict[int, Counter] = {}
    for pairs in (subtracted, _beside):
        for a, t in pairs(wiring):
            both = is_output[a] & known[t]
            for output, target in zip(a[both].tolist(), t[both].tolist(), strict=True):
                votes.setdefault(output, Counter())[target] += 1
        if votes:
            break
    found = {output: counts.most_common(1)[0][0] for output, counts in votes.items()}
    return np.array([found.get(c, -1) for c in outputs.ravel().tolist()], np.int64).reshape(outputs.shape)


def _beside(wiring: Wiring) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of cells at the same position of two ranges of one formula, as in −SUMPRODUCT(t, LN(a))."""
    for block in wiring.graph.blocks:
        operands = wiring.operands(block)
        for x, first in enumerate(operands):
            for second in operands[x + 1 :]:
                if first.shape == second.shape:
                    yield first.ravel(), second.ravel()
                    yield second.ravel(), first.ravel()
