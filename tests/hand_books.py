"""Workbooks as courses and blogs have them, each laid out in its own way: cells by sheet and address, spelled without xlnn.

`BOOKS` has for each what is right about it: the units and functions of its layers, its cost and total, how many iterations and
examples it shows, and its η.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from openpyxl.utils import get_column_letter as letter

Cells = dict[str, object]
SIGMOID = "=1/(1+EXP(-{z}))"


@dataclass(frozen=True)
class Hand:
    """A workbook and what is right about it; `eta` None: nothing learns."""

    make: Callable[[], dict[str, Cells]]
    units: tuple[int, ...]
    functions: tuple[str, ...]
    cost: str = "half squares"
    total: str = "sum"
    iterations: int = 1
    images: int = 1
    eta: float | None = None
    exact: float = 1e-9  # relative: as exactly as it is spelled


BOOKS: dict[str, Hand] = {}


def book(*about, **more):
    def kept(make: Callable[[], dict[str, Cells]]) -> Callable[[], dict[str, Cells]]:
        BOOKS[make.__name__] = Hand(make, *about, **more)
        return make

    return kept


# ---- each example a block of its own ----------------------------------------------------------------------


def _example_blocks(total: str, labels: bool, x=((0, 0), (0, 1), (1, 0), (1, 1)), t=(0, 1, 1, 0)) -> Cells:
    """An iteration is 40 rows; parameters and sums of gradients on the left, the examples' blocks side by side."""
    cells: Cells = {"A1": "eta", "B1": 0.5}
    w = {"B4": 0.3, "C4": -0.2, "D4": 0.1, "B5": 0.6, "C5": 0.4, "D5": -0.3, "B7": 0.7, "C7": -0.5, "D7": 0.2}
    for k in range(3):
        r = 40 * k
        here = lambda cell, r=r: f"{cell[0]}{int(cell[1:]) + r}"
        for cell, number in w.items():
            g = f"{cell[0]}{int(cell[1:]) + 6 + r}"
            before = f"{cell[0]}{int(cell[1:]) + r - 40}"
            cells[here(cell)] = number if k == 0 else f"={before}-$B$1*{cell[0]}{int(cell[1:]) + 6 + r - 40}"
            parts = []
            for n in range(len(x)):
                c = [letter(7 + 6 * n + m) for m in range(5)]
                row = {"B4": 12, "C4": 12, "D4": 12, "B5": 13, "C5": 13, "D5": 13, "B7": 14, "C7": 14, "D7": 14}[cell]
                parts.append(f"{c['BCD'.index(cell[0])]}{row + r}")
            cells[g] = "=" + "+".join(parts) if total == "sum" else f"=AVERAGE({','.join(parts)})"
        for n, (pair, target) in enumerate(zip(x, t, strict=True)):
            c = [letter(7 + 6 * n + m) for m in range(5)]
            if labels:
                cells[f"{c[0]}{3 + r}"] = f"example {n + 1}"
            cells |= {f"{c[0]}{4 + r}": pair[0], f"{c[1]}{4 + r}": pair[1], f"{c[2]}{4 + r}": target}
            x1, x2, want = f"{c[0]}{4 + r}", f"{c[1]}{4 + r}", f"{c[2]}{4 + r}"
            for j, row in enumerate((4, 5)):
                cells[f"{c[j]}{6 + r}"] = f"=$B${row + r}*{x1}+$C${row + r}*{x2}+$D${row + r}"
                cells[f"{c[j]}{7 + r}"] = SIGMOID.format(z=f"{c[j]}{6 + r}")
            a1, a2 = f"{c[0]}{7 + r}", f"{c[1]}{7 + r}"
            cells[f"{c[2]}{6 + r}"] = f"=$B${7 + r}*{a1}+$C${7 + r}*{a2}+$D${7 + r}"
            cells[f"{c[2]}{7 + r}"] = SIGMOID.format(z=f"{c[2]}{6 + r}")
            a3 = f"{c[2]}{7 + r}"
            cells[f"{c[3]}{7 + r}"] = f"=0.5*({want}-{a3})^2"
            d3 = f"{c[2]}{9 + r}"
            cells[d3] = f"=({a3}-{want})*{a3}*(1-{a3})"
            for j in range(2):
                a = (a1, a2)[j]
                cells[f"{c[j]}{9 + r}"] = f"={d3}*${'BC'[j]}${7 + r}*{a}*(1-{a})"
                d = f"{c[j]}{9 + r}"
                cells |= {
                    f"{c[0]}{12 + j + r}": f"={d}*{x1}",
                    f"{c[1]}{12 + j + r}": f"={d}*{x2}",
                    f"{c[2]}{12 + j + r}": f"={d}",
                }
            cells |= {f"{c[0]}{14 + r}": f"={d3}*{a1}", f"{c[1]}{14 + r}": f"={d3}*{a2}", f"{c[2]}{14 + r}": f"={d3}"}
    return cells


