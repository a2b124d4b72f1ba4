"""Formulas that are calculated together: one skeleton, and ranges of the same sizes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlnn.formula.calculating import Copies, calculate
from xlnn.formula.node import Node
from xlnn.formula.tree import Tree
from xlnn.formula.values import BLANK, ERROR, NA, NUMBER, TEXT, Values

AT_ONCE = 1 << 18  # cells that are calculated together


@dataclass(frozen=True, eq=False)
class Block:
    """What all copies read alike is kept once, in `common`."""

    tree: Tree
    formulas: np.ndarray  # (copies,) their numbers
    places: np.ndarray  # (copies, 2) row and column of each
    sizes: tuple[tuple[int, int], ...]  # rows and columns of each operand
    is_common: tuple[bool, ...]  # whether all copies read the same cells, by operand
    own: np.ndarray  # (copies, cells) the cells that each copy reads, operand after operand
    common: np.ndarray  # (1, cells)
    corners: np.ndarray  # (copies, operands, 4) first row and column, last row and column of each operand
    targets: np.ndarray  # (copies, rows, columns) the cells that it fills
    array: bool  # whether they are array formulas

    def part(self, rows: slice | np.ndarray) -> Block:
        """Some of the copies."""
        return replace(self, formulas=self.formulas[rows], places=self.places[rows], own=self.own[rows],
                       corners=self.corners[rows], targets=self.targets[rows])  # fmt: skip

    def unshared(self) -> Block:
        """The same, each copy with all that it reads of its own."""
        pieces = operand_cells(self)
        return with_operands(self, pieces, (False,) * len(pieces))

    @property
    def chunks(self) -> list[Block]:
        """Parts that are small enough to be calculated at once."""
        size = max(1, AT_ONCE // max(1, self.own.shape[1] + self.common.shape[1]))
        count = len(self.formulas)
        return [self] if count <= size else [self.part(slice(at, at + size)) for at in range(0, count, size)]


@dataclass(frozen=True, eq=False)
class Calculated:
    """A block's results, with the nodes of what it read: `own` and `common` are flat, `cuts` are the operands."""

    result: Node  # (copies or 1, rows or 1, columns or 1)
    cuts: tuple[Node, ...]
    own: Node  # (copies, cells)
    common: Node  # (1, cells)


def calculated(block: Block, values: Values) -> Calculated:
    """The block from the values of all cells, (cells + 1,)."""
    flat = [Node(_taken(values, index)) for index in (block.own, block.common)]
    cuts, starts = [], [0, 0]
    for number, ((height, width), is_common) in enumerate(zip(block.sizes, block.is_common, strict=True)):
        start = starts[is_common]
        starts[is_common] += height * width
        node = _cut(flat[is_common], start, height, width)
        node.corners = block.corners[:, number]
        cuts.append(node)
    result = calculate(block.tree, Copies(cuts, block.places[:, 0], block.places[:, 1], block.array))
    return Calculated(result, tuple(cuts), *flat)


def tied(found: Calculated) -> np.ndarray:
    """(copies,) whether two branches tie anywhere in a formula."""
    result, stack, seen = np.zeros(len(found.own.value.numbers), bool), [found.result], set()
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            stack.extend(node.sources)
            result |= False if node.ties is None else node.ties
    return result


def operand_cells(block: Block) -> list[np.ndarray]:
    """The cells of each operand, (copies, rows, columns)."""
    found, starts, copies = [], [0, 0], len(block.formulas)
    for (height, width), is_common in zip(block.sizes, block.is_common, strict=True):
        cells, start = (block.common if is_common else block.own), starts[is_common]
        starts[is_common] += height * width
        found.append(
            np.broadcast_to(cells[:, start : start + height * width], (copies, height * width)).reshape(copies, height, width)
        )
    return found


def with_operands(block: Block, pieces: Sequence[np.ndarray], is_common: tuple[bool, ...]) -> Block:
    """The block with other operands, (copies, rows, columns) of cells each."""
    count = len(pieces[0]) if pieces else len(block.formulas)
    flat = [piece.reshape(len(piece), math.prod(piece.shape[1:])) for piece in pieces]
    own = [part for part, common in zip(flat, is_common, strict=True) if not common]
    shared = [part[:1] for part, common in zip(flat, is_common, strict=True) if common]
    return replace(
        block, sizes=tuple(piece.shape[1:] for piece in pieces), is_common=is_common,
        own=np.concatenate([np.empty((count, 0), np.int64), *own], axis=1),
        common=np.concatenate([np.empty((1, 0), np.int64), *shared], axis=1),
    )  # fmt: skip


def _taken(values: Values, index: np.ndarray) -> Values:
    kinds = values.kinds[index]
    if not kinds.any():
        return Values(values.numbers[index])
    worded = values.texts is not None and (kinds == TEXT).any()
    return Values(values.numbers[index], kinds, values.texts[index] if worded else None)


def _cut(source: Node, start: int, height: int, width: int) -> Node:
    """Some of a block's cells as an array of that height and width, from which a derivative goes back to them."""
    end = start + height * width
    part = source.value.changed(lambda cells: cells[:, start:end].reshape(-1, height, width))
    if part.kinds is not None and not part.kinds.any():
        part = Values(part.numbers)
    return Node(part)


# ---- results in their cells ----------------------------------------------------------------------------


def shown_in(result: Values, shape: tuple[int, ...]) -> Values:
    """A result in the shape of its targets: a single row or column is repeated, what is missing is #N/A, a blank 0."""
    wide = result.changed(lambda part: _stretched(part, shape))
    kinds = np.array(np.where(wide.all_kinds() == BLANK, np.uint8(NUMBER), wide.all_kinds()))
    numbers = np.array(wide.numbers)
    for axis in (1, 2):
        if 1 < result.shape[axis] < shape[axis]:
            outside = (slice(None),) * axis + (slice(result.shape[axis], None),)
            numbers[outside], kinds[outside] = NA, ERROR
    return Values(numbers, kinds, wide.texts)


def _stretched(part: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    part = part[:, : shape[1], : shape[2]]
    for axis in (1, 2):
        if 1 < part.shape[axis] < shape[axis]:
            part = np.take(part, np.minimum(np.arange(shape[axis]), part.shape[axis] - 1), axis)
    return np.broadcast_to(part, shape)


def store(values: Values, block: Block, result: Values) -> Values:
    """The values of all cells with a block's results in the cells that it fills; the arrays are changed."""
    wide = shown_in(result, block.targets.shape)
    texts = values.texts
    if wide.texts is not None:
        texts = np.full(len(values.numbers), "", object) if texts is None else texts
        texts[block.targets] = wide.texts
    values.numbers[block.targets], values.kinds[block.targets] = wide.numbers, wide.kinds
    return Values(values.numbers, values.kinds, texts)
