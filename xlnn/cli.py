"""The command line: parses, calls the library, prints, and gives the exit code. Only this file knows click."""

from __future__ import annotations

import codecs
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


class _Group(click.Group):
    """Turns xlnn's errors into one line and an exit code."""

    def invoke(self, ctx: click.Context):
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="xlnn")
        try:
            return super().invoke(ctx)
        except XlnnError as error:
            language = ctx.meta.get("language") or "en"
            for line in error.text(language).splitlines():
                click.echo(f"xlnn: {say('error', language)}: {line}", err=True)
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
places_option = click.option(
    "--places", type=click.Path(path_type=Path), metavar="FILE", help="Take the addresses from sheet Places of this workbook."
)

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


@main.command()
@click.argument("section")
@click.argument("workbook", type=click.Path(path_type=Path), required=False)
@language_option
@force_option
@quiet_option
def new(section: str, workbook: Path | None, language: str | None, force: bool, quiet: bool) -> None:
    """Write the workbook of a SECTION of the book: 4-4 or 5-6.

    It holds the images (sheet Data), the initial parameters (Start) and the settings (Settings), all of
    which can be changed in Excel or LibreOffice.

    Example: xlnn new 4-4 book.xlsx
    """
    from xlnn.examples import SECTIONS
    from xlnn.new import new as write_new

    path = write_new(section, workbook or Path(f"{section}.xlsx"), language=language or "en", force=force)
    if not quiet:
        click.echo(f"{path}: {say(SECTIONS[section], language or 'en')}")


@main.command()
@click.argument("workbook", type=click.Path(path_type=Path))
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
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The result; by default WORKBOOK-trained.xlsx.")
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
    ctx.meta["language"] = problem.origin.language
    result = write(
        problem,
        output or default_output(workbook),
        keep=keep,
        detail=detail,
        cells=cells,
        force=force,
        progress=None if quiet else progress_line(problem.origin.language),
    )
    if not quiet:
        click.echo(closing_line(result, problem.origin.language))


def default_output(workbook: Path) -> Path:
    """book.xlsx → book-trained.xlsx, book-trained.xlsx → book-trained-2.xlsx."""
    stem, _, number = workbook.stem.partition("-trained")
    if not workbook.stem.endswith("-trained" + number) or stem == workbook.stem:
        return workbook.with_name(f"{workbook.stem}-trained.xlsx")
    count = int(number[1:]) + 1 if number[1:].isdigit() else 2
    return workbook.with_name(f"{stem}-trained-{count}.xlsx")


def closing_line(result, language: str) -> str:
    """C_T before and after, images right, the output's name."""
    text = say(
        "{updates} updates: C_T {before} → {after}",
        language, updates=result.updates, before=f"{result.before:.6g}", after=f"{result.after:.6g}",
    )  # fmt: skip
    if result.right is not None:
        text += ", " + say("{right} of {images} images right", language, right=result.right, images=result.images)
    return f"{text}. {result.path}"


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
@click.argument("trained", type=click.Path(path_type=Path))
@click.argument("images", type=click.Path(path_type=Path), required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write images, outputs and answers to this workbook.")
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
@click.argument("workbook", type=click.Path(path_type=Path))
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
