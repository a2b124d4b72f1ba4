"""The functions and operators of a sheet, each with its derivative beside it.

`ELEMENTWISE` calculate number by number: value(x, y, …) and, for every argument, its partial derivative from the
arguments and the value v. `REDUCING` take all numbers of all their arguments together: x with 0 where none is, and
m where one is, both (copies, n); their derivative by each of them is (copies, n).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xlnn.formula.values import DIV0, NUM


@dataclass(frozen=True)
class Elementwise:
    """`slopes` are by each argument, None: always 0. `fails`: where a result that is no number is #DIV/0!, not #NUM!."""

    value: Callable
    slopes: tuple[Callable | None, ...]
    fails: Callable | None = None
    defaults: tuple[float, ...] = ()  # of the last arguments, where they are left out


@dataclass(frozen=True)
class Reducing:
    """`few`: so many numbers it needs, else it is the error `fails`."""

    value: Callable
    slope: Callable
    few: int = 0
    fails: int = DIV0


def flat(*_):
    """The slope of a function that jumps: 0."""
    return 0.0


def divides_by_zero(x, y):
    return y == 0


def power(x, n):
    """x^n, which is 1 for 0^0, and a number for a negative x and a whole n."""
    return np.power(x, n)


def rounded(x, n, toward=None):
    """x to n decimal places, half away from zero; `toward` rounds the scaled magnitude otherwise."""
    scale = 10.0 ** np.trunc(n)
    size = np.abs(x) * scale
    up = np.floor(size + 0.5 + size * 2**-50) if toward is None else toward(size)
    found = np.sign(x) * up / scale
    return np.where(np.isfinite(size), found, x)


def near(x, y):
    """Whether two numbers are the same to a sheet: they differ in their last bits only."""
    return (x == y) | (np.abs(x - y) < np.abs(x) * 2.0**-48)


def whole(x):
    """The largest whole number that is not above x, as a sheet rounds: what is nearly whole is whole."""
    nearest = np.round(x)
    return np.where(near(x, nearest), nearest, np.floor(x))


ELEMENTWISE = {
    "+": Elementwise(np.add, (lambda x, y, v: 1.0, lambda x, y, v: 1.0)),
    "-": Elementwise(np.subtract, (lambda x, y, v: 1.0, lambda x, y, v: -1.0)),
    "*": Elementwise(np.multiply, (lambda x, y, v: y, lambda x, y, v: x)),
    "/": Elementwise(np.divide, (lambda x, y, v: 1 / y, lambda x, y, v: -v / y), divides_by_zero),
    "^": Elementwise(
        power,
        (lambda x, n, v: np.where(n == 0, 0.0, n * power(x, n - 1)), lambda x, n, v: np.where(x == 0, 0.0, v * np.log(x))),
        lambda x, n: (x == 0) & (n < 0),
    ),
    "negative": Elementwise(np.negative, (lambda x, v: -1.0,)),
    "%": Elementwise(lambda x: x / 100, (lambda x, v: 0.01,)),
    "EXP": Elementwise(np.exp, (lambda x, v: v,)),
    "LN": Elementwise(np.log, (lambda x, v: 1 / x,)),
    "LOG10": Elementwise(np.log10, (lambda x, v: 1 / (x * np.log(10)),)),
    "LOG": Elementwise(
        lambda x, b: np.log(x) / np.log(np.where(b > 0, b, np.nan)),
        (lambda x, b, v: 1 / (x * np.log(b)), lambda x, b, v: -v / (b * np.log(b))),
        lambda x, b: (b == 1) & (x > 0),
        (10.0,),
    ),
    "SQRT": Elementwise(np.sqrt, (lambda x, v: 0.5 / v,)),
    "ABS": Elementwise(np.abs, (lambda x, v: np.sign(x),)),
    "SIGN": Elementwise(np.sign, (flat,)),
    "INT": Elementwise(whole, (flat,)),
    "TRUNC": Elementwise(lambda x, n: rounded(x, n, np.floor), (flat, None), None, (0.0,)),
    "ROUND": Elementwise(rounded, (flat, None), None, (0.0,)),
    "ROUNDUP": Elementwise(lambda x, n: rounded(x, n, np.ceil), (flat, None), None, (0.0,)),
    "ROUNDDOWN": Elementwise(lambda x, n: rounded(x, n, np.floor), (flat, None), None, (0.0,)),
    "MOD": Elementwise(
        lambda x, y: x - y * np.floor(x / y), (lambda x, y, v: 1.0, lambda x, y, v: -np.floor(x / y)), divides_by_zero
    ),
    "SIN": Elementwise(np.sin, (lambda x, v: np.cos(x),)),
    "COS": Elementwise(np.cos, (lambda x, v: -np.sin(x),)),
    "TAN": Elementwise(np.tan, (lambda x, v: 1 + v * v,)),
    "ASIN": Elementwise(np.arcsin, (lambda x, v: 1 / np.sqrt(1 - x * x),)),
    "ACOS": Elementwise(np.arccos, (lambda x, v: -1 / np.sqrt(1 - x * x),)),
    "ATAN": Elementwise(np.arctan, (lambda x, v: 1 / (1 + x * x),)),
    "SINH": Elementwise(np.sinh, (lambda x, v: np.cosh(x),)),
    "COSH": Elementwise(np.cosh, (lambda x, v: np.sinh(x),)),
    "TANH": Elementwise(np.tanh, (lambda x, v: 1 - v * v,)),
    "STANDARDIZE": Elementwise(
        lambda x, m, s: np.where(s > 0, (x - m) / s, np.nan),
        (lambda x, m, s, v: 1 / s, lambda x, m, s, v: -1 / s, lambda x, m, s, v: -v / s),
    ),
}
ELEMENTWISE["POWER"] = ELEMENTWISE["^"]


