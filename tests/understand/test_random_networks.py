"""Random networks at random addresses, written with formulas: understood again they are what they were.

The written workbook is made a stranger's first: no sheet Settings, Places or Summary, no labels, no mark, sheets by other names.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from placing import by_hand, placed, placed_problems
from problems import dense, full_shape, random_problem

import xlnn
from xlnn.layout.cells import Cell
from xlnn.layout.places import Place
from xlnn.understand import understand
from xlnn.xlsx.workbook import Workbook

LEARNT = ("x", "t", "w", "b", "z", "a", "delta", "dCT_dw", "dCT_db", "new_w", "new_b")
CALLED = "Blatt", "Tabelle", "ark", "fim"  # what sheets are called then


def stranger(path: Path, target: Path) -> Path:
    """A copy with formulas and numbers alone, of η's sheet η alone, and with sheets by other names."""
    book = openpyxl.load_workbook(path)
    eta = book["Settings"]["B2"].value
    for name in ("Summary", "Conventions", "Places"):
        if name in book.sheetnames:
            del book[name]
    names = {name: f"{CALLED[n % 4]} {n}" for n, name in enumerate(book.sheetnames)}
    made = openpyxl.Workbook()
    made.remove(made.active)
    for sheet in book:
        other = made.create_sheet(names[sheet.title])
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, bool | str) and not str(cell.value).startswith("="):
                    continue
                if cell.value is not None and sheet.title != "Settings":
                    other[cell.coordinate] = renamed(cell.value, names)
    made[names["Settings"]]["B2"] = eta
    made.save(target)
    return target


def renamed(value, names: dict[str, str]):
    if not isinstance(value, str):
        return value
    for name in sorted(names, key=len, reverse=True):  # as one of them may begin as another ends
        quoted = "'" + name.replace("'", "''") + "'!"
        value = (
            value.replace(quoted, f"'{names[name]}'!\x00").replace(f"{name}!", f"'{names[name]}'!\x00")
            if name.isalnum()
            else (value.replace(quoted, f"'{names[name]}'!\x00"))
        )
    return value.replace("\x00", "")


def is_understood_again(folder: Path, drawn) -> None:
    problem, places = drawn
    by_hand(problem, places, folder / "book.xlsx")
    written = xlnn.read(folder / "book.xlsx", iterations=2, batch="all", layout="book")
    xlnn.write(written, folder / "out.xlsx", cells="formulas")
    found = understand(Workbook(stranger(folder / "out.xlsx", folder / "mine.xlsx")))
    for one, other in zip(found.network.layers[1:], problem.network.layers[1:], strict=True):
        assert (one.kind, one.shape, one.activation) == (other.kind, other.shape, other.activation)
    assert found.network.cost == problem.network.cost
    assert found.network.total == problem.network.total or problem.images == 1
    assert np.allclose(list(found.eta.values()), 0.1, rtol=1e-12)
    labels = dict(zip([q.name for q in problem.network.parameters], [q.name for q in found.network.parameters], strict=True))
    for iteration, step in zip(found.iterations, xlnn.train(written), strict=False):
        for name, q in problem.network.quantities.items():
            if q.kind in LEARNT:
                layer = next((other[1:] for one, other in labels.items() if one[1:] == q.layer), q.layer)
                part = iteration.named.get(name.removesuffix(q.layer) + layer)
                if part is None and layer not in found.network.output.label and q.kind in ("z", "a", "delta"):
                    continue  # of a pooling layer
                numbers = found.graph.values.numbers[part.cells].reshape(np.shape(step[name]))
                np.testing.assert_allclose(numbers / part.factor, step[name], rtol=1e-9, atol=1e-13, err_msg=name)


def test_a_right_answer_may_stand_where_other_sheets_have_their_copy_of_another(tmp_path):
    """t of the fourth image lies on sheet Data in Z8, as that of the first one on every iteration's sheet."""
    problem = random_problem(dense((2, 1), (1, "sigmoid"), (3, "sigmoid"), (2, "sigmoid")), 4, 0, iterations=5, eta=0.1)
    problem.t[:] = (0, 1)
    problem.x[2:] = 0
    down, across, row = (1, 0), (0, 1), 13
    places = {"x": Place(Cell(2, 1), (4, 2, 1), (down, across, across)), "t": Place(Cell(8, 26), (4, 2), (down, across))}
    for name in (*problem.parameters, "z2", "delta4"):
        shape = full_shape(problem.network.quantities[name], 4)
        places[name] = Place(Cell(row, 1), shape, (down, *(across,) * (len(shape) - 1)))
        row += shape[0] + 1
    is_understood_again(tmp_path, (problem, places))


@settings(max_examples=8)
@given(placed_problems())
def test_a_network_that_was_written_is_understood_again(tmp_path_factory, drawn):
    is_understood_again(tmp_path_factory.mktemp("random"), drawn)


@settings(max_examples=4)
@given(placed())
def test_maps_and_softmax_are_understood_again(tmp_path_factory, drawn):
    is_understood_again(tmp_path_factory.mktemp("random"), drawn)


@pytest.mark.exhaustive
@settings(max_examples=120)
@given(placed_problems())
def test_many_networks_are_understood_again(tmp_path_factory, drawn):
    is_understood_again(tmp_path_factory.mktemp("random"), drawn)


@pytest.mark.exhaustive
@settings(max_examples=80)
@given(placed())
def test_many_maps_are_understood_again(tmp_path_factory, drawn):
    is_understood_again(tmp_path_factory.mktemp("random"), drawn)
