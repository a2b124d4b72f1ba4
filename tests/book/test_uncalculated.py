"""A formula whose result is not stored is never a blank: it is refused at its cell, once for all, wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import workbooks
import xlnn
from xlnn.cli.main import main

ONE = ": expected a number, found a formula without a stored result. Open the workbook in Excel or LibreOffice, save it, and try"
MANY = ": expected numbers, found {} formulas without a stored result, the first of them here. Open the workbook in Excel or"
TEXT = ": found a formula without a stored result. Open the workbook in Excel or LibreOffice, save it, and try again."


@pytest.fixture(scope="module")
def books(tmp_path_factory) -> Path:
    """The workbooks of 4-4 and 5-6, and what training makes of them."""
    folder = tmp_path_factory.mktemp("books")
    for section in ("4-4", "5-6"):
        xlnn.new(section, folder / f"{section}.xlsx")
    xlnn.write(xlnn.read(folder / "4-4.xlsx", iterations=2), folder / "trained.xlsx")
    xlnn.write(xlnn.read(folder / "4-4.xlsx", iterations=2, layout="table"), folder / "table.xlsx")
    return folder


def refused(command: str, source: Path, target: Path, cells: dict, said: str, *more: str) -> None:
    """With these cells the command ends with exit code 4 and one line that names the first of them."""
    workbooks.edit(source, target, cells)
    result = CliRunner().invoke(main, [command, *more, str(target)])
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith(f"xlnn: error: {target.name} › {said}")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("book", "cells", "said"),
    [
        ("4-4", {("Data", "K5"): "=1"}, f"'Data'!K5{ONE}"),
        ("4-4", {("Data", f"{c}{r}"): "=1" for c in ("JC", "JD", "JE") for r in range(5, 9)}, "'Data'!JC5" + MANY.format(12)),
        ("4-4", {("Data", "JF9"): "=1"}, f"'Data'!JF9{ONE}"),  # the right answer of the last image
        ("4-4", {("Data", "JJ9"): "=1"}, f"'Data'!JJ9{ONE}"),  # one behind it
        ("4-4", {("Start", "D5"): "=1", ("Start", "G18"): "=2"}, "'Start'!D5" + MANY.format(2)),
        ("4-4", {("Data", "K4"): "=1", ("Data", "O4"): "=2"}, "'Data'!K4" + MANY.format(2)),  # the images' numbers
        ("4-4", {("Settings", "B2"): "=1/5"}, f"'Settings'!B2{ONE}"),
        ("4-4", {("Settings", "A3"): '="iterations"'}, f"'Settings'!A3{TEXT}"),
        ("4-4", {("Settings", "A20"): '="2"'}, f"'Settings'!A20{TEXT}"),  # a layer's name
        ("4-4", {("Settings", "C20"): "=3"}, f"'Settings'!C20{TEXT}"),  # its units
        ("4-4", {("Settings", "E20"): '="relu"'}, f"'Settings'!E20{TEXT}"),  # its activation
        ("5-6", {("Settings", "D20"): '="3×3"'}, f"'Settings'!D20{TEXT}"),
        ("5-6", {("Settings", "F20"): "=3"}, f"'Settings'!F20{TEXT}"),  # its stride
        ("table", {("Data", f"B{row}"): "=1" for row in range(40, 60)}, "'Data'!B40" + MANY.format(20)),
        ("trained", {("Trained", "D38"): "=1"}, ""),  # a copy that nobody reads
        ("4-4", {("Settings", "C2"): '="a note"', ("Data", "A1"): '="title"'}, ""),
    ],
)  # fmt: skip
def test_show(books, tmp_path, book, cells, said):
    if said:
        refused("show", books / f"{book}.xlsx", tmp_path / "made.xlsx", cells, said)
    else:
        xlnn.read(workbooks.edit(books / f"{book}.xlsx", tmp_path / "made.xlsx", cells))


def test_what_stood_behind_the_last_calculated_image_is_not_lost(books, tmp_path):
    """The second half of the images as formulas: 32 · 12 pixels, or those of one image and no right answer."""
    cells = {
        ("Data", workbooks.letter(11 + 4 * k + j) + str(5 + i)): "=1" for k in range(32, 64) for i in range(4) for j in range(3)
    }
    refused("train", books / "4-4.xlsx", tmp_path / "made.xlsx", cells, "'Data'!EI5" + MANY.format(384))
    trained = str(books / "trained.xlsx")
    refused("predict", books / "4-4.xlsx", tmp_path / "new.xlsx", cells, "'Data'!EI5" + MANY.format(384), trained)


def test_an_image_drawn_with_formulas_on_sheet_test(books, tmp_path):
    refused("predict", books / "trained.xlsx", tmp_path / "made.xlsx", {("Test", "M6"): "=1"}, f"'Test'!M6{ONE}")


def test_held_out_images(books, tmp_path):
    def hold_out(book):
        sheet = book.copy_worksheet(book["Data"])
        sheet.title = "Held out"
        for cell in ("O5", "O6", "P7"):
            sheet[cell] = "=1"

    path = workbooks.edit(books / "4-4.xlsx", tmp_path / "made.xlsx", change=hold_out)
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(path)
    assert str(caught.value).startswith("made.xlsx › 'Held out'!O5" + MANY.format(3))


@pytest.mark.parametrize(
    ("cell", "said"),
    [("A3", TEXT), ("B3", TEXT), ("C2", TEXT), ("D4", TEXT)],
)
def test_places(tmp_path, cell, said):
    path = workbooks.edit(workbooks.own(tmp_path / "own.xlsx"), tmp_path / "made.xlsx", {("Places", cell): '="x"'})
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(path)
    assert str(caught.value) == f"made.xlsx › 'Places'!{cell}{said}"


@pytest.mark.parametrize("cells", [("B23",), ("B23", "G23"), ("B20", "C20", "B21", "C21"), ("E7",), ("E13",), ("B13", "C13")])
def test_numbers_at_a_persons_own_places(tmp_path, cells):
    path = workbooks.edit(
        workbooks.own(tmp_path / "own.xlsx"), tmp_path / "made.xlsx", {("My images", cell): "=0" for cell in cells}
    )
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(path)
    assert str(caught.value).startswith(f"made.xlsx › 'My images'!{cells[0]}: expected")
    assert "without a stored result" in str(caught.value)


def test_the_history_of_a_training(books, tmp_path):
    """A line of Summary that a formula makes is not the end of the table."""
    refused("plot", books / "trained.xlsx", tmp_path / "made.xlsx", {("Summary", "A9"): "=1"}, f"'Summary'!A9{ONE}")


def test_variables_of_a_descent(tmp_path):
    xlnn.new("2-11", tmp_path / "f.xlsx")
    refused("descend", tmp_path / "f.xlsx", tmp_path / "made.xlsx", {("Settings", "A9"): '="x"'}, f"'Settings'!A9{TEXT}")
