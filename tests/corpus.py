"""Runs `xlnn show` over a folder of workbooks, and compares every number that xlnn reads with openpyxl's.

    python tests/corpus.py FOLDER [--seconds 120] [--no-numbers]

For each .xlsx and .xlsm file in the folder and below it one line: exit code of `show`, seconds, peak memory in MB, and its last
line of errors; then TRACEBACK or TIMEOUT where that happened, and each cell whose number differs from openpyxl's. At the end the
counts. Exit code 1 where there was a traceback, a timeout or a difference. No corpus belongs to this project: real files are
wanted here, such as the test files of spreadsheet programs and libraries.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = (".xlsx", ".xlsm")
SHOWN = 10  # differing cells of a workbook


@dataclass(frozen=True)
class Shown:
    """What `show` did with a workbook: exit code (None: no end in time), seconds, peak memory in MB, its errors."""

    code: int | None
    seconds: float
    memory: float
    errors: str

    @property
    def traceback(self) -> bool:
        return "Traceback (most recent call last)" in self.errors

    @property
    def last(self) -> str:
        return (self.errors.strip().splitlines() or [""])[-1][:160]


def show(path: Path, seconds: float) -> Shown:
    """Runs `show` in a process of its own."""
    begun = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "xlnn", "show", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            errors = process.communicate(timeout=seconds)[1].decode(errors="replace")
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Shown(None, time.monotonic() - begun, 0.0, "")
    return Shown(process.returncode, time.monotonic() - begun, _children_peak(), errors)


def _children_peak() -> float:
    """The largest peak of memory of all processes so far, in MB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def differences(path: Path) -> Iterator[str]:
    """The cells in which xlnn and openpyxl read different numbers, or one of them none; nothing where either refuses a file."""
    theirs = _by_openpyxl(path)
    for name, cells in theirs.items():
        ours = _by_xlnn(path, name)
        if ours is None:
            continue
        for cell in sorted(cells.keys() | ours.keys()):
            if not _same(cells.get(cell), ours.get(cell)):
                yield f"'{name}' row {cell[0]}, column {cell[1]}: xlnn {ours.get(cell)!r}, openpyxl {cells.get(cell)!r}"


def _same(one, other) -> bool:
    return one is not None and other is not None and (one == other or (one != one and other != other))


def _by_openpyxl(path: Path) -> dict[str, dict[tuple[int, int], float]]:
    """The numbers of every sheet by (row, column)."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(path, data_only=True)
        except Exception:  # whatever a real file brings about in another library
            return {}
    return {
        sheet.title: {
            (c.row, c.column): c.value for row in sheet.iter_rows() for c in row if type(c.value) in (int, float)
        }
        for sheet in book.worksheets
    }  # fmt: skip


def _by_xlnn(path: Path, name: str) -> dict[tuple[int, int], float] | None:
    """The numbers of a sheet; None where xlnn refuses it."""
    from xlnn.errors import XlnnError
    from xlnn.layout.cells import COLUMNS
    from xlnn.xlsx.workbook import Workbook

    try:
        filled = Workbook(path).filled(name)
    except XlnnError:
        return None
    values = filled.values().tolist()
    cells = zip(filled.rows.tolist(), (filled.codes % COLUMNS + 1).tolist(), values, strict=True)
    return {(row, column): value for row, column, value in cells if type(value) in (int, float)}


def workbooks_in(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in KINDS and p.is_file() and not p.name.startswith("~$"))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=120.0, help="time that one workbook may take")
    parser.add_argument("--no-numbers", action="store_true", help="do not compare with openpyxl")
    given = parser.parse_args(arguments)
    if not given.folder.is_dir():
        parser.error(f"{given.folder} is no folder")
    counts: Counter = Counter()
    for path in workbooks_in(given.folder):
        found = show(path, given.seconds)
        state = "TIMEOUT" if found.code is None else "TRACEBACK" if found.traceback else f"exit {found.code}"
        counts[state] += 1
        print(f"{state:9} {found.seconds:7.2f} s {found.memory:7.0f} MB  {path.relative_to(given.folder)}  {found.last}")
        wrong = [] if given.no_numbers else list(differences(path))
        counts["cells that differ"] += len(wrong)
        for line in wrong[:SHOWN]:
            print("          DIFFERS", line)
    print(", ".join(f"{state}: {count}" for state, count in sorted(counts.items())) or "no workbooks")
    return int(any(counts[state] for state in ("TIMEOUT", "TRACEBACK", "cells that differ")))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    sys.exit(main())
