"""A formula as a small tree. Its references are relative to the cell that it stands in, so copies of a formula are equal.

    =D5-$C$2*D71 in D87    Operation(("-",), (R[-82]C, Operation(("*",), (R2C3, R[-16]C))))

Operators of one precedence are one Operation with all its operands, left to right: a sum of a thousand terms is no
deeper than a sum of two. Brackets, spellings of numbers and names are kept, so that `text` gives back what was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from xlnn.layout.cells import COLUMNS, ROWS, Cell, column_name, column_number


@dataclass(frozen=True, slots=True)
class Corner:
    """A corner of a reference: how many rows and columns from the formula's cell, or with $ which; None: a whole one."""

    row: int | None
    column: int | None
    row_fixed: bool = False
    column_fixed: bool = False

    def at(self, cell: Cell) -> tuple[int | None, int | None]:
        """The row and the column for a formula in `cell`; None for whole ones."""
        row = self.row if self.row is None or self.row_fixed else self.row + cell.row
        column = self.column if self.column is None or self.column_fixed else self.column + cell.column
        return row, column

    def text(self, cell: Cell) -> str:
        row, column = self.at(cell)
        if not (row is None or 1 <= row <= ROWS) or not (column is None or 1 <= column <= COLUMNS):
            return "#REF!"
        letters = "" if column is None else "$" * self.column_fixed + column_name(column)
        return letters + ("" if row is None else "$" * self.row_fixed + str(row))


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell, a rectangle of cells, whole rows or columns; `prefix` is the sheet as it is written, with its !."""

    first: Corner
    last: Corner | None = None
    prefix: str = ""

    @property
    def sheet(self) -> str | None:
        """The sheet's name, None for the formula's own."""
        if not self.prefix:
            return None
        name = self.prefix[:-1]
        return name[1:-1].replace("''", "'") if name.startswith("'") else name

    def corners(self, cell: Cell) -> tuple[int, int, int, int]:
        """First row, first column, last row, last column for a formula in `cell`; they may lie off the sheet."""
        (top, left), (bottom, right) = self.first.at(cell), (self.last or self.first).at(cell)
        rows = (1, ROWS) if top is None else (min(top, bottom), max(top, bottom))
        columns = (1, COLUMNS) if left is None else (min(left, right), max(left, right))
        return rows[0], columns[0], rows[1], columns[1]


@dataclass(frozen=True, slots=True)
class Operand:
    """The operand of that number among the cells that a formula reads: what a Reference is once its address is known."""

    number: int


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    written: str

    @property
    def value(self) -> float:
        return float(self.written)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, without its quotation marks."""

    value: str


@dataclass(frozen=True, slots=True)
class Truth:
    """TRUE or FALSE, as it is written."""

    written: str

    @property
    def value(self) -> bool:
        return self.written.upper() == "TRUE"


@dataclass(frozen=True, slots=True)
class Error:
    """An error value: #N/A."""

    value: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An argument that is left out: IF(A1,,1)."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign before its operand."""

    operator: str
    operand: Tree


@dataclass(frozen=True, slots=True)
class Percent:
    operand: Tree


@dataclass(frozen=True, slots=True)
class Operation:
    """Operands with operators of one precedence between them, to be calculated from left to right."""

    operators: tuple[str, ...]
    operands: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Brackets:
    inner: Tree


@dataclass(frozen=True, slots=True)
class Call:
    """A function, its name as it is written."""

    name: str
    arguments: tuple[Tree, ...]

    @property
    def function(self) -> str:
        """The name in capitals, without the prefix of functions that are younger than the format."""
        return re.sub(r"^(_XLFN\.|_XLWS\.)+", "", self.name.upper())


@dataclass(frozen=True, slots=True)
class Table:
    """An array of constants: {1,2;3,4}; its rows."""

    rows: tuple[tuple[Tree, ...], ...]


Tree = (
    Reference | Operand | Name | Number | Text | Truth | Error | Missing | Sign | Percent | Operation | Brackets | Call | Table
)  # fmt: skip

