"""Sources come in from three formats, go out as CSL-JSON, and come back the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketcontent.errors import KetcontentError
from ketcontent.importing import read_sources, take_in, write_sources
from ketcontent.importing.csl_json import from_csl
from ketcontent.importing.entries import Entry
from ketcontent.markup.citation_marks import cited, split_citations, without_citations
from ketcontent.model.content import Content, empty_content
from ketcontent.model.schema import shipped_schemas
from ketcontent.pages.citations import references, to_csl

WORD = st.text(st.characters(categories=["L", "N"], exclude_characters=""), min_size=1, max_size=8)
WORDS = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
NAME = st.one_of(
    st.builds("{}, {}".format, WORDS, WORDS),
    st.builds("{}, {}, {}".format, WORD, WORDS, WORD),
    st.builds("{{{}}}".format, st.builds("{}; {}".format, WORDS, WORDS)),
)
DATE = st.one_of(
    st.dates().map(str),
    st.dates().map(lambda day: str(day)[:7]),
    st.dates().map(lambda d: str(d)[:4]),
)
ROW = st.fixed_dictionaries(
    {
        "source": st.from_regex(r"[a-z]{1,8}(-[0-9]{4})?", fullmatch=True),
        "type": st.sampled_from(["article-journal", "book", "webpage"]),
        "title": WORDS,
    },
    optional={
        "authors": st.lists(NAME, min_size=1, max_size=4).map("; ".join),
        "editors": st.lists(NAME, min_size=1, max_size=2).map("; ".join),
        "collection_title": WORDS,
        "edition": WORD,
        "genre": WORDS,
        "place": WORDS,
        "event_title": WORDS,
        "event_date": st.one_of(DATE, st.just("2002-04-03/2002-04-05")),
        "event_place": WORDS,
        "container_title": WORDS,
        "issued": DATE,
        "volume": WORD,
        "issue": WORD,
        "page": WORD,
        "number": WORD,
        "doi": st.from_regex(r"10\.[0-9]{4}/[a-z0-9.]{1,9}", fullmatch=True),
        "pmid": st.from_regex(r"[0-9]{1,8}", fullmatch=True),
        "url": st.just("https://a.example/b"),
        "publisher": WORDS,
        "accessed": st.dates().map(str),
        "confirmed_on": st.dates().map(str),
        "unconfirmed": WORDS,
        "retraction_checked_on": st.dates().map(str),
        "revision_checked_on": st.dates().map(str),
        "state": st.sampled_from(["corrected", "concern", "retracted"]),
        "state_on": st.dates().map(str),
        "state_notice": st.sampled_from(["10.1000/erratum", "pmid:12345"]),
    },
)


def taken_in(rows: list[dict[str, str]]) -> Content:
    return take_in(empty_content(), [Entry(0, row["source"], row) for row in rows]).content


@given(row=ROW)
def test_a_source_goes_out_and_comes_back_the_same(row: dict[str, str]) -> None:
    assert from_csl(json.loads(json.dumps(to_csl(row)))) == (row, ())


@pytest.mark.slow
@given(rows=st.lists(ROW, max_size=4, unique_by=lambda row: row["source"]))
def test_a_table_goes_out_and_comes_back_the_same(rows: list[dict[str, str]]) -> None:
    given_ids = [row.get(name, "") for row in rows for name in ("doi", "pmid")]
    ids = [one for one in given_ids if one]
    content = taken_in(rows if len(set(ids)) == len(ids) else rows[:1])
    out = json.loads(write_sources(content))
    back = taken_in([from_csl(item)[0] for item in out])
    assert back.sources.equals(content.sources)


def test_the_row_of_a_test_has_every_column_of_the_table() -> None:
    row = to_csl(dict.fromkeys(shipped_schemas()["sources"].columns, "2020"))
    assert set(from_csl(row)[0]) | {"accessed"} == set(shipped_schemas()["sources"].columns)


@pytest.mark.parametrize(
    ("text", "keys", "words"),
    [
        pytest.param("It may help.", (), "It may help.", id="none"),
        pytest.param("It may help. [@a-1]", ("a-1",), "It may help.", id="one"),
        pytest.param("One [@a; @b] two [@a].", ("a", "b"), "One two.", id="several, each once"),
        pytest.param("Mail a@b.example [1].", (), "Mail a@b.example [1].", id="not a citation"),
        pytest.param("[@A]", (), "[@A]", id="not a key"),
    ],
)
def test_citations_are_found_and_taken_away(text: str, keys: tuple[str, ...], words: str) -> None:
    assert cited(text) == keys
    assert without_citations(text) == words
    assert "".join(part for part, _ in split_citations(text)) == words


def test_references_keep_the_order_given_and_name_seven_authors_by_three() -> None:
    seven = "; ".join(f"Name{n}, Ann B" for n in range(7))
    journal = {
        "source": "b",
        "type": "article-journal",
        "title": "Second",
        "authors": seven,
        "container_title": "J",
        "issued": "2020-05-01",
        "volume": "2",
        "page": "3",
    }
    site = {
        "source": "a",
        "type": "webpage",
        "title": "First",
        "authors": "{An Office}",
        "publisher": "Office",
        "issued": "2019",
    }
    assert references([journal, site]) == [
        "Name0 AB, Name1 AB, Name2 AB, et al. Second. J. 2020;2:3.",
        "An Office. First. Office; 2019.",
    ]


RIS = """TY  - JOUR
AU  - Murrough, James W.
AU  - Charney, Dennis S.
TI  - A two-site trial
T2  - Am J Psychiatry
PY  - 2013
VL  - 170
IS  - 10
SP  - 1134
EP  - 1142
DO  - 10.1176/appi.ajp.2013.13030392
ER  -
"""
BIBTEX = """@article{Murrough2013,
  author = {Murrough, James W. and Dennis S. Charney and {Trial Group}},
  title = {A {Two}-Site Trial of Gr{\\"o}{\\ss}e},
  journal = {Am J Psychiatry}, year = 2013, month = oct,
  volume = {170}, number = {10}, pages = {1134--1142},
  doi = {https://doi.org/10.1176/appi.ajp.2013.13030392}
}
"""


def saved(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


def rows_of(path: Path) -> list[dict[str, str]]:
    rows = take_in(empty_content(), read_sources(path)).content.sources.to_dict("records")
    return [{str(name): str(cell) for name, cell in row.items() if cell} for row in rows]


def test_ris_is_read(tmp_path: Path) -> None:
    assert rows_of(saved(tmp_path, "a.ris", RIS)) == [
        {
            "source": "murrough-2013",
            "type": "article-journal",
            "title": "A two-site trial",
            "authors": "Murrough, James W.; Charney, Dennis S.",
            "container_title": "Am J Psychiatry",
            "issued": "2013",
            "volume": "170",
            "issue": "10",
            "page": "1134-1142",
            "doi": "10.1176/appi.ajp.2013.13030392",
        }
    ]


def test_bibtex_is_read(tmp_path: Path) -> None:
    assert rows_of(saved(tmp_path, "a.bib", BIBTEX)) == [
        {
            "source": "murrough-2013",
            "type": "article-journal",
            "title": "A Two-Site Trial of Größe",
            "authors": "Murrough, James W.; Charney, Dennis S.; {Trial Group}",
            "container_title": "Am J Psychiatry",
            "issued": "2013-10",
            "volume": "170",
            "issue": "10",
            "page": "1134-1142",
            "doi": "10.1176/appi.ajp.2013.13030392",
        }
    ]


def test_a_zotero_export_is_read_and_keyed_by_author_and_year(tmp_path: Path) -> None:
    item = {
        "id": "http://zotero.org/users/1/items/ABC",
        "type": "article-journal",
        "title": "T",
        "author": [{"family": "Müller", "given": "A", "non-dropping-particle": "von"}],
        "issued": {"date-parts": [["2020", "3"]]},
    }
    other = {**item, "title": "U"}
    rows = rows_of(saved(tmp_path, "a.json", json.dumps([item, other])))
    assert [row["source"] for row in rows] == ["von-muller-2020", "von-muller-2020-2"]
    assert rows[0]["authors"] == "von Müller, A"


def test_a_source_that_is_there_is_brought_up_to_date_and_keeps_what_is_not_said() -> None:
    old = {"source": "a", "type": "book", "title": "Old", "doi": "10.1000/X", "volume": "3"}
    new = {"type": "book", "title": "New", "doi": "10.1000/x"}
    frame = take_in(taken_in([old]), [Entry(1, "b", new)]).content.sources
    assert frame[["source", "title", "volume"]].values.tolist() == [["a", "New", "3"]]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param("a.txt", "hello", "is neither CSL-JSON, RIS nor BibTeX.", id="none of them"),
    ],
)
def test_a_bad_file_is_one_clear_error(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = saved(tmp_path, name, text)
    with pytest.raises(KetcontentError) as raised:
        read_sources(path)
    assert raised.value.message.startswith(f"{path} {message}")
    assert raised.value.hint == "Name a CSL-JSON, RIS or BibTeX file."


def test_the_shipped_sources_come_back_the_same() -> None:
    from ketcontent.model.store import read_content

    content = read_content("data")
    items: list[dict[str, Any]] = json.loads(write_sources(content))
    assert taken_in([from_csl(item)[0] for item in items]).sources.equals(content.sources)
