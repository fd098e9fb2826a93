"""The engine: everything papermill does, in a new warm process a notebook, and no way to hang.

Beside these, the tests of papermill and nbclient run with this engine in the place of the default
one (`.ci/suites`, which says what of them does not apply). Their notebooks were run through both
engines: of 47, 42 were saved alike and ended alike; of the others, three print the clock or their
folder, and two were seen to differ in the order of random ids and in where a shell's output was
cut. What these cover is held here by notebooks of our own.
"""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import papermill
import psutil
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill.engines import papermill_engines

from ketcontent.execution import engine
from ketcontent.execution.engine import ipykernel_words
from ketcontent.execution.forkserver import IPYKERNEL, ForkServerEnded, stop_fork_server
from ketcontent.execution.pool import NOTEBOOKS
from tests.conftest import wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # papermill and nbclient run in this process
]

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def write_notebook(folder: Path, *cells: str | tuple[str, str]) -> Path:
    """Write a notebook of code cells; a pair is a cell with a tag."""
    pairs = [(one, "") if isinstance(one, str) else one for one in cells]
    made = [
        new_markdown_cell("# A notebook"),
        *(new_code_cell(source, metadata={"tags": [tag] if tag else []}) for source, tag in pairs),
    ]
    path = folder / f"{len(list(folder.iterdir()))}.ipynb"
    nbformat.write(new_notebook(cells=made, metadata={"kernelspec": PYTHON}), path)
    return path


def run(path: Path, **options: Any) -> Any:
    """Execute a notebook with the engine, and return it as it was saved."""
    saved = path.with_suffix(".out.ipynb")
    given = {"engine_name": "ketcontent", "progress_bar": False, **options}
    with mock.patch.dict(os.environ):
        # ipykernel does not watch what is put out from below where it finds pytest.
        os.environ.pop("PYTEST_CURRENT_TEST", None)
        papermill.execute_notebook(path, saved, **given)
    return nbformat.read(saved, 4)


def run_cells(folder: Path, *cells: str | tuple[str, str], **options: Any) -> Any:
    return run(write_notebook(folder, *cells), **options)


