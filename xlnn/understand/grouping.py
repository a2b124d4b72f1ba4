"""Which Σs are one network in one iteration, and which of them are one example; those that stand out are left to be filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from xlnn.understand.layers import Forward, Unit

Key = tuple[int, int]  # of a Σ: cell and part
FIXED = -1  # the iteration of a Σ whose weights never learn


def networks(forward: Forward, iteration: Mapping[int, int]) -> list[list[Key]]:
    """The Σs of each network and iteration, in the order in which the first of them stand.

    `iteration` says of parameters that learn which is theirs. Σs are joined by common weights, and by layers. One that reads
    another iteration's weight here and there is of the iteration that most of its weights are; layers that do not learn are
    part of every iteration that reads them.
    """
    when = {key: _iteration(unit, iteration) for key, unit in forward.units.items()}
    learning = [key for key in forward.units if when[key] != FIXED]
    after = _fixed_after(forward, when)
    groups = _grouped(learning, [_links(forward, key, when, iteration) | set(after.get(key, ())) for key in learning])
    groups = [_with_fixed(forward, group, when, after) for group in groups]
    used = {key for group in groups for key in group}
    rest = [key for key in forward.units if key not in used]
    groups += _grouped(rest, [_links(forward, key, when, iteration) for key in rest])
    return sorted(_side_by_side(forward, groups, when), key=min)


def _iteration(unit: Unit, iteration: Mapping[int, int]) -> int:
    known = Counter(iteration[w] for w in unit.weights if w in iteration)
    return known.most_common(1)[0][0] if known else FIXED


def _links(forward: Forward, key: Key, when: Mapping[Key, int], iteration: Mapping[int, int]) -> set:
    unit = forward.units[key]
    found: set = {w for w in unit.weights if iteration.get(w, FIXED) == when[key]}
    mine = before(forward, unit)
    found |= {forward.units[b].weights[0] for b in mine if when[b] == when[key]}
    return found | {("read", when[key], b) for b in mine}


def _fixed_after(forward: Forward, when: Mapping[Key, int]) -> dict[Key, list[Key]]:
    """By Σ, those of the next layer that read it and do not learn."""
    found: dict[Key, list[Key]] = {}
    for key, unit in forward.units.items():
        if when[key] == FIXED:
            for b in before(forward, unit):
                found.setdefault(b, []).append(key)
    return found


def _with_fixed(forward: Forward, group: list[Key], when: Mapping[Key, int], after: Mapping[Key, Sequence[Key]]) -> list[Key]:
    """A network's Σs, and those of the layers before and after that do not learn."""
    found, waiting = dict.fromkeys(group), list(group)
    while waiting:
        at = waiting.pop()
        for key in (*before(forward, forward.units[at]), *after.get(at, ())):
            if key not in found and when[key] == FIXED:
                found[key] = None
                waiting.append(key)
    return list(found)


def _side_by_side(forward: Forward, groups: list[list[Key]], when: Mapping[Key, int]) -> list[list[Key]]:
    """Units that read the same inputs and lead no further are one layer, not as many networks."""
    single = [group for group in groups if all(forward.layer[key] == 2 for key in group)]
    others = [group for group in groups if group not in single]
    links: list[set] = [{(when[k], tuple(sorted(forward.units[k].inputs))) for k in group} for group in single]
    joined: dict[int, list[Key]] = {}
    for group, number in zip(single, parts(links), strict=True):
        joined.setdefault(number, []).extend(group)
    return others + list(joined.values())


def before(forward: Forward, unit: Unit) -> set[Key]:
    """The Σs of the layer before that a unit reads, through activations and pooling."""
    return {b for cell in unit.inputs for b in forward.support(cell) if b in forward.units}


def parts(links: Sequence[set]) -> list[int]:
    """The number of each set's part: sets that share something are one part."""
    parent: dict = {}

    def top(item):
        while parent.setdefault(item, item) != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    firsts = []
    for found in links:
        first, *others = found
        firsts.append(first)
        for other in others:
            parent[top(other)] = top(first)
    numbers: dict = {}
    return [numbers.setdefault(top(first), len(numbers)) for first in firsts]


