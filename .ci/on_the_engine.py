"""A plugin of pytest that has other projects' tests run on forked kernels.

::

    PYTHONPATH=.ci python -m pytest -p on_the_engine FOLDER

What papermill runs without being told an engine runs on ours, and each kernel of this Python that
jupyter_client starts is forked. At the end stands how many were, and how many were started as
Jupyter does: where none was forked, nothing was shown, and the run fails.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
from ketcontent_engine.engine import ForkProvisioner
from papermill.engines import papermill_engines

os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] = "ketcontent"
for _name in (None, "nbclient"):
    papermill_engines.register(_name, papermill_engines.get_engine("ketcontent"))

kernels: Counter[bool] = Counter()
"""How many kernels were forked (True), and how many were started otherwise (False)."""

_launch = ForkProvisioner.launch_kernel


async def _launched(self: ForkProvisioner, *words: Any, **options: Any) -> Any:
    launched = await _launch(self, *words, **options)
    kernels[self.kernel is not None] += 1
    return launched


pytest.MonkeyPatch().setattr(ForkProvisioner, "launch_kernel", _launched)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many kernels were forked."""
    terminalreporter.write_line(f"kernels: {kernels[True]} forked, {kernels[False]} started")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where none was."""
    if not kernels[True]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
