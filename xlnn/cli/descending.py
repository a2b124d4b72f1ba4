"""The command that descends on a function."""

from __future__ import annotations

from pathlib import Path

import click

from xlnn.cli.console import default_output, echo_rise
from xlnn.cli.options import FILE, result_options
from xlnn.cli.speaking import command
from xlnn.words import say, these


@command()
@click.argument("workbook", type=FILE)
@click.option("-o", "--output", type=FILE, help="The result; by default WORKBOOK-descended.xlsx.")
@click.option("--function", metavar="TEXT", help="Like x^2+x*y+y^2; of + - * / ^, brackets, sqrt, exp, ln, sin …, pi, e.")
@click.option("--start", metavar="VALUES", help="Where the variables start, like 3,2 or x=3,y=2.")
@click.option("--eta", type=float, metavar="VALUE", help="Learning rate η.")
@click.option("--steps", type=int, metavar="N", help="Number of steps.")
@click.option(
    "--constraint", "constraints", multiple=True, metavar="EQUATION",
    help="Like x^2+y^2=1, also several times: the stationary points on it (Lagrange, 2-7) instead of a descent.",
)  # fmt: skip
@click.option("--cells", default="formulas", metavar="WHAT", help="live formulas with their results, or values.")
@result_options
@click.pass_context
def descend(ctx, workbook: Path, output, cells, language, force, quiet, constraints, **options) -> None:
    """Go down the function in WORKBOOK by its gradient (2-10, 2-11), each step a row of the result.

    `xlnn new 2-11 f.xlsx` writes such a workbook, to be changed in Excel. The derivatives come from sympy: pip
    install sympy

    \b
    Example: xlnn descend f.xlsx
             xlnn descend f.xlsx --function "x^2+x*y+y^2" --start 3,2 --eta 0.2
             xlnn descend f.xlsx --function x+y --constraint x^2+y^2=1
    """
    from xlnn.lessons.descending import descend as write_descended

    options = {name: value for name, value in options.items() if value is not None}
    options |= {"constraints": tuple(filter(None, constraints))} if constraints else {}
    result = write_descended(
        workbook, output or default_output(workbook, "descended"), cells=cells, language=language, force=force, **options
    )
    if not quiet:
        for line in _lines(result):
            click.echo(line)
        if result.ends:
            z, (before, after) = result.descent.symbol, result.ends
            echo_rise(z, before[z], after[z], result.descent.eta, result.language)


def _lines(result) -> list[str]:
    """What was found; the result's name last."""
    from xlnn.lessons.descent import INCOMPLETE, point_text

    z, language = result.descent.symbol, result.language
    if result.points is not None:
        found = [point_text(point, z) for point in result.points.points]
        more = [] if result.points.complete else [say(INCOMPLETE, language)]
        count = say("stationary points: {count}. {path}", language, count=len(found), path=result.path)
        return [*found, *more, count]
    before, after = result.ends
    where = these(f"{name} = {after[name]:.6g}" for name in result.descent.variables)
    text = "{steps} steps: {symbol} {before} → {after} at {where}. {path}"
    values = {"before": f"{before[z]:.6g}", "after": f"{after[z]:.6g}"}
    return [say(text, language, steps=result.steps, symbol=z, where=where, path=result.path, **values)]
