"""Saving over a good file while the process is killed, or while the system refuses: the file is the old or the new one.

A process of its own (this file, run as a program) imports xlnn once and forks a child for every trial.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from itertools import count
from pathlib import Path

import openpyxl
import pytest

import xlnn
from xlnn.errors import SaveError
from xlnn.layout.cells import Cell
from xlnn.xlsx import saving
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.rows import Rows

TRIALS = 100
SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT")
NAME = "out.xlsx"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs fork")


def save(path: Path, title: str) -> None:
    """A small workbook of three sheets."""
    with saving.replacing(path) as temporary:
        file = BookFile(temporary, title)
        for name in ("one", "two", "three"):
            rows: Rows = file.rows()
            for i in range(1, 20):
                rows.number(Cell(i, i), i / 7)
            file.show(file.sheet(name), rows)
        file.close()


# ---- the process that forks ----------------------------------------------------------------------------


def forked(do: Callable[[], None]) -> int:
    """The number of a child that does something and ends: 0, 130 when interrupted, 1 for any other error."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        do()
        code = 0
    except KeyboardInterrupt:
        code = 130
    except SystemExit as ending:
        code = ending.code
    finally:
        os._exit(code)


def ended(child: int, number: int | None = None) -> int:
    """Waits for a child; a signal is sent until it ends, since Python drops an exception where it clears an object away."""
    for tries in count():
        if number and tries % 1000 == 0:  # long enough that none comes while the last one is being told
            os.kill(child, number)
        found, status = os.waitpid(child, os.WNOHANG if number else 0)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    raise AssertionError


def at_a_moment(path: Path, number: int, chance: random.Random, length: float) -> int:
    """Saves again and again, in turn the two versions, until the signal comes."""

    def again() -> None:
        for k in count(1):
            save(path, "old" if k % 2 == 0 else "new")

    child = forked(again)
    time.sleep(chance.uniform(0, 1.5 * length))
    return ended(child, number)


def at_a_line(path: Path, number: int, last: int) -> int:
    """Saves once; the signal comes before line number `last` of saving.py that is run."""

    def traced() -> None:
        os.fsync = lambda file: None  # a killed process takes nothing with it that it has written
        sys.settrace(tracer(lambda lines: lines == last and os.kill(os.getpid(), number)))
        save(path, "new")

    return ended(forked(traced))


def tracer(each: Callable[[int], object]) -> Callable:
    """Calls `each` with how many lines of saving.py were begun, but for what differs from run to run or repeats."""
    lines, repeated = count(1), ("write", "seek", "tell", "flush")

    def line(frame, event, argument):
        if event == "line":
            each(next(lines))
        return line

    def call(frame, event, argument):
        code = frame.f_code
        return line if code.co_filename == saving.__file__ and code.co_name not in repeated else None

    return call


def lines_of_a_save(path: Path) -> int:
    seen = [0]
    sys.settrace(tracer(lambda lines: seen.append(lines)))
    save(path, "new")
    sys.settrace(None)
    return seen[-1]


def trials(folder: Path, how: str, name: str) -> None:
    """Prints a line for each trial: exit code, what the file is, the names beside it, and those after the next start."""
    path, number, chance = folder / NAME, getattr(signal, name), random.Random(f"{how} {name}")
    versions = {}
    for title in ("new", "old"):
        started = time.monotonic()
        save(path, title)
        length = time.monotonic() - started
        versions[path.read_bytes()] = title
    for k in range(1, (lines_of_a_save(path) if how == "lines" else TRIALS) + 1):
        path.write_bytes(next(content for content, title in versions.items() if title == "old"))
        code = at_a_line(path, number, k) if how == "lines" else at_a_moment(path, number, chance, length)
        found, beside = versions.get(path.read_bytes(), "neither"), others(path)
        with suppress(KeyError), saving.replacing(path):
            raise KeyError  # the next start; it ends here
        print(json.dumps([code, found, beside, others(path)]))


def others(path: Path) -> list[str]:
    return sorted(set(os.listdir(path.parent)) - {path.name})


