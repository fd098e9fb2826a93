"""Run notebooks on the machines of a Dask cluster, with the bytes that this machine would make.

`pool` stands in for `ketcontent.workers.pool`: what is submitted to it runs on whichever worker of
the cluster is free, and its files come back to where they would have been written here.

- **Content is sent once.** Each file (a table, a notebook, a template) is a task of its own that
  holds its bytes under their digest, and a run depends on the files it needs. The scheduler gets
  each once, and the workers have them from each other.
- **A lost worker is no loss.** Dask runs the tasks of a worker that is gone on another one; the
  files that only it held are tasks as well, which are simply run again.
- **Everything is held against its digest**, on the way there and on the way back. What does not
  fit is refused, and its page stays as it was published before.
- **Other code makes other bytes**, so workers whose Python, packages or ketcontent are not ours
  are refused before the first notebook, and when they join later.
- **The day, the language and the time zone are ours**, wherever a worker stands.

A worker is given the tables of a page, the folder of the notebooks and the templates, and nothing
else: a notebook that opens a file from outside these needs it at the same path on every worker,
and runs every time, since nobody here can tell whether that file has changed.

Notes
-----
A notebook does not run in the Dask worker's own process: papermill changes the working directory
and the environment, a worker has threads, and those under a nanny may have no children of
multiprocessing. Each thread of a worker has a *bench* instead, an interpreter that has imported
what notebooks need and forks their kernels, as `ketcontent.workers` has here. It is started for
the build, ends with it, and at once where the worker is killed.

Dask's own way to send data ahead, ``scatter``, loses what only one worker held when that worker
dies, and every task that waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import importlib
import logging
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, NoReturn

from ketcontent import files, ledgers, traces
from ketcontent.errors import KetcontentError
from ketcontent.workers import Failure, Outcome, Run, first_line

PATIENCE = 5
"""How many seconds a scheduler has to answer, and its first worker to be there."""

LONELY = 60
"""After how many seconds without any worker a build is given up."""

_IDLE = 600
"""After how many seconds without work a bench ends; the next run gets a new one."""

_TRAVELS = ("LANG", "LC_", "TZ", "SOURCE_DATE_EPOCH", "PYTHONHASHSEED", "KETCONTENT_")
"""How the environment variables begin that a run has from here and not from its worker."""

_STAYS = (files.TEMPLATES_VARIABLE, traces.TRACE, traces.TABLES_OF_RUN)
"""Those among them that name a path of this machine."""


class _OtherCode(Exception):
    """A worker that does not have our code; `theirs` is what it has (`code`)."""

    def __init__(self, theirs: Mapping[str, str]) -> None:
        super().__init__(theirs)
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class _Errand:
    """What a worker is told of a run; the contents of the files come beside it."""

    build: str
    """The build, by a name that no other has."""
    job: Callable[[Run, Path, Path], Outcome]
    """What to do with the run and two folders."""
    run: Run
    folders: Mapping[str, Mapping[str, str]]
    """The folders it needs: ``data``, ``notebooks``, ``templates``; of each file the digest."""
    digests: tuple[str, ...]
    """The digests of the contents, in their order."""
    environment: Mapping[str, str]
    """The part of the environment that travels."""
    code: str
    """The digest of the code that the worker must have."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What a worker sends back."""

    outcome: Outcome
    places: Mapping[str, str]
    """Where it had the folders that it was sent, and the executed notebook."""
    exports: Mapping[str, bytes]
    """The exports."""
    notebook: bytes | None
    """The executed notebook; None where there is none."""
    digest: str
    """The digest of that."""


def code() -> dict[str, str]:
    """Return what turns rows into pages on this machine: versions, and digests of own files.

    Examples
    --------
    >>> code()["platform"] == sys.platform
    True
    """
    package = Path(__file__).parent
    own = {f"ketcontent/{name}": known for name, known in ledgers.digests_below(package)}
    strings = ledgers.file_digest(files.shipped("data") / "strings.csv")
    return {**ledgers.versions(), "platform": sys.platform, **own, "strings.csv": strings}


# --- here ------------------------------------------------------------------------------------


