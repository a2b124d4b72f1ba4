"""What stands behind --eta, --seeds and --set: ranges and lists of values to try."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

import numpy as np

from xlnn.errors import LimitError, UsageError
from xlnn.layout.cells import COLUMNS, ROWS

CLOSED_BY = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'"}


def check_count(etas: int, starts: int, *others: int) -> None:
    """Raises LimitError where a sheet cannot show so many values of η, starts, and values of other settings in combination."""
    variants = math.prod(others)
    runs, columns = variants * starts * etas, max(2 * etas + 4, variants * (3 * etas + 2))  # of sheets Runs, Sweep and Curves
    if runs + 100 > ROWS or columns > COLUMNS:  # beside them stand headings and a summary
        raise LimitError(
            "the tables of {runs} runs need {rows} rows and {columns} columns; a sheet has 1,048,576 and 16,384. "
            "Try fewer at once.",
            runs=runs, rows=runs + 100, columns=columns,
        )  # fmt: skip


def eta_values(text: str) -> tuple[float, ...]:
    """'0.05:0.5:10' → ten values from 0.05 to 0.5, '0.1,0.2' → these.

    Raises UsageError for anything else, LimitError for too many.
    """
    try:
        if ":" not in text:
            return tuple(_number(part) for part in text.split(","))
        first, last, count = text.split(":")
        values = np.linspace(_number(first), _number(last), _count(count))
        return tuple(float(f"{value:.12g}") for value in values)  # 0.15, not 0.15000000000000002
    except ValueError:
        raise UsageError(
            "--eta: expected from:to:count like 0.05:0.5:10, or values like 0.1,0.2; found {found}.", found=repr(text)
        ) from None


def seed_values(text: str) -> tuple[int, ...]:
    """'0:20' → 0, 1 … 19, as Python counts; '3,5' → these. Raises UsageError for anything else, LimitError for too many."""
    try:
        if ":" not in text:
            return tuple(_whole(part) for part in text.split(","))
        first, end = map(_whole, text.split(":"))
        if not first < end:
            raise ValueError(text)
        check_count(1, end - first)
        return tuple(range(first, end))
    except ValueError:
        raise UsageError(
            "--seeds: expected first:end like 0:20 (20 starts, 0 to 19), or numbers like 3,5; found {found}.", found=repr(text)
        ) from None


def setting_values(texts: Sequence[str]) -> dict[str, list[str]]:
    """['units 2=2,3'] → {'units 2': ['2', '3']}; a comma within brackets or quotes belongs to its value.

    The last = counts, since a layer's label may have others. Raises UsageError where = is missing, or a setting comes twice.
    """
    found: dict[str, list[str]] = {}
    for text in texts:
        name, equals, values = text.rpartition("=")
        name = " ".join(name.split())
        if not (equals and name):
            raise UsageError("--set: expected name=value,value like activation=sigmoid,tanh; found {found}.", found=repr(text))
        if name in found:
            raise UsageError("--set: {name} is given twice; write all its values in one.", name=name)
        found[name] = [value.strip("\"' ") for value in _apart(values) if value.strip("\"' ")]
    return found


def _apart(values: str) -> list[str]:
    """'N(0, 1),"a, b"' → ['N(0, 1)', '"a, b"']: what commas separate, but for those within brackets and quotes."""
    parts, within = [""], list[str]()
    for sign in unicodedata.normalize("NFKC", values):  # full-width commas and brackets, too
        if within and sign == within[-1]:
            within.pop()
        elif sign in CLOSED_BY and (not within or within[-1] not in "\"'"):
            within.append(CLOSED_BY[sign])
        if sign == "," and not within:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _whole(text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdigit()):
        raise ValueError(text)
    return int(text)


def _count(text: str) -> int:
    if _whole(text) < 1:
        raise ValueError(text)
    check_count(int(text), 1)
    return int(text)
