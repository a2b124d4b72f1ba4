"""Saving: all of the new file or all of the old one, and never the input or somebody else's file."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import tempfile
import threading
import time
import warnings
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import openpyxl
import pytest
from click.testing import CliRunner
from xlsxwriter.exceptions import FileCreateError

import workbooks
import xlnn
from xlnn.book.plan import Plan
from xlnn.cli.main import main
from xlnn.errors import SavedBeside, SaveError
from xlnn.xlsx import saving, seals
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.saving import DAY, TEMPORARY, check_space, check_target, replacing, sweep, written_by_xlnn


def package(text: str = "new", part: str = "xl/workbook.xml", listed: str = "xl/workbook.xml") -> bytes:
    """The smallest archive that is like a workbook: a list of parts, and one part."""
    kept = BytesIO()
    with ZipFile(kept, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override PartName="/{listed}"/></Types>')
        archive.writestr(part, text)
    return kept.getvalue()


NEW = package()


def sealed(content: bytes) -> bytes:
    """What is saved of it: the seal behind it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(content)
        seals.seal(path, ".xlsx")
        return path.read_bytes()


WHOLE = sealed(NEW)


def write(path: Path, content: bytes = NEW) -> Path:
    with replacing(path, force=True) as temporary:
        temporary.write(content)
    return temporary.path


def not_written(path: Path, content: bytes = NEW) -> str:
    with pytest.raises(SaveError) as caught:
        write(path, content)
    assert caught.value.exit_code == 6
    return str(caught.value)


def refused(path: Path, *inputs: Path, force: bool = False) -> str:
    with pytest.raises(SaveError) as caught:
        check_target(path, inputs, force)
    assert caught.value.exit_code == 6
    return str(caught.value)


# ---- replacing -----------------------------------------------------------------------------------------


def test_the_file_appears_whole(tmp_path):
    """Until the end there is only the temporary file, in the same folder, so that it can be renamed."""
    with replacing(tmp_path / "out.xlsx") as temporary:
        temporary.write(NEW)
        assert temporary.temporary.parent == tmp_path
        assert [path.name for path in tmp_path.iterdir()] == [temporary.temporary.name]
        assert TEMPORARY.fullmatch(temporary.temporary.name)
    assert temporary.path == tmp_path / "out.xlsx"
    assert workbooks.files(tmp_path) == {"out.xlsx": WHOLE}


@pytest.mark.parametrize("error", [ValueError("bad"), KeyboardInterrupt(), xlnn.ContentError("wrong")])
def test_an_error_leaves_the_old_file(error, tmp_path):
    (tmp_path / "out.xlsx").write_text("old")
    writing = replacing(tmp_path / "out.xlsx")
    writing.__enter__().write(NEW[:50])
    assert not writing.__exit__(type(error), error, None)  # the error goes on
    assert workbooks.files(tmp_path) == {"out.xlsx": b"old"}


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interruption_is_not_hidden_by_what_it_breaks_off(interruption, tmp_path, monkeypatch):
    """An archive that is left while a part of it is being written complains of that instead: the result, or its seal."""

    begun = []

    def break_off(package, *_):
        begun.append(package.open("part", "w"))
        raise interruption

    (tmp_path / "out.xlsx").write_text("old")
    with pytest.raises(interruption), replacing(tmp_path / "out.xlsx") as temporary, ZipFile(temporary, "w") as package:
        break_off(package)
    monkeypatch.setattr(ZipFile, "writestr", break_off)
    with pytest.raises(interruption):
        write(tmp_path / "out.xlsx")
    for part in begun:
        part.close()
    assert workbooks.files(tmp_path) == {"out.xlsx": b"old"}


def test_an_interruption_that_was_handled_before_hides_no_error(tmp_path):
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert "full" in full_disk(tmp_path / "out.xlsx", OSError(errno.ENOSPC, "full"))
        with pytest.raises(ValueError, match="bad"), replacing(tmp_path / "out.xlsx"):
            raise ValueError("bad")  # noqa: B904


