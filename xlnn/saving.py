"""Saving so that nothing is lost: a temporary file in the same folder, synced, then put in place at once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from xlsxwriter.exceptions import FileCreateError

from xlnn.errors import SaveError, Where

MARK = "xlnn"  # name of the custom property that tells that xlnn wrote a workbook


def written_by_xlnn(path: Path) -> bool:
    """Whether a workbook carries xlnn's mark."""
    try:
        with ZipFile(path) as package:
            return f'name="{MARK}"'.encode() in package.read("docProps/custom.xml")
    except (BadZipFile, KeyError, OSError):
        return False


def check_target(path: Path, inputs: Sequence[Path] = (), force: bool = False) -> None:
    """Raises SaveError where `path` is an input, a foreign file (without `force`), or cannot be written."""
    where = Where(path.name)
    if path.suffix.lower() != ".xlsx":
        raise SaveError("expected a name that ends in .xlsx.", where)
    try:
        path.exists()
    except OSError as error:
        raise SaveError("the file cannot be written: {reason}.", where, reason=error.strerror) from None
    for given in inputs:
        if _same(path, given):
            raise SaveError("the output would overwrite the input; choose another name with --output.", where)
    if not path.parent.is_dir():
        raise SaveError("there is no folder {folder}.", where, folder=path.parent)
    if path.is_dir():
        raise SaveError("this is a folder.", where)
    if path.exists() and not force and not written_by_xlnn(path):
        raise SaveError("the file exists and xlnn did not write it; --force replaces it.", where)
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise SaveError("no permission to write here.", where)


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return path.resolve() == other.resolve()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives the name of a temporary file to write; at the end it replaces `path`, or on an error vanishes.

    Raises SaveError where the folder or the disk refuses, or the file is open in Excel.
    """
    where = Where(path.name)
    try:
        handle, name = tempfile.mkstemp(suffix=".xlsx~", prefix=f".{path.stem}-", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise SaveError("the folder cannot be written to: {reason}.", where, reason=error.strerror) from None
    temporary = Path(name)
    try:
        yield temporary
        _sync(temporary)
        os.chmod(temporary, path.stat().st_mode if path.exists() else 0o666 & ~_umask())
        os.replace(temporary, path)
    except PermissionError:
        raise SaveError("the file cannot be replaced. Is it open in Excel? Close it and try again.", where) from None
    except SaveError:
        raise
    except (OSError, FileCreateError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SaveError("the file cannot be written: {reason}.", where, reason=reason) from None
    finally:
        temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
