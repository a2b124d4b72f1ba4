"""A function typed as a formula: read, differentiated by sympy, and calculated in NumPy's words.

The same formula gives the number on arrays and on placed arrays the spreadsheet's formula (see formulas.py).

>>> z = parse("x^2 + x*y")
>>> variables(z)
('x', 'y')
>>> float(evaluate(z, {"x": 3.0, "y": 2.0}))
15.0
>>> text(derivative(z, "x"))            # doctest: +SKIP
'2*x + y'

Nothing that is typed is ever run as a program: a text is cut into numbers, names and signs, and only the functions
listed here are known. It is read as mathematics is: −x^2 is −(x^2), and a^b^c is a^(b^c).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import isfinite

import numpy as np

from xlnn.errors import ContentError, LimitError, UsageError, Where, pip_install
from xlnn.words import these

LONGEST = 1_000  # characters of a function


NESTED, DEEPEST = 60, 100  # brackets inside one another, operations inside one another (each further term is one)


BITS = 4_096  # of an exact number; a sheet's own end at 1,024


@dataclass(frozen=True)
class Number:
    value: Fraction


@dataclass(frozen=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True)
class Operation:
    """`name` is one of OPERATORS, FUNCTIONS or SIGN."""

    name: str
    inputs: tuple[Expression, ...]


Expression = Number | Name | Operation


OPERATORS: dict[str, Callable] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "negative": operator.neg,
    "pi": lambda: np.float64(np.pi),
}


FUNCTIONS: dict[str, Callable] = {
    "sqrt": np.sqrt, "exp": np.exp, "ln": np.log, "log10": np.log10, "abs": np.absolute,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
}  # fmt: skip


SIGN = {"sign": np.sign}  # comes from differentiating abs; typed it could not be differentiated again


MEANING = OPERATORS | FUNCTIONS | SIGN


EULER = Operation("exp", (Number(Fraction(1)),))


def evaluate(expression: Expression, values: Mapping):
    """The formula in NumPy's words, on numbers, arrays, or placed arrays; `values` has one for each variable."""
    match expression:
        case Number(value):
            return np.float64(float(value))
        case Name(name):
            return values[name]
        case Operation(name, inputs):
            return MEANING[name](*[evaluate(part, values) for part in inputs])


def is_defined(expression: Expression, values: Mapping) -> bool:
    """Whether every step of the calculation gives a finite number: a spreadsheet shows an error where one does not."""
    try:
        with np.errstate(all="raise", under="ignore"):
            return bool(np.isfinite(evaluate(expression, {name: np.float64(value) for name, value in values.items()})))
    except (FloatingPointError, OverflowError, ZeroDivisionError):
        return False


def variables(*expressions: Expression) -> tuple[str, ...]:
    """The variables of one or several formulas, in order of name."""
    return tuple(sorted({part.name for expression in expressions for part in _parts(expression) if isinstance(part, Name)}))


def _parts(expression: Expression) -> Iterator[Expression]:
    """The formula and everything in it."""
    yield expression
    if isinstance(expression, Operation):
        for part in expression.inputs:
            yield from _parts(part)


def _depth(expression: Expression) -> int:
    inputs = expression.inputs if isinstance(expression, Operation) else ()
    return 1 + max(map(_depth, inputs), default=0)


# ---- from text ---------------------------------------------------------------------------------------

_WIDE = {ord("!") + i + 0xFEE0: ord("!") + i for i in range(94)} | {0x3000: " "}  # full-width characters


_SIGNS = str.maketrans("−–×·⋅∗÷∕", "--****//") | {ord("π"): " pi ", ord("√"): " sqrt "} | _WIDE


_LEFT_SIDE = re.compile(r"^\s*([^\W\d_]\w*\s*(\([\w\s,]*\)\s*)?)?=")  # =, z =, f(x, y) =


RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"


_TOKEN = re.compile(r"\s*(?:([0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)|([^\W\d_]\w*)|(\*\*|[-+*/^()]))")


