"""From units to arrays: for each network on the sheets, which cells are x, w, b, z and a, image by image, unit by unit.

Weights that lead into one Σ, or through layers into one output, are one network; iterations are several of them. Within one,
Σs with the same weights are one unit; where a unit has more than one Σ in an example it is a map that slides over its input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from xlnn.formula.graph import Graph
from xlnn.understand.grouping import Key, examples, networks
from xlnn.understand.layers import LEAF, Forward
from xlnn.understand.placing import at, positions
from xlnn.understand.wiring import Wiring


@dataclass(frozen=True, eq=False)
class Found:
    """One layer: cells by number, −1 where there is none. `z` are keys of Σs where these have no cells of their own.

    w: (units, *shape of the layer before); b: (units,), or (1,) for all units; z, a: (images, *shape).
    """

    kind: str  # dense, convolution, max pooling
    w: np.ndarray
    b: np.ndarray
    z: np.ndarray
    a: np.ndarray
    keys: np.ndarray  # (images, *shape) of keys, objects; of pooling empty
    sign: int = 1  # −1: thresholds θ are subtracted
    size: tuple[int, int] = (0, 0)
    stride: int = 1


@dataclass(frozen=True, eq=False)
class Instance:
    """One network, as one iteration shows it: x (images, rows, columns) of cells, and its layers."""

    x: np.ndarray
    layers: tuple[Found, ...]


def some(instance: Instance, chosen: np.ndarray) -> Instance:
    """An instance with some of its examples, (images,) of bools."""
    cut = lambda layer: replace(
        layer, **{name: part[chosen] for name in ("z", "a", "keys") if (part := getattr(layer, name)).size}
    )
    return Instance(instance.x[chosen], tuple(map(cut, instance.layers)))


def with_shared_biases(found: Sequence[Instance]) -> list[Instance]:
    """Iterations with one bias for a layer where all its Σs of most iterations read the same one."""
    one = [
        sum(len(i.layers[at].b) > 1 and len(set(i.layers[at].b.tolist()) - {-1}) == 1 for i in found) * 2 > len(found)
        for at in range(len(found[0].layers))
    ]

    def shared(b: np.ndarray) -> np.ndarray:
        return np.array([Counter(b.tolist()).most_common(1)[0][0]])

    change = lambda layer, is_one: replace(layer, b=shared(layer.b)) if is_one and layer.kind == "dense" else layer
    return [replace(i, layers=tuple(map(change, i.layers, one))) for i in found]


def with_common_inputs(found: Sequence[Instance]) -> list[Instance]:
    """Iterations that read the same inputs, all but a few: these few are read from a wrong cell, and lie where the others do."""
    x = np.array([instance.x for instance in found]) if len({instance.x.shape for instance in found}) == 1 else np.empty(0)
    if len(x) < 3:
        return list(found)
    ordered = np.sort(x, axis=0)
    middle = ordered[len(x) // 2]  # what more than half of them read is in the middle, wherever the rest is
    if ((x == middle).sum(axis=0) * 2 <= len(x)).any():
        return list(found)
    return [replace(instance, x=middle) for instance in found]


def with_missing(graph: Graph, found: Mapping[int, Instance]) -> list[Instance]:
    """Iterations by their number, with those that are missing among and around them: a wrong formula is in them, but they lie
    where they must."""
    numbers = sorted(found)
    apart, first = min(((other - one, one) for one, other in pairwise(numbers)), default=(0, 0))
    result = dict(found)
    if apart:
        pair = found[first], found[first + apart]
        for number in range(numbers[0] + 1, numbers[-1] + 2):
            _put(graph, result, number, number - 1, pair, apart)
        for number in range(numbers[-1] - 1, -1, -1):
            _put(graph, result, number, number + 1, pair[::-1], apart)
    return [result[number] for number in sorted(result)]


def _put(
    graph: Graph, result: dict[int, Instance], number: int, beside: int, pair: tuple[Instance, Instance], apart: int
) -> None:
    if number not in result and beside in result:
        moved = _moved(graph, *pair, result[beside], apart)
        if moved:
            result[number] = moved


def _moved(graph: Graph, one: Instance, other: Instance, last: Instance, apart: int) -> Instance | None:
    """One iteration on from `last`, as `other` is `apart` from `one`, array by array; None where one has not moved as a whole."""

    def onward(before: np.ndarray, after: np.ndarray, cells: np.ndarray) -> np.ndarray:
        there = (before >= 0) & (after >= 0)
        moves = (positions(graph, after) - positions(graph, before))[there]
        if not len(moves):
            return np.full_like(cells, -1)
        if (moves != moves[0]).any() or (moves[0] % apart).any():
            raise NoNetwork("a layer is missing")
        moved = np.where(cells >= 0, at(graph, positions(graph, cells) + moves[0] // apart), -1)
        if ((moved < 0) & (cells >= 0)).any():
            raise NoNetwork("a layer is missing")
        return moved

    layers = []
    parts: dict[str, Any]
    try:
        for a, b, c in zip(one.layers, other.layers, last.layers, strict=True):
            parts = {name: onward(getattr(a, name), getattr(b, name), getattr(c, name)) for name in ("w", "b", "z", "a")}
            layers.append(replace(c, **parts, keys=np.full(c.keys.shape, None)))
        return Instance(onward(one.x, other.x, last.x), tuple(layers))
    except NoNetwork:
        return None


class NoNetwork(ValueError):
    """The Σs do not make up a network of layers; says why."""


def instances(wiring: Wiring, forward: Forward, iteration: Mapping[int, int]) -> list[Instance]:
    """All networks, in the order in which their first Σ stands; `iteration` says of parameters that learn which is theirs.

    Raises NoNetwork where there is none that is made of layers.
    """
    found, reasons = [], []
    for keys in networks(forward, iteration):
        try:
            found.append(_instance(wiring, forward, keys))
        except NoNetwork as reason:
            reasons.append(reason)
    if reasons and not found:
        raise reasons[0]
    if not found:
        raise NoNetwork("no sum of products of parameters")
    return found


def _instance(wiring: Wiring, forward: Forward, keys: list[Key]) -> Instance:
    if {forward.layer[key] for key in keys} != set(range(2, max(forward.layer[key] for key in keys) + 1)):
        raise NoNetwork("a layer is missing")
    if _is_recurrence(forward, keys):
        raise NoNetwork("the same numbers multiply again and again")
    example = examples(forward, keys)
    keys = sorted(example)
    deepest = max(forward.layer[key] for key in keys)
    by_layer = [[key for key in keys if forward.layer[key] == depth] for depth in range(2, deepest + 1)]
    count = max(example.values()) + 1
    x, slots = _inputs(wiring, forward, by_layer[0], example, count)
    layers: list[Found] = []
    for depth, mine in enumerate(by_layer):
        found, pooled = _layer(wiring, forward, mine, example, count, slots)
        if pooled is not None:
            layers.append(pooled)
        layers.append(found)
        later = by_layer[depth + 1] if depth + 1 < len(by_layer) else []
        slots = _outputs(forward, found, later)
    return Instance(x, tuple(layers))


def _is_recurrence(forward: Forward, keys: list[Key]) -> bool:
    """Whether a layer has mostly the weights of another one, as where a matrix is applied step after step."""
    weights: dict[int, set[int]] = {}
    for key in keys:
        weights.setdefault(forward.layer[key], set()).update(forward.units[key].weights)
    layers = list(weights.values())
    return any(2 * len(one & other) > len(one) for at, one in enumerate(layers) for other in layers[:at])


def _inputs(wiring, forward, keys: list[Key], examples, count: int) -> tuple[np.ndarray, dict[tuple[int, int], tuple[int, ...]]]:
    """x (images, rows, columns), and by image and cell its index in the image."""
    read: list[set[int]] = [set() for _ in range(count)]
    for key in keys:
        read[examples[key]].update(forward.units[key].inputs)
    sizes = {len(cells) for cells in read}
    if len(sizes) != 1:
        raise NoNetwork("the examples have different numbers of inputs")
    ordered = [sorted(cells) for cells in read]  # numbers of cells rise row by row
    first = positions(wiring.graph, np.array(ordered[0]))
    rows, columns = np.unique(first[:, 1]), np.unique(first[:, 2])
    block = len(rows) * len(columns) == len(first) and (len(rows) > 1 and len(columns) > 1)
    shape = (len(rows), len(columns)) if block else (1, len(first))
    x = np.array(ordered).reshape(count, *shape)
    if not _aligned(forward, keys, examples, x):
        x = _by_weights(forward, keys, examples, x)
    places: dict[tuple[int, int], tuple[int, ...]] = {}
    for index in np.ndindex(x.shape):
        places.setdefault((index[0], int(x[index])), index[1:])
    return x, places


def _aligned(forward, keys, examples, x) -> bool:
    """Whether each weight multiplies the same position of every example's inputs."""
    where = [{int(cell): position for position, cell in enumerate(image.ravel())} for image in x]
    per_weight: dict[int, set] = {}
    for key in keys:
        unit = forward.units[key]
        for w, cell in zip(unit.weights, unit.inputs, strict=True):
            per_weight.setdefault(w, set()).add(where[examples[key]][cell])
    units = len({forward.units[key].weights for key in keys})
    windows = len(keys) // (units * len(x))
    return all(len(found) <= windows for found in per_weight.values())


