"""The command line: parses, calls the library, prints, and gives the exit code. Only the files cli*.py know click."""

from __future__ import annotations

import codecs
import sys
import warnings
from functools import partial

import click

from xlnn._version import __version__
from xlnn.cli_checking import check, compare
from xlnn.cli_descend import descend
from xlnn.cli_pictures import landscape, plot
from xlnn.cli_sweep import sweep
from xlnn.cli_training import gradcheck, new, predict, show, solve, train
from xlnn.errors import LimitError, SavedBeside, XlnnError
from xlnn.words import say

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


def language_of(ctx: click.Context) -> str:
    """The language of messages, as far as it is known."""
    return ctx.meta.get("language") or "en"


def _note(ctx: click.Context, show, message, *args, **kwargs) -> None:
    """Tells a warning of xlnn's in a line; others are shown as Python does."""
    if isinstance(message, SavedBeside):
        language = language_of(ctx)
        click.echo(f"xlnn: {say('note', language)}: {message.text(language)}", err=True)
    else:
        show(message, *args, **kwargs)


class _Group(click.Group):
    """Turns xlnn's errors into one line and an exit code."""

    def main(self, *args, **kwargs):
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="xlnn")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, of huge numbers: what comes of them is judged and said
                warnings.simplefilter("always", SavedBeside)
                warnings.showwarning = partial(_note, ctx, warnings.showwarning)
                return super().invoke(ctx)
        except XlnnError as error:
            language = ctx.meta.get("language") or error.language
            for line in error.text(language).splitlines():
                indented = line.startswith(" ")  # it belongs to the line above
                click.echo(line if indented else f"xlnn: {say('error', language)}: {line}", err=True)
            ctx.exit(error.exit_code)
        except MemoryError:
            text = "this takes more memory than there is. Try fewer images, units or iterations, or keep fewer of them."
            click.echo(f"xlnn: {say('error', language_of(ctx))}: {say(text, language_of(ctx))}", err=True)
            ctx.exit(LimitError.exit_code)
        except KeyboardInterrupt:
            click.echo("xlnn: " + say("interrupted; nothing was written.", language_of(ctx)), err=True)
            ctx.exit(130)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="xlnn")
def main() -> None:
    """Train the neural networks of 《深度学习的数学》 as the book does in Excel.

    \b
    xlnn new 4-4 book.xlsx       write the workbook of the book's section 4-4
    xlnn train book.xlsx         train it: every iteration becomes a sheet of book-trained.xlsx
    """


for _command in (new, show, train, solve, predict, gradcheck, check, compare, plot, landscape, descend, sweep):
    main.add_command(_command)
