"""`plot`: the numbers that are drawn, the pictures without their texts against stored ones, the texts, files, wrong input."""

from __future__ import annotations

import csv
import logging
import os
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pytest
from command import run
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text
from PIL import Image
from problems import dense, maps, random_problem
from reference import forward, targets, updated

import xlnn
from xlnn.errors import NoFont, pip_install
from xlnn.model.network import LayerSettings
from xlnn.model.training import totals
from xlnn.pictures.learning import learning_of, spread
from xlnn.pictures.panels import montage, pictures

DATA = Path(__file__).parents[1] / "data"
PLOT = import_module("xlnn.pictures.plots")  # the module: xlnn.plot is the function
UPDATES = 12


@pytest.fixture(scope="module")
def books(tmp_path_factory) -> dict[str, Path]:
    """4-4 trained for twelve updates with all sheets, and with its first and last one only; 5-6 with those only."""
    folder = tmp_path_factory.mktemp("books")
    for name, section, keep in (("4-4", "4-4", "all"), ("ends", "4-4", "first,last"), ("5-6", "5-6", "first,last")):
        problem = xlnn.example(section).with_settings(iterations=UPDATES)
        xlnn.write(problem, folder / f"{name}.xlsx", keep=keep, detail="totals" if name == "ends" else "units")
    return {path.stem: path for path in folder.glob("*.xlsx")}


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def trained(section: str) -> xlnn.Problem:
    return xlnn.example(section).with_settings(iterations=UPDATES)


def course(problem, updates: int) -> list[dict]:
    """The parameters before and after each update, by another program's gradients."""
    found = [dict(problem.parameters)]
    for _ in range(updates):
        found.append(updated(problem, found[-1], np.arange(problem.images)))
    return found


# ---- the numbers that are drawn --------------------------------------------------------------------


def test_the_curves_are_the_books_c_t_and_share(books):
    with (DATA / "expected_CT_4-4.csv").open(newline="") as file:
        expected = np.array(list(csv.reader(file))[1:], dtype=float)
    expected = expected[expected[:, 0] <= UPDATES]
    cost, share = xlnn.plot(books["4-4"], "cost").axes
    drawn = [axes.lines[0].get_xydata()[expected[:, 0].astype(int)] for axes in (cost, share)]
    np.testing.assert_allclose(drawn[0], expected[:, :2], rtol=1e-9)
    np.testing.assert_array_equal(drawn[1], expected[:, [0, 2]])


def test_a_problem_is_trained_and_drawn_alike(books):
    """From Python: the figure of a problem is that of its workbook, number for number."""
    problem = xlnn.example("4-4").with_settings(iterations=UPDATES)
    from_problem, from_book = xlnn.plot(problem), xlnn.plot(books["4-4"])
    assert texts(from_problem) == texts(from_book)
    for one, other in zip(from_problem.axes, from_book.axes, strict=True):
        for line, same in zip(one.lines, other.lines, strict=True):
            np.testing.assert_array_equal(line.get_xydata(), same.get_xydata())
        for image, same in zip(one.images, other.images, strict=True):
            np.testing.assert_array_equal(image.get_array(), same.get_array())


def test_weights_are_those_before_and_after_training(books):
    """Every unit a row, every moment a column; at its corners another program's weights."""
    w2 = [found["w2"] for found in course(xlnn.example("4-4"), UPDATES)]
    axes = xlnn.plot(books["4-4"], "weights").axes[0]
    shown = np.ma.filled(axes.images[0].get_array(), np.nan)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0", "2", "3", "4", "6", "8", "9", "10", "12"]
    tile = np.s_[:16:4, :12:4]  # a number of 4 rows × 3 columns fills 4 × 4 points, and 2 points lie between two pictures
    np.testing.assert_allclose(shown[tile], w2[0][0], rtol=1e-12)
    np.testing.assert_allclose(shown[18:, :][tile], w2[0][1], rtol=1e-12)
    np.testing.assert_allclose(shown[36:, 8 * 14 :][tile], w2[UPDATES][2], rtol=1e-9)
    assert np.isnan(shown[16:18]).all()
    assert np.isnan(shown[:, 12:14]).all()


