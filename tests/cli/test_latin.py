"""No English is left for a Chinese or Japanese reader: in what the commands say, right and wrong, and in what they write.

A Latin word may be a name: of a file, a sheet, an option, a function, a quantity, a program; everything else fails.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import office
import openpyxl
import own_styles
import pytest
from command import run
from understand_books import rows, table

import workbooks
from xlnn.cli.main import main
from xlnn.lessons.calculus import FUNCTIONS
from xlnn.model.activations import ACTIVATIONS
from xlnn.model.quantities import SYMBOLS
from xlnn.sections import sections

KINDS = "|".join(sorted((re.escape(kind) for kind in SYMBOLS), key=len, reverse=True))
NAMES = [
    r"`[^`]*`",  # a command
    r"'[^']*'",  # what somebody typed, and the name of a sheet before an address
    r"/tmp/\S+",
    r"[\w./~-]*\.(xlsx|png|svg|gif|csv|part|txt)\b",
    r"(?<![\w-])--?[a-z][a-z-]*( (all|units|totals|values|formulas|book))?",
    r"\bpip\s+install\s+[a-z]+( [a-z-]+)*",
    r"\$?[A-Z]{1,3}\$?[0-9]+",  # an address
    r"\b[0-9a-f]{64}\b",
    rf"\b(new_|dCT?_d)?({KINDS})[A-Z0-9]?\b",
    r"\b[a-z]\[[0-9,]*\]",
]  # fmt: skip
SHEETS = "Summary Conventions Settings Data Held out Places Start Iteration Trained Solved Test Predictions Not understood Net"
SHEETS += " Sweep Runs Curves Times Landscape Path Contours Symbols Normal equations Descent Lagrange Shapes"
PROGRAMS = "xlnn Excel LibreOffice NumPy Python SciPy BFGS SHA XML JSON GIF MiB CSV zsh NPZ nielsen logistic Nielsen UTF Ctrl"
PROGRAMS += " Dask MEDIAN sympy scipy matplotlib"
OPTIONS = (
    "en zh ja OPTIONS train check show solve descend predict new sum every first last none all units totals values formulas cell"
)
OPTIONS += " backward forward update quantity rtol atol cost weights wrong outputs tcp host scikit learn"
SCIENCE = "MSE SGD ReLU cm kg pi max log Hadamard"
LETTERS = r"[a-zA-Z]{1,2}([a-z]?[₀-₉ᵢⱼₖ]|k?|n?)"  # AB, dx, cA, aFk: products and symbols of the book
SHORT = {"an", "as", "at", "by", "if", "in", "is", "it", "no", "of", "on", "or", "to"}  # words of English that look like them
ALLOWED = {
    *main.commands,
    "main",
    *" ".join([SHEETS, PROGRAMS, OPTIONS, SCIENCE]).split(),
    *FUNCTIONS,
    *ACTIVATIONS,
    "leaky",
    "step",
    "exp",
}


def latin(text: str) -> set[str]:
    """The words of a text that are no names."""
    for name in NAMES:
        text = re.sub(name, " ", text)
    words = {word for word in re.findall("[A-Za-z]{2,}", text) if word not in ALLOWED}
    return {word for word in words if word in SHORT or not re.fullmatch(LETTERS, word)}


def texts_in(path: Path) -> Iterator[tuple[str, str]]:
    """Where, and what, of every text cell, comment and chart title of a workbook."""
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "s":
                    yield f"{path.name} {sheet.title}!{cell.coordinate}", str(cell.value)
                if cell.comment:
                    yield f"{path.name} {sheet.title}!{cell.coordinate}, comment", cell.comment.text
    with zipfile.ZipFile(path) as package:
        for part in (name for name in package.namelist() if name.startswith("xl/charts/chart")):
            for text in re.findall("<a:t>([^<]*)</a:t>|<c:v>([^<]*[^<0-9.][^<]*)</c:v>", package.read(part).decode()):
                yield f"{path.name} {part}", "".join(text)


def none_of(texts) -> None:
    """Fails with every text that has Latin words which are no names."""
    found = sorted({f"{where}: {words} in {text[:200]!r}" for where, text in texts if (words := latin(text))})
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def told(*arguments) -> tuple[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, out, err = run(*arguments)
    return " ".join(map(str, arguments)), out + err


@pytest.fixture(scope="module", params=["zh", "ja"])
def reader(request, tmp_path_factory):
    """A reader's language, and a folder with the workbooks that he made."""
    patch = pytest.MonkeyPatch()
    patch.setenv("XLNN_LANGUAGE", request.param)
    folder = tmp_path_factory.mktemp(request.param)
    patch.chdir(folder)
    yield folder
    patch.undo()


