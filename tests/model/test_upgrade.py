"""A project that an older version made is brought up by one command that says what it did."""

from __future__ import annotations

import csv
import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ketcontent import check, read_content
from ketcontent.cli import main
from ketcontent.errors import BrokenTables, KetcontentError
from ketcontent.model.schema import shipped_path
from ketcontent.model.store import write_content
from ketcontent.model.upgrade import upgrade_tables
from ketcontent.reports.history import version
from tests.conftest import ROOT


def without_columns(data: Path, table: str, *names: str) -> None:
    """Take columns out of a table and of its data package, as an older version had them."""
    path = data / "datapackage.json"
    package = json.loads(path.read_bytes())
    for resource in package["resources"]:
        if resource["name"] == table:
            fields = resource["schema"]["fields"]
            resource["schema"]["fields"] = [one for one in fields if one["name"] not in names]
    path.write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", "utf-8")
    file = data / f"{table}.csv"
    with file.open(encoding="utf-8", newline="") as old:
        header, *rows = csv.reader(old)
    kept = [place for place, name in enumerate(header) if name not in names]
    with file.open("w", encoding="utf-8", newline="") as new:
        writer = csv.writer(new, lineterminator="\n")
        writer.writerows([cells[place] for place in kept] for cells in (header, *rows))


@pytest.fixture
def data(copy_of_made: Path) -> Path:
    return copy_of_made / "data"


def tables_of(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in data.iterdir() if path.suffix != ".lock"}


def test_columns_that_came_since_are_added_where_they_belong_and_all_else_stays(data: Path) -> None:
    before = tables_of(data)
    without_columns(data, "sections", "supplied_run_in")
    without_columns(data, "documents", "purpose", "publisher")
    with pytest.raises(KetcontentError) as refused:
        read_content(data)
    assert "'ketcontent upgrade'" in refused.value.hint
    older = tables_of(data)
    planned = upgrade_tables(data, dry_run=True)
    assert tables_of(data) == older
    assert upgrade_tables(data) == planned
    assert dict(planned.columns) == {
        "documents": ("purpose", "publisher"),
        "sections": ("supplied_run_in",),
    }
    after = tables_of(data)
    assert {name: after[name] for name in before} == before


def test_a_table_that_came_since_is_added_empty(data: Path) -> None:
    path = data / "datapackage.json"
    package = json.loads(path.read_bytes())
    package["resources"] = [one for one in package["resources"] if one["name"] != "waivers"]
    path.write_text(json.dumps(package), "utf-8")
    (data / "waivers.csv").unlink()
    assert upgrade_tables(data).tables == ("waivers",)
    assert read_content(data).waivers.empty
    assert path.read_bytes() == shipped_path().read_bytes()


def test_furniture_in_other_languages_comes_with_rows_and_one_that_went_stays_away(
    data: Path,
) -> None:
    own = "about,de,Von uns,"
    (data / "strings.csv").write_text(f"string,language,text,checked_on\n{own}\n", "utf-8")
    without_columns(data, "strings", "checked_on")
    done = upgrade_tables(data)
    assert [language for language, _ in done.translated] == ["ar", "de", "es", "fr"]
    text = (data / "strings.csv").read_text("utf-8")
    assert own in text.splitlines()
    assert "\nabout,fr,À propos de cette page,\n" in text
    shipped = (ROOT / "data" / "strings.csv").read_text("utf-8").splitlines()
    assert set(text.splitlines()) == {
        one for one in shipped if ",en," not in one and not one.startswith("about,de,")
    } | {own}
    assert upgrade_tables(data).needed is False
    lines = [one for one in text.splitlines() if ",es," not in one and "sentence,fr" not in one]
    (data / "strings.csv").write_text("\n".join(lines) + "\n", "utf-8")
    assert upgrade_tables(data).translated == (("fr", 1),)
    assert ",es," not in (data / "strings.csv").read_text("utf-8")


def test_columns_and_tables_of_its_own_stay_with_their_cells(data: Path) -> None:
    path = data / "datapackage.json"
    package = json.loads(path.read_bytes())
    terms = next(one for one in package["resources"] if one["name"] == "terms")
    own = {"name": "mood", "type": "string", "description": "Ours."}
    terms["schema"]["fields"].insert(1, own)
    moods: dict[str, Any] = {"name": "moods", "path": "moods.csv", "schema": {"fields": [own]}}
    package["resources"].append(moods)
    path.write_text(json.dumps(package), "utf-8")
    (data / "terms.csv").write_text("term,mood,language,expansion,plain\nTLA,fine,en,x,\n", "utf-8")
    without = json.loads(path.read_bytes())
    for resource in without["resources"]:
        if resource["name"] == "terms":
            fields = resource["schema"]["fields"]
            resource["schema"]["fields"] = [one for one in fields if one["name"] != "definition"]
    path.write_text(json.dumps(without), "utf-8")
    done = upgrade_tables(data)
    assert done.own == ("terms.mood", "moods.mood")
    assert (data / "terms.csv").read_text("utf-8") == (
        "term,mood,language,expansion,plain,definition\nTLA,fine,en,x,,\n"
    )
    assert json.loads(path.read_bytes())["resources"][-1] == moods
    assert upgrade_tables(data).needed is False


