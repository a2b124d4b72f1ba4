"""The iterations that a person's own workbook shows, on sheets of their own or beside each other, and where each has what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count

import numpy as np

from xlnn.book.names import DATA, HELD_OUT, PLACES, RESERVED, SETTINGS, SOLVED, START, TRAINED
from xlnn.book.origin import origin_of
from xlnn.book.own_places import Own
from xlnn.book.places_line import Line
from xlnn.book.places_words import NEXT_SHEET
from xlnn.book.whereabouts import (
    GIVEN,
    Lying,
    OwnIterations,
    Where,
    cells_of,
    is_like,
    moved,
    renamed,
    sheets_of,
    step_between,
)
from xlnn.layout.layouts import MARKS
from xlnn.layout.places import Move
from xlnn.model.problem import Problem
from xlnn.xlsx.workbook import Workbook, may_be_number

OTHER_BATCHES = (
    "the iterations on the sheets take other {what} than batch size and order say; the result has xlnn's own sheets for them."
)
EPOCHS = "an iteration is one update with {count} of the {what}, and {epoch} iterations are an epoch; -n counts iterations."
FEWER = "an epoch on the sheets has {epoch} iterations; of fewer the result has xlnn's own sheets."
WHOLE = "the sheets show whole epochs; what the last {count} iterations lead to stands on sheet Trained alone."
NAME_LENGTH = 23  # of a sheet's name before a number; the whole may have 31 characters


NUMBERED = re.compile(r"(.*?)([0-9]+)([^0-9]*)", re.DOTALL)  # before the last number, the number, and behind it


def numbered(sheet: str) -> tuple[str, int, str] | None:
    """What stands before and behind the last number of a sheet's name, and the number."""
    found = NUMBERED.fullmatch(sheet)
    return (found[1], int(found[2]), found[3]) if found and (found[2] == "0" or not found[2].startswith("0")) else None


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
    told = {name: (book.find(line.sheet), line.place(quantities[name], problem.images)) for name, line in named.items()}
    first: dict[str, Lying] = {name: (sheet, place) for name, (sheet, place) in told.items() if sheet is not None}
    sources = origin_of(problem).sources
    first |= {name: sources[name] for name in sources if name not in first and sources[name][0] not in (START, TRAINED, SOLVED)}
    if any(line.onward for line in named.values()):
        return _by_epochs(book, problem, first, named)
    steps = {name: line.following for name, line in named.items() if line.following not in (None, NEXT_SHEET)}
    if not any(line.following for line in named.values()) and (step := record_step(first, staying(problem))):
        steps = {name: step for name in first if name not in staying(problem)}
    next_ = {name: where for name, where in first.items() if _is_next(first, name, steps)}
    first = {name: where for name, where in first.items() if name not in next_}
    steps = {name: step for name, step in steps.items() if name in first}
    if steps:
        on_sheets = {name for name, line in named.items() if line.following == NEXT_SHEET}
        shown: dict[int, Where] = {
            n: dict(_followed(book, there, on_sheets, n)) for n, there in _beside(book, problem, first, steps)
        }
        return OwnIterations(shown, (), steps, dict(_behind(book, next_, steps, max(shown))), factors_of(named))
    said = any(line.following == NEXT_SHEET for line in named.values())
    sheets = own_of(first)
    shown = _on_sheets(book, problem, first, sheets, said)
    return OwnIterations(shown, sheets, {}, _as_next(shown, next_), factors_of(named))


def _by_epochs(book: Workbook, problem: Problem, first: Where, lines: Own) -> OwnIterations:
    """The iterations of epochs: so many in each as there are examples, until one is not there whole."""
    inside = {name: line.following for name, line in lines.items() if line.following and line.following != NEXT_SHEET}
    steps = {name: line.onward for name, line in lines.items() if line.onward not in (None, NEXT_SHEET)}
    sheets = () if steps else own_of(first)
    on_sheets = {name for name, line in lines.items() if line.following == NEXT_SHEET}
    next_ = [name for name, where in first.items() if _is_next(first, name, inside)]
    first = {name: where for name, where in first.items() if name not in next_}
    round_ = _count(book, first, inside)
    lying = {
        name: [moved(where, inside[name], i) if name in inside else where for i in range(round_)] for name, where in first.items()
    }
    shown: dict[int, Where] = {}
    needed = [q.name for q in problem.network.parameters if q.name in first]
    for epoch in count():
        there = {name: [_epoch_on(book, where, lines.get(name), epoch) for where in mine] for name, mine in lying.items()}
        if epoch and not all(_is_there(book, where) and _is_shown(book, where) for name in needed for where in there[name]):
            break
        for i in range(round_):
            n = epoch * round_ + i + 1
            shown[n] = dict(_followed(book, {name: mine[i] for name, mine in there.items()}, on_sheets, n))
    return OwnIterations(
        shown, sheets, {n: step for n, step in steps.items() if n in first}, _as_next(shown, next_), factors_of(lines),
        offset=offset_of(sheets), round=round_, inside={name: step for name, step in inside.items() if name in first},
    )  # fmt: skip


