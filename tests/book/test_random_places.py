"""Arrays at random addresses: read through sheet Places, trained, held against autograd, written at the same addresses."""

from __future__ import annotations

import numpy as np
import openpyxl
from hypothesis import given, settings
from placing import by_hand, placed_problems
from problems import dense, random_problem
from reference import updated

import xlnn
from xlnn.layout.cells import Cell, Range
from xlnn.layout.places import Place, contiguous_steps


@settings(max_examples=40)
@given(placed_problems())
def test_five_iterations_from_random_addresses_agree_with_autograd(tmp_path_factory, drawn):
    problem, places = drawn
    path = tmp_path_factory.mktemp("places") / "book.xlsx"
    by_hand(problem, places, path)
    found = xlnn.read(path)
    assert (found.x == problem.x).all()
    assert (found.t == problem.t).all()
    p = dict(problem.parameters)
    for step in xlnn.train(found):
        p = updated(problem, p, step["number"] - 1)
        for name, array in step.new_parameters().items():
            np.testing.assert_allclose(array, p[name], rtol=1e-9, atol=1e-12, err_msg=name)


@settings(max_examples=15)
@given(placed_problems())
def test_computed_quantities_stand_at_the_addresses_that_were_asked_for(tmp_path_factory, drawn):
    problem, places = drawn
    folder = tmp_path_factory.mktemp("places")
    by_hand(problem, places, folder / "book.xlsx")
    found = xlnn.read(folder / "book.xlsx", iterations=2, batch="all", layout="book")
    xlnn.write(found, folder / "out.xlsx")
    book = openpyxl.load_workbook(folder / "out.xlsx")
    for step in xlnn.train(found):
        sheet = book[f"Iteration {step.iteration}"]
        for name, place in places.items():
            for index in np.ndindex(*place.shape):
                assert sheet[place.cell(*index).name].value == step[name][index], (name, index)
    assert {*places} - {*problem.parameters} - {"number", "x", "digit", "t"}  # some of them are calculated


def test_right_answers_below_the_images_are_no_further_images(tmp_path):
    """t in blocks of an image's size and of 0 and 1 as the images are: sheet Places says whose they are."""
    problem = random_problem(dense((2, 2), (1, "sigmoid"), (2, "sigmoid")), 3, 0, iterations=1)
    problem.x[:] = [[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[1, 1], [0, 0]]]
    below = {"x": Place(Cell(1, 1), (3, 2, 2), ((0, 2), (1, 0), (0, 1))), "t": Place(Cell(3, 1), (3, 2), ((1, 0), (0, 1)))}
    for row, name in zip((9, 13, 15, 19), problem.parameters, strict=True):
        shape = problem.network.quantities[name].shape
        below[name] = Place(
            Cell(row, 1), shape, contiguous_steps(shape, Range(Cell(1, 1), Cell(shape[0], int(np.prod(shape[1:])))))
        )
    by_hand(problem, below, tmp_path / "book.xlsx")
    assert (xlnn.read(tmp_path / "book.xlsx").t == problem.t).all()
