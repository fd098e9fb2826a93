"""A page's leaflet, as JSON, through the template of leaflets: one tagged PDF (PDF/UA-1).

The one owner of typst, which is an extra. No font of the machine is used, no clock and no path, so
the same leaflet is the same bytes everywhere: letters are of Libertinus Serif, which typst carries
(Latin, Greek, Cyrillic), of fonts in a folder that a project names, and of DejaVu Sans, which
matplotlib carries (Arabic and others). A letter that none of them has is an error, and never an
empty box.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from ketcontent.errors import KetcontentError
from ketcontent.markup import template_folders
from ketcontent.resources import FONTS_VARIABLE

_LACKING = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)


def require_typst() -> None:
    """Refuse to make leaflets where typst is not installed.

    Raises
    ------
    KetcontentError
        When it is not.
    """
    if find_spec("typst") is None:
        raise KetcontentError(
            "A leaflet (PDF) needs the package 'typst', which is not installed.",
            hint="Install it with: python -m pip install 'ketcontent[pdf]'",
        )


def require_fonts() -> None:
    """Refuse a folder of a project's own fonts that has none which can be read.

    Raises
    ------
    KetcontentError
        When it has none.
    """
    folder = os.environ.get(FONTS_VARIABLE, "")
    if not folder or _families([Path(folder)]):
        return
    there = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    found = f": {there[0]} is none" if there else ": it is empty"
    raise KetcontentError(
        f"The folder of fonts, {folder}, has no font that can be read{found}.",
        hint="Put a font (.ttf or .otf) into it, or leave out --fonts for those that are shipped.",
        path=str(there[0] if there else folder),
    )


def _families(folders: list[Path]) -> list[str]:
    """Return the families of the fonts in folders."""
    import typst

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=folders
    )
    return list(fonts.families())


def typeset(leaflet: str) -> bytes:
    """Return a leaflet as PDF.

    Parameters
    ----------
    leaflet
        What `ketcontent.pages.Document.to_leaflet` returns.

    Raises
    ------
    KetcontentError
        When typst is not installed, when no font has a letter of it, or when a template of the
        project's own cannot be set.
    """
    require_typst()
    import typst

    places = [folder / "leaflet" / "leaflet.typ" for folder in template_folders()]
    template = next(place for place in places if place.is_file())
    folder = os.environ.get(FONTS_VARIABLE, "")
    own = [Path(folder)] if folder else []
    families = _families(own)
    with TemporaryDirectory() as carried:
        for path in _carried_fonts():
            shutil.copy(path, carried)
        try:
            return bytes(
                typst.compile(
                    template,
                    root=template.parent,
                    font_paths=[*own, Path(carried)],
                    ignore_system_fonts=True,
                    format="pdf",
                    sys_inputs={
                        "leaflet": leaflet,
                        "fonts": json.dumps(["Libertinus Serif", *families, "DejaVu Sans"]),
                    },
                    pdf_standards="ua-1",
                )
            )
        except typst.TypstError as fault:
            raise _said(getattr(fault, "diagnostic", "") or str(fault), template) from None


def _carried_fonts() -> list[Path]:
    """Return the fonts for letters of other scripts, where matplotlib carries them.

    Not its whole folder: that has a font with a box for every letter there is.
    """
    charts = find_spec("matplotlib")  # found, not imported
    if charts is None or charts.origin is None:
        return []
    folder = Path(charts.origin).parent / "mpl-data" / "fonts" / "ttf"
    paths = [folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"]
    return [path for path in paths if path.is_file()]


def _said(fault: str, template: Path) -> KetcontentError:
    """Return what stopped typst, and what to do."""
    if letters := tuple(dict.fromkeys(_LACKING.findall(fault))):
        return KetcontentError(
            f"No font of the leaflet has {' '.join(letters)}",
            hint="Put a font that has them into a folder, and name the folder with --fonts.",
            letters=letters,
        )
    first = fault.partition("\n")[0].removeprefix("error: ")
    return KetcontentError(
        f"{template.name} cannot be set as a leaflet: {first}.",
        hint="Mend the template, or delete your own, so that the one of ketcontent is used.",
        path=str(template),
    )
