"""What a page says of itself to search engines, in the words of schema.org."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ketcontent.markup import doi_address, web_address

_SCHOLARLY = {
    "article-journal": "ScholarlyArticle",
    "book": "Book",
    "chapter": "Chapter",
    "legislation": "Legislation",
    "report": "Report",
    "webpage": "WebPage",
}
"""The type of schema.org for a type of CSL; any other is a CreativeWork."""

if TYPE_CHECKING:
    from ketcontent.pages.document import Document


def linked_data(page: Document) -> dict[str, Any]:
    """Return what a page says of itself to machines: schema.org, as JSON-LD.

    It says nothing that the page does not show. What is told of the medicine itself (its legal
    status, its warnings) are sentences, so they are told once all of them are signed off.

    Notes
    -----
    Left out on purpose, because a page of health information sells and doses nothing: ``offers``,
    ``review``, ``aggregateRating``, ``doseSchedule``, ``availableStrength``.

    Examples
    --------
    >>> from ketcontent import assemble
    >>> from ketcontent.model import read_content
    >>> data = linked_data(assemble(read_content("data"), "ketamine"))
    >>> data["@type"], data["about"]["name"], len(data["citation"])
    ('MedicalWebPage', 'Ketamine', 45)
    """
    # A section may be signed in full on a page that is not: its dates are the page's.
    reviewed = page.state == "reviewed" and bool(page.last_review)
    about: dict[str, Any] = {"@type": "Drug", "name": page.name, "nonProprietaryName": page.name}
    if reviewed:
        said = [one for section in page for one in section.statements]
        about["legalStatus"] = [one.plain for one in said if one.kind == "regulatory"]
        about["warning"] = [one.plain for one in said if one.kind == "risk"]
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "name": page.facts["title"],
        "description": page.purpose,
        "inLanguage": page.language,
        "creativeWorkStatus": page.say(f"state-{page.state}").rstrip("."),
        "audience": {"@type": "MedicalAudience", "name": page.audience} if page.audience else "",
        "publisher": {"@type": "Organization", "name": page.publisher} if page.publisher else "",
        "funder": {"@type": "Organization", "name": page.funding} if page.funding else "",
        "author": [{"@type": "Person", "name": name} for name in page.writers],
        "lastReviewed": page.last_review if reviewed else "",
        "reviewedBy": [
            {"@type": "Person", "name": name}
            for name in dict.fromkeys(one.name for one in page.signers)
        ]
        if reviewed
        else "",
        "version": page.version,
        "about": {name: value for name, value in about.items() if value},
        # A citation that leads nowhere is no source.
        "citation": [_linked_source(row) for row in page.sources if "authors" in row],
    }
    return {name: value for name, value in data.items() if value}


def _linked_source(row: Mapping[str, str]) -> dict[str, Any]:
    """Return a source as schema.org."""
    address = doi_address(row.get("doi", ""))
    pubmed = f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/" if row.get("pmid") else ""
    said = {
        "@type": _SCHOLARLY.get(row["type"], "CreativeWork"),
        "name": row["title"],
        "datePublished": row.get("issued", ""),
        "url": address or pubmed or web_address(row.get("url", "")),
    }
    return {name: value for name, value in said.items() if value}
