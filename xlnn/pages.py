"""The sheets around the iterations: Summary, Conventions, Settings, Places, Test, and how sheets are furnished."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby, pairwise

import numpy as np

from xlnn import places_sheet, settings
from xlnn._version import __version__
from xlnn.activations import ACTIVATIONS
from xlnn.book_file import GRID, BookFile, diverging, link, one_page_wide, red_where, shade
from xlnn.cells import Cell, Range, quoted
from xlnn.costs import COSTS
from xlnn.labels import layer_name
from xlnn.places import Place
from xlnn.plan import DATA, HELD_OUT, START, SUMMARY_HEADER, TEST, Plan
from xlnn.problem import Problem
from xlnn.rows import Rows, RowsSheet, Template, columns_wide
from xlnn.sheets import Page, add_page, free, vector
from xlnn.training import Step
from xlnn.words import say

DECIMALS = 9.0  # the width of a column for numbers of any kind
LINKS = ((Cell(3, 1), "Summary", "Summary"), (Cell(3, 4), "◀", "before"), (Cell(3, 5), "▶", "after"))


# ---- Settings, Places --------------------------------------------------------------------------------


def settings_page(file: BookFile, sheet: RowsSheet, problem: Problem, language: str) -> None:
    """Sheet Settings: B2 is η; below the table of layers."""
    rows, style = file.rows(), file.style
    for column, text in enumerate(("setting", "value", "meaning"), 1):
        rows.text(Cell(1, column), say(text, language), style("header"))
    number = 1
    for number, (name, value, meaning) in enumerate(settings.rows(problem, language), 2):
        rows.text(Cell(number, 1), name)
        _put(rows, Cell(number, 2), value, style("input"))
        rows.text(Cell(number, 3), meaning, style("label"), measured=False)
    number += 2
    for column, text in enumerate(settings.layer_columns(problem.network.layer_settings), 1):
        rows.text(Cell(number, column), say(text, language), style("header"))
    for below, line in enumerate(settings.layer_rows(problem.network.layer_settings), 1):
        for column, value in enumerate(line, 1):
            _put(rows, Cell(number + below, column), value, style("input"))
    _show(file, sheet, rows)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 5, 14)


def _show(file: BookFile, sheet: RowsSheet, rows: Rows) -> None:
    """A sheet of texts; printed it is one page wide."""
    file.show(sheet, rows)
    one_page_wide(sheet)


def _put(rows: Rows, cell: Cell, value, style: int) -> None:
    if value is None:
        rows.blank(cell, style)
    elif isinstance(value, str):
        rows.text(cell, value, style, symbol=False)
    else:
        rows.number(cell, value, style)


def places_page(file: BookFile, sheet: RowsSheet, plan: Plan, iteration: str) -> None:
    """Sheet Places: where every array lies; the last parameters, inputs on Data, the rest on the sheet `iteration`, if any."""
    rows, style = file.rows(), file.style
    for column, text in enumerate(places_sheet.HEADER, 1):
        rows.text(Cell(1, column), say(text, plan.language), style("header"))
    number = 2
    for q, where, place in _places(plan, iteration):
        for column, text in enumerate(places_sheet.describe(q, where, place), 1):
            if text:
                rows.text(Cell(number, column), text, symbol=False)
        number += 1
    _show(file, sheet, rows)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 5, 16)
    sheet.freeze_panes(1, 0)


def _places(plan: Plan, iteration: str):
    data, forward = plan.data_layout(), plan.forward_layout(plan.problem.images).places
    places = plan.layout(plan.batch).places
    for name, q in plan.problem.network.quantities.items():
        if name in data.data and name != "number":
            yield q, DATA, data.data[name]
        elif name in forward and (q.kind in ("w", "b") or not iteration):
            yield q, plan.final, forward[name]
        elif iteration and name not in ("number", "eta") and name in places:
            yield q, iteration, places[name]


# ---- Summary ----------------------------------------------------------------------------------------


def summary_page(
    file: BookFile,
    sheet: RowsSheet,
    plan: Plan,
    totals: Sequence[tuple],
    shown: Mapping[int, str],
    headlines: Sequence[str],
    ending: tuple[str, str] | None,
) -> None:
    """C_T and share right after each update, with links to the sheets, and their curves."""
    rows, style, language = file.rows(), file.style, plan.language
    rows.text(Cell(1, 1), say("Summary", language), style("title"), measured=False)
    for number, text in enumerate(headlines, 2):
        rows.text(Cell(number, 1), text, style("rose" if ending and number == 2 else "plain"), measured=False)
    header = SUMMARY_HEADER
    held_out = plan.problem.held_out is not None
    judged = any(total[2] is not None for total in totals)
    titles = ("steps" if plan.solving else "updates", "C_T", "share right" if judged else "", "", "sheet")
    titles += ("held out: C_T", "held out: share right") if held_out else ()
    for column, text in enumerate(titles, 1):
        rows.text(Cell(header, column), say(text, language) if text else "", style("header"))
    rose = rises(totals)
    for number, (updates, total, share, *others) in enumerate(totals, header + 1):
        rows.number(Cell(number, 1), updates, style("integer"))
        target = shown.get(updates, "")
        place, share_place = _total_places(plan, target)
        _figure(rows, Cell(number, 2), total, style("cost"), plan, target, place)
        if share is not None:
            _figure(rows, Cell(number, 3), share, style("percent"), plan, target, share_place)
        if updates in rose:
            rows.text(Cell(number, 4), say("▲ rose", language), style("rose"))
        if target:
            rows.text(Cell(number, 5), target, style("link"))
            link(sheet, Cell(number, 5), target)
        for column, (other, kind) in enumerate(zip(others, ("cost", "percent"), strict=False), 6):
            if other is not None:
                rows.number(Cell(number, column), other, style(kind))
    last = header + len(totals)
    linked = ["Conventions", "Settings", DATA, *([HELD_OUT] if held_out else []), *([START] if plan.solving else []), plan.final]
    for column, name in enumerate([*linked, TEST], 1):
        rows.text(Cell(6, column), name, style("link"))
        link(sheet, Cell(6, column), name)
    _show(file, sheet, rows)
    sheet.set_column(0, 4, 13)
    if held_out:
        sheet.set_column(5, 6, 22)
    sheet.freeze_panes(header, 0)
    sheet.insert_chart(header - 1, 8 if held_out else 6, _curves(file, header, last, plan, judged))


def headlines(plan: Plan, totals: Sequence[tuple], ending: tuple[str, str] | None) -> list[str]:
    """What happened in a training, in up to four lines; `ending`: topic and text of what ended it early."""
    language, problem = plan.language, plan.problem
    lines = [ending[1]] if ending else []
    first, last = totals[0], totals[-1]
    lines.append(
        say(
            "Network {network}, η = {eta}, {updates} updates: C_T {before} → {after}.",
            language, network=shape_text(problem), eta=f"{problem.settings.eta:g}", updates=last[0],
            before=f"{first[1]:.6g}", after=f"{last[1]:.6g}",
        )
    )  # fmt: skip
    lines += right_line(plan, last)
    rose = rises(totals)
    if rose:
        lines.append(
            say(
                "C_T rose at update {updates}: with a fixed η a step can be longer than the valley is wide.",
                language, updates=_runs(rose),
            )
        )  # fmt: skip
    return lines


def right_line(plan: Plan, total: tuple) -> list[str]:
    """How many images are right, held-out ones, too; nothing where answers are not judged."""
    if total[2] is None:
        return []
    images, held_out = plan.problem.images, plan.problem.held_out
    right, what = round(total[2] * images), plan.problem.network.things
    text = say("{right} of {images} {what} right.", plan.language, right=right, images=images, what=what)
    if held_out is not None:
        right = round(total[4] * held_out.images)
        text += " " + say("{right} of {images} held-out images right.", plan.language, right=right, images=held_out.images)
    return [text]


def rises(totals: Sequence[tuple]) -> list[int]:
    """The updates after which C_T was higher than before."""
    return [after[0] for before, after in pairwise(totals) if after[1] > before[1]]


def _runs(numbers: Sequence[int]) -> str:
    """[2, 3, 4, 9] → '2–4, 9'."""
    parts = []
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        parts.append(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}")
    return ", ".join(parts[:12]) + (" …" if len(parts) > 12 else "")


def shape_text(problem: Problem) -> str:
    """'12-3-2', or for maps '6×6 → 3 maps 4×4 → 3 maps 2×2 → 3'."""
    layers = problem.network.layers
    if all(len(layer.shape) == 1 for layer in layers[1:]):
        return "-".join(str(int(np.prod(layer.shape))) for layer in layers)
    texts = []
    for layer in layers:
        *maps, rows, columns = layer.shape if len(layer.shape) > 1 else (None, None)
        texts.append(str(layer.shape[0]) if rows is None else f"{maps[0]}·{rows}×{columns}" if maps else f"{rows}×{columns}")
    return " → ".join(texts)


def _total_places(plan: Plan, target: str) -> tuple[Place | None, Place | None]:
    """Where C_T and the share of all images stand on a sheet; None where they do not."""
    if target in (START, plan.final):
        places = plan.forward_layout(plan.problem.images).places
    else:
        places = plan.layout(plan.batch).places if target and plan.whole else {}
    return places.get("CT"), places.get("share")


def _figure(rows: Rows, cell: Cell, number: float, style: int, plan: Plan, target: str, place: Place | None) -> None:
    if plan.formulas and place is not None:
        rows.formula(cell, f"{quoted(target)}!{place.cell().name}", number, style)
    else:
        rows.number(cell, number, style)


_TITLES = {
    "solving": "Cost and share right after each step of the solver",
    "training": "Cost and share right after each update",
}
_UNJUDGED_TITLES = {"solving": "Cost after each step of the solver", "training": "Cost after each update"}


def _curves(file: BookFile, header: int, last: int, plan: Plan, judged: bool):
    language, unit = plan.language, "steps" if plan.solving else "updates"
    chart = file.book.add_chart({"type": "line"})
    categories = ["Summary", header, 0, last - 1, 0]

    def curve(column: int, text: str, colour: str, **more):
        chart.add_series(
            {
                "name": say(text, language), "categories": categories,
                "values": ["Summary", header, column, last - 1, column],
                "line": {"color": colour, "width": 2}, **more,
            }
        )  # fmt: skip

    held_out = plan.problem.held_out is not None
    curve(1, "C_T", "#2F5597")
    if held_out:
        curve(5, "held out: C_T", "#8FAADC")
    if judged:
        curve(2, "share right", "#C55A11", y2_axis=True)
        if held_out:
            curve(6, "held out: share right", "#F4B183", y2_axis=True)
        chart.set_y2_axis({"min": 0, "max": 1, "num_format": "0%", "name": say("share right", language)})
    titles = _TITLES if judged else _UNJUDGED_TITLES
    title = titles["solving" if plan.solving else "training"]
    chart.set_title({"name": say(title, language), "name_font": {"size": 12}})
    chart.set_x_axis({"name": say(unit, language), "interval_unit": max(1, (last - header) // 10)})
    chart.set_y_axis({"name": "C_T", "min": 0, "major_gridlines": GRID})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 640, "height": 360})
    return chart


# ---- Conventions ------------------------------------------------------------------------------------


def conventions_page(
    file: BookFile, sheet: RowsSheet, plan: Plan, ending: tuple[str, str] | None, record: Sequence[tuple[str, str]]
) -> None:
    """Every convention that was used, and what was left out; then what a resumed training needs."""
    rows, style, language = file.rows(), file.style, plan.language
    rows.text(Cell(1, 1), say("Conventions", language), style("title"), measured=False)
    for number, (topic, text) in enumerate([*conventions(plan, ending), *record], 3):
        rows.text(Cell(number, 1), say(topic, language), style("top"))
        rows.text(Cell(number, 2), text, style("wrap"), symbol=False)
        lines = -(-columns_wide(text) // 95)
        if lines > 1:  # not every program makes room by itself
            rows.heights[number] = 15.0 * lines
    _show(file, sheet, rows)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)


def conventions(plan: Plan, ending: tuple[str, str] | None = None) -> list[tuple[str, str]]:
    """Topic and text of every convention that the output follows."""
    problem, language = plan.problem, plan.language
    network, chosen = problem.network, problem.settings

    def tell(text: str, **fields) -> str:
        return say(text, language, **fields)

    lines = [
        (
            "network",
            tell(
                "{shape}, {count} parameters, {images} {what}",
                shape=shape_text(problem), count=problem.parameter_count, images=problem.images, what=network.things,
            ),
        )
    ]  # fmt: skip
    for layer in network.layers[1:]:
        if layer.activation:
            name = f"{layer.label} ({layer_name(network, layer.label, language)})"
            lines.append(("activation", f"{name}: {layer.activation}, {ACTIVATIONS[layer.activation].equation}"))
    total = "C_T = ΣC" if network.total == "sum" else tell("C_T = ΣC / n, the mean over the images of an update")
    lines += [
        ("cost", COSTS[network.cost].equation),
        ("total cost", total),
    ]
    if plan.solving:
        lines.append(("solver", tell(_SOLVER)))
    else:
        lines += [
            ("learning rate", f"η = {chosen.eta!r}"),
            ("iteration", tell("One iteration is one update; iteration i uses the parameters after i − 1 updates.")),
            ("batch", _batch_text(plan)),
            ("update", tell(_UPDATES[network.update])),
        ]
    for layer in network.layers[1:]:
        if layer.activation and not layer.bias:
            lines.append(("biases", tell("layer {label} has none", label=layer.label)))
    if network.freeze_biases:
        lines.append(("biases", tell("frozen: they stay as they are")))
    if any(layer.kind == "max pooling" for layer in network.layers):
        lines.append(("shared maxima", tell(_TIES["first" if plan.solving else network.ties])))
        if plan.initial:
            text = "At the start the maximum is shared in {shared} of {windows} windows."
            lines.append(("shared maxima", tell(text, **_shared(plan))))
    origin = problem.origin
    if plan.earlier:
        lines += _resumed(plan)
    elif origin:
        if origin.drawn:
            text = "{names} drawn from {start} with seed {seed}"
            lines.append(("start", tell(text, names=", ".join(origin.drawn), start=chosen.start, seed=chosen.seed)))
        lines.append(("input", f"{origin.path.name}, SHA-256 {origin.digest}"))
        lines += [("note", tell(template, **fields)) for template, fields in origin.notes]
    if problem.held_out is not None:
        text = "{images} images of sheet Held out are tried after each epoch, or step, but never trained with."
        lines.append(("held out", tell(text, images=problem.held_out.images)))
    lines += [("left out", text) for text in _left_out(plan)]
    lines += [
        ("numbers", tell(_CELLS["solved formulas" if plan.solving and plan.formulas else plan.cells])),
        ("sigmoid", tell("computed as 1/(1 + exp(−max(z, −700))), so that a spreadsheet can follow")),
        (
            "addresses",
            tell(
                "Cells of the authors' workbooks 3-5 and 5-4 stand in their places; the backward pass below is arranged by xlnn."
            ),
        ),
        ("versions", ", ".join(versions(plan.solving))),
    ]
    if ending:
        lines.insert(0, ending)
    return lines


_UPDATES = {
    "together": "All parameters are updated at once from the old ones.",
    "output first": "The output layer is updated first, and δ of the hidden layers uses its new weights.",
}
_SOLVER = (
    "C_T of all images is minimised over all parameters at once, without constraints, by SciPy's L-BFGS-B on the gradients "
    "∂C_T/∂w; η, iterations and batches of sheet Settings are for a later training."
)
_TIES = {
    "first": "A maximum that several cells of a window share sends its δ to the first of them, row by row.",
    "all": "A maximum that several cells of a window share sends its δ to each of them.",
}
_CELLS = {
    "values": "The cells hold values; --cells formulas writes live formulas. Sheet Test is always live.",
    "formulas": "The cells hold live formulas with their results; change η, a pixel or a first parameter and everything follows.",
    "solved formulas": "The cells hold live formulas with their results; the parameters are numbers, and sheet Solved does not "
    "follow sheet Start.",
}


def _resumed(plan: Plan) -> list[tuple[str, str]]:
    """What was before the training went on, and what makes its numbers only nearly those of one run."""
    earlier = plan.earlier
    text = "went on after {updates} updates from {workbook}, SHA-256 {digest}; the sheets of the iterations before are there"
    said = say(text, plan.language, updates=earlier.updates, workbook=earlier.workbook, digest=earlier.digest)
    return [*earlier.lines, ("resumed", said), *(("approximate", note) for note in earlier.notes)]


def versions(solving: bool = False) -> list[str]:
    """xlnn, NumPy, SciPy where it solved, Python."""
    solver = []
    if solving:
        from importlib.metadata import version  # takes 20 ms, which only the solver's pages spend

        solver = [f"SciPy {version('scipy')}"]
    return [f"xlnn {__version__}", f"NumPy {np.__version__}", *solver, f"Python {platform.python_version()}"]


def _shared(plan: Plan) -> dict[str, int]:
    """How many pooling windows share their maximum at the start, and how many there are."""
    problem, network, shared, windows = plan.problem, plan.problem.network, 0, 0
    step = Step(problem, 1, problem.given(np.arange(problem.images)), plan.initial)
    for layer, before in zip(network.layers[1:], network.layers, strict=False):
        if layer.kind == "max pooling":
            pooled = np.repeat(np.repeat(step[layer.output], layer.size[0], axis=2), layer.size[1], axis=3)
            hits = (step[before.output] == pooled).astype(int)
            counts = hits.reshape(len(hits), layer.shape[0], layer.shape[1], layer.size[0], layer.shape[2], layer.size[1])
            shared += int((counts.sum(axis=(3, 5)) > 1).sum())
            windows += int(np.prod(step[layer.output].shape))
    return {"shared": shared, "windows": windows}


def _batch_text(plan: Plan) -> str:
    chosen, language = plan.problem.settings, plan.language
    if plan.whole:
        return say("All {what} in every update.", language, what=plan.problem.network.things)
    text = "{count} {what} per update, {order}; the sheets show that batch, Summary all {what} once per epoch of {epoch} updates."
    order, what = say(chosen.order, language), plan.problem.network.things
    return say(text, language, count=chosen.batch, what=what, order=order, epoch=plan.problem.per_epoch)


def _left_out(plan: Plan) -> list[str]:
    language, texts = plan.language, []
    if plan.solving:
        return texts
    iterations = plan.problem.settings.iterations - plan.problem.done
    if len(plan.kept) < iterations:
        texts.append(say("Only {kept} of {all} iterations have a sheet (--keep).", language, kept=len(plan.kept), all=iterations))
        if plan.formulas:
            texts.append(say("Parameters after a gap are numbers, not formulas.", language))
    if plan.detail == "units":
        texts.append(say("The gradients of single images (--detail units); ∂C_T/∂w is Σδa.", language))
    if plan.detail == "totals":
        texts.append(say("Everything about single images (--detail totals).", language))
    shown = plan.layout(plan.batch).places
    if plan.detail == "all" and any(name not in shown for name in plan.problem.network.rule_of if name.startswith("dC_dw")):
        texts.append(say("The gradients of single images do not fit beside each other; ∂C_T/∂w is Σδa.", language))
    if plan.formulas and not plan.whole:
        texts.append(say("Summary's figures are numbers: they are over all images, the sheets show batches.", language))
    return texts


# ---- Test -------------------------------------------------------------------------------------------


def test_page(file: BookFile, sheet: RowsSheet, plan: Plan, parameters: Mapping[str, np.ndarray]) -> None:
    """One empty image; formulas that take the parameters from Trained answer as soon as something is drawn."""
    problem, language, page = plan.problem, plan.language, plan.test_page()
    image = np.zeros((1, *problem.network.layers[0].shape))
    step = Step(problem, 0, {"x": image}, parameters)
    rows, style = file.rows(), file.style
    numbers = problem.network.things == "cases"
    title = "Test: type other numbers into the yellow cells" if numbers else "Test: draw an image in the yellow cells"
    for number, text in enumerate((title, "Empty cells count as 0. `xlnn predict` with this workbook reads it too."), 1):
        if free(page, Cell(number, 1)):
            rows.text(Cell(number, 1), say(text, language), style("label" if number > 1 else "title"), measured=False)
    add_page(page, rows, style, language)
    for index in np.ndindex(*image.shape):
        rows.blank(page.layout.places["x"].cell(*index), style("pixel"))
    made = rows.template()
    numbers = vector(page, step)
    sheet.show(lambda: made.fill(numbers), made.last)
    furnish(file, sheet, page, made, np.abs(numbers[made.order]), problem)


# ---- how a sheet looks ------------------------------------------------------------------------------


def furnish(
    file: BookFile,
    sheet: RowsSheet,
    page: Page,
    made: Template,
    largest: np.ndarray,
    problem: Problem,
    like: RowsSheet | None = None,
) -> None:
    """Column widths, frozen panes, links, shaded pixels and colour scales of a sheet of quantities.

    `like` is another sheet of this page and template that is furnished already.
    """
    if like is None:
        _widths(sheet, made, largest, page.layout.places, problem.network.things)
        _colours(file, sheet, page, problem)
    else:
        sheet.look_like(like)
    corner = page.layout.corner
    sheet.freeze_panes(corner.row - 1, corner.column - 1)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_print_scale(60)
    if corner.column > 2:
        sheet.repeat_columns(0, corner.column - 2)
    _links(file, sheet, page)


def _colours(file: BookFile, sheet: RowsSheet, page: Page, problem: Problem) -> None:
    """Shaded pixels, colour scales of maps and filters, and wrong answers in red."""
    places = page.layout.places
    if "x" in places and problem.network.things == "images":
        shade(sheet, _rectangles(places["x"]), max(1.0, float(problem.x.max())))
    if "right" in places:
        red_where(sheet, places["right"].bounds(), "×", file.book.add_format({"font_color": "#C00000", "bold": True}))
    for name, q in page.network.quantities.items():
        if q.kind == "a" and "map" in q.axes and name in places:
            shade(sheet, _rectangles(places[name]), 1.0, colour="#F4B183")
    for place in page.layout.pictures.values():
        diverging(sheet, [place.bounds()])


def _links(file: BookFile, sheet: RowsSheet, page: Page) -> None:
    """To Summary, and to the sheets before and after in the order of training."""
    order = [name for name in file.book.sheetnames if name not in ("Conventions", "Settings", "Places")]
    here = order.index(sheet.get_name())
    targets = {
        "Summary": "Summary" if "Summary" in order else order[0],
        "before": order[here - 1],
        "after": order[min(here + 1, len(order) - 1)],
    }
    for cell, _, role in LINKS:
        if free(page, cell) and sheet.get_name() != "Test":
            link(sheet, cell, targets[role])


@lru_cache
def _rectangles(place: Place) -> tuple[Range, ...]:
    """The images of a place as ranges; the same on every iteration's sheet."""
    whole = place.range()
    if whole is not None:
        return (whole,)
    return tuple(place[k].bounds() for k in range(place.shape[0]))


def _widths(sheet: RowsSheet, made: Template, largest: np.ndarray, places: Mapping[str, Place], things: str) -> None:
    """Every column as wide as its widest number or label needs, those of the images alike; numbers in the place of pixels,
    and their targets, with room for decimals."""
    digits = np.floor(np.log10(np.clip(largest, 1, 1e60))) + 1  # before the point
    needed = np.where(made.decimals, digits + 5, np.minimum(digits + 1, 8))
    widths = np.full(made.last.column + 1, 2.0)
    np.maximum.at(widths, made.columns, needed + 0.7)
    for column, chars in made.widths.items():
        widths[column] = max(widths[column], min(chars, 24) + 1)
    if "x" in places:
        pixels = list(set(places["x"].grid()[1].ravel().tolist()))
        widths[pixels] = widths[pixels].max()
    for name in ("x", "t") if things == "cases" else ():
        if name in places:
            columns = places[name].grid()[1].ravel()
            widths[columns] = np.maximum(widths[columns], DECIMALS)
    start = 1
    for column in range(1, len(widths) + 1):
        if column == len(widths) or widths[column] != widths[start]:
            sheet.set_column(start - 1, column - 2, widths[start])
            start = column
