"""Reads a problem from a workbook: xlnn's own, one with a sheet Places, or one in the authors' arrangement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlnn import authors, places_sheet, settings
from xlnn.errors import ContentError, LimitError, UsageError, Where, XlnnError
from xlnn.gather import (
    DATA,
    Origin,
    Sources,
    check_edge,
    check_panel,
    check_shape,
    check_shapes,
    count_images,
    gather,
    layouts_of,
    no_image,
)
from xlnn.layouts import Layout
from xlnn.network import LayerSettings, Network, plain_layers
from xlnn.places import Place, first_shared_cell
from xlnn.places_sheet import Line
from xlnn.problem import Problem, Settings
from xlnn.quantities import Quantity
from xlnn.words import LANGUAGES
from xlnn.workbook import Workbook, may_be_number

HELD_OUT, START, TRAINED, SOLVED = "Held out", "Start", "Trained", "Solved"
RESERVED = (settings.SHEET, DATA, HELD_OUT, places_sheet.SHEET, "Summary", "Conventions", "Test")
Own = Mapping[str, Line]  # what a sheet Places says, by quantity


def read(
    path: str | Path,
    *,
    places: str | Path | None = None,
    initial: bool = False,
    language: str | None = None,
    **overrides,
) -> Problem:
    """The problem in a workbook; `overrides` are settings by name (`eta=0.1`, `iterations=10`, `cost=…`).

    `places` names a workbook whose sheet Places is used; `initial` starts from the saved copy of the initial
    parameters in the authors' arrangement. Raises FileError, ContentError, UsageError.
    """
    return read_book(Workbook(path), places=places, initial=initial, language=language, **overrides)


def read_book(
    book: Workbook,
    *,
    places: str | Path | None = None,
    initial: bool = False,
    language: str | None = None,
    **overrides,
) -> Problem:
    """As `read`, of a workbook that is open."""
    layout = overrides.pop("layout", None)  # the result's; the workbook is read in its own
    problem = _read(book, places, initial, language, overrides)
    if places is not None:
        problem = replace(problem, origin=replace(problem.origin, beside=(Path(places),)))
    return problem if layout is None else problem.with_settings(layout=_override("layout", layout))


def _read(book: Workbook, places: str | Path | None, initial: bool, language: str | None, overrides: Mapping) -> Problem:
    """Decides which of the three kinds of workbook this is."""
    chosen = {name: _override(name, value) for name, value in overrides.items() if value is not None}
    own = _own_places(book, places)
    found = settings.Read({}, (), {})
    if book.find(settings.SHEET):
        found = settings.parse(book.lines(settings.SHEET), book.name)
    language = _language(book, found, chosen, language)
    try:
        if not (own or book.find(settings.SHEET)):
            return _from_arrangement(book, chosen, language, initial)
        found = found if found.layers else _inferred(book, own, found)
        network = found.network(**_only(chosen, Network))
        return _build(book, network, found.settings(**_only(chosen, Settings)), own, language, initial)
    except XlnnError as error:
        error.language = language
        if isinstance(error, LimitError):
            error.where = error.where or Where(book.name)
        raise


def _override(name: str, value):
    if name not in settings.BY_FIELD:
        raise UsageError("unknown setting {name}; known: {known}.", name=repr(name), known=", ".join(settings.BY_FIELD))
    return settings.parse_value(settings.BY_FIELD[name], value)


def _own_places(book: Workbook, places: str | Path | None) -> Own:
    """The lines of sheet Places, of another workbook where one is given."""
    other = book if places is None else Workbook(places)
    if places is None and not book.find(places_sheet.SHEET):
        return {}
    known = {name.casefold(): name for name in (DATA, START, TRAINED, SOLVED)}
    lines = places_sheet.parse(other.lines(places_sheet.SHEET), other.name)
    return {name: replace(line, sheet=known.get(line.sheet.casefold(), line.sheet)) for name, line in lines.items()}


def _only(chosen: Mapping, kind: type) -> dict:
    return {name: value for name, value in chosen.items() if name in kind.__dataclass_fields__}


def _language(book: Workbook, found: settings.Read, chosen: Mapping, asked: str | None) -> str:
    """Asked for, or set, or that of the sheets' names."""
    known = asked or chosen.get("language") or found.values.get("language")
    if known:
        return known
    names = "".join(book.sheets)
    if any("\u3040" <= letter <= "\u30ff" for letter in names) or "習" in names:
        return LANGUAGES[2]
    return LANGUAGES[1] if any("\u4e00" <= letter <= "\u9fff" for letter in names) else LANGUAGES[0]


