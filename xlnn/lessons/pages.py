"""Writes a lesson's sheets: every number in its cell, as live formulas with their results, or as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path

import numpy as np

from xlnn.errors import DivergedError, LimitError, UsageError, Where
from xlnn.layout.cells import Cell, Range, column_number, quoted
from xlnn.layout.formulas import Operand, Placed, spell
from xlnn.layout.places import check_places
from xlnn.lessons.blocks import Block, Chart, Lesson, Series, Sheet, calculated
from xlnn.words import say, these
from xlnn.xlsx.new_file import CELLS, GRID, BookFile, diverging, link, shade
from xlnn.xlsx.printing import one_page_wide
from xlnn.xlsx.rows import WHOLE, Rows, RowsSheet, room
from xlnn.xlsx.saving import check_target, replacing

NOISE = 1e-14  # below this a result stands for 0, as COS(PI()/2) does
SHORT = 6  # characters: a label that is a symbol stands close to its number


def write_lesson(
    lesson: Lesson,
    path: str | Path,
    *,
    cells: str = "formulas",
    language: str = "en",
    decimals: int | None = None,
    force: bool = False,
) -> Path:
    """Writes a workbook of the lesson's sheets alone. Raises as `add_lesson`, and SaveError."""
    path = Path(path)
    check_target(path, force=force)
    with replacing(path, force) as temporary:
        file = BookFile(temporary, lesson.name, decimals)
        add_lesson(file, lesson, cells, language)
        file.close()
    return temporary.path


def add_lesson(file: BookFile, lesson: Lesson, cells: str = "formulas", language: str = "en") -> None:
    """Adds the lesson's sheets to a workbook. `cells`: "formulas" or "values".

    Raises UsageError, LimitError (off the sheet, a formula too long), DivergedError where a number is not finite.
    """
    if cells not in CELLS:
        raise UsageError("unknown {what} {value}; known: {known}.", what="cells", value=repr(cells), known=these(CELLS))
    values = calculated(lesson)
    for sheet in lesson.sheets:
        check_places({block.name: block.place for block in sheet.blocks})
    for sheet in lesson.sheets:
        if sheet.name not in file.book.sheetnames:
            _add_sheet(file, lesson, sheet, values, cells == "formulas", language)


def _add_sheet(file: BookFile, lesson: Lesson, sheet: Sheet, values: Mapping, formulas: bool, language: str) -> None:
    rows, style = file.rows(), file.style
    for text in sheet.texts:
        said = text.text if text.typed else say(text.text, language, **dict(text.fields))
        measured = text.typed or text.style in ("label", "header")
        rows.text(Cell.parse(text.at), said, style(text.style), measured=measured, symbol=not text.typed)
    for block in sheet.blocks:
        _add_block(rows, lesson, block, values[block.name], formulas, style, language)
    rows.text(Cell(1, 1), say(sheet.title, language), style("title"), measured=False)
    page = file.sheet(sheet.name)
    file.show(page, rows)
    _widths(page, rows, sheet, values, style)
    page.hide_gridlines(2)
    one_page_wide(page, 1, upright=_upright(rows, sheet))
    for name in sheet.shaded:
        shade(page, [lesson.blocks[name].place.bounds()], float(max(1.0, np.abs(values[name]).max())))
    for name in sheet.weights:
        diverging(page, [lesson.blocks[name].place.bounds()])
    for name, named in dict(sheet.named).items():
        file.book.define_name(name, _range(lesson, named))
    for text in sheet.texts:
        if text.link:
            link(page, Cell.parse(text.at), lesson.sheet_of[text.link], lesson.blocks[text.link].place.origin)
    for chart in sheet.charts:
        at = Cell.parse(chart.at)
        page.insert_chart(at.row - 1, at.column - 1, _chart(file, lesson, chart, language))


def _upright(rows: Rows, sheet: Sheet) -> bool:
    """Whether a sheet is higher than wide: rows are a third as high as a column of usual width is wide; charts count."""
    corners = [*rows.cells, *(Cell.parse(chart.at).moved(16, 6) for chart in sheet.charts)]
    return max(cell.row for cell in corners) > 4.5 * max(cell.column for cell in corners)


