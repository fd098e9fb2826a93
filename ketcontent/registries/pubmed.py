"""What PubMed holds of a paper: the reference, its types, and the notices that are linked to it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ketcontent.registries.client import Answer
from ketcontent.registries.records import Announcement, RegistryRecord, State, marked_title

NAME = "PubMed"

_STATES: dict[str, tuple[State, str]] = {
    "RetractionIn": ("retracted", "retraction"),
    "PartialRetractionIn": ("retracted", "partial retraction"),
    "RetractedandRepublishedIn": ("retracted", "retraction and republication"),
    "ExpressionOfConcernIn": ("concern", "expression of concern"),
    "ErratumIn": ("corrected", "erratum"),
    "CorrectedandRepublishedIn": ("corrected", "correction and republication"),
}
"""By how a notice is linked to the paper (MEDLINE/PubMed data element CommentsCorrections)."""

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def read_record(answer: Answer, pmid: str) -> RegistryRecord | None:
    """Return what PubMed holds of a paper; None where it does not know it.

    Raises
    ------
    ValueError
        When it answers with something else; any mistake in its form may raise another error.
    """
    if not answer.is_there:
        return None
    if "<!ENTITY" in answer.body:
        raise ValueError("It is no answer of PubMed's: that declares nothing.")
    try:
        root = ElementTree.fromstring(answer.body)
    except ElementTree.ParseError as fault:
        raise ValueError(str(fault)) from None
    if root.tag != "PubmedArticleSet":
        raise ValueError("It is no set of papers.")
    if not len(root):
        return None
    [paper] = root
    if _text(paper, ".//MedlineCitation/PMID").lstrip("0") != pmid.lstrip("0"):
        raise ValueError("It is another paper.")
    title = _text(paper, ".//Article/ArticleTitle")
    links = paper.findall(".//MedlineCitation/CommentsCorrectionsList/CommentsCorrections")
    types = {kind.text for kind in paper.findall(".//PublicationTypeList/PublicationType")}
    linked = tuple(found for link in links if (found := _announcement(link)) is not None)
    typed: tuple[Announcement, ...] = ()
    if "Retracted Publication" in types and not any(one.state == "retracted" for one in linked):
        typed = (Announcement("retracted", "retraction", "", "", (NAME,)),)
    doi = _text(paper, ".//PubmedData/ArticleIdList/ArticleId[@IdType='doi']")
    return RegistryRecord(
        registry=NAME,
        item={
            "type": "article-journal",
            "title": title.removesuffix("."),
            "author": [_name(one) for one in paper.findall(".//AuthorList/Author")],
            "container-title": _text(paper, ".//Journal/Title"),
            "volume": _text(paper, ".//JournalIssue/Volume"),
            "issue": _text(paper, ".//JournalIssue/Issue"),
            "page": _text(paper, ".//Pagination/MedlinePgn"),
            "issued": {"raw": _date(paper.find(".//JournalIssue/PubDate"))},
            "PMID": pmid,
            "DOI": doi,
        },
        announcements=(*linked, *typed, *marked_title(title, NAME)),
        newer=tuple(
            f"update: {_text(link, 'RefSource')}"
            for link in links
            if link.get("RefType") == "UpdateIn"
        ),
        also={
            "container_title": tuple(
                filter(None, [_text(paper, ".//ISOAbbreviation"), _text(paper, ".//MedlineTA")])
            ),
            "issued": tuple(
                filter(None, [_date(one) for one in paper.findall(".//Article/ArticleDate")])
            ),
        },
    )


def _text(place: ElementTree.Element, path: str) -> str:
    """Return the words of an element, those in italics and the like with them."""
    found = place.find(path)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def _announcement(link: ElementTree.Element) -> Announcement | None:
    if link.get("RefType") not in _STATES:
        return None
    state, said = _STATES[link.get("RefType", "")]
    doi = re.search(r"\b10\.[0-9]{4,9}/\S+[^\s.,;]", _text(link, "RefSource"))
    pmid = _text(link, "PMID")
    notice = doi[0] if doi else f"pmid:{pmid}" if pmid else ""
    return Announcement(state, said, notice, "", (NAME,))


def _name(author: ElementTree.Element) -> dict[str, str]:
    if _text(author, "LastName"):
        given = _text(author, "ForeName") or _text(author, "Initials")
        return {"family": _text(author, "LastName"), "given": given}
    return {"literal": _text(author, "CollectiveName")}


def _date(place: ElementTree.Element | None) -> str:
    """Return a date as far as it is given in numbers: a day, a month or a year."""
    if place is None:
        return ""
    year, month, day = (_text(place, name) for name in ("Year", "Month", "Day"))
    if month[:3] in _MONTHS:
        month = f"{_MONTHS.index(month[:3]) + 1:02}"
    parts = [year, month.zfill(2) if month.isdigit() else "", day.zfill(2) if day else ""]
    whole = parts[: parts.index("")] if "" in parts else parts
    return "-".join(whole)