def full_disk(path: Path, error: Exception) -> str:
    with pytest.raises(SaveError) as caught, replacing(path):
        raise error
    return str(caught.value)


def test_a_full_disk(tmp_path):
    (tmp_path / "out.xlsx").write_text("old")
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for error in (full, FileCreateError(full)):
        text = full_disk(tmp_path / "out.xlsx", error)
        assert os.strerror(errno.ENOSPC) in text
        assert text.startswith("out.xlsx: the file cannot be written: ")
    assert workbooks.files(tmp_path) == {"out.xlsx": b"old"}


@pytest.mark.parametrize(
    "content", [b"", b"text", NEW[:-1], NEW[:-30], NEW.replace(b"new", b"nev"), package(listed="xl/other.xml")]
)
def test_what_does_not_read_back_is_not_put_in_place(content, tmp_path):
    """Empty, no archive, cut off, another byte in a part, a part missing that is listed."""
    (tmp_path / "out.xlsx").write_text("old")
    assert "Is the disk all right?" in not_written(tmp_path / "out.xlsx", content)
    assert workbooks.files(tmp_path) == {"out.xlsx": b"old"}


def test_any_damage_is_an_error_like_every_other(tmp_path):
    """Each byte in turn; what does no harm, as in the date of a part, is let pass."""
    refused_ = 0
    for i in range(len(NEW)):
        damaged = NEW[:i] + bytes([NEW[i] ^ 0xFF]) + NEW[i + 1 :]
        try:
            write(tmp_path / "out.xlsx", damaged)
        except SaveError:
            refused_ += 1
    assert refused_ > len(NEW) / 2


def test_a_picture_is_no_archive(tmp_path):
    write(tmp_path / "out.png", b"picture" + seals.IEND)
    assert workbooks.files(tmp_path)["out.png"].startswith(b"picture")
    assert not_written(tmp_path / "out.png", b"half a picture")


def test_after_an_error_the_file_takes_and_keeps_nothing(tmp_path):
    """An archive that broke off writes its end when Python clears it away."""
    writing = replacing(tmp_path / "out.xlsx")
    temporary = writing.__enter__()
    archive = ZipFile(temporary, "w")
    archive.writestr("a", "b" * 1000)
    assert not writing.__exit__(KeyError, KeyError(), None)
    archive.close()
    assert temporary.tell() > 1000
    temporary.flush()
    assert workbooks.files(tmp_path) == {}


def test_a_folder_that_is_gone(tmp_path):
    with pytest.raises(SaveError) as caught:
        write(tmp_path / "gone" / "out.xlsx")
    assert str(caught.value) == f"out.xlsx: the folder cannot be written to: {os.strerror(errno.ENOENT)}."


def test_a_folder_that_is_there_and_takes_no_files(tmp_path, monkeypatch):
    """As /proc: the system says that there is no such folder, which would be no help."""

    def refuse(*_):
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))

    monkeypatch.setattr("xlnn.xlsx.saving.NewFile", refuse)
    with pytest.raises(SaveError) as caught:
        write(tmp_path / "out.xlsx")
    assert str(caught.value) == f"out.xlsx: the folder {tmp_path} takes no new files; choose another one."


def test_it_is_synced_before_it_replaces(tmp_path, monkeypatch):
    """Else a power cut could leave an empty file under the new name."""
    done = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: done.append("sync") or sync(number))
    monkeypatch.setattr(os, "replace", lambda old, new: done.append("replace") or replace(old, new))
    write(tmp_path / "out.xlsx")
    assert done == ["sync", "replace", "sync"]  # the last one is the folder


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("mode", [0o600, 0o666])
def test_permissions(mode, tmp_path):
    """Those of the old file, wider or narrower than what the system gives; of a secret one from the beginning."""
    (tmp_path / "old.xlsx").touch()
    (tmp_path / "old.xlsx").chmod(mode)
    with replacing(tmp_path / "old.xlsx", force=True) as temporary:
        assert not stat.S_IMODE(temporary.temporary.stat().st_mode) & ~mode
        temporary.write(NEW)
    assert stat.S_IMODE((tmp_path / "old.xlsx").stat().st_mode) == mode


