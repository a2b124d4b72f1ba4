"""Every quantity on a sheet has its name beside it or over it, and the name says what the numbers are."""

from __future__ import annotations

import openpyxl
import pytest
from command import run

import workbooks
import xlnn
from xlnn.layout import labels
from xlnn.layout.arrange import arrange
from xlnn.model.examples import MAPS, example
from xlnn.model.network import Network, plain_layers

NETWORKS = {
    "4-4": example("4-4").network,
    "5-6": Network(MAPS),
    "two hidden layers": Network(plain_layers((4, 3), 3, 2, 3), classes=(0.0, 1.0, 2.0)),
    "a single unit": example("2-12").network,
    "one pixel in a row": Network(plain_layers((1, 6), 4, 4, 2), classes=(0.0, 1.0)),
}


@pytest.mark.parametrize("layout", ["book", "table"])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_every_quantity_has_a_label(network, layout):
    """In the row of its first number on the left, over it, or right beside it."""
    arranged = arrange(layout, list(network.quantities.values()), 3)
    for name, place in arranged.places.items():
        first = place.origin
        cells = [label.cell for label in arranged.labels if name in (label.quantity, label.text)]
        near = [c for c in cells if (c.row == first.row and c.column <= first.column + 1) or c == first.moved(-1, 0)]
        assert near or (layout == "table" and any(c.row < first.row and c.column == first.column for c in cells)), name


def said(network, name, role="symbol"):
    label = next(label for label in arrange("book", list(network.quantities.values()), 3).labels
                 if (label.quantity, label.role) == (name, role))  # fmt: skip
    return labels.text(label, network, "en")


@pytest.mark.parametrize(
    ("network", "name", "role", "text"),
    [
        ("4-4", "back2", "symbol", "Σw³δ³"),
        ("5-6", "backP", "symbol", "Σw^Oδ^O"),
        ("two hidden layers", "back3", "symbol", "Σw⁴δ⁴"),
        ("4-4", "new_w2", "part", "new w²₁"),
        ("4-4", "new_b2", "symbol", "new b²"),
        ("5-6", "wF", "part", "w^F₁"),
        ("4-4", "dC_db2", "symbol", "∂C/∂b²"),
    ],
)
def test_the_symbols(network, name, role, text):
    assert said(NETWORKS[network], name, role) == text


def test_what_comes_back_is_the_sum_that_its_symbol_says():
    """Σw³δ³ of the first hidden unit: w³ of both output units times their δ³, written out."""
    step = next(iter(xlnn.train(example("4-4"))))
    w, delta, back = step.parameters["w3"], step["delta3"], step["back2"]
    for k in (0, 17, 63):
        assert back[k][0] == pytest.approx(w[0][0] * delta[k][0] + w[1][0] * delta[k][1], rel=1e-12)


def test_labels_over_every_image(tmp_path):
    """∂C/∂b² of images 1, 2 and 64; O, S and so on are the last columns of their blocks."""
    xlnn.write(example("4-4"), tmp_path / "t.xlsx", keep="1")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Iteration 1"]
    assert [sheet.cell(70, 15 + 4 * k).value for k in (0, 1, 63)] == ["∂C/∂b²"] * 3
    assert [sheet.cell(82, 15 + 4 * k).value for k in (0, 1, 63)] == ["∂C/∂b³"] * 3
    assert sheet["I4"].value == "image"


def test_predictions_have_no_initial_parameters(tmp_path):
    xlnn.write(example("4-4"), tmp_path / "t.xlsx", keep="1")
    assert run("predict", tmp_path / "t.xlsx", tmp_path / "t.xlsx", "-o", tmp_path / "p.xlsx")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx")["Predictions"]
    texts = {cell.value for row in sheet.iter_rows() for cell in row}
    assert "w²₁" in texts
    assert "initial parameters" not in texts
    assert sheet["D5"].value == openpyxl.load_workbook(tmp_path / "t.xlsx")["Trained"]["D5"].value


@pytest.mark.parametrize("layout", ["table", "book"])
def test_what_a_person_measured_is_on_every_sheet(tmp_path, layout):
    """What stands over the numbers of Data is over those of every other sheet, as it is; images have no such heads."""
    xlnn.new("2-12", tmp_path / "b.xlsx")
    heads = {("Data", "B1"): "age {years} %s", ("Data", "C1"): " pulse "}
    workbooks.edit(tmp_path / "b.xlsx", tmp_path / "b.xlsx", heads)
    xlnn.write(xlnn.read(tmp_path / "b.xlsx", layout=layout), tmp_path / "t.xlsx", keep="1")
    xlnn.write(xlnn.read(tmp_path / "t.xlsx", iterations=2), tmp_path / "more.xlsx", keep="1", cells="formulas")
    for name in ("t.xlsx", "more.xlsx"):
        book = openpyxl.load_workbook(tmp_path / name)
        for sheet, wanted in (("Data", 2), ("Iteration 1", 2), ("Trained", 2), ("Test", 1)):
            texts = [cell.value for row in book[sheet].iter_rows() for cell in row]
            assert [text for text in texts if text in ("age {years} %s", "pulse", "x", "t")] == ["age {years} %s", "pulse"][
                :wanted
            ]
    assert xlnn.read(tmp_path / "more.xlsx").network == xlnn.read(tmp_path / "b.xlsx").network


def test_symbols_over_data_are_no_heads(tmp_path):
    for text, found in (("x", ()), (None, ()), ("  ", ()), (3, ()), ("x ", ()), ("cm", (("x", "cm"),))):
        xlnn.new("2-12", tmp_path / "b.xlsx", force=True)
        workbooks.edit(tmp_path / "b.xlsx", tmp_path / "c.xlsx", {("Data", "B1"): text, ("Data", "C1"): "t"})
        assert xlnn.read(tmp_path / "c.xlsx").network.heads == found
    xlnn.new("4-4", tmp_path / "i.xlsx")
    assert xlnn.read(tmp_path / "i.xlsx").network.heads == ()


@pytest.mark.parametrize(("section", "word"), [("2-12", "case"), ("4-4", "image")])
def test_a_table_says_what_its_lines_are(tmp_path, section, word):
    xlnn.write(xlnn.read(xlnn.new(section, tmp_path / "b.xlsx"), layout="table"), tmp_path / "t.xlsx", keep="1")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book["Data"]["A1"].value == word
    first = next(cell for cell in book["Iteration 1"]["A"] if cell.value == 1)
    assert book["Iteration 1"].cell(first.row - 2, 1).value == word
