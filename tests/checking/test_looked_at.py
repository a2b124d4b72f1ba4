"""What a check looked at, and what it concludes: nothing that was not judged is called right, and no cause is made up."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner
from hand import calculate, few, write_sheets
from problems import dense, maps, random_problem

import xlnn
from xlnn.book.places_words import HEADER
from xlnn.book.places_writing import describe
from xlnn.book.writer import write
from xlnn.checking.judging import judge, mark
from xlnn.checking.looked_at import Further
from xlnn.checking.telling import check_json, check_text
from xlnn.checking.uncertain import common_decimals, recognised
from xlnn.cli.main import main
from xlnn.model.examples import example
from xlnn.model.network import LayerSettings

IMAGES = 4
# rows of the authors' workbook 3-5, in the last column of an image's block (O for the first, four columns to the next)
ROWS = {"t": (9, 2), "z2": (11, 3), "a2": (14, 3), "z3": (17, 2), "a3": (19, 2), "C": (21, 1), "digit": (28, 1)}


def by_authors(path: Path, change: dict | None = None, more: dict | None = None, formulas: bool = False) -> Path:
    """Sheet 学习 as the authors have it, without a label: the first images of 4-4; `more` are further sheets' cells."""
    problem = few(example("4-4"), IMAGES)
    (step,) = calculate(problem)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "学习"
    for unit in range(3):
        for (i, j), number in np.ndenumerate(step["w2"][unit]):
            sheet.cell(5 + 4 * unit + i, 4 + j, number)
        sheet.cell(5 + 4 * unit, 7, step["b2"][unit])
    for unit in range(2):
        for j in range(3):
            sheet.cell(17 + unit, 4 + j, step["w3"][unit, j])
        sheet.cell(17 + unit, 7, step["b3"][unit])
    for k in range(IMAGES):
        for (i, j), number in np.ndenumerate(step["x"][k]):
            sheet.cell(5 + i, 12 + 4 * k + j, number)
        for name, (row, count) in ROWS.items():
            for unit, number in enumerate(np.ravel(step[name][k])[:count].tolist()):
                sheet.cell(row + unit, 15 + 4 * k, "=1+1" if formulas and name != "digit" else number)
    sheet["G21"] = float(step["CT"])
    for cell, value in (change or {}).items():
        sheet[cell] = value
    for title, cells in (more or {}).items():
        other = book.create_sheet(title)
        for cell, value in cells.items():
            other[cell] = value
    book.save(path)
    return path


def run(*arguments) -> tuple[int, str]:
    found = CliRunner().invoke(main, ["check", *map(str, arguments), "--language", "en"])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.output


def edited(source: Path, target: Path, cells: dict) -> Path:
    book = openpyxl.load_workbook(source)
    for name, value in cells.items():
        sheet, _, cell = name.rpartition("!")
        book[sheet][cell] = value
    book.save(target)
    return target


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """4-4 on 8 images, 3 iterations."""
    path = tmp_path_factory.mktemp("looked") / "out.xlsx"
    write(few(example("4-4"), 8).with_settings(iterations=3), path)
    return path


def named(verdict) -> list[tuple]:
    return [(fault.rule.result.name, *(cause.name for cause in fault.causes)) for fault in verdict.faults]


# ---- what was judged, and what was not -----------------------------------------------------------------


def test_forward_pass_alone_is_right_with_a_reservation(tmp_path):
    path = by_authors(tmp_path / "mine.xlsx", more={"第2次": {"B2": 1}, "Step 2": {"A1": "δ"}, "empty": {}})
    code, output = run(path)
    assert code == 0
    assert output.splitlines()[0].endswith("all right as far as it was found.")
    assert "Checked: t, z², a², z³, a³, C, C_T" in output
    (missing,) = [line for line in output.splitlines() if line.startswith("Not found, not checked: ")]
    assert all(symbol in missing for symbol in ("δ³", "δ²", "∂C/∂w²", "∂C_T/∂b³", "new w²", "new b³"))
    assert "Sheets that were not looked at: 第2次, Step 2." in output
    found = json.loads(run(path, "--json")[1])
    assert (found["complete"], found["unseen"]) == (False, ["第2次", "Step 2"])
    assert {"delta3", "delta2", "new_w2"} <= set(found["missing"])
    assert found["judged"][:3] == ["t", "z2", "a2"]
    row = mark([path]).iloc[0]
    assert "δ³" in row["missing"]
    assert "z²" in row["judged"]
    assert row["unseen"] == "第2次, Step 2"
    table = run(path, path)[1]
    assert "not checked: " in table
    assert "not looked at: 第2次, Step 2" in table


def test_whole_workbook_is_right_without_a_reservation(trained):
    verdict = judge(trained)
    assert verdict.complete
    assert check_text(verdict, "en").endswith(": all right.")


def test_what_one_sheet_lacks_is_not_told_as_checked_and_as_not_found(tmp_path):
    """C and C_T are blank on one of three iterations: they were found, but not there."""
    path = tmp_path / "t.xlsx"
    write(random_problem(dense((2, 2), (2, "sigmoid"), (2, "sigmoid")), 3).with_settings(iterations=3), path)
    book = openpyxl.load_workbook(path)
    del book["Places"]
    sheet = book["Iteration 2"]
    for cell in ["F16", "F17", *sheet[17]]:  # C_T with its label, and the row of C
        (sheet[cell] if isinstance(cell, str) else cell).value = None
    book.save(path)
    verdict = judge(path)
    output = check_text(verdict, "en")
    lines = {line.split(":")[0]: line for line in output.splitlines()}
    assert "Not found, not checked" not in lines
    assert lines["Not on every sheet"] == "Not on every sheet: C, C_T."
    assert not verdict.complete
    told = check_json(verdict)
    assert (told["missing"], told["partly_missing"]) == ([], ["C", "CT"])


