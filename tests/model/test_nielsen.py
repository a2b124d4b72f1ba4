"""Nielsen's network on scikit-learn's digits, and images that are held out: tried after each epoch, never trained with."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import office
import openpyxl
import pytest
from click.testing import CliRunner
from problems import dense, random_problem
from sklearn.datasets import load_digits

import workbooks
import xlnn
from xlnn.cli.main import main
from xlnn.model.nielsen import nielsen
from xlnn.model.training import finish, held_out_total

SEED = 0


def outputs(parameters, x) -> np.ndarray:
    """What a network of two sigmoid layers answers, written out: (images, 10)."""
    for l in "23":
        w = parameters["w" + l].reshape(len(parameters["w" + l]), -1)
        x = 1 / (1 + np.exp(-(x.reshape(len(x), -1) @ w.T + parameters["b" + l])))
    return x


def small(held_out: int = 4, **settings) -> xlnn.Problem:
    """12 random images of 2×3, network 6-4-3 in batches of 5, and some more images held out."""
    network = dense((2, 3), (4, "sigmoid"), (3, "sigmoid"), classes=(0.0, 1.0, 2.0), total="mean")
    problem = random_problem(network, 12 + held_out, **{"batch": 5, "order": "shuffled", **settings})
    others = replace(problem, x=problem.x[12:], digits=problem.digits[12:])
    return replace(problem, x=problem.x[:12], digits=problem.digits[:12], held_out=others)


# ---- Nielsen's network -------------------------------------------------------------------------------


def test_the_network_is_nielsens():
    """Batches of 10, η 3 and 30 epochs as in his chapter 1; ½Σ(t − a)² and the mean make his 1/(2n); N(0, 1/inputs)."""
    problem, shipped = nielsen(seed=SEED), load_digits()
    assert (problem.network.cost, problem.network.total) == ("half squares", "mean")
    assert [layer.shape for layer in problem.network.layers] == [(8, 8), (30,), (10,)]
    assert (problem.settings.batch, problem.settings.order, problem.settings.eta) == (10, "shuffled", 3.0)
    # 1797 images: 179 tenth ones; the other 1618 make 161 batches of 10 and one of 8
    assert (problem.images, problem.held_out.images, problem.settings.iterations) == (1618, 179, 30 * 162)
    np.testing.assert_array_equal(problem.held_out.x, shipped.images[9::10] / 16)
    np.testing.assert_array_equal(problem.held_out.digits, shipped.target[9::10])
    # 1920 weights from N(0, 1/64): their standard deviation is 1/8, give or take 1/8 / √(2·1920) = 0.002
    assert problem.parameters["w2"].std() == pytest.approx(1 / 8, abs=0.008)


def test_ten_epochs_get_nine_tenths_of_the_held_out_images_right():
    problem = nielsen(seed=SEED).with_settings(iterations=10 * 162)
    for step in xlnn.train(problem):
        last = step
    answers = outputs(last.new_parameters(), problem.held_out.x).argmax(axis=1)
    assert (answers == problem.held_out.digits).mean() >= 0.9
    assert held_out_total(problem, last.new_parameters())[1] == (answers == problem.held_out.digits).mean()


def test_new_writes_it_and_it_reads_back_the_same(tmp_path):
    done = CliRunner().invoke(main, ["new", "nielsen", str(tmp_path / "digits.xlsx")])
    assert (done.exit_code, "--keep first,last" in done.stdout) == (0, True)
    problem, again = nielsen(), xlnn.read(tmp_path / "digits.xlsx")
    assert again.settings == problem.settings
    for one, other in ((problem, again), (problem.held_out, again.held_out)):
        np.testing.assert_array_equal(other.x, one.x)
        np.testing.assert_array_equal(other.digits, one.digits)
    for name, array in problem.parameters.items():
        np.testing.assert_array_equal(again.parameters[name], array)


# ---- images of one's own -----------------------------------------------------------------------------


def csv_file(path, header: bool = True, scale: int = 255):
    """20 images of 28×28: digit k mod 10, all pixels black but one, the k-th."""
    lines = ["label," + ",".join(f"pixel{i}" for i in range(784))] if header else []
    lines += [",".join(str(scale * (i == k)) if i >= 0 else str(k % 10) for i in range(-1, 784)) for k in range(20)]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(("header", "scale"), [(True, 255), (False, 1)])
def test_images_of_28_by_28_make_784_30_10(header, scale, tmp_path):
    """Images 10 and 20 are held out; pixels from 0 to 255 become 0 to 1."""
    problem = nielsen(csv_file(tmp_path / "images.csv", header, scale))
    assert [layer.shape for layer in problem.network.layers] == [(28, 28), (30,), (10,)]
    np.testing.assert_array_equal(problem.held_out.digits, [9, 9])
    np.testing.assert_array_equal(problem.held_out.x.reshape(2, 784), np.eye(784)[[9, 19]])
    assert problem.x[0, 0, 0] == 1
    assert problem.settings.iterations == 30 * 2  # 18 images: batches of 10 and 8


def test_new_takes_images(tmp_path):
    images = csv_file(tmp_path / "images.csv")
    assert CliRunner().invoke(main, ["new", "nielsen", str(tmp_path / "a.xlsx"), "--images", str(images), "-q"]).exit_code == 0
    problem = xlnn.read(tmp_path / "a.xlsx", iterations=1)
    assert (problem.images, problem.held_out.images, problem.settings.layout) == (18, 2, "table")
    xlnn.write(problem, tmp_path / "b.xlsx", keep="none")
    assert xlnn.read(tmp_path / "b.xlsx").network.layers == problem.network.layers


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1,0,0,1,0\n2,0,1\n", 2),  # 2 pixels are no square
        ("1,0,0,1,0\n2,1\n", 2),  # 1 pixel after 4
        ("1,0,0,1,0\nx,0,0,0,0\n", 2),
        ("1,0,0,1,0\n1,0,nan,1,0\n", 2),
        ("11,0,0,1,0\n", 1),
        ("3\n", 1),
    ],
)
def test_a_wrong_line_is_named(text, line, tmp_path):
    (tmp_path / "images.csv").write_text(text)
    with pytest.raises(xlnn.ContentError, match=rf"^images.csv: line {line}: expected a digit from 0 to 9 and the pixels"):
        nielsen(tmp_path / "images.csv")


def test_missing_images_and_missing_scikit_learn(tmp_path, monkeypatch):
    with pytest.raises(xlnn.FileError, match=r"^none\.csv: there is no such file"):
        nielsen(tmp_path / "none.csv")
    with pytest.raises(xlnn.UsageError, match=r"^section 4-4 has its own images\.$"):
        xlnn.new("4-4", tmp_path / "a.xlsx", images=tmp_path / "none.csv")
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(xlnn.UsageError, match=r"Give images with images=…, or install it with: .+ -m pip install scikit-learn$"):
        nielsen()


# ---- held-out images ---------------------------------------------------------------------------------


def test_they_are_never_trained_with():
    problem = small(iterations=6)
    with_them, without = (finish(list(xlnn.train(p))[-1]).parameters for p in (problem, replace(problem, held_out=None)))
    for name, array in without.items():
        np.testing.assert_array_equal(with_them[name], array)


@pytest.mark.parametrize("layout", ["book", "table"])
def test_summary_tries_them_after_each_epoch(layout, tmp_path):
    """12 images in batches of 5: an epoch has 3 updates; the figures beside them come from the formulas written out."""
    problem = small(iterations=6, layout=layout)
    xlnn.write_problem(problem, tmp_path / "a.xlsx")
    xlnn.write(xlnn.read(tmp_path / "a.xlsx"), tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx", data_only=True)
    sheet = book["Summary"]
    assert [cell.value for cell in sheet[7]][5:7] == ["held out: C_T", "held out: share right"]
    steps = list(xlnn.train(problem))
    for row, parameters in ((8, steps[0].parameters), (9, steps[3].parameters), (10, steps[5].new_parameters())):
        a, t = outputs(parameters, problem.held_out.x), np.eye(3)[problem.held_out.digits.astype(int)]
        assert sheet.cell(row, 6).value == pytest.approx(((a - t) ** 2).sum() / 2 / 4, rel=1e-12)
        assert sheet.cell(row, 7).value == (a.argmax(axis=1) == t.argmax(axis=1)).mean()
    drawn = [series.val.numRef.f for chart in sheet._charts for part in chart._charts for series in part.series]
    assert sorted(drawn) == [f"Summary!${column}$8:${column}$10" for column in "BCFG"]
    told = {row[0].value: row[1].value for row in book["Conventions"].iter_rows(min_row=3)}
    assert told["held out"].startswith("4 images of sheet Held out are tried")


def test_the_result_has_them_again_and_goes_on(tmp_path):
    problem = small(iterations=3)
    xlnn.write(problem, tmp_path / "b.xlsx")
    again = xlnn.read(tmp_path / "b.xlsx")
    np.testing.assert_array_equal(again.held_out.x, problem.held_out.x)
    np.testing.assert_array_equal(again.held_out.digits, problem.held_out.digits)
    assert held_out_total(again, again.parameters) == held_out_total(problem, finish(list(xlnn.train(problem))[-1]).parameters)


def test_the_solver_tries_them_after_each_step(tmp_path):
    problem = small()
    xlnn.solve(problem, tmp_path / "b.xlsx", steps=3)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["Summary"]
    assert sheet["F8"].value == held_out_total(problem, problem.parameters)[0]
    assert sheet["F11"].value == held_out_total(problem, xlnn.read(tmp_path / "b.xlsx").parameters)[0]


def test_wrong_cells_are_named_on_their_sheet(tmp_path):
    xlnn.write_problem(small(layout="table"), tmp_path / "a.xlsx")
    # a line of the table: number, 6 pixels, digit
    workbooks.edit(tmp_path / "a.xlsx", tmp_path / "b.xlsx", {("Held out", "H4"): 7})
    with pytest.raises(xlnn.ContentError, match="'Held out'!H4: expected one of the classes 0, 1, 2, found 7"):
        xlnn.read(tmp_path / "b.xlsx")
    blank = {("Held out", f"{column}{row}"): None for column in "BCDEFG" for row in range(3, 7)}
    workbooks.edit(tmp_path / "a.xlsx", tmp_path / "c.xlsx", blank)
    with pytest.raises(xlnn.ContentError, match="'Held out'!B3: expected an image, found blank cells"):
        xlnn.read(tmp_path / "c.xlsx")


@office.needs_office
def test_libreoffice_agrees_with_the_formulas(tmp_path):
    xlnn.write(small(iterations=4, layout="table"), tmp_path / "b.xlsx", cells="formulas")
    verdict = office.judge(tmp_path / "b.xlsx")
    assert not verdict.different, verdict.different[:10]
    assert xlnn.check(tmp_path / "b.xlsx").empty
    assert verdict.compared > 4 * 5 * 20
