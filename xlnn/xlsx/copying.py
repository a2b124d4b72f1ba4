"""A workbook written from another one, part by part: its sheets once or several times, and sheets of a third one.

Parts are copied byte for byte; only the workbook's part, its relations, the content types, the styles and the sheets
that are given anew are written. So charts, pictures, comments and whatever else is in the package stay.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlnn._version import __version__
from xlnn.layout.cells import quoted
from xlnn.xlsx.package import Package
from xlnn.xlsx.parts import Target, contents, relationships, workbook_part
from xlnn.xlsx.seals import MARK
from xlnn.xlsx.sheet_cells import DECLARATION, TAG, as_text, attributes, prefix_of
from xlnn.xlsx.styles_together import Styles

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml."
SHARED = ("image", "hyperlink", "media")  # what a copied part may refer to together with the first one
COPIED = ("drawing", "vmlDrawing", "comments", "threadedComment", "printerSettings")  # with all that they refer to


QUOTE, HIDDEN = '"', ' state="hidden"'


DROPPED = ("calcChain", "vbaProject")  # of the whole workbook
PROPERTIES = "docProps/custom.xml"
CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"


Definitions = Callable[[str | None, str], Iterator[tuple[str | None, str]]]  # of a name: its sheet, if it is one's, and text


@dataclass
class Copy:
    """A workbook under way; `file` takes its parts as they are ready.

    `lost`: the kinds of parts that a repeated sheet could not take along (tables, controls …).
    """

    package: Package
    file: BinaryIO
    marked: bool = True  # whether it carries xlnn's mark: a person's own workbook with a sheet more does not
    lost: set[str] = field(default_factory=set)
    _sheets: list[tuple[str, str, bool]] = field(default_factory=list)  # name, part, hidden
    _types: dict[str, str] = field(default_factory=dict)  # content types of new parts
    _names: set[str] = field(default_factory=set)
    _written: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)  # by the beginning of parts' names the last one taken

    def __post_init__(self):
        self.archive = ZipFile(self.file, "w", ZIP_DEFLATED, allowZip64=True)
        self.contents = contents(self.package)
        self.types = as_text(self.package.read("[Content_Types].xml"))
        self._names = {name.casefold() for name in self.package.names()}
        self.styles = Styles(self.package.read(self.contents.styles) if self.contents.styles in self.package else b"")

    # ---- sheets --------------------------------------------------------------------------------------

    def part_of(self, sheet: str) -> str:
        return next(found.part for found in self.contents.sheets if found.name == sheet)

    def keep(self, sheet: str, xml: str | None = None, name: str | None = None) -> None:
        """A sheet of the workbook in its own part, as it is or with other XML, and under its name or another."""
        found = next(found for found in self.contents.sheets if found.name == sheet)
        self._sheets.append((name or sheet, found.part, found.hidden))
        content = b"" if xml is not None else self.package.read(found.part)
        if xml is not None or b"tabSelected" in content:
            self._put(found.part, _unselected(xml if xml is not None else as_text(content)))

    def repeat(self, sheet: str, xml: str, name: str, renamed: Callable[[str], str]) -> None:
        """A further sheet like one of the workbook's, with what belongs to that; `renamed` rewrites a formula of its charts."""
        first = self.part_of(sheet)
        part, relations, gone = self._new(first), [], []
        for key, target in relationships(self.package, first).items():
            if target.kind in SHARED or target.outside:
                relations.append((key, target))
            elif target.kind in COPIED:
                relations.append((key, Target(target.kind, self._copied(target.part, renamed))))
            else:
                gone.append(key)
                self.lost.add(target.kind)
        self._sheets.append((name, part, False))
        self._put(part, _of_a_copy(_without(xml, gone)), self._type(first))
        self._relate(part, first, relations)

    def _copied(self, part: str, renamed: Callable[[str], str]) -> str:
        """A copy of a part and of what it refers to."""
        new, relations = self._new(part), []
        for key, target in relationships(self.package, part).items():
            share = target.kind in SHARED or target.outside
            relations.append((key, target if share else Target(target.kind, self._copied(target.part, renamed))))
        content = self.package.read(part)
        if re.search(rb"[<:]f>", content) and part.endswith(".xml"):
            content = _charted(as_text(content), renamed).encode()
        self._put(new, content, self._type(part))
        self._relate(new, part, relations)
        return new

    def rewrite_charts(self, sheet: str, renamed: Callable[[str], str]) -> None:
        """The charts on a sheet that stays in its part refer to sheets by their new names."""
        open_, seen = [self.part_of(sheet)], set()
        while open_:
            part = open_.pop()
            for target in relationships(self.package, part).values():
                if not target.outside and target.kind in ("drawing", "chart") and target.part not in seen:
                    seen.add(target.part)
                    open_.append(target.part)
                    if target.kind == "chart" and target.part not in self._written:
                        self._put(target.part, _charted(as_text(self.package.read(target.part)), renamed))

    def graft(self, other: Package, sheets: Sequence[str]) -> None:
        """Sheets of a workbook that XlsxWriter wrote, with their styles, links and charts."""
        found = contents(other)
        taken = self.styles.take(other.read(found.styles))
        texts = re.findall(r"<si>(.*?)</si>", as_text(other.read(found.strings)), re.DOTALL) if found.strings in other else []
        for sheet in found.sheets:
            if sheet.name in sheets:
                part = self._new("xl/worksheets/sheet1.xml")
                relations = [
                    (key, target if target.outside else Target(target.kind, self._grafted(other, target.part)))
                    for key, target in relationships(other, sheet.part).items()
                ]
                self._sheets.append((sheet.name, part, False))
                self._put(part, _with_texts(taken(as_text(other.read(sheet.part))), texts), MAIN + "worksheet+xml")
                self._relate(part, sheet.part, relations, other)

    def _grafted(self, other: Package, part: str) -> str:
        new = self._new(part)
        relations = [
            (key, target if target.outside else Target(target.kind, self._grafted(other, target.part)))
            for key, target in relationships(other, part).items()
        ]
        self._put(new, other.read(part), _type_in(as_text(other.read("[Content_Types].xml")), part))
        self._relate(new, part, relations, other)
        return new

    # ---- parts ---------------------------------------------------------------------------------------

    def _new(self, like: str) -> str:
        """A part's name that is free: sheet12.xml for one like sheet1.xml."""
        stem, ending = posixpath.splitext(like)
        stem = re.sub(r"[0-9]+$", "", stem)
        number = self._numbers.get(stem, 1)
        while f"{stem}{number}{ending}".casefold() in self._names:
            number += 1
        self._numbers[stem] = number
        self._names.add(f"{stem}{number}{ending}".casefold())
        return f"{stem}{number}{ending}"

    def _put(self, part: str, content: str | bytes, kind: str = "") -> None:
        if kind:
            self._types[part] = kind
        self._written.add(part)
        entry = ZipInfo(part)  # of 1980, so that the same input gives the same bytes
        entry.compress_type = ZIP_DEFLATED
        self.archive.writestr(entry, content)

    def _type(self, part: str) -> str:
        return _type_in(self.types, part)

    def _relate(self, part: str, like: str, relations: Sequence[tuple[str, Target]], package: Package | None = None) -> None:
        """The relations of a new part: those of the part that it is like, to other parts."""
        beside = _beside(like)
        package = package or self.package
        if beside not in package:
            return
        text, by_key = as_text(package.read(beside)), dict(relations)
        folder = posixpath.dirname(part)

        def changed(found: re.Match) -> str:
            target = by_key.get(attributes(found[0]).get("Id", ""))
            if target is None:
                return ""
            if target.outside:
                return found[0]
            path = escape(posixpath.relpath(target.part, folder or "."))
            return re.sub(r"""\bTarget\s*=\s*("[^"]*"|'[^']*')""", f'Target="{path}"', found[0])

        self._put(_beside(part), re.sub(rf"<(?:\w+:)?Relationship\b{TAG}/?>(?:</(?:\w+:)?Relationship>)?", changed, text))

    # ---- the end -------------------------------------------------------------------------------------

    def close(self, order: Sequence[str], names: Definitions, calculate: bool) -> None:
        """The workbook's own parts, and all others as they are.

        `order`: the names of the sheets; `names(sheet, text)`: the definitions (sheet, if it is one's, and text) for one
        defined name; `calculate`: programs are to calculate all formulas when they open it.
        """
        rank = {name: position for position, name in enumerate(order)}
        self._sheets.sort(key=lambda sheet: rank[sheet[0]])
        part, keys = workbook_part(self.package), {}
        if not (self.contents.styles and self.contents.styles in self.package):
            raise ValueError("a workbook without styles")
        self._put(self.contents.styles, self.styles.xml())
        gone = {found.part for found in self.contents.sheets} - {found for _, found, _ in self._sheets}
        targets = relationships(self.package, part)
        gone |= {target.part for target in targets.values() if target.kind in DROPPED}
        for key, target in targets.items():
            keys[target.part] = key
        self._put(_beside(part), self._workbook_relations(part, targets, gone, keys))
        self._put(part, self._workbook(as_text(self.package.read(part)), keys, names, calculate))
        gone |= {_beside(name) for name in gone}
        if self.marked:
            self._mark()
        self._put("[Content_Types].xml", self._content_types(gone, part))
        for name in self.package.names():
            if name not in self._written and name not in gone and not name.endswith("/") and name != "docProps/xlnn.xml":
                self._put(name, self.package.read(name))
        self.archive.close()

    def _workbook_relations(self, part: str, targets: Mapping[str, Target], gone: set[str], keys: dict[str, str]) -> str:
        text = as_text(self.package.read(_beside(part)))
        p = prefix_of(text, "Relationships")
        lost = {key for key, target in targets.items() if not target.outside and target.part in gone}
        whole = rf"<{p}Relationship\b{TAG}/?>(?:</{p}Relationship>)?"
        text = re.sub(whole, lambda found: "" if attributes(found[0]).get("Id") in lost else found[0], text)
        added, folder = "", posixpath.dirname(part)
        for _, sheet, _ in self._sheets:
            if sheet not in keys or keys[sheet] in lost:
                keys[sheet] = f"xlnn{len(keys)}"
                path = escape(posixpath.relpath(sheet, folder or "."))
                added += f'<{p}Relationship Id="{keys[sheet]}" Type="{R}/worksheet" Target="{path}"/>'
        return text.replace(f"</{p}Relationships>", added + f"</{p}Relationships>")

    def _workbook(self, text: str, keys: Mapping[str, str], names: Definitions, calculate: bool) -> str:
        p = prefix_of(text, "workbook")
        sheets = "".join(
            f'<{p}sheet name="{escape(name)}" sheetId="{number}"{HIDDEN * hidden} xmlns:r="{R}" r:id="{keys[part]}"/>'
            for number, (name, part, hidden) in enumerate(self._sheets, 1)
        )
        text = re.sub(rf"<{p}sheets>.*?</{p}sheets>", lambda _: f"<{p}sheets>{sheets}</{p}sheets>", text, flags=re.DOTALL)
        text = re.sub(r"""\s(activeTab|firstSheet)\s*=\s*("[^"]*"|'[^']*')""", "", text)
        text = re.sub(rf"<{p}(definedNames|customWorkbookViews)\b.*?(</{p}\1>|/>)", "", text, flags=re.DOTALL)
        text = text.replace(f"</{p}sheets>", f"</{p}sheets>{self._defined(p, names)}", 1)
        if calculate:
            text = re.sub(r"""\sfullCalcOnLoad\s*=\s*("[^"]*"|'[^']*')""", "", text)
            if not re.search(rf"<{p}calcPr\b", text):
                behind = f"</{p}definedNames>" if f"</{p}definedNames>" in text else f"</{p}sheets>"
                text = text.replace(behind, f"{behind}<{p}calcPr/>", 1)
            text = re.sub(rf"(<{p}calcPr\b)", r'\1 fullCalcOnLoad="1"', text)
        return text

    def _defined(self, p: str, names: Definitions) -> str:
        text = as_text(self.package.read(workbook_part(self.package)))
        place = {name: number for number, (name, _, _) in enumerate(self._sheets)}
        before, parts = [sheet.name for sheet in self._all_sheets()], []
        for found in re.finditer(rf"<{p}definedName\b({TAG})>(.*?)</{p}definedName>", text, re.DOTALL):
            given = attributes(found[1])
            local = given.pop("localSheetId", None)
            sheet = before[int(local)] if local is not None and int(local) < len(before) else None
            for on, said in names(sheet, found[2]):
                if on is None or on in place:
                    more = {**given, **({} if on is None else {"localSheetId": str(place[on])})}
                    parts.append(
                        f"<{p}definedName{''.join(f' {n}={QUOTE}{v}{QUOTE}' for n, v in more.items())}>{said}</{p}definedName>"
                    )
        return f"<{p}definedNames>{''.join(parts)}</{p}definedNames>" if parts else ""

    def _all_sheets(self):
        return self.contents.sheets

    def _mark(self) -> None:
        """xlnn's mark among the custom properties, as `written_by_xlnn` looks for it."""
        there = PROPERTIES in self.package
        text = as_text(self.package.read(PROPERTIES)) if there else f'{DECLARATION}<Properties xmlns="{CUSTOM}"></Properties>'
        if f'name="{MARK}"' in text:
            return
        number = 1 + max([1, *map(int, re.findall(r'\bpid="([0-9]+)"', text))])
        p = prefix_of(text, "Properties")
        property_ = (
            f'<property xmlns="{CUSTOM}" fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number}" name="{MARK}">'
            f'<vt:lpwstr xmlns:vt="{TYPES}">{__version__}</vt:lpwstr></property>'
        )
        text = re.sub(rf"<{p}Properties\b({TAG})/>", rf"<{p}Properties\1></{p}Properties>", text)
        self._put(PROPERTIES, text.replace(f"</{p}Properties>", f"{property_}</{p}Properties>"))
        if not there:
            self._types[PROPERTIES] = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
            relations = as_text(self.package.read("_rels/.rels"))
            p = prefix_of(relations, "Relationships")
            relation = f'<{p}Relationship Id="xlnn" Type="{R}/custom-properties" Target="{PROPERTIES}"/>'
            self._put("_rels/.rels", relations.replace(f"</{p}Relationships>", f"{relation}</{p}Relationships>"))

    def _content_types(self, gone: set[str], workbook: str) -> str:
        text = self.types
        p = prefix_of(text, "Types")
        whole = rf"<{p}Override\b{TAG}/?>(?:</{p}Override>)?"
        text = re.sub(whole, lambda found: "" if attributes(found[0]).get("PartName", "")[1:] in gone else found[0], text)
        text = text.replace("application/vnd.ms-excel.sheet.macroEnabled.main+xml", MAIN + "sheet.main+xml")
        added = "".join(f'<{p}Override PartName="/{escape(part)}" ContentType="{kind}"/>' for part, kind in self._types.items())
        return text.replace(f"</{p}Types>", added + f"</{p}Types>")


