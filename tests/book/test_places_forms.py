"""Every form in which a sheet Places can say where things lie, on sheets of numbers alone; the arithmetic is plain NumPy's.

The network is 3-2-1 with sigmoids on two cases; one step of descent with C = ½Σ(t − a)² at η = 0.4.
"""

from __future__ import annotations

import numpy as np
import pytest
from command import run
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import workbooks
import xlnn
from xlnn.book.places_sheet import parse
from xlnn.book.places_writing import headings, line_words
from xlnn.errors import ContentError
from xlnn.layout.cells import Cell
from xlnn.layout.listed import lying, spots
from xlnn.model.quantities import Quantity

HEADER = (*workbooks.PLACES, "Next iteration", "Next input", "Factor")
X = np.array([[0.7, 0.2, 0.9], [0.1, -0.4, 0.5]])
T = np.array([[1.0], [0.0]])
W2, B2 = np.array([[0.3, -0.2, 0.4], [0.15, 0.6, -0.5]]), np.array([0.1, -0.3])
W3, B3 = np.array([[0.8, -0.7]]), np.array([0.2])
ETA = 0.4


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def calculated(w2=W2, b2=B2, w3=W3, b3=B3, rates=(ETA, ETA)) -> dict[str, np.ndarray]:
    """All numbers of one step."""
    z2 = X @ w2.T + b2
    a2 = sigmoid(z2)
    z3 = a2 @ w3.T + b3
    a3 = sigmoid(z3)
    delta3 = (a3 - T) * a3 * (1 - a3)
    delta2 = delta3 @ w3 * a2 * (1 - a2)
    new = {"new_w2": w2 - rates[0] * delta2.T @ X, "new_w3": w3 - rates[1] * delta3.T @ a2}
    return {"z2": z2, "a2": a2, "a3": a3, "delta3": delta3, "delta2": delta2, "C": ((T - a3) ** 2).sum(axis=1) / 2, **new}


def at(cells: dict, address: str, values) -> None:
    """Numbers row by row in ranges, as Places lists them."""
    from openpyxl.utils import range_boundaries

    flat = iter(np.ravel(values).tolist())
    for part in address.split(","):
        left, top, right, bottom = range_boundaries(part)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                cells[workbooks.letter(column) + str(row)] = next(flat)


def sheet(**where) -> dict:
    """The cells of a sheet on which the arrays lie at these ranges; x, t and parameters of the network above."""
    numbers = {"x": X, "t": T, "w2": W2, "b2": B2, "w3": W3, "b3": B3, **calculated()}
    cells: dict = {}
    for name, (address, *changed) in where.items():
        at(cells, address, changed[0] if changed else numbers[name])
    return cells


PLAIN = {"x": ("A1:C2",), "t": ("D1:D2",), "w2": ("A4:C5",), "b2": ("D4:D5",), "w3": ("A7:B7",), "b3": ("D7",)}
LINES = {
    "x": ("S!A1:C1", "1 down"), "t": ("S!D1", "1 down"), "w2": ("S!A4:C4", None, "1 down"), "b2": ("S!D4:D5",),
    "w3": ("S!A7:B7",), "b3": ("S!D7",),
}  # fmt: skip


def book(folder, where=None, lines=None, left_out=(), header=HEADER):
    """A workbook with those cells and lines besides the plain ones; `left_out` have no line."""
    said = {name: line for name, line in {**LINES, **(lines or {})}.items() if name not in left_out}
    cells = sheet(**{**PLAIN, **(where or {})})
    path = workbooks.save(folder / "mine.xlsx", {"S": cells})

    def add(made):
        places = made.create_sheet("Places")
        places.append(header)
        for name, line in said.items():
            places.append([name, *line])

    return workbooks.edit(path, path, change=add)


def assert_read(path, **parameters):
    """The workbook is read as this network, and one update gives what plain NumPy gives."""
    problem = xlnn.read(path, eta=ETA, iterations=1)
    assert problem.x.reshape(2, 3).tolist() == X.tolist()
    for name, expected in {"w2": W2, "w3": W3, **parameters}.items():
        assert problem.parameters[name].ravel().tolist() == np.ravel(expected).tolist(), name
    (step,) = [step for step, _ in zip(xlnn.train(problem), range(1), strict=False)]
    for name in ("new_w2", "new_w3"):
        np.testing.assert_allclose(np.ravel(step[name]), np.ravel(calculated()[name]), rtol=1e-12)


