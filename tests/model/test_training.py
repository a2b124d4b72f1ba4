"""Training: the book's sections 4-4 and 5-6, batches, divergence, steps and tables."""

from __future__ import annotations

import csv
import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from problems import dense, random_problem
from reference import targets, total_cost, updated

import xlnn
from xlnn.errors import ContentError, DivergedError, UsageError
from xlnn.model.examples import example
from xlnn.model.network import LayerSettings, Network, plain_layers
from xlnn.model.problem import Problem, Settings, draw
from xlnn.model.training import Step, finish, totals, train, trained

DATA = Path(__file__).parents[1] / "data"


def expected_costs(name: str, column: str) -> list[tuple[int, float]]:
    """(updates done, C_T) of a table of the book's data."""
    with (DATA / name).open(newline="") as file:
        return [(int(row["updates_done"]), float(row[column])) for row in csv.DictReader(file)]


def with_ties(ties: str, iterations: int) -> Problem:
    problem = example("5-6").with_settings(iterations=iterations)
    return replace(problem, network=Network(problem.network.layer_settings, ties=ties))


def rounded(values, *expected: float) -> bool:
    """Whether numbers agree with printed ones of six decimals."""
    return np.abs(np.ravel(values) - expected).max() <= 0.5e-6


# ---- section 4-4 --------------------------------------------------------------------------------------


def test_4_4_total_cost():
    """After 0, 1, 2, 5 and 10 updates, to 10⁻⁹; after 50 it is 0.236651 and all 64 images are right."""
    found = {updates: (cost, share) for updates, cost, share in totals(example("4-4"))}
    assert list(found) == list(range(51))
    for updates, cost in expected_costs("expected_CT_4-4.csv", "CT"):
        assert found[updates][0] == pytest.approx(cost, rel=1e-9)
    assert rounded(found[50][0], 0.236651)
    assert found[50][1] == 1
    assert found[0][1] == 33 / 64  # 0.515625
    assert found[10][1] == 62 / 64  # 0.96875


def test_4_4_the_first_image_at_the_start():
    """For instance δ³₁ = (0.326528 − 1) · 0.326528 · (1 − 0.326528) = −0.148102, for the image is a 0."""
    step = next(train(example("4-4")))
    assert rounded(step["z2"][0], -5.465009, 1.996864, -1.552153)
    assert rounded(step["a2"][0], 0.004214, 0.880467, 0.174776)
    assert rounded(step["z3"][0], -0.723932, -1.803700)
    assert rounded(step["a3"][0], 0.326528, 0.141401)
    assert rounded(step["C"][0], 0.236780)
    assert rounded(step["delta3"][0], -0.148102, 0.017167)
    assert rounded(step["delta2"][0], -0.000239, -0.013950, 0.003220)
    assert step["t"][0].tolist() == [1, 0]
    assert (step["answer"][0], step["prediction"][0], step["right"][0]) == (0, 0, True)


def test_4_4_costs_never_rise():
    costs = [cost for _, cost, _ in totals(example("4-4"))]
    assert all(after < before for before, after in pairwise(costs))


# ---- section 5-6 --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ties", "column"), [("first", "CT_ties_first"), ("all", "CT_ties_all")])
def test_5_6_total_cost(ties, column):
    found = {updates: cost for updates, cost, _ in totals(with_ties(ties, 10))}
    for updates, cost in expected_costs("expected_CT_5-6.csv", column):
        assert found[updates] == pytest.approx(cost, rel=1e-9)


def test_5_6_total_cost_rises_at_updates_2_to_4_and_nowhere_else():
    """η 0.2 is too long a step there; it is no error."""
    costs = [cost for _, cost, _ in totals(example("5-6"))]
    assert [i for i in range(1, 51) if costs[i] > costs[i - 1]] == [2, 3, 4]


def test_5_6_the_first_image_at_the_start():
    step = next(train(example("5-6")))
    assert np.round(step["aP"][0, 0], 3).tolist() == [[0.033, 0.013], [0.033, 0.013]]
    assert np.round(step["aO"][0], 3).tolist() == [0.786, 0.109, 0.137]
    assert rounded(step["C"][0], 0.038184)
    assert step["x"][0, :, 3].tolist() == [1] * 6  # a vertical stroke: rows of windows are equal


