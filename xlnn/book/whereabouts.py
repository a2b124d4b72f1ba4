"""Where the quantities of iterations lie on a person's own sheets: on sheets of their own, or beside each other on one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from xlnn.layout import listed
from xlnn.layout.cells import Cell
from xlnn.layout.listed import Listed
from xlnn.layout.places import Move, Place

Lying = tuple[str, Place]  # a sheet, the first one of a list of cells on several, and where on it
Where = Mapping[str, Lying]  # by quantity


GIVEN = ("number", "x", "digit", "t", "eta")  # what is no iteration's own


class Shown(Protocol):
    """The numbers of an iteration by quantity, as a Step has them."""

    @property
    def iteration(self) -> int: ...

    def __getitem__(self, name: str) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class OwnIterations:
    """What a workbook shows, by the iteration's number. `sheets` are those of its first iteration that every iteration has
    for itself; where iterations lie beside each other, `steps` says by quantity how far further the next one has it.

    `beyond`: new parameters that stand where the next iteration has its parameters. `factors` are what the sheet's numbers are
    of a quantity's own, as −1 for δ = t − a. `images` are the positions of an iteration's images, where it has not all.
    `offset`: the number in the sheets' names less the iteration's. `regular`: how they go on can be said.
    `others` are other trainings of the same network; `rate` is the η of this one, where the formulas tell it. `linked`:
    each iteration has the new parameters of the one before. `rates`: by iteration its own η, where the sheet calculates it.
    """

    shown: Mapping[int, Where]
    sheets: tuple[str, ...] = ()
    steps: Mapping[str, Move] = field(default_factory=dict)
    beyond: Mapping[int, Where] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    images: Mapping[int, np.ndarray] = field(default_factory=dict)
    offset: int = 0
    regular: bool = True
    tables: Mapping[str, Move] = field(default_factory=dict)  # inputs in a table of all examples: the step from one to the next
    epoch: int = 1  # iterations until each example was used
    others: tuple[OwnIterations, ...] = ()
    rate: float | None = None
    linked: bool = True
    rates: Mapping[int, float] = field(default_factory=dict)
    round: int = 1  # iterations that go on together, as those of an epoch: `steps` and `sheets` are then from one to the next,
    inside: Mapping[str, Move] = field(default_factory=dict)  # and these the steps from one iteration to the next in it

    @property
    def first(self) -> Where:
        return self.shown[min(self.shown)]

    @property
    def last(self) -> int:
        """The last iteration that is shown."""
        return max(self.shown)

    @cached_property
    def beside(self) -> dict[str, Move]:
        """The sheets on which iterations lie beside each other, each with the step to the next."""
        return {sheet: self.steps[name] for name in self.steps for sheet in sheets_of(self.first[name])}

    @cached_property
    def apart(self) -> frozenset[str]:
        """Where iterations lie beside each other, the sheets of what each has on a sheet besides, as --add-missing writes it."""
        on = {**self.steps, **self.inside}
        names = [name for name in self.first if name not in on] if on else []
        found = {name: {sheets_of(where[name]) for where in self.shown.values() if name in where} for name in names}
        return frozenset(sheet for sheets in found.values() if len(sheets) > 1 for several in sheets for sheet in several)

    @property
    def without_apart(self) -> OwnIterations:
        """The same without what lies on those sheets."""
        shown = {
            n: {name: lying for name, lying in where.items() if not self.apart.intersection(sheets_of(lying))}
            for n, where in self.shown.items()
        }
        sheets = tuple(sheet for sheet in self.sheets if sheet not in self.apart)
        return replace(self, shown=shown, sheets=sheets) if self.apart else self

    def lies(self, name: str, number: int) -> Lying:
        """Where a quantity lies in an iteration that is shown, or would be behind the last."""
        if name in self.tables:
            return moved(self.first[name], self.tables[name], (number - 1) % self.epoch)
        at = min(number, self.last)
        where = self.shown.get(at, self.first)[name]
        return moved(where, self.steps[name], number - at) if name in self.steps else where

    def template(self, number: int) -> int:
        """The shown iteration that one is made like: itself, or the last before it."""
        return max((n for n in self.shown if n <= number), default=min(self.shown))

    def like(self, number: int) -> int:
        """The shown iteration that has the same images, where the iterations take them in turns; else its template."""
        if not self.images or number in self.shown:
            return self.template(number)
        return min((number - 1) % self.epoch + 1, self.last)

    def sheet(self, first: str, number: int) -> str:
        """What a sheet of the first iteration is in another one that is shown."""
        return self._sheets[number].get(first, first)

    @cached_property
    def _sheets(self) -> dict[int, dict[str, str]]:
        return {
            number: {
                mine: theirs
                for name in self.first
                if name not in GIVEN and name in shown
                for mine, theirs in zip(sheets_of(self.first[name]), sheets_of(shown[name]), strict=True)
            }
            for number, shown in self.shown.items()
        }

    def with_eta(self, eta: Mapping[int, Lying | None]) -> OwnIterations:
        """With the cells of η, by iteration."""
        shown = {n: {**where, "eta": lying} if (lying := eta[n]) else where for n, where in self.shown.items()}
        return replace(self, shown=shown)

    def as_shown(self, name: str, numbers: np.ndarray) -> np.ndarray:
        """A quantity's own numbers as the sheets show them."""
        return np.ravel(numbers).astype(float, copy=False) * self.factors.get(name, 1.0)