RIGHT = [  # what is written, and how
    ("trained.xlsx", "train 4-4.xlsx -n 2"),
    ("resumed.xlsx", "train --resume trained.xlsx -n 1"),
    ("formulas.xlsx", "train 4-4.xlsx -n 2 --cells formulas --layout table --batch 8 --order shuffled --keep last"),
    ("maps.xlsx", "train 5-6.xlsx -n 1 --detail units --ties all"),
    ("totals.xlsx", "train 4-4.xlsx -n 1 --detail totals --cost squares --total mean --update together --freeze-biases yes"),
    ("line.xlsx", "train 2-12.xlsx -n 1 --eta 0.00001"),
    ("exam.xlsx", "train logistic.xlsx -n 1"),
    ("solved.xlsx", "solve 4-4.xlsx --steps 2"),
    ("predictions.xlsx", "predict trained.xlsx 4-4.xlsx"),
    ("sweep.xlsx", "sweep 4-4.xlsx -n 1 --eta 0.1,0.2 --seeds 0:2 --set activation=sigmoid,tanh --set cost=squares --workers 1"),
    ("landscape.xlsx", "landscape 4-4.xlsx --over w3[1,1] w3[2,2] --grid 3 -n 1"),
    ("descended.xlsx", "descend 2-11.xlsx"),
    ("lagrange.xlsx", "descend 2-11.xlsx --function x+y --constraint x^2+y^2=1"),
]
SAID = """
show 4-4.xlsx
show 5-6.xlsx
show logistic.xlsx
show trained.xlsx
gradcheck 4-4.xlsx
predict trained.xlsx
check trained.xlsx
check mine.xlsx
check mine.xlsx trained.xlsx missing.xlsx
check mine.xlsx --against trained.xlsx
check 1-2.xlsx
compare mine.xlsx trained.xlsx
compare mine.xlsx trained.xlsx --by quantity
gradcheck trained.xlsx --of O21 --by D5:F8
--version
plot trained.xlsx -o p.svg
""".strip().splitlines()
WRONG = """
frobnicate
train
train --frobnicate
train missing.xlsx
train 4-4.xlsx --eta fast
train 4-4.xlsx --cost gold
train 4-4.xlsx --batch 0
train 4-4.xlsx -n 0
train 4-4.xlsx --keep sometimes
train 4-4.xlsx --detail none
train 4-4.xlsx --cells colours
train 4-4.xlsx --layout round
train 4-4.xlsx --max-size much
train 4-4.xlsx --max-size 0
train 4-4.xlsx -o 4-4.xlsx
train 4-4.xlsx --ties none
train 4-4.xlsx --freeze-biases maybe
train 1-2.xlsx
train --resume 4-4.xlsx
train --resume trained.xlsx
train --resume trained.xlsx --eta 0.1
new
new 9-9
new 4-4 4-4.xlsx
new 4-4 x.xlsx --cells colours
show
show text.xlsx
show empty.xlsx
places empty.xlsx
check
check empty.xlsx
check mine.xlsx --digits x
check mine.xlsx --digits 99
check mine.xlsx trained.xlsx --report r.xlsx
compare mine.xlsx
compare mine.xlsx empty.xlsx
compare mine.xlsx trained.xlsx --sheet A=B
compare mine.xlsx trained.xlsx --rtol -1
compare mine.xlsx trained.xlsx --range L5
compare mine.xlsx trained.xlsx --by row
compare mine.xlsx trained.xlsx --by quantity --text
solve 4-4.xlsx --steps 0
solve 4-4.xlsx --steps many
predict 4-4.xlsx empty.xlsx
predict empty.xlsx
gradcheck 4-4.xlsx --of O21
gradcheck 4-4.xlsx --of what --by D5
landscape 4-4.xlsx
landscape 4-4.xlsx --over w3[9,9] w3[1,1]
landscape 4-4.xlsx --over q w
landscape 4-4.xlsx --over w3[1,1] w3[2,2] --grid 0
descend 2-11.xlsx --function frob(x)
descend 2-11.xlsx --function x+
descend 2-11.xlsx --function 1/0
descend 2-11.xlsx --start 1
descend 4-4.xlsx
sweep 4-4.xlsx --eta fast
sweep 4-4.xlsx --seeds x
sweep 4-4.xlsx --set frob=1
sweep 4-4.xlsx --set units=2
sweep 4-4.xlsx --set cost=gold
plot 4-4.xlsx -o p.png
plot trained.xlsx --what frob
plot trained.xlsx --animate --what cost
plot trained.xlsx -o p.txt
train wrong.xlsx
train odd.xlsx
""".strip().splitlines()


