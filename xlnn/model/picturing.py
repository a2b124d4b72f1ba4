"""A problem at a glance: as ten lines of text, and as a page for notebooks."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

Problem = Any  # that module imports this one

SHADES = " .:-=+*#%@"


LINES, WIDTH, SHOWN = 10, 100, 24  # lines and columns of a text, images of a page


def shaded(image: np.ndarray, scale: float) -> list[str]:
    """An image, (rows, columns), as lines of characters."""
    levels = np.clip(np.abs(image) / scale * (len(SHADES) - 1), 0, len(SHADES) - 1).round().astype(int)
    return ["".join("#" if scale == 1 and n == len(SHADES) - 1 else SHADES[n] if n else "." for n in row) for row in levels]


def heading(problem: Problem) -> str:
    network = problem.network
    what = f"{problem.images} {network.things} of {'×'.join(map(str, problem.x.shape[1:]))}"
    return f"Problem {shape_text(problem)}: {problem.parameter_count} parameters, {what}"


def facts(problem: Problem) -> list[str]:
    """Layers, conventions and answers, a line each."""
    network, chosen = problem.network, problem.settings
    layers = ", ".join(f"{e.label} {e.kind} {e.units or '×'.join(map(str, e.size))}" for e in network.layer_settings)
    lines = [f"layers: {layers}; output {network.output.activation}", f"cost: {network.cost}, C_T their {network.total}"]
    lines.append(f"η {chosen.eta:g}, {chosen.iterations} iterations, batch {chosen.batch or 'all'}, seed {chosen.seed}")
    if network.classes is not None:
        lines.append("classes: " + _cut(", ".join(map(network.class_name, network.classes))))
    path = getattr(problem.origin, "path", None)
    return lines + ([f"read from {path}"] if path else [])


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH - 20 else text[: WIDTH - 21] + "…"


def text_of(problem: Problem) -> str:
    """At most ten lines; the first images below, where they have room."""
    lines = [heading(problem), *("  " + _cut(line) for line in facts(problem))]
    rows, columns = problem.x.shape[1:]
    if rows == 1 or rows > LINES - len(lines):
        return "\n".join(lines)
    blocks = [shaded(image, max(1.0, float(np.abs(problem.x).max()))) for image in problem.x[: WIDTH // (columns + 2)]]
    return "\n".join([*lines, *("  " + "  ".join(block[row] for block in blocks) for row in range(rows))])


def html_of(problem: Problem) -> str:
    """The network, and the first images as small pictures with their answers."""
    shown = problem.x[:SHOWN] if problem.network.things == "images" else problem.x[:0]
    scale = max(1.0, float(np.abs(problem.x).max()))
    pictures = "".join(
        f'<figure style="display:inline-block;margin:4px;text-align:center"><img alt="{k + 1}" src="{_png(image, scale)}" '
        f'style="width:48px;image-rendering:pixelated;border:1px solid #ccc"><figcaption>{escape(answer_of(problem, k))}'
        "</figcaption></figure>"
        for k, image in enumerate(shown)
    )
    listed = "".join(f"<li>{escape(line)}</li>" for line in facts(problem))
    return f"<div><b>{escape(heading(problem))}</b><ul>{listed}</ul>{pictures}</div>"


def answer_of(problem: Problem, image: int) -> str:
    """The right answer of an image: its class, or its targets."""
    if problem.digits is not None:
        return problem.network.class_name(float(problem.digits[image]))
    return "" if problem.t is None else ",".join(f"{number:g}" for number in problem.t[image])


def _png(image: np.ndarray, scale: float) -> str:
    """A picture in grey, 0 white, as a data address."""
    grey = 255 - np.clip(np.abs(image) / scale * 255, 0, 255).astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in grey)
    head = struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 8, 0, 0, 0, 0)
    parts: Sequence[tuple[bytes, bytes]] = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return "data:image/png;base64," + base64.b64encode(png).decode()


def shape_text(problem: Problem) -> str:
    """'12-3-2', or for maps '6×6 → 3 maps 4×4 → 3 maps 2×2 → 3'."""
    layers = problem.network.layers
    if all(len(layer.shape) == 1 for layer in layers[1:]):
        return "-".join(str(int(np.prod(layer.shape))) for layer in layers)
    texts = []
    for layer in layers:
        *maps, rows, columns = layer.shape if len(layer.shape) > 1 else (None, None)
        texts.append(str(layer.shape[0]) if rows is None else f"{maps[0]}·{rows}×{columns}" if maps else f"{rows}×{columns}")
    return " → ".join(texts)
