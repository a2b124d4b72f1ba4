"""Hostile sheets: far cells, merged cells, addresses, and everything that a cell can hold instead of a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hostile_edits import (
    BOOK,
    BOOK_RELS,
    CONTENT,
    DATA,
    FILE,
    LIMIT,
    OFFICE,
    PIXEL,
    SETTINGS,
    START,
    STYLES,
    Case,
    Parts,
    cell,
    change,
    packed,
    sheet,
    sheet_xml,
    sub,
    value,
)
from hostile_xml import other_order


def sheets() -> Iterator[Case]:
    empty = sheet_xml("")
    yield Case("sheets: names that differ in case", packed(sheet("data", empty)), CONTENT, "", "'data'")
    yield Case("sheets: names that differ in case, not needed", packed(sheet("start", empty)), CONTENT, "", "'start'")
    yield Case("sheets: the same name twice", packed(sheet("Data", empty)), CONTENT, "", "'Data'")
    yield Case("sheets: a name in full-width letters behind it", packed(sheet("Ｄａｔａ", empty)))
    yield Case("sheets: a name in full-width letters before it", packed(sheet("Ｄａｔａ", empty), other_order))
    yield Case("sheets: a name with a line break", packed(sub(BOOK, 'name="Start"', 'name="St&#10;xlnn: art"')))
    yield Case("sheets: a name that writes from right to left", packed(sheet("\u202edata", empty)))
    yield Case("sheets: a long name", packed(sheet("n" * 30000, empty)))
    yield Case("sheets: 5,000 of them", packed(_many_sheets))
    for state in ("hidden", "veryHidden"):
        hidden = sub(BOOK, r'name="Data" sheetId="2"', f'name="Data" sheetId="2" state="{state}"')
        yield Case(f"sheets: {state}", packed(hidden), says="hidden")
    yield Case("sheets: hidden and not needed", packed(sheet("More", empty, ' state="hidden"')))
    yield Case("sheets: a hidden row", packed(sub(DATA, '<row r="6"', '<row r="6" hidden="1"')), says="hidden")
    yield Case(
        "sheets: hidden columns", packed(sub(DATA, '<col min="11" max="13"', '<col min="11" max="13" hidden="1"')), says="hidden"
    )
    yield Case("sheets: protected", packed(change(DATA, ("</sheetData>", '</sheetData><sheetProtection sheet="1"/>'))))
    yield Case("sheets: a filter", packed(change(DATA, ("</sheetData>", '</sheetData><autoFilter ref="A4:JF9"/>'))))
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    yield Case("far: not needed", packed(sheet("Far", sheet_xml(far))))
    after = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    yield Case("far: beside the images", packed(change(DATA, ("</sheetData>", after))))
    yield Case("far: beside the parameters", packed(change(START, ("</sheetData>", after))))
    yield Case("far: a blank cell with a style", packed(change(DATA, ("</sheetData>", after.replace("<v>1</v>", "")))))
    yield Case("far: beside the settings", packed(change(SETTINGS, ("</sheetData>", after))), 0)
    empty_rows = "".join(f'<row r="{n}" ht="15"/>' for n in range(10, 1_048_577, 40))
    yield Case("far: rows without cells", packed(change(DATA, ("</sheetData>", empty_rows + "</sheetData>"))))
    diagonal = "".join(f'<row r="{n}"><c r="{_letters(n)}{n}"><v>1</v></c></row>' for n in range(400, 16385))
    yield Case("far: on the diagonal", packed(change(DATA, ("</sheetData>", diagonal + "</sheetData>"))))
    column = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(400, 30_000))
    yield Case("far: in the last column", packed(change(DATA, ("</sheetData>", column + "</sheetData>"))))
    wide = "".join(f'<c r="{_letters(n)}9" s="1"/>' for n in range(267, 16385))
    yield Case(
        "far: blank cells with a style to the last column", packed(sub(DATA, r'(<row r="9".*?)</row>', rf"\1{wide}</row>"))
    )


def _many_sheets(found: Parts) -> Parts:
    tags = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(100, 5100))
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/s{n}.xml"/>' for n in range(100, 5100)
    )
    found = change(BOOK, ("</sheets>", tags + "</sheets>"))(
        change(BOOK_RELS, ("</Relationships>", relations + "</Relationships>"))(found)
    )
    return found | {f"xl/worksheets/s{n}.xml": sheet_xml("") for n in range(100, 5100)}


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def merges() -> Iterator[Case]:
    def merged(*ranges: str, part: str = DATA) -> Callable[[Parts], bytes]:
        xml = "".join(f'<mergeCell ref="{r}"/>' for r in ranges)
        return packed(sub(part, "</sheetData>", f'</sheetData><mergeCells count="{len(ranges)}">{xml}</mergeCells>'))

    yield Case("merge: over two pixels", merged("K5:L5"), CONTENT, "'Data'!L5")
    yield Case("merge: over an image", merged("O5:Q8"), CONTENT, "'Data'!P5", several=True)
    yield Case("merge: into an image", merged("A5:K5"), CONTENT, "'Data'!")
    yield Case("merge: the whole sheet", merged("A1:XFD1048576"), CONTENT, "'Data'!K5", several=True)
    yield Case("merge: two weights", merged("D5:E5", part=START), CONTENT, "'Start'!E5")
    yield Case("merge: two digits", merged("N9:R9"), CONTENT, "'Data'!R9")
    yield Case("merge: a digit and the blanks beside it", merged("N9:Q9"))
    yield Case("merge: the title", merged("A1:H1"))
    yield Case("merge: the title of the parameters", merged("A1:G1", part=START))
    yield Case("merge: one cell", merged("K5:K5"))
    yield Case("merge: beside the images", merged("A20:XFD1048576"))
    yield Case("merge: 100,000 of them", merged(*(f"A{n}:B{n}" for n in range(20, 100_020))))
    yield Case("merge: nonsense", merged("?"), FILE)
    yield Case("merge: off the sheet", merged("A1:ZZZ9999999"), FILE)
    yield Case("merge: backwards", merged("L5:K5"), FILE, "'Data'")
    yield Case(
        "merge: in a sheet that is not needed",
        packed(sheet("More", sheet_xml("", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'))),
    )


def addresses() -> Iterator[Case]:
    """Cells twice, out of order, off the sheet, or with an address that is none."""
    spot = "'Data'!L6"
    yield Case("cells: one twice", packed(cell("L6", '<c r="L6"><v>0</v></c><c r="L6"><v>1</v></c>')), CONTENT, spot)
    yield Case(
        "cells: one twice, the same number", packed(cell("L6", '<c r="L6"><v>0</v></c><c r="L6"><v>0</v></c>')), CONTENT, spot
    )
    yield Case("cells: out of order", packed(sub(DATA, r'(<c r="K6".*?</c>)(<c r="L6".*?</c>)', r"\2\1")), CONTENT, "'Data'!K6")
    yield Case("cells: a row twice", packed(sub(DATA, r'(<row r="6".*?</row>)', r"\1\1")), CONTENT, "'Data'!")
    yield Case(
        "cells: rows out of order", packed(sub(DATA, r'(<row r="6".*?</row>)(<row r="7".*?</row>)', r"\2\1")), CONTENT, "'Data'!"
    )
    yield Case(
        "cells: a row of one cell twice",
        packed(sub(DATA, r'(<row r="7")', r'<row r="6"><c r="L6"><v>1</v></c></row>\1')),
        CONTENT,
        "'Data'!",
    )
    yield Case("cells: in another row", packed(cell("L6", '<c r="L7"><v>0</v></c>')), CONTENT, "'Data'!L7")
    for address in ("XFE6", "A1048577", "ZZZ6", "AAAA6", "L9999999", "L99999999999999999999999"):
        yield Case(f"cells: off the sheet, {address}", packed(cell("L6", f'<c r="{address}"><v>0</v></c>')), CONTENT, "'Data'")
    for address in ("L0", "6L", "6", "L", "", "L6:M6", "L-6", "L６", "Л6", "L 6", "R6C12", "Data!L6", "L6.0"):
        yield Case(f"cells: no address, {address!r}", packed(cell("L6", f'<c r="{address}"><v>0</v></c>')), CONTENT, "'Data'")
    for number in ("0", "-1", "1048577", "６", "6.0", "", "x", "99999999999999999999999"):
        changed = sub(DATA, r'<row r="6"(.*?)</row>', rf'<row r="{number}"\1</row>')
        yield Case(f"cells: no row, {number!r}", packed(changed), CONTENT, "'Data'")
    yield Case("cells: small letters", packed(cell("L6", '<c r="l6"><v>0</v></c>')), 0)
    yield Case("cells: dollars", packed(cell("L6", '<c r="$L$6"><v>0</v></c>')), CONTENT, "'Data'")
    yield Case("cells: outside a row", packed(change(DATA, ("</sheetData>", '<c r="K50"><v>1</v></c></sheetData>'))), 0)
    yield Case("cells: in a cell", packed(value('<v>0</v><c r="M6"><v>9</v></c>')), 0)
    yield Case(
        "cells: two sheetData",
        packed(change(DATA, ("</sheetData>", '</sheetData><sheetData><row r="6"><c r="L6"><v>1</v></c></row></sheetData>'))),
        FILE,
        "'Data'",
    )


def numerals() -> Iterator[Case]:
    """Numbers as files spell them: plain ASCII decimals, or none."""
    good_ = {
        "0.5": 0.5, ".5": 0.5, "5.": 5.0, "1E+2": 100.0, "1e2": 100.0, "-0.5": -0.5, "5E-1": 0.5, "0001": 1.0, "-0": 0.0,
        "0.1000000000000000055511151231257827021181583404541015625": 0.1, "1e308": 1e308, "4.9406564584124654e-324": 5e-324,
        "0.30000000000000004": 0.30000000000000004, "123456789012345678": 123456789012345678.0, "1E-400": 0.0,
        "0." + "3" * 400: 1 / 3, "0" * 400 + "1": 1.0,
    }  # fmt: skip
    for text, number in good_.items():
        yield Case(f"number: {text[:30]}", packed(value(f"<v>{text}</v>")), right={PIXEL: number})
        yield Case(f"number: {text[:30]}, typed", packed(value(f"<v>{text}</v>", ' t="n"')), right={PIXEL: number})
    bad = (
        "１２", "1_000", "0,5", "1,000", "1.000,5", "1 000", "1\u00a0000", "٣", "१", "²", "½", "Ⅻ", "一", "0x10", "0b1", "0o7",
        "1f", "1L", "1j", "NaN", "nan", "INF", "-inf", "Infinity", "1e999", "-1e999", "1e", "e5", "1.2.3", "--1", "+-1", "1-",
        "1e5.5", "50%", "$1", "¥1", "1/2", "=1", "TRUE", "abc", ".", "-", "+",
        "1\u200b", "\ufeff1", "−1", "1e+", "0x1p3", "9" * 400, "1;2", "1'000", "2024-05-01", "12:30",
    )  # fmt: skip
    for text in bad:
        yield Case(f"no number: {text[:20]!r}", packed(value(f"<v>{text}</v>")), CONTENT, "'Data'!L6")
    for text in ("１２", "1_000", "0,5", "nan", "٣", "1e999"):
        yield Case(f"no number: formula's result {text!r}", packed(value(f"<f>A1</f><v>{text}</v>")), CONTENT, "'Data'!L6")
        yield Case(
            f"no number: weight {text!r}", packed(cell("E6", f'<c r="E6"><v>{text}</v></c>', START)), CONTENT, "'Start'!E6"
        )
        if text != "１２":  # of a setting 12 is read, as a Chinese or Japanese keyboard types it
            eta = cell("B2", f'<c r="B2"><v>{text}</v></c>', SETTINGS)
            yield Case(f"no number: η {text!r}", packed(eta), CONTENT, "'Settings'!B2")
        yield Case(f"no number: digit {text!r}", packed(cell("N9", f'<c r="N9"><v>{text}</v></c>')), CONTENT, "'Data'!N9")
    yield Case("number: with blanks around it", packed(value("<v> \n0.5\t</v>")), 0, "'Data'!L6", right={PIXEL: 0.5})
    yield Case("number: with a plus", packed(value("<v>+0.5</v>")), 0, "'Data'!L6", right={PIXEL: 0.5})
    yield Case(
        "number: a million digits",
        packed(value(f"<v>0.{'1234567890' * 100_000}</v>")),
        0,
        "'Data'!L6",
        right={PIXEL: 0.12345678901234568},
    )
    yield Case("no number: a million nines", packed(value(f"<v>{'9' * 1_000_000}</v>")), CONTENT, "'Data'!L6")


def texts() -> Iterator[Case]:
    """Cells that hold something else than a number."""
    spot = "'Data'!L6"
    for text in ("0.5", "１２", "1_000", "0,5", "abc", " 1", "1e5", "½", "NaN", "TRUE", "'1", "=1", "+1", "@x", "-1"):
        yield Case(f"text: {text!r}", packed(value(f"<is><t>{text}</t></is>", ' t="inlineStr"')), CONTENT, spot)
        yield Case(f"text: {text!r}, of a formula", packed(value(f"<f>A1</f><v>{text}</v>", ' t="str"')), CONTENT, spot)
    yield Case("text: shared", packed(value("<v>8</v>", ' t="s"')), CONTENT, spot, "half squares")
    yield Case("text: in pieces", packed(value("<is><r><t>0</t></r><r><t>.5</t></r></is>", ' t="inlineStr"')), CONTENT, spot)
    yield Case("text: with a line break", packed(value("<is><t>a&#10;xlnn: b&#13;c</t></is>", ' t="inlineStr"')), CONTENT, spot)
    separators = "a\u2028b\u2029c\u0085d\u202ee"
    yield Case("text: with other line breaks", packed(value(f"<is><t>{separators}</t></is>", ' t="inlineStr"')), CONTENT, spot)
    yield Case(
        "text: with the terminal's escapes", packed(value("<is><t>_x001B_[31m&#155;2J</t></is>", ' t="inlineStr"')), CONTENT, spot
    )
    yield Case(
        "text: a million letters", packed(value(f"<is><t>{'abcdefghij' * 100_000}</t></is>", ' t="inlineStr"')), CONTENT, spot
    )
    yield Case(
        "text: with braces", packed(value("<is><t>{found} {0} %s</t></is>", ' t="inlineStr"')), CONTENT, spot, "{found} {0} %s"
    )
    yield Case("text: empty", packed(value("<is><t></t></is>", ' t="inlineStr"')), says="blank", right={PIXEL: 0})
    yield Case("text: without a text", packed(value("", ' t="inlineStr"')), says="blank", right={PIXEL: 0})
    for index in ("99999", "-1", "1.5", "１", "x", "1e0", "0x1", "4294967296", "99999999999999999999"):
        yield Case(f"text: number {index!r} of the shared", packed(value(f"<v>{index}</v>", ' t="s"')), CONTENT, spot)
    for name, nothing in (("without a number", ""), ("with an empty number", "<v></v>")):
        yield Case(f"text: shared {name}", packed(value(nothing, ' t="s"')), says="blank", right={PIXEL: 0})
    for type_ in ("b", "e"):
        yield Case(f"{type_}: with an empty value", packed(value("<v></v>", f' t="{type_}"')), says="blank", right={PIXEL: 0})
    for text in ("0", "1", "true", "2"):
        yield Case(f"boolean: {text!r}", packed(value(f"<v>{text}</v>", ' t="b"')), CONTENT, spot)
    yield Case("boolean: of a formula", packed(value("<f>TRUE()</f><v>1</v>", ' t="b"')), CONTENT, spot)
    for text in ("#DIV/0!", "#N/A", "#VALUE!", "#REF!", "#SPILL!", "?", "0"):
        yield Case(f"error: {text!r}", packed(value(f"<v>{text}</v>", ' t="e"')), CONTENT, spot)
    yield Case("error: of a formula", packed(value("<f>1/0</f><v>#DIV/0!</v>", ' t="e"')), CONTENT, spot, "#DIV/0!")
    for text in ("2024-05-01", "2024-05-01T12:00:00", "0.5", "12:30:00"):
        yield Case(f"date: {text}", packed(value(f"<v>{text}</v>", ' t="d"')), CONTENT, spot)
    for number, formats in {
        "14": "",
        "22": "",
        "46": "",
        "170": '<numFmt numFmtId="170" formatCode="yyyy/m/d"/>',
        "31": "",
    }.items():
        yield Case(f"date: number format {number}", packed(_styled(number, formats)), CONTENT, spot)
    for number, formats in {
        "2": "",
        "10": "",
        "49": "",
        "171": '<numFmt numFmtId="171" formatCode="0.00&quot; d&quot;"/>',
        "172": '<numFmt numFmtId="172" formatCode="[Red]0.0"/>',
    }.items():
        yield Case(f"good: number format {number}", packed(_styled(number, formats)), right={PIXEL: 0.5})
    yield Case("good: style that does not exist", packed(value("<v>0.5</v>", ' s="4000000000"')), 0, right={PIXEL: 0.5})
    yield Case("good: style that is no number", packed(value("<v>0.5</v>", ' s="x"')), 0, right={PIXEL: 0.5})
    yield Case("type of cell: unknown", packed(value("<v>0.5</v>", ' t="zzz"')), CONTENT, spot)
    yield Case("type of cell: empty", packed(value("<v>0.5</v>", ' t=""')), CONTENT, spot)
    yield Case("cell: blank", packed(value("")), says="blank", right={PIXEL: 0})
    yield Case("cell: empty value", packed(value("<v></v>")), says="blank", right={PIXEL: 0})
    yield Case("cell: two values", packed(value("<v>0</v><v>1</v>")), CONTENT)
    yield Case("cell: a value in a value", packed(value("<v>0<v>1</v></v>")), CONTENT)
    yield Case("cell: gone", packed(cell("L6", "")), says="blank", right={PIXEL: 0})
    yield Case("weight: blank", packed(cell("E6", "", START)), CONTENT, "'Start'!E6")
    yield Case("digit: gone", packed(cell("N9", "")), CONTENT, "'Data'!N9")
    yield Case("digit: none of the classes", packed(cell("N9", '<c r="N9"><v>7</v></c>')), CONTENT, "'Data'!N9")


def _styled(number: str, formats: str) -> Callable[[Parts], Parts]:
    """0.5 in the pixel's cell, in a number format."""

    def changed(found: Parts) -> Parts:
        if formats:
            found = change(STYLES, ("</numFmts>", formats + "</numFmts>"))(found)
        found = change(STYLES, ("</cellXfs>", f'<xf numFmtId="{number}" xfId="0" applyNumberFormat="1"/></cellXfs>'))(found)
        styles = found[STYLES].decode().partition("<cellXfs")[2].partition("</cellXfs>")[0].count("<xf ")
        return value("<v>0.5</v>", f' s="{styles - 1}"')(found)

    return changed


