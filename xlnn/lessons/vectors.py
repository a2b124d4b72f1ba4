"""Sections 2-4 and 2-5: vectors and their inner product, matrices."""

from __future__ import annotations

import numpy as np

from xlnn.lessons.blocks import Sheet, Text
from xlnn.lessons.parts import calc, down, given, sheet
from xlnn.model.examples import example

A, B = ((2.0, 7.0), (1.0, 8.0)), ((2.0, 8.0), (1.0, 3.0))


A3, X3 = ((3.0, 1.0, 4.0), (1.0, 5.0, 9.0), (2.0, 6.0, 5.0)), (2.0, 7.0, 1.0)


CASES = ("opposite", "orthogonal", "in between", "parallel")


PLANE = ((-6.0, -8.0), (-4.0, 3.0), (1.0, 0.0), (6.0, 8.0))  # against a = (3, 4)


SPACE = ((-1.0, -2.0, -2.0), (2.0, 1.0, -2.0), (3.0, 0.0, 4.0), (2.0, 4.0, 4.0))  # against a = (1, 2, 2)


STRESS = ((3.0, 1.0, 0.0), (1.0, 2.0, -1.0), (0.0, -1.0, 4.0))


length = lambda a: (a**2).sum() ** 0.5


inner = lambda a, b: (a * b).sum()


# ---- 2-4 ---------------------------------------------------------------------------------------------


def vectors() -> Sheet:
    """Which image is like a pattern: the inner product, between the bounds of Cauchy and Schwarz."""
    problem = example("4-4")
    first, other = problem.x[0], problem.x[int(np.argmax(problem.digits == 1))]
    blocks = [
        *(given(name, x, "pixel", at=at) for name, x, at in (("p", first, "B6"), ("q", problem.x[1], "F6"), ("r", other, "J6"))),
        calc("|p|", ("p",), length, at="B12", label="|p|"),
    ]
    for name, column in (("q", "F"), ("r", "J")):
        size, product = f"|{name}|", f"p · {name}"
        blocks += [
            calc(size, (name,), length, at=f"{column}12"),
            calc(product, ("p", name), inner, style="output", at=f"{column}13"),
            calc(f"−|p||{name}|", ("|p|", size), lambda a, b: -(a * b), at=f"{column}14"),
            calc(f"|p||{name}|", ("|p|", size), lambda a, b: a * b, at=f"{column}15"),
            calc(f"cos(p, {name})", (product, "|p|", size), lambda p, a, b: p / (a * b), at=f"{column}16"),
        ]
    said = "The inner product tells how much alike two patterns are: −|a||b| ≤ a·b ≤ |a||b|, and cos = 1 only for the same."
    headings = (("B5", "pattern p: image 1 of 4-4"), ("F5", "q: image 2"), ("J5", "r: the first image of a 1"))
    labels = ("inner product", "lower bound", "upper bound", "cosine of the angle")
    return sheet(
        "2-4",
        "Vectors and the inner product",
        blocks,
        Text("A3", said),
        *(Text(at, text, "heading") for at, text in headings),
        *(Text(f"A{row}", text, "label") for row, text in enumerate(labels, 13)),
        Text("A19", "Cauchy and Schwarz: a·b is least where b is opposite to a, and largest where it is parallel", "heading"),
        _cases("2", 20, (3.0, 4.0), PLANE),
        _cases("3", 28, (1.0, 2.0, 2.0), SPACE),
        _stress(36),
        shaded=("p", "q", "r"),
    )


def _cases(kind: str, row: int, a: tuple, b: tuple) -> tuple:
    """a in a row; below it for each case b, its length, the inner product, its bound and the cosine."""
    name, count, size = f"a ({kind})", len(b), len(a)
    heads = ("|a|", "|b|", "a·b", "|a||b|", "cos θ")
    letters = [chr(ord("B") + size + i) for i in range(5)]
    column = lambda i, symbol, needs, cell, style="": calc(
        f"{symbol} ({kind})", needs, cell, symbol, style, shape=(count,), at=f"{letters[i]}{row + 2}"
    )
    return (
        down(f"B{row}", given(name, a)),
        *(Text(f"A{row + 2 + k}", case, "label") for k, case in enumerate(CASES)),
        Text(f"B{row + 1}", "b", "header"),
        given(f"b ({kind})", b, at=f"B{row + 2}"),
        *(Text(f"{letter}{row + 1}", text, "header") for letter, text in zip(letters, heads, strict=True)),
        column(0, "|a|", (name,), lambda a, k: length(a)),
        column(1, "|b|", (f"b ({kind})",), lambda b, k: length(b[k])),
        column(2, "a·b", (name, f"b ({kind})"), lambda a, b, k: inner(a, b[k]), "output"),
        column(3, "|a||b|", (f"|a| ({kind})", f"|b| ({kind})"), lambda a, b, k: a[k] * b[k]),
        column(4, "cos θ", (f"a·b ({kind})", f"|a||b| ({kind})"), lambda p, bound, k: p[k] / bound[k]),
    )  # fmt: skip


