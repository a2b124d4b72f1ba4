"""In whose language the command line speaks: --language, the workbook's, XLNN_LANGUAGE, the system's, in that order."""

from __future__ import annotations

import ctypes
import re
import sys
from types import SimpleNamespace

import openpyxl
import pytest
from command import run

import xlnn
from xlnn.book.exercises import STEPS
from xlnn.book.names import DETAILS
from xlnn.book.settings import BY_FIELD, YES_NO
from xlnn.cli import speaking
from xlnn.cli.main import main
from xlnn.cli.options import SETTINGS
from xlnn.pictures.plots import WHAT
from xlnn.words import columns_wide, preferred, say, word
from xlnn.xlsx import workbook
from xlnn.xlsx.new_file import CELLS, PRINTED

CHINESE, JAPANESE = re.compile("[\u4e00-\u9fff]"), re.compile("[ぁ-ヺ]")


@pytest.fixture
def reader(monkeypatch):
    """Sets the reader's variables; those that are not named are not set."""

    def chosen(**variables):
        for name in ("XLNN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return chosen


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """A workbook in each language, one whose sheets say nothing of a language, and one that is none."""
    folder = tmp_path_factory.mktemp("books")
    for language in ("en", "zh", "ja"):
        xlnn.new("4-4", folder / f"{language}.xlsx", language=language)
    plain = openpyxl.Workbook()
    plain.save(folder / "plain.xlsx")
    return folder


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "XLNN_LANGUAGE": "ja"}, "ja"),
        ({"XLNN_LANGUAGE": "zh_CN"}, "zh"),
    ],
)
def test_the_readers_language(reader, variables, language):
    reader(**variables)
    assert preferred() == language


ORDER = [  # options, workbook, variable, what is spoken
    (["--language", "ja"], "zh", "en", "ja"),
    (["--language=en"], "zh", "ja", "en"),
    ([], "zh", "ja", "zh"),
    ([], "ja", "zh", "ja"),
    ([], "en", "zh", "en"),
    ([], "plain", "zh", "zh"),
    ([], "missing", "ja", "ja"),
]


@pytest.mark.parametrize(("number", "language"), [(0x0804, "zh"), (0x0404, "zh"), (0x0411, "ja"), (0x0407, "en"), (0xFFFF, "en")])
def test_the_language_of_windows_menus(reader, monkeypatch, number, language):
    """Microsoft's numbers of languages: 0804 is Chinese of China, 0404 of Taiwan, 0411 Japanese, 0407 German."""
    reader()
    kernel = SimpleNamespace(GetUserDefaultUILanguage=lambda: number)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    assert preferred() == language
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")  # of a shell like git's
    assert preferred() == "ja"


def spoken(text: str) -> str:
    return "ja" if JAPANESE.search(text) else "zh" if CHINESE.search(text.replace("深度学习的数学", "")) else "en"


@pytest.mark.parametrize(("options", "book", "variable", "language"), ORDER)
@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "{}", "--help"],  # help
        ["show", "{}", "--no-such-option"],  # a usage error of click's
        ["train", "{}", "--keep", "sometimes"],  # one of xlnn's, or an error in the workbook
        ["gradcheck", "{}", "--of", "A1"],
        ["compare", "{}", "{}", "--sheet", "No=No"],
        ["check", "{}", "other.xlsx"],  # the other one is missing: its line says so
    ],
    ids=lambda arguments: " ".join(arguments[:1] + arguments[-2:]),
)
@pytest.mark.parametrize("before", [True, False], ids=["before", "behind"])
def test_the_order_of_what_decides(books, reader, options, book, variable, language, arguments, before):
    reader(XLNN_LANGUAGE=variable)
    given = [argument.format(books / f"{book}.xlsx") for argument in arguments]
    code, out, err = run(*([*options, *given] if before else [*given, *options]))
    lines = [line for line in (out + err).replace(str(books), "").splitlines() if line]
    assert spoken("\n".join(lines)) == language, lines
    assert code != 0 or "--help" in given


