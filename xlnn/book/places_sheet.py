"""Sheet Places: a person's own addresses, one line per quantity, as it is read.

    Quantity | First block  | Next image | Next unit | Next map | Next map before
    z2       | 学习!O11:O13 | 4 right    |           |          |
    images   | 64           |            |           |          |

A first block is read row by row; steps are written like `4 right`, `33 down`, `1 down 2 right`. A block that is larger
than its own step holds all units (maps, images) and not only the first: a table with one column for each. Where cells follow no
step, a first block is a list of ranges, `Net!I33,K33`, that are read one after the other.

A further column Next iteration says where the same lies in the next one: `1 down`, or `1 sheet` on the sheet of the next number;
Next input where the weight of the next input lies; Factor what the sheet's numbers are of the quantity's own, −1 for δ = t − a.
Next epoch says where the same lies in the next epoch, where the iterations of one go on otherwise than from one to the next.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from xlnn.book.names import DATA, PLACES, START, written_name
from xlnn.book.places_line import AXIS_COLUMNS, INPUT, Line
from xlnn.book.places_words import (
    FACTOR,
    NEXT_EPOCH,
    NEXT_ITERATION,
    columns,
    factor,
    following,
    in_words,
    is_header,
    is_none,
    number,
    ranges,
    step,
)
from xlnn.book.quantity_names import IMAGES, signed_name, squeezed
from xlnn.errors import ContentError, Where
from xlnn.layout.cells import Cell, Range
from xlnn.model.quantities import Quantity
from xlnn.words import these
from xlnn.xlsx.cell_table import UNCALCULATED
from xlnn.xlsx.sheet_names import is_called
from xlnn.xlsx.workbook import NO_TEXT, Workbook, is_blank

RATE = "eta"


def parse(lines: Sequence[Sequence], workbook: str, sheet: str = PLACES) -> dict[str, Line]:
    """Reads the lines under the header. Raises ContentError naming the cell."""
    found: dict[str, Line] = {}
    for name, sign, cells, where in _entries(lines, workbook, sheet):
        if is_none(cells["First block"]) or _is_rate(name) or (name == RATE and number(cells["First block"]) is not None):
            continue
        line = _line(name, sign, cells, where)
        again = found.get(name)
        sheets = (line.sheet, again.sheet) if again else ()
        repeated = any(written_name(sheet) not in (None, DATA, START) for sheet in sheets)
        if again and (again.again or is_called(again.sheet, line.sheet) or not repeated):
            raise ContentError("{name} stands here a second time.", line.where, name=name)
        found[name] = replace(again, again=line) if again else line
    return found


Cells = Mapping[str, object]  # of a line, by the heading of its column
Wheres = Mapping[str, Where]


def _entries(lines: Sequence[Sequence], workbook: str, sheet: str) -> Iterator[tuple[str, float, Cells, Wheres]]:
    """Quantity, sign, cells and where they stand of every line that says where something is."""
    at = columns(lines, Where(workbook, sheet))
    for row, values in enumerate(lines, 1):
        cells = {name: values[column] if column < len(values) else None for name, column in at.items()}
        text = cells.get("Quantity")
        if is_blank(text) or is_header(text) or squeezed(str(text)) in IMAGES:
            continue
        where = {name: Where(workbook, sheet, Cell(row, column + 1).name) for name, column in at.items()}
        for name, value in cells.items():
            if value is UNCALCULATED:
                raise ContentError(NO_TEXT, where[name])
        name, sign = signed_name(text)
        yield name, sign, cells, where


def _line(name: str, sign: float, cells: Cells, where: Wheres) -> Line:
    (target, block), *more = ranges(cells["First block"], where["First block"])
    steps = {axis: "Next " + axis for axis in (*AXIS_COLUMNS, INPUT)}
    present = {axis: column for axis, column in steps.items() if not is_blank(cells.get(column))}
    nexts = {axis: step(str(cells[column]), where[column]) for axis, column in present.items()}
    return Line(
        name, target, block, nexts, where["Quantity"], more=tuple(more),
        following=following(cells.get(NEXT_ITERATION), where.get(NEXT_ITERATION, where["Quantity"])),
        onward=following(cells.get(NEXT_EPOCH), where.get(NEXT_EPOCH, where["Quantity"])),
        factor=sign * factor(cells.get(FACTOR), where.get(FACTOR, where["Quantity"])),
        steps_at=tuple((axis, _apart(where["Quantity"], where[column])) for axis, column in present.items()),
    )  # fmt: skip


def _apart(first: Where, other: Where) -> int:
    return Cell.parse(other.cell).column - Cell.parse(first.cell).column


def _is_rate(name: str) -> bool:
    """Whether a line is that of a layer's own η."""
    return name.startswith(RATE) and name != RATE


