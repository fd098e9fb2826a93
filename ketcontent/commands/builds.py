"""Run the notebooks and export the pages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ketcontent.commands.options import DATA
from ketcontent.errors import KetcontentError
from ketcontent.terminal import say, show_progress

if TYPE_CHECKING:
    from ketcontent.pages import Edition


@click.command(short_help="Run the notebooks, and export the pages.")
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
    help="Formats, separated by commas; pdf is a leaflet of each page (extra 'pdf').",
)
@click.option("--release", is_flag=True, help="Export only pages that may be released today.")
@click.option(
    "--templates",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of your own templates and style sheet, looked in first.",
)
@click.option(
    "--fonts",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of fonts for letters that the leaflet's own fonts lack.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), help="Notebooks at once; by default a core each."
)
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Run the notebooks on the Dask cluster whose scheduler is there: tcp://host:8786.",
)
@click.option(
    "--site",
    metavar="ADDRESS",
    help="Where the pages are published, whatever site.csv says: https://…/ or '' for nowhere.",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder in which runs are kept for builds elsewhere, and theirs are found: that of CI.",
)
@click.option("--force", is_flag=True, help="Run every notebook, whatever has changed.")
@click.option("--watch", is_flag=True, help="Build again at each save, and show the exports.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="With --watch: where.")
@click.option("--why", is_flag=True, help="Say of each export why it was made, or why not.")
@DATA
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
    editions: tuple[Edition, ...],
    formats: str,
    release: bool,
    templates: Path | None,
    fonts: Path | None,
    jobs: int | None,
    dask: str | None,
    site: str | None,
    cache: Path | None,
    force: bool,
    watch: bool,
    port: int,
    why: bool,
    data: str,
    exports: str,
    notebooks: str,
) -> None:
    """Run the notebooks for which something has changed; export DOCUMENTS, by default all."""
    from ketcontent.building import FORMATS, build
    from ketcontent.resources import FONTS_VARIABLE, TEMPLATES_VARIABLE
    from ketcontent.text import counted

    if dask is not None and jobs is not None:
        raise click.UsageError(
            "--jobs is for this machine; on a cluster, as many notebooks run as it has threads."
        )
    if dask is not None and watch:
        raise click.UsageError("--watch keeps this machine's cores warm; leave out --dask.")
    if cache is not None and watch:
        raise click.UsageError("--watch keeps what it makes beside the exports; leave out --cache.")
    for name, folder in ((TEMPLATES_VARIABLE, templates), (FONTS_VARIABLE, fonts)):
        if folder is not None:
            # The environment reaches every process that the build starts, kernels included.
            os.environ[name] = str(folder.absolute())

    chosen = [name.strip() for name in formats.split(",")]
    for name in chosen:
        if name not in FORMATS:
            raise click.BadParameter(
                f"{name!r} is not one of {', '.join(FORMATS)}.", param_hint="--format"
            )
    if watch:
        _watch(documents, editions, chosen, release, jobs, port, (data, exports, notebooks), site)
        return
    try:
        with show_progress() as show:
            built = build(
                documents,
                data=data,
                exports=exports,
                notebooks=notebooks,
                editions=editions or ("current", "supplied"),
                formats=chosen,
                jobs=jobs,
                release=release,
                force=force,
                dask=dask,
                site=site,
                cache=cache,
                progress=show,
                waiting=lambda holder: say(f"Waiting for a build by {holder} …", err=True),
            )
    except KetcontentError as failure:
        if (failed := getattr(failure, "built", None)) is not None:
            for line in failed.told(Path(exports)):
                say(line)
        raise
    for name, reason in sorted(built.reasons.items()) if why else ():
        say(f"{name}: {reason}")
    for line in built.told(Path(exports)):
        say(line)
    made, left = len(built.made), len(built.files) - len(built.made)
    wrote = f"Wrote {counted(made, 'file')} to {exports}" if made else "Nothing has changed"
    others = f"; {counted(left, 'file')} stood" if made and left else ""
    start = f" Start at {Path(exports, built.start)}" if built.start else ""
    say(f"{wrote}{others}.{start}")


def _watch(
    documents: tuple[str, ...],
    editions: tuple[Edition, ...],
    formats: list[str],
    release: bool,
    jobs: int | None,
    port: int,
    folders: tuple[str, str, str],
    site: str | None,
) -> None:
    """Build at each save, until Ctrl-C."""
    from ketcontent.building import EDITIONS, News, Request, watch
    from ketcontent.text import counted

    def tell(news: News) -> None:
        if news.built is None:
            say(news.fault, err=True)
            return
        for line in news.built.told(Path(exports)):
            say(line)
        if news.built.made:
            say(f"{counted(len(news.built.made), 'file')} in {news.seconds:.2f} s")

    data, exports, notebooks = (Path(folder) for folder in folders)
    request = Request(
        documents,
        data,
        exports.absolute(),
        notebooks,
        editions or EDITIONS,
        tuple(formats),
        release,
        site=site,
    )
    try:
        watch(
            request,
            jobs=jobs,
            port=port,
            started=lambda address: say(f"{address} shows what you save. Ctrl-C ends it."),
            told=tell,
        )
    except KeyboardInterrupt:
        say("Ended.")
