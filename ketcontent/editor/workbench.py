"""The workbench: a page in a notebook, to look at, change, cite and sign.

The kernel holds the page (`ketcontent.editor.bench`); the browser (``widget/``) shows it and says
what its editor did. Each question of the browser has one answer (`ketcontent.editor.answers`),
given after the edit stands in a draft file beside the tables, so that what the browser was told is
kept is kept.

Notes
-----
The browser's part is plain ES modules, one a pane, that import each other by name. anywidget
serves one file: ``widget/start.js``. It gets the others as data and imports each from an address
made in the browser (`URL.createObjectURL`), which is how anywidget itself loads that one file: so
it works wherever anywidget works (JupyterLab, Notebook 7, without a network), and what runs is what
is in the repository, line for line. Rejected: a bundle made by esbuild, as anywidget's
documentation suggests for larger widgets, since a built file beside its sources can be old, and
whoever changes a pane would need Node; modules served by the Jupyter server, since the address of
its extensions differs from one front end to the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ketcontent.editor.answers import answered, refused_elsewhere
from ketcontent.editor.bench import open_bench
from ketcontent.editor.bringing_in import bring_in_file
from ketcontent.editor.incoming import Incoming
from ketcontent.editor.views import Answer
from ketcontent.errors import KetcontentError
from ketcontent.model import read_content

_FILES = Path(__file__).parent / "widget"

_STYLES = ("surface", "panes", "statement", "rows", "bring_in", "reader", "narrow")
"""The files of its style, in the order in which a later one has the last word."""

_LOOKED_AT: dict[Path, tuple[str, Incoming | None]] = {}
"""By folder of tables: the file that a workbench of this kernel was given, and the page that was
looked at in it last. A cell that runs again, as it does at each reload, goes on with that."""


_OPENED: dict[tuple[Path, str], str] = {}
"""By folder of tables and the page that a notebook names: the page that was opened from there. A
cell that runs again goes on with that."""


class Workbench(anywidget.AnyWidget):
    """The workbench of one page.

    Parameters
    ----------
    document
        The key of the page; where it is empty, the first one. Where there is none yet, the
        workbench is there to bring one in.
    data
        The folder of the tables.
    section
        The section to open at; by default the first.
    bring_in
        A file whose page is looked at there before it is written; where it cannot be read, that is
        said instead.

    Raises
    ------
    UnknownName
        When there is no such page or section.
    BrokenTables
        When the tables have faults.
    """

    _esm = _FILES / "start.js"
    _css = "\n".join((_FILES / f"{name}.css").read_text("utf-8") for name in _STYLES)
    modules = traitlets.Dict().tag(sync=True)
    """The other modules of the browser's part, by file name."""
    place = traitlets.Unicode().tag(sync=True)
    """What the browser keeps its own copy of unsaved words under."""

    def __init__(
        self, document: str, *, data: str = "data", section: str = "", bring_in: str = ""
    ) -> None:
        self._named = Path(data).resolve(), document
        opened = _OPENED.get(self._named, "")
        if opened and opened in set(read_content(data).documents["document"]):
            self._bench = open_bench(opened, data, "")
            told = self._bench.news
            here = f"The notebook names the page '{document}'; '{opened}' was opened from there."
            self._bench.news = f"{here} {told}".strip()
        else:
            self._bench = open_bench(document, data, section)
        self._given = bring_in
        given, self._bench.incoming = _LOOKED_AT.get(self._bench.folder, ("", None))
        if bring_in and bring_in != given:
            self._bench.incoming = None
            try:
                bring_in_file(self._bench, bring_in)
            except KetcontentError as fault:
                self._bench.news = f"{fault.message} {fault.hint}"
        modules = {path.name: path.read_text("utf-8") for path in sorted(_FILES.glob("*.js"))}
        super().__init__(modules=modules, place=self._place())
        self.on_msg(self._hear)

    def _place(self) -> str:
        name = hashlib.sha256(str(self._bench.folder).encode()).hexdigest()[:12]
        return f"ketcontent:{name}:{self._bench.session.document}"

    def _open_page(self, document: str) -> None:
        """Go on with another page. What is unsaved of this one stays in its draft, until then."""
        bench = open_bench(document, str(self._bench.folder), "")
        self._bench = bench
        _OPENED[self._named] = document
        self.place = self._place()  # by which the browser begins anew

    def _hear(self, _: Any, message: Mapping[str, Any], __: Any) -> None:
        self.send(self.answer(message))

    def answer(self, message: Mapping[str, Any]) -> Answer:
        """Return the answer to one message of the browser (`answered`).

        What was asked of another page than the one that is open is refused: its statements may have
        the keys of other ones here.
        """
        if message.get("place", self.place) != self.place:
            return refused_elsewhere(self._bench, message)
        if message.get("do") == "open_page":
            try:
                self._open_page(str(message["document"]))
            except KetcontentError as fault:
                self._bench.news = f"{fault.message} {fault.hint}"
            message = {**message, "do": "open"}
        answer = answered(self._bench, message)
        _LOOKED_AT[self._bench.folder] = (self._given, self._bench.incoming)
        return answer
