"""Sections 2-1 to 2-7: the mathematics that the later sheets use, on the numbers of 4-4 where they fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from xlnn.activations import ACTIVATIONS, sigmoid
from xlnn.examples import example
from xlnn.lesson import STEP, Block, Chart, Lesson, Series, Sheet, Text

X = tuple(i / 2 for i in range(-8, 9))
H = 0.001  # of difference quotients
A, B = ((2.0, 7.0), (1.0, 8.0)), ((2.0, 8.0), (1.0, 3.0))
POINTS = tuple(float(i) for i in range(-4, 5))


def lesson() -> Lesson:
    """Functions, recurrences, sums, vectors, matrices, derivatives and partial derivatives, a sheet each."""
    sheets = (_functions(), _recurrences(), _sums(), _vectors(), _matrices(), _derivatives(), _partial())
    return Lesson("2", "The mathematics of chapter 2", sheets)


def normal_density(x, mean, deviation):
    """The density of N(mean, deviation²), book 2-1."""
    return np.exp(-((x - mean) ** 2) / (2 * deviation**2)) / (deviation * (2 * np.pi) ** 0.5)


def _column(name: str, at: str, needs: tuple[str, ...], cell: Callable, equation: str, count: int = len(X)) -> Block:
    """A block that goes down, with its equation's cell by cell meaning."""
    return Block(name, at, (count,), needs=needs, cell=cell, equation=equation)


def _functions() -> Sheet:
    blocks = (
        Block("a", "B4", numbers=2.0, label="a", style="parameter"),
        Block("b", "B5", numbers=1.0, label="b", style="parameter"),
        Block("c", "B6", numbers=-3.0, label="c", style="parameter"),
        Block("μ", "E4", numbers=0.0, label="mean μ", style="parameter"),
        Block("σ", "E5", numbers=1.0, label="standard deviation σ", style="parameter"),
        Block("x", "A10", (len(X),), numbers=X),
        _column("linear", "B10", ("a", "b", "x"), lambda a, b, x, i: a * x[i] + b, "y = a x + b"),
        _column(
            "quadratic", "C10", ("a", "b", "c", "x"), lambda a, b, c, x, i: a * x[i] ** 2 + b * x[i] + c, "y = a x² + b x + c"
        ),
        _column("exponential", "D10", ("x",), lambda x, i: np.exp(x[i]), "y = exp x"),
        _column("σ(x)", "E10", ("x",), lambda x, i: sigmoid(x[i]), "y = 1/(1 + exp(−x))"),
        _column(
            "density",
            "F10",
            ("x", "μ", "σ"),
            lambda x, mean, deviation, i: normal_density(x[i], mean, deviation),
            "y = exp(−(x − μ)²/(2σ²)) / (σ√(2π))",
        ),
    )
    heads = ("x", "linear", "quadratic", "exponential", "sigmoid", "normal density")
    texts = (
        Text("A2", "Change the yellow and green cells: tables and charts follow."),
        *(Text(f"{column}9", head, "header") for column, head in zip("ABCDEF", heads, strict=True)),
    )
    charts = (
        Chart(
            "H3",
            "linear and quadratic",
            (Series("linear", "x", "linear"), Series("quadratic", "x", "quadratic")),
            x="x",
            y="y",
            subtype="smooth",
        ),
        Chart("H20", "sigmoid", (Series("sigmoid", "x", "σ(x)"),), x="x", y="y", subtype="smooth"),
        Chart(
            "P3",
            "normal density: where initial weights are drawn from",
            (Series("normal density", "x", "density"),),
            x="x",
            y="y",
            subtype="smooth",
        ),
    )
    return Sheet("2-1", "Functions", blocks, texts, charts)