def test_permissions_of_a_new_file(tmp_path):
    """What the system gives, not the 600 of a temporary file."""
    (tmp_path / "plain").touch()
    assert write(tmp_path / "new.xlsx").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_stays_one(tmp_path):
    """The file that it points to is replaced."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "real.xlsx").write_text("old")
    (tmp_path / "out.xlsx").symlink_to(tmp_path / "folder" / "real.xlsx")
    assert write(tmp_path / "out.xlsx") == tmp_path / "out.xlsx"
    assert (tmp_path / "out.xlsx").is_symlink()
    assert (tmp_path / "folder" / "real.xlsx").read_bytes() == WHOLE
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "out.xlsx", "real.xlsx"]


# ---- a file that another program holds ------------------------------------------------------------------


@pytest.fixture
def held(monkeypatch):
    """Windows refuses to replace out.xlsx as long as Excel has it open: for as many tries as the test says."""
    tries = SimpleNamespace(left=1000, pauses=[])
    replace = os.replace

    def replaced(source, target):
        if Path(target).name == "out.xlsx" and tries.left:
            tries.left -= 1
            raise PermissionError(13, "Access is denied", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", replaced)
    monkeypatch.setattr(time, "sleep", tries.pauses.append)
    return tries


def test_a_file_that_is_open_for_a_moment(held, tmp_path):
    held.left = 3
    assert write(tmp_path / "out.xlsx") == tmp_path / "out.xlsx"
    assert workbooks.files(tmp_path) == {"out.xlsx": WHOLE}
    assert held.pauses == list(saving.PAUSES[:3])


def test_a_file_that_stays_open(held, tmp_path):
    """The new one lies beside it, under the first name that is free."""
    for name in ("out.xlsx", "out (1).xlsx"):
        (tmp_path / name).write_text(name)
    with pytest.warns(SavedBeside) as caught:
        assert write(tmp_path / "out.xlsx") == tmp_path / "out (2).xlsx"
    said = f"{tmp_path / 'out.xlsx'} cannot be replaced (is it open in Excel?); the result is in {tmp_path / 'out (2).xlsx'}."
    assert str(caught[0].message) == said
    assert sum(held.pauses) == pytest.approx(2.5)
    assert workbooks.files(tmp_path) == {"out.xlsx": b"out.xlsx", "out (1).xlsx": b"out (1).xlsx", "out (2).xlsx": WHOLE}


def test_another_run_takes_the_name_first(held, tmp_path, monkeypatch):
    """Windows refuses to rename to a name that exists."""
    rename = os.rename

    def renamed(source, target):
        if Path(target).name == "out (1).xlsx":
            raise FileExistsError
        rename(source, target)

    monkeypatch.setattr(os, "rename", renamed)
    with pytest.warns(SavedBeside):
        assert write(tmp_path / "out.xlsx").name == "out (2).xlsx"


def test_the_warning_made_an_error_loses_nothing(held, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(SavedBeside):
            write(tmp_path / "out.xlsx")
    assert workbooks.files(tmp_path) == {"out (1).xlsx": WHOLE}


def test_a_folder_that_takes_nothing_any_more(held, tmp_path, monkeypatch):
    def renamed(source, target):
        raise PermissionError(13, "Access is denied", str(target))

    monkeypatch.setattr(os, "rename", renamed)
    assert not_written(tmp_path / "out.xlsx") == "out.xlsx: the file cannot be written: Access is denied."
    assert workbooks.files(tmp_path) == {}


# ---- every command --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A folder with a book and its training."""
    folder = tmp_path_factory.mktemp("trained")
    book = xlnn.read(xlnn.new("4-4", folder / "book.xlsx"), iterations=1)
    xlnn.write(book, folder / "trained.xlsx", cells="formulas")
    xlnn.new("4-4", folder / "other.xlsx")
    return folder


