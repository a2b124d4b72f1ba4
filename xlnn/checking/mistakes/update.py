"""Mistakes of the update: new weights and biases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from xlnn.checking.mistakes.case import Case, Try, as_typed, constant, mistake, times
from xlnn.checking.uncertain import Uncertain, stored_doubt
from xlnn.errors import XlnnError
from xlnn.layout.cells import quoted
from xlnn.model.problem import Problem
from xlnn.model.training import train

SHARP, BLUNT = 1e-6, 1e-3  # how well an η must be known to be looked for among the cells, and among simple numbers

PARAMETERS = ("new_w", "new_b")


@mistake("gradient-added", "the gradient is added", "Subtract it: w − η ∂C_T/∂w goes downhill.", *PARAMETERS)
def gradient_added(case: Case) -> Uncertain | None:
    return _with_eta(case, times(case.numbers["eta"], -1))


@mistake("eta-left-out", "η is left out", "Multiply the gradient by η.", *PARAMETERS)
def eta_left_out(case: Case) -> Uncertain | None:
    return _with_eta(case, constant(case.numbers["eta"], 1))


@mistake("biases-without-eta", "η is left out for the biases only", "Multiply the gradients of the biases by η too.", "new_b")
def biases_without_eta(case: Case) -> Uncertain | None:
    return _with_eta(case, constant(case.numbers["eta"], 1))


@mistake("eta-squared", "η is squared", "Multiply by η once.", *PARAMETERS)
def eta_squared(case: Case) -> Uncertain | None:
    return _with_eta(case, case.numbers["eta"] * case.numbers["eta"])


def _with_eta(case: Case, eta: Uncertain) -> Uncertain | None:
    return case.changed(eta=eta) if "eta" in case.rule.needs else None


@mistake(
    "another-eta",
    "η is {eta}",
    "Use the network's η (`xlnn show` prints it), or say that it is this one: with --eta, or in a line eta of a sheet Places.",
    *PARAMETERS,
)
def another_eta(case: Case) -> Iterator[Try]:
    """Solved from the cell with the largest gradient.

    Some η fits any single cell: so only one that can be told where it comes from: it stands in a cell of the sheets,
    or is a multiple of the right one that people take by mistake, or has at most two digits.
    """
    if "eta" not in case.rule.needs:
        return
    eta, doubt = _solved_eta(case)
    own, images = case.numbers["eta"].value.reshape(-1) + np.zeros(len(eta)), len(case.group.sheets[0].images)
    others = (0 * own, own, -own, own**2, 0 * own + 1)  # those have entries of their own
    known = np.any([np.abs(eta - other) <= np.maximum(doubt, 1e-12) for other in others], axis=0)
    usable = np.where(np.isfinite(eta) & ~known, eta, np.nan)
    multiples = {"η/n": own / images, "nη": own * images, "η/2": own / 2, "2η": 2 * own, "1/η": 1 / own}
    tries = [_eta_in_a_cell(case, usable, doubt)]
    tries += [(number, [f"{n:.6g} ({name})" for n in number.tolist()]) for name, number in multiples.items()]
    single = case.wrong.reshape(len(eta), -1).sum(axis=1) == 1  # then a whole number is rather that of another cell
    rather = np.where(single & (np.abs(usable - np.round(usable)) <= doubt), np.nan, usable)
    simple = [np.array([float(f"{number:.{digits}g}") for number in rather.tolist()]) for digits in (1, 2)]
    tries += [(number, [f"{n:g}" for n in number.tolist()]) for number in simple]
    sharp = np.maximum(doubt, 1e-12) <= BLUNT * eta  # else there is a simple number near every η
    for number, names in tries:
        near = np.where(sharp & (np.abs(number - usable) <= np.maximum(doubt, 1e-12)), number, np.nan)
        yield case.changed(eta=Uncertain(near[:, None], 0 * near[:, None])), {"eta": np.array(names), "rate": near}


def _solved_eta(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """For each sheet the η that gives the wrong cell with the largest gradient, and its doubt."""
    old, gradient = case.numbers[case.rule.needs[0]], case.numbers[case.rule.needs[2]]
    flat = lambda a: np.broadcast_to(a, case.wrong.shape).reshape(len(case.wrong), -1)
    best = np.where(flat(case.wrong), np.abs(flat(gradient.value)), -1.0).argmax(axis=1)[:, None]
    pick = lambda a: np.take_along_axis(flat(a), best, axis=1)[:, 0]
    found = pick(case.found)
    with np.errstate(all="ignore"):
        eta = (pick(old.value) - found) / pick(gradient.value)
        room = pick(old.doubt) + stored_doubt(found, case.group.digits) + np.abs(eta) * pick(gradient.doubt)
        return eta, room / np.abs(pick(gradient.value))


def _eta_in_a_cell(case: Case, eta: np.ndarray, doubt: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """For each sheet the number closest to η among its cells, and where it stands; whole numbers are mostly labels."""
    numbers, names = np.full(len(eta), np.nan), [""] * len(eta)
    for s, shown in enumerate(case.group.sheets):
        sharp = np.isfinite(eta[s]) and doubt[s] <= SHARP * abs(eta[s])  # else there is a cell for every η
        for sheet in sorted({sheet for sheet, _ in shown.places.values()}) if sharp else ():
            filled = case.group.book.workbook.filled(sheet)
            off = np.abs(filled.numbers - eta[s])
            off[np.isnan(off) | (filled.numbers == np.round(filled.numbers))] = np.inf
            if len(off) and off.min() <= max(doubt[s], 1e-12) and np.isnan(numbers[s]):
                at = int(off.argmin())
                numbers[s], names[s] = filled.numbers[at], f"{filled.numbers[at]:.6g} ({quoted(sheet)}!{filled.cell(at).name})"
    return numbers, names


@mistake("biases-not-updated", "the biases are not updated", "b − η ∂C_T/∂b, or set freeze biases to yes.", "new_b")
def biases_not_updated(case: Case) -> Uncertain | None:
    return _not_updated(case)


@mistake("weights-not-updated", "the weights are not updated", "w − η ∂C_T/∂w.", "new_w")
def weights_not_updated(case: Case) -> Uncertain | None:
    return _not_updated(case)


def _not_updated(case: Case) -> Uncertain | None:
    return as_typed(case, case.numbers[case.rule.needs[0]]) if "eta" in case.rule.needs else None


@mistake(
    "output-updated-first",
    "the output layer was updated before the hidden δ was computed",
    "Compute every δ with the old weights, then update all parameters together.",
    "back",
)
def output_updated_first(case: Case) -> None:
    """Tried through Σwδ with new weights, where that is not on the sheet."""


@mistake(
    "updated-after-every-image",
    "the parameters are updated after every image",
    "Add up the gradients of all images, then update once.",
    *PARAMETERS,
)
def updated_after_every_image(case: Case) -> Uncertain | None:
    images = case.numbers["x"].value.shape[1]
    if images < 2:
        return None
    try:
        value = np.stack([_trained_singly(case, sheet, images) for sheet in range(len(case.wrong))])[:, None]
    except XlnnError:
        return None
    return Uncertain(value, case.expected.doubt * images + 1e-11 * np.abs(value))


def _trained_singly(case: Case, sheet: int, images: int) -> np.ndarray:
    network, numbers = case.network, case.numbers
    array = lambda name: numbers[name].value[min(sheet, len(numbers[name].value) - 1)]
    parameters = {q.name: array(q.name)[0] for q in network.parameters}
    answers = {"t": array("t")} if network.classes is None else {"digits": array("digit")}
    eta = float(array("eta").reshape(-1)[0])
    settings = replace(case.group.problem.settings, eta=eta, batch=1, iterations=images, order="listed")
    problem = Problem(network, array("x"), parameters, settings=settings, **answers)
    *_, last = train(problem)
    return last.new_parameters()[case.rule.result.name.removeprefix("new_")]
