"""The network 12-3-2 of chapters 1 to 4 on a sheet: from the pixels of one image to its outputs, unit by unit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xlnn.lessons.blocks import Text
from xlnn.lessons.parts import across, calc, given
from xlnn.model.activations import sigmoid

UNITS, PICTURES = ((0, 4),), ((0, 4), (1, 0), (0, 1))


def forward(row: int, x: np.ndarray, parameters: Mapping[str, np.ndarray], pixels: str = "x") -> tuple:
    """x (4, 3) in column B from `row` on, w² beside it from F on, b², z², a² below; 12 rows lower w³, b³, z³, a³ (book 3-2)."""
    weighted = lambda w, a, b, j: (w[j] * a).sum() + b[j]
    out = lambda z, j: sigmoid(z[j])
    labels = ((5, "b²"), (6, "z²"), (7, "a²"), (11, "a²"), (12, "w³₁"), (13, "w³₂"))
    return (
        Text(f"B{row - 1}", "x", "header"),
        *(Text(f"{column}{row - 1}", f"w²{unit}", "header") for column, unit in zip("FJN", "₁₂₃", strict=True)),
        *(Text(f"E{row + below}", name, "symbol") for below, name in labels),
        given(pixels, x, "pixel", at=f"B{row}"),
        given("w²", parameters["w2"], "parameter", at=f"F{row}", steps=PICTURES),
        given("b²", parameters["b2"], "parameter", at=f"F{row + 5}", steps=UNITS),
        calc("z²", ("w²", pixels, "b²"), weighted, "z² = Σ w² x + b²", at=f"F{row + 6}", shape=(3,), steps=UNITS),
        calc("a²", ("z²",), out, "a² = σ(z²)", "output", at=f"F{row + 7}", shape=(3,), steps=UNITS),
        calc("a² in a row", ("a²",), lambda a, j: a[j], "a² once more", "output", at=f"F{row + 11}", shape=(3,), steps=((0, 1),)),
        given("w³", parameters["w3"], "parameter", at=f"F{row + 12}"),
        across(
            f"I{row + 12}",
            given("b³", parameters["b3"], "parameter"),
            calc("z³", ("w³", "a² in a row", "b³"), weighted, "z³ = Σ w³ a² + b³", shape=(2,)),
            calc("a³", ("z³",), out, "a³ = σ(z³)", "output", shape=(2,)),
        ),
    )
