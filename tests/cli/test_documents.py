"""What the documents name is there: files, modules, links, and the options of commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import xlnn
from xlnn.cli.main import main

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "workbooks").glob("*.md")])
FILE = re.compile(r"(?<![\w/.])(?:xlnn|tests|benchmarks|docs|workbooks)/[\w/]+\.(?:py|md|xlsx|po)\b")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
COMMAND = re.compile(r"\bxlnn ([a-z]+)\b([^`\n]*)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_and_links_lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    named = {ROOT / name for name in FILE.findall(text)} | {document.parent / link for link in LINK.findall(text)}
    assert [str(path) for path in named if not path.exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_options_are_those_of_the_commands(document):
    """Those of `xlnn train …` and of every other command, where the documents show code."""
    known = {name: {"--help"}.union(*(option.opts for option in command.params)) for name, command in main.commands.items()}
    unknown = []
    for code in re.findall(r"`[^`\n]+`|^ *xlnn .*$", document.read_text(encoding="utf-8"), re.MULTILINE):
        for name, rest in COMMAND.findall(code.partition("#")[0]):
            unknown += [(name, option) for option in re.findall(r" (--[a-z-]+)", rest) if option not in known.get(name, [option])]
    assert unknown == []


def test_the_readmes_table_has_every_command():
    listed = set(re.findall(r"^\| `xlnn ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == set(main.commands) - {"help"}


def test_the_version_is_the_changelogs_first():
    first = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert first is not None
    assert first[1] == xlnn.__version__
    assert xlnn.__version__ in CliRunner().invoke(main, ["--version"]).output
