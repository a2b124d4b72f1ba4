"""Sheet Settings, written and read back: the one table of settings that reader, writer and command line share.

B2 is η; every line has a name (in any of xlnn's languages), a value and its meaning. Below stands the table
of layers: label, kind, units, size, activation, stride.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from xlnn.book.names import SETTINGS
from xlnn.book.setting_values import (
    Entry,
    biases,
    classes,
    is_float,
    letters,
    number_of,
    one_of,
    plain,
    rate,
    show_classes,
    size,
    size_or_all,
    spellings,
    whole,
    yes,
)
from xlnn.errors import ContentError, UsageError, Where, printable
from xlnn.layout.arrange import LAYOUTS
from xlnn.layout.cells import Cell
from xlnn.model.activations import ACTIVATIONS
from xlnn.model.costs import COSTS
from xlnn.model.network import DECAYS, KINDS, TIES, TOTALS, UPDATES, LayerSettings, Network
from xlnn.model.problem import BLANKS, ORDERS, PIXELS, STARTS, Problem, Settings
from xlnn.words import LANGUAGES, say, word
from xlnn.xlsx.cell_table import UNCALCULATED
from xlnn.xlsx.new_file import BookFile, put, show
from xlnn.xlsx.rows import RowsSheet
from xlnn.xlsx.workbook import NO_RESULT, NO_TEXT, is_blank, shown

YES_NO = ("yes", "no")


ZERO_TO_ONE = {"0-1": "0..1", "0–1": "0..1"}  # other spellings


ENTRIES = (
    Entry("eta", "learning rate η", "each update subtracts η times the gradient (book 4-1)", number_of),
    Entry("iterations", "iterations", "number of updates; each becomes a sheet", whole, expected="a whole number"),
    Entry(
        "cost", "cost", "C of one image: {choices}; MSE: half squares, and C_T their mean", **one_of(tuple(COSTS)), also=("MSE",)
    ),
    Entry(
        "total", "total cost", "C_T of all images: {choices} of their C (MSE: mean)", **one_of(TOTALS, mse="mean"), also=("MSE",)
    ),
    Entry(
        "batch",
        "batch size",
        "images per update: a number, or all",
        size_or_all,
        lambda n: n or "all",
        "a whole number above 0, or all",
    ),
    Entry(
        "order", "order", "of the images in batches: {choices} (SGD: shuffled)", **one_of(ORDERS, sgd="shuffled"), also=("SGD",)
    ),
    Entry("update", "update", "all parameters together, or the output layer first: {choices}", **one_of(UPDATES)),
    Entry("freeze_biases", "freeze biases", "yes: the biases stay as they are", yes, lambda b: "yes" if b else "no", YES_NO),
    Entry("decay", "weight decay", "λ: each update also subtracts η λ w, so that weights stay small (L2)", rate),
    Entry("decay_in", "decay in", "where λw is added: {choices} (cost: λ/2 Σw² in C_T)", **one_of(DECAYS)),
    Entry("decay_biases", "decay biases", "yes: the biases decay, too", yes, lambda b: "yes" if b else "no", YES_NO),
    Entry("seed", "seed", "of drawn parameters and shuffled batches", whole, expected="a whole number"),
    Entry("start", "start", "distribution of parameters that are left empty: {choices}", **one_of(STARTS)),
    Entry("ties", "pooling ties", "which of several largest cells gets δ: {choices}", **one_of(TIES)),
    Entry(
        "classes",
        "classes",
        "digits that the output units stand for, in order; given: each image has its own t",
        classes,
        show_classes,
        "different numbers or words like 0, 1, or given",
    ),
    Entry("judged", "judge answers", "yes: predictions are right or wrong", yes, lambda b: "yes" if b else "no", YES_NO),
    Entry("pixels", "pixels", "{choices}: from 0 to 255 they are scaled", **one_of(PIXELS, **ZERO_TO_ONE)),
    Entry("blank", "blank pixels", "count in an image as {choices}", **one_of(BLANKS, **{"0.0": "0"})),
    Entry("layout", "layout", "of the sheets: {choices}", **one_of(tuple(LAYOUTS))),
    Entry("language", "language", "of labels and messages: {choices}", **one_of(LANGUAGES)),
)


UNSAID = {  # settings that sheet Settings has only where they are others
    "pixels": "as they are", "blank": "0", "decay": 0.0, "decay_in": "weights", "decay_biases": "no",
}  # fmt: skip


BY_FIELD = {entry.field: entry for entry in ENTRIES}


MSE = {"cost": "half squares", "total": "mean"}  # Nielsen's C = 1/(2n) Σ(y − a)²


def is_mse(field: str, value) -> bool:
    """Whether a cost is called by Nielsen's name, which says what C_T is as well."""
    return field == "cost" and plain(value) in {"mse"} | spellings("mean squared error")