@book((2, 2, 1), ("sigmoid", "sigmoid"), total="sum", iterations=3, images=4, eta=0.5)
def a_block_for_each_example():
    return {"Net": _example_blocks("sum", False)}


@book((2, 2, 1), ("sigmoid", "sigmoid"), total="mean", iterations=3, images=4, eta=0.5)
def a_block_for_each_example_and_means():
    return {"XOR": _example_blocks("mean", True)}


# ---- targets and inputs by formulas -----------------------------------------------------------------------


@book((9, 3, 2), ("sigmoid", "sigmoid"), iterations=1, images=6, eta=0.2)
def grey_levels_and_letters():
    """Images of 3 x 3 grey levels on a sheet of their own, divided by 255 on the next; the answer is a letter."""
    data: Cells = {"A1": "grey levels"}
    net: Cells = {"B1": 0.2}
    for n in range(6):
        data[f"A{3 + n}"] = "○" if n % 2 else "×"
        data |= {f"{letter(2 + i)}{3 + n}": (37 * n * n + 53 * i + 11 * n * i) % 256 for i in range(9)}
    for j in range(3):
        net |= {f"{letter(4 + i)}{3 + j}": round(((7 * i + 5 * j) % 11 - 5) / 10, 2) for i in range(9)} | {
            f"M{3 + j}": 0.1 * j - 0.1
        }
    for j in range(2):
        net |= {f"{letter(4 + i)}{7 + j}": round(((3 * i + 4 * j) % 7 - 3) / 10, 2) for i in range(3)} | {
            f"G{7 + j}": 0.2 - 0.3 * j
        }
    for n in range(6):
        r = 20 + n
        net |= {f"{letter(4 + i)}{r}": f"=Data!{letter(2 + i)}{3 + n}/255" for i in range(9)}
        net |= {f"N{r}": f'=IF(Data!A{3 + n}="○",1,0)', f"O{r}": f"=1-N{r}"}
        for j in range(3):
            net[f"{'PQR'[j]}{r}"] = f"=SUMPRODUCT($D${3 + j}:$L${3 + j},D{r}:L{r})+$M${3 + j}"
            net[f"{'STU'[j]}{r}"] = SIGMOID.format(z=f"{'PQR'[j]}{r}")
        for j in range(2):
            net[f"{'VW'[j]}{r}"] = f"=SUMPRODUCT($D${7 + j}:$F${7 + j},S{r}:U{r})+$G${7 + j}"
            net[f"{'XY'[j]}{r}"] = SIGMOID.format(z=f"{'VW'[j]}{r}")
            net[f"{('AA', 'AB')[j]}{r}"] = f"=({'XY'[j]}{r}-{'NO'[j]}{r})*{'XY'[j]}{r}*(1-{'XY'[j]}{r})"
        net[f"Z{r}"] = f"=((N{r}-X{r})^2+(O{r}-Y{r})^2)/2"
        for j in range(3):
            net[f"{('AC', 'AD', 'AE')[j]}{r}"] = f"=(AA{r}*{'DEF'[j]}$7+AB{r}*{'DEF'[j]}$8)*{'STU'[j]}{r}*(1-{'STU'[j]}{r})"
    net["Z27"] = "=SUM(Z20:Z25)"
    for j in range(3):
        d = ("AC", "AD", "AE")[j]
        for i in range(9):
            c = letter(4 + i)
            net[f"{c}{30 + j}"] = f"=SUMPRODUCT(${d}$20:${d}$25,{c}$20:{c}$25)"
            net[f"{c}{40 + j}"] = f"={c}{3 + j}-$B$1*{c}{30 + j}"
        net |= {f"M{30 + j}": f"=SUM({d}20:{d}25)", f"M{40 + j}": f"=M{3 + j}-$B$1*M{30 + j}"}
    for j in range(2):
        d = ("AA", "AB")[j]
        for i in range(3):
            c = "DEF"[i]
            net[f"{c}{34 + j}"] = f"=SUMPRODUCT({d}$20:{d}$25,{'STU'[i]}$20:{'STU'[i]}$25)"
            net[f"{c}{44 + j}"] = f"={c}{7 + j}-$B$1*{c}{34 + j}"
        net |= {f"G{34 + j}": f"=SUM({d}20:{d}25)", f"G{44 + j}": f"=G{7 + j}-$B$1*G{34 + j}"}
    return {"Data": data, "Net": net}


