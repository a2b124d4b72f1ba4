"""The command line: what it prints and where, its options, help, exit codes, consoles, and what Ctrl-C leaves behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import openpyxl
import pytest
from command import run

import workbooks
import xlnn
from xlnn._version import __version__
from xlnn.book.settings import BY_FIELD
from xlnn.cli import console as terminal
from xlnn.cli.console import default_output, progress_line
from xlnn.cli.main import main
from xlnn.cli.options import SETTINGS
from xlnn.model.examples import SECTIONS
from xlnn.words import LANGUAGES, say

COMMANDS = sorted(main.commands)
NEW = "64 images of 4×3 pixels, network 12-3-2, η 0.2, 50 iterations"


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    return xlnn.new("4-4", tmp_path_factory.mktemp("books") / "book.xlsx")


@pytest.fixture
def folder(tmp_path, monkeypatch, book) -> Path:
    """The working directory, with the book's workbook in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.xlsx").write_bytes(book.read_bytes())
    return tmp_path


# ---- what is printed -----------------------------------------------------------------------------------


def test_the_main_job(folder):
    """The book's section 4-4 from nothing to recognised images; 50 updates bring C_T to 0.236651 and all images right."""
    assert run("new", "4-4", "mine.xlsx") == (0, f"mine.xlsx: {NEW}\n", "")
    line = "50 updates: C_T 20.2553 → 0.236651, 64 of 64 images right. mine-trained.xlsx\n"
    assert run("train", "mine.xlsx") == (0, line, "")
    code, text, message = run("predict", "mine-trained.xlsx", "mine.xlsx")
    assert (code, len(text.splitlines()), message) == (0, 64, "")
    assert re.fullmatch(r"image 64: 0\.[0-9]{6}  0\.[0-9]{6} → 1", text.splitlines()[-1])
    assert [line[-1] for line in text.splitlines()] == [f"{digit:g}" for digit in xlnn.example("4-4").digits]


ONLY_WHERE_USED = {"numpy", "xlsxwriter", "openpyxl", "pandas", "scipy", "sympy", "matplotlib", "sklearn", "dask", "joblib"}


def _loaded(*arguments) -> set[str]:
    """The modules that a command loads, in a process of its own."""
    run_it = "main(sys.argv[1:], standalone_mode=False)"
    code = f"import sys; from xlnn.cli.main import main; {run_it}; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_what_a_command_loads(folder):
    """Help needs no library but click; a workbook of xlnn's own neither what understands formulas nor openpyxl."""
    assert "click" in _loaded("new", "--help")
    assert not ONLY_WHERE_USED & _loaded("--language", "zh", "train", "--help")
    loaded = _loaded("train", "book.xlsx", "-n", "1")
    assert {"numpy", "xlsxwriter"} <= loaded
    assert not {"openpyxl", "pandas", "scipy", "sympy", "matplotlib"} & loaded
    assert not [name for name in loaded if name.startswith(("xlnn.understand", "xlnn.formula"))]


def test_where_new_writes(folder):
    assert run("new", "5-6")[:2] == (0, f"5-6.xlsx: {SECTIONS['5-6']}\n")
    assert run("new", "4-4", "-q") == (0, "", "")
    assert {"5-6.xlsx", "4-4.xlsx"} <= set(os.listdir())


def test_quiet_prints_nothing(folder):
    assert run("train", "book.xlsx", "-n", "1", "--quiet") == (0, "", "")
    assert (folder / "book-trained.xlsx").exists()


def test_without_judgement_there_are_no_images_right(folder, book):
    workbooks.edit(book, folder / "book.xlsx", {("Settings", workbooks.setting(book, "judge answers")): "no"})
    code, text, _ = run("train", "book.xlsx", "-n", "2")
    assert code == 0
    assert re.fullmatch(r"2 updates: C_T 20\.2553 → [0-9.]+\. book-trained\.xlsx\n", text)


