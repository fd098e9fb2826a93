"""Hold what an export says of its state to what the tables say of it.

A notebook may show anything, and say of it what it likes. An export that claims more than the
tables do is not published, and the list of pages says no more of a page than that page itself.
"""

from __future__ import annotations

import html
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ketcontent.atomic import write_through
from ketcontent.hashing import hash_bytes
from ketcontent.markup import Strings, english
from ketcontent.pages import interface
from ketcontent.places import read_file, what_stands_at
from ketcontent.resources import TEMPLATES_VARIABLE
from ketcontent.text import canonical

if TYPE_CHECKING:
    from ketcontent.building.decide import Given, Views
    from ketcontent.execution import Failure, Run
    from ketcontent.model import Content

_STATES = ("draft", "part-reviewed", "reviewed")
"""The states of a page, that which claims most last; an archive copy is as good as a draft."""

_NOINDEX = '<meta name="robots" content="noindex">'


def overstatement(name: str, text: str, told: str, say: Strings, *, templates: str = "") -> str:
    """Return the state that an export claims, where the tables tell a lesser one; else nothing.

    Parameters
    ----------
    name
        The file name of the export.
    text
        What it holds.
    told
        The state of what it shows, as the tables tell it.
    say
        The words of the furniture of its page.
    templates
        The folder of templates of the project's own, which need not tell search engines to leave
        a draft alone, as the shipped ones do.

    Examples
    --------
    >>> overstatement("index.md", "---\\nstate: reviewed\\n---\\n", "draft", english())
    'reviewed'
    """
    above = _STATES[_STATES.index(told) + 1 if told in _STATES else 1 :]
    plain = canonical(html.unescape(text).replace("\\", ""))
    is_html = name.endswith(".html")
    marks = {".html": '<div class="state {}"', ".pdf": '"state": "{}"'}
    mark = marks.get(Path(name).suffix, "\nstate: {}\n")
    for state in reversed(above):
        meant = {canonical(one(f"state-{state}-meaning")) for one in (say, english())}
        if mark.format(state) in text or any(one in plain for one in meant):
            return state
    listed = is_html and ((is_listed(text) and not templates) or '"lastReviewed"' in text)
    return "reviewed" if listed and "reviewed" in above else ""


def is_listed(page: str) -> bool:
    """Whether search engines may list a page, as they may a reviewed one alone."""
    return _NOINDEX not in page.partition("</head>")[0]


def overstated(run: Run, work: Path, kept: Path, given: Given, views: Views) -> Failure | None:
    """Return what is wrong where an export of a run claims more than the tables say.

    Of a leaflet, what the executed notebook gave to be set is read.
    """
    if not run.document or run.notebook.stem == "review":  # that is for editors
        return None
    from ketcontent import execution  # of which what exports loads only when it is named

    edition, section = (run.parameters.get(name, "") for name in ("edition", "section"))
    told = views.view(("page", run.document, edition, section), given)
    assert told is not None  # it was planned by what the page has
    own = os.environ.get(TEMPLATES_VARIABLE, "")
    for form, name in run.outputs.items():
        data = (work / name).read_bytes()
        text = execution.leaflet_in(kept / run.executed) if form == "pdf" else data.decode()
        claimed = overstatement(name, text, told.state, told.say, templates=own)
        if claimed:
            said = f"{name} calls itself {claimed}, and by the tables it is {told.state}"
            return run.failed(f"{said}: a cell shows it in words of its own")
        # What was signed is what the tables say: no other word may stand below "Reviewed".
        if (
            told.state == "reviewed"
            and overstatement(name, text, "part-reviewed", told.say, templates=own)
            and data
            != execution.export_shown(views.shown(edition, section, given), form, run.lacks)
        ):
            said = f"{name} calls itself reviewed, and says something else than the tables"
            return run.failed(f"{said}: a cell shows it in words of its own")
    return None


_ENTRY = re.compile(
    r'<li class="reviewed">(?P<head><a href="(?P<page>[a-z0-9-]+)/index\.html"[^>]*>[^<]*</a>)'
    r"(?P<rest>.*?</li>)",
    re.DOTALL,
)
_LANGUAGE = re.compile(r'<html lang="([^"]*)"')


_ROW = re.compile(
    r'(?P<head><tr><th scope="row"><a href="(?P<page>[a-z0-9-]+)/index\.html"[^>]*>[^<]*</a></th>'
    r"<td[^>]*>[^<]*</td><td>)reviewed(?=</td>)"
)
"""A page that the list for editors calls reviewed."""

_ARCHIVE_LINK = re.compile(r'<a href="(?P<page>[a-z0-9-]+)/supplied\.html">.*?</a>')


def lower_index(path: Path, exports: Path, content: Content) -> str:
    """Call no page reviewed in the index that does not say so of itself; return its hash."""
    index = path.read_text("utf-8")
    language = _LANGUAGE.search(index)
    say = interface(content.rows("strings"), language[1] if language else "en")

    def lowered(entry: re.Match[str]) -> str:
        state = _lesser_state(exports, entry["page"])
        if not state:
            return entry[0]
        was, now = (html.escape(say(f"index-state-{one}")) for one in ("reviewed", state))
        return f'<li class="draft">{entry["head"]}{entry["rest"].replace(was, now, 1)}'

    return _rewritten(path, _ENTRY.sub(lowered, index))


def lower_editors(path: Path, exports: Path) -> str:
    """Call no page reviewed in the list for editors that does not say so; return its hash.

    Nor does it lead to an archive copy that is not there.
    """

    def lowered(row: re.Match[str]) -> str:
        return f"{row['head']}{_lesser_state(exports, row['page']) or 'reviewed'}"

    def published(link: re.Match[str]) -> str:
        there = what_stands_at(exports / link["page"] / "supplied.html") == "a file"
        return link[0] if there else "–"

    text = _ARCHIVE_LINK.sub(published, path.read_text("utf-8"))
    return _rewritten(path, _ROW.sub(lowered, text))


def _lesser_state(exports: Path, page: str) -> str:
    """Return the state that a published page gives itself, where it is not reviewed."""
    try:
        text = read_file(exports / page / "index.html", follow=False).decode()
    except (OSError, ValueError):  # it is not published
        return ""
    if is_listed(text):
        return ""
    return "part-reviewed" if '<div class="state part-reviewed"' in text else "draft"


def _rewritten(path: Path, text: str) -> str:
    data = text.encode()
    write_through(path, data)
    return hash_bytes(data)
