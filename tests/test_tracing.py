"""What a run reads or looks at is seen, whichever way it does; a table of ways, in one process."""

from __future__ import annotations

import importlib.machinery
import os
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ketcontent.dependencies import (
    ON_DISK,
    READ_WHOLE,
    Dependency,
    as_kept,
    as_placed,
    identity_of,
    read_trace,
)
from ketcontent.hashing import current_hash, hash_when_read

Change = Callable[[Path], object]


def text(name: str, words: str) -> Change:
    """Return what writes a file, in folders that are made."""

    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(words)

    return write


def all_of(*changes: Change) -> Change:
    return lambda folder: [change(folder) for change in changes]


def nothing(_: Path) -> None:
    pass


def link(name: str, target: str) -> Change:
    def point(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)

    return point


def allowed(name: str) -> Change:
    return lambda folder: (folder / name).chmod(0o755)


def file_made_folder(folder: Path) -> None:
    (folder / "d/e").unlink()
    (folder / "d/e").mkdir()


def table(words: str, *, journal: str = "delete", keep: bool = False) -> Change:
    def save(folder: Path) -> None:
        opened = sqlite3.connect(folder / "t.db")
        opened.execute(f"pragma journal_mode={journal}")
        opened.execute("create table if not exists t(a)")
        opened.execute("delete from t")
        opened.execute("insert into t values(?)", (words,))
        opened.commit()
        if keep:  # the words stay in the journal
            _held.append(opened)
        else:
            opened.close()

    return save


_held: list[sqlite3.Connection] = []

CODED = Path(importlib.machinery.PathFinder.find_spec("_heapq").origin)
"""A module of Python's in machine code."""


def machine_code(name: str, more: bytes = b"") -> Change:
    """Return what copies that module into a folder, with more behind what is run."""

    def copy(folder: Path) -> None:
        made = folder / name / f"new-{CODED.name}"
        made.parent.mkdir(exist_ok=True)
        made.write_bytes(CODED.read_bytes() + more)
        made.replace(made.with_name(CODED.name))

    return copy


SELECT = "print(sqlite3.connect({}).execute('select a from t').fetchall())"


@dataclass(frozen=True)
class Way:
    """A way to read or look at something."""

    name: str
    code: str
    before: Change
    change: Change


TABLES = (table("1"), table("2"))
FILES = (text("e.txt", "1"), text("e.txt", "222"))
GROWS = (text("d/e.txt", "1"), text("d/e.txt", "222"))
COMES = (text("d/e.txt", "1"), text("d/f.txt", "1"))
RELINKED = (
    all_of(text("v1/e.txt", "1"), text("v2/e.txt", "2"), link("cur", "v1")),
    link("cur", "v2"),
)
META = (text("a/x.csv", ""), text("a/meta.csv", "x"))