COMMANDS = {
    "new": ["new", "4-4", "out.xlsx"],
    "exercise": ["new", "4-4", "out.xlsx", "--exercise"],
    "train": ["train", "book.xlsx", "-n", "1", "-o", "out.xlsx"],
    "solve": ["solve", "book.xlsx", "--steps", "1", "-o", "out.xlsx"],
    "predict": ["predict", "trained.xlsx", "book.xlsx", "-o", "out.xlsx"],
    "check": ["check", "trained.xlsx", "--report", "out.xlsx"],
    "compare": ["compare", "book.xlsx", "other.xlsx", "--report", "out.xlsx"],
}


@pytest.fixture
def folder(trained, tmp_path, monkeypatch):
    for path in trained.iterdir():
        shutil.copy(path, tmp_path)
    shutil.copy(tmp_path / "other.xlsx", tmp_path / "out.xlsx")  # a good file, of xlnn's
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_could_not_write(command, folder, monkeypatch):
    """One line, exit code 6, the old file as it was, nothing beside it."""
    before = workbooks.files(folder)

    def full(number):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    done = CliRunner().invoke(main, COMMANDS[command])
    assert done.exit_code == 6
    assert done.stderr == f"xlnn: error: out.xlsx: the file cannot be written: {os.strerror(errno.ENOSPC)}.\n"
    assert workbooks.files(folder) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_names_the_real_file(command, folder, held):
    """Where out.xlsx is open in Excel: beside it, and nothing that was there has changed."""
    before = workbooks.files(folder)
    done = CliRunner().invoke(main, COMMANDS[command])
    assert done.exit_code == 0
    assert done.stderr == "xlnn: note: out.xlsx cannot be replaced (is it open in Excel?); the result is in out (1).xlsx.\n"
    assert "out (1).xlsx" in done.stdout
    assert "out.xlsx" not in done.stdout
    after = workbooks.files(folder)
    assert written_by_xlnn(folder / "out (1).xlsx")
    assert {name: content for name, content in after.items() if name != "out (1).xlsx"} == before


def test_the_note_in_the_readers_language(folder, held):
    done = CliRunner().invoke(main, ["train", "book.xlsx", "-n", "1", "-o", "out.xlsx", "--language", "zh"])
    assert done.stderr.endswith("无法替换 out.xlsx（是否正在 Excel 中打开？）；结果保存在 out (1).xlsx。\n")


def test_a_result_names_the_real_file(folder, held):
    book = xlnn.read("book.xlsx", iterations=1)
    with pytest.warns(SavedBeside):
        assert xlnn.write(book, "out.xlsx").path == Path("out (1).xlsx")


def test_another_warning_is_shown_as_ever(folder, monkeypatch):
    def warn(*arguments, **options):
        warnings.warn("something else", stacklevel=1)
        raise xlnn.ContentError("a blank cell")

    monkeypatch.setattr("xlnn.book.reader.read", warn)
    with pytest.warns(UserWarning, match="something else"):
        assert CliRunner().invoke(main, ["show", "book.xlsx"]).exit_code == 4


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "trained.xlsx", "--places", "places.xlsx", "-o", "places.xlsx"],
        ["solve", "trained.xlsx", "--places", "places.xlsx", "-o", "places.xlsx"],
        ["landscape", "trained.xlsx", "--over", "w3[1,2]", "w3[2,3]", "--places", "places.xlsx", "-o", "places.xlsx"],
        ["sweep", "trained.xlsx", "--eta", "0.1", "--places", "places.xlsx", "-o", "places.xlsx"],
        ["train", "book.xlsx", "-o", "./book.xlsx"],
        ["predict", "trained.xlsx", "book.xlsx", "-o", "book.xlsx"],
        ["predict", "trained.xlsx", "book.xlsx", "-o", "trained.xlsx"],
        ["check", "trained.xlsx", "--report", "trained.xlsx"],
        ["check", "trained.xlsx", "--places", "other.xlsx", "--report", "other.xlsx"],
        ["check", "trained.xlsx", "--against", "other.xlsx", "--report", "other.xlsx"],
        ["compare", "book.xlsx", "other.xlsx", "--report", "book.xlsx"],
        ["compare", "book.xlsx", "other.xlsx", "--report", "other.xlsx"],
    ],
    ids=" ".join,
)
def test_no_command_overwrites_what_it_reads(arguments, folder):
    shutil.copy("trained.xlsx", "places.xlsx")
    before = workbooks.files(folder)
    done = CliRunner().invoke(main, [*arguments, "--force"])
    assert done.exit_code == 6
    assert "the output would overwrite the input" in done.stderr
    assert workbooks.files(folder) == before


