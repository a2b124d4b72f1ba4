"""Reading problems: xlnn's own workbooks, the authors' two arrangements as they are, and sheets with a sheet Places.

The authors' workbooks are built here with their formulas at their addresses and calculated by LibreOffice, so
that the numbers with which the output's first iteration must agree come from another program.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office import needs_office, recalculate
from problems import dense, maps, random_problem

import workbooks
import xlnn
from xlnn.book.start import write_problem
from xlnn.errors import ContentError
from xlnn.layout.places import Place
from xlnn.model.network import LayerSettings
from xlnn.xlsx.saving import written_by_xlnn
from xlnn.xlsx.sheet_names import SheetNames

ARRANGEMENTS = {"3-5": workbooks.authors_35, "5-4": workbooks.authors_54}
SECTION = {"3-5": "4-4", "5-4": "5-6"}  # whose images and initial parameters the arrangements are filled with
NUMBERS = {"3-5": 1959, "5-4": 15692}  # so many cells with a number or ○ × the two sheets have


@pytest.fixture(scope="module")
def calculated(tmp_path_factory) -> dict[str, Path]:
    """The authors' two workbooks with formulas and, stored by LibreOffice, their results."""
    folder, found = tmp_path_factory.mktemp("authors"), {}
    for name, make in ARRANGEMENTS.items():
        found[name] = folder / f"{name}.xlsx"
        recalculate(make(folder / "plain.xlsx"), found[name])
    return found


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The book's workbook of section 4-4."""
    return xlnn.new("4-4", tmp_path_factory.mktemp("books") / "book.xlsx")


def same(problem: xlnn.Problem, expected: xlnn.Problem, rtol: float = 1e-15) -> None:
    """The same images, answers and parameters; openpyxl, which edits workbooks here, stores 16 digits."""
    np.testing.assert_array_equal(problem.x, expected.x)
    np.testing.assert_array_equal(problem.digits, expected.digits)
    np.testing.assert_array_equal(problem.t, expected.t)
    for name, array in expected.parameters.items():
        np.testing.assert_allclose(problem.parameters[name], array, rtol=rtol, atol=0)


def expected_total(section: str, updates: int) -> float:
    """C_T of the book's figures after so many updates."""
    with (Path(__file__).parents[1] / "data" / f"expected_CT_{section}.csv").open() as file:
        return next(float(line[1]) for line in list(csv.reader(file))[1:] if line[0] == str(updates))


def message_lines(message: str) -> list[list[str]]:
    """The lines for a sheet Places at the end of a message."""
    return [[text.strip() for text in line.split("|")] for line in message.splitlines()[1:]]


# ---- the authors' arrangements -------------------------------------------------------------------------


@needs_office
@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_iteration_1_is_the_authors_sheet_cell_for_cell(name, calculated, tmp_path):
    """Every number and mark of the hand-built sheet stands at the same address of the output's first iteration."""
    problem = xlnn.read(calculated[name])
    assert problem.origin.arrangement == name
    assert (problem.settings.eta, problem.settings.iterations) == (0.2, 50)
    xlnn.write(problem.with_settings(iterations=2), tmp_path / "out.xlsx")
    theirs = openpyxl.load_workbook(calculated[name], data_only=True)["学习"]
    ours = openpyxl.load_workbook(tmp_path / "out.xlsx")["Iteration 1"]
    compared = 0
    for row in theirs.iter_rows():
        for cell in row:
            if cell.value in ("○", "×"):
                assert ours[cell.coordinate].value == cell.value, cell.coordinate
                compared += 1
            elif isinstance(cell.value, int | float):
                expected = pytest.approx(cell.value, rel=1e-12, abs=1e-14)  # LibreOffice stores 15 digits
                assert ours[cell.coordinate].value == expected, cell.coordinate
                compared += 1
    assert compared == NUMBERS[name]


