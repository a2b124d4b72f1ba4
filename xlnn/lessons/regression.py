"""Section 2-12 on sheets of their own: the normal equations, and gradient descent on standardised data.

Both start from the cases on sheet Data, which stands in the same workbook for the network of a single linear unit
(examples.py): p is its weight, q its bias.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from xlnn.layout.arrange import arrange
from xlnn.lessons.blocks import STEP, Block, Chart, Lesson, Series, Sheet, Text
from xlnn.model.examples import example

ETA, STEPS = 0.1, 30  # with 7 cases a step leaves 1 − 0.1 · 7 of the error, and 30 steps 0.3³⁰


NORMAL, DESCENT = "Normal equations", "Descent"


def lesson() -> Lesson:
    """The line through the book's seven cases, calculated in two ways."""
    problem = example("2-12")
    places = arrange(problem.settings.layout, list(problem.network.quantities.values()), problem.images).data
    cases = problem.images
    data = [
        Block(f"{name} (Data)", places[name].origin.name, (cases,), numbers=numbers.ravel())
        for name, numbers in (("x", problem.x), ("t", problem.t))
    ]
    return Lesson("2-12", "Regression", (Sheet("Data", "cases", tuple(data)), _normal(cases), _descent(cases)))


def _cases(row: int, cases: int, where: str = "") -> tuple[Block, ...]:
    """The numbers of the cases, and x and y of sheet Data once more, from `row` on."""
    same = lambda there, k: there[k]
    return (
        Block("case" + where, f"A{row}", (cases,), numbers=range(1, cases + 1), style="index"),
        Block("x" + where, f"B{row}", (cases,), needs=("x (Data)",), cell=same, equation="x"),
        Block("y" + where, f"C{row}", (cases,), needs=("t (Data)",), cell=same, equation="y = t"),
    )


def _headers(row: int, *names: str, start: str = "A") -> tuple[Text, ...]:
    """Headers side by side, from the column `start` on."""
    return tuple(Text(f"{chr(ord(start) + i)}{row}", name, "header") for i, name in enumerate(names))


# ---- the normal equations ----------------------------------------------------------------------------


def _normal(cases: int) -> Sheet:
    top, sums = 7, 7 + cases  # the first row of the cases, and the row of their sums
    blocks = (
        *_cases(top, cases),
        Block("x²", f"D{top}", (cases,), needs=("x",), cell=lambda x, k: x[k] ** 2, equation="x²"),
        Block("xy", f"E{top}", (cases,), needs=("x", "y"), cell=lambda x, y, k: x[k] * y[k], equation="xy"),
        *(_sum(name, f"{column}{sums}") for name, column in zip(("x", "y", "x²", "xy"), "BCDE", strict=True)),
        *_solution(top, sums + 3, cases),
        *_two_equations(sums + 9),
    )
    texts = (
        Text("A3", "The line y = px + q with the smallest C_T. There C_T is flat: ∂C_T/∂p = 0 and ∂C_T/∂q = 0 tell p and q."),
        Text("A4", "p is the weight w² and q the bias b² of the network in this workbook: `xlnn solve` finds the same two."),
        *_headers(top - 1, "case", "height x (cm)", "weight y (kg)", "x²", "xy", "px + q", "C", "residual"),
        Text(f"A{sums}", "Σ", "symbol"),
        Text(f"A{sums + 2}", "The solution", "heading"),
        Text(f"A{sums + 8}", "The two equations", "heading"),
        Text(f"B{sums + 8}", "left side", "label"),
        Text(f"C{sums + 8}", "right side", "label"),
    )
    series = Series("cases", "x", "y", drawn="points"), Series("y = px + q", "x", "px + q", drawn="line")
    chart = Chart("J6", "The cases and the line", series, x="height x (cm)", y="weight y (kg)", lowest=40)
    return Sheet(NORMAL, "Regression: the normal equations", blocks, texts, (chart,), named={"p": "p", "q": "q", "C_T": "C_T"})


def _sum(name: str, at: str) -> Block:
    return Block(f"Σ{name}", at, needs=(name,), cell=lambda numbers: numbers.sum(), equation=f"Σ{name}")


