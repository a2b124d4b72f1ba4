"""Sheets with an update after each example: his own rows, blocks or sheets go on through the examples, as he goes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from office import judge, needs_office
from own_styles import book

from workbooks import places, save
from xlnn.cli.main import main

AND = [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 1)]
FOUR = [(0.1, 0.9, 1), (0.8, 0.2, 0), (0.4, 0.5, 1), (0.7, 0.6, 0)]


def run(*arguments, code: int = 0) -> str:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == code, result.output
    return result.output


def trained(path: Path, target: Path, *options) -> str:
    return run("train", path, "--cells", "formulas", "-o", target, "--force", *options)


def page(path: Path, sheet: str, stored: bool = True):
    return openpyxl.load_workbook(path, data_only=stored)[sheet]


def perceptron(count: int, x: str = "") -> dict[str, object]:
    """A row for each example: x, t, w, θ, z = Σwx − θ, y, t − y; `x` is a formula of the examples with {c} and {k}."""
    cells: dict[str, object] = {"A1": "AND", "J1": "η", "K1": 0.25, "A2": "n"}
    for k in range(count):
        r = 3 + k
        cells |= {f"A{r}": k + 1} | dict(zip((f"B{r}", f"C{r}", f"D{r}"), AND[k % 4], strict=True))
        if x:
            cells |= {f"{c}{r}": x.format(c="ABC"[i], k=2 + k % 4) for i, c in enumerate("BCD")}
        if k == 0:
            cells |= {"E3": 0.3, "F3": -0.1, "G3": 0.2}
        else:
            q = r - 1
            cells |= {f"E{r}": f"=E{q}+$K$1*J{q}*B{q}", f"F{r}": f"=F{q}+$K$1*J{q}*C{q}", f"G{r}": f"=G{q}-$K$1*J{q}"}
        cells |= {f"H{r}": f"=B{r}*E{r}+C{r}*F{r}-G{r}", f"I{r}": f"=IF(H{r}>=0,1,0)", f"J{r}": f"=D{r}-I{r}"}
    return cells


def steps(count: int) -> list[tuple[float, ...]]:
    """w₁, w₂, θ, y of each update by w + η (t − y) x (book 1-3), in plain Python."""
    w1, w2, theta, found = 0.3, -0.1, 0.2, []
    for k in range(count):
        x1, x2, t = AND[k % 4]
        y = 1 if x1 * w1 + x2 * w2 - theta >= 0 else 0
        found.append((w1, w2, theta, y))
        w1, w2, theta = w1 + 0.25 * (t - y) * x1, w2 + 0.25 * (t - y) * x2, theta - 0.25 * (t - y)
    return found


def descended(count: int, eta: float) -> list[tuple[np.ndarray, float]]:
    """w and b before each update of one sigmoid unit, an example at a time (book 4-1), in plain NumPy."""
    w, b, found = np.array([0.4, -0.3]), 0.1, []
    for k in range(count):
        x, t = np.array(FOUR[k % 4][:2]), FOUR[k % 4][2]
        found.append((w, b))
        a = 1 / (1 + np.exp(-(w @ x + b)))
        delta = (a - t) * a * (1 - a)
        w, b = w - eta * delta * x, b - eta * delta
    return found


def step_cells(k: int, row: int, before: str, eta: str) -> dict[str, object]:
    """An update of one unit in six rows from `row` on: x and t, w and b, z a C, δ, ∂C/∂w, new w and b."""
    o = row
    cells: dict[str, object] = dict(zip((f"A{o}", f"B{o}", f"C{o}"), FOUR[k % 4], strict=True))
    cells |= dict(zip((f"{c}{o + 1}" for c in "ABC"), (0.4, -0.3, 0.1), strict=True))
    if k:
        cells |= {f"{c}{o + 1}": f"={before.format(c=c)}" for c in "ABC"}
    cells |= {f"A{o + 2}": f"=A{o}*A{o + 1}+B{o}*B{o + 1}+C{o + 1}", f"B{o + 2}": f"=1/(1+EXP(-A{o + 2}))"}
    cells |= {f"C{o + 2}": f"=(C{o}-B{o + 2})^2/2", f"A{o + 3}": f"=(B{o + 2}-C{o})*B{o + 2}*(1-B{o + 2})"}
    cells |= {f"A{o + 4}": f"=A{o + 3}*A{o}", f"B{o + 4}": f"=A{o + 3}*B{o}", f"C{o + 4}": f"=A{o + 3}"}
    return cells | {f"{c}{o + 5}": f"={c}{o + 1}-{eta}*{c}{o + 4}" for c in "ABC"}


def blocks(count: int) -> dict[str, object]:
    cells: dict[str, object] = {"H1": "η", "I1": 0.5}
    for k in range(count):
        row = 3 + 9 * k
        cells |= step_cells(k, row, f"{{c}}{row - 9 + 5}", "$I$1") | {f"A{row - 1}": f"step {k + 1}"}
    return cells


def sheets(count: int) -> dict[str, dict[str, object]]:
    """Each update on a sheet; η on the first alone."""
    return {
        f"Step {k + 1}": step_cells(k, 2, f"'Step {k}'!{{c}}7", "$F$1" if k == 0 else "'Step 1'!$F$1")
        | ({"E1": "η", "F1": 0.5} if k == 0 else {})
        for k in range(count)
    }


DATA = {f"{c}{2 + k}": AND[k][i] for k in range(4) for i, c in enumerate("ABC")}
EXAMPLES = {  # how x and t come into their row, and what stands in B8 (example 2 again)
    "typed": ("", 0),
    "of a table": ("=Data!{c}{k}", "=Data!A3"),
    "in turns": ("=INDEX(Data!{c}$2:{c}$5,MOD(ROW()-3,4)+1)", "=INDEX(Data!A$2:A$5,MOD(ROW()-3,4)+1)"),
}


@needs_office
@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("shown", [4, 6])
def test_rows_go_on_through_the_examples(tmp_path, examples, shown):
    x, again = EXAMPLES[examples]
    mine, result = book(tmp_path / "mine.xlsx", Unit=perceptron(shown, x), Data=DATA), tmp_path / "result.xlsx"
    assert "4 iterations are an epoch" in trained(mine, result, "-n", 11)
    stored, cells, before = page(result, "Unit"), page(result, "Unit", False), page(mine, "Unit", False)
    for k, (w1, w2, theta, y) in enumerate(steps(11)):
        row = 3 + k
        assert [stored[f"{c}{row}"].value for c in "ABCD"] == [k + 1, *AND[k % 4]]
        assert [stored[f"{c}{row}"].value for c in "EFGI"] == pytest.approx([w1, w2, theta, y], abs=1e-12)
    assert cells["B8"].value == again
    assert cells["E13"].value == "=E12+$K$1*J12*B12"
    assert cells["A14"].value is None
    for row in before.iter_rows():
        for cell in row:
            assert cells[cell.coordinate].value == cell.value
    assert "all right" in run("check", result)
    assert not judge(result).different


def test_what_stands_beside_each_example_stands_there_again(tmp_path):
    """A name of the example, a number of the epoch beside its first."""
    beside = {f"M{3 + k}": ("none", "left", "right", "both")[k % 4] for k in range(8)} | {"N3": "epoch 1", "N7": "epoch 2"}
    mine, result = book(tmp_path / "mine.xlsx", Unit=perceptron(8) | beside), tmp_path / "result.xlsx"
    trained(mine, result, "-n", 17)
    found = page(result, "Unit")
    assert [found[f"M{r}"].value for r in range(3, 21)] == [*(["none", "left", "right", "both"] * 4), "none", None]
    assert {f"N{r}": found[f"N{r}"].value for r in range(3, 20) if found[f"N{r}"].value} == {
        f"N{3 + 4 * e}": f"epoch {e + 1}" for e in range(5)
    }


def of_table(count: int, example: str) -> dict[str, object]:
    """One sigmoid unit, a row for each update from 10 on: w and b, z, a, C, δ; x and t are read where the examples stand."""
    cells: dict[str, object] = {"A1": "η", "B1": 0.5}
    for k in range(count):
        r = 10 + k
        x1, x2, t = (example.format(c=c, r=2 + k % 4) for c in "LMN")
        cells |= {"A10": 0.4, "B10": -0.3, "C10": 0.1}
        if k:
            q, y1, y2 = r - 1, *(example.format(c=c, r=2 + (k - 1) % 4) for c in "LM")
            cells |= {f"A{r}": f"=A{q}-$B$1*G{q}*{y1}", f"B{r}": f"=B{q}-$B$1*G{q}*{y2}", f"C{r}": f"=C{q}-$B$1*G{q}"}
        cells |= {f"D{r}": f"=A{r}*{x1}+B{r}*{x2}+C{r}", f"E{r}": f"=1/(1+EXP(-D{r}))"}
        cells |= {f"F{r}": f"=({t}-E{r})^2/2", f"G{r}": f"=(E{r}-{t})*E{r}*(1-E{r})"}
    return cells


@needs_office
@pytest.mark.parametrize("shown", [4, 5, 9])
@pytest.mark.parametrize("example", ["{c}{r}", "${c}${r}", "Data!{c}{r}", "Data!${c}${r}"])
def test_rows_read_the_examples_of_a_table_in_turns(tmp_path, example, shown):
    examples = {f"{c}{2 + k}": FOUR[k][i] for k in range(4) for i, c in enumerate("LMN")}
    pages = {"Net": of_table(shown, example), "Data": examples}
    pages = pages if "Data" in example else {"Net": pages["Net"] | examples}
    mine, result = book(tmp_path / "mine.xlsx", **pages), tmp_path / "result.xlsx"
    trained(mine, result, "-n", 11)
    stored, cells = page(result, "Net"), page(result, "Net", False)
    for k, (w, b) in enumerate(descended(11, 0.5)):
        assert [stored[f"{c}{10 + k}"].value for c in "ABC"] == pytest.approx([*w, b], rel=1e-12)
    wanted = of_table(11, example)
    assert {c: cells[c].value for c in wanted} == wanted
    assert page(result, "Data" if "Data" in example else "Net")["L6"].value is None
    assert "all right" in run("check", result)
    assert not judge(result).different


def test_updates_that_lie_unequal_steps_apart_are_judged_by_the_one_before(tmp_path):
    """A heading between two epochs: a row's parameters are the new ones of the row before, wherever that lies."""
    cells = {f"{c}{r + (r > 6)}": v for (c, r), v in ((_parted(c), v) for c, v in perceptron(8).items())}
    cells = {c: _below(v) if int(c[1:]) > 6 else v for c, v in cells.items()} | {"A7": "second epoch"}
    mine = book(tmp_path / "mine.xlsx", Unit=cells)
    assert "all right" in run("check", mine)
    slip = book(tmp_path / "slip.xlsx", Unit=cells | {"E8": "=E6+$K$1*J5*B6"})
    assert "E8" in run("check", slip, code=1)


