"""What a cell's number format makes of its number, for the formats that xlnn writes; written after ECMA-376, 18.8.31."""

from __future__ import annotations

import re

CONDITION = re.compile(r"\[(<=|>=|<|>|=)([-0-9.]+)\]")
HOLDS = {"<": float.__lt__, ">": float.__gt__, "=": float.__eq__, "<=": float.__le__, ">=": float.__ge__}


def shown(number: float, format_: str) -> str:
    """The text of a number; under General all its digits."""
    number = float(number)
    if format_ in ("General", "@"):
        return repr(number)
    sections = format_.split(";")
    section, positive = _section(number, sections)
    literal = re.sub(r'"[^"]*"|[▲●▶★ ]', "", CONDITION.sub("", section))
    return _digits(abs(number) if positive else number, literal)


def _section(number: float, sections: list[str]) -> tuple[str, bool]:
    """The section for a number, and whether it takes the number without its sign."""
    if any(CONDITION.match(section) for section in sections):
        for section in sections:
            match = CONDITION.match(section)
            if not match or HOLDS[match[1]](number, float(match[2])):
                assert number >= 0, "where formats have conditions, programs differ about the sign of negative numbers"
                return section, False
    if len(sections) == 3 and number == 0:
        return sections[2], False
    return (sections[1], True) if number < 0 and len(sections) > 1 else (sections[0], False)


def _digits(number: float, format_: str) -> str:
    """A number in one section: 0, 0.000, 0.0%, 0.00E+0, -0.00E+0."""
    match = re.fullmatch(r"(-?)0(?:\.(0+))?(%|E\+(0+))?", format_)
    assert match, f"a format that this does not know: {format_}"
    sign, decimals, kind = match[1], len(match[2] or ""), match[3] or ""
    if kind == "%":
        return f"{sign}{100 * number:.{decimals}f}%"
    if not kind:
        return f"{sign}{number:.{decimals}f}"
    mantissa, exponent = f"{number:.{decimals}e}".split("e")
    return f"{sign}{mantissa}E{int(exponent):+0{len(match[4]) + 1}d}"
