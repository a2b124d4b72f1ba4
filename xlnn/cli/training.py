"""The commands that write, read, train and use a network's workbook."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlnn.cli.console import (
    closing_line,
    costs,
    default_output,
    echo_large,
    echo_notes,
    echo_rise,
    progress_line,
    reading_options,
)
from xlnn.cli.options import (
    FILE,
    SETTINGS,
    decimals_option,
    echo_aside,
    initial_option,
    places_option,
    print_option,
    result_options,
    setting_options,
    solver_options,
)
from xlnn.cli.speaking import command
from xlnn.words import say


@command()
@click.argument("workbook", type=FILE)
@click.option("-o", "--output", type=FILE, help="The result; by default WORKBOOK-trained.xlsx.")
@setting_options
@click.option(
    "--keep", metavar="WHICH", help="Iterations that get a sheet: all (the default to 100); every:10; first,last; 1,2,50."
)
@click.option("--detail", metavar="HOW", help="all (the default); units: no gradients of images; totals: no single images.")
@click.option("--cells", metavar="WHAT", help="values (the default), or live formulas with their results.")
@decimals_option
@print_option
@click.option("--add-missing", is_flag=True, help="What your own sheets do not show stands on sheets of its own.")
@places_option
@initial_option
@click.option("--resume", is_flag=True, help="Go on with the training whose result WORKBOOK is, to its end, or -n more updates.")
@result_options
@click.pass_context
def train(
    ctx, workbook, output, keep, detail, cells, decimals, printed, add_missing, places, initial, resume, language, force, quiet,
    **settings,
) -> None:  # fmt: skip
    """Train the network in WORKBOOK; every iteration becomes a sheet of the result.

    Ctrl-C ends the training and keeps what there is; --resume goes on from there, as if it had never stopped.

    \b
    Example: xlnn train book.xlsx
             xlnn train book.xlsx -n 10 --eta 0.1 --cells formulas -o ten.xlsx
             xlnn train --resume book-trained.xlsx
    """
    from xlnn.book.interrupt import Stopped
    from xlnn.book.reader import read
    from xlnn.book.writer import write

    if resume:
        problem = _resumed(workbook, language, quiet, places=places, initial=initial, **settings)
    else:
        problem = read(workbook, places=places, initial=initial, language=language, **settings)
    language = ctx.meta["language"] = problem.language
    if not quiet:
        echo_notes(problem, language)
    try:
        result = write(
            problem,
            output or default_output(workbook),
            keep=keep,
            detail=detail,
            cells=cells,
            decimals=decimals,
            printed=printed,
            add_missing=add_missing,
            force=force,
            progress=None if quiet else progress_line(language),
            stopping=None if quiet else lambda: _tell_stopping(language),
        )
    except Stopped as stopped:
        _tell_stopped(stopped, language)
        ctx.exit(130)
    if not quiet:
        text = say("{updates} updates: C_T {before} → {after}", language, updates=result.updates, **costs(result))
        click.echo(closing_line(result, problem.network, language, text))
        echo_rise("C_T", result.before, result.after, problem.settings.eta, language)
        if keep is None and result.keep != "all" and not resume:
            kept = "{count} of {all} iterations have a sheet (--keep {kept}), so that it opens quickly; --keep all writes all."
            click.echo(say(kept, language, count=len(result.iterations), all=result.updates, kept=result.keep))
        echo_large(result.path, language)


def _resumed(workbook: Path, language: str | None, quiet: bool, **options):
    """The rest of a training; why it is only nearly as in one run is told. Raises UsageError for options that change it."""
    from xlnn.book.origin import origin_of
    from xlnn.book.resuming import resume
    from xlnn.errors import UsageError

    more = options.pop("iterations")
    for option, name in [(option, name) for option, name, _ in SETTINGS] + [("--places", "places"), ("--initial", "initial")]:
        if options[name]:
            raise UsageError("{option} would change the training; --resume goes on with it as it is.", option=option)
    problem = resume(workbook, more=more, language=language)
    if not quiet:
        for note in origin_of(problem).earlier.notes:
            echo_aside(say("xlnn: note: {text}", problem.language, text=note))
    return problem


def _tell_stopping(language: str) -> None:
    if sys.stderr.isatty():
        echo_aside()  # behind the line that tells the iteration
    text = say("stopping; writing the iterations so far. Ctrl-C once more leaves them unwritten.", language)
    echo_aside("xlnn: " + text)


def _tell_stopped(stopped, language: str) -> None:
    """How far a training came, and how it goes on."""
    path = str(stopped.result.path)
    command = " ".join(filter(None, ("xlnn train --resume", reading_options(stopped.result.path))))
    text = say(
        "stopped after {updates} of {planned} updates; {path} has them. To go on: {command}",
        language, updates=stopped.result.updates, planned=stopped.planned, path=path,
        command=f'{command} "{path}"' if " " in path else f"{command} {path}",
    )  # fmt: skip
    echo_aside("xlnn: " + text)


@command()
@click.argument("workbook", type=FILE)
@click.option("-o", "--output", type=FILE, help="The result; by default WORKBOOK-solved.xlsx.")
@click.option("--steps", type=int, default=1000, show_default=True, metavar="N", help="At most so many steps of the solver.")
@solver_options
@click.option("--cells", default="values", metavar="WHAT", help="values, or live formulas with their results.")
@decimals_option
@print_option
@places_option
@initial_option
@result_options
@click.pass_context
def solve(ctx, workbook, output, steps, cells, decimals, printed, places, initial, language, force, quiet, **settings) -> None:
    """Find the parameters with the smallest C_T, as the book does with Excel's Solver (3-5, 5-4).

    The result has them on sheet Solved, the first ones on Start, and C_T after each step on Summary; `xlnn train`
    and `xlnn predict` take it as it is.

    \b
    Example: xlnn solve book.xlsx
             xlnn solve book.xlsx --cells formulas -o solved.xlsx
    """
    from xlnn.book.reader import read
    from xlnn.book.solving import solve as write_solved

    problem = read(workbook, places=places, initial=initial, language=language, **settings)
    language = ctx.meta["language"] = problem.language
    if not quiet:
        echo_notes(problem, language)
    path, look = output or default_output(workbook, "solved"), {"decimals": decimals, "printed": printed}
    result = write_solved(problem, path, steps=steps, cells=cells, force=force, **look)
    if not quiet:
        text = say("{steps} steps of the solver: C_T {before} → {after}", language, steps=result.updates, **costs(result))
        click.echo(closing_line(result, problem.network, language, text))


def own_derivatives(workbook: Path, of: str | None, by: str | None, claimed: str | None, tolerance: float, language: str) -> int:
    """Prints a workbook's own derivatives; returns the exit code. Raises UsageError where an option is missing."""
    from xlnn.checking.derivatives import derivatives
    from xlnn.errors import UsageError

    for given, option, other in ((of, "--by", "--of"), (by, "--of", "--by")):
        if not given:
            raise UsageError("{option} needs {other}.", option="--claimed" if claimed else option, other=other)
    found = derivatives(workbook, of, by, claimed)
    wrong = [entry for entry in found if entry.differs(tolerance)]
    for entry in wrong if claimed else found:
        fields = {"of": of, "by": entry.by, "slope": f"{entry.slope:.9g}"}
        if claimed:
            template = "{cell} = {found}, but ∂{of}/∂{by} = {slope}"
            click.echo(say(template, language, cell=entry.claimed, found=f"{entry.found:.9g}", **fields))
        else:
            click.echo(say("∂{of}/∂{by} = {slope}", language, **fields))
    if claimed and not wrong:
        click.echo(say("all {count} claimed cells are ∂{of}/∂ of their cells.", language, count=len(found), of=of))
    return 1 if wrong else 0
