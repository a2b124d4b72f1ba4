"""`landscape`: C_T over two parameters against another program's C_T, the path, the sheets, the charts, wrong input."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import office
import openpyxl
import pytest
from command import run
from matplotlib.image import imread
from problems import dense, random_problem
from reference import targets, total_cost, updated

import xlnn
from xlnn.model.network import LayerSettings, Network
from xlnn.model.problem import Problem, Settings
from xlnn.pictures.contours import contour
from xlnn.pictures.landscape_pages import TOP, _bands, levels
from xlnn.pictures.landscapes import Parameter, parameter

MARKS = "▶●★"


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    return xlnn.new("4-4", tmp_path_factory.mktemp("books") / "book.xlsx")


@pytest.fixture(scope="module")
def written(book) -> Path:
    """4-4 over two weights of the output layer: 9 × 9 values."""
    path = book.with_name("land.xlsx")
    return xlnn.write_landscape(xlnn.landscape(xlnn.read(book), ("w3[1,2]", "w3[2,3]"), grid=9), path)


def course(problem: Problem) -> list[dict]:
    """The parameters before and after each update, by another program's gradients."""
    found = [dict(problem.parameters)]
    for _ in range(problem.settings.iterations):
        found.append(updated(problem, found[-1], np.arange(problem.images)))
    return found


def cost_at(problem: Problem, parameters, name: str, index, value: float, other: str, index2, value2: float) -> float:
    """C_T with two parameters changed, by another program."""
    moved = {key: array.copy() for key, array in parameters.items()}
    moved[name][index] = value
    moved[other][index2] = value2
    return float(total_cost(problem.network, moved, problem.x, targets(problem)))


def sheet_of(path: Path, name: str = "Landscape"):
    return openpyxl.load_workbook(path, data_only=True)[name]


def grid_of(sheet, n: int):
    """The values across, those down, and the numbers (down, across) of the heat map."""
    across = [sheet.cell(TOP.row - 1, TOP.column + i).value for i in range(n)]
    down = [sheet.cell(TOP.row + i, TOP.column - 1).value for i in range(n)]
    return across, down, np.array([[sheet.cell(TOP.row + j, TOP.column + i).value for i in range(n)] for j in range(n)])


# ---- the numbers -----------------------------------------------------------------------------------


def test_every_cell_is_c_t_with_the_other_parameters_after_training(book, written):
    """By autograd's forward pass and gradients, 50 updates of the book's network."""
    problem, sheet = xlnn.read(book), sheet_of(written)
    end = course(problem)[-1]
    across, down, numbers = grid_of(sheet, 9)
    assert across == sorted(across)
    assert down == sorted(down, reverse=True)
    expected = [[cost_at(problem, end, "w3", (0, 1), p, "w3", (1, 2), q) for p in across] for q in down]
    np.testing.assert_allclose(numbers, expected, rtol=1e-9)
    row, column = np.unravel_index(np.argmin(expected), (9, 9))
    least = f"The smallest C_T here: {np.min(expected):.6g}, at w3[1,2] = {across[column]:.4g}, w3[2,3] = {down[row]:.4g}."
    assert least in [sheet.cell(number, 1).value for number in range(1, 9)]


def test_the_end_of_the_path_is_the_books_c_t(written):
    """0.236651 after 50 updates: ★ stands on exactly the point where training ended."""
    sheet = sheet_of(written)
    star = [cell.value for row in sheet.iter_rows() for cell in row if "★" in cell.number_format]
    assert star == [pytest.approx(0.236651, abs=5e-7)]