@pytest.mark.parametrize("detail", ["units", "totals"])
def test_what_leads_on_to_something_shown_was_judged(detail, tmp_path):
    """∂C/∂w of the single images is behind ∂C_T/∂w, all of the forward pass behind C_T."""
    write(few(example("4-4"), 6).with_settings(iterations=2), tmp_path / "out.xlsx", detail=detail)
    assert judge(tmp_path / "out.xlsx").complete


def test_one_new_weight_layer_shows_what_it_follows_from(tmp_path):
    """Only new w² is shown: δ² and δ³ are behind it, ∂C_T/∂b² and the new w³ are not."""
    problem = few(example("4-4"), IMAGES)
    kept = {"x", "t", "w2", "b2", "w3", "b3", "number", "eta", "new_w2"}
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem), without=tuple(set(problem.network.quantities) - kept))
    missing = {q.name for q in judge(path).missing}
    assert {"dCT_db2", "new_b2", "new_w3", "C", "CT"} <= missing
    assert not {"delta2", "delta3", "back2", "z2", "dCT_dw2", "dC_dw2"} & missing


def with_results(source: Path, target: Path, formulas: dict) -> Path:
    """A copy in which these cells of the first sheet are formulas, with what stands there as results."""
    old = openpyxl.load_workbook(source).worksheets[0]
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet(old.title)
        for cell in (cell for row in old.iter_rows() for cell in row if cell.value is not None):
            sheet.write(cell.coordinate, cell.value)
        for cell, text in formulas.items():
            sheet.write_formula(cell, text, None, old[cell].value or 0)
    return target


def test_formulas_that_belong_to_no_quantity_are_counted(tmp_path):
    """Those of z² and C_T were judged; five more in rows 60 to 62 and 70 were not."""
    path = by_authors(tmp_path / "mine.xlsx")
    numbers = openpyxl.load_workbook(path).worksheets[0]
    own = {cell: f"={numbers[cell].value!r}+0" for cell in ("O11", "O12")} | {"G21": "=SUM(O21:AA21)"}
    code, output = run(with_results(path, tmp_path / "own.xlsx", own))
    assert code == 0
    assert "Further formulas" not in output
    further = {"O60": "=O2-O2", "S60": "=S2-S2", "O61": "=O3-O3", "O62": "=O4-O4", "A70": "=1-1"}  # 0, as they are stored
    path = with_results(path, tmp_path / "more.xlsx", own | further)
    code, output = run(path)
    assert code == 0
    assert "Further formulas on 学习, not looked at: 5 (rows 60–62, 70)." in output
    assert json.loads(run(path, "--json")[1])["further_formulas"] == [{"sheet": "学习", "count": 5, "rows": [[60, 62], [70, 70]]}]
    assert mark([path]).iloc[0]["unseen"] == "学习 60–62, 70"


def test_only_a_few_runs_of_rows_are_named():
    runs = [(row, row + row % 2) for row in range(1, 30, 3)]
    assert Further("Net", 20, tuple(runs)).rows == "1–2, 4, …, 28"


def test_formulas_of_a_workbook_that_xlnn_wrote_are_its_own(tmp_path):
    write(few(example("4-4"), 6).with_settings(iterations=2), tmp_path / "out.xlsx", cells="formulas")
    assert judge(tmp_path / "out.xlsx").further == ()


@pytest.mark.parametrize("cells", [("D5", "E5", "G9"), ("L5", "D17", "G17"), ("O9", "O11", "C2")])
def test_given_numbers_never_calculated_are_refused_in_one_line(cells, trained, tmp_path):
    """Images, parameters and η of an iteration too, not only what follows from them."""
    path = edited(trained, tmp_path / "mine.xlsx", {f"Iteration 1!{cell}": "=1/2" for cell in cells})
    found = CliRunner().invoke(main, ["check", str(path), "--language", "en"])
    assert (found.exit_code, len(found.output.splitlines())) == (4, 1)
    assert "found 3 formulas without a stored result" in found.output


@pytest.mark.parametrize(("cell", "quantity"), [("D5", "z2"), ("D17", "z3"), ("O14", "z3"), ("G5", "z2")])
def test_what_follows_from_a_huge_number_is_judged(cell, quantity, trained, tmp_path):
    path = edited(trained, tmp_path / "mine.xlsx", {f"Iteration 1!{cell}": 1e308})
    assert quantity in [entry[0] for entry in named(judge(path))]


def test_a_wrong_learning_rate_on_an_iteration_is_not_that_of_the_update(trained, tmp_path):
    """The new parameters follow from η as Settings has it."""
    found = named(judge(edited(trained, tmp_path / "mine.xlsx", {"Iteration 1!C2": 0.7})))
    assert found[0][0] == "eta"
    assert {entry[1:] for entry in found if entry[0].startswith("new_")} == {("operand-overwritten",)}


