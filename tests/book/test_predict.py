"""`xlnn predict`: images of other workbooks, a digit drawn on the result's sheet Test, and what is wrong with them.

Outputs are those of shared figures (the book's first image), or what LibreOffice makes of sheet Test's formulas.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from office import needs_office, recalculate
from problems import dense, maps

import workbooks
import xlnn
from xlnn.cli.main import main
from xlnn.model.answers import answer
from xlnn.model.network import LayerSettings

ZERO = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 1], [1, 1, 1]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """`book.xlsx` (4-4), `maps.xlsx` (5-6), and each trained a little in both layouts; `own-trained.xlsx`."""
    path = tmp_path_factory.mktemp("books")
    for section, name in (("4-4", "book"), ("5-6", "maps")):
        xlnn.new(section, path / f"{name}.xlsx")
        for layout in ("book", "table"):
            problem = xlnn.example(section).with_settings(iterations=3, layout=layout)
            xlnn.write(problem, path / f"{name}-{layout}.xlsx", keep="none")
    xlnn.write(xlnn.read(workbooks.own(path / "own.xlsx"), iterations=3), path / "own-trained.xlsx")
    return path


def run(*arguments) -> str:
    result = CliRunner().invoke(main, ["predict", *map(str, arguments)], catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def refused(*arguments) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["predict", *map(str, arguments)])
    assert isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stderr


# ---- answers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "classes", "outputs", "expected"),
    [
        (2, (0.0, 1.0), [0.3, 0.2], 0),
        (2, (0.0, 1.0), [0.2, 0.2], 0),  # as the authors' =IF(O19>=O20,0,1)
        (2, (3.0, 7.0), [0.1, 0.2], 7),
        (1, (0.0, 1.0), [0.5], 1),
        (1, (4.0, 9.0), [0.4999], 4),
        (3, None, [0.1, 0.9, 0.2], 2),  # without classes the unit's number
        (1, None, [0.7], 1),
        (1, None, [0.2], 0),
    ],
)
def test_the_answer_of_some_outputs(units, classes, outputs, expected):
    assert answer(dense((1, 1), (units, "sigmoid"), classes=classes), outputs) == expected


def test_the_books_first_image(folder):
    """Before training a³ of image 1 is 0.326528 and 0.141401: a 0."""
    found, step = xlnn.predict(folder / "book.xlsx", folder / "book.xlsx")
    assert len(found) == 64
    assert (found[0].image, found[0].answer) == (1, 0)
    assert found[0].outputs == pytest.approx((0.326528, 0.141401), abs=5e-7)
    assert step["z2"][0] == pytest.approx([-5.465009, 1.996864, -1.552153], abs=5e-7)
    assert run(folder / "book.xlsx", folder / "book.xlsx").splitlines()[0] == "image 1: 0.326528  0.141401 → 0"


def test_the_books_first_image_of_chapter_5(folder):
    """0.786, 0.109, 0.137; without classes the answer is the first unit's number."""
    found, _ = xlnn.predict(folder / "maps.xlsx", folder / "maps.xlsx")
    assert [round(output, 3) for output in found[0].outputs] == [0.786, 0.109, 0.137]
    assert found[0].answer == 1


# ---- where images are found ----------------------------------------------------------------------------

SHEETS = {
    "Data": lambda image: cells_at(image, 5, 11),
    "My digits": lambda image: cells_at(image, 5, 11),
    "Test": lambda image: cells_at(image, 5, 12),
    "测试": lambda image: cells_at(image, 5, 12),
}


def cells_at(image: np.ndarray, row: int, column: int) -> dict:
    cells: dict = {}
    workbooks.place(cells, row, column, image)
    return cells


@pytest.mark.parametrize("sheet", SHEETS)
def test_one_image_on_any_sheet(sheet, folder, tmp_path):
    """At the addresses of sheet Data or of an iteration's sheet, as the authors' 测试 has it."""
    path = workbooks.save(tmp_path / "new.xlsx", {"Notes": {"A1": "my digits"}, sheet: SHEETS[sheet](ZERO)})
    [found], step = xlnn.predict(folder / "book.xlsx", path)
    np.testing.assert_array_equal(step["x"], [ZERO])
    assert found.outputs == pytest.approx((0.326528, 0.141401), abs=5e-7)  # it is the book's first image


def test_an_image_with_empty_cells_on_another_sheet_test(folder, tmp_path):
    """As on the result's own sheet Test, where empty cells count as 0."""
    path = workbooks.save(tmp_path / "new.xlsx", {"Test": {f"L{row}": 1 for row in range(5, 9)}})
    _, step = xlnn.predict(folder / "book.xlsx", path)
    np.testing.assert_array_equal(step["x"], [[[1, 0, 0]] * 4])


