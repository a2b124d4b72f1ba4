"""Checks hand-built sheets: which rule fails, in which cells, and what mistake explains it.

>>> import xlnn
>>> xlnn.check("mine.xlsx")              # doctest: +SKIP
>>> xlnn.mark(["anna.xlsx", "ben.xlsx"]) # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlnn.against import Departure, Trajectory, trajectory
from xlnn.cells import Cell
from xlnn.conventions import others
from xlnn.errors import ContentError, UsageError, XlnnError
from xlnn.judging import CLASSES, Fault, Group, groups, wrong_cells
from xlnn.labels import symbols
from xlnn.lessons import lesson_in
from xlnn.mistakes import Case, Cause, causes
from xlnn.quantities import Quantity
from xlnn.rules import Rule
from xlnn.shown import Book, book_of, computed, missing
from xlnn.uncertain import Digits, Precision, Uncertain, common_decimals, recognised
from xlnn.words import say
from xlnn.workbook import Workbook

if TYPE_CHECKING:
    import pandas as pd

SAMPLE, ROUNDS = 4, 3  # so many sheets go through the whole catalogue at a time, so many times
SAMPLED = 4000  # so many numbers tell how they are stored
SPLITS = 8  # so many images are looked at one by one where no mistake explains all of them


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a check found: `faults` in the order of calculation, sheet by sheet.

    `cells` were judged: they follow from others, filled or to be filled. Each is right, `wrong` or `empty`; `follow` of
    the wrong ones hold errors that come from others. `missing` the network has, but it was not found.
    """

    book: Book
    groups: tuple[Group, ...]
    faults: tuple[Fault, ...]
    cells: int
    digits: Digits = None
    follow: int = 0
    missing: tuple[Quantity, ...] = ()
    convention: str = ""  # another than the book's, with which nothing is wrong
    trajectory: Trajectory | None = None  # beside another workbook's

    @property
    def right(self) -> bool:
        """Whether nothing that was judged is wrong."""
        return not self.faults and not self.departures

    @property
    def complete(self) -> bool:
        """Whether all that the network has was judged, on every sheet."""
        return not (self.missing or self.book.unseen or self.book.untrainable or self.convention)

    @property
    def departures(self) -> tuple[Departure, ...]:
        return self.trajectory.departures if self.trajectory else ()

    @cached_property
    def empty(self) -> int:
        """Cells that are to be filled and hold nothing."""
        return sum(int(fault.wrong.sum()) for fault in self.faults if fault.empty)

    @property
    def wrong(self) -> int:
        """Cells that are filled, and wrong."""
        return sum(int(fault.wrong.sum()) for fault in self.mistaken) + self.follow

    @property
    def share(self) -> float:
        """Of cells that are filled, and right."""
        return (self.cells - self.wrong - self.empty) / self.cells if self.cells else 0.0

    @property
    def sheets(self) -> list[str]:
        return [shown.name for shown in self.book.iterations]

    @property
    def judged(self) -> list[Quantity]:
        """What was found and judged, in the order of calculation."""
        rules = {rule.result.name: rule.result for group in self.groups for rule in group.rules}
        return list(rules.values())

    @property
    def mistaken(self) -> list[Fault]:
        """The faults that are not merely empty cells."""
        return [fault for fault in self.faults if not fault.empty]

    def frame(self) -> pd.DataFrame:
        """The faults as a DataFrame, one row each."""
        import pandas as pd

        return pd.DataFrame([_row(self.book, fault) for fault in self.faults], columns=list(COLUMNS))


MARKED = ("workbook", "right", "share", "wrong", "empty", "cell", "mistake", "judged", "missing", "unseen", "error")
COLUMNS = (
    "sheet", "quantity", "equation", "wrong", "of", "cell", "found", "expected", "mistakes", "explanation", "correction",
)  # fmt: skip


