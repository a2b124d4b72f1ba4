"""What there is to draw of a training: its history, and the parameters at the moments that are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from xlnn.book.names import SOLVED, START, SUMMARY, TRAINED
from xlnn.book.origin import origin_of
from xlnn.book.reader import read_book
from xlnn.book.summary_sheet import FIGURES, HELD_OUT_FIGURES, SHARES, column, lines_below, totals
from xlnn.errors import ContentError, UsageError, Where
from xlnn.layout.cells import Cell
from xlnn.layout.places import Place
from xlnn.model.problem import Problem
from xlnn.model.training import Step, counted, states, trained
from xlnn.words import These, every, these
from xlnn.xlsx.workbook import Workbook

Parameters = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Learning:
    """A training that is over.

    `totals` has (updates done, C_T, share right, and where images are held out also theirs) in order; `moments` are the
    numbers of updates whose parameters are kept, and `parameters(moment)` gives those. `solving`: the updates are the
    steps of a solver. `language` is the workbook's.
    """

    problem: Problem
    totals: tuple[tuple, ...]
    moments: tuple[int, ...]
    parameters: Callable[[int], Parameters]
    solving: bool = False
    language: str = "en"

    def step(self, moment: int) -> Step:
        """All images under the parameters of a moment."""
        return trained(self.problem, self.parameters(moment), moment + 1)

    def column(self, number: int) -> list[float]:
        """A column of the history: 0 updates, 1 C_T, 2 share right, 3 and 4 those of held-out images; [] for none."""
        found = [total[number] for total in self.totals if len(total) > number]
        return [] if None in found else found

    def moment(self, iteration: int | None) -> int:
        """The moment of an iteration, which uses the parameters after iteration − 1 updates; the last one for None.

        Raises UsageError where it is not kept.
        """
        if iteration is None:
            return self.moments[-1]
        if iteration - 1 not in self.moments:
            raise UsageError(
                "iteration {iteration} is not there; there are {known}.",
                iteration=iteration, known=_listed([moment + 1 for moment in self.moments]),
            )  # fmt: skip
        return iteration - 1


def _listed(numbers: list[int]) -> These:
    return these(numbers if len(numbers) <= 12 else [numbers[0], f"{numbers[1]} … {numbers[-1]}"])


def spread(numbers: Sequence, most: int) -> list:
    """At most so many of the entries, evenly spread, the first and the last among them."""
    if len(numbers) <= most:
        return list(numbers)
    return [numbers[round(i * (len(numbers) - 1) / (most - 1))] for i in range(most)]


def learning_of(source: Problem | str | Path, language: str | None = None) -> Learning:
    """The training of a problem, which takes place now, or the one that a workbook shows.

    Raises what `xlnn.read` and `xlnn.train` raise; ContentError for a workbook without a training.
    """
    if isinstance(source, Problem):
        return _training(source, language)
    return _workbook(source, language)


# ---- a problem -----------------------------------------------------------------------------------------


def _training(problem: Problem, language: str | None) -> Learning:
    totals, kept = [], {}
    for step in states(problem):
        totals.append(counted(problem, step))
        kept[step.iteration - 1] = step.parameters
    known = language or problem.language
    return Learning(problem, tuple(totals), tuple(kept), kept.__getitem__, language=known)


# ---- a workbook ----------------------------------------------------------------------------------------


def _workbook(path: str | Path, language: str | None) -> Learning:
    book = Workbook(path)
    problem = read_book(book, language=language)
    if book.find(SUMMARY) is None:
        raise ContentError(
            "there is no training in this workbook (no sheet {sheet}). Train it with xlnn train, and plot the result.",
            Where(book.name), sheet=SUMMARY,
        )  # fmt: skip
    solving, totals = _history(book)
    sheets = _sheets(book, last=totals[-1][0])
    sources = origin_of(problem).sources
    places = {q.name: sources[q.name][1] for q in problem.network.parameters}
    if not sheets:
        raise book.no_sheet(TRAINED)
    stored = partial(_parameters, book, places)
    return Learning(problem, totals, tuple(sheets), lambda moment: stored(sheets[moment]), solving, problem.language)


def _sheets(book: Workbook, last: int) -> dict[int, str]:
    """The sheet with the parameters after so many updates, in order."""
    found = {number - 1: name for number, name in book.names.iterations.items()}
    if book.find(START):
        found[0] = START
    end = next(filter(book.find, (TRAINED, SOLVED)), None)
    return dict(sorted((found | ({last: end} if end else {})).items()))


def _parameters(book: Workbook, places: Mapping[str, Place], sheet: str) -> Parameters:
    """The parameters on a sheet; they lie at the same places on all of them."""
    corners = [place.bounds().last for place in places.values()]
    book.only(sheet, Cell(max(c.row for c in corners), max(c.column for c in corners)))
    return {name: book.numbers(sheet, place) for name, place in places.items()}


def _history(book: Workbook) -> tuple[bool, tuple[tuple, ...]]:
    """Whether it is a solver's, and the table of sheet Summary."""
    table = book.sheet(SUMMARY)
    header = next((row for row, line in enumerate(table.tolist(), 1) if len(line) > 1 and line[1] in every("C_T")), None)
    if header is None:
        raise ContentError("expected a table of updates and C_T, found none.", book.where(SUMMARY))
    lines = lines_below(book, header)
    if not lines:
        raise ContentError("expected a table of updates and C_T, found none.", book.where(SUMMARY, Cell(header + 1, 1)))
    titles = [title for title in table[header - 1].tolist() if title]
    shown = (*FIGURES, *(HELD_OUT_FIGURES if any(title in every("held out: C_T") for title in titles) else ()))
    blank = [n for n in shown if n in SHARES and book.is_blank(SUMMARY, column(header, n, lines))]
    return titles[0] in every("steps"), tuple(totals(book, header, [None if n in blank else n for n in shown]))