# ---- where cells lie ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "lines"),
    [
        ({}, {}),
        # ordered by input: w11, w21, w12, w22 … in one column
        ({"w2": ("F1:F6", W2.T)}, {"w2": ("S!F1", None, "1 down", None, None, None, "2 down")}),
        ({"w2": ("F1:F6", W2.T)}, {"w2": ("S!F1:F2", None, None, None, None, None, "2 down")}),
        ({"w2": ("F1:F6", W2.T)}, {"w2": ("S!F1,F3,F5", None, "1 down")}),
        ({"w2": ("F1:F6", W2.T)}, {"w2": ("S!F1,F3,F5,F2,F4,F6",)}),
        ({"w2": ("I33,K33,I35,K35,I37,K37",)}, {"w2": ("S!I33,K33,I35,K35,I37,K37",)}),
        ({"w2": ("I33:I35,K33:K35",)}, {"w2": ("S!I33:I35,K33:K35",)}),
        ({"w2": ("I33:I35,K33:K35",)}, {"w2": ("S!I33:I35,S!K33:K35",)}),
        ({"w2": ("I33:I35,K33:K35",)}, {"w2": ("S!I33:I35；K33:K35",)}),
        ({"w2": ("I33:I35,K33:K35",)}, {"w2": ("S!I33:I35", None, "2 right")}),
        ({"w3": ("I9,K9",)}, {"w3": ("S!I9", None, None, None, None, None, "2 right")}),
        ({"w3": ("I9,K9",)}, {"w3": ("S!I9,K9",)}),
        ({"b2": ("I9,K12",)}, {"b2": ("S!I9,K12",)}),
        ({"x": ("F1,H1,K1,F2,H2,K2",)}, {"x": ("S!F1,H1,K1", "1 down")}),
        ({"x": ("F1,H1,J1,F2,H2,J2",)}, {"x": ("S!F1", "1 down", None, None, None, None, "2 right")}),
        ({"x": ("F1:H1,F7:H7",)}, {"x": ("S!F1:H1,F7:H7",)}),  # all cases listed
        ({"x": ("F1:H1,F7:H7",), "t": ("I1,I7",)}, {"x": ("S!F1:H1,F7:H7",), "t": ("S!I1,I7",)}),
    ],
)
def test_cells_anywhere(tmp_path, where, lines):
    assert_read(book(tmp_path, where, lines), b2=B2, b3=B3)


def test_cells_on_several_sheets(tmp_path):
    path = book(tmp_path, lines={"w2": ("S!A4:C4,'another one'!B2:D2",), "x": ("S!A1:C1,'another one'!A1:C1",), "images": (2,)})
    cells = {"B2": 0.15, "C2": 0.6, "D2": -0.5, "A1": 0.1, "B1": -0.4, "C1": 0.5}
    workbooks.edit(path, path, change=lambda made: [made.create_sheet("another one").__setitem__(a, v) for a, v in [("A1", 0)]])
    workbooks.edit(path, path, {("another one", address): value for address, value in cells.items()})
    assert_read(path, b2=B2, b3=B3)


def test_columns_by_their_headings(tmp_path):
    header = ("Quantity", "Factor", "Next input", "First block", "Next unit", "下一图像")
    path = workbooks.save(tmp_path / "mine.xlsx", {"S": sheet(**{**PLAIN, "w2": ("F1:F6", W2.T), "b2": ("D4:D5", -B2)})})
    lines = [
        ("x", None, None, "S!A1:C1", None, "1 down"), ("t", None, None, "S!D1", None, "1 down"),
        ("w2", None, "2 down", "S!F1", "1 down"), ("b2", -1, None, "S!D4:D5"), ("w3", None, None, "S!A7:B7"),
        ("b3", None, None, "S!D7"),
    ]  # fmt: skip
    workbooks.edit(path, path, change=lambda made: list(map(made.create_sheet("Places").append, [header, *lines])))
    assert_read(path, b2=B2, b3=B3)


# ---- what the numbers are -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["θ2", "theta2", "Threshold2", "阈值2", "閾値2", "θ²"])
def test_thresholds(tmp_path, name):
    path = book(tmp_path, {"b2": ("D4:D5", -B2)}, {name: ("S!D4:D5",)}, left_out=["b2"])
    assert_read(path, b2=B2, b3=B3)