@needs_office
@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_the_next_iteration_stands_at_the_same_addresses(name, calculated, tmp_path):
    """Iteration 2 with its parameters put into the hand-built sheet and calculated there gives the same C_T."""
    xlnn.write(xlnn.read(calculated[name], iterations=2), tmp_path / "out.xlsx")
    ours = openpyxl.load_workbook(tmp_path / "out.xlsx")["Iteration 2"]
    panel, total = ("D5:G18", "G21") if name == "3-5" else ("E12:G40", "G46")
    cells = {("学习", cell.coordinate): cell.value for row in ours[panel] for cell in row if isinstance(cell.value, float)}
    assert len(cells) == (47 if name == "3-5" else 69)
    workbooks.edit(calculated[name], tmp_path / "next.xlsx", cells)
    recalculate(tmp_path / "next.xlsx", tmp_path / "again.xlsx")
    theirs = openpyxl.load_workbook(tmp_path / "again.xlsx", data_only=True)["学习"]
    assert ours[total].value == pytest.approx(theirs[total].value, rel=1e-12)


@pytest.mark.parametrize(
    ("sheet", "language"),
    [("学习", "zh"), ("學習", "ja"), ("学習シート", "ja"), ("Sheet1", "en"), ("it's #1 (old)", "en"), ("Iteration 1", "en")],
)
@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_the_sheet_can_have_any_name(name, sheet, language, tmp_path):
    problem = xlnn.read(ARRANGEMENTS[name](tmp_path / "book.xlsx", sheet, formulas=False))
    same(problem, xlnn.example(SECTION[name]))
    assert problem.origin.language == language
    assert problem.origin.sources["x"][0] == sheet


@pytest.mark.parametrize(("answers", "data"), [("O28", True), ("O28", False), ("Data", True), ("t", True), ("t", False)])
def test_where_the_right_answers_can_stand(answers, data, tmp_path):
    """In row 28, on sheet Data, or nowhere: then the targets t are taken as they are."""
    path = workbooks.authors_35(tmp_path / "book.xlsx", answers=answers, data=data, formulas=False)
    problem, expected = xlnn.read(path), xlnn.example("4-4")
    if answers == "t" and not data:
        t = np.stack([expected.digits == 0, expected.digits == 1], axis=1).astype(float)
        expected = replace(expected, digits=None, t=t, network=replace(expected.network, classes=None))
    same(problem, expected)
    [step] = xlnn.train(problem.with_settings(iterations=1))
    assert step["CT"] == pytest.approx(expected_total("4-4", 0), rel=1e-9)


@pytest.mark.parametrize("first", ["L4", "P4"], ids=["no image", "one image"])
def test_other_sheets_do_not_matter(first, tmp_path):
    """Notes, and a sheet 测试 with the same panel but no image or one, are not mistaken for the sheet that is meant."""

    def change(found):
        found.create_sheet("Notes", 0)["D5"] = 1
        trial = found.copy_worksheet(found["学习"])
        trial.title = "测试"
        found.move_sheet(trial, -3)
        for row in trial[f"{first}:JG30"]:
            for cell in row:
                cell.value = None

    workbooks.authors_35(tmp_path / "plain.xlsx", formulas=False)
    problem = xlnn.read(workbooks.edit(tmp_path / "plain.xlsx", tmp_path / "book.xlsx", change=change))
    same(problem, xlnn.example("4-4"))
    assert problem.origin.sources["w2"][0] == "学习"


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_initial_starts_from_the_saved_copy(name, tmp_path):
    """The parameters in the panel have been trained by the Solver; the copy below has the first ones."""
    ARRANGEMENTS[name](tmp_path / "plain.xlsx", formulas=False)
    first, panel = ("D38", "D5") if name == "3-5" else ("E60", "E12")
    cells = {("学习", first): 123.5, ("学习", panel): -7.25}
    path = workbooks.edit(tmp_path / "plain.xlsx", tmp_path / "book.xlsx", cells)
    weights = "w2" if name == "3-5" else "wF"
    assert xlnn.read(path).parameters[weights].flat[0] == -7.25
    problem = xlnn.read(path, initial=True)
    assert problem.parameters[weights].flat[0] == 123.5
    expected = {q: array.copy() for q, array in xlnn.example(SECTION[name]).parameters.items()}
    expected[weights].flat[0] = 123.5
    same(problem, replace(xlnn.example(SECTION[name]), parameters=expected))
    assert problem.origin.sources[weights][1].origin.name == first


def test_fewer_images(tmp_path):
    assert xlnn.read(workbooks.authors_35(tmp_path / "book.xlsx", images=5, formulas=False)).images == 5


