"""Which cells a workbook's formulas join, seen through plain copies: =Data!K5, =+A1, {=TRANSPOSE(B2:D4)}."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlnn.formula.block import Block, operand_cells
from xlnn.formula.graph import Graph
from xlnn.formula.tree import Brackets, Call, Number, Operand, Operation, Sign, Tree, walk


@dataclass(frozen=True, eq=False)
class Wiring:
    """A graph's cells by what they mean: `source` looks through copies, `before` and `after` are cells joined by formulas."""

    graph: Graph

    @cached_property
    def source(self) -> np.ndarray:
        """(cells + 1,) the cell that each one copies in the end, itself where it is no copy."""
        found = np.arange(len(self.graph.codes) + 1)
        for block in self.graph.blocks:
            copied = copied_cells(block)
            if copied is not None:
                found[block.targets] = copied
        for _ in range(len(found).bit_length()):  # a chain of copies is half as long after each round
            found = found[found]
        return found

    @cached_property
    def is_copy(self) -> np.ndarray:
        return self.source != np.arange(len(self.source))

    @cached_property
    def _edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of a cell that is read and a cell whose formula reads it, both seen through copies."""
        read, filled = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for block in self.graph.blocks:
            cells = np.concatenate([block.own, np.broadcast_to(block.common, (len(block.formulas), block.common.shape[1]))], 1)
            targets = block.targets.reshape(len(cells), -1)
            read.append(np.repeat(cells, targets.shape[1], axis=1).ravel())
            filled.append(np.tile(targets, (1, cells.shape[1])).ravel())
        before, after = self.source[np.concatenate(read)], np.concatenate(filled)
        kept = ~self.is_copy[after] & (before < len(self.graph.codes))
        pairs = np.unique(np.stack([before[kept], after[kept]]), axis=1)
        return pairs[0], pairs[1]

    def reached(self, start: np.ndarray, forward: bool = True, through: np.ndarray | None = None) -> np.ndarray:
        """(cells + 1,) of bools: cells that depend on those of `start` (or, not `forward`, that these depend on), these included.

        `through`, (cells + 1,) of bools: only by way of these.
        """
        before, after = self._edges if forward else self._edges[::-1]
        found = np.zeros(len(self.graph.codes) + 1, bool)
        found[start] = True
        passing = found.copy()
        while True:
            new = np.zeros_like(found)
            new[after[passing[before]]] = True
            new &= ~found if through is None else ~found & through
            if not new.any():
                return found
            found |= new
            passing = new

    def serving(self, cells: np.ndarray) -> np.ndarray:
        """(cells + 1,) of bools: formulas that serve nothing but to find `cells`, these included."""
        wanted = np.zeros(len(self.source), bool)
        wanted[cells] = True
        behind = self.reached(cells, forward=False)
        before, _ = self._edges
        ends = np.ones(len(behind), bool)
        ends[before] = False  # what is shown and not used
        return (
            behind & ~self.reached(np.flatnonzero(ends & ~wanted & ~self.graph.is_leaf), forward=False, through=~wanted) | wanted
        )

    def serves(self, cells: np.ndarray) -> np.ndarray:
        """(cells + 1,) of bools: cells that some formula among `cells`, (cells + 1,) of bools, reads."""
        before, after = self._edges
        found = np.zeros(len(cells), bool)
        found[before[cells[after]]] = True
        return found

    @cached_property
    def _reads(self) -> tuple[np.ndarray, np.ndarray]:
        before, after = self._edges
        order = np.argsort(after, kind="stable")
        return before[order], np.searchsorted(after[order], np.arange(len(self.source) + 1))

    def read_by(self, cell: int) -> list[int]:
        """The cells that a cell's formula reads, seen through copies."""
        before, starts = self._reads
        return before[starts[cell] : starts[cell + 1]].tolist()

    @cached_property
    def _read_from(self) -> tuple[np.ndarray, np.ndarray]:
        before, after = self._edges
        order = np.argsort(before, kind="stable")
        return after[order], np.searchsorted(before[order], np.arange(len(self.source) + 1))

    def read_from(self, cell: int) -> list[int]:
        """The cells whose formulas read a cell, seen through copies."""
        after, starts = self._read_from
        return after[starts[cell] : starts[cell + 1]].tolist()

    def read_as(self, cells: np.ndarray) -> dict[int, int]:
        """What formulas in `cells` read by way of copies: from the cell that is copied to the copy that they read."""
        found: dict[int, int] = {}
        wanted = np.zeros(len(self.source), bool)
        wanted[cells] = True
        for number in sorted(set(self.block_of[cells].tolist()) - {-1}):
            block = self.graph.blocks[number]
            rows = np.flatnonzero(wanted[block.targets].any(axis=(1, 2)))
            for operand in operand_cells(block):
                read = operand[rows].ravel()
                copied = read[self.is_copy[read]]
                found |= dict(zip(self.source[copied].tolist(), copied.tolist(), strict=True))
        return found

    @cached_property
    def block_of(self) -> np.ndarray:
        """(cells + 1,) the block that fills a cell, −1 for none."""
        found = np.full(len(self.graph.codes) + 1, -1)
        for number, block in enumerate(self.graph.blocks):
            found[block.targets] = number
        return found

    @cached_property
    def _roles(self) -> dict[int, set[tuple[int, int, int]]]:
        found: dict[int, set[tuple[int, int, int]]] = {}
        for number, block in enumerate(self.graph.blocks):
            if copied_cells(block) is not None:
                continue
            for operand, cells in enumerate(self.operands(block)):
                flat = cells.reshape(len(cells), -1)
                for position in range(flat.shape[1]):
                    for cell in np.unique(flat[:, position]).tolist():
                        found.setdefault(cell, set()).add((number, operand, position))
        return found

    def roles(self, cell: int) -> set[tuple[int, int, int]]:
        """How a cell is used: block, operand, and position in the operand, of every formula that reads it."""
        return self._roles.get(cell, set())

    def operands(self, block: Block) -> list[np.ndarray]:
        """The cells of each operand, seen through copies: (copies, rows, columns) each."""
        return [self.source[cells] for cells in operand_cells(block)]


