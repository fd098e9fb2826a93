"""What the fork server does: import, then fork a kernel for each request.

It serves whoever holds an end of its socket, all at once. A request is a byte on that socket with
three descriptors: an end of a connection that is made for this one kernel, and the standard
streams of the one who asks. Along the connection come the `KernelRequest`, and back the kernel's
process id, `STARTED` from the kernel itself, and how it ended, as Popen says it.

The connection is the kernel's life line: where the other end is closed, its owner is gone or has
no more use for it, and may not have had the time to clear up.

Notes
-----
Importing two thousand modules makes so many objects that Python looks for garbage among them a
dozen times, and finds none; so it does not look until they are there, and never among them.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn

from ketcontent.execution.parents import end_with_parent
from ketcontent.execution.socket_folders import remove_socket_folder
from ketcontent.tracing import start_trace, trace_notebook

STARTED = None
"""What a kernel says when its sockets are there."""


@dataclass(frozen=True, slots=True)
class KernelRequest:
    """What a kernel is made of."""

    words: list[str]
    """The arguments of ipykernel."""
    environment: dict[str, str]
    """Its environment."""
    folder: str
    """Its working directory."""
    sockets: str
    """The folder of its sockets, which is removed when nobody needs the kernel any more."""


@dataclass(slots=True)
class _Kernel:
    pid: int
    """Its process id; 0 once it has ended."""
    sockets: str
    """The folder of its sockets."""


_settings_of_server = ""
"""The file of settings that matplotlib read when it was imported."""

_Kernels = dict[Connection, _Kernel]


def serve(handle: int, owner: int, imports: Iterable[str]) -> NoReturn:
    """Import, then fork a kernel for each request until nobody is left to ask.

    Parameters
    ----------
    handle
        The descriptor of the socket.
    owner
        The process that started this one.
    imports
        What to import.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's to handle
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # as kernels are to have it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    global _settings_of_server
    with end_with_parent(owner):
        for name in imports:
            importlib.import_module(name)
    if "matplotlib" in sys.modules:
        _settings_of_server = sys.modules["matplotlib"].matplotlib_fname()
    # A kernel looks for garbage when it ends, if not before. It need not look among what was
    # imported here: that would copy every page of it, at twice the cost of all the rest.
    gc.freeze()
    gc.enable()
    kernels: _Kernels = {}
    try:
        _fork_on_request(socket.socket(fileno=handle), kernels)
    except Exception:
        traceback.print_exc()
    finally:
        for connection in list(kernels):
            _drop(connection, kernels)
        os._exit(0)


