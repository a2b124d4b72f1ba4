"""Formulas as the book prints them: 2x, x² − √2/2, ∂z/∂x = 2x; `calculus.text` has them as they are typed."""

from __future__ import annotations

import re

from xlnn.errors import UsageError
from xlnn.lessons.calculus import FUNCTIONS, RAISED, Expression, Name, Number, Operation, parse

ADD, MULTIPLY, NEGATE, POWER, ATOM = range(5)  # how tightly a formula holds together
NUMBER, OPEN_ROOT = re.compile("[0-9.]"), re.compile(r"√[\w.]+$")


def printed(expression: Expression, tightness: int = ADD) -> str:
    """The formula as it is printed, in brackets where it holds less tightly than that."""
    written, own = _printed(expression)
    return written if own >= tightness else f"({written})"


def reprinted(typed: str) -> str:
    """A formula that was typed, as it is printed; a text that is none stays as it is.

    >>> reprinted("-sqrt(2)/2 + 2*x*y^2")
    '−√2/2 + 2xy²'
    """
    try:
        return printed(parse(typed))
    except UsageError:
        return typed


def _printed(expression: Expression) -> tuple[str, int]:
    match expression:
        case Number(value):
            return repr(float(value)).removesuffix(".0").replace("-", "−"), ATOM if value >= 0 else NEGATE
        case Name(name):
            return name, ATOM
        case Operation("pi", ()):
            return "π", ATOM
        case Operation("exp", (Number(value),)) if value == 1:
            return "e", ATOM
        case Operation("sqrt", (part,)):
            alone = isinstance(part, Name) or (isinstance(part, Number) and part.value >= 0)
            return "√" + (printed(part) if alone else f"({printed(part)})"), POWER
        case Operation("abs", (part,)):
            return f"|{printed(part)}|", ATOM
        case Operation("power", (base, exponent)):
            return printed(base, ATOM) + _raised(exponent), POWER
        case Operation("negative", (part,)):
            written = printed(part, MULTIPLY)
            return "−" + (f"({written})" if written.startswith("−") else written), NEGATE
        case Operation("multiply", (left, right)):
            return _side_by_side(left, right), MULTIPLY
        case Operation("divide", (above, below)):
            return f"{_factor(above)}/{printed(below, POWER)}", MULTIPLY
        case Operation("add" | "subtract" as name, (left, right)):
            sign, written = " + " if name == "add" else " − ", printed(right, MULTIPLY)
            return printed(left) + sign + (f"({written})" if written.startswith("−") else written), ADD
        case Operation(name, (part,)):
            return f"{name}({printed(part)})", ATOM
    raise TypeError(expression)


def _factor(expression: Expression) -> str:
    """The first factor of a product: a number with a sign needs no brackets there."""
    return printed(expression, NEGATE if isinstance(expression, Number) else MULTIPLY)


def _raised(exponent: Expression) -> str:
    """A whole exponent stands raised."""
    if isinstance(exponent, Number) and exponent.value.denominator == 1 and 0 <= exponent.value < 1000:
        return "".join(RAISED[int(digit)] for digit in str(exponent.value))
    return "^" + printed(exponent, ATOM)


def _side_by_side(left: Expression, right: Expression) -> str:
    """A product as it is printed: 2x, xy, x(1 − x), 2 sin(x), w1 x1, x × 2, √x · y; nothing can be read in another way."""
    first = f"({printed(left)})" if isinstance(left, Operation) and left.name == "divide" else _factor(left)
    second = printed(right, POWER)
    if NUMBER.match(second):
        return f"{first} × {second}"
    if OPEN_ROOT.search(first) and second[0] not in "√(":
        return f"{first} · {second}"
    return f"{first} {second}" if _stands_apart(left) or _stands_apart(right) else first + second


def _stands_apart(expression: Expression) -> bool:
    """Whether it is a name of several characters, or a function, that letters beside it would make unreadable."""
    match expression:
        case Name(name):
            return len(name) > 1
        case Operation("multiply", (_, last)):
            return _stands_apart(last)
        case Operation("power", (base, _)):
            return _stands_apart(base)
        case Operation(name, _):
            return name in FUNCTIONS and name not in ("sqrt", "abs")
    return False
