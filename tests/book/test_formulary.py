"""The whole calculation on one page: the NumPy that is printed gives the step's numbers, the formula is the workbook's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from command import run
from networks import NETWORKS
from problems import random_problem

import xlnn
from xlnn.book.formulary import equation_table
from xlnn.model import kernels
from xlnn.model.examples import example
from xlnn.model.training import Step

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


@pytest.mark.parametrize("name", NETWORKS)
def test_the_numpy_that_is_printed_gives_the_numbers_of_the_step(name):
    problem = random_problem(NETWORKS[name], 4, seed=5)
    step = Step(problem, 1, problem.given(np.arange(4)), problem.parameters)
    arrays = {q: step[q] for q in problem.network.quantities}
    known = {"np": np, "len": len, "float": float, **vars(kernels), **arrays}
    found = xlnn.equations(problem)
    assert [line.name for line in found] == [rule.result.name for rule in problem.network.rules]
    for line in found:
        np.testing.assert_allclose(eval(line.numpy, known), step[line.name], rtol=1e-13, atol=1e-15, err_msg=line.numpy)


@pytest.mark.parametrize("section", ["4-4", "5-6", "2-12"])
def test_the_formula_is_the_one_in_the_workbook(section, tmp_path):
    problem = replace(example(section), settings=replace(example(section).settings, iterations=1))
    path = xlnn.write(problem, tmp_path / "trained.xlsx", cells="formulas").path
    sheet = openpyxl.load_workbook(path)["Iteration 1"]
    for line in xlnn.equations(problem):
        stored = sheet[line.cell].value
        first, dots, _ = line.formula.partition(" …, ")
        assert stored.startswith(first) if dots else stored == line.formula, line.name


def test_the_books_equations_of_chapter_4():
    found = {line.name: line for line in xlnn.equations(example("4-4"))}
    delta = found["delta2"]  # book 4-3 (12): δ² = (Σ w³ δ³) a′(z²)
    assert (delta.symbol, delta.equation, delta.source) == ("δ²", "δ = Σwδ · a′(z)", "book 4-3")
    assert (delta.numpy, delta.formula) == ("back2 * slope2", "=O60*O63")
    assert (found["new_b2"].symbol, found["new_b2"].numpy) == ("new b²", "b2 - eta * dCT_db2")
    assert (found["dCT_db2"].numpy, found["dCT_db2"].formula) == ("dC_db2.sum(axis=0)", "=SUM(O71, …, JG71)")


@pytest.mark.parametrize(("language", "page"), [("en", "rules.md"), ("zh", "zh/rules.md")])
@pytest.mark.parametrize("section", ["4-4", "5-6"])
def test_the_page_of_the_documents_is_what_is_shown(section, language, page, tmp_path):
    xlnn.new(section, tmp_path / "book.xlsx", language=language)
    shown = run("show", str(tmp_path / "book.xlsx"), "--rules")[1]
    text = (PAGE.parent / page).read_text(encoding="utf-8")
    assert [line for line in shown.splitlines() if line not in text] == []


def test_equations_are_in_the_language_of_the_workbook(tmp_path):
    xlnn.new("4-4", tmp_path / "book.xlsx", language="zh")
    found = {line.name: line for line in xlnn.equations(xlnn.read(tmp_path / "book.xlsx"))}
    assert (found["answer"].symbol, found["answer"].equation, found["answer"].source) == ("正解", "应识别的数字", "书 3-3")
    assert (found["new_b2"].symbol, found["delta2"].equation) == ("新 b²", "δ = Σwδ · a′(z)")


def test_show_rules(tmp_path):
    xlnn.new("4-4", tmp_path / "book.xlsx")
    code, text, message = run("show", str(tmp_path / "book.xlsx"), "--rules")
    assert (code, message) == (0, "")
    assert text.rstrip("\n") == equation_table(xlnn.equations(example("4-4")))
    lines = text.splitlines()
    assert len(lines) == len(example("4-4").network.rules)
    assert lines[1].split()[:7] == ["z²", "z", "=", "Σ", "w", "a", "+"]
    assert lines[1].split()[-2:] == ["O11", "=SUMPRODUCT(L5:N8,$D$5:$F$8)+$G$5"]  # book 3-2, the authors' sheet
    assert run("show", str(tmp_path / "none.xlsx"), "--rules")[0] == 3


@pytest.mark.parametrize("section", ["4-4", "5-6"])
def test_the_page_of_the_docs_is_what_xlnn_prints(section):
    assert equation_table(xlnn.equations(example(section))) in PAGE.read_text(encoding="utf-8")