def test_show(folder):
    code, text, message = run("show", "book.xlsx")
    lines = text.splitlines()
    assert (code, message) == (0, "")
    assert lines[0] == "Network 12-3-2: 47 parameters, 64 images."
    assert "  learning rate η: 0.2" in lines
    first = lines.index(next(line for line in lines if line.startswith("1     2 ")))
    image = ["".join("#" if pixel else "." for pixel in row) for row in xlnn.example("4-4").x[0]]
    assert [line[:3] for line in lines[first + 1 : first + 5]] == image
    assert lines[first + 5].startswith("=0    =0")
    assert "  w2     Start!D5:F8, next unit 4 down" in lines
    assert "  x      Data!K5:M8, next image 4 right" in lines
    assert not any(line.startswith("Note:") for line in lines)


def test_show_warns_of_few_images(folder):
    """The book (2-12) advises more images than parameters: 20 for 47 are few."""
    workbooks.authors_35(folder / "few.xlsx", images=20, formulas=False)
    text = run("show", "few.xlsx", "--language", "en")[1]
    assert text.splitlines()[-1] == (
        "Note: 20 images are fewer than the 47 parameters; the book advises more images than parameters (2-12)."
    )
    assert "  recognised: the authors' arrangement of 3-5" in text.splitlines()


def test_gradcheck(folder):
    assert run("gradcheck", "book.xlsx")[0] == 0
    code, text, message = run("gradcheck", "book.xlsx", "--tolerance", "1e-30")
    assert (code, message) == (1, "")
    assert text.splitlines()[-1] == "Gradients differ by more than 1e-30."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language(language, folder):
    """Chosen with --language; afterwards the workbook has it."""
    code, text, _ = run("new", "4-4", "mine.xlsx", "--language", language)
    assert (code, text) == (0, say("{where}: {text}", language, where="mine.xlsx", text=say(NEW, language)) + "\n")
    code, text, _ = run("train", "mine.xlsx", "-n", "0")
    updates = say("{updates} updates: C_T {before} → {after}", language, updates=0, before="20.2553", after="20.2553")
    assert code == 0
    assert text.startswith(updates)
    assert text.endswith("mine-trained.xlsx\n")
    assert re.search("33.*64|64.*33", text)  # images right before training


# ---- names of results ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("book.xlsx", "book-trained.xlsx"),
        ("book-trained.xlsx", "book-trained-2.xlsx"),
        ("book-trained-2.xlsx", "book-trained-3.xlsx"),
        ("book-trained-9.xlsx", "book-trained-10.xlsx"),
        ("pre-trained-notes.xlsx", "pre-trained-notes-trained.xlsx"),
        ("trained.xlsx", "trained-trained.xlsx"),
        ("book-trained-x.xlsx", "book-trained-x-trained.xlsx"),
        ("学习.xlsm", "学习-trained.xlsx"),
        ("my.book.xlsx", "my.book-trained.xlsx"),
    ],
)
def test_the_default_name(name, expected):
    assert default_output(Path("folder") / name) == Path("folder") / expected


def test_the_result_lies_beside_the_workbook(folder):
    (folder / "a").mkdir()
    os.rename("book.xlsx", "a/book.xlsx")
    assert run("train", "a/book.xlsx", "-n", "1", "-q")[0] == 0
    assert set(workbooks.files(folder)) == {"a/book.xlsx", "a/book-trained.xlsx"}
    assert run("train", "a/book.xlsx", "-n", "1", "-q", "-o", "here.xlsx")[0] == 0
    assert (folder / "here.xlsx").exists()


def test_a_result_is_replaced(folder):
    """One that xlnn wrote, without a question; the second training has its say."""
    for updates in ("1", "2"):
        assert run("train", "book.xlsx", "-n", updates, "-q")[0] == 0
    assert "Iteration 2" in openpyxl.load_workbook("book-trained.xlsx").sheetnames


