"""Sheet Settings: names in three languages, values as people type them, the table of layers, and what is wrong in it."""

from __future__ import annotations

import datetime
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import dense, random_problem

import xlnn
from xlnn.book.settings import BY_FIELD, ENTRIES, LAYER_COLUMNS, layer_rows, parse, parse_value, setting_rows, size
from xlnn.errors import ContentError, UsageError
from xlnn.model.examples import example
from xlnn.model.network import LayerSettings, Network, plain_layers
from xlnn.model.problem import Settings
from xlnn.words import LANGUAGES, every, say
from xlnn.xlsx.cell_table import UNCALCULATED

LAYERS = [("layer", "kind", "units", "size", "activation"), (1, "input", None, "4×3"), (2, "dense", 3), (3, "dense", 2)]
ACTIVATIONS = "sigmoid / tanh / softsign / relu / leaky relu / identity / softmax / step / step above 0 / sign / sign above 0"
KNOWN = "known: learning rate η, iterations, cost, total cost, batch size, order, update, freeze biases, weight decay, "
KNOWN += "decay in, decay biases, seed, start, pooling ties, classes, judge answers, pixels, blank pixels, layout, language."


def parsed(*lines):
    return parse([*lines, *LAYERS], "book.xlsx")


def message(*lines) -> str:
    """What is said of these lines, or of the network that they make."""
    with pytest.raises(ContentError) as caught:
        parse(list(lines), "book.xlsx").network()
    return str(caught.value)


def message_or_nothing(*lines) -> str:
    try:
        parse(list(lines), "book.xlsx")
    except ContentError as error:
        return str(error)
    return ""


# ---- values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "expected"),
    [
        ("eta", 0.2, 0.2),
        ("eta", "0.2", 0.2),
        ("eta", " 1e-3 ", 0.001),
        ("eta", "０．５", 0.5),  # full-width digits, as a Chinese or Japanese keyboard types them
        ("eta", 1, 1.0),
        ("iterations", 50, 50),
        ("iterations", 50.0, 50),
        ("iterations", "50", 50),
        ("iterations", 0, 0),
        ("cost", "Half Squares", "half squares"),
        ("cost", "cross-entropy", "cross-entropy"),
        ("total", "MEAN", "mean"),
        ("batch", "all", 0),
        ("batch", "All ", 0),
        ("batch", 16, 16),
        ("order", "shuffled", "shuffled"),
        ("update", "output first", "output first"),
        ("freeze_biases", True, True),
        ("freeze_biases", "yes", True),
        ("freeze_biases", "No", False),
        ("seed", 7, 7),
        ("start", "N(0,1/inputs)", "N(0, 1/inputs)"),
        ("ties", "all", "all"),
        ("classes", "0, 1", (0.0, 1.0)),
        ("classes", "0 1 2", (0.0, 1.0, 2.0)),
        ("classes", "0;1;2", (0.0, 1.0, 2.0)),
        ("classes", "０、１", (0.0, 1.0)),
        ("classes", 3, (3.0,)),
        ("classes", "given", None),
        ("judged", "no", False),
        ("layout", "Table", "table"),
        ("language", "zh", "zh"),
    ],
)
def test_values_as_people_type_them(field, typed, expected):
    found = parsed((BY_FIELD[field].name, typed)).values[field]
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("field", "word", "expected"), [("batch", "all", 0), ("freeze_biases", "yes", True), ("classes", "given", None)]
)
def test_words_in_every_language(field, word, expected, language):
    name = say(BY_FIELD[field].name, language)
    assert parsed((name, say(word, language))).values == {field: expected}


