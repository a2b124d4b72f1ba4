"""The frames of an animation: the weights at one moment, and C_T up to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

from xlnn.pictures.learning import Learning, spread
from xlnn.pictures.panels import BLUE, ORANGE, moment_text, montage, pictures, symbol, unit_name, weights_shown
from xlnn.words import say

DPI = 80


LAYERS = 8  # of more the weights would be too small to be seen


WIDTH, HEIGHT = 9.0, 4.0  # inches: weights on the left half, C_T on the right


def frames(learning: Learning, moments: Sequence[int], language: str) -> list[Image.Image]:
    """One picture for each moment, all in the same colours."""
    canvas = FigureCanvasAgg(Figure(figsize=(WIDTH, HEIGHT), dpi=DPI))
    drawn = [Image.fromarray(found) for found in _drawn(canvas, learning, moments, language)]
    palette = drawn[-1].quantize(255)
    return [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in drawn]


def _drawn(canvas: FigureCanvasAgg, learning: Learning, moments: Sequence[int], language: str) -> Iterator[np.ndarray]:
    """The pixels of each frame, (rows, columns, 3)."""
    figure, kept = canvas.figure, {moment: learning.parameters(moment) for moment in moments}
    weights = spread([q for q in learning.problem.network.parameters if q.kind == "w"], LAYERS)
    largest = {q.name: max(np.abs(found[q.name]).max() for found in kept.values()) for q in weights}
    known, axes = dict(zip(learning.column(0), learning.column(1), strict=True)), _axes(figure, len(weights))
    title = figure.text(0.5, 0.95, "", horizontalalignment="center", verticalalignment="center", fontsize=12)
    point = _curve(figure, learning, language)
    for moment in moments:
        for q, where in zip(weights, axes, strict=True):
            where.clear()
            weights_shown(where, _beside(kept[moment][q.name]), largest[q.name])
            where.set(xticks=[], yticks=[], aspect="equal")
            where.set_title(symbol(q), fontsize=10)
        total = known.get(moment) or float(learning.step(moment)["CT"])  # the history has no batches within an epoch
        point.set_data([moment], [total])
        title.set_text(f"{moment_text(learning, moment, language)}: C_T = {total:.4f}")
        canvas.draw()
        yield np.array(canvas.buffer_rgba())[..., :3]


def _axes(figure: Figure, count: int) -> list[Axes]:
    """Axes for every layer's weights, below each other."""
    high = 0.84 / count
    return [figure.add_axes((0.03, 0.04 + (count - 1 - n) * high, 0.44, high - 0.08)) for n in range(count)]


def _beside(w: np.ndarray) -> np.ndarray:
    """All units' or maps' weights as one picture, as nearly twice as wide as high as can be."""
    tiles = pictures(w)
    high, wide = tiles[0].shape
    whole = [n for n in range(1, len(tiles) + 1) if len(tiles) % n == 0]  # lines that are full
    columns = min(whole, key=lambda n: abs(np.log(n * wide / (len(tiles) // n * high) / 2)))
    return montage([tiles[start : start + columns] for start in range(0, len(tiles), columns)])[0]


def _curve(figure: Figure, learning: Learning, language: str):
    """C_T over the updates, and the point that moves along it."""
    axes = figure.add_axes((0.57, 0.14, 0.4, 0.74))
    axes.plot(learning.column(0), learning.column(1), color=BLUE)
    axes.set(xlabel=unit_name(learning, language), ylabel=say("C_T", language))
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(color="#E8E8E8")
    return axes.plot([], [], "o", color=ORANGE)[0]
