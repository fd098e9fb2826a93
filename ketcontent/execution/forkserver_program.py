"""What the fork server does: import, then fork a kernel for each request.

It serves whoever holds an end of its socket, all at once. A request is a byte on that socket with
three descriptors: an end of a connection that is made for this one kernel, and the standard
streams of the one who asks. Along the connection come the `KernelRequest`, and back the kernel's
process id, `STARTED` from the kernel itself, and how it ended, as Popen says it. Where a kernel of
this server would not be what a new process is, a `Refusal` comes instead of a process id.

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
import logging
import multiprocessing.process
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Container, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn

from .parents import Ended, end_with_parent
from .preloading import Refusal, import_all, imported, make_profile, refusal_of
from .process_attributes import ProcessAttributes, put_on
from .socket_folders import clear_socket_folder, clear_socket_folders

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
    """The folder of its sockets, to be removed when nobody needs the kernel any more; or none."""
    attributes: ProcessAttributes
    """What it has of the process that asks."""
    watch: str = ""
    """A module that is told of the kernel: by its `start_trace`, with the folder of the sockets,
    before ipykernel begins, and by its `trace_notebook` before the notebook does; or none."""
    of_each_run: frozenset[str] = frozenset()
    """The variables of the environment that are others for each run by their nature."""
    any_environment: bool = False
    """Whether it is asked for although something was imported in another environment."""


@dataclass(slots=True)
class _Kernel:
    pid: int
    """Its process id; 0 once it has ended."""
    sockets: str
    """The folder of its sockets, where it has one."""


_Kernels = dict[Connection, _Kernel]


def serve(handle: int, owner: int, own: Sequence[str], extra: Sequence[str]) -> NoReturn:
    """Import, then fork a kernel for each request until nobody is left to ask.

    Parameters
    ----------
    handle
        The descriptor of the socket.
    owner
        The process that started this one.
    own
        What to import that each kernel imports by itself.
    extra
        What to import besides.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's to handle
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    # What the owner holds back is for its kernels to have: this one must hear that a child ended.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    door = socket.socket(fileno=handle)
    try:
        with end_with_parent(owner, door):
            import_all(own, extra)
    except Ended:
        clear_socket_folders()
        raise
    # A kernel looks for garbage when it ends, if not before. It need not look among what was
    # imported here: that would copy every page of it, at twice the cost of all the rest.
    gc.freeze()
    gc.enable()
    kernels: _Kernels = {}
    try:
        _fork_on_request(door, kernels)
    except Exception:
        traceback.print_exc()
    finally:
        for connection in list(kernels):
            _drop(connection, kernels)
        clear_socket_folders()  # of those who ended after they had made one, and before they asked
        os._exit(0)


def _refusal(request: KernelRequest) -> Refusal | None:
    return refusal_of(
        request.environment,
        request.folder,
        request.of_each_run,
        any_environment=request.any_environment,
    )


