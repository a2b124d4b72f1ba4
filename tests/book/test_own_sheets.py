"""Sheets of one's own, as sheet Places says where things lie: names, tables, images, sheets, η, biases, no right answers.

The networks are small enough for the numbers to be worked out beside them.
"""

from __future__ import annotations

import math

import numpy as np
import office
import openpyxl
import pytest
from click.testing import CliRunner

import workbooks
import xlnn
from xlnn.book.places_sheet import parse
from xlnn.book.places_words import HEADER
from xlnn.book.quantity_names import quantity_name
from xlnn.cli.main import main
from xlnn.model.network import LayerSettings, Network
from xlnn.model.quantities import SYMBOLS, Quantity
from xlnn.words import every

X = np.array([[0.2, 0.7], [0.9, 0.1], [0.5, 0.4], [0.3, 0.8]])  # images
W2, B2 = np.array([[0.5, -1.0], [1.5, 0.25]]), np.array([0.1, -0.2])
W3, B3 = np.array([[0.75, -0.5]]), np.array([0.05])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def rows(images: int = 4, first: int = 2) -> dict:
    """x in A:B and t in C, one row per image; w2 E2:F3, b2 G2:G3; w3 E6:F6, b3 G6; z2 in I:J, a2 in K:L."""
    cells: dict[str, object] = {}
    for k in range(images):
        workbooks.place(cells, first + k, 1, X[k % 4] + k // 4)
        workbooks.place(cells, first + k, 3, float(k % 2))
        z = W2 @ (X[k % 4] + k // 4) + B2
        workbooks.place(cells, first + k, 9, z[None])
        workbooks.place(cells, first + k, 11, sigmoid(z)[None])
    for at, array in (((2, 5), W2), ((2, 7), B2[:, None]), ((6, 5), W3), ((6, 7), B3)):
        workbooks.place(cells, *at, array)
    return cells


ROWS = (
    ("x", "Net!A2:B2", "1 down"),
    ("t", "Net!C2", "1 down"),
    ("w2", "Net!E2:F2", None, "1 down"),
    ("b2", "Net!G2:G3"),
    ("w3", "Net!E6:F6", None, "1 down"),
    ("b3", "Net!G6"),
)


def book(path, cells=None, lines=ROWS, **sheets):
    """A workbook of sheet Net and sheet Places, and others."""
    return workbooks.save(path / "book.xlsx", {"Net": cells or rows(), "Places": workbooks.places(lines), **sheets})


def without(*names):
    return [line for line in ROWS if line[0] not in names]


def refused(path, **options) -> str:
    with pytest.raises(xlnn.XlnnError) as caught:
        xlnn.read(path, **options)
    return str(caught.value)


def run(*arguments) -> tuple[int, str]:
    result = CliRunner().invoke(main, [*map(str, arguments), "--language", "en"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


# ---- names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("δ3", "delta3"), ("δ³", "delta3"), ("Δ3", "delta3"), ("误差3", "delta3"), ("誤差 3", "delta3"),
        ("ユニットの誤差2", "delta2"),
        ("w²", "w2"), ("w_2", "w2"), ("权重2", "w2"), ("重み2", "w2"), ("weights 2", "w2"), ("b^2", "b2"),
        ("偏置2", "b2"), ("z^F", "zF"),
        ("∂C/∂w2", "dC_dw2"), ("∂C/∂w²", "dC_dw2"), ("∂C_T/∂b³", "dCT_db3"), ("∂C/∂a³", "dC_da3"), ("dCT/dwO", "dCT_dwO"),
        ("Σwδ2", "back2"), ("Σwδ²", "back2"), ("a′(z²)", "slope2"), ("a'(z2)", "slope2"), ("C_T", "CT"), ("代价函数", "CT"),
        ("η", "eta"), ("learning rate", "eta"), ("学习率", "eta"), ("预测值", "prediction"), ("正解", "digit"),
        ("new w²", "new_w2"),
        ("total", "total"), ("zeta2", "zeta2"), ("Titanic", "Titanic"), ("", ""), (3, "3"),
    ],
)  # fmt: skip
def test_names_as_people_write_them(typed, name):
    assert quantity_name(typed) == name


@pytest.mark.parametrize("label", ["2", "10", "F"])
@pytest.mark.parametrize("kind", [kind for kind in SYMBOLS if kind not in ("number", "new_w", "new_b")])
def test_every_symbol_of_the_book_is_understood(kind, label):
    """As it is printed, in all languages; the new parameters are printed as the old ones."""
    without_layer = "^" not in SYMBOLS[kind] and kind not in ("delta", "back")
    q = Quantity(kind, "" if without_layer else label)
    words = {"answer": ()}.get(kind, every(q.symbol))  # 正解 is the digit
    assert {quantity_name(word) for word in words} <= {q.name}


def test_a_layer_need_not_be_named_where_there_is_one(tmp_path):
    """A network of one layer has one w, b, z and δ; 12-3-2 has one Σwδ, but more than one δ."""
    lines = [
        ("x", "Net!A2:B2", "1 down"),
        ("t", "Net!C2", "1 down"),
        ("w", "Net!E6:F6"),
        ("b", "Net!G6"),
        ("Δ", "Net!M2", "1 down"),
    ]
    assert set(xlnn.read(book(tmp_path, lines=lines)).origin.own) == {"x", "t", "w2", "b2", "delta2"}
    two = [*ROWS, ("Σwδ", "Net!M2:N2", "1 down")]
    assert "back2" in xlnn.read(book(tmp_path, lines=two)).origin.own
    assert refused(book(tmp_path, lines=[*ROWS, ("δ", "Net!M2:N2", "1 down")])) == (
        "book.xlsx › 'Places'!A8: delta: expected the layer, too; known: delta3, delta2."
    )


def test_a_second_name_for_the_same_quantity(tmp_path):
    message = refused(book(tmp_path, lines=[*ROWS, ("w²", "Net!M2:N2", None, "1 down")]))
    assert message == "book.xlsx › 'Places'!A8: w2 stands here a second time."


# ---- tables ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "step", "cell"),
    [
        ("B5:E24", "1 right", "E24"),  # one column for each of 4 units
        ("B5:U8", "1 down", "U8"),  # one row for each
        ("B5:U8", "1 up", "U5"),
        ("B5:E24", "1 left", "B24"),
    ],
)
def test_a_table_of_all_units(block, step, cell):
    """4 units of 5×4 weights: the last one's last weight."""
    [line] = parse([HEADER, ("w2", f"Weights!{block}", None, step)], "book.xlsx").values()
    q = Quantity("w", "2", ("unit", "row", "column"), (4, 5, 4))
    assert line.place(q).cell(3, 4, 3).name == cell


def test_a_table_with_gaps_and_a_table_of_maps():
    [line] = parse([HEADER, ("w2", "S!A1:C11", None, "4 down")], "book.xlsx").values()  # 3 units of 3×3, a blank row between
    assert line.place(Quantity("w", "2", ("unit", "row", "column"), (3, 3, 3))).cell(2, 2, 2).name == "C11"
    [line] = parse([HEADER, ("wO", "S!E22:F39", None, "6 down", "2 down")], "book.xlsx").values()
    assert line.place(Quantity("w", "O", ("unit", "map", "row", "column"), (3, 3, 2, 2))).cell(2, 2, 1, 1).name == "F39"
    [line] = parse([HEADER, ("z2", "S!M2:N65", "1 down")], "book.xlsx").values()
    assert line.place(Quantity("z", "2", ("unit",), (2,), per_image=True), 64).cell(63, 1).name == "N65"


def test_tables_of_images_and_of_weights(tmp_path):
    """Both tell how many there are: two images of the four, and two units where a third row of numbers follows."""
    cells = rows() | {"E4": 9, "F4": 9}
    lines = [("x", "Net!A2:B3", "1 down"), ("t", "Net!C2:C3", "1 down"), ("w2", "Net!E2:F3", None, "1 down"), *ROWS[3:]]
    problem = xlnn.read(book(tmp_path, cells, lines))
    np.testing.assert_array_equal(problem.x[:, 0], X[:2])
    np.testing.assert_array_equal(problem.parameters["w2"][:, 0], W2)


def test_a_table_with_one_column_for_each_unit(tmp_path):
    cells = rows() | {"O2": 0.5, "O3": -1.0, "P2": 1.5, "P3": 0.25}
    problem = xlnn.read(book(tmp_path, cells, [("w2", "Net!O2:P3", None, "1 right"), *without("w2")]))
    np.testing.assert_array_equal(problem.parameters["w2"][:, 0], W2)


# ---- how many images ------------------------------------------------------------------------------------


def test_a_blank_row_among_the_images(tmp_path):
    cells = {a: v for a, v in rows(12).items() if a not in ("A8", "B8", "C8")}
    assert refused(book(tmp_path, cells)) == (
        "book.xlsx › 'Net'!A8: image 7 is blank, but images go on at A9. Close the gap or fill it, or say in sheet Places how "
        "many there are: images | 6."
    )
    assert xlnn.read(book(tmp_path, cells, [*ROWS, ("images", 6)])).images == 6


def test_a_cleared_image(tmp_path):
    """Its right answer is still there."""
    cells = {a: v for a, v in rows(10).items() if a not in ("A5", "B5")}
    assert refused(book(tmp_path, cells)).startswith("book.xlsx › 'Net'!A5: image 4 is blank, but images go on at A6.")
    only = {a: v for a, v in rows(4).items() if a not in ("A5", "B5")}
    assert refused(book(tmp_path, only)) == (
        "book.xlsx › 'Net'!A5: image 4 is blank, but has a right answer in C5. Fill it or delete that, or say in sheet Places "
        "how many images there are: images | 3."
    )


def test_images_in_a_grid(tmp_path):
    """12 images of 2×2 in three lines of four: one step reaches the first line."""
    cells: dict[str, object] = {}
    for k in range(12):
        row, column = 2 + 4 * (k // 4), 2 + 3 * (k % 4)
        workbooks.place(cells, row, column, np.array([[k % 2, 1], [1, (k // 2) % 2]]))
        workbooks.place(cells, row + 2, column, k % 2)
    workbooks.place(cells, 20, 2, np.array([0.5, -0.5, 0.25, 0.75]).reshape(1, 4))
    cells["G20"] = 0.1
    lines = [("x", "Net!B2:C3", "3 right"), ("t", "Net!B4", "3 right"), ("w2", "Net!B20:E20"), ("b2", "Net!G20")]
    assert refused(book(tmp_path, cells, lines)).startswith("book.xlsx › 'Net'!B6: more images seem to lie at B6")
    assert xlnn.read(book(tmp_path, cells, [*lines, ("images", 4)])).images == 4
    one_line = {a: v for a, v in cells.items() if int(a[1:]) < 6 or int(a[1:]) >= 20}
    assert xlnn.read(book(tmp_path, one_line, lines)).images == 4


@pytest.mark.parametrize("beside", ["→", "Σ", "mean"])
def test_a_text_beside_the_last_image_is_no_image(beside, tmp_path):
    path = book(tmp_path, rows() | {"A6": beside, "B6": beside, "A7": 3, "B7": 4})
    problem = xlnn.read(path)
    assert problem.images == 4
    assert f"Note: book.xlsx › 'Net'!A6: \"{beside}\" beside the last image is no further image; there are 4." in xlnn.show(
        problem
    )


def test_a_text_among_the_images_is_an_error(tmp_path):
    """All pixels of image 3 are texts, but it has a right answer."""
    message = refused(book(tmp_path, rows() | {"A4": "0,5", "B4": "0,4"}))
    assert message.startswith("book.xlsx › 'Net'!A4: expected image 3, found \"0,5\", but images or right answers go on at A5.")


def test_other_numbers_may_follow(tmp_path):
    """A table below the images has no right answers beside it, a sum under the answers no image."""
    assert xlnn.read(book(tmp_path, rows() | {"A8": 1, "B8": 2, "A9": 3, "B9": 4})).images == 4
    assert xlnn.read(book(tmp_path, rows() | {"C6": 7.5})).images == 4


@pytest.mark.parametrize("word", ["images", "Images", "cases", "图像数", "画像数"])
def test_the_line_images(word, tmp_path):
    assert xlnn.read(book(tmp_path, lines=[(word, 2), *ROWS])).images == 2
    message = refused(book(tmp_path, lines=[(word, 6), *ROWS]))
    assert message == "book.xlsx › 'Net'!A6: sheet Places says that there are 6 images, but image 5 is blank."


@pytest.mark.parametrize("settings", [True, False], ids=["Settings", "the authors' arrangement"])
def test_the_line_images_alone(settings, tmp_path):
    """Where another sheet says where they are, their number must agree."""
    if settings:
        xlnn.new("4-4", tmp_path / "plain.xlsx")
    else:
        workbooks.authors_35(tmp_path / "plain.xlsx", formulas=False)
    for count in (64, 12):
        source = openpyxl.load_workbook(tmp_path / "plain.xlsx")
        sheet = source.create_sheet("Places")
        sheet.append(HEADER)
        sheet.append(("images", count))
        source.save(tmp_path / f"{count}.xlsx")
    assert xlnn.read(tmp_path / "64.xlsx").images == 64
    assert "sheet Places says that there are 12 images, found 64" in refused(tmp_path / "12.xlsx", language="en")


@pytest.mark.parametrize("count", [None, 0, -1, 2.5, "two", "Net!A1"])
def test_a_number_of_images_that_is_none(count, tmp_path):
    message = refused(book(tmp_path, lines=[("images", count), *ROWS]))
    assert message.startswith("book.xlsx › 'Places'!B2: images: expected how many there are, like 12, found ")


# ---- how many units -------------------------------------------------------------------------------------


def test_units_are_counted_by_the_biases(tmp_path):
    """Numbers of something else follow the second unit's weights."""
    problem = xlnn.read(book(tmp_path, rows() | {"E4": 7, "F4": 8}))
    np.testing.assert_array_equal(problem.parameters["w2"][:, 0], W2)


@pytest.mark.parametrize("gone", [("G3",), ("G3", "H9")])
def test_units_do_not_vanish_with_a_cleared_bias(gone, tmp_path):
    """w2 has two units, b2 one number left: of a layer whose size no other line tells."""
    lines = [*ROWS[:3], ("b2", "Net!G2", None, "1 down")]
    cells = {a: v for a, v in rows().items() if a not in gone}
    assert refused(book(tmp_path, cells, lines)) == (
        "book.xlsx › 'Places'!B5: b2: 1 number at its steps, but w2 goes on for 2 units. Fill what is missing, or give all "
        "biases as one block: then they say how many units there are."
    )
    told = [*lines, *ROWS[4:], ("z2", "Net!I2:J2", "1 down")]
    assert refused(book(tmp_path, cells, told)).startswith("book.xlsx › 'Net'!G3: b²: expected 2 numbers, found 1")


def test_one_unit_though_numbers_follow(tmp_path):
    """z3 has one number for each image."""
    lines = [*ROWS[:4], ("w3", "Net!E6:F6", None, "1 down"), ("b3", "Net!G6"), ("z3", "Net!M2", "1 down")]
    assert xlnn.read(book(tmp_path, rows() | {"E7": 7, "F7": 8}, lines)).network.output.shape == (1,)


# ---- a cell belongs to its sheet ------------------------------------------------------------------------


def mirrored(path):
    """The new parameters stand on the next sheet where the old ones do on this, δ of the output at the place of t."""
    lines = [
        *ROWS,
        ("new_w2", "'Net 2'!E2:F2", None, "1 down"),
        ("new_b2", "'Net 2'!G2:G3"),
        ("new_w3", "'Net 2'!E6:F6"),
        ("δ3", "Back!C2", "1 down"),
    ]
    z2 = X @ W2.T + B2
    a2 = sigmoid(z2)
    a3 = sigmoid(a2 @ W3.T + B3)
    t = np.array([[0.0], [1.0], [0.0], [1.0]])
    d3 = (a3 - t) * a3 * (1 - a3)
    d2 = (d3 @ W3) * a2 * (1 - a2)
    there: dict[str, object] = {}
    workbooks.place(there, 2, 5, W2 - 0.2 * d2.T @ X)
    workbooks.place(there, 2, 7, (B2 - 0.2 * d2.sum(axis=0))[:, None])
    workbooks.place(there, 6, 5, W3 - 0.2 * d3.T @ a2)
    back: dict[str, object] = {}
    workbooks.place(back, 2, 3, d3)
    return book(path, lines=lines, **{"Net 2": there, "Back": back})


def test_sheets_that_mirror_each_other(tmp_path):
    path = mirrored(tmp_path)
    assert xlnn.check(path).empty
    problem = xlnn.read(path, iterations=2, layout="book")
    assert set(problem.origin.own) == {"x", "t", "w2", "b2", "w3", "b3"}  # in the result, what collides stands elsewhere
    note = "new_w2, new_b2, new_w3, delta3: in the result, which has one sheet for each iteration, their addresses are taken"
    assert note in xlnn.show(problem)
    xlnn.write(problem, tmp_path / "out.xlsx")
    said = openpyxl.load_workbook(tmp_path / "out.xlsx")["Conventions"]
    assert any(note in str(cell) for row in said.iter_rows(values_only=True) for cell in row)
    numbers = [c for row in openpyxl.load_workbook(tmp_path / "out.xlsx")["Iteration 1"].iter_rows(values_only=True) for c in row]
    expected = openpyxl.load_workbook(path)["Net 2"]["E2"].value
    assert any(isinstance(n, float) and math.isclose(n, expected, rel_tol=1e-12) for n in numbers)


def test_training_goes_on_from_the_result_of_mirrored_sheets(tmp_path):
    """Two updates and one more are three."""
    xlnn.write(xlnn.read(mirrored(tmp_path), iterations=2), tmp_path / "two.xlsx")
    *_, third = xlnn.train(xlnn.read(tmp_path / "book.xlsx", iterations=3))
    [more] = xlnn.train(xlnn.read(tmp_path / "two.xlsx", iterations=1))
    for name, array in third.new_parameters().items():
        np.testing.assert_array_equal(more.new_parameters()[name], array)


def test_a_sheet_for_each_layer(tmp_path):
    """x, w2 and w3 all at A1: the result keeps w2 there, and the others elsewhere."""
    sheets = {"Pixels": {}, "Layer 2": {}, "Layer 3": {}}
    workbooks.place(sheets["Pixels"], 1, 1, np.column_stack([X, [0, 1, 0, 1]]))
    workbooks.place(sheets["Layer 2"], 1, 1, np.column_stack([W2, B2]))
    workbooks.place(sheets["Layer 3"], 1, 1, np.column_stack([W3, B3]))
    lines = [
        ("x", "Pixels!A1:B1", "1 down"), ("t", "Pixels!C1", "1 down"), ("w2", "'Layer 2'!A1:B1", None, "1 down"),
        ("b2", "'Layer 2'!C1:C2"), ("w3", "'Layer 3'!A1:B1", None, "1 down"), ("b3", "'Layer 3'!C1"),
    ]  # fmt: skip
    path = workbooks.save(tmp_path / "layers.xlsx", sheets | {"Places": workbooks.places(lines)})
    [step] = xlnn.train(xlnn.read(path, iterations=1))
    np.testing.assert_allclose(step["a3"], sigmoid(sigmoid(X @ W2.T + B2) @ W3.T + B3), rtol=1e-14)
    assert set(xlnn.read(path).origin.own) == {"w2", "b2"}
    xlnn.write(xlnn.read(path, iterations=1), tmp_path / "out.xlsx")
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["Iteration 1"]["A1"].value == W2[0, 0]


def test_a_wrong_number_on_the_mirrored_sheet_is_found(tmp_path):
    path = workbooks.edit(mirrored(tmp_path), tmp_path / "wrong.xlsx", {("Net 2", "E2"): 9})
    found = xlnn.check(path)
    assert found["cell"].tolist() == ["E2"]


def test_two_lines_in_one_cell_of_one_sheet(tmp_path):
    message = refused(book(tmp_path, lines=[*ROWS, ("new_b3", "Net!G6")]))
    assert message == "book.xlsx › 'Places'!B8: b3 and new_b3 both lie in cell G6."


@pytest.mark.parametrize("spelled", ["NET", "net", " Net "])
def test_sheets_in_other_letters(spelled, tmp_path):
    """For a sheet's name capitals do not count, in every line: a wrong z is found there."""
    lines = [(name, cells.replace("Net", spelled), *rest) for name, cells, *rest in [*ROWS, ("z2", "Net!I2:J2", "1 down")]]
    assert xlnn.check(book(tmp_path, lines=lines)).empty
    assert xlnn.check(book(tmp_path, rows() | {"J3": 99}, lines))["cell"].tolist() == ["J3"]


@pytest.mark.parametrize("name", ["z2", "delta3", "CT", "new_w2"])
def test_a_sheet_that_is_missing(name, tmp_path):
    line = (name, "Nett!I2:J2", "1 down")
    message = refused(book(tmp_path, lines=[*ROWS, line]))
    assert message == "book.xlsx › 'Places'!B8: there is no sheet 'Nett'; the workbook has 'Net', 'Places'."
    assert run("check", tmp_path / "book.xlsx") == (4, f"xlnn: error: {message}\n")


# ---- η --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "setting", "option", "expected"),
    [(0.1, 0.3, 0.4, 0.4), (0.1, 0.3, None, 0.1), (None, 0.3, None, 0.3), (None, None, None, 0.2), (0.1, None, None, 0.1)],
)
def test_the_order_of_eta(cell, setting, option, expected, tmp_path):
    """The option, the cell at the place of η, sheet Settings, 0.2: whatever reads the workbook."""
    lines = [*ROWS, ("eta", "Net!H1")] if cell else ROWS
    table = (
        ("learning rate", setting),
        ("classes", "given"),
        ("layer",),
        ("1", "input", None, "1×2"),
        ("2", None, 2),
        ("3", None, 1),
    )
    cells = {f"{'ABCD'[j]}{i}": value for i, line in enumerate(table, 1) for j, value in enumerate(line)}
    sheets = {"Settings": cells} if setting else {}
    path = book(tmp_path, rows() | {"H1": cell}, lines, **sheets)
    options = {"eta": option} if option else {}
    assert xlnn.read(path, **options).settings.eta == expected
    assert f"learning rate η: {expected}\n" in xlnn.show(xlnn.read(path, **options))
    xlnn.write(xlnn.read(path, iterations=1, **options), tmp_path / "out.xlsx")
    written = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert written["Settings"]["B2"].value == expected
    if cell:
        assert written["Iteration 1"]["H1"].value == expected


def updated(path, eta: float, cell: float | None):
    """w3 after one update with η, at Net!E8:F8, and η itself in H1."""
    a2 = sigmoid(X @ W2.T + B2)
    a3 = sigmoid(a2 @ W3.T + B3)
    d3 = (a3 - np.array([[0.0], [1.0], [0.0], [1.0]])) * a3 * (1 - a3)
    cells = rows() | {"H1": cell}
    workbooks.place(cells, 8, 5, W3 - eta * d3.T @ a2)
    lines = [*ROWS, ("new_w3", "Net!E8:F8")] + ([("η", "Net!H1")] if cell else [])
    return book(path, cells, lines)


def test_check_takes_eta_from_its_place_and_the_option_before_it(tmp_path):
    path = updated(tmp_path, 0.1, cell=0.1)
    assert xlnn.check(path).empty
    assert run("check", path)[0] == 0
    assert run("check", path, "--eta", "0.3")[0] == 1
    path = updated(tmp_path, 0.3, cell=0.1)
    assert run("check", path)[0] == 1
    assert run("check", path, "--eta", "0.3")[0] == 0


@pytest.mark.parametrize(("value", "expected"), [(0, "must be a number above 0"), ("x", "found text"), (None, "blank cell")])
def test_a_cell_of_eta_without_a_rate(value, expected, tmp_path):
    message = refused(book(tmp_path, rows() | {"H1": value}, [*ROWS, ("eta", "Net!H1")]))
    assert message.startswith("book.xlsx › 'Net'!H1: ")
    assert expected in message


def test_in_a_result_sheet_settings_says_eta(tmp_path):
    """There η's cell is a copy: who changes η in Settings and trains on gets that."""
    xlnn.write(xlnn.read(updated(tmp_path, 0.1, cell=0.1), iterations=1, layout="book"), tmp_path / "out.xlsx")
    workbooks.edit(tmp_path / "out.xlsx", tmp_path / "changed.xlsx", {("Settings", "B2"): 0.5})
    assert xlnn.read(tmp_path / "changed.xlsx").settings.eta == 0.5


# ---- layers without biases ------------------------------------------------------------------------------


def test_no_line_for_biases_is_a_layer_without(tmp_path):
    """z = w x; C = ½(a − t)² of four images, by hand in NumPy, also after one update."""
    path = book(tmp_path, lines=without("b2", "b3"))
    problem = xlnn.read(path, iterations=1)
    assert [q.name for q in problem.network.parameters] == ["w2", "w3"]
    assert problem.origin.drawn == ()
    [step] = xlnn.train(problem)
    z2 = X @ W2.T
    a2 = sigmoid(z2)
    a3 = sigmoid(a2 @ W3.T)
    t = np.array([[0.0], [1.0], [0.0], [1.0]])
    np.testing.assert_allclose(step["z2"], z2, rtol=1e-14)
    assert float(step["CT"]) == pytest.approx(((a3 - t) ** 2).sum() / 2, rel=1e-14)
    d3 = (a3 - t) * a3 * (1 - a3)
    np.testing.assert_allclose(step["new_w3"], W3 - 0.2 * d3.T @ a2, rtol=1e-13)
    assert max(found.difference for found in xlnn.gradcheck(problem)) < 1e-8
    assert not any(q.kind.endswith("b") for q in problem.network.quantities.values())


def test_one_layer_has_biases_and_the_other_not(tmp_path):
    problem = xlnn.read(book(tmp_path, lines=without("b3")))
    assert [q.name for q in problem.network.parameters] == ["w2", "b2", "w3"]


@office.needs_office
def test_formulas_without_biases_are_recalculated_as_stored(tmp_path):
    xlnn.write(xlnn.read(book(tmp_path, lines=without("b2", "b3")), iterations=2), tmp_path / "out.xlsx", cells="formulas")
    verdict = office.judge(tmp_path / "out.xlsx")
    assert verdict.compared > 50
    assert verdict.different == []


@pytest.mark.parametrize("layout", ["book", "table"])
@pytest.mark.parametrize("cells", ["values", "formulas"])
def test_the_result_without_biases_is_an_input_again(cells, layout, tmp_path):
    problem = xlnn.read(book(tmp_path, lines=without("b2", "b3")), iterations=3, layout=layout)
    xlnn.write(problem, tmp_path / "out.xlsx", cells=cells)
    found = openpyxl.load_workbook(tmp_path / "out.xlsx")
    table = {row[0]: row[6] for row in found["Settings"].iter_rows(values_only=True) if row[0] in ("layer", "1", "2", "3")}
    assert table == {"layer": "bias", "1": None, "2": "no", "3": "no"}
    again = xlnn.read(tmp_path / "out.xlsx")
    assert again.network == problem.network
    *_, last = xlnn.train(problem)
    for name, array in last.new_parameters().items():
        np.testing.assert_array_equal(again.parameters[name], array)
    said = [row[:2] for row in found["Conventions"].iter_rows(values_only=True)]
    assert ("biases", "layer 2 has none") in said


def test_a_right_sheet_without_biases_is_right(tmp_path):
    """Nobody is told that the bias is left out."""
    cells = rows()
    z = X @ W2.T
    workbooks.place(cells, 2, 9, z)
    workbooks.place(cells, 2, 11, sigmoid(z))
    lines = [*without("b2", "b3"), ("z2", "Net!I2:J2", "1 down"), ("a2", "Net!K2:L2", "1 down")]
    assert xlnn.check(book(tmp_path, cells, lines)).empty
    found = xlnn.check(book(tmp_path, cells | {"K3": 0.5}, lines))
    assert found["cell"].tolist() == ["K3"]
    found = xlnn.check(book(tmp_path, cells | {"I3": 9}, lines))
    assert found["cell"].tolist() == ["I3", "K3"]
    assert "bias" not in str(found["mistakes"].tolist())


def test_biases_on_blank_cells_are_none(tmp_path):
    """Their weights are there: they are not drawn at random, and it is said."""
    lines = [*without("b2"), ("b2", "Net!S2:T2")]
    problem = xlnn.read(book(tmp_path, lines=lines))
    assert [q.name for q in problem.network.parameters] == ["w2", "w3", "b3"]
    assert problem.origin.drawn == ()
    said = "Note: b2 lies on blank cells (Net!S2:T2), its weights do not: layer 2 is taken as one without biases."
    assert said in xlnn.show(problem)


def test_weights_and_biases_on_blank_cells_are_drawn(tmp_path):
    lines = [*without("w2", "b2"), ("w2", "Net!Q2:R3"), ("b2", "Net!S2:T2")]
    assert xlnn.read(book(tmp_path, lines=lines)).origin.drawn == ("w2", "b2")


def test_a_line_of_a_bias_that_is_not_there(tmp_path):
    message = refused(book(tmp_path, lines=[*without("b2"), ("new_b2", "Net!M2:N2")]))
    assert message.startswith("book.xlsx › 'Places'!A7: new_b2: layer 2 has no biases: there is no line for b2")


def test_settings_say_that_a_layer_has_no_biases(tmp_path):
    """The column bias of the table of layers; blank cells of parameters are drawn, those that are not there are not."""
    xlnn.new("4-4", tmp_path / "new.xlsx")
    header = workbooks.layer_row(tmp_path / "new.xlsx", 0)
    changes = {("Settings", f"G{header}"): "bias", ("Settings", f"G{header + 1 + 1}"): "no"}
    workbooks.edit(tmp_path / "new.xlsx", tmp_path / "book.xlsx", changes | {("Start", a): None for a in ("G5", "G9", "G13")})
    problem = xlnn.read(tmp_path / "book.xlsx")
    assert [layer.bias for layer in problem.network.layers[1:]] == [False, True]
    assert [q.name for q in problem.network.parameters] == ["w2", "w3", "b3"]
    workbooks.edit(tmp_path / "new.xlsx", tmp_path / "bad.xlsx", changes | {("Settings", f"G{header + 2}"): "maybe"})
    assert refused(tmp_path / "bad.xlsx") == f"bad.xlsx › 'Settings'!G{header + 2}: bias: expected yes / no / one, found 'maybe'."


def test_a_convolution_without_biases():
    """Its gradients against central differences, and z of one position by hand."""
    layers = (
        LayerSettings("I", "input", size=(4, 4)),
        LayerSettings("F", "convolution", 2, (3, 3), bias=False),
        LayerSettings("P", "max pooling", size=(2, 2)),
        LayerSettings("O", "dense", 2, bias=False),
    )
    network, rng = Network(layers), np.random.default_rng(5)
    parameters = {q.name: rng.standard_normal(q.shape) for q in network.parameters}
    problem = xlnn.Problem(network, rng.standard_normal((3, 4, 4)), parameters, t=np.array([[1.0, 0], [0, 1], [1, 0]]))
    assert list(parameters) == ["wF", "wO"]
    step = next(xlnn.train(problem))
    assert float(step["zF"][1, 1, 0, 1]) == pytest.approx(float((problem.x[1, 0:3, 1:4] * parameters["wF"][1]).sum()), rel=1e-13)
    assert max(found.difference for found in xlnn.gradcheck(problem)) < 1e-8


# ---- no right answers -----------------------------------------------------------------------------------


FORWARD = [*without("t"), ("z2", "Net!I2:J2", "1 down"), ("a2", "Net!K2:L2", "1 down")]


def test_without_right_answers_only_forward(tmp_path):
    path = book(tmp_path, lines=FORWARD)
    assert run("show", path)[0] == 0
    assert xlnn.check(path).empty
    wrong = workbooks.edit(path, tmp_path / "wrong.xlsx", {("Net", "L4"): 0.5})
    assert xlnn.check(wrong)["cell"].tolist() == ["L4"]
    for command in ("train", "solve", "gradcheck", "sweep"):
        extra = ["--eta", "0.1"] if command == "sweep" else []
        code, said = run(command, path, *extra)
        assert code == 4
        assert "there are no right answers to learn from. show, check and predict work without" in said


def test_predict_without_right_answers(tmp_path):
    """The outputs of the images of its own sheet, by hand."""
    path = book(tmp_path, lines=FORWARD)
    found, _ = xlnn.predict(path, path)
    expected = sigmoid(sigmoid(X @ W2.T + B2) @ W3.T + B3)[:, 0]
    np.testing.assert_allclose([p.outputs[0] for p in found], expected, rtol=1e-14)


def test_predict_counts_the_images_as_train_does(tmp_path):
    """A text beside the last image ends them, and a line `images` says how many there are."""
    cells = rows() | {"A6": "→", "B6": "→", "A7": 1, "B7": 1}
    path = book(tmp_path, cells, FORWARD)
    assert len(xlnn.predict(path, path)[0]) == 4
    path = book(tmp_path, {a: v for a, v in rows().items() if a not in ("A4", "B4")}, [*FORWARD, ("images", 2)])
    assert len(xlnn.predict(path, path)[0]) == 2


def test_a_cost_needs_right_answers(tmp_path):
    message = refused(book(tmp_path, lines=[*FORWARD, ("C", "Net!N2", "1 down")]))
    assert message == "book.xlsx › 'Places'!A9: C needs the right answers, but there is no line for digit or t."


# ---- what is not recognised -----------------------------------------------------------------------------


def dense_table(rows_: int, columns: int, headings=()) -> dict:
    cells = {f"{workbooks.letter(j + 1)}1": word for j, word in enumerate(headings)}
    workbooks.place(cells, 2, 1, np.arange(rows_ * columns).reshape(rows_, columns) % 7 / 10)
    return cells


@pytest.mark.parametrize(
    ("rows_", "columns", "headings"),
    [
        (40, 7, ("epoch", "loss", "error", "C", "a", "b", "w")),
        (60, 7, ()),
        (30, 12, ("PassengerId", "Survived", "Pclass", "Name", "Sex", "Age")),
        (891, 20, ()),
    ],
)
def test_a_table_is_not_nearly_the_authors_arrangement(rows_, columns, headings, tmp_path):
    cells = dense_table(rows_, columns, headings)
    path = workbooks.save(tmp_path / "book.xlsx", {"Curves": cells, "Sums": {"A1": "=1+1", "B1": 3}})
    message = refused(path, language="en")
    first, header, *lines = message.splitlines()
    last = f"{workbooks.letter(columns)}{rows_ + 1}"
    start = "A1" if headings else "A2"
    assert f"'Curves' {start}:{last} {rows_ * columns:,}/0, 'Sums' A1:B1 2/1." in first
    assert "sheet Places" in first
    assert header.split() == ["Quantity", "|", "First", "block", "|", "Next", "image", "|", "Next", "unit"]
    assert lines[0].split() == ["x", "|", "Curves!…", "|", "…", "|"]


def test_labels_or_formulas_make_it_nearly_the_authors_arrangement(tmp_path):
    """Moved by a row: with their labels, or with formulas alone, it is recognised; the numbers alone are any table."""
    workbooks.authors_35(tmp_path / "labels.xlsx", formulas=False, panel=(1, 0))
    assert "nearly the authors' arrangement of 3-5" in refused(tmp_path / "labels.xlsx", language="en")

    def without_texts(found):
        for row in found["学习"].iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and not cell.value.startswith("="):
                    cell.value = None

    workbooks.edit(tmp_path / "labels.xlsx", tmp_path / "numbers.xlsx", change=without_texts)
    assert "there is neither a sheet Settings nor the authors' arrangement" in refused(tmp_path / "numbers.xlsx", language="en")
