"""Fork kernels from a process that has imported what notebooks need.

A *nursery* imports once, and from then on every kernel is a fork of it: a new process, warm, with
nothing of any other notebook in it. A process that runs notebooks has a nursery of its own, which
ends with it, as do its kernels. Where several do so side by side, a *house* imports once for all
of them, and each is given a fork of it for its nursery.

Notes
-----
A nursery is not multiprocessing's fork server: that one runs the caller's main script again in
each child. It is started anew when the caller's environment has changed, since libraries read some
of it when they are imported; that of a house takes the environment as it is for each kernel.

Importing two thousand modules makes so many objects that Python looks for garbage among them a
dozen times, and finds none; so it does not look until they are there, and never among them.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import reduction
from multiprocessing.connection import Connection, Pipe, wait
from typing import NoReturn

from ketcontent.dependencies import TABLES_OF_RUN, TRACE, start_trace
from ketcontent.errors import KetcontentError

KERNEL = (
    *("ipykernel.kernelapp", "ipykernel.debugger", "tornado.platform.asyncio", "faulthandler"),
    *("IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger"),
    *("IPython.core.oinspect", "IPython.extensions.storemagic", "pdb", "sqlite3"),
)
"""What every kernel imports."""


WARM = (
    *(
        "ketcontent.checks",
        "ketcontent.reports.charts",
        "ketcontent.reports.tables",
        "ketcontent.importing.bibliography",
    ),
    *("citeproc", "jinja2", "markdown_it", "re2", "yaml"),
    *("matplotlib.figure", "matplotlib.backends.backend_svg"),
)
"""What the notebooks of this package import, at the top or when it is first needed."""


INLINE = "module://matplotlib_inline.backend_inline"
"""The matplotlib backend that a kernel has unless it is told otherwise."""


SURROUNDINGS = {"MPLBACKEND": INLINE, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
"""What a process that imports all this should find in its environment, unless it is set."""


_NEWS = struct.Struct("<i?")


_STARTED = _NEWS.pack(0, True)


def can_fork() -> bool:
    """Return whether this system can fork a process.

    Examples
    --------
    >>> can_fork() == hasattr(os, "fork")
    True
    """
    return hasattr(os, "fork") and sys.platform not in ("emscripten", "wasi")


def too_slow(patience: float) -> RuntimeError:
    """Return what jupyter_client says of a kernel that does not start.

    Examples
    --------
    >>> too_slow(60)
    RuntimeError("Kernel didn't respond in 60 seconds")
    """
    return RuntimeError(f"Kernel didn't respond in {patience} seconds")


KernelRequest = tuple[list[str], dict[str, str], str, str]
"""What a kernel is made of (`fork_kernel`)."""


@dataclass
class _ForkServer:
    """A warm process to fork kernels from."""

    owner: int
    """The process that started it; a fork of that one must not share it."""
    environment: dict[str, str] | None
    """The environment it was started in; None for one that takes whatever it is given."""
    connection: Connection
    """Where it takes requests; it ends when this is closed."""
    process: subprocess.Popen[bytes] | None
    """The process, where it is a program of its own."""

    def close(self) -> None:
        self.connection.close()
        if self.process is not None and self.owner == os.getpid():
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


_fork_server: _ForkServer | None = None


_lock = threading.Lock()


class Kernel:
    """A forked kernel, with as much of `subprocess.Popen` as jupyter_client asks of one."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, life: int) -> None:
        self.pid = pid
        self.started = False
        self.returncode: int | None = None
        self._life = life

    def poll(self) -> int | None:
        """Return how it ended, as Popen says it; None while it runs."""
        while self.returncode is None and wait([self._life], 0):
            news = os.read(self._life, _NEWS.size)
            if news == _STARTED:
                self.started = True
                continue
            # Nothing at all: the nursery is gone, and its kernels with it.
            self.returncode = _NEWS.unpack(news)[0] if news else -signal.SIGKILL
            os.close(self._life)
        return self.returncode

    def wait(self) -> int:
        """Wait for its end; return how it ended."""
        while (ended := self.poll()) is None:
            wait([self._life])
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

    def __del__(self) -> None:
        if self.returncode is None:
            os.close(self._life)