def test_settings_can_be_given(tmp_path):
    problem = xlnn.read(workbooks.authors_35(tmp_path / "book.xlsx", formulas=False), eta=0.5, iterations="7", total="mean")
    assert (problem.settings.eta, problem.settings.iterations, problem.network.total) == (0.5, 7, "mean")


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_formulas_without_results(name, tmp_path):
    """As a library stores them that does not calculate."""
    path = ARRANGEMENTS[name](tmp_path / "book.xlsx")
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(path)
    cell, count = ("L5", "832") if name == "3-5" else ("L3", "3,744")  # 64 · (12 pixels, a digit); 96 · (36 pixels, 3 t)
    assert str(caught.value) == (
        f"book.xlsx › '学习'!{cell}: expected numbers, found {count} formulas without a stored result, the first of them here. "
        "Open the workbook in Excel or LibreOffice, save it, and try again."
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [("#REF!", "found the error #REF!."), ("1", 'found text "1" (a number stored as text?).'), (" 0,5", "(decimal comma?).")],
)
def test_all_pixels_wrong_is_still_the_authors_arrangement(value, expected, tmp_path):
    """As after sheet Data was deleted, or after a paste as text: the cells are named, not the arrangement doubted."""

    def change(found):
        for row in found["学习"]["L5:JF8"]:
            for cell in row:
                cell.value = value if cell.value is not None else None

    workbooks.authors_35(tmp_path / "plain.xlsx", formulas=False)
    path = workbooks.edit(tmp_path / "plain.xlsx", tmp_path / "book.xlsx", change=change)
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(path, language="en")
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("book.xlsx › '学习'!L5: expected a number, ")
    assert lines[0].endswith(expected)
    assert lines[20] == "… and 748 more."


def test_one_wrong_pixel_is_still_the_authors_arrangement(tmp_path):
    workbooks.authors_35(tmp_path / "plain.xlsx", formulas=False)
    path = workbooks.edit(tmp_path / "plain.xlsx", tmp_path / "book.xlsx", {("学习", "M6"): "!", ("学习", "E7"): "?"})
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(path)
    assert str(caught.value).splitlines() == [
        "book.xlsx › '学习'!M6: expected a number, found text \"!\".",
        "book.xlsx › '学习'!E7: expected a number, found text \"?\".",
    ]


def test_a_blank_edge_of_all_images_without_a_sheet_settings(tmp_path):
    """There is no table of layers to correct: the network is the authors'."""

    def change(found):
        for image in range(64):
            for row in range(5, 9):
                found["学习"].cell(row, 14 + 4 * image).value = None

    workbooks.authors_35(tmp_path / "plain.xlsx", formulas=False)
    path = workbooks.edit(tmp_path / "plain.xlsx", tmp_path / "book.xlsx", change=change)
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(path, language="en")
    said = "book.xlsx › '学习'!N5: x: expected 4×3 numbers for each image, but this cell is blank, "
    assert str(caught.value) == said + "and so is its like in every other image. Fill the cells."


# ---- nearly the authors' arrangement --------------------------------------------------------------------


def test_a_moved_panel_is_refused_with_the_places_it_needs(tmp_path):
    path = workbooks.authors_35(tmp_path / "book.xlsx", formulas=False, panel=(1, 0))
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(path, language="en")
    assert str(caught.value).splitlines() == [
        "book.xlsx › '学习': this is nearly the authors' arrangement of 3-5, but not all numbers of w², b², w³, b³ lie where "
        "they have them. Move them there, or add a sheet Places with these lines, corrected where they are not yet right:",
        "  Quantity | First block    | Next image | Next unit | Next map | Next map before",
        "  x        | '学习'!L5:N8   | 4 right    |           |          |",
        "  digit    | '学习'!O28     | 4 right    |           |          |",
        "  w2       | '学习'!D6:F9   |            | 4 down    |          |",
        "  b2       | '学习'!G6      |            | 4 down    |          |",
        "  w3       | '学习'!D18:F18 |            | 1 down    |          |",
        "  b3       | '学习'!G18:G19 |            |           |          |",
    ]


MOVES = {
    "3-5 panel": [(1, 0), (-1, 0), (0, 1), (0, -1), (2, -2), (-3, 1)],
    "3-5 block": [(1, 0), (0, 1), (0, -1), (0, -2)],
    "5-4 block": [(1, 0), (-1, 0), (0, 1), (0, -1), (2, -2), (3, 3)],
}


