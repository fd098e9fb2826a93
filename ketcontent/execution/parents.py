"""What a process that only imports owes to the one that started it."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any, NoReturn

_SECONDS = 0.2
"""How often it is looked whether the parent lives."""


class Ended(SystemExit):
    """The end of a process whose parent is gone, or that was asked to end."""


@contextmanager
def end_with_parent(parent: int, door: socket | None = None) -> Iterator[None]:
    """End this process where its parent is gone meanwhile; what it holds is let go of first.

    So it ends where nobody is left who could ask it for anything. Whoever serves finds that at
    once; whoever still imports does not listen yet, and may never. For the main thread, and for as
    long as the process may not be forked.

    Parameters
    ----------
    parent
        The process that started this one.
    door
        Where it is asked, if it is to serve.
    """
    left = select.poll()
    if door is not None:
        left.register(door, select.POLLHUP)
    is_over, is_unheard = threading.Event(), threading.Event()

    def watch() -> None:
        while not is_over.wait(_SECONDS):
            if os.getppid() != parent or left.poll(0) or is_unheard.is_set():
                is_unheard.clear()
                os.kill(os.getpid(), signal.SIGTERM)

    def end(*_: Any) -> NoReturn:
        raise Ended(1)

    def unraisable(lost: Any) -> None:
        # Python drops what is raised while it clears something up, and goes on.
        if isinstance(lost.exc_value, Ended):
            is_unheard.set()
        else:
            hook(lost)

    before, hook = signal.signal(signal.SIGTERM, end), sys.unraisablehook
    sys.unraisablehook = unraisable
    # With a name: those of a kernel's own threads count from one.
    watcher = threading.Thread(target=watch, daemon=True, name="watches its parent")
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
        signal.signal(signal.SIGTERM, before)
        sys.unraisablehook = hook
