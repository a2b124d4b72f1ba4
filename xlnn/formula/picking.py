"""INDEX with an address that can be told: =INDEX($D$5:$F$8,ROW(A1),B$2)·x reads one cell, or one row, and is that cell or row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from xlnn.formula.block import Block, calculated, operand_cells, with_operands
from xlnn.formula.graph import Graph
from xlnn.formula.tree import Brackets, Call, Operand, Operation, Tree, replaced, walk
from xlnn.formula.values import NUMBER


def picked(graph: Graph) -> Graph:
    """The graph with the cells that INDEX picks as operands of their own, where given whole numbers alone say which.

    What is picked by a calculated number, as the place of the largest output, stays as it is.
    """
    if not any(_indexes(block.tree) for block in graph.blocks):
        return graph
    return replace(graph, blocks=tuple(_picked(graph, block) if _indexes(block.tree) else block for block in graph.blocks))


def _indexes(tree: Tree) -> list[Call]:
    """The calls of INDEX in a formula; none where one is an end of a range, INDEX(…):INDEX(…)."""
    parts = list(walk(tree))
    if any(isinstance(part, Operation) and ":" in part.operators for part in parts):
        return []
    return [part for part in parts if isinstance(part, Call) and part.function == "INDEX"]


def _picked(graph: Graph, block: Block) -> Block:
    for call in _indexes(block.tree):
        cells = _cells(graph, block, call)
        if cells is not None:
            block = _with_operand(block, call, cells, len(graph.codes))
    return block


def _cells(graph: Graph, block: Block, call: Call) -> np.ndarray | None:
    """(copies, rows, columns) the cells that a call picks; None where that cannot be told, or differs in size."""
    area, numbers = _area(call), call.arguments[1:]
    if not isinstance(area, Operand) or not all(_is_told(graph, block, number) for number in numbers):
        return None
    cells = operand_cells(block)[area.number]
    copies, height, width = cells.shape
    if len(numbers) == 1 and height == 1:
        wanted = [np.ones(copies), _number(graph, block, numbers[0])]
    else:
        wanted = [_number(graph, block, number) for number in numbers] + [np.ones(copies) if width == 1 else np.zeros(copies)]
    rows, columns = (np.floor(part) for part in wanted[:2])
    sound = (rows >= 0) & (rows <= height) & (columns >= 0) & (columns <= width)
    if not sound.all() or len(set(zip(rows == 0, columns == 0, strict=True))) > 1:
        return None
    down = np.arange(height)[None] if rows[0] == 0 else rows[:, None] - 1
    along = np.arange(width)[None] if columns[0] == 0 else columns[:, None] - 1
    return cells[np.arange(copies)[:, None, None], down.astype(int)[:, :, None], along.astype(int)[:, None, :]]


def _number(graph: Graph, block: Block, tree: Tree) -> np.ndarray:
    """(copies,) what a part of the formula gives."""
    found = calculated(replace(block, tree=tree), graph.values).result.value.numbers
    return np.broadcast_to(found.reshape(len(found), -1)[:, 0], len(block.formulas))


def _is_told(graph: Graph, block: Block, tree: Tree) -> bool:
    """Whether a number follows from given whole numbers and from where the formula stands."""
    read = [operand_cells(block)[part.number].ravel() for part in walk(tree) if isinstance(part, Operand)]
    waiting, seen = np.unique(np.concatenate([np.empty(0, np.int64), *read])).tolist(), set()
    while waiting:
        cell = waiting.pop()
        if cell in seen:
            continue
        seen.add(cell)
        number = graph.values.numbers[cell]
        if graph.values.all_kinds()[cell] != NUMBER or number != np.floor(number):
            return False
        waiting += graph.precedents(cell).tolist()
    return True


def _with_operand(block: Block, call: Call, cells: np.ndarray, blank: int) -> Block:
    """The block with a call exchanged for the operand that it picks from, which reads nothing but the `cells` picked.

    What only says where to pick is read no more: blank cells stand for it.
    """
    tree = replaced(block.tree, lambda part: Operand(_area(call).number) if part == call else part, lambda part: part == call)
    used = {part.number for part in walk(tree) if isinstance(part, Operand)}
    pieces = operand_cells(block)
    pieces[_area(call).number] = cells
    pieces = [piece if number in used else np.full_like(piece[:, :1, :1], blank) for number, piece in enumerate(pieces)]
    is_common = tuple(common and number != _area(call).number for number, common in enumerate(block.is_common))
    return with_operands(replace(block, tree=tree), pieces, is_common)


def _area(call: Call) -> Any:
    area = call.arguments[0]
    while isinstance(area, Brackets):
        area = area.inner
    return area
