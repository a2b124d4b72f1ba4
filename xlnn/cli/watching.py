"""`xlnn check --watch`: a workbook is checked again whenever it is saved; the screen shows what is left."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from xlnn.errors import FileError, XlnnError
from xlnn.words import say

DEBOUNCE = 400  # milliseconds: a program that saves writes, renames and deletes several files within that time


AGAIN, TRIES = 0.3, 10  # seconds until a file that is only half there is looked at again, and how often


BELOW = 3  # lines of the screen that stay free


@dataclass(frozen=True)
class Look:
    """What one check found: its text, how many cells are left to be mended or filled, and whether all is right."""

    text: str
    left: int
    right: bool


def watch(path: Path, look: Callable[[], Look], language: str) -> int:
    """Shows what `look` finds, now and whenever the file was saved, until Ctrl-C; returns the exit code of that, 130.

    A file that is half saved, or gone for a moment, is looked at again; what cannot be checked is shown, and the watching
    goes on. The lock files that Excel and LibreOffice lay beside an open workbook are other files.
    """
    import watchfiles

    before: Look | None = None
    name, folder = path.name, path.resolve().parent
    changes = watchfiles.watch(
        folder, watch_filter=lambda _, changed: Path(changed).name == name, debounce=DEBOUNCE, step=50, recursive=False,
        rust_timeout=1000, yield_on_timeout=True,
    )  # fmt: skip
    try:
        seen = stamp(path)
        before = show(path, _patient(look), before, language)
        for _ in changes:  # also once a second: some file systems tell nothing of what others write
            now = stamp(path)
            if now is not None and now != seen:
                seen, before = now, show(path, _patient(look), before, language)
    except KeyboardInterrupt:
        click.echo()
    return 130


def stamp(path: Path) -> tuple[int, int, int] | None:
    """By what a saved file is known from the one before; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _patient(look: Callable[[], Look]) -> Look | XlnnError:
    """What is found, or why nothing can be: a file that cannot be read may still be being written."""
    for _ in range(TRIES - 1):
        try:
            return look()
        except FileError:
            time.sleep(AGAIN)
        except XlnnError as error:
            return error
    try:
        return look()
    except XlnnError as error:
        return error


def show(path: Path, found: Look | XlnnError, before: Look | None, language: str) -> Look | None:
    """Shows what was found on a fresh screen; returns it, or what was found before where nothing can be checked now."""
    if sys.stdout.isatty():
        click.clear()
    if isinstance(found, XlnnError):
        click.echo(say("xlnn: error: {text}", language, text=found.text(language)))
    else:
        click.echo("\n".join(fitted(found.text, language)))
        click.echo(_left(found, before, language))
    clock = time.strftime("%H:%M:%S")
    click.echo(say("{time}: waiting until {name} is saved again; Ctrl-C ends.", language, time=clock, name=path.name))
    sys.stdout.flush()
    return before if isinstance(found, XlnnError) else found


def _left(found: Look, before: Look | None, language: str) -> str:
    if found.right:
        return say("Nothing is left to mend.", language)
    if before is None or before.left == found.left:
        return say("Left: {count}.", language, count=f"{found.left:,}")
    return say("Left: {count} (before: {before}).", language, count=f"{found.left:,}", before=f"{before.left:,}")


def fitted(text: str, language: str) -> list[str]:
    """The lines that the screen has room for, and how many more there are; all of them where it is no screen."""
    lines = text.splitlines()
    if not sys.stdout.isatty():
        return lines
    room = max(4, shutil.get_terminal_size().lines - BELOW)
    if len(lines) <= room:
        return lines
    return [*lines[: room - 1], say("… and {count} more.", language, count=len(lines) - room + 1)]
