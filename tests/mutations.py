"""Seeded mutations of good workbooks, and a judge: xlnn refuses them with a plain error, or reads what openpyxl reads.

A mutation may change a number legally (`<v>0.2</v>` to `<v>0.7</v>`); then both must read the changed one. Where openpyxl
reads and xlnn refuses, nothing is wrong; where xlnn reads, every cell that it took must hold that number for openpyxl too.

    python tests/mutations.py 10000            so many of them, from seed 0 on
    python tests/mutations.py 10000 --first 500 --seconds 60
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
import traceback
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import BadZipFile, ZipFile

import numpy as np
import openpyxl
from packages import zipped

import workbooks
import xlnn
from xlnn.book.start import write_problem

NUMBERS = (
    "0", "1", "-1", "0.7", "1E5", "1e-300", "1e999", "NaN", "１２", "1_000", "0,5", "", " 1",
    "+1", "99999999999", "-0", "1.", ".5", "TRUE", 
    "0x1", "3.0",
)  # fmt: skip
VALUES = (
    "", "0", "1", "-1", "s", "n", "b", "e", "str", "d", "inlineStr", "A1", "L6", "XFD1048576", "K5:L8", "rId1", "rId2", 
    "hidden", "veryHidden",     "Data", "data", "Start", "../x", "&#65;", "1048577", "9" * 30, "true", "x:y", "array", "shared",
)  # fmt: skip
NUMBER_CELL = rb'<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?(?: t="n")?><v>[^<]*</v></c>'
MESSAGE = re.compile(r"[^\n]+(\n[^\n]+)*")


@dataclass(frozen=True)
class Verdict:
    """What became of one mutation: "refused", "read" (and openpyxl agrees), "read alone" (openpyxl refuses), or what is wrong."""

    kind: str
    wrong: str = ""


# ---- good workbooks --------------------------------------------------------------------------------------


@lru_cache
def goods() -> tuple[bytes, ...]:
    """Small workbooks of every kind: the book's two networks, a table, a result with formulas, the authors' sheets."""
    with tempfile.TemporaryDirectory() as folder:
        small = xlnn.example("4-4")
        small = xlnn.Problem(small.network, small.x[:6], small.parameters, digits=small.digits[:6], settings=small.settings)
        maps = xlnn.example("5-6")
        maps = xlnn.Problem(maps.network, maps.x[:4], maps.parameters, t=maps.t[:4], settings=maps.settings)
        path = Path(folder)
        made = [
            write_problem(small, path / "book.xlsx"),
            write_problem(small.with_settings(layout="table"), path / "table.xlsx"),
            write_problem(maps, path / "maps.xlsx"),
            workbooks.authors_35(path / "authors.xlsx", images=6, formulas=False),
        ]
        xlnn.write(xlnn.read(made[0], iterations=1), path / "trained.xlsx", cells="formulas")
        edited = workbooks.edit(made[0], path / "edited.xlsx", {("Data", "K5"): 0.25})  # as openpyxl writes
        return tuple(file.read_bytes() for file in (*made, path / "trained.xlsx", edited))


# ---- mutations -------------------------------------------------------------------------------------------


def flipped(content: bytes, chance: Random) -> bytes:
    """Some bits of the file."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(content: bytes, chance: Random) -> bytes:
    """Without its end, its beginning or something between, or with zeros there."""
    first, last = sorted(chance.randrange(len(content)) for _ in range(2))
    if chance.random() < 0.5:
        last = min(len(content), first + chance.choice((1, 2, 16, 100)))
    return chance.choice((content[:first], content[last:], content[:first] + content[last:],
                          content[:first] + bytes(last - first) + content[last:],
                          content[:last] + content[first:]))  # fmt: skip


