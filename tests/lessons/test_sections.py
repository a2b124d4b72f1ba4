"""docs/sections.md: every cell that it names holds the number that it names, after the commands that it names."""

from __future__ import annotations

import re
from math import cos, exp, pi, sqrt, tanh
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from by_hand import numbers as by_hand
from click.testing import CliRunner

from xlnn.book.settings import BY_FIELD, parse_value
from xlnn.checking.judging import judge
from xlnn.cli.main import main
from xlnn.lessons.blocks import calculated
from xlnn.lessons.catalogue import LESSONS, PARTS, lesson_in
from xlnn.lessons.pages import write_lesson
from xlnn.sections import sections
from xlnn.xlsx.workbook import Workbook

DOCUMENT = Path(__file__).parents[2] / "docs" / "sections.md"
LINES = [line.strip("|").split("|") for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
ROWS = [tuple(cell.strip() for cell in line) for line in LINES if line[0].strip() != "section"]
RESULT = {"new": "{}.xlsx", "train": "{}-trained.xlsx", "solve": "{}-solved.xlsx", "descend": "{}-descended.xlsx"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The workbook that a cell of the table's third column ends with, each command run once."""
    folder, books = tmp_path_factory.mktemp("sections"), {}

    def book(cell: str):
        done = ()
        for number, command in enumerate(re.findall("`xlnn ([^`]*)`", cell)):
            done += (command,)
            if done in books:
                continue
            verb, first, *options = command.split()
            if first == "nielsen":
                pytest.importorskip("sklearn")
            inside, name = folder / str(len(books)), Path(first).stem
            inside.mkdir()
            where = folder / "new" / first if number else inside / f"{name}.xlsx"
            where.parent.mkdir(exist_ok=True)
            target = (folder / "new" if verb == "new" else inside) / RESULT[verb].format(name)
            target.parent.mkdir(exist_ok=True)
            arguments = [verb, first, target] if verb == "new" else [verb, where, *options, "-o", target]
            result = CliRunner().invoke(main, [*map(str, arguments), "-q"])
            assert result.exit_code == 0, result.output
            books[done] = openpyxl.load_workbook(target, data_only=True)
        return books[done]

    return book


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join((row[0], row[3], row[4])))
def test_the_cell_holds_the_number(row, made):
    """The one in the table, and the same counted in plain Python."""
    section, _, command, sheet, cell, number = row
    counted, found = by_hand()[section, sheet, cell], made(command)[sheet][cell].value
    assert found == pytest.approx(counted, abs=1e-6, rel=1e-6)
    assert float(number) == pytest.approx(counted, abs=half_a_digit(number))


def test_every_line_is_counted_by_hand_and_none_stands_twice():
    lines = [(section, sheet, cell) for section, _, _, sheet, cell, _ in ROWS]
    assert sorted(lines) == sorted(by_hand())


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_calculation_has_a_line(lesson):
    """A block of cells that follow a rule: one of them is in the table."""
    told = {(sheet, cell) for _, _, _, sheet, cell, _ in ROWS}
    for sheet in LESSONS[lesson].make().sheets:
        for block in sheet.blocks:
            cells = {(sheet.name, cell.name) for cell in block.place._indexes}
            assert block.given or cells & told, f"{sheet.name}!{block.at}: {block.name}"


def half_a_digit(number: str) -> float:
    """What a rounded number may be off by."""
    decimals = len(number.partition(".")[2])
    return 0.5000001 * 10**-decimals if decimals else 1e-9


def test_every_section_that_new_writes_is_in_the_table():
    written = set(re.findall("xlnn new ([^ `]+)", DOCUMENT.read_text(encoding="utf-8")))
    assert set(sections()) <= written
    told = {part for section, *_ in ROWS for part in section.split(", ")}
    assert {f"{chapter}-{i}" for chapter, last in ((2, 12), (3, 5), (4, 4), (5, 6)) for i in range(1, last + 1)} <= told
    assert {f"1-{i}" for i in range(1, 6)} <= told


def test_a_part_is_called_as_its_sheet():
    for section, (lesson, title) in PARTS.items():
        assert {sheet.name: sheet.title for sheet in LESSONS[lesson].make().sheets}[section] == title


@pytest.mark.parametrize("section", PARTS)
def test_a_section_alone_is_checked(section, tmp_path):
    """What its formulas need comes along: 1-3 has the neuron of 1-2, and 1-5 the network of 1-4."""
    path = tmp_path / "part.xlsx"
    assert CliRunner().invoke(main, ["new", section, str(path), "--cells", "values", "-q"]).exit_code == 0
    found = judge(path)
    assert found.right
    needed = {"1-3": ["1-2", "1-3"], "1-5": ["1-4", "1-5"], "2-7": ["2-7", "2-7 Lagrange"], "5-2": ["5-2", "Symbols"]}.get(
        section, [section]
    )
    assert openpyxl.load_workbook(path).sheetnames == needed


@pytest.mark.parametrize("name", ["3-1", "4-2", "4-3", "Shapes", "5-1", "5-2"])
def test_a_network_built_on_a_sheet_called_so_is_no_lesson(name, tmp_path):
    """Only under the title of xlnn's own sheet, in any language, is it one."""
    book = openpyxl.Workbook()
    book.active.title = name
    book.active["A1"] = "误差反向传播法"
    book.save(tmp_path / "mine.xlsx")
    assert lesson_in(Workbook(tmp_path / "mine.xlsx")) is None
    section = next(lesson for lesson, entry in LESSONS.items() if name in entry.sheets)
    path = write_lesson(LESSONS[section].make(), tmp_path / "lesson.xlsx", language="zh")
    assert lesson_in(Workbook(path)).name == section


def numbers(name: str) -> dict[str, np.ndarray]:
    return calculated(LESSONS[name].make())


def sigma(x: float) -> float:
    return 1 / (1 + exp(-x))


def test_the_concert_by_hand():
    """w = (3, 5, 1), θ = 4: (0, 1, 0) 5 fires; (1, 0, 1) 3 + 1 = 4 just fires; (1, 0, 0) 3 does not."""
    found = numbers("1-1")
    assert found["s"].tolist() == [0, 1, 5, 6, 3, 4, 8, 9]
    assert found["y"].tolist() == [0, 0, 1, 1, 0, 1, 1, 1]
    assert found["ReLU"].tolist() == [0, 0, 1, 2, 0, 0, 4, 5]


def test_derivatives_of_activation_functions_by_quotients():
    """(a(z + h) − a(z − h))/2h with h = 1e-5, in plain Python; the corners at 0 left out."""
    found, h = numbers("1-2"), 1e-5
    functions = {"sigmoid": sigma, "tanh": tanh, "softsign": lambda z: z / (1 + abs(z)), "relu": lambda z: max(0.0, z)}
    for name, f in functions.items():
        right = [(f(z + h) - f(z - h)) / (2 * h) for z in found["z of the curves"].tolist()]
        keep = [i for i, z in enumerate(found["z of the curves"].tolist()) if z or name not in ("relu", "softsign")]
        assert found[f"{name}′(z)"][keep] == pytest.approx(np.array(right)[keep], abs=1e-9), name
    # 1 − 0 over 2h: 1/0.2 = 5, 50, 500
    assert found["(u(h) − u(−h))/2h"] == pytest.approx([0.5, 5, 50, 500])


def test_the_vector_product_by_hand():
    """(2·6 − 3·5, 3·4 − 1·6, 1·5 − 2·4) = (−3, 6, −3); 1·4 + 2·5 + 3·6 = 32."""
    found = numbers("1-2")
    assert found["a × b"].tolist() == [-3, 6, -3]
    assert found["a·b"] == 32


def test_features_by_plain_sums():
    """z² = Σ w² x + b² pixel by pixel, and the hidden units tell a 0 from a 1."""
    found = numbers("1-4")
    w, b = found["w²"].reshape(3, 12).tolist(), found["b²"].tolist()
    for k, x in enumerate(found["x (1-5)"].reshape(4, 12).tolist()):
        z = [sum(u * v for u, v in zip(w[j], x, strict=True)) + b[j] for j in range(3)]
        assert found["z² (1-5)"][:, k] == pytest.approx(z, rel=1e-12)
        assert found["a² (1-5)"][:, k] == pytest.approx([sigma(v) for v in z], rel=1e-12)
    assert found["answer (1-5)"].tolist() == [0, 1, 0, 1]
    # unit 2: its largest weight is 1.848, and 1.521, 1.848, 1.155 lie above half of it
    assert found["answers to"][1].tolist() == [[0, 0, 1], [1, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_vectors_and_matrices_by_hand():
    """(3, 4)·(−6, −8) = −50, (3, 4)·(−4, 3) = 0, (3, 4)·(1, 0) = 3; 3A: 3·7 = 21; AX = (3·2 + 7 + 4, 2 + 35 + 9, 4 + 42 + 5)."""
    found = numbers("2")
    assert found["a·b (2)"].tolist() == [-50, 0, 3, 50]
    assert found["a·b (3)"].tolist() == [-1 - 4 - 4, 2 + 2 - 4, 3 + 8, 2 + 8 + 8]
    assert found["cos θ (3)"] == pytest.approx([-1, 0, 11 / 15, 1])
    assert found["A − B"].tolist() == [[0, -1], [0, 5]]
    assert found["cA"].tolist() == [[6, 21], [3, 24]]
    assert found["AE"].tolist() == found["EA"].tolist() == found["A (3×3)"].tolist()
    assert found["AX"].tolist() == [17, 46, 51]
    assert found["YX"] == 4 + 49 + 1
    assert found["Tn"].tolist() == [3, 1, 0]  # the first column: n = (1, 0, 0)


def test_limits_rules_and_multipliers_by_hand():
    """x² at 1: (1.1² − 1)/0.1 = 2.1; (1/f)′ with f = x² + 1 at ½: −1/1.25² = −0.64; x = y = λ = ±1/√2."""
    found, x = numbers("2"), 0.5
    assert found["slope of the chord"] == pytest.approx([3, 2.1, 2.01, 2.001, 2.0001])
    assert found["(1/f)′"] == pytest.approx(-0.64)
    assert found["(f + g)′"] == pytest.approx(1 + exp(x))
    for name in ("(c)′", "(x)′", "(f + g)′", "(cf)′", "(1/f)′"):
        assert found[f"quotient {name}"] == pytest.approx(found[name], abs=1e-5), name
    steps = [name for name in found if "exp(−x))²" in name or name in ("σ′ = −f′/f²", "σ(x) − σ(x)²", "σ(x)(1 − σ(x))")]
    assert len(steps) == 6
    for name in steps:
        assert found[name] == pytest.approx(exp(-x) / (1 + exp(-x)) ** 2), name
    for name in ("λ", "x (Lagrange)", "y (Lagrange)"):
        assert found[name] == pytest.approx([-1 / sqrt(2), 1 / sqrt(2)])
    assert found["x + y"] == pytest.approx([-sqrt(2), sqrt(2)])


def test_taylor_and_the_direction_of_descent_by_hand():
    """g = exp(x) y² at (0, 1), Δ = (0.1, −0.2): 1 + 0.1 − 0.4 = 0.7; + ½(0.01 + 2·2·(−0.02) + 2·0.04) = 0.705."""
    found = numbers("2-8")
    assert found["first order (2)"] == pytest.approx(0.7)
    assert found["second order (2)"] == pytest.approx(0.705)
    assert found["g(x + Δx, y + Δy)"] == pytest.approx(exp(0.1) * 0.8**2)
    # u = x² + yz at (1, 2, 3): (2, 3, 2)·(0.01, −0.02, 0.03) = 0.02; 1.01² + 1.98·3.03 − 7 = 0.0195
    assert found["∇u·(Δx, Δy, Δz)"] == pytest.approx(0.02)
    assert found["Δu"] == pytest.approx(1.01**2 + 1.98 * 3.03 - 7)
    assert found["dz/dy"] == -2 * (2 - 0.5)
    assert found["dy/dx"] == pytest.approx(2 * sigma(1) * (1 - sigma(1)))
    # |∇f| |Δ| cos θ = √52 · 0.1 · cos θ
    assert found["∇f·(Δx, Δy)"] == pytest.approx([sqrt(52) * 0.1 * cos(pi * t / 180) for t in range(0, 361, 15)], abs=1e-12)
    assert found["θ"][found["∇f·(Δx, Δy)"].argmin()] == 180


def test_the_chain_of_three_neurons_in_plain_python():
    """L₁ = 0.5, w₁ = 0.8, w₂ = −1.5, y = 1: forward, then backward, factor by factor."""
    found = numbers("4-2")
    second = sigma(0.8 * 0.5)
    third = sigma(-1.5 * second)
    shared = (third - 1) * third * (1 - third)
    assert found["∂C/∂z₂"] == pytest.approx(shared)
    assert found["∂C/∂w₂"] == pytest.approx(shared * second)
    assert found["∂C/∂L₂"] == pytest.approx(shared * -1.5)
    assert found["∂C/∂w₁"] == pytest.approx(shared * -1.5 * second * (1 - second) * 0.5)
    assert found["ΔC/Δw₁"] == pytest.approx(found["∂C/∂w₁"], rel=1e-7)
    assert found["ΔC/Δw₂"] == pytest.approx(found["∂C/∂w₂"], rel=1e-7)


def test_errors_before_and_after_training_are_the_books():
    """Image 1 at the start, as printed from the book's data; C_T after 50 updates, and every |δ| smaller on the average."""
    found = numbers("4-2")
    assert found["δ³ (4-2)"][0].round(6).tolist() == [-0.148102, 0.017167]
    assert found["δ² (4-2)"][0].round(6).tolist() == [-0.000239, -0.013950, 0.003220]
    assert found["C_T (4-2)"].round(6) == 20.255346
    assert found["C_T (4-2 trained)"].round(6) == 0.236651
    assert found["mean |δ³| (4-2 trained)"] == pytest.approx(np.abs(found["δ³ (4-2 trained)"]).mean())
    assert found["mean |δ³| (4-2 trained)"] < found["mean |δ³| (4-2)"] / 20


def test_a_filter_and_the_convolutional_network_have_the_books_numbers():
    """The slash of the 2 in rows 3 to 5: x₃₅ + x₄₄ + x₅₃ = 3; image 1: pooled 0.033 0.013, outputs 0.786 0.109 0.137."""
    found = numbers("5-1")
    x = found["x (5-1)"].astype(int).tolist()
    slash = [[x[i][j + 2] + x[i + 1][j + 1] + x[i + 2][j] for j in range(4)] for i in range(4)]
    assert found["similarity"].tolist() == slash
    assert found["pooled similarity"].tolist() == [
        [max(slash[2 * i + k][2 * j + m] for k in (0, 1) for m in (0, 1)) for j in (0, 1)] for i in (0, 1)
    ]
    assert found["z^P"][0].round(3).tolist() == [[0.033, 0.013], [0.033, 0.013]]
    assert found["a^O"].round(3).tolist() == [0.786, 0.109, 0.137]
    assert found["C"].round(6) == 0.038184


def test_symbols_lead_to_their_cells(tmp_path):
    """A click on the cells of z²ⱼ leads to the first of them; beside it stands its number."""
    path = tmp_path / "3-1.xlsx"
    assert CliRunner().invoke(main, ["new", "3-1", str(path), "-q"]).exit_code == 0
    sheet = openpyxl.load_workbook(path)["Symbols"]
    assert sheet["C8"].value == "'3-1'!F12:N12"
    assert sheet["C8"].hyperlink.location == "'3-1'!F12"
    assert sheet["D8"].value == "='3-1'!F12+0"


@pytest.mark.parametrize(
    ("field", "typed", "meant"),
    [("total", "MSE", "mean"), ("total", "mse", "mean"), ("order", "SGD", "shuffled"), ("total", "sum", "sum")],
)
def test_nielsens_names_mean_settings(field, typed, meant):
    assert parse_value(BY_FIELD[field], typed) == meant


def test_mse_is_a_cost_by_name(tmp_path):
    """On sheet Settings and as an option, in any language: half squares with their mean, so C_T begins with 20.255346 / 64."""
    run, path = lambda *arguments: CliRunner().invoke(main, list(map(str, arguments))), tmp_path / "4-4.xlsx"
    run("new", "4-4", path, "-q")
    said = run("train", path, "-n", 1, "--cost", "MSE", "-o", tmp_path / "option.xlsx").stdout
    assert f"C_T {20.255346 / 64:.6g} → " in said
    for name in ("MSE", "均方误差", "Mean squared error"):
        book = openpyxl.load_workbook(path)
        book["Settings"]["B4"] = name
        book.save(tmp_path / "sheet.xlsx")
        assert run("train", tmp_path / "sheet.xlsx", "-n", 1, "-o", tmp_path / "option.xlsx").stdout == said
    settings = openpyxl.load_workbook(tmp_path / "option.xlsx")["Settings"]
    assert (settings["B4"].value, settings["B5"].value) == ("half squares", "mean")


def test_mse_is_no_sum(tmp_path):
    path = tmp_path / "4-4.xlsx"
    CliRunner().invoke(main, ["new", "4-4", str(path), "-q"])
    result = CliRunner().invoke(main, ["train", str(path), "--cost", "MSE", "--total", "sum"])
    assert result.exit_code == 2
    assert "the cost MSE is a mean over the images" in result.stderr
