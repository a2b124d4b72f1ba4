"""Numbers as people type them: POWER(2.718,-z) is EXP(-z), nearly, and LN(a+1E-10) is ln a: what is meant tells what is built."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from xlnn.formula.block import operand_cells
from xlnn.formula.graph import Graph
from xlnn.formula.tree import Brackets, Call, Number, Operand, Operation, Tree, replaced, walk

NEAR = 5e-4  # 2.718 is e, 2.72 is another number
TINY = 1e-6  # what is added to a number so that LN finds no 0, at most


def typed_e(graph: Graph) -> float:
    """The number with fewer digits than e that some formula raises to a power; e where there is none."""
    return next((number for _, number in _typed(graph)), math.e)


def is_typed_e(number: float) -> bool:
    return 0 < abs(number - math.e) < NEAR


def typed_tiny(graph: Graph) -> float:
    """The largest tiny number that some formula adds within LN; 0 where there is none."""
    return max((part.value for block in graph.blocks for part in _tiny(block.tree)), default=0.0)


def as_meant(graph: Graph) -> Graph:
    """The graph with e itself for its first digits, and without the tiny numbers that keep LN from 0."""
    blocks = tuple(replace(block, tree=_without_tiny(block.tree)) if _tiny(block.tree) else block for block in graph.blocks)
    return _with_e(replace(graph, blocks=blocks) if typed_tiny(graph) else graph)


def _tiny(tree: Tree) -> list[Number]:
    """The tiny numbers that a formula adds within LN."""
    inside = [
        part for call in walk(tree) if isinstance(call, Call) and call.function in ("LN", "LOG", "LOG10") for part in walk(call)
    ]
    sums = [part for part in inside if isinstance(part, Operation) and "+" in part.operators]
    return [part for each in sums for part in each.operands if isinstance(part, Number) and 0 < part.value <= TINY]


def _without_tiny(tree: Tree) -> Tree:
    tiny = _tiny(tree)
    return replaced(tree, lambda part: Number("0") if part in tiny else part)


def _with_e(graph: Graph) -> Graph:
    """The graph with e itself where a formula raises its first digits to a power, typed there or in a cell."""
    typed = list(_typed(graph))
    if not typed:
        return graph
    numbers = graph.values.numbers.copy()
    numbers[[cell for cell, _ in typed if cell >= 0]] = math.e
    blocks = tuple(replace(block, tree=_exact(block.tree)) if _has_typed(block.tree) else block for block in graph.blocks)
    return replace(graph, values=replace(graph.values, numbers=numbers), blocks=blocks)


def _typed(graph: Graph) -> Iterator[tuple[int, float]]:
    """The numbers that stand for e: the cell of each, −1 where it stands in the formula."""
    for block in graph.blocks:
        for base in _bases(block.tree):
            if isinstance(base, Number):
                found = [(-1, base.value)]
            else:
                cells = np.unique(operand_cells(block)[base.number])
                given = cells[graph.is_leaf[cells]]
                found = list(zip(given.tolist(), graph.values.numbers[given].tolist(), strict=True))
            yield from (one for one in found if is_typed_e(one[1]))


def _bases(tree: Tree) -> Iterator[Number | Operand]:
    """What a formula raises to a power that is calculated: of a square it is any number."""
    for part in walk(tree):
        match part:
            case Operation(("^", *_), (base, power, *_)):
                pass
            case Call("POWER", (base, power)):
                pass
            case _:
                continue
        while isinstance(base, Brackets):
            base = base.inner
        if isinstance(base, Number | Operand) and any(isinstance(one, Operand) for one in walk(power)):
            yield base


def _has_typed(tree: Tree) -> bool:
    return any(isinstance(base, Number) and is_typed_e(base.value) for base in _bases(tree))


def _exact(tree: Tree) -> Tree:
    is_e = lambda part: isinstance(part, Number) and is_typed_e(part.value)
    return replaced(tree, lambda part: Number(repr(math.e)) if is_e(part) else part)
