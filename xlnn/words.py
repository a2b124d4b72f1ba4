"""What xlnn says, in English, Chinese and Japanese."""

from __future__ import annotations

LANGUAGES = ("en", "zh", "ja")
TABLE: dict[str, tuple[str, str]] = {}


def say(english: str, language: str = "en", **fields) -> str:
    template = english
    if language != "en" and english in TABLE:
        template = TABLE[english][LANGUAGES.index(language) - 1]
    return template.format(**fields) if fields else template


def every(english: str) -> tuple[str, ...]:
    """A word in all languages: how a name is recognised whatever language a workbook is in."""
    return (english, *TABLE.get(english, ()))
