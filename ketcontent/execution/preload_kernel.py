"""Do once what every notebook does: to import this module is all it is for.

The fork server that kernels are forked from imports it last. Templates are compiled then, the
style of references is read, the first table and the first chart are made, and each notebook finds
all of that done. It is done with a page of its own that is nobody's content, and leaves nothing
behind but what is kept of templates, styles and words for whoever asks next.
"""

from __future__ import annotations

import datetime
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from ketcontent.approvals import list_documents, with_signoffs
from ketcontent.checks import check
from ketcontent.model import Content, copy_content, empty_content, frame_of, read_content
from ketcontent.pages import assemble
from ketcontent.reports import (
    changes,
    coverage,
    falling_due,
    findings,
    holdings,
    lengths,
    repeats,
    show,
    summary,
    tally,
)

_PAGE = "page"


def _content() -> Content:
    """Return a page with a section, two sentences, a term and a source."""
    content = empty_content()
    statement = {"document": _PAGE, "section": "one", "form": "paragraph", "block": 1}
    rows: dict[str, list[dict[str, Any]]] = {
        "documents": [
            {"document": _PAGE, "title": "A page", "language": "en", "review_every_days": 365}
        ],
        "sections": [
            {
                "document": _PAGE,
                "section": "one",
                "position": 10,
                "heading": "One",
                "supplied_run_in": False,
            }
        ],
        "statements": [
            {
                **statement,
                "statement": f"one-{place}",
                "position": place,
                "kind": kind,
                "certainty": "low",
                "text": f"It *may* be {kind} of an AB. [@a-book]",
            }
            for place, kind in enumerate(("benefit", "risk"), start=1)
        ],
        "terms": [{"term": "AB", "language": "en", "expansion": "a book", "definition": "Paper."}],
        "sources": [{"source": "a-book", "type": "book", "title": "A book", "issued": "2001"}],
        "evidence": [
            {
                "document": _PAGE,
                "statement": "one-1",
                "source": "a-book",
                "role": "supports",
                "finding": "It says so.",
            }
        ],
        # With a phrase, for what a project asks less of than the package is looked for then.
        "phrases": [{"list": "a-list", "phrase": "a phrase", "language": "en"}],
    }
    frames: dict[str, Any] = {name: frame_of(name, rows[name], content) for name in rows}
    return replace(content, **frames)


def _show_all(content: Content) -> None:
    day = datetime.date(2001, 1, 1)
    for section in ("", "one"):
        page = with_signoffs(content, assemble(content, _PAGE, section=section))
        page._repr_mimebundle_()
    list_documents(content)._repr_mimebundle_()
    found = findings(check(content, [_PAGE], as_of=day), content, _PAGE)
    tables = [tally(found), found, lengths(content, _PAGE), holdings(content, _PAGE)]
    tables += [repeats(content, _PAGE), changes(content, _PAGE)]
    for table in (*tables, falling_due(content, _PAGE, as_of=day)):
        show(table, "A table", nothing="Nothing.")._repr_mimebundle_()
    summary(content, _PAGE)._repr_mimebundle_()
    coverage(content, _PAGE)._repr_mimebundle_()


with tempfile.TemporaryDirectory() as _folder:
    copy_content(_content(), Path(_folder, "data"))
    _show_all(read_content(Path(_folder, "data")))
