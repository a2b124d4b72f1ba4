"""The package: the parts of an .xlsx file, looked at before anything in them is read.

An .xlsx file is a zip archive of XML parts. Its bytes come from a stranger: nothing that a header says is
believed, everything is counted while it is unpacked, and no part can name another one to be fetched.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from io import BytesIO
from itertools import islice
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo, is_zipfile

from xlnn.errors import FileError, LimitError, UsageError, Where, XlnnError
from xlnn.words import these

LARGE = 1 << 20  # bytes: a smaller part may inflate as it likes


CHUNK = 1 << 20  # bytes that are unpacked at a time


TOKEN = 4 << 20  # bytes: no tag or comment is longer; Expat looks at an unfinished one again from its beginning


ENCRYPTED = 0x1  # flag bit of a member of a zip archive


BROKEN = (BadZipFile, NotImplementedError, ValueError, struct.error, EOFError, OSError, RuntimeError, LookupError)


LARGE_FILE = "the file is larger than {limit} MiB. If you trust it, raise the limit with {option}."


TOO_MANY = "the workbook has more than {limit} parts. If you trust it, raise the limit with {option}."


TOO_LARGE = "the workbook becomes larger than {limit} MiB when it is unpacked. If you trust it, raise the limit with {option}."


BOMB = (
    "the part {part} becomes more than {limit} times as large when it is unpacked. "
    "If you trust the workbook, raise the limit with {option}."
)


TOO_DEEP = (
    "the part {part} has more than {limit} elements of XML within each other. "
    "If you trust the workbook, raise the limit with {option}."
)


@dataclass(frozen=True)
class Limits:
    """What a workbook may hold; one that wants more is refused (exit code 5). `--max-parts` … and `limits` raise them."""

    parts: int = 10_000  # members of the archive
    ratio: int = 200  # how many times as large a part over 1 MiB may become when it is unpacked
    size: int = 1024  # MiB of all parts together, unpacked
    depth: int = 256  # elements of XML within each other


_LIMITS = ContextVar("limits", default=Limits())  # noqa: B039 (frozen)


@contextmanager
def limits(**raised: int) -> Iterator[None]:
    """Within it workbooks may hold more.

    >>> with xlnn.limits(size=4096):                     # doctest: +SKIP
    ...     problem = xlnn.read("60000-images.xlsx")

    Raises UsageError for a limit that does not exist or is no positive whole number.
    """
    known = {field.name for field in fields(Limits)}
    for name, value in raised.items():
        if name not in known:
            raise UsageError("unknown limit {name}; known: {known}.", name=repr(name), known=these(sorted(known)))
        if type(value) is not int or value < 1:
            raise UsageError("{name} must be 1 or more, not {value}.", name=name, value=value)
    token = _LIMITS.set(replace(_LIMITS.get(), **raised))
    try:
        yield
    finally:
        _LIMITS.reset(token)


def allowed() -> Limits:
    """The limits that are in force."""
    return _LIMITS.get()


def larger_limits(path: Path) -> dict[str, int]:
    """The limits, by name, that are to be raised so that a workbook which xlnn wrote is read again, and to what."""
    with ZipFile(path) as package:
        members = package.infolist()
    needed = {"size": -(-sum(info.file_size for info in members) // (1 << 20)), "parts": len(members)}
    return {name: number for name, number in needed.items() if number > getattr(_LIMITS.get(), name)}


class Package:
    """The parts of a workbook by name; none is read before all of them were unpacked once and found harmless.

    Raises FileError (exit code 3) for what is no workbook or a damaged one, LimitError (5) for one over a limit.
    """

    def __init__(self, content: bytes, where: Where, other: bool = False):
        """`other`: an archive that is a workbook of another kind is taken, too."""
        self.where, self.limits = where, _LIMITS.get()
        self._content = memoryview(content)
        _refuse_others(content, where)
        self._members = self._listed(content)
        if not other:
            _refuse_other_packages(self, where)
        self._check()

    @classmethod
    def of_one_part(cls, content: bytes, where: Where) -> Package:
        """A file that is no archive but a part by itself: only `parse_chunks` can be asked of it."""
        package = cls.__new__(cls)
        package.where, package.limits = where, _LIMITS.get()
        package._content, package._members = memoryview(content), {}
        return package

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._members

    def names(self) -> list[str]:
        """The parts as the archive spells them."""
        return [_name(info) for info in self._members.values()]

    def read(self, part: str) -> bytes:
        return b"".join(self.chunks(part))

    def parse(self, part: str, start: Callable, end: Callable | None = None, text: Callable | None = None) -> None:
        """Reads a part's XML: `start(name, attributes)`, `end(name)`, `text(data)`; names are `namespace}local`.

        Raises FileError where the XML is broken or declares a document type, LimitError where it is too deep.
        """
        self.parse_chunks(part, self.chunks(part), start, end, text)

    def parse_chunks(
        self,
        part: str,
        chunks: Iterable[bytes],
        start: Callable,
        end: Callable | None = None,
        text: Callable | None = None,
        sheet: Where | None = None,
    ) -> None:
        """As `parse`, of a part whose unpacked bytes the caller has; errors name the `sheet` where it is one's."""
        from xml.parsers.expat import ExpatError

        parser, fed = self._parser(part, start, end, text), 0
        try:
            for chunk in chunks:
                parser.Parse(chunk, False)
                fed += len(chunk)
                self._check_token(part, fed - parser.CurrentByteIndex)
            parser.Parse(b"", True)
        except (ExpatError, ValueError, LookupError) as error:
            if isinstance(error, XlnnError):
                raise
            if sheet:
                raise FileError("the sheet is damaged ({reason}).", sheet, reason=str(error)[:100]) from None
            raise FileError(
                "the workbook is damaged: its part {part} is no XML that can be read ({reason}).",
                self.where, part=repr(part), reason=str(error)[:100],
            ) from None  # fmt: skip

    def _parser(self, part: str, start: Callable, end: Callable | None, text: Callable | None):
        from xml.parsers.expat import ParserCreate

        deep, most = 0, self.limits.depth

        def opened(name: str, attributes: dict) -> None:
            nonlocal deep
            deep += 1
            if deep > most:
                raise self._over_limit(TOO_DEEP, "--max-depth", most, part)
            start(name, attributes)

        def closed(name: str) -> None:
            nonlocal deep
            deep -= 1
            if end:
                end(name)

        parser = ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler, parser.EndElementHandler = opened, closed
        parser.StartDoctypeDeclHandler = lambda *declared: self._refuse_doctype(part)
        if text:
            parser.CharacterDataHandler = text
        return parser

    def _refuse_doctype(self, part: str) -> None:
        raise FileError("the part {part} declares a document type (DOCTYPE), as no workbook does. It is not read.",
                        self.where, part=repr(part))  # fmt: skip

    def _check_token(self, part: str, unfinished: int) -> None:
        if unfinished > TOKEN:
            raise FileError("the part {part} has a tag or comment of more than {limit} MiB, as no workbook has. It is not read.",
                            self.where, part=repr(part), limit=TOKEN >> 20)  # fmt: skip

    def _over_limit(self, message: str, option: str, limit: int, part: str = "") -> LimitError:
        return LimitError(message, self.where, option=option, limit=f"{limit:,}", part=repr(part))

    def _broken(self, part: str) -> FileError:
        return FileError(
            "the workbook is damaged: its part {part} cannot be unpacked. Copy or download it once more.",
            self.where, part=repr(part),
        )  # fmt: skip

    # ---- the archive ---------------------------------------------------------------------------------

    def _listed(self, content: bytes) -> dict[str, ZipInfo]:
        """The members by their names in small letters, as OPC compares them."""
        most = self.limits.parts
        over = self._over_limit(TOO_MANY, "--max-parts", most)
        if content.count(b"PK\x01\x02") > most:  # before each of them becomes an object
            raise over
        try:
            listed = ZipFile(BytesIO(content)).infolist()
        except BROKEN as error:
            raise FileError(
                "the workbook is damaged: its list of parts cannot be read. Copy or download it once more.", self.where
            ) from error
        if len(listed) > most:
            raise over
        found: dict[str, ZipInfo] = {}
        for info in listed:
            self._check_member(info)
            if found.setdefault(_name(info).casefold(), info) is not info:
                raise FileError(
                    "two parts of the workbook have the name {part}. Such a file is not read.", self.where, part=repr(_name(info))
                )
        return found

    def _check_member(self, info: ZipInfo) -> None:
        name = _name(info)
        if info.flag_bits & ENCRYPTED:
            raise FileError("the part {part} is encrypted. Save the workbook without a password.", self.where, part=repr(name))
        if ".." in name.split("/") or name.startswith("/") or re.match("[A-Za-z]:", name):
            raise FileError("the part {part} leads out of the workbook. Such a file is not read.", self.where, part=repr(name))
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise self._broken(name)

    def _packed(self, info: ZipInfo) -> memoryview:
        """A member's packed bytes."""
        start = info.header_offset
        header = bytes(self._content[start : start + 30])
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise self._broken(_name(info))
        start += 30 + sum(struct.unpack("<HH", header[26:30]))  # behind the name and the extra field
        packed = self._content[start : start + info.compress_size]
        if len(packed) < info.compress_size:
            raise self._broken(_name(info))
        return packed

    def chunks(self, part: str) -> Iterator[bytes]:
        """A part's bytes, at most 1 MiB at a time. Raises FileError where they cannot be unpacked."""
        info = self._members.get(part.casefold())
        if info is None:
            raise FileError("the workbook is damaged: its part {part} is missing.", self.where, part=repr(part))
        packed = self._packed(info)
        if info.compress_type == ZIP_STORED:
            yield from (bytes(packed[at : at + CHUNK]) for at in range(0, len(packed), CHUNK))
            return
        try:
            yield from _inflated(packed)
        except zlib.error as error:
            raise self._broken(part) from error

    # ---- every part, once ----------------------------------------------------------------------------

    def _check(self) -> None:
        """Unpacks every part once: its size, its checksum, and whether its XML begins as it should."""
        left = self.limits.size << 20
        for key, info in self._members.items():
            left -= self._check_part(key, info, left)

    def _check_part(self, key: str, info: ZipInfo, left: int) -> int:
        """The part's size. Raises as the class does."""
        name, size, crc, prolog = _name(info), 0, 0, None
        for chunk in self.chunks(key):
            if not size:
                prolog = _Prolog(self, name) if _is_xml(chunk) else None
            size, crc = size + len(chunk), zlib.crc32(chunk, crc)
            if size > left:
                raise self._over_limit(TOO_LARGE, "--max-size", self.limits.size)
            if size > LARGE and size > self.limits.ratio * max(1, info.compress_size):
                raise self._over_limit(BOMB, "--max-ratio", self.limits.ratio, name)
            if prolog:
                prolog.feed(chunk)
        if size != info.file_size or crc != info.CRC:
            raise self._broken(name)
        return size


