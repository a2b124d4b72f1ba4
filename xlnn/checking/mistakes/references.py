"""Mistakes in what a formula refers to: overwritten cells, another iteration, references that slid along or stayed behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from xlnn.book.names import SETTINGS
from xlnn.checking.mistakes.case import Case, Mistake, Try, as_typed, mistake, read_at
from xlnn.checking.numbers import apply, wrong_cells
from xlnn.checking.uncertain import Uncertain
from xlnn.layout.cells import Cell
from xlnn.layout.formulas import Calculation, Operand, Placed, Total
from xlnn.layout.places import Place
from xlnn.model.quantities import SYMBOLS
from xlnn.model.rules import Rule

NUMBER_FOR_FORMULA = Mistake(
    "number-for-formula",
    "a typed number stands in place of the formula that its like have",
    "Enter ={formula} again, and let the sheet calculate.",
    tuple(SYMBOLS),
    lambda case: None,  # the formulas beside it tell: it is not tried
)
NUMBER_ALONE = Mistake(
    "number-typed",
    "a typed number stands in place of a formula",
    "Enter the formula: {equation}.",
    tuple(SYMBOLS),
    lambda case: None,  # also told by the sheet
)

Spots = Mapping[str, tuple[str, Place]]  # sheet and place of a rule's operands and result


@mistake(
    "operand-overwritten",
    "these numbers follow from {which} as it should be, not as it stands there",
    "Mend {which}, where a number stands in place of its formula, and let the sheet calculate.",
    *SYMBOLS,
    first=True,
)
def operand_overwritten(case: Case) -> Iterator[Try]:
    """The rule with an operand as it should be, where the sheet shows another: one that came after the calculation."""
    if case.rule in case.network.next_rules:
        return
    for name in case.rule.needs:
        if name in case.group.stored and (name in case.group.copied or name in case.network.rule_of):
            right = case.group.given[name] if name in case.group.copied else case.numbers.apply(case.numbers.rule(name))
            if wrong_cells(case.group.raw[name], right, case.group.digits, case.group.exact(name)).any():
                yield case.changed(**{name: right}), {"which": name}


@mistake(
    "iteration-one-off",
    "the parameters are not the new ones of the iteration before",
    "Iteration n + 1 uses the new parameters of iteration n.",
    "w",
    "b",
)
def iteration_one_off(case: Case) -> Iterator[Try]:
    """Parameters of an iteration: those that the iteration before used, or its own new ones."""
    name = case.rule.result.name
    if case.group.before:
        yield as_typed(case, case.group.before.numbers[name]), {}
    if "new_" + name in case.group.raw:
        yield as_typed(case, case.numbers["new_" + name]), {}


@mistake(
    "neighbouring-sheet",
    "{which} is taken from a neighbouring sheet",
    "Refer to the sheet of the iteration itself.",
    *SYMBOLS,
    last=True,
)
def neighbouring_sheet(case: Case) -> Iterator[Try]:
    """One operand from the sheet of the iteration before or after."""
    sheets = {shown.iteration: shown for shown in case.group.book.iterations if not shown.forward}
    for name, step in product(case.rule.needs, (-1, 1)):
        others = [sheets.get(shown.iteration + step) for shown in case.group.sheets]
        there = all(other and name in other.places and len(other.images) == len(case.group.sheets[0].images) for other in others)
        if there and name in case.group.stored:
            numbers = np.stack([case.group.book.numbers(other, name) for other in others])
            operand = numbers if case.network.quantities[name].per_image else numbers[:, None]
            if np.isfinite(operand).all():
                yield case.changed(**{name: Uncertain.stored(operand, case.group.digits)}), {"which": name}


# ---- references that were copied ---------------------------------------------------------------------


@mistake(
    "reference-slid",
    "the reference to {which} slid along when the formula was copied",
    "Fix the reference with $ before copying.",
    *SYMBOLS,
    last=True,
)
def reference_slid(case: Case) -> Iterator[Try]:
    return _copied(case, stays=False)


@mistake(
    "reference-stayed",
    "the reference to {which} stayed behind when the formula was copied",
    "Take the $ away where the reference has to move.",
    *SYMBOLS,
    last=True,
)
def reference_stayed(case: Case) -> Iterator[Try]:
    return _copied(case, stays=True)


def _copied(case: Case, stays: bool) -> Iterator[Try]:
    """A formula copied from its first cell along images, rows or columns with one reference relative, or fixed by $."""
    if case.rule in case.network.next_rules or case.rule.result.name in case.group.copied:
        return
    for spots in _spots(case):
        references = _References(case, spots)
        axes = [axis for axis, size in enumerate(references.result.shape) if size > 1]
        for along in [(axis,) for axis in axes] + [tuple(axes)] * (len(axes) > 1):
            for name in case.rule.needs:
                value = references.copied(name, along, stays)
                if value is not None:
                    yield value, {"which": name}


def _spots(case: Case) -> Iterator[list[Spots]]:
    """Sheet and place of result and operands, for every sheet; η is looked for on the sheet and on sheet Settings."""
    names = (case.rule.result.name, *case.rule.needs)
    settings = {"eta": (SETTINGS, Place(Cell(2, 2)))} if case.group.book.workbook.find(SETTINGS) else {}
    for places in ({}, settings) if "eta" in names else ({},):
        found = [{**shown.places, **places} for shown in case.group.sheets]
        if all(name in spots for spots in found for name in names):
            yield [{name: spots[name] for name in names} for spots in found]


def first_references(rule: Rule, spots: Spots, network, index: tuple[int, ...]) -> dict[str, Cell]:
    """The first cell of each operand to which the formula of one cell refers."""
    operands = []
    for need in rule.needs:
        q = network.quantities[need]
        operands.append(Placed.at(spots[need][1], sheet=need, per_image=q.per_image))
    found: dict[str, Cell] = {}
    _collect(rule.cell(*operands, *index), found)
    return found


def _collect(part, found: dict[str, Cell]) -> None:
    if isinstance(part, Operand):
        found.setdefault(part.sheet, part.place.origin)
    elif isinstance(part, Calculation):
        for inner in part.inputs:
            _collect(inner, found)
    elif isinstance(part, Total):
        _collect(part.of, found)


@dataclass(frozen=True)
class _References:
    """Where the formulas of a quantity refer to, and what they see when one reference points elsewhere."""

    case: Case
    spots: list[Spots]

    @property
    def result(self) -> Place:
        return self.spots[0][self.case.rule.result.name][1]

    @property
    def one_image(self) -> bool:
        return self.case.rule.result.per_image

    @cached_property
    def right(self) -> dict[tuple[int, ...], dict[str, Cell]]:
        """The first cell to which each cell's formula (of the first image) refers, for each operand."""
        rule, network = self.case.rule, self.case.network
        front = (0,) if self.one_image else ()
        return {
            index: first_references(rule, self.spots[0], network, (*front, *index)) for index in np.ndindex(*rule.result.shape)
        }

    def copied(self, name: str, along: tuple[int, ...], stays: bool) -> Uncertain | None:
        """The rule with one operand read where a reference copied along these axes points; None where that is right."""
        if any(name not in found for found in self.right.values()):
            return None
        moves = {index: self.moves(name, index, along, stays) for index in self.right}
        if not any(move.any() for move in moves.values()):
            return None
        per_image = self.case.network.quantities[name].per_image
        rows, columns = self.spots[0][name][1].grid()
        grids = [self.case.group.book.grid(spots[name][0]) for spots in self.spots]

        def others(index: tuple[int, ...]) -> dict[str, Uncertain]:
            move = moves[index].reshape(-1, 2, *(1,) * (rows.ndim - (per_image and self.one_image)))
            blocks = np.stack([read_at(grid, rows + move[:, 0], columns + move[:, 1]) for grid in grids])
            whole = per_image and not self.one_image  # all images at once, moved together
            return {name: Uncertain.stored(blocks[:, 0] if whole else blocks, self.case.group.digits)}

        operands = {need: self.case.numbers[need] for need in self.case.rule.needs}
        return apply(self.case.rule, operands, self.case.network, others)

    def moves(self, name: str, index: tuple[int, ...], along: tuple[int, ...], stays: bool) -> np.ndarray:
        """How far the wrong reference lies from the right one, (images or 1, 2) in rows and columns."""
        front = int(self.one_image)
        start = tuple(0 if axis + front in along else number for axis, number in enumerate(index))
        images = np.arange(self.case.wrong.shape[1] if self.one_image and 0 in along else 1)[:, None]
        zero = (0,) * front
        slid = np.subtract(self.result.cell(*zero, *index), self.result.cell(*zero, *start))
        step, own = np.array(self.result.steps[0] if front else (0, 0)), np.array((0, 0))
        if front and self.case.network.quantities[name].per_image:
            own = np.array(self.spots[0][name][1].steps[0])
        off = np.subtract(self.right[start][name], self.right[index][name]) - images * own
        return off if stays else off + slid + images * step
