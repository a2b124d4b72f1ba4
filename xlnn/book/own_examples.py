"""The examples of iterations that each have their own, as rows with an example each: all of them are the problem's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xlnn.book.origin import origin_of
from xlnn.book.own_iterations import examples_behind, examples_in
from xlnn.book.own_network import Own
from xlnn.book.understood import each_once
from xlnn.book.whereabouts import OwnIterations, Where, examples_apart, moved
from xlnn.layout.listed import lying, spot
from xlnn.model.problem import Problem
from xlnn.xlsx.workbook import Workbook


def with_all_examples(book: Workbook, problem: Problem, own: OwnIterations, lines: Own) -> tuple[Problem, OwnIterations]:
    """The problem with the examples of all iterations, each once, where Places says that they are others in the next one.

    Raises ContentError where one of them holds no number.
    """
    answers = next((name for name in ("digit", "t") if name in own.first), "")
    given = [name for name in ("x", answers) if name]
    moving = [name for name in given if name in own.steps or (name in lines and lines[name].following) or name in own.inside]
    if not moving:
        return problem, own
    given_own, own = own, _with_tables(book, own, given) if own.round == 1 else own
    there: list[Where] = [*own.shown.values(), *(examples_behind(book, own, given) if book.marked else ())]
    read = lambda where, name: book.numbers(*where[name]) / own.factors.get(name, 1.0)
    shown: list[tuple[np.ndarray, Any]] = [(read(where, "x"), read(where, answers) if answers else None) for where in there]
    firsts, used = each_once(shown)
    if len(firsts) == problem.images:
        return problem, given_own
    chosen: dict[str, Any] = {"x": np.array([shown[n][0][k] for n, k in firsts])}
    if answers:
        chosen["digits" if answers == "digit" else "t"] = np.array([shown[n][1][k] for n, k in firsts])
    sources = dict(origin_of(problem).sources)
    for name in given:
        shape = sources[name][1].shape[1:]
        cells = [spot(*there[n][name], (k, *index)) for n, k in firsts for index in np.ndindex(*shape)]
        sources[name] = lying(cells, (len(firsts), *shape))
    batch = {"batch": len(used[0])} if not problem.settings.batch and len(used[0]) < len(firsts) else {}
    origin = replace(origin_of(problem), own={}, sources=sources)  # its addresses have room for an iteration's examples only
    problem = replace(problem.with_settings(**batch), origin=origin, **chosen)
    epoch = -(-len(firsts) // len(used[0]))
    return problem, replace(own, images=dict(zip(own.shown, used, strict=False)), epoch=epoch)


def _with_tables(book: Workbook, own: OwnIterations, given: Sequence[str]) -> OwnIterations:
    """Inputs in a table of examples begin with the first again behind the last."""
    tables = {name: step for name, step in examples_apart(own.first, own.steps).items() if name in given}
    counts = {name: examples_in(book, own.first[name], step) for name, step in tables.items()}
    shown = {
        n: {**where, **{name: moved(own.first[name], step, (k % counts[name])) for name, step in tables.items()}}
        for k, (n, where) in enumerate(own.shown.items())
    }
    return replace(own, shown=shown, tables=tables, steps={n: step for n, step in own.steps.items() if n not in tables})
