"""Sheet Places: a person's own addresses, one line per quantity, read and written.

    Quantity | First block  | Next image | Next unit | Next map | Next map before
    z2       | 学习!O11:O13 | 4 right    |           |          |

A first block is read row by row; steps are written like `4 right`, `33 down`, `1 down 2 right`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xlnn.cells import Cell, Range, quoted
from xlnn.errors import ContentError, UsageError, Where
from xlnn.places import Place, contiguous_steps
from xlnn.quantities import SYMBOLS, Quantity
from xlnn.words import every
from xlnn.workbook import is_blank, shown

SHEET = "Places"
HEADER = ("Quantity", "First block", "Next image", "Next unit", "Next map", "Next map before")
AXIS_COLUMNS = ("image", "unit", "map", "map before")  # the axes that a step can be given for
RESULT = re.compile(r"Iteration [1-9][0-9]*|Trained|Solved")  # sheets of a result that repeat what stands on Data
DIRECTIONS = {"right": (0, 1), "down": (1, 0), "left": (0, -1), "up": (-1, 0)}


@dataclass(frozen=True)
class Line:
    """One quantity's sheet, first block, and steps along the named axes; `where` it was written.

    `again`: its line for the sheets of a result's iterations, where it is read from another sheet.
    """

    quantity: str
    sheet: str
    block: Range
    nexts: Mapping[str, tuple[int, int]]
    where: Where
    again: Line | None = None

    def place(self, q: Quantity, images: int = 1) -> Place:
        """The place of a quantity of this shape. Raises ContentError where block and shape do not fit."""
        self._check_axes(q)
        inside = [i for i, axis in enumerate(q.axes) if axis not in self.nexts]
        steps = contiguous_steps([q.shape[i] for i in inside], self.block)
        if steps is None:
            wanted = "×".join(str(q.shape[i]) for i in inside) or "1"
            raise ContentError(
                "{name}: expected a first block of {expected} numbers, found {found} ({rows}×{columns}).",
                self.at(1), name=q.name, expected=wanted, found=self.block.name,
                rows=self.block.height, columns=self.block.width,
            )  # fmt: skip
        by_axis = {q.axes[i]: step for i, step in zip(inside, steps, strict=True)}
        place = Place(self.block.first, q.shape, tuple(self.nexts.get(axis) or by_axis[axis] for axis in q.axes))
        if not (place.bounds().first.on_sheet and place.bounds().last.on_sheet):
            raise ContentError("{name}: its steps lead off the sheet.", self.where, name=q.name)
        return place.repeated(images, self.nexts["image"]) if q.per_image else place

    def _check_axes(self, q: Quantity) -> None:
        """Raises ContentError for a step along an axis that the quantity does not have, or none to the next image."""
        if q.per_image and "image" not in self.nexts:
            raise ContentError("{name}: expected the step to the next image, like '4 right'.", self.at(2), name=q.name)
        for axis in self.nexts:
            if axis not in q.axes and not (axis == "image" and q.per_image):
                where = self.at(2 + AXIS_COLUMNS.index(axis))
                raise ContentError("{name}: there is no next {axis} here.", where, name=q.name, axis=axis)

    def at(self, column: int) -> Where:
        """A cell of the line, columns counted from 0."""
        return replace(self.where, cell=Cell.parse(self.where.cell).moved(0, column).name)


def parse(lines: Sequence[Sequence], workbook: str, sheet: str = SHEET) -> dict[str, Line]:
    """Reads the lines under the header. Raises ContentError naming the cell."""
    found: dict[str, Line] = {}
    for number, cells in enumerate(lines, 1):
        cells = [*cells, *[None] * len(HEADER)]
        name = _quantity(cells[0])
        if not name or name.lower() in {word.lower() for word in every("Quantity")}:
            continue
        where = [Where(workbook, sheet, Cell(number, column).name) for column in range(1, len(HEADER) + 1)]
        target, block = _first_block(cells[1], where[1])
        again = found.get(name)
        if again and (again.again or again.sheet == target or not RESULT.fullmatch(target)):
            raise ContentError("{name} stands here a second time.", where[0], name=name)
        nexts = {
            axis: step(str(cells[column]), where[column])
            for column, axis in enumerate(AXIS_COLUMNS, 2)
            if not is_blank(cells[column])
        }
        line = Line(name, target, block, nexts, where[0])
        found[name] = replace(again, again=line) if again else line
    return found


def _quantity(value) -> str:
    """A quantity's name, whatever capitals a spreadsheet made of it: `Digit` is digit, `X` is x."""
    text = "" if value is None else unicodedata.normalize("NFKC", str(value)).strip()
    kind = max((kind for kind in SYMBOLS if text.casefold().startswith(kind.casefold())), key=len, default="")
    return kind + text[len(kind) :]


