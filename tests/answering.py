"""A child process that answers as the command line does: reads paths of workbooks line by line, says what `xlnn show` says.

Each answer is one line of JSON. A workbook that takes more than 5 seconds of processor time ends the process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SECONDS = 5  # of processor time for one workbook
MEMORY = 300  # MB, the most that the process may ever have held
CEILING = 2 << 30  # bytes of address space: a bomb ends the child, not the machine


@dataclass(frozen=True)
class Answer:
    """What xlnn said of a workbook."""

    code: int  # the exit code
    out: str
    err: str
    failure: str  # the traceback of an exception that nobody caught
    numbers: dict  # what was read, by quantity
    memory: float  # MB, of the process at its largest so far


class Answering:
    """The child, started when it is asked first, and again after it ended."""

    def __init__(self):
        self.child: subprocess.Popen | None = None

    def ask(self, path: Path) -> Answer:
        """Raises AssertionError where the child ended without an answer."""
        if self.child is None:
            command = [sys.executable, "-X", "utf8", __file__]
            self.child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
            )
        with suppress(BrokenPipeError):
            print(path, file=self.child.stdin, flush=True)
        line = self.child.stdout.readline()
        if not line:
            _, said = self.child.communicate()
            code, self.child = self.child.returncode, None
            raise AssertionError(f"the process ended with {code} (negative: a signal; 27 is too much time): {said[-2000:]}")
        return Answer(**json.loads(line))

    def close(self) -> None:
        if self.child is not None:
            self.child.communicate()


def answer(path: Path) -> Answer:
    """What the command line says of a workbook, and the numbers that the library reads from it."""
    from click.testing import CliRunner

    import xlnn
    from xlnn.cli.main import main

    result = CliRunner().invoke(main, ["show", str(path)])
    failure = ""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        failure = "".join(traceback.format_exception(result.exception))
    numbers = {}
    if result.exit_code == 0:
        problem = xlnn.read(path)
        arrays = {"x": problem.x, "digit": problem.digits, **problem.parameters}
        numbers = {name: array.tolist() for name, array in arrays.items() if array is not None}
        numbers |= {"eta": problem.settings.eta, "iterations": problem.settings.iterations}
    return Answer(result.exit_code, result.stdout, result.stderr, failure, numbers, peak())


def peak() -> float:
    """MB of memory that this process held at its largest; 0 where the system does not tell."""
    with suppress(OSError):  # Linux; ru_maxrss there counts what the process that started this one held
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
    with suppress(ImportError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return 0.0


def limit() -> None:
    """A bomb must end this process, not the machine."""
    with suppress(ImportError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (CEILING, CEILING))


def clock(seconds: float) -> None:
    """Ends the process after so much processor time, where the system can."""
    with suppress(ImportError, AttributeError):
        import signal

        signal.setitimer(signal.ITIMER_PROF, seconds)


def alone() -> None:
    """Says what the command line says to this process's arguments, and behind it the memory that it held at its largest."""
    limit()
    clock(SECONDS)
    from xlnn.cli.main import main as command

    try:
        command(sys.argv[2:])  # ends by SystemExit
    finally:
        print(f"{peak():.0f}", file=sys.stderr)


def main() -> None:
    if sys.argv[1:2] == ["alone"]:
        alone()
    limit()
    for line in sys.stdin:
        clock(SECONDS)
        found = answer(Path(line.removesuffix("\n")))
        clock(0)
        print(json.dumps(vars(found)), flush=True)


if __name__ == "__main__":
    main()