def parse(typed: str, where: Where | None = None) -> Expression:
    """Reads a function such as "x^2+y^2", "=sin(x)*exp(-y)" or "x² − 2×x".

    Raises UsageError, or ContentError where it stands in a cell, for anything that is no formula, and for a number
    that cannot be calculated (1/0, 9^9^9).
    """
    try:
        if len(typed) > LONGEST:
            raise UsageError("the function has {length} characters; at most {longest}.", length=len(typed), longest=LONGEST)
        plain = _LEFT_SIDE.sub("", typed.translate(_SIGNS))
        return _Reader(re.sub(f"[{RAISED}]+", _exponent, plain)).whole()
    except UsageError as error:
        if where is None:
            raise
        raise ContentError(error.message, where, **error.fields) from None


def _exponent(match: re.Match) -> str:
    """x² is x^2."""
    return "^" + "".join(str(RAISED.index(digit)) for digit in match[0])


class _Reader:
    """Reads a text from left to right: sums of products of powers."""

    def __init__(self, typed: str):
        self.typed, self.tokens, position = typed, [], 0
        while typed[position:].strip():
            match = _TOKEN.match(typed, position)
            if match is None:
                raise _meaningless(typed[position:].strip()[0])
            self.tokens.append(match[0].strip())
            position = match.end()
        self.depth = 0

    def whole(self) -> Expression:
        if not self.tokens:
            raise UsageError("there is no function; type one like x^2+y^2.")
        found = self.sum()
        if self.tokens:
            raise self.unfinished("an operator such as + or *")
        return found

    def unfinished(self, expected: str) -> UsageError:
        said = "the function {text}: expected {expected} before {found}."
        if not self.tokens:
            said = "the function {text}: expected {expected} at the end."
        return UsageError(said, text=repr(_short(self.typed)), expected=expected, found=repr("".join(self.tokens[:1])))

    def take(self, *wanted: str) -> str:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in wanted else ""

    def sum(self) -> Expression:
        self.depth += 1
        if self.depth > NESTED:
            raise _too_deep()
        found = self.product()
        while sign := self.take("+", "-"):
            found = _made("add" if sign == "+" else "subtract", found, self.product())
        self.depth -= 1
        return found

    def product(self) -> Expression:
        found = self.signed()
        while sign := self.take("*", "/"):
            found = _made("multiply" if sign == "*" else "divide", found, self.signed())
        return found

    def signed(self) -> Expression:
        """−x^2 is −(x^2), as in mathematics; a spreadsheet alone reads (−x)^2."""
        negative = False
        while sign := self.take("+", "-"):
            negative ^= sign == "-"
        found = self.power()
        return _made("negative", found) if negative else found

    def power(self) -> Expression:
        base = self.atom()
        if not self.take("^", "**"):
            return base
        self.depth += 1
        if self.depth > NESTED:
            raise _too_deep()
        exponent = self.signed()  # so a^b^c is a^(b^c)
        self.depth -= 1
        return _made("exp", exponent) if base == EULER else _made("power", base, exponent)

    def atom(self) -> Expression:
        if self.take("("):
            found = self.sum()
            self.close()
            return found
        token = self.tokens[0] if self.tokens else ""
        if token and (token[0].isdigit() or token[0] == "."):
            return _number(self.tokens.pop(0))
        if not token or not token[0].isalpha():
            raise self.unfinished("a number, a variable or a function")
        return self.named(self.tokens.pop(0))

    def named(self, name: str) -> Expression:
        """A constant, a function of what stands in brackets, or a variable."""
        function = name.lower()
        if function == "pi":
            if self.take("("):  # PI() of a spreadsheet
                self.close()
            return Operation("pi", ())
        if function in FUNCTIONS:
            if not self.take("("):
                raise UsageError("the function {name} needs brackets: {name}(x).", name=function)
            found = self.sum()
            self.close()
            return _made(function, found)
        if self.tokens and self.tokens[0] == "(":
            raise UsageError(
                "there is no function {name}; known: {known}.", name=repr(_short(name)), known=these((*FUNCTIONS, "pi", "e"))
            )
        return EULER if name == "e" else Name(name)

    def close(self) -> None:
        if not self.take(")"):
            raise self.unfinished("a closing bracket")


def _meaningless(sign: str) -> UsageError:
    said = "the function holds {found}, which means nothing in a formula."
    if sign == ",":
        said = "the function holds {found}; write numbers with a point, like 0.5."
    return UsageError(said, found=repr(sign))


