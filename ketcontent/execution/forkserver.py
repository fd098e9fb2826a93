"""Fork kernels from a process that has imported what notebooks need.

The *fork server* imports once, and from then on every kernel is a fork of it: a new process, warm,
with nothing of any other notebook in it. A process that runs notebooks starts a server that has
imported what every kernel does, and what KETCONTENT_PRELOAD names. Whoever has workers starts one
that has also imported what their notebooks need, and gives them its socket (`attach`), so that all
of their kernels are forked from one server. A kernel ends with the `Kernel` of the one who asked
for it, and the server when nobody is left who could ask. What it does is in
`forkserver_program`.

Notes
-----
multiprocessing's fork server would not do: it runs the caller's main script again in each child,
and gives a child neither the streams nor the environment of the one who asks.

A kernel must be what a new process would be. So a server refuses where it cannot be. Where
something was imported in another environment, the server is started anew (one that was started for
workers stays, and each of its kernels has the environment of the worker). Where a module beside the
notebook has the name of one that was imported, the kernel is forked from a *lean* server, which has
imported what every kernel does and no more.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, Pipe, wait
from weakref import WeakSet

from .forkserver_program import STARTED, KernelRequest
from .preloading import Refusal
from .socket_folders import clear_socket_folders

IPYKERNEL = (
    *("ipykernel.kernelapp", "ipykernel.debugger", "tornado.platform.asyncio", "faulthandler"),
    *("IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger"),
    *("IPython.core.magics.basic", "IPython.core.oinspect", "IPython.extensions.storemagic"),
    *("pdb", "sqlite3", "zmq.utils.garbage"),
)
"""What every kernel imports."""

PRELOAD = "KETCONTENT_PRELOAD"
"""The environment variable that names what the notebooks of a team import."""


def can_fork() -> bool:
    """Return whether this system can fork a process."""
    return hasattr(os, "fork") and sys.platform not in ("emscripten", "wasi")


class ForkServerEnded(RuntimeError):
    """A fork server that ended before it forked a kernel."""

    def __str__(self) -> str:
        return (
            "The fork server ended before it forked a kernel.\n"
            "hint: Read what it says above; papermill's default engine does without it."
        )


# --- kernels ---------------------------------------------------------------------------------


class Kernel:
    """A forked kernel, with as much of `subprocess.Popen` as jupyter_client asks of one.

    It lives no longer than this object.
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: Connection, pid: int) -> None:
        self.pid = pid
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


def fork_kernel(
    request: KernelRequest, timeout: float, streams: Sequence[int] = (1, 2), *, lean: bool = False
) -> Kernel:
    """Return a new kernel; from a new fork server where the one there was has ended.

    Parameters
    ----------
    request
        What it is made of.
    timeout
        The seconds in which it must be there.
    streams
        The descriptors that it has for its standard output and error.
    lean
        Whether nothing is to be imported in it but what every kernel imports.

    Raises
    ------
    ForkServerEnded
        When the fork server ends before it has forked one.
    RuntimeError
        When that takes too long; as jupyter_client says it.
    """
    with _lock:  # no other thread has a server started for another environment meanwhile
        answer = _answer(request, timeout, streams, lean)
        if answer is Refusal.SHADOWED:
            answer = _answer(request, timeout, streams, True)
    assert isinstance(answer, Kernel)  # a lean server, in this environment, refuses nothing
    return answer


def _answer(
    request: KernelRequest,
    timeout: float,
    streams: Sequence[int],
    lean: bool,
    *,
    again: bool = False,
) -> Kernel | Refusal:
    """Return what the server says; once a new one where it ended or is for another environment."""
    server = _own_server(request.environment, lean)
    asked = replace(request, any_environment=server.for_all or again)
    try:
        answer = _ask(server, asked, timeout, streams)
    except (EOFError, OSError) as fault:
        _retire(server)
        if again:
            raise ForkServerEnded from fault
    else:
        if answer is not Refusal.ENVIRONMENT:
            return answer
        _retire(server)
    return _answer(request, timeout, streams, lean, again=True)


def _ask(
    server: _ForkServer, request: KernelRequest, timeout: float, streams: Sequence[int]
) -> Kernel | Refusal:
    ours, theirs = Pipe()
    try:
        with theirs:
            socket.send_fds(server.socket, [b"."], [theirs.fileno(), *streams])
        ours.send(request)
        if not ours.poll(timeout):
            _retire(server)  # it may import for ever
            raise too_slow(timeout)
        answer = ours.recv()
        if isinstance(answer, Refusal):
            ours.close()
            return answer
        kernel = Kernel(ours, answer)
        server.kernels.add(kernel)
        return kernel
    except BaseException:
        ours.close()
        raise


def too_slow(timeout: float | None) -> RuntimeError:
    """Return what jupyter_client says of a kernel that does not start."""
    return RuntimeError(f"Kernel didn't respond in {timeout} seconds")


# --- the servers of a process ------------------------------------------------------------------


