"""The jobs of a sweep, computed by joblib: on the cores of this machine, or on the workers of a Dask cluster."""

from __future__ import annotations

import logging
import re
import signal
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from xlnn.errors import UsageError, pip_install
from xlnn.model.many import Courses, train_many
from xlnn.model.problem import Problem, draw

PATIENCE = 10  # seconds until a scheduler, or its first worker, must have answered


@dataclass(frozen=True)
class Job:
    """Runs that are computed together: their numbers, η and seeds (None: the problem's own start)."""

    index: int
    problem: Problem
    numbers: tuple[int, ...]
    etas: tuple[float, ...]
    seeds: tuple[int | None, ...]


@dataclass(frozen=True)
class Done:
    """What a job found, and the seconds that it took."""

    index: int
    numbers: tuple[int, ...]
    courses: Courses
    seconds: float


def run_job(job: Job) -> Done:
    """Trains the runs of a job."""
    started = time.perf_counter()
    problem = job.problem
    first = [{q.name: _start(problem, q, seed) for q in problem.network.parameters} for seed in job.seeds]
    parameters = {q.name: np.stack([each[q.name] for each in first]) for q in problem.network.parameters}
    courses = train_many(problem, job.etas, parameters)
    return Done(job.index, job.numbers, courses, time.perf_counter() - started)


def _start(problem: Problem, q, seed: int | None) -> np.ndarray:
    return problem.parameters[q.name] if seed is None else draw(q, seed, problem.settings.start)


def run_all(jobs: Sequence[Job], workers: int | None = None, scheduler: str | None = None) -> Iterator[Done]:
    """What the jobs found, as they are done. Raises UsageError where no scheduler answers, or the workers are lost."""
    from joblib import Parallel, cpu_count, delayed

    if workers is not None and workers < 1:
        raise UsageError("the number of workers must be at least 1, not {value}.", value=workers)
    if workers is not None and scheduler:
        raise UsageError("--workers is for this machine; with --scheduler the cluster's workers are used.")
    if not jobs:
        return
    workers = min(workers or cpu_count(), len(jobs))
    with _cluster(scheduler) if scheduler else _cores(workers):
        found = Parallel(return_as="generator_unordered")(delayed(run_job)(job) for job in jobs)
        try:
            yield from iter(found.__next__, None)  # not closed through `yield from`: that warns of jobs that are dropped
        finally:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.close()


@contextmanager
def _cores(workers: int) -> Iterator[None]:
    from joblib import parallel_config
    from joblib.externals.loky.process_executor import BrokenProcessPool

    more = {"inner_max_num_threads": 1, "initializer": _deaf} if workers > 1 else {}
    try:
        with parallel_config(backend="loky", n_jobs=workers, **more):
            yield
    except BrokenProcessPool:
        raise UsageError("a worker process was ended from outside, perhaps for want of memory; --resume goes on.") from None


def _deaf() -> None:
    """Ctrl-C is for the process that asked; it ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _cluster(address: str) -> Iterator[None]:
    """Jobs go to the workers of the Dask scheduler at this address."""
    try:
        from distributed import CancelledError, Client, KilledWorker
        from joblib import parallel_config
    except ImportError:
        raise UsageError(
            "--scheduler needs Dask. Install it with: {command}", command=pip_install("dask", "distributed")
        ) from None
    if not re.fullmatch(r"((tcp|tls|ws|wss|ucx)://)?[^/\s]+:[0-9]+", address):
        raise UsageError("--scheduler: expected an address like tcp://192.168.1.7:8786, found {found}.", found=repr(address))
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except OSError:
        raise UsageError(
            "no Dask scheduler answers at {address}. Start one with: dask scheduler; and on each machine, in an environment "
            "that has xlnn: dask worker {address}",
            address=address,
        ) from None  # fmt: skip
    try:
        with parallel_config(backend="dask", client=client, wait_for_workers_timeout=PATIENCE, n_jobs=-1):
            yield
    except TimeoutError:
        raise UsageError(
            "the Dask scheduler at {address} has no workers. Start one on each machine, in an environment that has xlnn: "
            "dask worker {address}",
            address=address,
        ) from None  # fmt: skip
    except (KilledWorker, CancelledError):
        raise UsageError(
            "the Dask cluster at {address} was lost: its scheduler has ended, or its workers again and again; --resume goes on.",
            address=address,
        ) from None  # fmt: skip
    finally:
        client.close()
