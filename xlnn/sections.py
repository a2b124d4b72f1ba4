"""Writes a workbook to start from: Settings, Data, and Start with the initial parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xlnn.book.heads import example_with_heads
from xlnn.book.setting_values import size as parsed_size
from xlnn.book.start import write_problem
from xlnn.errors import UsageError
from xlnn.lessons.catalogue import LESSONS, PARTS, lesson_of
from xlnn.lessons.pages import write_lesson
from xlnn.model.brought import NETWORK as OWN_NETWORK
from xlnn.model.brought import OWN, own
from xlnn.model.examples import SECTIONS
from xlnn.model.nielsen import NETWORK, NIELSEN, nielsen
from xlnn.model.problem import Problem
from xlnn.words import these
from xlnn.xlsx.new_file import CELLS

# sections whose workbook is another one's
SAME = {"3-2": "4-4", "3-3": "4-4", "3-5": "4-4", "4-1": "4-4", "5-3": "5-6", "5-4": "5-6", "5-5": "5-6"}


def sections() -> dict[str, str]:
    """What `new` can write: names, each with what it is, in the book's order."""
    known = {name: entry.text for name, entry in LESSONS.items()} | {name: title for name, (_, title) in PARTS.items()} | SECTIONS
    return dict(sorted(known.items(), key=lambda item: _in_order(item[0]))) | {NIELSEN: NETWORK, OWN: OWN_NETWORK}


def new(
    section: str,
    path: str | Path,
    *,
    images: str | Path | None = None,
    size: tuple[int, int] | str | None = None,
    layers: str | None = None,
    cells: str = "formulas",
    language: str = "en",
    decimals: int | None = None,
    force: bool = False,
) -> Path:
    """Writes the workbook of a section of the book ("4-4"), or of Nielsen's network ("nielsen"), to `path`.

    `images`: for "nielsen" a CSV file of them; for "own" that, a folder of pictures or an .npz, with the `size` (rows, columns)
    of an image and the `layers`, as "64-16-10". `cells`: calculation sheets hold "formulas" with their results, or
    "values". `decimals`: as many for every number, instead of the digits that it needs. `language`: of labels, "en", "zh"
    or "ja"; English where it is not given, also where XLNN_LANGUAGE or the system says another one, which only the command
    follows: so a program writes the same workbook everywhere. Raises UsageError, FileError, ContentError, LimitError, SaveError.
    """
    look: dict[str, Any] = {"cells": cells, "language": language, "decimals": decimals, "force": force}
    return written(section, path, images=images, size=size, layers=layers, **look)[0]


def written(
    section: str, path: str | Path, *, images, size, layers, cells: str, language: str, decimals: int | None, force: bool
) -> tuple[Path, Problem | None]:
    """The same, and the problem that was written; None where the section is calculation sheets alone."""
    section = SAME.get(section, section)
    lesson, problem = lesson_of(section), _problem(section, images, size, layers, language)
    if cells not in CELLS:
        raise UsageError("unknown {what} {value}; known: {known}.", what="cells", value=repr(cells), known=these(CELLS))
    look: dict[str, Any] = {"cells": cells, "language": language, "decimals": decimals, "force": force}
    if problem is not None:
        return write_problem(problem, path, title=section, lesson=lesson, **look), problem
    if lesson is None:
        raise UsageError("there is no section {name}; known: {known}.", name=repr(section), known=these(sections()))
    return write_lesson(lesson, path, **look), None


def _problem(section: str, images, size, layers, language: str) -> Problem | None:
    """The problem of a section, None where it has none. Raises UsageError for what is not the section's."""
    if section != OWN and not (size is None and layers is None):
        raise UsageError("--size and --layers are for `xlnn new own`.")
    if images is not None and section not in (NIELSEN, OWN):
        raise UsageError("section {name} has its own images.", name=section)
    if section == NIELSEN:
        return nielsen(images)
    if section == OWN:
        if images is None:
            raise UsageError("a network of your own needs --images: a folder of pictures, a CSV or an NPZ.")
        return own(images, _size(size), layers)
    return example_with_heads(section, language) if section in SECTIONS else None


def _size(size: tuple[int, int] | str | None) -> tuple[int, int] | None:
    """Rows and columns from "8x8"; a single number is both. Raises UsageError for anything that is none."""
    if not isinstance(size, str):
        return size
    try:
        return parsed_size(f"{size}x{size}" if size.strip().isdigit() else size)
    except ValueError:
        raise UsageError("expected a size like 8x8, found {found}.", found=repr(size)) from None


def _in_order(section: str) -> list:
    """2-11 comes after 2-8; names without a number last."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in section.split("-")]
