"""What the formulas of a workbook tell by themselves, and the derivatives that gradcheck prints."""

import json

import openpyxl
import pytest
from command import run
from hand_books import SIGMOID
from more_hand_books import one_unit
from planted import build
from sheet_styles import save_cells

import xlnn
from workbooks import save
from xlnn.checking.derivatives import derivatives
from xlnn.checking.explaining import explain
from xlnn.checking.formulas import judge_formulas, name_of
from xlnn.checking.telling_formulas import formulas_text
from xlnn.errors import ContentError, LimitError, UsageError
from xlnn.formula import read
from xlnn.layout.cells import Cell
from xlnn.understand.wiring import Wiring
from xlnn.xlsx.workbook import Workbook


def saved(path, cells: dict[str, object]):
    return save(path, {"Sheet1": cells})


def kinds(judged) -> list[tuple[str, str, bool]]:
    return [(f.kind, name_of(judged.graph, int(f.cells[0])), f.wrong) for f in judged.findings]


COLUMN = {f"A{row}": row / 10 for row in range(1, 12)} | {f"B{row}": f"=A{row}^2+$D$1" for row in range(1, 12)} | {"D1": 0.5}


def test_a_number_among_formulas_and_a_formula_that_departs(tmp_path):
    assert kinds(judge_formulas(saved(tmp_path / "right.xlsx", COLUMN))) == []
    assert kinds(judge_formulas(saved(tmp_path / "pasted.xlsx", COLUMN | {"B5": 0.76}))) == [("constant", "Sheet1!B5", True)]
    assert kinds(judge_formulas(saved(tmp_path / "same.xlsx", COLUMN | {"B5": 0.75}))) == [("constant", "Sheet1!B5", False)]
    departing = judge_formulas(saved(tmp_path / "departs.xlsx", COLUMN | {"B5": "=A5^2+A4"}))
    assert kinds(departing) == [("departs", "Sheet1!B5", True)]


@pytest.mark.parametrize("cell", ["B1", "B11"])
def test_the_ends_of_a_line_may_differ(cell, tmp_path):
    assert kinds(judge_formulas(saved(tmp_path / "ends.xlsx", COLUMN | {cell: "=A1^2+A2"}))) == []


SHORT = {f"A{row}": row / 10 for row in range(2, 7)} | {f"B{row}": 1 - row / 10 for row in range(2, 7)} | {"A1": "x", "B1": "t"}
SHORT |= {f"C{row}": f"=A{row}*$F$1-B{row}" for row in range(2, 7)} | {"F1": 0.5, "F2": 0.25}


@pytest.mark.parametrize(
    ("cell", "formula", "told"),
    [
        ("C4", "=A4*$F$1+B4", True), ("C4", "=A3*$F$1-B4", True), ("C4", "=A4*$F$2-B4", True), ("C3", "=B3-A3*$F$1", True),
        ("C4", "=A4*$F$1-C3", False), ("C4", "=A2*$F$1-B4", False), ("C4", "=A4*$F$1", False),
        ("C2", "=IF(A1>0,1,0)-B2", False), ("C2", "=A2*$F$1-B1", True), ("C6", "=A6*$F$1-B7", True), ("C6", "=A6*$F$1+B6", False),
    ],
)  # fmt: skip
def test_in_a_short_line_only_a_slip_is_told(cell, formula, told, tmp_path):
    """Another operator, a reference a cell beside; at an end of the line where that leads off the numbers."""
    found = kinds(judge_formulas(saved(tmp_path / "slip.xlsx", SHORT | {cell: formula})))
    assert [one for one in found if one[0] == "departs"] == [("departs", f"Sheet1!{cell}", True)] * told


@pytest.mark.parametrize(("beside", "told"), [("=C{row}^2", True), ("", False)])
def test_at_an_end_a_slip_is_told_where_all_formulas_beside_are_as_in_the_line(beside, told, tmp_path):
    """Right answer 5 stands in B6: C6 takes that of the row above."""
    cells = SHORT | {"C6": "=A6*$F$1-B5"}
    cells |= {f"D{row}": beside.format(row=row) for row in range(2, 7)} | {f"E{row}": f"=C{row}*A{row}" for row in range(2, 7)}
    found = kinds(judge_formulas(saved(tmp_path / "end.xlsx", cells if told else SHORT | {"C6": "=A6*$F$1-B5"})))
    assert [one for one in found if one[0] == "departs"] == [("departs", "Sheet1!C6", True)] * told


@pytest.mark.parametrize(("formula", "told"), [("=1/(1+EXP(-F2))", True), ("=1/(1+EXP(-E3))", False), ("=1/(1-EXP(-E2))", False)])
def test_of_three_formulas_one_that_reads_nothing_is_told(formula, told, tmp_path):
    """Two others are no line by which another number or another sign would be told."""
    cells = {f"E{row}": row / 10 for row in (2, 3, 4)} | {f"G{row}": f"=1/(1+EXP(-E{row}))" for row in (2, 3, 4)}
    found = kinds(judge_formulas(saved(tmp_path / "three.xlsx", cells | {"G2": formula})))
    assert found == [("departs", "Sheet1!G2", True)] * told


