"""One line of sheet Places: the first block of a quantity, the steps from there, and the place that this makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from xlnn.errors import ContentError, Where
from xlnn.layout.cells import Cell, Range
from xlnn.layout.listed import Spot, lying
from xlnn.layout.places import Move, Place, contiguous_steps
from xlnn.model.quantities import Quantity

AXIS_COLUMNS = ("image", "unit", "map", "map before")  # the axes that a step can be given for
INPUT = "input"  # all axes of the layer before together
WITH_INPUTS = ("x", "w", "new_w", "dC_dw", "dCT_dw")


@dataclass(frozen=True)
class Line:
    """One quantity's sheet, first block, and steps along the named axes; `where` it was written.

    `more`: the further ranges of a first block that is a list. `again`: its line for the sheets of a result's iterations, where
    it is read from another sheet. `factor`: what the sheet's numbers are of the quantity's own. `understood`: from the formulas.
    """

    quantity: str
    sheet: str
    block: Range
    nexts: Mapping[str, Move]
    where: Where
    again: Line | None = None
    following: Move | None = None  # the step to the next iteration
    onward: Move | None = None  # from one epoch to the next, where that is no further iteration's step
    more: tuple[tuple[str, Range], ...] = ()
    factor: float = 1.0
    understood: bool = False
    steps_at: tuple[tuple[str, int], ...] = ()  # the columns of its steps, counted from 0

    def place(self, q: Quantity, images: int = 1) -> Place:
        """The place of a quantity of this shape. Raises ContentError where block and shape do not fit."""
        self._check_axes(q)
        if self.more or INPUT in self.nexts:
            return self._listed(q, images)
        inside = [i for i, axis in enumerate(q.axes) if axis not in self.nexts]
        shape = [q.shape[i] for i in inside]
        first = self.block
        steps = contiguous_steps(shape, first)
        if steps is None and self._holds_all(q, images):
            first, _ = self.table
            steps = contiguous_steps(shape, first)
        if steps is None:
            raise self._unfitting(q, [q.shape[i] for i in inside])
        by_axis = {q.axes[i]: step for i, step in zip(inside, steps, strict=True)}
        place = Place(first.first, q.shape, tuple(self.nexts.get(axis) or by_axis[axis] for axis in q.axes))
        if not (place.bounds().first.on_sheet and place.bounds().last.on_sheet):
            raise ContentError("{name}: its steps lead off the sheet.", self.where, name=q.name)
        return place.repeated(images, self.nexts["image"]) if q.per_image else place

    def _unfitting(self, q: Quantity, sizes: Sequence[int]) -> ContentError:
        wanted = "×".join(map(str, sizes)) or "1"
        if self.more:
            return ContentError(
                "{name}: expected a first block of {expected} numbers, found {count} in {ranges} ranges.",
                self.at(1), name=q.name, expected=wanted, count=self.size, ranges=len(self.more) + 1,
            )  # fmt: skip
        return ContentError(
            "{name}: expected a first block of {expected} numbers, found {found} ({rows}×{columns}).",
            self.at(1), name=q.name, expected=wanted, found=self.block.name,
            rows=self.block.height, columns=self.block.width,
        )  # fmt: skip

    # ---- lists of ranges, and steps from input to input -------------------------------------------------

    @property
    def blocks(self) -> tuple[tuple[str, Range], ...]:
        """Sheets and ranges of the first block."""
        return (self.sheet, self.block), *self.more

    @property
    def size(self) -> int:
        """The numbers of the first block."""
        return sum(range_.height * range_.width for _, range_ in self.blocks)

    def spots(self) -> Iterator[Spot]:
        """The cells of the first block, in order."""
        for sheet, (first, last) in self.blocks:
            for row in range(first.row, last.row + 1):
                yield from ((sheet, Cell(row, column)) for column in range(first.column, last.column + 1))

    @property
    def lists_images(self) -> bool:
        """Whether the first block is a list of all images."""
        return bool(self.more) and "image" not in self.nexts

    def listing(self, q: Quantity, images: int) -> Place:
        """The place where all images are listed. Raises ContentError where they are not as many."""
        if (self.images(q) or 1) != images:
            raise self._unfitting(q, [images, *q.shape])
        return self.place(q, images)

    def _listed(self, q: Quantity, images: int) -> Place:
        """The place where the first block is a list of ranges, or a step leads from input to input."""
        axes, shape = q.axes, q.shape
        if q.per_image and self.lists_images:
            axes, shape = ("image", *axes), (self.images(q) or 1, *shape)
            if shape[0] < images:
                raise self._unfitting(q, [images, *q.shape])
        inputs = self._input_axes(q, axes)
        inner = [i for i, axis in enumerate(axes) if axis not in self.nexts and i not in inputs]
        sizes = [shape[i] for i in inner]
        if prod(sizes) != self.size:
            raise self._unfitting(q, sizes)
        numbers = np.empty(self.size, dtype=object)
        numbers[:] = list(self.spots())
        along = numbers.reshape([size if i in inner else 1 for i, size in enumerate(shape)])
        rows, columns = np.zeros((2, *shape), dtype=np.int64)
        for index, size in enumerate(shape):
            move = self.nexts.get(axes[index], (0, 0))
            if index in inputs:
                apart = prod(shape[i] for i in inputs if i > index)
                move = (self.nexts[INPUT][0] * apart, self.nexts[INPUT][1] * apart)
            far = np.arange(size).reshape([-1 if i == index else 1 for i in range(len(shape))])
            rows, columns = rows + far * move[0], columns + far * move[1]
        firsts = np.broadcast_to(along, shape).ravel().tolist()
        moves = zip(firsts, rows.ravel().tolist(), columns.ravel().tolist(), strict=True)
        found = [(sheet, cell.moved(down, right)) for (sheet, cell), down, right in moves]
        if not all(cell.on_sheet for _, cell in found):
            raise ContentError("{name}: its steps lead off the sheet.", self.where, name=q.name)
        _, place = lying(found, shape)
        if not q.per_image:
            return place
        return place[:images] if self.lists_images else place.repeated(images, self.nexts["image"])

    def _input_axes(self, q: Quantity, axes: Sequence[str]) -> list[int]:
        """The axes that the step from input to input goes along: what is left behind images, units and maps."""
        if INPUT not in self.nexts:
            return []
        own = {"image", *q.axes[:1]} if q.kind != "x" else {"image"}
        return [i for i, axis in enumerate(axes) if axis not in own and axis not in self.nexts]

    @property
    def table(self) -> tuple[Range, Mapping[str, int]]:
        """Where the block is larger than its own steps: the part of the first unit (map, image), and how many there are."""
        first, counts = self.block, {}
        for axis, (rows, columns) in sorted(self.nexts.items(), key=lambda entry: -max(map(abs, entry[1]))):
            along = first.height if rows else first.width
            move = abs(rows or columns)
            if (rows and columns) or along <= move:
                continue
            count = -(-along // move)
            counts[axis], rest = count, (count - 1) * move
            first = Range(
                first.first.moved(rest * (rows < 0), rest * (columns < 0)),
                first.last.moved(-rest * (rows > 0), -rest * (columns > 0)),
            )
        return first, counts

    def images(self, q: Quantity) -> int | None:
        """How many images the block holds where it is a table or a list of all of them; None where it is the first one's."""
        if self.more or INPUT in self.nexts:
            count = prod(size for a, size in zip(q.axes, q.shape, strict=True) if a not in self.nexts)
            listed = self.more and "image" not in self.nexts and INPUT not in self.nexts
            return self.size // count if listed and self.size > count else None
        inside = [size for axis, size in zip(q.axes, q.shape, strict=True) if axis not in self.nexts]
        return None if contiguous_steps(inside, self.block) is not None else self.table[1].get("image")

    def _holds_all(self, q: Quantity, images: int) -> bool:
        """Whether the block is a table of all the units (maps, images) that the quantity has."""
        sizes = {**dict(zip(q.axes, q.shape, strict=True)), "image": images}
        counts = self.table[1]
        return bool(counts) and all(sizes[axis] == count or (axis, images) == ("image", 1) for axis, count in counts.items())

    def _check_axes(self, q: Quantity) -> None:
        """Raises ContentError for a step along an axis that the quantity does not have, or none to the next image."""
        if q.per_image and "image" not in self.nexts and not self.more:
            raise ContentError("{name}: expected the step to the next image, like '4 right'.", self.at(2), name=q.name)
        for axis in self.nexts:
            there = axis in q.axes or (axis == "image" and q.per_image) or (axis == INPUT and q.kind in WITH_INPUTS)
            if not there:
                raise ContentError("{name}: there is no next {axis} here.", self.at(self.columns[axis]), name=q.name, axis=axis)

    @property
    def columns(self) -> Mapping[str, int]:
        """The columns of the steps, counted from 0."""
        return dict(self.steps_at) or {axis: 2 + number for number, axis in enumerate(AXIS_COLUMNS)}

    def at(self, column: int) -> Where:
        """A cell of the line, columns counted from 0."""
        if not self.where.cell:  # what was understood stands nowhere
            return self.where
        return replace(self.where, cell=Cell.parse(self.where.cell).moved(0, column).name)
