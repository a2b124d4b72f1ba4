"""Problems without a workbook: from arrays, from tables, from pictures; and how they look."""

import base64
import re
import zlib

import numpy as np
import pandas as pd
import pytest
from command import run
from hypothesis import given
from hypothesis import strategies as st

import xlnn
from xlnn.model.brought import _front
from xlnn.model.image_table import nearest_square

BOOK = xlnn.example("4-4")


def test_from_arrays_it_is_the_problem_of_the_workbook(tmp_path):
    """The book's network without a workbook: with its parameters it trains to the same C_T, and drawn ones are those of a
    workbook whose parameters are left empty."""
    made = xlnn.problem(BOOK.x.reshape(64, 12), BOOK.digits, layers=(12, 3, 2), eta=0.2, iterations=3)
    assert made.network == BOOK.network
    assert (made.x == BOOK.x).all()
    same = xlnn.Problem(made.network, made.x, BOOK.parameters, made.digits, settings=made.settings)
    costs = [step["CT"] for step in xlnn.train(same)]
    assert costs == [step["CT"] for step in xlnn.train(BOOK.with_settings(iterations=3))]
    assert costs[0] == pytest.approx(20.255346, abs=5e-7)  # the book's
    xlnn.write_problem(made, tmp_path / "book.xlsx")
    assert (xlnn.read(tmp_path / "book.xlsx").parameters["w2"] == made.parameters["w2"]).all()


@given(st.integers(1, 5), st.integers(1, 5), st.integers(2, 4), st.data())
def test_any_shape_and_labels(rows, columns, classes, data):
    labels = data.draw(st.lists(st.integers(0, classes - 1), min_size=1, max_size=6))
    x = np.arange(len(labels) * rows * columns, dtype=float).reshape(len(labels), rows, columns)
    made = xlnn.problem(x, labels, layers=f"{rows * columns}-2-{classes}")
    assert made.network.classes == tuple(range(classes))
    assert made.digits.tolist() == labels
    flat = xlnn.problem(x.reshape(len(labels), -1), labels, layers=(rows * columns, 2, classes), size=(rows, columns))
    assert (flat.x == made.x).all()


@pytest.mark.parametrize(
    ("pixels", "shape"), [(12, (4, 3)), (64, (8, 8)), (784, (28, 28)), (35, (7, 5)), (7, (7, 1)), (1, (1, 1))]
)
def test_the_rectangle_nearest_to_a_square(pixels, shape):
    assert nearest_square(pixels) == shape


def test_words_targets_and_no_answers():
    x = np.eye(4)
    words = xlnn.problem(x, ["cat", "dog", "cat", "○"])
    assert (words.network.names, words.digits.tolist()) == (("cat", "dog", "○"), [0, 1, 0, 2])
    assert xlnn.problem(x, ["cat", "dog", "cat", "dog"], classes=("dog", "cat")).digits.tolist() == [1, 0, 1, 0]
    assert xlnn.problem(x, t=x[:, :2], layers=(4, 3, 2)).network.judged is False  # two images have no 1
    assert xlnn.problem(x).network.answered is False


def test_from_a_table():
    frame = pd.DataFrame(BOOK.x.reshape(64, 12), columns=[f"p{n}" for n in range(12)])
    frame.insert(5, "digit", BOOK.digits.astype(int))
    for made in (xlnn.problem(frame), xlnn.problem(frame, "digit", layers=(12, 3, 2))):
        assert (made.x == BOOK.x).all()
        assert (made.digits == BOOK.digits).all()
    assert xlnn.problem(frame.drop(columns="digit"), BOOK.digits).digits.tolist() == BOOK.digits.tolist()


@pytest.mark.parametrize(
    ("arguments", "options", "says"),
    [
        ((np.zeros((2, 12)), [0, 1]), {"layers": (64, 16, 10)}, "layers 64-16-10 begin with 64, but an image has 12 pixels."),
        ((np.zeros((2, 12)), [0, 1]), {"layers": "12"}, "expected layers like 64-16-10"),
        ((np.zeros((3, 12)), [0, 7, 3]), {"layers": (12, 3, 2)}, "2 output units, but 3 classes"),
        ((np.zeros((2, 12)), [0, 1]), {"size": (5, 3)}, "images of 5×3 have 15 pixels, x has 12."),
        ((np.zeros((2, 12)), [0, 1]), {"learning_rate": 1}, "unknown setting 'learning_rate'; known: .*eta"),
        ((np.zeros((2, 12)), [0, 1]), {"t": np.zeros((2, 2))}, "give digits or t, not both."),
        ((np.zeros(12), [0]), {}, "expected x of shape"),
        ((np.zeros((2, 12)), "digit"), {}, "can name a column of a DataFrame only"),
        ((pd.DataFrame(np.zeros((2, 4))), "digit"), {}, "there is no column 'digit'"),
    ],
)
def test_what_does_not_fit(arguments, options, says):
    with pytest.raises(xlnn.XlnnError, match=says):
        xlnn.problem(*arguments, **options)


