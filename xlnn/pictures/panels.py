"""The panels of a page: each has a height in inches and draws itself into a strip of the figure.

All positions are in inches and none depends on the size of a text, so that a picture is the same with every font.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from unicodedata import east_asian_width

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from xlnn.layout.labels import SUBSCRIPT
from xlnn.model.answers import answer
from xlnn.model.network import Network
from xlnn.model.quantities import Quantity
from xlnn.model.training import Step
from xlnn.pictures.learning import Learning, spread
from xlnn.words import say

WIDTH, LEFT, RIGHT, TITLE = 10.0, 0.9, 0.9, 0.45  # of a page, its margins, the room of a title


INNER = WIDTH - LEFT - RIGHT


TALL = 10.0  # the tallest picture of weights


BLUE, ORANGE, GREY = "#2F5597", "#C55A11", "#D0D0D0"  # C_T and share as in the workbook's chart; between pictures


LAYERS = 20  # so many are drawn, evenly spread; a picture has at most 65,535 lines


MOMENTS = 9  # so many pictures of a weight beside each other


WRONG = 40  # so many images that are wrong


IN_LINE = 24  # so many images' maps in a line


ROOM = 8  # so many narrow characters of a label beside its pictures


GAP = 2  # points between the pictures of a montage


@dataclass(frozen=True)
class Strip:
    """A part of a figure as wide as the page; `top` is inches from the figure's lower edge."""

    figure: Figure
    top: float

    def axes(self, left: float, down: float, width: float, height: float) -> Axes:
        """Axes with their upper left corner so far from the strip's, in inches."""
        across, high = self.figure.get_size_inches()
        return self.figure.add_axes((left / across, (self.top - down - height) / high, width / across, height / high))

    def text(self, left: float, down: float, text: str, size: float = 10, **more) -> None:
        across, high = self.figure.get_size_inches()
        more |= {"fontsize": size, "verticalalignment": "center", "parse_math": False}
        self.figure.text(left / across, (self.top - down) / high, text, **more)


@dataclass(frozen=True)
class Panel:
    """A title, the height below it in inches, and what draws it."""

    title: str
    height: float
    draw: Callable[[Strip], None]


def page(panels: Sequence[Panel]) -> Figure:
    """The panels below each other."""
    height = sum(panel.height + TITLE for panel in panels)
    figure = Figure(figsize=(WIDTH, np.ceil(5 * height) / 5))  # whole pixels
    top = figure.get_figheight()
    for panel in panels:
        Strip(figure, top).text(0.3, 0.28, panel.title, size=12, fontweight="bold")
        panel.draw(Strip(figure, top - TITLE))
        top -= panel.height + TITLE
    return figure


def unit_name(learning: Learning, language: str) -> str:
    """What the history counts."""
    return say("steps" if learning.solving else "updates", language)


def moment_text(learning: Learning, moment: int, language: str) -> str:
    """'after 50 updates'."""
    text = "after {count} steps of the solver" if learning.solving else "after {count} updates"
    return say(text, language, count=moment)


# ---- cost and share ------------------------------------------------------------------------------------


def cost_panel(learning: Learning, language: str) -> Panel:
    """C_T and the share right after each update."""
    title = "Cost and share right after each update" if learning.column(2) else "Cost after each update"
    if learning.solving:
        title = "Cost and share right after each step of the solver"
    return Panel(say(title, language), 3.1, lambda strip: _costs(strip.axes(LEFT, 0.05, INNER, 2.5), learning, language))


def _costs(axes: Axes, learning: Learning, language: str) -> None:
    updates = learning.column(0)
    curves = [(1, say("C_T", language), BLUE, "-"), (3, say("held out: C_T", language), BLUE, "--")]
    lines = [axes.plot(updates, learning.column(n), dashes, color=c, label=t) for n, t, c, dashes in curves if learning.column(n)]
    axes.set(xlabel=unit_name(learning, language), ylabel=say("C_T", language), xlim=(updates[0], max(updates[-1], 1)))
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(color="#E8E8E8")
    if learning.column(2):
        lines += _shares(axes.twinx(), learning, language)
    handles = [line for drawn in lines for line in drawn]
    axes.legend(handles=handles, loc="center right", frameon=False)


