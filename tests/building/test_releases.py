"""What a release changes for readers, and how a feed tells it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from ketcontent.approvals.overview import with_statuses
from ketcontent.approvals.status import signoff_statuses
from ketcontent.building.releases import changes, feed, with_releases
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.pages import PageView
from tests.judging import page

WORDS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["So.", "No.", "Well."]))
DAYS = [f"2026-11-{day:02}" for day in range(1, 9)]


@given(st.lists(WORDS, max_size=8))
def test_the_rows_of_all_releases_laid_over_each_other_are_the_words_of_the_last(
    releases: list[dict[str, str]],
) -> None:
    rows: list[dict[str, str]] = []
    for day, words in zip(DAYS, releases, strict=False):
        new = changes(rows, words, day)
        assert changes([*rows, *new], words, day) == new  # told once, however often it is released
        rows += new
        left: dict[str, str] = {}
        for row in rows:
            if row["change"] == "removed":
                assert left.pop(row["statement"]) == row["words"]
            else:
                assert (row["change"] == "added") == (row["statement"] not in left)
                left[row["statement"]] = row["words"]
        assert left == words
        assert changes(rows, words, "2026-12-01") == []


def test_a_feed_tells_text_as_text_and_the_newest_first() -> None:
    content = with_releases(page(), ["zinc"], datetime.date(2026, 11, 1))
    site = {"address": "https://example.org/health/", "name": 'Ann & <b>"Bo"</b>'}
    told = {"document": "zinc", "released_on": "2026-11-02", "statement": "colds"}
    rows = [*content.releases.to_dict("records"), {**told, "change": "reworded", "words": "]]><b>"}]
    documents = content.documents.assign(title="<script>")
    content = replace(
        content,
        documents=documents,
        site=frame_of("site", [site], content),
        releases=frame_of("releases", rows, content),
    )
    root = ElementTree.fromstring(feed(content))
    atom = "{http://www.w3.org/2005/Atom}"
    assert root.findtext(f"{atom}title") == 'Ann & <b>"Bo"</b>'
    assert root.findtext(f"{atom}updated") == "2026-11-02T00:00:00Z"
    entries = list(root.iter(f"{atom}entry"))
    assert [one.findtext(f"{atom}title") for one in entries] == ["<script>", "<script>"]
    assert [one.findtext(f"{atom}content") for one in entries] == [
        "reworded: colds",  # nobody approved its words
        f"First release, of {len(rows) - 1} sentences.",
    ]
    ids = [one.findtext(f"{atom}id") for one in entries]
    assert ids[0] == "https://example.org/health/zinc/#_released-2026-11-02"
    assert len(set(ids)) == 2


def test_a_first_release_counts_its_sentences() -> None:
    content = page()
    row = {"document": "zinc", "released_on": "2026-11-02", "statement": "colds", "change": "added"}
    content = replace(
        content,
        site=frame_of("site", [{"address": "https://example.org/", "name": "Ann"}], content),
        releases=frame_of("releases", [row], content),
    )
    assert "First release, of 1 sentence.<" in feed(content)


def signed_release(*signoffs: dict[str, str], asked: str = "") -> Content:
    """Two sentences that were released, one of them reworded later, with some sign-offs."""
    rows = [
        {"released_on": "2026-11-02", "statement": "colds", "change": "added", "words": "Once."},
        {"released_on": "2026-11-02", "statement": "harm", "change": "added", "words": "Harm."},
        {"released_on": "2026-11-09", "statement": "colds", "change": "reworded", "words": "<b>"},
    ]
    content = page()
    said = {"document": "zinc", "verdict": "approved", "signer": "name: Dr. Nobody"}
    people = [
        {
            "person": "ann",
            "name": "Ann",
            "profession": "nurse",
            "credential": "RN & ICU",
            "conflicts": "none",
        },
        {"person": "bo", "name": "Bo", "conflicts": "none"},
    ]
    policies = [{"kind": "benefit", "capacity": "clinical", "signature": asked}]
    return replace(
        content,
        site=frame_of("site", [{"address": "https://example.org/", "name": "Site"}], content),
        releases=frame_of("releases", [{"document": "zinc", **row} for row in rows], content),
        policies=frame_of("policies", policies, content),
        people=frame_of("people", people, content),
        signoffs=frame_of(
            "signoffs",
            [{**said, "signoff": f"s-{at}", **one} for at, one in enumerate(signoffs)],
            content,
        ),
    )


def yes(day: str, statement: str, wording: str, **told: str) -> dict[str, str]:
    who = {"person": "ann", "capacity": "clinical", **told}
    return {"signed_on": day, "statement": statement, "wording": wording, **who}


def told_by(content: Content) -> list[tuple[str | None, list[str | None]]]:
    atom = "{http://www.w3.org/2005/Atom}"
    entries = ElementTree.fromstring(feed(content)).iter(f"{atom}entry")
    return [
        (
            one.findtext(f"{atom}content"),
            [by.findtext(f"{atom}name") for by in one.iter(f"{atom}contributor")],
        )
        for one in entries
    ]


def test_a_feed_says_who_had_approved_the_words_of_each_release() -> None:
    bo = {"person": "bo", "capacity": "lay"}
    content = signed_release(
        yes("2026-11-01", "colds", "Once."),
        yes("2026-11-01", "harm", "Harm."),
        yes("2026-11-08", "colds", "<b>"),
        yes("2026-11-10", "harm", "Harm.", **bo),  # the day after, in the east
        yes("2026-11-12", "harm", "Harm.", **{**bo, "capacity": "editorial"}),  # later than both
    )
    ann = "- Ann, RN & ICU (clinical; 2 sentences, last on 2026-11-0{})"
    assert told_by(content) == [
        (
            f"reworded: colds: <b>\nApproved by:\n{ann.format(8)}\n"
            "- Bo (lay; 1 sentence, last on 2026-11-10)",
            ["Ann, RN & ICU", "Bo"],
        ),
        (
            f"First release, of 2 sentences.\nApproved by:\n{ann.format(1)}",
            ["Ann, RN & ICU"],
        ),
    ]


def test_a_yes_that_does_not_count_is_none_to_earlier_words_either() -> None:
    withdrawn = signed_release(
        yes("2026-11-08", "colds", "<b>"),
        yes("2026-11-08", "colds", "<b>", verdict="changes-requested"),
        yes("2099-01-01", "harm", "Harm."),
    )
    unsigned = signed_release(yes("2026-11-08", "colds", "<b>"), asked="required")
    signature = signed_release(yes("2026-11-08", "colds", "<b>", signature="U1NIU0lH"))
    no_clinician = signed_release(yes("2026-11-08", "colds", "<b>", person="bo"))
    for content in (withdrawn, unsigned, signature, no_clinician):
        assert told_by(content) == [
            ("reworded: colds", []),
            ("First release, of 2 sentences.", []),
        ]
        view = PageView(content, "zinc")
        [last, _] = with_statuses(view, view.edition(), signoff_statuses(view), ()).releases
        assert (last.reworded, last.changes) == (1, ())


def test_before_a_release_there_is_no_feed() -> None:
    assert feed(empty_content()) == ""
