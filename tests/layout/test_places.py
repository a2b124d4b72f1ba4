"""Places: an array lies on a sheet as it lies in memory, so NumPy's own indexing says what must come out."""

from __future__ import annotations

import doctest
from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import basic_indices

from xlnn.errors import LimitError, UsageError
from xlnn.layout import formulas, places
from xlnn.layout.cells import Cell, Range
from xlnn.layout.places import Place, check_places, contiguous_steps, first_shared_cell, gather

X = Place(Cell.parse("L5"), (64, 4, 3), ((0, 4), (1, 0), (0, 1)))  # the authors' 64 images of 4×3
W2 = Place(Cell.parse("D5"), (3, 4, 3), ((4, 0), (1, 0), (0, 1)))
B2 = Place(Cell.parse("G5"), (3,), ((4, 0),))


@st.composite
def drawn_places(draw, largest: int = 4) -> Place:
    """Up to four axes in any order, gaps, steps down, up, right, left and aslant; no two numbers in one cell."""
    sizes = draw(st.lists(st.integers(1, largest), max_size=4))
    extent = [1, 1]  # rows, columns of what the axes so far need
    steps = {}
    for axis in draw(st.permutations(range(len(sizes)))):
        along = draw(st.integers(0, 1))
        step = [0, 0]
        step[along] = (extent[along] + draw(st.integers(0, 2))) * draw(st.sampled_from((1, -1)))
        step[1 - along] = draw(st.sampled_from((0, 0, 0, 1, -1)))
        steps[axis] = tuple(step)
        extent = [extent[side] + (sizes[axis] - 1) * abs(step[side]) for side in (0, 1)]
    origin = Cell(draw(st.integers(3000, 3010)), draw(st.integers(3000, 3010)))
    return Place(origin, tuple(sizes), tuple(steps[axis] for axis in range(len(sizes))))


def cells_of(place: Place) -> list[Cell]:
    """All cells in the array's own order, one call for each."""
    return [place.cell(*index) for index in product(*map(range, place.shape))]


@pytest.mark.parametrize(
    ("place", "index", "cell"),
    [
        (X, (0, 0, 0), "L5"), (X, (0, 3, 2), "N8"), (X, (1, 0, 2), "R5"), (X, (63, 3, 2), "JF8"), (X, (-1, -1, -1), "JF8"),
        (W2, (1, 0, 0), "D9"), (W2, (2, 3, 2), "F16"), (B2, (2,), "G13"), (Place(Cell.parse("G21")), (), "G21"),
    ],
)  # fmt: skip
def test_an_index_has_a_cell(place, index, cell):
    assert place.cell(*index).name == cell


@pytest.mark.parametrize("index", [(64, 0, 0), (0, 4, 0), (0, 0, -4), (0, 0), (0, 0, 0, 0), ()])
def test_an_index_outside_is_an_index_error_as_in_numpy(index):
    with pytest.raises(IndexError):
        X.cell(*index)


@given(drawn_places())
def test_from_index_to_cell_and_back(place):
    indexes = list(product(*map(range, place.shape)))
    assert [place.index(place.cell(*index)) for index in indexes] == indexes


@given(drawn_places())
def test_a_cell_beside_the_array_has_no_index(place):
    inside = set(cells_of(place))
    bounds = place.bounds()
    around = product(range(bounds.first.row - 1, bounds.last.row + 2), range(bounds.first.column - 1, bounds.last.column + 2))
    assert {Cell(*cell) for cell in around if place.index(Cell(*cell)) is not None} == inside


@given(drawn_places())
def test_the_grid_is_all_cells(place):
    rows, columns = place.grid()
    assert rows.shape == columns.shape == place.shape
    assert list(map(tuple, zip(rows.ravel(), columns.ravel(), strict=True))) == cells_of(place)


@given(drawn_places())
def test_bounds_are_the_smallest_rectangle(place):
    rows, columns = zip(*cells_of(place), strict=True)
    assert place.bounds() == Range(Cell(min(rows), min(columns)), Cell(max(rows), max(columns)))


@given(st.data())
def test_a_part_of_a_place_is_the_place_of_the_part(data):
    place = data.draw(drawn_places())
    assume(place.shape)
    key = data.draw(basic_indices(place.shape, allow_ellipsis=False, allow_newaxis=False))
    rows, columns = place.grid()
    for found, expected in zip(place[key].grid(), (rows[key], columns[key]), strict=True):
        assert found.shape == expected.shape
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (X[0], "L5:N8"), (X[1], "P5:R8"), (X[63], "JD5:JF8"), (X[0, 1], "L6:N6"), (X[0, :, 2], "N5:N8"),
        (X[0, 1:3, :2], "L6:M7"), (X[2, 0, 0], "T5"), (W2[1], "D9:F12"), (W2, "D5:F16"), (W2[:, :, 0], "D5:D16"),
        (B2[1], "G9"), (Place(Cell.parse("O11"), (3,), ((1, 0),)), "O11:O13"),
    ],
)  # fmt: skip
def test_a_part_is_a_range(place, name):
    assert place.range().name == name


@pytest.mark.parametrize(
    "place",
    [
        X,  # the fourth column of every block lies between
        X[:, 0, 0],
        B2,  # every fourth row
        X[0, ::-1],  # from below
        Place(Cell(1, 1), (2, 3), ((0, 1), (0, 2))),  # in one row, but not one index after the other
        Place(Cell(1, 1), (2, 3), ((0, 1), (1, 0))),  # a rectangle read column by column
        Place(Cell(1, 1), (2,), ((1, 1),)),  # aslant
    ],
)
def test_what_has_gaps_or_another_order_is_no_range(place):
    assert place.range() is None


