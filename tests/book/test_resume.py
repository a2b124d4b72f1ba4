"""A training that stops and goes on: the same bits as one that never stopped, and what Ctrl-C leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import office
import openpyxl
import pytest
from command import run
from problems import dense, random_problem, stack

import workbooks
import xlnn
from xlnn.cli.options import SETTINGS
from xlnn.model.training import Step
from xlnn.xlsx.saving import TEMPORARY

SMALL = {"keep": "none", "detail": "totals"}  # quickly written


def stop(updates: int):
    """A `progress` that presses Ctrl-C, as it were, after so many updates."""

    def progress(done: int, _) -> None:
        if done == updates:
            raise KeyboardInterrupt

    return progress


def stopped(problem: xlnn.Problem, path: Path, updates: int, **options) -> Path:
    """The unfinished workbook of a training that was stopped."""
    with pytest.raises(xlnn.Stopped) as caught:
        xlnn.write(problem, path, progress=stop(updates), **options)
    assert (caught.value.result.path, caught.value.result.updates) == (path, updates)
    assert caught.value.planned == problem.settings.iterations
    return path


def cells(path: Path, *sheets: str) -> dict[str, list]:
    """What stands on sheets (by default on all); a float as its 17 digits, so that equal means the same bits."""
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    exact = lambda value: repr(value) if isinstance(value, float) else value
    return {
        name: [[exact(value) for value in row] for row in book[name].iter_rows(values_only=True)]
        for name in sheets or book.sheetnames
    }


def end(path: Path) -> tuple[list, list]:
    """Trained and the lines of Summary, without its links: all that a training comes to."""
    found = cells(path, "Trained", "Summary")
    return found["Trained"], [[*row[:4], *row[5:7]] for row in found["Summary"][7:]]


def conventions(path: Path) -> dict[str, str]:
    rows = openpyxl.load_workbook(path)["Conventions"].iter_rows(min_row=3, max_col=2, values_only=True)
    return {topic: text for topic, text in rows if topic}


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    return xlnn.new("4-4", tmp_path_factory.mktemp("books") / "book.xlsx")


@pytest.fixture
def folder(tmp_path, monkeypatch, book) -> Path:
    """The working directory, with the book's workbook, and its training stopped after 20 of 50 updates: out.xlsx."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.xlsx").write_bytes(book.read_bytes())
    stopped(xlnn.read("book.xlsx"), Path("out.xlsx"), 20, **SMALL)
    return tmp_path


# ---- the same bits -------------------------------------------------------------------------------------


def held_out(**settings) -> xlnn.Problem:
    """12 images in shuffled batches of 5, and 4 that are only tried; softmax, sheets in the layout table."""
    network = dense((4, 4), (5, "tanh"), (3, "softmax"), cost="softmax cross-entropy", classes=(0.0, 1.0, 2.0))
    problem = random_problem(network, 16, batch=5, order="shuffled", layout="table", seed=7, **settings)
    others = replace(problem, x=problem.x[12:], digits=problem.digits[12:])
    return replace(problem, x=problem.x[:12], digits=problem.digits[:12], held_out=others)


def in_batches(**settings) -> xlnn.Problem:
    """4-4 with seven updates in an epoch; the last one has four images."""
    return xlnn.example("4-4").with_settings(batch=10, order="shuffled", seed=3, **settings)


def frozen() -> xlnn.Problem:
    problem = xlnn.example("4-4").with_settings(iterations=12)
    return replace(problem, network=replace(problem.network, freeze_biases=True, update="output first", total="mean"))


