"""Judges the numbers on sheets: each cell against its rule, applied to the sheet's own numbers.

Sheets that show the same quantities at the same places are judged together, (sheets, images, …) at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from xlnn.applying import apply
from xlnn.network import Network
from xlnn.problem import Problem
from xlnn.rules import Rule
from xlnn.shown import Book, Shown
from xlnn.uncertain import UNREADABLE, Uncertain, stored_doubt

WHOLE = ("number", "digit", "x", "t", "answer", "prediction", "right")  # whole numbers of these are exact
BEFORE = "before "  # in front of a quantity's name: on the sheet of the iteration before


class Numbers(Mapping):
    """Quantities by name: as stored on the sheets, else as given, else computed by their rules."""

    def __init__(self, network: Network, stored: Mapping[str, Uncertain], given: Mapping[str, Uncertain]):
        self.network, self.stored, self.given = network, stored, given
        self._computed: dict[str, Uncertain] = {}

    def rule(self, name: str) -> Rule:
        """The rule of a quantity: ∂C_T/∂w is the sum of the single images' gradients where those are shown."""
        summed = self.network.summed.get(name)
        return summed if summed and summed.needs[0] in self.stored else self.network.rule_of[name]

    def __getitem__(self, name: str) -> Uncertain:
        found = self.stored.get(name)
        if found is None:
            found = self.given.get(name)
        if found is None:
            found = self._computed.get(name)
        if found is None:
            found = self._computed[name] = self.apply(self.rule(name))
        return found

    def apply(self, rule: Rule, **changed: Uncertain) -> Uncertain:
        """A rule on these numbers, or on `changed` ones."""
        return apply(rule, {need: changed[need] if need in changed else self[need] for need in rule.needs}, self.network)

    def missing(self, rule: Rule) -> list[str]:
        """The operands of a rule that had to be computed."""
        known = {*self.stored, *self.given}
        return [need for need in rule.needs if need not in known and need in self.network.rule_of]

    def with_changed(self, name: str, value: Uncertain) -> Numbers:
        """The same numbers with another value for one that had to be computed, and what follows from it."""
        other = Numbers(self.network, self.stored, {**self.given, name: value})
        other._computed = {n: v for n, v in self._computed.items() if name not in self._behind(n)}
        return other

    def _behind(self, name: str) -> set[str]:
        """What a computed quantity was computed from."""
        found, open_ = set(), [name]
        while open_:
            for need in self.rule(open_.pop()).needs:
                if need not in found:
                    found.add(need)
                    if need not in self.stored and need not in self.given and need in self.network.rule_of:
                        open_.append(need)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.network.quantities)

    def __len__(self) -> int:
        return len(self.network.quantities)


@dataclass(frozen=True)
class Group:
    """Sheets that show the same quantities at the same places for as many images, to be judged together."""

    book: Book
    sheets: tuple[Shown, ...]
    digits: int | None = None
    before: Group | None = field(default=None, repr=False)  # the sheets before these, one for each

    @property
    def problem(self) -> Problem:
        return self.book.problem

    @cached_property
    def raw(self) -> dict[str, np.ndarray]:
        """What is stored, (sheets, images or 1, *shape), nan where a cell holds no number."""
        found = {}
        for name in self.sheets[0].places:
            arrays = np.stack([self.book.numbers(shown, name) for shown in self.sheets])
            q = self.problem.network.quantities[name]
            if name in self.sheets[0].named or not np.isnan(arrays).all():
                found[name] = arrays if q.per_image else arrays[:, None]
        return found

    @cached_property
    def stored(self) -> dict[str, Uncertain]:
        """Quantities of which at least one cell is filled on every sheet; the others are computed."""
        inner = lambda a: tuple(range(1, a.ndim))
        filled = {n: a for n, a in self.raw.items() if not np.isnan(a).all(axis=inner(a)).any()}
        return {n: Uncertain.stored(a, self.digits, exact=self.exact(n)) for n, a in filled.items()}

    def exact(self, name: str) -> bool:
        return self.problem.network.quantities[name].kind in WHOLE

    @cached_property
    def given(self) -> dict[str, Uncertain]:
        """What the workbook gives apart from these sheets: images, answers, η, first parameters, or those of the sheet before."""
        problem = self.problem
        per_sheet = [problem.given(shown.images) for shown in self.sheets]
        found = {}
        for name in per_sheet[0]:
            q = problem.network.quantities[name]
            if name == "t" and problem.network.classes is not None:
                continue
            arrays = np.stack([np.asarray(given[name], dtype=float) for given in per_sheet])
            found[name] = Uncertain.stored(arrays if q.per_image else arrays[:, None], exact=self.exact(name))
        for q in problem.network.parameters:
            if self.before:
                found[q.name] = self.before.numbers["new_" + q.name]
            else:
                whole = np.broadcast_to(problem.parameters[q.name], (len(self.sheets), 1, *q.shape))
                found[q.name] = Uncertain.stored(whole, self.digits)
        return found

    @cached_property
    def numbers(self) -> Numbers:
        return Numbers(self.problem.network, self.stored, self.given)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of what is shown, in the order of calculation; first what is copied from elsewhere."""
        network, shown = self.problem.network, self.raw
        copied = [copy_rule(network.quantities[n], "as on sheet Data") for n in self.copied]
        following = [rule for rule in network.next_rules if self.before and rule.result.name in shown]
        return (*copied, *following, *(self.numbers.rule(r.result.name) for r in network.rules if r.result.name in shown))

    @cached_property
    def copied(self) -> list[str]:
        """Inputs that stand on the sheets as copies."""
        origin = self.problem.origin
        return [n for n in ("x", "t", "eta") if n in self.given and n in self.raw and self._elsewhere(n, origin)]

    def _elsewhere(self, name: str, origin) -> bool:
        """Whether an input is given on another sheet than these."""
        if name == "eta":
            return self.book.workbook.find("Settings") is not None
        if origin is None or name not in origin.sources:
            return False
        return all(origin.sources[name][0] != shown.places[name][0] for shown in self.sheets)

    def expected(self, rule: Rule) -> Uncertain:
        """What a rule gives on these sheets' own numbers."""
        name = rule.result.name
        if name in self.copied:
            return self.given[name]
        if self.before and rule in self.problem.network.next_rules:
            return self.before.numbers["new_" + name]
        return self.numbers.apply(rule)


