"""compare: cell by cell, what differs and what only one side has."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner

import workbooks
import xlnn
from xlnn.checking.comparing import Tolerance, compared, half_up, seen_apart
from xlnn.cli.main import main
from xlnn.errors import ContentError, SaveError, UsageError


def book(path: Path, cells: dict, sheet: str = "Sheet") -> Path:
    """A workbook with one sheet and these cells."""
    made = openpyxl.Workbook()
    made.active.title = sheet
    for name, value in cells.items():
        made.active[name] = value
    made.save(path)
    return path


@pytest.fixture
def pair(tmp_path):
    """Makes two workbooks from their cells."""
    return lambda a, b: (book(tmp_path / "a.xlsx", a), book(tmp_path / "b.xlsx", b))


def counts(found) -> tuple[int, int, int, int]:
    return found.total("compared"), found.different, found.total("only_a"), found.total("only_b")


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (0.5, 0.5, (1, 0, 0, 0)),
        (1, 1.0, (1, 0, 0, 0)),
        (0.5, 0.5 + 1e-10, (1, 0, 0, 0)),  # 1e-10 ≤ 1e-12 + 1e-9 · 0.5
        (0.5, 0.5 + 1e-9, (1, 1, 0, 0)),  # 1e-9 > 1e-12 + 1e-9 · 0.5
        (0.5, "0.5", (1, 1, 0, 0)),  # text is no number
        ("0.5", 0.5, (1, 1, 0, 0)),
        (1, True, (1, 1, 0, 0)),
        (0, None, (0, 0, 1, 0)),  # a blank is not 0
        (0, "  ", (0, 0, 1, 0)),
        (None, 3, (0, 0, 0, 1)),
        ("#DIV/0!", 3, (1, 1, 0, 0)),
    ],
)
def test_one_cell(pair, a, b, expected):
    found = compared(*pair({"A1": 7, "B2": a}, {"A1": 7, "B2": b}))
    assert counts(found) == (expected[0] + 1, *expected[1:])
    assert found.same == (expected[1:] == (0, 0, 0))


@pytest.mark.parametrize(
    ("a", "b", "different"), [("x", "y", 1), ("x", "x", 0), (True, True, 0), (True, False, 1), (True, "TRUE", 1)]
)
def test_texts_count_when_asked_for(pair, a, b, different):
    paths = pair({"A1": 7, "B2": a}, {"A1": 7, "B2": b})
    assert compared(*paths).different == 0
    assert compared(*paths, text=True).different == different


def test_formulas_themselves(pair):
    paths = pair({"A1": "=1+1", "A2": "=SUM(B1:B2)", "A3": 4}, {"A1": "=1+1", "A2": "=SUM(B1:B3)", "A3": "=2*2"})
    found = compared(*paths, formulas=True)
    assert [cell.name for part in found.pairs for cell, _, _ in part.cells()] == ["A2", "A3"]


@pytest.mark.parametrize(
    ("ours", "printed", "digits", "agree"),
    [
        (0.32652779, 0.327, 3, True),  # a³ of the book's image 1
        (0.32652779, 0.326, 3, False),
        (0.0125, 0.013, 3, True),  # half up
        (-0.0125, -0.013, 3, True),
        (0.1235, 0.124, 3, True),
        (2.4999999999999996, 2.5, 1, True),
        (1e-5, 0.0, 3, True),
        (-1e-5, 0.0, 3, True),
    ],
)
def test_printed_numbers(ours, printed, digits, agree):
    assert Tolerance(digits=digits).agree(np.array([ours]), np.array([printed])).item() is agree


def test_half_up_is_excels_round():
    """ROUND(2.5, 0) = 3, ROUND(−2.5, 0) = −3, ROUND(1.005, 2) = 1.01 in Excel and LibreOffice."""
    assert half_up(np.array([2.5, -2.5]), 0).tolist() == [3, -3]
    assert half_up(np.array([1.005]), 2).tolist() == [1.01]


def test_sheets_are_paired_by_name_or_by_hand(tmp_path):
    a, b = book(tmp_path / "a.xlsx", {"A1": 1}, "Iteration 1"), book(tmp_path / "b.xlsx", {"A1": 2}, "学习")
    with pytest.raises(UsageError, match="no sheet of the same name"):
        compared(a, b)
    found = compared(a, b, sheets=["Iteration 1=学习"])
    assert counts(found) == (1, 1, 0, 0)
    assert found.frame().values.tolist() == [["Iteration 1", "学习", "A1", 1, 2, 1.0]]
    with pytest.raises(UsageError, match="cannot pair"):
        compared(a, b, sheets=["Iteration 1=nowhere"])


def test_sheet_name_with_equals_sign(tmp_path):
    a, b = book(tmp_path / "a.xlsx", {"A1": 1}, "n=1"), book(tmp_path / "b.xlsx", {"A1": 1}, "η=0.2")
    assert compared(a, b, sheets=["n=1=η=0.2"]).same


def test_sheet_that_only_one_has(tmp_path):
    a = book(tmp_path / "a.xlsx", {"A1": 1})
    more = openpyxl.load_workbook(a)
    more.create_sheet("Extra")["C3"] = 5
    more.save(tmp_path / "b.xlsx")
    found = compared(a, tmp_path / "b.xlsx")
    assert counts(found) == (1, 0, 0, 1)
    assert [template.format(**fields) for template, fields in found.notes] == ["only b.xlsx has the sheets 'Extra'."]


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [(["A1:A2"], (2, 1, 0, 0)), (["A1"], (1, 0, 0, 0)), (["Sheet!A2", "C3"], (1, 1, 0, 1)), (["sheet!A2"], (1, 1, 0, 0))],
)
def test_ranges(pair, ranges, expected):
    assert counts(compared(*pair({"A1": 1, "A2": 2}, {"A1": 1, "A2": 3, "C3": 1}), ranges=ranges)) == expected


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        (["A1", "Shet!A2"], "'Shet!A2': no sheet 'Shet' is compared; compared are 'Sheet'."),
        (["Other!A2"], "'Other!A2': no sheet 'Other'"),
        (["A1", "Z9"], "nothing to compare in 'Z9'"),
        (["A1", "B1:C2"], "nothing to compare in 'B1:C2'"),
        (["Z9"], "there is nothing to compare: no number stands in these cells of a.xlsx or b.xlsx"),
    ],
)
def test_a_range_that_chooses_nothing_is_refused(pair, ranges, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        compared(*pair({"A1": 1, "A2": 2}, {"A1": 1, "A2": 3}), ranges=ranges)


@pytest.mark.parametrize(
    ("a", "b", "sheet", "range_"),
    [
        ("Sheet1", "SHEET1", None, "sheet1!A1"),
        ("it's", "it's", None, "'it''s'!A1:B2"),
        ("a'b 'c", "A'B 'C", None, "'a''b ''c'!A1"),
        ("Ｄａｔａ", "data ", None, "DATA!A1"),  # full-width letters, a space behind
        ("学习", "Iteration 1", "学习=ITERATION 1", "iteration 1!A1"),  # a sheet of B in a pair
        ("x!y", "x!Y", "X!Y", "'x!y'!A1"),
    ],
)
def test_sheets_are_found_as_excel_compares_their_names(tmp_path, a, b, sheet, range_):
    paths = book(tmp_path / "a.xlsx", {"A1": 1, "A9": 1}, "s"), book(tmp_path / "b.xlsx", {"A1": 2, "A9": 1}, "s")
    paths = [  # openpyxl refuses some names that a file may have
        workbooks.patch(path, path.with_stem("named-" + path.stem), "xl/workbook.xml", 'name="s"', f'name="{name}"')
        for path, name in zip(paths, (a, b), strict=True)
    ]
    assert counts(compared(*paths, sheets=[sheet] if sheet else [], ranges=[range_])) == (1, 1, 0, 0)


def test_a_pair_that_was_asked_for_and_holds_nothing_is_refused(tmp_path):
    a = book(tmp_path / "a.xlsx", {"A1": 1})
    more = openpyxl.load_workbook(a)
    more.create_sheet("Empty")["A1"] = "text"
    more.save(a)
    assert compared(a, a).same
    with pytest.raises(UsageError, match="nothing to compare in 'Empty=Empty'"):
        compared(a, a, sheets=["Sheet", "empty"])


def test_of_many_sheets_the_nearest_are_named(tmp_path):
    made = openpyxl.Workbook()
    for number in range(1, 115):
        made.create_sheet(f"Iteration {number}")["A1"] = number
    made.save(tmp_path / "a.xlsx")
    with pytest.raises(UsageError) as caught:
        compared(tmp_path / "a.xlsx", tmp_path / "a.xlsx", sheets=["Iteraton 7"])
    assert "'Iteration 7', " in str(caught.value)
    assert "… (115)" in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("a", "b", "format_", "expected"),
    [
        (0.5, 0.75, "h:mm", (2, 1, 0, 0)),
        (0.5, 0.5, "h:mm", (2, 0, 0, 0)),
        (45000, 45000.25, "yyyy-mm-dd", (2, 1, 0, 0)),
        (1.5, 1.5000001, "[h]:mm", (2, 1, 0, 0)),  # both are 36:00
        (-1, -2, "h:mm", (2, 1, 0, 0)),  # Excel shows ####
        (0.5, None, "mm:ss", (1, 0, 1, 0)),
        (None, 0.5, "d.m.yy", (1, 0, 0, 1)),
        (0.5, "x", "h:mm", (2, 1, 0, 0)),
    ],
)
def test_numbers_shown_as_dates_and_times_are_compared(pair, a, b, format_, expected):
    paths = pair({"A1": a, "B1": 1}, {"A1": b, "B1": 1})
    for path in paths:
        made = openpyxl.load_workbook(path)
        made.active["A1"].number_format = format_
        made.save(path)
    assert counts(compared(*paths)) == expected


def test_error_values_are_compared_and_other_texts_are_said_not_to_be(pair):
    a = {"A1": 1, "A2": "#REF!", "A3": "#N/A", "A4": "#N/A", "A5": "○", "A6": True, "A7": "same"}
    b = {"A1": 1, "A2": "#REF!", "A3": "#NUM!", "A4": None, "A5": "×", "A6": False, "A7": "same"}
    found = compared(*pair(a, b))
    assert counts(found) == (3, 1, 1, 0)
    assert [template.format(**fields) for template, fields in found.notes] == [
        "2 cells differ in texts or truth values, which were not compared (--text)."
    ]
    assert compared(*pair(a, b), text=True).notes == ()


def test_formulas_that_were_never_calculated_are_told_on_both_sides(pair):
    found = compared(*pair({"A1": 1, "A2": "=A1"}, {"A1": 1, "A2": "=A1*1"}))
    assert [fields["where"] for _, fields in found.notes] == ["a.xlsx › 'Sheet'!A2", "b.xlsx › 'Sheet'!A2"]
    with pytest.raises(ContentError, match=r"a\.xlsx › 'Sheet'!A1: .* found a formula without a stored result"):
        compared(*pair({"A1": "=1"}, {"A1": "=2"}))


@pytest.mark.parametrize(
    ("a", "b", "options", "different"),
    [
        (1e308, -1e308, {}, 1),  # their difference is no float
        (1.5e308, 1e308, {"digits": 3}, 1),  # nor are they times 1000
        (1e308, 1e308, {"digits": 15}, 0),
        (10**350, 5, {}, 1),
        (10**350, 10**350, {}, 0),
        (2**60 + 1, 2**60 + 1, {}, 0),
    ],
)
def test_huge_numbers(pair, recwarn, a, b, options, different):
    paths = [
        workbooks.patch(path, path.with_stem("huge-" + path.stem), "xl/worksheets/sheet1.xml", "<v>1</v>", f"<v>{number}</v>")
        for path, number in zip(pair({"A1": 1}, {"A1": 1}), (a, b), strict=True)
    ]
    assert compared(*paths, **options).different == different
    assert not recwarn.list


def test_nothing_to_compare(pair):
    with pytest.raises(UsageError, match="nothing to compare"):
        compared(*pair({"A1": "x"}, {"A1": "y"}))


def test_formula_that_was_never_calculated_is_told(pair):
    ((template, fields),) = compared(*pair({"A1": 1, "A2": 5}, {"A1": 1, "A2": "=A1*5"})).notes
    assert "without a stored result" in template
    assert fields["where"] == "b.xlsx › 'Sheet'!A2"


@pytest.mark.parametrize(
    ("a", "b", "texts"),
    [
        (0.5, 0.75, ("0.5", "0.75")),
        (0.123456789, 0.123456799, ("0.123456789", "0.123456799")),
        (1 / 3, 1 / 3 + 2**-53, ("0.33333333333333331", "0.33333333333333343")),
        ("x", 1.0, ('"x"', "1")),
    ],
)
def test_enough_digits_are_shown(a, b, texts):
    assert seen_apart(a, b) == texts
    assert len(set(seen_apart(a, b))) == 2


def run(*arguments) -> tuple[int, str]:
    found = CliRunner().invoke(main, ["compare", *map(str, arguments)])
    return found.exit_code, found.output


def test_output_and_exit_codes(pair, tmp_path):
    a, b = pair({"A1": 1, "B1": 2.0, "C1": 3}, {"A1": 1, "B1": 2.5, "D1": 4})
    code, output = run(a, b)
    assert code == 1
    assert output.splitlines() == [
        "2 cells compared, 1 differ; only a.xlsx has 1, only b.xlsx has 1.",
        "The largest difference is 0.5, in Sheet!B1.",
        "  Sheet!B1: 2 | 2.5",
    ]
    assert run(a, a)[0] == 0
    assert run(a, b, "--range", "A1")[0] == 0
    assert run(a, b, "--atol", "1", "--range", "A1:B1")[0] == 0
    assert run(a, b, "--range", "nonsense")[0] == 2
    assert run(a, b, "--rtol", "-1")[0] == 2
    assert run(a, tmp_path / "nobody.xlsx")[0] == 3


def test_first_20_cells_are_shown(pair):
    code, output = run(*pair({f"A{n}": n for n in range(1, 31)}, {f"A{n}": n + 1 for n in range(1, 31)}))
    assert code == 1
    assert output.count(" | ") == 20
    assert output.splitlines()[-1] == "  … and 10 more."


def test_json(pair):
    code, output = run(*pair({"A1": 1, "B1": 2.0}, {"A1": 1, "B1": 2.5}), "--json")
    found = json.loads(output)
    assert (code, found["same"], found["compared"], found["different"]) == (1, False, 2, 1)
    assert found["cells"] == [{"sheet": "Sheet", "other": "Sheet", "cell": "B1", "a": 2, "b": 2.5, "difference": 0.5}]


def test_json_tells_what_was_not_compared(pair):
    code, output = run(*pair({"A1": 1, "B1": "a", "C1": True}, {"A1": 1, "B1": "b", "C1": False}), "--json")
    note = "2 cells differ in texts or truth values, which were not compared (--text)."
    assert (code, json.loads(output)["notes"]) == (0, [note])
    assert json.loads(run(*pair({"A1": 1}, {"A1": 1}), "--json")[1])["notes"] == []


@pytest.mark.parametrize("command", ["check", "compare"])
@pytest.mark.parametrize("json_", [(), ("--json",)])
def test_nothing_is_said_of_a_copy_that_was_not_written(command, json_, pair, tmp_path, monkeypatch):
    a, b = pair({"A1": 1}, {"A1": 2})
    if command == "check":
        assert CliRunner().invoke(main, ["new", "1-1", str(a), "--force"]).exit_code == 0

    def full(*_, **__):
        raise SaveError("there is no room left.")

    for module in ("telling", "tell_compare"):
        monkeypatch.setattr(f"xlnn.checking.{module}.write_marked", full)
    files = [a] if command == "check" else [a, b]
    found = CliRunner().invoke(main, [command, *map(str, files), "--report", str(tmp_path / "r.xlsx"), *json_])
    assert (found.exit_code, found.stdout) == (6, "")
    assert found.stderr == "xlnn: error: there is no room left.\n"


def test_report_is_a_marked_copy_of_b(pair, tmp_path):
    a, b = pair({"A1": 1, "B1": 2.0}, {"A1": 1, "B1": 2.5, "C1": "=B1*2"})
    before = a.read_bytes(), b.read_bytes()
    code, _ = run(a, b, "--report", tmp_path / "diff.xlsx")
    marked = openpyxl.load_workbook(tmp_path / "diff.xlsx")
    assert code == 1
    assert marked["Sheet"]["B1"].fill.fgColor.rgb == "00FFE699"
    assert marked["Sheet"]["B1"].comment.text == "a.xlsx: 2\nb.xlsx: 2.5"
    assert marked["Sheet"]["A1"].comment is None
    assert marked["Sheet"]["C1"].value == "=B1*2"
    assert [cell.value for cell in marked["xlnn compare"][2]] == ["Sheet", "Sheet", "B1", 2, 2.5, 0.5]
    assert (a.read_bytes(), b.read_bytes()) == before
    assert run(a, b, "--report", tmp_path / "diff.xlsx")[0] == 1  # its own report it may replace
    assert run(a, b, "--report", b)[0] == 6


def test_library_gives_a_dataframe(pair):
    table = xlnn.compare(*pair({"A1": 1, "B1": 2.0}, {"A1": 1, "B1": 2.5}))
    assert table.to_dict("records") == [
        {"sheet": "Sheet", "other sheet": "Sheet", "cell": "B1", "a": 2, "b": 2.5, "difference": 0.5}
    ]


def test_merged_and_hidden(tmp_path):
    for name, number in (("a.xlsx", 1), ("b.xlsx", 2)):
        made = openpyxl.Workbook()
        made.active["A1"] = number
        made.active.merge_cells("A1:B2")
        made.create_sheet("hidden").sheet_state = "hidden"
        made["hidden"]["A1"] = number
        made.save(tmp_path / name)
    assert compared(tmp_path / "a.xlsx", tmp_path / "b.xlsx").different == 2
    code, _ = run(tmp_path / "a.xlsx", tmp_path / "b.xlsx", "--report", tmp_path / "diff.xlsx")
    assert code == 1
