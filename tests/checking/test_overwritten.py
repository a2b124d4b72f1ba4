"""A number typed over one formula of a right sheet: check names that very cell, first, and accuses nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import no_networks
import numpy as np
import openpyxl
import pytest
from command import run
from hand_books import BOOKS
from overwriting import calculated, checked, graph_of, has_like, name_of, overwritten
from sheet_styles import Style, last_of, save, save_cells
from understand_books import rows, table

import xlnn
from workbooks import save as save_workbook
from xlnn.book import understood
from xlnn.checking.formulas import judge_formulas
from xlnn.formula import mended
from xlnn.xlsx.workbook import Workbook

TYPED = 0.4321
FEW = 3  # cells of each workbook that are always tried
FOUND = {  # not named, or not alone, or with another formula: a share of a softmax, biases beside weights, what a digit tells
    "softmax": {"Net!T15", "Net!D83"},
    "three layers": {"Net!D24"},
    "right answers from a digit": {"Net!E44"},
}
DEEP = {"units": (2, 3, 2, 1), "functions": ("tanh", "sigmoid", "sigmoid")}
STYLES = {
    "examples in rows": Style(),
    "examples in columns": Style(turned=True, onward="right"),
    "three layers": Style(**DEEP),
    "a sheet for each iteration": Style(onward="sheets"),
    "new parameters beside the old": Style(beside=True),
    "iterations in rows": Style(layout="row", iterations=4, bias="none", units=(2, 2, 2)),
    "iterations in rows, three layers": Style(layout="row", iterations=4, **DEEP),
    "no δ shown": Style(delta=False),
    "δ = t − a": Style(sign=-1),
    "a layer that does not learn": Style(fixed=(2,)),
    "softmax": Style(functions=("tanh", "softmax"), units=(2, 3, 3), images=4),
    "right answers from a digit": Style(functions=("relu", "softmax"), units=(2, 3, 3), targets="digit", shown=False),
    "relu": Style(functions=("relu", "identity"), total="mean"),
}


def write(name: str, path: Path) -> Path:
    """A right workbook."""
    if name in STYLES:
        return save(path, STYLES[name])
    if name in BOOKS:
        return save_cells(path, BOOKS[name].make())
    return save_workbook(path, {"Net": {"rows": rows, "table": table}[name]()})


@cache
def made(name: str):
    """Its cells."""
    with TemporaryDirectory() as folder:
        return graph_of(write(name, Path(folder) / "made.xlsx"))


def trials() -> list:
    """Formulas that at least two other cells have, too; some always, all where everything is tested."""
    found = []
    for name in (*STYLES, "rows", "table"):
        graph = made(name)
        cells = [cell for cell in calculated(graph) if has_like(graph, cell)]
        always = {*Random(name).sample(cells, FEW), *(cell for cell in cells if name_of(graph, cell) in FOUND.get(name, ()))}
        for cell in cells:
            marks = () if cell in always else pytest.mark.exhaustive
            found.append(pytest.param(name, cell, marks=marks, id=f"{name}, {name_of(graph, cell)}"))
    return found


@pytest.mark.parametrize("anew", [True, False], ids=["calculated anew", "not calculated since"])
@pytest.mark.parametrize(("name", "cell"), trials())
def test_the_cell_is_named_first_and_nothing_else(tmp_path, name, cell, anew):
    graph = made(name)
    code, first, said = checked(overwritten(graph, tmp_path / "typed.xlsx", {cell: TYPED}, anew))
    assert (code, first) == (1, name_of(graph, cell)), said
    accused = [line for line in said.splitlines() if line[:1].isdigit() and line[1:2] == "." and "(note)" not in line]
    assert all(line.split(" ", 1)[1].startswith(name_of(graph, cell) + ":") for line in accused), said


@pytest.mark.parametrize("anew", [True, False], ids=["calculated anew", "not calculated since"])
@pytest.mark.parametrize("name", ["examples in rows", "a sheet for each iteration", "iterations in rows", "table"])
def test_a_cell_that_was_emptied_is_named_and_nothing_else(tmp_path, name, anew):
    """One that others are calculated from: of the last new parameters nobody knows whether they were meant to be there."""
    graph = made(name)
    cells = [cell for cell in calculated(graph) if has_like(graph, cell) and len(graph.dependants(cell))]
    for cell in Random(name).sample(cells, 2):
        code, first, said = checked(overwritten(graph, tmp_path / "emptied.xlsx", {cell: None}, anew))
        assert (code, first) == (1, name_of(graph, cell)), said
        assert " wrong" not in said


def line_fitted() -> dict[str, dict[str, object]]:
    """A line through four points, a sheet for each iteration: gradients of single points, their sums below."""
    points, cells = ((0, 0.1), (0.25, 0.3), (0.6, 0.45), (1, 0.9)), {}
    for number in (1, 2, 3):
        past = f"It{number - 1}!"
        sheet: dict[str, object] = {"A1": "a", "B1": "b"}
        sheet |= {"A2": 0.45, "B2": 0.75} if number == 1 else {"A2": f"={past}A2-0.1*{past}E7", "B2": f"={past}B2-0.1*{past}F7"}
        for row, (x, t) in enumerate(points, 3):
            sheet |= {f"A{row}": x, f"B{row}": t, f"C{row}": f"=$A$2+$B$2*A{row}", f"D{row}": f"=1/2*(B{row}-C{row})^2"}
            sheet |= {f"E{row}": f"=-(B{row}-C{row})", f"F{row}": f"=-(B{row}-C{row})*A{row}"}
        cells[f"It{number}"] = sheet | {f"{column}7": f"=SUM({column}3:{column}6)" for column in "DEF"}
    return cells


@pytest.mark.parametrize("number", [TYPED, None], ids=["typed", "emptied"])
@pytest.mark.parametrize("anew", [True, False], ids=["calculated anew", "not calculated since"])
@pytest.mark.parametrize("addresses", [["It1!F5", "It1!F6"], ["It2!C5", "It2!C6"]])
def test_several_cells_of_one_sum(tmp_path, addresses, anew, number):
    """Only together do they tell whether the sum was calculated since; a line of totals beside them is none of their like."""
    graph = graph_of(save_workbook(tmp_path / "made.xlsx", line_fitted()))
    numbers = {name_of(graph, cell): cell for cell in calculated(graph)}
    typed = overwritten(graph, tmp_path / "typed.xlsx", {numbers[address]: number for address in addresses}, anew)
    found = judge_formulas(typed)
    wrong = [name_of(found.graph, cell) for one in found.findings if one.wrong for cell in one.cells.tolist()]
    assert sorted(wrong) == addresses
    assert all(one.stale != anew for one in found.graph.overwritten)
    code, first, said = checked(typed)
    assert (code, first) == (1, addresses[0]), said


@pytest.mark.parametrize("anew", [True, False], ids=["calculated anew", "not calculated since"])
@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("a sheet for each iteration", ["Net3!C7", "Net3!D7"]), ("new parameters beside the old", ["Net!B51", "Net!C51"]),
        ("δ = t − a", ["Net!C51", "Net!D51"]), ("table", ["Net!F7", "Net!F8"]),
    ],
)  # fmt: skip
def test_two_cells_that_stand_side_by_side(tmp_path, name, addresses, anew):
    """Neither says of the other that numbers belong there."""
    graph = made(name)
    numbers = {name_of(graph, cell): cell for cell in calculated(graph)}
    typed = overwritten(graph, tmp_path / "typed.xlsx", {numbers[address]: TYPED for address in addresses}, anew)
    assert sorted(name_of(found, one.cell) for found in [mended(Workbook(typed))] for one in found.overwritten) == addresses
    code, first, said = checked(typed)
    assert code == 1
    assert first in addresses, said


def test_a_sheet_of_which_only_the_way_forward_is_left(tmp_path):
    """Without two of its new weights, no parameter follows from one of the iteration before."""
    graph = made("examples in rows")
    numbers = {name_of(graph, cell): cell for cell in calculated(graph)}
    typed = {numbers[address]: None for address in ("Net!B29", "Net!C29")}
    code, _, said = checked(overwritten(graph, tmp_path / "emptied.xlsx", typed, True))
    assert code == 1
    assert "Net!C29: is empty, its like have formulas" in said


@pytest.mark.parametrize("name", [*STYLES, "rows", "table", *BOOKS])
def test_no_number_of_a_right_sheet_stands_for_a_formula(tmp_path, name):
    assert mended(Workbook(write(name, tmp_path / "made.xlsx"))).overwritten == ()


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "workbooks").glob("**/*.xlsx")), ids=lambda path: path.name)
def test_no_number_of_our_workbooks_stands_for_a_formula(path):
    assert mended(Workbook(path)).overwritten == ()


@pytest.mark.parametrize("name", no_networks.BOOKS)
def test_no_number_of_other_workbooks_stands_for_a_formula(tmp_path, name):
    assert mended(Workbook(save_cells(tmp_path / "other.xlsx", no_networks.BOOKS[name]()))).overwritten == ()


@cache
def authors():
    """The cells of two iterations of 3-5 in the authors' arrangement, 64 blocks of four columns with gaps between them."""
    with TemporaryDirectory() as folder:
        book = Path(folder) / "book.xlsx"
        xlnn.new("3-5", book)
        xlnn.write(xlnn.read(book, iterations=2), book.with_name("two.xlsx"), cells="formulas")
        source = openpyxl.load_workbook(book.with_name("two.xlsx"))
        for name in ("Summary", "Conventions", "Settings", "Places", "Trained", "Test"):
            del source[name]
        for number in (1, 2):
            sheet = source[f"Iteration {number}"]
            for cell in (cell for row in sheet for cell in row if isinstance(cell.value, str) and "Settings" in cell.value):
                cell.value = 0.2  # η
        del source.custom_doc_props["xlnn"]
        source.save(book)
        return graph_of(book)


