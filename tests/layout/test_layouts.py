"""Layouts: the authors' own addresses of workbooks 3-5 and 5-4, and that every other network lies without collision."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from problems import dense, full_shape, maps, stack

from xlnn.errors import LimitError, UsageError
from xlnn.layout.arrange import arrange, with_pictures
from xlnn.layout.cells import Cell, Range
from xlnn.layout.layouts import Layout
from xlnn.layout.places import Place
from xlnn.model.examples import MAPS
from xlnn.model.network import LayerSettings, Network, plain_layers

DIGITS = tuple(map(float, range(10)))


def layout_of(network: Network, images: int = 4, name: str = "book", **options) -> Layout:
    return arrange(name, list(network.quantities.values()), images, **options)


PLAIN = layout_of(Network(plain_layers((4, 3), 3, 2), classes=(0.0, 1.0)), 64)
CONVOLUTIONAL = layout_of(Network(MAPS), 96)


def addresses(layout: Layout, name: str, *index) -> str:
    """The range of `name` (of the part at `index`) as the authors would write it."""
    return layout.places[name][index].range().name


# ---- workbook 3-5, sheet 学习: 12-3-2 ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first", "second", "last"),
    [
        ("number", "L4", "P4", "JD4"),
        ("x", "L5:N8", "P5:R8", "JD5:JF8"),
        ("t", "O9:O10", "S9:S10", "JG9:JG10"),
        ("z2", "O11:O13", "S11:S13", "JG11:JG13"),
        ("a2", "O14:O16", "S14:S16", "JG14:JG16"),
        ("z3", "O17:O18", "S17:S18", "JG17:JG18"),
        ("a3", "O19:O20", "S19:S20", "JG19:JG20"),
        ("C", "O21", "S21", "JG21"),
        ("answer", "O28", "S28", "JG28"),
        ("prediction", "O29", "S29", "JG29"),
        ("right", "O30", "S30", "JG30"),
    ],
)
def test_3_5_an_image_and_the_next_one_four_columns_right(name, first, second, last):
    assert [addresses(PLAIN, name, k) for k in (0, 1, 63)] == [first, second, last]


@pytest.mark.parametrize(
    ("name", "units"),
    [
        ("w2", ["D5:F8", "D9:F12", "D13:F16"]),
        ("b2", ["G5", "G9", "G13"]),
        ("w3", ["D17:F17", "D18:F18"]),
        ("b3", ["G17", "G18"]),
    ],
)
def test_3_5_parameters(name, units):
    assert [addresses(PLAIN, name, j) for j in range(len(units))] == units


def test_3_5_totals():
    assert addresses(PLAIN, "CT") == "G21"
    assert addresses(PLAIN, "share") == "G30"


def test_3_5_the_saved_copy_is_the_panel_33_rows_down():
    copy = PLAIN.initial
    assert {name: place.bounds().name for name, place in copy.items()} == {
        "w2": "D38:F49", "b2": "G38:G46", "w3": "D50:F51", "b3": "G50:G51",
    }  # fmt: skip
    assert all(place == PLAIN.places[name].moved(33) for name, place in copy.items())


def test_3_5_sheet_data():
    assert PLAIN.data["x"][0].range().name == "K5:M8"
    assert PLAIN.data["x"][1].range().name == "O5:Q8"
    assert [PLAIN.data["digit"][k].range().name for k in (0, 1)] == ["N9", "R9"]
    assert set(PLAIN.data) == {"number", "x", "digit"}


def test_3_5_labels():
    labels = {(label.cell.name, label.role): label for label in PLAIN.labels}
    for cell, role in (("I11", "layer"), ("J11", "symbol"), ("K11", "number"), ("K12", "number"), ("K13", "number")):
        assert labels[cell, role].quantity == "z2"
    assert [labels[cell, "number"].index for cell in ("K11", "K12", "K13")] == [(1,), (2,), (3,)]
    assert labels["G20", "symbol"].quantity == "CT"


def test_3_5_the_backward_pass_begins_at_row_54_in_the_order_of_calculation():
    """Below the saved copy (row 51): unit quantities, one below the other in the block's last column."""
    found = {name: addresses(PLAIN, name, 0) for name in ("dC_da3", "slope3", "delta3", "back2", "slope2", "delta2")}
    assert found == {
        "dC_da3": "O54:O55", "slope3": "O56:O57", "delta3": "O58:O59",
        "back2": "O60:O62", "slope2": "O63:O65", "delta2": "O66:O68",
    }  # fmt: skip


