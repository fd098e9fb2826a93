"""A new version from the supplier: no word lost, none kept unsaid that was withdrawn or changed."""

from __future__ import annotations

import datetime
import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from ketcontent import (
    assemble,
    check,
    read_content,
    read_page,
    sign_off,
    write_content,
)
from ketcontent.approvals.status import signoff_statuses
from ketcontent.cli import main
from ketcontent.editor.deciding import decided
from ketcontent.editor.session import opened, undo, unsaved
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.importing.arrivals import supplier_changes
from ketcontent.importing.marks import supplier_marks
from ketcontent.importing.pairing import alike_texts, same_texts
from ketcontent.markup.citation_marks import without_citations
from ketcontent.markup.inline import inline_plain
from ketcontent.model.content import Content, frame_of
from ketcontent.model.schema import TABLES
from ketcontent.pages.assembly import PageView
from ketcontent.text.normalize import canonical
from tests.importing.test_plain_text import (
    added,
    anew,
    assert_equal,
    blocks,
    current_half,
    cut,
    edited,
    lines_of,
    pages,
    reading,
    row_of,
    shuffled_edit,
    supplied_lines,
    taken_in,
)
from tests.laws import examples

VERSIONS = Path(__file__).parent / "versions"
FIRST, SECOND = (read_page(VERSIONS / f"inhaler-{number}.txt") for number in (1, 2))
EIGHT = "Do not take more than 8 puffs in 24 hours."
SIX = "Do not take more than 6 puffs in 24 hours."


def row_with(content: Content, words: str) -> dict[str, Any]:
    """Return the row whose words were received, now or before."""
    frame = content.statements
    found = frame[(frame["supplied"] == words) | (frame["supplier_was"] == words)]
    assert len(found) == 1
    return dict(found.iloc[0].to_dict())


def with_source(content: Content) -> Content:
    row = {"source": "roe-2020", "type": "article-journal", "title": "Puffs"}
    return added(content, "sources", **row)


def signed(content: Content, statement: str) -> Content:
    if content.people.empty:
        content = replace(
            content,
            people=frame_of(
                "people", [{"person": "ada", "name": "Ada", "conflicts": "none"}], content
            ),
        )
    policies = [{"kind": "advice", "capacity": "editorial"}]
    content = replace(content, policies=frame_of("policies", policies, content))
    day = datetime.date(2026, 11, 1)
    return sign_off(content, "page", statement, person="ada", capacity="editorial", signed_on=day)


def vouched(content: Content, words: str, *, cited: bool = True) -> tuple[Content, str]:
    """Return a content in which a sentence has a kind, a grade, evidence and a sign-off."""
    key = row_with(content, words)["statement"]
    content = with_source(content)
    graded = {"kind": "advice", "certainty": "high", "certainty_reasons": "The label says so."}
    content = edited(content, key, **graded)
    if cited:
        content = edited(content, key, text=f"{words} [@roe-2020]")
    evidence = {"source": "roe-2020", "role": "supports", "finding": "It says so."}
    content = added(content, "evidence", statement=key, **evidence)
    return signed(content, key), key


def states(content: Content, key: str) -> set[str]:
    return {
        one.state for one in signoff_statuses(PageView(content, "page")) if one.statement == key
    }


def supplier_rules(content: Content) -> dict[str, str]:
    found = check(content, ["page"])
    return {one.key: one.rule for one in found if one.rule.startswith("supplier-")}


def is_valid(content: Content) -> bool:
    with TemporaryDirectory() as folder:
        write_content(content, folder)
        assert_equal(read_content(folder), content)  # which refuses tables with a fault
        return True


# --- the scenes ------------------------------------------------------------------------------


