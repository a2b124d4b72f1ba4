"""Wrong input: every mistake a reader of the book can make is answered by one line (or one for each wrong cell).

The line says workbook, sheet, cell, what was expected and found, and what to do; the exit code is that of its
kind, and nothing is written.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from command import run

import workbooks
import xlnn
from xlnn.book.start import write_problem
from xlnn.cli.main import main

UNKNOWN = "known: learning rate η, iterations, cost, total cost, batch size, order, update, freeze biases, weight decay, "
UNKNOWN += "decay in, decay biases, seed, start, pooling ties, classes, judge answers, pixels, blank pixels, layout, language."
FORMULA = "expected a number, found a formula without a stored result. "
FORMULA += "Open the workbook in Excel or LibreOffice, save it, and try again."
BLANK = "numbers for each image, but this cell is blank, and so is its like in every other image. "
BLANK += "Correct the table of layers in sheet Settings, or fill the cells."
OTHERS = "found another one beside them. Correct the table of layers in sheet Settings, or the numbers."
STRAY = "none of the network's parameters"
OLD = "If the layers in sheet Settings have changed, clear the old parameters: empty ones are drawn at random."


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The book's workbook of section 4-4; `maps.xlsx` beside it is that of 5-6, `table.xlsx` has three images in rows."""
    path = xlnn.new("4-4", tmp_path_factory.mktemp("books") / "book.xlsx")
    xlnn.new("5-6", path.with_name("maps.xlsx"))
    problem = xlnn.example("4-4").with_settings(layout="table")
    write_problem(problem, path.with_name("table.xlsx"))
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(*arguments: str) -> tuple[int, str]:
    """Exit code and message of a command; it must print nothing else and leave the folder as it was."""
    before = workbooks.files(Path())
    result = CliRunner().invoke(main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    assert workbooks.files(Path()) == before
    return result.exit_code, result.stderr


def said(*lines: str) -> str:
    return "".join(f"xlnn: error: {line}\n" for line in lines)


# ---- the file ------------------------------------------------------------------------------------------


SAVE = "Open it in Excel or LibreOffice, choose File › Save As, and take the type Excel workbook (.xlsx)."


def test_a_missing_file(folder):
    assert refused("train", "nope.xlsx") == (3, said(f"nope.xlsx: there is no such file; looked in {folder}."))


def test_a_folder(folder):
    (folder / "book.xlsx").mkdir()
    assert refused("train", "book.xlsx") == (3, said("book.xlsx: this is a folder, not a workbook."))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b"1,2,3\n",
            "this is a text file (CSV) and no table of images: expected lines of a label and at least 4 pixels, all "
            "alike (line 1). A sheet that was saved as CSV has lost its formulas: save it as an Excel workbook (.xlsx).",
        ),
        (b"<html>", "this is a web page (HTML), not a workbook. " + SAVE),
        (b"%PDF-1.4", "this is a PDF file, not a workbook. " + SAVE),
        (b"\x00\x01", "this is no workbook that is read (.xlsx, .ods, .xls, .xlsb). " + SAVE),
        (b"", "this file is empty. Copy or download it once more."),
        (b"PK", "the workbook is damaged: its end is missing. Copy or download it once more."),
    ],
    ids=["csv", "html", "pdf", "bytes", "empty", "PK"],
)
@pytest.mark.parametrize("name", ["images.csv", "book.xlsx"])
def test_something_else_than_a_workbook(name, content, expected, folder):
    (folder / name).write_bytes(content)
    assert refused("train", name) == (3, said(f"{name}: {expected}"))


def test_another_kind_of_zip(folder, book):
    """Any archive."""
    workbooks.patch(book, folder / "old.xlsx", "xl/workbook.xml", "<workbook", "<workbook")
    with workbooks.ZipFile("book.xlsx", "w") as package:
        package.writestr("some.xml", "<x/>")
    expected = "book.xlsx: this is no workbook that is read (.xlsx, .ods, .xls, .xlsb). " + SAVE
    assert refused("train", "book.xlsx") == (3, said(expected))


@pytest.mark.parametrize("name", ["book.xlsx", "book.xls"])
def test_a_password_or_the_old_format(name, folder):
    """Both are compound files: an encrypted .xlsx is wrapped into one."""
    (folder / name).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016))
    expected = f"{name}: the workbook is protected by a password or in the old .xls format. "
    expected += "Open it in Excel or LibreOffice and save it as .xlsx without a password."
    assert refused("train", name) == (3, said(expected))


