"""Workbooks laid out as courses and blogs do: understood, all right, and trained on to the numbers that they show."""

from __future__ import annotations

import numpy as np
import pytest
from hand_books import BOOKS, SIGMOID
from more_hand_books import one_unit
from sheet_styles import save_cells

import xlnn
from xlnn.book.origin import origin_of
from xlnn.checking.formulas import judge_formulas
from xlnn.checking.judging import judge
from xlnn.understand import understand
from xlnn.xlsx.workbook import Workbook


@pytest.mark.parametrize("hand", BOOKS.values(), ids=BOOKS)
def test_it_is_understood(tmp_path, hand):
    found = understand(Workbook(save_cells(tmp_path / "h.xlsx", hand.make())))
    assert found is not None
    layers = found.network.layers
    assert tuple(np.prod(layer.shape) for layer in layers) == hand.units
    assert tuple(layer.activation for layer in layers[1:]) == hand.functions
    assert found.network.cost == hand.cost
    assert found.network.total == hand.total
    assert len(found.iterations) == hand.iterations
    assert {round(eta, 9) for eta in found.eta.values()} - {0.25} == ({hand.eta} if hand.eta else set())


@pytest.mark.parametrize("hand", BOOKS.values(), ids=BOOKS)
def test_it_is_right_and_everything_is_judged(tmp_path, hand):
    path = save_cells(tmp_path / "h.xlsx", hand.make())
    assert judge(path).right
    assert judge_formulas(path).right


@pytest.mark.parametrize("name", [name for name, hand in BOOKS.items() if hand.eta])
def test_training_gives_the_numbers_that_the_sheet_shows(tmp_path, name):
    hand = BOOKS[name]
    path = save_cells(tmp_path / "h.xlsx", hand.make())
    found = understand(Workbook(path))
    problem = xlnn.read(path, iterations=hand.iterations)
    assert problem.images == hand.images
    for step, iteration in zip(xlnn.train(problem), found.iterations, strict=True):
        for name, part in iteration.named.items():
            if name[0] in "wb" or name.startswith("new_"):
                there = part.cells >= 0
                shown = found.graph.values.numbers[part.cells] / part.factor
                found_there = np.asarray(step[name]).reshape(shown.shape)[there]
                assert found_there == pytest.approx(shown[there], rel=hand.exact, abs=1e-12), name


