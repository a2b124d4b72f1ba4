"""Files of other kinds than .xlsx, made into an .xlsx workbook in memory, so that nothing else has to know of them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from xlnn import errors
from xlnn.errors import FileError, LimitError, Where
from xlnn.xlsx.package import IMAGES, ODF, OLD, allowed, file_kind, read_file

SECONDS, PER_MIB = 4, 8  # the process may calculate so long, and for each MiB of the file so much longer


MEMORY, PER_BYTE = 1 << 30, 256  # bytes that it may have, and for each byte of the file so many more


RUN = "import sys; sys.path.append(sys.argv.pop(1)); from xlnn.xlsx.converting import main; main()"


TOO_MUCH = (
    "this is {what} that is damaged, or takes more time or memory than such files do. "
    "In Excel or LibreOffice choose File › Save As and the type Excel workbook (.xlsx)."
)


NAMES = {ODF: "an OpenDocument file (.ods)", OLD: "an old or binary workbook (.xls, .xlsb)"}


_MADE: dict[tuple, bytes] = {}  # the last files that were made into workbooks


KEPT = 2


def read_workbook(path: Path) -> tuple[bytes, bytes, str]:
    """A file's bytes, the same as an .xlsx workbook, and what kind of file it is ("" for .xlsx itself).

    Raises FileError where it is missing or cannot be read as a workbook, LimitError where it is over a limit.
    """
    content = read_file(path)
    kind = file_kind(content)
    return content, (made(content, kind, Where(path.name)) if kind else content), kind


def made(content: bytes, kind: str, where: Where) -> bytes:
    """The workbook that a file of another kind is, remembered for those who open it again."""
    key = (hashlib.sha256(content).digest(), kind, where, allowed())
    if key not in _MADE:
        workbook = _images(content, where) if kind == IMAGES else _converted(content, kind, where)
        while len(_MADE) >= KEPT:
            del _MADE[next(iter(_MADE))]
        _MADE[key] = workbook
    return _MADE[key]


def _images(content: bytes, where: Where) -> bytes:
    from xlnn.xlsx.csv_images import workbook_of

    return workbook_of(content, where)


def _converted(content: bytes, kind: str, where: Where) -> bytes:
    seconds = SECONDS + PER_MIB * len(content) // (1 << 20)
    root = Path(__file__).parents[2]
    command = [sys.executable, "-P", "-c", RUN, str(root), kind, where.workbook, json.dumps(asdict(allowed()))]
    try:
        process = subprocess.run(
            command, input=content, capture_output=True, timeout=4 * seconds, check=False,
            env={**os.environ, "PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore"}, **_limited(seconds, len(content)),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _too_much(kind, where) from None
    except OSError as error:
        raise FileError("the file cannot be read: {reason}.", where, reason=error.strerror or error) from None
    if process.returncode == 0:
        return process.stdout
    raise _said(process, kind, where)


def _limited(seconds: int, size: int) -> dict:
    """Limits of processor time and memory, where the system has them."""
    try:
        import resource
    except ImportError:  # Windows
        return {}
    memory = MEMORY + PER_BYTE * size

    def limit() -> None:
        for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
            _, hard = resource.getrlimit(what)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (most, most))

    return {"preexec_fn": limit}


def _said(process: subprocess.CompletedProcess, kind: str, where: Where) -> errors.XlnnError:
    """What the process said was wrong, or that it died."""
    try:
        said = json.loads(process.stdout)
        raised = {"FileError": FileError, "LimitError": LimitError}.get(said["kind"], errors.ContentError)
        return raised(said["message"], Where(**said["where"]), **said["fields"])
    except (ValueError, KeyError, TypeError):
        if b"ModuleNotFoundError" in process.stderr:
            return FileError(
                "old workbooks are read with python-calamine. Install it with: {command}",
                where, command=errors.pip_install("python-calamine"),
            )  # fmt: skip
        return _too_much(kind, where)


def _too_much(kind: str, where: Where) -> FileError:
    return FileError(TOO_MUCH, where, what=NAMES[kind])
