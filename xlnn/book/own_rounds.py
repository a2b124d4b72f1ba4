"""Iterations that go on by epochs: a block or a sheet for each epoch, with an update after each example in it.

An epoch is one thing that is repeated, as an iteration is elsewhere; its quantities are those of its iterations, w2@1, w2@2 …
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from xlnn.book.own_names import SheetNames
from xlnn.book.own_sheets import ALL_KEPT, OwnSheets
from xlnn.book.own_trust import Trust
from xlnn.book.whereabouts import Lying, OwnIterations, Where, within
from xlnn.errors import UsageError
from xlnn.model.problem import Problem
from xlnn.model.training import Step
from xlnn.xlsx.copying import Copy
from xlnn.xlsx.workbook import Workbook


def by_epochs(own: OwnIterations) -> OwnIterations:
    """The epochs as iterations; η is one and the same for all that an epoch has."""
    mine = range(1, own.round + 1)
    names = [name for name in own.first if name != "eta"]
    shown: dict[int, Where] = {}
    for epoch in range(1, len(own.shown) // own.round + 1):
        each = {i: own.shown[(epoch - 1) * own.round + i] for i in mine}
        eta = {"eta": each[1]["eta"]} if "eta" in each[1] else {}
        shown[epoch] = {**{within(name, i): each[i][name] for i in mine for name in names}, **eta}
    return replace(
        own,
        shown=shown,
        steps={within(name, i): step for i in mine for name, step in own.steps.items()},
        factors={within(name, i): factor for i in mine for name, factor in own.factors.items()},
        beyond={},
        images={},
        tables={},
        epoch=1,
        round=1,
    )


@dataclass(frozen=True)
class _Epoch:
    """The numbers of an epoch's iterations, as a Step has those of one."""

    iteration: int
    numbers: Mapping[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.numbers[name]


@dataclass(frozen=True)
class EpochNames:
    """As SheetNames, by iteration."""

    names: SheetNames
    own: OwnIterations

    def main(self, iteration: int) -> str:
        """The sheet of an iteration."""
        return self.names.main((iteration - 1) // self.own.round + 1)

    def where(self, name: str, iteration: int) -> Lying:
        """Where a quantity stands in the result."""
        epoch, i = divmod(iteration - 1, self.own.round)
        return self.names.where(name if name == "eta" else within(name, i + 1), epoch + 1)


@dataclass
class OwnRounds:
    """As OwnSheets, of epochs: what is trained of the last one, if it is not whole, is not shown."""

    sheets: OwnSheets  # of the epochs
    own: OwnIterations  # of the iterations
    _waiting: dict[str, np.ndarray] = field(default_factory=dict)

    def write(self, step: Step) -> None:
        """An epoch is written with its last iteration."""
        epoch, i = divmod(step.iteration - 1, self.own.round)
        self._waiting |= {within(name, i + 1): np.array(step[name], dtype=float) for name in self.own.first}
        if i + 1 == self.own.round:
            self.sheets.write(_Epoch(epoch + 1, self._waiting | {"eta": np.array(step["eta"], dtype=float)}))
            self._waiting = {}

    @property
    def written(self) -> list[int]:
        return [(epoch - 1) * self.own.round + i for epoch in self.sheets.written for i in range(1, self.own.round + 1)]

    @cached_property
    def names(self) -> EpochNames:
        return EpochNames(self.sheets.names, self.own)

    @property
    def formulas(self) -> bool:
        return self.sheets.formulas

    @property
    def copy(self) -> Copy:
        return self.sheets.copy

    @property
    def trust(self) -> Trust:
        return self.sheets.trust

    @property
    def stale(self) -> bool:
        return self.sheets.stale

    @property
    def judged(self) -> tuple[str, ...]:
        return self.sheets.judged or (tuple(self.sheets.order()) if self.formulas else ())

    @property
    def others(self) -> list[str]:
        return self.sheets.others

    def order(self) -> list[str]:
        return self.sheets.order()

    def close(self) -> None:
        self.sheets.close()

    def defined(self, sheet: str | None, said: str) -> Iterator[tuple[str | None, str]]:
        return self.sheets.defined(sheet, said)


def own_sheets(
    book: Workbook, problem: Problem, own: OwnIterations, formulas: bool, file, kept: frozenset[int]
) -> OwnSheets | OwnRounds:
    """The result's own sheets, to be written to `file`."""
    copy = Copy(book.package, file)
    if own.round == 1:
        return OwnSheets(book, problem, own, formulas, copy, kept)
    if kept != frozenset(range(1, len(kept) + 1)):
        raise UsageError(ALL_KEPT)
    whole = frozenset(range(1, len(kept) // own.round + 1))
    return OwnRounds(OwnSheets(book, problem, by_epochs(own), formulas, copy, whole), own)
