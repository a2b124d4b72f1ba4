"""Many images are worked through block by block: what comes out, in which order it may be asked for, and what it needs."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from xlnn import LayerSettings, Network, Problem, plain_layers, train
from xlnn.errors import DivergedError
from xlnn.model.activations import ACTIVATIONS
from xlnn.model.training import Step, StepInBlocks, trained

MAPS = (
    LayerSettings("I", "input", size=(7, 6)),
    LayerSettings("F", "convolution", 3, (2, 3)),
    LayerSettings("P", "max pooling", size=(3, 2)),
    LayerSettings("O", "dense", 3),
)
CLASSES = (0.0, 1.0, 2.0)
NETWORKS = {
    "maps, sum": Network(MAPS, classes=CLASSES),
    "maps, mean, frozen": Network(MAPS, total="mean", freeze_biases=True, classes=CLASSES),
    "units, mean": Network(plain_layers((7, 6), 5, 4, 3), total="mean", classes=CLASSES),
    "softmax": Network((*MAPS[:3], replace(MAPS[3], activation="softmax")), cost="softmax cross-entropy", classes=CLASSES),
    "targets": Network(plain_layers((7, 6), 4, 2, activation="tanh"), cost="squares"),
}


def problem_of(network: Network, images: int = 23, block: int = 5) -> Problem:
    """Random images and parameters; blocks of so many images, the last one shorter."""
    numbers = np.random.default_rng(7)
    vars(network)["block"] = block
    parameters = {q.name: numbers.standard_normal(q.shape) for q in network.parameters}
    answers = {"digits": numbers.integers(0, 3, images).astype(float)} if network.classes else {"t": numbers.random((images, 2))}
    return Problem(network, numbers.random((images, *network.layers[0].shape)), parameters, **answers)


def whole(problem: Problem) -> Step:
    """All images at once, by the rules alone."""
    return Step(problem, 1, problem.given(np.arange(problem.images)), problem.parameters)


@pytest.mark.parametrize("name", NETWORKS)
def test_blocks_add_up_to_the_whole(name):
    problem = problem_of(NETWORKS[name])
    step, plain = next(train(problem)), whole(problem)
    assert type(step) is StepInBlocks
    for quantity in problem.network.quantities:
        if quantity in problem.network.rule_of:
            size = max(1, np.abs(plain[quantity]).max())  # rounding of sums, for the size of what is added
            np.testing.assert_allclose(step[quantity], plain[quantity], rtol=0, atol=2e-15 * 23 * size, err_msg=quantity)
            assert step[quantity].shape == plain[quantity].shape


@pytest.mark.parametrize("images", [23, 5])  # several blocks, one
@pytest.mark.parametrize("name", NETWORKS)
def test_the_bits_do_not_depend_on_what_was_asked_for_before(name, images):
    problem = problem_of(NETWORKS[name], images)
    names = [name for name in problem.network.quantities if name in problem.network.rule_of]
    first = [next(train(problem))[name].tobytes() for name in names]
    late = trained(problem, problem.parameters)  # not for learning: gradients are found when they are asked for
    assert first == [late[name].tobytes() for name in reversed(names)][::-1]


def test_the_output_layer_updated_first_is_not_taken_apart():
    """Its δ of one image needs the new weights, which need all images."""
    problem = problem_of(Network(MAPS, update="output first", classes=CLASSES))
    assert next(train(problem)).new_parameters()["wF"].tobytes() == whole(problem).new_parameters()["wF"].tobytes()


def test_blocks_that_add_up_to_more_than_there_is_a_number_for():
    """Each of four blocks has ∂C_T/∂w = 5 · 10¹⁵³ · 10¹⁵⁴; that is seen, and not warned of (a warning fails a test here)."""
    network = Network(plain_layers((1, 1), 1, activation="identity"))
    zero = {q.name: np.zeros(q.shape) for q in network.parameters}
    problem = Problem(network, np.full((20, 1, 1), 1e153), zero, t=np.full((20, 1), -1e154))
    vars(network)["block"] = 5
    step = next(train(problem))
    assert type(step) is StepInBlocks
    assert step["dCT_dw2"].tolist() == [[[np.inf]]]
    with pytest.raises(DivergedError):
        step.new_parameters()


def test_few_images_are_one_step():
    assert type(next(train(problem_of(NETWORKS["maps, sum"], images=5)))) is Step


def test_a_step_on_many_images_needs_no_array_of_all():
    maps = Network((LayerSettings("I", "input", size=(20, 20)), *MAPS[1:2], LayerSettings("O", "dense", 3)), classes=CLASSES)
    problem = replace(problem_of(maps), x=np.zeros((600, 20, 20)), digits=np.zeros(600))
    del vars(maps)["block"]
    steps = train(problem)
    step = next(steps)
    tracemalloc.start()
    try:
        step["CT"], next(steps)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    z = 600 * 3 * 19 * 18 * 8  # bytes
    assert peak > maps.block * 3 * 19 * 18 * 8  # it was calculated meanwhile
    assert z > 4_900_000
    assert peak < 8 * 4 * 2**15 * 8  # a handful of blocks' arrays of 1 MB; as a whole there are six of z


@pytest.mark.parametrize("entry", [entry for entry in ACTIVATIONS.values() if entry.in_place], ids=lambda entry: entry.name)
def test_in_place_is_the_same_to_the_bit(entry):
    z = np.array([-np.inf, -1e308, -701, -700, -37, -1e-300, -0.0, 0, 1e-17, 0.5, 36, 709, 1e308, np.inf, np.nan])
    z = np.concatenate([z, np.random.default_rng(0).normal(0, 20, 1000)])
    given = z.copy()
    with np.errstate(over="ignore"):
        assert entry.in_place(z).tobytes() == entry.output(z).tobytes()
    a = entry.output(np.clip(z, -700, 700))
    assert entry.slope_in_place(z, a).tobytes() == entry.slope(z, a).tobytes()
    assert z.tobytes() == given.tobytes()