@pytest.mark.parametrize("layout", [PLAIN, CONVOLUTIONAL], ids=["3-5", "5-4"])
def test_gradients_and_new_parameters_are_the_panel_moved(layout):
    """The sums down, the single images' also right into their blocks, the new parameters further down."""
    panel = {name: place for name, place in layout.places.items() if name[0] in "wb" and name[1:] in ("2", "3", "F", "O")}
    down = {layout.places["dCT_d" + name].origin.row - place.origin.row for name, place in panel.items()}
    further = {layout.places["new_" + name].origin.row - place.origin.row for name, place in panel.items()}
    assert len(down) == len(further) == 1
    height = max(p.bounds().last.row for p in panel.values()) - min(p.origin.row for p in panel.values()) + 1
    assert further.pop() - max(down) > height
    for name, place in panel.items():
        assert layout.places["dCT_d" + name] == place.moved(max(down))
        left = min(place.origin.column for place in panel.values())
        right = layout.places["x"].origin.column - left
        for k in (0, 1):
            step = layout.places["x"].steps[0][1]
            assert layout.places["dC_d" + name][k] == place.moved(max(down), right + k * step)


# ---- workbook 5-4, sheet 学习: 6×6, three 3×3 filters, 2×2 pooling, 3 outputs ----------------------------


@pytest.mark.parametrize(
    ("name", "index", "address"),
    [
        ("number", (0,), "L2"), ("x", (0,), "L3:Q8"), ("t", (0,), "L9:L11"),
        ("zF", (0, 0), "L12:O15"), ("zF", (0, 1), "L16:O19"), ("zF", (0, 2), "L20:O23"),
        ("aF", (0, 0), "L24:O27"), ("aF", (0, 1), "L28:O31"), ("aF", (0, 2), "L32:O35"),
        ("aP", (0, 0), "L36:M37"), ("aP", (0, 1), "L38:M39"), ("aP", (0, 2), "L40:M41"),
        ("zO", (0,), "L43:L45"), ("aO", (0,), "M43:M45"), ("C", (0,), "M46"),
        ("answer", (0,), "L48:L50"), ("prediction", (0,), "L51:L53"), ("right", (0,), "L54"), ("share", (), "L55"),
        ("wF", (0,), "E12:G14"), ("wF", (1,), "E15:G17"), ("wF", (2,), "E18:G20"),
        ("bF", (0,), "E21"), ("bF", (1,), "F21"), ("bF", (2,), "G21"),
        ("wO", (0, 0), "E22:F23"), ("wO", (0, 1), "E24:F25"), ("wO", (0, 2), "E26:F27"), ("wO", (0,), "E22:F27"),
        ("wO", (1, 0), "E28:F29"), ("wO", (2, 2), "E38:F39"),
        ("bO", (0,), "E40"), ("bO", (1,), "F40"), ("bO", (2,), "G40"), ("CT", (), "G46"),
    ],
)  # fmt: skip
def test_5_4_addresses(name, index, address):
    assert addresses(CONVOLUTIONAL, name, *index) == address


def test_5_4_the_next_image_is_six_columns_right():
    for name in ("number", "x", "t", "zF", "aF", "aP", "zO", "aO", "C", "answer", "prediction", "right", "deltaF", "dC_dwF"):
        place = CONVOLUTIONAL.places[name]
        assert place[1] == place[0].moved(columns=6)


def test_5_4_the_saved_copy_is_the_panel_48_rows_down():
    assert CONVOLUTIONAL.initial["wF"].origin.name == "E60"
    assert CONVOLUTIONAL.initial["bF"][0].range().name == "E69"
    assert CONVOLUTIONAL.initial["wO"][0, 0].range().name == "E70:F71"
    assert CONVOLUTIONAL.initial["bO"][0].range().name == "E88"
    assert all(place == CONVOLUTIONAL.places[name].moved(48) for name, place in CONVOLUTIONAL.initial.items())


