"""LibreOffice, and Gnumeric, as other opinions: recalculate a workbook and compare it with the results stored in it.

A cell is named (sheet, reference), such as ("Iteration 1", "B7").  A result is a float, a bool or a text; an error
such as #DIV/0! is a text, too, and a formula without a stored result has None.  Only cells that carry a formula
of their own are read: of an array formula that is the first cell.
"""

import html
import os
import re
import shutil
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import pytest

FORMULA_CELL = re.compile(r"<c(\s[^>]*)>\s*(<f[\s/>].*?)</c>", re.DOTALL)  # attributes, then formula and result
STORED = re.compile(r"(<v\b[^>/]*>)(.*?)(</v>)", re.DOTALL)
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
XLSX = "Calc MS Excel 2007 XML"  # LibreOffice's name for .xlsx, both for reading and for writing
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""  # 0: recalculate always when a .xlsx is opened
Result = float | bool | str | None


@dataclass(frozen=True)
class Verdict:
    """What a recalculation showed; absolute and relative are the largest differences between two numbers."""

    compared: int
    different: list[tuple[str, str, Result, Result]]  # (sheet, cell, expected, found)
    absolute: float
    relative: float  # to the expected number, over the cells where that exceeds atol in size


def find_office() -> str | None:
    """The LibreOffice program, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


needs_office = pytest.mark.skipif(find_office() is None, reason="needs LibreOffice: sudo apt-get install libreoffice-calc-nogui")


needs_gnumeric = pytest.mark.skipif(shutil.which("ssconvert") is None, reason="needs Gnumeric: sudo apt-get install gnumeric")


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> its part of the archive, such as xl/worksheets/sheet1.xml, in the order of the tabs."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {item.get("Id"): str(PurePosixPath("/xl", item.get("Target")))[1:] for item in relations}
    sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet")
    return {sheet.get("name"): targets[sheet.get(RELATION)] for sheet in sheets}


def attribute(attributes: str, name: str) -> str:
    """The text of an attribute inside a tag, "" where it is absent."""
    found = re.search(rf'\s{name}="([^"]*)"', attributes)
    return found[1] if found else ""


def shared_strings(archive: zipfile.ZipFile) -> list[str]:
    """The texts that cells refer to by their number; Gnumeric refers to results of formulas so, too."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    items = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    return ["".join(text.text or "" for text in item.iterfind(".//{*}t")) for item in items]


def read_result(kind: str, body: str, strings: list[str]) -> Result:
    """The stored result in the body of a cell of that type (its attribute t)."""
    stored = STORED.search(body)
    if kind == "s" and stored:
        return strings[int(stored[2])]
    if kind in ("str", "e") or (stored and not stored[2]):
        return html.unescape(stored[2]) if stored else ""
    if stored is None:
        return None
    return stored[2] == "1" if kind == "b" else float(stored[2])


