"""The iterations that a workbook's formulas show, in the form in which sheet Places tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from xlnn.book import understood
from xlnn.book.origin import origin_of
from xlnn.book.own_iterations import offset_of, own_of, record_step, stands_next, staying
from xlnn.book.standard import standard
from xlnn.book.whereabouts import GIVEN, Lying, OwnIterations, Where, examples_apart, is_like, sheets_of, step_between
from xlnn.layout.arrange import arrange
from xlnn.layout.places import Move, Place
from xlnn.model.problem import Problem
from xlnn.understand import Understood
from xlnn.xlsx.workbook import Workbook, may_be_number

IRREGULAR = (
    "the iterations lie neither on sheets of their own nor an equal step apart; the result has xlnn's own sheets for them."
)
STAYS, SHEET = (0, 0), "sheet"  # how a quantity goes on in the next iteration, besides a step


def understood_iterations(book: Workbook, problem: Problem, found: Understood) -> OwnIterations:
    """The iterations that the formulas show. What lies where the authors have it is what it is there."""
    shown, factors, images = _shown(book, problem, found)
    names = [name for name in shown[0] if len(shown) == 1 or any(name in where for where in shown[1:])]
    ways = {name: _way([where[name] for where in shown if name in where]) for name in names}
    if len(shown) == 1 and (step := record_step(shown[0], staying(problem))):
        ways = {name: STAYS if name in staying(problem) else step for name in ways}
    ways |= {name: _way(wheres) for name, wheres in _in_turns(shown, images).items()}
    steps = {name: way for name, way in ways.items() if isinstance(way, tuple) and way != STAYS}
    tables = examples_apart(shown[0], steps) if images else {}
    ways = {name: way for name, way in ways.items() if name not in tables}
    steps = {name: way for name, way in steps.items() if name not in tables}
    beyond = {n: _beyond(shown, n, steps) for n in range(1, len(shown) + 1)}
    first = [name for name in names if name not in beyond[1]]
    mine = {n: {name: where[name] for name in first if name in where} for n, where in enumerate(shown, 1)}
    regular = _is_regular({name: ways[name] for name in first if name in ways}, steps, shown)
    inside: Mapping[str, Move] = {}
    if rounds := _rounds(problem, list(mine.values()), images):
        (inside, steps), tables, regular = rounds, {}, True
    sheets = () if steps else own_of(mine[1])
    others = tuple(understood_iterations(book, problem, other) for other in found.others if _is_within(problem, other))
    own = OwnIterations(
        mine, sheets, {name: step for name, step in steps.items() if name in first}, beyond, factors, images, offset_of(sheets),
        regular, tables, problem.per_epoch, others, understood.common_eta(found), found.memory < 0, understood.scheduled(found),
        problem.per_epoch if rounds else 1, inside,
    )  # fmt: skip
    return own.with_eta({n: _eta(book, own, n, found) for n in mine})


def _is_within(problem: Problem, found: Understood) -> bool:
    """Whether a training has no more examples than the problem: those of one that has more are of another kind."""
    return len(understood.examples(found)[0]) <= problem.images


def _shown(book: Workbook, problem: Problem, found: Understood) -> tuple[list[Where], dict[str, float], dict[int, np.ndarray]]:
    """What every iteration shows; by quantity what the sheet's numbers are of its own; the images of those that have not all."""
    fits = {q.name: q.shape for q in problem.network.quantities.values()}
    factors, images = understood.factors(found), {}
    shown: list[Where] = []
    layout = cache(lambda: arrange(problem.settings.layout, list(problem.network.quantities.values()), problem.images))
    for number, each in enumerate(understood.shows(found), 1):
        places: dict[str, Lying] = {
            n: where for n, where in each.places.items() if n in fits and _shape_of(problem, n, where[1]) == fits[n]
        }
        if origin_of(problem).arrangement:
            there = standard(book, problem.network, layout(), places["x"][0] if "x" in places else each.name)
            places |= {**there, **(origin_of(problem).sources if number == 1 else {})}
            factors = {n: factor for n, factor in factors.items() if n not in there}
        elif not np.array_equal(each.images, np.arange(problem.images)):
            images[number] = each.images
        shown.append(places)
    return shown, factors, images


def _shape_of(problem: Problem, name: str, place: Place) -> tuple[int, ...]:
    return place.shape[1:] if problem.network.quantities[name].per_image else place.shape


