"""Packages written byte by byte, so that they can lie: zip archives, and the compound files of old or encrypted workbooks."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from zipfile import ZIP_DEFLATED, ZIP_STORED

FREE, END, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF  # of a compound file: a free sector, the end of a chain, no entry


@dataclass(frozen=True)
class Member:
    """One part of a zip archive. What is None is told truly; everything else stands in the headers as it is given."""

    name: str
    data: bytes = b""
    method: int = ZIP_DEFLATED
    packed: bytes | None = None  # the compressed bytes
    flags: int = 0
    crc: int | None = None
    size: int | None = None  # after inflating
    packed_size: int | None = None
    local: Mapping = ()  # fields that the header before the bytes tells otherwise than the directory: {"size": 3}
    system: int = 0  # of file attributes: 0 MS-DOS, 3 Unix
    attributes: int = 0
    at: int | None = None  # where the directory says that the member begins; its bytes are left out

    def honest(self) -> Member:
        """With all fields filled in."""
        packed = self.packed
        if packed is None:
            deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
            packed = self.data if self.method != ZIP_DEFLATED else deflate.compress(self.data) + deflate.flush()
        return replace(
            self,
            packed=packed,
            crc=zlib.crc32(self.data) if self.crc is None else self.crc,
            size=len(self.data) if self.size is None else self.size,
            packed_size=len(packed) if self.packed_size is None else self.packed_size,
            flags=self.flags | (0 if self.name.isascii() else 0x800),
        )


def repeated(name: str, block: bytes, times: int, head: bytes = b"", tail: bytes = b"") -> Member:
    """A member of `head`, `times` times a block, and `tail`, packed without holding all of it."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = deflate.compress(head + block) + deflate.flush(zlib.Z_FULL_FLUSH)
    again = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)  # refers to nothing before it
    crc = zlib.crc32(head)
    for _ in range(times):
        crc = zlib.crc32(block, crc)
    last = deflate.compress(tail) + deflate.flush()
    size = len(head) + times * len(block) + len(tail)
    return Member(name, packed=first + again * (times - 1) + last, crc=zlib.crc32(tail, crc), size=size)


def members(parts: Mapping[str, bytes]) -> list[Member]:
    return [Member(name, data) for name, data in parts.items()]


def zipped(
    given: Mapping[str, bytes] | Iterable[Member], before: bytes = b"", comment: bytes = b"", count: int | None = None
) -> bytes:
    """A zip archive of these members; `before` and `comment` stand around it, `count` is what its end says of them."""
    found, directory, length = [before], [], len(before)
    for member in (m.honest() for m in (members(given) if isinstance(given, Mapping) else given)):
        start = length if member.at is None else member.at
        if member.at is None:
            told = replace(member, **dict(member.local))
            found.append(b"PK\3\4" + struct.pack("<H", 20) + _fields(told) + _name(told) + member.packed)
            length += len(found[-1])
        directory.append(
            b"PK\1\2" + struct.pack("<BBH", 20, member.system, 20) + _fields(member)
            + struct.pack("<HHHLL", 0, 0, 0, member.attributes, start) + _name(member)
        )  # fmt: skip
    content, listed = b"".join(found), b"".join(directory)
    number = min(len(directory), 0xFFFF) if count is None else count
    end = struct.pack("<HHHHLLH", 0, 0, number, number, len(listed), len(content), len(comment))
    return content + listed + b"PK\5\6" + end + comment


def _fields(member: Member) -> bytes:
    """What both headers have in the same order: flags, method, date 1980-01-01, checksum, sizes, length of the name."""
    sizes = (member.crc, member.packed_size, member.size)
    return struct.pack("<HHHHLLLHH", member.flags, member.method, 0, 33, *sizes, len(_name(member)), 0)


def _name(member: Member) -> bytes:
    return member.name.encode("utf-8")


def stored(parts: Mapping[str, bytes]) -> bytes:
    """Without compression."""
    return zipped(Member(name, data, ZIP_STORED) for name, data in parts.items())


def compound(*streams: str) -> bytes:
    """An OLE compound file with empty streams of these names: old .xls files and encrypted .xlsx files are such files."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<109L", 0, *[FREE] * 108)
    table = struct.pack("<128L", 0xFFFFFFFD, END, *[FREE] * 126)
    entries = [_entry("Root Entry", 5, 1 if streams else NONE)]
    entries += [_entry(name, 2, NONE, right=i + 2 if i + 1 < len(streams) else NONE) for i, name in enumerate(streams)]
    return header + table + b"".join(entries).ljust(512, b"\0") + bytes(512)


def _entry(name: str, kind: int, child: int, right: int = NONE) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBBLLL", len(text) + 2, kind, 1, NONE, right, child)
    return head + bytes(36) + struct.pack("<LQ", END, 0)
