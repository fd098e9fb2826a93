"""The floor under the rules: what is asked less of is named on page, in review and by check."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from nbformat import v4

from ketcontent import assemble, read_content, with_signoffs, write_content
from ketcontent.approvals.signing import open_statements, sign_off
from ketcontent.checks.release import WAIVER_DAYS, release_faults
from ketcontent.cli import main
from ketcontent.clock import today
from ketcontent.errors import KetcontentError
from ketcontent.execution.exporters import EXPORTERS
from ketcontent.markup.templates import FACTS
from ketcontent.model.content import Content, frame_of, rows_of
from ketcontent.model.floor import CLINICAL_PROFESSIONS, shipped_rows
from ketcontent.reports.history import version
from ketcontent.reports.summaries import summary
from tests.approvals.test_signed_attacks import DAY, signed_page, state
from tests.conftest import ROOT


@cache
def with_floor() -> Content:
    """The signed page in a project that asks what the package asks."""
    content = signed_page()
    frames = {
        name: frame_of(name, list(shipped_rows(name)), content)
        for name in ("policies", "rules", "phrases", "topics", "help_lines")
    }
    return replace(content, **frames)


def halved(content: Content, table: str) -> Content:
    """The tables with every second row of one."""
    return replace(content, **{table: getattr(content, table).iloc[::2].reset_index(drop=True)})


def without(content: Content, table: str, *keys: str) -> Content:
    """The tables without some rows of one, or without any."""
    rows = rows_of(getattr(content, table))
    key = content.schemas[table].key
    left = [row for row in rows if keys and "/".join(row[name] for name in key) not in keys]
    return replace(content, **{table: frame_of(table, left, content)})


def with_cells(content: Content, table: str, key: str, **cells: str) -> Content:
    rows = rows_of(getattr(content, table))
    names = content.schemas[table].key
    changed = [
        {**row, **cells} if "/".join(row[name] for name in names) == key else row for row in rows
    ]
    return replace(content, **{table: frame_of(table, changed, content)})


BELOW = [
    pytest.param(lambda one: without(one, "policies"), "policies: it is empty", id="no policies"),
    pytest.param(
        lambda one: without(one, "policies", "benefit/clinical"),
        "policies benefit/clinical: no clinical sign-off",
        id="no clinician for benefits",
    ),
    pytest.param(lambda one: without(one, "rules"), "rules: it is empty", id="no rules"),
    pytest.param(
        lambda one: without(one, "rules", "absolute-safety-claim"),
        "rules absolute-safety-claim: the shipped rule is not there",
        id="a rule less",
    ),
    pytest.param(
        lambda one: with_cells(one, "rules", "absolute-safety-claim", severity="advice"),
        "rules absolute-safety-claim: its findings are advice, not error",
        id="a rule that only advises",
    ),
    pytest.param(
        lambda one: with_cells(
            one, "rules", "absolute-safety-claim", looks_for="{nothing like it}"
        ),
        "rules absolute-safety-claim: it looks for other words",
        id="a rule that looks elsewhere",
    ),
    pytest.param(
        lambda one: without(one, "phrases"), "phrases: it is empty: no rule finds", id="no phrases"
    ),
    pytest.param(
        lambda one: halved(one, "phrases"),
        f"phrases: {len(shipped_rows('phrases')) // 2} of {len(shipped_rows('phrases'))} are not "
        "there as shipped, most of the lists hope, ",
        id="half of the phrases",
    ),
    pytest.param(
        lambda one: replace(one, phrases=one.phrases[one.phrases["list"] != "best"]),
        "are not there as shipped, most of the lists best.",
        id="a list of phrases less",
    ),
    pytest.param(
        lambda one: with_cells(one, "phrases", "proven/# in # expert/en", exceptions="so"),
        f"phrases: 1 of {len(shipped_rows('phrases'))} are not there as shipped",
        id="a phrase with an exception more",
    ),
    pytest.param(
        lambda one: without(one, "help_lines"), "help_lines: it is empty", id="no help lines"
    ),
    pytest.param(
        lambda one: without(one, "help_lines", "IE/Samaritans"),
        "help_lines: 1 of 9 are not there as shipped: IE/Samaritans.",
        id="a help line less",
    ),
    pytest.param(
        lambda one: with_cells(one, "help_lines", "CA/988", contact="call 989"),
        "help_lines: 1 of 9 are not there as shipped: CA/988.",
        id="another number of a help line",
    ),
    pytest.param(lambda one: without(one, "topics"), "topics: no question", id="no topics"),
    pytest.param(
        lambda one: with_cells(one, "topics", "addiction", level="should"),
        "topics addiction: this question need not be answered",
        id="a question that need not be answered",
    ),
]


def test_a_project_that_asks_what_the_package_asks_deviates_nowhere() -> None:
    content = with_floor()
    assert with_signoffs(content, assemble(content, "page")).deviations == ()
    assert release_faults(content, ["page"])["page"] == []
    policies = [*rows_of(content.policies), {"kind": "heading", "capacity": "clinical"}]
    more = replace(content, policies=frame_of("policies", policies, content))
    assert release_faults(more, ["page"])["page"] == []


@pytest.mark.slow
@pytest.mark.parametrize(("lowered", "said"), BELOW)
def test_each_deviation_is_named_on_the_page_in_its_review_and_by_the_check(
    lowered: Any, said: str
) -> None:
    content = lowered(with_floor())
    page = with_signoffs(content, assemble(content, "page"))
    assert said in page.to_html()
    assert said in page.to_markdown().replace("\\", "")
    assert said in summary(content, "page").to_html()
    assert said in summary(content, "page").to_markdown().replace("\\", "")
    faults = release_faults(content, ["page"])["page"]
    assert {one.rule for one in faults} == {"below-the-floor"}


def test_the_check_for_a_release_names_what_is_below_the_floor(tmp_path: Path) -> None:
    write_content(without(with_floor(), "topics"), tmp_path / "data")
    ran = CliRunner().invoke(main, ["check", "--release", "--data", str(tmp_path / "data")])
    assert ran.exit_code == 1
    assert "[below-the-floor]" in ran.output
    assert "topics.csv asks less than the shipped one" in ran.output


def test_without_policies_those_that_are_shipped_hold() -> None:
    bare = replace(with_floor(), signoffs=signed_page().signoffs.iloc[:0])
    kinds = [open_statements(one, "page", "clinical") for one in (bare, without(bare, "policies"))]
    assert [len(one) for one in kinds] == [6, 6]


# --- who may sign, and when ------------------------------------------------------------------


def test_one_person_without_a_credential_cannot_sign_for_a_clinician() -> None:
    content = replace(with_floor(), signoffs=signed_page().signoffs.iloc[:0])
    with pytest.raises(KetcontentError) as raised:
        sign_off(content, "page", "a-1", person="bo", capacity="clinical")
    assert raised.value.message == (
        "'bo' has no clinical profession in people.csv and cannot be a clinical reviewer."
    )
    nurse = with_cells(content, "people", "bo", profession="nurse", credential="–")
    with pytest.raises(KetcontentError) as raised:
        sign_off(nurse, "page", "a-1", person="bo", capacity="clinical")
    assert raised.value.message == (
        "'bo' has no credential in people.csv and cannot be a clinical reviewer."
    )


def test_the_professions_of_a_clinician_are_those_of_the_shipped_list() -> None:
    field = with_floor().schemas["people"].fields["profession"]
    assert frozenset(field["constraints"]["enum"]) == CLINICAL_PROFESSIONS


def test_a_sign_off_of_a_day_to_come_does_not_count() -> None:
    content = with_floor()
    later = (today() + datetime.timedelta(2)).isoformat()
    dated = replace(content, signoffs=content.signoffs.assign(signed_on=later))
    assert state(dated) == "draft"
    assert state(replace(content, signoffs=content.signoffs.assign(signed_on=str(today())))) == (
        "reviewed"
    )


def committed(folder: Path, content: Content, day: str) -> None:
    """Save the tables and commit them on a day, or at a time."""
    write_content(content, folder)
    if not (folder / ".git").exists():
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    author = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    at = day if "T" in day else f"{day}T12:00:00+00:00"
    words = ["git", *author, "commit", "-q", "-m", "Save", f"--date={at}"]
    env = {**os.environ, "GIT_COMMITTER_DATE": at}
    subprocess.run(words, cwd=folder, check=True, env=env)


def test_words_that_were_committed_on_the_day_they_were_signed_count_in_a_row_that_is_younger(
    tmp_path: Path,
) -> None:
    committed(tmp_path, with_floor(), str(DAY))
    later = with_cells(read_content(tmp_path), "sections", "page/b", supplied_heading="Harm")
    committed(tmp_path, later, "2026-11-10")
    assert release_faults(read_content(tmp_path), ["page"])["page"] == []


def test_a_sign_off_from_before_its_words_were_committed_is_named(tmp_path: Path) -> None:
    content = with_floor()
    committed(tmp_path, content, "2026-10-20")

    assert release_faults(read_content(tmp_path), ["page"])["page"] == []
    later = with_cells(read_content(tmp_path), "sections", "page/b", heading="What may go wrong")
    signed = sign_off(later, "page", "heading:b", person="bo", capacity="editorial", signed_on=DAY)
    committed(tmp_path, signed, "2026-11-10")
    [one] = release_faults(read_content(tmp_path), ["page"])["page"]
    assert (one.rule, one.table, one.key) == ("signed-before-the-words", "sections", "page/b")
    assert one.message == (
        "bo signed 'heading:b' on 2026-11-01 (editorial), and git has its words since 2026-11-10."
    )


def test_no_program_that_a_repository_names_is_run(tmp_path: Path) -> None:
    """To convert a file, to look for changes, to check a signature, to fetch what is missing."""

    folder = tmp_path / "data"
    folder.mkdir()
    committed(folder, with_floor(), "2026-11-10")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n", "utf-8")
    program.chmod(0o755)
    (folder / ".git/info/attributes").write_text("*.csv diff=x filter=x\n", "utf-8")
    for name, value in (
        *(("diff.x.textconv", program), ("diff.x.command", program), ("diff.external", program)),
        *(("filter.x.clean", program), ("filter.x.smudge", program), ("gpg.program", program)),
        *(("core.fsmonitor", program), ("core.pager", program), ("core.sshCommand", program)),
        *(("log.showSignature", "true"), ("protocol.ext.allow", "always")),
    ):
        subprocess.run(["git", "config", name, str(value)], cwd=folder, check=True)
    (folder / "terms.csv").touch()  # git has to look at it anew
    found = release_faults(read_content(folder), ["page"])["page"]
    assert {one.rule for one in found} == {"signed-before-the-words"}
    version(folder, "page", "HEAD")
    assert not (tmp_path / "ran").exists()


def test_words_put_back_are_as_old_as_they_were(tmp_path: Path) -> None:

    content = with_floor()
    committed(tmp_path, content, "2026-10-20")
    other = with_cells(read_content(tmp_path), "statements", "page/a-2", text="It may help.")
    committed(tmp_path, other, "2026-11-10")
    back = with_cells(
        read_content(tmp_path), "statements", "page/a-2", text="It may ease a headache."
    )
    committed(tmp_path, back, "2026-11-12")
    assert release_faults(read_content(tmp_path), ["page"])["page"] == []


# --- waivers ---------------------------------------------------------------------------------


def waived(**cells: str) -> Content:
    content = with_floor()
    row = {"table": "statements", "row": "page/b-1", "rule": "promotion", "reason": "Quoted."}
    row |= {"until": (today() + datetime.timedelta(30)).isoformat(), "owner": "ada", **cells}
    return replace(content, waivers=frame_of("waivers", [row], content))


KEY = "waiver:statements/page/b-1/promotion"


def signed_by(content: Content, clinical: str, editorial: str) -> Content:
    for capacity, person in (("clinical", clinical), ("editorial", editorial)):
        content = sign_off(content, "page", KEY, person=person, capacity=capacity, signed_on=DAY)
    return content


def test_a_page_with_a_waiver_is_not_reviewed_until_that_is_signed_by_others() -> None:
    content = waived(owner="bo")
    assert state(content) != "reviewed"
    with pytest.raises(KetcontentError) as raised:
        signed_by(content, "ada", "bo")
    assert raised.value.message == "'bo' answers for this waiver and cannot sign it."
    signed = signed_by(content, "ada", "ada")
    assert state(signed) == "reviewed"
    for cells in ({"reason": "Never mind."}, {"until": "2027-01-01"}, {"owner": "ada"}):
        [row] = rows_of(signed.waivers)
        other = replace(signed, waivers=frame_of("waivers", [{**row, **cells}], signed))
        assert state(other) != "reviewed"


@pytest.mark.parametrize(
    ("cells", "rules"),
    [
        ({}, []),
        ({"owner": ""}, ["waiver-without-owner"]),
        ({"until": "9999-12-31"}, ["waiver-too-long"]),
        ({"until": "9999-12-31", "owner": ""}, ["waiver-without-owner", "waiver-too-long"]),
        ({"until": WAIVER_DAYS}, []),
        ({"until": WAIVER_DAYS + 1}, ["waiver-too-long"]),
    ],
)
def test_a_waiver_has_an_owner_and_ends_within_a_year(cells: Any, rules: list[str]) -> None:
    if isinstance(days := cells.get("until"), int):  # from the day of the test, not of the list
        cells = {**cells, "until": str(today() + datetime.timedelta(days))}
    content = waived(**cells)
    assert [one.rule for one in release_faults(content, ["page"])["page"]] == rules


# --- words of a notebook ---------------------------------------------------------------------


PRINTED = v4.new_output("stream", name="stdout", text="It cures.")


def page_notebook(content: Content, *more: Any) -> Any:
    page = with_signoffs(content, assemble(content, "page"))
    output = v4.new_output("display_data", data=page._repr_mimebundle_())
    output["data"][FACTS] = json.loads(output["data"][FACTS])
    return v4.new_notebook(cells=[*more, v4.new_code_cell("page", outputs=[output])])


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(v4.new_markdown_cell("It cures."), id="Markdown"),
        pytest.param(
            v4.new_code_cell("", outputs=[PRINTED]),
            id="print",
        ),
        pytest.param(
            v4.new_code_cell(
                "", outputs=[v4.new_output("display_data", data={"text/html": "<p>It cures.</p>"})]
            ),
            id="display",
        ),
    ],
)
@pytest.mark.parametrize("form", ["html", "markdown"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_words_of_a_cell_beside_a_reviewed_page_make_it_part_reviewed(form: str, cell: Any) -> None:
    texts = [
        EXPORTERS[form]().from_notebook_node(page_notebook(signed_page(), *more))[0]
        for more in ((), (cell,))
    ]
    approved = "Every sentence was approved, in these words"
    assert [approved in one for one in texts] == [True, False]
    assert "A clinician has reviewed parts of this page, not all of it." in texts[1]
    assert "Reviewed." not in texts[1]
    assert '"Reviewed"' not in texts[1]
    assert ("noindex" in texts[1]) == (form == "html")


def test_a_check_for_release_names_the_markdown_of_a_notebook(tmp_path: Path) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "document.ipynb", 4)
    nbformat.write(notebook, tmp_path / "document.ipynb")
    content = with_floor()
    assert release_faults(content, ["page"], tmp_path)["page"] == []
    notebook.cells.append(v4.new_markdown_cell("It cures.\n\nEverything."))
    nbformat.write(notebook, tmp_path / "document.ipynb")
    [one] = release_faults(content, ["page"], tmp_path)["page"]
    assert one.rule == "words-of-a-notebook"
    assert one.message == "Cell 5 shows words on the page that nobody can sign: It cures."
    assert one.file.endswith("document.ipynb")