# ---- how iterations go on ---------------------------------------------------------------------------------


def _way(wheres: Sequence[Lying]) -> Move | str | None:
    """How a quantity goes on from one iteration to the next: by a step, on another sheet, not at all; None where neither."""
    if all(is_like(one, other) and sheets_of(one) != sheets_of(other) for one, other in pairwise(wheres)):
        return SHEET
    moves = {step_between(one, other) for one, other in pairwise(wheres)}
    return moves.pop() if len(moves) == 1 else None


def _in_turns(shown: Sequence[Where], images: Mapping[int, np.ndarray]) -> dict[str, list[Lying]]:
    """The inputs that iterations have in turns, always the same example in the same cells: where each lies in one epoch."""
    if 1 not in images:
        return {}
    epoch = next((n for n in range(1, len(shown)) if np.array_equal(images.get(n + 1), images[1])), len(shown))
    given = [name for name in GIVEN if all(name in where for where in shown)]
    wheres = {name: [where[name] for where in shown] for name in given}
    return {name: mine[:epoch] for name, mine in wheres.items() if all(where == mine[n % epoch] for n, where in enumerate(mine))}


def _rounds(problem: Problem, shown: Sequence[Where], images: Mapping[int, np.ndarray]) -> tuple[dict, dict] | None:
    """The steps inside an epoch, and from one epoch to the next (none: each has its sheet), where the iterations go on so and
    not by one step for all."""
    epoch, count = problem.per_epoch, len(shown)
    if not images or epoch == 1 or count <= epoch or count % epoch or any(where.keys() != shown[0].keys() for where in shown):
        return None
    wheres = {name: [where[name] for where in shown] for name in shown[0]}
    if all(_way(mine) not in (None, SHEET) for name, mine in wheres.items() if name not in GIVEN):
        return None
    inside = {n: {_way(mine[k : k + epoch]) for k in range(0, count, epoch)} for n, mine in wheres.items()}
    onward = {n: {_way(mine[k::epoch]) for k in range(epoch)} for n, mine in wheres.items()}
    if any(len(ways) > 1 or None in ways for ways in (*inside.values(), *onward.values())):
        return None
    to_next, on = ({n: next(iter(ways)) for n, ways in found.items()} for found in (inside, onward))
    sheets = SHEET in on.values()
    moving = {n: way for n, way in on.items() if way != STAYS}
    if SHEET in to_next.values() or STAYS in to_next.values() or any((way == SHEET) != sheets for way in moving.values()):
        return None
    by_sheet = {(sheet, on[n]) for n in moving for sheet in sheets_of(shown[0][n])}
    even = len(by_sheet) == len({sheet for sheet, _ in by_sheet}) and {n for n in on if n not in moving} <= {*GIVEN}
    return (to_next, {} if sheets else moving) if even else None


def _beyond(shown: Sequence[Where], n: int, steps: Mapping[str, Move]) -> Where:
    """The new parameters of an iteration that stand where the next one has its parameters."""
    mine, after = shown[n - 1], shown[n] if n < len(shown) else {}
    found = {}
    for new, where in mine.items():
        name = new.removeprefix("new_")
        if name == new or name not in mine:
            continue
        if step_between(after[name], where) == STAYS if name in after else stands_next(mine[name], where, steps.get(name)):
            found[new] = where
    return found


def _is_regular(ways: Mapping[str, Move | str | None], steps: Mapping[str, Move], shown: Sequence[Where]) -> bool:
    """Whether all goes on in one way: on sheets of its own, or by one step on each sheet."""
    if None in ways.values() or (steps and SHEET in ways.values() and len(shown) > 1):
        return False
    by_sheet = {(sheet, step) for name, step in steps.items() for sheet in sheets_of(shown[0][name])}
    return len(by_sheet) == len({sheet for sheet, _ in by_sheet})


def _eta(book: Workbook, own: OwnIterations, n: int, found: Understood) -> Lying | None:
    """The cell with η in an iteration: that of the first, on its own sheet where there is one."""
    first = understood.eta_place(found)
    if first is None:
        return None
    sheet = own.sheet(first[0], n)
    return (sheet, first[1]) if sheet == first[0] or may_be_number(book.block(sheet, first[1])[()]) else None