def _stress(row: int) -> tuple:
    """A tensor: the force on a plane from the plane's normal n; for n along an axis it is a column of T."""
    return (
        Text(f"A{row}", "The stress tensor T: the force on a plane with the normal n. Its columns: planes x, y, z", "heading"),
        Text(f"B{row + 1}", "T", "header"),
        given("T", STRESS, at=f"B{row + 2}"),
        Text(f"F{row + 1}", "n", "header"),
        given("n (stress)", (1.0, 0.0, 0.0), at=f"F{row + 2}"),
        Text(f"H{row + 1}", "Tn", "header"),
        calc("Tn", ("T", "n (stress)"), lambda t, n, i: (t[i] * n).sum(), "τᵢ₁n₁ + τᵢ₂n₂ + τᵢ₃n₃",
             "output", at=f"H{row + 2}", shape=(3,)),
    )  # fmt: skip


# ---- 2-5 ---------------------------------------------------------------------------------------------


def matrices() -> Sheet:
    product = lambda a, b, i, j: (a[i] * b[:, j]).sum()
    turned = lambda a, i, j: a[j, i]
    square = lambda name, at, needs, cell, equation="", **more: calc(
        name, needs, cell, equation, at=at, shape=more.pop("shape", (2, 2)), label=name, **more
    )
    return sheet(
        "2-5",
        "Matrices",
        Text("A3", "AB and BA differ; the transpose of a product is the product of the transposes, the other way round."),
        given("A", A, at="B5", label="A"),
        given("B", B, at="E5", label="B"),
        square("A + B", "B9", ("A", "B"), lambda a, b, i, j: a[i, j] + b[i, j]),
        square("A ⊙ B", "E9", ("A", "B"), lambda a, b, i, j: a[i, j] * b[i, j], "A ⊙ B: number by number (Hadamard)"),
        square("AB", "B13", ("A", "B"), product, "AB: rows times columns"),
        square("BA", "E13", ("B", "A"), product, "BA: rows times columns"),
        square("ᵗA", "B17", ("A",), turned, "ᵗA: rows become columns"),
        square("ᵗB", "E17", ("B",), turned, "ᵗB: rows become columns"),
        square("ᵗ(AB)", "B21", ("AB",), turned),
        square("ᵗB ᵗA", "E21", ("ᵗB", "ᵗA"), product),
        Text("H9", "A ⊙ B multiplies number by number: it is how δ comes from Σwδ and a′(z).", "equation"),
        Text("H13", "AB ≠ BA", "equation"),
        Text("H21", "ᵗ(AB) = ᵗB ᵗA", "equation"),
        given("c (2-5)", 3.0, at="H25", label="c"),
        square("A − B", "B25", ("A", "B"), lambda a, b, i, j: a[i, j] - b[i, j]),
        square("cA", "E25", ("c (2-5)", "A"), lambda c, a, i, j: c * a[i, j]),
        Text("A28", "The unit matrix E changes nothing: AE = EA = A", "heading"),
        given("A (3×3)", A3, at="B29", label="A"),
        given("E", np.eye(3), at="F29", label="E"),
        square("AE", "B33", ("A (3×3)", "E"), product, shape=(3, 3)),
        square("EA", "F33", ("E", "A (3×3)"), product, shape=(3, 3)),
        Text("A37", "A column vector X, a row vector Y", "heading"),
        given("X", X3, at="B38", label="X"),
        given("Y", X3, at="F38", label="Y", steps=((0, 1),)),
        calc("AX", ("A (3×3)", "X"), lambda a, x, i: (a[i] * x).sum(), at="J38", shape=(3,),
             label="AX"),
        calc("YX", ("Y", "X"), lambda y, x: (y * x).sum(), at="F40", label="YX"),
    )  # fmt: skip
