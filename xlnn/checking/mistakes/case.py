"""One wrong quantity on one or more sheets, a mistake that is tried on it, and what mistakes are made with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlnn.checking.numbers import Group, Numbers, wrong_cells
from xlnn.checking.uncertain import UNKNOWN, Precision, Uncertain, precision_of, stored_doubt
from xlnn.model.network import Network
from xlnn.model.rules import Layer, Rule


def turned(values: np.ndarray) -> np.ndarray:
    """The last two axes read column by column and written row by row: the shape stays."""
    return np.swapaxes(values, -1, -2).reshape(values.shape)


def constant(like: Uncertain, number: float) -> Uncertain:
    return Uncertain(np.full(like.value.shape, float(number)), np.zeros(like.value.shape))


def times(operand: Uncertain, factor: float) -> Uncertain:
    return Uncertain(operand.value * factor, operand.doubt * abs(factor))


def per_image(case: Case) -> Uncertain:
    """The numbers of single images whose sum the rule takes, divided as the sum is."""
    parts = case.numbers["C" if case.kind == "CT" else case.rule.result.name.replace("dCT", "dC")]
    return times(parts, 1 / parts.value.shape[1]) if case.network.total == "mean" else parts


def read_at(grid: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The numbers in these cells (counted from 1), 0 beyond what the sheet holds."""
    inside = (rows >= 1) & (rows <= grid.shape[0]) & (columns >= 1) & (columns <= grid.shape[1])
    found = np.zeros(rows.shape)
    found[inside] = grid[rows[inside] - 1, columns[inside] - 1]
    return found


def as_typed(case: Case, copied: Uncertain) -> Uncertain:
    """Numbers as a cell shows them that holds a copy: the same to the last digit."""
    decimals, significant = precision_of(case.group.digits)
    value = copied.value if decimals is None else np.round(copied.value, decimals)
    return Uncertain(value, stored_doubt(value, Precision(None, significant)))


Try = tuple[Uncertain, Mapping]  # what the wrong rule gives, and the fields of the entry's words


@dataclass(frozen=True)
class Case:
    """A rule that fails on sheets: `wrong` and `expected` are (sheets, images or 1, *shape)."""

    group: Group
    rule: Rule
    numbers: Numbers
    wrong: np.ndarray
    expected: Uncertain

    @property
    def network(self) -> Network:
        return self.group.problem.network

    @property
    def kind(self) -> str:
        return self.rule.result.kind

    @property
    def found(self) -> np.ndarray:
        return self.group.raw[self.rule.result.name]

    @property
    def shown(self) -> bool:
        """Whether the result stands on the sheets; an operand that is not shown has a case too."""
        return self.rule.result.name in self.group.raw

    @cached_property
    def layer(self) -> Layer:
        """The layer of the result; of a cost the output layer."""
        return next((layer for layer in self.network.layers if layer.label == self.rule.result.layer), self.network.output)

    @property
    def before(self) -> Layer:
        return self.network.layers[self.network.layers.index(self.layer) - 1]

    @property
    def after(self) -> Layer:
        return self.network.layers[self.network.layers.index(self.layer) + 1]

    def operand(self, *kinds: str) -> str:
        """The name of the operand of one of these kinds, "" where the rule has none."""
        quantities = self.network.quantities
        return next((need for need in self.rule.needs if quantities[need].kind in kinds), "")

    def changed(self, rule: Rule | None = None, /, **operands: Uncertain) -> Uncertain:
        """The rule with other operands."""
        return self.numbers.apply(rule or self.rule, **operands)

    def fits(self, value: Uncertain) -> np.ndarray:
        """Where a wrong rule's numbers are what stands in the cells."""
        exact = self.group.exact(self.rule.result.name)
        known = np.isfinite(value.value) & (value.doubt < UNKNOWN)
        return ~wrong_cells(self.found, value, self.group.digits, exact) & known

    def tells(self, value: Uncertain) -> np.ndarray:
        """How much each wrong cell speaks for numbers that fit it: in decades, how much closer they are than the right ones."""
        room = value.doubt + stored_doubt(np.nan_to_num(self.found), self.group.digits) + np.finfo(float).tiny
        gap = np.abs(np.nan_to_num(self.found) - self.expected.value)
        return np.where(self.wrong, np.log10(np.maximum(gap / room, 1.0)), 0.0)

    @property
    def coarse(self) -> np.ndarray:
        """Where a wrong cell's number is one of those that many a rule gives: 0, 1, −1."""
        return np.isin(self.found, (-1.0, 0.0, 1.0))


@dataclass(frozen=True)
class Mistake:
    """An entry of the catalogue; made by `mistake`."""

    name: str
    words: str
    correction: str
    kinds: tuple[str, ...]
    wrong: Callable[[Case], Uncertain | Iterable[Try] | None]
    per: str = "all"
    first: bool = False
    last: bool = False

    def tries(self, case: Case) -> Iterable[Try]:
        """What the wrong rule gives for every cell, once for each way in which it can be wrong."""
        given = self.wrong(case)
        if given is None:
            return ()
        return ((given, {}),) if isinstance(given, Uncertain) else given


def mistake(
    name: str, words: str, correction: str, *kinds: str, per: str = "all", first: bool = False, last: bool = False
) -> Callable[[Callable[[Case], Uncertain | Iterable[Try] | None]], Mistake]:
    """Makes a function an entry of the catalogue, tried on quantities of these kinds.

    The function gives what the wrong rule gives, None where it cannot be wrong so; or it yields tries, each with the
    fields of the `words`. `per` says for what a try must hold: all wrong cells, or those of one unit or image, another
    try for the next. `first`: nothing else is looked for where it fits; `last`: only where nothing else fits.
    """
    return lambda wrong: Mistake(name, words, correction, kinds, wrong, per, first, last)


@dataclass(frozen=True)
class Cause:
    """A mistake that explains wrong cells, with what was found out about it; `whole`: the right cells too."""

    mistake: Mistake
    fields: Mapping
    whole: bool = False

    @property
    def name(self) -> str:
        return self.mistake.name
