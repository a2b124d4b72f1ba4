"""Arrays at random addresses: read through sheet Places, trained, held against autograd, written at the same addresses."""

from __future__ import annotations

import numpy as np
import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from placing import by_hand, one_place
from problems import dense, random_problem
from reference import updated

import xlnn
from xlnn.layout.layouts import ON_DATA
from xlnn.layout.places import check_places


@st.composite
def placed_problems(draw):
    """A small plain network with mini-batches or without, and a random place for each of its arrays."""
    units = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    outputs = draw(st.integers(2, 3))
    names = st.sampled_from(["sigmoid", "tanh", "softsign"])
    layers = [(count, draw(names)) for count in units] + [(outputs, "sigmoid")]
    cost = draw(st.sampled_from(["half squares", "squares", "cross-entropy"]))
    total = draw(st.sampled_from(["sum", "mean"]))
    network = dense((draw(st.integers(1, 3)), draw(st.integers(1, 3))), *layers, cost=cost, total=total)
    images = draw(st.integers(1, 5))
    batch = draw(st.integers(0, images))
    problem = random_problem(network, images, draw(st.integers(0, 99)), iterations=5, batch=batch, order="shuffled", eta=0.1)
    row, places = 1, {}
    for name in ("x", "t", *problem.parameters, "z2", f"delta{len(units) + 2}"):
        places[name] = place = draw(one_place(network.quantities[name], images, row))
        room = place if name in problem.parameters else place[0].repeated(images + 1, place.steps[0])
        row = room.bounds().last.row + 1  # behind the last image a blank one
    check_places(places)
    return problem, places


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
    assert {*places} - {*problem.parameters} - {*ON_DATA}  # some of them are calculated
