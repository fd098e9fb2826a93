"""The files that the package came with, and the templates that stand in for some of them."""

from __future__ import annotations

from pathlib import Path

TEMPLATES_VARIABLE = "KETCONTENT_TEMPLATES"
"""The environment variable that names a folder of templates to look in before our own."""

FONTS_VARIABLE = "KETCONTENT_FONTS"
"""The environment variable that names a folder of fonts for what the leaflet's own lack."""

OWN_FOLDERS = {"templates": TEMPLATES_VARIABLE, "fonts": FONTS_VARIABLE}
"""The folders of a project's own that a run may need, each with the variable that names it."""


def shipped_file(name: str) -> Path:
    """Return the path of a file or folder of the project that the package came with.

    In a checkout that is the file itself; in an installed wheel, the copy packed with it.
    """
    package = Path(__file__).resolve().parent
    packed = package / "_project" / name
    return packed if packed.exists() else package.parent / name
