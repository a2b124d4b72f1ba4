"""The journal of a sweep: a file that gets a line for every part that is done, so that a sweep can go on after an end.

Its first line tells which sweep it belongs to; the others are JSON, every number so that it reads back to the bit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np

from xlnn._version import __version__
from xlnn.errors import SaveError, UsageError, Where
from xlnn.many import Courses
from xlnn.sweep_jobs import Done

if TYPE_CHECKING:
    from xlnn.sweep import Grid


@dataclass
class Journal:
    """`parts` were done before; `add` keeps another one."""

    parts: list[Done] = field(default_factory=list)
    file: TextIO | None = None

    @classmethod
    @contextmanager
    def of(cls, grid: Grid, path: str | Path | None, resume: bool = False) -> Iterator[Journal]:
        """The journal at `path` (None: nowhere), begun anew or, with `resume`, gone on with.

        Raises UsageError where there is nothing to resume, or another sweep's journal; SaveError.
        """
        if path is None:
            yield cls()
            return
        path, head = Path(path), {"xlnn": __version__, "sweep": digest(grid)}
        parts = _read(path, head) if resume else []
        try:
            file = path.open("a" if resume else "w", encoding="utf-8")
        except OSError as error:
            raise SaveError("the file cannot be written: {reason}.", Where(path.name), reason=error.strerror) from None
        journal = cls(parts, file)
        try:
            with file:
                file.write("\n") if resume else _write(file, head)  # the last line may have been cut off
                yield journal
        finally:
            if not journal.parts:
                path.unlink()

    def add(self, part: Done) -> None:
        self.parts.append(part)
        if self.file:
            courses = {name: array.tolist() for name, array in asdict(part.courses).items()}
            _write(self.file, {"index": part.index, "numbers": part.numbers, "seconds": part.seconds, "courses": courses})


def _write(file: TextIO, line: dict) -> None:
    file.write(json.dumps(line) + "\n")
    file.flush()


def _read(path: Path, head: dict) -> list[Done]:
    """What is done already."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        raise UsageError(
            "there is no interrupted sweep to resume: {path} is missing. Leave out --resume.", path=path.name
        ) from None
    first, *others = [_parsed(line) for line in lines] or [None]
    if first != head:
        raise UsageError(
            "{path} is of another sweep, or of another version of xlnn. Leave out --resume to begin anew.", path=path.name
        )
    return [_part(line) for line in others if line]


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