@pytest.mark.parametrize("number", [TYPED, None], ids=["typed", "emptied"])
@pytest.mark.parametrize("anew", [True, False], ids=["calculated anew", "not calculated since"])
def test_in_blocks_with_gaps_between_them(tmp_path, anew, number):
    """δ, what it is made of, the gradient of one image, and the sum of all."""
    addresses = ["Iteration 1!O66", "Iteration 1!S54", "Iteration 1!E72", "Iteration 2!L75", "Iteration 2!P80"]
    graph = authors()
    numbers = {name_of(graph, cell): cell for cell in calculated(graph)}
    typed = overwritten(graph, tmp_path / "typed.xlsx", {numbers[address]: number for address in addresses}, anew)
    found = judge_formulas(typed)
    wrong = [name_of(found.graph, cell) for one in found.findings if one.wrong for cell in one.cells.tolist()]
    assert sorted(wrong) == sorted(addresses)
    assert run("check", typed)[0] == 1


def test_an_iteration_of_fewer_images_is_not_taken_for_one_of_the_arrangement(tmp_path, monkeypatch):
    """As where all cells of one image were emptied: what the formulas say would not fit the images that there are."""
    book = Workbook(overwritten(authors(), tmp_path / "book.xlsx", {}, False))
    problem = xlnn.read(book.path)
    known = understood.beyond_arrangement(book, problem.network, problem.origin.sources)
    first, second = known.iterations
    x = second.named["x"]
    fewer = replace(second, named={**second.named, "x": replace(x, cells=x.cells[:-1])})
    monkeypatch.setattr(understood, "understood", lambda book: replace(known, iterations=(first, fewer)))
    assert understood.beyond_arrangement(book, problem.network, problem.origin.sources) is None


