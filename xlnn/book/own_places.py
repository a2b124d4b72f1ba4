"""Workbooks whose sheet Places says where things lie: the network that its lines tell, and where the result has its arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from xlnn.book import places_sheet, settings
from xlnn.book.names import DATA, PLACES, SETTINGS, SOLVED, START, TRAINED, written_name
from xlnn.book.origin import Notes
from xlnn.book.places_line import Line
from xlnn.book.quantity_names import WITHOUT_LAYER
from xlnn.errors import ContentError, Where
from xlnn.layout.layouts import Layout
from xlnn.layout.places import Place, first_shared_cell
from xlnn.model.network import LayerSettings, Network, plain_layers
from xlnn.model.quantities import SYMBOLS, Quantity
from xlnn.xlsx.workbook import Workbook, may_be_number

Own = Mapping[str, Line]  # what a sheet Places says, by quantity


TARGETS = ("digit", "t")


ASIDE = "{names}: in the result, which has one sheet for each iteration, their addresses are taken; they stand elsewhere."


@dataclass(frozen=True)
class Said:
    """What a sheet Places says: its lines, how many images there are (None: as many as are found), and notes on them."""

    own: Own
    images: int | None = None
    notes: Notes = ()


def own_places(book: Workbook, places: str | Path | None) -> tuple[Own, int | None]:
    """The lines of sheet Places, of another workbook where one is given, and the number of images where a line says it."""
    other = book if places is None else Workbook(places)
    if places is None and not book.find(PLACES):
        return {}, None
    lines = other.lines(PLACES)
    return places_sheet.lines_of(book, other), places_sheet.image_count(lines, other.name)


def network_of(book: Workbook, own: Own, found: settings.Read, chosen: Mapping) -> tuple[Network, settings.Read, Own, Notes]:
    """The network, what Settings says of it, the lines by its names for them, and notes; `chosen` are options.

    Raises ContentError for a line of a quantity that is none, UsageError for options that do not fit.
    """
    found = found if found.layers else _inferred(book, own, found)
    if _is_unanswered(book, own):
        found = replace(found, values={**found.values, "answered": False})
    network = found.network(**chosen)
    own = places_sheet.named(own, network.quantities)
    _check_lines(book, network, own)
    left_out = dict(_left_out_biases(book, network, own, found))
    if left_out:
        found = replace(found, layers=tuple(replace(e, bias=e.bias and e.label not in left_out) for e in found.layers))
        network = found.network(**chosen)
        own = {name: line for name, line in own.items() if name not in {"b" + label for label in left_out}}
        _check_lines(book, network, own)
    return network, found, own, tuple(note for note in left_out.values() if note)


def eta_of(book: Workbook, own: Own) -> dict[str, float]:
    """The learning rate at the place of η, as a setting; in a result of xlnn there is a copy of sheet Settings' own."""
    line = own.get("eta")
    if line is None or is_written(line.sheet):
        return {}
    where = book.where(line.sheet, line.block.first)
    return {
        "eta": settings.parse_value(settings.BY_FIELD["eta"], float(book.numbers(line.sheet, Place(line.block.first))), where)
    }


def is_written(sheet: str) -> bool:
    """Whether that is a sheet of a workbook that xlnn wrote."""
    return written_name(sheet) is not None


def has_own_sheets(own: Own) -> bool:
    """Whether something that is calculated lies on a person's own sheets."""
    given = ("x", "eta", *TARGETS)
    return any(not is_written(line.sheet) for name, line in own.items() if name not in given and name[0] not in "wb")


def expected_line(own: Own, name: str) -> ContentError:
    return ContentError("expected a line for {name}.", _places_where(own), name=name)


def _places_where(own: Own) -> Where:
    return replace(next(iter(own.values())).where, cell="")


def _is_unanswered(book: Workbook, own: Own) -> bool:
    """Whether nothing says where right answers are: there is no line for them, and no sheet that would have them."""
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
        return ContentError("{name}: expected the layer, too; known: {known}.", line.where, name=name, known=", ".join(alike))
    layer = next((e for e in network.layers if not e.bias and name.endswith("b" + e.label)), None)
    if layer:
        text = "{name}: layer {label} has no biases: there is no line for {bias}, its cells are blank, or sheet Settings says so."
        return ContentError(text, line.where, name=name, label=layer.label, bias="b" + layer.label)
    if not network.answered and name in replace(network, answered=True).quantities:
        return ContentError("{name} needs the right answers, but there is no line for digit or t.", line.where, name=name)
    known = ", ".join(network.quantities)
    return ContentError(
        "there is no quantity {name} in this network; known: {known}.", line.where, name=repr(line.quantity), known=known
    )


def _left_out_biases(book: Workbook, network: Network, own: Own, found: settings.Read) -> Iterator[tuple[str, tuple | None]]:
    """The layers without biases, and what there is to note: they have a line for w and none for b, or one of blank cells."""
    for q in network.parameters:
        weights, biases = own.get("w" + q.layer), own.get(q.name)
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
    main = next((lines[q.name].sheet for q in network.parameters if q.name in lines), "")
    aside: list[str] = []
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


def _notes_aside(aside: Sequence[str]) -> Iterator[tuple[str, Mapping]]:
    if aside:
        yield ASIDE, {"names": ", ".join(aside)}


# ---- the network that the lines tell -----------------------------------------------------------------


