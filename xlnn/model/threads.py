"""One thread for matrix products: several add in another order, so that the last bits would depend on the number of cores."""

from __future__ import annotations

from functools import cache
from threading import Lock


class _OneThread:
    """`with one_thread:` matrix products take one thread; it can be entered again, and from several threads of Python.

    NumPy's library is told so (OpenBLAS, MKL, BLIS), most of them for the whole process: what was set comes back when
    nobody is within any more. Apple's Accelerate takes no such order.
    """

    def __init__(self):
        self._lock, self._within = Lock(), 0
        self._before: dict = {}  # threads that a library took, for those that took several

    def __enter__(self) -> None:
        with self._lock:
            self._within += 1
            for library, asked in _libraries():
                threads = asked()
                if threads != 1:
                    self._before[library] = threads
                    _set(library, 1)

    def __exit__(self, *_) -> None:
        with self._lock:
            self._within -= 1
            while self._before and not self._within:
                _set(*self._before.popitem())


def _set(library, threads: int) -> None:
    """threadpoolctl 3.8 listens to the first thread of Python only, lest several disagree: here they do not."""
    getattr(library, "_real_set_num_threads", library.set_num_threads)(threads)


@cache
def _libraries() -> list[tuple]:
    """The libraries that multiply matrices for NumPy, which is loaded by now, and of each what tells its threads.

    threadpoolctl looks OpenBLAS's function up each time that it asks, which takes as long as a small matrix product.
    """
    from threadpoolctl import ThreadpoolController

    found = ThreadpoolController().select(user_api="blas").lib_controllers
    looked_up = lambda library: getattr(library, "_get_symbol", lambda _: None)("openblas_get_num_threads")
    return [(library, looked_up(library) or library.get_num_threads) for library in found]


one_thread = _OneThread()
