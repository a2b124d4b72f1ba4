"""What cells hold, as arrays: numbers, blanks, truth values, texts, errors; and how one counts as another.

Every array has the axes (copies, rows, columns): the copies of a formula, and what each of them has there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

NUMBER, BLANK, TRUTH, TEXT, ERROR = range(5)
ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!")
NULL, DIV0, VALUE, REF, NAME, NUM, NA = range(7)
NUMERAL = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(%?)\s*", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """`kinds` is None where all are numbers, `texts` where none is a text. An error's number is its place in ERRORS."""

    numbers: np.ndarray  # (copies, rows, columns) float64
    kinds: np.ndarray | None = None  # the same shape, uint8
    texts: np.ndarray | None = None  # the same shape, objects

    @property
    def shape(self) -> tuple[int, ...]:
        return self.numbers.shape

    def changed(self, change: Callable[[np.ndarray], np.ndarray]) -> Values:
        """With the same change of place in each of its arrays."""
        return Values(change(self.numbers), *(None if part is None else change(part) for part in (self.kinds, self.texts)))

    def all_kinds(self) -> np.ndarray:
        return np.zeros(self.shape, np.uint8) if self.kinds is None else self.kinds

    def all_texts(self) -> np.ndarray:
        return np.full(self.shape, "", object) if self.texts is None else self.texts

    def are(self, kind: int) -> np.ndarray:
        """Where they are of that kind."""
        return self.all_kinds() == kind


def constant(value) -> Values:
    """One number, truth value, text, or error, for all copies."""
    if isinstance(value, str):
        return Values(np.zeros((1, 1, 1)), np.full((1, 1, 1), TEXT, np.uint8), np.full((1, 1, 1), value, object))
    kind = TRUTH if isinstance(value, bool) else NUMBER
    return Values(np.full((1, 1, 1), float(value)), np.full((1, 1, 1), kind, np.uint8) if kind else None)


def failed(code: int, shape: tuple[int, ...] = (1, 1, 1)) -> Values:
    return Values(np.full(shape, float(code)), np.full(shape, ERROR, np.uint8))


def truths(found: np.ndarray, errors: np.ndarray | None = None) -> Values:
    """Truth values, errors where `errors` is not negative."""
    return with_errors(Values(found.astype(float), np.full(found.shape, TRUTH, np.uint8)), errors)


def texts_of(found: np.ndarray, errors: np.ndarray | None = None) -> Values:
    return with_errors(Values(np.zeros(found.shape), np.full(found.shape, TEXT, np.uint8), found), errors)


def with_errors(values: Values, errors: np.ndarray | None) -> Values:
    """The same, and errors where `errors` (their codes) is not negative."""
    if errors is None or not (errors >= 0).any():
        return values
    shape = np.broadcast_shapes(values.shape, errors.shape)
    wide, errors = values.changed(lambda part: np.broadcast_to(part, shape)), np.broadcast_to(errors, shape)
    kinds = np.where(errors >= 0, np.uint8(ERROR), wide.all_kinds())
    return Values(np.where(errors >= 0, errors, wide.numbers), kinds, wide.texts)


def errors_in(values: Values) -> np.ndarray | None:
    """The codes of its errors, −1 where there is none; None where there are none at all."""
    if values.kinds is None:
        return None
    wrong = values.kinds == ERROR
    return np.where(wrong, values.numbers, -1) if wrong.any() else None


def first_error(*found: np.ndarray | None) -> np.ndarray | None:
    """Of several arrays of codes the first that is an error, element by element."""
    errors = None
    for codes in found:
        if codes is not None:
            errors = codes if errors is None else np.where(errors >= 0, errors, codes)
    return errors


def as_numbers(values: Values) -> tuple[np.ndarray, np.ndarray | None]:
    """What they count for in arithmetic, and the codes of errors: a blank is 0, TRUE 1, a text the number that it spells."""
    if values.kinds is None:
        return values.numbers, None
    errors = errors_in(values)
    numbers = values.numbers if errors is None else np.where(errors >= 0, 0, values.numbers)
    spelled = values.kinds == TEXT
    if spelled.any():
        numbers = np.array(numbers, dtype=float)
        errors = np.full(values.shape, -1.0) if errors is None else np.array(errors)
        for at in zip(*np.nonzero(spelled), strict=True):
            number = numeral(values.texts[at])
            numbers[at], errors[at] = (0, VALUE) if number is None else (number, -1)
    return numbers, errors


def numeral(text: str) -> float | None:
    """The number that a text spells, None for any other text."""
    match = NUMERAL.fullmatch(text)
    return None if match is None else float(match[1]) / (100 if match[2] else 1)


def as_texts(values: Values) -> tuple[np.ndarray, np.ndarray | None]:
    """What they count for beside &, and the codes of errors."""
    kinds, given, numbers = values.all_kinds(), values.all_texts(), values.numbers
    found = np.empty(values.shape, object)
    for at in np.ndindex(values.shape):
        kind = kinds[at]
        found[at] = (
            given[at] if kind == TEXT else "" if kind == BLANK
            else ("FALSE", "TRUE")[int(numbers[at])] if kind == TRUTH else general(float(numbers[at]))
        )  # fmt: skip
    return found, errors_in(values)


def as_truths(values: Values) -> tuple[np.ndarray, np.ndarray | None]:
    """What they count for as a condition, and the codes of errors."""
    if values.kinds is None or not (values.kinds == TEXT).any():
        numbers, errors = as_numbers(values)
        return numbers != 0, errors
    found, errors = np.array(values.numbers), np.array(first_error(errors_in(values), np.full(values.shape, -1.0)))
    for at in zip(*np.nonzero(values.kinds == TEXT), strict=True):
        word = values.texts[at].upper()
        found[at], errors[at] = (word == "TRUE", -1) if word in ("TRUE", "FALSE") else (0, VALUE)
    return found != 0, errors


def general(number: float) -> str:
    """A number as & spells it: at most 15 significant digits."""
    if number == 0:
        return "0"
    digits, exponent = f"{number:.14e}".split("e")
    power = int(exponent)
    if -10 < power < 21 and not (power < -4 and len(digits.rstrip("0")) - power > 20):
        plain = f"{float(digits + 'e' + exponent):.{max(0, 14 - power)}f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"{digits.rstrip('0').rstrip('.')}E{'-' if power < 0 else '+'}{abs(power):02d}"


def chosen(index: np.ndarray, options: Sequence[Values]) -> Values:
    """Element by element the option of that number; the shapes broadcast."""
    shape = np.broadcast_shapes(index.shape, *(option.shape for option in options))
    index = np.broadcast_to(index, shape)

    def pick(parts: list[np.ndarray]) -> np.ndarray:
        found = np.array(np.broadcast_to(parts[0], shape))
        for number, part in enumerate(parts[1:], 1):
            np.copyto(found, part, where=index == number)
        return found

    plain = all(option.kinds is None for option in options)
    worded = any(option.texts is not None for option in options)
    return Values(
        pick([option.numbers for option in options]),
        None if plain else pick([option.all_kinds() for option in options]),
        pick([option.all_texts() for option in options]) if worded else None,
    )
