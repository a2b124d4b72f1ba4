"""More workbooks as courses and blogs have them: spellings and arrangements that the first ones do not have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hand_books import SIGMOID, Cells, book
from openpyxl.utils import get_column_letter as letter

XOR = ((0, 0), (0, 1), (1, 0), (1, 1))


@book((3, 1), ("step above 0",), cost="perceptron", iterations=16, images=4, eta=0.1)
def perceptron_with_products_and_a_sum_before_the_threshold():
    """The table of an encyclopaedia: c = x·w in cells of their own, their sum, and whether it is above the threshold."""
    cells: Cells = {"A1": "threshold", "B1": 0.5, "C1": "rate", "D1": 0.1}
    for n in range(16):
        r = 4 + n
        for j, x in enumerate((1, *XOR[n % 4])):
            cells[f"{'ABC'[j]}{r}"] = x
            cells[f"{'EFG'[j]}{r}"] = f"={'OPQ'[j]}{r - 1}" if n else 0
            cells[f"{'HIJ'[j]}{r}"] = f"={'ABC'[j]}{r}*{'EFG'[j]}{r}"
            cells[f"{'OPQ'[j]}{r}"] = f"={'EFG'[j]}{r}+N{r}*{'ABC'[j]}{r}"
        cells |= {f"D{r}": int(XOR[n % 4] != (1, 1)), f"K{r}": f"=SUM(H{r}:J{r})", f"L{r}": f"=IF(K{r}>$B$1,1,0)"}
        cells |= {f"M{r}": f"=D{r}-L{r}", f"N{r}": f"=$D$1*M{r}"}
    return {"NAND": cells}


@book((2, 1), ("step above 0",), cost="perceptron", iterations=8, images=4, eta=0.2)
def perceptron_in_blocks_with_headings_between():
    """Four rows, a heading, four rows: the iterations lie no equal step apart."""
    cells: Cells = {"A1": "threshold", "B1": 0.5, "C1": "alpha", "D1": 0.2}
    last = 0
    for n in range(8):
        r = 4 + n + 3 * (n // 4)
        x, y = XOR[n % 4]
        cells |= {f"A{r}": x, f"B{r}": y, f"C{r}": int(x or y)}
        cells |= {f"D{r}": f"=K{last}" if last else 0.1, f"E{r}": f"=L{last}" if last else 0.3}
        cells |= {f"F{r}": f"=D{r}*A{r}", f"G{r}": f"=E{r}*B{r}", f"H{r}": f"=SUM(F{r}:G{r})", f"I{r}": f"=IF(H{r}>$B$1,1,0)"}
        cells |= {f"J{r}": f"=C{r}-I{r}", f"K{r}": f"=D{r}+$D$1*J{r}*A{r}", f"L{r}": f"=E{r}+$D$1*J{r}*B{r}"}
        last = r
    return {"OR": cells}


@book((2, 2, 1), ("step above 0", "step above 0"), images=4)
def exclusive_or_of_gates_with_biases():
    cells: Cells = {"B2": -0.5, "C2": -0.5, "D2": 0.7, "B3": 0.5, "C3": 0.5, "D3": -0.2, "B4": 0.5, "C4": 0.5, "D4": -0.7}
    for n, (x, y) in enumerate(XOR):
        r = 7 + n
        cells |= {f"A{r}": x, f"B{r}": y, f"E{r}": f"=IF(C{r}*$B$4+D{r}*$C$4+$D$4>0,1,0)"}
        cells |= {f"{'CD'[j]}{r}": f"=IF(A{r}*$B${2 + j}+B{r}*$C${2 + j}+$D${2 + j}>0,1,0)" for j in range(2)}
    return {"gates": cells}


def one_unit(function: str, slope: str = "*F{r}*(1-F{r})", eta: str = "$B$1", rows: int = 5) -> Cells:
    """One unit of two inputs, a row an iteration: x1, x2, t, z, a, C, gradients."""
    cells: Cells = {"A1": "η", "B1": 0.6, "C1": 0.25}
    for n in range(rows):
        r = 4 + n
        cells |= {f"A{r}": 0.7, f"B{r}": -0.4, f"C{r}": 0.2}
        old = {"G": 0.3, "H": -0.5, "I": 0.1}
        cells |= {f"{c}{r}": f"={c}{r - 1}-{eta}*{'KLM'['GHI'.index(c)]}{r - 1}" if n else w for c, w in old.items()}
        d = f"(F{r}-C{r})" + slope.format(r=r)
        cells |= {f"E{r}": f"=G{r}*A{r}+H{r}*B{r}+I{r}", f"F{r}": function.format(z=f"E{r}"), f"J{r}": f"=(F{r}-C{r})^2/2"}
        cells |= {f"K{r}": f"={d}*A{r}", f"L{r}": f"={d}*B{r}", f"M{r}": f"={d}"}
    return cells


@book((2, 1), ("sigmoid",), iterations=5, eta=0.6, exact=1e-3)
def e_with_four_digits():
    return {"e": one_unit("=1/(1+POWER(2.718,-{z}))")}


@book((2, 1), ("sigmoid",), iterations=5, eta=0.6, exact=1e-3)
def e_in_a_cell():
    return {"e": one_unit("=1/(1+$E$1^(-{z}))") | {"E1": 2.71828}}


@book((2, 2, 1), ("leaky relu", "identity"), cost="squares", iterations=5, eta=0.05)
def leak_in_a_cell():
    cells: Cells = {"B1": 0.05, "D1": 0.01}
    start = dict(zip("DEFGHIJKL", (0.5, -0.3, 0.1, -0.4, -0.2, -0.1, 0.6, 0.8, 0.05), strict=True))
    for n in range(5):
        r, p = 4 + n, 3 + n
        cells |= {f"A{r}": 1.2, f"B{r}": 0.7, f"C{r}": 2}
        steps = {"D": f"T{p}*A{p}", "E": f"T{p}*B{p}", "F": f"T{p}", "G": f"U{p}*A{p}", "H": f"U{p}*B{p}", "I": f"U{p}"}
        steps |= {"J": f"S{p}*O{p}", "K": f"S{p}*P{p}", "L": f"S{p}"}
        cells |= {f"{c}{r}": f"={c}{p}-$B$1*{steps[c]}" if n else w for c, w in start.items()}
        cells |= {f"M{r}": f"=D{r}*A{r}+E{r}*B{r}+F{r}", f"N{r}": f"=G{r}*A{r}+H{r}*B{r}+I{r}"}
        cells |= {f"{a}{r}": f"=IF({z}{r}>0,{z}{r},$D$1*{z}{r})" for z, a in ("MO", "NP")}
        cells |= {f"Q{r}": f"=J{r}*O{r}+K{r}*P{r}+L{r}", f"R{r}": f"=(Q{r}-C{r})^2", f"S{r}": f"=2*(Q{r}-C{r})"}
        cells |= {f"{d}{r}": f"=S{r}*{v}{r}*IF({z}{r}>0,1,$D$1)" for d, v, z in ("TJM", "UKN")}
    return {"leaky": cells}


@book((2, 3), ("softmax",), cost="softmax cross-entropy", images=3)
def softmax_of_large_numbers():
    """Outputs that are nearly 0, of which several agree with any."""
    cells: Cells = {f"{'ABC'[j]}{i + 1}": w for i, row in enumerate(((9, -7, 4), (-8, 6, 3))) for j, w in enumerate(row)}
    for n, (x, y) in enumerate(((6.5, 1.5), (2.5, 7.5), (8.5, 8))):
        r = 5 + n
        cells |= {f"A{r}": x, f"B{r}": y} | {f"{'DEF'[j]}{r}": f"=$A{r}*{'ABC'[j]}$1+$B{r}*{'ABC'[j]}$2" for j in range(3)}
        top = f"MAX($D{r}:$F{r})"
        cells |= {f"{'HIJ'[j]}{r}": f"=EXP({'DEF'[j]}{r}-{top})/SUMPRODUCT(EXP($D{r}:$F{r}-{top}))" for j in range(3)}
    return {"softmax": cells}


@book((2, 1), ("sigmoid",), iterations=5, eta=0.6)
def trained_with_three_rates():
    """The same exercise on three sheets, each with an η of its own."""
    return {f"lr {eta}": one_unit(SIGMOID) | {"B1": eta} for eta in (0.6, 0.1, 2)}


@book((2, 12), ("softmax",), cost="softmax cross-entropy", images=4, exact=1e-3)
def softmax_of_twelve_with_four_digits_of_e():
    """Of many units 2.718 shifts an output by more than it would a single sigmoid's."""
    cells: Cells = {}
    for j in range(12):
        first, second = (0.9, 0.8) if j == 0 else (-0.2 - 0.02 * j, -0.1 + 0.01 * j)
        cells |= {f"{letter(1 + j)}{r}": w for r, w in enumerate((first, second, 0.05 * j or 0.3), 1)}
    for k, (x, y) in enumerate(((1.3, 1.2), (0.4, 1.1), (1.5, 0.3), (0.8, 1.9))):
        r = 6 + k
        cells |= {f"A{r}": x, f"B{r}": y}
        z, power, a, t = ([letter(3 + 12 * part + j) for j in range(12)] for part in range(4))
        for j in range(12):
            w = letter(1 + j)
            cells |= {f"{z[j]}{r}": f"=$A{r}*{w}$1+$B{r}*{w}$2+{w}$3", f"{power[j]}{r}": f"=POWER(2.718,{z[j]}{r})"}
            cells |= {f"{a[j]}{r}": f"={power[j]}{r}/SUM(${power[0]}{r}:${power[-1]}{r})", f"{t[j]}{r}": int(j == k)}
        cells[f"{letter(51)}{r}"] = f"=-SUMPRODUCT({t[0]}{r}:{t[-1]}{r},LN({a[0]}{r}:{a[-1]}{r}))"
    return {"softmax": cells}


