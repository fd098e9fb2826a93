"""A papermill engine that runs every notebook in a new process that is already warm.

::

    papermill --engine ketcontent in.ipynb out.ipynb

A kernel started the usual way spends its first second importing. Here it is forked from a process
that has imported already (`forkserver`). What runs in it is ipykernel's own application, with its
configuration, sockets and shutdown; what talks to it is papermill's own client. Only the launch is
ours, and the wait for the first answer, so that what holds for papermill's default engine holds
here: parameters, time-outs, tags, logs, saves, failures.

Where there is no fork, and for kernels of another language or another Python, papermill's default
engine does the work; where there is no fork it says so, once.

What is imported is what every kernel imports, and what the environment variable KETCONTENT_PRELOAD
names, separated by spaces or commas. A notebook that says where modules come from, or sets what a
library may read when it is imported, gets a kernel that has imported nothing more
(`wants_own_imports`). So does one beside which lies a module of such a name. Where PYTHONPATH
depends on the folder, papermill's default engine does the work.

What is not as in a new process, and how it is seen that a kernel was forked, is said in
``engine/README.md``. This module and those that it imports are a package of their own there: they
import each other by relative names, and nothing of the rest.

Notes
-----
ipykernel's in-process kernel starts a few hundredths of a second sooner, but knows neither
interrupts nor output of subprocesses, and a crash takes the client with it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from .forkserver import (
    Kernel,
    can_fork,
    fork_kernel,
    has_own_places,
    is_attached,
    too_slow,
)
from .forkserver_program import KernelRequest
from .process_attributes import own_attributes
from .socket_folders import (
    new_socket_folder,
    release_socket_folder,
    remove_socket_folder,
)

IOPUB_TIMEOUT = 60
"""The seconds that a cell's output may take to arrive after the cell has ended; nbclient has 4."""


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
        papermill is not to save after every cell, which it does a dozen times a notebook. With
        ``watch``, the name of a module, that is told of each kernel (`KernelRequest.watch`); the
        variables of the environment that are another run's on purpose are ``of_each_run``.
        """

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
            half_run = options.pop("half_run", None)
            watch, of_each_run = options.pop("watch", ""), options.pop("of_each_run", ())
            # What was shown last may be read long after the cell has ended; nothing of it is lost.
            options.setdefault("iopub_timeout", IOPUB_TIMEOUT)
            if can_fork():
                manager = _manager_of(
                    timeout=options.get("start_timeout", _WarmManager.timeout),
                    lean=wants_own_imports(nb_man.nb),
                    watch=watch,
                    of_each_run=frozenset(of_each_run),
                )
                options.setdefault("kernel_manager_class", manager)
            else:
                _say_once()
            try:
                return super().execute_managed_notebook(nb_man, kernel_name, **options)
            except BaseException:
                # papermill saves a notebook whose cell raised, and loses one whose kernel died.
                if half_run is not None:
                    write_ipynb(nb_man.nb, half_run)
                raise

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
                raise too_slow(timeout)


class _WarmManager(AsyncKernelManager):
    """A manager whose kernels are forked, and listen in a folder of their own."""

    timeout = 60.0
    """The seconds that a kernel has to start; papermill's ``start_timeout``."""
    lean = False
    """Whether a kernel is to have imported nothing but what every kernel imports."""
    watch = ""
    """A module that is told of a kernel (`KernelRequest.watch`)."""
    of_each_run: frozenset[str] = frozenset()
    """The variables of the environment that are others for each run by their nature."""
    client_class = f"{__name__}._WarmClient"
    client_factory = _WarmClient
    provisioner: Any = None
    transport: Any

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        specification = self.kernel_spec
        plain = not (specification and specification.metadata.get("kernel_provisioner"))
        # A kernel of another language may know no transport but TCP.
        ours = ipykernel_words(self.format_kernel_cmd()) is not None
        if self.provisioner is None and plain and ours and self.transport == "tcp":
            self.provisioner = ForkProvisioner(
                kernel_id=self.kernel_id or "", kernel_spec=specification, parent=self
            )
            folder = self.provisioner.sockets = new_socket_folder()
            # The name of a socket may have a hundred bytes; only the user may open the folder.
            if len(os.fsencode(folder)) < 80:
                self.transport, self.ip = "ipc", str(Path(folder, "k"))
            self.connection_file = str(Path(folder, "kernel.json"))
        return await super()._async_pre_start_kernel(**options)

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        # A forked kernel is gone in hundredths of a second.
        await super()._async_wait(min(pollinterval, 0.005))


@cache
def _manager_of(**told: Any) -> type[_WarmManager]:
    # nbclient makes the manager itself, and tells it nothing.
    return type("_WarmManager", (_WarmManager,), told)


