"""How a command speaks to a terminal: failures with a hint, and how far long work is."""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ketcontent.errors import KetcontentError
from ketcontent.text import visible

if TYPE_CHECKING:
    from ketcontent.execution import Progress


class SpeakingGroup(click.Group):
    """A group whose commands print our own failures as a message and a hint."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Read what stands before the command."""
        with _wrong_words_spelled_out():
            return super().parse_args(context, args)

    def invoke(self, context: click.Context) -> Any:
        """Run a command, and print how it failed."""
        try:
            with _wrong_words_spelled_out():
                result = super().invoke(context)
            if sys.stdout is not None:
                sys.stdout.flush()
            return result
        except KetcontentError as failure:
            report = getattr(failure, "report", None)
            if report is not None:
                say(str(report), err=True)
            say_failure(failure.message, failure.hint)
        except OSError as fault:
            if fault.errno == errno.EPIPE:  # who read us has gone: click ends without a word
                raise
            if fault.filename is None:
                _leave_stdout()
                say_failure(
                    f"Writing failed: {fault.strerror or fault}.",
                    "Make room on the disk, or write to another place.",
                )
            else:
                say_failure(
                    f"{fault.filename}: {fault.strerror}.",
                    "Name a place that you may read and write.",
                )
        except RuntimeError as fault:
            # Where Ctrl-C comes as a lock is taken again, Python lets go of it once too often.
            if isinstance(fault.__context__, KeyboardInterrupt):
                raise KeyboardInterrupt from fault
            raise
        context.exit(1)


@contextmanager
def _wrong_words_spelled_out() -> Iterator[None]:
    """Let nothing in a wrong command line steer the terminal in which click names it."""
    try:
        yield
    except click.UsageError as fault:
        said = fault.format_message()
        if visible(said) == said:
            raise
        raise click.UsageError(visible(said), fault.ctx) from None


def _leave_stdout() -> None:
    """Send what could not be printed nowhere, so that it is not tried again at the end."""
    with suppress(AttributeError, OSError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def end_as_asked(context: click.Context) -> None:
    """Let a command that is asked to end (SIGTERM) clear up first, as Ctrl-C lets it."""

    def end(number: int, _: Any) -> NoReturn:
        raise SystemExit(128 + number)

    if threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGTERM, end)
        context.call_on_close(lambda: signal.signal(signal.SIGTERM, before))


_SPELLED = {
    **dict.fromkeys(("json", "jsonl", "sarif"), "\\u{:04x}"),
    "junit": "&#x{:x};",
    "ics": "<U+{:04X}>",
}
_COMMAND = re.compile(r"(?P<before>^[^\S\n]*)(?P<mark>:)(?=:)|(?<=##)(?P<old>\[)", re.MULTILINE)
"""What a workflow of GitHub takes for a command, wherever it is printed."""


def say(text: str, *, err: bool = False, nl: bool = True, form: str = "text") -> None:
    """Print text in which nothing steers the terminal, nor the workflow of GitHub that runs us.

    Parameters
    ----------
    text
        What to print.
    err
        Whether to print it to the standard error.
    nl
        Whether to end the line.
    form
        The form of a report, where it is one: what steers is spelled as that form has it. The
        lines of a calendar (ics) keep the ends that RFC 5545 asks for.
    """
    if form == "ics":
        text = text.replace("\r\n", "\n")
    text = visible(text, _SPELLED.get(form, "<U+{:04X}>"))
    if form != "github" and os.environ.get("GITHUB_ACTIONS"):

        def broken(found: re.Match[str]) -> str:
            mark = found["mark"] or found["old"]
            spelled = _SPELLED.get(form, f"\\{mark}").format(ord(mark))
            return f"{found['before'] or ''}{spelled}"

        text = _COMMAND.sub(broken, text)
    if form == "ics":
        click.echo(text.replace("\n", "\r\n").encode(), err=err, nl=False)
        return
    stream = sys.stderr if err else sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), err=err, nl=nl)


def say_failure(message: str, hint: str) -> None:
    """Print a failure and what to do about it."""
    click.secho("error: ", fg="red", bold=True, nl=False, err=True)
    say(message, err=True)
    if hint:
        click.secho("hint: ", bold=True, nl=False, err=True)
        say(hint, err=True)


@contextmanager
def show_progress(
    label: str = "notebooks", *, at_end: str = "publishing"
) -> Iterator[Callable[[Progress], None]]:
    """Give a function that shows progress: a bar on a terminal, plain lines elsewhere.

    Parameters
    ----------
    label
        What is counted.
    at_end
        What is done once all are.
    """
    if not sys.stderr.isatty() or os.environ.get("CI"):

        def line(progress: Progress) -> None:
            if progress.finished:
                say(
                    f"[{progress.done}/{progress.total}] {progress.finished} "
                    f"({progress.seconds:.1f} s)",
                    err=True,
                )

        yield line
        return

    bar: Any = None

    def draw(progress: Progress) -> None:
        nonlocal bar
        if bar is None:
            bar = click.progressbar(
                length=progress.total,
                label=label,
                show_pos=True,
                file=sys.stderr,
                item_show_func=lambda name: name,
            )
            bar.current_item = progress.at_work
            bar.__enter__()
        if progress.finished:
            bar.update(1, progress.at_work or at_end)

    try:
        yield draw
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)


@contextmanager
def show_steps(label: str, length: int) -> Iterator[Callable[[str], None]]:
    """Give a function to call after each of many steps: a bar on a terminal, plain lines elsewhere.

    Parameters
    ----------
    label
        What the steps are made of.
    length
        How many there are.
    """
    if sys.stderr.isatty() and not os.environ.get("CI"):
        with click.progressbar(
            length=length,
            label=label,
            show_pos=True,
            file=sys.stderr,
            item_show_func=lambda name: name,
        ) as bar:
            yield lambda name: bar.update(1, visible(name))
        return
    done = 0

    def line(name: str) -> None:
        nonlocal done
        done += 1
        say(f"[{done}/{length}] {name}", err=True)

    yield line
