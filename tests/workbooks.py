"""Workbooks as people make them, for tests: the authors' two arrangements, a person's own, and edited ones.

All are written by openpyxl, which stores no results of formulas; office.recalculate adds them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import openpyxl
from openpyxl.utils import get_column_letter as letter

import xlnn

PLACES = ("Quantity", "First block", "Next image", "Next unit", "Next map", "Next map before")


def save(path: Path, sheets: Mapping[str, Mapping[str, object]]) -> Path:
    """A workbook of these sheets, each a mapping from addresses to values."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for address, value in cells.items():
            sheet[address] = value
    book.save(path)
    return path


def edit(source: Path, target: Path, cells: Mapping[tuple[str, str], object] | None = None, change=None) -> Path:
    """A copy with other values in some cells, (sheet, address) → value; `change(book)` does what else is wanted."""
    book = openpyxl.load_workbook(source)
    for (sheet, address), value in (cells or {}).items():
        book[sheet][address] = value
    if change:
        change(book)
    book.save(target)
    return target


def patch(source: Path, target: Path, part: str, old: str, new: str) -> Path:
    """A copy in which a text of one part of the archive (a regular expression) is another: what no library writes."""
    with ZipFile(source) as package, ZipFile(target, "w") as copy:
        for item in package.infolist():
            content = package.read(item)
            if item.filename == part:
                content, count = re.subn(old.encode(), new.encode(), content, count=1)
                assert count == 1
            copy.writestr(item, content)
    return target


def numbers(path: Path, sheet: str, addresses: str) -> np.ndarray:
    """The stored numbers of a range, (rows, columns)."""
    cells = openpyxl.load_workbook(path, data_only=True)[sheet][addresses]
    return np.array([[cell.value for cell in row] for row in cells], dtype=float)


def setting(path: Path, name: str) -> str:
    """The address of a setting's value in sheet Settings."""
    sheet = openpyxl.load_workbook(path)["Settings"]
    return next(f"B{row}" for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == name)


def layer_row(path: Path, layer: int) -> int:
    """The row of sheet Settings with a layer (0: the header of the table of layers)."""
    sheet = openpyxl.load_workbook(path)["Settings"]
    return layer + next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "layer")


