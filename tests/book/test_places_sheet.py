"""Sheet Places: lines read into places and written back, as people write them, and what is wrong in them."""

from __future__ import annotations

import re

import numpy as np
import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sheet_styles import Style, save, trajectory

import workbooks
import xlnn
from xlnn.book import places_words
from xlnn.book.places_sheet import parse, step
from xlnn.book.places_words import HEADER
from xlnn.book.places_writing import describe
from xlnn.cli.main import main
from xlnn.errors import ContentError, Where
from xlnn.layout.cells import COLUMNS, ROWS, Cell
from xlnn.layout.places import Place, first_shared_cell
from xlnn.model.quantities import Quantity
from xlnn.words import LANGUAGES, every, say

X = Quantity("x", "", ("row", "column"), (4, 3), per_image=True)
W2 = Quantity("w", "2", ("unit", "row", "column"), (3, 4, 3))
W3 = Quantity("w", "3", ("unit", "unit before"), (2, 3))
B2 = Quantity("b", "2", ("unit",), (3,))
WO = Quantity("w", "O", ("unit", "map", "row", "column"), (3, 3, 2, 2))
Z2 = Quantity("z", "2", ("unit",), (3,), per_image=True)
CT = Quantity("CT")


def line(*cells):
    """The one line that these cells make."""
    [found] = parse([HEADER, cells], "book.xlsx").values()
    return found


def message(q: Quantity, *cells) -> str:
    with pytest.raises(ContentError) as caught:
        line(*cells).place(q)
    return str(caught.value)


# ---- places --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("q", "cells", "index", "cell"),
    [
        (X, ("x", "Data!K5:M8", "4 right"), (63, 3, 2), "JE8"),
        (X, ("x", "Data!B3:M3", "1 down"), (63, 3, 2), "M66"),  # one image per row: the block is read row by row
        (X, ("x", "Data!B3:B14", "1 right"), (1, 1, 0), "C6"),
        (W2, ("w2", "S!D5:F8", None, "4 down"), (2, 3, 2), "F16"),
        (W2, ("w2", "S!D5:F16"), (2, 3, 2), "F16"),
        (W2, ("w2", "S!D5:F8", None, "5 right"), (2, 0, 0), "N5"),
        (W3, ("w3", "S!D17:F17", None, "1 down"), (1, 2), "F18"),
        (W3, ("w3", "S!D17:F18"), (1, 2), "F18"),
        (W3, ("w3", "S!A1:A3", None, "1 right"), (1, 2), "B3"),  # a unit's weights one below the other
        (B2, ("b2", "S!G5", None, "4 down"), (2,), "G13"),
        (B2, ("b2", "S!G5:G7"), (2,), "G7"),
        (B2, ("b2", "S!G5:I5"), (2,), "I5"),
        (WO, ("wO", "S!E22:F23", None, "6 down", "2 down"), (2, 2, 1, 1), "F39"),
        (WO, ("wO", "S!E22:F27", None, "6 down"), (2, 2, 1, 1), "F39"),
        (WO, ("wO", "S!E22:F39"), (2, 2, 1, 1), "F39"),
        (Z2, ("z2", "S!O11:O13", "4 right"), (63, 2), "JG13"),
        (CT, ("CT", "S!G21"), (), "G21"),
    ],
)
def test_where_a_line_says(q, cells, index, cell):
    assert line(*cells).place(q, 64).cell(*index).name == cell


@pytest.mark.parametrize(
    "text",
    ["Data!K5:M8", "data!K5:M8", "'Data'!K5:M8", "Data!$K$5:$M$8", " Data ! K5 : M8 ", "data！Ｋ５：Ｍ８", "Data!k5:m8"],
)
def test_addresses_as_people_type_them(text):
    assert line("x", text, "4 right").place(X).bounds().name == "K5:M8"


