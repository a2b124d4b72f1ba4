"""Reads a problem from a workbook: xlnn's own, one with a sheet Places, or one in the authors' arrangement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from xlnn import places_sheet, settings
from xlnn.errors import ContentError, UsageError, Where, raise_all
from xlnn.examples import MAPS
from xlnn.layouts import Layout, arrange
from xlnn.network import Network, plain_layers
from xlnn.places import Place
from xlnn.problem import Problem, Settings, draw
from xlnn.quantities import Quantity
from xlnn.words import LANGUAGES
from xlnn.workbook import Workbook, is_number

DATA, START, TRAINED = "Data", "Start", "Trained"
RESERVED = ("Settings", "Data", "Places", "Summary", "Conventions", "Test")


@dataclass(frozen=True)
class Origin:
    """Where a problem came from: the workbook, its language, and where each array lay (`sources`).

    `own` are the addresses that its sheet Places gives, for the output; `drawn` the parameters that were
    empty and drawn at random.
    """

    path: Path
    digest: str
    language: str = "en"
    own: Mapping[str, places_sheet.Line] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, Place]] = field(default_factory=dict)
    drawn: tuple[str, ...] = ()
    arrangement: str = ""  # the authors' workbook that it is like, where recognised


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
    book = Workbook(path)
    chosen = {name: _override(name, value) for name, value in overrides.items() if value is not None}
    own = _own_places(book, places)
    if settings.SHEET in book.sheets:
        found = settings.parse(book.lines(settings.SHEET), book.name)
    else:
        found = None
    if found and found.layers:
        return _from_settings(book, found, own, chosen, language, initial)
    if own:
        return _from_places(book, found, own, chosen, language)
    if found:
        raise ContentError("the table of layers is missing.", book.where(settings.SHEET))
    return _from_arrangement(book, chosen, language, initial)


def _override(name: str, value):
    if name not in settings.BY_FIELD:
        raise UsageError("unknown setting {name}; known: {known}.", name=repr(name), known=", ".join(settings.BY_FIELD))
    return settings.parse_value(settings.BY_FIELD[name], value)


def _own_places(book: Workbook, places: str | Path | None) -> dict[str, places_sheet.Line]:
    if places is not None:
        other = Workbook(places)
        return places_sheet.parse(other.lines(places_sheet.SHEET), other.name)
    if places_sheet.SHEET in book.sheets:
        return places_sheet.parse(book.lines(places_sheet.SHEET), book.name)
    return {}


# ---- workbooks with sheet Settings, or with Places alone --------------------------------------------


def _from_settings(book, found: settings.Read, own, chosen, language, initial) -> Problem:
    network = found.network(**_only(chosen, Network))
    return _build(
        book, network, found.settings(**_only(chosen, Settings)), own, _language(book, found, chosen, language), initial
    )


def _from_places(book, found: settings.Read | None, own, chosen, language) -> Problem:
    found = found or settings.Read({}, (), {})
    layers, classes = _layers_from_places(book, own)
    values = {"classes": classes, **found.values}
    found = settings.Read(values, layers, found.where)
    return _build(
        book,
        found.network(**_only(chosen, Network)),
        found.settings(**_only(chosen, Settings)),
        own,
        _language(book, found, chosen, language),
        initial=False,
    )


def _only(chosen: Mapping, kind: type) -> dict:
    return {name: value for name, value in chosen.items() if name in kind.__dataclass_fields__}


def _language(book: Workbook, found: settings.Read | None, chosen: Mapping, asked: str | None) -> str:
    if asked or "language" in chosen:
        return asked or chosen["language"]
    if found and "language" in found.values:
        return found.values["language"]
    names = "".join(book.sheets)
    if any("\u3040" <= letter <= "\u30ff" for letter in names) or "習" in names:
        return LANGUAGES[2]
    return LANGUAGES[1] if any("\u4e00" <= letter <= "\u9fff" for letter in names) else LANGUAGES[0]


def _layers_from_places(book: Workbook, own: Mapping[str, places_sheet.Line]):
    """A plain network's layers from the places of x, w2, b2, w3 … ; a unit ends where its numbers end."""
    if "x" not in own:
        raise ContentError("expected a line for x.", book.where(places_sheet.SHEET))
    block = own["x"].block
    labels = sorted((name[1:] for name in own if name[0] == "w" and name[1:].isdigit()), key=int)
    if not labels:
        raise ContentError("expected lines for w2, b2 …, or a sheet Settings.", book.where(places_sheet.SHEET))
    taken = {(line.sheet, line.block.first) for line in own.values()}
    units = [_count_units(book, own["b" + label] if "b" + label in own else own["w" + label], taken) for label in labels]
    layers = plain_layers((block.height, block.width), *units)
    classes = None
    if "digit" in own:
        classes = (0.0, 1.0) if units[-1] == 1 else tuple(float(n) for n in range(units[-1]))
    return layers, classes


