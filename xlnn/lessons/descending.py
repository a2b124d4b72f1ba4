"""Descends on a function, or solves Lagrange's equations, from a workbook into a workbook (book 2-10, 2-11, 2-7)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from xlnn.errors import ContentError, DivergedError, UsageError, XlnnError
from xlnn.layout.cells import Cell
from xlnn.layout.places import Place, check_places
from xlnn.lessons.blocks import Lesson, calculated
from xlnn.lessons.calculus import is_defined, parse, variables
from xlnn.lessons.catalogue import language_of
from xlnn.lessons.descent import (
    HEADER,
    LAGRANGE,
    NAMES,
    ROW,
    SETTINGS,
    TABLE,
    Descent,
    lagrange_lesson,
    lesson,
    letters,
    stationary_lesson,
)
from xlnn.lessons.lagrange import Stationary, constraint, stationary
from xlnn.lessons.pages import write_lesson
from xlnn.words import every
from xlnn.xlsx.cell_table import UNCALCULATED
from xlnn.xlsx.saving import check_target
from xlnn.xlsx.workbook import ERRORS, NO_TEXT, Workbook, is_blank, shown


@dataclass(frozen=True)
class Descended:
    """What `descend` wrote: steps done, variables and value at the start and at the end; or the stationary points."""

    path: Path
    descent: Descent
    language: str
    steps: int = 0
    ends: tuple[dict[str, float], ...] = ()
    points: Stationary | None = None


def descend(
    path: str | Path, output: str | Path, *, cells: str = "formulas", language: str | None = None, force: bool = False, **options
) -> Descended:
    """Reads a workbook such as `xlnn.new("2-11", …)` writes, descends, and writes the result to `output`.

    Options override sheet Settings: function, start ("x=3, y=2"), eta, steps, constraints (texts). Raises UsageError,
    FileError, ContentError, LimitError, SaveError; DivergedError once the finite rows are written.
    """
    workbook, output = Workbook(path), Path(output)
    language = language or language_of(workbook, lesson())
    check_target(output, [workbook.path], force)
    try:
        return _descended(read_descent(workbook, **options), output, {"cells": cells, "language": language, "force": force})
    except XlnnError as error:
        error.language = language
        raise


def _descended(descent: Descent, output: Path, saving: Mapping) -> Descended:
    """Writes the result, of a descent or of Lagrange's equations."""
    language = saving["language"]
    if descent.constraints:
        found = stationary(descent.z, descent.equations)
        if not found.points:
            raise ContentError("{function} has no stationary point on the constraint.", function=descent.function)
        path = write_lesson(stationary_lesson(descent, found), output, **saving)
        return Descended(path, descent, language, points=found)
    steps, ends = path_of(descent)
    diverged = _diverged(descent, steps) if steps < descent.steps else None
    path = write_lesson(lesson(replace(descent, steps=steps), diverged), output, **saving)
    if diverged:
        more = DivergedError("The rows up to there are in {path}.", path=path)
        raise DivergedError("{first} {then}", first=diverged.text, then=more.text)
    return Descended(path, descent, language, steps, ends)


def path_of(descent: Descent) -> tuple[int, tuple[dict[str, float], ...]]:
    """How many steps stay finite, and variables and value at the start and at the end of them.

    Raises ContentError where the function has no value at the start, DivergedError where the first step is none, LimitError
    for more steps than a sheet has rows.
    """
    whole = lesson(descent)
    check_places({block.name: block.place for block in whole.sheets[1].blocks})
    values = calculated(whole)
    rows = [array for array in values.values() if array.shape]

    def has_value(i: int) -> bool:
        point = {name: values[name][i] for name in descent.variables}
        return all(is_defined(part, point) for part in (descent.z, *descent.derivatives))

    def is_fine(i: int) -> bool:
        return has_value(i) and all(np.isfinite(array[i]) for array in rows)

    good = next((i for i in range(descent.steps + 1) if not is_fine(i)), descent.steps + 1)
    if good == 0 and has_value(0):
        said = "the descent diverged: step 1 leads to numbers that are not finite. Try a smaller η than {eta}."
        raise DivergedError("{text} Nothing was written.", text=DivergedError(said, eta=descent.eta).text)
    if good == 0:
        said = "{function} or its derivative has no value at the start; choose another start."
        raise ContentError(said, function=descent.function)
    names = (*descent.variables, descent.symbol)
    return good - 1, tuple({name: float(values[name][i]) for name in names} for i in (0, good - 1))


def _diverged(descent: Descent, steps: int) -> DivergedError:
    return DivergedError(
        "the descent diverged: after step {steps} not every number is finite. Try a smaller η than {eta}.",
        steps=steps, eta=descent.eta,
    )  # fmt: skip


# ---- reading -----------------------------------------------------------------------------------------


def read(workbook: Workbook) -> Lesson:
    """The lesson that a workbook shows, for `xlnn check`. Raises ContentError."""
    descent = read_descent(workbook)
    sheet = workbook.find(LAGRANGE)
    if sheet is None or not descent.constraints:
        return lesson(descent)
    count = 0
    while not workbook.is_blank(sheet, Place(Cell(ROW + count, 2))):
        count += 1
    return lagrange_lesson(descent, dict.fromkeys(letters(descent), (0.0,) * count))