PRECEDENCE = {
    "=": 1,
    "<>": 1,
    "<": 1,
    ">": 1,
    "<=": 1,
    ">=": 1,
    "&": 2,
    "+": 3,
    "-": 3,
    "*": 4,
    "/": 4,
    "^": 5,
}  # a sign before an operand binds tighter


def text(tree: Tree, cell: Cell) -> str:
    """The formula without its =, as it is written in `cell`."""
    return "".join(_pieces(tree, cell))


def _pieces(tree: Tree, cell: Cell) -> Iterator[str]:
    match tree:
        case Reference():
            yield tree.prefix + tree.first.text(cell) + (":" + tree.last.text(cell) if tree.last else "")
        case Number() | Truth():
            yield tree.written
        case Text(value):
            yield '"' + value.replace('"', '""') + '"'
        case Error(value) | Name(value):
            yield value
        case Sign(operator, operand):
            yield operator
            yield from _pieces(operand, cell)
        case Percent(operand):
            yield from _pieces(operand, cell)
            yield "%"
        case Operation(operators, operands):
            for operator, operand in zip(("", *operators), operands, strict=True):
                yield operator
                yield from _pieces(operand, cell)
        case Brackets(inner):
            yield "("
            yield from _pieces(inner, cell)
            yield ")"
        case Call(name, arguments):
            yield name + "("
            yield ",".join(text(argument, cell) for argument in arguments)
            yield ")"
        case Table(rows):
            yield "{" + ";".join(",".join(text(entry, cell) for entry in row) for row in rows) + "}"


def children(tree: Tree) -> tuple[Tree, ...]:
    """The trees directly below, left to right."""
    match tree:
        case Sign(_, inner) | Percent(inner) | Brackets(inner):
            return (inner,)
        case Operation(_, operands):
            return operands
        case Call(_, arguments):
            return arguments
    return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """The tree and all below it, in the order in which they are written."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def replaced(tree: Tree, change, is_leaf=lambda part: False) -> Tree:
    """The tree with `change(leaf)` in place of each leaf, left to right; what `is_leaf` holds of is one, too."""
    if is_leaf(tree):
        return change(tree)
    match tree:
        case Sign() | Percent():
            return replace(tree, operand=replaced(tree.operand, change, is_leaf))
        case Brackets(inner):
            return Brackets(replaced(inner, change, is_leaf))
        case Operation(operators, operands):
            return Operation(operators, tuple(replaced(operand, change, is_leaf) for operand in operands))
        case Call(name, arguments):
            return Call(name, tuple(replaced(argument, change, is_leaf) for argument in arguments))
    return change(tree)


# ---- the spelling of a reference ---------------------------------------------------------------------

SHEET = r"(?:'(?:[^'\x00-\x1f]|'')+'|[\w.]+)!"
AREA = (
    r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?"
    r"|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?[0-9]{1,7}:\$?[0-9]{1,7}"
)
_REFERENCE = re.compile(f"({SHEET})?({AREA})")
_CORNER = re.compile(r"(?:(\$?)([A-Za-z]{1,3}))?(?:(\$?)([0-9]{1,7}))?")


def reference(written: str, cell: Cell) -> Reference | None:
    """A reference as it is written in `cell`; None where it is none, or leads off the sheet."""
    match = _REFERENCE.fullmatch(written)
    if not match:
        return None
    corners = [_corner(part, cell) for part in match[2].split(":")]
    return None if None in corners else Reference(corners[0], corners[1] if corners[1:] else None, match[1] or "")


def _corner(written: str, cell: Cell) -> Corner | None:
    column_fixed, letters, row_fixed, digits = _CORNER.fullmatch(written).groups()
    row, column = int(digits) if digits else None, column_number(letters) if letters else None
    if not (row is None or 1 <= row <= ROWS) or not (column is None or 1 <= column <= COLUMNS):
        return None
    if row is not None and not row_fixed:
        row -= cell.row
    if column is not None and not column_fixed:
        column -= cell.column
    return Corner(row, column, bool(row_fixed), bool(column_fixed))
