"""How a comparison of two workbooks is told: text, JSON, marked copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xlnn.checking.comparing import Comparison, difference, seen_apart
from xlnn.checking.marked_copy import YELLOW, Mark, write_marked
from xlnn.checking.telling import FIRST, LISTED
from xlnn.words import say


def compare_text(found: Comparison, language: str) -> str:
    """Counts, the largest difference, and the first differing cells with both numbers."""
    lines = [
        say(
            "{compared} cells compared, {different} differ; only {a} has {only_a}, only {b} has {only_b}.",
            language, compared=f"{found.total('compared'):,}", different=f"{found.different:,}", a=found.a.name,
            only_a=f"{found.total('only_a'):,}", b=found.b.name, only_b=f"{found.total('only_b'):,}",
        )
    ]  # fmt: skip
    if found.largest:
        largest = found.largest
        lines.append(
            say(
                "The largest difference is {difference}, in {sheet}!{cell}.",
                language, difference=f"{largest.largest:.3g}", sheet=largest.sheet, cell=largest.at.name,
            )
        )  # fmt: skip
    lines += [say(template, language, **fields) for template, fields in found.notes]
    for pair, cell, a, b in _first_differences(found):
        one, other = seen_apart(a, b)
        name = pair.sheet if pair.sheet == pair.other else f"{pair.sheet}={pair.other}"
        lines.append(f"  {name}!{cell.name}: {one} | {other}")
    if found.different > FIRST:
        lines.append("  " + say("… and {count} more.", language, count=f"{found.different - FIRST:,}"))
    return "\n".join(lines)


def _first_differences(found: Comparison, most: int = FIRST) -> Iterator[tuple]:
    for pair in found.pairs:
        for cell, a, b in pair.cells():
            if most == 0:
                return
            most -= 1
            yield pair, cell, a, b


def compare_json(found: Comparison) -> dict[str, Any]:
    """The comparison for programs; the first differing cells of all."""
    plain = lambda value: value if value is None or isinstance(value, int | float | str) else str(value)
    largest = found.largest
    return {
        "a": str(found.a),
        "b": str(found.b),
        "same": found.same,
        "compared": found.total("compared"),
        "different": found.different,
        "only_a": found.total("only_a"),
        "only_b": found.total("only_b"),
        "largest": {"difference": largest.largest, "sheet": largest.sheet, "cell": largest.at.name} if largest else None,
        "notes": [say(template, **fields) for template, fields in found.notes],
        "cells": [
            {
                **{"sheet": pair.sheet, "other": pair.other, "cell": cell.name},
                **{"a": plain(a), "b": plain(b), "difference": difference(a, b)},
            }
            for pair, cell, a, b in _first_differences(found, LISTED)
        ],
    }


def compare_report(found: Comparison, path: Path, language: str, force: bool = False) -> Path:
    """A copy of B with the differing cells marked and commented, and a sheet that lists them."""
    header = [say(text, language) for text in ("sheet", "other sheet", "cell", "A", "B", "difference")]
    rows = ((p.sheet, p.other, cell.name, a, b, difference(a, b)) for p in found.pairs for cell, a, b in p.cells())
    marks = (
        Mark(pair.other, cell, YELLOW, f"{found.a.name}: {seen_apart(a, b)[0]}\n{found.b.name}: {seen_apart(a, b)[1]}")
        for pair in found.pairs
        for cell, a, b in pair.cells()
    )
    return write_marked(found.b, path, marks, "xlnn compare", header, rows, force, [found.a])
