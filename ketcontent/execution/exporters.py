"""An executed notebook through the project's templates: one HTML file, Markdown, or a leaflet.

The first two print what the cells *show*, never the cells: no code, no prompts, no execution
counts. From each output they take the form that suits (``text/html``, ``text/markdown``), and from
the first that says what page it is (`ketcontent.markup.templates.FACTS`) the title, the language
and the state of the page. Cell tags are honoured as everywhere: ``remove-cell``, ``remove-output``.

What a cell puts out is printed as `ketcontent.execution.outputs` lets it: an exported page runs no
script and asks no host for anything, whatever a cell put out and whatever it said of it. What is
left out is named where it stood. A notebook that was not run, or shows nothing, is refused.

With ``--template`` of another name it is nbconvert's own exporter that draws the notebook.

A leaflet, a PDF, is of a whole page and of nothing beside it.

They are registered as ``ketcontent-html``, ``ketcontent-markdown``, ``ketcontent-pdf``: for
``jupyter nbconvert --to``, and in JupyterLab's menu *Save and Export Notebook As*.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from ketcontent import fast_jsonschema  # noqa: F401

# isort: split
from markupsafe import escape
from nbconvert.exporters.exporter import Exporter
from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.markdown import MarkdownExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.preprocessors.base import Preprocessor
from traitlets import Unicode, default
from traitlets.config import Application

from ketcontent.errors import KetcontentError
from ketcontent.execution.markdown import fenced
from ketcontent.execution.outputs import (
    Shown,
    first_heading,
    shown_markdown,
    shown_output,
    shown_raw,
)
from ketcontent.execution.typesetting import typeset
from ketcontent.markup import (
    EDITORS,
    FACTS,
    LEAFLET,
    TRANSLATION_NOTES,
    Strings,
    compiled_templates,
    direction,
    english,
    escape_markdown,
    index_script,
    policy_of,
    template_folders,
)

_PLAIN_FACTS: dict[str, Any] = {
    "kind": "notebook",
    "state": "",
    "language": "en",
    "direction": "ltr",
    "description": "",
    "contents": [],
    "previous": None,
    "next": None,
    "translations": [],
    "site": {},
    "feed": "",
}
_KINDS = ("document", "section", "review", "index", "editors")
_STATES = ("", "draft", "part-reviewed", "reviewed", "archive")


class ShownPreprocessor(Preprocessor):
    """Puts what a notebook shows, and what its page says of itself, into the resources."""

    prefer = Unicode("html", help="The form to take from an output that has several.")

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook as it was, and the resources with ``facts`` and ``shown``."""
        shown: list[Shown] = []
        facts: dict[str, Any] = {}
        page: Shown | None = None
        folder = _folder(resources)
        for cell in _kept(nb, self.parent):
            if cell.cell_type == "markdown":
                shown.append(shown_markdown(_with_attachments(cell), self.prefer, folder))
            if cell.cell_type == "raw":
                one = shown_raw(cell, self.prefer, folder)
                shown += [one] if one else []
            for output in _outputs(cell, self.parent):
                one = shown_output(output, self.prefer, folder)
                shown += [one] if one else []
                if not facts and (facts := _facts(output)):
                    page = one
        resources["facts"] = facts or {**_PLAIN_FACTS, "title": _title(nb, self.parent, resources)}
        said = resources["facts"].get("strings")
        resources["say"] = Strings(*said) if said else english()
        if facts.get("state") == "reviewed" and any(
            one.content.strip() for one in shown if one is not page
        ):
            facts["state"] = "part-reviewed"
            shown = [_part_reviewed(one, resources["say"]) for one in shown]
        if self.prefer == EDITORS:
            resources["facts"] = {
                **_PLAIN_FACTS,
                "kind": "editors",
                "state": "draft",
                "title": "Pages, for editors",
            }
            resources["say"] = english()
        resources["shown"] = shown
        if not any(one.form != "left-out" and one.content.strip() for one in shown):
            notebook = _file_name(resources)
            raise KetcontentError(
                f"{notebook} shows nothing.",
                hint="End it with a cell that shows the page.",
                notebook=notebook,
            )
        return nb, resources


def _file_name(resources: Any) -> str:
    return f"{resources.get('metadata', {}).get('name', 'notebook')}.ipynb"


