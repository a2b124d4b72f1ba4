"""Sections 2-8 to 2-10: the chain rule factor by factor, approximations, and why descent goes against the gradient."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlnn.lessons.blocks import Block, Chart, Lesson, Series, Sheet, Text
from xlnn.lessons.parts import across, calc, down, given, sheet
from xlnn.model.activations import ACTIVATIONS, sigmoid
from xlnn.model.costs import COSTS

H = 1e-4  # of central difference quotients


STEPS = tuple(2.0**-i for i in range(11))


DEGREES = tuple(15.0 * i for i in range(25))


SLOPE, COST = ACTIVATIONS["sigmoid"].slope, COSTS["half squares"]


def lesson() -> Lesson:
    """One unit's gradient by the chain rule, a path that splits in two, approximations, and the direction of descent."""
    return Lesson("2-8", "The chain rule, and approximations", (_chain(), _approximations(), _direction()))


def half_square(a, t):
    """C of a single output, as costs.py has it for a layer."""
    return (a - t) ** 2 / 2


def quotient(function: Callable, position: int) -> Callable:
    """(f(… v + h …) − f(… v − h …)) / 2h in the argument at `position`; h comes last."""

    def cell(*arguments):
        *point, h = arguments
        at = lambda value: function(*point[:position], value, *point[position + 1 :])
        return (at(point[position] + h) - at(point[position] - h)) / (2 * h)

    return cell


# ---- 2-8 ---------------------------------------------------------------------------------------------


def _chain() -> Sheet:
    cost = lambda w, b, x, t: half_square(sigmoid(w * x + b), t)
    headings = (
        ("A4", "given"),
        ("A10", "forward"),
        ("A14", "backward"),
        ("H4", "given"),
        ("H10", "forward"),
        ("H15", "backward"),
    )
    return sheet(
        "2-8",
        "The chain rule",
        Text("A3", "One unit: C depends on w through z and a. Each factor is simple; their product is ∂C/∂w."),
        Text("H3", "Two ways: x goes into u and into v, and both go into C. What comes along both ways is added up."),
        *(Text(at, text, "heading") for at, text in headings),
        down("B5", given("x", 0.5), given("w", 2.0, "parameter"), given("b", -0.5, "parameter"), given("t", 1.0), given("h", H)),
        down(
            "B11",
            calc("z", ("w", "x", "b"), lambda w, x, b: w * x + b, "z = w x + b"),
            calc("a", ("z",), sigmoid, "a = σ(z)", "output"),
            calc("C", ("a", "t"), half_square, "C = ½(t − a)²", "total"),
        ),
        down(
            "B15",
            calc("∂C/∂a", ("a", "t"), COST.slope, "∂C/∂a = a − t", "backward"),
            calc("∂a/∂z", ("z", "a"), SLOPE, "∂a/∂z = a(1 − a)", "backward"),
            calc("∂z/∂w", ("x",), lambda x: x + 0, "∂z/∂w = x", "backward"),
            calc("∂C/∂w", ("∂C/∂a", "∂a/∂z", "∂z/∂w"), lambda p, q, r: p * q * r, "∂C/∂w = ∂C/∂a · ∂a/∂z · ∂z/∂w", "total"),
            calc("∂C/∂b", ("∂C/∂a", "∂a/∂z"), lambda p, q: p * q, "∂C/∂b = ∂C/∂a · ∂a/∂z · 1", "total"),
            calc("ΔC/Δw", ("w", "b", "x", "t", "h"), quotient(cost, 0), "(C(w + h) − C(w − h)) / 2h"),
            calc("ΔC/Δb", ("w", "b", "x", "t", "h"), quotient(cost, 1), "(C(b + h) − C(b − h)) / 2h"),
        ),
        _two_variables(),
        _composed(),
        widths={"C": 34, "J": 34},
    )


