"""Sheets in many styles of building: what `train` writes is the sheet, every cell of it where it was, with iterations more."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from office import judge, needs_office
from sheet_styles import Style, save

from xlnn.cli.main import main

LONG = {"delta": False, "gradients": False, "z": "nested"}  # the gradient in one formula
STYLES = {
    "blocks down": Style(),
    "blocks to the right, MMULT": Style(z="mmult", turned=True, onward="right"),
    "products in cells of their own": Style(z="products", input_major=True),
    "array formulas": Style(z="array", input_major=True),
    "thresholds": Style(bias="threshold", **LONG),
    "the weight of a constant 1": Style(bias="one"),
    "one long formula": Style(**LONG),
    "one bias for a layer": Style(bias="shared", sign=-1),
    "a linear hidden layer": Style(functions=("identity", "sigmoid")),
    "three layers": Style(units=(2, 3, 2, 1), functions=("tanh", "sigmoid", "sigmoid")),
    "η of layers": Style(eta="layers", onward="right"),
    "parameters on a sheet of their own": Style(apart=True, onward="right"),
    "and one long formula": Style(apart=True, **LONG),
    "an update after each example, blocks": Style(online=True, iterations=4),
    "and parameters on a sheet of their own": Style(online=True, iterations=4, apart=True, onward="right"),
    "a row for each example": Style(layout="row", iterations=4, units=(2, 2, 2)),
    "a row for each example, words as answers": Style(layout="row", iterations=4, targets="text"),
    "a perceptron with θ": Style(layout="row", images=4, iterations=5, units=(2, 1), functions=("step",), bias="threshold"),
    "a row for each iteration": Style(layout="row", images=1, iterations=4, bias="none", units=(2, 2, 2)),
}


def run(*arguments) -> str:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result.output


def numbers(path: Path) -> dict[tuple[str, str], object]:
    book = openpyxl.load_workbook(path, data_only=True)
    return {(s.title, c.coordinate): c.value for s in book for row in s.iter_rows() for c in row if c.value is not None}


@needs_office
@pytest.mark.parametrize("name", STYLES)
def test_the_sheet_comes_back_with_further_iterations(tmp_path, name):
    style, mine, result = STYLES[name], tmp_path / "mine.xlsx", tmp_path / "result.xlsx"
    save(mine, style)
    assert "all right" in run("check", mine)
    run("train", mine, "-n", style.iterations + 2, "--cells", "formulas", "-o", result)
    before, after = numbers(mine), numbers(result)
    for where, value in before.items():
        assert after.get(where) == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value), where
    sheets = {sheet for sheet, _ in before}
    assert sum(sheet in sheets for sheet, _ in after) > len(before) * (1 + 1 / style.iterations)  # two iterations more
    assert "all right" in run("check", result)
    assert not judge(result).different