@pytest.mark.parametrize(
    ("problem", "updates"),
    [
        pytest.param(lambda: xlnn.example("4-4"), range(1, 50), id="4-4"),
        pytest.param(lambda: in_batches(iterations=16), range(1, 16), id="shuffled batches"),
        pytest.param(lambda: xlnn.example("5-6").with_settings(iterations=12), (1, 6, 11), id="5-6"),
        pytest.param(frozen, (1, 6, 11), id="frozen biases"),
        pytest.param(lambda: held_out(iterations=11), range(1, 11), id="held-out images"),
        pytest.param(lambda: random_problem(stack(), 5, iterations=6, batch=2), range(1, 6), id="two convolutions"),
    ],
)
def test_every_moment_to_stop_gives_the_same_bits(problem, updates, tmp_path):
    """Trained and Summary, read from the files, for each number of updates after which the training was stopped."""
    problem = problem()
    xlnn.write(problem, tmp_path / "whole.xlsx", **SMALL)
    expected = end(tmp_path / "whole.xlsx")
    for done in updates:
        rest = xlnn.resume(stopped(problem, tmp_path / "part.xlsx", done, **SMALL))
        assert rest.done == done
        assert rest.origin.earlier.notes == ()
        xlnn.write(rest, tmp_path / "rest.xlsx")
        assert end(tmp_path / "rest.xlsx") == expected, done


@pytest.mark.parametrize(
    ("section", "options"),
    [
        ("4-4", {}),
        ("4-4", {"cells": "formulas"}),
        ("4-4", {"detail": "units", "keep": "every:2"}),
        ("5-6", {"detail": "totals", "keep": "1, 5"}),
    ],
)
def test_every_sheet_from_there_on_is_the_same(section, options, tmp_path):
    """With the saved copy of the initial parameters, and as many sheets and details as were chosen at first."""
    problem = xlnn.example(section).with_settings(iterations=5)
    xlnn.write(problem, tmp_path / "whole.xlsx", **options)
    stopped(problem, tmp_path / "part.xlsx", 3, **options)
    xlnn.write(xlnn.resume(tmp_path / "part.xlsx"), tmp_path / "rest.xlsx")
    whole, part, rest = (cells(tmp_path / name) for name in ("whole.xlsx", "part.xlsx", "rest.xlsx"))
    iterations = [name for name in whole if name.startswith("Iteration")]
    assert [name for name in part if name in iterations] + [name for name in rest if name in iterations] == iterations
    differ = [name for name in rest if rest[name] != whole[name]]
    assert set(differ) <= {"Summary", "Conventions", "Places"}  # they name the sheets that there are
    assert all(part[name] == whole[name] for name in part if name in iterations)


def test_formulas_go_on_from_a_sheet_with_numbers(tmp_path):
    """The first iteration there has no sheet before it to refer to; from the second on all is live."""
    problem = xlnn.example("4-4").with_settings(iterations=5)
    xlnn.write(xlnn.resume(stopped(problem, tmp_path / "part.xlsx", 2, cells="formulas")), tmp_path / "rest.xlsx")
    sheets = openpyxl.load_workbook(tmp_path / "rest.xlsx")
    assert isinstance(sheets["Iteration 3"]["D5"].value, float)
    assert sheets["Iteration 4"]["D5"].value.startswith("='Iteration 3'!")
    assert sheets["Trained"]["D5"].value.startswith("='Iteration 5'!")
    assert sheets["Trained"]["D38"].value == problem.parameters["w2"][0, 0, 0]  # the saved copy of the initial ones


def test_it_can_be_stopped_again_and_again(tmp_path):
    """Also where the first part was finished, and -n then asks for more; batches end in the middle of an epoch."""
    problem = held_out(iterations=10)
    xlnn.write(problem, tmp_path / "whole.xlsx", **SMALL)
    xlnn.write(problem.with_settings(iterations=2), tmp_path / "a.xlsx", **SMALL)
    xlnn.write(xlnn.resume(tmp_path / "a.xlsx", more=2), tmp_path / "b.xlsx")
    stopped(xlnn.resume(tmp_path / "b.xlsx", more="6"), tmp_path / "c.xlsx", 7)
    rest = xlnn.resume(tmp_path / "c.xlsx")
    assert (rest.done, rest.settings.iterations) == (7, 10)
    xlnn.write(rest, tmp_path / "d.xlsx")
    assert end(tmp_path / "d.xlsx") == end(tmp_path / "whole.xlsx")


