"""The command that tries values of η, starts and other settings."""

from __future__ import annotations

import sys
from functools import partial

import click

from xlnn.cli.console import default_output, echo_large, line_of
from xlnn.cli.options import (
    FILE,
    echo_aside,
    places_option,
    result_options,
    setting_options,
)
from xlnn.cli.speaking import command
from xlnn.words import say

sweep_options = partial(setting_options, without=("eta", "seed"))  # those are tried; the others are for all runs


@command()
@click.argument("workbook", type=FILE)
@click.option("-o", "--output", type=FILE, help="The result; by default WORKBOOK-sweep.xlsx.")
@click.option("--eta", metavar="FROM:TO:COUNT", help="Values of η: 0.05:0.5:10 (ten values), or 0.1,0.2,0.5.")
@click.option("--seeds", metavar="FIRST:END", help="Starts drawn with these seeds: 0:20 (20 starts, 0 to 19), or 3,5,8.")
@click.option(
    "--set", "sets", multiple=True, metavar="NAME=A,B", help='Other settings: activation=sigmoid,tanh or "units 2=2,3".'
)
@click.option("--workers", type=int, metavar="N", help="Processes on this machine; by default one for each core.")
@click.option("--scheduler", metavar="ADDRESS", help="Use the workers of a Dask scheduler: tcp://host:8786.")
@click.option("--resume", is_flag=True, help="Go on with a sweep that was interrupted.")
@sweep_options
@click.option("--keep", metavar="WHICH", help="Best run: iterations that get a sheet: all; every:10; first,last; 1,2,50; none.")
@click.option("--detail", metavar="HOW", help="Best run: all; units: no gradients of single images; totals: no single images.")
@click.option("--cells", metavar="WHAT", help="Best run: values, or live formulas with their results.")
@places_option
@click.option("--initial", is_flag=True, help="The workbook's own start is the saved copy of its initial parameters.")
@result_options
@click.pass_context
def sweep(
    ctx, workbook, output, eta, seeds, sets, workers, scheduler, resume, keep, detail, cells, places, initial,
    language, force, quiet, **settings,
) -> None:  # fmt: skip
    """Train WORKBOOK with every pair of η and start, and with other settings in all combinations.

    The result has tables of C_T and of the share right with heat maps, the curves of the best, median and worst start of
    every η, and all the sheets of the best run. The workbook's own start is always among them. Ctrl-C keeps what is done,
    and --resume goes on.

    \b
    Example: xlnn sweep book.xlsx --eta 0.05:0.5:10 --seeds 0:20
             xlnn sweep book.xlsx --seeds 0:20 --set activation=sigmoid,tanh --set "units 2=2,3,5"
             xlnn sweep book.xlsx --eta 0.05:0.5:10 --scheduler tcp://192.168.1.7:8786
    """
    from xlnn.book.interrupt import Stopped
    from xlnn.book.reader import read
    from xlnn.errors import DivergedError, SaveError
    from xlnn.sweeps.grid import grid
    from xlnn.sweeps.journal import Journal
    from xlnn.sweeps.pages import best_line, check_sweep, edge_line, write_sweep
    from xlnn.sweeps.running import run_parts
    from xlnn.sweeps.values import eta_values, seed_values, setting_values

    problem = read(workbook, places=places, initial=initial, language=language, **settings)
    language = ctx.meta["language"] = problem.language
    chosen = grid(problem, eta_values(eta) if eta else None, seed_values(seeds) if seeds else (), setting_values(sets))
    path, options = output or default_output(workbook, "sweep"), {"keep": keep, "detail": detail, "cells": cells}
    check_sweep(chosen, path, options, force)
    with Journal.of(chosen, path.with_name(path.name + ".part"), resume) as kept:
        found = run_parts(chosen, kept, workers, scheduler, None if quiet else _progress_line(language))
        if not found.complete:
            _tell(say("interrupted; writing the runs that are done. Ctrl-C once more leaves them unwritten.", language))
        stopped = not found.complete
        try:
            path = write_sweep(found, path, force=force, **options)
        except Stopped as stop:  # while the best run was trained for its sheets
            path, stopped = stop.result.path, True
        except DivergedError:  # of every run; the table is written
            kept.forget()
            raise
        except SaveError as error:
            text = "{error} The runs that are done are in {path}; --resume goes on with them."
            raise SaveError(text, error=error.text(language), path=kept.where.workbook) from None
        if not stopped:
            kept.forget()
    if stopped:
        text = "{done} of {all} runs are done; {path} has them. To go on: the same command with --resume"
        _tell(say(text, language, done=len(found.done), all=len(chosen.runs), path=path))
        ctx.exit(130)
    if not quiet:
        best = best_line(found, language)
        click.echo(say("{count} runs. {best} {path}", language, count=len(chosen.runs), best=best, path=path))
        for line in edge_line(found, language):
            click.echo(line)
        echo_large(path, language)


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        echo_aside()  # behind the line that tells the runs
    echo_aside(f"xlnn: {text}")


def _progress_line(language: str):
    """Shows runs done and the time left on a terminal; None elsewhere."""
    before: list[int] = []
    line = line_of(lambda done, total, seconds: _left(done, total, seconds, before[0], language))

    def progress(done: int, total: int) -> None:
        if not before:
            before.append(done)  # runs that were done when this began
        line(done, total)

    return progress if line else None


def _left(done: int, total: int, seconds: float, before: int, language: str) -> str:
    left = seconds * (total - done) / max(1, done - before)
    return say("run {done} of {total}, {left} left", language, done=done, total=total, left=_duration(left)) + "   "


def _duration(seconds: float) -> str:
    """'0:07', '12:05' or '3:12:05'."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
