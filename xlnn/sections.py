"""Writes a workbook to start from: Settings, Data, and Start with the initial parameters."""

from __future__ import annotations

from pathlib import Path

from xlnn.book.start import write_problem
from xlnn.errors import UsageError
from xlnn.lessons.catalogue import LESSONS, PARTS, lesson_of
from xlnn.lessons.pages import write_lesson
from xlnn.model.examples import SECTIONS, example
from xlnn.model.nielsen import NETWORK, NIELSEN, nielsen


def sections() -> dict[str, str]:
    """What `new` can write: names, each with what it is, in the book's order."""
    known = {name: entry.text for name, entry in LESSONS.items()} | {name: title for name, (_, title) in PARTS.items()} | SECTIONS
    return dict(sorted(known.items(), key=lambda item: _in_order(item[0]))) | {NIELSEN: NETWORK}


def new(
    section: str,
    path: str | Path,
    *,
    images: str | Path | None = None,
    cells: str = "formulas",
    language: str = "en",
    force: bool = False,
) -> Path:
    """Writes the workbook of a section of the book ("4-4"), or of Nielsen's network ("nielsen"), to `path`.

    `images`: for "nielsen" a CSV file of them. `cells`: calculation sheets hold "formulas" with their results, or
    "values". Raises UsageError, FileError, ContentError, SaveError.
    """
    if images is not None and section != NIELSEN:
        raise UsageError("section {name} has its own images.", name=section)
    lesson = lesson_of(section)
    if section == NIELSEN:
        problem = nielsen(images)
    elif section in SECTIONS:
        problem = example(section)
    elif lesson is not None:
        return write_lesson(lesson, path, cells=cells, language=language, force=force)
    else:
        raise UsageError("there is no section {name}; known: {known}.", name=repr(section), known=", ".join(sections()))
    return write_problem(problem, path, language=language, force=force, title=section, lesson=lesson, cells=cells)


def _in_order(section: str) -> list:
    """2-11 comes after 2-8; names without a number last."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in section.split("-")]