def test_the_library_trains_on(tmp_path):
    """`train` yields the iterations that are left."""
    problem = xlnn.example("4-4").with_settings(iterations=8)
    steps = list(xlnn.train(problem))
    rest = list(xlnn.train(xlnn.resume(stopped(problem, tmp_path / "part.xlsx", 5, **SMALL))))
    assert [step.iteration for step in rest] == [6, 7, 8]
    for one, other in zip(steps[5:], rest, strict=True):
        assert one["new_w2"].tobytes() == other["new_w2"].tobytes()


def growing() -> xlnn.Problem:
    """A training that diverges after some updates."""
    return random_problem(dense((3, 3), (3, "identity"), (2, "identity")), eta=3.0, iterations=30)


def test_a_training_that_diverges_later(tmp_path):
    for name, problem in (("whole", growing()), ("rest", None)):
        if problem is None:
            problem = xlnn.resume(stopped(growing(), tmp_path / "part.xlsx", 2, **SMALL))
        with pytest.raises(xlnn.DivergedError) as caught:
            xlnn.write(problem, tmp_path / f"{name}.xlsx", **SMALL)
        assert 3 < caught.value.fields["iteration"] < 30
    assert end(tmp_path / "rest.xlsx") == end(tmp_path / "whole.xlsx")
    assert conventions(tmp_path / "rest.xlsx")["diverged"] == conventions(tmp_path / "whole.xlsx")["diverged"]
    with pytest.raises(xlnn.DivergedError) as again:  # it has nowhere to go
        xlnn.write(xlnn.resume(tmp_path / "rest.xlsx"), tmp_path / "again.xlsx")
    told = [str(error.value).partition(" Iterations before")[0] for error in (again, caught)]
    assert told[0] == told[1]
    assert end(tmp_path / "again.xlsx") == end(tmp_path / "whole.xlsx")


def test_the_authors_workbook(tmp_path):
    """An input without Settings, and with formulas."""
    workbooks.authors_35(tmp_path / "formulas.xlsx", formulas=False)
    problem = xlnn.read(tmp_path / "formulas.xlsx", iterations=6)
    xlnn.write(problem, tmp_path / "whole.xlsx")
    xlnn.write(xlnn.resume(stopped(problem, tmp_path / "part.xlsx", 4)), tmp_path / "rest.xlsx")
    assert cells(tmp_path / "rest.xlsx", "Iteration 6", "Trained") == cells(tmp_path / "whole.xlsx", "Iteration 6", "Trained")


def test_drawn_parameters_and_the_input_are_remembered(tmp_path):
    xlnn.new("4-4", tmp_path / "book.xlsx")
    clear = {("Start", f"{column}{row}"): None for column in "DEFG" for row in range(5, 19)}
    drawn = workbooks.edit(tmp_path / "book.xlsx", tmp_path / "drawn.xlsx", clear)
    stopped(xlnn.read(drawn, seed=4), tmp_path / "part.xlsx", 2, **SMALL)
    xlnn.write(xlnn.resume(tmp_path / "part.xlsx", more=1), tmp_path / "rest.xlsx")
    before, after = conventions(tmp_path / "part.xlsx"), conventions(tmp_path / "rest.xlsx")
    assert before["start"] == after["start"] == "w², b², w³, b³ drawn from N(0, 1) with seed 4"
    assert before["input"] == after["input"]
    assert after["resumed"].startswith("went on after 2 updates from part.xlsx, SHA-256 ")


