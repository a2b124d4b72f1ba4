"""Right answers as a workbook has them: classes that are words, and what contradicts itself among digits and targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from xlnn.book.origin import Origin, Sources
from xlnn.errors import ContentError, raise_all
from xlnn.layout.listed import Listed, spot
from xlnn.layout.places import Place
from xlnn.model.network import Network
from xlnn.words import these
from xlnn.xlsx.cell_table import OTHER
from xlnn.xlsx.workbook import ERRORS, Workbook, is_number, is_numeral

NAMED = "the classes, in the order in which they appear: {classes}."


ONES = "{where}: t of image {image} has {count} ones, while most images have one: answers are not judged right or wrong."


CONTRADICTION = "{where}: t of image {image} is {found}, but its digit is {digit}; digits count ({count} such images)."


MOSTLY = 0.5  # of the images have exactly one 1: then the others were meant to


def labelled(book: Workbook, network: Network, sources: Sources) -> tuple[Network, np.ndarray | None]:
    """The classes of the images (images) where they are written as words, and the network with the words' names.

    Where the settings have no words, the words stand for the classes in the order in which they appear. None where there
    are no words. Raises ContentError for a word that is no class, naming every cell.
    """
    if "digit" not in sources or network.classes is None:
        return network, None
    sheet, place = sources["digit"]
    if not (book.kinds(sheet, place) == OTHER).any():
        return network, None
    values = [_word(value) for value in book.block(sheet, place).ravel().tolist()]
    words = list(dict.fromkeys(value for value in values if isinstance(value, str)))
    if not words or any(word in ERRORS or is_numeral(word.replace(",", ".")) for word in words):
        return network, None  # errors, and numbers stored as text, are named as such
    if not network.names and not any(map(is_number, values)) and len(words) <= len(network.classes):
        unseen = [f"({number:g})" for number in network.classes[len(words) :]]
        network = replace(network, names=(*words, *unseen))
    return network, _classes(book, network, sheet, place, values)


def _word(value):
    return value.strip() if isinstance(value, str) else value


def _classes(book: Workbook, network: Network, sheet: str, place: Place, values: list) -> np.ndarray:
    known = {name.casefold(): number for name, number in zip(network.names, network.classes or (), strict=False)}
    found = [known.get(value.casefold()) if isinstance(value, str) else value for value in values]
    expected = these(network.names or map(network.class_name, network.classes or ()))
    raise_all(
        [
            ContentError(
                "expected one of the classes {expected}, found {found}.",
                book.where(*spot(sheet, place, (k,))), expected=expected, found=repr(values[k]) if values[k] is not None else "–",
            )
            for k, number in enumerate(found)
            if not is_number(number)
        ]
    )  # fmt: skip
    return np.array(found, dtype=float)


def said_names(network: Network) -> tuple[str, Mapping]:
    """That words were taken for classes, and which class each is."""
    pairs = ", ".join(f"{name} = {number:g}" for name, number in zip(network.names, network.classes or (), strict=True))
    return NAMED, {"classes": pairs}


def answer_notes(book: Workbook, network: Network, arrays: Mapping[str, np.ndarray], origin: Origin) -> list[tuple[str, Mapping]]:
    """What a reader should know of the right answers: targets of two 1s, and targets that contradict the digits."""
    if "t" in arrays:
        return _two_ones(book, arrays["t"], *origin.sources["t"])
    own = origin.own.get("t")
    if "digit" not in arrays or own is None or not book.find(own.sheet):
        return []
    place = own.place(network.quantities["t"])
    if isinstance(place, Listed):
        return []
    place = place[0].repeated(len(arrays["digit"]), place.steps[0])
    return _contradictions(book, network, arrays["digit"], own.sheet, place)


def _two_ones(book: Workbook, t: np.ndarray, sheet: str, place: Place) -> list[tuple[str, Mapping]]:
    """An image with several 1s, or none, where the others have one each."""
    if t.shape[1] == 1 or not np.isin(t, (0, 1)).all():
        return []
    ones = t.sum(axis=1)
    wrong = np.flatnonzero(ones != 1)
    if not len(wrong) or len(wrong) > MOSTLY * len(t):
        return []
    image = int(wrong[0])
    where = book.where(*spot(sheet, place, (image, int(np.argmax(t[image] == (1 if ones[image] else 0))))))
    return [(ONES, {"where": str(where), "image": image + 1, "count": int(ones[image])})]


def _contradictions(book: Workbook, network: Network, digits: np.ndarray, sheet: str, place: Place) -> list[tuple[str, Mapping]]:
    """Where the targets on a sheet are not those of the digits."""
    expected = np.asarray(network.rule_of["t"].values(digits))
    values = book.block(sheet, place)
    typed = np.frompyfunc(is_number, 1, 1)(values).astype(bool)
    wrong = typed & (np.where(typed, values, 0).astype(float) != expected.reshape(values.shape))
    if not wrong.any():
        return []
    index = np.argwhere(wrong)[0].tolist()
    where, image = book.where(*spot(sheet, place, index)), index[0]
    fields = {"where": str(where), "image": image + 1, "digit": network.class_name(digits[image])}
    count = len(np.unique(np.argwhere(wrong)[:, 0]))
    fields |= {"found": f"{values[tuple(index)]:g}", "count": count}
    return [(CONTRADICTION, fields)]
