"""Ways in which people write one and the same network: each is understood as the same, with its cells where they are."""

from __future__ import annotations

import pytest
from understand_books import at, read, table

R = (6, 7, 8)


def products():
    """Products in cells of their own, and a partial sum."""
    cells = {f"P{r}": f"=A{r}*$A$1" for r in R} | {f"Q{r}": f"=B{r}*$B$1" for r in R} | {f"S{r}": f"=P{r}+Q{r}" for r in R}
    return cells | {f"D{r}": f"=S{r}+$C$1" for r in R}


def matrix():
    """MMULT and SUMPRODUCT."""
    return {f"D{r}": f"=SUMPRODUCT($A$1:$B$1,A{r}:B{r})+$C$1" for r in R} | {
        f"E{r}": f"=MMULT(A{r}:B{r},TRANSPOSE($A$2:$B$2))+$C$2" for r in R
    }


def copies():
    """Weights that are copied to where they are used."""
    return {"T1": "=A1", "U1": "=+B1", "V1": "=C1"} | {f"D{r}": f"=A{r}*$T$1+B{r}*$U$1+$V$1" for r in R}


def text_answers():
    """Right answers from a text."""
    return {f"W{r}": "○" if r != 7 else "×" for r in R} | {f"C{r}": f'=IF(W{r}="○",1,0)' for r in R}


def by_differences():
    """Signs turned inside: σ(−(−b − Σ))."""
    return {f"D{r}": f"=-(-$C$1-A{r}*$A$1-B{r}*$B$1)" for r in R}


@pytest.mark.parametrize("style", [dict, products, matrix, copies, text_answers, by_differences])
def test_the_same_network_however_it_is_written(tmp_path, style):
    found = read(tmp_path / "s.xlsx", Net=table() | style())
    assert [(layer.shape, layer.activation) for layer in found.network.layers[1:]] == [((2,), "sigmoid"), ((1,), "sigmoid")]
    assert at(found, "x") == "Net!A6 (1, 0) (0, 1)"
    assert at(found, "t") == "Net!C6 (1, 0)"
    assert at(found, "z2") == "Net!D6 (1, 0) (0, 1)"
    assert at(found, "a2") == "Net!F6 (1, 0) (0, 1)"
    assert at(found, "delta2") == "Net!K6 (1, 0) (0, 1)"
    assert at(found, "new_w2") == "Net!A12 (1, 0) (0, 1)"
    assert set(found.eta.values()) == {0.4}
    assert found.share == 1


def test_a_bias_that_is_the_weight_of_a_constant_one(tmp_path):
    cells = {"N1": 1} | {f"H{r}": f"=F{r}*$A$3+G{r}*$B$3+$N$1*$C$3" for r in R}
    cells |= {f"{c}{r}": f"=A{r}*$A${w}+B{r}*$B${w}+$N$1*$C${w}" for r in R for c, w in (("D", 1), ("E", 2))}
    found = read(tmp_path / "s.xlsx", Net=table() | cells)
    assert at(found, "b2") == "Net!C1 (1, 0)"
    assert at(found, "b3") == "Net!C3"
    assert at(found, "w2") == "Net!A1 (1, 0) (0, 1)"


def test_biases_that_do_not_learn(tmp_path):
    cells = {name: cell for name, cell in table().items() if name not in ("C12", "C13", "C14")}
    found = read(tmp_path / "s.xlsx", Net=cells)
    assert found.network.freeze_biases
    assert at(found, "b2") == "Net!C1 (1, 0)"


def test_a_layer_that_does_not_learn(tmp_path):
    cells = {name: cell for name, cell in table().items() if name not in ("A12", "B12", "C12", "A13", "B13", "C13")}
    found = read(tmp_path / "s.xlsx", Net=cells)
    assert at(found, "w2") == "Net!A1 (1, 0) (0, 1)"
    assert "new_w2" not in found.iterations[0].named
    assert at(found, "new_w3") == "Net!A14 (0, 1)"


def test_an_own_rate_for_each_layer(tmp_path):
    cells = {"M3": 0.1} | {
        "A14": "=A3+$M$3*SUMPRODUCT(J6:J8,F6:F8)",
        "B14": "=B3+$M$3*SUMPRODUCT(J6:J8,G6:G8)",
        "C14": "=C3+$M$3*SUM(J6:J8)",
    }
    found = read(tmp_path / "s.xlsx", Net=table() | cells)
    assert found.eta == {"w2": 0.4, "b2": 0.4, "w3": 0.1, "b3": 0.1}


def test_the_mean_of_the_cost(tmp_path):
    cells = {
        f"{c}{r}": str(formula).replace("$M$2*", "$M$2/3*")
        for c, r in zip("ABC" * 3, [12] * 3 + [13] * 3 + [14] * 3, strict=True)
        for formula in [table()[f"{c}{r}"]]
    }
    cells |= {f"P{r}": f"=(C{r}-I{r})^2/2" for r in R} | {"P9": "=AVERAGE(P6:P8)"}
    found = read(tmp_path / "s.xlsx", Net=table() | cells)
    assert (found.network.total, set(found.eta.values())) == ("mean", {0.4})
    assert at(found, "CT") == "Net!P9"


def test_softmax_over_the_units(tmp_path):
    cells = {"A1": 0.3, "B1": -0.4, "C1": 0.1, "A2": -0.2, "B2": 0.6, "C2": 0.05, "A3": 0.5, "B3": 0.2, "C3": -0.3}
    for r, x1, x2, digit in ((6, 0.2, 0.9, 1), (7, -0.4, 0.3, 3), (8, 0.8, -0.6, 2)):
        cells |= {f"A{r}": x1, f"B{r}": x2, f"C{r}": digit}
        for unit in (1, 2, 3):
            z, e, a, t, d = ("DEF"[unit - 1], "GHI"[unit - 1], "JKL"[unit - 1], "MNO"[unit - 1], "PQR"[unit - 1])
            cells |= {f"{z}{r}": f"=A{r}*$A${unit}+B{r}*$B${unit}+$C${unit}", f"{e}{r}": f"=EXP({z}{r})"}
            cells |= {f"{a}{r}": f"={e}{r}/SUM($G{r}:$I{r})", f"{t}{r}": f"=IF($C{r}={unit},1,0)", f"{d}{r}": f"={a}{r}-{t}{r}"}
        cells[f"S{r}"] = f"=-SUMPRODUCT(M{r}:O{r},LN(J{r}:L{r}))"
    found = read(tmp_path / "s.xlsx", Net=cells)
    assert (found.network.output.activation, found.network.cost) == ("softmax", "softmax cross-entropy")
    assert (at(found, "a2"), at(found, "t")) == ("Net!J6 (1, 0) (0, 1)", "Net!M6 (1, 0) (0, 1)")
    assert (at(found, "delta2"), at(found, "C")) == ("Net!P6 (1, 0) (0, 1)", "Net!S6 (1, 0)")