def texts(notebook: Any) -> list[str]:
    """What each output of a notebook says as plain text."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [
        str(output.get("text") or output.get("data", {}).get("text/plain")) for output in outputs
    ]


def last(notebook: Any) -> Any:
    """Return what the last cell of a notebook prints, read as JSON."""
    return json.loads("".join(output["text"] for output in notebook.cells[-1].outputs))


def half_run(path: Path) -> Any:
    """Return the notebook that was saved by a run that failed."""
    return nbformat.read(path.with_suffix(".out.ipynb"), 4)


def children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


@pytest.fixture(scope="module", autouse=True)
def nothing_left() -> Iterator[None]:
    before = set(children())
    yield
    stop_fork_server()
    wait_until(lambda: not set(children()) - before)


# --- it is papermill's -----------------------------------------------------------------------


def test_the_engine_is_registered_with_papermill() -> None:
    assert papermill_engines.get_engine("ketcontent") is engine.KetcontentEngine


def test_the_command_line_of_papermill_runs_it_and_leaves_no_process(tmp_path: Path) -> None:
    path = write_notebook(tmp_path, ("who = 'nobody'", "parameters"), "print(who)")
    saved = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", "--engine", "ketcontent", str(path), str(saved)]
    done = subprocess.run(
        [*command, "-p", "who", "an editor"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "RUN_UNDER_TEST": str(tmp_path)},
    )
    assert texts(nbformat.read(saved, 4)) == ["an editor\n"]
    assert "Traceback" not in done.stderr
    assert started_with("RUN_UNDER_TEST", tmp_path) == []


def started_with(name: str, value: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(name) == str(value):
                found.append(process)
        except psutil.Error:
            continue
    return found


EVERYTHING: list[str | tuple[str, str]] = [
    ("a: int = 1  # a number\nb = []", "parameters"),
    "import sys\nprint('out', a, b)\nprint('err', file=sys.stderr)",
    # ipykernel reads what comes from below in a thread, and a client takes nothing of a cell that
    # has ended: without the wait either engine may lose it.
    "import os, time\nstatus = os.system('echo from below')\ntime.sleep(1)",
    "!echo from a shell",
    "%%bash\necho from bash",
    "%precision 3\n3.14159",
    "from IPython.display import HTML, Markdown, JSON, clear_output, display\nHTML('<b>x</b>')",
    "display(Markdown('*x*'), JSON({'x': 1}), metadata={'x': {'y': 1}})\n'last'",
    "handle = display('before', display_id='one')\ndisplay('again', display_id='one')",
    "handle.update('after')",
    "print('gone')\nclear_output()\nprint('stays')",
    "print('gone')\nclear_output(wait=True)\nprint('stays')",
    "import matplotlib.pyplot as plt\nplt.figure(figsize=(1, 1))\nplt.plot([1, 2]);",
    "import asyncio\nawait asyncio.sleep(0.01)\nprint('awaited')",
    (
        "from comm import create_comm\n"
        "state = {'_model_module': 'm', '_model_name': 'N', '_model_module_version': '1', 'v': 1}\n"
        "one = create_comm(target_name='jupyter.widget', data={'state': state}, comm_id='c1')\n"
        "one.send({'method': 'update', 'state': {'v': 2}})"
    ),
    ("1 / 0", "raises-exception"),
    ("input('?')", "raises-exception"),
    ("raise SystemError('never run')", "skip-execution"),
    "import warnings\nwarnings.warn('mind this')",
    "%xmode Plain",
    "'ends well';",
    "'ends well'",
]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """A notebook of everything, as papermill's default engine ran it and as ours did."""
    path = write_notebook(tmp_path_factory.mktemp("both"), *EVERYTHING)
    found = []
    for name in ("nbclient", "ketcontent"):
        with pytest.raises(papermill.PapermillExecutionError, match="StdinNotImplementedError"):
            run(path, engine_name=name, parameters={"a": 2, "b": [1, None, True]})
        found.append(half_run(path))
    return found[0], found[1]