def finding(tmp_path, name: str, address: str, number: float, anew: bool):
    graph = made(name)
    cell = next(cell for cell in range(len(graph.codes)) if name_of(graph, cell) == address)
    judged = judge_formulas(overwritten(graph, tmp_path / "typed.xlsx", {cell: number}, anew))
    return [(one.kind, [name_of(judged.graph, c) for c in one.cells.tolist()], one.wrong, one.fields) for one in judged.findings]


def test_numbers_that_other_sheets_take_from_theirs_are_no_formulas(tmp_path):
    """On sheet Data a number stands just where each iteration has its copy of another one."""
    columns = ("N", "R", "V", "Z")
    sheets: dict[str, dict] = {"Data": {f"{column}{row}": row - 7 for column in columns for row in (7, 8)}}
    for n in (1, 2, 3):
        copies = {f"{c}{8 + k}": f"=Data!{there}{r}" for k, there in enumerate(columns) for c, r in (("Z", 7), ("AA", 8))}
        sheets[f"Iteration {n}"] = copies | {f"Z{20 + k}": f"=Z{8 + k}-AA{8 + k}" for k in range(4)}
    assert mended(Workbook(save_workbook(tmp_path / "data.xlsx", sheets))).overwritten == ()


def test_what_the_formula_would_give_is_said(tmp_path):
    """a of z = 0.3·0.3 + 0.2·0.7 = 0.23 is 1/(1 + e^−0.23) = 0.557248."""
    ((kind, cells, wrong, fields),) = finding(tmp_path, "rows", "Net!J4", TYPED, True)
    assert (kind, cells, wrong) == ("constant", ["Net!J4"], True)
    assert (fields["number"], fields["expected"]) == ("0.4321", "0.557248")


