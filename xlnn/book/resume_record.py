"""What a training leaves on sheet Conventions so that it can go on later: how far it came, how, and with which numbers.

    updates      20 / 50
    options      --keep all --detail all --cells values
    settings     learning rate η = 0.2; cost = half squares; … layer = 1 input 4×3, 2 dense 3 sigmoid, 3 dense 2 sigmoid
    fingerprint  images = 640.79…; right answers = 48.41…; parameters = -6.95…; Summary = 2170.3…; SHA-256 = e64d…

The fingerprint tells apart what happened to the numbers since: the bits are still the same; the numbers are, but not
their bits (a program that stores 15 digits has saved the workbook); or the numbers themselves have changed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence

import numpy as np

from xlnn.book.conventions import texts_about
from xlnn.book.names import SUMMARY
from xlnn.book.origin import Options, Record
from xlnn.book.settings import ENTRIES, layer_rows, shown_values
from xlnn.model.problem import Problem
from xlnn.words import every, say, word

GOLDEN = (math.sqrt(5) - 1) / 2


CLOSE = 1e-9  # so far, relative to their length, numbers may be from those of the fingerprint; compare's tolerance, too


FREE = ("iterations", "language")  # settings that may change while a training rests


BITS = "SHA-256"


PARTS = ("images", "right answers", "held-out images", "held-out right answers", "parameters", SUMMARY)


SETTING_NAMES = {entry.field: entry.name for entry in ENTRIES} | {"layers": "layer"}  # of settings, by field


# ---- writing ------------------------------------------------------------------------------------------


def lines(
    problem: Problem, parameters: Mapping, totals: Sequence[tuple], options: Options, language: str
) -> list[tuple[str, str]]:
    """Topic and text of the four lines; `parameters` and `totals` are those at the end."""
    found = numbers(problem, parameters, totals)
    kept = settings_text(shown_values(problem), problem.network.layer_settings, language)
    sums = {name: f"{fingerprint(array):.15g}" for name, array in found.items()}
    return [
        ("updates", f"{totals[-1][0]} / {problem.settings.iterations}"),
        ("options", f"--keep {options.keep.replace(' ', '')} --detail {options.detail} --cells {options.cells}"),
        ("settings", _joined({SETTING_NAMES[name]: text for name, text in kept.items()}, language)),
        ("fingerprint", _joined({**sums, BITS: bits(found)}, language)),
    ]


def settings_text(values: Mapping[str, object], layers: Sequence, language: str) -> dict[str, str]:
    """Every setting that a training keeps from beginning to end, by field, as a text."""
    values = {name: word(value, language) for name, value in values.items() if name not in FREE}
    texts = {name: repr(value) if isinstance(value, float) else str(value) for name, value in values.items()}
    rows = (" ".join(str(part) for part in row if part is not None) for row in layer_rows(layers, language))
    return {**texts, "layers": ", ".join(rows)}


def numbers(problem: Problem, parameters: Mapping, totals: Sequence[tuple]) -> dict[str, np.ndarray]:
    """All numbers that the rest of a training depends on, or shows, each part in one row."""
    held_out = problem.held_out
    others = (None, None) if held_out is None else (held_out.x, _answers(held_out))
    last = np.concatenate([np.ravel(parameters[q.name]) for q in problem.network.parameters])
    history = np.array([[0.0 if number is None else number for number in total] for total in totals])
    arrays = zip(PARTS, (problem.x, _answers(problem), *others, last, history), strict=True)
    return {name: np.ravel(array).astype("<f8") + 0.0 for name, array in arrays if array is not None}  # + 0.0: no −0


def _answers(problem: Problem) -> np.ndarray:
    return problem.t if problem.digits is None else problem.digits


def fingerprint(array: np.ndarray) -> float:
    """Σ g x with weights g between 1 and 2 that never repeat: any one number that changes, changes it at least as much."""
    with np.errstate(over="ignore"):  # what diverges comes to inf
        return float(((1 + np.arange(array.size) * GOLDEN % 1) * array).sum())


def close(array: np.ndarray, expected: float) -> bool:
    """Whether an array has the fingerprint `expected` but for what rounding to 15 digits does."""
    found, largest = fingerprint(array), float(np.abs(array).max()) or 1.0
    return found == expected or abs(found - expected) <= CLOSE * largest * math.sqrt(np.square(array / largest).sum())


def bits(parts: Mapping[str, np.ndarray]) -> str:
    """SHA-256 of all numbers."""
    found = hashlib.sha256()
    for array in parts.values():
        found.update(array.tobytes())
    return found.hexdigest()


def _joined(parts: Mapping[str, str], language: str) -> str:
    return "; ".join(f"{say(name, language)} = {text}" for name, text in parts.items())


# ---- reading ------------------------------------------------------------------------------------------


def parse(rows: Sequence[Sequence]) -> Record:
    """The record on a sheet Conventions. Raises ValueError or KeyError where there is none."""
    told = [texts_about(rows, topic)[-1:] for topic in ("updates", "options", "settings", "fingerprint")]
    if not all(told):
        raise ValueError("no record")
    (updates,), (options,), (settings,), (prints,) = told
    done = int(updates.split("/")[0])
    _, keep, _, detail, _, cells = options.split(" ")
    kept = _parted(settings, {name: field for field, name in SETTING_NAMES.items()})
    sums = _parted(prints, {name: name for name in (*PARTS, BITS)})
    digest = sums.pop(BITS, "")
    return Record(done, Options(keep, detail, cells), kept, {name: float(text) for name, text in sums.items()}, digest)


def _parted(text: str, names: Mapping[str, str]) -> dict[str, str]:
    """By what `names` has for a name: {"a": "1", "b": "2"} from "A = 1; B = 2", in any language. Raises KeyError."""
    known = {word: key for name, key in names.items() for word in every(name)}
    pairs = (part.partition(" = ") for part in text.split("; "))
    return {known[word]: value for word, _, value in pairs}
