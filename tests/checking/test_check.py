"""check: right sheets are right whatever their precision, wrong ones are found where they are wrong."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from hand import calculate, few, write_sheets
from problems import dense, maps, random_problem

import xlnn
from xlnn.book.iterations import Book, Shown, as_numbers
from xlnn.book.writer import write
from xlnn.checking.judging import judge, mark
from xlnn.checking.numbers import groups, wrong_cells
from xlnn.checking.telling import following
from xlnn.checking.uncertain import Uncertain
from xlnn.cli.main import main
from xlnn.errors import ContentError, UsageError
from xlnn.layout.arrange import arrange
from xlnn.model.examples import example
from xlnn.model.network import LayerSettings


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """4-4 on 8 images, 3 iterations."""
    path = tmp_path_factory.mktemp("check") / "out.xlsx"
    write(few(example("4-4"), 8).with_settings(iterations=3), path)
    return path


def edit(source: Path, target: Path, cells: dict[str, object]) -> Path:
    """A copy of a workbook with other values in cells, given like {"Iteration 1!O11": 0.5}."""
    book = openpyxl.load_workbook(source)
    for name, value in cells.items():
        sheet, _, cell = name.rpartition("!")
        book[sheet][cell] = value
    book.save(target)
    return target


# ---- precision --------------------------------------------------------------------------------------


def test_doubts_add_up_in_a_sum():
    """0.1 + 0.2, each known to one decimal: 0.3 ± 0.05 ± 0.05."""
    total = Uncertain.stored(np.array([[[0.1, 0.2]]]), digits=1).sum()
    assert total.doubt.item() == pytest.approx(0.1)


def test_doubt_of_a_product():
    """2 ± 0.05 times 3 ± 0.05: at most 2.05 · 3.05 = 6.2525."""
    a, b = (Uncertain.stored(np.array([[n]]), digits=1) for n in (2.0, 3.0))
    assert (a * b).doubt.item() == pytest.approx(0.2525)


def test_undecided_condition_allows_both():
    """z = 0.000 on three decimals: ReLU's slope may be 0 or 1. z = 0.001 cannot be negative."""
    z = Uncertain.stored(np.array([[0.0], [0.001]]), digits=3)
    slope = np.where(z > 0, 1, 0)
    assert slope.value.ravel().tolist() == [0, 1]
    assert slope.doubt.ravel().tolist() == [1, 0]


class Memory:
    """A workbook in memory: what a check asks of one."""

    name, path = "memory.xlsx", Path("memory.xlsx")

    def __init__(self, grids: dict[str, np.ndarray]):
        self.grids, self.sheets = grids, list(grids)

    def find(self, name):
        return name if name in self.grids else None

    def sheet(self, name):
        return self.grids[name]

    def block(self, sheet, place):
        rows, columns = place.grid()
        return np.array(self.grids[sheet][rows - 1, columns - 1], dtype=object)

    def floats(self, sheet, place):
        return as_numbers(self.block(sheet, place))


def random_sheets(network, count: int, seed: int, digits: int) -> Book:
    """`count` sheets of one network, each with its own parameters, all numbers rounded to `digits` decimals."""
    draw = np.random.default_rng(seed)
    problem = random_problem(network, 5, seed)
    places = arrange("book", list(network.quantities.values()), 5).places
    corners = [place.bounds().last for place in places.values()]
    shape = max(c.row for c in corners), max(c.column for c in corners)
    grids, shown = {}, []
    for number in range(count):
        scale = draw.uniform(0.2, 4)
        parameters = {q.name: scale * draw.standard_normal(q.shape) for q in network.parameters}
        (step,) = calculate(replace(problem, parameters=parameters))
        grid = np.full(shape, None, dtype=object)
        for name, place in places.items():
            rows, columns = place.grid()
            grid[rows - 1, columns - 1] = np.round(np.asarray(step[name], dtype=float), digits).astype(object)
        grids[f"sheet {number}"] = grid
        where = {name: (f"sheet {number}", place) for name, place in places.items()}
        shown.append(Shown(f"sheet {number}", where, np.arange(5), 1))
    return Book(Memory(grids), problem, tuple(shown))


