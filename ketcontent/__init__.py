"""Health pages as tables, assembled and reviewed in notebooks, exported to HTML and Markdown.

The way of one sentence, always downhill, is the reading order of the modules; a module imports
from lower layers only (``tests/test_house.py``):

===== ============================ ========================================================
layer module                       its one job
===== ============================ ========================================================
0     `errors`                     the tree of failures, and how a failure speaks
0     `wording`                    when two texts are the same words
0     `diagnostics`                a fault in the content, and a report of them
0     `files`                      write a file or folder whole or not at all, one at a time
0     `lean`                       import jsonschema in a fraction of the time
0     `traces`                     what a notebook read while it ran
1     `nursery`                    fork kernels from a process that has imported already
1     `schemas`                    what datapackage.json says, and what does not fit it
1     `ledgers`                    what the last build made from what, and whether it stands
1     `parameters`                 which parameters a notebook takes
1     `redlines`                   what changed between two wordings
1     `rendering`                  templates and inline markup → HTML, Markdown
2     `tables`                     CSV on disk ↔ Content: read, validate, write safely
3     `intake`                     a page as received → rows
3     `citations`                  number the sources a page cites; take sources in and out
4     `documents`                  rows in order → Document, Section
4     `parts`                      the rows that one page is made of
5     `prose`                      judges: rules, terms, readability, repetition
5     `evidence`                   judges: support, certainty, balance, topics, dates
5     `signoffs`                   bind a yes to wording; judge: valid, stale, missing
6     `checks`                     all judges, one report; its forms for people and CI
6     `records`                    what a page showed, and whether a file still shows it
6     `reviews`                    what a page holds and what a change to it touches
6     `engine`                     papermill's work, with kernels that are forked warm
6     `exporters`                  an executed notebook through the project's templates
7     `charts`                     the pictures of a review
7     `lab`                        open JupyterLab on the notebook of one page
7     `editing`                    an editor's changes before they are saved: undo, drafts
8     `workbench`                  look, change, cite, sign, in a notebook
8     `rehearsal`                  do once what every notebook does
8     `workers`                    run notebooks and export them, many at once
9     `workshop`                   do once what every worker does
9     `clusters`                   run notebooks on the machines of a Dask cluster
10    `builds`                     plan, run what changed, export, record
11    `watching`                   build again at each save, and show it
12    `cli`                        the verbs as commands
===== ============================ ========================================================

The verbs are functions of this package; their modules load when they are first used, so that
``import ketcontent`` is light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ketcontent.builds import build as build
    from ketcontent.checks import check as check
    from ketcontent.documents import assemble as assemble
    from ketcontent.errors import KetcontentError as KetcontentError
    from ketcontent.intake import import_page as import_page
    from ketcontent.intake import read_page as read_page
    from ketcontent.records import verify as verify
    from ketcontent.redlines import redline as redline
    from ketcontent.reviews import impact as impact
    from ketcontent.reviews import list_sources as list_sources
    from ketcontent.signoffs import list_documents as list_documents
    from ketcontent.signoffs import sign_off as sign_off
    from ketcontent.signoffs import with_signoffs as with_signoffs
    from ketcontent.tables import read_content as read_content
    from ketcontent.tables import write_content as write_content

__version__ = "0.1.0"

_HOMES = {
    "assemble": "documents",
    "build": "builds",
    "check": "checks",
    "impact": "reviews",
    "import_page": "intake",
    "list_documents": "signoffs",
    "list_sources": "reviews",
    "KetcontentError": "errors",
    "read_content": "tables",
    "read_page": "intake",
    "redline": "redlines",
    "sign_off": "signoffs",
    "verify": "records",
    "with_signoffs": "signoffs",
    "write_content": "tables",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ketcontent' has no attribute {name!r}")
    return getattr(import_module(f"ketcontent.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