def _fork_on_request(door: socket.socket, kernels: _Kernels) -> None:
    awake, wake = os.pipe()
    os.set_blocking(wake, False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    asking: dict[Connection, list[int]] = {}
    doors = [door]
    while doors or kernels or asking:  # whoever started another instead still has kernels here
        ready = wait([*doors, awake, *asking, *kernels])
        if awake in ready and signal.SIGTERM in os.read(awake, 4096):
            return
        _reap(kernels)
        for connection in kernels.keys() & ready:
            _drop(connection, kernels)
        for connection in asking.keys() & ready:
            streams = asking.pop(connection)
            with contextlib.suppress(EOFError, OSError):  # whoever asked is gone
                request = connection.recv()
                if refusal := _refusal(request):
                    connection.send(refusal)
                    connection.close()
                else:
                    kernels[connection] = _fork(connection, request, streams)
            for stream in streams:
                os.close(stream)
        if door in ready:
            word, handles, _, _ = socket.recv_fds(door, 1, 3)
            if word:
                asking[Connection(handles[0])] = handles[1:]
            else:
                doors.clear()


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
        pid, status = _wait_for_any(running)
        if not pid:
            return
        if pid not in running:  # something that was imported had started it
            continue
        connection = running.pop(pid)
        kernels[connection].pid = 0
        with contextlib.suppress(OSError):  # nobody waits for it any more
            connection.send(os.waitstatus_to_exitcode(status))


def _wait_for_any(running: Container[int]) -> tuple[int, int]:
    """Return a child that has ended and its status, with its group ended; 0 where there is none."""
    if hasattr(os, "waitid"):
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return 0, 0
        if ended.si_pid in running:
            _kill_group(ended.si_pid)  # before its number is free for another
        return os.waitpid(ended.si_pid, 0)
    pid, status = os.waitpid(-1, os.WNOHANG)  # macOS, before Python 3.13
    if pid in running:
        _kill_group(pid)
    return pid, status


def _drop(connection: Connection, kernels: _Kernels) -> None:
    """End a kernel that nobody needs any more, and remove the folder of its sockets with it.

    Where whoever asked holds the folder, another kernel took the place of this one.
    """
    kernel = kernels.pop(connection)
    connection.close()
    if kernel.pid:
        os.kill(kernel.pid, signal.SIGKILL)  # it may have no group of its own yet
        _kill_group(kernel.pid)
        os.waitpid(kernel.pid, 0)
    if kernel.sockets:
        clear_socket_folder(kernel.sockets)


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
        os.environ.update({**imported.changed, **request.environment})
        time.tzset()
        os.chdir(request.folder)
        put_on(request.attributes)
        # Whoever multiprocessing starts looks for modules where its parent began.
        vars(multiprocessing.process)["ORIGINAL_DIR"] = request.folder
        multiprocessing.process.current_process().authkey = os.urandom(32)
        make_profile()
        watcher = import_module(request.watch) if request.watch else None
        if watcher is not None:
            watcher.start_trace(request.sockets)
        launcher = find_spec("ipykernel_launcher")
        sys.argv = [str(launcher and launcher.origin), *request.words]
        if "numpy" in sys.modules:  # Python's own generator is seeded anew in a fork
            sys.modules["numpy"].random.seed()
        from ipykernel.kernelapp import IPKernelApp

        # It polls for the death of its parent, in case that had no time to end it.
        application = IPKernelApp.instance(parent_handle=os.getppid())
        application.initialize(request.words)
        sys.modules["__mp_main__"] = sys.modules["__main__"]  # as multiprocessing finds it
        # The manager interrupts each kernel before it ends it. A cell raises then; that nothing was
        # running is nothing to tell.
        application.kernel.log.addFilter(_is_no_idle_interrupt)
        if request.sockets:
            _wait_for_readers(application.iopub_thread)
        if "matplotlib" in sys.modules:
            _set_up_matplotlib(sys.modules["matplotlib"])
        connection.send(STARTED)
        connection.close()
        if watcher is not None:
            watcher.trace_notebook()
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


def _wait_for_readers(iopub: Any) -> None:
    """Have a kernel that shows more than is read wait, where ZeroMQ would lose it unsaid.

    It drops what is published to a reader that is a thousand messages behind. One that papermill
    runs has a single reader, which reads all; of a Jupyter server's, one may be stopped for hours.
    """
    import zmq

    iopub.schedule(lambda: iopub.socket.setsockopt(zmq.XPUB_NODROP, 1))


def _is_no_idle_interrupt(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("KeyboardInterrupt caught in kernel")


def _set_up_matplotlib(matplotlib: Any) -> None:
    """Give matplotlib the settings that it would find here, had it not been imported before.

    So ``matplotlibrc`` is that beside the notebook, as in Jupyter, and is noted as read.
    """
    shipped = os.path.join(matplotlib.get_data_path(), "matplotlibrc")
    if {matplotlib.matplotlib_fname(), imported.settings} != {shipped}:
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
        if int(name) > 2 and int(name) not in {connection, *imported.files}:
            with contextlib.suppress(OSError):  # the one that listed the folder is closed already
                os.close(int(name))