@pytest.mark.parametrize(
    ("text", "sheet"), [("'it''s'!A1", "it's"), ("My sheet!A1", "My sheet"), ("'a!b'!A1", "a!b"), ("学习!A1", "学习")]
)
def test_names_of_sheets(text, sheet):
    assert line("CT", text).sheet == sheet


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("4 right", (0, 4)),
        ("4right", (0, 4)),
        ("  33   Down ", (33, 0)),
        ("1 down 2 right", (1, 2)),
        ("1 down, 2 right", (1, 2)),
        ("2 right 1 up", (-1, 2)),
        ("3 left", (0, -3)),
        ("４ right", (0, 4)),
        ("1 right 1 right", (0, 2)),
    ],
)
def test_steps(text, move):
    assert step(text) == move


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("word", "move"), [("right", (0, 4)), ("down", (4, 0)), ("left", (0, -4)), ("up", (-4, 0))])
def test_steps_in_every_language(language, word, move):
    assert step("4 " + say(word, language)) == move
    assert step("4" + say(word, language)) == move


@pytest.mark.parametrize(
    "text", ["4", "right", "four right", "-4 right", "4 rigth", "0 right", "4 right 4 left", "4.5 right", "4 right!"]
)
def test_what_is_no_step(text):
    with pytest.raises(ContentError) as caught:
        step(text)
    assert str(caught.value) == f"expected a step like '4 right' or '1 down 2 right', found {text!r}."


@pytest.mark.parametrize("typed", ["Digit", "DIGIT", " digit "])
def test_quantities_as_a_spreadsheet_corrects_them(typed):
    """LibreOffice begins what looks like a sentence with a capital letter."""
    assert line(typed, "Data!N9", "4 right").quantity == "digit"


@pytest.mark.parametrize("name", ["x", "w2", "wF", "dC_dw2", "dCT_dbO", "CT", "C", "new_w3", "t", "delta3", "slopeP"])
def test_every_name_stays_itself(name):
    assert line(name, "Data!A1").quantity == name
    assert line(name[0].upper() + name[1:], "Data!A1").quantity == name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_header_in_every_language(language):
    header = tuple(say(name, language) for name in HEADER)
    assert list(parse([(None,), header, (), ("CT", "S!A1")], "book.xlsx")) == ["CT"]
    assert all(every(name)[0] == name for name in HEADER)


# ---- what is wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("q", "cells", "expected"),
    [
        (X, ("x", None, "4 right"), "B2: expected a sheet and a range like Data!K5:M8, found a blank cell."),
        (X, ("x", 5, "4 right"), "B2: expected a sheet and a range like Data!K5:M8, found 5."),
        (X, ("x", "K5:M8", "4 right"), "B2: expected a sheet and a range like Data!K5:M8, found 'K5:M8'."),
        (X, ("x", "Data!", "4 right"), "B2: expected a sheet and a range like Data!K5:M8, found 'Data!'."),
        (X, ("x", "Data!K5:", "4 right"), "B2: expected a sheet and a range like Data!K5:M8, found 'Data!K5:'."),
        (X, ("x", "Data!K5-M8", "4 right"), "B2: expected a sheet and a range like Data!K5:M8, found 'Data!K5-M8'."),
        (X, ("x", "Data!M8:K5", "4 right"), "B2: expected a sheet and a range like Data!K5:M8, found 'Data!M8:K5'."),
        (X, ("x", "Data!K0:M3", "4 right"), "B2: expected a sheet and a range like Data!K5:M8, found 'Data!K0:M3'."),
        (X, ("x", "Data!XFE1", "4 right"), "B2: expected a sheet and a range like Data!K5:M8, found 'Data!XFE1'."),
        (X, ("x", "Data!K5:M9", "4 right"), "B2: x: expected a first block of 4×3 numbers, found K5:M9 (5×3)."),
        (X, ("x", "Data!B3:G4", "2 down"), "B2: x: expected a first block of 4×3 numbers, found B3:G4 (2×6)."),
        (X, ("x", "Data!K5:N7", None), "C2: x: expected the step to the next image, like '4 right'."),
        (X, ("x", "Data!K5:M8", "four"), "C2: expected a step like '4 right' or '1 down 2 right', found 'four'."),
        (X, ("x", "Data!K5:M8", 4), "C2: expected a step like '4 right' or '1 down 2 right', found '4'."),
        (X, ("x", "Data!K5:M8", "4 right", "1 down"), "D2: x: there is no next unit here."),
        (W2, ("w2", "S!D5:F8"), "B2: w2: expected a first block of 3×4×3 numbers, found D5:F8 (4×3)."),
        (W2, ("w2", "S!D5:F20", None, "4 down"), "B2: w2: expected a first block of 4×3 numbers, found D5:F20 (16×3)."),
        (W2, ("w2", "S!D5:F8", "4 right", "4 down"), "C2: w2: there is no next image here."),
        (W2, ("w2", "S!D5:F8", None, "4 up"), "A2: w2: its steps lead off the sheet."),
        (W2, ("w2", "S!B5:D8", None, "4 left"), "A2: w2: its steps lead off the sheet."),
        (W2, ("w2", "S!XFB5:XFD8", None, "1 right"), "A2: w2: its steps lead off the sheet."),
        (B2, ("b2", "S!G5", None, None, "4 down"), "E2: b2: there is no next map here."),
        (B2, ("b2", "S!G5:H6"), "B2: b2: expected a first block of 3 numbers, found G5:H6 (2×2)."),
        (CT, ("CT", "S!G5:G6"), "B2: CT: expected a first block of 1 number, found G5:G6 (2×1)."),
    ],
)
def test_wrong_lines(q, cells, expected):
    assert message(q, *cells) == f"book.xlsx › 'Places'!{expected}"


