"""Arrays at random addresses: read through sheet Places, trained, held against autograd, written at the same addresses."""

from __future__ import annotations

import numpy as np
import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import dense, random_problem
from reference import updated

import xlnn
from xlnn.cells import Cell, Range
from xlnn.layouts import ON_DATA
from xlnn.places import Place, check_places, contiguous_steps
from xlnn.places_sheet import HEADER, describe
from xlnn.quantities import Quantity

SHEET = "by hand"


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


@st.composite
def one_place(draw, q: Quantity, images: int, row: int) -> Place:
    """Somewhere from `row` on: a first block as it is, in one row or in one column; units and images across or down."""
    inner = [size for axis, size in zip(q.axes, q.shape, strict=True) if axis != "unit"] or list(q.shape)
    outer = list(q.shape)[: len(q.shape) - len(inner)]
    count = int(np.prod(inner))
    height, width = draw(st.sampled_from([(count // inner[-1], inner[-1]), (1, count), (count, 1)]))
    block = Range(Cell(1, 1), Cell(height, width))
    steps, extent = list(contiguous_steps(inner, block)), [height, width]
    for size in reversed([images, *outer] if q.per_image else outer):
        way = draw(st.integers(0, 1))
        step = extent[way] + draw(st.integers(0, 2))
        steps.insert(0, (0, step) if way else (step, 0))
        extent[way] += (size - 1) * step
    origin = Cell(row + draw(st.integers(0, 3)), draw(st.integers(1, 40)))
    return Place(origin, q.full_shape(images), tuple(steps))


def by_hand(problem: xlnn.Problem, places: dict[str, Place], path) -> None:
    """A workbook with Settings, Places, and one sheet on which the arrays lie anywhere."""
    xlnn.write_problem(problem, path)
    book = openpyxl.load_workbook(path)
    del book["Data"], book["Start"]
    lines, sheet = book.create_sheet("Places"), book.create_sheet(SHEET)
    lines.append(HEADER)
    for name, place in places.items():
        lines.append([text or None for text in describe(problem.network.quantities[name], SHEET, place)])
        values = {"x": problem.x, "t": problem.t, **problem.parameters}.get(name)
        if values is not None:
            for index in np.ndindex(*place.shape):
                sheet.cell(*place.cell(*index)).value = float(values[index])
    book.save(path)


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
    found = xlnn.read(folder / "book.xlsx", iterations=2, batch="all")
    xlnn.write(found, folder / "out.xlsx")
    book = openpyxl.load_workbook(folder / "out.xlsx")
    for step in xlnn.train(found):
        sheet = book[f"Iteration {step.iteration}"]
        for name, place in places.items():
            for index in np.ndindex(*place.shape):
                assert sheet[place.cell(*index).name].value == step[name][index], (name, index)
    assert {*places} - {*problem.parameters} - {*ON_DATA}  # some of them are calculated
