"""The numbers of docs/sections.md in plain Python: the standard library's arithmetic on the numbers that the sheets are given.

A line is named by section, sheet and cell: numbers()["2-4", "2-4", "F22"] is 3·(−6) + 4·(−8).
"""

from __future__ import annotations

from functools import cache


@cache
def numbers() -> dict[tuple[str, str, str], float]:
    """Every number, by section, sheet and cell."""
    from by_hand import approximations, chapter1, chapter2, networks

    return chapter1.numbers() | chapter2.algebra() | chapter2.derivatives() | approximations.numbers() | networks.numbers()
