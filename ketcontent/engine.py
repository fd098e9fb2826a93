"""A papermill engine that runs every notebook in a new process that is already warm.

::

    papermill --engine ketcontent in.ipynb out.ipynb

A kernel started the usual way spends its first second importing. Here a *nursery* imports once
what notebooks need, and from then on every kernel is a fork of it: a new process with nothing of
any other notebook in it. What runs in that process is ipykernel's own application, with its
configuration, sockets and shutdown; what talks to it is papermill's own client. Only the launch
is ours (`_WarmProvisioner`), and the wait for the first answer (`_WarmClient`), so that what holds
for papermill's default engine holds here: parameters, time-outs, tags, logs, saves, failures.

Where there is no fork, and for kernels of another language or another Python, papermill's default
engine does the work; where there is no fork it says so, once.

Notes
-----
ipykernel's in-process kernel starts a few hundredths of a second sooner, but knows neither
interrupts nor output of subprocesses, and a crash takes the client with it. A nursery is not
multiprocessing's fork server: that one runs the caller's main script again in each child.

A nursery is started anew when the caller's environment has changed, since libraries read some of
it when they are imported, and ends with the process that started it, as do its kernels.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import importlib
import logging
import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing import reduction
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from queue import Empty
from tempfile import mkdtemp
from typing import Any, NoReturn

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from ketcontent import traces
from ketcontent.errors import KetcontentError

KERNEL = (
    *("ipykernel.kernelapp", "ipykernel.debugger", "tornado.platform.asyncio", "faulthandler"),
    *("IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger"),
    *("IPython.core.oinspect", "IPython.extensions.storemagic", "pdb", "sqlite3"),
)
"""What every kernel imports."""

WARM = (
    *("ketcontent.checks", "ketcontent.charts", "ketcontent.reviews", "ketcontent.citations"),
    *("frictionless", "citeproc", "jinja2", "markdown_it", "re2", "yaml"),
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


# --- the engine, as papermill sees it --------------------------------------------------------


def __getattr__(name: str) -> Any:
    # papermill loads its engines while it is itself being imported, so that nothing here may
    # import it at the top.
    if name == "KetcontentEngine":
        return _engine()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _engine() -> type:
    from papermill.engines import NBClientEngine
    from papermill.iorw import write_ipynb

    class KetcontentEngine(NBClientEngine):
        """papermill's default engine, with kernels that are forked from a warm process.

        With ``half_run``, the path of a file, a notebook whose kernel dies is saved there even if
        papermill is not to save after every cell, which it does a dozen times a notebook.
        """

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
            half_run = options.pop("half_run", None)
            try:
                return cls._execute(nb_man, kernel_name, options)
            except BaseException:
                # papermill saves a notebook whose cell raised, and loses one whose kernel died.
                if half_run is not None:
                    write_ipynb(nb_man.nb, half_run)
                raise

        @classmethod
        def _execute(cls, nb_man: Any, kernel_name: str, options: dict[str, Any]) -> Any:
            if can_fork():
                patience = options.get("start_timeout", _WarmManager.patience)
                options.setdefault("kernel_manager_class", _manager_of(patience))
            else:
                _say_once()
            return super().execute_managed_notebook(nb_man, kernel_name, **options)

    return KetcontentEngine


@cache
def _say_once() -> None:
    logging.getLogger("papermill").warning(
        "This system cannot fork a process: notebooks run with papermill's default engine."
    )


class _WarmClient(AsyncKernelClient):
    """A client that takes a kernel to be ready when it has answered, and not half a second on."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            # An answer on both channels: the second one may not have been subscribed to yet.
            self.kernel_info()
            try:
                message = await self.shell_channel.get_msg(timeout=1)
                if message["msg_type"] == "kernel_info_reply":
                    await self.iopub_channel.get_msg(timeout=0.2)
                    self._handle_kernel_info_reply(message)
                    return
            except Empty:
                pass
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > end:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


class _WarmManager(AsyncKernelManager):
    """A manager whose kernels are forked, and listen in a folder of their own."""

    patience = 60.0
    """The seconds that a kernel has to start; papermill's ``start_timeout``."""
    client_class = "ketcontent.engine._WarmClient"
    client_factory = _WarmClient
    provisioner: Any = None
    transport: Any
    _folder = ""

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        specification = self.kernel_spec
        plain = not (specification and specification.metadata.get("kernel_provisioner"))
        if self.provisioner is None and plain and self.transport == "tcp":
            self.provisioner = _WarmProvisioner(
                kernel_id=self.kernel_id or "", kernel_spec=specification, parent=self
            )
            folder = mkdtemp(prefix="ket-")
            # The name of a socket may have a hundred bytes; only the user may open the folder.
            if len(os.fsencode(folder)) < 80:
                self.transport, self.ip = "ipc", str(Path(folder, "k"))
            self.connection_file = str(Path(folder, "kernel.json"))
            self._folder = folder
        return await super()._async_pre_start_kernel(**options)

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        # A forked kernel is gone in hundredths of a second.
        await super()._async_wait(min(pollinterval, 0.005))

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if self._folder and not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources


@cache
def _manager_of(patience: float) -> type[_WarmManager]:
    # nbclient makes the manager itself, and tells it nothing.
    return type("_WarmManager", (_WarmManager,), {"patience": patience})