SEEN = [
    Way("open", "open('e.txt').read()", *FILES),
    Way("glob without a star", "import glob; glob.glob('e.txt')", nothing, FILES[1]),
    Way("glob of folders", "import glob; glob.glob('*/meta.csv')", *META),
    Way("Path.glob", "import pathlib; list(pathlib.Path('.').glob('*/meta.csv'))", *META),
    Way("glob below", "import glob; glob.glob('**/meta.csv', recursive=True)", *META),
    Way("lstat", "os.lstat('e.txt').st_size", *FILES),
    Way("lexists", "os.path.lexists('e.txt')", nothing, FILES[1]),
    Way("readlink", "os.readlink('cur')", *RELINKED),
    Way("dangling link", "os.path.lexists('cur')", nothing, link("cur", "nowhere")),
    Way("stat by keyword", "os.path.exists(path='e.txt'); os.stat(path='e.txt')", *FILES),
    Way("posix.stat", "import posix; posix.stat('e.txt')", *FILES),
    Way("stat, absent", "try: os.stat('e.txt')\nexcept OSError: pass", nothing, FILES[1]),
    Way("date of a folder", "os.path.getmtime('d')", *COMES),
    Way("Path.stat of a folder", "import pathlib; pathlib.Path('d').stat()", *COMES),
    Way("access", "os.access('e.txt', os.X_OK)", FILES[0], allowed("e.txt")),
    Way("permissions", "os.stat('e.txt').st_mode", FILES[0], allowed("e.txt")),
    Way("fstat", "f = open('e.txt'); os.fstat(f.fileno()).st_mode", FILES[0], allowed("e.txt")),
    Way("sizes of entries", "[e.stat().st_size for e in os.scandir('d')]", *GROWS),
    Way("kinds", "[e.is_dir() for e in os.scandir('d')]", text("d/e", ""), file_made_folder),
    Way("kinds in os.walk", "list(os.walk('d'))", text("d/e", ""), file_made_folder),
    Way("open and create", "os.read(os.open('e.txt', os.O_RDONLY | os.O_CREAT), 9)", *FILES),
    Way(
        "open beside a folder",
        "d = os.open('d', os.O_RDONLY)\nos.read(os.open('e.txt', os.O_RDONLY, dir_fd=d), 9)",
        *GROWS,
    ),
    Way(
        "stat beside a folder", "d = os.open('d', os.O_RDONLY)\nos.stat('e.txt', dir_fd=d)", *GROWS
    ),
    Way("listdir of a descriptor", "os.listdir(os.open('d', os.O_RDONLY))", *COMES),
    Way("fwalk", "list(os.fwalk('d'))", *COMES),
    Way("listdir, absent", "try: os.listdir('d')\nexcept OSError: pass", nothing, COMES[0]),
    Way("through a link", "open('cur/e.txt').read()", *RELINKED),
    Way(
        "resolved",
        "import pathlib; (pathlib.Path('cur').resolve() / 'e.txt').read_text()",
        *RELINKED,
    ),
    Way("realpath", "os.listdir(os.path.realpath('cur'))", *RELINKED),
    Way(
        "above a link",
        "open('cur/../e.txt').read()",
        all_of(text("f/v/x", ""), text("f/e.txt", "1"), text("e.txt", "0"), link("cur", "f/v")),
        text("f/e.txt", "2"),
    ),
    Way(
        "extended attributes",
        "os.listxattr('e.txt')",
        FILES[0],
        lambda folder: os.setxattr(folder / "e.txt", "user.a", b"1"),
    ),
    Way("sqlite", SELECT.format("'t.db'"), *TABLES),
    Way("sqlite address", SELECT.format("'file:t.db?mode=ro', uri=True"), *TABLES),
    Way(
        "sqlite attached",
        "c = sqlite3.connect(':memory:')\nc.execute(\"attach 't.db' as x\")",
        *TABLES,
    ),
    Way(
        "sqlite journal",
        SELECT.format("'file:t.db?mode=ro', uri=True"),
        table("1", journal="wal", keep=True),
        table("2", journal="wal", keep=True),
    ),
    Way(
        "absent module",
        "try: import absent_one\nexcept ImportError: pass",
        nothing,
        text("absent_one.py", ""),
    ),
    Way(
        "find_spec",
        "import importlib.util; importlib.util.find_spec('absent_two')",
        nothing,
        text("absent_two/__init__.py", ""),
    ),
    Way(
        "absent folder of modules",
        "sys.path.append('plugged')\ntry: import absent_three\nexcept ImportError: pass",
        nothing,
        text("plugged/absent_three.py", ""),
    ),
    Way(
        "shadowed",
        "sys.path[:0] = ['a', 'b']\nimport shadowed_one",
        all_of(text("b/shadowed_one.py", ""), text("a/other.py", "")),
        text("a/shadowed_one.py", ""),
    ),
    Way(
        "shadowed beside",
        "sys.path.append('lib')\nimport shadowed_two",
        text("lib/shadowed_two.py", ""),
        text("shadowed_two.py", ""),
    ),
    Way(
        "package over module",
        "import shadowed_three",
        text("shadowed_three.py", ""),
        text("shadowed_three/__init__.py", ""),
    ),
    Way(
        "namespace package",
        "import spaced",
        text("spaced/x.txt", ""),
        text("spaced/__init__.py", ""),
    ),
    Way(
        "module",
        "import helper_one",
        text("helper_one.py", "V = 1"),
        text("helper_one.py", "V = 2"),
    ),
    Way(
        "module compiled elsewhere",
        # Where it writes there what it compiled, it has changed a folder that it looked at.
        "before, sys.dont_write_bytecode = sys.dont_write_bytecode, True\n"
        "sys.pycache_prefix = 'compiled'\nimport helper_two\n"
        "del sys.modules['helper_two']\nimport helper_two\nsys.pycache_prefix = None\n"
        "sys.dont_write_bytecode = before",
        text("helper_two.py", "V = 1"),
        text("helper_two.py", "V = 2"),
    ),
    Way(
        "machine code",
        "import coded._heapq",
        all_of(text("coded/__init__.py", ""), machine_code("coded")),
        machine_code("coded", b"other"),
    ),
    Way(
        "ctypes",
        f"import ctypes; ctypes.CDLL('./loaded/{CODED.name}')",
        machine_code("loaded"),
        machine_code("loaded", b"other"),
    ),
    Way(
        "owner",
        "import pathlib; pathlib.Path('e.txt').owner()",
        FILES[0],
        lambda folder: os.chown(folder / "e.txt", 65534, 65534),
    ),
    Way(
        "names of one file",
        "os.stat('e.txt').st_nlink",
        FILES[0],
        lambda folder: os.link(folder / "e.txt", folder.parent / f"{folder.name}.link"),
    ),
    Way(
        "plugins",
        "import pkgutil; list(pkgutil.iter_modules(['plug']))",
        text("plug/one.py", ""),
        text("plug/two.py", ""),
    ),
]

