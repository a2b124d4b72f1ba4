"""What the numbers of a network without images are called: "height x (cm)" over the inputs of sheet Data."""

from __future__ import annotations

from dataclasses import replace

from xlnn.book.names import DATA
from xlnn.book.origin import Sources
from xlnn.layout import labels
from xlnn.layout.layouts import Layout
from xlnn.layout.places import Place
from xlnn.model.examples import example
from xlnn.model.network import Network
from xlnn.model.problem import Problem
from xlnn.words import LANGUAGES, say
from xlnn.xlsx.sheet_names import is_called
from xlnn.xlsx.workbook import Workbook

# what the numbers of the sections without images measure
MEASURED = {
    "2-12": {"x": "height x (cm)", "t": "weight y (kg)"},
    "logistic": {"x": "hours of study", "digit": "passed: 1"},
}


def example_with_heads(section: str, language: str) -> Problem:
    """A section of the book, with what its numbers measure in a workbook's language. Raises UsageError."""
    problem = example(section)
    heads = tuple((name, say(text, language)) for name, text in MEASURED.get(section, {}).items())
    return replace(problem, network=replace(problem.network, heads=heads)) if heads else problem


def with_heads(book: Workbook, network: Network, layout: Layout, sources: Sources) -> Network:
    """The network with what a person wrote over inputs and right answers on sheet Data, where that is no symbol.

    Only of cases: images have no headings.
    """
    if network.things != "cases":
        return network
    found: dict[str, object] = {}
    for label in layout.data_labels:
        sheet, place = sources.get(label.quantity, ("", None))
        if label.role != "symbol" or place is None or not is_called(sheet, DATA):
            continue
        if place.origin == layout.data[label.quantity].origin:
            found[label.quantity] = book.block(sheet, Place(label.cell))[()]
    symbols = {labels.text(label, network, language) for label in layout.data_labels for language in LANGUAGES}
    heads = ((name, text.strip()) for name, text in found.items() if isinstance(text, str) and text.strip() not in {"", *symbols})
    return replace(network, heads=tuple(heads))