def _require_run(nb: Any, exporter: Any, notebook: str) -> None:
    """Refuse a notebook that was not run and will not be, and tell of one that was run in part."""
    if exporter.config.get("ExecutePreprocessor", {}).get("enabled"):
        return
    cells = [
        cell
        for cell in _kept(nb, exporter)
        if cell.cell_type == "code"
        and cell.source.strip()
        and "skip-execution" not in cell.metadata.get("tags", ())
    ]
    idle = [cell for cell in cells if not cell.outputs and cell.execution_count is None]
    if idle and len(idle) == len(cells):
        raise KetcontentError(
            f"{notebook} was not run.",
            hint="Run it first: in JupyterLab, with papermill, or with nbconvert's --execute.",
            notebook=notebook,
        )
    if idle:
        exporter.log.warning(
            "%s: %s of %s code cells were not run, and show nothing.",
            *(notebook, len(idle), len(cells)),
        )


def _facts(output: Any) -> dict[str, Any]:
    """Return what an output says of its page; nothing where that is not in the form we write."""
    said = output.get("data", {}).get(FACTS, {})
    try:
        facts = dict(json.loads(said)) if isinstance(said, str) else dict(said)
    except (TypeError, ValueError, RecursionError):
        return {}
    match facts.get("strings", ["", {}]):
        case [str(), dict()] if facts.get("kind") in _KINDS and facts.get("state", "") in _STATES:
            return {**_PLAIN_FACTS, "state": "draft", "title": facts["kind"], **facts}
    return {}


def _part_reviewed(one: Shown, say: Strings) -> Shown:
    """Return what a notebook shows without a word that all of it was reviewed.

    Beside the page stands something else, whose words are in no table, so nobody has signed them.
    """
    escaped = escape if one.form == "html" else escape_markdown
    was, now = (
        [str(escaped(say(f"state-{state}{end}"))) for end in ("", "-meaning")]
        for state in ("reviewed", "part-reviewed")
    )
    text = one.content.replace('<div class="state reviewed"', '<div class="state part-reviewed"')
    for start, end in (("<strong>", "</strong> "), ("> **", "**\n> ")):
        text = text.replace(f"{start}{was[0]}{end}{was[1]}", f"{start}{now[0]}{end}{now[1]}")
    named = [say.shipped(f"state-{state}") for state in ("reviewed", "part-reviewed")]
    for note in TRANSLATION_NOTES:
        text = text.replace(f"{named[0]} {note}", f"{named[1]} {note}")
    # What it says of itself to machines it said as a page that was reviewed in full.
    return replace(one, content=_LINKED.sub("", text))


_LINKED = re.compile(r'<script type="application/ld\+json">.*?</script>', re.DOTALL)


def _kept(nb: Any, exporter: Any) -> Iterator[Any]:
    """Yield the cells of a notebook that are to be in its page."""
    options = {"markdown": "exclude_markdown", "raw": "exclude_raw", "code": "exclude_code_cell"}
    excluded = {kind for kind, option in options.items() if getattr(exporter, option, False)}
    for cell in nb.cells:
        if "remove-cell" not in cell.metadata.get("tags", ()) and cell.cell_type not in excluded:
            yield cell


def _outputs(cell: Any, exporter: Any) -> list[Any]:
    """Return the outputs of a cell that are to be in its page."""
    removed = "remove-output" in cell.metadata.get("tags", ())
    return [] if removed or getattr(exporter, "exclude_output", False) else cell.get("outputs", [])


def _folder(resources: Any) -> Path | None:
    """Return the folder of a notebook, as nbconvert knows it; none of one that is in no file."""
    path = resources.get("metadata", {}).get("path")
    return None if path is None else Path(path)


def _with_attachments(cell: Any) -> str:
    """Return the Markdown of a cell with what is attached to it as data addresses."""
    text = str(cell.source)
    for name, forms in cell.get("attachments", {}).items():
        for mime, data in forms.items():
            for address in {f"attachment:{one}" for one in (name, quote(name))}:
                text = text.replace(address, f"data:{mime};base64,{''.join(data.split())}")
    return text


def _title(nb: Any, exporter: Any, resources: Any) -> str:
    """Return what a notebook is called: by its metadata, its first heading of level 1, its file."""
    if title := nb.metadata.get("title", ""):
        return str(title)
    for cell in _kept(nb, exporter):
        sources = [cell.source] if cell.cell_type == "markdown" else []
        sources += [
            output.get("data", {}).get("text/markdown", "") for output in _outputs(cell, exporter)
        ]
        for source in sources:
            if heading := first_heading(source):
                return heading
    return resources.get("metadata", {}).get("name", "") or "Notebook"


