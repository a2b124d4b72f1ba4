"""Calculates a tree for all copies of a formula at once; every operation leaves beside its value the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.formula import lookups
from xlnn.formula.functions import ELEMENTWISE, PAIRED, REDUCING, Elementwise
from xlnn.formula.node import Node, finished, fits, misfit, scaled, unless
from xlnn.formula.tree import (
    Brackets,
    Call,
    Error,
    Missing,
    Number,
    Operand,
    Operation,
    Percent,
    Sign,
    Table,
    Text,
    Tree,
    Truth,
    walk,
)  # fmt: skip
from xlnn.formula.values import (
    BLANK,
    DIV0,
    ERROR,
    ERRORS,
    NA,
    NUM,
    NUMBER,
    TEXT,
    TRUTH,
    VALUE,
    Values,
    as_numbers,
    as_texts,
    as_truths,
    chosen,
    constant,
    errors_in,
    failed,
    first_error,
    texts_of,
    truths,
    with_errors,
)  # fmt: skip

ARRAYS = {"SUMPRODUCT", "MMULT", "TRANSPOSE", "SUMXMY2", "SUMX2MY2", "SUMX2PY2", "LOOKUP"}  # take whole arrays, in any formula
TEXT_LENGTH = 32_767  # characters that a cell holds


@dataclass(frozen=True, eq=False)
class Copies:
    """Where the copies of a formula stand, and what they read."""

    operands: Sequence[Node]
    rows: np.ndarray  # (copies,)
    columns: np.ndarray  # (copies,)
    array: bool = False  # whether it is an array formula


def calculate(tree: Tree, copies: Copies) -> Node:
    """The tree's value, (copies, rows, columns): one row and column for a formula that is no array formula."""
    with np.errstate(all="ignore"):
        return single(_node(tree, copies, copies.array), copies, copies.array)


def _node(tree: Tree, at: Copies, array: bool) -> Node:
    match tree:
        case Operand(number):
            return at.operands[number]
        case Number() | Text() | Truth():
            return Node(constant(tree.value))
        case Error(value):
            return Node(failed(ERRORS.index(value.upper()) if value.upper() in ERRORS else VALUE))
        case Missing():
            return Node(Values(np.zeros((1, 1, 1)), np.full((1, 1, 1), BLANK, np.uint8)))
        case Brackets(inner):
            return _node(inner, at, array)
        case Sign("-", operand):
            return elementwise(ELEMENTWISE["negative"], single(_node(operand, at, array), at, array))
        case Sign(_, operand):
            return _node(operand, at, array)
        case Percent(operand):
            return elementwise(ELEMENTWISE["%"], single(_node(operand, at, array), at, array))
        case Operation(operators, operands):
            found = single(_node(operands[0], at, array), at, array)
            for operator, operand in zip(operators, operands[1:], strict=True):
                found = _joined(operator, found, single(_node(operand, at, array), at, array))
            return found
        case Table(rows):
            parts = [[_node(entry, at, False) for entry in row] for row in rows]
            return Node(lookups.stacked([[part.value for part in row] for row in parts]))
        case Call():
            return _call(tree.function, tree.arguments, at, array)
    raise TypeError(tree)


def single(node: Node, at: Copies, array: bool) -> Node:
    """Where a formula that is no array formula needs one value: of a range the cell in its own row or column."""
    if array or node.shape[1:] == (1, 1):
        return node
    _, height, width = node.shape
    if not node.is_reference:
        return lookups.picked(node, np.zeros(1, int), np.zeros(1, int))
    top, left = node.corners[:, 0], node.corners[:, 1]
    rows = at.rows - top if height > 1 else np.zeros(1, int)
    columns = at.columns - left if width > 1 else np.zeros(1, int)
    return lookups.picked(node, rows, columns) if height == 1 or width == 1 else Node(failed(VALUE))


def _joined(operator: str, x: Node, y: Node) -> Node:
    if not fits(x, y):
        return misfit()
    if operator in ELEMENTWISE:
        return elementwise(ELEMENTWISE[operator], x, y)
    if operator == "&":
        return Node(_concatenated(x.value, y.value))
    return _compared(operator, x.value, y.value)


