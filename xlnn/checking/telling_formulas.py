"""What a workbook's formulas tell, told: as text, as JSON, and as marks in a copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.checking.formulas import KNOWN_AS, Finding, Judged, cells_text
from xlnn.checking.marked_copy import RED, YELLOW, Mark, write_marked
from xlnn.understand.updates import Learning
from xlnn.words import joined, say, these

LISTED = 1000  # cells of a finding in JSON


def formulas_text(judged: Judged, language: str = "en") -> str:
    """The verdict in lines: how much was calculated, what learns, what is wrong and what is worth a line."""
    name, count = judged.workbook.name, f"{judged.formulas:,}"
    head = say("{workbook}: {count} formulas calculated: ", language, workbook=name, count=count)
    wrong = sum(finding.wrong for finding in judged.findings)
    verdict = say("{count} things are wrong.", language, count=wrong) if wrong else say("nothing wrong was found.", language)
    return "\n".join([head + verdict, *(line for line in _understood(judged, language)), *finding_lines(judged, language)])


def _understood(judged: Judged, language: str) -> Iterator[str]:
    """What was judged, and what was not."""
    learning = judged.learning
    if learning is None:
        yield say("No parameters that learn were found, so no derivative was judged; see xlnn gradcheck --of --by.", language)
        return
    cost = learning.costs[0]
    graph, updates = judged.graph, learning.updates
    where = cells_text(graph, updates.old[updates.of(0)])
    rates = these(dict.fromkeys(f"{rate:.6g}" for rate in _rates(learning)))
    what = cells_text(graph, np.array(cost.cells)) if cost.cells else say(KNOWN_AS[cost.name], language)
    yield say(
        "{parameters} parameters, from {cell} on, {iterations} iterations, η = {eta}, descending {cost}: "
        "{wrong} of {all} new parameters do not follow the sheet's own derivative.",
        language, parameters=len(updates.of(0)), cell=where, iterations=updates.iterations, eta=rates, cost=what,
        wrong=int(learning.wrong.sum()), all=len(learning.wrong),
    )  # fmt: skip


def _rates(learning: Learning) -> list[float]:
    return learning.rate[np.isfinite(learning.rate)].tolist()


def finding_lines(judged: Judged, language: str) -> Iterator[str]:
    """Every finding with its cells, the formula, and what would be right."""
    for number, finding in enumerate(judged.findings, 1):
        yield f"{number}. {_head(judged, finding, language)}"
        for message, fields in finding.lines:
            yield "     " + say(message, language, **fields)


def _head(judged: Judged, finding: Finding, language: str) -> str:
    cells = cells_text(judged.graph, finding.cells)
    if len(finding.cells) > 1:
        cells = say("{cells}, {count} cells", language, cells=cells, count=f"{len(finding.cells):,}")
    cells += "" if finding.wrong else say(" (note)", language)
    return say("{cells}: {text}", language, cells=cells, text=said(finding, language))


def said(finding: Finding, language: str) -> str:
    """What a finding says of its cells."""
    return say(finding.message, language, **finding.fields)


def formulas_json(judged: Judged) -> dict[str, Any]:
    """The verdict for programs."""
    learning = judged.learning
    found = {
        "workbook": str(judged.workbook.path),
        "right": judged.right,
        "formulas": judged.formulas,
        "findings": [_finding_json(judged, finding) for finding in judged.findings],
        "learning": None,
    }
    if learning is not None:
        found["learning"] = {
            "parameters": len(learning.updates.of(0)),
            "iterations": learning.updates.iterations,
            "cost": learning.costs[0].name,
            "eta": sorted(set(_rates(learning))),
            "wrong": int(learning.wrong.sum()),
        }
    return found


def _finding_json(judged: Judged, finding: Finding) -> dict[str, Any]:
    cells = [judged.graph.cell(cell) for cell in finding.cells[:LISTED].tolist()]
    return {
        "kind": finding.kind,
        "wrong": finding.wrong,
        "count": len(finding.cells),
        "cells": [f"{sheet}!{cell.name}" for sheet, cell in cells],
        "text": said(finding, "en"),
        "lines": [say(message, "en", **fields) for message, fields in finding.lines],
    }


def formula_marks(judged: Judged, language: str) -> Iterator[Mark]:
    """The cells of every finding, with a comment."""
    for finding in judged.findings:
        text = "\n".join([said(finding, language), *(say(message, language, **fields) for message, fields in finding.lines)])
        for cell in finding.cells.tolist():
            sheet, address = judged.graph.cell(cell)
            yield Mark(sheet, address, RED if finding.wrong else YELLOW, text)


def formulas_report(judged: Judged, path: Path, language: str, force: bool = False) -> Path:
    """A copy of the workbook: what is wrong red, what is worth a line yellow, the findings listed."""
    header = [say(text, language) for text in ("sheet", "cell", "wrong", "explanation", "correction")]
    rows = []
    for finding in judged.findings:
        sheet, cell = judged.graph.cell(int(finding.cells[0]))
        lines = joined((say(message, language, **fields) for message, fields in finding.lines), "; ", language)
        rows.append((sheet, cell.name, len(finding.cells) if finding.wrong else 0, said(finding, language), lines))
    source = judged.workbook.path
    return write_marked(source, path, formula_marks(judged, language), "xlnn check", header, rows, force)
