"""`xlnn check --watch` on a screen: a pseudo-terminal, with a workbook that is saved as programs save it."""

import os
import re
import select
import shutil
import subprocess
import sys
import time

import pytest
from command import run

import workbooks
import xlnn

pty = pytest.importorskip("pty")
SECONDS = 60


class Screen:
    """xlnn on a terminal of its own; `until` waits for what it shows."""

    def __init__(self, *arguments, lines: int = 40):
        import fcntl
        import struct
        import termios

        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 100, 0, 0))
        command = [sys.executable, "-m", "xlnn", *map(str, arguments)]
        environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"}
        environment.pop("COLUMNS", None)
        environment.pop("LINES", None)
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=environment,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)
        self.shown = ""

    def until(self, pattern: str) -> str:
        """What was shown up to and with the pattern; what follows it is still to come."""
        end = time.monotonic() + SECONDS
        while not (found := re.search(pattern, self.shown, re.DOTALL)):
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            assert ready, f"waited for {pattern!r}, saw {self.shown!r}"
            try:
                self.shown += os.read(self.master, 1 << 16).decode(errors="replace").replace("\r\n", "\n")
            except OSError:
                raise AssertionError(f"ended while waiting for {pattern!r}: {self.shown!r}") from None
        before, self.shown = self.shown[: found.end()], self.shown[found.end() :]
        return before

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture
def screen():
    opened = []

    def open_(*arguments, **options):
        opened.append(Screen(*arguments, **options))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    """A right sheet, and one with two numbers changed."""
    folder = tmp_path_factory.mktemp("watch")
    xlnn.write(xlnn.example("4-4").with_settings(iterations=1), folder / "right.xlsx")
    workbooks.edit(folder / "right.xlsx", folder / "two.xlsx", {("Iteration 1", "O11"): 1.0, ("Iteration 1", "S12"): 1.0})
    workbooks.edit(folder / "right.xlsx", folder / "one.xlsx", {("Iteration 1", "O11"): 1.0})
    return folder


WAITING = "waiting until mine.xlsx is saved again; Ctrl-C ends."


def test_what_is_left_until_nothing_is(sheets, tmp_path, screen):
    mine = tmp_path / "mine.xlsx"
    shutil.copy(sheets / "two.xlsx", mine)
    xlnn_ = screen("check", "--watch", mine)
    first = xlnn_.until(WAITING)
    assert "4 wrong" in first  # z, and a beside it, which is no longer σ(z)
    assert "Iteration 1!O11" in first
    assert "Left: 4.\n" in first

    (tmp_path / "~$mine.xlsx").write_bytes(b"lock")  # Excel's lock, LibreOffice's lock: nothing is checked
    (tmp_path / ".~lock.mine.xlsx#").write_bytes(b"lock")
    (tmp_path / "other.xlsx").write_bytes(b"")
    whole = (sheets / "one.xlsx").read_bytes()
    mine.write_bytes(whole[: len(whole) // 2])  # half saved; the rest comes while xlnn looks at it
    time.sleep(0.7)
    mine.write_bytes(whole)
    second = xlnn_.until(WAITING)
    assert "error" not in second
    assert "\x1b[2J" in second or "\x1b[H" in second  # a fresh screen
    assert "Left: 2 (before: 4)." in second

    shutil.copy(sheets / "right.xlsx", tmp_path / "saving.tmp")  # as Excel and LibreOffice save: another file, renamed
    os.replace(tmp_path / "saving.tmp", mine)
    third = xlnn_.until(WAITING)
    assert "Nothing is left to mend." in third

    xlnn_.press(b"\x03")
    assert xlnn_.process.wait(SECONDS) == 130


def test_a_file_that_is_gone_or_broken_for_longer(sheets, tmp_path, screen):
    """What cannot be checked is said, and the watching goes on."""
    mine = tmp_path / "mine.xlsx"
    shutil.copy(sheets / "one.xlsx", mine)
    xlnn_ = screen("check", mine, "--watch", "--language", "en")
    xlnn_.until(WAITING)
    mine.write_bytes(b"no workbook at all \x00")
    assert "xlnn: error: mine.xlsx: this is no workbook" in xlnn_.until(WAITING)
    shutil.copy(sheets / "right.xlsx", mine)
    assert "Nothing is left to mend." in xlnn_.until(WAITING)
    xlnn_.press(b"\x03")
    assert xlnn_.process.wait(SECONDS) == 130


def test_a_small_screen_is_not_overrun(sheets, tmp_path, screen):
    mine = tmp_path / "mine.xlsx"
    cells = {("Iteration 1", f"{column}{row}"): 0.5 for column in ("O", "S", "W") for row in range(11, 20)}
    workbooks.edit(sheets / "right.xlsx", mine, cells)
    shown = screen("check", "--watch", mine, lines=12).until(WAITING).rpartition("\x1b[2J")[2]
    assert len(shown.splitlines()) <= 12
    assert re.search(r"… and \d+ more\.", shown)


@pytest.mark.parametrize("more", [("--json",), ("--report", "marked.xlsx"), ("other.xlsx",)])
def test_what_does_not_go_with_watch(sheets, more):
    code, _, err = run("check", "--watch", sheets / "right.xlsx", *more)
    assert code == 2
    assert "--watch goes with one workbook" in err


def test_a_mistyped_name_is_said_at_once(sheets):
    assert run("check", "--watch", sheets / "rigt.xlsx")[0] == 3