WRONG = {  # a workbook, the cells in which a formula is wrong, what stands there instead of what, and the first wrong cell
    "δ without its slope, a whole matrix": ("whole_matrices", "B54:C57", "*E48:F51*(1-E48:F51)", "", "B54"),
    "a gradient from another layer's outputs": ("whole_matrices", "E61:F62", "E48:F51", "K48:L51", "E61"),
    "an array without its biases": ("matrices_with_a_column_of_ones", "E29:E32", "A29:C32,D24:D26", "B29:C32,D25:D26", "E29"),
    "an example's part of a gradient": ("a_block_for_each_example", "M54", "*M47", "*M44", "M54"),
    "an example's δ": ("a_block_for_each_example_and_means", "M49", "$B$47", "$C$47", "M49"),
    "a part of the chain rule": ("step_by_step_in_lines", "B35", "*B34", "*B29", "B35"),
    "a sum of two ways, which is right where it stands again": ("step_by_step_in_lines", "B49", "+B48", "-B48", "B52"),
    "an update": ("step_by_step_with_a_bias_times_one", "B36", "-B5", "+B5", "B36"),
    "a new weight of the perceptron": ("perceptron_with_a_given_threshold", "J6", "*B6", "*C6", "J6"),
    "a product for a difference, in one example": ("logistic_regression_with_a_column_of_errors", "G7", "-C7", "*C7", "G7"),
    "a probability": ("logistic_regression", "F12", "$B12", "$B11", "F12"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_a_mistake_is_found_where_it_is(tmp_path, case):
    name, cells, old, new, wrong = case
    ((sheet, made),) = BOOKS[name].make().items()
    made[cells] = str(made[cells]).replace(old, new)
    judged = judge(save_cells(tmp_path / "h.xlsx", {sheet: made}))
    first = judged.faults[0]
    assert first.shown.cell(first.rule.result.name, first.cells[0])[1].name == wrong


def test_several_trainings_are_judged_each_with_its_own_rate_and_a_mistake_in_one_is_named_there(tmp_path):
    sheets = BOOKS["trained_with_three_rates"].make()
    right = judge(save_cells(tmp_path / "right.xlsx", sheets))
    assert {shown.name for shown in right.book.iterations} == {f"lr {eta} ({n})" for eta in (0.6, 0.1, 2) for n in range(1, 6)}
    sheets["lr 2"]["H6"] = str(sheets["lr 2"]["H6"]).replace("$B$1", "B5")
    wrong = judge(save_cells(tmp_path / "wrong.xlsx", sheets))
    assert [fault.shown.cell(fault.rule.result.name, fault.cells[0]) for fault in wrong.faults] == [("lr 2", (6, 8))]


@pytest.mark.parametrize("digits", ["2.718", "2.7183", "2.718281828"])
def test_of_a_short_e_it_is_told_and_a_wrong_output_is_found_all_the_same(tmp_path, digits):
    (cells,) = BOOKS["e_with_four_digits"].make().values()
    cells = {at: str(text).replace("2.718", digits) if at[0] == "F" else text for at, text in cells.items()}
    path = save_cells(tmp_path / "e.xlsx", {"e": cells})
    assert judge(path).right
    assert any(fields.get("number") == digits for _, fields in origin_of(xlnn.read(path)).notes)
    wrong = judge(save_cells(tmp_path / "wrong.xlsx", {"e": cells | {"F6": str(cells["F6"]).replace("E6", "(E6+0.01)")}}))
    assert not wrong.right


MOMENTUM = {  # by rule: what is remembered, at first and later, and what is added to a weight
    "classical": ("=-$B$1*{g}{r}", "=0.9*{v}{p}-$B$1*{g}{r}", "+{v}{p}"),
    "averaged gradients": ("=0.1*{g}{r}", "=0.9*{v}{p}+0.1*{g}{r}", "-$B$1*{v}{p}"),
    "RMSprop": ("=0.1*{g}{r}^2", "=0.9*{v}{p}+0.1*{g}{r}^2", "-$B$1*{g}{p}/SQRT({v}{p}+0.001)"),
}


def with_memory(first: str, later: str, change: str) -> dict[str, object]:
    cells = one_unit(SIGMOID)
    for n in range(5):
        r, p = 4 + n, 3 + n
        for w, g, v in zip("GHI", "KLM", "OPQ", strict=True):
            cells[f"{v}{r}"] = (later if n else first).format(g=g, v=v, r=r, p=p)
            if n:
                cells[f"{w}{r}"] = f"={w}{p}" + change.format(g=g, v=v, p=p)
    return cells


@pytest.mark.parametrize("rule", MOMENTUM.values(), ids=MOMENTUM)
def test_updates_that_remember_are_told_and_not_called_wrong(tmp_path, rule):
    cells = with_memory(*rule)
    path = save_cells(tmp_path / "m.xlsx", {"m": cells})
    assert any("as with momentum" in text for text, _ in origin_of(xlnn.read(path)).notes)
    assert judge(path).right
    assert judge_formulas(path).right
    wrong = judge(save_cells(tmp_path / "wrong.xlsx", {"m": cells | {"F6": str(cells["F6"]).replace("-E6", "E6")}}))
    assert wrong.faults[0].shown.cell(wrong.faults[0].rule.result.name, wrong.faults[0].cells[0])[1].name == "F6"


def test_a_cost_that_needs_one_right_answer_of_1_is_judged(tmp_path):
    cells = BOOKS["softmax_with_the_cost_of_the_right_class"].make()["trees"]
    right = judge(save_cells(tmp_path / "right.xlsx", {"trees": cells}))
    assert right.right
    assert {"C", "CT"} <= {q.name for q in right.judged}
    assert not right.further
    wrong = judge(save_cells(tmp_path / "wrong.xlsx", {"trees": cells | {"O4": str(cells["O4"]).replace("F4:H4", "F3:H3")}}))
    assert wrong.faults[0].shown.cell("C", wrong.faults[0].cells[0])[1].name == "O4"


def test_labels_that_many_people_use_otherwise_do_not_contradict(tmp_path):
    """A gate's inputs are A and B, and the weight of a constant 1 is w0."""
    cells = one_unit(SIGMOID) | {"A3": "A", "B3": "B", "C3": "t", "G3": "w1", "H3": "w2", "I3": "w_0", "M3": "∂E/∂w0"}
    notes = [text for text, _ in origin_of(xlnn.read(save_cells(tmp_path / "l.xlsx", {"l": cells}))).notes]
    assert not any("speaks against" in text for text in notes)
    swapped = [text for text, _ in origin_of(xlnn.read(save_cells(tmp_path / "s.xlsx", {"s": cells | {"G3": "b"}}))).notes]
    assert any("speaks against" in text for text in swapped)


def test_an_eta_that_the_sheet_calculates_for_each_iteration_is_right_and_a_slid_one_is_not(tmp_path):
    cells = one_unit(SIGMOID)
    for r in range(4, 9):
        cells[f"N{r}"] = f"=$B$1/(1+0.1*{r - 4})"
        cells |= {f"{w}{r}": str(cells[f"{w}{r}"]).replace("$B$1", f"N{r - 1}") for w in "GHI" if r > 4}
    path = save_cells(tmp_path / "schedule.xlsx", {"s": cells})
    assert judge(path).right
    assert any("an η of its own" in text for text, _ in origin_of(xlnn.read(path)).notes)
    slid = judge(save_cells(tmp_path / "slid.xlsx", {"s": cells | {"H7": str(cells["H7"]).replace("N6", "N5")}}))
    assert [fault.shown.cell(fault.rule.result.name, fault.cells[0])[1].name for fault in slid.faults] == ["H7"]
