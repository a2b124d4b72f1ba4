"""Judges the numbers on sheets: each cell against its rule, applied to the sheet's own numbers.

Sheets that show the same quantities at the same places are judged together, (sheets, images, …) at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from xlnn.book.iterations import Book, Shown
from xlnn.book.names import SETTINGS
from xlnn.book.origin import origin_of
from xlnn.checking.uncertain import UNKNOWN, Digits, Uncertain, precision_of, stored_doubt
from xlnn.model.network import Network
from xlnn.model.problem import Problem
from xlnn.model.rules import Layer, Rule

CLASSES = ("number", "digit", "answer", "prediction", "right")  # whole numbers of these are exact


KNOWN = 1e-3  # the doubt of a number, however large, compared with it


GIVEN = ("x", "t")  # read, or copied from where they are read
MOST_COST = 20.0  # exp(C) tells how small an output may be; beyond that LN(a + 1E-10) is near its end


class Numbers(Mapping):
    """Quantities by name: as stored on the sheets, else as given, else computed by their rules.

    `gaps` marks cells of stored quantities that count for what they should hold, as if they were not shown.
    """

    def __init__(
        self,
        network: Network,
        stored: Mapping[str, Uncertain],
        given: Mapping[str, Uncertain],
        gaps: Mapping[str, np.ndarray] | None = None,
    ):
        self.network, self.stored, self.given, self.gaps = network, stored, given, gaps or {}
        self._computed: dict[str, Uncertain] = {}

    def rule(self, name: str) -> Rule:
        """The rule of a quantity: ∂C_T/∂w is the sum of the single images' gradients where those are shown."""
        summed = self.network.summed.get(name)
        return summed if summed and summed.needs[0] in self.stored else self.network.rule_of[name]

    def __getitem__(self, name: str) -> Uncertain:
        if name not in self._computed:
            self._computed[name] = self._number(name)
        return self._computed[name]

    def _number(self, name: str) -> Uncertain:
        stored = self.stored.get(name)
        if stored is not None and name not in self.gaps:
            return stored
        other = self.given[name] if name in self.given else self.apply(self.rule(name))
        if stored is None:
            return other
        choose = lambda mine, theirs: np.asarray(np.where(self.gaps[name], theirs, mine))
        return Uncertain(choose(stored.value, other.value), choose(stored.doubt, other.doubt))

    def apply(self, rule: Rule, **changed: Uncertain) -> Uncertain:
        """A rule on these numbers, or on `changed` ones."""
        operands = {need: changed[need] if need in changed else self[need] for need in rule.needs}
        value = apply(rule, operands, self.network)
        layers = self.network.layers if rule.result.kind == "back" else ()
        pooling = next((layer for layer in layers if layer.kind == "max pooling" and layer.output in rule.needs), None)
        shown = pooling is not None and pooling.output in self.stored
        return self._undecided(value, pooling, operands["back" + pooling.label]) if shown else value

    def _undecided(self, value: Uncertain, pooling: Layer, back: Uncertain) -> Uncertain:
        """Σwδ before pooling; where the maximum on the sheet is none, nobody can tell whether a cell is "the largest"."""
        stored, right = self[pooling.output], self.apply(self.network.rule_of[pooling.output])
        off = np.abs(stored.value - right.value) > stored.doubt + right.doubt
        spread = lambda a: np.repeat(np.repeat(a, pooling.size[0], axis=-2), pooling.size[1], axis=-1)
        either = np.abs(spread(back.value)) + spread(back.doubt)
        return Uncertain(value.value, np.where(spread(off), either, value.doubt))

    def missing(self, rule: Rule) -> list[str]:
        """The operands of a rule that had to be computed."""
        known = {*self.stored, *self.given}
        return [need for need in rule.needs if need not in known and need in self.network.rule_of]

    def with_changed(self, name: str, value: Uncertain) -> Numbers:
        """The same numbers with another value for one that had to be computed, and what follows from it."""
        other = Numbers(self.network, self.stored, {**self.given, name: value}, self.gaps)
        kept = {n: v for n, v in self._computed.items() if n != name and n in self.network.rule_of}
        other._computed = {n: v for n, v in kept.items() if name not in self._behind(n)}
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
    digits: Digits = None
    before: Group | None = field(default=None, repr=False)  # the sheets before these, one for each

    @property
    def problem(self) -> Problem:
        return self.book.problem

    @cached_property
    def raw(self) -> dict[str, np.ndarray]:
        """What is stored, (sheets, images or 1, *shape), nan where a cell holds no number."""
        quantities, found = self.problem.network.quantities, {}
        for name in self.sheets[0].places:
            arrays = np.stack([self.book.numbers(shown, name) for shown in self.sheets])
            found[name] = arrays if quantities[name].per_image else arrays[:, None]
        return found

    @cached_property
    def blank(self) -> dict[str, np.ndarray]:
        """Which cells hold nothing at all, of the quantities of which some hold no number."""
        quantities, found = self.problem.network.quantities, {}
        for name in self.unread:
            masks = np.stack([self.book.blank(shown, name) for shown in self.sheets])
            found[name] = masks if quantities[name].per_image else masks[:, None]
        return found

    @cached_property
    def unread(self) -> dict[str, np.ndarray]:
        """Which cells hold no number, of the quantities that have such."""
        return {name: np.isnan(array) for name, array in self.raw.items() if np.isnan(array).any()}

    @cached_property
    def overwritten(self) -> dict[str, np.ndarray]:
        """Where numbers stand over formulas, or were changed since, what was calculated with, nan elsewhere; by quantity."""
        used = self.book.overwritten.used
        found = {name: self.known(name, used) for name in self.raw} if used else {}
        return {name: array for name, array in found.items() if not np.isnan(array).all()}

    @property
    def overwritten_anywhere(self) -> bool:
        return bool(self.book.overwritten.formulas)

    @cached_property
    def as_meant(self) -> Group:
        """The same sheets with what overwritten cells should hold."""
        overwritten = self.book.overwritten
        book = replace(self.book, overwritten=replace(overwritten, used={**overwritten.used, **overwritten.right}))
        return replace(self, book=book, before=self.before and replace(self.before, book=book))

    def typed_over(self, name: str) -> np.ndarray:
        """Which cells hold a number in place of the formula that their like have."""
        if name not in self.overwritten:
            return np.zeros(self.raw[name].shape, bool)
        return ~np.isnan(self.known(name, dict.fromkeys(self.book.overwritten.formulas, 0.0)))

    def known(self, name: str, numbers: Mapping) -> np.ndarray:
        """Numbers that are known of some cells as `raw` has those that are stored, nan elsewhere."""
        arrays = np.stack([self.book.other_numbers(shown, name, numbers) for shown in self.sheets])
        return arrays if self.problem.network.quantities[name].per_image else arrays[:, None]

    @cached_property
    def stored(self) -> dict[str, Uncertain]:
        """Quantities of which at least one cell holds a number; the others are computed."""
        return {name: self._stored(name) for name, a in self.raw.items() if not np.isnan(a).all()}

    def _stored(self, name: str) -> Uncertain:
        typed, held = self.overwritten.get(name), self.raw[name]
        held = held if typed is None else np.where(np.isnan(typed), held, typed)
        return Uncertain.stored(held, self.digits, exact=self.exact(name))

    def exact(self, name: str) -> bool:
        """Whether whole numbers of a quantity are exact.

        Where numbers are rounded, one may be whole by chance: so those of targets that were read are not, and those of
        images only where no others are among them.
        """
        kind, network = self.problem.network.quantities[name].kind, self.problem.network
        if kind not in GIVEN or precision_of(self.digits).decimals is None:
            return kind in CLASSES + GIVEN
        if kind == "t":
            return network.classes is not None
        arrays = [np.nan_to_num(array) for array in (self.raw.get(name), self.problem.x) if array is not None]
        return all((array == np.round(array)).all() for array in arrays)

    @cached_property
    def given(self) -> dict[str, Uncertain]:
        """What the workbook gives apart from these sheets: images, answers, η, first parameters, or those of the sheet before."""
        problem = self.problem
        per_sheet = [problem.given(shown.images) | ({} if shown.eta is None else {"eta": shown.eta}) for shown in self.sheets]
        found = {}
        for name in per_sheet[0]:
            q = problem.network.quantities[name]
            if name == "t" and problem.network.classes is not None:
                continue
            arrays = np.stack([np.asarray(given[name], dtype=float) for given in per_sheet])
            digits = self.digits if name in GIVEN else None  # η and the classes are typed, not calculated
            found[name] = Uncertain.stored(arrays if q.per_image else arrays[:, None], digits, exact=self.exact(name))
        for q in problem.network.parameters:
            if self.before:
                found[q.name] = self.before.numbers["new_" + q.name]
            else:
                whole = np.broadcast_to(problem.parameters[q.name], (len(self.sheets), 1, *q.shape))
                found[q.name] = Uncertain.stored(whole, self.digits)
        return found

    @cached_property
    def numbers(self) -> Numbers:
        """What each number should follow from: where a cell holds none, what it should hold."""
        gaps = {name: mask & np.isnan(self.overwritten.get(name, np.nan)) for name, mask in self.unread.items()}
        return Numbers(self.problem.network, self.stored, self.given, gaps)

    def follows(self, rule: Rule) -> np.ndarray:
        """Where a result cannot be told because a cell that it follows from holds an error or a text."""
        if not any((mask & ~self.blank[name]).any() for name, mask in self.unread.items()):
            return np.zeros(self.raw[rule.result.name].shape, dtype=bool)
        return np.broadcast_to(~(self._unreadable.apply(rule).doubt < UNKNOWN), self.raw[rule.result.name].shape)

    @cached_property
    def _unreadable(self) -> Numbers:
        """The numbers with those cells that hold something else than a number unreadable."""
        return Numbers(self.problem.network, {n: self._stored(n) for n in self.raw}, self.given, self.blank)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of what is shown, in the order of calculation; first what is copied from elsewhere."""
        network, shown = self.problem.network, self.raw
        copied = [copy_rule(network.quantities[n], "as on sheet Data") for n in self.copied]
        following = [rule for rule in network.next_rules if self.before and rule.result.name in shown]
        own = (self.numbers.rule(r.result.name) for r in network.rules if r.result.name in shown)
        return (*copied, *following, *in_order(own))

    @cached_property
    def copied(self) -> list[str]:
        """Inputs that stand on the sheets as copies."""
        return [n for n in ("x", "t", "eta") if n in self.given and n in self.raw and self._elsewhere(n)]

    def _elsewhere(self, name: str) -> bool:
        """Whether an input is given on another sheet than these."""
        find, sources = self.book.workbook.find, origin_of(self.problem).sources
        if name == "eta":
            return find(SETTINGS) is not None
        if name not in sources or any(shown.eta is not None for shown in self.sheets):  # several trainings have their own
            return False
        return all(find(sources[name][0]) != find(shown.places[name][0]) for shown in self.sheets)

    def expected(self, rule: Rule) -> Uncertain:
        """What a rule gives on these sheets' own numbers."""
        name = rule.result.name
        if name in self.copied:
            return self.given[name]
        if self.before and rule in self.problem.network.next_rules:
            return self.before.numbers["new_" + name]
        return self._as_typed(rule, self.numbers.apply(rule))

    def _as_typed(self, rule: Rule, expected: Uncertain) -> Uncertain:
        """An output as uncertain as e is where the sheet has 2.718 for it: 2.718^z is exp(z ln 2.718).

        A cost where LN(a + 1E-10) stands for ln a: a is no less than exp(−C), nor is 1 − a.
        """
        known = self.book.understood
        if known is None:
            return expected
        if known.e != math.e and rule.result.kind == "a":
            shorter = {name: self.numbers[name].map(lambda z: z * math.log(known.e)) for name in rule.needs}
            return Uncertain(expected.value, expected.doubt + np.abs(self.numbers.apply(rule, **shorter).value - expected.value))
        if known.tiny and rule.result.kind in ("C", "CT"):
            outputs = self.problem.network.output.shape[0] * (self.problem.images if rule.result.kind == "CT" else 1)
            doubt = 2 * outputs * known.tiny * np.exp(np.clip(expected.value, 0, MOST_COST))
            return Uncertain(expected.value, expected.doubt + doubt)
        return expected