@book((2, 1), ("sigmoid",), iterations=5, eta=0.6)
def trained_once_more_with_another_example():
    other = {"A": 0.3, "B": 0.8, "C": 0.9}
    again = one_unit(SIGMOID, rows=4)
    return {"first": one_unit(SIGMOID), "second": again | {f"{c}{r}": w for c, w in other.items() for r in range(4, 8)}}


@book((2, 1), ("sigmoid",), iterations=5, eta=0.6)
def trained_with_two_rates_typed_into_the_formulas():
    return {f"lr {eta}": one_unit(SIGMOID, eta=str(eta)) for eta in (0.6, 1.5)}


@book((3, 1, 1), ("sigmoid", "sigmoid"), iterations=3, eta=0.6)
def two_rates_of_which_one_is_no_short_multiple():
    cells: Cells = {"A1": 0.6, "B1": 0.25}
    for n in range(3):
        r, p = 3 + n, 2 + n
        cells |= {f"A{r}": 1, f"B{r}": 0.5, f"C{r}": -0.3, f"D{r}": 0.2}
        steps = {"E": f"$A$1*M{p}*A{p}", "F": f"$A$1*M{p}*B{p}", "G": f"$A$1*M{p}*C{p}", "H": f"$B$1*L{p}*J{p}"}
        cells |= {f"{c}{r}": f"={c}{p}-{s}" if n else w for (c, s), w in zip(steps.items(), (0.2, 0.1, -0.3, 0.9), strict=True)}
        cells |= {f"I{r}": f"=SUMPRODUCT(A{r}:C{r},E{r}:G{r})", f"J{r}": SIGMOID.format(z=f"I{r}")}
        cells |= {f"K{r}": SIGMOID.format(z=f"(H{r}*J{r})"), f"N{r}": f"=(D{r}-K{r})^2/2"}
        cells |= {f"L{r}": f"=(K{r}-D{r})*K{r}*(1-K{r})", f"M{r}": f"=L{r}*H{r}*J{r}*(1-J{r})"}
    return {"rates": cells}


