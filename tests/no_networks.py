"""Workbooks in which people calculate something else than a network: tables, loans, recurrences, matrices, fits, games."""

from __future__ import annotations

import random
from collections.abc import Callable

from openpyxl.utils import get_column_letter as letter

Cells = dict[str, object]
BOOKS: dict[str, Callable[[], dict[str, Cells]]] = {}


def book(make: Callable[[], Cells]) -> Callable[[], Cells]:
    BOOKS[make.__name__] = lambda: {"Sheet": make()}
    return make


def numbers(rows: range, columns: str, seed: int = 1, low: float = 0, high: float = 9) -> Cells:
    draw = random.Random(seed)
    return {f"{c}{r}": round(draw.uniform(low, high), 2) for r in rows for c in columns}


# ---- money ------------------------------------------------------------------------------------------------


@book
def savings():
    return {f"{c}{r}": f"={c}{r - 1}*1.03+{r}" if r > 1 else 100 for c in "ABC" for r in range(1, 20)}


@book
def bill():
    cells: Cells = {f"{c}{r}": n for r in range(1, 9) for c, n in (("A", 1.5 * r), ("B", r), ("C", f"=A{r}*B{r}"))}
    return cells | {"C9": "=SUM(C1:C8)", "C10": "=C9*0.19", "C11": "=C9+C10"}


@book
def invoice_in_one_cell():
    return numbers(range(2, 9), "BC") | {"E2": "=SUMPRODUCT(B2:B8,C2:C8)", "E3": "=E2*0.19", "E4": "=E2+E3"}


@book
def loan():
    cells: Cells = {"B1": 10000, "B2": 0.004, "B3": 250, "A6": 1, "B6": "=B1"}
    for r in range(6, 46):
        cells |= {f"C{r}": f"=B{r}*$B$2", f"D{r}": f"=$B$3-C{r}", f"E{r}": f"=B{r}-D{r}"}
        cells |= {f"A{r + 1}": f"=A{r}+1", f"B{r + 1}": f"=E{r}"}
    return cells


@book
def loan_with_payment_formula():
    cells: Cells = {"B1": 5000, "B2": 0.01, "B3": 24, "B4": "=B1*B2/(1-(1+B2)^-B3)", "B6": "=B1"}
    for r in range(7, 30):
        cells |= {f"C{r}": f"=B{r - 1}*$B$2", f"B{r}": f"=B{r - 1}-($B$4-C{r})"}
    return cells


@book
def budget():
    cells = numbers(range(3, 12), "BCDEFG", high=500)
    cells |= {f"H{r}": f"=SUM(B{r}:G{r})" for r in range(3, 12)} | {f"{c}12": f"=SUM({c}3:{c}11)" for c in "BCDEFGH"}
    return cells | {f"{c}14": f"={c}13-{c}12" for c in "BCDEFG"} | {f"{c}13": 900 for c in "BCDEFG"}


@book
def budget_against_plan():
    cells = numbers(range(2, 14), "BC", high=800)
    return cells | {f"D{r}": f"=B{r}-C{r}" for r in range(2, 14)} | {f"E{r}": f"=D{r}/C{r}" for r in range(2, 14)}


@book
def squared_differences():
    cells = numbers(range(2, 14), "BC", high=8)
    return (
        cells | {f"D{r}": f"=(B{r}-C{r})^2" for r in range(2, 14)} | {"D14": "=SUM(D2:D13)/2", "D15": "=SUMXMY2(B2:B13,C2:C13)"}
    )


@book
def marks():
    cells: Cells = {"B1": 0.2, "C1": 0.3, "D1": 0.5} | {f"{c}{r}": r % 4 + 1 for c in "BCD" for r in range(3, 12)}
    return cells | {f"E{r}": f"=SUMPRODUCT($B$1:$D$1,B{r}:D{r})" for r in range(3, 12)}


@book
def marks_passed():
    return marks() | {f"F{r}": f'=IF(E{r}>=2.5,"passed","failed")' for r in range(3, 12)}


@book
def marks_against_last_year():
    cells = marks() | {f"F{r}": 2 + r % 3 for r in range(3, 12)} | {f"G{r}": f"=E{r}-F{r}" for r in range(3, 12)}
    return cells | {"G12": "=AVERAGE(G3:G11)"}