def test_the_path_goes_through_the_marked_cells(book, written):
    """Each point's nearest values, worked out anew; start and end are marked as such."""
    problem, sheet = xlnn.read(book), sheet_of(written)
    points = [(p["w3"][0, 1], p["w3"][1, 2]) for p in course(problem)]
    across, down, _ = grid_of(sheet, 9)
    cells = [
        (TOP.row + np.abs(np.subtract(down, q)).argmin(), TOP.column + np.abs(np.subtract(across, p)).argmin()) for p, q in points
    ]
    marked = {cell.coordinate: mark for row in sheet.iter_rows() for cell in row for mark in MARKS if mark in cell.number_format}
    names = [sheet.cell(int(row), int(column)).coordinate for row, column in cells]
    assert marked == {**dict.fromkeys(names, "●"), names[0]: "▶", names[-1]: "★"}
    assert len(marked) > 5
    path = list(sheet_of(written, "Path").iter_rows(min_row=2, values_only=True))
    assert [row[5] for row in path] == names
    np.testing.assert_allclose([row[1:3] for row in path], points, rtol=1e-9)


def test_the_sheet_counts_as_the_book_does(written):
    """w³₁₂ is the weight of output unit 1 for hidden unit 2, w³₂₃ that of unit 2 for hidden unit 3."""
    said = sheet_of(written)["A3"].value
    assert said.startswith("w3[1,2]: unit 1, unit before 2. w3[2,3]: unit 2, unit before 3.")
    assert said.endswith("count from 1, as in the book.")


def test_sheet_path_has_both_costs(book, written):
    """C_T of the training, and on the surface, where all other parameters are the last ones."""
    problem = xlnn.read(book)
    steps = course(problem)
    rows = list(sheet_of(written, "Path").iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == list(range(51))
    for row in (rows[0], rows[7], rows[50]):
        p = steps[row[0]]
        assert row[3] == pytest.approx(float(total_cost(problem.network, p, problem.x, targets(problem))), rel=1e-9)
        there = cost_at(problem, steps[-1], "w3", (0, 1), p["w3"][0, 1], "w3", (1, 2), p["w3"][1, 2])
        assert row[4] == pytest.approx(there, rel=1e-9)
    assert rows[0][3] == pytest.approx(20.255346, abs=5e-7)
    assert rows[0][4] < 6


def test_a_bowl_known_in_advance():
    """One linear unit: C_T = ½Σ(y − wx − b)² is a bowl, its lowest point the line of the normal equations."""
    x, y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 2.5, 5.5, 7.0])
    network = Network(
        (LayerSettings("1", "input", size=(1, 1)), LayerSettings("2", "dense", 1, activation="identity")), judged=False
    )
    parameters = {"w2": np.array([[[0.5]]]), "b2": np.array([2.0])}
    problem = Problem(network, x.reshape(-1, 1, 1), parameters, t=y[:, None], settings=Settings(eta=0.05, iterations=400))
    found = xlnn.landscape(problem, ("b2[1]", "w2[1,1,1]"), grid=41, margin=1)
    b, w = np.meshgrid(found.across, found.up)
    expected = sum((y[k] - w * x[k] - b) ** 2 for k in range(4)) / 2
    np.testing.assert_allclose(found.CT, expected, rtol=1e-12)
    slope, height = np.polyfit(x, y, 1)
    row, column = found.lowest
    assert found.up[row] == pytest.approx(slope, abs=1e-3)
    assert found.across[column] == pytest.approx(height, abs=1e-3)
    assert (found.across[-1] >= 3, found.up[0] <= -0.4) == (True, True)  # a margin of 1 around the path


def test_with_batches_the_path_has_a_point_for_each_epoch():
    problem = random_problem(dense((2, 2), (3, "tanh"), (2, "sigmoid")), images=6, iterations=5, batch=4)
    steps = {step.iteration: step for step in xlnn.train(problem)}
    found = xlnn.landscape(problem, ("w2[3,2,1]", "b3[2]"), grid=5, margin=0.5)
    assert found.updates.tolist() == [0, 2, 4, 5]
    assert found.path[1].tolist() == [steps[3].parameters["w2"][2, 1, 0], steps[3].parameters["b3"][1]]
    expected = total_cost(problem.network, steps[5].parameters, problem.x, targets(problem))
    assert found.path_CT[2] == pytest.approx(float(expected), rel=1e-12)
    end = steps[5].new_parameters()
    assert found.path_CT[-1] == pytest.approx(float(total_cost(problem.network, end, problem.x, targets(problem))), rel=1e-12)


