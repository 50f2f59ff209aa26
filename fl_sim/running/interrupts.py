"""A delay of Ctrl-C and SIGTERM, for moments in which Python does not pass them on."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def late_interrupt() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait for the end of the block.

    What is raised while a package is imported may be caught there, and is lost.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        pending.append(number)

    before = {each: signal.signal(each, note) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if pending:
        signal.raise_signal(pending[0])
