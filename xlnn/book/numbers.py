"""Sheets that show quantities: every number of the calculation at its place, as values or live formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from xlnn.book.names import SETTINGS
from xlnn.layout import labels
from xlnn.layout.cells import Cell
from xlnn.layout.formulas import Formula, Placed, spell
from xlnn.layout.layouts import MARKS, Layout
from xlnn.layout.places import Place
from xlnn.model.network import Network
from xlnn.model.quantities import Quantity
from xlnn.model.rules import Rule
from xlnn.xlsx.rows import BEFORE, Rows
from xlnn.xlsx.styles import style_of

ETA = f"{SETTINGS}!$B$2"  # where the learning rate stands


INITIAL = "initial "  # before a parameter's name: its saved copy


PICTURE = "picture of "  # before a name: the same numbers once more, as a picture


@dataclass(frozen=True)
class Page:
    """What a sheet of quantities shows: a layout, the rules its formulas follow, and where else to look.

    `elsewhere` maps a quantity that stands on another sheet to (sheet, place); `follows` maps a parameter to
    the place on the sheet before that it refers to.
    """

    network: Network
    layout: Layout
    rules: Mapping[str, Rule]
    elsewhere: Mapping[str, tuple[str, Place]]
    formulas: bool = False
    follows: Mapping[str, Place] | None = None

    @cached_property
    def known(self) -> dict[Cell, bool]:
        """Cells of which `free` was asked already, for another of the sheets of this page."""
        return {}

    @property
    def names(self) -> list[str]:
        """What stands in the vector of a sheet's numbers, in order."""
        copies = (INITIAL + name for name in self.layout.initial)
        return [*self.layout.places, *copies, *(PICTURE + name for name in self.layout.pictures)]

    def place(self, name: str) -> Place:
        """The place of a quantity, of a saved copy or of a picture."""
        if name.startswith(PICTURE):
            return self.layout.pictures[name.removeprefix(PICTURE)]
        return self.layout.initial[name.removeprefix(INITIAL)] if name.startswith(INITIAL) else self.layout.places[name]

    def quantity(self, name: str) -> Quantity:
        return self.network.quantities[name.removeprefix(PICTURE).removeprefix(INITIAL)]


