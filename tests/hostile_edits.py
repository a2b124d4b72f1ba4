"""What hostile workbooks are made of: the good one of section 4-4, and the ways to change its parts."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from packages import Member, members, zipped

import xlnn

Parts = dict[str, bytes]  # the parts of a package by name
FILE, CONTENT, LIMIT = 3, 4, 5  # exit codes: not a readable workbook; content wrong; over a limit

TYPES, RELS, BOOK, BOOK_RELS = "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
SETTINGS, DATA, START = (f"xl/worksheets/sheet{n}.xml" for n in (1, 2, 3))
STRINGS, STYLES, THEME = "xl/sharedStrings.xml", "xl/styles.xml", "xl/theme/theme1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
PIXEL = ("x", (0, 1, 1))  # image 1, row 2, column 2: cell L6 of sheet Data


@dataclass(frozen=True)
class Case:
    """A workbook and what `xlnn show` must say of it."""

    name: str
    make: Callable[[Parts], bytes]
    code: int = 0
    where: str = ""  # sheet and cell as the message names them
    says: str = ""  # words of the message, or of what is shown
    right: Mapping[tuple, float] = field(default_factory=dict)  # (quantity, index) → number, where not the book's
    file: str = "book.xlsx"
    several: bool = False  # whether more cells than one are wrong; then each has its line


@lru_cache
def good() -> bytes:
    """The workbook that `xlnn new 4-4` writes."""
    with tempfile.TemporaryDirectory() as folder:
        return xlnn.new("4-4", Path(folder) / "book.xlsx").read_bytes()


def parts() -> Parts:
    with ZipFile(BytesIO(good())) as package:
        return {name: package.read(name) for name in package.namelist()}


def expected(case: Case) -> dict[str, np.ndarray]:
    """The numbers that must be read: pixels, digits and parameters of the book, apart from the case's own."""
    problem = xlnn.example("4-4")
    arrays = {"x": problem.x.copy(), "digit": problem.digits.copy()}
    arrays |= {name: array.copy() for name, array in problem.parameters.items()}
    for (name, index), number in case.right.items():
        arrays[name][index] = number
    return arrays


# ---- how a package is changed -----------------------------------------------------------------------------


def change(part: str, *pairs: tuple[str, str]) -> Callable[[Parts], Parts]:
    """Replaces a text in a part once; it must be there."""

    def changed(found: Parts) -> Parts:
        text = found[part].decode()
        for old, new in pairs:
            assert old in text, (part, old)
            text = text.replace(old, new, 1)
        return found | {part: text.encode()}

    return changed


def sub(part: str, old: str, new: str) -> Callable[[Parts], Parts]:
    """Replaces a regular expression everywhere in a part; it must be there."""

    def changed(found: Parts) -> Parts:
        text, count = re.subn(old, new, found[part].decode(), flags=re.S)
        assert count, (part, old)
        return found | {part: text.encode()}

    return changed


def cell(address: str, xml: str, part: str = DATA) -> Callable[[Parts], Parts]:
    """Puts other XML in the place of a cell."""
    pattern = rf'<c r="{address}"(?:[^>]*/>|[^>]*[^/>]>.*?</c>)'
    return sub(part, pattern, xml.replace("\\", r"\\"))


def value(xml: str, attributes: str = "") -> Callable[[Parts], Parts]:
    """Puts this into cell L6 of sheet Data, in the place of `<v>0</v>`."""
    return cell("L6", f'<c r="L6"{attributes}>{xml}</c>')


def whole(part: str, content: bytes | Callable[[bytes], bytes]) -> Callable[[Parts], Parts]:
    """A part with other bytes, or a new one."""
    return lambda found: found | {part: content(found[part]) if callable(content) else content}


def without(*names: str) -> Callable[[Parts], Parts]:
    return lambda found: {name: data for name, data in found.items() if name not in names}


def packed(*changes: Callable[[Parts], Parts]) -> Callable[[Parts], bytes]:
    """The workbook with these changes, one after the other."""

    def make(found: Parts) -> bytes:
        for step in changes:
            found = step(found)
        return zipped(found)

    return make


def with_members(*more: Member, replaced: bool = True) -> Callable[[Parts], bytes]:
    """The workbook with further members, in the place of those of the same name where `replaced`."""
    names = {member.name for member in more if replaced}
    return lambda found: zipped([*(m for m in members(found) if m.name not in names), *more])


def altered(part: str, **fields) -> Callable[[Parts], bytes]:
    """The workbook in which the headers of one member say something else."""
    return lambda found: zipped(Member(name, data, **(fields if name == part else {})) for name, data in found.items())


def sheet(title: str, content: bytes, state: str = "") -> Callable[[Parts], Parts]:
    """A fourth sheet."""
    tag = f'<sheet name="{title}" sheetId="9"{state} r:id="rId9"/></sheets>'
    relation = f'<Relationship Id="rId9" Type="{OFFICE}/worksheet" Target="worksheets/sheet9.xml"/></Relationships>'
    override = f'<Override PartName="/xl/worksheets/sheet9.xml" ContentType="{CONTENT_TYPE}worksheet+xml"/></Types>'

    def added(found: Parts) -> Parts:
        for step in (
            change(BOOK, ("</sheets>", tag)),
            change(BOOK_RELS, ("</Relationships>", relation)),
            change(TYPES, ("</Types>", override)),
        ):
            found = step(found)
        return found | {"xl/worksheets/sheet9.xml": content}

    return added


def sheet_xml(rows: str, after: str = "", before: str = "") -> bytes:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'.encode()