def files(folder: Path) -> dict[str, bytes]:
    """All files of a folder with their bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def place(cells: dict, row: int, column: int, block) -> None:
    """Puts an array of rows and columns (or one number) where its first number is at (row, column)."""
    for (i, j), value in np.ndenumerate(np.atleast_2d(block)):
        cells[f"{letter(column + j)}{row + i}"] = value.item() if hasattr(value, "item") else value


# ---- the authors' arrangements -----------------------------------------------------------------------


def authors_35(
    path: Path,
    sheet: str = "学习",
    *,
    images: int = 64,
    data: bool = True,
    answers: str = "O28",
    formulas: bool = True,
    panel: tuple[int, int] = (0, 0),
    block: tuple[int, int] = (0, 0),
) -> Path:
    """The book's workbook 3-5: parameters left, one image every four columns from L on, formulas as there.

    data: images and digits stand on a sheet Data, else in the blocks. answers: "O28" (right answers in row 28),
    "Data" (digits on sheet Data alone) or "t" (only the targets, as numbers). panel, block: (rows, columns) by
    which parameters or images stand elsewhere.
    """
    problem = xlnn.example("4-4")
    cells = _panel_35(problem.parameters, 5 + panel[0], 4 + panel[1])
    cells |= _panel_35(problem.parameters, 38, 4)
    cells |= {"G20": "C_T", "G21": f"=SUM(L21:{letter(11 + 4 * images)}21)"}
    for row, word in ((5, "输入层"), (9, "正解"), (11, "隐藏层"), (17, "输出层"), (21, "误差")):
        cells[f"I{row}"] = word
    for row, number in ((9, 1), (10, 2), (11, 1), (12, 2), (13, 3), (17, 1), (18, 2)):
        cells[f"K{row}"] = number
    stored: dict[str, object] = {}
    for k in range(images):
        digit = int(problem.digits[k])
        first, last, there = letter(12 + 4 * k), letter(15 + 4 * k), letter(14 + 4 * k)
        place(stored, 5, 11 + 4 * k, problem.x[k])
        stored[f"{there}9"] = digit
        row, column = 5 + block[0], 12 + 4 * k + block[1]
        cells[f"{first}4"] = k + 1
        for i, j in np.ndindex(4, 3):
            address = f"{letter(column + j)}{row + i}"
            cells[address] = f"=Data!{letter(11 + 4 * k + j)}{5 + i}" if data and formulas else problem.x[k, i, j].item()
        if answers == "t" or not formulas:
            cells |= {f"{last}9": 1 - digit, f"{last}10": digit}
        if answers == "O28":
            cells[f"{last}28"] = f"=Data!{there}9" if data and formulas else digit
        if formulas:
            cells |= _formulas_35(first, letter(14 + 4 * k), last, f"Data!{there}9" if data else f"{last}28")
    if formulas:
        cells["G30"] = f'=COUNTIF(O30:{letter(11 + 4 * images)}30,"○")/{images}'
    return save(path, {"Data": stored, sheet: cells} if data else {sheet: cells})


def _panel_35(parameters, row: int, column: int) -> dict:
    cells: dict = {}
    for j in range(3):
        place(cells, row + 4 * j, column, parameters["w2"][j])
        place(cells, row + 4 * j, column + 3, parameters["b2"][j])
    place(cells, row + 12, column, parameters["w3"])
    place(cells, row + 12, column + 3, parameters["b3"][:, None])
    return cells


def _formulas_35(first: str, third: str, last: str, digit: str) -> dict:
    """One image's block: its first column, the image's last column, and the block's last column."""
    cells = {f"{last}9": f"=IF({digit}=0,1,0)", f"{last}10": f"=IF({digit}=1,1,0)"}
    for j in range(3):
        w = f"$D${5 + 4 * j}:$F${8 + 4 * j}"
        cells[f"{last}{11 + j}"] = f"=SUMPRODUCT({first}5:{third}8,{w})+$G${5 + 4 * j}"
        cells[f"{last}{14 + j}"] = f"=1/(1+EXP(-{last}{11 + j}))"
    for j in range(2):
        cells[f"{last}{17 + j}"] = f"=MMULT($D${17 + j}:$F${17 + j},{last}14:{last}16)+$G${17 + j}"
        cells[f"{last}{19 + j}"] = f"=1/(1+EXP(-{last}{17 + j}))"
    return cells | {
        f"{last}21": f"=SUMXMY2({last}19:{last}20,{last}9:{last}10)/2",
        f"{last}29": f"=IF({last}19>={last}20,0,1)",
        f"{last}30": f'=IF({last}28={last}29,"○","×")',
    }


def authors_54(path: Path, sheet: str = "学习", *, images: int = 96, formulas: bool = True, block=(0, 0)) -> Path:
    """The book's workbook 5-4: filters, weights and biases left, one 6×6 image every six columns from L on.

    block: (rows, columns) by which images and targets stand elsewhere.
    """
    problem = xlnn.example("5-6")
    cells = _panel_54(problem.parameters, 12) | _panel_54(problem.parameters, 60)
    for row, word in ((3, "输入层"), (9, "正解"), (12, "卷积层"), (36, "池化层"), (43, "输出层")):
        cells[f"I{row}"] = word
    stored: dict[str, object] = {}
    for k in range(images):
        column = 12 + 6 * k
        cells[f"{letter(column)}2"] = k + 1
        place(stored, 3, column, problem.x[k])
        place(stored, 9, column, problem.t[k][:, None])
        for row, j in np.ndindex(9, 6):
            source = f"{letter(column + j)}{3 + row}"
            if source in stored:
                shown = f"{letter(column + j + block[1])}{3 + row + block[0]}"
                cells[shown] = f"=Data!{source}" if formulas else stored[source]
        if formulas:
            cells |= _formulas_54(column)
    if formulas:
        cells["G46"] = f"=SUM(L46:{letter(11 + 6 * images)}46)"
        cells["L55"] = f'=COUNTIF(L54:{letter(11 + 6 * images)}54,"○")/{images}'
    return save(path, {"Data": stored, sheet: cells})


def _panel_54(parameters, row: int) -> dict:
    cells: dict = {}
    for m in range(3):
        place(cells, row + 3 * m, 5, parameters["wF"][m])
        place(cells, row + 9, 5 + m, parameters["bF"][m])
        place(cells, row + 28, 5 + m, parameters["bO"][m])
    for n, m in np.ndindex(3, 3):
        place(cells, row + 10 + 6 * n + 2 * m, 5, parameters["wO"][n, m])
    return cells


