"""Numbers at the edge of the floats, and beyond it: a right answer or one line, and never a warning of NumPy's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import workbooks
import xlnn

HUGE = ["1E999", "-1E999", "1E308", "1" + "0" * 350, "1.7976931348623157E308"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A training of 4-4, and for every huge number copies with it in z², in a pixel, in η and in a weight."""
    made = tmp_path_factory.mktemp("books")
    problem = xlnn.read(xlnn.new("4-4", made / "book.xlsx"), iterations=1)
    xlnn.write(problem, made / "trained.xlsx")
    return made


def run(*arguments) -> tuple[int, str]:
    """A command in a process of its own, where warnings would reach the user."""
    found = subprocess.run([sys.executable, "-m", "xlnn", *map(str, arguments)], capture_output=True, check=False, timeout=100)
    return found.returncode, found.stderr.decode(errors="replace")


def put(folder: Path, target: Path, book: str, sheet: str, cell: str, number: str) -> Path:
    """A copy with this number written in a cell: its sheet is the one of that position in the workbook."""
    import openpyxl

    position = openpyxl.load_workbook(folder / book, read_only=False).sheetnames.index(sheet) + 1
    part, old = f"xl/worksheets/sheet{position}.xml", f'(<c r="{cell}"[^>]*>)<v>[^<]*</v>'
    return workbooks.patch(folder / book, target, part, old, rf"\g<1><v>{number}</v>")


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize(
    ("command", "book", "sheet", "cell", "codes"),
    [
        ("check", "trained.xlsx", "Iteration 1", "O11", {1}),
        ("compare", "trained.xlsx", "Iteration 1", "O11", {1}),
        ("show", "book.xlsx", "Settings", "B2", {0, 4}),
        ("gradcheck", "book.xlsx", "Data", "K5", {0, 1, 4, 7}),
        ("train", "book.xlsx", "Start", "D5", {0, 4, 7}),
    ],
)
def test_no_warning_reaches_the_user(folder, tmp_path, number, command, book, sheet, cell, codes):
    path = put(folder, tmp_path / "huge.xlsx", book, sheet, cell, number)
    more = [folder / book] if command == "compare" else ["-n", 2] if command == "train" else []
    code, errors = run(command, path, *more)
    assert code in codes, errors
    assert "Warning" not in errors
    assert "Traceback" not in errors


def test_a_landscape_of_huge_width(folder):
    code, errors = run("landscape", folder / "book.xlsx", "--over", "w3[0,1]", "w3[1,2]", "--margin", "1e308", "-n", "2")
    assert "Warning" not in errors
    assert "Traceback" not in errors
    assert code in {0, 2, 4, 7}