def read_descent(
    workbook: Workbook,
    *,
    function: str | None = None,
    start: str | None = None,
    eta: float | None = None,
    steps: int | None = None,
    constraints: Sequence[str] | None = None,
) -> Descent:
    """What sheet Settings says, with what is given instead. Raises ContentError naming the cell, UsageError for an option."""
    for row, name in enumerate(NAMES, 2):
        _expect(workbook, row, name)
    _expect(workbook, HEADER, "variable")
    where = lambda row: workbook.where(SETTINGS, Cell(row, 2))
    z = parse(function) if function is not None else parse(_typed(workbook, 3), where(3))
    equations = constraints if constraints is not None else _listed(_typed(workbook, 5))
    g = [constraint(part, where(5) if constraints is None else None) for part in equations]
    names = variables(z, *g)
    if start is not None:
        starts = parse_start(start, names)
    elif function is not None:
        starts = _starts(workbook, _table(workbook), names)
    else:
        starts = _starts(workbook, _fitting(workbook, names, complete=not g), names)
    missing = [name for name in names if name not in starts]
    if missing and not g:
        raise UsageError("the variable {name} needs a start: --start {example}.", name=missing[0], example=_example(names))
    return Descent(
        function if function is not None else _typed(workbook, 3),
        starts,
        eta if eta is not None else _eta(workbook),
        steps if steps is not None else _steps(workbook),
        tuple(equations),
    )


def parse_start(typed: str, names: Sequence[str]) -> dict[str, float]:
    """Reads "3, 2" (in order of the variables' names) or "x=3, y=2". Raises UsageError."""
    parts = re.split(r"[;,\s]+", re.sub(r"\s*=\s*", "=", typed.strip()))
    pairs = [part.split("=") for part in parts] if "=" in typed else list(zip(names, parts, strict=False))
    try:
        found = {name: float(number) for name, number in pairs}
    except ValueError:
        found = {}
    if len(found) != len(parts) or not set(found) <= set(names) or not np.isfinite(list(found.values())).all():
        said = "--start: expected a number for each variable, like {example}, found {found}."
        raise UsageError(said, example=_example(names), found=repr(typed))
    return found


def _example(names: Sequence[str]) -> str:
    return ",".join(f"{name}=1" for name in names)


def _expect(workbook: Workbook, row: int, name: str) -> None:
    """The names in column A say that this is the sheet it should be. Raises ContentError."""
    found = workbook.block(SETTINGS, Place(Cell(row, 1)))[()]
    if not isinstance(found, str) or found.strip() not in every(name):
        raise ContentError(
            "expected {expected} here, found {found}. `xlnn new 2-11` writes a workbook with this sheet.",
            workbook.where(SETTINGS, Cell(row, 1)), expected=name, found=shown(found),
        )  # fmt: skip


def _typed(workbook: Workbook, row: int) -> str:
    """A formula as it was typed in column B; Excel takes =x^2 for a formula of its own."""
    place = Place(Cell(row, 2))
    result, typed = (workbook.block(SETTINGS, place, results)[()] for results in (True, False))
    is_text = isinstance(result, str) and result not in ERRORS
    value = typed if isinstance(typed, str) and typed.startswith("=") and not is_text else result
    return "" if value is None else str(value)


def _listed(typed: str) -> list[str]:
    return [part.strip() for part in typed.split(";") if part.strip()]


def _eta(workbook: Workbook) -> float:
    eta = float(workbook.numbers(SETTINGS, Place(Cell(2, 2))))
    if eta <= 0:
        where = workbook.where(SETTINGS, Cell(2, 2))
        raise ContentError("the learning rate η must be a number above 0, not {value}.", where, value=eta)
    return eta


def _steps(workbook: Workbook) -> int:
    steps = float(workbook.numbers(SETTINGS, Place(Cell(4, 2))))
    if steps < 0 or not steps.is_integer():
        where = workbook.where(SETTINGS, Cell(4, 2))
        raise ContentError(
            "{what}: expected {expected}, found {found}.", where, what="steps", expected="a whole number", found=f"{steps:g}"
        )
    return int(steps)


def _table(workbook: Workbook) -> dict[str, int]:
    """The variables in the table, each with its row. Raises ContentError."""
    found: dict[str, int] = {}
    for row, line in enumerate(workbook.lines(SETTINGS)[TABLE - 1 :], TABLE):
        if is_blank(line[0]):
            break
        if line[0] is UNCALCULATED:
            raise ContentError(NO_TEXT, workbook.where(SETTINGS, Cell(row, 1)))
        name = str(line[0]).strip()
        if name in found:
            raise ContentError("{name} stands here a second time.", workbook.where(SETTINGS, Cell(row, 1)), name=name)
        found[name] = row
    return found


def _fitting(workbook: Workbook, names: Sequence[str], complete: bool) -> dict[str, int]:
    """The table, where it fits the workbook's own function. Raises ContentError."""
    table, at = _table(workbook), workbook.where(SETTINGS, Cell(3, 2))
    if not names:
        raise ContentError("the function {text} has no variable.", at, text=repr(_typed(workbook, 3)))
    for name in names:
        if name not in table and complete:
            raise ContentError("the function has the variable {name}; give it a start in the table below.", at, name=name)
    for name, row in table.items():
        if name not in names:
            where = workbook.where(SETTINGS, Cell(row, 1))
            raise ContentError("the function has no variable {name}; delete this row.", where, name=repr(name))
    return table


def _starts(workbook: Workbook, table: Mapping[str, int], names: Sequence[str]) -> dict[str, float]:
    """The starts of these variables, as far as they stand in the table."""
    here = {name: Place(Cell(table[name], 2)) for name in names if name in table}
    return {name: float(workbook.numbers(SETTINGS, place)) for name, place in here.items()}