@pytest.mark.parametrize(("what", "move"), [(what, move) for what, moves in MOVES.items() for move in moves], ids=str)
def test_the_places_it_needs_are_right(what, move, tmp_path):
    """A sheet Places with the lines of the message, and the workbook is read."""
    name, part = what.split()
    ARRANGEMENTS[name](tmp_path / "book.xlsx", formulas=False, **{part: move})
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(tmp_path / "book.xlsx", language="en")
    assert "this is nearly the authors' arrangement of " + name in str(caught.value)

    def change(found):
        sheet = found.create_sheet("Places")
        for line in message_lines(str(caught.value)):
            sheet.append(line)

    workbooks.edit(tmp_path / "book.xlsx", tmp_path / "placed.xlsx", change=change)
    problem = xlnn.read(tmp_path / "placed.xlsx")
    same(problem, xlnn.example(SECTION[name]))
    assert problem.settings.iterations == 50


def test_a_workbook_of_xlnn_without_its_settings(book, tmp_path):
    """The lines name sheet Data for the images."""
    workbooks.edit(book, tmp_path / "book.xlsx", change=lambda found: found.remove(found["Settings"]))
    with pytest.raises(xlnn.ContentError, match="nearly the authors' arrangement of 3-5, but not all numbers of x lie") as caught:
        xlnn.read(tmp_path / "book.xlsx")
    lines = message_lines(str(caught.value))
    workbooks.edit(
        tmp_path / "book.xlsx",
        tmp_path / "placed.xlsx",
        change=lambda found: [found.create_sheet("Places")] + [found["Places"].append(line) for line in lines],
    )
    same(xlnn.read(tmp_path / "placed.xlsx"), xlnn.example("4-4"))


def test_a_table_of_numbers_is_not_the_authors_arrangement(tmp_path):
    """Numbers lie where theirs do, but also where theirs do not."""
    sheet = openpyxl.Workbook()
    for row in range(60):
        sheet.active.append([(7 * row + column) % 10 for column in range(60)])
    sheet.save(tmp_path / "book.xlsx")
    with pytest.raises(xlnn.ContentError, match="neither a sheet Settings nor the authors' arrangement"):
        xlnn.read(tmp_path / "book.xlsx")


# ---- xlnn's own workbooks -------------------------------------------------------------------------------


def networks():
    """Small networks of both kinds, with digits and with targets."""
    unit = st.integers(1, 4)
    plain = st.builds(
        lambda rows, columns, units, digits: dense(
            (rows, columns),
            *((n, "sigmoid") for n in units),
            classes=tuple(range(max(2, units[-1]))) if digits else None,
        ),
        st.integers(1, 5), st.integers(1, 5), st.lists(unit, min_size=1, max_size=3), st.booleans(),
    )  # fmt: skip
    filters = st.builds(
        lambda count, units, digits: maps(
            (6, 6),
            LayerSettings("F", "convolution", count, (3, 3)),
            LayerSettings("P", "max pooling", size=(2, 2)),
            LayerSettings("O", "dense", units),
            classes=tuple(range(max(2, units))) if digits else None,
        ),
        unit, unit, st.booleans(),
    )  # fmt: skip
    return st.one_of(plain, filters)


@settings(max_examples=25)
@given(network=networks(), images=st.integers(1, 7), layout=st.sampled_from(["book", "table"]), seed=st.integers(0, 99))
def test_what_is_written_is_read(network, images, layout, seed, tmp_path_factory):
    path = tmp_path_factory.mktemp("random") / "book.xlsx"
    problem = random_problem(network, images, seed, layout=layout, eta=0.125)
    write_problem(problem, path)
    found = xlnn.read(path)
    same(found, problem, rtol=0)
    assert found.settings == problem.settings
    assert found.network.layers == network.layers
    assert found.origin.drawn == ()
    assert found.origin.digest == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("layout", ["book", "table"])
