"""Run one notebook and export it; say what it read, or how it failed."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ketcontent.atomic import write_through
from ketcontent.dependencies import (
    READ_WHOLE,
    TABLES_OF_RUN,
    TRACE,
    Dependency,
    read_trace,
)
from ketcontent.errors import KetcontentError
from ketcontent.hashing import hash_bytes, hash_when_read
from ketcontent.places import has_no_room


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook to execute and export."""

    notebook: Path
    """The notebook."""
    parameters: dict[str, Any]
    """Its parameters."""
    document: str
    """The page it belongs to; empty for the index."""
    outputs: dict[str, str]
    """By format, the file to write, relative to the folder of the exports."""
    lacks: tuple[str, ...] = ()
    """The other edition of the page, where it is not published, so that nothing leads to it."""

    @property
    def name(self) -> str:
        """What to call the run in a line: notebook, page and part."""
        what = self.notebook.stem
        if what == "document":
            edition = f"{self.parameters.get('edition', '')} edition"
            what = "leaflet" if "pdf" in self.outputs else edition
        part = self.parameters.get("section", "")
        return ": ".join(filter(None, [self.document, f"{what} {part}".strip()]))

    @property
    def executed(self) -> str:
        """Where the executed notebook is kept, relative to the folder of executed notebooks."""
        return str(Path(next(iter(self.outputs.values()))).with_suffix(".ipynb"))

    def failed(self, exception: str, saved: str = "", hint: str = "") -> Failure:
        """Return a failure of the run that belongs to none of its cells."""
        return Failure(self.document, self.notebook.name, None, None, "", exception, saved, hint)


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that failed."""

    document: str
    """The page; empty for the index."""
    notebook: str
    """The file name of the notebook."""
    cell: int | None
    """The number of the cell in the notebook, counted from 1; None before any cell ran."""
    line: int | None
    """The line in the cell's source, counted from 1; None where it is not known."""
    source: str
    """That line; the first of the cell where it is not known."""
    exception: str
    """The exception, with its message."""
    saved: str
    """Where the half-run notebook is kept; empty where there is none."""
    hint: str = ""
    """What to do about it; empty where that is to mend the cell or what it reads."""

    def __str__(self) -> str:
        where = ", ".join(
            filter(
                None,
                [
                    self.notebook,
                    f"cell {self.cell}" if self.cell else "",
                    f"line {self.line}" if self.line else "",
                ],
            )
        )
        lines = [f"{self.document or 'all pages'}: {where}: {self.exception}"]
        lines += [f"    {self.source.strip()}"] if self.source.strip() else []
        lines += [f"    half-run notebook: {self.saved}"] if self.saved else []
        lines += [f"    hint: {self.hint}"] if self.hint else []
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run."""

    failure: Failure | None
    """How it failed; None where it went well."""
    seconds: float
    """How long it took."""
    read: tuple[tuple[Dependency, str], ...] | None = None
    """What it read, files and folders each with its digest; None where nobody knows."""
    outputs: tuple[tuple[str, str], ...] = ()
    """The files it wrote, each with its digest."""


def run_one(run: Run, work: Path, kept: Path) -> Outcome:
    """Execute a notebook and export it in each format; say what became of it.

    Parameters
    ----------
    run
        The run.
    work, kept
        The folders to write the exports and the executed notebook to.
    """
    start, began = time.perf_counter(), time.time_ns()
    executed = kept / run.executed
    trace = executed.with_suffix(".trace")
    executed.parent.mkdir(parents=True, exist_ok=True)
    executed.unlink(missing_ok=True)
    trace.unlink(missing_ok=True)
    surroundings = {
        TRACE: os.path.abspath(trace),
        TABLES_OF_RUN: str(run.parameters.get("data", "")),
    }
    os.environ.update(surroundings)
    try:
        failure = _executed(run, executed)
        if failure is None:
            failure, outputs = _exported(run, executed, work)
    finally:
        for name in surroundings:
            os.environ.pop(name, None)
    read = read_trace(trace)
    trace.unlink(missing_ok=True)
    seconds = time.perf_counter() - start
    if failure is not None:
        return Outcome(failure, seconds)
    return Outcome(None, seconds, _digested(read, began), outputs)


def _digested(
    read: dict[Dependency, str] | None, began: int
) -> tuple[tuple[Dependency, str], ...] | None:
    """Return what was read, and what is on disk with its hash as it was when it was first read."""
    if read is None:
        return None
    return tuple(
        (one, hash_when_read(one, was, began) if one[0] in READ_WHOLE else was)
        for one, was in read.items()
    )


def _executed(run: Run, saved: Path) -> Failure | None:
    import logging

    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    fault: Exception | None = None
    try:
        papermill.execute_notebook(
            str(run.notebook),
            str(saved),
            parameters=run.parameters,
            cwd=str(run.notebook.parent),
            kernel_name="python3",
            engine_name="ketcontent",
            progress_bar=False,
            request_save_on_cell_execute=False,
            half_run=str(saved),
            watch="ketcontent.tracing",
            of_each_run=(TRACE, TABLES_OF_RUN),
        )
    except papermill.PapermillExecutionError as raised:
        fault = raised
    except Exception as raised:
        if has_no_room(raised):
            raise
        return _failure(run, saved, raised)
    # To papermill, a cell tagged raises-exception fails, and one that calls sys.exit() is the end
    # of a notebook that went well. What counts here is whether all cells were run.
    notebook = json.loads(saved.read_bytes())
    if any(_facts(cell).get("exception") for cell in notebook["cells"]):
        return _failure(run, saved, fault)
    if fault:
        notebook["cells"] = [cell for cell in notebook["cells"] if not _is_marker(cell)]
        saved.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return None


def _facts(cell: dict[str, Any]) -> dict[str, Any]:
    """Return what papermill says of a cell it ran."""
    return dict(cell["metadata"].get("papermill", {}))


def _is_marker(cell: dict[str, Any]) -> bool:
    """Whether papermill put the cell in to point at an error."""
    return "papermill-error-cell-tag" in cell["metadata"].get("tags", ())


def _is_own(cell: dict[str, Any]) -> bool:
    """Whether the cell stands in the notebook itself, and was not put in by papermill."""
    return not _is_marker(cell) and "injected-parameters" not in cell["metadata"].get("tags", ())


def _exported(
    run: Run, executed: Path, work: Path
) -> tuple[Failure | None, tuple[tuple[str, str], ...]]:
    """Export an executed notebook; return how that failed, and the digests of the files."""
    from ketcontent.execution.exporters import export

    outputs = []
    try:
        for form, name in run.outputs.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            page = export(executed, form, run.lacks)
            write_through(path, page)
            outputs.append((name, hash_bytes(page)))
    except KetcontentError as fault:
        said = f"{type(fault).__name__} while exporting: {' '.join(fault.message.splitlines())}"
        return run.failed(said, str(executed), fault.hint), ()
    except Exception as fault:
        if has_no_room(fault):
            raise
        said = f"{type(fault).__name__} while exporting: {first_line(str(fault))}"
        return run.failed(said, str(executed)), ()
    return None, tuple(outputs)


def _failure(run: Run, saved: Path, fault: Exception | None) -> Failure:
    """Return where a notebook failed, as the notebook that was saved tells."""
    said = f"{type(fault).__name__}: {first_line(str(fault))}"
    cells = json.loads(saved.read_bytes())["cells"] if saved.exists() else []
    # papermill marks the cell that raised; when the kernel died, the last one that was started.
    raised = [place for place, cell in enumerate(cells) if _facts(cell).get("exception")]
    started = [place for place, cell in enumerate(cells) if _facts(cell).get("start_time")]
    if not (raised or started):
        return run.failed(said, str(saved) if cells else "")
    place = raised[0] if raised else started[-1]
    source = "".join(cells[place]["source"]).splitlines()
    line = 1 if len(source) == 1 else None
    for output in cells[place].get("outputs", ()):
        if output["output_type"] == "error":
            said = f"{output['ename']}: {first_line(output['evalue'])}".removesuffix(": ")
            line = _line_of(output["traceback"]) or line
    shown = source[(line or 1) - 1] if source else ""
    number = sum(map(_is_own, cells[: place + 1]))
    return Failure(run.document, run.notebook.name, number, line, shown, said, str(saved))


_ANSI = re.compile(r"\x1b\[[0-9;]*m")

_IN_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")


def _line_of(traceback: Iterable[str]) -> int | None:
    """Return the line of the cell that a traceback starts from."""
    for entry in traceback:
        found = _IN_CELL.search(_ANSI.sub("", entry))
        if found:
            return int(found.group(1))
    return None


def first_line(text: str) -> str:
    """Return the first line of a text."""
    return text.strip().splitlines()[0] if text.strip() else ""
