"""The words beside the numbers: names of layers, symbols as the book prints them, indexes."""

from __future__ import annotations

from collections.abc import Iterable

from xlnn.layout.layouts import MARKS, NEW, Label
from xlnn.model.network import Network
from xlnn.model.quantities import Quantity
from xlnn.words import say

SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


_NAMES = {"t": "target", "CT": "total cost"}


LINE = {"w": "p", "b": "q"}  # what the book calls the parameters of y = px + q, 2-12
_COSTS = {  # what C is called beside its numbers
    "half squares": "squared error", "squares": "squared error",
    "cross-entropy": "cross-entropy", "softmax cross-entropy": "cross-entropy",
}  # fmt: skip


def layer_name(network: Network, label: str, language: str) -> str:
    """'hidden layer', 'output layer', 'convolution layer' … in the workbook's language."""
    layer = next(layer for layer in network.layers if layer.label == label)
    if layer.kind == "dense":
        return say("output layer" if layer is network.output else "hidden layer", language)
    return say({"input": "input layer", "convolution": "convolution layer", "max pooling": "pooling layer"}[layer.kind], language)


def name(network: Network, q: Quantity, language: str) -> str:
    """What stands in the first label column: a layer's name, or the quantity's own."""
    if q.kind == "number":
        return say(network.things[:-1], language)
    if q.kind == "x":
        return layer_name(network, network.layers[0].label, language)
    if q.kind == "C":
        return say(_COSTS.get(network.cost, "cost"), language)
    return layer_name(network, q.layer, language) if q.layer else say(_NAMES.get(q.kind, q.symbol), language)


def symbol(q: Quantity, language: str) -> str:
    """The book's symbol; words (prediction, share …) in the workbook's language."""
    if q.kind in NEW:
        return say("new {symbol}", language, symbol=q.symbol)
    return say(q.symbol, language) if q.kind in (*MARKS, "share", "digit") else q.symbol


def symbols(quantities: Iterable[Quantity], language: str = "en") -> list[str]:
    """As messages name them, each once."""
    return list(dict.fromkeys(symbol(q, language) for q in quantities))


def part(q: Quantity, unit: int, language: str = "en") -> str:
    """One unit's share of an array: 'w²₁', for letter labels 'w^F₁'."""
    return symbol(q, language) + str(unit).translate(SUBSCRIPT)


def text(label: Label, network: Network, language: str) -> str | int:
    """What a label says."""
    if label.role == "heading":
        return say(label.text, language)
    if label.role == "number":
        return label.index[0] if len(label.index) == 1 else " ".join(map(str, label.index))
    q = network.quantities[label.quantity]
    if label.role == "part":
        return part(q, label.index[0], language)
    if label.role == "layer":
        return name(network, q, language)
    if label.quantity in dict(network.heads) and not label.text:
        return dict(network.heads)[label.quantity]
    if q.kind == "digit" and network.things == "cases":
        return say("class", language)
    if q.kind in LINE and network.is_line:
        return f"{LINE[q.kind]} = {q.symbol}"
    return ", ".join(symbol(network.quantities[name], language) for name in (label.quantity, label.text) if name)
