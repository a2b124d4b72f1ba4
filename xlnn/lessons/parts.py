"""How the parts of a lesson's sheet are written down: numbers one under another, columns side by side, networks.

>>> lines = down("B5", given("x", 0.5), calc("y", ("x",), lambda x: x * x, "y = x²"))
>>> [(block.at, block.label, block.equation_at) for block in lines]
[('B5', 'x', ''), ('B6', 'y', 'C6')]

A block's label is its name, without what stands in brackets behind a space: "x (2-10)" is shown as x.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from xlnn.layout.cells import Cell
from xlnn.lessons.blocks import Block, Chart, Sheet, Text

ANYWHERE = "A1"  # until `down` or `across` says where


def given(name: str, numbers: Sequence | np.ndarray | float, style: str = "", at: str = ANYWHERE, **more) -> Block:
    """Typed numbers."""
    return Block(name, at, np.shape(numbers), numbers=numbers, style=style, **more)


def calc(name: str, needs: tuple[str, ...], cell: Callable, equation: str = "", style: str = "", **more) -> Block:
    """What is calculated; a block of one number, or with `shape` of more."""
    return Block(name, more.pop("at", ANYWHERE), needs=needs, cell=cell, equation=equation or plain(name), style=style, **more)


def same(name: str, other: str, shape: tuple[int, ...] = (), style: str = "", **more) -> Block:
    """The numbers of another block once more."""
    return calc(name, (other,), lambda numbers, *index: numbers[index] + 0, plain(other), style, shape=shape, **more)


def plain(name: str) -> str:
    """A block's name as it is shown."""
    return name.split(" (")[0]


def down(at: str, *blocks: Block) -> tuple[Block, ...]:
    """One under another from `at` on, each with its label to the left and its equation to the right."""
    placed, cell = [], Cell.parse(at)
    for block in blocks:
        beside = cell.moved(columns=block.shape[0] if len(block.shape) == 1 else 1)
        shown = block.equation_at or (beside.name if block.equation and block.equation != plain(block.name) else "")
        steps = block.steps or (((0, 1),) if len(block.shape) == 1 else ())
        placed.append(replace(block, at=cell.name, label=block.label or plain(block.name), equation_at=shown, steps=steps))
        cell = cell.moved(rows=1)
    return tuple(placed)


def across(at: str, *blocks: Block) -> tuple[Block | Text, ...]:
    """Columns side by side from `at` on, each below a header: its label, or its name."""
    parts: list[Block | Text] = []
    cell = Cell.parse(at)
    for block in blocks:
        parts += [
            replace(block, at=cell.name, label=""),
            Text(cell.moved(rows=-1).name, block.label or plain(block.name), "header"),
        ]
        cell = cell.moved(columns=1)
    return tuple(parts)


def sheet(name: str, title: str, *parts, **more) -> Sheet:
    """A sheet of blocks, texts and charts, in any order and nested as they come."""
    found = list(_flat(parts))
    blocks = tuple(part for part in found if isinstance(part, Block))
    texts = tuple(part for part in found if isinstance(part, Text))
    charts = tuple(part for part in found if isinstance(part, Chart))
    return Sheet(name, title, blocks, texts, charts, **more)


def _flat(parts: Iterable) -> Iterator:
    for part in parts:
        if isinstance(part, list | tuple):
            yield from _flat(part)
        else:
            yield part