def spelled_out(options: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by field, as typed: the cost MSE as half squares with their mean. Raises UsageError where C_T is to be a sum."""
    if not is_mse("cost", options.get("cost")):
        return dict(options)
    if "total" in options and parse_value(BY_FIELD["total"], options["total"]) != MSE["total"]:
        raise UsageError("the cost MSE is a mean over the images; leave out the total cost, or take half squares for the cost.")
    return {**options, **MSE}


LAYER_COLUMNS = ("layer", "kind", "units", "size", "activation", "stride", "bias", "rate")  # of the table of layers


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
        values = numbered({**self.values, **overrides})
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
                self.network()  # the workbook may be wrong without them
                raise
            known = {"label": "layer " + str(error.fields.get("label", "")), "cost": "cost", "count": "classes"}
            spots = [spot for name, spot in known.items() if name in error.fields and spot in self.where]
            where = self.where[spots[0]] if spots else self.where.get("layers")
            raise ContentError(error.message, where, **error.fields) from error


def numbered(values: dict[str, Any]) -> dict[str, Any]:
    """Classes that are words get the numbers 0, 1, 2 … in their order."""
    words = values.get("classes") or ()
    if not any(isinstance(word, str) for word in words):
        return values
    names = tuple(word if isinstance(word, str) else f"{word:g}" for word in words)
    return {**values, "classes": tuple(map(float, range(len(names)))), "names": names}


def setting_rows(problem: Problem, language: str) -> list[tuple[str, Any, str]]:
    """Name, value and meaning of every setting, for the writer."""
    values = {**shown_values(problem), "language": language}
    return [
        (
            say(entry.name, language),
            word(values[entry.field], language),
            say(entry.meaning, language, choices=entry.expected),
        )
        for entry in ENTRIES
        if entry.field in values
    ]


def shown_values(problem: Problem) -> dict[str, Any]:
    """Every setting of a problem by its field, as its cell shows it."""
    network, chosen = problem.network, problem.settings
    known = [entry for entry in ENTRIES if entry.field != "language"]
    values = {e.field: e.show(getattr(network if e.field in _NETWORK_FIELDS else chosen, e.field)) for e in known}
    if network.names:
        values["classes"] = show_classes(network.names)
    return {name: value for name, value in values.items() if UNSAID.get(name) != value}


def layer_columns(layers: Sequence[LayerSettings]) -> tuple[str, ...]:
    """The headings of the table of layers; the last two only where a layer has no biases or one for all units, or its own η."""
    if any(entry.rate != 1 for entry in layers):
        return LAYER_COLUMNS
    return LAYER_COLUMNS[:-1] if any(_bias(entry) != "yes" for entry in layers) else LAYER_COLUMNS[:-2]


def layer_rows(layers: Sequence[LayerSettings], language: str = "en") -> list[tuple]:
    """The table of layers, blank where a column does not apply; names of activations are the same in every language."""
    columns = len(layer_columns(layers))
    return [
        (
            entry.label,
            word(entry.kind, language),
            entry.units or None,
            f"{entry.size[0]}×{entry.size[1]}" if entry.size != (0, 0) else None,
            None if entry.kind in ("input", "max pooling") else entry.activation or "sigmoid",
            entry.stride if entry.kind == "convolution" else None,
            None if entry.kind in ("input", "max pooling") else word(_bias(entry), language),
            None if entry.kind in ("input", "max pooling") else entry.rate,
        )[:columns]
        for entry in layers
    ]


def _bias(entry: LayerSettings) -> str:
    return "no" if not entry.bias else "one" if entry.shared_bias else "yes"


def settings_page(file: BookFile, sheet: RowsSheet, problem: Problem, language: str) -> None:
    """Sheet Settings: B2 is η; below the table of layers."""
    rows, style = file.rows(), file.style
    for column, text in enumerate(("setting", "value", "meaning"), 1):
        rows.text(Cell(1, column), say(text, language), style("header"))
    number = 1
    for number, (name, value, meaning) in enumerate(setting_rows(problem, language), 2):
        rows.text(Cell(number, 1), name)
        put(rows, Cell(number, 2), value, style("setting"))
        rows.text(Cell(number, 3), meaning, style("label"), measured=False)
    number += 2
    for column, text in enumerate(layer_columns(problem.network.layer_settings), 1):
        rows.text(Cell(number, column), say(text, language), style("header"))
    for below, line in enumerate(layer_rows(problem.network.layer_settings, language), 1):
        for column, value in enumerate(line, 1):
            put(rows, Cell(number + below, column), value, style("setting"))
    show(file, sheet, rows)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 5, 14)


def parse(lines: Sequence[Sequence], workbook: str, sheet: str = SETTINGS) -> Read:
    """Reads sheet Settings, given as rows of values. Raises ContentError naming the cell."""
    values: dict[str, Any] = {}
    implied: Mapping[str, Any] = {}
    where: dict[str, Where] = {}
    layers: list[LayerSettings] = []
    for number, line in enumerate(lines, 1):
        cells = [*line, *[None] * (len(LAYER_COLUMNS) - len(line))]
        name, at = plain(cells[0]), Where(workbook, sheet, Cell(number, 1).name)
        if is_blank(cells[0]) or (number == 1 and name in spellings("setting")):
            continue
        _check_calculated(cells[: len(LAYER_COLUMNS)] if "layers" in where else cells[:2], number, Where(workbook, sheet))
        if name in spellings("layer"):
            where["layers"] = at
        elif "layers" in where:
            layers.append(_layer(cells, number, Where(workbook, sheet)))
            _once("layer " + layers[-1].label, layers[-1].label, where, at)
            if not is_blank(cells[6]):
                where["bias " + layers[-1].label] = Where(workbook, sheet, Cell(number, 7).name)
        else:
            entry = _entry(name)
            if entry is None:
                known = [entry.name for entry in ENTRIES]
                raise ContentError("unknown setting {name}; known: {known}.", at, name=repr(cells[0]), known=known)
            _once(entry.field, entry.name, where, at)
            at = where[entry.field] = Where(workbook, sheet, Cell(number, 2).name)
            if is_mse(entry.field, cells[1]):
                implied = MSE
            elif not is_blank(cells[1]):
                values[entry.field] = parse_value(entry, cells[1], at)
    return Read({**values, **implied}, tuple(layers), where)


def language_said(lines: Iterable[Sequence]) -> str | None:
    """The language that sheet Settings says, whatever else stands there."""
    entry = BY_FIELD["language"]
    for line in lines:
        if len(line) > 1 and line[0] is not None and _entry(plain(line[0])) is entry:
            return entry.parse(line[1]) if letters(line[1]) in LANGUAGES else None
    return None


def _check_calculated(cells: Sequence, number: int, page: Where) -> None:
    """Raises ContentError for a formula without a stored result in these first cells of a row."""
    for column, value in enumerate(cells, 1):
        if value is UNCALCULATED:
            raise ContentError(NO_RESULT if column == 2 else NO_TEXT, replace(page, cell=Cell(number, column).name))


def _once(key: str, name: str, where: dict[str, Where], at: Where) -> None:
    if key in where:
        raise ContentError("{name} stands here a second time.", at, name=[name])
    where[key] = at


def entry_named(text: str) -> Entry | None:
    """The setting of that name as a cell has it, in any language; None where it is none."""
    return _entry(plain(text).removesuffix("=").removesuffix(":").strip())


def _entry(name: str) -> Entry | None:
    """The setting with that name in any language, also the option's (eta), also without its symbol or by it alone."""
    return _entries().get(name)


@cache
def _entries() -> Mapping[str, Entry]:
    """The settings by all of their names; of two with one name the first."""
    found: dict[str, Entry] = {}
    for entry in ENTRIES:
        known = spellings(entry.name) | {entry.field} | ({"η"} if entry.field == "eta" else set())
        for name in (*known, *(each.removesuffix(" η") for each in known)):
            found.setdefault(name, entry)
    return found


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
        comma = isinstance(value, str) and value.count(",") == 1 and is_float(value.replace(",", "."))
        text = "{what}: expected {expected}, found {found}."
        if comma:
            text = "{what}: expected {expected}, found {found} (decimal comma? Write a point)."
        expected = (*entry.expected, *entry.also) if isinstance(entry.expected, tuple) else entry.expected
        if where is None:
            raise UsageError(text, what=entry.name, expected=expected, found=_found(value)) from None
        raise ContentError(text, where, what=entry.name, expected=expected, found=_found(value)) from None


def _found(value) -> str:
    return repr(printable(value)) if isinstance(value, str) else shown(value)


def _layer(cells: Sequence, number: int, page: Where) -> LayerSettings:
    """One line of the table of layers."""

    def read(column: int, parse: Callable, expected: str | tuple[str, ...], default):
        value = cells[column]
        if is_blank(value) and default is not None:
            return default
        try:
            return parse(value)
        except ValueError:
            raise ContentError(
                "{what}: expected {expected}, found {found}.",
                replace(page, cell=Cell(number, column + 1).name),
                what=LAYER_COLUMNS[column], expected=expected, found=_found(value),
            ) from None  # fmt: skip

    label = cells[0]
    bias = read(6, biases, (*YES_NO, "one"), "yes")
    return LayerSettings(
        label=f"{label:g}" if isinstance(label, float) else unicodedata.normalize("NFKC", str(label)).strip(),
        kind=read(1, **one_of(KINDS), default=None if all(map(is_blank, cells[1:4])) else "dense"),
        units=read(2, whole, "a whole number", 0),
        size=read(3, size, "rows×columns like 4×3", (0, 0)),
        activation=read(4, **one_of(tuple(ACTIVATIONS)), default=""),
        stride=read(5, whole, "a whole number", 1),
        bias=bias != "no",
        shared_bias=bias == "one",
        rate=read(7, rate, "a number from 0 on", 1.0),
    )
