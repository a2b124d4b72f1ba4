"""The .xlsx file that is being written: XlsxWriter's workbook with xlnn's rows, styles and mark."""

from __future__ import annotations

import datetime
import zlib
from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO, StringIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import xlsxwriter
from xlsxwriter.packager import Packager

from xlnn._version import __version__
from xlnn.errors import UsageError
from xlnn.layout.cells import Cell, Range, quoted
from xlnn.words import these
from xlnn.xlsx.printing import one_page_wide
from xlnn.xlsx.rows import SCIENTIFIC, WHOLE, Look, Rows, RowsSheet, readable
from xlnn.xlsx.seals import MARK
from xlnn.xlsx.styles import COST, DIGITS, FITTED, SIGNIFICANT, STYLES, TENTH, decimals_of, look

BLUE, ORANGE = "#8FAADC", "#F4B183"  # the ends of a scale of colours; white is between them


GRID = {"visible": True, "line": {"color": "#E0E0E0"}}  # the lines behind a chart


# the same input gives the same bytes, so the file carries no date of its own
DATE = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
PACKING, WAITING = 2, 4  # threads that pack parts of the file, and parts that may wait for it in memory


class BookFile:
    """Sheets are added in order; styles and texts get their numbers when they are first used."""

    def __init__(self, file: Path | BinaryIO, title: str, decimals: int | None = None, printed: str = "first"):
        """`decimals`: so many for every number, instead of the digits that it needs. `printed`: of the images of a sheet the
        "first" eight, or "all". Raises UsageError."""
        look("value", decimals)
        if printed not in PRINTED:
            raise UsageError("unknown {what} {value}; known: {known}.", what="print", value=repr(printed), known=these(PRINTED))
        self.printed = printed
        self.book = xlsxwriter.Workbook(BytesIO(), {"strings_to_urls": False, "default_date_format": None})
        self.book._get_packager = lambda: Parts(file)
        self.book.set_properties({"title": readable(title), "comments": f"xlnn {__version__}", "created": DATE})
        self.book.set_custom_property(MARK, __version__)
        self._decimals = decimals
        self._styles: dict[str, int] = {}
        self._looks: dict[int, Look] = {}

    def strings(self, text: str) -> int:
        """A text's number in the workbook's table of texts."""
        return self.book.str_table._get_shared_string_index(readable(text))

    def format(self, name: str):
        return self.book.add_format(look(name, self._decimals))

    def style(self, name: str) -> int:
        """A style's number; it must exist before the file is closed."""
        if name not in self._styles:
            self._styles[name] = self.format(name)._get_xf_index()
            self._looks[self._styles[name]] = self._look(name)
        return self._styles[name]

    def _look(self, name: str) -> Look:
        """What a style shows of a number; the style of small numbers is made where it needs one."""
        format_ = look(name, self._decimals).get("num_format", "")
        decimals = DIGITS if format_ == FITTED else decimals_of(format_)
        if decimals and self._decimals is None:
            small = self.book.add_format(STYLES[name] | {"num_format": SIGNIFICANT})._get_xf_index()
            self._looks[small] = Look(SCIENTIFIC)
            return Look(decimals, small, TENTH if format_ == FITTED else 0.5 * 10.0**-decimals, format_ != FITTED)
        if decimals or format_ not in (SIGNIFICANT, COST):
            return Look(decimals or WHOLE)
        return Look(SCIENTIFIC if format_ == SIGNIFICANT else 5)  # 2.39E-12 is as wide as a number with five decimals

    def sheet(self, name: str) -> RowsSheet:
        return self.book.add_worksheet(name, RowsSheet)

    @property
    def sheet_names(self) -> list[str]:
        return [sheet.get_name() for sheet in self.book.worksheets()]

    def rows(self) -> Rows:
        return Rows(self.strings, looks=self._looks)

    def show(self, sheet: RowsSheet, rows: Rows) -> None:
        """A sheet whose numbers are all known now."""
        made = rows.template()
        sheet.show(lambda: made.fill(np.empty(0)), made.last)

    def close(self) -> None:
        self.book.close()


