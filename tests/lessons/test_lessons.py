"""The calculation sheets of chapters 1 and 2: their numbers, their formulas, and what `check` says of them."""

from __future__ import annotations

import re
import zipfile
from itertools import chain
from pathlib import Path

import autograd.numpy as anp
import numpy as np
import office
import openpyxl
import pytest
from autograd import grad
from click.testing import CliRunner
from hand_books import SIGMOID
from more_hand_books import one_unit
from scipy.special import expit
from scipy.stats import norm
from sheet_styles import save_cells

from xlnn.checking.judging import judge
from xlnn.checking.telling import check_text
from xlnn.cli.main import main
from xlnn.errors import DivergedError
from xlnn.layout.cells import Cell
from xlnn.lessons.blocks import STEP, Block, Lesson, Sheet, calculated
from xlnn.lessons.catalogue import LESSONS
from xlnn.lessons.pages import write_lesson


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, Path]:
    """Every lesson's workbook, with values."""
    folder = tmp_path_factory.mktemp("lessons")
    return {name: write_lesson(entry.make(), folder / f"{name}.xlsx", cells="values") for name, entry in LESSONS.items()}


def numbers(name: str) -> dict[str, np.ndarray]:
    return calculated(LESSONS[name].make())


# ---- numbers --------------------------------------------------------------------------------------------