def _parted(cell: str) -> tuple[str, int]:
    return cell[0], int(cell[1:])


def _below(value: object) -> object:
    """A formula with its rows below 6 one further down."""
    further = lambda found: f"{found[1]}{int(found[2]) + (int(found[2]) > 6)}"
    return re.sub(r"(?<![$A-Z])([A-Z])([0-9]+)", further, value) if isinstance(value, str) else value


@needs_office
def test_blocks_with_an_example_each_go_on(tmp_path):
    mine, result = book(tmp_path / "mine.xlsx", Net=blocks(5)), tmp_path / "result.xlsx"
    trained(mine, result, "-n", 10)
    stored = page(result, "Net")
    for k, (w, b) in enumerate(descended(10, 0.5)):
        row = 3 + 9 * k
        assert stored[f"A{row - 1}"].value == f"step {k + 1}"
        assert [stored[f"{c}{row}"].value for c in "ABC"] == list(FOUR[k % 4])
        assert [stored[f"{c}{row + 1}"].value for c in "ABC"] == pytest.approx([*w, b], rel=1e-12)
    assert "all right" in run("check", result)
    assert not judge(result).different


@needs_office
def test_sheets_with_an_example_each_go_on(tmp_path):
    mine, result = book(tmp_path / "mine.xlsx", **sheets(4)), tmp_path / "result.xlsx"
    trained(mine, result, "-n", 9)
    for k, (w, b) in enumerate(descended(9, 0.5)):
        stored = page(result, f"Step {k + 1}")
        assert [stored[f"{c}2"].value for c in "ABC"] == list(FOUR[k % 4])
        assert [stored[f"{c}3"].value for c in "ABC"] == pytest.approx([*w, b], rel=1e-12)
    cells = page(result, "Step 9", False)
    assert cells["A2"].value == 0.1
    assert cells["A7"].value == "=A3-'Step 1'!$F$1*A6"
    assert "all right" in run("check", result)
    assert not judge(result).different


