"""The command line: parses, calls the library, prints, and gives the exit code. Only this file knows click."""

from __future__ import annotations

import codecs
import re
import sys
import time
from pathlib import Path

import click

from xlnn._version import __version__
from xlnn.errors import XlnnError
from xlnn.words import LANGUAGES, say

PLAIN = str.maketrans(
    {
        "×": "x", "○": "o", "✓": "v", "²": "2", "³": "3", "δ": "delta", "η": "eta", "σ": "sigma", "Σ": "sum", "∂": "d",
        "→": "->", "−": "-", "…": "...", "›": ">", "▲": "^", "′": "'", "–": "-", "·": "x",
    }
)  # fmt: skip


def _plain(error: UnicodeError):
    """A plain character for one that the console cannot show."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end].translate(PLAIN)
    return lost.encode("ascii", "replace").decode(), error.end


codecs.register_error("xlnn", _plain)


FILE = click.Path(path_type=Path, readable=False)  # a file that cannot be read is named by the library, as a missing one


class _Group(click.Group):
    """Turns xlnn's errors into one line and an exit code."""

    def main(self, *args, **kwargs):
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="xlnn")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context):
        try:
            return super().invoke(ctx)
        except XlnnError as error:
            language = ctx.meta.get("language") or error.language
            for line in error.text(language).splitlines():
                indented = line.startswith(" ")  # it belongs to the line above
                click.echo(line if indented else f"xlnn: {say('error', language)}: {line}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("xlnn: " + say("interrupted; nothing was written.", ctx.meta.get("language") or "en"), err=True)
            ctx.exit(130)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="xlnn")
def main() -> None:
    """Train the neural networks of 《深度学习的数学》 as the book does in Excel.

    \b
    xlnn new 4-4 book.xlsx       write the workbook of the book's section 4-4
    xlnn train book.xlsx         train it: every iteration becomes a sheet of book-trained.xlsx
    """


def _language(ctx: click.Context, _, value: str | None) -> str | None:
    ctx.meta["language"] = value
    return value