@pytest.mark.parametrize("cited", [True, False], ids=["cited", "without the mark"])
def test_a_dose_that_was_signed_and_that_the_supplier_changed_waits_for_an_editor(
    cited: bool,
) -> None:
    before, key = vouched(taken_in(FIRST), EIGHT, cited=cited)
    assert states(before, key) == {"valid"}
    after = anew(before, SECOND)
    assert is_valid(after)
    printed = assemble(after, "page").to_text()
    assert "8 puffs" in printed
    assert "6 puffs" not in printed
    assert states(after, key) == {"stale"}
    row = row_of(after, key)
    assert (row["supplied"], row["supplier_was"]) == (SIX, EIGHT)
    assert (row["supplier_change"], row["supplier_decision"]) == ("changed", "")
    assert supplier_rules(after)[f"page/{key}"] == "supplier-changed"
    assert check(after, ["page"]).has_errors
    kept = ("kind", "certainty", "certainty_reasons", "text", "section", "block", "position")
    assert {name: row[name] for name in kept} == {name: row_of(before, key)[name] for name in kept}
    assert_frame_equal(after.evidence, before.evidence)
    assert_frame_equal(after.signoffs, before.signoffs)


def test_a_sentence_that_the_supplier_cut_stays_and_says_so() -> None:
    after = anew(taken_in(FIRST), SECOND)
    row = row_with(after, "A few people get a fast heartbeat.")
    assert (row["supplier_change"], row["supplier_decision"], row["supplied"]) == (
        "withdrawn",
        "",
        "",
    )
    assert supplier_rules(after)[f"page/{row['statement']}"] == "supplier-withdrawn"
    assert "fast heartbeat" in assemble(after, "page").to_text()
    assert "fast heartbeat" not in assemble(after, "page", edition="supplied").to_text()


def test_what_nobody_has_worked_on_follows_the_supplier_and_says_so() -> None:
    after = anew(taken_in(FIRST), SECOND)
    row = row_with(after, SIX)
    assert (row["text"], row["supplier_was"], row["supplier_decision"]) == (SIX, EIGHT, "followed")
    assert reading(after, "storage") == [
        "Do not pierce the can.",
        "Keep the inhaler below 30 degrees.",
    ]


def test_a_sentence_that_changed_by_one_word_keeps_its_key_and_all_that_stands_on_it() -> None:
    content = taken_in(FIRST)
    keys = content.statements["statement"].tolist()
    for words in content.statements["supplied"].tolist():
        before, key = vouched(content, words)
        other = f"{words.rsplit(' ', 1)[0]} otherwise."
        after = anew(before, FIRST.replace(words, other))
        assert row_of(after, key)["supplied"] == other
        for name in ("kind", "certainty", "certainty_reasons", "text"):
            assert row_of(after, key)[name] == row_of(before, key)[name]
        assert after.statements["statement"].tolist() == keys
        assert states(after, key) == {"stale"}


def test_the_import_says_what_happened_with_each_row_and_its_redline(tmp_path: Path) -> None:
    before, _ = vouched(taken_in(FIRST), EIGHT)
    write_content(before, tmp_path / "data")
    words = ["import", str(VERSIONS / "inhaler-2.txt"), "--document", "page", "--replace"]
    words += ["--data", str(tmp_path / "data")]
    looked = CliRunner().invoke(main, words)
    assert looked.exit_code == 0
    assert_equal(read_content(tmp_path / "data"), before)
    words.append("--yes")
    done = CliRunner().invoke(main, words)
    assert done.output in looked.output
    assert "Nothing is written yet. Add --yes to write it." in looked.output
    assert done.output == (VERSIONS / "inhaler.import").read_text("utf-8")
    again = CliRunner().invoke(main, words)
    assert again.output.startswith("page: 7 same, 0 moved, 0 changed, 0 added, 0 withdrawn;")


# --- what becomes of a row -------------------------------------------------------------------


def test_an_edit_that_says_what_the_supplier_says_now_needs_no_decision() -> None:
    before, key = vouched(taken_in(FIRST), EIGHT)
    before = signed(edited(before, key, text=f"{SIX} [@roe-2020]"), key)
    after = anew(before, SECOND)
    assert row_of(after, key)["supplier_decision"] == "agreed"
    assert states(after, key) == {"valid"}