def test_the_neuron_decides_by_hand():
    """6·1 + 2·0 + 2·1 = 8 ≥ 5: it fires; with the bias −5 the same z = 3. Of the 8 cases those with fine weather fire."""
    found = numbers("1-2")
    assert (found["s"], found["y"], found["b"], found["z"], found["(w, b)·(x, 1)"]) == (8, 1, -5, 3, 3)
    assert found["s of all cases"].tolist() == [0, 2, 2, 4, 6, 8, 8, 10]
    assert found["y of all cases"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_activation_functions_are_those_of_scipy_and_numpy():
    found = numbers("1-2")
    z = found["z of the curves"]
    assert found["sigmoid(z)"] == pytest.approx(expit(z), rel=1e-14)
    assert found["tanh(z)"] == pytest.approx(np.sinh(z) / np.cosh(z), rel=1e-14)
    assert found["softsign(z)"] == pytest.approx([a / (1 + abs(a)) for a in z.tolist()])
    assert found["relu(z)"].tolist() == [max(0.0, a) for a in z.tolist()]
    assert found["step(z)"].tolist() == [float(a >= 0) for a in z.tolist()]
    # 3/(1 + 3) = 0.75 for the neuron's z = 3
    assert found["softsign of the neuron"] == 0.75


def test_functions_of_2_1():
    found = numbers("2")
    x = found["x"]
    assert found["linear"] == pytest.approx(np.polyval([2, 1], x))
    assert found["quadratic"] == pytest.approx(np.polyval([2, 1, -3], x))
    assert found["density"] == pytest.approx(norm.pdf(x), rel=1e-14)


def test_recurrences_by_hand():
    """a₂ = 1 + 2·1 + 2 = 5, b₂ = 3 + 2 + 1 = 6; a₃ = 5 + 12 + 2 = 19, b₃ = 18 + 10 + 1 = 29."""
    found = numbers("2")
    assert found["aₙ"][:3].tolist() == [1, 5, 19]
    assert found["bₙ"][:3].tolist() == [1, 6, 29]


def test_layers_as_recurrences_have_the_numbers_of_4_4():
    """Image 1 of 4-4 at the start, as printed from the book's data."""
    found = numbers("2")
    assert found["z²"].round(6).tolist() == [-5.465009, 1.996864, -1.552153]
    assert found["a²"].round(6).tolist() == [0.004214, 0.880467, 0.174776]
    assert found["z³"].round(6).tolist() == [-0.723932, -1.803700]
    assert found["a³"].round(6).tolist() == [0.326528, 0.141401]


def test_sums_vectors_and_matrices_by_hand():
    """Σ(k² + k) = 91 + 21; AB = (2·2 + 7·1, 2·8 + 7·3; 2 + 8, 8 + 24); BA = (4 + 8, 14 + 64; 2 + 3, 7 + 24)."""
    found = numbers("2")
    assert found["Σ(aₖ + bₖ)"] == found["Σaₖ + Σbₖ"] == 91 + 21
    assert found["Σ c aₖ"] == found["c Σaₖ"] == 3 * 91
    assert found["AB"].tolist() == [[11, 37], [10, 32]]
    assert found["BA"].tolist() == [[12, 78], [5, 31]]
    assert found["A ⊙ B"].tolist() == [[4, 56], [1, 24]]
    assert found["ᵗ(AB)"].tolist() == found["ᵗB ᵗA"].tolist() == [[11, 10], [37, 32]]
    assert found["p · q"] == pytest.approx(float(np.vdot(found["p"], found["q"])))
    assert found["|p|"] == pytest.approx(np.linalg.norm(found["p"]))
    for other in "qr":
        assert found[f"−|p||{other}|"] <= found[f"p · {other}"] <= found[f"|p||{other}|"]


def test_derivatives_are_autograds():
    found = numbers("2")
    for name, f in (("x²", lambda x: x**2), ("exp x", anp.exp), ("σ(x)", lambda x: 1 / (1 + anp.exp(-x)))):
        right = [grad(f)(float(x)) for x in found["x of 2-6"]]
        assert found[f"derivative of {name}"] == pytest.approx(right, rel=1e-12), name
        # the quotient is off by ½f″h: at most ½ · e⁴ · 0.001
        assert found[f"difference at {name}"] == pytest.approx(np.zeros(len(right)), abs=0.03), name


def test_the_chain_rule_is_autograds():
    found = numbers("2-8")
    cost = lambda w, b: (1 / (1 + anp.exp(-(w * 0.5 + b))) - 1.0) ** 2 / 2
    assert found["∂C/∂w"] == pytest.approx(grad(cost, 0)(2.0, -0.5), rel=1e-13)
    assert found["∂C/∂b"] == pytest.approx(grad(cost, 1)(2.0, -0.5), rel=1e-13)
    assert found["ΔC/Δw"] == pytest.approx(found["∂C/∂w"], rel=1e-8)
    # C = (3x − y)² + (x/2 + 2y)² at (1, 2): u = 1, v = 4.5; ∂C/∂x = 2·3 + 9·½ = 10.5, ∂C/∂y = −2 + 18 = 16
    assert (found["∂C/∂x"], found["∂C/∂y"]) == (10.5, 16)


def test_errors_of_approximations_shrink_as_taylor_says():
    found = numbers("2-8")
    second = grad(grad(lambda x: 1 / (1 + anp.exp(-x))))
    assert found["error / h²"][-1] == pytest.approx(second(0.5) / 2, rel=1e-3)
    assert found["error / h³"][-1] == pytest.approx(grad(second)(0.5) / 6, rel=1e-2)
    # half of h: a quarter of the error, and an eighth
    assert found["error"][-2] / found["error"][-1] == pytest.approx(4, rel=1e-2)
    assert found["error of second order"][-2] / found["error of second order"][-1] == pytest.approx(8, rel=1e-2)


# ---- sheets ---------------------------------------------------------------------------------------------


@office.needs_office
def test_libreoffice_comes_to_the_same_numbers(tmp_path):
    paths = [write_lesson(lesson.make(), tmp_path / f"{name}.xlsx") for name, lesson in LESSONS.items()]
    for name, verdict in zip(LESSONS, office.judge_all(paths), strict=True):
        assert verdict.compared > 20, name
        assert not verdict.different, name


@office.needs_office
def test_a_changed_number_recalculates_and_still_checks(tmp_path):
    """θ is 7 instead of 5: only cases with s ≥ 7 fire."""
    path, again = tmp_path / "lesson.xlsx", tmp_path / "again.xlsx"
    lesson = LESSONS["1-2"].make()
    write_lesson(lesson, path)
    book = openpyxl.load_workbook(path)
    book["1-2"]["B10"] = 7
    book.save(path)
    office.recalculate(path, again)
    sheet = openpyxl.load_workbook(again, data_only=True)["1-2"]
    assert [sheet.cell(row, 7).value for row in range(23, 31)] == [0, 0, 0, 0, 0, 1, 1, 1]
    assert judge(again).right


@pytest.mark.parametrize("name", LESSONS)
def test_nothing_stands_in_the_same_cell_twice(name):
    for sheet in LESSONS[name].make().sheets:
        numbers = [cell for block in sheet.blocks for cell in block.place._indexes]
        texts = [Cell.parse(text.at) for text in sheet.texts] + [Cell(1, 1)]
        texts += [Cell.parse(block.equation_at) for block in sheet.blocks if block.equation_at]
        for block in sheet.blocks:
            if block.label:
                texts.append(Cell.parse(block.label_at) if block.label_at else block.place.origin.moved(columns=-1))
        cells = numbers + texts
        assert sorted(cell.name for cell in cells if cells.count(cell) > 1) == []


@pytest.mark.parametrize("name", LESSONS)
def test_check_finds_every_planted_mistake_and_nothing_else(name, written, tmp_path):
    """The last cell of each block that is calculated, made wrong: just that block's cell, or what is calculated from it."""
    lesson, path = LESSONS[name].make(), tmp_path / "mine.xlsx"
    assert judge(written[name]).right
    blocks = [block for block in lesson.blocks.values() if not block.given]
    for block in blocks[:: max(1, len(blocks) // 8)]:
        book = openpyxl.load_workbook(written[name])
        cell = list(block.place._indexes)[-1]
        sheet = book[lesson.sheet_of[block.name]]
        right = sheet[cell.name].value
        sheet[cell.name] = right + 0.5
        book.save(path)
        verdict = judge(path)
        fault = next(fault for fault in verdict.faults if fault.rule.result.name == block.name)
        index = block.place.index(cell)
        assert fault.wrong[index]
        assert fault.expected[index] == pytest.approx(right)
        followers = {b.name for b in blocks if block.name in b.needs} | {block.name}
        assert {fault.rule.result.name for fault in verdict.faults} <= followers


def test_check_says_where_and_what(written, tmp_path):
    book = openpyxl.load_workbook(written["1-2"])
    book["1-2"]["B12"] = 9
    book.save(tmp_path / "mine.xlsx")
    result = CliRunner().invoke(main, ["check", str(tmp_path / "mine.xlsx")])
    assert result.exit_code == 1
    assert "1-2!B12: s, 1 of 1 cells wrong. Rule: s = Σ w x" in result.stdout
    assert "B12: found 9, expected 8" in result.stdout


def test_check_of_a_sheet_with_a_typed_number_missing_names_the_cell(written, tmp_path):
    book = openpyxl.load_workbook(written["1-2"])
    book["1-2"]["B10"] = "five"
    book.save(tmp_path / "mine.xlsx")
    result = CliRunner().invoke(main, ["check", str(tmp_path / "mine.xlsx")])
    assert result.exit_code == 4
    assert "mine.xlsx › '1-2'!B10" in result.stderr


def test_formulas_that_were_never_calculated_are_no_empty_cells(tmp_path):
    """openpyxl keeps formulas without their results: no verdict, but what to do, at the first of them."""
    path = write_lesson(LESSONS["1-2"].make(), tmp_path / "mine.xlsx")
    openpyxl.load_workbook(path).save(path)
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 4
    assert "mine.xlsx › '1-2'!B12: expected numbers, found 267 formulas without a stored result" in result.stderr


def test_a_marked_copy_colours_the_wrong_cell(written, tmp_path):
    book = openpyxl.load_workbook(written["2"])
    book["2-5"]["B13"] = 0
    book.save(tmp_path / "mine.xlsx")
    marked = tmp_path / "marked.xlsx"
    CliRunner().invoke(main, ["check", str(tmp_path / "mine.xlsx"), "--report", str(marked)])
    assert openpyxl.load_workbook(marked)["2-5"]["B13"].fill.fgColor.rgb.endswith("FF9C9C")


def test_a_chinese_workbook_is_checked_in_chinese(tmp_path):
    path = write_lesson(LESSONS["1-2"].make(), tmp_path / "zh.xlsx", language="zh")
    verdict = judge(path)
    assert verdict.book.language == "zh"
    assert "zh.xlsx" in check_text(verdict, "zh")
    texts = {c.value for row in openpyxl.load_workbook(path)["1-2"].iter_rows() for c in row if isinstance(c.value, str)}
    assert not [text for text in texts if re.match("[A-Za-z]{4}", text)]


# ---- command and engine ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["1-2", "2", "2-8"])
def test_new_writes_formulas_or_values(name, tmp_path):
    for cells, live in (("formulas", True), ("values", False)):
        path = tmp_path / f"{cells}.xlsx"
        result = CliRunner().invoke(main, ["new", name, str(path), "--cells", cells])
        assert result.exit_code == 0
        rows = chain.from_iterable(sheet.iter_rows() for sheet in openpyxl.load_workbook(path))
        assert any(cell.data_type == "f" for row in rows for cell in row) == live


def test_unknown_cells_and_sections_are_usage_errors(tmp_path):
    run = CliRunner().invoke
    assert run(main, ["new", "1-2", str(tmp_path / "a.xlsx"), "--cells", "live"]).exit_code == 2
    result = run(main, ["new", "1-9", str(tmp_path / "a.xlsx")])
    assert result.exit_code == 2
    assert "1-2" in result.stderr
    assert not list(tmp_path.iterdir())


def test_steps_go_on_from_their_own_numbers():
    """1, then the double each time, and what was added: two blocks that need each other."""
    x = Block("x", "A1", (4,), axes=(STEP,), needs=("x", "dx"), cell=lambda x, dx, i: 1 if i == 0 else x[i - 1] + dx[i - 1])
    dx = Block("dx", "B1", (4,), axes=(STEP,), needs=("x",), cell=lambda x, i: x[i] * 1)
    found = calculated(Lesson("l", "l", (Sheet("s", "s", (x, dx)),)))
    assert found["x"].tolist() == [1, 2, 4, 8]
    assert found["dx"].tolist() == [1, 2, 4, 8]


def test_a_number_that_is_not_finite_names_its_cell(tmp_path):
    block = Block("y", "B2", needs=("x",), cell=lambda x: 1 / x)
    lesson = Lesson("l", "l", (Sheet("s", "s", (Block("x", "A2", numbers=0.0), block)),))
    with pytest.raises(DivergedError, match="'s'!B2"):
        write_lesson(lesson, tmp_path / "l.xlsx")
    assert not list(tmp_path.iterdir())


def test_names_are_their_own():
    block = Block("x", "A2", numbers=0.0)
    with pytest.raises(ValueError, match="twice"):
        Lesson("l", "l", (Sheet("s", "s", (block,)), Sheet("t", "t", (block,))))


def test_a_circle_is_one(tmp_path):
    """The axes of 2-7 Lagrange are as long in pixels (of a chart of 400 × 460) as in numbers, from −1.5 to 1.5."""
    assert CliRunner().invoke(main, ["new", "2-7", str(tmp_path / "l.xlsx")]).exit_code == 0
    with zipfile.ZipFile(tmp_path / "l.xlsx") as package:
        chart = package.read("xl/charts/chart1.xml").decode()
    width, height = (float(re.findall(rf'<c:{side} val="([0-9.]+)"/>', chart)[0]) for side in "wh")
    assert width * 400 == pytest.approx(height * 460)
    assert {float(found) for found in re.findall(r'<c:min val="([-0-9.]+)"/>', chart)} == {-1.5}
    assert {float(found) for found in re.findall(r'<c:max val="([-0-9.]+)"/>', chart)} == {1.5}


@pytest.mark.parametrize("name", ["1-1", "1-2", "2-10", "2-11", "Descent", "3-1"])
def test_a_persons_own_sheet_may_be_called_as_a_section(name, tmp_path):
    path = save_cells(tmp_path / "own.xlsx", {name: one_unit(SIGMOID)})
    result = CliRunner().invoke(main, ["check", str(path)])
    assert (result.exit_code, result.stdout.splitlines()[0].endswith(": all right.")) == (0, True)