def test_half_a_workbook(folder, book):
    (folder / "book.xlsx").write_bytes(book.read_bytes()[:5000])
    expected = "book.xlsx: the workbook is damaged: its end is missing. Copy or download it once more."
    assert refused("train", "book.xlsx") == (3, said(expected))


def test_a_damaged_sheet(folder, book):
    workbooks.patch(book, folder / "book.xlsx", "xl/worksheets/sheet2.xml", "</row>", "</wor>")
    code, message = refused("train", "book.xlsx")
    assert code == 3
    assert message.startswith("xlnn: error: book.xlsx › 'Data': the sheet is damaged (mismatched tag: line 2, column ")


def test_an_unreadable_file(folder, book, monkeypatch):
    """As root no permission is missing, so the refusal is made."""
    (folder / "book.xlsx").write_bytes(book.read_bytes())
    whole = Path.read_bytes

    def denied(path):
        if path.name == "book.xlsx" and not path.is_absolute() and path.parent == Path() and denied.armed:
            raise PermissionError(13, "Permission denied")
        return whole(path)

    denied.armed = True
    monkeypatch.setattr(Path, "read_bytes", denied)
    result = CliRunner().invoke(main, ["train", "book.xlsx"])
    assert (result.exit_code, result.stderr) == (3, said("book.xlsx: the file cannot be read: Permission denied."))


@pytest.mark.parametrize("command", ["show", "train", "predict", "gradcheck"])
def test_every_command_says_so(command, folder):
    assert refused(command, "nope.xlsx") == (3, said(f"nope.xlsx: there is no such file; looked in {folder}."))


# ---- the sheets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        (["Data"], "there is no sheet 'Data' with x; the workbook has 'Settings', 'Start'."),
        (["Start"], "there is no sheet 'Start' with w²; the workbook has 'Settings', 'Data'."),
        (["Data", "Start"], "there is no sheet 'Data' with x; the workbook has 'Settings'."),
    ],
)
def test_a_missing_sheet(gone, expected, folder, book):
    workbooks.edit(book, folder / "book.xlsx", change=lambda found: [found.remove(found[name]) for name in gone])
    assert refused("train", "book.xlsx") == (4, said("book.xlsx: " + expected))


@pytest.mark.parametrize("command", ["train", "show", "check", "places"])
@pytest.mark.parametrize("cells", [{}, {"B2": "weights", "C7": True}])
def test_a_workbook_without_a_number_or_formula(command, cells, folder):
    """Nothing could lie in it: so no lines of a sheet Places are proposed."""
    book = openpyxl.Workbook()
    for cell, value in cells.items():
        book.active[cell] = value
    book.save("book.xlsx")
    expected = "book.xlsx: there is no number and no formula in the workbook. `xlnn new 4-4 book.xlsx` writes one to start from."
    assert refused(command, "book.xlsx") == (4, said(expected))


def test_a_workbook_with_a_single_number(folder):
    book = openpyxl.Workbook()
    book.active["A1"] = 3
    book.save("book.xlsx")
    code, message = refused("train", "book.xlsx")
    assert code == 4
    assert message.splitlines()[0] == said(
        "book.xlsx: there is neither a sheet Settings nor the authors' arrangement (3-5 or 5-4) with its labels, "
        "and no formula that would tell what was built. Sheets, with their cells and numbers/formulas: 'Sheet' A1 1/0. There "
        "are three ways on: take the workbook in which the formulas still stand; or start from `xlnn new 4-4 book.xlsx`; or add "
        "a sheet Places with these lines, and your own cells and steps (like 4 right) for the …."
    ).removesuffix("\n")


def test_nearly_the_authors_arrangement(folder):
    """The first line says it all; those below it can be copied into a sheet Places."""
    workbooks.authors_35(folder / "book.xlsx", "Sheet1", formulas=False, panel=(0, 1))
    code, message = refused("train", "book.xlsx")
    first, header, *lines = message.splitlines()
    assert code == 4
    assert first == (
        "xlnn: error: book.xlsx › 'Sheet1': this is nearly the authors' arrangement of 3-5, "
        "but not all numbers of w², b², w³, b³ lie where they have them. "
        "Move them there, or add a sheet Places with these lines, corrected where they are not yet right:"
    )
    assert header == "  Quantity | First block    | Next image | Next unit | Next map | Next map before"
    assert lines[2] == "  w2       | Sheet1!E5:G8   |            | 4 down    |          |"
    assert len(lines) == 6