def _add_block(rows: Rows, lesson: Lesson, block: Block, numbers: np.ndarray, formulas: bool, style, language: str) -> None:
    sheet = lesson.sheet_of[block.name]
    first = block.place.origin
    if block.label:
        at = Cell.parse(block.label_at) if block.label_at else first.moved(columns=-1)
        said = say(block.label, language)
        rows.text(at, said, style("symbol" if len(said) < SHORT else "label"))
    if block.equation_at:
        rows.text(Cell.parse(block.equation_at), say(block.equation, language), style("equation"), measured=False)
    shown = style(_style(block))
    operands = [] if block.given else [_operand(lesson, need, sheet, block) for need in block.needs]
    for index in product(*map(range, block.shape)):
        cell, number = block.place.cell(*index), float(numbers[index])
        if not np.isfinite(number):
            raise DivergedError("{cell} is not a finite number.", Where(sheet=sheet, cell=cell.name), cell=block.name)
        if block.given or not formulas:
            rows.number(cell, number, shown)
            continue
        try:
            rows.formula(cell, spell(block.cell(*operands, *index)).text(), number, shown, fitted=abs(number) >= NOISE)
        except LimitError as error:
            error.where = Where(sheet=sheet, cell=cell.name)
            raise


def _style(block: Block) -> str:
    return block.style or ("input" if block.given else "value")


def _operand(lesson: Lesson, need: str, sheet: str, block: Block) -> Operand:
    """With $ where it does not go along with the block's first axis, so that the formula can be copied down."""
    used, where = lesson.blocks[need], lesson.sheet_of[need]
    fixed = bool(block.shape) and used.shape[:1] != block.shape[:1]
    return Placed.at(used.place, sheet="" if where == sheet else where, absolute=fixed)


def _widths(page: RowsSheet, rows: Rows, sheet: Sheet, values: Mapping, style: Callable) -> None:
    """Every column as wide as its widest number or label needs."""
    widths = {column: min(chars, 32) + 1.0 for column, chars in rows.widths.items()}
    for block in sheet.blocks:
        columns = block.place.grid()[1].ravel().tolist()
        look = rows.looks[style(_style(block))]
        for column, number in zip(columns, values[block.name].ravel().tolist(), strict=True):
            shown = len(f"{number:.10g}") if look.decimals == WHOLE else float(room(number, look.decimals, look.least))
            widths[column] = max(widths.get(column, 0.0), shown + 1.7)
    widths |= {column_number(letters): width for letters, width in dict(sheet.widths).items()}
    for column, width in widths.items():
        page.set_column(column - 1, column - 1, width)


def _chart(file: BookFile, lesson: Lesson, chart: Chart, language: str):
    made = file.book.add_chart({"type": chart.kind} | ({"subtype": chart.subtype} if chart.kind == "scatter" else {}))
    for series in chart.series:
        made.add_series(
            {
                "name": say(series.name, language),
                "categories": _range(lesson, series.x),
                "values": _range(lesson, series.y),
                "marker": {"type": "circle", "size": 7 if series.drawn else 4} if _marked(chart, series) else {"type": "none"},
                "line": {"none": True} if series.drawn == "points" else {"width": 2.25},
            }
        )
    made.set_title({"name": say(chart.title, language), "name_font": {"size": 12}})
    for axis, text, lowest in ((made.set_x_axis, chart.x, None), (made.set_y_axis, chart.y, chart.lowest)):
        ends = {"min": lowest} if chart.extent is None else {"min": -chart.extent, "max": chart.extent}
        axis({"name": say(text, language), **ends, "major_gridlines": GRID})
    made.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom"})
    made.set_size({"width": 480, "height": 320})
    if chart.extent is not None:
        _square(made)
    return made


def _square(made) -> None:
    """Axes of one length in pixels."""
    width, height, side = 400, 460, 330
    made.set_size({"width": width, "height": height})
    made.set_plotarea({"layout": {"x": 0.12, "y": 0.11, "width": side / width, "height": side / height}})


def _marked(chart: Chart, series: Series) -> bool:
    return series.drawn == "points" or (not series.drawn and "markers" in chart.subtype)


def _range(lesson: Lesson, part: str | tuple) -> str:
    name, index = part if isinstance(part, tuple) else (part, ())
    where: Range = lesson.blocks[name].place[index].bounds()
    return f"={quoted(lesson.sheet_of[name])}!{where.absolute}"