@pytest.mark.parametrize("layout", ["rows", "blocks", "sheets"])
@pytest.mark.parametrize("count", [2, 3])
def test_a_result_of_fewer_updates_than_examples_keeps_them_all_and_goes_on(tmp_path, layout, count):
    pages = {"rows": {"Unit": perceptron(4)}, "blocks": {"Net": blocks(4)}, "sheets": sheets(4)}[layout]
    mine, few, more = book(tmp_path / "mine.xlsx", **pages), tmp_path / "few.xlsx", tmp_path / "more.xlsx"
    trained(mine, few, "-n", count)
    assert "all right" in run("check", few)
    assert "4 cases" in run("show", few)
    trained(few, more, "-n", 9)
    assert "all right" in run("check", more)
    wanted = {"rows": ("Unit", "B", (3, 4, 5, 6)), "blocks": ("Net", "A", (3, 12, 21, 30)), "sheets": ("Step {}", "A", (2,) * 4)}
    name, column, rows = wanted[layout]
    for path in (few, more):
        found = [page(path, name.format(k + 1))[f"{column}{row}"].value for k, row in enumerate(rows)]
        assert found == [example[0] for example in (AND if layout == "rows" else FOUR)]


@pytest.mark.parametrize("option", [("--batch", "2"), ("--batch", "all"), ("--order", "shuffled")])
def test_other_batches_than_the_sheets_have_get_sheets_of_xlnn(tmp_path, option):
    mine, result = book(tmp_path / "mine.xlsx", Net=blocks(4)), tmp_path / "result.xlsx"
    assert "the result has xlnn's own sheets" in trained(mine, result, "-n", 5, *option)
    assert "Iteration 5" in openpyxl.load_workbook(result).sheetnames
    assert "all right" in run("check", result)


