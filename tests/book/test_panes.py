"""Frozen panes: each sheet keeps its own headings in sight, and leaves most of a screen to what scrolls.

A screen has 40 rows of 20 pixels (15 points), of which a third may be frozen, and 1,400 pixels across, of which about half.
Sizes are read from the sheet's XML by the rules of the format: a column of w characters takes 7w pixels.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from office import sheet_parts

import xlnn
from xlnn.cli.main import main
from xlnn.layout.cells import Cell
from xlnn.sections import sections

HIGH, WIDE = 40 * 20 / 3, 0.55 * 1400  # pixels


def run(*arguments) -> None:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code in (0, 1), result.stderr


def panes(path: Path) -> Iterator[tuple[str, int, int, str, str]]:
    """Of each sheet with a pane: name, frozen rows and columns, the first cell that scrolls, and the sheet's XML."""
    with zipfile.ZipFile(path) as archive:
        for name, part in sheet_parts(archive).items():
            xml = archive.read(part).decode()
            for pane in re.findall(r"<pane\b[^>]*>", xml):
                values = dict(re.findall(r'(\w+)="([^"]*)"', pane))
                yield name, int(values.get("ySplit", 0)), int(values.get("xSplit", 0)), values["topLeftCell"], xml


def pixels_high(xml: str, rows: int) -> float:
    heights = {int(number): float(high) for number, high in re.findall(r'<row r="(\d+)"[^>]* ht="([\d.]+)"', xml)}
    return sum(heights.get(row, 15) for row in range(1, rows + 1)) * 4 / 3


def pixels_wide(xml: str, columns: int) -> float:
    widths = dict.fromkeys(range(1, columns + 1), 64 / 7)
    for first, last, wide in re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', xml):
        widths |= {column: float(wide) for column in range(int(first), min(int(last), columns) + 1)}
    return sum(widths.values()) * 7


def assert_sound(path: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for name, rows, columns, first, xml in panes(path):
        where = f"{path.name} {name}"
        assert rows or columns, f"{where}: a pane that splits nothing"
        assert first == Cell(rows + 1, columns + 1).name, where
        assert pixels_high(xml, rows) <= HIGH, where
        assert pixels_wide(xml, columns) <= WIDE, where
        cells = [(int(row), letters) for letters, row in re.findall(r'<c r="([A-Z]+)(\d+)"', xml)]
        assert max(row for row, _ in cells) > rows, f"{where}: nothing scrolls"
        found[name] = rows, columns
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("panes")


def book(folder: Path, section: str) -> Path:
    path = folder / f"{section}.xlsx"
    return path if path.exists() else xlnn.new(section, path)


@pytest.mark.parametrize("section", [name for name in sections() if name != "own"])
def test_every_new_workbook(section, folder):
    if section == "nielsen":
        pytest.importorskip("sklearn")
    assert_sound(book(folder, section))


def test_the_headings_of_sheet_data_are_its_own(folder):
    """4-4 has its images from K5 on, 5-6 from L3, a table from B3: none of their cells is frozen."""
    for section, frozen in (("4-4", (4, 10)), ("5-6", (2, 11)), ("2-12", (2, 1)), ("logistic", (2, 1))):
        assert assert_sound(book(folder, section))["Data"] == frozen
    pytest.importorskip("sklearn")
    found = assert_sound(book(folder, "nielsen"))
    assert (found["Data"], found["Held out"]) == ((2, 1), (2, 1))
    assert "Start" not in found  # parameters alone: nothing heads them all


TRAININGS = [  # a table of 5-6 would have formulas that no cell holds
    (section, layout, cells)
    for section in ("4-4", "5-6")
    for layout in ("book", "table")
    for cells in ("values", "formulas")
    if (section, layout, cells) != ("5-6", "table", "formulas")
]


@pytest.mark.parametrize(("section", "layout", "cells"), TRAININGS)
def test_every_training(section, layout, cells, folder):
    problem = xlnn.read(book(folder, section), iterations=1, layout=layout)
    for detail in ("all", "totals" if cells == "values" else "units"):
        path = folder / f"{section}-{layout}-{cells}-{detail}.xlsx"
        xlnn.write(problem, path, cells=cells, detail=detail)
        found = assert_sound(path)
        assert found["Data"] == ({"4-4": (4, 10), "5-6": (2, 11)}[section] if layout == "book" else (2, 1))
        assert found["Places"] == (1, 0)
        if detail == "all":  # the labels of the first image's block, or the images' numbers
            assert found["Iteration 1"] == ({"4-4": (4, 11), "5-6": (2, 11)}[section] if layout == "book" else (0, 1))


KINDS = {
    "exercise": ("new", "4-4", "out.xlsx", "--exercise"),
    "exercise 5-6": ("new", "5-6", "out.xlsx", "--exercise"),
    "sweep": ("sweep", "4-4.xlsx", "--eta", "0.1,0.2", "--seeds", "0:2", "-n", 1, "-o", "out.xlsx"),
    "landscape": ("landscape", "4-4.xlsx", "--over", "w3[1,1]", "w3[1,2]", "-n", 1, "-o", "out.xlsx"),
    "solve": ("solve", "5-6.xlsx", "--steps", 1, "-o", "out.xlsx"),
    "solve in a table": ("solve", "4-4.xlsx", "--steps", 1, "--layout", "table", "--cells", "formulas", "-o", "out.xlsx"),
    "descend": ("descend", "2-11.xlsx", "-o", "out.xlsx"),
    "predict": ("predict", "trained.xlsx", "4-4.xlsx", "-o", "out.xlsx"),
    "marked copy": ("check", "trained.xlsx", "--report", "out.xlsx"),
    "what differs": ("compare", "trained.xlsx", "4-4.xlsx", "--report", "out.xlsx"),
    "batches": ("train", "4-4.xlsx", "-n", 2, "--batch", 10, "-o", "out.xlsx"),
}


@pytest.mark.parametrize("arguments", KINDS.values(), ids=KINDS)
def test_every_other_kind(arguments, folder, monkeypatch):
    monkeypatch.chdir(folder)
    for section in ("4-4", "5-6", "2-11"):
        book(folder, section)
    if not (folder / "trained.xlsx").exists():
        run("train", "4-4.xlsx", "-n", 1, "-o", "trained.xlsx")
    run(*arguments, "--force")
    assert_sound(folder / "out.xlsx")


def test_places_of_ones_own_are_below_no_pane(folder, monkeypatch):
    """Numbers at a person's own addresses may lie anywhere; nothing is frozen over them."""
    monkeypatch.chdir(folder)
    run("new", "4-4", "mine.xlsx", "--exercise", "--force")
    run("train", "mine.xlsx", "-n", 1, "--places", "mine.xlsx", "-o", "out.xlsx", "--force")
    assert_sound(folder / "out.xlsx")


def test_nielsens_training_in_its_own_layout(folder):
    pytest.importorskip("sklearn")
    path = folder / "digits-trained.xlsx"
    xlnn.write(xlnn.read(book(folder, "nielsen"), iterations=1), path, keep="first,last", detail="totals")
    found = assert_sound(path)
    assert (found["Data"], found["Held out"]) == ((2, 1), (2, 1))
