"""Two workbooks' cell styles in one: those of the first keep their numbers, those of the second come behind them."""

from __future__ import annotations

import re
from collections.abc import Callable

from xlnn.xlsx.sheet_cells import TAG, as_text, attributes, prefix_of

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


LISTS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")  # in the order of the part


COUNT = re.compile(r"""\scount\s*=\s*("[^"]*"|'[^']*')""")


FIRST_FORMAT = 164  # numbers below are built in


class Styles:
    """The part of styles that is being written."""

    def __init__(self, content: bytes):
        self.text = as_text(content) if content else ""
        self.prefix = prefix_of(self.text, "styleSheet")
        self._fills: dict[str, int] = {}
        self._filled: dict[tuple[int, str], int] = {}

    def xml(self) -> str:
        return self.text

    def take(self, content: bytes) -> Callable[[str], str]:
        """Adds all styles of a part that XlsxWriter wrote; the result renumbers those that a sheet of it refers to."""
        other = as_text(content)
        formats = self._formats(other)
        moved = {name: self._add(name, _children(other, name, "")) for name in ("fonts", "fills", "borders")}
        dxfs = self._add("dxfs", _children(other, "dxfs", ""))
        attribute = {"fontId": moved["fonts"], "fillId": moved["fills"], "borderId": moved["borders"]}

        def raised(xf: str, name: str, by: int) -> str:
            return re.sub(rf'\b{name}="([0-9]+)"', lambda found: f'{name}="{int(found[1]) + by}"', xf)

        def cell_style(xf: str) -> str:
            for name, by in attribute.items():
                xf = raised(xf, name, by)
            xf = re.sub(r'\bnumFmtId="([0-9]+)"', lambda found: f'numFmtId="{formats.get(found[1], found[1])}"', xf)
            return re.sub(r'\bxfId="[0-9]+"', 'xfId="0"', xf)

        xfs = self._add("cellXfs", [cell_style(xf) for xf in _children(other, "cellXfs", "")])

        def renumbered(sheet: str) -> str:
            sheet = re.sub(r'(<c\b[^>]*? s=")([0-9]+)"', lambda f: f'{f[1]}{int(f[2]) + xfs}"', sheet)
            sheet = re.sub(r'(<row\b[^>]*? s=")([0-9]+)"', lambda f: f'{f[1]}{int(f[2]) + xfs}"', sheet)
            sheet = re.sub(r'(<col\b[^>]*? style=")([0-9]+)"', lambda f: f'{f[1]}{int(f[2]) + xfs}"', sheet)
            sheet = re.sub(r"<c (r=\"[A-Z]+[0-9]+\")(?![^>]* s=)", rf'<c \1 s="{xfs}"', sheet)
            return re.sub(r'\bdxfId="([0-9]+)"', lambda f: f'dxfId="{int(f[1]) + dxfs}"', sheet)

        return renumbered

    def filled(self, style: int, colour: str) -> int:
        """The number of a style like another one, its cells filled with a colour (RRGGBB)."""
        if (style, colour) not in self._filled:
            p = self.prefix
            xfs = _children(self.text, "cellXfs", p)
            xf = xfs[style] if style < len(xfs) else f'<{p}xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
            if colour not in self._fills:
                inner = f'<{p}patternFill patternType="solid"><{p}fgColor rgb="FF{colour}"/></{p}patternFill>'
                self._fills[colour] = self._add("fills", [f"<{p}fill>{inner}</{p}fill>"])
            old = re.match(rf"<{p}xf\b{TAG}/?>", xf)[0]
            tag = re.sub(r"""\s(fillId|applyFill)\s*=\s*("[^"]*"|'[^']*')""", "", old)
            opened = tag.replace("xf", f'xf fillId="{self._fills[colour]}" applyFill="1"', 1)
            self._filled[style, colour] = self._add("cellXfs", [opened + xf[len(old) :]])
        return self._filled[style, colour]

    def _formats(self, other: str) -> dict[str, str]:
        """The new numbers of the other part's number formats, which are added."""
        used = [int(attributes(child)["numFmtId"]) for child in _children(self.text, "numFmts", self.prefix)]
        first, new, added = max([FIRST_FORMAT - 1, *used]) + 1, {}, []
        for position, child in enumerate(_children(other, "numFmts", "")):
            old = attributes(child)["numFmtId"]
            new[old] = str(first + position)
            added.append(child.replace(f'numFmtId="{old}"', f'numFmtId="{new[old]}"'))
        self._add("numFmts", added)
        return new

    def _add(self, name: str, added: list[str]) -> int:
        """Adds children to a list; how many were there before."""
        p = self.prefix
        before = len(_children(self.text, name, p))
        if not added:
            return before
        body = "".join(self._in_namespace(child) for child in added)
        opened = re.search(rf"<{p}{name}\b({TAG})(/?)>", self.text)
        if opened is None:
            self._insert(name, f'<{p}{name} count="{len(added)}">{body}</{p}{name}>')
            return before
        more = re.sub(COUNT, "", opened[1])
        tag = f'<{p}{name}{more} count="{before + len(added)}">'
        end = opened.end() if opened[2] else self.text.index(f"</{p}{name}>", opened.end())
        rest = self.text[end:] if not opened[2] else f"</{p}{name}>" + self.text[end:]
        self.text = self.text[: opened.start()] + tag + self.text[opened.end() : end] * (not opened[2]) + body + rest
        return before

    def _insert(self, name: str, element: str) -> None:
        """A list that was not there, behind those that come before it."""
        p = self.prefix
        for earlier in reversed(LISTS[: LISTS.index(name)]):
            found = re.search(rf"</{p}{earlier}>|<{p}{earlier}\b{TAG}/>", self.text)
            if found:
                self.text = self.text[: found.end()] + element + self.text[found.end() :]
                return
        root = re.search(rf"<{p}styleSheet\b{TAG}>", self.text)
        self.text = self.text[: root.end()] + element + self.text[root.end() :]

    def _in_namespace(self, child: str) -> str:
        return re.sub(r"^<(\w+)", rf'<\1 xmlns="{NAMESPACE}"', child) if self.prefix else child


def _children(text: str, name: str, p: str) -> list[str]:
    """The elements directly within a list, as they are written."""
    opened = re.search(rf"<{p}{name}\b{TAG}(/?)>", text)
    if opened is None or opened[1]:
        return []
    inner = text[opened.end() : text.index(f"</{p}{name}>", opened.end())]
    found, deep, start = [], 0, 0
    for tag in re.finditer(rf"<(/?)([\w:]+){TAG}(/?)>", inner):
        start = tag.start() if not deep and not tag[1] else start
        deep += -1 if tag[1] else 0 if tag[3] else 1
        if not deep:
            found.append(inner[start : tag.end()])
    return found