@book((2, 2, 1), ("sigmoid", "sigmoid"), total="mean", images=5, eta=0.3)
def normalised_inputs():
    """Columns that are normalised: (x − smallest)/(largest − smallest), and (x − mean)/deviation; t divided by 100."""
    cells: Cells = {
        "Z1": 0.3,
        "T2": 0.2,
        "U2": -0.4,
        "V2": 0.1,
        "T3": 0.5,
        "U3": 0.3,
        "V3": -0.2,
        "T5": 0.6,
        "U5": -0.7,
        "V5": 0.05,
    }
    for n, (hours, sleep, mark) in enumerate(((3, 5, 75), (5, 1, 82), (10, 2, 93), (8, 8, 88), (1, 6, 60))):
        r = 4 + n
        cells |= {f"A{r}": hours, f"B{r}": sleep, f"C{r}": mark}
        cells |= {
            f"E{r}": f"=(A{r}-MIN(A$4:A$8))/(MAX(A$4:A$8)-MIN(A$4:A$8))",
            f"F{r}": f"=(B{r}-AVERAGE(B$4:B$8))/STDEV(B$4:B$8)",
        }
        cells[f"G{r}"] = f"=C{r}/100"
        for j in range(2):
            cells[f"{'HI'[j]}{r}"] = f"=$T${2 + j}*E{r}+$U${2 + j}*F{r}+$V${2 + j}"
            cells[f"{'JK'[j]}{r}"] = SIGMOID.format(z=f"{'HI'[j]}{r}")
        cells |= {f"L{r}": f"=$T$5*J{r}+$U$5*K{r}+$V$5", f"M{r}": SIGMOID.format(z=f"L{r}"), f"N{r}": f"=(M{r}-G{r})^2/2"}
        cells |= {f"O{r}": f"=(M{r}-G{r})*M{r}*(1-M{r})"}
        cells |= {f"{'PQ'[j]}{r}": f"=O{r}*{'TU'[j]}$5*{'JK'[j]}{r}*(1-{'JK'[j]}{r})" for j in range(2)}
    cells["N10"] = "=AVERAGE(N4:N8)"
    for w, d, a in (("T2", "P", "E"), ("U2", "P", "F"), ("V2", "P", ""), ("T3", "Q", "E"), ("U3", "Q", "F"), ("V3", "Q", ""),
                    ("T5", "O", "J"), ("U5", "O", "K"), ("V5", "O", "")):  # fmt: skip
        g, new = f"{w[0]}{int(w[1:]) + 8}", f"{w[0]}{int(w[1:]) + 16}"
        cells[g] = f"=SUMPRODUCT({d}4:{d}8,{a}4:{a}8)/COUNT(A4:A8)" if a else f"=AVERAGE({d}4:{d}8)"
        cells[new] = f"={w}-$Z$1*{g}"
    return {"Marks": cells}


