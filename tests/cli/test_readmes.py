"""Both READMEs followed literally: their commands run in an empty folder, and give what is shown below them."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
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


def followed(text: str) -> Iterator[tuple[str, list[str]]]:
    """Does what a README says; every output that it shows, and those that xlnn gave since the section began."""
    for blocks in sections(text):
        said: list[str] = []
        for kind, content in blocks:
            if kind == "python":
                exec(content, {})
            elif kind == "console":
                found = [run(*arguments) for arguments in commands(content)]
                assert [code for code, _, _ in found if code > 1] == [], content
                said += ["".join(output for _, output, _ in found), *(output for _, output, _ in found)]
            elif "'Data'!K5" in content:
                decimal_comma()
                yield content, [run("show", "book.xlsx")[2]]
            else:
                yield content, said


@pytest.mark.parametrize("language", README)
def test_a_readme_followed_literally_gives_what_it_shows(language, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "workbooks", tmp_path / "workbooks")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XLNN_LANGUAGE", language)
    shown = 0
    for content, outputs in followed(README[language].read_text(encoding="utf-8")):
        assert content in outputs
        shown += 1
    assert shown == README[language].read_text(encoding="utf-8").count("\n```text\n")


# ---- the sheets built by hand that they show -----------------------------------------------------------


def without_biases(path: Path) -> None:
    """4-4 built by hand as xlnn arranges it, the biases left out of z²."""
    problem = xlnn.example("4-4")
    weights = problem.parameters["w2"].reshape(3, -1)
    steps = calculate(problem, {"z2": lambda step: step["x"].reshape(len(step["x"]), -1) @ weights.T})
    write_sheets(path, problem, steps)


def slope_of_another_unit(path: Path) -> None:
    """Six iterations of 2-2-2 in rows; unit 2's gradients take the a′ of unit 1."""
    cells = rows(6, slope="J", eta="$B$1") | {"A1": "eta", "B1": 0.7}
    weights = zip(
        ("E4", "F4", "G4", "H4", "M4", "N4", "O4", "P4"), (0.31, -0.22, 0.17, 0.44, 0.53, -0.36, 0.28, 0.61), strict=True
    )
    cells |= dict(weights) | {f"C{r}": 0.6 for r in range(4, 10)} | {f"D{r}": -0.4 for r in range(4, 10)}
    kept = {cell: cells[cell] for cell in cells if cell not in ("F1", "G1")}
    recalculate(save(path.with_name("typed.xlsx"), {"Net": kept}), path)


def bias_of_another_sign(path: Path) -> None:
    """The sheets 1-2 and 1-3 with θ typed as the bias."""
    neuron = xlnn.new("1-2", path.with_name("neuron.xlsx"))
    recalculate(edit(neuron, path.with_name("typed.xlsx"), {("1-2", "B15"): 5}), path)


@needs_office
@pytest.mark.parametrize("make", [without_biases, slope_of_another_unit, bias_of_another_sign])
def test_the_sheets_built_by_hand_hold_what_is_said_of_them(make, tmp_path):
    """Made once more, they hold the same formulas and numbers, these but for the last digits, in which processors differ."""
    made = Path(tmp_path, "made.xlsx")
    make(made)
    shipped = ROOT / "workbooks" / "by-hand" / {"without_biases": "biases-left-out"}.get(make.__name__, make.__name__)
    (found, numbers), (expected, shown) = map(contents, (made, shipped.with_name(shipped.name.replace("_", "-") + ".xlsx")))
    assert found == expected
    assert numbers == pytest.approx(shown, rel=1e-12, abs=1e-14)


def contents(path: Path) -> tuple[dict, dict]:
    """Texts and formulas of a workbook's cells, and its numbers."""
    book = openpyxl.load_workbook(path)
    cells = {(sheet.title, cell.coordinate): cell.value for sheet in book for row in sheet for cell in row}
    numbers = {place: value for place, value in cells.items() if isinstance(value, float | int)}
    return {place: value for place, value in cells.items() if value is not None and place not in numbers}, numbers