def formulas() -> Iterator[Case]:
    spot, half = "'Data'!L6", {PIXEL: 0.5}
    yield Case("formula: with its result", packed(value("<f>1/2</f><v>0.5</v>")), right=half)
    yield Case("formula: array", packed(value('<f t="array" ref="L6">1/2</f><v>0.5</v>')), right=half)
    yield Case("formula: shared", packed(value('<f t="shared" ref="L6:L7" si="0">1/2</f><v>0.5</v>')), right=half)
    yield Case("formula: shared, from nowhere", packed(value('<f t="shared" si="99"/><v>0.5</v>')), right=half)
    yield Case("formula: data table", packed(value('<f t="dataTable" ref="L6" dt2D="1" r1="A1" r2="A2"/><v>0.5</v>')), right=half)
    yield Case("formula: nonsense", packed(value("<f>)(</f><v>0.5</v>")), right=half)
    yield Case("formula: a million letters", packed(value(f"<f>{'SUM(' * 250_000}</f><v>0.5</v>")), right=half)
    for name, xml in {
        "alone": "<f>1/2</f>", "with an empty value": "<f>1/2</f><v></v>", "with no value": "<f>1/2</f><v/>",
        "shared": '<f t="shared" si="0"/>',
        "array": '<f t="array" ref="L6">1/2</f>', "empty": "<f/>",
    }.items():  # fmt: skip
        yield Case(
            f"formula: without result, {name}", packed(value(xml)), CONTENT, spot, "" if name == "empty" else "stored result"
        )
    yield Case("formula: result is an empty text", packed(value("<f>A1</f><v></v>", ' t="str"')), CONTENT, spot)
    yield Case(
        "formula: weight without result",
        packed(cell("E6", '<c r="E6"><f>1/2</f></c>', START)),
        CONTENT,
        "'Start'!E6",
        "stored result",
    )
    yield Case(
        "formula: η without result",
        packed(cell("B2", '<c r="B2"><f>1/5</f></c>', SETTINGS)),
        CONTENT,
        "'Settings'!B2",
        "stored result",
    )


