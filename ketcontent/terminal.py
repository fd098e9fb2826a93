"""How a command speaks to a terminal: failures with a hint, and how far long work is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ketcontent.errors import KetcontentError
from ketcontent.text import visible

if TYPE_CHECKING:
    from ketcontent.execution import Progress


class SpeakingGroup(click.Group):
    """A group whose commands print our own failures as a message and a hint."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command, and print how it failed."""
        try:
            return super().invoke(context)
        except KetcontentError as failure:
            report = getattr(failure, "report", None)
            if report is not None:
                click.echo(str(report), err=True)
            say_failure(failure.message, failure.hint)
        except OSError as fault:
            if fault.filename is None:  # a pipe that was closed, and the like: click's to handle
                raise
            say_failure(
                f"{fault.filename}: {fault.strerror}.", "Name a place that you may read and write."
            )
        context.exit(1)


def say_failure(message: str, hint: str) -> None:
    """Print a failure and what to do about it; nothing in it steers the terminal."""
    click.secho("error: ", fg="red", bold=True, nl=False, err=True)
    click.echo(visible(message), err=True)
    if hint:
        click.secho("hint: ", bold=True, nl=False, err=True)
        click.echo(visible(hint), err=True)


@contextmanager
def show_progress() -> Iterator[Callable[[Progress], None]]:
    """Give a function that shows progress: a bar on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty() or os.environ.get("CI"):

        def line(progress: Progress) -> None:
            if progress.finished:
                click.echo(
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
                label="notebooks",
                show_pos=True,
                file=sys.stderr,
                item_show_func=lambda name: name,
            )
            bar.current_item = progress.at_work
            bar.__enter__()
        if progress.finished:
            bar.update(1, progress.at_work or "publishing")

    try:
        yield draw
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)
