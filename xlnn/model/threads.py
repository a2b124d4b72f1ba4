"""One thread for matrix products: several add in another order, so that the last bits would depend on the number of cores."""

from __future__ import annotations

from functools import cache
from threading import Lock, local


class _OneThread:
    """`with one_thread:` matrix products take one thread; it can be entered again, and from several threads of Python.

    NumPy's library is told so (OpenBLAS, MKL, BLIS), most of them for the whole process: what was set comes back when
    nobody is within any more. Apple's Accelerate takes no such order.
    """

    def __init__(self):
        self._lock, self._here, self._within = Lock(), local(), 0
        self._before: dict = {}  # threads that a library took, for those that took several

    def __enter__(self) -> None:
        self._here.depth = getattr(self._here, "depth", 0) + 1
        if self._here.depth == 1:
            with self._lock:
                self._within += 1
                for library in _libraries():
                    threads = library.num_threads
                    if threads != 1:
                        self._before[library] = threads
                        _set(library, 1)

    def __exit__(self, *_) -> None:
        self._here.depth -= 1
        if not self._here.depth:
            with self._lock:
                self._within -= 1
                while self._before and not self._within:
                    _set(*self._before.popitem())


def _set(library, threads: int) -> None:
    """threadpoolctl 3.8 listens to the first thread of Python only, lest several disagree: here they do not."""
    getattr(library, "_real_set_num_threads", library.set_num_threads)(threads)


@cache
def _libraries() -> list:
    """The libraries that multiply matrices for NumPy, which is loaded by now."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas").lib_controllers


one_thread = _OneThread()
