"""Reading, calculating and differentiating the formulas of 4-4 × 50, beside reading their values alone; and LibreOffice.

python benchmarks/formula.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from measure import arguments, compare, in_turn, show

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
TARGET = 10  # times what reading the values takes
SMALL, SECONDS = 2000, 0.5  # formulas of a sheet as people build them; seconds with the start of Python
START = """
import sys
from xlnn.layout.cells import Cell
from xlnn.formula import read
from xlnn.xlsx.workbook import Workbook
graph = read(Workbook(sys.argv[1]))
graph.gradient(int(graph.cell_of[-1]))
"""


def main() -> None:
    chosen = arguments("Reading, calculating and differentiating formulas, beside reading their values.", repeat=7)
    from xlnn import example, write

    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder) / "4-4.xlsx", Path(folder) / "rows.xlsx"
        write(example("4-4"), path, cells="formulas")
        seconds = in_turn({"formulas": lambda: formulas(path), "values": lambda: values(path)}, chosen.repeat)
        print(f"{formulas(path):,} formulas, each calculated, and ∂(C_T of Trained)/∂(every cell)")
        show([compare("formulas beside values", seconds["formulas"], seconds["values"], TARGET)], "values")
        office(path, folder)
        rows(small)
        started = [start(small) for _ in range(chosen.repeat)]
    verdict = "met" if median(started) <= SECONDS else "MISSED"
    print(f"a sheet of {SMALL:,} formulas with the start of Python: {median(started):.2f} s, ≤ {SECONDS}: {verdict}")


def values(path: Path) -> int:
    """The package checked, every sheet's values read."""
    from xlnn.xlsx.workbook import Workbook

    book = Workbook(path)
    return sum(len(book.filled(name).codes) for name in book.sheets)


def formulas(path: Path) -> int:
    """The values, and everything that a graph knows: read, calculated, held against the results, differentiated."""
    from xlnn.formula import read
    from xlnn.layout.cells import Cell
    from xlnn.xlsx.workbook import Workbook

    graph = read(Workbook(path))
    assert not graph.reports
    graph.gradient(graph.number("Trained", Cell.parse("G21")))
    return len(graph.cell_of)


def office(path: Path, folder: str) -> None:
    """What LibreOffice needs to open the same file, calculate it and save it."""
    from office import find_office, recalculate

    if find_office():
        begun = time.perf_counter()
        recalculate(path, Path(folder) / "again.xlsx")
        print(f"LibreOffice, opening, calculating and saving the same file: {time.perf_counter() - begun:.1f} s")


def rows(path: Path) -> None:
    """A descent with one iteration per row, as in many a course: 20 formulas in each of 100 rows."""
    import xlsxwriter

    units = "BCDEFGHI"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [0.5, *(0.1 * k for k in range(1, 9)), *([None] * 12), 0.2])
        for row in range(2, SMALL // 20 + 2):
            for k, letter in enumerate(units):
                sheet.write_formula(f"{letter}{row}", f"={letter}{row - 1}-$V$1*{chr(ord('N') + k)}{row - 1}", None, "")
            for k, letter in enumerate("JKL"):
                sheet.write_formula(f"{letter}{row}", f"=1/(1+EXP(-({units[k]}{row}*$A$1+{units[k + 3]}{row})))", None, "")
            sheet.write_formula(f"M{row}", f"=SUMXMY2(J{row}:L{row},$B$1:$D$1)/2", None, "")
            for k in range(len(units)):
                a = f"{'JKL'[k % 3]}{row}"
                sheet.write_formula(f"{chr(ord('N') + k)}{row}", f"=({a}-$B$1)*{a}*(1-{a})*$A$1", None, "")


def start(path: Path) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", START, str(path)], check=True)
    return time.perf_counter() - begun


main()