def test_updates_that_are_not_all_kept_are_refused(tmp_path):
    mine = book(tmp_path / "mine.xlsx", **sheets(4))
    found = run("train", mine, "-n", 9, "--keep", "1,9", "-o", tmp_path / "result.xlsx", code=2)
    assert "examples of their own are all kept" in found
    assert not (tmp_path / "result.xlsx").exists()


# ---- a perceptron that makes no mistake, and one of which sheets Places and Settings tell -----------------------------


def test_the_rate_is_told_though_no_update_changes_anything(tmp_path):
    """w = (0.6, 0.6), θ = 1 answers AND right: every t − y is 0, and η is what the formulas multiply it with."""
    cells = perceptron(4) | {"E3": 0.6, "F3": 0.6, "G3": 1.0}
    mine = book(tmp_path / "mine.xlsx", Unit=cells)
    assert "η: 0.25 (Unit!K1)" in run("show", mine)


def settings(*lines: tuple) -> dict[str, object]:
    table = [("layer", "kind", "units", "size", "activation"), (1, "input", None, "1×2"), (2, "dense", 1, None, "step")]
    rows = [*lines, (), *table]
    return {f"{'ABCDE'[c]}{r}": value for r, row in enumerate(rows, 1) for c, value in enumerate(row) if value is not None}


