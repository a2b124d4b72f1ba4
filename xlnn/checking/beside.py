"""When `check` looks at the formulas themselves: where nothing else is known of a workbook, and beside what is."""

from __future__ import annotations

from pathlib import Path

from xlnn.book.authors import recognise
from xlnn.book.iterations import is_somebody_elses
from xlnn.checking.formulas import Judged, judge_formulas
from xlnn.checking.verdict import Verdict
from xlnn.errors import ContentError, XlnnError
from xlnn.xlsx.workbook import Workbook

NOT_KNOWN = (
    "there is neither a sheet Settings",
    "this is nearly the authors' arrangement",
)  # errors with which reading ends then
NOT_CALCULATED = "expected numbers, found {count} formulas without a stored result"  # there are no numbers to be judged
MOST = 60_000  # formulas of a workbook of known arrangement; one with more was hardly built by hand


def formulas_instead(path: Path, error: ContentError) -> Judged | None:
    """What the formulas tell of a workbook whose arrangement is not known; None where it has none, or the fault is another."""
    workbook = Workbook(path)
    pending = error.message.startswith(NOT_CALCULATED) and _is_nobodys_arrangement(workbook)
    if not (pending or error.message.startswith(NOT_KNOWN)):
        return None
    return judge_formulas(workbook) if _formulas(workbook) else None


def _is_nobodys_arrangement(workbook: Workbook) -> bool:
    """Whether nothing but the formulas tells what is where."""
    if not is_somebody_elses(workbook):
        return False
    try:
        recognise(workbook)
    except ContentError:
        return True
    return False


def formulas_beside(verdict: Verdict) -> Judged | None:
    """What the formulas tell of a workbook that is checked by its arrangement; None where they tell nothing."""
    if verdict.book.problem is None or not 0 < _formulas(verdict.book.workbook) <= MOST:
        return None
    try:
        judged = judge_formulas(verdict.book.workbook)
    except XlnnError:  # too many, too deep: the rules have judged the workbook
        return None
    return judged if judged.findings else None


def _formulas(workbook: Workbook) -> int:
    return sum(len(workbook.formulas(name).texts) for name in workbook.sheets)
