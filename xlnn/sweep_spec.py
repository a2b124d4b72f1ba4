"""What stands behind --eta, --seeds and --set: ranges and lists of values to try."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from xlnn.errors import UsageError

MOST = 1_000_000  # values of one kind; more are a slip of the pen


def eta_values(text: str) -> tuple[float, ...]:
    """'0.05:0.5:10' → ten values from 0.05 to 0.5, '0.1,0.2' → these. Raises UsageError for anything else."""
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
    """'0:20' → 0, 1 … 19, as Python counts; '3,5' → these. Raises UsageError for anything else."""
    try:
        if ":" not in text:
            return tuple(_whole(part) for part in text.split(","))
        first, end = map(_whole, text.split(":"))
        if not first < end <= first + MOST:
            raise ValueError(text)
        return tuple(range(first, end))
    except ValueError:
        raise UsageError(
            "--seeds: expected first:end like 0:20 (20 starts, 0 to 19), or numbers like 3,5; found {found}.", found=repr(text)
        ) from None


def setting_values(texts: Sequence[str]) -> dict[str, list[str]]:
    """['units 2=2,3'] → {'units 2': ['2', '3']}. Raises UsageError where = is missing, or a setting comes twice."""
    found: dict[str, list[str]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        name = " ".join(name.split())
        if not (equals and name):
            raise UsageError("--set: expected name=value,value like activation=sigmoid,tanh; found {found}.", found=repr(text))
        if name in found:
            raise UsageError("--set: {name} is given twice; write all its values in one.", name=name)
        found[name] = [value.strip() for value in values.split(",") if value.strip()]
    return found


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
    if not 1 <= _whole(text) <= MOST:
        raise ValueError(text)
    return int(text)
