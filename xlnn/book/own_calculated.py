"""What is no quantity's on a person's sheets, calculated: every formula of the result has a stored result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np

from xlnn.errors import LimitError
from xlnn.formula.building import completed
from xlnn.formula.graph import Graph
from xlnn.formula.values import ERRORS
from xlnn.layout.cells import Cell
from xlnn.xlsx.parts import contents
from xlnn.xlsx.rows import exact_texts
from xlnn.xlsx.sheet_cells import RawCell, taken_apart
from xlnn.xlsx.workbook import Workbook

Result = float | bool | str


def write_calculated(path: Path, target: BinaryIO) -> None:
    """The workbook `path`, in which formulas without a stored result get theirs where `formula` calculates them; the numbers
    that are stored count as they are. A workbook of more formulas than can be calculated is written as it is."""
    workbook = Workbook(path)
    parts = {sheet.part: sheet.name for sheet in contents(workbook.package).sheets}
    results = _results(workbook)
    with ZipFile(path) as old, ZipFile(target, "w", ZIP_DEFLATED, allowZip64=True) as new:
        for entry in old.infolist():
            found = results.get(parts.get(entry.filename, ""))
            content = old.read(entry)
            new.writestr(entry, _with_results(content, found) if found else content)


def _results(workbook: Workbook) -> Mapping[str, Mapping[Cell, Result]]:
    """By sheet and cell what is calculated."""
    try:
        graph, cells = completed(workbook)
    except LimitError:
        return {}
    found: dict[str, dict[Cell, Result]] = {}
    for number in np.flatnonzero(cells).tolist():
        sheet, cell = graph.cell(number)
        found.setdefault(sheet, {})[cell] = _value(graph, number)
    return found


def _value(graph: Graph, number: int) -> Result:
    """What a formula gives; of a blank cell it is 0."""
    value = graph.value(number)
    return 0.0 if value is None else value


def _with_results(content: bytes, results: Mapping[Cell, Result]) -> str:
    raw = taken_apart(content)
    cells = dict(raw.cells)
    for cell, value in results.items():
        cells[cell] = _with_result(cells.get(cell, RawCell()), value)
    return replace(raw, cells=cells).xml()


def _with_result(found: RawCell, value: Result) -> RawCell:
    if isinstance(value, bool):
        return replace(found, kind="b", value=str(int(value)), inline="")
    if isinstance(value, str):
        return replace(found, kind="e" if value in ERRORS else "str", value=escape(value, quote=False), inline="")
    return replace(found, kind="", value=exact_texts([value])[0], inline="")
