"""The workbook of a sweep: heat maps of C_T and of the share right, every run, curves, times; and the best run in full."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from xlnn.book.names import CURVES, RUNS, SWEEP, TIMES
from xlnn.book.plan import Plan, check_updates, kept_iterations
from xlnn.book.writer import write
from xlnn.errors import DivergedError, LimitError
from xlnn.layout.cells import Cell, Range
from xlnn.model.picturing import shape_text
from xlnn.sweeps.grid import Grid, Run
from xlnn.sweeps.result import Sweep
from xlnn.sweeps.variants import heading
from xlnn.words import say, word
from xlnn.xlsx.new_file import BLUE, GRID, ON_A_PAGE, ORANGE, BookFile, heat, show
from xlnn.xlsx.rows import Rows, RowsSheet
from xlnn.xlsx.saving import check_target, replacing

TOP = 7  # the first row of the tables; above it what happened


LINES = 10  # of η in a chart; more could not be told apart


CHARTS, HIGH, WIDE = 20, 19, 6  # rows of charts on sheet Curves at most; rows and columns that a chart takes


TWO_LINES = 30.0  # points: the height of headers, some of which are too long for one


COLOURS = ("#1F3864", "#2F5597", "#5B9BD5", "#9DC3E6", "#A5A5A5", "#FFC000", "#F4B183", "#ED7D31", "#C00000", "#7030A0")


RANKED = {"best": "best start", "median": "median start", "worst": "worst start"}  # by C_T after training


def check_sweep(grid: Grid, path: Path, options: dict, force: bool) -> None:
    """Raises what would keep the result from being written, before anything is computed: UsageError, LimitError, SaveError."""
    check_target(path, grid.problem.inputs, force)
    columns = max(2 * len(grid.etas) + 4, sum(3 * len(grid.etas) + 2 for _ in grid.variants))
    lines = max(len(grid.runs), *(variant.problem.settings.iterations + HIGH * CHARTS for variant in grid.variants)) + 100
    if not Cell(lines, columns).on_sheet:
        raise LimitError(
            "the tables of {runs} runs need {rows} rows and {columns} columns; a sheet has 1,048,576 and 16,384. "
            "Try fewer at once.",
            runs=len(grid.runs), rows=lines, columns=columns,
        )  # fmt: skip
    given = {"detail": options.get("detail") or "all", "cells": options.get("cells") or "values"}
    for variant in grid.variants:
        check_updates(variant.problem.settings.iterations, variant.problem.per_epoch)
        kept = kept_iterations(options.get("keep") or "all", variant.problem.settings.iterations)
        Plan(variant.problem, kept, **given)


def write_sweep(found: Sweep, path: str | Path, *, language: str | None = None, force: bool = False, **options) -> Path:
    """Writes what a sweep found, and the sheets of its best run; `options` are those of `write`: keep, detail, cells.

    Returns where it lies. Raises LimitError, SaveError; DivergedError, after writing, where every run diverged.
    """
    path = Path(path)
    language = language or found.grid.problem.language
    check_sweep(found.grid, path, options, force)
    front = lambda file: add_sheets(file, found, language)
    if found.best is not None:
        problem = found.grid.problem_of(found.best)
        return write(problem, path, language=language, force=force, front=front, **options).path
    with replacing(path, force) as temporary:
        file = BookFile(temporary, path.stem)
        front(file)
        file.close()
    raise DivergedError("every run diverged. Try smaller η; the table is in {path}.", path=temporary.path)


def add_sheets(file: BookFile, found: Sweep, language: str) -> None:
    """Sweep, Runs, Curves and Times. Only Times differs when the same sweep is made again."""
    for name, fill in ((SWEEP, _tables), (RUNS, _runs), (CURVES, _curves), (TIMES, _times)):
        sheet, rows = file.sheet(name), file.rows()
        fill(file, sheet, rows, found, language)
        show(file, sheet, rows, ON_A_PAGE + HIGH * (name == CURVES))  # beside its charts
        sheet.hide_gridlines(2)


# ---- the heat maps -----------------------------------------------------------------------------------


def headlines(found: Sweep, language: str) -> list[str]:
    """What happened, in up to five lines."""
    grid, best = found.grid, found.best
    starts = max(len(grid.starts(variant)) for variant in grid.variants)
    lines = []
    if not found.complete:
        text = "Interrupted: {done} of {all} runs are done. The same command with --resume goes on."
        lines.append(say(text, language, done=len(found.done), all=len(grid.runs)))
    form = "{runs} runs: {etas} η × {starts} starts"
    line = say(form, language, runs=len(grid.runs), etas=len(grid.etas), starts=starts)
    lines.append(line + (f" × {len(grid.variants)}" if len(grid.variants) > 1 else "") + ".")
    if best is not None:
        lines.append(best_line(found, language))
        lines += edge_line(found, language)
    gone = int(found.frame["diverged"].notna().sum())
    if gone:
        lines.append(say("{count} runs diverged, with numbers that are not finite; marked ×.", language, count=gone))
    return lines


def edge_line(found: Sweep, language: str) -> list[str]:
    """That a better η may lie outside those that were tried, where the best is the largest or the smallest of several."""
    etas = found.grid.etas
    if len(etas) < 2 or found.best.eta not in (min(etas), max(etas)):
        return []
    text = (
        "The best η is the largest that was tried: try larger."
        if found.best.eta == max(etas)
        else ("The best η is the smallest that was tried: try smaller.")
    )
    return [say(text, language)]


def best_line(found: Sweep, language: str) -> str:
    """The best run's η and start, C_T and images right."""
    best, grid = found.best, found.grid
    row, problem = found.lines[best.number], grid.variants[best.variant].problem
    text = "Best: η = {eta}, start {start}: C_T {before} → {after}"
    start = say("own", language) if best.seed is None else str(best.seed)
    line = say(text, language, eta=f"{best.eta:g}", start=start, before=f"{row['before']:.6g}", after=f"{row['CT']:.6g}")
    if grid.variants[best.variant].changed:
        line += say(" ({note})", language, note=grid.variants[best.variant].title(language))
    if np.isnan(row["share"]):
        return say("{text}.", language, text=line)
    right, what = round(row["share"] * problem.images), problem.network.things
    text = "{text}, {right} of {images} {what} right."
    return say(text, language, text=line, right=right, images=problem.images, what=what)


