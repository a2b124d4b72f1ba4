"""Sections 2-8 and 2-9: the chain rule factor by factor, and how good a linear approximation is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlnn.activations import ACTIVATIONS, sigmoid
from xlnn.costs import COSTS
from xlnn.lesson import Block, Chart, Lesson, Series, Sheet, Text

H = 1e-4  # of central difference quotients
STEPS = tuple(2.0**-i for i in range(11))
SLOPE, COST = ACTIVATIONS["sigmoid"].slope, COSTS["half squares"]


def lesson() -> Lesson:
    """One unit's gradient by the chain rule, a path that splits in two, and approximations of first and second order."""
    return Lesson("2-8", "The chain rule, and approximations", (_chain(), _approximations()))


def half_square(a, t):
    """C of a single output, as costs.py has it for a layer."""
    return (a - t) ** 2 / 2


def _factor(name: str, at: str, needs: tuple[str, ...], cell: Callable, equation: str, **more) -> Block:
    """One number with its name left and its equation right."""
    column, row = at[0], at[1:]
    beside = f"{chr(ord(column) + 1)}{row}"
    return Block(name, at, needs=needs, cell=cell, equation=equation, label=name, equation_at=beside, **more)


def _chain() -> Sheet:
    cost = lambda w, b, x, t: half_square(sigmoid(w * x + b), t)
    blocks = (
        Block("x", "B5", numbers=0.5, label="x"),
        Block("w", "B6", numbers=2.0, label="w", style="parameter"),
        Block("b", "B7", numbers=-0.5, label="b", style="parameter"),
        Block("t", "B8", numbers=1.0, label="t"),
        Block("h", "B9", numbers=H, label="h"),
        _factor("z", "B11", ("w", "x", "b"), lambda w, x, b: w * x + b, "z = w x + b"),
        _factor("a", "B12", ("z",), sigmoid, "a = σ(z)", style="output"),
        _factor("C", "B13", ("a", "t"), half_square, "C = ½(t − a)²", style="total"),
        _factor("∂C/∂a", "B15", ("a", "t"), COST.slope, "∂C/∂a = a − t", style="backward"),
        _factor("∂a/∂z", "B16", ("z", "a"), SLOPE, "∂a/∂z = a(1 − a)", style="backward"),
        _factor("∂z/∂w", "B17", ("x",), lambda x: x + 0, "∂z/∂w = x", style="backward"),
        _factor(
            "∂C/∂w", "B18", ("∂C/∂a", "∂a/∂z", "∂z/∂w"), lambda p, q, r: p * q * r, "∂C/∂w = ∂C/∂a · ∂a/∂z · ∂z/∂w", style="total"
        ),
        _factor("∂C/∂b", "B19", ("∂C/∂a", "∂a/∂z"), lambda p, q: p * q, "∂C/∂b = ∂C/∂a · ∂a/∂z · 1", style="total"),
        _factor(
            "ΔC/Δw",
            "B20",
            ("w", "b", "x", "t", "h"),
            lambda w, b, x, t, h: (cost(w + h, b, x, t) - cost(w - h, b, x, t)) / (2 * h),
            "(C(w + h) − C(w − h)) / 2h",
        ),
        _factor(
            "ΔC/Δb",
            "B21",
            ("w", "b", "x", "t", "h"),
            lambda w, b, x, t, h: (cost(w, b + h, x, t) - cost(w, b - h, x, t)) / (2 * h),
            "(C(b + h) − C(b − h)) / 2h",
        ),
        *_two_variables(),
    )
    texts = (
        Text("A3", "One unit: C depends on w through z and a. Each factor is simple; their product is ∂C/∂w."),
        Text("H3", "Two ways: x goes into u and into v, and both go into C. What comes along both ways is added up."),
        Text("A4", "given", "heading"),
        Text("A10", "forward", "heading"),
        Text("A14", "backward", "heading"),
        Text("H4", "given", "heading"),
        Text("H10", "forward", "heading"),
        Text("H15", "backward", "heading"),
    )
    return Sheet("2-8", "The chain rule", blocks, texts, widths={"C": 34, "J": 34})