def test_a_report_does_not_overwrite_what_it_compares(folder):
    from xlnn.checking.comparing import compared
    from xlnn.checking.tell_compare import compare_report

    found = compared("book.xlsx", "other.xlsx")
    with pytest.raises(SaveError):
        compare_report(found, Path("book.xlsx"), "en")


# ---- room ------------------------------------------------------------------------------------------------


def disk(monkeypatch, free: int, total: int = 10**12) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(total=total, used=0, free=free))


def test_no_room_is_found_before_training(folder, monkeypatch):
    """100 iterations of 5,968 numbers each, 4 bytes each at least, and 8 meanwhile.

    64 images of 91 numbers; 47 parameters with their sums and new ones; η, C_T and the share right.
    """
    disk(monkeypatch, free=2_000_000)
    monkeypatch.setattr("xlnn.book.writer.train", None)
    before = workbooks.files(folder)
    done = CliRunner().invoke(main, ["train", "book.xlsx", "-n", "100", "-o", "out.xlsx"])
    assert done.exit_code == 6
    assert done.stderr.startswith("xlnn: error: out.xlsx: the result needs at least 7.2 MB in ")
    assert done.stderr.endswith(", where 2.0 MB are free; --keep and --detail write less.\n")
    assert workbooks.files(folder) == before


def test_room_for_what_is_kept(folder, monkeypatch):
    disk(monkeypatch, free=2_000_000)
    assert CliRunner().invoke(main, ["train", "book.xlsx", "-n", "100", "--keep", "last", "-o", "out.xlsx"]).exit_code == 0


def test_two_file_systems(tmp_path, monkeypatch):
    """1,000,000 numbers: 4 MB here, 8 MB for the numbers that wait there."""
    (tmp_path / "there").mkdir()
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "there"))
    real = Path.stat
    monkeypatch.setattr(
        Path, "stat", lambda path, **more: SimpleNamespace(st_dev=1) if path.name == "there" else real(path, **more)
    )
    check_space(tmp_path / "out.xlsx", 1_000_000)
    for free, expected in ((3_900_000, f"4.0 MB in {tmp_path},"), (7_900_000, f"8.0 MB in {tmp_path / 'there'},")):
        disk(monkeypatch, free)
        with pytest.raises(SaveError) as caught:
            check_space(tmp_path / "out.xlsx", 1_000_000)
        assert f"out.xlsx: the result needs at least {expected} where" in str(caught.value)


def test_no_temporary_folder_at_all(tmp_path, monkeypatch):
    def none():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(SaveError) as caught:
        check_space(tmp_path / "out.xlsx", 1)
    assert str(caught.value) == "out.xlsx: the file cannot be written: No usable temporary directory found."


def test_a_disk_that_does_not_tell(tmp_path, monkeypatch):
    disk(monkeypatch, free=0, total=0)
    check_space(tmp_path / "out.xlsx", 10**9)


