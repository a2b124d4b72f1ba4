"""The workbook of a landscape: C_T as a heat map with the path of training marked, contour lines, and a surface chart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from xlnn._version import __version__
from xlnn.book.names import CONTOURS, LANDSCAPE, PATH
from xlnn.book.origin import origin_of
from xlnn.layout.cells import Cell, Range
from xlnn.model.picturing import shape_text
from xlnn.model.problem import Problem
from xlnn.pictures.contours import contour
from xlnn.pictures.landscapes import Landscape, Parameter
from xlnn.words import joined, say
from xlnn.xlsx.new_file import BookFile, heat
from xlnn.xlsx.printing import one_page_wide
from xlnn.xlsx.rows import RowsSheet
from xlnn.xlsx.saving import check_target, replacing
from xlnn.xlsx.surface_chart import SurfaceChart

TOP = Cell(12, 3)  # the heat map's upper left number; values of the parameters stand above and to the left


LEVELS = 10


Lines = dict[float, list[tuple[float, ...]]]  # by level the points of its lines; an empty one ends each line


AXES = {
    "unit": "unit", "unit before": "unit before", "map": "map", "map before": "map before", "row": "row", "column": "column",
}  # fmt: skip


# from low to high; the middle ones are dark enough for lines
COLOURS = ("#1F3864", "#2F5597", "#5B7FBF", "#8FAADC", "#A6A6B8", "#BFA58F", "#E0A878", "#DE7E3F", "#C55A11", "#A83800")


def write_landscape(found: Landscape, path: str | Path, *, language: str | None = None, force: bool = False) -> Path:
    """Writes what `landscape` found as a workbook, and returns its path. Raises SaveError."""
    path = Path(path)
    check_target(path, found.problem.inputs, force)
    language = language or found.problem.language
    with replacing(path, force) as temporary:
        file = BookFile(temporary, path.stem)
        sheets = [file.sheet(name) for name in (LANDSCAPE, PATH, CONTOURS)]
        lines = {level: _points(found, level) for level in levels(found)}
        _contours_sheet(file, sheets[2], lines, found.over)
        _path_sheet(file, sheets[1], found, language)
        _map_sheet(file, sheets[0], found, lines, language)
        file.close()
    return temporary.path


def where(parameter: Parameter, language: str) -> str:
    """'unit 1, row 2, column 3', counted from 1 as on the sheets."""
    axes = zip(parameter.quantity.axes, parameter.index, strict=True)
    return joined((f"{say(AXES[axis], language)} {number + 1}" for axis, number in axes), ", ", language)


# ---- the heat map --------------------------------------------------------------------------------------


def _map_sheet(file: BookFile, sheet: RowsSheet, found: Landscape, lines: Lines, language: str) -> None:
    rows, style, n = file.rows(), file.style, len(found.across)
    for number, text in enumerate(_texts(found, language), 1):
        rows.text(Cell(number, 1), text, style("title" if number == 1 else "plain"), measured=False)
    first, second = found.over
    rows.text(Cell(TOP.row - 2, TOP.column), f"{first} →", style("heading"), measured=False)
    rows.text(Cell(TOP.row - 1, 1), f"{second} ↑", style("heading"), measured=False)
    for column, value in enumerate(found.across.tolist()):
        rows.number(Cell(TOP.row - 1, TOP.column + column), value, style("axis"))
    marks = _marks(found)
    for index, cost in np.ndenumerate(found.CT):
        if not index[1]:
            rows.number(_cell_at(found, *index)._replace(column=TOP.column - 1), float(found.up[index[0]]), style("axis"))
        rows.number(_cell_at(found, *index), float(cost), style(marks.get(index, "height")))
    file.show(sheet, rows)
    heat(sheet, [Range(TOP, TOP.moved(n - 1, n - 1))])
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, TOP.column + n - 2, 8)
    below = TOP.row + n
    sheet.insert_chart(below, 0, _contour_chart(file, found, lines, language))
    sheet.insert_chart(below, 10, _surface_chart(file, found, language))
    one_page_wide(sheet)
    sheet.hide_gridlines(2)


def _cell_at(found: Landscape, row: int, column: int) -> Cell:
    """Where a number of `CT` stands: the largest value of the second parameter on top, as in a diagram."""
    return Cell(TOP.row + len(found.up) - 1 - row, TOP.column + column)


def _marks(found: Landscape) -> dict[tuple[int, int], str]:
    """The style of the cells through which the path goes: its start and its end are other ones."""
    cells = [found.nearest(point) for point in found.path]
    return dict.fromkeys(cells, "path") | {cells[0]: "path start", cells[-1]: "path end"}


def _texts(found: Landscape, language: str) -> list[str]:
    problem, (first, second) = found.problem, found.over
    row, column = found.lowest

    def tell(text: str, **fields) -> str:
        return say(text, language, **fields)

    return [
        tell("C_T over {first} and {second}", first=first, second=second),
        tell(
            "Network {network}, η = {eta}, {updates} updates: C_T {before} → {after}.",
            network=shape_text(problem), eta=f"{problem.settings.eta:g}", updates=found.updates[-1],
            before=f"{found.path_CT[0]:.6g}", after=f"{found.path_CT[-1]:.6g}",
        ),
        tell("{first}: {place}. {second}: {other}. Indexes in brackets count from 1, as in the book.",
             first=first, place=where(first, language), second=second, other=where(second, language)),
        tell(
            "All other parameters stand at their values after training; each cell is C_T of all {images} images.",
            images=problem.images,
        ),
        tell("The path is that of training, which moves all parameters at once: ▶ its start, ● on the way, ★ its end."),
        tell("So its cells before the end are not C_T of the training; sheet Path has both."),
        tell(
            "The smallest C_T here: {cost}, at {first} = {across}, {second} = {up}.",
            cost=f"{found.CT[row, column]:.6g}", first=first, across=f"{found.across[column]:.4g}",
            second=second, up=f"{found.up[row]:.4g}",
        ),
        _source(problem),
    ]  # fmt: skip


def _source(problem: Problem) -> str:
    origin = origin_of(problem)
    return f"xlnn {__version__}" + (f" · {origin.path.name}, SHA-256 {origin.digest}" if origin.path else "")


# ---- the path and the contour lines --------------------------------------------------------------------


def _path_sheet(file: BookFile, sheet: RowsSheet, found: Landscape, language: str) -> None:
    rows, style = file.rows(), file.style
    here, cell = say("C_T on the surface", language), say("nearest cell", language)
    for column, text in enumerate((say("updates", language), *map(str, found.over), "C_T", here, cell), 1):
        rows.text(Cell(1, column), text, style("header"))
    table = zip(found.updates.tolist(), found.path.tolist(), found.path_CT.tolist(), found.path_here.tolist(), strict=True)
    for number, (updates, point, cost, here) in enumerate(table, 2):
        rows.number(Cell(number, 1), updates, style("integer"))
        for column, value in enumerate(point, 2):
            rows.number(Cell(number, column), value, style("parameter"))
        rows.number(Cell(number, 4), cost, style("cost"))
        rows.number(Cell(number, 5), here, style("cost"))
        rows.text(Cell(number, 6), _cell_at(found, *found.nearest(point)).name, style("index"))
    file.show(sheet, rows)
    _listed(sheet, 6, 1)
    sheet.set_column(0, 5, 16)


def levels(found: Landscape) -> list[float]:
    """Heights that cut the surface into parts of about equal area, of three digits."""
    return sorted({float(f"{height:.3g}") for height in np.quantile(found.CT, (np.arange(LEVELS) + 0.5) / LEVELS)})


def _contours_sheet(file: BookFile, sheet: RowsSheet, lines: Lines, over: tuple[Parameter, Parameter]) -> None:
    """Two columns for each level: the points of its lines, a blank row after each line."""
    rows, style = file.rows(), file.style
    for number, (level, points) in enumerate(lines.items()):
        rows.text(Cell(1, 2 * number + 1), f"C_T = {level:g}", style("header"))
        rows.blank(Cell(1, 2 * number + 2), style("header"))
        for axis, parameter in enumerate(over, 1):
            rows.text(Cell(2, 2 * number + axis), str(parameter), style("header"))
        for row, point in enumerate(points, 3):
            for axis, value in enumerate(point, 1):
                rows.number(Cell(row, 2 * number + axis), value, style("parameter"))
    file.show(sheet, rows)
    _listed(sheet, 2 * len(lines), 2)
    sheet.set_column(0, 2 * LEVELS, 12)


def _listed(sheet: RowsSheet, columns: int, heads: int) -> None:
    """A long list: its heads stay above it, on the screen and on every page; few columns are printed upright."""
    one_page_wide(sheet, upright=columns <= 6)
    sheet.repeat_rows(0, heads - 1)
    sheet.freeze_panes(heads, 0)


def _points(found: Landscape, level: float) -> list[tuple[float, ...]]:
    """The points of a level's lines; an empty one ends each line."""
    return [point for line in contour(found.across, found.up, found.CT, level) for point in (*line, ())]


