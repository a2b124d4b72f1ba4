"""A workbook's graph as it was meant: formulas over which numbers were typed are in it, and numbers that were changed since the
last calculation count for what was calculated with.

A sheet that was not calculated since somebody typed a number into it holds results of the number before: the results of all that
read the cell tell which it was.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from xlnn.formula.block import Block, calculated
from xlnn.formula.building import completed, differing, reproduced, stored_digits
from xlnn.formula.graph import Graph, Outdated, Overwritten, Slip
from xlnn.formula.judging import differs
from xlnn.formula.overwriting import Missing, blanks, missing
from xlnn.formula.slips import slips
from xlnn.formula.tree import text
from xlnn.formula.values import NUMBER, Values
from xlnn.xlsx.workbook import Workbook

MOST = 12  # numbers that were changed
TRIED = 40  # numbers of which one may have been changed
STEPS = 30  # until the number is found with which a result was calculated


def mended(workbook: Workbook) -> Graph:
    """The graph with overwritten formulas, slips and outdated numbers. Raises as `read`."""
    graph, _ = completed(workbook)
    gaps = blanks(graph)
    looked_at = completed(workbook, blank=gaps)[0] if gaps else graph
    slipped = slips(looked_at)
    whole, found = _with_formulas(workbook, graph, looked_at, [*missing(looked_at), *_as_meant(looked_at, slipped)])
    there = np.searchsorted(whole.codes, looked_at.codes)
    at = lambda cell: int(there[cell])
    instead = {one.cell for one in slipped}
    typed = [replace(one, cell=at(one.cell), sibling=at(one.sibling)) for one in found if one.cell not in instead]
    whole = replace(whole, slips=tuple(replace(one, cell=at(one.cell), sibling=at(one.sibling)) for one in slipped))
    return reproduced(_with_outdated(_held_against(whole, typed)))


def _as_meant(graph: Graph, slipped: Sequence[Slip]) -> Iterator[Missing]:
    """The formulas that stood in place of slips, of those that give numbers."""
    for one in slipped:
        tree = graph.tree(one.sibling)
        if graph.values.all_kinds()[one.cell] == NUMBER and tree is not None:
            yield Missing(one.cell, text(tree, graph.cell(one.cell)[1]), one.sibling, True)


def _with_formulas(
    workbook: Workbook, graph: Graph, looked_at: Graph, found: Sequence[Missing]
) -> tuple[Graph, Sequence[Missing]]:
    """The graph with the formulas that are missing in the one that was looked at, and which of them it has: not those that
    would go round in a circle, and none where others would then."""
    while found:
        whole, _ = completed(workbook, {int(looked_at.codes[one.cell]): one.text for one in found})
        if len(whole.reports) == len(graph.reports):
            return whole, found
        there = np.searchsorted(whole.codes, looked_at.codes)
        read = [one for one in found if not whole.is_leaf[there[one.cell]]]
        found = read if len(read) < len(found) else []
    return graph, []


# ---- formulas that were overwritten -----------------------------------------------------------------------


def _held_against(graph: Graph, found: Sequence[Missing]) -> Graph:
    """The graph that says of overwritten cells what their formulas give; where what reads one has its numbers from that, too."""
    digits, values, told = stored_digits(graph), graph.values, list[Overwritten]()
    typed = {one.cell for one in found}
    found = sorted(found, key=lambda one: (graph.level[graph.owner[one.cell]], one.cell))
    blocks = {
        one.cell: next(
            block.part(rows) for block in graph.blocks if len(rows := np.flatnonzero(block.targets[:, 0, 0] == one.cell))
        )
        for one in found
    }
    whole = values  # none of them overwritten: a sum of which two are gone is told by both together
    for one in found:
        whole = _with(whole, one.cell, _result(blocks[one.cell], whole))
    for one in found:
        number = float(values.numbers[one.cell])
        readers = list(_readers(graph, one.cell, typed))
        off = partial(_off, readers, digits)
        expected = _result(blocks[one.cell], values)
        stale = off(values) > off(_with(values, one.cell, expected))
        if not stale and off(_with(whole, one.cell, number)) > off(whole):
            stale, expected = True, float(whole.numbers[one.cell])
        empty = graph.values.all_kinds()[one.cell] != NUMBER
        told.append(Overwritten(one.cell, one.sibling, np.nan if empty else number, expected, stale))
        values = _with(values, one.cell, expected if stale else number)
    return replace(graph, values=values, overwritten=tuple(sorted(told, key=lambda one: one.cell)))


def _off(readers: Sequence[Block], digits: int, held: Values) -> int:
    """How many formulas would give something else than what is stored."""
    return sum(int(differs(part, held, digits).sum()) for part in readers)


def _readers(graph: Graph, cell: int, without: Container[int] = ()) -> Iterator[Block]:
    """The formulas that read a cell, and do not fill one of some cells."""
    for block in graph.blocks:
        reads = (block.own == cell).any(axis=1) | (block.common == cell).any()
        rows = [row for row in np.flatnonzero(reads).tolist() if int(block.targets[row, 0, 0]) not in without]
        if rows:
            yield block.part(np.array(rows))


def _result(block: Block, values: Values) -> float:
    """What the first formula of a block gives."""
    return float(calculated(block, values).result.value.numbers.ravel()[0])


def _with(values: Values, cell: int, number: float) -> Values:
    changed = values.changed(np.copy)
    changed.numbers[cell], changed.kinds[cell] = number, NUMBER
    return changed


# ---- numbers that were changed since -----------------------------------------------------------------------


def _with_outdated(graph: Graph) -> Graph:
    """The graph in which numbers that were changed since the last calculation are what was calculated with."""
    told, digits = list[Outdated](), stored_digits(graph)
    typed = graph.instead
    off = differing(graph)
    while off.any() and len(told) < MOST:
        fitting = list(_fitting(graph, off, digits, typed))
        if not fitting:
            break
        cells = tuple(sorted(cell for cell, *_ in fitting))
        (cell, number, readers), alone = fitting[0], len(fitting) == 1
        told.append(Outdated(cells, float(graph.values.numbers[cell]), number if alone else np.nan))
        graph = replace(graph, values=_with(graph.values, cell, number))
        off &= ~readers
    return replace(graph, outdated=tuple(told))


def _fitting(graph: Graph, off: np.ndarray, digits: int, typed: Sequence[int]) -> Iterator[tuple[int, float, np.ndarray]]:
    """The given numbers of which another one makes most formulas give what is stored: the cell, that number, and the formulas."""
    best = 0
    for cell in _suspects(graph, off):
        readers = list(_readers(graph, cell, typed))
        mine = np.zeros(len(off), bool)
        for part in readers:
            mine[part.formulas] = off[part.formulas]
        if int(mine.sum()) < best:
            return
        number = _calculated_with(graph, cell, readers, digits)
        if number is not None:
            best = int(mine.sum())
            yield cell, number, mine


def _suspects(graph: Graph, off: np.ndarray) -> list[int]:
    """Given numbers of whose readers half do not give what is stored, or more: those that most of them read first."""
    count = len(graph.codes) + 1
    read, wrong = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for block in graph.blocks:
        mine = off[block.formulas]
        for found, rows in ((read, np.arange(len(mine))), (wrong, np.flatnonzero(mine))):
            found += np.bincount(block.own[rows].ravel(), minlength=count)
            found[np.unique(block.common)] += len(rows)
    given = (graph.owner < 0) & (graph.values.all_kinds() == NUMBER) & (2 * wrong >= read) & (wrong > 0)
    return sorted(np.flatnonzero(given).tolist(), key=lambda cell: -wrong[cell])[:TRIED]


def _calculated_with(graph: Graph, cell: int, readers: Sequence[Block], digits: int) -> float | None:
    """The number in a cell with which all formulas that read it give what is stored, in few digits; None where there is none."""
    found = _solved(graph, cell, _tellest(graph, cell, readers))
    for count in range(1, 17):
        number = float(f"{found:.{count}g}")
        if not any(differs(part, _with(graph.values, cell, number), digits).any() for part in readers):
            return number
    return None


def _tellest(graph: Graph, cell: int, readers: Sequence[Block]) -> Block:
    """The one of some formulas whose result a number in a cell changes most."""
    held = float(graph.values.numbers[cell])
    other = _with(graph.values, cell, held + 0.01 * max(1.0, abs(held)))
    most, found = -1.0, readers[0].part(slice(0, 1))
    for part in readers:
        before, after = (calculated(part, values).result.value.numbers.reshape(-1) for values in (graph.values, other))
        with np.errstate(all="ignore"):
            change = np.nan_to_num(np.abs(after - before) / np.abs(graph.values.numbers[part.targets[:, 0, 0]]), posinf=0)
        change = np.broadcast_to(change, len(part.formulas))
        if change.max() > most:
            most, found = float(change.max()), part.part(np.array([int(change.argmax())]))
    return found


def _solved(graph: Graph, cell: int, formula: Block) -> float:
    """The number in a cell with which a formula gives what is stored, by secants; nan where none is found."""
    stored = float(graph.values.numbers[formula.targets[0, 0, 0]])
    gap = lambda number: _result(formula, _with(graph.values, cell, number)) - stored
    one = float(graph.values.numbers[cell])
    other = one + 0.01 * max(1.0, abs(one))
    before, now = gap(one), gap(other)
    for _ in range(STEPS):
        if now == before or not np.isfinite(now):
            break
        one, other, before = other, other - now * (other - one) / (now - before), now
        now = gap(other)
    return other if np.isfinite(now) else np.nan