def _by_weights(forward, keys, examples, x) -> np.ndarray:
    """x in the order of the first example's inputs, by the weights that multiply them."""
    first: dict[int, int] = {}
    for key in keys:
        if examples[key] == 0:
            first |= dict(zip(forward.units[key].weights, forward.units[key].inputs, strict=True))
    order = {int(cell): position for position, cell in enumerate(x[0].ravel())}
    found = x.reshape(len(x), -1).copy()
    for key in keys:
        unit = forward.units[key]
        for w, cell in zip(unit.weights, unit.inputs, strict=True):
            if w in first:
                found[examples[key], order[first[w]]] = cell
    return found.reshape(x.shape)


def _layer(wiring, forward, keys, examples, count, slots) -> tuple[Found, Found | None]:
    """A layer's arrays, and those of the pooling before it, if there is one."""
    kinds: dict[tuple, list[Key]] = {}
    for key in keys:
        kinds.setdefault(forward.units[key].weights, []).append(key)
    units = _ordered(list(kinds.values()), examples)
    windows = max(n for unit in units for n in Counter(examples[key] for key in unit).values())
    if windows == 1:
        return _dense(wiring, forward, units, examples, count, slots)
    return _maps(wiring, forward, units, examples, count, slots), None


def _ordered(units: list[list[Key]], examples: Mapping[Key, int]) -> list[list[Key]]:
    """Units as their sums stand in the first example that has one of each."""
    met = Counter(example for unit in units for example in {examples[key] for key in unit})
    first = min(met, key=lambda example: (-met[example], example))
    return sorted(units, key=lambda unit: min((key for key in unit if examples[key] == first), default=min(unit)))


