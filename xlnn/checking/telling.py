"""What a check or a comparison found, told: as text, as JSON, and as a marked copy of the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.book.iterations import computed
from xlnn.book.origin import origin_of
from xlnn.checking.comparing import seen_apart
from xlnn.checking.marked_copy import GREY, RED, Mark, write_marked
from xlnn.checking.numbers import Group, Numbers
from xlnn.checking.uncertain import stored_doubt
from xlnn.checking.verdict import Fault, Verdict, address, correction, explanation, first_cell
from xlnn.errors import printable
from xlnn.layout.labels import symbol, symbols
from xlnn.model.training import Step
from xlnn.words import joined, say, word

SHOWN = 3  # cells of a fault that are shown with both numbers


FIRST = 20  # differing cells that are shown


LISTED = 1000  # cells of a fault in JSON


# ---- check ------------------------------------------------------------------------------------------


def check_text(verdict: Verdict, language: str, beside: int = 0) -> str:
    """The verdict in lines: how much is right, every fault in the order of calculation, the trajectory.

    `beside`: cells that the formulas alone show to be wrong, which are told below; where the rules find none, they count.
    """
    name = verdict.book.workbook.name
    sheets = verdict.sheets if len(verdict.sheets) < 4 else [verdict.sheets[0], "…", verdict.sheets[-1]]
    head = say(
        "{workbook}: {cells} cells checked on {sheets}: ",
        language, workbook=name, cells=f"{verdict.cells:,}", sheets=joined(sheets, ", ", language),
    )  # fmt: skip
    lines = [head + _counts(verdict, language, beside), *_understood_lines(verdict, language)]
    for number, (fault, more) in enumerate(_alike(verdict), 1):
        lines += _fault_lines(number, verdict, fault, more, language)
    rest = _follow_lines, _empty_lines, _decimals_lines, _looked_lines, _trajectory
    return "\n".join([*lines, *(line for part in rest for line in part(verdict, language))])


def _understood_lines(verdict: Verdict, language: str) -> list[str]:
    """By what the workbook was read, and what speaks against it, where that is not sheet Settings."""
    told = origin_of(verdict.book.problem).told if verdict.book.problem is not None else ()
    return [say("Note: {note}", language, note=say(text, language, **fields)) for text, fields in told]


def _counts(verdict: Verdict, language: str, beside: int) -> str:
    """How many cells are wrong, and how many empty; "all right" without a reservation only where all was judged."""
    count = beside if verdict.right else verdict.wrong
    if not count + verdict.empty:
        return say("all right." if verdict.complete else "all right as far as it was found.", language)
    wrong, empty = f"{count:,}", f"{verdict.empty:,}"
    if not verdict.empty:
        return say("{wrong} wrong.", language, wrong=wrong)
    if not count:
        return say("{empty} empty.", language, empty=empty)
    return say("{wrong} wrong, {empty} empty.", language, wrong=wrong, empty=empty)


def _follow_lines(verdict: Verdict, language: str) -> list[str]:
    said = "{count} more cells hold errors or texts that follow from these."
    return [say(said, language, count=f"{verdict.follow:,}")] if verdict.follow else []


def _decimals_lines(verdict: Verdict, language: str) -> list[str]:
    decimals = verdict.book.decimals
    if decimals is None or not verdict.mistaken:
        return []
    said = "The numbers of this workbook are rounded to {digits} decimals: check with --digits {digits}."
    return [say(said, language, digits=decimals)]


def _looked_lines(verdict: Verdict, language: str) -> Iterator[str]:
    """What was judged, and what was not, where that is not all."""
    book, missing, partly = verdict.book, symbols(verdict.not_found, language), symbols(verdict.partly_found, language)
    if verdict.complete:
        return
    if verdict.convention:
        convention = verdict.told_convention(language)
        yield say("With another convention than the book's: {convention}.", language, convention=convention)
    if verdict.judged:
        yield say("Checked: {quantities}.", language, quantities=joined(symbols(verdict.judged, language), ", ", language))
    if missing:
        yield say(
            "Not found, not checked: {quantities}. Say in a sheet Places where they are.",
            language,
            quantities=joined(missing, ", ", language),
        )
    if partly:
        yield say("Not on every sheet: {quantities}.", language, quantities=joined(partly, ", ", language))
    if book.untrainable:
        yield say("There is no backward pass to check: {reason}", language, reason=book.untrainable.text(language))
    if book.unseen:
        yield say(
            "Sheets that were not looked at: {sheets}.", language, sheets=joined(map(printable, book.unseen), ", ", language)
        )
    for part in verdict.further:
        said = "Further formulas on {sheet}, not looked at: {count} (rows {rows})."
        yield say(said, language, sheet=printable(part.sheet), count=f"{part.count:,}", rows=part.rows)


def _empty_lines(verdict: Verdict, language: str) -> list[str]:
    """The quantities that are not filled in, in one line."""
    empty = [fault for fault in verdict.faults if fault.empty]
    if not empty:
        return []
    cells = [first_cell(fault) for fault in empty]
    names = [symbol(fault.rule.result, language) for fault in empty]
    parts = [f"{text} ({sheet}!{cell.name})" for text, (sheet, cell) in zip(names, cells, strict=True)]
    return [
        say("{count} cells are empty: {quantities}", language, count=f"{verdict.empty:,}", quantities=_few(parts, language, 12))
    ]


def _alike(verdict: Verdict) -> list[tuple[Fault, list[str]]]:
    """Faults of the same quantity with the same causes once, with the other sheets that have them."""
    found: list[tuple[Fault, list[str]]] = []
    known: dict[tuple, tuple[Fault, list[str]]] = {}
    for fault in verdict.mistaken:
        key = fault.rule.result.name, tuple(cause.name for cause in fault.causes)
        if key in known and known[key][0].shown is not fault.shown:
            known[key][1].append(fault.shown.name)
        else:
            known[key] = fault, []
            found.append(known[key])
    return found


def _fault_lines(number: int, verdict: Verdict, fault: Fault, more: list[str], language: str) -> list[str]:
    sheet, cell = first_cell(fault)
    q = fault.rule.result
    head = say(
        "{number}. {sheet}!{cell}: {symbol}, {wrong} of {all} cells wrong. Rule: {equation}",
        language, number=number, sheet=sheet, cell=cell.name, symbol=symbol(q, language), wrong=fault.wrong.sum(),
        all=fault.wrong.size, equation=fault.rule.equation,
    )  # fmt: skip
    lines = [head]
    if more:
        lines.append(
            "   " + say("The same on {count} more sheets: {sheets}.", language, count=len(more), sheets=_few(more, language))
        )
    lines += ["   " + line for line in _why(verdict, fault, language)]
    for index in fault.cells[:SHOWN]:
        lines.append("   " + _cell_line(verdict, fault, index, language))
    return lines


def _few(names: list[str], language: str, most: int = 4) -> str:
    return joined(names if len(names) <= most else [*names[: most - 2], "…", names[-1]], ", ", language)


def _why(verdict: Verdict, fault: Fault, language: str) -> list[str]:
    if np.isnan(fault.found[fault.cells[0]]) or verdict.book.problem is None:
        return []
    if not fault.causes:
        return [say("None of the known mistakes gives these numbers.", language)]
    lines = []
    if len(fault.causes) > 1:
        lines.append(say("These numbers do not tell which of several mistakes it is:", language))
    for cause in fault.causes:
        behind = cause.fields.get("behind")
        where = say(" (in {quantity}, which is not on the sheet)", language, quantity=symbol(behind, language)) if behind else ""
        why, then = explanation(cause, fault, language) + where, correction(cause, fault, language)
        name = word(cause.name, language)
        lines.append(say("{name}: {explanation}. {correction}", language, name=name, explanation=why, correction=then))
    return lines


def _cell_line(verdict: Verdict, fault: Fault, index: tuple[int, ...], language: str) -> str:
    sheet, cell = fault.shown.cell(fault.rule.result.name, index)
    found = verdict.book.found(sheet, cell)
    expected = verdict.book.as_shown(fault.shown, fault.rule.result.name, fault.expected[index])
    if found is None:
        return say("{cell}: empty", language, cell=cell.name)
    texts = seen_apart(found, expected)
    return say("{cell}: found {found}, expected {expected}", language, cell=cell.name, found=texts[0], expected=texts[1])


def _trajectory(verdict: Verdict, language: str) -> list[str]:
    beside = verdict.trajectory
    if beside is None:
        return []
    mine, theirs = beside.pairs[0]
    lines = []
    if not beside.agreeing:
        said = "No iteration of {workbook} begins with the parameters of {sheet}; it was compared with {other}."
        lines.append(say(said, language, workbook=beside.workbook, sheet=mine, other=theirs))
    elif len(beside.pairs) == 1 or mine != theirs:
        said = "{sheet} begins with the parameters of {other} in {workbook}, and was compared with it."
        lines.append(say(said, language, workbook=beside.workbook, sheet=mine, other=theirs))
    if not beside.departures:
        return [*lines, say("The numbers agree with {workbook}.", language, workbook=beside.workbook)]
    lines.append(say("Different from {workbook}:", language, workbook=beside.workbook))
    quantities = verdict.book.problem.network.quantities if verdict.book.problem is not None else {}
    for departure in verdict.departures[:FIRST]:
        found, other = seen_apart(departure.found, departure.other)
        lines.append(
            "   "
            + say(
                "{sheet}!{cell}: {quantity}, {different} of {cells} cells: {found}, there {other}",
                language, sheet=departure.sheet, cell=departure.cell.name,
                quantity=symbol(quantities[departure.quantity], language), different=departure.different,
                cells=departure.cells, found=found, other=other,
            )
        )  # fmt: skip
    if len(verdict.departures) > FIRST:
        lines.append("   " + say("… and {count} more.", language, count=len(verdict.departures) - FIRST))
    return lines


def check_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict for programs."""
    beside = verdict.trajectory
    return {
        "workbook": str(verdict.book.workbook.path),
        "right": verdict.right,
        "cells": verdict.cells,
        "wrong": verdict.wrong,
        "empty": verdict.empty,
        "share": verdict.share,
        "follow": verdict.follow,
        "complete": verdict.complete,
        "convention": verdict.told_convention() or None,
        "judged": [q.name for q in verdict.judged],
        "missing": [q.name for q in verdict.not_found],
        "partly_missing": [q.name for q in verdict.partly_found],
        "no_backward_pass": verdict.book.untrainable and verdict.book.untrainable.text(),
        "sheets": verdict.sheets,
        "unseen": list(verdict.book.unseen),
        "further_formulas": [
            {"sheet": p.sheet, "count": p.count, "rows": [list(run) for run in p.runs]} for p in verdict.further
        ],
        "faults": [_fault_json(verdict, fault) for fault in verdict.faults],
        "against": beside and beside.workbook,
        "compared": [{"sheet": mine, "other": other} for mine, other in beside.pairs] if beside else [],
        "same_start": beside and beside.agreeing,
        "departures": [{**vars(d), "cell": d.cell.name} for d in verdict.departures],
    }


