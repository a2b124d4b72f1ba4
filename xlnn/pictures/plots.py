"""Pictures of learning, drawn with matplotlib: a page of panels, or an animated GIF."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from xlnn.errors import NoFont, SaveError, UsageError, Where, XlnnError, pip_install
from xlnn.model.problem import Problem
from xlnn.pictures.learning import Learning, learning_of, spread
from xlnn.words import these
from xlnn.xlsx.saving import check_place, replacing
from xlnn.xlsx.seals import MADE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WHAT = ("all", "cost", "weights", "wrong", "outputs")


PICTURES, ANIMATION = (".png", ".svg"), ".gif"


FIRST = "DejaVu Sans"  # comes with matplotlib


FRAMES = 200  # a GIF of more would be large


# the first that the system has; Chinese and Japanese fonts by the names that they carry on Linux, Windows and macOS
FONTS = {
    "zh": (
        "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
        "SimHei", "Hiragino Sans GB", "Heiti SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimSun", "Noto Sans CJK JP",
        "Noto Serif CJK SC", "AR PL UMing CN", "Droid Sans Fallback", "Arial Unicode MS",
    ),
    "ja": (
        "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "Source Han Sans", "Yu Gothic", "Hiragino Sans", "Meiryo",
        "MS Gothic", "IPAexGothic", "IPAPGothic", "IPAGothic", "TakaoPGothic", "TakaoGothic", "VL PGothic", "VL Gothic",
        "Noto Serif CJK JP", "Droid Sans Fallback", "Arial Unicode MS",
    ),
}  # fmt: skip
SAMPLES = {
    "zh": "学习误差图像权重更新",
    "ja": "学習誤差画像重み更新ユニット",
}  # who has these has the others


def plot(source: Problem | str | Path, what: str = "all", *, iteration: int | None = None, language: str | None = None) -> Figure:
    """A matplotlib figure of a training: `source` is a workbook that `xlnn train` wrote, or a problem, which is trained now.

    what: "cost" (and share over the updates), "weights" (over the iterations), "wrong" (the images that are wrong),
    "outputs" (of the hidden units for each image) or "all". iteration: wrong images and outputs as that iteration's sheet
    has them, by default after the last update. Labels are English where the system has no font for the language.

    Raises UsageError (also where matplotlib is missing), ContentError, FileError, DivergedError.
    """
    with _panels(source, what, iteration, language) as figure:
        return figure


@contextmanager
def _panels(source: Problem | str | Path, what: str, iteration: int | None, language: str | None) -> Iterator[Figure]:
    """The figure of `plot`, and the style in which it is to be saved."""
    matplotlib_there()
    if what not in WHAT:
        raise UsageError("unknown {what} {value}; known: {known}.", what="picture", value=repr(what), known=these(WHAT))
    learning = learning_of(source, language)
    try:
        with _style(learning) as spoken:
            figure = _panelled(learning, what, iteration, spoken)
            figure.draw_without_rendering()  # some texts take their font only then
            yield figure
    except XlnnError as error:
        error.language = learning.language
        raise


def _panelled(learning: Learning, what: str, iteration: int | None, language: str) -> Figure:
    from xlnn.pictures import panels

    moment, judged = learning.moment(iteration), panels.judged(learning.problem.network)
    if what == "wrong" and not judged:
        raise UsageError("the answers of this network are neither right nor wrong.")
    shown = []
    if what in ("all", "cost"):
        shown.append(panels.cost_panel(learning, language))
    if what in ("all", "weights"):
        shown += panels.weight_panels(learning, language)
    if what in ("all", "wrong") and judged:
        shown.append(panels.wrong_panel(learning, moment, language, searched=iteration is None))
    if what in ("all", "outputs"):
        shown += panels.output_panels(learning, moment, language)
    return panels.page(shown)


def write_plot(
    source: str | Path,
    path: str | Path,
    what: str = "all",
    *,
    iteration: int | None = None,
    language: str | None = None,
    force: bool = False,
) -> Path:
    """Draws `plot` into a file, PNG or SVG by the ending of its name. Raises what `plot` raises, and SaveError."""
    path = Path(path)
    _check(path, source, PICTURES, force)
    kind = path.suffix.lower()
    notes = {"Software": MADE} if kind == ".png" else {"Creator": MADE, "Date": None}
    with _panels(source, what, iteration, language) as figure, replacing(path, force) as temporary:
        figure.savefig(temporary, format=kind[1:], dpi=100, metadata=notes)
    return temporary.path


def animate(source: Problem | str | Path, path: str | Path, *, language: str | None = None, force: bool = False) -> Path:
    """Writes a GIF of the weights and C_T, a frame for each kept iteration (at most 200); returns the file's path.

    Raises UsageError (also where matplotlib is missing), ContentError, FileError, DivergedError, SaveError.
    """
    matplotlib_there()
    path = Path(path)
    _check(path, source, (ANIMATION,), force)
    learning = learning_of(source, language)
    from xlnn.pictures.animation import frames

    with _style(learning) as spoken:
        first, *rest = frames(learning, spread(learning.moments, FRAMES), spoken)
    times = [120] * len(rest) + [2000]  # milliseconds; the last one stays
    with replacing(path, force) as temporary:
        first.save(temporary, "GIF", save_all=True, append_images=rest, duration=times, loop=0, comment=MADE.encode())
    return temporary.path


def matplotlib_there() -> None:
    """Raises UsageError where matplotlib is missing."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise UsageError("pictures need matplotlib. Install it with: {command}", command=pip_install("matplotlib")) from None