def _recurrences() -> Sheet:
    """Two sequences that need each other, and the units of 4-4: a layer's outputs are the next one's inputs."""
    problem = example("4-4")
    p = problem.parameters
    start = lambda before, other, factors, i: 1 if i == 0 else factors[0] * before[i - 1] + factors[1] * other[i - 1] + factors[2]
    blocks = (
        Block("factors of a", "B5", (3,), numbers=(1.0, 2.0, 2.0), steps=((0, 1),), label="a: factors of a, b, 1"),
        Block("factors of b", "B6", (3,), numbers=(3.0, 2.0, 1.0), steps=((0, 1),), label="b: factors of b, a, 1"),
        Block("n", "A9", (6,), numbers=range(1, 7), style="integer"),
        Block(
            "aₙ",
            "B9",
            (6,),
            axes=(STEP,),
            needs=("aₙ", "bₙ", "factors of a"),
            cell=start,
            equation="a₁ = 1, aₙ = p aₙ₋₁ + q bₙ₋₁ + r",
        ),
        Block(
            "bₙ",
            "C9",
            (6,),
            axes=(STEP,),
            needs=("bₙ", "aₙ", "factors of b"),
            cell=start,
            equation="b₁ = 1, bₙ = s bₙ₋₁ + t aₙ₋₁ + u",
        ),
        Block("pixels", "B20", (4, 3), numbers=problem.x[0], style="pixel"),
        Block("w²", "F20", (3, 4, 3), numbers=p["w2"], steps=((0, 4), (1, 0), (0, 1)), style="parameter"),
        Block("b²", "F25", (3,), numbers=p["b2"], steps=((0, 4),), style="parameter"),
        Block(
            "z²",
            "F26",
            (3,),
            needs=("w²", "pixels", "b²"),
            cell=lambda w, x, b, j: (w[j] * x).sum() + b[j],
            equation="z² = Σ w² x + b²",
            steps=((0, 4),),
        ),
        Block(
            "a²",
            "F27",
            (3,),
            needs=("z²",),
            cell=lambda z, j: sigmoid(z[j]),
            equation="a² = σ(z²)",
            steps=((0, 4),),
            style="output",
        ),
        Block(
            "a² in a row",
            "F31",
            (3,),
            needs=("a²",),
            cell=lambda a, j: a[j],
            equation="a² once more",
            steps=((0, 1),),
            style="output",
        ),
        Block("w³", "F32", (2, 3), numbers=p["w3"], style="parameter"),
        Block("b³", "I32", (2,), numbers=p["b3"], style="parameter"),
        Block(
            "z³",
            "J32",
            (2,),
            needs=("w³", "a² in a row", "b³"),
            cell=lambda w, a, b, j: (w[j] * a).sum() + b[j],
            equation="z³ = Σ w³ a² + b³",
        ),
        Block("a³", "K32", (2,), needs=("z³",), cell=lambda z, j: sigmoid(z[j]), equation="a³ = σ(z³)", style="output"),
    )
    texts = (
        Text("A3", "Two sequences, each made from both: aₙ and bₙ from aₙ₋₁ and bₙ₋₁"),
        Text("A8", "n", "header"),
        Text("B8", "aₙ", "header"),
        Text("C8", "bₙ", "header"),
        Text("A17", "A network is the same: the outputs a of a layer from those of the layer before. Image 1 of 4-4", "heading"),
        Text("B19", "x", "header"),
        *(Text(f"{c}19", f"w²{i}", "header") for c, i in zip("FJN", "₁₂₃", strict=True)),
        Text("E25", "b²", "symbol"),
        Text("E26", "z²", "symbol"),
        Text("E27", "a²", "symbol"),
        Text("E31", "a²", "symbol"),
        Text("E32", "w³₁", "symbol"),
        Text("E33", "w³₂", "symbol"),
        Text("I31", "b³", "header"),
        Text("J31", "z³", "header"),
        Text("K31", "a³", "header"),
    )
    return Sheet("2-2", "Sequences and recurrences", blocks, texts, shaded=("pixels",))


def _sums() -> Sheet:
    blocks = (
        Block("aₖ", "B5", (6,), numbers=(1.0, 4.0, 9.0, 16.0, 25.0, 36.0), steps=((0, 1),), label="aₖ"),
        Block("bₖ", "B6", (6,), numbers=(1.0, 2.0, 3.0, 4.0, 5.0, 6.0), steps=((0, 1),), label="bₖ"),
        Block("factor c", "B8", numbers=3.0, label="c"),
        _single("Σ(aₖ + bₖ)", "B10", ("aₖ", "bₖ"), lambda a, b: (a + b).sum()),
        _single("Σaₖ + Σbₖ", "B11", ("aₖ", "bₖ"), lambda a, b: a.sum() + b.sum()),
        _single("Σ c aₖ", "B13", ("factor c", "aₖ"), lambda c, a: (c * a).sum()),
        _single("c Σaₖ", "B14", ("factor c", "aₖ"), lambda c, a: c * a.sum()),
    )
    texts = (Text("A3", "Σ is linear: a sum of sums in parts, and a factor before or behind the Σ, give the same."),)
    return Sheet("2-3", "Sums", blocks, texts)


