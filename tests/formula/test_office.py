"""Every function of the table with about fifty arguments against LibreOffice: numbers, blanks, texts, truth values, errors."""

from __future__ import annotations

import random
import re
from itertools import product

import openpyxl
import pytest
from office import needs_office, recalculate, results
from openpyxl.worksheet.formula import ArrayFormula

from xlnn.formula import read
from xlnn.formula.calculating import CONDITIONS, TRUTHS
from xlnn.formula.functions import ELEMENTWISE, PAIRED, REDUCING
from xlnn.formula.lookups import FUNCTIONS
from xlnn.formula.values import ERRORS
from xlnn.layout.cells import Cell
from xlnn.xlsx.workbook import Workbook

# what the sheet Data holds: A numbers, B mixed, C a table's keys (rising), D its values, E texts, F 1 to 5, G shuffled
DATA = {
    "A": [1, -2.5, 0, 3.75, 12, 0.1, -0.5, 100],
    "B": [2, None, "x", True, "3", -4, None, 0.5],
    "C": [1, 2, 4, 8, 16, 32, 64, 128],
    "D": [0.5, -1, 7, "y", 2.25, True, -3, 9],
    "E": ["apple", "Banana", "cherry", "date", "apple", "fig", "Grape", "apple pie"],
    "F": [1, 2, 3, 4, 5, 6, 7, 8],
    "G": [5, 3, 8, 3, 1, 9, 2, 7],
}
SINGLE = [
    "Data!A1",
    "Data!A2",
    "Data!A3",
    "Data!A4",
    "Data!A5",
    "Data!A6",
    "Data!A8",
    "Data!B2",
    "Data!B3",
    "Data!B4",
    "Data!B5",
    "0",
    "1",
    "2",
    "-1",
    "0.5",
    "-0.5",
    "3.7",
    "TRUE",
    "FALSE",
    '"2"',
    '"x"',
    "1/0",
    "Data!Z99",
    "-2.5",
    "7",
    "10",
]
RANGES = [
    "Data!A1:A8",
    "Data!B1:B8",
    "Data!A1:B4",
    "Data!Z1:Z5",
    "Data!A2",
    "Data!B4",
    "Data!B3",
    "3",
    "TRUE",
    '"4"',
    "Data!A1:A2",
    "Data!D1:D8",
    "Data!B2:B2",
    "Data!F1:F8",
    "-2",
    "Data!C1:D3",
]
TABLE = [  # formulas of functions with arguments of their own kind
    *(
        f"INDEX(Data!A1:D8,{r},{c})"
        for r, c in product((1, 2, 5, 8, 9, -1, "Data!F3", "TRUE", '"2"', 2.9), (1, 2, 4, 5, "Data!F2"))
    ),
    *(f"INDEX(Data!{line},{n})" for line in ("A1:A8", "A2:D2", "B1:B8") for n in (1, 2, 3, 4, 9, "Data!F4")),
    *(f"SUM(INDEX(Data!A1:B8,{r},{c}))" for r, c in ((0, 1), (2, 0), (0, 0), (0, 2), (9, 0))),
    *(
        f"MATCH({x},Data!{line},{kind})"
        for x in (1, 3, 8, 0.5, 200, "Data!F4", '"4"')
        for line, kind in (("C1:C8", 1), ("C1:C8", 0), ("G1:G8", 0), ("A5:A1", 0))
    ),
    *(f"MATCH({x},Data!E1:E8,0)" for x in ('"BANANA"', '"fig"', '"kiwi"', '"gr*"', '"?ig"', "1")),
    *(f"MATCH({x},Data!C1:C8)" for x in (1, 5, 1000, 0)),
    *(f"VLOOKUP({x},Data!C1:D8,{c},{kind})" for x, c, kind in product((1, 5, 64, 0, "Data!F4"), (1, 2, 3), ("TRUE", "FALSE"))),
    *(f"VLOOKUP({x},Data!E1:G8,{c},FALSE)" for x in ('"cherry"', '"GRAPE"', '"nothing"', '"d*"') for c in (2, 3)),
    *(f"HLOOKUP({x},Data!A3:G8,{r},FALSE)" for x in (0, 4, '"cherry"', 99) for r in (1, 2, 4, 7)),
    *(
        f"COUNTIF(Data!{area},{what})"
        for area in ("A1:A8", "B1:B8", "E1:E8", "D1:D8")
        for what in ("1", '">0"', '"<=3"', '"<>1"', '"x"', '"apple"', '"a*"', '"?ig"', "TRUE", '"=2"', '"<>apple"', "Data!F2")
    ),
    *(
        f"SUMIF(Data!{area},{what},Data!F1:F8)"
        for area in ("A1:A8", "E1:E8")
        for what in ('">0"', '"apple"', "1", '"<>fig"', '"<0"')
    ),
    *(f"AVERAGEIF(Data!{area},{what},Data!F1:F8)" for area in ("A1:A8", "E1:E8") for what in ('">0"', '"apple"', "1", '"zzz"')),
    *(f"SUMIF(Data!A1:A8,{what})" for what in ('">0"', "1", '"<1"')),
    *(f"COUNTA({area})" for area in RANGES),
    *(f"COUNTBLANK(Data!{area})" for area in ("A1:A8", "B1:B8", "Z1:Z9", "B:B", "A1:B20")),
    *(f"{name}(Data!{area})" for name in ("ROWS", "COLUMNS") for area in ("A1:A8", "A1:C2", "A:B", "2:5", "B2")),
    *(f"{name}(Data!{area})" for name in ("ROW", "COLUMN") for area in ("A1", "C7", "$B$3")),
    "ROW()",
    "COLUMN()",
    *(
        f"SUMPRODUCT(MMULT(Data!{a},Data!{b}))"
        for a, b in (("A1:B1", "F1:F2"), ("F1:G3", "A1:D2"), ("F1:F3", "A1:C1"), ("A1:B2", "A1:B2"), ("A1:C2", "A1:C2"))
    ),
    *(f"SUMPRODUCT(TRANSPOSE(Data!{a}),Data!{b})" for a, b in (("A1:C1", "F1:F3"), ("F1:G3", "A1:C2"), ("A1:A2", "F1:G1"))),
    *(
        f"SUMPRODUCT({inside})"
        for inside in (
            "Data!A1:A8",
            "Data!A1:A8,Data!F1:F8",
            "Data!A1:A8,Data!B1:B8",
            "Data!A1:A8*Data!F1:F8",
            "(Data!A1:A8>0)*Data!F1:F8",
            "--(Data!A1:A8>0),Data!F1:F8",
            "Data!A1:A8,Data!F1:F4",
            "EXP(-Data!F1:F8)",
            "(Data!F1:F8-Data!G1:G8)^2",
            "Data!A1:B2,Data!F1:G2",
            "Data!F1:F8,Data!G1:G8,Data!C1:C8",
            '(Data!E1:E8="apple")*Data!F1:F8',
            "Data!F1:F3*Data!A1:C1",
            "3",
            "Data!F1:F8/Data!G1:G8",
            "IF(Data!A1:A8>0,Data!F1:F8,0)",
            "Data!F1:F8*2+1",
            "ABS(Data!A1:A8)",
            "MOD(Data!F1:F8,2)",
            "1/(1+EXP(-Data!A1:A7))",
        )
    ),
    *(
        f"{name}(Data!{a},Data!{b})"
        for name in ("SUMXMY2", "SUMX2MY2", "SUMX2PY2")
        for a, b in (("A1:A8", "F1:F8"), ("A1:A8", "B1:B8"), ("A1:B2", "F1:G2"), ("A1", "F2"), ("F1:G4", "A1:B4"))
    ),
    *(
        f"IF({c},{a},{b})"
        for c, a, b in product(
            ("Data!A1>0", "Data!B2", "TRUE", "0", "Data!A3", "1/0", '"x"'), ("1", "Data!A2", '"yes"'), ("1/0", "Data!Z9")
        )
    ),
    "IF(1,2)",
    "IF(0,2)",
    "IF(1,,3)",
    "IF(0,1,)",
    "IF(Data!A1>Data!A2,Data!A1,Data!A2)",
    *(
        f"{name}({a},{b})"
        for name in ("IFERROR", "IFNA")
        for a in ("1", "1/0", "NA()", "Data!A1", '"x"', "Data!B2")
        for b in ("2", '"no"', "1/0")
    ),
    *(f'CHOOSE({n},10,Data!A2,"c")' for n in (0, 1, 2, 3, 4, "Data!F2", 1.9, '"2"', "TRUE", "1/0")),
    *(f"{name}({a})" for name in ("ISNUMBER", "ISTEXT", "ISBLANK", "ISERROR", "ISLOGICAL", "N", "NOT") for a in SINGLE[:23]),
    "PI()",
    "TRUE()",
    "FALSE()",
    "NA()",
    *(
        f"CONCATENATE({a},{b})"
        for a in ("Data!A1", "Data!A2", "Data!E1", "Data!B2", "TRUE", "0.1", "1/3", "1E20", "123456789012")
        for b in ('"!"', "2", "1/0")
    ),
    *(
        f"{name}({a},{b})"
        for name in ("AND", "OR", "XOR")
        for a in ("TRUE", "0", "Data!A1:A3", "Data!B4", "Data!B2", "1/0", '"TRUE"')
        for b in ("TRUE", "FALSE", "Data!A2", "Data!B3:B4")
    ),
    "AND(Data!E1:E3)",
    "OR(Data!Z1:Z3)",
]
OPERATORS = ["+", "-", "*", "/", "^", "=", "<>", "<", ">", "<=", ">=", "&"]
YOUNG = ("IFNA", "XOR", "STDEV.S", "STDEV.P", "VAR.S", "VAR.P", "CONCAT")  # files prefix their names


