"""Reading sheets: the same values as openpyxl in full mode, whatever program wrote them, and memory for what is filled."""

from __future__ import annotations

import math
import re
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from office import needs_office, recalculate

import workbooks
import xlnn
from xlnn.cli.main import main
from xlnn.layout.cells import COLUMNS, ROWS, Cell
from xlnn.layout.places import Place
from xlnn.xlsx import fast as sheet_fast
from xlnn.xlsx.cell_table import UNCALCULATED
from xlnn.xlsx.decimals import read_decimals
from xlnn.xlsx.workbook import Workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
DATA = "xl/worksheets/sheet2.xml"


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    return xlnn.new("4-4", tmp_path_factory.mktemp("books") / "book.xlsx")


def by_openpyxl(path: Path, results: bool = True) -> dict[str, dict[tuple[int, int], object]]:
    """The filled cells of every sheet."""
    found = openpyxl.load_workbook(path, data_only=results)
    return {
        sheet.title: {(c.row, c.column): c.value for row in sheet.iter_rows() for c in row if c.value not in (None, "")}
        for sheet in found.worksheets
    }


def by_xlnn(path: Path, results: bool = True) -> dict[str, dict[tuple[int, int], object]]:
    found, read = {}, Workbook(path)
    for name in read.sheets:
        filled = read.filled(name, results)
        cells = zip(filled.rows.tolist(), (filled.codes % COLUMNS + 1).tolist(), filled.values().tolist(), strict=True)
        found[name] = {(row, column): value for row, column, value in cells if value not in (None, "", UNCALCULATED)}
    return found


def check_same(path: Path, results: bool = True) -> None:
    """Every cell has the same value, and a text is no number; formulas of a whole range count by their text."""
    theirs, ours = by_openpyxl(path, results), by_xlnn(path, results)
    assert list(theirs) == list(ours)
    for name in theirs:
        plain = {cell: getattr(value, "text", value) for cell, value in theirs[name].items()}
        assert ours[name] == plain
        assert [isinstance(v, bool | str) for v in ours[name].values()] == [isinstance(v, bool | str) for v in plain.values()]


def unusual(monkeypatch) -> list[Path]:
    """Notes the sheets that are left to the exact reader."""
    left, exactly = [], sheet_fast.read_exactly

    def noted(shared, part, where, chunks=None, formulas=False):
        left.extend([part] if chunks is None else [])
        return exactly(shared, part, where, chunks, formulas)

    monkeypatch.setattr(sheet_fast, "read_exactly", noted)
    return left


# ---- the project's own workbooks -----------------------------------------------------------------------


@pytest.mark.parametrize("cells", ["values", "formulas"])
@pytest.mark.parametrize("section", ["4-4", "5-6"])
def test_a_trained_workbook(section, cells, tmp_path, monkeypatch):
    problem = xlnn.example(section).with_settings(iterations=1)
    xlnn.write(problem, tmp_path / "out.xlsx", cells=cells)
    left = unusual(monkeypatch)
    check_same(tmp_path / "out.xlsx")
    assert not left  # all of it is written as the fast reader wants it
    check_same(tmp_path / "out.xlsx", results=False)


@needs_office
@pytest.mark.parametrize("make", [workbooks.authors_35, workbooks.authors_54], ids=["3-5", "5-4"])
def test_a_workbook_saved_by_libreoffice(make, tmp_path):
    recalculate(make(tmp_path / "made.xlsx", images=5), tmp_path / "saved.xlsx")
    check_same(tmp_path / "saved.xlsx")
    check_same(tmp_path / "saved.xlsx", results=False)


def test_formulas_without_results(tmp_path):
    """As openpyxl writes them: nothing to read, but known to be formulas."""
    path = workbooks.authors_35(tmp_path / "made.xlsx", images=3)
    check_same(path)
    check_same(path, results=False)
    read = Workbook(path)
    assert read.has_formula("学习", Cell.parse("O11"))
    assert not read.has_formula("学习", Cell.parse("D5"))
    assert read.block("学习", Place(Cell.parse("O11")))[()] is UNCALCULATED