def test_filters_and_weights_over_maps():
    """5-6: a filter is a picture; the weights of an output unit are its maps beside each other."""
    problem = xlnn.example("5-6")
    filters, _, weights, _ = xlnn.plot(trained("5-6"), "weights").axes
    wF, wO = problem.parameters["wF"], problem.parameters["wO"]
    np.testing.assert_allclose(filters.images[0].get_array()[14:26:4, :12:4], wF[1].squeeze())
    first = np.ma.filled(weights.images[0].get_array(), np.nan)[20:28, :26]
    np.testing.assert_allclose(first[::4, :8:4], wO[2, 0])
    np.testing.assert_allclose(first[::4, 18::4], wO[2, 2])
    assert np.isnan(first[:, [8, 17]]).all()


@pytest.mark.parametrize(("section", "iteration"), [("4-4", 2), ("5-6", 5)])
def test_wrong_images_and_what_was_answered(section, iteration):
    """Against another program's outputs: 'image: right answer → given'."""
    problem = xlnn.example(section)
    parameters = course(problem, iteration - 1)[-1]
    _, a = forward(problem.network, parameters, problem.x)
    given, meant = a.argmax(axis=1), targets(problem).argmax(axis=1)
    names = problem.network.classes or (1, 2, 3)
    wrong = [f"{k + 1}: {names[meant[k]]:g} → {names[given[k]]:g}" for k in np.flatnonzero(given != meant)]
    figure = xlnn.plot(trained(section), "wrong", iteration=iteration)
    assert [axes.get_title() for axes in figure.axes] == wrong
    assert len(wrong) > 3
    first = int(wrong[0].split(":")[0]) - 1
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), problem.x[first])


def test_outputs_of_the_hidden_units_by_right_answer(books):
    """4-4: images in columns, those of a 0 first; numbers from the sheet Trained as openpyxl reads it."""
    sheet = openpyxl.load_workbook(books["4-4"], data_only=True)["Trained"]
    block = [15 + 4 * k for k in range(64)]  # column O, next image 4 to the right
    a = np.array([[sheet.cell(14 + unit, column).value for column in block] for unit in range(3)])
    digits = np.array([sheet.cell(28, column).value for column in block])
    axes = xlnn.plot(books["4-4"], "outputs").axes[0]
    np.testing.assert_allclose(axes.images[0].get_array(), np.hstack([a[:, digits == 0], a[:, digits == 1]]), rtol=1e-12)
    zeros = int((digits == 0).sum())
    assert [(t, label.get_text()) for t, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)] == [
        ((zeros - 1) / 2, "0"),
        (zeros + (64 - zeros - 1) / 2, "1"),
    ]


def test_outputs_of_maps(books):
    """5-6: for each right answer its first 24 images, a row for each map."""
    problem = xlnn.example("5-6")
    sheet = openpyxl.load_workbook(books["5-6"], data_only=True, read_only=True)["Trained"]
    image = np.flatnonzero(targets(problem)[:, 1])[3]  # the fourth image of a 2
    left = 12 + 6 * int(image)
    a = list(sheet.iter_rows(28, 31, left, left + 3, values_only=True))  # map 2 of aF
    shown = xlnn.plot(books["5-6"], "outputs").axes[0].images[0].get_array()
    top, left = 4 * 18, 3 * 18  # after the three maps of a 1 and one of a 2; after three images
    np.testing.assert_allclose(shown[top : top + 16 : 4, left : left + 16 : 4], a, rtol=1e-12)


