"""The commands that write and describe workbooks: new, show, places."""

from __future__ import annotations

from pathlib import Path

import click

from xlnn.cli.console import default_output
from xlnn.cli.options import FILE, force_option, language_option, limit_options, places_option, quiet_option
from xlnn.cli.speaking import command, language_about
from xlnn.words import preferred, say


@command()
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
    from xlnn.book.exercises import exercise as write_exercise
    from xlnn.sections import new as write_new
    from xlnn.sections import sections

    name, language = workbook or Path(f"{section}.xlsx"), language or preferred()
    if exercise:
        path = write_exercise(section, name, language=language, force=force)
    else:
        path = write_new(section, name, images=images, cells=cells, language=language, force=force)
    if not quiet:
        click.echo(f"{path}: {say(sections()[section], language)}")


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
    from xlnn.book.understood_places import LEFT_OVER, write_places

    language, output = language_about(language, workbook), output or default_output(workbook, "places")
    path, lines, left = write_places(workbook, output, language=language, force=force)
    if not quiet:
        click.echo(say("{path}: {count} lines of sheet Places.", language, path=path, count=lines))
        if left:
            text = "{count} formulas were not understood: sheet {sheet} lists them, and their cells are yellow."
            click.echo(say(text, language, count=f"{left:,}", sheet=repr(LEFT_OVER)))
