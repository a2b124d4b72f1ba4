"""One network on sheets as people lay them out: 2-2-1 with three examples (understand_books.table), its iterations going on as
rows, blocks down or to the right, or sheets; and what its cells hold, by the book's equations in plain NumPy."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import office
import openpyxl
from openpyxl.utils import column_index_from_string, get_column_letter
from understand_books import table

from workbooks import save

X, T, ETA = np.array([[0.3, 0.8], [0.9, -0.2], [-0.5, 0.4]]), np.array([[1.0], [0.0], [1.0]]), 0.4
CELL = re.compile(r"(?<![A-Za-z!])(\$?)([A-Z]{1,2})(\$?)([0-9]+)(?![0-9(])")
WEIGHTS = {f"{c}{r}": f"{c}{r + 11}" for c in "ABC" for r in (1, 2, 3)}  # old and new


def learned(count: int) -> list[dict[str, np.ndarray]]:
    """The iterations (book 4-2 to 4-4); of `table`, w2 lies in A1:B2, b2 in C1:C2, w3 in A3:B3, b3 in C3."""
    w2, b2 = np.array([[0.4, -0.3], [0.2, 0.5]]), np.array([0.1, -0.2])
    w3, b3, found = np.array([[0.7, -0.6]]), np.array([0.05]), []
    for _ in range(count):
        z2 = X @ w2.T + b2
        a2 = 1 / (1 + np.exp(-z2))
        z3 = a2 @ w3.T + b3
        a3 = 1 / (1 + np.exp(-z3))
        e3 = (T - a3) * a3 * (1 - a3)  # −δ³
        e2 = (e3 @ w3) * a2 * (1 - a2)
        step = {"A1": w2, "C1": b2[:, None], "A3": w3, "C3": b3, "D6": z2, "F6": a2, "H6": z3, "I6": a3, "J6": e3, "K6": e2}
        w2, b2 = w2 + ETA * e2.T @ X, b2 + ETA * e2.sum(axis=0)
        w3, b3 = w3 + ETA * e3.T @ a2, b3 + ETA * e3.sum(axis=0)
        found.append(step | {"A12": w2, "C12": b2[:, None], "A14": w3, "C14": b3})
    return found


def moved(text: object, rows: int, columns: int, fixed: tuple[str, ...] = ()) -> object:
    """A formula, or an address, so far on; cells that are `fixed` stay."""

    def address(found: re.Match) -> str:
        if found[2] + found[4] in fixed:
            return found[0]
        return f"{found[1]}{get_column_letter(column_index_from_string(found[2]) + columns)}{found[3]}{int(found[4]) + rows}"

    return CELL.sub(address, text) if isinstance(text, str) else text


def blocks(count: int, rows: int, columns: int) -> dict[str, object]:
    """Each iteration a block, so many rows and columns further; η in M2 of the first alone."""
    cells: dict[str, object] = {}
    for n in range(count):
        by = n * rows, n * columns
        block = {moved(c, *by): moved(value, *by, ("M2",)) for c, value in table().items() if n == 0 or c != "M2"}
        if n:
            block |= {moved(old, *by): "=" + moved(new, by[0] - rows, by[1] - columns) for old, new in WEIGHTS.items()}
        cells |= block | {moved("E4", *by): f"iteration {n + 1}"}
    return cells


def sheets(count: int, name: str = "It{}", first: int = 1, pinned: bool = False) -> dict[str, dict[str, object]]:
    """Each iteration a sheet; `pinned`: η and examples on the first alone, where all others read them."""
    found = {}
    for n in range(count):
        cells = dict(table())
        if n:
            before, start = name.format(first + n - 1), name.format(first)
            cells |= {old: f"='{before}'!{new}" for old, new in WEIGHTS.items()} | {"M2": f"='{before}'!M2"}
            if pinned:
                there = [c for c in cells if re.fullmatch("[ABC][678]|M2", c)]
                cells = {c: value for c, value in cells.items() if c not in there}
                see = lambda m, start=start: f"'{start}'!{m[0]}"
                pattern = re.compile(r"(?<![A-Za-z!:])\$?([ABC]\$?[678]|M\$?2)(?![0-9])(:\$?[ABC]\$?[678])?")
                cells = {c: pattern.sub(see, value) if isinstance(value, str) else value for c, value in cells.items()}
        found[name.format(first + n)] = cells | {"E4": f"iteration {n + 1}"}
    return found


def book(path: Path, **sheets_: dict[str, object]) -> Path:
    """A workbook of these sheets, calculated by LibreOffice."""
    save(path, sheets_)
    office.recalculate(path, path)
    return path


@lru_cache(maxsize=4)
def pages(path: Path) -> openpyxl.Workbook:
    """The workbook with its stored numbers, read once."""
    return openpyxl.load_workbook(path, data_only=True)


def at(path: Path, sheet: str, cell: str, shape: tuple[int, ...], rows: int = 0, columns: int = 0) -> np.ndarray:
    """The stored numbers of a block."""
    page = pages(path)[sheet]
    first = page[moved(cell, rows, columns)]
    height, width = (shape + (1, 1))[:2]
    there = [[page.cell(first.row + i, first.column + j).value for j in range(width)] for i in range(height)]
    return np.array(there, dtype=float)
