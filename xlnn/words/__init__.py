"""What xlnn says, in English, Chinese and Japanese: tables from the English template to the other two.

The terms are those of the book: 《深度学习的数学》 and its Japanese original. Names of sheets and options and the
values of settings (sum, first, all …) are the same in every language.
"""

from __future__ import annotations

from xlnn.words import book as words_book
from xlnn.words import check as words_check
from xlnn.words import explain as words_explain
from xlnn.words import files as words_files
from xlnn.words import formula as words_formula
from xlnn.words import keeping as words_keeping
from xlnn.words import learning as words_learning
from xlnn.words import lessons as words_lessons
from xlnn.words import misc as words_misc
from xlnn.words import places as words_places
from xlnn.words import reading as words_reading
from xlnn.words import results as words_results
from xlnn.words import sections as words_sections
from xlnn.words import understand as words_understand

LANGUAGES = ("en", "zh", "ja")


TABLE: dict[str, tuple[str, str]] = {}


for _part in (
    words_book,
    words_lessons,
    words_learning,
    words_files,
    words_check,
    words_explain,
    words_formula,
    words_keeping,
    words_misc,
    words_places,
    words_reading,
    words_results,
    words_sections,
    words_understand,
):
    TABLE |= _part.TABLE


WORDS = {"what", "expected", "axis", "equation"}  # fields that are words themselves: a setting's name, what it should be


def say(english: str, language: str = "en", **fields) -> str:
    """The template in `language`, filled with `fields`; those that are WORDS stand in the table themselves."""
    template = english
    if language != "en":
        template = _in(language, english)
        fields |= {name: _in(language, fields[name]) for name in WORDS & set(fields)}
    return template.format(**fields) if fields else template


def _in(language: str, english: str) -> str:
    return TABLE[english][LANGUAGES.index(language) - 1] if english in TABLE else english


def every(english: str) -> tuple[str, ...]:
    """A word in all languages: how a name is recognised whatever language a workbook is in."""
    return (english, *TABLE.get(english, ()))