def swapped(content: bytes, chance: Random) -> bytes:
    """Two parts change places, or one is gone, empty, or there under another name."""
    parts = _parts(content)
    first, second = chance.sample(sorted(parts), 2)
    kind = chance.randrange(4)
    if kind == 0:
        parts[first], parts[second] = parts[second], parts[first]
    elif kind == 1:
        del parts[first]
    elif kind == 2:
        parts[first] = parts[first][: chance.randrange(len(parts[first]))]
    else:
        parts[first] = parts[second]
    return zipped(parts)


def flipped_inside(content: bytes, chance: Random) -> bytes:
    """Some bits of a part; the archive around it is whole."""
    return _edited(content, chance, lambda part: flipped(part, chance))


def cut_inside(content: bytes, chance: Random) -> bytes:
    return _edited(content, chance, lambda part: cut(part, chance))


def attribute(content: bytes, chance: Random) -> bytes:
    """Another value of an attribute, or none, or another name for it."""

    def replaced(match: re.Match) -> bytes:
        name, value = match[1].decode(), chance.choice(VALUES)
        return chance.choice((f' {name}="{value}"', f' {name}="{value}"', "", f' {value or "q"}="1"')).encode()

    return _edited(content, chance, lambda part: _once(part, rb' ([\w:]+)="[^"]*"', replaced, chance))


def number(content: bytes, chance: Random) -> bytes:
    """Another number, or something that looks like one, in a cell."""
    new = chance.choice(NUMBERS).encode()
    return _edited(content, chance, lambda part: _once(part, rb"<v>[^<]*</v>", lambda _: b"<v>" + new + b"</v>", chance))


def tag(content: bytes, chance: Random) -> bytes:
    """A tag that is gone, twice, or another one."""
    new = chance.choice(
        (b"", b"<v>", b"</v>", b"<c/>", b"<row>", b"</row>", b"<!-- x -->", b"<f>1</f>", b"<is><t>1</t></is>", b"<q:x/>")
    )

    def replaced(match: re.Match) -> bytes:
        return chance.choice((b"", match[0] * 2, new, match[0] + new, new + match[0]))

    return _edited(content, chance, lambda part: _once(part, rb"<[^>]*>", replaced, chance))


def cell(content: bytes, chance: Random) -> bytes:
    """A cell that is gone, twice, somewhere else, or of another type."""
    address = f"{chance.choice('ADKLMNOZ')}{chance.randrange(12)}".encode()

    def replaced(match: re.Match) -> bytes:
        moved = re.sub(rb'r="\w+"', b'r="' + address + b'"', match[0], count=1)
        nameless = re.sub(rb' r="\w+"', b"", match[0], count=1)
        typed = match[0].replace(b"<c ", b'<c t="' + chance.choice((b"s", b"b", b"e", b"str", b"d")) + b'" ', 1)
        return chance.choice((b"", match[0] * 2, moved, moved + match[0], match[0] + moved, nameless, typed))

    return _edited(content, chance, lambda part: _once(part, rb"<c (?:[^>]*/>|[^>]*[^/>]>.*?</c>)", replaced, chance))


def doubled(content: bytes, chance: Random) -> bytes:
    """A cell a second time with another number, before it, behind it, or at the end of a row: no cell is missing."""

    def changed(part: bytes) -> bytes:
        cells = list(re.finditer(NUMBER_CELL, part))
        if not cells:
            return part
        match = chance.choice(cells)
        again = re.sub(rb"<v>[^<]*</v>", b"<v>%d</v>" % chance.choice((0, 1)), match[0])
        ends = [m.start() for m in re.finditer(rb"</row>", part)]
        at = chance.choice((match.start(), match.end(), match.end(), chance.choice(ends)))
        return part[:at] + again + part[at:]

    return _edited(content, chance, changed)


