"""What picks from ranges, counts in them or turns them: INDEX, MATCH, VLOOKUP, COUNTIF, MMULT, TRANSPOSE …"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from xlnn.formula.functions import near
from xlnn.formula.node import Node, check_size, finished, scaled, unless
from xlnn.formula.values import (
    BLANK,
    DIV0,
    ERROR,
    NA,
    NUM,
    NUMBER,
    REF,
    TEXT,
    TRUTH,
    VALUE,
    Values,
    as_numbers,
    as_texts,
    errors_in,
    failed,
    first_error,
    numeral,
    with_errors,
)  # fmt: skip


@dataclass(frozen=True)
class Lookup:
    calculate: Callable[..., Node]
    least: int  # so many arguments it takes
    most: int


def stacked(rows: Sequence[Sequence[Values]]) -> Values:
    """Single values as one array."""
    flat = [value for row in rows for value in row]
    shape = 1, len(rows), len(rows[0])
    return Values(
        np.array([value.numbers.item() for value in flat]).reshape(shape),
        np.array([value.all_kinds().item() for value in flat], np.uint8).reshape(shape),
        np.array([value.all_texts().item() for value in flat], object).reshape(shape),
    )


def order(x: Values, y: Values) -> tuple[np.ndarray, np.ndarray]:
    """Where x is the same as y, and where it is less: numbers before texts before truth values, texts in any case."""
    if x.kinds is None and y.kinds is None:
        return near(x.numbers, y.numbers), x.numbers < y.numbers
    shape = np.broadcast_shapes(x.shape, y.shape)
    first, second = np.broadcast_to(x.all_kinds(), shape), np.broadcast_to(y.all_kinds(), shape)
    rank = np.array([0, -1, 2, 1, 3])  # number, blank, truth, text, error
    mine, theirs = rank[first], rank[second]
    mine = np.where(first == BLANK, np.maximum(theirs, 0), mine)  # a blank is of the other's kind
    theirs = np.where(second == BLANK, np.maximum(mine, 0), theirs)
    a = np.broadcast_to(np.where(x.all_kinds() == BLANK, 0, x.numbers), shape)
    b = np.broadcast_to(np.where(y.all_kinds() == BLANK, 0, y.numbers), shape)
    same, less = (mine == theirs) & near(a, b), (mine < theirs) | ((mine == theirs) & (a < b))
    words = np.nonzero((mine == 1) & (theirs == 1))
    if len(words[0]):
        left = np.broadcast_to(np.where(x.are(TEXT), x.all_texts(), ""), shape)[words]
        right = np.broadcast_to(np.where(y.are(TEXT), y.all_texts(), ""), shape)[words]
        folded = [(one.casefold(), other.casefold()) for one, other in zip(left, right, strict=True)]
        same[words], less[words] = [a == b for a, b in folded], [a < b for a, b in folded]
    return same, less


# ---- picking -------------------------------------------------------------------------------------------


def picked(node: Node, rows: np.ndarray, columns: np.ndarray) -> Node:
    """Of each copy the value in that row and column of its array, from 0 on, both (copies,); #VALUE! beside it."""
    return _picked(node, rows, columns, VALUE)


def _picked(node: Node, rows: np.ndarray, columns: np.ndarray, beside: int, errors: np.ndarray | None = None) -> Node:
    copies, height, width = node.shape
    full = _sizes(node)
    rows, columns, copy = np.broadcast_arrays(rows, columns, np.arange(copies))
    outside = (rows < 0) | (rows >= full[0]) | (columns < 0) | (columns >= full[1])
    blank = ~outside & ((rows >= height) | (columns >= width))  # beyond the last filled cell
    at = copy, np.clip(rows, 0, height - 1).astype(int), np.clip(columns, 0, width - 1).astype(int)
    errors = first_error(errors, np.where(outside, beside, -1)[:, None, None])
    value = node.value.changed(lambda part: part[at][:, None, None])
    if blank.any():
        gone = blank[:, None, None]
        value = Values(np.where(gone, 0, value.numbers), np.where(gone, np.uint8(BLANK), value.all_kinds()), value.texts)
    value = with_errors(value, errors)

    def back(g):
        found = np.zeros((len(g), *node.shape))
        for part, one in zip(found, unless(errors, g)[:, :, 0, 0], strict=True):
            np.add.at(part, at, np.where(blank, 0, np.broadcast_to(one, rows.shape)))
        return [found]

    return Node(value, (node,), back, _cell(node, rows, columns))


