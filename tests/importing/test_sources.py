"""Each kind of reference file that once lost something comes in whole, or says what did not.

Beside each file in ``sources/`` stands what must come of it, as a person reads it: the rows, what
is printed of each in a list of references, and what the person who imports it is told. After a
change that is meant, write them anew with ``python tests/importing/write_expected.py`` and read
the difference.
"""

from __future__ import annotations

import contextlib
import csv
import json
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ketcontent.errors import KetcontentError
from ketcontent.importing import parse_sources, read_sources, take_in, told
from ketcontent.importing.entries import Entry
from ketcontent.importing.identity import Taken
from ketcontent.model import Content, empty_content
from ketcontent.pages import references

FOLDER = Path(__file__).parent / "sources"
with (FOLDER / "cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = [pytest.param(row["input_file"], id=row["symptom"]) for row in csv.DictReader(file)]


def shown(path: Path) -> str:
    """What comes of a file, as a person reads it."""
    entries = read_sources(path)
    taken = take_in(empty_content(), entries)
    lines = []
    for row in taken.content.sources.to_dict("records"):
        cells = {str(name): str(cell) for name, cell in row.items() if cell}
        lines += [f"{name}: {cell}" for name, cell in cells.items()]
        lines += [f"printed: {references([cells])[0]}", ""]
    return "\n".join([*lines, *told(entries, taken, path.name), ""])


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_file_comes_in_as_it_should(name: str) -> None:
    path = FOLDER / name
    assert shown(path) == path.with_name(f"{name}.expected.txt").read_text("utf-8")


def test_every_file_has_what_must_come_of_it() -> None:
    written = {path.name for path in FOLDER.iterdir()} - {"cases.csv"}
    files = {name for name in written if not name.endswith(".expected.txt")}
    cases = {str(case.values[0]) for case in CASES}
    assert files == cases | {"k1.json", "k2.json", "k3_anand.json", "m1.json"}
    assert {f"{name}.expected.txt" for name in cases} == written - files


def after(*names: str, content: Content | None = None) -> Taken:
    """What became of the last of some files, imported one after the other."""
    taken = None
    for name in names:
        before = taken.content if taken else content or empty_content()
        taken = take_in(before, read_sources(FOLDER / name))
    assert taken is not None
    return taken


def test_two_papers_of_one_author_and_year_get_a_key_each_in_whatever_file_they_come() -> None:
    rows = after("k1.json", "k2.json").content.sources
    assert rows[["source", "title", "doi"]].values.tolist() == [
        ["smith-2020", "Ketamine and mood: a cohort", "10.1000/aaa"],
        ["smith-2020-2", "Statins and falls: a trial", "10.1000/bbb"],
    ]
    assert after("k1.json", "k2.json", "k2.json").same == ("smith-2020-2",)


def test_a_paper_of_the_author_and_year_of_one_in_the_tables_gets_a_key_of_its_own() -> None:
    from ketcontent.model import read_content

    content = read_content("data")
    taken = after("k3_anand.json", content=content)
    assert taken.added == ("anand-2023-2",)
    kept = taken.content.sources[taken.content.sources["source"] != "anand-2023-2"]
    assert kept.reset_index(drop=True).equals(content.sources)


def test_an_update_names_each_cell_and_carries_the_confirmation_of_the_file_alone() -> None:
    taken = after("k1.json", "m1.json")
    assert [(one.column, one.old, one.new) for one in taken.changes] == [
        ("volume", "", "7"),
        ("pmid", "", "11111111"),
        ("retraction_checked_on", "", "2026-10-01"),
        ("confirmed_on", "", "2026-10-01"),
    ]
    again = take_in(
        taken.content, [Entry(1, "", {"type": "article-journal", "title": "T", "pmid": "11111111"})]
    )
    assert [(one.column, one.old, one.new) for one in again.changes] == [
        ("title", "Ketamine and mood: a cohort", "T"),
        ("confirmed_on", "2026-10-01", ""),
    ]
    assert again.content.sources["confirmed_on"].tolist() == [""]


@pytest.mark.parametrize(
    ("name", "new", "key"),
    [
        pytest.param("a-1", {"title": "Tea", "doi": "10.1000/B"}, "a-1-2", id="another DOI"),
        pytest.param("a-1", {"title": "Tea", "pmid": "2"}, "a-1-2", id="another PubMed id"),
        pytest.param("a-1", {"title": "Coffee"}, "a-1-2", id="another title"),
        pytest.param("a-1", {"title": "Tea", "issued": "2021"}, "a-1-2", id="another year"),
        pytest.param("a-1", {"title": "TEA.", "volume": "3"}, "a-1", id="the same title"),
        pytest.param("z", {"title": "New", "doi": "10.1000/A"}, "a-1", id="the same DOI"),
        pytest.param("z", {"title": "New", "pmid": "1"}, "a-1", id="the same PubMed id"),
        pytest.param("", {"title": "Tea", "issued": "2020"}, "tea-2020", id="no key of its own"),
    ],
)
def test_the_same_source_is_that_of_its_ids_or_of_its_key_where_nothing_differs(
    name: str, new: dict[str, str], key: str
) -> None:
    old = {"type": "book", "title": "Tea", "doi": "10.1000/a", "pmid": "1", "issued": "2020"}
    content = take_in(empty_content(), [Entry(1, "a-1", old)]).content
    taken = take_in(content, [Entry(1, name, {"type": "book", **new})])
    assert list(taken.keys.values()) == [key]
    if key != "a-1":
        rows = taken.content.sources
        assert rows[rows["source"] == "a-1"].reset_index(drop=True).equals(content.sources)


def test_a_doi_of_one_source_and_a_pubmed_id_of_another_is_refused() -> None:
    two = [
        Entry(1, "a", {"type": "book", "title": "A", "doi": "10.1000/a"}),
        Entry(2, "b", {"type": "book", "title": "B", "pmid": "2"}),
    ]
    content = take_in(empty_content(), two).content
    row = {"type": "book", "title": "C", "doi": "10.1000/a", "pmid": "2"}
    taken = take_in(content, [Entry(7, "c", row)])
    assert taken.content is content
    assert taken.refused[0].fault.startswith("Its DOI and its PubMed id are those of two sources")


def test_two_editorials_of_one_author_and_year_are_two_sources() -> None:
    both = [
        Entry(1, "", {"type": "article-journal", "title": "Editorial", "issued": "2020", **cells})
        for cells in ({"authors": "Roe, Jo", "volume": "1"}, {"authors": "Roe, Jo", "volume": "2"})
    ]
    taken = take_in(empty_content(), both)
    assert taken.added == ("roe-2020", "roe-2020-2")
    assert take_in(taken.content, both).same == taken.added


def test_a_bad_entry_is_named_with_its_line_and_the_others_come_in() -> None:
    text = (
        "@article{a, title = {A}\n}\n@book{b, title = {B\n@book{c,\n year = 1}\n@book{d, title={D}}"
    )
    entries = parse_sources(text, "x.bib")
    taken = take_in(empty_content(), entries)
    assert taken.added == ("a", "d")
    assert [(one.line, one.name) for one in taken.refused] == [(3, "b"), (4, "c")]


def test_json_that_breaks_off_gives_what_stands_before_it() -> None:
    text = '[{"id": "a", "type": "book", "title": "A"},\n{"id": "b", "title": ]'
    entries = parse_sources(text, "x.json")
    taken = take_in(empty_content(), entries)
    assert taken.added == ("a",)
    assert told(entries, taken, "x.json")[1].startswith(
        "x.json:2: no key: It is not JSON from here"
    )


def test_the_items_of_crossref_are_named_by_the_lines_of_the_file() -> None:
    items = [{"title": ["A"], "type": "book"}, {"type": "book"}]
    text = json.dumps({"status": "ok", "message": {"items": items}}, indent=1)
    entries = parse_sources(text, "x.json")
    line = text.splitlines().index("   {", 6) + 1
    assert [one.line for one in entries if one.fault] == [line]


ANYTHING = st.text(st.characters(), max_size=300)
RIS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "TY",
                "AU",
                "T1",
                "PY",
                "DA",
                "SP",
                "EP",
                "DO",
                "AN",
                "UR",
                "ER",
                "N1",
                "A2",
                "T2",
                "Y2",
            ]
        ),
        ANYTHING,
    )
).map(lambda tags: "TY  - JOUR\n" + "\n".join(f"{tag}  - {value}" for tag, value in tags))
BIBTEX = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "title",
                "author",
                "year",
                "month",
                "date",
                "doi",
                "url",
                "pages",
                "crossref",
                "editor",
            ]
        ),
        st.text("\\{}$%&#~_^\"'`=,@a bA1-é/\n", max_size=60),
    )
).map(lambda fields: "@book{a, " + ", ".join(f"{name} = {{{text}}}" for name, text in fields) + "}")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "type",
                    "title",
                    "author",
                    "editor",
                    "issued",
                    "date-parts",
                    "family",
                    "given",
                    "literal",
                    "name",
                    "note",
                    "DOI",
                    "message",
                    "items",
                    "event",
                    "custom",
                    "ketcontent",
                    "accessed",
                    "event-date",
                    "season",
                    "raw",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
).map(lambda value: json.dumps([value]))