def exchanged(content: bytes, chance: Random) -> bytes:
    """Two cells exchange their addresses, or their places in the file, or the rows that they are in: no cell is missing."""
    pattern = chance.choice((rb'(?<=<c r=")[A-Z]+[0-9]+(?=")', NUMBER_CELL, rb'(?<=<row r=")[0-9]+(?=")'))

    def changed(part: bytes) -> bytes:
        found = list(re.finditer(pattern, part))
        if len(found) < 2:
            return part
        at = chance.randrange(len(found) - 1)
        first, second = found[at], found[min(len(found) - 1, at + chance.choice((1, 1, 4, 20)))]
        between = part[first.end() : second.start()]
        return part[: first.start()] + second[0] + between + first[0] + part[second.end() :]

    return _edited(content, chance, changed)


def row(content: bytes, chance: Random) -> bytes:
    """A row that is gone, twice, or has another number."""
    other = b'r="%d"' % chance.choice((0, 1, 4, 5, 6, 9, 40, 1_048_576, 1_048_577))

    def replaced(match: re.Match) -> bytes:
        renumbered = re.sub(rb'r="\d+"', other, match[0], count=1)
        return chance.choice(
            (b"", match[0] * 2, renumbered, renumbered + match[0], re.sub(rb'(<row[^>]*?) r="\d+"', rb"\1", match[0]))
        )

    return _edited(content, chance, lambda part: _once(part, rb"<row .*?</row>", replaced, chance))


KINDS: tuple[Callable[[bytes, Random], bytes], ...] = (
    flipped, cut, swapped, flipped_inside, cut_inside, attribute, attribute, number, number, tag, cell, cell, row,
    doubled, exchanged,
)  # fmt: skip


def mutation(seed: int) -> tuple[str, bytes]:
    """A name for messages, and a workbook to which one to three things were done."""
    chance = Random(seed)
    content, names = chance.choice(goods()), []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        kind = chance.choice(KINDS)
        try:
            content = kind(content, chance)
        except MUTATED:  # what it was done to before is no archive any more
            break
        names.append(kind.__name__)
    return f"seed {seed} ({', '.join(names)})", content


MUTATED = (
    OSError,
    KeyError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    IndexError,
    zlib.error,
    BadZipFile,
)


def _parts(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def _edited(content: bytes, chance: Random, change: Callable[[bytes], bytes]) -> bytes:
    """With one part changed: most often a sheet, since there the numbers are."""
    parts = _parts(content)
    sheets = [name for name in sorted(parts) if "worksheets/" in name]
    name = chance.choice(sheets if sheets and chance.random() < 0.7 else sorted(parts))
    return zipped(parts | {name: change(parts[name])})


def _once(part: bytes, pattern: bytes, new: Callable[[re.Match], bytes], chance: Random) -> bytes:
    """One of the places that match, changed."""
    found = list(re.finditer(pattern, part, re.S))
    if not found:
        return part
    match = chance.choice(found)
    return part[: match.start()] + new(match) + part[match.end() :]


# ---- the judge -------------------------------------------------------------------------------------------


def judged(path: Path) -> Verdict:
    """What xlnn makes of a file, compared with openpyxl."""
    try:
        problem = xlnn.read(path)
    except xlnn.XlnnError as error:
        said = str(error)
        return Verdict("refused", "" if MESSAGE.fullmatch(said) else f"not plain lines: {said!r}")
    except Exception:
        return Verdict("uncaught", traceback.format_exc())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, data_only=True)
    except Exception:
        return Verdict("read alone")
    if _is_passed_over(problem, book) and not _opens(path):
        return Verdict("read alone")
    return Verdict("read", differences(problem, book))


def _is_passed_over(problem: xlnn.Problem, book) -> bool:
    """Whether openpyxl has not read a sheet that xlnn took numbers from: where its part has another name it only warns."""
    return not {title for title, _ in problem.origin.sources.values()} <= {sheet.title for sheet in book.worksheets}


def _opens(path: Path) -> bool:
    """Whether Python's own zipfile opens every part; it refuses one whose header has another name than the list of parts."""
    try:
        with ZipFile(path) as archive:
            for info in archive.infolist():
                archive.open(info).close()
    except BadZipFile:
        return False
    return True