def copy_rule(q, equation: str) -> Rule:
    """A number that is copied from where it is given."""
    return Rule(q, (q.name,), equation, "", lambda given: given, lambda given, *index: given[index])


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Each rule behind those whose results it needs: updating the output first, its new weights come before Σwδ."""
    left = {rule.result.name: rule for rule in rules}
    found: list[Rule] = []

    def add(name: str) -> None:
        rule = left.pop(name, None)
        if rule is not None:
            for need in rule.needs:
                add(need)
            found.append(rule)

    for name in list(left):
        add(name)
    return found


def wrong_cells(found: np.ndarray, expected: Uncertain, digits: Digits, exact: bool = False) -> np.ndarray:
    """Which cells lie farther from what is expected than stored precision allows, or hold no number."""
    doubt = np.zeros_like(found) if exact else stored_doubt(np.nan_to_num(found), digits)
    with np.errstate(all="ignore"):
        off = np.abs(found - expected.value) > expected.doubt + doubt
        size = np.where(np.isfinite(expected.value), np.abs(expected.value), 0.0)
        known = (expected.doubt < UNKNOWN) | (expected.doubt < KNOWN * size)  # else it cannot be told
    return np.where(np.isnan(found), True, off & known)


def groups(book: Book, digits: Digits = None) -> list[Group]:
    """The workbook's iterations, those together that look alike."""
    by_key: dict[tuple, list[Shown]] = {}
    for shown in book.iterations:
        by_key.setdefault((*_look(book, shown), bool(shown.before)), []).append(shown)
    follow = book.problem.network.answered  # else no parameter follows from one before
    by_name = {shown.name: shown for shown in book.iterations if follow}
    found = []
    for alike in by_key.values():
        before = [by_name.get(shown.before) for shown in alike]
        found += _linked(book, alike, before, digits)
    return sorted(found, key=lambda group: group.sheets[0].iteration)


