"""What the commands print."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from xlnn.cli.options import echo_aside
from xlnn.words import joined, say


def reading_options(path: Path) -> str:
    """The options with which a large result is read again, as --max-size 2048; "" for any other."""
    from xlnn.xlsx.package import larger_limits

    return " ".join(f"--max-{name} {number}" for name, number in larger_limits(path).items())


def echo_large(path: Path, language: str) -> None:
    """Tells of a result that is larger than what is read without being told to."""
    options = reading_options(path)
    if options:
        text = "whoever reads {path} again must add {options}, so large it is; --keep and --detail write less."
        echo_aside(say("xlnn: note: {text}", language, text=say(text, language, path=path, options=options)))


def default_output(workbook: Path, word: str = "trained") -> Path:
    """book.xlsx → book-trained.xlsx, book-trained.xlsx → book-trained-2.xlsx."""
    before = re.fullmatch(rf"(.+-{word})(-([0-9]+))?", workbook.stem)
    if not before:
        return workbook.with_name(f"{workbook.stem}-{word}.xlsx")
    return workbook.with_name(f"{before[1]}-{int(before[3] or 1) + 1}.xlsx")


def costs(result) -> dict[str, str]:
    return {"before": f"{result.before:.6g}", "after": f"{result.after:.6g}"}


def closing_line(result, network, language: str, text: str) -> str:
    """`text`, p and q of a regression line, images right, the output's name."""
    if network.is_line:
        from xlnn.layout.labels import LINE

        line = (f"{LINE[name[0]]} = {array.item():.9g}" for name, array in result.parameters.items())
        text = joined([text, *line], ", ", language)
    if result.right is None:
        return say("{text}. {path}", language, text=text, path=result.path)
    return say(
        "{text}, {right} of {images} {what} right. {path}",
        language, text=text, right=result.right, images=result.images, what=network.things, path=result.path,
    )  # fmt: skip


def echo_rise(symbol: str, before: float, after: float, eta: float, language: str) -> None:
    """Tells of a descent that went up: its numbers are finite, but they do not come to a minimum."""
    if after > before:
        text = "{symbol} is larger at the end than at the start. Try a smaller η than {eta}."
        echo_aside(say("xlnn: note: {text}", language, text=say(text, language, symbol=symbol, eta=eta)))


def progress_line(language: str):
    """Shows the iteration on a terminal once a training lasts more than a second; None elsewhere."""
    return line_of(lambda done, total, _: say("iteration {done} of {total}", language, done=done, total=total))


def line_of(text: Callable[[int, int, float], str]):
    """A `progress(done, total)` that shows `text(done, total, seconds)` on a terminal, once it lasts more than a second."""
    if not sys.stderr.isatty():
        return None
    started = shown = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - started < 1 or (now - shown < 0.2 and done < total):
            return
        shown = now
        end = "\n" if done == total else ""
        echo_aside("\r" + text(done, total, now - started) + end, nl=False)

    return progress


def echo_notes(problem, language: str) -> None:
    """What is unusual about the workbook that was read, on the error stream."""
    from xlnn.book.describing import notes

    for note in notes(problem, language):
        echo_aside(note)


def echo_json(value) -> None:
    """Printed for programs: always UTF-8 characters, spelled out where the console has none."""
    import json

    click.echo(json.dumps(value, indent=1, default=str))