def first_of(x, m, v):
    """1 at the first number that is v: of equal ones the first is the maximum, so that the derivative has one way to go."""
    same = m & (x == v)
    return same & (np.cumsum(same, axis=-1) == 1)


def spread(x, m):
    """The numbers' distances from their mean, 0 where there is none."""
    return np.where(m, x - x.sum(-1, keepdims=True) / m.sum(-1, keepdims=True), 0)


def product_of_others(x, m):
    """For every number the product of all others."""
    x = np.where(m, x, 1.0)
    ones = np.ones_like(x[:, :1])
    before = np.cumprod(np.concatenate([ones, x[:, :-1]], axis=1), axis=1)
    after = np.cumprod(np.concatenate([ones, x[:, :0:-1]], axis=1), axis=1)[:, ::-1]
    return np.where(m, before * after, 0)


def variance(less: int) -> Reducing:
    """Σ(x − mean)²/(n − less)."""
    return Reducing(
        lambda x, m: (spread(x, m) ** 2).sum(-1) / (m.sum(-1) - less),
        lambda x, m, v: 2 * spread(x, m) / (m.sum(-1, keepdims=True) - less),
        few=less + 1,
    )


def deviation(less: int) -> Reducing:
    """√ of the variance."""
    of = variance(less)
    return Reducing(lambda x, m: np.sqrt(of.value(x, m)), lambda x, m, v: of.slope(x, m, v) / (2 * v), of.few)


REDUCING = {
    "SUM": Reducing(lambda x, m: x.sum(-1), lambda x, m, v: m),
    "AVERAGE": Reducing(lambda x, m: x.sum(-1) / m.sum(-1), lambda x, m, v: m / m.sum(-1, keepdims=True), few=1),
    "MAX": Reducing(lambda x, m: np.where(m.any(-1), np.where(m, x, -np.inf).max(-1), 0), first_of),
    "MIN": Reducing(lambda x, m: np.where(m.any(-1), np.where(m, x, np.inf).min(-1), 0), first_of),
    "PRODUCT": Reducing(lambda x, m: np.where(m.any(-1), np.where(m, x, 1).prod(-1), 0), lambda x, m, v: product_of_others(x, m)),
    "SUMSQ": Reducing(lambda x, m: (x * x).sum(-1), lambda x, m, v: 2 * x),
    "DEVSQ": Reducing(lambda x, m: (spread(x, m) ** 2).sum(-1), lambda x, m, v: 2 * spread(x, m), few=1, fails=NUM),
    "STDEV.S": deviation(1),
    "STDEV.P": deviation(0),
    "VAR.S": variance(1),
    "VAR.P": variance(0),
    "COUNT": Reducing(lambda x, m: m.sum(-1).astype(float), lambda x, m, v: m * 0.0),
}
REDUCING |= {"STDEV": REDUCING["STDEV.S"], "STDEVP": REDUCING["STDEV.P"], "VAR": REDUCING["VAR.S"], "VARP": REDUCING["VAR.P"]}


@dataclass(frozen=True)
class Paired:
    """Of arrays of one shape, element by element; `slopes` by each of them."""

    term: Callable
    slopes: Callable  # of all arrays the partial derivatives of a term


def others_product(*x):
    return [np.prod([y for j, y in enumerate(x) if j != i], axis=0) if len(x) > 1 else np.ones_like(x[0]) for i in range(len(x))]


PAIRED = {
    "SUMPRODUCT": Paired(lambda *x: x[0] if len(x) == 1 else x[0] * x[1] if len(x) == 2 else np.prod(x, axis=0), others_product),
    "SUMXMY2": Paired(lambda x, y: (x - y) ** 2, lambda x, y: (2 * (x - y), -2 * (x - y))),
    "SUMX2MY2": Paired(lambda x, y: x * x - y * y, lambda x, y: (2 * x, -2 * y)),
    "SUMX2PY2": Paired(lambda x, y: x * x + y * y, lambda x, y: (2 * x, 2 * y)),
}
