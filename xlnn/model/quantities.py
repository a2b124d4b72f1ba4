"""A quantity is a named array: `x`, `w2`, `z2`, `delta3`, `dC_dw2`, `CT` …, each with its axes and symbol."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

AXES = ("image", "unit", "map", "map before", "row", "column")


_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


# how the book prints a quantity; ^ stands before the layer's label; words are translated where they are shown
SYMBOLS = {
    "number": "", "x": "x", "digit": "digit", "t": "t", "answer": "right answer", "w": "w^", "b": "b^", "z": "z^", "a": "a^",
    "C": "C", "CT": "C_T", "dC_da": "∂C/∂a^", "slope": "a′(z^)", "back": "Σwδ^", "delta": "δ^",
    "dC_dw": "∂C/∂w^", "dC_db": "∂C/∂b^", "dCT_dw": "∂C_T/∂w^", "dCT_db": "∂C_T/∂b^",
    "new_w": "w^", "new_b": "b^", "prediction": "prediction", "right": "right or wrong", "share": "share right", "eta": "η",
}  # fmt: skip


@dataclass(frozen=True)
class Quantity:
    """What an array is, apart from its numbers.

    `kind` is its name without the layer ("z" of "z2"), `layer` the layer's label ("2", or "" for none),
    `axes` and `shape` name and measure its axes *without* the image axis, which `per_image` tells.
    """

    kind: str
    layer: str = ""
    axes: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    per_image: bool = False

    @property
    def name(self) -> str:
        return self.kind + self.layer

    @property
    def size(self) -> int:
        """Numbers per image, or in all where there is no image axis."""
        return prod(self.shape)

    @property
    def symbol(self) -> str:
        """As the book prints it: 'z²', 'δ³'; a letter as label stands behind ^: 'z^F'."""
        symbol = SYMBOLS.get(self.kind, self.kind).replace("^", f"^{self.layer}" if self.layer else "")
        return symbol.replace(f"^{self.layer}", self.layer.translate(_SUPERSCRIPT)) if self.layer.isdigit() else symbol

    def full_shape(self, images: int) -> tuple[int, ...]:
        return (images, *self.shape) if self.per_image else self.shape