def test_the_present_number_is_a_note(tmp_path):
    """0.3·0.3 + (−0.2)·(−0.7) is what the formula gives: nothing is wrong yet."""
    ((kind, cells, wrong, _),) = finding(tmp_path, "rows", "Net!I4", 0.3 * 0.3 + 0.2 * 0.7, True)
    assert (kind, cells, wrong) == ("constant", ["Net!I4"], False)


@pytest.mark.parametrize(
    ("name", "address", "used"),
    [("rows", "Net!G1", "0.7"), ("rows", "Net!C4", "0.3"), ("rows", "Net!M4", "0.5"), ("table", "Net!B7", "-0.2")],
    ids=["η", "an input", "a weight", "an input of one example"],
)
def test_a_number_that_was_changed_since_is_named_and_nothing_that_follows(tmp_path, name, address, used):
    wrong = [one for one in finding(tmp_path, name, address, TYPED, False) if one[2]]
    ((kind, cells, _, fields),) = wrong
    assert (kind, cells, fields["used"]) == ("outdated", [address], used)
    assert not [one for one in finding(tmp_path, name, address, TYPED, True) if one[2]]  # another number is no mistake


def test_the_cause_says_what_formula_to_enter(tmp_path):
    """R5 is a of Q5, as R4 is of Q4."""
    graph = made("rows")
    cell = next(cell for cell in range(len(graph.codes)) if name_of(graph, cell) == "Net!R5")
    overwritten(graph, tmp_path / "typed.xlsx", {cell: TYPED}, False)
    code, out, _ = run("check", tmp_path / "typed.xlsx", "--json", "--language", "en")
    (fault,) = json.loads(out)["faults"]
    assert code == 1
    assert [cell["cell"] for cell in fault["cells"]] == ["R5"]
    assert [cause["name"] for cause in fault["mistakes"]] == ["number-for-formula"]
    assert "=1/(1+EXP(-Q5))" in fault["mistakes"][0]["correction"]


def test_a_number_that_no_like_tells_is_called_one(tmp_path):
    """A new bias alone: the others are formulas, and it lies where it must."""
    graph = made("table")
    cell = next(cell for cell in range(len(graph.codes)) if name_of(graph, cell) == "Net!C13")
    code, first, said = checked(overwritten(graph, tmp_path / "typed.xlsx", {cell: TYPED}, True))
    assert (code, first) == (1, "Net!C13")
    assert "number-typed" in said