def test_5_6_shared_maxima():
    """96 images · 3 maps · 4 windows = 1,152, in 163 of them the largest number stands more than once."""
    step = next(train(example("5-6")))
    windows = step["aF"].reshape(96, 3, 2, 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(-1, 4)
    assert len(windows) == 1152
    assert ((windows == windows.max(axis=1, keepdims=True)).sum(axis=1) > 1).sum() == 163


def test_5_6_ties_differ_only_where_maxima_are_shared():
    """In the first iteration: what comes back is the same but in 163 windows, where `all` gives it several times."""
    first, every = (next(train(with_ties(ties, 1)))["backF"] for ties in ("first", "all"))
    differing = (first != every).reshape(96, 3, 2, 2, 2, 2).any(axis=(3, 5))
    assert differing.sum() == 163
    assert (first[first != every] == 0).all()


# ---- batches ------------------------------------------------------------------------------------------


def batches(problem: Problem, epochs: int) -> Iterator[list[list[int]]]:
    """The images' numbers in every batch, by epoch."""
    for epoch in range(epochs):
        first = epoch * problem.per_epoch + 1
        yield [(problem.batch(first + i) + 1).tolist() for i in range(problem.per_epoch)]


def test_listed_batches():
    problem = random_problem(dense((2, 2), (2, "sigmoid")), 7, batch=3)
    assert problem.per_epoch == 3
    assert list(batches(problem, 2)) == [[[1, 2, 3], [4, 5, 6], [7]]] * 2


@pytest.mark.parametrize(("images", "size"), [(7, 3), (6, 3), (5, 1), (4, 4), (4, 9)])
def test_shuffled_batches_use_every_image_once_in_an_epoch(images, size):
    problem = random_problem(dense((2, 2), (2, "sigmoid")), images, batch=size, order="shuffled")
    for epoch in batches(problem, 4):
        assert sorted(number for batch in epoch for number in batch) == list(range(1, images + 1))
        assert {len(batch) for batch in epoch[:-1]} <= {size}
        assert all(batch == sorted(batch) for batch in epoch)  # on the sheet in their own order


def test_shuffled_batches_are_the_same_for_the_same_seed():
    problem = random_problem(dense((2, 2), (2, "sigmoid")), 40, batch=8, order="shuffled", seed=5)
    epochs = list(batches(problem, 3))
    assert epochs == list(batches(problem, 3))
    assert epochs[0] != epochs[1]  # each epoch in its own order
    assert epochs != list(batches(problem.with_settings(seed=6), 3))
    assert problem.batch(9).tolist() == problem.batch(9).tolist()  # any iteration, asked for alone


@pytest.mark.parametrize("total", ["sum", "mean"])
def test_a_batchs_cost_and_gradient_are_the_batchs_own(total):
    """7 images in batches of 3, 3 and 1: C_T is the batch's, and the mean divides by the batch's size."""
    problem = random_problem(dense((2, 2), (3, "sigmoid"), (2, "sigmoid"), total=total), 7, batch=3, iterations=6)
    p = dict(problem.parameters)
    for step, images in zip(train(problem), [[0, 1, 2], [3, 4, 5], [6]] * 2, strict=True):
        assert (step["number"] - 1).tolist() == images
        np.testing.assert_array_equal(step["x"], problem.x[images])
        share = len(images) if total == "mean" else 1
        assert step["CT"] == pytest.approx(step["C"].sum() / share, rel=1e-12)
        cost = total_cost(problem.network, p, problem.x[images], targets(problem)[images])
        assert step["CT"] == pytest.approx(cost, rel=1e-12)
        p = updated(problem, p, np.array(images))
        for name, array in step.new_parameters().items():
            np.testing.assert_allclose(array, p[name], rtol=1e-10, atol=1e-13)


def test_with_batches_the_totals_are_over_all_images_once_an_epoch():
    """7 images in batches of 3: an epoch is 3 updates; 8 updates are told after 0, 3, 6 and at the end, 8."""
    problem = random_problem(dense((2, 2), (3, "sigmoid"), (2, "sigmoid")), 7, batch=3, iterations=8)
    parameters = [step.parameters for step in train(problem)]
    found = list(totals(problem))
    assert [updates for updates, _, _ in found] == [0, 3, 6, 8]
    for updates, cost, _ in found[:-1]:
        everything = total_cost(problem.network, parameters[updates], problem.x, problem.t)
        assert cost == pytest.approx(everything, rel=1e-12)


# ---- divergence ---------------------------------------------------------------------------------------


def runaway(eta: float, iterations: int = 5) -> Problem:
    """a = w · 1 with t = 0 and C = a²: ∂C/∂w = 2w, so each update multiplies w by 1 − 2η."""
    layers = (LayerSettings("1", "input", size=(1, 1)), LayerSettings("2", "dense", 1, activation="identity"))
    network = Network(layers, cost="squares", freeze_biases=True, judged=False)
    parameters = {"w2": np.ones((1, 1, 1)), "b2": np.zeros(1)}
    settings = Settings(eta=eta, iterations=iterations)
    return Problem(network, np.ones((1, 1, 1)), parameters, t=np.zeros((1, 1)), settings=settings)


def until_it_diverges(problem: Problem) -> tuple[list[Step], DivergedError]:
    steps: list[Step] = []
    try:
        for step in train(problem):
            steps = [*steps, step]
    except DivergedError as error:
        return steps, error
    raise AssertionError("it did not diverge")


def test_divergence_says_when_and_what():
    """η 10²⁰⁰: w is −2·10²⁰⁰ after the first update and would be 4·10⁴⁰⁰ after the second."""
    steps, error = until_it_diverges(runaway(1e200))
    assert [step.iteration for step in steps] == [1, 2]
    assert steps[1]["w2"][0, 0, 0] == pytest.approx(-2e200)
    assert str(error) == "training diverged: after update 2 w² is no longer a finite number. Try a smaller η than 1e+200."
    assert isinstance(error, ArithmeticError)
    assert error.exit_code == 7


def test_divergence_after_the_last_update_is_noticed_too():
    steps, _ = until_it_diverges(runaway(1e200, iterations=2))
    assert len(steps) == 2
    with pytest.raises(DivergedError, match="after update 1 not every number is finite"):  # C_T is (2·10²⁰⁰)² there
        xlnn.history(runaway(1e200, iterations=2))


def test_a_large_but_finite_parameter_is_no_divergence():
    """Two parameters whose sum is not finite are finite themselves."""
    layers = (LayerSettings("1", "input", size=(1, 2)), LayerSettings("2", "dense", 1))
    problem = Problem(
        Network(layers), np.zeros((1, 1, 2)), {"w2": np.full((1, 1, 2), 1.5e308), "b2": np.zeros(1)},
        t=np.ones((1, 1)), settings=Settings(iterations=1),
    )  # fmt: skip
    assert (next(train(problem)).new_parameters()["w2"] == 1.5e308).all()


def test_a_very_sure_sigmoid_stays_finite():
    """z = ±2000: exp(2000) is beyond every float; the clamp at −700 gives a = e⁻⁷⁰⁰, so −ln a = 700; δ = a − t is right."""
    layers = (LayerSettings("1", "input", size=(1, 1)), LayerSettings("2", "dense", 1))
    for cost in ("half squares", "cross-entropy"):
        problem = Problem(
            Network(layers, cost=cost), np.array([[[2000.0]], [[-2000.0]]]), {"w2": np.ones((1, 1, 1)), "b2": np.zeros(1)},
            t=np.array([[0.0], [1.0]]), settings=Settings(iterations=1),
        )  # fmt: skip
        step = next(train(problem))
        np.testing.assert_allclose(step["a2"].ravel(), [1, np.exp(-700)], rtol=1e-12)
        np.testing.assert_allclose(step["C"], [700, 700] if cost == "cross-entropy" else [0.5, 0.5], rtol=1e-12)
        assert all(np.isfinite(array).all() for array in step.new_parameters().values())


def test_a_very_sure_softmax_stays_finite():
    """z = (1000, 0), t = (0, 1): a = e⁻¹⁰⁰⁰ / (1 + e⁻¹⁰⁰⁰), where the clamp at −700 gives e⁻⁷⁰⁰: C = 700."""
    network = dense((1, 1), (2, "softmax"), cost="softmax cross-entropy")
    problem = Problem(
        network, np.ones((1, 1, 1)), {"w2": np.array([1000.0, 0]).reshape(2, 1, 1), "b2": np.zeros(2)}, t=np.array([[0.0, 1.0]])
    )
    step = next(train(problem))
    assert step["C"][0] == pytest.approx(700, rel=1e-12)
    np.testing.assert_allclose(step["delta2"], [[1, -1]], atol=1e-12)


# ---- the unit step ------------------------------------------------------------------------------------


def test_the_unit_step_runs_forward_and_does_not_train():
    """Book 1-2: it fires from z = 0 on."""
    layers = (LayerSettings("1", "input", size=(1, 2)), LayerSettings("2", "dense", 1, activation="step"))
    problem = Problem(
        Network(layers), np.array([[[0.0, 0.0]], [[1.0, 0.0]], [[1.0, 1.0]]]),
        {"w2": np.array([[[1.0, 1.0]]]), "b2": np.array([-1.0])}, t=np.array([[0.0], [0.0], [1.0]]),
    )  # fmt: skip
    step = trained(problem, problem.parameters)
    assert step["z2"].ravel().tolist() == [-1, 0, 1]
    assert step["a2"].ravel().tolist() == [0, 1, 1]
    assert step["CT"] == 0.5
    with pytest.raises(UsageError) as error:
        next(train(problem))
    assert str(error.value) == (
        "layer 2: the unit step has no slope at 0 and the slope 0 everywhere else, so no error comes back through it "
        "(book 2-1); train with sigmoid instead, or one layer alone with the cost 'perceptron'."
    )


# ---- steps --------------------------------------------------------------------------------------------


def test_a_step_holds_the_parameters_that_its_iteration_used():
    problem = example("4-4").with_settings(iterations=3)
    before = problem.parameters
    for number, step in enumerate(train(problem), 1):
        assert step.iteration == number
        for name, array in before.items():
            np.testing.assert_array_equal(step[name], array)
            np.testing.assert_array_equal(step.parameters[name], array)
        before = step.new_parameters()
    for name, array in before.items():
        np.testing.assert_array_equal(finish(step)[name], array)
    assert finish(step).iteration == 4


def test_the_problem_stays_as_it_was():
    problem, untouched = example("5-6").with_settings(iterations=2), example("5-6")
    assert len(list(train(problem))) == 2
    for name, array in problem.parameters.items():
        np.testing.assert_array_equal(array, untouched.parameters[name])
    np.testing.assert_array_equal(problem.x, untouched.x)


def test_training_twice_gives_the_same_bits():
    first, second = ([step["CT"] for step in train(example("5-6").with_settings(iterations=5))] for _ in "12")
    assert first == second


def test_a_step_is_a_mapping_of_the_networks_quantities():
    step = next(train(example("4-4")))
    assert list(step) == list(step.problem.network.quantities)
    assert len(step) == len(list(step))
    assert "z2" in step
    assert "z9" not in step
    with pytest.raises(KeyError):
        step["z9"]


def test_gradients_of_single_images_are_computed_only_when_asked_for(monkeypatch):
    problem = random_problem(dense((2, 2), (2, "sigmoid"), (2, "sigmoid")), 3)
    asked = []
    for name in ("dC_dw2", "dC_db3"):
        rule = problem.network.rule_of[name]
        spied = replace(rule, values=lambda *needs, name=name, rule=rule: asked.append(name) or rule.values(*needs))
        monkeypatch.setitem(problem.network.rule_of, name, spied)
    steps = list(train(problem))
    assert asked == []
    assert steps[0]["dC_dw2"].shape == (3, 2, 2, 2)
    steps[0]["dC_dw2"]
    assert asked == ["dC_dw2"]


def test_one_step_is_held_at_a_time():
    training = train(random_problem(dense((2, 2), (2, "sigmoid")), 3, iterations=5))
    held = [weakref.ref(next(training)) for _ in range(5)]
    gc.collect()
    assert [step() is not None for step in held] == [False] * 4 + [True]


def test_no_iterations():
    problem = example("4-4").with_settings(iterations=0)
    assert list(train(problem)) == []
    ((updates, cost, _),) = totals(problem)
    assert (updates, cost) == (0, pytest.approx(20.255346384864374, rel=1e-12))


def test_the_mean_is_the_sum_divided():
    """With η · n the mean's training is the sum's: its gradients are an n-th."""
    problem = example("4-4").with_settings(iterations=3)
    network = Network(problem.network.layer_settings, total="mean", classes=problem.network.classes)
    mean = replace(problem, network=network).with_settings(eta=0.2 * 64)
    for one, other in zip(train(problem), train(mean), strict=True):
        assert other["CT"] == pytest.approx(one["CT"] / 64, rel=1e-12)
        np.testing.assert_allclose(other["new_w2"], one["new_w2"], rtol=1e-10, atol=1e-13)


# ---- settings and problems ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"eta": 0.0}, "the learning rate η must be a number above 0, not 0."),
        ({"eta": -1.0}, "the learning rate η must be a number above 0, not -1."),
        ({"eta": float("nan")}, "the learning rate η must be a number above 0, not nan."),
        ({"eta": float("inf")}, "the learning rate η must be a number above 0, not inf."),
        ({"iterations": -1}, "iterations must be 0 or more, not -1."),
        ({"batch": -1}, "the batch size must be at least 1, or 'all', not -1."),
        ({"seed": -1}, "the seed must be 0 or more, not -1."),
        ({"order": "random"}, "unknown order 'random'; known: listed, shuffled."),
        ({"start": "0"}, "unknown start '0'; known: N(0, 1), N(0, 1/inputs)."),
    ],
)
def test_settings_that_cannot_be(setting, message):
    with pytest.raises(UsageError) as error:
        Settings(**setting)
    assert str(error.value) == message


