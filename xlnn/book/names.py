"""The names of the sheets that xlnn writes, and what every result calls alike."""

from __future__ import annotations

SETTINGS, DATA, HELD_OUT, PLACES, TEST = "Settings", "Data", "Held out", "Places", "Test"
START, TRAINED, SOLVED = "Start", "Trained", "Solved"
RESERVED = (SETTINGS, DATA, HELD_OUT, PLACES, "Summary", "Conventions", TEST)

DETAILS = ("all", "units", "totals")
SUMMARY_HEADER = 7  # the line of sheet Summary above its figures
FORWARD = ("eta", "number", "x", "digit", "t", "w", "b", "z", "a", "C", "CT", "answer", "prediction", "right", "share")


def iteration_name(number: int) -> str:
    """The name of an iteration's sheet."""
    return f"Iteration {number}"
