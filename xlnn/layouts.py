"""Layouts: which place every quantity has, what is written beside it, and how wide one image's block is.

A layout is made from quantities (names, axes, shapes, in the order of calculation) and knows no network.
`book` is the authors' own arrangement, extended downward by the backward pass; `table` has one image per
row; `own` takes the places that a person wrote and puts what is missing below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from xlnn.cells import COLUMNS, ROWS, Cell
from xlnn.errors import LimitError, UsageError
from xlnn.places import Place, check_places
from xlnn.quantities import Quantity

PARAMETERS = ("w", "b")
MARKS = ("answer", "prediction", "right")
BACKWARD = ("dC_da", "slope", "delta", "back")
GRADIENTS = ("dC_dw", "dC_db")
SUMS = ("dCT_dw", "dCT_db")
NEW = ("new_w", "new_b")
ON_DATA = ("number", "x", "digit", "t")


A1 = Cell(1, 1)


@dataclass(frozen=True)
class Label:
    """Something written beside the numbers. `role` says what; the writer finds the words.

    "layer" and "symbol" of `quantity`; "number" (`index` counts from 1); "part": symbol and index of one
    unit of it; "heading": the name of a part of the sheet.
    """

    cell: Cell
    role: str
    quantity: str = ""
    index: tuple[int, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Layout:
    """Places on an iteration's sheet and on sheet Data, labels, and the block of one image."""

    name: str
    places: Mapping[str, Place]
    data: Mapping[str, Place]
    labels: tuple[Label, ...] = ()
    data_labels: tuple[Label, ...] = ()
    initial: Mapping[str, Place] = field(default_factory=dict)  # the saved copy of the first parameters
    pictures: Mapping[str, Place] = field(default_factory=dict)  # filters before and after, by what they copy
    corner: Cell = A1  # first cell that scrolls; above and left of it is frozen
    block: int = 0  # first column of the first image's block; 0 where images do not lie in blocks

    def data_sheet(self) -> Layout:
        """What stands on sheet Data (and Held out): the images scroll, their headings above and on the left do not."""
        corner = self.data["x"].origin if "x" in self.data else A1
        return Layout(self.name, self.data, {}, self.data_labels, corner=corner)

    def only(self, names: Sequence[str]) -> Layout:
        """The same layout with only these quantities and their labels."""
        kept = set(names)
        return replace(
            self,
            places={name: place for name, place in self.places.items() if name in kept},
            initial={name: place for name, place in self.initial.items() if name in kept},
            labels=tuple(label for label in self.labels if not label.quantity or label.quantity in kept),
        )


def without_copy(layout: Layout) -> Layout:
    """The same layout without the saved copy of the first parameters, which has its rows for itself."""
    bounds = [place.bounds() for place in layout.initial.values()]
    rows = range(min(b.first.row for b in bounds) - 1, max(b.last.row for b in bounds) + 1) if bounds else ()
    return replace(layout, initial={}, labels=tuple(label for label in layout.labels if label.cell.row not in rows))


def for_images(layout: Layout, quantities: Mapping[str, Quantity], images: int) -> Layout:
    """The same layout with only its first `images` images: everything else stays where it is."""
    cut = {name: place[:images] if quantities[name].per_image else place for name, place in layout.places.items()}
    return replace(layout, places=cut)


def with_pictures(layout: Layout, quantities: Sequence[Quantity]) -> Layout:
    """Below everything: every filter, as it was at the start and as it is, side by side."""
    row = 3 + max(place.bounds().last.row for place in (*layout.places.values(), *layout.initial.values()))
    left, pictures, labels = max(3, layout.corner.column), {}, []
    for q in quantities:
        if q.kind != "w" or q.axes[0] != "map" or q.name not in layout.places:
            continue
        width = q.shape[-1]
        start = _stacked(q, Cell(row + 1, left))
        pictures["initial " + q.name], pictures[q.name] = start, start.moved(0, width + 1)
        labels += [
            Label(Cell(row, left), "heading", q.name, text="at the start"),
            Label(Cell(row, left + width + 1), "heading", q.name, text="trained"),
        ]
        first = (0,) * (len(q.shape) - 1)
        labels += [Label(Cell(start.cell(m, *first).row, left - 2), "part", q.name, (m + 1,)) for m in range(q.shape[0])]
        row += 2 + start.bounds().height
    return replace(layout, pictures=pictures, labels=(*layout.labels, *labels))


