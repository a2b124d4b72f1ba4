"""Hostile and broken workbooks: the right numbers, or one plain line and an exit code; quickly, and in bounded memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import answering
import hostile
import numpy as np
import pytest
from answering import Answer, Answering
from hostile_edits import DATA, PIXEL, Case, expected, good, packed, parts, value


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> Iterator:
    """Asks one long-lived child process for what it says of a case."""
    child, folder = Answering(), tmp_path_factory.mktemp("hostile")

    def ask(case: Case) -> Answer:
        path = folder / case.file
        path.write_bytes(case.make(parts()))
        return child.ask(path)

    yield ask
    child.close()


def check_refused(case: Case, answer: Answer) -> None:
    """One line on the error stream that names what it should, and nothing else."""
    assert answer.out == ""
    assert answer.err.endswith("\n")
    lines = answer.err[:-1].split("\n")
    assert lines == answer.err.splitlines()
    assert case.several or len(lines) == 1, answer.err
    for line in lines:
        assert line.startswith("xlnn: error: ")
        assert line.isprintable()
        assert len(line) < 600
    assert case.file in lines[0]
    assert case.where in lines[0], answer.err
    assert case.says.casefold() in lines[0].casefold(), answer.err


def check_right(case: Case, answer: Answer) -> None:
    """The numbers of the book, apart from the case's own, bit for bit; a note where the case wants one."""
    assert case.says in answer.out + answer.err, answer.out
    for name, array in expected(case).items():
        np.testing.assert_array_equal(np.array(answer.numbers[name]), array, err_msg=name)
    assert (answer.numbers["eta"], answer.numbers["iterations"]) == (0.2, 50)


@pytest.mark.parametrize("case", hostile.cases(), ids=lambda case: case.name)
def test_answer(case, answers):
    answer = answers(case)
    assert not answer.failure
    assert answer.code == case.code, answer.err or answer.out
    (check_refused if answer.code else check_right)(case, answer)
    assert answer.memory <= answering.MEMORY


def test_no_note_without_a_reason(answers):
    shown = answers(Case("", packed())).out.casefold()
    assert "hidden" not in shown
    assert "other workbook" not in shown


def test_enough_of_them():
    names = [case.name for case in hostile.cases()]
    assert len(set(names)) == len(names) >= 120
    assert len({case.make(parts()) for case in hostile.cases() if case.name.startswith(("cut", "flip"))}) > 120


REPRESENTATIVES = (
    "kind: xls", "cut: 50 %", "lie: size of a bomb", "bomb: cells", "bomb: strings", "bomb: 1,100 parts of 1 MB",
    "bomb: 10,001 members", f"entities: in {DATA}", "depth: 100000, in a sheet", "far: on the diagonal",
    "far: beside the images", "merge: 100,000 of them", "no number: '１２'", "good: Strict Open XML",
)  # fmt: skip


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_as_a_process_of_its_own(name, tmp_path):
    """The same from outside: the process ends by itself, and held at most 300 MB."""
    case = next(case for case in hostile.cases() if case.name == name)
    path = tmp_path / case.file
    path.write_bytes(case.make(parts()))
    process = subprocess.run(
        [sys.executable, "-X", "utf8", answering.__file__, "alone", "show", str(path)],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    *err, memory = process.stderr.splitlines()
    assert process.returncode == case.code, err
    assert len(err) == (case.code != 0)
    assert bool(process.stdout) == (case.code == 0)
    assert float(memory) <= answering.MEMORY


def test_the_child_can_fail(tmp_path):
    """A process that ends is noticed, and the next question starts another."""
    child, path = Answering(), tmp_path / "book.xlsx"
    path.write_bytes(good())
    assert child.ask(path).code == 0
    child.child.kill()
    with pytest.raises(AssertionError, match="ended with"):
        child.ask(path)
    assert child.ask(path).code == 0
    child.close()


def test_a_wrong_number_is_noticed(answers):
    changed = packed(value("<v>1</v>"))
    answer = answers(Case("", changed))
    with pytest.raises(AssertionError, match="x"):
        check_right(Case("", changed), answer)
    check_right(Case("", changed, right={PIXEL: 1.0}), answer)


def test_as_files(tmp_path, monkeypatch):
    """`python tests/hostile.py FOLDER` writes them all."""
    chosen = hostile.cases()[:3]
    monkeypatch.setattr(hostile, "cases", lambda: chosen)
    hostile.main(str(tmp_path))
    assert len(list(Path(tmp_path).iterdir())) == 3
