"""Files of other kinds: .ods, .fods, .xls, .xlsb and tables of images are read as workbooks, hostile ones are refused soon."""

import datetime
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import office
import pytest
from command import run
from hypothesis import given
from hypothesis import strategies as st

import workbooks
import xlnn
from xlnn.layout.cells import Cell
from xlnn.xlsx.open_formula import excel_formula
from xlnn.xlsx.plain_sheets import Plain, PlainSheet, written
from xlnn.xlsx.workbook import Workbook

SHIPPED = Path(__file__).parents[2] / "workbooks"
NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)


def ods(path: Path, table: str, before: str = "") -> Path:
    """A spreadsheet with one sheet S of these rows."""
    content = (
        f'<office:document-content {NAMESPACES}>{before}<office:body><office:spreadsheet><table:table table:name="S">{table}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return path


def cell(value: object = None, more: str = "") -> str:
    given = f' office:value-type="float" office:value="{value}"' if value is not None else ""
    return f"<table:table-cell{given}{more}/>"


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


# ---- LibreOffice's own formats ---------------------------------------------------------------------------


@office.needs_office
@pytest.mark.parametrize("kind", ["ods", "fods"])
def test_a_saved_workbook_trains_to_the_same_bits(tmp_path, kind):
    path = tmp_path / f"book.{kind}"
    office.convert(SHIPPED / "4-4.xlsx", path, kind, 120)
    expected = [step["CT"] for step in xlnn.train(xlnn.read(SHIPPED / "4-4.xlsx"))]
    assert [step["CT"] for step in xlnn.train(xlnn.read(path))] == expected


@office.needs_office
def test_a_result_is_xlsx_and_its_formulas_are_checked_as_ods(tmp_path):
    """The sheet's formulas come through LibreOffice's spelling: the mistake is found in the same cell, by the same name."""
    xlnn.write(xlnn.example("4-4").with_settings(iterations=1), tmp_path / "right.xlsx", cells="formulas")
    workbooks.edit(tmp_path / "right.xlsx", tmp_path / "mine.xlsx", {("Iteration 1", "O11"): -5.280007})
    office.convert(tmp_path / "mine.xlsx", tmp_path / "mine.ods", "ods", 120)
    code, out, _ = run("check", tmp_path / "mine.ods")
    assert code == 1
    assert "Iteration 1!O11" in out
    formulas = Workbook(tmp_path / "mine.ods").formulas("Iteration 1").texts
    assert "SUMPRODUCT(P5:R8,$D$5:$F$8)+$G$5" in formulas
    assert run("train", tmp_path / "mine.ods", "-n", "1", "-o", tmp_path / "mine-trained.ods")[0] == 6  # results are .xlsx
    assert run("train", tmp_path / "mine.ods", "-n", "1")[0] == 0
    assert zipfile.is_zipfile(tmp_path / "mine-trained.xlsx")
    assert run("check", tmp_path / "mine.ods", "--report", tmp_path / "marked.xlsx")[0] == 1
    assert run("places", tmp_path / "mine.ods")[0] == 0
    for made in ("marked.xlsx", "mine-places.xlsx"):
        assert "Iteration 1" in Workbook(tmp_path / made).sheets


@office.needs_office
def test_an_old_workbook(tmp_path):
    """Only results, of at most 256 columns; that its formulas were not read is said."""
    workbooks.save(
        tmp_path / "s.xlsx", {"S": {"B2": 1.5, "B3": "=B2*2", "C2": "text", "D4": True, "E5": datetime.date(2024, 5, 1)}}
    )
    office.convert(tmp_path / "s.xlsx", tmp_path / "s.xls", "xls", 120)
    book = Workbook(tmp_path / "s.xls")
    assert book.lines("S")[1:5] == [
        (None, 1.5, "text", None, None), (None, 3.0, None, None, None), (None, None, None, True, None),
        (None, None, None, None, datetime.datetime(2024, 5, 1)),
    ]  # fmt: skip
    assert "only the results" in next(iter(book.notes([])))[0]


# ---- what stands in an .ods ------------------------------------------------------------------------------


def test_cells_of_every_kind(tmp_path):
    """Values as stored, not as shown; repeated cells; comments are no texts; what is hidden and merged."""
    note = "<office:annotation><text:p>a comment</text:p></office:annotation>"
    text = f'{note}<text:p>a<text:s text:c="2"/>b</text:p><text:p>c</text:p>'
    truth = '<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>WAHR</text:p></table:table-cell>'
    date = '<table:table-cell office:value-type="date" office:date-value="2024-05-01" table:number-columns-spanned="2"/>'
    table = (
        '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
        + row(cell(0.1), cell(2, ' table:number-columns-repeated="3"'), more=' table:number-rows-repeated="2"')
        + row(truth, f'<table:table-cell office:value-type="string">{text}</table:table-cell>', date,
              "<table:covered-table-cell/>", more=' table:visibility="collapse"')
        + row(more=' table:number-rows-repeated="1000000"')
    )  # fmt: skip
    book = Workbook(ods(tmp_path / "s.ods", table))
    assert book.lines("S") == [
        (0.1, 2.0, 2.0, 2.0), (0.1, 2.0, 2.0, 2.0), (True, "a  b\nc", datetime.datetime(2024, 5, 1), None),
    ]  # fmt: skip
    filled = book.filled("S")
    assert [merged.name for merged in filled.merged] == ["C3:D3"]
    assert filled.hidden_rows.tolist() == [3]
    assert [tuple(pair) for pair in filled.hidden_columns] == [(3, 3)]


def test_formulas_names_and_arrays(tmp_path):
    table = row(
        cell(3, ' table:formula="of:=SUM([.B1:.C1];[$S.$D$1])&quot;;&quot;"'),
        '<table:table-cell table:formula="of:=[.A1]+1"/>',  # never calculated
        cell(1, ' table:formula="of:=MMULT([.D1:.E2];[.F1:.F2])" table:number-matrix-rows-spanned="2" '
                'table:number-matrix-columns-spanned="1"'),
        cell(1, """ table:formula="of:=['file:///other.ods'#$S.A1]" """),
    )  # fmt: skip
    name = '<table:named-range table:name="eta" table:cell-range-address="$S.$B$1"/>'
    table += f"<table:named-expressions>{name}</table:named-expressions>"
    book = Workbook(ods(tmp_path / "s.ods", table))
    formulas = book.formulas("S")
    assert formulas.texts == ['SUM(B1:C1,S!$D$1)";"', "A1+1", "MMULT(D1:E2,F1:F2)"]  # what another file gives is a number
    assert formulas.attributes[2] == {"t": "array", "ref": "C1:C2"}
    assert book.is_pending("S", Cell(1, 2))
    assert book.defined_names == {(0, "eta"): "S!$B$1"} or book.defined_names == {(0, "ETA"): "S!$B$1"}


@pytest.mark.parametrize(
    ("opened", "excel"),
    [
        ("of:=IF([.A1]=0;1;0)", "IF(A1=0,1,0)"),
        ("of:=['my sheet'.A1]+[$'it''s'.$B$2:.C3]", "'my sheet'!A1+'it''s'!$B$2:C3"),
        ("of:=SUM([.A1:.A3]~[.C1])", "SUM(A1:A3,C1)"),
        ("of:=SUM({1;2|3;4})", "SUM({1,2;3,4})"),
        ("of:=COM.MICROSOFT.STDEV.S([.A1:.B2])", "STDEV.S(A1:B2)"),
        ("of:=LEGACY.NORMSDIST([.A1])", "NORMSDIST(A1)"),
        ("oooc:=EXP(-[.O11])", "EXP(-O11)"),
        ("msoxl:=SUM(A1:B2,3)", "SUM(A1:B2,3)"),
        ('of:="a;b["&[.A1]', '"a;b["&A1'),
        ("of:=[#REF!]+[.A1]", "#REF!+A1"),
        ("of:=SUM([Sheet1.A1:Sheet3.B2])", "SUM('Sheet1:Sheet3'!A1:B2)"),
        ("of:=[学习.A1]*[.B$1]", "学习!A1*B$1"),
    ],
)
def test_a_formula_in_excels_words(opened, excel):
    assert excel_formula(opened) == excel


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_comes_through(tmp_path_factory, number):
    path = tmp_path_factory.getbasetemp() / "number.xlsx"
    path.write_bytes(written([PlainSheet("S", {(1, 1): Plain(number)})]))
    assert repr(float(Workbook(path).sheet("S")[0, 0])) == repr(number)


# ---- binary workbooks, written by hand from [MS-XLSB] ----------------------------------------------------


def record(number: int, content: bytes = b"") -> bytes:
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    return head + bytes([len(content) & 0x7F | (0x80 if len(content) > 127 else 0)]) + (
        bytes([len(content) >> 7]) if len(content) > 127 else b""
    ) + content  # fmt: skip


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path, cells: dict[tuple[int, int], float], size: tuple[int, int] | None = None) -> Path:
    """A workbook with one sheet S; rows and columns count from 0. `size`: what it says of its last cell."""
    rows = {row for row, _ in cells}
    last = size or (max(rows), max(column for _, column in cells))
    body = record(129) + record(148, struct.pack("<IIII", 0, last[0], 0, last[1])) + record(145)
    for at in sorted(rows):
        body += record(0, struct.pack("<IIHBBBI", at, 0, 300, 0, 0, 0, 0))
        for (r, c), value in sorted(cells.items()):
            if r == at:
                body += record(5, struct.pack("<IId", c, 0, value))
    body += record(146) + record(130)
    book = (
        record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("S")) + record(144) + record(132)
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="'
        'http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", relations.format("officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/_rels/workbook.bin.rels", relations.format("worksheet", "worksheets/sheet1.bin"))
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", body)
    return path


