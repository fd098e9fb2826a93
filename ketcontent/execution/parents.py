"""What a process that only imports owes to the one that started it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

_SECONDS = 0.2
"""How often it is looked whether the parent lives."""


@contextmanager
def end_with_parent(parent: int) -> Iterator[None]:
    """End this process where its parent is killed meanwhile; what it holds is let go of first.

    Whoever serves finds at once that nobody can ask any more; whoever still imports does not
    listen yet. For the main thread, and for as long as the process may not be forked.

    Parameters
    ----------
    parent
        The process that started this one.
    """
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(_SECONDS):
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGTERM)

    def end(*_: Any) -> NoReturn:
        raise SystemExit(1)

    before = signal.signal(signal.SIGTERM, end)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
        signal.signal(signal.SIGTERM, before)