CONVOLUTION = (
    LayerSettings("F", "convolution", 2, (3, 3), activation="relu"),
    LayerSettings("P", "max pooling", size=(2, 2)),
    LayerSettings("O", "dense", 2),
)
RANDOM = [
    dense((4, 3), (3, "sigmoid"), (2, "sigmoid"), classes=(0.0, 1.0)),
    dense((2, 3), (4, "tanh"), (3, "sigmoid"), (2, "sigmoid")),
    dense((2, 2), (3, "relu"), (2, "identity")),
    dense((2, 3), (3, "softsign"), (2, "tanh"), total="mean"),
    dense((2, 3), (3, "tanh"), (3, "softmax"), cost="softmax cross-entropy"),
    dense((2, 3), (3, "relu"), (2, "sigmoid"), cost="cross-entropy"),
    dense((2, 3), (3, "sigmoid"), (1, "sigmoid"), cost="squares", update="output first"),
    maps((6, 6), *CONVOLUTION),
    maps((6, 6), *CONVOLUTION, ties="all"),
    dense((1, 4), (4, "sigmoid"), (4, "sigmoid"), (4, "sigmoid"), (2, "sigmoid"), freeze_biases=True),
]


@pytest.mark.parametrize("digits", [3, 6])
@pytest.mark.parametrize("network", range(len(RANDOM)))
def test_rounded_sheets_raise_no_false_alarm(network: int, digits: int):
    """100 random sheets of each of ten networks."""
    book = random_sheets(RANDOM[network], 100, seed=network, digits=digits)
    checked = 0
    for group in groups(book, digits):
        for rule in group.rules:
            name = rule.result.name
            wrong = wrong_cells(group.raw[name], group.expected(rule), digits, group.exact(name))
            assert not wrong.any(), f"{name}: {np.argwhere(wrong)[:3]}"
            checked += wrong.size
    assert checked > 5_000


def test_rounded_sheet_with_a_mistake_is_wrong(tmp_path):
    """On three decimals too: z² without its bias."""
    problem = few(example("4-4"), 8)
    steps = calculate(problem, {"z2": lambda s: s["x"].reshape(8, -1) @ s["w2"].reshape(3, -1).T})
    path = write_sheets(tmp_path / "mine.xlsx", problem, steps, change=lambda numbers: np.round(numbers, 3))
    (fault,) = judge(path, digits=3).faults
    assert [cause.name for cause in fault.causes] == ["bias-left-out"]


def test_full_precision_is_asked_for_without_digits(tmp_path):
    problem = few(example("4-4"), 8)
    path = write_sheets(tmp_path / "mine.xlsx", problem, calculate(problem), change=lambda numbers: np.round(numbers, 6))
    assert not judge(path).right
    assert judge(path, digits=6).right


# ---- published numbers ------------------------------------------------------------------------------

# Mazur, "A step by step backpropagation example": 2-2-2, one image, biases shared and never updated
MAZUR = {
    "x": [0.05, 0.10], "t": [0.01, 0.99], "w2": [0.15, 0.20, 0.25, 0.30], "b2": [0.35, 0.35],
    "w3": [0.40, 0.45, 0.50, 0.55], "b3": [0.60, 0.60], "a2": [0.593269992, 0.596884378],
    "a3": [0.75136507, 0.772928465], "CT": [0.298371109], "delta3": [0.138498562, None],
    "new_w3": [0.35891648, 0.408666186, 0.511301270, 0.561370121],
}  # fmt: skip