VOLATILE = [
    (r"/tmp/ipykernel_\d+/\d+\.py", "CELL"),
    (r"0x[0-9a-f]+", "0x"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID"),
    (r'"image/png": "[^"]+"', '"image/png": ""'),
]


def comparable(notebook: Any) -> str:
    """Return a notebook as text, without times and names that differ from run to run."""
    for one in [notebook, *notebook.cells]:
        facts = one.metadata.get("papermill", {})
        for name in ("start_time", "end_time", "duration"):
            assert name in facts or one.cell_type == "markdown"
            facts.pop(name, None)
        one.metadata["execution"] = sorted(one.metadata.get("execution", {}))
        one.pop("id", None)
        if "outputs" in one:
            one["outputs"] = joined_streams(one.outputs)
    return calm(json.dumps(notebook, indent=1, sort_keys=True))


def joined_streams(outputs: list[Any]) -> list[Any]:
    """Join what was written to one stream: where a kernel cuts it is a matter of the moment."""
    joined: list[Any] = []
    for one in outputs:
        last = joined[-1] if joined else None
        if last and last.output_type == one.output_type == "stream" and last.name == one.name:
            last.text += one.text
        else:
            joined.append(one)
    return joined


def calm(text: str) -> str:
    for pattern, steady in VOLATILE:
        text = re.sub(pattern, steady, text)
    return text


def test_a_notebook_of_everything_is_saved_as_papermills_default_engine_saves_it(
    both: tuple[Any, Any],
) -> None:
    default, ours = both
    assert comparable(ours) == comparable(default)


def test_that_notebook_does_hold_everything(both: tuple[Any, Any]) -> None:
    text = json.dumps([cell.get("outputs") for cell in both[1].cells])
    for words in (
        *("out 2 [1, None, True]", "err", "from below", "from a shell", "from bash", "3.142"),
        *("<b>x</b>", "text/markdown", "application/json", "after", "stays", "image/png"),
        *("awaited", "ZeroDivisionError", "StdinNotImplementedError", "mind this", "ends well"),
    ):
        assert words in text, words
    for words in ("'before'", "gone\\n", "never run:"):
        assert words not in text, words
    [state] = both[1].metadata.widgets.values()
    assert state["state"]["c1"]["state"]["v"] == 2


WIDGET = """\
from comm import create_comm
header = get_ipython().kernel.get_parent()["header"]["msg_id"]
state = {"_model_module": "@jupyter-widgets/output", "_model_name": "OutputModel",
         "_model_module_version": "1.0.0", "msg_id": header, "outputs": []}
one = create_comm(target_name="jupyter.widget", data={"state": state}, comm_id="c1")
print("captured")
one.send({"method": "update", "state": {"msg_id": ""}})
print("not captured")
"""

CONDITIONS = [
    pytest.param([], {}, id="no cell"),
    pytest.param(["", "# only a comment"], {}, id="nothing to run"),
    pytest.param(["print('Ünï©ødé \u2603 \U0001f600')", "'ü'"], {}, id="letters of the world"),
    pytest.param(["print(a)"], {"parameters": {"a": "x"}}, id="a parameter without its cell"),
    pytest.param(
        [("a = 1", "parameters"), ("a = 2", "injected-parameters"), "print(a)"],
        {"parameters": {"a": {"b": [1.5, None, "x"]}}},
        id="a notebook that was run before",
    ),
    pytest.param(["1"], {"report_mode": True, "parameters": {"a": 1}}, id="report mode"),
    pytest.param(["print('x')", "1 / 0", "2"], {}, id="an error"),
    pytest.param(["def broken(:"], {}, id="not Python"),
    pytest.param(["1 / 0", "2"], {"allow_errors": True}, id="errors allowed"),
    pytest.param([("1 / 0", "raises-exception"), "2"], {"force_raise_errors": True}, id="forced"),
    pytest.param([("1 / 0", "raises-exception"), "2"], {}, id="an error that is meant"),
    pytest.param(["input()"], {}, id="asks"),
    pytest.param(["import sys\nsys.exit(0)", "2"], {}, id="leaves with 0"),
    pytest.param(["import sys\nsys.exit('said')", "2"], {}, id="leaves with words"),
    # A kernel goes a tenth of a second after it was told to: until then it would run the next cell.
    pytest.param(["import time\nquit()\ntime.sleep(0.3)", "2"], {}, id="quits"),
    # What it said last is on its way for a moment.
    pytest.param(["import os, time\ntime.sleep(0.5)\nos._exit(3)"], {}, id="exits at once"),
    pytest.param(["import time\ntime.sleep(60)"], {"execution_timeout": 1}, id="over its time"),
    pytest.param([WIDGET], {}, id="an output widget"),
    pytest.param(["print(1)\nprint(2)"], {"coalesce_streams": True}, id="streams in one"),
]


@pytest.mark.parametrize(("cells", "options"), CONDITIONS)
def test_each_condition_ends_as_with_papermills_default_engine(
    tmp_path: Path, cells: list[str | tuple[str, str]], options: dict[str, Any]
) -> None:
    path = write_notebook(tmp_path, *cells)
    found = []
    for name in ("nbclient", "ketcontent"):
        ended: Exception | None = None
        try:
            run(path, engine_name=name, **options)
        except Exception as raised:
            ended = raised
        found.append((type(ended), calm(str(ended)), comparable(half_run(path))))
    assert found[1] == found[0]


def test_cells_are_timed(tmp_path: Path) -> None:
    done = run_cells(tmp_path, "import time\ntime.sleep(0.2)", "1")
    facts = [done.metadata.papermill, *(cell.metadata.papermill for cell in done.cells[1:])]
    assert [one.exception for one in facts] == [None, False, False]
    times = [[datetime.fromisoformat(one[n]) for n in ("start_time", "end_time")] for one in facts]
    for one, (start, end) in zip(facts, times, strict=True):
        assert abs((end - start).total_seconds() - one.duration) < 0.001
    whole, slept, after = times
    assert whole[0] <= slept[0] <= slept[1] <= after[0] <= after[1] <= whole[1]
    assert facts[1].duration >= 0.2
    assert sorted(done.cells[1].metadata.execution) == [
        *("iopub.execute_input", "iopub.status.busy", "iopub.status.idle", "shell.execute_reply")
    ]


def test_the_first_error_stops_the_notebook_and_is_papermills_own(tmp_path: Path) -> None:
    path = write_notebook(tmp_path, "print('one')", "raise LookupError('no such row')", "print(3)")
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        run(path)
    assert (caught.value.ename, caught.value.evalue) == ("LookupError", "no such row")
    cells = half_run(path).cells
    assert [cell.metadata.get("papermill", {}).get("status") for cell in cells] == [
        *(None, "completed", "completed", None, "failed", "pending")
    ]
    assert "An Exception was encountered" in cells[0].source
    assert cells[-1].outputs == []


def test_what_a_notebook_puts_out_is_logged_when_asked_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="papermill")
    with (tmp_path / "said").open("w") as said:
        run_cells(tmp_path, "print('to the log')", log_output=True, stdout_file=said)
    assert "to the log\n" in caplog.messages
    assert (tmp_path / "said").read_text() == "to the log\n"


