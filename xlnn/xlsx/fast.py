"""Reads a sheet's rows as arrays of bytes, where they are written as spreadsheet programs write them.

    <row r="3"><c r="A3" s="7"><v>0.25</v></c><c r="B3" t="s"><v>12</v></c></row>

The positions of all < and > of some megabytes are found at once; what stands between them says what each tag is, and
which may follow which. Whatever is written in another way, or is wrong, is left to `sheet_exact`: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xlnn.errors import Where
from xlnn.layout.cells import COLUMNS, ROWS
from xlnn.xlsx.cell_table import NUMBER, OTHER, PENDING, SPACES, WHOLE, Filled, Filling
from xlnn.xlsx.decimals import read_decimals
from xlnn.xlsx.exact import DIGITS, Shared, as_date, read_around, read_exactly
from xlnn.xlsx.parts import unescaped

BLOCK = 1 << 20  # bytes of rows that are looked at together


HEAD = 1 << 20  # bytes before the first row, at most


ROW = re.compile(rb'<row r="([1-9][0-9]{0,6})"((?: (?!xmlns|r=)[A-Za-z0-9:]+="[^"<&]*")*) ?/?>')


HIDDEN = re.compile(rb' hidden="(1|true)"')


TABLE = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.-]{0,30}:|)sheetData>")


UTF_8 = re.compile(rb'(\xef\xbb\xbf)?(<\?xml version="1\.[0-9]"( encoding="(?i:utf-8)")?( standalone="(yes|no)")?\s*\?>)?\s*<')


# tags by the two letters behind <, which tell all of them apart
(
    ROW_, ROW_END, CELL, CELL_END, VALUE, VALUE_END, FORMULA, FORMULA_END,
    NO_VALUE, NO_FORMULA, BLANK_CELL, BLANK_ROW, UNKNOWN,
) = range(13)  # fmt: skip


LETTERS = {
    "ro": ROW_, "/r": ROW_END, "c ": CELL, "/c": CELL_END, "v>": VALUE, "/v": VALUE_END, "v/": NO_VALUE,
    "v ": NO_VALUE, "f>": FORMULA, "f ": FORMULA, "/f": FORMULA_END, "f/": NO_FORMULA,
}  # fmt: skip


FOLLOWERS = {
    ROW_: (CELL, BLANK_CELL, ROW_END), BLANK_ROW: (ROW_, BLANK_ROW), ROW_END: (ROW_, BLANK_ROW),
    CELL: (VALUE, NO_VALUE, FORMULA, NO_FORMULA, CELL_END),
    BLANK_CELL: (CELL, BLANK_CELL, ROW_END), CELL_END: (CELL, BLANK_CELL, ROW_END),
    FORMULA: (FORMULA_END,), FORMULA_END: (VALUE, NO_VALUE, CELL_END), NO_FORMULA: (VALUE, NO_VALUE, CELL_END),
    VALUE: (VALUE_END,), VALUE_END: (CELL_END,), NO_VALUE: (CELL_END,),
}  # fmt: skip


def _letters() -> np.ndarray:
    table = np.full(1 << 16, UNKNOWN, dtype=np.uint8)
    for text, tag in LETTERS.items():
        table[ord(text[0]) | ord(text[1]) << 8] = tag
    return table


def _followers() -> np.ndarray:
    table = np.zeros((UNKNOWN + 1, UNKNOWN + 1), dtype=bool)
    for tag, others in FOLLOWERS.items():
        table[tag, list(others)] = True
    return table.ravel()


TAGS, FOLLOWS = _letters(), _followers()


class Unusual(Exception):
    """The sheet is written in another way than this module reads."""


def read_sheet(shared: Shared, part: str, where: Where) -> Filled:
    """The cells of a sheet's part. Raises as `read_exactly`, to which it leaves what is unusual."""
    try:
        return _read(shared, part, where)
    except Unusual:
        return read_exactly(shared, part, where)


def _read(shared: Shared, part: str, where: Where) -> Filled:
    rows, filling = Rows(shared.package.chunks(part)), Filling()
    before, hidden = 0, list[int]()
    for content in rows:
        block = Block(content)
        first, last = block.put_into(shared, filling, hidden)
        if first <= before:
            raise Unusual
        before = last
    around = read_around(shared, part, where, rows.head, rows.tail)
    if around is None:
        raise Unusual
    return filling.filled(around.merged, hidden, around.hidden_columns)