@book
def tax():
    cells: Cells = {"B1": 0.25, "B2": 500} | {f"A{r}": 400 * r for r in range(4, 12)}
    return cells | {f"B{r}": f"=MAX(0,$B$1*A{r}-$B$2)" for r in range(4, 12)}


@book
def tax_by_brackets():
    cells: Cells = {"A1": 0, "A2": 10000, "A3": 40000, "B1": 0.1, "B2": 0.2, "B3": 0.4}
    for r in range(6, 20):
        cells |= {
            f"A{r}": 3500 * r,
            f"B{r}": f"=MAX(0,MIN(A{r},$A$2)-$A$1)*$B$1+MAX(0,MIN(A{r},$A$3)-$A$2)*$B$2+MAX(0,A{r}-$A$3)*$B$3",
        }
    return cells


@book
def option_payoffs():
    cells: Cells = {"B1": 100, "B2": 110, "B3": 4, "B4": 2}
    for r in range(6, 30):
        cells |= {
            f"A{r}": 80 + 2 * r,
            f"B{r}": f"=MAX(0,A{r}-$B$1)-$B$3",
            f"C{r}": f"=$B$4-MAX(0,A{r}-$B$2)",
            f"D{r}": f"=B{r}+C{r}",
        }
    return cells


@book
def payoffs_by_state():
    cells = numbers(range(2, 6), "BCDE", high=40) | {"B1": 0.2, "C1": 0.3, "D1": 0.4, "E1": 0.1}
    cells |= {f"F{r}": f"=SUMPRODUCT($B$1:$E$1,B{r}:E{r})" for r in range(2, 6)}
    return cells | {f"G{r}": f"=IF(F{r}=MAX($F$2:$F$5),1,0)" for r in range(2, 6)}


@book
def portfolio():
    cells = numbers(range(2, 26), "BCD", low=-3, high=3) | {"G1": 0.5, "H1": 0.3, "I1": 0.2}
    cells |= {f"E{r}": f"=SUMPRODUCT(B{r}:D{r},$G$1:$I$1)" for r in range(2, 26)}
    return cells | {"E27": "=AVERAGE(E2:E25)", "E28": "=STDEV(E2:E25)", "E29": "=E27/E28"}


@book
def portfolio_variance():
    cells = numbers(range(3, 6), "BCD", high=1) | {"B1": 0.5, "C1": 0.3, "D1": 0.2}
    return cells | {"B7": "=SUMPRODUCT(MMULT(B1:D1,B3:D5),B1:D1)", "B8": "=SQRT(B7)"}


@book
def currency():
    cells: Cells = {"B1": 1.09, "C1": 0.86, "D1": 160.2} | {f"A{r}": 10 * r for r in range(2, 15)}
    return cells | {f"{c}{r}": f"=$A{r}*{c}$1" for r in range(2, 15) for c in "BCD"}


@book
def depreciation():
    return {"B1": 20000, "B2": 0.2, "A4": "=B1"} | {f"A{r}": f"=A{r - 1}-$B$2*A{r - 1}" for r in range(5, 16)}


@book
def stock_of_goods():
    cells = numbers(range(3, 20), "BC", high=50) | {"D2": 100}
    return cells | {f"D{r}": f"=D{r - 1}+B{r}-C{r}" for r in range(3, 20)}


@book
def bank_account_with_interest():
    cells = numbers(range(3, 20), "B", low=-50, high=80) | {"C2": 500, "E1": 0.002}
    return cells | {f"C{r}": f"=C{r - 1}+$E$1*C{r - 1}+B{r}" for r in range(3, 20)}


# ---- recurrences ------------------------------------------------------------------------------------------


@book
def fibonacci():
    return {"A1": 1, "A2": 1} | {f"A{r}": f"=A{r - 1}+A{r - 2}" for r in range(3, 30)}


@book
def logistic_growth():
    return {"B1": 0.1, "B2": 1000, "A4": 10} | {f"A{r}": f"=A{r - 1}+$B$1*A{r - 1}*(1-A{r - 1}/$B$2)" for r in range(5, 40)}


@book
def logistic_map():
    return {"B1": 3.7, "A2": 0.3} | {f"A{r}": f"=$B$1*A{r - 1}*(1-A{r - 1})" for r in range(3, 40)}


@book
def hare_and_lynx():
    cells: Cells = {"E1": 0.1, "E2": 0.02, "E3": 0.01, "E4": 0.3, "A2": 40, "B2": 9}
    for r in range(3, 40):
        cells[f"A{r}"] = f"=A{r - 1}+$E$1*A{r - 1}-$E$2*A{r - 1}*B{r - 1}"
        cells[f"B{r}"] = f"=B{r - 1}+$E$3*A{r - 1}*B{r - 1}-$E$4*B{r - 1}"
    return cells


