"""The words beside the numbers: names of layers, symbols as the book prints them, indexes."""

from __future__ import annotations

from collections.abc import Iterable

from xlnn.layout.layouts import MARKS, NEW, Label
from xlnn.model.network import Network
from xlnn.model.quantities import Quantity
from xlnn.words import say

SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


_NAMES = {"t": "target", "C": "cost", "CT": "total cost", "number": "image"}


def layer_name(network: Network, label: str, language: str) -> str:
    """'hidden layer', 'output layer', 'convolution layer' … in the workbook's language."""
    layer = next(layer for layer in network.layers if layer.label == label)
    if layer.kind == "dense":
        return say("output layer" if layer is network.output else "hidden layer", language)
    return say({"input": "input layer", "convolution": "convolution layer", "max pooling": "pooling layer"}[layer.kind], language)


def name(network: Network, q: Quantity, language: str) -> str:
    """What stands in the first label column: a layer's name, or the quantity's own."""
    if q.kind == "x":
        return layer_name(network, network.layers[0].label, language)
    return layer_name(network, q.layer, language) if q.layer else say(_NAMES.get(q.kind, q.symbol), language)


def symbol(q: Quantity, language: str) -> str:
    """The book's symbol; words (prediction, share …) in the workbook's language."""
    return say(q.symbol, language) if q.kind in (*MARKS, "share", "digit") else q.symbol


def symbols(quantities: Iterable[Quantity], language: str = "en") -> list[str]:
    """As messages name them, each once."""
    new = lambda q: say("new {symbol}", language, symbol=q.symbol)
    return list(dict.fromkeys(new(q) if q.kind in NEW else symbol(q, language) for q in quantities))


def part(q: Quantity, unit: int) -> str:
    """One unit's share of an array: 'w²₁', for letter labels 'w^F1'."""
    return f"{q.symbol}{unit}" if "^" in q.symbol else q.symbol + str(unit).translate(SUBSCRIPT)


def text(label: Label, network: Network, language: str) -> str | int:
    """What a label says."""
    if label.role == "heading":
        return say(label.text, language)
    if label.role == "number":
        return label.index[0] if len(label.index) == 1 else " ".join(map(str, label.index))
    q = network.quantities[label.quantity]
    if label.role == "part":
        return part(q, label.index[0])
    if label.role == "layer":
        return name(network, q, language)
    return say("new {symbol}", language, symbol=q.symbol) if q.kind in NEW else symbol(q, language)
