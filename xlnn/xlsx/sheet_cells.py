"""A sheet's part taken apart into its cells and put together again: whatever is no cell stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from xlnn.layout.cells import COLUMNS, Cell, Range, column_name, column_number

TAG = r"""(?:[^>"']|"[^"]*"|'[^']*')*?"""  # what stands in a tag
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*("[^"]*"|'[^']*')""")
ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]+)")
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True)
class RawCell:
    """A cell as XML: `more` are its attributes besides r and t, `formula` the text in f with its attributes."""

    more: str = ""
    kind: str = ""  # t: "s" for a shared text, "str", "b", "e", "inlineStr"; "" or "n" for a number
    formula: str | None = None
    formula_more: Mapping[str, str] = field(default_factory=dict)
    value: str | None = None  # the text in v
    inline: str = ""  # the element is

    @property
    def is_text(self) -> bool:
        return self.kind in ("s", "str", "inlineStr")

    @property
    def style(self) -> int:
        """The number of its style."""
        return int(attributes(self.more).get("s", 0))

    def styled(self, style: int) -> RawCell:
        """The same cell in another style."""
        return replace(self, more=re.sub(r"""\ss\s*=\s*("[^"]*"|'[^']*')""", "", self.more) + f' s="{style}"')

    @property
    def without_result(self) -> RawCell:
        """The same cell, its formula alone."""
        return replace(self, value=None, kind="", inline="")

    def number(self, text: str, formula: str | None = None, kind: str = "") -> RawCell:
        """The same cell with a number, as XML, for what it held; a formula keeps its attributes."""
        return RawCell(self.more, kind, formula, {} if formula is None else self.formula_more, text)

    def xml(self, cell: Cell, prefix: str = "") -> str:
        kind = f' t="{self.kind}"' if self.kind else ""
        more = "".join(f' {name}="{value}"' for name, value in self.formula_more.items())
        inner = "" if self.formula is None else f"<{prefix}f{more}>{self.formula}</{prefix}f>"
        inner += self.inline if self.value is None else f"<{prefix}v>{self.value}</{prefix}v>"
        opened = f'<{prefix}c r="{column_name(cell.column)}{cell.row}"{self.more}{kind}'
        return f"{opened}>{inner}</{prefix}c>" if inner else opened + "/>"


@dataclass(frozen=True)
class RawSheet:
    """What stands before the rows, the rows' attributes and the cells, and what stands behind them."""

    head: str
    tail: str
    rows: Mapping[int, str]
    cells: Mapping[Cell, RawCell]
    prefix: str = ""

    def xml(self) -> str:
        """The part as it is written."""
        p = self.prefix
        by_row: dict[int, list[str]] = {row: [] for row in self.rows}
        for cell in sorted(self.cells):
            by_row.setdefault(cell.row, []).append(self.cells[cell].xml(cell, p))
        rows = (f'<{p}row r="{row}"{self.rows.get(row, "")}>{"".join(by_row[row])}</{p}row>' for row in sorted(by_row))
        return f"{self.head}<{p}sheetData>{''.join(rows)}</{p}sheetData>{self.tail}"

    def with_cells(self, cells: Mapping[Cell, RawCell], rows: Mapping[int, str] | None = None) -> RawSheet:
        """Other cells; the dimension, which would no longer be true, is left out."""
        head = re.sub(rf"<{self.prefix}dimension\b{TAG}(/>|>.*?</{self.prefix}dimension>)", "", self.head)
        return replace(self, head=head, cells=cells, rows=self.rows if rows is None else rows)

    @property
    def merged(self) -> list[Range]:
        found = re.findall(rf'<{self.prefix}mergeCell\b[^>]*?\bref="([^"]+)"', self.tail)
        return [Range.parse(text) for text in found]

    def with_merged(self, more: list[Range]) -> RawSheet:
        """With further cells merged; nothing changes where none were."""
        p = self.prefix
        added = "".join(f'<{p}mergeCell ref="{range_.name}"/>' for range_ in more)
        tail = re.sub(rf"(<{p}mergeCells)\b[^>]*>", r"\1>", self.tail).replace(f"</{p}mergeCells>", f"{added}</{p}mergeCells>")
        return replace(self, tail=tail)


def as_text(content: bytes) -> str:
    """A part's text, whatever its encoding, declared as UTF-8."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16")
    else:
        declared = re.match(rb"""\s*<\?xml[^>]*?encoding=["']([\w.-]+)["']""", content)
        text = content.decode(declared[1].decode() if declared else "utf-8").lstrip("\ufeff")
    return DECLARATION + re.sub(r"^\s*<\?xml.*?\?>\s*", "", text, count=1, flags=re.DOTALL)


def prefix_of(text: str, root: str) -> str:
    """The prefix of the root element with its colon, "" where the namespace is the default one."""
    found = re.search(rf"<(?:(\w+):)?{root}\b", text)
    return f"{found[1]}:" if found and found[1] else ""


def attributes(tag: str) -> dict[str, str]:
    """The attributes in a tag, as they are written between the quotation marks."""
    return {name: value[1:-1].replace('"', "&quot;") for name, value in ATTRIBUTE.findall(tag)}


def taken_apart(content: bytes) -> RawSheet:
    """The cells of a sheet's part."""
    text = as_text(content)
    p = prefix_of(text, "worksheet")
    opened = re.search(rf"<{p}sheetData\b{TAG}(/?)>", text)
    end = opened.end() if opened[1] else text.index(f"</{p}sheetData>", opened.end())
    data = "" if opened[1] else text[opened.end() : end]
    tail = text[end:].removeprefix(f"</{p}sheetData>")
    rows, cells = _cells(data, p)
    return RawSheet(text[: opened.start()], tail, rows, cells, p)


def _cells(data: str, p: str) -> tuple[dict[int, str], dict[Cell, RawCell]]:
    pattern = re.compile(rf"<{p}row\b({TAG})/?>|<{p}c\b({TAG})(?:/>|>(.*?)</{p}c>)", re.DOTALL)
    rows, cells, row, column = {}, {}, 0, 0
    for found in pattern.finditer(data):
        if found[1] is not None:
            given = attributes(found[1])
            row, column = int(given.pop("r", row + 1)), 0
            given.pop("spans", None)
            rows[row] = "".join(f' {name}="{value}"' for name, value in given.items())
            continue
        given = attributes(found[2])
        address = ADDRESS.fullmatch(given.pop("r", ""))
        column = column_number(address[1]) if address else column + 1
        cells[Cell(row, min(column, COLUMNS))] = _cell(given, found[3] or "", p)
    return rows, cells


def _cell(given: dict[str, str], inner: str, p: str) -> RawCell:
    kind = given.pop("t", "")
    more = "".join(f' {name}="{value}"' for name, value in given.items())
    formula = re.search(rf"<{p}f\b({TAG})(?:/>|>(.*?)</{p}f>)", inner, re.DOTALL)
    value = re.search(rf"<{p}v\b[^>]*>(.*?)</{p}v>", inner, re.DOTALL)
    inline = re.search(rf"<{p}is\b.*</{p}is>", inner, re.DOTALL)
    return RawCell(
        more, kind, None if formula is None else formula[2] or "", attributes(formula[1]) if formula else {},
        value[1] if value else None, inline[0] if inline else "",
    )  # fmt: skip
