"""Tables of symbols, book 3-1 and 5-2: each with its meaning, its cells in the same workbook, and its first number."""

from __future__ import annotations

from collections.abc import Iterable

from xlnn.layout.cells import quoted
from xlnn.lessons.blocks import Block, Sheet, Text
from xlnn.lessons.parts import calc, sheet

SYMBOLS = "Symbols"


def symbols(where: Sheet, rows: Iterable[tuple[str, str, str]]) -> Sheet:
    """A row for each symbol: how the book writes it, what it means, and the block of the sheet `where` that holds it."""
    blocks = {block.name: block for block in where.blocks}
    parts = [_row(row, symbol, meaning, blocks[name], where.name) for row, (symbol, meaning, name) in enumerate(rows, 5)]
    heads = zip("ABCD", ("symbol", "meaning", "its cells", "first number"), strict=True)
    return sheet(
        SYMBOLS,
        "Symbols of the book, and their cells",
        Text("A3", "A click on the cells leads to them."),
        *(Text(f"{column}4", head, "header") for column, head in heads),
        parts,
        widths={"A": 12, "B": 72, "C": 20, "D": 14},
    )


def _row(row: int, symbol: str, meaning: str, block: Block, where: str) -> tuple:
    first = lambda numbers: numbers[(0,) * len(block.shape)] + 0
    return (
        Text(f"A{row}", symbol, "heading"),
        Text(f"B{row}", meaning),
        Text(f"C{row}", f"{quoted(where)}!{block.place.bounds().name}", "link", typed=True, link=block.name),
        calc(f"{block.name} (Symbols)", (block.name,), first, symbol, at=f"D{row}"),
    )
