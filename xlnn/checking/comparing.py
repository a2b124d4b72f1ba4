"""Compares two workbooks cell by cell at the same addresses.

>>> import xlnn
>>> xlnn.compare("mine.xlsx", "book-trained.xlsx", sheets=["学习=Iteration 1"])  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlnn.checking.pairing import paired_sheets, selected
from xlnn.errors import ContentError, UsageError
from xlnn.layout.cells import Cell, Range
from xlnn.xlsx.cell_table import UNCALCULATED, objects
from xlnn.xlsx.workbook import ERRORS, NO_RESULT, Workbook

if TYPE_CHECKING:
    import pandas as pd

BLANK, NUMBER, TEXT, RESULT = range(4)  # kinds of cells; RESULT stands where a number does: a date, an error; TEXT is the rest


COLUMNS = ("sheet", "other sheet", "cell", "a", "b", "difference")


@dataclass(frozen=True)
class Tolerance:
    """|a − b| ≤ atol + rtol·|b|; with `digits`, equal when both are rounded to so many decimals, half up."""

    rtol: float = 1e-9
    atol: float = 1e-12
    digits: int | None = None

    def __post_init__(self):
        for name, value in (("rtol", self.rtol), ("atol", self.atol)):
            if not (np.isfinite(value) and value >= 0):
                raise UsageError("{name} must be 0 or more, not {value}.", name=name, value=value)
        if self.digits is not None and not 0 <= self.digits <= 15:
            raise UsageError("the number of decimals must lie between 0 and 15, not {digits}.", digits=self.digits)

    def agree(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        if self.digits is not None:
            return half_up(a, self.digits) == half_up(b, self.digits)
        with np.errstate(all="ignore"):
            return (a == b) | (np.abs(a - b) <= self.atol + self.rtol * np.abs(b))


def half_up(numbers: np.ndarray, digits: int) -> np.ndarray:
    """Rounded to decimals, a half away from 0: as Excel's ROUND does, so 0.0005 becomes 0.001."""
    with np.errstate(all="ignore"):
        scaled = np.abs(numbers) * 10.0**digits * (1 + 1e-15)
        rounded = np.copysign(np.floor(scaled + 0.5), numbers) / 10.0**digits + 0.0
    return np.where(np.isfinite(scaled), rounded, numbers)  # those too large to be scaled are whole anyway


@dataclass(frozen=True, eq=False)
class Pair:
    """Two sheets: how many cells were compared, which differ, how many only one side has."""

    sheet: str  # of A, "" where only B has it
    other: str  # of B
    compared: int
    rows: np.ndarray  # of the differing cells, counted from 1
    columns: np.ndarray
    a: np.ndarray  # their values, objects
    b: np.ndarray
    only_a: int
    only_b: int
    largest: float  # difference of two numbers, over all that were compared
    at: Cell | None  # where that is
    pending: tuple[Cell | None, Cell | None] = (None, None)  # of each side the first formula without a stored result
    texts: int = 0  # cells whose texts differ, and were not compared
    used: frozenset[Range] = frozenset()  # the ranges in which something was compared

    @property
    def amount(self) -> int:
        """How many cells were looked at."""
        return self.compared + self.only_a + self.only_b

    def cells(self) -> Iterator[tuple[Cell, object, object]]:
        yield from zip(map(Cell, self.rows.tolist(), self.columns.tolist()), self.a.tolist(), self.b.tolist(), strict=True)


@dataclass(frozen=True)
class Comparison:
    """Two workbooks; the same only where no cell differs and none is missing on one side."""

    a: Path
    b: Path
    pairs: tuple[Pair, ...]
    notes: tuple[tuple[str, Mapping], ...] = ()  # what the reader should know: template and fields

    def total(self, name: str) -> int:
        return sum(getattr(pair, name) for pair in self.pairs)

    @property
    def different(self) -> int:
        return sum(len(pair.rows) for pair in self.pairs)

    @property
    def same(self) -> bool:
        return not (self.different or self.total("only_a") or self.total("only_b"))

    @cached_property
    def largest(self) -> Pair | None:
        """The pair with the largest difference of two numbers."""
        return max((pair for pair in self.pairs if pair.at), key=lambda pair: pair.largest, default=None)

    def frame(self) -> pd.DataFrame:
        """The differing cells as a DataFrame, one row each."""
        import pandas as pd

        rows = [(pair.sheet, pair.other, cell.name, a, b, difference(a, b)) for pair in self.pairs for cell, a, b in pair.cells()]
        return pd.DataFrame(rows, columns=list(COLUMNS))


def difference(a, b) -> float | None:
    """|a − b| of two numbers, else None."""
    both = type(a) in (int, float) and type(b) in (int, float)
    return abs(a - b) if both else None