_DECIDES_ON_IMPORTS = re.compile(
    r"\b(sys\.(path|modules|meta_path)|from sys import|importlib|addsitedir|PYTHONPATH)\b"
    r"|--target\b|\bchdir\b|^\s*%cd\b|\benviron\b|\bputenv\b|%(set_)?env\b|dotenv\b"
    r"|\b(pip|uv|conda|mamba|micromamba|pixi|poetry)\s+(install|add|sync|uninstall|remove)\b"
    r"|\b(BLIS|GOTO|KMP|MKL|NUMEXPR|OMP|OPENBLAS|VECLIB|PANDAS)_\w|\bMPL\w*\b|\bMATPLOTLIBRC\b",
    re.MULTILINE,
)


def wants_own_imports(notebook: Any) -> bool:
    """Return whether what a notebook imports may depend on what it does before.

    Where it changes where modules come from, or sets what a library reads when it is imported, it
    must find nothing imported. What it has another file do for it is not seen.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> wants_own_imports(new_notebook(cells=[new_code_cell("%pip install wheel")]))
    True
    >>> wants_own_imports(new_notebook(cells=[new_code_cell("import pandas")]))
    False
    """
    return any(
        _DECIDES_ON_IMPORTS.search(cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code"
    )


class ForkProvisioner(LocalProvisioner):
    """Launches a kernel by forking it, where the command is the one of this Python's ipykernel.

    Whatever starts kernels with jupyter_client can have it: nbclient, ``jupyter execute``,
    ``jupyter nbconvert --execute``, a Jupyter server. A kernelspec names it in its metadata, or the
    environment for all of them::

        JUPYTER_DEFAULT_PROVISIONER_NAME=ketcontent jupyter nbconvert --execute --to html *.ipynb

    It sees no notebook, so that what KETCONTENT_PRELOAD names is imported whatever a notebook does.
    """

    sockets = ""
    """The folder of its sockets."""
    kernel: Kernel | None = None
    """The kernel, which ends with this, and keeps the folder meanwhile."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Fork the kernel; start any other command as Jupyter does."""
        words = ipykernel_words(cmd) if can_fork() and not options.get("independent") else None
        if words is None or (has_own_places(options["env"]) and not is_attached()):
            return await super().launch_kernel(cmd, **options)
        timeout = getattr(self.parent, "timeout", _WarmManager.timeout)
        end = time.monotonic() + timeout
        folder = os.path.abspath(options.get("cwd") or os.getcwd())
        os.stat(folder)  # which says what is wrong with it
        streams = [_descriptor(options.get(name), number) for name, number in _STREAMS.items()]
        environment = {**options["env"], "JPY_PARENT_PID": str(os.getpid())}
        request = KernelRequest(
            words,
            environment,
            folder,
            self.sockets,
            own_attributes(),
            getattr(self.parent, "watch", ""),
            getattr(self.parent, "of_each_run", frozenset()),
        )
        try:
            self.process = self.kernel = kernel = fork_kernel(
                request, timeout, streams, lean=getattr(self.parent, "lean", False)
            )
            # A client that connects too soon tries again a tenth of a second later.
            while not kernel.started and kernel.poll() is None:
                if time.monotonic() > end:
                    kernel.kill()
                    raise too_slow(timeout)
                await asyncio.sleep(0.002)
        except BaseException:  # nobody cleans up after a kernel that was never there
            await self.cleanup()
            raise
        self.pid = self.pgid = kernel.pid  # it leads a group of its own
        self.cwd = folder
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Let go of the kernel, and of the folder of its sockets."""
        await super().cleanup(restart=restart)
        if not restart:
            # What the kernel may still make there, its server removes after it.
            release_socket_folder(self.sockets)
            self.kernel = None
            if self.sockets:
                remove_socket_folder(self.sockets)


_STREAMS = {"stdout": 1, "stderr": 2}
"""The descriptor of each stream that a kernel may be given."""


def _descriptor(given: Any, own: int) -> int:
    if given is None:
        return own
    return int(given if isinstance(given, int) else given.fileno())


def ipykernel_words(command: Sequence[str]) -> list[str] | None:
    """Return the words that a command gives ipykernel; None where it starts something else."""
    python, *words = command
    if not _is_this_python(python):
        return None
    while words and words[0] == "-Xfrozen_modules=off":  # which is for a debugger of Python itself
        words = words[1:]
    return words[2:] if words[:2] == ["-m", "ipykernel_launcher"] else None


def _is_this_python(program: str) -> bool:
    """Return whether a program is this Python, by any name that it has in its own folder."""
    try:
        return os.path.samefile(program, sys.executable) and os.path.samefile(
            os.path.dirname(program), os.path.dirname(sys.executable)
        )
    except OSError:
        return False