def mazur(path: Path, new_w2: list[float]) -> Path:
    """A hand-built sheet, one quantity per column, with a sheet Places; biases frozen, η 0.5."""
    book = openpyxl.Workbook()
    sheet, places, settings = book.active, book.create_sheet("Places"), book.create_sheet("Settings")
    sheet.title = "Mazur"
    places.append(["Quantity", "First block", "Next image", "Next unit"])
    for column, (name, numbers) in enumerate({**MAZUR, "new_w2": new_w2}.items(), 1):
        letter = openpyxl.utils.get_column_letter(column)
        for row, number in enumerate(numbers, 1):
            sheet.cell(row, column, number)
        if name == "delta3":  # only that of the first output is published
            continue
        by_unit = name.startswith(("w", "new_w"))
        last = 2 if by_unit else len(numbers)
        image = "10 down" if name in ("x", "t", "a2", "a3") else None
        places.append([name, f"Mazur!{letter}1:{letter}{last}", image, "2 down" if by_unit else None])
    rows = [("setting", "value"), ("learning rate η", 0.5), ("freeze biases", "yes"), ("classes", "given"), ()]
    rows += [("layer", "kind", "units", "size", "activation"), ("1", "input", None, "2×1"), ("2", "dense", 2), ("3", "dense", 2)]
    for row in rows:
        settings.append(row)
    book.save(path)
    return path


def test_mazur_with_the_old_weights_is_right(tmp_path):
    """His ∂/∂w1 .000438568 comes from the old weights: w1 = .15 − .5 · .000438568 = .149780716."""
    verdict = judge(mazur(tmp_path / "m.xlsx", [0.149780716, 0.19956143, 0.24975114, 0.29950229]), digits=8)
    assert verdict.right


def test_mazur_step_is_explained(tmp_path):
    """Updating the output first, δ of hidden unit 1 is
    (.138498562 · .35891648 − .0380982366 · .511301270) · .593269992 · .406730008 = .00729446;
    w1 = .15 − .5 · .00729446 · .05 = .149817639, and with all of these weights his cost is 0.291027924.
    """
    d3 = np.array([0.138498562, (0.772928465 - 0.99) * 0.772928465 * (1 - 0.772928465)])
    new_w3, a2 = np.array(MAZUR["new_w3"]).reshape(2, 2), np.array(MAZUR["a2"])
    d2 = (d3 @ new_w3) * a2 * (1 - a2)
    w2 = np.array(MAZUR["w2"]).reshape(2, 2) - 0.5 * np.outer(d2, MAZUR["x"])
    sigmoid = lambda z: 1 / (1 + np.exp(-z))
    a3 = sigmoid(new_w3 @ sigmoid(w2 @ MAZUR["x"] + 0.35) + 0.6)
    assert ((a3 - MAZUR["t"]) ** 2).sum() / 2 == pytest.approx(0.291027924, abs=5e-10)
    assert w2[0, 0] == pytest.approx(0.149817639, abs=5e-10)
    (fault,) = judge(mazur(tmp_path / "m.xlsx", np.round(w2.ravel(), 9).tolist()), digits=9).faults
    assert fault.rule.result.name == "new_w2"
    assert [cause.name for cause in fault.causes] == ["output-updated-first"]


# ---- where sheets lie -------------------------------------------------------------------------------


def test_trained_workbook_is_right(trained):
    verdict = judge(trained)
    assert verdict.right
    assert verdict.sheets == ["Iteration 1", "Iteration 2", "Iteration 3", "Trained"]


@pytest.mark.parametrize("options", [{"detail": "units"}, {"detail": "totals"}, {"keep": "1,3"}, {"cells": "formulas"}])
def test_every_kind_of_output_is_right(options: dict, tmp_path):
    write(few(example("4-4"), 6).with_settings(iterations=3), tmp_path / "out.xlsx", **options)
    assert judge(tmp_path / "out.xlsx").right


@pytest.mark.parametrize(
    "problem",
    [
        random_problem(dense((2, 3), (3, "tanh"), (2, "sigmoid")), 7, batch=3, order="shuffled"),
        random_problem(dense((2, 3), (3, "tanh"), (2, "softmax"), cost="softmax cross-entropy"), 5, layout="table"),
        few(example("5-6"), 5).with_settings(iterations=2),
    ],
    ids=["mini-batches", "table", "5-6"],
)
def test_other_networks_and_layouts_are_right(problem, tmp_path):
    write(problem, tmp_path / "out.xlsx")
    assert judge(tmp_path / "out.xlsx").right
    path = edit(tmp_path / "out.xlsx", tmp_path / "typed.xlsx", {})
    book = openpyxl.load_workbook(path)
    sheet = book["Iteration 2"]
    place = judge(path).book.iterations[1].places["CT"][1]
    sheet[place.origin.name] = 0.123
    book.save(path)
    assert [(fault.shown.name, fault.rule.result.name) for fault in judge(path).faults] == [("Iteration 2", "CT")]