@given(text=ANYTHING | RIS | BIBTEX | JSON)
@example(text="[" * 100_000)
@example(text='[{"title": "a", "type": "book", "issued": {"date-parts": [[1e400, NaN]]}}]')
@example(text="@a{" * 2_000)
@example(text='[{"title": "a", "issued": {"date-parts": [[' + "9" * 5_000 + "]]}}]")
def test_no_text_is_more_than_a_clear_error(text: str) -> None:
    try:
        entries = parse_sources(text, "x")
    except KetcontentError:
        return
    taken = take_in(empty_content(), entries)
    assert len(taken.keys) + len(taken.refused) == len(entries)
    told(entries, taken, "x")
    for row in taken.content.sources.to_dict("records"):
        references([{str(name): str(cell) for name, cell in row.items()}])


@given(raw=st.binary(max_size=300))
def test_no_bytes_are_more_than_a_clear_error(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("raw") / "x.bib"
    path.write_bytes(raw)
    with contextlib.suppress(KetcontentError):
        take_in(empty_content(), read_sources(path))


SHAPES = {
    "many authors": lambda n: "@book{a, title={T}, author={" + " and ".join(["Roe, Jo"] * n) + "}}",
    "open braces": lambda n: "@book{a, title={" + "{" * 8 * n,
    "entries that break off": lambda n: "@b{a,x={\n" * n,
    "one title": lambda n: (
        "TY  - BOOK\nTI  - T\nAU  - A\nDO  - 10.1000/"
        + "\nER  - \nTY  - BOOK\nTI  - T\nAU  - A\nDO  - 10.1000/".join(map(str, range(n // 4)))
    ),
    "one key": lambda n: "@a{k, title={T}}\n" * (n // 2),
    "lines that go on": lambda n: "TY  - BOOK\nTI  - T\n" + "word word\n" * n,
    "empty items": lambda n: "[" + ",".join(["{}"] * 3 * n) + "]",
    "entities": lambda n: '[{"id": "a", "title": "' + "&amp;" * 2 * n + '"}]',
    "tags": lambda n: '[{"id": "a", "title": "' + "<i " * 3 * n + '"}]',
    "dollars": lambda n: "@book{a, title={" + "$a" * 4 * n + "}}",
}


def spent(text: str) -> float:
    start = time.process_time()
    take_in(empty_content(), parse_sources(text, "x"))
    return time.process_time() - start


@cache
def a_byte() -> float:
    """Return the seconds that a byte of an ordinary file takes."""
    entry = "@article{{a{}, title={{On tea}}, author={{Roe, Jo and Poe, Al}}, year=2020}}\n"
    ordinary = "".join(entry.format(place) for place in range(300))
    return min(spent(ordinary) for _ in range(2)) / len(ordinary)


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_in_a_straight_line_with_the_file(shape: str) -> None:
    text = SHAPES[shape](16_000)
    most = 40 * max(a_byte() * len(text), 0.02)
    # The best of three: what else the machine does slows one of them.
    assert any(spent(text) <= most for _ in range(3))
