"""Hand-built sheets understood: network, places, iterations and conventions, and nothing where there is none."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sheet_styles import Style, build, last_of, save
from understand_books import at, read, rows, table

from xlnn.book.places_sheet import parse
from xlnn.book.places_writing import headings
from xlnn.book.understood import summary
from xlnn.book.understood_places import places_lines
from xlnn.formula import mended
from xlnn.layout.cells import Cell
from xlnn.layout.listed import spots
from xlnn.understand import understand
from xlnn.words import say
from xlnn.xlsx.workbook import Workbook


def layers(found):
    return [(layer.kind, layer.shape, layer.activation) for layer in found.network.layers]


def test_an_iteration_in_each_row(tmp_path):
    found = read(tmp_path / "rows.xlsx", Net=rows(4))
    assert layers(found)[1:] == [("dense", (2,), "sigmoid")] * 2
    assert found.network.cost == "half squares"
    assert len(found.iterations) == 4
    for k in range(4):
        assert at(found, "w2", k) == f"Net!E{4 + k} (0, 2) (0, 1)"
        assert at(found, "w3", k) == f"Net!M{4 + k} (0, 2) (0, 1)"
        assert at(found, "a2", k) == f"Net!J{4 + k} (0, 2)"
        assert at(found, "t", k) == f"Net!A{4 + k} (0, 1)"
        assert at(found, "dCT_dw2", k) == f"Net!X{4 + k} (0, 2) (0, 1)"
    assert at(found, "new_w2", 0) == "Net!E5 (0, 2) (0, 1)"
    assert found.eta == {"w2": 0.7, "w3": 0.7}
    assert found.share == 1


def test_the_network_that_is_understood_gives_the_numbers_of_the_sheet(tmp_path):
    found = read(tmp_path / "rows.xlsx", Net=rows(3))
    x, t, w2, w3 = [0.3, -0.7], np.array([0.2, 0.85]), np.array([[0.3, -0.2], [0.15, 0.4]]), np.array([[0.5, -0.45], [0.35, 0.6]])
    for iteration in found.iterations:
        a2 = 1 / (1 + np.exp(-w2 @ x))
        a3 = 1 / (1 + np.exp(-w3 @ a2))
        delta3 = (a3 - t) * a3 * (1 - a3)
        delta2 = w3.T @ delta3 * a2 * (1 - a2)
        assert iteration.step["C"][0] == pytest.approx(((a3 - t) ** 2).sum() / 2, rel=1e-12)
        assert iteration.step["dCT_dw2"][:, 0] == pytest.approx(np.outer(delta2, x), rel=1e-9)
        w2, w3 = w2 - 0.7 * np.outer(delta2, x), w3 - 0.7 * np.outer(delta3, a2)


def test_gradients_that_are_wrong_have_their_place_by_the_use_made_of_them(tmp_path):
    found = read(tmp_path / "rows.xlsx", Net=rows(4, slope="J"))
    assert [at(found, "dCT_dw2", k) for k in range(3)] == [f"Net!X{4 + k} (0, 2) (0, 1)" for k in range(3)]


def test_delta_is_t_minus_a_and_added(tmp_path):
    found = read(tmp_path / "t.xlsx", Net=table())
    named = found.iterations[0].named
    assert (at(found, "delta3"), named["delta3"].factor) == ("Net!J6 (1, 0)", -1)
    assert (at(found, "delta2"), named["delta2"].factor) == ("Net!K6 (1, 0) (0, 1)", -1)
    assert at(found, "new_w2") == "Net!A12 (1, 0) (0, 1)"
    assert at(found, "new_b2") == "Net!C12 (1, 0)"
    assert set(found.eta.values()) == {0.4}


def said(found):
    """The lines that sheet Places would have, read again."""
    lines = places_lines(found)
    names = headings(lines)
    return parse([names, *([line.get(name) for name in names] for line in lines)], "t.xlsx")


def assert_same_places(found):
    """What sheet Places says is what was understood: the same cells, factors and next iterations."""
    lines, quantities = said(found), found.network.quantities
    first = found.iterations[0]
    for name, where in first.places().items():
        if name in quantities:
            q, line = quantities[name], lines[name]
            images = len(first.named["x"].cells)
            assert list(spots(*where)) == list(spots(line.sheet, line.place(q, images))), name
            assert line.factor == first.named[name].factor, name


def test_the_lines_of_sheet_places_say_the_same(tmp_path):
    found = read(tmp_path / "t.xlsx", Net=table())
    lines = said(found)
    assert lines["x"].block.name == "A6:B6"
    assert lines["a2"].nexts == {"image": (1, 0)}
    assert (lines["delta3"].factor, lines["delta2"].factor, lines["w2"].factor) == (-1, -1, 1)
    assert_same_places(found)


def test_places_say_how_rows_go_on_and_where_eta_is(tmp_path):
    found = read(tmp_path / "rows.xlsx", Net=rows(4))
    assert {said(found)[name].following for name in ("w2", "w3", "C", "dCT_dw2")} == {(1, 0)}
    lines = {line["Quantity"]: line for line in places_lines(found)}
    assert lines["eta"] == {"Quantity": "eta", "First block": "Net!G1"}
    assert lines["b2"] == {"Quantity": "b2", "First block": "none"}
    assert_same_places(found)


def test_cells_without_a_pattern_are_listed(tmp_path):
    cells = table()
    moved = {"A2": "S20", "B2": "U3", "C2": "T9"}  # the second unit's parameters lie anywhere
    for name, cell in cells.items():
        if isinstance(cell, str):
            for old, new in moved.items():
                cell = re.sub(rf"\${old[0]}\${old[1]}(?!\d)|(?<![A-Z$]){old}(?!\d)", new, cell)
            cells[name] = cell
    cells |= {new: cells.pop(old) for old, new in moved.items()}
    found = read(tmp_path / "t.xlsx", Net=cells)
    sheet, where = found.iterations[0].places()["w2"]
    assert sheet == "Net"
    assert [cell.name for cell in where.cells] == ["A1", "B1", "S20", "U3"]
    assert where.index(Cell.parse("U3")) == (1, 0, 1)
    assert {line["Quantity"]: line["First block"] for line in places_lines(found)}["w2"] == "Net!A1:B1,S20,U3"
    assert_same_places(found)


def test_delta_without_its_slope_has_the_place_of_delta(tmp_path):
    found = read(
        tmp_path / "t.xlsx",
        Net=table(delta3="={a}-{t}", sign="-") | {"P6": "=(C6-I6)^2/2", "P7": "=(C7-I7)^2/2", "P8": "=(C8-I8)^2/2"},
    )
    assert found.network.cost == "half squares"
    assert at(found, "C") == "Net!P6 (1, 0)"
    assert at(found, "delta3") == "Net!J6 (1, 0)"
    assert at(found, "delta2") == "Net!K6 (1, 0) (0, 1)"


def test_a_wrong_cell_among_right_ones_is_in_its_place(tmp_path):
    cells = table() | {"K7": "=J7*$A$3*F7*(1-G7)"}
    found = read(tmp_path / "t.xlsx", Net=cells)
    assert at(found, "delta2") == "Net!K6 (1, 0) (0, 1)"


@pytest.mark.parametrize("spelling", ["1/(1+EXP(1)^-({z}))", "EXP({z})/(1+EXP({z}))", "1-1/(1+EXP({z}))", "(TANH(({z})/2)+1)/2"])
def test_a_function_is_known_by_what_it_gives(tmp_path, spelling):
    cells = table()
    for r in (6, 7, 8):
        cells |= {f"{a}{r}": "=" + spelling.format(z=f"{z}{r}") for a, z in ("FD", "GE", "IH")}
    found = read(tmp_path / "t.xlsx", Net=cells)
    assert [layer.activation for layer in found.network.layers[1:]] == ["sigmoid", "sigmoid"]


def test_leaky_relu(tmp_path):
    cells = table() | {f"{a}{r}": f"=IF({z}{r}>0,{z}{r},0.01*{z}{r})" for r in (6, 7, 8) for a, z in ("FD", "GE")}
    found = read(tmp_path / "t.xlsx", Net=cells)
    assert [layer.activation for layer in found.network.layers[1:]] == ["leaky relu", "sigmoid"]


def test_a_perceptron_learns_by_steps(tmp_path):
    cells = {"K2": 0.5, "F2": 0.2, "G2": -0.1, "H2": -0.05}
    for r, (x1, x2, t) in enumerate([(1, 0, 1), (0, 1, 0), (1, 1, 1), (0, 0, 0)], 2):
        cells |= {f"A{r}": x1, f"B{r}": x2, f"C{r}": t, f"I{r}": f"=A{r}*F{r}+B{r}*G{r}+H{r}", f"D{r}": f"=IF(I{r}>0,1,0)"}
        cells |= {f"E{r}": f"=C{r}-D{r}"}
        if r < 5:
            cells |= {f"{w}{r + 1}": f"={w}{r}+$K$2*E{r}*{x}{r}" for w, x in ("FA", "GB")} | {f"H{r + 1}": f"=H{r}+$K$2*E{r}"}
    found = read(tmp_path / "p.xlsx", Unit=cells)
    assert (found.network.cost, layers(found)[1:]) == ("perceptron", [("dense", (1,), "step above 0")])
    assert len(found.iterations) == 4
    assert at(found, "w2", 2) == "Unit!F4 (0, 1)"
    assert at(found, "a2", 2) == "Unit!D4"
    assert found.iterations[0].named["delta2"].factor == -1


def convolution():
    """5×5 pixels, one filter of 2×2, ReLU, windows of 2×2, one output; each pooled number stands beside its window."""
    random = np.random.default_rng(3)
    cells = {f"{c}{r}": int(random.integers(2)) for r in range(2, 7) for c in "ABCDE"}
    cells |= {"G2": 0.5, "H2": -0.3, "G3": 0.2, "H3": 0.7, "G8": 0.4, "H8": -0.6, "G9": 0.3, "H9": 0.1}
    for r in range(2, 6):
        for c, left, right in zip("JKLM", "ABCD", "BCDE", strict=True):
            cells[f"{c}{r}"] = f"=MAX(0,SUMPRODUCT({left}{r}:{right}{r + 1},$G$2:$H$3))"
    cells |= {"O2": "=MAX(J2:K3)", "Q2": "=MAX(L2:M3)", "O4": "=MAX(J4:K5)", "Q4": "=MAX(L4:M5)"}
    return cells | {"V2": "=O2*$G$8+Q2*$H$8+O4*$G$9+Q4*$H$9", "W2": 1, "X2": "=(V2-W2)^2/2"}


def test_convolution_and_pooling(tmp_path):
    found = read(tmp_path / "c.xlsx", Net=convolution())
    assert layers(found) == [
        ("input", (5, 5), ""), ("convolution", (1, 4, 4), "relu"), ("max pooling", (1, 2, 2), ""), ("dense", (1,), "identity"),
    ]  # fmt: skip
    assert (at(found, "wF"), at(found, "aF"), at(found, "aP")) == (
        "Net!G2 (1, 0) (0, 1)", "Net!J2 (1, 0) (0, 1)", "Net!O2 (2, 0) (0, 2)",
    )  # fmt: skip
    assert at(found, "C") == "Net!X2"
    text, fields = summary(found)  # every layer is named, that of pooling, too
    expected = "understood from the formulas: 5×5-1×4×4-1×2×2-1 (relu, max pooling, identity), 1 iteration"
    assert say(text, **fields).startswith(expected)
    assert "（ReLU、最大池化、identity）" in say(text, "zh", **fields)


SAVINGS = {f"{c}{r}": f"={c}{r - 1}*1.03+{r}" if r > 1 else 100 for c in "ABC" for r in range(1, 20)}
BILL = {f"{c}{r}": n for r in range(1, 9) for c, n in (("A", 1.5 * r), ("B", r), ("C", f"=A{r}*B{r}"))}
BILL |= {"C9": "=SUM(C1:C8)", "C10": "=C9*0.19", "C11": "=C9+C10"}
MARKS = {"B1": 0.2, "C1": 0.3, "D1": 0.5} | {f"{c}{r}": r % 4 + 1 for c in "BCD" for r in range(3, 12)}
MARKS |= {f"E{r}": f"=SUMPRODUCT($B$1:$D$1,B{r}:D{r})" for r in range(3, 12)}
TAX = {"B1": 0.25, "B2": 500} | {f"A{r}": 400 * r for r in range(4, 12)}
TAX |= {f"B{r}": f"=MAX(0,$B$1*A{r}-$B$2)" for r in range(4, 12)}


@pytest.mark.parametrize("cells", [SAVINGS, BILL, MARKS, TAX, {f"A{r}": r for r in range(9, 12)}])
def test_nothing_is_invented(tmp_path, cells):
    assert read(tmp_path / "none.xlsx", Sheet=cells) is None


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        ("H7", 0.123),
        ("D7", "=A7*$A$1-B7*$B$1+$C$1"),
        ("E7", "=A8*$A$2+B7*$B$2+$C$2"),
        ("J7", "=(C7-I7)*I7*(1-I7)*2"),
        ("G8", "=1/(1+EXP(-E9))"),
        ("I6", 0.5),
        ("K8", "=J8*$A$3*F8*(1+F8)"),
    ],
)
def test_a_wrong_cell_does_not_hide_the_network(tmp_path, cell, wrong):
    right = read(tmp_path / "right.xlsx", Net=table()).iterations[0]
    found = read(tmp_path / "wrong.xlsx", Net=table() | {cell: wrong}).iterations[0]
    assert found.places() == right.places()


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [("I5", "=E5*C5+F5*E5"), ("Q7", 0.2), ("S6", "=P6*J6+P6*L6"), ("R4", "=1/(1+EXP(Q4))"), ("U5", "=0.5*(A4-R5)^2")],
)
def test_a_wrong_cell_does_not_hide_its_iteration(tmp_path, cell, wrong):
    right = read(tmp_path / "right.xlsx", Net=rows(4))
    found = read(tmp_path / "wrong.xlsx", Net=rows(4) | {cell: wrong})
    assert [iteration.places() for iteration in found.iterations] == [iteration.places() for iteration in right.iterations]


def perceptron(rows: range) -> dict[str, object]:
    """x1, x2, t in A to C, w1, w2, b in D to F, z, y, t − y in G to I; an example and a step in each row, η = 0.5."""
    cells: dict[str, object] = {"D2": 0.2, "E2": -0.1, "F2": -0.05}
    for r in rows:
        cells |= dict(zip((f"A{r}", f"B{r}", f"C{r}"), [(1, 0, 1), (0, 1, 0), (1, 1, 1), (0, 0, 0)][r % 4], strict=True))
        cells |= {f"G{r}": f"=A{r}*D{r}+B{r}*E{r}+F{r}", f"H{r}": f"=IF(G{r}>0,1,0)", f"I{r}": f"=C{r}-H{r}"}
        cells |= {f"{w}{r + 1}": f"={w}{r}+0.5*I{r}*{x}{r}" for w, x in ("DA", "EB")} | {f"F{r + 1}": f"=F{r}+0.5*I{r}"}
    return cells


def test_updates_before_the_first_iteration_that_is_understood_are_not_explained(tmp_path):
    """One sum is none of the network's: the rows behind it are understood, and their first parameters are updates as all are."""
    right = perceptron(range(2, 10))
    assert read(tmp_path / "right.xlsx", Net=right).share == 1
    found = read(tmp_path / "rows.xlsx", Net=right | {"G3": "=A3*D3+B3+E3+F3"})
    assert at(found, "w2") == "Net!D4 (0, 1)"
    told = {found.graph.cell(cell)[1] for cell in np.flatnonzero(found.explained[:-1]).tolist() if found.formulas[cell]}
    assert min(cell.row for cell in told) == 4
    assert not told & {Cell(4, column) for column in (4, 5, 6)}


@pytest.mark.parametrize("image", [0, 1, 2])
def test_a_bias_with_another_sign_in_one_image_is_no_threshold(tmp_path, image):
    style = Style()
    sheet, last = last_of(style, "z", 0)
    cell = f"I{int(last[1:]) - 2 + image}"
    formula = build(style)[sheet][cell]
    path = save(tmp_path / "wrong.xlsx", style, {(sheet, cell): formula.replace("+$D$7", "-$D$7")})
    named = understand(mended(Workbook(path))).iterations[0].named
    assert (named["b2"].factor, named["b3"].factor) == (1, 1)