class Rows:
    """The rows of a sheet's part, some at a time; afterwards `head` and `tail` are what stands around them.

    Where the names of the sheet's elements have a prefix (<x:row>), the rows are given without it.
    """

    def __init__(self, chunks: Iterator[bytes]):
        self._chunks = chunks
        self.head = self.tail = self.prefix = b""

    def __iter__(self) -> Iterator[bytes]:
        rest = self._begin()
        parts, size = [rest], len(rest)
        for chunk in self._chunks:
            parts.append(chunk)
            size += len(chunk)
            if size >= BLOCK:
                content, rest = self._cut(b"".join(parts))
                if content:
                    yield self._plain(content)
                parts, size = [rest], len(rest)
                if size > BLOCK:  # a row that never ends
                    raise Unusual
        content, end, self.tail = b"".join(parts).partition(b"</%ssheetData>" % self.prefix)
        self.tail = end + self.tail
        if not end:
            raise Unusual
        if content:
            yield self._plain(content)

    def _begin(self) -> bytes:
        """Takes the head, up to <sheetData>; returns what follows."""
        content = b""
        while not (match := TABLE.search(content)):
            chunk = next(self._chunks, b"")
            content += chunk
            if not chunk or len(content) > HEAD + len(chunk):
                raise Unusual
        self.head, self.prefix = content[: match.end()], match[1]
        if not UTF_8.match(self.head) or b"<!" in self.head:
            raise Unusual
        return content[match.end() :]

    def _cut(self, content: bytes) -> tuple[bytes, bytes]:
        """The whole rows, and the beginning of the next one (or all that follows the last row)."""
        end, row = content.find(b"</%ssheetData>" % self.prefix), b"</%srow>" % self.prefix
        end = content.rfind(row, 0, end if end >= 0 else None)
        end = end + len(row) if end >= 0 else 0
        return content[:end], content[end:]

    def _plain(self, content: bytes) -> bytes:
        """The rows without the prefix, which all of their elements must have."""
        if not self.prefix:
            return content
        letters = np.frombuffer(content + bytes(len(self.prefix) + 2), dtype=np.uint8)
        begin, kept = np.flatnonzero(letters == ord("<")) + 1, np.ones(len(letters), dtype=bool)
        begin += letters[begin] == ord("/")
        for place, letter in enumerate(self.prefix):
            _expect(letters[begin + place], letter)
            kept[begin + place] = False
        kept[len(content) :] = False
        return letters[kept].tobytes()


@dataclass(frozen=True, eq=False)
class _Cells:
    """The cells of a block: where their opening tags begin and end, and where their value's text does (−1: it has none)."""

    begin: np.ndarray
    end: np.ndarray  # of the attributes
    row: np.ndarray  # which of the block's rows they stand in
    first: np.ndarray
    last: np.ndarray
    formula: np.ndarray  # whether it has one