def _tables(file: BookFile, sheet: RowsSheet, rows: Rows, found: Sweep, language: str) -> None:
    """For every variant starts down and η across: C_T after training, and beside it the share right."""
    grid, style = found.grid, file.style
    rows.text(Cell(1, 1), say("Sweep: {network}", language, network=shape_text(grid.problem)), style("title"), measured=False)
    for number, text in enumerate(headlines(found, language), 2):
        rows.text(Cell(number, 1), text, style("plain" if found.complete or number > 2 else "rose"), measured=False)
    top, beside = TOP, len(grid.etas) + 3
    costs, shares = [], []
    for v, variant in enumerate(grid.variants):
        if variant.changed:
            rows.text(Cell(top, 1), variant.title(language), style("heading"), measured=False)
            top += 1
        costs.append(_table(rows, style, found, v, Cell(top, 1), "CT", language))
        if found.frame["share"].notna().any():
            shares.append(_table(rows, style, found, v, Cell(top, beside), "share", language))
        top += len(grid.starts(variant)) + 3
        if not variant.own:
            text = say("The workbook's own start does not fit this network.", language)
            rows.text(Cell(top, 1), text, style("label"), measured=False)
            top += 1
        top += 1
    notes = (
        "Blue is good, orange bad. ▲: C_T ended higher than it began. ×: diverged. The thick frame is the best run, whose "
        "sheets follow from Summary on.",
        "start: own is that of the workbook, a number the seed with which the parameters are drawn.",
    )
    for number, text in enumerate(notes, top):
        rows.text(Cell(number, 1), say(text, language), style("label"), measured=False)
    heat(sheet, costs)
    heat(sheet, shares, ORANGE, BLUE, "percent")
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, len(grid.etas), 8)
    sheet.set_column(beside - 1, beside - 1, 10)
    sheet.set_column(beside, beside + len(grid.etas) - 1, 8)
    sheet.freeze_panes(0, 1)


