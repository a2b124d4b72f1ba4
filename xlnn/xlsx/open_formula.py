"""Formulas as OpenDocument writes them (OpenFormula, OASIS ODF 1.3 part 4), in Excel's words.

>>> excel_formula("of:=SUMPRODUCT([.L5:.N8];[.$D$5:.$F$8])+[$Start.$G$5]")
'SUMPRODUCT(L5:N8,$D$5:$F$8)+Start!$G$5'
"""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")|(?P<place>\[(?:'(?:[^']|'')*'|[^\]'])*\])|(?P<sign>[;~|!])|(?P<brace>[{}])"""
    r"""|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)|(?P<other>.)""",
    re.DOTALL,
)


PREFIX = re.compile(r"^(?:of|oooc|msoxl)?:?=")


VENDORS = ("COM.MICROSOFT.", "ORG.OPENOFFICE.", "ORG.LIBREOFFICE.", "LEGACY.")  # functions that OpenFormula has by other names


END = re.compile(r"(?:(?P<sheet>\$?'(?:[^']|'')*'|[^.]*))\.(?P<cell>[^.]*)")


def excel_formula(text: str) -> str:
    """A cell's formula without its =. Raises ValueError for one that refers to another file."""
    prefix = PREFIX.match(text)
    if not prefix:
        raise ValueError(text)
    body = text[prefix.end() :]
    return body if prefix[0].startswith("msoxl") else "".join(_words(body))


def _words(body: str):
    inside = 0  # of an array {1;2|3;4}
    for found in TOKEN.finditer(body):
        kind, word = found.lastgroup, found[0]
        if kind == "brace":
            inside += 1 if word == "{" else -1
        elif kind == "place":
            word = excel_range(word[1:-1])
        elif kind == "sign":
            word = {";": ",", "~": ",", "|": ";" if inside else "|", "!": " "}[word]
        elif kind == "name":
            word = next((word[len(vendor) :] for vendor in VENDORS if word.upper().startswith(vendor)), word)
        yield word


def excel_range(text: str) -> str:
    """A reference without its brackets, or a list of them: `$Sheet1.A1:.B2` → `Sheet1!A1:B2`."""
    if text.startswith("#"):
        return text
    if "#" in text and "'#" in text:
        raise ValueError(text)
    ends = [END.fullmatch(part) for part in _parts(text)]
    if not ends or None in ends:
        raise ValueError(text)
    first, last = ends[0], ends[-1]
    sheet, other = (found["sheet"].removeprefix("$") for found in (first, last))
    cells = first["cell"] if len(ends) == 1 else f"{first['cell']}:{last['cell']}"
    if not sheet:
        return cells
    if other not in ("", sheet):  # through several sheets
        sheet = f"'{sheet.strip(chr(39))}:{other.strip(chr(39))}'"
    return f"{_quoted(sheet)}!{cells}"


def _parts(text: str) -> list[str]:
    """The ends of a range; a colon within quotes divides nothing."""
    return re.findall(r"(?:'(?:[^']|'')*'|[^:'])+", text)


def _quoted(sheet: str) -> str:
    plain = sheet.startswith("'") or re.fullmatch(r"[^\W\d][\w.]*", sheet)
    return sheet if plain else f"'{sheet}'"