def differences(problem: xlnn.Problem, book) -> str:
    """The first cell in which openpyxl finds something else than the number that xlnn read; "" where there is none."""
    arrays: Mapping = {"x": problem.x, "digit": problem.digits, "t": problem.t, **problem.parameters}
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    for name, (title, place) in problem.origin.sources.items():
        drawn = name in problem.origin.drawn
        for index in np.ndindex(*place.shape):
            spot, ours = place.cell(*index), None if drawn else float(arrays[name][index])
            theirs = sheets[title].cell(spot.row, spot.column).value if title in sheets else "no sheet"
            blank = name == "x" and (theirs is None or theirs == "")  # a blank pixel counts as 0
            if not same(ours, 0 if blank else theirs):
                return f"{name}{list(index)}, '{title}'!{spot.name}: xlnn {ours!r}, openpyxl {theirs!r}"
    return _next_image(problem, sheets) or _settings(problem, sheets)


def _next_image(problem: xlnn.Problem, sheets: Mapping) -> str:
    """Whether openpyxl finds another whole image behind the last."""
    title, place = problem.origin.sources["x"]
    step, images = place.steps[0], place.shape[0]
    after = place[0].moved(images * step[0], images * step[1])
    cells = [after.cell(*index) for index in np.ndindex(*after.shape)]
    if all(spot.on_sheet and type(sheets[title].cell(spot.row, spot.column).value) in (int, float) for spot in cells):
        return f"x: xlnn {images} images, openpyxl another one at '{title}'!{cells[0].name}"
    return ""


def same(ours: float | None, theirs) -> bool:
    """Whether two readers took a cell for the same number, or both for blank."""
    if ours is None:
        return theirs is None
    return type(theirs) in (int, float) and float(theirs) == ours


def _settings(problem: xlnn.Problem, sheets: Mapping) -> str:
    """η and the number of iterations, where sheet Settings has them as numbers."""
    sheet = next((sheet for title, sheet in sheets.items() if title.casefold() == "settings"), None)
    told = (
        {}
        if sheet is None
        else {str(row[0]).strip(): row[1] for row in sheet.iter_rows(max_col=2, values_only=True) if len(row) > 1}
    )
    for name, ours in (("learning rate η", problem.settings.eta), ("iterations", problem.settings.iterations)):
        theirs = told.get(name)
        if theirs is not None and not (same(float(ours), theirs) or (isinstance(theirs, str) and _number(theirs) == ours)):
            return f"{name}: xlnn {ours!r}, openpyxl {theirs!r}"
    return ""


def _number(text: str) -> float | None:
    """A setting may be typed as text; then it is a plain decimal."""
    return float(text) if re.fullmatch(r"\s*[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?\s*", text, re.ASCII) else None


def run(count: int, first: int = 0, seconds: float | None = None) -> tuple[Counter, list[str]]:
    """Judges mutations from seed `first` on: how many of each verdict, and what was wrong."""
    found, wrong, until = Counter(), [], None if seconds is None else time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutated.xlsx"
        for seed in range(first, first + count):
            name, content = mutation(seed)
            path.write_bytes(content)
            Path(folder, "seed").write_text(name)
            verdict = judged(path)
            found[verdict.kind] += 1
            if verdict.wrong:
                wrong.append(f"{name}: {verdict.kind}: {verdict.wrong}")
                print(wrong[-1], flush=True)
            if until is not None and time.monotonic() > until:
                break
    return found, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description="Mutations of good workbooks: xlnn refuses them or reads them right.")
    parser.add_argument("count", type=int, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seconds", type=float, help="stop after so many seconds")
    options = parser.parse_args()
    found, wrong = run(options.count, options.first, options.seconds)
    print(f"{sum(found.values())} mutations: " + ", ".join(f"{number} {kind}" for kind, number in found.most_common()))
    print(f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