def _sizes(node: Node) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of an array, (copies,); of a range with all that is blank."""
    if node.corners is None:
        return np.array([node.shape[1]]), np.array([node.shape[2]])
    return node.corners[:, 2] - node.corners[:, 0] + 1, node.corners[:, 3] - node.corners[:, 1] + 1


def _cell(node: Node, rows: np.ndarray, columns: np.ndarray) -> np.ndarray | None:
    """The corners of single cells of a range, None of another array."""
    if node.corners is None:
        return None
    row, column = node.corners[:, 0] + rows, node.corners[:, 1] + columns
    return np.stack([row, column, row, column], axis=1).astype(int)


def _numbers(node: Node) -> tuple[np.ndarray, np.ndarray | None]:
    """Single numbers, (copies,), cut to whole ones, and their errors, (copies, 1, 1)."""
    numbers, errors = as_numbers(node.value)
    return np.trunc(numbers[:, 0, 0]), errors


def _index(array: Node, row: Node, column: Node | None = None, *, one) -> Node:
    _, height, width = array.shape
    rows, errors = _numbers(one(row))
    if column is None and height == 1 and width > 1:
        rows, columns, also = np.ones(1), rows, None
    else:
        columns, also = _numbers(one(column)) if column else (np.ones(1) if width == 1 else np.zeros(1), None)
    errors = first_error(errors, also)
    if (rows == 0).all() or (columns == 0).all():
        return _whole(array, rows, columns, errors)
    beside = np.where((rows < 0) | (columns < 0) | (rows == 0) | (columns == 0), VALUE, -1)[:, None, None]
    return _picked(array, rows - 1, columns - 1, REF, first_error(errors, beside))


def _whole(array: Node, rows: np.ndarray, columns: np.ndarray, errors: np.ndarray | None) -> Node:
    """A whole row or column of each array, or all of it, where the other number is 0."""
    copies, height, width = array.shape
    rows, columns, copy = np.broadcast_arrays(rows, columns, np.arange(copies))
    outside = (rows < 0) | (rows > height) | (columns < 0) | (columns > width)
    errors = first_error(errors, np.where(outside, REF, -1)[:, None, None])
    down = np.arange(height)[None, :] if (rows == 0).all() else np.clip(rows - 1, 0, height - 1).astype(int)[:, None]
    along = np.arange(width)[None, :] if (columns == 0).all() else np.clip(columns - 1, 0, width - 1).astype(int)[:, None]
    at = np.broadcast_arrays(copy[:, None, None], down[:, :, None], along[:, None, :])

    def back(g):
        found = np.zeros((len(g), *array.shape))
        for part, given in zip(found, unless(errors, g), strict=True):
            np.add.at(part, tuple(at), np.broadcast_to(given, at[0].shape))
        return [found]

    corners = None
    if array.corners is not None:
        first, last = _cell(array, down[:, 0], along[:, 0]), _cell(array, down[:, -1], along[:, -1])
        corners = np.concatenate([first[:, :2], last[:, 2:]], axis=1)
    return Node(with_errors(array.value.changed(lambda part: part[tuple(at)]), errors), (array,), back, corners)


def _position(x: Values, line: Values, kind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where x stands in a line, from 0 on, and whether it does: (copies,). `kind`: 1 sorted, 0 exactly, −1 downward."""
    line = line.changed(lambda part: part.reshape(len(part), -1))
    x = x.changed(lambda part: part[:, :, 0])
    same, less = order(line, x)  # (copies, n): whether the line's value is the same as x, or less
    alike = line.all_kinds() == np.where(x.all_kinds() == BLANK, NUMBER, x.all_kinds())
    same, below, above = same & alike, (less | same) & alike, (~less | same) & alike
    if x.texts is not None and (kind == 0).any():
        same = same | _matches(x, line)
    last = below.shape[1] - 1 - below[:, ::-1].argmax(1)
    run = np.where(alike, above, True).cumprod(1).astype(bool) & alike
    downward = run.shape[1] - 1 - run[:, ::-1].argmax(1)
    where = np.where(kind == 0, same.argmax(1), np.where(kind > 0, last, downward))
    return where, np.where(kind == 0, same.any(1), np.where(kind > 0, below.any(1), run.any(1)))


