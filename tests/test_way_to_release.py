"""From a draft to a released page, as each person walks it with the commands and the workbench.

Ed writes and Fay edits with him; Cy, a nurse, gets packets in Word and signs with her key; Lou is
the lay reader, in the workbench. All are people of this test alone.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from ketcontent import read_content, write_content
from ketcontent.cli import main
from ketcontent.editor.workbench import Workbench
from ketcontent.model.content import Content, frame_of
from tests.approvals.test_signatures import BO, PASSPHRASE, SPACE, protected, written
from tests.conftest import ROOT, build_with, read_shipped
from tests.packets.made import File

pytestmark = pytest.mark.slow  # signs, releases and builds a page

TEA = """\
Tea
Description
Green tea is a drink.
Before you drink it
Let it cool before you drink it. Ask somebody about your medicines. Keep leaves dry.
"""

KINDS = {
    "description-1": "background",
    "before-you-drink-it-1": "advice",
    "before-you-drink-it-2": "advice",
    "before-you-drink-it-3": "advice",
}
COOL, ASK, DRY = (f"before-you-drink-it-{number}" for number in (1, 2, 3))

PEOPLE = {
    "ed": {"name": "Ed Elm"},
    "fay": {"name": "Fay Fir"},
    "cy": {"name": "Cy Oak", "profession": "nurse", "credential": "RN"},
    "lou": {"name": "Lou Ash"},
}

ADDRESS = "https://example.org/health/"


@dataclass(frozen=True)
class Way:
    """What was seen on the way."""

    project: Path
    said: dict[str, str]
    """What each step printed."""
    tables: dict[str, Content]
    """The tables after some steps."""

    def exported(self, file: str) -> str:
        return (self.project / "released" / file).read_text("utf-8")


def with_the_team(content: Content) -> Content:
    """Who is who, what kind each sentence is, and that clinical approval of advice needs a key."""
    people = [{"person": key, "conflicts": "none", **said} for key, said in PEOPLE.items()]
    key = {"signing_key": "cy-1", "person": "cy", "public_key": BO.public, "namespace": SPACE}
    key |= {"valid_from": "2026-01-01"}
    policies, kinds = content.policies.copy(), content.statements["statement"].map(KINDS)
    asked = (policies["kind"] == "advice") & (policies["capacity"] == "clinical")
    policies.loc[asked, "signature"] = "required"
    return replace(
        content,
        people=frame_of("people", people, content),
        signing_keys=frame_of("signing_keys", [key], content),
        site=frame_of("site", [{"address": ADDRESS, "name": "Health"}], content),
        statements=content.statements.assign(kind=kinds, author="ed"),
        policies=policies,
    )


@pytest.fixture(scope="module")
def way(executor: Any, tmp_path_factory: pytest.TempPathFactory) -> Way:
    """The way, walked once."""
    folder = tmp_path_factory.mktemp("way")
    project = folder / "project"
    way = Way(project, {}, {})
    data = project / "data"

    def run(step: str, *words: object, typed: str = "", status: int = 0) -> None:
        result = CliRunner().invoke(main, [*map(str, words)], input=typed)
        way.said[step] = result.output
        assert result.exit_code == status, result.output

    def at(*words: object) -> tuple[object, ...]:
        return *words, "--data", data

    def ask(workbench: Workbench, verb: str, **given: Any) -> dict[str, Any]:
        answer = workbench.answer({"id": "q", "do": verb, **given})
        assert "error" not in answer, answer["error"]
        return dict(answer)

    def packet(step: str, fill_in: Callable[[File], None], *words: str) -> Path:
        asked = folder / f"{step}.docx"
        words = ("--for", "cy", "--capacity", "clinical", "--output", str(asked), *words)
        run(step, *at("packet", "tea", *words))
        file = File(asked.read_bytes())
        fill_in(file)
        return file.save(folder, f"{step}, filled in.docx")

    # Ed takes the page in. The team, what kind each sentence is, and Cy's key are entered.
    run("init", "init", project)
    (folder / "tea.txt").write_text(TEA, "utf-8")
    run("import", *at("import", folder / "tea.txt", "--yes"))
    write_content(with_the_team(read_content(data)))
    private = written(folder / "signoff", BO.private, protected())
    signed = ("--as", "cy", "--key", private, "--yes")

    run("not ready", *at("check", "tea", "--release"), status=1)

    # Cy gets the page in Word: one yes, one word put right, one wish; Fay and Ed read what came.
    def first_answers(file: File) -> None:
        file.answer_cover("Your name", "Cy Oak")
        file.write(COOL, 3, "yes")
        file.track(ASK, 1, "Ask a nurse about your medicines.", "Cy Oak")
        file.write(DRY, 3, "change")
        file.write(DRY, 4, "Say where.")

    back = packet("packet", first_answers)
    run("received without a key", *at("receive", back, "--as", "cy", "--yes"))
    run("received", *at("receive", back, *signed), typed=PASSPHRASE)
    run("discussion", *at("discussion", "tea"))
    [proposal, wish] = re.findall(r"\b[pc]-[0-9a-f]{16}\b", way.said["discussion"])
    run("accepted", *at("settle", proposal, "--accept", "--by", "fay"))
    bench = Workbench("tea", data=str(data))
    ask(
        bench,
        "edit",
        statement=DRY,
        cells={
            "text": "Keep leaves dry, in a tin.",
            "answer": "reworded",
            "answer_reason": "It says where now.",
        },
    )
    ask(bench, "save")
    run("settled", *at("settle", wish, "--by", "ed", "--say", "In a tin, it says now."))
    way.tables["decided"] = read_content(data)

    # What was changed is asked again, and no more than that; Cy says yes to all.
    def second_answers(file: File) -> None:
        for key in (ASK, DRY):
            file.write(key, 3, "yes")

    back = packet("second packet", second_answers, "--only", "open")
    run("received again", *at("receive", back, *signed), typed=PASSPHRASE)

    # Fay signs as editor with the command, Lou as lay reader in the workbench.
    fay = ("sign", "tea", "--person", "fay", "--capacity", "editorial")
    run("signed by Fay", *at(*fay), typed="a\n" * 8)
    bench = Workbench("tea", data=str(data))
    for key in (COOL, ASK, DRY):
        ask(bench, "sign", statement=key, person="lou", capacity="lay", verdict="approved")

    build_with(executor, project, editions=("current",), release=True)
    shutil.copytree(project / "exports", project / "released")
    way.tables["released"] = read_content(data)

    # A word is changed, and nobody has approved it.
    ask(bench, "edit", statement=COOL, cells={"text": "Let it cool before you sip it."})
    ask(bench, "save")
    build_with(executor, project, editions=("current",))
    return way


def test_a_yes_that_needs_a_signature_is_not_taken_without_one_and_says_how(way: Way) -> None:
    assert (
        f"Not signed: {COOL}: A clinical sign-off to '{COOL}' counts only with a signature. "
        "Sign with your own key: " in way.said["received without a key"]
    )
    assert "New rows: 1 sign-off, 0 proposals, 0 comments." in way.said["received"]


def test_what_came_back_is_listed_with_how_to_decide_about_it(way: Way) -> None:
    listed = re.sub(r"\b([pc])-[0-9a-f]{16}", r"\1-…", way.said["discussion"])
    assert (
        listed
        == f"""\
{ASK}
    p-… by Cy Oak (text): Ask [-somebody -]{{+a nurse +}}about your medicines.
{DRY}
    c-… by Cy Oak: Say where.