def fork_kernel(request: KernelRequest, patience: float) -> Kernel:
    """Return a new kernel; from a new nursery where the one there was has ended.

    Parameters
    ----------
    request
        What it is made of: the words that ipykernel is given, the environment, the working
        directory, and the folder of its sockets.
    patience
        The seconds in which it must be there.

    Raises
    ------
    KetcontentError
        When the nursery ends before it has forked one.
    RuntimeError
        When that takes too long; as jupyter_client says it.

    Examples
    --------
    >>> fork_kernel.__name__  # the tests need no kernel at this place
    'fork_kernel'
    """
    with _lock:
        try:
            return _asked(_current_fork_server(), request, patience)
        except (EOFError, OSError):
            pass
        try:
            return _asked(_current_fork_server(), request, patience)
        except (EOFError, OSError) as fault:
            raise KetcontentError(
                "The process that kernels are forked from ends before it has forked one.",
                hint="Read what it says above; papermill's default engine does without it.",
            ) from fault


def _asked(nursery: _ForkServer, request: KernelRequest, patience: float) -> Kernel:
    ours, theirs = os.pipe()
    try:
        nursery.connection.send(request)
        reduction.send_handle(nursery.connection, theirs, None)
        if not nursery.connection.poll(patience):
            if nursery.process is not None:
                nursery.process.kill()
            raise too_slow(patience)
        return Kernel(nursery.connection.recv(), ours)
    except BaseException:
        _discard()  # its answer, if there is one yet, would be taken for that to the next request
        os.close(ours)
        raise
    finally:
        os.close(theirs)


def _current_fork_server(imports: Sequence[str] = WARM) -> _ForkServer:
    """Return the nursery of this process and environment, started if need be."""
    global _fork_server
    environment = _environment()
    if _fork_server is not None and (
        _fork_server.owner != os.getpid() or _fork_server.environment not in (None, environment)
    ):
        _discard()
    if _fork_server is None:
        ours, theirs = Pipe()
        with theirs:
            process = _started(theirs, "_serve_owner", (*KERNEL, *imports))
        _fork_server = _ForkServer(os.getpid(), environment, ours, process)
        atexit.register(_discard)
    return _fork_server


def _started(
    end: Connection | socket.socket, work: str, imports: Sequence[str]
) -> subprocess.Popen[bytes]:
    """Start a program that imports, and then does its work at its end of a connection."""
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, work, str(end.fileno()), *imports],
        pass_fds=[end.fileno()],
        stdin=subprocess.DEVNULL,
        env={**SURROUNDINGS, **_environment()},
    )


def _environment() -> dict[str, str]:
    """Return the environment of this process, but for what is another for each run."""
    own = (TRACE, TABLES_OF_RUN)
    return {name: value for name, value in os.environ.items() if name not in own}


_PROGRAM = """\
import gc, sys
gc.disable()
del sys.path[0]  # the working directory, which the kernel's application puts back
from ketcontent.execution import forkserver
work, end, *imports = sys.argv[1:]
forkserver.preload(imports)
getattr(forkserver, work)(int(end))
"""


def _discard() -> None:
    global _fork_server
    gone, _fork_server = _fork_server, None
    if gone is not None:
        gone.close()


def start_fork_server(imports: Sequence[str]) -> None:
    """Start the nursery of this process in the background, so that it is warm when it is needed.

    Parameters
    ----------
    imports
        What is to be imported there besides what every kernel needs.
    """
    with _lock:
        _current_fork_server(imports)


@dataclass
class _SharedForkServer:
    """A warm process to fork nurseries from."""

    owner: int
    """The process that started it."""
    door: socket.socket
    """Where it is asked for nurseries; it ends when this is closed."""
    process: subprocess.Popen[bytes]
    """The process."""


_shared: _SharedForkServer | None = None


def shared_fork_server(imports: Sequence[str]) -> socket.socket:
    """Return the door of the house of this process, to be sent to those who are to `attach`.

    It is started in the background by the first call, and again where it has ended.

    Parameters
    ----------
    imports
        What is to be imported there besides what every kernel needs.
    """
    global _shared
    if _shared is not None and _shared.owner == os.getpid() and _shared.process.poll() is not None:
        _close_shared()
    if _shared is None or _shared.owner != os.getpid():
        ours, theirs = socket.socketpair()
        with theirs:
            process = _started(theirs, "_serve_shared", (*KERNEL, *imports))
        _shared = _SharedForkServer(os.getpid(), ours, process)
        atexit.register(_close_shared, wait_for_it=False)  # it ends while this process does
    return _shared.door