def compare(a: str | Path, b: str | Path, **options) -> pd.DataFrame:
    """The cells in which two workbooks differ, one row each; the options are those of `compared`."""
    return compared(a, b, **options).frame()


def compared(
    a: str | Path,
    b: str | Path,
    *,
    sheets: Sequence[str] = (),
    ranges: Sequence[str] = (),
    rtol: float = 1e-9,
    atol: float = 1e-12,
    digits: int | None = None,
    text: bool = False,
    formulas: bool = False,
) -> Comparison:
    """Compares the numbers of two workbooks (with `text` the texts too, with `formulas` the formulas themselves).

    `sheets` pairs them, as "Iteration 1=学习"; by default those of the same name. `ranges` like "L5:N8" or
    "Iteration 1!L5:N8" limit the cells. Raises FileError, and UsageError where there is nothing to compare.
    """
    tolerance = Tolerance(rtol, atol, digits)
    one, other = Workbook(a), Workbook(b)
    paired = paired_sheets(one, other, sheets)
    chosen = {typed: selected(typed, one, other, paired) for typed in ranges}
    pairs = []
    for name, partner in paired:
        contents = [_contents(book, sheet, formulas) for book, sheet in ((one, name), (other, partner))]
        limits = [range_ for range_, on in chosen.values() if (name, partner) in on] if ranges else None
        pairs.append(_compare_sheets(name, partner, contents, tolerance, text or formulas, limits))
    _check_selections(one, other, pairs, sheets, {typed: range_ for typed, (range_, _) in chosen.items()})
    return Comparison(Path(a), Path(b), tuple(pairs), () if formulas else tuple(_notes(one, other, pairs)))


def _check_selections(a: Workbook, b: Workbook, pairs: Sequence[Pair], sheets, ranges: Mapping[str, Range]) -> None:
    """Raises UsageError where nothing was compared, or where a sheet or a range that was asked for chooses nothing."""
    used = set().union(*(pair.used for pair in pairs))
    empty = [f"{pair.sheet}={pair.other}" for pair in pairs if sheets and not pair.amount]
    empty += [typed for typed, range_ in ranges.items() if range_ not in used]
    if any(pair.amount for pair in pairs) and not empty:
        return
    for pair in pairs:
        for book, sheet, cell in ((a, pair.sheet, pair.pending[0]), (b, pair.other, pair.pending[1])):
            if cell and not pair.amount:
                raise ContentError(NO_RESULT, book.where(sheet, cell))
    said = "there is nothing to compare: no number stands in these cells of {a} or {b}."
    if empty and len(sheets) + len(ranges) > 1:
        said = "there is nothing to compare in {selection}: no number stands in these cells of {a} or {b}."
    raise UsageError(said, selection=repr(empty[0]) if empty else "", a=a.name, b=b.name)


def _contents(book: Workbook, sheet: str, formulas: bool) -> tuple[np.ndarray, Mapping[Cell, float]]:
    """What the cells hold, and of those that are shown as dates or times the numbers."""
    if not sheet:
        return np.full((0, 0), None, dtype=object), {}
    values, dates = book.sheet(sheet, results=not formulas), book.filled(sheet, results=not formulas).dates
    if formulas:  # an array formula comes as an object
        values = objects([getattr(value, "text", value) for value in values.flat]).reshape(values.shape)
    return values, dates


def _compare_sheets(name, other, contents: Sequence[tuple], tolerance: Tolerance, text: bool, ranges) -> Pair:
    """Every cell that one of the sheets fills; `contents` are both sheets' `_contents`."""
    one, two = contents
    shape = max(one[0].shape[0], two[0].shape[0]), max(one[0].shape[1], two[0].shape[1])
    shown_a, shown_b = _padded(one[0], shape), _padded(two[0], shape)
    dates = set(one[1]) & set(two[1])
    a, b = _with_numbers(shown_a, one[1], dates), _with_numbers(shown_b, two[1], dates)
    kind_a, kind_b = kinds(a), kinds(b)
    inside = np.ones(shape, dtype=bool) if ranges is None else _inside(shape, ranges)
    filled = inside & ((kind_a != BLANK) | (kind_b != BLANK))
    counts = filled if text else filled & (np.isin(kind_a, (NUMBER, RESULT)) | np.isin(kind_b, (NUMBER, RESULT)))
    only_a, only_b = counts & (kind_b == BLANK), counts & (kind_a == BLANK)
    both = counts & ~only_a & ~only_b
    numbers = np.flatnonzero((both & (kind_a == NUMBER) & (kind_b == NUMBER)).ravel())
    x, y = (part.ravel()[numbers].astype(float) for part in (a, b))
    unlike = _unequal(a, b, filled & (kind_a == kind_b) & (kind_a != NUMBER))
    differs = both & ((kind_a != kind_b) | unlike)
    differs.ravel()[numbers] = ~tolerance.agree(x, y)
    rows, columns = np.nonzero(differs)
    with np.errstate(all="ignore"):
        gap = np.where(x == y, 0.0, np.abs(x - y))
    at = _cell(numbers[int(gap.argmax())], shape) if gap.size and gap.max() > 0 else None
    pending_a, pending_b = (_first(inside & (values == UNCALCULATED), shape) for values in (a, b))
    used = frozenset(range_ for range_ in ranges or () if (counts & _inside(shape, [range_])).any())
    return Pair(
        name, other, int(both.sum()), rows + 1, columns + 1, shown_a[rows, columns], shown_b[rows, columns],
        int(only_a.sum()), int(only_b.sum()), float(gap.max()) if gap.size else 0.0, at,
        (pending_a, pending_b), int((unlike & ~counts).sum()), used,
    )  # fmt: skip


