"""The examples of iterations that each have their own, as rows with an example each: all of them are the problem's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from xlnn.book.origin import origin_of
from xlnn.book.own_network import Own
from xlnn.book.understood import each_once
from xlnn.book.whereabouts import OwnIterations
from xlnn.layout.listed import lying, spot
from xlnn.model.problem import Problem
from xlnn.xlsx.workbook import Workbook


def with_all_examples(book: Workbook, problem: Problem, own: OwnIterations, lines: Own) -> tuple[Problem, OwnIterations]:
    """The problem with the examples of all iterations, each once, where Places says that they are others in the next one.

    Raises ContentError where one of them holds no number.
    """
    answers = next((name for name in ("digit", "t") if name in own.first), "")
    moving = [name for name in ("x", answers) if name in lines and lines[name].following]
    if not moving or len(own.shown) == 1:
        return problem, own
    numbers = list(own.shown)
    read = lambda n, name: book.numbers(*own.shown[n][name]) / own.factors.get(name, 1.0)
    shown: list[tuple[np.ndarray, Any]] = [(read(n, "x"), read(n, answers) if answers else None) for n in numbers]
    firsts, used = each_once(shown)
    if len(firsts) == problem.images:
        return problem, own
    chosen: dict[str, Any] = {"x": np.array([shown[n][0][k] for n, k in firsts])}
    if answers:
        chosen["digits" if answers == "digit" else "t"] = np.array([shown[n][1][k] for n, k in firsts])
    sources = dict(origin_of(problem).sources)
    for name in filter(None, ("x", answers)):
        shape = sources[name][1].shape[1:]
        cells = [spot(*own.shown[numbers[n]][name], (k, *index)) for n, k in firsts for index in np.ndindex(*shape)]
        sources[name] = lying(cells, (len(firsts), *shape))
    batch = {"batch": len(used[0])} if not problem.settings.batch and len(used[0]) < len(firsts) else {}
    problem = replace(problem.with_settings(**batch), origin=replace(origin_of(problem), sources=sources), **chosen)
    return problem, replace(own, images=dict(zip(numbers, used, strict=True)))