def test_5_4_sheet_data():
    assert CONVOLUTIONAL.data["x"][0].range().name == "L3:Q8"
    assert CONVOLUTIONAL.data["x"][1].range().name == "R3:W8"
    assert CONVOLUTIONAL.data["t"][0].range().name == "L9:L11"
    assert set(CONVOLUTIONAL.data) == {"number", "x", "t"}


def test_5_4_the_backward_pass_begins_at_row_91():
    rows = {name: CONVOLUTIONAL.places[name].origin.row for name in ("dC_daO", "slopeO", "deltaO", "backP", "backF")}
    assert rows["dC_daO"] == 91
    assert list(rows.values()) == sorted(rows.values())
    assert addresses(CONVOLUTIONAL, "deltaF", 0, 1) == CONVOLUTIONAL.places["deltaF"][0, 0].moved(4).range().name


# ---- every other network, by the same rule ----------------------------------------------------------


def test_12_5_2_by_the_rule():
    """W = 5 (hidden units): biases in D + 5 = I, first block 5 columns right of that at N, step 6, units in S.

    w2 has 5 · 4 rows 5…24, w3 2 rows 25, 26; C would stand in row 5 + 4 + 2 + 2·5 + 2·2 = 25, but C_T stands
    3 rows below the panel: 29. Marks 7 rows below C_T, saved copy 8 below those.
    """
    layout = layout_of(Network(plain_layers((4, 3), 5, 2), classes=(0.0, 1.0)), 3)
    assert [addresses(layout, "x", k) for k in (0, 1)] == ["N5:P8", "T5:V8"]
    assert [addresses(layout, name, 0) for name in ("t", "z2", "a2", "z3", "a3", "C")] == [
        "S9:S10", "S11:S15", "S16:S20", "S21:S22", "S23:S24", "S25",
    ]  # fmt: skip
    assert addresses(layout, "w2", 4) == "D21:F24"
    assert addresses(layout, "w3") == "D25:H26"
    assert [addresses(layout, "b2", 4), addresses(layout, "b3")] == ["I21", "I25:I26"]
    assert addresses(layout, "CT") == "I29"
    assert [addresses(layout, name, 0) for name in ("answer", "prediction", "right")] == ["S36", "S37", "S38"]
    assert layout.initial["w2"].origin.name == "D46"
    assert layout.data["x"][0].range().name == "M5:O8"


def test_the_block_is_as_wide_as_the_wider_of_image_and_panel():
    """An image of 9 columns under 3×3 filters: step 9; ten filters on one of 6: their biases need 10."""
    wide = layout_of(maps((9, 9), LayerSettings("F", "convolution", 2, (3, 3)), LayerSettings("O", "dense", 3)))
    assert wide.places["x"].steps[0] == (0, 9)
    many = layout_of(maps((6, 6), LayerSettings("F", "convolution", 10, (3, 3)), LayerSettings("O", "dense", 3)))
    assert many.places["x"].steps[0] == (0, 10)


F, P = LayerSettings("F", "convolution", 3, (3, 3)), LayerSettings("P", "max pooling", size=(2, 2))
G, Q = LayerSettings("G", "convolution", 4, (2, 2)), LayerSettings("Q", "max pooling", size=(2, 2))
O = LayerSettings("O", "dense", 2)
NETWORKS = {
    "12-3-2": Network(plain_layers((4, 3), 3, 2), classes=(0.0, 1.0)),
    "12-5-2": Network(plain_layers((4, 3), 5, 2), classes=(0.0, 1.0)),
    "10-4-2": Network(plain_layers((5, 2), 4, 2), classes=(0.0, 1.0)),
    "64-30-10": Network(plain_layers((8, 8), 30, 10), classes=DIGITS),
    "two hidden layers": Network(plain_layers((4, 3), 4, 3, 2)),
    "three hidden layers": Network(plain_layers((4, 3), 2, 7, 3, 2)),
    "one output": Network(plain_layers((2, 2), 3, 1), classes=(0.0, 1.0)),
    "no hidden layer": Network(plain_layers((1, 1), 1)),
    "not judged": Network(plain_layers((1, 4), 1), judged=False),
    "softmax": dense((4, 3), (4, "tanh"), (3, "softmax"), cost="softmax cross-entropy"),
    "frozen biases": Network(plain_layers((4, 3), 3, 2), freeze_biases=True),
    "6x6": Network(MAPS),
    "6x6, digits": Network(MAPS, classes=(1.0, 2.0, 3.0)),
    "stack": stack(),
    "stack of other sizes": maps((13, 9), F, LayerSettings("P", "max pooling", size=(1, 1)), G, Q, O),
    "stride": maps((9, 9), LayerSettings("F", "convolution", 2, (3, 3), stride=2), P, O),
    "one wide filter": maps((3, 12), LayerSettings("F", "convolution", 1, (1, 11)), O),
    "two dense layers after maps": maps((6, 6), F, P, LayerSettings("H", "dense", 5), O),
    "two convolutions alone": maps((6, 6), F, G, O),
}


