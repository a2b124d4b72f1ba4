"""The commands that write and describe workbooks: new, show, places."""

from __future__ import annotations

from pathlib import Path

import click

from xlnn.cli.console import default_output
from xlnn.cli.options import FILE, decimals_option, force_option, language_option, limit_options, places_option, quiet_option
from xlnn.cli.speaking import Command, command, language_about, language_of
from xlnn.errors import UsageError
from xlnn.words import preferred, say


class ListingSections(Command):
    """Its help ends with the sections that there are."""

    def format_epilog(self, ctx, formatter) -> None:
        from xlnn.sections import SAME, sections

        language = language_of(ctx)
        known = {name: say(text, language) for name, text in sections().items()}
        same = {name: say("the workbook of {name}", language, name=other) for name, other in SAME.items()}
        with formatter.section(say("Sections", language)):
            formatter.write_dl(list((known | same).items()))


@command(cls=ListingSections)
@click.argument("section")
@click.argument("workbook", type=FILE, required=False)
@click.option(
    "--images",
    type=FILE,
    metavar="FILE|N",
    help="For own: a folder of pictures, CSV or NPZ. For nielsen: a CSV, lines of a digit and pixels. "
    "With --exercise: the first N images.",
)
@click.option("--size", metavar="8x8", help="For own: rows and columns of an image; larger pictures are made smaller.")
@click.option("--layers", metavar="64-16-10", help="For own: pixels, hidden units, outputs.")
@click.option(
    "--exercise", is_flag=False, flag_value="all", metavar="[STEP]",
    help="Iteration 1 with empty calculation cells, to be checked: all, or those of a step: forward, backward, update.",
)  # fmt: skip
@click.option("--cells", default="formulas", metavar="WHAT", help="Calculation sheets (1-1 … 5-2): live formulas, or values.")
@decimals_option
@language_option
@force_option
@quiet_option
def new(section, workbook, images, size, layers, exercise, cells, decimals, language, force, quiet) -> None:
    """Write the workbook of a SECTION of the book.

    A network's workbook (4-4, 5-6 …) holds the images (sheet Data), the initial parameters (Start) and the
    settings (Settings); the sheets of chapters 1 to 5 hold live formulas. All of it can be changed in
    Excel or LibreOffice. The sections are listed below.

    \b
    Example: xlnn new 4-4 book.xlsx
             xlnn new 1-2 neuron.xlsx
             xlnn new 2-4 vectors.xlsx
             xlnn new 4-4 exercise.xlsx --exercise
             xlnn new 4-4 exercise.xlsx --exercise backward --images 3
             xlnn new nielsen digits.xlsx
             xlnn new own mine.xlsx --images pictures --size 8x8 --layers 64-16-10
    """
    from xlnn.model.brought import OWN
    from xlnn.sections import SAME, sections, written

    if exercise and workbook is None and Path(exercise).suffix:  # --exercise before the workbook's name
        exercise, workbook = "all", Path(exercise)
    name, language = workbook or Path(f"{section}.xlsx"), language or preferred()
    own = SAME.get(section, section)
    if exercise:
        if size is not None or layers is not None or own == OWN:
            raise UsageError("an exercise is one of the book's networks; leave out --size, --layers or --exercise.")
        path, text = _exercise(own, name, exercise, images, language=language, force=force)
    else:
        look = {"language": language, "decimals": decimals, "force": force}
        path, problem = written(section, name, images=images, size=size, layers=layers, cells=cells, **look)
        text = _described(problem, language) if own == OWN else say(sections()[own], language)
    if not quiet:
        click.echo(say("{where}: {text}", language, where=path, text=text))


@command()
@click.argument("workbook", type=FILE)
@places_option
@click.option("--initial", is_flag=True, help="Show the saved copy of the initial parameters.")
@click.option("--rules", is_flag=True, help="Every equation instead: as printed, as NumPy, as the formula of a cell.")
@limit_options
@language_option
def show(workbook: Path, places: Path | None, initial: bool, rules: bool, language: str | None) -> None:
    """Show what is read from WORKBOOK: network, settings, images, and where each array lies.

    \b
    Example: xlnn show book.xlsx
             xlnn show book.xlsx --rules
    """
    from xlnn.book.describing import show as described
    from xlnn.book.formulary import equation_table, equations
    from xlnn.book.reader import read

    problem = read(workbook, places=places, initial=initial, language=language)
    click.echo(equation_table(equations(problem)) if rules else described(problem))


@command()
@click.argument("workbook", type=FILE)
@click.option("-o", "--output", type=FILE, help="The copy with sheet Places; by default WORKBOOK-places.xlsx.")
@limit_options
@language_option
@force_option
@quiet_option
def places(workbook: Path, output: Path | None, language: str | None, force: bool, quiet: bool) -> None:
    """Write down where everything lies in WORKBOOK, as its formulas say: a sheet Places to be corrected.

    The result is a copy of the workbook with the sheet Places; cells that were not understood are yellow there, and listed on
    a sheet Not understood. Correct the lines and use the copy; or name it with the option --places for the workbook itself.

    Example: xlnn places mine.xlsx
    """
    from xlnn.book.places_copy import LEFT_OVER, write_places

    language, output = language_about(language, workbook), output or default_output(workbook, "places")
    path, lines, left = write_places(workbook, output, language=language, force=force)
    if not quiet:
        click.echo(say("{path}: {count} lines of sheet Places.", language, path=path, count=lines))
        if left:
            text = "{count} formulas were not understood, yellow in the workbook and listed on sheet {sheet}."
            click.echo(say(text, language, count=f"{left:,}", sheet=repr(LEFT_OVER)))


def _described(problem, language: str) -> str:
    """The network of a workbook that was just written."""
    from xlnn.model.picturing import shape_text

    count, images, things = f"{problem.parameter_count:,}", problem.images, problem.network.things
    text = "{shape}, {count} parameters, {images} {what}"
    return say(text, language, shape=shape_text(problem), count=count, images=images, what=things)


def _exercise(section: str, path: Path, step: str, images: Path | None, *, language: str, force: bool) -> tuple[Path, str]:
    """Writes an exercise with the first so many images; the file, and what it is. Raises UsageError."""
    from xlnn.book.exercises import exercise
    from xlnn.model.examples import example

    if images is not None and not str(images).isdecimal():
        raise UsageError("--images of an exercise must be a whole number, not {value}.", value=repr(str(images)))
    count = None if images is None else int(str(images))
    path, whole = exercise(section, path, step=step, images=count, language=language, force=force), example(section)
    text = "exercise on {section} with {count} {what}: fill in the empty cells of Iteration 1; `xlnn check` marks them."
    return path, say(text, language, section=section, count=count or whole.images, what=whole.network.things)
