"""Settings in a person's own cells, and images as a grid or on a sheet each: what sheet Places can say beside blocks."""

import openpyxl
import pytest
from command import run

import workbooks
import xlnn

BOOK = xlnn.example("4-4")
HEADER = ("Quantity", "First block", "Next image", "Next unit")
PANEL = (
    ("w2", "学习!D5:F8", None, "4 down"),
    ("b2", "学习!G5", None, "4 down"),
    ("w3", "学习!D17:F17", None, "1 down"),
    ("b3", "学习!G17", None, "1 down"),
)
IMAGES = (("x", "学习!L5:N8", "4 right", None), ("digit", "学习!O28", "4 right", None))


def saved(folder, lines=(), cells=None, change=None):
    """The authors' sheet with a sheet Places of these lines, and more cells."""
    workbooks.authors_35(folder / "plain.xlsx", formulas=False)
    book = openpyxl.load_workbook(folder / "plain.xlsx")
    if lines:
        sheet = book.create_sheet("Places")
        for line in (HEADER, *lines):
            sheet.append(line)
    for (name, cell), value in (cells or {}).items():
        (book[name] if name in book.sheetnames else book.create_sheet(name))[cell] = value
    if change:
        change(book)
    book.save(folder / "mine.xlsx")
    return folder / "mine.xlsx"


def test_lines_of_settings(tmp_path):
    """Numbers and words in cells of one's own, or typed into the line, in any of the languages."""
    lines = (
        *IMAGES, *PANEL, ("eta", "My own!B1"), ("iterations", "My own!B2"), ("cost", "My own!B3"), ("批大小", 16),
        ("seed", "My own!B4"),
        ("total cost", "mean"),
    )  # fmt: skip
    cells = {("My own", "B1"): 0.35, ("My own", "B2"): 7, ("My own", "B3"): "cross-entropy", ("My own", "B4"): 3}
    problem = xlnn.read(saved(tmp_path, lines, cells))
    chosen = problem.settings
    assert (chosen.eta, chosen.iterations, chosen.batch, chosen.seed) == (0.35, 7, 16, 3)
    assert (problem.network.cost, problem.network.total) == ("cross-entropy", "mean")
    assert xlnn.read(tmp_path / "mine.xlsx", iterations=2).settings.iterations == 2  # an option counts more
    code, out, _ = run("train", tmp_path / "mine.xlsx", "--language", "en")
    assert (code, out.startswith("7 updates")) == (0, True)


def test_a_cost_that_is_a_number_is_the_quantity(tmp_path):
    """`cost` is also what people call C: where a number stands, that is its place."""
    problem = xlnn.read(saved(tmp_path, (*IMAGES, *PANEL, ("cost", "学习!O21", "4 right"))))
    assert problem.network.cost == "half squares"
    assert "C" in problem.origin.own


@pytest.mark.parametrize(
    ("line", "cells", "says"),
    [
        (
            ("iterations", "My own!B2"),
            {("My own", "B2"): "many"},
            "'My own'!B2: iterations: expected a whole number, found 'many'.",
        ),
        (("iterations", "many"), {}, "'Places'!B8: iterations: expected a whole number, found 'many'."),
        (("cost", "rmse"), {}, "'Places'!B8: cost: expected half squares"),
        (("iterations", "Nowhere!B2"), {}, "'Places'!B8: there is no sheet 'Nowhere'"),
    ],
)
def test_values_that_a_setting_cannot_have(tmp_path, line, cells, says):
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(saved(tmp_path, (*IMAGES, *PANEL, line), cells))
    assert says in str(caught.value)


def test_beside_their_names(tmp_path):
    """On the authors' sheet without Settings and Places: the number on the right of the name, which is said."""
    cells = {("Notes", "A1"): "η", ("Notes", "B1"): 0.35, ("Notes", "A2"): "迭代次数:", ("Notes", "B2"): 9}
    path = saved(tmp_path, cells=cells)
    assert (xlnn.read(path).settings.eta, xlnn.read(path).settings.iterations) == (0.35, 9)
    out = run("show", path, "--language", "en")[1]
    assert "iterations 9, as beside its name in mine.xlsx › 'Notes'!B2." in out
    twice = {("Notes", "D1"): "learning rate", ("Notes", "E1"): 0.5}
    assert xlnn.read(saved(tmp_path, cells={**cells, **twice})).settings.eta == 0.2  # which of them cannot be known
    assert xlnn.read(saved(tmp_path)).settings.iterations == 50


def test_a_grid_of_images(tmp_path):
    """Eight images beside each other, eight of such rows: a list of blocks, row by row."""
    corner = lambda k: (2 + 6 * (k // 8), 2 + 4 * (k % 8))

    def draw(book):
        sheet = book.create_sheet("Grid")
        for k in range(64):
            row, column = corner(k)
            for i in range(4):
                for j in range(3):
                    if BOOK.x[k, i, j]:  # as one draws: only the 1s
                        sheet.cell(row + i, column + j, 1)
            sheet.cell(row + 4, column, int(BOOK.digits[k]))

    name = lambda row, column: openpyxl.utils.get_column_letter(column) + str(row)
    ranges = [f"{name(*corner(k))}:{name(corner(k)[0] + 3, corner(k)[1] + 2)}" for k in range(64)]
    digits = [name(corner(k)[0] + 4, corner(k)[1]) for k in range(64)]
    lines = (("x", "Grid!" + ",".join(ranges)), ("digit", "Grid!" + ",".join(digits)), *PANEL)
    problem = xlnn.read(saved(tmp_path, lines, change=draw))
    assert (problem.x == BOOK.x).all()
    assert (problem.digits == BOOK.digits).all()
    assert next(xlnn.train(problem))["CT"] == pytest.approx(20.255346, abs=5e-7)


def test_a_sheet_for_each_image(tmp_path):
    count = 5

    def draw(book):
        for k in range(count):
            sheet = book.create_sheet(f"Image {k + 1}")
            for i in range(4):
                for j in range(3):
                    sheet.cell(1 + i, 1 + j, BOOK.x[k, i, j])
            sheet["E1"] = int(BOOK.digits[k])

    x = ",".join(f"'Image {k + 1}'!A1:C4" for k in range(count))
    digits = ",".join(f"'Image {k + 1}'!E1" for k in range(count))
    problem = xlnn.read(saved(tmp_path, (("x", x), ("digit", digits), *PANEL), change=draw))
    assert (problem.x == BOOK.x[:count]).all()
    assert (problem.digits == BOOK.digits[:count]).all()
