"""Goes on with a training from the workbook that it wrote: with the same bits as if it had never stopped.

>>> problem = xlnn.resume("out.xlsx")            # doctest: +SKIP
>>> xlnn.write(problem, "out-2.xlsx")            # doctest: +SKIP
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlnn.book import resume_record as record
from xlnn.book import settings, summary_sheet
from xlnn.book.conventions import texts_about
from xlnn.book.names import CONVENTIONS, DATA, HELD_OUT, SETTINGS, SUMMARY, SUMMARY_HEADER, TRAINED
from xlnn.book.origin import Earlier, Record, origin_of
from xlnn.book.own_result import own_plan
from xlnn.book.plan import Plan
from xlnn.book.reader import read_book
from xlnn.book.versions import versions
from xlnn.errors import ContentError, UsageError, Where, XlnnError, raise_all
from xlnn.model.problem import Problem
from xlnn.words import LANGUAGES, say
from xlnn.xlsx.workbook import Workbook

CARRIED = ("start", "input", "approximate")  # lines of Conventions that stay true for the rest of a training


SHEETS = {"images": DATA, "right answers": DATA, "held-out images": HELD_OUT, "held-out right answers": HELD_OUT}


SHEETS |= {"parameters": TRAINED, SUMMARY: SUMMARY}


def resume(path: str | Path, *, more: int | str | None = None, language: str | None = None) -> Problem:
    """The rest of the training whose result is the workbook `path`: up to its number of iterations, or `more` updates.

    `train` and `write` take it as any other problem and go on with the next iteration. Raises FileError; ContentError where
    the workbook is no training's result, or where its settings, images, parameters or its input have changed; UsageError
    where no updates are left. What makes the numbers only nearly the same is in `origin.earlier.notes`.
    """
    book, now = Workbook(path), settings.Read({}, (), {})
    if book.find(SETTINGS):
        now = settings.parse(book.lines(SETTINGS), book.name, book.find(SETTINGS) or SETTINGS)
    try:
        found = _record(book)
        _check_settings(book, found, now)
        return _resumed(book, found, read_book(book, language=language), more)
    except XlnnError as error:
        error.language = language or now.values.get("language", "")
        raise


def _resumed(book: Workbook, found: Record, problem: Problem, more: int | str | None) -> Problem:
    done, planned = found.updates, problem.settings.iterations
    if more is not None:
        planned = done + settings.parse_value(settings.BY_FIELD["iterations"], more)
    if planned <= done:
        text = "{workbook}: after {updates} updates none are left; -n says how many more."
        raise UsageError(text, workbook=book.name, updates=done)
    language = problem.language
    rows = book.lines(CONVENTIONS)
    totals = _totals(book, problem)
    carried = [(kept, told) for kept in CARRIED for told in texts_about(rows, kept)]
    inputs = _inputs(book, [told for kept, told in carried if kept == "input"])
    earlier = Earlier(
        book.name,
        book.digest,
        done,
        found,
        tuple(total for total in totals if total[0] < done),  # the last one may be in the middle of an epoch
        _initial(book, problem, found),
        tuple(carried),
        (*_check_numbers(book, found, problem, totals), *_other_versions(rows, language)),
        tuple(inputs),
    )
    origin = replace(origin_of(problem), earlier=earlier)
    return replace(problem.with_settings(iterations=planned), done=done, origin=origin)


# ---- what the workbook says ---------------------------------------------------------------------------


def _record(book: Workbook) -> Record:
    """Raises ContentError where the workbook is not the result of a training."""
    sheet = book.find(CONVENTIONS)
    try:
        return record.parse(book.lines(sheet) if sheet else [])
    except (ValueError, KeyError):
        raise ContentError(
            "sheet Conventions does not say how far a training came; only a result of `xlnn train` can be resumed. "
            "Without --resume a new training begins from this workbook.",
            Where(book.name),
        ) from None


def _totals(book: Workbook, problem: Problem) -> list[tuple]:
    """Summary's lines: updates, C_T, share right; with held-out images also theirs. Raises ContentError."""
    shown = (*summary_sheet.FIGURES, *(summary_sheet.HELD_OUT_FIGURES if problem.held_out is not None else ()))
    judged = problem.network.judged
    return summary_sheet.totals(book, SUMMARY_HEADER, [n if judged or n not in summary_sheet.SHARES else None for n in shown])