def arrange(name: str, quantities: Sequence[Quantity], images: int, own: Mapping[str, Place] | None = None) -> Layout:
    """The layout `name` ("book" or "table") for these quantities, or a person's `own` places and it below.

    Raises UsageError for an unknown name or places that overlap, LimitError where a sheet is too small.
    """
    if name not in LAYOUTS:
        raise UsageError("there is no layout {name}; the layouts are {known}.", name=repr(name), known=", ".join(LAYOUTS))
    layout = LAYOUTS[name](quantities, images)
    layout = _with_own(layout, quantities, own) if own else layout
    check_places(layout.places)
    check_places(layout.data)
    return layout


# ---- the book's arrangement -------------------------------------------------------------------------


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
        if q.kind == "x":
            places[q.name] = _stacked(q, Cell(style.top, style.first)).repeated(images, (0, style.step))
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


def _stacked(q: Quantity, origin: Cell) -> Place:
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
    """The layer's name in column B, `w²₁` in column C; over a plain network's biases in column C nothing."""
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
            row = first.row if beside else first.row - 1
            cell = Cell(row, style.left - 1) if beside else Cell(row, first.column)
            if beside or all(place.index(cell) is None for place in biases):
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
            if q.kind == "dC_dw" or moved.origin.column == style.first:
                labels += [Label(cell, "layer", q.name), Label(cell.moved(0, 1), "symbol", q.name)]
            if q.kind == "dC_dw":
                rows = [moved.cell(unit, *(0,) * (len(q.shape) - 1)).row for unit in range(q.shape[0])]
                labels += [Label(Cell(row, style.first - 1), "number", q.name, (i + 1,)) for i, row in enumerate(rows)]


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
        place = _stacked(q, Cell(down, self.style.first + inside))
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
                self.labels.append(Label(at, "symbol", q.name))
            elif in_pair:
                row = self.row - q.size
                place = _stacked(q, Cell(row, self.style.first + 1))
                self.places[q.name] = place.repeated(self.images, (0, self.style.step))
                self.labels.append(Label(Cell(row - 1, self.style.first + 1), "symbol", q.name))
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
    cells = {name: Cell(data[name].origin.row, column - 2) for name in ("x", "digit", "t") if name in data}
    labels = [Label(cell.moved(0, 1), "symbol", name) for name, cell in cells.items()]
    return labels + [Label(cell, "layer", name) for name, cell in cells.items() if name != "digit"]


# ---- one image per row ------------------------------------------------------------------------------


def table(quantities: Sequence[Quantity], images: int) -> Layout:
    """One image per row under two header rows; parameters above the columns that they multiply."""
    shown = list(quantities)
    if _columns(shown) > COLUMNS:  # gradients of single images only where they fit
        shown = [q for q in shown if q.kind not in GRADIENTS]
    if _columns(shown) > COLUMNS:
        raise LimitError(
            "a row of this network needs {needed} columns; a sheet has {columns}.",
            needed=f"{_columns(shown):,}", columns=f"{COLUMNS:,}",
        )  # fmt: skip
    top, height = 5, max((q.shape[0] for q in shown if q.kind in PARAMETERS), default=0)
    down = height + 2
    header = top + 3 * down
    if header + 1 + images > ROWS:
        raise LimitError(
            "{images} images need {needed} rows; a sheet has {rows}, so at most {most} images fit.",
            images=f"{images:,}", needed=f"{header + 1 + images:,}", rows=f"{ROWS:,}", most=f"{ROWS - header - 1:,}",
        )  # fmt: skip
    columns, column = {}, 1
    for q in shown:
        if q.per_image and q.kind != "digit":
            columns[q.name] = column
            column += q.size
    places, labels = {}, []
    for position, kind in enumerate(("eta", "CT", "share")):
        if any(q.kind == kind for q in shown):
            places[kind] = Place(Cell(2, 2 + 2 * position))
            labels.append(Label(Cell(2, 1 + 2 * position), "symbol", kind))
    for q in shown:
        if q.name in columns:
            places[q.name] = _in_row(q, Cell(header + 2, columns[q.name])).repeated(images, (1, 0))
            labels += _header_labels(q, header, columns[q.name])
    shift = {**dict.fromkeys(PARAMETERS, 0), **dict.fromkeys(SUMS, down), **dict.fromkeys(NEW, 2 * down)}
    over = _over(shown, columns)
    for q in shown:
        if q.kind in shift:
            base = ("w" if q.kind.endswith("w") else "b") + q.layer
            places[q.name] = _unit_rows(q, Cell(top + shift[q.kind], over[base]))
            labels.append(Label(Cell(top + shift[q.kind] - 1, over[base]), "symbol", q.name))
    data = {name: place.moved(3 - header - 2) for name, place in places.items() if name in ("number", "x")}
    after = 1 + sum(q.size for q in shown if q.kind in ("number", "x"))
    target = next((q for q in quantities if q.kind == "digit"), None)
    target = target or next((q for q in quantities if q.kind == "t"), None)
    if target is not None:
        data[target.name] = _in_row(target, Cell(3, after)).repeated(images, (1, 0))
    data_labels = [label for q in shown if q.kind in ("number", "x") for label in _header_labels(q, 1, columns[q.name])]
    if target is not None:
        data_labels += _header_labels(target, 1, after)
    return Layout("table", places, data, tuple(labels), tuple(data_labels), corner=Cell(header + 2, 2))