def _formulas_54(column: int) -> dict:
    """One image's block from its first column on."""
    cells: dict[str, str] = {}
    at = lambda row, right=0: f"{letter(column + right)}{row}"
    for m in range(3):
        for i, j in np.ndindex(4, 4):
            w = f"$E${12 + 3 * m}:$G${14 + 3 * m}"
            cells[at(12 + 4 * m + i, j)] = f"=SUMPRODUCT({at(3 + i, j)}:{at(5 + i, j + 2)},{w})+${'EFG'[m]}$21"
            cells[at(24 + 4 * m + i, j)] = f"=1/(1+EXP(-{at(12 + 4 * m + i, j)}))"
        for i, j in np.ndindex(2, 2):
            cells[at(36 + 2 * m + i, j)] = f"=MAX({at(24 + 4 * m + 2 * i, 2 * j)}:{at(25 + 4 * m + 2 * i, 2 * j + 1)})"
    for n in range(3):
        w = f"$E${22 + 6 * n}:$F${27 + 6 * n}"
        cells[at(43 + n)] = f"=SUMPRODUCT({w},{at(36)}:{at(41, 1)})+${'EFG'[n]}$40"
        cells[at(43 + n, 1)] = f"=1/(1+EXP(-{at(43 + n)}))"
        cells[at(48 + n)] = f"={at(9 + n)}"
        cells[at(51 + n)] = f"=IF({at(43 + n, 1)}=MAX({at(43, 1)}:{at(45, 1)}),1,0)"
    cells[at(46, 1)] = f"=SUMXMY2({at(43, 1)}:{at(45, 1)},{at(9)}:{at(11)})/2"
    cells[at(54)] = f'=IF(SUMXMY2({at(48)}:{at(50)},{at(51)}:{at(53)})=0,"○","×")'
    return cells


# ---- a person's own addresses ------------------------------------------------------------------------

OWN = (
    ("x", "'My images'!B7:C8", "3 down"),
    ("digit", "'My images'!E7", "3 down"),
    ("w2", "'My images'!B20:C21", None, "5 right"),
    ("b2", "'My images'!B23", None, "5 right"),
    ("w3", "'My images'!D30:E30", None, "2 down"),
    ("b3", "'My images'!A40:B40"),
)  # network 4-2-2 on three images of 2×2


def own(path: Path, lines: Sequence[Sequence] | None = OWN, cells: Mapping[str, object] | None = None) -> Path:
    """A sheet with numbers at odd addresses, and a sheet Places that says where (None: without it)."""
    found: dict[str, object] = {}
    x = own_numbers()["x"]
    for k in range(3):
        place(found, 7 + 3 * k, 2, x[k])
        place(found, 7 + 3 * k, 5, k % 2)
    for j in range(2):
        place(found, 20, 2 + 5 * j, own_numbers()["w2"][j])
        place(found, 23, 2 + 5 * j, own_numbers()["b2"][j])
        place(found, 30 + 2 * j, 4, own_numbers()["w3"][j])
        place(found, 40, 1 + j, own_numbers()["b3"][j])
    sheets = {"My images": found | dict(cells or {})}
    if lines is not None:
        sheets["Places"] = places(lines)
    return save(path, sheets)


def own_numbers() -> dict[str, np.ndarray]:
    return {
        "x": np.array([[[0, 1], [1, 0]], [[1, 0], [0, 1]], [[1, 1], [0, 0.5]]]),
        "digit": np.array([0.0, 1.0, 0.0]),
        "w2": np.array([[[0.1, -0.2], [0.3, 0.4]], [[-0.5, 0.6], [0.7, -0.8]]]),
        "b2": np.array([0.9, -1.0]),
        "w3": np.array([[1.1, -1.2], [-1.3, 1.4]]),
        "b3": np.array([-0.15, 0.25]),
    }


def places(lines: Sequence[Sequence]) -> dict[str, object]:
    """The cells of a sheet Places."""
    return {f"{letter(j)}{i}": value for i, line in enumerate((PLACES, *lines), 1) for j, value in enumerate(line, 1)}


def own_with(quantity: str, *line) -> list[Sequence]:
    """The lines of `OWN` with another one for a quantity, or without it."""
    return [line or None if old[0] == quantity else old for old in OWN if old[0] != quantity or line]