def copy_rule(q, equation: str) -> Rule:
    """A number that is copied from where it is given."""
    return Rule(q, (q.name,), equation, "", lambda given: given, lambda given, *index: given[index])


def wrong_cells(found: np.ndarray, expected: Uncertain, digits: int | None, exact: bool = False) -> np.ndarray:
    """Which cells lie farther from what is expected than stored precision allows, or hold no number."""
    doubt = np.zeros_like(found) if exact else stored_doubt(np.nan_to_num(found), digits)
    with np.errstate(all="ignore"):
        off = np.abs(found - expected.value) > expected.doubt + doubt
        unknown = ~(expected.doubt < UNREADABLE / 1e10)  # an operand's cell holds no number: that one is to blame
    return np.where(np.isnan(found), ~unknown, off & ~unknown)


@dataclass(frozen=True, eq=False)
class Fault:
    """One rule that fails on one sheet: `wrong` marks the cells, (images, *shape) or (*shape)."""

    shown: Shown
    rule: Rule
    wrong: np.ndarray
    found: np.ndarray
    expected: np.ndarray
    causes: tuple = ()  # of mistakes.Cause: every mistake that reproduces all wrong cells

    @property
    def cells(self) -> list[tuple[int, ...]]:
        """Indexes of the wrong cells, in order."""
        return [tuple(index) for index in np.argwhere(self.wrong).tolist()]


def groups(book: Book, digits: int | None = None) -> list[Group]:
    """The workbook's iterations, those together that look alike."""
    by_key: dict[tuple, list[Shown]] = {}
    for shown in book.iterations:
        by_key.setdefault((*_look(book, shown), bool(shown.before)), []).append(shown)
    by_name = {shown.name: shown for shown in book.iterations}
    found = []
    for alike in by_key.values():
        before = [by_name.get(shown.before) for shown in alike]
        found += _linked(book, alike, before, digits)
    return sorted(found, key=lambda group: group.sheets[0].iteration)


def _look(book: Book, shown: Shown) -> tuple:
    """What two sheets must have in common to be judged together."""
    filled = tuple(name for name in shown.places if np.isfinite(book.numbers(shown, name)).any())
    return len(shown.images), filled, tuple(place for _, place in shown.places.values()), shown.named


def _linked(book: Book, alike: Sequence[Shown], before: Sequence[Shown | None], digits: int | None) -> list[Group]:
    """Sheets with those before them; the sheets before must look alike too."""
    parts: dict[tuple, list[int]] = {}
    for position, other in enumerate(before):
        parts.setdefault(_look(book, other) if other else (), []).append(position)
    found = []
    for look, positions in parts.items():
        link = Group(book, tuple(before[p] for p in positions), digits) if look else None
        found.append(Group(book, tuple(alike[p] for p in positions), digits, link))
    return found