def small(**changed) -> Problem:
    """4-2-2 on three images, with something changed."""
    network = Network(plain_layers((2, 2), 2, 2))
    given = {
        "network": network, "x": np.zeros((3, 2, 2)), "t": np.zeros((3, 2)),
        "parameters": {q.name: np.zeros(q.shape) for q in network.parameters},
    }  # fmt: skip
    return Problem(**{**given, **changed})


DIGITS = Network(plain_layers((2, 2), 2, 2), classes=(0.0, 1.0))
SOFTMAX = Network((*plain_layers((2, 2), 2), LayerSettings("3", "dense", 2, activation="softmax")), cost="softmax cross-entropy")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x": np.zeros((3, 2, 3))}, "expected images of 2×2, found an array of shape (3, 2, 3)."),
        ({"x": np.zeros((0, 2, 2))}, "expected images of 2×2, found an array of shape (0, 2, 2)."),
        ({"t": None}, "a network with classes needs the images' digits, one without needs t."),
        ({"network": DIGITS}, "a network with classes needs the images' digits, one without needs t."),
        ({"t": np.zeros((3, 3))}, "expected t of shape (3, 2)."),
        ({"t": np.zeros((2, 2))}, "expected t of shape (3, 2)."),
        ({"network": DIGITS, "t": None, "digits": np.zeros(2)}, "expected digits of shape (3,)."),
        ({"network": DIGITS, "t": None, "digits": np.array([0.0, 1, 7])}, "expected one of the classes 0, 1, found 7."),
        ({"parameters": {}}, "expected w² of shape (2, 2, 2)."),
        (
            {"network": SOFTMAX, "t": np.array([[0.0, 1], [1, 1], [1, 0]])},
            "image 2: softmax outputs need targets t that add up to 1, not 2; only then is δ = a − t.",
        ),
    ],
)  # fmt: skip
def test_problems_whose_parts_do_not_fit(changed, message):
    with pytest.raises(ContentError) as error:
        small(**changed)
    assert str(error.value) == message


