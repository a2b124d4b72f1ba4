"""What the parts of a package say besides cells: the sheets and where they lie, the texts, which styles show dates."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from xlnn.errors import ContentError, FileError
from xlnn.xlsx.package import Package

MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")


LINKS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)


WORKBOOK = "xl/workbook.xml"  # where it lies if nothing says so


DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})  # built-in formats of dates and times


@dataclass(frozen=True)
class Target:
    """What a part refers to: its kind (`worksheet`, `styles` …) and the other part's name."""

    kind: str
    part: str
    outside: bool = False


@dataclass(frozen=True)
class SheetPart:
    """A sheet with cells: its name, its part, and whether it is hidden."""

    name: str
    part: str  # "" where it is missing
    hidden: bool = False


@dataclass(frozen=True)
class Contents:
    """The workbook part: its sheets in order, the parts of texts and styles, and where its dates begin."""

    sheets: tuple[SheetPart, ...]
    strings: str = ""
    styles: str = ""
    from_1904: bool = False
    linked: bool = False  # whether it refers to other workbooks
    names: Mapping[str, str] = field(default_factory=dict)


def local(name: str) -> str:
    """The name of an element of a sheet or workbook, "" for those of other namespaces."""
    space, _, found = name.rpartition("}")
    return found if space in MAIN else ""


def parse_paths(package: Package, part: str, start: Callable, end: Callable | None = None, text: Callable | None = None) -> None:
    """Reads a part's XML: `start(path, attributes)`, `end(path)`, `text(path, data)`, the path from the root as "sst/si/t".

    What an element means depends on where it stands. Of other namespaces the names are "". Raises as `Package.parse`.
    """
    open_: list[str] = [""]

    def opened(name: str, attributes: dict) -> None:
        open_.append(f"{open_[-1]}/{local(name)}" if len(open_) > 1 else local(name))
        start(open_[-1], attributes)

    def closed(name: str) -> None:
        if end:
            end(open_[-1])
        open_.pop()

    package.parse(part, opened, closed, (lambda data: text(open_[-1], data)) if text else None)


def contents(package: Package) -> Contents:
    """Reads the workbook part. Raises FileError where a sheet lies outside the package."""
    part = workbook_part(package)
    targets, found, from_1904 = relationships(package, part), [], False

    def start(path: str, attributes: dict) -> None:
        nonlocal from_1904
        if path == "workbook/workbookPr":
            from_1904 = attributes.get("date1904", "0") in ("1", "true")
        if path == "workbook/sheets/sheet":
            link = next((attributes[f"{space}}}id"] for space in LINKS if f"{space}}}id" in attributes), None)
            found.append((unescaped(attributes.get("name", "")), link, attributes.get("state", "visible") != "visible"))

    parse_paths(package, part, start)
    sheets = tuple(sheet for entry in found for sheet in _sheet(package, targets, *entry))
    if not sheets:
        raise FileError("the workbook has no sheet with cells.", package.where)
    _check_names(package, sheets)
    by_kind = {target.kind: target.part for target in targets.values() if not target.outside}
    linked = any(target.kind == "externalLink" for target in targets.values())
    return Contents(sheets, by_kind.get("sharedStrings", ""), by_kind.get("styles", ""), from_1904, linked)


def workbook_part(package: Package) -> str:
    targets = relationships(package, "").values()
    return next((target.part for target in targets if target.kind == "officeDocument" and not target.outside), WORKBOOK)


def _sheet(package: Package, targets: Mapping[str, Target], name: str, link: str | None, hidden: bool) -> Iterator[SheetPart]:
    """The sheet of an entry, nothing for one that is a chart, a dialog or a macro: Excel writes old modules with the link ""."""
    target = targets.get(link or "")
    if target is not None and target.outside:
        raise FileError("the sheet {sheet} lies outside the workbook. Nothing outside is read.", package.where, sheet=repr(name))
    if target is None and link != "":
        yield SheetPart(name, "", hidden)
    elif target is not None and target.kind == "worksheet":
        yield SheetPart(name, target.part if target.part in package else "", hidden)