class Parts(Packager):
    """The parts of the workbook go straight into the archive `file`: XlsxWriter's own way is a temporary file for each.

    A part is complete when the next one begins; then other threads pack it. XlsxWriter's own archive stays empty.
    """

    def __init__(self, file: Path | BinaryIO):
        super().__init__()
        self._archive = ZipFile(file, "w", ZIP_DEFLATED)
        self._name, self._part = "", Part()
        self._packed: deque[tuple[str, Future]] = deque()

    def _create_package(self) -> list:
        with ThreadPoolExecutor(PACKING) as self._threads, self._archive:
            super()._create_package()
            self._filename("")
            self._store(0)
        return []

    def _filename(self, name: str) -> Part:
        """A new part for XlsxWriter to write to."""
        if self._name:
            self._packed.append((self._name, self._threads.submit(packed, self._part.pieces)))
            self._store(WAITING)
        self._name, self._part = name, Part()
        return self._part

    def _store(self, waiting: int) -> None:
        """Puts parts into the archive until no more than so many are waiting."""
        while len(self._packed) > waiting:
            name, made = self._packed.popleft()
            info, archive = ZipInfo(name, (1980, 1, 31, 0, 0, 0)), self._archive
            info.compress_type, info.external_attr, info.header_offset = ZIP_DEFLATED, 0o100600 << 16, archive.start_dir
            info.file_size, info.CRC, content = made.result()
            info.compress_size = len(content)
            archive.start_dir += archive.fp.write(info.FileHeader() + content)
            archive.filelist.append(info)
            archive.NameToInfo[name] = info


class Part(StringIO):
    """A part that is being written, as bytes; XlsxWriter leaves a StringIO open."""

    def __init__(self):
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, text: str) -> int:
        self.pieces.append(text.encode())
        return len(text)


def packed(pieces: list[bytes]) -> tuple[int, int, bytes]:
    """Size, checksum and the packed bytes of a part, whose pieces are given up."""
    content = b"".join(pieces)
    pieces.clear()
    packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    return len(content), zlib.crc32(content), packer.compress(content) + packer.flush()


def link(sheet: RowsSheet, cell: Cell, target: str, at: Cell | None = None) -> None:
    """A link to another sheet of the workbook; the text stands in the rows."""
    sheet.write_url(cell.row - 1, cell.column - 1, f"internal:{quoted(target)}!{(at or Cell(1, 1)).name}", None, target)


def shade(sheet: RowsSheet, ranges: Iterable[Range], largest: float, smallest: float = 0.0, colour: str = "#8497B0") -> None:
    """Pixels from white to blue-grey by their number."""
    ranges = list(ranges)
    options = {
        "type": "2_color_scale", "min_type": "num", "max_type": "num", "min_value": smallest,
        "max_value": largest, "min_color": "#FFFFFF", "max_color": colour,
    }  # fmt: skip
    _conditional(sheet, ranges, options)


def diverging(sheet: RowsSheet, ranges: Iterable[Range]) -> None:
    """Weights from red (negative) over white (0) to blue (positive)."""
    options = {
        "type": "3_color_scale", "min_type": "min", "mid_type": "num", "mid_value": 0, "max_type": "max",
        "min_color": ORANGE, "mid_color": "#FFFFFF", "max_color": BLUE,
    }  # fmt: skip
    _conditional(sheet, list(ranges), options)


def heat(sheet: RowsSheet, ranges: Iterable[Range], low: str = BLUE, high: str = ORANGE, middle: str = "percentile") -> None:
    """One scale of colours for all ranges; white is the median ("percentile") or half-way ("percent")."""
    options = {
        "type": "3_color_scale", "mid_type": middle, "mid_value": 50, "min_color": low, "mid_color": "#FFFFFF", "max_color": high,
    }  # fmt: skip
    _conditional(sheet, list(ranges), options)


def red_where(sheet: RowsSheet, range_: Range, text: str, format_) -> None:
    """Red cells where the text stands."""
    _conditional(sheet, [range_], {"type": "cell", "criteria": "==", "value": f'"{text}"', "format": format_})


def _conditional(sheet: RowsSheet, ranges: list[Range], options: Mapping) -> None:
    if not ranges:
        return
    first = ranges[0]
    more = {"multi_range": " ".join(r.name for r in ranges)} if len(ranges) > 1 else {}
    sheet.conditional_format(
        first.first.row - 1, first.first.column - 1, first.last.row - 1, first.last.column - 1, {**options, **more}
    )


ON_A_PAGE = 60  # rows that can be read there


def show(file: BookFile, sheet: RowsSheet, rows: Rows, most: int = ON_A_PAGE) -> None:
    """A sheet of texts; printed it is one page wide, and one high where it has less than the `most` rows for that."""
    file.show(sheet, rows)
    one_page_wide(sheet, 1 if sheet.dim_rowmax < most else 0)


def put(rows: Rows, cell: Cell, value, style: int) -> None:
    if value is None:
        rows.blank(cell, style)
    elif isinstance(value, str):
        rows.text(cell, value, style, symbol=False)
    else:
        rows.number(cell, value, style)


CELLS = ("values", "formulas")


PRINTED = ("first", "all")
