"""What was understood, for a reader: iterations, η, labels, what is explained, what is left over, and where everything lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from xlnn.book.nearby import Beside, beside
from xlnn.book.origin import Notes, Origin
from xlnn.book.understood import (
    common_eta,
    eta_cell,
    factors,
    is_line,
    layer_rates,
    left_over,
    network_of,
    sheets_of_iterations,
)
from xlnn.book.understood_places import next_step
from xlnn.layout.cells import quoted
from xlnn.layout.labels import symbol
from xlnn.layout.places import Move, Place
from xlnn.model.quantities import Quantity
from xlnn.understand import Understood
from xlnn.words import these
from xlnn.xlsx.workbook import Workbook

CONTRADICTED = "the label {label} in {at} speaks against it: by the formulas {cell} is {name}."


def facts(book: Workbook, found: Understood) -> Notes:
    """Lines for `show`, as templates with their fields."""
    return (
        _iterations(found),
        _rates(found),
        ("explained: {share} of {count} formulas", {"share": f"{found.share:.0%}", "count": f"{int(found.formulas.sum()):,}"}),
        _left(found),
        *_labels(labels_of(book, found)),
    )


def _iterations(found: Understood) -> tuple[str, Mapping]:
    names = sheets_of_iterations(found)
    count = len(found.iterations)
    if count == 1:
        return "iterations: {count} (on {first})", {"count": 1, "first": names[0]}
    return "iterations: {count} ({first} … {last})", {"count": count, "first": names[0], "last": names[-1]}


def _rates(found: Understood) -> tuple[str, Mapping]:
    """η, its cell, and that of layers that have another."""
    eta, number = common_eta(found), eta_cell(found)
    if eta is None:
        return "η: nothing is updated, or with an η that is not told", {}
    text = f"{eta:g}"
    if number is not None:
        sheet, cell = found.graph.cell(number)
        text += f" ({quoted(sheet)}!{cell.name})"
    text += "".join(f"; {label}: {rate * eta:g}" for label, rate in layer_rates(found).items())
    return "η: {eta}", {"eta": text}


def _left(found: Understood) -> tuple[str, Mapping]:
    if not found.left_over:
        return "left over: nothing", {}
    return "left over: {count} formulas, {cells}", {"count": f"{len(found.left_over):,}", "cells": these(left_over(found))}


def labels_of(book: Workbook, found: Understood) -> Beside:
    """What the labels beside the first iteration's cells say."""
    quantities = network_of(found, {}).quantities
    return beside(book, found.iterations[0].places(), quantities, factors(found), is_line(found))


def _labels(said: Beside) -> Notes:
    if not (said.confirming or said.contradicting):
        return ()
    fields = {"count": said.confirming, "against": len(said.contradicting)}
    return (("labels: {count} confirm it, {against} speak against it", fields),)


def contradictions(book: Workbook, found: Understood, most: int = 5) -> Notes:
    """A note for each of the first labels that contradict."""
    quantities = network_of(found, {}).quantities
    return tuple(
        (CONTRADICTED, {"label": repr(text.strip()), "at": at, "cell": cell, "name": partial(symbol, quantities[name])})
        for at, text, name, cell in labels_of(book, found).contradicting[:most]
    )


def with_facts(origin: Origin, book: Workbook, found: Understood) -> Origin:
    """What is told of a workbook whose formulas were understood, at least in part."""
    against = contradictions(book, found)
    lying = () if origin.own else everything(found)
    return replace(
        origin,
        notes=(*origin.notes, *against), told=(*origin.told, *against), facts=facts(book, found), everything=lying,
    )  # fmt: skip


Lying = tuple[Quantity, str, Place, Move | None]  # a quantity, its sheet and place, and where the next iteration has it


def everything(found: Understood) -> tuple[Lying, ...]:
    """Where each quantity lies in the first iteration."""
    quantities, first = network_of(found, {}).quantities, found.iterations[0].places()
    second = found.iterations[1].places() if len(found.iterations) > 1 else {}
    return tuple(
        (quantities[name], *where, next_step(where, second.get(name))) for name, where in first.items() if name in quantities
    )