@pytest.mark.parametrize("cell", ["O54", "O60", "D71", "S58"])
def test_numbers_at_addresses_of_xlnn_are_somebody_elses(cell, tmp_path):
    """A backward pass of one's own arrangement below the saved copy: rows 54 to 93 full of other numbers."""
    numbers = {
        f"{column}{row}": row / 7 for row in range(54, 94) for column in ("D", "E", "F", "G", "L", "M", "N", "O", "S", "W")
    }
    path = by_authors(tmp_path / "mine.xlsx", {**numbers, cell: 3.5})
    verdict = judge(path)
    assert verdict.right
    assert not verdict.complete


def typed(source: Path, target: Path, sheets: tuple, change: dict | None = None) -> Path:
    """The cells of some sheets in a workbook that carries no mark; Iteration 1 under another name."""
    old, book = openpyxl.load_workbook(source), openpyxl.Workbook()
    for title in sheets:
        sheet = book.create_sheet("mine" if title == "Iteration 1" else title)
        for row in old[title].iter_rows():
            for cell in row:
                sheet[cell.coordinate] = cell.value
    del book["Sheet"]
    for cell, value in (change or {}).items():
        book["mine"][cell] = value
    book.save(target)
    return target


def test_labels_of_xlnn_count_where_its_mark_is_gone(trained, tmp_path):
    """Iteration 1 on a sheet of another name, in a workbook that carries no mark: δ³ at O58 is judged."""
    path = typed(trained, tmp_path / "mine.xlsx", ("Settings", "Data", "Iteration 1"), {"O58": 0.5})
    assert ("delta3",) in [entry[:1] for entry in named(judge(path))]


def test_names_of_sheets_ignore_capitals(trained, tmp_path):
    book = openpyxl.load_workbook(trained)
    for old, new in (
        ("Iteration 1", "ITERATION 1"),
        ("Iteration 2", "iteration 2"),
        ("Settings", "SETTINGS"),
        ("Trained", "TRAINED"),
    ):
        sheet = book[old]
        sheet.title = "another"  # openpyxl takes a name that differs in capitals for one that is there
        sheet.title = new
    book["ITERATION 1"]["O11"] = 7
    book["iteration 2"]["G5"] = 9  # b² of unit 1, taken over from iteration 1
    book.save(tmp_path / "mine.xlsx")
    verdict = judge(tmp_path / "mine.xlsx")
    assert verdict.sheets == ["ITERATION 1", "iteration 2", "Iteration 3", "TRAINED"]
    wrong = {(fault.shown.name, fault.rule.result.name) for fault in verdict.faults}
    assert {("ITERATION 1", "z2"), ("iteration 2", "b2")} <= wrong


def with_places(path: Path, sheet: str) -> Path:
    """z² lies on a sheet of this name, all else on 学习."""
    lines = [("Quantity", "First block", "Next image", "Next unit")]
    lines += [
        ("x", "学习!L5:N8", "4 right", None),
        ("digit", "学习!O28", "4 right", None),
        ("z2", f"{sheet}!O11:O13", "4 right", None),
    ]
    lines += [("w2", "学习!D5:F8", None, "4 down"), ("b2", "学习!G5", None, "4 down")]
    lines += [("w3", "学习!D17:F17", None, "1 down"), ("b3", "学习!G17", None, "1 down")]
    cells = {f"{'ABCD'[c]}{r}": text for r, line in enumerate(lines, 1) for c, text in enumerate(line) if text}
    book = openpyxl.load_workbook(path)
    places = book.create_sheet("Places")
    for cell, text in cells.items():
        places[cell] = text
    book["学习"].title = "Net"
    for row in places.iter_rows():
        for cell in row:
            cell.value = str(cell.value).replace("学习", "Net") if cell.value else None
    book.save(path)
    return path


def test_places_name_a_sheet_in_any_spelling(tmp_path):
    path = with_places(by_authors(tmp_path / "mine.xlsx", {"O12": 99}), "NET")
    assert ("z2",) in named(judge(path))


def test_places_name_a_sheet_that_does_not_exist(tmp_path):
    path = with_places(by_authors(tmp_path / "mine.xlsx"), "Nett")
    code, output = run(path)
    assert code == 4
    assert "'Places'!B4: there is no sheet 'Nett'; the workbook has 'Net', 'Places'." in output


# ---- cells that hold no number -----------------------------------------------------------------------------

LAST = [f"{column}{{row}}" for column in ("O", "S", "W", "AA")]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"G21": "#NAME?"}, {"CT"}),
        ({"G21": "twenty"}, {"CT"}),
        ({cell.format(row=21): "#VALUE!" for cell in LAST}, {"C"}),
        ({cell.format(row=row): "?" for cell in LAST[:3] for row in (11, 12, 13)}, {"z2"}),
        ({cell.format(row=row): "0.5" for cell in LAST for row in (19, 20)}, {"a3"}),
        ({cell.format(row=row): None for cell in LAST[1:] for row in (14, 15, 16)}, {"a2"}),
    ],
    ids=["C_T error", "C_T text", "all C", "most z", "numerals as text", "most a blank"],
)  # fmt: skip
def test_a_cell_must_hold_a_number_whatever_the_share(change, wrong, tmp_path):
    verdict = judge(by_authors(tmp_path / "mine.xlsx", change))
    assert {fault.rule.result.name for fault in verdict.faults} == wrong
    assert verdict.wrong + verdict.empty == len(change)


