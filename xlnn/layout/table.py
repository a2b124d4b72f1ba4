"""The layout `table`: one image per row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from xlnn.errors import LimitError
from xlnn.layout.cells import COLUMNS, ROWS, Cell
from xlnn.layout.layouts import GRADIENTS, NEW, PARAMETERS, SUMS, Label, Layout
from xlnn.layout.places import Place
from xlnn.model.quantities import Quantity


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
    labels = [Label(Cell(header, column), "layer" if q.kind == "number" else "symbol", q.name)]
    if q.size > 1:
        place = _in_row(q, Cell(header + 1, column))
        for number in range(q.size):
            index, rest = [], number
            for size in reversed(q.shape):
                rest, last = divmod(rest, size)
                index.append(last)
            labels.append(Label(place.cell(*reversed(index)), "number", q.name, tuple(i + 1 for i in reversed(index))))
    return labels
