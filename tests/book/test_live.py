"""A workbook of formulas says what is so: after η is changed, Summary and Conventions agree with the table, says LibreOffice."""

from __future__ import annotations

from itertools import pairwise

import openpyxl
import pytest
from office import needs_office, recalculate

import xlnn
from xlnn.model.examples import example


@needs_office
@pytest.mark.parametrize("eta", [0.05, 1.5])
def test_what_summary_says_follows_the_learning_rate(tmp_path, eta):
    xlnn.write(xlnn.read(xlnn.new("4-4", tmp_path / "b.xlsx"), iterations=3), tmp_path / "t.xlsx", cells="formulas")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    book["Settings"]["B2"] = eta
    book.save(tmp_path / "changed.xlsx")
    recalculate(tmp_path / "changed.xlsx", tmp_path / "again.xlsx")
    book = openpyxl.load_workbook(tmp_path / "again.xlsx", data_only=True)
    summary = book["Summary"]
    updates = next(xlnn.train(xlnn.read(tmp_path / "b.xlsx", eta=eta, iterations=1)))["CT"]
    assert summary["B8"].value == pytest.approx(float(updates), rel=1e-9)
    totals = [summary[f"B{row}"].value for row in range(8, 12)]
    said = summary["A2"].value
    assert f"η = {eta:g}," in said
    assert f"C_T {round(totals[0], 6):g}"[:8] in said
    assert f"→ {round(totals[3], 6)!r}".rstrip("0") in said
    assert summary["A3"].value == f"{round(summary['C11'].value * 64)} of 64 images right."
    rose = [after > before for before, after in pairwise(totals)]
    assert [summary[f"D{row}"].value == "▲ rose" for row in range(9, 12)] == rose
    assert f"η = {eta:g}" in {row[1].value for row in book["Conventions"].iter_rows()}


def test_values_say_it_in_words(tmp_path):
    xlnn.write(example("4-4"), tmp_path / "t.xlsx", keep="none")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book["Summary"]["A2"].value == "Network 12-3-2, η = 0.2, 50 updates: C_T 20.2553 → 0.236651."
    assert book["Summary"]["A3"].value == "64 of 64 images right."
