"""What is printed: LibreOffice's pages of a whole result are counted, and where they end is looked up in the file."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from office import convert, needs_office

import xlnn
from xlnn.model.examples import example

needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext: apt-get install poppler-utils")


def pages(path, folder):
    """How many pages each sheet takes: its name stands in the footer of each."""
    convert(path, folder / "book.pdf", "pdf", 300)
    text = subprocess.run(["pdftotext", "-layout", folder / "book.pdf", "-"], check=True, capture_output=True).stdout.decode()
    return Counter(" ".join(found.split()) for found in re.findall(r"^ *(\S+(?: \S+)*) +\d+ ?/ ?\d+\s*$", text, re.MULTILINE))


@needs_office
@needs_pdftotext
def test_an_iteration_is_printed_on_three_pages_at_most(tmp_path):
    xlnn.write(example("4-4"), tmp_path / "t.xlsx", keep="first,last")
    found = pages(tmp_path / "t.xlsx", tmp_path)
    assert found["Summary"] == 1
    assert 1 <= found["Iteration 1"] <= 3
    assert 1 <= found["Iteration 50"] <= 3
    assert (found["Test"], found["Settings"], found["Conventions"], found["Places"], found["Trained"]) == (1, 1, 1, 1, 1)


@needs_office
@needs_pdftotext
@pytest.mark.parametrize("section", ["1-2", "2-4", "2-6", "2-9", "4-2", "5-1"])
def test_a_lesson_is_printed_on_a_page_for_each_sheet(tmp_path, section):
    found = pages(xlnn.new(section, tmp_path / "l.xlsx"), tmp_path)
    assert set(found.values()) == {1}
    assert len(found) == len(openpyxl.load_workbook(tmp_path / "l.xlsx").sheetnames)


@pytest.mark.parametrize(("printed", "last"), [("first", "AQ100"), ("all", "JG100")])
def test_the_first_images_or_all(tmp_path, printed, last):
    """Image 8's block ends in AQ, that of image 64 in JG: L + 4 · 8 − 1 and L + 4 · 64 − 1 columns."""
    xlnn.write(example("4-4"), tmp_path / "t.xlsx", keep="1", printed=printed)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Iteration 1"]
    assert sheet.print_area == f"'Iteration 1'!$A$1:${last[:2]}${last[2:]}"
    assert (sheet.print_title_cols, sheet.print_title_rows) == ("$H:$K", None)  # its rows all fit
    assert all((end.id - 11) % 4 == 0 for end in sheet.col_breaks.brk)  # a page ends with the last column of an image
    assert {end.id + 1 for end in sheet.row_breaks.brk} <= {37, 53, 70, 86}  # and before a heading
    assert sheet.page_setup.scale >= (42 if printed == "first" else 32)  # three pages are used for larger numbers


@pytest.mark.parametrize(("section", "block"), [("4-4", 4), ("5-6", 6)])
def test_images_without_anything_calculated_are_large_enough_to_read(tmp_path, section, block):
    """Sheet Data of 64 or 96 images: at least half of the size on the screen, as a script is printed in 5 of 10 points."""
    xlnn.write(example(section).with_settings(iterations=1), tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Data"]
    assert sheet.page_setup.scale >= 50
    ends = [end.id for end in sheet.col_breaks.brk]
    assert {(end - ends[0]) % block for end in ends} == {0}


def test_the_numbers_of_the_images_are_on_every_page(tmp_path):
    """5-6 is higher than a page: its rows 1 and 2, with the number of each image, are repeated."""
    xlnn.write(example("5-6"), tmp_path / "t.xlsx", keep="1")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Iteration 1"]
    assert (sheet.print_title_cols, sheet.print_title_rows) == ("$H:$K", "$1:$2")
    assert sheet.row_breaks.brk


def test_a_table_repeats_its_heads_without_the_parameters_above_them(tmp_path):
    """5-6 as a table, three times its images: the rows of parameters end where the heads begin, and no head is left out."""
    problem = example("5-6")
    given = {name: np.concatenate([getattr(problem, name)] * 3) for name in ("x", "t")}
    problem = replace(problem, settings=replace(problem.settings, layout="table"), **given)
    xlnn.write(problem, tmp_path / "t.xlsx", keep="1", printed="all")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Iteration 1"]
    first, last = (int(row) for row in sheet.print_title_rows.replace("$", "").split(":"))
    assert last - first < 4
    heads = {cell.value for row in sheet.iter_rows(min_row=first, max_row=last) for cell in row}
    assert {"x", "C"} <= heads
    assert sheet.cell(last + 1, 1).value == 1  # the first image


@needs_office
@needs_pdftotext
def test_no_page_ends_within_an_image(tmp_path):
    """LibreOffice's own pages, with any font, have whole images, and the labels of their numbers beside them."""
    xlnn.write(example("4-4"), tmp_path / "t.xlsx", keep="1", cells="values")
    convert(tmp_path / "t.xlsx", tmp_path / "t.pdf", "pdf", 300)
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "t.pdf", "-"], check=True, capture_output=True).stdout.decode()
    printed = [page for page in text.split("\f") if re.search(r"^ *Iteration 1 +\d+ ?/", page, re.MULTILINE)]
    images = [re.search(r"image +(\d.*)$", page, re.MULTILINE)[1].split() for page in printed]
    assert [number for page in images for number in page] == list("12345678")
    assert len(images) == 3
    assert all("backward pass" in page and "squared error" in page for page in printed)
    assert all(len(re.findall("∂C/∂b²", page)) == len(numbers) for page, numbers in zip(printed, images, strict=True))


