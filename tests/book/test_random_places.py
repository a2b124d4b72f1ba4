"""Arrays at random addresses: read through sheet Places, trained, held against autograd, written at the same addresses."""

from __future__ import annotations

import numpy as np
import openpyxl
from hypothesis import given, settings
from placing import by_hand, placed_problems
from reference import updated

import xlnn


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
