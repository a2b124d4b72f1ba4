"""Mistakes that any quantity can have: references that slid or stayed behind, the neighbouring sheet, factors, rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from xlnn.book.names import SETTINGS
from xlnn.checking.mistakes.backward import as_typed
from xlnn.checking.mistakes.case import Case, Mistake, Try, read_at
from xlnn.checking.numbers import apply, wrong_cells
from xlnn.checking.uncertain import Uncertain
from xlnn.layout.cells import Cell
from xlnn.layout.formulas import Calculation, Operand, Placed, Total
from xlnn.layout.places import Place
from xlnn.model.quantities import SYMBOLS
from xlnn.model.rules import Rule

Spots = Mapping[str, tuple[str, Place]]  # sheet and place of a rule's operands and result


# ---- references -------------------------------------------------------------------------------------


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


def _copied(stays: bool) -> Callable:
    """A formula copied from its first cell along images, rows or columns with one reference relative, or fixed by $."""

    def tries(case: Case) -> Iterator[Try]:
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

    return tries


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


# ---- a formula that is none any more ----------------------------------------------------------------


def _overwritten(case: Case) -> Iterator[Try]:
    """The rule with an operand as it should be, where the sheet shows another: one that came after the calculation."""
    for name in case.rule.needs:
        if name in case.group.stored and name in case.network.rule_of and case.rule not in case.network.next_rules:
            right = case.numbers.apply(case.numbers.rule(name))
            if wrong_cells(case.group.raw[name], right, case.group.digits, case.group.exact(name)).any():
                yield case.changed(**{name: right}), {"which": name}


# ---- the neighbouring sheet -------------------------------------------------------------------------


def _old_parameters(case: Case) -> Iterator[Try]:
    """Parameters of an iteration: those that the iteration before used, or its own new ones."""
    name = case.rule.result.name
    if case.group.before:
        yield as_typed(case, case.group.before.numbers[name]), {}
    if "new_" + name in case.group.raw:
        yield as_typed(case, case.numbers["new_" + name]), {}


def _neighbouring(case: Case) -> Iterator[Try]:
    """One operand from the sheet of the iteration before or after."""
    sheets, named = {shown.name: shown for shown in case.group.book.iterations}, case.group.book.workbook.names.iterations
    for name, step in product(case.rule.needs, (-1, 1)):
        others = [sheets.get(named.get(shown.iteration + step, "")) for shown in case.group.sheets]
        there = all(other and name in other.places and len(other.images) == len(case.group.sheets[0].images) for other in others)
        if there and name in case.group.stored:
            numbers = np.stack([case.group.book.numbers(other, name) for other in others])
            operand = numbers if case.network.quantities[name].per_image else numbers[:, None]
            if np.isfinite(operand).all():
                yield case.changed(**{name: Uncertain.stored(operand, case.group.digits)}), {"which": name}


# ---- numbers ----------------------------------------------------------------------------------------


def _zeros(case: Case) -> Iterator[Try]:
    yield Uncertain(np.zeros(case.expected.value.shape), np.zeros(case.expected.value.shape)), {}


def _factor(case: Case) -> Iterator[Try]:
    """All wrong cells are the right numbers times one factor that people leave out or write twice.

    Some real factor fits any single cell: so only those that can be named.
    """
    images, eta = len(case.group.sheets[0].images), case.numbers["eta"].value.reshape(-1)
    ones = np.ones(len(eta))
    factors = {"2": 2 * ones, "1/2": ones / 2, "n": images * ones, "1/n": ones / images, "η": eta, "1/η": 1 / eta}
    for (name, factor), sign in product({"1": ones, **factors}.items(), (1, -1)):
        if name != "1" or sign < 0:
            outer = sign * factor.reshape(-1, *(1,) * (case.wrong.ndim - 1))
            value = Uncertain(outer * case.expected.value, np.abs(outer) * case.expected.doubt)
            shown = [f"{'−' * (sign < 0)}{name}" + (f" ({f * sign:.6g})" if name[-1] in "nη" else "") for f in factor]
            yield value, {"factor": np.array(shown * (len(case.wrong) // len(shown)))}


def _rounded(case: Case) -> Iterator[Try]:
    """Numbers typed with so many decimals, where the others have more."""
    if case.group.book.decimals is not None:
        return
    only_zeros = ~((case.found != 0) & case.wrong).any(axis=tuple(range(1, case.wrong.ndim)), keepdims=True)
    for digits in range(12, 0, -1):
        typed = np.round(case.found, digits)
        exact = (np.abs(typed - case.found) <= 1e-15 * np.abs(case.found)) & ~only_zeros
        near = np.abs(typed - case.expected.value) <= 0.51 * 10.0**-digits
        yield Uncertain(np.where(exact & near, typed, np.nan), case.expected.doubt), {"digits": digits}


ALL = tuple(SYMBOLS)


ENTRIES = (
    Mistake(
        "operand-overwritten",
        "these numbers follow from {which} as it should be, not as it stands there",
        "Mend {which}, where a number stands in place of its formula, and let the sheet calculate.",
        ALL,
        _overwritten,
        first=True,
    ),
    Mistake(
        "iteration-one-off",
        "the parameters are not the new ones of the iteration before",
        "Iteration n + 1 uses the new parameters of iteration n.",
        ("w", "b"),
        _old_parameters,
    ),
    Mistake(
        "neighbouring-sheet",
        "{which} is taken from a neighbouring sheet",
        "Refer to the sheet of the iteration itself.",
        ALL,
        _neighbouring,
        last=True,
    ),
    Mistake(
        "reference-slid",
        "the reference to {which} slid along when the formula was copied",
        "Fix the reference with $ before copying.",
        ALL,
        _copied(stays=False),
        last=True,
    ),
    Mistake(
        "reference-stayed",
        "the reference to {which} stayed behind when the formula was copied",
        "Take the $ away where the reference has to move.",
        ALL,
        _copied(stays=True),
        last=True,
    ),
    Mistake(
        "zero", "the cells hold 0", "Enter the formula: {equation}.", ALL, _zeros, last=True
    ),
    Mistake(
        "times-a-factor",
        "the numbers are {factor} times what they should be",
        "Enter the formula as it is: {equation}.",
        ALL,
        _factor,
        last=True,
    ),
    Mistake(
        "rounded",
        "the numbers are rounded to {digits} decimals",
        "Keep all digits and only show fewer of them; or check with --digits {digits}.",
        ALL,
        _rounded,
        last=True,
    ),
)  # fmt: skip
