"""The iterations that a person's own workbook shows, on sheets of their own or beside each other, and where each has what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlnn.book.names import PLACES, RESERVED, SETTINGS, SOLVED, START, TRAINED
from xlnn.book.origin import origin_of
from xlnn.book.own_places import Own
from xlnn.book.places_words import NEXT_SHEET
from xlnn.layout.layouts import MARKS
from xlnn.layout.places import Move, Place
from xlnn.model.problem import Problem
from xlnn.xlsx.workbook import Workbook, may_be_number

Where = Mapping[str, tuple[str, Place]]  # by quantity: its sheet and its place there


GIVEN = ("number", "x", "digit", "t", "eta")  # what is no iteration's own


NAME_LENGTH = 23  # of a sheet's name before a number; the whole may have 31 characters


NUMBERED = re.compile(r"(.*?)([0-9]+)([^0-9]*)", re.DOTALL)  # before the last number, the number, and behind it


@dataclass(frozen=True)
class OwnIterations:
    """What a workbook shows, by the iteration's number. `sheets` are those of its first iteration that every iteration has
    for itself; where iterations lie beside each other, `step` is from one to the next on their common sheet.
    """

    shown: Mapping[int, Where]
    sheets: tuple[str, ...] = ()
    step: Move | None = None
    moving: frozenset[str] = frozenset()  # the quantities that lie a step further in the next iteration

    @property
    def first(self) -> Where:
        return self.shown[min(self.shown)]


def numbered(sheet: str) -> tuple[str, int, str] | None:
    """What stands before and behind the last number of a sheet's name, and the number."""
    found = NUMBERED.fullmatch(sheet)
    return (found[1], int(found[2]), found[3]) if found and not found[2].startswith("0") else None


def follower(sheet: str, by: int) -> str:
    """The name with a number that is so much higher: 第1次 → 第2次."""
    before, number, behind = numbered(sheet)
    return f"{before}{number + by}{behind}"


def own_iterations(book: Workbook, problem: Problem, lines: Own) -> OwnIterations:
    """The iterations that the workbook shows at the places that `lines` tell of the first one.

    The column Next iteration says how they go on; without it, sheets of the next number, 第2次 beside 第1次, that have numbers
    at the same places.
    """
    quantities = problem.network.quantities
    named = {name: line.again or line for name, line in lines.items() if name in quantities}
    first = {name: (book.find(line.sheet), line.place(quantities[name], problem.images)) for name, line in named.items()}
    first = {name: (sheet, place) for name, (sheet, place) in first.items() if sheet is not None}
    sources = origin_of(problem).sources
    first |= {name: sources[name] for name in sources if name not in first and sources[name][0] not in (START, TRAINED, SOLVED)}
    steps = {name: line.following for name, line in named.items() if line.following not in (None, NEXT_SHEET)}
    first = {name: where for name, where in first.items() if not _is_next(first, name, steps)}
    sheets = tuple(dict.fromkeys(sheet for name, (sheet, _) in first.items() if name not in GIVEN))
    steps = {name: step for name, step in steps.items() if name in first}
    if steps:
        return OwnIterations(dict(_beside(book, problem, first, steps)), (), next(iter(steps.values())), frozenset(steps))
    said = any(line.following == NEXT_SHEET for line in named.values())
    return OwnIterations(_on_sheets(book, problem, first, sheets, said), sheets)


def _is_next(first: Where, name: str, steps: Mapping[str, Move]) -> bool:
    """Whether a new parameter stands where the next iteration has it: a step further, or on the sheet of the next number."""
    old = name.removeprefix("new_")
    if old == name or old not in first:
        return False
    sheet, place = first[old]
    if old in steps:
        return first[name] == (sheet, _moved(place, steps[old], 1))
    return bool(numbered(sheet)) and first[name] == (follower(sheet, 1), place)


