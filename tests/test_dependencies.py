"""The trace of a run: what it read, and what it used that no trace can follow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ketcontent.dependencies import read_trace
from ketcontent.hashing import current_hash


def traced(folder: Path, code: str, **environment: str) -> dict[tuple[str, ...], str]:
    """Run code in a traced process; return what it depends on."""
    trace = folder / "trace"
    trace.unlink(missing_ok=True)
    subprocess.run(
        [
            sys.executable,
            "-c",
            f"from ketcontent.tracing import start_trace\nstart_trace()\n{code}",
        ],
        cwd=folder,
        env={**os.environ, "KETCONTENT_TRACE": str(trace), **environment},
        check=True,
        timeout=60,
    )
    found = read_trace(trace)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import os; os.path.exists('draft.csv')", id="exists"),
        pytest.param("import os; os.path.isfile('draft.csv')", id="isfile"),
        pytest.param("import pathlib; pathlib.Path('draft.csv').exists()", id="Path.exists"),
        pytest.param("import os; os.access('draft.csv', os.R_OK)", id="access"),
        pytest.param(
            "import os; os.path.getsize('there.csv')\nos.path.isdir('draft.csv')", id="isdir"
        ),
    ],
)
def test_a_place_that_is_only_looked_at_is_noted(tmp_path: Path, code: str) -> None:
    (tmp_path / "there.csv").write_text("a")
    assert ("place", str(tmp_path / "draft.csv")) in traced(tmp_path, code)


def test_a_place_is_another_when_a_file_comes_grows_or_goes(tmp_path: Path) -> None:
    place = ("place", str(tmp_path / "draft.csv"))
    states = [current_hash(place)]
    for text in ("a", "aa"):
        Path(place[1]).write_text(text)
        states.append(current_hash(place))
    Path(place[1]).unlink()
    Path(place[1]).mkdir()
    states.append(current_hash(place))
    assert len(set(states)) == 4


CONNECTED = """\
import socket
server = socket.socket(socket.{family}, socket.SOCK_STREAM)
server.bind({place})
server.listen()
socket.socket(socket.{family}, socket.SOCK_STREAM).connect(server.getsockname())
"""
SPAWNED = """\
import multiprocessing
if __name__ == "__main__":
    process = multiprocessing.get_context("{way}").Process(target=print)
    process.start()
    process.join()
"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(CONNECTED.format(family="AF_INET", place="('127.0.0.1', 0)"), id="an address"),
        pytest.param(CONNECTED.format(family="AF_UNIX", place="'s'"), id="a Unix socket"),
        pytest.param(SPAWNED.format(way="spawn"), id="a spawned process"),
        pytest.param(SPAWNED.format(way="forkserver"), id="a process of a fork server"),
        pytest.param(SPAWNED.format(way="fork"), id="a fork"),
        pytest.param("import subprocess; subprocess.run(['true'])", id="a program"),
    ],
)
def test_what_cannot_be_followed_is_noted_as_such(tmp_path: Path, code: str) -> None:
    assert "unknown" in {kind for kind, *_ in traced(tmp_path, code)}


@pytest.mark.parametrize("below", [".local/share/pages", "projects/pages", "venv/pages"])
def test_a_projects_own_files_are_followed_wherever_it_lies(tmp_path: Path, below: str) -> None:
    folder = tmp_path / below
    folder.mkdir(parents=True)
    (folder / "extra.csv").write_text("a")
    code = f"import sys; sys.prefix = {str(tmp_path / 'venv')!r}\nopen('extra.csv').close()"
    environment = {"HOME": str(tmp_path)}
    start = f"import sys; sys.prefix = {str(tmp_path / 'venv')!r}; " if below[0] == "v" else ""
    trace = folder / "trace"
    subprocess.run(
        [
            sys.executable,
            "-c",
            f"{start}from ketcontent.tracing import start_trace; start_trace()\n{code}",
        ],
        cwd=folder,
        env={**os.environ, **environment, "KETCONTENT_TRACE": str(trace)},
        check=True,
        timeout=60,
    )
    assert ("file", str(folder / "extra.csv")) in (read_trace(trace) or ())


def test_python_itself_is_no_dependency(tmp_path: Path) -> None:
    found = traced(tmp_path, "import decimal, sqlite3, json.tool, email.mime.text")
    # But a module of one's own may come before it, or come into a folder that has none yet.
    assert {kind for kind, *_ in found} == {"module"}
    assert set(found.values()) == {""}


def test_what_a_function_can_do_is_known_of_it_while_it_is_watched(tmp_path: Path) -> None:
    asked = "os.stat in os.supports_dir_fd and os.open in os.supports_dir_fd"
    asked += " and os.stat in os.supports_follow_symlinks and os.access in os.supports_dir_fd"
    traced(tmp_path, f"import os; can = {asked}; open('can', 'w').write(str(can))")
    assert (tmp_path / "can").read_text() == "True"
