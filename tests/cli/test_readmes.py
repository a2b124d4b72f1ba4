"""Both READMEs followed literally: their commands run in an empty folder, and give what is shown below them."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command import run
from hand import calculate, write_sheets
from office import needs_office, recalculate
from understand_books import rows

import xlnn
from workbooks import edit, save

ROOT = Path(__file__).parents[2]
README = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}
BLOCK = re.compile(r"^```(console|text|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SETTING_UP = ("python3 -m venv", ".venv/bin/pip", ".venv/bin/python", ".venv-test/bin")  # what the tests have


def without_biases() -> None:
    """4-4 built by hand as xlnn arranges it, the biases left out of z²."""
    problem = xlnn.example("4-4")
    weights = problem.parameters["w2"].reshape(3, -1)
    steps = calculate(problem, {"z2": lambda step: step["x"].reshape(len(step["x"]), -1) @ weights.T})
    write_sheets(Path("mine.xlsx"), problem, steps)


def slope_of_another_unit() -> None:
    """Six iterations of 2-2-2 in rows; unit 2's gradients take the a′ of unit 1."""
    cells = rows(6, slope="J", eta="$B$1") | {"A1": "eta", "B1": 0.7}
    weights = zip(
        ("E4", "F4", "G4", "H4", "M4", "N4", "O4", "P4"), (0.31, -0.22, 0.17, 0.44, 0.53, -0.36, 0.28, 0.61), strict=True
    )
    cells |= dict(weights) | {f"C{r}": 0.6 for r in range(4, 10)} | {f"D{r}": -0.4 for r in range(4, 10)}
    recalculate(
        save(Path("typed.xlsx"), {"Net": {cell: cells[cell] for cell in cells if cell not in ("F1", "G1")}}), Path("mine.xlsx")
    )


def bias_of_another_sign() -> None:
    """The sheets 1-2 and 1-3 with θ typed as the bias."""
    xlnn.new("1-2", "neuron.xlsx", force=True)
    recalculate(edit(Path("neuron.xlsx"), Path("typed.xlsx"), {("1-2", "B15"): 5}), Path("mine.xlsx"))


def mine_of(blocks: list[tuple[str, str]]) -> Callable:
    """What mine.xlsx is in a section."""
    shown = "".join(content for _, content in blocks)
    return slope_of_another_unit if "xlnn places" in shown else bias_of_another_sign if "1-2!" in shown else without_biases


def decimal_comma() -> None:
    edit(Path("book.xlsx"), Path("typed.xlsx"), {("Data", "K5"): "0,5"})
    shutil.move("typed.xlsx", "book.xlsx")


def sections(text: str) -> list[list[tuple[str, str]]]:
    """The blocks of code of each section, as (kind, content)."""
    return [BLOCK.findall(section) for section in re.split(r"^## ", text, flags=re.MULTILINE)]


def commands(block: str) -> Iterator[list[str]]:
    """The arguments of every xlnn in a block: 'xlnn train a.xlsx  # …', '… && .venv/bin/xlnn show a.xlsx'."""
    for line in block.splitlines():
        for part in line.split("&&"):
            words = shlex.split(part, comments=True)
            if words and not part.strip().startswith(SETTING_UP):
                assert Path(words[0]).name == "xlnn", part
                yield words[1:]


def followed(text: str, language: str) -> Iterator[tuple[str, list[str]]]:
    """Does what a README says; every output that it shows, and those that xlnn gave since the section began."""
    speaking = () if language == "en" else ("--language", language)
    mine: Iterator[Callable] = iter((slope_of_another_unit, without_biases, bias_of_another_sign))
    for blocks in sections(text):
        said: list[str] = []
        for kind, content in blocks:
            if kind == "python":
                exec(content, {})
            elif kind == "console":
                found = [run(*arguments) for arguments in commands(content)]
                assert [code for code, _, _ in found if code > 1] == [], content
                said += ["".join(output for _, output, _ in found), *(output for _, output, _ in found)]
            elif content.startswith("mine.xlsx"):  # a sheet that somebody built by hand
                next(mine)()
                yield content, [run("check", "mine.xlsx", *speaking)[1]]
            elif "'Data'!K5" in content:
                decimal_comma()
                yield content, [run("show", "book.xlsx")[2]]
            else:
                yield content, said


@needs_office
@pytest.mark.parametrize("language", README)
def test_a_readme_followed_literally_gives_what_it_shows(language, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "workbooks", tmp_path / "workbooks")
    monkeypatch.chdir(tmp_path)
    shown = 0
    for content, outputs in followed(README[language].read_text(encoding="utf-8"), language):
        lines = content.splitlines()
        assert lines in [output.splitlines()[: len(lines)] for output in outputs], (content, outputs)
        shown += 1
    assert shown == README[language].read_text(encoding="utf-8").count("\n```text\n")