class _Prolog:
    """Looks at a part's XML until its first element: only there a document type can be declared."""

    def __init__(self, package: Package, part: str):
        self._parser, self._over = package._parser(part, self._begun, None, None), False
        self._fed, self._step = 0, 1 << 10
        self._check_token = lambda unfinished: package._check_token(part, unfinished)

    def _begun(self, *_) -> None:
        self._over = True
        self._parser.StartElementHandler = self._parser.EndElementHandler = None

    def feed(self, chunk: bytes) -> None:
        from xml.parsers.expat import ExpatError

        at = 0
        while not self._over and at < len(chunk):
            piece = chunk[at : at + self._step]
            try:
                self._parser.Parse(piece, False)
                self._fed += len(piece)
                self._check_token(self._fed - self._parser.CurrentByteIndex)
            except (ExpatError, LookupError, ValueError) as error:
                if isinstance(error, FileError | LimitError):
                    raise
                self._over = True  # not XML, or broken: whoever needs the part will say so
            at, self._step = at + len(piece), min(self._step * 2, CHUNK)


def _inflated(packed: memoryview) -> Iterator[bytes]:
    """Deflated bytes unpacked, at most a chunk at a time, whatever the archive says of their number."""
    if not packed:  # some programs write an empty part without even the end of its one block
        return
    inflater, piece = zlib.decompressobj(-zlib.MAX_WBITS), 1 << 16
    for at in range(0, len(packed), piece):
        rest: bytes | memoryview = packed[at : at + piece]
        while rest and not inflater.eof:
            chunk = inflater.decompress(rest, CHUNK)
            rest = inflater.unconsumed_tail
            if chunk:
                yield chunk
    while not inflater.eof:
        chunk = inflater.decompress(b"", CHUNK)
        if not chunk:
            raise zlib.error("its end is missing")
        yield chunk


