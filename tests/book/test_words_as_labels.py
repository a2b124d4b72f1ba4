"""What people bring: labels that are words, answers that contradict themselves, pixels from 0 to 255."""

import numpy as np
import pytest
from command import run

import workbooks
import xlnn


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return xlnn.new("4-4", tmp_path_factory.mktemp("words") / "book.xlsx")


def digit_cells(words) -> dict:
    """Where sheet Data of 4-4 has the digits: N9, and the next 4 columns to the right."""
    return {("Data", f"{letters(14 + 4 * k)}9"): word for k, word in enumerate(words)}


def letters(column: int) -> str:
    return (letters((column - 1) // 26) if column > 26 else "") + chr(65 + (column - 1) % 26)


@pytest.mark.parametrize(("first", "second"), [("cat", "dog"), ("○", "×"), ("ゼロ", "いち"), ("Yes", "No")])
def test_words_in_order_of_appearance(tmp_path, book, first, second):
    digits = xlnn.example("4-4").digits
    words = [first if digit == digits[0] else second for digit in digits]
    path = workbooks.edit(book, tmp_path / "words.xlsx", digit_cells(words))
    problem = xlnn.read(path)
    assert problem.network.names == (first, second)
    assert (problem.digits == (digits != digits[0])).all()
    assert f"{first} = 0, {second} = 1" in run("show", path)[1]
    assert run("train", path, "-n", "50")[0] == 0
    code, out, _ = run("predict", tmp_path / "words-trained.xlsx", path)
    assert code == 0
    answers = [line.rpartition("→ ")[2] for line in out.splitlines()]
    assert answers == words  # all 64 are right after 50 updates, as with digits
    again = xlnn.read(tmp_path / "words-trained.xlsx")
    assert (again.network.names, again.digits.tolist()) == ((first, second), problem.digits.tolist())


def test_words_as_settings_has_them(tmp_path, book):
    digits = xlnn.example("4-4").digits
    words = ["dog" if digit else "Cat " for digit in digits]  # spaces, and whether capital or small, do not count
    cells = digit_cells(words) | {("Settings", workbooks.setting(book, "classes")): "dog, cat"}
    problem = xlnn.read(workbooks.edit(book, tmp_path / "words.xlsx", cells))
    assert (problem.digits == (digits == 0)).all()
    cells |= {("Data", "N9"): "bird"}
    with pytest.raises(xlnn.ContentError) as caught:
        xlnn.read(workbooks.edit(book, tmp_path / "bird.xlsx", cells))
    assert str(caught.value) == "bird.xlsx › 'Data'!N9: expected one of the classes dog, cat, found 'bird'."


def test_two_ones(tmp_path):
    """5-6 has t of three units: an image with two 1s is noted, by its cell."""
    path = xlnn.new("5-6", tmp_path / "book.xlsx")
    sources = xlnn.read(path).origin.sources["t"]
    t = xlnn.example("5-6").t
    zero = int(np.argmin(t[6]))
    spot = sources[1].cell(6, zero).name
    mine = workbooks.edit(path, tmp_path / "mine.xlsx", {(sources[0], spot): 1})
    code, out, _ = run("show", mine)
    assert code == 0
    assert "t of image 7 has 2 ones" in out
    assert run("show", path)[1].count(" ones") == 0


def test_targets_that_contradict_the_digits(tmp_path):
    """The authors' sheet with Places for digits and targets: one t was exchanged by hand."""
    workbooks.authors_35(tmp_path / "book.xlsx", formulas=False)
    lines = [
        ("Quantity", "First block", "Next image", "Next unit"),
        ("x", "学习!L5:N8", "4 right", None),
        ("digit", "学习!O28", "4 right", None),
        ("t", "学习!O9:O10", "4 right", None),
        ("w2", "学习!D5:F8", None, "4 down"),
        ("b2", "学习!G5", None, "4 down"),
        ("w3", "学习!D17:F17", None, "1 down"),
        ("b3", "学习!G17", None, "1 down"),
    ]

    def with_places(found):
        sheet = found.create_sheet("Places")
        for line in lines:
            sheet.append(line)

    right = workbooks.edit(tmp_path / "book.xlsx", tmp_path / "right.xlsx", change=with_places)
    digit = xlnn.read(right).digits[2]
    wrong = {("学习", "W9"): 0 if digit == 0 else 1, ("学习", "W10"): 1 if digit == 0 else 0}
    path = workbooks.edit(right, tmp_path / "wrong.xlsx", wrong)
    note = f"'学习'!W9: t of image 3 is {wrong['学习', 'W9']}, but its digit is {digit:g}"
    out = "".join(map(str, run("show", path, "--language", "en")))
    assert note in out
    assert "but its digit" not in "".join(map(str, run("show", right, "--language", "en")))


def test_pixels_from_0_to_255(tmp_path, book):
    """All 1s typed as 255: scaled by the setting; else each 255 counts as such, and one among 0 and 1 is noted."""
    x = xlnn.example("4-4").x
    place = xlnn.read(book).origin.sources["x"][1]
    cells = {("Data", place.cell(*index).name): 255 * value for index, value in np.ndenumerate(x)}
    raw = workbooks.edit(book, tmp_path / "raw.xlsx", cells)
    assert xlnn.read(raw).x.max() == 255
    scaled = {("Settings", "A17"): "pixels", ("Settings", "B17"): "0..1"}
    problem = xlnn.read(workbooks.edit(raw, tmp_path / "scaled.xlsx", scaled))
    assert (problem.x == x).all()
    assert problem.notes[-1][1] == {"full": "255"}
    assert run("train", tmp_path / "scaled.xlsx", "-n", "1")[0] == 0
    assert (xlnn.read(tmp_path / "scaled-trained.xlsx").x == x).all()  # once, not twice
    black = tuple(np.argwhere(x[4] == 1)[0])
    lone = workbooks.edit(book, tmp_path / "lone.xlsx", {("Data", place.cell(4, *black).name): 255})
    out = run("show", lone)[1]
    assert f"'Data'!{place.cell(4, *black).name}: this pixel is 255" in out
    assert "this pixel is" not in run("show", book)[1] + run("show", raw)[1]
