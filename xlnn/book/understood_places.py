"""What the formulas of a workbook say, as a sheet Places in a copy of it; what was not understood is marked and listed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

from xlnn.book.evidence import unknown_workbook
from xlnn.book.language import language_in
from xlnn.book.names import PLACES
from xlnn.book.places_words import LONGEST, NEXT_SHEET
from xlnn.book.places_writing import LineWords, finish, line_words, write_lines
from xlnn.book.quantity_names import IMAGE_COUNT
from xlnn.book.understood import common_eta, eta_cell, layer_rates, network_of, understood
from xlnn.errors import Where
from xlnn.layout.cells import Cell, quoted
from xlnn.layout.listed import Listed, spots
from xlnn.layout.places import Move, Place
from xlnn.understand import Understood
from xlnn.words import preferred, say
from xlnn.xlsx.copying import Copy
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.package import Package, read_file
from xlnn.xlsx.saving import check_target, replacing
from xlnn.xlsx.sheet_cells import RawCell, RawSheet, taken_apart
from xlnn.xlsx.workbook import Workbook

LEFT_OVER = "Not understood"
MARKED = "FFE699"  # the colour of cells that were not understood
MOST = 10_000  # of them that are listed and marked

# ---- lines --------------------------------------------------------------------------------------------


def places_lines(found: Understood, language: str = "en") -> list[LineWords]:
    """The lines of sheet Places that say all that was understood, by the headings of their columns."""
    return [*_quantities(found, language), *_none(found, language), *_counts(found, language), *_rates(found)]


def _quantities(found: Understood, language: str) -> Iterator[LineWords]:
    """Where each quantity lies in the first iteration, and where the next one has it."""
    quantities, first = network_of(found, {}).quantities, found.iterations[0]
    second = found.iterations[1].places() if len(found.iterations) > 1 else {}
    for name, where in first.places().items():
        if name in quantities:
            q = quantities[name]
            factor = first.named[name].factor
            yield line_words(q, *_one_step(where, q.per_image), factor, next_step(where, second.get(name)), language)


def _one_step(where: tuple[str, Place], per_image: bool) -> tuple[str, Place]:
    """A single image has a step to the next one, too: one that leads beside it."""
    sheet, place = where
    if per_image and place.shape[0] == 1 and not isinstance(place, Listed):
        place = place[0].repeated(1, (0, place[0].bounds().width))
    return sheet, place


def next_step(first: tuple[str, Place], second: tuple[str, Place] | None) -> Move | None:
    """Where the same lies in the second iteration: a step, or the same cells of another sheet; None where that is no step."""
    if second is None or first == second:
        return None
    pairs = list(zip(spots(*first), spots(*second), strict=True))
    moves = {(there.row - here.row, there.column - here.column) for (_, here), (_, there) in pairs}
    if len(moves) != 1:
        return None
    move = next(iter(moves))
    others = [there != here for (here, _), (there, _) in pairs]
    if move == (0, 0):
        return NEXT_SHEET if all(others) else None
    return None if any(others) else move


def _none(found: Understood, language: str) -> Iterator[LineWords]:
    """What the network does not have, and might: biases, right answers."""
    network = network_of(found, {})
    for layer in network.layers[1:]:
        if layer.kind != "max pooling" and not layer.bias:
            yield {"Quantity": "b" + layer.label, "First block": say("none", language)}
    if not network.answered:
        yield {"Quantity": "t", "First block": say("none", language)}


def _counts(found: Understood, language: str) -> Iterator[LineWords]:
    yield {"Quantity": IMAGE_COUNT[language], "First block": str(len(found.iterations[0].named["x"].cells))}


def _rates(found: Understood) -> Iterator[LineWords]:
    """η, in its cell where one holds it, and that of layers that have another."""
    eta, rates = common_eta(found), layer_rates(found)
    if eta is None:
        return
    yield {"Quantity": "eta", "First block": _rate(found, eta, eta_cell(found))}
    for label, rate in rates.items():
        names = {f"new_{kind}{label}" for kind in "wb"}
        yield {"Quantity": "eta" + label, "First block": _rate(found, rate * eta, eta_cell(found, rate * eta, names))}


def _rate(found: Understood, eta: float, number: int | None) -> str:
    if number is None:
        return f"{eta:.15g}"
    sheet, cell = found.graph.cell(number)
    return f"{quoted(sheet)}!{cell.name}"


# ---- the workbook -------------------------------------------------------------------------------------


def write_places(
    path: str | Path, output: str | Path, *, language: str | None = None, force: bool = False
) -> tuple[Path, int, int]:
    """Writes a copy of a workbook with a sheet Places that says what its formulas say; what was not understood is marked there
    and listed on a sheet of its own. Returns the file's path, the number of lines, and that of the formulas left over.

    Raises ContentError where nothing was understood, and SaveError; the workbook itself is never written to.
    """
    book, output = Workbook(path), Path(output)
    check_target(output, [Path(path)], force)
    found = understood(book)
    if found is None:
        raise unknown_workbook(book)
    language = language or language_in(book) or preferred()
    lines = [line for line in places_lines(found, language) if len(line["First block"]) <= LONGEST]
    left = _left_over(found)
    pages = _pages(book, lines, left, language)
    with replacing(output, force) as file:
        _copied(book, left, pages, file)
    return file.path, len(lines), len(found.left_over)


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
    copy = Copy(Package(read_file(book.path), book.where("")), file, marked=False)
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
