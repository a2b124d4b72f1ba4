"""The catalogues hold to the words of the book, as xlnn/words/glossary.csv has them, and to their languages' punctuation."""

import csv
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import xlnn

FOLDER = Path(xlnn.__file__).parent / "words"
with (FOLDER / "glossary.csv").open(encoding="utf-8", newline="") as file:
    GLOSSARY = list(csv.DictReader(file))
COLUMNS = {"zh": "中文", "ja": "日本語"}
# what is no word of a sentence: fields, commands, options, names of sheets, files and values
CODE = (
    r"^Example:|`[^`]*`|xlnn [a-z]+|\{\w+\}|--[a-z]+( [a-z0-9:.,×]+)?|'[^']*'|\w+\.xlsx|\w+=\w+(,\w+)*"
    r"|pip install [a-z -]+|dask \w+"
)
SHEETS = r"\b(Trained|Solved|Start|Data|Test|Held out|Settings|Places|Conventions|Summary|Path|Sweep|Runs)\b"
HEIGHTS = {  # a person's weight is 体重
    "weight y (kg)",
    "regression: heights and weights of 7 students, one linear unit; the line by solve, and on sheets of its own",
}
HAN = "[一-鿿ぁ-ヿ]"


def texts(language: str) -> dict[str, str]:
    with (FOLDER / language / "LC_MESSAGES" / "xlnn.po").open("rb") as file:
        return {first(message.id): first(message.string) for message in read_po(file) if message.id}


def first(text: str | tuple[str, ...]) -> str:
    """Of a template that click has for one thing and for many, that for one."""
    return text if isinstance(text, str) else text[0]


def plain(text: str) -> str:
    return re.sub(SHEETS, " ", re.sub(CODE, " ", text))


def terms(text: str) -> list[dict]:
    """The rows of the glossary that an English text has, the longest first: 'unit step' has no 'unit' in it."""
    rest, found = plain(text), []
    for row in sorted(GLOSSARY, key=lambda row: -len(row["English"])):
        word = re.escape(row["English"]).removesuffix("x")
        pattern = rf"(?<![\w-]){word}(s|x|ed|ing|es|ices|al|)(?![\w-])"
        rest, count = re.subn(pattern, " ", rest, flags=re.IGNORECASE)
        found += [row] * bool(count)
    return found


def departures(language: str, english: str, said: str) -> list[str]:
    """What a translation should have and has not, and what it has and should not."""
    column = COLUMNS[language]
    missing = [] if english in HEIGHTS else [row for row in terms(english) if not re.search(row[column], said)]
    lines = [f"{english!r}: {row['English']} is {row[column]}, not in {said!r}" for row in missing]
    never = [row["never " + column] for row in GLOSSARY if row["never " + column]]
    return lines + [f"{english!r}: {found[0]!r} in {said!r}" for found in (re.search(word, said) for word in never) if found]


@pytest.mark.parametrize("language", COLUMNS)
def test_every_text_has_the_books_words(language):
    found = [line for english, said in texts(language).items() for line in departures(language, english, said)]
    if found:
        pytest.fail("\n".join(["these depart from xlnn/words/glossary.csv:", *found]), pytrace=False)


@pytest.mark.parametrize(
    ("english", "zh", "ja"),
    [
        ("the unit's bias", "单元的偏置", "ユニットのバイアス"),
        ("unit", "单元", "ユニット"),
        ("trained", "训练后", "学習後"),
        ("next map", "下一映射", "次のマップ"),
        ("the filter", "滤波器", "フィルタ"),
        ("{count} images", "{count} 张图像", "画像 {count} 件"),
        ("total cost", "代价", "コスト"),
        ("error of the linear approximation", "线性近似的错误", "1 次近似のエラー"),
    ],
)
def test_other_words_are_found(english, zh, ja):
    assert departures("zh", english, zh)
    assert bool(departures("ja", english, ja)) == (ja not in {"ユニットのバイアス", "ユニット", "学習後"})


def test_the_longest_term_counts():
    assert [row["English"] for row in terms("the unit step and a hidden unit")] == ["hidden unit", "unit step"]
    assert [row["English"] for row in terms("weighted inputs of {unit}, `xlnn train`, --keep first")] == ["weighted input"]


@pytest.mark.parametrize("language", COLUMNS)
def test_punctuation_is_the_languages_own(language):
    """After a Chinese or Japanese word stands ，。：；？（, not the comma, full stop, colon or bracket of English."""
    wrong = re.compile(rf"{HAN}([,;:?!(]|\.(\s|$))|\){HAN}|[,;]{HAN}")
    assert {said for said in texts(language).values() if wrong.search(re.sub(r"`[^`]*`|“[^”]*”|「[^」]*」", "", said))} == set()