def _first_block(value, where: Where) -> tuple[str, Range]:
    text = "" if value is None else str(value).strip()
    sheet, _, cells = (text if "!" in text else unicodedata.normalize("NFKC", text)).rpartition("!")
    sheet = sheet.strip()
    if len(sheet) > 1 and sheet.startswith("'") and sheet.endswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    try:
        if not sheet:
            raise UsageError("")
        return sheet, Range.parse(unicodedata.normalize("NFKC", cells))
    except UsageError:
        found = repr(value) if isinstance(value, str) else shown(value)
        raise ContentError("expected a sheet and a range like Data!K5:M8, found {found}.", where, found=found) from None


def step(text: str, where: Where | None = None) -> tuple[int, int]:
    """'4 right' → (0, 4); '3 down 2 right' → (3, 2). Raises ContentError for anything else."""
    words = {word.lower(): move for name, move in DIRECTIONS.items() for word in every(name)}
    parts = re.findall(r"([0-9]+)\s*([^\W\d]+)|(\S)", unicodedata.normalize("NFKC", text).lower())
    rows = columns = 0
    for count, word, other in parts:
        if (other and other not in ",;、") or (word and word not in words):
            raise ContentError("expected a step like '4 right' or '1 down 2 right', found {found}.", where, found=repr(text))
        if word:
            rows, columns = rows + int(count) * words[word][0], columns + int(count) * words[word][1]
    if (rows, columns) == (0, 0):
        raise ContentError("expected a step like '4 right' or '1 down 2 right', found {found}.", where, found=repr(text))
    return rows, columns


def describe(q: Quantity, sheet: str, place: Place) -> tuple[str, ...]:
    """The line of sheet Places that `parse` reads back to the same place."""
    axes = (("image",) if q.per_image else ()) + q.axes
    block = _block_axes(place, axes)
    nexts = {axis: place.steps[i] for i, axis in enumerate(axes) if i not in block}
    first = place[tuple(slice(None) if i in block else 0 for i in range(len(axes)))]
    bounds = first.bounds()
    return (q.name, f"{quoted(sheet)}!{bounds.name}", *(_words(nexts.get(axis)) for axis in AXIS_COLUMNS))


def _block_axes(place: Place, axes: Sequence[str]) -> set[int]:
    """The axes that the first block holds: one image's, unit's or map's numbers, or the units themselves."""
    block: set[int] = set()
    for axis in reversed(range(len(axes))):
        wider = block | {axis}
        part = place[tuple(slice(None) if i in wider else 0 for i in range(len(axes)))]
        if axes[axis] == "image" or (axes[axis] in AXIS_COLUMNS and block) or part.range() is None:
            break
        block = wider
    return block


def _words(move: tuple[int, int] | None) -> str:
    if move is None:
        return ""
    rows, columns = move
    parts = [f"{abs(rows)} {'down' if rows > 0 else 'up'}"] if rows else []
    parts += [f"{abs(columns)} {'right' if columns > 0 else 'left'}"] if columns else []
    return " ".join(parts)