def _beside(book: Workbook, problem: Problem, first: Where, steps: Mapping[str, Move]) -> Iterator[tuple[int, Where]]:
    """Iterations a step apart, to the first whose parameters, or whose results, are not there."""
    needed = [q.name for q in problem.network.parameters if q.name in steps] or list(steps)
    computed = [
        rule.result.name
        for rule in problem.network.rules
        if rule.result.name in steps and not rule.result.name.startswith("new_")
    ]
    number = 1
    while True:
        moved = {name: (sheet, _moved(place, steps.get(name), number - 1)) for name, (sheet, place) in first.items()}
        here = [moved[name] for name in (*needed, *computed[-1:])]
        if number > 1 and not all(_is_shown(book, sheet, place) for sheet, place in here):
            return
        yield number, moved
        number += 1


def _moved(place: Place, step: Move | None, by: int) -> Place:
    return place if step is None else place.moved(by * step[0], by * step[1])


def _is_shown(book: Workbook, sheet: str, place: Place) -> bool:
    bounds = place.bounds()
    return bounds.first.on_sheet and bounds.last.on_sheet and all(map(may_be_number, book.block(sheet, place).flat))


def _on_sheets(book: Workbook, problem: Problem, first: Where, sheets: Sequence[str], said: bool) -> dict[int, Where]:
    """Iterations on sheets whose names differ in a number; without a word about it in Places only the next ones."""
    parts = [numbered(sheet) for sheet in sheets]
    if not sheets or None in parts or len({part[1] for part in parts}) > 1:
        return {1: first}
    start = parts[0][1]
    if not said and start != 1:
        return {1: first}
    found = {start: first}
    for number in _further(book, parts[0], start, said):
        there = {sheet: book.find(follower(sheet, number - start)) for sheet in sheets}
        moved = {name: (there.get(sheet, sheet), place) for name, (sheet, place) in first.items()}
        kinds = {name: problem.network.quantities[name].kind for name in first}
        mine = [moved[name] for name, (sheet, _) in first.items() if sheet in sheets and kinds[name] not in (*GIVEN, *MARKS)]
        if None in there.values() or not all(_is_shown(book, *where) for where in mine):
            if said:
                continue
            break
        found[number] = moved
    return found


def _further(book: Workbook, parts: tuple[str, int, str], start: int, said: bool) -> list[int]:
    """The numbers behind the first that sheets like it have; without a gap where nothing says that there may be one."""
    before, _, behind = parts
    alike = (numbered(sheet) for sheet in book.sheets)
    numbers = sorted(found[1] for found in alike if found and (found[0], found[2]) == (before, behind) and found[1] > start)
    if said:
        return numbers
    return [number for position, number in enumerate(numbers, start + 1) if number == position]


def copy_names(book: Workbook, own: OwnIterations) -> dict[str, tuple[str, str]]:
    """What stands before and behind the iteration's number in the names of a sheet's copies: 第2次, Calc 2.

    The next numbers are taken where no other sheet has one of them.
    """
    parts = {sheet: numbered(sheet) for sheet in own.sheets}
    start, last = min(own.shown), max(own.shown)
    counted = all(part and part[1] == start for part in parts.values())
    patterns = {(part[0], part[2]) for part in parts.values()} if counted else set()
    mine = {sheet for shown in own.shown.values() for sheet, _ in shown.values()}
    alike = [numbered(sheet) for sheet in book.sheets if sheet not in mine]
    others = [
        found for found in alike if found and (found[0], found[2]) in patterns and (len(own.shown) == 1 or found[1] <= last)
    ]
    if counted and not others:
        return {sheet: (part[0], part[2]) for sheet, part in parts.items()}
    return {sheet: (sheet[:NAME_LENGTH] + " ", "") for sheet in own.sheets}


def written_sheets(book: Workbook) -> set[str]:
    """The sheets that xlnn writes anew: Settings and Places, and of a result all that are its own."""
    names = [*RESERVED, START, TRAINED, SOLVED] if book.marked else [SETTINGS, PLACES]
    return {found for name in names if (found := book.find(name))}
