"""Cells that hold a typed number where their like hold a formula, and the formula that they should hold, told by its siblings.

If a formula f and the one at f + d are copies of each other, then what stands at c + d was hardly meant to stand at c alone: c
gets a copy of it. Where references do not move along with a copy they move on evenly, from unit to unit, from sheet to sheet:
what c reads is what c + d, f and f + d read, as corners of a parallelogram.

    D6   =A6*$A$1      A12  =A1+$M$2*SUMPRODUCT(K6:K8,A6:A8)      B12  =B1+$M$2*SUMPRODUCT(K6:K8,B6:B8)
    D7   0.4321        A13  =A2+$M$2*SUMPRODUCT(L6:L8,A6:A8)      B13  0.4321
    D8   =A8*$A$1

The first of a chain, as the typed weights that updates lead on, is none of these: the one after it reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlnn.formula.graph import SPAN, Graph, positions
from xlnn.formula.tree import Corner, Reference, Tree, replaced
from xlnn.formula.tree import text as spelled
from xlnn.formula.values import BLANK, NUMBER
from xlnn.layout.cells import COLUMNS, ROWS, Cell, quoted

FAR, BESIDE = 64, 8  # how far apart siblings stand at most, and how far off those whose like tell that they are siblings
ENOUGH = 2  # such that say the same, at least
MOST = 0.02  # of all formulas; where more are missing it is how the sheet was built
FEW = 12  # that may be missing in any sheet
GAPS = 500  # blank cells that are looked at
RARE = 0.1  # of the cells of a range; where more are blank it is read across blocks


@dataclass(frozen=True, slots=True)
class Missing:
    """A cell without its formula: its number in the graph, the formula that its like tell, one of these, and if it is `alone`."""

    cell: int
    text: str
    sibling: int
    alone: bool


Formula = tuple[int, tuple[int, ...]]  # a skeleton, and the references of a cell: sheet, first and last row and column of each


def blanks(graph: Graph) -> list[int]:
    """The codes of cells beside formulas, with nothing in them, that may have lost theirs; none where these are many."""
    if not len(graph.cell_of):
        return []
    siblings = _Siblings(graph)
    around = np.concatenate([graph.codes[graph.cell_of] + step for step in (1, -1, COLUMNS, -COLUMNS)])
    codes = np.unique(around[(around > 0) & (positions(graph.codes, around, -1) < 0)])
    kept = np.zeros(len(codes), bool)
    for step in siblings.steps():
        left = np.flatnonzero(~kept)
        near = left[siblings.at(codes[left], step) >= 0]
        kept[near] = siblings.standing_out(codes[near], step) > 0
    found = codes[kept]
    if len(found) > GAPS:  # in blocks with gaps between them
        found = found[siblings.are_read(found)]
    return found.tolist() if len(found) <= GAPS else []


def missing(graph: Graph) -> list[Missing]:
    """The cells with a typed number, or nothing, where their like have formulas, in order; none where these are many."""
    if not len(graph.cell_of):
        return []
    found = _Siblings(graph).found()
    return found if len(found) <= max(FEW, MOST * len(graph.cell_of)) else []


class _Siblings:
    """Formulas by where they stand, and what each of them reads."""

    def __init__(self, graph: Graph):
        self.graph, written = graph, graph.written
        self.skeleton = written.skeleton_of[graph.text_of]
        self.kind = written.tree_of[graph.text_of]
        self.kinds = graph.values.all_kinds()
        self.given = graph.owner < 0  # (cells + 1,): no formulas, and no numbers that should be formulas
        array = np.zeros(len(graph.cell_of), bool)
        for block in graph.blocks:
            array[block.formulas] = block.array
        self.usable = ~array & np.array([s.tree is not None for s in written.skeletons], bool)[self.skeleton]

    def found(self) -> list[Missing]:
        """The typed numbers that should be formulas, told anew where the others of them count as formulas, until no more are."""
        may = (self.kinds == NUMBER) | ((self.kinds == BLANK) & self._is_read)
        cells = np.flatnonzero((self.graph.owner < 0)[:-1] & may[:-1])
        found = list(self._told(cells))
        while found and self.given[(typed := np.array([one.cell for one in found]))].any():
            self.given[typed] = False
            found = list(self._told(cells))
        claims = Counter(one.sibling for one in found)
        return [one for one in found if claims[one.sibling] == 1 or not one.alone]

    def _told(self, typed: np.ndarray) -> Iterator[Missing]:
        for cell, votes in sorted(self._votes(typed).items()):
            counts, copies = Counter[Formula](), Counter[Formula]()
            for (formula, sibling), count in votes.items():
                if self._may_stand(cell, formula, sibling) and self._fits_beside(cell, formula, sibling):
                    counts[formula] += count
                    copies[formula] += formula == self._copy(cell, sibling)
            if len(same := [formula for formula, count in copies.items() if count >= ENOUGH]) == 1:
                counts = Counter({same[0]: counts[same[0]]})  # as in other iterations, rather than as in another layer
            if not counts:
                continue
            (formula, most), *others = counts.most_common(2)
            if most >= ENOUGH and not any(count == most for _, count in others):
                mine = {sibling: count for (other, sibling), count in votes.items() if other == formula}
                sibling = max(mine, key=lambda one: (self._sheet(one) == int(self.graph.codes[cell]) // SPAN, mine[one]))
                if self._repeats(cell, sibling):
                    continue
                yield Missing(cell, self._text(cell, formula, sibling), int(self.graph.cell_of[sibling]), len(mine) == 1)

    def are_read(self, codes: np.ndarray) -> np.ndarray:
        """(codes,) whether some formula reads each of these cells, alone or in a range that has few of them."""
        areas = np.unique(self._areas(), axis=0)
        alone = (areas[:, 1:3] == areas[:, 3:]).all(axis=1)
        found = np.isin(codes, areas[alone] @ (SPAN, COLUMNS, 1, 0, 0) - 1)
        sheets, cells = np.divmod(codes, SPAN)
        rows, columns = cells // COLUMNS, cells % COLUMNS + 1
        for sheet, top, left, bottom, right in areas[~alone].tolist():
            inside = (sheets == sheet) & (rows >= top) & (rows <= bottom) & (columns >= left) & (columns <= right)
            if inside.sum() <= max(1, RARE * (bottom - top + 1) * (right - left + 1)):
                found |= inside
        return found

    def _sheet(self, formula: int) -> int:
        return int(self.graph.codes[self.graph.cell_of[formula]]) // SPAN

    @cached_property
    def _is_read(self) -> np.ndarray:
        """(cells + 1,) whether some formula reads a cell."""
        found = np.zeros(len(self.graph.codes) + 1, bool)
        for block in self.graph.blocks:
            found[block.own] = found[block.common] = True
        return found

    # ---- who says what ------------------------------------------------------------------------------------

    def _votes(self, typed: np.ndarray) -> dict[int, Counter]:
        """By typed cell how many of its neighbours say which formula it should hold, and which sibling has it."""
        votes: dict[int, Counter] = {}
        for step in self.steps():
            codes = self.graph.codes[typed]
            siblings = self.at(codes, step)
            near = np.flatnonzero(siblings >= 0)
            near = near[self.standing_out(codes[near], step) >= (self.kinds[typed[near]] != NUMBER)]
            for cell, sibling in zip(typed[near].tolist(), siblings[near].tolist(), strict=True):
                said = self._said(cell, sibling, step)
                if said:
                    votes.setdefault(cell, Counter()).update(said)
        return votes

    def steps(self) -> list[int]:
        """Steps between siblings, in codes: down, across, and from sheet to sheet."""
        sheets = range(1, len(self.graph.sheets))
        sizes = [*(n * COLUMNS for n in range(1, FAR)), *range(1, FAR), *(n * SPAN for n in sheets)]
        return [sign * size for size in sizes for sign in (1, -1)]

    def at(self, codes: np.ndarray, step: int) -> np.ndarray:
        """The formulas a step on from cells, −1 for none that can be copied."""
        found = self.graph.owner[positions(self.graph.codes, codes + step, len(self.graph.codes))]
        return np.where((found >= 0) & self.usable[found], found, -1)

    def standing_out(self, codes: np.ndarray, step: int) -> np.ndarray:
        """How many more cells beside each have formulas than numbers, of those that have formulas a step on."""
        blank = len(self.graph.codes)
        for_it = np.zeros(len(codes), np.int64)
        for beside in (COLUMNS, -COLUMNS, 1, -1):
            here, there = (positions(self.graph.codes, codes + beside + on, blank) for on in (0, step))
            says = np.where(~self.given[here], 1, np.where(self.kinds[here] == NUMBER, -1, 0))
            for_it += np.where((self.graph.owner[there] >= 0) & (here != blank), says, 0)
        return for_it

    def _said(self, cell: int, sibling: int, step: int) -> Counter:
        """What the neighbours of a cell say that it should hold, if `sibling` is its like a step on."""
        leads_on = self._reads(sibling, cell)
        line = Counter() if leads_on else self._in_line(cell, sibling, step)
        for joined in (True, False):
            said, against = self._beside(cell, sibling, step, joined, leads_on)
            if said or against:
                return said + line if not against or said.total() > against else Counter()
        if self._in_line(cell, sibling, step, (-1,)):
            return line if self._reads_alike(cell, sibling) else Counter()
        copies = Counter({key: count for key, count in line.items() if key[0] == self._copy(cell, sibling)})  # beyond their end
        return copies if self._reads_alike(cell, sibling) and self._is_next(sibling, step) else Counter()

    def _is_next(self, sibling: int, step: int) -> bool:
        """Whether no copy of a formula stands nearer to it, in the direction of a step, than a step."""
        code, unit = int(self.graph.codes[self.graph.cell_of[sibling]]), _unit(step)
        sign = 1 if step > 0 else -1
        nearer = [self._formula_at(self._number(code + sign * at)) for at in range(unit, abs(step), unit)]
        return not any(other >= 0 and self.kind[other] == self.kind[sibling] for other in nearer)

    def _beside(self, cell: int, sibling: int, step: int, joined: bool, leads_on: bool) -> tuple[Counter, int]:
        """What cells beside a cell say, and how many speak against it: `joined` to it without a gap, or a little off; `leads_on`:
        the sibling reads the cell."""
        said: Counter = Counter()
        against = 0
        for here, there in self._pairs(cell, step, joined):
            one, other = self._formula_at(here), self._formula_at(there)
            if other < 0 and not self.given[there]:
                against += self.given[here] and self.kinds[here] == NUMBER
            elsewhere = (self.graph.codes[here] - self.graph.codes[cell]) % SPAN == 0  # there may be something else on it
            if (
                other < 0
                or (leads_on and not self._reads(other, here))
                or (elsewhere and self.skeleton[other] != self.skeleton[sibling])
            ):
                continue
            if one >= 0 and self.kind[one] == self.kind[other]:
                said[self._copy(cell, sibling), sibling] += 1
            elif one >= 0 and self.skeleton[one] == self.skeleton[other]:
                moved = self._moved_on(one, other, sibling)
                if moved is not None:
                    said[moved, sibling] += 1
            elif one >= 0 or (self.kinds[here] == NUMBER and self.given[here] and not self._reads(other, here)):
                against += 1  # but not the first of a chain
        return said, against

    def _pairs(self, cell: int, step: int, joined: bool) -> Iterator[tuple[int, int]]:
        """Cells beside a cell, each with the one a step on: in its row and column and on other sheets, not along the step."""
        code = int(self.graph.codes[cell])
        along = _unit(step)
        for beside in (SPAN, COLUMNS, 1):
            for sign in (1, -1) if beside != along else ():
                for away in range(1, BESIDE + 1):
                    here = self._number(code + sign * away * beside)
                    there = self._number(code + sign * away * beside + step)
                    if here < 0 or self.kinds[here] == BLANK:
                        if joined:
                            break
                    elif there >= 0:
                        yield here, there

    def _in_line(self, cell: int, sibling: int, step: int, steps: Sequence[int] = (-1, 2, 3)) -> Counter:
        """What others in line say, so many steps on: one on the other side as two that stand on one."""
        said: Counter = Counter()
        code = int(self.graph.codes[cell])
        for away in steps:
            weight = 2 if away < 0 else 1
            other = self._formula_at(self._number(code + away * step))
            if other < 0:
                continue
            if self.kind[other] == self.kind[sibling]:
                said[self._copy(cell, sibling), sibling] += weight
            elif self.skeleton[other] == self.skeleton[sibling]:
                between = self._between(sibling, other, away)
                if between is not None:
                    said[between, sibling] += weight
        return said

    # ---- formulas -----------------------------------------------------------------------------------------

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {code: number for number, code in enumerate(self.graph.codes.tolist())}

    def _number(self, code: int) -> int:
        return self._numbers.get(code, -1)

    def _formula_at(self, cell: int) -> int:
        found = int(self.graph.owner[cell]) if cell >= 0 else -1
        return found if found >= 0 and self.usable[found] else -1

    @cached_property
    def _known(self) -> dict[int, np.ndarray]:
        return {}

    def _references(self, formula: int) -> np.ndarray:
        """(operands, 5) sheet, first row and column, last row and column of what a formula reads."""
        if formula not in self._known:
            self._known[formula] = self._seen_from(formula, int(self.graph.codes[self.graph.cell_of[formula]]))
        return self._known[formula]

    def _seen_from(self, formula: int, code: int) -> np.ndarray:
        """The same of a copy of the formula in another cell."""
        return self._seen(np.array([formula]), np.array([code]))[0]

    def _seen(self, formulas: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """(formulas, operands, 5) the same of some that have one skeleton."""
        skeleton = self.graph.written.skeletons[self.skeleton[formulas[0]]]
        at = self.graph.written.place[self.graph.text_of[formulas]]
        given, base = skeleton.references[at], skeleton.cells[at]
        sheets, cells = np.divmod(codes, SPAN)
        moved = np.stack([cells // COLUMNS, cells % COLUMNS + 1], axis=1) - base
        corners = given[:, :, 1:5] + moved[:, None, [0, 1, 0, 1]] * (1 - given[:, :, 5:])
        return np.concatenate([np.where(given[:, :, :1] == -1, sheets[:, None, None], given[:, :, :1]), corners], axis=2)

    def _areas(self) -> np.ndarray:
        """(references, 5) what all formulas read."""
        order = np.argsort(self.skeleton[self.usable], kind="stable")
        formulas = np.flatnonzero(self.usable)[order]
        groups = np.split(formulas, np.flatnonzero(np.diff(self.skeleton[formulas])) + 1) if len(formulas) else []
        parts = [self._seen(group, self.graph.codes[self.graph.cell_of[group]]).reshape(-1, 5) for group in groups]
        return np.concatenate([np.empty((0, 5), np.int64), *parts])

    def _copy(self, cell: int, sibling: int) -> Formula:
        return self._as_formula(sibling, self._seen_from(sibling, int(self.graph.codes[cell])))

    def _moved_on(self, one: int, other: int, sibling: int) -> Formula | None:
        """The formula beside `one` as `sibling` is beside `other`; None where these are not alike."""
        if self.skeleton[sibling] != self.skeleton[other]:
            return None
        return self._as_formula(sibling, self._references(sibling) + self._references(one) - self._references(other))

    def _between(self, sibling: int, other: int, away: int) -> Formula | None:
        """The formula in line with two, of which the second stands `away` steps off."""
        change = self._references(other) - self._references(sibling)
        if (change % (away - 1)).any():
            return None
        return self._as_formula(sibling, self._references(sibling) - change // (away - 1))

    def _as_formula(self, sibling: int, references: np.ndarray) -> Formula:
        return int(self.skeleton[sibling]), tuple(references.ravel().tolist())

    def _reads(self, formula: int, cell: int) -> bool:
        """Whether a formula reads a cell by itself."""
        sheet, rest = divmod(int(self.graph.codes[cell]), SPAN)
        row, column = rest // COLUMNS, rest % COLUMNS + 1
        return bool((self._references(formula) == (sheet, row, column, row, column)).all(axis=1).any())

    def _reads_alike(self, cell: int, sibling: int) -> bool:
        """Whether a copy of a formula reads formulas where the formula does, and given numbers where that does."""
        pairs = zip(self._seen_from(sibling, int(self.graph.codes[cell])), self._references(sibling), strict=True)
        areas = [(self._area(one), self._area(other)) for one, other in pairs]
        return all(here.shape == there.shape and (self.given[here] == self.given[there]).all() for here, there in areas)

    def _fits_beside(self, cell: int, formula: Formula, sibling: int) -> bool:
        """Whether the cells next in line say nothing against a formula, or as much against the sibling where that stands."""
        if not self._is_otherwise_beside(cell, formula[0]):
            return True
        return self._is_otherwise_beside(int(self.graph.cell_of[sibling]), int(self.skeleton[sibling]))

    def _is_otherwise_beside(self, cell: int, skeleton: int) -> bool:
        """Whether the cells next in line all have other formulas than that, in rows (columns) that are like the cell's own: the
        column of biases beside one of weights."""
        code, found = int(self.graph.codes[cell]), list[int]()
        for along, across in ((COLUMNS, 1), (1, COLUMNS)):
            for step in (along, -along):
                there = self._formula_at(self._number(code + step))
                if there >= 0 and self._are_alike(code, code + step, across):
                    found.append(int(self.skeleton[there]))
        return bool(found) and skeleton not in found

    def _are_alike(self, code: int, other: int, across: int) -> bool:
        """Whether two lines across have like formulas on either side of two cells, where both have some: a line of totals alone
        says nothing."""
        alike = []
        for way in (across, -across):
            beside = ([self._formula_at(self._number(at + way * away)) for at in (code, other)] for away in range(1, BESIDE + 1))
            if nearest := next((pair for pair in beside if min(pair) >= 0), None):
                one, two = self.skeleton[nearest]
                alike.append(one == two)
        return bool(alike) and all(alike)

    def _repeats(self, cell: int, sibling: int) -> bool:
        """Whether a cell has the number beside it once more, where its sibling reads what stands beside that: an input that every
        row has again, and no parameter that goes on."""
        mine, its = int(self.graph.codes[cell]), int(self.graph.codes[self.graph.cell_of[sibling]])
        for step in (COLUMNS, -COLUMNS, 1, -1):
            here, there = self._number(mine + step), self._number(its + step)
            typed = here >= 0 and self.given[here] and self.kinds[here] == NUMBER
            same = typed and self.graph.values.numbers[here] == self.graph.values.numbers[cell]
            if same and there >= 0 and self._reads(sibling, there):
                return True
        return False

    def _may_stand(self, cell: int, formula: Formula, sibling: int) -> bool:
        """Whether a formula reads in a cell what its sibling reads: numbers where that has numbers, and not the cell itself.

        What other sheets only take from this one are numbers of its own.
        """
        mine, theirs = np.array(formula[1]).reshape(-1, 5), self._references(sibling)
        sheet = int(self.graph.codes[cell]) // SPAN
        if len(mine) and (mine[:, 0] == sheet).all() and (theirs[:, 0] != self._sheet(sibling)).all():
            return False
        if len(mine) != len(theirs) or (mine[:, 0] < 0).any() or (mine[:, 0] >= len(self.graph.sheets)).any():
            return False
        if (mine[:, 1:] < 1).any() or (mine[:, [1, 3]] > ROWS).any() or (mine[:, [2, 4]] > COLUMNS).any():
            return False
        for one, other in zip(mine, theirs, strict=True):
            here, there = self._area(one), self._area(other)
            if here.shape != there.shape or (here == cell).any() or (self.kinds[here] != self.kinds[there]).any():
                return False
        return True

    def _area(self, corners: np.ndarray) -> np.ndarray:
        """The cells of a reference, but for what lies beyond all that is filled."""
        sheet, top, left, bottom, right = corners.tolist()
        bottom, right = min(bottom, self._used[0]), min(right, self._used[1])
        codes = sheet * SPAN + np.arange(top, bottom + 1)[:, None] * COLUMNS + np.arange(left, right + 1) - 1
        return positions(self.graph.codes, codes, len(self.graph.codes))

    @cached_property
    def _used(self) -> tuple[int, int]:
        codes = self.graph.codes % SPAN
        return int(codes.max() // COLUMNS), int((codes % COLUMNS).max() + 1)

    # ---- its text -----------------------------------------------------------------------------------------

    def _text(self, cell: int, formula: Formula, sibling: int) -> str:
        """The formula in a cell, spelled as its sibling spells it."""
        (sheet, here), (there, _) = self.graph.cell(cell), self.graph.cell(int(self.graph.cell_of[sibling]))
        tree = self.graph.tree(int(self.graph.cell_of[sibling]))
        rows = iter(np.array(formula[1]).reshape(-1, 5).tolist())

        def moved(leaf: Tree) -> Tree:
            if not isinstance(leaf, Reference):
                return leaf
            number, top, left, bottom, right = next(rows)
            name = self.graph.sheets[number]
            same = (leaf.sheet or there).casefold() == name.casefold()
            prefix = leaf.prefix if same and (leaf.prefix or name == sheet) else "" if name == sheet else quoted(name) + "!"
            first, last = _corner(leaf.first, top, left, here), leaf.last and _corner(leaf.last, bottom, right, here)
            return Reference(first, last, prefix)

        assert tree is not None
        return spelled(replaced(tree, moved), here)


def _unit(step: int) -> int:
    """A sheet, a row or a column, whichever a step goes along."""
    return SPAN if step % SPAN == 0 else COLUMNS if step % COLUMNS == 0 else 1


def _corner(given: Corner, row: int, column: int, cell: Cell) -> Corner:
    """A corner at a row and column for a formula in `cell`, fixed by $ where the given one is."""
    return Corner(
        None if given.row is None else row - (0 if given.row_fixed else cell.row),
        None if given.column is None else column - (0 if given.column_fixed else cell.column),
        given.row_fixed, given.column_fixed,
    )  # fmt: skip
