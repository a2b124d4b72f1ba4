"""What a sheet Places leaves open, understood from the formulas; what it says holds, also where they say something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from xlnn.book import places_sheet, settings, understood
from xlnn.book.origin import Notes
from xlnn.book.own_network import Own, labels_of
from xlnn.book.own_places import TARGETS, Said
from xlnn.book.places_line import Line
from xlnn.book.places_writing import headings
from xlnn.book.understood_places import places_lines
from xlnn.errors import ContentError, Where
from xlnn.layout.cells import quoted
from xlnn.layout.layouts import MARKS
from xlnn.layout.listed import by_sheet, spots
from xlnn.layout.places import Place
from xlnn.model.network import Network
from xlnn.understand import Understood
from xlnn.words import these
from xlnn.xlsx.cell_table import code
from xlnn.xlsx.workbook import Workbook

HELD = "{name} lies in {said}, as sheet Places says; the formulas have it in {found}."
ABSENT = "{name} is not there, as sheet Places says; the formulas have it in {found}."
OTHER = "the formulas say another network than sheet Places; Places holds, and nothing is added to it."
COMPLETED = "read as sheet Places says (lines: {count}); the rest is understood from the formulas."
Codes = Mapping[str, np.ndarray]  # by sheet the cells of an array, in its order
CONVENTIONS = ("cost", "total", "freeze_biases", "decay", "decay_in", "decay_biases", "ties", "answered")
EARLIER = "sheet Places begins with {name} in {cell}; the {count} iterations before that are not looked at."
ALONE = "read as sheet Places says (lines: {count})."


@dataclass(frozen=True)
class Completed:
    """All lines, those of Places and those that the formulas tell besides, and the network's settings."""

    said: Said
    found: settings.Read


def completed(book: Workbook, said: Said, found: settings.Read, known: Understood | None) -> Completed | None:
    """Places with what it does not say taken from the formulas; None where they say nothing, or another network.

    Raises ContentError where a line fits neither by itself nor into what was understood.
    """
    if known is None or not said.count:
        return None
    network = understood.network_of(known, {})
    try:
        own = _named(said.own, network)
        _check_fit(own, network, len(known.iterations[0].named["x"].cells))
    except ContentError:
        if _is_whole(said.own):
            return None
        raise
    found = _settings(said, own, found, known, network)
    beginning = _beginning(own, known, network)
    understood_ = _understood(book, known, beginning)
    gone = [(ABSENT, {"name": name, "found": _told(understood_[name])}) for name in said.absent if name in understood_]
    completed_network = found.network()
    theirs = {name: line for name, line in understood_.items() if name in completed_network.quantities}
    count = len(known.iterations[0].named["x"].cells)
    merged, notes = _merged(said, own, theirs, completed_network, count)
    alike = "x" not in own or _same(own["x"], theirs["x"], completed_network, "x", count)
    images = count if said.images is None and alike else said.images
    notes = (*said.notes, *gone, *notes, *_earlier(known, beginning))
    return Completed(replace(said, own=merged, images=images, notes=notes), found)


def with_rate(book: Workbook, said: Said, found: settings.Read) -> tuple[Said, settings.Read]:
    """Places and Settings with η as the formulas have it, where they tell the same network."""
    known = understood.understood(book)
    if known is None or not understood.is_alike(known.network, found.network()):
        return said, found
    lines, eta = _lines(book, known), understood.common_eta(known)
    if "eta" in lines:
        return replace(said, own={**said.own, "eta": lines["eta"]}), found
    return said, found if eta is None else replace(found, values={**found.values, "eta": eta})


def _named(own: Own, network: Network) -> Own:
    """The lines by the network's names; digits stand for right answers."""
    return places_sheet.named({name: line for name, line in own.items() if name != "digit"}, network.quantities) | {
        name: line for name, line in own.items() if name == "digit"
    }


def _is_whole(own: Own) -> bool:
    """Whether the lines tell a network by themselves."""
    labels = ("F", "O") if "wF" in own else labels_of(own)
    return "x" in own and ("w" in own or all("w" + label in own for label in labels))


def _check_fit(own: Own, network: Network, images: int) -> None:
    """Raises ContentError for a line that does not fit the network that was understood."""
    for name, line in own.items():
        if name in ("digit", "eta"):
            continue
        q = network.quantities.get(name)
        if q is None and not (name[:1] == "b" or name in TARGETS or name.startswith(("new_b", "dC", *MARKS, "share"))):
            raise ContentError("there is no quantity {name} in this network; known: {known}.",
                line.where, name=repr(line.quantity), known=these(network.quantities),
            )  # fmt: skip
        if q is not None:
            line.place(q, images if not line.lists_images else 1)


def _settings(said: Said, own: Own, found: settings.Read, known: Understood, network: Network) -> settings.Read:
    """What the formulas say of layers and conventions, where sheet Settings does not; biases as Places says."""
    layers = []
    for entry in network.layer_settings:
        bias = entry.bias
        if "b" + entry.label in said.absent:
            bias = False
        elif "b" + entry.label in own:
            bias = True
        layers.append(replace(entry, bias=bias))
    values = {name: getattr(network, name) for name in CONVENTIONS}
    values["judged"] = network.judged
    values["freeze_biases"] = known.network.freeze_biases and any(entry.bias for entry in layers[1:])
    if "digit" in own:
        units = network.output.shape[0]
        values |= {"classes": (0.0, 1.0) if units == 1 else tuple(float(n) for n in range(units)), "judged": True}
    if any(name in own for name in TARGETS):
        values["answered"] = True
    elif any(name in said.absent for name in TARGETS):
        values["answered"] = False
    eta = understood.common_eta(known)
    if eta is not None:
        values["eta"] = eta
    where = {"layers": next(iter(own.values())).where} if own else {}
    return settings.Read({**values, **found.values}, tuple(layers), {**where, **found.where})