def test_the_arguments_of_the_kernel_are_taken(tmp_path: Path) -> None:
    done = run_cells(
        tmp_path,
        "print(get_ipython().history_manager.hist_file, get_ipython().ast_node_interactivity)",
        extra_arguments=["--InteractiveShell.ast_node_interactivity=all"],
    )
    assert texts(done) == [":memory: all\n"]


def test_what_is_shown_faster_than_it_is_read_is_all_there(tmp_path: Path) -> None:
    path = write_notebook(
        tmp_path,
        "from pathlib import Path\n"
        "from IPython.display import display\n"
        "for one in range(2500):\n"
        "    display({'text/plain': f'{one} ' + 'x' * 500}, raw=True)\n"
        f"Path({str(tmp_path / 'shown')!r}).touch()",
    )
    read = NotebookClient.process_message
    # A kernel that loses what is not read goes on to its end; one that waits, does not.
    end = time.monotonic() + 3

    def behind(client: Any, message: Any, *rest: Any) -> Any:
        while time.monotonic() < end and not (tmp_path / "shown").exists():
            time.sleep(0.05)
        return read(client, message, *rest)

    with mock.patch.object(NotebookClient, "process_message", behind):
        shown = texts(run(path, autosave_cell_every=0))
    assert [int(text.split()[0]) for text in shown] == list(range(2500))


# --- each notebook on its own ----------------------------------------------------------------

DIRTY = """\
import builtins, decimal, locale, os, random, sys, tempfile, warnings
import colorsys, matplotlib, numpy, pandas, ketcontent
left = 1
builtins.left = sys.left = pandas.left = ketcontent.left = 1
sys.path.insert(0, "/left"); sys.setrecursionlimit(4321)
os.chdir(tempfile.gettempdir()); os.umask(0o077)
os.environ["LEFT"] = "1"
warnings.simplefilter("ignore")
random.seed(1); numpy.random.seed(1)
matplotlib.rcParams["figure.dpi"] = 17
import matplotlib.pyplot as plt
plt.style.use("ggplot")
plt.figure()
pandas.set_option("display.max_rows", 7)
decimal.getcontext().prec = 3
opened = open(os.devnull); os.set_inheritable(opened.fileno(), True)
"""

