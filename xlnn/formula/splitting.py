"""Array formulas as one formula for each of the cells they fill, which reads only what that cell is made of.

{=(A3-T)*A3*(1-A3)}      in row 2, column 1 it reads row 2, column 1 of A3 and T
{=MMULT(X,W)+b}          it reads row 2 of X, column 1 of W, and the bias in column 1
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from xlnn.formula.block import Block, operand_cells, with_operands
from xlnn.formula.calculating import CONDITIONS, TRUTHS
from xlnn.formula.functions import ELEMENTWISE, PAIRED, REDUCING
from xlnn.formula.graph import Graph
from xlnn.formula.tree import Brackets, Call, Error, Missing, Number, Operand, Operation, Percent, Sign, Text, Tree, Truth

MOST = 1 << 20  # cells that the formulas of one block read together
Side = int | None  # which side of the filled rectangle an axis goes along: 0 down, 1 across, None: all of it is read
COMPARED = {"&", "=", "<>", "<", "<=", ">", ">="}


class Whole(ValueError):
    """A formula whose cells cannot be told apart."""


def split(graph: Graph) -> Graph:
    """The graph with every array formula over several cells as formulas of one cell each, where that can be told."""
    if not any(block.targets[0].size > 1 for block in graph.blocks):
        return graph
    return replace(graph, blocks=tuple(_split(block) if block.targets[0].size > 1 else block for block in graph.blocks))


def _split(block: Block) -> Block:
    """The block with a copy for each cell; itself where it cannot be."""
    parts = _Parts(block)
    try:
        tree = parts.of(block.tree, (0, 1))
        return parts.made(tree)
    except Whole:
        return block


@dataclass(eq=False)
class _Parts:
    """The operands of one cell's formula, while the tree of all is walked: every use of an operand is one of its own."""

    block: Block
    pieces: list[np.ndarray] = field(default_factory=list)  # (copies, cells filled, rows, columns)
    sources: list[int] = field(default_factory=list)  # the operand that each is a part of
    size: int = 0

    def of(self, tree: Tree, sides: tuple[Side, Side]) -> Tree:
        """The tree of one cell. Raises Whole."""
        part: Callable[[Tree], Tree] = lambda inner: self.of(inner, sides)
        match tree:
            case Operand(number):
                return self._operand(number, sides)
            case Number() | Text() | Truth() | Error() | Missing():
                return tree
            case Brackets(inner):
                return Brackets(part(inner))
            case Sign() | Percent():
                return replace(tree, operand=part(tree.operand))
            case Operation(operators, operands) if all(name in ELEMENTWISE or name in COMPARED for name in operators):
                return Operation(operators, tuple(part(operand) for operand in operands))
            case Call():
                return Call(tree.name, tuple(self._arguments(tree, sides)))
        raise Whole

    def _arguments(self, call: Call, sides: tuple[Side, Side]) -> list[Tree]:
        name, given = call.function, call.arguments
        if name == "MMULT" and len(given) == 2:
            return [self.of(given[0], (sides[0], None)), self.of(given[1], (None, sides[1]))]
        if name == "TRANSPOSE":
            return [self.of(given[0], sides[::-1])]
        if name in REDUCING or name in PAIRED or name in TRUTHS:
            return [self.of(part, (None, None)) for part in given]
        if name in ELEMENTWISE or name in CONDITIONS:
            return [self.of(part, sides) for part in given]
        raise Whole

    def _operand(self, number: int, sides: tuple[Side, Side]) -> Operand:
        cells, (_, height, width) = operand_cells(self.block)[number], self.block.targets.shape
        at = np.indices((height, width)).reshape(2, -1)
        for axis, side in enumerate(sides):
            length = cells.shape[axis + 1]
            if side is not None and length not in (1, (height, width)[side]):
                raise Whole
        down, across = (
            np.arange(length)[None] if side is None else (at[side] if length > 1 else at[side] * 0)[:, None]
            for side, length in zip(sides, cells.shape[1:], strict=True)
        )
        piece = cells[:, down[:, :, None], across[:, None, :]]
        piece = np.broadcast_to(piece, (len(cells), height * width, *piece.shape[2:]))
        self.size += piece.size
        if self.size > MOST:
            raise Whole
        self.pieces.append(piece)
        self.sources.append(number)
        return Operand(len(self.pieces) - 1)

    def made(self, tree: Tree) -> Block:
        """The block of one copy for each cell."""
        block, many = self.block, self.block.targets[0].size
        copies = len(block.formulas) * many
        is_common = tuple(
            block.is_common[source] and piece.shape[2:] == block.sizes[source]
            for source, piece in zip(self.sources, self.pieces, strict=True)
        )
        one_each = replace(
            block,
            tree=tree,
            formulas=np.repeat(block.formulas, many),
            places=np.repeat(block.places, many, axis=0),
            corners=np.repeat(block.corners[:, self.sources], many, axis=0),
            targets=block.targets.reshape(copies, 1, 1),
        )
        return with_operands(one_each, [piece.reshape(copies, *piece.shape[2:]) for piece in self.pieces], is_common)