class _WarmProvisioner(LocalProvisioner):
    """Launches a kernel by forking it, where the command is the one of this Python's ipykernel."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        words = _kernel_words(cmd)
        if words is None:
            return await super().launch_kernel(cmd, **options)
        end = time.monotonic() + self.parent.patience
        folder = os.path.abspath(options.get("cwd") or os.getcwd())
        request = (words, options["env"], folder, self.parent._folder)
        try:
            self.process = _fork_kernel(request, self.parent.patience)
            # A client that connects too soon tries again a tenth of a second later.
            while not self.process.started and self.process.poll() is None:
                if time.monotonic() > end:
                    self.process.kill()
                    raise _too_slow(self.parent.patience)
                await asyncio.sleep(0.002)
        except BaseException:  # nobody cleans up after a kernel that was never there
            shutil.rmtree(self.parent._folder, ignore_errors=True)
            raise
        self.pid = self.pgid = self.process.pid  # it leads a group of its own
        self.cwd = folder
        return self.connection_info


def _too_slow(patience: float) -> RuntimeError:
    """Return what jupyter_client says of a kernel that does not start."""
    return RuntimeError(f"Kernel didn't respond in {patience} seconds")


def _kernel_words(command: Sequence[str]) -> list[str] | None:
    """Return the words that a command gives ipykernel; None where it starts something else."""
    python, *words = command
    if os.path.abspath(python) != sys.executable:
        return None
    while words and words[0].startswith("-X"):
        words = words[1:]
    return words[2:] if words[:2] == ["-m", "ipykernel_launcher"] else None


# --- the nursery, as its owner sees it -------------------------------------------------------


@dataclass
class _Nursery:
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


_nursery: _Nursery | None = None
_lock = threading.Lock()


class _Kernel:
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


_Request = tuple[list[str], dict[str, str], str, str]
"""What a kernel is made of: words, environment, working directory, folder of its sockets."""


def _fork_kernel(request: _Request, patience: float) -> _Kernel:
    """Return a new kernel; from a new nursery where the one there was has ended."""
    with _lock:
        try:
            return _asked(_nursery_of_now(), request, patience)
        except (EOFError, OSError):
            pass
        try:
            return _asked(_nursery_of_now(), request, patience)
        except (EOFError, OSError) as fault:
            raise KetcontentError(
                "The process that kernels are forked from ends before it has forked one.",
                hint="Read what it says above; papermill's default engine does without it.",
            ) from fault


def _asked(nursery: _Nursery, request: _Request, patience: float) -> _Kernel:
    ours, theirs = os.pipe()
    try:
        nursery.connection.send(request)
        reduction.send_handle(nursery.connection, theirs, None)
        if not nursery.connection.poll(patience):
            if nursery.process is not None:
                nursery.process.kill()
            raise _too_slow(patience)
        return _Kernel(nursery.connection.recv(), ours)
    except BaseException:
        _discard()  # its answer, if there is one yet, would be taken for that to the next request
        os.close(ours)
        raise
    finally:
        os.close(theirs)


def _nursery_of_now() -> _Nursery:
    """Return the nursery of this process and environment, started if need be."""
    global _nursery
    environment = dict(os.environ)
    for name in (traces.TRACE, traces.TABLES_OF_RUN):  # another one for each run
        environment.pop(name, None)
    if _nursery is not None and (
        _nursery.owner != os.getpid() or _nursery.environment not in (None, environment)
    ):
        _discard()
    if _nursery is None:
        ours, theirs = Pipe()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-c", _NURSERY, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**SURROUNDINGS, **environment},
            )
        _nursery = _Nursery(os.getpid(), environment, ours, process)
        atexit.register(_discard)
    return _nursery


_NURSERY = """\
import sys
del sys.path[0]  # the working directory, which the kernel's application puts back
from ketcontent import engine
engine._serve(int(sys.argv[1]), engine.KERNEL + engine.WARM)
"""


def _discard() -> None:
    global _nursery
    gone, _nursery = _nursery, None
    if gone is not None:
        gone.close()


def branch() -> None:
    """Make a fork of this process the one that its kernels are forked from.

    For a worker that is warm already, before it has done anything: its kernels are then as it is
    now. Call it once, while no other thread runs.

    Examples
    --------
    >>> branch.__name__  # a fork of the tests would run the tests
    'branch'
    """
    global _nursery
    ours, theirs = Pipe()
    if os.fork() == 0:
        ours.close()
        _serve(theirs)
    theirs.close()
    _nursery = _Nursery(os.getpid(), None, ours, None)


# --- the nursery, from within ----------------------------------------------------------------


def _serve(connection: int | Connection, imports: Sequence[str] = ()) -> NoReturn:
    """Import, then fork a kernel for each request, and say how each ended, to the end."""
    if isinstance(connection, int):
        connection = Connection(connection)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for name in imports:
        importlib.import_module(name)
    # A kernel looks for garbage when it ends, if not before. It need not look among what was
    # imported here: that would copy every page of it, at twice the cost of all the rest.
    gc.collect()
    gc.freeze()
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
            _bury(lives)
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


def _bury(lives: dict[int, int]) -> None:
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
        traces.begin()
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
