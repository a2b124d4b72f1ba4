"""What xlnn says, in English, Chinese and Japanese: gettext catalogues from the English template to the other two.

`zh/LC_MESSAGES/xlnn.po` and `ja/…` are what translators edit; the `.mo` beside them are compiled from these (CONTRIBUTING.md).
The terms are those of the book: 《深度学习的数学》 and its Japanese original. Names of sheets and options and the
values of settings (sum, first, all …) are the same in every language.
"""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

LANGUAGES = ("en", "zh", "ja")
WORDS = {"what", "expected", "axis", "equation"}  # fields that are words themselves: a setting's name, what it should be


@cache
def translations(language: str) -> NullTranslations:
    """The translations into a language; English is what stands in the source."""
    return NullTranslations() if language == LANGUAGES[0] else translation("xlnn", Path(__file__).parent, [language])


def say(english: str, language: str = "en", **fields) -> str:
    """The template in `language`, filled with `fields`; those that are WORDS are translated themselves."""
    template = _in(language, english)
    fields |= {name: _in(language, fields[name]) for name in WORDS & set(fields)}
    return template.format(**fields) if fields else template


def _in(language: str, english: str) -> str:
    return translations(language).gettext(english) if english else ""  # gettext has the catalogue's header for ""


def every(english: str) -> tuple[str, ...]:
    """A word in all languages: how a name is recognised whatever language a workbook is in."""
    return tuple(dict.fromkeys(_in(language, english) for language in LANGUAGES))