def _shares(axes: Axes, learning: Learning, language: str) -> list:
    curves = [(2, say("share right", language), "-"), (4, say("held out: share right", language), "--")]
    axes.set(ylabel=say("share right", language), ylim=(0, 1.04))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    updates = learning.column(0)
    return [
        axes.plot(updates, learning.column(n), dashes, color=ORANGE, label=text)
        for n, text, dashes in curves
        if learning.column(n)
    ]


# ---- weights -------------------------------------------------------------------------------------------


def weight_panels(learning: Learning, language: str) -> list[Panel]:
    """One panel for each layer's weights: a picture for every unit or map, over the iterations."""
    moments = spread(learning.moments, MOMENTS)
    parameters = [learning.parameters(moment) for moment in moments]
    weights = spread([q for q in learning.problem.network.parameters if q.kind == "w"], LAYERS)
    return [
        _weights(q, moments, [found[q.name] for found in parameters], unit_name(learning, language), language) for q in weights
    ]


def _weights(q: Quantity, moments: list[int], arrays: list[np.ndarray], unit: str, language: str) -> Panel:
    columns = [pictures(array) for array in arrays]
    picture, size = montage([[column[row] for column in columns] for row in range(len(columns[0]))])
    scale = min(INNER / picture.shape[1], TALL / picture.shape[0], 1.1 / size[1], 0.08)  # inches for each point
    height, width = scale * picture.shape[0], scale * picture.shape[1]

    def draw(strip: Strip) -> None:
        axes = strip.axes(LEFT, 0.05, width, height)
        weights_shown(axes, picture, np.abs(arrays).max(), strip.axes(LEFT + width + 0.1, 0.05, 0.12, min(height, 2)))
        axes.set_xticks(_middles(len(moments), size[1]), list(map(str, moments)), fontsize=10 if scale * size[1] > 0.45 else 7)
        axes.set_xlabel(unit)
        name_rows(axes, q, len(columns[0]), size[0])

    return Panel(say("Weights of layer {label}: red negative, blue positive", language, label=q.layer), height + 0.75, draw)


def name_rows(axes: Axes, q: Quantity, rows: int, high: int) -> None:
    """Every row's unit or map, at most 30 of them; a matrix has one row and no unit."""
    if rows == 1:
        axes.set_yticks(_middles(1, high), [symbol(q)])
        return
    named = spread(tuple(range(rows)), 30)
    axes.set_yticks([_middles(rows, high)[row] for row in named], [symbol(q, row + 1) for row in named])


def weights_shown(axes: Axes, picture: np.ndarray, largest: float, bar: Axes | None = None) -> None:
    """Weights from red over white to blue, with their scale on the axes `bar`."""
    shown = axes.imshow(picture, cmap="RdBu", vmin=-largest, vmax=largest, aspect="auto", interpolation="nearest")
    axes.set_facecolor(GREY)
    _bare(axes)
    if bar is not None:
        axes.figure.colorbar(shown, cax=bar, ticks=MaxNLocator(3))


def pictures(w: np.ndarray) -> list[np.ndarray]:
    """The weights of every unit or map as a picture (rows, columns); those of plain units together as one, a unit in each row."""
    if w.ndim == 2:
        return [_magnified(w)]
    if w.ndim == 3:
        return [_magnified(unit) for unit in w]
    return [montage([[_magnified(before) for before in unit]], gap=1)[0] for unit in w]  # (units, maps before, rows, columns)


def _magnified(picture: np.ndarray) -> np.ndarray:
    """Small pictures with more points for each number, so that the gaps between pictures are narrower than a number."""
    times = 4 if max(picture.shape) < 12 else 1
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def montage(tiles: Sequence[Sequence[np.ndarray]], gap: int = GAP) -> tuple[np.ndarray, tuple[int, int]]:
    """Pictures of one size in rows and columns, nan between them; and a picture's size (rows, columns)."""
    high, wide = tiles[0][0].shape
    whole = np.full((len(tiles) * (high + gap) - gap, len(tiles[0]) * (wide + gap) - gap), np.nan)
    for row, line in enumerate(tiles):
        for column, tile in enumerate(line):
            top, left = row * (high + gap), column * (wide + gap)
            whole[top : top + high, left : left + wide] = tile
    return whole, (high, wide)