def _matches(x: Values, line: Values) -> np.ndarray:
    """Where texts of the line match a text with * or ?."""
    shape = np.broadcast_shapes(x.shape, line.shape)
    found = np.zeros(shape, bool)
    kinds, texts = np.broadcast_to(line.all_kinds(), shape), np.broadcast_to(line.all_texts(), shape)
    for copy, (kind, pattern) in enumerate(zip(x.all_kinds()[:, 0], x.all_texts()[:, 0], strict=True)):
        if kind == TEXT and re.search("[*?]", pattern):
            fits = wildcard(pattern)
            for row in [copy] if len(x.numbers) > 1 else range(shape[0]):
                found[row] = [k == TEXT and fits(text) for k, text in zip(kinds[row], texts[row], strict=True)]
    return found


def wildcard(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches: * is anything, ? one character, ~ takes the next as it is."""
    parts = re.findall(r"~[*?~]|[*]+|[?]|[^*?~]+|~", pattern.casefold())
    spelled = "".join(
        ".*" if p[0] == "*" else "." if p == "?" else re.escape(p[1:] if p[0] == "~" and p[1:] else p) for p in parts
    )
    if spelled.count(".*") > 4:  # many of them would take for ever
        return lambda text: text.casefold() == pattern.casefold()
    compiled = re.compile(spelled, re.DOTALL)
    return lambda text: compiled.fullmatch(text.casefold()) is not None


def _match(x: Node, line: Node, kind: Node | None = None, *, one) -> Node:
    x = one(x)
    kinds, errors = _numbers(one(kind)) if kind else (np.ones(1), None)
    if min(line.shape[1:]) > 1:
        return Node(failed(NA))
    where, found = _position(x.value, line.value, kinds)
    errors = first_error(errors_in(x.value), errors, np.where(found, -1, NA)[:, None, None])
    return Node(with_errors(Values((where + 1.0)[:, None, None]), errors))


def _vlookup(x: Node, table: Node, column: Node, sorted_: Node | None = None, *, one) -> Node:
    x = one(x)
    columns, errors = _numbers(one(column))
    kinds, also = _numbers(one(sorted_)) if sorted_ else (np.ones(1), None)
    where, found = _position(x.value, table.value.changed(lambda part: part[:, :, 0]), (kinds != 0).astype(int))
    errors = first_error(errors_in(x.value), errors, also, np.where(found, -1, NA)[:, None, None])
    errors = first_error(errors, np.where(columns < 1, VALUE, -1)[:, None, None])
    return _picked(table, where, columns - 1, REF, errors)


def _hlookup(x: Node, table: Node, row: Node, sorted_: Node | None = None, *, one) -> Node:
    return _vlookup(x, _transpose(table), row, sorted_, one=one)


# ---- whole arrays --------------------------------------------------------------------------------------


def _transpose(array: Node, *, one=None) -> Node:
    turned = array.value.changed(lambda part: part.swapaxes(1, 2))
    return Node(turned, (array,), lambda g: [g.swapaxes(2, 3)])


def _mmult(a: Node, b: Node, *, one) -> Node:
    if a.shape[2] != b.shape[1]:
        return Node(failed(VALUE))
    check_size(max(a.shape[0], b.shape[0]), a.shape[1], b.shape[2])
    check_size(a.shape[1], a.shape[2], b.shape[2])
    wrong = [first_error(errors_in(n.value), None if n.value.kinds is None else np.where(n.value.are(NUMBER), -1, VALUE))
             for n in (a, b)]  # fmt: skip
    failing = [None if codes is None else codes.max(axis=(1, 2), keepdims=True) for codes in wrong]
    x, y = (np.where(n.value.are(NUMBER), n.value.numbers, 0) for n in (a, b))
    value, errors = finished(np.matmul(x, y), first_error(*failing), lambda: NUM)

    def back(g):
        g = unless(errors, g)
        return [np.matmul(g, y.swapaxes(1, 2)), np.matmul(x.swapaxes(1, 2), g)]

    return Node(value, (a, b), back)


def _size(axis: int):
    return lambda array, *, one: Node(Values(_sizes(array)[axis].astype(float)[:, None, None]))


def position(function: str, given: Sequence[Node], rows: np.ndarray, columns: np.ndarray, array: bool) -> Node:
    """ROW and COLUMN: of the formula itself, or of a reference."""
    axis = 0 if function == "ROW" else 1
    if not given:
        return Node(Values((rows, columns)[axis].astype(float)[:, None, None]))
    if not given[0].is_reference:
        return Node(failed(VALUE))
    first = given[0].corners[:, axis].astype(float)[:, None, None]
    size = given[0].shape[1 + axis] if array else 1
    steps = np.arange(size).reshape((1, -1, 1) if axis == 0 else (1, 1, -1))
    return Node(Values(first + steps))


# ---- counting ------------------------------------------------------------------------------------------


def _counta(*given: Node, one) -> Node:
    total = sum((~node.value.are(BLANK) | (not node.is_reference)).sum(axis=(1, 2), keepdims=True) for node in given)
    return Node(Values(np.asarray(total, float)))


def _countblank(array: Node, *, one) -> Node:
    empty = array.value.are(BLANK) | (array.value.are(TEXT) & (array.value.all_texts() == ""))
    height, width = _sizes(array)
    return Node(Values((height * width)[:, None, None] - (~empty).sum(axis=(1, 2), keepdims=True).astype(float)))


CRITERION = re.compile("(<=|>=|<>|<|>|=)?(.*)", re.DOTALL)


def meeting(array: Values, criterion: Values) -> np.ndarray:
    """Which values meet a criterion such as ">5", "<>x" or 3: (copies, rows, columns) of bools."""
    copies = max(array.shape[0], criterion.shape[0])
    found = np.zeros((copies, *array.shape[1:]), bool)
    kinds, numbers, texts = (np.broadcast_to(part[:, 0, 0], copies)
                             for part in (criterion.all_kinds(), criterion.numbers, criterion.all_texts()))  # fmt: skip
    wide = array.changed(lambda part: np.broadcast_to(part, (copies, *part.shape[1:])))
    keys = list(zip(kinds.tolist(), numbers.tolist(), texts.tolist(), strict=True))
    for key in dict.fromkeys(keys):
        at = np.array([position for position, other in enumerate(keys) if other == key])
        found[at] = _meets(wide.changed(itemgetter(at)), *key)
    return found


def _meets(array: Values, kind: int, number: float, text: str) -> np.ndarray:
    operator = "="
    if kind == TEXT:
        operator, text = CRITERION.fullmatch(text).groups()
        operator, spelled = operator or "=", numeral(text)
        if spelled is not None:
            kind, number = NUMBER, spelled
        elif text.upper() in ("TRUE", "FALSE"):
            kind, number = TRUTH, float(text.upper() == "TRUE")
    if kind == TEXT:
        return _text_meets(array, operator, text)
    kind = NUMBER if kind == BLANK else kind
    same, less = array.are(kind) & near(array.numbers, number), array.numbers < number
    of_kind = array.are(kind)
    return {
        "=": same, "<>": ~same, "<": of_kind & less & ~same, "<=": of_kind & (less | same),
        ">": of_kind & ~less & ~same, ">=": of_kind & (~less | same),
    }[operator]  # fmt: skip


def _text_meets(array: Values, operator: str, text: str) -> np.ndarray:
    if operator in ("=", "<>") and text == "":
        empty = array.are(BLANK)
        return empty if operator == "=" else ~empty
    fits, folded = wildcard(text), text.casefold()
    tests = {
        "=": fits, "<>": fits, "<": lambda x: x.casefold() < folded, "<=": lambda x: x.casefold() <= folded,
        ">": lambda x: x.casefold() > folded, ">=": lambda x: x.casefold() >= folded,
    }  # fmt: skip
    meets = array.are(TEXT) & np.frompyfunc(tests[operator], 1, 1)(array.all_texts()).astype(bool)
    return ~meets if operator == "<>" else meets


def _countif(array: Node, criterion: Node, *, one) -> Node:
    return Node(Values(meeting(array.value, one(criterion).value).sum(axis=(1, 2), keepdims=True).astype(float)))


def _sumif(mean: bool):
    def calculate(array: Node, criterion: Node, summed: Node | None = None, *, one) -> Node:
        summed = summed or array
        if summed.shape[1:] != array.shape[1:]:
            return Node(failed(VALUE))
        meets = meeting(array.value, one(criterion).value) & summed.value.are(NUMBER)
        count = meets.sum(axis=(1, 2), keepdims=True) if mean else np.ones(1)
        total = np.where(meets, summed.value.numbers, 0).sum(axis=(1, 2), keepdims=True) / count
        value, errors = finished(total, None, lambda: DIV0)
        return Node(value, (summed,), lambda g: [scaled(unless(errors, g), meets / count)])

    return calculate


def _concatenate(*given: Node, one) -> Node:
    parts, wrong = zip(*(as_texts(one(node).value) for node in given), strict=True)
    found = sum(parts[1:], parts[0])
    return Node(with_errors(Values(np.zeros(found.shape), np.full(found.shape, TEXT, np.uint8), found), first_error(*wrong)))


def _number(x: Node, *, one) -> Node:
    """N: a number stays, TRUE is 1, everything else 0."""
    x = one(x)
    value = with_errors(Values(np.where(x.value.are(NUMBER) | x.value.are(TRUTH), x.value.numbers, 0)), errors_in(x.value))
    return Node(value, (x,), lambda g: [np.where(x.value.are(ERROR) | ~x.value.are(NUMBER), 0, g)])


FUNCTIONS = {
    "INDEX": Lookup(_index, 2, 3), "MATCH": Lookup(_match, 2, 3), "VLOOKUP": Lookup(_vlookup, 3, 4),
    "HLOOKUP": Lookup(_hlookup, 3, 4), "TRANSPOSE": Lookup(_transpose, 1, 1), "MMULT": Lookup(_mmult, 2, 2),
    "ROWS": Lookup(_size(0), 1, 1), "COLUMNS": Lookup(_size(1), 1, 1), "COUNTA": Lookup(_counta, 1, 255),
    "COUNTBLANK": Lookup(_countblank, 1, 1), "COUNTIF": Lookup(_countif, 2, 2), "SUMIF": Lookup(_sumif(False), 2, 3),
    "AVERAGEIF": Lookup(_sumif(True), 2, 3), "CONCATENATE": Lookup(_concatenate, 1, 255), "CONCAT": Lookup(_concatenate, 1, 255),
    "N": Lookup(_number, 1, 1),
}  # fmt: skip
