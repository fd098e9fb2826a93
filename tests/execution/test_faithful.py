"""A forked kernel is what a new process would be: nothing that was started before it shows.

The kernel that Jupyter itself starts, which is also that of papermill's default engine, is the
oracle.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import papermill
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ketcontent.execution.engine import wants_own_imports
from ketcontent.execution.forkserver import Kernel, fork_kernel, stop_fork_server
from ketcontent.execution.forkserver_program import KernelRequest
from ketcontent.execution.process_attributes import own_attributes
from tests.conftest import wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # papermill and nbclient run in this process
]

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}
PRELOAD = "KETCONTENT_PRELOAD"


@pytest.fixture(autouse=True)
def servers_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # ipykernel does not watch what is put out from below where it finds pytest.
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    stop_fork_server()  # of a build, which is for any environment
    yield
    stop_fork_server()


def execute(
    folder: Path, *cells: str, engine: str | None = "ketcontent", kernel: str = "python3"
) -> list[list[Any]]:
    """Return the outputs of each cell of a notebook that lies, and runs, in a folder."""
    folder.mkdir(exist_ok=True)
    path = folder / "notebook.ipynb"
    made = new_notebook(cells=list(map(new_code_cell, cells)), metadata={"kernelspec": PYTHON})
    nbformat.write(made, path)
    done = papermill.execute_notebook(
        path,
        None,
        cwd=folder,
        engine_name=engine,
        kernel_name=kernel,
        progress_bar=False,
        execution_timeout=60,
    )
    return [cell.outputs for cell in done.cells]


def last(folder: Path, *cells: str, kernel: str = "python3") -> Any:
    """Return what the last cell prints, read as JSON."""
    return json.loads(execute(folder, *cells, kernel=kernel)[-1][0].text)


# What decides on imports by its name is spelled otherwise, since it would be run lean.
STATE = """\
import json, os, signal, sys
import asyncio, gc, locale, logging, multiprocessing.process, resource, socket, tempfile
import threading, time, warnings
modules = getattr(sys, "mod" + "ules")
loaded = sorted({name.partition(".")[0] for name in modules})
shell = get_ipython()
state = {
    "path": getattr(sys, "pa" + "th"),
    "finders": [
        getattr(one, "__name__", type(one).__name__) for one in getattr(sys, "meta" + "_path")
    ],
    "argv": [sys.argv[0], len(sys.argv)],
    "executable": os.path.realpath(sys.executable),
    "flags": repr(sys.flags),
    "options": [repr(sys._xoptions), sys.warnoptions, sys.dont_write_bytecode],
    "environment": {
        name: value if name != "JPY_PARENT_PID" else bool(value)
        for name, value in getattr(os, "env" + "iron").items() if name != "KETCONTENT_PRELOAD"
    },
    "umask": oct((lambda was: (os.umask(was), was)[1])(os.umask(0))),
    "limits": {
        name: resource.getrlimit(getattr(resource, name))
        for name in dir(resource) if name.startswith("RLIMIT")
    },
    "niceness": os.nice(0),
    "cores": sorted(os.sched_getaffinity(0)),
    "hash": hash("a"),
    "handlers": {
        str(number): repr(signal.getsignal(number)).split(" at 0x")[0]
        for number in signal.valid_signals()
    },
    "held back": sorted(map(str, signal.pthread_sigmask(signal.SIG_BLOCK, []))),
    "names": sorted(set(globals()) - {"state", "loaded", "modules", "shell"}),
    "main": [repr(modules["__main__"])[:30], modules["__main__"] is modules["__mp_main__"]],
    "folder": [os.getcwd(), multiprocessing.process.ORIGINAL_DIR],
    "process": multiprocessing.process.current_process().name,
    "locale": [locale.setlocale(locale.LC_ALL), locale.getpreferredencoding()],
    "streams": [repr(one) for one in (sys.__stdin__, sys.__stdout__, sys.__stderr__)],
    "threads": len(threading.enumerate()),
    "logging": [logging.root.level, len(logging.root.handlers)],
    "garbage": [gc.isenabled(), gc.get_threshold()],
    "interpreter": [sys.getrecursionlimit(), sys.getswitchinterval(), sys.get_int_max_str_digits()],
    "time": time.tzname,
    "loop": type(asyncio.get_event_loop_policy()).__name__,
    "leads": [os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid()],
    "sockets": socket.getdefaulttimeout(),
    "temporary": tempfile.gettempdir(),
    "hooks": [
        repr(one).split(" at 0x")[0]
        for one in (sys.excepthook, sys.unraisablehook, threading.excepthook)
    ],
    "shell": {
        name: repr(value) for name, value in shell.trait_values().items()
        if name not in ("config", "last_execution_result") and " at 0x" not in repr(value)
    },
}
import matplotlib, numpy, pandas
import matplotlib.pyplot
state |= {
    "pandas": {
        name: [repr(pandas.get_option(name)), repr(option.defval)]
        for name, option in pandas._config.config._registered_options.items()
    },
    "numpy": [repr(numpy.get_printoptions()), numpy.geterr()],
    "rcParams": {k: repr(v) for k, v in matplotlib.rcParams.items()},
    "matplotlibrc": matplotlib.matplotlib_fname(),
    "backend": [matplotlib.get_backend(), matplotlib.is_interactive()],
    "warnings": sorted(map(repr, warnings.filters)),
}
"""
FRAMES = """\
import numpy, pandas
wide = pandas.DataFrame(numpy.arange(120).reshape(4, 30))
tall = pandas.DataFrame({"é": range(100), "text": ["“x”" * 30] * 100})
display(wide, tall)
print(wide, tall)
"""
TELL = "print(json.dumps([state, loaded], default=repr))"


def test_a_forked_kernel_is_the_kernel_that_jupyter_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    bare = execute(tmp_path, FRAMES, STATE, TELL, engine=None)
    ours = execute(tmp_path, FRAMES, STATE, TELL)
    monkeypatch.setenv(PRELOAD, "pandas, matplotlib.figure numpy")
    warm = execute(tmp_path, FRAMES, STATE, TELL)
    assert bare[0] == ours[0] == warm[0]
    (state, _), (as_forked, _), (as_warm, loaded) = (
        json.loads(outputs[-1][0].text) for outputs in (bare, ours, warm)
    )
    assert as_forked == state
    assert as_warm == state
    assert {"pandas", "matplotlib", "numpy"} <= set(loaded)


IMPORTED = "import json, yaml\nprint(json.dumps(yaml.__file__))"


def test_what_a_notebook_would_import_from_elsewhere_is_imported_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PRELOAD, "yaml")
    warm = "import json, sys\nprint(json.dumps('yaml' in getattr(sys, 'mod' 'ules')))"
    assert last(tmp_path / "plain", warm) is True
    beside = tmp_path / "beside"
    (beside / "yaml").mkdir(parents=True)  # a folder, which is no module
    assert last(beside, warm) is True
    (beside / "yaml.py").write_text("")
    assert last(beside, IMPORTED) == str(beside / "yaml.py")
    vendored = f"import sys\nsys.path.insert(0, {str(beside)!r})"
    assert last(tmp_path / "plain", vendored, IMPORTED) == str(beside / "yaml.py")
    monkeypatch.setenv("PYTHONPATH", "lib")
    (tmp_path / "plain" / "lib").mkdir()
    (tmp_path / "plain" / "lib" / "yaml.py").write_text("")
    assert last(tmp_path / "plain", IMPORTED) == str(tmp_path / "plain" / "lib" / "yaml.py")


@pytest.mark.parametrize(
    ("source", "wants"),
    [
        ("sys.path.append('lib')", True),
        ("%pip install --target lib pyyaml", True),
        ("!uv pip install polars", True),
        ("import site; site.addsitedir('lib')", True),
        ("import os\nos.environ['OMP_NUM_THREADS'] = '1'", True),
        ("from sys import path\npath.append('lib')", True),
        ("%cd lib", True),
        ("os.chdir('lib')", True),
        ("%env MPLBACKEND=svg", True),
        ("from importlib import reload", True),
        ("import pandas\npandas.Series.sys_path = 1", False),
        ("# how to install it: see the path in sys", False),
    ],
)
def test_what_decides_on_imports_finds_nothing_imported(source: str, wants: bool) -> None:
    cells = [new_code_cell("1"), new_code_cell(source)]
    assert wants_own_imports(new_notebook(cells=cells)) is wants


SPAWNED = """\
import json, matplotlib, multiprocessing
from helper_mod import where
with multiprocessing.get_context("spawn").Pool(1) as pool:
    print(json.dumps([*pool.map(where, [1]), matplotlib.rcParams["lines.linewidth"]]))
