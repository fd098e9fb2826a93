"""The verbs as commands.

A command reads its words, calls one verb, prints and exits: 0 well, 1 faults or a failed call,
2 a wrong command line. Our own failures print as ``error:`` and ``hint:``, without a traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import ketcontent
from ketcontent.errors import KetcontentError

if TYPE_CHECKING:
    from ketcontent.builds import Progress
    from ketcontent.documents import Edition

_DATA = click.option(
    "--data",
    default="data",
    show_default=True,
    metavar="DIR",
    help="The folder of the tables.",
)


class _Speaking(click.Group):
    """A group whose commands print our own failures as a message and a hint."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except KetcontentError as failure:
            report = getattr(failure, "report", None)
            if report is not None:
                click.echo(str(report), err=True)
            _say(failure.message, failure.hint)
        except OSError as fault:
            if fault.filename is None:  # a pipe that was closed, and the like: click's to handle
                raise
            _say(
                f"{fault.filename}: {fault.strerror}.", "Name a place that you may read and write."
            )
        context.exit(1)


def _say(message: str, hint: str) -> None:
    click.secho("error: ", fg="red", bold=True, nl=False, err=True)
    click.echo(message, err=True)
    if hint:
        click.secho("hint: ", bold=True, nl=False, err=True)
        click.echo(hint, err=True)


@click.group(cls=_Speaking, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ketcontent.__version__, prog_name="ketcontent")
def main() -> None:
    """Hold health pages as tables, assemble them in notebooks, export what readers read."""


@main.command()
@click.argument("directory", type=click.Path(path_type=Path))
def init(directory: Path) -> None:
    """Make an empty content project in DIRECTORY."""
    from ketcontent.builds import create_project

    create_project(directory)
    click.echo(f"A new project is in {directory}. Take a page in and build it:")
    click.echo(f"  cd {directory}")
    click.echo("  ketcontent import PAGE.txt --document my-page")
    click.echo("  ketcontent build")


@main.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--document", required=True, metavar="ID", help="The key of the page.")
@click.option(
    "--language",
    default="",
    metavar="TAG",
    help="The page's language; by default the one it has, else en.",
)
@click.option("--replace", is_flag=True, help="Take in anew a page that is there already.")
@_DATA
def import_(file: Path, document: str, language: str, replace: bool, data: str) -> None:
    """Take in a page, received as plain text in FILE, as rows of the tables."""
    from ketcontent.intake import import_page, read_page
    from ketcontent.schemas import counted
    from ketcontent.tables import read_content, write_content

    content = read_content(data)
    text = read_page(file)
    taken = import_page(content, text, document=document, language=language, replace=replace)
    write_content(taken)
    sections, statements = (
        int((frame["document"] == document).sum()) for frame in (taken.sections, taken.statements)
    )
    click.echo(
        f"{document}: {counted(sections, 'section')}, {counted(statements, 'statement')} in {data}."
    )


@main.command()
@click.argument("document")
@click.option("--section", default="", metavar="S", help="One section of it, by its key.")
@click.option(
    "--edition",
    type=click.Choice(["current", "supplied"]),
    default="current",
    show_default=True,
    help="The page as it is now, or as it was received.",
)
@click.option(
    "--to",
    "form",
    type=click.Choice(["text", "markdown", "html"]),
    default="text",
    show_default=True,
    help="The form to print it in.",
)
@_DATA
def assemble(document: str, section: str, edition: Edition, form: str, data: str) -> None:
    """Print a page, or a section of it."""
    from ketcontent.documents import assemble
    from ketcontent.tables import read_content

    page = assemble(read_content(data), document, edition=edition, section=section)
    drawn = {"text": page.to_text, "markdown": page.to_markdown, "html": page.to_html}[form]()
    click.echo(drawn.rstrip("\n"))


@main.command()
@click.argument("documents", nargs=-1)
@click.option(
    "--edition",
    "editions",
    type=click.Choice(["current", "supplied"]),
    multiple=True,
    help="One edition alone; by default both.",
)
@click.option(
    "--format",
    "formats",
    default="html,markdown",
    show_default=True,
    metavar="LIST",
    help="Formats, separated by commas.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), help="Notebooks at once; by default a core each."
)
@_DATA
@click.option(
    "--exports",
    default="exports",
    show_default=True,
    metavar="DIR",
    help="The folder of the exports.",
)
@click.option(
    "--notebooks",
    default="notebooks",
    show_default=True,
    metavar="DIR",
    help="The folder of the notebooks.",
)
def build(
    documents: tuple[str, ...],
    editions: tuple[str, ...],
    formats: str,
    jobs: int | None,
    data: str,
    exports: str,
    notebooks: str,
) -> None:
    """Run the notebooks and export DOCUMENTS, by default all."""
    from ketcontent.builds import FORMATS, build
    from ketcontent.schemas import counted

    chosen = [name.strip() for name in formats.split(",")]
    for name in chosen:
        if name not in FORMATS:
            raise click.BadParameter(
                f"{name!r} is not one of {', '.join(FORMATS)}.", param_hint="--format"
            )
    with _progress() as show:
        built = build(
            documents,
            data=data,
            exports=exports,
            notebooks=notebooks,
            editions=editions or ("current", "supplied"),
            formats=chosen,
            jobs=jobs,
            progress=show,
            waiting=lambda holder: click.echo(f"Waiting for a build by {holder} …", err=True),
        )
    wrote = counted(len(built.files), "file")
    click.echo(f"Wrote {wrote} to {exports}. Start at {Path(exports, 'index.html')}")


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
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
