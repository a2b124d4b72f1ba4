"""What was understood, for a reader: iterations, η, labels, what is explained, what is left over, and where everything lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from xlnn.book import nearby
from xlnn.book.nearby import Beside
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
from xlnn.book.understood_places import everything
from xlnn.book.whereabouts import OwnIterations, names_of
from xlnn.layout.cells import quoted
from xlnn.layout.labels import symbol
from xlnn.understand import Understood
from xlnn.words import these
from xlnn.xlsx.workbook import Workbook

CONTRADICTED = "the label {label} in {at} speaks against it: by the formulas {cell} is {name}."


def facts(found: Understood, beside: Beside) -> Notes:
    """Lines for `show`, as templates with their fields; `beside` is what the labels say."""
    return (
        _iterations(sheets_of_iterations(found)),
        _rates(found),
        ("explained: {share} of {count} formulas", {"share": f"{found.share:.0%}", "count": f"{int(found.formulas.sum()):,}"}),
        _left(found),
        *_labels(beside),
    )


def with_iterations(facts: Notes, own: OwnIterations) -> Notes:
    """The facts, with the iterations that are read, as `check` counts and calls them: sheet Places may begin with a later one."""
    return (_iterations(list(names_of(own).values())), *facts[1:]) if facts else facts


def _iterations(names: Sequence[str]) -> tuple[str, Mapping]:
    count = len(names)
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
    return nearby.beside(book, found.iterations[0].places(), quantities, factors(found), is_line(found))


def _labels(said: Beside) -> Notes:
    if not (said.confirming or said.contradicting):
        return ()
    fields = {"count": said.confirming, "against": len(said.contradicting)}
    return (("labels: {count} confirm it, {against} speak against it", fields),)


def contradictions(found: Understood, beside: Beside, most: int = 5) -> Notes:
    """A note for each of the first labels that contradict."""
    quantities = network_of(found, {}).quantities
    return tuple(
        (CONTRADICTED, {"label": repr(text.strip()), "at": at, "cell": cell, "name": partial(symbol, quantities[name])})
        for at, text, name, cell in beside.contradicting[:most]
    )


def with_facts(origin: Origin, book: Workbook, found: Understood) -> Origin:
    """What is told of a workbook whose formulas were understood, at least in part."""
    labels = labels_of(book, found)
    against = contradictions(found, labels)
    lying = () if origin.own else everything(found)
    return replace(
        origin,
        notes=(*origin.notes, *against), told=(*origin.told, *against), facts=facts(found, labels), everything=lying,
    )  # fmt: skip
