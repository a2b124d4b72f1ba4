"""Numbers of which only so many digits are known: arrays that carry a bound on every number's error.

A rule's `cell`, the same that gives a number on NumPy arrays and a formula on placed ones, gives on these the
number together with how far it can be off: worst case, so that a sum adds up the errors of its terms.

>>> a = Uncertain.stored(np.array([[[0.1, 0.2]]]), digits=1)
>>> total = a.sum()
>>> float(total.value[0, 0].round(3)), float(total.doubt[0, 0].round(3))
(0.3, 0.1)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

BATCH = 2  # leading axes that the rules do not see: sheets, images


SIGNIFICANT = 5e-15  # half a unit of the 15th significant digit, relative to a number that begins with 1


FEWER = 10  # significant digits that Google Sheets stores of a result


ENOUGH, MOST, LONG = 8, 0.95, 1 / 3  # so many numbers must tell it: nearly all have no more digits, many have no fewer


SNAPPED = 2.0**-47  # a difference that is smaller than this, compared with its terms, a spreadsheet makes 0


ROUNDING = 2.0**-53  # of one addition


FUNCTION = 2.0**-51  # by which exp, sin … of two programs differ, relative to the result


SAME = 4 * SIGNIFICANT  # numbers known so well that are equal as they are stored count as equal


UNREADABLE = 1e300  # the doubt of a cell that holds no number, and of what follows from it


UNKNOWN = UNREADABLE / 1e10  # from here on


class Precision(NamedTuple):
    """How numbers are stored: with so many significant digits, and where `decimals` is given, rounded to those."""

    decimals: int | None = None
    significant: int = 15


Digits = int | Precision | None  # a plain number is one of decimals


def precision_of(digits: Digits) -> Precision:
    return digits if isinstance(digits, Precision) else Precision(digits)


def stored_doubt(values: np.ndarray, digits: Digits = None) -> np.ndarray:
    """How far a stored number can be off: 15 significant digits, or what `digits` says."""
    decimals, significant = precision_of(digits)
    doubt = np.abs(values) * (SIGNIFICANT * 10.0 ** (15 - significant))
    return doubt if decimals is None else np.maximum(doubt, 0.5000001 * 10.0**-decimals)


def recognised(numbers: np.ndarray) -> Precision:
    """The precision that calculated numbers show: Google Sheets stores results with 10 significant digits."""
    kept = [number for number in numbers.tolist() if number]
    if len(kept) < ENOUGH or _share(kept, f".{FEWER}g") < MOST or 1 - _share(kept, f".{FEWER - 2}g") < LONG:
        return Precision()
    return Precision(significant=FEWER)


def common_decimals(numbers: np.ndarray) -> int | None:
    """The decimals to which calculated numbers are rounded, nearly all of them; None where they are not."""
    kept = [number for number in numbers.tolist() if number]
    few = len(kept) >= ENOUGH and _share(kept, f".{FEWER - 1}f") >= MOST  # who is rounded to fewer is rounded to these
    return next(d for d in range(FEWER) if _share(kept, f".{d}f") >= MOST) if few else None


def _share(numbers: list[float], form: str) -> float:
    """How many of the numbers are what this form makes of them."""
    return sum(float(format(number, form)) == number for number in numbers) / len(numbers)


class Uncertain(np.lib.mixins.NDArrayOperatorsMixin):
    """`value` and `doubt`, both (sheets, images, then the axes that a rule sees).

    A truth value is 0 or 1, with doubt 1 where the digits do not decide it.
    """

    __slots__ = ("doubt", "value")

    def __init__(self, value: np.ndarray, doubt: np.ndarray):
        self.value, self.doubt = value, doubt

    @classmethod
    def stored(cls, values: np.ndarray, digits: Digits = None, exact: bool = False) -> Uncertain:
        """Numbers read from cells; nan where a cell holds none. `exact`: whole numbers are what they are."""
        doubt = stored_doubt(values, digits)
        if exact:
            doubt = np.where(values == np.round(values), 0.0, doubt)
        unreadable = np.isnan(values)
        if unreadable.any():
            return cls(np.where(unreadable, 0.0, values), np.where(unreadable, UNREADABLE, doubt))
        return cls(values, doubt)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of what a rule sees."""
        return self.value.shape[BATCH:]

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key) -> Uncertain:
        keys = (slice(None),) * BATCH + (key if isinstance(key, tuple) else (key,))
        return Uncertain(self.value[keys], self.doubt[keys])

    def map(self, change: Callable) -> Uncertain:
        """The same change of shape, order or choice on values and doubts."""
        return Uncertain(change(self.value), change(self.doubt))

    def known(self, other) -> Uncertain:
        """`other` (a plain number or array that rules see) without doubt."""
        value = np.asarray(other, dtype=float)
        return Uncertain(value, np.zeros_like(value))

    # ---- what the rules use -------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc, method, *inputs, **_):
        change = OPERATIONS.get(ufunc.__name__)
        if method != "__call__" or change is None:
            return NotImplemented
        parts = _aligned([part if isinstance(part, Uncertain) else self.known(part) for part in inputs])
        return _unreadable_from(parts, Uncertain(*change(*parts)))

    def __array_function__(self, function, types, inputs, options):
        change = FUNCTIONS.get(function)
        return NotImplemented if change is None else change(self, *inputs)

    def _inner(self) -> tuple[int, ...]:
        return tuple(range(BATCH, self.value.ndim))

    def sum(self, axis=None, keepdims: bool = False) -> Uncertain:
        """Of everything that the rule sees."""
        inner = self._inner()
        rounding = self.size * ROUNDING * np.abs(self.value).sum(axis=inner)
        return Uncertain(self.value.sum(axis=inner), self.doubt.sum(axis=inner) + rounding)

    def max(self, axis=None, keepdims: bool = False) -> Uncertain:
        """Of everything that the rule sees."""
        inner, largest = self._inner(), self.value.max(axis=self._inner())
        high, low = (self.value + self.doubt).max(axis=inner), (self.value - self.doubt).max(axis=inner)
        return Uncertain(largest, np.maximum(high - largest, largest - low))

    def argmax(self) -> Uncertain:
        """The position of the largest of one axis; in doubt as far as other positions could be it."""
        value, doubt = self.value, self.doubt
        position = value.argmax(axis=-1)
        best = np.take_along_axis(value - doubt, position[..., None], axis=-1)
        equal = (value == value.max(axis=-1, keepdims=True)) & (doubt <= SAME * np.abs(value))
        possible = (value + doubt >= best) & ~equal
        away = np.abs(np.arange(value.shape[-1]) - position[..., None])
        found = Uncertain(position.astype(float), np.where(possible, away, 0).max(axis=-1).astype(float))
        return _unreadable_from([self.map(lambda a: a.max(axis=-1))], found)