def _solution(top: int, row: int, cases: int) -> tuple[Block, ...]:
    """p, q and C_T from `row` on; beside the cases, which begin at `top`, what the line makes of them."""

    def number(name: str, below: int, needs: tuple[str, ...], cell: Callable, equation: str) -> Block:
        at, beside = f"B{row + below}", f"C{row + below}"
        return Block(name, at, (), None, needs, cell, equation, label=name, equation_at=beside, style="digits")

    slope = lambda n, x, y, xx, xy: (n * xy - x * y) / (n * xx - x**2)
    return (
        Block("n", f"B{row}", numbers=cases, label="n", style="integer"),
        number("p", 1, ("n", "Σx", "Σy", "Σx²", "Σxy"), slope, "p = (n Σxy − Σx Σy) / (n Σx² − (Σx)²)"),
        number("q", 2, ("n", "Σx", "Σy", "p"), lambda n, x, y, p: (y - p * x) / n, "q = (Σy − p Σx) / n"),
        Block("px + q", f"F{top}", (cases,), needs=("p", "x", "q"), cell=lambda p, x, q, k: p * x[k] + q, equation="px + q",
              style="output"),
        Block("C", f"G{top}", (cases,), needs=("y", "px + q"), cell=lambda y, a, k: (y[k] - a[k]) ** 2 / 2, style="cost",
              equation="C = ½(y − (px + q))²"),
        Block("residual", f"H{top}", (cases,), needs=("y", "px + q"), cell=lambda y, a, k: y[k] - a[k], equation="y − (px + q)"),
        Block("Σ residual", f"H{top + cases}", needs=("residual",), cell=lambda r: r.sum(), equation="Σ(y − (px + q)) = 0",
              style="limit"),
        number("C_T", 3, ("C",), lambda c: c.sum(), "C_T = ½Σ(y − (px + q))²"),
    )  # fmt: skip


def _two_equations(row: int) -> tuple[Block, ...]:
    """Both sides of the equations, with the p and q that were found."""
    left, right = "p Σx² + q Σx", "p Σx + q n"
    return (
        Block(left, f"B{row}", needs=("p", "Σx²", "q", "Σx"), cell=lambda p, xx, q, x: p * xx + q * x, equation=left,
              label=f"{left} = Σxy"),
        Block("= Σxy", f"C{row}", needs=("Σxy",), cell=lambda xy: xy, equation="Σxy"),
        Block(right, f"B{row + 1}", needs=("p", "Σx", "q", "n"), cell=lambda p, x, q, n: p * x + q * n, equation=right,
              label=f"{right} = Σy"),
        Block("= Σy", f"C{row + 1}", needs=("Σy",), cell=lambda y: y, equation="Σy"),
    )  # fmt: skip


# ---- descent on standardised data --------------------------------------------------------------------


def _descent(cases: int) -> Sheet:
    top, below = 8, 8 + cases  # the first row of the cases, and the first below them
    first = below + 5  # row of the table of steps
    blocks = (
        *_cases(top, cases, f" ({DESCENT})"),
        *_standardised("x", "B", "D", top, cases),
        *_standardised("y", "C", "E", top, cases),
        Block("η", f"H{top}", numbers=ETA, label="η"),
        Block("p′₀", f"H{top + 1}", numbers=0.0, label="p′₀", style="parameter"),
        Block("q′₀", f"H{top + 2}", numbers=1.0, label="q′₀", style="parameter"),
        *_steps(first),
        *_compared(top),
    )
    texts = (
        Text("A3", "On the data as they are, descent crawls: C_T is millions of times as steep one way as the other."),
        Text("A4", "Standardised, x′ and y′ have the mean 0 and the standard deviation 1, and C_T′ is equally steep all around:"),
        Text("A5", "with η = 0.1 and 7 cases, each step leaves 1 − 0.1 · 7 = 0.3 of the distance to the lowest point."),
        *_headers(top - 1, "case", "x", "y", "x′", "y′"),
        *_headers(top - 1, "p", "q", "C_T", start="L"),
        Text(f"A{below}", "mean m", "label"),
        Text(f"D{below}", "m = Σx / n", "equation"),
        Text(f"A{below + 1}", "standard deviation s", "label"),
        Text(f"D{below + 1}", "s = √(Σ(x − m)² / n),  x′ = (x − m) / s", "equation"),
        Text(f"A{first - 2}", "Each step: p′ and q′ less η times the gradient; p, q and C_T for the data as they are", "heading"),
        *_headers(first - 1, "steps", "p′", "q′", "∂C_T′/∂p′", "∂C_T′/∂q′", "C_T′", "p", "q", "C_T"),
    )
    series = Series("C_T", "i", f"C_T ({DESCENT})")
    chart = Chart(f"K{first - 1}", "C_T after each step", (series,), x="steps", y="C_T")
    return Sheet(DESCENT, "Regression: descent on standardised data", blocks, texts, (chart,))