@pytest.mark.parametrize("count", [4, 6])
def test_rows_of_which_places_and_settings_tell_go_on_by_the_perceptron_rule(tmp_path, count):
    lines = [
        ("x", "Unit!B3:C3", "90 down"), ("t", "Unit!D3", "90 down"), ("w2", "Unit!E3:F3"), ("b2", "Unit!G3"),
        ("z2", "Unit!H3", "90 down"), ("a2", "Unit!I3", "90 down"), ("new_w2", "Unit!E4:F4"), ("new_b2", "Unit!G4"),
    ]  # fmt: skip
    cells = {c: v.replace("-G", "+G").replace("-$K", "+$K") if isinstance(v, str) else v for c, v in perceptron(count).items()}
    pages = {"Unit": cells | {"G3": -0.2}, "Places": places(lines), "Settings": settings(("classes", "given"))}
    mine, result = book(tmp_path / "mine.xlsx", **pages), tmp_path / "result.xlsx"
    assert "new w²" in run("check", mine)
    shown = run("show", mine)
    assert "cost: perceptron" in shown
    assert "learning rate η: 0.25" in shown
    trained(mine, result, "-n", 9)
    stored, formulas = page(result, "Unit"), page(result, "Unit", False)
    for k, (w1, w2, theta, y) in enumerate(steps(9)):
        assert [stored[f"{c}{3 + k}"].value for c in "EFGI"] == pytest.approx([w1, w2, -theta, y], abs=1e-12)
    assert formulas["G11"].value == "=G10+$K$1*J10"
    assert "all right" in run("check", result)


def test_a_rate_that_settings_say_is_above_that_of_the_formulas(tmp_path):
    pages = {"Unit": perceptron(4), "Settings": settings(("eta", 0.5), ("classes", "given"))}
    lines = [("x", "Unit!B3:C3", "1 down"), ("t", "Unit!D3", "1 down"), ("w2", "Unit!E3:F3"), ("b2", "Unit!G3")]
    mine = save(tmp_path / "mine.xlsx", pages | {"Places": places(lines)})
    assert "learning rate η: 0.5" in run("show", mine)


# ---- epochs: a block or a sheet for each, with a row for each example -------------------------------------------------

OR = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1)]


def row_of(r: int, k: int, before: str, eta: str) -> dict[str, object]:
    """A row of a perceptron from column A: x, t, w, b, z, y, t − y; `before` with {c} is the row before."""
    cells: dict[str, object] = dict(zip((f"A{r}", f"B{r}", f"C{r}"), OR[k], strict=True))
    if before:
        old = {c: before.format(c=c) for c in "ABDEFI"}
        cells |= {f"{w}{r}": f"={old[w]}+{eta}*{old['I']}*{old[x]}" for w, x in ("DA", "EB")}
        cells |= {f"F{r}": f"={old['F']}+{eta}*{old['I']}"}
    else:
        cells |= {f"D{r}": -0.2, f"E{r}": 0.15, f"F{r}": -0.33}
    return cells | {f"G{r}": f"=A{r}*D{r}+B{r}*E{r}+F{r}", f"H{r}": f"=IF(G{r}>0,1,0)", f"I{r}": f"=C{r}-H{r}"}


def epochs_below(count: int, gap: int = 2) -> dict[str, dict[str, object]]:
    """With a heading above each epoch, and the mistakes made in it below."""
    cells: dict[str, object] = {"L1": "η", "M1": 0.1}
    for e in range(count):
        top = 3 + e * (4 + gap)
        for k in range(4):
            r = top + 1 + k
            before = f"{{c}}{r - 1}" if k else f"{{c}}{top - gap}" if e else ""
            cells |= row_of(r, k, before, "$M$1")
        cells |= {f"A{top}": f"epoch {e + 1}", f"K{top + 4}": f"=SUMSQ(I{top + 1}:I{top + 4})"}
    return {"Net": cells}