# ---- the same bytes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", ["4-4", "5-6"])
def test_the_same_bytes_with_one_and_two_threads(section, tmp_path):
    """And twice: three runs in processes of their own, for the number of BLAS threads is read when NumPy is loaded."""
    source = xlnn.new(section, tmp_path / "book.xlsx")
    found = []
    for number, threads in enumerate(("1", "2", "2")):
        target = tmp_path / str(number) / "out.xlsx"
        target.parent.mkdir()
        names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        command = [sys.executable, "-m", "xlnn", "train", source, "-q", "-n", "10", "-o", target]
        subprocess.run(command, check=True, env={**os.environ, **dict.fromkeys(names, threads)})
        found.append(target.read_bytes())
    assert found[0] == found[1] == found[2]


# ---- Ctrl-C --------------------------------------------------------------------------------------------


def test_what_is_there_is_written_as_a_whole_workbook(tmp_path):
    """Iterations 1 to 7 of 50, the parameters after 7 updates, and Summary and Conventions say that it is unfinished."""
    problem = xlnn.example("4-4")
    stopped(problem, tmp_path / "out.xlsx", 7)
    xlnn.write(problem.with_settings(iterations=7), tmp_path / "seven.xlsx")
    out, seven = cells(tmp_path / "out.xlsx"), cells(tmp_path / "seven.xlsx")
    assert list(out) == list(seven)
    assert {name for name in out if out[name] != seven[name]} == {"Summary", "Conventions", "Settings"}
    assert out["Summary"][7:] == seven["Summary"][7:]
    line = "Unfinished: stopped after 7 of 50 updates. `xlnn train --resume` goes on with this workbook."
    assert out["Summary"][1][0] == line
    told = conventions(tmp_path / "out.xlsx")
    assert (told["unfinished"], told["updates"]) == (line, "7 / 50")
    assert "unfinished" not in conventions(tmp_path / "seven.xlsx")