# ---- whole matrices ---------------------------------------------------------------------------------------


UPDATED = (("B1", "C3", ("B19", "C21")), ("E1", "F2", ("E19", "F20")), ("H1", "I1", ("H19", "I19")), ("K1", "L1", ("K19", "L19")))


def _matrices(mean: bool) -> Cells:
    """Everything {=…} over a whole layer, forward and backward; iterations one below the other."""
    cells: Cells = {"A1": "learning rate", "B1": 0.6}
    x, t = ((0.1, 0.9, 0.4), (0.8, 0.2, 0.5), (0.6, 0.6, 0.1), (0.3, 0.7, 0.9)), ((1, 0), (0, 1), (1, 0), (0, 1))
    cells |= {f"{'BCD'[i]}{4 + n}": x[n][i] for n in range(4) for i in range(3)}
    cells |= {f"{'FG'[i]}{4 + n}": t[n][i] for n in range(4) for i in range(2)}
    for k in range(3):
        r = 12 + 30 * k
        v = lambda first, last, r=r: f"{first[0]}{int(first[1:]) + r}:{last[0]}{int(last[1:]) + r}"
        w2, w3, b2, b3 = v("B1", "C3"), v("E1", "F2"), v("H1", "I1"), v("K1", "L1")
        if k == 0:
            for area, row0, numbers in (("BC", 1, ((0.2, -0.3), (0.4, 0.1), (-0.5, 0.2))), ("EF", 1, ((0.3, 0.7), (-0.6, 0.5)))):
                cells |= {f"{area[j]}{row0 + i + r}": numbers[i][j] for i in range(len(numbers)) for j in range(2)}
            cells |= {f"H{1 + r}": 0.1, f"I{1 + r}": -0.1, f"K{1 + r}": 0.2, f"L{1 + r}": -0.2}
        else:
            past = lambda first, last: v(first, last, r - 30)  # noqa: B023
            for first, last, grad in UPDATED:
                cells[v(first, last)] = f"={past(first, last)}-$B$1*{past(*grad)}"
        z2, a2, z3, a3 = v("B6", "C9"), v("E6", "F9"), v("H6", "I9"), v("K6", "L9")
        d3, d2 = v("H12", "I15"), v("B12", "C15")
        cells[z2], cells[a2] = f"=MMULT($B$4:$D$7,{w2})+{b2}", f"=1/(1+EXP(-{z2}))"
        cells[z3], cells[a3] = f"=MMULT({a2},{w3})+{b3}", f"=1/(1+EXP(-{z3}))"
        cells[d3] = f"=({a3}-$F$4:$G$7)*{a3}*(1-{a3})"
        cells[d2] = f"=MMULT({d3},TRANSPOSE({w3}))*{a2}*(1-{a2})"
        per = "/4" if mean else ""
        cells[v("B19", "C21")] = f"=MMULT(TRANSPOSE($B$4:$D$7),{d2}){per}"
        cells[v("E19", "F20")] = f"=MMULT(TRANSPOSE({a2}),{d3}){per}"
        for c, d in zip("HIKL", ("B", "C", "H", "I"), strict=True):
            cells[f"{c}{19 + r}"] = f"=SUM({d}{12 + r}:{d}{15 + r}){per}"
        cells[f"N{6 + r}"] = f"=SUMXMY2({a3},$F$4:$G$7)/2{per}"
    return cells


@book((3, 2, 2), ("sigmoid", "sigmoid"), iterations=3, images=4, eta=0.6)
def whole_matrices():
    return {"Matrices": _matrices(False)}


@book((3, 2, 2), ("sigmoid", "sigmoid"), total="mean", iterations=3, images=4, eta=0.6)
def whole_matrices_and_means():
    return {"Matrices": _matrices(True)}


