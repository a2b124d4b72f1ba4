"""e as people type it: POWER(2.718,-z) is EXP(-z), nearly. What it is meant to be tells what a formula is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from xlnn.formula.block import operand_cells
from xlnn.formula.graph import Graph
from xlnn.formula.tree import Brackets, Call, Number, Operand, Operation, Tree, replaced, walk

NEAR = 5e-4  # 2.718 is e, 2.72 is another number


def typed_e(graph: Graph) -> float:
    """The number with fewer digits than e that some formula raises to a power; e where there is none."""
    found = [number for block in graph.blocks for base in _bases(block.tree) for number in _numbers(graph, block, base)]
    return next((number for number in found if is_typed_e(number)), math.e)


def is_typed_e(number: float) -> bool:
    return 0 < abs(number - math.e) < NEAR


def with_e(graph: Graph) -> Graph:
    """The graph with e itself where a formula raises its first digits to a power, typed there or in a cell."""
    if not is_typed_e(typed_e(graph)):
        return graph
    cells = {
        int(cell)
        for block in graph.blocks
        for base in _bases(block.tree)
        if isinstance(base, Operand)
        for cell in operand_cells(block)[base.number].ravel()
        if graph.is_leaf[cell] and is_typed_e(graph.values.numbers[cell])
    }
    numbers = graph.values.numbers.copy()
    numbers[list(cells)] = math.e
    blocks = tuple(replace(block, tree=_exact(block.tree)) if _has_typed(block.tree) else block for block in graph.blocks)
    return replace(graph, values=replace(graph.values, numbers=numbers), blocks=blocks)


def _bases(tree: Tree) -> Iterator[Tree]:
    """What a formula raises to a power."""
    for part in walk(tree):
        first: Any = None
        if isinstance(part, Operation) and part.operators[0] == "^":
            first = part.operands[0]
        elif isinstance(part, Call) and part.function == "POWER" and part.arguments:
            first = part.arguments[0]
        while isinstance(first, Brackets):
            first = first.inner
        if isinstance(first, (Number, Operand)):
            yield first


def _numbers(graph: Graph, block, base: Tree) -> list[float]:
    if isinstance(base, Number):
        return [base.value]
    cells = np.unique(operand_cells(block)[base.number]) if isinstance(base, Operand) else np.empty(0, np.int64)
    return graph.values.numbers[cells[graph.is_leaf[cells]]].tolist()


def _has_typed(tree: Tree) -> bool:
    return any(isinstance(base, Number) and is_typed_e(base.value) for base in _bases(tree))


def _exact(tree: Tree) -> Tree:
    is_e = lambda part: isinstance(part, Number) and is_typed_e(part.value)
    return replaced(tree, lambda part: Number(repr(math.e)) if is_e(part) else part)