# ---- random sheets -------------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**6), 10**6), st.integers(2**53, 2**70), st.booleans(),
    TEXT, st.sampled_from(["#DIV/0!", "#N/A", "1_000", "１２", "0,5", "  ", "=1+1"]),
    st.datetimes(datetime(1950, 1, 1), datetime(2050, 1, 1)).map(lambda d: d.replace(microsecond=0)),
)  # fmt: skip
CELLS = st.dictionaries(st.tuples(st.integers(1, 60), st.integers(1, 40)), VALUES, max_size=40)


@settings(max_examples=30)
@given(CELLS)
def test_random_cells(cells):
    """Written by openpyxl, read by both."""
    made = openpyxl.Workbook()
    for (row, column), value in cells.items():
        made.active.cell(row, column).value = value
    made.save(content := BytesIO())
    path = Path(Bytes.hold(content))
    check_same(path)
    check_same(path, results=False)


class Bytes:
    """A file for a test that makes many."""

    folder: Path

    @classmethod
    def hold(cls, content: BytesIO) -> Path:
        path = cls.folder / "held.xlsx"
        path.write_bytes(content.getvalue())
        return path


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory):
    Bytes.folder = tmp_path_factory.mktemp("held")


def sheet(rows: str, *, head: str = f'<worksheet xmlns="{MAIN}">', tail: str = "</worksheet>", encoding: str = "utf-8") -> Path:
    """A workbook whose only sheet has these rows."""
    made = openpyxl.Workbook()
    made.save(content := BytesIO())
    with ZipFile(content) as source, ZipFile(target := BytesIO(), "w", ZIP_DEFLATED) as package:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                package.writestr(name, source.read(name))
        xml = f'<?xml version="1.0" encoding="{encoding}"?>\n{head}<sheetData>{rows}</sheetData>{tail}'
        package.writestr("xl/worksheets/sheet1.xml", xml.encode(encoding))
    return Bytes.hold(target)


def at(path: Path, cell: str):
    return Workbook(path).block("Sheet", Place(Cell.parse(cell)))[()]


NUMERALS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.from_regex(r"[+-]?([0-9]{1,19}\.?[0-9]{0,19}|\.[0-9]{1,19})([eE][+-]?[0-9]{1,2})?", fullmatch=True),
)


@settings(max_examples=50)
@given(st.lists(NUMERALS, min_size=1, max_size=40))
def test_numerals_are_read_to_the_last_bit(numerals):
    row = "".join(f'<c r="{openpyxl.utils.get_column_letter(j)}1"><v>{text}</v></c>' for j, text in enumerate(numerals, 1))
    found = Workbook(sheet(f'<row r="1">{row}</row>')).numbers("Sheet", Place(Cell(1, 1), (len(numerals),), ((0, 1),)))
    assert found.view(np.int64).tolist() == np.array([float(text) for text in numerals]).view(np.int64).tolist()


@pytest.mark.parametrize("wide", [True, False], ids=["64 bits", "53 bits"])
def test_numerals_between_two_floats(wide, monkeypatch):
    """Just below, at and above the middle of two neighbours: where rounding twice would be wrong."""
    monkeypatch.setattr("xlnn.xlsx.decimals.WIDE", wide and np.finfo(np.longdouble).nmant == 63)
    numerals = ["1.00000000000000011", "1.00000000000000012", "0.99999999999999994", "0.99999999999999995", "0.49999999999999997"]
    random = np.random.default_rng(0)
    for number in (1 + random.random(3000)).tolist():
        middle = (int(number * 2**52) * 2 + 1) * 10**17 // 2**53
        numerals += [f"{n // 10**17}.{n % 10**17:017d}" for n in (middle, middle + 1)]
    content = b" " * 24 + " ".join(numerals).encode()
    last = np.array([match.end() for match in re.finditer(rb"[^ ]+", content)])
    first = last - [len(text) for text in numerals]
    padded = content + bytes(16)
    eight = np.ndarray((len(content) + 8,), dtype="<u8", buffer=padded, strides=(1,))
    assert read_decimals(eight, content, first, last).tolist() == list(map(float, numerals))


# ---- how else a sheet may be written -------------------------------------------------------------------

ROWS_ = '<row r="2"><c r="B2"><v>0.5</v></c><c r="D2" t="str"><v>a&amp;b</v></c></row><row r="3"><c r="B3"><v>-7</v></c></row>'
CONTENT = {(2, 2): 0.5, (2, 4): "a&b", (3, 2): -7}


