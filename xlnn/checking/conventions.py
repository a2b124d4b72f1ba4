"""Conventions other than the book's under which a hand-built sheet may be right from beginning to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from xlnn.book.iterations import Book
from xlnn.book.names import SETTINGS


@dataclass(frozen=True)
class Convention:
    """Another `ties`, or quantities of these kinds with the other sign, and what to say of it.

    `shows`: at least one quantity of each of these kinds must be shown, so that it can be told from a mistake.
    """

    words: str
    ties: str = ""
    negated: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()


OTHER_CONVENTIONS = (
    Convention("a shared maximum sends δ to each of its cells: pooling ties all", ties="all"),
    Convention(
        "δ has the other sign, (t − a) · a′(z), and the new parameters are w + η Σ δ a",
        negated=("dC_da", "delta", "back", "dC_dw", "dC_db", "dCT_dw", "dCT_db"),
        shows=("delta", "new_w"),
    ),
    Convention("the biases are thresholds θ: z = Σ w a − θ", negated=("b", "new_b", "dC_db", "dCT_db"), shows=("b",)),
)


def others(book: Book, chosen: Callable[[str], bool]) -> Iterator[tuple[str, Book]]:
    """What to say, and the same workbook read under another convention, of those that nothing speaks against.

    `chosen`: whether an option says what a setting is. In a workbook that xlnn wrote, its conventions are the book's.
    """
    kinds = {book.problem.network.quantities[name].kind for shown in book.iterations for name in shown.places}
    settled = book.workbook.marked or book.workbook.find(SETTINGS) is not None or chosen("ties")
    for convention in OTHER_CONVENTIONS:
        if convention.ties and not settled and convention.ties != book.problem.network.ties:
            network = replace(book.problem.network, ties=convention.ties)
            yield convention.words, book.under(replace(book.problem, network=network), ())
        elif convention.negated and not book.workbook.marked and set(convention.shows) <= kinds:
            names = [q.name for q in book.problem.network.parameters if q.kind in convention.negated]
            turned = {**book.problem.parameters, **{name: -book.problem.parameters[name] for name in names}}
            yield convention.words, book.under(replace(book.problem, parameters=turned), convention.negated)