def _count_units(book: Workbook, line: places_sheet.Line, taken: set) -> int:
    if "unit" not in line.nexts:
        return line.block.height * line.block.width
    first, count = line.block.first, 0
    while True:
        at = first.moved(count * line.nexts["unit"][0], count * line.nexts["unit"][1])
        other = count and (line.sheet, at) in taken
        if not at.on_sheet or other or book.is_blank(line.sheet, Place(at)):
            return max(count, 1)
        count += 1


def _build(book, network: Network, chosen: Settings, own, language: str, initial: bool) -> Problem:
    """Gathers every array of a network from its place."""
    quantities = list(network.quantities.values())
    unknown = next((line for name, line in own.items() if name not in network.quantities), None)
    if unknown:
        raise ContentError(
            "there is no quantity {name} in this network; known: {known}.",
            unknown.where, name=repr(unknown.quantity), known=", ".join(network.quantities),
        )  # fmt: skip
    layout = arrange(chosen.layout, quantities, 1)
    own = {name: line for name, line in own.items() if not _is_standard(network.quantities[name], line, layout)}
    sources = _sources(book, network, layout, own, initial)
    images = count_images(book, *sources["x"])
    if not images:
        sheet, place = sources["x"]
        raise ContentError("expected an image, found blank cells.", book.where(sheet, place.origin))
    sources = {name: (sheet, _for_images(network.quantities[name], place, images)) for name, (sheet, place) in sources.items()}
    _check_edges(book, sources)
    origin = Origin(book.path, book.digest, language, own, sources)
    return _gather(book, network, chosen, origin)


def _is_standard(q: Quantity, line: places_sheet.Line, layout: Layout) -> bool:
    """Whether a line says what the layout says anyway, as in a workbook that xlnn wrote."""
    places = layout.data if line.sheet == DATA else layout.places
    standard, place = places.get(q.name), line.place(q)
    if standard is None or not (line.sheet in (DATA, TRAINED) or line.sheet.startswith("Iteration ")):
        return False
    same_cells = all(np.array_equal(a, b) for a, b in zip(place.grid(), standard.grid(), strict=True))
    return same_cells and (not q.per_image or place.steps[0] == standard.steps[0])


def _for_images(q: Quantity, place: Place, images: int) -> Place:
    return place[0].repeated(images, place.steps[0]) if q.per_image else place


def _sources(book: Workbook, network: Network, layout: Layout, own, initial: bool) -> dict[str, tuple[str, Place]]:
    """Sheet and place (for one image) of x, of digits or t, and of all parameters."""
    sheet = _parameter_sheet(book)
    target = network.inputs[-1]
    sources: dict[str, tuple[str, Place]] = {}
    for q in (network.inputs[2], target, *network.parameters):
        line = own.get(q.name)
        if line and not (initial and q.name in layout.initial):
            sources[q.name] = line.sheet, line.place(q)
        elif q.per_image and DATA in book.sheets:
            sources[q.name] = DATA, layout.data[q.name]
        else:
            places = {**layout.places, **layout.initial} if initial else layout.places
            name = "answer" if q.name == "digit" else q.name
            if sheet is None:
                raise ContentError(
                    "there is no sheet {sheet} with {name}; the workbook has {found}.",
                    Where(book.name), sheet=repr(DATA if q.per_image else START), name=q.name,
                    found=", ".join(map(repr, book.sheets)),
                )  # fmt: skip
            sources[q.name] = sheet, places[name]
    if initial and not layout.initial:
        raise UsageError("the layout {name} has no saved copy of the initial parameters.", name=layout.name)
    return sources