def elementwise(entry: Elementwise, *arguments: Node) -> Node:
    """A function of numbers, element by element."""
    if not fits(*arguments):
        return misfit()
    numbers, wrong = zip(*(as_numbers(argument.value) for argument in arguments), strict=True)
    v = entry.value(*numbers)
    value, errors = finished(v, first_error(*wrong), lambda: np.where(entry.fails(*numbers), DIV0, NUM) if entry.fails else NUM)

    def back(g):
        g = unless(errors, g)
        return [None if slope is None else scaled(g, slope(*numbers, v)) for slope in entry.slopes]

    return Node(value, arguments, back)


def _concatenated(x: Values, y: Values) -> Values:
    (first, wrong), (second, also) = as_texts(x), as_texts(y)
    found, errors = first + second, first_error(wrong, also)
    long = np.frompyfunc(len, 1, 1)(found).astype(int) > TEXT_LENGTH
    return texts_of(np.where(long, "", found), first_error(errors, np.where(long, VALUE, -1)) if long.any() else errors)


def _compared(operator: str, x: Values, y: Values) -> Node:
    """Numbers are less than texts, and these less than truth values; a blank is 0, "" or FALSE."""
    same, less = lookups.order(x, y)
    found = {
        "=": same, "<>": ~same, "<": less & ~same, "<=": less | same, ">": ~less & ~same, ">=": ~less | same,
    }[operator]  # fmt: skip
    ties = np.asarray(same.any(axis=(1, 2))) if operator not in ("=", "<>") else None
    return Node(truths(found, first_error(errors_in(x), errors_in(y))), ties=ties)


# ---- functions ----------------------------------------------------------------------------------------


def _call(function: str, arguments: Sequence[Tree], at: Copies, array: bool) -> Node:
    array = array or function in ARRAYS
    if function in ("ROW", "COLUMN"):
        return lookups.position(function, [_node(argument, at, array) for argument in arguments], at.rows, at.columns, array)
    given = [_node(argument, at, array) for argument in arguments]
    if function in ELEMENTWISE:
        entry = ELEMENTWISE[function]
        missing = len(entry.slopes) - len(given)
        defaults = entry.defaults[len(entry.defaults) - missing :] if missing else ()
        return elementwise(entry, *(single(node, at, array) for node in given), *(Node(constant(number)) for number in defaults))
    if function in REDUCING:
        return _reduced(function, given)
    if function in PAIRED:
        return _paired(function, given)
    if function in CONDITIONS:
        return CONDITIONS[function](*(single(node, at, array) for node in given))
    if function in TRUTHS:
        return _all_truths(function, given)
    return lookups.FUNCTIONS[function].calculate(*given, one=lambda node: single(node, at, array))