@pytest.mark.parametrize("section", ["2-12", "logistic"])
def test_the_title_is_printed_where_columns_are_few(tmp_path, section):
    """A page as wide as the title: a sheet of two narrow columns had cut it off."""
    xlnn.write(example(section), tmp_path / "t.xlsx", keep="1")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Test"]
    last = openpyxl.utils.range_boundaries(sheet.print_area.partition("!")[2])[2]
    letters = [openpyxl.utils.get_column_letter(column) for column in range(1, last + 1)]
    wide = sum(sheet.column_dimensions[letter].width if letter in sheet.column_dimensions else 8.43 for letter in letters)
    assert wide >= len(sheet["A1"].value) * 1.2


@pytest.mark.parametrize("step", ["all", "forward"])
def test_the_title_of_an_exercise_is_printed_to_its_end(tmp_path, step):
    """It says what ○ and × are: in 14 points bold, longer than the columns of three images are wide."""
    sheet = openpyxl.load_workbook(xlnn.exercise("4-4", tmp_path / "e.xlsx", step=step, images=3))["Iteration 1"]
    last = openpyxl.utils.range_boundaries(sheet.print_area.partition("!")[2])[2]
    wide, width = 0.0, 8.43
    for column in range(1, last + 1):
        found = [d for d in sheet.column_dimensions.values() if d.min <= column <= d.max]
        wide += found[0].width if found else width
    assert sheet["A1"].value.endswith("×.")
    assert wide >= len(sheet["A1"].value) * 1.2


def test_print_says_what_it_knows(tmp_path):
    with pytest.raises(xlnn.XlnnError, match="unknown print 'some'; known: first, all"):
        xlnn.write(example("4-4"), tmp_path / "t.xlsx", printed="some")


def pixels_of(sheet, cell: str) -> tuple[float, float]:
    """Width and height of a cell in pixels, as Excel has it with digits of 7 pixels; columns are stored in groups."""
    at = sheet[cell]
    groups = (entry for entry in sheet.column_dimensions.values() if entry.min <= at.column <= entry.max)
    width = next((entry.width for entry in groups), 9.14)
    return round(width * 7), (sheet.row_dimensions[at.row].height or 15) / 0.75


@pytest.mark.parametrize(
    ("problem", "cells"),
    [(lambda: example("5-6"), ("L3", "Q8")), (lambda: example("4-4"), ("L5", "N8")), (lambda: drawn(8, 8), ("L5", "S12"))],
)
def test_the_image_to_be_drawn_has_squares(tmp_path, problem, cells):
    """On sheet Test, whose columns are as wide as the numbers below the image need."""
    xlnn.write(replace_iterations(problem(), 1), tmp_path / "t.xlsx", keep="none")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Test"]
    for cell in cells:
        width, height = pixels_of(sheet, cell)
        assert abs(width - height) <= 1, cell
    assert sheet.row_dimensions[sheet.max_row].height is None  # the others are as high as ever


def test_a_large_image_to_be_drawn_fits_the_screen(tmp_path):
    """28 rows of squares would be 1,700 pixels high."""
    xlnn.write(replace_iterations(drawn(28, 28), 1), tmp_path / "t.xlsx", keep="none", detail="totals")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Test"]
    assert sum((dimension.height or 0) / 0.75 for dimension in sheet.row_dimensions.values()) <= 610


def drawn(rows: int, columns: int) -> xlnn.Problem:
    """Three random images of so many pixels."""
    x = np.random.default_rng(1).integers(0, 2, (3, rows, columns))
    return xlnn.problem(x, [0, 1, 2], layers=(rows * columns, 4, 3))


def replace_iterations(problem: xlnn.Problem, iterations: int) -> xlnn.Problem:
    return replace(problem, settings=replace(problem.settings, iterations=iterations))


@pytest.mark.parametrize(("section", "before", "begins"), [("5-6", "Q3", "R3"), ("4-4", "O5", "P5")])
def test_images_that_touch_are_told_apart(tmp_path, section, before, begins):
    """In 5-4 of the authors' workbooks the next image begins in the next column; in 3-5 a column lies between."""
    xlnn.write(replace_iterations(example(section), 1), tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    for sheet in (book["Iteration 1"], book["Trained"], *([book["Data"]] if section == "5-6" else [])):
        touch = section == "5-6"
        assert (sheet[begins].border.left.style == "medium") == touch
        assert sheet[before].border.left.style != "medium"
        assert sheet["L5"].border.left.style != "medium"  # the first image begins where nothing stands before it
        assert sheet[begins].fill.fgColor.rgb == sheet["L5"].fill.fgColor.rgb


def test_the_columns_of_every_image_are_named(tmp_path):
    """z and a of the output layer stand side by side, their symbols over them: L42 and M42, 6 columns on R42 and S42 …"""
    xlnn.write(replace_iterations(example("5-6"), 1), tmp_path / "t.xlsx")
    for name in ("Iteration 1", "Trained"):
        sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")[name]
        row = [sheet.cell(42, column).value for column in range(12, 12 + 6 * 96)]
        assert row == ["zO", "aO", None, None, None, None] * 96
