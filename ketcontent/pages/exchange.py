"""A page as data: what stands where on it, and what that rests on."""

from __future__ import annotations

from typing import Any

from ketcontent.markup import direction, doi_address, inline_html, web_address
from ketcontent.model import ROW_FORMS
from ketcontent.pages.document import Document


def page_data(page: Document) -> dict[str, Any]:
    """Return a page as data for a page of somebody else's making.

    ``record.json`` says who approved what; this says what stands where, as words, as HTML and as
    addresses.
    """
    return {
        "document": page.document,
        "title": page.name,
        "language": page.language,
        "direction": direction(page.language),
        "state": page.state,
        "state_words": f"{page.say(f'state-{page.state}')} "
        f"{page.say(f'state-{page.state}-meaning')}",
        "last_review": page.last_review,
        "next_review": page.next_review,
        "released": list(page.released) if page.state == "reviewed" else [],
        "purpose": page.purpose,
        "audience": page.audience,
        "publisher": page.publisher,
        "funding": page.funding,
        "writers": list(page.writers),
        "reviewers": [
            {
                "name": one.name,
                "capacity": one.capacity,
                "last": one.last,
                "signature": one.proof,
                **({"key_revoked_on": one.revoked_on} if one.revoked_on else {}),
            }
            for one in page.signers
        ],
        "version": page.version,
        "site": page.facts["site"],
        "translations": page.facts["translations"],
        "sections": [
            {
                "section": section.section,
                "heading": section.title,
                "under": section.under,
                "form": section.form,
                "blocks": [
                    {
                        "form": "urgent" if block.urgent else block.form,
                        "layer": block.layer,
                        **({"depth": block.depth} if block.depth > 1 else {}),
                        "statements": [
                            {
                                "statement": one.statement,
                                "label": one.label_text,
                                "words": one.plain,
                                "html": str(inline_html(one.words)),
                                **(
                                    {"cells": list(map(str, section.cells(one)))}
                                    if block.form in ROW_FORMS
                                    else {}
                                ),
                                "kind": one.kind,
                                "certainty": one.certainty,
                                "certainty_shown": one.is_marked,
                                "sources": [page.numbers[key] for key in one.cites],
                                "against": [page.numbers[key] for key in one.against],
                            }
                            for one in block.statements
                        ],
                    }
                    for block in section.blocks
                ],
            }
            for section in page
        ],
        "terms": [
            {
                "term": one.term,
                "expansion": one.expansion,
                "plain": one.plain,
                "definition": one.definition,
            }
            for one in page.terms
        ],
        "sources": [
            {
                "number": one.number,
                "source": one.source,
                "words": one.plain,
                "address": doi_address(one.doi) or web_address(one.url),
                "pmid": one.pmid,
                "unconfirmed": one.unconfirmed,
            }
            for one in page.references
        ],
    }