def spoil(folder: Path) -> None:
    """A sheet with mistakes, an empty workbook, one that is none, and two with wrong cells."""
    book = openpyxl.load_workbook(folder / "trained.xlsx")
    book["Iteration 1"]["O11"], book["Iteration 1"]["O58"], book["Iteration 2"]["G21"] = 7, None, "C"
    book.save(folder / "mine.xlsx")
    empty = openpyxl.Workbook()
    empty.active.title = "S"
    empty.save(folder / "empty.xlsx")
    (folder / "text.xlsx").write_text("no workbook")
    for name, cells in {
        "wrong": {"Data": {"K5": "0,5", "L6": "?"}, "Start": {"D5": "w"}},
        "odd": {"Settings": {"B4": "?", "A5": "frob"}},
    }.items():
        book = openpyxl.load_workbook(folder / "4-4.xlsx")
        for sheet, values in cells.items():
            for cell, value in values.items():
                book[sheet][cell] = value
        book.save(folder / f"{name}.xlsx")


@pytest.fixture(scope="module")
def made(reader) -> list[tuple[str, str]]:
    """Everything that the commands say while they write all workbooks."""
    said = [told("new", section, f"{section}.xlsx") for section in sections() if section not in ("nielsen", "own")]
    said += [told("new", "4-4", "exercise.xlsx", "--exercise")]
    said += [told(*command.split(), "-o", name) for name, command in RIGHT]
    spoil(reader)
    said += [
        told("check", "mine.xlsx", "--report", "marked.xlsx"),
        told("compare", "mine.xlsx", "trained.xlsx", "--report", "differences.xlsx"),
    ]
    return said


def test_the_commands_say_nothing_in_english(reader, made):
    none_of(made + [told(*command.split()) for command in SAID])
    assert {name for name, _ in RIGHT} <= {path.name for path in reader.glob("*.xlsx")}


def test_nothing_wrong_is_told_in_english(reader, made):
    none_of(told(*command.split()) for command in WRONG)


def test_help_is_not_in_english(reader):
    commands = [["--help"], *([name, "--help"] for name in main.commands)]
    said = [
        (where, re.sub(r"(?m)^.*\bxlnn [a-z].*\.xlsx.*$", "", text)) for where, text in (told(*command) for command in commands)
    ]
    none_of(said)


