"""A table of images (CSV) as a workbook: sheets Settings, Data and Start, as `xlnn new` would have them."""

from __future__ import annotations

from typing import Any

from xlnn.errors import LimitError, Where
from xlnn.layout.arrange import arrange
from xlnn.layout.layouts import Layout
from xlnn.model.image_table import ImageTable, decoded, is_numeral, read_table
from xlnn.model.network import LayerSettings, Network, plain_layers
from xlnn.xlsx.plain_sheets import Plain, PlainSheet, written

MOST = 1 << 22  # numbers


HIDDEN = 3  # units of the hidden layer: at least so many, as in the book, and at least one for each class


def workbook_of(content: bytes, where: Where) -> bytes:
    """The bytes of an .xlsx workbook. Raises FileError for what is no table of images, LimitError for one too large."""
    table = read_table(decoded(content), where)
    if table.x.size > MOST:
        raise LimitError("the table has more than {limit} numbers.", where, limit=f"{MOST:,}")
    classes = classes_of(table.labels)
    units = max(1, len(classes))
    layers = plain_layers(table.x.shape[1:], max(HIDDEN, units), units)
    network = Network(layers, classes=tuple(map(float, range(len(classes)))) if classes else None)
    name, layout = _layout(network, len(table.x))
    return written([_settings(layers, classes, name), _data(table, layout), PlainSheet("Start", {(1, 1): Plain("Start")})])


def classes_of(labels: tuple[str, ...]) -> list[str]:
    """The classes: numbers rising, words in the order in which they appear."""
    found = list(dict.fromkeys(labels))
    numerals = all(map(is_numeral, found))
    if len(found) == 1:  # there are always two at least
        found.append("other" if not numerals else "0" if float(found[0]) else "1")
    return sorted(found, key=float) if numerals else found


def _layout(network: Network, images: int) -> tuple[str, Layout]:
    """The book's layout, or where that is too wide the table."""
    quantities = list(network.quantities.values())
    try:
        return "book", arrange("book", quantities, images)
    except LimitError:
        return "table", arrange("table", quantities, images)


def _settings(layers: tuple[LayerSettings, ...], classes: list[str], layout: str) -> PlainSheet:
    shown = ", ".join(f"{float(name):g}" if is_numeral(name) else name for name in classes)
    lines: list[tuple] = [("setting", "value"), ("classes", shown or "given"), ("layout", layout)]
    lines += [("pixels", "0..1"), (), ("layer", "kind", "units", "size")]
    rows, columns = layers[0].size
    lines += [
        (entry.label, entry.kind, entry.units or None, f"{rows}x{columns}" if not n else None) for n, entry in enumerate(layers)
    ]
    cells = {(row, column): Plain(value) for row, line in enumerate(lines, 1) for column, value in enumerate(line, 1) if value}
    return PlainSheet("Settings", cells)


def _data(table: ImageTable, layout: Layout) -> PlainSheet:
    sheet, places = PlainSheet("Data"), layout.data
    put = lambda cell, value: sheet.cells.__setitem__((cell.row, cell.column), Plain(value))
    for k, image in enumerate(table.x):
        put(places["number"].cell(k), k + 1)
        for (i, j), pixel in _indexed(image):
            put(places["x"].cell(k, i, j), pixel)
        if table.labels and "digit" in places:
            label = table.labels[k]
            put(places["digit"].cell(k), float(label) if is_numeral(label) else label)
    return sheet


def _indexed(image) -> list[tuple[tuple[int, int], Any]]:
    return [((i, j), pixel) for i, line in enumerate(image.tolist()) for j, pixel in enumerate(line)]