def test_a_binary_workbook(tmp_path):
    book = Workbook(xlsb(tmp_path / "s.xlsb", {(1, 1): 0.1, (1, 2): 2.0, (4, 1): -3.5}))
    assert book.sheets == ["S"]
    assert book.sheet("S")[[1, 1, 4], [1, 2, 1]].tolist() == [0.1, 2.0, -3.5]


# ---- hostile files: each is answered within five seconds ---------------------------------------------------


def refused_soon(path: Path, *says: str) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "xlnn", "train", str(path)],
        capture_output=True,
        timeout=60,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert process.returncode in (3, 4, 5), process.stderr
    (line,) = process.stderr.splitlines()
    assert line.startswith(f"xlnn: error: {path.name}")
    assert any(text in line for text in says), line


def test_a_sheet_that_would_fill_the_memory(tmp_path):
    """Two cells far apart: the library that reads .xlsb makes room for all between them, cannot, and ends its process."""
    refused_soon(xlsb(tmp_path / "s.xlsb", {(0, 0): 1.0, (1048575, 16383): 1.0}), "more time or memory")


def test_rows_and_columns_that_repeat(tmp_path):
    table = row(cell(1, ' table:number-columns-repeated="16384"'), more=' table:number-rows-repeated="1048576"')
    refused_soon(ods(tmp_path / "s.ods", table), "4,194,304 filled cells")
    far = row(more=' table:number-rows-repeated="9999999"') + row(cell(1))
    assert Workbook(ods(tmp_path / "far.ods", row(cell(1)) + far)).lines("S") == [(1.0,)]
    refused_soon(ods(tmp_path / "w.ods", row(cell(1, ' table:number-columns-repeated="99999"'))), "beyond column XFD")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<x>" + b" " * 300_000_000 + b"</x>", "200 times"),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>", "DOCTYPE"),
        (b"<x>" * 100_000, "256 elements"),
        (b"<x", "no XML"),
        (b"", "no XML"),
    ],
    ids=["bomb", "entities", "deep", "cut", "empty"],
)
def test_hostile_content(tmp_path, content, says):
    with zipfile.ZipFile(tmp_path / "s.ods", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    refused_soon(tmp_path / "s.ods", says)


def test_a_password(tmp_path):
    with zipfile.ZipFile(tmp_path / "s.ods", "w") as archive:
        archive.writestr("content.xml", b"\x12\x34")
        archive.writestr("META-INF/manifest.xml", "<manifest><file-entry><encryption-data/></file-entry></manifest>")
    refused_soon(tmp_path / "s.ods", "password")


# ---- tables of images ------------------------------------------------------------------------------------


def table_of(x: np.ndarray, labels, separator=",", heading="", comma=False) -> str:
    lines = [separator.join([str(label), *(f"{p:g}".replace(".", "," if comma else ".") for p in np.ravel(image))])
             for label, image in zip(labels, x, strict=True)]  # fmt: skip
    return heading + "\n".join(lines) + "\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("separator", "comma"), [(",", False), (";", True), ("\t", False)])
def test_a_table_of_images_is_a_workbook(tmp_path, separator, comma, encoding):
    book = xlnn.example("4-4")
    x = book.x * 0.5
    path = tmp_path / "images.csv"
    path.write_text(table_of(x, book.digits.astype(int), separator, comma=comma), encoding=encoding)
    problem = xlnn.read(path)
    assert (problem.x == x).all()
    assert (problem.digits == book.digits).all()
    assert [entry.units for entry in problem.network.layer_settings[1:]] == [3, 2]
    assert run("train", path, "-n", "2")[0] == 0
    code, out, _ = run("predict", tmp_path / "images-trained.xlsx", path)
    assert code == 0
    assert len(out.splitlines()) == 64


def test_labels_that_are_words_and_pixels_from_0_to_255(tmp_path):
    path = tmp_path / "images.csv"
    path.write_text("p1,p2,p3,p4,label\n0,255,255,0,cat\n255,0,0,51,dog\n0,255,0,0,cat\n")
    problem = xlnn.read(path)
    assert problem.network.names == ("cat", "dog")
    assert problem.digits.tolist() == [0, 1, 0]
    assert problem.x[1].tolist() == [[1, 0], [0, 0.2]]
    assert "divided by 255" in run("show", path)[1]


def test_images_without_labels_are_recognised(tmp_path):
    xlnn.write(xlnn.example("4-4").with_settings(iterations=0), tmp_path / "t.xlsx")
    path = tmp_path / "new.csv"
    path.write_text(table_of(xlnn.example("4-4").x[:3], ["", "", ""]).replace("\n,", "\n")[1:])
    code, out, _ = run("predict", tmp_path / "t.xlsx", path)
    assert (code, len(out.splitlines())) == (0, 3)