def _short(typed: str) -> str:
    return typed if len(typed) <= 60 else typed[:59] + "…"


def _too_deep() -> UsageError:
    return UsageError("the function is nested too deeply or has too many terms; at most {deepest}.", deepest=DEEPEST)


def _number(typed: str) -> Number:
    if not isfinite(float(typed)) or (float(typed) == 0 and re.search("[1-9]", re.split("[eE]", typed)[0])):
        raise UsageError("{number} lies beyond the numbers that can be calculated with.", number=_short(typed))
    return Number(Fraction(typed))


def _made(name: str, *inputs: Expression) -> Operation:
    """An operation. Numbers alone must give a number again, of bounded size, so that nothing runs away."""
    found = Operation(name, inputs)
    if _depth(found) > DEEPEST:
        raise _too_deep()
    if not variables(found) and (_bits(found) > BITS or not is_defined(found, {})):
        raise UsageError("{number} lies beyond the numbers that can be calculated with.", number=_short(text(found)))
    return found


def _bits(expression: Expression) -> float:
    """An upper bound for the length of an exact number."""
    match expression:
        case Number(value):
            return value.numerator.bit_length() + value.denominator.bit_length()
        case Operation("power", (base, exponent)):
            return _bits(base) * max(abs(float(evaluate(exponent, {}))), 1.0)
        case Operation(_, inputs):
            return sum(map(_bits, inputs)) + 1
    return 0


# ---- to text -----------------------------------------------------------------------------------------

_ADD, _MULTIPLY, _NEGATE, _POWER, _ATOM = range(5)


_WRITTEN = {
    "add": (" + ", _ADD, _MULTIPLY),
    "subtract": (" - ", _ADD, _MULTIPLY),
    "multiply": ("*", _MULTIPLY, _POWER),
    "divide": ("/", _MULTIPLY, _POWER),
}  # sign, how tightly it binds, how tightly what stands right of it must


def text(expression: Expression, tightness: int = _ADD) -> str:
    """The formula as mathematics is typed: `parse` reads it back. Whole exponents are raised: x²."""
    written, own = _written(expression)
    return written if own >= tightness else f"({written})"


def _written(expression: Expression) -> tuple[str, int]:
    match expression:
        case Number(value):
            written = repr(float(value)).removesuffix(".0")
            return written, _ATOM if value >= 0 else _NEGATE
        case Name(name):
            return name, _ATOM
        case Operation("pi", ()):
            return "pi", _ATOM
        case Operation("exp", (Number(Fraction(numerator=1, denominator=1)),)):
            return "e", _ATOM
        case Operation("negative", (part,)):
            return "-" + text(part, _POWER), _NEGATE
        case Operation("power", (base, Number(value))) if value.denominator == 1 and 0 <= value < 1000:
            return text(base, _ATOM) + "".join(RAISED[int(digit)] for digit in str(value)), _POWER
        case Operation("power", (base, exponent)):
            return f"{text(base, _ATOM)}^{text(exponent, _ATOM)}", _POWER
        case Operation(name, (left, right)):
            sign, own, after = _WRITTEN[name]
            written = text(right, after)
            return text(left, own) + sign + (f"({written})" if written.startswith("-") else written), own
        case Operation(name, parts):
            return f"{name}({', '.join(map(text, parts))})", _ATOM


# ---- with sympy --------------------------------------------------------------------------------------


def derivative(expression: Expression, name: str) -> Expression:
    """∂/∂name by sympy's rules. Raises UsageError without sympy, ContentError for what a spreadsheet cannot calculate."""
    sympy = sympy_module()
    decimals = any(isinstance(part, Number) and part.value.denominator > 1 for part in _parts(expression))
    found = from_sympy(sympy.diff(to_sympy(expression), symbol(name)), decimals)
    if _depth(found) > DEEPEST:
        raise LimitError("the derivative of {function} is too long for a cell.", function=text(expression))
    return found


def sympy_module():
    """sympy; it takes half a second to load. Raises UsageError where it is not installed."""
    try:
        import sympy
    except ImportError:
        raise UsageError("derivatives need sympy. Install it with: {command}", command=pip_install("sympy")) from None
    return sympy


def symbol(name: str):
    """A variable as sympy has it."""
    return sympy_module().Symbol(name, real=True)


