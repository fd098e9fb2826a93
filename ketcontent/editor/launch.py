"""Open JupyterLab on the notebook of one page.

An editor names a page and a section; what opens is a notebook whose parameters say just that.
Where the notebook of the project says it already, that one opens. Where it does not, a copy opens
with other values in its cell tagged ``parameters``: it lies in ``.lab`` beside the folder of the
notebooks, which git ignores. A copy is made anew each time, unless somebody has changed more in it
than the parameters; then it is theirs, and only its parameters are set.

Notes
-----
JupyterLab runs in this very process: whatever ends the command ends the server, and the server
ends its kernels. It asks no host for news or updates, and no extension can be installed from it.

Environment variables that a notebook reads would have been less work than a copy, but then the
notebook no longer says what it shows, and does something else for whoever runs it by itself.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import secrets
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from ketcontent.atomic import replace_file
from ketcontent.errors import KetcontentError, WrongParameter, nearest
from ketcontent.model import Content, read_content
from ketcontent.pages import Document, assemble
from ketcontent.places import (
    folder_below,
    read_file,
    refuse_place,
    require_file,
    require_folder,
    what_stands_at,
)

NOTEBOOKS = ("workbench", "section")
"""The notebooks that may open, the best first: a project may be older than the workbench."""

COPIES = ".lab"
"""The folder of the copies, beside that of the notebooks."""


FIRST_PAGE = ".first-page"
"""The folder of the copy that opens a project without a page; no key begins with a dot."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A notebook that is ready to be opened."""

    root: Path
    """The folder that JupyterLab serves."""
    notebook: Path
    """The notebook: the project's own, or a copy."""
    notebooks: Path
    """The folder that JupyterLab's file browser shows."""
    changed: bool
    """Whether it is a copy that somebody has changed, so that it was not made anew."""

    @property
    def path(self) -> str:
        """The notebook as JupyterLab names it."""
        return self.notebook.relative_to(self.root).as_posix()

    @property
    def address(self) -> str:
        """The address of the notebook in JupyterLab, after that of the server."""
        path, folder = (
            quote(one.relative_to(self.root).as_posix()) for one in (self.notebook, self.notebooks)
        )
        return f"lab/tree/{path}?file-browser-path={folder}"


def set_out(
    document: str = "",
    *,
    section: str = "",
    bring_in: str = "",
    data: str | os.PathLike[str] = "data",
    notebooks: str | os.PathLike[str] = "notebooks",
) -> Desk:
    """Return the notebook that shows a page, or a section of it; a copy where it needs one.

    Parameters
    ----------
    document
        The key of the page; by default the one that the notebook names, else the first. Of a
        project without pages the workbench opens, to bring one in.
    section
        The key of a section; by default the one that the notebook names, else the first.
    bring_in
        A file whose page is to be looked at there, before it is written.
    data, notebooks
        The folders of the tables and of the notebooks.

    Raises
    ------
    UnknownName
        When there is no such page or section.
    WrongParameter
        When the notebook has no parameter for it.
    KetcontentError
        When there is no page yet, or no notebook.
    """
    content = read_content(data)
    own = _own_notebook(Path(notebooks))
    notebook = json.loads(own.read_bytes())
    defaults = _parameters(own, notebook)
    incoming = str(Path(bring_in).resolve()) if bring_in else ""
    asked = {"document": document, "section": section, "bring_in": incoming}
    for name, value in asked.items():
        if value and name not in defaults:
            raise WrongParameter(
                f"{own.name} has no parameter '{name}'.",
                hint=nearest(name, defaults) or "Declare it in the cell tagged 'parameters'.",
                notebook=str(own),
                parameter=name,
            )
    wanted = {"document": "", "section": "", "bring_in": incoming}
    first = "bring_in" in defaults and not document and content.documents.empty
    if not first:
        page = _page(content, document or defaults.get("document", ""), asked=bool(document))
        wanted["document"] = page.document
        wanted["section"] = _section(page, section, defaults.get("section", ""))
    values = {name: value for name, value in wanted.items() if name in defaults}
    folder = own.parent
    here = Path(data).resolve()
    fits = all(defaults[name] == value for name, value in values.items())
    if fits and (folder / defaults.get("data", here)).resolve() == here:
        return Desk(folder.parent, own, folder, changed=False)
    copies = folder.parent / COPIES
    name = wanted["document"] or FIRST_PAGE
    copy = copies / name / own.name
    folder_below(require_folder(copies), name)
    if not what_stands_at(copies / ".gitignore"):
        replace_file(copies / ".gitignore", b"*\n")
    if "data" in defaults:
        values["data"] = _way(copy.parent, here)
    theirs = _changed_copy(copy)
    _write_copy(copy, theirs or notebook, values)
    return Desk(folder.parent, copy, folder, changed=theirs is not None)


