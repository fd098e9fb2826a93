"""Make of an interpreter what workers are forked from: to import this module is all it is for."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from types import TracebackType

from ketcontent.execution.parents import end_with_parent

# What its parent holds back would hide from it that a worker has ended.
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD, signal.SIGTERM})

with end_with_parent(os.getppid()):
    importlib.import_module("ketcontent.execution.preload_worker")


def _say_why(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """Print why a worker did not start; not of one that the end of its pool came before."""
    if not issubclass(kind, FileNotFoundError | EOFError | BrokenPipeError):
        sys.__excepthook__(kind, fault, trace)


sys.excepthook = _say_why
