"""Lagrange's multipliers, book 2-7: the points where f may be smallest or largest while g = 0 holds.

L = f − λ₁g₁ − λ₂g₂ …; where all its partial derivatives are 0, f is stationary on the constraints. sympy solves the
equations in a process of its own, which is ended when it takes too long.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from math import isfinite, nan
from pathlib import Path

from xlnn.errors import ContentError, UsageError, Where, XlnnError
from xlnn.lessons.calculus import (
    Expression,
    Name,
    Number,
    Operation,
    derivative,
    from_sympy,
    parse,
    symbol,
    sympy_module,
    text,
    to_sympy,
    variables,
)
from xlnn.words import these

SECONDS = 30  # sympy may take so long


READABLE = 60  # characters of an exact number


SIMPLE = 40  # operations in what sympy is asked to simplify


@dataclass(frozen=True)
class Point:
    """A stationary point: what each variable and multiplier is, exactly ("" where that is too long) and as a number.

    A variable that may be anything has no number, and itself as its text. `singular`: the gradients of the constraints
    vanish or depend on one another there, so that it has no multipliers ("–").
    """

    exact: Mapping[str, str]
    numbers: Mapping[str, float | None]
    value: str
    number: float | None
    singular: bool = False

    @property
    def is_point(self) -> bool:
        return not self.singular and self.number is not None and None not in self.numbers.values()


@dataclass(frozen=True)
class Stationary:
    """All points, in order of their value; `complete` where sympy knows that there are no others."""

    points: tuple[Point, ...]
    complete: bool


def constraint(typed: str, where: Where | None = None) -> Expression:
    """Reads an equation like x^2+y^2=1 as g = x² + y² − 1. Raises UsageError, or ContentError where it stands in a cell."""
    left, equals, right = typed.replace("＝", "=").partition("=")
    if not equals or "=" in right:
        said = "a constraint is an equation like x^2+y^2=1, not {found}."
        raise ContentError(said, where, found=repr(typed)) if where else UsageError(said, found=repr(typed))
    g, other = parse(left, where), parse(right, where)
    return g if isinstance(other, Number) and not other.value else Operation("subtract", (g, other))


def multipliers(names: Sequence[str], count: int) -> tuple[str, ...]:
    """λ, or λ₁, λ₂ …; another letter where a variable begins with it."""
    letter = next(letter for letter in "λμνξ" if not any(name.startswith(letter) for name in names))
    return (letter,) if count == 1 else tuple(letter + "".join("₀₁₂₃₄₅₆₇₈₉"[int(d)] for d in str(i + 1)) for i in range(count))


def lagrangian(function: Expression, constraints: Sequence[Expression], names: Sequence[str]) -> Expression:
    """L = f − λg, book 2-7; `names` are those of the multipliers."""
    found = function
    for name, g in zip(names, constraints, strict=True):
        found = Operation("subtract", (found, Operation("multiply", (Name(name), g))))
    return found


def stationary(function: Expression, constraints: Sequence[Expression], seconds: float = SECONDS) -> Stationary:
    """All stationary points of a function where each of `constraints` is 0.

    Raises UsageError without sympy, ContentError where it finds no closed solution or takes longer than `seconds`.
    """
    names = variables(function, *constraints)
    if not all(variables(g) for g in constraints) or len(constraints) > len(names):
        said = "a constraint needs a variable, and there cannot be more constraints ({count}) than variables ({names})."
        raise ContentError(said, count=len(constraints), names=these(names or ["–"]))
    sympy_module()
    answer = _ask({"function": text(function), "constraints": [text(g) for g in constraints]}, seconds)
    if "error" in answer:
        raise ContentError("sympy finds no closed solution for the stationary points of {function}.", function=text(function))
    return Stationary(tuple(Point(**point) for point in answer["points"]), answer["complete"])


def _ask(question: dict, seconds: float) -> dict:
    """What the other process answers. Raises ContentError where it takes too long."""
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-P", "-m", "xlnn.lessons.lagrange"]
    asked = json.dumps(question).encode()
    try:
        done = subprocess.run(command, input=asked, capture_output=True, timeout=seconds, env={**os.environ, "PYTHONPATH": path})
    except subprocess.TimeoutExpired:
        raise ContentError("sympy found no closed solution within {seconds} seconds.", seconds=seconds) from None
    return json.loads(done.stdout) if done.returncode == 0 else {"error": True}


# ---- in the other process ----------------------------------------------------------------------------


def _answer(question: dict) -> dict:
    """The points as JSON has them."""
    function, constraints = parse(question["function"]), [parse(g) for g in question["constraints"]]
    found = _solved(function, constraints)
    return {"error": True} if found is None else asdict(found)


def _solved(function: Expression, constraints: Sequence[Expression]) -> Stationary | None:
    """None where sympy finds nothing, and nothing says that there is none."""
    names = variables(function, *constraints)
    lambdas = multipliers(names, len(constraints))
    letters = {name: symbol(name) for name in (*names, *lambdas)}
    whole = lagrangian(function, constraints, lambdas)
    g = [to_sympy(part) for part in constraints]
    slopes = [[sympy_module().diff(part, letters[name]) for name in names] for part in g]
    unknown = [letters[name] for name in (*lambdas, *names)]
    regular, all_regular = _solutions([to_sympy(derivative(whole, name)) for name in names] + g, unknown)
    singular, all_singular = _solutions(g + _minors(slopes), unknown[len(lambdas) :])
    f = to_sympy(function)
    points = [_point(f, letters, found) for found in regular]
    points += [_point(f, letters, found | {letters[name]: None for name in lambdas}, singular=True) for found in singular]
    points = [point for point in points if point.number is None or isfinite(point.number)]
    if not points and not (all_regular and all_singular):
        return None
    ordered = sorted(points, key=lambda point: (point.number is None, point.number or 0.0))
    return Stationary(tuple(ordered), all_regular and all_singular)


def _minors(slopes: list[list]) -> list:
    """They are all 0 where the gradients of the constraints depend on one another."""
    sympy, m = sympy_module(), len(slopes)
    return [sympy.Matrix(slopes)[:, list(columns)].det() for columns in combinations(range(len(slopes[0])), m)]


def _solutions(equations: Sequence, letters: Sequence) -> tuple[list[dict], bool]:
    """Real solutions, and whether these are all: that is known of finitely many solutions of polynomials only."""
    sympy = sympy_module()
    above = [sympy.fraction(sympy.together(part))[0] for part in equations]
    above = [part for part in above if part != 0]
    if any(part.is_number for part in above):
        return [], True
    for strict in (True, False) if all(part.is_polynomial(*letters) for part in above) else ():
        try:
            found = sympy.solve_poly_system(above, *letters, strict=strict) or []
            return _real([dict(zip(letters, values, strict=True)) for values in found], equations), strict
        except (NotImplementedError, sympy.polys.polyerrors.BasePolynomialError):
            pass  # some without a closed form, or infinitely many
    try:
        found = sympy.solve(above, list(letters), dict=True)
    except (NotImplementedError, sympy.polys.polyerrors.BasePolynomialError, ValueError, TypeError):
        found = []
    return _real(found, equations), False


def _real(solutions: list[dict], equations: Sequence) -> list[dict]:
    """Those that are real and fulfil the equations, calculated with 30 digits; each once."""
    sympy = sympy_module()
    found: dict[str, dict] = {}
    for solution in solutions:
        numbers = [sympy.N(value, 30) for value in solution.values() if not value.free_symbols]
        if all(_is_zero(sympy.im(n), 1e-20) for n in numbers) and all(_fulfils(solution, part) for part in equations):
            key = str({letter: sympy.N(value, 12) for letter, value in sorted(solution.items(), key=str)})
            found.setdefault(key, solution)
    return list(found.values())


def _fulfils(solution: dict, equation) -> bool:
    """Whether an equation has a value there, and that is 0; of infinitely many points nothing can be said."""
    sympy = sympy_module()
    left, below = (sympy.N(part.subs(solution), 30) for part in (equation, sympy.fraction(sympy.together(equation))[1]))
    return bool(left.free_symbols or _is_zero(left, 1e-15)) and not (below.is_number and _is_zero(below, 1e-15))


def _is_zero(number, size: float) -> bool:
    return bool(number.is_finite) and abs(complex(number)) < size


def _point(f, letters: Mapping, solution: dict, singular: bool = False) -> Point:
    values = {name: _simple(solution.get(letter, letter)) for name, letter in letters.items()}
    value = _simple(f.subs({letter: part for letter, part in solution.items() if part is not None}))
    exact = {name: _exact(part) for name, part in values.items()}
    numbers = {name: _number(part) for name, part in values.items()}
    return Point(exact, numbers, _exact(value), _number(value), singular)


def _simple(value):
    """Shorter where that does not take long."""
    sympy = sympy_module()
    if value is None or value.count_ops() > SIMPLE:
        return value
    return min((value, sympy.radsimp(value), sympy.simplify(value)), key=lambda part: part.count_ops())


def _exact(value) -> str:
    if value is None:
        return "–"
    try:
        written = text(from_sympy(value))
    except XlnnError:
        return ""
    return written if len(written) <= READABLE else ""


def _number(value) -> float | None:
    """None where it is not known, nan where it is not real or not finite."""
    if value is None or value.free_symbols:
        return None
    found = complex(sympy_module().N(value, 30))
    return found.real if abs(found.imag) < 1e-20 else nan


if __name__ == "__main__":
    json.dump(_answer(json.load(sys.stdin)), sys.stdout)
