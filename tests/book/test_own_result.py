"""The result of a person's own workbook: his own sheets, for every iteration, and what stands on them."""

import zipfile

import numpy as np
import openpyxl
import pytest
from office import judge, needs_office
from own_workbook import ETA, PLACES, iterations, own_workbook

import xlnn
from xlnn.checking.by_quantity import compared_by_quantity
from xlnn.checking.judging import judge as check
from xlnn.layout.cells import Range

CELLS = {name: block.partition("!")[::2] for name, block, _, _ in PLACES}


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    return own_workbook(tmp_path_factory.mktemp("own") / "mine.xlsx")


def trained(mine, tmp_path, **options):
    problem = xlnn.read(mine, iterations=options.pop("iterations", 3), **options.pop("settings", {}))
    return xlnn.write(problem, tmp_path / "result.xlsx", **options).path


def numbers(sheet, name):
    """The numbers of a quantity, as PLACES has it: units down, images right."""
    down, right = {"1 down": 1}.get({n: u for n, _, _, u in PLACES}[name], 0), 0
    images = next(i for n, _, i, _ in PLACES if n == name)
    first = Range.parse(CELLS[name][1])
    rows = range(first.first.row, first.last.row + 1 + down)
    columns = range(first.first.column, first.last.column + 1 + (2 if images == "1 right" else right))
    return np.array([[sheet.cell(row, column).value for column in columns] for row in rows], dtype=float)


@pytest.mark.parametrize("cells", ["values", "formulas"])
def test_every_iteration_stands_on_a_copy_of_the_sheet(mine, tmp_path, cells):
    book = openpyxl.load_workbook(trained(mine, tmp_path, cells=cells), data_only=True)
    assert book.sheetnames == ["Summary", "Conventions", "Settings", "Places", "Images", "Calc 1", "Calc 2", "Calc 3", "Report",
                               "Trained", "Test"]  # fmt: skip
    for number, step in enumerate(iterations(3), 1):
        for name in ("w2", "b2", "w3", "z2", "a2", "a3", "C", "CT", "delta3", "delta2", "dCT_dw2", "new_w2", "new_b3"):
            found, right = numbers(book[f"Calc {number}"], name), np.array(step[name])
            right = right.T if {n: i for n, _, i, _ in PLACES}[name] else right
            np.testing.assert_allclose(found.ravel(), right.ravel(), rtol=1e-12, err_msg=f"{name} of iteration {number}")


def test_what_else_stands_there_stays(mine, tmp_path):
    before, after = openpyxl.load_workbook(mine), openpyxl.load_workbook(trained(mine, tmp_path))
    for number in (1, 2, 3):
        one, other = before["Calc"], after[f"Calc {number}"]
        assert one.merged_cells.ranges == other.merged_cells.ranges
        assert one.column_dimensions["A"].width == other.column_dimensions["A"].width
        assert one.row_dimensions[4].height == other.row_dimensions[4].height == 24
        assert (len(other._charts), len(other._images)) == (1, 1)
        assert other["B2"].comment.text == "how fast"
        for row in one.iter_rows():
            for cell in row:
                same = other[cell.coordinate]
                for part in ("font", "fill", "border", "number_format", "alignment"):
                    assert repr(getattr(cell, part)) == repr(getattr(same, part)), f"{same} {part}"
    assert after["Calc 2"]["A1"].value == "My network"
    assert after["Calc 2"]["A21"].value == '="C_T is "&TEXT(D10,"0.000")'


def test_the_formulas_read_the_same_iteration_and_the_parameters_the_one_before(mine, tmp_path):
    path = trained(mine, tmp_path, cells="formulas")
    before, after = openpyxl.load_workbook(mine)["Calc"], openpyxl.load_workbook(path)
    for cell in ("G4", "H8", "I13", "B13", "D19"):
        assert before[cell].value == after["Calc 1"][cell].value == after["Calc 3"][cell].value
    assert after["Calc 1"]["B4"].value == pytest.approx(0.3)
    assert after["Calc 2"]["B4"].value == "='Calc 1'!B17"
    assert after["Calc 3"]["D6"].value == "='Calc 2'!D19"
    assert after["Calc 3"]["B2"].value == "='Calc 2'!B2"  # η follows the first sheet
    assert after["Report"]["A1"].value == "='Calc 1'!D10*2"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "Belong to no one iteration, and stand here once: Images, Report. What they read of an iteration is read from ",
        ),
        ("zh", "不属于某一次迭代、只出现一次：Images、Report。其中引用某次迭代的公式，"),
    ],
)
def test_conventions_names_the_sheets_that_are_no_iterations(language, said, mine, tmp_path):
    book = openpyxl.load_workbook(trained(mine, tmp_path, language=language))
    assert [row for row in book["Conventions"].iter_rows(values_only=True) if str(row[1]).startswith(said)] != []


