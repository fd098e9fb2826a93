"""The verbs as commands.

A command reads its words, calls one verb, prints and exits: 0 well, 1 faults or a failed call,
2 a wrong command line. Our own failures print as ``error:`` and ``hint:``, without a traceback.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import ketcontent
from ketcontent.errors import BrokenTables, KetcontentError
from ketcontent.terminal import SpeakingGroup, end_as_asked, say, show_progress

if TYPE_CHECKING:
    from ketcontent.pages import Edition


_DATA = click.option(
    "--data",
    default="data",
    show_default=True,
    metavar="DIR",
    help="The folder of the tables.",
)


@click.group(cls=SpeakingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ketcontent.__version__, prog_name="ketcontent")
def main() -> None:
    """Hold health pages as tables, assemble them in notebooks, export what readers read."""
    # Python looks for garbage after every 700 new objects, and at its end among all that was
    # imported. A command makes a hundred thousand and ends: a fifth of a second for nothing.
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    end_as_asked(click.get_current_context())


@main.command()
@click.argument("directory", type=click.Path(path_type=Path))
def init(directory: Path) -> None:
    """Make an empty content project in DIRECTORY."""
    from ketcontent.scaffold import create_project

    create_project(directory)
    say(f"A new project is in {directory}. Take a page in and build it:")
    say(f"  cd {directory}")
    say("  ketcontent import PAGE.txt --document my-page")
    say("  ketcontent build")


@main.command(short_help="Bring the tables of an older version up.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@_DATA
def upgrade(dry_run: bool, data: str) -> None:
    """Bring tables that an older version made up to this one; say what that changed."""
    from ketcontent.model import upgrade_tables

    done = upgrade_tables(data, dry_run=dry_run)
    if str(done):
        say(str(done))
    if not done.needed:
        say(f"The tables in {data} are up to date.")
    elif dry_run:
        say("Nothing was changed. Leave out --dry-run to do it.")
    else:
        say(f"The tables in {data} are up to date now.")


@main.command(name="import", short_help="Take in a page, received as plain text.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--document", required=True, metavar="ID", help="The key of the page.")
@click.option(
    "--language",
    default="",
    metavar="TAG",
    help="The page's language; by default the one it has, else en.",
)
@click.option("--replace", is_flag=True, help="Take in a new version of a page that is there.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@_DATA
def import_(
    file: Path, document: str, language: str, replace: bool, dry_run: bool, data: str
) -> None:
    """Take in a page, received as plain text in FILE, as rows of the tables."""
    from ketcontent.importing import import_page, read_page, supplier_changes
    from ketcontent.model import read_content, write_content
    from ketcontent.text import counted

    content = read_content(data)
    text = read_page(file)
    taken = import_page(content, text, document=document, language=language, replace=replace)
    if not dry_run:
        write_content(taken)
    if document in set(content.documents["document"]):
        say(str(supplier_changes(content, taken, document)))
    else:
        sections, statements = (
            int((frame["document"] == document).sum())
            for frame in (taken.sections, taken.statements)
        )
        say(
            f"{document}: {counted(sections, 'section')}, "
            f"{counted(statements, 'statement')} in {data}."
        )
    if dry_run:
        say("Nothing was changed. Leave out --dry-run to do it.")


@main.command(short_help="Decide about what the supplier changed.")
@click.argument("document")
@click.argument("row", default="")
@click.option(
    "--of",
    "table",
    type=click.Choice(["sentence", "heading", "title"]),
    default="sentence",
    show_default=True,
    help="What ROW is the key of: a statement or a section; a title needs none.",
)
@click.option("--theirs", "choice", flag_value="theirs", help="Take what the supplier sends now.")
@click.option("--ours", "choice", flag_value="ours", help="Keep what stands on the page.")
@click.option("--anew", "words", default="", metavar="WORDS", help="Write other words.")
@click.option("--reason", required=True, help="Why.")
@_DATA
def decide(
    document: str, row: str, table: str, choice: str | None, words: str, reason: str, data: str
) -> None:
    """Decide about ROW of DOCUMENT, which the supplier changed or withdrew."""
    from ketcontent.editor import decided, opened
    from ketcontent.model import read_content, write_content

    if bool(choice) == bool(words):
        raise click.UsageError("Give one of --theirs, --ours and --anew WORDS.")
    tables = {"sentence": "statements", "heading": "sections", "title": "documents"}
    session = decided(
        opened(read_content(data), document),
        tables[table],
        (document,) if table == "title" else (document, row),
        choice or "anew",
        reason=reason,
        words=words,
    )
    write_content(session.content)
    say(f"{session.done[-1].name}.")


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
    from ketcontent.model import read_content
    from ketcontent.pages import assemble

    page = assemble(read_content(data), document, edition=edition, section=section)
    drawn = {"text": page.to_text, "markdown": page.to_markdown, "html": page.to_html}[form]()
    say(drawn.rstrip("\n"))


@main.command(name="import-sources", short_help="Take in references: CSL-JSON, RIS, BibTeX.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@_DATA
def import_sources(file: Path, dry_run: bool, data: str) -> None:
    """Take in the sources of FILE: CSL-JSON (Zotero, Crossref), RIS or BibTeX.

    Good entries come in; the others are named, each with its line and what to do (exit status 1).
    An update of a source that is there names each cell, old and new.
    """
    from ketcontent.importing import read_sources, take_in, told
    from ketcontent.model import read_content, write_content

    content = read_content(data)
    entries = read_sources(file)
    taken = take_in(content, entries)
    if taken.content is not content and not dry_run:
        write_content(taken.content)
    for line in told(entries, taken, str(file)):
        say(line)
    if dry_run:
        say("Nothing was written.")
    if taken.refused:
        raise SystemExit(1)


@main.command(name="export-sources")
@_DATA
def export_sources(data: str) -> None:
    """Print all sources as CSL-JSON."""
    from ketcontent.importing import write_sources
    from ketcontent.model import read_content

    say(write_sources(read_content(data)), nl=False, form="json")


@main.command(short_help="Find every fault of the pages.")
@click.argument("documents", nargs=-1)
@click.option(
    "--edition",
    "editions",
    type=click.Choice(["current", "supplied"]),
    multiple=True,
    default=["current"],
    show_default=True,
    help="The edition to judge; may be given twice.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl", "github", "sarif", "junit"]),
    default="text",
    show_default=True,
    help="The form of the report; json is one list, jsonl an object a line.",
)
@click.option("--release", is_flag=True, help="Judge whether the pages may be released today.")
@click.option(
    "--notebooks",
    default="notebooks",
    show_default=True,
    metavar="DIR",
    help="With --release: the folder of the notebooks.",
)
@_DATA
def check(
    documents: tuple[str, ...],
    editions: tuple[Edition, ...],
    form: str,
    release: bool,
    notebooks: str,
    data: str,
) -> None:
    """Find every fault of DOCUMENTS, by default all; exit 1 where there is an error."""
    from ketcontent.checks import check, drawn, release_faults, to_summary
    from ketcontent.diagnostics import Report
    from ketcontent.model import read_content

    try:
        content = read_content(data)
    except BrokenTables as broken:
        report = broken.report
    else:
        report = check(content, documents, editions=editions)
        if release:
            pages = documents or tuple(content.documents["document"])
            more = release_faults(content, pages, notebooks).values()
            report = Report.of([*report, *(one for found in more for one in found)])
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if form == "github" and summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(to_summary(report) + "\n")
    if said := drawn(report, form):  # no fault is no line of JSON Lines
        say(said, form=form)
    if release and not report.has_errors:
        say("Ready for release.", err=True)
    if report.has_errors:
        sys.exit(1)


@main.command(short_help="Walk a reviewer through what waits for them.")
@click.argument("document")
@click.option("--section", default="", metavar="S", help="One section of it, by its key.")
@click.option("--statement", default="", metavar="ID", help="One statement of it, by its key.")
@click.option("--person", required=True, metavar="ID", help="Who signs: a key of people.csv.")
@click.option(
    "--capacity",
    type=click.Choice(["editorial", "clinical", "lay"]),
    required=True,
    help="As what they sign.",
)
@click.option(
    "--verdict",
    type=click.Choice(["approved", "changes-requested"]),
    help="With --statement: sign without asking.",
)
@click.option("--comment", default="", help="With --verdict: what the signer says.")
@_DATA
def sign(
    document: str,
    section: str,
    statement: str,
    person: str,
    capacity: Any,
    verdict: Any,
    comment: str,
    data: str,
) -> None:
    """Walk a reviewer through the statements of DOCUMENT that need their sign-off."""
    from ketcontent.approvals import open_statements, sign_off, to_sign
    from ketcontent.errors import UnknownName
    from ketcontent.model import read_content, write_content

    content = read_content(data)
    if verdict and statement:
        signed = sign_off(
            content,
            document,
            statement,
            person=person,
            capacity=capacity,
            verdict=verdict,
            comment=comment,
        )
        write_content(signed)
        say(f"{statement}: {verdict} ({capacity}) by {person}.")
        return
    if person not in set(content.people["person"]):
        hint = "Add them to people.csv first: only someone named there can sign."
        raise UnknownName.of("person", person, content.people["person"], hint=hint)
    waiting = open_statements(content, document, capacity, section=section, statement=statement)
    for number, one in enumerate(waiting, start=1):
        say(f"\n[{number}/{len(waiting)}] {to_sign(content, document, one)}\n")
        answer = click.prompt(
            "approve, ask for changes, skip or quit",
            type=click.Choice(["a", "c", "s", "q"]),
            default="s",
        )
        if answer == "q":
            break
        if answer == "s":
            continue
        said = click.prompt("What should change?") if answer == "c" else ""
        # Saved one by one: who stops in the middle has signed what they signed.
        try:
            signed = sign_off(
                content,
                document,
                one.statement,
                person=person,
                capacity=capacity,
                verdict="changes-requested" if answer == "c" else "approved",
                comment=said,
            )
        except KetcontentError as failure:
            say(str(failure), err=True)
            continue
        content = write_content(signed)
    left = len(open_statements(content, document, capacity, section=section, statement=statement))
    wait = "1 statement waits" if left == 1 else f"{left} statements wait"
    say(f"{wait} for the {capacity} sign-off.")


@main.command(short_help="Hold an exported page against its record.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--record", "record", type=click.Path(path_type=Path), help="Its record.json, if elsewhere."
)
@click.option("--page-only", is_flag=True, help="There is no record: say what cannot be checked.")
def verify(file: Path, record: Path | None, page_only: bool) -> None:
    """Hold an exported page, FILE, against its record; exit 1 where it departs from it."""
    from ketcontent.approvals import hold, verify_alone

    departures, unchecked, held_to, lines = verify_alone(file) if page_only else hold(file, record)
    for one in departures:
        say(str(one))
    if lines:
        say(f"Lines that are others than were written: {lines}.")
    for question in unchecked:
        say(f"Not checked: {question}.")
    if departures:
        sys.exit(1)
    if held_to:
        say(f"{file} says what {held_to} says.")


@main.command(short_help="Print what changed between two versions.")
@click.argument("document")
@click.option(
    "--from",
    "old",
    default="supplied",
    show_default=True,
    metavar="EDITION|REF",
    help="The old version: an edition, or a commit.",
)
@click.option(
    "--to",
    "new",
    default="current",
    show_default=True,
    metavar="EDITION|REF",
    help="The new version: an edition, or a commit.",
)
@_DATA
def redline(document: str, old: str, new: str, data: str) -> None:
    """Print what changed in DOCUMENT between two editions, or two commits of the tables."""
    from ketcontent.reports import changes_between, version

    before, after = version(data, document, old), version(data, document, new)
    changes = changes_between(before, after)
    for change in changes:
        say(str(change))
    if not changes:
        say(f"Nothing of {document} differs between {old} and {new}.")


@main.command(short_help="List what a change would touch.")
@click.argument("kind", type=click.Choice(["notice", "source", "term"]))
@click.argument("key")
@click.option("--fail-over", type=click.IntRange(min=0), help="Exit 1 when more are touched.")
@_DATA
def impact(kind: str, key: str, fail_over: int | None, data: str) -> None:
    """List what a change to a notice, source or term touches: statements, pages, sign-offs."""
    from ketcontent.model import read_content
    from ketcontent.reports import impact

    touched = impact(read_content(data), kind, key)
    say(str(touched))
    if fail_over is not None and len(touched.statements) > fail_over:
        sys.exit(1)


@main.command(short_help="Run the notebooks, and export the pages.")
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
@click.option("--force", is_flag=True, help="Run every notebook, whatever has changed.")
@click.option("--watch", is_flag=True, help="Build again at each save, and show the exports.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="With --watch: where.")
@click.option("--why", is_flag=True, help="Say of each export why it was made, or why not.")
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
    editions: tuple[Edition, ...],
    formats: str,
    release: bool,
    templates: Path | None,
    fonts: Path | None,
    jobs: int | None,
    dask: str | None,
    site: str | None,
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
            progress=show,
            waiting=lambda holder: say(f"Waiting for a build by {holder} …", err=True),
        )
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


@main.command()
@click.argument("document", default="")
@click.option("--section", default="", metavar="S", help="One section of it, by its key.")
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@click.option("--allow-root", is_flag=True, help="Run JupyterLab even as root.")
@_DATA
@click.option(
    "--notebooks",
    default="notebooks",
    show_default=True,
    metavar="DIR",
    help="The folder of the notebooks.",
)
def lab(
    document: str, section: str, no_browser: bool, allow_root: bool, data: str, notebooks: str
) -> None:
    """Open JupyterLab on the notebook of DOCUMENT, until Ctrl-C."""
    from ketcontent.editor import require_jupyterlab, serve, set_out

    require_jupyterlab(allow_root=allow_root)
    desk = set_out(document, section=section, data=data, notebooks=notebooks)
    if desk.changed:
        say(f"{desk.notebook} is a copy that was changed: only its parameters were set.")
        say("Delete it to have the notebook as it comes.")

    def ready(address: str) -> None:
        say(f"JupyterLab is at {address}")
        say("Press Ctrl-C to end it.")

    serve(desk, browser=not no_browser, allow_root=allow_root, ready=ready)
