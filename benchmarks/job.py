"""The whole 4-4 job, from the start of Python to the finished workbook, beside a plain script and a bare floor.

python benchmarks/job.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import arguments, compare, in_turn, show

HERE = Path(__file__).parent


def main() -> None:
    chosen = arguments("The whole 4-4 job beside a plain script and a bare floor.", repeat=7)
    with tempfile.TemporaryDirectory() as folder:
        book, made = Path(folder) / "book.xlsx", {name: Path(folder) / f"{name}.xlsx" for name in ("xlnn", "plain", "bare")}
        # compiled modules are kept for all three, as after any first run, and away from the sources
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(Path(folder) / "compiled")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def run(*command) -> None:
            subprocess.run([sys.executable, *map(str, command)], check=True, env=environment, stdout=subprocess.DEVNULL)

        run("-m", "xlnn", "new", "4-4", book)
        seconds = in_turn(
            {
                "xlnn": lambda: run("-m", "xlnn", "train", book, "-o", made["xlnn"], "--force"),
                "plain": lambda: run(HERE / "plain_script.py", book, made["plain"]),
                "bare": lambda: run(HERE / "bare_script.py", book, made["bare"]),
            },
            chosen.repeat,
        )
    show(
        [
            compare("4-4, 50 iterations: plain script (pandas, openpyxl)", seconds["xlnn"], seconds["plain"], 2 / 3),
            compare("4-4, 50 iterations: bare floor (calamine, XML)", seconds["xlnn"], seconds["bare"], 1.5),
        ]
    )


main()
