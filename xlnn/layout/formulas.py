"""Placed arrays: they stand for NumPy arrays in a rule's `cell` and spell the formula of a spreadsheet's cell.

>>> from xlnn.layout.cells import Cell
>>> x = Placed.at(Place(Cell.parse("L5"), (64, 4, 3), ((0, 4), (1, 0), (0, 1))), per_image=True)
>>> w = Placed.at(Place(Cell.parse("D5"), (3, 4, 3), ((4, 0), (1, 0), (0, 1))), absolute=True)
>>> b = Placed.at(Place(Cell.parse("G5"), (3,), ((4, 0),)), absolute=True)
>>> formula = spell((x[0] * w[1]).sum() + b[1])
>>> formula.text(), formula.text(image=2)
('SUMPRODUCT(L5:N8,$D$9:$F$12)+$G$9', 'SUMPRODUCT(T5:V8,$D$9:$F$12)+$G$9')

Only functions that Excel and LibreOffice both know, and none that needs an array formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from xlnn.errors import LimitError
from xlnn.layout.cells import Range, quoted
from xlnn.layout.listed import Listed
from xlnn.layout.places import Move, Place

LONGEST = 8_192  # characters of a formula


ARGUMENTS = 255  # of a function


TERMS = 64  # so many numbers that have to be calculated first are written out one by one in a sum


# how tightly a spelling binds; a spreadsheet's minus sign binds tighter than ^, so −(a^2) needs brackets
COMPARE, ADD, MULTIPLY, NEGATE, POWER, ATOM = range(6)


@dataclass(frozen=True)
class Reference:
    """A range in a formula. For image k it moves by k · `step`, on another sheet by that sheet's image."""

    range: Range
    sheet: str = ""
    absolute: bool = False
    step: Move = (0, 0)

    def text(self, image: int = 0, elsewhere: int = 0) -> str:
        image = elsewhere if self.sheet else image
        at = self.range.moved(image * self.step[0], image * self.step[1]) if image else self.range
        name = at.absolute if self.absolute else at.name
        return f"{quoted(self.sheet)}!{name}" if self.sheet else name


@dataclass(frozen=True)
class Formula:
    """A formula made for the first image; `text(k)` is the one of image k (counted from 0).

    `elsewhere` is that image's position on other sheets, where a batch shows only some of the images.
    """

    pieces: tuple

    def text(self, image: int = 0, elsewhere: int | None = None) -> str:
        """Without the leading =. Raises LimitError over 8,192 characters."""
        there = image if elsewhere is None else elsewhere
        text = "".join(piece if isinstance(piece, str) else piece.text(image, there) for piece in self.pieces)
        if len(text) > LONGEST:
            raise LimitError(
                "a formula would have {length} characters; a cell holds {longest}.",
                length=f"{len(text):,}", longest=f"{LONGEST:,}",
            )  # fmt: skip
        return text


Spelling = tuple[tuple, int]


class Placed(np.lib.mixins.NDArrayOperatorsMixin):
    """What behaves like an array and can be spelled: an operand, a calculation on operands, or a total.

    Operators and the few functions that the rules use arrive through NumPy's own protocols.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        return ()

    @staticmethod
    def at(place: Place, **options) -> Operand:
        """An array lying at `place`; the options are those of Operand."""
        return Operand(place, **options)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key) -> Placed:
        raise NotImplementedError

    def _spell(self) -> Spelling:
        """Its pieces, and how tightly they bind."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    def __array_ufunc__(self, ufunc, method, *inputs, **_):
        return Calculation(ufunc.__name__, inputs) if method == "__call__" and ufunc.__name__ in SPELLINGS else NotImplemented

    def __array_function__(self, function, types, inputs, options):
        if function is np.where:
            return Calculation("where", inputs)
        if function is np.count_nonzero:
            return Total("count", inputs[0])
        if function is np.choose:
            return Calculation("choose", (inputs[0], *inputs[1]))
        return NotImplemented

    def sum(self, axis=None, keepdims: bool = False) -> Total:
        return Total("sum", self)

    def max(self, axis=None, keepdims: bool = False) -> Total:
        return Total("max", self)

    def argmax(self) -> Total:
        return Total("argmax", self)

    def pieces(self, tightness: int = COMPARE) -> tuple:
        """Its spelling, in brackets where it binds less tightly than asked for."""
        found, own = self._spell()
        return found if own >= tightness else ("(", *found, ")")