def test_before_the_first_update_nothing_is_written(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Step, "new_parameters", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        xlnn.write(xlnn.example("4-4"), tmp_path / "out.xlsx")
    assert not isinstance(caught.value, xlnn.Stopped)
    assert workbooks.files(tmp_path) == {}


def test_after_the_last_update_nothing_is_unfinished(tmp_path):
    problem = xlnn.example("4-4").with_settings(iterations=3)
    assert xlnn.write(problem, tmp_path / "out.xlsx", progress=stop(3)).updates == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert "unfinished" not in conventions(tmp_path / "out.xlsx")


def test_ctrl_c_in_the_middle_of_an_iteration(tmp_path):
    """The iteration is finished first. Afterwards Ctrl-C does what it did before."""
    problem, told = xlnn.example("4-4"), []

    def progress(done: int, _) -> None:
        if done == 4:
            signal.raise_signal(signal.SIGINT)
            assert told == []

    with pytest.raises(xlnn.Stopped) as caught:
        xlnn.write(problem, tmp_path / "out.xlsx", progress=progress, stopping=lambda: told.append("stopping"))
    assert caught.value.result.updates == 4
    assert told == ["stopping"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert xlnn.resume(tmp_path / "out.xlsx").done == 4


def test_ctrl_c_again_interrupts_at_once(tmp_path):
    def stopping() -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as caught:
        xlnn.write(xlnn.example("4-4"), tmp_path / "out.xlsx", progress=stop(4), stopping=stopping)
    assert not isinstance(caught.value, xlnn.Stopped)
    assert workbooks.files(tmp_path) == {}


def test_who_handles_ctrl_c_himself_goes_on_doing_so(tmp_path):
    problem, caught = xlnn.example("4-4").with_settings(iterations=3), []
    mine = signal.signal(signal.SIGINT, lambda *_: caught.append("mine"))
    try:
        press = lambda done, _: signal.raise_signal(signal.SIGINT)
        assert xlnn.write(problem, tmp_path / "out.xlsx", progress=press).updates == 3
    finally:
        signal.signal(signal.SIGINT, mine)
    assert caught == ["mine"] * 3


def test_another_thread_writes_without_signals(tmp_path):
    problem = xlnn.example("4-4").with_settings(iterations=3)
    thread = threading.Thread(target=xlnn.write, args=(problem, tmp_path / "out.xlsx"))
    thread.start()
    thread.join()
    assert len(end(tmp_path / "out.xlsx")[1]) == 4


def started(*arguments, cwd: Path) -> subprocess.Popen:
    """xlnn in a process of its own."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    heard = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background process would not hear it
    command = [sys.executable, "-m", "xlnn", *map(str, arguments)]
    return subprocess.Popen(command, cwd=cwd, env=environment, preexec_fn=heard, **pipes)


LONG = ("-n", "1000000", "--keep", "none", "--detail", "totals")


def wait_for_training(process: subprocess.Popen, folder: Path) -> None:
    """Until the training has surely begun: its temporary file is there, and then some updates more."""
    while not any(TEMPORARY.fullmatch(path.name) for path in folder.iterdir()):
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.05)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to all processes of a console")
def test_a_real_ctrl_c_and_going_on(folder):
    """The command in the message goes on; the result is that of one run."""
    process = started("train", "book.xlsx", *LONG, "-o", "long run.xlsx", cwd=folder)
    wait_for_training(process, folder)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=100)
    assert (process.returncode, printed) == (130, "")
    first, second = said.splitlines()
    assert first == "xlnn: stopping; writing the iterations so far. Ctrl-C once more leaves them unwritten."
    done = xlnn.resume("long run.xlsx").done
    assert second == (
        f"xlnn: stopped after {done} of 1000000 updates; long run.xlsx has them. "
        'To go on: xlnn train --resume "long run.xlsx"'
    )  # fmt: skip
    assert sorted(path.name for path in folder.iterdir()) == ["book.xlsx", "long run.xlsx", "out.xlsx"]
    assert run("train", "--resume", "long run.xlsx", "-n", "3", "-o", "rest.xlsx", "-q") == (0, "", "")
    assert run("train", "book.xlsx", "-n", done + 3, *LONG[2:], "-o", "whole.xlsx", "-q") == (0, "", "")
    assert end(Path("rest.xlsx")) == end(Path("whole.xlsx"))


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to all processes of a console")
def test_a_real_ctrl_c_twice(folder):
    """While many sheets are written: what was there before is there after."""
    before = workbooks.files(folder)
    process = started("train", "book.xlsx", "-n", "3000", "--keep", "all", "-o", "out.xlsx", cwd=folder)
    wait_for_training(process, folder)
    process.send_signal(signal.SIGINT)
    assert process.stderr.readline().startswith("xlnn: stopping;")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=100) == ("", "xlnn: interrupted; nothing was written.\n")
    assert process.returncode == 130
    assert workbooks.files(folder) == before


# ---- the command ---------------------------------------------------------------------------------------


def test_the_command(folder):
    """C_T and the images right are those of the book's 4-4 after 50 updates."""
    line = "50 updates: C_T 20.2553 → 0.236651, 64 of 64 images right. out-trained.xlsx\n"
    assert run("train", "--resume", "out.xlsx") == (0, line, "")
    assert run("train", "--resume", "out-trained.xlsx")[2] == (
        "xlnn: error: out-trained.xlsx: after 50 updates none are left; -n says how many more.\n"
    )
    assert run("train", "out-trained.xlsx", "--resume", "-n", "1", "--keep", "all", "-o", "more.xlsx")[0] == 0
    assert "Iteration 51" in cells(Path("more.xlsx"))


def test_options_that_would_change_the_training(folder):
    for option in (*(name for name, _, _ in SETTINGS), "--places"):
        code, printed, said = run("train", "--resume", "out.xlsx", option, "2")
        expected = f"xlnn: error: {option} would change the training; --resume goes on with it as it is.\n"
        assert (code, printed, said) == (2, "", expected)
    assert "--initial would change" in run("train", "--resume", "out.xlsx", "--initial")[2]


def test_neither_the_workbook_nor_its_input_is_overwritten(folder):
    before = workbooks.files(folder)
    for name in ("out.xlsx", "book.xlsx"):
        code, _, said = run("train", "--resume", "out.xlsx", "-o", name, "--force")
        expected = f"xlnn: error: {name}: the output would overwrite the input; choose another name with --output.\n"
        assert (code, said) == (6, expected)
    assert workbooks.files(folder) == before


def test_more_updates_than_summary_has_lines(folder):
    code, _, said = run("train", "--resume", "out.xlsx", "-n", "2000000")
    expected = "2,000,020 updates need more lines than sheet Summary can have; at most 1,048,567 fit."
    assert (code, said) == (5, f"xlnn: error: {expected}\n")
    problem = xlnn.read("book.xlsx").with_settings(batch=32, iterations=3_000_000)
    with pytest.raises(xlnn.LimitError, match="at most 2,097,134 fit"):
        xlnn.write(problem, "new.xlsx", keep="none")


# ---- what has changed since ----------------------------------------------------------------------------


def refused(path: str | Path) -> str:
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.resume(path)
    assert caught.value.exit_code == 4
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("learning rate η", 0.3, "learning rate η was 0.2 when this training began, and is 0.3."),
        ("seed", 1, "seed was 0 when this training began, and is 1."),
        ("batch size", 8, "batch size was all when this training began, and is 8."),
        ("pooling ties", "all", "pooling ties was first when this training began, and is all."),
        ("total cost", None, "total cost was sum when this training began, and is –."),
    ],
)
def test_a_changed_setting_is_named(name, value, said, folder):
    cell = workbooks.setting(folder / "out.xlsx", name)
    workbooks.edit(folder / "out.xlsx", folder / "changed.xlsx", {("Settings", cell): value})
    assert refused("changed.xlsx") == (
        f"changed.xlsx › 'Settings'!{cell}: {said} Set it back to go on; without xlnn.resume a new training begins."
    )