@pytest.mark.parametrize("layout", ["book", "table"])
def test_batches_held_out_images_and_both_layouts(layout, tmp_path):
    """With batches the history has epochs, the sheets have batches; the parameters are found on each of them."""
    problem = random_problem(dense((2, 2), (3, "tanh"), (2, "sigmoid")), images=6, iterations=5, batch=4, layout=layout)
    problem = replace(problem, held_out=random_problem(problem.network, images=3, seed=1))
    xlnn.write(problem, tmp_path / "out.xlsx")
    learning, steps = learning_of(tmp_path / "out.xlsx"), {step.iteration: step for step in xlnn.train(problem)}
    assert learning.moments == (0, 1, 2, 3, 4, 5)
    assert learning.column(0) == [0, 2, 4, 5]
    for moment in range(5):
        for name, array in learning.parameters(moment).items():
            np.testing.assert_array_equal(array, steps[moment + 1].parameters[name])
    np.testing.assert_allclose(learning.parameters(5)["w2"], steps[5].new_parameters()["w2"], rtol=1e-15)
    figure = xlnn.plot(tmp_path / "out.xlsx", "cost")
    assert [line.get_label() for axes in figure.axes for line in axes.lines] == [
        "C_T", "held out: C_T", "share right", "held out: share right",
    ]  # fmt: skip
    with Image.open(xlnn.animate(tmp_path / "out.xlsx", tmp_path / "out.gif")) as gif:
        assert gif.n_frames == 6


def test_a_solvers_workbook(tmp_path):
    xlnn.solve(xlnn.example("4-4"), tmp_path / "solved.xlsx", steps=4)
    figure = xlnn.plot(tmp_path / "solved.xlsx")
    assert "Cost and share right after each step of the solver" in texts(figure)
    assert [tick.get_text() for tick in figure.axes[2].get_xticklabels()] == ["0", "4"]


def test_what_is_kept_is_drawn(books):
    axes = xlnn.plot(books["ends"], "weights").axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0", str(UPDATES - 1), str(UPDATES)]


def test_moments_are_spread_evenly():
    assert spread((3, 5), 9) == [3, 5]
    assert spread(tuple(range(101)), 5) == [0, 25, 50, 75, 100]


@pytest.mark.parametrize(("shape", "tiles"), [((2, 5), [(8, 20)]), ((3, 4, 3), [(16, 12)] * 3), ((2, 3, 2, 2), [(8, 26)] * 2)])
def test_weights_as_pictures(shape, tiles):
    assert [picture.shape for picture in pictures(np.ones(shape))] == tiles


def test_a_montage():
    whole, size = montage([[np.ones((1, 2)), 2 * np.ones((1, 2))]], gap=1)
    np.testing.assert_array_equal(whole, [[1, 1, np.nan, 2, 2]])
    assert size == (1, 2)


# ---- pictures against stored ones ------------------------------------------------------------------

STORED = [("4-4", what) for what in ("cost", "weights", "wrong", "outputs")] + [("5-6", "weights"), ("5-6", "outputs")]


def drawn(figure: Figure) -> np.ndarray:
    """A figure without its texts, (rows, columns, 3) from 0 to 1: the means of 5 × 5 pixels, so that edges may lie one aside."""
    for text in figure.findobj(Text):
        text.set_visible(False)
    figure.set_dpi(150)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3] / 255
    rows, columns = pixels.shape[0] // 5, pixels.shape[1] // 5
    return pixels[: 5 * rows, : 5 * columns].reshape(rows, 5, columns, 5, 3).mean(axis=(1, 3))


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """The mean difference of two pictures; infinite where one is more than a row higher than the other."""
    if abs(len(one) - len(other)) > 1:
        return np.inf
    rows = min(len(one), len(other))
    return float(np.abs(one[:rows] - other[:rows]).mean())


def stored(section: str, what: str) -> np.ndarray:
    return imread(DATA / "plots" / f"{section}-{what}.png")[..., :3]


@pytest.mark.parametrize(("section", "what"), STORED)
def test_pictures_are_as_they_were_when_somebody_looked_at_them(section, what):
    """Apart from the smoothing of edges, which differs from version to version of matplotlib."""
    iteration = 4 if what == "wrong" else None
    assert distance(drawn(xlnn.plot(trained(section), what, iteration=iteration)), stored(section, what)) < 0.006


