"""What a user gets who asks for little: names of sections, exercises of a size for one hand, a result that opens quickly."""

from __future__ import annotations

import openpyxl
import pytest
from command import run

import xlnn
from xlnn.sections import SAME, sections


@pytest.mark.parametrize(("section", "same"), [("3-5", "4-4"), ("4-1", "4-4"), ("5-4", "5-6")])
def test_sections_that_share_a_workbook(tmp_path, section, same):
    assert run("new", section, tmp_path / "a.xlsx")[0] == 0
    assert run("new", same, tmp_path / "b.xlsx")[0] == 0
    assert (xlnn.read(tmp_path / "a.xlsx").x == xlnn.read(tmp_path / "b.xlsx").x).all()


def test_help_lists_the_sections():
    code, out, _ = run("new", "--help")
    listed = {line.split()[0] for line in out.split("Sections:")[1].splitlines() if line.strip()}
    assert code == 0
    assert {*sections(), *SAME} <= listed


@pytest.mark.parametrize(
    ("step", "empty", "filled", "absent"),
    [
        ("forward", ("O11", "G21", "O30"), ("L5", "D5"), ("O66", "D71", "D87")),
        ("backward", ("O66", "D71", "G71"), ("O11", "G21"), ("D87",)),
        ("update", ("D87", "G87"), ("O11", "O66", "D71"), ()),
    ],
)
def test_the_steps_of_an_exercise(tmp_path, step, empty, filled, absent):
    """Three images: the fourth would be in column AA. An empty cell has a frame, one that is absent has none."""
    assert run("new", "4-4", tmp_path / "e.xlsx", "--exercise", step, "--images", "3")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "e.xlsx")["Iteration 1"]
    assert all(sheet[cell].value is None and sheet[cell].border.left.style for cell in empty)
    assert all(isinstance(sheet[cell].value, int | float) for cell in filled)
    assert all(sheet[cell].value is None and not sheet[cell].border.left.style for cell in absent)
    assert sheet["AA11"].border.left.style is None
    assert ("○" in sheet["A1"].value) == (step == "forward")


def test_what_an_exercise_fills_in_is_right(tmp_path):
    xlnn.exercise("4-4", tmp_path / "e.xlsx", step="update", images=3)
    assert not xlnn.check(tmp_path / "e.xlsx")["cell"].str.contains("O").any()


@pytest.mark.parametrize(("iterations", "sheets"), [(100, 100), (101, 51 + 1 - 1), (300, 101)])
def test_about_a_hundred_sheets_unless_all_are_asked_for(tmp_path, iterations, sheets):
    """101 by every second: 1, 3 … 101 are 51; 300 by every third: 1, 4 … 298 are 100, and the last."""
    xlnn.new("4-4", tmp_path / "b.xlsx")
    code, out, _ = run("train", tmp_path / "b.xlsx", "-n", iterations, "--detail", "totals", "-o", tmp_path / "t.xlsx")
    names = openpyxl.load_workbook(tmp_path / "t.xlsx", read_only=True).sheetnames
    assert code == 0
    assert sum(name.startswith("Iteration ") for name in names) == sheets
    assert ("--keep all" in out) == (iterations > 100)


@pytest.mark.parametrize(("etas", "word"), [("0.05,0.1", "larger"), ("0.2,5", "smaller"), ("0.01,0.2,5", "")])
def test_a_best_rate_on_the_edge(tmp_path, etas, word):
    """C_T of 4-4 after 5 updates falls with η up to 0.2 and does not at 5."""
    xlnn.new("4-4", tmp_path / "b.xlsx")
    _, out, _ = run("sweep", tmp_path / "b.xlsx", "--eta", etas, "-n", "5", "-o", tmp_path / "s.xlsx")
    assert ("that was tried" in out) == bool(word)
    assert word in out