def test_new_writes_in_the_readers_language(reader, tmp_path):
    reader(LANG="ja_JP.UTF-8")
    run("new", "4-4", tmp_path / "a.xlsx")
    assert xlnn.read(tmp_path / "a.xlsx").language == "ja"


def test_an_unknown_language_of_the_variable_is_named(reader):
    reader(XLNN_LANGUAGE="fr")
    assert run("show", "a.xlsx") == (2, "", "xlnn: error: XLNN_LANGUAGE: expected en, zh, ja, found 'fr'.\n")


def test_click_speaks_again_as_before(reader):
    reader(LANG="zh_CN.UTF-8")
    assert "缺少参数" in run("train")[2]
    reader()
    assert "Missing argument" in run("train")[2]


@pytest.mark.parametrize("command", ["", *main.commands])
@pytest.mark.parametrize("language", ["zh", "ja"])
def test_help_fits_its_columns(command, language):
    """Chinese and Japanese characters take two columns; examples stay on their lines."""
    code, out, _ = run("--language", language, *filter(None, [command]), "--help")
    assert code == 0
    assert [line for line in out.splitlines() if columns_wide(line) > 80 and "xlnn " not in line] == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("让神经网络学习。", ["让神经网络", "学习。"]),
        ("让神经网络。学习", ["让神经网", "络。学习"]),  # no line begins with a full stop
        ("用 (abc) 学习", ["用 (abc) ", "学习"]),
        ("神经网络（学习）", ["神经网络", "（学习）"]),  # no line ends with a bracket that opens
        ("one two three", ["one two", "three"]),
    ],
)
def test_lines_of_ten_columns(text, lines):
    assert [line.rstrip() for line in speaking.wrapped(text, 10)] == [line.rstrip() for line in lines]


@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_a_row_says_its_workbook_once(books, language):
    """The table of several workbooks has the name in its first column, and columns as wide as Chinese names are."""
    other = books / "学生.xlsx"
    other.write_bytes((books / "zh.xlsx").read_bytes())
    lines = run("check", other, books / "missing.xlsx", "--language", language)[1].splitlines()
    assert [line.count("missing.xlsx") for line in lines] == [0, 1]
    starts = [line.index(line.split(maxsplit=1)[1]) for line in lines]
    assert columns_wide(lines[0][: starts[0]]) == columns_wide(lines[1][: starts[1]])


@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_the_words_that_help_shows_are_understood(language):
    """Of a setting those of the language; of what has English words alone, these."""
    for _, field, text in SETTINGS:
        entry, said = BY_FIELD[field], say(text, language)
        for value in entry.expected if isinstance(entry.expected, tuple) and entry.expected != YES_NO else ():
            assert word(value, language) in said, (field, value)
            assert entry.parse(word(value, language)) == entry.parse(value)
    for command, option, values in (
        ("train", "--keep", ("all", "every:10", "first,last")),
        ("train", "--detail", DETAILS),
        ("train", "--cells", CELLS),
        ("train", "--print", PRINTED),
        ("solve", "--cells", CELLS),
        ("plot", "--what", WHAT),
        ("new", "--exercise", STEPS[1:]),
    ):
        text = run(command, "--help", "--language", language)[1]
        shown = re.search(rf"^ +{option} .*(\n {{15,}}.*)*", text, re.MULTILINE)
        assert shown is not None, option
        assert [value for value in values if value not in shown[0]] == []


def test_what_cannot_be_opened_is_not_opened_again_for_its_language(tmp_path, monkeypatch):
    """It would be unpacked up to the limit once more. What stands beside it still tells the language."""
    broken, chinese, opened = tmp_path / "broken.xlsx", tmp_path / "good.xlsx", []
    broken.write_bytes(b"PK no workbook")
    xlnn.new("4-4", chinese, language="zh")
    read = workbook.read_workbook
    monkeypatch.setattr(workbook, "read_workbook", lambda path: opened.append(path.name) or read(path))
    code, _, message = run("show", str(broken))
    assert (code, opened) == (3, ["broken.xlsx"])
    assert message.startswith("xlnn: error: broken.xlsx: ")
    code, _, message = run("predict", str(broken), str(chinese))
    assert code == 3
    assert CHINESE.search(message)
