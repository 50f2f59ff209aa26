"""A thread pool that maps a function over items, and stops at once on Ctrl-C."""

import ctypes
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# Torch computes outside Python's lock, but Python has a part in each step of a small network.
MOST = 4


def sensible() -> int:
    """Return how many threads are worth their while on this machine."""
    return min(MOST, os.cpu_count() or 1)


@contextmanager
def mapping(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Iterator[Iterator[Result]]:
    """Give what ``map`` does, computed by so many threads.

    When the block ends by an exception, Ctrl-C for one, the threads are made to stop as well: by
    a KeyboardInterrupt before their next line of Python.

    Args:
        function: called with each item. What it raises is raised where its result is asked for.
        items: all are taken at once where there are several threads.
        threads: with one, ``function`` is called in this thread, as results are asked for.
    """
    if threads < 2:
        yield map(function, items)
        return
    busy: set[int] = set()

    def tracked(item: Item) -> Result:
        busy.add(threading.get_ident())
        try:
            return function(item)
        finally:
            busy.discard(threading.get_ident())

    pool = ThreadPoolExecutor(threads, initializer=_one_core)
    try:
        yield pool.map(tracked, items)
    except BaseException:
        # Not waited for: one may be asleep, or far from its next line of Python.
        pool.shutdown(wait=False, cancel_futures=True)
        for thread in list(busy):
            _interrupt(thread)
        raise
    pool.shutdown()


def _one_core() -> None:
    """Let this thread compute on one core. Torch counts anew in every thread."""
    import torch  # noqa: PLC0415  # takes seconds, and only clients that train need it

    torch.set_num_threads(1)


def _interrupt(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), ctypes.py_object(KeyboardInterrupt)
    )
