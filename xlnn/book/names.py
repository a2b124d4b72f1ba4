"""The names of the sheets that xlnn writes, and what every result calls alike."""

from __future__ import annotations

from xlnn.xlsx.sheet_names import is_called, iteration_number

SETTINGS, DATA, HELD_OUT, PLACES = "Settings", "Data", "Held out", "Places"
SUMMARY, CONVENTIONS, TEST = "Summary", "Conventions", "Test"
START, TRAINED, SOLVED = "Start", "Trained", "Solved"
PREDICTIONS = "Predictions"  # of `predict -o`
SWEEP, RUNS, CURVES, TIMES = "Sweep", "Runs", "Curves", "Times"  # of a sweep
LANDSCAPE, PATH, CONTOURS = "Landscape", "Path", "Contours"  # of a landscape
RESERVED = (SETTINGS, DATA, HELD_OUT, PLACES, SUMMARY, CONVENTIONS, TEST)

SUMMARY_HEADER = 7  # the line of sheet Summary above its figures
DETAILS = ("all", "units", "totals")
FORWARD = ("eta", "number", "x", "digit", "t", "w", "b", "z", "a", "C", "CT", "answer", "prediction", "right", "share")


def iteration_name(number: int) -> str:
    """The name of an iteration's sheet."""
    return f"Iteration {number}"


def written_name(sheet: str) -> str | None:
    """The name, as xlnn writes it, of a sheet with quantities: Data, Start, Trained, Solved, Iteration 1 …; None of another.

    >>> written_name("ITERATION 2")
    'Iteration 2'
    """
    number = iteration_number(sheet)
    if number:
        return iteration_name(number)
    return next((name for name in (DATA, START, TRAINED, SOLVED) if is_called(sheet, name)), None)