def _beginning(own: Own, known: Understood, network: Network) -> Understood:
    """What was understood from that iteration on of which Places tells: where most of its quantities lie as Places says."""
    if len(known.iterations) == 1:
        return known
    said = {name: line for name, line in own.items() if name in network.quantities and not line.lists_images}
    count = len(known.iterations[0].named["x"].cells)
    told = {name: _codes(line, network, name, count) for name, line in said.items()}
    alike = [
        sum(_equal(told[name], _codes_of(*lying)) for name, lying in iteration.places().items() if name in told)
        for iteration in known.iterations
    ]
    first = alike.index(max(alike))
    return replace(known, iterations=known.iterations[first:]) if first else known


def _earlier(known: Understood, beginning: Understood) -> Iterator[tuple[str, Mapping]]:
    """A note where the formulas have iterations before that with which Places begins."""
    if before := len(known.iterations) - len(beginning.iterations):
        name, where = next((name, where) for name, where in beginning.iterations[0].places().items() if name.startswith("w"))
        sheet, cell = next(spots(*where))
        yield EARLIER, {"cell": f"{quoted(sheet)}!{cell.name}", "name": name, "count": before}


def _lines(book: Workbook, known: Understood) -> dict[str, Line]:
    """The lines that sheet Places would have."""
    lines = places_lines(known)
    names = headings(lines)
    told = places_sheet.parse([names, *([line.get(name) for name in names] for line in lines)], book.name)
    return {name: replace(line, where=Where(book.name), understood=True) for name, line in told.items()}


def _understood(book: Workbook, known: Understood, beginning: Understood) -> dict[str, Line]:
    """The lines of the iteration with which Places begins; η is what it is in the first."""
    all_ = _lines(book, known)
    if beginning is known:
        return all_
    rates = {name: line for name, line in all_.items() if name.startswith("eta")}
    return {name: line for name, line in _lines(book, beginning).items() if not name.startswith("eta")} | rates


def _merged(said: Said, own: Own, theirs: Mapping[str, Line], network: Network, images: int) -> tuple[Own, Notes]:
    """All lines; those of Places hold, and what is understood in their cells is none of it."""
    merged: dict[str, Line] = {}
    notes: list[tuple[str, Mapping]] = []
    taken = _together(_codes(line, network, name, images) for name, line in own.items() if name in network.quantities)
    answers = any(name in said.absent for name in TARGETS)
    for name, line in theirs.items():
        if name in said.absent or (name in TARGETS and answers):
            continue
        if name in own:
            same = _same(own[name], line, network, name, images)
            merged[name] = _with(own[name], line) if same else own[name]
            if not same:
                notes.append((HELD, {"name": name, "said": _told(own[name]), "found": _told(line)}))
        elif (name != "eta" or "" not in said.rates) and not _overlap(taken, _codes(line, network, name, images)):
            merged[name] = line
    return {**own, **merged}, tuple(notes)


def _same(one: Line, other: Line, network: Network, name: str, images: int) -> bool:
    """Whether two lines say the same cells."""
    return _equal(*(_codes(line, network, name, images) for line in (one, other)))


def _equal(here: Codes, there: Codes) -> bool:
    return here.keys() == there.keys() and all(np.array_equal(here[sheet], there[sheet]) for sheet in here)


def _codes(line: Line, network: Network, name: str, images: int) -> Codes:
    """The cells of a line; of one that lists images all that it lists."""
    q = network.quantities[name]
    count = (line.images(q) or 1) if line.lists_images and q.per_image else images
    return _codes_of(line.sheet, line.place(q, count))


def _codes_of(sheet: str, place: Place) -> Codes:
    return {on: code(*part.grid()).ravel() for on, part, _ in by_sheet(sheet, place)}


def _together(all_: Iterable[Codes]) -> Codes:
    found: dict[str, list[np.ndarray]] = {}
    for codes in all_:
        for sheet, part in codes.items():
            found.setdefault(sheet, []).append(part)
    return {sheet: np.concatenate(parts) for sheet, parts in found.items()}


def _overlap(one: Codes, other: Codes) -> bool:
    return any(np.isin(codes, one[sheet]).any() for sheet, codes in other.items() if sheet in one)


def _with(said: Line, line: Line) -> Line:
    """A line of Places with the step to the next iteration and the factor that were understood, where it does not say them."""
    factor = line.factor if said.factor == 1 else said.factor
    return replace(said, following=said.following or line.following, factor=factor)


def _told(line: Line) -> str:
    return ",".join(f"{sheet}!{range_.name}" for sheet, range_ in line.blocks)


def used(said: Said, done: Completed | None, known: Understood | None) -> Iterator[tuple[str, Mapping]]:
    """One line on what a workbook with a sheet Places was read by; another where the formulas say something else."""
    if said.count:
        yield (ALONE if done is None else COMPLETED), {"count": said.count}
        if done is None and known is not None:
            yield OTHER, {}