@contextmanager
def pool(address: str) -> Iterator[_Cluster]:
    """Hold the workers of a cluster; at the end of the block they have forgotten all of it.

    Parameters
    ----------
    address
        The address of the scheduler, as ``tcp://host:8786``.

    Raises
    ------
    KetcontentError
        When ``distributed`` is not installed, no scheduler answers at the address, it has no
        workers, or one of them has other code than ours.

    Examples
    --------
    >>> with pool("http://there:8786"):
    ...     pass
    Traceback (most recent call last):
        ...
    ketcontent.errors.KetcontentError: No Dask scheduler answers at 'http://there:8786'.
    hint: Start one with 'dask scheduler', and give --dask the address that it prints.
    """
    with _client(address) as client:
        _hold_code(client)
        cluster = _Cluster(client, address)
        try:
            yield cluster
        finally:
            cluster.leave()


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """Connect to a scheduler that has workers."""
    try:
        import dask
        import distributed
    except ImportError as fault:
        raise KetcontentError(
            "--dask needs the package 'distributed', which is not installed.",
            hint="Install it with: python -m pip install 'ketcontent[dask]'",
        ) from fault
    # Files are tasks (see above), and a file may be large.
    settings = {"distributed.admin.large-graph-warning-threshold": "1 GiB"}
    connect: Any = distributed.Client  # half of it has no types
    with dask.config.set(settings), _silenced():
        try:
            # A client that fails to connect is left half built, and holds up the end of Python.
            with ThreadPoolExecutor(1) as thread:  # the caller's may have a loop, as in Jupyter
                thread.submit(asyncio.run, _greet(address)).result()
            client = connect(address, timeout=PATIENCE, set_as_default=False)
        except Exception as fault:  # of the address, the socket, the handshake
            raise KetcontentError(
                f"No Dask scheduler answers at {address!r}.",
                hint="Start one with 'dask scheduler', and give --dask the address that it prints.",
                address=address,
            ) from fault
        try:
            try:
                client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError as fault:
                raise KetcontentError(
                    f"The Dask scheduler at {address!r} has no workers.",
                    hint=f"Start one on each machine: dask worker {address}",
                    address=address,
                ) from fault
            yield client
        finally:
            with contextlib.suppress(TimeoutError):  # the scheduler is gone
                client.close(timeout=PATIENCE)


