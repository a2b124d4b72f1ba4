"""How long checking and comparing take, beside reading alone: 50 iterations of 4-4, all in one run.

    python benchmarks/check.py

Wanted: check under 3 times the reading of the workbook; compare under 1.5 times the reading of both.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from xlnn import example, write
from xlnn.checking.comparing import compared
from xlnn.checking.judging import judge
from xlnn.xlsx.workbook import Workbook

RUNS = 4


def read_whole(*paths: Path) -> None:
    for path in paths:
        book = Workbook(path)
        for sheet in book.sheets:
            book.sheet(sheet)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder, "one.xlsx"), Path(folder, "other.xlsx")
        write(example("4-4"), one)
        write(example("4-4").with_settings(eta=0.2000001), other)
        work = {
            "read": lambda: read_whole(one),
            "check": lambda: judge(one),
            "read both": lambda: read_whole(one, other),
            "compare": lambda: compared(one, other),
        }
        runs = [{name: seconds(do) for name, do in work.items()} for _ in range(RUNS)]  # in turns: load comes and goes
        times = {name: min(run[name] for run in runs) for name in work}
    for name, taken in times.items():
        print(f"{name:10} {taken:6.2f} s")
    print(f"check / read        {times['check'] / times['read']:.2f}  (wanted: under 3)")
    print(f"compare / read both {times['compare'] / times['read both']:.2f}  (wanted: under 1.5)")


if __name__ == "__main__":
    main()
