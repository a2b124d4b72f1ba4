"""The package is looked at before anything in it is read: what a file is, its limits, and what no workbook has."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import click
import pytest
from click.testing import CliRunner
from packages import Member, zipped

import xlnn
from xlnn.cli.main import main
from xlnn.cli.options import LIMITS
from xlnn.errors import Where
from xlnn.xlsx.package import Limits, Package, read_file
from xlnn.xlsx.parts import contents, date_styles, relationships, shared_texts, shows_date
from xlnn.xlsx.workbook import Workbook

HERE = Where("book.xlsx")
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
WRITING = {"new", "descend"}  # commands that read no workbook
TYPES = {"[Content_Types].xml": "<Types/>"}
MINIMAL = TYPES | {
    "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="A" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships {RELATIONS}><Relationship Id="r1" Type="{OFFICE}/worksheet" Target="a.xml"/>'
    "</Relationships>",
    "xl/a.xml": f"<worksheet {MAIN}><sheetData/></worksheet>",
}


def packed(parts: dict[str, str | bytes], compression: int = ZIP_DEFLATED) -> bytes:
    with ZipFile(target := BytesIO(), "w", compression) as package:
        for name, content in parts.items():
            package.writestr(ZipInfo(name) if name.endswith("/") else name, content)
    return target.getvalue()


def refused(kind: type, message: str, made: dict | bytes, **limits: int) -> None:
    """The package with these parts, or these bytes, is refused with this message."""
    content = made if isinstance(made, bytes) else packed(made)
    with pytest.raises(kind) as error, xlnn.limits(**limits):
        contents(Package(content, HERE))
    assert str(error.value) == f"book.xlsx: {message}"


# ---- what a file is ------------------------------------------------------------------------------------

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
SAVE = "Open it in Excel or LibreOffice, choose File › Save As, and take the type Excel workbook (.xlsx)."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "this file is empty. Copy or download it once more."),
        (b"a;b\n1;2\n", f"this is a text file (CSV), not a workbook. {SAVE}"),
        ("a,图像\n".encode("utf-16"), f"this is a text file (CSV), not a workbook. {SAVE}"),
        (b"\xef\xbb\xbf <!DOCTYPE html><html>", f"this is a web page (HTML), not a workbook. {SAVE}"),
        (b"<table><tr><td>1", f"this is a web page (HTML), not a workbook. {SAVE}"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
         f"this is a workbook in the XML format of Excel 2003, not a workbook. {SAVE}"),
        (b'<?xml version="1.0"?><office:document xmlns:office="x">',
         f"this is an OpenDocument file (.ods), not a workbook. {SAVE}"),
        (b"%PDF-1.7", f"this is a PDF file, not a workbook. {SAVE}"),
        (b"\x89PNG\r\n\x1a\n", f"this is a picture, not a workbook. {SAVE}"),
        (b"7z\xbc\xaf\x27\x1c..", f"this is an archive, not a workbook. {SAVE}"),
        (b"\x01\x02\x03", f"this is no workbook that is read (.xlsx, .ods, .xls, .xlsb). {SAVE}"),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"),
         "the workbook is protected by a password. Open it in Excel or LibreOffice and save it without a password."),
        (COMPOUND + "Workbook".encode("utf-16-le"),
         f"this is an old workbook (.xls), not a workbook. {SAVE}"),
        (packed({"mimetype": "", "content.xml": "<x/>"}), f"this is an OpenDocument file (.ods), not a workbook. {SAVE}"),
        (packed(TYPES | {"xl/workbook.bin": ""}), f"this is a binary workbook (.xlsb), not a workbook. {SAVE}"),
        (packed(TYPES | {"word/document.xml": ""}), f"this is a text document, not a workbook. {SAVE}"),
        (packed(TYPES | {"ppt/presentation.xml": ""}), f"this is a presentation, not a workbook. {SAVE}"),
        (packed({"Index/Document.iwa": ""}), "this is a Numbers document. In Numbers choose File › Export To › Excel."),
        (packed({"mine/book.xlsx": ""}), "this is an archive with 'mine/book.xlsx' in it. Unpack it first."),
        (packed({"a.txt": ""}), f"this is no workbook that is read (.xlsx, .ods, .xls, .xlsb). {SAVE}"),
        (packed(MINIMAL)[:-30], "the workbook is damaged: its end is missing. Copy or download it once more."),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_named(content, message):
    refused(xlnn.FileError, message, content)


def test_a_device_or_a_pipe(tmp_path):
    with pytest.raises(xlnn.FileError, match="this is a device or a pipe, not a workbook"):
        read_file(Path("/dev/zero"))


# ---- limits --------------------------------------------------------------------------------------------


def test_a_good_package():
    found = contents(Package(packed(MINIMAL), HERE))
    assert [(sheet.name, sheet.part, sheet.hidden) for sheet in found.sheets] == [("A", "xl/a.xml", False)]
    assert contents(Package(packed(MINIMAL, ZIP_STORED), HERE)) == found


def test_parts():
    many = MINIMAL | {f"x/{n}": "" for n in range(6)}
    assert len(Package(packed(many), HERE).names()) == 10
    message = "the workbook has more than 9 parts. If you trust it, raise the limit with xlnn.limits(parts=…)."
    refused(xlnn.LimitError, message, many, parts=9)


def test_ratio():
    """A megabyte may inflate as it likes; more at most 200 times."""
    Package(packed(MINIMAL | {"x": bytes(1 << 20)}), HERE)
    message = "the part 'x' becomes more than 200 times as large when it is unpacked. "
    message += "If you trust the workbook, raise the limit with xlnn.limits(ratio=…)."
    bomb = MINIMAL | {"x": bytes((1 << 20) + 1)}
    refused(xlnn.LimitError, message, bomb)
    with xlnn.limits(ratio=2000):
        Package(packed(bomb), HERE)


def test_size_is_counted_whatever_the_headers_say():
    """A part of 1,200 KB; the list of parts says that it has one byte."""
    parts = MINIMAL | {"x0": bytes(1_200_000)}
    message = (
        "the workbook becomes larger than 1 MiB when it is unpacked. If you trust it, raise the limit with xlnn.limits(size=…)."
    )
    refused(xlnn.LimitError, message, parts, size=1)
    content = packed(parts).replace(struct.pack("<I", 1_200_000), struct.pack("<I", 1))
    refused(xlnn.LimitError, message, content, size=1)
    broken = "the workbook is damaged: its part 'x0' cannot be unpacked. Copy or download it once more."
    with xlnn.limits(ratio=2000):
        refused(xlnn.FileError, broken, content)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_depth(part):
    levels = 256 - 1
    deep = lambda n: MINIMAL | {part: MINIMAL[part].replace(">", ">" + "<a>" * n + "</a>" * n, 1)}
    contents(Package(packed(deep(levels)), HERE))
    message = f"the part '{part}' has more than 256 elements of XML within each other. "
    message += "If you trust the workbook, raise the limit with xlnn.limits(depth=…)."
    refused(xlnn.LimitError, message, deep(levels + 1))
    with xlnn.limits(depth=300):
        contents(Package(packed(deep(levels + 1)), HERE))


def test_a_file_that_is_too_large_is_not_even_read(tmp_path, monkeypatch):
    (tmp_path / "book.xlsx").write_bytes(bytes((1 << 20) + 1))
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("it was read"))
    with xlnn.limits(size=1), pytest.raises(xlnn.LimitError, match="the file is larger than 1 MiB"):
        read_file(tmp_path / "book.xlsx")


def test_limits_that_cannot_be():
    with pytest.raises(xlnn.UsageError, match="unknown limit 'cells'; known: depth, parts, ratio, size"), xlnn.limits(cells=1):
        pass
    for value in (0, -1, 1.5, True, None):
        with pytest.raises(xlnn.UsageError, match="size must be 1 or more"), xlnn.limits(size=value):
            pass


def test_limits_end_with_their_block():
    with xlnn.limits(parts=3), xlnn.limits(size=5):
        assert Package.__init__.__module__
        with pytest.raises(xlnn.LimitError):
            Package(packed(MINIMAL), HERE)
    Package(packed(MINIMAL), HERE)


@pytest.mark.parametrize("command", sorted(set(main.commands) - WRITING))
def test_every_command_that_reads_can_raise_them(command):
    options = {option for parameter in main.commands[command].params for option in parameter.opts}
    assert {option for option, *_ in LIMITS} <= options


def test_the_options_are_the_limits_and_name_the_defaults():
    assert {name: int(text.rpartition("(")[2].rstrip(").")) for _, name, _, text in LIMITS} == vars(Limits())


def test_an_option_raises_a_limit(tmp_path):
    path = str(xlnn.new("4-4", tmp_path / "book.xlsx"))
    result = CliRunner().invoke(main, ["show", path, "--max-parts", "5"])
    assert (result.exit_code, result.stderr) == (
        5,
        "xlnn: error: book.xlsx: the workbook has more than 5 parts. If you trust it, raise the limit with --max-parts.\n",
    )
    assert CliRunner().invoke(main, ["show", path, "--max-parts", "50"]).exit_code == 0
    assert CliRunner().invoke(main, ["show", path, "--max-parts", "0"]).exit_code == click.UsageError.exit_code


# ---- what no workbook has ------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/a.xml", "xl/theme.xml", "unused/x", "[Content_Types].xml"])
def test_a_document_type(part, encoding):
    """In every part, also in those that nobody reads; behind a comment, too."""
    declared = f'<?xml version="1.0" encoding="{encoding}"?><!-- {"x" * 3000} --><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    message = f"the part '{part}' declares a document type (DOCTYPE), as no workbook does. It is not read."
    refused(xlnn.FileError, message, MINIMAL | {part: declared.encode(encoding)})


def test_the_words_of_a_document_type_may_stand_elsewhere():
    Package(packed(MINIMAL | {"xl/x.xml": "<a><![CDATA[<!DOCTYPE a>]]></a>", "xl/y.bin": "<!DOCTYPE"}), HERE)


@pytest.mark.parametrize("name", ["../x", "xl/../../x", "/etc/passwd", "C:/x", "xl\\..\\..\\x"])
def test_names_that_lead_outside(name):
    shown = name.replace("\\", "/")
    message = f"the part '{shown}' leads out of the workbook. Such a file is not read."
    refused(xlnn.FileError, message, MINIMAL | {name: ""})


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["xl/a.xml", "XL/A.xml", "xl\\a.xml"])
def test_a_part_twice(name):
    with ZipFile(target := BytesIO(), "w") as package:
        for part, content in [*MINIMAL.items(), (name, "other")]:
            package.writestr(part, content)
    shown = name.replace("\\", "/")
    refused(xlnn.FileError, f"two parts of the workbook have the name '{shown}'. Such a file is not read.", target.getvalue())


LINK = 'r:id="r1"'


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/a.xml", "", None),  # its part
        ("xl/_rels/workbook.xml.rels", 'Id="r1"', 'Id="r9"'),  # its relation
        ("xl/workbook.xml", LINK, ""),  # its link
    ],
)
def test_a_sheet_that_is_missing_is_refused_when_it_is_read(tmp_path, part, old, new):
    other = '<sheet name="B" sheetId="2" r:id="r2"/></sheets>'
    relation = MINIMAL["xl/_rels/workbook.xml.rels"].partition("<Relationship ")[2].partition("/>")[0]
    relation = f"<Relationship {relation}/></Relationships>".replace("r1", "r2").replace("a.xml", "b.xml")
    parts = MINIMAL | {"xl/b.xml": MINIMAL["xl/a.xml"]}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("</sheets>", other)
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace("</Relationships>", relation)
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new) if new is not None else None
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed({name: content for name, content in parts.items() if content is not None}))
    book = Workbook(path)
    assert book.sheets == ["A", "B"]
    assert book.shape("B") == Workbook(path).shape("B")
    with pytest.raises(xlnn.FileError, match="the workbook is damaged: its sheet 'A' is missing"):
        book.filled("A")
    with pytest.raises(xlnn.FileError, match="'A' is missing"):
        list(book.readable(book.sheets))


@pytest.mark.parametrize("kind", ["chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"])
@pytest.mark.parametrize("link", ['r:id="r2"', 'r:id=""'])
def test_sheets_without_cells_are_passed_over(kind, link):
    """As Excel writes charts, dialogs and macros, and with an empty link the modules of old workbooks."""
    parts = dict(MINIMAL)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        "</sheets>", f'<sheet name="M" state="veryHidden" {link}/></sheets>'
    )
    relation = f'<Relationship Id="r2" Type="http://schemas.microsoft.com/office/2006/relationships/{kind}" Target="m.xml"/>'
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>", relation + "</Relationships>"
    )
    assert [sheet.name for sheet in contents(Package(packed(parts), HERE)).sheets] == ["A"]


def test_elements_count_where_they_belong():
    """What has a sheet's, a date's or a format's name in another place is something else."""
    parts, other = dict(MINIMAL), '<customWorkbookViews><sheet name="X" r:id=""/><workbookPr date1904="1"/></customWorkbookViews>'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("<sheets>", other + "<sheets>")
    found = contents(Package(packed(parts), HERE))
    assert ([sheet.name for sheet in found.sheets], found.from_1904) == (["A"], False)


