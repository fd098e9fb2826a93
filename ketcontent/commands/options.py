"""What several commands take."""

from __future__ import annotations

import click

DATA = click.option(
    "--data",
    default="data",
    show_default=True,
    metavar="DIR",
    help="The folder of the tables.",
)
