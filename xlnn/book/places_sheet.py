"""Sheet Places: a person's own addresses, one line per quantity, read and written.

    Quantity | First block  | Next image | Next unit | Next map | Next map before
    z2       | 学习!O11:O13 | 4 right    |           |          |
    images   | 64           |            |           |          |

A first block is read row by row; steps are written like `4 right`, `33 down`, `1 down 2 right`. A block that is larger
than its own step holds all units (maps, images) and not only the first: a table with one column for each.

A further column Next iteration says where the same lies in the next one: `1 down`, or `1 sheet` on the sheet of the next number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from xlnn.book.names import DATA, PLACES, START, written_name
from xlnn.book.quantity_names import IMAGES, quantity_name, squeezed
from xlnn.errors import ContentError, UsageError, Where
from xlnn.layout.cells import Cell, Range, quoted
from xlnn.layout.places import Place, contiguous_steps
from xlnn.model.quantities import Quantity
from xlnn.words import every, say
from xlnn.xlsx.cell_table import UNCALCULATED
from xlnn.xlsx.new_file import BookFile, show
from xlnn.xlsx.rows import RowsSheet
from xlnn.xlsx.sheet_names import is_called, reference
from xlnn.xlsx.workbook import NO_TEXT, Workbook, is_blank, shown

HEADER = ("Quantity", "First block", "Next image", "Next unit", "Next map", "Next map before")
NEXT_ITERATION = "Next iteration"  # one more column, where iterations lie beside each other
NEXT_SHEET = (0, 0)  # the step to the same cells of the next iteration's sheet
SHEETS = re.compile(r"\s*1?\s*(sheets?|次?表|张表|工作表|シート)\s*", re.IGNORECASE)
AXIS_COLUMNS = ("image", "unit", "map", "map before")  # the axes that a step can be given for
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
    following: tuple[int, int] | None = None  # the step to the next iteration

    def place(self, q: Quantity, images: int = 1) -> Place:
        """The place of a quantity of this shape. Raises ContentError where block and shape do not fit."""
        self._check_axes(q)
        inside = [i for i, axis in enumerate(q.axes) if axis not in self.nexts]
        shape = [q.shape[i] for i in inside]
        first = self.block
        steps = contiguous_steps(shape, first)
        if steps is None and self._holds_all(q, images):
            first, _ = self.table
            steps = contiguous_steps(shape, first)
        if steps is None:
            wanted = "×".join(str(q.shape[i]) for i in inside) or "1"
            raise ContentError(
                "{name}: expected a first block of {expected} numbers, found {found} ({rows}×{columns}).",
                self.at(1), name=q.name, expected=wanted, found=self.block.name,
                rows=self.block.height, columns=self.block.width,
            )  # fmt: skip
        by_axis = {q.axes[i]: step for i, step in zip(inside, steps, strict=True)}
        place = Place(first.first, q.shape, tuple(self.nexts.get(axis) or by_axis[axis] for axis in q.axes))
        if not (place.bounds().first.on_sheet and place.bounds().last.on_sheet):
            raise ContentError("{name}: its steps lead off the sheet.", self.where, name=q.name)
        return place.repeated(images, self.nexts["image"]) if q.per_image else place

    @property
    def table(self) -> tuple[Range, Mapping[str, int]]:
        """Where the block is larger than its own steps: the part of the first unit (map, image), and how many there are."""
        first, counts = self.block, {}
        for axis, (rows, columns) in sorted(self.nexts.items(), key=lambda entry: -max(map(abs, entry[1]))):
            along = first.height if rows else first.width
            move = abs(rows or columns)
            if (rows and columns) or along <= move:
                continue
            count = -(-along // move)
            counts[axis], rest = count, (count - 1) * move
            first = Range(
                first.first.moved(rest * (rows < 0), rest * (columns < 0)),
                first.last.moved(-rest * (rows > 0), -rest * (columns > 0)),
            )
        return first, counts

    def images(self, q: Quantity) -> int | None:
        """How many images the block holds where it is a table of all of them; None where it is the first one's."""
        inside = [size for axis, size in zip(q.axes, q.shape, strict=True) if axis not in self.nexts]
        return None if contiguous_steps(inside, self.block) is not None else self.table[1].get("image")

    def _holds_all(self, q: Quantity, images: int) -> bool:
        """Whether the block is a table of all the units (maps, images) that the quantity has."""
        sizes = {**dict(zip(q.axes, q.shape, strict=True)), "image": images}
        counts = self.table[1]
        return bool(counts) and all(sizes[axis] == count or (axis, images) == ("image", 1) for axis, count in counts.items())

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


# ---- reading ------------------------------------------------------------------------------------------