# ---- pixels --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("abc", 'expected a number, found text "abc".'),
        ("0,5", 'expected a number, found text "0,5" (decimal comma?).'),
        ("1,000,5", 'expected a number, found text "1,000,5".'),
        ("0.5", 'expected a number, found text "0.5" (a number stored as text?).'),
        (" 1", 'expected a number, found text " 1" (a number stored as text?).'),
        ("１", 'expected a number, found text "１" (a number stored as text?).'),
        (" ", 'expected a number, found text " " (only spaces: delete them).'),
        (True, "expected a number, found the truth value TRUE."),
        ("#DIV/0!", "expected a number, found the error #DIV/0!."),
        ("#N/A", "expected a number, found the error #N/A."),
        ("=1/2", FORMULA),
        (datetime.date(2024, 5, 1), "expected a number, found the date 2024-05-01. "),
        (datetime.datetime(2024, 5, 1, 12), "expected a number, found the date 2024-05-01 12:00:00. "),
        (datetime.time(12, 30), "expected a number, found the date 12:30:00. "),
    ],
)
def test_a_pixel_that_is_no_number(value, expected, folder, book):
    workbooks.edit(book, folder / "book.xlsx", {("Data", "L6"): value})
    if "the date" in expected:
        expected += "Give the cell a number format and type the number again."
    assert refused("train", "book.xlsx") == (4, said(f"book.xlsx › 'Data'!L6: {expected}"))


def test_a_pixel_that_is_not_finite(folder, book):
    workbooks.patch(book, folder / "book.xlsx", "xl/worksheets/sheet2.xml", r'(<c r="L6"[^>]*><v>)[01]<', r"\g<1>1E+999<")
    assert refused("train", "book.xlsx") == (4, said("book.xlsx › 'Data'!L6: expected a number, found inf."))


def test_all_wrong_cells_at_once(folder, book):
    """The first twenty are named, whatever is wrong with them and wherever they are."""
    cells = {("Data", f"{column}{row}"): "?" for column in "KO" for row in range(5, 9)}
    cells |= {("Data", f"{column}{row}"): "?" for column in ("AA", "AE", "AI") for row in range(5, 9)}
    workbooks.edit(book, folder / "book.xlsx", cells | {("Data", "N9"): 7, ("Start", "D17"): "w"})
    code, message = refused("train", "book.xlsx")
    spots = [f"'Data'!{column}{row}" for column in ("K", "O", "AA", "AE", "AI") for row in range(5, 9)]
    lines = [f'book.xlsx › {spot}: expected a number, found text "?".' for spot in spots[:20]]
    assert (code, message) == (4, said(*lines, "… and 2 more."))


def test_wrong_cells_of_all_arrays_together(folder, book):
    cells = {("Data", "L6"): "?", ("Data", "R9"): 7, ("Data", "V9"): None, ("Start", "D5"): "?", ("Start", "G18"): True}
    workbooks.edit(book, folder / "book.xlsx", cells)
    assert refused("train", "book.xlsx") == (
        4,
        said(
            "book.xlsx › 'Data'!L6: expected a number, found text \"?\".",
            "book.xlsx › 'Data'!V9: expected a number, found a blank cell.",
            "book.xlsx › 'Start'!D5: expected a number, found text \"?\".",
            "book.xlsx › 'Start'!G18: expected a number, found the truth value TRUE.",
        ),
    )


def test_a_thousand_wrong_cells(folder, book):
    """A table pasted as text: all of it is counted, twenty cells are named."""
    found = openpyxl.load_workbook(book.with_name("table.xlsx"))
    for row in found["Data"]["B3:M66"]:
        for cell in row:
            cell.value = str(cell.value)
    found.save("book.xlsx")
    code, message = refused("train", "book.xlsx")
    assert code == 4
    assert len(message.splitlines()) == 21
    assert message.endswith("xlnn: error: … and 748 more.\n")  # 64 images of 12 pixels, 20 of them named


BLANK_D5 = (
    "{name}: expected {shape} numbers, found {count}: this cell is blank. "
    "Fill all of them, or clear all: empty parameters are drawn at random."
)


def test_the_workbooks_language(folder, book):
    """Errors are said in the language of the workbook; --language chooses another."""
    workbooks.edit(book, folder / "book.xlsx", {("Settings", workbooks.setting(book, "language")): "zh", ("Start", "D5"): None})
    chinese = xlnn.ContentError(BLANK_D5, name="w²", shape="3×4×3", count=35).text("zh")
    code, message = refused("train", "book.xlsx")
    assert code == 4
    assert message.endswith(f"book.xlsx › 'Start'!D5：{chinese}\n")
    english = said("book.xlsx › 'Start'!D5: " + BLANK_D5.format(name="w²", shape="3×4×3", count=35))
    assert refused("train", "book.xlsx", "--language", "en") == (4, english)