# ---- settings ---------------------------------------------------------------------------------------------


def settings() -> Iterator[Case]:
    """Numbers of the settings that would exhaust memory, and texts that are none."""

    def said(address: str, xml: str) -> Callable[[Parts], bytes]:
        return packed(cell(address, f'<c r="{address}"{xml}</c>', SETTINGS))

    def text(words: str) -> str:
        return f' t="inlineStr"><is><t>{words}</t></is>'

    yield Case("settings: a billion units", said("C20", "><v>1000000000</v>"), LIMIT)
    yield Case("settings: an image of a billion pixels", said("D19", text("100000×100000")), LIMIT)
    yield Case("settings: units below 1", said("C20", "><v>-3</v>"), CONTENT, "'Settings'!")
    yield Case("settings: half a unit", said("C20", "><v>2.5</v>"), CONTENT, "'Settings'!C20")
    yield Case("settings: units as text in full-width digits", said("C20", text("３")))
    yield Case("settings: η as text", said("B2", text("0.2")))
    yield Case("settings: units with an underscore", said("C20", text("1_0")), CONTENT, "'Settings'!C20")
    yield Case("settings: iterations with an underscore", said("B3", text("5_0")), CONTENT, "'Settings'!B3")
    yield Case("settings: iterations in full-width digits", said("B3", text("５０")))
    yield Case("settings: η with a decimal comma", said("B2", text("0,2")), CONTENT, "'Settings'!B2")
    yield Case("settings: η a truth value", said("B2", ' t="b"><v>1</v>'), CONTENT, "'Settings'!B2")
    yield Case("settings: η an error", said("B2", ' t="e"><v>#N/A</v>'), CONTENT, "'Settings'!B2")
    yield Case("settings: η a date", said("B2", ' t="d"><v>2024-05-01</v>'), CONTENT, "'Settings'!B2")
    yield Case("settings: size in full-width digits", said("D19", text("４×３")))
    yield Case("settings: 10,000 layers", packed(_many_layers), CONTENT)


def _many_layers(found: Parts) -> Parts:
    lines = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="s"><v>55</v></c><c r="C{n}"><v>9</v></c></row>'
        for n in range(22, 10_022)
    )
    return change(SETTINGS, ("</sheetData>", lines + "</sheetData>"))(found)