def _table(rows: Rows, style: Callable, found: Sweep, variant: int, at: Cell, name: str, language: str) -> Range:
    """One heat map with its head and, below, the median of every η; returns the numbers' range."""
    grid, title = found.grid, "C_T after training" if name == "CT" else "share right"
    starts = grid.starts(grid.variants[variant])
    rows.text(at, say(title, language), style("heading"), measured=False)
    rows.text(at.moved(1, 0), say("start \\ η", language), style("header"), measured=False)
    for column, eta in enumerate(grid.etas, 1):
        rows.number(at.moved(1, column), eta, style("eta"))
        runs = grid.columns[variant, eta]
        for row, run in enumerate(runs, 2):
            if column == 1:
                _start(rows, at.moved(row, 0), run, style, language)
            _result(rows, at.moved(row, column), run, found, name, style)
        values = [found.lines[run.number][name] for run in runs if run.number in found.done]
        if values:
            sign = 1 if name == "CT" else -1  # from good to bad; diverged runs come last
            values.sort(key=lambda value: np.inf if np.isnan(value) else sign * value)
            median = values[(len(values) - 1) // 2]
            _number(rows, at.moved(len(starts) + 2, column), median, style("cell" if name == "CT" else "share"), style)
    rows.text(at.moved(len(starts) + 2, 0), say("median", language), style("label"), measured=False)
    return Range(at.moved(2, 1), at.moved(len(starts) + 1, len(grid.etas)))


def _start(rows: Rows, cell: Cell, run: Run, style: Callable, language: str) -> None:
    if run.seed is None:
        rows.text(cell, say("own", language), style("image"), measured=False)
    else:
        rows.number(cell, run.seed, style("integer"))


def _result(rows: Rows, cell: Cell, run: Run, found: Sweep, name: str, style: Callable) -> None:
    """C_T or the share of one run."""
    if run.number not in found.done:
        return
    row = found.lines[run.number]
    kind = "cell" if name == "CT" else "share"
    if run == found.best:
        kind = "best" if name == "CT" else "best share"
    elif name == "CT" and row["CT"] > row["before"]:
        kind = "higher"
    _number(rows, cell, row[name], style(kind), style)


def _number(rows: Rows, cell: Cell, number: float, kind: int, style: Callable) -> None:
    if np.isfinite(number):
        rows.number(cell, float(number), kind)
    else:
        rows.text(cell, "×", style("gone"), measured=False)


# ---- every run, curves, times --------------------------------------------------------------------------


def _runs(file: BookFile, sheet: RowsSheet, rows: Rows, found: Sweep, language: str) -> None:
    """A line for every run, to be filtered and sorted."""
    grid, style = found.grid, file.style
    varied = [heading(name, language) for name, _ in grid.variants[0].changed]
    figures = ("start", "C_T before", "C_T after training", "share right", "diverged after update")
    titles = [say("run", language), *varied, "η", *(say(text, language) for text in figures)]
    for column, text in enumerate(titles, 1):
        rows.text(Cell(1, column), text, style("header"), measured=False)
    columns = ["before", "CT", "share", "diverged"]
    numbers = found.frame[columns].to_numpy(float)
    for run, values in zip(grid.runs, numbers, strict=True):
        line = run.number + 1
        rows.number(Cell(line, 1), run.number, style("integer"))
        for column, (_, value) in enumerate(grid.variants[run.variant].changed, 2):
            write: Callable = rows.text if isinstance(value, str) else rows.number
            write(Cell(line, column), word(value, language), style("plain"))
        column = len(varied) + 2
        rows.number(Cell(line, column), run.eta, style("plain"))
        _start(rows, Cell(line, column + 1), run, style, language)
        for value, kind, place in zip(values, ("cell", "cell", "share", "integer"), range(column + 2, column + 6), strict=True):
            if np.isfinite(value):
                rows.number(Cell(line, place), float(value), style(kind))
    sheet.set_column(0, len(titles) - 1, 12)
    rows.heights[1] = TWO_LINES
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, len(grid.runs), len(titles) - 1)


