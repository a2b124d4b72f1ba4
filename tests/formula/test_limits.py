"""Formulas from a stranger: what would take too long or too much is refused at once, with one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from packages import members, zipped

from xlnn.errors import LimitError
from xlnn.formula import read
from xlnn.xlsx.workbook import Workbook

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MEMORY = 300 << 20  # bytes that a refusal may take at most


def package(rows: str, names: str = "") -> bytes:
    """A workbook of one sheet."""
    link = f'<Relationship Id="r1" Type="{RELATIONS}/%s" Target="%s"/>'
    link = f'<Relationships xmlns="{PACKAGE}/relationships">{link}</Relationships>'
    types = f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
    sheets = f'<sheets><sheet name="Sheet" sheetId="1" r:id="r1"/></sheets><definedNames>{names}</definedNames>'
    parts = {
        "[Content_Types].xml": types,
        "_rels/.rels": link % ("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{RELATIONS}">{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": link % ("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
    }
    return zipped(members({name: text.encode() for name, text in parts.items()}))


def column(formulas, result: str = "<v>1</v>") -> str:
    return "".join(f'<row r="{row}"><c r="A{row}"><f>{f}</f>{result}</c></row>' for row, f in enumerate(formulas, 1))


FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
BOMBS = {
    "different structures": lambda: column("(" * (k % 60) + "A1" + ")" * (k % 60) + f"*{k}" for k in range(30_000)),
    "texts with references": lambda: column(f'"A{k}"' for k in range(1, 30_001)),
    "sums of the whole sheet": lambda: column(f"SUM(B{k}:XFD1048576)" for k in range(1, 3001)) + FAR,
    "running sums": lambda: column(f"SUM($B$1:B{k})" for k in range(1, 20_001)),
    "lookups": lambda: column(f"VLOOKUP({k},B$1:C$20000,2,FALSE)" for k in range(1, 20_001)),
    "an outer product": lambda: column(["SUMPRODUCT(A2:A20000*TRANSPOSE(A2:A20000))"] + ["1"] * 20_000),
    "products of matrices": lambda: column(
        ["SUMPRODUCT(MMULT(MMULT(A2:A3000,TRANSPOSE(A2:A3000)),MMULT(A2:A3000,TRANSPOSE(A2:A3000))))"] + ["1"] * 3000
    ),
    "arrays": lambda: "".join(
        f'<row r="{r}"><c r="A{r}"><f t="array" ref="A{r}:SF{r + 499}">1</f><v>1</v></c></row>' for r in range(1, 3000)
    ),
    "a chain": lambda: column(["1"] + [f"A{k}+1" for k in range(1, 100_000)]),
    "never calculated": lambda: column(["SUMPRODUCT(A2:A20000*TRANSPOSE(A2:A20000))"] + ["1"] * 20_000, ""),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_formula_bomb_is_refused(name, tmp_path):
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(package(BOMBS[name]()))
    child = (
        "import sys, resource\n"
        "from xlnn.errors import LimitError\nfrom xlnn.formula import read\nfrom xlnn.xlsx.workbook import Workbook\n"
        "try:\n    read(Workbook(sys.argv[1]))\nexcept LimitError as error:\n    print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    said, memory = subprocess.check_output([sys.executable, "-c", child, path], text=True).splitlines()
    assert said.startswith("bomb.xlsx")
    assert int(memory) * (1 if sys.platform == "darwin" else 1024) < MEMORY


def opened(tmp_path: Path, rows: str, names: str = ""):
    path = tmp_path / "book.xlsx"
    path.write_bytes(package(rows, names))
    return read(Workbook(path))


DEEP = ["(" * 3000 + "1" + ")" * 3000, "-" * 8000 + "1", "NOT(" * 1500 + "1" + ")" * 1500, "1" * 9000, "{" * 99]


@pytest.mark.parametrize("written", DEEP, ids=["brackets", "signs", "functions", "digits", "braces"])
def test_a_formula_that_nests_too_deep_or_is_too_long_leaves_its_cell_as_given(written, tmp_path):
    graph = opened(tmp_path, column([written, "A1+1"], "<v>1</v>").replace("<f>A1+1</f><v>1</v>", "<f>A1+1</f><v>2</v>"))
    assert [(report.kind, report.cell.name) for report in graph.reports] == [("unread", "A1")]
    assert graph.value(1) == 2


def test_names_that_multiply_are_refused_and_circles_of_names_are_not_defined(tmp_path):
    doubling = "".join(f'<definedName name="n_{k}">n_{k - 1}+n_{k - 1}</definedName>' for k in range(1, 19))
    graph = opened(tmp_path, column(["n_18"]), doubling + '<definedName name="n_0">Sheet!$B$5</definedName>')
    assert "more than 10,000 parts" in str(graph.reports[0].error)
    graph = opened(tmp_path, column(["a_+1"]), '<definedName name="a_">b_</definedName><definedName name="b_">a_</definedName>')
    assert "is not defined" in str(graph.reports[0].error)


def test_a_text_that_doubles_ends_at_what_a_cell_holds(tmp_path):
    graph = opened(tmp_path, column(['"xxxxxxxxxx"', *(f"A{k}&amp;A{k}" for k in range(1, 60))], ""))
    assert len(graph.value(11)) == 10 * 2**11
    assert graph.value(13) == graph.value(59) == "#VALUE!"


def test_a_pattern_of_many_stars_takes_no_time(tmp_path):
    text = f'<c r="B1" t="str"><v>{"a" * 30_000}</v></c>'
    rows = column(['COUNTIF(B1:B9,"*a*a*a*a*a*a*a*a*b")', 'MATCH("*a*a*a*a*a*a*a*b",B1:B3,0)'], "")
    graph = opened(tmp_path, rows.replace("</row>", text + "</row>", 1))
    assert graph.value(0) == 0
    assert graph.value(2) == "#N/A"


def test_a_limit_error_names_the_workbook(tmp_path):
    with pytest.raises(LimitError, match=r"book\.xlsx: .*more than 5,000 formulas that differ"):
        opened(tmp_path, column("+" * (k % 40) + f"A1*{k}" for k in range(6000)))