# ---- the shape of images and answers -------------------------------------------------------------------


def layers(path: Path, layer: int, column: str) -> tuple[str, str]:
    """The cell of sheet Settings with a layer's kind (B), units (C), size (D) or activation (E)."""
    return "Settings", f"{column}{workbooks.layer_row(path, layer)}"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("5×3", f"'Data'!K9: x: expected 5×3 {BLANK}"),
        ("4×4", f"'Data'!N5: x: expected 4×4 {BLANK}"),
        ("3×3", f"'Data'!K8: x: expected 3×3 numbers for an image, {OTHERS}"),
        ("4×2", f"'Data'!M5: x: expected 4×2 numbers for an image, {OTHERS}"),
    ],
)  # fmt: skip
def test_images_of_another_shape_than_settings_say(size, expected, folder, book):
    workbooks.edit(book, folder / "book.xlsx", {layers(book, 1, "D"): size})
    assert refused("train", "book.xlsx") == (4, said("book.xlsx › " + expected))


@pytest.mark.parametrize("cell", ["N5", "O9", "JC9", "JF7"], ids=["wider", "second higher", "last higher", "last wider"])
def test_one_image_larger_than_the_others(cell, folder, book):
    workbooks.edit(book, folder / "book.xlsx", {("Data", cell): 1})
    expected = f"book.xlsx › 'Data'!{cell}: x: expected 4×3 numbers for an image, {OTHERS}"
    assert refused("train", "book.xlsx") == (4, said(expected))


def test_one_image_smaller_than_the_others(folder, book):
    """A person who draws only the 1s leaves the others blank: they count as 0, and that is said."""
    workbooks.edit(book, folder / "book.xlsx", dict.fromkeys([("Data", f"{c}8") for c in "OPQ"]))
    code, _, err = run("train", "book.xlsx", "-n", "0")
    assert (code, err) == (0, "Note: book.xlsx › 'Data'!O8: 3 blank pixels count as 0, this one first.\n")
    assert (xlnn.read("book.xlsx").x[1] == xlnn.example("4-4").x[1] * [[1], [1], [1], [0]]).all()
    workbooks.edit(
        folder / "book.xlsx", folder / "strict.xlsx", {("Settings", "A17"): "blank pixels", ("Settings", "B17"): "an error"}
    )
    blank = "expected a number, found a blank cell."
    assert refused("train", "strict.xlsx") == (4, said(*(f"strict.xlsx › 'Data'!{c}8: {blank}" for c in "OPQ")))


def test_a_gap_between_the_images(folder, book):
    workbooks.edit(book, folder / "book.xlsx", dict.fromkeys([("Data", f"{c}{r}") for c in "STUV" for r in range(5, 10)]))
    expected = "book.xlsx › 'Data'!S5: image 3 is blank, but images go on at W5. Close the gap or fill it."
    assert refused("train", "book.xlsx") == (4, said(expected))


def test_no_image_at_all(folder, book):
    sheet = openpyxl.load_workbook(book)["Data"]
    cells = [("Data", cell.coordinate) for row in sheet["K4:JF9"] for cell in row]
    workbooks.edit(book, folder / "book.xlsx", dict.fromkeys(cells))
    assert refused("train", "book.xlsx") == (4, said("book.xlsx › 'Data'!K5: expected an image, found blank cells."))


def test_an_image_without_its_digit(folder, book):
    workbooks.edit(book, folder / "book.xlsx", {("Data", "JF9"): None})
    assert refused("train", "book.xlsx") == (4, said("book.xlsx › 'Data'!JF9: expected a number, found a blank cell."))


