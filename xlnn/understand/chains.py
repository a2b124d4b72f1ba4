"""Parameters and what they become: a cell U = w ± (something that depends on w) is an update of w.

U must be used as w is, in formulas of the same kind at the same position, or not at all. Updates of updates are iterations,
whichever way they run: down, right, in blocks, on sheets, new weights beside the old ones; copies are looked through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xlnn.formula.tree import Operand
from xlnn.formula.values import NUMBER
from xlnn.understand.wiring import Wiring, shrunk, terms


@dataclass(frozen=True, eq=False)
class Updates:
    """Parameters and what they become, seen through copies: (updates,) each; `iteration` counts from 0."""

    old: np.ndarray
    new: np.ndarray
    iteration: np.ndarray
    block: np.ndarray  # the block of formulas that the update belongs to
    root: np.ndarray  # what the parameter was in iteration 0

    def rows(self, rows: np.ndarray) -> Updates:
        """Some of them."""
        return Updates(self.old[rows], self.new[rows], self.iteration[rows], self.block[rows], self.root[rows])

    def of(self, iteration: int) -> np.ndarray:
        """Which updates are those of an iteration."""
        return np.flatnonzero(self.iteration == iteration)

    @property
    def iterations(self) -> int:
        return int(self.iteration.max(initial=-1)) + 1


def updates(wiring: Wiring) -> Updates:
    """All updates, iteration by iteration."""
    old, new, block = _candidates(wiring)
    first = {n: (o, b) for o, n, b in zip(old.tolist(), new.tolist(), block.tolist(), strict=True)}
    depth: dict[int, int] = {}
    root: dict[int, int] = {}
    for cell in first:
        chain = [cell]
        while chain[-1] in first and chain[-1] not in depth and len(chain) <= len(first):
            chain.append(first[chain[-1]][0])
        start = depth.get(chain[-1], -1)
        for steps, member in enumerate(reversed(chain[:-1]), start + 1):
            depth[member], root[member] = steps, root.get(chain[-1], chain[-1])
    cells = sorted(depth, key=lambda cell: (depth[cell], cell))
    arrays = ([first[c][0] for c in cells], cells, [depth[c] for c in cells], [first[c][1] for c in cells],
              [root[c] for c in cells])  # fmt: skip
    return Updates(*(np.array(part, np.int64) for part in arrays))


def _candidates(wiring: Wiring) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Old and new cells, and the block, of what looks like an update and whose change depends on the old cell.

    New cells that nothing uses count only where no new cell is used as its old one is, or beside such in one block. What shrinks
    by itself, as an average that updates take, and depends on itself by way of updates only, is no parameter.
    """
    kinds = wiring.graph.values.all_kinds()
    parts = []
    through = np.ones(len(wiring.source), bool)
    for shrinks, (old, new, rest, block) in ((way, form) for way in (False, True) for form in _forms(wiring, way)):
        used, unused = _roles(wiring, old, new, block)
        stays = (used | unused) & (kinds[old] == NUMBER) & (kinds[new] == NUMBER)
        depends = np.zeros(len(old), bool)
        for rows in _by_distance(wiring, old, new):
            rows = rows[stays[rows]]
            if len(rows):  # copies of one formula: some tell for all, and one of these may be wrong
                some = {rows[0], rows[len(rows) // 2], rows[-1]}
                by_way = through if shrinks else None
                depends[rows] = any(_depends(wiring, old[one], rest[one], by_way) for one in some)
        through[new[depends]] = shrinks
        parts.append((old[depends], new[depends], block, bool((used & depends).any())))
    goes_on = any(used for *_, used in parts)
    kept = [(old, new, block) for old, new, block, used in parts if used or not goes_on]
    empty = np.empty(0, np.int64)
    return (
        np.concatenate([empty, *(old for old, _, _ in kept)]),
        np.concatenate([empty, *(new for _, new, _ in kept)]),
        np.concatenate([empty, *(np.full(len(old), block) for old, _, block in kept)]),
    )


def _depends(wiring: Wiring, old: int, rest: np.ndarray, through: np.ndarray | None) -> bool:
    """Whether some of the cells beside the old one follow from it, `through` these cells."""
    return bool(wiring.reached(np.array([old]), through=through)[rest].any() or (rest == old).any())


def _forms(wiring: Wiring, shrinks: bool) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, int]]:
    """Formulas that add something to a cell: old and new (copies,), what else is read (copies, cells), and the block; where it
    `shrinks`, to w·(1 − …)."""
    for number, block in enumerate(wiring.graph.blocks):
        parts = list(terms(block.tree))
        if len(parts) < 2:
            continue
        if shrinks:
            parts = [(sign, left) for sign, term in parts if (left := shrunk(wiring, block, term)) is not term]
        operands = wiring.operands(block) if parts else []
        size = block.targets[0].size
        for sign, term in parts:
            if sign == 1 and isinstance(term, Operand) and operands[term.number].shape == block.targets.shape:
                others = [cells.reshape(len(cells), -1) for n, cells in enumerate(operands) if n != term.number]
                rest = np.concatenate(others, axis=1) if others else np.empty((len(block.formulas), 0), np.int64)
                yield operands[term.number].ravel(), block.targets.ravel(), np.repeat(rest, size, axis=0), number


def _roles(wiring: Wiring, old: np.ndarray, new: np.ndarray, block: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether each new cell is used as the old one is, in formulas of the same kind; whether it is not used at all."""
    roles = wiring.roles
    used = [{role for role in roles(n) if role[0] != block} for n in new.tolist()]
    same = [bool(mine & roles(o)) for mine, o in zip(used, old.tolist(), strict=True)]
    return np.array(same, bool), np.array([not mine for mine in used], bool)


def _by_distance(wiring: Wiring, old: np.ndarray, new: np.ndarray) -> list[np.ndarray]:
    """Updates in groups of the same distance from old to new, and of the same kind of old cell."""
    codes = np.append(wiring.graph.codes, 0)
    key = np.stack([codes[new] - codes[old], wiring.graph.is_leaf[old]])
    _, which = np.unique(key, axis=1, return_inverse=True)
    which = which.ravel()
    return [np.flatnonzero(which == group) for group in range(which.max(initial=-1) + 1)]
