"""Hostile and broken workbooks, each made from the good workbook of section 4-4, with what xlnn must answer.

`cases()` are all of them. A case either is refused (exit code, and the cell where one is to be named) or has a right
answer: the book's own numbers, apart from those in `right`. `python tests/hostile.py FOLDER` writes them as files.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from pathlib import Path

import hostile_cells
import hostile_files
import hostile_xml
from hostile_edits import Case, parts


@lru_cache
def cases() -> tuple[Case, ...]:
    groups = (
        hostile_files.kinds, hostile_files.cuts, hostile_files.flips, hostile_files.archives, hostile_files.bombs,
        hostile_files.missing, hostile_files.types, hostile_files.outside,
        hostile_xml.entities, hostile_xml.depth, hostile_xml.broken_xml, hostile_xml.spellings,
        hostile_cells.sheets, hostile_cells.merges, hostile_cells.addresses, hostile_cells.numerals, hostile_cells.texts,
        hostile_cells.formulas, hostile_cells.settings,
    )  # fmt: skip
    return tuple(case for group in groups for case in group())


def file_name(case: Case, number: int) -> str:
    return f"{number:03} {re.sub(r'[^0-9A-Za-z-]+', ' ', case.name).strip()[:60]}{Path(case.file).suffix}"


def main(folder: str) -> None:
    for number, case in enumerate(cases()):
        Path(folder, file_name(case, number)).write_bytes(case.make(parts()))


if __name__ == "__main__":
    main(sys.argv[1])