def _inferred(book: Workbook, own: Own, found: settings.Read) -> settings.Read:
    """The network that the lines of Places tell, where Settings tells none."""
    if not own:
        raise ContentError(
            "there is no table of layers: names of settings stand in column A, and below them a line that begins with layer.",
            book.where(SETTINGS),
        )
    own = _with_only_layer(own)
    for line in own.values():
        _check_known(line)
    maps = "wF" in own
    labels = ("F", "O") if maps else _labels(own)
    for name in ("x", *("w" + label for label in labels)):
        if name not in own:
            raise expected_line(own, name)
    image, units = own["x"].table[0], [_count_units(book, own, label) for label in labels]
    layers = _layers_with_maps(own, *units) if maps else plain_layers((image.height, image.width), *units)
    classes = None
    if "digit" in own:
        classes = (0.0, 1.0) if units[-1] == 1 else tuple(float(n) for n in range(units[-1]))
    return settings.Read({"classes": classes, **found.values}, layers, {"layers": _places_where(own), **found.where})


def _with_only_layer(own: Own) -> Own:
    """The lines of a network of one layer, whose names need no label: w and b are w2 and b2."""
    if "w" not in own or any(len(name) > 1 and name[0] == "w" for name in own):
        return own
    return {name if name in WITHOUT_LAYER or name not in SYMBOLS else name + "2": line for name, line in own.items()}


def _check_known(line: Line) -> None:
    """Raises ContentError for a name that no network has."""
    name = line.quantity
    kinds = [kind for kind in SYMBOLS if name == kind or (name.startswith(kind) and kind not in WITHOUT_LAYER)]
    if not kinds:
        known = ", ".join(kind if kind in WITHOUT_LAYER else kind + "2" for kind in SYMBOLS)
        raise ContentError("there is no quantity {name}; known: {known}, images.", line.where, name=repr(name), known=known)


def _labels(own: Own) -> list[str]:
    """2, 3 … up to the last layer that has a line."""
    last = max((int(name[1:]) for name in own if name[0] in "wb" and name[1:].isdigit()), default=2)
    return [str(label) for label in range(2, last + 1)]


def _count_units(book: Workbook, own: Own, label: str) -> int:
    """Units or maps of a layer: as many as its biases' line says, or another line, or as numbers stand at its steps."""
    weights, biases = own["w" + label], own.get("b" + label)
    taken = {(line.sheet, line.block.first) for line in own.values()}
    by_weights = _count(book, weights, taken)
    if biases is None:
        return _stated(own, label) or max(1, by_weights)
    size, stated = biases.block.height * biases.block.width, _stated(own, label)
    if not biases.nexts and weights.nexts and by_weights > size != stated and (size == 1 or stated):
        raise ContentError(
            "{name}: expected a first block of {expected} numbers, found {found} ({rows}×{columns}).",
            biases.at(1), name="b" + label, expected=by_weights, found=biases.block.name,
            rows=biases.block.height, columns=biases.block.width,
        )  # fmt: skip
    if not biases.nexts or biases.table[1]:
        return size
    by_biases = _count(book, biases, taken)
    if not stated and 0 < by_biases < by_weights:
        raise ContentError(
            "{name}: {count} numbers at its steps, but {weights} goes on for {more} units. Fill what is missing, or give all "
            "biases as one block: then they say how many units there are.",
            biases.at(1), name="b" + label, count=by_biases, weights="w" + label, more=by_weights,
        )  # fmt: skip
    return stated or max(1, by_biases or by_weights)


def _stated(own: Own, label: str) -> int:
    """How many units a line says outright: z, a or δ of an image, or the inputs of the next layer; 0 where none does."""
    if label == "F":  # as many maps as fit into the step to the output's next unit
        unit, map_ = (own["wO"].nexts.get(axis, (0, 0)) for axis in ("unit", "map"))
        return max(unit[0] // map_[0] if map_[0] else 0, unit[1] // map_[1] if map_[1] else 0)
    if not label.isdigit():
        return 0
    for name in ("z", "a", "delta", "slope", "back"):
        line = own.get(name + label)
        if line and "unit" not in line.nexts:
            return line.table[0].height * line.table[0].width
    after = own.get(f"w{int(label) + 1}")
    if after and "unit" in after.nexts:
        return after.table[0].height * after.table[0].width
    return 0


def _count(book: Workbook, line: Line, taken: set) -> int:
    """Steps to the next unit or map until a block without numbers or another line's; without steps the block's size."""
    axis = "unit" if "unit" in line.nexts else "map"
    first, counts = line.table
    if axis not in line.nexts or axis in counts:
        return counts.get(axis, first.height * first.width)
    step = line.nexts[axis]
    block, count = Place(first.first, (first.height, first.width), ((1, 0), (0, 1))), 0
    while True:
        at = block.moved(count * step[0], count * step[1])
        other = count and (line.sheet, at.origin) in taken
        if other or not at.origin.on_sheet or not all(map(may_be_number, book.block(line.sheet, at).flat)):
            return count
        count += 1


def _layers_with_maps(own: Own, maps: int, units: int) -> tuple[LayerSettings, ...]:
    """The book's convolutional network: the pooling window is what makes maps of the size that the weights wO have."""
    image, filter_, weights = (own[name].table[0] for name in ("x", "wF", "wO"))
    rows = filter_.height // (1 if "map" in own["wF"].nexts else maps)
    pooled = weights.height // (1 if "map" in own["wO"].nexts else maps)
    window = (image.height - rows + 1) // max(pooled, 1), (image.width - filter_.width + 1) // weights.width
    return (
        LayerSettings("I", "input", size=(image.height, image.width)),
        LayerSettings("F", "convolution", maps, (rows, filter_.width)),
        LayerSettings("P", "max pooling", size=window),
        LayerSettings("O", "dense", units),
    )