@pytest.mark.parametrize(
    ("inside", "dates"),
    [
        ("", {1: False}),
        ('<dxfs><dxf><numFmt numFmtId="14" formatCode="0.00%"/></dxf></dxfs>', {1: False}),
        ('<dxfs><dxf><numFmt numFmtId="2" formatCode="yyyy"/></dxf></dxfs>', {1: False}),
        ('<extLst><ext><numFmts><numFmt numFmtId="2" formatCode="yyyy"/></numFmts></ext></extLst>', {1: False}),
        ('<cellStyleXfs><xf numFmtId="14"/><xf numFmtId="14"/></cellStyleXfs>', {1: False}),
        ('<extLst><cellXfs><xf numFmtId="14"/></cellXfs></extLst>', {1: False}),
    ],
)  # fmt: skip
def test_formats_of_conditions_and_styles_are_not_those_of_cells(inside, dates):
    """Cell styles 0 (a number, 2) and 1 (a date, 14)."""
    styles = f'<styleSheet {MAIN}><cellXfs><xf numFmtId="2"/><xf numFmtId="14"/></cellXfs>{inside}</styleSheet>'
    assert date_styles(Package(packed(MINIMAL | {"xl/styles.xml": styles}), HERE), "xl/styles.xml") == dates


def test_phonetic_readings_and_other_parts_of_texts_are_left_out():
    texts = (
        "<si><t>a</t><rPh><t>x</t></rPh></si><si><r><rPr><t>x</t></rPr><t>b</t></r><r><t>c</t></r></si>"
        "<si><t>d_x000D_</t></si><si><t>_x005F_x000D_</t></si><si><t>_xD83D__xDE00_</t></si><si><t>_x00_ _x12345_</t></si>"
    )
    parts = MINIMAL | {"xl/s.xml": f"<sst {MAIN}>{texts}<extLst><si><t>e</t></si></extLst></sst>"}
    found = shared_texts(Package(packed(parts), HERE), "xl/s.xml")
    assert found == ["a", "bc", "d\r", "_x000D_", "😀", "_x00_ _x12345_"]