def test_drawn_parameters():
    """From N(0, 1) with the seed, each array its own numbers; or with variance 1/inputs: /√784 = /28."""
    w2, b2, w3 = (q for q in Network(plain_layers((28, 28), 100, 10)).parameters if q.name != "b3")
    numbers = draw(w2, 0, "N(0, 1)")
    assert numbers.shape == (100, 28, 28)
    assert abs(numbers.mean()) < 0.02  # of 78,400 numbers: 0.0036 is one standard deviation
    assert abs(numbers.std() - 1) < 0.02
    np.testing.assert_array_equal(numbers, draw(w2, 0, "N(0, 1)"))
    assert not np.isclose(numbers, draw(w2, 1, "N(0, 1)")).all()
    assert not np.isin(draw(w3, 0, "N(0, 1)"), numbers).any()
    np.testing.assert_allclose(draw(w2, 0, "N(0, 1/inputs)"), numbers / 28, rtol=1e-15)
    np.testing.assert_array_equal(draw(b2, 0, "N(0, 1/inputs)"), draw(b2, 0, "N(0, 1)"))


# ---- tables -------------------------------------------------------------------------------------------


def test_history():
    found = xlnn.history(example("4-4"))
    assert list(found.columns) == ["CT", "share"]
    assert found.index.name == "updates"
    assert found.index.tolist() == list(range(51))
    for updates, cost in expected_costs("expected_CT_4-4.csv", "CT"):
        assert found.loc[updates, "CT"] == pytest.approx(cost, rel=1e-9)
    assert found.loc[50, "share"] == 1


