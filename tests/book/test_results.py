"""Results of workbooks with a sheet Places: formulas, sheet Places and what check finds, at random addresses."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from everything import everything
from hypothesis import HealthCheck, given, settings
from office import XLSX, convert_all, gnumeric_all, judge_all, needs_gnumeric, needs_office, recalculate
from placing import by_hand, placed
from problems import dense, full_shape, random_problem
from reference import forward

import xlnn
from xlnn.layout.arrange import arrange
from xlnn.layout.cells import Cell, Range
from xlnn.layout.places import Place

MOVES = {"right": (0, 1), "left": (0, -1), "down": (1, 0), "up": (-1, 0)}
MARKS = {"○": 1.0, "×": 0.0}


# ---- what sheet Places says, read once more -----------------------------------------------------------


def steps(line, axes: tuple[str, ...]) -> list[tuple[int, int] | None]:
    """The steps of a line along image, unit, map, map before, in the order of `axes`; None where the block has that axis."""
    told = dict(zip(("image", "unit", "map", "map before"), line[2:6], strict=True))
    found = []
    for axis in axes:
        words = re.findall(r"(\d+) (\w+)", told.get(axis) or "")
        moves = [(int(count) * MOVES[word][0], int(count) * MOVES[word][1]) for count, word in words]
        found.append((sum(m[0] for m in moves), sum(m[1] for m in moves)) if moves else None)
    return found


def told_cells(line, axes: tuple[str, ...], shape: tuple[int, ...]) -> np.ndarray:
    """The cells of a quantity, an array of (row, column): its block is read row by row, once for each step."""
    block = Range.parse(line[1].rpartition("!")[2])
    found = np.empty(shape, dtype=object)
    moves = steps(line, axes)
    inner = [size for size, move in zip(shape, moves, strict=True) if move is None]
    for index in np.ndindex(*shape):
        inside = [i for i, move in zip(index, moves, strict=True) if move is None]
        row, column = divmod(int(np.ravel_multi_index(inside, inner)) if inner else 0, block.width)
        for i, move in zip(index, moves, strict=True):
            row, column = (row + i * move[0], column + i * move[1]) if move else (row, column)
        found[index] = block.first.row + row, block.first.column + column
    return found


def gathered(sheet, cells: np.ndarray) -> np.ndarray:
    values = [sheet.cell(*cell).value for cell in cells.ravel()]
    return np.array([MARKS.get(value, value) for value in values], dtype=float).reshape(cells.shape)


def assert_places_tell_everything(problem: xlnn.Problem, path: Path) -> None:
    """Every line of Places, on every sheet that it speaks of, against an independent calculation."""
    book = openpyxl.load_workbook(path, data_only=True)
    lines = [line for line in book["Places"].iter_rows(min_row=2, values_only=True) if line[0]]
    everywhere = {line[0]: line for line in lines if not line[1].startswith("Data!")}  # on the iterations' sheets and Trained
    network, p = problem.network, dict(problem.parameters)
    assert {q.name for q in network.quantities.values()} - {"digit"} == set(everywhere)
    for iteration in range(1, problem.settings.iterations + 2):
        last = iteration == problem.settings.iterations + 1
        images = np.arange(problem.images) if last else problem.batch(iteration)
        expected = everything(problem, p, images)
        sheet = book["Trained" if last else f"Iteration {iteration}"]
        for name, line in everywhere.items():
            q = network.quantities[name]
            if last and q.kind in BACKWARD:
                continue
            axes = ("image", *q.axes) if q.per_image else q.axes
            found = gathered(sheet, told_cells(line, axes, full_shape(q, len(images))))
            np.testing.assert_allclose(
                found, np.reshape(expected[name], found.shape), rtol=1e-9, atol=1e-12, err_msg=f"{name} {line}"
            )
        p = {name: expected["new_" + name] for name in p}


BACKWARD = ("dC_da", "slope", "delta", "back", "dC_dw", "dC_db", "dCT_dw", "dCT_db", "new_w", "new_b")


# ---- random workbooks ---------------------------------------------------------------------------------


def results(folder: Path, count: int) -> list[tuple[xlnn.Problem, Path]]:
    """The results of random workbooks in live formulas; check finds nothing in them, Places tells where everything is."""
    found = []

    @settings(max_examples=count, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(placed())
    def make(drawn):
        problem, places = drawn
        path = folder / f"{len(found)}.xlsx"
        by_hand(problem, places, path)
        result = path.with_name(f"{path.stem}-trained.xlsx")
        xlnn.write(xlnn.read(path, layout="book"), result, cells="formulas", force=True)
        assert list(xlnn.check(result)["cell"]) == []
        assert_places_tell_everything(problem, result)
        found.append((problem, result))

    make()
    return found


def places_of_test(problem: xlnn.Problem) -> dict[str, Place]:
    """Where sheet Test has its image and the answer: at xlnn's own addresses."""
    return arrange("book", list(problem.network.quantities.values()), 1).places


