"""What git knows of a folder, asked so that nothing which came with the folder runs.

The settings of a repository may name programs: to convert a file before it is compared, to look
for changes, to check signatures, to fetch what is missing. A folder of content may have a
repository of its own, so none of them is let run. Nor may it, or who runs this, have set that
commits are shown in the place of others, or that what the first one or a merge brought is not.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_QUIET = (
    *("-c", "core.fsmonitor=false", "-c", "log.showSignature=false"),
    *("-c", "log.showRoot=true", "-c", "log.diffMerges=separate"),
    *("--no-pager", "--no-optional-locks"),
)
_AS_IT_IS = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
}
_CONVERTED = ("blame", "log", "show")
"""The commands that may convert what they compare."""


def ask_git(folder: Path, command: str, *words: str) -> bytes | None:
    """Return what git says of a folder; None where it cannot, or is not there.

    Only commits may be asked for: to look at a file that is checked out, git runs the filters that
    the repository names.
    """
    plain = ["--no-textconv"] if command in _CONVERTED else []
    plain += ["--no-ext-diff"] if command == "log" else []
    try:
        done = subprocess.run(
            ["git", *_QUIET, command, *plain, *words],
            cwd=folder,
            capture_output=True,
            check=True,
            env={**os.environ, **_AS_IT_IS},
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