@given(drawn_places(largest=3))
def test_a_range_is_the_array_read_row_by_row(place):
    cells, bounds = cells_of(place), place.bounds()
    every = [Cell(bounds.first.row + i, bounds.first.column + j) for i in range(bounds.height) for j in range(bounds.width)]
    assert place.range() == (bounds if cells == every else None)


def test_too_many_or_wrong_indexes_of_a_part():
    for key in ((0, 0, 0, 0), 64, (0, 4), (0, 0, -4)):
        with pytest.raises(IndexError):
            X[key]


def test_a_place_needs_a_step_for_every_axis():
    with pytest.raises(UsageError) as error:
        Place(Cell(1, 1), (2, 3), ((1, 0),))
    assert str(error.value) == "a place needs one step for each of its 2 axes."


def test_moved_and_repeated():
    one = Place(Cell.parse("L5"), (4, 3), ((1, 0), (0, 1)))
    assert one.repeated(64, (0, 4)) == X
    assert X.moved(columns=-1)[0].range().name == "K5:M8"


def test_gather_reads_an_array_from_a_sheet():
    sheet = np.zeros((10, 30))
    sheet[4:8, 11:14] = np.arange(12).reshape(4, 3)  # L5:N8
    sheet[4:8, 15:18] = 100 + np.arange(12).reshape(4, 3)  # P5:R8
    found = gather(sheet, X[:2])
    np.testing.assert_array_equal(found, np.arange(12).reshape(4, 3) + np.array([0, 100])[:, None, None])


def test_places_apart_are_accepted():
    check_places({"x": X, "w2": W2, "b2": B2})
    check_places({})


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({"x": X, "t": Place(Cell.parse("N8"), (2,), ((1, 0),))}, "x and t both lie in cell N8."),
        ({"w2": W2, "b2": Place(Cell.parse("F5"), (3,), ((4, 0),))}, "w2 and b2 both lie in cell F5."),
        ({"x": Place(Cell.parse("L5"), (2, 4, 3), ((0, 2), (1, 0), (0, 1)))}, "x and x both lie in cell N5."),
    ],
)
def test_overlapping_places_are_refused(places, message):
    with pytest.raises(UsageError) as error:
        check_places(places)
    assert str(error.value) == message


@given(drawn_places(), drawn_places())
def test_a_shared_cell_is_found(first, second):
    shared = set(cells_of(first)) & set(cells_of(second))
    found = first_shared_cell({"first": first, "second": second})
    assert (found is None) == (not shared)
    if found:
        assert found[:2] == ("first", "second")
        assert found[2] in shared


@pytest.mark.parametrize(
    ("place", "corners"),
    [
        (Place(Cell(1, 16_381), (2, 3), ((0, 2), (0, 1))), "row 1, column 16381 to row 1, column 16385"),
        (Place(Cell(1_048_576, 1), (2,), ((1, 0),)), "row 1048576, column 1 to row 1048577, column 1"),
        (Place(Cell(3, 2), (4,), ((-1, 0),)), "row 0, column 2 to row 3, column 2"),
        (Place(Cell(3, 2), (4,), ((0, -1),)), "row 3, column -1 to row 3, column 2"),
    ],
)
def test_a_place_off_the_sheet_is_refused(place, corners):
    with pytest.raises(LimitError) as error:
        check_places({"x": place})
    assert str(error.value) == f"x would need the cells from {corners}; a sheet has 1,048,576 rows and 16,384 columns."


def test_the_last_cell_of_the_sheet_is_on_it():
    check_places({"x": Place(Cell(1_048_575, 16_383), (2, 2), ((1, 0), (0, 1)))})


@pytest.mark.parametrize(
    ("sizes", "block", "steps"),
    [
        ((4, 3), "L5:N8", ((1, 0), (0, 1))), ((3,), "O11:O13", ((1, 0),)), ((3,), "O11:Q11", ((0, 1),)), ((), "G21", ()),
        ((12,), "L5:N8", None),  # no single step leads from L5 over N5 to L6
        ((3, 2, 2), "A1:B6", ((2, 0), (1, 0), (0, 1))),
        ((2, 3), "A1:F1", ((0, 3), (0, 1))),
        ((2, 3), "A1:B3", None), ((2, 3), "A1:C3", None),
    ],
)  # fmt: skip
def test_steps_that_fill_a_block(sizes, block, steps):
    assert contiguous_steps(sizes, Range.parse(block)) == steps


@given(st.data())
def test_a_block_is_filled_row_by_row(data):
    sizes = data.draw(st.lists(st.integers(1, 4), max_size=4))
    size = prod(sizes)
    width = data.draw(st.sampled_from([n for n in range(1, size + 1) if size % n == 0]))
    height = size // width
    block = Range(Cell(5, 12), Cell(4 + height, 11 + width))
    steps = contiguous_steps(sizes, block)
    inside = [Cell(5 + i, 12 + j) for i in range(height) for j in range(width)]
    row_by_row = dict(zip(product(*map(range, sizes)), inside, strict=True))
    if steps is not None:
        assert Place(block.first, tuple(sizes), steps).range() == block
    else:  # no place at all: somewhere the way along an axis bends
        assert any(bends(row_by_row, axis) for axis in range(len(sizes)))


def bends(cells: dict[tuple[int, ...], Cell], axis: int) -> bool:
    """Whether two steps along an axis differ."""
    steps = set()
    for index, cell in cells.items():
        after = (*index[:axis], index[axis] + 1, *index[axis + 1 :])
        if after in cells:
            steps.add((cells[after].row - cell.row, cells[after].column - cell.column))
    return len(steps) > 1


@pytest.mark.parametrize("module", [places, formulas])
def test_the_examples_in_the_documentation(module):
    done = doctest.testmod(module)
    assert done.attempted
    assert not done.failed
