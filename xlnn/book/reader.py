"""Reads a problem from a workbook: xlnn's own, one with a sheet Places, or one in the authors' arrangement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlnn.book import authors, settings
from xlnn.book.arrays import gather
from xlnn.book.data import check_edge, check_panel, check_shape, check_shapes, count_images, layouts_of, no_image
from xlnn.book.heads import with_heads
from xlnn.book.language import language_of_names
from xlnn.book.names import DATA, HELD_OUT, PLACES, RESERVED, SETTINGS, SOLVED, START, TRAINED
from xlnn.book.origin import Found, Notes, Origin, Sources, origin_of
from xlnn.book.own_images import count_own_images
from xlnn.book.own_iterations import EPOCHS, FEWER, OTHER_BATCHES, WHOLE, own_iterations, takes_batches
from xlnn.book.own_network import Own, expected_line
from xlnn.book.own_places import ASIDE, Said, apart, eta_of, has_own_sheets, is_idle, network_of, said_in
from xlnn.book.placed_settings import LABELS, labelled
from xlnn.book.places_line import Line
from xlnn.book.whereabouts import OwnIterations
from xlnn.errors import ContentError, LimitError, UsageError, Where, XlnnError
from xlnn.layout.layouts import Layout
from xlnn.layout.places import Move, Place
from xlnn.model.network import Network
from xlnn.model.problem import Problem, Settings
from xlnn.model.quantities import Quantity
from xlnn.words import preferred, these
from xlnn.xlsx.sheet_names import is_called
from xlnn.xlsx.workbook import Workbook, may_be_number

if TYPE_CHECKING:
    from xlnn.book.completing import Completed
    from xlnn.understand import Understood

# What understands formulas is imported where formulas are to be understood: most workbooks are xlnn's own.


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
        problem = replace(problem, origin=replace(origin_of(problem), beside=(Path(places),)))
    if layout is not None:
        return problem.with_settings(layout=_override("layout", layout))
    return replace(problem, origin=_with_own_sheets(problem, origin_of(problem)))


def _with_own_sheets(problem: Problem, origin: Origin) -> Origin:
    """The result of a person's own workbook is made of his sheets, where everything stays where it is."""
    if origin.iterations is None:
        return origin
    notes = tuple(note for note in origin.notes if note[0] != ASIDE)
    if not origin.iterations.regular:
        from xlnn.book.own_understood import IRREGULAR

        return replace(origin, notes=(*notes, (IRREGULAR, {})))
    if problem.settings.iterations < origin.iterations.round:
        return replace(origin, notes=(*notes, (FEWER, {"epoch": origin.iterations.round})))
    if not takes_batches(problem, origin.iterations):
        return replace(origin, notes=(*notes, (OTHER_BATCHES, {"what": problem.network.things})))
    if origin.iterations.images:
        notes = (*notes, (EPOCHS, {"count": problem.settings.batch, "what": problem.network.things, "epoch": problem.per_epoch}))
    if over := problem.settings.iterations % origin.iterations.round:
        notes = (*notes, (WHOLE, {"count": over}))
    return replace(origin, own_sheets=True, notes=notes)


def _read(book: Workbook, places: str | Path | None, initial: bool, language: str | None, overrides: Mapping) -> Problem:
    """Finds where everything lies, then reads it. Errors are told in the workbook's language."""
    typed = settings.spelled_out({name: value for name, value in overrides.items() if value is not None})
    chosen = {name: _override(name, value) for name, value in typed.items()}
    said = said_in(book, places)
    chosen = {**said.settings, **chosen}
    found = settings.Read({}, (), {})
    if book.find(SETTINGS):
        found = settings.parse(book.lines(SETTINGS), book.name, book.find(SETTINGS) or SETTINGS)
    language = _language(book, found, chosen, language)
    try:
        where = _find(book, said, found, chosen, language, initial)
        if isinstance(where, Problem):
            return _with_iterations(book, where, {})
        problem = gather(book, where)
        if not (said.count or book.find(SETTINGS)):
            _check_said(said.images, problem.images, book.where(PLACES))
        problem = _with_iterations(book, _with_held_out(book, where, problem), where.lines)
        _check_batch(problem, found, chosen)
        return problem
    except XlnnError as error:
        error.language = language
        if isinstance(error, LimitError):
            error.where = error.where or Where(book.name)
        raise


def _with_iterations(book: Workbook, problem: Problem, lines: Own) -> Problem:
    """With what a person's own sheets show, as `lines` of sheet Places or the formulas say."""
    own = _iterations(book, problem, lines)
    if own and lines:
        from xlnn.book.own_examples import with_all_examples

        problem, own = with_all_examples(book, problem, own, lines)
    origin = replace(origin_of(problem), lines=lines, iterations=own)
    if own and origin.facts:
        from xlnn.book.understood_facts import with_iterations

        origin = replace(origin, facts=with_iterations(origin.facts, own))
    return replace(problem, origin=origin)


