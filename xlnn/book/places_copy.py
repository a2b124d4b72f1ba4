"""A copy of a workbook with a sheet Places that says where everything lies; what was not understood is marked and listed."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from xlnn.book.language import language_in
from xlnn.book.names import PLACES
from xlnn.book.origin import lying, origin_of
from xlnn.book.places_words import LONGEST
from xlnn.book.places_writing import LineWords, finish, line_words, write_lines
from xlnn.book.reader import read_book
from xlnn.book.understood import understood
from xlnn.book.understood_places import count_line, decay_lines, none_lines, one_step, places_lines, rate_lines
from xlnn.errors import Where
from xlnn.layout.cells import Cell, quoted
from xlnn.model.problem import Problem
from xlnn.understand import Understood
from xlnn.words import preferred, say
from xlnn.xlsx.copying import Copy
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.package import Package
from xlnn.xlsx.saving import check_target, replacing
from xlnn.xlsx.sheet_cells import RawCell, RawSheet, taken_apart
from xlnn.xlsx.workbook import Workbook

LEFT_OVER = "Not understood"
MARKED = "FFE699"  # the colour of cells that were not understood
MOST = 10_000  # of them that are listed and marked


def write_places(
    path: str | Path, output: str | Path, *, language: str | None = None, force: bool = False
) -> tuple[Path, int, int]:
    """Writes a copy of a workbook with a sheet Places that says where everything was read; what was not understood of its
    formulas is marked there and listed on a sheet of its own. Returns the file's path, the number of lines, and that of the
    formulas left over.

    Raises as `xlnn.read`, and SaveError; the workbook itself is never written to.
    """
    book, output = Workbook(path), Path(output)
    check_target(output, [Path(path)], force)
    problem = read_book(book, language=language)
    language = language or language_in(book) or preferred()
    found = understood(book) if origin_of(problem).facts else None
    lines = [line for line in _lines(problem, found, language) if len(line["First block"]) <= LONGEST]
    left = _left_over(found) if found else {}
    pages = _pages(book, lines, left, language)
    with replacing(output, force) as file:
        _copied(book, left, pages, file)
    return file.path, len(lines), len(found.left_over) if found else 0


def _lines(problem: Problem, found: Understood | None, language: str) -> list[LineWords]:
    """Where everything was read; what the workbook's own sheet Places says holds."""
    origin = origin_of(problem)
    if found and not origin.own:
        return [*places_lines(found, language), *decay_lines(found, language)]
    factors = {name: line.factor for name, line in origin.own.items()}
    lines: list[LineWords] = [
        line_words(q, *one_step((sheet, place), q.per_image), factors.get(q.name, 1.0), following, language)
        for q, sheet, place, following in lying(problem)
    ]
    count = count_line(origin.sources["x"][1].shape[0], language)
    rest = [
        *none_lines(problem.network, language),
        count,
        *((*rate_lines(found), *decay_lines(found, language)) if found else ()),
    ]
    said = {line["Quantity"] for line in lines}
    return lines + [line for line in rest if line["Quantity"] not in said]


Left = Mapping[str, Mapping[Cell, str]]  # by sheet: cells and formulas that were not understood


def _left_over(found: Understood) -> Left:
    left: dict[str, dict[Cell, str]] = {}
    for number in found.left_over[:MOST]:
        sheet, cell = found.graph.cell(number)
        left.setdefault(sheet, {})[cell] = "=" + (found.graph.text(number) or "")
    return left


def _pages(book: Workbook, lines: list[LineWords], left: Left, language: str) -> bytes:
    """A workbook with the sheets Places and, where something is left over, Not understood."""
    memory = BytesIO()
    file = BookFile(memory, book.name)
    sheet, rows = file.sheet(PLACES), file.rows()
    write_lines(rows, lines, file.style("header"), language)
    finish(file, sheet, rows)
    if left:
        sheet, rows = file.sheet(LEFT_OVER), file.rows()
        for column, text in enumerate(("not understood", "formula"), 1):
            rows.text(Cell(1, column), say(text, language), file.style("header"))
        cells = [(name, cell, formula) for name, formulas in left.items() for cell, formula in formulas.items()]
        for number, (name, cell, formula) in enumerate(cells, 2):
            rows.text(Cell(number, 1), f"{quoted(name)}!{cell.name}", symbol=False)
            rows.text(Cell(number, 2), formula, symbol=False)
        finish(file, sheet, rows)
    file.close()
    return memory.getvalue()


def _copied(book: Workbook, left: Left, pages: bytes, file) -> None:
    """The workbook as it is, its cells that were not understood coloured, and the new sheets behind the others."""
    copy = Copy(book.package, file, marked=False)
    made = Package(pages, Where(book.name))
    replaced = {book.find(PLACES), book.find(LEFT_OVER)}
    kept = [sheet for sheet in book.sheets if sheet not in replaced]
    for sheet in kept:
        copy.keep(sheet, _coloured(copy, sheet, left[sheet]).xml() if sheet in left else None)
    new = [PLACES, LEFT_OVER] if left else [PLACES]
    copy.graft(made, new)
    copy.close([*kept, *new], lambda sheet, said: iter([(sheet, said)]), False)


def _coloured(copy: Copy, sheet: str, cells: Mapping[Cell, str]) -> RawSheet:
    """A sheet with these cells coloured."""
    raw = taken_apart(copy.package.read(copy.part_of(sheet)))
    there = dict(raw.cells)
    for cell in cells:
        found = there.get(cell, RawCell())
        there[cell] = found.styled(copy.styles.filled(found.style, MARKED))
    return raw.with_cells(there)
