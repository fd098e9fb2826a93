"""The files that the package came with."""

from __future__ import annotations

from pathlib import Path


def shipped_file(name: str) -> Path:
    """Return the path of a file or folder of the project that the package came with.

    In a checkout that is the file itself; in an installed wheel, the copy packed with it.
    """
    package = Path(__file__).resolve().parent
    packed = package / "_project" / name
    return packed if packed.exists() else package.parent / name
