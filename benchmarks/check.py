"""How long checking and comparing take, beside reading alone: 50 iterations of 4-4.

python benchmarks/check.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from measure import arguments, compare, in_turn, show

chosen = arguments("How long check and compare take, beside reading the workbooks.", repeat=9)

from xlnn import example, write  # noqa: E402
from xlnn.checking.comparing import compared  # noqa: E402
from xlnn.checking.judging import judge  # noqa: E402
from xlnn.xlsx.workbook import Workbook  # noqa: E402


def read_whole(*paths: Path) -> None:
    for path in paths:
        book = Workbook(path)
        for sheet in book.sheets:
            book.sheet(sheet)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder, "one.xlsx"), Path(folder, "other.xlsx")
        write(example("4-4"), one)
        write(example("4-4").with_settings(eta=0.2000001), other)
        seconds = in_turn(
            {
                "check": lambda: judge(one),
                "read": lambda: read_whole(one),
                "compare": lambda: compared(one, other),
                "read both": lambda: read_whole(one, other),
            },
            chosen.repeat,
        )
    show(
        [
            compare("check, 50 iterations of 4-4 / reading", seconds["check"], seconds["read"], 1.5),
            compare("compare of two such / reading both", seconds["compare"], seconds["read both"], 1.5),
        ],
        "reading",
    )


main()