@pytest.mark.parametrize("name", ["book", "table"])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("images", [1, 5])
def test_no_two_things_lie_in_one_cell(network, images, name):
    layout = layout_of(network, images, name)
    assert set(layout.places) == set(network.quantities) - {"digit"}
    for q in network.quantities.values():
        if q.name != "digit":
            assert layout.places[q.name].shape == full_shape(q, images)
    shown = with_pictures(layout, list(network.quantities.values()))
    sheet = [*shown.places.values(), *shown.initial.values(), *shown.pictures.values()]
    for places, labels in ((sheet, shown.labels), (layout.data.values(), layout.data_labels)):
        used = Counter(label.cell for label in labels)
        for place in places:
            used.update(Cell(*cell) for cell in zip(*(part.ravel().tolist() for part in place.grid()), strict=True))
        assert [cell.name for cell, times in used.items() if times > 1 or not cell.on_sheet] == []


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_every_image_has_its_own_columns_in_book_and_its_own_row_in_table(network):
    """The block of image k + 1 is the block of image k moved: nothing else tells images apart."""
    for name, along in (("book", 1), ("table", 0)):
        layout = layout_of(network, 3, name)
        steps = {layout.places[q.name].steps[0] for q in network.quantities.values() if q.per_image and q.name != "digit"}
        assert len(steps) == 1
        assert steps.pop()[1 - along] == 0


@pytest.mark.parametrize("network", [NETWORKS[name] for name in ("12-3-2", "12-5-2", "64-30-10", "three hidden layers")])
def test_table_has_parameters_above_the_columns_that_they_multiply(network):
    layout = layout_of(network, 5, "table")
    before = "x"
    for layer in network.layers[1:]:
        w, b, a = (layout.places[name] for name in ("w" + layer.label, "b" + layer.label, before))
        for j in range(len(w.shape) and w.shape[0]):
            np.testing.assert_array_equal(w[j].grid()[1], a[0].grid()[1])
        assert {b.cell(j).column for j in range(b.shape[0])} == {a[0].bounds().last.column + 1}
        assert [b.cell(j).row for j in range(b.shape[0])] == [w[j].bounds().first.row for j in range(w.shape[0])]
        before = "a" + layer.label


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_table_has_sums_and_new_parameters_between_parameters_and_images(network):
    layout = layout_of(network, 5, "table")
    rows = {name: (place.bounds().first.row, place.bounds().last.row) for name, place in layout.places.items()}
    for q in network.parameters:
        assert rows[q.name][1] < rows["new_" + q.name][0]
        assert rows["new_" + q.name][1] < rows["x"][0] - 2  # two header rows
        if "dCT_d" + q.name in rows:
            assert rows[q.name][1] < rows["dCT_d" + q.name][0] <= rows["dCT_d" + q.name][1] < rows["new_" + q.name][0]
    assert len({rows[q.name] for q in network.quantities.values() if q.per_image and q.name != "digit"}) == 1


def test_table_drops_single_images_gradients_where_they_do_not_fit():
    """784-100-10: the gradients of w2 alone are 78,400 columns; a sheet has 16,384."""
    layout = layout_of(Network(plain_layers((28, 28), 100, 10)), 3, "table")
    assert not any(name.startswith("dC_dw") for name in layout.places)
    assert {"delta2", "dCT_dw2", "new_w2"} <= set(layout.places)


# ---- what does not fit a sheet ----------------------------------------------------------------------


