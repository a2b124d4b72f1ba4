"""Help and usage errors in the reader's language: click's own words come from xlnn's catalogues, as all others do."""

from __future__ import annotations

import copy
import gettext
import inspect
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cache, partial
from itertools import zip_longest
from pathlib import Path

import click
from click.formatting import HelpFormatter

from xlnn.cli.options import echo_aside
from xlnn.errors import printable
from xlnn.words import FOLDER, LANGUAGES, MARKS, columns_wide, preferred, say, these

UNBROKEN = "\b"  # on a line of its own before a paragraph whose lines stay as they are
OPENING, CLOSING = "（【《「『“‘", "，。、；：？！）】》」』”’"
PIECES = re.compile(rf"\s+|[{OPENING}]*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[{CLOSING}]*")


def language_of(ctx: click.Context | None) -> str:
    """The language of messages, as far as it is known: asked for, or the workbook's, else the reader's."""
    return (ctx.meta.get("language") if ctx else None) or preferred()


def language_about(asked: str | None, *paths: Path) -> str:
    """The language asked for, else that of the first of these workbooks that has one, else the reader's."""
    from xlnn.book.language import language_among

    return asked or language_among(paths) or preferred()


def asked_for(arguments: list[str]) -> str | None:
    """The language that --language names, wherever it stands, before the arguments are parsed."""
    for option, value in zip_longest(arguments, arguments[1:], fillvalue=""):
        name, _, joined = option.partition("=")
        if name == "--language" and (joined or value) in LANGUAGES:
            return joined or value
    return None


@contextmanager
def click_speaks(language: str) -> Iterator[None]:
    """Within it click's own words, which it looks up with gettext, are those of xlnn's catalogue."""
    domain, before = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain("xlnn", str(FOLDER))
    gettext.textdomain("xlnn")
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


# ---- help ---------------------------------------------------------------------------------------------


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, each on one line; of those whose lines stay as they are UNBROKEN is the first line."""
    parts = inspect.cleandoc(text).split("\n\n")
    return [part if part.startswith(UNBROKEN) else " ".join(part.split()) for part in parts]


def said_help(text: str, language: str) -> str:
    """A help text in a language. Of an example the commands stay as they are."""
    return "\n\n".join(_said_paragraph(part, language) for part in paragraphs(text))


def _said_paragraph(text: str, language: str) -> str:
    if not text.startswith(UNBROKEN):
        return say(text, language)
    lines = text.split("\n")[1:]
    head = lines[0].partition(" ")[0]
    if not head.endswith(":"):  # commands and what they do, side by side
        rows = [re.split(r"\s{2,}", line) for line in lines]
        width = max(len(row[0]) for row in rows) + 2
        return "\n".join([UNBROKEN, *(f"{first:{width}}{say(second, language)}" for first, second in rows)])
    said = say(head, language)
    indent = " " * (columns_wide(said) - len(head))
    if columns_wide(said) < len(head):
        said, indent = said + " " * (len(head) - columns_wide(said)), ""
    return "\n".join([UNBROKEN, said + lines[0][len(head) :], *(indent + line for line in lines[1:])])


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of so many columns; Chinese and Japanese may break between any two characters, but not before a
    punctuation mark or behind a bracket that opens."""
    lines, line, space = list[str](), "", ""
    for piece in PIECES.findall(text):
        if piece.isspace():
            space = piece
        elif line and columns_wide(line + space + piece) > width:
            lines, line, space = [*lines, line], piece, ""
        else:
            line, space = line + (space if line else "") + piece, ""
    return [*lines, line] if line else lines