@pytest.mark.parametrize(("section", "cells"), [("4-4", "values"), ("4-4", "formulas"), ("5-6", "values")])
def test_no_more_room_is_asked_for_than_is_needed(section, cells, tmp_path, monkeypatch):
    """A workbook that would fit is not refused: it is larger than was asked for, and so are the numbers that wait."""
    book = xlnn.example(section).with_settings(iterations=2)
    plan, waited = Plan(book, frozenset({1, 2}), cells=cells), []
    vector = xlnn.book.result.vector
    monkeypatch.setattr("xlnn.book.result.vector", lambda *given: (made := vector(*given), waited.append(made.nbytes))[0])
    xlnn.write(book, tmp_path / "out.xlsx", cells=cells)
    assert plan.numbers * saving.PACKED < (tmp_path / "out.xlsx").stat().st_size
    assert plan.numbers * saving.WAITING < sum(waited)


# ---- what killed runs left ---------------------------------------------------------------------------------

LEFT = f".xlnn-{'0123456789abcdef'}~"


def test_what_a_killed_run_left_is_swept(tmp_path):
    (tmp_path / LEFT).write_text("half")
    write(tmp_path / "out.xlsx")
    assert workbooks.files(tmp_path) == {"out.xlsx": WHOLE}


def test_only_ours_is_swept(tmp_path):
    (tmp_path / "elsewhere").write_text("mine")
    others = [".xlnn-012~", "xlnn-0123456789abcdef~", f"{LEFT}.xlsx", ".xlnn-0123456789ABCDEF~", "~$out.xlsx", ".~lock.out.xlsx#"]
    for name in others:
        (tmp_path / name).write_text("theirs")
    (tmp_path / ".xlnn-aaaaaaaaaaaaaaaa~").mkdir()
    (tmp_path / ".xlnn-bbbbbbbbbbbbbbbb~").symlink_to(tmp_path / "elsewhere")
    before = sorted(tmp_path.iterdir())
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == before


def test_what_a_running_process_writes_is_not_swept(tmp_path):
    """Neither its own, nor another's, which has it locked."""
    with replacing(tmp_path / "one.xlsx") as one:
        one.write(NEW)
        write(tmp_path / "two.xlsx")
        saving._running.clear()  # as another process would see it
        sweep(tmp_path)
        assert one.temporary.exists()
    assert workbooks.files(tmp_path) == {"one.xlsx": WHOLE, "two.xlsx": WHOLE}


def test_another_threads_file_where_locks_do_not_keep_it_out(tmp_path, monkeypatch):
    """Over a network a process may lock what it has locked itself."""
    monkeypatch.setattr(saving, "locked", lambda number: True)
    with replacing(tmp_path / "one.xlsx") as one:
        one.write(NEW)
        sweep(tmp_path)
    assert workbooks.files(tmp_path) == {"one.xlsx": WHOLE}


def test_a_sweep_that_was_quicker_than_the_lock(tmp_path, monkeypatch):
    """The new file is taken for one of a killed run before it is locked: then another one is made."""
    locked, taken = saving.locked, []

    def quicker(number):
        if not taken:
            taken.append(next(tmp_path.glob(".xlnn-*")))
            taken[0].unlink()
        return locked(number)

    monkeypatch.setattr(saving, "locked", quicker)
    write(tmp_path / "out.xlsx")
    assert len(taken) == 1
    assert workbooks.files(tmp_path) == {"out.xlsx": WHOLE}


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    """There the file is written all the same, and nobody can tell what is left over: it stays."""

    def no_locks(number):
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(saving, "locked", no_locks)
    (tmp_path / LEFT).write_text("half")
    write(tmp_path / "out.xlsx")
    assert workbooks.files(tmp_path) == {"out.xlsx": WHOLE, LEFT: b"half"}


def test_windows_has_other_locks(tmp_path, monkeypatch):
    """An open file cannot be removed there; one of the day before that can be, is left over."""
    monkeypatch.setattr(saving, "fcntl", None)
    other = LEFT.replace("0", "1")
    for name, age in ((LEFT, DAY + 100), (other, DAY - 100)):
        (tmp_path / name).write_text("half")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    write(tmp_path / "out.xlsx")
    assert workbooks.files(tmp_path) == {"out.xlsx": WHOLE, other: b"half"}


