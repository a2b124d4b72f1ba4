"""The names of the sheets that xlnn writes, and what every result calls alike."""

from __future__ import annotations

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
