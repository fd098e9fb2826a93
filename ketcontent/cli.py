"""The verbs as commands.

A command reads its words, calls one verb, prints and exits: 0 well, 1 faults or a failed call,
2 a wrong command line. Our own failures print as ``error:`` and ``hint:``, without a traceback.
"""

from __future__ import annotations

import atexit
import gc

import click

import ketcontent
from ketcontent import commands
from ketcontent.terminal import SpeakingGroup, end_as_asked


@click.group(cls=SpeakingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ketcontent.__version__, prog_name="ketcontent")
def main() -> None:
    """Hold health pages as tables, assemble them in notebooks, export what readers read."""
    # Python looks for garbage after every 700 new objects, and at its end among all that was
    # imported. A command makes a hundred thousand and ends: a fifth of a second for nothing.
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    end_as_asked(click.get_current_context())


for _name in dir(commands):
    main.add_command(getattr(commands, _name))
