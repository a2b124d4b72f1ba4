"""When `check` looks at the formulas themselves: where nothing else is known of a workbook, and beside what is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xlnn.checking.formulas import Judged, judge_formulas
from xlnn.checking.verdict import Verdict, cells_of
from xlnn.errors import ArrangementError, ContentError, XlnnError
from xlnn.xlsx.workbook import Workbook

MOST = 60_000  # formulas of a workbook of known arrangement; one with more was hardly built by hand


def formulas_instead(path: Path, error: ContentError) -> Judged | None:
    """What the formulas tell of a workbook whose arrangement is not known; None where it has none, or the fault is another."""
    if not isinstance(error, ArrangementError):
        return None
    workbook = Workbook(path)
    return judge_formulas(workbook) if formulas_in(workbook) else None


def formulas_beside(verdict: Verdict) -> Judged | None:
    """What the formulas tell of a workbook that is checked by its arrangement; None where they tell nothing."""
    if verdict.book.problem is None or not 0 < formulas_in(verdict.book.workbook) <= MOST:
        return None
    try:
        judged = judge_formulas(verdict.book.workbook)
    except XlnnError:  # too many, too deep: the rules have judged the workbook
        return None
    named = {cell for fault in verdict.mistaken for cell in cells_of(fault)}
    new = [one for one in judged.findings if one.kind != "constant" or judged.graph.cell(int(one.cells[0])) not in named]
    return replace(judged, findings=tuple(new)) if new else None


def formulas_in(workbook: Workbook) -> int:
    """How many formulas a workbook has."""
    return sum(len(workbook.formulas(name).texts) for name in workbook.sheets)
