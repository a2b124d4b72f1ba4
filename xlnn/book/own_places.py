"""Workbooks whose sheet Places says where things lie: the network that its lines tell, and where the result has its arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.book import places_sheet, settings
from xlnn.book.names import DATA, PLACES, SOLVED, START, TRAINED, written_name
from xlnn.book.origin import Notes
from xlnn.book.own_network import Own, inferred
from xlnn.book.placed_settings import taken
from xlnn.book.places_line import Line
from xlnn.book.places_sheet import Rate
from xlnn.errors import ContentError, Where
from xlnn.layout.layouts import Layout
from xlnn.layout.listed import Listed
from xlnn.layout.places import Place, first_shared_cell
from xlnn.model.activations import STEPS
from xlnn.model.network import Network
from xlnn.model.quantities import Quantity
from xlnn.words import these
from xlnn.xlsx.workbook import Workbook

TARGETS = ("digit", "t")


ASIDE = "{names}: in the result, which has one sheet for each iteration, their addresses are taken; they stand elsewhere."


@dataclass(frozen=True)
class Said:
    """What a sheet Places says: its lines, how many images there are (None: as many as are found), and notes on them.

    `absent`: the quantities that are said not to be there; `rates`: η by layer, "" for all.
    """

    own: Own
    images: int | None = None
    notes: Notes = ()
    absent: Mapping[str, Where] = field(default_factory=dict)
    rates: Mapping[str, Rate] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)  # by field, where lines say them

    @property
    def count(self) -> int:
        """How many lines say something of quantities or of η."""
        return len(self.own) + len(self.absent) + len(self.rates)


def said_in(book: Workbook, places: str | Path | None) -> Said:
    """All that sheet Places says, of another workbook where one is given; nothing where there is none."""
    other = book if places is None else Workbook(places)
    if places is None and not book.find(PLACES):
        return Said({})
    name = other.name
    own = taken(book, other.lines(PLACES), Where(name, other.find(PLACES) or PLACES))
    lines = own.lines
    rates = {label: _rate_on(book, rate) for label, rate in places_sheet.rates(lines, name).items()}
    absent, images = places_sheet.absent(lines, name), places_sheet.image_count(lines, name)
    needed = next((quantity for quantity in absent if (quantity[0] in "xw" and quantity[1:].isalnum()) or quantity == "x"), None)
    if needed:
        raise ContentError("{name}: no network is without it; say where it lies.", absent[needed], name=needed)
    return Said(places_sheet.lines_of(book, other, lines), images, (), absent, rates, own.values)


def _rate_on(book: Workbook, rate: Rate) -> Rate:
    """The place of an η on the workbook's own sheet. Raises ContentError where there is no such sheet."""
    found, where = rate
    return rate if isinstance(found, float) else ((places_sheet.sheet_of(book, found[0], where), found[1]), where)


def network_of(book: Workbook, said: Said, found: settings.Read, chosen: Mapping) -> tuple[Network, settings.Read, Own, Notes]:
    """The network, what Settings says of it, the lines by its names for them, and notes; `chosen` are options.

    Raises ContentError for a line of a quantity that is none, UsageError for options that do not fit.
    """
    own = said.own
    if not (own or found.layers) and said.count:
        where = next(iter([*said.absent.values(), *(where for _, where in said.rates.values())]))
        raise ContentError("expected a line for {name}.", replace(where, cell=""), name="x")
    found = found if found.layers else inferred(book, own, said.images, found)
    if _is_unanswered(book, said):
        found = replace(found, values={**found.values, "answered": False})
    found = with_rates(book, said, found)
    if "cost" not in {**found.values, **chosen} and _learns_by_steps(found, own):
        found = replace(found, values={**found.values, "cost": "perceptron"})
    network = found.network(**chosen)
    own = places_sheet.named(own, network.quantities)
    _check_lines(book, network, own)
    left_out = dict(_left_out_biases(book, network, replace(said, own=own), found))
    if left_out:
        found = replace(found, layers=tuple(replace(e, bias=e.bias and e.label not in left_out) for e in found.layers))
        network = found.network(**chosen)
        own = {name: line for name, line in own.items() if name not in {"b" + label for label in left_out}}
        _check_lines(book, network, own)
    return network, found, own, tuple(note for note in left_out.values() if note)