def is_excels_own(formula: str) -> bool:
    """Where LibreOffice is known to go its own way, and the table follows Excel."""
    name, _, inside = formula.partition("(")
    in_ranges = re.search(r"Data!(B4\b|[A-B]1:[B-C]?[48]|B1:B8|A1:B\d|D1:D8|A1:C2|B3:B4)", inside)
    if name in (*REDUCING, *PAIRED, "COUNTIF", "ISNUMBER") or name.startswith("SUM"):
        truth = in_ranges or ("COUNTIF" in name and "TRUE" in inside) or name == "ISNUMBER"  # its truth values are numbers
        return bool(truth or '"4"' in inside)  # and its texts none
    if name in ("AND", "OR", "XOR", "NOT") and '"' in inside:
        return True
    if re.search(r"[=<>&]", formula) and "(" not in formula and re.search("TRUE|FALSE|Data!B4", formula):
        return True  # and its truth values are less than texts, and compare with numbers
    return formula in ('MATCH("4",Data!C1:C8,0)', "NOT(Data!B5)") or "1E20" in formula or "CONCATENATE(TRUE" in formula


def formulas() -> list[str]:
    random_ = random.Random(16)
    found = list(TABLE)
    for name, entry in ELEMENTWISE.items():
        if not name[0].isalpha() or name == "negative":
            continue
        for count in range(len(entry.slopes) - len(entry.defaults), len(entry.slopes) + 1):
            choices = list(product(SINGLE, repeat=count))
            found += [f"{name}({','.join(chosen)})" for chosen in random_.sample(choices, min(50, len(choices)))]
    for name in REDUCING:
        choices = [(area,) for area in RANGES] + random_.sample(list(product(RANGES, repeat=2)), 34)
        found += [f"{name}({','.join(chosen)})" for chosen in choices]
    pairs = list(product(SINGLE + ["Data!E1", "Data!E2", '"APPLE"', '""'], repeat=2))
    for operator in OPERATORS:
        found += [f"{a}{operator}{b}" for a, b in random_.sample(pairs, 60)]
    found += [
        f"{sign}{a}{percent}" for sign in ("-", "+", "--", "") for a in SINGLE[:14] for percent in ("", "%") if sign or percent
    ]
    found += [
        "-2^2",
        "2^3^2",
        "2^-1",
        "-Data!A5^2",
        "10%%",
        "0^0",
        "2*3%",
        "1-2-3",
        "8/4/2",
        '"a"&1+2',
        "1=1=TRUE",
        "2^-2^2",
        "-2%^2",
    ]
    return found


