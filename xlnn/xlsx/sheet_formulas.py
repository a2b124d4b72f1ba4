"""The formulas of a sheet as they are written, and the workbook's defined names.

As with the results, rows that are written as spreadsheet programs write them are read as arrays of bytes, whatever
is written in another way element by element.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from xlnn.errors import Where
from xlnn.xlsx.cell_table import Filled, code
from xlnn.xlsx.exact import Reading, Shared
from xlnn.xlsx.fast import BLANK_CELL, CELL, FORMULA, NO_FORMULA, Block, Rows, Unusual
from xlnn.xlsx.package import Package
from xlnn.xlsx.parts import local, workbook_part

ATTRIBUTE = re.compile(r'\s([A-Za-z0-9]+)="([^"<&]*)"')


ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


@dataclass(frozen=True, eq=False)
class Formulas:
    """A sheet's formulas in the order of their cells, `texts` without =; a copy of a shared formula has none."""

    codes: np.ndarray  # (formulas,) int64, rising: cells (see `filled.code`)
    texts: list[str]
    attributes: Mapping[int, Mapping[str, str]] = field(default_factory=dict)  # by position: t (shared, array), ref, si


def read_formulas(shared: Shared, part: str, where: Where) -> Formulas:
    """The formulas of a sheet's part. Raises as `read_exactly`."""
    try:
        return _read(shared, part)
    except Unusual:
        reading = _FormulaReading(shared, where, True)
        shared.package.parse_chunks(part, shared.package.chunks(part), reading.start, reading.end, reading.text, sheet=where)
        return Formulas(np.array(reading.codes, dtype=np.int64), reading.texts, reading.attributes_at)


def _read(shared: Shared, part: str) -> Formulas:
    codes, texts = [np.empty(0, np.int64)], list[str]()
    attributes: dict[int, Mapping[str, str]] = {}
    for content in Rows(shared.package.chunks(part)):
        if b"<f" in content:
            found = _FormulaBlock(content).formulas()
            attributes |= {position + len(texts): given for position, given in found.attributes.items()}
            codes.append(found.codes)
            texts += found.texts
    return Formulas(np.concatenate(codes), texts, attributes)


class _FormulaBlock(Block):
    """Some whole rows, of which the formulas are wanted."""

    def formulas(self) -> Formulas:
        begin, end, tags = self._tags()
        cells = self._cells(begin, end, tags)
        codes, _ = self._addresses(cells, self._rows(begin, end, tags, []))
        at = np.flatnonzero((tags == FORMULA) | (tags == NO_FORMULA))
        owner = np.searchsorted(np.flatnonzero((tags == CELL) | (tags == BLANK_CELL)), at) - 1
        filled = tags[at] == FORMULA
        first = np.where(filled, end[at] + 1, 0)
        last = np.where(filled, begin[np.minimum(at + 1, len(begin) - 1)], 0)
        content = self.content
        texts = [_decoded(content[a:b]) for a, b in zip(first.tolist(), last.tolist(), strict=True)]
        long = np.flatnonzero(end[at] - begin[at] > 2)
        attributes = {
            position: dict(ATTRIBUTE.findall(content[begin[at[position]] + 2 : end[at[position]]].decode()))
            for position in long.tolist()
        }
        return Formulas(codes[owner], texts, attributes)


def _decoded(written: bytes) -> str:
    try:
        text = written.decode()
    except UnicodeDecodeError:
        raise Unusual from None
    if "&" in text:
        text = re.sub("&[^;]*;?", _entity, text)
    if "\r" in text:
        raise Unusual
    return text


def _entity(match: re.Match) -> str:
    if match[0] not in ENTITIES:
        raise Unusual
    return ENTITIES[match[0]]


class _FormulaReading(Reading):
    """One sheet, element by element, of which the formulas are wanted."""

    def __init__(self, shared: Shared, where: Where, formulas: bool):
        super().__init__(shared, where, formulas)
        self.codes, self.texts = array("q"), list[str]()
        self.attributes_at: dict[int, dict] = {}

    def _cell_ends(self) -> None:
        if self.formula is not None:
            if self.formula:
                self.attributes_at[len(self.texts)] = self.formula
            self.codes.append(code(self.row, self.column))
            self.texts.append("".join(self.pieces["f"]))

    def filled(self) -> Filled:
        raise NotImplementedError


def defined_names(package: Package) -> dict[tuple[int | None, str], str]:
    """The text of every defined name by the number of the sheet that it belongs to (None: all) and its name in small letters."""
    found: dict[tuple[int | None, str], str] = {}
    key, pieces = None, list[str]()

    def start(name: str, attributes: dict) -> None:
        nonlocal key
        if local(name) == "definedName":
            sheet = attributes.get("localSheetId")
            key = int(sheet) if sheet is not None and sheet.isdecimal() else None, attributes.get("name", "").casefold()
            pieces.clear()

    def end(name: str) -> None:
        nonlocal key
        if local(name) == "definedName" and key is not None:
            if not key[1].startswith("_xlnm."):  # what to print
                found[key] = "".join(pieces)
            key = None

    def text(data: str) -> None:
        if key is not None:
            pieces.append(data)

    package.parse(workbook_part(package), start, end, text)
    return found
