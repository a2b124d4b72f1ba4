"""What is no quantity's on a person's sheets, calculated: every formula of the result has a stored result."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np

from xlnn.book.own_trust import wrong
from xlnn.errors import LimitError
from xlnn.formula.building import completed
from xlnn.formula.graph import SPAN, Graph
from xlnn.formula.values import ERRORS, NUMBER
from xlnn.layout.cells import Cell
from xlnn.xlsx.parts import contents
from xlnn.xlsx.rows import exact_texts
from xlnn.xlsx.sheet_cells import RawCell, taken_apart
from xlnn.xlsx.workbook import Workbook

Result = float | bool | str


def write_calculated(path: Path, target: BinaryIO, judged: Collection[str] = ()) -> None:
    """The workbook `path`, in which formulas without a stored result get theirs where `formula` calculates them; the numbers
    that are stored count as they are, and on the sheets that are `judged` no formula stays that gives another one. A workbook of
    more formulas than can be calculated is written as it is."""
    workbook = Workbook(path)
    parts = {sheet.part: sheet.name for sheet in contents(workbook.package).sheets}
    results = _results(workbook, judged)
    with ZipFile(path) as old, ZipFile(target, "w", ZIP_DEFLATED, allowZip64=True) as new:
        for entry in old.infolist():
            found = results.get(parts.get(entry.filename, ""))
            content = old.read(entry)
            new.writestr(entry, _with_results(content, found) if found else content)


def _results(workbook: Workbook, judged: Collection[str]) -> Mapping[str, Mapping[Cell, Result | None]]:
    """By sheet and cell what is calculated; None where a formula does not give what is stored."""
    try:
        graph, cells = completed(workbook)
    except LimitError:
        return {}
    found: dict[str, dict[Cell, Result | None]] = {}
    for number in np.flatnonzero(cells).tolist():
        sheet, cell = graph.cell(number)
        value = graph.value(number)
        found.setdefault(sheet, {})[cell] = 0.0 if value is None else value  # of a blank cell it is 0
    for number in _false(graph, cells, judged):
        sheet, cell = graph.cell(number)
        found.setdefault(sheet, {})[cell] = None
    return found


def _false(graph: Graph, calculated: np.ndarray, judged: Collection[str]) -> Iterator[int]:
    """The formulas on these sheets that give another number than is stored."""
    on = np.isin(np.append(graph.codes, -1) // SPAN, [graph.sheets.index(sheet) for sheet in judged])
    told = on & (graph.owner >= 0) & ~calculated & (graph.values.all_kinds() == NUMBER)
    if told.any():
        right = np.where(told, graph.values.numbers, np.nan)
        yield from (number for _, numbers in wrong(graph, graph.values, right) for number in numbers)


def _with_results(content: bytes, results: Mapping[Cell, Result | None]) -> str:
    raw = taken_apart(content)
    cells = dict(raw.cells)
    for cell, value in results.items():
        found = cells.get(cell, RawCell())
        cells[cell] = replace(found, formula=None, formula_more={}) if value is None else _with_result(found, value)
    return replace(raw, cells=cells).xml()


def _with_result(found: RawCell, value: Result) -> RawCell:
    if isinstance(value, bool):
        return replace(found, kind="b", value=str(int(value)), inline="")
    if isinstance(value, str):
        return replace(found, kind="e" if value in ERRORS else "str", value=escape(value, quote=False), inline="")
    return replace(found, kind="", value=exact_texts([value])[0], inline="")