def test_the_first_version_again_is_as_if_nothing_had_happened() -> None:
    before, key = vouched(taken_in(FIRST), EIGHT)
    after = anew(anew(before, SECOND), FIRST)
    assert current_half(after, key) == current_half(before, key)
    assert states(after, key) == {"valid"}
    assert supplier_rules(after) == {}
    assert assemble(after, "page").to_text() == assemble(before, "page").to_text()


def test_a_sentence_that_an_editor_cut_and_the_supplier_changed_waits() -> None:
    before = taken_in(FIRST)
    key = row_with(before, EIGHT)["statement"]
    after = anew(cut(before, key), SECOND)
    assert (row_of(after, key)["text"], row_of(after, key)["supplier_change"]) == ("", "changed")
    assert supplier_rules(after)[f"page/{key}"] == "supplier-changed"


def test_a_sentence_that_both_cut_is_no_question() -> None:
    before = taken_in(FIRST)
    key = row_with(before, "A few people get a fast heartbeat.")["statement"]
    after = anew(cut(before, key), SECOND)
    assert row_of(after, key)["supplier_decision"] == "agreed"
    assert key in set(after.statements["statement"])
    assert row_of(anew(after, FIRST), key)["text"] == ""


def test_a_sentence_that_the_supplier_took_over_from_an_editor_stands_once() -> None:
    own = "Breathe out before each puff."
    before = edited(taken_in(FIRST), "risks-1", text=own)
    after = anew(before, FIRST.replace("Some people get a sore throat.", own))
    assert (row_of(after, "risks-1")["supplied"], supplier_rules(after)) == (own, {})
    assert assemble(after, "page").to_text().count(own) == 1


def test_a_title_and_a_heading_that_nobody_edited_follow_and_others_wait() -> None:
    second = FIRST.replace("Asthma inhalers", "Inhalers").replace("Risks", "Side effects")
    after = anew(taken_in(FIRST), second)
    assert assemble(after, "page").title == "Inhalers"
    assert supplier_rules(after) == {}
    named = taken_in(FIRST)
    named = replace(
        named,
        documents=named.documents.assign(title="Your inhaler"),
        sections=named.sections.replace({"heading": {"Risks": "Harms"}}),
    )
    after = anew(named, second)
    assert assemble(after, "page").title == "Your inhaler"
    assert [one.heading for one in assemble(after, "page")][1] == "Harms"
    assert supplier_rules(after) == {"page": "supplier-changed", "page/risks": "supplier-changed"}


def test_a_label_that_an_editor_changed_and_the_supplier_too_waits() -> None:
    text = "Tea\nUses\n- Green: It is mild.\n- Black: It is strong.\n"
    before = edited(taken_in(text), "black-1", label="Dark")
    after = anew(before, text.replace("Black:", "Strong:").replace("Green:", "Light:"))
    assert blocks(after, "uses") == ["Light: It is mild.", "Dark: It is strong."]
    assert supplier_rules(after) == {"page/black-1": "supplier-changed"}


def test_a_paragraph_that_is_made_a_notice_is_one_unless_an_editor_changed_it() -> None:
    text = "Tea\nUses\nIt wakes.\nHarms\nIt stains teeth. It may burn.\n"
    second = text.replace("Harms\n", "Warning\n")
    after = anew(taken_in(text), second)
    assert {block.form for block in assemble(after, "page").section("harms").blocks} == {"notice"}
    listed = edited(edited(taken_in(text), "harms-1", form="item"), "harms-2", form="item")
    after = anew(listed, second)
    assert {block.form for block in assemble(after, "page").section("harms").blocks} == {"item"}
    assert supplier_rules(after) == dict.fromkeys(
        ("page/harms-1", "page/harms-2"), "supplier-changed"
    )
    assert str(supplier_marks(after, "page")[-1]) == (
        "The supplier now sets this as a notice, and no longer as a paragraph."
    )


def test_what_the_supplier_moved_stays_where_an_editor_put_it() -> None:
    before = edited(taken_in(FIRST), "storage-1", section="risks", block=9, position=99)
    after = anew(before, SECOND)
    assert reading(after, "risks")[-1] == "Keep the inhaler below 30 degrees."


