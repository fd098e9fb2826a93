"""What a command prints steers no terminal and no workflow, and a full disk is a clear error."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner

from ketcontent.__main__ import main as run_command
from ketcontent.building.preview import Board, preview_server
from ketcontent.cli import main
from ketcontent.terminal import SpeakingGroup
from tests.conftest import ROOT, limited

STEERING = "\x1b[31m\u202e\x9b"


def run(*words: str, out: object = subprocess.PIPE, **variables: str) -> tuple[int, str, str]:
    """Run a command in this process's environment; return its status and what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", "from ketcontent.cli import main; main()", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
        stdout=out,  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    return done.returncode, done.stdout or "", done.stderr


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables with a cell that steers, where a message quotes it, and one that is a command."""
    folder = tmp_path_factory.mktemp("broken") / "data"
    shutil.copytree(ROOT / "data", folder)
    with (folder / "policies.csv").open("a", encoding="utf-8") as file:
        file.write(f'{STEERING},lay,,\n"benefit\n::error::gone%0A::stop-commands::x",lay,,\n')
        file.write("##[error]gone,lay,,\n")
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ["upgrade"],
        ["init", "a"],
        ["redline", "my-page"],
        ["check", "--format"],
        ["check", f"--{STEERING}"],
        [f"--{STEERING}"],
        [],
    ],
    ids=" ".join,
)
def test_no_wrong_command_line_steers_the_terminal_that_it_is_named_in(words: list[str]) -> None:
    shown = CliRunner().invoke(main, [*words, STEERING, STEERING], color=True)
    assert shown.exit_code == 2
    assert "U+001B" in shown.output or r"\x1b" in shown.output
    assert not {*STEERING[:1], *STEERING[-2:]} & {*shown.output}


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "github", "sarif", "junit"])
def test_no_report_of_a_broken_table_steers_a_terminal_or_a_workflow(
    broken: Path, form: str
) -> None:
    words = ["check", "--data", str(broken), "--format", form]
    run = CliRunner().invoke(main, words, env={"GITHUB_ACTIONS": "true"})
    assert run.exit_code == 1
    out, err = run.stdout, run.stderr
    assert not set(STEERING[:1] + STEERING[-2:]) & set(out + err)
    commands = [line for line in out.splitlines() if line.lstrip().startswith("::")]
    assert all(line.startswith(("::error file=", "::warning file=")) for line in commands)
    assert (not commands) or form == "github"
    assert not any(line.lstrip().startswith("::") for line in err.splitlines())
    assert form == "github" or "##[" not in out + err
    if form == "json":
        assert any(STEERING in one["message"] for one in json.loads(out))
    if form == "sarif":
        assert json.loads(out)["version"] == "2.1.0"
    if form == "junit":
        assert ElementTree.fromstring(out).tag == "testsuites"
    if form == "text":
        assert "<U+001B>" in out


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", ["assemble ketamine", "check", "export-sources", "redline ketamine"]
)
def test_a_full_disk_is_one_clear_error(words: str) -> None:
    with open("/dev/full", "wb") as full:
        status, _, err = run(*words.split(), out=full)
    assert status == 1
    assert err == (
        "error: Writing failed: No space left on device.\n"
        "hint: Make room on the disk, or write to another place.\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("words", ["assemble ketamine", "export-sources"])
def test_a_reader_that_goes_away_is_no_error(words: str) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as gone:
        _, _, err = run(*words.split(), out=gone)
    assert err == ""


@pytest.mark.slow
def test_what_a_terminal_has_no_letters_for_is_spelled() -> None:
    status, out, err = run("assemble", "ketamine", PYTHONIOENCODING="ascii")
    assert (status, err) == (0, "")
    assert out.isascii()


def test_an_address_with_a_null_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>So</p>")
    with preview_server(tmp_path, 0, Board()) as address:
        host = address.removeprefix("http://").rstrip("/")
        for path in ("/%00", "/a%00.html", "/%00/index.html"):
            connection = http.client.HTTPConnection(host, timeout=30)
            connection.request("GET", path)
            assert connection.getresponse().status == 404, path
            connection.close()


def test_a_second_ctrl_c_interrupts_no_clearing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    cleared = []

    def command() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            cleared.append(True)

    monkeypatch.setattr("ketcontent.cli.main", command)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_command()
        assert cleared == [True]
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a background shell has it
        run_command()
    finally:
        signal.signal(signal.SIGINT, before)


DROPPED = """
import signal, sys, time, weakref
import click
import ketcontent.cli
from ketcontent.__main__ import main

class Thing:
    pass

def mourn(_):
    signal.raise_signal(getattr(signal, sys.argv[1]))
    for _ in range(1000):
        pass

@click.command()
@click.pass_context
def wait(context):
    ketcontent.cli.end_as_asked(context)
    thing = Thing()
    mourned = weakref.ref(thing, mourn)
    del thing
    try:
        time.sleep(600)
    finally:
        print("cleared up")

ketcontent.cli.main = lambda: wait([])
main()
"""


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 1), ("SIGTERM", 143)])
def test_an_end_that_python_drops_is_asked_for_again(name: str, status: int) -> None:
    run = limited(
        subprocess.Popen(
            [sys.executable, "-c", DROPPED, name],
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    )
    out, error = run.communicate()
    assert (run.returncode, out) == (status, "cleared up\n")
    assert "ignored" not in error


HEARD = """
import signal
import ketcontent.cli
from ketcontent.__main__ import main

def command():
    try:
        exec("signal.raise_signal(signal.SIGINT)\\nwhile True: pass")
    except KeyboardInterrupt:
        print("heard")

ketcontent.cli.main = command
main()
"""


def test_a_ctrl_c_that_was_heard_in_executed_text_is_no_end_by_signal() -> None:
    run = subprocess.run([sys.executable, "-c", HEARD], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "heard\n", "")


def test_a_lock_that_was_lost_to_ctrl_c_is_a_ctrl_c() -> None:
    @click.group(cls=SpeakingGroup)
    def program() -> None:
        pass

    @program.command()
    def wait() -> None:
        try:
            raise KeyboardInterrupt
        finally:
            raise RuntimeError("cannot release un-acquired lock")

    result = CliRunner().invoke(program, ["wait"])
    assert (result.exit_code, result.stderr) == (1, "\nAborted!\n")