def test_a_digit_without_its_image(folder, book):
    """The last image was deleted, or never copied."""
    workbooks.edit(
        book, folder / "book.xlsx", dict.fromkeys([("Data", f"{c}{r}") for c in ("JC", "JD", "JE") for r in range(5, 9)])
    )
    assert refused("train", "book.xlsx") == (
        4,
        said("book.xlsx › 'Data'!JF9: this right answer has no image: there are 63 images."),
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda sheet: sheet.insert_rows(1), "'Data'!B3: expected a number, found text \"1 1\"."),
        (lambda sheet: sheet.delete_rows(1), f"'Data'!B2: x: expected 4×3 numbers for an image, {OTHERS}"),
        (lambda sheet: sheet.insert_cols(1), f"'Data'!O3: digit: expected 1 number for an image, {OTHERS}"),
        (lambda sheet: sheet.move_range("B3:N66", cols=2), f"'Data'!O3: digit: expected 1 number for an image, {OTHERS}"),
    ],
    ids=["row inserted", "row deleted", "column inserted", "cells moved"],
)
def test_a_table_that_was_moved(change, expected, folder, book):
    """One image per row: whatever is moved, it is noticed, and nothing is trained with pixels of two images."""
    workbooks.edit(book.with_name("table.xlsx"), folder / "table.xlsx", change=lambda found: change(found["Data"]))
    code, message = refused("train", "table.xlsx")
    assert code == 4
    assert message.startswith("xlnn: error: table.xlsx › " + expected)


@pytest.mark.parametrize("digit", [2, -1, 0.5])
def test_a_digit_that_is_no_class(digit, folder, book):
    workbooks.edit(book, folder / "book.xlsx", {("Data", "N9"): digit})
    expected = f"book.xlsx › 'Data'!N9: expected one of the classes 0, 1, found {digit}."
    assert refused("train", "book.xlsx") == (4, said(expected))


def test_digits_where_targets_are_wanted(folder, book):
    workbooks.edit(book, folder / "book.xlsx", {("Settings", workbooks.setting(book, "classes")): "given"})
    assert refused("train", "book.xlsx") == (4, said(f"book.xlsx › 'Data'!N10: t: expected 2 {BLANK}"))


def test_targets_where_digits_are_wanted(folder, book):
    cells = {("Data", workbooks.letter(14 + 4 * k) + "10"): 1 for k in range(64)}
    workbooks.edit(book, folder / "book.xlsx", cells)
    expected = f"book.xlsx › 'Data'!N10: digit: expected 1 number for an image, {OTHERS}"
    assert refused("train", "book.xlsx") == (4, said(expected))


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (2, f"'Data'!L11: t: expected 2 numbers for an image, {OTHERS}"),
        (4, f"'Data'!L12: t: expected 4 {BLANK}"),
    ],
)  # fmt: skip
def test_as_many_targets_as_outputs(units, expected, folder, book):
    maps = book.with_name("maps.xlsx")
    workbooks.edit(maps, folder / "maps.xlsx", {layers(maps, 4, "C"): units})
    assert refused("train", "maps.xlsx") == (4, said("maps.xlsx › " + expected))


# ---- parameters ----------------------------------------------------------------------------------------


def test_one_blank_weight(folder, book):
    """Whether it was forgotten, or the rest is left over, only the reader knows."""
    workbooks.edit(book, folder / "book.xlsx", {("Start", "E6"): None})
    expected = "book.xlsx › 'Start'!E6: w²: expected 3×4×3 numbers, found 35: this cell is blank. "
    expected += "Fill all of them, or clear all: empty parameters are drawn at random."
    assert refused("train", "book.xlsx") == (4, said(expected))


def test_parameters_of_the_network_before(folder, book):
    """Two hidden units instead of three: unit 3's weights are left over, and must not be read as layer 3's."""
    workbooks.edit(book, folder / "book.xlsx", {layers(book, 2, "C"): 2})
    expected = f"book.xlsx › 'Start'!F13: this number is {STRAY} (w², b², w³, b³). {OLD}"
    assert refused("train", "book.xlsx") == (4, said(expected))


def test_the_saved_copy_is_missing(folder, book):
    sheet = openpyxl.load_workbook(book)["Start"]
    cells = [("Start", cell.coordinate) for row in sheet["D38:G51"] for cell in row]
    workbooks.edit(book, folder / "book.xlsx", dict.fromkeys(cells))
    expected = "book.xlsx › 'Start'!D38: expected the saved copy of the initial parameters from here on, found blank cells."
    assert refused("train", "book.xlsx", "--initial") == (4, said(expected))


def test_a_layout_without_a_saved_copy(folder, book):
    table = book.with_name("table.xlsx")
    (folder / "table.xlsx").write_bytes(table.read_bytes())
    expected = "the layout table has no saved copy of the initial parameters."
    assert refused("train", "table.xlsx", "--initial") == (2, said(expected))


