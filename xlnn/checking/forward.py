"""Faults of the forward pass: it defines the network, so that they show as gradients which belong to another network.

Here every change is tried in earnest: the formula is edited, the sheet calculated and differentiated anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from xlnn.checking.edits import (
    NEAR,
    Copies,
    Edit,
    Family,
    copies_of,
    edited,
    fixings,
    inserted_terms,
    results,
    shifts,
    siblings,
    simple,
    touched,
    unpinned,
)
from xlnn.checking.explaining import Explanation, alone, others
from xlnn.formula.building import DEPTH
from xlnn.formula.graph import Graph
from xlnn.formula.ordering import edges, levels
from xlnn.formula.tree import Call
from xlnn.formula.values import NUMBER, Values
from xlnn.understand.updates import Learning, slopes
from xlnn.understand.wiring import bare

TRIES, WORK = 1200, 3_000_000  # edits that are calculated, and formulas in all of them
OPERATION = 40  # formulas that take as long as one operation on arrays, of which iterations one after another have many
SMALL = 4  # copies of a formula that may depart from its siblings
EXACT = 1e-8


def explain_odd(learns: Learning, iteration: int) -> list[Explanation]:
    """Cells that depart from their siblings, and sums without a parameter that is updated: each where that is the fault."""
    rows = learns.updates.of(iteration)
    before = _wrong(learns, learns.wiring.graph, learns.points[-1], rows)
    groups = list(_groups(learns))
    found: list[Explanation] = []
    open_ = before.copy()
    for group, edit in islice(_odd(learns, groups, before), _most(learns)):
        if any(np.isin(group.targets, one.cells).any() for one in found):
            continue
        one = _judged(learns, group, edit, rows, before)
        if one is not None and np.isin(one.claims, learns.updates.new[rows][open_]).any():
            found.append(one)
            open_ &= ~np.isin(learns.updates.new[rows], one.claims)
        if not open_.any():
            return found
    return [one for one in found if one.edit.kind != "term"]  # parameters may lack for another reason


def explain_forward(learns: Learning, iteration: int) -> Explanation | None:
    """The change of a formula of the forward pass that makes all updates of an iteration right; None where none does."""
    rows = learns.updates.of(iteration)
    before = _wrong(learns, learns.wiring.graph, learns.points[-1], rows)
    for group, edit in islice(_tries(list(_groups(learns))), _most(learns)):
        one = _judged(learns, group, edit, rows, before)
        if one is not None and len(one.claims) == before.sum():
            return one
    return None


def _most(learns: Learning) -> int:
    graph = learns.wiring.graph
    operations = sum(len(np.unique(graph.level[block.formulas])) for block in graph.blocks)
    return min(TRIES, WORK // max(1, len(graph.cell_of) + OPERATION * operations))


def _judged(learns: Learning, group: Copies, edit: Edit, rows: np.ndarray, before: np.ndarray) -> Explanation | None:
    """An edit that makes some updates right and none wrong, at two points; None for any other."""
    after = None
    for values in learns.points[:-3:-1]:
        graph, values = _edited(group, edit, values)
        if graph is None:
            return None
        wrong = _wrong(learns, graph, values, rows)
        if (wrong & ~before).any() or not (before & ~wrong).any() or (after is not None and (wrong & ~after).any()):
            return None
        after = wrong
    cells = np.sort(group.targets[touched(group, edit)])
    return Explanation(cells, edit, group, learns.updates.new[rows][before & ~after], others(learns.wiring, cells, group.targets))


def _odd(learns: Learning, groups: list[Copies], wrong: np.ndarray) -> Iterator[tuple[Copies, Edit]]:
    """Formulas that depart from their siblings, and sums that lack a parameter."""
    unused = _unused(learns, wrong)
    for group in groups:
        yield from _each(group, inserted_terms(group, unused))
    for group in sorted(groups, key=lambda group: len(group.targets)):
        if len(group.targets) <= SMALL:
            yield from _each(group, siblings(group))


def _tries(groups: list[Copies]) -> Iterator[tuple[Copies, Edit]]:
    """Edits of formulas of the forward pass, those of windows and of formulas that read blanks first."""
    near = [step for step in NEAR if abs(step[0]) + abs(step[1]) <= 4]
    first = [group for group in groups if _pools(group) or _reads_blanks(group)]
    others = [group for group in groups if not (_pools(group) or _reads_blanks(group))]
    for group in sorted(first, key=lambda group: -len(group.targets)):
        yield from _each(group, shifts(group, [step for step in near if not _pools(group) or sum(map(abs, step)) <= 2]), True)
    others = sorted(others, key=lambda group: -len(group.targets))
    closest = [step for step in near if sum(map(abs, step)) == 1]
    for kind in (unpinned, lambda group: shifts(group, closest), fixings, lambda group: shifts(group, near)):
        for group in others:
            yield from _each(group, kind(group), by_cost=True)
    for group in groups:
        yield from _each(group, simple(group))


def _pools(group: Copies) -> bool:
    """Whether the formulas take the maximum or mean of windows."""
    tree = bare(group.block.tree)
    return isinstance(tree, Call) and tree.function in ("MAX", "AVERAGE") and any(min(size) > 1 for size in group.block.sizes)


def _reads_blanks(group: Copies) -> bool:
    """Whether the formulas read cells that hold no number."""
    kinds = group.graph.values.all_kinds()
    return bool((kinds[group.block.own] != NUMBER).any())


def _each(group: Copies, families: Iterator[Family], by_cost: bool = False) -> Iterator[tuple[Copies, Edit]]:
    edits = [family.edit(at) for family in families for at in range(len(family))]
    for edit in sorted(edits, key=lambda edit: edit.cost) if by_cost else edits:
        yield group, edit


def _unused(learns: Learning, wrong: np.ndarray) -> np.ndarray:
    """Parameters of the first iteration that the cost does not depend on, though they are updated."""
    rows = learns.updates.of(0)
    slope = learns.slopes(learns.points[-1])[rows]
    return learns.updates.old[rows][(wrong if len(wrong) == len(rows) else True) & (slope == 0)]


def _groups(learns: Learning) -> Iterator[Copies]:
    wiring, graph = learns.wiring, learns.wiring.graph
    cost = learns.costs[0]
    ends = np.array(list(cost.seeds(learns.points[-1])), np.int64)
    forward = wiring.reached(ends, forward=False) & wiring.reached(learns.updates.old[learns.updates.of(0)]) & ~graph.is_leaf
    forward[ends] = False
    forward |= wiring.reached(ends, forward=False) & ~graph.is_leaf & wiring.serves(forward)
    for block in graph.blocks:
        if block.targets.shape[1:] != (1, 1):
            continue
        rows = np.flatnonzero(forward[block.targets[:, 0, 0]])
        kinds = graph.written.tree_of[graph.text_of[block.formulas[rows]]]
        different = np.unique(kinds)
        for kind in different:
            yield copies_of(graph, block, rows[kinds == kind])
        if len(different) > 1:
            yield copies_of(graph, block, rows)
        for part in _in_runs(block.places[rows]):
            yield copies_of(graph, block, rows[part])


def _in_runs(places: np.ndarray) -> Iterator[np.ndarray]:
    """The first, second … of cells that stand side by side, or below each other, in many short runs."""
    for axis in (0, 1):
        order = np.lexsort((places[:, axis], places[:, 1 - axis]))
        ordered = places[order]
        new = np.append(True, (np.diff(ordered[:, 1 - axis]) != 0) | (np.diff(ordered[:, axis]) != 1))
        starts = np.flatnonzero(new)
        index = np.arange(len(order)) - starts[np.cumsum(new) - 1]
        if 1 <= index.max(initial=0) < 4 and len(starts) > 1:
            yield from (np.sort(order[index == number]) for number in range(int(index.max()) + 1))


def _edited(group: Copies, edit: Edit, values: Values) -> tuple[Graph | None, Values]:
    """The graph with an edit in it, and its values; None where the formulas would go round in a circle."""
    graph, block = group.graph, group.block
    new = edited(group, alone(edit))
    blocks = []
    for old in graph.blocks:
        kept = ~np.isin(old.formulas, block.formulas)
        if kept.any():
            blocks.append(old if kept.all() else old.part(np.flatnonzero(kept)))
    found = results(group, alone(edit), values)[0]
    changes = {cell: number for cell, number in zip(group.targets.tolist(), found.tolist(), strict=True) if np.isfinite(number)}
    level = np.append(graph.level, -1)[graph.owner[new.own]]
    changed = replace(graph, blocks=(*blocks, new))
    if (level >= graph.level[block.formulas][:, None]).any():
        count = len(graph.cell_of)
        anew = levels(*edges(changed.blocks, graph.owner, count), count + len(changed.blocks), DEPTH)[:count]
        if (anew < 0).any():  # a circle
            return None, values
        changed = replace(changed, level=anew)
    return changed, graph.calculate(changes, values)


def _wrong(learns: Learning, graph: Graph, values: Values, rows: np.ndarray) -> np.ndarray:
    """(rows,) which updates do not follow the derivative of a graph."""
    u = learns.updates
    slope = slopes(graph, u.rows(rows), learns.costs, values)
    if not slope.any():  # a change that leaves nothing to learn
        return np.ones(len(rows), bool)
    step = values.numbers[u.new[rows]] - values.numbers[u.old[rows]]
    change = np.where(slope == 0, 0.0, learns.rate[rows] * slope)
    room = EXACT * np.maximum(np.abs(step), np.abs(change)) + 1e-13 * np.maximum(np.abs(values.numbers[u.old[rows]]), 1e-3)
    return ~(np.abs(step + change) <= room)