def test_many_parameters_are_taken_in_parts(monkeypatch):
    problem = random_problem(dense((2, 2), (3, "tanh"), (2, "sigmoid")))
    whole = xlnn.landscape(problem, ("w2[1,1,1]", "b3[2]"), grid=5)
    monkeypatch.setattr(import_module("xlnn.pictures.landscapes"), "NUMBERS", 60)
    np.testing.assert_allclose(xlnn.landscape(problem, ("w2[1,1,1]", "b3[2]"), grid=5).CT, whole.CT, rtol=1e-13)


def test_a_parameter_that_stays_where_it_is():
    """Frozen biases: the grid is as wide as the margin on both sides."""
    network = dense((2, 2), (3, "tanh"), (2, "sigmoid"), freeze_biases=True)
    found = xlnn.landscape(random_problem(network), ("b2[1]", "b3[2]"), grid=5, margin=2)
    np.testing.assert_allclose(np.diff(found.across), 1)
    assert found.nearest(found.path[-1]) == (2, 2)


# ---- lines of equal C_T ----------------------------------------------------------------------------


def test_lines_on_a_slope_and_around_a_hill():
    """On a plane the line is exact; around a paraboloid it is one closed ring of that radius."""
    x, y = np.linspace(-2, 2, 41), np.linspace(-2, 2, 33)
    plane = np.add.outer(0 * y, x)
    (line,) = contour(x, y, plane, 0.33)
    assert {round(point[0], 12) for point in line} == {0.33}
    assert sorted((line[0][1], line[-1][1])) == [-2, 2]
    (ring,) = contour(x, y, np.add.outer(y**2, x**2), 1.5)
    assert ring[0] == ring[-1]
    np.testing.assert_allclose(np.hypot(*np.array(ring).T), np.sqrt(1.5), atol=0.005)
    assert contour(x, y, plane, 5) == []


def test_a_saddle_has_two_lines():
    x = np.linspace(-1, 1, 20)
    assert len(contour(x, x, np.multiply.outer(x, x), 0.1)) == 2


def test_sheet_contours_has_the_lines(book, written):
    """Points of equal C_T: on the grid's lines, where C_T is known, it is what the header says, as near as the grid is fine."""
    sheet = sheet_of(written, "Contours")
    header = [cell.value for cell in sheet[1] if cell.value]
    found = xlnn.landscape(xlnn.read(book), ("w3[1,2]", "w3[2,3]"), grid=9)
    assert header == [f"C_T = {level:g}" for level in levels(found)]
    assert [cell.value for cell in sheet[2]] == ["w3[1,2]", "w3[2,3]"] * len(header)  # what the numbers of a column are
    assert (sheet.print_title_rows, sheet.freeze_panes) == ("$1:$2", "A3")
    assert sheet["I3"].number_format == "0.000"
    points = [(row[8], row[9]) for row in sheet.iter_rows(min_row=3, values_only=True) if row[8] is not None]
    level, on_grid = float(header[4].split("=")[1]), 0
    for p, q in points:
        column = np.flatnonzero(np.isclose(found.across, p, atol=1e-9))
        if len(column):
            on_grid += 1
            assert np.interp(q, found.up, found.CT[:, column[0]]) == pytest.approx(level, rel=1e-6)
    assert on_grid > 3


# ---- charts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lowest", "highest", "bands"),
    [(0.2, 19.0, (0, 20, 10)), (0.233, 0.435, (0.2, 0.45, 5)), (0, 1, (0, 1, 10)), (3, 3, (3, 3.0, 1))],
)
def test_bands_of_the_surface(lowest, highest, bands):
    assert _bands(lowest, highest) == pytest.approx(bands)