@pytest.mark.parametrize(
    "path",
    [
        lambda: sheet(ROWS_),
        lambda: sheet(ROWS_, encoding="utf-16"),
        lambda: sheet(ROWS_.replace("</c>", "</c>\n  "), head=f'<!-- a note --><worksheet xmlns="{MAIN}">'),
        lambda: sheet(ROWS_.replace('r="2"', 'spans="1:4" r="2"')),
        lambda: sheet(ROWS_.replace("<v>0.5</v>", "<f>1/2</f><v>0.5</v>")),
        lambda: sheet(ROWS_.replace("<v>0.5</v>", "<v><![CDATA[0.5]]></v>")),
        lambda: sheet(ROWS_.replace('<row r="2"><c r="B2">', '<row r="2"><c r="A2" s="0"/><c>')),
        lambda: sheet(ROWS_.replace('t="str"><v>a&amp;b</v>', 't="inlineStr"><is><r><t>a</t></r><r><t>&amp;b</t></r></is>')),
        lambda: sheet(ROWS_, head=f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/>'),
        lambda: sheet(ROWS_, head=f'<worksheet xmlns="{STRICT}">'),
    ],
    ids=["plain", "UTF-16", "spaces", "order of attributes", "formula", "CDATA", "no addresses", "runs", "dimension", "Strict"],
)
def test_ways_to_write_a_sheet(path):
    assert by_xlnn(path())["Sheet"] == CONTENT


def with_part(path: Path, xml: str) -> Path:
    """The workbook with another part for its first sheet."""
    with ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with ZipFile(path, "w") as package:
        for name, content in (parts | {"xl/worksheets/sheet1.xml": xml.encode()}).items():
            package.writestr(name, content)
    return path


def prefixed(rows: str, prefix: str = "x") -> str:
    return re.sub("<(/?)(?=[a-z])", rf"<\1{prefix}:", rows)


def test_prefixed_names():
    xml = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{prefixed(ROWS_)}</x:sheetData></x:worksheet>'
    assert by_xlnn(with_part(sheet(""), xml))["Sheet"] == CONTENT


PLAIN = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="str"><f>A1</f><v>x:y</v></c></row><row r="3"><c r="C3"><v>2.5</v></c></row>'
)


@pytest.mark.parametrize("prefix", ["x", "main", "ss.1", "_n-s"])
@pytest.mark.parametrize("size", [1 << 20, 40])
def test_prefixed_names_are_read_as_fast_as_others(monkeypatch, prefix, size):
    """They are not left to the exact reader, however the bytes come; a text like a prefix stays."""
    monkeypatch.setattr("xlnn.xlsx.package.CHUNK", size)
    monkeypatch.setattr(sheet_fast, "BLOCK", size * 4)
    left = unusual(monkeypatch)
    rows = prefixed(PLAIN, prefix)
    xml = f'<{prefix}:worksheet xmlns:{prefix}="{MAIN}"><{prefix}:sheetData>{rows}</{prefix}:sheetData></{prefix}:worksheet>'
    assert by_xlnn(with_part(sheet(""), xml))["Sheet"] == {(1, 1): 1, (1, 2): "x:y", (3, 3): 2.5}
    assert not left


@pytest.mark.parametrize(
    ("names", "value", "expected"),
    [
        ('xmlns="urn:other"', "v>1</v", {}),
        (f'xmlns="{MAIN}"', "v>1</v", {(1, 1): 1}),
        ('xmlns:y="urn:other"', "y:v>1</y:v", {}),
    ],
)  # fmt: skip
def test_other_names_among_prefixed_ones_mean_what_they_say(names, value, expected):
    rows = prefixed(PLAIN).replace("x:v>1</x:v", value)
    xml = f'<x:worksheet xmlns:x="{MAIN}" {names}><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    assert by_xlnn(with_part(sheet(""), xml))["Sheet"] == {(1, 2): "x:y", (3, 3): 2.5} | expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A1" t="str"><v>a_x000D_b</v></c>', "a\rb"),
        ('<c r="A1" t="str"><f>B1</f><v>_x005F_x0041_</v></c>', "_x0041_"),
        ('<c r="A1" t="inlineStr"><is><t>a_x0009_</t></is></c>', "a\t"),
        ('<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>_x000A_</t></r><rPh><t>x</t></rPh></is></c>', "a\n"),
        ('<c r="A1" t="str"><v>_x000d_ _x12_ _X000D_</v></c>', "\r _x12_ _X000D_"),
    ],
)
def test_characters_that_are_spelled_by_their_number(cell, expected):
    """ECMA-376, 22.9.2.19: _xHHHH_ is the character, _x005F_ the underscore that begins no such thing."""
    assert by_xlnn(sheet(f'<row r="1">{cell}</row>'))["Sheet"] == {(1, 1): expected}


