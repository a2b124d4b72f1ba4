"""The command line: parses, calls the library, prints, and gives the exit code. Only this folder knows click."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
import warnings
from contextlib import suppress
from functools import partial

import click

from xlnn._version import __version__
from xlnn.book.language import language_among
from xlnn.cli.books import new, places, show
from xlnn.cli.checking import check, compare
from xlnn.cli.descending import descend
from xlnn.cli.options import echo_aside
from xlnn.cli.pictures import landscape, plot
from xlnn.cli.speaking import Group, asked_for, click_speaks, language_of
from xlnn.cli.sweeping import sweep
from xlnn.cli.training import solve, train
from xlnn.cli.using import gradcheck, predict
from xlnn.errors import LimitError, SaveError, Told, UsageError, XlnnError
from xlnn.words import LANGUAGES, VARIABLE, language_named, preferred, say

PLAIN = str.maketrans(
    {
        "×": "x", "○": "o", "✓": "v", "²": "2", "³": "3", "δ": "delta", "η": "eta", "σ": "sigma", "Σ": "sum", "∂": "d",
        "→": "->", "−": "-", "…": "...", "›": ">", "▲": "^", "′": "'", "–": "-", "·": "x",
        "≈": "~", "λ": "lambda", "Δ": "Delta", "∗": "*",
    }
)  # fmt: skip


def _plain(error: UnicodeError):
    """A plain character for one that the console cannot show."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end].translate(PLAIN)
    return lost.encode("ascii", "replace").decode(), error.end


codecs.register_error("xlnn", _plain)


def _note(ctx: click.Context, show, message, *args, **kwargs) -> None:
    """Tells a warning of xlnn's in a line; others are shown as Python does."""
    if isinstance(message, Told):
        echo_aside(say("xlnn: note: {text}", language_of(ctx), text=message.text(language_of(ctx))))
    else:
        show(message, *args, **kwargs)


class _Nowhere(io.TextIOBase):
    """Standard output that was closed before xlnn began; else what is printed would be lost without a word."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def _taken() -> None:
    """Streams that were closed before xlnn began; their numbers are taken, else a file that is saved would get them."""
    while (number := os.open(os.devnull, os.O_WRONLY)) <= 2:
        pass
    os.close(number)
    sys.stdout = sys.stdout or _Nowhere()
    sys.stderr = sys.stderr or io.StringIO()


def _discard(stream) -> None:
    """What a stream still holds goes nowhere: at its end Python would try once more, complain, and change the exit code."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _tell(error: XlnnError, language: str) -> int:
    """Tells an error, a line for each wrong cell, and gives the exit code."""
    for line in error.text(language).splitlines():
        indented = line.startswith(" ")  # it belongs to the line above
        echo_aside(line if indented else say("xlnn: error: {text}", language, text=line))
    return error.exit_code


def _unwritable(error: OSError, language: str) -> int:
    """Tells that standard output takes nothing any more, and gives the exit code. Other errors of the system go on."""
    if error.filename is not None:
        raise error
    text = say("standard output cannot be written to: {reason}.", language, reason=error.strerror or error)
    echo_aside(say("xlnn: error: {text}", language, text=text))
    for stream in (sys.stdout, sys.stderr):
        _discard(stream)
    return SaveError.exit_code


def _speak(ctx: click.Context, _, value: str | None) -> str | None:
    ctx.meta["language"] = value
    return value


def _version(ctx: click.Context, _, asked: bool) -> None:
    if asked:
        click.echo(say("xlnn, version {version}", language_of(ctx), version=__version__))
        ctx.exit()


class _Group(Group):
    """Turns xlnn's errors into one line and an exit code."""

    def main(self, args=None, *more, **kwargs):
        _taken()
        self.given = arguments = list(sys.argv[1:] if args is None else args)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="xlnn")
        language = asked_for(arguments) or preferred()
        try:
            with click_speaks(language):
                self._check_variable(language)
                return super().main(arguments, *more, **kwargs)
        except OSError as error:  # from a usage error
            sys.exit(_unwritable(error, language))

    def _check_variable(self, language: str) -> None:
        """Ends with an error where XLNN_LANGUAGE names a language that xlnn does not speak."""
        found = os.environ.get(VARIABLE)
        if found and language_named(found) is None:
            error = UsageError("{name}: expected {known}, found {found}.", name=VARIABLE, known=[*LANGUAGES], found=repr(found))
            sys.exit(_tell(error, language))

    def make_context(self, *args, **kwargs):
        try:
            return super().make_context(*args, **kwargs)
        except OSError as error:  # from --help and --version; click would end a broken pipe with 1
            sys.exit(_unwritable(error, preferred()))

    def invoke(self, ctx: click.Context):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, of huge numbers: what comes of them is judged and said
                warnings.simplefilter("always", Told)
                warnings.showwarning = partial(_note, ctx, warnings.showwarning)
                return super().invoke(ctx)
        except XlnnError as error:
            language = ctx.meta.get("language") or error.language or language_among(self.given, error.unopened)
            ctx.exit(_tell(error, language or preferred()))
        except MemoryError:
            text = "this takes more memory than there is. Try fewer images, units or iterations, or keep fewer of them."
            echo_aside(say("xlnn: error: {text}", language_of(ctx), text=say(text, language_of(ctx))))
            ctx.exit(LimitError.exit_code)
        except KeyboardInterrupt:
            echo_aside(say("xlnn: {text}", language_of(ctx), text=say("interrupted; nothing was written.", language_of(ctx))))
            ctx.exit(130)
        except OSError as error:
            ctx.exit(_unwritable(error, language_of(ctx)))


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), callback=_speak, is_eager=True, expose_value=False,
    help="Language of labels and messages; by default the workbook's, or yours.",
)  # fmt: skip
def main() -> None:
    """Train the neural networks of 《深度学习的数学》 as the book does in Excel.

    \b
    xlnn new 4-4 book.xlsx       write the workbook of the book's section 4-4
    xlnn train book.xlsx         train it: every iteration becomes a sheet of book-trained.xlsx
    """


for _command in (new, show, places, train, solve, predict, gradcheck, check, compare, plot, landscape, descend, sweep):
    main.add_command(_command)
