"""The order in which formulas are calculated: level by level, each from what the levels before have given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlnn.formula.block import Block


def edges(blocks: Sequence[Block], owner: np.ndarray, formulas: int) -> tuple[np.ndarray, np.ndarray]:
    """Which formula must come before which: two arrays of numbers.

    What all copies of a block read alike is a number of its own behind the formulas, so that it counts once.
    """
    before, after = [np.empty(0, np.int32)], [np.empty(0, np.int32)]

    def add(sources: np.ndarray, targets: np.ndarray) -> None:
        known = sources >= 0
        before.append(sources[known].astype(np.int32))
        after.append(np.broadcast_to(targets, sources.shape)[known].astype(np.int32))

    for number, block in enumerate(blocks, formulas):
        add(owner[block.own], block.formulas[:, None])
        if block.common.size:
            add(owner[block.common], np.full((1, 1), number))
            add(np.full(len(block.formulas), number), block.formulas)
    return np.concatenate(before), np.concatenate(after)


def levels(before: np.ndarray, after: np.ndarray, count: int, most: int) -> np.ndarray:
    """The level of each of `count` numbers, from 0 on; −1 for those in a circle, or behind one; ends at the level `most`."""
    order = np.argsort(before, kind="stable")
    after = after[order]
    starts = np.searchsorted(before[order], np.arange(count + 1))
    waiting = np.bincount(after, minlength=count)
    found = np.full(count, -1, np.int64)
    ready, level = np.flatnonzero(waiting == 0), 0
    while len(ready) and level <= most:
        found[ready] = level
        level += 1
        reached = after[_ranges(starts[ready], starts[ready + 1])]
        np.subtract.at(waiting, reached, 1)
        ready = np.unique(reached[waiting[reached] == 0])
    return found


def _ranges(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """The whole numbers of several ranges, one after the other."""
    sizes = last - first
    ends = np.cumsum(sizes)
    return np.repeat(first - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)


def circles(before: np.ndarray, after: np.ndarray, found: np.ndarray) -> list[list[int]]:
    """Circles among the numbers without a level: every one of them leads back to itself."""
    count = len(found)
    stuck = found < 0
    inside = stuck[before] & stuck[after]
    previous = np.full(count, -1, np.int64)
    previous[after[inside]] = before[inside]  # of each number one that must come before
    reach = previous.copy()
    for _ in range(int(count).bit_length()):  # after 2^k steps back only circles are left
        reach = np.where(reach >= 0, reach[reach], -1)
    seen: set[int] = set()
    result = []
    for start in np.unique(reach[reach >= 0]).tolist():
        if start in seen:
            continue
        circle = [start]
        while (at := int(previous[circle[-1]])) != start:
            circle.append(at)
        seen.update(circle)
        result.append(circle[::-1])
    return result


def entangled(before: np.ndarray, after: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Of the numbers without a level those that lie in a circle, or between two: (count,) of bools."""
    inside = (found[before] < 0) & (found[after] < 0)
    return (found < 0) & (levels(after[inside], before[inside], len(found), len(found)) < 0)
