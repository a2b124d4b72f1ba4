"""What counts the iterations on a person's own sheets, a number or a text with one, goes on counting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from itertools import pairwise

from xlnn.xlsx.rows import exact_texts
from xlnn.xlsx.sheet_cells import RawCell

NUMBER = re.compile(r"(?<![0-9.])[0-9]{1,9}(?![0-9.])")


def further(series: Sequence[RawCell | None], times: int, texts: Sequence[str], prefix: str) -> RawCell | None:
    """The cell so many iterations behind the last of a series, where each has one more than the one before; else None."""
    counts = [None if cell is None else _count(cell, texts) for cell in series]
    told = [count for count in counts if count is not None]
    if len(told) < 2 or len(told) < len(series) or len({(before, behind) for before, _, behind in told}) > 1:
        return None
    steps = {b[1] - a[1] for a, b in pairwise(told)}
    step, (before, number, behind), last = steps.pop(), told[-1], series[-1]
    if steps or not step or last is None:
        return None
    if behind is None:
        return last.number(exact_texts([number + times * step])[0])
    return own_text(last, f"{before}{int(number + times * step)}{behind}", prefix)


def _count(found: RawCell, texts: Sequence[str]) -> tuple[str, float, str | None] | None:
    """The number in a cell, with the text before and behind it; None behind a number that is none in a text."""
    if found.formula is not None:
        return None
    if found.is_text:
        said = text_of(found, texts)
        numbers = list(NUMBER.finditer(said))
        return (said[: numbers[0].start()], int(numbers[0][0]), said[numbers[0].end() :]) if len(numbers) == 1 else None
    if found.kind in ("", "n") and found.value is not None:
        return "", float(found.value), None
    return None


def text_of(found: RawCell, texts: Sequence[str]) -> str:
    """The text in a cell; `texts` are the workbook's shared ones."""
    if found.kind == "s":
        number = found.value or ""
        return texts[int(number)] if number.isdecimal() and int(number) < len(texts) else ""
    return unescape("".join(re.findall(r"<(?:\w+:)?t\b[^>]*>(.*?)</", found.inline, re.DOTALL))) or unescape(found.value or "")


def own_text(found: RawCell, text: str, prefix: str) -> RawCell:
    """The same cell with a text of its own."""
    written = f'<{prefix}is><{prefix}t xml:space="preserve">{escape(text, quote=False)}</{prefix}t></{prefix}is>'
    return RawCell(found.more, "inlineStr", inline=written)