@dataclass(frozen=True, eq=False)
class Operand(Placed):
    """An array on a sheet. `numbers` is the map of all cells of its sheet that can hold a number, `block` the
    first column of the first image's block (0: unknown)."""

    place: Place
    sheet: str = ""
    absolute: bool = False
    per_image: bool = False
    numbers: np.ndarray | None = None
    block: int = 0
    step: Move = (0, 0)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.place.shape

    def __getitem__(self, key) -> Operand:
        keys = key if isinstance(key, tuple) else (key,)
        step = self.step
        if self.per_image and keys and not isinstance(keys[0], slice):
            step = self.place.steps[0]
        return replace(self, place=self.place[keys], step=step, per_image=self.per_image and not keys)

    def reference(self, range_: Range) -> Reference:
        return Reference(range_, self.sheet, self.absolute, self.step)

    def ranges(self) -> list[Reference]:
        """The rectangles that hold exactly this array, as few as its own order gives."""
        whole = self.place.range()
        if whole is not None:
            return [self.reference(whole)]
        return [found for part in self.place_parts() for found in part.ranges()]

    def place_parts(self) -> Iterator[Operand]:
        return (self[i] for i in range(len(self)))

    def hull(self) -> Reference | None:
        """The rectangle around a row or column of cells between which nothing numeric lies; else None."""
        bounds = self.place.bounds()
        if self.numbers is None or min(bounds.height, bounds.width) > 1:
            return None
        for range_ in (self._blocks(bounds), bounds):
            (top, left), (bottom, right) = range_
            if self.numbers[top - 1 : bottom, left - 1 : right].sum() == self.place.size:
                return self.reference(range_)
        return None

    def _blocks(self, bounds: Range) -> Range:
        """From the first column of the first image's block to the last column of the last one's, as the authors sum."""
        width = self.place.steps[0][1]
        in_first = self.block and bounds.height == 1 and self.block <= bounds.first.column < self.block + width
        if not in_first:
            return bounds
        last = self.block + len(self) * width - 1
        return Range(bounds.first._replace(column=self.block), bounds.last._replace(column=last))

    def _spell(self):
        # inside SUMPRODUCT a whole rectangle stands for its numbers one by one
        return (self.reference(cast(Range, self.place.range())),), ATOM


@dataclass(frozen=True, eq=False)
class Calculation(Placed):
    """One operation, number by number, on placed arrays of one shape and on single numbers."""

    operation: str
    inputs: tuple

    @property
    def shape(self) -> tuple[int, ...]:
        return max((part.shape for part in self.inputs if isinstance(part, Placed)), key=len, default=())

    def __getitem__(self, key) -> Calculation:
        picked = (part[key] if isinstance(part, Placed) and part.shape else part for part in self.inputs)
        return Calculation(self.operation, tuple(picked))

    def _spell(self):
        return SPELLINGS[self.operation](self.inputs)


@dataclass(frozen=True, eq=False)
class Total(Placed):
    """One number made from a whole array: its sum, its largest, the position of its largest, its count of ○."""

    kind: str
    of: Any  # an Operand; what is summed may be a Calculation

    def __getitem__(self, key) -> Total:
        return self

    def _spell(self):
        return {"sum": _sum, "max": _largest, "argmax": _position, "count": _count}[self.kind](self.of)


def spell(value) -> Formula:
    """The formula of one cell, from what a rule's `cell` returned."""
    return Formula(_joined(_pieces(value)))


def _pieces(value, tightness: int = COMPARE) -> tuple:
    if isinstance(value, Placed):
        return value.pieces(tightness)
    number = value.item() if isinstance(value, np.generic) else value
    text = repr(int(number) if float(number).is_integer() else number)
    return (text,) if number >= 0 or tightness <= NEGATE else ("(", text, ")")


def _joined(pieces: Sequence) -> tuple:
    """Neighbouring texts made one."""
    found: list = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return tuple(found)