LOOK = """\
import builtins, json, os, random, sys, warnings
imported = "colorsys" in sys.modules
shown = "matplotlib.pyplot" in sys.modules
import decimal, matplotlib, numpy, pandas, ketcontent
mask = os.umask(0); os.umask(mask)
seeded = [random.random() == random.Random(1).random(),
          numpy.random.random() == numpy.random.RandomState(1).random()]
import matplotlib.pyplot as plt
print(json.dumps({
    "names": sorted(n for n in globals() if n == "left"),
    "attributes": [hasattr(one, "left") for one in (builtins, sys, pandas, ketcontent)],
    "imported": imported, "shown": shown,
    "path": "/left" in sys.path, "limit": sys.getrecursionlimit(),
    "folder": os.getcwd(), "mask": mask,
    "environment": {n: v for n, v in os.environ.items() if n != "JPY_PARENT_PID"},
    "filters": repr(warnings.filters),
    "parameters": repr(matplotlib.rcParams), "backend": matplotlib.get_backend(),
    "figures": plt.get_fignums(), "seeded": seeded,
    "rows": pandas.get_option("display.max_rows"), "precision": decimal.getcontext().prec,
    "open": [os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")
             if n > "2" and os.path.exists(f"/proc/self/fd/{n}")]
            if os.path.exists("/proc/self/fd") else [],
    "count": len(In),
}))
"""


def test_nothing_of_one_notebook_is_seen_by_the_next(tmp_path: Path) -> None:
    before = last(run_cells(tmp_path, LOOK, cwd=tmp_path))
    run_cells(tmp_path, DIRTY)
    after = last(run_cells(tmp_path, LOOK, cwd=tmp_path))
    for seen in (before, after):
        seen["open"] = sorted(re.sub(r"\d+", "", name) for name in seen["open"])
    assert after == before
    assert after["names"] == []
    assert not [name for name in ("imported", "shown", "path") if after[name]]
    assert not any(after["attributes"] + after["figures"] + after["seeded"])
    assert after["folder"] == str(tmp_path)
    assert "inline" in after["backend"]
    assert not any(name.startswith(str(tmp_path)) for name in after["open"])


def test_each_notebook_has_a_process_and_a_random_state_of_its_own(tmp_path: Path) -> None:
    look = (
        "import json, multiprocessing, os, random, uuid\nimport numpy\n"
        "print(json.dumps([os.getpid(), random.random(), numpy.random.random(),"
        " uuid.uuid4().hex, multiprocessing.current_process().authkey.hex(),"
        " os.getpgid(0) == os.getpid()]))"
    )
    one, other = (last(run_cells(tmp_path, look)) for _ in range(2))
    assert not set(one[:5]) & set(other[:5])
    assert one[5] is other[5] is True
    assert os.getpid() not in (one[0], other[0])


def test_a_notebook_finds_what_it_needs_already_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = "import json, sys\nprint(json.dumps(sorted(getattr(sys, 'mod' 'ules'))))"
    found = set(last(run_cells(tmp_path, look)))
    assert set(IPYKERNEL) <= found
    assert not found & {"pandas", "matplotlib", "yaml"}
    monkeypatch.setenv("KETCONTENT_PRELOAD", ", ".join(NOTEBOOKS))
    assert set(IPYKERNEL + NOTEBOOKS) <= set(last(run_cells(tmp_path, look)))


def test_a_notebook_has_the_environment_and_the_folder_of_its_caller_as_they_are_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = "import json, os, time\nprint(json.dumps([os.environ.get('SAID'), os.getcwd()]))"
    path = write_notebook(tmp_path, look)
    assert last(run(path)) == [None, os.getcwd()]
    monkeypatch.setenv("SAID", "so")
    monkeypatch.chdir(tmp_path)
    assert last(run(path)) == ["so", str(tmp_path)]
    monkeypatch.delenv("SAID")
    assert last(run(path)) == [None, str(tmp_path)]