def counted(node: Node, lenient: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Of an argument its numbers, which of its values are some, and its errors, each (copies, n).

    In a range only numbers count; what is given directly counts as in arithmetic. `lenient`: what is no number is passed over.
    """
    value, (copies, height, width) = node.value, node.shape
    flat = (copies, height * width)
    if value.kinds is None:
        return value.numbers.reshape(flat), np.ones(flat, bool), None
    if node.is_reference or height * width > 1:
        numeric = value.kinds == NUMBER
        numbers, errors = np.where(numeric, value.numbers, 0), errors_in(value)
    else:
        numbers, errors = as_numbers(value)
        numeric = np.ones(value.shape, bool)
    if lenient and errors is not None:
        numeric, errors = numeric & (errors < 0), None
    return numbers.reshape(flat), numeric.reshape(flat), None if errors is None else errors.reshape(flat)


def together(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Arrays (copies, n) side by side."""
    copies = max(len(part) for part in parts)
    return np.concatenate([np.broadcast_to(part, (copies, part.shape[1])) for part in parts], axis=1)


def first_in_row(errors: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """Of each copy the first error among its arguments, (copies, 1, 1)."""
    found = [np.take_along_axis(codes, (codes >= 0).argmax(1)[:, None], 1) for codes in errors if codes is not None]
    combined = first_error(*found)
    return None if combined is None else combined[:, :, None]


def _reduced(function: str, given: Sequence[Node]) -> Node:
    entry = REDUCING[function]
    numbers, numeric, wrong = zip(*(counted(node, function == "COUNT") for node in given), strict=True)
    x, m = together(numbers), together(numeric)
    v = entry.value(x, m)[:, None, None]
    errors = first_in_row(wrong)
    if entry.few:
        errors = first_error(errors, np.where(m.sum(-1) < entry.few, entry.fails, -1)[:, None, None])
    value, errors = finished(v, errors, lambda: NUM)

    def back(g):
        slopes = entry.slope(x, m, v[:, :, 0])
        found = scaled(unless(errors, g)[..., 0], slopes)  # (outputs, copies, n)
        ends = np.cumsum([node.shape[1] * node.shape[2] for node in given])[:-1]
        return [
            part.reshape(*part.shape[:2], *node.shape[1:])
            for part, node in zip(np.split(found, ends, axis=2), given, strict=True)
        ]

    ties = (m & (x == v[:, :, 0])).sum(-1) > 1 if function in ("MAX", "MIN") else None
    return Node(value, tuple(given), back, ties=ties)


def _paired(function: str, given: Sequence[Node]) -> Node:
    entry = PAIRED[function]
    if len({node.shape[1:] for node in given}) > 1:
        return Node(failed(VALUE if function == "SUMPRODUCT" else NA))
    numbers = [node.value.numbers if node.value.kinds is None else np.where(node.value.are(NUMBER), node.value.numbers, 0)
               for node in given]  # fmt: skip
    counts = [np.ones((1, 1, 1), bool) if node.value.kinds is None else node.value.are(NUMBER) for node in given]
    if function != "SUMPRODUCT":  # only pairs of two numbers count
        counts = [np.logical_and.reduce(np.broadcast_arrays(*counts))] * len(given)
        numbers = [np.where(count, x, 0) for count, x in zip(counts, numbers, strict=True)]
    v = entry.term(*numbers).sum(axis=(1, 2), keepdims=True)
    errors = first_in_row([None if (codes := errors_in(node.value)) is None else codes.reshape(len(codes), -1) for node in given])
    value, errors = finished(v, errors, lambda: NUM)

    def back(g):
        g = unless(errors, g)
        return [scaled(g, slope * count) for slope, count in zip(entry.slopes(*numbers), counts, strict=True)]

    return Node(value, tuple(given), back)


# ---- conditions ---------------------------------------------------------------------------------------


def _if(condition: Node, then: Node | None = None, other: Node | None = None) -> Node:
    """The branch that is taken; the derivative takes the same."""
    then, other = then or Node(constant(True)), other or Node(constant(False))
    if not fits(condition, then, other):
        return misfit()
    holds, errors = as_truths(condition.value)
    value = _no_blank(with_errors(chosen(np.where(holds, 0, 1), [then.value, other.value]), errors))

    def back(g):
        g = unless(errors, g)
        return [np.where(holds, g, 0.0), np.where(holds, 0.0, g)]

    return Node(value, (then, other), back, ties=condition.ties)


def _no_blank(value: Values) -> Values:
    """A blank as a result is 0."""
    if value.kinds is None:
        return value
    return Values(value.numbers, np.where(value.kinds == BLANK, np.uint8(NUMBER), value.kinds), value.texts)


def _if_error(codes: Callable) -> Callable:
    def choose(x: Node, instead: Node) -> Node:
        if not fits(x, instead):
            return misfit()
        fails = x.value.are(ERROR) & codes(x.value.numbers)
        value = _no_blank(chosen(fails.astype(int), [x.value, instead.value]))
        return Node(value, (x, instead), lambda g: [np.where(fails, 0.0, g), np.where(fails, g, 0.0)])

    return choose


def _choose(index: Node, *options: Node) -> Node:
    if not fits(index, *options):
        return misfit()
    number, errors = as_numbers(index.value)
    number = np.trunc(number)
    errors = first_error(errors, np.where((number < 1) | (number > len(options)), VALUE, -1))
    value = _no_blank(with_errors(chosen(number - 1, [option.value for option in options]), errors))

    def back(g):
        g = unless(errors, g)
        return [np.where(number == position, g, 0.0) for position in range(1, len(options) + 1)]

    return Node(value, options, back)


def _not(x: Node) -> Node:
    holds, errors = as_truths(x.value)
    return Node(truths(~holds, errors), ties=x.ties)


def _is(kinds: Sequence[int]):
    return lambda x: Node(truths(np.isin(x.value.all_kinds(), kinds)))


CONDITIONS = {
    "IF": _if, "CHOOSE": _choose, "NOT": _not,
    "IFERROR": _if_error(lambda code: True), "IFNA": _if_error(lambda code: code == NA),
    "ISNUMBER": _is([NUMBER]), "ISTEXT": _is([TEXT]), "ISBLANK": _is([BLANK]), "ISERROR": _is([ERROR]), "ISLOGICAL": _is([TRUTH]),
    "TRUE": lambda: Node(constant(True)), "FALSE": lambda: Node(constant(False)), "PI": lambda: Node(constant(np.pi)),
    "NA": lambda: Node(failed(NA)),
}  # fmt: skip
TRUTHS = {"AND": lambda t, m: (t | ~m).all(-1), "OR": lambda t, m: (t & m).any(-1), "XOR": lambda t, m: (t & m).sum(-1) % 2 == 1}


def _all_truths(function: str, given: Sequence[Node]) -> Node:
    """Of all truth values and numbers; texts and blanks in ranges do not count."""
    holds, counts, wrong = [], [], []
    for node in given:
        value, flat = node.value, (node.shape[0], -1)
        if node.is_reference or node.shape[1:] != (1, 1):
            holds.append((value.numbers != 0).reshape(flat))
            counts.append((value.are(NUMBER) | value.are(TRUTH)).reshape(flat))
            errors = errors_in(value)
        else:
            truth, errors = as_truths(value)
            holds.append(truth.reshape(flat))
            counts.append(np.ones_like(truth).reshape(flat))
        wrong.append(None if errors is None else errors.reshape(flat))
    t, m = together(holds), together(counts)
    errors = first_error(first_in_row(wrong), np.where(m.any(-1), -1, VALUE)[:, None, None])
    ties = [node.ties for node in given if node.ties is not None]
    return Node(truths(TRUTHS[function](t, m)[:, None, None], errors), ties=np.logical_or.reduce(ties) if ties else None)


KNOWN = {*ELEMENTWISE, *REDUCING, *PAIRED, *CONDITIONS, *TRUTHS, *lookups.FUNCTIONS, "ROW", "COLUMN"}


def unknown(tree: Tree) -> str | None:
    """The first function of a tree that is not known, or not with so many arguments."""
    for part in walk(tree):
        if isinstance(part, Call) and not _takes(part.function, len(part.arguments)):
            return part.function
    return None


def _takes(function: str, count: int) -> bool:
    if function in ELEMENTWISE:
        entry = ELEMENTWISE[function]
        return function.isalnum() and len(entry.slopes) - len(entry.defaults) <= count <= len(entry.slopes)
    if function in lookups.FUNCTIONS:
        lookup = lookups.FUNCTIONS[function]
        return lookup.least <= count <= lookup.most
    fixed = {"IF": (2, 3), "IFERROR": (2, 2), "IFNA": (2, 2), "CHOOSE": (2, 255), "NOT": (1, 1), "ROW": (0, 1), "COLUMN": (0, 1),
             "TRUE": (0, 0), "FALSE": (0, 0), "PI": (0, 0), "NA": (0, 0), "SUMPRODUCT": (1, 255)}  # fmt: skip
    if function in PAIRED:
        fixed = {"SUMPRODUCT": (1, 255), function: (2, 2)} | fixed
    least, most = fixed.get(function, (1, 1) if function.startswith("IS") else (1, 255))
    return function in KNOWN and least <= count <= most