@pytest.mark.parametrize("places", [True, False])
@pytest.mark.parametrize(
    ("sheet", "row", "name"), [("Iteration 2", 58, "delta3"), ("Trained", 19, "a3"), ("Iteration 3", 21, "C")]
)
def test_errors_on_written_sheets(sheet, row, name, places, trained, tmp_path):
    path = edited(
        trained,
        tmp_path / "mine.xlsx",
        {f"{sheet}!{openpyxl.utils.get_column_letter(15 + 4 * k)}{row}": "#REF!" for k in range(8)},
    )
    if not places:
        book = openpyxl.load_workbook(path)
        del book["Places"]
        book.save(path)
    (fault,) = judge(path).faults
    assert (fault.shown.name, fault.rule.result.name, len(fault.cells)) == (sheet, name, 8)


def test_an_error_is_one_fault_at_its_first_cell(tmp_path):
    """z² of unit 1 of image 1, a² from it, both z³, both a³, C, C_T: seven cells follow from one."""
    cells = ("O11", "O14", "O17", "O18", "O19", "O20", "O21", "G21")
    path = by_authors(tmp_path / "mine.xlsx", dict.fromkeys(cells, "#VALUE!"))
    verdict = judge(path)
    assert [(fault.rule.result.name, fault.cells) for fault in verdict.faults] == [("z2", [(0, 0)])]
    assert (verdict.wrong, verdict.follow) == (8, 7)
    assert "7 more cells hold errors or texts that follow from these." in check_text(verdict, "en")


@pytest.mark.parametrize("activation", ["tanh", "relu", "softsign"])
def test_an_error_goes_through_every_activation(activation, tmp_path):
    """#DIV/0! in z² of one unit: a² and a′(z²) of it follow, whatever the activation makes of large numbers."""
    problem = random_problem(dense((2, 2), (2, activation), (2, "sigmoid")), 3)
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem))
    places = judge(path).book.iterations[0].places
    cells = {f"Iteration 1!{places[name][1].cell(0, 0).name}": "#DIV/0!" for name in ("z2", "a2", "slope2")}
    assert named(judge(edited(path, tmp_path / "mine.xlsx", cells))) == [("z2",)]


@pytest.mark.parametrize("kind", ["arrangement", "places", "lesson"])
def test_a_workbook_that_was_never_calculated_is_refused(kind, tmp_path):
    path = tmp_path / "mine.xlsx"
    if kind == "lesson":
        xlnn.new("1-2", path)
        edited(path, path, {})  # openpyxl stores formulas without their results
    else:
        by_authors(path, formulas=True)
        if kind == "places":
            with_places(path, "Net")
    code, output = run(path)
    assert code == 4
    assert output.count("\n") == 1
    assert "without a stored result" in output
    assert "Open the workbook in Excel or LibreOffice, save it, and try again." in output


def one_lesson_sheet(path: Path, change: dict) -> Path:
    """Sheet 1-2 (numbers, as typed) and another sheet, without sheet 1-3."""
    xlnn.new("1-2", path)
    results, book = openpyxl.load_workbook(path, data_only=True), openpyxl.Workbook()
    sheet = book.active
    sheet.title = "1-2"
    for row in results["1-2"].iter_rows():
        for cell in row:
            sheet[cell.coordinate] = cell.value
    for cell, value in change.items():
        sheet[cell] = value
    book.create_sheet("notes")["A1"] = 3
    book.save(path)
    return path


def test_lessons_tell_what_was_not_looked_at(tmp_path):
    code, output = run(one_lesson_sheet(tmp_path / "mine.xlsx", {}))
    assert code == 0
    assert "44 cells checked on 1-2: all right as far as it was found." in output
    assert "Sheets that were not looked at: notes." in output


@pytest.mark.parametrize(
    ("change", "wrong", "follow", "empty"),
    [
        ({"B15": "#VALUE!", "B16": "#VALUE!"}, ["B15"], 1, 0),  # b = −θ; s + b follows from it
        ({"B15": None, "B16": None}, [], 0, 2),
        ({"B15": None}, [], 0, 1),
        ({"B15": "#VALUE!", "B16": 30}, ["B15", "B16"], 0, 0),  # a number does not follow from an error
    ],
)
def test_errors_and_blanks_in_lessons(change, wrong, follow, empty, tmp_path):
    verdict = judge(one_lesson_sheet(tmp_path / "mine.xlsx", change))
    assert [fault.shown.cell(fault.rule.result.name, fault.cells[0])[1].name for fault in verdict.mistaken] == wrong
    assert (verdict.wrong, verdict.follow, verdict.empty) == (len(wrong) + follow, follow, empty)


# ---- marking -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exercise(tmp_path_factory) -> Path:
    return xlnn.exercise("4-4", tmp_path_factory.mktemp("exercise") / "exercise.xlsx")


@pytest.mark.parametrize(
    ("cells", "right", "wrong"),
    [
        ({}, 0, 0),
        ({"O11": -5.4650088859}, 0, 1),  # ten decimals of the book's -5.465009 are not all that Excel keeps
        ({"O9": 1}, 1, 0),  # the first image is a 0: its first unit's target is 1
        ({"O9": 0}, 0, 1),
        ({"O9": 1, "O10": 1}, 1, 1),
        ({"O14": 0.9}, 0, 1),  # z² is blank: a² is what it follows from that should stand there
        ({"O9": "x"}, 0, 1),
    ],
    ids=["empty", "rounded", "one right", "one wrong", "both", "without what it follows from", "text"],
)  # fmt: skip
def test_the_share_counts_right_filled_cells(cells, right, wrong, exercise, tmp_path):
    verdict = judge(edited(exercise, tmp_path / "anna.xlsx", {f"Iteration 1!{cell}": value for cell, value in cells.items()}))
    assert verdict.cells == 78 * 64 + 2 + 47 + 47
    assert (verdict.wrong, verdict.empty) == (wrong, verdict.cells - right - wrong)
    assert verdict.share == right / verdict.cells


