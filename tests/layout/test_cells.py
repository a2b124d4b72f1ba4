"""Cells and ranges: a table of cases, and every column's name as openpyxl and XlsxWriter have it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from xlsxwriter.utility import quote_sheetname

from xlnn.errors import UsageError
from xlnn.layout.cells import COLUMNS, ROWS, Cell, Range, column_name, column_number, quoted


@pytest.mark.parametrize(
    ("column", "name"),
    [(1, "A"), (2, "B"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA"), (267, "JG"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")],
)
def test_column_names(column, name):
    assert column_name(column) == name
    assert column_number(name) == column_number(name.lower()) == column


def test_every_column_has_the_name_that_openpyxl_gives_it():
    assert [column_name(n) for n in range(1, COLUMNS + 1)] == [get_column_letter(n) for n in range(1, COLUMNS + 1)]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("A1", (1, 1)), ("L5", (5, 12)), ("$L$5", (5, 12)), ("L$5", (5, 12)), ("jg21", (21, 267)), (" G30 ", (30, 7)),
        ("XFD1048576", (1_048_576, 16_384)),
    ],
)  # fmt: skip
def test_a_cell_is_read(text, cell):
    assert Cell.parse(text) == cell


@pytest.mark.parametrize(
    "text", ["", "L", "5", "5L", "L0", "L05", "L-5", "L 5", "L5:N8", "XFE1", "A1048577", "AAAA1", "É1", "A１", "R1C1", "Data!L5"]
)
def test_what_is_no_cell_is_refused(text):
    with pytest.raises(UsageError) as error:
        Cell.parse(text)
    assert str(error.value) == f"{text!r} is not a cell; write it like L5."


def test_a_cell_says_its_name():
    cell = Cell(5, 12)
    assert (cell.name, cell.absolute) == ("L5", "$L$5")
    assert cell.moved(3, 2).name == "N8"
    assert cell.moved(columns=-11).name == "A5"


@pytest.mark.parametrize(
    ("cell", "there"),
    [
        ((1, 1), True), ((ROWS, COLUMNS), True), ((0, 1), False), ((1, 0), False),
        ((ROWS + 1, 1), False), ((1, COLUMNS + 1), False),
    ],
)  # fmt: skip
def test_on_sheet(cell, there):
    assert Cell(*cell).on_sheet is there


@given(st.integers(1, ROWS), st.integers(1, COLUMNS))
def test_a_cell_is_read_back_from_its_name(row, column):
    cell = Cell(row, column)
    assert Cell.parse(cell.name) == Cell.parse(cell.absolute) == cell


@pytest.mark.parametrize(
    ("text", "name", "absolute", "height", "width"),
    [
        ("L5:N8", "L5:N8", "$L$5:$N$8", 4, 3),
        ("$D$5:$F$8", "D5:F8", "$D$5:$F$8", 4, 3),
        ("O11:O13", "O11:O13", "$O$11:$O$13", 3, 1),
        ("G5", "G5", "$G$5", 1, 1),
        ("G5:G5", "G5", "$G$5", 1, 1),
    ],
)
def test_a_range_is_read(text, name, absolute, height, width):
    found = Range.parse(text)
    assert (found.name, found.absolute, found.height, found.width) == (name, absolute, height, width)


def test_a_range_moves():
    assert Range.parse("L5:N8").moved(columns=4).name == "P5:R8"
    assert Range.parse("D5:G18").moved(33).name == "D38:G51"


@pytest.mark.parametrize("text", ["N8:L5", "L8:N5", "N5:L8"])
def test_corners_the_wrong_way_round_are_refused(text):
    with pytest.raises(UsageError) as error:
        Range.parse(text)
    assert str(error.value) == f"{text!r} is not a range; write it like L5:N8."


@pytest.mark.parametrize("text", ["", ":", "L5:", ":N8", "L5:N8:O9", "L5-N8"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(UsageError, match="write it like L5"):
        Range.parse(text)


@pytest.mark.parametrize(
    ("sheet", "spelled"),
    [
        ("Data", "Data"), ("Settings", "Settings"), ("Iteration 1", "'Iteration 1'"), ("it's", "'it''s'"), ("学习", "'学习'"),
        ("A1", "'A1'"), ("xfd1", "'xfd1'"), ("2024", "'2024'"), ("R", "'R'"), ("c12", "'c12'"),
        ("R1C1", "'R1C1'"), ("rc", "'rc'"), ("Row", "Row"), ("a-b", "'a-b'"), ("my_sheet", "my_sheet"),
    ],
)  # fmt: skip
def test_a_sheet_in_a_formula(sheet, spelled):
    assert quoted(sheet) == spelled


@given(st.text("AaRrCcXx019 _'", min_size=1, max_size=5))
def test_a_sheet_that_xlsxwriter_quotes_is_quoted(sheet):
    if quote_sheetname(sheet).startswith("'") and not sheet.startswith("'"):
        assert quoted(sheet) == "'" + sheet.replace("'", "''") + "'"