def _with_numbers(values: np.ndarray, numbers: Mapping[Cell, float], cells: set[Cell]) -> np.ndarray:
    """The sheet with the numbers of some cells for what they show."""
    found = values.copy() if cells else values
    for cell in cells:
        found[cell.row - 1, cell.column - 1] = numbers[cell]
    return found


def _first(where: np.ndarray, shape: tuple[int, int]) -> Cell | None:
    return _cell(int(where.argmax()), shape) if where.any() else None


def _cell(position: int, shape: tuple[int, int]) -> Cell:
    row, column = divmod(int(position), shape[1])
    return Cell(row + 1, column + 1)


def _padded(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    if values.shape == shape:
        return values
    found = np.full(shape, None, dtype=object)
    found[: values.shape[0], : values.shape[1]] = values
    return found


def kinds(values: np.ndarray) -> np.ndarray:
    """BLANK, NUMBER, TEXT or RESULT for every cell; a text of spaces only is blank, and so is what was never calculated."""
    found = np.full(values.shape, BLANK, dtype=np.int8)
    filled = np.not_equal(values, None)  # most cells of a sheet hold nothing
    found[filled] = [_kind(value) for value in values[filled].tolist()]
    return found


def _kind(value) -> int:
    if type(value) is float or type(value) is int:
        return NUMBER
    if value is UNCALCULATED:
        return BLANK
    if isinstance(value, str):
        return RESULT if value in ERRORS else TEXT if value.strip() else BLANK
    return TEXT if isinstance(value, bool) else RESULT


def _unequal(a: np.ndarray, b: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Where two cells of one kind that are no numbers differ."""
    found = np.zeros(a.shape, dtype=bool)
    found[where] = [type(x) is not type(y) or x != y for x, y in zip(a[where].tolist(), b[where].tolist(), strict=True)]
    return found


def _inside(shape: tuple[int, int], ranges: Sequence[Range]) -> np.ndarray:
    found = np.zeros(shape, dtype=bool)
    for range_ in ranges:
        found[range_.first.row - 1 : range_.last.row, range_.first.column - 1 : range_.last.column] = True
    return found


def _notes(a: Workbook, b: Workbook, pairs: Sequence[Pair]) -> Iterator[tuple[str, Mapping]]:
    """Sheets without a partner, what was not compared, and formulas that were never calculated."""
    for book, side in ((a, "sheet"), (b, "other")):
        alone = [getattr(pair, side) for pair in pairs if not (pair.sheet and pair.other) and getattr(pair, side)]
        if alone:
            yield "only {workbook} has the sheets {sheets}.", {"workbook": book.name, "sheets": _few(alone)}
    texts = sum(pair.texts for pair in pairs)
    if texts:
        yield "{count} cells differ in texts or truth values, which were not compared (--text).", {"count": f"{texts:,}"}
    for number, book in enumerate((a, b)):
        first = next(((pair, pair.pending[number]) for pair in pairs if pair.pending[number]), None)
        if first:
            pair, cell = first
            yield (
                "{where}: a formula without a stored result; open the workbook in Excel or LibreOffice and save it.",
                {"where": str(book.where((pair.sheet, pair.other)[number], cell))},
            )


def _few(sheets: Sequence[str]) -> str:
    names = [repr(name) for name in sheets]
    return ", ".join(names if len(names) < 6 else [*names[:3], "…", names[-1]])


def seen_apart(a, b) -> tuple[str, str]:
    """Both values, numbers with enough digits to see the difference."""
    if difference(a, b) is None:
        return _shown(a), _shown(b)
    for digits in range(6, 17):
        texts = f"{a:.{digits}g}", f"{b:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return f"{a:.{digits + 1}g}", f"{b:.{digits + 1}g}"


def _shown(value) -> str:
    return f"{value:.10g}" if type(value) in (int, float) else '"' + value + '"' if isinstance(value, str) else str(value)