def test_the_charts_are_what_a_program_that_reads_them_finds(written):
    """openpyxl reads the surface chart as one; its lines are the heat map's, from below."""
    lines, surface = openpyxl.load_workbook(written)["Landscape"]._charts
    assert (type(lines).__name__, type(surface).__name__) == ("ScatterChart", "SurfaceChart3D")
    rows = [series.val.numRef.f for series in surface.series]
    assert rows == [f"Landscape!$C${row}:$K${row}" for row in range(TOP.row + 8, TOP.row - 1, -1)]
    assert {series.cat.numRef.f for series in surface.series} == {f"Landscape!$C${TOP.row - 1}:$K${TOP.row - 1}"}
    assert lines.series[-1].xVal.numRef.f == "Path!$B$2:$B$52"
    assert surface.z_axis is not None
    names = {"first": "w3[1,2]", "second": "w3[2,3]"}
    with ZipFile(written) as package:
        xml = package.read("xl/charts/chart2.xml").decode()
    assert [f"<a:t>{name}</a:t>" in xml for name in names.values()] == [True, True]
    assert xml.count("<c:axId") == 6  # the three of the chart and one in each axis


@office.needs_office
def test_libreoffice_shows_heat_map_lines_and_surface(written, tmp_path):
    """Looked at, too: blue and orange cells, a black path among coloured lines, and columns for the surface."""
    page = imread(office.to_png(written, tmp_path, dpi=60)[0])[..., :3]
    red, green, blue = page[..., 0], page[..., 1], page[..., 2]
    assert ((red > 0.85) & (blue < 0.8) & (green > 0.55)).sum() > 2000  # orange of the heat map
    charts = page[page.shape[0] // 2 :]
    dark = (charts.max(axis=2) < 0.15).sum()
    assert dark > 150  # the path
    office.recalculate(written, tmp_path / "again.xlsx")
    with ZipFile(tmp_path / "again.xlsx") as package:
        assert len([name for name in package.namelist() if name.startswith("xl/charts/chart")]) == 2


# ---- which parameters ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["w2[1,2,3]", " w2 [ 1, 2 ,3 ] "])
def test_a_parameter_is_written_as_in_numpy(text, book):
    found = xlnn.landscape(xlnn.read(book, iterations=1), (text, "b3[1]"), grid=3)
    assert found.path[0, 0] == xlnn.read(book).parameters["w2"][0, 1, 2]
    assert found.over[0] == Parameter(found.problem.network.quantities["w2"], (0, 1, 2))


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("w2", "b2[1]"), 2, "cannot read 'w2': write a parameter with its indexes counted from 1, like w2[1,2,3]."),
        (
            ("w2[-1,0,0]", "b2[1]"),
            2,
            "cannot read 'w2[-1,0,0]': write a parameter with its indexes counted from 1, like w2[1,2,3].",
        ),
        (("w9[0]", "b2[1]"), 2, "there is no parameter 'w9'; known: w2, b2, w3, b3."),
        (("w2[1,1,4]", "b2[1]"), 2, "there is no w2[1,1,4]; indexes count from 1: w2[1,1,1] to w2[3,4,3]."),
        (("w2[1,1,1,1]", "b2[1]"), 2, "there is no w2[1,1,1,1]; indexes count from 1: w2[1,1,1] to w2[3,4,3]."),
        (("b2[1]", "b2[4]"), 2, "there is no b2[4]; indexes count from 1: b2[1] to b2[3]."),
        (("b2[1]", "b2[1]"), 2, "a landscape needs two different parameters, not b2[1] twice."),
        (("b2[1]", "b2[2]", "--grid", "2"), 2, "the grid must have 3 to 255 values, not 2."),
        (("b2[1]", "b2[2]", "--grid", "256"), 2, "the grid must have 3 to 255 values, not 256."),
        (("b2[1]", "b2[2]", "--margin", "0"), 2, "the margin must be a number above 0, not 0."),
        (("b2[1]", "b2[2]", "--margin", "nan"), 2, "the margin must be a number above 0, not nan."),
        (("b2[1]", "b2[2]", "-o", "a.png"), 6, "a.png: expected a name that ends in .xlsx."),
        (
            ("b2[1]", "b2[2]", "-o", "book.xlsx"),
            6,
            "book.xlsx: the output would overwrite the input; choose another name with --output.",
        ),
    ],
)
def test_wrong_options(book, options, code, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.xlsx").write_bytes(book.read_bytes())
    assert run("landscape", "book.xlsx", "--over", *options) == (code, "", f"xlnn: error: {said}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]


def test_over_one_parameter():
    with pytest.raises(xlnn.UsageError, match="over two parameters, not 1"):
        xlnn.landscape(xlnn.example("4-4"), ("w2[1,1,1]",))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_c_t_that_leaves_the_finite_numbers():
    problem = random_problem(dense((1, 2), (2, "relu"), (2, "identity")), iterations=1, eta=0.01)
    problem = replace(problem, x=problem.x + 1)
    with pytest.raises(xlnn.UsageError, match=r"not a finite number everywhere .* smaller margin than 1e\+300"):
        xlnn.landscape(problem, ("w2[1,1,1]", "w3[1,1]"), margin=1e300)


def test_a_training_that_diverges(book, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, error = run("landscape", book, "--over", "w2[1,1,1]", "b3[1]", "--eta", "1e308", "-o", "a.xlsx")
    assert (code, out) == (7, "")
    assert error.startswith("xlnn: error: training diverged: after update 1 ")
    assert list(tmp_path.iterdir()) == []


# ---- the command -----------------------------------------------------------------------------------


def test_the_example_of_the_help(book, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.xlsx").write_bytes(book.read_bytes())
    code, out, error = run("landscape", "book.xlsx", "--over", "w2[1,1,1]", "w2[1,2,3]")
    assert (code, error) == (0, "")
    assert out.startswith("C_T over w2[1,1,1] and w2[1,2,3]: 0.23")
    assert out.endswith("0.236651 after training. book-landscape.xlsx\n")
    sheet = sheet_of(tmp_path / "book-landscape.xlsx")
    assert sheet["A1"].value == "C_T over w2[1,1,1] and w2[1,2,3]"
    assert sheet["A3"].value.startswith("w2[1,1,1]: unit 1, row 1, column 1. w2[1,2,3]: unit 1, row 2, column 3.")
    assert run("landscape", "book.xlsx", "--over", "w2[1,1,1]", "w2[1,2,3]", "-q", "-n", "3", "--grid", "5") == (0, "", "")


def test_the_same_input_gives_the_same_bytes(written, book):
    again = book.with_name("again") / "land.xlsx"
    again.parent.mkdir()
    xlnn.write_landscape(xlnn.landscape(xlnn.read(book), ("w3[1,2]", "w3[2,3]"), grid=9), again)
    assert again.read_bytes() == written.read_bytes()


@pytest.mark.parametrize(("language", "title"), [("zh", "wF[1,2,2] 与 bO[3] 上的 C_T"), ("ja", "wF[1,2,2] と bO[3] の上の C_T")])
def test_other_languages(language, title, tmp_path):
    problem = xlnn.example("5-6").with_settings(iterations=1)
    xlnn.write_landscape(xlnn.landscape(problem, ("wF[1,2,2]", "bO[3]"), grid=3), tmp_path / "a.xlsx", language=language)
    assert sheet_of(tmp_path / "a.xlsx")["A1"].value == title


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("w3[1,2]", (0, 1)), ("w3_1_2", (0, 1)), ("w³₁₂", (0, 1)), ("w²₁₁", (0, 0, 0)), ("w2_1_11", (0, 3, 1)),
        ("w²₁,₁₂", (0, 3, 2)), ("w2[3,4,3]", (2, 3, 2)), ("b²₃", (2,)), ("b2_3", (2,)),
    ],
)  # fmt: skip
def test_a_parameter_as_the_book_writes_it(text, index):
    """The eleventh of 4 × 3 pixels stands in row 4, column 2."""
    assert parameter(xlnn.example("4-4"), text).index == index


@pytest.mark.parametrize("text", ["w3[0,1]", "w3_0_1", "w2[1,13]", "w²₁₁₃", "b2[4]"])
def test_a_parameter_that_there_is_not(text):
    with pytest.raises(xlnn.XlnnError, match="indexes count from 1"):
        parameter(xlnn.example("4-4"), text)