def test_several_images_up_to_the_first_blank(folder, tmp_path):
    cells = cells_at(ZERO, 5, 11) | cells_at(1 - ZERO, 5, 15) | cells_at(ZERO / 2, 5, 19)
    path = workbooks.save(tmp_path / "new.xlsx", {"Data": cells})
    found, step = xlnn.predict(folder / "book.xlsx", path)
    assert [one.image for one in found] == [1, 2, 3]
    np.testing.assert_array_equal(step["x"], [ZERO, 1 - ZERO, ZERO / 2])


@pytest.mark.parametrize("images", ["book.xlsx", "book-book.xlsx", "book-table.xlsx"])
@pytest.mark.parametrize("trained", ["book.xlsx", "book-book.xlsx", "book-table.xlsx"])
def test_images_in_either_layout(trained, images, folder):
    """Whichever layout the network's own workbook has."""
    _, step = xlnn.predict(folder / trained, folder / images)
    np.testing.assert_array_equal(step["x"], xlnn.example("4-4").x)


def test_images_where_a_sheet_places_says(folder):
    for images in ("own.xlsx", "own-trained.xlsx"):
        _, step = xlnn.predict(folder / "own-trained.xlsx", folder / images)
        np.testing.assert_array_equal(step["x"], workbooks.own_numbers()["x"])


# ---- sheet Test ----------------------------------------------------------------------------------------


def test_nothing_drawn(folder):
    """All cells empty: an image of zeros, whose z² are the biases."""
    [found], step = xlnn.predict(folder / "book-book.xlsx")
    np.testing.assert_array_equal(step["x"], np.zeros((1, 4, 3)))
    np.testing.assert_array_equal(step["z2"][0], step["b2"])
    assert found.image == 1


@needs_office
@pytest.mark.parametrize(
    ("name", "first", "outputs", "drawn"),
    [
        ("book-book.xlsx", "L5", ("O19", "O20"), ZERO),
        ("maps-book.xlsx", "L3", ("M43", "M44", "M45"), np.pad(ZERO, 1)[:, 1:4].repeat(2, axis=1)),
        ("own-trained.xlsx", "K5", None, np.array([[1, 0], [1, 0.5]])),
        ("book-table.xlsx", "L5", ("O19", "O20"), ZERO),
    ],
)
def test_a_digit_drawn_on_sheet_test(name, first, outputs, drawn, folder, tmp_path):
    """The sheet's own formulas, calculated by LibreOffice, give the outputs that predict prints."""
    sheet = openpyxl.load_workbook(folder / name)["Test"]
    pixels = [cell.coordinate for row in sheet.iter_rows() for cell in row if is_pixel(cell)]
    assert pixels[0] == first
    cells = {("Test", address): value for address, value in zip(pixels, drawn.ravel().tolist(), strict=True) if value}
    path = workbooks.edit(folder / name, tmp_path / "drawn.xlsx", cells)
    [found], step = xlnn.predict(path)
    np.testing.assert_array_equal(step["x"], [drawn])
    recalculate(path, tmp_path / "again.xlsx")
    calculated = openpyxl.load_workbook(tmp_path / "again.xlsx", data_only=True)["Test"]
    if outputs:
        assert [calculated[cell].value for cell in outputs] == pytest.approx(found.outputs, rel=1e-12)
    numbers = [cell for row in calculated.iter_rows(values_only=True) for cell in row if isinstance(cell, float)]
    for output in found.outputs:
        assert any(number == pytest.approx(output, rel=1e-12) for number in numbers)


def is_pixel(cell) -> bool:
    """The empty cells with a background, in which one draws."""
    return cell.value is None and cell.fill.fgColor.rgb not in ("00000000", None) and cell.fill.patternType == "solid"


# ---- -o ------------------------------------------------------------------------------------------------


def test_the_predictions_as_a_workbook(folder, tmp_path):
    """Images, outputs and answers at the addresses of an iteration's sheet."""
    text = run(folder / "book.xlsx", folder / "book.xlsx", "-o", tmp_path / "out.xlsx")
    assert text.splitlines()[-1] == str(tmp_path / "out.xlsx")
    found = openpyxl.load_workbook(tmp_path / "out.xlsx")["Predictions"]
    assert [[cell.value for cell in row] for row in found["L5:N8"]] == ZERO.tolist()
    assert [found[cell].value for cell in ("O19", "O20", "O29")] == pytest.approx([0.326528, 0.141401, 0], abs=5e-7)
    assert found["L4"].value == 1
    assert found["JD4"].value == 64
    assert found["O21"].value is None  # no right answers, so no cost
    assert found["O9"].value is None