@pytest.mark.parametrize(
    ("field", "typed", "expected"),
    [
        ("eta", "fast", "learning rate η: expected a number, found 'fast'."),
        ("eta", "0,2", "learning rate η: expected a number, found '0,2' (decimal comma? Write a point)."),
        ("eta", True, "learning rate η: expected a number, found TRUE."),
        ("eta", datetime.datetime(2024, 2, 1), "learning rate η: expected a number, found 2024-02-01."),
        ("eta", float("inf"), "learning rate η: expected a number, found inf."),
        ("eta", float("nan"), "learning rate η: expected a number, found nan."),
        ("eta", "1e999", "learning rate η: expected a number, found '1e999'."),
        ("eta", 0, "the learning rate η must be a number above 0, not 0."),
        ("eta", -0.2, "the learning rate η must be a number above 0, not -0.2."),
        ("iterations", 2.5, "iterations: expected a whole number, found 2.5."),
        ("iterations", -1, "iterations must be 0 or more, not -1."),
        ("iterations", "#N/A", "iterations: expected a whole number, found '#N/A'."),
        ("iterations", "1e999", "iterations: expected a whole number, found '1e999'."),
        (
            "cost",
            "rmse",
            "cost: expected half squares / squares / cross-entropy / perceptron / softmax cross-entropy / MSE, found 'rmse'.",
        ),
        ("cost", 1, "cost: expected half squares / squares / cross-entropy / perceptron / softmax cross-entropy / MSE, found 1."),
        ("total", "average", "total cost: expected sum / mean / MSE, found 'average'."),
        ("batch", 0, "batch size: expected a whole number above 0, or all, found 0."),
        ("batch", "half", "batch size: expected a whole number above 0, or all, found 'half'."),
        ("order", "random", "order: expected listed / shuffled / SGD, found 'random'."),
        ("freeze_biases", "maybe", "freeze biases: expected yes / no, found 'maybe'."),
        ("seed", -3, "the seed must be 0 or more, not -3."),
        ("classes", "a, 1", "classes: expected different numbers or words like 0, 1, or given, found 'a, 1'."),
        ("classes", "a, a", "classes: expected different numbers or words like 0, 1, or given, found 'a, a'."),
        ("classes", "1, 1", "classes: expected different numbers or words like 0, 1, or given, found '1, 1'."),
        ("classes", "0, 1e999", "classes: expected different numbers or words like 0, 1, or given, found '0, 1e999'."),
        ("layout", "grid", "layout: expected book / table, found 'grid'."),
        ("language", "de", "language: expected en / zh / ja, found 'de'."),
    ],
)
def test_wrong_values(field, typed, expected):
    """On the sheet the cell is named; in an option there is none."""
    assert message(("setting", "value"), (BY_FIELD[field].name, typed), *LAYERS) == f"book.xlsx › 'Settings'!B2: {expected}"
    with pytest.raises(UsageError) as caught:
        parse_value(BY_FIELD[field], typed)
    assert str(caught.value) == expected
    assert caught.value.exit_code == 2


@settings(max_examples=50)
@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.dates(), st.times(), st.timedeltas()))
def test_nothing_typed_crashes(typed):
    """Whatever stands in a cell is understood, or refused with its address."""
    said = [message_or_nothing((entry.name, typed), *LAYERS) for entry in ENTRIES]
    for column in range(1, len(LAYER_COLUMNS)):
        line = [2, "dense", 3, "4×3", "sigmoid", 1, "yes", 1.0]
        line[column] = typed
        said.append(message_or_nothing(LAYER_COLUMNS, line))
    assert all(text == "" or text.startswith("book.xlsx › 'Settings'!") for text in said)


# ---- names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.field)
def test_names_in_every_language_and_as_the_options_spell_them(entry):
    value = entry.show(getattr(Network(xlnn.plain_layers((1, 1), 1)), entry.field, getattr(Settings(), entry.field, "en")))
    for name in (*every(entry.name), entry.field, entry.name.upper(), f"  {entry.name} "):
        assert list(parsed((name, value)).values) == [entry.field]


@pytest.mark.parametrize("name", ["learning rate", "Learning Rate", "η", "eta", "学习率", "学習率"])
def test_the_learning_rate_by_any_name(name):
    assert parsed((name, 0.5)).values == {"eta": 0.5}


def test_every_setting_has_a_line():
    """Whatever Network and Settings know can be set, but for what is seen: layers, whether there are answers, names."""
    known = {f.name for kind in (Network, Settings) for f in fields(kind)} - {"layer_settings", "answered", "names", "heads"}
    assert set(BY_FIELD) == known | {"language"}


def test_unknown_names():
    assert message(("setting", "value"), ("learning speed", 1)) == (
        f"book.xlsx › 'Settings'!A2: unknown setting 'learning speed'; {KNOWN}"
    )
    assert message((12, 1)) == f"book.xlsx › 'Settings'!A1: unknown setting 12; {KNOWN}"


def test_a_setting_twice():
    """Which of the two holds cannot be known."""
    expected = "book.xlsx › 'Settings'!A3: learning rate η stands here a second time."
    assert message(("learning rate η", 0.2), ("iterations", 5), ("eta", 0.3), *LAYERS) == expected


def test_blank_lines_blank_values_and_notes():
    """A blank value is the default; what stands right of the values is not read."""
    found = parsed(("setting", "value", "meaning"), (), (None, None), ("iterations", None, 3), ("seed", 4, "my note"), ("", "?"))
    assert found.values == {"seed": 4}
    assert found.settings() == Settings(seed=4)