def _parameter_sheet(book: Workbook) -> str | None:
    for name in (TRAINED, START):
        if name in book.sheets:
            return name
    return next((name for name in book.sheets if name not in RESERVED), None)


def count_images(book: Workbook, sheet: str, place: Place) -> int:
    """Images up to the first blank block; `place` gives the first one and the step."""
    rows, columns = book.sheet(sheet).shape
    down, right = place.steps[0]
    room = [
        (rows - place.origin.row) // down if down > 0 else None,
        (columns - place.origin.column) // right if right > 0 else None,
    ]
    most = max(0, min([n for n in room if n is not None], default=0)) + 1
    blocks = book.block(sheet, place[0].repeated(most, place.steps[0])).reshape(most, -1)
    blank = np.all(np.equal(blocks, None), axis=1)
    return int(np.argmax(blank)) if blank.any() else most


def _check_edges(book: Workbook, sources: Mapping[str, tuple[str, Place]]) -> None:
    """Raises ContentError where numbers go on below the first image or its targets: another shape than stated."""
    for name in ("x", "t"):
        if name not in sources:
            continue
        sheet, place = sources[name]
        first, bounds = place[0], place[0].bounds()
        if first.range() is None:
            continue
        others = [found[1] for other, found in sources.items() if found[0] == sheet and other != name]
        below = Place(bounds.first.moved(bounds.height), (bounds.width,), ((0, 1),))
        for index, value in np.ndenumerate(book.block(sheet, below)):
            cell = below.cell(*index)
            inside = any(part.index(cell) is not None for part in others) or place.index(cell) is not None
            if is_number(value) and not inside:
                raise ContentError(
                    "{name}: expected {shape} numbers for an image, found another one below them. "
                    "Correct the size in sheet Settings, or the numbers.",
                    book.where(sheet, cell), name=name, shape="×".join(map(str, first.shape)),
                )  # fmt: skip


def _gather(book: Workbook, network: Network, chosen: Settings, origin: Origin) -> Problem:
    """Reads the numbers; all wrong cells are named together."""
    arrays, errors, drawn = {}, [], []
    for name, (sheet, place) in origin.sources.items():
        q = network.quantities[name]
        try:
            if not q.per_image and book.is_blank(sheet, place) and not book.has_formula(sheet, place.origin):
                arrays[name] = draw(q, chosen.seed, chosen.start)
                drawn.append(name)
            else:
                arrays[name] = book.numbers(sheet, place)
        except ContentError as error:
            errors += [error, *error.others]
    if "digit" in arrays:
        errors += _unknown_digits(book, network, arrays["digit"], *origin.sources["digit"])
    raise_all(errors)
    parameters = {q.name: arrays[q.name] for q in network.parameters}
    problem = Problem(network, arrays["x"], parameters, arrays.get("digit"), arrays.get("t"), chosen)
    return replace(_with_judgement(problem), origin=replace(origin, drawn=tuple(drawn)))


def _unknown_digits(book, network: Network, digits: np.ndarray, sheet: str, place: Place) -> list[ContentError]:
    wrong = np.flatnonzero(~np.isin(digits, network.classes))
    return [
        ContentError(
            "expected one of the classes {expected}, found {found}.",
            book.where(sheet, place.cell(k)),
            expected=", ".join(f"{c:g}" for c in network.classes), found=f"{digits[k]:g}",
        )
        for k in wrong.tolist()
    ]  # fmt: skip