def test_a_section_that_went_into_another_one_leaves_the_page_and_can_come_back() -> None:
    second = FIRST.replace("Storage\n\n", "")
    after = anew(taken_in(FIRST), second)
    assert [one.section for one in assemble(after, "page")] == ["about-dose", "risks"]
    assert reading(after, "risks")[-1] == "Do not pierce the can."
    back = anew(after, FIRST)
    assert assemble(back, "page").to_text() == assemble(taken_in(FIRST), "page").to_text()


def test_a_section_that_was_withdrawn_and_that_something_stands_in_waits() -> None:
    second = FIRST[: FIRST.index("Storage")]
    after = anew(taken_in(FIRST), second)
    assert supplier_rules(after) == dict.fromkeys(
        ("page/storage", "page/storage-1", "page/storage-2"), "supplier-withdrawn"
    )


def test_a_decision_cannot_be_waived() -> None:
    after = anew(taken_in(FIRST), SECOND)
    row = {"table": "statements", "row": "page/risks-2", "rule": "supplier-withdrawn"}
    waiver = {**row, "reason": "Later.", "until": "2099-01-01"}
    waived = replace(after, waivers=frame_of("waivers", [waiver], after))
    rules = {one.rule for one in check(waived, ["page"])}
    assert {"supplier-withdrawn", "waiver-of-a-decision"} <= rules


# --- an editor decides -----------------------------------------------------------------------


def settled(content: Content, statement: str, choice: str, words: str = "") -> Content:
    session = decided(
        opened(content, "page"),
        "statements",
        ("page", statement),
        choice,
        reason="Asked them.",
        words=words,
    )
    assert unsaved(undo(session)) == ()
    assert is_valid(session.content)
    return session.content


def test_theirs_takes_their_words_and_keeps_what_is_cited() -> None:
    before, key = vouched(taken_in(FIRST), EIGHT)
    after = settled(anew(before, SECOND), key, "theirs")
    row = row_of(after, key)
    assert row["text"] == f"{SIX} [@roe-2020]"
    assert (row["supplier_decision"], row["supplier_reason"]) == ("theirs", "Asked them.")
    assert f"page/{key}" not in supplier_rules(after)
    assert states(after, key) == {"stale"}
    assert states(edited(after, key, text=f"{EIGHT} [@roe-2020]"), key) == {"stale"}
    assert states(signed(after, key), key) == {"valid"}


def test_ours_keeps_our_words_which_must_be_signed_again() -> None:
    before, key = vouched(taken_in(FIRST), EIGHT)
    waiting = anew(before, SECOND)
    with pytest.raises(KetcontentError, match="nobody has decided about it yet"):
        signed(waiting, key)
    after = settled(waiting, key, "ours")
    assert row_of(after, key)["text"] == f"{EIGHT} [@roe-2020]"
    assert states(after, key) == {"stale"}
    assert states(signed(after, key), key) == {"valid"}
    assert_equal(anew(after, SECOND), after)


def test_anew_writes_other_words() -> None:
    before, key = vouched(taken_in(FIRST), EIGHT)
    after = settled(anew(before, SECOND), key, "anew", "Ask how many puffs are too many.")
    assert row_of(after, key)["text"] == "Ask how many puffs are too many."
    assert f"page/{key}" not in supplier_rules(after)


def test_theirs_cuts_what_was_withdrawn_and_ours_keeps_it() -> None:
    after = anew(taken_in(FIRST), SECOND)
    gone, kept = (settled(after, "risks-2", choice) for choice in ("theirs", "ours"))
    assert reading(gone, "risks") == [
        "Some people get a sore throat.",
        "Tell your doctor if this happens.",
    ]
    assert len(reading(kept, "risks")) == 3
    assert supplier_rules(gone) == supplier_rules(kept) == {}
    again = anew(gone, FIRST)
    assert supplier_rules(again) == {"page/risks-2": "supplier-changed"}
    assert len(reading(settled(again, "risks-2", "theirs"), "risks")) == 3