TOLD = [
    Way(
        "named pipe",
        "os.mkfifo('q')\nimport threading\n"
        "threading.Thread(target=lambda: open('q', 'w').write('1')).start()\nopen('q').read()",
        nothing,
        nothing,
    ),
    Way(
        "sqlite attached by a parameter",
        "c = sqlite3.connect(':memory:')\nc.execute('attach ? as x', ('t.db',))",
        *TABLES,
    ),
    Way(
        "a second name",
        "os.link('e.txt', 'f.txt')\nopen('f.txt').read()\nos.unlink('f.txt')",
        FILES[0],
        nothing,
    ),
    Way(
        "moved and moved back",
        "os.mkdir('m')\nos.rename('e.txt', 'm/e')\nopen('m/e').read()\nos.rename('m/e', 'e.txt')",
        FILES[0],
        nothing,
    ),
    Way("how full a disk is", "import shutil; shutil.disk_usage('.')", nothing, nothing),
    Way("a time that no copy keeps", "os.path.getctime('e.txt')", FILES[0], nothing),
    Way("gethostbyaddr", "import socket; socket.getfqdn('127.0.0.1')", nothing, nothing),
    Way(
        "getnameinfo",
        "import socket; socket.getnameinfo(('127.0.0.1', 80), socket.NI_NUMERICHOST)",
        nothing,
        nothing,
    ),
    Way(
        "zmq",
        "s = zmq.Context.instance().socket(zmq.REQ)\ns.connect('tcp://127.0.0.1:9')\ns.close(0)",
        nothing,
        nothing,
    ),
]