# ---- beside a trained workbook ----------------------------------------------------------------------------------


def second_iteration(tmp_path: Path, problem, wrong: dict | None = None) -> Path:
    """A sheet that shows the second iteration's calculation as if it were the first."""
    *_, second = calculate(problem, iterations=2)
    later = replace(problem, parameters={q.name: second[q.name] for q in problem.network.parameters})
    return write_sheets(tmp_path / "second.xlsx", later, calculate(later, wrong))


def test_against_compares_with_the_iteration_that_begins_alike(trained, tmp_path):
    problem = few(example("4-4"), 8)
    path = second_iteration(tmp_path, problem)
    code, output = run(path, "--against", trained)
    assert code == 0
    assert "Iteration 1 begins with the parameters of Iteration 2 in out.xlsx, and was compared with it." in output
    path = second_iteration(tmp_path, problem, {"C": lambda s: ((s["t"] - s["a3"]) ** 2).sum(axis=1)})
    code, output = run(path, "--against", trained)
    assert code == 1
    assert "Iteration 1!O21: C, 8 of 8 cells" in output
    found = check_json(judge(path, against=trained))
    assert (found["compared"], found["same_start"]) == ([{"sheet": "Iteration 1", "other": "Iteration 2"}], True)


def test_against_says_where_none_begins_alike(trained, tmp_path):
    problem = few(example("4-4"), 8)
    other = replace(problem, parameters={**problem.parameters, "b3": problem.parameters["b3"] + 1})
    code, output = run(write_sheets(tmp_path / "m.xlsx", other, calculate(other)), "--against", trained)
    assert code == 1
    assert "No iteration of out.xlsx begins with the parameters of Iteration 1; it was compared with Iteration 1." in output


# ---- an exact cause or none -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factor", "shown"),
    [(-1, "−1"), (0.5, "1/2"), (2, "2"), (8, "n (8)"), (1 / 8, "1/n (0.125)"), (0.2, "η (0.2)"), (5, "1/η (5)"),
     (-0.2, "−η (-0.2)"), (0.982808, ""), (3.14, ""), (0.999, "")],
)  # fmt: skip
def test_only_factors_that_can_be_named(factor, shown, tmp_path):
    problem = few(example("4-4"), 8)
    wrong = lambda s: s["back2"] * s["slope2"] * factor
    (fault,) = judge(write_sheets(tmp_path / "m.xlsx", problem, calculate(problem, {"delta2": wrong}))).faults
    assert [cause.fields["factor"] for cause in fault.causes if cause.name == "times-a-factor"] == ([shown] if shown else [])


@pytest.mark.parametrize(
    ("eta", "shown"),
    [(0.1, "0.1 (η/2)"), (0.35, "0.35"), (0.4, "0.4 (2η)"), (0.2 / 8, "0.025 (η/n)"), (0.2173, ""), (-0.35, ""), (0.12345, "")],
)
def test_another_eta_only_where_it_can_be_told_where_from(eta, shown, tmp_path):
    problem = few(example("4-4"), 8)
    wrong = {"new_w2": lambda s: s["w2"] - eta * s["dCT_dw2"]}
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem, wrong))
    (fault,) = judge(path).faults
    assert [cause.fields["eta"] for cause in fault.causes] == ([shown] if shown else [])


def test_another_eta_is_found_in_a_cell(tmp_path):
    problem = few(example("4-4"), 8)
    wrong = {"new_w2": lambda s: s["w2"] - 0.2173 * s["dCT_dw2"]}
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem, wrong))
    (fault,) = judge(edited(path, path, {"Iteration 1!A3": 0.2173})).faults
    assert [cause.fields["eta"] for cause in fault.causes] == ["0.2173 ('Iteration 1'!A3)"]


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_single_0_or_1_tells_no_activation(value, tmp_path):
    """It is what ReLU gives for z < 0, or the unit step, or a softmax of one unit."""
    problem = random_problem(dense((2, 2), (3, "sigmoid"), (1, "sigmoid")), 5)

    def wrong(s):
        a = 1 / (1 + np.exp(-s["z3"]))
        a[1] = value
        return a

    (fault,) = judge(write_sheets(tmp_path / "m.xlsx", problem, calculate(problem, {"a3": wrong}))).faults
    assert not [cause.name for cause in fault.causes if cause.name == "another-activation"]


def test_exchanged_targets_of_one_image_have_no_cause(tmp_path):
    path = by_authors(tmp_path / "mine.xlsx")
    digit = openpyxl.load_workbook(path)["学习"]["AA28"].value
    verdict = judge(edited(path, path, {"学习!AA9": digit, "学习!AA10": 1 - digit}))  # t = 1 of the unit of the other digit
    assert named(verdict)[0] == ("t",)


@pytest.mark.parametrize(("typed", "blank", "name"), [("O11", "O12", "z2"), ("O14", "S14", "a2"), ("O58", "O59", "delta3")])
def test_nothing_is_concluded_from_blank_or_rounded_neighbours(typed, blank, name, trained, tmp_path):
    number = openpyxl.load_workbook(trained)["Iteration 1"][typed].value
    path = edited(trained, tmp_path / "mine.xlsx", {f"Iteration 1!{typed}": round(number, 3), f"Iteration 1!{blank}": None})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        verdict = judge(path)
    causes = {fault.rule.result.name: [cause.name for cause in fault.causes] for fault in verdict.mistaken}
    assert causes.pop(name) == ["rounded"]
    assert all(found == ["operand-overwritten"] for found in causes.values()), causes