def vector(page: Page, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """All numbers of a sheet in one row, in the order of `page.names`."""
    names = [name.removeprefix(PICTURE) for name in page.names]
    return np.concatenate([np.ravel(values[name]).astype(float, copy=False) for name in names])


def add_page(page: Page, rows: Rows, style: Callable, language: str, images: Sequence[int] | None = None) -> None:
    """Adds the sheet's cells to `rows`, a hole for every number. `images`: positions of the images shown.

    Raises LimitError where a formula is too long.
    """
    for label in page.layout.labels:
        write_label(rows, label, page.network, language, style)
    occupied = occupied_cells(page) if page.formulas else None
    start = 0
    for name in page.names:
        q, place = page.quantity(name), page.place(name)
        formulas = formulas_of(page, name, occupied) if page.formulas else None
        _fill(rows, q, place, start, formulas, style(style_of(q.kind)), images)
        if q.kind == "x":
            for cell in _touched(place):
                rows.restyle(cell, style("pixel begins"))
        start += place.size


def _touched(place: Place) -> list[Cell]:
    """The first pixels, from top to bottom, of all images that begin in the column behind the image before."""
    if len(place.shape) != 3 or place.shape[0] < 2 or place[1].bounds().first.column != place[0].bounds().last.column + 1:
        return []
    down, across = (part[1:, :, 0].ravel().tolist() for part in place.grid())
    return list(map(Cell, down, across))


def write_label(rows: Rows, label, network: Network, language: str, style: Callable) -> None:
    said = labels.text(label, network, language)
    kinds = {"layer": "label", "symbol": "symbol", "part": "symbol", "number": "index", "heading": "heading"}
    word = label.role == "symbol" and network.quantities[label.quantity].kind in (*MARKS, "share")
    shown = style("label" if word else kinds[label.role])
    if isinstance(said, int):
        rows.number(label.cell, said, shown)
    elif said:
        rows.text(label.cell, said, shown, measured=label.role != "heading")


def _fill(rows: Rows, q: Quantity, place: Place, start: int, formulas, style: int, images) -> None:
    """Cells of one quantity; `formulas` maps the index without the image to a Formula."""
    mark = q.kind == "right"
    cells = list(map(Cell, *(part.ravel().tolist() for part in place.grid())))
    if not formulas:
        for position, cell in enumerate(cells):
            rows.hole(cell, start + position, style, mark=mark)
        return
    for position, cell in enumerate(cells):
        k, which = divmod(position, len(formulas))  # the image, and which of its numbers
        formula = formulas[which]
        elsewhere = images[k] if images is not None and q.per_image else k
        text = formula if isinstance(formula, str) else formula.text(k, elsewhere)
        rows.hole(cell, start + position, style, text, mark)


def formulas_of(page: Page, name: str, occupied: np.ndarray) -> list[Formula | str] | None:
    """One formula for every number of a quantity (of the first image), or None where numbers stand."""
    q = page.quantity(name)
    if name.startswith(INITIAL) or q.kind == "number":
        return None
    indexes = list(product(*map(range, q.shape)))
    if name.startswith(PICTURE):
        copied = name.removeprefix(PICTURE)
        if copied not in page.elsewhere and copied not in page.names:
            return None  # the saved copy is not on this sheet
        sheet, place = page.elsewhere.get(copied) or ("", page.place(copied))
        return [spell(Placed.at(place[index], sheet=sheet)) for index in indexes]
    if name == "eta":
        return [ETA]
    if name in page.elsewhere:
        sheet, place = page.elsewhere[name]
        there = Placed.at(place, sheet=sheet, per_image=q.per_image)
        return [spell(there[(0, *index) if q.per_image else index]) for index in indexes]
    if page.follows and name in page.follows:
        place = page.follows[name]
        return [f"{BEFORE}!{place.cell(*index).name}" for index in indexes]
    rule = page.rules.get(name)
    if rule is None:
        return None
    operands = [_operand(page, need, rule, occupied) for need in rule.needs]
    if q.kind == "right":
        return [_marked(spell(rule.cell(*operands, 0)))]
    return [spell(rule.cell(*operands, *((0, *index) if q.per_image else index))) for index in indexes]


def _marked(condition: Formula) -> Formula:
    return Formula(("IF(", *condition.pieces, ',"○","×")'))


def _operand(page: Page, need: str, rule: Rule, occupied: np.ndarray) -> Placed:
    """An operand on the sheet, or where the page says; $ where it has no image axis but the result has one."""
    q = page.network.quantities[need]
    fixed = not q.per_image and rule.result.per_image
    if need in page.layout.places:
        return Placed.at(
            page.layout.places[need],
            absolute=fixed or need == "eta",
            per_image=q.per_image,
            numbers=occupied,
            block=page.layout.block,
        )
    if need == "eta":
        return Placed.at(Place(Cell(2, 2)), sheet=SETTINGS, absolute=True)
    sheet, place = page.elsewhere[need]
    return Placed.at(place, sheet=sheet, absolute=not q.per_image, per_image=q.per_image)


def occupied_cells(page: Page) -> np.ndarray:
    """Which cells of a sheet can hold a number, (rows, columns)."""
    places = [page.place(name) for name in page.names]
    corners = [place.bounds().last for place in places]
    numbers = np.zeros((max(c.row for c in corners), max(c.column for c in corners)), dtype=bool)
    for place in places:
        rows, columns = place.grid()
        numbers[rows - 1, columns - 1] = True
    for label in page.layout.labels:
        if label.role == "number" and label.cell.row <= numbers.shape[0] and label.cell.column <= numbers.shape[1]:
            numbers[label.cell.row - 1, label.cell.column - 1] = True
    return numbers


def free(page: Page, cell: Cell) -> bool:
    """Whether neither a number nor a label of the layout stands in a cell."""
    if cell not in page.known:
        grids = (page.place(name).grid() for name in page.names)
        numbers = any(((rows == cell.row) & (columns == cell.column)).any() for rows, columns in grids)
        page.known[cell] = not numbers and all(label.cell != cell for label in page.layout.labels)
    return page.known[cell]
