"""A papermill engine that runs every notebook in a new process that is already warm.

::

    papermill --engine ketcontent in.ipynb out.ipynb

A kernel started the usual way spends its first second importing. Here it is forked from a process
that has imported already (`ketcontent.execution.forkserver`). What runs in it is ipykernel's own
application, with its configuration, sockets and shutdown; what talks to it is papermill's own
client. Only the launch is ours, and the wait for the first answer, so that what holds for
papermill's default engine holds here: parameters, time-outs, tags, logs, saves, failures.

Where there is no fork, and for kernels of another language or another Python, papermill's default
engine does the work; where there is no fork it says so, once.

Notes
-----
ipykernel's in-process kernel starts a few hundredths of a second sooner, but knows neither
interrupts nor output of subprocesses, and a crash takes the client with it.
"""

from __future__ import annotations

import asyncio
import logging
import os
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

from ketcontent.execution.forkserver import Kernel, can_fork, fork_kernel, too_slow
from ketcontent.execution.forkserver_program import KernelRequest
from ketcontent.execution.socket_folders import new_socket_folder, remove_socket_folder


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
            if can_fork():
                timeout = options.get("start_timeout", _WarmManager.timeout)
                options.setdefault("kernel_manager_class", _manager_of(timeout))
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
    client_class = "ketcontent.execution.engine._WarmClient"
    client_factory = _WarmClient
    provisioner: Any = None
    transport: Any

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        specification = self.kernel_spec
        plain = not (specification and specification.metadata.get("kernel_provisioner"))
        if self.provisioner is None and plain and self.transport == "tcp":
            self.provisioner = _WarmProvisioner(
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
def _manager_of(timeout: float) -> type[_WarmManager]:
    # nbclient makes the manager itself, and tells it nothing.
    return type("_WarmManager", (_WarmManager,), {"timeout": timeout})


class _WarmProvisioner(LocalProvisioner):
    """Launches a kernel by forking it, where the command is the one of this Python's ipykernel."""

    sockets = ""
    """The folder of its sockets."""
    kernel: Kernel | None = None
    """The kernel, which ends with this, and keeps the folder meanwhile."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        words = ipykernel_words(cmd)
        if words is None:
            return await super().launch_kernel(cmd, **options)
        timeout = self.parent.timeout
        end = time.monotonic() + timeout
        folder = os.path.abspath(options.get("cwd") or os.getcwd())
        request = KernelRequest(words, options["env"], folder, self.sockets)
        try:
            self.process = self.kernel = kernel = fork_kernel(request, timeout)
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
        await super().cleanup(restart=restart)
        if not restart:
            self.kernel = None
            remove_socket_folder(self.sockets)


def ipykernel_words(command: Sequence[str]) -> list[str] | None:
    """Return the words that a command gives ipykernel; None where it starts something else."""
    python, *words = command
    if os.path.abspath(python) != sys.executable:
        return None
    while words and words[0].startswith("-X"):
        words = words[1:]
    return words[2:] if words[:2] == ["-m", "ipykernel_launcher"] else None