def test_what_is_right_on_another_sheet_tells_a_slip_at_an_end(tmp_path):
    book = {"One": SHORT | {"C2": "=A2*$F$1+B2"}, "Two": SHORT}
    assert ("departs", "One!C2", True) in kinds(judge_formulas(save(tmp_path / "two.xlsx", book)))


def test_a_subtotal_is_no_departure(tmp_path):
    assert kinds(judge_formulas(saved(tmp_path / "subtotal.xlsx", COLUMN | {"B6": "=SUM(B1:B5)"}))) == []


def test_error_values_at_their_source_only(tmp_path):
    cells = {"A1": 0, "A2": "=1/A1", "A3": "=A2+1", "A4": "=A3*2"}
    judged = judge_formulas(saved(tmp_path / "errors.xlsx", cells))
    assert kinds(judged) == [("error", "Sheet1!A2", True)]
    assert judged.findings[0].fields["count"] == 2
    assert "#DIV/0!, from which 2 more cells follow." in formulas_text(judged)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"A1": 0, "A2": "=1/A1"}, "#DIV/0!; no other cell follows from it."),
        ({"A1": 0, "A2": "=1/A1", "A3": "=A2+1"}, "#DIV/0!, from which 1 more cell follows."),
        ({"A1": -1, "A2": "=SQRT(A1)"}, "#NUM!; no other cell follows from it."),
    ],
)
def test_what_follows_from_an_error_is_counted_where_something_does(cells, said, tmp_path):
    assert said in formulas_text(judge_formulas(saved(tmp_path / "errors.xlsx", cells)))


def test_a_filled_label_is_a_note(tmp_path):
    cells = {"A1": "b", "A2": 2, "B1": "=A1*2", "B2": "=A2*2"}
    assert kinds(judge_formulas(saved(tmp_path / "label.xlsx", cells))) == [("error", "Sheet1!B1", False)]


def test_any_claim_can_be_explained(tmp_path):
    cells = {f"A{r}": r / 7 for r in range(1, 9)} | {f"B{r}": 1 + r / 3 for r in range(1, 9)}
    cells |= {f"C{r}": f"=A{r}*A{r}*(1-B{r})" for r in range(1, 9)}
    graph = read(Workbook(saved(tmp_path / "claims.xlsx", cells)))
    at = lambda column: [graph.number("Sheet1", Cell(row, column)) for row in range(1, 9)]
    right = lambda values: values.numbers[at(1)] * values.numbers[at(2)] * (1 - values.numbers[at(2)])
    points = [graph.values, graph.calculate({cell: 0.3 + 0.1 * n for n, cell in enumerate(at(1) + at(2))})]
    (found,) = explain(Wiring(graph), at(3), right, points)
    assert found.formula in ("A1*B1*(1-B1)", "B1*A1*(1-B1)")
    assert found.references == [("B1", "A1")]
    assert found.cells.tolist() == at(3)


# ---- the commands ---------------------------------------------------------------------------------------


def test_check_judges_a_workbook_of_which_nothing_is_known(tmp_path):
    right = build("table")
    code, told, _ = run("check", right.save(tmp_path / "right.xlsx"))
    assert code == 0
    assert "0 of 47 new parameters" in told
    right.set("delta2", 3, 1, right.cells["delta2", 3, 1].replace("*(1-S9)", ""))
    wrong = right.save(tmp_path / "wrong.xlsx")
    code, told, _ = run("check", wrong)
    assert code == 1
    assert "right: =($B$25*Z9+$B$26*AA9)*S9*(1-S9)" in told
    found = json.loads(run("check", wrong, "--json")[1])["findings"]
    assert [finding["cells"] for finding in found] == [["Net!AC9"]]
    run("check", wrong, "--report", tmp_path / "marked.xlsx")
    assert "S9*(1-S9)" in openpyxl.load_workbook(tmp_path / "marked.xlsx")["Net"]["AC9"].comment.text


def test_gradcheck_of_own_cells(tmp_path):
    path = saved(tmp_path / "own.xlsx", {"A1": 0.3, "B1": -0.7, "C1": "=EXP(A1*B1)+B1^2", "D1": 1, "E1": 2})
    slopes = [entry.slope for entry in derivatives(path, "C1", "A1:B1")]
    cost = lambda a, b: 2.718281828459045 ** (a * b) + b**2
    h = 1e-6
    numeric = [(cost(0.3 + h, -0.7) - cost(0.3 - h, -0.7)) / 2 / h, (cost(0.3, -0.7 + h) - cost(0.3, -0.7 - h)) / 2 / h]
    assert slopes == pytest.approx(numeric, rel=1e-8)
    code, told, _ = run("gradcheck", path, "--of", "C1", "--by", "A1,B1", "--claimed", "D1:E1")
    assert code == 1
    assert told.splitlines()[0].startswith("Sheet1!D1 = 1, but ∂C1/∂Sheet1!A1 = -0.567")