@pytest.mark.parametrize("what", ["cost", "weights", "wrong", "outputs"])
def test_another_trainings_pictures_are_different(what):
    """So that the tolerance above is not one for everything."""
    other = xlnn.example("4-4").with_settings(iterations=UPDATES, eta=0.1)
    assert distance(drawn(xlnn.plot(other, what, iteration=4 if what == "wrong" else None)), stored("4-4", what)) > 0.009


# ---- texts -----------------------------------------------------------------------------------------

TITLES = {
    "en": [
        "Cost and share right after each update", "Weights of layer 2: red negative, blue positive",
        "Weights of layer 3: red negative, blue positive", "Wrong after 12 updates: 2 of 64 images",
        "Outputs of layer 2 after 12 updates, images by right answer",
    ],
    "zh": [
        "每次更新后的代价函数和正确率", "层 2 的权重：红色为负，蓝色为正", "层 3 的权重：红色为负，蓝色为正",
        "更新 12 次后错误的图像：64 幅中的 2 幅", "更新 12 次后层 2 的输出，图像按正解排列",
    ],
}  # fmt: skip


@pytest.mark.parametrize("language", TITLES)
def test_titles(books, language, monkeypatch):
    monkeypatch.setattr(PLOT, "font_of", lambda language: "some font")
    found = texts(xlnn.plot(books["4-4"], language=language))
    assert [text for text in found if text in TITLES[language]] == TITLES[language]


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_labels_are_english_where_no_font_has_the_characters(books, language, monkeypatch):
    """No boxes; and it is said why, and what to do."""
    monkeypatch.setattr(PLOT, "font_of", lambda language: None)
    with pytest.warns(NoFont, match="install Noto Sans CJK"):
        found = texts(xlnn.plot(books["4-4"], "cost", language=language))
    assert TITLES["en"][0] in found


def test_the_command_says_that_no_font_has_the_characters(books, monkeypatch, tmp_path):
    monkeypatch.setattr(PLOT, "font_of", lambda language: None)
    code, out, err = run("plot", books["4-4"], "-o", tmp_path / "a.png", "--language", "zh")
    assert (code, out) == (0, f"{tmp_path / 'a.png'}\n")
    assert err.startswith("xlnn：")
    assert "Noto Sans CJK" in err


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_any_font_with_the_characters_will_do(language, monkeypatch):
    """Not only those of the list: what a font can show is read from it."""
    monkeypatch.setattr(PLOT, "FONTS", {"zh": (), "ja": ()})
    pytest.importorskip("matplotlib")
    found = PLOT.font_of(language)
    assert found is None or set(PLOT.SAMPLES[language]) <= PLOT._characters(PLOT._fonts()[found])
    assert (found is None) == (not any(set(PLOT.SAMPLES[language]) <= PLOT._characters(file) for file in PLOT._fonts().values()))


@pytest.mark.parametrize(
    ("language", "there", "font"),
    [
        ("zh", ["SimHei", "DejaVu Sans", "Noto Sans CJK JP"], "SimHei"),
        ("ja", ["SimHei", "Yu Gothic"], "Yu Gothic"),
        ("ja", ["SimHei"], None),
        ("en", ["SimHei"], None),
    ],
)
def test_the_font_is_one_that_the_system_has(language, there, font, monkeypatch):
    from matplotlib.font_manager import fontManager

    monkeypatch.setattr(fontManager, "get_font_names", lambda: there)
    assert PLOT.font_of(language) == font


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_no_character_is_missing_in_this_systems_fonts(books, language, tmp_path, caplog):
    """Missing ones would be warnings, or in formulas lines of matplotlib's log."""
    with caplog.at_level(logging.WARNING, "matplotlib"):
        for section in ("4-4", "5-6"):
            xlnn.plot(trained(section), language=language).savefig(tmp_path / "a.png", dpi=30)
        assert run("plot", books["ends"], "-o", tmp_path / "a.gif", "--animate", "--language", language)[0] == 0
    assert [record.message for record in caplog.records if "glyph" in record.message] == []


