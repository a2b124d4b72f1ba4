"""Which known mistakes explain the wrong cells, all together or part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from xlnn.checking.mistakes.case import Case, Cause
from xlnn.checking.mistakes.search import causes
from xlnn.checking.numbers import Group
from xlnn.checking.uncertain import Uncertain
from xlnn.checking.verdict import Fault
from xlnn.model.rules import Rule

SAMPLE, ROUNDS = 4, 3  # so many sheets go through the whole catalogue at a time, so many times


SAMPLED = 4000  # so many numbers tell how they are stored


SPLITS = 8  # so many images are looked at one by one where no mistake explains all of them


def only(group: Group, positions: Sequence[int]) -> Group:
    """Some of a group's sheets."""
    before = only(group.before, positions) if group.before else None
    return replace(group, sheets=tuple(group.sheets[p] for p in positions), before=before)


def explained_faults(group: Group, rule: Rule, wrong: np.ndarray) -> Iterator[Fault]:
    """Faults with their causes: of the whole quantity, else unit by unit, else image by image.

    A few sheets go through the whole catalogue; on the others first what was found there is tried.
    """
    left, rounds = list(range(len(wrong))), ROUNDS
    while left:
        few, rest = (left[:SAMPLE], left[SAMPLE:]) if rounds else ([], left)
        names: set[str] = set()
        for fault in _looked_through(only(group, few), rule, wrong[few]) if few else ():
            names |= {cause.name for cause in fault.causes}
            yield fault
        part, masks = (only(group, rest), wrong[rest]) if rest else (group, wrong[:0])
        found = causes(Case(part, rule, part.numbers, masks, part.expected(rule)), names) if rest and names else [()] * len(rest)
        for s, known in enumerate(found):
            if known or not rounds:
                yield fault_of(part, s, rule, masks, part.expected(rule), known)
        left = [position for position, known in zip(rest, found, strict=True) if not known] if rounds else []
        rounds -= 1


def _looked_through(group: Group, rule: Rule, wrong: np.ndarray) -> Iterator[Fault]:
    expected = group.expected(rule)
    explained = causes(Case(group, rule, group.numbers, wrong, expected))
    for s, found in enumerate(explained):
        if found:
            yield fault_of(group, s, rule, wrong, expected, found)
    left = [s for s, found in enumerate(explained) if not found]
    if left:
        yield from _in_parts(only(group, left), rule, wrong[left])


def _in_parts(group: Group, rule: Rule, wrong: np.ndarray) -> Iterator[Fault]:
    """Several mistakes in one quantity: each unit, or each of a few images, by itself."""
    expected = group.expected(rule)
    open_ = list(range(len(wrong)))
    for axis in ((2,) if rule.result.shape else ()) + ((1,) if rule.result.per_image else ()):
        parts = np.flatnonzero(wrong.any(axis=tuple(a for a in range(wrong.ndim) if a != axis))).tolist()
        if len(parts) < 2 or (axis == 1 and len(parts) > SPLITS):
            continue
        masks = [wrong & _slab(wrong.shape, axis, part) for part in parts]
        found = [causes(Case(group, rule, group.numbers, mask, expected)) for mask in masks]
        for s in list(open_):
            if all(causes_[s] or not mask[s].any() for mask, causes_ in zip(masks, found, strict=True)):
                open_.remove(s)
                yield from (fault_of(group, s, rule, m, expected, c[s]) for m, c in zip(masks, found, strict=True) if m[s].any())
    for s in open_:
        yield fault_of(group, s, rule, wrong, expected, ())


def _slab(shape: tuple[int, ...], axis: int, part: int) -> np.ndarray:
    index = np.arange(shape[axis]).reshape([-1 if a == axis else 1 for a in range(len(shape))])
    return np.broadcast_to(index == part, shape)


def fault_of(group: Group, s: int, rule: Rule, wrong: np.ndarray, expected: Uncertain, found: tuple[Cause, ...]) -> Fault:
    """One sheet's fault; arrays without the sheets, and without the images where there are none."""
    cut = (lambda a: a[s]) if rule.result.per_image else (lambda a: a[s, 0])
    stored = group.raw[rule.result.name]
    whole = np.broadcast_to(expected.value, stored.shape)
    return Fault(group.sheets[s], rule, cut(wrong), cut(stored), cut(whole), found)


def told_apart(faults: list[Fault]) -> list[Fault]:
    """η left out for the biases only, or for all parameters: the weights of the sheet tell."""
    weights = [fault for fault in faults if fault.rule.result.kind == "new_w"]
    everywhere = {fault.shown.name for fault in weights if any(cause.name == "eta-left-out" for cause in fault.causes)}
    found = []
    for fault in faults:
        other = "biases-without-eta" if fault.shown.name in everywhere else "eta-left-out"
        kept = tuple(c for c in fault.causes if c.name != other)
        found.append(replace(fault, causes=kept) if fault.rule.result.kind == "new_b" and kept else fault)
    return found