def epoch_sheets(count: int) -> dict[str, dict[str, object]]:
    """η on the first sheet alone."""
    pages: dict[str, dict[str, object]] = {}
    for e in range(count):
        cells: dict[str, object] = {"A1": f"Epoch {e + 1}", "K6": "=SUMSQ(I3:I6)"} | ({"L1": "η", "M1": 0.1} if e == 0 else {})
        for k in range(4):
            before = f"{{c}}{2 + k}" if k else f"'Epoch {e}'!{{c}}6" if e else ""
            cells |= row_of(3 + k, k, before, "$M$1" if e == 0 else "'Epoch 1'!$M$1")
        pages[f"Epoch {e + 1}"] = cells
    return pages


def learnt(count: int) -> list[tuple[float, ...]]:
    """w, b, y of each update (book 1-3), in plain Python."""
    w1, w2, b, found = -0.2, 0.15, -0.33, []
    for k in range(count):
        x1, x2, t = OR[k % 4]
        y = 1 if x1 * w1 + x2 * w2 + b > 0 else 0
        found.append((w1, w2, b, y))
        w1, w2, b = w1 + 0.1 * (t - y) * x1, w2 + 0.1 * (t - y) * x2, b + 0.1 * (t - y)
    return found


EPOCHS = {
    "below": (epochs_below, lambda e: ("Net", 4 + 6 * e), "=D13+$M$1*I13*A13"),
    "sheets": (epoch_sheets, lambda e: (f"Epoch {e + 1}", 3), "='Epoch 2'!D6+'Epoch 1'!$M$1*'Epoch 2'!I6*'Epoch 2'!A6"),
}


@needs_office
@pytest.mark.parametrize("layout", EPOCHS)
@pytest.mark.parametrize("shown", [2, 3])
def test_epochs_go_on(tmp_path, layout, shown):
    build, where, third = EPOCHS[layout]
    mine, result = book(tmp_path / "mine.xlsx", **build(shown)), tmp_path / "result.xlsx"
    trained(mine, result, "-n", 20)
    for e in range(5):
        sheet, row = where(e)
        stored = page(result, sheet)
        for k, right in enumerate(learnt(20)[4 * e : 4 * e + 4]):
            assert [stored[f"{c}{row + k}"].value for c in "ABC"] == list(OR[k])
            assert [stored[f"{c}{row + k}"].value for c in "DEFH"] == pytest.approx(right, abs=1e-12)
        mistakes = sum((t - y) ** 2 for (_, _, t), (*_, y) in zip(OR, learnt(20)[4 * e : 4 * e + 4], strict=True))
        assert stored[f"K{row + 3}"].value == mistakes
    title = page(result, where(4)[0])
    assert title["A27" if layout == "below" else "A1"].value == ("epoch 5" if layout == "below" else "Epoch 5")
    sheet, row = where(2)
    assert page(result, sheet, False)[f"D{row}"].value == third
    wanted = {(s, c): value for s, cells in build(shown).items() for c, value in cells.items()}
    assert {(s, c): page(result, s, False)[c].value for s, c in wanted} == wanted
    assert "all right" in run("check", result)
    assert not judge(result).different
    trained(result, tmp_path / "again.xlsx", "-n", 8)
    assert "all right" in run("check", tmp_path / "again.xlsx")


@pytest.mark.parametrize("layout", EPOCHS)
def test_whole_epochs_are_shown(tmp_path, layout):
    build, where, _ = EPOCHS[layout]
    mine, result = book(tmp_path / "mine.xlsx", **build(2)), tmp_path / "result.xlsx"
    assert "the last 2 iterations" in trained(mine, result, "-n", 14)
    sheet, row = where(2)
    assert page(result, sheet)[f"D{row + 3}"].value == pytest.approx(learnt(12)[-1][0], abs=1e-12)
    beyond, row = where(3)
    assert beyond not in openpyxl.load_workbook(result).sheetnames or page(result, beyond)[f"D{row}"].value is None
    assert "all right" in run("check", result)
    assert "of fewer the result has xlnn's own sheets" in trained(mine, result, "-n", 3)
    assert "Iteration 3" in openpyxl.load_workbook(result).sheetnames
    assert "all right" in run("check", result)