def test_force(folder):
    workbooks.save(folder / "marks.xlsx", {"Marks": {"A1": 1}})
    assert run("train", "book.xlsx", "-n", "1", "-o", "marks.xlsx", "--force")[0] == 0
    assert "Iteration 1" in openpyxl.load_workbook("marks.xlsx").sheetnames


# ---- options -------------------------------------------------------------------------------------------

VALUES = {
    "eta": "0.1", "cost": "cross-entropy", "total": "mean", "batch": "16", "order": "shuffled", "update": "output first",
    "freeze_biases": "yes", "decay": "0.01", "decay_in": "gradient", "decay_biases": "yes", "seed": "7",
    "start": "N(0, 1/inputs)", "ties": "all", "layout": "table",
}  # fmt: skip


@pytest.mark.parametrize(("option", "field"), [(option, field) for option, field, _ in SETTINGS])
def test_options_override_settings(option, field, folder):
    """What was chosen stands in sheet Settings of the result."""
    assert run("train", "book.xlsx", "-n", "1", "-q", option, VALUES[field])[0] == 0
    sheet = openpyxl.load_workbook("book-trained.xlsx")["Settings"]
    found = {row[0].value: row[1].value for row in sheet.iter_rows(max_col=2)}
    assert str(found[BY_FIELD[field].name]) == VALUES[field]
    assert found["iterations"] == 1


def test_every_setting_that_matters_has_an_option():
    """Not those that belong to the workbook: its classes, its pixels, whether answers are judged, its language."""
    assert {field for _, field, _ in SETTINGS} == set(BY_FIELD) - {
        "iterations", "classes", "judged", "language", "pixels", "blank",
    }  # fmt: skip
    assert set(VALUES) == {field for _, field, _ in SETTINGS}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--eta", "fast"], "learning rate η: expected a number, found 'fast'."),
        (["--eta", "-1"], "the learning rate η must be a number above 0, not -1."),
        (["--eta", "inf"], "learning rate η: expected a number, found 'inf'."),
        (["-n", "many"], "iterations: expected a whole number, found 'many'."),
        (["-n", "-1"], "iterations must be 0 or more, not -1."),
        (["--cost", "rmse"], "cost: expected half squares / squares / "
            "cross-entropy / perceptron / softmax cross-entropy / MSE, found 'rmse'."),
        (["--cost", "softmax cross-entropy"],
         "the cost 'softmax cross-entropy' is for softmax outputs: with sigmoid its δ is not a − t."),
        (["--ties", "last"], "pooling ties: expected first / all, found 'last'."),
        (["--layout", "grid"], "layout: expected book / table, found 'grid'."),
        (["--keep", "some"], "cannot keep 'some': write all, every:10, first,last, none or numbers from 1 to 50 like 1,2,50."),
        (["--keep", "51"], "cannot keep '51': write all, every:10, first,last, none or numbers from 1 to 50 like 1,2,50."),
        (["--detail", "some"], "unknown detail 'some'; known: all, units, totals."),
        (["--cells", "text"], "unknown cells 'text'; known: values, formulas."),
        (["--detail", "totals", "--cells", "formulas"],
         "--detail totals leaves out what the formulas would refer to; use --detail units, or --cells values."),
    ],
)  # fmt: skip
def test_values_that_no_option_has(arguments, expected, folder):
    before = workbooks.files(folder)
    assert run("train", "book.xlsx", *arguments) == (2, "", f"xlnn: error: {expected}\n")
    assert workbooks.files(folder) == before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["frobnicate"], "No such command 'frobnicate'."),
        (["train"], "Missing argument 'WORKBOOK'."),
        (["train", "book.xlsx", "--epochs", "5"], "No such option: --epochs. It is called --iterations here."),
        (["train", "a.xlsx", "b.xlsx"], "Got unexpected extra argument (b.xlsx)"),
        (["train", "book.xlsx", "--language", "de"], "Invalid value for '--language': 'de' is not one of 'en', 'zh', 'ja'."),
        (["new"], "Missing argument 'SECTION'."),
        (["train", "book.xlsx", "-n"], "Option '-n' requires an argument."),
        (["train", "book.xlsx", "two\nlines"], r"Got unexpected extra argument (two\nlines)"),
        (["landscape", "book.xlsx"], "Missing option '--over'."),
        (["--language", "en"], "Missing command."),
    ],
)
def test_usage_errors(arguments, expected, folder):
    """click's own: exit code 2, one line as every other error, and where help is to be found."""
    code, text, message = run(*arguments)
    assert (code, text) == (2, "")
    assert message.startswith(f"xlnn: error: {expected.rstrip('.')}.")
    assert re.fullmatch(r".* See `\S+( \w+)? --help`\.\n", message)