def _aligned(parts: list[Uncertain]) -> list[Uncertain]:
    """Single numbers get axes of length 1, so that they meet every number of an array; constants stay as they are."""
    axes = max(part.value.ndim for part in parts)
    longer = lambda a: a.reshape(a.shape + (1,) * (axes - a.ndim))
    return [part.map(longer) if 0 < part.value.ndim < axes else part for part in parts]


def _unreadable_from(parts: list[Uncertain], result: Uncertain) -> Uncertain:
    """What comes from a number that cannot be read cannot be told either, however little the operation spreads doubts."""
    for part in parts:
        unknown = part.doubt >= UNKNOWN
        if unknown.any():
            result = Uncertain(result.value, np.where(unknown, UNREADABLE, result.doubt))
    return result


# ---- operations: from operands to (value, doubt) ----------------------------------------------------


def _sum_of_two(sign: int) -> Callable:
    def operation(a: Uncertain, b: Uncertain):
        value = a.value + sign * b.value
        largest = np.maximum(np.abs(a.value), np.abs(b.value))
        snapped = np.where(np.abs(value) <= SNAPPED * largest, np.abs(value), 0.0)
        return value, a.doubt + b.doubt + ROUNDING * largest + snapped

    return operation


def _multiply(a: Uncertain, b: Uncertain):
    return a.value * b.value, np.abs(a.value) * b.doubt + np.abs(b.value) * a.doubt + a.doubt * b.doubt


def _divide(a: Uncertain, b: Uncertain):
    value, room = a.value / b.value, np.abs(b.value) - b.doubt
    return value, np.where(room > 0, (a.doubt + np.abs(value) * b.doubt) / room, UNREADABLE)


def _power(a: Uncertain, b: Uncertain):
    """A whole exponent from 1 on, or any other of a number that is certainly on one side of 0."""
    whole = (b.doubt == 0) & (b.value == np.round(b.value))
    with np.errstate(all="ignore"):  # of numbers that cannot be raised: they are unreadable
        value = a.value**b.value
        grown = (np.abs(a.value) + a.doubt) ** b.value - np.abs(a.value) ** b.value
        ends = [(a.value + i * a.doubt) ** (b.value + j * b.doubt) for i in (-1, 1) for j in (-1, 1)]
    spread = np.max([np.abs(end - value) for end in ends], axis=0) + FUNCTION * np.abs(value)
    low = a.value - a.doubt
    certain = (low > 0) | ((low == 0) & (b.value > b.doubt)) | (whole & (np.abs(a.value) > a.doubt))
    return value, np.where(whole & (b.value >= 1), grown, np.where(certain, spread, UNREADABLE))