class _PageExporter(TemplateExporter):
    """What the two exporters share: the package's own templates, and what a notebook shows."""

    nbconverts: ClassVar[type[TemplateExporter]]
    """Draws a notebook where another template is asked for."""

    @default("template_name")
    def _default_template_name(self) -> str:
        return f"ketcontent-{self.output_mimetype.removeprefix('text/')}"

    @default("template_extension")
    def _default_template_extension(self) -> str:
        return f"{self.file_extension}.j2"

    @default("extra_template_basedirs")
    def _default_extra_template_basedirs(self) -> list[str]:
        return [str(folder) for folder in template_folders()]

    @default("preprocessors")
    def _default_preprocessors(self) -> list[Any]:
        return [ShownPreprocessor(parent=self, prefer=self.prefer, enabled=True)]

    def _create_environment(self) -> Any:
        environment = super()._create_environment()
        environment.bytecode_cache = compiled_templates()
        environment.globals["index_script"] = index_script
        return environment

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Return the exported text, which ends in one line end, and the resources."""
        own = "ketcontent-"
        if not self.template_name.startswith(own) and not any(
            name.startswith(own) for name in self.get_template_names()
        ):
            theirs = self.nbconverts(config=self.config, template_name=self.template_name)
            made: tuple[str, Any] = theirs.from_notebook_node(nb, resources, **kw)
            return made
        _require_run(nb, self, _file_name(resources or {}))
        named = self.nbconverts.__name__
        for idle in sorted(self.config.get(named, {}).keys() - {"embed_images"}):
            self.log.warning(
                "The template %s makes no use of %s.%s. Name one that does with --template.",
                *(self.template_name, named, idle),
            )
        text, resources = super().from_notebook_node(nb, resources, **kw)
        return f"{text.rstrip()}\n", resources

    def default_filters(self) -> Any:
        """Yield the filters of nbconvert, and those of the project's templates."""
        yield from super().default_filters()
        yield "fenced", fenced
        yield "root", _root
        yield "front_matter", _front_matter
        yield "css_string", _css_string
        yield "policy_of", policy_of
        yield "direction", direction


class PageHTMLExporter(_PageExporter):
    """One HTML file: no script, no request, a title, a language, landmarks, a contents list."""

    export_from_notebook = "ketcontent page (HTML)"
    output_mimetype = "text/html"
    prefer = "html"
    nbconverts = HTMLExporter

    @default("file_extension")
    def _default_file_extension(self) -> str:
        return ".html"


class EditorsHTMLExporter(PageHTMLExporter):
    """The other side of an index: what editors need to see of the pages."""

    prefer = EDITORS


class PageMarkdownExporter(_PageExporter):
    """Markdown as a person would have written it, with front matter."""

    export_from_notebook = "ketcontent page (Markdown)"
    output_mimetype = "text/markdown"
    prefer = "markdown"
    nbconverts = MarkdownExporter

    @default("file_extension")
    def _default_file_extension(self) -> str:
        return ".md"


class PagePDFExporter(Exporter):
    """A leaflet: a tagged PDF of a whole page (`ketcontent.execution.typesetting`)."""

    export_from_notebook = "ketcontent leaflet (PDF)"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _default_file_extension(self) -> str:
        return ".pdf"

    @default("enabled")
    def _default_enabled(self) -> bool:
        return find_spec("typst") is not None

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[bytes, Any]:
        """Return the leaflet, and the resources."""
        _require_run(nb, self, _file_name(resources or {}))
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return typeset(_leaflet(nb)), resources


def _leaflet(nb: Any) -> str:
    """Return the page that a notebook shows, as the template of leaflets takes it."""
    found, others = "", 0
    for cell in nb["cells"]:
        tags = set(cell["metadata"].get("tags", ()))
        if "remove-cell" in tags:
            continue
        others += cell["cell_type"] == "markdown" and bool("".join(cell["source"]).strip())
        for output in cell.get("outputs", ()) if "remove-output" not in tags else ():
            page = output.get("data", {}).get(LEAFLET, "")
            others += not page or bool(found)
            found = found or page
    if not found or others:
        raise KetcontentError(
            "A leaflet holds a whole page in its current edition and nothing else, and the "
            f"notebook shows {'more than that' if found else 'none'}.",
            hint="Tag what is not of the page 'remove-cell', or build without --format pdf."
            if found
            else "Export it as ketcontent-html, or end it with a cell that shows a page.",
        )
    return str(found)