def _two_variables() -> tuple:
    """C = u² + v² with u = a x + b y and v = p x + q y."""
    u = lambda p, q, x, y: p * x + q * y
    square = lambda u, v: u**2 + v**2
    whole = lambda x, y, a, b, p, q: square(u(a, b, x, y), u(p, q, x, y))
    numbers = {"x (u, v)": 1.0, "y (u, v)": 2.0, "a (u, v)": 3.0, "b (u, v)": -1.0, "p": 0.5, "q": 2.0}
    given_ = [given(name, number) for name, number in numbers.items()]
    both = lambda cu, a, cv, p: cu * a + cv * p
    return (
        down("I5", *given_[:3]),
        down("K5", *given_[3:]),
        down(
            "I11",
            calc("u", ("a (u, v)", "b (u, v)", "x (u, v)", "y (u, v)"), u, "u = a x + b y"),
            calc("v", ("p", "q", "x (u, v)", "y (u, v)"), u, "v = p x + q y"),
            calc("C (u, v)", ("u", "v"), square, "C = u² + v²", "total"),
        ),
        down(
            "I16",
            calc("∂C/∂u", ("u",), lambda u: 2 * u, "∂C/∂u = 2u", "backward"),
            calc("∂C/∂v", ("v",), lambda v: 2 * v, "∂C/∂v = 2v", "backward"),
            calc("∂C/∂x", ("∂C/∂u", "a (u, v)", "∂C/∂v", "p"), both, "∂C/∂x = ∂C/∂u · ∂u/∂x + ∂C/∂v · ∂v/∂x", "total"),
            calc("∂C/∂y", ("∂C/∂u", "b (u, v)", "∂C/∂v", "q"), both, "∂C/∂y = ∂C/∂u · ∂u/∂y + ∂C/∂v · ∂v/∂y", "total"),
            calc("ΔC/Δx", (*numbers, "h"), quotient(whole, 0), "(C(x + h) − C(x − h)) / 2h"),
            calc("ΔC/Δy", (*numbers, "h"), quotient(whole, 1), "(C(y + h) − C(y − h)) / 2h"),
        ),
    )


def _composed() -> tuple:
    """z = (2 − y)² and y = σ(wx + b): one function inside another."""
    outer = lambda y: (2 - y) ** 2
    unit = lambda x, w, b: sigmoid(w * x + b)
    at = ("x (σ)", "w (σ)", "b (σ)")
    return (
        Text("A24", "z = (2 − y)²: u = 2 − y inside z = u²", "heading"),
        down(
            "B25",
            given("y", 0.5),
            calc("u (y)", ("y",), lambda y: 2 - y, "u = 2 − y"),
            calc("z (u)", ("u (y)",), lambda u: u**2, "z = u²", "output"),
            calc("dz/du", ("u (y)",), lambda u: 2 * u, "dz/du = 2u", "backward"),
            calc("du/dy", ("y",), lambda y: 0 * y - 1, "du/dy = −1", "backward"),
            calc("dz/dy", ("dz/du", "du/dy"), lambda p, q: p * q, "dz/dy = dz/du · du/dy", "total"),
            calc("Δz/Δy", ("y", "h"), quotient(outer, 0), "(z(y + h) − z(y − h)) / 2h"),
        ),
        Text("H24", "y = σ(wx + b): u = wx + b inside y = σ(u)", "heading"),
        down(
            "I25",
            *(given(name, number) for name, number in zip(at, (1.0, 2.0, -1.0), strict=True)),
            calc("u (σ)", at, lambda x, w, b: w * x + b, "u = w x + b"),
            calc("y (σ)", ("u (σ)",), sigmoid, "y = σ(u)", "output"),
            calc("dy/du", ("u (σ)", "y (σ)"), SLOPE, "dy/du = y(1 − y)", "backward"),
            calc("du/dx", ("w (σ)",), lambda w: w + 0, "du/dx = w", "backward"),
            calc("dy/dx", ("dy/du", "du/dx"), lambda p, q: p * q, "dy/dx = dy/du · du/dx", "total"),
            calc("Δy/Δx", (*at, "h"), quotient(unit, 0), "(y(x + h) − y(x − h)) / 2h"),
        ),
    )


