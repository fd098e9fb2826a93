"""What a killed process left of its sockets is cleared away, and nothing else is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ketcontent.execution.socket_folders import (
    clear_socket_folders,
    new_socket_folder,
    remove_socket_folder,
)
from tests.conftest import limited

HOLDS_ONE = """\
import time
from ketcontent.execution.socket_folders import new_socket_folder
print(new_socket_folder(), flush=True)
time.sleep(600)
"""


def test_a_folder_goes_when_its_maker_is_killed_and_no_other_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "lock").touch()
    (tmp_path / "ket-link").symlink_to(tmp_path / "theirs")
    (tmp_path / "ket-file").touch()
    (tmp_path / "ket-without-a-lock").mkdir()
    (tmp_path / "ket-behind-a-link").mkdir()
    (tmp_path / "ket-behind-a-link" / "lock").symlink_to(tmp_path / "theirs" / "lock")
    others = {*tmp_path.rglob("*")}
    own = Path(new_socket_folder())
    with limited(
        subprocess.Popen(
            [sys.executable, "-c", HOLDS_ONE],
            env={**os.environ, "TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
    ) as program:
        assert program.stdout is not None
        killed = Path(program.stdout.readline().strip())
        clear_socket_folders()
        assert (killed / "lock").exists()
        os.kill(program.pid, signal.SIGKILL)
    clear_socket_folders()
    assert not killed.exists()
    assert (own / "lock").exists()
    remove_socket_folder(str(own))
    assert {*tmp_path.rglob("*")} == others