def test_history_without_right_answers_has_no_share():
    problem = random_problem(dense((1, 1), (1, "identity"), cost="squares", judged=False), 3, iterations=2, eta=0.01)
    found = xlnn.history(problem)
    assert len(found) == 3
    assert found["share"].isna().all()


def test_frame_of_units():
    step = next(train(example("4-4")))
    z2 = step.frame("z2")
    assert isinstance(z2, pd.DataFrame)
    assert (z2.index.name, z2.columns.name) == ("image", "unit")
    assert (z2.index.tolist(), z2.columns.tolist()) == (list(range(1, 65)), [1, 2, 3])
    assert rounded(z2.loc[1], -5.465009, 1.996864, -1.552153)
    pd.testing.assert_frame_equal(z2, xlnn.frame(step, "z2"))


def test_frame_of_images_and_maps():
    step = next(train(example("5-6")))
    x = step.frame("x")
    assert x.columns.names == ["row", "column"]
    assert x.loc[1, (1, 4)] == 1  # the stroke of the first image
    maps = step.frame("aP")
    assert maps.columns.names == ["map", "row", "column"]
    assert maps.shape == (96, 12)
    assert maps.loc[5, (3, 2, 1)] == step["aP"][4, 2, 1, 0]
    w = step.frame("wO")
    assert (w.index.name, w.columns.names) == ("unit", ["map", "row", "column"])
    assert w.loc[2, (3, 1, 2)] == example("5-6").parameters["wO"][1, 2, 0, 1]