def test_where_none_is_wrong_the_last_ones_that_were_are_shown(tmp_path):
    """5-6 after 8 updates: all are right, after 6 three are not (64 of 96 … as the history says)."""
    problem = xlnn.example("5-6").with_settings(iterations=8)
    shares = [share for _, _, share in totals(problem)]
    last = max(updates for updates, share in enumerate(shares) if share < 1)
    found = texts(xlnn.plot(problem, "wrong"))
    assert shares[-1] == 1
    assert f"Wrong after {last} updates: {round((1 - shares[last]) * 96)} of 96 images" in found
    assert "image: right answer → given   No image is wrong after 8 updates." in found
    assert texts(xlnn.plot(problem, "wrong", iteration=9)) == ["No image is wrong after 8 updates."]


# ---- files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_the_same_training_gives_the_same_bytes(books, ending, tmp_path):
    paths = [tmp_path / f"{name}{ending}" for name in "ab"]
    assert [run("plot", books["4-4"], "-o", path, "--what", "weights") for path in paths] == [(0, f"{p}\n", "") for p in paths]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_an_svg_is_one_and_tells_no_date(books, tmp_path):
    run("plot", books["4-4"], "-o", tmp_path / "a.SVG")
    content = (tmp_path / "a.SVG").read_text()
    assert ElementTree.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
    assert "dc:date" not in content


@pytest.mark.parametrize(("name", "count"), [("4-4", UPDATES + 1), ("5-6", 3)])
def test_an_animation_has_a_frame_for_each_iteration(books, name, count, tmp_path):
    path = tmp_path / "a.gif"
    assert run("plot", books[name], "--animate", "-o", path) == (0, f"{path}\n", "")
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.n_frames, gif.info["loop"], gif.size) == (count, 0, (720, 320))
        frames = []
        for number in range(count):
            gif.seek(number)
            frames.append(np.asarray(gif.convert("RGB")).astype(int))
    assert all((one != other).any() for one, other in pairwise(frames))
    weights, curve = np.abs(frames[0] - frames[-1])[60:, :340], np.abs(frames[0] - frames[-1])[60:, 440:]
    assert weights.max() > 100  # both the weights and the point on the curve have changed
    assert curve.max() > 100


