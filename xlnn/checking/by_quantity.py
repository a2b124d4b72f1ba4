"""Compares two workbooks quantity by quantity: iteration 2 of one with iteration 2 of the other, wherever they lie.

>>> from xlnn.checking.by_quantity import compared_by_quantity
>>> compared_by_quantity("mine.xlsx", "mine-trained.xlsx").same      # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.book.iterations import Shown, book_of
from xlnn.book.names import PLACES
from xlnn.checking.comparing import Tolerance, seen_apart
from xlnn.checking.telling import FIRST, LISTED
from xlnn.errors import UsageError
from xlnn.layout.cells import Cell
from xlnn.words import say
from xlnn.xlsx.workbook import Workbook


@dataclass(frozen=True)
class Difference:
    """A number that differs: its quantity and iteration, and on both sides sheet, cell and number."""

    iteration: int
    quantity: str
    where_a: tuple[str, Cell]
    where_b: tuple[str, Cell]
    a: float
    b: float


@dataclass(frozen=True)
class ByQuantity:
    """Two workbooks; the same where all that both show agrees, however much more one of them shows."""

    a: Path
    b: Path
    iterations: tuple[int, ...]  # that both show
    quantities: tuple[str, ...]
    compared: int  # numbers
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        return not self.differences


def compared_by_quantity(
    a: str | Path,
    b: str | Path,
    *,
    places: str | Path | None = None,
    rtol: float = 1e-9,
    atol: float = 1e-12,
    digits: int | None = None,
    **settings,
) -> ByQuantity:
    """Compares what both workbooks show.

    `places` has the sheet Places for `a`, and for `b` where that has none. A cell that holds no number on one side
    is not compared. Raises as `xlnn.read` does, and UsageError where the two show nothing in common."""
    tolerance = Tolerance(rtol, atol, digits)
    one = book_of(Workbook(a), places=places, **settings)
    second = Workbook(b)
    other = book_of(second, places=None if second.find(PLACES) else places, **settings)
    theirs = {shown.iteration: shown for shown in reversed(other.iterations)}
    iterations, quantities, count = [], {}, 0
    differences: list[Difference] = []
    for mine in one.iterations:
        shown = theirs.get(mine.iteration)
        names = [name for name in mine.places if shown and name in shown.places]
        for name in names:
            numbers = one.numbers(mine, name), other.numbers(shown, name)
            if numbers[0].shape == numbers[1].shape:
                both = np.isfinite(numbers[0]) & np.isfinite(numbers[1])
                count, quantities[name] = count + int(both.sum()), True
                differences += _differences(mine, shown, name, numbers, both & ~_agree(tolerance, *numbers))
        iterations += [mine.iteration] if names else []
    if not count:
        raise UsageError("{a} and {b} show no quantity of the same iteration.", a=one.workbook.name, b=other.workbook.name)
    return ByQuantity(Path(a), Path(b), tuple(iterations), tuple(quantities), count, tuple(differences))


def _agree(tolerance: Tolerance, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return tolerance.agree(np.nan_to_num(a), np.nan_to_num(b))


def _differences(mine: Shown, theirs: Shown, name: str, numbers: tuple, differs: np.ndarray) -> Iterator[Difference]:
    for index in map(tuple, np.argwhere(differs).tolist()):
        a, b = (float(side[index]) for side in numbers)
        yield Difference(mine.iteration, name, mine.cell(name, index), theirs.cell(name, index), a, b)


# ---- how it is told ----------------------------------------------------------------------------------


def by_quantity_text(found: ByQuantity, language: str) -> str:
    """Counts, and the first differing numbers with both places."""
    lines = [
        say(
            "{quantities} quantities of {iterations} iterations: {compared} numbers compared, {different} differ.",
            language, quantities=len(found.quantities), iterations=len(found.iterations), compared=f"{found.compared:,}",
            different=f"{len(found.differences):,}",
        )
    ]  # fmt: skip
    for one in found.differences[:FIRST]:
        a, b = seen_apart(one.a, one.b)
        lines.append(f"  {one.iteration}  {one.quantity}: {_address(one.where_a)} {a} | {_address(one.where_b)} {b}")
    if len(found.differences) > FIRST:
        lines.append("  " + say("… and {count} more.", language, count=f"{len(found.differences) - FIRST:,}"))
    return "\n".join(lines)


def _address(where: tuple[str, Cell]) -> str:
    return f"{where[0]}!{where[1].name}"


def by_quantity_json(found: ByQuantity) -> dict[str, Any]:
    """The comparison for programs; the first differing numbers of all."""
    return {
        "a": str(found.a),
        "b": str(found.b),
        "same": found.same,
        "compared": found.compared,
        "different": len(found.differences),
        "iterations": list(found.iterations),
        "quantities": list(found.quantities),
        "numbers": [
            {
                **{"iteration": one.iteration, "quantity": one.quantity, "a_cell": _address(one.where_a)},
                **{"b_cell": _address(one.where_b), "a": one.a, "b": one.b},
            }
            for one in found.differences[:LISTED]
        ],
    }