def limited(folder: Path, size: str) -> None:
    """Trains in `folder` where no file may have more than `size` bytes: the system's own error, of every file."""
    import resource

    from xlnn.cli.main import main

    os.chdir(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
    main(["train", "book.xlsx", "-n", "2", "-o", NAME])


# ---- killed ----------------------------------------------------------------------------------------------


def run(*arguments: str, temporary: Path) -> subprocess.CompletedProcess:
    environment = {**os.environ, "TMPDIR": str(temporary), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, env=environment, check=False)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


LONG = [pytest.param(name, "lines", marks=pytest.mark.exhaustive) for name in SIGNALS[1:]]


@pytest.mark.parametrize(("name", "how"), [*((name, "moments") for name in SIGNALS), (SIGNALS[0], "lines"), *LONG])
def test_the_file_is_the_old_one_or_the_new_one(name, how, folder, tmp_path):
    """At 100 random moments, and before every line of saving.py; with nothing beside it after the next start."""
    done = run("trials", str(folder), how, name, temporary=tmp_path)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) >= TRIALS
    versions = {what for _, what, _, _ in found}
    assert versions == {"old", "new"} if how == "lines" else versions <= {"old", "new"}
    assert [after for *_, after in found if after] == []
    # 143: SIGTERM came when its handler was already being taken away; -2: SIGINT came when the child had hardly begun
    assert {code for code, *_ in found} <= {"SIGKILL": {-9}, "SIGTERM": {-15, 143}, "SIGINT": {130, -2}}[name]
    left = [beside for _, _, beside, _ in found if beside]
    if name == "SIGKILL":
        assert left  # else nothing was interrupted
        assert all(len(beside) == 1 and saving.TEMPORARY.fullmatch(beside[0]) for beside in left)
    else:
        assert left == []
    openpyxl.load_workbook(folder / NAME)


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_a_training_that_is_killed(name, folder, tmp_path):
    """The whole command, as soon as it has begun."""
    number = getattr(signal, name)
    xlnn.new("4-4", folder / "book.xlsx")
    xlnn.new("4-4", folder / NAME)
    before = (folder / NAME).read_bytes()
    command = [sys.executable, "-m", "xlnn", "train", "book.xlsx", "-n", "1000000", "--keep", "last", "-o", NAME]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as training:
        while not list(folder.glob(".xlnn-*")):
            assert training.poll() is None
            time.sleep(0.01)
        training.send_signal(number)
        assert training.communicate() == (b"", b"")
    assert training.returncode == -number
    assert (folder / NAME).read_bytes() == before
    assert len(list(folder.iterdir())) == (3 if name == "SIGKILL" else 2)
    xlnn.new("4-4", folder / "next.xlsx")
    assert sorted(path.name for path in folder.iterdir()) == ["book.xlsx", "next.xlsx", NAME]


# ---- refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 100, 60_000])
def test_no_file_may_grow(size, folder, tmp_path):
    """The numbers that wait, or the workbook, cannot be written."""
    xlnn.new("4-4", folder / "book.xlsx")
    xlnn.new("4-4", folder / NAME)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = run("limited", str(folder), str(size), temporary=tmp_path)
    assert done.returncode == 6, done.stderr
    said = os.strerror(errno.EFBIG) if size else "No usable temporary directory found in [^\n]*"
    assert re.fullmatch(f"xlnn: error: {NAME}: the file cannot be written: {said}\\.\n", done.stderr)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


class Calls:
    """Counts the calls that write, and makes one of them fail."""

    def __init__(self, monkeypatch, temporary: Path):
        self.made: list[str] = []
        self.failing, self.error = -1, errno.EIO
        for name in ("open", "fsync", "replace", "rename", "chmod"):
            monkeypatch.setattr(os, name, self.counted(f"os.{name}", getattr(os, name)))
        calls = self

        class Raw(FileIO):
            write = self.counted("write", FileIO.write)

            def close(self):
                already = self.closed
                super().close()
                if not already:
                    calls.step("close")

        monkeypatch.setattr(saving, "FileIO", Raw)
        monkeypatch.setattr(saving, "BUFFER", 512)
        monkeypatch.setattr(saving, "PAUSES", (0, 0))
        monkeypatch.setattr("tempfile.tempdir", str(temporary))

    def step(self, name: str) -> None:
        self.made.append(name)
        if len(self.made) - 1 == self.failing:
            raise OSError(self.error, os.strerror(self.error))

    def counted(self, name: str, real: Callable) -> Callable:
        def call(*arguments, **options):
            if name != "os.open" or arguments[1] & (os.O_WRONLY | os.O_RDWR):
                self.step(name)
            return real(*arguments, **options)

        return call

    def save(self, path: Path, failing: int, error: int) -> str:
        """What is said where the call number `failing` fails, "" where the file is saved all the same."""
        self.made.clear()
        self.failing, self.error = failing, error
        try:
            save(path, "new")
        except SaveError as refusal:
            return str(refusal)
        return ""


@pytest.mark.parametrize("error", ["ENOSPC", *(pytest.param(name, marks=pytest.mark.exhaustive) for name in ("EIO", "EACCES"))])
def test_every_call_that_writes_fails_once(error, folder, tmp_path, monkeypatch):
    """The old file as it was and one line, or the new file where the call did not matter; nothing beside it."""
    path, number = folder / NAME, getattr(errno, error)
    (tmp_path / "temporary").mkdir()
    save(path, "new")
    new = path.read_bytes()
    save(path, "old")
    old = path.read_bytes()
    path.chmod(0o600)
    calls = Calls(monkeypatch, tmp_path / "temporary")
    assert calls.save(path, -1, number) == ""
    made = list(calls.made)
    assert {"os.open", "os.fsync", "os.replace", "write", "close"} <= set(made)
    forgiven = []
    for n in range(len(made)):
        path.write_bytes(old)
        said = calls.save(path, n, number)
        assert path.read_bytes() == (old if said else new)
        assert os.listdir(folder) == [NAME]
        assert os.listdir(tmp_path / "temporary") == []
        assert path.stat().st_mode & 0o777 == 0o600
        if said:
            where = "the folder cannot be written to" if n == 0 else "the file cannot be written"
            assert said == f"{NAME}: {where}: {os.strerror(number)}."
        else:
            forgiven.append(made[n])
    tried_again = ["os.replace"] if error == "EACCES" else []
    # the file has those rights already; the folder cannot be synced; what is synced cannot be closed
    assert forgiven == ["os.chmod", *tried_again, "os.fsync", "close"]
    gc.collect()  # here, where the warnings of unclosed files are expected


if __name__ == "__main__":
    {"trials": trials, "limited": limited}[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