@pytest.mark.parametrize("name", ["docProps/thumbnail.wmf", "xl/media/", "xl/printerSettings/1.bin"])
def test_an_empty_part_without_packed_bytes(name):
    """Method 8 and 0 bytes: Python's zipfile and LibreOffice read it, too. One that should hold something is broken."""
    whole = [Member(part, content.encode()) for part, content in MINIMAL.items()]
    for size, right in ((0, True), (5, False)):
        data = zipped([*whole, Member(name, b"", packed=b"", size=size)])
        if right:
            assert name in Package(data, HERE).names()
        else:
            refused(xlnn.FileError, f"the workbook is damaged: its part '{name}' cannot be unpacked. "
                    "Copy or download it once more.", data)  # fmt: skip


@pytest.mark.parametrize("target", ["../../a.xml", "file:///a.xml"])
def test_a_sheet_outside(target):
    rels = MINIMAL["xl/_rels/workbook.xml.rels"].replace('Target="a.xml"', f'Target="{target}" TargetMode="External"')
    parts = MINIMAL | {"xl/_rels/workbook.xml.rels": rels}
    refused(xlnn.FileError, "the sheet 'A' lies outside the workbook. Nothing outside is read.", parts)
    parts = MINIMAL | {"xl/_rels/workbook.xml.rels": rels.replace(' TargetMode="External"', "")}
    if target.startswith(".."):
        refused(xlnn.FileError, "the sheet 'A' lies outside the workbook. Nothing outside is read.", parts)
    else:
        assert [sheet.part for sheet in contents(Package(packed(parts), HERE)).sheets] == [""]  # missing