def _fork_on_request(door: socket.socket, kernels: _Kernels) -> None:
    awake, wake = os.pipe()
    os.set_blocking(wake, False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    asking: dict[Connection, list[int]] = {}
    while True:
        ready = wait([door, awake, *asking, *kernels])
        if awake in ready and signal.SIGTERM in os.read(awake, 4096):
            return
        _reap(kernels)
        for connection in kernels.keys() & ready:
            _drop(connection, kernels)
        for connection in asking.keys() & ready:
            streams = asking.pop(connection)
            with contextlib.suppress(EOFError, OSError):  # whoever asked is gone
                kernels[connection] = _fork(connection, connection.recv(), streams)
            for stream in streams:
                os.close(stream)
        if door in ready:
            word, handles, _, _ = socket.recv_fds(door, 1, 3)
            if not word:
                return
            asking[Connection(handles[0])] = handles[1:]


def _fork(connection: Connection, request: KernelRequest, streams: Sequence[int]) -> _Kernel:
    pid = os.fork()
    if pid == 0:
        _become_kernel(connection, request, streams)
    with contextlib.suppress(OSError):  # whoever asked is gone, as the next turn finds
        connection.send(pid)
    return _Kernel(pid, request.sockets)


def _reap(kernels: _Kernels) -> None:
    """Say which kernels have ended, and how, and end what they left running."""
    running = {kernel.pid: connection for connection, kernel in kernels.items() if kernel.pid}
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        _kill_group(pid)
        connection = running.pop(pid)
        kernels[connection].pid = 0
        with contextlib.suppress(OSError):  # nobody waits for it any more
            connection.send(os.waitstatus_to_exitcode(status))


def _drop(connection: Connection, kernels: _Kernels) -> None:
    """End a kernel that nobody needs any more, and remove the folder of its sockets."""
    kernel = kernels.pop(connection)
    connection.close()
    if kernel.pid:
        os.kill(kernel.pid, signal.SIGKILL)  # it may have no group of its own yet
        _kill_group(kernel.pid)
        os.waitpid(kernel.pid, 0)
    if kernel.sockets not in (other.sockets for other in kernels.values()):  # not begun anew
        remove_socket_folder(kernel.sockets)


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it left nothing behind
        os.killpg(leader, signal.SIGKILL)


def _become_kernel(
    connection: Connection, request: KernelRequest, streams: Sequence[int]
) -> NoReturn:
    """Be the kernel, to the end of the process."""
    status = 1
    try:
        _leave_server(connection.fileno(), streams)
        os.environ.clear()
        os.environ.update(request.environment)
        time.tzset()
        os.chdir(request.folder)
        _make_profile()
        start_trace(request.sockets)
        sys.argv = ["ipykernel_launcher.py", *request.words]
        if "numpy" in sys.modules:  # Python's own generator is seeded anew in a fork
            sys.modules["numpy"].random.seed()
        from ipykernel.kernelapp import IPKernelApp

        # It polls for the death of its parent, in case that had no time to end it.
        application = IPKernelApp.instance(parent_handle=os.getppid())
        application.initialize(request.words)
        if "matplotlib" in sys.modules:
            _set_up_matplotlib(sys.modules["matplotlib"])
        connection.send(STARTED)
        connection.close()
        trace_notebook()
        application.start()
        # The thread that was told to stop this one still has to say so; without that, the two
        # wait for each other at the end, until the manager's own timeout.
        application.control_thread.join(timeout=1)
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
    except BaseException:
        traceback.print_exc()
    finally:
        # What a process does at its end, without going back to what it was forked from.
        try:
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
        finally:
            os._exit(status)


def _make_profile() -> None:
    """Make IPython's folder for this user's settings, as a kernel does that finds none.

    It is there before anybody notes what is read: a first run would depend on there being none.
    """
    from IPython.core import profiledir

    profiles: Any = profiledir.ProfileDir  # its functions have no types
    place = os.environ.get("IPYTHONDIR") or os.path.join(os.path.expanduser("~"), ".ipython")
    with contextlib.suppress(OSError):  # the kernel says so itself
        os.makedirs(place, exist_ok=True)
        profiles.create_profile_dir_by_name(place)


def _set_up_matplotlib(matplotlib: Any) -> None:
    """Give matplotlib the settings that it would find here, had it not been imported before.

    So ``matplotlibrc`` is that beside the notebook, as in Jupyter, and is noted as read.
    """
    shipped = os.path.join(matplotlib.get_data_path(), "matplotlibrc")
    if {matplotlib.matplotlib_fname(), _settings_of_server} != {shipped}:
        settings = matplotlib.rc_params()
        matplotlib.rcParams.update(settings)
        matplotlib.rcParamsOrig.update(settings)
    matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]  # which ipykernel named since


def _leave_server(connection: int, streams: Sequence[int]) -> None:
    """Keep nothing of the server but what it imported, and this one connection."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate((os.open(os.devnull, os.O_RDONLY), *streams)):
        os.dup2(stream, number)
    for name in os.listdir("/dev/fd"):
        if int(name) > 2 and int(name) != connection:
            with contextlib.suppress(OSError):  # the one that listed the folder is closed already
                os.close(int(name))
