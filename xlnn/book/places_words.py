"""How a sheet Places says things: its columns, ranges, steps and factors, read and written.

Quantity | First block | Next image | Next unit | Next map | Next map before | Next iteration | Next input | Factor
w2       | Net!D4      |            | 1 down    |          |                 | 1 sheet        | 2 down     |
delta3   | Net!J6      | 1 down     |           |          |                 |                |            | -1
b2       | none        |            |           |          |                 |                |            |
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from xlnn.book.quantity_names import squeezed
from xlnn.errors import ContentError, UsageError, Where
from xlnn.layout.cells import Cell, Range, quoted
from xlnn.layout.listed import Spot
from xlnn.layout.places import Move
from xlnn.words import every, say
from xlnn.xlsx.sheet_names import reference
from xlnn.xlsx.workbook import is_blank, shown

HEADER = ("Quantity", "First block", "Next image", "Next unit", "Next map", "Next map before")
NEXT_ITERATION, NEXT_INPUT, FACTOR, NEXT_EPOCH = "Next iteration", "Next input", "Factor", "Next epoch"
COLUMNS = (*HEADER, NEXT_ITERATION, NEXT_INPUT, FACTOR, NEXT_EPOCH)
NEXT_SHEET = (0, 0)  # the step to the same cells of the next iteration's sheet
SHEETS = re.compile(r"\s*1?\s*(sheets?|次?表|张表|工作表|シート)\s*", re.IGNORECASE)
DIRECTIONS = {"right": (0, 1), "down": (1, 0), "left": (0, -1), "up": (-1, 0)}
NONE = {squeezed(word) for word in (*every("none"), *every("no"), "not there", "没有", "無し", "無")}
LONGEST = 32_767  # characters that a cell holds


# ---- columns ------------------------------------------------------------------------------------------


def columns(lines: Sequence[Sequence], where: Where) -> dict[str, int]:
    """Which column is which, by the header's words in any language; where it has none of them they stand in the usual order.

    Raises ContentError for a heading that is nearly one of them.
    """
    at, header = next(((n, line) for n, line in enumerate(lines, 1) if line and is_header(line[0])), (0, ()))
    known = {squeezed(word): name for name in COLUMNS for word in every(name)}
    found: dict[str, int] = {}
    open_: list[int] = []
    for column, text in enumerate(header):
        plain = "" if text is None else squeezed(str(text))
        if plain in known:
            found.setdefault(known[plain], column)
        elif not plain or column < len(HEADER):
            open_.append(column)
        elif get_close_matches(plain, known, 1, 0.75):
            raise ContentError(
                "there is no column {name}; known: {known}.",
                Where(where.workbook, where.sheet, Cell(at, column + 1).name), name=repr(text), known=[*COLUMNS],
            )  # fmt: skip
    free = {*open_, *range(len(header), len(COLUMNS))}
    return found | {name: column for column, name in enumerate(COLUMNS) if name not in found and column in free}


def is_header(value) -> bool:
    """Whether that is the heading of the column of quantities."""
    return value is not None and squeezed(str(value)) in {squeezed(word) for word in every("Quantity")}


# ---- ranges -------------------------------------------------------------------------------------------


def ranges(value, where: Where) -> tuple[tuple[str, Range], ...]:
    """Sheets and ranges of a first block: 'S!A1:B2', or several, 'S!I33,K33', each on the sheet before unless it says its own.

    Raises ContentError for anything else.
    """
    text = "" if value is None else str(value).strip()
    found = _several(text) or _one(text)
    if found is None:
        raise ContentError("expected a sheet and a range like Data!K5:M8, found {found}.", where, found=in_words(value))
    return found


def _one(text: str) -> tuple[tuple[str, Range], ...] | None:
    sheet, cells = reference(text if "!" in text else unicodedata.normalize("NFKC", text))
    if not sheet:
        return None
    try:
        return ((sheet, Range.parse(unicodedata.normalize("NFKC", cells))),)
    except UsageError:
        return None


def _several(text: str) -> tuple[tuple[str, Range], ...] | None:
    """The ranges of a list; None where that is no list of two or more. In quotation marks a sheet may have any name."""
    parts = re.findall(r"(?:'(?:[^']|'')*'|[^,，;；、'])+", text)
    found: list[tuple[str, Range]] = []
    for part in parts if len(parts) > 1 else ():
        sheet = found[-1][0] if found else ""
        one = _one(part.strip() if "!" in part else f"{quoted(sheet)}!{part.strip()}" if sheet else part)
        if one is None:
            return None
        found += one
    return tuple(found) or None


def range_words(spots: Sequence[Spot]) -> str:
    """Cells in their order as a first block says them: ranges that are read row by row, the sheet where it changes."""
    texts: list[str] = []
    last = ""
    for sheet, found in _rectangles(spots):
        texts.append(found.name if sheet == last else f"{quoted(sheet)}!{found.name}")
        last = sheet
    return ",".join(texts)


def _rectangles(spots: Sequence[Spot]) -> Iterator[tuple[str, Range]]:
    """Sheet and range of rectangles that hold the cells in their order."""
    at = 0
    while at < len(spots):
        sheet, first = spots[at]
        ahead = {spot: k for k, spot in enumerate(spots[at:], at)}
        width = 1
        while ahead.get((sheet, first.moved(0, width))) == at + width:
            width += 1
        height = 1
        while all(ahead.get((sheet, first.moved(height, c))) == at + height * width + c for c in range(width)):
            height += 1
        yield sheet, Range(first, first.moved(height - 1, width - 1))
        at += height * width


# ---- steps and factors --------------------------------------------------------------------------------


def in_words(value) -> str:
    """A cell's value as a message of this sheet shows it."""
    return repr(value) if isinstance(value, str) else shown(value)


