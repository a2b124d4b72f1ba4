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
from xlnn.layout.cells import COLUMNS, Cell, Range
from xlnn.words import These, these
from xlnn.xlsx.cell_table import BLANK, NUMBER, OTHER, PENDING, SPACES, Filled, Filling, cell_of
from xlnn.xlsx.workbook import ERRORS, NO_RESULT, Workbook

if TYPE_CHECKING:
    import pandas as pd

TEXT, RESULT = 10, 11  # kinds of cells that are OTHER; RESULT stands where a number does: a date, an error; TEXT is the rest


DIFFERENCE_COLUMNS = ("sheet", "other sheet", "cell", "a", "b", "difference")


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
        return pd.DataFrame(rows, columns=list(DIFFERENCE_COLUMNS))


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
        first, second = (_contents(book, sheet, formulas) for book, sheet in ((one, name), (other, partner)))
        limits = [range_ for range_, on in chosen.values() if (name, partner) in on] if ranges else None
        pairs.append(_compare_sheets(name, partner, first, second, tolerance, text or formulas, limits))
        one.forget(name)  # two sheets at a time are in memory, of however many there are
        other.forget(partner)
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


NOTHING = Filling().filled()  # the cells of a sheet that is not there


def _contents(book: Workbook, sheet: str, formulas: bool) -> Filled:
    """The filled cells of a sheet, with their formulas or what those gave; none for no sheet."""
    return book.filled(sheet, results=not formulas) if sheet else NOTHING


@dataclass(frozen=True, eq=False)
class _Side:
    """One sheet's part in all cells that are compared: the kind of each, and its number where it has one."""

    filled: Filled
    positions: np.ndarray  # of every cell among the filled ones, −1 where it is blank
    kinds: np.ndarray
    numbers: np.ndarray

    def values(self, cells: np.ndarray) -> np.ndarray:
        """What some of the cells hold, objects."""
        return self.filled.values_at(self.positions[cells])


def _side(filled: Filled, codes: np.ndarray, dates: Sequence[int]) -> _Side:
    """A sheet at the addresses `codes`; at `dates` the numbers behind the dates count."""
    at = filled.positions_of(codes)
    kinds, numbers = filled.kinds_at(at), filled.numbers_at(at)
    kinds[(kinds == SPACES) | (kinds == PENDING)] = BLANK
    other = np.flatnonzero(kinds == OTHER)
    kinds[other] = [_kind(value) for value in filled.values_at(at[other]).tolist()]
    dated = np.searchsorted(codes, dates)
    kinds[dated], numbers[dated] = NUMBER, [filled.date_codes[code] for code in dates]
    return _Side(filled, at, kinds, numbers)


def _kind(value) -> int:
    """TEXT or RESULT: what kind a cell is that holds no number."""
    if isinstance(value, str):
        return RESULT if value in ERRORS else TEXT
    return TEXT if isinstance(value, bool) else RESULT


def _compare_sheets(name, other, one: Filled, two: Filled, tolerance: Tolerance, text: bool, ranges) -> Pair:
    """Every cell that one of the sheets fills."""
    codes = one.codes if np.array_equal(one.codes, two.codes) else np.union1d(one.codes, two.codes)
    dates = sorted(set(one.date_codes) & set(two.date_codes))
    a, b = _side(one, codes, dates), _side(two, codes, dates)
    inside = np.ones(len(codes), dtype=bool) if ranges is None else _inside(codes, ranges)
    filled = inside & ((a.kinds != BLANK) | (b.kinds != BLANK))
    counts = filled if text else filled & (np.isin(a.kinds, (NUMBER, RESULT)) | np.isin(b.kinds, (NUMBER, RESULT)))
    only_a, only_b = counts & (b.kinds == BLANK), counts & (a.kinds == BLANK)
    both = counts & ~only_a & ~only_b
    numbers = np.flatnonzero(both & (a.kinds == NUMBER) & (b.kinds == NUMBER))
    x, y = a.numbers[numbers], b.numbers[numbers]
    unlike = _unequal(a, b, filled & (a.kinds == b.kinds) & (a.kinds != NUMBER))
    differs = both & ((a.kinds != b.kinds) | unlike)
    differs[numbers] = ~tolerance.agree(x, y)
    different = np.flatnonzero(differs)
    with np.errstate(all="ignore"):
        gap = np.where(x == y, 0.0, np.abs(x - y))
    at = cell_of(codes[numbers[int(gap.argmax())]]) if gap.size and gap.max() > 0 else None
    pending_a, pending_b = (_first(codes, inside & (side.filled.kinds_at(side.positions) == PENDING)) for side in (a, b))
    used = frozenset(range_ for range_ in ranges or () if (counts & _inside(codes, [range_])).any())
    return Pair(
        name, other, int(both.sum()), codes[different] // COLUMNS, codes[different] % COLUMNS + 1,
        a.values(different), b.values(different), int(only_a.sum()), int(only_b.sum()), float(gap.max()) if gap.size else 0.0, at,
        (pending_a, pending_b), int((unlike & ~counts).sum()), used,
    )  # fmt: skip


def _first(codes: np.ndarray, where: np.ndarray) -> Cell | None:
    return cell_of(codes[int(where.argmax())]) if where.any() else None


def _unequal(a: _Side, b: _Side, where: np.ndarray) -> np.ndarray:
    """Where two cells of one kind that are no numbers differ."""
    found, cells = np.zeros(len(where), dtype=bool), np.flatnonzero(where)
    pairs = zip(a.values(cells).tolist(), b.values(cells).tolist(), strict=True)
    found[cells] = [type(x) is not type(y) or x != y for x, y in pairs]
    return found


def _inside(codes: np.ndarray, ranges: Sequence[Range]) -> np.ndarray:
    """Which addresses lie in one of the ranges."""
    rows, columns = codes // COLUMNS, codes % COLUMNS + 1
    found = np.zeros(len(codes), dtype=bool)
    for (top, left), (bottom, right) in ranges:
        found |= (rows >= top) & (rows <= bottom) & (columns >= left) & (columns <= right)
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


def _few(sheets: Sequence[str]) -> These:
    names = [repr(name) for name in sheets]
    return these(names if len(names) < 6 else [*names[:3], "…", names[-1]])


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