@book
def epidemic():
    cells: Cells = {"E1": 0.3, "E2": 0.1, "A2": 990, "B2": 10, "C2": 0}
    for r in range(3, 40):
        new, well = f"$E$1*A{r - 1}*B{r - 1}/1000", f"$E$2*B{r - 1}"
        cells |= {f"A{r}": f"=A{r - 1}-{new}", f"B{r}": f"=B{r - 1}+{new}-{well}", f"C{r}": f"=C{r - 1}+{well}"}
    return cells


@book
def falling_by_euler():
    cells: Cells = {"E1": 0.1, "E2": 9.81, "E3": 0.2, "A2": 0, "B2": 100, "C2": 0}
    for r in range(3, 40):
        cells |= {f"A{r}": f"=A{r - 1}+$E$1", f"B{r}": f"=B{r - 1}-$E$1*C{r - 1}"}
        cells |= {f"C{r}": f"=C{r - 1}+$E$1*($E$2-$E$3*C{r - 1})"}
    return cells


@book
def oscillator():
    cells: Cells = {"E1": 0.05, "E2": 4, "B2": 1, "C2": 0}
    for r in range(3, 60):
        cells |= {f"B{r}": f"=B{r - 1}+$E$1*C{r - 1}", f"C{r}": f"=C{r - 1}-$E$1*$E$2*B{r - 1}"}
    return cells


@book
def cooling():
    return {"B1": 20, "B2": 0.07, "A4": 90} | {f"A{r}": f"=A{r - 1}-$B$2*(A{r - 1}-$B$1)" for r in range(5, 40)}


@book
def root_by_newton():
    return {"B1": 2, "A2": 1} | {f"A{r}": f"=A{r - 1}-(A{r - 1}^2-$B$1)/(2*A{r - 1})" for r in range(3, 12)}


@book
def root_by_bisection():
    cells: Cells = {"A2": 0, "B2": 2}
    for r in range(2, 20):
        cells |= {f"C{r}": f"=(A{r}+B{r})/2", f"D{r}": f"=C{r}^3-C{r}-1"}
        cells |= {f"A{r + 1}": f"=IF(D{r}<0,C{r},A{r})", f"B{r + 1}": f"=IF(D{r}<0,B{r},C{r})"}
    return cells


@book
def exponential_smoothing():
    cells = numbers(range(3, 30), "A") | {"D1": 0.3, "B3": "=A3"}
    return cells | {f"B{r}": f"=B{r - 1}+$D$1*(A{r}-B{r - 1})" for r in range(4, 30)}


@book
def smoothing_with_errors():
    cells = exponential_smoothing() | {f"C{r}": f"=(A{r}-B{r - 1})^2" for r in range(4, 30)}
    return cells | {"C31": "=AVERAGE(C4:C29)"}


@book
def trend_smoothing():
    cells = numbers(range(3, 30), "A") | {"E1": 0.3, "E2": 0.1, "B3": 5, "C3": 0.2}
    for r in range(4, 30):
        cells |= {f"B{r}": f"=$E$1*A{r}+(1-$E$1)*(B{r - 1}+C{r - 1})", f"C{r}": f"=$E$2*(B{r}-B{r - 1})+(1-$E$2)*C{r - 1}"}
    return cells


@book
def moving_average():
    return numbers(range(2, 40), "A") | {f"B{r}": f"=AVERAGE(A{r - 4}:A{r})" for r in range(6, 40)}


@book
def weighted_moving_average():
    cells = numbers(range(2, 40), "A") | {"D1": 0.2, "D2": 0.3, "D3": 0.5}
    return cells | {f"B{r}": f"=A{r - 2}*$D$1+A{r - 1}*$D$2+A{r}*$D$3" for r in range(4, 40)}


@book
def weighted_moving_average_and_error():
    cells = weighted_moving_average() | {f"C{r}": f"=A{r + 1}-B{r}" for r in range(4, 39)}
    return cells | {"C41": "=SUMSQ(C4:C38)"}


