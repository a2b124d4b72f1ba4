"""What was read from a workbook, as text: network, settings, images as characters, and where each array lies."""

from __future__ import annotations

import numpy as np

from xlnn.book.evidence import padded
from xlnn.book.origin import lying, origin_of
from xlnn.book.places_writing import line_words
from xlnn.book.settings import layer_rows, setting_rows
from xlnn.errors import printable
from xlnn.model.picturing import shaded, shape_text
from xlnn.model.problem import Problem
from xlnn.words import joined, say

NEXTS = {axis: "Next " + axis for axis in ("image", "unit", "map", "map before", "input", "iteration")}


def show(problem: Problem, language: str | None = None, images: int = 12) -> str:
    """The whole description; the first `images` images side by side."""
    language = language or problem.language
    parts = [_network(problem, language), _settings(problem, language), _images(problem, images, language)]
    if problem.origin:
        parts += [_sources(problem, language), _facts(problem, language)]
    parts += warnings(problem, language)
    return "\n\n".join(part for part in parts if part)


def _network(problem: Problem, language: str) -> str:
    head = say(
        "Network {network}: {count} parameters, {images} {what}.",
        language, network=shape_text(problem), count=problem.parameter_count, images=problem.images,
        what=problem.network.things,
    )  # fmt: skip
    lines = [
        tuple("" if part is None else str(part) for part in line) for line in layer_rows(problem.network.layer_settings, language)
    ]
    return head + "\n" + "\n".join("  " + "  ".join(padded(part, 11) for part in line).rstrip() for line in lines)


def _settings(problem: Problem, language: str) -> str:
    rows = setting_rows(problem, language)
    return "\n".join("  " + say("{where}: {text}", language, where=name, text=value) for name, value, _ in rows)


def _images(problem: Problem, most: int, language: str) -> str:
    shown = problem.x[:most]
    scale = max(1.0, float(np.abs(problem.x).max()))
    pictures = problem.network.things == "images"
    blocks = [shaded(image, scale) if pictures else [" ".join(f"{number:g}" for number in image[0])] for image in shown]
    answers = [_answer(problem, k) for k in range(len(shown))]
    width = max(3, *(len(text) for text in (*answers, *(block[0] for block in blocks))))
    per_line = max(1, 100 // (width + 3))
    lines = []
    for start in range(0, len(blocks), per_line):
        group = blocks[start : start + per_line]
        lines.append("   ".join(str(start + i + 1).ljust(width) for i in range(len(group))).rstrip())
        lines += ["   ".join(block[row].ljust(width) for block in group).rstrip() for row in range(len(group[0]))]
        lines.append("   ".join(answer.ljust(width) for answer in answers[start : start + per_line]).rstrip())
    if problem.images > most:
        lines.append(say("… and {count} more.", language, count=problem.images - most))
    return "\n".join(lines)


def _answer(problem: Problem, image: int) -> str:
    if problem.digits is not None:
        return f"={problem.network.class_name(problem.digits[image])}"
    if problem.t is None:
        return ""
    return "t=" + ",".join(f"{number:g}" for number in problem.t[image])


def _sources(problem: Problem, language: str) -> str:
    origin = origin_of(problem)
    lines = [say("Where the numbers were read:", language)]
    if origin.arrangement:
        lines.append(say("  recognised: the authors' arrangement of {name}", language, name=origin.arrangement))
    everything = lying(problem)
    width = max(6, *(len(q.name) for q, *_ in everything))
    for q, sheet, place, following in everything:
        said = line_words(q, sheet, place, 1.0, following, language)
        steps = [
            say("next {axis} {step}", language, axis=say(axis, language), step=said[column])
            for axis, column in NEXTS.items()
            if column in said
        ]
        drawn = [say("empty: drawn at random", language)] if q.name in origin.drawn else []
        lines.append("  " + joined([f"{q.name.ljust(width)} {printable(said['First block'])}", *steps, *drawn], ", ", language))
    return "\n".join(lines)


def _facts(problem: Problem, language: str) -> str:
    """What was understood from the formulas."""
    facts = origin_of(problem).facts
    if not facts:
        return ""
    lines = [say("Understood from the formulas:", language), *("  " + say(text, language, **fields) for text, fields in facts)]
    return "\n".join(map(printable, lines))


def warnings(problem: Problem, language: str) -> list[str]:
    """What a reader should know before he trains."""
    return [*notes(problem, language), *_few_images(problem, language)]


def notes(problem: Problem, language: str) -> list[str]:
    """What is unusual about the workbook that was read: hidden sheets, rows and columns, links to other workbooks."""
    texts = dict.fromkeys(say(template, language, **fields) for template, fields in problem.notes)  # each once
    return [say("Note: {note}", language, note=text) for text in texts]


def _few_images(problem: Problem, language: str) -> list[str]:
    if problem.images < problem.parameter_count:
        return [
            say(
                "Note: {images} {what} are fewer than the {count} parameters; the book advises more {what} than "
                "parameters (2-12).",
                language, images=problem.images, what=problem.network.things, count=problem.parameter_count,
            )
        ]  # fmt: skip
    return []
