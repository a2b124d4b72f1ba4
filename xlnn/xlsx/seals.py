"""How a file shows that it is still what xlnn wrote: a mark, and a seal, the digest of all that is in the file besides.

A workbook's mark is the custom property MARK, which a spreadsheet program keeps when it saves; its seal is a part of its
own, which no program keeps and no document refers to. The digest is of the names, sizes and checksums of all other parts,
as the archive's directory lists them: whatever is edited, some part's checksum differs; and a file of any size is judged
by its directory alone. A picture's mark is the text MADE near its beginning, its seal a comment at its end.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MARK = "xlnn"  # name of the custom property that tells that xlnn wrote a workbook


MADE = "made by xlnn"  # stands in every picture


SEAL = "docProps/xlnn.xml"  # the part with the digest


SEALED = b"xlnn-seal-"  # before the digest in a picture


BLOCK = 1 << 20  # bytes


IEND = b"\x00\x00\x00\x00IEND\xaeB`\x82"  # how every PNG ends


def written_by_xlnn(path: Path) -> bool:
    """Whether a file carries xlnn's mark; somebody may have edited it since."""
    try:
        if path.suffix.lower() in PICTURES:
            with path.open("rb") as file:
                return MADE.encode() in file.read(1 << 16)
        with ZipFile(path) as package, package.open("docProps/custom.xml") as part:
            return f'name="{MARK}"'.encode() in part.read(1_000_000)
    except Exception:  # whatever a foreign or broken file brings about: it is not ours
        return False


def untouched(path: Path) -> bool:
    """Whether a file is, part for part, as xlnn wrote it; what an older xlnn wrote without a seal counts as edited."""
    try:
        if path.suffix.lower() in PICTURES:
            return _picture_untouched(path)
        with ZipFile(path) as package:
            return package.read(SEAL) == _seal_of(package)
    except Exception:  # as above
        return False


def seal(path: Path, suffix: str) -> None:
    """Adds the seal to a file that is whole otherwise, a workbook or picture by `suffix`; others are left as they are."""
    if suffix in PICTURES:
        _seal_picture(path, *PICTURES[suffix])
    elif suffix == ".xlsx":
        with ZipFile(path, "a") as package:
            part = ZipInfo(SEAL)  # of 1980, as all parts are
            part.compress_type = ZIP_DEFLATED
            package.writestr(part, _seal_of(package))


def _seal_of(package: ZipFile) -> bytes:
    parts = [(part.filename, part.file_size, part.CRC) for part in package.infolist() if part.filename != SEAL]
    digest = hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<seal sha256="{digest}"/>'.encode()


# ---- pictures ----------------------------------------------------------------------------------------


def _png_end(text: bytes) -> bytes:
    return zlib.crc32(b"tEXtSeal\x00" + text).to_bytes(4) + IEND


LENGTH = len(SEALED) + 64


# by ending: what every such picture ends with, what comes before the seal, and after it
PICTURES = {
    ".png": (IEND, (LENGTH + 5).to_bytes(4) + b"tEXtSeal\x00", _png_end),
    ".svg": (b"", b"<!-- ", lambda text: b" -->\n"),
    ".gif": (b"\x3b", b"\x21\xfe" + bytes([LENGTH]), lambda text: b"\x00\x3b"),
}


def _seal_picture(path: Path, end: bytes, before: bytes, after) -> None:
    with path.open("r+b") as file:
        start = file.seek(max(0, path.stat().st_size - len(end)))
        if file.read() != end:
            raise ValueError(f"{end!r} at the end")
        file.seek(start)
        file.truncate()
        file.write(before)
        file.flush()
        text = SEALED + _digest(path, file.tell())
        file.write(text + after(text))


def _picture_untouched(path: Path) -> bool:
    """The seal, what stands behind it, and that all before it gives its digest."""
    _, before, after = PICTURES[path.suffix.lower()]
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 2 * LENGTH))
        found = re.search(re.escape(before) + b"(" + SEALED + b"([0-9a-f]{64}))(.*)", file.read(), re.DOTALL)
    return found is not None and found[3] == after(found[1]) and _digest(path, size - len(found[1] + found[3])) == found[2]


def _digest(path: Path, size: int) -> bytes:
    """The digest of the first `size` bytes of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while size > 0:
            block = file.read(min(BLOCK, size))
            found.update(block)
            size -= len(block) or size
    return found.hexdigest().encode()