# ---- 2-9 ---------------------------------------------------------------------------------------------


def _column(name: str, needs: tuple[str, ...], cell: Callable, equation: str, head: str, style: str = "") -> Block:
    return calc(name, needs, cell, equation, style, shape=(len(STEPS),), label=head)


def _less(a, b, i):
    return a[i] - b[i]


def _approximations() -> Sheet:
    """f(x + h) ≈ f(x) + f′(x)h, and with ½f″(x)h²: the errors shrink as h² and as h³. For two variables alike."""
    curve = lambda slope, a: slope * (1 - 2 * a)
    per = lambda power: lambda e, h, i: e[i] / h[i] ** power
    errors = Series("error", "hᵢ", "error"), Series("second order", "hᵢ", "error of second order")
    return sheet(
        "2-9",
        "Approximations",
        Text("A2", "Half of h makes the error of the linear approximation a quarter, and with Taylor's next term an eighth."),
        down(
            "B4",
            given("x₀", 0.5, label="x"),
            calc("f", ("x₀",), sigmoid, "f(x) = σ(x)", label="f(x)"),
            calc("f′", ("x₀", "f"), SLOPE, "f′(x) = σ(1 − σ)", label="f′(x)"),
            calc("f″", ("f′", "f"), curve, "f″(x) = σ′(1 − 2σ)", label="f″(x)"),
        ),
        across(
            "A11",
            given("hᵢ", STEPS, label="h"),
            _column("f(x + h)", ("x₀", "hᵢ"), lambda x, h, i: sigmoid(x + h[i]), "f(x + h)", "f(x + h)"),
            _column("first order", ("f", "f′", "hᵢ"), lambda f, s, h, i: f + s * h[i], "f(x) + f′(x) h", "f + f′h"),
            _column("error", ("f(x + h)", "first order"), _less, "f(x + h) − (f(x) + f′(x) h)", "error", "cost"),
            _column("error / h²", ("error", "hᵢ"), per(2), "error / h²: comes to ½f″(x)", "error / h²"),
            _column("second order", ("first order", "f″", "hᵢ"), lambda a, c, h, i: a[i] + c * h[i] ** 2 / 2,
                    "f(x) + f′(x) h + ½f″(x) h²", "f + f′h + ½f″h²"),
            _column("error of second order", ("f(x + h)", "second order"), _less, "f(x + h) − (f(x) + f′(x) h + ½f″(x) h²)",
                    "error", "cost"),
            _column("error / h³", ("error of second order", "hᵢ"), per(3), "error / h³", "error / h³"),
        ),
        Chart("J10", "the error shrinks with h²", errors, x="h", y="error"),
        _two_at_once(per),
        _taylor_of_two(),
        _three_variables(),
    )  # fmt: skip


def _exponential(x, y):
    return np.exp(x) * y**2


