"""Whatever changes what a reader sees of an exported page, or what it does, is named."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ketcontent.approvals.page_reading import read_page_html
from ketcontent.approvals.verification import verify_alone
from ketcontent.cli import main
from tests.approvals.test_record import exported, mismatches, recorded
from tests.conftest import ROOT

with (ROOT / "tests" / "attacks" / "verify.csv").open(encoding="utf-8", newline="") as _file:
    ATTACKS = [
        pytest.param(*row[1:], id=f"{row[0]}, {row[1]}") for row in list(csv.reader(_file))[1:]
    ]


@pytest.mark.parametrize(("kind", "find", "replace"), ATTACKS)
def test_an_attack_on_a_page_is_named(kind: str, find: str, replace: str) -> None:
    name = f"index.{kind}"
    text = exported()[name]
    assert find in text
    assert mismatches(name, text.replace(find, replace, 1)) != []


@pytest.mark.parametrize("name", ["index.html", "index.md"])
def test_a_record_of_an_older_version_still_knows_the_words(name: str) -> None:
    old = {key: said for key, said in recorded().items() if key not in ("files", "addresses")}
    text = exported()[name]
    assert mismatches(name, text, old) == []
    assert mismatches(name, text.replace("stains", "stained"), old) != []


def test_white_space_between_elements_is_no_departure() -> None:
    text = exported()["index.html"].replace("</section>", "</section>\n\n")
    assert mismatches("index.html", text) == []


def test_a_page_alone_is_told_what_cannot_be_checked(tmp_path: Path) -> None:
    path = tmp_path / "copy.html"
    path.write_text(exported()["index.html"])
    assert verify_alone(path)[0] == []
    result = CliRunner().invoke(main, ["verify", str(path), "--page-only"])
    assert result.exit_code == 0
    assert "Not checked: whether a sentence is gone, added or moved.\n" in result.output
    path.write_text(exported()["index.html"].replace("</main>", "<script>alert(1)</script></main>"))
    result = CliRunner().invoke(main, ["verify", str(path), "--page-only"])
    assert result.exit_code == 1
    assert "page: not in the record: a script that runs\n" in result.output


def test_a_record_that_is_not_the_one_of_the_manifest_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "ketamine"
    folder.mkdir()
    for name in ("index.html", "record.json"):
        (folder / name).write_bytes((ROOT / "exports" / "ketamine" / name).read_bytes())
    (tmp_path / "manifest.json").write_bytes((ROOT / "exports" / "manifest.json").read_bytes())
    run = CliRunner().invoke
    assert run(main, ["verify", str(folder / "index.html")]).exit_code == 0
    path = folder / "record.json"
    path.write_text(path.read_text("utf-8").replace('"missing"', '"valid"'), "utf-8")
    result = run(main, ["verify", str(folder / "index.html")])
    assert result.exit_code == 1
    assert "a record.json that is not the one in manifest.json" in result.output


@pytest.mark.parametrize(
    "path",
    sorted(path for path in (ROOT / "exports").rglob("*.html") if path.name != "review.html"),
    ids=lambda path: path.parent.name + "/" + path.name,
)
def test_a_published_page_holds_nothing_that_is_strange(path: Path) -> None:
    if path.parent == ROOT / "exports":
        return  # the index has no record
    assert read_page_html(path.read_text("utf-8")).strange == ()


@pytest.mark.parametrize("shape", ["<div>", "<b><i>", "<!--", "&amp", "<a", "<table><tr>"])
def test_a_page_of_any_shape_is_read(shape: str) -> None:
    found: Any = read_page_html("<!doctype html>" + shape * 5000)
    assert found.markup