def to_sympy(expression: Expression):
    """The formula as sympy has it, every number exact."""
    sympy = sympy_module()
    match expression:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Name(name):
            return symbol(name)
        case Operation("pi", ()):
            return sympy.pi
        case Operation("abs", (part,)):
            return sympy.sqrt(to_sympy(part) ** 2)  # sympy's Abs of what might be complex has no simple derivative
        case Operation("log10", (part,)):
            return sympy.log(to_sympy(part), 10)
        case Operation(name, inputs):
            known = OPERATORS.get(name) or getattr(sympy, {"ln": "log"}.get(name, name))
            return known(*map(to_sympy, inputs))


_NAMES = {"log": "ln", "Abs": "abs"} | {name: name for name in (*FUNCTIONS, *SIGN)}  # from sympy's


_RECIPROCAL = {"cot": "tan", "sec": "cos", "csc": "sin", "coth": "tanh", "sech": "cosh", "csch": "sinh"}


def from_sympy(found, decimals: bool = False) -> Expression:
    """The formula back from sympy; `decimals`: 0.4 and not 2/5. Raises ContentError for what no spreadsheet calculates."""
    if found.is_Rational:
        return _rational(found, decimals)
    if found.is_Symbol:
        return Name(found.name)
    if found.is_Add:
        first, *others = sorted(found.as_ordered_terms(), key=lambda term: term.could_extract_minus_sign())
        return _sum(from_sympy(first, decimals), others, decimals)
    if found.is_Mul:
        return _product(found, decimals)
    if found.is_Pow:
        return _power(found, decimals)
    return _called(found, decimals)


_ONE = Number(Fraction(1))


def _called(found, decimals: bool) -> Expression:
    """A function, or a constant that has a name."""
    kind = found.func.__name__
    if kind in _NAMES:
        return Operation(_NAMES[kind], (from_sympy(found.args[0], decimals),))
    if kind in _RECIPROCAL:
        return Operation("divide", (_ONE, Operation(_RECIPROCAL[kind], (from_sympy(found.args[0], decimals),))))
    if kind in ("Pi", "Exp1"):
        return Operation("pi", ()) if kind == "Pi" else EULER
    raise ContentError("{function} cannot be calculated with a spreadsheet's functions.", function=_short(str(found)))


def _rational(found, decimals: bool) -> Expression:
    above, below = Fraction(int(found.p)), Fraction(int(found.q))
    if below == 1 or (decimals and 10**6 % below == 0):
        return Number(above / below)
    return Operation("divide", (Number(above), Number(below)))


def _sum(first: Expression, others: Sequence, decimals: bool) -> Expression:
    for term in others:
        negative = term.could_extract_minus_sign()
        first = Operation("subtract" if negative else "add", (first, from_sympy(-term if negative else term, decimals)))
    return first


def _product(found, decimals: bool) -> Expression:
    """A number first, then the other factors; what has a negative exponent stands below."""
    number, rest = found.as_coeff_Mul()
    size = _rational(abs(number), decimals)
    above, below = (list(size.inputs[:1]), list(size.inputs[1:])) if isinstance(size, Operation) else ([size], [])
    for factor in rest.as_ordered_factors():
        exponent = factor.as_base_exp()[1]
        under = exponent.is_Rational and exponent < 0
        (below if under else above).append(from_sympy(1 / factor if under else factor, decimals))
    if above[0] == _ONE and len(above) > 1:
        above.pop(0)
    if number < 0:
        first = above[0]
        above[0] = Number(-first.value) if isinstance(first, Number) else Operation("negative", (first,))
    return Operation("divide", (_times(above), _times(below))) if below else _times(above)


def _times(factors: Sequence[Expression]) -> Expression:
    return reduce(lambda left, right: Operation("multiply", (left, right)), factors)


def _power(found, decimals: bool) -> Expression:
    base, exponent = found.as_base_exp()
    if exponent.is_Rational and exponent < 0:
        return Operation("divide", (_ONE, from_sympy(1 / found, decimals)))
    if exponent.is_Rational and (exponent.p, exponent.q) == (1, 2):
        return Operation("sqrt", (from_sympy(base, decimals),))
    return Operation("power", (from_sympy(base, decimals), from_sympy(exponent, decimals)))