def test_book_takes_as_many_images_as_it_has_columns():
    """First block in column 12, 4 columns each: (16,384 − 11) / 4 = 4,093.25; 4,094 need 11 + 4 · 4,094 = 16,387."""
    network = NETWORKS["12-3-2"]
    quantities = [q for q in network.quantities.values() if q.kind in ("number", "x", "w", "b", "t", "z", "a", "C", "CT")]
    assert arrange("book", quantities, 4093).places["C"][4092].range().name == "XFC21"
    with pytest.raises(LimitError) as error:
        layout_of(network, 4094)
    assert str(error.value) == (
        "4,094 images need 16,387 columns in the book's layout; a sheet has 16,384. "
        'At most 4,093 images fit; layout="table" takes more.'
    )


def test_table_takes_as_many_images_as_it_has_rows():
    """Three panels of 3 rows and 2 between from row 5 on, two header rows: the images begin in row 22."""
    layout = layout_of(NETWORKS["12-3-2"], 1, "table")
    assert layout.places["x"].origin == layout.corner == Cell(22, 2)
    with pytest.raises(LimitError) as error:
        layout_of(NETWORKS["12-3-2"], 1_048_556, "table")
    assert str(error.value) == "1,048,556 images need 1,048,577 rows; a sheet has 1,048,576, so at most 1,048,555 images fit."


def test_a_row_of_the_table_that_is_too_long():
    """number 1, x 784; t, z3, a3, answer, prediction, ∂C/∂a, slope, δ 10 each, C, right 1 each, five times 6,000."""
    with pytest.raises(LimitError) as error:
        layout_of(Network(plain_layers((28, 28), 6000, 10)), 3, "table")
    assert 1 + 784 + 8 * 10 + 2 + 5 * 6000 == 30_867
    assert str(error.value) == "a row of this network needs 30,867 columns; a sheet has 16,384."


def test_an_unknown_layout():
    with pytest.raises(UsageError) as error:
        layout_of(NETWORKS["12-3-2"], name="page")
    assert str(error.value) == "there is no layout 'page'; the layouts are book, table."


# ---- a person's own places --------------------------------------------------------------------------


def test_own_places_stand_as_they_are_and_the_rest_below_them():
    x = Place(Cell.parse("B2"), (3, 4, 3), ((6, 0), (1, 0), (0, 1)))  # images below each other: B2:D5, B8:D11, B14:D17
    z2 = Place(Cell.parse("F2"), (3, 3), ((6, 0), (1, 0)))
    layout = layout_of(NETWORKS["12-3-2"], 3, own={"x": x, "z2": z2})
    assert (layout.places["x"], layout.places["z2"]) == (x, z2)
    others = [place.bounds() for name, place in layout.places.items() if name not in ("x", "z2")]
    assert min(bounds.first.row for bounds in others) > 17
    assert {label.quantity for label in layout.labels} >= {"x", "z2", "w2", "CT"}


def test_own_places_that_overlap_are_refused():
    x = Place(Cell.parse("B2"), (3, 4, 3), ((6, 0), (1, 0), (0, 1)))
    with pytest.raises(UsageError, match=r"x and z2 both lie in cell D2\."):
        layout_of(NETWORKS["12-3-2"], 3, own={"x": x, "z2": Place(Cell.parse("D2"), (3, 3), ((6, 0), (1, 0)))})


def test_only_some_quantities_with_their_labels():
    layout = PLAIN.only(["w2", "z2"])
    assert set(layout.places) == {"w2", "z2"}
    assert set(layout.initial) == {"w2"}
    assert {label.quantity for label in layout.labels} == {"w2", "z2"}
    assert Range(layout.corner, layout.corner).name == "L5"


def test_panels_of_narrow_filters_leave_room_for_their_labels():
    """Filters two cells wide, and weights of 1×1 maps: the images begin in column L, as with the authors' filters of three."""
    filters = LayerSettings("F", "convolution", 2, (2, 2)), LayerSettings("P", "max pooling", size=(3, 3))
    for image in ((4, 4), (7, 7)):
        network = maps(image, *filters, LayerSettings("O", "dense", 2))
        places = arrange("book", list(network.quantities.values()), 3).places
        assert places["wF"].origin.name.startswith("E")
        assert places["x"].origin.name == "L3"