@pytest.mark.parametrize("anew", [True, False])
@pytest.mark.parametrize(("name", "address"), [("rows", "Net!Z4"), ("rows", "Net!E5"), ("table", "Net!J7"), ("table", "Net!A13")])
def test_every_other_command_goes_on(tmp_path, name, address, anew):
    graph = made(name)
    cell = next(cell for cell in range(len(graph.codes)) if name_of(graph, cell) == address)
    typed = overwritten(graph, tmp_path / "typed.xlsx", {cell: TYPED}, anew)
    result = tmp_path / "result.xlsx"
    commands = (
        ["show", typed], ["places", typed, "-o", tmp_path / "places.xlsx"], ["gradcheck", typed],
        ["compare", typed, typed, "--by", "quantity"], ["train", typed, "-n", 2, "-o", result], ["check", result],
    )  # fmt: skip
    assert [run(*command)[0] for command in commands] == [0] * len(commands)


@pytest.mark.parametrize("iteration", [0, 1, 2])
def test_a_result_that_is_none_of_its_formula_in_one_iteration(tmp_path, iteration):
    """One image of one iteration counts as given then: every command goes on."""
    style = Style(onward="sheets", images=4)
    graph = graph_of(save(tmp_path / "right.xlsx", style))
    sheet, address = last_of(style, "z", iteration)
    cell = next(cell for cell in range(len(graph.codes)) if name_of(graph, cell) == f"{sheet}!{address}")
    values = graph.values.changed(np.copy)
    values.numbers[cell] += 1
    stored = overwritten(replace(graph, values=values), tmp_path / "stored.xlsx", {}, False)
    code, _, said = checked(stored)
    assert code == 1
    assert f"{sheet}!{address}" in said
    assert run("show", stored)[0] == run("train", stored, "-n", 2, "-o", tmp_path / "result.xlsx")[0] == 0


def falling(*rates: float) -> dict[str, dict[str, object]]:
    """y = a + bx by four examples, a sheet for each iteration with an η of its own in D1: ∂E/∂a = −Σ(t − y)."""
    sheets: dict[str, dict[str, object]] = {}
    for number, rate in enumerate(rates, 1):
        before = f"It{number - 1}"
        start = {"A2": 0.45, "B2": 0.75}
        later = {"A2": f"={before}!A2-{before}!$D$1*{before}!E7", "B2": f"={before}!B2-{before}!$D$1*{before}!F7"}
        cells = {"C1": "eta", "D1": rate, **(start if number == 1 else later)}
        for row, (x, t) in enumerate([(0, 0.1), (0.25, 0.3), (0.6, 0.45), (1, 0.9)], 3):
            cells |= {f"A{row}": x, f"B{row}": t, f"C{row}": f"=$A$2+$B$2*A{row}", f"D{row}": f"=1/2*(B{row}-C{row})^2"}
            cells |= {f"E{row}": f"=-(B{row}-C{row})", f"F{row}": f"=-(B{row}-C{row})*A{row}"}
        sheets[f"It{number}"] = cells | {f"{column}7": f"=SUM({column}3:{column}6)" for column in "DEF"}
    return sheets


@pytest.mark.parametrize("anew", [True, False])
def test_an_answer_over_which_a_number_was_typed_is_read_as_it_was_meant(tmp_path, anew):
    """And the example counts once: it is no other one than in the iterations before."""
    right = save(tmp_path / "right.xlsx", Style(targets="text"))
    graph = graph_of(right)
    cell = next(c for c in range(len(graph.codes)) if name_of(graph, c) == "Net!D32")
    assert str(graph.text(cell)).startswith("IF(")
    wrong = xlnn.read(overwritten(graph, tmp_path / "typed.xlsx", {cell: TYPED}, anew))
    assert (wrong.t == xlnn.read(right).t).all()


def test_each_sheet_may_have_an_eta_of_its_own(tmp_path):
    judged = judge_formulas(save_workbook(tmp_path / "falling.xlsx", falling(0.1, 0.05, 0.025)))
    assert [one.kind for one in judged.findings] == []
