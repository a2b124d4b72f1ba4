"""The journal of a sweep, OUTPUT.part: never another's file, never two sweeps', whole after a disk was full."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import workbooks
import xlnn
from xlnn.cli.main import main
from xlnn.errors import SaveError, UsageError
from xlnn.model.many import Courses
from xlnn.sweeps import pages as sweep_book
from xlnn.sweeps.grid import grid
from xlnn.sweeps.jobs import Done
from xlnn.sweeps.journal import FOREIGN, Journal
from xlnn.sweeps.running import run_grid
from xlnn.xlsx.saving import fcntl

HEAD = '{"xlnn": "0.1.0", "sweep": "0123"}\n'
SWEEP = ("--seeds", "0:2", "-n", "1", "--keep", "none", "--workers", "1", "-o", "out.xlsx")
needs_locks = pytest.mark.skipif(fcntl is None, reason="needs locks, which Windows does not have")


def run(*arguments) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["sweep", *map(str, arguments)], catch_exceptions=False)
    return result.exit_code, result.stderr


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> bytes:
    return xlnn.new("4-4", tmp_path_factory.mktemp("book") / "book.xlsx").read_bytes()


@pytest.fixture
def folder(book, tmp_path, monkeypatch) -> Path:
    (tmp_path / "book.xlsx").write_bytes(book)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tried():
    return grid(xlnn.example("4-4").with_settings(iterations=1), [0.1], range(2))


# ---- what stands there already ----------------------------------------------------------------------------

FOREIGN_FILES = {
    "half a download": "half a download",
    "a number": "12\n",
    "a list": "[]\n",
    "other JSON": '{"xlnn": "0.1.0"}\n',
    "more JSON": '{"xlnn": "0.1.0", "sweep": "0123", "mine": 1}\n',
    "a journal with a note": HEAD + '{"index": 0}\nmy note\n',
    "a journal that goes on otherwise": HEAD + "[1]\n",
    "blank lines and a text": "\n\ntext",
    "no text": b"\xff\xfe\x00\x01",
}


@pytest.mark.parametrize("more", [(), ("--force",), ("--resume",), ("--resume", "--force")], ids=" ".join)
@pytest.mark.parametrize("content", FOREIGN_FILES.values(), ids=FOREIGN_FILES)
def test_a_foreign_file_stays_whatever_is_asked(content, more, folder):
    (folder / "out.xlsx.part").write_bytes(content if isinstance(content, bytes) else content.encode())
    before = workbooks.files(folder)
    assert run("book.xlsx", *SWEEP, *more) == (6, f"xlnn: error: out.xlsx.part: {FOREIGN}\n")
    assert workbooks.files(folder) == before


def linked(path: Path) -> None:
    Path("precious.txt").write_text("precious")
    path.symlink_to("precious.txt")


def linked_journal(path: Path) -> None:
    Path("other.part").write_text(HEAD)
    path.symlink_to("other.part")


THINGS = {
    "a link": linked,
    "a link to a journal": linked_journal,
    "a link to nothing": lambda path: path.symlink_to("nothing.txt"),
    "the input by a hard link": lambda path: os.link("book.xlsx", path),
    "the input by a link": lambda path: path.symlink_to("book.xlsx"),
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
}


@pytest.mark.skipif(os.name == "nt", reason="needs links and pipes")
@pytest.mark.parametrize("more", [(), ("--force",)], ids=" ".join)
@pytest.mark.parametrize("make", THINGS.values(), ids=THINGS)
def test_no_link_input_folder_or_pipe_is_written_to(make, more, folder):
    make(folder / "out.xlsx.part")
    names, content = sorted(os.listdir()), (folder / "book.xlsx").read_bytes()
    assert run("book.xlsx", *SWEEP, *more) == (6, f"xlnn: error: out.xlsx.part: {FOREIGN}\n")
    assert (sorted(os.listdir()), (folder / "book.xlsx").read_bytes()) == (names, content)
    assert not (folder / "precious.txt").exists() or (folder / "precious.txt").read_text() == "precious"
    assert not (folder / "other.part").exists() or (folder / "other.part").read_text() == HEAD


def test_the_input_may_have_the_journals_name(book, folder):
    (folder / "out.xlsx.part").write_bytes(book)
    assert run("out.xlsx.part", *SWEEP) == (6, f"xlnn: error: out.xlsx.part: {FOREIGN}\n")
    assert (folder / "out.xlsx.part").read_bytes() == book


@pytest.mark.parametrize("content", ["", HEAD, HEAD + '{"index": 0, "numb', HEAD + '\n{"index": 1}\n\n{"in'])
def test_a_journal_that_is_left_is_begun_anew(content, folder):
    """Of whatever sweep; its last line may have been cut off."""
    (folder / "out.xlsx.part").write_text(content)
    assert run("book.xlsx", *SWEEP) == (0, "")
    assert not (folder / "out.xlsx.part").exists()


# ---- two sweeps -------------------------------------------------------------------------------------------


@needs_locks
def test_two_sweeps_have_no_journal_in_common(folder):
    """The second one is refused, goes on with nothing, and takes nothing away."""
    busy = "xlnn: error: out.xlsx.part: another sweep is writing this file; choose another name with --output.\n"
    with Journal.of(tried(), "out.xlsx.part") as first:
        before = Path("out.xlsx.part").read_bytes()
        for more in ((), ("--force",), ("--resume",)):
            assert run("book.xlsx", *SWEEP, *more) == (6, busy)
        assert Path("out.xlsx.part").read_bytes() == before
        assert run("book.xlsx", *SWEEP[:-1], "other.xlsx") == (0, "")
        first.add(part(0))
    assert len(Path("out.xlsx.part").read_text().splitlines()) == 2


@needs_locks
def test_the_journal_is_held_until_the_result_is_written(folder, monkeypatch):
    seen, real = [], sweep_book.write_sweep

    def written(*arguments, **options):
        with pytest.raises(SaveError) as caught, Journal.of(tried(), "out.xlsx.part"):
            pass
        seen.append(str(caught.value))
        return real(*arguments, **options)

    monkeypatch.setattr(sweep_book, "write_sweep", written)
    assert run("book.xlsx", *SWEEP)[0] == 0
    assert ["another sweep" in text for text in seen] == [True]


def test_of_another_sweep_it_stays(folder):
    with Journal.of(tried(), "out.xlsx.part") as first:
        first.add(part(0))
    before = Path("out.xlsx.part").read_bytes()
    other = grid(xlnn.example("4-4").with_settings(iterations=1), [0.2], range(2))
    with pytest.raises(UsageError, match="is of another sweep"):
        run_grid(other, 1, journal="out.xlsx.part", resume=True)
    assert Path("out.xlsx.part").read_bytes() == before


# ---- a full disk ------------------------------------------------------------------------------------------


def part(index: int) -> Done:
    courses = Courses(np.arange(2), np.full((1, 2), 0.5), np.ones(1), np.full(1, -1))
    return Done(index, (index + 1,), courses, 0.25)


class FullDisk:
    """A file on a disk that takes so many bytes more."""

    def __init__(self, file, room: int):
        self.file, self.room = file, room

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = self.file.write(data[: self.room])
        self.room -= taken
        return taken


@pytest.mark.parametrize("room", [0, 1, 40])
def test_what_was_done_before_the_disk_was_full_is_whole(room, folder):
    with Journal.of(tried(), "out.xlsx.part") as journal:
        journal.add(part(0))
        before = Path("out.xlsx.part").read_bytes()
        journal.file = FullDisk(journal.file, room)
        with pytest.raises(SaveError) as caught:
            journal.add(part(1))
    assert str(caught.value) == (
        f"out.xlsx.part: the file cannot be written: {os.strerror(errno.ENOSPC)}. "
        "It has the runs that are done; resume=True goes on with them."
    )
    assert Path("out.xlsx.part").read_bytes() == before
    assert [json.loads(line)["index"] for line in before.decode().splitlines()[1:]] == [0]
    with Journal.of(tried(), "out.xlsx.part", resume=True) as journal:
        assert [done.index for done in journal.parts] == [0]


def test_where_nothing_is_done_nothing_is_left(folder):
    with Journal.of(tried(), "out.xlsx.part") as journal:
        journal.file = FullDisk(journal.file, 5)
        with pytest.raises(SaveError) as caught:
            journal.add(part(0))
    assert str(caught.value) == f"out.xlsx.part: the file cannot be written: {os.strerror(errno.ENOSPC)}."
    assert not Path("out.xlsx.part").exists()


CAPPED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from xlnn.cli.main import main
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="needs limits of the system")
@pytest.mark.parametrize(("size", "left"), [(0, False), (100, False), (8192, False), (32768, True)])
def test_the_systems_own_full_disk_is_one_line(size, left, folder):
    """Within the first line, within the first part, or with the result; there the journal is kept, and named."""
    options = ("book.xlsx", "--seeds", "0:40", "-n", "20", "--keep", "none", "--workers", "2", "-o", "out.xlsx")
    command = [sys.executable, "-c", CAPPED, str(size), "sweep", *options]
    folders = os.pathsep.join([str(Path(xlnn.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    found = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": folders}, timeout=120)
    assert (found.returncode, found.stderr.count(b"\n")) == (6, 1), found.stderr
    assert b"cannot be written" in found.stderr or b"cannot be written to" in found.stderr
    assert sorted(os.listdir()) == ["book.xlsx", *["out.xlsx.part"] * left]
    if left:
        assert b"The runs that are done are in out.xlsx.part; --resume goes on with them." in found.stderr
        assert run(*options, "--resume") == (0, "")
        assert sorted(os.listdir()) == ["book.xlsx", "out.xlsx"]
