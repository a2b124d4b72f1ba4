"""Variants of a problem: the same images with other settings, in every combination of the values to try."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Any

from xlnn.book.origin import origin_of
from xlnn.book.setting_values import Entry, one_of, size
from xlnn.book.settings import BY_FIELD, parse_value
from xlnn.errors import UsageError
from xlnn.layout.arrange import arrange
from xlnn.model.activations import ACTIVATIONS
from xlnn.model.network import Network
from xlnn.model.problem import Problem, draw
from xlnn.words import every, joined, these, word


@dataclass(frozen=True)
class Variant:
    """A problem with some settings changed, and which: (name, value) as a person reads them.

    `own`: whether the start is the workbook's own; where that does not fit the network, the parameters are drawn.
    """

    changed: tuple[tuple[str, object], ...]
    problem: Problem
    own: bool = True

    def title(self, language: str) -> str:
        """What was changed, in a language."""
        return joined((f"{heading(name, language)} = {word(value, language)}" for name, value in self.changed), ", ", language)


def heading(name: str, language: str) -> str:
    """The name of a setting in a language; of a layer's with its label behind."""
    column, space, label = name.partition(" ")
    if column.lower() in LAYER_ENTRIES:
        return word(column.lower(), language) + space + label
    spelled = name.lower()
    return name if word(spelled, language) == spelled else word(spelled, language)


# columns of the table of layers, and which kinds of layer have them
LAYER_ENTRIES = {
    "units": (Entry("units", "units", "", int, expected="a whole number"), ("dense", "convolution")),
    "size": (Entry("size", "size", "", size, expected="rows×columns like 4×3"), ("convolution", "max pooling")),
    "activation": (
        Entry("activation", "activation", "", **one_of(tuple(ACTIVATIONS))),
        ("dense", "convolution"),
    ),
    "stride": (Entry("stride", "stride", "", int, expected="a whole number"), ("convolution",)),
}


OF_LAYERS = ("units LAYER", "size LAYER", "activation LAYER", "stride LAYER")  # as an option may call them


OTHERS = (
    "iterations", "cost", "total", "batch", "order", "update", "freeze_biases", "decay", "decay_in", "decay_biases", "start",
    "ties",
)  # fmt: skip


NETWORK_FIELDS = {field.name for field in fields(Network)}


@dataclass(frozen=True)
class Change:
    """A setting that varies: its entry, and of a column of the table of layers the labels of the layers concerned."""

    entry: Entry
    labels: tuple[str, ...] = ()


def variants_of(problem: Problem, settings: Mapping[str, Sequence]) -> tuple[Variant, ...]:
    """Every combination of the values of these settings; without any the problem itself. Raises UsageError."""
    changes = {name.strip(): _change(problem, name.strip()) for name in settings}
    values = []
    for name, change in zip(settings, changes.values(), strict=True):
        values.append(list(dict.fromkeys(parse_value(change.entry, value) for value in settings[name])))
        if not values[-1]:
            raise UsageError("{name}: no value to try; write {name}=value,value.", name=name)
    return tuple(_variant(problem, changes, combination) for combination in product(*values))


def _label(text: str) -> str:
    """A layer's label as an option says it: full-width characters as plain ones, one space for several."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _change(problem: Problem, name: str) -> Change:
    """The setting that is meant, in any language, as "cost", "activation" or "units 2"."""
    for column, (entry, kinds) in LAYER_ENTRIES.items():
        names = {each.lower() for each in every(column)}
        labels = tuple(layer.label for layer in problem.network.layers if layer.kind in kinds)
        if name.lower() in names and (column == "activation" or len(labels) == 1):
            return Change(entry, labels)
        if name.lower() in names:
            known = these(f"{name} {label}" for label in labels)
            raise UsageError("{name}: of which layer? Write one of: {known}.", name=name, known=known)
        word, _, written = name.partition(" ")
        if word.lower() in names:
            found = [label for label in labels if _label(label) == _label(written)]
            if found:
                return Change(entry, (found[0],))
            known = these(f"{word} {label}" for label in labels)
            raise UsageError("{name}: no such layer; known: {known}.", name=name, known=known)
    for field in OTHERS:
        if name.lower() in {field, *(each.lower() for each in every(BY_FIELD[field].name))}:
            entry = BY_FIELD[field]
            return Change(replace(entry, also=()) if field == "cost" else entry)  # MSE would vary the total cost as well
    settings = [*(BY_FIELD[field].name for field in OTHERS), "activation", *OF_LAYERS]
    raise UsageError("cannot try values of {name}; known: {known}.", name=repr(name), known=settings)


def _variant(problem: Problem, changes: Mapping[str, Change], values: Sequence) -> Variant:
    layers = problem.network.layer_settings
    network, chosen = dict[str, Any](), dict[str, Any]()
    for change, value in zip(changes.values(), values, strict=True):
        field = change.entry.field
        if change.labels:
            layers = tuple(replace(entry, **{field: value}) if entry.label in change.labels else entry for entry in layers)
        else:
            (network if field in NETWORK_FIELDS else chosen)[field] = value
    changed = tuple((name, change.entry.show(value)) for (name, change), value in zip(changes.items(), values, strict=True))
    changed = tuple((name, "×".join(map(str, value)) if isinstance(value, tuple) else value) for name, value in changed)
    return _started(problem, replace(problem.network, layer_settings=layers, **network), chosen, changed)


def _started(problem: Problem, network: Network, chosen: Mapping, changed: tuple) -> Variant:
    """With the workbook's own start: its numbers, and of parameters that it leaves empty drawn ones."""
    settings, origin, drawn = replace(problem.settings, **chosen), problem.origin, problem.drawn
    arrange(settings.layout, list(network.quantities.values()), 1)  # so that what no sheet could hold is not drawn
    parameters, own = {}, True
    for q in network.parameters:
        given = problem.parameters.get(q.name)
        parameters[q.name] = given
        if q.name in drawn or given is None or given.shape != q.shape:
            own = own and q.name in drawn
            parameters[q.name] = draw(q, settings.seed, settings.start)
    if origin and network.layer_settings != problem.network.layer_settings:
        origin = replace(origin_of(problem), own={})  # its addresses are for the shapes that it has
    held_out = replace(problem.held_out, network=network, parameters=parameters) if problem.held_out else None
    more: dict[str, Any] = {"parameters": parameters, "origin": origin, "held_out": held_out}
    return Variant(changed, replace(problem, network=network, settings=settings, **more), own)
