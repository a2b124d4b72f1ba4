"""C_T over two parameters around the path of training: the picture of the book's 2-10 for a real network.

The surface holds all other parameters at their trained values; the path is the training of all parameters, of which
these two are shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.errors import LimitError, UsageError, printable
from xlnn.layout.cells import ROWS
from xlnn.model.many import totals
from xlnn.model.problem import Problem
from xlnn.model.quantities import Quantity
from xlnn.model.training import states
from xlnn.words import these

WRITTEN = re.compile(r"\s*(.+?)\s*\[\s*([0-9]{1,9}(?:\s*,\s*[0-9]{1,9})*)\s*\]\s*", re.DOTALL)


SUBSCRIPTS = re.compile(r"\s*([wb](?:[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[0-9]+))([₀-₉]+(?:,[₀-₉]+)*)\s*")


BELOW = re.compile(r"\s*([wb][⁰¹²³⁴⁵⁶⁷⁸⁹0-9]+)((?:_[0-9]{1,9})+)\s*")


PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")


GRIDS = (3, 255)  # Excel's charts have at most 255 series


NUMBERS = 1 << 22  # parameters of many sets that are held at a time (32 MB)


@dataclass(frozen=True)
class Parameter:
    """One number among the parameters: `index` counts from 0, as NumPy does; it is shown from 1, as the book counts."""

    quantity: Quantity
    index: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.quantity.name}[{','.join(str(i + 1) for i in self.index)}]"

    def of(self, parameters) -> float:
        return float(parameters[self.quantity.name][self.index])


@dataclass(frozen=True)
class Landscape:
    """C_T of all images over two parameters.

    `across` (n) and `up` (n) are the values of the first and of the second; `CT` (n, n) has up's index in front.
    `path` (m, 2) are both after each of the `updates` (m), `path_CT` (m) is C_T in the training, `path_here` (m) on the
    surface, where the other parameters are the trained ones. Where training ended is a point of the grid.
    """

    problem: Problem
    over: tuple[Parameter, Parameter]
    across: np.ndarray
    up: np.ndarray
    CT: np.ndarray
    updates: np.ndarray
    path: np.ndarray
    path_CT: np.ndarray
    path_here: np.ndarray

    def nearest(self, point: Sequence[float]) -> tuple[int, int]:
        """The index in `CT` that is nearest to a point (across, up)."""
        return int(np.abs(self.up - point[1]).argmin()), int(np.abs(self.across - point[0]).argmin())

    @property
    def lowest(self) -> tuple[int, int]:
        """The index of the smallest C_T."""
        row, column = np.unravel_index(self.CT.argmin(), self.CT.shape)
        return int(row), int(column)


def landscape(problem: Problem, over: Sequence[str], *, grid: int = 25, margin: float = 2.0) -> Landscape:
    """Trains `problem`, and computes C_T on a grid of `grid` × `grid` values of the two parameters `over`.

    over: two parameters with their indexes counted from 1, as ("w2[1,1,1]", "w2[1,2,3]"). margin: how far the grid
    reaches beyond the path on every side. With mini-batches the path has a point after each epoch.

    Raises UsageError, LimitError for a path longer than a sheet, and DivergedError where the training diverges.
    """
    first, second = _two(problem, over)
    if not GRIDS[0] <= grid <= GRIDS[1]:
        raise UsageError("the grid must have {least} to {most} values, not {value}.", least=GRIDS[0], most=GRIDS[1], value=grid)
    if not (np.isfinite(margin) and margin > 0):
        raise UsageError("the margin must be a number above 0, not {value}.", value=margin)
    if -(-problem.settings.iterations // problem.per_epoch) + 3 > ROWS:
        raise LimitError(
            "the path of {updates} updates needs more rows than a sheet has, 1,048,576. Try fewer.",
            updates=f"{problem.settings.iterations:,}",
        )  # fmt: skip
    updates, path, costs, end = _trained(problem, (first, second))
    with np.errstate(over="ignore", invalid="ignore"):
        across, up = (_values(path[:, axis], grid, margin) for axis in (0, 1))
        corners = np.array([(p, q) for q in up for p in across])
        found = total_costs(problem, end, (first, second), np.concatenate([corners, path]))
    if not np.isfinite(found).all():
        raise UsageError("C_T is not a finite number everywhere on this grid; try a smaller margin than {margin}.", margin=margin)
    here = found[len(corners) :]
    return Landscape(problem, (first, second), across, up, found[: len(corners)].reshape(grid, grid), updates, path, costs, here)


def _trained(problem: Problem, over: Sequence[Parameter]):
    """Updates (m), the path (m, 2), C_T on it (m), and the last parameters."""
    rows = []
    for step in states(problem):
        rows.append((step.iteration - 1, *(parameter.of(step.parameters) for parameter in over), float(step["CT"])))
    table = np.array(rows)
    return table[:, 0].astype(int), table[:, 1:3], table[:, 3], step.parameters


def _values(path: np.ndarray, grid: int, margin: float) -> np.ndarray:
    """Evenly spaced values that reach by the margin beyond the path; the last value of the path is one of them."""
    low, end = path.min() - margin, path[-1]
    between = (path.max() + margin - low) / (grid - 1)
    return end + (np.arange(grid) - round((end - low) / between)) * between


def total_costs(problem: Problem, parameters: Mapping, over: Sequence[Parameter], points: np.ndarray) -> np.ndarray:
    """C_T of all images (n) for each of the points (n, 2), which are values of two parameters; the others are given."""

    def some(points: np.ndarray) -> np.ndarray:
        sets = {name: np.repeat(array[None], len(points), axis=0) for name, array in parameters.items()}
        for axis, parameter in enumerate(over):
            at: tuple = (slice(None), *parameter.index)
            sets[parameter.quantity.name][at] = points[:, axis]
        return totals(problem, sets)

    each = max(1, NUMBERS // problem.parameter_count)
    return np.concatenate([some(points[start : start + each]) for start in range(0, len(points), each)])


# ---- which parameters ----------------------------------------------------------------------------------


def _two(problem: Problem, over: Sequence[str]) -> tuple[Parameter, Parameter]:
    if len(over) != 2:
        raise UsageError("a landscape is over two parameters, not {count}.", count=len(over))
    first, second = (parameter(problem, text) for text in over)
    if first == second:
        raise UsageError("a landscape needs two different parameters, not {value} twice.", value=str(first))
    return first, second


def parameter(problem: Problem, text: str) -> Parameter:
    """The parameter that is written as 'w3[1,2]', 'w3_1_2' or 'w³₁₂', indexes counted from 1 as the book does.

    Of more than two, 'w2[1,2,3]' is unit, row and column, 'w2[1,6]', 'w2_1_6' or 'w²₁₆' the unit and the number of the pixel,
    row by row. Raises UsageError.
    """
    match = WRITTEN.fullmatch(unicodedata.normalize("NFKC", _in_brackets(text)))  # as labels are read
    if not match:
        raise UsageError(
            "cannot read {value}: write a parameter with its indexes counted from 1, like w2[1,2,3].", value=repr(printable(text))
        )
    name, index = match[1], tuple(int(number) - 1 for number in match[2].split(","))
    known = {q.name: q for q in problem.network.parameters}
    if name not in known:
        raise UsageError("there is no parameter {name}; known: {known}.", name=repr(name), known=these(known))
    shape = known[name].shape
    if len(index) == 2 < len(shape) and 0 <= index[1] < np.prod(shape[1:]):
        index = (index[0], *map(int, np.unravel_index(index[1], shape[1:])))
    if len(index) != len(shape) or any(not 0 <= i < size for i, size in zip(index, shape, strict=True)):
        first, last = Parameter(known[name], (0,) * len(shape)), Parameter(known[name], tuple(size - 1 for size in shape))
        raise UsageError(
            "there is no {value}; indexes count from 1: {first} to {last}.",
            value=f"{name}[{match[2]}]", first=str(first), last=str(last),
        )  # fmt: skip
    return Parameter(known[name], index)


def _in_brackets(text: str) -> str:
    """'w2_1_11' and 'w²₁₁' as 'w2[1,11]' and 'w2[1,1]'; any other as it is."""
    match = SUBSCRIPTS.fullmatch(text) or BELOW.fullmatch(text)
    if not match:
        return text
    name, index = (part.translate(PLAIN) for part in match.groups())
    numbers = index.replace("_", ",").strip(",")
    if name[0] == "w" and "," not in numbers and len(numbers) > 1:  # the first is the unit's
        numbers = f"{numbers[0]},{numbers[1:]}"
    return f"{name}[{numbers}]"
