"""Hostile XML: entities in every part, depth, damages; and the same numbers written as few programs write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
from hostile_edits import (
    BOOK,
    BOOK_RELS,
    CONTENT_TYPE,
    DATA,
    FILE,
    LIMIT,
    MAIN,
    PIXEL,
    RELS,
    SETTINGS,
    START,
    STRINGS,
    STYLES,
    THEME,
    TYPES,
    Case,
    Parts,
    cell,
    change,
    packed,
    parts,
    sub,
    value,
    whole,
    without,
)
from packages import compound

LAUGHS = '<!DOCTYPE x [<!ENTITY a "haha">' + "".join(
    f'<!ENTITY {new} "' + f"&{old};" * 10 + '">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip
EVERY = (TYPES, RELS, BOOK, BOOK_RELS, SETTINGS, DATA, START, STRINGS, STYLES, THEME)
EVERY = (*EVERY, "docProps/app.xml", "docProps/core.xml", "docProps/custom.xml")


def _prolog(doctype: str) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(b'standalone="yes"?>', b'standalone="yes"?>' + doctype.encode(), 1)


def entities() -> Iterator[Case]:
    for part in EVERY:
        expanded = sub(part, r"(standalone=\"yes\"\?>\s*)(<[^>]*[^/]>)", r"\1\2&i;")
        yield Case(f"entities: in {part}", packed(expanded, whole(part, _prolog(LAUGHS))), FILE, says="DOCTYPE")
        yield Case(f"entities: unused, in {part}", packed(whole(part, _prolog(LAUGHS))), FILE, says="DOCTYPE")
    kinds = {
        "doctype alone": "<!DOCTYPE worksheet>",
        "external DTD": '<!DOCTYPE worksheet SYSTEM "http://127.0.0.1:9/x.dtd">',
        "external entity": '<!DOCTYPE worksheet [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        "parameter entity": '<!DOCTYPE worksheet [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        "quadratic": '<!DOCTYPE worksheet [<!ENTITY e "' + "1" * 100_000 + '">]>',
        "default attribute": '<!DOCTYPE worksheet [<!ATTLIST c t CDATA "str">]>',
    }
    for name, doctype in kinds.items():
        used = value("<v>&e;</v>" * (1 if name == "external entity" else 0) or "<v>0</v>")
        yield Case(f"entities: {name}", packed(used, whole(DATA, _prolog(doctype))), FILE, says="DOCTYPE")
    for part in (DATA, STRINGS, BOOK):
        yield Case(f"entities: in UTF-16, in {part}", packed(whole(part, _prolog(LAUGHS)), whole(part, _utf16)), FILE)
    yield Case("entities: in UTF-7", packed(whole(DATA, _utf7)), FILE)
    yield Case("entities: not declared", packed(value("<v>&x;</v>")), FILE)
    yield Case("entities: of HTML", packed(value("<v>&nbsp;</v>")), FILE)
    yield Case("entities: a small doctype in an unused part", packed(whole("x/y.xml", b"<!DOCTYPE x><x/>")), FILE, says="DOCTYPE")


def _utf16(content: bytes) -> bytes:
    return content.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")


def _big_endian(content: bytes) -> bytes:
    return b"\xfe\xff" + _utf16(content).decode("utf-16").encode("utf-16-be")


def _utf7(content: bytes) -> bytes:
    text = _prolog(LAUGHS)(content).decode().replace('encoding="UTF-8"', 'encoding="UTF-7"')
    return text.replace("<!", "+ADw-+ACE-").encode("ascii", "xmlcharrefreplace")


def depth() -> Iterator[Case]:
    def nested(levels: int) -> str:
        return "<a>" * levels + "</a>" * levels

    for levels in (300, 100_000):
        yield Case(f"depth: {levels}, in a sheet", packed(change(DATA, ("</worksheet>", nested(levels) + "</worksheet>"))), LIMIT)
        yield Case(f"depth: {levels}, in the texts", packed(change(STRINGS, ("</sst>", nested(levels) + "</sst>"))), LIMIT)
        yield Case(
            f"depth: {levels}, in the workbook", packed(change(BOOK, ("</workbook>", nested(levels) + "</workbook>"))), LIMIT
        )
        yield Case(f"depth: {levels}, in a cell", packed(value(f"<v>0</v>{nested(levels)}")), LIMIT)
        yield Case(f"depth: {levels}, in a part that is not needed", packed(whole("x/y.xml", nested(levels).encode())))
    deep = f'<extLst><ext uri="x">{nested(200)}</ext></extLst></worksheet>'
    yield Case("depth: 203, allowed", packed(change(DATA, ("</worksheet>", deep))))


def broken_xml() -> Iterator[Case]:
    damages = {
        "empty": lambda _: b"",
        "blanks": lambda _: b"   \n",
        "zeros": lambda found: bytes(len(found)),
        "half": lambda found: found[: len(found) // 2],
        "text after it": lambda found: found + b"more",
        "twice": lambda found: found + found,
        "not UTF-8": lambda found: found.replace(b">", b">\xff\xfe", 4),
        "zero byte": lambda found: found[:-20] + b"\0" + found[-20:],
        "control character": lambda found: found[:-20] + b"\1" + found[-20:],
        "bare ampersand": lambda found: found.replace(b"></", b">&</", 1),
        "other encoding": lambda found: found.replace(b"UTF-8", b"EBCDIC-CP-US"),
        "unknown encoding": lambda found: found.replace(b"UTF-8", b"UTF-99"),
        "unknown prefix": lambda found: re.sub(rb"<(\w+)/>|<(\w+)([^>]*)/>", rb"<q:\1\2\3/>", found, count=1),
    }
    for part in (DATA, STRINGS, BOOK, BOOK_RELS, TYPES):
        for name, damage in damages.items():
            if damage(parts()[part]) != parts()[part]:
                # nothing depends on the types that a package lists for its parts: where they are broken, the sheets are read
                yield Case(f"xml: {name}, {part}", packed(whole(part, damage)), 0 if part == TYPES else FILE)
    yield Case("xml: wrong end tag", packed(change(DATA, ("</row>", "</wor>"))), FILE, "'Data'")
    yield Case("xml: attribute twice", packed(cell("L6", '<c r="L6" r="L6"><v>0</v></c>')), FILE)
    yield Case("xml: attribute without quotes", packed(cell("L6", "<c r=L6><v>0</v></c>")), FILE)
    letters = np.random.default_rng(3).bytes(1_000_000).hex()
    yield Case("xml: two million letters in an attribute", packed(cell("L6", f'<c r="L6" x="{letters}"><v>0</v></c>')))
    attributes = "".join(f" a{n}='1'" for n in range(100_000))
    yield Case("xml: 100,000 attributes", packed(cell("L6", f'<c r="L6"{attributes}><v>0</v></c>')))


# ---- the same numbers, written otherwise -------------------------------------------------------------------


def prefixed(content: bytes) -> bytes:
    """The main namespace with the prefix x."""
    text = re.sub(rf'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"', content.decode())
    return re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", text).encode()


def strict(found: Parts) -> Parts:
    """As Excel saves Strict Open XML."""
    pairs = (
        (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"),
        (b"http://schemas.openxmlformats.org/drawingml/2006/main", b"http://purl.oclc.org/ooxml/drawingml/main"),
        (b"relationships/extended-properties", b"relationships/extendedProperties"),
    )
    changed = {}
    for name, data in found.items():
        for old, new in pairs if not name.startswith("docProps") else ():
            data = data.replace(old, new)
        changed[name] = data
    return whole(BOOK, lambda data: data.replace(b"<workbook ", b'<workbook conformance="strict" ', 1))(changed)


def wps(found: Parts) -> Parts:
    """Marks and lists of its own, as WPS Office writes them."""
    etc = 'xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"'
    list_ = f'<extLst><ext uri="{{1}}" {etc}><etc:rowInfos/></ext></extLst></worksheet>'
    return change(DATA, ("<worksheet ", f"<worksheet {etc} "), ("</worksheet>", list_))(found)


def libre_office(found: Parts) -> Parts:
    """Every attribute spelled out, formulas with aca, sizes on every row."""
    changes = (
        sub(DATA, r'<row r="(\d+)">', r'<row r="\1" customFormat="false" ht="15" hidden="false" customHeight="false">'),
        sub(DATA, r'<c r="([A-Z]+\d+)" s="(\d+)"><v>', r'<c r="\1" s="\2" t="n"><v>'),
        value('<f aca="false">0</f><v>0</v>', ' s="1" t="n"'),
    )
    for step in changes:
        found = step(found)
    return found


def spellings() -> Iterator[Case]:
    """Good workbooks that few programs write so; each has the book's numbers."""
    sheets = (SETTINGS, DATA, START)
    everywhere = (*sheets, STRINGS, BOOK)
    yield Case("good: as it is", packed())
    yield Case("good: Strict Open XML", packed(strict))
    yield Case("good: as WPS writes", packed(wps))
    yield Case("good: as LibreOffice writes", packed(libre_office))
    yield Case("good: prefixed namespaces", packed(*(whole(part, prefixed) for part in (*everywhere, STYLES))))
    yield Case("good: prefixed types and relations", packed(_prefix_package))
    for name, part in (("images", DATA), ("texts", STRINGS), ("workbook", BOOK), ("relations", BOOK_RELS), ("types", TYPES)):
        yield Case(f"good: {name} in UTF-16", packed(whole(part, _utf16)))
    yield Case("good: UTF-16, other byte order", packed(whole(DATA, _big_endian)))
    yield Case("good: all in UTF-16", packed(*(whole(part, _utf16) for part in EVERY)))
    yield Case("good: byte order mark", packed(*(whole(part, lambda d: b"\xef\xbb\xbf" + d) for part in everywhere)))
    yield Case("good: no declaration", packed(*(sub(part, r"^<\?xml.*?\?>\s*", "") for part in everywhere)))
    yield Case("good: Latin-1", packed(whole(DATA, lambda d: d.replace(b"UTF-8", b"ISO-8859-1"))))
    yield Case("good: line breaks and blanks", packed(sub(DATA, r"(<row |<c |<v>|</c>|</row>)", r"\n  \1")))
    yield Case("good: single quotes", packed(sub(DATA, r'(\w+)="([^"]*)"', r"\1='\2'")))
    yield Case("good: blanks in tags", packed(sub(DATA, r"<(/?)(c|row|v|sheetData)\b([^>]*?)(/?)>", r"<\1\2\3 \4>")))
    yield Case("good: a comment in a number", packed(value("<v>0.<!-- 9 -->5</v>")), right={PIXEL: 0.5})
    yield Case(
        "good: a comment around cells", packed(change(DATA, ("</sheetData>", "<!-- <c r='L6'><v>9</v></c> --></sheetData>")))
    )
    yield Case("good: an instruction in a number", packed(value("<v>0.<?pi 9?>5</v>")), right={PIXEL: 0.5})
    yield Case("good: CDATA", packed(value("<v><![CDATA[0.5]]></v>")), right={PIXEL: 0.5})
    yield Case("good: numbers of letters", packed(value("<v>&#48;&#x2E;5</v>")), right={PIXEL: 0.5})
    yield Case("good: no addresses", packed(_without_addresses))
    yield Case("good: rows without numbers", packed(sub(START, r"<row r=\"(\d+)\"", _row_without_number)))
    yield Case("good: attributes in another order", packed(sub(DATA, r'<c r="([A-Z]+\d+)" s="(\d+)"', r'<c s="\2" r="\1"')))
    yield Case("good: spans that are wrong", packed(sub(DATA, r'<row r="(\d+)"', r'<row r="\1" spans="1:1"')))
    yield Case("good: texts in the cells", packed(_inline))
    yield Case("good: no texts counted", packed(sub(STRINGS, r' count="\d+" uniqueCount="\d+"', "")))
    yield Case("good: wrong number of texts", packed(sub(STRINGS, r' count="\d+"', ' count="4000000000"')))
    yield Case(
        "good: text in pieces",
        packed(change(STRINGS, ("<t>half squares</t>", "<r><t>half </t></r><r><rPr><b/></rPr><t>squares</t></r>"))),
    )
    yield Case(
        "good: text with its reading",
        packed(change(STRINGS, ("<t>half squares</t>", '<t>half squares</t><rPh sb="0" eb="1"><t>x</t></rPh>'))),
    )
    table = re.search("<sheetData>.*</sheetData>", parts()[DATA].decode(), re.S)[0]
    fake = table.replace("<v>0</v>", "<v>0.25</v>")  # all pixels that are 0, so that a reader of this table is found out
    yield Case("good: rows in a comment", packed(change(DATA, ("<sheetData>", f"<!--{fake}--><sheetData>"))))
    yield Case("good: rows in an instruction", packed(change(DATA, ("<sheetData>", f"<?x {fake}?><sheetData>"))))
    yield Case(
        "good: rows of another namespace", packed(change(DATA, ("<sheetData>", f'<q xmlns="urn:x">{fake}</q><sheetData>')))
    )
    yield Case(
        "good: rows of no namespace", packed(whole(DATA, prefixed), change(DATA, ("<x:sheetData>", f"{fake}<x:sheetData>")))
    )
    yield Case("good: rows in an element", packed(change(DATA, ("<sheetData>", f"<extLst>{fake}</extLst><sheetData>"))), 0)
    foreign = '<c r="K5" xmlns="urn:x"><v>9</v></c>'
    yield Case(
        "good: cells of another namespace in a list",
        packed(change(DATA, ("</worksheet>", f"<extLst><ext>{foreign}</ext></extLst></worksheet>"))),
    )
    yield Case("good: a foreign value in a cell", packed(value('<v>0</v><v xmlns="urn:x">9</v>')))
    yield Case("good: a foreign attribute", packed(cell("L6", '<c r="L6" x:t="s" xmlns:x="urn:x"><v>0</v></c>')))
    yield Case("good: an unknown element", packed(change(DATA, ("<sheetData>", '<new a="1"><x/></new><sheetData>'))))
    yield Case("good: a list in a cell", packed(value("<v>0</v><extLst><ext><v>9</v></ext></extLst>")))
    for name, ref in {
        "too small": "A1",
        "too large": "A1:XFD1048576",
        "elsewhere": "X90:Z99",
        "backwards": "JF9:A1",
        "nonsense": "?",
    }.items():
        yield Case(f"good: dimension {name}", packed(sub(DATA, r'<dimension ref="[^"]*"/>', f'<dimension ref="{ref}"/>')))
        yield Case(
            f"good: dimension {name}, parameters", packed(sub(START, r'<dimension ref="[^"]*"/>', f'<dimension ref="{ref}"/>'))
        )
    yield Case("good: no dimension", packed(sub(DATA, r'<dimension ref="[^"]*"/>', "")))
    yield Case("good: two dimensions", packed(change(DATA, ("<dimension ", '<dimension ref="A1"/><dimension '))))
    for name, kind in {"xlsm": "sheet.macroEnabled", "xltx": "template", "xltm": "template.macroEnabled"}.items():
        excel = "application/vnd.ms-excel." if "macro" in kind else CONTENT_TYPE
        typed = sub(TYPES, r'ContentType="[^"]*sheet\.main\+xml"', f'ContentType="{excel}{kind}.main+xml"')
        yield Case(f"good: {name}", packed(typed, whole("xl/vbaProject.bin", compound("VBA"))), file=f"book.{name}")
    yield Case("good: macros in an .xlsx", packed(whole("xl/vbaProject.bin", compound("VBA"))))
    yield Case("good: absolute targets", packed(sub(BOOK_RELS, 'Target="', 'Target="/xl/')))
    yield Case("good: roundabout targets", packed(sub(BOOK_RELS, 'Target="', 'Target="../xl/./')))
    yield Case("good: escaped targets", packed(sub(BOOK_RELS, "worksheets/sheet2", "worksheets/sheet%32")))
    yield Case("good: folder named otherwise", packed(_other_folder))
    yield Case("good: file names in Chinese", packed(_chinese_names))
    yield Case("good: wrong number in the sheets' identity", packed(sub(BOOK, r'sheetId="\d+"', 'sheetId="7"')))
    yield Case("good: sheets in another order", packed(other_order))
    yield Case("good: no properties", packed(without("docProps/app.xml", "docProps/core.xml", "docProps/custom.xml")))