# ---- settings (their values: test_settings.py) ----------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "value", "expected"),
    [
        ("A3", "Iterationen", f"'Settings'!A3: unknown setting 'Iterationen'; {UNKNOWN}"),
        ("B2", "fast", "'Settings'!B2: learning rate η: expected a number, found 'fast'."),
        ("B2", -0.2, "'Settings'!B2: the learning rate η must be a number above 0, not -0.2."),
        ("B2", "=1/5", "'Settings'!B2: " + FORMULA),
    ],
)
def test_a_wrong_setting(address, value, expected, folder, book):
    workbooks.edit(book, folder / "book.xlsx", {("Settings", address): value})
    assert refused("train", "book.xlsx") == (4, said("book.xlsx › " + expected))


def test_an_unknown_activation(folder, book):
    sheet, cell = layers(book, 2, "E")
    workbooks.edit(book, folder / "book.xlsx", {(sheet, cell): "sigmoidal"})
    known = "sigmoid / tanh / softsign / relu / leaky relu / identity / softmax / step / step above 0 / sign / sign above 0"
    expected = f"activation: expected {known}, found 'sigmoidal'."
    assert refused("train", "book.xlsx") == (4, said(f"book.xlsx › 'Settings'!{cell}: {expected}"))


def test_the_unit_step_cannot_learn(folder, book):
    workbooks.edit(book, folder / "book.xlsx", {layers(book, 2, "E"): "step"})
    expected = "layer 2: the unit step has no slope at 0 and the slope 0 everywhere else, so no error comes back through it "
    assert refused("train", "book.xlsx") == (
        2,
        said(expected + "(book 2-1); train with sigmoid instead, or one layer alone with the cost 'perceptron'."),
    )


# ---- convolution ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "column", "value", "expected"),
    [
        (2, "D", "7×7", "layer F: a filter of 7×7 does not fit on 6×6; it can have at most that size."),
        (3, "D", "3×3", "layer P: windows of 3×3 do not fill maps of 4×4; rows can be 1, 2, 4, columns 1, 2, 4."),
        (2, "D", "2×2", "layer P: windows of 2×2 do not fill maps of 5×5; rows can be 1, 5, columns 1, 5."),
        (2, "D", None, "layer F: a convolution needs a filter size like 3×3 and a stride of 1 or more."),
        (4, "E", "softmax", None),
    ],
)
def test_layers_that_do_not_fit(layer, column, value, expected, folder, book):
    maps = book.with_name("maps.xlsx")
    workbooks.edit(maps, folder / "maps.xlsx", {layers(maps, layer, column): value})
    row = workbooks.layer_row(maps, 3 if expected and "layer P" in expected else layer)
    where = f"A{row}" if expected else "B4"
    expected = expected or (
        "softmax outputs go with the cost 'softmax cross-entropy': "
        "with 'half squares' every output's slope would involve all the others."
    )
    assert refused("train", "maps.xlsx") == (4, said(f"maps.xlsx › 'Settings'!{where}: {expected}"))


@pytest.mark.parametrize(("maps", "cell"), [(2, "G18"), (4, "G40")])
def test_another_number_of_maps_than_the_weights_are_for(maps, cell, folder, book):
    source = book.with_name("maps.xlsx")
    workbooks.edit(source, folder / "maps.xlsx", {layers(source, 2, "C"): maps})
    expected = f"maps.xlsx › 'Start'!{cell}: this number is {STRAY} (w^F, b^F, w^O, b^O). {OLD}"
    assert refused("train", "maps.xlsx") == (4, said(expected))


MAPS = [
    ("x", "Data!L3:Q8", "6 right"),
    ("t", "Data!L9:L11", "6 right"),
    ("wF", "Start!E12:G14", None, None, "3 down"),
    ("bF", "Start!E21:G21"),
    ("wO", "Start!E22:F23", None, "6 down", "2 down"),
    ("bO", "Start!E40:G40"),
]