def _curves(file: BookFile, sheet: RowsSheet, rows: Rows, found: Sweep, language: str) -> None:
    """C_T after each update of the best, the median and the worst run of every η, and charts of them."""
    grid, style = found.grid, file.style
    rows.text(Cell(1, 1), say("C_T of the best, median and worst start of every η", language), style("title"), measured=False)
    top = 3 + HIGH * min(len(grid.variants), CHARTS)
    column = 1
    for v, variant in enumerate(grid.variants):
        ranked = {eta: found.ranked(v, eta) for eta in grid.etas}
        ranked = {eta: runs for eta, runs in ranked.items() if runs}
        if not ranked:
            continue
        updates, _ = found.curve(next(iter(ranked.values()))[0])
        rows.text(Cell(top, column), variant.title(language), style("heading"), measured=False)
        for line, text in enumerate((say("updates", language), "η", say("start", language)), top + 1):
            rows.text(Cell(line, column), text, style("header"), measured=False)
        for line, number in enumerate(updates.tolist(), top + 4):
            rows.number(Cell(line, column), number, style("integer"))
        for place, rank in enumerate(RANKED):
            first = column + 1 + place * len(ranked)
            for at, runs in enumerate(ranked.values(), first):
                _curve(rows, style, found, runs[place], Cell(top + 1, at), say(RANKED[rank], language), language)
            if v < CHARTS:
                span = top + 4, top + 3 + len(updates), column
                chart = _chart(file, list(zip(ranked, range(first, first + len(ranked)), strict=True)), span, found, v, language)
                ranked_title = say(RANKED[rank], language)
                if variant.changed:
                    ranked_title = say("{rank}: {variant}", language, rank=ranked_title, variant=variant.title(language))
                chart.set_title({"name": ranked_title, "name_font": {"size": 11}})
                sheet.insert_chart(2 + HIGH * v, place * WIDE, chart)
        column += 2 + 3 * len(ranked)
    sheet.set_column(0, column, 12)
    sheet.repeat_rows(top - 1, top + 2)


def _curve(rows: Rows, style: Callable, found: Sweep, run: Run, at: Cell, rank: str, language: str) -> None:
    """A column: rank, η, start, and C_T after each update, as far as it is finite."""
    rows.text(at, rank, style("header"), measured=False)
    rows.number(at.moved(1, 0), run.eta, style("eta"))
    _start(rows, at.moved(2, 0), run, style, language)
    for line, value in enumerate(found.curve(run)[1].tolist(), 3):
        if np.isfinite(value):
            rows.number(at.moved(line, 0), value, style("cell"))


def _chart(file: BookFile, lines: list, span: tuple[int, int, int], found: Sweep, variant: int, language: str):
    """C_T over the updates, one line for each η, at most LINES of them, spread evenly."""
    first, last, column = span
    chosen = [lines[i] for i in np.unique(np.linspace(0, len(lines) - 1, LINES).round().astype(int))]
    chart = file.book.add_chart({"type": "line"})
    for number, (eta, at) in enumerate(chosen):
        colour = COLOURS[number * (len(COLOURS) - 1) // max(1, len(chosen) - 1)]
        chart.add_series(
            {
                "name": f"η = {eta:g}", "categories": [CURVES, first - 1, column - 1, last - 1, column - 1],
                "values": [CURVES, first - 1, at - 1, last - 1, at - 1], "line": {"color": colour, "width": 1.5},
            }
        )  # fmt: skip
    chart.set_x_axis({"name": say("updates", language), "interval_unit": max(1, (last - first) // 10)})
    logarithmic = {"log_base": 10, "crossing": "min"} if _all_positive(found, variant) else {"min": 0}
    chart.set_y_axis({"name": "C_T", "major_gridlines": GRID, **logarithmic})
    chart.set_legend({"position": "right"})
    chart.set_size({"width": WIDE * 88, "height": 360})
    return chart


def _all_positive(found: Sweep, variant: int) -> bool:
    """Whether the curves can stand on a logarithmic axis."""
    ranked = [found.ranked(variant, eta) for eta in found.grid.etas]
    curves = [found.curve(run)[1] for runs in ranked if runs for run in runs]
    return all((curve[np.isfinite(curve)] > 1e-300).all() for curve in curves)


def _times(file: BookFile, sheet: RowsSheet, rows: Rows, found: Sweep, language: str) -> None:
    """How long the parts took that were computed together, and one run in each."""
    style, times = file.style, list(found.times)
    rows.text(Cell(1, 1), say("How long the runs took, on one core each", language), style("title"), measured=False)
    titles = ("first run", "last run", "runs", "seconds", "milliseconds per run")
    for column, text in enumerate(titles, 1):
        rows.text(Cell(3, column), say(text, language), style("header"), measured=False)
    for line, (first, last, count, seconds) in enumerate(times, 4):
        for column, value in enumerate((first, last, count), 1):
            rows.number(Cell(line, column), value, style("integer"))
        rows.number(Cell(line, 4), seconds, style("cell"))
        rows.number(Cell(line, 5), seconds / count * 1e3, style("cell"))
    sheet.set_column(0, 4, 12)
    rows.heights[3] = TWO_LINES
    sheet.freeze_panes(3, 0)
    sheet.repeat_rows(2)
