"""Where output goes that is no file of ours: a standard output that takes nothing, names that are no characters."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

import xlnn
from xlnn.xlsx.rows import readable

XLNN = [sys.executable, "-m", "xlnn"] if (Path(xlnn.__file__).parent / "__main__.py").exists() else None
XLNN = XLNN or [sys.executable, "-c", "from xlnn.cli.main import main; main()"]

pytestmark = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full, as Linux has it")


def run(*arguments, **options) -> subprocess.CompletedProcess:
    folders = os.pathsep.join([str(Path(xlnn.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": folders, **options.pop("env", {})}
    given = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "env": environment, "timeout": 120} | options
    return subprocess.run([*XLNN, *map(os.fspath, arguments)], check=False, **given)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("output")
    xlnn.new("4-4", folder / "book.xlsx")
    xlnn.new("2-11", folder / "f.xlsx")
    xlnn.write(xlnn.read(folder / "book.xlsx", iterations=1), folder / "trained.xlsx")
    xlnn.write(xlnn.read(folder / "book.xlsx", iterations=2), folder / "more.xlsx")
    return folder


# ---- standard output that is full or closed ---------------------------------------------------------------

COMMANDS = {
    "help": ("--help",),
    "version": ("--version",),
    "new": ("new", "4-4", "new.xlsx"),
    "show": ("show", "book.xlsx"),
    "train": ("train", "book.xlsx", "-n", "1", "-o", "out.xlsx"),
    "solve": ("solve", "book.xlsx", "--steps", "1", "-o", "solved.xlsx"),
    "predict": ("predict", "trained.xlsx", "book.xlsx"),
    "gradcheck": ("gradcheck", "book.xlsx"),
    "check": ("check", "trained.xlsx"),
    "check in JSON": ("check", "trained.xlsx", "--json"),
    "check of several": ("check", "trained.xlsx", "more.xlsx"),
    "compare, alike": ("compare", "trained.xlsx", "trained.xlsx"),
    "compare, not alike": ("compare", "trained.xlsx", "more.xlsx"),
    "landscape": ("landscape", "book.xlsx", "--over", "w3[0,0]", "w3[0,1]", "-n", "1", "-o", "landscape.xlsx"),
    "descend": ("descend", "f.xlsx", "-o", "d.xlsx"),
    "sweep": ("sweep", "book.xlsx", "--seeds", "0:2", "-n", "1", "--keep", "none", "--workers", "1", "-o", "sweep.xlsx"),
}


def told(reason: int) -> bytes:
    return f"xlnn: error: standard output cannot be written to: {os.strerror(reason)}.\n".encode()


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_a_full_standard_output_is_one_line(arguments, folder):
    """Never exit code 1, which says of check and compare that something is wrong."""
    with open("/dev/full", "wb") as full:
        found = run(*arguments, stdout=full, cwd=folder)
    assert (found.returncode, found.stderr) == (6, told(28))  # ENOSPC


@pytest.mark.parametrize("name", ["show", "check", "compare, not alike", "train"])
def test_a_closed_standard_output_is_one_line(name, folder):
    arguments = " ".join(f"'{part}'" for part in [*XLNN, *COMMANDS[name]])
    found = subprocess.run(["sh", "-c", f"{arguments} >&-"], check=False, capture_output=True, cwd=folder, timeout=120)
    assert (found.returncode, found.stderr) == (6, told(9))  # EBADF


@pytest.mark.parametrize("name", ["help", "show", "check", "compare, not alike", "train"])
def test_a_pipe_that_nobody_reads_is_one_line(name, folder):
    reading, writing = os.pipe()
    os.close(reading)
    found = run(*COMMANDS[name], stdout=writing, cwd=folder)
    os.close(writing)
    assert (found.returncode, found.stderr) == (6, told(32))  # EPIPE


def test_the_result_is_there_all_the_same(folder):
    with open("/dev/full", "wb") as full:
        assert run("train", "book.xlsx", "-n", "1", "-o", "there.xlsx", stdout=full, cwd=folder).returncode == 6
    assert (folder / "there.xlsx").read_bytes() != b""
    assert openpyxl.load_workbook(folder / "there.xlsx").sheetnames[-1] == "Test"


@pytest.mark.parametrize("arguments", [("train", "book.xlsx", "-n", "1", "-o", "quiet.xlsx"), ("check", "trained.xlsx")])
def test_an_error_stream_that_takes_nothing_changes_no_exit_code(arguments, folder):
    with open("/dev/full", "wb") as full:
        assert run(*arguments, stderr=full, cwd=folder).returncode == 0
    command = " ".join(f"'{part}'" for part in [*XLNN, *arguments])
    assert subprocess.run(["sh", "-c", f"{command} 2>&- >/dev/null"], check=False, cwd=folder, timeout=120).returncode == 0


def test_nothing_to_say_needs_no_output(folder):
    with open("/dev/full", "wb") as full:
        found = run("train", "book.xlsx", "-q", "-n", "1", "-o", "q.xlsx", stdout=full, cwd=folder)
    assert (found.returncode, found.stderr) == (0, b"")


# ---- names that are no characters -------------------------------------------------------------------------

ASCII = {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
NAMES = {
    "GBK": ("数".encode("gbk"), {}),
    "Shift JIS": ("数学".encode("shift_jis"), {}),
    "Latin-1": ("é".encode("latin-1"), {}),
    "cut off within a character": ("数".encode()[:-1], {}),
    "UTF-8 where Python has ASCII": ("数".encode(), ASCII),
    "control characters": (b"a\x01\x0b\x1fb", {}),
    "marks of XML": (b"<&'>\"]]>", {}),
}


def commands(name: bytes) -> list[tuple]:
    book, trained = name + b".xlsx", name + b"-trained.xlsx"
    return [
        ("new", "4-4", book),
        ("train", book, "-n", "1"),
        ("train", "--resume", trained, "-n", "1", "-o", name + b"-more.xlsx"),
        ("solve", book, "--steps", "1"),
        ("sweep", book, "--seeds", "0:2", "-n", "1", "--workers", "1"),
        ("landscape", book, "--over", "w3[0,0]", "w3[0,1]", "-n", "1", "-o", name + b"-landscape.xlsx"),
        ("new", "4-4", name + b"-exercise.xlsx", "--exercise"),
        ("new", "2-8", name + b"-lesson.xlsx"),
        ("new", "2-11", name + b"-f.xlsx"),
        ("descend", name + b"-f.xlsx"),
        ("predict", trained, book, "-o", name + b"-predicted.xlsx"),
        ("check", trained, name + b"-exercise.xlsx"),
        ("check", trained, "--report", name + b"-marked.xlsx"),
        ("compare", trained, name + b"-more.xlsx", "--report", name + b"-compared.xlsx"),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize(("name", "environment"), NAMES.values(), ids=NAMES)
def test_every_command_takes_every_name(name, environment, tmp_path):
    """All commands one of the names, the others those that write it in a way of their own."""
    every = commands(name)
    for arguments in every if environment else [*every[:3], every[-1]]:
        found = run(*arguments, cwd=tmp_path, env=environment)
        assert found.returncode in (0, 1), found.stderr
        assert b"Traceback" not in found.stderr
    made = list(tmp_path.glob("*.xlsx"))
    assert len(made) == (13 if environment else 4)
    for path in made:
        with zipfile.ZipFile(path) as archive:
            for part in archive.namelist():
                if part.endswith((".xml", ".rels")):
                    ElementTree.fromstring(archive.read(part))


def test_bytes_that_are_no_characters_are_read_as_utf_8():
    """As Python holds them: byte 0xE6 is U+DCE6. 数 is E6 95 B0."""
    assert readable("\udce6\udc95\udcb0.xlsx") == "数.xlsx"
    assert readable("数\udcca\udcfd") == "数\ufffd\ufffd"  # 数 in GBK is CA FD
    assert readable("a\ud83d\ufffe") == "a\ufffd\ufffd"
    for same in ("", "数学 δ² 😀", "a\tb"):
        assert readable(same) == same
