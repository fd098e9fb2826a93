"""Take pages in, as received and as the supplier changed them."""

from __future__ import annotations

from pathlib import Path

import click

from ketcontent.commands.options import DATA
from ketcontent.terminal import say, show_steps


@click.command(name="import", short_help="Look at pages as received, and take them in.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--document", default="", metavar="ID", help="The key of the page; by default of its name."
)
@click.option(
    "--language",
    default="",
    metavar="TAG",
    help="The page's language; by default the one it has, else en.",
)
@click.option("--replace", is_flag=True, help="Take in a new version of a page that is there.")
@click.option("--blocks", is_flag=True, help="Show each block with its number and all its words.")
@click.option(
    "--as",
    "corrections",
    multiple=True,
    metavar="N=FORM",
    help="Read block N, or N-M, as heading, paragraph, item, notice or row, or as heading-3 or "
    "item-2 with a level, or as title; 0 is the title. May be given often.",
)
@click.option("--whole", is_flag=True, help="Leave nothing of a web page out.")
@click.option("--accept-changes", is_flag=True, help="Take what is tracked in a Word document.")
@click.option("--yes", is_flag=True, help="Write it.")
@DATA
def import_(
    files: tuple[Path, ...],
    document: str,
    language: str,
    replace: bool,
    blocks: bool,
    corrections: tuple[str, ...],
    whole: bool,
    accept_changes: bool,
    yes: bool,
    data: str,
) -> None:
    """Show what is read in FILES, and with --yes take it in as rows of the tables.

    A file is a web page as a browser saves it (.html, .mhtml), a Word document (.docx), a PDF
    with a text layer (.pdf), Markdown (.md) or plain text. Of a folder each such file is a page,
    named by its file.
    """
    if len(files) > 1 or files[0].is_dir():
        if document or corrections or blocks:
            raise click.UsageError("--document, --blocks and --as are for one file.")
        _import_files(files, language, replace, whole, accept_changes, yes, data)
        return
    [file] = files
    from ketcontent.importing import (
        corrected,
        import_page,
        keeping,
        key_of_name,
        look,
        read_supplied,
        told_of_page,
    )
    from ketcontent.model import read_content, write_content

    content = read_content(data)
    received = corrected(
        read_supplied(file, whole=whole, accept_changes=accept_changes), corrections
    )
    document = document or key_of_name(file)
    taken = import_page(
        content, received.page, document=document, language=language, replace=replace
    )
    if yes:
        with keeping(data, {document: received}):
            write_content(taken)
    else:
        say(look(received, blocks=blocks))
    for line in told_of_page(content, taken, document, data):
        say(line)
    if not yes:
        say(
            "Nothing is written yet. Add --yes to write it. Where a block is read wrongly, "
            "--blocks numbers them, and --as 12=paragraph or --as 12-15=item reads them so; "
            "'ketcontent lab --bring-in FILE' shows them side by side in the workbench."
        )


@click.command(short_help="Hold a supplied edition against the file received.")
@click.argument("document")
@DATA
def received(document: str, data: str) -> None:
    """Hold the supplied edition of DOCUMENT against the file as it was received.

    The file is kept beside the tables; exit status 1 where they do not say the same.
    """
    from ketcontent.errors import UnknownName
    from ketcontent.importing import against_received, look
    from ketcontent.model import read_content

    content = read_content(data)
    if document not in set(content.documents["document"]):
        raise UnknownName.of("document", document, content.documents["document"])
    found = against_received(content, data, document)
    say(look(found.file))
    if found.same:
        say("The supplied edition says the same, word for word.")
        return
    say(f"The supplied edition says otherwise: {found.redline}")
    raise SystemExit(1)


def _import_files(
    files: tuple[Path, ...],
    language: str,
    replace: bool,
    whole: bool,
    accept_changes: bool,
    yes: bool,
    data: str,
) -> None:
    """Read many files against the tables as they are, and write them all at once."""
    from ketcontent.importing import keeping, page_files, read_files, taken_in, told_of_files
    from ketcontent.model import read_content, write_content

    content = read_content(data)
    paths, others = page_files(files)
    read = []
    with show_steps("pages", len(paths)) as step:
        for one in read_files(
            content, paths, replace=replace, whole=whole, accept_changes=accept_changes
        ):
            read.append(one)
            step(str(one.path))
    taken = taken_in(content, read, language=language, replace=replace)
    if yes and any(one.file for one in read):
        with keeping(data, {one.document: one.file for one in read if one.file}):
            write_content(taken)
    for line in told_of_files(read, taken, others):
        say(line)
    if not yes:
        say("Nothing is written yet. Add --yes to write these pages; look at one by its name.")
    if any(one.failure for one in read):
        raise SystemExit(1)


@click.command(short_help="Decide about what the supplier changed.")
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
@DATA
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