def assert_drawn_images_are_answered(made: list[tuple[xlnn.Problem, Path]], seconds: float = 300) -> None:
    """1 is typed into the first cell of sheet Test's image, the others stay blank; LibreOffice calculates the answer."""
    targets = {}
    for problem, path in made:
        book = openpyxl.load_workbook(path)
        book["Test"].cell(*places_of_test(problem)["x"].origin).value = 1
        drawn = path.with_name(f"{path.stem}-drawn.xlsx")
        book.save(drawn)
        targets[drawn] = path.with_name(f"{path.stem}-answered.xlsx")
    convert_all(targets, f"xlsx:{XLSX}", seconds)
    for (problem, path), answered in zip(made, targets.values(), strict=True):
        x = np.zeros((1, *problem.network.layers[0].shape))
        x[0, 0, 0] = 1
        _, expected = forward(problem.network, xlnn.read(path).parameters, x)
        sheet = openpyxl.load_workbook(answered, data_only=True)["Test"]
        place = places_of_test(problem)[problem.network.output.output]
        found = [sheet.cell(*place.cell(0, j)).value for j in range(place.shape[1])]
        np.testing.assert_allclose(found, expected[0], rtol=1e-9, err_msg=str(path))


@pytest.fixture(scope="module")
def forty(tmp_path_factory) -> list[tuple[xlnn.Problem, Path]]:
    return results(tmp_path_factory.mktemp("forty"), 40)


@needs_office
def test_libreoffice_calculates_forty_random_workbooks_and_their_test_sheets(forty):
    different = {path.name: v.different[:3] for (_, path), v in zip(forty, judge_all([p for _, p in forty]), strict=True)}
    assert {name: cells for name, cells in different.items() if cells} == {}
    assert_drawn_images_are_answered(forty)


@needs_gnumeric
def test_gnumeric_calculates_ten_of_them(forty):
    """No differences, so none to explain; sums of an array of calculated numbers would be some, and are not written."""
    paths = [path for _, path in forty[-10:]]  # Hypothesis begins with the smallest
    assert [verdict.different[:3] for verdict in gnumeric_all(paths)] == [[]] * len(paths)


@pytest.mark.exhaustive
@needs_office
def test_four_hundred_random_workbooks(tmp_path):
    made = results(tmp_path, 400)
    different = [v.different[:3] for v in judge_all([path for _, path in made], seconds=3000)]
    assert [cells for cells in different if cells] == []
    assert_drawn_images_are_answered(made, seconds=3000)


@needs_gnumeric
@pytest.mark.parametrize("section", ["4-4", "5-6"])
def test_gnumeric_calculates_the_books_networks(section, tmp_path):
    path = tmp_path / "out.xlsx"
    xlnn.write(xlnn.example(section).with_settings(iterations=2), path, cells="formulas")
    (verdict,) = gnumeric_all([path])
    assert verdict.compared > 10_000
    assert verdict.different == []


# ---- the README's example, and others that went wrong -------------------------------------------------

EXAMPLE = {
    "x": "L5", "digit": "O28", "w2": "D5", "b2": "G5", "w3": "D17", "b3": "G17", "z2": "O11",
}  # fmt: skip