def test_a_changed_network_is_named(folder):
    cell = f"E{workbooks.layer_row(folder / 'out.xlsx', 2)}"
    workbooks.edit(folder / "out.xlsx", folder / "changed.xlsx", {("Settings", cell): "tanh"})
    before, now = (f"1 input 4×3, 2 dense 3 {name}, 3 dense 2 sigmoid" for name in ("sigmoid", "tanh"))
    assert f"layer was {before} when this training began, and is {now}." in refused("changed.xlsx")


def test_the_number_of_iterations_may_change(folder):
    cell = workbooks.setting(folder / "out.xlsx", "iterations")
    workbooks.edit(folder / "out.xlsx", folder / "longer.xlsx", {("Settings", cell): 60})
    assert xlnn.resume("longer.xlsx").settings.iterations == 60


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "what"),
    [
        ("Data", "L5", 0.5, "images"),
        ("Data", "N9", 1, "right answers"),
        ("Trained", "D5", 0.001, "parameters"),
        ("Summary", "B10", 12.0, "Summary"),
    ],
)
def test_changed_numbers_are_named(sheet, cell, value, what, folder):
    found = openpyxl.load_workbook("out.xlsx")[sheet][cell].value
    assert isinstance(found, int | float)
    assert found != value
    workbooks.edit(folder / "out.xlsx", folder / "changed.xlsx", {(sheet, cell): value})
    assert refused("changed.xlsx") == (
        f"changed.xlsx › '{sheet}': {what}: these are not the numbers that the training wrote. "
        "Put them back to go on; without xlnn.resume a new training begins."
    )


def test_lines_of_summary_that_are_gone(folder):
    """The last one, and all of them."""
    for first in (28, 8):
        gone = {("Summary", f"{column}{row}"): None for column in "ABC" for row in range(first, 29)}
        workbooks.edit(folder / "out.xlsx", folder / "changed.xlsx", gone)
        assert "'Summary': Summary: these are not" in refused("changed.xlsx")


