"""The commands that check and compare workbooks."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from xlnn.cli.console import echo_json
from xlnn.cli.options import (
    FILE,
    digits_option,
    force_option,
    json_option,
    language_option,
    limit_options,
    places_option,
    report_option,
    setting_options,
)
from xlnn.cli.speaking import command, language_about
from xlnn.errors import ContentError, UsageError
from xlnn.words import joined, say, word

UNUSED = ("iterations", "seed", "start", "layout")  # nothing is drawn, trained or laid out


check_options = partial(setting_options, without=UNUSED)


@command()
@click.argument("workbooks", type=FILE, nargs=-1, required=True, metavar="WORKBOOK...")
@digits_option
@places_option
@click.option("--against", type=FILE, metavar="FILE", help="Also compare with a trained workbook's numbers.")
@report_option
@json_option
@click.option("--watch", "watching", is_flag=True, help="Check again whenever WORKBOOK is saved; the screen shows what is left.")
@check_options
@limit_options
@language_option
@force_option
@click.pass_context
def check(ctx, workbooks, digits, places, against, report, as_json, watching, language, force, **settings) -> None:
    """Check sheets built by hand: which rule fails, in which cells, and what went wrong.

    Each rule is applied to the sheet's own numbers, so that only the cells that are wrong themselves are
    named. The sheet Places says where the arrays lie, or they lie as in the authors' workbooks or as xlnn
    writes them. Several workbooks give a table, one row each.

    Exit code 0: all right, 1: something is wrong; of several workbooks the largest that one of them has.

    \b
    Example: xlnn check mine.xlsx
             xlnn check mine.xlsx --digits 3 --against book-trained.xlsx --report marked.xlsx
             xlnn check --watch mine.xlsx
             xlnn check anna.xlsx ben.xlsx carla.xlsx
    """
    from xlnn.checking.beside import formulas_beside, formulas_instead
    from xlnn.checking.judging import judge
    from xlnn.checking.telling import check_json, check_report
    from xlnn.checking.telling_formulas import formula_marks, formulas_json
    from xlnn.xlsx.saving import check_target

    if watching:
        if len(workbooks) > 1 or report or as_json:
            raise UsageError("--watch goes with one workbook, without --report and --json.")
        ctx.exit(_watched(workbooks[0], language, digits=digits, places=places, against=against, **settings))
    if len(workbooks) > 1:
        if report or against:
            raise UsageError("--report and --against go with one workbook.")
        ctx.exit(marked(workbooks, as_json, language_about(language, *workbooks), digits=digits, places=places, **settings))
    if report:
        check_target(report, [given for given in (workbooks[0], places, against) if given], force)
    try:
        verdict = judge(workbooks[0], digits=digits, places=places, against=against, language=language, **settings)
    except ContentError as error:
        formulas = formulas_instead(workbooks[0], error) if not (places or against) else None
        if formulas is None:
            raise
        ctx.exit(tell_formulas(formulas, as_json, report, language_about(language, workbooks[0]), force))
    language = ctx.meta["language"] = verdict.book.language
    formulas = formulas_beside(verdict)
    marks = tuple(formula_marks(formulas, language)) if formulas else ()
    copy = check_report(verdict, report, language, force, marks) if report else None
    if as_json:
        both = {"right": verdict.right and formulas.right, "formulas": formulas_json(formulas)} if formulas else {}
        echo_json(check_json(verdict) | both)
    else:
        click.echo(_told(verdict, formulas, language))
    echo_copy(copy, language, as_json)
    ctx.exit(0 if verdict.right and (formulas is None or formulas.right) else 1)


def _told(verdict, formulas, language: str) -> str:
    """What the rules say of a workbook, and below what its formulas do."""
    from xlnn.checking.telling import check_text
    from xlnn.checking.telling_formulas import finding_lines

    if formulas is None:
        return check_text(verdict, language)
    return "\n".join([check_text(verdict, language, formulas.wrong), *finding_lines(formulas, language)])


def _watched(path: Path, language: str | None, **options) -> int:
    """Checks a workbook whenever it is saved, until Ctrl-C; returns the exit code."""
    from xlnn.cli.watching import watch
    from xlnn.xlsx.package import read_file

    read_file(path)  # a name that is mistyped is said at once
    return watch(path, lambda: _look(path, language, **options), language_about(language, path))


def _look(path: Path, language: str | None, *, places, against, **options):
    """One check, as a screen shows it. Raises as `judge`."""
    from xlnn.checking.beside import formulas_beside, formulas_instead
    from xlnn.checking.judging import judge
    from xlnn.checking.telling_formulas import formulas_text
    from xlnn.cli.watching import Look

    try:
        verdict = judge(path, places=places, against=against, language=language, **options)
    except ContentError as error:
        alone = formulas_instead(path, error) if not (places or against) else None
        if alone is None:
            raise
        return Look(formulas_text(alone, language_about(language, path)), len(alone.mistaken), alone.right)
    formulas = formulas_beside(verdict)
    right = verdict.right and (formulas is None or formulas.right)
    left = verdict.wrong + verdict.empty + (len(formulas.mistaken) if formulas and not verdict.wrong else 0)
    return Look(_told(verdict, formulas, verdict.book.language), left, right)


def tell_formulas(judged, as_json: bool, report, language: str, force: bool) -> int:
    """Prints what a workbook's formulas tell where its arrays are not known; returns the exit code."""
    from xlnn.checking.telling_formulas import formulas_json, formulas_report, formulas_text

    copy = formulas_report(judged, report, language, force) if report else None
    if as_json:
        echo_json(formulas_json(judged))
    else:
        click.echo(formulas_text(judged, language))
    echo_copy(copy, language, as_json)
    return 0 if judged.right else 1


