"""What the history says of signing keys: when one was revoked, and by whose hands it came in."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from ketcontent import check, read_content, write_content
from ketcontent.checks.commits import hands_on
from ketcontent.checks.release import release_faults
from tests.approvals.test_floor import committed
from tests.approvals.test_signatures import BO, SPACE, with_keys
from tests.approvals.test_signed_records import content, revoke, revoked_since
from tests.approvals.test_signoffs import made

KEY = {
    "signing_key": "bo-1",
    "person": "bo",
    "namespace": SPACE,
    "public_key": BO.public,
    "valid_from": "2026-01-01",
}
ROW = ",".join(KEY.values())


def commit(folder: Path, text: str, author: str, *, by: str = "", message: str = "Save") -> None:
    """Commit a table of keys, made by an author, and by another who put it in."""
    (folder / "signing_keys.csv").write_text(f"{','.join(KEY)},note\n{text}\n", "utf-8")
    if not (folder / ".git").exists():
        subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    run(folder, ["commit", "-q", "-m", message], author, by or author)


def run(folder: Path, words: list[str], author: str, by: str) -> None:
    env = dict(os.environ)
    for role, name in (("AUTHOR", author), ("COMMITTER", by)):
        env[f"GIT_{role}_NAME"], _, mail = name.partition(" ")
        env[f"GIT_{role}_EMAIL"] = mail or f"{name.lower()}@example.org"
    subprocess.run(["git", *words], cwd=folder, check=True, env=env)


@pytest.mark.parametrize(
    ("author", "by", "message", "hands"),
    [
        ("Bo", "", "Save", ("Bo",)),
        ("Bo", "Cy", "Save", ("Bo", "Cy")),
        ("Bo", "GitHub noreply@github.com", "Save", ("Bo",)),
        ("Bo", "bo b@example.org", "Save", ("Bo",)),  # another mail, the same name
        ("Bo", "Robert bo@example.org", "Save", ("Bo",)),  # another name, the same mail
        ("Bo", "", "Save\n\nReviewed-by: Ada <ada@example.org>", ("Bo", "Ada")),
        ("Bo", "", "Save\n\nSigned-off-by: Bo <bo@example.org>", ("Bo",)),
        ("Bo", "", "Ada <ada@example.org> may have looked at it", ("Bo",)),
    ],
)
def test_whose_hands_a_key_went_through(
    tmp_path: Path, author: str, by: str, message: str, hands: tuple[str, ...]
) -> None:
    commit(tmp_path, f"{ROW},", author, by=by, message=message)
    assert hands_on(tmp_path, KEY) == hands


def test_who_changed_a_row_before_it_was_as_it_is_had_no_hand_in_it(tmp_path: Path) -> None:
    commit(tmp_path, f"{ROW},".replace(",bo,", ",ada,"), "Ada", by="Cy")
    assert hands_on(tmp_path, KEY) == ()  # as it is, it is not committed
    commit(tmp_path, f"{ROW},", "Bo")
    assert hands_on(tmp_path, KEY) == ("Bo",)
    commit(tmp_path, f"{ROW},asked by telephone", "Ada")
    assert hands_on(tmp_path, KEY) == ("Bo", "Ada")


def test_who_merged_a_key_had_a_hand_in_it(tmp_path: Path) -> None:
    commit(tmp_path, "", "Cy")
    run(tmp_path, ["checkout", "-q", "-b", "side"], "Bo", "Bo")
    commit(tmp_path, f"{ROW},", "Bo")
    run(tmp_path, ["checkout", "-q", "main"], "Bo", "Bo")
    run(tmp_path, ["merge", "-q", "--no-ff", "-m", "Merge", "side"], "Cy", "Cy")
    assert hands_on(tmp_path, KEY) == ("Bo", "Cy")


def test_a_release_says_of_which_keys_no_second_person_is_seen(tmp_path: Path) -> None:
    committed(tmp_path, content(), "2026-11-02")
    said = [
        (one.severity, one.key, one.message)
        for one in release_faults(read_content(tmp_path), ["page"])["page"]
        if one.rule == "key-by-one-hand"
    ]
    assert said == [  # of Cy's key, by which nothing is signed, nobody needs to know
        (
            "warning",
            "bo-1",
            "Git shows T alone behind the key 'bo-1' of bo: nobody else entered, merged or "
            "approved it.",
        )
    ]


def test_what_came_in_after_a_key_was_revoked_is_too_late_whatever_day_it_says(
    tmp_path: Path,
) -> None:
    committed(tmp_path, with_keys(made()), "2026-11-02")
    revoke(tmp_path, "2026-11-15")
    committed(tmp_path, read_content(tmp_path), "2026-11-02")
    write_content(replace(read_content(tmp_path), signoffs=content().signoffs))
    committed(tmp_path, read_content(tmp_path), "2026-11-03")  # as whoever has the key says
    log = subprocess.check_output(["git", "log", "--format=%h"], cwd=tmp_path, text=True)
    came, revoked = log.split()[:2]
    [found] = revoked_since(tmp_path)
    assert f"git has it since commit {came}" in found
    assert f"which is not before {revoked}" in found


def test_what_came_in_with_the_commit_that_revokes_a_key_is_too_late(tmp_path: Path) -> None:
    committed(tmp_path, with_keys(made()), "2026-11-02")
    write_content(replace(read_content(tmp_path), signoffs=content().signoffs))
    revoke(tmp_path, "2026-11-15")
    committed(tmp_path, read_content(tmp_path), "2026-11-03")
    [found] = revoked_since(tmp_path)
    assert "with which the key was revoked, whatever its day" in found


def test_a_commit_that_is_shown_in_the_place_of_another_is_not_believed(tmp_path: Path) -> None:
    committed(tmp_path, with_keys(made()), "2026-11-02")
    run(tmp_path, ["branch", "early"], "Bo", "Bo")
    revoke(tmp_path, "2026-11-15")
    committed(tmp_path, read_content(tmp_path), "2026-11-16")
    run(tmp_path, ["branch", "revoked"], "Bo", "Bo")
    write_content(replace(read_content(tmp_path), signoffs=content().signoffs))
    committed(tmp_path, read_content(tmp_path), "2026-11-17")
    run(tmp_path, ["checkout", "-q", "-b", "late"], "Bo", "Bo")
    run(tmp_path, ["checkout", "-q", "early"], "Bo", "Bo")
    committed(tmp_path, content(), "2026-11-03")
    run(tmp_path, ["checkout", "-q", "late"], "Bo", "Bo")
    run(tmp_path, ["replace", "revoked", "early"], "Bo", "Bo")
    [found] = revoked_since(tmp_path)
    assert "git has that sign-off since 2026-11-17" in found


@pytest.mark.parametrize(("name", "value"), [("log.showRoot", "false"), ("log.diffMerges", "off")])
def test_how_somebody_likes_their_log_hides_nothing_that_was_signed(
    tmp_path: Path, name: str, value: str
) -> None:
    # The sign-offs came in with the first commit, or with a merge.
    by_merge = name == "log.diffMerges"
    committed(tmp_path, with_keys(made()) if by_merge else content(), "2026-11-02")
    if by_merge:
        run(tmp_path, ["checkout", "-q", "-b", "side"], "Bo", "Bo")
        committed(tmp_path, content(), "2026-11-03")
        run(tmp_path, ["checkout", "-q", "-"], "Bo", "Bo")
        day = {
            "GIT_AUTHOR_DATE": "2026-11-04T12:00:00Z",
            "GIT_COMMITTER_DATE": "2026-11-04T12:00:00Z",
        }
        who = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
        subprocess.run(
            ["git", *who, "merge", "-q", "--no-ff", "-m", "Merge", "side"],
            cwd=tmp_path,
            check=True,
            env={**os.environ, **day},
        )
    revoke(tmp_path, "2026-11-15")
    committed(tmp_path, read_content(tmp_path), "2026-11-16")
    run(tmp_path, ["config", name, value], "Bo", "Bo")
    assert revoked_since(tmp_path) == []


def test_a_check_without_git_says_that_nobody_asked_about_a_revoked_key() -> None:
    told = [
        (one.severity, one.key, one.message, one.hint)
        for one in check(
            replace(content(), signing_keys=with_keys(made(), revoked_on="2026-11-20").signing_keys)
        )
        if one.table == "signing_keys"
    ]
    assert told == [
        (
            "advice",
            "bo-1",
            "By the key 'bo-1', revoked on 2026-11-20, there counts here: 1 sign-off of 'page'. "
            "Git was not asked whether it had that before that day.",
            "Ask it: ketcontent check --release.",
        )
    ]
    assert [one for one in check(content()) if one.table == "signing_keys"] == []
