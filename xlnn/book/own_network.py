"""The network that the lines of a sheet Places tell: how large the images are, how many units a layer has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from xlnn.book import settings
from xlnn.book.names import SETTINGS
from xlnn.book.places_line import INPUT, Line
from xlnn.book.quantity_names import WITHOUT_LAYER
from xlnn.errors import ContentError, Where
from xlnn.layout.cells import Cell, Range
from xlnn.layout.listed import lying
from xlnn.layout.places import Place
from xlnn.model.network import LayerSettings, plain_layers
from xlnn.model.quantities import SYMBOLS
from xlnn.words import these
from xlnn.xlsx.workbook import Workbook, may_be_number

Own = Mapping[str, Line]  # what a sheet Places says, by quantity


def expected_line(own: Own, name: str) -> ContentError:
    """What to say where a line is missing; those that are there show where its name is misspelled."""
    text = "expected a line for {name}; there are lines for {found}."
    return ContentError(text, places_where(own), name=name, found=these(line.quantity for line in own.values()))


def places_where(own: Own) -> Where:
    """The sheet Places itself."""
    return replace(next(iter(own.values())).where, cell="")


def inferred(book: Workbook, own: Own, images: int | None, found: settings.Read) -> settings.Read:
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
    labels = ("F", "O") if maps else labels_of(own)
    for name in ("x", *("w" + label for label in labels)):
        if name not in own:  # perhaps a misspelled one is meant
            raise next((_unknown(line) for line in own.values() if _is_odd(line)), None) or expected_line(own, name)
    image = _image(book, own, images)
    units: list[int] = []
    for label in labels:
        units.append(_count_units(book, own, label, before=0 if maps else units[-1] if units else prod(image)))
    layers = _layers_with_maps(own, *units) if maps else _with_one_bias(book, own, plain_layers(image, *units))
    classes = None
    if "digit" in own:
        classes = (0.0, 1.0) if units[-1] == 1 else tuple(float(n) for n in range(units[-1]))
    return settings.Read({"classes": classes, **found.values}, layers, {"layers": places_where(own), **found.where})


def _with_one_bias(book: Workbook, own: Own, layers: tuple[LayerSettings, ...]) -> tuple[LayerSettings, ...]:
    """The layers, those with one bias for all their units whose line for b is a single cell that does not go on."""
    return tuple(
        replace(layer, shared_bias=True) if layer.units > 1 and _is_one_bias(book, own, layer.label) else layer
        for layer in layers
    )


def _is_one_bias(book: Workbook, own: Own, label: str) -> bool:
    """Whether the line for b is a single number that does not go on: none that no line names stands where another would."""
    line, weights = own.get("b" + label), own["w" + label]
    if line is None or line.size != 1 or line.nexts or line.more or book.find(line.sheet) is None:
        return False
    cell = Place(line.block.first, (1, 1), ((1, 0), (0, 1)))
    beside = [cell.moved(*step) for step in {(1, 0), (0, 1), weights.nexts.get("unit", (1, 0))}]
    named = [(sheet, range_) for other in own.values() for sheet, range_ in other.blocks]
    beside = [at for at in beside if not any(sheet == line.sheet and _is_inside(at.origin, range_) for sheet, range_ in named)]
    return _has_number(book, line, cell) and not any(_has_number(book, line, at) for at in beside)


def _is_inside(cell: Cell, range_: Range) -> bool:
    return all(low <= at <= high for low, at, high in zip(range_.first, cell, range_.last, strict=True))


def _has_number(book: Workbook, line: Line, cell: Place) -> bool:
    return cell.origin.on_sheet and all(map(may_be_number, book.block(line.sheet, cell).flat))


def _image(book: Workbook, own: Own, images: int | None) -> tuple[int, int]:
    """Rows and columns of an image; cells that are listed or a step apart are one row, or as many as their ranges have."""
    x = own["x"]
    if INPUT in x.nexts:
        weights = own.get("w2", x)
        alone = INPUT not in weights.nexts and "unit" in weights.nexts
        return 1, weights.size if alone else _count(book, x, _firsts(own), INPUT)
    if not x.more:
        return x.table[0].height, x.table[0].width
    widths = {range_.width for _, range_ in x.blocks}
    inputs = _inputs_of(own) or (x.size // images if images and x.lists_images else x.size)
    width = widths.pop() if len(widths) == 1 else 1
    return (inputs // width, width) if width > 1 and inputs % width == 0 else (1, inputs)


def _inputs_of(own: Own) -> int:
    """How many inputs the first layer's weights have for each unit, where their line says it; else 0."""
    weights = own.get("w2")
    told = weights and "unit" in weights.nexts and INPUT not in weights.nexts and own["x"].lists_images
    return weights.size if weights and told else 0