def test_what_is_read_from_the_environment_at_import_is_that_of_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "svg")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    look = (
        "import json, time, matplotlib\n"
        "print(json.dumps([matplotlib.get_backend(), time.timezone]))"
    )
    assert last(run_cells(tmp_path, look)) == ["svg", -14 * 3600]
    monkeypatch.setenv("TZ", "Pacific/Honolulu")
    assert last(run_cells(tmp_path, look)) == ["svg", 10 * 3600]


def test_a_notebook_may_run_notebooks_of_its_own(tmp_path: Path) -> None:
    inner = write_notebook(tmp_path, "print('within')")
    outer = (
        "import papermill\n"
        f"done = papermill.execute_notebook({str(inner)!r}, None, engine_name='ketcontent',"
        " progress_bar=False)\nprint(done.cells[-1].outputs[0].text)"
    )
    assert "within\n\n" in texts(run_cells(tmp_path, outer))


def test_what_is_to_happen_at_the_end_of_a_process_has_happened(tmp_path: Path) -> None:
    written = tmp_path / "written"
    run_cells(
        tmp_path,
        f"import atexit, pathlib\natexit.register(pathlib.Path({str(written)!r}).touch)",
    )
    assert written.exists()


def test_what_a_notebook_left_running_is_ended(tmp_path: Path) -> None:
    done = run_cells(
        tmp_path,
        "import subprocess\none = subprocess.Popen(['sleep', '600'])\nprint(one.pid)",
    )
    wait_until(lambda: not runs(last(done)))


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


# --- notebooks that end badly ----------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", id="signal 9"),
        pytest.param("import ctypes\nctypes.string_at(0)", id="segmentation fault"),
        pytest.param(
            "import faulthandler\nfaulthandler.enable()\nfaulthandler._sigsegv()",
            id="segmentation fault with its traceback",
        ),
        pytest.param(
            "import os, threading, time\n"
            "threading.Timer(0.2, os._exit, [7]).start()\ntime.sleep(600)",
            id="exit of a thread",
        ),
        pytest.param("import os\nos._exit(0)", id="exit at once"),
        pytest.param("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", id="ended"),
        pytest.param("import os\nos.abort()", id="abort"),
    ],
)
def test_a_crash_is_papermills_dead_kernel_and_a_saved_notebook(
    tmp_path: Path, source: str
) -> None:
    path = write_notebook(tmp_path, "print('before')", source, "print('after')")
    with pytest.raises(DeadKernelError, match="Kernel died"):
        run(path)
    saved = half_run(path)
    assert texts(saved) == ["before\n"]
    assert saved.metadata.papermill.end_time
    assert texts(run_cells(tmp_path, "print('the next one')")) == ["the next one\n"]


@pytest.mark.parametrize("status", ["", "0"])
def test_to_papermill_a_notebook_that_leaves_with_status_0_has_gone_well(
    tmp_path: Path, status: str
) -> None:
    done = run_cells(tmp_path, f"import sys\nsys.exit({status})", "print('never')")
    assert done.cells[1].outputs[0].ename == "SystemExit"
    assert done.cells[2].outputs == []


def test_a_notebook_that_leaves_with_another_status_has_failed(tmp_path: Path) -> None:
    path = write_notebook(tmp_path, "import sys\nsys.exit(3)")
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        run(path)
    assert (caught.value.ename, caught.value.evalue) == ("SystemExit", "3")
    assert half_run(path).cells[-1].outputs[0].ename == "SystemExit"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import time\ntime.sleep(600)", id="asleep"),
        pytest.param("while True: pass", id="busy"),
        pytest.param(
            "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)",
            id="deaf",
        ),
        pytest.param("import threading\nthreading.Event().wait()", id="waiting"),
    ],
)
def test_a_cell_over_its_time_is_papermills_time_out_and_a_saved_notebook(
    tmp_path: Path, source: str
) -> None:
    path = write_notebook(tmp_path, "print('before')", source)
    with pytest.raises(CellTimeoutError, match="after 1 seconds"):
        run(path, execution_timeout=1)
    # Where the kernel hears it, the interrupt of its shutdown is an output of the cell as well.
    assert texts(half_run(path))[:1] == ["before\n"]


