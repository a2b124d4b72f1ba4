"""Reading large tables beside python-calamine: 10,000 images of 28×28 (layout table); and peak memory.

python benchmarks/reading.py
python benchmarks/reading.py --images 60000 --repeat 1
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from measure import compare, in_turn, show
from python_calamine import CalamineWorkbook

import xlnn
from xlnn.layout.cells import column_name

LIMIT = 8192  # MiB: 60,000 images unpack to more than 1 GiB
MEMORY = 1000  # MB, for 10,000 images


def main() -> None:
    chosen = arguments()
    if chosen.read:
        print(peak(Path(chosen.read)))
        return
    with TemporaryDirectory() as folder:
        lines, memory = [], []
        for what, pixels in (("0 to 255", whole), ("k/255, most 0", shares), ("17 digits", digits)):
            path = workbook(Path(folder) / "images.xlsx", chosen.images, pixels)
            seconds = in_turn({"xlnn": lambda p=path: ours(p), "calamine": lambda p=path: theirs(p)}, chosen.repeat)
            lines.append(compare(f"{chosen.images:,} × 785 cells, {what}", seconds["xlnn"], seconds["calamine"], 1.5))
            memory.append((what, int(subprocess.check_output([sys.executable, __file__, "--read", path]))))
    show(lines, "calamine")
    for what, most in memory:
        print(f"peak memory of xlnn.read, {what}: {most} MB (target for 10,000: < {MEMORY})")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Reading large tables beside python-calamine.")
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--read", help=argparse.SUPPRESS)  # in a process of its own, for its memory
    return parser.parse_args()


def ours(path: Path) -> float:
    """The whole problem: package checked, three sheets read, every number at its place."""
    with xlnn.limits(size=LIMIT):
        return float(xlnn.read(path).x.sum())


def theirs(path: Path) -> int:
    """One sheet as lists."""
    return len(CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Data").to_python(skip_empty_area=False))


def peak(path: Path) -> int:
    ours(path)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def whole(random: np.random.Generator, size: int) -> list[str]:
    return random.integers(0, 256, size).astype(str).tolist()


def shares(random: np.random.Generator, size: int) -> list[str]:
    return [repr(k / 255) for k in (random.integers(0, 256, size) * (random.random(size) < 0.25)).tolist()]


def digits(random: np.random.Generator, size: int) -> list[str]:
    return list(map(repr, random.random(size).tolist()))


def workbook(path: Path, images: int, pixels) -> Path:
    """A workbook of 784-30-10 with that many images: three are written by xlnn, the others added to its sheet Data."""
    network = xlnn.Network(xlnn.plain_layers((28, 28), 30, 10), classes=tuple(map(float, range(10))))
    parameters = {q.name: np.zeros(q.shape) for q in network.parameters}
    problem = xlnn.Problem(network, np.ones((3, 28, 28)), parameters, np.zeros(3), settings=xlnn.Settings(layout="table"))
    small = xlnn.write_problem(problem, path.with_name("small.xlsx"), force=True)
    with ZipFile(small) as source, ZipFile(path, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name != "xl/worksheets/sheet2.xml":
                target.writestr(name, source.read(name))
        head, _, rest = source.read("xl/worksheets/sheet2.xml").decode().partition('<row r="3"')
        tail = rest[rest.index("</sheetData>") :]
        with target.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as part:
            part.write(head.encode())
            for row in rows(images, pixels):
                part.write(row.encode())
            part.write(tail.encode())
    return path


def rows(images: int, pixels):
    random, letters = np.random.default_rng(0), [column_name(column) for column in range(1, 787)]
    for k in range(images):
        row = k + 3
        cells = [f'<c r="{letters[j + 1]}{row}" s="5"><v>{text}</v></c>' for j, text in enumerate(pixels(random, 784))]
        first, last = f'<c r="A{row}" s="5"><v>{k + 1}</v></c>', f'<c r="ADF{row}" s="5"><v>{k % 10}</v></c>'
        yield f'<row r="{row}">{first}{"".join(cells)}{last}</row>'


main()