def test_the_workbooks_language(folder):
    """Of what is said about it, unless another one is asked for."""
    stopped(xlnn.read("book.xlsx", language="zh"), Path("theirs.xlsx"), 20, **SMALL)
    workbooks.edit(folder / "theirs.xlsx", folder / "changed.xlsx", {("Settings", "B2"): 0.3})
    assert "学习率 η在这次学习开始时为 0.2，现为 0.3。" in run("train", "--resume", "changed.xlsx")[2]
    assert "was 0.2 when" in run("train", "--resume", "changed.xlsx", "--language", "en")[2]
    assert run("train", "--resume", "theirs.xlsx", "-n", "0")[2].startswith("xlnn：错误：theirs.xlsx：已更新 20 次")


def test_a_small_change_of_one_parameter_is_seen(folder):
    """One part in ten million; 15 digits change less than one in 10¹⁴."""
    value = openpyxl.load_workbook("out.xlsx")["Trained"]["D5"].value * (1 + 1e-7)
    workbooks.edit(folder / "out.xlsx", folder / "changed.xlsx", {("Trained", "D5"): value})
    assert "'Trained': parameters: these are not" in refused("changed.xlsx")


def test_a_changed_held_out_image(tmp_path):
    stopped(held_out(iterations=5), tmp_path / "out.xlsx", 3, **SMALL)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Held out"]
    cell = next(c for row in sheet.iter_rows() for c in row if isinstance(c.value, int | float) and c.value in (0.5, 0.25))
    workbooks.edit(tmp_path / "out.xlsx", tmp_path / "changed.xlsx", {("Held out", cell.coordinate): 0.75})
    assert "'Held out': held-out images: these are not" in refused(tmp_path / "changed.xlsx")


def test_a_changed_input(folder):
    workbooks.edit(folder / "book.xlsx", folder / "book.xlsx", {("Settings", "B2"): 0.3})
    assert refused("out.xlsx") == (
        "out.xlsx: book.xlsx has changed since this training began (Conventions has its SHA-256). Train it anew, or move it "
        "to another folder to go on with the images and settings that stand in out.xlsx."
    )
    (folder / "book.xlsx").rename(folder / "other.xlsx")
    assert xlnn.resume("out.xlsx").done == 20


def test_an_input_from_elsewhere_is_not_looked_for(folder):
    """The name of the input comes from a workbook that anybody may have written."""
    rows = openpyxl.load_workbook("out.xlsx")["Conventions"].iter_rows(max_col=1)
    row = next(cell.row for (cell,) in rows if cell.value == "input")
    for text in ("../book.xlsx, SHA-256 0", "/etc/passwd, SHA-256 0", "nonsense", "., SHA-256 0"):
        workbooks.edit(folder / "out.xlsx", folder / "changed.xlsx", {("Conventions", f"B{row}"): text})
        assert xlnn.resume("changed.xlsx").done == 20


@pytest.mark.parametrize("change", ["no result of a training", "no sheet Conventions", "another text", "solved"])
def test_what_is_no_result_of_a_training(change, folder):
    path = folder / "changed.xlsx"
    if change == "no result of a training":
        path = folder / "book.xlsx"
    elif change == "no sheet Conventions":
        workbooks.edit(folder / "out.xlsx", path, change=lambda book: book.remove(book["Conventions"]))
    elif change == "solved":
        xlnn.solve(xlnn.read("book.xlsx"), path, steps=2)
    else:
        rows = openpyxl.load_workbook("out.xlsx")["Conventions"].iter_rows(max_col=1)
        row = next(cell.row for (cell,) in rows if cell.value == "fingerprint")
        workbooks.edit(folder / "out.xlsx", path, {("Conventions", f"B{row}"): "nonsense"})
    assert refused(path).startswith(f"{path.name}: sheet Conventions does not say how far a training came;")