def _fault_json(verdict: Verdict, fault: Fault) -> dict[str, Any]:
    sheet, _ = first_cell(fault)
    cells = []
    for index in fault.cells[:LISTED]:
        found = verdict.book.found(*fault.shown.cell(fault.rule.result.name, index))
        plain = found if found is None or isinstance(found, int | float | str) else str(found)
        expected = verdict.book.as_shown(fault.shown, fault.rule.result.name, fault.expected[index])
        cells.append({"cell": address(fault, index), "found": plain, "expected": expected if np.isfinite(expected) else None})
    return {
        "iteration": fault.shown.name,
        "sheet": sheet,
        "quantity": fault.rule.result.name,
        "symbol": symbol(fault.rule.result, "en"),
        "equation": fault.rule.equation,
        "wrong": int(fault.wrong.sum()),
        "of": fault.wrong.size,
        "cells": cells,
        "mistakes": [
            {"name": cause.name, "explanation": explanation(cause, fault), "correction": correction(cause, fault)}
            for cause in fault.causes
        ],
    }


def check_report(verdict: Verdict, path: Path, language: str, force: bool = False, marks: Iterable[Mark] = ()) -> Path:
    """A copy of the checked workbook: causes red, what merely follows from them grey, the faults listed; and further `marks`."""
    header = [
        say(text, language)
        for text in ("sheet", "cell", "wrong", "quantity", "rule", "found", "expected", "mistake", "explanation", "correction")
    ]
    source = verdict.book.workbook.path
    return write_marked(
        source, path, chain(_marks(verdict, language), marks), "xlnn check", header, _fault_rows(verdict, language), force
    )