def test_the_feature_maps_of_a_new_image(folder, tmp_path):
    """Image 1's first map pooled: 0.033 0.013 / 0.033 0.013."""
    run(folder / "maps.xlsx", folder / "maps.xlsx", "-o", tmp_path / "out.xlsx")
    pooled = workbooks.numbers(tmp_path / "out.xlsx", "Predictions", "L36:M37")
    np.testing.assert_allclose(pooled, [[0.033, 0.013], [0.033, 0.013]], atol=5e-4)


def test_an_output_that_is_one_of_the_inputs(folder):
    for name in ("book-book.xlsx", "book.xlsx"):
        found = refused(folder / "book-book.xlsx", folder / "book.xlsx", "-o", folder / name, "--force")
        expected = f"xlnn: error: {name}: the output would overwrite the input; choose another name with --output.\n"
        assert found == (6, expected)


# ---- wrong input ---------------------------------------------------------------------------------------


def test_a_workbook_without_sheet_test(folder):
    expected = "xlnn: error: book.xlsx: there is no sheet 'Test'; the workbook has 'Settings', 'Data', 'Start'.\n"
    assert refused(folder / "book.xlsx") == (4, expected)


def test_missing_files(folder):
    expected = f"xlnn: error: nope.xlsx: there is no such file; looked in {folder}.\n"
    assert refused(folder / "nope.xlsx") == (3, expected)
    assert refused(folder / "book-book.xlsx", folder / "nope.xlsx") == (3, expected)


@pytest.mark.parametrize("cells", [{"A1": "hello"}, {"K5": " "}, {}])
def test_no_images(cells, folder, tmp_path):
    path = workbooks.save(tmp_path / "new.xlsx", {"Digits": cells})
    expected = "xlnn: error: new.xlsx: expected images of 4×3 from K5 on (sheet Data), found none.\n"
    assert refused(folder / "book-book.xlsx", path) == (4, expected)


def test_wrong_pixels(folder, tmp_path):
    cells = cells_at(ZERO, 5, 11) | {"L6": "0,5", "M8": " "}
    path = workbooks.save(tmp_path / "new.xlsx", {"Data": cells})
    assert refused(folder / "book-book.xlsx", path) == (
        4,
        "xlnn: error: new.xlsx › 'Data'!L6: expected a number, found text \"0,5\" (decimal comma?).\n"
        "xlnn: error: new.xlsx › 'Data'!M8: expected a number, found text \" \" (only spaces: delete them).\n",
    )


def test_a_letter_drawn_on_sheet_test(folder, tmp_path):
    path = workbooks.edit(folder / "book-book.xlsx", tmp_path / "drawn.xlsx", {("Test", "L5"): "x", ("Test", "M5"): " "})
    expected = "xlnn: error: drawn.xlsx › 'Test'!L5: expected a number, found text \"x\".\n"
    assert refused(path) == (4, expected)


@pytest.mark.parametrize(("shape", "cell"), [((5, 3), "K9"), ((4, 4), "N5"), ((6, 6), "N5")])
def test_images_that_are_too_large(shape, cell, folder, tmp_path):
    """They are refused, not cut."""
    path = workbooks.save(tmp_path / "new.xlsx", {"Data": cells_at(np.ones(shape), 5, 11)})
    code, message = refused(folder / "book-book.xlsx", path)
    assert (code, message) == (
        4,
        f"xlnn: error: new.xlsx › 'Data'!{cell}: x: expected 4×3 numbers for an image, found another one beside them. "
        "Correct the size of the images.\n",
    )


def test_images_that_are_too_small(folder, tmp_path):
    path = workbooks.save(tmp_path / "new.xlsx", {"Data": cells_at(np.ones((4, 2)), 5, 11) | cells_at(np.ones((4, 2)), 5, 15)})
    code, message = refused(folder / "book-book.xlsx", path)
    assert code == 4
    assert message.startswith("xlnn: error: new.xlsx › 'Data'!M5: x: expected 4×3 numbers for each image, but this cell is blank")


def test_a_gap_between_new_images(folder, tmp_path):
    path = workbooks.save(tmp_path / "new.xlsx", {"Data": cells_at(ZERO, 5, 11) | cells_at(ZERO, 5, 19)})
    expected = "xlnn: error: new.xlsx › 'Data'!O5: image 2 is blank, but images go on at S5. Close the gap or fill it.\n"
    assert refused(folder / "book-book.xlsx", path) == (4, expected)


