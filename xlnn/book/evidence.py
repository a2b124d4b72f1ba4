"""What is on the sheets of a workbook that is not recognised, and what tells a network from any table of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

import numpy as np

from xlnn.book.places_words import HEADER
from xlnn.book.quantity_names import SPELLINGS, quantity_name, squeezed
from xlnn.errors import ArrangementError, Where
from xlnn.layout.cells import COLUMNS, Cell, Range, quoted
from xlnn.layout.places import Place
from xlnn.words import every, these, word
from xlnn.xlsx.cell_table import NUMBER, PENDING
from xlnn.xlsx.workbook import Workbook

NAMES = ("input layer", "hidden layer", "output layer", "convolution layer", "pooling layer", "right answer", "prediction")


LABELS = {squeezed(word) for name in NAMES for word in every(name)} | {"ct", "误差", "誤差"}


ENOUGH = 2  # different labels


SHOWN, LARGE = 8, 1_000_000  # sheets that are described; cells of one whose formulas are counted


NOT_UNDERSTOOD = (
    "there is neither a sheet Settings nor the authors' arrangement (3-5 or 5-4) with its labels or formulas, and no network "
    "was understood from the formulas. Sheets, with their cells and numbers/formulas: {found}."
)


NUMBERS_ALONE = (
    "there is neither a sheet Settings nor the authors' arrangement (3-5 or 5-4) with its labels, and no formula that would "
    "tell what was built. Sheets, with their cells and numbers/formulas: {found}."
)


WAYS = (
    "There are three ways on: let `xlnn check` judge the formulas alone; or start from `xlnn new 4-4 book.xlsx`; or add a sheet "
    "Places with these lines, and your own cells and steps (like 4 right) for the ….{lines}"
)


WAYS_OF_NUMBERS = (
    "There are three ways on: take the workbook in which the formulas still stand; or start from `xlnn new 4-4 book.xlsx`; or "
    "add a sheet Places with these lines, and your own cells and steps (like 4 right) for the ….{lines}"
)


def has_evidence(book: Workbook, sheet: str, places: Sequence[Place]) -> bool:
    """Whether a sheet has labels of a network, or formulas where z and a would lie."""
    texts = {squeezed(text) for text in book.filled(sheet).others.tolist() if isinstance(text, str) and len(text) < 40}
    if len({text for text in texts if _is_label(text)}) >= ENOUGH:
        return True
    cells = [value for place in places for value in book.block(sheet, place, results=False).flat]
    return bool(cells) and 2 * sum(map(_is_formula, cells)) >= len(cells)


def _is_label(text: str) -> bool:
    """Whether that is a word of a network, or a symbol with its layer, like w2: single letters stand in any table."""
    return text in LABELS or (text not in SPELLINGS and quantity_name(text) != text and quantity_name(text)[-1:].isdigit())


def _is_formula(value) -> bool:
    return isinstance(value, str) and value.startswith("=")


def unknown_workbook(book: Workbook) -> ArrangementError:
    """What was seen in a workbook that is of none of the three kinds, and the lines that would say where things lie; nothing
    can lie in one without numbers and formulas."""
    if not any(_holds_number(book, sheet) for sheet in book.sheets):
        text = "there is no number and no formula in the workbook. `xlnn new 4-4 book.xlsx` writes one to start from."
        return ArrangementError(text, Where(book.name))
    lines = tuple(_lines(book))
    seen = [_seen(book, sheet) for sheet in book.sheets[:SHOWN]] + ["…"] * (len(book.sheets) > SHOWN)
    places = lambda language: table([tuple(word(name, language) for name in HEADER[:4]), *lines])
    built = any(book.formulas(sheet).texts for sheet in book.sheets)
    first = ArrangementError(NOT_UNDERSTOOD if built else NUMBERS_ALONE, found=these(seen))
    then = ArrangementError(WAYS if built else WAYS_OF_NUMBERS, lines=places)
    return ArrangementError("{first} {then}", Where(book.name), first=first.text, then=then.text)


def _holds_number(book: Workbook, sheet: str) -> bool:
    """Whether a sheet has a number or a formula."""
    if np.isin(book.filled(sheet).kinds, (NUMBER, PENDING)).any():
        return True
    return any(map(_is_formula, book.filled(sheet, results=False).others.tolist()))


def _seen(book: Workbook, sheet: str) -> str:
    """'Curves' A1:G41 280/0: its name, the cells in use, and how many hold numbers and formulas."""
    filled = book.filled(sheet)
    if not len(filled.codes):
        return f"{sheet!r} 0/0"
    first = Cell(int(filled.rows.min()), int((filled.codes % COLUMNS).min()) + 1)
    formulas = "?"
    if len(filled.codes) <= LARGE:
        formulas = str(sum(map(_is_formula, book.filled(sheet, results=False).others.tolist())))
    numbers = int(np.isin(filled.kinds, (NUMBER, PENDING)).sum())
    return f"{sheet!r} {Range(first, Cell(*filled.shape)).name} {numbers:,}/{formulas}"


def _lines(book: Workbook) -> Iterator[tuple[str, ...]]:
    """Lines of a plain network with one hidden layer, on the sheet with the most cells."""
    cells = quoted(max(book.sheets, key=lambda sheet: len(book.filled(sheet).codes))) + "!…"
    yield from ((name, cells, "…", "") for name in ("x", "digit"))
    yield from ((name, cells, "", "…") for name in ("w2", "b2", "w3", "b3"))
    yield from ((name, cells, "…", "") for name in ("z2", "a2", "z3", "a3"))


def table(lines: Sequence[Sequence[str]]) -> str:
    """The lines below each other, every column as wide as its longest entry; each begins with spaces."""
    widths = [max(map(breadth, column)) for column in zip(*lines, strict=True)]
    shown = (" | ".join(padded(text, width) for text, width in zip(line, widths, strict=True)) for line in lines)
    return "".join("\n  " + line.rstrip() for line in shown)


def padded(text: str, width: int) -> str:
    """A text with spaces behind it up to so many columns."""
    return text + " " * (width - breadth(text))


def breadth(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
