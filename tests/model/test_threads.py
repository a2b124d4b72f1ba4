"""The number of threads changes no bit: of a training with large batches, of one that goes on, of a solver, of many runs."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from problems import dense, random_problem, stack
from threadpoolctl import threadpool_info, threadpool_limits

import xlnn
from xlnn.model.many import train_many
from xlnn.model.minimising import minimise
from xlnn.model.threads import one_thread
from xlnn.model.training import finish, train


def wide(images: int = 900):
    """Matrices so large that a library of two threads divides them, and adds in another order."""
    network = dense((16, 16), (60, "tanh"), (10, "sigmoid"), total="mean", classes=tuple(map(float, range(10))))
    found = random_problem(network, images, iterations=3, eta=0.5)
    return replace(found, x=np.random.default_rng(2).random(found.x.shape))


pytestmark = pytest.mark.skipif(not any("numpy" in found["filepath"] for found in threadpool_info()), reason="another library")


def blas() -> list[int]:
    """How many threads the library that multiplies matrices for NumPy would take."""
    return [
        library["num_threads"]
        for library in threadpool_info()
        if library["user_api"] == "blas" and "numpy" in library["filepath"]
    ]


def trained(problem) -> bytes:
    *_, last = train(problem)
    end = finish(last)
    return b"".join(array.tobytes() for array in [*end.parameters.values(), end["CT"]])


def solved(problem) -> bytes:
    found = minimise(problem, 4)
    return b"".join(array.tobytes() for array in found.step.parameters.values())


def many(problem) -> bytes:
    parameters = {name: np.stack([array, array * 0.5]) for name, array in problem.parameters.items()}
    return train_many(problem, (0.5, 0.1), parameters).totals.tobytes()


def looked_at(problem) -> bytes:
    """A step's numbers that nobody has asked for while it was trained."""
    *_, last = train(problem)
    return b"".join(last[name].tobytes() for name in ("z2", "back2", "dCT_dw2", "dCT_dw3"))


def elsewhere(problem) -> bytes:
    """In another thread of Python, after the first one has trained something."""
    list(train(random_problem(dense((2, 2), (2, "sigmoid")))))
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(trained, problem).result()


@pytest.mark.parametrize("work", [trained, solved, many, looked_at, elsewhere])
def test_no_bit_depends_on_the_number_of_threads(work):
    results = set()
    for threads in (1, 2, 3):
        with threadpool_limits(threads, "blas"):
            results.add(work(wide()))
    assert len(results) == 1


def test_maps_too():
    results = set()
    for threads in (1, 2, 3):
        with threadpool_limits(threads, "blas"):
            results.add(trained(random_problem(stack(), 300, iterations=2)))
    assert len(results) == 1


def test_this_machine_would_notice():
    """Products of two threads are other ones here: else the tests above could not fail."""
    problem = wide()
    w, a = problem.parameters["w2"].reshape(60, -1), problem.x.reshape(len(problem.x), -1).T
    products = []
    for threads in (1, 2, 3):
        with threadpool_limits(threads, "blas"):
            products.append((w @ a).tobytes() + (a @ a.T).tobytes() + (a.T @ w.T).tobytes())
    if len(set(products)) == 1:
        pytest.skip("this machine's library adds in the same order with any number of threads")


def test_a_training_that_goes_on_with_other_threads(tmp_path):
    """Three updates with one thread and three with two are the six with two, in every cell of Trained."""
    problem = wide().with_settings(iterations=6, layout="table")
    half = problem.with_settings(iterations=3)
    with threadpool_limits(2, "blas"):
        xlnn.write(problem, tmp_path / "whole.xlsx", keep="none", detail="totals")
    with threadpool_limits(1, "blas"):
        xlnn.write(half, tmp_path / "half.xlsx", keep="none", detail="totals")
    with threadpool_limits(2, "blas"):
        rest = xlnn.resume(tmp_path / "half.xlsx", more=3)
        xlnn.write(rest, tmp_path / "rest.xlsx")
    whole, rest = (xlnn.read(tmp_path / name) for name in ("whole.xlsx", "rest.xlsx"))
    for name, array in whole.parameters.items():
        np.testing.assert_array_equal(array, rest.parameters[name])


def test_what_was_set_comes_back():
    with threadpool_limits(2, "blas"):
        before = blas()
        with one_thread:
            assert set(blas()) == {1}
            with one_thread:
                pass
            assert set(blas()) == {1}
        assert blas() == before
        with pytest.raises(ZeroDivisionError), one_thread:
            raise ZeroDivisionError
        assert blas() == before


def test_two_trainings_of_a_process_at_the_same_time():
    """One that ends first leaves the other its one thread, and the last one gives all back."""
    with threadpool_limits(2, "blas"):
        before, inside, out = blas(), threading.Event(), threading.Event()

        def other():
            with one_thread:
                inside.set()
                out.wait(20)

        thread = threading.Thread(target=other)
        thread.start()
        assert inside.wait(20)
        with one_thread:
            pass
        assert set(blas()) == {1}
        out.set()
        thread.join()
        assert blas() == before
