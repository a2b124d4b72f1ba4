"""Writing alone: the cells of 4-4 × 50, styled, beside XlsxWriter's and openpyxl's own ways, and memory per iteration.

python benchmarks/cells.py
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import unescape
from itertools import groupby
from pathlib import Path
from zipfile import ZipFile

from measure import arguments, compare, in_turn, show

MEMORY = 50  # KB that an iteration may add to the peak
FEW, MANY = 50, 200
CELL = re.compile(r'<c r="([A-Z]+)(\d+)" s="\d+"(?: t="str")?>(?:<f>(.*?)</f>)?<v>(.*?)</v></c>')
Written = tuple[int, int, str, str, float | str]  # row, column, style, formula, number


def main() -> None:
    chosen = arguments("Writing alone, beside XlsxWriter and openpyxl; and memory per iteration.", repeat=7)
    # first, while this process is small: a child starts with its parent's peak
    grown = {cells: (peak(MANY, cells) - peak(FEW, cells)) / (MANY - FEW) for cells in ("values", "formulas")}
    from xlnn import example, write

    problem = example("4-4")
    with tempfile.TemporaryDirectory() as folder:
        path, other = Path(folder) / "xlnn.xlsx", Path(folder) / "other.xlsx"
        write(problem, path, cells="formulas")
        sheets = iterations(path, problem)
        formulas = in_turn(
            {
                "xlnn": lambda: write(problem, path, cells="formulas", force=True),
                "other": lambda: write_formulas(other, sheets),
            },
            chosen.repeat,
        )
        values = in_turn(
            {"xlnn": lambda: write(problem, path, force=True), "other": lambda: append_values(other, sheets)},
            chosen.repeat,
        )
    count = sum(bool(formula) for sheet in sheets for *_, formula, _ in sheet)
    print(f"{count:,} formulas among {sum(map(len, sheets)):,} numbers on {len(sheets)} sheets")
    show(
        [
            compare("formulas with results: XlsxWriter write_formula", formulas["xlnn"], formulas["other"], 7, faster=True),
            compare("values: openpyxl append and a number format", values["xlnn"], values["other"], 5, faster=True),
        ]
    )
    for cells, growth in grown.items():
        print(f"peak memory, {cells}: {growth:.1f} KB more per iteration, < {MEMORY}: {'met' if growth < MEMORY else 'MISSED'}")


def iterations(path: Path, problem) -> list[list[Written]]:
    """Every number of each iteration's sheet that xlnn wrote."""
    from xlnn.book.plan import Plan
    from xlnn.xlsx.styles import style_of

    plan = Plan(problem, frozenset({1}))
    page = plan.page(plan.layout(problem.images))
    styles = {
        cell: style_of(page.quantity(name).kind)
        for name in page.names
        for cell in zip(*(numbers.ravel().tolist() for numbers in page.place(name).grid()), strict=True)
    }
    with ZipFile(path) as package:
        names = re.findall(r'<sheet name="([^"]+)"', package.read("xl/workbook.xml").decode())
        kept = [position for position, name in enumerate(names, 1) if name.startswith("Iteration")]
        return [list(cells_of(package.read(f"xl/worksheets/sheet{n}.xml").decode(), styles)) for n in kept]


def cells_of(xml: str, styles: dict[tuple[int, int], str]) -> Iterator[Written]:
    for letters, row, formula, shown in CELL.findall(xml):
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        style = styles.get((int(row), column))
        if style:
            yield int(row) - 1, column - 1, style, unescape(formula), shown if shown in "○×" else float(shown)


def write_formulas(path: Path, sheets: list[list[Written]]) -> None:
    """As XlsxWriter's manual does it, a cell at a time."""
    import xlsxwriter

    from xlnn.xlsx.styles import STYLES

    book = xlsxwriter.Workbook(path)
    formats = {name: book.add_format(style) for name, style in STYLES.items()}
    for cells in sheets:
        sheet = book.add_worksheet()
        for row, column, style, formula, number in cells:
            if formula:
                sheet.write_formula(row, column, "=" + formula, formats[style], number)
            else:
                sheet.write_number(row, column, number, formats[style])
    book.close()


def append_values(path: Path, sheets: list[list[Written]]) -> None:
    """Rows without gaps by `append`, then a number format for every cell."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for cells in sheets:
        sheet = book.create_sheet()
        for _, row in groupby(cells, key=lambda cell: cell[0]):
            sheet.append([number for *_, number in row])
            for cell in sheet[sheet.max_row]:
                cell.number_format = "0.000"
    book.save(path)


def peak(count: int, cells: str) -> float:
    """KB that a process of its own needs at most for so many iterations."""
    code = (
        "import sys, tempfile\nfrom pathlib import Path\nfrom xlnn import example, write\n"
        "problem = example('4-4').with_settings(iterations=int(sys.argv[1]))\n"
        "with tempfile.TemporaryDirectory() as folder:\n    write(problem, Path(folder) / 'out.xlsx', cells=sys.argv[2])\n"
        "import resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    found = subprocess.run([sys.executable, "-c", code, str(count), cells], check=True, capture_output=True, text=True)
    return int(found.stdout) / (1024 if sys.platform == "darwin" else 1)


main()