def test_a_heading_and_a_title_are_decided_too() -> None:
    content = taken_in(FIRST)
    content = replace(content, documents=content.documents.assign(title="Your inhaler"))
    second = FIRST[: FIRST.index("Storage")].replace("Asthma inhalers", "Inhalers")
    session = opened(anew(content, second), "page")
    session = decided(session, "documents", ("page",), "theirs", reason="Shorter.")
    with pytest.raises(KetcontentError, match="cannot go while sentences stand in it"):
        decided(session, "sections", ("page", "storage"), "theirs", reason="Gone.")
    for key in ("storage-1", "storage-2"):
        session = decided(session, "statements", ("page", key), "theirs", reason="Gone.")
    session = decided(session, "sections", ("page", "storage"), "theirs", reason="Gone.")
    page = assemble(session.content, "page")
    assert (page.title, [one.section for one in page]) == ("Inhalers", ["about-dose", "risks"])
    assert supplier_rules(session.content) == {}
    assert is_valid(session.content)


def test_a_decision_needs_a_reason_and_something_to_decide() -> None:
    session = opened(anew(taken_in(FIRST), SECOND), "page")
    gone = ("page", "risks-2")
    with pytest.raises(KetcontentError, match="It is not said why 'page/risks-2' is decided so"):
        decided(session, "statements", gone, "ours", reason=" ")
    with pytest.raises(KetcontentError, match="no words to write 'page/risks-2' anew"):
        decided(session, "statements", gone, "anew", reason="Because.")
    with pytest.raises(KetcontentError, match="did nothing to 'page/risks-1'"):
        decided(session, "statements", ("page", "risks-1"), "ours", reason="Because.")
    with pytest.raises(UnknownName, match="No choice 'mine'"):
        decided(session, "statements", gone, "mine", reason="Because.")
    with pytest.raises(UnknownName, match="No statement 'page/risk-2'"):
        decided(session, "statements", ("page", "risk-2"), "ours", reason="Because.")


def test_a_decision_can_be_typed(tmp_path: Path) -> None:
    write_content(anew(taken_in(FIRST), SECOND), tmp_path)

    def said(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["decide", "page", *words, "--data", str(tmp_path)])
        return result.exit_code, result.output

    both = said("risks-2", "--ours", "--anew", "It may race.", "--reason", "Asked them.")
    assert both[0] == 2
    assert "Give one of --theirs, --ours and --anew WORDS." in both[1]
    assert said("risks-2", "--anew", "It may race.", "--reason", "Asked them.") == (
        0,
        "Write anew: risks-2.\n",
    )
    assert supplier_rules(read_content(tmp_path)) == {}


def test_a_title_that_was_sent_and_taken_back_leaves_no_mark() -> None:
    untitled = "Dose.\n\nTake it daily.\n"
    content = taken_in(untitled)
    documents = content.documents.copy()
    documents["title"] = "My name"
    content = replace(content, documents=documents)
    sent = anew(content, f"New title\n\n{untitled}")
    assert sent.documents["supplier_change"].tolist() == ["changed"]
    back = anew(sent, untitled)
    assert back.documents["supplier_change"].tolist() == [""]
    assert back.documents["title"].tolist() == ["My name"]


def leaflet(can: str, must_not: str) -> str:
    return f"Leaflet\n\nWho can take it\n\n{can}\n\nWho must not take it\n\n{must_not}\n"


PREGNANT = "Women who are pregnant."
ASKED = leaflet(f"Adults over 18. {PREGNANT}", "Children under 12.")
SILENT = leaflet("Adults over 18.", "Children under 12.")
WARNED = leaflet("Adults over 18.", f"Children under 12. {PREGNANT}")