async def _greet(address: str) -> None:
    """Fail where no scheduler answers."""
    import distributed

    untyped: Any = distributed
    keys = untyped.Security().get_connection_args("client")
    async with untyped.rpc(address, connection_args=keys, timeout=PATIENCE) as scheduler:
        said = await asyncio.wait_for(scheduler.identity(n_workers=0), PATIENCE)
    if said["type"] != "Scheduler":
        raise ConnectionError(f"a {said['type']} answers")


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep Dask from logging what is told in words of ours."""
    before = {name: logging.getLogger(name).level for name in ("distributed", "distributed.client")}
    for name in before:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _hold_code(client: Any) -> None:
    """Refuse workers that do not have our code."""
    ours = code()
    for worker, theirs in client.run(code, on_error="return").items():
        if isinstance(theirs, OSError):
            continue  # it is gone
        if not isinstance(theirs, dict):
            raise KetcontentError(
                f"The Dask worker {worker} cannot load ketcontent "
                f"{ledgers.versions()['ketcontent']}: {theirs}.",
                hint="Install the same ketcontent there as here, and start the worker again.",
                worker=worker,
            )
        if theirs != ours:
            raise _other_code(worker, theirs)


def _other_code(worker: str, theirs: Mapping[str, str]) -> KetcontentError:
    """Return the failure that names where the code of a worker is not ours."""
    ours = code()
    differ = [name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]
    said = [
        f"{name} differs"
        if "." in Path(name).name
        else f"{name} is {theirs.get(name, 'missing')}, here {ours.get(name, 'missing')}"
        for name in differ
    ]
    more = f", and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    return KetcontentError(
        f"The Dask worker {worker} would make other bytes: {', '.join(said[:_NAMED])}{more}.",
        hint="Install the same versions there as here, and start the worker again.",
        worker=worker,
        differences=tuple(differ),
    )


_NAMED = 5
"""How many differences a failure names."""


class _Cluster:
    """An executor: it takes runs, and gives futures of their outcomes."""

    def __init__(self, client: Any, address: str) -> None:
        self.client = client
        self.address = address
        self.build = uuid.uuid4().hex
        self.code = ledgers.digest_of(code())
        self.day = traces.today()
        self.contents: dict[str, Any] = {}
        """By digest, the task that holds a file."""
        self.listed: dict[Path, dict[str, str]] = {}
        """The folders that were looked at; of each file the digest."""
        self.waiting: dict[Future[Outcome], Any] = {}
        """The outcomes that are not there yet, and the tasks they come from."""
        self.ended = threading.Event()
        threading.Thread(target=self._give_up_when_alone, daemon=True).start()

    def submit(
        self, job: Callable[[Run, Path, Path], Outcome], run: Run, work: Path, kept: Path
    ) -> Future[Outcome]:
        """Have a worker do a job with a run; its files come back to `work` and `kept`."""
        folders = {
            "data": Path(run.parameters["data"]),
            "notebooks": run.notebook.parent.absolute(),
        }
        if own := os.environ.get(files.TEMPLATES_VARIABLE):
            folders["templates"] = Path(own).absolute()
        listed = {name: self._send(folder) for name, folder in folders.items()}
        digests = tuple(sorted({known for each in listed.values() for known in each.values()}))
        errand = _Errand(self.build, job, run, listed, digests, _travelling(self.day), self.code)
        future: Future[Outcome] = Future()
        future.set_running_or_notify_cancel()
        task = self.client.submit(
            _do,
            errand,
            *(self.contents[known] for known in digests),
            key=f"ketcontent-run-{uuid.uuid4().hex}",
        )
        self.waiting[future] = task
        # The paths of a worker mean nothing here.
        homes = {name: str(folder) for name, folder in folders.items()}
        homes |= {"kept": str(kept), "shipped": str(files.shipped("data"))}
        task.add_done_callback(partial(self._take, future, run, (work, kept), homes))
        return future

    def _send(self, folder: Path) -> dict[str, str]:
        """Send the files of a folder that have not been sent; return the digest of each."""
        if folder not in self.listed:
            found = {}
            for name in _names_below(folder):
                content = (folder / name).read_bytes()
                found[name] = known = ledgers.digest(content)
                if known not in self.contents:
                    key = f"ketcontent-file-{self.build}-{known}"
                    self.contents[known] = self.client.submit(_held, content, key=key)
            self.listed[folder] = found
        return self.listed[folder]

    def _take(
        self,
        future: Future[Outcome],
        run: Run,
        folders: tuple[Path, Path],
        homes: Mapping[str, str],
        task: Any,
    ) -> None:
        """Take a parcel in, in a thread of Dask's."""
        if self.waiting.pop(future, None) is None:
            return  # given up
        try:
            future.set_result(self._opened(task, run, folders, homes))
        except BaseException as fault:
            future.set_exception(fault)

    def _opened(
        self, task: Any, run: Run, folders: tuple[Path, Path], homes: Mapping[str, str]
    ) -> Outcome:
        """Return what became of a run; its files are in their places."""
        from distributed import CancelledError, KilledWorker

        try:
            parcel: _Parcel = task.result()
        except BrokenProcessPool:
            raise
        except KilledWorker as fault:  # several of them, one after the other
            raise BrokenProcessPool from fault
        except CancelledError as fault:
            raise KetcontentError(
                f"The Dask scheduler at {self.address!r} is gone.",
                hint="Start it again, and build again: what was published is still there.",
                address=self.address,
            ) from fault
        except _OtherCode as fault:
            raise _other_code("that joined while the build ran", fault.theirs) from fault
        except Exception as fault:
            return _failed(run, f"{type(fault).__name__} on a Dask worker: {fault}")
        due = () if parcel.outcome.failure else sorted(run.outputs.values())
        known = dict(parcel.outcome.outputs)
        spoiled = [
            name for name in due if known.get(name) != ledgers.digest(parcel.exports.get(name, b""))
        ]
        if parcel.notebook is not None and ledgers.digest(parcel.notebook) != parcel.digest:
            spoiled.append(run.executed)
        if spoiled:
            return _failed(run, f"came back from a Dask worker damaged: {', '.join(spoiled)}")
        return self._put(parcel, run, folders, homes)

    def _put(
        self,
        parcel: _Parcel,
        run: Run,
        folders: tuple[Path, Path],
        homes: Mapping[str, str],
    ) -> Outcome:
        work, kept = folders
        moves = {there: homes[name] for name, there in parcel.places.items()}
        executed = kept / run.executed
        executed.parent.mkdir(parents=True, exist_ok=True)
        executed.unlink(missing_ok=True)
        if parcel.notebook is not None:
            executed.write_text(_moved(parcel.notebook.decode(), moves), "utf-8")
        outcome = parcel.outcome
        if failure := outcome.failure:
            failure = replace(
                failure,
                exception=_moved(failure.exception, moves),
                saved=_moved(failure.saved, moves),
            )
            return replace(outcome, failure=failure)
        for name in run.outputs.values():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            files.write_through(work / name, parcel.exports[name])
        if outcome.read is None:
            return outcome
        read = (self._home(reading, known, moves) for reading, known in outcome.read)
        return replace(outcome, read=tuple(read))

    def _home(
        self, reading: traces.Reading, known: str, moves: Mapping[str, str]
    ) -> tuple[traces.Reading, str]:
        """Return what a run read as it is called here; as unknown, where it is not here."""
        if reading[0] == "day":
            return reading, self.day.isoformat()
        if reading[0] not in ("file", "folder"):
            return reading, known
        for there, here in moves.items():
            if reading[1] == there or reading[1].startswith(there + os.sep):
                return (reading[0], here + reading[1][len(there) :]), known
        return ("unknown", reading[1]), known

    def _give_up_when_alone(self) -> None:
        """Let a build fail that has had no worker for a while, instead of waiting for ever."""
        seen = time.monotonic()
        while not self.ended.wait(1):
            with contextlib.suppress(Exception):  # a scheduler that is gone cancels its tasks
                if self.client.nthreads():
                    seen = time.monotonic()
            if time.monotonic() - seen > LONELY:
                self._give_up(
                    KetcontentError(
                        f"The Dask scheduler at {self.address!r} has lost all its workers.",
                        hint=f"Start one on each machine, and build again: "
                        f"dask worker {self.address}",
                        address=self.address,
                    )
                )
                return

    def _give_up(self, fault: KetcontentError) -> None:
        while self.waiting:
            future, task = self.waiting.popitem()
            task.cancel()
            future.set_exception(fault)

    def leave(self) -> None:
        """Call back what still runs, and have the workers forget the build."""
        self.ended.set()
        with contextlib.suppress(Exception):  # a scheduler that is gone has forgotten already
            tasks = [*self.waiting.values()]
            self.waiting.clear()
            self.client.cancel(tasks, force=True)
            self.client.run(_forget, self.build, on_error="ignore")


