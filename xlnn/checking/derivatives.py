"""The derivative of one cell of a workbook by others, by the workbook's own formulas, beside cells that claim to be it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xlnn.checking.formulas import name_of
from xlnn.errors import ContentError, LimitError, UsageError, Where
from xlnn.formula.building import read
from xlnn.formula.graph import Graph
from xlnn.formula.values import NUMBER
from xlnn.layout.cells import Cell, Range
from xlnn.xlsx.workbook import Workbook

MOST = 100_000  # cells that are named at once
_PART = re.compile(r"(?:'(?:[^']|'')*'|[^,'])+")  # between commas that stand in no sheet's name
_SHEET = re.compile(r"(?:(?P<sheet>'(?:[^']|'')+'|[^'!]+)!)?(?P<cells>[^!]+)")


@dataclass(frozen=True)
class Derivative:
    """∂of/∂by at the stored numbers, and what a cell claims it to be."""

    by: str
    slope: float
    claimed: str = ""
    found: float | None = None

    def differs(self, tolerance: float) -> bool:
        """Whether the claim is wrong: by more than `tolerance` times the derivative."""
        return self.found is not None and not abs(self.found - self.slope) <= tolerance * max(abs(self.slope), 1e-9)


def derivatives(path: str | Path, of: str, by: str, claimed: str | None = None) -> list[Derivative]:
    """∂(cell `of`)/∂(each cell of `by`), in the order in which the cells are named, row by row.

    `by` and `claimed` are ranges with commas between them, with a sheet where it is not the first or the one before:
    "Sheet1!E33:H33,M33:P33". Raises UsageError for what are no cells or not as many, ContentError for cells without numbers.
    """
    graph = read(Workbook(path))
    (one,) = _cells(graph, of, "W33")[:1]
    default = graph.cell(one)[0]
    cells = _cells(graph, by, "E33:H33", default)
    claims = _cells(graph, claimed, "X33:AE33", default) if claimed else []
    if claims and len(claims) != len(cells):
        raise UsageError("{claimed} cells are claimed for {by}: as many are needed.", claimed=len(claims), by=len(cells))
    slopes = graph.gradient(one)
    found: Sequence = [(name_of(graph, c), float(graph.values.numbers[c])) for c in claims] or [("", None)] * len(cells)
    return [Derivative(name_of(graph, c), float(slopes[c]), *claim) for c, claim in zip(cells, found, strict=True)]


def _cells(graph: Graph, text: str, expected: str, sheet: str | None = None) -> list[int]:
    """The cells of ranges with commas between them; a part without a sheet is on that of the part before."""
    found: list[int] = []
    sheet = sheet or graph.sheets[0]
    for part in _PART.findall(text) or [text]:
        match = _SHEET.fullmatch(part.strip())
        if match is None:
            raise UsageError("expected cells like {expected}, found {found}.", expected=expected, found=repr(part))
        if match["sheet"]:
            sheet = _sheet(graph, match["sheet"], expected)
        area = Range.parse(match["cells"].replace("$", ""))
        if area.height * area.width > MOST:
            raise LimitError("more than {limit} cells are named.", limit=f"{MOST:,}")
        found += [_number(graph, sheet, area.first.moved(*at)) for at in np.ndindex(area.height, area.width)]
    return found


def _sheet(graph: Graph, written: str, expected: str) -> str:
    name = written[1:-1].replace("''", "'") if written.startswith("'") else written
    known = {sheet.casefold(): sheet for sheet in graph.sheets}
    if name.casefold() not in known:
        raise UsageError(
            "expected cells like {expected}, found {found}.", expected=f"{graph.sheets[0]}!{expected}", found=repr(written)
        )
    return known[name.casefold()]


def _number(graph: Graph, sheet: str, cell: Cell) -> int:
    """The number of a cell. Raises ContentError where it holds no number."""
    number = graph.number(sheet, cell)
    if number < 0 or graph.values.all_kinds()[number] != NUMBER:
        message = "nothing stands in this cell." if number < 0 else "this cell holds no number."
        raise ContentError(message, Where(graph.name, sheet, cell.name))
    return number
