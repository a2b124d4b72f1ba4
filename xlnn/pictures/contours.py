"""Lines of equal height on a grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

Point = tuple[float, float]


def contour(x: np.ndarray, y: np.ndarray, height: np.ndarray, level: float) -> list[list[Point]]:
    """The lines, point by point, on which `height` (y, x) is `level`; a closed one ends where it begins.

    Every square of the grid is taken as two flat triangles.
    """
    pieces = []
    high = height >= level
    mixed = np.zeros((len(y) - 1, len(x) - 1), dtype=bool)  # squares that a line crosses
    for corner in (high[:-1, 1:], high[1:, :-1], high[1:, 1:]):
        mixed |= corner != high[:-1, :-1]
    for row, column in np.argwhere(mixed).tolist():
        square = [(x[column + i], y[row + j], height[row + j, column + i]) for j, i in ((0, 0), (0, 1), (1, 1), (1, 0))]
        for triangle in ((square[0], square[1], square[2]), (square[0], square[2], square[3])):
            crossings = [_crossing(sorted((triangle[i], triangle[i - 1])), level) for i in range(3)]
            ends = [crossing for crossing in crossings if crossing]
            if len(ends) == 2 and ends[0] != ends[1]:
                pieces.append((ends[0], ends[1]))
    return _joined(pieces)


def _crossing(corners: Sequence[tuple], level: float) -> Point | None:
    """Where between two corners (x, y, height) the level lies."""
    first, second = corners
    if (first[2] >= level) == (second[2] >= level):
        return None
    part = (level - first[2]) / (second[2] - first[2])
    return float(first[0] + part * (second[0] - first[0])), float(first[1] + part * (second[1] - first[1]))


def _joined(pieces: list[tuple[Point, Point]]) -> list[list[Point]]:
    """Pieces that share an end, put together: first the lines that end at the grid's edge, then the closed ones."""
    meeting: dict[Point, list[Point]] = defaultdict(list)
    for first, second in pieces:
        meeting[first].append(second)
        meeting[second].append(first)
    lines = []
    for start in [*(point for point in meeting if len(meeting[point]) == 1), *meeting]:
        while meeting[start]:
            line = [start]
            while meeting[line[-1]]:
                here = line[-1]
                after = meeting[here].pop()
                meeting[after].remove(here)
                line.append(after)
            lines.append(line)
    return lines