def _initial(book: Workbook, problem: Problem, found: Record) -> dict[str, np.ndarray]:
    """The parameters before the first update, where sheet Trained has their saved copy."""
    plan = Plan(problem, frozenset(), found.options.detail)
    plan = own_plan(plan) if plan.own_sheets else plan
    copies = plan.forward_layout(problem.images, pictures=False).initial
    return {name: book.numbers(TRAINED, place) for name, place in copies.items()}


def _inputs(book: Workbook, lines: list[str]) -> list[Path]:
    """The training's input where it lies beside the workbook. Raises ContentError where it is no longer what it was."""
    inputs = []
    for line in lines:
        name, _, digest = line.rpartition(", SHA-256 ")
        beside = book.path.with_name(name) if name and Path(name).name == name else book.path
        if os.path.isfile(beside) and not beside.samefile(book.path):
            if hashlib.sha256(beside.read_bytes()).hexdigest() != digest:
                raise ContentError(
                    "{input} has changed since this training began (Conventions has its SHA-256). Train it anew, or move it "
                    "to another folder to go on with the images and settings that stand in {workbook}.",
                    Where(book.name), input=name, workbook=book.name,
                )  # fmt: skip
            inputs.append(beside)
    return inputs


# ---- what has changed ---------------------------------------------------------------------------------


def _check_settings(book: Workbook, found: Record, now: settings.Read) -> None:
    """Raises ContentError naming every setting that is no longer what it was."""
    values = {name: settings.BY_FIELD[name].show(value) for name, value in now.values.items()}
    spoken = [record.settings_text(values, now.layers, language) for language in LANGUAGES]  # the record may be in any
    texts = spoken[LANGUAGES.index(now.values.get("language", LANGUAGES[0]))]
    errors = []
    for name, before in found.settings.items():
        if not any(_same_setting(before, other.get(name, "")) for other in spoken):
            errors.append(
                ContentError(
                    "{what} was {before} when this training began, and is {now}. Set it back to go on; without --resume "
                    "a new training begins.",
                    now.where.get(name, book.where(SETTINGS)),
                    what=record.SETTING_NAMES[name],
                    before=before, now=texts.get(name, "–"),
                )
            )  # fmt: skip
    raise_all(errors)


def _same_setting(before: str, now: str) -> bool:
    """Whether two texts of a setting are the same, or two numbers as far as 15 digits tell."""
    try:
        return before == now or f"{float(before):.15g}" == f"{float(now):.15g}"
    except ValueError:
        return False


def _check_numbers(book: Workbook, found: Record, problem: Problem, totals: list[tuple]) -> list[str]:
    """A note where the numbers are no longer the same bits. Raises ContentError where they are other numbers."""
    if not totals or totals[-1][0] != found.updates:
        raise _changed(book, SUMMARY)
    parts = record.numbers(problem, problem.parameters, totals)
    for name, array in parts.items():
        if name not in found.sums or not record.close(array, found.sums[name]):
            raise _changed(book, name)
    if record.bits(parts) == found.bits and repr(problem.settings.eta) == found.settings.get("eta"):
        return []
    text = (
        "{workbook} was saved by another program since, which keeps fewer digits: "
        "the numbers go on nearly, not exactly, as in one run."
    )
    return [say(text, problem.language, workbook=book.name)]


def _changed(book: Workbook, part: str) -> ContentError:
    return ContentError(
        "{what}: these are not the numbers that the training wrote. Put them back to go on; without --resume "
        "a new training begins.",
        book.where(SHEETS[part]), what=part,
    )  # fmt: skip


def _other_versions(rows: list[tuple], language: str) -> list[str]:
    """A note where another xlnn or NumPy wrote the workbook."""
    before = ", ".join(re.findall("(?:xlnn|NumPy) [^, ]+", " ".join(texts_about(rows, "versions"))))
    now = ", ".join(versions()[:2])
    if before == now:
        return []
    text = "the training began with {before} and goes on with {now}: the last digits may differ from those of one run."
    return [say(text, language, before=before, now=now)]
