"""The programs that made a result."""

from __future__ import annotations

import platform

import numpy as np

from xlnn._version import __version__


def versions(solving: bool = False) -> list[str]:
    """xlnn, NumPy, SciPy where it solved, Python."""
    solver = []
    if solving:
        from importlib.metadata import version  # takes 20 ms, which only the solver's pages spend

        solver = [f"SciPy {version('scipy')}"]
    return [f"xlnn {__version__}", f"NumPy {np.__version__}", *solver, f"Python {platform.python_version()}"]