def test_a_quantity_twice():
    with pytest.raises(ContentError) as caught:
        parse([HEADER, ("x", "Data!A1"), ("X", "Data!B1")], "book.xlsx")
    assert str(caught.value) == "book.xlsx › 'Places'!A3: x stands here a second time."


RESULT = ("x", "Data!A1:B2", "2 right"), ("x", "'Iteration 1'!C9:D10", "4 down")


def test_a_result_names_what_it_reads_from_data_once_more_on_its_iterations():
    x = parse(RESULT, "book.xlsx")["x"]
    assert (x.sheet, x.block.name) == ("Data", "A1:B2")
    assert (x.again.sheet, x.again.block.name, x.again.nexts) == ("Iteration 1", "C9:D10", {"image": (4, 0)})


@pytest.mark.parametrize("third", [("x", "'Iteration 2'!C9:D10", "4 down"), ("x", "mine!A1:B2", "2 right")])
def test_but_not_a_third_time(third):
    with pytest.raises(ContentError) as caught:
        parse((*RESULT, third), "book.xlsx")
    assert str(caught.value) == "book.xlsx › 'Places'!A3: x stands here a second time."


def read_error(path) -> str:
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(path)
    return str(caught.value)


KNOWN = (
    "number, x, digit, t, answer, w2, b2, z2, a2, C, CT, dC_da2, slope2, back2, delta2, dC_dw2, dC_db2, dCT_dw2, dCT_db2, "
    "new_w2, new_b2, prediction, right, share, eta, images"
)


@pytest.mark.parametrize(
    ("quantity", "new", "expected"),
    [
        (
            "w2",
            ("w9", "'My images'!B20:C21", None, "5 right"),
            "'Places': expected a line for w2; there are lines for x, digit, w9, b2, w3, b3.",
        ),
        ("w2", (), "'Places': expected a line for w2; there are lines for x, digit, b2, w3, b3."),
        ("x", (), "'Places': expected a line for x; there are lines for digit, w2, b2, w3, b3."),
        *(
            ("w2", (name, "'My images'!B20:C21", None, "5 right"), f"'Places'!A4: there is no quantity {name!r}; known: {KNOWN}.")
            for name in ("wx", "w two", "w2b", "delta two", "zeta")
        ),
        (
            "x",
            ("x", "Images!B7:C8", "3 down"),
            "'Places'!B2: there is no sheet 'Images'; the workbook has 'My images', 'Places'.",
        ),
        ("b2", ("b2", "'My images'!B20", None, "5 right"), "'Places'!B5: w2 and b2 both lie in cell B20."),
        (
            "x",
            ("x", "'My images'!B7:C8", "1 down"),  # a table of two images of one row each
            "'Places'!B4: w2: expected a first block of 1×2 numbers, found B20:C21 (2×2).",
        ),
        ("b3", ("b3", "'My images'!A40"), "'Places'!B7: b3: expected a first block of 2 numbers, found A40 (1×1)."),
        ("x", ("x", "'My images'!B1:C2", "3 down"), "'My images'!B1: expected an image, found blank cells."),
    ],
)
def test_lines_that_do_not_fit_the_workbook(quantity, new, expected, tmp_path):
    path = workbooks.own(tmp_path / "own.xlsx", workbooks.own_with(quantity, *new))
    assert read_error(path) == f"own.xlsx › {expected}"


