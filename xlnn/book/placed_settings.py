"""Settings in a person's own cells: as lines of sheet Places, or beside their names on sheets without Settings.

iterations | Net!B3        the number in that cell
cost       | Net!B4        where a text stands in it; where a number does, that is the cost C itself
batch size | 16            or the value itself
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xlnn.book import settings
from xlnn.book.places_words import columns, ranges
from xlnn.errors import ContentError, Where
from xlnn.layout.cells import COLUMNS, Cell
from xlnn.layout.places import Place
from xlnn.xlsx.workbook import Workbook, is_blank, is_number

FIELDS = (  # η has its own lines
    "iterations", "cost", "total", "batch", "order", "update", "freeze_biases", "decay", "decay_in", "decay_biases", "seed",
    "ties",
)  # fmt: skip


QUANTITIES = ("cost", "total")  # also names of what is calculated: C, C_T


LABELS = ("eta", "iterations", "cost")  # what is looked for beside its name


BESIDE = "{name} {value}, as beside its name in {where}."


@dataclass(frozen=True)
class Taken:
    """The lines of sheet Places without those of settings, whose rows are blank; and the settings by field."""

    lines: Sequence[Sequence]
    values: Mapping[str, Any] = field(default_factory=dict)


def taken(book: Workbook, lines: Sequence[Sequence], page: Where) -> Taken:
    """Takes the settings from the lines of a sheet Places. Raises ContentError for a value that a setting cannot have."""
    at, left, values = columns(lines, page), [], dict[str, Any]()
    for row, line in enumerate(lines, 1):
        name, value = (line[at[column]] if at[column] < len(line) else None for column in ("Quantity", "First block"))
        entry = settings.entry_named(str(name)) if isinstance(name, str) else None
        found = (
            _value(book, entry, value, Where(page.workbook, page.sheet, Cell(row, at["First block"] + 1).name)) if entry else None
        )
        if entry and found is not None:
            if entry.field in values:
                where = Where(page.workbook, page.sheet, Cell(row, at["Quantity"] + 1).name)
                raise ContentError("{name} stands here a second time.", where, name=[entry.name])
            values[entry.field] = settings.parse_value(entry, *found)
        left.append((None,) * len(line) if found is not None else line)
    return Taken(left, values) if values else Taken(lines)


def _value(book: Workbook, entry, value, where: Where) -> tuple[Any, Where] | None:
    """What a line says of a setting, and where that stands; None where it is the line of a quantity."""
    if entry.field not in FIELDS or is_blank(value):
        return None
    if isinstance(value, str) and "!" in value:
        (sheet, block), *_ = ranges(value, where)
        if book.find(sheet) is None:
            raise book.no_sheet(sheet, where)
        book.check_calculated([(sheet, Place(block.first))])
        value, where = book.block(sheet, Place(block.first))[()], book.where(book.find(sheet) or sheet, block.first)
    if entry.field in QUANTITIES and not isinstance(value, str):
        return None
    return value, where


def beside_labels(book: Workbook, fields: Sequence[str]) -> dict[str, tuple[Any, Where]]:
    """Settings that stand on the right of their names, as `iterations | 30`, by field; a name that stands twice says nothing.

    What stands there and is no such value is passed over.
    """
    found: dict[str, list[tuple[Any, Where]]] = {}
    for sheet in book.readable(book.sheets):
        for code, text in book.filled(sheet).texts.items():
            cell = Cell(code // COLUMNS, code % COLUMNS + 1)
            entry = settings.entry_named(text) if len(text) < 40 else None
            if entry and entry.field in fields and cell.moved(0, 1).on_sheet:
                spot = cell.moved(0, 1)
                value = book.block(sheet, Place(spot))[()]
                if is_number(value) or (isinstance(value, str) and entry.field == "cost"):
                    found.setdefault(entry.field, []).append((value, book.where(sheet, spot)))
    return {name: spots[0] for name, spots in found.items() if len(spots) == 1}


def labelled(book: Workbook, fields: Sequence[str]) -> tuple[dict[str, Any], list[tuple[str, Mapping]]]:
    """The settings that stand beside their names, and a note on each."""
    values, notes = dict[str, Any](), list[tuple[str, Mapping]]()
    for name, (value, where) in beside_labels(book, fields).items():
        entry = settings.BY_FIELD[name]
        try:
            values[name] = settings.parse_value(entry, value, where)
        except ContentError:
            continue
        notes.append((BESIDE, {"name": [entry.name], "value": entry.show(values[name]), "where": str(where)}))
    return values, notes