def test_no_cell_is_in_english(reader, made):
    spoiled = {"mine.xlsx", "wrong.xlsx", "odd.xlsx", "text.xlsx"}
    written = [path for path in sorted(reader.glob("*.xlsx")) if path.name not in spoiled]
    none_of(entry for path in written for entry in texts_in(path))


def test_what_is_no_name_is_found():
    assert latin("Iteration 1 的 z2 为 7, see delta3 in a.xlsx, --keep all, 'Sheet'!A1") == {"see", "in"}


# ---- a person's own sheets, in a Chinese or Japanese reader's words -----------------------------------------


JAPANESE = {"网络": "ネット", "第1次": "第1回", "第2次": "第2回", "学习率": "学習率", "平方误差": "平方誤差", "没有": "なし"}
OWN = {  # iterations on sheets, in blocks, in rows; a table with labels, with mistakes, with more beside it; a neuron alone
    "sheets": lambda: {name: cells | {"E4": name} for name, cells in own_styles.sheets(2, "第{}次").items()},
    "blocks": lambda: {"网络": own_styles.blocks(2, 18, 0) | {"E4": "第1次", "E22": "第2次", "L2": "η"}},
    "rows": lambda: {"网络": rows(3) | {"F1": "学习率"}},
    "labelled": lambda: {"网络": table() | {"L2": "η", "A5": "x1", "D5": "z1", "I5": "w7"}},
    "slipped": lambda: {"网络": table() | {"J7": 0.5, "E8": "=A8*$A$2+B8*$B$2"}},
    "unknown": lambda: {"网络": table() | {"Q1": "=MEDIAN(A6:A8)", "Q2": "=A6*3+B7*A1"}},
    "threshold": lambda: {"网络": {
        "A1": 0.4, "B1": -0.3, "C1": 0.1, "A2": 1, "B2": 0.5, "C2": "=IF(A1*A2+B1*B2-C1>=0,1,0)", "A3": 0, "B3": 2,
        "C3": "=IF(A1*A3+B1*B3-C1>=0,1,0)", "A4": -1, "B4": 2, "C4": "=IF(A1*A4+B1*B4-C1>=0,1,0)"}},
}  # fmt: skip
HEADER = (*workbooks.PLACES, "Next iteration", "Next input", "Factor")
LINES = {  # sheets Places that say part of it, right and wrong
    "three": [("x", "网络!A6:B6", "1 down"), ("w2", "网络!A1:B1", None, "1 down"), ("a3", "网络!I6", "1 down")],
    "settings": [("学习率", "网络!M2"), ("代价", "平方误差")],
    "other": [("delta3", "网络!K6", "1 down")],
    "none": [("t", "none"), ("x", "网络!A6:B6", "1 down")],
    "broad": [("w2", "网络!A1:C1", None, "1 down")],
    "far": [("w2", "网络!A1:B1", None, "1 up")],
    "gone": [("w2", "没有!A1:B1", None, "1 down")],
    "strange": [("q9", "网络!A1")],
    "layer9": [("w9", "网络!A1:B1", None, "1 down")],
    "nolayer": [("w", "网络!A1:B1", None, "1 down")],
    "twice": [("w2", "网络!A1:B1", None, "1 down"), ("w2", "网络!A1:B1", None, "1 down")],
    "nostep": [("x", "网络!A6:B6")],
    "noaddress": [("w2", "here", None, "1 down")],
    "step": [("w2", "网络!A1:B1", None, "sideways")],
    "factor": [("delta3", "网络!J6", "1 down", None, None, None, None, None, "twice")],
    "text": [("w2", "网络!A4:B4", None, "1 down")],
    "next": [("w2", "网络!A1:B1", None, "1 down", None, None, "1 down")],
}
READ = """
show own-{}.xlsx
check own-{}.xlsx --report reported-{}.xlsx
train own-{}.xlsx -n 3 -o result-{}.xlsx
places own-{}.xlsx -o said-{}.xlsx
""".strip().splitlines()
DONE = """
train own-{}.xlsx -n 3 --cells formulas --add-missing -o live-{}.xlsx
train own-{}.xlsx -n 2 --layout book -o book-{}.xlsx
check result-{}.xlsx
show result-{}.xlsx
train result-{}.xlsx -n 1 -o again-{}.xlsx
check said-{}.xlsx
predict result-{}.xlsx own-{}.xlsx -o predicted-{}.xlsx
gradcheck own-{}.xlsx
compare live-{}.xlsx result-{}.xlsx --by quantity
plot result-{}.xlsx -o {}.svg
""".strip().splitlines()
KINDS_WRITTEN = ("result", "live", "said", "book", "again", "predicted", "reported")