def test_an_unknown_quantity(tmp_path):
    path = workbooks.own(tmp_path / "own.xlsx", [*workbooks.OWN, ("weights", "'My images'!A1")])
    assert read_error(path) == "own.xlsx › 'Places'!A8: w: expected the layer, too; known: w2, w3."
    path = workbooks.own(tmp_path / "own.xlsx", [*workbooks.OWN, ("z9", "'My images'!A1")])
    assert read_error(path).startswith(
        "own.xlsx › 'Places'!A8: there is no quantity 'z9' in this network; known: eta, number, x, digit, t, w2,"
    )
    path = workbooks.own(tmp_path / "own.xlsx", [*workbooks.OWN, ("zeta2", "'My images'!H1", "1 right")])
    assert read_error(path).startswith("own.xlsx › 'Places'!A8: there is no quantity 'zeta2' in this network; known: eta, ")
    path = workbooks.own(tmp_path / "own.xlsx", [("Titanic", "'My images'!H1", "1 right"), *workbooks.OWN])
    assert read_error(path).startswith("own.xlsx › 'Places'!A2: there is no quantity 'Titanic'; known: number, x, digit, t, ")


def test_two_computed_quantities_in_one_cell(tmp_path):
    """z2 of image 2 would stand where a2 of image 1 does."""
    lines = [*workbooks.OWN, ("z2", "'My images'!H7:H8", "2 down"), ("a2", "'My images'!H9:H10", "3 down")]
    assert read_error(workbooks.own(tmp_path / "own.xlsx", lines)) == ("own.xlsx › 'Places'!B9: z2 and a2 both lie in cell H9.")


def test_a_computed_quantity_may_name_a_sheet_that_is_gone(tmp_path):
    """As in a result from which the iterations were removed to make it smaller."""
    lines = [*workbooks.OWN, ("z2", "'Iteration 1'!H7:H8", "3 down")]
    assert xlnn.read(workbooks.own(tmp_path / "own.xlsx", lines)).origin.own["z2"].sheet == "Iteration 1"


def test_places_without_a_sheet_places(tmp_path):
    workbooks.own(tmp_path / "own.xlsx", None)
    workbooks.save(tmp_path / "other.xlsx", {"Data": {"A1": 1}})
    with pytest.raises(ContentError) as caught:
        xlnn.read(tmp_path / "own.xlsx", places=tmp_path / "other.xlsx")
    assert str(caught.value) == "other.xlsx: there is no sheet 'Places'; the workbook has 'Data'."


# ---- round trip ----------------------------------------------------------------------------------------

AXES = {
    "x": ("row", "column"),
    "z": ("unit",),
    "zF": ("map", "row", "column"),
    "w": ("unit", "row", "column"),
    "w3": ("unit", "unit before"),
    "wO": ("unit", "map", "row", "column"),
    "wG": ("map", "map before", "row", "column"),
    "b": ("unit",),
    "CT": (),
}
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="[]:*?/\\"), min_size=1, max_size=31)