@book
def heat_in_a_rod():
    cells: Cells = {f"{letter(c)}2": 100 if c == 6 else 0 for c in range(1, 12)} | {"N1": 0.2}
    for r in range(3, 25):
        cells |= {f"A{r}": 0, f"K{r}": 0}
        for c in range(2, 11):
            a, b, d = letter(c - 1), letter(c), letter(c + 1)
            cells[f"{b}{r}"] = f"={b}{r - 1}+$N$1*({a}{r - 1}-2*{b}{r - 1}+{d}{r - 1})"
    return cells


@book
def game_of_life():
    cells: Cells = {f"{letter(c)}{r}": (c * r + c) % 3 % 2 for c in range(2, 9) for r in range(2, 9)}
    for c in range(2, 9):
        for r in range(2, 9):
            around = f"SUM({letter(c - 1)}{r - 1}:{letter(c + 1)}{r + 1})-{letter(c)}{r}"
            cells[f"{letter(c)}{r + 12}"] = f"=IF(OR({around}=3,AND({letter(c)}{r}=1,{around}=2)),1,0)"
    return cells


@book
def blurred_picture():
    cells = numbers(range(2, 10), "BCDEFGHI", high=255)
    return cells | {
        f"{letter(c + 11)}{r}": f"=AVERAGE({letter(c - 1)}{r - 1}:{letter(c + 1)}{r + 1})"
        for c in range(3, 9)
        for r in range(3, 9)
    }


@book
def edges_of_a_picture():
    cells = numbers(range(2, 10), "BCDEFGHI", high=255) | {
        "L1": -1,
        "M1": 0,
        "N1": 1,
        "L2": -2,
        "M2": 0,
        "N2": 2,
        "L3": -1,
        "M3": 0,
        "N3": 1,
    }
    return cells | {
        f"{letter(c + 12)}{r + 5}": f"=SUMPRODUCT({letter(c - 1)}{r - 1}:{letter(c + 1)}{r + 1},$L$1:$N$3)"
        for c in range(3, 9)
        for r in range(3, 9)
    }


# ---- matrices ---------------------------------------------------------------------------------------------


@book
def weather():
    """A Markov chain, each day's probabilities from those of the day before."""
    cells: Cells = {"A1": 0.8, "B1": 0.2, "A2": 0.4, "B2": 0.6, "D1": 1, "E1": 0}
    for r in range(2, 20):
        cells |= {f"D{r}": f"=D{r - 1}*$A$1+E{r - 1}*$A$2", f"E{r}": f"=D{r - 1}*$B$1+E{r - 1}*$B$2"}
    return cells


@book
def weather_of_three():
    cells: Cells = {"A1": 0.7, "B1": 0.2, "C1": 0.1, "A2": 0.3, "B2": 0.4, "C2": 0.3, "A3": 0.2, "B3": 0.3, "C3": 0.5}
    cells |= {"E1": 1, "F1": 0, "G1": 0}
    for r in range(2, 20):
        cells |= {
            f"{c}{r}": f"=SUMPRODUCT($E{r - 1}:$G{r - 1},TRANSPOSE({m}$1:{m}$3))" for c, m in zip("EFG", "ABC", strict=True)
        }
    return cells


@book
def weather_as_matrix():
    cells = numbers(range(1, 4), "ABC", high=1) | {"E1": 1, "F1": 0, "G1": 0}
    return cells | {f"E{r}:G{r}": f"=MMULT(E{r - 1}:G{r - 1},$A$1:$C$3)" for r in range(2, 15)}


@book
def population_by_age():
    cells: Cells = {"A1": 0.1, "B1": 1.2, "C1": 0.6, "A2": 0.5, "B3": 0.7, "E1": 100, "E2": 50, "E3": 20}
    for c in range(6, 16):
        p, n = letter(c - 1), letter(c)
        cells |= {f"{n}1": f"=$A$1*{p}1+$B$1*{p}2+$C$1*{p}3", f"{n}2": f"=$A$2*{p}1", f"{n}3": f"=$B$3*{p}2"}
    return cells


@book
def page_rank():
    cells = numbers(range(1, 4), "ABC", high=0.5) | {"E1": 0.33, "E2": 0.33, "E3": 0.34, "A5": 0.85}
    for c in range(6, 18):
        p, n = letter(c - 1), letter(c)
        cells |= {f"{n}{r}": f"=(1-$A$5)/3+$A$5*($A{r}*{p}$1+$B{r}*{p}$2+$C{r}*{p}$3)" for r in (1, 2, 3)}
    return cells


