"""Sentences with numbers that follow the cells: in a workbook of formulas what Summary says stays true when η is changed.

>>> text = "C_T " + number("B9", 20.25534567) + " is high."
>>> plain(text)
'C_T 20.2553 is high.'
>>> formula(text)
('"C_T "&ROUND(B9,6)&" is high."', 'C_T 20.255346 is high.')
"""

from __future__ import annotations

import re

from xlnn.layout.cells import Cell
from xlnn.xlsx.rows import Rows

START, BETWEEN, END = "\ue010", "\ue011", "\ue012"  # around a number: its formula, its digits


NUMBER = re.compile(f"{START}([^{BETWEEN}]*){BETWEEN}([^{END}]*){END}")


def number(expression: str, value: float) -> str:
    """A number within a sentence, and the formula that gives it."""
    return f"{START}{expression}{BETWEEN}{float(value)!r}{END}"


def plain(text: str) -> str:
    """The sentence with its numbers as they are now, in six digits."""
    return NUMBER.sub(lambda found: f"{float(found[2]):.6g}", text)


def formula(text: str) -> tuple[str, str]:
    """The sentence as a formula, its numbers rounded to six decimals, and its result."""
    parts = NUMBER.split(text)  # text, formula, digits, text …
    quoted = ['"' + part.replace('"', '""') + '"' for part in parts[::3]]
    rounded = [f"ROUND({expression},6)" for expression in parts[1::3]]
    spelled = [piece for pair in zip(quoted, [*rounded, ""], strict=True) for piece in pair if piece and piece != '""']
    return "&".join(spelled), NUMBER.sub(lambda found: _rounded(float(found[2])), text)


def write(rows: Rows, cell: Cell, text: str, style: int, formulas: bool) -> None:
    """The sentence in a cell; as a formula where it has numbers and there are formulas."""
    if formulas and START in text:
        rows.formula(cell, *formula(text), style)
    else:
        rows.text(cell, plain(text), style, measured=False, symbol=False)


def _rounded(value: float) -> str:
    """As a spreadsheet writes ROUND(value, 6) into a text."""
    digits = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits
