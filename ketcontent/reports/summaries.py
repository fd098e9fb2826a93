"""What there is of a page, in numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ketcontent.approvals import review_date, review_due, signoff_statuses, with_statuses
from ketcontent.markup import FACTS, english, render
from ketcontent.model import Content
from ketcontent.pages import Document, PageView
from ketcontent.reports.tables import changes


@dataclass(frozen=True, slots=True)
class Summary:
    """The head of a review: which page, in what state, with how much in it."""

    page: Document
    """The current edition."""
    statements: int
    """Sentences in it."""
    unset: int
    """Sentences whose kind nobody has set."""
    changed: int
    """Sentences that differ from the page as received."""
    signed: int
    """Sign-offs that are valid."""
    needed: int
    """Sign-offs that the policies ask for."""
    last_review: str
    """The day of the oldest sign-off it needs; empty where one lacks."""
    next_review: str
    """The last day on which that is recent enough; empty where one lacks."""

    def to_html(self) -> str:
        """Return the summary as HTML, its title at level 1."""
        return render("summary.html.j2", summary=self, say=english())

    def to_markdown(self) -> str:
        """Return the summary as Markdown, its title at level 1."""
        return render("summary.md.j2", summary=self, say=english())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        facts = {
            **self.page.facts,
            "kind": "review",
            "title": f"Review of {self.page.name}",
            "language": "en",
            "contents": [],
        }
        return {
            "text/plain": self.to_markdown(),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps(facts, ensure_ascii=False),
        }


def summary(content: Content, document: str) -> Summary:
    """Return the head of a review of a page."""
    view = PageView(content, document)
    asked = signoff_statuses(view)
    page = with_statuses(view, view.edition(), asked)
    last = review_date(asked)
    return Summary(
        page=page,
        statements=len(page.statements),
        unset=sum(not one.kind for one in page.statements),
        changed=len(changes(content, document)),
        signed=sum(one.state == "valid" for one in asked),
        needed=len(asked),
        last_review=str(last or ""),
        next_review=str(review_due(view, last) or ""),
    )
