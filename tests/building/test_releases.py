"""What a release changes for readers, and how a feed tells it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from ketcontent.building.releases import changes, feed, with_releases
from ketcontent.model.content import empty_content, frame_of
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
        "reworded: colds: ]]><b>",
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


def test_before_a_release_there_is_no_feed() -> None:
    assert feed(empty_content()) == ""
