"""What stands in the written workbook: read back by other programs, cell by cell."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import office
import openpyxl
import pandas as pd
import pytest
import python_calamine
from problems import dense, random_problem, stack

import xlnn
from xlnn.book.plan import kept_iterations
from xlnn.errors import LimitError, UsageError
from xlnn.xlsx.seals import SEAL

EXPECTED = Path(__file__).parents[1] / "data"
DIGITS = (0.0, 1.0)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Section 4-4, trained for all 50 iterations."""
    path = tmp_path_factory.mktemp("book") / "out.xlsx"
    xlnn.write(xlnn.example("4-4"), path)
    return path


@pytest.fixture(scope="module")
def sheets(book):
    return openpyxl.load_workbook(book)


def small(**settings) -> xlnn.Problem:
    return random_problem(dense((4, 3), (3, "sigmoid"), (2, "sigmoid"), classes=DIGITS), 7, **settings)


# ---- the numbers of the book ------------------------------------------------------------------------


def test_total_cost_stands_on_every_iterations_sheet(sheets):
    """C_T after u updates stands in G21 of Iteration u+1; the last in G21 of Trained."""
    with (EXPECTED / "expected_CT_4-4.csv").open() as file:
        for line in csv.DictReader(file):
            sheet = sheets[f"Iteration {int(line['updates_done']) + 1}"]
            assert sheet["G21"].value == pytest.approx(float(line["CT"]), rel=1e-9)
            assert sheet["G30"].value == float(line["accuracy"])
    assert sheets["Trained"]["G21"].value == pytest.approx(0.236651, abs=5e-7)
    assert sheets["Trained"]["G30"].value == 1


def test_image_1_of_the_first_iteration_stands_in_the_authors_cells(sheets):
    """The book's 4-4, image 1 at the start."""
    sheet = sheets["Iteration 1"]
    printed = {
        "O11:O13": (-5.465009, 1.996864, -1.552153),  # z²
        "O14:O16": (0.004214, 0.880467, 0.174776),  # a²
        "O17:O18": (-0.723932, -1.803700),  # z³
        "O19:O20": (0.326528, 0.141401),  # a³
        "O21:O21": (0.236780,),  # C
        "O58:O59": (-0.148102, 0.017167),  # δ³
        "O66:O68": (-0.000239, -0.013950, 0.003220),  # δ²
    }
    for cells, numbers in printed.items():
        found = [row[0].value for row in sheet[cells]]
        assert found == pytest.approx(numbers, abs=5e-7), cells
    labels = [sheet[cell].value for cell in ("I66", "J66", "K66", "K67")]
    assert labels == ["hidden layer", "δ²", 1, 2]


def test_the_convolutional_network_stands_in_the_authors_cells(tmp_path):
    """5-6, image 1: first map pooled 0.033 0.013 / 0.033 0.013; outputs 0.786, 0.109, 0.137; C 0.038184."""
    xlnn.write(xlnn.example("5-6").with_settings(iterations=10), tmp_path / "out.xlsx", detail="units")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    sheet = book["Iteration 1"]
    assert [[round(c.value, 3) for c in row] for row in sheet["L36:M37"]] == [[0.033, 0.013], [0.033, 0.013]]
    assert [round(row[0].value, 3) for row in sheet["M43:M45"]] == [0.786, 0.109, 0.137]
    assert sheet["M46"].value == pytest.approx(0.038184, abs=5e-7)
    with (EXPECTED / "expected_CT_5-6.csv").open() as file:
        for line in csv.DictReader(file):
            updates = int(line["updates_done"])
            name = f"Iteration {updates + 1}" if updates < 10 else "Trained"
            assert book[name]["G46"].value == pytest.approx(float(line["CT_ties_first"]), rel=1e-9)
    rose = [row[0].value for row in book["Summary"]["A8:D18"] if row[3].value]
    assert rose == [2, 3, 4]
    assert "update 2–4" in book["Summary"]["A4"].value
    shared = [row[1].value for row in book["Conventions"].iter_rows() if row[0].value == "shared maxima"]
    assert "163 of 1152 windows" in shared[1]


