"""Many trainings at once: every run as if it were trained alone, for every kind of network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from problems import NETWORKS, dense, random_problem

from xlnn.errors import DivergedError, UsageError
from xlnn.model import many
from xlnn.model.batched import OneByOne, Runs, for_each
from xlnn.model.examples import example
from xlnn.model.many import Steps, train_many
from xlnn.model.network import Network
from xlnn.model.problem import Problem, draw
from xlnn.model.training import Step, totals, train

ETAS = (0.1, 0.4, 0.2)
CLOSE = {"rtol": 1e-12, "atol": 1e-14}


def starts(network: Network, seeds=range(3)) -> dict[str, np.ndarray]:
    """Parameters of one run for each seed."""
    return {q.name: np.stack([draw(q, seed, "N(0, 1)") for seed in seeds]) for q in network.parameters}


def alone(problem: Problem, parameters: dict, etas, run: int) -> Problem:
    """One of the runs as a problem of its own."""
    one = replace(problem, parameters={name: array[run] for name, array in parameters.items()})
    return one.with_settings(eta=float(etas[run]))


@pytest.fixture(params=NETWORKS, name="network")
def _network(request) -> Network:
    return NETWORKS[request.param]


def test_every_rule_of_many_runs_is_the_rule_of_each(network):
    problem, parameters = random_problem(network, 5, seed=3), starts(network)
    problem.x[0], problem.x[1] = problem.x[0, :1], problem.x[1, :, :1]  # windows that share their maximum
    given = problem.given(np.arange(5))
    stacked = {name: Runs(array) for name, array in parameters.items()}
    steps = Steps(problem, 1, {**given, "eta": Runs(np.array(ETAS))}, stacked)
    for name, rule in network.rule_of.items():
        found = steps[name]
        for run in range(3):
            one = alone(problem, parameters, ETAS, run)
            expected = Step(one, 1, one.given(np.arange(5)), one.parameters)[name]
            part = found.array[run] if isinstance(found, Runs) else found
            assert part.shape == rule.result.full_shape(5), name
            np.testing.assert_allclose(part, expected, err_msg=name, **CLOSE)


@pytest.mark.parametrize("batch", [0, 2])
def test_every_run_goes_as_it_goes_alone(network, batch):
    problem = random_problem(network, 5, seed=3, iterations=7, batch=batch)
    parameters = starts(network)
    found = train_many(problem, ETAS, parameters)
    for run in range(3):
        updates, costs, shares = zip(*totals(alone(problem, parameters, ETAS, run)), strict=True)
        assert found.updates.tolist() == list(updates)
        np.testing.assert_allclose(found.totals[run], costs, rtol=1e-12)
        np.testing.assert_equal(found.shares[run], np.nan if shares[-1] is None else shares[-1])
    assert found.diverged.tolist() == [-1, -1, -1]


def test_the_books_run_among_two_hundred():
    """50 updates of 4-4 at η 0.2 bring C_T to 0.236651, with all 64 images right."""
    problem = example("4-4")
    drawn = starts(problem.network, range(199))
    parameters = {name: np.concatenate([array, problem.parameters[name][None]]) for name, array in drawn.items()}
    found = train_many(problem, [*np.linspace(0.05, 0.5, 199), 0.2], parameters)
    assert round(float(found.totals[-1, -1]), 6) == 0.236651
    assert found.shares[-1] == 1
    for run in (0, 77, 198):
        one = alone(problem, drawn, np.linspace(0.05, 0.5, 199), run)
        np.testing.assert_allclose(found.totals[run], [cost for _, cost, _ in totals(one)], rtol=1e-12)


def test_large_images_are_computed_a_part_at_a_time_as_alone():
    """More numbers than fit the cache: the kernels then look at a single run's memory."""
    problem = random_problem(NETWORKS["stack"], 700, seed=1, iterations=2)
    parameters = starts(problem.network, range(2))
    found = train_many(problem, ETAS[:2], parameters)
    for run in range(2):
        costs = [cost for _, cost, _ in totals(alone(problem, parameters, ETAS, run))]
        np.testing.assert_allclose(found.totals[run], costs, rtol=1e-12)


def test_a_run_that_diverges_is_marked_and_disturbs_no_other():
    """Identity units: with a large η the parameters grow without end. `train` alone names the same update."""
    network = dense((2, 2), (3, "identity"), (2, "identity"))
    problem = random_problem(network, 4, seed=2, iterations=40)
    parameters, etas = starts(network), (0.01, 50.0, 0.02)
    found = train_many(problem, etas, parameters)
    with pytest.raises(DivergedError) as caught:
        list(train(alone(problem, parameters, etas, 1)))
    at = caught.value.fields["iteration"]
    gone = int(found.diverged[1])
    assert found.diverged.tolist() == [-1, gone, -1]
    assert 0 < gone <= at  # C_T, a sum of squares, is too large a little earlier than the parameters are
    assert np.isfinite(found.totals[1, :gone]).all()
    assert np.isnan(found.totals[1, gone:]).all()
    assert np.isnan(found.shares[1])
    for run in (0, 2):
        costs = [cost for _, cost, _ in totals(alone(problem, parameters, etas, run))]
        np.testing.assert_allclose(found.totals[run], costs, rtol=1e-12)


def test_a_network_that_cannot_learn_is_refused():
    network = dense((2, 2), (2, "step"), (2, "sigmoid"))
    with pytest.raises(UsageError, match="unit step"):
        train_many(random_problem(network), [0.1], starts(network, range(1)))


@pytest.mark.parametrize("cells", [1, 100, 1 << 15])
def test_totals_of_many_sets_of_parameters(monkeypatch, cells):
    """In parts of any size."""
    problem = example("4-4")
    parameters = starts(problem.network, range(25))
    monkeypatch.setattr(many, "CELLS", cells * 64 * 3)
    found = many.totals(problem, parameters)
    expected = [next(totals(alone(problem, parameters, np.ones(25), run)))[1] for run in range(25)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_what_cannot_be_done_to_all_runs_is_done_to_each():
    table, runs = np.array([5.0, 7.0, 9.0]), Runs(np.array([[0, 2], [1, 1]]))
    with pytest.raises(OneByOne):
        table[runs]
    assert for_each(lambda index: table[index], [runs]).array.tolist() == [[5, 9], [7, 7]]


def test_arrays_of_one_run_broadcast_against_each_other_only():
    """(2 runs, 3) and (2 runs, 2, 3): the runs meet the runs, though NumPy would align the 2 with the 2."""
    vector, matrix = Runs(np.arange(6.0).reshape(2, 3)), Runs(np.arange(12.0).reshape(2, 2, 3))
    np.testing.assert_array_equal((vector + matrix).array, vector.array[:, None] + matrix.array)
    assert (vector + matrix).shape == (2, 3)
    assert len(vector) == 3
