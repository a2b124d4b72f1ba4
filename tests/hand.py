"""Sheets as a student builds them: every iteration calculated with chosen mistakes, written as a workbook."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlnn.book.numbers import INITIAL, Page, add_page, vector
from xlnn.book.settings import settings_page
from xlnn.layout.arrange import arrange
from xlnn.layout.cells import Cell
from xlnn.layout.layouts import Layout
from xlnn.model.problem import Problem
from xlnn.model.rules import Rule
from xlnn.model.training import Step
from xlnn.xlsx.new_file import BookFile


class Student(Step):
    """A step in which some quantities come from the student's own calculation; what follows is calculated rightly."""

    def __init__(self, problem: Problem, iteration: int, given: Mapping, parameters: Mapping, wrong: Mapping[str, Callable]):
        super().__init__(problem, iteration, given, parameters)
        self._rules = {**self._rules, **{name: self._own(name, change) for name, change in wrong.items()}}
        self._ways: dict = {}

    def _own(self, name: str, change: Callable) -> Rule:
        """A rule that asks for what it needs itself."""
        values = lambda: np.asarray(change(self), dtype=float)
        return replace(self.problem.network.rule_of[name], needs=(), values=values)


def calculate(problem: Problem, wrong: Mapping[str, Callable] | None = None, iterations: int = 1) -> list[Student]:
    """Iterations with mistakes: `wrong` gives, for a quantity, the student's array from the step so far."""
    steps, parameters = [], problem.parameters
    for number in range(1, iterations + 1):
        step = Student(problem, number, problem.given(np.arange(problem.images)), parameters, wrong or {})
        steps.append(step)
        parameters = {q.name: step["new_" + q.name] for q in problem.network.parameters}
    return steps


def few(problem: Problem, images: int) -> Problem:
    """The same problem with its first images only."""
    cut = lambda array: None if array is None else array[:images]
    return replace(problem, x=problem.x[:images], digits=cut(problem.digits), t=cut(problem.t))


def write_sheets(path: Path, problem: Problem, steps: list, without: tuple = (), change: Callable | None = None) -> Path:
    """A workbook with Settings, Data and a sheet for each step; `without` leaves quantities out, `change` spoils numbers."""
    quantities = problem.network.quantities
    layout = arrange(problem.settings.layout, list(quantities.values()), problem.images)
    file = BookFile(path, path.stem)
    settings_page(file, file.sheet("Settings"), problem, "en")
    data = Layout(layout.name, layout.data, {}, layout.data_labels)
    _add(file, problem, "Data", data, problem.given(np.arange(problem.images)), None)
    layout = layout.only([name for name in layout.places if quantities[name].kind not in without and name not in without])
    for step in steps:
        initial = {INITIAL + name: array for name, array in problem.parameters.items()}
        _add(file, problem, f"Iteration {step.iteration}", layout, ChainMap(initial, step), change)
    file.close()
    return path


def _add(file: BookFile, problem: Problem, name: str, layout: Layout, values: Mapping, change: Callable | None) -> None:
    page = Page(problem.network, layout, {}, {})
    rows = file.rows()
    rows.text(Cell(1, 1), name)
    add_page(page, rows, file.style, "en")
    made, numbers = rows.template(), vector(page, values)
    if change:
        numbers = change(numbers)
    sheet = file.sheet(name)
    sheet.show(lambda: made.fill(numbers), made.last)