def _from_arrangement(book: Workbook, chosen: Mapping, language: str, initial: bool) -> Problem:
    """A workbook without Settings: the sheet that has the authors' arrangement, whatever its name."""
    found = authors.recognise(book)
    network, sources = authors.sources_of(book, replace(found, network=replace(found.network, **_only(chosen, Network))), initial)
    check_shapes(book, network, sources, own=False, layout=None)
    if initial:
        _check_copy(book, network, sources)
    origin = Origin(book.path, book.digest, language, {}, sources, arrangement=found.name)
    return gather(book, network, Settings(**_only(chosen, Settings)), origin)


# ---- workbooks with a sheet Settings, or with Places --------------------------------------------------


def _build(book: Workbook, network: Network, chosen: Settings, own: Own, language: str, initial: bool) -> Problem:
    """Gathers every array of a network from its place."""
    _check_lines(book, network, own)
    layout = layouts_of(book, network, chosen.layout)[0]
    own = {name: line for name, line in own.items() if not _is_idle(network, name, line, layout)}
    sources = _sources(book, network, layout, own, initial)
    sheet, place = sources["x"]
    images = count_images(book, sheet, place, gaps="x" in own)
    if not images:
        raise no_image(book, sheet, place)
    sources = {name: (sheet, _for_images(network.quantities[name], place, images)) for name, (sheet, place) in sources.items()}
    check_shapes(book, network, sources, own="x" in own, layout=None if "x" in own else layout)
    if initial:
        _check_copy(book, network, sources)
    if not any(q.name in own for q in network.parameters):
        check_panel(book, network, sources)
    origin = Origin(book.path, book.digest, language, _apart(network, own, images), sources)
    return _with_held_out(book, gather(book, network, chosen, origin), layout)


def _with_held_out(book: Workbook, problem: Problem, layout: Layout) -> Problem:
    """With the images and right answers of sheet Held out, if there is one; they lie there as on sheet Data."""
    held_out = book.find(HELD_OUT)
    if not held_out:
        return problem
    network, sources = problem.network, dict(problem.origin.sources)
    given = [q.name for q in network.inputs[2:]]
    places = {name: sources[name][1] if sources[name][0] == DATA else layout.data[name] for name in given}
    images = count_images(book, held_out, places["x"], gaps=False)
    if not images:
        raise no_image(book, held_out, places["x"])
    sources |= {name: (held_out, _for_images(network.quantities[name], place, images)) for name, place in places.items()}
    book.check_calculated(sources[name] for name in given)
    for name in given:
        if images > 1:
            check_shape(book, network.quantities[name], *sources[name])
        if sources["x"][1].steps[0] == layout.data["x"].steps[0]:
            check_edge(book, network.quantities[name], {n: sources[n] for n in given}, layout)
    found = gather(book, network, problem.settings, replace(problem.origin, sources=sources))
    return replace(problem, held_out=replace(found, network=network, origin=None))


def _for_images(q: Quantity, place: Place, images: int) -> Place:
    return place[0].repeated(images, place.steps[0]) if q.per_image else place


def _check_copy(book: Workbook, network: Network, sources: Sources) -> None:
    """Raises ContentError where no saved copy of the parameters is."""
    sheet, place = sources[network.parameters[0].name]
    if all(book.is_blank(*sources[q.name]) for q in network.parameters):
        raise ContentError(
            "expected the saved copy of the initial parameters from here on, found blank cells.", book.where(sheet, place.origin)
        )