@book((2, 1), ("sigmoid",), cost="cross-entropy", images=6, eta=0.5)
def logistic_regression_with_a_column_of_errors():
    cells: Cells = {"A1": 0.2, "B1": -0.1, "C1": 0.05, "D1": 0.5}
    for n, (x, y, t) in enumerate(((0.5, 1.2, 0), (1.5, 0.3, 0), (2.1, 1.8, 1), (0.2, 0.4, 0), (2.7, 2.2, 1), (1.9, 2.6, 1))):
        r = 4 + n
        cells |= {f"A{r}": x, f"B{r}": y, f"C{r}": t, f"D{r}": f"=$A$1*A{r}+$B$1*B{r}+$C$1", f"E{r}": SIGMOID.format(z=f"D{r}")}
        cells |= {f"F{r}": f"=-C{r}*LN(E{r})-(1-C{r})*LN(1-E{r})", f"G{r}": f"=E{r}-C{r}"}
        cells |= {f"H{r}": f"=G{r}*A{r}", f"I{r}": f"=G{r}*B{r}"}
    cells |= {f"{new}11": f"={old}1-$D$1*SUM({g}4:{g}9)" for new, old, g in (("A", "A", "H"), ("B", "B", "I"), ("C", "C", "G"))}
    return {"errors": cells}


