"""Mistakes that the numbers of any quantity can have: zeros, factors, rounding."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from xlnn.checking.mistakes.case import Case, Try, constant, mistake
from xlnn.checking.uncertain import Uncertain
from xlnn.model.quantities import SYMBOLS


@mistake("zero", "the cells hold 0", "Enter the formula: {equation}.", *SYMBOLS, last=True)
def zero(case: Case) -> Uncertain:
    return constant(case.expected, 0)


@mistake(
    "times-a-factor",
    "the numbers are {factor} times what they should be",
    "Enter the formula as it is: {equation}.",
    *SYMBOLS,
    last=True,
)
def times_a_factor(case: Case) -> Iterator[Try]:
    """All wrong cells are the right numbers times one factor that people leave out or write twice.

    Some real factor fits any single cell: so only those that can be named.
    """
    images, eta = len(case.group.sheets[0].images), case.numbers["eta"].value.reshape(-1)
    ones = np.ones(len(eta))
    factors = {"2": 2 * ones, "1/2": ones / 2, "n": images * ones, "1/n": ones / images, "η": eta, "1/η": 1 / eta}
    for (name, factor), sign in product({"1": ones, **factors}.items(), (1, -1)):
        if name != "1" or sign < 0:
            outer = sign * factor.reshape(-1, *(1,) * (case.wrong.ndim - 1))
            value = Uncertain(outer * case.expected.value, np.abs(outer) * case.expected.doubt)
            shown = [f"{'−' * (sign < 0)}{name}" + (f" ({f * sign:.6g})" if name[-1] in "nη" else "") for f in factor]
            yield value, {"factor": np.array(shown * (len(case.wrong) // len(shown)))}


@mistake(
    "rounded",
    "the numbers are rounded to {digits} decimals",
    "Keep all digits and only show fewer of them; or check with --digits {digits}.",
    *SYMBOLS,
    last=True,
)
def rounded(case: Case) -> Iterator[Try]:
    """Numbers typed with so many decimals, where the others have more."""
    if case.group.book.decimals is not None:
        return
    only_zeros = ~((case.found != 0) & case.wrong).any(axis=tuple(range(1, case.wrong.ndim)), keepdims=True)
    for digits in range(12, 0, -1):
        typed = np.round(case.found, digits)
        exact = (np.abs(typed - case.found) <= 1e-15 * np.abs(case.found)) & ~only_zeros
        near = np.abs(typed - case.expected.value) <= 0.51 * 10.0**-digits
        yield Uncertain(np.where(exact & near, typed, np.nan), case.expected.doubt), {"digits": digits}
