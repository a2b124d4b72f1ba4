"""The script that runs `show` over a folder of workbooks."""

from __future__ import annotations

import corpus
import openpyxl
import pytest

import xlnn


@pytest.fixture
def folder(tmp_path):
    """A workbook that is read, one that is refused, one that is broken, and what is none."""
    (tmp_path / "below").mkdir()
    xlnn.new("4-4", tmp_path / "below" / "good.xlsx")
    made = openpyxl.Workbook()
    made.active.append([0.1, 1e300, 12345678901234567890, "text", True])
    made.save(tmp_path / "other.xlsx")
    (tmp_path / "broken.xlsm").write_bytes(b"PK")
    (tmp_path / "notes.txt").write_text("no workbook")
    return tmp_path


def test_a_folder(folder, capsys):
    assert corpus.main([str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines[:3]] == ["0", "3", "4"]
    assert ["good.xlsx" in lines[0], "broken.xlsm" in lines[1], "other.xlsx" in lines[2]] == [True] * 3
    assert lines[3:] == ["cells that differ: 0, exit 0: 1, exit 3: 1, exit 4: 1"]


def test_a_difference_and_a_traceback_are_told(folder, capsys, monkeypatch):
    theirs = corpus._by_openpyxl
    monkeypatch.setattr(
        corpus, "_by_openpyxl", lambda path: theirs(path) | {"Sheet": {(1, 1): 0.2}} if "other" in path.name else {}
    )
    monkeypatch.setattr(corpus, "show", lambda path, seconds: corpus.Shown(1, 0, 0, "Traceback (most recent call last):\nE: x"))
    assert corpus.main([str(folder)]) == 1
    out = capsys.readouterr().out
    assert "DIFFERS 'Sheet' row 1, column 1: xlnn 0.1, openpyxl 0.2" in out
    assert "TRACEBACK: 3, cells that differ: 3" in out


def test_no_end_in_time(folder):
    assert corpus.show(folder / "other.xlsx", 0.01).code is None