def _own_notebook(folder: Path) -> Path:
    for name in NOTEBOOKS:
        path = folder.resolve() / f"{name}.ipynb"
        if path.is_file():
            return path
    raise KetcontentError(
        f"No notebook {folder / NOTEBOOKS[0]}.ipynb.",
        hint="Run this in the folder of the project, or name the folder of the notebooks "
        "with --notebooks.",
        path=str(folder),
    )


def _page(content: Content, document: str, *, asked: bool) -> Document:
    """Return the page to open: where nobody asked for one, any that there is."""
    known = list(content.documents["document"])
    if not (known or asked):
        raise KetcontentError(
            "This project has no page yet.",
            hint="Take one in: ketcontent import FILE --document ID, or ketcontent lab.",
        )
    return assemble(content, document if asked or document in known else known[0])


def _section(page: Document, asked: str, default: str) -> str:
    if asked:
        return page.section(asked).section
    known = [section.section for section in page]
    return default if default in ("", *known) else "".join(known[:1])


def _way(start: Path, end: Path) -> str:
    try:
        return Path(os.path.relpath(end, start)).as_posix()
    except ValueError:  # on another drive
        return str(end)


def _tagged(cell: Mapping[str, Any]) -> bool:
    return "parameters" in cell["metadata"].get("tags", ())