language_option = click.option(
    "--language", type=click.Choice(LANGUAGES), callback=_language, is_eager=True,
    help="Language of labels and messages; by default the workbook's.",
)  # fmt: skip
force_option = click.option("--force", is_flag=True, help="Replace a file that xlnn did not write.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
places_option = click.option("--places", type=FILE, metavar="FILE", help="Take the addresses from sheet Places of this workbook.")

SETTINGS = (
    ("--eta", "eta", "Learning rate η."),
    ("--cost", "cost", "Cost: half squares, squares, cross-entropy, softmax cross-entropy."),
    ("--total", "total", "C_T is the sum or the mean of all C."),
    ("--batch", "batch", "Images per update, or all."),
    ("--order", "order", "Order of the images in batches: listed or shuffled."),
    ("--update", "update", "Update the parameters together, or the output first."),
    ("--freeze-biases", "freeze_biases", "yes: the biases stay as they are."),
    ("--seed", "seed", "Seed of drawn parameters and shuffled batches."),
    ("--start", "start", "Distribution of empty parameters: N(0, 1) or N(0, 1/inputs)."),
    ("--ties", "ties", "Shared maximum of a pooling window: first or all get δ."),
    ("--layout", "layout", "Layout of the sheets: book or table."),
)


def setting_options(command):
    """The options that override sheet Settings."""
    for option, name, text in reversed(SETTINGS):
        command = click.option(option, name, metavar="VALUE", help=text)(command)
    return click.option("-n", "--iterations", metavar="N", help="Number of updates.")(command)


SOLVER_SETTINGS = ("cost", "total", "freeze_biases", "seed", "start", "layout")


def solver_options(command):
    """Those of the settings that matter to a solver, which has neither η nor updates."""
    for option, name, text in reversed([entry for entry in SETTINGS if entry[1] in SOLVER_SETTINGS]):
        command = click.option(option, name, metavar="VALUE", help=text)(command)
    return command


@main.command()
@click.argument("section")
@click.argument("workbook", type=FILE, required=False)
@click.option("--images", type=FILE, metavar="CSV", help="For nielsen: lines of a digit and the pixels of an image.")
@click.option("--exercise", is_flag=True, help="Iteration 1 with its calculation cells empty, to be filled in and checked.")
@language_option
@force_option
@quiet_option
def new(section, workbook, images, exercise, language, force, quiet) -> None:
    """Write the workbook of a SECTION of the book, 4-4 or 5-6, or of Nielsen's network for digits: nielsen.

    It holds the images (sheet Data), the initial parameters (Start) and the settings (Settings), all of
    which can be changed in Excel or LibreOffice.

    \b
    Example: xlnn new 4-4 book.xlsx
             xlnn new 4-4 exercise.xlsx --exercise
             xlnn new nielsen digits.xlsx
    """
    from xlnn.examples import SECTIONS
    from xlnn.exercise import exercise as write_exercise
    from xlnn.new import new as write_new
    from xlnn.nielsen import NETWORK, NIELSEN

    name, options = workbook or Path(f"{section}.xlsx"), {"language": language or "en", "force": force}
    path = write_exercise(section, name, **options) if exercise else write_new(section, name, images=images, **options)
    if not quiet:
        text = NETWORK if section == NIELSEN else SECTIONS[section]
        click.echo(f"{path}: {say(text, language or 'en')}")


@main.command()
@click.argument("workbook", type=FILE)
@places_option
@click.option("--initial", is_flag=True, help="Show the saved copy of the initial parameters.")
@language_option
def show(workbook: Path, places: Path | None, initial: bool, language: str | None) -> None:
    """Show what is read from WORKBOOK: network, settings, images, and where each array lies.

    Example: xlnn show book.xlsx
    """
    from xlnn.reader import read
    from xlnn.show import show as described

    click.echo(described(read(workbook, places=places, initial=initial, language=language)))


@main.command()
@click.argument("workbook", type=FILE)
@click.option("-o", "--output", type=FILE, help="The result; by default WORKBOOK-trained.xlsx.")
@setting_options
@click.option("--keep", default="all", metavar="WHICH", help="Iterations that get a sheet: all; every:10; first,last; 1,2,50.")
@click.option(
    "--detail", default="all", metavar="HOW", help="all; units: no gradients of single images; totals: no single images."
)
@click.option("--cells", default="values", metavar="WHAT", help="values, or live formulas with their results.")
@places_option
@click.option("--initial", is_flag=True, help="Start from the saved copy of the initial parameters.")
@language_option
@force_option
@quiet_option
@click.pass_context
def train(ctx, workbook, output, keep, detail, cells, places, initial, language, force, quiet, **settings) -> None:
    """Train the network in WORKBOOK; every iteration becomes a sheet of the result.

    \b
    Example: xlnn train book.xlsx
             xlnn train book.xlsx -n 10 --eta 0.1 --cells formulas -o ten.xlsx
    """
    from xlnn.reader import read
    from xlnn.writer import write

    problem = read(workbook, places=places, initial=initial, language=language, **settings)
    language = ctx.meta["language"] = problem.origin.language
    result = write(
        problem,
        output or default_output(workbook),
        keep=keep,
        detail=detail,
        cells=cells,
        force=force,
        progress=None if quiet else progress_line(language),
    )
    if not quiet:
        text = say("{updates} updates: C_T {before} → {after}", language, updates=result.updates, **_costs(result))
        click.echo(closing_line(result, language, text))


@main.command()
@click.argument("workbook", type=FILE)
@click.option("-o", "--output", type=FILE, help="The result; by default WORKBOOK-solved.xlsx.")
@click.option("--steps", type=int, default=1000, show_default=True, metavar="N", help="At most so many steps of the solver.")
@solver_options
@click.option("--cells", default="values", metavar="WHAT", help="values, or live formulas with their results.")
@places_option
@click.option("--initial", is_flag=True, help="Start from the saved copy of the initial parameters.")
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
    result = write_solved(problem, output or default_output(workbook, "solved"), steps=steps, cells=cells, force=force)
    if not quiet:
        text = say("{steps} steps of the solver: C_T {before} → {after}", language, steps=result.updates, **_costs(result))
        click.echo(closing_line(result, language, text))


def default_output(workbook: Path, word: str = "trained") -> Path:
    """book.xlsx → book-trained.xlsx, book-trained.xlsx → book-trained-2.xlsx."""
    before = re.fullmatch(rf"(.+-{word})(-([0-9]+))?", workbook.stem)
    if not before:
        return workbook.with_name(f"{workbook.stem}-{word}.xlsx")
    return workbook.with_name(f"{before[1]}-{int(before[3] or 1) + 1}.xlsx")


def _costs(result) -> dict[str, str]:
    return {"before": f"{result.before:.6g}", "after": f"{result.after:.6g}"}


def closing_line(result, language: str, text: str) -> str:
    """`text`, images right, the output's name."""
    if result.right is None:
        return say("{text}. {path}", language, text=text, path=result.path)
    return say(
        "{text}, {right} of {images} images right. {path}",
        language, text=text, right=result.right, images=result.images, path=result.path,
    )  # fmt: skip


def progress_line(language: str):
    """Shows the iteration on a terminal once a training lasts more than a second; None elsewhere."""
    if not sys.stderr.isatty():
        return None
    started = shown = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - started < 1 or (now - shown < 0.2 and done < total):
            return
        shown = now
        end = "\n" if done == total else ""
        click.echo("\r" + say("iteration {done} of {total}", language, done=done, total=total) + end, err=True, nl=False)

    return progress


@main.command()
@click.argument("trained", type=FILE)
@click.argument("images", type=FILE, required=False)
@click.option("-o", "--output", type=FILE, help="Also write images, outputs and answers to this workbook.")
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
    language = language or step.problem.origin.language
    ctx.meta["language"] = language
    for found in predictions:
        outputs = "  ".join(f"{number:.6f}" for number in found.outputs)
        text = say(
            "image {image}: {outputs} → {answer}", language, image=found.image, outputs=outputs, answer=f"{found.answer:g}"
        )
        click.echo(text)
    if output:
        click.echo(str(write_predictions(step, output, inputs=(trained, images), force=force)))


@main.command()
@click.argument("workbook", type=FILE)
@places_option
@click.option("--initial", is_flag=True, help="Check at the saved copy of the initial parameters.")
@setting_options
@click.option("--tolerance", default=1e-6, show_default=True, help="The largest difference that is no error.")
@language_option
@click.pass_context
def gradcheck(ctx, workbook, places, initial, tolerance, language, **settings) -> None:
    """Compare the gradients of WORKBOOK's network with numeric ones, from central differences of C_T.

    Exit code 1 if one differs by more than the tolerance.

    Example: xlnn gradcheck book.xlsx
    """
    from xlnn.gradcheck import gradcheck as checked
    from xlnn.reader import read

    problem = read(workbook, places=places, initial=initial, language=language, **settings)
    problem.network.check_trainable()
    language = problem.origin.language
    worst = 0.0
    for found in checked(problem):
        worst = max(worst, found.difference)
        where = ", ".join(str(i + 1) for i in found.index)
        click.echo(
            say(
                "∂C_T/∂{name}: largest difference {difference} at [{index}]: {gradient}, numerically {numeric}",
                language, name=found.parameter, difference=f"{found.difference:.2e}", index=where,
                gradient=f"{found.gradient:.9g}", numeric=f"{found.numeric:.9g}",
            )
        )  # fmt: skip
    if not worst <= tolerance:
        click.echo(say("Gradients differ by more than {tolerance}.", language, tolerance=f"{tolerance:g}"))
        ctx.exit(1)


json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")
report_option = click.option("--report", type=FILE, metavar="FILE", help="Write a marked copy to FILE.")
digits_option = click.option("--digits", type=int, metavar="N", help="The numbers are rounded to N decimal places.")


def echo_json(value) -> None:
    """Printed for programs: always UTF-8 characters, spelled out where the console has none."""
    import json

    click.echo(json.dumps(value, indent=1, default=str))


@main.command()
@click.argument("workbooks", type=FILE, nargs=-1, required=True, metavar="WORKBOOK...")
@digits_option
@places_option
@click.option("--against", type=FILE, metavar="FILE", help="Also compare with a trained workbook's numbers.")
@report_option
@json_option
@setting_options
@language_option
@force_option
@click.pass_context
def check(ctx, workbooks, digits, places, against, report, as_json, language, force, **settings) -> None:
    """Check sheets built by hand: which rule fails, in which cells, and what went wrong.

    Each rule is applied to the sheet's own numbers, so that only the cells that are wrong themselves are
    named. The sheet Places says where the arrays lie, or they lie as in the authors' workbooks or as xlnn
    writes them. Several workbooks give a table, one row each.

    Exit code 0: all right, 1: something is wrong.

    \b
    Example: xlnn check mine.xlsx
             xlnn check mine.xlsx --digits 3 --against book-trained.xlsx --report marked.xlsx
             xlnn check anna.xlsx ben.xlsx carla.xlsx
    """
    from xlnn.check import judge
    from xlnn.telling import check_json, check_report, check_text

    if len(workbooks) > 1:
        if report or against:
            raise click.UsageError("--report and --against go with one workbook.")
        ctx.exit(marked(workbooks, as_json, language or "en", digits=digits, places=places, **settings))
    verdict = judge(workbooks[0], digits=digits, places=places, against=against, language=language, **settings)
    language = ctx.meta["language"] = verdict.book.problem.origin.language
    if as_json:
        echo_json(check_json(verdict))
    else:
        click.echo(check_text(verdict, language))
    if report:
        path = check_report(verdict, report, language, force)
        click.echo(say("marked copy: {path}", language, path=path), err=as_json)
    ctx.exit(0 if verdict.right else 1)


def marked(workbooks, as_json: bool, language: str, **options) -> int:
    """Prints a row for each workbook; returns the exit code."""
    from xlnn.check import mark

    table = mark(workbooks, **options)
    if as_json:
        echo_json(table.astype(object).where(table.notna(), None).to_dict("records"))
    else:
        for line in mark_lines(table, language):
            click.echo(line)
    return 0 if table["right"].all() else 1


def mark_lines(table, language: str):
    """The table of several workbooks in columns: share of right cells, first mistake, its cell."""
    width = max(map(len, table["workbook"]))
    for row in table.itertuples():
        share = "" if row.error else f"{row.share:7.1%}"
        if row.error:
            text = row.error
        elif row.right:
            text = say("all right.", language)
        else:
            empty = say("{count} cells empty", language, count=int(row.empty)) if row.empty else ""
            mistake = row.mistake or (say("not a known mistake", language) if row.cell else "")
            text = "  ".join(part for part in (row.cell, mistake, empty) if part)
        yield f"{row.workbook:{width}}  {share:>7}  {text}"


@main.command()
@click.argument("a", type=FILE)
@click.argument("b", type=FILE)
@click.option("--sheet", "sheets", multiple=True, metavar="A=B", help="A pair of sheets, 'Iteration 1=学习'; can be repeated.")
@click.option("--range", "ranges", multiple=True, metavar="CELLS", help="Only these cells, like L5:N8; can be repeated.")
@click.option("--rtol", default=1e-9, show_default=True, help="Relative difference that is no difference.")
@click.option("--atol", default=1e-12, show_default=True, help="Absolute difference that is no difference.")
@digits_option
@click.option("--text", is_flag=True, help="Compare texts too.")
@click.option("--formulas", is_flag=True, help="Compare the formulas themselves, and texts.")
@report_option
@json_option
@language_option
@force_option
@click.pass_context
def compare(ctx, a, b, sheets, ranges, rtol, atol, digits, text, formulas, report, as_json, language, force) -> None:
    """Compare the numbers of workbooks A and B cell by cell, at the same addresses.

    Sheets are paired by name, or by --sheet. A cell that only one side fills counts apart; a blank is not 0
    and the text "0.5" is not 0.5.

    Exit code 0: the same; 1: a cell differs, or only one side has it; 2: usage.

    \b
    Example: xlnn compare mine.xlsx book-trained.xlsx --sheet "学习=Iteration 1"
             xlnn compare mine.xlsx book.xlsx --digits 3 --range L5:N8 --report diff.xlsx
    """
    from xlnn.compare import compared
    from xlnn.telling import compare_json, compare_report, compare_text

    language = language or "en"
    found = compared(
        a, b, sheets=sheets, ranges=ranges, rtol=rtol, atol=atol, digits=digits, text=text, formulas=formulas
    )  # fmt: skip
    if as_json:
        echo_json(compare_json(found))
    else:
        click.echo(compare_text(found, language))
    if report:
        path = compare_report(found, report, language, force)
        click.echo(say("marked copy: {path}", language, path=path), err=as_json)
    ctx.exit(0 if found.same else 1)