def check(
    path: str | Path,
    *,
    digits: int | None = None,
    places: str | Path | None = None,
    against: str | Path | None = None,
    **settings,
) -> pd.DataFrame:
    """The faults of a hand-built workbook, one row each in the order of calculation; empty where all is right.

    `digits`: decimal places to which its numbers are rounded. `places`: a workbook whose sheet Places says where
    the arrays lie. `against`: a workbook whose trajectory is compared too. Settings override, as for `xlnn.read`.
    """
    return judge(path, digits=digits, places=places, against=against, **settings).frame()


def mark(paths: Sequence[str | Path], *, digits: int | None = None, **settings) -> pd.DataFrame:
    """Several workbooks, one row each: first mistake, its cell, share of right cells; errors as text."""
    import pandas as pd

    rows = [_mark(Path(path), digits, settings) for path in paths]
    return pd.DataFrame(rows, columns=list(MARKED))


def judge(
    path: str | Path,
    *,
    digits: int | None = None,
    places: str | Path | None = None,
    against: str | Path | None = None,
    language: str | None = None,
    **settings,
) -> Verdict:
    """Checks a workbook. Raises as `xlnn.read`, and ContentError where it shows nothing that could be checked."""
    if digits is not None and not 0 <= digits <= 15:
        raise UsageError("the number of decimals must lie between 0 and 15, not {digits}.", digits=digits)
    workbook = Workbook(path)
    lesson = lesson_in(workbook) if places is None else None
    with np.errstate(all="ignore"):  # whatever numbers stand there, what comes of them is judged, not warned of
        if lesson is not None:
            from xlnn.lesson_check import judge_lesson

            if against is not None:
                raise UsageError("these sheets show no training to compare with another one; use xlnn compare.")
            return judge_lesson(workbook, lesson, digits, language)
        book = book_of(workbook, places=places, language=language, **settings)
        if not book.iterations:
            raise ContentError(
                "there is nothing to check: no computed quantity was found. "
                "Say in a sheet Places where z, a, C … lie, or keep to the addresses of `xlnn train`.",
                book.workbook.where(""),
            )
        verdict = _under_some_convention(_judged(book, digits), digits, settings)
        return verdict if against is None else replace(verdict, trajectory=trajectory(book, against, digits, settings))


def _under_some_convention(verdict: Verdict, digits: int | None, settings: Mapping) -> Verdict:
    """The verdict, or that under another convention with which nothing is wrong any more."""
    for words, book in others(verdict.book, lambda name: settings.get(name) is not None) if verdict.mistaken else ():
        other = _judged(book, digits)
        if not other.mistaken:
            return replace(other, convention=words)
    return verdict


def _judged(book: Book, digits: int | None) -> Verdict:
    """Every rule of what is shown, on every sheet."""
    numbers = _calculated(book)
    precision = recognised(numbers) if digits is None else digits
    book.decimals = common_decimals(numbers) if precision == Precision() else None
    found = tuple(groups(book, precision))
    faults, follow, cells = [], 0, 0
    for group in found:
        for rule in group.rules:
            follows, explained = _faults(group, rule)
            explained = list(explained)
            faults, follow = faults + explained, follow + follows
            if rule.result.name in group.copied:  # what is copied is not to be calculated: it counts where it is wrong
                cells += follows + sum(int(fault.wrong.sum()) for fault in explained)
            else:
                cells += group.raw[rule.result.name].size
    order = {shown.name: position for position, shown in enumerate(book.iterations)}
    faults = _told_apart(sorted(faults, key=lambda fault: order[fault.shown.name]))
    return Verdict(book, found, tuple(faults), cells, precision, follow, tuple(missing(book)))