def _dense(wiring, forward, units, examples, count, slots):
    pooled = None
    inputs = {cell for unit in units for key in unit for cell in forward.units[key].inputs}
    reads = [(examples[key], cell) in slots for unit in units for key in unit for cell in forward.units[key].inputs]
    if sum(reads) * 2 < len(reads):
        slots, pooled = _pooled(forward, units, examples, count, slots, inputs)
    shape = tuple(np.max([index for _, index in ((k, v) for k, v in slots.items())], axis=0) + 1)
    w = np.full((len(units), *shape), -1)
    b = np.full(len(units), -1)
    z = np.full((count, len(units)), -1)
    keys = np.empty((count, len(units)), object)
    for j, unit in enumerate(units):
        b[j] = _bias(forward, unit)
        for key in unit:
            found, k = forward.units[key], examples[key]
            if keys[k, j] is not None:
                raise NoNetwork("a unit has two sums in one example")
            keys[k, j] = key
            z[k, j] = key[0] if key[1] == -1 else -1
            for weight, cell in zip(found.weights, found.inputs, strict=True):
                if (k, cell) in slots:
                    w[(j, *slots[k, cell])] = weight
    if (w < 0).any():
        raise NoNetwork("a layer is missing")
    return Found("dense", w, b, z, np.full_like(z, -1), keys, _sign(forward, units)), pooled


def _bias(forward, unit: list[Key]) -> int:
    """The bias that most of a unit's sums have."""
    return Counter(forward.units[key].bias for key in unit).most_common(1)[0][0]


def _sign(forward, units: list[list[Key]]) -> int:
    """The sign that most biases have: −1 where thresholds θ are subtracted."""
    sums = [forward.units[key] for unit in units for key in unit]
    return -1 if sum(one.sign for one in sums if one.bias >= 0) < 0 else 1


