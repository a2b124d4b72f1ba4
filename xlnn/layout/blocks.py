"""The layout `book`: the authors' own arrangement, one block of columns for each image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from xlnn.errors import LimitError
from xlnn.layout.cells import COLUMNS, Cell
from xlnn.layout.layouts import BACKWARD, GRADIENTS, MARKS, PARAMETERS, Label, Layout
from xlnn.layout.places import Place
from xlnn.model.quantities import Quantity


@dataclass(frozen=True)
class _Style:
    """The measures in which the authors' two arrangements differ: plain networks (3-5), maps (5-4)."""

    number_row: int  # of the images' numbers
    top: int  # first row of the images
    left: int  # first column of the parameters
    width: int  # of the parameters, biases included
    gap: int  # columns between parameters and first block
    step: int  # columns from image to image
    unit_column: int  # of t, z, a in the block, counted from its first column
    to_marks: int  # rows from C to the right answers
    to_copy: int  # rows from the right/wrong table to the saved parameters

    @property
    def first(self) -> int:
        return self.left + self.width + self.gap


def book(quantities: Sequence[Quantity], images: int) -> Layout:
    """The authors' own arrangement (workbooks 3-5 and 5-4), the backward pass below it."""
    with_maps = any(q.kind == "w" and "map" in q.axes[:1] for q in quantities)
    style = _map_style(quantities) if with_maps else _plain_style(quantities)
    _check_columns(style, images)
    parameters = [q for q in quantities if q.kind in PARAMETERS]
    places: dict[str, Place] = {}
    labels: list[Label] = []
    block = _Block(style, images, places, labels)
    for q in quantities:
        if q.kind == "number":
            places[q.name] = Place(Cell(style.number_row, style.first)).repeated(images, (0, style.step))
            labels.append(Label(Cell(style.number_row, style.first - 3), "layer", q.name))
        if q.kind == "x":
            places[q.name] = stacked(q, Cell(style.top, style.first)).repeated(images, (0, style.step))
            at = Cell(style.top, style.first - 3)
            labels += [Label(at, "layer", q.name), Label(at.moved(0, 1), "symbol", q.name)]
            block.row = style.top + _height(q)
    panel_top = block.row + _size_of(quantities, "t") if with_maps else style.top
    panel = _map_panel(parameters, Cell(panel_top, style.left)) if with_maps else _plain_panel(parameters, style)
    places |= panel
    panel_bottom = max((place.bounds().last.row for place in panel.values()), default=style.top)
    labels += _panel_labels(panel, parameters, style)

    block.forward([q for q in quantities if q.kind in ("t", "z", "a", "C")], side_by_side=with_maps)
    total_row = max(places["C"].origin.row if "C" in places else block.row, panel_bottom + 3)
    last_row = block.totals(quantities, total_row, with_maps)
    copy_top = last_row + style.to_copy
    initial = {name: place.moved(copy_top - panel_top) for name, place in panel.items()}
    block.row = copy_top + panel_bottom - panel_top + 3
    if initial:
        labels.append(Label(Cell(copy_top - 1, 2), "heading", parameters[0].name, text="initial parameters"))
        labels += _panel_labels(initial, parameters, style)

    backward = [q for q in quantities if q.kind in BACKWARD]
    if backward:
        block.heading("backward pass", backward[0].name)
    for q in backward:
        block.add(q)
    by_name = {q.name: q for q in quantities}
    down = block.row + 2 - panel_top
    for prefix, heading in (("dCT_d", "gradient"), ("new_", "new parameters")):
        moved = {prefix + name: place.moved(down) for name, place in panel.items() if prefix + name in by_name}
        if moved:
            _add_panel(places, labels, moved, by_name, style, heading, panel_top + down - 1)
        if prefix == "dCT_d":
            _add_image_gradients(places, labels, panel, by_name, style, images, down)
            if moved or any(q.kind in GRADIENTS for q in quantities):
                down += panel_bottom - panel_top + 3
    return Layout(
        name="book",
        places=places,
        data=(data := _data_places(quantities, places, with_maps)),
        labels=tuple(labels),
        data_labels=tuple(_data_labels(data)),
        initial=initial,
        corner=Cell(style.number_row + 1, style.first),
        block=style.first,
    )


def _plain_style(quantities: Sequence[Quantity]) -> _Style:
    widths = [q.shape[-1] for q in quantities if q.kind == "w" or q.kind == "x"]
    width = max(widths, default=1)
    return _Style(4, 5, 4, width + 1, 4, width + 1, width, to_marks=7, to_copy=8)


def _map_style(quantities: Sequence[Quantity]) -> _Style:
    width = max(
        [q.shape[-1] for q in quantities if q.kind in PARAMETERS]
        + [3 * (q.kind == "w") for q in quantities]  # room for labels over narrow panels
    )
    image = max([q.shape[-1] for q in quantities if q.kind == "x"], default=1)
    return _Style(2, 3, 5, width, 4, max(image, width), 0, to_marks=2, to_copy=5)