def _prefix_package(found: Parts) -> Parts:
    for part in (TYPES, RELS, BOOK_RELS):
        text = re.sub(r'\bxmlns="', 'xmlns:p="', found[part].decode())
        found = found | {part: re.sub(r"<(/?)(?=[A-Za-z])", r"<\1p:", text).encode()}
    return found


def _without_addresses(found: Parts) -> Parts:
    """Rows and cells are counted, as the standard allows; the gaps are filled with blank cells."""
    text = found[START].decode()
    rows = {int(n): xml for n, xml in re.findall(r'<row r="(\d+)"[^>]*>(.*?)</row>', text)}
    lines = []
    for number in range(1, 52):
        cells = {m[1]: m[0] for m in re.finditer(r'<c r="([A-Z]+)\d+"(?:[^>]*/>|.*?</c>)', rows.get(number, ""))}
        filled = (re.sub(r' r="\w+"', "", cells.get(letter, "<c/>")) for letter in "ABCDEFG")
        lines.append(f"<row>{''.join(filled)}</row>")
    return found | {START: re.sub(r"<sheetData>.*</sheetData>", f"<sheetData>{''.join(lines)}</sheetData>", text).encode()}


def _row_without_number(match: re.Match) -> str:
    """The number stays where the row before is not the one above."""
    return match[0] if f'<row r="{int(match[1]) - 1}"' not in match.string else "<row"