def _columns(quantities: Sequence[Quantity]) -> int:
    return sum(q.size for q in quantities if q.per_image and q.kind != "digit")


def _in_row(q: Quantity, origin: Cell) -> Place:
    return Place(origin, q.shape, tuple((0, prod(q.shape[i + 1 :])) for i in range(len(q.shape))))


def _unit_rows(q: Quantity, origin: Cell) -> Place:
    """Units down, everything else across."""
    return Place(origin, q.shape, ((1, 0), *((0, prod(q.shape[i + 1 :])) for i in range(1, len(q.shape)))))


def _over(quantities: Sequence[Quantity], columns: Mapping[str, int]) -> dict[str, int]:
    """The first column of each parameter array: weights over the outputs that they multiply."""
    over, before, after = {}, 1, 1
    for q in quantities:
        if q.kind in ("x", "a"):
            before = columns[q.name]
        elif q.kind == "w":
            over[q.name] = before
            after = before + q.size // q.shape[0]
        elif q.kind == "b":
            over[q.name] = after
    return over


def _header_labels(q: Quantity, header: int, column: int) -> list[Label]:
    labels = [Label(Cell(header, column), "symbol", q.name)]
    if q.size > 1:
        place = _in_row(q, Cell(header + 1, column))
        for number in range(q.size):
            index, rest = [], number
            for size in reversed(q.shape):
                rest, last = divmod(rest, size)
                index.append(last)
            labels.append(Label(place.cell(*reversed(index)), "number", q.name, tuple(i + 1 for i in reversed(index))))
    return labels


LAYOUTS = {"book": book, "table": table}


# ---- a person's own places --------------------------------------------------------------------------


def _with_own(layout: Layout, quantities: Sequence[Quantity], own: Mapping[str, Place]) -> Layout:
    """`own` places as they are; what is missing keeps its arrangement, moved below all of them."""
    layout = without_copy(layout)
    lowest = max(place.bounds().last.row for place in own.values())
    named = {q.name for q in quantities}
    places = {name: own[name] if name in own else place.moved(lowest + 2) for name, place in layout.places.items()}
    places |= {name: place for name, place in own.items() if name in named and name not in places and name != "digit"}
    labels = [replace(label, cell=label.cell.moved(lowest + 2)) for label in layout.labels if label.quantity not in own]
    taken = _taken(places)
    for name in own:
        if name in places:
            for cell in (places[name].origin.moved(0, -1), places[name].origin.moved(-1, 0)):
                if cell.on_sheet and cell not in taken:
                    labels.append(Label(cell, "symbol", name))
                    taken.add(cell)
                    break
    return replace(layout, places=places, labels=tuple(labels), corner=Cell(1, 1), block=0)


def _taken(places: Mapping[str, Place]) -> set[Cell]:
    cells = set()
    for place in places.values():
        rows, columns = place.grid()
        cells.update(map(Cell, rows.ravel().tolist(), columns.ravel().tolist()))
    return cells