HARMLESS = [
    Way(
        "a file beside what is imported",
        "import helper_three",
        text("helper_three.py", ""),
        text("e.csv", ""),
    ),
    Way("a file in a folder that is there", "os.path.isdir('d'); os.path.exists('d')", *COMES),
    Way(
        "words in a folder that is listed",
        "import glob; glob.glob('d/*'); os.listdir('d'); list(os.walk('d'))",
        *GROWS,
    ),
    Way("a file beside what is resolved", "import pathlib; pathlib.Path('d').resolve()", *COMES),
    Way(
        "a date of a module",
        "import helper_four",
        text("helper_four.py", ""),
        lambda folder: os.utime(folder / "helper_four.py", (1, 1)),
    ),
    Way(
        "what a run makes and takes away",
        "import tempfile, shutil\nwith tempfile.TemporaryDirectory(dir='.') as t:\n"
        "    open(t + '/x', 'w').write('1'); open(t + '/x').read()\n"
        "    os.listdir(t); os.stat(t + '/x')\n"
        "with tempfile.NamedTemporaryFile('w+') as f: open(f.name).read()",
        nothing,
        nothing,
    ),
    Way(
        "what a run writes anew",
        "open('out.txt', 'w').write('1'); open('out.txt').read()",
        nothing,
        text("out.txt", "2"),
    ),
    Way(
        "what a run makes and gives another name",
        "open('o.tmp', 'w').write('1'); os.replace('o.tmp', 'o.txt'); os.link('o.txt', 'p.txt')\n"
        "open('p.txt').read()",
        nothing,
        text("o.txt", "2"),
    ),
    Way(
        "its own database in memory",
        "sqlite3.connect(':memory:'); sqlite3.connect('file::memory:', uri=True)",
        nothing,
        nothing,
    ),
]

Traces = dict[str, dict[Dependency, str]]


@pytest.fixture(scope="module")
def began() -> int:
    return time.time_ns() + 10**12


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ways")


@pytest.fixture(scope="module")
def traces(root: Path) -> Traces:
    """Go all ways in one traced process; return what it noted of each."""
    ways = [*SEEN, *TOLD, *HARMLESS]
    code = [
        "import os, sqlite3, sys, zmq",
        "from ketcontent.dependencies import record_dependency",
        "from ketcontent.tracing import start_trace",
        "start_trace()",
        "path = [*sys.path]",
    ]
    for way in ways:
        folder = root / way.name
        folder.mkdir()
        way.before(folder)
        inner = textwrap.indent(way.code, "    ")
        code += [f"record_dependency('way', {way.name!r})", f"os.chdir({str(folder)!r})"]
        code += ["sys.path[:] = ['', *path]", f"def way():\n{inner}\nway()"]
    trace = root / "trace"
    environment = {**os.environ, "KETCONTENT_TRACE": str(trace)}
    program = root / "program.py"
    program.write_text("\n".join(code))
    subprocess.run([sys.executable, program], env=environment, check=True, timeout=60)
    found: Traces = {"": {}}
    for reading, state in (read_trace(trace) or {}).items():
        if reading[0] == "way":
            found[reading[1]] = {}
        else:
            found[[*found][-1]][reading] = state
    return found


def changed(hashes: dict[Dependency, str]) -> set[Dependency]:
    return {one for one, was in hashes.items() if current_hash(one) != was}


def hashed(read: dict[Dependency, str], began: int) -> dict[Dependency, str]:
    """Return what was read with its hash, as at the end of the run."""
    return {
        one: hash_when_read(one, was, began) if one[0] in READ_WHOLE else was
        for one, was in read.items()
        if one[0] != "unknown"
    }


@pytest.mark.parametrize("way", SEEN, ids=lambda way: way.name)
def test_a_change_of_what_was_read_or_looked_at_is_seen(
    root: Path, traces: Traces, began: int, way: Way
) -> None:
    read = traces[way.name]
    assert "unknown" not in {kind for kind, *_ in read}
    hashes = hashed(read, began)
    assert changed(hashes) == set()
    way.change(root / way.name)
    assert changed(hashes)


@pytest.mark.parametrize("way", TOLD, ids=lambda way: way.name)
def test_what_cannot_be_read_twice_is_noted_as_what_cannot_be_followed(
    traces: Traces, way: Way
) -> None:
    assert "unknown" in {kind for kind, *_ in traces[way.name]}


