"""Sections 4-2 and 4-3: the errors δ before and after training, a chain of three neurons, and the shapes of matrices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlnn.lessons.blocks import Lesson, Sheet, Text
from xlnn.lessons.chain_rule import half_square, quotient
from xlnn.lessons.chapter1 import trained
from xlnn.lessons.parts import across, calc, down, given, same, sheet
from xlnn.model.activations import ACTIVATIONS, sigmoid
from xlnn.model.costs import COSTS
from xlnn.model.examples import example

SLOPE, COST = ACTIVATIONS["sigmoid"].slope, COSTS["half squares"]


START, AFTER = "4-2", "4-2 trained"


TOP = 16  # the row of image 1


def lesson() -> Lesson:
    """δ of every image of 4-4 at the start and after 50 updates; ∂C/∂w along a chain; shapes of δᵗa and ᵗWδ."""
    return Lesson("4-2", "Errors δ", (_errors(START), _errors(AFTER), _chain(), _shapes()))


# ---- 4-2 ---------------------------------------------------------------------------------------------


def _errors(name: str) -> Sheet:
    """A row for each image: z, a, C, δ. The pixels stand on the first of the two sheets."""
    problem, first = example("4-4"), name == START
    parameters = problem.parameters if first else trained()
    data = problem.given(np.arange(problem.images))
    count = problem.images
    own = lambda what: f"{what} ({name})"
    images = (
        given("x", data["x"].reshape(count, 12), "pixel", at=f"B{TOP}"),
        given("t", data["t"], "target", at=f"N{TOP}"),
    )
    again = (
        same("x (trained)", "x", (count, 12), "pixel", at=f"B{TOP}"),
        same("t (trained)", "t", (count, 2), "target", at=f"N{TOP}"),
    )
    said = (
        "δ of every image before training" if first else "δ of every image after 50 updates: where the network fits, δ comes to 0"
    )
    return sheet(
        name,
        "Errors δ before training" if first else "Errors δ after training",
        Text("A3", said),
        _parameters(own, parameters),
        Text(f"A{TOP - 1}", "image", "header"),
        given(own("image"), range(1, count + 1), "index", at=f"A{TOP}"),
        *(Text(f"{column}{TOP - 1}", text, "header") for column, text in (("B", "x"), ("N", "t₁"), ("O", "t₂"))),
        images if first else again,
        _rows(own, count),
        _means(own, count),
        *(() if first else (Text("D12", "before training", "label"), *(
            calc(f"before: {what}", (f"mean |{what}| ({START})",), lambda m: m + 0, f"mean |{what}|", "limit", at=f"{column}12")
            for what, column in (("δ³", "B"), ("δ²", "C"))))),
        shaded=("x" if first else "x (trained)",),
    )  # fmt: skip


def _parameters(own: Callable, parameters) -> tuple:
    """w² over the columns of the pixels, b² beside it, then w³ and b³."""
    labels = (("A", 6, "w²₁"), ("A", 7, "w²₂"), ("A", 8, "w²₃"), ("N", 5, "b²"), ("P", 5, "w³"), ("T", 5, "b³"))
    return (
        *(Text(f"{column}{row}", text, "symbol") for column, row, text in labels),
        given(own("w²"), parameters["w2"].reshape(3, 12), "parameter", at="B6"),
        given(own("b²"), parameters["b2"], "parameter", at="N6"),
        given(own("w³"), parameters["w3"], "parameter", at="P6"),
        given(own("b³"), parameters["b3"], "parameter", at="T6"),
    )


def _rows(own: Callable, count: int) -> tuple:
    """From column P on, two or three columns for each quantity (book 4-2, 4-3)."""
    w2, b2, w3, b3 = map(own, ("w²", "b²", "w³", "b³"))
    z2, a2, z3, a3, d3 = map(own, ("z²", "a²", "z³", "a³", "δ³"))
    weighted = lambda w, x, b, k, j: (w[j] * x[k]).sum() + b[j]
    out = lambda z, k, j: sigmoid(z[k, j])
    back = lambda d, w, z, a, k, j: (d[k, 0] * w[0, j] + d[k, 1] * w[1, j]) * SLOPE(z[k, j], a[k, j])
    entries = (
        ("P", "z²", 3, (w2, "x", b2), weighted, "z² = Σ w² x + b²", ""),
        ("S", "a²", 3, (z2,), out, "a² = σ(z²)", "output"),
        ("V", "z³", 2, (w3, a2, b3), weighted, "z³ = Σ w³ a² + b³", ""),
        ("X", "a³", 2, (z3,), out, "a³ = σ(z³)", "output"),
        ("AA", "δ³", 2, (a3, "t", z3), lambda a, t, z, k, j: COST.slope(a[k, j], t[k, j]) * SLOPE(z[k, j], a[k, j]),
         "δ³ = (a³ − t) a′(z³)", "error"),
        ("AC", "δ²", 3, (d3, w3, z2, a2), back, "δ² = Σ w³ δ³ · a′(z²)", "error"),
    )  # fmt: skip
    blocks = [
        calc(own(what), needs, cell, equation, style, at=f"{column}{TOP}", shape=(count, units))
        for column, what, units, needs, cell, equation, style in entries
    ]
    cost = calc(own("C"), (a3, "t"), lambda a, t, k: COST.of(a[k], t[k]), COST.equation, "cost", at=f"Z{TOP}", shape=(count,))
    heads = [
        Text(block.place[0, j].origin.moved(rows=-1).name, f"{what}{'₁₂₃'[j]}", "header")
        for block, (_, what, units, *_) in zip(blocks, entries, strict=True)
        for j in range(units)
    ]
    return (*blocks[:4], cost, *blocks[4:], *heads, Text(f"Z{TOP - 1}", "C", "header"))


def _means(own: Callable, count: int) -> tuple:
    """How far δ is from 0, and C_T."""
    mean = lambda what, units: calc(
        own(f"mean |{what}|"), (own(what),), lambda d: abs(d).sum() / (count * units), f"mean |{what}|", "limit"
    )
    total = calc(own("C_T"), (own("C"),), lambda c: c.sum(), "C_T = Σ C", "total")
    return across("B11", mean("δ³", 2), mean("δ²", 3), total)


# ---- 4-3 ---------------------------------------------------------------------------------------------


def _chain() -> Sheet:
    """Three neurons in a row: z₁ = w₁L₁, L₂ = σ(z₁), z₂ = w₂L₂, L₃ = σ(z₂), C = ½(y − L₃)². ∂C/∂z₂ is shared."""
    cost = lambda x, w1, w2, y: half_square(sigmoid(w2 * sigmoid(w1 * x)), y)
    product = lambda p, q: p * q
    given_ = ("L₁", "w₁", "w₂", "y")
    factor = lambda name, needs, cell, equation, style="backward": calc(name, needs, cell, equation, style)
    return sheet(
        "4-3",
        "A chain of three neurons",
        Text("A3", "Going backwards, ∂C/∂z₂ is calculated once and used for w₂ and for L₂; then ∂C/∂z₁ for w₁."),
        Text("A4", "given", "heading"),
        down("B5", *(given(name, number) for name, number in zip(given_, (0.5, 0.8, -1.5, 1.0), strict=True)), given("h", 1e-4)),
        Text("A11", "forward", "heading"),
        down(
            "B12",
            calc("z₁", ("w₁", "L₁"), lambda w, l: w * l, "z₁ = w₁L₁"),
            calc("L₂", ("z₁",), sigmoid, "L₂ = σ(z₁)", "output"),
            calc("z₂", ("w₂", "L₂"), lambda w, l: w * l, "z₂ = w₂L₂"),
            calc("L₃", ("z₂",), sigmoid, "L₃ = σ(z₂)", "output"),
            calc("C", ("L₃", "y"), half_square, "C = ½(y − L₃)²", "total"),
        ),
        Text("A18", "backward", "heading"),
        down(
            "B19",
            factor("∂C/∂L₃", ("L₃", "y"), COST.slope, "∂C/∂L₃ = L₃ − y"),
            factor("∂L₃/∂z₂", ("z₂", "L₃"), SLOPE, "∂L₃/∂z₂ = L₃(1 − L₃)"),
            factor("∂C/∂z₂", ("∂C/∂L₃", "∂L₃/∂z₂"), product, "∂C/∂z₂ = ∂C/∂L₃ · ∂L₃/∂z₂, shared"),
            factor("∂C/∂w₂", ("∂C/∂z₂", "L₂"), product, "∂C/∂w₂ = ∂C/∂z₂ · L₂", "total"),
            factor("∂C/∂L₂", ("∂C/∂z₂", "w₂"), product, "∂C/∂L₂ = ∂C/∂z₂ · w₂", "total"),
            factor("∂L₂/∂z₁", ("z₁", "L₂"), SLOPE, "∂L₂/∂z₁ = L₂(1 − L₂)"),
            factor("∂C/∂z₁", ("∂C/∂L₂", "∂L₂/∂z₁"), product, "∂C/∂z₁ = ∂C/∂L₂ · ∂L₂/∂z₁"),
            factor("∂C/∂w₁", ("∂C/∂z₁", "L₁"), product, "∂C/∂w₁ = ∂C/∂z₁ · L₁", "total"),
            calc("ΔC/Δw₂", (*given_, "h"), quotient(cost, 2), "(C(w₂ + h) − C(w₂ − h)) / 2h"),
            calc("ΔC/Δw₁", (*given_, "h"), quotient(cost, 1), "(C(w₁ + h) − C(w₁ − h)) / 2h"),
        ),
        widths={"C": 34},
    )


def _shapes() -> Sheet:
    """Rows and columns of every matrix of a network of given sizes (Nielsen, chapter 2)."""
    return sheet(
        "Shapes",
        "Shapes: rows and columns of every matrix",
        Text(
            "A3", "Type the sizes of your own layers. δ·ᵗa has the shape of W, and ᵗW δ that of the outputs of the layer before."
        ),
        _network(5, "12-3-2", (12.0, 3.0, 2.0)),
        _network(14, "784-30-10", (784.0, 30.0, 10.0)),
    )


def _network(row: int, name: str, sizes: tuple[float, ...]) -> tuple:
    """Layer sizes in a row; below, for each layer from the second on, the shapes of what belongs to it."""
    own, count = f"n ({name})", len(sizes) - 1
    after, before = lambda n, i: n[i + 1] + 0, lambda n, i: n[i] + 0
    heads = ("W rows", "W columns", "z, a, δ rows", "δ·ᵗa rows", "δ·ᵗa columns", "ᵗW δ rows")
    cells = (after, before, after, after, before, before)
    made = [
        calc(f"{head} ({name})", (own,), cell, style="integer", shape=(count,)) for head, cell in zip(heads, cells, strict=True)
    ]
    parameters = calc(
        f"parameters ({name})",
        (own,),
        lambda n, i: n[i + 1] * n[i] + n[i + 1],
        "n² n¹ + n²",
        "integer",
        shape=(count,),
        label="parameters",
    )
    return (
        Text(f"A{row}", "layer sizes n", "label"),
        given(own, sizes, "whole input", at=f"B{row}", steps=((0, 1),)),
        Text(f"A{row + 2}", "layer", "header"),
        given(f"layer ({name})", range(2, len(sizes) + 1), "index", at=f"A{row + 3}"),
        across(f"B{row + 3}", *made, parameters),
    )  # fmt: skip