# ---- XML ---------------------------------------------------------------------------------------------


def _beside(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", name + ".rels")


def _type_in(types: str, part: str) -> str:
    """The content type that a part has of its own, "" where it is its ending's."""
    found = (attributes(tag) for tag in re.findall(rf"<(?:\w+:)?Override\b{TAG}/?>", types))
    return next((given["ContentType"] for given in found if given.get("PartName", "")[1:] == part), "")


def _without(xml: str, keys: Sequence[str]) -> str:
    """A sheet without the elements that refer to parts it does not have."""
    for key in keys:
        xml = re.sub(rf'<((?:\w+:)?\w+)\b[^>]*\b\w+:id="{re.escape(key)}"[^>]*?(/>|>.*?</\1>)', "", xml, flags=re.DOTALL)
    return re.sub(r"<((?:\w+:)?(?:tableParts|controls|oleObjects))\b[^>]*>\s*</\1>", "", xml)


def _of_a_copy(xml: str) -> str:
    """A sheet's part without what only one sheet of a workbook can have: the selected tab, a name for macros."""
    xml = re.sub(r'(<(?:\w+:)?sheetPr\b[^>]*?)\scodeName="[^"]*"', r"\1", xml, count=1)
    return _unselected(xml)


def _unselected(xml: str) -> str:
    """A sheet whose tab is not selected: the first one's is, and who edits a selected sheet edits all that are."""
    return re.sub(r"""\stabSelected\s*=\s*("[^"]*"|'[^']*')""", "", xml, count=1)


def _charted(xml: str, renamed: Callable[[str], str]) -> str:
    """A chart whose formulas are rewritten."""
    return re.sub(r"(<(?:\w+:)?f>)(.*?)(</(?:\w+:)?f>)", lambda f: f[1] + renamed(f[2]) + f[3], xml, flags=re.DOTALL)


def _with_texts(xml: str, texts: Sequence[str]) -> str:
    """A sheet whose texts stand in its cells."""
    shared = re.compile(r'(<c\b[^>]*) t="s"([^>]*)><v>([0-9]+)</v></c>')
    return shared.sub(lambda found: f'{found[1]} t="inlineStr"{found[2]}><is>{texts[int(found[3])]}</is></c>', xml)


SHEET = re.compile(r"""("(?:[^"]|"")*")|(?<![\]\w:.'])('(?:[^'\x00-\x1f]|'')+'|[^\W\d][\w.]*)!""")
BARE = re.compile(r"[^\W\d][\w.]*")


def with_sheets(formula: str, changed: Callable[[str, bool], str | None]) -> str:
    """A formula, as XML, with other sheets: `changed(name, bare)` is how one is written with its !, None where it stays; `bare`:
    it stands without quotation marks."""

    def sheet(found: re.Match) -> str:
        if found[1]:
            return found[0]
        name = found[2][1:-1].replace("''", "'") if found[2].startswith("'") else found[2]
        new = changed(name, name == found[2])
        return found[0] if new is None else new

    text = unescape(formula)
    new = SHEET.sub(sheet, text)
    return formula if new == text else escape(new, quote=False)


def prefix(sheet: str, bare: bool = False) -> str:
    """A sheet as a formula refers to it; `bare`: without quotation marks where such a name needs none."""
    return (sheet if bare and not sheet.isascii() and BARE.fullmatch(sheet) else quoted(sheet)) + "!"