class Block:
    """Some whole rows. Raises Unusual wherever a byte stands that is not expected there."""

    def __init__(self, content: bytes):
        self.content = content
        padded = content + bytes(16)
        size = len(content) + 8
        self.bytes = np.frombuffer(padded, dtype=np.uint8)
        self.four = np.ndarray((size,), dtype="<u4", buffer=padded, strides=(1,))  # four bytes from each position on
        self.eight = np.ndarray((size,), dtype="<u8", buffer=padded, strides=(1,))

    def put_into(self, shared: Shared, filling: Filling, hidden: list[int]) -> tuple[int, int]:
        """Adds the cells to `filling`; returns the first and the last row."""
        begin, end, tags = self._tags()
        rows = self._rows(begin, end, tags, hidden)
        cells = self._cells(begin, end, tags)
        codes, address_end = self._addresses(cells, rows)
        styles, kinds = self._attributes(cells, address_end)
        self._add(shared, filling, cells, codes, styles, kinds)
        return int(rows[0]), int(rows[-1])

    # ---- tags ----------------------------------------------------------------------------------------

    def _tags(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where all tags begin and end, and which they are."""
        begin, end = np.flatnonzero(self.bytes == ord("<")), np.flatnonzero(self.bytes == ord(">"))
        _expect(len(begin) == len(end) > 0 and begin[0] == 0 and end[-1] == len(self.content) - 1)
        _expect((begin < end).all() and (end[:-1] < begin[1:]).all())
        tags = TAGS[(self.four[begin] >> 8) & 0xFFFF]
        closed = self.bytes[end - 1] == ord("/")
        for tag, alone in ((CELL, BLANK_CELL), (ROW_, BLANK_ROW), (FORMULA, NO_FORMULA)):
            tags[closed & (tags == tag)] = alone
        _expect(closed, (tags >= NO_VALUE) & (tags < UNKNOWN))
        for tag, length in ((CELL_END, 3), (VALUE_END, 3), (FORMULA_END, 3), (ROW_END, 5)):
            _expect((end - begin)[tags == tag], length)
        _expect(self.eight[begin[tags == ROW_END]] & 0xFFFFFFFFFFFF, int.from_bytes(b"</row>", "little"))
        _expect(FOLLOWS[tags[:-1].astype(np.intp) * (UNKNOWN + 1) + tags[1:]].all())
        _expect(tags[0] in (ROW_, BLANK_ROW) and tags[-1] in (ROW_END, BLANK_ROW))
        holds_text = (tags == VALUE) | (tags == FORMULA)
        _expect((begin[1:] - end[:-1] - 1)[~holds_text[:-1]], 0)
        return begin, end, tags

    def _rows(self, begin: np.ndarray, end: np.ndarray, tags: np.ndarray, hidden: list[int]) -> np.ndarray:
        """The rows' numbers, one for each row; those that are hidden are added to `hidden`."""
        found = []
        starts = np.flatnonzero((tags == ROW_) | (tags == BLANK_ROW))
        for first, last in zip(begin[starts].tolist(), end[starts].tolist(), strict=True):
            match = ROW.fullmatch(self.content, first, last + 1)
            if not match:
                raise Unusual
            found.append(int(match[1]))
            if HIDDEN.search(match[2]):
                hidden.append(found[-1])
        rows = np.array(found)
        _expect((np.diff(rows) > 0).all() and rows[-1] <= ROWS)
        return rows

    def _cells(self, begin: np.ndarray, end: np.ndarray, tags: np.ndarray) -> _Cells:
        at = np.flatnonzero((tags == CELL) | (tags == BLANK_CELL))
        row = np.searchsorted(np.flatnonzero((tags == ROW_) | (tags == BLANK_ROW)), at) - 1
        first, last, formula = np.full(len(at), -1), np.full(len(at), -1), np.zeros(len(at), dtype=bool)
        values = np.flatnonzero(tags == VALUE)
        owner = np.searchsorted(at, values) - 1
        first[owner], last[owner] = end[values] + 1, begin[values + 1]
        empty = np.searchsorted(at, np.flatnonzero(tags == NO_VALUE)) - 1
        first[empty] = last[empty] = 0
        formula[np.searchsorted(at, np.flatnonzero((tags == FORMULA) | (tags == NO_FORMULA))) - 1] = True
        return _Cells(begin[at], end[at] - (tags[at] == BLANK_CELL), row, first, last, formula)

    # ---- addresses, styles, types --------------------------------------------------------------------

    def _addresses(self, cells: _Cells, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The cells' codes, and where their address ends, behind the quotation mark."""
        begin = cells.begin
        _expect(self.eight[begin] & 0xFFFFFFFFFFFF, int.from_bytes(b'<c r="', "little"))
        word = self.four[begin + 6]
        letters = [((word >> shift) & 0xFF).astype(np.int64) - ord("A") for shift in (0, 8, 16)]
        is_letter = [(letter >= 0) & (letter < 26) for letter in letters]
        two = is_letter[1]
        three = two & is_letter[2]
        column = letters[0] + 1
        column = np.where(two, column * 26 + letters[1] + 1, column)
        column = np.where(three, column * 26 + letters[2] + 1, column)
        _expect(is_letter[0].all() and (column <= COLUMNS).all())
        digits = begin + 7 + two + three
        length, text, mask = (part[cells.row] for part in _row_texts(rows))
        _expect((self.eight[digits] ^ text) & mask, 0)
        codes = rows[cells.row] * COLUMNS + column - 1
        _expect((np.diff(codes) > 0).all())
        return codes, digits + length

    def _attributes(self, cells: _Cells, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of each cell the number of its style, and the letter of its type: n, s, b, e, d, or r for str."""
        before = self.eight[cells.end - 8]  # the last eight bytes of the tag
        kinds, end = np.full(len(at), ord("n"), dtype=np.uint8), cells.end.copy()
        short = _has_type(before)
        kinds[short] = ((before[short] >> 48) & 0xFF).astype(np.uint8)
        end[short] -= 6
        long = before == int.from_bytes(b' t="str"', "little")
        kinds[long], end[long] = ord("r"), end[long] - 8
        _expect(np.isin(kinds, list(b"nsberd")).all())
        styles, length = np.zeros(len(at), dtype=np.int64), end - at
        styled = length > 0
        _expect((length >= 0).all() and ((length[styled] >= 6) & (length[styled] <= 10)).all())
        _expect(self.four[at[styled]], int.from_bytes(b' s="', "little"))
        _expect(self.bytes[end[styled] - 1], ord('"'))
        for place in range(5):
            digit = styled & (length > place + 5)
            if not digit.any():
                break
            value = self.bytes[at[digit] + 4 + place].astype(np.int64) - ord("0")
            _expect(((value >= 0) & (value <= 9)).all())
            styles[digit] = styles[digit] * 10 + value
        return styles, kinds

    # ---- values --------------------------------------------------------------------------------------

    def _add(self, shared: Shared, filling: Filling, cells: _Cells, codes, styles, kinds) -> None:
        """Adds the cells that hold something."""
        filled = (cells.last > cells.first) | ((kinds == ord("r")) & (cells.first >= 0))
        kept = np.flatnonzero(filled | cells.formula)
        first, last, types = cells.first[kept], cells.last[kept], kinds[kept]
        filled = filled[kept]
        numbers, found = np.full(len(kept), np.nan), np.full(len(kept), PENDING, dtype=np.uint8)
        numeric = np.flatnonzero(filled & (types == ord("n")))
        numbers[numeric], found[numeric] = self._numbers(first[numeric], last[numeric]), NUMBER
        others: dict[int, object] = {}
        for position in numeric[(np.abs(numbers[numeric]) >= WHOLE) & np.isfinite(numbers[numeric])].tolist():
            text = self.content[first[position] : last[position]].decode()  # too large for a float to be exact
            if DIGITS.fullmatch(text) and len(text) < 400:
                others[position] = int(text)
        dates = shared.dates
        if dates:
            for position in numeric[np.isin(styles[kept[numeric]], list(dates))].tolist():
                is_length = dates[int(styles[kept[position]])]
                filling.dates[int(codes[kept[position]])] = float(numbers[position])
                others[position] = as_date(float(numbers[position]), is_length, shared.contents.from_1904)
                numbers[position], found[position] = np.nan, OTHER
        rest = np.flatnonzero(filled & (types != ord("n")))
        for position, start, end, kind in zip(
            rest.tolist(), first[rest].tolist(), last[rest].tolist(), types[rest].tolist(), strict=True
        ):
            others[position] = value = self._other(shared, kind, self.content[start:end])
            found[position] = SPACES if isinstance(value, str) and not value.strip() else OTHER
        at = np.array(sorted(others), dtype=np.int64)
        filling.add_block(codes[kept], found, numbers, at, [others[position] for position in at.tolist()])

    def _numbers(self, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """The numbers written there."""
        try:
            return read_decimals(self.eight, self.content, first, last)
        except ValueError:
            raise Unusual from None

    def _other(self, shared: Shared, kind: int, text: bytes):
        """What a cell of another kind than a number holds."""
        if kind == ord("s") and text.isdigit() and len(text) < 10 and int(text) < len(shared.texts):
            return shared.texts[int(text)]
        if kind == ord("b") and text in (b"0", b"1"):
            return text == b"1"
        if kind in b"re" and b"&" not in text and b"\r" not in text:
            try:
                return unescaped(text.decode())
            except UnicodeDecodeError:
                pass
        raise Unusual


def _has_type(word: np.ndarray) -> np.ndarray:
    """Whether eight bytes end in ` t="?"`."""
    mask = int.from_bytes(b"\0\0\xff\xff\xff\xff\0\xff", "little")
    return (word & np.uint64(mask)) == int.from_bytes(b'\0\0 t="\0"', "little")


def _row_texts(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each row: how many bytes `12"` has, the bytes as one number, and the mask of so many bytes."""
    written = [str(number).encode() + b'"' for number in rows.tolist()]
    length = np.array([len(text) for text in written])
    text = np.array([int.from_bytes(text, "little") for text in written], dtype=np.uint64)
    mask = np.array([(1 << 8 * len(text)) - 1 for text in written], dtype=np.uint64)
    return length, text, mask


def _expect(found, value=True) -> None:
    """Raises Unusual where something is not as expected."""
    if not np.all(found == value):
        raise Unusual
