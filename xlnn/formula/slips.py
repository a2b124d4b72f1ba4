"""Formulas that depart from a line of formulas that are alike: by a slip of the hand, as a rule.

    C2   =A2*$F$1-B2
    C3   =A3*$F$1+B3
    C4   =A4*$F$1-B4
    C5   =A5*$F$1-B5

In a line of three, or of two where the cell beside is alike, it must be a slip: another operator, or a reference that lies a
cell beside. In a line of six a formula departs that has half of the references that a copy would have. The ends of a line may
differ, but where all formulas beside them are as in the line, or a reference slips off the numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from xlnn.formula.graph import SPAN, Graph, Slip, positions
from xlnn.formula.values import NUMBER
from xlnn.layout.cells import COLUMNS

LINE, SIDE = 6, 2  # so many formulas in a line make a pattern, at least so many on each side of what breaks it
SHORT, PAIR = 3, 2  # so many make one that a slip breaks, and beside others that are alike
SAME = 0.5  # of the references of neighbours that a formula has, at least, that departs from their pattern


def slips(graph: Graph) -> tuple[Slip, ...]:
    """The formulas of a graph that break a line of formulas that are alike, in the order of their cells."""
    if not len(graph.cell_of):
        return ()
    kinds = graph.written.tree_of[graph.text_of]
    found: dict[int, tuple[int, int]] = {}
    for along in (0, 1):
        for hole, neighbour, count, inside in _holes(graph, kinds, along):
            if graph.owner[hole] < 0 or (hole in found and found[hole][1] >= count):
                continue
            if inside and count >= LINE:
                departs = _departs
            elif _is_alike_beside(graph, kinds, hole, neighbour, along) or (
                count >= SHORT
                and (inside or _is_elsewhere(graph, hole, neighbour) or _are_alike_across(graph, kinds, hole, neighbour, along))
            ):
                departs = _slips
            else:
                departs = _slips_off
            if departs(graph, hole, neighbour):
                found[hole] = neighbour, count
    return tuple(Slip(hole, *found[hole], graph.text(hole) or "") for hole in sorted(found))


def _holes(graph: Graph, kinds: np.ndarray, along: int) -> Iterator[tuple[int, int, int, bool]]:
    """(cell, a neighbour, how many, if it is inside) where one cell is missing in a line of at least PAIR cells that are alike
    and equally far, or beyond its ends."""
    cells = graph.cell_of
    sheet, rest = np.divmod(graph.codes[cells], SPAN)
    row, column = np.divmod(rest, COLUMNS)
    line, at = (row, column) if along else (column, row)
    order = np.lexsort((at, line, kinds, sheet))
    key = np.stack([sheet, kinds, line])[:, order]
    new = np.append(True, (key[:, 1:] != key[:, :-1]).any(axis=0))
    starts = np.append(np.flatnonzero(new), len(order))
    lengths = np.diff(starts)
    for start, length in zip(starts[:-1][lengths >= PAIR].tolist(), lengths[lengths >= PAIR].tolist(), strict=True):
        members = cells[order[start : start + length]]
        for count, member, step, inside in _gaps(np.diff(at[order[start : start + length]])):
            code = graph.codes[members[member]] + step * (1 if along else COLUMNS)
            hole = int(np.searchsorted(graph.codes, code))
            if hole < len(graph.codes) and graph.codes[hole] == code:
                yield hole, int(members[member]), count, inside


def _gaps(gaps: np.ndarray) -> Iterator[tuple[int, int, int, bool]]:
    """Where a cell is missing in lines of cells that are so far apart each: how many a line has, a member, the step from it, and
    if the cell is inside."""
    step = int(np.bincount(gaps).argmax())
    if len(gaps) == 1 and step % 2 == 0:
        yield PAIR, 0, step // 2, True
    ends = np.flatnonzero((gaps != step) & (gaps != 2 * step))
    for first, last in zip([0, *(ends + 1)], [*ends, len(gaps)], strict=True):
        count = last - first + 1
        wide = first + np.flatnonzero(gaps[first:last] == 2 * step)
        if count < PAIR or len(wide) > max(1, count // 10):
            continue
        side = SIDE if count >= LINE else 1
        inside = [gap for gap in wide.tolist() if gap - first + 1 >= side and last - gap >= side]
        yield from ((count, gap, step, True) for gap in inside)
        if not inside:
            yield from ((count, first, -step, False), (count, last, step, False))


def _is_alike_beside(graph: Graph, kinds: np.ndarray, hole: int, neighbour: int, along: int) -> bool:
    """Whether a cell beside, across the line, has a copy of the neighbour's formula."""
    beside = _beside(graph, hole, along, 1)
    return bool((kinds[beside[beside >= 0]] == kinds[graph.owner[neighbour]]).any())


