"""Whoever has a record can test its signatures: with `verify`, and with ssh-keygen."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ketcontent import read_content, write_content
from ketcontent.approvals.overview import with_signoffs
from ketcontent.approvals.record_signatures import signature_mismatches
from ketcontent.approvals.records import record
from ketcontent.approvals.signatures import namespace_of, sign
from ketcontent.approvals.verification import hold
from ketcontent.checks.release import release_faults
from ketcontent.cli import main
from ketcontent.errors import KetcontentError
from ketcontent.model.content import Content
from ketcontent.pages.assembly import assemble
from tests.approvals.test_floor import committed
from tests.approvals.test_signatures import BO, CY, SPACE, with_keys
from tests.approvals.test_signoffs import made, signed

PAGE = "index.md"


@cache
def content() -> Content:
    """A statement that Bo approved with a signature, and Cy with none."""
    both = signed(with_keys(made()), signing_key=BO, comment="For the team: see the trial.")
    return signed(both, person="cy", capacity="editorial")


@cache
def page() -> str:
    return with_signoffs(content(), assemble(content(), "page")).to_markdown()


@cache
def recorded() -> dict[str, Any]:
    return json.loads(json.dumps(record(content(), "page", {PAGE: page()})))


def sign_offs(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    [one] = [one for one in said["statements"] if one["statement"] == "a-1"]
    return {each["capacity"]: each for each in one["sign_offs"]}


def held(folder: Path, said: dict[str, Any], **options: Any) -> tuple[list[str], list[str]]:
    """What `hold` finds in the page beside a record, and what it cannot tell."""
    (folder / PAGE).write_text(page(), "utf-8")
    (folder / "record.json").write_text(json.dumps(said), "utf-8")
    found = hold(folder / PAGE, **options)
    return [str(one) for one in found.departures], found.unchecked


def keys_in(folder: Path, content: Content) -> Path:
    write_content(content, folder / "data")
    return folder / "data" / "signing_keys.csv"


def test_a_record_has_what_was_signed_and_the_key_and_of_a_comment_its_hash_alone() -> None:
    found = sign_offs(recorded())
    assert found["clinical"]["proof"] == "checked"
    assert found["clinical"]["said"]["wording"] == "It may help."
    assert found["editorial"] == {
        "capacity": "editorial",
        "state": "valid",
        "person": "cy",
        "signed_on": "2026-11-01",
        "proof": "recorded",
    }
    assert [one["public_key"] for one in recorded()["signing_keys"]] == [BO.public]
    assert "For the team" not in json.dumps(recorded())


def test_a_record_without_a_signature_is_as_before() -> None:
    said = record(signed(made()), "page", {})
    assert "signing_keys" not in said
    assert "signature" not in json.dumps(said)


def test_signatures_that_hold_are_found_to_hold(tmp_path: Path) -> None:
    assert held(tmp_path, recorded()) == (
        [],
        [
            "whether record.json is the one that was published: no manifest.json beside "
            f"'{tmp_path.name}' names it. What nobody signed may be gone from both, or new in both",
            "whose the signing keys are: name the table of them with --keys",
            "who made 1 sign-off: recorded, not signed",
            "who approved 2 parts of the page: not signed",
        ],
    )
    departures, unchecked = held(
        tmp_path, recorded(), signing_keys=keys_in(tmp_path, with_keys(made()))
    )
    assert departures == []
    assert not any("whose the signing keys are" in one for one in unchecked)


WRONG = "a-1: the clinical sign-off by bo does not hold: "


@pytest.mark.parametrize(
    ("part", "column", "cell", "said"),
    [
        ("", "words", "It helps.", "what was signed is another wording than the record has"),
        ("", "digest", f"w2:{'0' * 64}", "what was signed is another digest than the record has"),
        ("", "certainty", "high", "what was signed is another certainty than the record has"),
        ("", "certainty_shown", "(high certainty)", "what was signed is another certainty than"),
        ("", "certainty_shown", "", "what was signed is another certainty than the record has"),
        ("", "kind", "advice", "what was signed is another kind than the record has"),
        ("", "sources", ["roe-2021"], "what was signed is another source than the record has"),
        ("", "against", ["lee-2020"], "what was signed is another source against it than"),
        ("", "section", "b", "what was signed is another section than the record has"),
        ("", "covers", ["It helps."], "what was signed is another content (covers) than"),
        ("sign-off", "signed_on", "2026-11-20", "what was signed is another signed_on than"),
        ("sign-off", "capacity", "lay", "what was signed is another capacity than the record has"),
        ("sign-off", "signature", "U1NIU0lH", "its signature is by no key"),
        ("said", "wording", "It helps.", "its signature is of something else"),
        ("said", "person", "cy", "its signature is by no key that signing_keys.csv has of 'cy'"),
        ("said", "comment", "", "its signature is of something else"),
        ("said", "digest", "", "its signature is of something else"),
    ],
)
def test_a_record_that_was_changed_does_not_hold(
    tmp_path: Path, part: str, column: str, cell: Any, said: str
) -> None:
    other = copy.deepcopy(recorded())
    [one] = [one for one in other["statements"] if one["statement"] == "a-1"]
    sign_off = sign_offs(other)["clinical"]
    {"": one, "sign-off": sign_off, "said": sign_off["said"]}[part][column] = cell
    departures, _ = held(tmp_path, other)
    [found] = [one for one in departures if "does not hold" in one]
    assert said in found


def test_a_sign_off_that_a_record_has_on_another_sentence_does_not_hold(tmp_path: Path) -> None:
    other = copy.deepcopy(recorded())
    one, two = (one for one in other["statements"] if one["statement"] in ("a-1", "a-2"))
    one["sign_offs"], two["sign_offs"] = two["sign_offs"], one["sign_offs"]
    departures, _ = held(tmp_path, other)
    assert departures == [
        WRONG.replace("a-1", "a-2") + "what was signed is another statement than the record has"
    ]


def test_a_signature_of_another_page_does_not_hold(tmp_path: Path) -> None:
    departures, _ = held(tmp_path, {**recorded(), "document": "other"})
    assert departures == [f"{WRONG}what was signed is another document than the record has"]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda one: one["said"].update(v=2), "what was signed is in version 2, and known here is"),
        (lambda one: one.update(proof="verified"), "its proof is 'verified', which no record says"),
        (lambda one: one.update(proof=None), "its proof is None, which no record says"),
        (
            lambda one: one.update(state="missing"),
            "its proof is 'checked', which no record says of",
        ),
        (lambda one: one.update(proof="recorded"), "it has a signature, and the record says that"),
        (lambda one: one.pop("proof"), "it has a signature, and the record says that it has none"),
    ],
)
def test_a_signature_is_not_waved_through_for_what_a_record_calls_it(
    tmp_path: Path, spoil: Callable[..., object], why: str
) -> None:
    other = copy.deepcopy(recorded())
    spoil(sign_offs(other)["clinical"])
    departures, unchecked = held(tmp_path, other)
    [found] = departures
    assert found.startswith(f"{WRONG}{why}")
    assert not any("install" in one for one in unchecked)


def test_a_record_whose_signatures_were_taken_away_is_said_to_have_none(tmp_path: Path) -> None:
    other = copy.deepcopy(recorded())
    taken = sign_offs(other)["clinical"]
    for name in ("said", "signature"):
        del taken[name]
    taken["proof"] = "recorded"
    del other["signing_keys"]
    assert held(tmp_path, other)[1][1:] == ["who made 2 sign-offs: recorded, not signed"]
    del taken["proof"]
    keys = keys_in(tmp_path, with_keys(made()))
    assert held(tmp_path, other, signing_keys=keys)[1][1:] == [
        "who made 1 sign-off: recorded, not signed",
        "who made 1 sign-off: an older version wrote the record",
        "who approved 3 parts of the page: not signed",
    ]


def test_of_an_older_record_it_is_said_that_grades_and_sources_cannot_be_told(
    tmp_path: Path,
) -> None:
    other = copy.deepcopy(recorded())
    for one in other["statements"]:
        one.pop("covers", None)
    departures, unchecked = held(tmp_path, other)
    assert departures == []
    assert unchecked[-2] == (
        "the kind, grade and sources of 1 part: an older version wrote the record"
    )


@cache
def shown() -> dict[str, Any]:
    """The record of the page in HTML, of which Bo signed one statement in two capacities."""
    twice = signed(content(), capacity="editorial", signing_key=BO)
    html = with_signoffs(twice, assemble(twice, "page")).to_html()
    return json.loads(json.dumps(record(twice, "page", {"index.html": html})))


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ("Bo, MD: ", "Bo, MD: ", []),
        ("Bo, MD: clinical", "A. Professor: clinical", ["has no such", "does not name Bo, MD"]),
        (" Signature checked.", "", ["does not name Bo, MD, whose signature was checked"] * 2),
        ("", "Who, MD: lay review. Signature checked.", ["has no such signature as the page"]),
    ],
)
def test_a_page_and_its_record_name_the_same_people_as_those_who_signed(
    was: str, now: str, found: list[str]
) -> None:
    other = copy.deepcopy(shown())
    words = [*other["pages"]["index.html"], *([] if was else [now])]
    other["pages"]["index.html"] = [
        one.replace(was, now) if was and isinstance(one, str) else one for one in words
    ]
    wrong, _ = signature_mismatches(other)
    assert len(wrong) == len(found)
    assert all(said in str(one) for one, said in zip(wrong, found, strict=True))


def test_a_table_of_keys_has_each_once(tmp_path: Path) -> None:
    keys = keys_in(tmp_path, with_keys(made(), revoked_on="2026-10-01"))
    again = keys.read_text("utf-8").splitlines()[1]
    keys.write_text(keys.read_text("utf-8") + again.replace("2026-10-01", ""), "utf-8")
    with pytest.raises(KetcontentError, match="in two rows: one may say that it was revoked"):
        held(tmp_path, recorded(), signing_keys=keys)
    twice = {**recorded(), "signing_keys": recorded()["signing_keys"] * 2}
    assert "is by no key" in held(tmp_path, twice)[0][0]


def test_keys_that_are_trusted_decide_and_not_those_of_the_record(tmp_path: Path) -> None:
    others = (
        (with_keys(made(), public_key=CY.public[:-1] + "A"), "by no key that signing_keys.csv"),
        (with_keys(made(), namespace="signoff@other.org"), "of something else than"),
        (with_keys(made(), revoked_on="2026-10-01"), "'bo-1' was revoked on 2026-10-01"),
        (with_keys(made(), valid_until="2026-10-01"), "valid from 2026-01-01 until 2026-10-01"),
    )
    for number, (other, why) in enumerate(others):
        keys = keys_in(tmp_path / str(number), other)
        [departure], _ = held(tmp_path, recorded(), signing_keys=keys)
        assert departure.startswith(WRONG)
        assert why in departure


def test_without_the_extra_it_is_said_that_nothing_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = signed(with_keys(made()), signing_key=BO, comment="Looked at here for the first time.")
    said = record(fresh, "page", {PAGE: page()})
    # What has been checked in this process is known; a signature that has not, cannot be.
    said["signing_keys"][0]["namespace"] = "signoff@nobody.example.org"
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    departures, unchecked = held(tmp_path, said)
    assert departures == []
    assert "1 signature: python -m pip install 'ketcontent[keys]'" in unchecked
    # That another digest stands there than was signed, anybody sees.
    sign_offs(said)["clinical"]["said"]["digest"] = f"w2:{'0' * 64}"
    assert held(tmp_path, said)[0] == [
        f"{WRONG}what was signed is another digest than the record has"
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda clinical: clinical.pop("said"),
        lambda clinical: clinical.update(said="yes"),
        lambda clinical: clinical.pop("signature"),
        lambda clinical: clinical.update(signature=7),
        lambda clinical: clinical["said"].pop("person"),
    ],
)
def test_a_record_that_is_none_is_said_to_be(tmp_path: Path, spoil: Callable[..., object]) -> None:
    other = copy.deepcopy(recorded())
    spoil(sign_offs(other)["clinical"])
    with pytest.raises(KetcontentError, match="is not the record of a page"):
        held(tmp_path, other)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: No such file"),
        ("person,name\nbo,Bo\n", "has no column 'signing_key'"),
        ("", "has no column 'signing_key'"),
    ],
)
def test_a_table_of_keys_that_is_none_is_said_to_be(
    tmp_path: Path, text: str | None, said: str
) -> None:
    path = tmp_path / "keys.csv"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(KetcontentError, match=said):
        held(tmp_path, recorded(), signing_keys=path)


def test_the_command_verifies_with_keys_and_fails_where_a_signature_does_not_hold(
    tmp_path: Path,
) -> None:
    held(tmp_path, recorded())
    keys = keys_in(tmp_path, with_keys(made(), revoked_on="2026-10-01"))
    run = CliRunner().invoke(main, ["verify", str(tmp_path / PAGE), "--keys", str(keys)])
    assert run.exit_code == 1
    assert f"{WRONG}it is dated 2026-11-01, and the key 'bo-1' was revoked on" in run.output


# --- a key that was revoked later -------------------------------------------------------------


def test_of_a_key_that_was_revoked_since_nobody_can_tell_without_git(tmp_path: Path) -> None:
    said = "whether git had 1 signature by a key that was revoked since before that day"
    assert said not in held(tmp_path, recorded())[1]
    keys = keys_in(tmp_path, with_keys(made(), revoked_on="2026-11-20"))
    departures, unchecked = held(tmp_path, recorded(), signing_keys=keys)
    assert (departures, said in unchecked) == ([], True)


def test_what_a_key_signed_that_was_revoked_later_is_released_only_where_git_had_it_before(
    tmp_path: Path,
) -> None:
    lost = "2026-11-15"

    before = tmp_path / "before"
    committed(before, content(), "2026-11-02")
    assert revoked_since(before) == []
    revoke(before, lost)
    committed(before, read_content(before), "2026-11-20")
    assert revoked_since(before) == []
    after = tmp_path / "after"
    committed(after, with_keys(made()), "2026-11-02")
    write_content(replace(read_content(after), signoffs=content().signoffs))
    revoke(after, lost)
    committed(after, read_content(after), "2026-11-20")
    told = (
        "bo signed 'a-1' on 2026-11-01 (clinical) with the key 'bo-1', which was revoked on "
        "2026-11-15; "
    )
    assert revoked_since(after) == [f"{told}git has that sign-off since 2026-11-20 12:00 UTC."]
    shutil.rmtree(after / ".git")
    assert revoked_since(after) == [
        f"{told}there is no history of git here, which could show that it is older."
    ]


def revoked_since(folder: Path) -> list[str]:
    faults = release_faults(read_content(folder), ["page"])["page"]
    return [one.message for one in faults if one.rule == "signature-revoked-since"]


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        ("2026-11-14T09:59:59+00:00", True),
        ("2026-11-14T10:00:00+00:00", False),  # on Kiritimati the 15th has begun
        ("2026-11-14T23:00:00-11:00", False),
    ],
)
def test_a_commit_is_from_before_a_key_was_revoked_only_where_it_is_so_everywhere(
    tmp_path: Path, at: str, counts: bool
) -> None:
    committed(tmp_path, content(), at)
    revoke(tmp_path, "2026-11-15")
    assert (revoked_since(tmp_path) == []) == counts


def test_a_commit_is_no_older_than_those_it_stands_on(tmp_path: Path) -> None:
    committed(tmp_path, with_keys(made()), "2026-11-20")
    write_content(replace(read_content(tmp_path), signoffs=content().signoffs))
    committed(tmp_path, read_content(tmp_path), "2026-11-02")  # as it says
    revoke(tmp_path, "2026-11-15")
    [found] = revoked_since(tmp_path)
    assert found.endswith("git has that sign-off since 2026-11-20 12:00 UTC.")


def test_what_came_by_a_branch_is_as_old_as_its_merge(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
        env = {**os.environ, "GIT_COMMITTER_DATE": "2026-11-20T12:00:00+00:00"}
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, env=env)

    committed(tmp_path, with_keys(made()), "2026-11-01")
    git("checkout", "-q", "-b", "side")
    write_content(replace(read_content(tmp_path), signoffs=content().signoffs))
    committed(tmp_path, read_content(tmp_path), "2026-11-02")
    git("checkout", "-q", "-")
    git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    revoke(tmp_path, "2026-11-15")
    [found] = revoked_since(tmp_path)
    assert found.endswith("git has that sign-off since 2026-11-20 12:00 UTC.")


def test_a_shallow_clone_says_that_it_cannot_tell_what_is_older(tmp_path: Path) -> None:
    committed(tmp_path / "whole", content(), "2026-11-02")
    source = f"file://{tmp_path / 'whole'}"
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=1", source, str(clone)], check=True)
    revoke(clone, "2026-11-03")
    committed(clone, read_content(clone), "2026-11-20")
    (clone / ".git" / "shallow").write_text(  # it begins with what was just committed
        subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=clone, text=True), "utf-8"
    )
    faults = release_faults(read_content(clone), ["page"])["page"]
    found = {one.rule: one for one in faults if one.rule.startswith(("history", "signature"))}
    assert found["history-cut-off"].hint == "Fetch all of it: git fetch --unshallow."
    assert found["signature-revoked-since"].message.endswith(
        "; this clone is shallow, so git cannot tell whether it is older."
    )


def revoke(folder: Path, day: str) -> None:
    keys = with_keys(made(), revoked_on=day).signing_keys
    write_content(replace(read_content(folder), signing_keys=keys))


# --- for ssh-keygen ---------------------------------------------------------------------------


def is_good(command: str, folder: Path) -> bool:
    """Whether ssh-keygen, which must be there, finds what a command of ours names good."""
    run = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)
    assert "not found" not in run.stderr, "install openssh-client, as .ci/run does"
    return run.returncode == 0


def exported(folder: Path, content: Content) -> Result:
    write_content(content, folder / "data")
    words = ["export-signatures", "page", str(folder / "out"), "--data", str(folder / "data")]
    return CliRunner().invoke(main, words)


def test_the_exported_signatures_are_tested_by_ssh_keygen_alone(tmp_path: Path) -> None:
    run = exported(tmp_path, with_keys(content(), valid_until="2026-11-01"))
    [command] = run.output.splitlines()
    folder = tmp_path / "out"
    assert is_good(command, folder)
    assert not is_good(command.replace(SPACE, "file"), folder)
    assert not is_good(command.replace("20261101", "20261102"), folder)  # after the key's last day
    assert not is_good(command.replace("20261101", "20251231"), folder)  # before its first
    said = folder / "0001.json"
    said.write_bytes(said.read_bytes().replace(b"may", b"can"))
    assert not is_good(command, folder)


def test_ssh_keygen_does_not_take_what_bears_the_day_on_which_its_key_was_revoked(
    tmp_path: Path,
) -> None:
    for day, good in (("2026-11-01", False), ("2026-11-02", True)):
        folder = tmp_path / day
        [command] = exported(folder, with_keys(content(), revoked_on=day)).output.splitlines()
        assert is_good(command, folder / "out") == good


def test_ssh_keygen_takes_what_a_key_signed_that_is_valid_from_long_ago(tmp_path: Path) -> None:
    for since in ("1900-01-01", "1970-01-01"):
        folder = tmp_path / since
        [command] = exported(folder, with_keys(content(), valid_from=since)).output.splitlines()
        assert is_good(command, folder / "out")


def test_a_signature_by_a_key_that_the_table_does_not_have_is_exported_and_does_not_hold(
    tmp_path: Path,
) -> None:
    keyless = replace(content(), signing_keys=content().signing_keys.iloc[1:])
    [command] = exported(tmp_path, keyless).output.splitlines()
    assert f"-n {SPACE} " in command
    assert not is_good(command, tmp_path / "out")
    assert namespace_of(sign(BO, b"", "signoff@a\nrm -rf .")) == ""


def test_signatures_are_exported_into_an_empty_folder_of_a_page_that_is_there(
    tmp_path: Path,
) -> None:
    assert exported(tmp_path, content()).exit_code == 0
    words = ["export-signatures", "page", str(tmp_path / "out"), "--data", str(tmp_path / "data")]
    again = CliRunner().invoke(main, words)
    assert (again.exit_code, "is not empty." in again.output) == (1, True)
    words[1] = "pagee"
    assert "No document 'pagee'." in CliRunner().invoke(main, words).output


def test_a_page_without_signatures_says_so(tmp_path: Path) -> None:
    assert exported(tmp_path, signed(made())).output == (
        "No sign-off of page carries a signature.\n"
    )