def bare(tree: Tree) -> Tree:
    """A tree without the brackets around it, and without a plus sign."""
    while isinstance(tree, Brackets) or (isinstance(tree, Sign) and tree.operator == "+"):
        tree = tree.inner if isinstance(tree, Brackets) else tree.operand
    return tree


def subtracted(wiring: Wiring) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Cells of which formulas have the difference, a − t or SUMXMY2(a, t), and the same the other way round."""
    for block in wiring.graph.blocks:
        operands = wiring.operands(block)
        for x, y in _differences(block.tree):
            if operands[x].shape == operands[y].shape:
                yield operands[x].ravel(), operands[y].ravel()
                yield operands[y].ravel(), operands[x].ravel()


def _differences(tree: Tree) -> Iterator[tuple[int, int]]:
    for part in walk(tree):
        match part:
            case Operation(("-",), both):
                pass
            case Call(arguments=(_, _) as both) if part.function == "SUMXMY2":
                pass
            case _:
                continue
        left, right = map(bare, both)
        if isinstance(left, Operand) and isinstance(right, Operand):
            yield left.number, right.number


def copied_cells(block: Block) -> np.ndarray | None:
    """The cells that a block's formulas copy, in the shape of its targets; None where they do more than that."""
    match bare(block.tree):
        case Operand(number):
            cells = operand_cells(block)[number]
        case Call(arguments=(argument,)) as call if call.function == "TRANSPOSE" and isinstance(one := bare(argument), Operand):
            cells = operand_cells(block)[one.number].swapaxes(1, 2)
        case _:
            return None
    return cells if cells.shape == block.targets.shape else None


def terms(tree: Tree) -> Iterator[tuple[int, Tree]]:
    """A sum's terms with their signs, brackets opened: a − (b − c) is +a, −b, +c."""
    match bare(tree):
        case Operation(operators, operands) if set(operators) <= {"+", "-"}:
            for operator, operand in zip(("+", *operators), operands, strict=True):
                for sign, term in terms(operand):
                    yield (sign if operator == "+" else -sign), term
        case Sign("-", operand):
            for sign, term in terms(operand):
                yield -sign, term
        case plain:
            yield 1, plain


def shrunk(wiring: Wiring, block: Block, term: Tree) -> Tree:
    """The w of w·(1 − …), with the factor in the formula or in a cell of its own; any other term as it is."""
    operands = [bare(part) for part in term.operands] if isinstance(term, Operation) and set(term.operators) == {"*"} else []
    others = [part for part in operands if not _is_what_is_left(wiring, block, part)]
    return others[0] if len(others) == 1 < len(operands) else term


def _is_what_is_left(wiring: Wiring, block: Block, part: Tree) -> bool:
    """Whether a factor is 1 − …."""
    if isinstance(part, Operand):
        cells = np.unique(wiring.operands(block)[part.number])
        tree = wiring.graph.tree(int(cells[0])) if len(cells) == 1 and cells[0] < len(wiring.graph.codes) else None
        part = part if tree is None else bare(tree)
    left = isinstance(part, Operation) and part.operators == ("-",) and bare(part.operands[0])
    return isinstance(left, Number) and left.value == 1


def factors(tree: Tree) -> Iterator[Tree]:
    """What a formula multiplies with, in any of its terms; what it divides by is left out."""
    match bare(tree):
        case Operation(operators, operands) as product if set(operators) <= {"*", "/"}:
            for operator, operand in zip(("*", *operators), product.operands, strict=True):
                if operator == "*":
                    yield from factors(operand)
        case Operation(operators, operands) if set(operators) <= {"+", "-"}:
            for operand in operands:
                if isinstance(bare(operand), Operation | Sign):
                    yield from factors(operand)
        case Sign(_, operand):
            yield from factors(operand)
        case Call(arguments=arguments) as call if call.function == "SUMPRODUCT" and len(arguments) == 1:
            yield from factors(arguments[0])
        case leaf:
            yield leaf