def _call(function: str, arguments: Sequence[tuple]) -> tuple[tuple, int]:
    """FUNCTION(a,b,…), nested in groups of 255 arguments."""
    while len(arguments) > ARGUMENTS:
        groups = [arguments[i : i + ARGUMENTS] for i in range(0, len(arguments), ARGUMENTS)]
        arguments = [_call(function, group)[0] for group in groups]
    pieces: list = [function, "("]
    for position, argument in enumerate(arguments):
        pieces += [",", *argument] if position else argument
    return (*pieces, ")"), ATOM


def _operator(sign: str, own: int) -> Callable:
    """a − (b − c) keeps its brackets: the right side must bind tighter."""
    right = own + 1 if sign in "-/^" else own

    def spelled(inputs):
        left_side, right_side = inputs
        return (
            *_pieces(left_side, own),
            sign,
            *_pieces(right_side, max(right, NEGATE + 1) if _negative(right_side) else right),
        ), own

    return spelled


def _addition(inputs):
    """a + b + c + …: however many terms, they are spelled one after the other and not one inside the other."""
    terms = [inputs[1]]
    while isinstance(inputs[0], Calculation) and inputs[0].operation == "add":
        inputs = inputs[0].inputs
        terms.append(inputs[1])
    pieces = list(_pieces(inputs[0], ADD))
    for term in reversed(terms):
        pieces += ["+", *_pieces(term, NEGATE + 1 if _negative(term) else ADD)]
    return tuple(pieces), ADD


def _negative(value) -> bool:
    return isinstance(value, Calculation) and value.operation == "negative"


def _function(name: str) -> Callable:
    return lambda inputs: _call(name, [_pieces(part) for part in inputs])


def _maximum(inputs):
    """MAX(MAX(a,b),c) is written MAX(a,b,c)."""
    arguments: list = []
    for part in inputs:
        if isinstance(part, Total) and part.kind == "max":
            arguments += [(reference,) for reference in part.of.ranges()]
        else:
            arguments.append(_pieces(part))
    return _call("MAX", arguments)


def _choose(inputs):
    position, *choices = inputs
    return _call("CHOOSE", [_match(position.of), *(_pieces(choice) for choice in choices)])


SPELLINGS: dict[str, Callable] = {
    "add": _addition,
    "subtract": _operator("-", ADD),
    "multiply": _operator("*", MULTIPLY),
    "divide": _operator("/", MULTIPLY),
    "power": _operator("^", POWER),
    "negative": lambda inputs: (("-", *_pieces(inputs[0], ATOM)), NEGATE),
    "equal": _operator("=", COMPARE),
    "less": _operator("<", COMPARE),
    "greater": _operator(">", COMPARE),
    "less_equal": _operator("<=", COMPARE),
    "greater_equal": _operator(">=", COMPARE),
    "absolute": _function("ABS"),
    "exp": _function("EXP"),
    "log": _function("LN"),
    "tanh": _function("TANH"),
    "log10": _function("LOG10"),
    "sqrt": _function("SQRT"),
    "sin": _function("SIN"),
    "cos": _function("COS"),
    "tan": _function("TAN"),
    "arcsin": _function("ASIN"),
    "arccos": _function("ACOS"),
    "arctan": _function("ATAN"),
    "sinh": _function("SINH"),
    "cosh": _function("COSH"),
    "sign": _function("SIGN"),
    "logical_and": _function("AND"),
    "maximum": _maximum,
    "where": _function("IF"),
    "choose": _choose,
}


# ---- totals -----------------------------------------------------------------------------------------


def _operands(value) -> Iterator[Operand]:
    """The arrays that a calculation takes number by number (those inside a Total are not)."""
    if isinstance(value, Operand) and value.shape:
        yield value
    elif isinstance(value, Calculation):
        for part in value.inputs:
            yield from _operands(part)


def _offsets(place: Place) -> tuple[Move, ...]:
    """Where the array's numbers lie, counted from its first; axes of one number do not matter."""
    if isinstance(place, Listed) and place.range() is None:
        return tuple((cell.row - place.origin.row, cell.column - place.origin.column) for cell in place.cells)
    return tuple(step for size, step in zip(place.shape, place.steps, strict=True) if size > 1)