# ---- paths and names -------------------------------------------------------------------------------------


def test_paths_instead_of_problems(tmp_path):
    path = xlnn.new("4-4", tmp_path / "book.xlsx")
    assert next(xlnn.train(str(path)))["CT"] == next(xlnn.train(BOOK))["CT"]
    pd.testing.assert_frame_equal(xlnn.history(path), xlnn.history(xlnn.read(path)))
    assert xlnn.show(path) == xlnn.show(xlnn.read(path))
    assert xlnn.write(path, tmp_path / "out.xlsx").path.is_file()
    assert [found.parameter for found in xlnn.gradcheck(path)] == ["w2", "b2", "w3", "b3"]


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(KeyError, match=r"there is no quantity 'z9'; known: .*z2, a2"):
        next(xlnn.train(BOOK))["z9"]
    with pytest.raises(AttributeError, match=r"no attribute 'fit'; it has read, .*train"):
        _ = xlnn.fit


# ---- at a glance -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", ["4-4", "5-6", "2-12", "logistic"])
def test_a_repr_of_ten_lines(section):
    problem = xlnn.example(section)
    lines = repr(problem).splitlines()
    assert 3 <= len(lines) <= 10
    assert all(len(line) <= 110 for line in lines)
    assert f"{problem.images} {problem.network.things}" in lines[0]
    assert f"η {problem.settings.eta:g}" in repr(problem)


def test_a_page_for_notebooks_has_the_images():
    page = BOOK._repr_html_()
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    assert len(pictures) == 24
    png = base64.b64decode(pictures[0])
    size = png.index(b"IDAT")
    length = int.from_bytes(png[size - 4 : size], "big")
    rows = np.frombuffer(zlib.decompress(png[size + 4 : size + 4 + length]), np.uint8).reshape(4, 4)
    assert (rows[:, 1:] == 255 - 255 * BOOK.x[0]).all()  # the first byte of a row says how it is packed
    assert "<script" not in xlnn.problem(np.eye(4), ["<script>", "b", "b", "b"])._repr_html_()


# ---- xlnn new own ----------------------------------------------------------------------------------------


def test_a_folder_of_pictures(tmp_path):
    """Black on white, in folders named by their labels; 8×8 pictures of twice the size are the book's x again."""
    image = pytest.importorskip("PIL.Image")
    for k in range(6):
        grey = (255 - 255 * np.pad(BOOK.x[k], ((2, 2), (2, 3)))).astype(np.uint8).repeat(2, 0).repeat(2, 1)
        folder = tmp_path / "pictures" / ("nought" if BOOK.digits[k] == 0 else "one")
        folder.mkdir(parents=True, exist_ok=True)
        image.fromarray(grey).save(folder / f"{k}.png")
    last = (255 - 255 * np.pad(BOOK.x[63], ((2, 2), (2, 3)))).astype(np.uint8)
    (tmp_path / "pictures" / "one").mkdir(exist_ok=True)
    image.fromarray(last).save(tmp_path / "pictures" / "one" / "10.png")
    code, _, err = run(
        "new", "own", tmp_path / "own.xlsx", "--images", tmp_path / "pictures", "--size", "8x8", "--layers", "64-5-2"
    )
    assert (code, err) == (0, "")
    problem = xlnn.read(tmp_path / "own.xlsx")
    assert problem.network.names == ("nought", "one")
    assert problem.digits.tolist() == [0] * 6 + [1]
    assert (problem.x[0] == np.pad(BOOK.x[0], ((2, 2), (2, 3)))).all()
    assert run("train", tmp_path / "own.xlsx", "-n", "2")[0] == 0


