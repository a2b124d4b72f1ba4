"""A sheet's formulas as they are written: read as arrays of bytes, and the same element by element."""

from __future__ import annotations

import re
from html import unescape
from zipfile import ZipFile

import pytest

import xlnn
from xlnn.xlsx.workbook import Workbook


def rewritten(source, target, change):
    """A copy of a workbook whose sheets are written in another way."""
    with ZipFile(source) as old, ZipFile(target, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part.decode()).encode() if name.startswith("xl/worksheets/sheet") else part)
    return target


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("formulas") / "5-6.xlsx"
    xlnn.write(xlnn.example("5-6").with_settings(iterations=1), path, cells="formulas")
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda part: part.replace("<sheetData>", "<!-- by hand --><sheetData>"),
        lambda part: part.replace("</c>", " </c>"),
        lambda part: part.replace("<f>", "<f ca='0'>"),
        lambda part: re.sub("(?<=<f>)(.*?)(?=</f>)", lambda text: f"<![CDATA[{unescape(text[0])}]]>", part),
    ],
    ids=["comment", "blanks", "quotes", "cdata"],
)
def test_formulas_are_the_same_however_they_are_written(trained, change, tmp_path):
    book, other = Workbook(trained), Workbook(rewritten(trained, tmp_path / "other.xlsx", change))
    count = 0
    for name in book.sheets:
        found, same = book.formulas(name), other.formulas(name)
        assert same.texts == found.texts
        assert same.codes.tolist() == found.codes.tolist()
        count += len(found.texts)
    assert count > 40_000


def test_signs_that_xml_spells_otherwise(trained):
    texts = Workbook(trained).formulas("Iteration 1").texts
    assert any(">=" in text for text in texts)
    assert not any("&gt;" in text or "&quot;" in text for text in texts)


def test_attributes_stay_with_their_formulas(tmp_path):
    from openpyxl import Workbook as Book
    from openpyxl.worksheet.formula import ArrayFormula

    book = Book()
    book.active["A1"], book.active["B2"], book.active["C3"] = "=1+1", ArrayFormula("B2:B4", "=A1:A3"), '="a"&"<b>"'
    book.save(tmp_path / "book.xlsx")
    found = Workbook(tmp_path / "book.xlsx").formulas("Sheet")
    assert found.texts == ["1+1", "A1:A3", '"a"&"<b>"']
    assert found.attributes == {1: {"t": "array", "ref": "B2:B4"}}


def test_defined_names_without_those_of_printing(trained, tmp_path):
    assert Workbook(trained).defined_names == {}
    from openpyxl import Workbook as Book
    from openpyxl.workbook.defined_name import DefinedName

    book = Book()
    book.defined_names["Rate"] = DefinedName("Rate", attr_text="Sheet!$A$1")
    book.active.defined_names["local"] = DefinedName("local", attr_text="Sheet!$B$1*2")
    book.save(tmp_path / "book.xlsx")
    assert Workbook(tmp_path / "book.xlsx").defined_names == {(None, "rate"): "Sheet!$A$1", (0, "local"): "Sheet!$B$1*2"}
