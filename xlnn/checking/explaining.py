"""Which change of which formula makes cells hold what they should: the smallest edit of the earliest formula and its copies.

What should be is a function of the values of all cells, so that an explanation is tried at the sheet's numbers and at
changed ones. It may come from the sheet's own derivative (`formulas`), or from a rule of xlnn where a cell's role is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlnn.checking.edits import (
    Copies,
    Edit,
    Family,
    changed_references,
    copies_of,
    insertions,
    pairs,
    reads,
    results,
    shifts,
    siblings,
    simple,
    spelled,
    touched,
    whole,
)
from xlnn.formula.differentiating import propagate
from xlnn.formula.graph import Graph
from xlnn.formula.values import Values
from xlnn.understand.wiring import Wiring

MOST = 48, 24  # claims that are followed: wrong and right ones
EXACT = 1e-8  # relative
ROUNDS = 12  # explanations of one sheet
READS = 60_000_000  # cells that may be read in search of one explanation
COPIES = 20_000  # cells that one formula may fill to be tried

Right = Callable[[Values], np.ndarray]  # what the claimed cells should hold, (cells,)


@dataclass(frozen=True, eq=False)
class Claims:
    """Cells, and what they should hold at each of some points."""

    wiring: Wiring
    cells: np.ndarray  # (claims,)
    points: tuple[Values, ...]
    right: np.ndarray  # (points, claims)
    given: np.ndarray  # (cells + 1,) of bools: cells that are not to be changed

    @property
    def graph(self) -> Graph:
        return self.wiring.graph

    @property
    def gaps(self) -> np.ndarray:
        """(points, claims) what the cells hold more than they should."""
        return np.stack([values.numbers[self.cells] for values in self.points]) - self.right

    @property
    def wrong(self) -> np.ndarray:
        """(claims,) of bools."""
        return (np.abs(self.gaps) > EXACT * self.size).any(axis=0)

    @property
    def size(self) -> np.ndarray:
        held = np.stack([np.abs(values.numbers[self.cells]) for values in self.points])
        return np.maximum(np.maximum(held, np.abs(self.right)), 1e-12)

    def part(self, rows: np.ndarray) -> Claims:
        return replace(self, cells=self.cells[rows], right=self.right[:, rows])


@dataclass(frozen=True, eq=False)
class Explanation:
    """A formula that is wrong, in all its copies, and the change that makes it right."""

    cells: np.ndarray  # whose formula is to be changed, rising
    edit: Edit
    copies: Copies
    claims: np.ndarray  # those of the claimed cells that it makes right
    siblings: np.ndarray  # cells with formulas of the same form that are not among these, the nearest first

    @property
    def cell(self) -> int:
        """The first wrong cell."""
        return int(self.cells[0])

    @property
    def at(self) -> int:
        return int(np.flatnonzero(self.copies.targets == self.cell)[0])

    @property
    def formula(self) -> str:
        """The right formula of the first wrong cell."""
        return spelled(self.copies, self.edit, self.at)

    @property
    def references(self) -> list[tuple[str, str]]:
        """(right, wrong) of every reference that changes in the first wrong cell."""
        return changed_references(self.copies, self.edit, self.at)


def explain(
    wiring: Wiring, cells: np.ndarray, right: Right, points: Sequence[Values], given: np.ndarray | None = None
) -> list[Explanation]:
    """The changes that make `cells` hold what is right, the first cause first; what is left unexplained has none.

    `right(values)` gives what they should hold, (cells,), at any values of all cells; `given`, (cells + 1,) of bools, are cells
    that are taken as they are, as those of the forward pass.
    """
    if given is None:
        given = np.zeros(len(wiring.graph.codes) + 1, bool)
    wanted = np.stack([right(values) for values in points])
    claims = Claims(wiring, np.asarray(cells), tuple(points), wanted, given)
    found: list[Explanation] = []
    while claims.wrong.any() and len(found) < ROUNDS:
        one = _explanation(claims)
        if one is None:
            break
        found.append(one)
        claims = replace(claims, points=tuple(_corrected(one, values) for values in claims.points))
    return found


def _corrected(found: Explanation, values: Values) -> Values:
    """The values after an explanation's change."""
    new = results(found.copies, alone(found.edit), values)[0]
    kept = np.isin(found.copies.targets, found.cells)
    changes = dict(zip(found.copies.targets[kept].tolist(), new[kept].tolist(), strict=True))
    return found.copies.graph.calculate(changes, values)


