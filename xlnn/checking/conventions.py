"""Conventions other than the book's under which a hand-built sheet may be right from beginning to end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isclose

import numpy as np

from xlnn.book.iterations import Book
from xlnn.book.names import SETTINGS
from xlnn.book.quantity_names import quantity_name
from xlnn.checking.verdict import Fault
from xlnn.layout.cells import Cell


@dataclass(frozen=True)
class Convention:
    """Another `ties`, or quantities of these kinds with the other sign, and what to say of it.

    `shows`: at least one quantity of each of these kinds must be shown, so that it can be told from a mistake; where
    it may be one as long as none of the kinds `settles` is shown, `doubt` is said.
    """

    words: str
    ties: str = ""
    negated: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()
    doubt: str = ""


CONVENTIONS = (
    Convention("a shared maximum sends δ to each of its cells: pooling ties all", ties="all"),
    Convention(
        "δ has the other sign, (t − a) · a′(z), and the new parameters are w + η Σ δ a",
        negated=("dC_da", "delta", "back", "dC_dw", "dC_db", "dCT_dw", "dCT_db"),
        shows=("delta", "new_w"),
    ),
    Convention(
        "the biases are thresholds θ: z = Σ w a − θ",
        negated=("b", "new_b", "dC_db", "dCT_db"),
        shows=("b",),
        settles=("new_b", "dC_db", "dCT_db"),
        doubt="the biases are taken for thresholds θ, z = Σ w a − θ; nothing that was found tells: if they are meant as biases "
        "b, every z is wrong, and b is to be added",
    ),
)


OTHER_RATES = "the learning rate is not the one of the check but one that stands on the sheet itself: {rates}"


# a number in a formula that is no part of the name of a cell, a row or a function
LITERAL = re.compile(r"(?<![\w.$:!])(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?(?![\w.:!(])")


SAME = 1e-9  # relative difference of learning rates that are the same


def others(book: Book, chosen: Callable[[str], bool]) -> Iterator[tuple[str, Book]]:
    """What to say, and the same workbook read under another convention, of those that nothing speaks against.

    `chosen`: whether an option says what a setting is. In a workbook that xlnn wrote, its conventions are the book's.
    """
    kinds = {book.problem.network.quantities[name].kind for shown in book.iterations for name in shown.places}
    settled = book.workbook.marked or book.workbook.find(SETTINGS) is not None or chosen("ties")
    for convention in CONVENTIONS:
        words = convention.doubt if convention.doubt and not kinds & set(convention.settles) else convention.words
        if convention.ties and not settled and convention.ties != book.problem.network.ties:
            network = replace(book.problem.network, ties=convention.ties)
            yield words, book.under(replace(book.problem, network=network), ())
        elif convention.negated and not book.workbook.marked and set(convention.shows) <= kinds:
            names = [q.name for q in book.problem.network.parameters if q.kind in convention.negated]
            turned = {**book.problem.parameters, **{name: -book.problem.parameters[name] for name in names}}
            yield words, book.under(replace(book.problem, parameters=turned), convention.negated)


def other_rates(book: Book, faults: Sequence[Fault], chosen: bool) -> str:
    """Learning rates with which nothing is wrong and that the sheets themselves name, as text; "" where there are none.

    `chosen`: whether an option says η. What is said of η stands for all layers, unless it is right in one of them.
    """
    rates = [_rate(fault) for fault in faults]
    if not faults or book.workbook.marked or None in rates or not all(_names(book, rate) for rate in {*rates}):
        return ""
    updated = {name for shown in book.iterations for name in shown.places if name.startswith("new_")}
    said = chosen or book.workbook.find(SETTINGS) is not None or any("eta" in shown.places for shown in book.iterations)
    layers = {fault.rule.result.layer for fault in faults}
    if said and all(book.problem.network.quantities[name].layer in layers for name in updated):
        return ""
    by_rate = {rate: [f.rule.result for f, other in zip(faults, rates, strict=True) if other == rate] for rate in rates}
    return "; ".join(f"{rate:g} ({', '.join(q.symbol for q in results)})" for rate, results in by_rate.items())


def _rate(fault: Fault) -> float | None:
    """The other η from which all numbers of the quantity follow."""
    rates = [cause.fields["rate"] for cause in fault.causes if cause.name == "another-eta" and cause.whole]
    return float(rates[0]) if rates else None


def _names(book: Book, rate: float) -> bool:
    """Whether a sheet that was looked at has this number in a formula, or beside a label of η."""
    sheets = {sheet for shown in book.iterations for sheet, _ in shown.places.values()}
    texts = {text for sheet in sheets for text in book.workbook.formulas(sheet).texts}
    typed = any(isclose(rate, float(found[0]), rel_tol=SAME) for text in texts for found in LITERAL.finditer(text))
    return typed or any(_labelled(book, sheet, rate) for sheet in sheets)


def _labelled(book: Book, sheet: str, rate: float) -> bool:
    filled = book.workbook.filled(sheet)
    cells = [filled.cell(int(at)) for at in np.flatnonzero(np.isclose(filled.numbers, rate, rtol=SAME, atol=0))]
    beside = [Cell(*at) for row, column in cells for at in ((row, column - 1), (row - 1, column)) if min(at) > 0]
    return any(quantity_name(book.found(sheet, cell)) == "eta" for cell in beside)
