"""Arrays at random addresses, and the workbooks that say so on a sheet Places."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import openpyxl
from hypothesis import strategies as st
from problems import dense, full_shape, maps, random_problem

import xlnn
from xlnn.book.places_words import HEADER
from xlnn.book.places_writing import describe
from xlnn.layout.cells import Cell, Range
from xlnn.layout.places import Place, check_places, contiguous_steps
from xlnn.model.network import LayerSettings
from xlnn.model.quantities import Quantity

SHEET = "by hand"
OUTER = ("unit", "map", "map before")  # axes for which a line can have a step
SHEETS = (SHEET, "学习 2", "it's")  # in quotation marks where a reference names them


@st.composite
def one_place(draw, q: Quantity, images: int, row: int) -> Place:
    """Somewhere from `row` on: a first block as it is, in one row or in one column; units, maps and images across or down."""
    inner = [size for axis, size in zip(q.axes, q.shape, strict=True) if axis not in OUTER] or list(q.shape)
    outer = list(q.shape)[: len(q.shape) - len(inner)]
    count = int(np.prod(inner))
    width = inner[-1] if inner else 1
    height, width = draw(st.sampled_from([(count // width, width), (1, count), (count, 1)]))
    block = Range(Cell(1, 1), Cell(height, width))
    steps, extent = list(contiguous_steps(inner, block)), [height, width]
    for size in reversed([images, *outer] if q.per_image else outer):
        way = draw(st.integers(0, 1))
        step = extent[way] + draw(st.integers(0, 2))
        steps.insert(0, (0, step) if way else (step, 0))
        extent[way] += (size - 1) * step
    origin = Cell(row + draw(st.integers(0, 3)), draw(st.integers(1, 40)))
    return Place(origin, full_shape(q, images), tuple(steps))


@st.composite
def placed(draw):
    """A small network, plain or with maps, batches that divide and that do not; a random place on one of up to three sheets
    for each array that is given, and for some that are calculated: (problem, {name: (sheet, place)})."""
    cost = draw(st.sampled_from(["half squares", "squares", "cross-entropy", "softmax cross-entropy"]))
    last, units = "softmax" if cost.startswith("softmax") else "sigmoid", draw(st.integers(2, 3))
    conventions = {"cost": cost, "total": draw(st.sampled_from(["sum", "mean"]))}
    if draw(st.booleans()):
        conventions["classes"] = tuple(float(n) for n in range(units))
    if draw(st.booleans()):
        layers = [(draw(st.integers(1, 3)), draw(st.sampled_from(["sigmoid", "tanh", "softsign"])))]
        network = dense((draw(st.integers(1, 3)), draw(st.integers(1, 3))), *layers, (units, last), **conventions)
    else:
        filters = LayerSettings("F", "convolution", draw(st.integers(1, 2)), (2, 2))
        pooled, output = LayerSettings("P", "max pooling", size=(2, 2)), LayerSettings("O", "dense", units, activation=last)
        network = maps((5, 3), filters, pooled, output, **conventions)
    images = draw(st.integers(1, 5))
    batch, seed = draw(st.integers(0, images)), draw(st.integers(0, 99))
    chosen = {"batch": batch, "order": "shuffled", "eta": 0.1, "layout": draw(st.sampled_from(["book", "table"]))}
    problem = random_problem(network, images, seed, iterations=3, **chosen)
    problem.x[:] = np.random.default_rng(seed).uniform(0, 1, problem.x.shape)  # no maximum is shared
    given = ["x", network.inputs[3].name, *problem.parameters]
    others = [n for n in network.quantities if n not in (*given, "number", "t", "eta", "digit")]
    names = given + draw(st.lists(st.sampled_from(others), max_size=5, unique=True))
    sheets, found = SHEETS[: draw(st.integers(1, 3))], {}
    rows = dict.fromkeys(sheets, 1)  # on each sheet by itself: on two of them places may have the same addresses
    for name in names:
        sheet = draw(st.sampled_from(sheets))
        place = draw(one_place(network.quantities[name], images, rows[sheet]))
        room = place[0].repeated(images + 1, place.steps[0]) if name in given[:2] else place
        rows[sheet] = room.bounds().last.row + 1  # behind the last image a blank one
        found[name] = sheet, place
    for sheet in sheets:
        check_places({name: place for name, (on, place) in found.items() if on == sheet})
    return problem, found


def by_hand(problem: xlnn.Problem, places: Mapping[str, Place | tuple[str, Place]], path: Path) -> None:
    """A workbook with Settings, Places, and sheets on which the arrays lie anywhere."""
    xlnn.write_problem(problem, path)
    book = openpyxl.load_workbook(path)
    del book["Data"], book["Start"]
    lines = book.create_sheet("Places")
    lines.append(HEADER)
    for name, found in places.items():
        title, place = found if isinstance(found, tuple) else (SHEET, found)
        sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
        lines.append([text or None for text in describe(problem.network.quantities[name], title, place)])
        values = {"x": problem.x, "t": problem.t, "digit": problem.digits, **problem.parameters}.get(name)
        if values is not None:
            for index in np.ndindex(*place.shape):
                sheet.cell(*place.cell(*index)).value = float(values[index])
    book.save(path)


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