def alone(edit: Edit) -> Family:
    corners = tuple(c[None] for c in edit.corners)
    return Family(edit.kind, edit.tree, corners, edit.sheets, np.array([edit.cost]), edit.fixed, edit.sibling)


def _explanation(claims: Claims) -> Explanation | None:
    """The best change of one formula and its copies: that makes most claims right, then the smallest, then the earliest."""
    behind = claims.wiring.reached(claims.cells[claims.wrong], forward=False) & ~claims.given
    behind[claims.cells] |= claims.wrong
    chosen = _some(claims)
    slopes = [_sensitivities(claims.graph, chosen.cells, values, behind, claims.given) for values in claims.points]
    groups = [group for group in _groups(claims.graph, behind) if len(group.targets) <= COPIES]
    best: tuple[tuple, Copies, Edit] | None = None
    for kinds in (CHEAP, (shifts, pairs), (insertions,)):
        left = READS
        for group in groups:
            for kind in kinds:
                for family in kind(group) if left > 0 and (kind in CHEAP or _is_likely(chosen, group, slopes)) else ():
                    left -= reads(group, family) * len(claims.points)
                    for score, edit in _attempts(chosen, group, slopes, family):
                        best = max(best, (score, group, edit), key=lambda entry: entry[0]) if best else (score, group, edit)
            if best and best[0][:2] == (1, 1) and kinds[0] not in CHEAP:  # the earliest formula that explains all
                break
        if best and best[0][0] == 1:  # all that follow from it are right
            break
    if best is None:
        return None
    return _found(claims, *best[1:])


CHEAP = (siblings, simple, whole)


def _is_likely(claims: Claims, group: Copies, slopes: Sequence[np.ndarray]) -> bool:
    """Whether at least half of what follows from a formula is wrong."""
    follows = np.any([(slope[:, group.targets] != 0).any(axis=1) for slope in slopes], axis=0)
    return bool((claims.wrong & follows).sum() >= max(1, (~claims.wrong & follows).sum()))


def _some(claims: Claims) -> Claims:
    """Enough claims to tell: wrong ones and right ones."""
    rows = [np.flatnonzero(claims.wrong), np.flatnonzero(~claims.wrong)]
    cut = [r[np.unique(np.linspace(0, len(r) - 1, min(len(r), most)).astype(int))] for r, most in zip(rows, MOST, strict=True)]
    return claims.part(np.concatenate(cut))


def _sensitivities(graph: Graph, cells: np.ndarray, values: Values, behind: np.ndarray, given: np.ndarray) -> np.ndarray:
    """∂(each claimed cell)/∂(every cell), (claims, cells + 1), by formulas that are not given."""
    adjoints = np.zeros((len(cells), len(graph.codes) + 1))
    adjoints[np.arange(len(cells)), cells] = 1
    return propagate(graph.steps, values, adjoints, given & ~behind)


def _groups(graph: Graph, behind: np.ndarray) -> Iterator[Copies]:
    """Formulas behind the claims with their copies, the earliest first: those that are alike, then those of one form."""
    found: list[tuple[int, int, Copies]] = []
    for block in graph.blocks:
        if block.targets.shape[1:] != (1, 1):
            continue
        rows = np.flatnonzero(behind[block.targets[:, 0, 0]])
        if not len(rows):
            continue
        kinds = graph.written.tree_of[graph.text_of[block.formulas[rows]]]
        parts = [rows[kinds == kind] for kind in np.unique(kinds)]
        if len(parts) > 1:
            parts.append(rows)
        found += [(int(graph.level[block.formulas[part]].min()), -len(part), copies_of(graph, block, part)) for part in parts]
    return (copies for _, _, copies in sorted(found, key=lambda entry: entry[:2]))