def _single(name: str, at: str, needs: tuple[str, ...], cell: Callable, style: str = "") -> Block:
    """One number, whose name is its equation, beside it."""
    return Block(name, at, needs=needs, cell=cell, equation=name, label=name, style=style)


def _vectors() -> Sheet:
    """Which image is like a pattern: the inner product, between the bounds of Cauchy and Schwarz."""
    problem = example("4-4")
    first, other = problem.x[0], problem.x[int(np.argmax(problem.digits == 1))]
    inner = lambda a, b: (a * b).sum()
    blocks = [
        Block("p", "B6", (4, 3), numbers=first, style="pixel"),
        Block("q", "F6", (4, 3), numbers=problem.x[1], style="pixel"),
        Block("r", "J6", (4, 3), numbers=other, style="pixel"),
        _single("|p|", "B12", ("p",), lambda a: (a**2).sum() ** 0.5),
    ]
    for name, column in (("q", "F"), ("r", "J")):
        length, product = f"|{name}|", f"p · {name}"
        blocks += [
            _single(length, f"{column}12", (name,), lambda a: (a**2).sum() ** 0.5),
            _single(product, f"{column}13", ("p", name), inner, "output"),
            _single(f"−|p||{name}|", f"{column}14", ("|p|", length), lambda a, b: -(a * b)),
            _single(f"|p||{name}|", f"{column}15", ("|p|", length), lambda a, b: a * b),
            _single(f"cos(p, {name})", f"{column}16", (product, "|p|", length), lambda p, a, b: p / (a * b)),
        ]
    blocks = [replace(block, label="") if block.place.origin.column > 2 else block for block in blocks]  # the row has one
    texts = (
        Text(
            "A3",
            "The inner product tells how much alike two patterns are: −|a||b| ≤ a·b ≤ |a||b|, and cos = 1 only for the same.",
        ),
        Text("B5", "pattern p: image 1 of 4-4", "heading"),
        Text("F5", "q: image 2", "heading"),
        Text("J5", "r: the first image of a 1", "heading"),
        Text("A13", "inner product", "label"),
        Text("A14", "lower bound", "label"),
        Text("A15", "upper bound", "label"),
        Text("A16", "cosine of the angle", "label"),
    )
    shaded = ("p", "q", "r")
    return Sheet("2-4", "Vectors and the inner product", tuple(blocks), texts, shaded=shaded)


def _matrices() -> Sheet:
    product = lambda a, b, i, j: (a[i] * b[:, j]).sum()
    square = lambda name, at, needs, cell, equation: Block(
        name, at, (2, 2), needs=needs, cell=cell, equation=equation, label=name
    )
    blocks = (
        Block("A", "B5", (2, 2), numbers=A, label="A"),
        Block("B", "E5", (2, 2), numbers=B, label="B"),
        square("A + B", "B9", ("A", "B"), lambda a, b, i, j: a[i, j] + b[i, j], "A + B"),
        square("A ∘ B", "E9", ("A", "B"), lambda a, b, i, j: a[i, j] * b[i, j], "A ∘ B: number by number (Hadamard)"),
        square("AB", "B13", ("A", "B"), product, "AB: rows times columns"),
        square("BA", "E13", ("B", "A"), product, "BA: rows times columns"),
        square("ᵗA", "B17", ("A",), lambda a, i, j: a[j, i], "ᵗA: rows become columns"),
        square("ᵗB", "E17", ("B",), lambda b, i, j: b[j, i], "ᵗB: rows become columns"),
        square("ᵗ(AB)", "B21", ("AB",), lambda c, i, j: c[j, i], "ᵗ(AB)"),
        square("ᵗB ᵗA", "E21", ("ᵗB", "ᵗA"), product, "ᵗB ᵗA"),
    )
    texts = (
        Text("A3", "AB and BA differ; the transpose of a product is the product of the transposes, the other way round."),
        Text("H9", "A ∘ B multiplies number by number: it is how δ comes from Σwδ and a′(z).", "equation"),
        Text("H13", "AB ≠ BA", "equation"),
        Text("H21", "ᵗ(AB) = ᵗB ᵗA", "equation"),
    )
    return Sheet("2-5", "Matrices", blocks, texts)