"""


def test_nothing_of_the_first_notebooks_folder_serves_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PRELOAD, "matplotlib.figure")
    for name, width in (("one", 3.0), ("two", 5.0)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "helper_mod.py").write_text(f"def where(_): return {name!r}\n")
        (folder / "matplotlibrc").write_text(f"lines.linewidth: {width}\n")
        monkeypatch.chdir(folder)
        assert last(folder, SPAWNED) == [name, width]


SERVER = "import json, os\nprint(json.dumps([os.getppid(), os.environ.get('RUN'), os.getpid()]))"


def test_only_what_an_import_read_begins_a_server_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = last(tmp_path, SERVER)
    for run in ("1", "2"):
        monkeypatch.setenv("RUN", run)
        monkeypatch.setenv("PYTEST_CURRENT_TEST", run)
        assert last(tmp_path, SERVER)[:2] == [first[0], run]
    for read in ("JUPYTER_PLATFORM_DIRS", "OMP_NUM_THREADS"):  # by Python code, and by C code
        before = last(tmp_path, SERVER)[0]
        monkeypatch.setenv(read, "1")
        assert last(tmp_path, SERVER)[0] != before


CALLER = """\
import os, resource, signal, sys
import papermill
path = sys.argv[1]
def run():
    done = papermill.execute_notebook(path, None, engine_name="ketcontent", progress_bar=False)
    print(done.cells[-1].outputs[0].text.strip())