def _are_alike_across(graph: Graph, kinds: np.ndarray, hole: int, neighbour: int, along: int) -> bool:
    """Whether the formulas beside a cell, across the line, are those beside its neighbour: its row is one as all are."""
    here, there = _beside(graph, hole, along, 2), _beside(graph, neighbour, along, 2)
    either = (here >= 0) | (there >= 0)
    return either.sum() >= PAIR and bool(((here >= 0) & (there >= 0) & (kinds[here] == kinds[there]))[either].all())


def _beside(graph: Graph, cell: int, along: int, most: int) -> np.ndarray:
    """The formulas of the cells across the line, up to `most` of them away on either side; −1 for none."""
    away = np.array([step for step in range(-most, most + 1) if step]) * (COLUMNS if along else 1)
    return graph.owner[positions(graph.codes, graph.codes[cell] + away, len(graph.codes))]


def _departs(graph: Graph, hole: int, neighbour: int) -> bool:
    """Whether a formula differs a little from a neighbour's: it has at least half of its references, as a copy would."""
    here, there = Counter(_references(graph, hole)), Counter(_references(graph, neighbour))
    shared = (here & there).total()
    return shared >= SAME * max(here.total(), there.total()) and shared > 0


def _slips(graph: Graph, hole: int, neighbour: int) -> bool:
    """Whether a formula has all references of a neighbour's, as a copy would, but for one that may lie a cell beside."""
    here, there = _references(graph, hole), _references(graph, neighbour)
    if not _are_one_skeleton(graph, hole, neighbour):
        return bool(here) and Counter(here) == Counter(there)
    others = [(one, other) for one, other in zip(here, there, strict=True) if one != other]
    if len(here) == 1 and any(here[0][5:]):  # =$B$1 may well stand among =$B$2
        return False
    return len(others) == 1 and _are_beside(*others[0])


def _slips_off(graph: Graph, hole: int, neighbour: int) -> bool:
    """Whether that leads to a text, or to nothing, where the neighbours have numbers: at the ends of a line, which may differ."""
    if not (_are_one_skeleton(graph, hole, neighbour) and _slips(graph, hole, neighbour)):
        return False
    kinds = graph.values.all_kinds()
    numbers = [int((kinds[graph.precedents(cell)] == NUMBER).sum()) for cell in (hole, neighbour)]
    return numbers[0] < numbers[1]


def _is_elsewhere(graph: Graph, hole: int, neighbour: int) -> bool:
    """Whether the same cell of another sheet has a copy of the neighbour's formula."""
    others = graph.codes[hole] % SPAN + SPAN * np.arange(len(graph.sheets))
    there = positions(graph.codes, others, -1)
    return any(graph.pattern(cell) == graph.pattern(neighbour) for cell in there[there >= 0].tolist())


def _are_one_skeleton(graph: Graph, one: int, other: int) -> bool:
    """Whether two formulas differ in their references alone."""
    here, there = graph.written.skeleton_of[graph.text_of[graph.owner[[one, other]]]].tolist()
    return here == there


Seen = tuple[int, ...]  # a reference from its cell: sheet; first row and column, last row and column; which of these are fixed


def _are_beside(one: Seen, other: Seen) -> bool:
    """Whether the corners of two references are fixed alike, and lie beside each other, or are the same."""
    away = [abs(here - there) for here, there in zip(one[1:5], other[1:5], strict=True)]
    return (one[0], *one[5:]) == (other[0], *other[5:]) and max(away[0] + away[1], away[2] + away[3]) <= 1


def _references(graph: Graph, cell: int) -> list[Seen]:
    """What a cell's formula refers to."""
    which = graph.text_of[graph.owner[cell]]
    skeleton = graph.written.skeletons[graph.written.skeleton_of[which]]
    return skeleton.seen(int(graph.written.place[which])) if skeleton.tree is not None else []