def test_charts_show_their_own_sheet(mine, tmp_path):
    with zipfile.ZipFile(trained(mine, tmp_path)) as package:
        charts = [package.read(name).decode() for name in package.namelist() if "/charts/chart" in name]
    for number in (1, 2, 3):
        assert sum(f"<c:f>'Calc {number}'!$G$10:$I$10</c:f>" in chart for chart in charts) == 1


@pytest.mark.parametrize("cells", ["values", "formulas"])
def test_the_result_is_judged_right_and_is_an_input_again(mine, tmp_path, cells):
    path = trained(mine, tmp_path, cells=cells)
    verdict = check(path)
    assert not verdict.faults
    assert [shown.name for shown in verdict.book.iterations] == ["Calc 1", "Calc 2", "Calc 3", "Trained"]
    again = xlnn.read(path)
    np.testing.assert_allclose(again.parameters["w2"].reshape(2, 2), iterations(3)[-1]["new_w2"], rtol=1e-12)
    further = xlnn.write(again.with_settings(iterations=2), tmp_path / "further.xlsx").path
    assert not check(further).faults
    found = openpyxl.load_workbook(further, data_only=True)
    assert "Calc 3" not in found.sheetnames
    np.testing.assert_allclose(numbers(found["Calc 2"], "CT"), iterations(5)[4]["CT"], rtol=1e-10)


def test_a_wrong_cell_on_a_later_copy_is_found(mine, tmp_path):
    path = trained(mine, tmp_path)
    book = openpyxl.load_workbook(path)
    book["Calc 3"]["H13"].value += 1e-3
    book.save(path)
    faults = check(path).mistaken
    assert (faults[0].shown.name, faults[0].rule.result.name) == ("Calc 3", "delta2")


@needs_office
def test_libreoffice_calculates_the_same(mine, tmp_path):
    found = judge(trained(mine, tmp_path, cells="formulas", iterations=4))
    stale = {(f"Calc {number}", "A21") for number in (2, 3, 4)} | {("Report", "A1"), ("Calc 1", "A21")}
    assert {(sheet, cell) for sheet, cell, expected, _ in found.different if expected is not None} == set()
    assert {(sheet, cell) for sheet, cell, _, _ in found.different} <= stale  # formulas that are not the network's


def test_iterations_that_are_left_out_are_numbers(mine, tmp_path):
    book = openpyxl.load_workbook(trained(mine, tmp_path, cells="formulas", keep="1,3"))
    assert "Calc 2" not in book.sheetnames
    assert book["Calc 3"]["B4"].value == pytest.approx(iterations(3)[2]["w2"][0, 0])
    assert book["Calc 3"]["G4"].value.startswith("=SUMPRODUCT")
    assert not check(tmp_path / "result.xlsx").faults


def test_formulas_that_do_not_give_the_numbers_are_not_kept(mine, tmp_path):
    wrong = tmp_path / "wrong.xlsx"
    book = openpyxl.load_workbook(mine)
    values = openpyxl.load_workbook(mine, data_only=True)
    for column in "GHI":  # δ² without the slope, as formulas whose results are typed
        for row in (13, 14):
            book["Calc"][f"{column}{row}"].value = 0.125
    book.save(wrong)
    assert values["Calc"]["G13"].value != 0.125
    path = trained(wrong, tmp_path, cells="formulas")
    after = openpyxl.load_workbook(path)
    assert after["Calc 1"]["G13"].value == pytest.approx(iterations(1)[0]["delta2"][0, 0])


def test_what_is_not_shown_stands_apart_on_demand(mine, tmp_path):
    path = trained(mine, tmp_path, add_missing=True)
    book = openpyxl.load_workbook(path)
    assert {"Iteration 1", "Iteration 2", "Iteration 3"} <= set(book.sheetnames)
    verdict = check(path)
    assert not verdict.faults
    assert [shown.name for shown in verdict.book.iterations] == ["Calc 1", "Calc 2", "Calc 3", "Trained"]
    assert all("slope3" in shown.places for shown in verdict.book.iterations[:3])


def test_a_layout_gives_sheets_of_xlnn(mine, tmp_path):
    book = openpyxl.load_workbook(trained(mine, tmp_path, settings={"layout": "book"}))
    assert "Iteration 1" in book.sheetnames
    assert "Calc 1" not in book.sheetnames


def test_a_sheet_of_a_name_that_is_needed_is_named(mine, tmp_path):
    book = openpyxl.load_workbook(mine)
    book["Report"].title = "Summary"
    book.save(tmp_path / "taken.xlsx")
    with pytest.raises(xlnn.XlnnError, match=r"'Summary'.*rename"):
        trained(tmp_path / "taken.xlsx", tmp_path)