def _iterations(book: Workbook, problem: Problem, lines: Own) -> OwnIterations | None:
    if lines or not _is_somebody_elses(book):
        return own_iterations(book, problem, lines) if has_own_sheets(lines) else None
    from xlnn.book import understood
    from xlnn.book.own_understood import understood_iterations

    origin = origin_of(problem)
    if origin.arrangement:
        known = understood.beyond_arrangement(book, problem.network, origin.sources)
    else:
        known = understood.understood(book)
    return understood_iterations(book, problem, known) if known else None


def _is_somebody_elses(book: Workbook) -> bool:
    """Whether nothing in a workbook says how it is laid out: xlnn did not write it, and it has no sheet Settings or Places."""
    return not (book.marked or book.find(SETTINGS) or book.find(PLACES))


def _check_batch(problem: Problem, found: settings.Read, chosen: Mapping) -> None:
    """Raises UsageError (ContentError where sheet Settings says so) for batches larger than there are images."""
    batch, images, what = problem.settings.batch, problem.images, problem.network.things
    if batch > images:
        text = "the batch size is {batch}, but there are only {images} {what}; `all` takes all of them."
        if "batch" in chosen:
            raise UsageError(text, batch=batch, images=images, what=what)
        raise ContentError(text, found.where.get("batch"), batch=batch, images=images, what=what)


def _find(
    book: Workbook,
    said: Said,
    found: settings.Read,
    chosen: Mapping,
    language: str,
    initial: bool,
) -> Found | Problem:
    """Where everything lies: as sheets Settings and Places say, else as in the authors' workbooks.

    Each way of finding it returns what was `Found`, and reads no array. Where none fits, the formulas tell the whole problem.
    """
    if not (said.count or book.find(SETTINGS)):
        try:
            arrangement = authors.recognise(book)
        except ContentError:
            if (problem := _by_formulas(book, chosen, language)) is None:
                raise
            return problem
        values, beside = labelled(book, LABELS)
        where = _by_arrangement(book, arrangement, {**values, **chosen}, language, initial)
        return replace(where, origin=replace(where.origin, notes=(*where.origin.notes, *beside)))
    known, done, by = _completed(book, said, found) if said.count else (None, None, ())
    said, found = (done.said, done.found) if done else _with_rate(book, said, found, chosen)
    network, found, own, notes = network_of(book, said, found, _only(chosen, Network))
    chosen = {**eta_of(book, own), **_only(chosen, Settings)}
    told = (*by, *said.notes)
    where = _by_sheets(book, network, found.settings(**chosen), replace(said, own=own, notes=notes), language, initial)
    origin = replace(where.origin, notes=(*told, *where.origin.notes), told=told)
    if by:
        count = origin.sources["x"][1].shape[0]
        lying = tuple(_lying(network.quantities[name], line, count) for name, line in own.items() if name in network.quantities)
        if done and known:
            from xlnn.book.understood_facts import with_facts

            origin = with_facts(origin, book, known)
        origin = replace(origin, everything=lying)
    return replace(where, origin=origin)


def _lying(q: Quantity, line: Line, images: int) -> tuple[Quantity, str, Place, Move | None]:
    """Where a line has a quantity, and where the next iteration has it."""
    return q, line.sheet, line.place(q, images), line.following


def _by_formulas(book: Workbook, chosen: Mapping, language: str) -> Problem | None:
    """The problem that the formulas tell; None where they tell none."""
    from xlnn.book import understood
    from xlnn.book.understood_facts import with_facts

    known = understood.understood(book)
    if known is None:
        return None
    values, beside = labelled(book, ("iterations",))  # what it calculates with, the formulas say
    problem = understood.problem_of(book, known, language, {**values, **chosen})
    origin = with_facts(origin_of(problem), book, known)
    return replace(problem, origin=replace(origin, notes=(*origin.notes, *beside)))


def _completed(book: Workbook, said: Said, found: settings.Read) -> tuple[Understood | None, Completed | None, Notes]:
    """What the formulas say beside a sheet Places, that sheet completed by it, and the notes on it.

    Formulas say nothing where sheet Settings tells the layers, or xlnn wrote the workbook.
    """
    from xlnn.book.completing import completed, used
    from xlnn.book.understood import understood

    known = None if found.layers or book.marked else understood(book)
    done = completed(book, said, found, known)
    return known, done, () if book.marked or book.find(SETTINGS) else tuple(used(said, done, known))


def _with_rate(book: Workbook, said: Said, found: settings.Read, chosen: Mapping) -> tuple[Said, settings.Read]:
    """Places and Settings with η as the formulas have it, where nothing else says it; of a workbook that xlnn wrote it does."""
    told = said.rates or not said.count or "eta" in {**said.own, **found.values, **chosen}
    if told or book.marked or not found.layers:
        return said, found
    from xlnn.book.completing import with_rate

    return with_rate(book, said, found)


def _override(name: str, value):
    if name not in settings.BY_FIELD:
        raise UsageError("unknown setting {name}; known: {known}.", name=repr(name), known=these(settings.BY_FIELD))
    return settings.parse_value(settings.BY_FIELD[name], value)


