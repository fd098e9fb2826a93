"""The command ``ketcontent``, also as ``python -m ketcontent``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; Ctrl-C while it is still loaded ends it as it does later."""
    try:
        from ketcontent.cli import main as command
    except KeyboardInterrupt:
        sys.stderr.write("Aborted!\n")
        sys.exit(1)
    command()


if __name__ == "__main__":
    main()