def _with_judgement(problem: Problem) -> Problem:
    """Answers can be right or wrong where t marks one unit with 1, the others with 0 (or is 0 or 1 itself)."""
    if problem.t is None:
        return problem
    one_of = np.isin(problem.t, (0, 1)).all() and (problem.t.shape[1] == 1 or (problem.t.sum(axis=1) == 1).all())
    return problem if one_of else replace(problem, network=replace(problem.network, judged=False))


# ---- the authors' arrangement -----------------------------------------------------------------------


def _arrangements() -> dict[str, Network]:
    """The authors' two workbooks: the plain network of 3-5 and the convolutional one of 5-4."""
    return {"3-5": Network(plain_layers((4, 3), 3, 2), classes=(0.0, 1.0)), "5-4": Network(MAPS)}


def _from_arrangement(book: Workbook, chosen: Mapping, language: str | None, initial: bool) -> Problem:
    """A workbook without Settings: the sheet that has the authors' arrangement, whatever its name."""
    best = (0.0, "", "", None)
    for name, network in _arrangements().items():
        layout = arrange("book", list(network.quantities.values()), 1)
        for sheet in book.sheets:
            found = _likeness(book, sheet, network, layout)
            if found > best[0]:
                best = (found, name, sheet, network)
    likeness, name, sheet, network = best
    if likeness < 0.95:
        raise _not_recognised(book, likeness, name, sheet, network)
    network = replace(network, **_only(chosen, Network))
    layout = arrange("book", list(network.quantities.values()), 1)
    places = {**layout.places, **(layout.initial if initial else {})}
    images = count_images(book, sheet, places["x"])
    sources = {q.name: (sheet, places[q.name]) for q in network.parameters}
    sources["x"] = sheet, _for_images(network.quantities["x"], places["x"], images)
    network, target = _target_source(book, sheet, network, layout, images)
    sources |= target
    origin = Origin(book.path, book.digest, _language(book, None, chosen, language), {}, sources, arrangement=name)
    return _gather(book, network, Settings(**_only(chosen, Settings)), origin)


def _target_source(book: Workbook, sheet: str, network: Network, layout: Layout, images: int):
    """Digits on the sheet, or on sheet Data, or else the targets t themselves."""
    if network.classes is not None:
        tries = [(sheet, layout.places["answer"])] + ([(DATA, layout.data["digit"])] if DATA in book.sheets else [])
        for where, place in tries:
            place = place[0].repeated(images, place.steps[0])
            if is_number(book.block(where, place).flat[0]):
                return network, {"digit": (where, place)}
        network = replace(network, classes=None)
    t = layout.places["t"]
    return network, {"t": (sheet, t[0].repeated(images, t.steps[0]))}


def _likeness(book: Workbook, sheet: str, network: Network, layout: Layout) -> float:
    """The share of the first image's and the parameters' cells that hold numbers."""
    values = [value for q in network.parameters for value in book.block(sheet, layout.places[q.name]).flat]
    values += list(book.block(sheet, layout.places["x"][0]).flat)
    return sum(map(is_number, values)) / len(values)


def _not_recognised(book: Workbook, likeness: float, name: str, sheet: str, network: Network | None) -> ContentError:
    if likeness < 0.4:
        return ContentError(
            "there is neither a sheet Settings nor the authors' arrangement (3-5 or 5-4). "
            "`xlnn new 4-4 book.xlsx` writes a workbook to start from.",
            Where(book.name),
        )
    layout = arrange("book", list(network.quantities.values()), 1)
    wanted = [network.quantities["x"], *network.parameters]
    off = [q.name for q in wanted if not all(map(is_number, book.block(sheet, _first(q, layout)).flat))]
    lines = ["; ".join(filter(None, places_sheet.describe(q, sheet, layout.places[q.name]))) for q in wanted]
    return ContentError(
        "this is nearly the authors' arrangement of {name}, but no numbers lie where they should for {off}. "
        "Add a sheet Places with your own addresses; theirs would be: {lines}.",
        Where(book.name, sheet), name=name, off=", ".join(off), lines=" | ".join(lines),
    )  # fmt: skip


def _first(q: Quantity, layout: Layout) -> Place:
    return layout.places[q.name][0] if q.per_image else layout.places[q.name]