def results(path: Path) -> dict[tuple[str, str], Result]:
    """The stored result of every formula; LibreOffice stores numbers with 15 digits, xlsxwriter with 16 or 17."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        strings = shared_strings(archive)
        for sheet, part in sheet_parts(archive).items():
            for attributes, body in FORMULA_CELL.findall(archive.read(part).decode("utf-8")):
                found[sheet, attribute(attributes, "r")] = read_result(attribute(attributes, "t"), body, strings)
    return found


def formulas(path: Path) -> set[tuple[str, str]]:
    """The cells that carry a formula."""
    return set(results(path))


def poison_cell(cell: re.Match, number: int) -> str:
    """The XML of a formula cell with number as its result; a boolean or an error becomes a number, too."""
    attributes, body = cell[1], STORED.sub(rf"\g<1>{number}\g<3>", cell[2])
    if attribute(attributes, "t") != "str":
        attributes = re.sub(r'\st="[^"]*"', "", attributes)
    return f"<c{attributes}>{body}</c>"


def poison(source: Path, target: Path, number: int = 12345) -> int:
    """Copy a .xlsx with number as the stored result of every formula; returns how many results were replaced."""
    count = 0
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        sheets = set(sheet_parts(old).values())
        for item in old.infolist():
            content = old.read(item)
            if item.filename in sheets:
                xml = content.decode("utf-8")
                count += sum(bool(STORED.search(body)) for _, body in FORMULA_CELL.findall(xml))
                content = FORMULA_CELL.sub(lambda cell: poison_cell(cell, number), xml).encode("utf-8")
            new.writestr(item, content, compresslevel=1)
    return count


def run_office(arguments: list[str], seconds: float) -> str:
    """Run LibreOffice and return what it printed; subprocess.TimeoutExpired after ending it and its children."""
    command = [find_office() or "soffice", "--headless", "--norestore", *arguments]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(command, start_new_session=True, **pipes)
    try:
        return process.communicate(timeout=seconds)[0].decode(errors="replace").strip()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise


def convert(source: Path, target: Path, kind: str, seconds: float) -> None:
    """Let LibreOffice open a .xlsx, recalculate it and save it as kind ("pdf", "xlsx:<filter>"); errors as in convert_all."""
    convert_all({source: target}, kind, seconds)


def convert_all(targets: dict[Path, Path], kind: str, seconds: float) -> None:
    """As convert, many files with one start of LibreOffice: `targets` by source.

    It gets copies and a profile in a new folder.  RuntimeError where it makes nothing of one (it exits with 0 then).
    """
    for source in targets:
        if not zipfile.is_zipfile(source):
            raise RuntimeError(f"{source} is no .xlsx: not a zip")
    with tempfile.TemporaryDirectory(prefix="office-") as name:
        folder = Path(name)
        settings = folder / "profile/user/registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(SETTINGS, encoding="utf-8")
        copies = [folder / f"book{number}.xlsx" for number in range(len(targets))]
        for source, copy in zip(targets, copies, strict=True):
            shutil.copyfile(source, copy)
        options = [f"-env:UserInstallation={(folder / 'profile').as_uri()}", f"--infilter={XLSX}"]
        said = run_office([*options, "--convert-to", kind, "--outdir", str(folder / "out"), *map(str, copies)], seconds)
        for (source, target), copy in zip(targets.items(), copies, strict=True):
            made = folder / "out" / f"{copy.stem}.{kind.partition(':')[0]}"
            if not made.is_file() or (made.suffix == ".xlsx" and not zipfile.is_zipfile(made)):
                raise RuntimeError(f"LibreOffice made nothing of {source}: {said}")
            shutil.copyfile(made, target)


def recalculate(source: Path, target: Path, seconds: float = 300) -> None:
    """Save source as the .xlsx target with every formula calculated anew; errors as in convert and run_office."""
    convert(source, target, f"xlsx:{XLSX}", seconds)


def distance(expected: Result, found: Result) -> float:
    """Size of the difference of two numbers; of other values 0 where they are equal, else infinite."""
    if isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        return abs(expected - found) if isfinite(expected) and isfinite(found) else inf
    return 0.0 if expected == found and expected is not None else inf


def compare(path: Path, again: Path, rtol: float = 1e-9, atol: float = 1e-12) -> Verdict:
    """Every formula of path against its result in again: |found - expected| <= atol + rtol |expected|."""
    other, different, gaps, ratios = results(again), [], [0.0], [0.0]
    expectations = results(path)
    for cell, expected in expectations.items():
        found = other.get(cell)
        gap, size = distance(expected, found), 0.0
        if isinstance(expected, (int, float)) and isinstance(found, (int, float)):
            size = abs(expected)
            gaps.append(gap)
            ratios.append(gap / size if size > atol else 0.0)
        if gap == inf or gap > atol + rtol * size:
            different.append((*cell, expected, found))
    return Verdict(len(expectations), different, max(gaps), max(ratios))


def judge(path: Path, rtol: float = 1e-9, atol: float = 1e-12, seconds: float = 300) -> Verdict:
    """Spoil the stored results in a copy, recalculate that and compare; ValueError where there are none."""
    return judge_all([path], rtol, atol, seconds)[0]


def judge_all(paths: list[Path], rtol: float = 1e-9, atol: float = 1e-12, seconds: float = 300) -> list[Verdict]:
    """As judge, many files with one start of LibreOffice."""
    return _judged(paths, lambda targets: convert_all(targets, f"xlsx:{XLSX}", seconds), rtol, atol)


def gnumeric_all(paths: list[Path], rtol: float = 1e-9, atol: float = 1e-12, seconds: float = 300) -> list[Verdict]:
    """As judge_all, with Gnumeric."""

    def recalculate_each(targets: dict[Path, Path]) -> None:
        for source, target in targets.items():
            command = ["ssconvert", "--recalc", str(source), str(target)]
            subprocess.run(command, check=True, timeout=seconds, capture_output=True)

    return _judged(paths, recalculate_each, rtol, atol)


def _judged(paths: list[Path], recalculate_all: Callable, rtol: float, atol: float) -> list[Verdict]:
    """Verdicts on what `recalculate_all` makes of spoiled copies (target by source)."""
    with tempfile.TemporaryDirectory(prefix="judge-") as name:
        spoiled = {path: Path(name, f"spoiled{number}.xlsx") for number, path in enumerate(paths)}
        again = {path: Path(name, f"again{number}.xlsx") for number, path in enumerate(paths)}
        for path in paths:
            if poison(path, spoiled[path]) == 0:
                raise ValueError(f"{path} has no stored result of a formula")
        recalculate_all({spoiled[path]: again[path] for path in paths})
        return [compare(path, again[path], rtol, atol) for path in paths]


def to_png(path: Path, folder: Path, dpi: int = 60, seconds: float = 300) -> list[Path]:
    """Draw the printed pages of a .xlsx as folder/<name>-<page>.png, dpi pixels per inch; needs pdftoppm."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="png-") as name:
        pdf, stem = Path(name, "book.pdf"), Path(name, Path(path).stem)
        convert(path, pdf, "pdf", seconds)
        command = ["pdftoppm", "-r", str(dpi), "-png", str(pdf), str(stem)]
        subprocess.run(command, check=True, timeout=seconds, capture_output=True)
        return [Path(shutil.move(page, Path(folder, page.name))) for page in sorted(Path(name).glob("*.png"))]