def test_numbers_typed_over_are_told_by_what_follows(trained, tmp_path):
    """z² of unit 1 of image 1 is 99, but a² is still σ(−5.465009): the formula of z² was overwritten."""
    verdict = judge(edited(trained, tmp_path / "mine.xlsx", {"Iteration 1!O11": 99}))
    assert named(verdict)[:2] == [("z2",), ("a2", "operand-overwritten")]


def test_wrong_pooling_does_not_accuse_what_comes_back(tmp_path):
    """A maximum over windows one column too far right: where δ belongs is open, and δ is not called wrong."""
    problem = few(example("5-6"), 6)
    problem = replace(problem, network=replace(problem.network, ties="all"))
    moved = lambda a: np.pad(a, ((0, 0), (0, 0), (0, 0), (0, 1)))[..., 1:]
    pooled = lambda s: moved(s["aF"]).reshape(6, 3, 2, 2, 2, 2).max(axis=(3, 5))
    right = lambda s: s["aF"].reshape(6, 3, 2, 2, 2, 2).max(axis=(3, 5))

    def back(s):
        spread = lambda a: np.repeat(np.repeat(a, 2, axis=-2), 2, axis=-1)
        return np.where(s["aF"] == spread(right(s)), spread(s["backP"]), 0.0)

    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem, {"aP": pooled, "backF": back}))
    assert [entry[0] for entry in named(judge(path))] == ["aP"]


def test_output_first_names_the_new_weight_before_what_needs_it(tmp_path):
    """Updating the output first, Σwδ uses the new w³; one of them was typed over."""
    problem = random_problem(dense((2, 2), (3, "sigmoid"), (2, "sigmoid"), update="output first"), 4)
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem))
    cell = judge(path).book.iterations[0].places["new_w3"][1].origin.name
    verdict = judge(edited(path, path, {f"Iteration 1!{cell}": 5.0}))
    assert named(verdict) == [("new_w3",), ("back2", "operand-overwritten")]


def test_weights_that_changed_were_updated(tmp_path):
    """Only new weights are shown, at two decimals, and they are those of 2η."""
    problem = few(example("4-4"), 8)
    wrong = {"new_w2": lambda s: s["w2"] - 0.4 * s["dCT_dw2"]}
    kept = {"x", "t", "w2", "b2", "w3", "b3", "number", "eta", "new_w2"}
    others = tuple(set(problem.network.quantities) - kept)
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem, wrong), others, lambda numbers: np.round(numbers, 2))
    causes = [cause for fault in judge(path, digits=2).faults for cause in named_causes(fault)]
    assert causes
    assert "weights-not-updated" not in causes
    wrong = {"new_w2": lambda s: s["w2"]}
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem, wrong), others, lambda numbers: np.round(numbers, 2))
    assert "weights-not-updated" in [cause for fault in judge(path, digits=2).faults for cause in named_causes(fault)]


def named_causes(fault) -> list[str]:
    return [cause.name for cause in fault.causes] or ["none"]


# ---- other conventions ------------------------------------------------------------------------------------------------


def older_signs(problem) -> dict:
    """δ = (t − a) a′ and w + η Σ δ a; all that lies between follows with the other sign."""
    names = [q.name for q in problem.network.parameters]
    plus = lambda name: lambda s: s[name] + s["eta"] * s["dCT_d" + name]
    return {"dC_da3": lambda s: s["t"] - s["a3"], **{"new_" + name: plus(name) for name in names}}


def test_the_older_signs_are_right_throughout(tmp_path):
    problem = few(example("4-4"), 6)
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem, older_signs(problem)))
    path = typed(path, tmp_path / "mine.xlsx", ("Settings", "Data", "Iteration 1"))
    code, output = run(path)
    assert code == 0
    assert "With another convention than the book's: δ has the other sign, (t − a) · a′(z)" in output
    assert not judge(edited(path, tmp_path / "wrong.xlsx", {"mine!O66": 1})).right
    wrong = {"dC_da3": older_signs(problem)["dC_da3"]}  # and the gradient subtracted: uphill
    path = write_sheets(tmp_path / "up.xlsx", problem, calculate(problem, wrong))
    assert named(judge(typed(path, tmp_path / "uphill.xlsx", ("Settings", "Data", "Iteration 1")))) == [("dC_da3", "sign-turned")]


def test_thresholds_are_right_throughout(tmp_path):
    """z = Σwx − θ in both layers; new θ = θ − η · (−Σδ)."""
    problem = few(example("4-4"), 6)
    thresholds = {q.name: -problem.parameters[q.name] for q in problem.network.parameters if q.kind == "b"}
    flat = lambda a: a.reshape(len(a), -1)
    wrong = {
        "z2": lambda s: flat(s["x"]) @ flat(s["w2"]).T - s["b2"], "z3": lambda s: s["a2"] @ s["w3"].T - s["b3"],
        "dC_db2": lambda s: -s["delta2"], "dC_db3": lambda s: -s["delta3"],
        "dCT_db2": lambda s: -s["delta2"].sum(axis=0), "dCT_db3": lambda s: -s["delta3"].sum(axis=0),
    }  # fmt: skip
    other = replace(problem, parameters={**problem.parameters, **thresholds})
    path = write_sheets(tmp_path / "m.xlsx", other, calculate(other, wrong))
    verdict = judge(typed(path, tmp_path / "mine.xlsx", ("Settings", "Data", "Iteration 1")))
    assert (verdict.right, verdict.complete) == (True, False)
    assert verdict.convention.startswith("the biases are thresholds")
    assert not judge(path).right  # xlnn wrote this one: its Settings say how it is