@book((2, 2, 1), ("sigmoid", "sigmoid"), iterations=4, images=4, eta=1.0)
def matrices_with_a_column_of_ones():
    """Biases are the first row of the weights, as the inputs begin with 1; σ(XW) is one array formula, η a typed 1."""
    cells: Cells = {f"A{3 + n}": 1 for n in range(4)}
    for n, (x, y) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        cells |= {f"B{3 + n}": x, f"C{3 + n}": y, f"E{3 + n}": int(x != y)}
    x, t = "$A$3:$C$6", "$E$3:$E$6"
    start = {"A": (0.1, 0.8, -0.4), "B": (-0.3, 0.5, 0.9), "D": (0.2, -0.7, 0.6)}
    for k in range(4):
        r = 10 + 14 * k
        w2, w3, back = f"A{r}:B{r + 2}", f"D{r}:D{r + 2}", f"D{r + 1}:D{r + 2}"
        a2, all2, a3, d3, d2 = (
            f"B{r + 5}:C{r + 8}",
            f"A{r + 5}:C{r + 8}",
            f"E{r + 5}:E{r + 8}",
            f"F{r + 5}:F{r + 8}",
            f"G{r + 5}:H{r + 8}",
        )
        if k == 0:
            cells |= {f"{c}{r + i}": numbers[i] for c, numbers in start.items() for i in range(3)}
        else:
            p = r - 14
            cells[w2] = f"=A{p}:B{p + 2}-1*MMULT(TRANSPOSE({x}),G{p + 5}:H{p + 8})"
            cells[w3] = f"=D{p}:D{p + 2}-1*MMULT(TRANSPOSE(A{p + 5}:C{p + 8}),F{p + 5}:F{p + 8})"
        cells |= {f"A{r + 5 + n}": 1 for n in range(4)}
        cells |= {a2: f"=1/(1+EXP(-MMULT({x},{w2})))", a3: f"=1/(1+EXP(-MMULT({all2},{w3})))"}
        cells |= {d3: f"=({a3}-{t})*{a3}*(1-{a3})", d2: f"=MMULT({d3},TRANSPOSE({back}))*{a2}*(1-{a2})"}
        cells[f"J{r + 5}"] = f"=SUMXMY2({a3},{t})/2"
    return {"Ones": cells}


# ---- thresholds, signs, gates -----------------------------------------------------------------------------


@book((2, 1), ("step",), images=4)
def gate_with_its_threshold_in_a_cell():
    cells: Cells = {"A1": "w1", "B1": 0.5, "A2": "w2", "B2": 0.5, "A3": "θ", "B3": 0.7}
    for n, (x, y) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        cells |= {f"A{6 + n}": x, f"B{6 + n}": y, f"C{6 + n}": f"=IF(A{6 + n}*$B$1+B{6 + n}*$B$2>=$B$3,1,0)"}
    return {"AND": cells}


@book((2, 2, 1), ("step", "step"), images=4)
def exclusive_or_of_gates():
    cells: Cells = {"B2": 0.5, "C2": 0.5, "D2": 0.2, "B3": -0.5, "C3": -0.5, "D3": -0.7, "B4": 0.5, "C4": 0.5, "D4": 0.7}
    for n, pair in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        r = 8 + n
        cells |= {f"A{r}": pair[0], f"B{r}": pair[1]}
        cells |= {f"{'CD'[j]}{r}": f"=IF(SUMPRODUCT(A{r}:B{r},$B${2 + j}:$C${2 + j})>=$D${2 + j},1,0)" for j in range(2)}
        cells[f"E{r}"] = f"=IF(SUMPRODUCT(C{r}:D{r},$B$4:$C$4)>=$D$4,1,0)"
        cells |= {f"F{r}": int(pair[0] != pair[1]), f"G{r}": f"=F{r}-E{r}"}
    return {"XOR": cells}