def _aligned(operands: Sequence[Operand]) -> bool:
    """All of them rectangles with the same cell offsets per index; the same shape alone is not enough."""
    first = operands[0].place
    return all(part.place.range() is not None and _offsets(part.place) == _offsets(first) for part in operands)


def _sum(value: Operand | Calculation) -> tuple[tuple, int]:
    if value.size == 1:
        return value[(0,) * len(value.shape)]._spell()
    if isinstance(value, Operand):
        hull = value.hull() if len(value.shape) == 1 and value.place.range() is None else None
        return _call("SUM", [(reference,) for reference in ([hull] if hull else value.ranges())])
    whole = _sumproduct(value) if _aligned(list(_operands(value))) else None
    if whole:
        return whole
    if len(value.shape) == 1:
        product = _matrix_product(value) or _product_of_hulls(value)
        if product:
            return product
    return _addition_of([_sum(value[i]) for i in range(len(value))])


def _addition_of(parts: Sequence[tuple[tuple, int]]) -> tuple[tuple, int]:
    """Spellings with plus signs between them, in brackets where they bind less tightly."""
    terms = [part if own >= ADD else ("(", *part, ")") for part, own in parts]
    return tuple(piece for position, term in enumerate(terms) for piece in (("+", *term) if position else term)), ADD


def _sumproduct(value: Calculation):
    """The sum of products or of squared differences of rectangles; None for anything else that can be written out: not every
    spreadsheet calculates number by number inside a function."""
    if value.operation == "multiply" and all(isinstance(part, Operand) and part.shape for part in value.inputs):
        return _call("SUMPRODUCT", [part.pieces() for part in value.inputs])
    if value.operation == "power" and not isinstance(value.inputs[1], Placed) and value.inputs[1] == 2:
        base = value.inputs[0]
        differences = isinstance(base, Calculation) and base.operation == "subtract"
        if differences and all(isinstance(part, Operand) and part.shape for part in base.inputs):
            return _call("SUMXMY2", [part.pieces() for part in base.inputs])
    return _call("SUMPRODUCT", [value.pieces()]) if value.size > TERMS else None


def _matrix_product(value: Calculation):
    """MMULT of a row and a column; None for anything else."""
    if value.operation != "multiply" or not all(isinstance(part, Operand) for part in value.inputs):
        return None
    by_direction = {_offsets(part.place): part for part in value.inputs}
    row, column = by_direction.get(((0, 1),)), by_direction.get(((1, 0),))
    if row is None or column is None:
        return None
    return _call("MMULT", [row.pieces(), column.pieces()])


def _product_of_hulls(value: Calculation):
    """Σ over images: SUMPRODUCT of two stretched ranges where blanks of the one silence the other."""
    if value.operation != "multiply" or not all(isinstance(part, Operand) for part in value.inputs):
        return None
    first, second = value.inputs
    if _offsets(first.place) != _offsets(second.place):
        return None
    hulls = first.hull(), second.hull()
    bounds = first.place.bounds(), second.place.bounds()
    if not any(hulls) or min(bounds[0].height, bounds[0].width) > 1:
        return None
    return _call("SUMPRODUCT", [(first.reference(bounds[0]),), (second.reference(bounds[1]),)])


def _largest(value: Operand) -> tuple[tuple, int]:
    return _call("MAX", [(reference,) for reference in value.ranges()])


def _match(value: Operand) -> tuple:
    """The position of the largest, counted from 1."""
    (whole,) = value.ranges() if value.place.range() is not None else (None,)
    if whole is not None and 1 in (whole.range.height, whole.range.width):
        return ("MATCH(MAX(", whole, "),", whole, ",0)")
    largest = _largest(value)[0]
    pieces: list = []
    for i in range(len(value) - 1):
        pieces += ["IF(", *value[i].pieces(), "=", *largest, f",{i + 1},"]
    return (*pieces, str(len(value)), ")" * (len(value) - 1))


def _position(value: Operand) -> tuple[tuple, int]:
    return (*_match(value), "-1"), ADD


def _count(value: Operand) -> tuple[tuple, int]:
    """Cells that hold ○; nothing else on the way does."""
    return ("COUNTIF(", value.reference(value.place.bounds()), ',"○")'), ATOM