@book
def power_method():
    cells = numbers(range(1, 3), "AB", high=3) | {"D1": 1, "D2": 1}
    for c in range(5, 14):
        p, n = letter(c - 1), letter(c)
        cells |= {f"{n}{r + 3}": f"=$A${r}*{p}1+$B${r}*{p}2" for r in (1, 2)}
        cells |= {f"{n}{r}": f"={n}{r + 3}/SQRT(SUMSQ({n}4:{n}5))" for r in (1, 2)}
    return cells


@book
def matrix_product():
    cells = numbers(range(1, 4), "ABC") | numbers(range(5, 8), "ABC", 2)
    return cells | {f"{c}{r + 8}": f"=SUMPRODUCT($A{r}:$C{r},TRANSPOSE({c}$5:{c}$7))" for c in "ABC" for r in (1, 2, 3)}


@book
def chain_of_matrices():
    cells = numbers(range(1, 3), "AB") | numbers(range(4, 6), "AB", 2) | numbers(range(7, 9), "AB", 3)
    return cells | {"D1:E2": "=MMULT(A1:B2,A4:B5)", "G1:H2": "=MMULT(D1:E2,A7:B8)"}


@book
def rotations():
    cells: Cells = {"A1": "=COS(0.3)", "B1": "=-SIN(0.3)", "A2": "=SIN(0.3)", "B2": "=COS(0.3)", "D1": 1, "E1": 0.5}
    for r in range(2, 20):
        cells |= {f"D{r}": f"=$A$1*D{r - 1}+$B$1*E{r - 1}", f"E{r}": f"=$A$2*D{r - 1}+$B$2*E{r - 1}"}
    return cells


@book
def linear_equations():
    return {
        "A1": 2,
        "B1": 1,
        "C1": 5,
        "A2": 1,
        "B2": -3,
        "C2": -1,
        "E1": "=(C1*B2-B1*C2)/(A1*B2-A2*B1)",
        "E2": "=(A1*C2-A2*C1)/(A1*B2-A2*B1)",
    }


@book
def jacobi():
    cells: Cells = {"A1": 4, "B1": 1, "C1": 6, "A2": 1, "B2": 3, "C2": 7, "E1": 0, "F1": 0}
    return cells | {
        f"{c}{r}": f
        for r in range(2, 14)
        for c, f in (("E", f"=($C$1-$B$1*F{r - 1})/$A$1"), ("F", f"=($C$2-$A$2*E{r - 1})/$B$2"))
    }


@book
def leontief():
    cells = numbers(range(1, 4), "ABC", high=0.3) | {"E1": 10, "E2": 20, "E3": 5, "F1": "=E1", "F2": "=E2", "F3": "=E3"}
    for c in range(7, 16):
        p, n = letter(c - 1), letter(c)
        cells |= {f"{n}{r}": f"=$E{r}+$A{r}*{p}$1+$B{r}*{p}$2+$C{r}*{p}$3" for r in (1, 2, 3)}
    return cells


@book
def transport_costs():
    cells = numbers(range(2, 5), "BCD") | numbers(range(8, 11), "BCD", 2)
    cells |= {f"E{r}": f"=SUM(B{r}:D{r})" for r in range(8, 11)} | {f"{c}11": f"=SUM({c}8:{c}10)" for c in "BCD"}
    return cells | {"B13": "=SUMPRODUCT(B2:D4,B8:D10)"}


@book
def linear_programme():
    cells: Cells = {"B1": 3, "C1": 2, "B2": 4, "C2": 5, "D2": "=SUMPRODUCT($B$1:$C$1,B2:C2)"}
    for r in (4, 5, 6):
        cells |= {f"B{r}": r - 3, f"C{r}": 2, f"D{r}": f"=SUMPRODUCT($B$1:$C$1,B{r}:C{r})", f"E{r}": 20, f"F{r}": f"=E{r}-D{r}"}
    return cells


# ---- statistics -------------------------------------------------------------------------------------------


@book
def regression_by_sums():
    cells = numbers(range(2, 14), "AB")
    cells |= {f"C{r}": f"=A{r}*B{r}" for r in range(2, 14)} | {f"D{r}": f"=A{r}^2" for r in range(2, 14)}
    cells |= {f"{c}14": f"=SUM({c}2:{c}13)" for c in "ABCD"}
    return cells | {"F1": "=(12*C14-A14*B14)/(12*D14-A14^2)", "F2": "=(B14-F1*A14)/12"}