@pytest.mark.parametrize(
    ("of", "by", "claimed", "error"),
    [
        ("C1", "A1:B1", "D1", UsageError),
        ("C1", "Other!A1", None, UsageError),
        ("C1", "B1:A1", None, UsageError),
        ("C9", "A1", None, ContentError),
        ("C1", "A1:XFD1048576", None, LimitError),
    ],
)
def test_gradcheck_says_what_is_wrong(of, by, claimed, error, tmp_path):
    path = saved(tmp_path / "own.xlsx", {"A1": 0.3, "B1": -0.7, "C1": "=A1*B1", "D1": 1})
    with pytest.raises(error):
        derivatives(path, of, by, claimed)


def test_gradcheck_needs_both(tmp_path):
    code, _, said = run("gradcheck", saved(tmp_path / "own.xlsx", {"A1": 0.3}), "--of", "A1")
    assert code == 2
    assert "--by" in said


def test_an_iteration_with_fewer_updates_than_the_first_is_judged(tmp_path):
    """Over three weights and a bias; in the second iteration the bias is typed, and ∂C/∂w¹ has a term too many."""
    x = [(1.5, -0.5, 0.3, 1.2), (0.4, 0.9, 1.1, 0.2), (-0.7, 0.6, 0.2, 0.9), (0.3, 0.3, -0.8, 0.4)]
    cells: dict[str, object] = {"R1": 0.1}
    for row in (2, 3, 4):
        error = [f"(E{row}*{a}+F{row}*{b}+G{row}*{c}+H{row}-{t})" for a, b, c, t in x]
        for j, (value, slope) in enumerate(zip("EFGH", "KLMN", strict=True)):
            cells[f"{value}{row}"] = 0.1 + 0.2 * j if row == 2 else f"={value}{row - 1}-$R$1*{slope}{row - 1}"
            terms = (f"{e}*{(*image[:3], 1)[j]}" for e, image in zip(error, x, strict=True))
            cells[f"{slope}{row}"] = "=" + "+".join(terms)
        cells[f"J{row}"] = f"=({'+'.join(f'{e}^2' for e in error)})/2"
    cells |= {"H4": 0.33, "K3": f"{cells['K3']}+E3*0.1"}
    judged = judge_formulas(saved(tmp_path / "odd.xlsx", cells))
    assert [cell for kind, cell, wrong in kinds(judged) if wrong] == ["Sheet1!H4", "Sheet1!K3"]


SERIES = {  # what goes on from row to row, and is no descent of anything
    "exponential smoothing": {"A": 100, "C": "=C{p}+$H$1*(B{p}-C{p})", "B": "{r}^2", "D": "=(B{r}-C{r})^2"},
    "growth": {"A": 10, "C": "=C{p}+$H$1*C{p}*(1-C{p}/500)", "B": "{r}*7", "D": "=(B{r}-C{r})^2"},
    "ratings": {"A": 15, "C": "=C{p}+$H$1*(B{p}-1/(1+10^((16-C{p})/4)))", "B": "MOD({r},2)", "D": "=(B{r}-C{r})^2"},
}


@pytest.mark.parametrize("series", SERIES.values(), ids=SERIES)
def test_a_series_is_no_descent_that_is_wrong(tmp_path, series):
    cells: dict[str, object] = {"H1": 0.3, "C2": series["A"], "F1": "=SUM(D2:D20)"}
    for r in range(2, 21):
        cells |= {f"B{r}": "=" + series["B"].format(r=r), f"D{r}": series["D"].format(r=r)}
        cells |= {f"C{r}": series["C"].format(p=r - 1)} if r > 2 else {}
    assert judge_formulas(saved(tmp_path / "series.xlsx", cells)).right


def test_what_only_the_formulas_show_is_no_all_right(tmp_path):
    """The rules find nothing wrong; a cell beside them divides by 0."""
    path = save_cells(tmp_path / "error.xlsx", {"s": one_unit(SIGMOID) | {"P4": "=1/0"}})
    code, told, _ = run("check", path)
    assert code == 1
    assert told.splitlines()[0].endswith(": 1 wrong.")
    code, told, _ = run("check", path, "--json")
    assert (code, json.loads(told)["right"], json.loads(told)["wrong"]) == (1, False, 0)
    row = xlnn.mark([path]).iloc[0]
    assert (row.right, row.wrong, row.cell) == (False, 1, "s!P4")
