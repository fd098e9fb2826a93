"""The command ``ketcontent``, also as ``python -m ketcontent``."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn


def main() -> None:
    """Run the command; Ctrl-C ends it, and interrupts no clearing up that follows."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it is not ignored
        signal.signal(signal.SIGINT, _interrupt_once)
    try:
        from ketcontent.cli import main as command
    except KeyboardInterrupt:  # while it is still loaded: it ends as it does later
        sys.stderr.write("Aborted!\n")
        sys.exit(1)
    command()


def _interrupt_once(*_: object) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
