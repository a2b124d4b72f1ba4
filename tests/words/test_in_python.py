"""What errors call things for a program: the arguments of functions, where the command line has options."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import xlnn
from xlnn.book.settings import BY_FIELD
from xlnn.errors import in_python

FOLDER = Path(xlnn.__file__).parent
OPTION = re.compile(r"(?<![\w-])(--[a-z]|-n\b)")
# of what is called by keywords alone: `descend`'s options, and what `limits` raises
KEYWORDS = {"function", "start", "eta", "steps", "constraints", "size", "ratio", "parts", "depth", "layout"}


def arguments() -> set[str]:
    """The names of all arguments of what xlnn offers, and of the settings that it takes."""
    functions = [getattr(xlnn, name) for name in xlnn.__all__ if inspect.isfunction(getattr(xlnn, name))]
    return {name for function in functions for name in inspect.signature(function).parameters} | set(BY_FIELD) | KEYWORDS


def templates() -> set[str]:
    """The templates of errors outside the command line that name an option."""
    found = set()
    for path in FOLDER.rglob("*.py"):
        if path.parent.name == "cli" or path.name == "errors.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").endswith("Error"):
                texts = [part for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
                found |= {part.value for part in texts if OPTION.search(part.value) and " " in part.value}
    return found


@pytest.mark.parametrize("template", sorted(templates()))
def test_every_option_becomes_an_argument_that_there_is(template):
    said = in_python(template)
    assert not OPTION.search(re.sub("`[^`]*`", "", said))
    assert set(re.findall(r"(\w+)=", said)) - {"name"} <= arguments()


def test_there_are_such_templates():
    assert len(templates()) > 25


@pytest.mark.parametrize(
    ("option", "argument"),
    [
        ("use --layout book.", 'use layout="book".'),
        ("as --size 8x8", 'as size="8x8"'),
        ("as with --keep every:{step}.", 'as with keep="every:{step}".'),
        ("like --sheet {example}", "like sheets=[{example}]"),
        ("--keep and --detail write less", "keep=… and detail=… write less"),
        ("--force replaces it", "force=True replaces it"),
        ("choose another name with --output.", "choose another name."),
        ("only a result of `xlnn train --resume` can be", "only a result of `xlnn train --resume` can be"),
        ("a--b and C--D, 3-n", "a--b and C--D, 3-n"),
    ],
)
def test_spellings(option, argument):
    assert in_python(option) == argument


def test_what_a_finished_training_says(tmp_path):
    """A program reads `more`, the argument of xlnn.resume; the command line -n; and a file's name is nobody's option."""
    book, out = xlnn.new("4-4", tmp_path / "book.xlsx"), tmp_path / "x --keep all.xlsx"
    xlnn.write(xlnn.read(book, iterations=2), out, detail="totals")
    with pytest.raises(xlnn.UsageError) as caught:
        xlnn.resume(out)
    assert str(caught.value) == "x --keep all.xlsx: after 2 updates none are left; more=… says how many more."
    assert caught.value.text() == "x --keep all.xlsx: after 2 updates none are left; -n says how many more."
    assert xlnn.resume(out, more=1).settings.iterations == 3


def test_what_a_limit_says(tmp_path):
    big = tmp_path / "big.xlsx"
    big.write_bytes(b"PK" + bytes(3 << 20))
    with xlnn.limits(size=1), pytest.raises(xlnn.LimitError, match=r"raise the limit with xlnn\.limits\(size=…\)\."):
        xlnn.read(big)


def test_an_error_that_holds_others(tmp_path):
    """The line about a training that diverged is made of two."""
    book = xlnn.new("2-12", tmp_path / "line.xlsx")
    with pytest.raises(xlnn.DivergedError) as caught:
        xlnn.write(xlnn.read(book, eta=1e10, iterations=120), tmp_path / "out.xlsx")
    assert 'keep="all" writes all.' in str(caught.value)
    assert "--keep all writes all." in caught.value.text()