@pytest.mark.parametrize("choice", ["", "ours", "theirs"])
def test_a_sentence_that_comes_back_under_another_heading_stands_there(choice: str) -> None:
    content = anew(taken_in(ASKED), SILENT)
    [key] = content.statements.loc[content.statements["supplier_was"] == PREGNANT, "statement"]
    if choice:
        session = opened(content, "page")
        content = decided(session, "statements", ("page", key), choice, reason="x").content
    content = anew(content, WARNED)
    row = row_of(content, key)
    if choice == "theirs":  # it was cut: an editor takes it again
        assert pd.isna(row["position"])
        session = opened(content, "page")
        content = decided(session, "statements", ("page", key), "theirs", reason="x").content
        row = row_of(content, key)
    assert row["section"] == row["supplied_section"] == "who-must-not-take-it"
    assert pd.notna(row["position"])


def test_a_sentence_of_a_withdrawn_section_comes_back_where_it_is_received() -> None:
    safe = "L\n\nSafe with\n\nMilk. Aspirin is fine to use.\n\nOther\n\nStop.\n"
    gone = "L\n\nOther\n\nStop.\n"
    never = f"{gone}\nNever with\n\nAspirin is fine to use.\n"
    content = anew(anew(taken_in(safe), gone), never)
    [row] = [
        row
        for row in content.statements.to_dict("records")
        if row["text"] == "Aspirin is fine to use."
    ]
    assert row["section"] == row["supplied_section"] == "never-with"


# --- laws ------------------------------------------------------------------------------------

SENTENCES = [
    "Take two puffs twice a day.",
    "Do not take more than 8 puffs in 24 hours.",
    "Rinse your mouth after use.",
    "Some people get a sore throat.",
    "A few people get a fast heartbeat.",
    "Tell your doctor if this happens.",
    "Keep the inhaler below 30 degrees.",
    "Do not pierce the can.",
    "The dose counter shows what is left.",
    "Children need a spacer.",
    "Yes.",
    "It is *new* & <b>old</b>.",
    "Form: a can",
]
HEADINGS = ["About dose", "Risks", "Storage", "Warning:", "Questions"]


@st.composite
def plain_pages(draw: st.DrawFn) -> list[tuple[str, list[list[str]]]]:
    """A page: headings, each with paragraphs of sentences; one that starts with ``- `` an item."""
    sentences = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3)
    sections = st.tuples(st.sampled_from(HEADINGS), st.lists(sentences, min_size=1, max_size=3))
    return draw(st.lists(sections, min_size=1, max_size=4))


def text_of(page: list[tuple[str, list[list[str]]]]) -> str:
    parts = ["Asthma inhalers"]
    for heading, paragraphs in page:
        parts += [heading, *(" ".join(paragraph) for paragraph in paragraphs)]
    return "\n\n".join(parts) + "\n"


def next_version(
    page: list[tuple[str, list[list[str]]]], chance: random.Random
) -> list[tuple[str, list[list[str]]]]:
    """Return a version of a page: words changed, sentences cut, added and moved, headings too."""
    sections = []
    spare: list[str] = []
    for heading, paragraphs in page:
        if chance.random() < 0.1:
            continue
        after = []
        for paragraph in paragraphs:
            words = []
            for sentence in paragraph:
                fate = chance.random()
                if fate < 0.1:
                    continue
                if fate < 0.2:
                    spare.append(sentence)
                    continue
                if fate < 0.4:
                    parts = sentence.split(" ")
                    parts[chance.randrange(len(parts))] = chance.choice(["never", "6", "often"])
                    sentence = " ".join(parts)
                words.append(sentence)
                if spare and chance.random() < 0.5:
                    words.append(spare.pop())
                if chance.random() < 0.1:
                    words.append(chance.choice(SENTENCES))
            after.append(words or ["It is new."])
        sections.append((chance.choice([heading] * 4 + HEADINGS), after))
    if chance.random() < 0.3:
        chance.shuffle(sections)
    return sections or [("Risks", [["It is new."]])]