@dataclass
class _ForkServer:
    socket: socket.socket
    """Where it is asked for kernels."""
    process: subprocess.Popen[bytes] | None
    """The process; None where another one than this started it."""
    imports: tuple[str, ...]
    """What it imports besides what every kernel does."""
    for_all: bool = False
    """Whether it is for workers, whatever their environment."""
    kernels: WeakSet[Kernel] = field(default_factory=WeakSet)
    """Those of its kernels that somebody here holds."""


_servers: dict[bool, _ForkServer] = {}
"""The lean server of this process (True), and the one that imports more (False)."""

_retired: list[_ForkServer] = []
"""Those in whose place others were started, and whose kernels may still run."""

_lock = threading.RLock()


def start_fork_server(imports: Sequence[str]) -> socket.socket:
    """Return the socket of this process's fork server, to be sent to those who are to `attach`.

    It is started in the background by the first call, and again where it has ended.

    Parameters
    ----------
    imports
        What is to be imported there besides what every kernel needs, and what KETCONTENT_PRELOAD
        names.
    """
    with _lock:
        server = _running(False) or _start(False, (*imports, *_preloads()), dict(os.environ))
        server.for_all = True
        return server.socket


def attach(given: socket.socket) -> None:
    """Have the kernels of this process forked by the server of another one."""
    _servers[False] = _ForkServer(given, None, (), for_all=True)


def stop_fork_server() -> None:
    """End the fork servers of this process, where it has any, and their kernels."""
    servers = [*_servers.values(), *_retired]
    for server in servers:
        _stop(server)
    _retired.clear()
    if any(server.process for server in servers):
        clear_socket_folders()  # one that had not begun, or was killed, did not


def _retire(server: _ForkServer) -> None:
    """Ask a server for no more kernels; it ends when those that it has are gone."""
    with _lock:
        _close(server)
        _retired.append(server)
        _end_retired()


def _end_retired() -> None:
    """End those that have no kernels any more: one that still imports would not do so by itself.

    What kernels workers have of one, they know alone; it ends by itself.
    """
    for server in [*_retired]:
        if server.process is None or server.process.poll() is not None:
            _retired.remove(server)
        elif not server.kernels and not server.for_all:
            _stop(server)
            _retired.remove(server)


def _stop(server: _ForkServer) -> None:
    with _lock:
        _close(server)
    if server.process is not None:
        server.process.terminate()  # a fork of this process may hold the socket too
        try:
            server.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


def _close(server: _ForkServer) -> None:
    """Ask a server for nothing any more."""
    for lean, one in list(_servers.items()):
        if one is server:
            del _servers[lean]
    server.socket.close()


def _own_server(environment: Mapping[str, str], lean: bool) -> _ForkServer:
    """Return the server for a kernel with this environment, started if need be."""
    imports = () if lean else _preloads()
    with _lock:
        _end_retired()
        server = _running(lean)
        if server is not None and server.imports != imports and not server.for_all:
            _retire(server)
        return _servers.get(lean) or _start(lean, imports, environment)


def _preloads() -> tuple[str, ...]:
    """Return what the environment says that notebooks here import."""
    return tuple(os.environ.get(PRELOAD, "").replace(",", " ").split())


def _running(lean: bool) -> _ForkServer | None:
    server = _servers.get(lean)
    if server is not None and server.process is not None and server.process.poll() is not None:
        _stop(server)
    return _servers.get(lean)


def _start(lean: bool, imports: tuple[str, ...], environment: Mapping[str, str]) -> _ForkServer:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", _PROGRAM, str(theirs.fileno()), str(os.getpid())),
                *(*IPYKERNEL, "--", *imports),
            ],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=_with_whole_places(environment),
            cwd=os.sep,  # no folder of a notebook: what lies there is that notebook's
        )
    _servers[lean] = _ForkServer(ours, process, imports)
    atexit.register(stop_fork_server)
    return _servers[lean]


def _with_whole_places(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which PYTHONPATH means from any folder what it means here."""
    places = environment.get("PYTHONPATH")
    if places is None or not has_own_places(environment):
        return dict(environment)
    whole = os.pathsep.join(map(os.path.abspath, places.split(os.pathsep)))
    return {**environment, "PYTHONPATH": whole}


def has_own_places(environment: Mapping[str, str]) -> bool:
    """Return whether PYTHONPATH names places that depend on the folder that Python starts in."""
    places = environment.get("PYTHONPATH", "")
    return bool(places) and not all(map(os.path.isabs, places.split(os.pathsep)))


def is_attached() -> bool:
    """Return whether the kernels of this process are forked by a server for all workers."""
    return any(server.for_all for server in _servers.values())


_PROGRAM = f"""\
import gc, sys
gc.disable()
if not sys.flags.safe_path:
    del sys.path[0]  # the working directory, which the kernel's application puts back
from {__package__}.forkserver_program import serve
handle, owner, *names = sys.argv[1:]
own = names.index("--")
serve(int(handle), int(owner), names[:own], names[own + 1:])
"""


def _forget() -> None:
    """Let a fork of this process have a server of its own, and not keep this one alive."""
    global _lock
    _lock = threading.RLock()
    for gone in [*_servers.values(), *_retired]:
        if gone.process is not None:
            gone.process.returncode = 0  # not a child of this one
    _servers.clear()
    _retired.clear()


if can_fork():
    os.register_at_fork(after_in_child=_forget)