def _look(book: Book, shown: Shown) -> tuple:
    """What two sheets must have in common to be judged together."""
    filled = tuple(name for name in shown.places if np.isfinite(book.numbers(shown, name)).any())
    return len(shown.images), filled, tuple((name, place) for name, (_, place) in shown.places.items())


def _linked(book: Book, alike: Sequence[Shown], before: Sequence[Shown | None], digits: Digits) -> list[Group]:
    """Sheets with those before them; the sheets before must look alike too."""
    parts: dict[tuple, list[int]] = {}
    for position, other in enumerate(before):
        parts.setdefault(_look(book, other) if other else (), []).append(position)
    found = []
    for look, positions in parts.items():
        link = Group(book, tuple(before[p] for p in positions), digits) if look else None
        found.append(Group(book, tuple(alike[p] for p in positions), digits, link))
    return found


Others = Callable[[tuple[int, ...]], Mapping[str, Uncertain]]


def apply(rule: Rule, operands: Mapping[str, Uncertain], network: Network, others: Others | None = None) -> Uncertain:
    """The rule's result, (sheets, images or 1, *shape), from operands by name.

    `others` gives, for each cell of the result by its index, operands that stand in place of these.
    """
    q = rule.result

    def seen(need: str, operand: Uncertain) -> Uncertain:
        """What `cell` sees: with one image at a time an image axis of length 1, else the images as an axis."""
        if not network.quantities[need].per_image:
            return operand
        return operand.map(lambda a: a[:, :, None] if q.per_image else a[:, None])

    usual = [seen(need, operands[need]) for need in rule.needs]
    sheets = max(part.value.shape[0] for part in usual)
    images = max(operands[need].value.shape[1] for need in rule.needs) if q.per_image else 1
    value, doubt = np.empty((sheets, images, *q.shape)), np.empty((sheets, images, *q.shape))
    with np.errstate(all="ignore"):
        for index in np.ndindex(*q.shape):
            used = usual
            if others:
                changed = others(index)
                used = [seen(n, changed[n]) if n in changed else part for n, part in zip(rule.needs, usual, strict=True)]
            cell = rule.cell(*used, *((0, *index) if q.per_image else index))
            at = (slice(None), slice(None), *index)
            value[at], doubt[at] = (cell.value, cell.doubt) if isinstance(cell, Uncertain) else (cell, 0.0)
    return Uncertain(value, doubt)