def worked_over(content: Content, chance: random.Random) -> Content:
    """Return a content that editors have moved, cut, reworded, cited, graded and signed in."""
    if chance.random() < 0.5:
        content = shuffled_edit(content, chance.randrange(10_000))
    content = with_source(content)
    people = [{"person": "ada", "name": "Ada", "conflicts": "none"}]
    content = replace(content, people=frame_of("people", people, content))
    for key in content.statements["statement"].tolist():
        row = row_of(content, key)
        fate = chance.random()
        if pd.isna(row["position"]) or fate < 0.5:
            continue
        if fate < 0.6:
            content = cut(content, key) if row["supplied"] else content
        elif fate < 0.7:
            content = edited(content, key, text="Other words of ours.")
        elif fate < 0.8:
            text = f"{row['text']} [@roe-2020]"
            content = edited(content, key, text=text, kind="advice", certainty="high")
            evidence = {"source": "roe-2020", "role": "supports", "finding": "Yes."}
            content = added(content, "evidence", statement=key, **evidence)
        elif fate < 0.9:
            content = signed(content, key)
        else:
            content = edited(content, key, kind="risk")
    return content


def plain(text: str) -> str:
    return canonical(inline_plain(without_citations(text)))


def assert_nothing_stands_unmarked(before: Content, after: Content) -> None:
    """No current sentence whose supplied words were withdrawn or changed stands without a mark."""
    rows = {row["statement"]: row for row in after.statements.to_dict("records")}
    for row in before.statements.to_dict("records"):
        now = rows[row["statement"]]
        shown = pd.notna(now["position"])
        if row["supplied"] and canonical(row["supplied"]) != canonical(now["supplied"]) and shown:
            back = canonical(now["supplied"]) == canonical(row["supplier_was"])
            assert now["supplier_change"] or back
            if not now["supplier_decision"] and not back:
                assert now["text"] == row["text"]
            if now["supplier_decision"] in ("followed", "agreed"):
                assert plain(now["text"]) == canonical(now["supplied"])


def assert_keys_stay_with_their_words(before: Content, after: Content) -> None:
    """A key of a version before names what it named, or something that is like it."""
    assert set(before.statements["statement"]) <= set(after.statements["statement"])
    assert set(before.sections["section"]) <= set(after.sections["section"])
    for row in before.statements.to_dict("records"):
        now = canonical(row_of(after, row["statement"])["supplied"])
        was = [canonical(row["supplied"]), canonical(row["supplier_was"]), plain(row["text"])]
        if now and now not in was:
            like = [one for one in was if one and alike_texts([one], [now], {}) == {0: 0}]
            assert like


@pytest.mark.slow
@settings(max_examples=examples(25))
@given(plain_pages(), st.integers(0, 10_000))
def test_a_version_loses_no_word_leaves_nothing_unmarked_and_nothing_dangling(
    page: list[tuple[str, list[list[str]]]], seed: int
) -> None:
    chance = random.Random(seed)
    content = worked_over(taken_in(text_of(page)), chance)
    for _ in range(2):
        page = next_version(page, chance)
        text = text_of(page)
        after = anew(content, text)
        assert supplied_lines(after) == lines_of(text)
        assert_equal(anew(after, text), after)
        assert_nothing_stands_unmarked(content, after)
        assert_keys_stay_with_their_words(content, after)
        for table in set(TABLES) - {"documents", "sections", "statements"}:
            assert_frame_equal(getattr(after, table), getattr(content, table))
        content = after
    assert is_valid(content)


@settings(max_examples=examples(25))
@given(plain_pages(), st.integers(0, 10_000))
def test_a_page_that_nobody_edits_says_each_sentence_where_the_supplier_says_it(
    page: list[tuple[str, list[list[str]]]], seed: int
) -> None:
    chance = random.Random(seed)
    content = taken_in(text_of(page))
    first = page
    for _ in range(3):
        page = chance.choice([first, next_version(page, chance)])
        content = anew(content, text_of(page))
        for row in content.statements.to_dict("records"):
            if row["supplied"] and pd.notna(row["position"]):
                assert row["section"] == row["supplied_section"]


