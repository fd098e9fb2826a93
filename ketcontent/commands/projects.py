"""Begin a project, bring it up to date, open it."""

from __future__ import annotations

from pathlib import Path

import click

from ketcontent.commands.options import DATA
from ketcontent.terminal import say


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
def init(directory: Path) -> None:
    """Make an empty content project in DIRECTORY."""
    from ketcontent.scaffold import create_project

    create_project(directory)
    say(f"A new project is in {directory}. Take a page in and build it:")
    say(f"  cd {directory}")
    say("  ketcontent import PAGE.html --document my-page --yes")
    say("  ketcontent build")


@click.command(short_help="Bring the tables of an older version up.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@DATA
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


@click.command()
@click.argument("document", default="")
@click.option("--section", default="", metavar="S", help="One section of it, by its key.")
@click.option(
    "--bring-in",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Look at the page in FILE there, put its reading right, and write it.",
)
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@click.option("--allow-root", is_flag=True, help="Run JupyterLab even as root.")
@DATA
@click.option(
    "--notebooks",
    default="notebooks",
    show_default=True,
    metavar="DIR",
    help="The folder of the notebooks.",
)
def lab(
    document: str,
    section: str,
    bring_in: str | None,
    no_browser: bool,
    allow_root: bool,
    data: str,
    notebooks: str,
) -> None:
    """Open JupyterLab on the notebook of DOCUMENT, until Ctrl-C."""
    from ketcontent.editor import require_jupyterlab, serve, set_out

    require_jupyterlab(allow_root=allow_root)
    desk = set_out(
        document, section=section, bring_in=bring_in or "", data=data, notebooks=notebooks
    )
    if desk.changed:
        say(f"{desk.notebook} is a copy that was changed: only its parameters were set.")
        say("Delete it to have the notebook as it comes.")

    def ready(address: str) -> None:
        say(f"JupyterLab is at {address}")
        say("Press Ctrl-C to end it.")

    serve(desk, browser=not no_browser, allow_root=allow_root, ready=ready)