def test_a_factor(tmp_path):
    where = {"b2": ("D4:D5", -B2), "delta3": ("F1:F2", -calculated()["delta3"]), "delta2": ("G1:H2",)}
    minus = (None, None, None, None, None, None, -1)
    lines = {
        "b2": ("S!D4:D5", *minus), "delta3": ("S!F1", "1 down", *minus[1:]), "delta2": ("S!G1:H1", "1 down"),
        "z2": ("S!I1:J1", "1 down"),
    }  # fmt: skip
    path = book(tmp_path, {**where, "z2": ("I1:J2",)}, lines)
    assert_read(path, b2=B2, b3=B3)
    code, text, _ = run("check", path)
    assert (code, "10 cells checked on S: all right" in text) == (0, True), text
    workbooks.edit(path, path, {("S", "F2"): 0.5})
    code, text, _ = run("check", path)
    expected = -calculated()["delta3"][1, 0]
    assert code == 1
    assert f"F2: found 0.5, expected {expected:.7g}" in text


def test_no_biases_are_said(tmp_path):
    path = book(tmp_path, {"z2": ("F1:G2", X @ W2.T)}, {"b2": ("none",), "b3": ("无",), "z2": ("S!F1:G1", "1 down")})
    problem = xlnn.read(path)
    assert problem.network.parameter_names == ("w2", "w3")
    code, text, _ = run("check", path)
    assert code == 0, text


def test_no_answers_are_said(tmp_path):
    path = book(tmp_path, lines={"t": ("none",), "images": (2,)})
    assert not xlnn.read(path).network.answered
    code, _, error = run("train", path)
    assert code == 4
    assert "there are no right answers" in error


@pytest.mark.parametrize(
    ("lines", "rates"),
    [
        ({"eta": (0.5,)}, (0.5, 0.5)),
        ({"eta": ("S!K1",)}, (0.4, 0.4)),
        ({"eta": (0.5,), "eta3": (0.3,)}, (0.5, 0.3)),
        ({"eta2": ("S!K1",), "eta3": ("S!K2",)}, (0.4, 0.8)),
        ({"η": (0.5,), "η3": (0,)}, (0.5, 0.0)),  # a layer that stays as it is
    ],
)
def test_learning_rates(tmp_path, lines, rates):
    path = book(tmp_path, {"eta": ("K1:K2", [0.4, 0.8])}, lines)
    (step,) = [step for step, _ in zip(xlnn.train(xlnn.read(path, iterations=1)), range(1), strict=False)]
    expected = calculated(rates=rates)
    np.testing.assert_allclose(step["new_w2"].reshape(2, 3), expected["new_w2"], rtol=1e-12)
    np.testing.assert_allclose(step["new_w3"], expected["new_w3"], rtol=1e-12)


# ---- what is wrong --------------------------------------------------------------------------------------

BLOCK = "expected a sheet and a range like Data!K5:M8, found "


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ({"w2": ("S!A4:C4,A5",)}, "'Places'!B4: w2: expected a first block of 2×1×3 numbers, found 4 in 2 ranges."),
        ({"w2": ("S!A4:C4,Z",)}, f"'Places'!B4: {BLOCK}'S!A4:C4,Z'."),
        ({"w2": ("A4:C4,A5:C5",)}, f"'Places'!B4: {BLOCK}'A4:C4,A5:C5'."),
        ({"w2": ("S!A4:C4,Nowhere!A5:C5",)}, "'Places'!B4: there is no sheet 'Nowhere'; the workbook has 'S', 'Places'."),
        ({"b2": ("S!D4:D5", None, None, None, None, None, "1 down")}, "'Places'!H5: b2: there is no next input here."),
        ({"w2": ("S!A4", None, "1 down", None, None, None, "right")}, "'Places'!H4: expected a step like"),
        ({"b2": ("S!D4:D5", None, None, None, None, None, None, 0)}, "'Places'!I5: expected a number other than 0"),
        ({"b2": ("S!D4:D5", None, None, None, None, None, None, "minus")}, "'Places'!I5: expected a number other than 0"),
        ({"θ2": ("S!D4:D5",)}, "'Places'!A8: b2 stands here a second time."),
        ({"w2": ("none",)}, "'Places'!B4: w2: no network is without it; say where it lies."),
        ({"eta9": (0.3,)}, "'Places'!B8: there is no layer '9'; known: 2, 3."),
        ({"eta": (-0.3,)}, "'Places'!B8: the learning rate η must be a number above 0"),
        ({"eta2": ("S!A1:B1",)}, "'Places'!B8: eta2: expected one cell, or a number, found 'S!A1:B1'."),
        ({"eta2": ("S!Z9",)}, "'S'!Z9: expected a number, found a blank cell."),
        ({"x": ("S!A1:C1,A2:C2",), "images": (3,)}, "'Places'!B2: x: 2 images are listed, but a line says that there are 3."),
        (
            {"x": ("S!A1:C1,A2:C2",), "t": ("S!D1,D2,D3",)},
            "'Places'!B3: t: expected a first block of 2×1 numbers, found 3 in 3 ranges.",
        ),
        ({"b2": ("none",), "b₂": ("S!D4:D5",)}, "'Places'!A5: b2 stands here a second time."),
    ],
)
def test_what_is_wrong(tmp_path, lines, expected):
    with pytest.raises(ContentError) as caught:
        xlnn.read(book(tmp_path, lines=lines))
    assert expected in str(caught.value).replace("mine.xlsx › ", "")


