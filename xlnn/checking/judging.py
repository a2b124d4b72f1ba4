"""Checks hand-built sheets: which rule fails, in which cells, and what mistake explains it.

>>> import xlnn
>>> xlnn.check("mine.xlsx")              # doctest: +SKIP
>>> xlnn.mark(["anna.xlsx", "ben.xlsx"]) # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlnn.book.iterations import Book, book_of, computed, missing
from xlnn.book.overwritten import overwritten_in
from xlnn.book.understood import graph_of
from xlnn.checking.beside import MOST, formulas_beside, formulas_in, formulas_instead
from xlnn.checking.conventions import OTHER_RATES, other_rates, others
from xlnn.checking.explain import SAMPLED, explained_faults, fault_of, only, told_apart
from xlnn.checking.formulas import Judged, cells_text
from xlnn.checking.looked_at import further
from xlnn.checking.mistakes.case import Cause
from xlnn.checking.mistakes.references import NUMBER_ALONE, NUMBER_FOR_FORMULA
from xlnn.checking.numbers import CLASSES, Group, groups, wrong_cells
from xlnn.checking.trajectory import trajectory
from xlnn.checking.uncertain import Precision, Uncertain, common_decimals, recognised
from xlnn.checking.verdict import ALONE, MARKED, Fault, Verdict, cells_of, first_cell
from xlnn.errors import ContentError, UsageError, XlnnError
from xlnn.layout.labels import symbols
from xlnn.lessons.catalogue import lesson_in
from xlnn.model.rules import Rule
from xlnn.words import say
from xlnn.xlsx.cell_table import code
from xlnn.xlsx.workbook import Workbook

if TYPE_CHECKING:
    import pandas as pd


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


def mark(paths: Sequence[str | Path], *, digits: int | None = None, language: str | None = None, **settings) -> pd.DataFrame:
    """Several workbooks, one row each: first mistake, its cell, share of right cells; errors as text, in English by default;
    the exit code that `xlnn check` has for each alone: 0, 1 where something is wrong, else the error's."""
    import pandas as pd

    rows = [_mark(Path(path), digits, language or "en", settings) for path in paths]
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
            from xlnn.checking.lessons import judge_lesson

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
        verdict = _under_some_convention(_judged_with_overwritten(book, digits), digits, settings)
        return verdict if against is None else replace(verdict, trajectory=trajectory(book, against, digits, settings))


def _judged_with_overwritten(book: Book, digits: int | None) -> Verdict:
    """The verdict; where something is wrong, with what the formulas say of numbers that stand over formulas."""
    verdict = _judged(book, digits)
    if verdict.right or not 0 < formulas_in(book.workbook) <= MOST:
        return verdict
    with suppress(XlnnError):  # formulas that are too many, or too deep: the rules have judged
        book.overwritten = overwritten_in(graph_of(book.workbook))
    return _judged(book, digits) if book.overwritten.used else verdict


def _under_some_convention(verdict: Verdict, digits: int | None, settings: Mapping) -> Verdict:
    """The verdict, or that under another convention with which nothing is wrong any more."""
    for words, book in others(verdict.book, lambda name: settings.get(name) is not None) if verdict.mistaken else ():
        other = _judged(book, digits)
        if not other.mistaken:
            return replace(other, convention=words)
    rates = other_rates(verdict.book, verdict.mistaken, settings.get("eta") is not None)
    return replace(verdict, faults=(), convention=OTHER_RATES, rates=rates) if rates else verdict


def _judged(book: Book, digits: int | None) -> Verdict:
    """Every rule of what is shown, on every sheet."""
    numbers = _calculated(book)
    precision = recognised(numbers) if digits is None else digits
    book.decimals = common_decimals(numbers) if precision == Precision() else None
    found = tuple(groups(book, precision))
    faults, follow, cells = list[Fault](), 0, 0
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
    faults = [_with_numbers_alone(book, fault) for fault in faults]
    faults = told_apart(_once(sorted(faults, key=lambda fault: order[fault.shown.name])))
    return Verdict(book, found, tuple(faults), cells, precision, follow, tuple(missing(book)), tuple(further(book)))


def _with_numbers_alone(book: Book, fault: Fault) -> Fault:
    """A fault that no mistake explains with the cause that its cells hold no formulas, where most others on the sheet do."""
    if fault.causes or fault.empty or np.isnan(fault.found[fault.cells[0]]):
        return fault
    cells = [(sheet, code(*cell)) for sheet, cell in cells_of(fault)]
    formulas = {sheet: book.workbook.formulas(sheet).codes for sheet, _ in cells}
    alone = all(len(formulas[sheet]) > fault.wrong.sum() and where not in formulas[sheet] for sheet, where in cells)
    return replace(fault, causes=(Cause(NUMBER_ALONE, {}),)) if alone else fault