@book((2, 3), ("softmax",), cost="softmax cross-entropy", images=3, eta=0.5)
def softmax_with_the_cost_of_the_right_class():
    """−LN of the output that should be 1, picked by Σ t·a; classes as names."""
    names = ("oak", "ash", "elm")
    cells: Cells = {f"{'FGH'[j]}1": name for j, name in enumerate(names)} | {"D1": 0.5}
    start = ((0.2, -0.1, 0.3), (0.1, 0.4, -0.2), (0.05, 0.0, -0.05))
    for i in range(3):
        cells |= {f"{'ABC'[i]}{12 + j}": start[i][j] for j in range(3)}
    for n, (x, y) in enumerate(((0.5, 1.5), (2.5, 0.5), (1.5, 2))):
        r = 3 + n
        cells |= {f"A{r}": x, f"B{r}": y, f"E{r}": names[n]} | {f"{t}{r}": f"=IF($E{r}={t}$1,1,0)" for t in "FGH"}
        cells |= {f"{'IJK'[j]}{r}": f"=$A{r}*$A${12 + j}+$B{r}*$B${12 + j}+$C${12 + j}" for j in range(3)}
        cells |= {f"{a}{r}": f"=EXP({z}{r})/(EXP($I{r})+EXP($J{r})+EXP($K{r}))" for z, a in zip("IJK", "LMN", strict=True)}
        cells |= {f"O{r}": f"=-LN(SUMPRODUCT(L{r}:N{r},F{r}:H{r}))"}
        cells |= {f"{d}{r}": f"={a}{r}-{t}{r}" for d, a, t in zip("PQR", "LMN", "FGH", strict=True)}
    cells["O6"] = "=SUM(O3:O5)"
    for j, d in enumerate("PQR"):
        sums = (f"SUMPRODUCT($A$3:$A$5,{d}$3:{d}$5)", f"SUMPRODUCT($B$3:$B$5,{d}$3:{d}$5)", f"SUM({d}$3:{d}$5)")
        cells |= {f"{'FGH'[i]}{12 + j}": f"={'ABC'[i]}{12 + j}-$D$1*{sums[i]}" for i in range(3)}
    return {"trees": cells}


def in_blocks(
    eta: float, t: Sequence[float], each: Callable[[int, int], Cells], sums: Callable[[int], Cells], count: int
) -> Cells:
    """One unit's iterations in blocks of ten rows: w1, w2, b; x1, x2, t of four examples, and what `each` adds in an example's
    row; below, what `sums` adds. The new parameters follow from the cells under x1, x2 and t."""
    cells: Cells = {"A1": eta}
    for k in range(count):
        r, q = 3 + 10 * k, 10 * k - 7
        cells |= {f"{c}{r}": f"={c}{q}-$A$1*{c}{q + 6}" if k else w for c, w in zip("ABC", (0.4, -0.3, 0.2), strict=True)}
        for n, (x, y) in enumerate(((0.2, 0.4), (0.6, 0.1), (0.9, 0.8), (0.3, 0.7))):
            e = r + 1 + n
            cells |= {f"A{e}": x, f"B{e}": y, f"C{e}": t[n]} | each(r, e)
        cells |= sums(r)
    return cells


@book((2, 1), ("sigmoid",), iterations=3, images=4, eta=0.5)
def rate_of_one_half_and_a_root_of_squares_shown():
    """η is ½, so that η·η is η·½; e² and the root of their mean are shown, and ½Σe² is descended."""

    def each(r: int, e: int) -> Cells:
        cells = {f"D{e}": f"=A{e}*A${r}+B{e}*B${r}+C${r}", f"E{e}": SIGMOID.format(z=f"D{e}")}
        return cells | {f"F{e}": f"=(C{e}-E{e})^2", f"G{e}": f"=-(C{e}-E{e})*EXP(-D{e})/(1+EXP(-D{e}))^2"}

    def sums(r: int) -> Cells:
        d = f"G{r + 1}:G{r + 4}"
        cells = {f"F{r + 5}": f"=SQRT(SUM(F{r + 1}:F{r + 4})/4)", f"C{r + 6}": f"=SUM({d})"}
        return cells | {f"{c}{r + 6}": f"=SUMPRODUCT({c}{r + 1}:{c}{r + 4},{d})" for c in "AB"}

    return {"RMSE": in_blocks(0.5, (0.2, 0.5, 0.9, 0.4), each, sums, 3)}


@book((2, 1), ("sigmoid",), iterations=5, eta=0.6)
def worked_example_and_training():
    """The first row once more on a sheet of its own, where nothing is updated."""
    example = {at: text for at, text in one_unit(SIGMOID, rows=1).items() if at[0] in "ABCDEFGHIJ"}
    return {"Example": example, "Training": one_unit(SIGMOID)}


@book((2, 1), ("sigmoid",), cost="cross-entropy", total="mean", iterations=2, images=4, eta=0.4)
def a_tiny_number_within_ln():
    def each(r: int, e: int) -> Cells:
        cells = {f"E{e}": SIGMOID.format(z=f"(A{e}*A${r}+B{e}*B${r}+C${r})"), f"G{e}": f"=E{e}-C{e}"}
        return cells | {f"F{e}": f"=-(C{e}*LN(E{e}+1E-10)+(1-C{e})*LN(1-E{e}+1E-10))"}

    def sums(r: int) -> Cells:
        d = f"G{r + 1}:G{r + 4}"
        cells = {f"F{r + 5}": f"=AVERAGE(F{r + 1}:F{r + 4})", f"C{r + 6}": f"=AVERAGE({d})"}
        return cells | {f"{c}{r + 6}": f"=SUMPRODUCT({c}{r + 1}:{c}{r + 4},{d})/4" for c in "AB"}

    return {"BCE": in_blocks(0.4, (0, 1, 1, 0), each, sums, 2)}