def in_words(folder: Path, cells: object) -> object:
    """What a reader types: Chinese, or Japanese in its place."""
    if isinstance(cells, dict):
        return {in_words(folder, key): in_words(folder, value) for key, value in cells.items()}
    for chinese, japanese in JAPANESE.items() if folder.name.startswith("ja") and isinstance(cells, str) else ():
        cells = cells.replace(chinese, japanese)
    return cells


@pytest.fixture(scope="module")
def own(reader) -> list[tuple[str, str]]:
    """What is said of the sheets that a person built, calculated by LibreOffice."""
    for name, build in OWN.items():
        cells = in_words(reader, {in_words(reader, sheet): cells for sheet, cells in build().items()})
        office.recalculate(workbooks.save(reader / "built.xlsx", cells), reader / f"own-{name}.xlsx")
    for name, lines in LINES.items():
        placed = [HEADER, *([in_words(reader, part) for part in line] for line in lines)]
        add = lambda book, placed=placed: list(map(book.create_sheet("Places").append, placed))
        workbooks.edit(reader / "own-labelled.xlsx", reader / "built.xlsx", change=add)
        office.recalculate(reader / "built.xlsx", reader / f"own-places-{name}.xlsx")
    (reader / "built.xlsx").unlink()
    told_of = [(name, line) for name in (*OWN, "places-three") for line in (*READ, *DONE)]
    told_of += [(f"places-{name}", line) for name in LINES if name != "three" for line in READ]
    return [told(*line.replace("{}", name).split()) for name, line in told_of]


@office.needs_office
def test_ones_own_sheets_are_not_answered_in_english(reader, own):
    none_of(own)
    for kind in KINDS_WRITTEN[:-2]:
        assert (reader / f"{kind}-sheets.xlsx").exists()


@office.needs_office
def test_no_cell_that_is_added_to_ones_own_sheets_is_in_english(reader, own):
    typed = {str(part) for lines in LINES.values() for line in lines for part in line} | {*HEADER}
    written = [path for kind in KINDS_WRITTEN for path in sorted(reader.glob(f"{kind}-*.xlsx"))]
    none_of((where, text) for path in written for where, text in texts_in(path) if text not in typed and not text.startswith("="))


@office.needs_office
def test_watching_does_not_speak_english(reader, own, monkeypatch, capsys):
    import watchfiles

    seen = iter(["own-slipped.xlsx", "own-places-broad.xlsx", "own-labelled.xlsx"])

    def saved(*_, **__):  # each time something else stands in the file, until Ctrl-C
        for name in seen:
            (reader / "watched.xlsx").write_bytes((reader / name).read_bytes())
            yield {(1, "watched.xlsx")}
        raise KeyboardInterrupt

    monkeypatch.setattr(watchfiles, "watch", saved)
    (reader / "watched.xlsx").write_bytes((reader / "own-unknown.xlsx").read_bytes())
    _, text = told("check", "--watch", "watched.xlsx")
    assert text.count("Ctrl-C") == 4
    none_of([("check --watch", text), told("check", "--watch", "nothing.xlsx"), told("check", "--watch", "a.xlsx", "b.xlsx")])