def test_frame_of_single_numbers():
    step = next(train(example("4-4")))
    c = step.frame("C")
    assert (c.index.name, c.columns.tolist(), len(c)) == ("image", ["C"], 64)
    assert rounded(c.loc[1, "C"], 0.236780)
    assert step.frame("CT").shape == (1, 1)
    assert step.frame("CT").loc[0, "CT"] == pytest.approx(20.255346384864374, rel=1e-12)
    assert step.frame("b2").index.tolist() == [1, 2, 3]
    assert step.frame("right")["right"].sum() == 33


def test_frame_of_a_batch_has_the_images_own_numbers():
    problem = random_problem(dense((2, 2), (2, "sigmoid")), 7, batch=3, iterations=2)
    assert [step.frame("z2").index.tolist() for step in train(problem)] == [[1, 2, 3], [4, 5, 6]]


def test_frames_of_everything_hold_all_numbers():
    for section in ("4-4", "5-6"):
        step = next(train(example(section)))
        for name in step:
            np.testing.assert_array_equal(step.frame(name).to_numpy().ravel(), np.ravel(step[name]), err_msg=name)


@pytest.mark.parametrize("iterations", [1, 2, 3])
def test_every_training_says_that_c_t_is_infinite(iterations, tmp_path):
    """w is finite after the first update, −2·10²⁰⁰, and C_T = w² is not."""
    from xlnn.model.many import train_many
    from xlnn.pictures.landscapes import landscape
    from xlnn.pictures.learning import learning_of

    problem = runaway(1e200, iterations)
    text = "^training diverged: after update 1 not every number is finite. Try a smaller η than 1e"
    for work in (
        xlnn.history,
        learning_of,
        lambda problem: xlnn.write(problem, tmp_path / "out.xlsx"),
        lambda problem: landscape(problem, ("w2[1,1,1]", "b2[1]"), grid=3),
    ):
        with pytest.raises(DivergedError, match=text):
            work(problem)
    found = train_many(problem, (1e200,), {name: array[None] for name, array in problem.parameters.items()})
    assert found.diverged.tolist() == [1]


def test_held_out_images_whose_cost_is_infinite_for_the_solver():
    """Pixels of 10²⁰⁰ that are never trained with."""
    from xlnn.model.minimising import minimise

    problem = runaway(0.1, 2)
    held_out = replace(problem, x=problem.x * 1e200)
    with pytest.raises(DivergedError, match="after step 0 of the solver"):
        minimise(replace(problem, held_out=held_out), 1)
