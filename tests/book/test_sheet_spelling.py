"""A sheet's name with other capitals, spaces around it or full-width letters is the same name, for every command."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

import workbooks
import xlnn
from xlnn.book.names import written_name
from xlnn.checking.judging import judge
from xlnn.pictures.learning import learning_of

WIDE = str.maketrans({chr(letter): chr(letter + 0xFEE0) for letter in (*range(65, 91), *range(97, 123))})

COLUMNS = ["sheet", "quantity", "wrong", "of", "cell", "found", "expected", "mistakes"]

SPELLINGS = {
    "capitals": str.upper,
    "small": str.lower,
    "spaces": lambda name: f" {name} ",
    "full width": lambda name: name.translate(WIDE),
}


def respelt(source: Path, target: Path, spell) -> Path:
    """The workbook with its sheets' names spelt otherwise; sheet Places still has those of before."""
    with ZipFile(source) as package, ZipFile(target, "w") as copy:
        for item in package.infolist():
            content = package.read(item)
            if item.filename == "xl/workbook.xml":
                content, count = re.subn(
                    '(<sheet [^>]*?name=")([^"]*)', lambda match: match[1] + spell(match[2]), content.decode()
                )
                assert count > 1
            copy.writestr(item, content)
    return target


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("trained") / "trained.xlsx"
    xlnn.write(xlnn.example("4-4").with_settings(iterations=3), path)
    return path


@pytest.fixture(params=SPELLINGS)
def spell(request):
    return SPELLINGS[request.param]


SPOILT = (
    None, ("Settings", "B2"), ("Iteration 1", "O11"), ("Iteration 3", "E5"), ("Trained", "O11"), ("Iteration 2", "C2"),
    ("Data", "L5"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("spelling", "cell"),
    [*(("capitals", cell) for cell in SPOILT), *((spelling, ("Iteration 3", "E5")) for spelling in [*SPELLINGS][1:])],
)
def test_the_same_cells_are_wrong(spelling, cell, trained, tmp_path):
    """Whatever cell is spoilt, with the names as xlnn spells them and with others the same is said."""
    spell = SPELLINGS[spelling]
    spoilt = workbooks.edit(trained, tmp_path / "spoilt.xlsx", {cell: 0.55} if cell else {})
    before, after = judge(spoilt), judge(respelt(spoilt, tmp_path / "other.xlsx", spell))
    expected = before.frame()[COLUMNS].assign(sheet=before.frame()["sheet"].map(spell))
    assert after.frame()[COLUMNS].equals(expected)
    assert (after.cells, len(after.sheets), after.book.unseen, after.missing) == (before.cells, 4, (), ())
    assert before.right == (cell is None)
    if cell and cell[0] not in ("Settings", "Data"):
        assert cell in set(zip(before.frame()["sheet"], before.frame()["cell"], strict=True))


def test_training_goes_on(spell, trained, tmp_path):
    problem = xlnn.resume(respelt(trained, tmp_path / "other.xlsx", spell), more=1)
    (step,) = xlnn.train(problem)
    assert step.iteration == 4
    last = list(xlnn.train(xlnn.example("4-4").with_settings(iterations=4)))[-1]
    assert all(np.array_equal(step[q.name], last[q.name]) for q in problem.network.parameters)


def test_what_is_read_is_the_same(spell, trained, tmp_path):
    other = respelt(trained, tmp_path / "other.xlsx", spell)
    assert [found.outputs for found in xlnn.predict(other)[0]] == [found.outputs for found in xlnn.predict(trained)[0]]
    assert [found.outputs for found in xlnn.predict(other, other)[0]] == [
        found.outputs for found in xlnn.predict(trained, trained)[0]
    ]
    assert learning_of(other).totals == learning_of(trained).totals
    assert learning_of(other).moments == (0, 1, 2, 3)
    assert xlnn.compared(trained, other).same


@pytest.mark.parametrize("section", ["4-4", "5-6"])
def test_an_exercise_and_held_out_images(section, spell, tmp_path):
    """All of an exercise is empty; of a workbook to be trained everything is read, held-out images, too."""
    exercise = xlnn.exercise(section, tmp_path / "exercise.xlsx")
    found = judge(respelt(exercise, tmp_path / "other.xlsx", spell))
    assert found.empty == found.cells == judge(exercise).cells > 0
    problem = xlnn.example(section)
    given = xlnn.write_problem(replace(problem, held_out=replace(problem, x=1 - problem.x)), tmp_path / "given.xlsx")
    read = xlnn.read(respelt(given, tmp_path / "read.xlsx", spell))
    assert np.array_equal(read.held_out.x, 1 - problem.x)
    assert np.array_equal(read.x, problem.x)


def test_a_sheet_places(spell, tmp_path):
    """A person's own sheet, which Places names in another spelling than it has."""
    source = workbooks.own(tmp_path / "own.xlsx")
    read = xlnn.read(respelt(source, tmp_path / "other.xlsx", spell))
    assert all(np.array_equal(read.parameters[name], xlnn.read(source).parameters[name]) for name in read.parameters)


def test_a_sheet_that_only_begins_like_an_iterations_is_a_persons_own():
    assert [written_name(name) for name in ("ITERATION 2", " trained ", "Ｄａｔａ")] == ["Iteration 2", "Trained", "Data"]
    assert [written_name(name) for name in ("Iteration x", "Iteration 0", "iteration", "Datas", "Test")] == [None] * 5
