"""Sheet Summary: C_T and the share of right answers after each update, with a chart and links; written and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

from xlnn.book import live
from xlnn.book.names import CONVENTIONS, DATA, HELD_OUT, SETTINGS, START, SUMMARY, SUMMARY_HEADER, TEST
from xlnn.book.plan import Plan
from xlnn.layout.cells import Cell, quoted
from xlnn.layout.places import Place
from xlnn.model.picturing import shape_text
from xlnn.words import joined, say
from xlnn.xlsx.new_file import GRID, BookFile, link, show
from xlnn.xlsx.printing import one_page_wide
from xlnn.xlsx.rows import Rows, RowsSheet
from xlnn.xlsx.workbook import Workbook, is_blank

FIGURES, HELD_OUT_FIGURES = (1, 2, 3), (6, 7)  # columns: updates, C_T and share right; C_T and share right of held-out images


SHARES = (3, 7)  # those of them that are blank where nothing is judged


ON_A_PAGE = 70  # lines of the table that are printed on one page


# ---- writing ------------------------------------------------------------------------------------------


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
        live.write(rows, Cell(number, 1), text, style("rose" if ending and number == 2 else "plain"), plan.formulas)
    header = SUMMARY_HEADER
    held_out = plan.problem.held_out is not None
    judged = any(total[2] is not None for total in totals)
    titles: tuple[str, ...] = ("steps" if plan.solving else "updates", "C_T", "share right" if judged else "", "", "sheet")
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
        if plan.formulas and number > header + 1:
            mark = say("▲ rose", language)
            rows.formula(
                Cell(number, 4), f'IF(B{number}>B{number - 1},"{mark}","")', mark if updates in rose else "", style("rose")
            )
        elif updates in rose:
            rows.text(Cell(number, 4), say("▲ rose", language), style("rose"))
        if target:
            rows.text(Cell(number, 5), target, style("link"))
            link(sheet, Cell(number, 5), target)
        for column, (other, kind) in enumerate(zip(others, ("cost", "percent"), strict=False), 6):
            if other is not None:
                rows.number(Cell(number, column), other, style(kind))
    last = header + len(totals)
    data = [] if plan.own_sheets else [DATA]
    linked = [CONVENTIONS, SETTINGS, *data, *([HELD_OUT] if held_out else []), *([START] if plan.solving else []), plan.final]
    for column, name in enumerate([*linked, TEST], 1):
        rows.text(Cell(6, column), name, style("link"))
        link(sheet, Cell(6, column), name)
    show(file, sheet, rows)
    one_page_wide(sheet, 1 if len(totals) <= ON_A_PAGE else 0)
    if len(totals) > ON_A_PAGE:
        sheet.repeat_rows(header - 1)
    sheet.set_column(0, 4, 13)
    if held_out:
        sheet.set_column(5, 6, 22)
    sheet.freeze_panes(header, 0)
    sheet.insert_chart(header - 1, 8 if held_out else 6, _curves(file, header, last, plan, judged))


def headlines(plan: Plan, totals: Sequence[tuple], ending: tuple[str, str] | None) -> list[str]:
    """What happened in a training, in up to four lines; `ending`: topic and text of what ended it early."""
    language, problem = plan.language, plan.problem
    lines = [ending[1]] if ending else []
    last = totals[-1]
    lines.append(
        say(
            "Network {network}, η = {eta}, {updates} updates: C_T {before} → {after}.",
            language, network=shape_text(problem), eta=live.number("Settings!$B$2", problem.settings.eta), updates=last[0],
            **ends(totals),
        )
    )  # fmt: skip
    lines += right_line(plan, totals)
    rose = rises(totals)
    if plan.formulas:
        text = "▲ marks the updates at which C_T rose: with a fixed η a step can be longer than the valley is wide."
        lines.append(say(text, language))
    elif rose:
        lines.append(
            say(
                "C_T rose at update {updates}: with a fixed η a step can be longer than the valley is wide.",
                language, updates=_runs(rose),
            )
        )  # fmt: skip
    return lines


def ends(totals: Sequence[tuple]) -> dict[str, str]:
    """C_T in the first and the last line of the table, for a sentence."""
    row = SUMMARY_HEADER + 1
    return {
        "before": live.number(f"B{row}", totals[0][1]),
        "after": live.number(f"B{row + len(totals) - 1}", totals[-1][1]),
    }


def right_line(plan: Plan, totals: Sequence[tuple]) -> list[str]:
    """How many images are right, held-out ones, too; nothing where answers are not judged."""
    total, row = totals[-1], SUMMARY_HEADER + len(totals)
    if total[2] is None:
        return []
    images, held_out = plan.problem.images, plan.problem.held_out
    right, what = round(total[2] * images), plan.problem.network.things
    right = live.number(f"C{row}*{images}", right)
    text = say("{right} of {images} {what} right.", plan.language, right=right, images=images, what=what)
    if held_out is not None:
        right = live.number(f"G{row}*{held_out.images}", round(total[4] * held_out.images))
        others = say("{right} of {images} held-out images right.", plan.language, right=right, images=held_out.images)
        text = joined((text, others), " ", plan.language)
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
    categories = [SUMMARY, header, 0, last - 1, 0]

    def curve(column: int, text: str, colour: str, **more):
        chart.add_series(
            {
                "name": say(text, language), "categories": categories,
                "values": [SUMMARY, header, column, last - 1, column],
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


# ---- reading ------------------------------------------------------------------------------------------


def column(header: int, number: int, lines: int) -> Place:
    """A column of the table below its `header`."""
    return Place(Cell(header + 1, number), (lines,), ((1, 0),))


def lines_below(book: Workbook, header: int) -> int:
    """So many lines the table has: up to the first that is blank."""
    room = max(1, book.shape(SUMMARY)[0] - header)
    blank = [is_blank(value) for value in book.block(SUMMARY, column(header, 1, room))]
    return blank.index(True) if True in blank else room


def totals(book: Workbook, header: int, columns: Sequence[int | None]) -> list[tuple]:
    """The table's lines: updates, then the numbers of the other `columns`; for None a None in each line.

    Raises ContentError naming every cell that holds no number.
    """
    lines = lines_below(book, header)
    read = [[None] * lines if n is None else book.numbers(SUMMARY, column(header, n, lines)).tolist() for n in columns]
    return [(int(updates), *others) for updates, *others in zip(*read, strict=True)]
