"""The commands that use a network: predict, gradcheck."""

from __future__ import annotations

from functools import partial

import click

from xlnn.cli.options import (
    FILE,
    decimals_option,
    echo_aside,
    force_option,
    language_option,
    limit_options,
    places_option,
    print_option,
    setting_options,
)
from xlnn.cli.speaking import command, language_about
from xlnn.cli.training import own_derivatives
from xlnn.words import say


@command()
@click.argument("trained", type=FILE)
@click.argument("images", type=FILE, required=False)
@click.option("-o", "--output", type=FILE, help="Also write images, outputs and answers to this workbook.")
@decimals_option
@print_option
@limit_options
@language_option
@force_option
@click.pass_context
def predict(ctx, trained, images, output, decimals, printed, language: str | None, force: bool) -> None:
    """Recognise the IMAGES of a workbook with the network of TRAINED.

    IMAGES has them where sheet Data has them; without IMAGES, the image drawn on sheet Test is recognised.

    \b
    Example: xlnn predict book-trained.xlsx new-images.xlsx
             xlnn predict book-trained.xlsx
    """
    from xlnn.book.predicting import predict as recognise
    from xlnn.book.predicting import write_predictions

    predictions, step = recognise(trained, images)
    network, language = step.problem.network, language or step.problem.language
    ctx.meta["language"] = language
    look = {"decimals": decimals, "printed": printed}
    path = write_predictions(step, output, inputs=(trained, images), force=force, **look) if output else None
    if images is None and not step["x"].any():
        note = "nothing is drawn on sheet Test: type numbers into its yellow cells, save, and try again. Empty cells count as 0."
        echo_aside(say("xlnn: note: {text}", language, text=say(note, language)))
    for found in predictions:
        outputs = "  ".join(f"{number:.6f}" for number in found.outputs)
        text = say("{what} {image}: {outputs}", language, what=network.things[:-1], image=found.image, outputs=outputs)
        click.echo(f"{text} → {network.class_name(found.answer)}" if network.judged else text)
    if path:
        click.echo(str(path))


gradient_options = partial(setting_options, without=("iterations", "eta", "update", "layout"))  # nothing is updated


@command()
@click.argument("workbook", type=FILE)
@places_option
@click.option("--initial", is_flag=True, help="Check at the saved copy of the initial parameters.")
@gradient_options
@click.option(
    "--tolerance",
    default=1e-6,
    metavar="NUMBER",
    show_default=True,
    help="The largest difference, for its size, that is no error.",
)
@click.option("--of", metavar="CELL", help="Differentiate this cell by the workbook's own formulas, whatever they calculate.")
@click.option("--by", metavar="CELLS", help="The cells by which --of is differentiated, as E33:H33,M33:P33.")
@click.option("--claimed", metavar="CELLS", help="As many cells that should hold these derivatives.")
@limit_options
@language_option
@click.pass_context
def gradcheck(ctx, workbook, places, initial, tolerance, of, by, claimed, language, **settings) -> None:
    """Compare the gradients of WORKBOOK's network with numeric ones, from central differences of C_T.

    With --of and --by: the derivative of one cell by others, by the formulas of WORKBOOK, whatever was built; with
    --claimed beside cells that should hold it.

    Exit code 1 if one differs by more than the tolerance times its size; what central differences leave open, for
    rounding and for curvature, is no difference.

    \b
    Example: xlnn gradcheck book.xlsx
             xlnn gradcheck mine.xlsx --of W33 --by E33:H33,M33:P33 --claimed X33:AE33
    """
    if of or by or claimed:
        ctx.exit(own_derivatives(workbook, of, by, claimed, tolerance, language_about(language, workbook)))
    from xlnn.book.reader import read
    from xlnn.model.differences import gradcheck as checked

    problem = read(workbook, places=places, initial=initial, language=language, **settings)
    language, right = problem.language, True
    for found in checked(problem):
        right = right and found.relative <= tolerance  # not where it is nan
        where = ", ".join(str(i + 1) for i in found.index)
        click.echo(
            say(
                "∂C_T/∂{name}: largest difference {difference} at [{index}]: {gradient}, numerically {numeric}",
                language, name=problem.network.quantities[found.parameter].symbol, index=where,
                difference=f"{found.difference:.2e}", gradient=f"{found.gradient:.9g}",
                numeric=f"{found.numeric:.9g}",
            )
        )  # fmt: skip
    if not right:
        click.echo(say("Gradients differ by more than {tolerance}.", language, tolerance=f"{tolerance:g}"))
        ctx.exit(1)
