"""What the formulas of a workbook say, in the lines of a sheet Places."""

from __future__ import annotations

from collections.abc import Iterator

from xlnn.book.places_words import NEXT_SHEET
from xlnn.book.places_writing import LineWords, line_words
from xlnn.book.quantity_names import IMAGE_COUNT
from xlnn.book.understood import common_eta, decay_cell, eta_cell, layer_rates, network_of
from xlnn.layout.cells import quoted
from xlnn.layout.listed import Listed, spots
from xlnn.layout.places import Move, Place
from xlnn.model.network import Network
from xlnn.model.quantities import Quantity
from xlnn.understand import Understood
from xlnn.words import say, word


def places_lines(found: Understood, language: str = "en") -> list[LineWords]:
    """The lines of sheet Places that say where all lies that was understood, by the headings of their columns."""
    return [
        *_quantities(found, language),
        *none_lines(network_of(found, {}), language),
        *_counts(found, language),
        *rate_lines(found),
    ]


def _quantities(found: Understood, language: str) -> Iterator[LineWords]:
    for q, sheet, place, following in everything(found):
        factor = found.iterations[0].named[q.name].factor
        yield line_words(q, *one_step((sheet, place), q.per_image), factor, following, language)


Lying = tuple[Quantity, str, Place, Move | None]  # a quantity, its sheet and place, and where the next iteration has it


def everything(found: Understood) -> tuple[Lying, ...]:
    """Where each quantity lies in the first iteration."""
    quantities, first = network_of(found, {}).quantities, found.iterations[0].places()
    second = found.iterations[1].places() if len(found.iterations) > 1 else {}
    return tuple(
        (quantities[name], *where, next_step(where, second.get(name))) for name, where in first.items() if name in quantities
    )


def one_step(where: tuple[str, Place], per_image: bool) -> tuple[str, Place]:
    """A single image has a step to the next one, too: one that leads beside it."""
    sheet, place = where
    if per_image and place.shape[0] == 1 and not isinstance(place, Listed):
        place = place[0].repeated(1, (0, place[0].bounds().width))
    return sheet, place


def next_step(first: tuple[str, Place], second: tuple[str, Place] | None) -> Move | None:
    """Where the same lies in the second iteration: a step, or the same cells of another sheet; None where that is no step."""
    if second is None or first == second or first[1].size != second[1].size:
        return None
    pairs = list(zip(spots(*first), spots(*second), strict=True))
    moves = {(there.row - here.row, there.column - here.column) for (_, here), (_, there) in pairs}
    if len(moves) != 1:
        return None
    move = next(iter(moves))
    others = [there != here for (here, _), (there, _) in pairs]
    if move == (0, 0):
        return NEXT_SHEET if all(others) else None
    return None if any(others) else move


def none_lines(network: Network, language: str) -> Iterator[LineWords]:
    """What the network does not have, and might: biases, right answers."""
    for layer in network.layers[1:]:
        if layer.kind != "max pooling" and not layer.bias:
            yield {"Quantity": "b" + layer.label, "First block": say("none", language)}
    if not network.answered:
        yield {"Quantity": "t", "First block": say("none", language)}


def _counts(found: Understood, language: str) -> Iterator[LineWords]:
    yield count_line(len(found.iterations[0].named["x"].cells), language)


def count_line(images: int, language: str) -> LineWords:
    """How many images there are."""
    return {"Quantity": IMAGE_COUNT[language], "First block": str(images)}


def rate_lines(found: Understood) -> Iterator[LineWords]:
    """η, in its cell where one holds it, and that of layers that have another."""
    eta, rates = common_eta(found), layer_rates(found)
    if eta is None:
        return
    yield {"Quantity": "eta", "First block": _rate(found, eta, eta_cell(found))}
    for label, rate in rates.items():
        names = {f"new_{kind}{label}" for kind in "wb"}
        yield {"Quantity": "eta" + label, "First block": _rate(found, rate * eta, eta_cell(found, rate * eta, names))}


def decay_lines(found: Understood, language: str) -> Iterator[LineWords]:
    """λ of weights that decay, in its cell where one holds it, and where λw is added, of which parameters."""
    network = found.network
    if network.decay:
        yield {"Quantity": say("weight decay", language), "First block": _rate(found, network.decay, decay_cell(found))}
        if network.decay_in != "weights":
            yield {"Quantity": say("decay in", language), "First block": word(network.decay_in, language)}
        if network.decay_biases:
            yield {"Quantity": say("decay biases", language), "First block": say("yes", language)}


def _rate(found: Understood, eta: float, number: int | None) -> str:
    if number is None:
        return f"{eta:.15g}"
    sheet, cell = found.graph.cell(number)
    return f"{quoted(sheet)}!{cell.name}"
