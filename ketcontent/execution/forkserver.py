"""Fork kernels from a process that has imported what notebooks need.

The *fork server* imports once, and from then on every kernel is a fork of it: a new process, warm,
with nothing of any other notebook in it. A process starts one at most, and gives its socket to its
workers (`attach`), so that all kernels of a build are forked from one server. A kernel ends with
the `Kernel` of the one who asked for it, and the server when nobody is left who could ask. What it
does is in `ketcontent.execution.forkserver_program`.

Notes
-----
multiprocessing's fork server would not do: it runs the caller's main script again in each child,
and gives a child neither the streams nor the environment of the one who asks.

What a library does may depend on the environment that it is imported in. So a process that runs
notebooks itself has its server started anew where that has changed; one that was started for
workers stays, and each of its kernels has the environment of the worker.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait

from ketcontent.dependencies import TABLES_OF_RUN, TRACE
from ketcontent.errors import KetcontentError
from ketcontent.execution.forkserver_program import STARTED, KernelRequest

IPYKERNEL = (
    *("ipykernel.kernelapp", "ipykernel.debugger", "tornado.platform.asyncio", "faulthandler"),
    *("IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger"),
    *("IPython.core.oinspect", "IPython.extensions.storemagic", "pdb", "sqlite3"),
)
"""What every kernel imports."""

NOTEBOOKS = (
    *("ketcontent.checks", "ketcontent.reports.charts", "ketcontent.reports.tables"),
    *("ketcontent.importing.bibliography", "citeproc", "jinja2", "markdown_it", "yaml"),
    *("matplotlib.figure", "matplotlib.backends.backend_svg"),
)
"""What the notebooks of this package import, at the top or when it is first needed."""

PRELOAD_ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as ipykernel sets it
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""What a process that imports all this should find in its environment, unless it is set."""


def can_fork() -> bool:
    """Return whether this system can fork a process."""
    return hasattr(os, "fork") and sys.platform not in ("emscripten", "wasi")


# --- kernels ---------------------------------------------------------------------------------


class Kernel:
    """A forked kernel, with as much of `subprocess.Popen` as jupyter_client asks of one.

    It lives no longer than this object.
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: Connection) -> None:
        self.pid: int = connection.recv()
        self.started = False
        self.returncode: int | None = None
        self._connection = connection

    def poll(self) -> int | None:
        """Return how it ended, as Popen says it; None while it runs."""
        while self.returncode is None and self._connection.poll():
            try:
                said = self._connection.recv()
            except (EOFError, OSError):  # the server is gone, and its kernels with it
                said = -signal.SIGKILL
            if said is STARTED:
                self.started = True
            else:
                self.returncode = said
        return self.returncode

    def wait(self) -> int:
        """Wait for its end; return how it ended."""
        while (ended := self.poll()) is None:
            wait([self._connection])
        return ended

    def send_signal(self, number: int) -> None:
        """Send it a signal, where it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def fork_kernel(request: KernelRequest, timeout: float) -> Kernel:
    """Return a new kernel; from a new fork server where the one there was has ended.

    Parameters
    ----------
    request
        What it is made of.
    timeout
        The seconds in which it must be there.

    Raises
    ------
    KetcontentError
        When the fork server ends before it has forked one.
    RuntimeError
        When that takes too long; as jupyter_client says it.
    """
    server = _own_server()
    try:
        return _ask(server, request, timeout)
    except (EOFError, OSError):
        _stop(server)
    server = _own_server()
    try:
        return _ask(server, request, timeout)
    except (EOFError, OSError) as fault:
        _stop(server)
        raise KetcontentError(
            "The fork server ended before it forked a kernel.",
            hint="Read what it says above; papermill's default engine does without it.",
        ) from fault


def _ask(server: _ForkServer, request: KernelRequest, timeout: float) -> Kernel:
    ours, theirs = Pipe()
    try:
        with theirs:
            socket.send_fds(server.socket, [b"."], [theirs.fileno(), 1, 2])
        ours.send(request)
        if not ours.poll(timeout):
            raise too_slow(timeout)
        return Kernel(ours)
    except BaseException:
        ours.close()
        raise


def too_slow(timeout: float | None) -> RuntimeError:
    """Return what jupyter_client says of a kernel that does not start."""
    return RuntimeError(f"Kernel didn't respond in {timeout} seconds")


# --- the one server of a process -------------------------------------------------------------


@dataclass
class _ForkServer:
    socket: socket.socket
    """Where it is asked for kernels."""
    process: subprocess.Popen[bytes] | None
    """The process; None where another one than this started it."""
    environment: dict[str, str] | None
    """The environment that it is for; None where it is for any."""


_server: _ForkServer | None = None

_lock = threading.RLock()


def start_fork_server(imports: Sequence[str]) -> socket.socket:
    """Return the socket of this process's fork server, to be sent to those who are to `attach`.

    It is started in the background by the first call, and again where it has ended.

    Parameters
    ----------
    imports
        What is to be imported there besides what every kernel needs.
    """
    with _lock:
        server = _running() or _start(imports)
        server.environment = None
        return server.socket


def attach(given: socket.socket) -> None:
    """Have the kernels of this process forked by the server of another one."""
    global _server
    _server = _ForkServer(given, None, None)


def stop_fork_server() -> None:
    """End the fork server of this process, where it has one, and its kernels."""
    if _server is not None:
        _stop(_server)


def _stop(server: _ForkServer) -> None:
    global _server
    with _lock:
        if _server is server:
            _server = None
    server.socket.close()
    if server.process is not None:
        server.process.terminate()  # a fork of this process may hold the socket too
        try:
            server.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


def _own_server() -> _ForkServer:
    """Return the server for a process with this environment, started if need be."""
    with _lock:
        server = _running()
        if server is not None and server.environment not in (None, _environment()):
            _stop(server)
        return _server or _start(NOTEBOOKS)


def _running() -> _ForkServer | None:
    if _server is not None and _server.process is not None and _server.process.poll() is not None:
        _stop(_server)
    return _server


def _start(imports: Sequence[str]) -> _ForkServer:
    global _server
    environment = _environment()
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", _PROGRAM, str(theirs.fileno()), str(os.getpid())),
                *(*IPYKERNEL, *imports),
            ],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**PRELOAD_ENVIRONMENT, **environment},
        )
    _server = _ForkServer(ours, process, environment)
    atexit.register(stop_fork_server)
    return _server


_PROGRAM = """\
import gc, sys
gc.disable()
del sys.path[0]  # the working directory, which the kernel's application puts back
from ketcontent.execution.forkserver_program import serve
serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
"""


def _environment() -> dict[str, str]:
    """Return the environment of this process, but for what is another for each run."""
    own = (TRACE, TABLES_OF_RUN)
    return {name: value for name, value in os.environ.items() if name not in own}


def _forget() -> None:
    """Let a fork of this process have a server of its own, and not keep this one alive."""
    global _server, _lock
    gone, _server, _lock = _server, None, threading.RLock()
    if gone is not None and gone.process is not None:
        gone.process.returncode = 0  # not a child of this one


if can_fork():
    os.register_at_fork(after_in_child=_forget)