def by_hand(path: Path, change: dict | None = None) -> Path:
    """A sheet of one's own design: forward pass of the authors' 3-5 from column AA on, with a title and Places."""
    problem = few(example("4-4"), 4)
    (step,) = calculate(problem)
    book = openpyxl.Workbook()
    sheet, places = book.active, book.create_sheet("Places")
    sheet.title = "学习"
    sheet["A1"] = "my first network"
    places.append(["Quantity", "First block", "Next image", "Next unit"])
    spots = {  # first row, first column, rows and columns of the first block, next image, next unit (rows down)
        "x": (3, 27, 4, 3, 5, None), "digit": (3, 31, 1, 1, 5, None), "w2": (40, 2, 4, 3, None, 6), "b2": (40, 6, 1, 1, None, 6),
        "w3": (60, 2, 1, 3, None, 2), "b3": (60, 6, 1, 1, None, 2), "z2": (3, 33, 3, 1, 5, None), "a2": (3, 35, 3, 1, 5, None),
        "z3": (3, 37, 2, 1, 5, None), "a3": (3, 39, 2, 1, 5, None), "C": (3, 41, 1, 1, 5, None), "CT": (1, 41, 1, 1, None, None),
    }  # fmt: skip
    for name, (row, column, height, width, image, unit) in spots.items():
        numbers = np.asarray(step[name], dtype=float)
        outer = problem.images if image else numbers.shape[0] if unit else 1
        for i, block in enumerate(numbers.reshape(outer, height, width)):
            for (r, c), number in np.ndenumerate(block):
                sheet.cell(row + i * (image or unit or 0) + r, column + c, float(number))
        first, last = (openpyxl.utils.get_column_letter(n) for n in (column, column + width - 1))
        steps = (f"{image} down" if image else None, f"{unit} down" if unit else None)
        places.append([name, f"学习!{first}{row}:{last}{row + height - 1}", *steps])
    for cell, value in (change or {}).items():
        sheet[cell] = value
    sheet.merge_cells("A1:E1")
    book.save(path)
    return path


def test_hand_built_sheet_with_places(tmp_path):
    assert judge(by_hand(tmp_path / "mine.xlsx")).right
    faults = judge(by_hand(tmp_path / "mine.xlsx", {"AI4": 0.9})).faults  # a² of unit 2 of image 1
    assert [fault.rule.result.name for fault in faults] == ["a2", "z3"]  # z³ was not calculated anew
    assert faults[0].cells == [(0, 1)]


def test_only_the_cell_that_is_wrong_is_reported(tmp_path):
    """A wrong z² with the a² that follows from it: a² is right in itself, z³ too."""
    problem = few(example("4-4"), 4)
    steps = calculate(problem, {"z2": lambda s: s["x"].reshape(4, -1) @ s["w2"].reshape(3, -1).T})
    verdict = judge(write_sheets(tmp_path / "mine.xlsx", problem, steps))
    assert [fault.rule.result.name for fault in verdict.faults] == ["z2"]
    grey = {name for _, name, _ in following(verdict)}
    assert {"a2", "z3", "a3", "C", "CT", "delta3", "delta2", "new_w2"} <= grey
    assert not {"t", "z2", "answer"} & grey


def test_missing_operands_are_computed(tmp_path):
    """Only a³ and C_T are shown: C_T is still judged, from a³."""
    problem = few(example("4-4"), 4)
    kept = {"a3", "CT", "x", "t", "w2", "b2", "w3", "b3", "number", "eta"}
    others = tuple(name for name in problem.network.quantities if name not in kept)
    (step,) = calculate(problem, {"CT": lambda s: s["C"].sum() * 2})
    verdict = judge(write_sheets(tmp_path / "mine.xlsx", problem, [step], without=others))
    (fault,) = verdict.faults
    assert fault.rule.result.name == "CT"
    assert [cause.name for cause in fault.causes] == ["half-left-out"]  # in C, which is not shown


