"""Ctrl-C while a training runs: it ends after the iteration under way, and what there is until then is kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopped(KeyboardInterrupt):
    """A training was stopped; its iterations so far are in a whole workbook: `result` (writer.Result), of `planned` updates."""

    def __init__(self, result, planned: int):
        super().__init__(f"stopped after {result.updates} of {planned} updates")
        self.result, self.planned = result, planned


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Gives a function that tells whether Ctrl-C was pressed; pressed once more it interrupts at once, as ever.

    Who handles Ctrl-C himself goes on doing so; and only the main thread gets it.
    """
    asked: list[int] = []
    mine = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def ask(number: int, _) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        asked.append(number)

    if mine:
        signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(asked)
    finally:
        if mine:
            signal.signal(signal.SIGINT, signal.default_int_handler)