def _maps(wiring, forward, units, examples, count, slots) -> Found:
    """A convolution: each unit's windows, by where they begin in the input."""
    begins = {}
    for unit in units:
        for key in unit:
            inside = [slots.get((examples[key], cell)) for cell in forward.units[key].inputs]
            if None not in inside:
                begins[key] = np.array(inside)
    if not begins:
        raise NoNetwork("a layer is missing")
    if next(iter(begins.values())).shape[1] < 2:
        raise NoNetwork("a unit has two sums in one example")
    first = next(iter(begins.values()))
    size = tuple((first[:, -2:].max(axis=0) - first[:, -2:].min(axis=0) + 1).tolist())
    starts = np.array([index[:, -2:].min(axis=0) for index in begins.values()])
    rows, columns = np.unique(starts[:, 0]), np.unique(starts[:, 1])
    shape = (len(units), len(rows), len(columns))
    maps_before = int(first[:, 0].max()) + 1 if first.shape[1] == 3 else 0
    w = np.full((len(units), *((maps_before,) if maps_before else ()), *size), -1)
    b = np.full(len(units), -1)
    z = np.full((count, *shape), -1)
    keys = np.empty((count, *shape), object)
    for m, unit in enumerate(units):
        b[m] = _bias(forward, unit)
        for key in unit:
            if key not in begins:
                continue
            index, found, k = begins[key], forward.units[key], examples[key]
            start = index[:, -2:].min(axis=0)
            at = (k, m, int(np.searchsorted(rows, start[0])), int(np.searchsorted(columns, start[1])))
            if keys[at] is not None:
                raise NoNetwork("two sums have the same window")
            keys[at] = key
            z[at] = key[0] if key[1] == -1 else -1
            for weight, place in zip(found.weights, index, strict=True):
                inner = (place[:-2].tolist() if maps_before else []) + (place[-2:] - start).tolist()
                w[(m, *inner)] = weight
    stride = int(rows[1] - rows[0]) if len(rows) > 1 else (int(columns[1] - columns[0]) if len(columns) > 1 else 1)
    return Found("convolution", w, b, z, np.full_like(z, -1), keys, _sign(forward, units), size, stride)


def _pooled(forward, units, examples, count, slots, inputs) -> tuple[dict, Found]:
    """The pooling between a map and a dense layer: by cell its place, and the layer."""
    windows = {}
    for unit in units:
        for key in unit:
            for cell in forward.units[key].inputs:
                members = [slots.get(("key", b)) for b in sorted(forward.support(cell) - {LEAF})]
                if members and None not in members:
                    windows[examples[key], cell] = np.array(members)
    if not windows:
        raise NoNetwork("a layer is missing")
    starts = np.array([index[0] for index in windows.values()])  # where the first cell of each window stands
    maps, rows, columns = (np.unique(starts[:, axis]) for axis in range(3))
    first = next(iter(windows.values()))
    size = tuple((first[:, 1:].max(axis=0) - first[:, 1:].min(axis=0) + 1).tolist())
    a = np.full((count, len(maps), len(rows), len(columns)), -1)
    found = {}
    for (k, cell), index in windows.items():
        at = tuple(int(np.searchsorted(along, n)) for along, n in zip((maps, rows, columns), index[0], strict=True))
        found[k, cell] = at
        a[(k, *at)] = cell
    none = np.empty(0, np.int64)
    return found, Found("max pooling", none, none, none, a, np.empty(0, object), size=size)


def _outputs(forward: Forward, found: Found, later: list[Key]) -> dict:
    """By (image, cell) the place of every activation that the next layer reads; by ("key", Σ) the place of every Σ.

    Where two cells are functions of one Σ, one of them reads the wrong one: neither tells anything.
    """
    places = {("key", key): index[1:] for index, key in np.ndenumerate(found.keys)}
    image = {key: index[0] for index, key in np.ndenumerate(found.keys)}
    claims: dict[tuple, set[int]] = {}
    for cell in sorted({cell for key in later for cell in forward.units[key].inputs}):
        behind = forward.support(cell)
        if len(behind) == 1 and (only := next(iter(behind))) in image:
            claims.setdefault((image[only], *places["key", only]), set()).add(cell)
    slots: dict = {}
    for index, cells in claims.items():
        if len(cells) == 1:
            found.a[index] = next(iter(cells))
            slots[index[0], int(found.a[index])] = index[1:]
    return slots or places
