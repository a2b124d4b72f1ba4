"""What is mistyped is recognised: names of files and options, decimal commas; what does nothing is not offered."""

import re
import subprocess
import sys

import pytest
from command import run

import workbooks
import xlnn


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("helpful")
    xlnn.new("4-4", folder / "book.xlsx")
    xlnn.write(xlnn.example("4-4").with_settings(iterations=1), folder / "Book-trained.xlsx")
    return folder


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("bok.xlsx", "book.xlsx"), ("book", "book.xlsx"), ("book.xls", "book.xlsx"), ("BOOK-TRAIND.XLSX", "Book-trained.xlsx")],
)
@pytest.mark.parametrize("command", ["train", "show", "check", "predict"])
def test_a_file_with_another_name(folder, command, typed, meant):
    code, _, err = run(command, folder / typed)
    assert code == 3
    assert err.endswith(f"there is no such file; looked in {folder}. Did you mean '{folder / meant}'?\n")


def test_a_file_with_no_name_like_it(folder):
    assert "Did you mean" not in run("train", folder / "weather.xlsx")[2]
    (folder / "~$books.xlsx").write_bytes(b"")  # Excel's lock of an open workbook is none
    assert "books" not in run("train", folder / "~$bookx.xlsx")[2].partition("Did you mean")[2]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("--lr", "--eta"), ("--learning-rate", "--eta"), ("--alpha", "--eta"), ("--epochs", "--iterations"),
     ("--batch-size", "--batch"), ("--loss", "--cost"), ("--out", "--output"), ("--lr=0.3", "--eta")],
)  # fmt: skip
def test_an_option_that_has_another_name_here(folder, typed, name):
    code, _, err = run("train", folder / "book.xlsx", *typed.split("="), *(() if "=" in typed else ("3",)))
    assert code == 2
    assert f"No such option: {typed.split('=')[0]}. It is called {name} here." in err
    assert ("an epoch is as many updates" in err) == (name == "--iterations")


def test_a_near_option_keeps_its_hint(folder):
    assert "--iterations" in run("train", folder / "book.xlsx", "--iteratons", "3")[2]


@pytest.mark.parametrize("arguments", [("--eta", "0,3"), ("--eta", "1,5e-1")])
def test_a_decimal_comma(folder, arguments):
    code, _, err = run("train", folder / "book.xlsx", *arguments)
    assert code == 2
    assert "decimal comma? Write a point" in err
    assert "comma" not in run("train", folder / "book.xlsx", "--eta", "fast")[2]


def test_a_decimal_comma_on_sheet_settings(folder, tmp_path):
    path = workbooks.edit(folder / "book.xlsx", tmp_path / "comma.xlsx", {("Settings", "B2"): "0,3"})
    code, _, err = run("train", path)
    assert code == 4
    assert "'Settings'!B2: learning rate η: expected a number, found '0,3' (decimal comma? Write a point)." in err


def test_a_batch_larger_than_the_images(folder, tmp_path):
    said = "the batch size is 100, but there are only 64 images; `all` takes all of them.\n"
    assert run("train", folder / "book.xlsx", "--batch", "100") == (2, "", f"xlnn: error: {said}")
    cell = workbooks.setting(folder / "book.xlsx", "batch size")
    path = workbooks.edit(folder / "book.xlsx", tmp_path / "batch.xlsx", {("Settings", cell): 100})
    assert run("train", path) == (4, "", f"xlnn: error: batch.xlsx › 'Settings'!{cell}: {said}")
    assert run("train", folder / "book.xlsx", "--batch", "64", "-n", "1", "-o", tmp_path / "t.xlsx")[0] == 0


def test_an_empty_sheet_test(folder, tmp_path):
    note = "xlnn: note: nothing is drawn on sheet Test: type numbers into its yellow cells, save, and try again."
    assert run("predict", folder / "Book-trained.xlsx")[2].startswith(note)
    drawn = workbooks.edit(folder / "Book-trained.xlsx", tmp_path / "drawn.xlsx", {("Test", "M6"): 1})
    assert run("predict", drawn)[2] == ""


# ---- help ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["train", "check", "show", "compare", "predict", "solve", "sweep", "plot", "gradcheck"])
def test_limits_stand_under_their_own_heading(command):
    code, out, _ = run(command, "--help")
    options, limits = out.split("Limits of what is read:")
    assert code == 0
    assert "--max-" not in options
    assert re.findall("--[a-z-]+", limits) == ["--max-size", "--max-ratio", "--max-parts", "--max-depth"]


@pytest.mark.parametrize(
    ("command", "absent", "present"),
    [("check", ("--seed", "--start", "--iterations", "--layout"), ("--eta", "--cost", "--batch")),
     ("gradcheck", ("--eta", "--iterations", "--update"), ("--cost", "--seed"))],
)  # fmt: skip
def test_options_that_do_nothing_are_not_offered(folder, command, absent, present):
    out = run(command, "--help")[1]
    assert not [option for option in absent if re.search(rf"{option}\b", out)]
    assert not [option for option in present if not re.search(rf"{option}\b", out)]
    code, _, err = run(command, folder / "book.xlsx", absent[0], "1")
    assert (code, f"No such option '{absent[0]}'" in err) == (2, True)


# ---- one cause, one line ---------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "show", "train", "predict", "gradcheck"])
def test_formulas_that_were_never_calculated_are_one_line(folder, tmp_path, command):
    """A sheet that a program without results has saved: openpyxl keeps formulas and drops what they gave."""
    xlnn.write(xlnn.example("4-4").with_settings(iterations=1), tmp_path / "live.xlsx", cells="formulas")
    path = workbooks.edit(tmp_path / "live.xlsx", tmp_path / "uncalculated.xlsx", {})
    code, _, err = run(command, path)
    (line,) = err.splitlines()
    assert code == 4
    assert re.search(r"found \d+ formulas without a stored result, the first of them here", line)


def test_a_missing_sheet_names_the_nearest(tmp_path):
    xlnn.write(xlnn.example("4-4").with_settings(iterations=60), tmp_path / "many.xlsx", detail="totals")
    code, _, err = run("compare", tmp_path / "many.xlsx", tmp_path / "many.xlsx", "--sheet", "Iteraton 17=Iteration 17")
    assert code == 2
    assert "many.xlsx has 'Iteration 17'" in err
    assert len(err) < 400  # not all 67


@pytest.mark.parametrize(("shell", "says"), [("bash", "complete"), ("zsh", "compdef"), ("fish", "complete")])
def test_completion_as_readme_has_it(shell, says):
    process = subprocess.run(
        [sys.executable, "-c", "from xlnn.cli.main import main; main(prog_name='xlnn')"], check=False,
        capture_output=True, text=True, timeout=60, env={"_XLNN_COMPLETE": f"{shell}_source", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert says in process.stdout, process.stderr
