"""The Chinese pages do not drift from the English ones: as many headings, blocks of code, tables and pictures, the same links."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from xlnn.checking.mistakes.search import catalogue
from xlnn.words import say

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.name for path in (ROOT / "docs").glob("*.md"))
PAIRS = {"README.md": (ROOT / "README.md", ROOT / "README.zh.md")} | {
    name: (ROOT / "docs" / name, ROOT / "docs" / "zh" / name) for name in PAGES
}
PAIRS["workbooks"] = (ROOT / "workbooks" / "README.md", ROOT / "workbooks" / "README.zh.md")
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!#)([^)#]+)")


def without_code(text: str) -> str:
    return FENCE.sub("", text)


def outline(text: str) -> list[int]:
    """How deep each heading is."""
    return [len(marks) for marks in HEADING.findall(without_code(text))]


def links(text: str) -> set[str]:
    """The names of what a page leads to, but for the page in the other language."""
    return {
        Path(link).name for link in LINK.findall(without_code(text)) if link.endswith((".png", ".svg", ".md")) or "//" in link
    }


@pytest.mark.parametrize("name", PAIRS)
def test_both_languages_have_the_same_outline(name):
    english, chinese = (path.read_text(encoding="utf-8") for path in PAIRS[name])
    assert outline(chinese) == outline(english)
    for what in (FENCE, re.compile(r"^\|[-|:]+\|$", re.MULTILINE)):
        assert len(what.findall(chinese)) == len(what.findall(english)), what.pattern


@pytest.mark.parametrize("name", PAIRS)
def test_both_languages_lead_to_the_same_pages(name):
    english, chinese = (path.read_text(encoding="utf-8") for path in PAIRS[name])
    each_other = {path.name for path in PAIRS[name]}
    assert links(chinese) - each_other == links(english) - each_other


@pytest.mark.parametrize("name", PAIRS)
def test_each_language_leads_to_the_other(name):
    for page, other in (PAIRS[name], PAIRS[name][::-1]):
        found = {(page.parent / link).resolve() for link in LINK.findall(page.read_text(encoding="utf-8")) if "//" not in link}
        assert other.resolve() in found, page


@pytest.mark.parametrize("name", PAIRS)
def test_the_chinese_pages_have_the_books_words(name):
    """What the glossary says that a thing is never called; the wrong is looked for outside of code."""
    with (ROOT / "xlnn" / "words" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        never = "|".join(row["never 中文"] for row in csv.DictReader(file) if row["never 中文"])
    text = re.sub(r"`[^`]*`", "", without_code(PAIRS[name][1].read_text(encoding="utf-8")))
    assert [found[0] for found in re.finditer(f".{{0,12}}(?:{never}).{{0,12}}", text)] == []


def test_rows_of_sections_are_the_same_cells():
    english, chinese = (
        re.findall(r"^\| .* \| ([^|]+) \| ([A-Z]+\d+) \| (\S+) \|$", path.read_text(encoding="utf-8"), re.MULTILINE)
        for path in PAIRS["sections.md"]
    )
    assert chinese == english


def test_the_mistakes_are_told_as_check_tells_them():
    text = PAIRS["check.md"][1].read_text(encoding="utf-8")
    missing = [each.name for each in catalogue() if f"| {say(each.words, 'zh')} | {say(each.correction, 'zh')} |" not in text]
    assert missing == []
    assert [each.name for each in catalogue() if f"\n| {say(each.name, 'zh')} `{each.name}` |" not in text] == []