def arrays() -> list[tuple[str, int, int]]:
    """Array formulas with the height and width of their range."""
    return [
        ("MMULT(Data!F1:G3,Data!A1:D2)", 3, 4),
        ("TRANSPOSE(Data!A1:B3)", 2, 3),
        ("Data!A1:A3*Data!F1:H1", 3, 3),
        ("Data!A1:A8+1", 3, 1),
        ("EXP(Data!A1:B1)", 2, 3),
        ("Data!A1:A2", 3, 2),
        ("{1,2;3,4}*2", 2, 2),
        ("SUM(Data!A1:A8*Data!F1:F8)", 1, 1),
        ("IF(Data!A1:A8>0,Data!F1:F8)", 8, 1),
        ("MAX(IF(Data!A1:A8>0,Data!G1:G8))", 1, 1),
        ("ROW(Data!A1:A4)", 4, 1),
        ("SUM((Data!F1:F8-AVERAGE(Data!F1:F8))^2)", 1, 1),
        ("1/(1+EXP(-MMULT(Data!F1:G2,Data!A1:A2)))", 2, 1),
        ("COLUMN(Data!B1:D1)", 1, 3),
        ("INDEX(Data!A1:C3,0,2)", 3, 1),
        ("TRANSPOSE(MMULT(Data!F1:G2,Data!A1:B2))", 2, 2),
    ]


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """The workbook without results, and as LibreOffice calculated it."""
    folder = tmp_path_factory.mktemp("office")
    book = openpyxl.Workbook()
    sheet, data, spread = book.active, book.create_sheet("Data"), book.create_sheet("Arrays")
    for letter, cells in DATA.items():
        for row, value in enumerate(cells, 1):
            data[f"{letter}{row}"] = value
    for row, formula in enumerate(formulas(), 1):
        prefix = "_xlfn." if formula.startswith(tuple(name + "(" for name in YOUNG)) else ""
        sheet.cell(row, 3, "=" + prefix + formula)
    row = 1
    for formula, height, width in arrays():
        area = f"B{row}:{chr(65 + width)}{row + height - 1}"
        spread[f"B{row}"] = ArrayFormula(area, "=" + formula)
        row += height + 1
    path = folder / "functions.xlsx"
    book.save(path)
    recalculate(path, folder / "calculated.xlsx")
    return path, folder / "calculated.xlsx"