@st.composite
def spread(draw):
    """A quantity and a place for it: a block of rows and columns, and any step that is not 0 for the other axes."""
    kind = draw(st.sampled_from(sorted(AXES)))
    axes, per_image = AXES[kind], draw(st.booleans())
    shape = tuple(draw(st.integers(1, 4)) for _ in axes)
    q = Quantity("CT" if kind == "CT" else kind[0], kind[1:] if kind not in ("CT", "x") else "", axes, shape, per_image)
    inner = {"row": (1, 0), "column": (0, 1), "unit before": (0, 1)}
    away = st.tuples(st.integers(-9, 9), st.integers(-9, 9)).filter(any)
    steps = [inner.get(axis) or draw(away) for axis in (("image",) if per_image else ()) + axes]
    place = Place(
        Cell(draw(st.integers(500, ROWS // 2)), draw(st.integers(500, COLUMNS // 2))), (2,) * per_image + shape, tuple(steps)
    )
    return q, place


@settings(max_examples=300)
@given(spread(), NAMES)
def test_what_is_described_is_read_back(drawn, sheet):
    """Whatever the steps: the line gives every index the same cell, unless two share one, which is refused elsewhere."""
    q, place = drawn
    assume(first_shared_cell({"q": place}) is None)
    found = line(*describe(q, sheet, place))
    assert (found.quantity, found.sheet) == (q.name, sheet)
    again = found.place(q, 2)
    for one, other in zip(again.grid(), place.grid(), strict=True):
        np.testing.assert_array_equal(one, other)


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(st.none(), st.text(max_size=12), st.integers(), st.floats(), st.sampled_from(["x", "Data!A1", "4 right"])),
        max_size=8,
    )
)
def test_nothing_typed_crashes(cells):
    """Whatever stands in a line is understood, or refused with its address."""
    try:
        for found in parse([cells], "book.xlsx").values():
            found.place(X, 3)
    except ContentError as error:
        said = str(error)
    else:
        said = "book.xlsx › 'Places'!"
    assert said.startswith("book.xlsx › 'Places'!")


# ---- in every language ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("move", [(0, 4), (4, 0), (0, -3), (-33, 0), (3, 2), (-1, -12)])
def test_a_step_is_read_as_it_is_written_in_every_language(language, move):
    text = places_words.words(move, language)
    assert places_words.step(text) == move
    assert bool(re.search("[a-z]", text)) == (language == "en")


@pytest.mark.parametrize(
    ("text", "move"), [("右 4", (0, 4)), ("下3右2", (3, 2)), ("下 3、右 2", (3, 2)), ("4 右", (0, 4)), ("3 下 2 右", (3, 2))]
)
def test_a_step_may_have_its_number_before_or_behind(text, move):
    assert places_words.step(text) == move


@pytest.mark.parametrize("text", ["右", "4", "右 4 2", "右 下 3", "4 右 下"])
def test_half_a_step_is_none(text):
    with pytest.raises(ContentError):
        places_words.step(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_next_sheet_in_every_language(language):
    assert places_words.following(places_words.following_words(places_words.NEXT_SHEET, language), Where()) == (0, 0)


@pytest.mark.parametrize("units", [(2, 3, 2), (3, 2, 2)])
def test_a_single_bias_is_that_of_the_whole_layer(tmp_path, units):
    """As `xlnn places` writes it, on a sheet of bare numbers; the numbers of five iterations are those of plain NumPy."""
    style = Style(units=units, bias="shared", iterations=1, beside=True)
    places = tmp_path / "places.xlsx"
    with pytest.raises(SystemExit):
        main(["places", str(save(tmp_path / "s.xlsx", style)), "-o", str(places)])
    openpyxl.load_workbook(places, data_only=True).save(tmp_path / "numbers.xlsx")
    problem = xlnn.read(tmp_path / "numbers.xlsx", iterations=5)
    assert [layer.shared_bias for layer in problem.network.layers[1:]] == [True, True]
    for trained, expected in zip(xlnn.train(problem), trajectory(style), strict=False):
        for name in ("w2", "w3", "b2", "b3"):
            wanted = expected[name] if name[0] == "w" else expected[name][:1]
            assert trained[name].ravel() == pytest.approx(wanted.ravel(), rel=1e-9)
