"""Sheet Settings: the one table of settings that reader, writer and command line share.

B2 is η; every line has a name (in any of xlnn's languages), a value and its meaning. Below stands the table
of layers: label, kind, units, size, activation, stride.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from xlnn.activations import ACTIVATIONS
from xlnn.cells import Cell
from xlnn.costs import COSTS
from xlnn.errors import ContentError, UsageError, Where
from xlnn.layouts import LAYOUTS
from xlnn.network import KINDS, TIES, TOTALS, UPDATES, LayerSettings, Network
from xlnn.problem import ORDERS, STARTS, Problem, Settings
from xlnn.words import LANGUAGES, every, say

SHEET = "Settings"


@dataclass(frozen=True)
class Entry:
    """A setting: its field in Settings or Network, its English name and meaning, and how it is read and shown.

    `parse` raises ValueError for what it does not understand; `expected` says in words what it would.
    """

    field: str
    name: str
    meaning: str
    parse: Callable[[Any], Any]
    show: Callable[[Any], Any] = lambda value: value
    expected: str = "a number"


def _choice(known: Sequence[str]) -> dict:
    def parse(value):
        text = str(value).strip().lower()
        found = [entry for entry in known if entry.lower() == text]
        if not found:
            raise ValueError(value)
        return found[0]

    return {"parse": parse, "expected": " / ".join(known)}


def _number(value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        value = float(_plain(value))
    return float(value)


def _whole(value) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError(value)
    return int(number)


def _plain(value) -> str:
    text = str(value).strip()
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        raise ValueError(value)
    return text


def _yes(value) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in {word.lower() for word in every("yes")}:
        return True
    if text in {word.lower() for word in every("no")}:
        return False
    raise ValueError(value)


def _batch(value) -> int:
    if isinstance(value, str) and value.strip().lower() in {word.lower() for word in every("all")}:
        return 0
    size = _whole(value)
    if size < 1:
        raise ValueError(value)
    return size


def _classes(value) -> tuple[float, ...] | None:
    if isinstance(value, int | float):
        return (float(value),)
    if str(value).strip().lower() in {word.lower() for word in every("given")}:
        return None
    return tuple(float(_plain(part)) for part in re.split(r"[,;、\s]+", str(value).strip()))


def _show_classes(classes) -> str:
    return "given" if classes is None else ", ".join(f"{number:g}" for number in classes)


ENTRIES = (
    Entry("eta", "learning rate η", "each update subtracts η times the gradient (book 4-1)", _number),
    Entry("iterations", "iterations", "number of updates; each becomes a sheet", _whole, expected="a whole number"),
    Entry("cost", "cost", "C of one image: {choices}", **_choice(tuple(COSTS))),
    Entry("total", "total cost", "C_T of all images: {choices} of their C", **_choice(TOTALS)),
    Entry("batch", "batch size", "images per update: a number, or all", _batch, lambda n: n or "all", "a whole number or all"),
    Entry("order", "order", "of the images in batches: {choices}", **_choice(ORDERS)),
    Entry("update", "update", "all parameters together, or the output layer first: {choices}", **_choice(UPDATES)),
    Entry("freeze_biases", "freeze biases", "yes: the biases stay as they are", _yes, lambda b: "yes" if b else "no", "yes / no"),
    Entry("seed", "seed", "of drawn parameters and shuffled batches", _whole, expected="a whole number"),
    Entry("start", "start", "distribution of parameters that are left empty: {choices}", **_choice(STARTS)),
    Entry("ties", "pooling ties", "which of several largest cells gets δ: {choices}", **_choice(TIES)),
    Entry(
        "classes",
        "classes",
        "digits that the output units stand for, in order; given: each image has its own t",
        _classes,
        _show_classes,
        "numbers like 0, 1, or given",
    ),
    Entry("judged", "judge answers", "yes: predictions are right or wrong", _yes, lambda b: "yes" if b else "no", "yes / no"),
    Entry("layout", "layout", "of the sheets: {choices}", **_choice(tuple(LAYOUTS))),
    Entry("language", "language", "of labels and messages: {choices}", **_choice(LANGUAGES)),
)
BY_FIELD = {entry.field: entry for entry in ENTRIES}
COLUMNS = ("layer", "kind", "units", "size", "activation", "stride")  # of the table of layers

_NETWORK_FIELDS = {f.name for f in fields(Network)}
_SETTINGS_FIELDS = {f.name for f in fields(Settings)}


@dataclass(frozen=True)
class Read:
    """What sheet Settings says: values by field, layers, and where each stood (for messages)."""

    values: Mapping[str, Any]
    layers: tuple[LayerSettings, ...]
    where: Mapping[str, Where]

    def network(self, **overrides) -> Network:
        """The network. Raises ContentError, naming the cell where one is known."""
        values = {**self.values, **overrides}
        chosen = {name: value for name, value in values.items() if name in _NETWORK_FIELDS}
        return self._built(lambda: Network(self.layers, **chosen), overrides)

    def settings(self, **overrides) -> Settings:
        values = {**self.values, **overrides}
        chosen = {name: value for name, value in values.items() if name in _SETTINGS_FIELDS}
        return self._built(lambda: Settings(**chosen), overrides)

    def _built(self, build: Callable, overrides: Mapping):
        try:
            return build()
        except UsageError as error:
            if overrides:
                raise
            label = str(error.fields.get("label", ""))
            where = self.where.get("layer " + label) or self.where.get("layers")
            raise ContentError(error.message, where, **error.fields) from error


def rows(problem: Problem, language: str) -> list[tuple[str, Any, str]]:
    """Name, value and meaning of every setting, for the writer."""
    source = {
        **{name: getattr(problem.network, name) for name in _NETWORK_FIELDS},
        **{name: getattr(problem.settings, name) for name in _SETTINGS_FIELDS},
        "language": language,
    }
    return [
        (
            say(entry.name, language),
            entry.show(source[entry.field]),
            say(entry.meaning, language).format(choices=entry.expected),
        )
        for entry in ENTRIES
    ]


def layer_rows(layers: Sequence[LayerSettings]) -> list[tuple]:
    """The table of layers, blank where a column does not apply."""
    return [
        (
            entry.label,
            entry.kind,
            entry.units or None,
            f"{entry.size[0]}×{entry.size[1]}" if entry.size != (0, 0) else None,
            None if entry.kind in ("input", "max pooling") else entry.activation or "sigmoid",
            entry.stride if entry.kind == "convolution" else None,
        )
        for entry in layers
    ]


def parse(lines: Sequence[Sequence], workbook: str) -> Read:
    """Reads sheet Settings, given as rows of values. Raises ContentError naming the cell."""
    values: dict[str, Any] = {}
    where: dict[str, Where] = {}
    layers: list[LayerSettings] = []
    header = None
    for number, line in enumerate(lines, 1):
        cells = [*line, *[None] * (len(COLUMNS) - len(line))]
        name = _key(cells[0])
        if name is None or (number == 1 and header is None and _key(cells[0]) in _keys("setting")):
            continue
        if name in _keys("layer"):
            header = number
            where["layers"] = Where(workbook, SHEET, Cell(number, 1).name)
        elif header:
            at = Where(workbook, SHEET, Cell(number, 1).name)
            layers.append(_layer(cells, number, workbook))
            where["layer " + layers[-1].label] = at
        else:
            entry = next((entry for entry in ENTRIES if name in _keys(entry.name)), None)
            if entry is None:
                raise ContentError(
                    "unknown setting {name}; known: {known}.",
                    Where(workbook, SHEET, Cell(number, 1).name),
                    name=repr(cells[0]),
                    known=", ".join(entry.name for entry in ENTRIES),
                )
            at = where[entry.field] = Where(workbook, SHEET, Cell(number, 2).name)
            if cells[1] is not None:
                values[entry.field] = parse_value(entry, cells[1], at)
    return Read(values, tuple(layers), where)


def parse_value(entry: Entry, value, where: Where | None = None):
    """One setting's value. Raises ContentError (UsageError without a cell) for what it cannot be."""
    try:
        found = entry.parse(value)
        if entry.field in _SETTINGS_FIELDS:
            Settings(**{entry.field: found})
        return found
    except UsageError as error:
        if where is None:
            raise
        raise ContentError(error.message, where, **error.fields) from error
    except ValueError:
        kind = ContentError if where else UsageError
        raise kind(
            "{name}: expected {expected}, found {found}.",
            where, name=entry.name, expected=entry.expected, found=repr(value),
        ) from None  # fmt: skip