def test_filters_stand_in_trained_as_pictures(tmp_path):
    """First and last iteration side by side: the numbers of the saved copy and of the panel."""
    xlnn.write(xlnn.example("5-6").with_settings(iterations=2), tmp_path / "out.xlsx", keep="none")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Trained"]
    (heading,) = [c for row in sheet.iter_rows() for c in row if c.value == "at the start"]
    for row in range(9):
        for column in range(3):
            start = sheet.cell(heading.row + 1 + row, heading.column + column).value
            now = sheet.cell(heading.row + 1 + row, heading.column + 4 + column).value
            assert start == sheet.cell(60 + row, 5 + column).value  # the copy, from E60
            assert now == sheet.cell(12 + row, 5 + column).value  # the filters, from E12
            assert start != now
    scaled = " ".join(str(r.sqref) for r in sheet.conditional_formatting)
    assert heading.offset(1, 0).coordinate in scaled


# ---- every number, to the bit -----------------------------------------------------------------------


def expected_cells(problem: xlnn.Problem) -> dict[tuple[str, str], float]:
    """Some quantities of every iteration at the authors' addresses, from the library's own steps."""
    found = {}
    for step in xlnn.train(problem):
        sheet = f"Iteration {step.iteration}"
        for k in range(problem.images):
            column = 15 + 4 * k  # image 1's last column is O
            for row, name in ((11, "z2"), (17, "z3"), (66, "delta2")):
                for j, number in enumerate(step[name][k]):
                    found[sheet, xlnn.Cell(row + j, column).name] = float(number)
        for (j, row, column), number in np.ndenumerate(step["new_w2"]):
            found[sheet, xlnn.Cell(87 + 4 * j + row, 4 + column).name] = float(number)
    return found


def by_openpyxl(path: Path):
    book = openpyxl.load_workbook(path, data_only=True)
    return lambda sheet, cell: book[sheet][cell].value


def by_calamine(path: Path):
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    cells = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    return lambda sheet, cell: cells[sheet][xlnn.Cell.parse(cell).row - 1][xlnn.Cell.parse(cell).column - 1]


def by_pandas(path: Path):
    frames = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
    return lambda sheet, cell: frames[sheet].iat[xlnn.Cell.parse(cell).row - 1, xlnn.Cell.parse(cell).column - 1]


@pytest.mark.parametrize("reader", [by_openpyxl, by_calamine, by_pandas])
@pytest.mark.parametrize("cells", ["values", "formulas"])
def test_other_programs_read_every_number_bit_for_bit(reader, cells, tmp_path):
    problem = xlnn.example("4-4").with_settings(iterations=3)
    xlnn.write(problem, tmp_path / "out.xlsx", cells=cells)
    value = reader(tmp_path / "out.xlsx")
    expected = expected_cells(problem)
    assert len(expected) == 3 * (64 * 8 + 36)
    for (sheet, cell), number in expected.items():
        assert value(sheet, cell) == number, (sheet, cell)


@office.needs_office
def test_libreoffice_shows_the_stored_results_as_they_are(tmp_path):
    """Opened without recalculating, LibreOffice has the same numbers, to the 15 digits that it saves."""
    problem = xlnn.example("4-4").with_settings(iterations=2)
    xlnn.write(problem, tmp_path / "out.xlsx", cells="formulas")
    office.recalculate(tmp_path / "out.xlsx", tmp_path / "again.xlsx")
    found = office.results(tmp_path / "again.xlsx")
    for key, number in expected_cells(problem).items():
        assert found[key] == pytest.approx(number, rel=1e-12, abs=1e-15), key


def test_the_same_input_gives_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        xlnn.write(small(batch=3, order="shuffled"), tmp_path / name, cells="formulas")
    first, second = (ZipFile(tmp_path / name) for name in ("a.xlsx", "b.xlsx"))
    names = first.namelist()
    assert names == second.namelist()
    titles = {"docProps/core.xml", SEAL}  # the file's own name, and the digest of all
    assert all(first.read(name) == second.read(name) for name in names if name not in titles)