def _firsts(own: Own) -> set[tuple[str, Cell]]:
    """Where the lines begin."""
    return {(line.sheet, line.block.first) for line in own.values()}


def _with_only_layer(own: Own) -> Own:
    """The lines of a network of one layer, whose names need no label: w and b are w2 and b2."""
    if "w" not in own or any(len(name) > 1 and name[0] == "w" for name in own):
        return own
    return {name if name in WITHOUT_LAYER or name not in SYMBOLS else name + "2": line for name, line in own.items()}


def _check_known(line: Line) -> None:
    """Raises ContentError for a name that no network has."""
    if not _labels(line):
        raise _unknown(line)


def _labels(line: Line) -> list[str]:
    """What a line's name may have behind a quantity's: "2" for w2, "" for CT; nothing where it begins like none."""
    name = line.quantity
    return [name.removeprefix(kind) for kind in SYMBOLS if name == kind or (name.startswith(kind) and kind not in WITHOUT_LAYER)]


def _is_odd(line: Line) -> bool:
    """Whether what stands behind the quantity's name is no layer's label: wx, w 2b."""
    return not any(not label or label.isdigit() or label.upper() in ("I", "F", "P", "O") for label in _labels(line))


def _unknown(line: Line) -> ContentError:
    known = these(kind if kind in WITHOUT_LAYER else kind + "2" for kind in SYMBOLS)
    text = "there is no quantity {name}; known: {known}, images."
    return ContentError(text, line.where, name=repr(line.quantity), known=known)


def labels_of(own: Own) -> list[str]:
    """2, 3 … up to the last layer that has a line."""
    last = max((int(name[1:]) for name in own if name[0] in "wb" and name[1:].isdigit()), default=2)
    return [str(label) for label in range(2, last + 1)]


def _count_units(book: Workbook, own: Own, label: str, before: int) -> int:
    """Units or maps of a layer: as many as its biases' line says, or another line, or as numbers stand at its steps.

    `before`: units of the layer before, 0 where they are in maps.
    """
    weights, biases = own["w" + label], own.get("b" + label)
    taken = _firsts(own)
    by_weights = _count(book, weights, taken)
    if before and not {"unit", "map", INPUT} & set(weights.nexts) and weights.size % before == 0:
        by_weights = weights.size // before  # a block of all units' weights
    if biases is None:
        return _stated(own, label) or max(1, by_weights)
    size, stated = biases.size, _stated(own, label)
    if before and _is_one_bias(book, own, label):  # one bias for all units
        return stated or max(1, by_weights)
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
            return _first_size(line)
    after = own.get(f"w{int(label) + 1}")
    if after and "unit" in after.nexts:
        return _first_size(after) if INPUT not in after.nexts else 0
    return 0


def _first_size(line: Line) -> int:
    return line.size if line.more else line.table[0].height * line.table[0].width


def _count(book: Workbook, line: Line, taken: set, axis: str = "") -> int:
    """Steps to the next unit or map until a block without numbers or another line's; without steps the block's size."""
    axis = axis or ("unit" if "unit" in line.nexts else "map")
    first, counts = line.table
    if axis not in line.nexts or axis in counts:
        return counts.get(axis, line.size)
    step = line.nexts[axis]
    if line.more:
        sheet, block = lying(list(line.spots()), (line.size,))
    else:
        sheet, block = line.sheet, Place(first.first, (first.height, first.width), ((1, 0), (0, 1)))
    count = 0
    while True:
        at = block.moved(count * step[0], count * step[1])
        other = count and (sheet, at.origin) in taken
        if other or not at.origin.on_sheet or not all(map(may_be_number, book.block(sheet, at).flat)):
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