class Formatter(HelpFormatter):
    """Lays out help by the room that characters take: Chinese and Japanese ones take two columns."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        head = gettext.gettext("Usage:")
        super().write_usage(prog, args, head if head.endswith("：") else head + " ")

    def write_heading(self, heading: str) -> None:
        colon = gettext.gettext("Usage:")[-1]
        self.write(f"{' ' * self.current_indent}{heading}{colon}\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        made = []
        for part in text.split("\n\n"):
            lines = part.split("\n")
            kept = lines[1:] if lines[0] == UNBROKEN else wrapped(part, self.width - self.current_indent)
            made.append("\n".join(indent + line for line in kept))
        self.write("\n\n".join(made) + "\n")

    def write_dl(self, rows, col_max: int = 30, col_spacing: int = 2) -> None:
        rows = list(rows)
        first_column = min(max(columns_wide(first) for first, _ in rows), col_max) + col_spacing
        indent = " " * self.current_indent
        for first, second in rows:
            room = first_column - columns_wide(first)
            lines = wrapped(second, max(self.width - first_column - 2, 10))
            head = first + " " * room if room >= col_spacing else f"{first}\n{indent}{' ' * first_column}"
            between = f"\n{indent}{' ' * first_column}"
            self.write(f"{indent}{head}{between.join(lines)}".rstrip() + "\n")


class Context(click.Context):
    formatter_class = Formatter


def named_by_type(param: click.Parameter) -> bool:
    """Whether the value of an option is called by its type alone, like PATH."""
    if not isinstance(param, click.Option) or param.is_flag or param.metavar:
        return False
    return not isinstance(param.type, click.Choice)


@cache
def spoken(param: click.Parameter, language: str) -> click.Parameter:
    """A parameter with its help, and the word for its value, in a language."""
    said = copy.copy(param)
    if isinstance(said, click.Option) and said.help:
        said.help = say(said.help, language)
    if isinstance(said, click.Argument):
        said.metavar = said.metavar or str(param.name).upper()
    elif named_by_type(said):
        said.metavar = said.type.name.upper()
    if said.metavar:
        said.metavar = say(said.metavar, language)
    return said


def _find_language(ctx: click.Context, arguments: list[str]) -> bool:
    """Sets the language to that of a workbook that is named, where none was asked for; whether that changes anything."""
    from xlnn.book.language import language_among

    before = language_of(ctx)
    found = ctx.meta.get("language") or language_among(arguments)
    if found is None or found == before:
        return False
    ctx.meta["language"] = os.environ["LANGUAGE"] = found
    return True


OTHER_NAMES = {  # of options, as other programs have them
    **dict.fromkeys(("--lr", "--learning-rate", "--learning_rate", "--alpha", "--rate"), "--eta"),
    **dict.fromkeys(("--epochs", "--epoch", "--iters", "--iteration", "--steps", "--updates"), "--iterations"),
    **dict.fromkeys(("--batch-size", "--batch_size", "--batchsize"), "--batch"),
    **dict.fromkeys(("--random-state", "--random-seed"), "--seed"),
    **dict.fromkeys(("--out", "--out-file", "--result"), "--output"),
    **dict.fromkeys(("--loss", "--error"), "--cost"),
    **dict.fromkeys(("--lang", "--locale"), "--language"),
    **dict.fromkeys(("--overwrite", "--replace"), "--force"),
    "--shuffle": "--order",
}


NEAR = 0.66  # so alike is a name that may have been meant: eat and eta, but not foo and force


class OneLine(click.UsageError):
    """A usage error, in one line as every other error, that ends with the command that lists what there is."""

    def show(self, file=None) -> None:
        language, text = language_of(self.ctx), self.format_message()
        if self.ctx is not None:
            text = say("{text} See `{command} --help`.", language, text=text, command=self.ctx.command_path)
        echo_aside(say("xlnn: error: {text}", language, text=text))


def one_line(error: click.UsageError, known: Iterable[str], ctx: click.Context) -> click.UsageError:
    """click's words, those of names that are `known` which are near the one that is not, and the marks of the language: click
    writes some of them, as ". ", whatever that is. What is help, as of `xlnn` alone, stays help."""
    if type(error).show is not click.UsageError.show:
        return error
    language, typed = language_of(ctx), getattr(error, "option_name", getattr(error, "command_name", ""))
    unknown = isinstance(error, click.NoSuchOption) or hasattr(error, "command_name")
    text = error.message if unknown else error.format_message()
    text = text if text.endswith((".", "。", "?")) else text + "."
    if unknown and (near := near_names(typed, known)):
        text = say("{text} Did you mean {names}?", language, text=text, names=these(near))
    if language != LANGUAGES[0]:
        text = re.sub(r", (?=['-])", MARKS[", "], text).replace("。 ", "。").replace("： ", "：")
        text = text[:-1] + "。" if text.endswith(".") else text
    return OneLine(printable(text, 500), error.ctx or ctx)


def near_names(typed: str, known: Iterable[str]) -> list[str]:
    """The names that somebody who typed another one may have meant, the nearest first: nearly the same, or what it begins.

    >>> near_names("--iteration", ["--iterations", "--initial"]), near_names("--foo", ["--force"])
    (['--iterations'], [])
    """
    names = {name.lstrip("-"): name for name in known if name.startswith("--") or not name.startswith("-")}
    plain = typed.lstrip("-").lower()
    begun = [name for name in names if len(plain) > 2 and name.startswith(plain)]
    return [names[name] for name in dict.fromkeys([*get_close_matches(plain, names, 3, NEAR), *begun])]


LIMITS = "Limits of what is read"


class Speaking(click.Command):
    """A command whose help and usage errors are in the reader's language."""

    context_class = Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = list(args)
        ctx.meta["language"] = ctx.meta.get("language") or asked_for(given)  # for errors before the options are read
        if {"-h", "--help"} & set(given):
            _find_language(ctx, given)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if not _find_language(ctx, given):
                raise self._said(ctx, error) from None
        try:
            return super().parse_args(ctx, given)  # once more, so that click says it in the workbook's language
        except click.UsageError as error:
            raise self._said(ctx, error) from None

    def _said(self, ctx: click.Context, error: click.UsageError) -> click.UsageError:
        """What to say of an option that has another name here, as --lr; else click's own words."""
        known = [option for param in self.get_params(ctx) for option in param.opts if isinstance(param, click.Option)]
        typed = error.option_name if isinstance(error, click.NoSuchOption) else ""
        name = OTHER_NAMES.get(typed.lower())
        if name is None or name not in known:
            return one_line(error, known, ctx)
        text = say("No such option: {option}. It is called {name} here.", language_of(ctx), option=typed, name=name)
        if name == "--iterations":
            text += " " + say("It counts updates; an epoch is as many updates as there are batches.", language_of(ctx))
        return OneLine(text, ctx)

    def format_options(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """The options, those that raise a limit under a heading of their own."""
        rows: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
        for param in self.get_params(ctx):
            if (record := param.get_help_record(ctx)) is not None:
                rows[any(option.startswith("--max-") for option in param.opts)].append(record)
        for heading, found in ((gettext.gettext("Options"), rows[False]), (say(LIMITS, language_of(ctx)), rows[True])):
            if found:
                with formatter.section(heading):
                    formatter.write_dl(found)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Show this message and exit."  # click keeps it in the language in which it was first made
        return option

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [spoken(param, language_of(ctx)) for param in super().get_params(ctx)]

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        found = super().collect_usage_pieces(ctx)
        return [say(piece, language_of(ctx)) if piece in USAGE else piece for piece in found]

    def format_help_text(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(said_help(self.help, language_of(ctx)))


class Command(Speaking):
    """One command."""


class Group(Speaking, click.Group):
    """The commands together."""

    def format_options(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        rows = [(name, short_help(command, language_of(ctx))) for name, command in self.commands.items()]
        with formatter.section(gettext.gettext("Commands")):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context):
        try:
            return super().invoke(ctx)
        except click.UsageError as error:  # no command, or an unknown one
            raise one_line(error, self.commands, ctx) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


USAGE = ("[OPTIONS]", "COMMAND [ARGS]...")  # of a usage line


def short_help(command: click.Command, language: str) -> str:
    """The first sentence of a command's help."""
    said = say(paragraphs(command.help or "")[0], language)
    return re.split(r"(?<=[.:;。])(?:\s|$)|(?<=。)", said)[0].rstrip(".。:;")


command = partial(click.command, cls=Command)