def _name(info: ZipInfo) -> str:
    return info.filename.replace("\\", "/")


def _is_xml(beginning: bytes) -> bool:
    """Whether these may be the first bytes of XML, in UTF-8 or UTF-16; blanks may stand before it."""
    begun = beginning[:4096].lstrip(b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n")
    return not begun or begun.startswith(b"<")


# ---- what else a file may be ---------------------------------------------------------------------------

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old .xls, and .xlsx with a password


ENCRYPTED_PARTS, OLD_PARTS = ("EncryptedPackage",), ("Workbook", "Book")


OTHERS = (  # first bytes, and what such a file is
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a text document"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"Rar!", "an archive"),
    (b"\x1f\x8b", "an archive"),
)


NUMBERS = "a Numbers document"


NO_WORKBOOK = (
    "this is no workbook that is read (.xlsx, .ods, .xls, .xlsb). "
    "Open it in Excel or LibreOffice, choose File › Save As, and take the type Excel workbook (.xlsx)."
)


OTHER_KIND = (
    "this is {what}, not a workbook. "
    "Open it in Excel or LibreOffice, choose File › Save As, and take the type Excel workbook (.xlsx)."
)


PACKAGES = (  # a part, and what a package with it is
    ("xl/workbook.bin", "a binary workbook (.xlsb)"),
    ("content.xml", "an OpenDocument file (.ods)"),
    ("word/document.xml", "a text document"),
    ("ppt/presentation.xml", "a presentation"),
    ("index/document.iwa", NUMBERS),
    ("index.zip", NUMBERS),
)


ODF, OLD, IMAGES = "open document", "old workbook", "images"


def file_kind(content: bytes) -> str:
    """What kind of file is made into a workbook first: an OpenDocument, an old or binary workbook, a table of images.

    "" for an .xlsx workbook, and for whatever is none that can be read: that is refused when it is opened.
    """
    if content.startswith(b"PK"):  # the names stand in the archive as they are
        if b"[Content_Types].xml" in content:
            return OLD if b"xl/workbook.bin" in content and b"xl/workbook.xml" not in content else ""
        return ODF if b"content.xml" in content and b"index/document.iwa" not in content else ""
    if content.startswith(COMPOUND):
        encrypted, old = (any(name.encode("utf-16-le") in content for name in names) for names in (ENCRYPTED_PARTS, OLD_PARTS))
        return OLD if old and not encrypted else ""
    if is_zipfile(BytesIO(content)):
        return ""
    what = _kind_of_file(content)
    return {"an OpenDocument file (.ods)": ODF, "a text file (CSV)": IMAGES}.get(what, "")


def _refuse_others(content: bytes, where: Where) -> None:
    """Raises FileError for everything that is no whole zip archive, saying what it is where its first bytes tell."""
    if not content:
        raise FileError("this file is empty. Copy or download it once more.", where)
    if content.startswith(COMPOUND):
        raise _compound(content, where)
    if content.startswith(b"PK") and not is_zipfile(BytesIO(content)):
        raise FileError("the workbook is damaged: its end is missing. Copy or download it once more.", where)
    if not is_zipfile(BytesIO(content)):
        raise _no_workbook(_kind_of_file(content), where)


def _no_workbook(what: str, where: Where) -> FileError:
    if what == NUMBERS:
        return FileError("this is a Numbers document. In Numbers choose File › Export To › Excel.", where)
    if not what:
        return FileError(NO_WORKBOOK, where)
    return FileError(OTHER_KIND, where, what=what)


def _compound(content: bytes, where: Where) -> FileError:
    """A compound file has a directory of names in UTF-16."""
    if ENCRYPTED_PARTS[0].encode("utf-16-le") in content:
        return FileError(
            "the workbook is protected by a password. Open it in Excel or LibreOffice and save it without a password.", where
        )
    if any(name.encode("utf-16-le") in content for name in OLD_PARTS):
        return FileError(OTHER_KIND, where, what="an old workbook (.xls)")
    return FileError(
        "the workbook is protected by a password or in the old .xls format. "
        "Open it in Excel or LibreOffice and save it as .xlsx without a password.",
        where,
    )


def _kind_of_file(content: bytes) -> str:
    """What a file is whose bytes are no archive; "" where they do not tell."""
    for first, what in OTHERS:
        if content.startswith(first):
            return what
    text = _text(content[:4096])
    beginning = text.lstrip("\ufeff \t\r\n").lower()
    if "urn:schemas-microsoft-com:office:spreadsheet" in beginning:
        return "a workbook in the XML format of Excel 2003"
    if "office:document" in beginning:
        return "an OpenDocument file (.ods)"
    if beginning.startswith(("<!doctype html", "<html", "<table", "<meta")):
        return "a web page (HTML)"
    return "a text file (CSV)" if text and not beginning.startswith("<") else ""


def _text(beginning: bytes) -> str:
    """The bytes as text, "" where they are none: UTF-16 with its mark, else anything without control characters."""
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return beginning[: len(beginning) // 2 * 2].decode("utf-16", "replace")
    return "" if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", beginning) else beginning.decode("utf-8", "replace")


def _refuse_other_packages(package: Package, where: Where) -> None:
    """Raises FileError for an archive that is no .xlsx workbook."""
    for part, what in PACKAGES:
        if part in package:
            raise _no_workbook(what, where)
    if "[Content_Types].xml" not in package:
        inside = next((name for name in package.names() if name.lower().endswith((".xlsx", ".xlsm"))), None)
        if inside:
            raise FileError("this is an archive with {part} in it. Unpack it first.", where, part=repr(inside))
        raise _no_workbook("", where)


READ = (".xlsx", ".xlsm", ".ods", ".fods", ".xls", ".xlsb", ".csv")  # endings of files that are read as workbooks


def _nearest(path: Path) -> str:
    """The file of the same folder whose name is most like this one, "" where none is: as it is typed, to be given instead."""
    try:
        names = sorted(entry.name for entry in islice(os.scandir(path.parent), 10_000) if entry.name.lower().endswith(READ))
    except OSError:
        return ""
    typed = Path(path.name.casefold())
    by_stem = {Path(name).stem.casefold(): name for name in names if not name.startswith(("~$", ".~lock", "."))}
    same = [by_stem[stem] for stem in (typed.stem, typed.name) if stem in by_stem]
    found = same or [by_stem[stem] for stem in get_close_matches(typed.stem, by_stem, 1, 0.7)]
    return repr(str(path.with_name(found[0]))) if found else ""


def read_file(path: Path) -> bytes:
    """A file's bytes. Raises FileError where it is missing or cannot be read, LimitError where it is too large."""
    where, most = Where(path.name), _LIMITS.get().size
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            raise FileError("this is a device or a pipe, not a workbook.", where)
        if found.st_size > most << 20:
            raise LimitError(LARGE_FILE, where, limit=f"{most:,}", option="--max-size")
        return path.read_bytes()
    except XlnnError:
        raise
    except FileNotFoundError:
        folder, near = path.resolve().parent, _nearest(path)
        if near:
            said = "there is no such file; looked in {folder}. Did you mean {name}?"
            raise FileError(said, where, folder=folder, name=near) from None
        raise FileError("there is no such file; looked in {folder}.", where, folder=folder) from None
    except IsADirectoryError:
        raise FileError("this is a folder, not a workbook.", where) from None
    except OSError as error:
        raise FileError("the file cannot be read: {reason}.", where, reason=error.strerror) from None
