"""Make an empty content project."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from ketcontent.atomic import replace_file
from ketcontent.errors import KetcontentError
from ketcontent.places import cannot_write
from ketcontent.resources import shipped_file


def create_project(folder: str | os.PathLike[str]) -> Path:
    """Make an empty content project: tables, notebooks, a folder for the exports.

    The tables are empty but for the rules of prose and the policies of sign-off.

    Raises
    ------
    KetcontentError
        When the folder is there and not empty, or cannot be written; nothing is left in it then.
    """
    project = Path(folder)
    if project.exists() and (not project.is_dir() or any(project.iterdir())):
        raise KetcontentError(
            f"{project} is there already, and not empty.",
            hint="Name a folder that does not exist yet.",
            path=str(project),
        )
    made = [one for one in (project, *project.parents) if not one.exists()]
    try:
        _fill(project)
    except BaseException as fault:
        for name in _MADE:  # the folder was empty
            shutil.rmtree(project / name, ignore_errors=True)
        for one in made:
            with suppress(OSError):
                one.rmdir()
        if isinstance(fault, OSError):
            raise cannot_write(fault, project) from None
        raise
    return project


_MADE = ("data", "exports", "notebooks")


def _fill(project: Path) -> None:
    from ketcontent.model import empty_content, write_content

    write_content(empty_content(), project / "data")
    for name in (
        "rules.csv",
        "phrases.csv",
        "policies.csv",
        "strings.csv",
    ):  # ours to start with, to be changed
        shutil.copyfile(shipped_file("data") / name, project / "data" / name)
    (project / "exports").mkdir()
    (project / "notebooks").mkdir()
    for name in _NOTEBOOKS:
        shipped = shipped_file("notebooks") / f"{name}.ipynb"
        shutil.copyfile(shipped, project / "notebooks" / shipped.name)
    replace_file(project / ".gitignore", _IGNORED.encode())


_NOTEBOOKS = ("section", "document", "review", "index", "workbench")
"""What a new project starts with; the guide is about the shipped page."""

_IGNORED = """\
.ipynb_checkpoints/
data/.lock*
data/.saving/
data/.staged/
data/.drafts/
exports/.*
exports/*/review.html
"""