@pytest.mark.parametrize(("stem", "label"), [("7_001", "7"), ("cat-12", "cat"), ("cat12", "cat"), ("7", "7"), ("0 (2)", "0")])
def test_the_label_in_front_of_a_name(stem, label):
    assert _front(stem) == label


def test_a_table_and_arrays(tmp_path):
    lines = [",".join(map(str, [int(d), *image.ravel()])) for d, image in zip(BOOK.digits, BOOK.x, strict=True)]
    (tmp_path / "images.csv").write_text("\n".join(lines))
    np.savez(tmp_path / "images.npz", x=BOOK.x * 255, y=BOOK.digits.astype(int))
    for name in ("images.csv", "images.npz"):
        target = tmp_path / f"{name}.xlsx"
        assert run("new", "own", target, "--images", tmp_path / name, "--size", "4x3", "--layers", "12-3-2")[0] == 0
        problem = xlnn.read(target)
        assert (problem.x == BOOK.x).all()
        assert (problem.digits == BOOK.digits).all()
        assert problem.network == BOOK.network


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "needs --images"),
        (("--images", "nowhere"), 3, "there is no such file"),
        (("--images", "."), 3, "there is no picture in this folder"),
        (("--images", "bad.npz"), 3, "cannot be read"),
        (("--images", "none.npz"), 4, "expected an array x"),
        (("--images", "images.npz", "--layers", "9-2"), 2, "expected|output units|begin with"),
        (("--images", "images.npz", "--size", "big"), 2, "expected a size like 8x8"),
        (("--images", "bad.png"), 3, "single picture"),
    ],
)
def test_bad_images(tmp_path, monkeypatch, arguments, code, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 no archive")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    if "." in arguments:
        (tmp_path / "bad.png").unlink()
    np.savez(tmp_path / "none.npz", weights=np.zeros(3))
    np.savez(tmp_path / "images.npz", x=BOOK.x, y=BOOK.digits)
    found, _, err = run("new", "own", "own.xlsx", *arguments)
    assert found == code, err
    assert re.search(says, err), err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("size", ["0x8", "8x0", "0"])
def test_a_size_of_no_pixels(tmp_path, size):
    np.savez(tmp_path / "images.npz", x=BOOK.x, y=BOOK.digits)
    code, _, err = run("new", "own", tmp_path / "own.xlsx", "--images", tmp_path / "images.npz", "--size", size)
    assert (code, err.count("\n"), "expected a size like 8x8, found" in err) == (2, 1, True)


@pytest.mark.parametrize("size", ["129x128", "99999x99999", "999999x1"])
def test_a_size_beyond_a_sheet_takes_no_memory(tmp_path, size):
    """A row of a sheet has 16,384 = 128 · 128 columns."""
    np.savez(tmp_path / "images.npz", x=BOOK.x, y=BOOK.digits)
    code, _, err = run("new", "own", tmp_path / "own.xlsx", "--images", tmp_path / "images.npz", "--size", size)
    assert (code, err.count("\n"), "Choose a smaller size" in err) == (5, 1, True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # 16 pixels: 16·10 + 10 parameters, then 10·2 + 2, since two classes need two outputs
        (("--size", "4x4", "--layers", "16-10-2"), "16-10-2, 192 parameters, 64 images"),
        (("--layers", "12-3-2"), "12-3-2, 47 parameters, 64 images"),
        (("--layers", "12-1"), "12-1, 13 parameters, 64 images"),
    ],
)
def test_what_was_made_is_said(tmp_path, arguments, expected):
    np.savez(tmp_path / "images.npz", x=BOOK.x, y=BOOK.digits.astype(int))
    code, out, _ = run("new", "own", tmp_path / "own.xlsx", "--images", tmp_path / "images.npz", *arguments)
    assert (code, out) == (0, f"{tmp_path / 'own.xlsx'}: {expected}\n")


@pytest.mark.parametrize(
    "arguments",
    [("4-4", "--layers", "12-3-2"), ("4-4", "--size", ""), ("1-2", "--size", "8x8"), ("4-4", "--cells", "live"),
     ("4-4", "--exercise", "--size", "8x8"), ("5-6", "--exercise", "--layers", "12-3-2"), ("own", "--exercise")],
)  # fmt: skip
def test_what_a_section_does_not_have_is_refused(tmp_path, arguments):
    code, out, err = run("new", arguments[0], tmp_path / "b.xlsx", *arguments[1:])
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert not (tmp_path / "b.xlsx").exists()