def test_thresholds_may_be_biases_that_were_subtracted(tmp_path):
    """Where only the way forward is shown nothing tells, and that is said."""
    problem = few(example("4-4"), 6)
    flat = lambda a: a.reshape(len(a), -1)
    wrong = {
        "z2": lambda s: flat(s["x"]) @ flat(s["w2"]).T - s["b2"],
        "z3": lambda s: s["a2"] @ s["w3"].T - s["b3"],
    }
    backward = [q.name for q in problem.network.quantities.values() if q.kind.startswith(("d", "back", "slope", "new"))]
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem, wrong), tuple({*backward} - {"digit"}))
    path = typed(path, tmp_path / "mine.xlsx", ("Settings", "Data", "Iteration 1"))
    code, output = run(path)
    assert code == 0
    assert "all right as far as it was found." in output
    assert "if they are meant as biases b, every z is wrong, and b is to be added." in output
    assert "taken for thresholds" in mark([path]).iloc[0]["convention"]
    assert "another convention: the biases are taken for thresholds" in run(path, path)[1]
    (path,) = [write_sheets(tmp_path / "n.xlsx", problem, calculate(problem, wrong))]  # the biases went downhill as biases do
    verdict = judge(typed(path, tmp_path / "all.xlsx", ("Settings", "Data", "Iteration 1")))
    assert named(verdict) == [("z2", "bias-subtracted"), ("z3", "bias-subtracted")]


# ---- learning rates that stand on the sheet ----------------------------------------------------------------------------


def updated(tmp_path: Path, layers: str, sheets: tuple, cells: dict) -> Path:
    """4-4 in which these layers are updated with η = 0.35, in a workbook without xlnn's mark."""
    problem = few(example("4-4"), 6)
    rates = {p + layer: lambda s, n=p + layer: s[n] - 0.35 * s["dCT_d" + n] for p in "wb" for layer in layers}
    wrong = {"new_" + name: change for name, change in rates.items()}
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem, wrong), without=("eta",))
    return typed(path, tmp_path / "mine.xlsx", sheets, cells)


SAID = ("Settings", "Data", "Iteration 1")  # Settings says η = 0.2


@pytest.mark.parametrize("cells", [{"A200": "η", "B200": 0.35}, {"A200": "learning rate", "A201": 0.35}, {"A200": "=B200*0.35"}])
def test_a_layer_with_a_learning_rate_of_its_own_is_right_with_a_reservation(cells, tmp_path):
    verdict = judge(updated(tmp_path, "3", SAID, cells))
    assert (verdict.right, verdict.complete, verdict.wrong) == (True, False, 0)
    assert verdict.told_convention().endswith("stands on the sheet itself: 0.35 (w³, b³)")


@pytest.mark.parametrize(
    ("layers", "cells"),
    [
        ("3", {}),  # nothing says 0.35
        ("3", {"A200": "width", "B200": 0.35}),
        ("3", {"A200": "=B0.35+1.35+0.355"}),  # nor do other numbers
        ("23", {"A200": "η", "B200": 0.35}),  # Settings says 0.2, and no layer has that
    ],
)
def test_another_learning_rate_is_a_mistake(layers, cells, tmp_path):
    found = named(judge(updated(tmp_path, layers, SAID, cells)))
    assert found
    assert all("another-eta" in entry for entry in found)


def test_shared_maxima_to_all_are_right_throughout(tmp_path):
    """`=IF(a=MAX(window),1,0)` in a sheet that says nothing of ties."""
    problem = few(example("5-6"), 6)
    problem = replace(problem, network=replace(problem.network, ties="all"))
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem))
    shown = judge(path).book.iterations[0].places
    path = typed(path, tmp_path / "mine.xlsx", ("Iteration 1",))
    book = openpyxl.load_workbook(path)
    places = book.create_sheet("Places")
    for line in [HEADER, *(describe(q, "mine", shown[n][1]) for n, q in problem.network.quantities.items() if n in shown)]:
        if line[0] not in ("number", "digit", "answer", "prediction", "right", "share", "eta"):
            places.append([text or None for text in line])
    book.save(path)
    verdict = judge(path)
    assert verdict.right
    assert verdict.convention.endswith("pooling ties all")
    assert not judge(path, ties="first").right
    assert judge(path, ties="all").convention == ""


# ---- a network of steps ---------------------------------------------------------------------------------------------