# ---- nearly the same -----------------------------------------------------------------------------------

FEWER = (
    "resaved.xlsx was saved by another program since, which keeps fewer digits: "
    "the numbers go on nearly, not exactly, as in one run."
)


def test_a_file_saved_with_fewer_digits(folder):
    """openpyxl writes 16 digits; 17 are needed. It says so, goes on, and the next workbook says so, too."""
    workbooks.edit(folder / "out.xlsx", folder / "resaved.xlsx")
    code, printed, said = run("train", "--resume", "resaved.xlsx", "-o", "rest.xlsx")
    assert (code, said) == (0, f"xlnn: note: {FEWER}\n")
    assert printed == "50 updates: C_T 20.2553 → 0.236651, 64 of 64 images right. rest.xlsx\n"
    assert conventions(Path("rest.xlsx"))["approximate"] == FEWER
    code, _, said = run("train", "--resume", "rest.xlsx", "-n", "1", "-o", "more.xlsx", "-q")
    assert (code, said) == (0, "")
    assert conventions(Path("more.xlsx"))["approximate"] == FEWER


@office.needs_office
def test_a_file_saved_by_libreoffice(folder):
    """15 digits, live formulas: recalculated there, too."""
    stopped(xlnn.read("book.xlsx"), Path("live.xlsx"), 20, cells="formulas", keep="first,20")
    office.recalculate(Path("live.xlsx"), Path("resaved.xlsx"))
    rest = xlnn.resume("resaved.xlsx")
    assert rest.origin.earlier.notes == (FEWER,)
    assert rest.done == 20
    exact = xlnn.resume("live.xlsx")
    assert exact.origin.earlier.notes == ()
    for name, array in exact.parameters.items():
        np.testing.assert_allclose(rest.parameters[name], array, rtol=1e-13)
        assert (rest.parameters[name] != array).any()


def test_another_version_is_said(folder):
    rows = openpyxl.load_workbook("out.xlsx")["Conventions"].iter_rows(max_col=1)
    row = next(cell.row for (cell,) in rows if cell.value == "versions")
    before, now = "xlnn 0.0.1, NumPy 1.26.4", f"xlnn {xlnn.__version__}, NumPy {np.__version__}"
    workbooks.edit(folder / "out.xlsx", folder / "old.xlsx", {("Conventions", f"B{row}"): before + ", Python 3.11.2"})
    assert xlnn.resume("old.xlsx").origin.earlier.notes[-1] == (
        f"the training began with {before} and goes on with {now}: the last digits may differ from those of one run."
    )


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_every_language(language, folder):
    """What a workbook in one language says is understood, and the rest may be in another."""
    stopped(xlnn.read("book.xlsx", language=language), Path("theirs.xlsx"), 20, **SMALL)
    xlnn.write(xlnn.resume("theirs.xlsx", language="en"), "rest.xlsx")
    assert conventions(Path("rest.xlsx"))["updates"] == "50 / 50"
    assert xlnn.resume("rest.xlsx", more=1).done == 50


def test_a_large_result_says_how_it_is_read_again(folder):
    """50 sheets of 4-4 take more than 1 MiB unpacked: as much as their archive says, rounded up."""
    code, _, said = run("train", "book.xlsx", "--max-size", 1, "-o", "large.xlsx")
    with ZipFile("large.xlsx") as package:
        size = -(-sum(info.file_size for info in package.infolist()) // 2**20)
    assert (code, size > 1) == (0, True)
    option = f"--max-size {size}"
    assert (
        said == f"xlnn: note: whoever reads large.xlsx again must add {option}, so large it is; --keep and --detail write less.\n"
    )
    assert run("show", "large.xlsx", "--max-size", size - 1)[0] == 5
    assert run("show", "large.xlsx", "--max-size", size)[0] == 0
