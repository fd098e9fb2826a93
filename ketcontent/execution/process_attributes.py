"""What a process hands to one that it starts, beside its folder, environment and streams.

A kernel is forked from a process that was started earlier, with what its caller had then. What the
caller has now travels with the request, and is put on after the fork.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass

try:
    import resource
except ImportError:  # there is no fork either, and nobody asks
    _LIMITS = []
else:
    _LIMITS = sorted({number for name, number in vars(resource).items() if name[:7] == "RLIMIT_"})


@dataclass(frozen=True, slots=True)
class ProcessAttributes:
    """What POSIX calls attributes of a process, as far as a child may set them."""

    umask: int
    """The permissions that new files do not get."""
    limits: dict[int, tuple[int, int]]
    """By number of a resource, the soft and the hard limit."""
    niceness: int
    """How much it lets others go first."""
    cores: frozenset[int]
    """The cores that it may use; empty where the system does not say."""
    ignored: frozenset[int]
    """The signals that it ignores, but those that Python and Jupyter decide on."""
    blocked: frozenset[int]
    """The signals that it holds back, in the thread that starts the other."""


def own_attributes() -> ProcessAttributes:
    """Return what this process would hand to one that it starts."""
    return ProcessAttributes(
        _umask(),
        {number: resource.getrlimit(number) for number in _LIMITS},
        os.getpriority(os.PRIO_PROCESS, 0),
        frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset(),
        frozenset(one for one in _inherited() if signal.getsignal(one) == signal.SIG_IGN),
        frozenset(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
    )


def put_on(given: ProcessAttributes) -> None:
    """Have what another process has, as far as this one may.

    Where that one was started no later than this, it has nothing that this may not have.
    """
    os.umask(given.umask)
    for number, limit in given.limits.items():
        if resource.getrlimit(number) != limit:
            with suppress(ValueError, OSError):  # a limit that only root may raise stays
                resource.setrlimit(number, limit)
    if os.getpriority(os.PRIO_PROCESS, 0) != given.niceness:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, given.niceness)
    for number in _inherited():
        handler = signal.SIG_IGN if number in given.ignored else signal.SIG_DFL
        if signal.getsignal(number) in {signal.SIG_IGN, signal.SIG_DFL} - {handler}:
            signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, given.blocked)
    if given.cores and given.cores != os.sched_getaffinity(0):
        with suppress(OSError):  # a core that was taken away meanwhile
            os.sched_setaffinity(0, given.cores)


def _inherited() -> set[int]:
    """Return the signals of which a child has from its parent whether it ignores them."""
    own = {"SIGINT", "SIGTERM", "SIGKILL", "SIGSTOP", "SIGCHLD", "SIGPIPE", "SIGXFSZ", "SIGXFZ"}
    return {one for one in signal.valid_signals() if getattr(one, "name", "") not in own}


def _umask() -> int:
    # To ask the system is to change it, for all threads; Linux also says it in a file.
    with suppress(OSError), open("/proc/self/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    was = os.umask(0o077)
    os.umask(was)
    return was
