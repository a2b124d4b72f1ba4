"""The language of a workbook: what sheet Settings says, else that of its titles or of its sheets' names."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from xlnn.errors import XlnnError

if TYPE_CHECKING:
    from xlnn.xlsx.workbook import Workbook


def language_in(book: Workbook) -> str | None:
    """The language of a workbook, None where nothing tells; what is wrong in it does not matter here."""
    from xlnn.book import settings  # here, so that `xlnn --help` does without NumPy and all that reads workbooks
    from xlnn.book.names import SETTINGS
    from xlnn.lessons.catalogue import language_of, lesson_in

    with suppress(XlnnError):
        if set_in := settings.language_said(book.lines(SETTINGS) if book.find(SETTINGS) else ()):
            return set_in
        lesson = lesson_in(book)
        if lesson is not None:
            return language_of(book, lesson)
    return language_of_names(book.sheets)


def language_of_names(sheets: Iterable[str]) -> str | None:
    """Japanese where a sheet's name has kana, or a character that only Japanese has; else Chinese where one has characters."""
    names = "".join(sheets)
    if any("\u3040" <= letter <= "\u30ff" for letter in names) or "習" in names:
        return "ja"
    return "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in names) else None


WORKBOOKS = (".xlsx", ".xlsm", ".ods", ".xls", ".xlsb")


def language_among(arguments: Iterable[str | Path], unopened: Path | None = None) -> str | None:
    """The language of the first of these that is a workbook whose language is known; `unopened`: one that was refused already."""
    for path in map(Path, arguments):
        with suppress(XlnnError, OSError, ValueError):
            if path != unopened and path.suffix.lower() in WORKBOOKS and path.is_file():
                from xlnn.xlsx.workbook import Workbook

                if found := language_in(Workbook(path)):
                    return found
    return None