def test_a_step_layer_is_judged_forward(tmp_path):
    """z = −1.5 + x₁ + x₂ (book 1-3): a = 1 for (1, 1) alone. It makes no mistake, so that w + η Σ(t − a) x is w."""
    book = openpyxl.Workbook()
    sheet, places, settings = book.active, book.create_sheet("Places"), book.create_sheet("Settings")
    sheet.title = "Unit"
    for row, (x1, x2, t) in enumerate([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 1)], 2):
        for column, value in enumerate((x1, x2, t, x1 + x2 - 1.5, float(x1 + x2 - 1.5 >= 0)), 1):
            sheet.cell(row, column, value)
    for cell, value in {"F2": 1, "G2": 1, "H2": -1.5, "F3": 1, "G3": 1, "H3": -1.5}.items():
        sheet[cell] = value
    lines = [("Quantity", "First block", "Next image", "Next unit"), ("x", "Unit!A2:B2", "1 down"), ("t", "Unit!C2", "1 down")]
    lines += [("w2", "Unit!F2:G2"), ("b2", "Unit!H2"), ("z2", "Unit!D2", "1 down"), ("a2", "Unit!E2", "1 down")]
    for line in [*lines, ("new_w2", "Unit!F3:G3"), ("new_b2", "Unit!H3")]:
        places.append(line)
    for line in [("setting", "value"), ("classes", "given"), (), ("layer", "kind", "units", "size", "activation")]:
        settings.append(line)
    settings.append(("1", "input", None, "1×2"))
    settings.append(("2", "dense", 1, None, "step"))
    book.save(tmp_path / "mine.xlsx")
    code, output = run(tmp_path / "mine.xlsx")
    assert code == 0
    assert "11 cells checked on Unit: all right as far as it was found." in output
    assert "Checked: z², a², new w², new b²." in output
    sheet["F3"] = 1.25
    book.save(tmp_path / "slip.xlsx")
    code, output = run(tmp_path / "slip.xlsx")
    assert code == 1
    assert "F3: found 1.25, expected 1" in output
    verdict = judge(edited(tmp_path / "mine.xlsx", tmp_path / "wrong.xlsx", {"Unit!E3": 1}))
    assert [name for name, *_ in named(verdict)] == ["a2", "new_w2", "new_b2"]  # by this a it would have learnt
    assert verdict.faults[0].cells == [(1, 0)]


# ---- precision --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("significant", [10, 15])
def test_numbers_of_10_or_15_significant_digits_are_recognised(significant, tmp_path):
    """As Google Sheets and Excel store results; a wrong number among them is still found."""
    problem = few(example("4-4"), 8)
    stored = lambda numbers: np.array([float(f"{number:.{significant}g}") for number in numbers.ravel()]).reshape(numbers.shape)
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem), change=stored)
    assert judge(path).right
    number = openpyxl.load_workbook(path)["Iteration 1"]["O11"].value
    assert named(judge(edited(path, path, {"Iteration 1!O11": number + 1e-7})))[0][0] == "z2"


def test_a_workbook_of_rounded_numbers_is_told_once(tmp_path):
    """All are rounded to 6 decimals: none of its cells differs from the rest."""
    problem = few(example("4-4"), 8)
    path = write_sheets(tmp_path / "m.xlsx", problem, calculate(problem), change=lambda numbers: np.round(numbers, 6))
    verdict = judge(path)
    assert not verdict.right
    assert "rounded" not in [cause.name for fault in verdict.faults for cause in fault.causes]
    assert "rounded to 6 decimals: check with --digits 6." in check_text(verdict, "en")


def test_how_numbers_are_stored_is_told_from_the_numbers():
    draw = np.random.default_rng(5).standard_normal(50)
    rounded = lambda form: np.array([float(format(number, form)) for number in draw])
    assert recognised(draw).significant == recognised(rounded(".3g")).significant == recognised(draw[:5]).significant == 15
    assert recognised(rounded(".10g")).significant == 10
    assert (common_decimals(draw), common_decimals(rounded(".4f")), common_decimals(draw[:5])) == (None, 4, None)


POOLED = (
    LayerSettings("F", "convolution", 2, (3, 3), "relu"),
    LayerSettings("P", "max pooling", size=(2, 2)),
    LayerSettings("O", "dense", 2),
)
NETWORKS = [
    dense((2, 3), (3, "sigmoid"), (2, "sigmoid")),
    dense((1, 2), (2, "tanh"), (3, "softmax"), cost="softmax cross-entropy"),
    dense((2, 2), (3, "relu"), (2, "sigmoid"), cost="cross-entropy", total="mean"),
    dense((3, 1), (2, "softsign"), (1, "identity"), update="output first"),
    maps((6, 6), *POOLED),
    maps((6, 6), *POOLED, ties="all"),
]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("network", range(len(NETWORKS)))
def test_rounded_results_raise_no_alarm_and_a_larger_error_is_found(network, seed, tmp_path):
    """Images and targets of real numbers, some close to 0 and 1: read from Data, they are rounded like everything else."""
    draw, digits = np.random.default_rng(seed), 2 + seed % 3
    problem = random_problem(NETWORKS[network], 4, seed, iterations=1, eta=0.123)
    x = np.where(draw.random(problem.x.shape) < 0.4, 1 - draw.random(problem.x.shape) / 300, draw.random(problem.x.shape))
    if problem.network.output.activation == "sigmoid":
        problem = replace(problem, t=0.002 + 0.996 * problem.t, network=replace(problem.network, judged=False))
    write(replace(problem, x=x), tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    for name in ("Data", "Iteration 1", "Trained"):
        for row in book[name].iter_rows():
            for cell in row:
                cell.value = round(cell.value, digits) if type(cell.value) is float else cell.value
    book.save(tmp_path / "rounded.xlsx")
    verdict = judge(tmp_path / "rounded.xlsx", digits=digits)
    assert verdict.right, named(verdict)
    output = "a" + problem.network.output.label
    cell = verdict.book.iterations[0].places[output][1].origin.name
    book["Iteration 1"][cell] = round(book["Iteration 1"][cell].value + 30 * 10.0**-digits, digits)
    book.save(tmp_path / "wrong.xlsx")
    assert output in [entry[0] for entry in named(judge(tmp_path / "wrong.xlsx", digits=digits))]
