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

from xlnn.cells import Cell, Range
from xlnn.errors import UsageError
from xlnn.workbook import Workbook

if TYPE_CHECKING:
    import pandas as pd

BLANK, NUMBER, TEXT = range(3)  # kinds of cells; TEXT is everything else: texts, truth values, dates, errors
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
        with np.errstate(invalid="ignore"):
            return (a == b) | (np.abs(a - b) <= self.atol + self.rtol * np.abs(b))


def half_up(numbers: np.ndarray, digits: int) -> np.ndarray:
    """Rounded to decimals, a half away from 0: as Excel's ROUND does, so 0.0005 becomes 0.001."""
    scaled = np.abs(numbers) * 10.0**digits
    return np.copysign(np.floor(scaled * (1 + 1e-15) + 0.5), numbers) / 10.0**digits + 0.0


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
    missing: tuple[tuple[str, Cell], ...] = ()  # ("a" or "b", first cell that this side lacks)

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
    wanted = [_range(text_) for text_ in ranges]
    pairs = []
    for name, partner in _paired(one, other, sheets):
        contents = [_contents(book, sheet, formulas) for book, sheet in ((one, name), (other, partner))]
        pairs.append(_compare_sheets(name, partner, *contents, tolerance, text or formulas, _limits(wanted, name)))
    if not any(pair.compared or pair.only_a or pair.only_b for pair in pairs):
        raise UsageError("there is nothing to compare: no number stands in these cells of {a} or {b}.", a=one.name, b=other.name)
    return Comparison(Path(a), Path(b), tuple(pairs), () if formulas else tuple(_notes(one, other, pairs)))


def _paired(a: Workbook, b: Workbook, sheets: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of sheet names; "" stands for a sheet that only the other workbook has."""
    if not sheets:
        both = [name for name in a.sheets if name in b.sheets]
        if not both:
            raise UsageError(
                "the workbooks have no sheet of the same name; pair them like --sheet {example}.",
                example=repr(f"{a.sheets[0]}={b.sheets[0]}"),
            )
        return [(n, n if n in b.sheets else "") for n in a.sheets] + [("", n) for n in b.sheets if n not in a.sheets]
    return [_pair(a, b, text) for text in sheets]


def _pair(a: Workbook, b: Workbook, text: str) -> tuple[str, str]:
    """'Iteration 1=学习', or one name for both. A name may contain = itself."""
    cuts = [i for i, letter in enumerate(text) if letter == "="]
    tries = [(text, text)] + [(text[:i].strip(), text[i + 1 :].strip()) for i in cuts]
    for first, second in tries:
        if first in a.sheets and second in b.sheets:
            return first, second
    raise UsageError(
        "cannot pair the sheets {text}; {a} has {sheets_a}, {b} has {sheets_b}.",
        text=repr(text), a=a.name, sheets_a=", ".join(map(repr, a.sheets)), b=b.name, sheets_b=", ".join(map(repr, b.sheets)),
    )  # fmt: skip


def _range(text: str) -> tuple[str, Range]:
    sheet, _, cells = text.rpartition("!")
    return sheet.strip().strip("'"), Range.parse(cells.strip())


def _limits(ranges: Sequence[tuple[str, Range]], sheet: str) -> list[Range] | None:
    """The ranges for a sheet; None where all cells count."""
    return [range_ for name, range_ in ranges if name in ("", sheet)] if ranges else None


def _contents(book: Workbook, sheet: str, formulas: bool) -> np.ndarray:
    if not sheet:
        return np.full((0, 0), None, dtype=object)
    values = book.sheet(sheet, results=not formulas)
    if not formulas:
        return values
    spelled = [getattr(value, "text", value) for value in values.flat]  # an array formula comes as an object
    found = np.empty(len(spelled), dtype=object)
    found[:] = spelled
    return found.reshape(values.shape)


def _compare_sheets(name, other, a: np.ndarray, b: np.ndarray, tolerance: Tolerance, text: bool, ranges) -> Pair:
    """Every cell that one of the sheets fills."""
    shape = max(a.shape[0], b.shape[0]), max(a.shape[1], b.shape[1])
    a, b = _padded(a, shape), _padded(b, shape)
    kind_a, kind_b = kinds(a), kinds(b)
    counts = (kind_a != BLANK) | (kind_b != BLANK)
    if not text:
        counts &= (kind_a == NUMBER) | (kind_b == NUMBER)
    if ranges is not None:
        counts &= _inside(shape, ranges)
    only_a, only_b = counts & (kind_b == BLANK), counts & (kind_a == BLANK)
    both = counts & ~only_a & ~only_b
    numbers = np.flatnonzero((both & (kind_a == NUMBER) & (kind_b == NUMBER)).ravel())
    x, y = (part.ravel()[numbers].astype(float) for part in (a, b))
    differs = both & ((kind_a != kind_b) | ((kind_a == TEXT) & _unequal(a, b, both & (kind_a == TEXT))))
    differs.ravel()[numbers] = ~tolerance.agree(x, y)
    rows, columns = np.nonzero(differs)
    gap = np.abs(x - y)
    at = _cell(numbers[int(gap.argmax())], shape) if gap.size and gap.max() > 0 else None
    missing = tuple((side, _cell(int(mask.argmax()), shape)) for side, mask in (("b", only_a), ("a", only_b)) if mask.any())
    return Pair(
        name, other, int(both.sum()), rows + 1, columns + 1, a[rows, columns], b[rows, columns],
        int(only_a.sum()), int(only_b.sum()), float(gap.max()) if gap.size else 0.0, at, missing,
    )  # fmt: skip


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
    """BLANK, NUMBER or TEXT for every cell; a text of spaces only is blank."""
    found = np.full(values.shape, BLANK, dtype=np.int8)
    filled = np.not_equal(values, None)  # most cells of a sheet hold nothing
    found[filled] = [_kind(value) for value in values[filled].tolist()]
    return found


def _kind(value) -> int:
    if type(value) is float or type(value) is int:
        return NUMBER
    return BLANK if isinstance(value, str) and not value.strip() else TEXT


def _unequal(a: np.ndarray, b: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Where two texts (or truth values, dates) differ."""
    found = np.zeros(a.shape, dtype=bool)
    found[where] = [type(x) is not type(y) or x != y for x, y in zip(a[where].tolist(), b[where].tolist(), strict=True)]
    return found


def _inside(shape: tuple[int, int], ranges: Sequence[Range]) -> np.ndarray:
    found = np.zeros(shape, dtype=bool)
    for range_ in ranges:
        found[range_.first.row - 1 : range_.last.row, range_.first.column - 1 : range_.last.column] = True
    return found


def _notes(a: Workbook, b: Workbook, pairs: Sequence[Pair]) -> Iterator[tuple[str, Mapping]]:
    """Sheets without a partner, and formulas that were never calculated."""
    for book, side in ((a, "sheet"), (b, "other")):
        alone = [getattr(pair, side) for pair in pairs if not (pair.sheet and pair.other) and getattr(pair, side)]
        if alone:
            yield "only {workbook} has the sheets {sheets}.", {"workbook": book.name, "sheets": _few(alone)}
    for book, side in ((a, "a"), (b, "b")):
        for pair in pairs:
            sheet = pair.sheet if side == "a" else pair.other
            for lacking, cell in pair.missing:
                if lacking == side and sheet and book.has_formula(sheet, cell):
                    yield (
                        "{where}: a formula without a stored result; open the workbook in Excel or LibreOffice and save it.",
                        {"where": str(book.where(sheet, cell))},
                    )
                    return


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