@pytest.mark.parametrize(
    ("line", "cell", "expected"),
    [
        (("wF", "Start!E12:G15", None, None, "3 down"), "B4", "expected a first block of 3×3 numbers, found E12:G15 (4×3)."),
        (("wO", "Start!E22:F24", None, "6 down", "2 down"), "B6", "expected a first block of 2×2 numbers, found E22:F24 (3×2)."),
        (("wO", "Start!E22:F25", None, "6 down"), "B6", "expected a first block of 3×2×2 numbers, found E22:F25 (4×2)."),
        (("bF", "Start!E21:F21"), "B5", "expected a first block of 3 numbers, found E21:F21 (1×2)."),
        (("wF", "Start!E12:G14", None, "3 down"), "D4", "there is no next unit here."),
    ],
)
@pytest.mark.parametrize("settings", [True, False], ids=["Settings", "Places alone"])
def test_a_filter_block_of_the_wrong_shape(line, cell, expected, settings, folder, book):
    def change(found):
        sheet = found.create_sheet("Places")
        for row in (workbooks.PLACES, *(line if old[0] == line[0] else old for old in MAPS)):
            sheet.append(row)
        if not settings:
            found.remove(found["Settings"])

    workbooks.edit(book.with_name("maps.xlsx"), folder / "maps.xlsx", change=change)
    code, message = refused("train", "maps.xlsx")
    assert code == 4
    if settings:
        assert message == said(f"maps.xlsx › 'Places'!{cell}: {line[0]}: {expected}")
    else:  # the network is inferred from the lines, so that another line may be the one that does not fit
        assert message.startswith("xlnn: error: maps.xlsx › 'Places'!")


# ---- the output ----------------------------------------------------------------------------------------


@pytest.fixture
def copy(folder, book) -> Path:
    (folder / "book.xlsx").write_bytes(book.read_bytes())
    return folder / "book.xlsx"


def test_the_output_is_the_input(copy):
    expected = "book.xlsx: the output would overwrite the input; choose another name with --output."
    assert refused("train", "book.xlsx", "-o", "book.xlsx") == (6, said(expected))
    assert refused("train", "book.xlsx", "-o", str(copy.resolve()), "--force") == (6, said(expected))


def test_the_output_is_the_input_by_another_name(copy):
    os.symlink("book.xlsx", "link.xlsx")
    expected = "the output would overwrite the input; choose another name with --output."
    assert refused("train", "book.xlsx", "-o", "link.xlsx") == (6, said("link.xlsx: " + expected))
    assert refused("train", "link.xlsx", "-o", "book.xlsx") == (6, said("book.xlsx: " + expected))


def test_the_output_is_somebody_elses(copy):
    workbooks.save(Path("marks.xlsx"), {"Marks": {"A1": 1}})
    expected = "marks.xlsx: the file exists and xlnn did not write it; --force replaces it."
    assert refused("train", "book.xlsx", "-o", "marks.xlsx") == (6, said(expected))
    assert refused("new", "4-4", "marks.xlsx") == (6, said(expected))
    Path("text.xlsx").write_text("not even a workbook")
    expected = "text.xlsx: the file exists and xlnn did not write it; --force replaces it."
    assert refused("train", "book.xlsx", "-o", "text.xlsx") == (6, said(expected))


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("results/out.xlsx", "out.xlsx: there is no folder results."),
        ("book.xlsx/out.xlsx", "out.xlsx: there is no folder book.xlsx."),
        ("folder.xlsx", "folder.xlsx: this is a folder."),
        ("out.csv", "out.csv: expected a name that ends in .xlsx."),
        ("out", "out: expected a name that ends in .xlsx."),
    ],
)
def test_an_output_that_cannot_be(output, expected, copy):
    Path("folder.xlsx").mkdir()
    assert refused("train", "book.xlsx", "-o", output) == (6, said(expected))


def test_an_output_name_that_is_too_long(copy):
    name = "a" * 300 + ".xlsx"
    code, message = refused("train", "book.xlsx", "-o", name)
    assert (code, message) == (6, said(f"{name[:79]}…: the file cannot be written: {os.strerror(36)}."))