def _two_variables() -> tuple[Block, ...]:
    """C = u² + v² with u = p x + q y and v = r x + s y."""
    u = lambda p, q, x, y: p * x + q * y
    square = lambda u, v: u**2 + v**2
    whole = lambda x, y, p, q, r, s: square(u(p, q, x, y), u(r, s, x, y))
    given = (("x of u, v", 1.0), ("y of u, v", 2.0), ("p", 3.0), ("q", -1.0), ("r", 0.5), ("s", 2.0))
    names = tuple(name for name, _ in given)
    return (
        *(Block(name, f"{'IK'[i // 3]}{5 + i % 3}", numbers=number, label=name[0]) for i, (name, number) in enumerate(given)),
        _factor("u", "I11", ("p", "q", "x of u, v", "y of u, v"), u, "u = p x + q y"),
        _factor("v", "I12", ("r", "s", "x of u, v", "y of u, v"), u, "v = r x + s y"),
        _factor("C of u, v", "I13", ("u", "v"), square, "C = u² + v²", style="total"),
        _factor("∂C/∂u", "I16", ("u",), lambda u: 2 * u, "∂C/∂u = 2u", style="backward"),
        _factor("∂C/∂v", "I17", ("v",), lambda v: 2 * v, "∂C/∂v = 2v", style="backward"),
        _factor(
            "∂C/∂x",
            "I18",
            ("∂C/∂u", "p", "∂C/∂v", "r"),
            lambda cu, p, cv, r: cu * p + cv * r,
            "∂C/∂x = ∂C/∂u · ∂u/∂x + ∂C/∂v · ∂v/∂x",
            style="total",
        ),
        _factor(
            "∂C/∂y",
            "I19",
            ("∂C/∂u", "q", "∂C/∂v", "s"),
            lambda cu, q, cv, s: cu * q + cv * s,
            "∂C/∂y = ∂C/∂u · ∂u/∂y + ∂C/∂v · ∂v/∂y",
            style="total",
        ),
        _factor(
            "ΔC/Δx",
            "I20",
            (*names, "h"),
            lambda x, y, p, q, r, s, h: (whole(x + h, y, p, q, r, s) - whole(x - h, y, p, q, r, s)) / (2 * h),
            "(C(x + h) − C(x − h)) / 2h",
        ),
        _factor(
            "ΔC/Δy",
            "I21",
            (*names, "h"),
            lambda x, y, p, q, r, s, h: (whole(x, y + h, p, q, r, s) - whole(x, y - h, p, q, r, s)) / (2 * h),
            "(C(y + h) − C(y − h)) / 2h",
        ),
    )


