"""Saving: all of the new file or all of the old one, and never the input or somebody else's file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import openpyxl
import pytest
from xlsxwriter.exceptions import FileCreateError

import workbooks
import xlnn
from xlnn.errors import SaveError
from xlnn.saving import check_target, replacing, written_by_xlnn


def write(path: Path, text: str = "new") -> None:
    with replacing(path) as temporary:
        temporary.write_text(text)


def refused(path: Path, *inputs: Path, force: bool = False) -> str:
    with pytest.raises(SaveError) as caught:
        check_target(path, inputs, force)
    assert caught.value.exit_code == 6
    return str(caught.value)


# ---- replacing -----------------------------------------------------------------------------------------


def test_the_file_appears_whole(tmp_path):
    """Until the end there is only the temporary file, in the same folder, so that it can be renamed."""
    with replacing(tmp_path / "out.xlsx") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".out-")
        temporary.write_text("new")
        assert not (tmp_path / "out.xlsx").exists()
    assert workbooks.files(tmp_path) == {"out.xlsx": b"new"}


@pytest.mark.parametrize("error", [ValueError("bad"), KeyboardInterrupt(), xlnn.ContentError("wrong")])
def test_an_error_leaves_the_old_file(error, tmp_path):
    (tmp_path / "out.xlsx").write_text("old")
    writing = replacing(tmp_path / "out.xlsx")
    writing.__enter__().write_text("half")
    assert not writing.__exit__(type(error), error, None)  # the error goes on
    assert workbooks.files(tmp_path) == {"out.xlsx": b"old"}


def test_a_full_disk(tmp_path):
    (tmp_path / "out.xlsx").write_text("old")
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for error in (full, FileCreateError(full)):
        with pytest.raises(SaveError) as caught, replacing(tmp_path / "out.xlsx"):
            raise error
        assert os.strerror(errno.ENOSPC) in str(caught.value)
        assert str(caught.value).startswith("out.xlsx: the file cannot be written: ")
    assert workbooks.files(tmp_path) == {"out.xlsx": b"old"}


def test_a_file_that_is_open_in_excel(tmp_path, monkeypatch):
    """Windows refuses to replace it."""
    (tmp_path / "out.xlsx").write_text("old")

    def locked(source, target):
        raise PermissionError(13, "Access is denied", str(target))

    monkeypatch.setattr(os, "replace", locked)
    with pytest.raises(SaveError) as caught:
        write(tmp_path / "out.xlsx")
    assert str(caught.value) == "out.xlsx: the file cannot be replaced. Is it open in Excel? Close it and try again."
    assert workbooks.files(tmp_path) == {"out.xlsx": b"old"}


def test_a_folder_that_is_gone(tmp_path):
    with pytest.raises(SaveError) as caught:
        write(tmp_path / "gone" / "out.xlsx")
    assert str(caught.value) == f"out.xlsx: the folder cannot be written to: {os.strerror(errno.ENOENT)}."


def test_it_is_synced_before_it_replaces(tmp_path, monkeypatch):
    """Else a power cut could leave an empty file under the new name."""
    done = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: done.append("sync") or sync(number))
    monkeypatch.setattr(os, "replace", lambda old, new: done.append("replace") or replace(old, new))
    write(tmp_path / "out.xlsx")
    assert done == ["sync", "replace"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_permissions(tmp_path):
    """Those of the old file; of a new one what the system gives, not the 600 of a temporary file."""
    (tmp_path / "old.xlsx").touch()
    (tmp_path / "old.xlsx").chmod(0o640)
    (tmp_path / "plain").touch()
    for name in ("old.xlsx", "new.xlsx"):
        write(tmp_path / name)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes["old.xlsx"] == 0o640
    assert modes["new.xlsx"] == modes["plain"]


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
    assert refused(foreign) == "foreign.xlsx: the file exists and xlnn did not write it; --force replaces it."
    check_target(foreign, force=True)
    check_target(own)
    expected = "own.xlsx: the output would overwrite the input; choose another name with --output."
    assert refused(own, own) == refused(own, own, force=True) == expected


def test_the_input_by_another_path(tmp_path, monkeypatch):
    own = xlnn.new("4-4", tmp_path / "own.xlsx")
    (tmp_path / "folder").mkdir()
    os.symlink(own, tmp_path / "link.xlsx")
    os.link(own, tmp_path / "hard.xlsx")
    monkeypatch.chdir(tmp_path)
    for path in ("own.xlsx", "folder/../own.xlsx", "link.xlsx", "hard.xlsx"):
        assert "would overwrite the input" in refused(Path(path), own)


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
            "At most 4,093 images fit; --layout table takes more."
        )
        assert caught.value.exit_code == 5
    assert workbooks.files(tmp_path) == {}