def names_of(own: OwnIterations, before: int = 0, taken: Collection[str] = ()) -> dict[int, str]:
    """By iteration the sheet of its own quantities; of one of several on it also which, numbered on where it is `taken`."""
    sheets = {n: next((where[0] for name, where in shown.items() if name not in GIVEN), "") for n, shown in own.shown.items()}
    several = len(set(sheets.values())) < len(sheets)
    if not several and not set(sheets.values()) & set(taken):
        return sheets
    names = {n: f"{sheet} ({n})" for n, sheet in sheets.items()}
    return {n: f"{sheet} ({before + n})" for n, sheet in sheets.items()} if set(names.values()) & set(taken) else names


def examples_apart(where: Where, steps: Mapping[str, Move]) -> dict[str, Move]:
    """The inputs that lie, where each iteration has another example, in a table and not with what is calculated of them."""
    return {name: step for name, step in steps.items() if name in GIVEN and _is_apart(name, where, steps)}


def _is_apart(given: str, where: Where, steps: Mapping[str, Move]) -> bool:
    rows, columns = steps[given]
    along, size = (0, abs(rows)) if rows else (1, abs(columns))
    names = [name for name in steps if name not in GIVEN and not name.startswith("new_")]
    others = [cell[along] for name in names for on, cell in cells_of(where[name]) if on == where[given][0]]
    mine = [cell[along] for _, cell in cells_of(where[given])]
    if not others or (min(others) <= min(mine) and max(mine) <= max(others)):
        return not others
    return max(*others, *mine) - min(*others, *mine) >= size


def within(name: str, iteration: int) -> str:
    """The name of a quantity that is one of several iterations' in an epoch."""
    return f"{name}@{iteration}"


def plain(name: str) -> str:
    """A quantity's own name."""
    return name.partition("@")[0]


def cells_of(where: Lying) -> list[tuple[str, Cell]]:
    """Sheet and cell of every number, in the order of its array."""
    return list(listed.spots(*where))


def sheets_of(where: Lying) -> tuple[str, ...]:
    """The sheets on which a quantity lies, in their order."""
    return tuple(listed.sheets_of(*where))


def moved(where: Lying, step: Move, times: int = 1) -> Lying:
    """So many steps further."""
    return where[0], where[1].moved(step[0] * times, step[1] * times)


def renamed(where: Lying, name: Callable[[str], str]) -> Lying:
    """The same on sheets of other names."""
    sheet, place = where
    if isinstance(place, Listed):
        place = replace(place, sheets=tuple(map(name, place.sheets)))
    return name(sheet), place


def step_between(one: Lying, other: Lying) -> Move | None:
    """How far the other lies from the one on the same sheets; None where not all of it lies as far."""
    if sheets_of(one) != sheets_of(other):
        return None
    moves = _moves(one, other)
    return next(iter(moves)) if len(moves) == 1 else None


def is_like(one: Lying, other: Lying) -> bool:
    """Whether the other lies in the same cells, of whatever sheets."""
    return len(sheets_of(one)) == len(sheets_of(other)) and _moves(one, other) == {(0, 0)}


def _moves(one: Lying, other: Lying) -> set[Move]:
    pairs: Sequence = list(zip(cells_of(one), cells_of(other), strict=False))
    return {(b.row - a.row, b.column - a.column) for (_, a), (_, b) in pairs}