def _derivatives() -> Sheet:
    functions = (
        ("x²", lambda x: x**2, lambda x: 2 * x, "(x²)′ = 2x"),
        ("exp x", lambda x: np.exp(x), lambda x: np.exp(x), "(exp x)′ = exp x"),
        ("σ(x)", sigmoid, lambda x: ACTIVATIONS["sigmoid"].slope(x, sigmoid(x)), "σ′(x) = σ(x)(1 − σ(x))"),
    )
    blocks = [Block("h", "B4", numbers=H, label="h"), Block("x of 2-6", "A9", (len(X),), numbers=X)]
    texts = [
        Text("A2", "The derivative is what the difference quotient (f(x + h) − f(x))/h comes to when h becomes small."),
        Text("A8", "x", "header"),
    ]
    for (name, f, slope, equation), columns in zip(functions, ("BCDE", "FGHI", "JKLM"), strict=True):
        value, quotient, formula, difference = columns
        blocks += [
            _column(f"f = {name}", f"{value}9", ("x of 2-6",), _at(f), f"f(x) = {name}"),
            _column(f"quotient of {name}", f"{quotient}9", ("x of 2-6", "h"), _quotient(f), "(f(x + h) − f(x))/h"),
            _column(f"derivative of {name}", f"{formula}9", ("x of 2-6",), _at(slope), equation),
            _column(
                f"difference at {name}",
                f"{difference}9",
                (f"quotient of {name}", f"derivative of {name}"),
                lambda q, d, i: q[i] - d[i],
                "difference quotient − derivative",
            ),
        ]
        heads = (f"f = {name}", "difference quotient", "derivative", "difference")
        texts += [Text(f"{column}8", head, "header") for column, head in zip(columns, heads, strict=True)]
        texts.append(Text(f"{formula}7", equation, "equation"))
    series = (Series("σ(x)", "x of 2-6", "f = σ(x)"), Series("σ′(x)", "x of 2-6", "derivative of σ(x)"))
    charts = (Chart("B28", "σ and its derivative", series, x="x", y="y", subtype="smooth"),)
    return Sheet("2-6", "Derivatives", tuple(blocks), tuple(texts), charts)


def _at(f: Callable) -> Callable:
    return lambda x, i: f(x[i])


def _quotient(f: Callable) -> Callable:
    return lambda x, h, i: (f(x[i] + h) - f(x[i])) / h


def _partial() -> Sheet:
    """z = x² + y²: both partial derivatives as quotients and by formula; where both are 0 lies the minimum."""
    f = lambda x, y: x**2 + y**2
    blocks = (
        Block("x₀", "B5", numbers=1.0, label="x"),
        Block("y₀", "B6", numbers=2.0, label="y"),
        Block("step h", "B7", numbers=H, label="h"),
        Block("z₀", "B9", needs=("x₀", "y₀"), cell=f, equation="z = x² + y²", label="z", equation_at="C9"),
        Block(
            "∂z/∂x by quotient",
            "B11",
            needs=("x₀", "y₀", "step h"),
            cell=lambda x, y, h: (f(x + h, y) - f(x, y)) / h,
            equation="(f(x + h, y) − f(x, y))/h",
            label="difference quotient",
            equation_at="C11",
        ),
        Block(
            "∂z/∂x",
            "B12",
            needs=("x₀",),
            cell=lambda x: 2 * x,
            equation="∂z/∂x = 2x",
            label="partial derivative",
            equation_at="C12",
        ),
        Block(
            "∂z/∂y by quotient",
            "B14",
            needs=("x₀", "y₀", "step h"),
            cell=lambda x, y, h: (f(x, y + h) - f(x, y)) / h,
            equation="(f(x, y + h) − f(x, y))/h",
            label="difference quotient",
            equation_at="C14",
        ),
        Block(
            "∂z/∂y",
            "B15",
            needs=("y₀",),
            cell=lambda y: 2 * y,
            equation="∂z/∂y = 2y",
            label="partial derivative",
            equation_at="C15",
        ),
        Block("y of the table", "B20", (9,), numbers=POINTS, steps=((0, 1),)),
        Block("x of the table", "A21", (9,), numbers=POINTS),
        Block(
            "z of the table",
            "B21",
            (9, 9),
            needs=("x of the table", "y of the table"),
            cell=lambda x, y, i, j: f(x[i], y[j]),
            equation="z = x² + y²",
            style="value",
        ),
    )
    texts = (
        Text("A3", "A partial derivative moves one variable and keeps the other. Both are 0 at the minimum, x = y = 0."),
        Text("A18", "z = x² + y² over x (down) and y (to the right)", "heading"),
        Text("A20", "x \\ y", "header"),
    )
    return Sheet("2-7", "Partial derivatives", blocks, texts, shaded=("z of the table",))