def test_strict_open_xml(book, tmp_path):
    """A kind of .xlsx that Excel can write and openpyxl does not read."""
    names = 'xmlns="[^"]*" xmlns:r="[^"]*"'
    relations = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    workbooks.patch(book, tmp_path / "book.xlsx", "xl/workbook.xml", names, f'xmlns="{STRICT}" xmlns:r="{relations}"')
    with pytest.warns(UserWarning, match="invalid specification|Defined names"):
        assert not openpyxl.load_workbook(tmp_path / "book.xlsx").worksheets
    np.testing.assert_array_equal(xlnn.read(tmp_path / "book.xlsx").x, xlnn.example("4-4").x)


def test_blocks_end_anywhere(book, monkeypatch):
    """However the bytes of a sheet come: the same cells."""
    whole = by_xlnn(book)
    for size in (700, 5000):
        monkeypatch.setattr("xlnn.xlsx.package.CHUNK", size)
        monkeypatch.setattr(sheet_fast, "BLOCK", max(size, 30_000))
        assert by_xlnn(book) == whole


def test_what_is_unusual_is_read_exactly(monkeypatch):
    left = unusual(monkeypatch)
    assert by_xlnn(sheet(ROWS_.replace("&amp;", "")))["Sheet"] == CONTENT | {(2, 4): "ab"}
    assert not left
    assert by_xlnn(sheet(ROWS_))["Sheet"] == CONTENT
    assert left == ["xl/worksheets/sheet1.xml"]


# ---- what is refused, at the cell ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>', "'Sheet'!A1: this cell stands out of order"),
        ('<row r="1"><c r="B1"><v>1</v></c><c r="B1"><v>2</v></c></row>', "'Sheet'!B1: this cell stands out of order, or a"),
        ('<row r="2"><c r="B2"><v>1</v></c></row><row r="1"/>', "'Sheet'!A1: this cell stands out of order"),
        ('<row r="1"><c r="B2"><v>1</v></c></row>', "'Sheet'!B2: this cell stands out of order"),
        ('<row r="1"><c r="XFE1"><v>1</v></c></row>', "'Sheet': the cell 'XFE1' is off the sheet"),
        ('<row r="1048577"><c r="A1048577"><v>1</v></c></row>', "'Sheet': the row '1048577' is off the sheet"),
        ('<row r="1"><c r="B1" t="s"><v>7</v></c></row>', "'Sheet'!B1: the cell refers to the text number '7'"),
        ('<row r="1"><c r="B1" t="s"><v>-1</v></c></row>', "'Sheet'!B1: the cell refers to the text number '-1'"),
        ('<row r="1"><c r="B1" t="b"><v>2</v></c></row>', "'Sheet'!B1: expected a truth value, found '2'"),
        ('<row r="1"><c r="B1" t="x"><v>2</v></c></row>', "'Sheet'!B1: the cell is of an unknown type 'x'"),
        ('<row r="1"><c r="B1"><v>2</v><v>3</v></c></row>', "'Sheet'!B1: the cell has more than one value"),
    ],
)
def test_cells_that_cannot_be(rows, expected):
    with pytest.raises(xlnn.ContentError, match=re.escape(expected)):
        Workbook(sheet(rows)).filled("Sheet")


@pytest.mark.parametrize("text", ["１２", "1_000", "0,5", "1 2", "0x10", "nan", "inf", "1e", "٣", "1\u00a0000", "--1"])
def test_numbers_that_are_no_plain_decimals(text):
    path = sheet(f'<row r="1"><c r="B1"><v>{text}</v></c></row>')
    with pytest.raises(xlnn.ContentError, match=r"'Sheet'!B1: expected a number, found text \"."):
        Workbook(path).numbers("Sheet", Place(Cell(1, 2)))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('t="e"><v>#DIV/0!</v>', "found the error #DIV/0!"),
        ('t="b"><v>1</v>', "found the truth value TRUE"),
        ('t="d"><v>2024-05-01</v>', "found the date 2024-05-01"),
        ('t="str"><f>A1</f><v></v>', 'found text ""'),
        ("><f>A1</f>", "found a formula without a stored result"),
        ("><v>1e999</v>", "found inf"),
    ],
)
def test_other_things_than_numbers(cell, expected):
    with pytest.raises(xlnn.ContentError, match=re.escape(expected)):
        Workbook(sheet(f'<row r="1"><c r="B1" {cell}</c></row>')).numbers("Sheet", Place(Cell(1, 2)))