def _inline(found: Parts) -> Parts:
    texts = re.findall(r"<si>(.*?)</si>", found[STRINGS].decode())
    for part in (SETTINGS, DATA, START):
        text = re.sub(r' t="s"><v>(\d+)</v>', lambda m: f' t="inlineStr"><is>{texts[int(m[1])]}</is>', found[part].decode())
        found = found | {part: text.encode()}
    return without(STRINGS)(
        sub(BOOK_RELS, r'<Relationship Id="rId6"[^>]*/>', "")(sub(TYPES, r"<Override[^>]*sharedStrings[^>]*/>", "")(found))
    )


def _other_folder(found: Parts) -> Parts:
    """No program must write to xl/; the relations say where."""
    changed = {name.replace("xl/", "excel/", 1): data for name, data in found.items()}
    return sub(TYPES, "/xl/", "/excel/")(sub(RELS, 'Target="xl/', 'Target="excel/')(changed))


def _chinese_names(found: Parts) -> Parts:
    data = {("xl/worksheets/图像.xml" if name == DATA else name): content for name, content in found.items()}
    return sub(TYPES, "worksheets/sheet2", "worksheets/图像")(sub(BOOK_RELS, "worksheets/sheet2", "worksheets/图像")(data))


def other_order(found: Parts) -> Parts:
    text = found[BOOK].decode()
    sheets = re.findall(r"<sheet [^>]*/>", text)
    return found | {BOOK: text.replace("".join(sheets), "".join(reversed(sheets))).encode()}