def _assigned(source: str) -> dict[str, ast.Constant]:
    """Return the values that a cell of parameters gives, by name."""
    found = {}
    for node in ast.parse(source).body:
        target = (
            node.target
            if isinstance(node, ast.AnnAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
            found[target.id] = value
    return found


def _parameters(path: Path, notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a notebook with their defaults."""
    for cell in notebook["cells"]:
        if _tagged(cell):
            return {name: node.value for name, node in _assigned("".join(cell["source"])).items()}
    raise KetcontentError(
        f"{path.name} has no cell tagged 'parameters'.",
        hint="Tag the cell that names the page, or take the notebook as it comes.",
        notebook=str(path),
    )


def with_values(source: str, values: Mapping[str, str]) -> str:
    """Return a cell of parameters with other values; types and comments stay."""
    lines = [line.encode() for line in source.split("\n")]
    places = sorted(_assigned(source).items(), key=lambda one: (one[1].lineno, one[1].col_offset))
    for name, node in reversed(places):
        if name in values and node.lineno == node.end_lineno:
            line = lines[node.lineno - 1]
            value = json.dumps(values[name], ensure_ascii=False).encode()
            # Offsets count the bytes of UTF-8.
            lines[node.lineno - 1] = line[: node.col_offset] + value + line[node.end_col_offset :]
    return b"\n".join(lines).decode()


def _write_copy(copy: Path, notebook: Mapping[str, Any], values: Mapping[str, str]) -> None:
    cells = [
        {
            **cell,
            "source": with_values("".join(cell["source"]), values).splitlines(keepends=True),
        }
        if _tagged(cell)
        else cell
        for cell in notebook["cells"]
    ]
    # A copy that somebody has changed keeps the print of what it was made from.
    metadata = {"ketcontent": {"made_as": _print(cells)}} | notebook["metadata"]
    made = {**notebook, "cells": cells, "metadata": metadata}
    replace_file(copy, (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode())


def _changed_copy(copy: Path) -> dict[str, Any] | None:
    """Return a copy in which somebody has changed more than the parameters; else nothing.

    Raises
    ------
    KetcontentError
        When something else is there, or the parameters in it cannot be set: it is somebody's.
    """
    if not what_stands_at(copy):
        return None
    require_file(copy)
    try:
        found = dict(json.loads(read_file(copy)))
        made_as = found["metadata"]["ketcontent"]["made_as"]
        same = made_as == _print(found["cells"])
    except (OSError, ValueError, LookupError, TypeError):
        raise refuse_place(copy, "no copy that ketcontent made") from None
    if same:
        return None
    _parameters(copy, found)
    return found


def _print(cells: list[dict[str, Any]]) -> str:
    """Return the hash of what cells say, whatever they put out and whatever the parameters."""
    said = [[cell["cell_type"], "" if _tagged(cell) else "".join(cell["source"])] for cell in cells]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def require_jupyterlab(*, allow_root: bool = False) -> None:
    """Refuse where JupyterLab is not installed, or would not run.

    Raises
    ------
    KetcontentError
        When it is not installed, or the user is root and nobody allowed that.
    """
    if find_spec("jupyterlab") is None:
        raise KetcontentError(
            "JupyterLab is not installed.",
            hint="Install it: python -m pip install 'ketcontent[lab]' (in a checkout: "
            "python -m pip install -e '.[lab]').",
        )
    if hasattr(os, "geteuid") and os.geteuid() == 0 and not allow_root:
        raise KetcontentError(
            "JupyterLab does not run as root: whoever reaches it could do anything here.",
            hint="Run it as another user, or add --allow-root where that is what you want.",
        )


_EXTENSIONS = Path(__file__).parent / "labextension"
"""What is added to JupyterLab, so that the page opens without its notebook around it."""

_NEWS = "@jupyterlab/apputils-extension:announcements"
"""The part of JupyterLab that asks whether it may fetch news."""


def serve(desk: Desk, *, browser: bool, allow_root: bool, ready: Callable[[str], None]) -> None:
    """Run JupyterLab on a notebook until somebody stops it, by Ctrl-C or from its menu.

    Parameters
    ----------
    desk
        What `set_out` returned.
    browser
        Whether to open the notebook in the browser.
    allow_root
        Whether root may run it.
    ready
        Called once with the address, its token included, when JupyterLab answers.

    Raises
    ------
    KetcontentError
        When JupyterLab is not installed, or the user is root and nobody allowed that.
    """
    require_jupyterlab(allow_root=allow_root)
    from jupyterlab.labapp import LabApp

    token = secrets.token_urlsafe(32)
    with TemporaryDirectory() as layouts:
        # In this process alone: no other can read its command line, and so the token.
        server = LabApp.initialize_server(
            argv=[
                "--ServerApp.ip=127.0.0.1",
                f"--ServerApp.root_dir={desk.root}",
                f"--IdentityProvider.token={token}",
                f"--ServerApp.open_browser={browser}",
                f"--LabApp.open_browser={browser}",
                f"--LabApp.default_url=/{desk.address}",
                f"--ServerApp.allow_root={allow_root}",
                "--ContentsManager.allow_hidden=True",  # the folder of the copies
                # A layout of its own: what is open elsewhere neither opens here nor is lost.
                f"--LabApp.workspaces_dir={layouts}",
                f"--LabApp.extra_labextensions_path={_EXTENSIONS}",
                "--LabApp.news_url=None",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                "--LabApp.extension_manager=readonly",
                "--Application.log_level=ERROR",
            ]
        )

        def stop(*_: Any) -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # the second one is an order
            server.stop(from_signal=True)

        def quiet(_: Any, config: dict[str, Any]) -> dict[str, Any]:
            disabled = [*config["disabledExtensions"], _NEWS]
            return config | {"disabledExtensions": disabled, "ketcontentNotebook": desk.path}

        server.web_app.settings["page_config_hook"] = quiet
        # Without a terminal, the server would end at Ctrl-C and leave its kernels to find that out;
        # with one it would ask first. A terminal that is closed ends it too.
        for name in {"SIGINT", "SIGHUP"} & {one.name for one in signal.Signals}:
            signal.signal(getattr(signal, name), stop)
        mark = "&" if "?" in desk.address else "?"
        address = f"{server.connection_url.rstrip('/')}/{desk.address}{mark}token={token}"
        server.io_loop.add_callback(ready, address)  # after the one that starts to listen
        server.start()