def _only(chosen: Mapping, kind: Any) -> dict:
    return {name: value for name, value in chosen.items() if name in kind.__dataclass_fields__}


def _language(book: Workbook, found: settings.Read, chosen: Mapping, asked: str | None) -> str:
    """Asked for, or set, or that of the sheets' names, or the reader's."""
    known = asked or chosen.get("language") or found.values.get("language")
    return known or language_of_names(book.sheets) or preferred()


def _by_arrangement(book: Workbook, found: authors.Arrangement, chosen: Mapping, language: str, initial: bool) -> Found:
    """A workbook without Settings: the sheet that has the authors' arrangement, whatever its name."""
    network, sources = authors.sources_of(book, replace(found, network=replace(found.network, **_only(chosen, Network))), initial)
    from xlnn.book import understood

    known = understood.beyond_arrangement(book, network, sources)
    if known:  # his own backward pass has conventions of its own
        network = replace(
            understood.network_of(known, _only(chosen, Network)),
            classes=network.classes, judged=network.judged, answered=network.answered,
        )  # fmt: skip
        chosen = {"eta": understood.common_eta(known), **chosen}
    check_shapes(book, network, sources, own=False, layout=None)
    if initial:
        _check_copy(book, network, sources)
    origin = Origin(book.path, book.digest, language, {}, sources, arrangement=found.name)
    return Found(network, Settings(**_only({n: v for n, v in chosen.items() if v is not None}, Settings)), origin)


# ---- workbooks with a sheet Settings, or with Places --------------------------------------------------


def _by_sheets(book: Workbook, network: Network, chosen: Settings, said: Said, language: str, initial: bool) -> Found:
    """Every array of a network where its line of Places says, else where the layout of sheet Settings has it."""
    layout = layouts_of(book, network, chosen.layout)[0]
    own: Own = {name: line for name, line in said.own.items() if not is_idle(network, name, line, layout)}
    sources = _sources(book, network, layout, own, initial)
    network = with_heads(book, network, layout, sources)
    images, notes = _images(book, network, sources, replace(said, own=own))
    listed = {name for name, line in own.items() if line.lists_images and network.quantities[name].per_image}
    sources = {
        name: (sheet, own[name].listing(network.quantities[name], images))
        if name in listed
        else (sheet, _for_images(network.quantities[name], place, images))
        for name, (sheet, place) in sources.items()
    }
    check_shapes(book, network, sources, own="x" in own, layout=None if "x" in own else layout)
    if initial:
        _check_copy(book, network, sources)
    if not any(q.name in own for q in network.parameters):
        check_panel(book, network, sources)
    factors = {name: line.factor for name, line in own.items()}
    own, aside = apart(network, own, images)
    origin = Origin(book.path, book.digest, language, own, sources, notes=(*said.notes, *notes, *aside))
    return Found(network, chosen, origin, layout, factors, said.own)


def _images(book: Workbook, network: Network, sources: Sources, said: Said) -> tuple[int, Notes]:
    """How many images there are. Raises ContentError where there is none, or where that cannot be said."""
    sheet, place = sources["x"]
    if "x" in said.own:
        images, notes = count_own_images(book, network, sources, said)
    else:
        images, notes = count_images(book, sheet, place, gaps=False), ()
        _check_said(said.images, images, book.where(sheet, place.origin))
    if not images:
        raise no_image(book, sheet, place)
    return images, notes


def _check_said(said: int | None, images: int, where: Where) -> None:
    """Raises ContentError where sheet Places says another number of images than there is, and does not say where they are."""
    if said not in (None, images):
        raise ContentError(
            "sheet Places says that there are {count} images, found {images}; for some of them it needs a line for x, too.",
            where, count=said, images=images,
        )  # fmt: skip


def _with_held_out(book: Workbook, found: Found, problem: Problem) -> Problem:
    """With the images and right answers of sheet Held out, if there is one; they lie there as on sheet Data."""
    held_out, layout = book.find(HELD_OUT), found.layout
    if not held_out or layout is None:
        return problem
    network, sources = problem.network, dict(found.origin.sources)
    given = [q.name for q in network.inputs[2:]]
    places = {name: sources[name][1] if is_called(sources[name][0], DATA) else layout.data[name] for name in given}
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
    tried = gather(book, Found(network, found.settings, replace(found.origin, sources=sources)))
    return replace(problem, held_out=replace(tried, network=network, origin=None))


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
        name = layout.name if not own else PLACES
        raise UsageError("the layout {name} has no saved copy of the initial parameters.", name=name)
    places = {**layout.places, **(layout.initial if initial else {})}
    sources: dict[str, tuple[str, Place]] = {}
    for q in (*network.inputs[2:], *network.parameters):
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
        raise expected_line(own, q.name)
    wanted = DATA if q.per_image else START
    if sheet is None or (q.name == "x" and book.is_blank(sheet, place)):
        raise ContentError(
            "there is no sheet {sheet} with {name}; the workbook has {found}.",
            Where(book.name), sheet=repr(wanted), name=q.symbol, found=book.names.listed(wanted),
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
