"""What is not signed is a draft and not released; what is published is held to its record."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from ketcontent import read_content, verify, write_content
from ketcontent.approvals import open_statements, sign_off
from ketcontent.cli import main
from ketcontent.errors import BuildFailed, NotReady
from ketcontent.markup.templates import FACTS, english
from ketcontent.model.content import Content, frame_of
from tests.approvals.test_signatures import BO, CY, PASSPHRASE, protected, written
from tests.conftest import add_pages, build_in, make_project, sign_all, tree

pytestmark = pytest.mark.slow  # signs whole pages

TEA = """\
Tea
Description
Green tea is a drink. People have had it for a long time.
"""


def prepared(project: Path) -> Content:
    """The page `tea` with a kind for each statement and two people who may sign."""
    content = read_content(project / "data")
    people = [
        {
            "person": key,
            "name": key.title(),
            "profession": "nurse",
            "credential": "RN",
            "conflicts": "none",
        }
        for key in ("ada", "bo")
    ]
    statements = content.statements.assign(kind="background")
    return write_content(
        replace(content, statements=statements, people=frame_of("people", people, content))
    )


def with_keys(content: Content) -> Content:
    """The tables with a key of Ada and one of Bo."""
    since = {"namespace": "signoff@example.org", "valid_from": "2026-01-01"}
    keys = [
        {"signing_key": f"{person}-1", "person": person, "public_key": key.public, **since}
        for person, key in (("ada", BO), ("bo", CY))
    ]
    return replace(content, signing_keys=frame_of("signing_keys", keys, content))


def signed(content: Content) -> Content:
    return write_content(sign_all(content, "tea", editorial="ada"))


def run(*words: str, project: Path, stdin: str = "") -> Result:
    data = ["--data", str(project / "data")]
    return CliRunner().invoke(main, [*words, *data], input=stdin)


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose one page may be signed. Copy it before changing it."""
    made = make_project(tmp_path_factory.mktemp("unsigned") / "project", {"tea": TEA})
    prepared(made)
    return made