def _attempts(claims: Claims, group: Copies, slopes: Sequence[np.ndarray], family: Family) -> Iterator[tuple[tuple, Edit]]:
    """(score, edit) of edits that make some wrong claims right and no right one wrong."""
    parts = [slope[:, group.targets] for slope in slopes]
    relevant = np.any([(part != 0).any(axis=1) for part in parts], axis=0)
    wrong, gaps, size = claims.wrong & relevant, claims.gaps, claims.size
    if not wrong.any():
        return
    rows = _promising(claims, group, parts[-1], wrong, family)
    fixed = np.ones((len(rows), len(relevant)), bool)
    for point in reversed(range(len(parts))):  # the changed numbers first: they leave fewer coincidences
        if not len(rows):
            return
        change = results(group, family.part(rows), claims.points[point]) - claims.points[point].numbers[group.targets]
        fixed &= _closed(gaps[point], size[point], change, parts[point])
        kept = fixed[:, wrong].any(axis=1) & fixed[:, relevant & ~wrong].all(axis=1)
        rows, fixed = rows[kept], fixed[kept]
    for row, good in zip(rows.tolist(), fixed, strict=True):
        edit = family.edit(row)
        share = good[wrong].sum() / claims.wrong.sum()
        yield (float(good[wrong].mean()), float(share), -edit.cost, len(group.targets)), edit


def _closed(gaps: np.ndarray, size: np.ndarray, change: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """(edits, claims) whether a change of the copies, (edits, copies), closes the gap of each claim."""
    with np.errstate(all="ignore"):
        return np.abs(gaps + change @ slopes.T) <= EXACT * (size + np.abs(change) @ np.abs(slopes).T)


def _promising(claims: Claims, group: Copies, slopes: np.ndarray, wrong: np.ndarray, family: Family) -> np.ndarray:
    """The edits that make a wrong claim right: tried at the last point, on the two claims that the fewest copies lead to."""
    if len(family) == 1:
        return np.arange(1)
    counts = np.where(wrong, (slopes != 0).sum(axis=1), len(group.targets) + 1)
    tried = np.argsort(counts, kind="stable")[:2]
    tried = tried[wrong[tried]]
    few = np.flatnonzero((slopes[tried] != 0).any(axis=0))
    values = claims.points[-1]
    change = results(group.part(few), family.of(few), values) - values.numbers[group.targets[few]]
    good = _closed(claims.gaps[-1][tried], claims.size[-1][tried], change, slopes[np.ix_(tried, few)])
    return np.flatnonzero(good.any(axis=1))


def _found(claims: Claims, group: Copies, edit: Edit) -> Explanation | None:
    """The explanation, with the copies that hold something wrong, and a sibling that is right."""
    cells = np.sort(group.targets[touched(group, edit)])
    explained = Explanation(cells, edit, group, np.empty(0, np.int64), others(claims.wiring, cells, cells))
    after = replace(claims, points=tuple(_corrected(explained, values) for values in claims.points))
    made = claims.wrong & ~after.wrong
    return replace(explained, claims=claims.cells[made]) if made.any() else None


def others(wiring: Wiring, cells: np.ndarray, without: np.ndarray) -> np.ndarray:
    """Cells whose formulas have the same form as the first of some, `without` those that are changed, the nearest first."""
    graph = wiring.graph
    found = np.setdiff1d(graph.blocks[int(wiring.block_of[cells[0]])].targets.ravel(), without)
    return found[np.argsort(np.abs(graph.codes[found] - graph.codes[cells[0]]), kind="stable")][:100]