def test_authors_arrangement_is_recognised(tmp_path):
    """Sheet 学习 of a workbook without Settings, with the authors' addresses."""
    problem = few(example("4-4"), 5)
    path = write_sheets(tmp_path / "out.xlsx", problem, calculate(problem))
    book = openpyxl.load_workbook(path)
    del book["Settings"]
    book["Iteration 1"].title = "学习"
    book.save(path)
    assert judge(path).right
    edit(path, path, {"学习!S12": 0.5})
    fault = judge(path).faults[0]
    assert (fault.shown.name, fault.rule.result.name, fault.cells) == ("学习", "z2", [(1, 1)])


def test_hidden_sheet_and_merged_labels(trained, tmp_path):
    book = openpyxl.load_workbook(trained)
    book["Iteration 2"].sheet_state = "hidden"
    book["Iteration 2"].merge_cells("I11:I13")
    book["Iteration 2"]["O11"] = 7
    book.save(tmp_path / "mine.xlsx")
    faults = judge(tmp_path / "mine.xlsx").faults
    assert ("Iteration 2", "z2") in [(fault.shown.name, fault.rule.result.name) for fault in faults]


def damaged_for_full_reading(source: Path, target: Path) -> Path:
    """A workbook whose drawing openpyxl cannot read; cells alone it can."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            new.writestr(item, b"<broken" if "drawings/drawing" in item.filename else old.read(item))
    with pytest.raises(SyntaxError):
        openpyxl.load_workbook(target)
    return target


def test_sheet_that_opens_read_only(trained, tmp_path):
    spoiled = edit(trained, tmp_path / "spoiled.xlsx", {"Iteration 1!O11": 7})
    path = damaged_for_full_reading(spoiled, tmp_path / "mine.xlsx")
    found = CliRunner().invoke(main, ["check", str(path), "--report", str(tmp_path / "marked.xlsx")])
    assert found.exit_code == 1, found.output
    marked = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    assert marked["Iteration 1"]["O11"].fill.fgColor.rgb == "00FF9C9C"
    assert marked["Iteration 1"]["O12"].value == pytest.approx(1.996863552)  # z² of unit 2, book 4-4


# ---- cells that hold no number ----------------------------------------------------------------------


@pytest.mark.parametrize("value", ["0.5", "#DIV/0!", True, None])
def test_cell_without_a_number_is_named_and_what_needs_it_is_not(value, trained, tmp_path):
    (fault,) = judge(edit(trained, tmp_path / "mine.xlsx", {"Iteration 2!S12": value})).faults
    assert (fault.shown.name, fault.rule.result.name, fault.cells) == ("Iteration 2", "z2", [(1, 1)])
    assert fault.causes == ()


def test_nothing_to_check(tmp_path):
    xlnn.new("4-4", tmp_path / "book.xlsx")
    with pytest.raises(ContentError, match="nothing to check"):
        judge(tmp_path / "book.xlsx")


def test_number_of_decimals_is_limited(trained):
    with pytest.raises(UsageError, match="between 0 and 15"):
        judge(trained, digits=99)


# ---- the command ------------------------------------------------------------------------------------


def run(*arguments) -> tuple[int, str]:
    found = CliRunner().invoke(main, ["check", *map(str, arguments)])
    return found.exit_code, found.output


def test_right_workbook_exits_with_0(trained):
    # per image 16 forward, 15 backward, 47 gradients; 2 totals, 47 sums, 47 new: 8·78 + 96 = 720 on each of 3 sheets;
    # 47 parameters taken over on 3 sheets; Trained 8·(16 + 15) + 2
    assert 3 * 720 + 3 * 47 + 250 == 2551
    assert run(trained) == (0, "out.xlsx: 2,551 cells checked on Iteration 1, …, Trained: all right.\n")


def test_wrong_workbook_exits_with_1_and_names_cell_and_mistake(tmp_path):
    problem = few(example("4-4"), 4)
    steps = calculate(problem, {"z2": lambda s: s["x"].reshape(4, -1) @ s["w2"].reshape(3, -1).T})
    code, output = run(write_sheets(tmp_path / "mine.xlsx", problem, steps))
    assert code == 1
    assert "1. Iteration 1!O11: z², 12 of 12 cells wrong. Rule: z = Σ w a + b" in output
    assert "bias-left-out: the bias b is left out. Add the unit's bias: z = Σwx + b." in output
    assert "expected -5.465" in output  # z² of unit 1 of image 1, book 4-4


@pytest.mark.parametrize(("language", "name"), [("zh", "漏掉偏置"), ("ja", "バイアスの抜け")])
def test_a_mistake_is_named_in_the_readers_language(tmp_path, language, name):
    """In the text, the table of several workbooks and the marked copy; programs get the English name."""
    problem = few(example("4-4"), 4)
    steps = calculate(problem, {"z2": lambda s: s["x"].reshape(4, -1) @ s["w2"].reshape(3, -1).T})
    mine, marked = write_sheets(tmp_path / "mine.xlsx", problem, steps), tmp_path / "marked.xlsx"
    speaking = "--language", language
    assert name + "：" in run(mine, *speaking, "--report", marked)[1]
    assert run(mine, mine, *speaking)[1].count("Iteration 1!O11  " + name) == 2
    assert openpyxl.load_workbook(marked)["xlnn check"]["H2"].value == name
    assert json.loads(run(mine, "--json", *speaking)[1])["faults"][0]["mistakes"][0]["name"] == "bias-left-out"


def test_no_known_mistake_is_said(trained, tmp_path):
    code, output = run(edit(trained, tmp_path / "mine.xlsx", {"Iteration 1!O11": 7}))
    assert code == 1
    assert "None of the known mistakes gives these numbers." in output
    assert "O11: found 7, expected -5.465009" in output


def test_json(trained, tmp_path):
    code, output = run(edit(trained, tmp_path / "mine.xlsx", {"Iteration 1!O11": 7}), "--json")
    found = json.loads(output)
    assert code == 1
    assert found["right"] is False
    fault = found["faults"][0]
    assert (fault["sheet"], fault["quantity"]) == ("Iteration 1", "z2")
    assert (fault["cells"][0]["cell"], fault["cells"][0]["found"]) == ("O11", 7)
    assert json.loads(run(trained, "--json")[1])["faults"] == []


def test_report_marks_causes_red_and_what_follows_grey(tmp_path):
    problem = few(example("4-4"), 4)
    steps = calculate(problem, {"z2": lambda s: s["x"].reshape(4, -1) @ s["w2"].reshape(3, -1).T})
    path = write_sheets(tmp_path / "mine.xlsx", problem, steps)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    code, _ = run(path, "--report", tmp_path / "marked.xlsx")
    book = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    sheet = book["Iteration 1"]
    assert code == 1
    assert [sheet[c].fill.fgColor.rgb for c in ("O11", "O14", "O9")][:2] == ["00FF9C9C", "00D9D9D9"]
    assert sheet["O9"].fill.fgColor.rgb not in ("00FF9C9C", "00D9D9D9")
    assert "bias-left-out" in sheet["O11"].comment.text
    assert book["xlnn check"]["B2"].value == "O11"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_report_never_replaces_the_checked_workbook(trained):
    before = trained.read_bytes()
    code, output = run(trained, "--report", trained)
    assert code == 6
    assert "would overwrite the input" in output
    assert trained.read_bytes() == before


def test_against_shows_the_trajectory(trained, tmp_path):
    """Another first weight: right in itself, but another trajectory."""
    problem = few(example("4-4"), 8).with_settings(iterations=3)
    w2 = problem.parameters["w2"] + 0.01
    write(replace(problem, parameters={**problem.parameters, "w2": w2}), tmp_path / "mine.xlsx")
    assert run(tmp_path / "mine.xlsx")[0] == 0
    code, output = run(tmp_path / "mine.xlsx", "--against", trained)
    assert code == 1
    assert "Different from out.xlsx:" in output
    assert "Iteration 1!D5: w², 36 of 36 cells" in output
    assert run(trained, "--against", trained)[0] == 0


def test_several_workbooks_give_a_table(trained, tmp_path):
    wrong = edit(trained, tmp_path / "ben.xlsx", {"Iteration 1!O11": 7})
    code, output = run(trained, wrong, tmp_path / "nobody.xlsx")
    lines = output.splitlines()
    assert code == 3  # of the worst: nobody's file is missing
    assert lines[0].split() == ["out.xlsx", "100.0%", "all", "right."]
    assert lines[1].split()[0] == "ben.xlsx"
    assert "Iteration 1!O11" in lines[1]
    assert "there is no such file" in lines[2]


def numbers_alone(path, *, formulas: bool) -> Path:
    """A table of σ, with its formulas or without."""
    book = openpyxl.Workbook()
    for row in range(1, 20):
        book.active.cell(row, 1, row / 10)
        book.active.cell(row, 2, f"=1/(1+EXP(-A{row}))" if formulas else 1 / (1 + math.exp(-row / 10)))
    book.save(path)
    return path


def test_the_exit_code_of_several_is_the_largest_of_each_alone(trained, tmp_path):
    wrong = edit(trained, tmp_path / "wrong.xlsx", {"Iteration 1!O11": 7})
    curve = numbers_alone(tmp_path / "curve.xlsx", formulas=True)  # judged by its formulas, as alone
    table = numbers_alone(tmp_path / "table.xlsx", formulas=False)
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    found = {path: run(path)[0] for path in (trained, wrong, curve, table, tmp_path / "broken.xlsx", tmp_path / "nobody.xlsx")}
    assert list(found.values()) == [0, 1, 0, 4, 3, 3]
    for first, second in itertools.combinations(found, 2):
        code, output = run(first, second)
        assert (code, len(output.splitlines())) == (max(found[first], found[second]), 2), (first, second)
    marked = mark(list(found))
    assert marked["exit_code"].tolist() == list(found.values())
    assert marked.loc[2, ["right", "share", "wrong", "judged"]].tolist() == [True, 1.0, 0, "formulas"]
    assert "all right as far as it was found." in run(trained, curve)[1]


def test_numbers_alone_are_not_advised_to_be_judged_by_formulas(tmp_path):
    """Of a workbook without formulas no formula can be judged: what helps is the one that has them."""
    for command in ("check", "show", "train", "places"):
        said = CliRunner().invoke(main, [command, str(numbers_alone(tmp_path / "a.xlsx", formulas=False))])
        assert said.exit_code == 4
        assert "judge the formulas alone" not in said.output
        assert "take the workbook in which the formulas still stand; or start from `xlnn new 4-4 book.xlsx`" in said.output
        assert "  Quantity | First block" in said.output
    said = CliRunner().invoke(main, ["train", str(numbers_alone(tmp_path / "b.xlsx", formulas=True))])
    assert "let `xlnn check` judge the formulas alone" in said.output


def test_library_gives_dataframes(trained, tmp_path):
    wrong = edit(trained, tmp_path / "ben.xlsx", {"Iteration 1!G21": 1.0})
    table = xlnn.check(wrong)
    assert table.loc[0, ["sheet", "quantity", "cell", "wrong", "found"]].tolist() == ["Iteration 1", "CT", "G21", 1, 1.0]
    assert mark([trained, wrong])["right"].tolist() == [True, False]


def test_setting_given_on_the_command_line_counts(tmp_path):
    """Trained with the biases frozen, but Settings do not say so."""
    problem = few(example("4-4"), 4)
    frozen = {"new_b2": lambda s: s["b2"], "new_b3": lambda s: s["b3"]}
    path = write_sheets(tmp_path / "mine.xlsx", problem, calculate(problem, frozen), without=("dC_db", "dCT_db"))
    assert run(path)[0] == 1
    assert run(path, "--freeze-biases", "yes")[0] == 0