# ---- charts --------------------------------------------------------------------------------------------


def _contour_chart(file: BookFile, found: Landscape, lines: Lines, language: str):
    chart = file.book.add_chart({"type": "scatter", "subtype": "straight"})
    for number, (level, points) in enumerate(lines.items()):
        columns = 2 * number, 2 * number + 1
        if points:
            line = {"color": _colour(number, len(lines)), "width": 1.25}
            _curve(chart, CONTOURS, columns, (2, len(points) + 1), f"{level:g}", {"line": line})
    black = {"line": {"color": "#000000", "width": 2}}
    marker = {"marker": {"type": "circle", "size": 4, "fill": {"color": "#000000"}, "border": {"color": "#000000"}}}
    _curve(chart, PATH, (1, 2), (1, len(found.path)), say("path of training", language), black | marker)
    first, second = map(str, found.over)
    for set_axis, name, values in ((chart.set_x_axis, first, found.across), (chart.set_y_axis, second, found.up)):
        ends = {"min": float(values[0]), "max": float(values[-1]), "crossing": float(values[0])}
        set_axis({"name": name, **ends, "num_format": "0.0", "major_gridlines": {"visible": False}})
    title = say("Lines of equal C_T, and the path of training", language)
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"position": "right"})
    chart.set_size({"width": 640, "height": 480})
    return chart