def test_the_picture_has_the_workbooks_name(books, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out.xlsx").write_bytes(books["ends"].read_bytes())
    assert run("plot", "out.xlsx")[1] == "out.png\n"
    assert run("plot", "out.xlsx", "--animate", "-q") == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.gif", "out.png", "out.xlsx"]
    assert run("plot", "out.xlsx")[0] == 0  # its own picture is replaced


def test_no_window_is_opened(books, tmp_path):
    """Whatever backend the user has set, and without a screen."""
    code = f"import sys, xlnn; xlnn.plot({str(books['ends'])!r}, 'cost'); print('matplotlib.pyplot' in sys.modules)"
    environment = {**os.environ, "MPLBACKEND": "TkAgg", "DISPLAY": ""}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


# ---- wrong input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--what", "loss"), 2, "unknown picture 'loss'; known: all, cost, weights, wrong, outputs."),
        (("--iteration", "5"), 2, "iteration 5 is not there; there are 1, 12, 13."),
        (("-o", "a.pdf"), 6, "a.pdf: expected a name that ends in .png / .svg."),
        (("-o", "a.gif"), 6, "a.gif: expected a name that ends in .png / .svg."),
        (("--animate", "-o", "a.png"), 6, "a.png: expected a name that ends in .gif."),
        (("-o", "nowhere/a.png"), 6, "a.png: there is no folder nowhere."),
        (("-o", "mine.png"), 6, "mine.png: the file exists and xlnn did not write it; --force replaces it."),
        (
            ("--animate", "--what", "cost"),
            2,
            "--animate shows weights and C_T over all iterations; leave out --what and --iteration.",
        ),
    ],
)
def test_wrong_options(books, arguments, code, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out.xlsx").write_bytes(books["ends"].read_bytes())
    (tmp_path / "mine.png").write_bytes(b"a picture of my own")
    assert run("plot", "out.xlsx", *arguments) == (code, "", f"xlnn: error: {said}\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.png", "out.xlsx"]


def test_force_replaces_a_picture(books, tmp_path):
    (tmp_path / "mine.png").write_bytes(b"a picture of my own")
    assert run("plot", books["ends"], "-o", tmp_path / "mine.png", "--force")[0] == 0
    assert (tmp_path / "mine.png").read_bytes().startswith(b"\x89PNG")


def test_a_workbook_without_a_training(tmp_path):
    xlnn.new("4-4", tmp_path / "book.xlsx")
    said = "there is no training in this workbook (no sheet Summary). Train it with xlnn train, and plot the result."
    assert run("plot", tmp_path / "book.xlsx") == (4, "", f"xlnn: error: book.xlsx: {said}\n")
    assert run("plot", tmp_path / "none.xlsx")[0] == 3


def broken(source: Path, target: Path, change) -> Path:
    book = openpyxl.load_workbook(source)
    change(book)
    book.save(target)
    return target


def test_a_history_that_somebody_broke(books, tmp_path):
    def text(book):
        book["Summary"]["B9"] = "much"

    def empty(book):
        book["Summary"].delete_rows(8, 100)

    def gone(book):
        book["Summary"].delete_rows(7)

    said = [run("plot", broken(books["ends"], tmp_path / "a.xlsx", change)) for change in (text, empty, gone)]
    none = "expected a table of updates and C_T, found none."
    assert said == [
        (4, "", "xlnn: error: a.xlsx › 'Summary'!B9: expected a number, found text \"much\".\n"),
        (4, "", f"xlnn: error: a.xlsx › 'Summary'!A8: {none}\n"),
        (4, "", f"xlnn: error: a.xlsx › 'Summary': {none}\n"),
    ]


def test_a_weight_that_somebody_deleted(books, tmp_path):
    def gone(book):
        book["Iteration 1"]["E6"] = None

    path = broken(books["ends"], tmp_path / "a.xlsx", gone)
    assert run("plot", path) == (4, "", "xlnn: error: a.xlsx › 'Iteration 1'!E6: expected a number, found a blank cell.\n")


def test_errors_speak_the_workbooks_language(tmp_path):
    xlnn.write(trained("4-4"), tmp_path / "a.xlsx", keep="none", language="zh")
    assert run("plot", tmp_path / "a.xlsx", "--iteration", "3") == (2, "", "xlnn：错误：没有第 3 次迭代；有 13。\n")


def test_answers_that_are_not_judged(tmp_path):
    """A network whose answers are neither right nor wrong has the other panels."""
    problem = random_problem(dense((1, 2), (2, "tanh"), (1, "identity"), judged=False), images=4)
    titles = texts(xlnn.plot(problem))
    assert not [text for text in titles if "rong" in text or "share" in text]
    with pytest.raises(xlnn.UsageError, match="neither right nor wrong"):
        xlnn.plot(problem, "wrong")


def test_a_training_without_updates(tmp_path):
    xlnn.write(xlnn.example("4-4").with_settings(iterations=0), tmp_path / "a.xlsx", detail="totals")
    assert run("plot", tmp_path / "a.xlsx", "-q") == (0, "", "")
    with Image.open(xlnn.animate(tmp_path / "a.xlsx", tmp_path / "a.gif")) as gif:
        assert getattr(gif, "n_frames", 1) == 1


def test_a_single_layer_shows_its_own_outputs():
    problem = random_problem(maps((4, 4), LayerSettings("F", "dense", 2)), images=4)
    assert "Outputs of layer F after 3 updates, images by right answer" in texts(xlnn.plot(problem, "outputs"))


def test_without_matplotlib(books, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    for options in ((), ("--animate",)):
        code, out, error = run("plot", books["ends"], *options)
        assert (code, out, error) == (
            2,
            "",
            f"xlnn: error: pictures need matplotlib. Install it with: {pip_install('matplotlib')}\n",
        )