@pytest.mark.parametrize("section", ["4-4", "5-6"])
def test_training_goes_on_from_a_trained_workbook(section, layout, tmp_path):
    """Two and three updates, one after the other, are five: C_T as in tests/data/expected_CT."""
    problem = xlnn.example(section).with_settings(iterations=2, layout=layout)
    xlnn.write(problem, tmp_path / "two.xlsx")
    xlnn.write(xlnn.read(tmp_path / "two.xlsx", iterations=3), tmp_path / "five.xlsx")
    assert xlnn.read(tmp_path / "five.xlsx").origin.sources["x"][0] == "Data"
    [step] = xlnn.train(xlnn.read(tmp_path / "five.xlsx", iterations=1))
    assert step["CT"] == pytest.approx(expected_total(section, 5), rel=1e-9)


def test_the_layout_option_is_for_the_result(book, tmp_path):
    """The workbook is read in its own layout, whichever is asked for, and the result is read in the other one."""
    problem = xlnn.read(book, layout="table", iterations=0)
    same(problem, xlnn.example("4-4"))
    xlnn.write(problem, tmp_path / "table.xlsx")
    assert xlnn.read(tmp_path / "table.xlsx").origin.sources["x"][1].origin.name == "B3"
    same(xlnn.read(tmp_path / "table.xlsx", layout="book"), xlnn.example("4-4"))


def test_a_layout_setting_that_the_sheets_do_not_have(book, tmp_path):
    """A reader who writes table into Settings wants the result so."""
    path = workbooks.edit(book, tmp_path / "book.xlsx", {("Settings", workbooks.setting(book, "layout")): "table"})
    problem = xlnn.read(path)
    same(problem, xlnn.example("4-4"))
    assert problem.settings.layout == "table"


def test_empty_parameters_are_drawn(book, tmp_path):
    """From N(0, 1) with the seed, the same ones every time; what is filled in stays."""
    cells = {("Start", f"{column}{row}"): None for column in "DEF" for row in range(5, 17)}
    path = workbooks.edit(book, tmp_path / "book.xlsx", cells)
    first, again, other = xlnn.read(path), xlnn.read(path), xlnn.read(path, seed=1)
    assert first.origin.drawn == ("w2",)
    np.testing.assert_array_equal(first.parameters["w2"], again.parameters["w2"])
    assert not np.isin(first.parameters["w2"], other.parameters["w2"]).any()
    np.testing.assert_array_equal(first.parameters["b2"], xlnn.example("4-4").parameters["b2"])
    assert abs(first.parameters["w2"].mean()) < 0.6  # 36 numbers: three and a half standard errors
    assert 0.5 < first.parameters["w2"].std() < 1.5


@pytest.mark.parametrize("units", [1, 2, 4, 5])
def test_another_number_of_hidden_units(units, book, tmp_path):
    """Settings changed and Start cleared: the images are found where their numbers stand, the parameters drawn."""
    row = workbooks.layer_row(book, 2)
    cells = {("Start", f"{c}{r}"): None for c in "DEFG" for r in range(5, 19)} | {("Settings", f"C{row}"): units}
    problem = xlnn.read(workbooks.edit(book, tmp_path / "book.xlsx", cells))
    np.testing.assert_array_equal(problem.x, xlnn.example("4-4").x)
    np.testing.assert_array_equal(problem.digits, xlnn.example("4-4").digits)
    assert problem.parameters["w2"].shape == (units, 4, 3)
    assert problem.origin.drawn == ("w2", "b2", "w3", "b3")


def test_columns_inserted_before_the_images(book, tmp_path):
    path = workbooks.edit(book, tmp_path / "book.xlsx", change=lambda found: found["Data"].insert_cols(1, 3))
    same(xlnn.read(path), xlnn.example("4-4"))


def tidy(found) -> None:
    """What people do to a workbook without changing what it says."""
    chosen = found["Settings"]
    chosen.insert_rows(5)
    chosen["A3"] = " Iterations "
    chosen["H2"] = "tried 0.1, too slow"
    chosen.title, found["Data"].title = "x", "y"  # openpyxl gives no name twice, capital or small
    chosen.title, found["y"].title = "settings ", "DATA"
    found["Start"].sheet_state = "hidden"
    found["Start"].protection.sheet = True
    found["Start"].merge_cells("I1:K2")
    found["Start"]["T5"] = "a note"
    found.create_sheet("Notes", 0)["A1"] = "my notes"
    found.active = 0


def test_what_openpyxl_warns_of_is_not_passed_on(book, tmp_path):
    """Many programs write no default style; warnings would be errors here."""
    path = workbooks.patch(book, tmp_path / "book.xlsx", "xl/styles.xml", r"<cellStyles.*</cellStyles>", "")
    with pytest.warns(UserWarning, match="no default style"):
        openpyxl.load_workbook(path)
    same(xlnn.read(path), xlnn.example("4-4"))


