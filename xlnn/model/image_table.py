"""Images in a table of text (CSV): a line for each, its label and its pixels row by row.

The label is the first number of a line, or the one whose heading says so; a table without labels has only pixels. The
pixels make the rectangle that is nearest to a square: 784 numbers are 28×28, 12 are 4×3.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlnn.errors import ContentError, FileError, Where

LABELS = ("label", "digit", "class", "target", "y", "answer", "category", "name", "标签", "正解", "ラベル")


FEWEST = 4  # pixels


NO_TABLE = (
    "this is a text file (CSV) and no table of images: expected lines of a label and at least 4 pixels, all alike (line {line}). "
    "A sheet that was saved as CSV has lost its formulas: save it as an Excel workbook (.xlsx)."
)


@dataclass(frozen=True)
class ImageTable:
    """Images: `x` (images, rows, columns) as they are written, `labels` (images) as texts, () where there are none."""

    x: np.ndarray
    labels: tuple[str, ...]


def nearest_square(pixels: int) -> tuple[int, int]:
    """The rows and columns of an image of so many pixels, rows ≥ columns: 12 → (4, 3), 64 → (8, 8)."""
    columns = next(n for n in range(int(pixels**0.5), 0, -1) if pixels % n == 0)
    return pixels // columns, columns


def read_table(text: str, where: Where, size: tuple[int, int] | None = None) -> ImageTable:
    """The images of a table of text; `size`: rows and columns of an image, where they are known.

    Raises FileError for what is no table of images, naming the line; ContentError for images of another size.
    """
    separator = _separator(text)
    lines = [(number, line) for number, line in _lines(text, separator) if any(part.strip() for part in line)]
    heading = _heading(lines, separator)
    lines = lines[1:] if heading else lines
    if not lines:
        raise FileError(NO_TABLE, where, line=1)
    count = len(lines[0][1])
    label = _label_column(heading, [line for _, line in lines[:20]], count, size)
    pixels = [_pixels(number, line, count, label, where, separator) for number, line in lines]
    shape = size or nearest_square(len(pixels[0]))
    if len(pixels[0]) != shape[0] * shape[1]:
        raise ContentError(
            "line {line}: expected a label and {rows}×{columns} pixels, found {found} numbers.",
            where, line=lines[0][0], rows=shape[0], columns=shape[1], found=len(pixels[0]),
        )  # fmt: skip
    labels = tuple(line[label].strip() for _, line in lines) if label is not None else ()
    return ImageTable(np.array(pixels).reshape(-1, *shape), labels)


def _separator(text: str) -> str:
    """What most often divides the first line: tab, semicolon or comma; else blanks."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    best = max("\t;,", key=first.count)
    return best if first.count(best) else " "


def _lines(text: str, separator: str):
    if separator == " ":
        return [(number, line.split()) for number, line in enumerate(text.splitlines(), 1)]
    try:
        return list(enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1))
    except csv.Error:
        return []


def _heading(lines: list, separator: str) -> list[str] | None:
    """The first line where it holds no numbers, or hardly any."""
    first = lines[0][1] if lines else []
    words = sum(not is_numeral(part if separator == "," else part.replace(",", ".")) for part in first if part.strip())
    return [part.strip().lower() for part in first] if words > 1 or (words and len(first) == 1) else None


def is_numeral(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _label_column(heading, lines: Sequence[Sequence[str]], count: int, size: tuple[int, int] | None) -> int | None:
    """Which number of a line is its label: as the heading says; a word; else as the pixels make a squarer image."""
    if heading:
        named = [at for at, text in enumerate(heading) if text in LABELS]
        if named:
            return named[0]
    for at in (0, count - 1):
        if any(at < len(line) and line[at].strip() and not is_numeral(line[at].replace(",", ".")) for line in lines):
            return at
    if size:
        return None if count == size[0] * size[1] else 0
    long, short = ((rows / columns) for rows, columns in map(nearest_square, (count, max(1, count - 1))))
    return None if long < short or count == 1 else 0


def _pixels(number: int, line: Sequence[str], count: int, label: int | None, where: Where, separator: str) -> list[float]:
    """The pixels of one line. Raises FileError unless all are numbers, as many as in the first line."""
    found = [part.strip() or "0" for at, part in enumerate(line) if at != label]
    if separator != ",":
        found = [part.replace(",", ".") for part in found]
    if len(line) != count or len(found) < FEWEST or not all(map(is_numeral, found)):
        raise FileError(NO_TABLE, where, line=number)
    return list(map(float, found))


def decoded(content: bytes) -> str:
    """A text in UTF-8 or UTF-16 with its mark, else in what Windows of the West writes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