@pytest.mark.parametrize("language", ["zh", "ja"])
@pytest.mark.parametrize(
    "arguments", [["train"], ["trian"], ["--language"], ["train", "b.xlsx", "--iteratons", "3"], ["check", "b.xlsx", "--digits"]]
)
def test_usage_errors_are_one_line_in_every_language(arguments, language):
    code, text, message = run("--language", language, *arguments) if arguments[0] != "--language" else run("--language", language)
    assert (code, text, message.count("\n")) == (2, "", 1)
    assert message.startswith({"zh": "xlnn：错误：", "ja": "xlnn：エラー："}[language])
    assert not re.search("[Oo]ption|argument|Did you|See", message)


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["trian"], "train"),
        (["chek"], "check"),
        (["landscapes"], "landscape"),
        (["train", "book.xlsx", "--iteratons", "3"], "--iterations"),
        (["train", "book.xlsx", "--eat", "0.1"], "--eta"),
        (["train", "book.xlsx", "--add"], "--add-missing"),  # how it begins
        (["new", "own", "mine.xlsx", "--layer", "4-3"], "--layers"),
        (["train", "book.xlsx", "--foo"], ""),  # --force and --total begin and end like it
        (["gradcheck", "book.xlsx", "--eta", "1"], ""),
        (["plot", "book.xlsx", "--eta", "1"], ""),
        (["learn"], ""),
        (["zzz"], ""),
    ],
)
def test_only_names_that_are_near_are_suggested(arguments, meant):
    code, text, message = run(*arguments)
    assert (code, text) == (2, "")
    assert re.findall(r"Did you mean (.*)\?", message) == ([meant] if meant else [])


def test_no_command_at_all_is_help():
    code, text, message = run()
    assert code == 2
    assert (text + message).startswith("Usage: ")


def test_an_unknown_section(folder):
    parts = [*(f"1-{i}" for i in range(1, 6)), "2", *(f"2-{i}" for i in range(1, 13)), "3-1", "3-4", "4-2", "4-3", "4-4"]
    known = ", ".join([*parts, "5-1", "5-2", "5-6", "logistic", "nielsen", "own"])
    assert run("new", "9-9") == (2, "", f"xlnn: error: there is no section '9-9'; known: {known}.\n")


# ---- help ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command):
    code, text, _ = run(command, "--help")
    assert code == 0
    assert run(command, "-h")[1] == text
    assert re.search(rf"^ +Example: xlnn {command} \S+", text, re.MULTILINE)
    assert main.commands[command].get_short_help_str(200)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_says_what_it_does(command):
    options = [found for found in main.commands[command].params if isinstance(found, click.Option)]
    assert all(option.help for option in options)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_can_be_typed(command):
    """Every option that the help's examples use exists."""
    known = {name for parameter in main.commands[command].params for name in parameter.opts}
    examples = re.findall(rf"xlnn {command} (.*)", main.commands[command].help)
    assert examples
    used = {word for example in examples for word in example.split() if re.match(r"-{1,2}[a-z]", word)}
    assert used <= known


def test_the_list_of_commands():
    code, text, _ = run("--help")
    assert code == 0
    assert all(re.search(rf"^  {command} ", text, re.MULTILINE) for command in COMMANDS)
    listed = re.findall(r"^  ([a-z]+)  ", text, re.MULTILINE)
    assert [name for name in listed if name in ("new", "show", "train", "predict")] == ["new", "show", "train", "predict"]