def _learns_by_steps(found: settings.Read, own: Own) -> bool:
    """Whether one layer of step units has new parameters: these can learn by the perceptron rule alone."""
    return len(found.layers) == 2 and found.layers[1].activation in STEPS and any(name.startswith("new_") for name in own)


def eta_of(book: Workbook, own: Own) -> dict[str, float]:
    """The learning rate at the place of η, as a setting; in a result of xlnn there is a copy of sheet Settings' own."""
    line = own.get("eta")
    if line is None or is_written(line.sheet):
        return {}
    where = book.where(line.sheet, line.block.first)
    return {
        "eta": settings.parse_value(settings.BY_FIELD["eta"], float(book.numbers(line.sheet, Place(line.block.first))), where)
    }


def with_rates(book: Workbook, said: Said, found: settings.Read) -> settings.Read:
    """With η and the layers' own, as Places says them in numbers or by cells.

    Raises ContentError for a layer that is none.
    """
    if not said.rates:
        return found
    numbers = {label: _rate(book, rate, label) for label, rate in said.rates.items()}
    known = [entry.label for entry in found.layers[1:] if entry.kind != "max pooling"]
    for label, (_, where) in said.rates.items():
        if label and label not in known:
            raise ContentError("there is no layer {label}; known: {known}.", where, label=repr(label), known=these(known))
    line = said.own.get("eta")
    eta = numbers.get("") or (float(book.numbers(line.sheet, Place(line.block.first))) if line else None)
    if eta is None:
        eta = found.values.get("eta") or next((number for number in numbers.values() if number), None)
    layers = tuple(replace(e, rate=numbers[e.label] / eta) if eta and e.label in numbers else e for e in found.layers)
    return replace(found, layers=layers, values={**found.values, **({"eta": eta} if eta else {})})


def _rate(book: Workbook, rate: Rate, label: str) -> float:
    """An η as a number. Raises ContentError where its cell holds none, or one below 0."""
    found, _ = rate
    if isinstance(found, float):
        return found
    sheet, block = found
    number = float(book.numbers(sheet, Place(block.first)))
    if number < 0 or (number == 0 and not label):
        raise ContentError(
            "the learning rate η must be a number above 0, not {value}.", book.where(sheet, block.first), value=f"{number:g}"
        )
    return number


def is_written(sheet: str) -> bool:
    """Whether that is a sheet of a workbook that xlnn wrote."""
    return written_name(sheet) is not None


def has_own_sheets(own: Own) -> bool:
    """Whether something that is calculated lies on a person's own sheets."""
    given = ("x", "eta", *TARGETS)
    return any(not is_written(line.sheet) for name, line in own.items() if name not in given and name[0] not in "wb")


def _is_unanswered(book: Workbook, said: Said) -> bool:
    """Whether nothing says where right answers are: there is no line for them, and no sheet that would have them; or that there
    are none is said."""
    own = said.own
    if any(name in said.absent for name in TARGETS) and not any(name in own for name in TARGETS):
        return True
    if "x" not in own or is_written(own["x"].sheet) or any(name in own for name in TARGETS):
        return False
    return not any(book.find(name) for name in (DATA, START, TRAINED, SOLVED))


def _check_lines(book: Workbook, network: Network, own: Own) -> None:
    """Raises ContentError for a quantity that the network does not have, and where what is read lies on a missing sheet."""
    given = {q.name for q in (*network.inputs[2:], *network.parameters)}
    for name, line in own.items():
        if name not in network.quantities:
            raise _unknown(network, name, line)
        if name in given and book.find(line.sheet) is None:
            raise book.no_sheet(line.sheet, line.at(1))