def test_nothing_lies_in_the_temporary_folder_meanwhile(tmp_path, monkeypatch):
    """The parts of a workbook go into the archive one by one; XlsxWriter's way is a temporary file for each."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    target = BytesIO()
    file = BookFile(target, "book")
    file.sheet("Sheet")
    file.close()
    assert [sheet.title for sheet in openpyxl.load_workbook(target)] == ["Sheet"]


# ---- signals; what they do to a process is in test_kills.py ------------------------------------------------


def test_signals_are_ours_while_saving_only(tmp_path):
    numbers = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    for number in numbers:
        signal.signal(number, signal.SIG_DFL)  # nohup would have it ignored
    with replacing(tmp_path / "out.xlsx") as temporary:
        temporary.write(NEW)
        assert all(callable(signal.getsignal(number)) for number in numbers)
    assert [signal.getsignal(number) for number in numbers] == [signal.SIG_DFL for _ in numbers]


def test_a_signal_clears_away_and_then_ends_the_process(tmp_path, monkeypatch):
    """With its default handler back in place; a second one does not interrupt the clearing."""
    sent, really_sent = [], signal.raise_signal
    monkeypatch.setattr(signal, "raise_signal", lambda number: sent.append((number, signal.getsignal(number))))
    writing = replacing(tmp_path / "out.xlsx")
    writing.__enter__().write(NEW)
    with pytest.raises(SystemExit) as caught:
        really_sent(signal.SIGTERM)
    really_sent(signal.SIGTERM)
    assert not writing.__exit__(SystemExit, caught.value, None)
    assert sent == [(signal.SIGTERM, signal.SIG_DFL)]
    assert workbooks.files(tmp_path) == {}


def test_who_handles_a_signal_himself_goes_on_doing_so(tmp_path):
    seen = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    try:
        with replacing(tmp_path / "out.xlsx") as temporary:
            temporary.write(NEW)
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert seen == [signal.SIGTERM]
    assert workbooks.files(tmp_path) == {"out.xlsx": WHOLE}


def test_another_thread_saves_too(tmp_path):
    """There no signal can be handled."""
    thread = threading.Thread(target=write, args=[tmp_path / "out.xlsx"])
    thread.start()
    thread.join()
    assert workbooks.files(tmp_path) == {"out.xlsx": WHOLE}


# ---- what may be replaced ------------------------------------------------------------------------------


def test_what_xlnn_wrote_is_known(tmp_path):
    xlnn.new("4-4", tmp_path / "book.xlsx")
    assert written_by_xlnn(tmp_path / "book.xlsx")
    workbooks.save(tmp_path / "other.xlsx", {"S": {"A1": "xlnn"}})
    (tmp_path / "text.xlsx").write_text('name="xlnn"')
    for name in ("other.xlsx", "text.xlsx", "missing.xlsx"):
        assert not written_by_xlnn(tmp_path / name)


def test_the_mark_outlives_an_edit(tmp_path):
    """Excel and openpyxl keep a workbook's properties."""
    xlnn.new("4-4", tmp_path / "book.xlsx")
    openpyxl.load_workbook(tmp_path / "book.xlsx").save(tmp_path / "book.xlsx")
    assert written_by_xlnn(tmp_path / "book.xlsx")


def test_force_is_for_other_files_only(tmp_path):
    foreign, own = workbooks.save(tmp_path / "foreign.xlsx", {"S": {"A1": 1}}), xlnn.new("4-4", tmp_path / "own.xlsx")
    assert refused(foreign) == "foreign.xlsx: the file exists and xlnn did not write it; force=True replaces it."
    check_target(foreign, force=True)
    check_target(own)
    expected = "own.xlsx: the output would overwrite the input; choose another name."
    assert refused(own, own) == refused(own, own, force=True) == expected


