"""The commands that show learning: pictures of a training, and C_T over two parameters."""

from __future__ import annotations

import click

from xlnn.cli.console import default_output
from xlnn.cli.options import FILE, initial_option, places_option, result_options, setting_options
from xlnn.cli.speaking import command
from xlnn.words import say


@command()
@click.argument("workbook", type=FILE)
@click.option("-o", "--output", type=FILE, help="The picture, .png or .svg (.gif with --animate); by default WORKBOOK.png.")
@click.option("--what", default="all", metavar="WHAT", help="cost, weights, wrong (images), outputs (of hidden units), or all.")
@click.option("--iteration", type=int, metavar="N", help="Wrong images and outputs as on sheet Iteration N; else after training.")
@click.option("--animate", is_flag=True, help="A GIF of weights and C_T, a frame for each iteration.")
@result_options
def plot(workbook, output, what, iteration, animate, language, force, quiet) -> None:
    """Draw the training that WORKBOOK shows, one that `xlnn train` or `xlnn solve` wrote.

    C_T and the share right, the weights over the iterations that have a sheet, the images that are wrong with what
    was answered, the hidden units' outputs for each image.

    \b
    Example: xlnn plot book-trained.xlsx
             xlnn plot book-trained.xlsx --what weights -o weights.svg
             xlnn plot book-trained.xlsx --animate
    """
    from xlnn.errors import UsageError
    from xlnn.pictures.plots import animate as write_animation
    from xlnn.pictures.plots import write_plot

    path = output or workbook.with_suffix(".gif" if animate else ".png")
    if not animate:
        path = write_plot(workbook, path, what, iteration=iteration, language=language, force=force)
    elif what == "all" and iteration is None:
        path = write_animation(workbook, path, language=language, force=force)
    else:
        raise UsageError("--animate shows weights and C_T over all iterations; leave out --what and --iteration.")
    if not quiet:
        click.echo(str(path))


@command()
@click.argument("workbook", type=FILE)
@click.option("--over", nargs=2, required=True, metavar="W W", help="Two parameters, counted from 1: w3[1,2], w3_1_2 or w³₁₂.")
@click.option("-o", "--output", type=FILE, help="The result; by default WORKBOOK-landscape.xlsx.")
@click.option("--grid", type=int, default=25, show_default=True, metavar="N", help="N × N values of the two parameters.")
@click.option("--margin", type=float, default=2.0, show_default=True, metavar="M", help="So far beyond the path on every side.")
@setting_options
@places_option
@initial_option
@result_options
@click.pass_context
def landscape(ctx, workbook, over, output, grid, margin, places, initial, language, force, quiet, **settings) -> None:
    """Write C_T over two parameters of WORKBOOK around the path of training, the picture of the book's 2-10.

    The network is trained first. The result has C_T as a heat map with the path marked, lines of equal C_T with the
    path drawn in, and a surface. The indexes in brackets count from 1, as in the book: w2[1,2,3] is the weight of unit 1
    for row 2, column 3. In zsh write 'w2[1,2,3]' with quotes.

    \b
    Example: xlnn landscape book.xlsx --over w2[1,1,1] w2[1,2,3]
             xlnn landscape book.xlsx --over w3[1,2] w3[2,3] --grid 40 --margin 4
    """
    from xlnn.book.reader import read
    from xlnn.pictures.landscape_pages import write_landscape
    from xlnn.pictures.landscapes import landscape as computed
    from xlnn.xlsx.saving import check_target

    problem = read(workbook, places=places, initial=initial, language=language, **settings)
    language = ctx.meta["language"] = problem.language
    path = output or default_output(workbook, "landscape")
    check_target(path, problem.inputs, force)  # before the training
    found = computed(problem, over, grid=grid, margin=margin)
    path = write_landscape(found, path, language=language, force=force)
    if not quiet:
        first, second = found.over
        text = "C_T over {first} and {second}: {least} to {most}, {cost} after training. {path}"
        numbers = {"least": found.CT.min(), "most": found.CT.max(), "cost": found.path_CT[-1]}
        shown = {name: f"{number:.6g}" for name, number in numbers.items()}
        click.echo(say(text, language, first=first, second=second, path=path, **shown))
