"""What the commands share: options, the result's name, the closing line, progress."""

from __future__ import annotations

from contextlib import suppress
from functools import wraps
from pathlib import Path

import click

from xlnn.words import LANGUAGES

FILE = click.Path(path_type=Path, readable=False)  # a file that cannot be read is named by the library, as a missing one


def _language(ctx: click.Context, _, value: str | None) -> str | None:
    ctx.meta["language"] = value = value or ctx.meta.get("language")
    return value


language_option = click.option(
    "--language", type=click.Choice(LANGUAGES), callback=_language, is_eager=True,
    help="Language of labels and messages; by default the workbook's, or yours.",
)  # fmt: skip


force_option = click.option("--force", is_flag=True, help="Replace a file that xlnn did not write, or that was edited since.")


decimals_option = click.option(
    "--decimals", type=click.IntRange(0, 15), metavar="N", help="N decimals for every number, not the digits that it needs."
)


print_option = click.option(
    "--print", "printed", default="first", show_default=True, metavar="WHICH",
    help="Images of a sheet that are printed: the first (8), or all.",
)  # fmt: skip


quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")


places_option = click.option("--places", type=FILE, metavar="FILE", help="Take the addresses from sheet Places of this workbook.")


initial_option = click.option("--initial", is_flag=True, help="Start from the saved copy of the initial parameters.")


SETTINGS = (
    ("--eta", "eta", "Learning rate η."),
    ("--cost", "cost", "Cost: half squares, squares, cross-entropy, softmax cross-entropy, perceptron; MSE: 1/(2n) Σ(t − a)²."),
    ("--total", "total", "C_T is the sum or the mean of all C (MSE: the mean)."),
    ("--batch", "batch", "Images per update, or all."),
    ("--order", "order", "Order of the images in batches: listed or shuffled (SGD: shuffled)."),
    ("--update", "update", "Update the parameters together, or the output first."),
    ("--freeze-biases", "freeze_biases", "yes: the biases stay as they are."),
    ("--decay", "decay", "Weight decay λ: each update also subtracts η λ w."),
    ("--decay-in", "decay_in", "Where λw is added: to the weights in their update, to the gradient, or as λ/2 Σw² to the cost."),
    ("--decay-biases", "decay_biases", "yes: the biases decay, too."),
    ("--seed", "seed", "Seed of drawn parameters and shuffled batches."),
    ("--start", "start", "Distribution of empty parameters: N(0, 1) or N(0, 1/inputs)."),
    ("--ties", "ties", "Shared maximum of a pooling window: first or all get δ."),
    ("--layout", "layout", "Layout of the sheets: book or table."),
)


def _settings_among(command, names):
    for option, name, text in reversed([entry for entry in SETTINGS if entry[1] in names]):
        command = click.option(option, name, metavar="VALUE", help=text)(command)
    return command


def setting_options(command, without=()):
    """The options that override sheet Settings, without those that do nothing in a command."""
    command = _settings_among(command, [name for _, name, _ in SETTINGS if name not in without])
    if "iterations" in without:
        return command
    return click.option("-n", "--iterations", metavar="N", help="Number of updates.")(command)


def solver_options(command):
    """Those of the settings that matter to a solver, which has neither η nor updates."""
    return _settings_among(command, ("cost", "total", "freeze_biases", "seed", "start", "layout"))


LIMITS = (
    ("--max-size", "size", "MiB", "A workbook may be so large when it is unpacked (1024)."),
    ("--max-ratio", "ratio", "N", "A part of it may become so many times as large (200)."),
    ("--max-parts", "parts", "N", "It may have so many parts (10000)."),
    ("--max-depth", "depth", "N", "So many elements of XML may be within each other (256)."),
)


def limit_options(command):
    """The options that raise what a workbook may hold; within the command they are in force."""

    @wraps(command)
    def limited(*args, **kwargs):
        chosen = {name: kwargs.pop("max_" + name) for _, name, _, _ in LIMITS}
        raised = {name: value for name, value in chosen.items() if value is not None}
        if not raised:
            return command(*args, **kwargs)
        from xlnn.xlsx.package import limits

        with limits(**raised):
            return command(*args, **kwargs)

    for option, _, unit, text in reversed(LIMITS):
        limited = click.option(option, type=click.IntRange(min=1), metavar=unit, help=text)(limited)
    return limited


def result_options(command):
    """Those of a command that reads a workbook and writes another one."""
    return limit_options(language_option(force_option(quiet_option(command))))


def echo_aside(line: str = "", nl: bool = True) -> None:
    """A line on the error stream, if that takes one: nothing ends because a note cannot be read."""
    with suppress(OSError):
        click.echo(line, err=True, nl=nl)


json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")


report_option = click.option("--report", type=FILE, metavar="FILE", help="Write a marked copy to FILE.")


digits_option = click.option("--digits", type=int, metavar="N", help="The numbers are rounded to N decimal places.")