def _calculated(book: Book) -> np.ndarray:
    """All numbers on the sheets that are results, in one row."""
    quantities = book.problem.network.quantities
    names = [(shown, n) for shown in book.iterations for n in computed(shown, book.problem) if quantities[n].kind not in CLASSES]
    found = [book.numbers(shown, name).ravel() for shown, name in names]
    whole = np.concatenate([*found, np.empty(0)])
    whole = whole[np.isfinite(whole)]
    return whole[:: max(1, len(whole) // SAMPLED)]


def _faults(group: Group, rule: Rule) -> tuple[int, Iterable[Fault]]:
    """What is wrong with one quantity on the sheets of a group; before it, how many errors follow from other cells."""
    name = rule.result.name
    found, expected = group.raw[name], group.expected(rule)
    exact = group.exact(name)
    wrong = wrong_cells(found, expected, group.digits, exact)
    if not wrong.any():
        return 0, ()
    wrong &= ~_otherwise_right(group, rule, found, exact)
    unread = wrong & np.isnan(found)
    follows = unread & ~group.blank[name] & group.follows(rule) if unread.any() else unread
    return int(follows.sum()), _told(group, rule, wrong & ~unread, unread & ~follows, expected)


def _told(group: Group, rule: Rule, wrong: np.ndarray, unread: np.ndarray, expected: Uncertain) -> Iterator[Fault]:
    """Faults of cells that hold a wrong number, and of those that hold nothing, or something else."""
    for s in np.flatnonzero(unread.reshape(len(unread), -1).any(axis=1)).tolist():
        blank = group.blank[rule.result.name]
        for mask, empty in ((unread & blank, True), (unread & ~blank, False)):
            if mask[s].any():
                yield replace(_fault(group, s, rule, mask, expected, ()), empty=empty)
    positions = np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=1)).tolist()
    if positions:
        yield from _explained(_only(group, positions), rule, wrong[positions])


def _otherwise_right(group: Group, rule: Rule, found: np.ndarray, exact: bool) -> np.ndarray:
    """∂C_T/∂w may be Σδa as well where ∂C/∂w of the single images are shown."""
    other = group.problem.network.rule_of.get(rule.result.name)
    if other is None or other is rule or rule.result.kind not in ("dCT_dw", "dCT_db"):
        return np.zeros(found.shape, dtype=bool)
    return ~wrong_cells(found, group.numbers.apply(other), group.digits, exact)


def _only(group: Group, positions: Sequence[int]) -> Group:
    """Some of a group's sheets."""
    before = _only(group.before, positions) if group.before else None
    return replace(group, sheets=tuple(group.sheets[p] for p in positions), before=before)


def _explained(group: Group, rule: Rule, wrong: np.ndarray) -> Iterator[Fault]:
    """Faults with their causes: of the whole quantity, else unit by unit, else image by image.

    A few sheets go through the whole catalogue; on the others first what was found there is tried.
    """
    left, rounds = list(range(len(wrong))), ROUNDS
    while left:
        few, rest = (left[:SAMPLE], left[SAMPLE:]) if rounds else ([], left)
        names: set[str] = set()
        for fault in _looked_through(_only(group, few), rule, wrong[few]) if few else ():
            names |= {cause.name for cause in fault.causes}
            yield fault
        part, masks = (_only(group, rest), wrong[rest]) if rest else (group, wrong[:0])
        found = causes(Case(part, rule, part.numbers, masks, part.expected(rule)), names) if rest and names else [()] * len(rest)
        for s, known in enumerate(found):
            if known or not rounds:
                yield _fault(part, s, rule, masks, part.expected(rule), known)
        left = [position for position, known in zip(rest, found, strict=True) if not known] if rounds else []
        rounds -= 1


def _looked_through(group: Group, rule: Rule, wrong: np.ndarray) -> Iterator[Fault]:
    expected = group.expected(rule)
    explained = causes(Case(group, rule, group.numbers, wrong, expected))
    for s, found in enumerate(explained):
        if found:
            yield _fault(group, s, rule, wrong, expected, found)
    left = [s for s, found in enumerate(explained) if not found]
    if left:
        yield from _in_parts(_only(group, left), rule, wrong[left])


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
                yield from (_fault(group, s, rule, m, expected, c[s]) for m, c in zip(masks, found, strict=True) if m[s].any())
    for s in open_:
        yield _fault(group, s, rule, wrong, expected, ())