def test_a_thread_that_does_not_end_does_not_hold_up_the_end(tmp_path: Path) -> None:
    run_cells(tmp_path, "import threading\nthreading.Thread(target=threading.Event().wait).start()")


@pytest.mark.parametrize(
    ("source", "length"),
    [
        pytest.param("print('x' * 30_000_000)", 30_000_000, id="at once"),
        pytest.param("for _ in range(10_000): print('x' * 3_000)", 30_000_000, id="line by line"),
        pytest.param(
            "import os\nfor _ in range(1_000): os.write(1, b'x' * 30_000)", 30_000_000, id="below"
        ),
        pytest.param(
            "from IPython.display import display\nfor _ in range(1_000): display('x' * 100_000)",
            100_000_000,
            id="displayed",
        ),
    ],
)
def test_a_flood_is_kept_or_is_papermills_exception_and_a_saved_notebook(
    tmp_path: Path, source: str, length: int
) -> None:
    path = write_notebook(tmp_path, "print('before')", source)
    try:
        # Of what is displayed some is lost, and with it that the cell is done: that is waited for.
        run(path, request_save_on_cell_execute=True, iopub_timeout=10)
        whole = True
    except (papermill.PapermillExecutionError, CellTimeoutError):
        whole = False
    saved = half_run(path)
    assert saved.cells[1].outputs[0].text == "before\n"
    flood = sum(text.count("x") for text in texts(saved)[1:])
    assert flood == length if whole else flood < length
    assert texts(run_cells(tmp_path, "print('the next one')")) == ["the next one\n"]


def test_a_flood_without_end_is_papermills_time_out_and_a_saved_notebook(tmp_path: Path) -> None:
    path = write_notebook(tmp_path, "print('before')", "while True: print('x' * 10_000)")
    with pytest.raises(CellTimeoutError, match="after 1 seconds"):
        run(path, execution_timeout=1)
    saved = half_run(path)
    assert saved.cells[1].outputs[0].text == "before\n"
    assert saved.metadata.papermill.end_time


@pytest.fixture(scope="module", autouse=True)
def own_server() -> None:
    """The server that a build in this process has left is for any environment: have another."""
    stop_fork_server()