def _failed(run: Run, said: str) -> Outcome:
    line = first_line(said)
    return Outcome(Failure(run.document, run.notebook.name, None, None, "", line, ""), 0.0)


def _moved(text: str, moves: Mapping[str, str]) -> str:
    """Return a text with the paths of a worker as those of this machine."""
    for there, here in moves.items():
        text = text.replace(there, here)
    return text


def _travelling(day: datetime.date) -> dict[str, str]:
    """Return the environment that a run has from here; with the day, so that all have the same."""
    found = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_TRAVELS) and name not in _STAYS
    }
    start = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    return {"SOURCE_DATE_EPOCH": str(int(start.timestamp())), **found}


def _names_below(folder: Path) -> list[str]:
    """Return the files of a folder, but for what is hidden or compiled."""
    found = []
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if name[0] != "." and name != "__pycache__"]
        found += [Path(place, name) for name in names if os.path.isfile(os.path.join(place, name))]
    return sorted(path.relative_to(folder).as_posix() for path in found)


# --- there: in the process of a Dask worker --------------------------------------------------


def _held(content: bytes) -> bytes:
    """Be the task that holds a file."""
    return content


@dataclass
class _Site:
    """What a worker has of one build."""

    root: Path
    lock: threading.Lock = field(default_factory=threading.Lock)
    idle: list[_Bench] = field(default_factory=list)
    benches: list[_Bench] = field(default_factory=list)
    ended: bool = False


_sites: dict[str, _Site | None] = {}
"""By build; None for one that has ended, so that a task that is late does not bring it back."""
_sites_lock = threading.Lock()


def _do(errand: _Errand, *contents: bytes) -> _Parcel:
    """Do a run on this worker."""
    site = _site(errand.build)
    with site.lock:
        _store(site.root, zip(errand.digests, contents, strict=True))
        places = {
            name: str(_lay_out(site.root, name, folder)) for name, folder in errand.folders.items()
        }
    run = replace(
        errand.run,
        notebook=Path(places["notebooks"], errand.run.notebook.name),
        parameters={**errand.run.parameters, "data": places["data"]},
    )
    with TemporaryDirectory(dir=site.root) as folder, _bench(site, errand, places) as bench:
        work, kept = Path(folder, "exports"), Path(folder, "notebooks")
        outcome: Outcome = bench.ask(errand.job, run, work, kept)
        executed = kept / run.executed
        notebook = executed.read_bytes() if executed.exists() else None
        return _Parcel(
            outcome,
            {**places, "kept": str(kept), "shipped": bench.shipped},
            {name: (work / name).read_bytes() for name, _ in outcome.outputs},
            notebook,
            ledgers.digest(notebook or b""),
        )


def _site(build: str) -> _Site:
    from distributed import get_worker

    with _sites_lock:
        if build not in _sites:
            # Dask clears this folder, also for a worker that was killed.
            folder = mkdtemp(prefix="ketcontent-", dir=get_worker().local_directory)
            _sites[build] = _Site(Path(folder))
        site = _sites[build]
    if site is None:
        raise _ended()
    return site