def test_a_merged_cell_over_numbers(book, tmp_path):
    """LibreOffice keeps what lies beneath a merged cell, and nobody sees it."""
    path = workbooks.edit(book, tmp_path / "book.xlsx", change=lambda found: found["Data"].merge_cells("O5:Q8"))
    with pytest.raises(xlnn.ContentError, match=r"'Data'!P5: this cell is merged with others \(O5:Q8\)"):
        xlnn.read(path)


def test_merged_cells_elsewhere(book, tmp_path):
    def change(found):
        found["Data"].merge_cells("K1:Z2")
        found["Data"].merge_cells("N9:N12")  # the number is the cell that is seen

    path = workbooks.edit(book, tmp_path / "book.xlsx", change=change)
    np.testing.assert_array_equal(xlnn.read(path).x, xlnn.example("4-4").x)


def test_hidden_sheets_and_rows_are_read_with_a_note(book, tmp_path):
    def change(found):
        found["Start"].sheet_state = "hidden"
        found["Data"].row_dimensions[6].hidden = True

    problem = xlnn.read(workbooks.edit(book, tmp_path / "book.xlsx", change=change))
    np.testing.assert_array_equal(problem.x, xlnn.example("4-4").x)
    shown = xlnn.show(problem)
    assert "Note: the sheet 'Start' is hidden; it was read like the others." in shown
    assert "'Data'!K6: rows or columns with numbers are hidden" in shown
    assert "hidden" not in xlnn.show(xlnn.read(book))
    result = CliRunner().invoke(main, ["train", str(tmp_path / "book.xlsx"), "-n", "1", "-o", str(tmp_path / "out.xlsx")])
    assert "Note: the sheet 'Start' is hidden; it was read like the others.\n" in result.stderr


# ---- far cells, large tables ---------------------------------------------------------------------------


def test_cells_at_both_ends_of_a_sheet():
    path = sheet(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{ROWS}"><c r="XFD{ROWS}"><v>2</v></c></row>')
    read = Workbook(path)
    assert (at(path, "A1"), at(path, f"XFD{ROWS}"), at(path, "B2")) == (1, 2, None)
    assert len(read.filled("Sheet").codes) == 2
    with pytest.raises(xlnn.LimitError, match="the cells of this sheet lie too far apart, the last in row 1048576"):
        read.sheet("Sheet")
    assert len(read.lines("Sheet")) == 1


def test_a_far_cell_beside_the_images(book, tmp_path):
    path = workbooks.edit(book, tmp_path / "book.xlsx", {("Data", f"XFD{ROWS}"): 5})
    np.testing.assert_array_equal(xlnn.read(path).x, xlnn.example("4-4").x)


def test_positions():
    """A place's cells among the filled ones, found one by one."""
    random = np.random.default_rng(0)
    codes = np.unique(random.integers(COLUMNS, 40 * COLUMNS, 3000))
    rows = ""
    for row in range(1, 40):
        cells = (f'<c r="{Cell(row, c % COLUMNS + 1).name}"><v>{c}</v></c>' for c in codes[codes // COLUMNS == row])
        rows += f'<row r="{row}">{"".join(cells)}</row>'
    filled, known = Workbook(sheet(rows)).filled("Sheet"), set(codes.tolist())
    place = Place(Cell(3, 16_000), (30, 20, 20), ((1, 0), (0, -700), (0, 31)))
    expected = [
        cell.row * COLUMNS + cell.column - 1 if cell.row * COLUMNS + cell.column - 1 in known and cell.on_sheet else math.nan
        for cell in (place.cell(*index) for index in np.ndindex(30, 20, 20))
    ]
    np.testing.assert_array_equal(filled.numbers_at(filled.positions(place)).ravel(), expected)