def at_the_start_of_python(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Have each Python that is started from now on, as a fork server is, run some code first."""
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(folder / "site"))


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import time\ntime.sleep(600)", id="while the fork server imports"),
        pytest.param(
            "import os, time\nos.register_at_fork(after_in_child=lambda: time.sleep(600))",
            id="once it is forked",
        ),
    ],
)
def test_a_kernel_that_does_not_start_in_time_is_papermills_exception_and_a_saved_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    stop_fork_server()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    at_the_start_of_python(monkeypatch, tmp_path, code)
    path = write_notebook(tmp_path, "print('never')")
    with pytest.raises(RuntimeError, match="Kernel didn't respond in 1 seconds"):
        run(path, start_timeout=1)
    assert texts(half_run(path)) == []
    assert not list(tmp_path.glob("ket-*"))
    monkeypatch.undo()
    assert texts(run_cells(tmp_path, "print('the next one')")) == ["the next one\n"]


def test_a_fork_server_that_was_killed_is_replaced(tmp_path: Path) -> None:
    path = write_notebook(tmp_path, "import os\nprint(os.getppid())")
    warm = last(run(path))
    os.kill(warm, signal.SIGKILL)
    assert last(run(path)) != warm


def test_the_kernel_goes_with_its_fork_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_fork_server()
    monkeypatch.setenv("RUN_UNDER_TEST", str(tmp_path))  # what others left running is not ours
    path = write_notebook(
        tmp_path,
        f"import os, pathlib, signal\npathlib.Path({str(tmp_path / 'began')!r}).touch()\n"
        "os.kill(os.getppid(), signal.SIGKILL)\nwhile True: pass",
    )
    with pytest.raises(DeadKernelError):
        run(path)
    assert (tmp_path / "began").exists()
    wait_until(lambda: not started_with("RUN_UNDER_TEST", tmp_path))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_papermill_that_is_ended_leaves_no_process_and_no_file(
    tmp_path: Path, number: int
) -> None:
    started = tmp_path / "started"
    path = write_notebook(
        tmp_path, f"import pathlib, time\npathlib.Path({str(started)!r}).touch()\ntime.sleep(600)"
    )
    command = [sys.executable, "-m", "papermill", "--engine", "ketcontent", str(path), os.devnull]
    program = subprocess.Popen(
        command,
        env={**os.environ, "RUN_UNDER_TEST": str(tmp_path), "TMPDIR": str(tmp_path)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_until(started.exists)
    assert list(tmp_path.glob("ket-*"))
    os.kill(program.pid, number)
    program.wait(timeout=60)
    wait_until(lambda: not started_with("RUN_UNDER_TEST", tmp_path))
    assert not list(tmp_path.glob("ket-*"))


# --- where it does not apply -----------------------------------------------------------------


WITHOUT_FORK = """\
import os, sys
import psutil  # which needs what is not there on the systems that are meant
del os.fork
sys.modules["resource"] = None
import papermill
for _ in range(2):
    papermill.execute_notebook(
        sys.argv[1], sys.argv[2], engine_name="ketcontent", progress_bar=False
    )
print(os.getpid())
"""


def test_where_there_is_no_fork_papermills_default_engine_runs_and_it_is_said_once(
    tmp_path: Path,
) -> None:
    path = write_notebook(tmp_path, "import os\nprint(os.getppid())")
    saved = tmp_path / "out.ipynb"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_FORK, str(path), str(saved)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert last(nbformat.read(saved, 4)) == int(done.stdout)
    assert [line for line in done.stderr.splitlines() if "fork" in line] == [
        "This system cannot fork a process: notebooks run with papermill's default engine."
    ]


NAMED_OTHERWISE = str(
    next(
        name
        for name in Path(sys.executable).parent.glob("python*")
        if name.samefile(sys.executable) and str(name) != sys.executable
    )
)
"""The Python that runs this, by another of its names."""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ([sys.executable, "-m", "ipykernel_launcher", "-f", "x"], ["-f", "x"]),
        ([sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher"], []),
        ([NAMED_OTHERWISE, "-m", "ipykernel_launcher", "-f", "x"], ["-f", "x"]),
        ([os.path.realpath(sys.executable), "-m", "ipykernel_launcher"], None),
        ([sys.executable, "-X", "dev", "-m", "ipykernel_launcher"], None),
        ([sys.executable, "-m", "other_kernel", "-f", "x"], None),
        ([sys.executable, "-O", "-m", "ipykernel_launcher", "-f", "x"], None),
        (["/usr/bin/ir", "-m", "ipykernel_launcher"], None),
    ],
)
def test_only_the_kernel_of_this_python_is_forked(
    command: list[str], words: list[str] | None
) -> None:
    assert ipykernel_words(command) == words


def test_a_fork_server_that_cannot_start_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_start_of_python(monkeypatch, tmp_path, "import os\nos._exit(1)")
    with pytest.raises(ForkServerEnded) as caught:
        run_cells(tmp_path, "1")
    assert str(caught.value) == (
        "The fork server ended before it forked a kernel.\n"
        "hint: Read what it says above; papermill's default engine does without it."
    )