def following(value, where: Where) -> Move | None:
    """The step to the next iteration. Raises ContentError for what is none."""
    if is_blank(value):
        return None
    return NEXT_SHEET if SHEETS.fullmatch(str(value)) else step(str(value), where)


def following_words(move: Move | None, language: str = "en") -> str:
    """As `following` reads it."""
    return say("1 sheet", language) if move == NEXT_SHEET else words(move, language)


def step(text: str, where: Where | None = None) -> Move:
    """'4 right', '右 4' → (0, 4); '3 down 2 right' → (3, 2). Raises ContentError for anything else."""
    words = {word.lower(): move for name, move in DIRECTIONS.items() for word in every(name)}
    plain = unicodedata.normalize("NFKC", text).lower()
    pair = r"([0-9]+)\s*([^\W\d]+)" if re.match(r"[\s,;、]*[0-9]", plain) else r"(?P<word>[^\W\d]+)\s*([0-9]+)"
    rows = columns = 0
    for first, second, other in re.findall(rf"{pair}|(\S)", plain):
        count, word = (second, first) if "(?P" in pair else (first, second)
        if (other and other not in ",;、") or (word and word not in words):
            raise ContentError("expected a step like '4 right' or '1 down 2 right', found {found}.", where, found=repr(text))
        if word:
            rows, columns = rows + int(count) * words[word][0], columns + int(count) * words[word][1]
    if (rows, columns) == (0, 0):
        raise ContentError("expected a step like '4 right' or '1 down 2 right', found {found}.", where, found=repr(text))
    return rows, columns


def words(move: Move | None, language: str = "en") -> str:
    """A step as `step` reads it: (3, 2) → '3 down 2 right', '下 3 右 2'."""
    rows, columns = move or (0, 0)
    named = {"down": rows, "up": -rows, "right": columns, "left": -columns}
    return " ".join(say("{count} {axis}", language, count=count, axis=name) for name, count in named.items() if count > 0)


def factor(value, where: Where) -> float:
    """What the sheet's numbers are of the quantity's own: −1 for δ = t − a; 1 where nothing stands.

    Raises ContentError for what is no number, or 0.
    """
    if is_blank(value):
        return 1.0
    found = number(value)
    if not found:
        raise ContentError(
            "expected a number other than 0, like -1 where the sheet has the other sign, found {found}.",
            where, found=in_words(value),
        )  # fmt: skip
    return found


def number(value) -> float | None:
    """A number that was typed, also as a text with a minus sign of its own (−1); None for anything else."""
    try:
        found = float(unicodedata.normalize("NFKC", str(value)).strip().replace("\u2212", "-"))
    except ValueError:
        return None
    return found if math.isfinite(found) and not isinstance(value, bool) else None


def is_none(value) -> bool:
    """Whether a first block says that there is no such quantity."""
    return isinstance(value, str) and squeezed(value) in NONE