def _perceptron(threshold: bool, wanted=(0, 0, 0, 1), rounds: int = 5) -> Cells:
    """The tables of perceptron lessons: epoch, x1, x2, wanted, w before, Y, error, w after; θ given, or a bias that learns."""
    cells: Cells = {"A1": "threshold", "B1": 0.2, "C1": "learning rate", "D1": 0.1}
    for n in range(4 * rounds):
        r = 4 + n
        x = ((0, 0), (0, 1), (1, 0), (1, 1))[n % 4]
        cells |= {f"A{r}": n // 4 + 1, f"B{r}": x[0], f"C{r}": x[1], f"D{r}": wanted[n % 4]}
        if n:
            cells |= {f"E{r}": f"=J{r - 1}", f"F{r}": f"=K{r - 1}"} | ({} if threshold else {f"G{r}": f"=L{r - 1}"})
        else:
            cells |= {"E4": 0.3, "F4": -0.1} | ({} if threshold else {"G4": -0.2})
        z = f"B{r}*E{r}+C{r}*F{r}"
        cells[f"H{r}"] = f"=IF({z}>=$B$1,1,0)" if threshold else f"=IF({z}+G{r}>=0,1,0)"
        cells[f"I{r}"] = f"=D{r}-H{r}"
        cells |= {f"J{r}": f"=E{r}+$D$1*B{r}*I{r}", f"K{r}": f"=F{r}+$D$1*C{r}*I{r}"}
        cells |= {} if threshold else {f"L{r}": f"=G{r}+$D$1*I{r}"}
    return cells


@book((2, 1), ("step",), cost="perceptron", iterations=20, images=4, eta=0.1)
def perceptron_with_a_given_threshold():
    return {"AND": _perceptron(True)}


@book((2, 1), ("step",), cost="perceptron", iterations=20, images=4, eta=0.1)
def perceptron_with_a_bias():
    return {"OR": _perceptron(False, (0, 1, 1, 1))}


@book((2, 1), ("sign above 0",), cost="perceptron", iterations=8, images=4, eta=0.5)
def perceptron_of_signs():
    """−1 and 1, SIGN(Σ); weights go on below."""
    cells: Cells = {"B1": 0.5, "E4": 0.35, "F4": -0.21, "G4": 0.13}
    for n in range(8):
        r = 4 + n
        x = ((-1, -1), (-1, 1), (1, -1), (1, 1))[n % 4]
        cells |= {f"A{r}": x[0], f"B{r}": x[1], f"C{r}": (-1, -1, -1, 1)[n % 4]}
        cells |= {f"H{r}": f"=A{r}*E{r}+B{r}*F{r}+G{r}", f"I{r}": f"=SIGN(H{r})", f"J{r}": f"=C{r}-I{r}"}
        cells |= {f"{w}{r + 1}": f"={w}{r}+$B$1*J{r}" + (f"*{x}{r}" if x else "") for w, x in (("E", "A"), ("F", "B"), ("G", ""))}
    return {"Signs": cells}


# ---- forward alone ----------------------------------------------------------------------------------------


@book((2, 3, 1), ("tanh", "sigmoid"), images=1)
def forward_and_an_error():
    cells: Cells = {"B2": 0.35, "B3": 0.9, "K2": 0.5}
    for j in range(3):
        cells |= {f"D{2 + j}": 0.1 * j - 0.2, f"E{2 + j}": 0.4 - 0.3 * j, f"F{2 + j}": 0.1, f"J{2 + j}": 0.3 - 0.4 * j}
        cells |= {f"G{2 + j}": f"=D{2 + j}*$B$2+E{2 + j}*$B$3+F{2 + j}", f"H{2 + j}": f"=TANH(G{2 + j})"}
    cells |= {"J5": -0.15, "L2": "=SUMPRODUCT(H2:H4,J2:J4)+J5", "L3": "=1/(1+EXP(-L2))", "L5": "=(K2-L3)^2/2"}
    return {"Forward": cells}


@book((2, 3, 1), ("sigmoid", "sigmoid"), total="mean", images=4)
def forward_of_four_and_a_mean_error():
    cells: Cells = {}
    for j in range(3):
        cells |= {
            f"{'BCD'[j]}2": 0.2 * j - 0.3,
            f"{'BCD'[j]}3": 0.5 - 0.4 * j,
            f"{'BCD'[j]}4": 0.1 * j,
            f"{'BCD'[j]}6": 0.7 - 0.5 * j,
        }
    cells["E6"] = 0.12
    for n, (x, y) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        r = 10 + n
        cells |= {f"A{r}": x, f"B{r}": y, f"C{r}": int(x != y)}
        for c, w in zip("DEF", "BCD", strict=True):
            cells[f"{c}{r}"] = f"=1/(1+EXP(-({w}$2*$A{r}+{w}$3*$B{r}+{w}$4)))"
        cells |= {f"G{r}": f"=1/(1+EXP(-(D{r}*$B$6+E{r}*$C$6+F{r}*$D$6+$E$6)))", f"H{r}": f"=(C{r}-G{r})^2/2"}
    cells["H15"] = "=AVERAGE(H10:H13)"
    return {"Forward": cells}


# ---- the step by step example of two inputs, two hidden units and two outputs -----------------------------


STARTING = {"w1": 0.15, "w2": 0.2, "w3": 0.25, "w4": 0.3, "b1": 0.35, "w5": 0.4, "w6": 0.45, "w7": 0.5, "w8": 0.55, "b2": 0.6}
HIDDEN = (("w1", "h1", "i1", ("w5", "w7")), ("w2", "h1", "i2", ("w5", "w7")),
          ("w3", "h2", "i1", ("w6", "w8")), ("w4", "h2", "i2", ("w6", "w8")))  # fmt: skip


def _step_by_step(one: str, error: str) -> Cells:
    """Label and formula, line by line; ∂E/∂w as product of its parts, shared biases that stay as they are."""
    cells: Cells = {}
    at: dict[str, str] = {}

    def line(label: str, content: object) -> None:
        """The next row; labels in square brackets are the cells beside them."""
        at[label] = f"B{len(at) + 1}"
        text = re.sub(r"\[(.*?)\]", lambda found: at[found[1]], content) if isinstance(content, str) else content
        cells.update({f"A{len(at)}": label, at[label]: text})

    for label, number in ({"i1": 0.05, "i2": 0.1, "o1": 0.01, "o2": 0.99, "eta": 0.5} | STARTING).items():
        line(label, number)
    for h, p, q in (("h1", "w1", "w2"), ("h2", "w3", "w4")):
        line(f"net_{h}", f"=[{p}]*[i1]+[{q}]*[i2]+[b1]{one}")
        line(f"out_{h}", f"=1/(1+EXP(-[net_{h}]))")
    for o, p, q in (("o1", "w5", "w6"), ("o2", "w7", "w8")):
        line(f"net_{o}", f"=[{p}]*[out_h1]+[{q}]*[out_h2]+[b2]{one}")
        line(f"out_{o}", f"=1/(1+EXP(-[net_{o}]))")
    for o in ("o1", "o2"):
        line(f"E_{o}", error.format(o))
    line("E_total", "=[E_o1]+[E_o2]")
    for w, o, h in (("w5", "o1", "h1"), ("w6", "o1", "h2"), ("w7", "o2", "h1"), ("w8", "o2", "h2")):
        line(f"dE/dout {w}", f"=-([{o}]-[out_{o}])")
        line(f"dout/dnet {w}", f"=[out_{o}]*(1-[out_{o}])")
        line(f"dnet/dw {w}", f"=[out_{h}]")
        line(f"dE/d{w}", f"=[dE/dout {w}]*[dout/dnet {w}]*[dnet/dw {w}]")
        line(f"{w}+", f"=[{w}]-[eta]*[dE/d{w}]")
    for w, h, i, (v1, v2) in HIDDEN:
        line(f"dEo1/dout {w}", f"=[dE/dout w5]*[dout/dnet w5]*[{v1}]")
        line(f"dEo2/dout {w}", f"=[dE/dout w7]*[dout/dnet w7]*[{v2}]")
        line(f"dEtotal/dout {w}", f"=[dEo1/dout {w}]+[dEo2/dout {w}]")
        line(f"dout/dnet {w}", f"=[out_{h}]*(1-[out_{h}])")
        line(f"dnet/dw {w}", f"=[{i}]")
        line(f"dE/d{w}", f"=[dEtotal/dout {w}]*[dout/dnet {w}]*[dnet/dw {w}]")
        line(f"{w}+", f"=[{w}]-[eta]*[dE/d{w}]")
    return cells


@book((2, 2, 2), ("sigmoid", "sigmoid"), eta=0.5)
def step_by_step_in_lines():
    return {"Backpropagation": _step_by_step("", "=0.5*([{0}]-[out_{0}])^2")}


@book((2, 2, 2), ("sigmoid", "sigmoid"), eta=0.5)
def step_by_step_with_a_bias_times_one():
    return {"Example": _step_by_step("*1", "=1/2*POWER([{0}]-[out_{0}],2)")}


# ---- one unit ---------------------------------------------------------------------------------------------


@book((2, 1), ("sigmoid",), cost="cross-entropy", total="mean", iterations=6, images=6, eta=0.1)
def logistic_regression():
    """Examples in rows, p beside p: each iteration is two columns further on; its θ stand above."""
    cells: Cells = {"B1": "alpha", "C1": 0.1}
    for n, (x, y, t) in enumerate(((0.5, 1.2, 0), (1.5, 0.3, 0), (2.1, 1.8, 1), (0.2, 0.4, 0), (2.7, 2.2, 1), (1.9, 2.6, 1))):
        cells |= {f"A{10 + n}": x, f"B{10 + n}": y, f"C{10 + n}": t}
    for k in range(6):
        c, past = letter(5 + k), letter(4 + k)
        for m, (start, x) in enumerate(((0.1, ""), (-0.2, "A"), (0.3, "B"))):
            error = f"{past}$10:{past}$15-$C$10:$C$15"
            cells[f"{c}{3 + m}"] = (
                start if k == 0
                else f"={past}{3 + m}-$C$1*(SUM({past}10:{past}15)-SUM($C$10:$C$15))/6" if not x
                else f"={past}{3 + m}-$C$1*SUMPRODUCT({error},${x}$10:${x}$15)/6"
            )  # fmt: skip
        cells |= {f"{c}{10 + n}": f"=1/(1+EXP(-({c}$3+{c}$4*$A{10 + n}+{c}$5*$B{10 + n})))" for n in range(6)}
        p = f"{c}10:{c}15"
        cells[f"{c}7"] = f"=-(SUMPRODUCT($C$10:$C$15,LN({p}))+SUMPRODUCT(1-$C$10:$C$15,LN(1-{p})))/6"
    return {"Logistic": cells}


@book((2, 1), ("sigmoid",), cost="half squares", iterations=10, images=4, eta=0.8)
def one_unit_row_by_row():
    """The delta rule, an update after each example: everything of one example in one row."""
    cells: Cells = {"A1": 0.8, "D3": 0.1, "E3": 0.2, "F3": -0.1}
    for n in range(10):
        r = 3 + n
        x = ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1))[n % 4]
        cells |= {f"{'ABC'[i]}{r}": x[i] for i in range(3)}
        cells |= {f"G{r}": f"=A{r}*D{r}+B{r}*E{r}+F{r}", f"H{r}": f"=1/(1+EXP(-G{r}))", f"I{r}": f"=C{r}-H{r}"}
        cells |= {
            f"J{r}": f"=I{r}*H{r}*(1-H{r})",
            f"K{r}": f"=$A$1*J{r}*A{r}",
            f"L{r}": f"=$A$1*J{r}*B{r}",
            f"M{r}": f"=$A$1*J{r}",
        }
        cells |= {f"{w}{r + 1}": f"={w}{r}+{d}{r}" for w, d in zip("DEF", "KLM", strict=True)}
    return {"Delta rule": cells}
