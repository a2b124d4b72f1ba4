"""`xlnn gradcheck`: the gradients of the book's networks are the numeric ones, and a wrong rule is noticed."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from problems import dense, random_problem, stack

import xlnn
from xlnn.cli.main import main
from xlnn.model.activations import ACTIVATIONS
from xlnn.model.costs import COSTS

LINE = re.compile(r"∂C_T/∂(\S+): largest difference (\S+) at \[([0-9, ]+)\]: (\S+), numerically (\S+)")


def run(*arguments) -> tuple[int, list[str]]:
    """Exit code and printed lines."""
    result = CliRunner().invoke(main, ["gradcheck", *map(str, arguments)], catch_exceptions=False)
    return result.exit_code, result.output.splitlines()


@pytest.fixture(name="book")
def _book(tmp_path, request):
    """A workbook with the problem that the test names."""
    path = tmp_path / "book.xlsx"
    if isinstance(request.param, str):
        return xlnn.new(request.param, path)
    return xlnn.write_problem(random_problem(request.param, 4, seed=1), path)


@pytest.mark.parametrize(
    ("book", "parameters"),
    [
        ("4-4", ["w²", "b²", "w³", "b³"]),
        ("5-6", ["w^F", "b^F", "w^O", "b^O"]),
        (stack(), ["w^F", "b^F", "w^G", "b^G", "w^O", "b^O"]),
    ],
    indirect=["book"],
    ids=["4-4", "5-6", "two convolutions"],
)
def test_the_books_gradients_are_right(book, parameters):
    """One line for each parameter array, every difference below 10⁻⁶, exit code 0."""
    code, lines = run(book)
    found = [LINE.fullmatch(line) for line in lines]
    assert [match[1] for match in found] == parameters
    for match in found:
        assert float(match[2]) < 1e-6
        assert float(match[4]) == pytest.approx(float(match[5]), abs=1e-6)
    assert code == 0


@pytest.mark.parametrize("book", ["4-4"], indirect=True)
def test_the_line_names_the_place_from_1(book):
    """The index printed is that of the library, counted from 1 as in the book."""
    _, lines = run(book)
    for line, found in zip(lines, xlnn.gradcheck(xlnn.read(book)), strict=True):
        assert LINE.fullmatch(line)[3] == ", ".join(str(i + 1) for i in found.index)


@pytest.mark.parametrize("book", ["4-4"], indirect=True)
def test_a_wrong_slope_is_noticed(book, monkeypatch):
    """a′ = a instead of a(1 − a): the usual slip. Exit code 1."""
    wrong = replace(ACTIVATIONS["sigmoid"], slope=lambda z, a: a, slope_in_place=None)
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", wrong)
    code, lines = run(book)
    assert code == 1
    assert lines[-1] == "Gradients differ by more than 1e-06."
    assert max(float(LINE.fullmatch(line)[2]) for line in lines[:-1]) > 0.1


@pytest.mark.parametrize("book", ["5-6"], indirect=True)
def test_a_wrong_slope_of_the_cost_is_noticed(book, monkeypatch):
    """The ½ of ½Σ(t − a)² forgotten: every gradient is twice the numeric one."""
    monkeypatch.setitem(COSTS, "half squares", replace(COSTS["half squares"], slope=lambda a, t: 2 * (a - t)))
    code, lines = run(book)
    assert code == 1
    for match in map(LINE.fullmatch, lines[:-1]):
        assert float(match[4]) == pytest.approx(2 * float(match[5]), rel=1e-4)


@pytest.mark.parametrize("book", ["5-6"], indirect=True)
def test_delta_to_all_of_several_maxima_is_not_the_gradient(book):
    """Where pixels agree, a filter moves all the maxima alike and counts once: `ties all` counts them all."""
    assert run(book, "--ties", "first")[0] == 0
    assert run(book, "--ties", "all")[0] == 1


@pytest.mark.parametrize("book", ["4-4"], indirect=True)
def test_what_counts_as_a_difference(book):
    """Central differences with h = 10⁻⁵ are not exact: no training passes a tolerance of 0."""
    code, lines = run(book, "--tolerance", "0")
    assert (code, lines[-1]) == (1, "Gradients differ by more than 0.")


@pytest.mark.parametrize("book", ["4-4"], indirect=True)
def test_conventions_are_followed(book):
    for options in (["--total", "mean"], ["--cost", "squares"], ["--cost", "cross-entropy"], ["--batch", "8"]):
        assert run(book, *options)[0] == 0
    code, lines = run(book, "--freeze-biases", "yes")
    assert code == 0
    assert [LINE.fullmatch(line)[1] for line in lines] == ["w²", "w³"]  # frozen biases have no gradient to check


def test_the_library_says_where_the_largest_difference_is(monkeypatch):
    """One number of one gradient spoiled: it is found, with both values."""
    problem = random_problem(dense((2, 2), (3, "tanh"), (2, "sigmoid")), 4)
    rule = problem.network.rule_of["dCT_dw2"]
    before = rule.values

    def spoiled(*needs):
        found = before(*needs)
        found[1, 0, 1] += 0.5
        return found

    monkeypatch.setitem(problem.network.rule_of, "dCT_dw2", replace(rule, values=spoiled))
    checks = {found.parameter: found for found in xlnn.gradcheck(problem)}
    assert checks["w2"].index == (1, 0, 1)
    assert checks["w2"].difference == pytest.approx(0.5, abs=1e-8)
    assert checks["w2"].gradient - checks["w2"].numeric == pytest.approx(0.5, abs=1e-8)
    assert all(found.difference < 1e-8 for name, found in checks.items() if name != "w2")


def test_the_parameters_are_as_before():
    problem = random_problem(dense((2, 2), (3, "tanh"), (2, "sigmoid")), 4)
    before = {name: array.copy() for name, array in problem.parameters.items()}
    xlnn.gradcheck(problem)
    for name, array in problem.parameters.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_unit_step_has_no_gradient_to_check(tmp_path):
    path = xlnn.write_problem(random_problem(dense((2, 2), (3, "step"), (2, "sigmoid")), 4), tmp_path / "book.xlsx")
    result = CliRunner().invoke(main, ["gradcheck", str(path)])
    assert result.exit_code == 2
    assert "the unit step has no slope at 0 and the slope 0 everywhere else" in result.stderr


@pytest.mark.parametrize("pixels", [1e-6, 1e-3, 1.0, 255.0, 1e5])
@pytest.mark.parametrize("activation", ["identity", "relu", "tanh"])
def test_right_gradients_are_right_whatever_the_size_of_pixels(pixels, activation):
    problem = random_problem(dense((4, 3), (3, activation), (2, "identity")), 6, seed=2)
    problem = replace(problem, x=problem.x * pixels)
    assert max(found.relative for found in xlnn.gradcheck(problem)) <= 1e-6


@pytest.mark.parametrize("parameters", [1e-8, 1e-3, 1e4, 1e9])
def test_right_gradients_are_right_whatever_the_size_of_parameters(parameters):
    problem = random_problem(dense((2, 2), (3, "identity"), (2, "identity")), 6, seed=3)
    problem = replace(problem, parameters={name: array * parameters for name, array in problem.parameters.items()})
    assert max(found.relative for found in xlnn.gradcheck(problem)) <= 1e-6


@pytest.mark.parametrize(("pixels", "factor"), [(1e-6, 2), (1e-3, 1.001), (1.0, 1.001), (255.0, 1.001), (1e5, 1.001)])
def test_wrong_gradients_are_wrong_whatever_the_size_of_pixels(pixels, factor, monkeypatch):
    """One gradient that is larger by a thousandth, or doubled: with an absolute 10⁻⁶ small ones would pass."""
    problem = random_problem(dense((2, 2), (3, "identity"), (2, "identity")), 6, seed=2)
    problem = replace(problem, x=problem.x * pixels)
    rule = problem.network.rule_of["dCT_dw2"]
    wrong = replace(rule, values=lambda *needs: rule.values(*needs) * factor)
    monkeypatch.setitem(problem.network.rule_of, "dCT_dw2", wrong)
    found = {check.parameter: check.relative for check in xlnn.gradcheck(problem)}
    assert 1e-5 < found.pop("w2") < factor - 1 + 1e-6
    assert max(found.values()) <= 1e-6


def test_what_is_no_number_is_not_right(tmp_path):
    """Weights of 10²⁰⁰: C_T is infinite, and no difference of it is a number."""
    problem = random_problem(dense((2, 2), (2, "identity"), (2, "identity")), 4)
    problem = replace(problem, parameters={name: array * 1e200 for name, array in problem.parameters.items()})
    code, lines = run(xlnn.write_problem(problem, tmp_path / "book.xlsx"))
    assert (code, lines[-1]) == (1, "Gradients differ by more than 1e-06.")