def leaflet_in(notebook: Path) -> str:
    """Return what an executed notebook gave to be set as a leaflet, as JSON."""
    return _leaflet(json.loads(notebook.read_bytes()))


class _OnTheCommandLine(Exporter):
    """An exporter whose name has a hyphen, hidden where a Jupyter server makes a menu.

    A server exports at ``/nbconvert/<name>/…``, and its addresses take letters, digits and
    underscores in a name: what a menu lists under a hyphen, it answers with 404.
    """

    @default("enabled")
    def _default_enabled(self) -> bool:
        served = Application.initialized() and any(
            kind.__name__ == "ServerApp" for kind in type(Application.instance()).__mro__
        )
        return not served


class HyphenHTMLExporter(PageHTMLExporter, _OnTheCommandLine):
    """`PageHTMLExporter` under its name on the command line, ``ketcontent-html``."""


class HyphenMarkdownExporter(PageMarkdownExporter, _OnTheCommandLine):
    """`PageMarkdownExporter` under its name on the command line, ``ketcontent-markdown``."""


class HyphenPDFExporter(_OnTheCommandLine, PagePDFExporter):
    """`PagePDFExporter` under its name on the command line, ``ketcontent-pdf``."""


EXPORTERS = {
    "html": PageHTMLExporter,
    "markdown": PageMarkdownExporter,
    "editors": EditorsHTMLExporter,
    "pdf": PagePDFExporter,
}
"""The exporter of each form of an export."""


@lru_cache
def _exporter(form: str, *_: Path) -> Any:
    """Return the exporter of a format that has its templates from these folders."""
    # A new exporter reads its templates anew; one serves all notebooks of a process.
    return EXPORTERS[form]()


def export(notebook: Path, form: str, lacks: Collection[str] = ()) -> bytes:
    """Return an executed notebook as the bytes of an exported file.

    Parameters
    ----------
    notebook
        The executed notebook.
    form
        ``html``, ``markdown``, ``pdf``, or ``editors`` for the other side of an index.
    lacks
        Files that are not published beside the page, and that it does not lead to.

    Raises
    ------
    KetcontentError
        When the notebook was not run, or shows nothing, so that the page would be blank; when it
        does not show what a leaflet is made of, or that cannot be set.
    """
    exporter = _exporter(form, *template_folders())
    text, _ = exporter.from_filename(str(notebook), {"lacks": lacks})
    return text if isinstance(text, bytes) else bytes(text.encode())


def export_shown(bundle: Mapping[str, str], form: str, lacks: Collection[str] = ()) -> bytes:
    """Return what a notebook that shows this alone would be exported as."""
    from nbformat import v4

    output = v4.new_output("display_data", data=dict(bundle))
    notebook = v4.new_notebook(cells=[v4.new_code_cell(outputs=[output])])
    exporter = _exporter(form, *template_folders())
    text, _ = exporter.from_notebook_node(notebook, {"lacks": lacks})
    return text if isinstance(text, bytes) else bytes(text.encode())


def _root(facts: dict[str, Any]) -> str:
    """Return the way from a page to the folder of all exports."""
    return {"document": "../", "review": "../", "section": "../../"}.get(facts["kind"], "")


def _css_string(text: str) -> str:
    """Return text as a string of CSS, safe inside a style element too."""
    return '"' + "".join(one if one.isalnum() else f"\\{ord(one):x} " for one in text) + '"'


def _front_matter(facts: dict[str, Any]) -> str:
    """Return what a page says of itself as YAML."""
    import yaml

    names = {"title": "title", "language": "lang", "description": "description"}
    names |= {name: name for name in ("document", "section", "edition", "state")}
    values = {short: facts[name] for name, short in names.items() if facts.get(name)}
    lines = []
    for name, value in values.items():
        live = isinstance(value, str) and bool(_LIVE.search(value))
        said = yaml.safe_dump(
            value if live else {name: value},
            allow_unicode=True,
            width=10_000,
            default_style='"' if live else None,
        ).strip()
        lines.append(f"{name}: {_LIVE.sub(_spelled, said)}" if live else said)
    return "\n".join(lines)


def _spelled(mark: re.Match[str]) -> str:
    return f"\\x{ord(mark[0]):02x}"


_LIVE = re.compile(r"[<\[&`${]")
"""What opens HTML, a link or a raw part for readers of Markdown who know no front matter."""
