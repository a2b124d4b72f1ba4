"""Nielsen's network for handwritten digits (*Neural Networks and Deep Learning*, chapter 1): pixels-30-10 in batches of 10.

With 28×28 images it is his 784-30-10; without images it is 64-30-10 on the 8×8 digits that scikit-learn ships.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from xlnn.errors import ContentError, FileError, UsageError, Where, pip_install
from xlnn.model.network import Network, plain_layers
from xlnn.model.problem import Problem, Settings, draw

NIELSEN = "nielsen"  # what `xlnn new` calls it


NETWORK = (
    "Nielsen's network for digits, 30 epochs in batches of 10, η 3, every tenth image held out; train it with --keep first,last"
)


EPOCHS = 30


HELD_BACK = 10  # every tenth image


def nielsen(images: str | Path | None = None, seed: int = 0) -> Problem:
    """The network on a CSV file's images, or on scikit-learn's; every tenth image is held out.

    A line of the file is a digit and the pixels of a square image, row by row; a header is passed over, and pixels
    above 1 are scaled to 0…1. Raises UsageError where scikit-learn is needed and missing, FileError, ContentError.
    """
    digits, x = _shipped() if images is None else _from_csv(Path(images))
    network = Network(plain_layers(x.shape[1:], 30, 10), classes=tuple(map(float, range(10))), total="mean")
    held = np.arange(1, len(x) + 1) % HELD_BACK == 0
    batch, trained = 10, int((~held).sum())
    settings = Settings(
        eta=3.0, iterations=EPOCHS * -(-trained // batch), batch=batch, order="shuffled", seed=seed,
        start="N(0, 1/inputs)", layout="table",
    )  # fmt: skip
    parameters = {q.name: draw(q, seed, settings.start) for q in network.parameters}
    held_out = Problem(network, x[held], parameters, digits[held], settings=settings) if held.any() else None
    return Problem(network, x[~held], parameters, digits[~held], settings=settings, held_out=held_out)


def _shipped() -> tuple[np.ndarray, np.ndarray]:
    """Digits (images) and pixels (images, 8, 8) from 0 to 1."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise UsageError(
            "the 8×8 digits come with scikit-learn. Give images with --images, or install it with: {command}",
            command=pip_install("scikit-learn"),
        ) from None
    found = load_digits()
    return found.target.astype(float), found.images / 16


def _from_csv(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Digits (images) and pixels (images, rows, columns) of a CSV file."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split()
    except FileNotFoundError:
        raise FileError("there is no such file; looked in {folder}.", Where(path.name), folder=path.resolve().parent) from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileError("the file cannot be read: {reason}.", Where(path.name), reason=error) from None
    start = 1 if lines and not lines[0].split(",")[0].isdigit() else 0
    numbers = [_numbers(line, count, path) for count, line in enumerate(lines[start:], start + 1)]
    if not numbers:
        raise ContentError("expected an image, found blank cells.", Where(path.name))
    for count, line in enumerate(numbers, start + 1):
        if len(line) != len(numbers[0]):
            raise _wrong(path, count)
    found = np.array(numbers)
    side = round(np.sqrt(found.shape[1] - 1))
    x = found[:, 1:].reshape(-1, side, side)
    return found[:, 0], x / 255 if x.max() > 1 else x


def _numbers(line: str, count: int, path: Path) -> list[float]:
    """One line. Raises ContentError unless it is a digit and a square number of pixels."""
    try:
        numbers = [float(part) for part in line.split(",")]
    except ValueError:
        raise _wrong(path, count) from None
    side = round(np.sqrt(len(numbers) - 1))
    if side < 1 or side * side != len(numbers) - 1 or numbers[0] not in range(10) or not np.isfinite(numbers).all():
        raise _wrong(path, count)
    return numbers


def _wrong(path: Path, line: int) -> ContentError:
    return ContentError(
        "line {line}: expected a digit from 0 to 9 and the pixels of a square image, all images alike, separated by commas.",
        Where(path.name), line=line,
    )  # fmt: skip