def test_a_sheet_that_says_only_what_is_not_there(tmp_path):
    with pytest.raises(ContentError, match="'Places': expected a line for x"):
        xlnn.read(book(tmp_path, lines={"b2": ("none",)}, left_out=["x", "t", "w2", "w3", "b3"]))


def test_a_heading_that_is_none(tmp_path):
    with pytest.raises(ContentError) as caught:
        xlnn.read(book(tmp_path, header=(*HEADER[:7], "Next imput", "Remarks")))
    assert "'Places'!H1: there is no column 'Next imput'; known: Quantity, First block" in str(caught.value)


# ---- the law: what is written is read as it was ---------------------------------------------------------

SHAPES = [
    (Quantity("x", "", ("row", "column"), (2, 2), per_image=True), 3),
    (Quantity("w", "2", ("unit", "row", "column"), (2, 1, 3)), 1),
    (Quantity("w", "3", ("unit", "unit before"), (3, 2)), 1),
    (Quantity("b", "2", ("unit",), (4,)), 1),
    (Quantity("z", "2", ("unit",), (2,), per_image=True), 4),
    (Quantity("w", "O", ("unit", "map", "row", "column"), (2, 2, 2, 1)), 1),
    (Quantity("dC_dw", "2", ("unit", "row", "column"), (2, 1, 2), per_image=True), 2),
    (Quantity("CT"), 1),
]


@st.composite
def lying_anywhere(draw):
    """A quantity and its cells: anywhere, also on several sheets; or in steps along some of its axes, and anywhere else."""
    q, images = draw(st.sampled_from(SHAPES))
    shape = (images, *q.shape) if q.per_image else q.shape
    steps = [draw(st.tuples(st.integers(0, 30), st.integers(0, 30))) if draw(st.booleans()) else None for _ in shape]
    free = [size if step is None else 1 for size, step in zip(shape, steps, strict=True)]
    count = int(np.prod(free))
    sheets = draw(st.sampled_from([("S",), ("S", "it's, a sheet")]))
    corner = st.tuples(st.sampled_from(sheets), st.integers(1, 60), st.integers(1, 60))
    firsts = iter(draw(st.lists(corner, min_size=count, max_size=count, unique=True)))
    corners = {index: next(firsts) for index in np.ndindex(*free)}
    spots_ = []
    for index in np.ndindex(*shape):
        sheet, row, column = corners[tuple(0 if step else i for i, step in zip(index, steps, strict=True))]
        moves = [(i * step[0], i * step[1]) for i, step in zip(index, steps, strict=True) if step]
        spots_.append((sheet, Cell(row + sum(m[0] for m in moves), column + sum(m[1] for m in moves))))
    assume(len(set(spots_)) == len(spots_))
    return q, images, spots_, shape


@settings(max_examples=300, deadline=None)
@given(lying_anywhere(), st.sampled_from([1.0, -1.0, 0.5, -2 / 3]), st.sampled_from([None, (1, 0), (0, 0), (3, 2)]))
def test_every_list_of_cells_is_written_and_read(drawn, factor, following):
    q, images, cells, shape = drawn
    sheet, place = lying(cells, shape)
    line = line_words(q, sheet, place, factor, following)
    names = headings([line])
    [read] = parse([names, [line.get(name) for name in names]], "a.xlsx").values()
    assert list(spots(read.sheet, read.place(q, images))) == cells
    assert (read.quantity, read.following) == (q.name, following)
    assert read.factor == pytest.approx(factor, rel=1e-14)
