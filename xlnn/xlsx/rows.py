"""The rows of a sheet, rendered once with holes for numbers and filled for every iteration.

XlsxWriter makes package, styles, links, charts and conditional formats; its `_write_rows` is replaced, since a
cell at a time costs ten times as much and writes 16 digits where `repr` writes all. That method is private:
pyproject.toml bounds XlsxWriter's version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape as escaped
from io import StringIO
from typing import NamedTuple, TextIO

import numpy as np
from xlsxwriter.worksheet import Worksheet

from xlnn.errors import LimitError
from xlnn.layout.cells import Cell, column_name
from xlnn.words import columns_wide
from xlnn.xlsx.printing import Paper, print_on

BEFORE, TITLE = "\ue000", "\ue001"  # stand in a template for the sheet before and for the title's number


UNDECODED = re.compile("[\udc80-\udcff]+")  # how Python holds bytes that are no characters


NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")


escape = partial(escaped, quote=False)  # for XML; xml.sax.saxutils would do, but imports half of urllib


WHOLE, SCIENTIFIC = -1, -2  # in the place of a number of decimals


SHORTEST = 8  # characters: room for -1.23E-12, whose point and signs are narrow


class Look(NamedTuple):
    """How a style shows a number: its decimals (or WHOLE, SCIENTIFIC), and the style of one that is too small for them."""

    decimals: int = WHOLE
    small: int | None = None
    least: float = 0.0  # the size below which a number gets the other style
    lasting: bool = True  # whether a number that is not known yet gets the usual style


def room(numbers: np.ndarray, decimals: np.ndarray | int, least: np.ndarray | float) -> np.ndarray:
    """How many characters numbers take; those below `least` in size are written like 1.23E-4."""
    size = np.abs(numbers)
    digits = np.floor(np.log10(np.clip(size, 1, 1e60))) + 1  # before the point
    fixed = np.where(np.equal(decimals, WHOLE), np.minimum(digits + 1, 8), digits + decimals + 2)
    tiny = (size != 0) & ((size < 1e-99) | (size > 1e99))
    return np.where(np.equal(decimals, SCIENTIFIC) | is_small(numbers, least), SHORTEST + tiny, fixed)


def is_small(numbers: np.ndarray | float, least: np.ndarray | float) -> np.ndarray:
    """Which numbers are too small for their usual style, and not 0."""
    return (np.abs(numbers) < least) & (numbers != 0)


class RowsSheet(Worksheet):
    """A worksheet whose rows come ready as XML from `rows()`, called when the workbook is closed."""

    rows: Callable[[], str]
    fh: TextIO
    col_info: dict
    cond_formats: dict
    panes: list
    paper: Paper

    def __init__(self):
        super().__init__()
        self._texts: dict[str, str] = {}

    def show(self, rows: Callable[[], str], last: Cell) -> None:
        """The rows, and the last cell of the rectangle from A1 that they fill."""
        self.rows = rows
        self.dim_rowmin, self.dim_colmin = 0, 0
        self.dim_rowmax, self.dim_colmax = last.row - 1, last.column - 1

    def look_like(self, other: RowsSheet) -> None:
        """The widths of columns, panes, conditional formats and paper of another sheet; only once is the XML made."""
        self.col_info, self.panes = other.col_info, other.panes
        self.cond_formats, self._texts = other.cond_formats, other._texts
        self.print_on(other.paper)

    def print_on(self, paper: Paper) -> None:
        """How the sheet is printed."""
        self.paper = paper
        print_on(self, paper)

    def _write_rows(self) -> None:
        self.fh.write(self.rows())

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        """A formula of a format is written as a file has it already; XlsxWriter would look for 150 names of functions in it."""
        return formula.removeprefix("=")

    def _write_cols(self) -> None:
        self._write_once("columns", super()._write_cols)

    def _write_conditional_formats(self) -> None:
        self._write_once("conditional formats", super()._write_conditional_formats)

    def _write_once(self, what: str, write: Callable[[], None]) -> None:
        if what not in self._texts:
            file, self.fh = self.fh, (made := StringIO())
            write()
            self._texts[what], self.fh = made.getvalue(), file
        self.fh.write(self._texts[what])


@dataclass(frozen=True)
class Template:
    """Rows as one text with %s for every number, and which entry of a vector fills which hole.

    Holes listed in `marks` are right/wrong: they get `mark_texts[0]` for wrong and [1] for right. `columns`,
    `decimals` and `least` tell of every hole where it is and what it shows (see Look); `fitted` are those before which a
    hole for the style stands, `styles` (n, 2) their styles, usual and for small numbers; `widths` how long the texts of a
    column are, `heading` that of the text in A1, `heights` those of rows that are no usual ones, in points.
    """

    text: str
    order: np.ndarray
    marks: np.ndarray
    mark_texts: tuple[str, str]
    last: Cell
    columns: np.ndarray
    decimals: np.ndarray
    least: np.ndarray
    fitted: np.ndarray
    styles: np.ndarray
    widths: dict[int, int]
    heading: int
    heights: dict[int, float]

    def fill(self, numbers: np.ndarray, before: str = "", title: int = 0) -> str:
        """The rows with these numbers, every float so that it reads back to the bit."""
        shown = numbers[self.order]
        texts = exact_texts(shown)
        for hole in self.marks.tolist():
            texts[hole] = self.mark_texts[texts[hole] == "1"]
        styles = np.where(is_small(shown, self.least)[self.fitted], self.styles[:, 1], self.styles[:, 0])
        filled = np.insert(np.array(texts, dtype=object), self.fitted, styles.astype(object))
        return self.text.replace(BEFORE, before).replace(TITLE, str(title)) % tuple(filled)

    def room(self, numbers: np.ndarray) -> np.ndarray:
        """How many characters each hole takes."""
        return room(numbers[self.order], self.decimals, self.least)


def exact_texts(numbers: Sequence[float] | np.ndarray) -> list[str]:
    """repr of every number, whole ones without '.0'."""
    numbers = np.asarray(numbers, dtype=float)
    texts = list(map(repr, numbers.tolist()))
    for whole in np.flatnonzero((np.trunc(numbers) == numbers) & (abs(numbers) < 1e16)).tolist():  # larger ones have an e
        texts[whole] = texts[whole][:-2]
    return texts


@dataclass
class Rows:
    """Collects the cells of a sheet: texts, holes for numbers, formulas; `template()` renders them.

    `strings` gives a text's number in the workbook's table of texts. A later cell replaces an earlier one.
    """

    strings: Callable[[str], int]
    cells: dict[Cell, tuple[int, str, int, bool]] = field(default_factory=dict)  # style, xml, hole, mark
    widths: dict[int, int] = field(default_factory=dict)
    looks: Mapping[int, Look] = field(default_factory=dict)  # of styles that show decimals
    heights: dict[int, float] = field(default_factory=dict)
    heading: int = 0  # how long the text in A1 is

    def blank(self, cell: Cell, style: int) -> None:
        self.cells[cell] = self._lasting(style), "", -1, False

    def restyle(self, cell: Cell, style: int) -> None:
        """What stands in a cell, in another style of as many decimals."""
        self.cells[cell] = style, *self.cells[cell][1:]

    def title(self, cell: Cell, style: int) -> None:
        """A text that differs from sheet to sheet."""
        self.cells[cell] = style, f"<v>{TITLE}</v>", -1, False

    def text(self, cell: Cell, text: str, style: int = 0, measured: bool = True, symbol: bool = True) -> None:
        """A text; in a `symbol` such as `z^F` F is raised. `measured`: the column becomes wide enough for it."""
        if cell == (1, 1):
            self.heading = columns_wide(text)
        if measured:
            self.widths[cell.column] = max(self.widths.get(cell.column, 0), columns_wide(text))
        self.cells[cell] = style, f"<v>{self.strings(raised(text) if symbol else text)}</v>", -1, False

    def number(self, cell: Cell, number: float, style: int = 0) -> None:
        """A number that is the same on every sheet of this template."""
        self.cells[cell] = self._fitting(style, number), f"<v>{exact_texts([number])[0]}</v>", -2, False

    def hole(self, cell: Cell, position: int, style: int, formula: str = "", mark: bool = False) -> None:
        """A number from the vector, at `position`, with the formula that gives it."""
        f = f"<f>{escape(formula).replace('%', '%%')}</f>" if formula else ""
        self.cells[cell] = style, f"{f}<v>%s</v>", position, mark

    def formula(self, cell: Cell, formula: str, result: float | str, style: int = 0, fitted: bool = True) -> None:
        """A formula whose result is known now. `fitted`: one that is too small for the style gets another one."""
        kind = -4 if isinstance(result, str) else -2
        shown = escape(result) if isinstance(result, str) else exact_texts([result])[0]
        style = style if isinstance(result, str) or not fitted else self._fitting(style, result)
        self.cells[cell] = style, f"<f>{escape(formula)}</f><v>{shown}</v>".replace("%", "%%"), kind, False

    def _lasting(self, style: int) -> int:
        """The style of a number that is not known yet."""
        look = self.looks.get(style, Look())
        return style if look.lasting else look.small

    def _fitting(self, style: int, number: float) -> int:
        look = self.looks.get(style, Look())
        return look.small if is_small(number, look.least) else style

    def template(self, wrong: str = "×", right: str = "○") -> Template:
        """Renders everything that was collected."""
        parts: list[str] = []
        order: list[int] = []
        marks: list[int] = []
        columns: list[int] = []
        looks: list[Look] = []
        styles: list[tuple[int, int, int]] = []  # of a hole: its number, its style, and that of a small number
        row_open, last_column = 0, 1
        mark_texts = wrong, right
        for cell in sorted(self.cells):
            style, inner, hole, mark = self.cells[cell]
            if cell.row != row_open:
                parts.append(self._row(cell.row, first=not row_open))
                row_open = cell.row
            last_column = max(last_column, cell.column)
            if hole >= 0:
                if mark:
                    marks.append(len(order))
                order.append(hole)
                columns.append(cell.column)
                looks.append(self.looks.get(style, Look()))
                small = looks[-1].small
                if small is not None:
                    styles.append((len(order) - 1, style, small))
            kind = ""
            if (hole == -1 and inner) or (mark and not inner.startswith("<f>")):
                kind = ' t="s"'
            elif hole == -4 or mark:
                kind = ' t="str"'
            if mark and kind == ' t="s"':
                mark_texts = str(self.strings(wrong)), str(self.strings(right))
            chosen_later = hole >= 0 and looks[-1].small is not None
            name = f'{column_name(cell.column)}{cell.row}" s="{"%s" if chosen_later else style}"{kind}'
            parts.append(f'<c r="{name}>{inner}</c>' if inner else f'<c r="{name}/>')
        parts.append("</row>" if row_open else "")
        last = Cell(max(row_open, 1), last_column)
        if not last.on_sheet:
            raise LimitError("cell {cell} is off the sheet.", cell=last.name)
        order_, marks_, columns_ = (np.array(found, dtype=int) for found in (order, marks, columns))
        decimals, least = np.array([look.decimals for look in looks]), np.array([look.least for look in looks])
        fitted = np.array(styles, dtype=int).reshape(-1, 3)
        return Template(
            "".join(parts),
            order_,
            marks_,
            mark_texts,
            last,
            columns_,
            decimals,
            least,
            fitted[:, 0],
            fitted[:, 1:],
            self.widths,
            self.heading,
            self.heights,
        )

    def _row(self, number: int, first: bool) -> str:
        height = self.heights.get(number)
        tall = f' ht="{height}" customHeight="1"' if height else ""
        return f'{"" if first else "</row>"}<row r="{number}"{tall}>'


def readable(text: str) -> str:
    """A text that XML can hold, whatever the system gave: bytes of a name that its encoding lacks are read as UTF-8, as a
    Chinese name where Python's encoding is ASCII; what is nothing then either is shown as �."""
    read = UNDECODED.sub(lambda found: found[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace"), text)
    return NO_CHARACTER.sub("\ufffd", read)


def raised(text: str) -> str:
    """Rich text for a symbol with ^: what follows each, up to what is no letter or digit, stands raised. Others are unchanged."""
    if "^" not in text:
        return text
    before, *rest = text.split("^")
    runs = [f"<r><t>{escape(before)}</t></r>"] if before else []
    for up, after in map(_label_end, rest):
        runs.append(f'<r><rPr><vertAlign val="superscript"/></rPr><t>{escape(up)}</t></r>')
        runs += [f'<r><t xml:space="preserve">{escape(after)}</t></r>'] if after else []
    return "".join(runs)


def _label_end(rest: str) -> tuple[str, str]:
    end = 0
    while end < len(rest) and rest[end].isascii() and rest[end].isalnum():
        end += 1
    return rest[:end], rest[end:]