@pytest.mark.parametrize(
    "problem",
    [small(), small(layout="table"), small(batch=3), random_problem(stack(), 3)],
    ids=["book", "table", "batches", "maps"],
)
@pytest.mark.parametrize("cells", ["values", "formulas"])
def test_every_sheet_is_well_formed(problem, cells, tmp_path):
    """Cells in order, none twice, every number finite, every text and style number known, names legal."""
    xlnn.write(problem, tmp_path / "out.xlsx", cells=cells)
    package = ZipFile(tmp_path / "out.xlsx")
    texts = package.read("xl/sharedStrings.xml").count(b"<si>")
    styles = int(re.search(rb'<cellXfs count="(\d+)"', package.read("xl/styles.xml"))[1])
    for part in (name for name in package.namelist() if name.startswith("xl/worksheets/sheet")):
        xml = package.read(part).decode()
        places = [xlnn.Cell.parse(name) for name in re.findall(r'<c r="([A-Z]+[0-9]+)"', xml)]
        assert places == sorted(set(places))
        last = xlnn.Cell.parse(re.search(r'<dimension ref="(?:[A-Z0-9]+:)?([A-Z]+[0-9]+)"', xml)[1])
        assert last.row == max(p.row for p in places)
        assert last.column == max(p.column for p in places)
        for style, kind, inner in re.findall(r'<c r="[A-Z0-9]+" s="(\d+)"(?: t="(\w+)")?>(.*?)</c>', xml):
            assert int(style) < styles
            stored = re.search(r"<v>(.*?)</v>", inner)[1]
            if kind == "s":
                assert int(stored) < texts
            elif not kind:
                assert np.isfinite(float(stored))
                assert "_" not in stored
    names = openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames
    assert len(names) == len({name.lower() for name in names})
    assert all(len(name) <= 31 for name in names)


def test_no_formula_uses_what_excel_and_libreoffice_do_not_share(tmp_path):
    allowed = {
        "SUM",
        "SUMPRODUCT",
        "SUMXMY2",
        "MMULT",
        "EXP",
        "LN",
        "ABS",
        "ROUND",
        "TANH",
        "MAX",
        "IF",
        "AND",
        "COUNTIF",
        "MATCH",
        "CHOOSE",
    }
    for number, problem in enumerate((small(), random_problem(stack(), 3), small(layout="table"))):
        path = tmp_path / f"{number}.xlsx"
        xlnn.write(problem, path, cells="formulas")
        package = ZipFile(path)
        used = {
            function
            for part in package.namelist()
            if part.startswith("xl/worksheets/sheet")
            for formula in re.findall(r"<f>(.*?)</f>", package.read(part).decode())
            for function in re.findall(r"([A-Z][A-Z0-9.]*)\(", formula)
        }
        assert used <= allowed


# ---- what gets a sheet, and how much of it ----------------------------------------------------------


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ("all", {1, 2, 3, 4, 5, 6, 7}),
        ("every:3", {1, 4, 7}),
        ("first,last", {1, 7}),
        ("1, 2,5", {1, 2, 5}),
        ("every:5,last", {1, 6, 7}),
        ("none", set()),
    ],
)
def test_keep_chooses_iterations(keep, kept):
    assert kept_iterations(keep, 7) == kept


@pytest.mark.parametrize("keep", ["", "every:0", "every:", "8", "0", "first-last", "-1", "１"])
def test_keep_refuses_what_it_does_not_know(keep):
    with pytest.raises(UsageError, match="cannot keep"):
        kept_iterations(keep, 7)


def links_of(sheet) -> dict[str, str]:
    """Where each link of a sheet leads, by cell."""
    return {cell.coordinate: cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}


def test_kept_iterations_have_a_sheet_and_summary_has_all(tmp_path):
    result = xlnn.write(small(iterations=7), tmp_path / "out.xlsx", keep="first,4")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert result.iterations == (1, 4)
    assert [name for name in book.sheetnames if name.startswith("Iteration")] == ["Iteration 1", "Iteration 4"]
    assert [book["Summary"].cell(8 + i, 1).value for i in range(8)] == list(range(8))
    links = links_of(book["Summary"])
    assert links["E8"] == "'Iteration 1'!A1"
    assert links["E11"] == "'Iteration 4'!A1"
    assert links["E15"] == "Trained!A1"
    assert "E9" not in links
    left_out = [row[1].value for row in book["Conventions"].iter_rows() if row[0].value == "left out"]
    assert left_out == ["Only 2 of 7 iterations have a sheet (--keep)."]


def test_every_link_leads_to_a_sheet_that_is_there(sheets):
    found = [(sheet.title, cell, target) for sheet in sheets for cell, target in links_of(sheet).items()]
    assert len(found) > 3 * 50
    for title, cell, target in found:
        assert target.rpartition("!")[0].strip("'") in sheets.sheetnames, (title, cell)


def test_after_a_gap_parameters_are_numbers(tmp_path):
    """Iteration 2 refers to Iteration 1; Iteration 4 follows a gap."""
    xlnn.write(small(iterations=5), tmp_path / "out.xlsx", keep="1,2,4", cells="formulas")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book["Iteration 2"]["D5"].value == "='Iteration 1'!D87"
    assert isinstance(book["Iteration 4"]["D5"].value, float)
    assert isinstance(book["Trained"]["D5"].value, float)
    assert isinstance(book["Iteration 1"]["D5"].value, float)