@pytest.mark.parametrize("way", HARMLESS, ids=lambda way: way.name)
def test_what_nobody_asked_for_changes_nothing(
    root: Path, traces: Traces, began: int, way: Way
) -> None:
    read = traces[way.name]
    hashes = hashed(read, began)
    way.change(root / way.name)
    assert changed(hashes) == set()
    assert "unknown" not in {kind for kind, *_ in read}


# --- while the notebook runs -----------------------------------------------------------------


@pytest.fixture
def old_file(tmp_path: Path) -> Dependency:
    (tmp_path / "e.txt").write_text("1")
    (tmp_path / "older.txt").write_text("2")
    os.utime(tmp_path / "older.txt", (1, 1))
    return "file", str(tmp_path / "e.txt")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda path: os.replace(path.with_name("older.txt"), path), id="an older one"),
        pytest.param(lambda path: path.unlink(), id="gone"),
        pytest.param(lambda path: path.write_text("2"), id="written"),
    ],
)
def test_a_file_that_changes_after_it_was_read_counts_as_changed(
    old_file: Dependency, began: int, change: Callable[[Path], object]
) -> None:
    identity = identity_of(old_file)
    assert hash_when_read(old_file, identity, began) == current_hash(old_file)
    change(Path(old_file[1]))
    assert hash_when_read(old_file, identity, began) != current_hash(old_file)


def test_a_file_that_comes_after_it_was_missed_counts_as_changed(
    tmp_path: Path, began: int
) -> None:
    late: Dependency = ("file", str(tmp_path / "late.txt"))
    assert hash_when_read(late, "", began) == current_hash(late) == ""
    Path(late[1]).write_text("1")
    assert hash_when_read(late, "", began) != current_hash(late)


def test_what_was_written_since_the_run_began_counts_as_changed(old_file: Dependency) -> None:
    assert hash_when_read(old_file, identity_of(old_file), 0) != current_hash(old_file)


# --- a project that is copied or moved -------------------------------------------------------


@pytest.mark.parametrize("kind", ON_DISK)
def test_what_lies_in_a_project_is_kept_by_its_way_from_there(kind: str) -> None:
    for name in ("notebooks", "notebooks/e.txt", "lib/hm.py"):
        kept = as_kept((kind, f"/a/project/{name}"), "/a/project/notebooks")
        assert as_placed(kept, "/a/project/notebooks") == (kind, f"/a/project/{name}")
        assert as_placed(kept, "/b/copy/notebooks") == (kind, f"/b/copy/{name}")
    for name in ("/a/project2/e.txt", "/a/e.txt", "/etc/hosts"):
        assert as_kept((kind, name), "/a/project/notebooks") == (kind, name)
        assert as_placed((kind, name), "/b/copy/notebooks") == (kind, name)


def test_what_is_no_path_is_kept_as_it_is() -> None:
    for one in (("day",), ("table", "terms"), ("page", "tea", "current", ""), ("unknown", "a/b")):
        assert as_placed(as_kept(one, "/a/notebooks"), "/b/notebooks") == one


def test_a_trace_tells_whether_a_notebook_reads_outside_its_project(tmp_path: Path) -> None:
    notebooks = tmp_path / "project/notebooks"
    notebooks.mkdir(parents=True)
    for name, outside in (("'../e.txt'", False), ("'../../e.txt'", True)):
        trace = tmp_path / f"trace {outside}"
        code = f"from ketcontent.tracing import *; import os; start_trace(); os.path.exists({name})"
        code += f"\ntrace_notebook(); os.path.exists({name}); os.path.exists({name} + '2')"
        environment = {**os.environ, "KETCONTENT_TRACE": str(trace)}
        run = [sys.executable, "-c", code]
        subprocess.run(run, env=environment, cwd=notebooks, check=True, timeout=60)
        assert (("root",) in (read_trace(trace) or ())) is outside
    assert current_hash(("root", str(notebooks))) == os.path.realpath(notebooks)