1 proposal and 1 comment open. To decide: ketcontent settle KEY … --by ID, of a proposal with \
--accept, --words WORDS or --refuse.
"""
    )
    assert "ketcontent discussion tea" in way.said["received without a key"]


def test_a_proposal_that_is_accepted_is_on_the_page_and_its_row_tells_whose_words_they_are(
    way: Way,
) -> None:
    content = way.tables["decided"]
    [row] = content.rows("proposals")
    assert (row["person"], row["decision"], row["decided_by"]) == ("cy", "accepted", "fay")
    [sentence] = [one for one in content.rows("statements") if one["statement"] == ASK]
    assert sentence["text"] == row["taken"] == "Ask a nurse about your medicines."
    # Who put one word right did not write the sentence, and may approve it.
    assert (sentence["author"], sentence["answer"]) == ("ed", "reworded")
    assert sentence["answer_reason"] == "As Cy Oak proposed in a review."
    assert "It waits for these sign-offs: editorial, clinical, lay." in way.said["accepted"]


def test_a_wish_of_the_reviewer_is_a_comment_that_an_editor_answers_and_settles(way: Way) -> None:
    wish, answer = way.tables["decided"].rows("comments")
    if wish["reply_to"]:
        wish, answer = answer, wish
    assert (wish["text"], wish["person"], wish["resolved_by"]) == ("Say where.", "cy", "ed")
    assert (answer["text"], answer["person"]) == ("In a tin, it says now.", "ed")


def test_the_second_packet_asks_what_was_changed_alone(way: Way) -> None:
    assert "3 sentences to answer" in way.said["packet"]
    assert "2 sentences to answer" in way.said["second packet"]
    assert "2 yes, 0 with changes requested, 1 without an answer" in way.said["received again"]


def test_what_is_still_missing_holds_the_release_back_and_says_how_to_ask(way: Way) -> None:
    said = way.said["not ready"]
    assert said.count("error: No editorial, clinical or lay sign-off. [sign-off-missing]") == 3
    assert (
        "hint: Ask for one: ketcontent sign tea asks here, ketcontent packet tea in Word." in said
    )
    assert "The clinical one counts only with --key." in way.said["not ready"]


def test_the_released_page_says_that_it_was_reviewed_by_whom_and_when(way: Way) -> None:
    [day] = set(way.tables["released"].signoffs["signed_on"])
    page, text = way.exported("tea/index.html"), way.exported("tea/index.md")
    for said in (page, text):
        assert "Every sentence was approved, in these words, by the people named" in said
        assert re.search("Cy Oak, RN: clinical review.*3, last on .* Signature checked.", said)
        assert "Fay Fir: editorial review" in said
        assert "Lou Ash: lay review" in said
    assert "state: reviewed" in text
    [linked] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    facts = json.loads(linked)
    assert (facts["creativeWorkStatus"], facts["lastReviewed"]) == ("Reviewed", day)
    assert [one["name"] for one in facts["reviewedBy"]] == ["Cy Oak, RN", "Fay Fir", "Lou Ash"]
    [ask] = [
        one
        for one in json.loads(way.exported("tea/record.json"))["statements"]
        if one["statement"] == ASK
    ]
    signed = {(one["person"], one["capacity"], one["signed_on"]) for one in ask["sign_offs"]}
    assert signed == {("fay", "editorial", day), ("cy", "clinical", day), ("lou", "lay", day)}
    feed = ElementTree.fromstring(way.exported("feed.xml"))
    [entry] = feed.iter("{http://www.w3.org/2005/Atom}entry")
    told = [element.text for element in entry]
    assert f"{ADDRESS}tea/#_released-{day}" in told
    [content] = [one for one in told if one and one.startswith("First release")]
    assert content.splitlines()[:2] == ["First release, of 4 sentences.", "Approved by:"]
    by = [line.partition(" (")[2].partition(";")[0] for line in content.splitlines()[2:]]
    assert by == ["clinical", "editorial", "lay"]
    assert content.count(f", last on {day})") == 3


def test_a_changed_word_makes_the_page_a_draft_again_and_verify_names_it(way: Way) -> None:
    now = way.project / "exports/tea/index.html"
    assert "Draft. " in re.sub("<.*?>", "", now.read_text("utf-8"))
    assert "lastReviewed" not in now.read_text("utf-8")
    assert "state: reviewed" not in now.with_suffix(".md").read_text("utf-8")
    old = way.project / "released/tea/index.html"
    assert CliRunner().invoke(main, ["verify", str(old)]).exit_code == 0
    held = CliRunner().invoke(
        main, ["verify", str(old), "--record", str(now.with_name("record.json"))]
    )
    assert held.exit_code == 1
    assert f"{COOL}: the page says: Let it cool before you drink it." in held.output


def test_the_shipped_page_is_unreviewed() -> None:
    shipped = read_shipped()
    assert shipped.people.empty
    assert shipped.signoffs.empty
    record = json.loads((ROOT / "exports/ketamine/record.json").read_text("utf-8"))
    signed = [said for one in record["statements"] for said in one["sign_offs"]]
    assert {said["state"] for said in signed} == {"missing"}