def _middles(count: int, size: int) -> list[float]:
    """Where the middles of a montage's rows or columns lie."""
    return [number * (size + GAP) + (size - 1) / 2 for number in range(count)]


def symbol(q: Quantity, part: int | None = None) -> str:
    """As the book prints it, for matplotlib: $w^{2}_{1}$. Labels that are no plain letters and digits stand as they are
    written, w^50%₁: matplotlib's formulas have neither all characters nor all signs.
    """
    if not (q.layer.isascii() and q.layer.isalnum()):
        number = "" if part is None else str(part).translate(SUBSCRIPT)
        return f"{q.kind}^{_short(q.layer)}{number}".replace("$", r"\$")  # two of them would be a formula
    return f"${q.kind}^{{{q.layer}}}" + (f"_{{{part}}}$" if part is not None else "$")


def _short(label: str) -> str:
    """As much of a label as the margin has room for; the panel's title has all of it."""
    ends = list(accumulate(2 if east_asian_width(sign) in "WF" else 1 for sign in label))
    return label if ends[-1] <= ROOM else label[: sum(end < ROOM for end in ends)] + "…"


def _bare(axes: Axes) -> None:
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


# ---- images that are wrong -----------------------------------------------------------------------------


def wrong_panel(learning: Learning, moment: int, language: str, searched: bool) -> Panel:
    """The images that are wrong at a moment, with the right answer and the one that was given.

    `searched`: where none is, those at the last kept moment at which one was.
    """
    none = ""
    step, wrong = _wrong(learning, moment)
    if not len(wrong):
        none = say("No image is wrong {moment}.", language, moment=moment_text(learning, moment, language))
        earlier = _last_wrong(learning, moment) if searched else None
        if earlier is None:
            return Panel(none, 0.1, lambda strip: None)
        step, wrong = _wrong(learning, earlier)
    title = say(
        "Wrong {moment}: {wrong} of {images} images", language,
        moment=moment_text(learning, step.iteration - 1, language), wrong=len(wrong), images=learning.problem.images,
    )  # fmt: skip
    notes = [say("image: right answer → given", language), none]
    if len(wrong) > WRONG:
        notes.append(say("the first {count} of them", language, count=WRONG))

    def draw(strip: Strip) -> None:
        strip.text(0.4, 0.05, "   ".join(filter(None, notes)), size=9)
        for number, image in enumerate(wrong[:WRONG]):
            down, across = divmod(number, 10)
            _image(strip.axes(0.4 + 0.93 * across, 0.5 + 1.15 * down, 0.78, 0.78), learning, step, image)

    return Panel(title, 0.4 + 1.15 * -(-min(len(wrong), WRONG) // 10), draw)


def _wrong(learning: Learning, moment: int) -> tuple[Step, np.ndarray]:
    """All images at a moment, and the positions of those that are wrong."""
    step = learning.step(moment)
    return step, np.flatnonzero(~np.asarray(step["right"], dtype=bool))


def _last_wrong(learning: Learning, before: int) -> int | None:
    """The last kept moment at which an image was wrong, as the history tells."""
    shares = dict(zip(learning.column(0), learning.column(2), strict=True))
    return max((moment for moment in learning.moments if moment < before and shares.get(moment, 1) < 1), default=None)


def _image(axes: Axes, learning: Learning, step: Step, image: int) -> None:
    network, x = learning.problem.network, learning.problem.x
    axes.imshow(x[image], cmap="gray_r", vmin=0, vmax=max(1.0, x.max()), interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    given = answer(network, step[network.output.output][image])
    axes.set_title(f"{image + 1}: {right_answer(step, image):g} → {given:g}", fontsize=8, pad=3)


def right_answer(step: Step, image: int) -> float:
    """The class that is meant (the unit's number where there are no classes)."""
    network = step.problem.network
    return float(step["digit"][image]) if network.classes is not None else answer(network, step["t"][image])


# ---- outputs -------------------------------------------------------------------------------------------


def output_panels(learning: Learning, moment: int, language: str) -> list[Panel]:
    """The outputs of every hidden layer for each image (of the last layer where there is no hidden one)."""
    step, network = learning.step(moment), learning.problem.network
    answers = np.array([right_answer(step, image) for image in range(learning.problem.images)])
    layers = spread(network.layers[1:-1] or network.layers[1:], LAYERS)
    panels = []
    for layer in layers:
        q = network.quantities[layer.output]
        make = _maps if len(q.shape) == 3 else _units
        height, draw = make(q, np.asarray(step[layer.output]), answers, language)
        text = say(
            "Outputs of layer {label} {moment}, images by right answer", language,
            label=layer.label, moment=moment_text(learning, moment, language),
        )  # fmt: skip
        panels.append(Panel(text, height, draw))
    return panels


def _scale(a: np.ndarray) -> dict:
    return {"cmap": "viridis", "vmin": min(0.0, a.min()), "vmax": max(1.0, a.max()), "interpolation": "nearest"}


def _units(q: Quantity, a: np.ndarray, answers: np.ndarray, language: str) -> tuple[float, Callable]:
    """A row for each unit, a column for each image."""
    order = np.argsort(answers, kind="stable")
    height = float(np.clip(0.3 * a.shape[1], 0.6, 4))

    def draw(strip: Strip) -> None:
        axes = strip.axes(LEFT, 0.05, INNER, height)
        shown = axes.imshow(a[order].T, aspect="auto", **_scale(a))
        axes.figure.colorbar(shown, cax=strip.axes(WIDTH - RIGHT + 0.1, 0.05, 0.12, height))
        named = spread(tuple(range(a.shape[1])), 15)
        axes.set_yticks(named, [symbol(q, unit + 1) for unit in named])
        classes, first, count = np.unique(answers[order], return_index=True, return_counts=True)
        axes.set_xticks(first + (count - 1) / 2, [f"{number:g}" for number in classes])
        axes.vlines(first[1:] - 0.5, -0.5, a.shape[1] - 0.5, color="white", linewidth=2)
        axes.set_xlabel(say("right answer", language))
        _bare(axes)

    return height + 0.75, draw


def _maps(q: Quantity, a: np.ndarray, answers: np.ndarray, language: str) -> tuple[float, Callable]:
    """For every right answer its first images, a column each with one picture for every map."""
    classes, counts = np.unique(answers, return_counts=True)
    classes, wide = classes[:12], min(IN_LINE, counts.max())
    blank = np.full(a.shape[2:], np.nan)
    rows = []
    for number in classes:
        images = np.flatnonzero(answers == number)[:wide]
        lines = ([*a[images, part], *[blank] * (wide - len(images))] for part in range(a.shape[1]))
        rows += [[_magnified(picture) for picture in line] for line in lines]
    picture, size = montage(rows)
    scale = min(INNER / picture.shape[1], 2 * TALL / picture.shape[0], 0.08)
    height, width = scale * picture.shape[0], scale * picture.shape[1]

    def draw(strip: Strip) -> None:
        axes = strip.axes(LEFT, 0.05, width, height)
        shown = axes.imshow(picture, aspect="auto", **_scale(a))
        axes.figure.colorbar(shown, cax=strip.axes(LEFT + width + 0.1, 0.05, 0.12, min(height, 2)))
        middles, parts = _middles(len(rows), size[0]), a.shape[1]
        named = spread(tuple(range(len(rows))), 60)
        texts = [f"{classes[row // parts]:g}:  {symbol(q, row % parts + 1)}" for row in named]
        axes.set_yticks([middles[row] for row in named], texts, fontsize=8)
        axes.set_xticks([])
        axes.set_xlabel(say("right answer, map; the first {count} images of each", language, count=IN_LINE))
        _bare(axes)

    return height + 0.5, draw


def judged(network: Network) -> bool:
    return "right" in network.rule_of
