"""A sheet Places that says part: what it says holds, the rest is understood; and what xlnn places writes is read as it was."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import office
import openpyxl
import own_styles
import pytest
from command import run
from understand_books import rows, table

import workbooks
import xlnn
from xlnn.book.origin import origin_of
from xlnn.book.places_writing import line_words

pytestmark = office.needs_office
PLACES = (*workbooks.PLACES, "Next iteration", "Next input", "Factor")


STYLES = {
    "rows": lambda: {"Net": rows(4)},
    "table": lambda: {"Net": table()},
    "blocks down": lambda: {"Net": own_styles.blocks(3, 18, 0)},
    "blocks right": lambda: {"Net": own_styles.blocks(3, 0, 16)},
    "sheets": lambda: own_styles.sheets(3),
    "scattered": lambda: {"Net": scattered()},
}


def scattered() -> dict[str, object]:
    """The table with the parameters of unit 2 in cells that follow no step."""
    moved, cells = {"A2": "S20", "B2": "U3", "C2": "T9"}, table()
    for name, cell in cells.items():
        for old, new in moved.items() if isinstance(cell, str) else ():
            cell = re.sub(rf"\${old[0]}\${old[1]}(?!\d)|(?<![A-Z$]){old}(?!\d)", new, cell)
        cells[name] = cell
    return cells | {new: cells.pop(old) for old, new in moved.items()}


@pytest.fixture(scope="module")
def sheets(tmp_path_factory) -> dict[str, Path]:
    """Sheets that people build, calculated: iterations in rows, blocks and sheets; a table with δ = t − a; cells anywhere."""
    folder = tmp_path_factory.mktemp("sheets")
    for name, cells in STYLES.items():
        office.recalculate(workbooks.save(folder / f"{name}-uncalculated.xlsx", cells()), folder / f"{name}.xlsx")
    return {name: folder / f"{name}.xlsx" for name in STYLES}


def with_places(path: Path, target: Path, *lines) -> Path:
    """A copy with a sheet Places, calculated."""
    edited = target.with_stem("edited")
    workbooks.edit(path, edited, change=lambda book: list(map(book.create_sheet("Places").append, [PLACES, *lines])))
    office.recalculate(edited, target)
    return target


def same(one: xlnn.Problem, other: xlnn.Problem) -> bool:
    """Whether two problems are one: network, examples, right answers, parameters, η and batch."""
    assert one.network == other.network
    assert np.array_equal(one.x, other.x)
    assert one.t is not None
    assert np.array_equal(one.t, other.t)
    assert one.settings == other.settings
    return all(np.array_equal(array, other.parameters[name]) for name, array in one.parameters.items())


@pytest.mark.parametrize("name", STYLES)
def test_what_places_writes_is_read_as_it_was(sheets, name, tmp_path):
    path, target = sheets[name], tmp_path / "placed.xlsx"
    code, text, _ = run("places", path, "-o", target)
    assert code == 0, text
    assert same(xlnn.read(path), xlnn.read(target))
    assert same(xlnn.read(path), xlnn.read(path, places=target))
    before, after = run("check", path), run("check", target)
    assert before[0] == after[0] == 0
    assert before[1].split("checked")[0].split()[-2:] == after[1].split("checked")[0].split()[-2:]  # as many cells


@pytest.mark.parametrize("name", STYLES)
def test_places_alone_say_it_all(sheets, name, tmp_path):
    """The same with all formulas gone: then nothing is understood, and the lines say it by themselves."""
    target, numbers = tmp_path / "placed.xlsx", tmp_path / "numbers.xlsx"
    assert run("places", sheets[name], "-o", target)[0] == 0
    book = openpyxl.load_workbook(target, data_only=True)
    book.save(numbers)
    problem, alone = xlnn.read(sheets[name]), xlnn.read(numbers)
    assert alone.network.layer_settings == problem.network.layer_settings
    assert np.array_equal(alone.x, problem.x)
    assert np.array_equal(np.asarray(alone.t), np.asarray(problem.t))
    assert alone.settings.eta == problem.settings.eta
    assert all(np.array_equal(alone.parameters[n], array) for n, array in problem.parameters.items())
    code, text, _ = run("check", numbers)
    assert code == 0, text
    assert "lines" in text.splitlines()[1]


def test_three_lines_of_places_and_the_rest_understood(sheets, tmp_path):
    path = with_places(
        sheets["table"],
        tmp_path / "t.xlsx",
        ("x", "Net!A6:B6", "1 down"),
        ("w2", "Net!A1:B1", None, "1 down"),
        ("a3", "Net!I6", "1 down"),
    )
    assert same(xlnn.read(sheets["table"]), xlnn.read(path))
    code, text, _ = run("check", path)
    assert code == 0
    assert "36 cells checked on Net: all right." in text
    assert "read as sheet Places says (lines: 3); the rest is understood from the formulas." in text
    for command in ("show", "train"):
        code, text, error = run(command, path, *(["-n", "1", "-o", tmp_path / "o.xlsx"] if command == "train" else []))
        assert code == 0
        assert "lines: 3" in text + error


def counted(path: Path) -> tuple[int, list[str]]:
    """How many iterations `show` counts and its first and last name; the names that `check` has, shortened in the middle."""
    said = re.search(r"iterations: (\d+) \((?:on )?(.*)\)\n", run("show", path)[1])
    names = re.search(r"checked on (.*?): ", run("check", path)[1])
    assert said is not None
    assert names is not None
    ends, found = said[2].split(" … "), names[1].split(", ")
    assert (ends[0], ends[-1]) == (found[0], found[-1])
    return int(said[1]), found


@pytest.mark.parametrize("name", ["rows", "blocks down", "blocks right"])
@pytest.mark.parametrize("begins", [1, 2, 3])
def test_show_and_check_count_the_iterations_alike(sheets, name, begins, tmp_path):
    """Also where Places begins with a later one: those before it are not looked at, and that is said."""
    problem = xlnn.read(sheets[name])
    own = origin_of(problem).iterations
    lying = [(q, *own.shown[begins][q.name]) for q in problem.network.parameters if q.name in own.shown[begins]]
    lines = [line_words(q, sheet, place, 1.0, None, "en") for q, sheet, place in lying]
    path = with_places(sheets[name], tmp_path / "p.xlsx", *([line.get(column) for column in PLACES] for line in lines))
    count, names = counted(path)
    assert count == len(own.shown) - begins + 1
    assert count == len(names) or "…" in names
    text = run("check", path)[1]
    before = {1: None, 2: "the 1 iteration before", 3: "the 2 iterations before"}[begins]
    assert ("before that" in text) == (before is not None)
    assert before is None or before in text


@pytest.mark.parametrize("name", STYLES)
def test_without_places_they_count_alike_too(sheets, name):
    assert counted(sheets[name])[0] == len(origin_of(xlnn.read(sheets[name])).iterations.shown)


def test_places_holds_where_the_formulas_say_something_else(sheets, tmp_path):
    """δ³ is said to lie in column P, which has −δ³ once more, wrong in one row: that is judged, and the contradiction told."""
    book = tmp_path / "other.xlsx"
    workbooks.edit(sheets["table"], book)
    numbers = workbooks.numbers(sheets["table"], "Net", "J6:J8").ravel().tolist()
    workbooks.edit(book, book, {("Net", f"P{r}"): n for r, n in zip((6, 7, 8), [*numbers[:2], 0.5], strict=True)})
    path = with_places(book, tmp_path / "t.xlsx", ("delta3", "Net!P6", "1 down", None, None, None, None, None, -1))
    code, text, _ = run("check", path)
    assert code == 1
    assert "delta3 lies in Net!P6, as sheet Places says; the formulas have it in Net!J6." in text
    assert "1. Net!P8: δ³, 1 of 3 cells wrong." in text
    assert f"P8: found 0.5, expected {numbers[2]:.7g}" in text


def test_places_says_what_is_not_there(sheets, tmp_path):
    path = with_places(sheets["table"], tmp_path / "t.xlsx", ("t", "none"), ("x", "Net!A6:B6", "1 down"))
    problem = xlnn.read(path)
    assert not problem.network.answered
    code, text, _ = run("check", path)
    assert code == 0
    assert "t is not there, as sheet Places says; the formulas have it in Net!C6." in text


def test_a_line_that_does_not_fit_names_itself(sheets, tmp_path):
    path = with_places(sheets["table"], tmp_path / "t.xlsx", ("w2", "Net!A1:C1", None, "1 down"))
    code, _, error = run("show", path)
    assert code == 4
    assert "t.xlsx › 'Places'!B2: w2: expected a first block of 1×2 numbers, found A1:C1 (1×3)." in error


def test_sheet_settings_is_above_all(tmp_path):
    """A workbook with Settings is read as it says, whatever its formulas are; and places says so, too."""
    path = tmp_path / "book.xlsx"
    assert run("new", "4-4", path)[0] == 0
    code, text, _ = run("places", path, "-o", tmp_path / "p.xlsx")
    assert (code, text) == (0, f"{tmp_path / 'p.xlsx'}: 7 lines of sheet Places.\n")
    again = xlnn.read(tmp_path / "p.xlsx")
    assert again.network == xlnn.read(path).network


# ---- labels -----------------------------------------------------------------------------------------------


def test_labels_confirm_and_contradict_but_never_decide(sheets, tmp_path):
    labels = {"A5": "x1", "B5": "x2", "C5": "t", "D5": "net h1", "J5": "δ3", "I5": "w7", "L2": "η"}
    path, edited = tmp_path / "t.xlsx", tmp_path / "edited.xlsx"
    office.recalculate(workbooks.edit(sheets["table"], edited, {("Net", cell): text for cell, text in labels.items()}), path)
    code, text, _ = run("show", path)
    assert code == 0
    assert "labels: 5 confirm it, 1 speak against it" in text
    against = "the label 'w7' in Net!I5 speaks against it: by the formulas Net!I6 is a³."
    assert against in text
    code, text, _ = run("check", path)
    assert code == 0  # nothing is wrong for that
    assert against in text
    assert same(xlnn.read(sheets["table"]), xlnn.read(path))