def _key(value) -> str | None:
    text = "" if value is None else str(value).strip().lower()
    return text or None


def _keys(name: str) -> set[str]:
    return {word.lower() for word in every(name)}


def _layer(cells: Sequence, number: int, workbook: str) -> LayerSettings:
    """One line of the table of layers."""

    def read(column: int, parse: Callable, expected: str, default):
        value = cells[column]
        if value is None or (isinstance(value, str) and not value.strip()):
            return default
        try:
            return parse(value)
        except ValueError:
            raise ContentError(
                "{name}: expected {expected}, found {found}.",
                Where(workbook, SHEET, Cell(number, column + 1).name),
                name=COLUMNS[column], expected=expected, found=repr(value),
            ) from None  # fmt: skip

    label = cells[0]
    return LayerSettings(
        label=str(int(label)) if isinstance(label, float) and label.is_integer() else str(label).strip(),
        kind=read(1, **_choice(KINDS), default="dense"),
        units=read(2, _whole, "a whole number", 0),
        size=read(3, size, "rows×columns like 4×3", (0, 0)),
        activation=read(4, **_choice(tuple(ACTIVATIONS)), default=""),
        stride=read(5, _whole, "a whole number", 1),
    )


def size(value) -> tuple[int, int]:
    """'4×3', '4x3' or '4*3' → (4, 3). Raises ValueError for anything else."""
    match = re.fullmatch(r"\s*([0-9]{1,6})\s*[×xX*]\s*([0-9]{1,6})\s*", str(value))
    if not match:
        raise ValueError(value)
    return int(match[1]), int(match[2])