def _check(path: Path, source: Problem | str | Path, endings: tuple[str, ...], force: bool) -> None:
    """Raises SaveError where the picture cannot be written, before anything is drawn."""
    if path.suffix.lower() not in endings:
        raise SaveError("expected a name that ends in {endings}.", Where(path.name), endings=" / ".join(endings))
    inputs = [] if isinstance(source, Problem) else [Path(source)]
    check_place(path, inputs, force)


@contextmanager
def _style(learning: Learning) -> Iterator[str]:
    """matplotlib's own settings, whatever the user has set, with fonts for the language and for what layers are called.

    Gives the language that can be shown. A character that no font of the system has is drawn as a box, without a word.
    """
    import matplotlib

    language, font = learning.language, font_of(learning.language)
    labels = "".join(layer.label for layer in learning.problem.network.layers)
    fonts = [FIRST, *([font] if font else [])]
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {"svg.hashsalt": "xlnn", "font.family": [*fonts, *fonts_with(labels, fonts, language)], "axes.titlesize": 10}
        )
        if not font and language in FONTS:
            warnings.warn(NoFont(language), stacklevel=4)  # of the code that called plot, animate …
            language = "en"
        yield language


def font_of(language: str) -> str | None:
    """A font of this system that shows the language's characters, a known one or any other; None where there is none, and for
    English."""
    from matplotlib.font_manager import fontManager

    if language not in FONTS:
        return None
    there = set(fontManager.get_font_names())
    known = next((name for name in FONTS[language] if name in there), None)
    others = ((name, file) for name, file in _fonts().items() if name in there)
    return known or next((name for name, file in others if set(SAMPLES[language]) <= _characters(file)), None)


def fonts_with(text: str, fonts: Sequence[str], language: str = "en") -> list[str]:
    """Further fonts of this system that show the characters of a text which `fonts` lack, Chinese and Japanese ones first."""
    there, found = _fonts(), []
    lacking = set(text).difference(*(_characters(there[name]) for name in fonts if name in there))
    known = [name for each in dict.fromkeys((language, *FONTS)) for name in FONTS.get(each, ()) if name in there]
    for name in dict.fromkeys((*known, *there)):
        if not lacking:
            break
        if shown := lacking & _characters(there[name]):
            found.append(name)
            lacking -= shown
    return found


def _fonts() -> dict[str, str]:
    """A file of each of this system's fonts by the font's name, without those that show every character as a box."""
    from matplotlib.font_manager import fontManager

    return {font.name: font.fname for font in fontManager.ttflist if "LastResort" not in font.name.replace(" ", "")}


@cache
def _characters(file: str) -> frozenset[str]:
    """What a font can show; nothing where it cannot be read."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(map(chr, FT2Font(file).get_charmap()))
    except (OSError, RuntimeError):
        return frozenset()