def _standardised(name: str, column: str, into: str, top: int, cases: int) -> tuple[Block, ...]:
    """Mean and standard deviation below the numbers of a column, and the standardised numbers in the column `into`."""
    given, m, s = f"{name} ({DESCENT})", f"m_{name}", f"s_{name}"
    return (
        Block(m, f"{column}{top + cases}", needs=(given,), cell=lambda x: x.sum() / len(x), equation=f"{m} = Σ{name} / n"),
        Block(s, f"{column}{top + cases + 1}", needs=(given, m), cell=lambda x, m: np.sqrt(((x - m) ** 2).sum() / len(x)),
              equation=f"{s} = √(Σ({name} − {m})² / n)"),
        Block(f"{name}′", f"{into}{top}", (cases,), needs=(given, m, s), cell=lambda x, m, s, k: (x[k] - m) / s,
              equation=f"{name}′ = ({name} − {m}) / {s}"),
    )  # fmt: skip


def _steps(row: int) -> tuple[Block, ...]:
    """The table of steps from `row` on; row i has the parameters after i updates."""

    def column(letter: str, name: str, needs: tuple[str, ...], cell: Callable, equation: str, style: str = "value") -> Block:
        return Block(name, f"{letter}{row}", (STEPS + 1,), None, needs, cell, equation, axes=(STEP,), style=style)

    over, error = ("p′", "x′", "q′", "y′"), "(p′x′ + q′ − y′)"
    update = lambda start, eta, w, gradient, i: start if i == 0 else w[i - 1] - eta * gradient[i - 1]
    along_p = lambda p, x, q, y, i: ((p[i] * x + q[i] - y) * x).sum()
    along_q = lambda p, x, q, y, i: (p[i] * x + q[i] - y).sum()
    cost = lambda p, x, q, y, i: ((p[i] * x + q[i] - y) ** 2).sum() / 2
    p, q = f"p ({DESCENT})", f"q ({DESCENT})"
    back = lambda p, q, mx, my, sy, i: my + q[i] * sy - p[i] * mx
    return (
        Block("i", f"A{row}", (STEPS + 1,), numbers=range(STEPS + 1), style="integer"),
        column("B", "p′", ("p′₀", "η", "p′", "∂C_T′/∂p′"), update, "p′ − η ∂C_T′/∂p′", "parameter"),
        column("C", "q′", ("q′₀", "η", "q′", "∂C_T′/∂q′"), update, "q′ − η ∂C_T′/∂q′", "parameter"),
        column("D", "∂C_T′/∂p′", over, along_p, f"∂C_T′/∂p′ = Σ{error} x′", "backward"),
        column("E", "∂C_T′/∂q′", over, along_q, f"∂C_T′/∂q′ = Σ{error}", "backward"),
        column("F", "C_T′", over, cost, f"C_T′ = ½Σ{error}²", "total"),
        column("G", p, ("p′", "s_x", "s_y"), lambda p, sx, sy, i: p[i] * sy / sx, "p = p′ s_y / s_x"),
        column("H", q, (p, "q′", "m_x", "m_y", "s_y"), back, "q = m_y + q′ s_y − p m_x"),
        column("I", f"C_T ({DESCENT})", ("C_T′", "s_y"), lambda c, sy, i: c[i] * sy**2, "C_T = C_T′ s_y²", "total"),
    )


def _compared(row: int) -> tuple[Block, ...]:
    """Where descent has come to, and below it the solution of the normal equations."""
    blocks = []
    for name, letter in (("p", "L"), ("q", "M"), ("C_T", "N")):
        end = Block(f"{name} ({STEPS})", f"{letter}{row}", needs=(f"{name} ({DESCENT})",), cell=lambda numbers: numbers[-1])
        exact = Block(f"{name} ({NORMAL})", f"{letter}{row + 1}", needs=(name,), cell=lambda number: number)
        labels = ("after the last step", "normal equations") if name == "p" else ("", "")
        blocks += [replace(b, equation=name, style="digits", label=l) for b, l in zip((end, exact), labels, strict=True)]
    return tuple(blocks)