def test_a_formula_without_a_result():
    with pytest.raises(ContentError) as caught:
        parse([("iterations", UNCALCULATED), *LAYERS], "book.xlsx")
    assert str(caught.value) == (
        "book.xlsx › 'Settings'!B1: expected a number, found a formula without a stored result. "
        "Open the workbook in Excel or LibreOffice, save it, and try again."
    )


# ---- layers --------------------------------------------------------------------------------------------


def test_the_table_of_layers():
    lines = [
        ("Layer", "Kind", "units", "size", "activation", "stride"),
        ("I", "Input", None, "6x6"),
        ("F", "convolution", 3.0, "3 × 3", " ReLU", 1),
        (),
        ("P", "Max Pooling", None, "２×２"),
        ("O", None, "3", None, "softmax"),
    ]
    assert parse(lines, "book.xlsx").layers == (
        LayerSettings("I", "input", size=(6, 6)),
        LayerSettings("F", "convolution", 3, (3, 3), "relu", 1),
        LayerSettings("P", "max pooling", 0, (2, 2)),
        LayerSettings("O", "dense", 3, activation="softmax"),
    )


@pytest.mark.parametrize("label", [2, 2.0, "2", " 2 ", "２"])
def test_labels(label):
    assert parse([LAYERS[0], (label, "dense", 3)], "book.xlsx").layers[0].label == "2"


@pytest.mark.parametrize("text", ["4×3", "4x3", "4X3", "4*3", " 4 x 3 ", "４×３"])
def test_sizes(text):
    assert size(text) == (4, 3)


@pytest.mark.parametrize("text", ["4", "4,3", "4×3×2", "×3", "-4×3", "4.0×3", "four×three", "", 12])
def test_what_is_no_size(text):
    with pytest.raises(ValueError, match=r"^.*$"):
        size(text)


def with_layer(layer: int, column: int, value) -> list:
    """The table of layers with another value in one cell; it begins in row 1."""
    lines = [[*line, *[None] * (6 - len(line))] for line in LAYERS]
    lines[layer][column] = value
    return lines


@pytest.mark.parametrize(
    ("layer", "column", "value", "expected"),
    [
        (2, 1, "hidden", "B3: kind: expected input / dense / convolution / max pooling, found 'hidden'."),
        (2, 2, "three", "C3: units: expected a whole number, found 'three'."),
        (2, 2, 2.5, "C3: units: expected a whole number, found 2.5."),
        (2, 2, 0, "A3: layer 2: the number of units must be at least 1."),
        (2, 2, -3, "A3: layer 2: the number of units must be at least 1."),
        (2, 2, None, "A3: layer 2: the number of units must be at least 1."),
        (1, 3, "4,3", "D2: size: expected rows×columns like 4×3, found '4,3'."),
        (1, 3, datetime.datetime(2024, 4, 3), "D2: size: expected rows×columns like 4×3, found 2024-04-03."),
        (1, 3, None, "A2: layer 1: the input needs a size like 4×3."),
        (1, 3, "0×3", "A2: layer 1: the input needs a size like 4×3."),
        (2, 4, "sigmoidal", f"E3: activation: expected {ACTIVATIONS}, found 'sigmoidal'."),
        (3, 4, "softmax", "A1: softmax outputs go with the cost 'softmax cross-entropy': "
         "with 'half squares' every output's slope would involve all the others."),
        (2, 4, "softmax", "A3: layer 2: softmax is for the output layer only."),
        (2, 5, "two", "F3: stride: expected a whole number, found 'two'."),
        (1, 1, "dense", "A1: a network needs an input layer and at least one layer after it."),
        (2, 1, "input", "A3: layer 2: only the first layer can be the input."),
        (2, 1, "max pooling", "A3: layer 2: pooling needs maps before it, not units or a single image."),
        (2, 1, "convolution", "A3: layer 2: a convolution needs a filter size like 3×3 and a stride of 1 or more."),
        (3, 0, 2, "A4: 2 stands here a second time."),
    ],
)  # fmt: skip
def test_wrong_layers(layer, column, value, expected):
    found = message(*with_layer(layer, column, value))
    if "pooling needs" in expected:  # said in pooling.py's words
        assert found.startswith("book.xlsx › 'Settings'!A3: layer 2: ")
    else:
        assert found == f"book.xlsx › 'Settings'!{expected}"


def test_a_note_under_the_table():
    expected = "book.xlsx › 'Settings'!B5: kind: expected input / dense / convolution / max pooling, found a blank cell."
    assert message(*LAYERS, ("tried four units, too slow",)) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (
            "cost",
            "softmax cross-entropy",
            "the cost 'softmax cross-entropy' is for softmax outputs: with sigmoid its δ is not a − t.",
        ),
        ("classes", "0, 1, 2", "2 output units, but 3 classes."),
        ("classes", 5, "2 output units, but 1 class."),
    ],
)
def test_settings_that_do_not_fit_the_layers(name, value, expected):
    assert message((name, value), *LAYERS) == f"book.xlsx › 'Settings'!B1: {expected}"


