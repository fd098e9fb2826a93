"""The project's templates, and the furniture of a page in its language.

HTML comes from Jinja templates with autoescape, so a cell of a table reaches a reader as visible
text and nothing else. The words around the sentences (labels, states, legends) are `Strings` of
one language: rows of the table of strings, which a template asks for by name.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketcontent.errors import KetcontentError
from ketcontent.markup.inline import define, direction, inline_html, isolated, trusted
from ketcontent.markup.markdown import (
    doi_address,
    escape_cell,
    escape_markdown,
    footnote,
    inline_markdown,
    markdown_heading,
    markdown_lines,
    strong,
    web_address,
)
from ketcontent.resources import TEMPLATES_VARIABLE, shipped_file
from ketcontent.text import gap

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent.parent / "templates"
"""The folder of all templates: ``page`` for what a notebook shows, the rest for nbconvert."""

FACTS = "application/vnd.ketcontent+json"
"""The MIME type, in a bundle, of what a page says of itself to the template that frames it."""

EDITORS = "application/vnd.ketcontent.editors+html"
"""The MIME type, in the bundle of an index, of what editors need to see of the pages."""
LEAFLET = "application/vnd.ketcontent.leaflet+json"
"""The MIME type, in a bundle, of a whole page as the template of its leaflet takes it."""


TRANSLATION_NOTES = (
    "The publisher of this page translated the words around its sentences.",
    "The words around its sentences are a translation that no native speaker has checked.",
)
"""What a page says in English of its furniture, beside its state: checked, or not."""


@dataclass(frozen=True, slots=True)
class Strings:
    """The words of the furniture of a page, in one language.

    Examples
    --------
    >>> say = english()
    >>> say("sentence", number=3), say.date("2026-11-23")
    ('Sentence 3', '23 November 2026')
    """

    language: str
    """The language, as a BCP 47 tag."""
    texts: Mapping[str, str]
    """The text of each string, by its name."""
    own: bool = False
    """Whether they are no words of English; a page then says its state in English too."""
    checked: bool = True
    """Whether somebody who grew up with the language has read all of them."""

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a string, with ``{name}`` replaced by the values given.

        Raises
        ------
        KetcontentError
            When there is no such string: a template asks for what no table has.
        """
        if name not in self.texts:
            raise KetcontentError(
                f"A template asks for the string '{name}', which no table has.",
                hint="Mend the name in the template, or add the row to strings.csv.",
                string=name,
            )
        return re.sub(
            r"\{(\w+)\}", lambda found: str(values.get(found[1], found[0])), self.texts[name]
        )

    @property
    def translation(self) -> str:
        """What a page says in English of furniture that is a translation; else nothing."""
        if not self.own:
            return ""
        return TRANSLATION_NOTES[0 if self.checked else 1]

    def shipped(self, name: str) -> str:
        """Return a string as the package came with it, in English."""
        return english()(name)

    @property
    def reworded(self) -> list[str]:
        """The names and texts of those that are not as the package came with them."""
        known = english().texts
        return [
            f"{name}={text}" for name, text in sorted(self.texts.items()) if known.get(name) != text
        ]

    def date(self, day: str) -> str:
        """Return a date, given as 2026-11-23, as this language writes it; nothing for nothing.

        A language that writes the first of a month in another way than the other days, as French
        does, has the string ``date-first`` beside ``date``.
        """
        if not day:
            return ""
        year, month, number = day.split("-")
        names = self("months").split("|")
        parts = {"day": int(number), "month": names[int(month) - 1], "year": year}
        if number == "01" and "date-first" in self.texts:
            return self("date-first", **parts)
        return self("date", **parts)

    def attributes(self, language: str) -> Markup:
        """Return what marks these words up within a page of another language; else nothing."""
        if language == self.language:
            return trusted("")
        return trusted(f' lang="{html.escape(self.language)}" dir="{direction(self.language)}"')


STATE_WORDS = (
    *(
        "about",
        "against",
        "before-release",
        "capacity-",
        "certainty",
        "danger",
        "help-now",
        "important",
    ),
    *("index-draft", "index-reviewed", "index-state", "last-review", "never", "next-review"),
    *("sources-lost", "sources-unconfirmed", "state-"),
)
"""How the names of strings start that say how far a page, a sentence or a source can be trusted.

A project does not reword them in English: a reader of any page can rely on what they mean.
"""


def back_to(language: str, say: Strings) -> Markup:
    """Return what marks up words of a page within furniture of another language; else nothing."""
    if language == say.language:
        return trusted("")
    return trusted(f' lang="{html.escape(language)}" dir="{direction(language)}"')


@lru_cache
def english() -> Strings:
    """Return the strings that the package came with."""
    with shipped_file("data/strings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Strings("en", {row["string"]: row["text"] for row in rows if row["language"] == "en"})


@lru_cache
def index_script() -> str:
    """Return the one script there is: it finds pages in the list of pages, and nowhere else."""
    return (TEMPLATES / "ketcontent-html" / "index.js").read_text("utf-8").strip()


def policy_of(kind: str) -> str:
    """Return what a browser is told that a page of a kind may do: nothing but have a style.

    The index may run exactly `index_script`, named by its hash, which holds in a file that was
    opened by a double-click too.
    """
    said = base64.b64encode(hashlib.sha256(index_script().encode()).digest()).decode()
    script = f"script-src 'sha256-{said}'; " if kind == "index" else ""
    return (
        f"default-src 'none'; {script}style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def template_folders() -> list[Path]:
    """Return the folders in which templates are looked for, a team's own first."""
    own = os.environ.get(TEMPLATES_VARIABLE)
    return [Path(own), TEMPLATES] if own else [TEMPLATES]


@lru_cache
def compiled_templates() -> BytecodeCache | None:
    """Return where templates are kept as they were compiled: beside them, as Python keeps modules.

    To compile them takes as long as to draw a page. Nothing is kept, and None returned, where
    Python keeps nothing either, or this user may not write there.
    """
    from jinja2 import FileSystemBytecodeCache

    folder = TEMPLATES / "__pycache__"
    if sys.dont_write_bytecode:
        return None
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None


def render(template: str, **values: Any) -> str:
    """Return a template of ``templates/page``, filled in.

    Templates that end in ``.html.j2`` escape every value; a name they use and are not given is
    an error.

    Examples
    --------
    >>> print(render("text.html.j2", text="1 < 2 & *so*"))
    1 &lt; 2 &amp; <em>so</em>
    """
    text = _environment(tuple(template_folders())).get_template(template).render(**values)
    if template.endswith(".md.j2"):
        text = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
    return text


@lru_cache
def _environment(folders: tuple[Path, ...]) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([folder / "page" for folder in folders]),
        autoescape=lambda name: (name or "").endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=compiled_templates(),
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}
    environment.filters.update(
        inline_html=inline_html,
        inline_markdown=inline_markdown,
        escape_cell=escape_cell,
        escape_markdown=escape_markdown,
        markdown_lines=markdown_lines,
        markdown_heading=markdown_heading,
        strong=strong,
        footnote=footnote,
        web_address=web_address,
        doi_address=doi_address,
        define=define,
        isolated=isolated,
        gap=gap,
    )
    return environment