@needs_office
def test_a_workbook_that_went_through_libreoffice(book, tmp_path):
    """Opened and saved there; also a result, which is still xlnn's own."""
    xlnn.write(xlnn.read(book, iterations=1), tmp_path / "out.xlsx")
    for source in (book, tmp_path / "out.xlsx"):
        recalculate(source, tmp_path / "saved.xlsx")
        problem = xlnn.read(tmp_path / "saved.xlsx")
        expected = xlnn.read(source)
        same(problem, expected, rtol=1e-14)
        assert problem.settings == expected.settings
        assert written_by_xlnn(tmp_path / "saved.xlsx")


def test_another_number_of_hidden_units_in_a_result(book, tmp_path):
    """Its sheet Places still has the lines of the network before; those of the parameters must be cleared by hand."""
    xlnn.write(xlnn.read(book, iterations=1), tmp_path / "out.xlsx")
    row = workbooks.layer_row(tmp_path / "out.xlsx", 2)
    path = workbooks.edit(tmp_path / "out.xlsx", tmp_path / "book.xlsx", {("Settings", f"C{row}"): 4})
    with pytest.raises(xlnn.ContentError, match=r"'Places'!B[0-9]+: w3: expected a first block of 4 numbers, found D17:F17"):
        xlnn.read(path)


def test_a_workbook_that_was_tidied_up(book, tmp_path):
    same(xlnn.read(workbooks.edit(book, tmp_path / "book.xlsx", change=tidy)), xlnn.example("4-4"))


def test_a_formula_counts_by_its_result(book, tmp_path):
    """As in the authors' sheets, whose pixels refer to sheet Data."""
    cell = r'(<c r="L6"[^>]*>)<v>[01]</v>'
    path = workbooks.patch(book, tmp_path / "book.xlsx", "xl/worksheets/sheet2.xml", cell, r"\1<f>1/4</f><v>0.25</v>")
    assert xlnn.read(path).x[0, 1, 1] == 0.25


def test_large_tables_are_checked_as_arrays(tmp_path, monkeypatch):
    """No address is worked out for every cell: 784-2 on 60 images of 28×28, 47,040 pixels."""
    network = dense((28, 28), (2, "sigmoid"), classes=(0.0, 1.0))
    problem, asked, cell = random_problem(network, 60, layout="table"), [], Place.cell
    write_problem(problem, tmp_path / "book.xlsx")
    monkeypatch.setattr(Place, "cell", lambda place, *index: asked.append(index) or cell(place, *index))
    same(xlnn.read(tmp_path / "book.xlsx"), problem, rtol=0)
    assert len(asked) < 10_000  # the labels of one image in either layout


# ---- a sheet Places -------------------------------------------------------------------------------------


def test_numbers_at_odd_addresses(tmp_path):
    """No Settings: the network is what the lines tell."""
    problem = xlnn.read(workbooks.own(tmp_path / "own.xlsx"))
    expected = workbooks.own_numbers()
    np.testing.assert_array_equal(problem.x, expected.pop("x"))
    np.testing.assert_array_equal(problem.digits, expected.pop("digit"))
    for name, array in expected.items():
        np.testing.assert_array_equal(problem.parameters[name], array)
    assert problem.network.classes == (0.0, 1.0)
    assert [layer.shape for layer in problem.network.layers] == [(2, 2), (2,), (2,)]


def test_computed_quantities_get_the_addresses_that_places_gives(tmp_path):
    """z = w x + b of image 1, unit 1: 0.1·0 − 0.2·1 + 0.3·1 + 0.4·0 + 0.9 = 1.0, where Places wants it."""
    lines = [*workbooks.OWN, ("z2", "'My images'!H7:H8", "3 down"), ("CT", "'My images'!M1")]
    problem = xlnn.read(workbooks.own(tmp_path / "own.xlsx", lines), iterations=2, layout="book")
    xlnn.write(problem, tmp_path / "out.xlsx")
    found = openpyxl.load_workbook(tmp_path / "out.xlsx")
    for name in ("Iteration 1", "Iteration 2", "Trained"):
        assert isinstance(found[name]["H8"].value, float)
        assert isinstance(found[name]["M1"].value, float)
    assert found["Iteration 1"]["H7"].value == pytest.approx(1.0, abs=1e-15)
    assert found["Iteration 1"]["B20"].value == 0.1
    again = xlnn.read(tmp_path / "out.xlsx", iterations=1)
    assert again.origin.own["z2"].block.name == "H7:H8"
    xlnn.write(again, tmp_path / "again.xlsx")
    next_ = openpyxl.load_workbook(tmp_path / "again.xlsx")["Iteration 1"]
    assert [next_[c].value for c in ("H7", "M1", "B20")] == [found["Trained"][c].value for c in ("H7", "M1", "B20")]