@pytest.fixture(scope="module")
def released(unsigned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose one page is signed in full, with signatures, and released."""
    project = Path(shutil.copytree(unsigned, tmp_path_factory.mktemp("released") / "project"))
    content = with_keys(read_content(project / "data"))
    for one in open_statements(content, "tea", "editorial"):
        said = {"person": "ada", "capacity": "editorial"}
        content = sign_off(content, "tea", one.statement, **said, signing_key=BO)
    write_content(content)
    build_in(project, release=True)
    return project


@pytest.fixture
def project(unsigned: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed by one test."""
    return Path(shutil.copytree(unsigned, tmp_path / "project"))


def test_a_page_signed_in_full_is_released_and_says_so(released: Path) -> None:
    page = (released / "exports/tea/index.html").read_text("utf-8")
    text = (released / "exports/tea/index.md").read_text("utf-8")
    for said in (page, text):
        assert "Every sentence was approved, in these words, by the people named" in said
        assert "Ada, RN: editorial review, sentences, headings and definitions: 4, last on " in said
        assert "Draft" not in said
    assert "noindex" not in page
    assert "state: reviewed" in text


def test_a_page_with_signatures_says_that_they_were_checked_and_verify_checks_them(
    released: Path,
) -> None:
    page = released / "exports/tea/index.html"
    for said in (page, page.with_suffix(".md")):
        assert said.read_text("utf-8").count("Signature checked.") == 1
        assert "Recorded, not signed." not in said.read_text("utf-8")
    words = ["verify", str(page), "--keys", str(released / "data/signing_keys.csv")]
    held = CliRunner().invoke(main, words)
    assert held.exit_code == 0
    *checked, last = held.output.splitlines()
    assert last == f"{page} says what its record says."
    assert all(line.startswith("Checked: ") for line in checked)


def test_the_archive_copy_of_a_released_page_stays_an_archive_copy(released: Path) -> None:
    page = (released / "exports/tea/supplied.html").read_text("utf-8")
    assert "Archive copy." in page
    assert "noindex" in page


def test_the_index_shows_state_and_dates(released: Path) -> None:
    index = (released / "exports/index.html").read_text("utf-8")
    last = read_content(released / "data").signoffs["signed_on"].min()
    assert "Reviewed: every sentence is signed off" in index
    assert last not in index
    assert "Review" not in index.partition("</html>")[0].replace("Reviewed: every", "")
    editors = (released / "exports/editors.html").read_text("utf-8")
    assert f"<td>reviewed</td><td>{last}</td>" in editors


def test_a_release_is_remembered_and_the_next_one_says_what_it_changed(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Path(shutil.copytree(released, tmp_path / "project"))
    table = project / "data" / "releases.csv"
    first = read_content(project / "data").releases
    assert set(first["change"]) == {"added"}
    assert "Green tea is a drink." in set(first["words"])
    day = first["released_on"][0]
    before = table.read_bytes()
    build_in(project, release=True, site="https://example.org/health/")
    assert table.read_bytes() == before  # the same words are no news
    page = (project / "exports/tea/index.html").read_text("utf-8")
    assert f'<meta property="article:published_time" content="{day}">' in page
    assert f'"datePublished":"{day}"' in page
    assert "First release, of" in (project / "exports/feed.xml").read_text("utf-8")
    assert 'href="feed.xml"' in (project / "exports/index.html").read_text("utf-8")
    sites = (project / "exports/sitemap.xml").read_text("utf-8")
    assert "<loc>https://example.org/health/tea/</loc>" in sites

    content = read_content(project / "data")
    statements = content.statements.copy()
    statements.loc[0, ["text", "answer"]] = ["It is a <hot> drink.", "reworded"]
    statements.loc[0, "answer_reason"] = "It is never drunk cold."
    signed(write_content(replace(content, statements=statements)))
    later = datetime.date.fromisoformat(day) + datetime.timedelta(days=2)
    noon = datetime.datetime.combine(later, datetime.time(12), datetime.UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(noon.timestamp())))
    build_in(project, release=True, site="https://example.org/health/")
    content = read_content(project / "data")
    new = content.releases[content.releases["released_on"] == str(later)]
    assert list(zip(new["change"], new["words"], strict=True)) == [
        ("reworded", "It is a <hot> drink.")
    ]
    assert content.site.empty  # the address was an option, and stays one
    feed = ElementTree.parse(project / "exports/feed.xml").getroot()
    atom = "{http://www.w3.org/2005/Atom}"
    told = [one.findtext(f"{atom}content") for one in feed.iter(f"{atom}entry")]
    assert str(told[0]).splitlines()[:2] == [
        "reworded: description-1: It is a <hot> drink.",
        "Approved by:",
    ]
    assert len(told) == 2
    page = (project / "exports/tea/index.html").read_text("utf-8")
    assert f'"datePublished":"{day}","dateModified":"{later}"' in page
    changed = page.partition('<details id="_changes">')[2].partition("</details>")[0]
    days = [english().date(one) for one in (str(later), day)]
    assert " ".join(re.sub(r"<[^<>]*>", " ", changed).split()) == (
        f"What changed {days[0]}: Sentences added: 0, reworded: 1, removed: 0 Reworded: It is a "
        "&lt;hot&gt; drink. Before: Green tea is a drink. "
        f"{days[1]}: First published as reviewed. Sentences: {len(first)}"
    )
    text = (project / "exports/tea/index.md").read_text("utf-8")
    assert "  - Reworded: It is a &lt;hot> drink. Before: Green tea is a drink.\n" in text
    for name in ("index.html", "index.md"):
        assert verify(project / "exports/tea" / name) == []


def test_the_record_holds_each_sentence_with_its_digest_and_sign_offs(released: Path) -> None:
    record = json.loads((released / "exports/tea/record.json").read_bytes())
    one = record["statements"][0]
    assert one["words"] == "Green tea is a drink."
    assert one["digest"].startswith("w2:")
    assert [said["state"] for said in one["sign_offs"]] == ["valid"]
    assert sorted(record["pages"]) == [
        *["index.html", "index.md", "sections/description.html", "sections/description.md"]
    ]


@pytest.mark.parametrize("name", ["index.html", "index.md", "sections/description.html"])
def test_a_published_page_verifies(released: Path, name: str) -> None:
    found = CliRunner().invoke(main, ["verify", str(released / "exports/tea" / name)])
    assert found.exit_code == 0, found.output
    assert "says what its record says." in found.output


@pytest.mark.parametrize("name", ["index.html", "index.md"])
def test_one_changed_character_is_found_and_named(
    released: Path, tmp_path: Path, name: str
) -> None:
    folder = Path(shutil.copytree(released / "exports/tea", tmp_path / "tea"))
    text = (folder / name).read_text("utf-8")
    (folder / name).write_text(text.replace("is a drink", "is a drunk"), "utf-8")
    found = CliRunner().invoke(main, ["verify", str(folder / name)])
    assert found.exit_code == 1
    assert "description-1" in found.output
    assert "Green tea is a drunk." in found.output
    assert "Green tea is a drink." in found.output


def test_a_page_without_sign_offs_is_refused_with_its_rows_and_nothing_is_run(
    project: Path,
) -> None:
    with pytest.raises(NotReady) as raised:
        build_in(project, release=True)
    assert raised.value.message == "Not released: tea. 4 rows stand against it."
    assert [one.key for one in raised.value.report] == [
        *("tea", "tea/description", "tea/description-1", "tea/description-2")
    ]
    assert all(one.line for one in raised.value.report)
    assert tree(project / "exports") == {}
    assert not (project / "exports/.notebooks/index.ipynb").exists()


def test_a_stale_sign_off_stops_a_release(project: Path) -> None:
    content = signed(prepared(project))
    statements = content.statements.copy()
    statements.loc[0, ["text", "answer"]] = ["Green tea is a warm drink.", "reworded"]
    statements.loc[0, "answer_reason"] = "It is never drunk cold."
    write_content(replace(content, statements=statements))
    with pytest.raises(NotReady) as raised:
        build_in(project, release=True)
    assert [one.rule for one in raised.value.report] == ["sign-off-stale"]


def test_a_review_past_its_date_stops_a_release(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed(prepared(project))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "4102444800")  # the year 2100
    with pytest.raises(NotReady) as raised:
        build_in(project, release=True)
    assert [one.rule for one in raised.value.report] == ["review-overdue"]


def test_a_page_is_refused_however_often_the_others_are_released_and_what_is_left_of_it_is_told(
    project: Path,
) -> None:
    add_pages(project, {"milk": "Milk\nIt is white.\n"})
    signed(read_content(project / "data"))
    asked: dict[str, Any] = {"editions": ["current"], "formats": ["markdown"]}
    build_in(project, "milk", **asked)
    for _ in range(3):  # the first one saves what it released, the second finds nothing changed
        with pytest.raises(NotReady, match=r"^Not released: milk\. ") as raised:
            build_in(project, release=True, **asked)
        assert raised.value.built.documents == ("tea",)
        assert "milk/index.md" in raised.value.built.left
        assert raised.value.built.behind == ()
    assert raised.value.built.made == ()


def test_the_command_refuses_with_the_rows_and_status_1(project: Path) -> None:
    places = [f"--{name}={project / name}" for name in ("data", "exports", "notebooks")]
    found = CliRunner().invoke(main, ["build", "--release", *places])
    assert found.exit_code == 1
    assert "[sign-off-missing]" in found.output
    assert "error: Not released: tea." in found.output
    assert "Traceback" not in found.output


# --- signing and looking, at the command line ------------------------------------------------


def test_sign_walks_through_a_section_and_saves_each_answer(project: Path) -> None:
    found = run(
        *["sign", "tea", "--section", "description", "--person", "ada", "--capacity", "editorial"],
        project=project,
        stdin="a\na\nc\nName a source.\n",
    )
    assert found.exit_code == 0, found.output
    assert "[2/3] description · description-1 · background" in found.output
    assert "Green tea is a drink." in found.output
    assert "1 statement waits for the editorial sign-off." in found.output
    rows = read_content(project / "data").signoffs
    assert sorted(rows["verdict"]) == ["approved", "approved", "changes-requested"]
    assert "Name a source." in set(rows["comment"])


def test_sign_goes_on_after_words_that_the_reviewer_wrote(project: Path) -> None:
    content = read_content(project / "data")
    own = content.statements["statement"] == "description-1"
    policy = [{"kind": "background", "capacity": "clinical"}]
    write_content(
        replace(
            content,
            statements=content.statements.assign(author=own.map({True: "ada", False: ""})),
            policies=frame_of("policies", policy, content),
        )
    )
    words = ["sign", "tea", "--person", "ada", "--capacity", "clinical"]
    found = run(*words, project=project, stdin="a\na\n")
    assert found.exit_code == 0, found.output
    assert (
        "'ada' wrote the words of 'description-1' and cannot be their clinical reviewer.\n"
        "hint: Ask another clinician.\n"
    ) in found.output
    assert "1 statement waits for the clinical sign-off." in found.output
    assert len(read_content(project / "data").signoffs) == 1


def test_sign_shows_what_changed_since_a_stale_sign_off(project: Path) -> None:
    content = signed(prepared(project))
    statements = content.statements.copy()
    statements.loc[0, "text"] = "Green tea is a warm drink."
    write_content(replace(content, statements=statements))
    found = run(
        "sign", "tea", "--person", "ada", "--capacity", "editorial", project=project, stdin="q\n"
    )
    assert "Green tea is a {+warm +}drink." in found.output
    assert "by ada" in found.output


def test_sign_takes_one_answer_without_asking(project: Path) -> None:
    words = ["sign", "tea", "--statement", "description-1", "--person", "ada"]
    found = run(*words, "--capacity", "editorial", "--verdict", "approved", project=project)
    assert found.output == "description-1: approved (editorial) by ada.\n"
    assert len(read_content(project / "data").signoffs) == 1


def asked_for_signatures(project: Path) -> None:
    """An editorial sign-off counts only with a signature; Ada and Bo have a key each."""
    content = with_keys(read_content(project / "data"))
    policy = {"capacity": "editorial", "signature": "required"}
    policies = [{"kind": kind, **policy} for kind in ("background", "heading", "title")]
    write_content(replace(content, policies=frame_of("policies", policies, content)))


def test_where_signatures_are_asked_for_a_page_is_released_with_them_alone(
    project: Path, tmp_path: Path
) -> None:
    data = project / "data"
    signed(read_content(data))
    asked_for_signatures(project)
    with pytest.raises(NotReady) as raised:
        build_in(project, release=True)  # runs nothing
    assert {"signature-missing", "sign-off-missing"} <= {one.rule for one in raised.value.report}
    file = written(tmp_path / "id", BO.private, protected())
    words = ["sign", "tea", "--person", "ada", "--capacity", "editorial", "--key", str(file)]
    typed = "\n".join([PASSPHRASE, *"aaaa", ""])
    found = run(*words, project=project, stdin=typed)
    assert found.exit_code == 0, found.output
    assert "0 statements wait for the editorial sign-off." in found.output
    assert PASSPHRASE not in found.output
    assert "Ready for release." in checked(project)
    content = read_content(data)
    forged = content.signoffs.assign(signed_on="2026-11-02")
    write_content(replace(content, signoffs=forged))
    assert "[signature-wrong]" in checked(project)


def checked(project: Path) -> str:
    notebooks = ["--notebooks", str(project / "notebooks")]
    return run("check", "tea", "--release", *notebooks, project=project).output


def test_who_takes_the_key_of_somebody_else_is_told_before_reading_on(
    project: Path, tmp_path: Path
) -> None:
    asked_for_signatures(project)
    file = written(tmp_path / "id", CY.private, protected())
    words = ["sign", "tea", "--person", "ada", "--capacity", "editorial", "--key", str(file)]
    found = run(*words, project=project, stdin=f"{PASSPHRASE}\n")
    assert found.exit_code == 1
    assert "This key is of 'bo', so 'ada' cannot sign with it." in found.output
    assert "[1/" not in found.output
    found = run(
        *words[:-2], "--statement", "description-1", "--verdict", "approved", project=project
    )
    assert "counts only with a signature." in found.output


def test_sign_refuses_someone_who_is_not_among_the_people(project: Path) -> None:
    found = run("sign", "tea", "--person", "zoe", "--capacity", "lay", project=project)
    assert found.exit_code == 1
    assert "error: No person 'zoe'." in found.output


def test_check_finds_what_is_missing_and_exits_1(project: Path) -> None:
    found = run("check", "tea", project=project)
    assert found.exit_code == 1
    assert (
        "statements.csv:2: text: error: No editorial sign-off. [sign-off-missing]" in found.output
    )


def test_check_exits_0_when_all_is_well(project: Path) -> None:
    signed(prepared(project))
    found = run("check", project=project)
    assert found.exit_code == 0, found.output


def test_check_of_broken_tables_names_the_cell(project: Path) -> None:
    path = project / "data" / "statements.csv"
    path.write_text(path.read_text("utf-8").replace("background", "backgrond"), "utf-8")
    found = run("check", project=project)
    assert found.exit_code == 1
    assert "Did you mean 'background'?" in found.output


def test_check_for_github_puts_the_rest_into_the_step_summary(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    found = run("check", "--format", "github", project=project)
    assert found.output.startswith("::error ")
    assert "| error | sign-off-missing |" in (tmp_path / "summary.md").read_text("utf-8")


def test_redline_prints_what_changed_and_whose_sign_off_is_void(project: Path) -> None:
    content = prepared(project)
    statements = content.statements.copy()
    statements.loc[0, "text"] = "Green tea is a warm drink."
    write_content(replace(content, statements=statements))
    found = run("redline", "tea", project=project)
    assert found.output == (
        "description/description-1: reworded\n    Green tea is a {+warm +}drink.\n"
        "    answer: kept, when it was last answered\n"
    )


def source(**cells: Any) -> str:
    return json.dumps([{"id": "lee-2020", "type": "book", "title": "Tea", **cells}])


def test_sources_come_in_and_go_out(project: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(source(), "utf-8")
    found = run("import-sources", str(tmp_path / "a.json"), project=project)
    assert "1 sources added, 0 brought up to date" in found.output
    assert json.loads(run("export-sources", project=project).output) == json.loads(source())


def test_impact_lists_what_a_source_touches_and_fails_over_a_limit(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text(source(), "utf-8")
    run("import-sources", str(tmp_path / "a.json"), project=project)
    content = read_content(project / "data")
    statements = content.statements.copy()
    statements.loc[0, "text"] = "Green tea is a drink. [@lee-2020]"
    write_content(replace(content, statements=statements))
    found = run("impact", "source", "lee-2020", project=project)
    assert found.exit_code == 0
    assert found.output == (
        "source lee-2020: 1 statement on 1 page, 0 sign-offs\n"
        "  tea/description-1: Green tea is a drink.\n"
    )
    assert run("impact", "source", "lee-2020", "--fail-over", "0", project=project).exit_code == 1


def test_a_source_with_a_bad_doi_is_refused_and_nothing_is_saved(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text(source(DOI="nonsense"), "utf-8")
    before = (project / "data" / "sources.csv").read_bytes()
    found = run("import-sources", str(tmp_path / "a.json"), project=project)
    assert found.exit_code == 1
    assert "doi" in found.output
    assert (project / "data" / "sources.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("form", "change"),
    [
        ("html", "shown['text/html'] = shown['text/html'].replace('People', 'All people')"),
        ("html", "shown[FACTS] = shown[FACTS].replace('\"Tea\"', '\"Tea, the cure\"')"),
        ("markdown", "shown['text/markdown'] += 'It cures.'"),
    ],
)
def test_a_notebook_that_shows_other_words_below_reviewed_is_not_published(
    released: Path, tmp_path: Path, form: str, change: str
) -> None:
    project = Path(shutil.copytree(released, tmp_path / "project"))
    before = tree(project / "exports")
    notebook = json.loads((project / "notebooks/document.ipynb").read_bytes())
    notebook["cells"][-1]["source"] = (
        "from IPython.display import display\n"
        f"FACTS = {FACTS!r}\n"
        "shown = page._repr_mimebundle_()\n"
        f"{change}\n"
        "display(shown, raw=True)"
    )
    (project / "notebooks/document.ipynb").write_text(json.dumps(notebook), "utf-8")
    with pytest.raises(BuildFailed) as raised:
        build_in(project, editions=["current"], formats=[form])
    assert "calls itself reviewed, and says something else than the tables" in str(raised.value)
    assert tree(project / "exports/tea") == {
        name.removeprefix("tea/"): data for name, data in before.items() if name[:4] == "tea/"
    }


def test_a_notebook_that_says_more_of_its_page_than_the_tables_is_not_published(
    released: Path, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(released, tmp_path / "project"))
    index = (project / "exports/index.html").read_text("utf-8")
    notebook = json.loads((project / "notebooks/document.ipynb").read_bytes())
    words = {"cell_type": "markdown", "metadata": {}, "source": "It cures.", "id": "more"}
    beside = {**notebook, "cells": [*notebook["cells"], words]}
    (project / "notebooks/document.ipynb").write_text(json.dumps(beside), "utf-8")
    build_in(project)
    lowered = (project / "exports/index.html").read_text("utf-8")
    assert "state: part-reviewed" in (project / "exports/tea/index.md").read_text("utf-8")
    assert "Draft: a clinician has reviewed parts of it" in lowered
    assert "Reviewed: every sentence is signed off" not in lowered
    (project / "notebooks/document.ipynb").write_text(json.dumps(notebook), "utf-8")
    build_in(project)
    assert (project / "exports/index.html").read_text("utf-8") == index
    content = read_content(project / "data")
    write_content(replace(content, signoffs=content.signoffs.iloc[:0]))
    before = tree(project / "exports/tea")
    notebook["cells"][-1]["source"] = (
        "from IPython.display import display\n"
        "said = {'kind': 'document', 'title': 'Tea', 'state': 'reviewed'}\n"
        "shown = {'text/html': '<p>It cures.</p>', 'application/vnd.ketcontent+json': said}\n"
        "display(shown, raw=True)"
    )
    (project / "notebooks/document.ipynb").write_text(json.dumps(notebook), "utf-8")
    with pytest.raises(BuildFailed) as raised:
        build_in(project)
    assert "tea/index.html calls itself reviewed, and by the tables it is draft" in str(
        raised.value
    )
    assert tree(project / "exports/tea") == before
    assert "Draft: no clinician has reviewed it" in (project / "exports/index.html").read_text(
        "utf-8"
    )
