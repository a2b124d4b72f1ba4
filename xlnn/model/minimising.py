"""Minimising C_T over all parameters at once, as Excel's Solver does in the book (3-5, 5-4), with SciPy on our gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from xlnn.errors import DivergedError, UsageError, pip_install
from xlnn.model.problem import Problem
from xlnn.model.training import Step, counted, trained

FLAT = 1e-6  # the largest |∂C_T/∂w| at which C_T counts as flat


MEMORY = 50  # steps that L-BFGS-B remembers; enough to see the curvature of the book's networks whole


@dataclass(frozen=True)
class Solution:
    """What the solver found: all images under the last parameters, (steps, C_T, share right) after each step (with held-out
    images also theirs), how it ended.

    `ended`: "flat", "steps" (all that were allowed) or "stuck" (nothing lowered C_T any more).
    """

    step: Step
    totals: tuple[tuple, ...]
    ended: str


def minimise(problem: Problem, steps: int = 1000) -> Solution:
    """Searches the parameters with the smallest C_T of all images, from the problem's own on, by L-BFGS-B.

    η, iterations and batches play no part. Raises UsageError where SciPy is missing or the network cannot learn,
    DivergedError where C_T is no finite number.
    """
    search = _scipy().minimize
    if steps < 1:
        raise UsageError("the number of steps must be at least 1, not {value}.", value=steps)
    problem.network.check_trainable()
    # of the function C_T itself: the gradient with new weights, or with δ for every shared maximum, is another one
    exact = replace(problem, network=replace(problem.network.descending, update="together", ties="first"))
    free = [q for q in problem.network.parameters if not problem.network.frozen(q)]
    given = exact.given(np.arange(exact.images))
    totals = [_total(problem, problem.parameters, 0)]

    def cost(flat: np.ndarray) -> tuple[float, np.ndarray]:
        step = Step(exact, 1, given, _apart(problem, free, flat))
        return float(step["CT"]), _joined(free, {q.name: step["dCT_d" + q.name] for q in free})

    def note(flat: np.ndarray) -> None:
        totals.append(_total(problem, _apart(problem, free, flat), len(totals)))

    # C_T is compared exactly (ftol 0), so that only its slope, or the number of steps, ends the search
    options = {"maxiter": steps, "maxfun": 25 * steps, "ftol": 0.0, "gtol": FLAT, "maxcor": MEMORY}
    start = _joined(free, problem.parameters)
    with threadpool_limits(1, "blas"):  # SciPy has a library of its own
        found = search(cost, start, jac=True, method="L-BFGS-B", callback=note, options=options)
    best = trained(problem, _apart(problem, free, found.x), len(totals))
    ended = "flat" if np.abs(found.jac).max() <= FLAT else "steps" if found.status == 1 else "stuck"
    return Solution(best, tuple(totals), ended)


def _scipy():
    try:
        from scipy import optimize
    except ImportError:
        raise UsageError("the solver needs SciPy. Install it with: {command}", command=pip_install("scipy")) from None
    return optimize


def _joined(free, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """The free parameters, or their gradients, in one row."""
    return np.concatenate([np.ravel(arrays[q.name]) for q in free])


def _apart(problem: Problem, free, flat: np.ndarray) -> dict[str, np.ndarray]:
    """The parameters by name again; frozen ones as they were."""
    ends = np.cumsum([q.size for q in free])[:-1]
    parts = (part.reshape(q.shape) for q, part in zip(free, np.split(flat, ends), strict=True))
    return {**problem.parameters, **dict(zip((q.name for q in free), map(np.array, parts), strict=True))}


def _total(problem: Problem, parameters: Mapping, steps: int) -> tuple:
    """(steps done, C_T, share right), then those of held-out images. Raises DivergedError where C_T is not finite."""
    try:
        return counted(problem, trained(problem, parameters, steps + 1))
    except DivergedError:
        text = "after step {step} of the solver C_T is not a finite number; try other first parameters."
        raise DivergedError(text, step=steps) from None