def _sources(book: Workbook, network: Network, layout: Layout, own: Own, initial: bool) -> Sources:
    """Sheet and place (for one image) of x, of digits or t, and of all parameters."""
    if initial and (not layout.initial or any(q.name in own for q in network.parameters)):
        name = layout.name if not own else places_sheet.SHEET
        raise UsageError("the layout {name} has no saved copy of the initial parameters.", name=name)
    places = {**layout.places, **(layout.initial if initial else {})}
    sources: dict[str, tuple[str, Place]] = {}
    for q in (network.inputs[2], network.inputs[3], *network.parameters):
        if q.name in own:
            sources[q.name] = own[q.name].sheet, own[q.name].place(q)
        elif q.per_image and book.find(DATA):
            sources[q.name] = DATA, layout.data[q.name]
        else:
            place = places["answer" if q.name == "digit" else q.name]
            sources[q.name] = _sheet_of(book, q, place, _parameter_sheet(book, network, layout), own), place
    return sources


def _sheet_of(book: Workbook, q: Quantity, place: Place, sheet: str | None, own: Own) -> str:
    """The sheet with a quantity that has no line of its own. Raises ContentError where there is none."""
    if own and sheet not in (START, TRAINED, SOLVED):
        raise _expected_line(own, q.name)
    wanted = DATA if q.per_image else START
    if sheet is None or (q.name == "x" and book.is_blank(sheet, place)):
        raise ContentError(
            "there is no sheet {sheet} with {name}; the workbook has {found}.",
            Where(book.name), sheet=repr(wanted), name=q.name, found=book.names.listed(wanted),
        )  # fmt: skip
    return sheet


def _parameter_sheet(book: Workbook, network: Network, layout: Layout) -> str | None:
    """Trained, Start, or another sheet: the first with a number where parameters lie, or else the first."""
    for name in (TRAINED, SOLVED, START):
        if book.find(name):
            return name
    others = book.names.besides(RESERVED)
    panel = [layout.places[q.name] for q in network.parameters]
    holds = lambda sheet: any(may_be_number(value) for place in panel for value in book.block(sheet, place).flat)
    filled = filter(holds, book.readable(others))
    return next(filled, next(iter(others), None))


# ---- sheet Places ------------------------------------------------------------------------------------


def _check_lines(book: Workbook, network: Network, own: Own) -> None:
    """Raises ContentError for a line of a quantity that is none, or, of what is read, of a sheet that is missing."""
    given = {network.inputs[2].name, network.inputs[3].name, *(q.name for q in network.parameters)}
    for name, line in own.items():
        if name not in network.quantities:
            raise ContentError(
                "there is no quantity {name} in this network; known: {known}.",
                line.where, name=repr(line.quantity), known=", ".join(network.quantities),
            )  # fmt: skip
        if name in given and book.find(line.sheet) is None:
            raise book.no_sheet(line.sheet, line.at(1))


def _is_idle(network: Network, name: str, line: Line, layout: Layout) -> bool:
    """Whether a line of a workbook that xlnn wrote says what the layout says anyway, or is left from another network."""
    if not (line.sheet in (DATA, START, TRAINED, SOLVED) or line.sheet.startswith("Iteration ")):
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


def _apart(network: Network, own: Own, images: int) -> Own:
    """The addresses for the output's sheets, where all arrays lie on one: images from another sheet may have to move.

    Raises ContentError where two lines of one sheet share a cell.
    """
    lines = {name: line for name, line in own.items() if line.sheet != DATA and name != "digit"}
    places = {name: line.place(network.quantities[name], images) for name, line in lines.items()}
    while shared := first_shared_cell(places):
        first, second, cell = shared
        movable = [n for n in (second, first) if n in ("x", "t") and own[first].sheet != own[second].sheet]
        if not movable:
            raise ContentError(
                "{first} and {second} both lie in cell {cell}.", own[second].at(1), first=first, second=second, cell=cell.name
            )
        del places[movable[0]]
    return {name: line for name, line in own.items() if name in places or name not in lines}