def _colour(number: int, count: int) -> str:
    """Of so many from low to high."""
    return COLOURS[round(number * (len(COLOURS) - 1) / max(1, count - 1))]


def _curve(chart, sheet: str, columns: tuple[int, int], rows: tuple[int, int], name: str, look: dict) -> None:
    x, y = ([sheet, rows[0], column, rows[1], column] for column in columns)
    chart.add_series({"name": name, "categories": x, "values": y, **look})


def _surface_chart(file: BookFile, found: Landscape, language: str) -> SurfaceChart:
    first, second = map(str, found.over)
    n = len(found.across)
    low, high, bands = _bands(float(found.CT.min()), float(found.CT.max()))
    chart = SurfaceChart(second, [_colour(band, bands) for band in range(bands)], max(1, n // 6))
    left, right = TOP.column - 1, TOP.column + n - 2
    for row in range(n):
        line = _cell_at(found, row, 0).row - 1
        chart.add_series(
            {
                "name": [LANDSCAPE, line, left - 1], "categories": [LANDSCAPE, TOP.row - 2, left, TOP.row - 2, right],
                "values": [LANDSCAPE, line, left, line, right],
                "fill": {"color": "#BDD0EE"}, "border": {"color": "#5B7FBF", "width": 0.25},
            }
        )  # fmt: skip
    chart.set_x_axis({"name": first, "num_format": "0.0", "interval_unit": max(1, n // 6)})
    chart.set_y_axis({"name": "C_T", "min": low, "max": high, "major_unit": (high - low) / bands, "num_format": "General"})
    chart.set_title({"name": say("C_T as a surface", language), "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 640, "height": 480})
    file.book.charts.append(chart)
    return chart


def _bands(lowest: float, highest: float) -> tuple[float, float, int]:
    """Two ends around C_T and how many bands between them: each 1, 2 or 5 times a power of ten high, about 5 to 10 in all."""
    least = max(highest - lowest, 1e-9) / 10
    power = 10.0 ** np.floor(np.log10(least))
    height = next(power * times for times in (1, 2, 5, 10) if power * times >= least * (1 - 1e-9))
    first, last = np.floor(lowest / height), np.ceil(highest / height)
    last = max(last, first + 1)
    return float(f"{first * height:.6g}"), float(f"{last * height:.6g}"), int(last - first)