def test_compare_by_quantity(mine, tmp_path):
    path = trained(mine, tmp_path)
    other = xlnn.write(xlnn.read(mine, iterations=2, layout="book"), tmp_path / "book.xlsx").path
    assert compared_by_quantity(mine, path).same
    both = compared_by_quantity(other, path)
    assert both.same
    assert both.iterations == (1, 2, 3)
    assert {"w2", "delta2", "new_b3"} <= set(both.quantities)
    faster = xlnn.write(xlnn.read(mine, iterations=2, eta=2 * ETA), tmp_path / "faster.xlsx").path
    first = compared_by_quantity(path, faster).differences[0]
    assert (first.iteration, first.quantity) == (1, "eta")
    with pytest.raises(xlnn.XlnnError):
        compared_by_quantity(mine, mine, rtol=-1)


def test_only_the_first_tab_is_selected(mine, tmp_path):
    """Who edits one of several selected sheets edits all of them."""
    book = openpyxl.load_workbook(trained(mine, tmp_path))
    assert [sheet.title for sheet in book if sheet.sheet_view.tabSelected] == ["Summary"]


# ---- iterations beside each other --------------------------------------------------------------------

X, T, RATE = (0.6, -0.4), 0.85, 0.7
LINE = [("x", "Net!A3:B3"), ("t", "Net!C3"), ("w2", "Net!D3:E3"), ("b2", "Net!F3"), ("z2", "Net!G3"), ("a2", "Net!H3"),
        ("C", "Net!I3"), ("delta2", "Net!J3")]  # fmt: skip


def rows_of(count):
    """One sigmoid unit, an iteration in each line: w₁, w₂, b, z, a, C, δ, in plain Python."""
    w, b = [0.31, -0.22], 0.05
    for _ in range(count):
        z = w[0] * X[0] + w[1] * X[1] + b
        a = 1 / (1 + np.exp(-z))
        delta = (a - T) * a * (1 - a)
        yield [*w, b, z, a, (T - a) ** 2 / 2, delta]
        w, b = [w[0] - RATE * delta * X[0], w[1] - RATE * delta * X[1]], b - RATE * delta


def in_rows(path, shown=3, below=None):
    book = openpyxl.Workbook()
    net, places = book.active, book.create_sheet("Places")
    net.title = "Net"
    net["A1"], net["B1"] = "eta", RATE
    for row, numbers_ in enumerate(rows_of(shown), 3):
        net.append([])
        for column, value in enumerate([*X, T, *numbers_], 1):
            net.cell(row, column, value).number_format = "0.0000"
        net.cell(row, 11, f"=I{row}*2")
    if below:
        net[below] = "a note"
    places.append(["Quantity", "First block", "Next image", "Next unit", "Next map", "Next map before", "Next iteration"])
    for name, block in LINE:
        step = None if name in ("w2", "b2") else "200 down"
        places.append([name, block, step, None, None, None, "1 down"])
    places.append(["eta", "Net!B1"])
    places.append(["images", 1])
    book.save(path)
    return path


def test_a_line_for_each_iteration_is_continued(tmp_path):
    path = trained(in_rows(tmp_path / "rows.xlsx"), tmp_path, iterations=8)
    net = openpyxl.load_workbook(path)["Net"]
    for row, right in enumerate(rows_of(8), 3):
        np.testing.assert_allclose([net.cell(row, column).value for column in range(4, 11)], right, rtol=1e-12)
        assert net.cell(row, 4).number_format == "0.0000"
        assert net.cell(row, 11).value == f"=I{row}*2"
    assert net["D11"].value is None
    assert not check(path).faults
    assert len(check(path).book.iterations) == 9  # and Trained


def test_lines_beyond_the_last_update_are_cleared(tmp_path):
    net = openpyxl.load_workbook(trained(in_rows(tmp_path / "rows.xlsx"), tmp_path, iterations=2))["Net"]
    assert (net["D4"].value is None, net["D5"].value) == (False, None)


def test_a_note_in_the_way_is_named(tmp_path):
    with pytest.raises(xlnn.XlnnError, match=r"'Net'!B7: iteration 5 would lie on this cell"):
        trained(in_rows(tmp_path / "rows.xlsx", below="B7"), tmp_path, iterations=8)


def test_lines_are_all_kept(tmp_path):
    with pytest.raises(xlnn.XlnnError, match="leave keep=… out"):
        trained(in_rows(tmp_path / "rows.xlsx"), tmp_path, iterations=8, keep="every:2")


def test_more_lines_than_xlnn_would_make_sheets_are_all_kept(tmp_path):
    net = openpyxl.load_workbook(trained(in_rows(tmp_path / "rows.xlsx"), tmp_path, iterations=150))["Net"]
    for row, right in enumerate(rows_of(150), 3):
        np.testing.assert_allclose([net.cell(row, column).value for column in range(4, 11)], right, rtol=1e-11)


def test_a_wrong_line_is_found(tmp_path):
    path = in_rows(tmp_path / "rows.xlsx")
    book = openpyxl.load_workbook(path)
    book["Net"]["D5"].value += 0.01
    book.save(path)
    assert check(path).mistaken[0].shown.name == "Net (3)"