def _as_next(shown: Mapping[int, Where], names: Collection[str]) -> dict[int, Where]:
    """By iteration the new parameters that stand where the next one has its own."""
    return {n: {name: shown[n + 1][name.removeprefix("new_")] for name in names} for n in shown if n + 1 in shown}


def offset_of(sheets: Sequence[str]) -> int:
    """What the sheets of the first iteration have for a number in their names, less 1."""
    numbers = {part[1] for part in map(numbered, sheets) if part}
    return numbers.pop() - 1 if len(numbers) == 1 else 0


def _count(book: Workbook, first: Where, inside: Mapping[str, Move]) -> int:
    """How many iterations an epoch has: as many as have an example."""
    return examples_in(book, first["x"], inside["x"]) if "x" in inside and "x" in first else 1


def _epoch_on(book: Workbook, where: Lying, line: Line | None, epoch: int) -> Lying:
    """The same in an epoch so much further."""
    step = line.onward if line else None
    if step != NEXT_SHEET:
        return moved(where, step, epoch) if step else where
    return renamed(where, lambda sheet: book.find(follower(sheet, epoch)) or "" if numbered(sheet) else sheet)


def factors_of(lines: Own) -> dict[str, float]:
    """By quantity what the sheet's numbers are of its own, where they are something else."""
    return {name: line.factor for name, line in lines.items() if line.factor != 1}


def own_of(first: Where) -> tuple[str, ...]:
    """The sheets with something that is an iteration's own."""
    return tuple(dict.fromkeys(sheet for name, where in first.items() if name not in GIVEN for sheet in sheets_of(where)))


def staying(problem: Problem) -> frozenset[str]:
    """What no iteration changes, wherever it stands: η, and parameters that are not trained."""
    network = problem.network
    return frozenset({"eta"} | {q.name for q in network.parameters if network.frozen(q)})


def takes_batches(problem: Problem, own: OwnIterations) -> bool:
    """Whether each iteration that is shown has the images that the training gives it."""
    everything = np.arange(problem.images)
    if own.round > 1 and problem.settings.iterations < own.round:  # whole epochs are shown
        return False
    return all(n > 0 and np.array_equal(own.images.get(n, everything), problem.batch(n)) for n in own.shown)


def record_step(only: Where, stays: Collection[str]) -> Move | None:
    """The step to the next iteration where all of the only one stands in one line of cells, new parameters in the next; what
    `stays` may stand anywhere."""
    only = {name: where for name, where in only.items() if name.removeprefix("new_") not in stays}
    old = {name.removeprefix("new_"): name for name in only if name.startswith("new_")}
    moves = {step_between(only[name], only[new]) if name in only else None for name, new in old.items()}
    step = moves.pop() if len(moves) == 1 else None
    if step not in ((1, 0), (0, 1)):
        return None
    cells = [place for name, where in only.items() if name not in old.values() for place in cells_of(where)]
    return step if len({(sheet, cell.row if step[0] else cell.column) for sheet, cell in cells}) == 1 else None


def _is_next(first: Where, name: str, steps: Mapping[str, Move]) -> bool:
    """Whether a new parameter stands where the next iteration has it: a step further, or on the sheet of the next number."""
    old = name.removeprefix("new_")
    if old == name or old not in first:
        return False
    return stands_next(first[old], first[name], steps.get(old))


def stands_next(old: Lying, new: Lying, step: Move | None) -> bool:
    """Whether a new parameter stands where the next iteration has the old one's like."""
    if step is not None:
        return step_between(old, new) == step
    sheet = old[0]
    return bool(numbered(sheet)) and new[0] == follower(sheet, 1) and is_like(old, new)


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
        there = {n: moved(where, steps[n], number - 1) if n in steps else where for n, where in first.items()}
        if number > 1 and not all(_is_shown(book, there[name]) for name in (*needed, *computed[-1:])):
            return
        yield number, there
        number += 1


def _followed(book: Workbook, there: Where, on_sheets: Collection[str], n: int) -> Iterator[tuple[str, Lying]]:
    """Where an iteration beside others has what each iteration has on a sheet of its own; what has no sheet is not shown."""
    for name, where in there.items():
        if name not in on_sheets or n == 1:
            yield name, where
        elif all(numbered(sheet) and book.find(follower(sheet, n - 1)) for sheet in sheets_of(where)):
            yield name, renamed(where, lambda sheet: follower(sheet, n - 1))


def _behind(book: Workbook, next_: Where, steps: Mapping[str, Move], last: int) -> Iterator[tuple[int, Where]]:
    """By iteration the new parameters that stand where the next one has its own; behind the last one where they are shown."""
    for number in range(1, last + 1 if next_ else 1):
        there = {name: moved(where, steps[name.removeprefix("new_")], number - 1) for name, where in next_.items()}
        if number < last or all(_is_shown(book, where) for where in there.values()):
            yield number, there


