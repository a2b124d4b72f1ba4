"""The journal of a sweep: a file that gets a line for every part that is done, so that a sweep can go on after an end.

Its first line tells which sweep it belongs to; the others are JSON, every number so that it reads back to the bit.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlnn._version import __version__
from xlnn.errors import SaveError, UsageError, Where
from xlnn.model.many import Courses
from xlnn.sweeps.jobs import Done
from xlnn.xlsx.saving import locked

if TYPE_CHECKING:
    from xlnn.sweeps.grid import Grid

PART = '{"index": '  # how every line but the first begins


FOREIGN = "the journal of the sweep would stand here, but xlnn did not write this file; move it, or choose another --output."


@dataclass
class Journal:
    """`parts` were done before; `add` keeps another one, `forget` leaves nothing to go on with."""

    parts: list[Done] = field(default_factory=list)
    file: FileIO | None = None
    where: Where | None = None
    others: bool = False  # whether it is another sweep's

    @classmethod
    @contextmanager
    def of(cls, grid: Grid, path: str | Path | None, resume: bool = False) -> Iterator[Journal]:
        """The journal at `path` (None: nowhere), begun anew or, with `resume`, gone on with; nobody else's meanwhile.

        It stays where parts are done. Raises UsageError where there is nothing to resume, or another sweep's journal;
        SaveError where something else stands at `path`, another sweep has it, or it cannot be written.
        """
        if path is None:
            yield cls()
            return
        path = Path(path)
        if resume and not path.exists():
            raise UsageError("there is no interrupted sweep to resume: {path} is missing. Leave out --resume.", path=path.name)
        journal = cls(file=_opened(path), where=Where(path.name))
        try:
            journal.begin({"xlnn": __version__, "sweep": digest(grid)}, resume)
            yield journal
        finally:
            _close(journal.file, None if journal.parts or journal.others else path)

    def begin(self, head: dict, resume: bool) -> None:
        """Reads what is done, or writes the first line."""
        if not resume:
            self.file.truncate(0)
            self._write(head)
            return
        first, *lines = [_parsed(line) for line in _lines(self.file)] or [None]
        if first != head:
            self.others = True
            raise UsageError(
                "{path} is of another sweep, or of another version of xlnn. Leave out --resume to begin anew.",
                path=self.where.workbook,
            )
        self.parts += [_part(line) for line in lines if line]
        self._write(None)  # the last line may have been cut off

    def add(self, part: Done) -> None:
        """Keeps a part. Raises SaveError where the disk refuses; what was kept before is still whole then."""
        if self.file:
            courses = {name: array.tolist() for name, array in asdict(part.courses).items()}
            self._write({"index": part.index, "numbers": part.numbers, "seconds": part.seconds, "courses": courses})
        self.parts.append(part)

    def forget(self) -> None:
        """All is done and written elsewhere; at the end the file goes."""
        self.parts.clear()

    def _write(self, line: dict | None) -> None:
        start = self.file.seek(0, os.SEEK_END)
        left = ((json.dumps(line) if line else "") + "\n").encode()
        try:
            while left:
                left = left[self.file.write(left) :]
        except OSError as error:
            with suppress(OSError):
                self.file.truncate(start)
            text = "the file cannot be written: {reason}."
            if self.parts:
                text = "the file cannot be written: {reason}. It has the runs that are done; --resume goes on with them."
            raise SaveError(text, self.where, reason=error.strerror) from None


def _opened(path: Path) -> FileIO:
    """The file, made where there is none, and locked. Never another's, and no link: what is behind it is not a journal's.

    Raises SaveError where xlnn did not write it, another sweep has it, or the folder refuses.
    """
    where = Where(path.name)
    while True:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise SaveError(FOREIGN, where)
        try:
            file = FileIO(path, "r+", opener=lambda name, flags: os.open(name, flags | os.O_CREAT, 0o666))
        except OSError as error:
            raise SaveError("the file cannot be written: {reason}.", where, reason=error.strerror) from None
        try:
            if not _ours_alone(file):
                raise SaveError("another sweep is writing this file; choose another name with --output.", where)
            if not _written_by_xlnn(_lines(file)):
                raise SaveError(FOREIGN, where)
            if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except BaseException:
            file.close()
            raise
        file.close()  # the sweep that had it removed it meanwhile


def _ours_alone(file: FileIO) -> bool:
    with suppress(OSError):  # a file system without locks
        return locked(file.fileno())
    return True


def _close(file: FileIO, path: Path | None) -> None:
    """Closes the file; a `path` is removed, under the lock so that it is not another sweep's by then."""
    if os.name == "nt":
        file.close()  # nothing that is open can be removed there
    if path is not None:
        with suppress(OSError):
            path.unlink()
    file.close()


def _lines(file: FileIO) -> list[str]:
    file.seek(0)
    return file.readall().decode("utf-8", "replace").splitlines()


def _written_by_xlnn(lines: list[str]) -> bool:
    """Whether a file is empty or a journal, of whatever sweep: its first line, and every other one as far as it goes."""
    if not lines:
        return True
    first = _parsed(lines[0])
    if not isinstance(first, dict) or set(first) != {"xlnn", "sweep"}:
        return False
    return all(line.startswith(PART) or PART.startswith(line) for line in lines[1:])


def _parsed(line: str) -> dict | None:
    """A line; None where it is empty or was cut off when the sweep ended."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def _part(line: dict) -> Done:
    courses = Courses(**{name: np.array(array) for name, array in line["courses"].items()})
    return Done(line["index"], tuple(line["numbers"]), courses, line["seconds"])


def digest(grid: Grid) -> str:
    """What tells one sweep from another: images, answers, starts, networks, settings, η and seeds."""
    found = hashlib.sha256(repr((grid.etas, grid.seeds)).encode())
    for variant in grid.variants:
        problem = variant.problem
        found.update(repr((variant.own, problem.network, problem.settings, problem.done)).encode())
        for array in (problem.x, problem.digits, problem.t, *problem.parameters.values()):
            found.update(b"" if array is None else np.ascontiguousarray(array).tobytes())
    return found.hexdigest()