def test_what_its_data_package_says_otherwise_is_named_before_it_is_as_shipped(data: Path) -> None:
    path = data / "datapackage.json"
    package = json.loads(path.read_bytes())
    fields = next(one for one in package["resources"] if one["name"] == "statements")["schema"]
    kind = next(one for one in fields["fields"] if one["name"] == "kind")
    kind["constraints"]["enum"].append("rumour")
    path.write_text(json.dumps(package), "utf-8")
    assert upgrade_tables(data).described == ("statements: kind: constraints as shipped",)
    assert path.read_bytes() == shipped_path().read_bytes()


def test_tables_with_faults_are_not_touched_and_every_fault_is_named(data: Path) -> None:
    without_columns(data, "documents", "purpose")
    with (data / "terms.csv").open("a", encoding="utf-8") as file:
        file.write("only one cell\n")
    before = tables_of(data)
    with pytest.raises(BrokenTables) as refused:
        upgrade_tables(data)
    assert [one.rule for one in refused.value.report] == ["ragged-line"]
    assert tables_of(data) == before


def test_tables_of_which_one_is_gone_are_not_called_up_to_date(data: Path) -> None:
    (data / "site.csv").unlink()
    with pytest.raises(BrokenTables) as refused:
        upgrade_tables(data)
    [fault] = refused.value.report
    assert (fault.rule, Path(fault.file).name) == ("missing-file", "site.csv")
    assert fault.hint.endswith("make it with this one line: address,name,license")
    (data / "site.csv").write_text("address,name,license\n", "utf-8")
    assert not upgrade_tables(data).needed


def test_the_command_says_what_it_did(data: Path) -> None:
    def said(*words: str) -> str:
        result = CliRunner().invoke(main, ["upgrade", *words, "--data", str(data)])
        assert result.exit_code == 0
        return result.output.replace(str(data), "DATA")

    assert said() == "The tables in DATA are up to date.\n"
    without_columns(data, "sections", "supplied_run_in")
    new = "sections: 1 new column, empty: supplied_run_in\n"
    assert said("--dry-run") == f"{new}Nothing was changed. Leave out --dry-run to do it.\n"
    assert said() == f"{new}The tables in DATA are up to date now.\n"


def test_what_stands_as_it_was_received_is_answered_and_the_rest_is_left_to_editors(
    data: Path,
) -> None:
    content = read_content(data)
    frame = content.statements.copy()
    edits = {
        "pain-1": "It may ease pain.",
        "fever-1": "",
        "side-effects-1": "It *may* cause bleeding.",
    }
    for statement, words in edits.items():
        frame.loc[frame["statement"] == statement, "text"] = words
    frame.loc[frame["statement"] == "fever-1", "position"] = None
    write_content(replace(content, statements=frame))
    without_columns(data, "statements", "answer", "answered_by", "answer_reason")
    done = upgrade_tables(data)
    assert (done.kept, done.unanswered) == (5, 2)
    assert str(done) == (
        "statements: 3 new columns, empty: answer, answered_by, answer_reason\n"
        "statements: of the supplied sentences 5 stand as received (answer: kept); for 2 an editor "
        "has to say what became of them"
    )
    content = read_content(data)
    answers = content.statements.set_index("statement")["answer"].to_dict()
    assert {key for key, answer in answers.items() if not answer} == {"pain-1", "fever-1"}
    assert set(answers.values()) == {"kept", ""}
    said = {one.key for one in check(content) if one.rule.startswith(("no-answer", "answer-"))}
    assert said == {"aspirin/pain-1", "aspirin/fever-1"}
    assert (upgrade_tables(data).kept, upgrade_tables(data).unanswered) == (0, 0)


def test_a_page_at_a_commit_of_an_older_version_can_be_compared(data: Path) -> None:
    without_columns(data, "documents", "purpose")
    git = ["git", "-C", str(data), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Old tables"]):
        subprocess.run([*git, *words], check=True)
    upgrade_tables(data)
    write_content(read_content(data))
    assert version(data, "aspirin", "HEAD").page.title == "Aspirin"
