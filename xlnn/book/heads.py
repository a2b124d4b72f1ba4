"""What the numbers of a network without images are called: "height x (cm)" over the inputs of sheet Data."""

from __future__ import annotations

from dataclasses import replace

from xlnn.book.names import DATA
from xlnn.book.origin import Sources
from xlnn.layout import labels
from xlnn.layout.layouts import Layout
from xlnn.layout.places import Place
from xlnn.model.network import Network
from xlnn.words import LANGUAGES
from xlnn.xlsx.sheet_names import is_called
from xlnn.xlsx.workbook import Workbook


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