def absent(lines: Sequence[Sequence], workbook: str, sheet: str = PLACES) -> dict[str, Where]:
    """The quantities of which a line says `none`, and where. Raises ContentError for one that stands there twice."""
    found: dict[str, Where] = {}
    places = parse(lines, workbook, sheet)
    for name, _, cells, where in _entries(lines, workbook, sheet):
        if is_none(cells["First block"]):
            if name in found or name in places:
                raise ContentError("{name} stands here a second time.", where["Quantity"], name=name)
            found[name] = where["First block"]
    return found


Rate = tuple[float | tuple[str, Range], Where]  # a number, or the cell where it stands


def rates(lines: Sequence[Sequence], workbook: str, sheet: str = PLACES) -> dict[str, Rate]:
    """η by layer, "" for all of them: a number, or the cell with it. Raises ContentError naming the line's cell."""
    found: dict[str, Rate] = {}
    for name, _, cells, where in _entries(lines, workbook, sheet):
        value, at = cells["First block"], where["First block"]
        typed = number(value)
        if not name.startswith(RATE) or is_none(value) or (name == RATE and typed is None):
            continue
        if typed is None:
            (target, block), *more = ranges(value, at)
            if more or block.first != block.last:
                raise ContentError("{name}: expected one cell, or a number, found {found}.", at, name=name, found=in_words(value))
            typed_or_cell: float | tuple[str, Range] = (target, block)
        elif typed < 0 or (typed == 0 and name == RATE):
            raise ContentError("the learning rate η must be a number above 0, not {value}.", at, value=in_words(value))
        else:
            typed_or_cell = typed
        label = name.removeprefix(RATE)
        if label in found:
            raise ContentError("{name} stands here a second time.", where["Quantity"], name=name)
        found[label] = typed_or_cell, at
    return found


def image_count(lines: Sequence[Sequence], workbook: str, sheet: str = PLACES) -> int | None:
    """How many images there are where a line `images | 12` says so. Raises ContentError naming its cell."""
    for row, (name, *cells) in enumerate([line or (None,) for line in lines], 1):
        if name is None or squeezed(str(name)) not in IMAGES:
            continue
        value = next(iter(cells), None)
        if value is UNCALCULATED:
            raise ContentError(NO_TEXT, Where(workbook, sheet, Cell(row, 2).name))
        text = "" if value is None else unicodedata.normalize("NFKC", str(value)).strip().removesuffix(".0")
        if not re.fullmatch("[1-9][0-9]{0,8}", text):
            where = Where(workbook, sheet, Cell(row, 2).name)
            raise ContentError("images: expected how many there are, like 12, found {found}.", where, found=in_words(value))
        return int(text)
    return None


def lines_of(book: Workbook, source: Workbook, lines: Sequence[Sequence]) -> dict[str, Line]:
    """The `lines` of a sheet Places for a workbook, of `source` which has them; the sheets are spelled as they are there.

    Raises ContentError where a line names a sheet that is not there; those that xlnn writes may have been removed.
    """
    found = parse(lines, source.name, source.find(PLACES) or PLACES)
    return {name: _spelled(book, line) for name, line in found.items()}


def _spelled(book: Workbook, line: Line) -> Line:
    more = tuple((sheet_of(book, sheet, line.at(1)), range_) for sheet, range_ in line.more)
    return replace(line, sheet=sheet_of(book, line.sheet, line.at(1)), more=more)


def sheet_of(book: Workbook, sheet: str, where: Where) -> str:
    """A sheet as the workbook spells it. Raises ContentError where there is none."""
    title = written_name(sheet) or book.find(sheet)
    if title is None:
        raise ContentError(
            "there is no sheet {sheet}; the workbook has {found}.",
            where, sheet=repr(sheet), found=these(map(repr, book.sheets)),
        )  # fmt: skip
    return title


def named(lines: Mapping[str, Line], quantities: Mapping[str, Quantity]) -> dict[str, Line]:
    """The lines by the names that the network has for them.

    A layer's label may have other capitals, and no label is needed where only one layer has such a quantity.
    """
    by_letters = {name.casefold(): name for name in quantities}
    found: dict[str, Line] = {}
    for name, line in lines.items():
        alike = [q.name for q in quantities.values() if q.kind == name]
        new = name if name in quantities or len(alike) > 1 else next(iter(alike), by_letters.get(name.casefold(), name))
        if new in found:
            raise ContentError("{name} stands here a second time.", line.where, name=new)
        found[new] = replace(line, quantity=new) if new in quantities else line
    return found