# ---- iterations that step along two sheets ----------------------------------------------------------------------------


def on_two_sheets(count: int, further: int, eta: str) -> dict[str, dict[str, object]]:
    """One sigmoid unit, three examples on sheet Data; w, b, z, a, C in rows of Calc, δ and gradients as many further in Grad."""
    data: dict[str, object] = {"B2": 0.5} | {f"{c}{5 + k}": FOUR[k][i] for k in range(3) for i, c in enumerate("ABC")}
    calc: dict[str, object] = {"A1": "calculation"}
    grad: dict[str, object] = {"A1": "gradients"}
    for n in range(count):
        a, g = 3 + n, 5 + n * further
        calc |= {"B3": 0.4, "C3": -0.3, "D3": 0.1, f"A{a}": f"iteration {n + 1}"}
        if n:
            calc |= {f"{c}{a}": f"={c}{a - 1}-{eta}*Grad!{c}{g - further}" for c in "BCD"}
        for k, (z, out, cost, delta) in enumerate(("EFGE", "HIJF", "KLMG")):
            x1, x2, t = (f"Data!${c}${5 + k}" for c in "ABC")
            calc |= {f"{z}{a}": f"={x1}*$B{a}+{x2}*$C{a}+$D{a}", f"{out}{a}": f"=1/(1+EXP(-{z}{a}))"}
            calc |= {f"{cost}{a}": f"=({t}-{out}{a})^2/2"}
            grad |= {f"{delta}{g}": f"=(Calc!{out}{a}-{t})*Calc!{out}{a}*(1-Calc!{out}{a})"}
        grad |= {f"{c}{g}": "=" + "+".join(f"{d}{g}*Data!${x}${5 + k}" for k, d in enumerate("EFG")) for c, x in ("BA", "CB")}
        grad |= {f"D{g}": f"=SUM($E${g}:$G${g})"}
    return {"Calc": calc, "Grad": grad, "Data": data}


def together(count: int) -> list[tuple[np.ndarray, float]]:
    """w and b before each update by all three examples (book 4-1), in plain NumPy."""
    x, t = np.array(FOUR)[:3, :2], np.array(FOUR)[:3, 2]
    w, b, found = np.array([0.4, -0.3]), 0.1, []
    for _ in range(count):
        found.append((w, b))
        a = 1 / (1 + np.exp(-(x @ w + b)))
        delta = (a - t) * a * (1 - a)
        w, b = w - 0.5 * delta @ x, b - 0.5 * delta.sum()
    return found


@needs_office
@pytest.mark.parametrize("eta", ["Data!$B$2", "Data!B2"])
@pytest.mark.parametrize("further", [1, 3])
@pytest.mark.parametrize("shown", [2, 4])
def test_iterations_go_on_on_both_sheets(tmp_path, shown, further, eta):
    mine, result = book(tmp_path / "mine.xlsx", **on_two_sheets(shown, further, eta)), tmp_path / "result.xlsx"
    trained(mine, result, "-n", 8)
    stored = page(result, "Calc")
    for n, (w, b) in enumerate(together(8)):
        assert stored[f"A{3 + n}"].value == f"iteration {n + 1}"
        assert [stored[f"{c}{3 + n}"].value for c in "BCD"] == pytest.approx([*w, b], rel=1e-12)
    for sheet, cells in on_two_sheets(8, further, eta).items():
        found = page(result, sheet, False)
        assert {c: found[c].value for c in cells} == cells
    assert "all right" in run("check", result)
    assert not judge(result).different
