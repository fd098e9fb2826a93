"""Judges of other packages: what they find is advice unless a policy trusts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketcontent.checks.plugins import installed_judges
from ketcontent.checks.runner import check
from ketcontent.editor.feedback import alone_with, page_faults, sentence_faults
from ketcontent.pages import PageView
from tests.judging import DAY, page

FINDS = """
from ketcontent.diagnostics import Diagnostic

def judge(view, *, edition):
    yield Diagnostic(rule="no-zinc", message="Zinc again.", severity="error",
                     table="statements", key=f"{view.document}/colds", column="text")
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package with one judge, whose module is written by the test."""
    info = tmp_path / "house-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: house\nVersion: 1.0\n")
    name = f"house_{tmp_path.name.replace('-', '_')}"
    (info / "entry_points.txt").write_text(f"[ketcontent.judges]\nhouse-style = {name}:judge\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path / f"{name}.py"


@pytest.mark.parametrize(
    ("kind", "judges", "severity"),
    [
        ("benefit", "house-style", "error"),
        ("benefit", "other house-style", "error"),
        ("benefit", "house", "advice"),
        ("risk", "house-style", "advice"),
    ],
)
def test_what_it_finds_is_advice_unless_a_policy_trusts_it_for_that_kind(
    package: Path, kind: str, judges: str, severity: str
) -> None:
    package.write_text(FINDS)
    content = page(policies={"kind": kind, "capacity": "editorial", "judges": judges})
    (one,) = [one for one in check(content, as_of=DAY) if one.rule == "no-zinc"]
    assert (one.severity, one.section) == (severity, "colds")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def judge(view, *, edition): return [1 / 0]", "ZeroDivisionError: division by zero"),
        ("def judge(view, *, edition): return ['bad']", "TypeError: it returned str, and no"),
        (
            "def judge(view, *, edition): return None",
            "TypeError: 'NoneType' object",
        ),
        ("def other(): ...", "AttributeError: module"),
        ("import not_to_be_found", "ModuleNotFoundError: No module named 'not_to_be_found'"),
    ],
)
def test_a_judge_that_fails_is_a_finding_and_the_others_go_on(
    package: Path, code: str, said: str
) -> None:
    package.write_text(code)
    report = check(page({("statements", "harm"): {"certainty": ""}}), as_of=DAY)
    (one,) = [one for one in report if one.rule == "judge-failed"]
    assert one.message.startswith(f"The judge 'house-style' failed: {said}")
    assert one.severity == "warning"
    assert "no-grade" in {one.rule for one in report}


def test_in_the_workbench_it_looks_when_typing_rests_and_not_at_each_letter(package: Path) -> None:
    package.write_text(FINDS)
    content = page()
    whole = PageView(content, "zinc")
    alone = alone_with(whole, "colds")
    assert installed_judges() == ("house-style",)
    assert "no-zinc" in {one.rule for one in page_faults(whole, "colds", [])}
    assert "no-zinc" not in {one.rule for one in sentence_faults(alone, "colds")}
    assert "no-zinc" not in {one.rule for one in page_faults(whole, "harm", [])}