def test_the_input_by_another_path(tmp_path, monkeypatch):
    own = xlnn.new("4-4", tmp_path / "own.xlsx")
    (tmp_path / "folder").mkdir()
    os.symlink(own, tmp_path / "link.xlsx")
    os.link(own, tmp_path / "hard.xlsx")
    monkeypatch.chdir(tmp_path)
    for path in ("own.xlsx", "folder/../own.xlsx", "link.xlsx", "hard.xlsx"):
        assert "would overwrite the input" in refused(Path(path), own)


def test_the_input_in_other_case(tmp_path, monkeypatch):
    """Where the file system takes both for one; that is the system's to say."""
    own = xlnn.new("4-4", tmp_path / "own.xlsx")
    check_target(tmp_path / "OWN.xlsx", [own])  # here they are two
    real = os.stat

    def folded(path, **more):
        return real(tmp_path / "own.xlsx" if Path(path).name.lower() == "own.xlsx" else path, **more)

    monkeypatch.setattr(os, "stat", folded)
    monkeypatch.setattr(os.path, "exists", lambda path: True)
    assert "would overwrite the input" in refused(tmp_path / "OWN.xlsx", own, force=True)


def test_a_link_in_a_circle(tmp_path):
    (tmp_path / "a.xlsx").symlink_to(tmp_path / "b.xlsx")
    (tmp_path / "b.xlsx").symlink_to(tmp_path / "a.xlsx")
    check_target(tmp_path / "a.xlsx", [tmp_path / "other.xlsx"])
    write(tmp_path / "a.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == WHOLE


def test_an_input_that_does_not_exist(tmp_path):
    assert "would overwrite the input" in refused(tmp_path / "out.xlsx", tmp_path / "." / "out.xlsx")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("out.csv", "out.csv: expected a name that ends in .xlsx."),
        ("out", "out: expected a name that ends in .xlsx."),
        ("out.xls", "out.xls: expected a name that ends in .xlsx."),
        ("out.xlsm", "out.xlsm: expected a name that ends in .xlsx."),  # Excel refuses one without macros
        ("folder.xlsx", "folder.xlsx: this is a folder."),
    ],
)
def test_names(name, expected, tmp_path):
    (tmp_path / "folder.xlsx").mkdir()
    assert refused(tmp_path / name) == expected


def test_a_folder_that_is_not_there(tmp_path):
    assert refused(tmp_path / "gone" / "out.xlsx") == f"out.xlsx: there is no folder {tmp_path / 'gone'}."


def test_a_name_that_is_too_long(tmp_path):
    said = f": the file cannot be written: {os.strerror(errno.ENAMETOOLONG)}."
    assert refused(tmp_path / ("x" * 300 + ".xlsx")).endswith(said)


def test_capital_letters(tmp_path):
    check_target(tmp_path / "OUT.XLSX")


def test_no_permission(tmp_path, monkeypatch):
    """As root none is missing, so the system's answer is made."""
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    assert refused(tmp_path / "out.xlsx") == "out.xlsx: no permission to write here."
    own = xlnn.example("4-4")
    assert own.images == 64
    monkeypatch.setattr(os, "access", lambda path, mode: True)
    xlnn.new("4-4", tmp_path / "out.xlsx")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) == tmp_path)
    assert refused(tmp_path / "out.xlsx") == "out.xlsx: no permission to write here."


def test_a_limit_is_found_before_anything_is_written(tmp_path):
    """4,096 images of four columns need more than the 16,384 columns of a sheet."""
    problem = xlnn.example("4-4")
    many = xlnn.Problem(problem.network, problem.x.repeat(64, axis=0), problem.parameters, problem.digits.repeat(64))
    for do in (xlnn.write, xlnn.write_problem):
        with pytest.raises(xlnn.LimitError) as caught:
            do(many, tmp_path / "out.xlsx")
        assert str(caught.value) == (
            "4,096 images need 16,395 columns in the book's layout; a sheet has 16,384. "
            'At most 4,093 images fit; layout="table" takes more.'
        )
        assert caught.value.exit_code == 5
    assert workbooks.files(tmp_path) == {}