def examples_behind(book: Workbook, own: OwnIterations, names: Collection[str]) -> Iterator[Where]:
    """Where a result of fewer iterations than there are examples has the others: as far on as their iterations would be."""
    last = own.shown[own.last]
    for by in count(1):
        steps = {**own.steps, **own.tables}
        there: Where = {n: moved(last[n], steps[n], by) if n in steps else _ahead(last[n], by) for n in names}
        if not all(_is_there(book, lying) and _is_shown(book, lying) for lying in there.values()):
            return
        yield there


def examples_in(book: Workbook, first: Lying, step: Move) -> int:
    """How many examples a table has from the first on: until one holds no number."""
    return next(n for n in count(1) if not _is_shown(book, moved(first, step, n)))


def _ahead(where: Lying, by: int) -> Lying:
    """The same on the sheets of a number that is so much higher; nowhere where there is none."""
    return renamed(where, lambda sheet: follower(sheet, by) if numbered(sheet) else "")


def _is_there(book: Workbook, where: Lying) -> bool:
    return all(book.find(sheet) for sheet in sheets_of(where))


def _is_shown(book: Workbook, where: Lying) -> bool:
    bounds = where[1].bounds()
    return bounds.first.on_sheet and bounds.last.on_sheet and all(map(may_be_number, book.block(*where).flat))


def _on_sheets(book: Workbook, problem: Problem, first: Where, sheets: Sequence[str], said: bool) -> dict[int, Where]:
    """Iterations on sheets whose names differ in a number; without a word about it in Places only the next ones."""
    parts = [numbered(sheet) for sheet in sheets]
    if not sheets or None in parts or len({part[1] for part in parts if part}) > 1:
        return {1: first}
    start = parts[0][1]
    if not said and start != 1:
        return {1: first}
    found = {start: first}
    for number in _further(book, parts[0], start, said):
        there = {sheet: book.find(follower(sheet, number - start)) for sheet in sheets}
        if None in there.values():
            if said:
                continue
            break
        next_ = _on(book, there, first)
        kinds = {name: problem.network.quantities[name].kind for name in first}
        mine = [next_[name] for name, where in first.items() if where[0] in sheets and kinds[name] not in (*GIVEN, *MARKS)]
        if not all(_is_shown(book, where) for where in mine):
            if said:
                continue
            break
        found[number] = next_
    return found


def _on(book: Workbook, sheets: Mapping[str, str | None], first: Where) -> Where:
    """The same on other sheets; an input of which nothing stands there is on the first sheet alone."""
    found = {name: renamed(where, lambda sheet: sheets.get(sheet) or sheet) for name, where in first.items()}
    alone = [name for name in found if name in GIVEN and book.is_blank(*found[name])]
    return found | {name: first[name] for name in alone}


def _further(book: Workbook, parts: tuple[str, int, str], start: int, said: bool) -> list[int]:
    """The numbers behind the first that sheets like it have; without a gap where nothing says that there may be one."""
    before, _, behind = parts
    alike = (numbered(sheet) for sheet in book.sheets)
    numbers = sorted(found[1] for found in alike if found and (found[0], found[2]) == (before, behind) and found[1] > start)
    if said:
        return numbers
    return [number for position, number in enumerate(numbers, start + 1) if number == position]


def copy_names(book: Workbook, own: OwnIterations) -> dict[str, tuple[str, str, int]]:
    """What stands before and behind the number in the names of a sheet's copies, 第2次 or Calc 2, and that of iteration 0.

    The next numbers are taken where no other sheet has one of them.
    """
    parts = {sheet: numbered(sheet) for sheet in own.sheets}
    start, last = min(own.shown) + own.offset, own.last + own.offset
    counted = all(part and part[1] == start for part in parts.values())
    patterns = {(part[0], part[2]) for part in parts.values() if part} if counted else set()
    mine = {sheet for shown in own.shown.values() for where in shown.values() for sheet in sheets_of(where)}
    alike = [numbered(sheet) for sheet in book.sheets if sheet not in mine]
    others = [
        found for found in alike if found and (found[0], found[2]) in patterns and (len(own.shown) == 1 or found[1] <= last)
    ]
    if counted and not others:
        return {sheet: (part[0], part[2], own.offset) for sheet, part in parts.items() if part}
    return {sheet: (sheet[:NAME_LENGTH] + " ", "", 0) for sheet in own.sheets}


def written_sheets(book: Workbook) -> set[str]:
    """The sheets that xlnn writes anew: Settings and Places, and of a result all that are its own; one called Data, or Held out,
    is a person's: beside his sheets xlnn has none."""
    written = [name for name in RESERVED if name not in (DATA, HELD_OUT)]
    names = [*written, START, TRAINED, SOLVED] if book.marked else [SETTINGS, PLACES]
    return {found for name in names if (found := book.find(name))}
