"""Checks hand-built sheets: which rule fails, in which cells, and what mistake explains it.

>>> import xlnn
>>> xlnn.check("mine.xlsx")              # doctest: +SKIP
>>> xlnn.mark(["anna.xlsx", "ben.xlsx"]) # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlnn.cells import Cell
from xlnn.errors import ContentError, UsageError, XlnnError
from xlnn.judging import Fault, Group, groups, wrong_cells
from xlnn.lessons import lesson_in
from xlnn.mistakes import Case, Cause, causes
from xlnn.rules import Rule
from xlnn.shown import Book, book_of
from xlnn.uncertain import Uncertain
from xlnn.words import say
from xlnn.workbook import NO_RESULT, Workbook

if TYPE_CHECKING:
    import pandas as pd

SAMPLE, ROUNDS = 4, 3  # so many sheets go through the whole catalogue at a time, so many times
SPLITS = 8  # so many images are looked at one by one where no mistake explains all of them


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a check found: `faults` in the order of calculation, sheet by sheet; cells judged, wrong and empty."""

    book: Book
    groups: tuple[Group, ...]
    faults: tuple[Fault, ...]
    cells: int  # that follow from others, filled or to be filled
    digits: int | None = None
    departures: tuple = ()  # of against.Departure: where the trajectory leaves another workbook's
    compared: str = ""  # the name of that workbook

    @property
    def right(self) -> bool:
        return not self.faults and not self.departures

    @property
    def wrong(self) -> int:
        """Cells that are wrong or empty."""
        return sum(int(fault.wrong.sum()) for fault in self.faults)

    @property
    def share(self) -> float:
        """Of right cells."""
        return max(0.0, (self.cells - self.wrong) / self.cells)

    @property
    def sheets(self) -> list[str]:
        return [shown.name for shown in self.book.iterations]

    @cached_property
    def empty(self) -> int:
        """Cells that are to be filled and hold nothing."""
        return sum(int(fault.wrong.sum()) for fault in self.faults if is_empty(self.book, fault))

    @property
    def mistaken(self) -> list[Fault]:
        """The faults that are not merely empty cells."""
        return [fault for fault in self.faults if not is_empty(self.book, fault)]

    def frame(self) -> pd.DataFrame:
        """The faults as a DataFrame, one row each."""
        import pandas as pd

        return pd.DataFrame([_row(self.book, fault) for fault in self.faults], columns=list(COLUMNS))


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
    return pd.DataFrame(rows, columns=["workbook", "right", "share", "wrong", "empty", "cell", "mistake", "error"])


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
    if lesson is not None:
        from xlnn.lesson_check import judge_lesson

        if against is not None:
            raise UsageError("these sheets show no training to compare with another one; use xlnn compare.")
        return _calculated(judge_lesson(workbook, lesson, digits, language))
    book = book_of(workbook, places=places, language=language, **settings)
    if not book.iterations:
        raise ContentError(
            "there is nothing to check: no computed quantity was found. "
            "Say in a sheet Places where z, a, C … lie, or keep to the addresses of `xlnn train`.",
            book.workbook.where(""),
        )
    found = tuple(groups(book, digits))
    faults = [fault for group in found for rule in group.rules for fault in _faults(group, rule)]
    cells = sum(group.raw[r.result.name].size for group in found for r in group.rules if r.result.name not in group.copied)
    order = {shown.name: position for position, shown in enumerate(book.iterations)}
    faults = _told_apart(sorted(faults, key=lambda fault: order[fault.shown.name]))
    verdict = _calculated(Verdict(book, found, tuple(faults), cells, digits))
    if against is None:
        return verdict
    from xlnn.against import departures

    return replace(verdict, departures=tuple(departures(book, against, digits, settings)), compared=Path(against).name)


def _calculated(verdict: Verdict) -> Verdict:
    """The same verdict. Raises ContentError where a cell is empty only because its formula has no stored result."""
    workbook = verdict.book.workbook
    for sheet, cell in map(first_cell, verdict.faults):
        if workbook.has_formula(sheet, cell):
            raise ContentError(NO_RESULT, workbook.where(sheet, cell))
    return verdict


def _faults(group: Group, rule: Rule) -> Iterator[Fault]:
    """What is wrong with one quantity on the sheets of a group."""
    name = rule.result.name
    found, expected = group.raw[name], group.expected(rule)
    exact = group.exact(name)
    wrong = wrong_cells(found, expected, group.digits, exact)
    if not wrong.any():
        return
    wrong &= ~_otherwise_right(group, rule, found, exact)
    unreadable = wrong & np.isnan(found)
    for s in np.flatnonzero(unreadable.reshape(len(found), -1).any(axis=1)).tolist():
        for mask in _blank_and_other(group, s, rule, unreadable):
            yield _fault(group, s, rule, mask, expected, ())
    wrong &= ~unreadable
    positions = np.flatnonzero(wrong.reshape(len(found), -1).any(axis=1)).tolist()
    if positions:
        yield from _explained(_only(group, positions), rule, wrong[positions])


def _blank_and_other(group: Group, s: int, rule: Rule, unreadable: np.ndarray) -> Iterator[np.ndarray]:
    """One sheet's cells that hold no number: those that hold nothing, and those that hold something else."""
    sheet, place = group.sheets[s].places[rule.result.name]
    blank = group.book.workbook.is_missing(sheet, place).reshape(unreadable.shape[1:])
    for kind in (blank, ~blank):
        mask = unreadable & kind
        if mask[s].any():
            yield mask


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


def is_empty(book: Book, fault: Fault) -> bool:
    """Whether the fault's cells hold nothing at all."""
    return book.found(*first_cell(fault)) is None


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
        return path.name, False, None, None, None, "", "", error.text().removeprefix(f"{path.name}: ")
    if not verdict.mistaken:
        return path.name, verdict.right, verdict.share, verdict.wrong, verdict.empty, "", "", ""
    first = verdict.mistaken[0]
    sheet, cell = first_cell(first)
    named = ", ".join(cause.name for cause in first.causes)
    return path.name, False, verdict.share, verdict.wrong, verdict.empty, f"{sheet}!{cell.name}", named, ""