def test_places_of_another_workbook(tmp_path):
    workbooks.own(tmp_path / "own.xlsx", None)
    workbooks.save(tmp_path / "places.xlsx", {"Places": workbooks.places(workbooks.OWN)})
    problem = xlnn.read(tmp_path / "own.xlsx", places=tmp_path / "places.xlsx")
    np.testing.assert_array_equal(problem.x, workbooks.own_numbers()["x"])


def test_images_upwards_and_to_the_left(tmp_path):
    """Steps may go any way; the images end at the first blank block or the sheet's edge."""
    cells = {}
    for k in range(4):
        workbooks.place(cells, 10 - 3 * k, 20 - 3 * k, np.full((2, 2), k + 1.0))
        cells[f"{workbooks.letter(25)}{10 - 3 * k}"] = k % 2
    lines = workbooks.own_with("x", "x", "'My images'!T10:U11", "3 up 3 left")
    lines = [line if line[0] != "digit" else ("digit", "'My images'!Y10", "3 up") for line in lines]
    problem = xlnn.read(workbooks.own(tmp_path / "own.xlsx", lines, cells))
    assert problem.x[:, 0, 0].tolist() == [1, 2, 3, 4]
    assert problem.digits.tolist() == [0, 1, 0, 1]


def test_images_end_at_the_last_blank_block(tmp_path):
    """In a sheet of one's own other things may follow; but images must not vanish."""
    cells = dict.fromkeys(("B10", "C10", "B11", "C11"))
    with pytest.raises(xlnn.ContentError, match="'My images'!B10: image 2 is blank, but images go on at B13"):
        xlnn.read(workbooks.own(tmp_path / "own.xlsx", cells=cells))


@pytest.mark.parametrize("order", [1, -1], ids=["images first", "parameters first"])
def test_images_and_parameters_on_different_sheets_at_the_same_addresses(order, tmp_path):
    """On the output's sheets they cannot both lie there: the images move below."""
    lines = [("x", "Images!A1:B2", "3 right"), ("t", "Answers!A1", "1 right"), ("w2", "Weights!A1:B2"), ("b2", "Weights!D1")]
    sheets = {
        "Images": {"A1": 1, "B1": 0, "A2": 0, "B2": 1, "D1": 1, "E1": 1, "D2": 0, "E2": 0},
        "Answers": {"A1": 1, "B1": 0},
        "Weights": {"A1": 0.5, "B1": -0.5, "A2": 0.25, "B2": 0.75, "D1": 0.1},
        "Places": workbooks.places(lines[::order]),
    }
    problem = xlnn.read(workbooks.save(tmp_path / "book.xlsx", sheets))
    assert problem.t.tolist() == [[1], [0]]
    xlnn.write(problem.with_settings(iterations=1), tmp_path / "out.xlsx")
    found = openpyxl.load_workbook(tmp_path / "out.xlsx")["Iteration 1"]
    assert [found[c].value for c in ("A1", "B1", "A2", "B2", "D1")] == [0.5, -0.5, 0.25, 0.75, 0.1]
    # z = 0.5·1 − 0.5·0 + 0.25·0 + 0.75·1 + 0.1 = 1.35
    assert 1.35 in [round(cell, 12) for row in found.iter_rows(values_only=True) for cell in row if isinstance(cell, float)]