def test_sheets_of_the_same_name():
    twice = MINIMAL["xl/workbook.xml"].replace("<sheets>", '<sheets><sheet name="a" r:id="r1"/>')
    message = "two sheets have the names 'a' and 'A', which are the same to Excel. Rename one of them."
    refused(xlnn.ContentError, message, MINIMAL | {"xl/workbook.xml": twice})


def test_bytes_that_changed():
    """One bit of what is packed: the checksum tells."""
    content = bytearray(packed(MINIMAL, ZIP_STORED))
    content[content.index(b"<sheetData/>") + 4] ^= 1
    message = "the workbook is damaged: its part 'xl/a.xml' cannot be unpacked. Copy or download it once more."
    refused(xlnn.FileError, message, bytes(content))


def test_bytes_that_cannot_be_inflated():
    parts = MINIMAL | {"xl/a.xml": MINIMAL["xl/a.xml"] * 50}
    content = packed(parts)
    deflated = zlib.compress(parts["xl/a.xml"].encode())[2:10]
    message = "the workbook is damaged: its part 'xl/a.xml' cannot be unpacked. Copy or download it once more."
    refused(xlnn.FileError, message, content.replace(deflated, b"\xff" * len(deflated)))


def test_parts_are_found_whatever_their_capitals():
    renamed = {name.replace("xl/a.xml", "xl/A.XML"): content for name, content in MINIMAL.items()}
    assert len(contents(Package(packed(renamed), HERE)).sheets) == 1