def test_overrides():
    """An option's value replaces the sheet's, and an error in it is not the sheet's."""
    found = parsed(("cost", "squares"), ("learning rate η", 0.5))
    assert found.network(cost="half squares").cost == "half squares"
    assert (found.network().cost, found.settings(iterations=3)) == ("squares", Settings(eta=0.5, iterations=3))
    with pytest.raises(UsageError, match="is for softmax outputs"):
        found.network(cost="softmax cross-entropy")
    with pytest.raises(ContentError, match="'Settings'!A3: layer 1: the input needs a size"):
        parse(with_layer(1, 3, None)[:1] + [()] + with_layer(1, 3, None)[1:], "book.xlsx").network(cost="squares")


# ---- round trip ----------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(
    language=st.sampled_from(LANGUAGES),
    chosen=st.builds(
        Settings,
        eta=st.floats(1e-300, 1e300),
        iterations=st.integers(0, 10**6),
        batch=st.integers(0, 10**6),
        order=st.sampled_from(["listed", "shuffled"]),
        seed=st.integers(0, 2**63),
        start=st.sampled_from(["N(0, 1)", "N(0, 1/inputs)"]),
        layout=st.sampled_from(["book", "table"]),
    ),
    units=st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["sigmoid", "tanh", "relu"])), min_size=1, max_size=3),
    conventions=st.fixed_dictionaries({
        "total": st.sampled_from(["sum", "mean"]),
        "freeze_biases": st.booleans(),
        "update": st.sampled_from(["together", "output first"]),
        "ties": st.sampled_from(["first", "all"]),
        "judged": st.booleans(),
    }),
    digits=st.booleans(),
)  # fmt: skip
def test_what_is_shown_is_understood(language, chosen, units, conventions, digits):
    classes = tuple(float(k) for k in range(max(2, units[-1][0]))) if digits else None
    network = dense((2, 3), *units, classes=classes, **conventions)
    problem = replace(random_problem(network, 1), settings=chosen)
    header = tuple(say(name, language) for name in LAYER_COLUMNS)
    found = parse([*setting_rows(problem, language), (), header, *layer_rows(network.layer_settings)], "book.xlsx")
    assert found.settings() == chosen
    assert found.network() == network
    assert found.values["language"] == language


# ---- values in every language --------------------------------------------------------------------------


@pytest.mark.parametrize("written", LANGUAGES)
def test_values_are_shown_in_a_language_and_read_in_any(written):
    """A workbook in one language is the same to whoever reads it."""
    layers = plain_layers((4, 3), 3, 2, activation="tanh")
    layers = (*layers[:2], replace(layers[2], bias=False))
    changes = {"cost": "squares", "total": "mean", "update": "output first", "ties": "all"}
    network = replace(example("4-4").network, layer_settings=layers, **changes)
    problem = replace(example("4-4"), network=network, settings=Settings(order="shuffled", batch=16, layout="table"))
    lines = [*setting_rows(problem, written), (), LAYER_COLUMNS, *layer_rows(network.layer_settings, written)]
    found = parse(lines, "book.xlsx")
    shown = [found.values[name] for name in ("cost", "total", "update", "ties", "order", "layout")]
    assert shown == ["squares", "mean", "output first", "all", "shuffled", "table"]
    assert found.layers == network.layer_settings
    words = {str(value) for line in lines for value in line} & {"squares", "mean", "all", "table", "dense", "input", "no"}
    assert bool(words) == (written == "en")


@pytest.mark.parametrize(
    ("field", "typed", "meant"),
    [
        ("total", "平均", "mean"), ("total", "合計", "sum"), ("cost", "平方误差", "half squares"),
        ("cost", "交差エントロピー", "cross-entropy"),
        ("ties", "首个", "first"), ("ties", "すべて", "all"), ("update", "同时", "together"), ("layout", "表格", "table"),
        ("freeze_biases", "是", True), ("batch", "全部", 0), ("start", "N(0, 1/输入数)", "N(0, 1/inputs)"),
    ],
)  # fmt: skip
def test_a_value_in_another_language(field, typed, meant):
    assert parse_value(BY_FIELD[field], typed) == meant


def test_what_was_expected_is_said_in_the_readers_language():
    with pytest.raises(UsageError) as caught:
        parse_value(BY_FIELD["total"], "half")
    assert caught.value.text() == "total cost: expected sum / mean / MSE, found 'half'."
    assert "总和 / 平均" in caught.value.text("zh")