def _slab(shape: tuple[int, ...], axis: int, part: int) -> np.ndarray:
    index = np.arange(shape[axis]).reshape([-1 if a == axis else 1 for a in range(len(shape))])
    return np.broadcast_to(index == part, shape)


def _fault(group: Group, s: int, rule: Rule, wrong: np.ndarray, expected: Uncertain, found: tuple[Cause, ...]) -> Fault:
    """One sheet's fault; arrays without the sheets, and without the images where there are none."""
    cut = (lambda a: a[s]) if rule.result.per_image else (lambda a: a[s, 0])
    stored = group.raw[rule.result.name]
    whole = np.broadcast_to(expected.value, stored.shape)
    return Fault(group.sheets[s], rule, cut(wrong), cut(stored), cut(whole), found)


def _told_apart(faults: list[Fault]) -> list[Fault]:
    """η left out for the biases only, or for all parameters: the weights of the sheet tell."""
    weights = [fault for fault in faults if fault.rule.result.kind == "new_w"]
    everywhere = {fault.shown.name for fault in weights if any(cause.name == "eta-left-out" for cause in fault.causes)}
    found = []
    for fault in faults:
        other = "biases-without-eta" if fault.shown.name in everywhere else "eta-left-out"
        kept = tuple(c for c in fault.causes if c.name != other)
        found.append(replace(fault, causes=kept) if fault.rule.result.kind == "new_b" and kept else fault)
    return found


# ---- what is shown ----------------------------------------------------------------------------------


def first_cell(fault: Fault) -> tuple[str, Cell]:
    """Sheet and cell of the first wrong number."""
    return fault.shown.cell(fault.rule.result.name, fault.cells[0])


def address(fault: Fault, index: tuple[int, ...]) -> str:
    return fault.shown.cell(fault.rule.result.name, index)[1].name


def _row(book: Book, fault: Fault) -> dict:
    sheet, cell = first_cell(fault)
    index = fault.cells[0]
    return {
        "sheet": sheet, "quantity": fault.rule.result.name, "equation": fault.rule.equation,
        "wrong": int(fault.wrong.sum()), "of": fault.wrong.size, "cell": cell.name,
        "found": book.found(sheet, cell), "expected": float(fault.expected[index]),
        "mistakes": ", ".join(cause.name for cause in fault.causes),
        "explanation": "; ".join(explanation(cause, fault) for cause in fault.causes),
        "correction": " ".join(dict.fromkeys(correction(cause, fault) for cause in fault.causes)),
    }  # fmt: skip


def explanation(cause: Cause, fault: Fault, language: str = "en") -> str:
    return say(cause.mistake.words, language, **_fields(cause, fault))


def correction(cause: Cause, fault: Fault, language: str = "en") -> str:
    return say(cause.mistake.correction, language, **_fields(cause, fault))


def _fields(cause: Cause, fault: Fault) -> dict:
    return {"equation": fault.rule.equation, **cause.fields}


def _mark(path: Path, digits: int | None, settings: dict) -> tuple:
    try:
        verdict = judge(path, digits=digits, **settings)
    except XlnnError as error:
        return path.name, False, *[None] * 3, *[""] * 5, error.text().removeprefix(f"{path.name}: ")
    first = verdict.mistaken[0] if verdict.mistaken else None
    sheet, cell = first_cell(first) if first else ("", None)
    named = ", ".join(cause.name for cause in first.causes) if first else ""
    looked = [", ".join(symbols(part)) for part in (verdict.judged, verdict.missing)]
    where = f"{sheet}!{cell.name}" if cell else ""
    counts = verdict.right, verdict.share, verdict.wrong, verdict.empty
    return path.name, *counts, where, named, *looked, ", ".join(verdict.book.unseen), ""