def test_version():
    assert run("--version") == (0, f"xlnn, version {__version__}\n", "")


# ---- progress, Ctrl-C ----------------------------------------------------------------------------------


class Terminal:
    """An error stream that says it is a terminal, and a clock that goes half a second on at every look."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr(terminal.sys, "stderr", self)
        monkeypatch.setattr(terminal.time, "monotonic", self.tick)

    def isatty(self) -> bool:
        return True

    def tick(self) -> float:
        self.now += 0.5
        return self.now


def test_progress_on_a_terminal(monkeypatch):
    """After the first second, on one line."""
    Terminal(monkeypatch)
    shown: list[str] = []
    monkeypatch.setattr(terminal.click, "echo", lambda text, err, nl: shown.append(text))
    progress = progress_line("en")
    for done in range(1, 5):
        progress(done, 4)
    assert shown == ["\riteration 2 of 4", "\riteration 3 of 4", "\riteration 4 of 4\n"]


def test_no_progress_on_a_pipe(folder):
    assert progress_line("en") is None
    assert run("train", "book.xlsx", "-n", "3")[2] == ""


@pytest.mark.parametrize("moment", ["while reading", "while training", "while writing"])
def test_ctrl_c(moment, folder, monkeypatch):
    """Nothing half written, the result of before as it was, exit code 130."""
    run("train", "book.xlsx", "-n", "1", "-q")
    before = workbooks.files(folder)

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    called = {
        "while reading": "xlnn.book.reader.gather",
        "while training": "xlnn.book.writer.Step.new_parameters",
        "while writing": "xlnn.book.writer.OutputBook.close",
    }[moment]
    monkeypatch.setattr(called, interrupted)
    assert run("train", "book.xlsx", "-n", "3") == (130, "", "xlnn: interrupted; nothing was written.\n")
    assert workbooks.files(folder) == before


# ---- consoles ------------------------------------------------------------------------------------------


def console(encoding: str, *arguments: str, cwd: Path) -> tuple[int, str, str]:
    """`python -m xlnn` with a console of this encoding."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-m", "xlnn", *arguments], capture_output=True, cwd=cwd, env=environment, check=False)
    return done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "cp932", "gbk", "utf-8"])
def test_a_console_that_lacks_characters(encoding, folder):
    """A plain character stands for one that is not there; nothing crashes, and nothing is lost but its looks."""
    code, text, message = console(encoding, "--help", cwd=folder)
    assert (code, message) == (0, "")
    assert "Train the neural networks of" in text
    code, text, message = console(encoding, "train", "book.xlsx", "-n", "1", cwd=folder)
    arrow = "->" if encoding == "cp1252" else "→"
    assert (code, message) == (0, "")
    assert text.strip() == f"1 update: C_T 20.2553 {arrow} 14.4283, 48 of 64 images right. book-trained.xlsx"
    workbooks.authors_35(folder / "习.xlsx", "学习", images=2, formulas=False, panel=(1, 0))
    code, text, message = console(encoding, "show", "习.xlsx", "--language", "en", cwd=folder)
    assert (code, text) == (4, "")
    assert message.startswith("xlnn: error: ")
    assert "this is nearly the authors' arrangement of 3-5" in message
    assert ("?" in message.splitlines()[0]) == (encoding in ("cp1252", "cp932"))


def test_an_error_goes_to_the_error_stream(folder):
    """`python -m xlnn` is `xlnn`, with the same exit codes."""
    code, text, message = console("utf-8", "train", "nope.xlsx", cwd=folder)
    assert (code, text) == (3, "")
    assert message.strip() == f"xlnn: error: nope.xlsx: there is no such file; looked in {folder}."
    code, text, message = console("utf-8", "--version", cwd=folder)
    assert (code, text.strip(), message) == (0, f"xlnn, version {__version__}", "")