def _rising(function: Callable) -> Callable:
    """A function that only rises: its values at both ends of what the number can be."""

    def operation(a: Uncertain):
        value, high, low = function(a.value), function(a.value + a.doubt), function(a.value - a.doubt)
        return value, np.fmax(high - value, value - low) + FUNCTION * np.abs(value)

    return operation


def _falling(function: Callable) -> Callable:
    def operation(a: Uncertain):
        value, doubt = _rising(lambda number: -function(number))(a)
        return -value, doubt

    return operation


def _waving(function: Callable) -> Callable:
    """Sine and cosine: nowhere steeper than 1."""
    return lambda a: (function(a.value), np.minimum(a.doubt, 2.0) + FUNCTION)


def _tan(a: Uncertain):
    """It rises between its poles."""
    value, doubt = _rising(np.tan)(a)
    pole = np.floor((a.value + a.doubt) / np.pi - 0.5) != np.floor((a.value - a.doubt) / np.pi - 0.5)
    return value, np.where(pole, UNREADABLE, doubt)


def _cosh(a: Uncertain):
    value = np.cosh(a.value)
    return value, np.cosh(np.abs(a.value) + a.doubt) - value + FUNCTION * value


def _sign(a: Uncertain):
    return np.sign(a.value), np.where((a.doubt > 0) & (np.abs(a.value) <= a.doubt), 2.0, 0.0)


def _maximum(a: Uncertain, b: Uncertain):
    value = np.maximum(a.value, b.value)
    high, low = np.maximum(a.value + a.doubt, b.value + b.doubt), np.maximum(a.value - a.doubt, b.value - b.doubt)
    return value, np.maximum(high - value, value - low)


def _undecided(a: Uncertain, b: Uncertain):
    """Where the digits do not tell which of two numbers is larger, or whether they are equal."""
    doubt = a.doubt + b.doubt
    same = (a.value == b.value) & (doubt <= SAME * np.maximum(np.abs(a.value), np.abs(b.value)))
    return (np.abs(a.value - b.value) <= doubt) & ~same


def _comparison(compare: Callable) -> Callable:
    return lambda a, b: (compare(a.value, b.value).astype(float), _undecided(a, b).astype(float))


def _both(a: Uncertain, b: Uncertain):
    value = a.value * b.value
    possible = (a.value + a.doubt) * (b.value + b.doubt) > 0
    certain = (a.value - a.doubt > 0) & (b.value - b.doubt > 0)
    return value, (possible & ~certain).astype(float)


OPERATIONS: dict[str, Callable] = {
    "add": _sum_of_two(1),
    "subtract": _sum_of_two(-1),
    "multiply": _multiply,
    "divide": _divide,
    "power": _power,
    "negative": lambda a: (-a.value, a.doubt),
    "absolute": lambda a: (np.abs(a.value), a.doubt),
    "exp": _rising(np.exp),
    "log": _rising(np.log),
    "tanh": _rising(np.tanh),
    "log10": _rising(np.log10),
    "sqrt": _rising(np.sqrt),
    "sin": _waving(np.sin),
    "cos": _waving(np.cos),
    "tan": _tan,
    "arcsin": _rising(np.arcsin),
    "arccos": _falling(np.arccos),
    "arctan": _rising(np.arctan),
    "sinh": _rising(np.sinh),
    "cosh": _cosh,
    "sign": _sign,
    "maximum": _maximum,
    "equal": _comparison(np.equal),
    "less": _comparison(np.less),
    "less_equal": _comparison(np.less_equal),
    "greater": _comparison(np.greater),
    "greater_equal": _comparison(np.greater_equal),
    "logical_and": _both,
}


def _where(self: Uncertain, condition, yes, no) -> Uncertain:
    """Either of the two where the condition is undecided."""
    parts = [part if isinstance(part, Uncertain) else self.known(part) for part in (condition, yes, no)]
    chosen, yes, no = _aligned(parts)
    value = np.where(chosen.value > 0, yes.value, no.value)
    either = np.abs(yes.value - no.value) + np.maximum(yes.doubt, no.doubt)
    found = Uncertain(value, np.where(chosen.doubt > 0, either, np.where(chosen.value > 0, yes.doubt, no.doubt)))
    return _unreadable_from([chosen], found)


def _choose(self: Uncertain, position: Uncertain, choices) -> Uncertain:
    meant = np.array(choices, dtype=float)
    spread = np.ptp(meant)
    found = Uncertain(meant[position.value.astype(int)], np.where(position.doubt > 0, spread, 0.0))
    return _unreadable_from([position], found)


FUNCTIONS: dict[Callable, Callable] = {
    np.where: _where,
    np.count_nonzero: lambda self, truths: truths.sum(),
    np.choose: _choose,
}