def _once(faults: Iterable[Fault]) -> list[Fault]:
    """Without the faults of numbers that stand over formulas in cells that were named already: as the parameters of the iteration
    before, say."""
    found, named = list[Fault](), set[tuple]()
    for fault in faults:
        if any(cause.mistake is NUMBER_FOR_FORMULA for cause in fault.causes):
            cells = set(cells_of(fault))
            if cells <= named:
                continue
            named |= cells
        found.append(fault)
    return found


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
    typed = wrong & ~unread & group.typed_over(name)
    if (mended := group.book.overwritten.mended) and (wrong & ~typed).any():  # right again with the formulas of cells before it
        wrong &= typed | wrong_cells(group.known(name, mended), expected, group.digits, exact)
    if group.overwritten_anywhere and (wrong & ~typed).any():  # or by way of other cells
        wrong &= typed | wrong_cells(found, group.as_meant.expected(rule), group.digits, exact)
    wrong &= ~typed
    follows = unread & ~group.blank[name] & group.follows(rule) if unread.any() else unread
    told = _typed(group, rule, typed, expected), _told(group, rule, wrong & ~unread, unread & ~follows, expected)
    return int(follows.sum()), chain(*told)


def _typed(group: Group, rule: Rule, typed: np.ndarray, expected: Uncertain) -> Iterator[Fault]:
    """Faults of cells in which a number stands in place of the formula that their like have."""
    for s in np.flatnonzero(typed.reshape(len(typed), -1).any(axis=1)).tolist():
        fault = fault_of(group, s, rule, typed, expected, ())
        sheet, cell = first_cell(fault)
        text = group.book.overwritten.formulas[sheet, code(*cell)]
        yield replace(fault, causes=(Cause(NUMBER_FOR_FORMULA, {"formula": text}),))


def _told(group: Group, rule: Rule, wrong: np.ndarray, unread: np.ndarray, expected: Uncertain) -> Iterator[Fault]:
    """Faults of cells that hold a wrong number, and of those that hold nothing, or something else."""
    for s in np.flatnonzero(unread.reshape(len(unread), -1).any(axis=1)).tolist():
        blank = group.blank[rule.result.name]
        for mask, empty in ((unread & blank, True), (unread & ~blank, False)):
            if mask[s].any():
                yield replace(fault_of(group, s, rule, mask, expected, ()), empty=empty)
    positions = np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=1)).tolist()
    if positions:
        yield from explained_faults(only(group, positions), rule, wrong[positions])


def _otherwise_right(group: Group, rule: Rule, found: np.ndarray, exact: bool) -> np.ndarray:
    """∂C_T/∂w may be Σδa as well where ∂C/∂w of the single images are shown."""
    other = group.problem.network.rule_of.get(rule.result.name)
    if other is None or other is rule or rule.result.kind not in ("dCT_dw", "dCT_db"):
        return np.zeros(found.shape, dtype=bool)
    return ~wrong_cells(found, group.numbers.apply(other), group.digits, exact)


def _mark(path: Path, digits: int | None, language: str, settings: dict) -> tuple:
    try:
        return path.name, *_row(path, digits, settings)
    except XlnnError as error:
        before = say("{where}: {text}", language, where=path.name, text="")
        return path.name, False, *[None] * 3, *[""] * 6, error.brief(language).removeprefix(before), error.exit_code


def _row(path: Path, digits: int | None, settings: dict) -> tuple:
    """What MARKED has behind the workbook's name. Raises as `judge`."""
    try:
        verdict = judge(path, digits=digits, **settings)
    except ContentError as error:
        alone = None if settings.get("places") else formulas_instead(path, error)
        if alone is None:
            raise
        return *_counted(alone), "", ALONE, *[""] * 4, int(not alone.right)
    first = verdict.mistaken[0] if verdict.mistaken else None
    sheet, cell = first_cell(first) if first else ("", None)
    named = ", ".join(cause.name for cause in first.causes) if first else ""
    everywhere = [q for q in verdict.judged if q not in verdict.partly_found]
    looked = [", ".join(symbols(part)) for part in (everywhere, verdict.missing)]
    where = f"{sheet}!{cell.name}" if cell else ""
    counts = verdict.right, verdict.share, verdict.wrong, verdict.empty
    formulas = formulas_beside(verdict) if verdict.right else None
    if formulas and formulas.wrong:  # the rules find nothing there
        where = cells_text(formulas.graph, formulas.mistaken[0].cells)
        counts = False, max(0.0, verdict.share - formulas.wrong / verdict.cells), formulas.wrong, verdict.empty
    told = ", ".join(verdict.not_looked_at), verdict.told_convention()
    return *counts, where, named, *looked, *told, "", int(not counts[0])


def _counted(alone: Judged) -> tuple:
    """Right, share, wrong and empty of a workbook of which the formulas alone tell, and the first wrong cell."""
    where = cells_text(alone.graph, alone.mistaken[0].cells) if alone.mistaken else ""
    return alone.right, max(0.0, 1 - alone.wrong / max(alone.formulas, 1)), alone.wrong, 0, where
