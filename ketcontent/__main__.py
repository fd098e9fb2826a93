"""The command ``ketcontent``, also as ``python -m ketcontent``."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any, NoReturn

_SECONDS = 0.05
"""After how long an end that Python has dropped is asked for again."""


def main() -> None:
    """Run the command; Ctrl-C ends it, and interrupts no clearing up that follows."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it is not ignored
        signal.signal(signal.SIGINT, _interrupt_once)
    hook = sys.unraisablehook

    def unraisable(lost: Any) -> None:
        # Python drops what is raised while it clears something up, as after each import, and goes
        # on: a command that waits would never end.
        if isinstance(lost.exc_value, KeyboardInterrupt):
            signal.signal(signal.SIGINT, _interrupt_once)
            _ask_again(signal.SIGINT)
        elif isinstance(lost.exc_value, SystemExit):
            _ask_again(signal.SIGTERM)
        else:
            hook(lost)

    sys.unraisablehook = unraisable
    try:
        try:
            from ketcontent.cli import main as command
        except KeyboardInterrupt:  # while it is still loaded: it ends as it does later
            sys.stderr.write("Aborted!\n")
            sys.exit(1)
        command()
    finally:
        sys.unraisablehook = hook
        # Python ends by signal where Ctrl-C came while text was executed, as a dataclass is made,
        # though that was heard; it forgets that when it executes text again.
        exec("")


def _interrupt_once(*_: object) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _ask_again(number: int) -> None:
    later = threading.Timer(_SECONDS, os.kill, (os.getpid(), number))
    later.daemon = True
    later.start()


if __name__ == "__main__":
    main()
