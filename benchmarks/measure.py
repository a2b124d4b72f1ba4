"""Runs things in turn, so that a busy machine disturbs them alike, and prints what they took beside the target."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


def arguments(description: str, repeat: int) -> argparse.Namespace:
    """--threads and --repeat. Call it before NumPy or PyTorch is imported: they look at the threads only then."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--threads", type=int, default=1, help="threads for both sides (default: 1)")
    parser.add_argument("--repeat", type=int, default=repeat, help=f"rounds; the median counts (default: {repeat})")
    found = parser.parse_args()
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(found.threads)
    return found


@dataclass(frozen=True)
class Line:
    """One comparison: seconds of xlnn and of the other, and the quotient that must be at most or at least `target`."""

    what: str
    ours: float
    theirs: float
    quotients: list[float]  # of every round ours / theirs, or theirs / ours where `faster` is meant
    target: float
    faster: bool = False

    @property
    def quotient(self) -> float:
        """The median of the rounds' quotients: what disturbs a whole round does not count."""
        return median(self.quotients)

    @property
    def met(self) -> bool:
        return self.quotient >= self.target if self.faster else self.quotient <= self.target


def in_turn(runs: dict[str, Callable[[], object]], repeat: int, calls: int = 1) -> dict[str, list[float]]:
    """Seconds of one call of each, `repeat` rounds after one that does not count; a round makes `calls` calls."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for turn in range(repeat):
        names = list(runs) if turn % 2 == 0 else list(reversed(runs))
        for name in names:
            started = time.perf_counter()
            for _ in range(calls):
                runs[name]()
            seconds[name].append((time.perf_counter() - started) / calls)
    return seconds


def compare(what: str, ours: list[float], theirs: list[float], target: float, faster: bool = False) -> Line:
    """What the rounds gave."""
    pairs = zip(theirs, ours, strict=True) if faster else zip(ours, theirs, strict=True)
    return Line(what, median(ours), median(theirs), [above / below for above, below in pairs], target, faster)


def show(lines: list[Line], other: str = "other") -> None:
    """The table; beside the median of the quotients the smallest and the largest."""
    wide = max(len(line.what) for line in lines)
    print(f"{'what':{wide}}  {'xlnn':>10}  {other:>10}  {'quotient':>8}  {'from':>6}  {'to':>6}  target")
    for line in lines:
        sign = "≥" if line.faster else "≤"
        verdict = "met" if line.met else "MISSED"
        print(
            f"{line.what:{wide}}  {_time(line.ours):>10}  {_time(line.theirs):>10}  {line.quotient:8.3f}  "
            f"{min(line.quotients):6.3f}  {max(line.quotients):6.3f}  {sign} {line.target:.3g}: {verdict}"
        )


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"
