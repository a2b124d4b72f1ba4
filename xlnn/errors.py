"""What can go wrong, each in one line: workbook, sheet, cell, what was expected and found, what to do.

A message is an English template and its fields, so that it can be said in the workbook's language
(`words.say`). Each class has the exit code of the command line.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from xlnn.words import say


@dataclass(frozen=True)
class Where:
    """A spot in a workbook; each part may be left out."""

    workbook: str = ""
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        inside = "!".join(part for part in (f"'{printable(self.sheet)}'" if self.sheet else "", self.cell) if part)
        return " › ".join(part for part in (printable(self.workbook), inside) if part)


def printable(text: str, longest: int = 80) -> str:
    """A stranger's text for a message of one line: shortened, and line breaks and control characters spelled out."""
    shown = text if len(text) <= longest else text[: longest - 1] + "…"
    return shown if shown.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in shown)


IN_PYTHON = ContextVar("IN_PYTHON", default=False)  # whether messages name arguments of functions, not options


NAMED = {"-n": "more", "--sheet": "sheets", "--set": "settings", "--output": "path", "--print": "printed"}  # others as they are


FLAGS = ("add_missing", "force", "initial", "resume", "text")


PHRASES = {" with --output": "", "without --resume": "without xlnn.resume", "Without --resume": "Without xlnn.resume"}


OPTION = re.compile(
    rf"`[^`]*`|{'|'.join(PHRASES)}|(?<![\w-])(--[a-z][a-z-]*|-n\b)"  # commands stay as they are
    r"(?: ((?:every:)?\{\w+\}|all|book|table|values|formulas|units|totals|\d+x\d+)(?!\w))?"
)


def in_python(template: str) -> str:
    """A template that names options, with the arguments of functions instead.

    >>> in_python("use --layout book, or leave --keep out; -n says how many more")
    'use layout="book", or leave keep=… out; more=… says how many more'
    """
    return OPTION.sub(_argument, template)


def _argument(found: re.Match) -> str:
    option, value = found.groups()
    if option is None:
        return PHRASES.get(found[0], found[0])
    name = NAMED.get(option, option.removeprefix("--").replace("-", "_"))
    if name in FLAGS:
        return f"{name}=True"
    quoted = {"sheets": f"[{value}]", "digits": value}.get(name, f'"{value}"')
    return f"{name}={'…' if value is None else quoted}"


def _in_python(fields: Mapping) -> dict:
    """Fields of a template: the option that raises a limit is an argument of `xlnn.limits`."""
    limits = {"option": f"xlnn.limits({fields['option'][6:]}=…)"} if str(fields.get("option")).startswith("--max-") else {}
    return {**fields, **limits}


class XlnnError(Exception):
    """The base of every error that xlnn raises on purpose.

    `message` is an English template, `fields` fill it. `others` holds further errors of the same kind,
    for a reader who wants to mend all wrong cells at once; `more` counts those that nobody described.
    """

    exit_code = 4
    shown = 20  # so many wrong cells are named
    more = 0
    language = ""  # the workbook's, where it is known
    unopened: Path | None = None  # the workbook that could not even be opened

    def __init__(self, message: str, where: Where | None = None, others: tuple = (), **fields):
        super().__init__(message)
        self.message, self.where, self.others, self.fields = message, where, tuple(others), fields

    def text(self, language: str = "en") -> str:
        """The whole message in `language`, one line for each wrong cell, at most 20."""
        message, fields = (in_python(self.message), _in_python(self.fields)) if IN_PYTHON.get() else (self.message, self.fields)
        said = say(message, language, **fields)
        lines = [say("{where}: {text}", language, where=self.where, text=said) if self.where and str(self.where) else said]
        lines += [other.text(language) for other in self.others[: self.shown - 1]]
        hidden = len(self.others) + 1 + self.more - len(lines)
        if hidden > 0:
            lines.append(say("… and {count} more.", language, count=hidden))
        return "\n".join(lines)

    def brief(self, language: str = "en") -> str:
        """The message for a row of a table: the first line, without what it says besides, or which ways lead on."""
        first = self.fields.get("first")
        return (first(language) if callable(first) else self.text(language)).splitlines()[0]

    def __str__(self) -> str:
        """The message as a program reads it: what the command line calls --keep is the argument keep here."""
        token = IN_PYTHON.set(True)
        try:
            return self.text()
        finally:
            IN_PYTHON.reset(token)


class UsageError(XlnnError, ValueError):
    """An option, name or combination that xlnn does not know."""

    exit_code = 2


class FileError(XlnnError, OSError):
    """The workbook is missing or cannot be read as a workbook."""

    exit_code = 3


class ContentError(XlnnError, ValueError):
    """The workbook can be read, but something in it is wrong."""

    exit_code = 4


class ArrangementError(ContentError):
    """Nothing in the workbook says where its arrays lie, or what it shows of them cannot be read; formulas may tell more."""


class LimitError(XlnnError, OverflowError):
    """More than a sheet or a formula can hold."""

    exit_code = 5


class SaveError(XlnnError, OSError):
    """The result cannot be written."""

    exit_code = 6


class DivergedError(XlnnError, ArithmeticError):
    """Training left the finite numbers."""

    exit_code = 7


class Told(UserWarning):
    """A warning that says itself in any language."""

    def text(self, language: str = "en") -> str:
        raise NotImplementedError

    def __str__(self) -> str:
        return self.text()


class NoFont(Told):
    """No font of the system has the characters of the `language` in which a picture was to be labelled; it is in English."""

    def __init__(self, language: str):
        super().__init__(language)
        self.language = language

    def text(self, language: str = "en") -> str:
        text = "no font of this system shows the characters of the language, so the picture is in English; install {font}."
        return say(text, language, font="Noto Sans CJK")


class SavedBeside(Told):
    """The result could not replace `path`, as where Excel has that open, or somebody `edited` it; it is in `saved`."""

    def __init__(self, path: Path, saved: Path, edited: bool = False):
        super().__init__(path, saved)
        self.path, self.saved, self.edited = path, saved, edited

    def text(self, language: str = "en") -> str:
        if self.edited:
            text = "{path} was changed while xlnn was at work and stays as it is; the result is in {saved}."
        else:
            text = "{path} cannot be replaced (is it open in Excel?); the result is in {saved}."
        return say(text, language, path=self.path, saved=self.saved)


def pip_install(*packages: str) -> str:
    """The command that installs packages for the Python that runs now, whichever `pip` the user would find."""
    python = f'"{sys.executable}"' if re.search(r"\s", sys.executable) else sys.executable or "python"
    quoted = (f'"{name}"' if "[" in name else name for name in packages)
    return " ".join((python, "-m pip install", *quoted))


def raise_all(errors: Sequence[XlnnError], more: int = 0) -> None:
    """Raises the first error with the others behind it, and `more` that are only counted; does nothing for an empty list."""
    if errors:
        first, *rest = errors
        first.others, first.more = tuple(rest), more
        raise first
