"""What is too large is refused in one line, before memory is taken: every command runs with a cap on its memory."""

from __future__ import annotations

import subprocess
import sys

import openpyxl
import pytest

import xlnn

resource = pytest.importorskip("resource", reason="a cap on memory is a matter of Unix")
CAP = 2 << 30  # bytes of address space; Python with NumPy and its threads takes a quarter of it
MANY = "1000000000"
DIGITS = "1" + "0" * 5000  # more than Python reads as a number
OVER = ("--over", "w2[1,1,1]", "w2[1,2,2]")
COMMAND = "from xlnn.cli.main import main; main()"


def run(*arguments) -> tuple[int, list[str]]:
    """Exit code and lines on the error stream of a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=120, encoding="utf-8",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (CAP, CAP)),
    )  # fmt: skip
    return done.returncode, done.stderr.splitlines()


@pytest.fixture(scope="module", name="folder")
def _folder(tmp_path_factory):
    """4-4 as it is, trained, and with large numbers on sheet Settings."""
    folder = tmp_path_factory.mktemp("limits")
    xlnn.new("4-4", folder / "b.xlsx")
    xlnn.new("5-6", folder / "c.xlsx")
    xlnn.write(xlnn.read(folder / "b.xlsx", iterations=1), folder / "t.xlsx")
    changed(folder / "b.xlsx", folder / "iterations.xlsx", "iterations", 2, 10**9)
    changed(folder / "b.xlsx", folder / "units.xlsx", "2", 3, 10**9)
    changed(folder / "b.xlsx", folder / "size.xlsx", "1", 4, "999999×999999")
    changed(folder / "c.xlsx", folder / "filters.xlsx", "F", 3, 10**9)
    return folder


def changed(source, target, name: str, column: int, value) -> None:
    """A workbook with another number in the line `name` of sheet Settings."""
    book = openpyxl.load_workbook(source)
    row = next(row for row in book["Settings"].iter_rows() if str(row[0].value) == name)
    row[column - 1].value = value
    book.save(target)


TOO_LARGE = [
    *(("train", "b.xlsx", "-n", MANY, "--keep", keep) for keep in ("all", "none", "last", "every:1", "every:7", f"1,{MANY}")),
    ("train", "b.xlsx", "-n", MANY, "--batch", "1"),
    ("train", "b.xlsx", "-n", "60000000", "--batch", "1", "--keep", "all"),
    ("train", "b.xlsx", "-n", "1e300"),
    ("train", "b.xlsx", "--resume", "-n", MANY),
    *(("train", name) for name in ("iterations.xlsx", "units.xlsx", "size.xlsx", "filters.xlsx")),
    ("sweep", "b.xlsx", "--eta", "0.1:0.5:1000", "--seeds", "0:1000000", "-n", "1"),
    ("sweep", "b.xlsx", "--eta", f"0.1:0.5:{MANY}"),
    ("sweep", "b.xlsx", "--eta", "0.1:0.5:9000"),
    ("sweep", "b.xlsx", "--seeds", f"0:{MANY}"),
    ("sweep", "b.xlsx", "--seeds", "0:2", "-n", MANY),
    ("sweep", "b.xlsx", "--seeds", "0:2", "--set", f"iterations=1,{MANY}"),
    ("sweep", "b.xlsx", "--seeds", "0:2", "--set", f"units 2={MANY}"),
    ("sweep", "b.xlsx", "--seeds", "0:2", "--set", "units 2=" + ",".join(map(str, range(1, 6000)))),
    ("sweep", "c.xlsx", "--seeds", "0:2", "--set", f"units F={MANY}"),
    ("landscape", "b.xlsx", *OVER, "-n", MANY),
    ("landscape", "iterations.xlsx", *OVER),
    ("solve", "b.xlsx", "--steps", MANY),
]  # fmt: skip


def name(arguments) -> str:
    return " ".join(argument[:20] for argument in arguments)


@pytest.mark.parametrize("arguments", TOO_LARGE, ids=name)
def test_what_is_too_large_is_refused_in_a_line(folder, arguments, tmp_path):
    command, workbook, *options = arguments
    workbook = "t.xlsx" if "--resume" in options else workbook
    code, lines = run(command, folder / workbook, *options, "-o", tmp_path / "out.xlsx")
    assert (code, len(lines)) == (5, 1), lines[-3:]
    assert lines[0].startswith("xlnn: error: ")
    assert not list(tmp_path.iterdir())


UNREADABLE = [
    ("train", "b.xlsx", "-n", DIGITS),
    ("train", "b.xlsx", "-n", "2", "--keep", DIGITS),
    ("train", "b.xlsx", "-n", "2", "--keep", f"every:{DIGITS}"),
    ("sweep", "b.xlsx", "--seeds", f"0:{DIGITS}"),
    ("sweep", "b.xlsx", "--seeds", "0:2", "--set", f"units 2={DIGITS}"),
    ("landscape", "b.xlsx", *OVER, "--grid", MANY),
    ("train", "b.xlsx", "-n", "2", "--batch", MANY),
    ("landscape", "b.xlsx", "--over", f"w2[1,1,{DIGITS}]", "w2[1,2,2]"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", UNREADABLE, ids=name)
def test_what_no_number_can_be_is_a_usage_error(folder, arguments, tmp_path):
    command, workbook, *options = arguments
    code, lines = run(command, folder / workbook, *options, "-o", tmp_path / "out.xlsx")
    assert (code, len(lines)) == (2, 1), lines[-3:]


HARMLESS = [
    ("train", "b.xlsx", "-n", "2", "--keep", f"every:{MANY}"),
    ("solve", "iterations.xlsx", "--steps", "2"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", HARMLESS, ids=name)
def test_large_numbers_that_ask_for_nothing_large(folder, arguments, tmp_path):
    """Nothing is kept but the last sheet; a solver has no iterations."""
    command, workbook, *options = arguments
    assert run(command, folder / workbook, *options, "-o", tmp_path / "out.xlsx") == (0, [])


def test_where_memory_ends_it_is_said(monkeypatch, folder):
    """What no limit foresaw."""
    from click.testing import CliRunner

    from xlnn.cli.main import main

    def none(*_, **__):
        raise MemoryError

    monkeypatch.setattr("xlnn.book.reader.read", none)
    result = CliRunner().invoke(main, ["show", str(folder / "b.xlsx")])
    text = "this takes more memory than there is. Try fewer images, units or iterations, or keep fewer of them."
    assert (result.exit_code, result.stderr) == (5, f"xlnn: error: {text}\n")


def test_the_library_counts_before_it_makes():
    problem = xlnn.example("4-4")
    with pytest.raises(xlnn.LimitError, match="the tables of"):
        xlnn.sweep(problem, seeds=range(10**9))
    with pytest.raises(xlnn.LimitError, match="1,000,000,000 updates need more lines"):
        xlnn.write(problem.with_settings(iterations=10**9), "never.xlsx")