# ---- what the other parts say --------------------------------------------------------------------------


def test_relationships():
    rels = f'<Relationships {RELATIONS}><Relationship Id="a" Type="x/styles" Target="../s.xml"/>'
    rels += '<Relationship Id="b" Type="x/t" Target="/xl/t.xml"/><Relationship Id="c" Type="x/u" Target="../../u"/>'
    rels += "</Relationships>"
    package = Package(packed(MINIMAL | {"xl/deep/_rels/w.xml.rels": rels}), HERE)
    found = relationships(package, "xl/deep/w.xml")
    assert {name: (t.kind, t.part, t.outside) for name, t in found.items() if name != "c"} == {
        "a": ("styles", "xl/s.xml", False),
        "b": ("t", "xl/t.xml", False),
    }
    assert not found["c"].outside
    assert relationships(package, "xl/other.xml") == {}


def test_shared_texts():
    """Runs are one text, phonetic readings none; empty ones count."""
    xml = f"<sst {MAIN}><si><t>a&amp;b</t></si><si><r><t>学</t></r><r><t>习</t></r><rPh><t>xx</t></rPh></si>"
    xml += "<si/><si><t> c </t></si></sst>"
    assert shared_texts(Package(packed(MINIMAL | {"s": xml}), HERE), "s") == ["a&b", "学习", "", " c "]
    assert shared_texts(Package(packed(MINIMAL), HERE), "") == []


def test_date_styles():
    """The second and third of the cells' styles show a date and a length of time, cellStyleXfs are other ones."""
    xml = f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/>'
    xml += '</cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="2"/></cellXfs>'
    xml += "</styleSheet>"
    assert date_styles(Package(packed(MINIMAL | {"s": xml}), HERE), "s") == {1: False, 2: True}


@pytest.mark.parametrize(
    ("code", "date"),
    [
        ("yyyy-mm-dd", True), ("h:mm", True), ("[h]:mm", True), ('yyyy"年"m"月"', True), ("[$-411]ge.m.d", True),
        ("General", False), ("0.000", False), ('0.00" mm"', False), ("[Red]0.0", False), ("#,##0;[Blue]d", False),
        (r"0.0\s", False), ("0.0_d", False),
    ],
)  # fmt: skip
def test_formats_that_show_dates(code, date):
    from openpyxl.styles.numbers import is_date_format

    assert shows_date(code) is date
    assert shows_date(code) is is_date_format(code)
