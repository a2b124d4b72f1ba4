"""The commands that write, read, train and use a network's workbook."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlnn.cli_shared import (
    FILE,
    SETTINGS,
    closing_line,
    costs,
    default_output,
    echo_aside,
    echo_large,
    echo_notes,
    force_option,
    language_option,
    limit_options,
    places_option,
    progress_line,
    quiet_option,
    reading_options,
    setting_options,
    solver_options,
)
from xlnn.words import say


@click.command()
@click.argument("section")
@click.argument("workbook", type=FILE, required=False)
@click.option("--images", type=FILE, metavar="CSV", help="For nielsen: lines of a digit and the pixels of an image.")
@click.option("--exercise", is_flag=True, help="Iteration 1 with its calculation cells empty, to be filled in and checked.")
@click.option("--cells", default="formulas", metavar="WHAT", help="Calculation sheets (1-1 … 5-2): live formulas, or values.")
@language_option
@force_option
@quiet_option
def new(section, workbook, images, exercise, cells, language, force, quiet) -> None:
    """Write the workbook of a SECTION of the book.

    A network's workbook (4-4, 5-6 …) holds the images (sheet Data), the initial parameters (Start) and the
    settings (Settings); the sheets of chapters 1 to 5 hold live formulas. All of it can be changed in
    Excel or LibreOffice. An unknown SECTION tells which there are.

    \b
    Example: xlnn new 4-4 book.xlsx
             xlnn new 1-2 neuron.xlsx
             xlnn new 2-4 vectors.xlsx
             xlnn new 4-4 exercise.xlsx --exercise
             xlnn new nielsen digits.xlsx
    """
    from xlnn.exercise import exercise as write_exercise
    from xlnn.new import new as write_new
    from xlnn.new import sections

    name, language = workbook or Path(f"{section}.xlsx"), language or "en"
    if exercise:
        path = write_exercise(section, name, language=language, force=force)
    else:
        path = write_new(section, name, images=images, cells=cells, language=language, force=force)
    if not quiet:
        click.echo(f"{path}: {say(sections()[section], language)}")


@click.command()
@click.argument("workbook", type=FILE)
@places_option
@click.option("--initial", is_flag=True, help="Show the saved copy of the initial parameters.")
@limit_options
@language_option
def show(workbook: Path, places: Path | None, initial: bool, language: str | None) -> None:
    """Show what is read from WORKBOOK: network, settings, images, and where each array lies.

    Example: xlnn show book.xlsx
    """
    from xlnn.reader import read
    from xlnn.show import show as described

    click.echo(described(read(workbook, places=places, initial=initial, language=language)))


@click.command()
@click.argument("workbook", type=FILE)
@click.option("-o", "--output", type=FILE, help="The result; by default WORKBOOK-trained.xlsx.")
@setting_options
@click.option("--keep", metavar="WHICH", help="Iterations that get a sheet: all (the default); every:10; first,last; 1,2,50.")
@click.option("--detail", metavar="HOW", help="all (the default); units: no gradients of images; totals: no single images.")
@click.option("--cells", metavar="WHAT", help="values (the default), or live formulas with their results.")
@places_option
@click.option("--initial", is_flag=True, help="Start from the saved copy of the initial parameters.")
@click.option("--resume", is_flag=True, help="Go on with the training whose result WORKBOOK is, to its end, or -n more updates.")
@limit_options
@language_option
@force_option
@quiet_option
@click.pass_context
def train(ctx, workbook, output, keep, detail, cells, places, initial, resume, language, force, quiet, **settings) -> None:
    """Train the network in WORKBOOK; every iteration becomes a sheet of the result.

    Ctrl-C ends the training and keeps what there is; --resume goes on from there, as if it had never stopped.

    \b
    Example: xlnn train book.xlsx
             xlnn train book.xlsx -n 10 --eta 0.1 --cells formulas -o ten.xlsx
             xlnn train --resume book-trained.xlsx
    """
    from xlnn.reader import read
    from xlnn.stopping import Stopped
    from xlnn.writer import write

    if resume:
        problem = _resumed(workbook, language, quiet, places=places, initial=initial, **settings)
    else:
        problem = read(workbook, places=places, initial=initial, language=language, **settings)
    language = ctx.meta["language"] = problem.origin.language
    if not quiet:
        echo_notes(problem, language)
    try:
        result = write(
            problem,
            output or default_output(workbook),
            keep=keep,
            detail=detail,
            cells=cells,
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
        echo_large(result.path, language)


def _resumed(workbook: Path, language: str | None, quiet: bool, **options):
    """The rest of a training; why it is only nearly as in one run is told. Raises UsageError for options that change it."""
    from xlnn.errors import UsageError
    from xlnn.resuming import resume

    more = options.pop("iterations")
    for option, name in [(option, name) for option, name, _ in SETTINGS] + [("--places", "places"), ("--initial", "initial")]:
        if options[name]:
            raise UsageError("{option} would change the training; --resume goes on with it as it is.", option=option)
    problem = resume(workbook, more=more, language=language)
    if not quiet:
        for note in problem.origin.earlier.notes:
            echo_aside(f"xlnn: {say('note', problem.origin.language)}: {note}")
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


@click.command()
@click.argument("workbook", type=FILE)
@click.option("-o", "--output", type=FILE, help="The result; by default WORKBOOK-solved.xlsx.")
@click.option("--steps", type=int, default=1000, show_default=True, metavar="N", help="At most so many steps of the solver.")
@solver_options
@click.option("--cells", default="values", metavar="WHAT", help="values, or live formulas with their results.")
@places_option
@click.option("--initial", is_flag=True, help="Start from the saved copy of the initial parameters.")
@limit_options
@language_option
@force_option
@quiet_option
@click.pass_context
def solve(ctx, workbook, output, steps, cells, places, initial, language, force, quiet, **settings) -> None:
    """Find the parameters with the smallest C_T, as the book does with Excel's Solver (3-5, 5-4).

    The result has them on sheet Solved, the first ones on Start, and C_T after each step on Summary; `xlnn train`
    and `xlnn predict` take it as it is. This needs SciPy: pip install scipy

    \b
    Example: xlnn solve book.xlsx
             xlnn solve book.xlsx --cells formulas -o solved.xlsx
    """
    from xlnn.reader import read
    from xlnn.solving import solve as write_solved

    problem = read(workbook, places=places, initial=initial, language=language, **settings)
    language = ctx.meta["language"] = problem.origin.language
    if not quiet:
        echo_notes(problem, language)
    result = write_solved(problem, output or default_output(workbook, "solved"), steps=steps, cells=cells, force=force)
    if not quiet:
        text = say("{steps} steps of the solver: C_T {before} → {after}", language, steps=result.updates, **costs(result))
        click.echo(closing_line(result, problem.network, language, text))


@click.command()
@click.argument("trained", type=FILE)
@click.argument("images", type=FILE, required=False)
@click.option("-o", "--output", type=FILE, help="Also write images, outputs and answers to this workbook.")
@limit_options
@language_option
@force_option
@click.pass_context
def predict(ctx, trained: Path, images: Path | None, output: Path | None, language: str | None, force: bool) -> None:
    """Recognise the IMAGES of a workbook with the network of TRAINED.

    IMAGES has them where sheet Data has them; without IMAGES, the image drawn on sheet Test is recognised.

    \b
    Example: xlnn predict book-trained.xlsx new-images.xlsx
             xlnn predict book-trained.xlsx
    """
    from xlnn.predict import predict as recognise
    from xlnn.predict import write_predictions

    predictions, step = recognise(trained, images)
    network, language = step.problem.network, language or step.problem.origin.language
    ctx.meta["language"] = language
    path = write_predictions(step, output, inputs=(trained, images), force=force) if output else None
    for found in predictions:
        outputs = "  ".join(f"{number:.6f}" for number in found.outputs)
        text = say("{what} {image}: {outputs}", language, what=network.things[:-1], image=found.image, outputs=outputs)
        click.echo(f"{text} → {found.answer:g}" if network.judged else text)
    if path:
        click.echo(str(path))


@click.command()
@click.argument("workbook", type=FILE)
@places_option
@click.option("--initial", is_flag=True, help="Check at the saved copy of the initial parameters.")
@setting_options
@click.option("--tolerance", default=1e-6, show_default=True, help="The largest difference, for its size, that is no error.")
@limit_options
@language_option
@click.pass_context
def gradcheck(ctx, workbook, places, initial, tolerance, language, **settings) -> None:
    """Compare the gradients of WORKBOOK's network with numeric ones, from central differences of C_T.

    Exit code 1 if one differs by more than the tolerance times its size; what central differences leave open, for
    rounding and for curvature, is no difference.

    Example: xlnn gradcheck book.xlsx
    """
    from xlnn.gradcheck import gradcheck as checked
    from xlnn.reader import read

    problem = read(workbook, places=places, initial=initial, language=language, **settings)
    language, right = problem.origin.language, True
    for found in checked(problem):
        right = right and found.relative <= tolerance  # not where it is nan
        where = ", ".join(str(i + 1) for i in found.index)
        click.echo(
            say(
                "∂C_T/∂{name}: largest difference {difference} at [{index}]: {gradient}, numerically {numeric}",
                language, name=found.parameter, difference=f"{found.difference:.2e}", index=where,
                gradient=f"{found.gradient:.9g}", numeric=f"{found.numeric:.9g}",
            )
        )  # fmt: skip
    if not right:
        click.echo(say("Gradients differ by more than {tolerance}.", language, tolerance=f"{tolerance:g}"))
        ctx.exit(1)