def _ended() -> KetcontentError:
    return KetcontentError("The build that asked for this has ended.")


def _forget(build: str) -> None:
    """End the benches of a build, whatever they do, and delete its files."""
    with _sites_lock:
        site, _sites[build] = _sites.get(build), None
    if site is not None:
        with site.lock:
            site.ended = True
            for bench in site.benches:
                bench.close()
        shutil.rmtree(site.root, ignore_errors=True)


def _store(root: Path, contents: Iterable[tuple[str, bytes]]) -> None:
    """Keep files by their digests."""
    for known, content in contents:
        path = root / _plain(known)
        if path.exists():
            continue
        if ledgers.digest(content) != known:
            raise KetcontentError(f"A file came to a Dask worker damaged: {known}.")
        path.write_bytes(content)


def _plain(digest: str) -> str:
    return digest.replace(":", "-")


def _lay_out(root: Path, name: str, folder: Mapping[str, str]) -> Path:
    """Return a folder with files that are kept."""
    place = root / _plain(ledgers.digest_of([name, *sorted(folder.items())]))[:30]
    if not place.exists():
        for file, known in folder.items():
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / _plain(known), place / file)
    return place


class _Bench:
    """An interpreter of its own that is warm, and does one thing after the other."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        from ketcontent import nursery

        with open(root / "kernels.log", "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _BENCH],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**nursery.SURROUNDINGS, **environment},
                cwd=root,
                start_new_session=True,
            )
        self.environment = environment
        self.code: dict[str, str] = {}
        self.shipped = ""

    def greet(self) -> None:
        """Wait until it is warm, and learn what code it has and where its shipped tables are."""
        self.code, self.shipped = self.ask(self.environment)

    def ask(self, *words: Any) -> Any:
        """Return the answer; BrokenProcessPool where it ended before it gave one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            pickle.dump(words, self.process.stdin)
            self.process.stdin.flush()
            answer = pickle.load(self.process.stdout)
        except (BrokenPipeError, EOFError) as fault:
            raise BrokenProcessPool from fault
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """End it, and the kernel with it."""
        self.process.kill()
        self.process.wait()


_BENCH = """\
import sys
del sys.path[0]  # the working directory
from ketcontent import clusters
clusters._serve()
"""


@contextmanager
def _bench(site: _Site, errand: _Errand, places: Mapping[str, str]) -> Iterator[_Bench]:
    """Give a bench of a build to one run."""
    with site.lock:
        bench = site.idle.pop() if site.idle else None
    if bench is None or bench.process.poll() is not None:
        with site.lock:
            if site.ended:
                raise _ended()
            bench = _Bench(site.root, _environment(errand, places))
            site.benches.append(bench)
    try:
        if not bench.code:
            bench.greet()
        if ledgers.digest_of(bench.code) != errand.code:
            raise _OtherCode(bench.code)
        yield bench
    except BaseException:
        bench.close()
        raise
    with site.lock:
        site.idle.append(bench)


def _environment(errand: _Errand, places: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of this worker, with what came from the machine that builds."""
    found = {name: value for name, value in os.environ.items() if not name.startswith(_TRAVELS)}
    templates = places.get("templates")
    own = {files.TEMPLATES_VARIABLE: templates} if templates else {}
    return {**found, **errand.environment, **own}


# --- there: on the bench ---------------------------------------------------------------------


def _serve() -> NoReturn:
    """Import what notebooks need, then do what is asked, until nobody is there to ask."""
    from ketcontent import nursery, workers

    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the builder's to handle
    # What a notebook's process prints must not mix with the answers.
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)

    def answer(said: Any) -> None:
        pickle.dump(said, answers)
        answers.flush()

    (environment,) = pickle.load(requests)
    os.environ.clear()
    os.environ.update(environment)
    if nursery.can_fork():
        nursery.begin(workers.KERNELS)
    for name in workers.IMPORTS:
        importlib.import_module(name)
    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, asked), daemon=True).start()
    answer((code(), str(files.shipped("data"))))
    while True:
        try:
            job, *given = asked.get(timeout=_IDLE)
        except queue.Empty:
            sys.exit()
        try:
            answer(job(*given))
        except Exception as fault:
            answer(fault)


def _listen(requests: Any, asked: queue.SimpleQueue[Any]) -> None:
    """Take requests while one is being done, and so notice at once when the worker is gone."""
    with contextlib.suppress(EOFError):
        while True:
            asked.put(pickle.load(requests))
    os._exit(1)
