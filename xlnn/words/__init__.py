"""What xlnn says, in English, Chinese and Japanese: gettext catalogues from the English template to the other two.

`zh/LC_MESSAGES/xlnn.po` and `ja/…` are what translators edit; the `.mo` beside them are compiled from these (CONTRIBUTING.md).
The terms are those of the book, 《深度学习的数学》 and its Japanese original, as `glossary.csv` lists them. Names of options
and functions are the same in every language; words that are typed, as a setting's value, are understood in all of them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

LANGUAGES = ("en", "zh", "ja")
VARIABLE = "XLNN_LANGUAGE"
FOLDER = Path(__file__).parent  # of the catalogues, one folder for each language
WORDS = {"what", "expected", "axis", "equation"}  # fields that are words themselves: a setting's name, what it should be
MARKS = {", ": "、", "; ": "；", " ": ""}  # what stands between parts, in English and in the other two
EARLIER = {  # what earlier versions wrote into workbooks
    "cost": ("代价", "コスト"),
    "units": ("单元数",),
    "pooling ties": ("池化并列", "プーリングの同値"),
    "parameters": ("パラメーター",),
    "held-out images": ("留出图像", "検証用の画像"),
    "held-out right answers": ("留出图像的正解", "検証用の画像の正解"),
    "held out: C_T": ("留出图像：C_T",),
    "held out: share right": ("留出图像：正确率",),
    "resumed": ("续训",),
}


NOUNS = (  # what is counted; in English one of them is spelled otherwise
    "cells|characters|columns|decimals|elements|examples|formulas|images|iterations|labels|levels|lines|neighbours|numbers|"
    "outputs|parameters|parts|pixels|points|ranges|rows|runs|seconds|sheets|starts|steps|things|units|updates|values|windows|"
    "cases|axes|classes|quantities"
)
ONE = {"axes": "axis", "classes": "class", "quantities": "quantity"}  # of others without their s
VERBS = {
    "are": "is", "were": "was", "have": "has", "do": "does", "count": "counts", "differ": "differs", "fit": "fits",
    "follow": "follows", "hold": "holds", "need": "needs",
}  # fmt: skip
COUNTED = re.compile(rf"(there are (?:only )?|)(?<!\}} of )\{{(\w+)\}} ([a-z]+ |)({NOUNS})\b(?: ({'|'.join(VERBS)})\b)?")


@cache
def translations(language: str) -> NullTranslations:
    """The translations into a language; English is what stands in the source."""
    return NullTranslations() if language == LANGUAGES[0] else translation("xlnn", FOLDER, [language])


def say(english: str, language: str = "en", **fields) -> str:
    """The template in `language`, filled with `fields`; those that are WORDS, and lists of words, are translated themselves:
    a list with commas, the tuple of a choice with strokes. A field that is a function is asked in the language.

    A language may have a sentence of its own for a word, as "{count} images" beside "{count} {what}": 64 幅图像, but 20 个数据.
    In English one thing is spelled as one: "{count} images need" gives "2 images need", "1 image needs"; one of so many is
    "1 of 1 images". A float is written as a person would, 10 for 10.0.
    """
    fields = {name: _plain(value) if isinstance(value, float) else value for name, value in fields.items()}
    spelled = english.replace("{what}", str(fields["what"])) if "what" in fields else english
    template = _in(language, spelled)
    if language == LANGUAGES[0]:
        template = _of_one(spelled, fields)
    elif template == spelled:
        template = _in(language, english)
    fields |= {name: _in(language, fields[name]) for name in WORDS & set(fields) if isinstance(fields[name], str)}
    fields |= {name: ask(language) for name, ask in fields.items() if callable(ask)}
    fields |= {name: listed(words, language) for name, words in fields.items() if _are_words(words)}
    return template.format(**fields) if fields else template


def _plain(number: float) -> str:
    """A number as a person writes it, with all its digits: 10 and 1e+10, not 10.0 and 10000000000.0.

    >>> _plain(10.0), _plain(1e10), _plain(0.1), _plain(1 / 3)
    ('10', '1e+10', '0.1', '0.3333333333333333')
    """
    short = f"{number:g}"
    return short if float(short) == number else repr(float(number)).removesuffix(".0")


def _of_one(english: str, fields: Mapping) -> str:
    """The template with the words for a single thing behind each field that is 1."""

    def spelled(found: re.Match) -> str:
        there, name, adjective, noun, verb = found.groups()
        if str(fields.get(name)) != "1":
            return found[0]
        return f"{there.replace('are', 'is')}{{{name}}} {adjective}{ONE.get(noun, noun[:-1])}{' ' + VERBS[verb] if verb else ''}"

    return COUNTED.sub(spelled, english)


def _in(language: str, english: str) -> str:
    return translations(language).gettext(english) if english else ""  # gettext has the catalogue's header for ""


def _are_words(value) -> bool:
    return isinstance(value, tuple | list) and all(isinstance(part, str) for part in value)


def word(value, language: str):
    """A value as it is shown: a word of the catalogue in `language`, a number or any other text as it is."""
    return _in(language, value) if isinstance(value, str) else value


def listed(words: Sequence[str], language: str) -> str:
    """Words of a list, or of a choice, each in `language`."""
    parts = [_in(language, word) for word in words]
    return " / ".join(parts) if isinstance(words, tuple) else joined(parts, ", ", language)


@dataclass(frozen=True)
class These:
    """A list of names, which are the same in every language, as a field of `say`: with commas, in Chinese 、."""

    names: tuple[str, ...]

    def __call__(self, language: str) -> str:
        return joined(self.names, ", ", language)

    def __str__(self) -> str:
        return self(LANGUAGES[0])


def these(names: Iterable) -> These:
    return These(tuple(map(str, names)))


def language_named(text: str) -> str | None:
    """The language of a locale's name; None where it is none of xlnn's.

    >>> language_named("zh_CN.UTF-8"), language_named("ja"), language_named("fr")
    ('zh', 'ja', None)
    """
    return next((language for language in LANGUAGES if text.strip().lower()[:2] == language), None)


def preferred() -> str:
    """The reader's language: that of the variable XLNN_LANGUAGE, else that of the system; English where it is another one."""
    return language_named(os.environ.get(VARIABLE, "")) or language_named(_system()) or LANGUAGES[0]


def _system() -> str:
    """The name of the system's locale for messages, on Windows that of the user's menus."""
    named = next((name for variable in ("LC_ALL", "LC_MESSAGES", "LANG") if (name := os.environ.get(variable))), "")
    if named or sys.platform != "win32":
        return named
    import ctypes
    import locale

    return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")


def every(english: str) -> tuple[str, ...]:
    """A word in all languages: how a name is recognised whatever language a workbook is in, and whatever version wrote it."""
    return tuple(dict.fromkeys([*(_in(language, english) for language in LANGUAGES), *EARLIER.get(english, ())]))


def joined(parts: Iterable[str], mark: str, language: str) -> str:
    """The parts with a mark between them, one of MARKS: 'a, b' in English, 'a、b' in Chinese and Japanese."""
    return (mark if language == LANGUAGES[0] else MARKS[mark]).join(parts)


def columns_wide(text: str) -> int:
    """How many digits' room a text takes; Chinese and Japanese characters take two."""
    return sum(2 if "\u2e80" <= letter <= "\uffef" else 1 for letter in text)
