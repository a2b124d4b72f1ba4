"""Array formulas as one formula for each cell: the same numbers, and each cell reads what it is made of and no more."""

from __future__ import annotations

import numpy as np
import pytest
from sheet_styles import save_cells

from xlnn.formula import read
from xlnn.formula.splitting import split
from xlnn.layout.cells import Cell
from xlnn.xlsx.workbook import Workbook

NUMBERS = {f"{c}{r}": 0.1 * r + 0.3 * n for n, c in enumerate("ABC") for r in range(1, 4)} | {"E1": 0.5, "E2": -0.25, "E3": 0.75}
CASES = {  # formula over G1:H3, and what the cell in its second row and second column reads
    "=A1:B3*2": "B2",
    "=1/(1+EXP(-A1:B3))*(1-B1:C3)": "B2 C2",
    "=A1:B3+E1:E3": "B2 E2",
    "=A1:B3+A1:B1": "B2 B1",
    "=MMULT(A1:C3,A1:B3)+A1:B1": "A2 B2 C2 B1 B3",
    "=MMULT(TRANSPOSE(A1:C3),B1:C3*E1:E3)": "B1 B2 B3 C1 C2 C3 E1 E2 E3",
    "=TRANSPOSE(A1:C2)": "B2",
    "=A1:B3/SUM(A1:C1)": "B2 A1 B1 C1",
    "=IF(A1:B3>E1:E3,A1:B3,0.01*A1:B3)": "B2 E2",
}


def reads(graph, cell: str) -> set[str]:
    number = graph.number("Sheet", Cell.parse(cell))
    return {graph.cell(int(n))[1].name for n in graph.precedents(number)}


@pytest.mark.parametrize("formula", CASES)
def test_each_cell_reads_what_it_is_made_of(tmp_path, formula):
    graph = split(read(Workbook(save_cells(tmp_path / "a.xlsx", {"Sheet": NUMBERS | {"G1:H3": formula}}))))
    assert reads(graph, "H2") == set(CASES[formula].split())


@pytest.mark.parametrize("formula", CASES)
def test_numbers_and_derivatives_stay_the_same(tmp_path, formula):
    whole = read(Workbook(save_cells(tmp_path / "a.xlsx", {"Sheet": NUMBERS | {"G1:H3": formula}})))
    parts = split(whole)
    cells = [whole.number("Sheet", Cell.parse(name)) for name in ("G1", "H1", "G2", "H2", "G3", "H3")]
    changes = {whole.number("Sheet", Cell.parse(name)): number for name, number in (("B2", -1.5), ("E2", 0.4), ("C3", 2.0))}
    np.testing.assert_allclose(parts.calculate(changes).numbers, whole.calculate(changes).numbers, rtol=1e-14)
    np.testing.assert_allclose(parts.gradient(cells), whole.gradient(cells), rtol=1e-14)


@pytest.mark.parametrize("formula", ["=INDEX(A1:C3,2,1)+A1:B3", "=ROW(A1:A3)*A1:B3"])
def test_what_cannot_be_told_stays_whole(tmp_path, formula):
    graph = read(Workbook(save_cells(tmp_path / "a.xlsx", {"Sheet": NUMBERS | {"G1:H3": formula}})))
    assert [block.targets.shape for block in split(graph).blocks] == [(1, 3, 2)]