def _unknown(network: Network, name: str, line: Line) -> ContentError:
    """What to say of a quantity that the network does not have."""
    alike = [q.name for q in network.quantities.values() if q.kind == name]
    if alike:
        return ContentError("{name}: expected the layer, too; known: {known}.", line.where, name=name, known=these(alike))
    layer = next((e for e in network.layers if not e.bias and name.endswith("b" + e.label)), None)
    if layer:
        text = "{name}: layer {label} has no biases: there is no line for {bias}, its cells are blank, or sheet Settings says so."
        return ContentError(text, line.where, name=name, label=layer.label, bias="b" + layer.label)
    if not network.answered and name in replace(network, answered=True).quantities:
        return ContentError("{name} needs the right answers, but there is no line for digit or t.", line.where, name=name)
    known = these(network.quantities)
    return ContentError(
        "there is no quantity {name} in this network; known: {known}.", line.where, name=repr(line.quantity), known=known
    )


def _left_out_biases(book: Workbook, network: Network, said: Said, found: settings.Read) -> Iterator[tuple[str, tuple | None]]:
    """The layers without biases, and what there is to note: they have a line for w and none for b, or one of blank cells, or one
    that says so."""
    own = said.own
    for q in network.parameters:
        weights, biases = own.get("w" + q.layer), own.get(q.name)
        if q.kind == "b" and q.name in said.absent and biases is None:
            yield q.layer, None
            continue
        if q.kind != "b" or weights is None or is_written(weights.sheet) or "bias " + q.layer in found.where:
            continue
        if biases is None:
            if not any(book.find(name) for name in (START, TRAINED, SOLVED)):
                yield q.layer, None
        elif _is_blank(book, q, biases) and not _is_blank(book, network.quantities["w" + q.layer], weights):
            fields = {"name": q.name, "place": f"{biases.sheet}!{biases.block.name}", "label": q.layer}
            note = (
                "{name} lies on blank cells ({place}), its weights do not: layer {label} is taken as one without biases.",
                fields,
            )
            yield q.layer, note


def _is_blank(book: Workbook, q: Quantity, line: Line) -> bool:
    place = line.place(q)
    return book.is_blank(line.sheet, place)


# ---- where the result has them -----------------------------------------------------------------------


def is_idle(network: Network, name: str, line: Line, layout: Layout) -> bool:
    """Whether a line of a workbook that xlnn wrote says what the layout says anyway, or is left from another network."""
    if not is_written(line.sheet):
        return False
    q = network.quantities[name]
    standard = (layout.data if line.sheet == DATA else layout.places).get(name)
    try:
        place = line.place(q)
    except ContentError:
        if name in network.rule_of:
            return True
        raise
    if standard is None or (q.per_image and place.steps[0] != standard.steps[0]):
        return False
    return all(np.array_equal(a, b) for a, b in zip(place.grid(), standard.grid(), strict=True))


def apart(network: Network, own: Own, images: int) -> tuple[Own, Notes]:
    """The addresses for the output's sheets, where all arrays lie on one: what is from another sheet may have to move.

    Raises ContentError where two lines of one sheet share a cell.
    """
    lines = {name: line for name, line in own.items() if line.sheet != DATA and name != "digit"}
    places = {name: line.place(network.quantities[name], images) for name, line in lines.items()}
    aside = [
        name for name, place in places.items() if isinstance(place, Listed) and not _is_even(network.quantities[name], place)
    ]
    places = {name: place for name, place in places.items() if name not in aside}
    main = next((lines[q.name].sheet for q in network.parameters if q.name in lines), "")
    while shared := first_shared_cell(places):
        first, second, cell = shared
        if own[first].sheet == own[second].sheet:
            raise ContentError(
                "{first} and {second} both lie in cell {cell}.", own[second].at(1), first=first, second=second, cell=cell.name
            )
        aside.append(max(second, first, key=lambda name: (own[name].sheet != main, name in ("x", "t"))))
        del places[aside[-1]]
    kept = {name: line for name, line in own.items() if name not in aside}
    return kept, tuple(_notes_aside([name for name in own if name in aside]))


def _is_even(q: Quantity, place: Listed) -> bool:
    """Whether a list of cells is on one sheet, and every image's as far from the next one's."""
    if place.is_on_several or not q.per_image:
        return not place.is_on_several
    return all(len(np.unique(np.diff(part, axis=0))) <= 1 for part in place.grid())


def _notes_aside(aside: Sequence[str]) -> Iterator[tuple[str, Mapping]]:
    if aside:
        yield ASIDE, {"names": these(aside)}
