"""The catalogue of mistakes: what a wrong number on a hand-built sheet may have come from.

An entry is a rule that is wrong in a known way. Its `tries` yield what the wrong rule would give for every
cell; it is named where one of them reproduces all wrong cells of a quantity, and these tell enough: a try that fits
because nearly everything would (rounded numbers, a 0 or 1 where only 0 and 1 can stand) is no cause.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from xlnn.checking.mistakes import backward, forward, general, references, update
from xlnn.checking.mistakes.case import Case, Cause, Mistake, Try
from xlnn.model.quantities import Quantity

TELLING = 3  # decades that must speak for a mistake, and for each of many tries as many more as they are


ZEROS = ("zero", "bias-gradient-left-out")  # of which a 0 is the mistake itself


BEHIND = 2  # decades more for one in what is not on the sheet: there are so many


@cache
def catalogue() -> tuple[Mistake, ...]:
    """All entries, in the order of calculation, and then those of any quantity."""
    modules = forward, backward, update, references, general
    return tuple(entry for module in modules for entry in vars(module).values() if isinstance(entry, Mistake))


def causes(case: Case, names: Collection[str] | None = None) -> list[tuple[Cause, ...]]:
    """For each sheet every mistake that reproduces all its wrong cells; they cannot be told apart on these numbers.

    `names`: only these entries are tried.
    """
    found: list[list[Cause]] = [[] for _ in range(len(case.wrong))]
    for entries in (_own(case, first=True), _own(case), _behind(case), _own(case, last=True)):
        open_ = [not part for part in found]
        if not any(open_):
            break
        for entry, tries in entries:
            if names is None or entry.name in names:
                _add(found, open_, _fitting(case, entry, tries))
    return [_likeliest(part) for part in found]


def _own(case: Case, first: bool = False, last: bool = False) -> Iterator[tuple[Mistake, Iterable[Try]]]:
    """The entries for a rule itself."""
    fitting = (entry for entry in catalogue() if (entry.first, entry.last) == (first, last) and case.kind in entry.kinds)
    return ((entry, entry.tries(case)) for entry in fitting)


def _likeliest(found: Sequence[Cause]) -> tuple[Cause, ...]:
    """Of several causes those that reproduce the right cells too, where there are such."""
    return tuple(cause for cause in found if cause.whole) or tuple(found)


def _add(found: list[list[Cause]], open_: Sequence[bool], fitting: Sequence[Cause | None]) -> None:
    """Notes a cause for the open sheets that it explains, each entry once."""
    for causes_, wanted, cause in zip(found, open_, fitting, strict=True):
        if wanted and cause is not None and all(other.name != cause.name for other in causes_):
            causes_.append(cause)


def _fitting(case: Case, entry: Mistake, tries: Iterable[Try]) -> list[Cause | None]:
    """The entry with the fields of the first try that fits, for each sheet; None where none does."""
    inner = tuple(range(1, case.wrong.ndim))
    kept = {"image": (1,), "unit": (2,)}.get(entry.per, ())
    over = tuple(axis for axis in inner if axis not in kept)
    wrong = case.wrong.any(axis=over).reshape(len(case.wrong), -1)  # (sheets, parts)
    chosen, whole = np.full(wrong.shape, -1), np.zeros(wrong.shape, dtype=bool)
    coarse = (case.coarse | ~case.wrong).all(axis=over).reshape(wrong.shape) & (entry.name not in ZEROS)
    fields: list[Mapping] = []
    for value, about in tries:
        here = case.fits(value)
        fits, all_ = ((part.all(axis=over)).reshape(wrong.shape) for part in (here | ~case.wrong, here))
        fields.append(about)
        needed = TELLING + np.log10(len(fields)) + BEHIND * ("behind" in about)
        told = case.tells(value).sum(axis=over).reshape(wrong.shape) >= needed
        new = (chosen < 0) & fits & wrong & told & (all_ | ~coarse)
        chosen, whole = np.where(new, len(fields) - 1, chosen), np.where(new, all_, whole)
        if not (wrong & (chosen < 0)).any():
            break
    explained = np.asarray((~wrong | (chosen >= 0)).all(axis=1) & wrong.any(axis=1))
    quantities = case.network.quantities
    first, everything = wrong.argmax(axis=1), np.asarray((whole | ~wrong).all(axis=1))
    return [
        Cause(entry, _of_sheet(fields[chosen[s, first[s]]], s, quantities), bool(everything[s])) if explained[s] else None
        for s in range(len(wrong))
    ]


def _of_sheet(fields: Mapping, sheet: int, quantities: Mapping[str, Quantity]) -> Mapping:
    """Fields that differ from sheet to sheet come as arrays; a quantity's name becomes the quantity."""
    here = {name: value[sheet] if isinstance(value, np.ndarray) else value for name, value in fields.items()}
    return {name: quantities.get(value, value) if isinstance(value, str) else value for name, value in here.items()}


def _behind(case: Case, depth: int = 4) -> Iterator[tuple[Mistake, Iterable[Try]]]:
    """Mistakes in operands that are not on the sheet: the wrong rule's numbers, carried on to the cells that are."""
    taken_over = case.rule in case.network.next_rules  # its operand is on the sheet before
    for name in () if taken_over else case.numbers.missing(case.rule):
        rule = case.numbers.rule(name)
        value = case.numbers[name]
        inner = replace(case, rule=rule, wrong=np.ones(value.value.shape, dtype=bool), expected=value)
        for entry in catalogue():
            certain = not entry.first and not entry.last and entry.per == "all" and not entry.name.startswith("another-")
            if certain and rule.result.kind in entry.kinds:
                yield _named(entry, inner), _carried(case, name, entry.tries(inner))
        if depth:
            for entry, tries in _behind(inner, depth - 1):
                yield entry, _carried(case, name, tries)


def _named(entry: Mistake, case: Case) -> Mistake:
    """New weights of the output in a Σwδ that is not shown: the output layer was updated before δ was computed."""
    if entry.name != "new-weights" or case.after is not case.network.output:
        return entry
    return next(other for other in catalogue() if other.name == "output-updated-first")


def _carried(case: Case, name: str, tries: Iterable[Try]) -> Iterator[Try]:
    """What becomes of a wrong operand in the rule that needs it."""
    for value, fields in tries:
        numbers = case.numbers.with_changed(name, value)
        yield numbers.apply(case.rule), {**fields, "behind": name}