run()
os.umask(0o077)
resource.setrlimit(resource.RLIMIT_NOFILE, (300, 400))
os.nice(3)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
run()
"""
HAS = """\
import os, resource, signal
print(oct((lambda was: (os.umask(was), was)[1])(os.umask(0))),
      resource.getrlimit(resource.RLIMIT_NOFILE), os.nice(0), len(os.sched_getaffinity(0)),
      signal.getsignal(signal.SIGHUP).name,
      *(one.name for one in signal.pthread_sigmask(signal.SIG_BLOCK, ())))
"""


def test_a_kernel_has_what_its_caller_has_then(tmp_path: Path) -> None:
    path = tmp_path / "has.ipynb"
    cells = new_notebook(cells=[new_code_cell(HAS)], metadata={"kernelspec": PYTHON})
    nbformat.write(cells, path)
    command = [sys.executable, "-c", CALLER, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert second == f"0o77 (300, 400) {os.nice(0) + 3} 1 SIG_IGN SIGUSR1"
    assert first.split()[0] != "0o77"
    assert first.split()[-1] == "SIG_DFL"
    assert "KeyboardInterrupt" not in done.stdout + done.stderr


ONLY_TCP = """\
import json, runpy, sys
with open(sys.argv[2]) as file:
    assert json.load(file)["transport"] == "tcp"