@book
def regression_by_functions():
    cells = numbers(range(2, 14), "AB") | {"F1": "=SLOPE(B2:B13,A2:A13)", "F2": "=INTERCEPT(B2:B13,A2:A13)"}
    cells |= {f"C{r}": f"=$F$1*A{r}+$F$2" for r in range(2, 14)} | {f"D{r}": f"=B{r}-C{r}" for r in range(2, 14)}
    return cells | {"D15": "=SUMSQ(D2:D13)"}


@book
def regression_by_covariance():
    cells = numbers(range(2, 14), "AB") | {"F1": "=AVERAGE(A2:A13)", "F2": "=AVERAGE(B2:B13)"}
    cells |= {f"C{r}": f"=(A{r}-$F$1)*(B{r}-$F$2)" for r in range(2, 14)} | {f"D{r}": f"=(A{r}-$F$1)^2" for r in range(2, 14)}
    return cells | {"F3": "=SUM(C2:C13)/SUM(D2:D13)", "F4": "=F2-F3*F1"} | {f"E{r}": f"=$F$3*A{r}+$F$4" for r in range(2, 14)}


@book
def z_scores():
    cells = numbers(range(2, 20), "A") | {"D1": "=AVERAGE(A2:A19)", "D2": "=STDEV(A2:A19)"}
    return cells | {f"B{r}": f"=(A{r}-$D$1)/$D$2" for r in range(2, 20)}


@book
def normal_curve():
    cells: Cells = {"D1": 0, "D2": 1} | {f"A{r}": (r - 20) / 5 for r in range(2, 40)}
    return cells | {f"B{r}": f"=EXP(-((A{r}-$D$1)^2)/(2*$D$2^2))/($D$2*SQRT(2*PI()))" for r in range(2, 40)}


@book
def chi_squared():
    cells = numbers(range(2, 5), "BCD", low=5, high=40) | {f"E{r}": f"=SUM(B{r}:D{r})" for r in (2, 3, 4)}
    cells |= {f"{c}5": f"=SUM({c}2:{c}4)" for c in "BCDE"}
    cells |= {f"{c}{r + 6}": f"=$E{r}*{c}$5/$E$5" for c in "BCD" for r in (2, 3, 4)}
    cells |= {f"{c}{r + 10}": f"=({c}{r}-{c}{r + 6})^2/{c}{r + 6}" for c in "BCD" for r in (2, 3, 4)}
    return cells | {"F12": "=SUM(B12:D14)"}


@book
def table_of_sigmoids():
    cells: Cells = {f"A{r}": (r - 20) / 4 for r in range(2, 40)}
    return cells | {f"B{r}": f"=1/(1+EXP(-A{r}))" for r in range(2, 40)} | {f"C{r}": f"=B{r}*(1-B{r})" for r in range(2, 40)}


@book
def sigmoids_of_other_slopes():
    cells: Cells = {f"A{r}": (r - 20) / 4 for r in range(2, 40)} | {"B1": 0.5, "C1": 1, "D1": 2}
    return cells | {f"{c}{r}": f"=1/(1+EXP(-{c}$1*$A{r}))" for r in range(2, 40) for c in "BCD"}


@book
def curves_of_activation():
    cells: Cells = {f"A{r}": (r - 20) / 4 for r in range(2, 40)}
    for r in range(2, 40):
        cells |= {f"B{r}": f"=TANH(A{r})", f"C{r}": f"=MAX(0,A{r})", f"D{r}": f"=IF(A{r}>0,1,0)", f"E{r}": f"=1-B{r}^2"}
    return cells


@book
def parabola():
    cells: Cells = {"D1": 2, "E1": -3, "F1": 1} | {f"A{r}": (r - 10) / 2 for r in range(2, 20)}
    return cells | {f"B{r}": f"=$D$1*A{r}^2+$E$1*A{r}+$F$1" for r in range(2, 20)}


@book
def lines():
    cells: Cells = {"D1": 2, "E1": -3, "D2": 0.5, "E2": 1} | {f"A{r}": r for r in range(4, 20)}
    return cells | {f"B{r}": f"=$D$1*A{r}+$E$1" for r in range(4, 20)} | {f"C{r}": f"=$D$2*A{r}+$E$2" for r in range(4, 20)}


@book
def multiplication_table():
    cells: Cells = {f"{letter(c + 1)}1": c for c in range(1, 11)} | {f"A{r + 1}": r for r in range(1, 11)}
    return cells | {f"{letter(c + 1)}{r + 1}": f"=$A{r + 1}*{letter(c + 1)}$1" for c in range(1, 11) for r in range(1, 11)}


