"""Saving so that nothing is lost: a temporary file in the same folder, synced, read again, then put in place at once.

Whatever happens meanwhile, the name holds the whole old file or the whole new one. docs/saving.md says what is
promised; it is kept here and nowhere else.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import signal
import stat
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO
from pathlib import Path
from zipfile import ZipFile

from xlsxwriter.exceptions import XlsxWriterException

from xlnn.errors import SavedBeside, SaveError, Where, XlnnError
from xlnn.xlsx.seals import seal, untouched, written_by_xlnn

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed
    fcntl = None


TEMPORARY = re.compile(r"\.xlnn-[0-9a-f]{16}~")  # names of the temporary files, of no other program's


DAY = 24 * 60 * 60.0  # seconds after which nobody writes any more to what has not changed


PAUSES = (0.1, 0.2, 0.4, 0.8, 1.0)  # seconds between the tries to replace a file that another program holds


BUFFER = 1 << 18  # bytes
PACKED, WAITING = 4, 8  # bytes that a number takes at least: in a workbook, and before that where it waits


# ---- before anything is computed ---------------------------------------------------------------------


def check_target(path: Path, inputs: Sequence[Path] = (), force: bool = False) -> None:
    """Raises SaveError where a workbook `path` is an input, not what xlnn wrote (without `force`), or cannot be written."""
    if path.suffix.lower() != ".xlsx":
        raise SaveError("expected a name that ends in .xlsx.", Where(path.name))
    check_place(path, inputs, force)


def check_place(path: Path, inputs: Sequence[Path] = (), force: bool = False) -> None:
    """The same for a workbook or a picture."""
    where = Where(path.name)
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
    if path.exists() and not force and not untouched(path):
        if written_by_xlnn(path):
            raise SaveError("the file was edited since xlnn wrote it; --force replaces it.", where)
        raise SaveError("the file exists and xlnn did not write it; --force replaces it.", where)
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise SaveError("no permission to write here.", where)


def _same(path: Path, other: Path) -> bool:
    """Whether two names mean one file: through links, and with other case where the file system has one for both."""
    try:
        return path.samefile(other)
    except OSError:
        return os.path.realpath(path) == os.path.realpath(other)


def check_space(path: Path, numbers: int) -> None:
    """Raises SaveError where a workbook of so many numbers surely finds no room at `path`, or the numbers none meanwhile.

    They wait in the system's temporary folder; where that is on the same file system, both are needed there together.
    """
    try:
        here, there = path.parent, Path(tempfile.gettempdir())
    except OSError as error:  # no such folder takes a file
        raise SaveError("the file cannot be written: {reason}.", Where(path.name), reason=error.strerror) from None
    together = here.stat().st_dev == there.stat().st_dev
    for folder, each in ((here, PACKED + WAITING * together), (there, WAITING)):
        space = shutil.disk_usage(folder)
        if space.total and space.free < numbers * each:  # some network folders tell nothing: 0 of 0
            raise SaveError(
                "the result needs at least {needed} MB in {folder}, where {free} MB are free; --keep and --detail write less.",
                Where(path.name), needed=f"{numbers * each / 1e6:,.1f}", folder=folder, free=f"{space.free / 1e6:,.1f}",
            )  # fmt: skip


# ---- the new file ------------------------------------------------------------------------------------


class NewFile(BufferedWriter):
    """The file that `replacing` gives to be written: open, locked, under a temporary name.

    `path` is where it lies when it is saved: the name that was asked for, or one beside it. Once abandoned it takes
    whatever is written and keeps nothing: an archive that broke off still writes its end when Python clears it away.
    """

    def __init__(self, temporary: Path, path: Path, mode: int):
        super().__init__(FileIO(temporary, "x", opener=lambda name, flags: os.open(name, flags, mode)), BUFFER)
        self.temporary, self.path = temporary, path
        self.at = 0  # where it would be, once abandoned

    def abandon(self) -> None:
        """Closes the file without what is not yet written; harmless for a file that is closed."""
        self.raw.close()

    def write(self, data) -> int:
        if not self.closed:
            return super().write(data)
        self.at += len(data)
        return len(data)

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        if not self.closed:
            return super().seek(position, whence)
        self.at = position
        return position

    def tell(self) -> int:
        return self.at if self.closed else super().tell()

    def flush(self) -> None:
        if not self.closed:
            super().flush()


@contextmanager
def replacing(path: Path, force: bool = False) -> Iterator[NewFile]:
    """Gives a new file to be written; at the end it is sealed and replaces `path`, or on an error vanishes.

    Where another program holds `path` (Excel on Windows), or something stands there at the end that is not as xlnn wrote
    it (without `force`), the file is saved beside it as "name (1).xlsx": its `path` then says so, and SavedBeside is
    warned. Raises SaveError where the folder or the disk refuses.
    """
    where, target = Where(path.name), Path(os.path.realpath(path)) if path.is_symlink() else path
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    # the name is known before the file exists, so that an interruption in between leaves nothing
    temporary, file, handled = _new_name(target), None, sys.exc_info()[1]
    sweep(target.parent)
    with _ended_by_exceptions():
        try:
            while file is None or _swept(file):
                temporary = _new_name(target)
                file = _create(temporary, path, mode, where)
            yield file
            file.flush()
            _sealed(temporary, path.suffix.lower(), where)
            os.fsync(file.fileno())
            if path.suffix.lower() == ".xlsx":
                _read_again(temporary, where)
            if mode is not None:
                with suppress(OSError):  # some file systems have no such bits; then they are not looser than they were
                    os.chmod(temporary, mode)
            _put_in_place(file, target, force)
        except Exception as error:
            if (interruption := _interruption(error, handled)) is not None:
                raise interruption from None
            if isinstance(error, (OSError, XlsxWriterException)) and not isinstance(error, XlnnError):
                raise SaveError("the file cannot be written: {reason}.", where, reason=_reason(error)) from None
            raise
        finally:
            _clear_away(file, temporary)


def _new_name(target: Path) -> Path:
    return target.with_name(f".xlnn-{secrets.token_hex(8)}~")


def _create(temporary: Path, path: Path, mode: int | None, where: Where) -> NewFile:
    """The new file with the rights of the one that it is to replace, or those that the system gives."""
    try:
        _running.add(temporary.name)
        return NewFile(temporary, path, 0o666 if mode is None else mode)
    except OSError as error:
        if error.errno == errno.ENOENT and path.parent.is_dir():  # as in /proc: the folder is there
            text = "the folder {folder} takes no new files; choose another one with --output."
            raise SaveError(text, where, folder=path.parent) from None
        raise SaveError("the folder cannot be written to: {reason}.", where, reason=_reason(error)) from None


def _clear_away(file: NewFile | None, temporary: Path) -> None:
    with suppress(OSError):  # what was synced does not get lost when it is closed
        if file is not None:
            file.abandon()
    with suppress(OSError):  # else the next run's sweep finds it
        temporary.unlink(missing_ok=True)
    _running.discard(temporary.name)


def _interruption(error: BaseException | None, handled: BaseException | None) -> BaseException | None:
    """The interruption that `error` hides, after what was `handled` before: an archive that is left while a part of it is
    being written complains of that."""
    while error is not handled and isinstance(error, Exception):
        error = error.__context__
    return None if error is handled else error


def _reason(error: Exception) -> str:
    """What the system says; XlsxWriter wraps it."""
    inner = error.args[0] if error.args and isinstance(error.args[0], OSError) else error
    return getattr(inner, "strerror", None) or str(inner)


def _read_again(path: Path, where: Where) -> None:
    """Raises SaveError unless the file is a whole archive: every checksum right, and every part there that it lists."""
    try:
        with ZipFile(path) as package:
            listed = re.findall(r'PartName="/([^"]+)"', package.read("[Content_Types].xml").decode())
            bad = package.testzip() or next((part for part in listed if part not in package.namelist()), None)
    except OSError:
        raise
    except Exception as error:  # a damaged archive brings about any
        raise _damaged(str(error) or type(error).__name__, where) from None
    if bad:
        raise _damaged(bad, where)


def _sealed(path: Path, suffix: str, where: Where) -> None:
    try:
        seal(path, suffix)
    except OSError:
        raise
    except Exception as error:  # as above
        raise _damaged(str(error) or type(error).__name__, where) from None


def _damaged(part: str, where: Where) -> SaveError:
    return SaveError("the file does not read back as it was written ({part}). Is the disk all right?", where, part=part)


def _put_in_place(file: NewFile, target: Path, force: bool) -> None:
    """Renames the file to its name, or to one beside it where that is held or not to be replaced; then it lasts."""
    if fcntl is None:
        file.close()  # Windows renames no open file; elsewhere the lock holds until the end
    asked = file.path
    edited = not force and asked.exists() and not untouched(asked)
    if edited or not _renamed(file.temporary, target):
        file.path = _renamed_beside(file.temporary, target)
    with suppress(OSError):  # not every system syncs folders; the file itself is whole in any case
        _sync_folder(target.parent)
    if file.path != asked:
        warnings.warn(SavedBeside(asked, file.path, edited), stacklevel=5)  # of the code that called write, new …


def _renamed(temporary: Path, target: Path) -> bool:
    """Whether the file could be replaced within a moment."""
    for pause in (*PAUSES, None):
        try:
            os.replace(temporary, target)
            return True
        except PermissionError:
            if pause is not None:
                time.sleep(pause)
    return False


def _renamed_beside(temporary: Path, target: Path) -> Path:
    """The first free name of "name (1).xlsx", "name (2).xlsx" …, which the file has now."""
    number = 1
    while True:
        beside = target.with_name(f"{target.stem} ({number}){target.suffix}")
        if not os.path.lexists(beside):
            with suppress(FileExistsError):  # Windows: another run was quicker
                os.rename(temporary, beside)
                return beside
        number += 1


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


# ---- runs that end before their time -----------------------------------------------------------------


@contextmanager
def _ended_by_exceptions() -> Iterator[None]:
    """SIGTERM and its like raise an exception first, so that all is cleared away, and then end the process as ever.

    Ctrl-C does so of its own accord. Who handles a signal himself goes on doing so; and only the main thread can.
    """
    caught: list[int] = []

    def end(number: int, _) -> None:
        caught.append(number)
        if len(caught) == 1:
            raise SystemExit(128 + number)

    taken = [number for number in _ending_signals() if signal.getsignal(number) is signal.SIG_DFL]
    try:
        for number in taken:
            signal.signal(number, end)
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
        if caught:
            signal.raise_signal(caught[0])


def _ending_signals() -> list[int]:
    if threading.current_thread() is not threading.main_thread():
        return []
    return [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


_running: set[str] = set()  # this process's own temporary files: over a network a lock does not keep its own threads out


def _swept(file: NewFile) -> bool:
    """Locks a new file. Whether another run's sweep took it first; then it is closed."""
    with suppress(OSError):  # a file system without locks; there nothing is swept either
        if not (locked(file.fileno()) and file.temporary.exists()):
            file.abandon()
    return file.closed


def locked(number: int) -> bool:
    """Whether the lock on an open file was free, and is ours now. It ends with the process, however that ends."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def sweep(folder: Path) -> None:
    """Removes the temporary files of killed runs from a folder; those of runs that go on are left alone."""
    with suppress(OSError):
        for name in os.listdir(folder):
            if TEMPORARY.fullmatch(name) and name not in _running:
                with suppress(OSError):  # somebody else's, or open on Windows
                    _remove_left(folder / name)


def _remove_left(path: Path) -> None:
    """Removes a regular file that nobody has locked; without locks one of yesterday, for Windows keeps open ones."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return
    if fcntl is None:
        if _old(path):
            path.unlink()
        return
    number = os.open(path, os.O_RDWR)
    try:
        if locked(number):
            path.unlink()
    finally:
        os.close(number)


def _old(path: Path) -> bool:
    return time.time() - path.lstat().st_mtime > DAY