def test_a_folder_that_cannot_be_written_to(copy, monkeypatch):
    """As root no permission is missing, so the answer of the system is made."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert refused("train", "book.xlsx") == (6, said("book-trained.xlsx: no permission to write here."))


# ---- η -------------------------------------------------------------------------------------------------


@pytest.fixture
def steep(folder, book) -> Path:
    """A linear network: with η = 10 its parameters grow beyond all numbers."""
    cells = {layers(book, layer, "E"): "identity" for layer in (2, 3)}
    return workbooks.edit(book, folder / "book.xlsx", cells)


def in_two(errors: str) -> tuple[str, str]:
    """The one line about a training that diverged: that it did, and what of it is in the file."""
    (line,) = errors.splitlines()
    first, than, rest = line.partition("than 10. ")
    return first + than.strip(), rest


def test_training_that_diverges(steep):
    result = CliRunner().invoke(main, ["train", "book.xlsx", "--eta", "10", "-n", "300", "--keep", "all"])
    first, second = in_two(result.stderr)
    assert result.exit_code == 7
    assert result.stdout == ""
    match = workbooks.re.fullmatch(
        r"xlnn: error: training diverged: after update ([0-9]+) not every number is finite. Try a smaller η than 10\.", first
    )
    assert second == "The iterations before are in book-trained.xlsx."
    found = openpyxl.load_workbook("book-trained.xlsx", data_only=True)
    sheets = [name for name in found.sheetnames if name.startswith("Iteration ")]
    assert sheets == [f"Iteration {k}" for k in range(1, int(match[1]) + 1)]
    assert found["Summary"]["A2"].value == first.removeprefix("xlnn: error: ")
    for name in (*sheets, "Trained"):
        cells = [cell for row in found[name].iter_rows(values_only=True) for cell in row]
        assert all(abs(cell) < float("inf") for cell in cells if isinstance(cell, float))
    assert set(workbooks.files(Path())) == {"book.xlsx", "book-trained.xlsx"}
    assert CliRunner().invoke(main, ["show", "book-trained.xlsx"]).exit_code == 0


@pytest.mark.parametrize(("keep", "step"), [([], 3), (["--keep", "every:7,last"], 7), (["--keep", "every:7"], 7)])
def test_the_last_iteration_before_it_diverged_is_kept(steep, keep, step):
    """Of 300 iterations every third gets a sheet, and the last one; where it diverges that is the last before."""
    first, second = in_two(CliRunner().invoke(main, ["train", "book.xlsx", "--eta", "10", "-n", "300", *keep]).stderr)
    last = int(workbooks.re.search("after update ([0-9]+)", first)[1])
    expected = sorted({*range(1, last + 1, step), *([] if keep[1:] == ["every:7"] else [last])})
    found = openpyxl.load_workbook("book-trained.xlsx", data_only=True)
    assert [name for name in found.sheetnames if name.startswith("Iteration ")] == [f"Iteration {k}" for k in expected]
    kept = keep[1] if keep else "every:3,last"
    assert second == (
        f"Iterations before that have a sheet (--keep {kept}): {len(expected)}, in book-trained.xlsx; --keep all writes all."
    )
    told = {text for row in found["Conventions"].iter_rows(values_only=True) for text in row}
    assert f"Only {len(expected)} of 300 iterations have a sheet (--keep)." in told


def test_training_that_diverges_in_batches(steep):
    result = CliRunner().invoke(main, ["train", "book.xlsx", "--eta", "10", "-n", "300", "--batch", "16"])
    assert result.exit_code == 7
    first, _ = in_two(result.stderr)
    assert openpyxl.load_workbook("book-trained.xlsx")["Summary"]["A2"].value == first.removeprefix("xlnn: error: ")


TOO_FAR = "training diverged: update 1 leads to numbers that are not finite. Try a smaller η than 1e+308."


@pytest.mark.parametrize(
    ("cells", "eta", "expected"),
    [
        # w³ − η ∂C_T/∂w³ is beyond 1.8e308 where the gradient is larger than 1.8
        ({}, "1e308", TOO_FAR),
        ({"E": "identity"}, "1e308", TOO_FAR),
        # a³ is about 1e200 and C half its square: no η helps
        ({"E": "identity", "D5": 1e200}, "0.1",
         "training cannot begin: the first parameters give numbers that are not finite. Look at them and at the images."),
    ],
)  # fmt: skip
def test_a_training_whose_first_update_is_too_much_says_that_nothing_is_written(cells, eta, expected, folder, book):
    made = {layers(book, layer, "E"): cells["E"] for layer in (2, 3)} if "E" in cells else {}
    made |= {("Start", "D5"): cells["D5"]} if "D5" in cells else {}
    workbooks.edit(book, folder / "book.xlsx", made)
    assert refused("train", "book.xlsx", "--eta", eta) == (7, said(f"{expected} Nothing was written."))


def test_a_training_that_ends_higher_than_it_began_says_so(folder, book):
    """η 5 throws 4-4 to where every output is near 0 or 1, half of them wrongly: C_T about 32."""
    workbooks.edit(book, folder / "book.xlsx", {})
    result = CliRunner().invoke(main, ["train", "book.xlsx", "--eta", "5", "-n", "3"])
    assert (result.exit_code, result.stderr) == (
        0, "xlnn: note: C_T is larger at the end than at the start. Try a smaller η than 5.\n"
    )  # fmt: skip
    assert CliRunner().invoke(main, ["train", "book.xlsx", "-n", "3", "--force"]).stderr == ""
    assert CliRunner().invoke(main, ["train", "book.xlsx", "--eta", "5", "-n", "3", "-q", "--force"]).stderr == ""