def _grouped(keys: Sequence[Key], links: Sequence[set]) -> list[list[Key]]:
    groups: dict[int, list[Key]] = {}
    for key, group in zip(keys, parts(links), strict=True):
        groups.setdefault(group, []).append(key)
    return list(groups.values())


# ---- examples ---------------------------------------------------------------------------------------------


def examples(forward: Forward, keys: Iterable[Key]) -> dict[Key, int]:
    """The example of every Σ, in the order in which they stand: those joined by a Σ of the next layer, or by their inputs.

    Where that leaves an example without an output, or with two of one unit, some formula reads elsewhere: then the inputs that
    are shared tell, and a Σ of a later layer is of the example that most of what it reads belongs to.
    """
    keys = sorted(keys)
    links = []
    for key in keys:
        unit = forward.units[key]
        linked: set = {("s", key)} | {("s", b) for b in before(forward, unit)}
        if forward.layer[key] == 2:
            linked.add(("x", tuple(sorted(unit.inputs))))
        links.append(linked)
    found = dict(zip(keys, parts(links), strict=True))
    last = max(forward.layer[key] for key in keys)
    outputs = [(found[key], forward.units[key].weights) for key in keys if forward.layer[key] == last]
    sound = len(set(outputs)) == len(outputs) and {example for example, _ in outputs} == set(found.values())
    return _regular(forward, found if sound or last == 2 else _by_inputs(forward, keys))


def _by_inputs(forward: Forward, keys: list[Key]) -> dict[Key, int]:
    first = [key for key in keys if forward.layer[key] == 2]
    found = dict(zip(first, parts([set(forward.units[key].inputs) for key in first]), strict=True))
    for key in sorted(keys, key=lambda key: (forward.layer[key], key)):
        if key not in found:
            votes = Counter(found[b] for b in sorted(before(forward, forward.units[key])) if b in found)
            found[key] = votes.most_common(1)[0][0]
    return found


def _regular(forward: Forward, found: dict[Key, int]) -> dict[Key, int]:
    """Without Σs that read other weights or inputs than their like, and without examples that have other inputs than most."""
    common = _common_weights(forward, found)
    kept = _common_inputs(forward, {key: example for key, example in found.items() if key in common})
    inputs: dict[int, set[int]] = {}
    for key in kept:
        if forward.layer[key] == 2:
            inputs.setdefault(found[key], set()).update(forward.units[key].inputs)
    size = Counter(map(len, inputs.values())).most_common(1)[0][0]
    numbers: dict[int, int] = {}
    whole = {example for example, cells in inputs.items() if len(cells) == size}
    return {key: numbers.setdefault(found[key], len(numbers)) for key in kept if found[key] in whole}


def _common_weights(forward: Forward, found: Mapping[Key, int]) -> set[Key]:
    counts = Counter((forward.layer[key], forward.units[key].weights) for key in found)
    most: dict[int, int] = {}
    for (layer, _), count in counts.items():
        most[layer] = max(count, most.get(layer, 0))
    return {key for key in found if counts[forward.layer[key], forward.units[key].weights] * 2 > most[forward.layer[key]]}


def _common_inputs(forward: Forward, found: Mapping[Key, int]) -> list[Key]:
    """Σs that read what most of their layer and example do; of windows, which all read something else, all.

    Where as many read one thing as another, it is that which is no other example's.
    """
    groups: dict[tuple[int, int], list[Key]] = {}
    readers: dict[int, set[int]] = {}
    for key, example in found.items():
        groups.setdefault((forward.layer[key], example), []).append(key)
        for cell in forward.units[key].inputs:
            readers.setdefault(cell, set()).add(example)
    kept: set[Key] = set()
    for keys in groups.values():
        reads = {key: tuple(sorted(forward.units[key].inputs)) for key in keys}
        counts = Counter(reads.values())
        foreign = {cells: sum(len(readers[c]) > 1 for c in cells) for cells in counts}
        most = max(counts, key=lambda cells: (counts[cells], -foreign[cells]))
        strays = any(foreign[cells] > foreign[most] for cells in counts)
        dense = counts[most] * 2 > len(keys) or (strays and counts[most] * 2 == len(keys))
        kept |= {key for key in keys if not dense or reads[key] == most}
    return sorted(kept)
