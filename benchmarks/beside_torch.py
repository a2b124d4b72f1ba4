"""The same network in PyTorch: eager, autograd, SGD, float64, on the CPU, from the same parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from statistics import median

import numpy as np
import torch
from measure import compare, in_turn, show
from torch.nn.functional import conv2d, linear, max_pool2d

from xlnn import Network, Problem, Settings, train
from xlnn.model.training import way


def show_beside(cases: Iterable[tuple[str, Problem, int, float]], threads: int, repeat: int) -> None:
    """The table of both sides' times: of each case what it is, the problem, calls in a round, and the target."""
    torch.set_num_threads(threads)
    lines = []
    for what, problem, calls, target in cases:
        check_same(problem)
        seconds = in_turn({"xlnn": xlnn_step(problem), "PyTorch": torch_step(problem)}, repeat, calls)
        lines.append(compare(what, seconds["xlnn"], seconds["PyTorch"], target))
    show(lines, "PyTorch")


def large(network: Network) -> Problem:
    """10,000 images of 28×28 with random pixels, for a network with ten outputs."""
    random = np.random.default_rng(0)
    parameters = {q.name: random.standard_normal(q.shape) / np.sqrt(q.size // q.shape[0]) for q in network.parameters}
    digits = random.integers(0, 10, 10_000).astype(float)
    return Problem(network, random.random((10_000, 28, 28)), parameters, digits, settings=Settings(eta=0.2))


def torch_step(problem: Problem) -> Callable[[], float]:
    """A function that makes one update on all images and returns C_T before it."""
    parameters = {name: torch.tensor(array, requires_grad=True) for name, array in problem.parameters.items()}
    optimizer = torch.optim.SGD(list(parameters.values()), lr=problem.settings.eta)
    given = problem.given(np.arange(problem.images))
    x, t = torch.tensor(given["x"]), torch.tensor(given["t"])
    outputs = maps_outputs if any(layer.kind == "convolution" for layer in problem.network.layers) else plain_outputs
    mean = problem.images if problem.network.total == "mean" else 1

    def step() -> float:
        optimizer.zero_grad()
        cost = ((outputs(problem, parameters, x) - t) ** 2).sum() / 2 / mean
        cost.backward()
        optimizer.step()
        return cost.item()

    return step


def plain_outputs(problem: Problem, parameters: dict, x: torch.Tensor) -> torch.Tensor:
    a = x.flatten(1)
    for layer in problem.network.layers[1:]:
        w, b = parameters["w" + layer.label], parameters["b" + layer.label]
        a = torch.sigmoid(linear(a, w.flatten(1), b))
    return a


def maps_outputs(problem: Problem, parameters: dict, x: torch.Tensor) -> torch.Tensor:
    """F, P, O: filters, max pooling, a dense layer."""
    w, b = parameters["wF"][:, None], parameters["bF"]
    a = max_pool2d(torch.sigmoid(conv2d(x[:, None], w, b)), problem.network.layers[2].size)
    return torch.sigmoid(linear(a.flatten(1), parameters["wO"].flatten(1), parameters["bO"]))


def xlnn_step(problem: Problem) -> Callable[[], float]:
    """The same of xlnn: one step of `train`, with C_T."""
    steps: Iterator = train(problem.with_settings(iterations=10**9))
    current = next(steps)

    def step() -> float:
        nonlocal current
        cost = float(current["CT"])
        current = next(steps)  # makes the update
        return cost

    return step


def show_roofline(problem: Problem, repeat: int) -> None:
    """What a step calculates and moves in a second, beside a plain matrix product and plain copies in the same rounds.

    Calculated: two operations for every weight and place where it is used, forward, for its gradient, and backward. Moved:
    what the rules read and write, as if every array came from memory and went back there.
    """
    random = np.random.default_rng(0)
    matrix, large_, small = random.random((1024, 1024)), random.random(1 << 25), random.random(1 << 16)
    spare, little, product = large_.copy(), small.copy(), np.empty_like(matrix)
    seconds = in_turn(
        {
            "step": xlnn_step(problem),
            "product": lambda: np.matmul(matrix, matrix, out=product),
            "copy": lambda: np.copyto(spare, large_),
            "copy in the cache": lambda: [np.copyto(little, small) for _ in range(512)],
        },
        repeat,
    )
    taken = {name: median(each) for name, each in seconds.items()}
    operations, moved = operations_of(problem), moved_by(problem)
    print(f"{operations / 1e9:.2f} G operations, {moved / 1e9:.2f} GB between rules in {taken['step']:.2f} s")
    calculated, product_ = operations / taken["step"] / 1e9, 2 * 1024**3 / taken["product"] / 1e9
    print(f"calculated: {calculated:.1f} GFLOP/s; a matrix product: {product_:.1f}")
    print(
        f"moved: {moved / taken['step'] / 1e9:.1f} GB/s; a copy of 256 MB: {2 * large_.nbytes / taken['copy'] / 1e9:.1f}, "
        f"of 512 KB: {2 * 512 * small.nbytes / taken['copy in the cache'] / 1e9:.1f}"
    )


def operations_of(problem: Problem) -> int:
    """Multiplications and additions of the matrix products and convolutions of a step."""
    found = 0
    for position, layer in enumerate(layer for layer in problem.network.layers if layer.activation):
        w = problem.parameters["w" + layer.label]
        places = int(np.prod(layer.shape[1:]))  # where a filter lies
        found += 2 * w.size * places * problem.images * (3 if position else 2)  # nothing goes back to the pixels
    return found


def moved_by(problem: Problem) -> int:
    """Bytes that the rules of a step read and write."""
    network = problem.network
    sizes = {name: 8 * q.size * (problem.images if q.per_image else 1) for name, q in network.quantities.items()}
    names = ("CT", *["new_" + q.name for q in network.parameters])
    known = problem.given(np.arange(problem.images))
    return sum(sum(sizes[name] for name in (rule.result.name, *rule.needs)) for rule in way(network.rule_of, names, known))


def check_same(problem: Problem) -> None:
    """Both give the same C_T over three updates; else comparing their times says nothing."""
    ours, theirs = xlnn_step(problem), torch_step(problem)
    for _ in range(3):
        first, second = ours(), theirs()
        if not abs(first - second) <= 1e-9 * abs(second):
            raise SystemExit(f"C_T differs: {first!r} by xlnn, {second!r} by PyTorch.")