def _fault_rows(verdict: Verdict, language: str) -> Iterator[tuple]:
    for fault in verdict.faults:
        sheet, cell = first_cell(fault)
        q, index = fault.rule.result, fault.cells[0]
        names = joined((word(cause.name, language) for cause in fault.causes), ", ", language)
        yield (
            sheet, cell.name, int(fault.wrong.sum()), symbol(q, language), word(fault.rule.equation, language),
            verdict.book.found(sheet, cell),
            verdict.book.as_shown(fault.shown, fault.rule.result.name, np.nan_to_num(fault.expected[index])), names,
            joined((explanation(cause, fault, language) for cause in fault.causes), "; ", language),
            joined(dict.fromkeys(correction(cause, fault, language) for cause in fault.causes), " ", language),
        )  # fmt: skip


def _marks(verdict: Verdict, language: str) -> Iterator[Mark]:
    for shown, name, mask in following(verdict):
        for index in map(tuple, np.argwhere(mask).tolist()):
            sheet, cell = shown.cell(name, index)
            yield Mark(sheet, cell, GREY)
    for fault in verdict.mistaken:
        why = joined(_why(verdict, fault, language), " ", language)
        for index in fault.cells:
            sheet, cell = fault.shown.cell(fault.rule.result.name, index)
            rule = f"{symbol(fault.rule.result, language)}: {word(fault.rule.equation, language)}"
            text = f"{rule}\n{_cell_line(verdict, fault, index, language)}\n{why}"
            yield Mark(sheet, cell, RED, text.strip())


