"""What a page showed is on record: a changed character, a word too many or too few is found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ketcontent import assemble, import_page
from ketcontent.approvals.departures import Mismatch
from ketcontent.approvals.records import record
from ketcontent.approvals.scope import statement_digest
from ketcontent.approvals.verification import verify
from ketcontent.errors import KetcontentError
from ketcontent.execution.exporters import EXPORTERS
from ketcontent.markup.markdown import markdown_words, strong
from ketcontent.markup.templates import FACTS
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.text.normalize import canonical
from tests.conftest import ROOT
from tests.laws import examples

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning"
)  # of nbconvert and what it stands on

TEA = """\
Tea
Tea is a drink & old. It is <hot>!
Uses
- Green: It *is* mild. It is old.
- It costs 5 < 6.
Warning: It stains teeth.
好茶。很好。
"""
SENTENCES = ["lede-1", "lede-2", "green-1", "green-2", "uses-1", "warning-1"]


@cache
def content() -> Content:
    """A page with labels, marks, citations, a term and one sentence that is a link."""
    made = import_page(empty_content(), TEA, document="tea")
    frame = made.statements.copy()
    for key, text in (
        ("green-2", "It *may* be [old](https://example.org). [@lee-2020; @roe-2021]"),
        ("uses-1", "It costs 5 < 6! [@roe-2021]"),
    ):
        frame.loc[frame["statement"] == key, "text"] = text
    sources = [
        {"source": key, "type": "book", "title": f"Book of {key}", "doi": "10.1234/a<b>"}
        for key in ("lee-2020", "roe-2021")
    ]
    terms = [{"term": "mild", "language": "en", "plain": "weak"}]
    return replace(
        made,
        statements=frame,
        sources=frame_of("sources", sources, made),
        terms=frame_of("terms", terms, made),
    )


@cache
def contested() -> Content:
    """The same page, on which one source found otherwise than a sentence says."""
    evidence = [
        {"document": "tea", "statement": "green-2", "source": key, "role": role, "finding": "So."}
        for key, role in (("lee-2020", "supports"), ("roe-2021", "contradicts"))
    ]
    return replace(content(), evidence=frame_of("evidence", evidence, content()))


@cache
def exported(of: Callable[[], Content] = content) -> dict[str, str]:
    """The exported files of the page, by name: the whole and one section."""
    pages = {}
    for name, section in (("index", ""), ("sections/uses", "uses")):
        page = assemble(of(), "tea", section=section)
        output = nbformat.v4.new_output("display_data", data=page._repr_mimebundle_())
        output["data"][FACTS] = json.loads(output["data"][FACTS])
        cell = nbformat.v4.new_code_cell("page", outputs=[output])
        notebook = nbformat.v4.new_notebook(cells=[cell])
        for form, suffix in (("html", "html"), ("markdown", "md")):
            pages[f"{name}.{suffix}"], _ = EXPORTERS[form]().from_notebook_node(notebook)
    return pages


@cache
def recorded(of: Callable[[], Content] = content) -> dict[str, Any]:
    return record(of(), "tea", exported(of))


def mismatches(name: str, text: str, said: Any = None) -> list[Mismatch]:
    """Return what `verify` finds in a file of that name with that text, beside the record."""
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        Path(folder, "record.json").write_text(json.dumps(said or recorded()), "utf-8")
        return verify(path)


def words_of(key: str) -> str:
    return next(one["words"] for one in recorded()["statements"] if one["statement"] == key)


def changed(name: str, old: str, new: str) -> list[Mismatch]:
    """Return what is found after `old`, which is there, is made `new`, once."""
    text = exported()[name]
    assert old in text
    return mismatches(name, text.replace(old, new, 1))


NAMES = ["index.html", "index.md", "sections/uses.html", "sections/uses.md"]
WHOLE = pytest.mark.parametrize("name", ["index.html", "index.md"])


@pytest.mark.parametrize("name", NAMES)
def test_an_exported_page_verifies(name: str) -> None:
    assert mismatches(name, exported()[name]) == []


def test_the_record_is_the_same_twice_and_survives_json() -> None:
    again = record(content(), "tea", dict(reversed(exported().items())))
    assert json.dumps(again) == json.dumps(recorded())
    assert json.loads(json.dumps(again)) == again


def test_the_record_lists_each_sentence_with_what_it_rests_on() -> None:
    page = assemble(content(), "tea")
    shown = [one for section in page for one in section.statements]
    found = recorded()["statements"]
    assert [one["statement"] for one in found] == [one.statement for one in shown]
    assert [one["digest"] for one in found] == [statement_digest("tea", one) for one in shown]
    assert found[3] == {
        "statement": "green-2",
        "section": "uses",
        "label": "",
        "words": "It may be old.",
        "digest": statement_digest("tea", shown[3]),
        "kind": "",
        "certainty": "",
        "certainty_shown": "",
        "sources": ["lee-2020", "roe-2021"],
        "against": [],
        "against_shown": "",
        "comparisons": [],
        "sign_offs": [
            {"capacity": capacity, "state": "missing", "person": "", "signed_on": ""}
            for capacity in ("editorial", "clinical", "lay")
        ],
    }


def test_the_record_lists_what_is_signed_around_the_sentences() -> None:
    around = {one["key"]: one["words"] for one in recorded()["around"]}
    assert around["title:tea"] == "title: Tea"
    assert around["heading:uses"] == "Uses"
    assert around["term:mild"] == "mild: weak"
    assert all(one["digest"].startswith("w2:") for one in recorded()["around"])
    assert all(one["sign_offs"] for one in recorded()["around"])


def rewritten(name: str, key: str, words: str) -> str:
    """Return an exported file in which one statement, which stands there once, says `words`."""
    text = exported()[name]
    if name.endswith(".html"):
        # The words up to the citations: markup of the old ones goes with them.
        pattern = rf'(<span id="s_{key}">)(?:(?!<sup|</span>).)*'
        made, count = re.subn(pattern, lambda found: found[1] + escape(words), text)
    else:
        old = {
            "lede-1": "Tea is a drink & old.",
            "lede-2": "It is &lt;hot\\>!",
            "green-1": "It \\*is\\* mild.",
            "green-2": "It *may* be [old](<https://example.org>).",
            "uses-1": "It costs 5 < 6\\!",
            "warning-1": "It stains teeth.",
        }[key]
        made, count = text.replace(old, strong(words)), text.count(old)
    assert count == 1, (key, count)
    return made


CHARACTERS = st.one_of(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")),
    st.sampled_from("<&*_[]`\\!#-."),
)


@settings(max_examples=examples(120))
@given(
    st.sampled_from(["index.html", "index.md"]), st.sampled_from(SENTENCES), st.data(), CHARACTERS
)
def test_any_one_character_changed_in_any_sentence_is_found_and_named(
    name: str, key: str, data: st.DataObject, character: str
) -> None:
    words = words_of(key)
    place = data.draw(st.integers(0, len(words) - 1), label="place")
    how = data.draw(st.sampled_from(["replaced", "inserted", "deleted"]), label="how")
    middle = {"replaced": character, "inserted": character + words[place], "deleted": ""}[how]
    other = words[:place] + middle + words[place + 1 :]
    assume(canonical(other) != words and canonical(other))
    found = mismatches(name, rewritten(name, key, other))
    label = "Green: " if key == "green-1" and name == "index.md" else ""
    assert found == [Mismatch(key, canonical(label + other), label + words)]


@settings(max_examples=examples(80))
@given(st.data())
def test_any_one_letter_changed_anywhere_in_the_body_of_a_file_is_found(
    data: st.DataObject,
) -> None:
    name = data.draw(st.sampled_from(NAMES))
    text = exported()[name]
    # Letters that are words: outside tags, addresses and the marks of footnotes.
    unseen = r"<[^>]*>|\[\^[^\]]*\]|https?://\S+|<style>.*?</style>|&\w+;"
    places = set(range(text.index("<body>") if name.endswith("html") else 0, len(text)))
    for match in re.finditer(unseen, text, re.DOTALL):
        places -= set(range(*match.span()))
    letters = [place for place in sorted(places) if text[place].isalpha()]
    place = data.draw(st.sampled_from(letters))
    assert mismatches(name, f"{text[:place]}Q{text[place + 1 :]}") != []


@settings(max_examples=examples(60))
@given(st.sampled_from(NAMES), st.data())
def test_a_sentence_added_anywhere_is_found(name: str, data: st.DataObject) -> None:
    text = exported()[name]
    if name.endswith(".html"):
        start = text.index("<body>") + len("<body>")
        places = [
            match.start() for match in re.finditer(r"<|(?<=>)[^<]", text) if match.start() >= start
        ]
        added = data.draw(st.sampled_from(["It is safe.", "<p>It is safe.</p>", "<b>It is safe."]))
    else:
        places = [match.end() for match in re.finditer(r"\n(?:\n|(?=- |> |\Z))", text)]
        added = data.draw(
            st.sampled_from(["It is safe.\n\n", "- It is safe.\n", "# It is safe.\n\n"])
        )
    place = data.draw(st.sampled_from(places))
    found = mismatches(name, text[:place] + added + text[place:])
    assert any("It is safe." in one.found for one in found)


@WHOLE
@pytest.mark.parametrize("copied", ["It stains teeth.", "Uses", "Reviews"])
def test_a_copy_of_what_the_page_says_elsewhere_is_found(name: str, copied: str) -> None:
    text = exported()[name]
    body, end = text.rsplit("</article>", 1) if name.endswith("html") else (text, "")
    added = f"<p>{copied}</p></article>" if end else f"\n{copied}\n"
    assert mismatches(name, body + added + end) == [Mismatch("", copied, "")]


@WHOLE
@pytest.mark.parametrize("key", SENTENCES)
def test_a_removed_sentence_is_found_and_named(name: str, key: str) -> None:
    text = exported()[name]
    if name.endswith("html"):
        text = re.sub(rf'<span id="s_{key}">.*?</span>', "", text)
        # Its citations go with it, and are found too.
        found = [one for one in mismatches(name, text) if one.statement]
        assert found == [Mismatch(key, "", words_of(key))]
    else:
        found = mismatches(name, rewritten(name, key, "X").replace("**X**", ""))
        label = "Green: " if key == "green-1" else ""
        left = label.strip()
        assert found == [Mismatch(key, left, label + words_of(key))]


@WHOLE
def test_the_order_of_sentences_is_on_record(name: str) -> None:
    one, other = "Tea is a drink", "It stains teeth"
    text = exported()[name].replace(one, "~").replace(other, one).replace("~", other)
    assert mismatches(name, text) != []


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        pytest.param(
            "index.html",
            "<h2>Uses</h2>",
            "<h2>User</h2>",
            Mismatch("", "User", "Uses"),
            id="heading in HTML",
        ),
        pytest.param(
            "index.md",
            "## Uses",
            "## User",
            Mismatch("", "User", "Uses"),
            id="heading in Markdown",
        ),
        pytest.param("index.md", "## Uses\n", "", Mismatch("", "", "Uses"), id="heading gone"),
        pytest.param(
            "index.html",
            "<strong>Green:</strong>",
            "<strong>Greet:</strong>",
            Mismatch("", "Greet:", "Green:"),
            id="label",
        ),
        pytest.param(
            "index.html",
            "<strong>Draft.</strong> No clinician",
            "<strong>Draft.</strong> A clinician",
            Mismatch(
                "",
                "Draft. A clinician has reviewed this page. Do not use it to decide about your "
                "health.",
                "Draft. No clinician has reviewed this page. Do not use it to decide about your "
                "health.",
            ),
            id="state",
        ),
        pytest.param(
            "index.html",
            "<title>Tea</title>",
            "<title>Teas</title>",
            Mismatch("", "Teas", "Tea"),
            id="title",
        ),
        pytest.param(
            "index.html", ">1</a>", ">7</a>", Mismatch("", "7", "1"), id="number of a source"
        ),
        pytest.param(
            "index.md",
            "Book of lee-2020",
            "Book of lie-2020",
            Mismatch(
                "",
                "Book of lie-2020. https://doi.org/10.1234/a<b>",
                "Book of lee-2020. https://doi.org/10.1234/a<b>",
            ),
            id="reference in Markdown",
        ),
        pytest.param(
            "index.html",
            'aria-label="Important"',
            'aria-label="Imported"',
            Mismatch("", "Imported", "Important"),
            id="what a screen reader says",
        ),
        pytest.param(
            "index.html",
            "</article>",
            "<script>document.write('So')</script></article>",
            Mismatch("", "document.write('So')", ""),
            id="script",
        ),
        pytest.param(
            "index.html",
            "</a>: <a",
            "</a>: It is safe. <a",
            Mismatch("", ": It is safe.", ":"),
            id="words among the citations",
        ),
    ],
)
def test_other_words_are_on_record_too(name: str, old: str, new: str, said: Mismatch) -> None:
    found = changed(name, old, new)
    assert said in found
    assert [one for one in found if one.found != "a script that runs"] == [said]


def test_a_statement_under_another_key_is_found() -> None:
    found = changed("index.html", 'id="s_lede-1"', 'id="s_lede-9"')
    assert found == [
        Mismatch("lede-9", "Tea is a drink & old.", ""),
        Mismatch("lede-1", "", "Tea is a drink & old."),
    ]


def test_a_tag_that_closes_nothing_hides_nothing() -> None:
    found = changed("index.html", "</article>", "</b></i><p>It is safe.</p></article>")
    assert found == [Mismatch("", "It is safe.", "")]


def test_of_sentences_that_stand_closed_up_the_changed_one_is_named() -> None:
    keys = [one["statement"] for one in recorded()["statements"] if "好" in one["words"]]
    assert len(keys) == 2
    assert changed("index.md", "很好。", "很坏。") == [
        Mismatch(keys[1], "好茶。很坏。", "好茶。很好。")
    ]


@pytest.mark.parametrize("name", ["index.html", "index.md"])
def test_a_page_that_does_not_show_what_the_tables_say_never_verifies(name: str) -> None:
    pages = {name: rewritten(name, "lede-1", "It cures.")}
    said = record(content(), "tea", pages)
    found = mismatches(name, pages[name], said)
    assert ("lede-1", "Tea is a drink & old.") in [(one.statement, one.recorded) for one in found]


@pytest.mark.parametrize(
    ("departure", "text"),
    [
        pytest.param(
            Mismatch("a-1", "It helps.", "It may help."),
            "a-1: the page says: It helps.\n    the record says: It may help.",
            id="changed",
        ),
        pytest.param(
            Mismatch("", "It helps.", ""), "page: not in the record: It helps.", id="added"
        ),
        pytest.param(
            Mismatch("a-1", "", "It may help."), "a-1: gone from the page: It may help.", id="gone"
        ),
    ],
)
def test_a_departure_reads_as_a_sentence(departure: Mismatch, text: str) -> None:
    assert str(departure) == text


# --- files that cannot be verified -----------------------------------------------------------


def failure(path: Path, record_path: Path | None = None) -> tuple[str, str]:
    with pytest.raises(KetcontentError) as caught:
        verify(path, record_path)
    return caught.value.message, caught.value.hint


def test_a_record_elsewhere_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(exported()["index.html"], "utf-8")
    (tmp_path / "kept.json").write_text(json.dumps(recorded()), "utf-8")
    assert verify(tmp_path / "index.html", tmp_path / "kept.json") == []


RECORD_HINT = "Name the page's record.json with --record."


@pytest.mark.parametrize("name", ["index.html", "index.md"])
def test_a_file_without_a_record_is_a_clear_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(exported()[name], "utf-8")
    assert failure(tmp_path / name) == (
        f"{tmp_path / 'record.json'} cannot be read: No such file or directory.",
        RECORD_HINT,
    )


def with_links_that_are_no_list() -> str:
    files = {"index.html": {**recorded()["files"]["index.html"], "links": 5}}
    return json.dumps({**recorded(), "files": files})


def with_words_that_are_no_text() -> str:
    return json.dumps({**recorded(), "statements": [{**recorded()["statements"][0], "words": 5}]})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="not JSON"),
        pytest.param("[]", id="a list"),
        pytest.param("null", id="null"),
        pytest.param("{}", id="no fields"),
        pytest.param('{"statements": {}, "pages": []}', id="wrong kinds"),
        pytest.param('{"statements": [1], "pages": {}}', id="not statements"),
        pytest.param('{"statements": [], "pages": {"index.html": 5}}', id="not a page"),
        pytest.param('{"statements": [], "pages": {"index.html": [["x-1"]]}}', id="unknown key"),
        pytest.param('{"statements": [], "pages": {"index.html": [[]]}}', id="no key"),
        pytest.param('{"statements": [], "pages": {"index.html": [7]}}', id="a number"),
        pytest.param('{"statements": [], "pages": {"index.html": {"a": 1}}}', id="not a list"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"statements": [], "pages": {"index.html": []}, "files": null}', id="files"),
        pytest.param(
            '{"statements": [], "pages": {"index.html": []}, "files": {"index.html": {}}}',
            id="no hash",
        ),
        # Made when they are asked for: each process of a run collects all tests.
        pytest.param(with_links_that_are_no_list, id="links that are not a list"),
        pytest.param(with_words_that_are_no_text, id="words that are no text"),
    ],
)
def test_a_record_that_is_not_one_is_a_clear_error(
    tmp_path: Path, text: str | Callable[[], str]
) -> None:
    (tmp_path / "index.html").write_text("<p>So.</p>", "utf-8")
    (tmp_path / "record.json").write_text(text if isinstance(text, str) else text(), "utf-8")
    assert failure(tmp_path / "index.html") == (
        f"{tmp_path / 'record.json'} is not the record of a page.",
        RECORD_HINT,
    )


def test_a_page_that_its_record_does_not_know_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "supplied.html").write_text("<p>So.</p>", "utf-8")
    (tmp_path / "record.json").write_text(json.dumps(recorded()), "utf-8")
    assert failure(tmp_path / "supplied.html") == (
        f"{tmp_path / 'record.json'} does not know a page 'supplied.html'.",
        "Name a page as it was published. Archive copies have no record: they are what was "
        "received, not what was reviewed.",
    )


@pytest.mark.parametrize(
    ("name", "make", "why"),
    [
        pytest.param("index.html", lambda _: None, "cannot be read: No such file", id="not there"),
        pytest.param("index.html", Path.mkdir, "cannot be read: Is a directory", id="a folder"),
        pytest.param("in\0.html", lambda _: None, "no file has such a name", id="no name"),
        pytest.param(
            "index.html",
            lambda path: path.write_bytes("<p>So.</p>".encode("utf-16")),
            "is not UTF-8 from byte 0 on, so it is not the page that was written",
            id="not UTF-8",
        ),
        pytest.param("a.json", Path.touch, "is no page: those are HTML and Markdown", id="other"),
        pytest.param("review.html", Path.touch, "is for editors, and nothing records", id="review"),
    ],
)
def test_a_file_that_is_no_page_is_a_clear_error(
    tmp_path: Path, name: str, make: Callable[[Path], Any], why: str
) -> None:
    make(tmp_path / name)
    message, hint = failure(tmp_path / name)
    assert message.startswith(str(tmp_path / name))
    assert why in message
    assert hint


# --- the words of Markdown -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        pytest.param("---\ntitle: Tea\n---\n\nSo.\n", ["So."], id="front matter"),
        pytest.param("So.\n\n---\n\nNo.\n", ["So.", "No."], id="a line is no front matter"),
        pytest.param("# A *b*\n\n## C \\#\n", ["A b", "C #"], id="headings"),
        pytest.param("- **A:** b.\n  C.\n- d\n", ["A: b.", "C.", "d"], id="items"),
        pytest.param("> A.\n>\n> B.\n", ["A.", "B."], id="notices"),
        pytest.param(
            "A.[^a] B.[^b]\n\n[^a]: C.\n[^b]: D.\n", ["A. B.", "C.", "D."], id="footnotes"
        ),
        pytest.param("A.[^z]\n", ["A.[^z]"], id="a mark of no footnote is text"),
        pytest.param("A \\[^a\\].\n\n[^a]: C.\n", ["A [^a].", "C."], id="an escaped mark is text"),
        pytest.param("[so](<https://a.example>)\n", ["so"], id="link"),
        pytest.param("<b>so</b> <!-- so -->\n", ["<b>so</b> <!-- so -->"], id="HTML is text"),
        pytest.param("```text\na\nb\n```\n", ["a", "b"], id="code"),
        pytest.param("| a | b |\n| --- | --- |\n| c | d |\n", ["a | b", "c | d"], id="table"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_the_words_of_markdown_are_what_is_seen(markdown: str, words: list[str]) -> None:
    assert markdown_words(markdown) == words


def test_a_record_reads_again_only_files_that_may_show_something_else() -> None:
    before = record(content(), "tea", exported())
    unread = dict.fromkeys(exported(), Path("no-such-file"))
    assert record(content(), "tea", unread, before=(before, ())) == before
    with pytest.raises(FileNotFoundError):  # this file changed
        record(content(), "tea", unread, before=(before, ["index.html"]))
    statements = content().statements.copy()
    statements["text"] = statements["text"] + " So it is."
    other = replace(content(), statements=statements)
    with pytest.raises(FileNotFoundError):  # what is due on it changed
        record(other, "tea", unread, before=(before, ()))


# --- a source that found otherwise ------------------------------------------------------------


def test_a_source_that_found_otherwise_never_reads_like_one_that_supports() -> None:
    page = exported(contested)["index.html"]
    # Seen before the list is unfolded; of the sentence after it, the source says no such thing.
    assert "<summary>Sources (against: [2])</summary>" in page
    marks = [
        re.sub("<[^>]*>", "", one) for one in re.findall("<li>(Sent.*|<a href=.#s_.*)</li>", page)
    ]
    assert marks == ["Sentence 2: 1 against: 2", "Sentence 3: 2"]
    [line] = [one for one in exported(contested)["index.md"].splitlines() if "It *may* be" in one]
    assert line.strip() == (
        "It *may* be [old](<https://example.org>).[^lee-2020] against:[^roe-2021]"
    )
    [one] = [one for one in recorded(contested)["statements"] if one["against"]]
    assert (one["statement"], one["against"]) == ("green-2", ["roe-2021"])


@pytest.mark.parametrize("name", NAMES)
def test_a_page_on_which_a_source_against_reads_like_support_is_found(name: str) -> None:
    text, said = exported(contested)[name], recorded(contested)
    assert mismatches(name, text, said) == []
    assert text.count("against:") == (2 if name.endswith("html") else 1)
    assert mismatches(name, text.replace("against:", ""), said) != []
    # Who signed the sentence had another finding before them.
    before = {one["statement"]: one["digest"] for one in recorded()["statements"]}
    changed = {one["statement"] for one in said["statements"]} - {
        one["statement"] for one in said["statements"] if before[one["statement"]] == one["digest"]
    }
    assert changed == {"green-2"}


@pytest.mark.parametrize("name", NAMES)
def test_a_record_of_an_older_version_knows_no_sources_against_and_still_holds(name: str) -> None:
    said = json.loads(json.dumps(recorded()))
    for one in said["statements"]:
        del one["against"], one["against_shown"]
    assert mismatches(name, exported()[name], said) == []


@pytest.mark.parametrize("end", ["html", "md"])
def test_a_record_knows_the_help_lines_that_each_section_repeats(end: str) -> None:
    folder = ROOT / "exports" / "ketamine"
    said = json.loads((folder / "record.json").read_bytes())
    keys = [
        key
        for one in said["pages"][f"sections/driving.{end}"]
        if isinstance(one, list)
        for key in one
    ]
    assert keys.index("lede-crisis-1") < keys.index("driving-1")
    assert len(keys) == len(set(keys))