def _check_columns(style: _Style, images: int) -> None:
    needed = style.first + images * style.step - 1
    if needed > COLUMNS:
        raise LimitError(
            "{images} images need {needed} columns in the book's layout; a sheet has {columns}. "
            "At most {most} images fit; --layout table takes more.",
            images=f"{images:,}", needed=f"{needed:,}", columns=f"{COLUMNS:,}",
            most=f"{max(0, (COLUMNS - style.first + 1) // style.step):,}",
        )  # fmt: skip


def _size_of(quantities: Sequence[Quantity], kind: str) -> int:
    return sum(q.size for q in quantities if q.kind == kind)


def _height(q: Quantity) -> int:
    """Rows of an array whose last axis lies across and all others down (one unit per row for units)."""
    return q.size // q.shape[-1] if q.axes[-1:] == ("column",) else q.size


def stacked(q: Quantity, origin: Cell) -> Place:
    """Units down; maps below each other, each with its rows and columns."""
    if q.axes[-1:] != ("column",):
        return Place(origin, q.shape, tuple((prod(q.shape[i + 1 :]), 0) for i in range(len(q.shape))))
    width = q.shape[-1]
    steps = [(prod(q.shape[i + 1 :]) // width, 0) for i in range(len(q.shape) - 1)]
    return Place(origin, q.shape, (*steps, (0, 1)))


def _plain_panel(parameters: Sequence[Quantity], style: _Style) -> dict[str, Place]:
    """Weights below each other, a unit's bias beside the first row of its weights."""
    row, panel = style.top, {}
    heights = {}
    for q in parameters:
        if q.kind == "w":
            width = q.shape[-1]
            height = prod(q.shape[1:]) // width
            steps = [(height, 0)]
            steps += [(prod(q.shape[i + 1 :]) // width, 0) for i in range(1, len(q.shape) - 1)]
            panel[q.name] = Place(Cell(row, style.left), q.shape, (*steps, (0, 1)))
            heights[q.layer] = height, row
            row += height * q.shape[0]
        else:
            height, first = heights[q.layer]
            panel[q.name] = Place(Cell(first, style.left + style.width - 1), q.shape, ((height, 0),))
    return panel


def _map_panel(parameters: Sequence[Quantity], origin: Cell) -> dict[str, Place]:
    """Filters and weights below each other, the biases of a layer in one row under them."""
    row, panel = origin.row, {}
    for q in parameters:
        at = Cell(row, origin.column)
        if q.kind == "w":
            width = q.shape[-1]
            steps = [(prod(q.shape[i + 1 :]) // width, 0) for i in range(len(q.shape) - 1)]
            panel[q.name] = Place(at, q.shape, (*steps, (0, 1)))
            row += q.size // width
        else:
            panel[q.name] = Place(at, q.shape, ((0, 1),))
            row += 1
    return panel


def _panel_labels(panel: Mapping[str, Place], quantities: Sequence[Quantity], style: _Style) -> list[Label]:
    """The layer's name in column B, `w²₁` in column C; a plain network's biases have their symbol over them, or on the right."""
    labels = []
    biases = [panel[q.name] for q in quantities if q.kind.endswith("b") and q.name in panel]
    for q in quantities:
        place = panel.get(q.name)
        if place is None:
            continue
        first = place.origin
        beside = first.column == style.left
        if beside:
            labels.append(Label(Cell(first.row, 2), "layer", q.name))
        if q.kind.endswith("b"):
            over = first.moved(-1, 0)
            free = not any(over in place for place in biases)
            cell = first.moved(0, -1) if beside else over if free else first.moved(0, 1)
            labels.append(Label(cell, "symbol", q.name))
        else:
            labels += [
                Label(Cell(place.cell(unit, *(0,) * (len(q.shape) - 1)).row, 3), "part", q.name, (unit + 1,))
                for unit in range(q.shape[0])
            ]
    return labels


def _add_panel(places, labels, moved, by_name, style, heading, heading_row) -> None:
    places |= moved
    labels += _panel_labels(moved, [by_name[name] for name in moved], style)
    labels.append(Label(Cell(heading_row, 2), "heading", next(iter(moved)), text=heading))


def _add_image_gradients(places, labels, panel, by_name, style, images, down) -> None:
    """The panel once more for each image, moved right into its block."""
    right = style.first - style.left
    for name, place in panel.items():
        q = by_name.get("dC_d" + name)
        if q is not None:
            moved = place.moved(down, right)
            places[q.name] = moved.repeated(images, (0, style.step))
            cell = Cell(moved.origin.row, style.first - 3)
            if q.kind == "dC_db" and moved.origin.column != style.first:
                _label_biases(labels, q, places, style, images)
            else:
                labels += [Label(cell, "layer", q.name), Label(cell.moved(0, 1), "symbol", q.name)]
            if q.kind == "dC_dw":
                rows = [moved.cell(unit, *(0,) * (len(q.shape) - 1)).row for unit in range(q.shape[0])]
                labels += [Label(Cell(row, style.first - 1), "number", q.name, (i + 1,)) for i, row in enumerate(rows)]


def _label_biases(labels: list[Label], q: Quantity, places: Mapping[str, Place], style: _Style, images: int) -> None:
    """The symbol over the biases' gradients of every image; beside that of the weights' where numbers stand over them."""
    over = places[q.name][0].origin.moved(-1, 0)
    if any(over in place for place in places.values()):
        beside = Cell(over.row + 1, style.first - 2)
        labels[:] = [replace(label, text=q.name) if label.cell == beside else label for label in labels]
    else:
        labels += [Label(over.moved(0, k * style.step), "symbol", q.name) for k in range(images)]


@dataclass
class _Block:
    """Fills the first image's block from top to bottom; the other images' lie `step` columns further."""

    style: _Style
    images: int
    places: dict[str, Place]
    labels: list[Label]
    row: int = 1

    def add(self, q: Quantity, column: int | None = None, row: int | None = None) -> None:
        """Places one quantity at the next free row (or at `row`) with its three labels."""
        down = self.row if row is None else row
        inside = (0 if q.axes[-1:] == ("column",) else self.style.unit_column) if column is None else column
        place = stacked(q, Cell(down, self.style.first + inside))
        self.places[q.name] = place.repeated(self.images, (0, self.style.step)) if q.per_image else place
        self.label(q, place)
        if row is None:
            self.row += _height(q)

    def label(self, q: Quantity, place: Place) -> None:
        at = Cell(place.origin.row, self.style.first - 3)
        if q.kind in MARKS:
            self.labels.append(Label(at, "symbol", q.name))
        else:
            self.labels += [Label(at, "layer", q.name), Label(at.moved(0, 1), "symbol", q.name)]
        if q.shape:
            for number in range(q.shape[0]):
                row = place.cell(number, *(0,) * (len(q.shape) - 1)).row
                self.labels.append(Label(Cell(row, at.column + 2), "number", q.name, (number + 1,)))

    def over(self, cell: Cell, q: Quantity) -> None:
        """The symbol over a quantity's column, of every image: on paper each may stand on another page."""
        self.labels += [Label(cell.moved(0, k * self.style.step), "symbol", q.name) for k in range(self.images)]

    def heading(self, text: str, quantity: str) -> None:
        self.labels.append(Label(Cell(self.row - 1, self.style.first - 3), "heading", quantity, text=text))

    def forward(self, quantities: Sequence[Quantity], side_by_side: bool) -> None:
        """t, z, a of every layer, C. With maps, z and a of a dense layer stand side by side under a blank row."""
        for q in quantities:
            in_pair = side_by_side and q.kind in ("z", "a") and q.axes == ("unit",)
            if in_pair and q.kind == "z":
                self.row += 1
                self.add(q)
                at = Cell(self.row - q.size - 1, self.style.first)
                self.over(at, q)
            elif in_pair:
                row = self.row - q.size
                place = stacked(q, Cell(row, self.style.first + 1))
                self.places[q.name] = place.repeated(self.images, (0, self.style.step))
                self.over(Cell(row - 1, self.style.first + 1), q)
            else:
                self.add(q, column=1 if side_by_side and q.kind == "C" else None)

    def totals(self, quantities: Sequence[Quantity], total_row: int, with_maps: bool) -> int:
        """η, C_T, the right/wrong table and the share; returns the last row used."""
        by_kind = {q.kind: q for q in quantities}
        style, last_column = self.style, self.style.left + self.style.width - 1
        if "eta" in by_kind:
            self.places["eta"] = Place(Cell(2, 3))
            self.labels.append(Label(Cell(2, 2), "symbol", "eta"))
        if "CT" in by_kind:
            self.places["CT"] = Place(Cell(total_row, last_column))
            self.labels.append(Label(Cell(total_row - 1, last_column), "symbol", "CT"))
        row = total_row + style.to_marks
        for kind in MARKS:
            q = by_kind.get(kind)
            if q is not None:
                self.add(q, row=row)
                row += _height(q)
            else:
                row += 1
        if "share" in by_kind:
            at = Cell(row, style.first) if with_maps else Cell(row - 1, last_column)
            self.places["share"] = Place(at)
            label = at.moved(0, -2) if with_maps else at.moved(-1, 0)
            self.labels.append(Label(label, "symbol", "share"))
        return row if with_maps else row - 1


def _data_places(quantities: Sequence[Quantity], places: Mapping[str, Place], with_maps: bool) -> dict[str, Place]:
    """Sheet Data: images, targets and numbers as on the iteration's sheet, one column further left (3-5)."""
    right = 0 if with_maps else -1
    data = {name: places[name].moved(0, right) for name in ("number", "x") if name in places}
    targets = places.get("t")
    if any(q.kind == "digit" for q in quantities) and targets is not None:
        data["digit"] = targets[:, 0].moved(0, right)
    elif targets is not None:
        data["t"] = targets.moved(0, right)
    return data


def _data_labels(data: Mapping[str, Place]) -> list[Label]:
    column = data["x"].origin.column if "x" in data else 4
    cells = {name: Cell(data[name].origin.row, column - 2) for name in ("number", "x", "digit", "t") if name in data}
    labels = [Label(cell.moved(0, 1), "symbol", name) for name, cell in cells.items() if name != "number"]
    return labels + [Label(cell, "layer", name) for name, cell in cells.items() if name != "digit"]