def echo_copy(path: Path | None, language: str, as_json: bool) -> None:
    """Says where the marked copy is: it was written before anything is said, so that what is said is all true."""
    if path is not None:
        click.echo(say("marked copy: {path}", language, path=path), err=as_json)


def marked(workbooks, as_json: bool, language: str, **options) -> int:
    """Prints a row for each workbook; returns the largest of the exit codes that each has alone."""
    from xlnn.checking.judging import mark

    table = mark(workbooks, language=language, **options)
    if as_json:
        echo_json(table.astype(object).where(table.notna(), None).to_dict("records"))
    else:
        for line in mark_lines(table, language):
            click.echo(line)
    return int(table["exit_code"].max())


def mark_lines(table, language: str):
    """The table of several workbooks in columns: share of right cells, first mistake, its cell."""
    from xlnn.book.evidence import breadth, padded

    width = max(map(breadth, table["workbook"]))
    for row in table.itertuples():
        share = "" if row.error else f"{row.share:7.1%}"
        text = row.error or "  ".join(part for part in (*_found(row, language), *_not_judged(row, language)) if part)
        yield f"{padded(row.workbook, width)}  {share:>7}  {text}"


def _found(row, language: str):
    """The first mistake of a row, and how much is empty."""
    from xlnn.checking.verdict import ALONE

    if row.right:
        complete = row.judged != ALONE and not (row.missing or row.unseen or row.convention)
        return (say("all right." if complete else "all right as far as it was found.", language),)
    empty = say("{count} cells empty", language, count=int(row.empty)) if row.empty else ""
    named = joined((word(name, language) for name in (row.mistake or "").split(", ")), ", ", language)
    mistake = named or (say("not a known mistake", language) if row.cell else "")
    return row.cell, mistake, empty


def _not_judged(row, language: str):
    """What the network has but the workbook does not show, and the sheets that nobody looked at."""
    missing = say("not checked: {quantities}", language, quantities=row.missing) if row.missing else ""
    unseen = say("not looked at: {sheets}", language, sheets=row.unseen) if row.unseen else ""
    return missing, unseen, say("another convention: {convention}", language, convention=row.convention) if row.convention else ""


@command()
@click.argument("a", type=FILE)
@click.argument("b", type=FILE)
@click.option("--sheet", "sheets", multiple=True, metavar="A=B", help="A pair of sheets, 'Iteration 1=学习'; can be repeated.")
@click.option("--range", "ranges", multiple=True, metavar="CELLS", help="Only these cells, like L5:N8; can be repeated.")
@click.option("--rtol", default=1e-9, metavar="NUMBER", show_default=True, help="Relative difference that is no difference.")
@click.option("--atol", default=1e-12, metavar="NUMBER", show_default=True, help="Absolute difference that is no difference.")
@digits_option
@click.option("--text", is_flag=True, help="Compare texts too.")
@click.option("--formulas", is_flag=True, help="Compare the formulas themselves, and texts.")
@click.option(
    "--by",
    type=click.Choice(["cell", "quantity"]),
    default="cell",
    show_default=True,
    help="quantity: the same iteration's, wherever it lies; only what both show counts.",
)
@places_option
@report_option
@json_option
@limit_options
@language_option
@force_option
@click.pass_context
def compare(ctx, a, b, sheets, ranges, rtol, atol, digits, text, formulas, by, places, report, as_json, language, force) -> None:
    """Compare the numbers of workbooks A and B cell by cell, at the same addresses.

    Sheets are paired by name, or by --sheet. A cell that only one side fills counts apart; a blank is not 0
    and the text "0.5" is not 0.5.

    Exit code 0: the same; 1: a cell differs, or only one side has it; 2: usage.

    \b
    Example: xlnn compare mine.xlsx book-trained.xlsx --sheet "学习=Iteration 1"
             xlnn compare mine.xlsx book.xlsx --digits 3 --range L5:N8 --report diff.xlsx
             xlnn compare mine.xlsx mine-trained.xlsx --by quantity
    """
    from xlnn.checking.comparing import compared
    from xlnn.checking.tell_compare import compare_json, compare_report, compare_text
    from xlnn.xlsx.saving import check_target

    language = ctx.meta["language"] = language_about(language, a, b)
    if by == "quantity":
        _by_quantity(
            ctx,
            a,
            b,
            (sheets, ranges, text, formulas, report),
            as_json,
            language,
            places=places,
            rtol=rtol,
            atol=atol,
            digits=digits,
        )
    if places:
        raise UsageError("{option} is for --by quantity.", option="--places")
    if report:
        check_target(report, [a, b], force)
    found = compared(
        a, b, sheets=sheets, ranges=ranges, rtol=rtol, atol=atol, digits=digits, text=text, formulas=formulas
    )  # fmt: skip
    copy = compare_report(found, report, language, force) if report else None
    if as_json:
        echo_json(compare_json(found))
    else:
        click.echo(compare_text(found, language))
    echo_copy(copy, language, as_json)
    ctx.exit(0 if found.same else 1)


def _by_quantity(ctx, a, b, cells: tuple, as_json: bool, language: str, **options) -> None:
    """Compares quantity by quantity, and ends. Raises UsageError for options of the other comparison."""
    from xlnn.checking.by_quantity import by_quantity_json, by_quantity_text, compared_by_quantity

    if any(cells):
        raise UsageError("--sheet, --range, --text, --formulas and --report compare cells; leave them out with --by quantity.")
    found = compared_by_quantity(a, b, **options)
    if as_json:
        echo_json(by_quantity_json(found))
    else:
        click.echo(by_quantity_text(found, language))
    ctx.exit(0 if found.same else 1)
