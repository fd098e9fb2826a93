"""What became of one sentence, from git: words, grade, sources, sign-offs, who and when."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ketcontent.approvals.signing import sign_off
from ketcontent.cli import main
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model.content import Content, frame_of
from ketcontent.model.store import read_content, write_content
from ketcontent.reports.git_history import StatementHistory, statement_history
from tests.judging import page

HOUR = iter(range(10_000))


def git(folder: Path, *words: str, author: str = "Ann") -> None:
    who = {"NAME": author, "EMAIL": "a@example.org"}
    at = f"2026-11-{1 + (hour := next(HOUR)) // 24 % 28:02}T{hour % 24:02}:00:00+01:00"
    made = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in who.items()}
    made |= {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at, "PATH": "/usr/bin:/bin"}
    setting = ("-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main", "-c", "gc.auto=0")
    subprocess.run(["git", *setting, *words], cwd=folder, check=True, capture_output=True, env=made)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound page, committed in a repository of its own. Copy it before changing it."""
    folder = tmp_path_factory.mktemp("begun")
    git(folder, "init", "--quiet")
    write_content(page(), folder / "data")
    commit(folder / "data", "Begin")
    return folder


@pytest.fixture
def data(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tables of a copy of it, to be changed by one test."""
    monkeypatch.setattr("tests.reports.test_git_history.HOUR", iter(range(3, 10_000)))
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    return tmp_path / "data"


def commit(data: Path, subject: str, author: str = "Ann") -> None:
    git(data.parent, "add", "--all")
    git(data.parent, "commit", "--quiet", "--message", subject, author=author)


def with_cells(content: Content, table: str, column: str, key: str, **cells: Any) -> Content:
    frame = getattr(content, table).copy()
    for name, cell in cells.items():
        frame.loc[frame[column] == key, name] = cell
    return replace(content, **{table: frame})


def edit(data: Path, subject: str, author: str = "Ann", key: str = "colds", **cells: Any) -> None:
    write_content(with_cells(read_content(data), "statements", "statement", key, **cells))
    commit(data, subject, author)


def edit_text(data: Path, change: Callable[[str], str], name: str = "statements.csv") -> None:
    (data / name).write_text(change((data / name).read_text("utf-8")), "utf-8")


def said(history: StatementHistory) -> list[tuple[str, list[str]]]:
    return [(one.subject, list(map(str, one.facts))) for one in history.entries]


def test_a_reader_follows_words_grade_sources_and_sign_offs_with_who_and_when(data: Path) -> None:
    edit(data, "Say it with less", "Bo", text="Zinc may shorten a cold. [@lee-2020]")
    edit(data, "Grade it down", certainty="very-low")
    edit(data, "Something else", key="harm", certainty="moderate")
    content = read_content(data)
    people = {"person": "cy", "name": "Cy Roe", "conflicts": "none"}
    content = replace(content, people=frame_of("people", [people], content))
    write_content(
        sign_off(content, "zinc", "colds", person="cy", capacity="editorial", comment="Good, so.")
    )
    signed_on, signoff = read_content(data).signoffs.loc[0, ["signed_on", "signoff"]]
    commit(data, "Sign it", "Cy")
    edit(data, "Say it with more", text="Zinc may shorten a cold a little. [@lee-2020]")
    history = str(statement_history(data, "colds"))
    short = [one.commit[:10] for one in statement_history(data, "colds").entries]
    reasons = "Small trials that do not agree."
    expected = f"""\
zinc/colds: 5 changes
2026-11-01 02:00  Ann  {short[0]}  Begin
    stands in: colds
    words: Zinc may shorten a cold by a day.
    kind: benefit
    grade: low | {reasons}
    cites: lee-2020-b, lee-2020
    evidence of lee-2020: supports | They felt sick.
    evidence of lee-2020-b: qualifies | They felt sick.
2026-11-01 04:00  Bo  {short[1]}  Say it with less
    words: Zinc may shorten a [-cold by a day-]{{+cold+}}.
    cites: lee-2020-b, lee-2020 → lee-2020
2026-11-01 06:00  Ann  {short[2]}  Grade it down
    grade: low | {reasons} → very-low | {reasons}
2026-11-01 10:00  Cy  {short[3]}  Sign it
    sign-off {signoff}: approved by Cy Roe (cy), editorial, on {signed_on}: Good, so.
2026-11-01 12:00  Ann  {short[4]}  Say it with more
    words: Zinc may shorten a [-cold-]{{+cold a little+}}.
Now
    editorial sign-off: stale, by cy on {signed_on}
    clinical sign-off: missing"""
    assert history == expected


def test_what_is_not_committed_stands_at_the_end(data: Path) -> None:
    content = read_content(data)
    write_content(with_cells(content, "statements", "statement", "colds", certainty="moderate"))
    history = statement_history(data, "zinc/colds")
    assert [one.commit == "" for one in history.entries] == [False, True]
    assert "\nNot committed yet\n    grade: low | Small" in str(history)


def test_a_notice_reworded_is_told_of_the_statement_that_says_it(data: Path) -> None:
    content = read_content(data)
    write_content(
        with_cells(content, "notices", "notice", "talk-first", text="Talk to a doctor first.")
    )
    commit(data, "A doctor")
    assert said(statement_history(data, "talk"))[1:] == [
        ("A doctor", ["words: Talk to a [-pharmacist -]{+doctor +}first."])
    ]
    assert [one for one, _ in said(statement_history(data, "colds"))] == ["Begin"]


def test_two_branches_are_told_each_by_what_it_did_and_the_merge_by_what_it_decided(
    data: Path,
) -> None:
    root = data.parent
    git(root, "checkout", "--quiet", "-b", "side")
    edit(data, "Side", text="Zinc might shorten a cold by a day. [@lee-2020-b; @lee-2020]")
    git(root, "checkout", "--quiet", "main")
    edit(data, "Main", certainty="moderate")
    edit(data, "Elsewhere", key="harm", certainty="moderate")
    subprocess.run(["git", "merge", "--quiet", "side"], cwd=root, capture_output=True, check=False)
    git(root, "checkout", "--theirs", "data/statements.csv")
    commit(data, "Merge")
    before = "grade: low | Small trials that do not agree."
    reworded = "words: Zinc [-may -]{+might +}shorten a cold by a day."
    assert said(statement_history(data, "colds"))[1:] == [
        ("Side", [reworded]),
        ("Main", [f"{before} → moderate | Small trials that do not agree."]),
    ]  # the merge took one of the two as it was
    edit(data, "Both", certainty="moderate")
    assert said(statement_history(data, "colds"))[-1] == (
        "Both",
        [f"{before} → moderate | Small trials that do not agree."],
    )


def test_a_deleted_statement_is_told_to_its_end(data: Path) -> None:
    edit_text(
        data,
        lambda text: "".join(
            line for line in text.splitlines(True) if not line.startswith("zinc,unsure,")
        ),
    )
    edit_text(
        data,
        lambda text: "".join(
            line for line in text.splitlines(True) if not line.startswith("zinc,unsure,")
        ),
        "evidence.csv",
    )
    commit(data, "Delete it", "Bo")
    history = statement_history(data, "unsure")
    assert (history.document, history.now) == ("zinc", ("deleted",))
    last = history.entries[-1]
    assert (last.author, last.subject) == ("Bo", "Delete it")
    assert "words: no longer In one trial zinc did not shorten a cold, and people felt sick." in (
        list(map(str, last.facts))
    )


def test_a_statement_of_another_key_with_the_same_words_is_followed_from_before(data: Path) -> None:
    edit(data, "Grade it down", certainty="very-low")
    for name in ("statements.csv", "evidence.csv"):
        edit_text(data, lambda text: text.replace("zinc,colds,", "zinc,chills,"), name)
    commit(data, "Rename it")
    edit(data, "Grade it up", key="chills", certainty="low")
    new = said(statement_history(data, "chills"))
    assert [subject for subject, _ in new] == ["Begin", "Grade it down", "Rename it", "Grade it up"]
    assert new[2][1] == ["key: colds → chills"]
    old = said(statement_history(data, "colds"))
    assert [subject for subject, _ in old] == ["Begin", "Grade it down", "Rename it"]
    assert old[2][1] == ["key: colds → chills"]


def test_a_key_that_went_to_and_fro_is_told_once_through(data: Path) -> None:
    for was, now in (("colds", "chills"), ("chills", "colds")):
        for name in ("statements.csv", "evidence.csv"):
            edit_text(
                data,
                lambda text, was=was, now=now: text.replace(f"zinc,{was},", f"zinc,{now},"),
                name,
            )
        commit(data, f"To {now}")
    told = said(statement_history(data, "colds"))
    assert [subject for subject, _ in told] == ["Begin", "To chills", "To colds"]


def test_tables_of_an_older_version_are_read_as_they_were_written(data: Path) -> None:
    path = data / "statements.csv"
    now = path.read_text("utf-8")
    header, *rows = now.splitlines()
    place = header.split(",").index("grade_reasons")
    path.write_text(
        "\n".join(
            ",".join(cell for at, cell in enumerate(line.split(",")) if at != place)
            for line in [header, *(row for row in rows if "," not in row.partition('"')[2])]
        ),
        "utf-8",
    )
    commit(data, "Fewer columns")
    path.write_text(now, "utf-8")
    commit(data, "As now")
    assert [subject for subject, _ in said(statement_history(data, "colds"))] == ["Begin"]


def test_a_shallow_clone_says_that_something_came_before(data: Path, tmp_path: Path) -> None:
    edit(data, "Grade it down", certainty="very-low")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path}", str(tmp_path / "clone"))
    history = statement_history(tmp_path / "clone" / "data", "colds")
    assert not history.is_whole
    assert str(history).splitlines()[1] == (
        "This clone is shallow: what was before is told by 'git fetch --unshallow'."
    )
    [first] = history.entries  # nobody is said to have made it so
    assert (first.author, first.made_at) == ("", "")
    assert str(first).splitlines()[0] == (
        f"{first.commit[:10]}  Where this shallow clone begins: how it stood then, whoever had "
        "made it so"
    )
    assert statement_history(data, "colds").is_whole


def test_a_partial_clone_is_not_told_as_if_nothing_had_been_there(
    data: Path, tmp_path: Path
) -> None:
    edit(data, "Grade it down", certainty="very-low")
    git(tmp_path, "config", "uploadpack.allowFilter", "true")
    source, clone = f"file://{tmp_path}", tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", source, str(clone))
    with pytest.raises(KetcontentError, match="does not have the whole history") as caught:
        statement_history(clone / "data", "colds")
    assert caught.value.hint == "Clone the project anew, without --filter."


def test_who_meddles_with_a_sign_off_or_renames_its_signer_is_told(data: Path) -> None:
    content = read_content(data)
    people = {"person": "cy", "name": "Cy Roe", "conflicts": "none"}
    content = replace(content, people=frame_of("people", [people], content))
    write_content(sign_off(content, "zinc", "colds", person="cy", capacity="editorial"))
    signoffs = (data / "signoffs.csv").read_text("utf-8")
    commit(data, "Sign it")
    edit_text(data, lambda text: re.sub("w2:.{8}", "w2:00000000", text), "signoffs.csv")
    edit_text(data, lambda text: text.replace("Zinc may", "Zinc can"), "signoffs.csv")
    commit(data, "Meddle", "Eve")
    (data / "signoffs.csv").write_text(signoffs.rstrip("\n") + "U1NIU0lHAAAAAQAAADM\n", "utf-8")
    edit_text(data, lambda text: text.replace("Cy Roe", "Cy Poe"), "people.csv")
    commit(data, "Sign as another", "Eve")
    edit_text(data, lambda text: text.replace("Cy Poe", "Cy Doe"), "people.csv")
    commit(data, "Marry", "Cy")
    *_, meddled, again, married = statement_history(data, "colds").entries
    assert (meddled.author, meddled.subject) == ("Eve", "Meddle")
    what = [one.what.split(" ", 2)[2] for one in meddled.facts]
    assert what == ["is to the words", "is to the digest"]
    assert "Zinc [-may -]{+can +}" in str(meddled.facts[0])
    assert "Cy Poe (cy), editorial" in again.facts[0].after
    assert again.facts[0].after.endswith(", with a signature")
    assert (married.author, married.subject) == ("Cy", "Marry")
    assert [one.before.partition(" by ")[2][:6] for one in married.facts] == ["Cy Poe"]


def test_a_source_that_became_another_is_told_of_who_rests_on_it(data: Path) -> None:
    content = read_content(data)
    write_content(with_cells(content, "sources", "source", "lee-2020", title="Zinc for colds"))
    commit(data, "Title it")
    assert said(statement_history(data, "colds"))[1:] == [
        ("Title it", ["source lee-2020: lee-2020 → Zinc for colds"])
    ]
    assert len(statement_history(data, "harm").entries) == 1


def test_a_folder_that_had_another_name_is_followed_to_before(data: Path) -> None:
    edit(data, "Grade it down", "Bo", certainty="very-low")
    git(data.parent, "mv", "data", "content")
    git(data.parent, "commit", "--quiet", "--message", "Move it", author="Cy")
    moved = data.parent / "content"
    edit(moved, "Grade it up", certainty="low")
    told = said(statement_history(moved, "colds"))
    assert [subject for subject, _ in told] == ["Begin", "Grade it down", "Grade it up"]


def test_a_statement_of_a_page_with_another_key_is_followed_from_before(data: Path) -> None:
    for path in data.glob("*.csv"):
        edit_text(data, lambda text: re.sub(r"(?m)^zinc,", "tin,", text), path.name)
    commit(data, "Rename the page", "Bo")
    (begin, _), (_, renamed) = said(statement_history(data, "tin/colds"))
    assert (begin, renamed) == ("Begin", ["key: zinc/colds → tin/colds"])
    assert said(statement_history(data, "zinc/colds"))[-1] == (
        "Rename the page",
        ["key: zinc/colds → tin/colds"],
    )


def test_one_old_table_in_another_encoding_is_no_reason_to_tell_nothing(data: Path) -> None:
    path = data / "statements.csv"
    now = path.read_bytes()
    path.write_bytes(now.replace(b"Zinc may shorten", b"Zinc m\xe4y shorten"))
    commit(data, "Latin")
    path.write_bytes(now)
    commit(data, "As before")
    _, latin, after = said(statement_history(data, "colds"))
    assert latin == ("Latin", [r"words: Zinc [-may -]{+m\xe4y +}shorten a cold by a day."])
    assert after[0] == "As before"


def test_outside_a_checkout_there_is_a_clear_error(tmp_path: Path) -> None:
    write_content(page(), tmp_path)
    with pytest.raises(KetcontentError) as caught:
        statement_history(tmp_path, "colds")
    assert caught.value.message.startswith(f"There is no history: {tmp_path} is in no git checkout")
    assert caught.value.hint == (
        "Keep the project in git, and commit the tables. 'git status' there says more."
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        pytest.param("cold", "Did you mean 'colds'?", id="a key that never was"),
        pytest.param("zinc/cold", "Did you mean 'zinc/colds'?", id="with its page"),
        pytest.param("--all", "Use one of: colds, harm", id="no key at all"),
        pytest.param("a/b/c", "Use one of: zinc/colds, ", id="a path"),
        pytest.param("colds.*", "Did you mean 'colds'?", id="a pattern"),
    ],
)
def test_a_statement_that_never_was_names_the_nearest(data: Path, name: str, hint: str) -> None:
    with pytest.raises(UnknownName) as caught:
        statement_history(data, name)
    assert caught.value.message == f"No statement '{name}'."
    assert caught.value.hint.startswith(hint)


def test_a_key_of_two_pages_asks_for_the_page(data: Path) -> None:
    content = read_content(data)
    frames = {
        name: frame_of(
            name,
            [
                row
                for one in getattr(content, name).to_dict("records")
                for row in (one, {**one, "document": "iron"})
            ],
            content,
        )
        for name in ("documents", "sections", "statements", "evidence")
    }
    write_content(replace(content, **frames))
    with pytest.raises(KetcontentError) as caught:
        statement_history(data, "colds")
    assert caught.value.message == "2 pages have a statement 'colds': iron, zinc."
    assert caught.value.hint == "Name the page too: iron/colds"
    assert said(statement_history(data, "iron/colds"))[-1][0] == ""


def test_the_command_prints_it_for_a_reader_and_for_a_program(data: Path) -> None:
    words = ["history", "colds", "--data", str(data)]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stdout) == (0, f"{statement_history(data, 'colds')}\n")
    told = json.loads(CliRunner().invoke(main, [*words, "--format", "json"]).stdout)
    assert (told["document"], told["statement"], told["is_whole"]) == ("zinc", "colds", True)
    assert told["entries"][0]["facts"][0] == {"what": "stands in", "before": "", "after": "colds"}
    shutil.rmtree(data.parent / ".git")
    failed = CliRunner().invoke(main, words)
    assert (failed.exit_code, failed.stderr.splitlines()[1]) == (
        1,
        "hint: Keep the project in git, and commit the tables. 'git status' there says more.",
    )
