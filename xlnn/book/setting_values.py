"""The values of settings: how they are read from a cell or an option, in any of xlnn's languages, and shown in one."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from xlnn.words import every


@dataclass(frozen=True)
class Entry:
    """A setting: its field in Settings or Network, its English name and meaning, and how it is read and shown.

    `parse` raises ValueError for what it does not understand; `expected` says in words what it would, or has the words
    among which it chooses; `also` are Nielsen's names for some of these.
    """

    field: str
    name: str
    meaning: str
    parse: Callable[[Any], Any]
    show: Callable[[Any], Any] = lambda value: value
    expected: str | tuple[str, ...] = "a number"
    also: tuple[str, ...] = ()


def one_of(known: Sequence[str], **names: str) -> dict:
    """One of `known`, in any language; `names` are other names for some of them."""

    def parse(value):
        found = {letters(word): entry for entry in known for word in every(entry)} | names
        if letters(value) not in found:
            raise ValueError(value)
        return found[letters(value)]

    return {"parse": parse, "expected": tuple(known)}


def number_of(value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        value = float(_numeral(value))
    if not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def whole(value) -> int:
    if type(value) is int:
        return value
    number = number_of(value)
    if number != int(number):
        raise ValueError(value)
    return int(number)


def plain(value) -> str:
    """A cell's text as it is compared: full-width characters as plain ones, no capitals, no spaces around it."""
    return unicodedata.normalize("NFKC", str(value)).strip().lower()


def letters(value) -> str:
    return "".join(plain(value).split())


def _numeral(value) -> str:
    text = plain(value)
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        raise ValueError(value)
    return text


def yes(value) -> bool:
    if isinstance(value, bool):
        return value
    if plain(value) in spellings("yes"):
        return True
    if plain(value) in spellings("no"):
        return False
    raise ValueError(value)


def biases(value) -> str:
    """Whether a layer has biases: "yes", "no", or "one" for all its units."""
    if plain(value) in spellings("one"):
        return "one"
    return "yes" if yes(value) else "no"


def size_or_all(value) -> int:
    if plain(value) in spellings("all"):
        return 0
    size = whole(value)
    if size < 1:
        raise ValueError(value)
    return size


def classes(value) -> tuple[float | str, ...] | None:
    """Numbers, or words: `cat, dog`, also with the numbers that stand for them, `cat = 0, dog = 1`."""
    if plain(value) in spellings("given"):
        return None
    try:
        found: tuple = tuple(number_of(part) for part in re.split(r"[,;、\s]+", plain(value)))
    except ValueError:
        if not isinstance(value, str):
            raise
        found = tuple(re.sub(r"\s*=\s*[0-9]+$", "", part).strip() for part in re.split("[,;，；、]", value))
        if len(found) < 2 or any(map(is_float, found)):
            raise
    if len(set(found)) < len(found) or "" in found:
        raise ValueError(value)
    return found


def is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def show_classes(classes) -> str:
    if classes and any(isinstance(name, str) for name in classes):
        return ", ".join(f"{name} = {number}" for number, name in enumerate(classes))
    return "given" if classes is None else ", ".join(f"{number:g}" for number in classes)


def spellings(name: str) -> set[str]:
    return {word.lower() for word in every(name)}


def size(value) -> tuple[int, int]:
    """'4×3', '4x3' or '4*3' → (4, 3). Raises ValueError for anything else."""
    match = re.fullmatch(r"([0-9]{1,6})\s*[×x*]\s*([0-9]{1,6})", plain(value))
    if not match:
        raise ValueError(value)
    return int(match[1]), int(match[2])


def rate(value) -> float:
    found = number_of(value)
    if found < 0:
        raise ValueError(value)
    return found