@book
def error_surface():
    """C over two parameters, as a table of numbers that formulas fill."""
    cells: Cells = {f"{letter(c + 1)}1": c / 2 - 3 for c in range(1, 11)} | {f"A{r + 1}": r / 2 - 3 for r in range(1, 11)}
    return cells | {
        f"{letter(c + 1)}{r + 1}": f"=({letter(c + 1)}$1-1)^2+2*($A{r + 1}+0.5)^2" for c in range(1, 11) for r in range(1, 11)
    }


@book
def descent_of_a_function():
    cells: Cells = {"E1": 0.1, "A2": 3, "B2": 2}
    for r in range(2, 30):
        cells |= {f"C{r}": f"=2*A{r}", f"D{r}": f"=2*B{r}", f"F{r}": f"=A{r}^2+B{r}^2"}
        cells |= {f"A{r + 1}": f"=A{r}-$E$1*C{r}", f"B{r + 1}": f"=B{r}-$E$1*D{r}"}
    return cells


@book
def descent_of_a_quartic():
    cells: Cells = {"E1": 0.01, "A2": 3}
    return (
        cells
        | {f"C{r}": f"=A{r}^4-3*A{r}^2+A{r}" for r in range(2, 30)}
        | {f"A{r + 1}": f"=A{r}-$E$1*(4*A{r}^3-6*A{r}+1)" for r in range(2, 30)}
    )


@book
def league_table():
    cells = {f"{c}{r}": (r * 7 + ord(c)) % 9 for r in range(2, 12) for c in "BCD"}
    return cells | {f"E{r}": f"=3*B{r}+C{r}" for r in range(2, 12)} | {f"F{r}": f"=RANK(E{r},$E$2:$E$11)" for r in range(2, 12)}


@book
def decision_matrix():
    cells = numbers(range(3, 9), "BCDEF", high=10) | dict(zip(("B2", "C2", "D2", "E2", "F2"), (5, 3, 2, 4, 1), strict=True))
    cells |= {f"G{r}": f"=SUMPRODUCT($B$2:$F$2,B{r}:F{r})/SUM($B$2:$F$2)" for r in range(3, 9)}
    return cells | {"G10": "=MAX(G3:G8)", "G11": "=INDEX(A3:A8,MATCH(G10,G3:G8,0))"}


@book
def decision_with_threshold():
    return decision_matrix() | {f"H{r}": f"=IF(G{r}>5,1,0)" for r in range(3, 9)}


@book
def temperatures():
    return {f"A{r}": 5 * r for r in range(1, 20)} | {f"B{r}": f"=A{r}*1.8+32" for r in range(1, 20)}


@book
def time_sheet():
    cells = {f"{c}{r}": 8 + (r + ord(c)) % 3 for r in range(2, 8) for c in "BC"} | {"F1": 23.5}
    return (
        cells
        | {f"D{r}": f"=C{r}+8-B{r}" for r in range(2, 8)}
        | {f"E{r}": f"=D{r}*$F$1" for r in range(2, 8)}
        | {"E9": "=SUM(E2:E7)"}
    )


@book
def recipe():
    return numbers(range(2, 10), "B") | {"D1": 4, "D2": 10} | {f"C{r}": f"=B{r}*$D$2/$D$1" for r in range(2, 10)}


@book
def only_numbers():
    return numbers(range(1, 41), "ABCDEFG")


@book
def inventory_forecast():
    cells = numbers(range(3, 26), "B", low=20, high=60) | {"E1": 0.7, "E2": 12}
    cells |= {f"C{r}": f"=$E$1*B{r - 1}+$E$2" for r in range(4, 26)} | {f"D{r}": f"=ABS(B{r}-C{r})" for r in range(4, 26)}
    return cells | {"D27": "=AVERAGE(D4:D25)"}


@book
def insurance_score():
    cells = numbers(range(3, 20), "BCD", high=3) | {"G1": 0.4, "G2": -0.2, "G3": 1.1, "G4": -2}
    cells |= {f"E{r}": f"=$G$4+$G$1*B{r}+$G$2*C{r}+$G$3*D{r}" for r in range(3, 20)}
    return cells | {f"F{r}": f'=IF(E{r}>0,"yes","no")' for r in range(3, 20)}
