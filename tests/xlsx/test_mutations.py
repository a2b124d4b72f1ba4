"""Seeded mutations of good workbooks: no uncaught exception, and no wrong number passed as right.

60 seconds of them in CI (environment variable CI), 5 elsewhere; `python tests/mutations.py 10000` runs as many as you like.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mutations
import numpy as np
import openpyxl
import pytest
from mutations import differences, judged, mutation, same

import xlnn

SECONDS = 60 if os.environ.get("CI") else 5


@pytest.fixture
def good(tmp_path) -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(mutations.goods()[0])
    return path


def test_mutations():
    """In a process of its own: a reader that ends the process would be noticed."""
    script = Path(mutations.__file__)
    command = [sys.executable, "-X", "utf8", str(script), "1000000", "--seconds", str(SECONDS)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    *_, counts, wrong = done.stdout.splitlines()
    assert wrong == "0 wrong"
    assert int(counts.split()[0]) > 10


def test_good_workbooks_are_read(tmp_path):
    """Before anything is done to them, xlnn and openpyxl agree on each."""
    for content in mutations.goods():
        path = tmp_path / "book.xlsx"
        path.write_bytes(content)
        assert judged(path) == mutations.Verdict("read")


def test_the_same_seed_is_the_same_workbook():
    assert [mutation(seed) for seed in range(20)] == [mutation(seed) for seed in range(20)]
    assert len({mutation(seed)[1] for seed in range(200)}) > 150


@pytest.mark.parametrize("kind", sorted(set(mutations.KINDS), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_every_kind_changes_something(kind):
    content = mutations.goods()[0]
    assert any(kind(content, mutations.Random(seed)) != content for seed in range(10))


# ---- the judge can fail ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x", "digit", "w2", "b3"])
def test_a_wrong_number_is_noticed(name, good):
    """One bit in one number."""
    problem, book = xlnn.read(good), openpyxl.load_workbook(good, data_only=True)
    assert differences(problem, book) == ""
    array = {"x": problem.x, "digit": problem.digits, **problem.parameters}[name]
    array.flat[-1] = np.nextafter(array.flat[-1], 9)
    assert differences(problem, book).startswith(f"{name}[")


def test_a_number_that_openpyxl_has_elsewhere_is_noticed(good):
    problem, book = xlnn.read(good), openpyxl.load_workbook(good, data_only=True)
    book["Data"]["K5"] = "text"
    assert differences(problem, book).startswith("x[0, 0, 0], 'Data'!K5: xlnn ")
    del book["Data"]
    assert differences(problem, book).endswith("openpyxl 'no sheet'")


@pytest.mark.parametrize("field", ["eta", "iterations"])
def test_a_wrong_setting_is_noticed(field, good):
    problem = xlnn.read(good).with_settings(**{field: 7})
    assert differences(problem, openpyxl.load_workbook(good, data_only=True)).endswith(("openpyxl 0.2", "openpyxl 50"))


def test_a_part_of_two_names_is_read_alone(good):
    """OPC compares names of parts without regard to capitals; openpyxl wants the same spelling, and goes on without the sheet."""
    content = good.read_bytes()
    at = content.rindex(b"xl/worksheets/sheet2.xml")  # in the list of parts; the header before the part stays
    good.write_bytes(content[:at] + b"xl/worksheEts/sheet2.xml" + content[at + 24 :])
    assert judged(good) == mutations.Verdict("read alone")


def test_an_exception_is_noticed(good, monkeypatch):
    def broken(path):
        raise KeyError("xl/workbook.xml")

    monkeypatch.setattr(xlnn, "read", broken)
    assert judged(good).kind == "uncaught"
    assert "KeyError: 'xl/workbook.xml'" in judged(good).wrong


def test_blank_is_the_same_as_drawn():
    assert same(None, None)
    assert not same(None, 0)
    assert not same(0.0, None)
    assert not same(1.0, True)
    assert same(1.0, 1)