def test_a_network_with_the_unit_step_can_be_asked(tmp_path):
    """It cannot be trained, but it runs forward, as the neurons of book 1-2 do: 1 where z ≥ 0."""
    network = maps((1, 2), LayerSettings("2", "dense", 1, activation="step"))
    weights = {"w2": np.array([[[1.0, 1.0]]]), "b2": np.array([-1.5])}
    x = np.array([[[0, 0]], [[0, 1]], [[1, 0]], [[1, 1]]], dtype=float)
    problem = xlnn.Problem(network, x, weights, t=np.array([[0.0], [0], [0], [1]]))
    xlnn.write_problem(problem, tmp_path / "and.xlsx")
    found, _ = xlnn.predict(tmp_path / "and.xlsx", tmp_path / "and.xlsx")
    assert [one.answer for one in found] == [0, 0, 0, 1]  # AND


def pixels(path, sheet: str, images: int, rows: int, columns: int, step: int, extra: dict | None = None):
    """Images of 0 and 1 from K5 on, as on sheet Data."""
    cells: dict = {}
    for k in range(images):
        workbooks.place(cells, 5, 11 + step * k, np.arange(rows * columns).reshape(rows, columns) % 2)
    return workbooks.save(path, {sheet: cells | (extra or {})})


@pytest.mark.parametrize("sheet", ["Data", "Sheet1", "新图像"])
@pytest.mark.parametrize(
    ("rows", "columns", "extra", "cell"),
    [
        (5, 3, {}, "K9"),  # a row more
        (6, 3, {}, "K9"),
        (4, 4, {}, "N5"),  # a column more, in the gap between the images
        (4, 3, {"L9": 1}, "L9"),  # a single number more
        (4, 3, {"J6": 1}, "J6"),
        (3, 3, {}, "K8"),  # a row less
        (4, 2, {}, "M5"),  # a column less
    ],
)
def test_images_of_another_shape_are_refused_on_any_sheet(folder, tmp_path, sheet, rows, columns, extra, cell):
    path = pixels(tmp_path / "new.xlsx", sheet, 3, rows, columns, 4, extra)
    code, said = refused(folder / "book-book.xlsx", path)
    assert (code, len(said.splitlines())) == (4, 1)
    assert said.startswith(f"xlnn: error: new.xlsx › '{sheet}'!{cell}: x: expected 4×3 numbers for")


def test_images_of_another_shape_in_the_authors_arrangement(tmp_path):
    """A fifth row below every image of workbook 3-5."""
    path = workbooks.authors_35(tmp_path / "book.xlsx", images=3, formulas=False)
    xlnn.read(path)
    more = {("学习", f"{workbooks.letter(12 + 4 * k + j)}9"): 1 for k in range(3) for j in range(3)}
    with pytest.raises(xlnn.ContentError, match=r"'学习'!L9: x: expected 4×3 numbers for an image, found another one beside"):
        xlnn.read(workbooks.edit(path, tmp_path / "more.xlsx", more))


def test_held_out_images_of_another_shape(folder, tmp_path):
    def hold_out(book):
        sheet = book.copy_worksheet(book["Data"])
        sheet.title = "Held out"
        for column in "KLM":
            sheet[f"{column}9"] = 1

    xlnn.new("4-4", tmp_path / "book.xlsx")
    path = workbooks.edit(tmp_path / "book.xlsx", tmp_path / "made.xlsx", change=hold_out)
    with pytest.raises(xlnn.ContentError, match=r"'Held out'!K9: x: expected 4×3 numbers for an image"):
        xlnn.read(path)


def test_an_image_is_drawn_in_its_own_rectangle_in_the_layout_table(tmp_path):
    """Image 40 of 4-4 typed on sheet Test, four rows of three pixels; its answer is that of sheet Trained."""
    problem = xlnn.read(xlnn.new("4-4", tmp_path / "b.xlsx"), layout="table")
    trained = xlnn.write(problem, tmp_path / "t.xlsx", keep="none").path
    book = openpyxl.load_workbook(trained)
    assert {book["Test"].cell(row, column).value for row in range(5, 9) for column in range(12, 15)} == {None}
    for row, line in enumerate(problem.x[39].tolist(), 5):
        for column, pixel in enumerate(line, 12):
            book["Test"].cell(row, column).value = pixel
    book.save(tmp_path / "drawn.xlsx")
    (found,), _ = xlnn.predict(tmp_path / "drawn.xlsx")
    assert found.answer == problem.digits[39]
    assert found.outputs == pytest.approx(xlnn.predict(trained, tmp_path / "b.xlsx")[0][39].outputs, rel=1e-9)