def _two_at_once(per: Callable) -> tuple:
    """g = exp(x) y² with one step h for both variables."""
    f = _exponential
    linear = lambda g, gx, gy, h, i: g + gx * h[i] + gy * h[i]
    return (
        Text("A24", "Two variables: every variable adds its partial derivative times its step", "heading"),
        down(
            "B26",
            given("x₁", 0.0, label="x"),
            given("y₁", 1.0, label="y"),
            calc("g", ("x₁", "y₁"), f, "g(x, y) = exp(x) y²"),
            calc("∂g/∂x", ("g",), lambda g: g + 0, "∂g/∂x = exp(x) y²"),
            calc("∂g/∂y", ("x₁", "y₁"), lambda x, y: np.exp(x) * (2 * y), "∂g/∂y = 2 exp(x) y"),
        ),
        across(
            "A34",
            given("step", STEPS, label="h"),
            _column("g(x + h, y + h)", ("x₁", "y₁", "step"), lambda x, y, h, i: f(x + h[i], y + h[i]), "g(x + h, y + h)",
                    "g(x + h, y + h)"),
            _column("linear", ("g", "∂g/∂x", "∂g/∂y", "step"), linear, "g + ∂g/∂x h + ∂g/∂y h", "linear"),
            _column("error of linear", ("g(x + h, y + h)", "linear"), _less, "g(x + h, y + h) − (g + ∂g/∂x h + ∂g/∂y h)",
                    "error", "cost"),
            _column("error / step²", ("error of linear", "step"), per(2), "error / h²", "error / h²"),
        ),
    )  # fmt: skip


def _taylor_of_two() -> tuple:
    """g once more, with steps Δx ≠ Δy, to first and to second order."""
    at, step = ("x₁", "y₁"), ("Δx", "Δy")
    first = lambda g, gx, gy, dx, dy: g + gx * dx + gy * dy
    second = lambda f, gxx, gxy, gyy, dx, dy: f + (gxx * dx**2 + 2 * gxy * dx * dy + gyy * dy**2) / 2
    return (
        Text("A47", "Taylor for two variables, the steps Δx and Δy different: first and second order", "heading"),
        down(
            "B48",
            given("Δx", 0.1),
            given("Δy", -0.2),
            calc("∂²g/∂x²", ("g",), lambda g: g + 0, "exp(x) y²"),
            calc("∂²g/∂x∂y", ("∂g/∂y",), lambda g: g + 0, "2 exp(x) y"),
            calc("∂²g/∂y²", ("x₁",), lambda x: 2 * np.exp(x), "2 exp(x)"),
            calc("g(x + Δx, y + Δy)", (*at, *step), lambda x, y, dx, dy: _exponential(x + dx, y + dy), style="limit"),
            calc("first order (2)", ("g", "∂g/∂x", "∂g/∂y", *step), first, "g + ∂g/∂x Δx + ∂g/∂y Δy", "limit"),
            calc("error (2, 1)", ("g(x + Δx, y + Δy)", "first order (2)"), lambda a, b: a - b, style="limit"),
            calc("second order (2)", ("first order (2)", "∂²g/∂x²", "∂²g/∂x∂y", "∂²g/∂y²", *step), second,
                 "+ ½(∂²g/∂x² Δx² + 2 ∂²g/∂x∂y Δx Δy + ∂²g/∂y² Δy²)", "limit"),
            calc("error (2, 2)", ("g(x + Δx, y + Δy)", "second order (2)"), lambda a, b: a - b, style="limit"),
        ),
    )  # fmt: skip


def _three_variables() -> tuple:
    """u = x² + yz at (1, 2, 3): Δu ≈ ∇u·Δx, an inner product."""
    u = lambda p: p[0] ** 2 + p[1] * p[2]
    gradient = lambda p, i: 2 * p[0] if i == 0 else p[3 - i]
    moved = lambda p, d: (p[0] + d[0]) ** 2 + (p[1] + d[1]) * (p[2] + d[2]) - u(p)
    return (
        Text("A60", "Three variables: Δu is nearly the inner product of the gradient and the steps; u = x² + yz", "heading"),
        down(
            "B61",
            given("(x, y, z)", (1.0, 2.0, 3.0)),
            given("(Δx, Δy, Δz)", (0.01, -0.02, 0.03)),
            calc("∇u", ("(x, y, z)",), gradient, "(2x, z, y)", "backward", shape=(3,)),
            calc("∇u·(Δx, Δy, Δz)", ("∇u", "(Δx, Δy, Δz)"), lambda g, d: (g * d).sum(), style="limit"),
            calc("Δu", ("(x, y, z)", "(Δx, Δy, Δz)"), moved, "u(x + Δx, y + Δy, z + Δz) − u(x, y, z)", "limit"),
        ),
    )