def parse(lines: Sequence[Sequence], workbook: str, sheet: str = PLACES) -> dict[str, Line]:
    """Reads the lines under the header. Raises ContentError naming the cell."""
    found: dict[str, Line] = {}
    for number, cells in enumerate(lines, 1):
        cells = [*cells, *[None] * (len(HEADER) + 1)]
        name = quantity_name(cells[0])
        if not name or name.lower() in {word.lower() for word in every("Quantity")} or squeezed(name) in IMAGES:
            continue
        where = [Where(workbook, sheet, Cell(number, column).name) for column in range(1, len(HEADER) + 1)]
        for value, at in zip(cells, where, strict=False):
            if value is UNCALCULATED:
                raise ContentError(NO_TEXT, at)
        target, block = _first_block(cells[1], where[1])
        again = found.get(name)
        sheets = (target, again.sheet) if again else ()
        repeated = any(written_name(sheet) not in (None, DATA, START) for sheet in sheets)
        if again and (again.again or is_called(again.sheet, target) or not repeated):
            raise ContentError("{name} stands here a second time.", where[0], name=name)
        nexts = {
            axis: step(str(cells[column]), where[column])
            for column, axis in enumerate(AXIS_COLUMNS, 2)
            if not is_blank(cells[column])
        }
        following = _following(cells[len(HEADER)], replace(where[0], cell=Cell(number, len(HEADER) + 1).name))
        line = Line(name, target, block, nexts, where[0], following=following)
        found[name] = replace(again, again=line) if again else line
    return found


def image_count(lines: Sequence[Sequence], workbook: str, sheet: str = PLACES) -> int | None:
    """How many images there are where a line `images | 12` says so. Raises ContentError naming its cell."""
    for number, (name, *cells) in enumerate(filter(None, lines), 1):
        if name is None or squeezed(str(name)) not in IMAGES:
            continue
        value = next(iter(cells), None)
        if value is UNCALCULATED:
            raise ContentError(NO_TEXT, Where(workbook, sheet, Cell(number, 2).name))
        text = "" if value is None else unicodedata.normalize("NFKC", str(value)).strip().removesuffix(".0")
        if not re.fullmatch("[1-9][0-9]{0,8}", text):
            where = Where(workbook, sheet, Cell(number, 2).name)
            raise ContentError("images: expected how many there are, like 12, found {found}.", where, found=_found(value))
        return int(text)
    return None


def lines_of(book: Workbook, source: Workbook | None = None) -> dict[str, Line]:
    """The lines of sheet Places for a workbook, of `source` where that has them; the sheets are spelled as they are there.

    Raises ContentError where a line names a sheet that is not there; those that xlnn writes may have been removed.
    """
    source = source or book
    found = parse(source.lines(PLACES), source.name)
    return {name: replace(line, sheet=_sheet(book, line)) for name, line in found.items()}


def _sheet(book: Workbook, line: Line) -> str:
    title = written_name(line.sheet) or book.find(line.sheet)
    if title is None:
        raise ContentError(
            "there is no sheet {sheet}; the workbook has {found}.",
            line.at(1), sheet=repr(line.sheet), found=", ".join(map(repr, book.sheets)),
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


def _first_block(value, where: Where) -> tuple[str, Range]:
    text = "" if value is None else str(value).strip()
    sheet, cells = reference(text if "!" in text else unicodedata.normalize("NFKC", text))
    try:
        if not sheet:
            raise UsageError("")
        return sheet, Range.parse(unicodedata.normalize("NFKC", cells))
    except UsageError:
        raise ContentError("expected a sheet and a range like Data!K5:M8, found {found}.", where, found=_found(value)) from None


def _following(value, where: Where) -> tuple[int, int] | None:
    """The step to the next iteration. Raises ContentError for what is none."""
    if is_blank(value):
        return None
    return NEXT_SHEET if SHEETS.fullmatch(str(value)) else step(str(value), where)


def _found(value) -> str:
    return repr(value) if isinstance(value, str) else shown(value)


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


# ---- writing ------------------------------------------------------------------------------------------


def places_page(file: BookFile, sheet: RowsSheet, lines: Iterable[tuple[Quantity, str, Place]], language: str) -> None:
    """Sheet Places: where every array lies, quantity, sheet and place."""
    rows, style = file.rows(), file.style
    for column, text in enumerate(HEADER, 1):
        rows.text(Cell(1, column), say(text, language), style("header"))
    for number, line in enumerate(lines, 2):
        for column, text in enumerate(describe(*line), 1):
            if text:
                rows.text(Cell(number, column), text, symbol=False)
    show(file, sheet, rows)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 5, 16)
    sheet.freeze_panes(1, 0)


def describe(q: Quantity, sheet: str, place: Place) -> tuple[str, ...]:
    """The line of sheet Places that `parse` reads back to the same place."""
    axes = (("image",) if q.per_image else ()) + q.axes
    block = _block_axes(place, axes)
    nexts = {axis: place.steps[i] for i, axis in enumerate(axes) if i not in block}
    first = place[tuple(slice(None) if i in block else 0 for i in range(len(axes)))]
    bounds = first.bounds()
    return (q.name, f"{quoted(sheet)}!{bounds.name}", *(words(nexts.get(axis)) for axis in AXIS_COLUMNS))


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


def words(move: tuple[int, int] | None) -> str:
    """A step as `step` reads it: (3, 2) → '3 down 2 right'."""
    if move is None:
        return ""
    rows, columns = move
    parts = [f"{abs(rows)} {'down' if rows > 0 else 'up'}"] if rows else []
    parts += [f"{abs(columns)} {'right' if columns > 0 else 'left'}"] if columns else []
    return " ".join(parts)
