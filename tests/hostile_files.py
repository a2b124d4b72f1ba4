"""Hostile files: something else than a workbook, cut, flipped, lying archives, bombs, parts that are missing or lead outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZIP_STORED

import numpy as np
from hostile_edits import (
    BOOK,
    BOOK_RELS,
    CONTENT,
    DATA,
    FILE,
    LIMIT,
    MAIN,
    OFFICE,
    PACKAGE,
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
    altered,
    change,
    good,
    packed,
    parts,
    sheet,
    sub,
    value,
    whole,
    with_members,
    without,
)
from packages import Member, compound, members, repeated, stored, zipped


def kinds() -> Iterator[Case]:
    """Known by their bytes, whatever the file's name says."""
    kinds = {
        "empty": (b"", ""),
        "one byte": (b"P", ""),
        "PK alone": (b"PK", ""),
        "zeros": (bytes(5000), ""),
        "random": (np.random.default_rng(1).bytes(5000), ""),
        "csv": (b"1,2,3\n4,5,6\n", "csv"),
        "csv with semicolons": (b"1;2;3\r\n4;5;6\r\n", "csv"),
        "csv with tabs": (b"1\t2\t3\n4\t5\t6\n", "csv"),
        "csv with a byte order mark": (b"\xef\xbb\xbf1,2,3\n4,5,6\n", "csv"),
        "csv in UTF-16": ("1\t2\t3\n4\t5\t6\n".encode("utf-16"), "csv"),
        "csv in GBK": ("图像,答案\n1,0\n".encode("gbk"), "csv"),
        "html": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "html"),
        "html from a web page": (b"\n<!DOCTYPE html>\n<html><head></head></html>", "html"),
        "html as Excel saves it": (b'<html xmlns:o="urn:schemas-microsoft-com:office:office"><meta charset=gb2312>', "html"),
        "xml of 2003": (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', ""),
        "flat ods": (b'<?xml version="1.0"?><office:document office:mimetype="x"/>', ""),
        "json": (b'{"x": [1, 2]}', ""),
        "pdf": (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", ""),
        "png": (b"\x89PNG\r\n\x1a\n" + bytes(100), ""),
        "rtf": (b"{\\rtf1\\ansi}", ""),
        "gzip": (b"\x1f\x8b\x08" + bytes(100), ""),
        "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(100), ""),
        "rar": (b"Rar!\x1a\x07\x00" + bytes(100), ""),
        "sqlite": (b"SQLite format 3\0" + bytes(100), ""),
        "xls": (compound("Workbook"), "xls"),
        "xls of Excel 95": (compound("Book"), "xls"),
        "xls of Excel 4": (b"\x09\x04\x06\x00\x00\x00\x10\x00" + bytes(100), ""),
        "xls of Excel 2": (b"\x09\x00\x04\x00\x02\x00\x10\x00" + bytes(100), ""),
        "encrypted": (compound("EncryptionInfo", "EncryptedPackage"), "password"),
        "doc": (compound("WordDocument"), ""),
        "compound cut": (compound("Workbook")[:600], ""),
        "compound without an end": (compound("Workbook")[:512] + b"\0\0\0\0" * 128, ""),
    }
    for name, (content, says) in kinds.items():
        yield Case(f"kind: {name}", lambda _, content=content: content, FILE, says=says)
    for name, content in (("xls", compound("Workbook")), ("csv", b"1,2\n"), ("html", b"<html>")):
        yield Case(f"kind: {name} under its own name", lambda _, content=content: content, FILE, says=name, file=f"book.{name}")
    ods = b"application/vnd.oasis.opendocument.spreadsheet"
    yield Case("kind: ods", lambda _: stored({"mimetype": ods, "content.xml": b"<x/>"}), FILE, says="ods")
    yield Case("kind: ods under its own name", lambda _: stored({"mimetype": ods, "content.xml": b"<x/>"}), FILE, file="book.ods")
    yield Case("kind: odt", lambda _: stored({"mimetype": ods.replace(b"spreadsheet", b"text"), "content.xml": b"<x/>"}), FILE)
    yield Case("kind: epub", lambda _: stored({"mimetype": b"application/epub+zip", "OEBPS/a.html": b"<html/>"}), FILE)
    yield Case("kind: zip without members", lambda _: zipped([]), FILE)
    yield Case("kind: zip of pictures", lambda _: zipped({"1.png": b"\x89PNG", "2.png": b"\x89PNG"}), FILE)
    yield Case("kind: zip with the workbook inside", lambda _: zipped({"book.xlsx": good()}), FILE)
    yield Case("kind: zip of the unpacked folder", lambda p: zipped({f"book/{name}": data for name, data in p.items()}), FILE)
    yield Case("kind: numbers of Apple", lambda _: zipped({"Index/Document.iwa": b"\0", "Metadata/Properties.plist": b""}), FILE)
    binary = sub(TYPES, r"spreadsheetml\.sheet\.main\+xml", "x")
    xlsb = packed(
        binary, whole("xl/workbook.bin", b"\x83\x01\x00"), without(BOOK), change(RELS, ("workbook.xml", "workbook.bin"))
    )
    yield Case("kind: xlsb", xlsb, FILE, says="xlsb")
    word = 'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"'
    docx = {TYPES: f'<Types><Override PartName="/word/document.xml" {word}/></Types>'.encode(), "word/document.xml": b"<x/>"}
    yield Case("kind: docx", lambda p: zipped({**docx, RELS: p[RELS].replace(b"xl/workbook", b"word/document")}), FILE)


# ---- cut, flipped, zipped otherwise -----------------------------------------------------------------------


def cuts() -> Iterator[Case]:
    for percent in range(1, 100):
        yield Case(f"cut: {percent} %", lambda _, p=percent: good()[: len(good()) * p // 100], FILE)
    yield Case("cut: last byte", lambda _: good()[:-1], FILE)
    yield Case("cut: first byte", lambda _: good()[1:], FILE)
    yield Case("cut: first half", lambda _: good()[len(good()) // 2 :], FILE)
    yield Case("cut: a hole of zeros", lambda _: good()[:5000] + bytes(3000) + good()[8000:], FILE)
    yield Case("cut: a hole", lambda _: good()[:5000] + good()[6000:], FILE)
    yield Case("cut: a download's text mode", lambda _: good().replace(b"\n", b"\r\n"), FILE)
    yield Case("cut: seven bits", lambda _: bytes(byte & 0x7F for byte in good()), FILE)
    yield Case("cut: read as text", lambda _: good().decode("latin-1").encode("utf-8"), FILE)


def flips() -> Iterator[Case]:
    """One bit, in the compressed bytes of the sheet with the images, in its checksum, in the directory."""

    def flipped(start: Callable[[bytes], int], offset: int, bit: int) -> Callable[[Parts], bytes]:
        def make(found: Parts) -> bytes:
            content = bytearray(zipped(found))
            content[start(content) + offset] ^= 1 << bit
            return bytes(content)

        return make

    def data(content: bytes) -> int:
        return content.index(DATA.encode()) + len(DATA)

    def listed(content: bytes) -> int:
        return content.rindex(DATA.encode())

    for number, offset in enumerate(np.random.default_rng(7).integers(0, 3000, 24).tolist()):
        yield Case(f"flip: byte {offset} of the images", flipped(data, offset, number % 8), FILE)
    for byte in range(4):
        yield Case(f"flip: checksum, byte {byte}", flipped(listed, byte - 30, 3), FILE)
        yield Case(f"flip: place in the file, byte {byte}", flipped(listed, byte - 4, 2), FILE)
        yield Case(f"flip: packed size, byte {byte}", flipped(listed, byte - 26, 5), FILE)
        yield Case(f"flip: size, byte {byte}", flipped(listed, byte - 22, 5), FILE)
    yield Case("flip: name in the directory", flipped(listed, 3, 0), FILE)
    yield Case("flip: method", flipped(listed, -36, 1), FILE)
    yield Case("flip: number of members", flipped(lambda c: len(c) - 12, 0, 0), 0)
    yield Case("flip: a date", flipped(listed, -32, 1))


def archives() -> Iterator[Case]:
    yield Case("archive: stored", stored)
    yield Case("archive: with a comment", lambda p: zipped(p, comment=b"made by hand"))
    yield Case("archive: bytes before it", lambda p: zipped(p, before=b"MZ" + bytes(1000)), 0)
    yield Case("archive: in another order", lambda p: zipped(dict(sorted(p.items(), reverse=True))))
    yield Case(
        "archive: with folders", with_members(Member("xl/", method=ZIP_STORED), Member("xl/worksheets/", method=ZIP_STORED))
    )
    yield Case("archive: 10,000 members", lambda p: zipped([*members(p), *(Member(f"x/{n}") for n in range(10_000 - len(p)))]))
    yield Case("archive: encrypted member", altered(DATA, flags=1), FILE)
    yield Case("archive: bzip2 without it", altered(DATA, method=ZIP_BZIP2, packed=b"BZh9"), FILE)
    yield Case("archive: LZMA without it", altered(DATA, method=ZIP_LZMA, packed=b"\0\0\5\0"), FILE)
    yield Case("archive: unknown method", altered(DATA, method=93, packed=b"x"), FILE)
    yield Case("archive: reserved deflate block", altered(DATA, packed=b"\7\0"), FILE)
    yield Case(
        "archive: deflate without an end", lambda p: altered(DATA, packed=Member("", p[DATA]).honest().packed[:-200])(p), FILE
    )
    for name, fields in {
        "size 10": {"size": 10},
        "size 4 GB": {"size": 0xFFFFFFF0},
        "size one less": {"size": -1},
        "size one more": {"size": 1},
        "packed size 10": {"packed_size": 10},
        "packed size 1 GB": {"packed_size": 1 << 30},
        "checksum": {"crc": 1},
    }.items():
        yield Case(f"lie: {name}", lambda p, f=fields: altered(DATA, **_near(p[DATA], f))(p), FILE)
        local = {key: number for key, number in fields.items() if number not in (-1, 1) or key == "crc"}
        if local:
            yield Case(f"lie: {name}, where it does not count", altered(DATA, local=local))
    yield Case("lie: size of a bomb", lambda p: with_members(_lying(repeated(DATA, b" " * 65536, 4000), 1000))(p), LIMIT)
    yield Case("lie: size of a bomb that is not needed", lambda p: with_members(_lying(_media(), 1000))(p), LIMIT)
    yield Case("lie: other name at the place", altered(DATA, local={"name": "xl/worksheets/sheet3.xml"}))
    yield Case("lie: more members", lambda p: zipped(p, count=99), 0)
    yield Case("lie: fewer members", lambda p: zipped(p, count=3), 0)
    yield Case("lie: a place beyond the end", altered(DATA, at=1 << 30), FILE)
    yield Case("lie: a place in another member", altered(DATA, at=100), FILE)
    yield Case("duplicate: the images", with_members(_other_images(), replaced=False), FILE, says="sheet2.xml")
    yield Case("duplicate: the images, other case", with_members(_other_images("xl/Worksheets/Sheet2.xml"), replaced=False), FILE)
    yield Case("duplicate: types", with_members(Member(TYPES, b"<Types/>"), replaced=False), FILE)
    yield Case("duplicate: the workbook", lambda p: with_members(Member(BOOK, p[BOOK]), replaced=False)(p), FILE)
    yield Case("duplicate: not needed", with_members(Member("a.txt", b"1"), Member("a.txt", b"2"), replaced=False), FILE)
    yield Case("duplicate: all at one place", lambda p: zipped([*members(p), *(Member(f"x/{n}", at=0) for n in range(50))]), FILE)


def _near(data: bytes, fields: Mapping) -> dict:
    """Sizes that are one too small or too large."""
    return {key: len(data) + n if n in (-1, 1) and key == "size" else n for key, n in fields.items()}


def _lying(member: Member, size: int) -> Member:
    return Member(member.name, packed=member.packed, crc=member.crc, size=size)


def _media() -> Member:
    return repeated("xl/media/image1.png", bytes(65536), 4000)


def _other_images(name: str = DATA) -> Member:
    return Member(name, parts()[DATA].replace(b"<v>1</v>", b"<v>0</v>"))


# ---- bombs ------------------------------------------------------------------------------------------------


def bombs() -> Iterator[Case]:
    """Small files that inflate to hundreds of megabytes, and more members than any workbook has."""
    row = b"<row>" + b"<c><v>1</v></c>" * 4000 + b"</row>"
    head = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
    tail, merges = b"</sheetData></worksheet>", head + b"</sheetData><mergeCells>"
    text = f'<sst xmlns="{MAIN}">'.encode(), b"</sst>"
    style = f'<styleSheet xmlns="{MAIN}"><cellXfs>'.encode(), b"</cellXfs></styleSheet>"
    bombs = {
        "cells": repeated(DATA, row, 4000, head, tail),
        "cells without a name": repeated(DATA, b"<row/>" * 10000, 4000, head, tail),
        "blanks": repeated(DATA, b" " * 65536, 4000, head, tail),
        "one long number": repeated(DATA, b"1" * 65536, 4000, head + b"<row><c><v>", b"</v></c></row>" + tail),
        "merged cells": repeated(DATA, b'<mergeCell ref="A1:B1"/>' * 3000, 4000, merges, b"</mergeCells></worksheet>"),
        "strings": repeated(STRINGS, b"<si><t>a</t></si>" * 4000, 4000, *text),
        "one long string": repeated(STRINGS, b"a" * 65536, 4000, text[0] + b"<si><t>", b"</t></si>" + text[1]),
        "styles": repeated(STYLES, b'<xf numFmtId="0"/>' * 4000, 4000, *style),
        "the theme": repeated(THEME, bytes(65536), 4000),
        "the workbook": repeated(BOOK, b" " * 65536, 4000, b"<workbook>", b"</workbook>"),
        "relations": repeated(BOOK_RELS, b" " * 65536, 4000, b"<x>", b"</x>"),
        "types": repeated(TYPES, b" " * 65536, 4000, b"<Types>", b"</Types>"),
        "a picture that is not needed": _media(),
        "a part that nothing names": repeated("x/y.bin", bytes(65536), 4000),
    }  # fmt: skip
    for name, member in bombs.items():
        yield Case(f"bomb: {name}", with_members(member), LIMIT)
    comment = repeated(DATA, b"x" * 65536, 4000, b"<!--", b"-->" + head + tail)
    yield Case("bomb: a comment", with_members(comment), FILE)  # parsers take quadratic time for one
    inside = repeated(DATA, np.random.default_rng(1).bytes(500).hex().encode() * 40, 500, head + b"<!--", b"-->" + tail)
    yield Case("bomb: a comment in the sheet", with_members(inside), FILE)
    million = repeated("", bytes(50_000), 20)  # inflates to 1 MB, each of them allowed, all together not
    many = [Member(f"x/{n}.bin", packed=million.packed, crc=million.crc, size=million.size) for n in range(1100)]
    yield Case("bomb: 1,100 parts of 1 MB", with_members(*many), LIMIT)
    one = Member("x/0.bin", packed=million.packed, crc=million.crc, size=million.size)
    yield Case("bomb: a small one, allowed", with_members(one))
    yield Case(
        "bomb: 10,001 members", lambda p: zipped([*members(p), *(Member(f"x/{n}") for n in range(10_001 - len(p)))]), LIMIT
    )
    yield Case("bomb: 70,000 members", lambda p: zipped([*members(p), *(Member(f"x/{n}") for n in range(70_000))]), LIMIT)
    yield Case("bomb: one stream for all", _quine, LIMIT)


def _quine(found: Parts) -> bytes:
    """Thousands of directory entries for the same compressed bytes."""
    bomb = repeated("x/0.bin", bytes(50_000), 20)
    first = [*members(found), bomb]
    start = zipped(first).index(b"x/0.bin") - 30
    again = [Member(f"x/{n}.bin", packed=bomb.packed, crc=bomb.crc, size=bomb.size, at=start) for n in range(1, 5000)]
    return zipped([*first, *again])


# ---- parts that are missing, or are something else --------------------------------------------------------


def missing() -> Iterator[Case]:
    yield Case("missing: types", packed(without(TYPES)), FILE)
    yield Case("missing: relations", packed(without(RELS)), 0)
    yield Case("missing: workbook", packed(without(BOOK)), FILE)
    yield Case("missing: relations of the workbook", packed(without(BOOK_RELS)), FILE)
    for title, part in (("Settings", SETTINGS), ("Data", DATA), ("Start", START)):
        yield Case(f"missing: sheet {title}", packed(without(part)), FILE, f"'{title}'")
    yield Case(
        "missing: sheet and its type", packed(without(DATA), sub(TYPES, r"<Override[^>]*sheet2[^>]*/>", "")), FILE, "'Data'"
    )
    yield Case("missing: relation of a sheet", packed(sub(BOOK_RELS, r'<Relationship Id="rId2"[^>]*/>', "")), FILE, "'Data'")
    yield Case("missing: id of a sheet", packed(sub(BOOK, r'sheetId="2" r:id="rId2"', 'sheetId="2"')), FILE, "'Data'")
    yield Case("missing: name of a sheet", packed(sub(BOOK, 'name="Data" ', "")), CONTENT)
    yield Case("missing: a sheet that is not needed", packed(sheet("More", b""), without("xl/worksheets/sheet9.xml")))
    yield Case("missing: texts", packed(without(STRINGS)), CONTENT, "'Settings'!A1")
    yield Case(
        "missing: texts and their relation",
        packed(without(STRINGS), sub(BOOK_RELS, r'<Relationship Id="rId6"[^>]*/>', "")),
        CONTENT,
        "'Settings'!A1",
    )
    yield Case(
        "missing: half of the texts",
        packed(sub(STRINGS, r"(?:<si><t>[^<]*</t></si>){40}</sst>", "</sst>")),
        CONTENT,
        "'Settings'!",
    )
    yield Case("missing: styles", packed(without(STYLES)))
    yield Case("missing: theme", packed(without(THEME)))
    yield Case("missing: sheets", packed(sub(BOOK, r"<sheets>.*</sheets>", "<sheets/>")), FILE)
    yield Case("missing: list of sheets", packed(sub(BOOK, r"<sheets>.*</sheets>", "")), FILE)
    yield Case(
        "missing: cells of the images", packed(sub(DATA, r"<sheetData>.*</sheetData>", "<sheetData/>")), CONTENT, "'Data'!K5"
    )
    yield Case(
        "missing: cells of a settings sheet", packed(sub(SETTINGS, r"<sheetData>.*</sheetData>", "")), CONTENT, "'Settings'"
    )
    yield Case("missing: sheet Data by its name", packed(sub(BOOK, 'name="Data"', 'name="Images"')), CONTENT)
    yield Case("missing: sheet in a renamed folder", packed(sub(BOOK_RELS, "worksheets/sheet2", "sheets/sheet2")), FILE, "'Data'")


def types() -> Iterator[Case]:
    """The types that a package lists do not matter, what its parts hold does."""
    text, picture = 'ContentType="text/plain"', 'sheet2.xml" ContentType="image/png"'
    yield Case(
        "type: workbook is a text document", packed(sub(TYPES, r"spreadsheetml\.sheet\.main", "wordprocessingml.document.main"))
    )
    yield Case("type: workbook is text", packed(sub(TYPES, r'ContentType="[^"]*sheet\.main\+xml"', text)))
    yield Case("type: sheet is a picture", packed(sub(TYPES, r'sheet2.xml" ContentType="[^"]*"', picture)))
    yield Case("type: no types at all", packed(whole(TYPES, b"<Types/>")))
    yield Case("type: not types", packed(whole(TYPES, b"<x/>")))
    yield Case("type: relations that are none", packed(whole(BOOK_RELS, b"<x/>")), FILE)
    yield Case("type: package relations that are none", packed(whole(RELS, b"<x/>")), 0)
    yield Case("type: workbook that is a sheet", packed(whole(BOOK, parts()[DATA])), FILE)
    yield Case("type: sheet that is a picture", packed(whole(DATA, b"\x89PNG\r\n\x1a\n")), FILE, "'Data'")
    yield Case("type: sheet that is texts", packed(whole(DATA, parts()[STRINGS])), FILE, "'Data'")
    yield Case("type: sheet without a namespace", packed(sub(DATA, f' xmlns="{MAIN}"', "")), FILE, "'Data'")
    yield Case("type: sheet of another namespace", packed(sub(DATA, f' xmlns="{MAIN}"', ' xmlns="urn:x"')), FILE, "'Data'")
    yield Case("type: texts that are a sheet", packed(whole(STRINGS, parts()[DATA])), CONTENT)
    yield Case(
        "type: relation says chart",
        packed(sub(BOOK_RELS, r'Id="rId2" Type="[^"]*"', f'Id="rId2" Type="{OFFICE}/chart"')),
        CONTENT,
    )
    chart = f'<chartsheet xmlns="{MAIN}"/>'.encode()
    yield Case(
        "type: a chart sheet more",
        packed(sheet("Chart", chart), sub(BOOK_RELS, r'Id="rId9" Type="[^"]*"', f'Id="rId9" Type="{OFFICE}/chartsheet"')),
    )
    yield Case("type: swapped sheets", packed(lambda p: p | {DATA: p[START], START: p[DATA]}), CONTENT)


def outside() -> Iterator[Case]:
    """Nothing outside the package is followed."""
    for name in ("../evil.xml", "/etc/passwd", "C:\\evil.xml", "xl\\..\\..\\evil.xml", "xl/../../evil.xml", "//x"):
        yield Case(f"outside: member {name}", with_members(Member(name, b"<x/>")), FILE)
    yield Case("outside: member without a name", with_members(Member("", b"x")), 0)
    yield Case("outside: member xl/./evil.xml", with_members(Member("xl/./evil.xml", b"<x/>")), 0)
    yield Case("outside: member with a line break", with_members(Member("a\nxlnn: b", b"x")), 0)
    link = Member("xl/link.xml", b"/etc/passwd", method=ZIP_STORED, system=3, attributes=0o120777 << 16)
    yield Case("outside: symbolic link", with_members(link))
    for target in (
        "../../../../etc/passwd",
        "/../etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:9/sheet.xml",
        "\\\\server\\share",
    ):
        found = sub(BOOK_RELS, "worksheets/sheet2.xml", target.replace("\\", r"\\"))
        yield Case(f"outside: sheet at {target}", packed(found), FILE, "'Data'")
    external = sub(BOOK_RELS, r'Target="worksheets/sheet2.xml"', 'Target="worksheets/sheet2.xml" TargetMode="External"')
    yield Case("outside: sheet said to be external", packed(external), FILE, "'Data'")
    yield Case("outside: workbook elsewhere", packed(sub(RELS, "xl/workbook.xml", "../book/workbook.xml")), 0)
    relation = f'<Relationship Id="rId9" Type="{OFFICE}/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>'
    link_part = f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}" r:id="rId1"/></externalLink>'
    path = f'Id="rId1" Type="{OFFICE}/externalLinkPath" Target="file:///other.xlsx" TargetMode="External"'
    path = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship {path}/></Relationships>'
    linked = (
        sub(BOOK, "</sheets>", '</sheets><externalReferences><externalReference r:id="rId9"/></externalReferences>'),
        change(BOOK_RELS, ("</Relationships>", relation)),
        whole("xl/externalLinks/externalLink1.xml", link_part.encode()),
        whole("xl/externalLinks/_rels/externalLink1.xml.rels", path.encode()),
    )
    formula = value("<f>[1]Sheet1!A1</f><v>0.5</v>")
    yield Case("outside: a link to another workbook", packed(*linked, formula), says="other workbook", right={PIXEL: 0.5})
    yield Case("outside: a link whose part is missing", packed(*linked[:2], formula), says="other workbook", right={PIXEL: 0.5})
    yield Case("outside: a link without stored result", packed(*linked, value("<f>[1]Sheet1!A1</f>")), CONTENT, "'Data'!L6")
    yield Case("outside: WEBSERVICE", packed(value('<f>WEBSERVICE("http://127.0.0.1:9/")</f><v>0.5</v>')), right={PIXEL: 0.5})
    yield Case("outside: a DDE formula", packed(value("<f>cmd|'/C calc'!A0</f><v>0.5</v>")), right={PIXEL: 0.5})