def _approximations() -> Sheet:
    """f(x + h) ≈ f(x) + f′(x)h, and with ½f″(x)h²: the errors shrink as h² and as h³. For two variables alike."""
    count = len(STEPS)
    f = lambda x, y: np.exp(x) * y**2
    column = lambda name, at, needs, cell, equation, style="": Block(
        name, at, (count,), needs=needs, cell=cell, equation=equation, style=style
    )
    blocks = (
        Block("x₀", "B4", numbers=0.5, label="x"),
        Block("f", "B5", needs=("x₀",), cell=sigmoid, equation="f(x) = σ(x)", label="f(x)", equation_at="C5"),
        Block("f′", "B6", needs=("x₀", "f"), cell=SLOPE, equation="f′(x) = σ(1 − σ)", label="f′(x)", equation_at="C6"),
        Block(
            "f″",
            "B7",
            needs=("f′", "f"),
            cell=lambda slope, a: slope * (1 - 2 * a),
            equation="f″(x) = σ′(1 − 2σ)",
            label="f″(x)",
            equation_at="C7",
        ),
        Block("hᵢ", "A11", (count,), numbers=STEPS),
        column("f(x + h)", "B11", ("x₀", "hᵢ"), lambda x, h, i: sigmoid(x + h[i]), "f(x + h)"),
        column("first order", "C11", ("f", "f′", "hᵢ"), lambda f, slope, h, i: f + slope * h[i], "f(x) + f′(x) h"),
        column("error", "D11", ("f(x + h)", "first order"), lambda a, b, i: a[i] - b[i], "f(x + h) − (f(x) + f′(x) h)", "cost"),
        column("error / h²", "E11", ("error", "hᵢ"), lambda e, h, i: e[i] / h[i] ** 2, "error / h²: comes to ½f″(x)"),
        column(
            "second order",
            "F11",
            ("first order", "f″", "hᵢ"),
            lambda a, curve, h, i: a[i] + curve * h[i] ** 2 / 2,
            "f(x) + f′(x) h + ½f″(x) h²",
        ),
        column(
            "error of second order",
            "G11",
            ("f(x + h)", "second order"),
            lambda a, b, i: a[i] - b[i],
            "f(x + h) − (f(x) + f′(x) h + ½f″(x) h²)",
            "cost",
        ),
        column("error / h³", "H11", ("error of second order", "hᵢ"), lambda e, h, i: e[i] / h[i] ** 3, "error / h³"),
        Block("x₁", "B26", numbers=0.0, label="x"),
        Block("y₁", "B27", numbers=1.0, label="y"),
        Block("g", "B28", needs=("x₁", "y₁"), cell=f, equation="g(x, y) = exp(x) y²", label="g", equation_at="C28"),
        Block("∂g/∂x", "B29", needs=("g",), cell=lambda g: g + 0, equation="∂g/∂x = exp(x) y²", label="∂g/∂x", equation_at="C29"),
        Block(
            "∂g/∂y",
            "B30",
            needs=("x₁", "y₁"),
            cell=lambda x, y: np.exp(x) * (2 * y),
            equation="∂g/∂y = 2 exp(x) y",
            label="∂g/∂y",
            equation_at="C30",
        ),
        Block("step", "A34", (count,), numbers=STEPS),
        column("g(x + h, y + h)", "B34", ("x₁", "y₁", "step"), lambda x, y, h, i: f(x + h[i], y + h[i]), "g(x + h, y + h)"),
        column(
            "linear",
            "C34",
            ("g", "∂g/∂x", "∂g/∂y", "step"),
            lambda g, gx, gy, h, i: g + gx * h[i] + gy * h[i],
            "g + ∂g/∂x h + ∂g/∂y h",
        ),
        column(
            "error of linear",
            "D34",
            ("g(x + h, y + h)", "linear"),
            lambda a, b, i: a[i] - b[i],
            "g(x + h, y + h) − (g + ∂g/∂x h + ∂g/∂y h)",
            "cost",
        ),
        column("error / step²", "E34", ("error of linear", "step"), lambda e, h, i: e[i] / h[i] ** 2, "error / h²"),
    )
    heads = ("h", "f(x + h)", "f + f′h", "error", "error / h²", "f + f′h + ½f″h²", "error", "error / h³")
    texts = (
        Text("A2", "Half of h makes the error of the linear approximation a quarter, and with Taylor's next term an eighth."),
        *(Text(f"{c}10", head, "header") for c, head in zip("ABCDEFGH", heads, strict=True)),
        Text("A24", "Two variables: every variable adds its partial derivative times its step", "heading"),
        *(
            Text(f"{c}33", h, "header")
            for c, h in zip("ABCDE", ("h", "g(x + h, y + h)", "linear", "error", "error / h²"), strict=True)
        ),
    )
    charts = (
        Chart(
            "J10",
            "the error shrinks with h²",
            (Series("error", "hᵢ", "error"), Series("second order", "hᵢ", "error of second order")),
            x="h",
            y="error",
        ),
    )
    return Sheet("2-9", "Approximations", blocks, texts, charts)