def following(verdict: Verdict) -> Iterator[tuple]:
    """(sheet, quantity, cells) that are right in themselves but follow from a wrong number."""
    if not verdict.faults or not verdict.groups:
        return
    wrong: dict[tuple[str, str], np.ndarray] = {}
    for fault in verdict.faults:
        key = fault.shown.name, fault.rule.result.name
        wrong[key] = wrong.get(key, False) | fault.wrong
    where = {shown.name: (group, s) for group in verdict.groups for s, shown in enumerate(group.sheets)}
    steps: dict[str, Step] = {}
    for shown in verdict.book.iterations:
        group, s = where[shown.name]
        step = steps[shown.name] = _right_step(group, s, steps.get(shown.before))
        doubts = _only_inputs(group)
        for name in computed(shown, verdict.book.problem):
            if name not in group.stored:
                continue
            found, right = verdict.book.numbers(shown, name), np.asarray(step[name], dtype=float)
            doubt = np.broadcast_to(doubts[name].doubt, group.raw[name].shape)[s].reshape(found.shape)
            room = doubt + stored_doubt(right, verdict.digits) + 1e-9 * np.abs(right)
            mask = (np.abs(found - right) > room) & ~wrong.get((shown.name, name), np.zeros(found.shape, dtype=bool))
            if mask.any():
                yield shown, name, mask


def _right_step(group: Group, s: int, before: Step | None) -> Step:
    """What the iteration should show, from its images and first parameters, or from those that should have been before."""
    problem, shown = group.problem, group.sheets[s]
    numbers = group.numbers

    def array(name: str) -> np.ndarray:
        value = numbers[name].value
        return value[min(s, len(value) - 1)] if problem.network.quantities[name].per_image else value[min(s, len(value) - 1), 0]

    given = {**problem.given(shown.images), "x": array("x"), "eta": array("eta")}
    if problem.network.classes is None:
        given["t"] = array("t")
    else:
        given["t"] = problem.network.rule_of["t"].values(given["digit"])
    if before is not None:
        parameters: Mapping = {q.name: before["new_" + q.name] for q in problem.network.parameters}
    else:
        parameters = {q.name: array(q.name) for q in problem.network.parameters}
    return Step(problem, shown.iteration, given, parameters)


def _only_inputs(group: Group) -> Numbers:
    """The group's numbers calculated from images, answers, η and parameters alone, for their doubts."""
    names = [q.name for q in (*group.problem.network.inputs, *group.problem.network.parameters)]
    return Numbers(group.problem.network, {}, {name: group.numbers[name] for name in names})