@settings(max_examples=examples(25))
@given(plain_pages(), st.integers(0, 10_000))
def test_no_sign_off_counts_for_what_waits_for_a_decision(
    page: list[tuple[str, list[list[str]]]], seed: int
) -> None:
    chance = random.Random(seed)
    before = worked_over(taken_in(text_of(page)), chance)
    after = anew(before, text_of(next_version(page, chance)))
    open_ = {
        one.key.split("/")[-1]
        for one in supplier_marks(after, "page")
        if one.undecided and one.table == "statements"
    }
    for one in signoff_statuses(PageView(after, "page")):
        assert one.state != "valid" or one.statement not in open_


@settings(max_examples=examples(25))
@given(plain_pages(), st.integers(0, 10_000))
def test_a_version_and_the_one_before_it_again_lose_nothing(
    page: list[tuple[str, list[list[str]]]], seed: int
) -> None:
    chance = random.Random(seed)
    first, second = text_of(page), text_of(next_version(page, chance))
    before = worked_over(taken_in(first), chance)
    after = anew(anew(before, second), first)
    assert supplied_lines(after) == lines_of(first)
    rows = {row["statement"]: row for row in after.statements.to_dict("records")}
    for row in before.statements.to_dict("records"):
        now = rows[row["statement"]]
        for name in ("kind", "certainty", "certainty_reasons", "topics", "notice"):
            assert now[name] == row[name]
        readings = [plain(now["text"])]
        if now["supplier_change"]:
            readings += [canonical(now["supplied"]), canonical(now["supplier_was"])]
        assert plain(row["text"]) in readings
    assert set(before.signoffs["signoff"]) == set(after.signoffs["signoff"])
    assert is_valid(after)


@pytest.mark.slow
@settings(max_examples=examples(15))
@given(pages(), pages(), st.integers(0, 10_000))
def test_any_page_can_follow_any_other_and_be_followed_by_it(
    first: str, second: str, seed: int
) -> None:
    before = worked_over(taken_in(first), random.Random(seed))
    after = anew(before, second)
    assert supplied_lines(after) == lines_of(second)
    assert_nothing_stands_unmarked(before, after)
    back = anew(after, first)
    assert supplied_lines(back) == lines_of(first)
    assert_equal(anew(back, first), back)
    assert is_valid(back)


@settings(max_examples=examples(100))
@given(st.lists(st.sampled_from(SENTENCES)), st.lists(st.sampled_from(SENTENCES)))
def test_each_sentence_is_paired_once_and_the_same_words_first(
    was: list[str], now: list[str]
) -> None:
    same = same_texts(was, now)
    pairs = alike_texts(was, now, same)
    assert same.items() <= pairs.items()
    assert len(set(pairs.values())) == len(pairs)
    assert all(was[old] == now[new] for new, old in same.items())
    for text in set(was):
        assert sum(now[new] == text for new in same) == min(was.count(text), now.count(text))


def test_the_changes_are_those_between_the_two_versions() -> None:
    before, after = taken_in(FIRST), anew(taken_in(FIRST), SECOND)
    arrival = supplier_changes(before, after, "page")
    kinds = [one.change for one in arrival.changes if one.table == "statements"]
    assert sorted(kinds) == ["changed", "moved", *["same"] * 5, "withdrawn"]


def test_a_redline_says_what_the_supplier_did(tmp_path: Path) -> None:
    before, _ = vouched(taken_in(FIRST), EIGHT)
    write_content(anew(before, SECOND), tmp_path)
    said = CliRunner().invoke(main, ["redline", "page", "--data", str(tmp_path)]).output
    assert said == (
        "about-dose/about-dose-2: reworded\n"
        "    Do not take more than [-6 -]{+8 +}puffs in 24 hours.\n"
        "    answer: kept, when it was last answered\n"
        "    The supplier changed this: Do not take more than [-8 -]{+6 +}puffs in 24 hours. "
        "(to decide)\n"
        "risks/risks-2: kept\n"
        "    {+A few people get a fast heartbeat.+}\n"
        "    The supplier withdrew this. (to decide)\n"
    )
