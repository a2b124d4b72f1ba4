"""A problem from arrays or a table in memory, without a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from xlnn.errors import ContentError, UsageError
from xlnn.model.image_table import LABELS, nearest_square
from xlnn.model.network import Network, plain_layers
from xlnn.model.problem import Problem, Settings, draw
from xlnn.words import these

if TYPE_CHECKING:
    import pandas as pd

HIDDEN = 3  # units of the hidden layer where nobody says: at least so many, as in the book, and one for each class


def problem(
    x: np.ndarray | pd.DataFrame,
    digits: Sequence | np.ndarray | str | None = None,
    *,
    t: np.ndarray | None = None,
    layers: Sequence[int] | str | None = None,
    size: tuple[int, int] | None = None,
    classes: Sequence | None = None,
    activation: str = "sigmoid",
    **settings,
) -> Problem:
    """A problem with a plain network, ready for `train` and `write`; parameters are drawn.

    `x` (images, pixels) or (images, rows, columns); or a DataFrame with a row for each image, `digits` then the name of the
    column that has the labels (by default one called label, digit, class, target …). `digits` (images): numbers or words;
    or targets `t` (images, units); neither: a network that only runs forward. `layers`: (64, 16, 10) or "64-16-10", pixels
    first, units of the output last. `size`: rows and columns of an image, where x has its pixels in a row (by default the
    rectangle nearest to a square). `classes`: what the output units stand for, by default 0, 1, 2 …, or the labels' words in
    the order in which they appear. Further names are settings: `eta`, `iterations`, `cost`, `batch`, `seed` …

    >>> problem(np.zeros((2, 64)), [0, 7], layers=(64, 16, 10), eta=0.5).network.output.shape
    (10,)

    Raises UsageError for settings and shapes that do not fit together, ContentError for labels that are no class.
    """
    x, digits = _from_table(x, digits)
    x = _shaped(np.asarray(x, dtype=float), size)
    labels = (
        None if digits is None else [label.strip() if isinstance(label, str) else label for label in np.asarray(digits).tolist()]
    )
    if labels is not None and t is not None:
        raise UsageError("give digits or t, not both.")
    pixels, count = x.shape[1] * x.shape[2], _outputs(labels, t, classes)
    units = _units(layers, pixels, count)
    numbers, names = _classes(labels, classes, units[-1]) if labels is not None else (None, ())
    network = _network(
        x.shape[1:], units, activation, settings, classes=numbers, names=names, answered=labels is not None or t is not None
    )
    chosen = Settings(**{"layout": "book" if len(x) * pixels < 4000 else "table", **_known(settings)})
    parameters = {q.name: draw(q, chosen.seed, chosen.start) for q in network.parameters}
    answers = None if labels is None else _numbers(labels, network)
    targets = None if t is None else np.asarray(t, dtype=float).reshape(len(x), -1)
    if targets is not None and not one_each(targets):
        network = replace(network, judged=False)
    return Problem(network, x, parameters, answers, targets, chosen)


def one_each(t: np.ndarray) -> bool:
    """Whether answers can be right or wrong: t marks one unit of each image with 1, the others with 0 (or is 0 or 1 itself)."""
    return bool(np.isin(t, (0, 1)).all() and (t.shape[1] == 1 or (t.sum(axis=1) == 1).all()))


def _plain(label):
    return label.strip() if isinstance(label, str) else label


def _from_table(x, digits):
    """Pixels and labels of a DataFrame; anything else as it is."""
    if not (hasattr(x, "columns") and hasattr(x, "to_numpy")):
        if isinstance(digits, str):
            raise UsageError("{name} can name a column of a DataFrame only.", name=repr(digits))
        return x, digits
    names = [str(name) for name in x.columns]
    if digits is None:
        digits = next((name for name in names if name.lower() in LABELS), None)
    if not isinstance(digits, str):
        return x.to_numpy(), digits
    if digits not in names:
        raise UsageError("there is no column {name}; the table has {known}.", name=repr(digits), known=these(names[:20]))
    at = names.index(digits)
    return x.drop(columns=x.columns[at]).to_numpy(), x.iloc[:, at].to_numpy()


def _shaped(x: np.ndarray, size: tuple[int, int] | None) -> np.ndarray:
    """(images, rows, columns)."""
    if x.ndim == 3:
        return x
    if x.ndim != 2 or not x.size:
        raise UsageError("expected x of shape (images, pixels) or (images, rows, columns), found {found}.", found=x.shape)
    rows, columns = size or nearest_square(x.shape[1])
    if rows * columns != x.shape[1]:
        raise UsageError("images of {size} have {expected} pixels, x has {found}.", size=f"{rows}×{columns}",
                         expected=rows * columns, found=x.shape[1])  # fmt: skip
    return x.reshape(-1, rows, columns)


def _outputs(labels: list | None, t, classes) -> int:
    """Output units that the answers need."""
    if t is not None:
        found = np.asarray(t)
        return found.shape[1] if found.ndim > 1 else 1
    if classes is not None:
        return len(classes)
    if labels is None:
        return 1
    if all(isinstance(label, int | float) and label == int(label) and label >= 0 for label in labels):
        return int(max(labels)) + 1
    return len(dict.fromkeys(labels))


def units_of(layers: Sequence[int] | str) -> tuple[int, ...]:
    """(64, 16, 10) from "64-16-10". Raises UsageError for anything that is none."""
    try:
        found = tuple(int(part) for part in (layers.replace(",", "-").split("-") if isinstance(layers, str) else layers))
    except (ValueError, TypeError):
        found = ()
    if len(found) < 2 or min(found) < 1:
        raise UsageError("expected layers like 64-16-10 (pixels, hidden units, outputs), found {found}.", found=repr(layers))
    return found


def _units(layers: Sequence[int] | str | None, pixels: int, count: int) -> tuple[int, ...]:
    """The units of the layers after the input."""
    if layers is None:
        outputs = max(2, count) if count > 1 else count
        return max(HIDDEN, outputs), outputs
    first, *rest = units_of(layers)
    if first != pixels:
        raise UsageError(
            "layers {layers} begin with {first}, but an image has {pixels} pixels.",
            layers="-".join(map(str, (first, *rest))), first=first, pixels=pixels,
        )  # fmt: skip
    return tuple(rest)


def _classes(labels: list, classes, units: int) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """The numbers of the classes, and their names where they are words."""
    count = 2 if units == 1 else units
    if classes is not None:
        words = any(isinstance(entry, str) for entry in classes)
        return tuple(map(float, range(len(classes)))) if words else tuple(map(float, classes)), tuple(classes) if words else ()
    if any(isinstance(label, str) for label in labels):
        found = [str(label) for label in dict.fromkeys(labels)]
        names = [*found, *(f"({number})" for number in range(len(found), count))]
        return tuple(map(float, range(len(names)))), tuple(names)
    whole = all(label in range(count) for label in labels)
    return tuple(map(float, range(count) if whole else sorted(set(labels)))), ()


def _network(size, units, activation: str, settings: dict, **more) -> Network:
    known = {entry.name for entry in fields(Network)}
    chosen = {name: value for name, value in settings.items() if name in known}
    return Network(plain_layers(tuple(size), *units, activation=activation), **chosen, **more)


def _known(settings: dict) -> dict[str, Any]:
    """Those of the settings that Settings has. Raises UsageError for unknown ones."""
    mine, network = ({entry.name for entry in fields(kind)} for kind in (Settings, Network))
    unknown = [name for name in settings if name not in mine | network]
    if unknown:
        known = these(sorted((mine | network) - {"layer_settings", "names", "answered"}))
        raise UsageError("unknown setting {name}; known: {known}.", name=repr(unknown[0]), known=known)
    return {name: value for name, value in settings.items() if name in mine}


def _numbers(labels: list, network: Network) -> np.ndarray:
    """The classes' numbers of the labels. Raises ContentError for one that is no class."""
    by_name = dict(zip(network.names, network.classes or (), strict=True)) if network.names else {}
    found = [by_name.get(str(label), np.nan) if by_name else label for label in labels]
    wrong = next((k for k, number in enumerate(found) if number not in (network.classes or ())), None)
    if wrong is not None:
        raise ContentError(
            "expected one of the classes {expected}, found {found}.",
            expected=these(map(network.class_name, network.classes or ())), found=repr(labels[wrong]),
        )  # fmt: skip
    return np.array(found, dtype=float)