sys.argv = ["ipykernel_launcher.py", *sys.argv[1:]]
runpy.run_module("ipykernel_launcher", run_name="__main__")
"""


def test_a_kernel_of_another_language_is_spoken_to_by_tcp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "kernels" / "other"
    place.mkdir(parents=True)
    (place / "kernel.py").write_text(ONLY_TCP)
    argv = [sys.executable, str(place / "kernel.py"), "-f", "{connection_file}"]
    (place / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Other"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert last(tmp_path / "folder", "print(1)", kernel="other") == 1


def test_a_server_that_is_started_instead_ends_no_kernel_of_the_one_before(
    tmp_path: Path,
) -> None:
    sockets = [tmp_path / name for name in "ab"]
    for folder in sockets:
        folder.mkdir()
    words = ["-f", "kernel.json", "--transport=ipc", "--ip=k"]

    def fork(folder: Path, **environment: str) -> Kernel:
        named = {**os.environ, **environment}
        request = KernelRequest(words, named, str(folder), str(folder), own_attributes())
        kernel = fork_kernel(request, 60)
        wait_until(lambda: kernel.poll() is None and kernel.started)
        return kernel

    first = fork(sockets[0])
    before = psutil.Process(first.pid).parent()
    second = fork(sockets[1], OMP_NUM_THREADS="1")
    after = psutil.Process(second.pid).parent()
    assert before is not None
    assert before != after
    assert first.poll() is None
    first.kill()
    first.wait()
    del first
    gc.collect()
    wait_until(lambda: not before.is_running() or before.status() == psutil.STATUS_ZOMBIE)
    assert second.poll() is None


TEAM = """\
import os
V = {version}
LOG = open(os.environ["TEAM_LOG"], "a")
ALL = sorted(name for name in os.environ if name.startswith("TEAM_"))
"""


def test_what_a_preloaded_module_holds_serves_each_notebook_until_it_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "team.py").write_text(TEAM.format(version=1))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TEAM_LOG", str(tmp_path / "log"))
    monkeypatch.setenv(PRELOAD, "team")
    look = "import json, team\nteam.LOG.write('x')\nteam.LOG.flush()\nprint(json.dumps(team.V))"
    assert last(tmp_path / "folder", look) == 1
    assert last(tmp_path / "folder", look) == 1
    assert (tmp_path / "log").read_text() == "xx"
    monkeypatch.setenv("TEAM_NEW", "1")
    names = "import json, team\nprint(json.dumps(team.ALL))"
    assert last(tmp_path / "folder", names) == ["TEAM_LOG", "TEAM_NEW"]
    (tmp_path / "team.py").write_text(TEAM.format(version=2222))
    assert last(tmp_path / "folder", look) == 2222


def test_what_cannot_be_imported_beforehand_is_named_and_left_to_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "busy.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "starts.py").write_text(
        "import subprocess\nONE = subprocess.Popen(['sleep', '600'])\n"
        f"with open({str(tmp_path / 'log')!r}, 'a') as log:\n    print(ONE.pid, file=log)\n"
    )
    (tmp_path / "leaves.py").write_text("import sys\nsys.exit('no licence')\n")
    monkeypatch.setenv(PRELOAD, "no_such_module busy starts leaves yaml")
    look = (
        "import json, sys\n"
        "loaded = getattr(sys, 'mod' 'ules')\n"
        "print(json.dumps([name in loaded for name in ('busy', 'starts', 'yaml')]))"
    )
    assert last(tmp_path / "folder", look) == [False, False, True]
    started = (tmp_path / "log").read_text().split()
    assert not any(map(psutil.pid_exists, map(int, started)))
    said = capfd.readouterr().err
    assert "Kernels do not start with busy, which starts threads.\n" in said
    assert "Kernels do not start with starts, which starts a process.\n" in said
    assert "Kernels do not start with leaves, which fails: SystemExit('no licence')\n" in said
    assert "Kernels do not start with no_such_module, which fails: ModuleNotFoundError" in said


def test_whatever_starts_kernels_with_jupyter_client_can_have_them_forked(tmp_path: Path) -> None:
    path = tmp_path / "parent.ipynb"
    look = "import os\nprint(open(f'/proc/{os.getppid()}/cmdline').read())\n1 / 0"
    cell = new_code_cell(look, metadata={"tags": ["raises-exception"]})
    nbformat.write(new_notebook(cells=[cell], metadata={"kernelspec": PYTHON}), path)
    convert = ["-m", "jupyter", "nbconvert", "--execute", "--to", "notebook", "--inplace"]
    done = subprocess.run(
        [sys.executable, *convert, str(path)],
        env={**os.environ, "JUPYTER_DEFAULT_PROVISIONER_NAME": "ketcontent"},
        capture_output=True,
        text=True,
        check=True,
    )
    said, fault = nbformat.read(path, 4).cells[0].outputs
    assert "forkserver_program import serve" in said.text
    assert fault.ename == "ZeroDivisionError"
    assert "Traceback" not in done.stderr
