"""What the cells show: no number that is not 0 looks like 0, on any kind of sheet."""

from __future__ import annotations

import openpyxl
import pytest
from command import run
from shown import shown

import xlnn
from xlnn.model.examples import example
from xlnn.sections import sections


@pytest.mark.parametrize(
    ("number", "format_", "text"),
    [
        (-0.000239, "0.00E+0;-0.00E+0;0", "-2.39E-4"),
        (0, "0.00E+0;-0.00E+0;0", "0"),
        (1.5e-12, "0.00E+0;-0.00E+0;0", "1.50E-12"),
        (-5.465, "0.000", "-5.465"),
        (0.0001, "[=0]0.000;[<0.0005]0.00E+0;0.000", "1.00E-4"),
        (0.515625, "[=0]0.0%;[<0.0005]0.0000%;0.0%", "51.6%"),
    ],
)
def test_the_reader_of_formats(number, format_, text):
    assert shown(number, format_) == text


def numbers(path):
    """Sheet, cell, number and format of every number of a workbook."""
    for sheet in openpyxl.load_workbook(path, data_only=True):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
                    yield sheet.title, cell.coordinate, cell.value, cell.number_format


def lost(path):
    """The cells that show 0, or another sign, for a number that is not 0."""
    for sheet, cell, number, format_ in numbers(path):
        text = shown(number, format_)
        seen = float(text.removesuffix("%"))
        if (seen == 0) != (number == 0) or seen * number < 0:
            yield sheet, cell, number, text


@pytest.fixture(name="book", scope="module")
def _book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")

    def write(section, *arguments):
        path = folder / f"{section}.xlsx"
        if not path.exists():
            assert run("new", section, path, "-q")[0] == 0
        if not arguments:
            return path
        command, *more = arguments
        made = folder / f"{section}-{'-'.join(a.strip('-') for a in arguments if '/' not in a)}.xlsx"
        assert run(command, path, *more, "-o", made, "-q")[0] in (0, 7)
        return made

    return write


@pytest.mark.parametrize("section", [name for name in sections() if name not in ("nielsen", "own")])
def test_new_workbooks_show_every_number(book, section):
    assert [found for found in lost(book(section)) if abs(found[2]) >= 1e-14] == []


def test_what_stands_for_zero_is_shown_as_zero(book):
    """COS(PI()/2) is 6.12E-17 with the digits that a cell has, and 0 in the book: no number of that size stands on a lesson."""
    found = [(sheet, cell, text) for sheet, cell, number, text in lost(book("2")) if abs(number) < 1e-14]
    assert ("2-7 Lagrange", "B19", "0.000") in found
    for section in ("2", "2-8", "2-12"):
        tiny = [(number, format_) for _, _, number, format_ in numbers(book(section)) if 0 < abs(number) < 1e-14]
        assert {float(shown(*each)) for each in tiny} == {0.0}


@pytest.mark.parametrize(
    ("section", "arguments"),
    [
        ("4-4", ("train", "-n", "50", "--keep", "1,50")),
        ("4-4", ("train", "-n", "2", "--cells", "formulas")),
        ("4-4", ("train", "-n", "3", "--layout", "table", "--keep", "last")),
        ("4-4", ("solve", "--steps", "3")),
        ("4-4", ("sweep", "--eta", "0.1,0.2", "--seeds", "0:3", "-n", "30", "--keep", "last")),
        ("4-4", ("landscape", "--over", "w2[1,1,1]", "w2[1,1,2]", "--grid", "5")),
        ("5-6", ("train", "-n", "1")),
        ("2-12", ("train", "-n", "2")),
        ("logistic", ("train", "-n", "20", "--keep", "last")),
        ("2-11", ("descend",)),
    ],
)
def test_results_show_every_number(book, section, arguments):
    assert not list(lost(book(section, *arguments)))


def test_predictions_show_every_number(book, tmp_path):
    trained = book("4-4", "train", "-n", "50", "--keep", "1,50")
    assert run("predict", trained, book("4-4"), "-o", tmp_path / "p.xlsx")[0] == 0
    assert not list(lost(tmp_path / "p.xlsx"))


def test_a_gradient_shows_three_significant_digits(book):
    """README's δ²₁ of image 1, −0.000239, and every other δ and gradient: at most half a unit of the third digit is lost."""
    sheet = openpyxl.load_workbook(book("4-4", "train", "-n", "50", "--keep", "1,50"))["Iteration 1"]
    assert shown(sheet["O66"].value, sheet["O66"].number_format) == "-2.39E-4"
    for row in (*sheet["D71:F82"], *sheet["O54:O82"]):
        for cell in row:
            if isinstance(cell.value, float) and cell.value:  # labels stand between them
                assert float(shown(cell.value, cell.number_format)) == pytest.approx(cell.value, rel=0.005)


def test_a_gradient_from_a_tenth_on_has_decimals(book):
    """δ³ of image 1 is −0.148102 and 0.017168 (book 4-2), shown alike whether numbers or formulas stand in the cells."""
    formats = {}
    for cells in ("values", "formulas"):
        made = book("4-4", "train", "-n", "2", "--cells", cells)
        formats[cells] = [cell.number_format for (cell,) in openpyxl.load_workbook(made)["Iteration 1"]["O58:O59"]]
    assert [shown(-0.148102, formats["values"][0]), shown(0.017168, formats["values"][1])] == ["-0.148", "1.72E-2"]
    assert formats["formulas"] == formats["values"]
    assert [shown(0.0, format_) for format_ in formats["values"]] == ["0", "0"]


def test_empty_cells_of_an_exercise_show_what_is_filled_in(tmp_path):
    assert run("new", "4-4", tmp_path / "e.xlsx", "--exercise", "backward", "--images", "2", "-q")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "e.xlsx")["Iteration 1"]
    assert shown(-0.000239, sheet["O66"].number_format) == "-2.39E-4"


def test_pixels_and_whole_numbers_are_whole(book):
    sheet = openpyxl.load_workbook(book("4-4", "train", "-n", "50", "--keep", "1,50"))["Iteration 1"]
    assert {cell.number_format for row in sheet["L5:N8"] for cell in row} == {"General"}
    assert {sheet[cell].number_format for cell in ("O9", "O27", "O28", "L4")} == {"General"}  # t, prediction, answer, number


def test_as_many_decimals_as_are_asked_for(book, tmp_path):
    assert run("train", book("4-4"), "-n", "1", "--decimals", "6", "-o", tmp_path / "t.xlsx", "-q")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Iteration 1"]
    assert [sheet[cell].number_format for cell in ("O11", "O66", "D5", "G21", "L5")] == ["0.000000"] * 4 + ["General"]
    assert run("new", "2-9", tmp_path / "l.xlsx", "--decimals", "0", "-q")[0] == 0
    assert "0.000" not in {format_ for *_, format_ in numbers(tmp_path / "l.xlsx")}


@pytest.mark.parametrize("decimals", ["-1", "16", "x"])
def test_decimals_that_a_cell_cannot_show(book, tmp_path, decimals):
    code, out, err = run("train", book("4-4"), "--decimals", decimals, "-o", tmp_path / "t.xlsx")
    assert (code, out) == (2, "")
    assert decimals in err
    assert not (tmp_path / "t.xlsx").exists()


def test_decimals_from_python(tmp_path):
    with pytest.raises(xlnn.XlnnError, match="decimals must be from 0 to 15, not 16"):
        xlnn.write(example("4-4"), tmp_path / "t.xlsx", decimals=16)