# ---- 2-10 --------------------------------------------------------------------------------------------


def _direction() -> Sheet:
    """Steps of one length in every direction from the angle of ∇f: Δz is least at 180°, against the gradient."""
    f = lambda x, y: x**2 + y**2
    point, turned = ("x (2-10)", "y (2-10)"), ("∇f", "|∇f|", "length", "θ")
    along: Callable = lambda g, size, r, t, i, sign: (
        r * (g[0] * np.cos(t[i] * np.pi / 180) + sign * g[1] * np.sin(t[i] * np.pi / 180)) / size
    )
    across_ = lambda g, size, r, t, i: r * (g[1] * np.cos(t[i] * np.pi / 180) + g[0] * np.sin(t[i] * np.pi / 180)) / size
    column = lambda name, needs, cell, equation, style="fine": calc(name, needs, cell, equation, style, shape=(len(DEGREES),))
    real = lambda x, y, dx, dy, i: f(x + dx[i], y + dy[i]) - f(x, y)
    return sheet(
        "2-10",
        "The direction of descent",
        Text("A3", "Δz is nearly the inner product ∇f·(Δx, Δy) = |∇f| |Δ| cos θ: least at θ = 180°, against the gradient."),
        down(
            "B5",
            *(given(name, number) for name, number in zip(point, (3.0, 2.0), strict=True)),
            given("length", 0.1, label="|Δ|"),
            given("η", 0.1),
            calc("∇f", point, lambda x, y, i: 2 * x if i == 0 else 2 * y, "(∂f/∂x, ∂f/∂y) = (2x, 2y)", "backward", shape=(2,)),
            calc("|∇f|", ("∇f",), lambda g: (g**2).sum() ** 0.5, "√((∂f/∂x)² + (∂f/∂y)²)", "backward"),
            calc("(Δx, Δy)", ("η", "∇f"), lambda eta, g, i: -eta * g[i], "(Δx, Δy) = −η∇f", "total", shape=(2,)),
        ),
        across(
            "A15",
            given("θ", DEGREES),
            column("Δx (θ)", turned, lambda *a: along(*a, -1), "∇f turned by θ, of length |Δ|"),
            column("Δy (θ)", turned, across_, "∇f turned by θ, of length |Δ|"),
            column("∇f·(Δx, Δy)", ("∇f", "Δx (θ)", "Δy (θ)"), lambda g, dx, dy, i: g[0] * dx[i] + g[1] * dy[i],
                   "∂f/∂x Δx + ∂f/∂y Δy", "total"),
            column("Δz (θ)", (*point, "Δx (θ)", "Δy (θ)"), real, "f(x + Δx, y + Δy) − f(x, y)"),
        ),
        Text("F27", "θ = 180°: Δz is least", "equation"),
        Chart("H4", "Δz by direction", (Series("∇f·(Δx, Δy)", "θ", "∇f·(Δx, Δy)"), Series("Δz", "θ", "Δz (θ)")), x="θ", y="Δz"),
        _three_dimensions(),
    )  # fmt: skip


def _three_dimensions() -> tuple:
    """∇ in three variables: f = x² + 2y² + 3z²."""
    return (
        Text("A42", "∇f has a component for every variable: f = x² + 2y² + 3z²", "heading"),
        down(
            "B43",
            given("(x, y, z) (2-10)", (1.0, 1.0, 1.0)),
            calc("∇f (3)", ("(x, y, z) (2-10)",), lambda p, i: 2 * (i + 1) * p[i], "∇f = (2x, 4y, 6z)", "backward", shape=(3,)),
            calc("−η∇f", ("η", "∇f (3)"), lambda eta, g, i: -eta * g[i], "(Δx, Δy, Δz) = −η∇f", "total", shape=(3,)),
        ),
    )