@needs_office
def test_every_function_gives_what_libreoffice_gives(books):
    graph = read(Workbook(books[0]))
    office = results(books[1])
    tested = {name for name in (*ELEMENTWISE, *REDUCING, *PAIRED, *CONDITIONS, *TRUTHS, *FUNCTIONS) if name.isidentifier()}
    assert tested <= {formula.split("(")[0] for formula in formulas()} | {"negative", "CONCAT", "MMULT", "TRANSPOSE"}
    wrong = []
    for row, formula in enumerate(formulas(), 1):
        ours, theirs = graph.value(graph.number("Sheet", Cell(row, 3))), office["Sheet", f"C{row}"]
        if not same(ours, theirs) and not is_excels_own(formula):
            wrong.append((formula, ours, theirs))
    assert wrong == []


@needs_office
def test_array_formulas_fill_their_ranges_as_in_libreoffice(books):
    graph, office = read(Workbook(books[0])), Workbook(books[1])
    row = 1
    for formula, height, width in arrays():
        for cell in (Cell(row + i, 2 + j) for i in range(height) for j in range(width)):
            theirs = office.sheet("Arrays")[cell.row - 1, cell.column - 1]
            assert same(graph.value(graph.number("Arrays", cell)), theirs), (formula, cell.name)
        row += height + 1


def same(ours, theirs) -> bool:
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return ours == pytest.approx(theirs, rel=1e-12, abs=1e-13)
    if ours in ERRORS:
        return theirs in ERRORS  # of an argument out of range LibreOffice says #VALUE! where Excel says #NUM! or #REF!
    return ours == theirs
