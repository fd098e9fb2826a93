"""The files that the package came with, and the templates that stand in for some of them."""

from __future__ import annotations

from pathlib import Path

TEMPLATES_VARIABLE = "KETCONTENT_TEMPLATES"
"""The environment variable that names a folder of templates to look in before our own."""


def shipped_file(name: str) -> Path:
    """Return the path of a file or folder of the project that the package came with.

    In a checkout that is the file itself; in an installed wheel, the copy packed with it.
    """
    package = Path(__file__).resolve().parent
    packed = package / "_project" / name
    return packed if packed.exists() else package.parent / name