def test_maps_without_settings(tmp_path):
    """The book's convolutional network from its lines: filters of 3×3, and pooling that makes 2×2 of 4×4."""
    lines = [
        ("x", "'学习'!L3:Q8", "6 right"),
        ("t", "'学习'!L9:L11", "6 right"),
        ("wF", "'学习'!E12:G14", None, None, "3 down"),
        ("bF", "'学习'!E21:G21"),
        ("wO", "'学习'!E22:F23", None, "6 down", "2 down"),
        ("bO", "'学习'!E40:G40"),
    ]
    workbooks.authors_54(tmp_path / "plain.xlsx", formulas=False)
    places = workbooks.places(lines)
    path = workbooks.edit(
        tmp_path / "plain.xlsx",
        tmp_path / "book.xlsx",
        change=lambda found: [found.create_sheet("Places")] + [found["Places"].__setitem__(a, v) for a, v in places.items()],
    )
    problem = xlnn.read(path)
    assert problem.origin.arrangement == ""
    same(problem, xlnn.example("5-6"))


def test_every_line_names_its_cell_in_show(tmp_path):
    text = xlnn.show(xlnn.read(workbooks.own(tmp_path / "own.xlsx")))
    assert re.search(r"^  w2 +'My images'!B20:C21, next unit 5 right$", text, re.MULTILINE)


def test_what_a_problem_says_of_where_it_comes_from(tmp_path):
    """The same questions to one that was read and to one that was made, which has no workbook."""
    made = xlnn.example("4-4")
    assert (made.language, made.inputs, made.drawn, made.notes) == ("en", (), (), ())
    path = xlnn.new("4-4", tmp_path / "book.xlsx", language="zh")
    empty = workbooks.edit(
        path, tmp_path / "empty.xlsx", {("Start", f"{column}{row}"): None for column in "DEF" for row in range(5, 17)}
    )
    read = xlnn.read(empty)
    assert (read.language, read.inputs, read.drawn) == ("zh", (empty,), ("w2",))


# ---- names of sheets in another language ---------------------------------------------------------------

CALLED = {
    "zh": {"Settings": "设置", "Data": "数据", "Start": "初始值"},
    "ja": {"Settings": "設定", "Data": "データ", "Start": "初期値"},
}


def renamed(path, names):
    book = openpyxl.load_workbook(path)
    for old, new in names.items():
        book[old].title = new
    book.save(path)
    return path


@pytest.mark.parametrize("called", CALLED)
@pytest.mark.parametrize("written", ["en", "zh", "ja"])
@pytest.mark.parametrize("section", ["4-4", "5-6", "logistic"])
def test_sheets_are_found_under_their_names_in_any_language(tmp_path, section, written, called):
    """A workbook whose tabs somebody has named in his language trains as before, whatever language it was written in."""
    path = xlnn.new(section, tmp_path / "a.xlsx", language=written)
    before = xlnn.read(path)
    after = xlnn.read(renamed(path, CALLED[called]))
    np.testing.assert_array_equal(after.x, before.x)
    for name, array in before.parameters.items():
        np.testing.assert_allclose(after.parameters[name], array, rtol=1e-15)  # openpyxl may lose a last bit
    assert (after.network, after.settings, after.language) == (before.network, before.settings, written)


def test_an_error_names_the_sheet_as_it_is_called(tmp_path):
    path = renamed(xlnn.new("4-4", tmp_path / "a.xlsx", language="zh"), CALLED["zh"])
    book = openpyxl.load_workbook(path)
    book["设置"]["B2"], book["数据"]["K5"] = "快", "0,5"
    book.save(path)
    with pytest.raises(ContentError) as caught:
        xlnn.read(path)
    assert str(caught.value.where) == "a.xlsx › '设置'!B2"
    assert caught.value.text("zh").startswith("a.xlsx › '设置'!B2：学习率 η")
    book["设置"]["B2"] = 0.2
    book.save(path)
    with pytest.raises(ContentError) as caught:
        xlnn.read(path)
    assert str(caught.value.where) == "a.xlsx › '数据'!K5"


def test_somebody_elses_sheet_may_have_such_a_name():
    """Data under another name is xlnn's own only where sheet Settings says that the workbook is laid out in its way."""
    assert SheetNames(("数据", "第1次")).find("Data") is None
    assert SheetNames(("数据", "位置", "第1次")).find("Data") is None
    assert SheetNames(("数据", "設定")).find("Data") == "数据"
    assert SheetNames(("第1次", "第2次")).iterations == {}
    assert SheetNames(("Data", "Settings")).find("数据") == "Data"
