"""Iterations as trainings: one goes on from iteration to iteration; with another η, or from other numbers, it is another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from xlnn.formula.graph import Graph
from xlnn.understand.grouping import parts
from xlnn.understand.placing import positions
from xlnn.understand.structure import Instance


def trainings(graph: Graph, found: Sequence[Instance], root: Mapping[int, int]) -> list[list[Instance]]:
    """The iterations of each training, the longest first; `root` says of a parameter that learns what it was at the beginning.

    Iterations whose parameters come from the same first ones are one training. So are those whose parameters were typed or pasted
    anew, where they lie as far behind the last as these behind each other.
    """
    links = [_roots(instance, root) or {("alone", number)} for number, instance in enumerate(found)]
    groups: dict[int, list[Instance]] = {}
    for instance, number in zip(found, parts(links), strict=True):
        groups.setdefault(number, []).append(instance)
    joined: list[list[Instance]] = []
    for group in sorted(groups.values(), key=lambda group: _first(group[0])):
        if joined and _goes_on(graph, joined[-1], group):
            joined[-1] += group
        else:
            joined.append(group)
    return sorted(joined, key=lambda group: -len(group))


def _roots(instance: Instance, root: Mapping[int, int]) -> set:
    return {root[w] for layer in instance.layers for w in layer.w.ravel().tolist() if w in root}


def _first(instance: Instance) -> int:
    """The first cell with a Σ."""
    return min(key[0] for layer in instance.layers for key in layer.keys.ravel().tolist() if key is not None)


def _goes_on(graph: Graph, before: Sequence[Instance], after: Sequence[Instance]) -> bool:
    """Whether some iterations lie where those before would go on. Nothing says that of two single ones: they are taken so."""
    here, there = (positions(graph, np.array([_first(instance) for instance in group])) for group in (before, after))
    steps = [where[1] - where[0] for where in (here, there) if len(where) > 1]
    return all(np.array_equal(there[0] - here[-1], step) for step in steps)
