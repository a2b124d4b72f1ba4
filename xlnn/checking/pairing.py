"""Which sheets of two workbooks are compared with each other, and which of their cells."""

from __future__ import annotations

from collections.abc import Sequence

from xlnn.errors import UsageError
from xlnn.layout.cells import Range
from xlnn.xlsx.sheet_names import SheetNames, reference
from xlnn.xlsx.workbook import Workbook

Pair = tuple[str, str]  # a sheet of A and one of B; "" for none


def paired_sheets(a: Workbook, b: Workbook, sheets: Sequence[str]) -> list[Pair]:
    """The pairs that `sheets` name, by default those of one name, and the sheets that only one workbook has.

    Raises UsageError where a sheet is not there, or none has a partner.
    """
    if sheets:
        return list(dict.fromkeys(_pair(a, b, text) for text in sheets))
    partner = {name: name for name in a.sheets if name in b.sheets}
    for name in a.sheets:
        other = b.find(name)
        if name not in partner and other and other not in partner.values():
            partner[name] = other
    if not partner:
        raise UsageError(
            "the workbooks have no sheet of the same name; pair them like --sheet {example}.",
            example=repr(f"{a.sheets[0]}={b.sheets[0]}"),
        )
    alone = [("", name) for name in b.sheets if name not in partner.values()]
    return [(name, partner.get(name, "")) for name in a.sheets] + alone


def _pair(a: Workbook, b: Workbook, text: str) -> Pair:
    """'Iteration 1=学习', or one name for both. A name may contain = itself."""
    cuts = [i for i, letter in enumerate(text) if letter == "="]
    tries = [(text, text)] + [(text[:i].strip(), text[i + 1 :].strip()) for i in cuts]
    for first, second in tries:
        found = a.find(first), b.find(second)
        if found[0] and found[1]:
            return found
    raise UsageError(
        "cannot pair the sheets {text}; {a} has {sheets_a}, {b} has {sheets_b}.",
        text=repr(text), a=a.name, sheets_a=a.names.listed(first), b=b.name, sheets_b=b.names.listed(second),
    )  # fmt: skip


def selected(text: str, a: Workbook, b: Workbook, pairs: Sequence[Pair]) -> tuple[Range, list[Pair]]:
    """Reads 'L5:N8', or 'Iteration 1!L5:N8' with a sheet of A, else of B: the cells, and the pairs where they are chosen.

    Raises UsageError where no such sheet is compared.
    """
    sheet, cells = reference(text)
    range_ = Range.parse(cells)
    if not sheet:
        return range_, list(pairs)
    for side, book in enumerate((a, b)):
        found = [pair for pair in pairs if pair[side] and pair[side] == book.find(sheet)]
        if found:
            return range_, found
    compared = SheetNames(tuple(dict.fromkeys(name for pair in pairs for name in pair if name)))
    raise UsageError(
        "{range}: no sheet {sheet} is compared; compared are {found}.",
        range=repr(text), sheet=repr(sheet), found=compared.listed(sheet),
    )  # fmt: skip