def the_example(rows: int, columns: int) -> tuple[xlnn.Problem, dict[str, Place]]:
    """README's sheet Places, all of it moved."""
    problem = xlnn.example("4-4").with_settings(iterations=2)
    book = arrange("book", list(problem.network.quantities.values()), problem.images).places
    own = {name: book["answer" if name == "digit" else name] for name in EXAMPLE}
    assert {name: place.origin.name for name, place in own.items()} == EXAMPLE
    return problem, {name: place.moved(rows, columns) for name, place in own.items()}


SHIFTS = [(rows, columns) for rows in range(-4, 5) for columns in range(-3, 5)]  # one column further left is off the sheet


@pytest.mark.parametrize(("rows", "columns"), SHIFTS[::9])
def test_check_finds_nothing_in_the_readmes_example_wherever_it_stands(rows, columns, tmp_path):
    assert_example_is_right(rows, columns, tmp_path)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("rows", "columns"), SHIFTS)
def test_check_finds_nothing_in_the_readmes_example_wherever_else_it_stands(rows, columns, tmp_path):
    assert_example_is_right(rows, columns, tmp_path)


def assert_example_is_right(rows: int, columns: int, folder: Path) -> None:
    problem, places = the_example(rows, columns)
    by_hand(problem, places, folder / "book.xlsx")
    xlnn.write(xlnn.read(folder / "book.xlsx", layout="book"), folder / "out.xlsx")
    assert list(xlnn.check(folder / "out.xlsx")["cell"]) == []
    where = places["z2"].cell(0, 0)
    sheet = openpyxl.load_workbook(folder / "out.xlsx")["Iteration 1"]
    z = (problem.x[0] * problem.parameters["w2"][0]).sum() + problem.parameters["b2"][0]
    assert sheet.cell(*where).value == pytest.approx(z, rel=1e-12)
    sheet.parent["Iteration 2"].cell(*where).value += 1
    sheet.parent.save(folder / "spoiled.xlsx")
    assert where.name in list(xlnn.check(folder / "spoiled.xlsx")["cell"])


@needs_office
@pytest.mark.parametrize("total", ["sum", "mean"])
def test_a_smaller_last_batch_is_laid_out_like_the_others(total, tmp_path):
    """z2 of three cases every four rows, in batches of two: the places below it must not move with the last of them."""
    network = dense((1, 2), (2, "sigmoid"), (2, "sigmoid"), total=total)
    problem = random_problem(network, 3, batch=2, iterations=4)
    own = {name: Place(Cell(1 + 9 * i, 1), *across(problem, name)) for i, name in enumerate(("x", "t", *problem.parameters))}
    own["z2"] = Place(Cell(80, 4), (3, 2), ((4, 0), (0, 1)))
    by_hand(problem, own, tmp_path / "book.xlsx")
    xlnn.write(xlnn.read(tmp_path / "book.xlsx"), tmp_path / "out.xlsx", cells="formulas")
    assert_places_tell_everything(problem, tmp_path / "out.xlsx")
    assert list(xlnn.check(tmp_path / "out.xlsx")["cell"]) == []
    (verdict,) = judge_all([tmp_path / "out.xlsx"])
    assert verdict.different == []


def across(problem: xlnn.Problem, name: str) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """Shape and steps of an array with its last axis across and every other one down."""
    shape = full_shape(problem.network.quantities[name], problem.images)
    return shape, (*((int(np.prod(shape[i + 1 : -1])), 0) for i in range(len(shape) - 1)), (0, 1))


@needs_office
@pytest.mark.parametrize("solved", [False, True], ids=["trained", "solved"])
def test_the_picture_at_the_start_follows_the_first_filter(solved, tmp_path):
    problem, path, again = xlnn.example("5-6").with_settings(iterations=1), tmp_path / "out.xlsx", tmp_path / "again.xlsx"
    if solved:
        xlnn.solve(problem, path, steps=1, cells="formulas")
    else:
        xlnn.write(problem, path, cells="formulas")
    book = openpyxl.load_workbook(path)
    book["Start" if solved else "Iteration 1"]["E12"] = 7.5  # the first weight of the first filter, as in workbook 5-4
    book.save(path)
    recalculate(path, again)
    sheet = openpyxl.load_workbook(again, data_only=True)["Solved" if solved else "Trained"]
    (heading,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == "at the start"]
    assert heading.offset(1, 0).value == 7.5