def _check_names(package: Package, sheets: tuple[SheetPart, ...]) -> None:
    """Raises ContentError for two sheets of one name, as Excel compares names: whether capital or small."""
    seen: dict[str, str] = {}
    for sheet in sheets:
        other = seen.setdefault(sheet.name.casefold(), sheet.name)
        if other is not sheet.name:
            raise ContentError(
                "two sheets have the names {first} and {second}, which are the same to Excel. Rename one of them.",
                package.where, first=repr(other), second=repr(sheet.name),
            )  # fmt: skip


def relationships(package: Package, part: str) -> dict[str, Target]:
    """What a part ("" for the package) refers to, by the names that it uses for them."""
    folder, name = posixpath.split(part)
    beside = posixpath.join(folder, "_rels", name + ".rels")
    found: dict[str, Target] = {}
    deep = 0

    def start(name: str, attributes: dict) -> None:
        nonlocal deep
        deep += 1
        if deep == 2 and name.rpartition("}")[2] == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            path = posixpath.normpath(posixpath.join(folder, attributes.get("Target", "").replace("\\", "/")))
            outside = attributes.get("TargetMode") == "External" or path.startswith("..")
            path = path.lstrip("/")
            found[attributes.get("Id", "")] = Target(kind, path if path in package else unquote(path), outside)

    def end(name: str) -> None:
        nonlocal deep
        deep -= 1

    if beside in package:
        package.parse(beside, start, end)
    return found


# ---- texts -------------------------------------------------------------------------------------------


RUNS = ("t", "r/t")  # where the pieces of a text stand: a phonetic reading (rPh) beside them is none


ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """A text in which characters are spelled by their numbers, as OOXML does with those that XML cannot hold.

    >>> unescaped("a_x000D_b"), unescaped("_x005F_x000D_")
    ('a\\rb', '_x000D_')
    """
    if "_x" not in text:
        return text
    found = ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def shared_texts(package: Package, part: str) -> list[str]:
    """The texts that cells refer to by number; of runs and phonetic readings the text itself."""
    found: list[str] = []
    pieces: list[str] = []

    def start(path: str, attributes: dict) -> None:
        if path == "sst/si":
            pieces.clear()

    def end(path: str) -> None:
        if path == "sst/si":
            found.append(unescaped("".join(pieces)))

    def text(path: str, data: str) -> None:
        if path.startswith("sst/si/") and path[7:] in RUNS:
            pieces.append(data)

    if part and part in package:
        parse_paths(package, part, start, end, text)
    return found


# ---- styles that show dates ------------------------------------------------------------------------------


def date_styles(package: Package, part: str) -> dict[int, bool]:
    """The cell styles, by number, that show a number as a date or a time: True for a length of time, as [h]:mm."""
    formats: dict[str, str] = {}
    used: list[str] = []

    def start(path: str, attributes: dict) -> None:
        if path == "styleSheet/numFmts/numFmt":  # those within dxfs belong to conditional formats
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif path == "styleSheet/cellXfs/xf":
            used.append(attributes.get("numFmtId", "0"))

    if part and part in package:
        parse_paths(package, part, start)
    dates = {name: _is_date(name, formats) for name in set(used)}
    return {number: _is_length(name, formats) for number, name in enumerate(used) if dates[name]}


def _is_date(name: str, formats: Mapping[str, str]) -> bool:
    if name in formats:
        return shows_date(formats[name])
    return name.isdecimal() and int(name[:6]) in DATES


def _is_length(name: str, formats: Mapping[str, str]) -> bool:
    return bool(LENGTH.search(formats.get(name, "").split(";")[0])) or name == "46"


LENGTH = re.compile(r"\[(hh?|mm?|ss?)\]", re.IGNORECASE)


LITERAL = re.compile(r'"[^"]*"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]|\\.|_.|\*.', re.IGNORECASE)


def shows_date(code: str) -> bool:
    """Whether a number format shows dates or times: one of its letters d, m, y, h, s stands outside quotes and brackets."""
    return bool(re.search("[dmyhs]", LITERAL.sub("", code.split(";")[0]), re.IGNORECASE))