def _close_shared(*, wait_for_it: bool = True) -> None:
    global _shared
    gone, _shared = _shared, None
    if gone is not None and gone.owner != os.getpid():
        gone.door.close()
    elif gone is not None:
        with contextlib.suppress(OSError):  # it has ended already
            gone.door.shutdown(socket.SHUT_RDWR)  # whoever else holds an end, as a fork may
        gone.door.close()
        if wait_for_it:
            gone.process.wait()


def attach(door: socket.socket) -> None:
    """Take a nursery of a house for that of this process; what its kernels put out goes here."""
    global _fork_server
    ours, theirs = Pipe()
    with theirs, door, contextlib.suppress(OSError):  # who comes too late starts one of his own
        socket.send_fds(door, [b"."], [theirs.fileno(), 1, 2])
    _fork_server = _ForkServer(os.getpid(), None, ours, None)


def preload(imports: Sequence[str]) -> None:
    """Import, and put what was imported where no one looks for garbage."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for name in imports:
        importlib.import_module(name)
    # A kernel looks for garbage when it ends, if not before. It need not look among what was
    # imported here: that would copy every page of it, at twice the cost of all the rest.
    gc.freeze()
    gc.enable()


def _serve_shared(handle: int) -> NoReturn:
    """Fork a nursery for each who asks, to the end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    door = socket.socket(fileno=handle)
    while True:
        word, handles, _, _ = socket.recv_fds(door, 1, 3)
        if not word:  # nobody is left who could ask
            os._exit(0)
        end, *streams = handles
        if os.fork() == 0:
            door.close()
            for number, stream in enumerate(streams, start=1):
                os.dup2(stream, number)
                os.close(stream)
            _serve(Connection(end))
        for handle in handles:
            os.close(handle)


def _serve_owner(handle: int) -> NoReturn:
    _serve(Connection(handle))


def _serve(connection: Connection) -> NoReturn:
    """Fork a kernel for each request, and say how each ended, to the end."""
    awake, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    lives: dict[int, int] = {}
    folders: set[str] = set()
    while True:
        ready = wait([connection, awake])
        if awake in ready:
            os.read(awake, 4096)
            _reap(lives)
        if connection in ready:
            try:
                request = connection.recv()
                life = reduction.recv_handle(connection)
            except (EOFError, OSError):  # the owner is gone, and may not have cleared up
                for pid in lives:
                    _kill_group(pid)
                for folder in folders:
                    shutil.rmtree(folder, ignore_errors=True)
                os._exit(0)
            *kernel, sockets = request
            folders = {one for one in (*folders, sockets) if os.path.isdir(one)}
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                connection.close()
                _close_others(life)
                _become_kernel(life, *kernel)
            lives[pid] = life
            with contextlib.suppress(OSError):  # the owner is gone, as the next turn finds
                connection.send(pid)


def _reap(lives: dict[int, int]) -> None:
    """Take note of the kernels that ended, and end what they left running."""
    while lives:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        _kill_group(pid)
        life = lives.pop(pid)
        with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
            os.write(life, _NEWS.pack(os.waitstatus_to_exitcode(status), False))
        os.close(life)


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it left nothing behind
        os.killpg(leader, signal.SIGKILL)


def _close_others(kept: int) -> None:
    """Close what the nursery has open, but for the standard streams and `kept`."""
    for name in os.listdir("/dev/fd"):
        if int(name) > 2 and int(name) != kept:
            with contextlib.suppress(OSError):  # the one that listed the folder is closed already
                os.close(int(name))


def _become_kernel(
    life: int, words: list[str], environment: dict[str, str], folder: str
) -> NoReturn:
    """Be the kernel, to the end of the process."""
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
        os.chdir(folder)
        start_trace()
        sys.argv = ["ipykernel_launcher.py", *words]
        if "numpy" in sys.modules:  # Python's own generator is seeded anew in a fork
            sys.modules["numpy"].random.seed()
        from ipykernel.kernelapp import IPKernelApp

        # It polls for the death of its parent, in case that had no time to end it.
        application = IPKernelApp.instance(parent_handle=os.getppid())
        application.initialize(words)
        if "matplotlib" in sys.modules:  # imported before ipykernel named the backend
            sys.modules["matplotlib"].rcParams["backend"] = os.environ["MPLBACKEND"]
        os.write(life, _STARTED)
        os.close(life)
        application.start()
        # The thread that was told to stop this one still has to say so; without that, the two
        # wait for each other at the end, until the manager loses patience.
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