def _inferred(book: Workbook, own: Own, found: settings.Read) -> settings.Read:
    """The network that the lines of Places tell, where Settings tells none."""
    if not own:
        raise ContentError(
            "there is no table of layers: names of settings stand in column A, and below them a line that begins with layer.",
            book.where(settings.SHEET),
        )
    maps = "wF" in own
    labels = ("F", "O") if maps else _labels(own)
    for name in ("x", *(kind + label for label in labels for kind in "wb")):
        if name not in own:
            raise _expected_line(own, name)
    if "digit" not in own and "t" not in own:
        raise _expected_line(own, "digit / t")
    image, units = own["x"].block, [_count_units(book, own, label) for label in labels]
    layers = _layers_with_maps(own, *units) if maps else plain_layers((image.height, image.width), *units)
    classes = None
    if "digit" in own:
        classes = (0.0, 1.0) if units[-1] == 1 else tuple(float(n) for n in range(units[-1]))
    return settings.Read({"classes": classes, **found.values}, layers, {"layers": _places_where(own), **found.where})


def _expected_line(own: Own, name: str) -> ContentError:
    return ContentError("expected a line for {name}.", _places_where(own), name=name)


def _places_where(own: Own) -> Where:
    return replace(next(iter(own.values())).where, cell="")


def _labels(own: Own) -> list[str]:
    """2, 3 … up to the last layer that has a line."""
    last = max((int(name[1:]) for name in own if name[0] in "wb" and name[1:].isdigit()), default=2)
    return [str(label) for label in range(2, last + 1)]


def _count_units(book: Workbook, own: Own, label: str) -> int:
    """Units or maps of a layer: as many as its biases have numbers, or where those are blank its weights."""
    weights, biases = own["w" + label], own["b" + label]
    taken = {(line.sheet, line.block.first) for line in own.values()}
    by_weights, by_biases = _count(book, weights, taken), _count(book, biases, taken)
    if not biases.nexts and weights.nexts and by_weights > by_biases:
        raise ContentError(
            "{name}: expected a first block of {expected} numbers, found {found} ({rows}×{columns}).",
            biases.at(1), name="b" + label, expected=by_weights, found=biases.block.name,
            rows=biases.block.height, columns=biases.block.width,
        )  # fmt: skip
    return max(1, by_biases or by_weights)


def _count(book: Workbook, line: Line, taken: set) -> int:
    """Steps to the next unit or map until a block without numbers or another line's; without steps the block's size."""
    step = line.nexts.get("unit") or line.nexts.get("map")
    if step is None:
        return line.block.height * line.block.width
    block, count = Place(line.block.first, (line.block.height, line.block.width), ((1, 0), (0, 1))), 0
    while True:
        at = block.moved(count * step[0], count * step[1])
        other = count and (line.sheet, at.origin) in taken
        if other or not at.origin.on_sheet or not all(map(may_be_number, book.block(line.sheet, at).flat)):
            return count
        count += 1


def _layers_with_maps(own: Own, maps: int, units: int) -> tuple[LayerSettings, ...]:
    """The book's convolutional network: the pooling window is what makes maps of the size that the weights wO have."""
    image, filter_, weights = own["x"].block, own["wF"].block, own["wO"].block
    rows = filter_.height // (1 if "map" in own["wF"].nexts else maps)
    pooled = weights.height // (1 if "map" in own["wO"].nexts else maps)
    window = (image.height - rows + 1) // max(pooled, 1), (image.width - filter_.width + 1) // weights.width
    return (
        LayerSettings("I", "input", size=(image.height, image.width)),
        LayerSettings("F", "convolution", maps, (rows, filter_.width)),
        LayerSettings("P", "max pooling", size=window),
        LayerSettings("O", "dense", units),
    )