def test_detail_units_leaves_out_the_gradients_of_single_images(tmp_path):
    problem = small(iterations=1)
    for detail in ("all", "units", "totals"):
        xlnn.write(problem, tmp_path / f"{detail}.xlsx", detail=detail)
    everything, units, totals = (
        openpyxl.load_workbook(tmp_path / f"{detail}.xlsx")["Iteration 1"] for detail in ("all", "units", "totals")
    )
    assert everything["L71"].value is not None
    assert units["L71"].value is None
    assert units["O66"].value == everything["O66"].value  # δ² is still there
    assert totals["O66"].value is None
    for sheet in (units, totals):  # C_T, ∂C_T/∂w², new w² are the same numbers in the same cells
        assert all(sheet[cell].value == everything[cell].value for cell in ("G21", "D71", "D87", "G100"))


def test_a_batch_stands_on_its_sheet_under_its_own_numbers(tmp_path):
    """7 images, 3 per update: updates 1, 2, 3 hold 3, 3, 1 images; together every image once."""
    problem = small(batch=3, order="shuffled", iterations=3, seed=5)
    xlnn.write(problem, tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)
    seen = []
    for number, images in ((1, 3), (2, 3), (3, 1)):
        sheet = book[f"Iteration {number}"]
        shown = [sheet.cell(4, 12 + 4 * k).value for k in range(7) if sheet.cell(4, 12 + 4 * k).value is not None]
        assert len(shown) == images
        for k, image in enumerate(shown):  # its pixels are those of that image on sheet Data
            data = [book["Data"].cell(5 + i, 11 + 4 * (image - 1) + j).value for i in range(4) for j in range(3)]
            assert [sheet.cell(5 + i, 12 + 4 * k + j).value for i in range(4) for j in range(3)] == data
        costs = [sheet.cell(21, 15 + 4 * k).value for k in range(images)]
        assert sheet["G21"].value == pytest.approx(sum(costs), rel=1e-12)  # C_T is the batch's
        seen += shown
    assert sorted(seen) == [1, 2, 3, 4, 5, 6, 7]
    assert [book["Summary"].cell(8 + i, 1).value for i in range(3)] == [0, 3, None]  # once per epoch


def test_the_result_is_an_input_that_goes_on_from_trained(tmp_path):
    """2 iterations and 3 more are the same numbers as 5 at once."""
    problem = small(iterations=5)
    xlnn.write(problem.with_settings(iterations=2), tmp_path / "two.xlsx")
    xlnn.write(xlnn.read(tmp_path / "two.xlsx", iterations=3), tmp_path / "three.xlsx")
    again = xlnn.read(tmp_path / "three.xlsx")
    *_, last = xlnn.train(problem)
    for name, array in last.new_parameters().items():
        assert (again.parameters[name] == array).all(), name


def test_784_100_10_on_1000_images_in_a_table(tmp_path):
    network = dense((28, 28), (100, "sigmoid"), (10, "sigmoid"), classes=tuple(map(float, range(10))), total="mean")
    problem = random_problem(network, 1000, iterations=5, layout="table")
    result = xlnn.write(problem, tmp_path / "out.xlsx", detail="totals", keep="last")
    assert result.updates == 5
    book = openpyxl.load_workbook(tmp_path / "out.xlsx", read_only=True, data_only=True)
    *_, last = xlnn.train(problem)
    sheet = book["Iteration 5"]
    assert sheet["D2"].value == pytest.approx(float(last["CT"]), rel=1e-12)
    book.close()
    again = xlnn.read(tmp_path / "out.xlsx")
    assert again.images == 1000
    assert (again.x == problem.x).all()


def test_what_does_not_fit_is_refused_before_training(tmp_path):
    network = dense((28, 28), (30, "sigmoid"), (10, "sigmoid"), classes=tuple(map(float, range(10))))
    with pytest.raises(LimitError, match='At most 527 images fit; layout="table" takes more'):
        xlnn.write(random_problem(network, 1000), tmp_path / "out.xlsx")
    with pytest.raises(UsageError, match='detail="totals"'):
        xlnn.write(small(), tmp_path / "out.xlsx", detail="totals", cells="formulas")
    assert list(tmp_path.iterdir()) == []
