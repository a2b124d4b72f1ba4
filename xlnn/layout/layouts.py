"""Layouts: which place every quantity has, what is written beside it, and how wide one image's block is.

A layout is made from quantities (names, axes, shapes, in the order of calculation) and knows no network.
`book` is the authors' own arrangement, extended downward by the backward pass; `table` has one image per
row; `own` takes the places that a person wrote and puts what is missing below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from xlnn.layout.cells import Cell
from xlnn.layout.places import Place
from xlnn.model.quantities import Quantity

PARAMETERS = ("w", "b")


MARKS = ("answer", "prediction", "right")


BACKWARD = ("dC_da", "slope", "delta", "back")


GRADIENTS = ("dC_dw", "dC_db")


SUMS = ("dCT_dw", "dCT_db")


NEW = ("new_w", "new_b")


ON_DATA = ("number", "x", "digit", "t")


A1 = Cell(1, 1)


@dataclass(frozen=True)
class Label:
    """Something written beside the numbers. `role` says what; the writer finds the words.

    "layer" and "symbol" of `quantity`; "number" (`index` counts from 1); "part": symbol and index of one
    unit of it; "heading": the name of a part of the sheet.
    """

    cell: Cell
    role: str
    quantity: str = ""
    index: tuple[int, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Layout:
    """Places on an iteration's sheet and on sheet Data, labels, and the block of one image."""

    name: str
    places: Mapping[str, Place]
    data: Mapping[str, Place]
    labels: tuple[Label, ...] = ()
    data_labels: tuple[Label, ...] = ()
    initial: Mapping[str, Place] = field(default_factory=dict)  # the saved copy of the first parameters
    pictures: Mapping[str, Place] = field(default_factory=dict)  # filters before and after, by what they copy
    corner: Cell = A1  # first cell that scrolls; above and left of it is frozen
    block: int = 0  # first column of the first image's block; 0 where images do not lie in blocks

    def data_sheet(self) -> Layout:
        """What stands on sheet Data (and Held out): the images scroll, their headings above and on the left do not."""
        corner = self.data["x"].origin if "x" in self.data else A1
        return Layout(self.name, self.data, {}, self.data_labels, corner=corner)

    def only(self, names: Sequence[str]) -> Layout:
        """The same layout with only these quantities and their labels."""
        kept = set(names)
        return replace(
            self,
            places={name: place for name, place in self.places.items() if name in kept},
            initial={name: place for name, place in self.initial.items() if name in kept},
            labels=tuple(label for label in self.labels if not label.quantity or label.quantity in kept),
        )


def without_copy(layout: Layout) -> Layout:
    """The same layout without the saved copy of the first parameters, which has its rows for itself."""
    bounds = [place.bounds() for place in layout.initial.values()]
    rows = range(min(b.first.row for b in bounds) - 1, max(b.last.row for b in bounds) + 1) if bounds else ()
    return replace(layout, initial={}, labels=tuple(label for label in layout.labels if label.cell.row not in rows))


def for_images(layout: Layout, quantities: Mapping[str, Quantity], images: int) -> Layout:
    """The same layout with only its first `images` images: everything else stays where it is."""
    cut = {name: place[:images] if quantities[name].per_image else place for name, place in layout.places.items()}
    return replace(layout, places=cut)
