"""A fault says where, how bad, what and what to do; a report lists all faults, worst first."""

from __future__ import annotations

import dataclasses
import pickle

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketcontent.diagnostics import Diagnostic, Report

FAULT = Diagnostic(
    rule="not-in-list",
    message="'benifit' is not a value of 'kind'.",
    hint="Did you mean 'benefit'?",
    table="statements",
    key="ketamine/calm",
    file="data/statements.csv",
    line=4,
    column="kind",
    cell="benifit",
    span=(0, 7),
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            {},
            "data/statements.csv:4: kind: error: 'benifit' is not a value of 'kind'. "
            "[not-in-list]\n    hint: Did you mean 'benefit'?",
            id="a cell",
        ),
        pytest.param(
            {"column": "", "hint": "", "severity": "warning"},
            "data/statements.csv:4: warning: 'benifit' is not a value of 'kind'. [not-in-list]",
            id="a line",
        ),
        pytest.param(
            {"column": "", "line": None, "hint": "", "severity": "advice"},
            "data/statements.csv: advice: 'benifit' is not a value of 'kind'. [not-in-list]",
            id="a file",
        ),
        pytest.param(
            {"column": "", "line": None, "file": "", "hint": ""},
            "error: 'benifit' is not a value of 'kind'. [not-in-list]",
            id="no place",
        ),
    ],
)
def test_a_fault_says_place_severity_message_rule_and_hint(changes: dict[str, object], said: str):
    assert str(dataclasses.replace(FAULT, **changes)) == said


def test_a_fault_is_an_error_and_cannot_be_changed():
    assert FAULT.severity == "error"
    with pytest.raises(dataclasses.FrozenInstanceError):
        FAULT.line = 5  # type: ignore[misc]


FAULTS = st.builds(
    Diagnostic,
    rule=st.sampled_from(["a", "b"]),
    message=st.sampled_from(["One.", "Other."]),
    severity=st.sampled_from(["error", "warning", "advice"]),
    file=st.sampled_from(["", "data/a.csv", "data/b.csv"]),
    line=st.none() | st.integers(1, 12),
    column=st.sampled_from(["", "kind", "text"]),
)


@given(st.lists(FAULTS))
def test_a_report_holds_each_fault_once_worst_first_then_by_place(faults: list[Diagnostic]):
    report = Report.of(faults)
    assert set(report) == set(faults)
    assert len(report) == len(set(faults))
    severities = ["error", "warning", "advice"]
    places = [
        (severities.index(one.severity), one.file, one.line or 0, one.column) for one in report
    ]
    assert places == sorted(places)
    assert report.has_errors == any(one.severity == "error" for one in faults)
    assert Report.of([*report]) == report


def test_lines_are_ordered_as_numbers():
    faults = [dataclasses.replace(FAULT, line=line) for line in (10, 9, None)]
    assert [one.line for one in Report.of(faults)] == [None, 9, 10]


def test_faults_of_one_place_stay_in_the_order_in_which_they_were_found():
    faults = [dataclasses.replace(FAULT, rule=rule) for rule in ("z", "a", "m")]
    assert [one.rule for one in Report.of(faults)] == ["z", "a", "m"]


def test_a_report_prints_a_fault_a_line_and_says_when_there_is_none():
    other = dataclasses.replace(FAULT, line=2, hint="")
    assert str(Report.of([FAULT, other])) == f"{other}\n{FAULT}"
    assert str(Report()) == "No faults."
    assert not Report()
    assert not Report().has_errors


def test_a_report_becomes_a_frame_with_a_row_a_fault():
    report = Report.of([FAULT, dataclasses.replace(FAULT, line=None, column="", span=None)])
    frame = report.to_frame()
    assert list(frame.columns) == [field.name for field in dataclasses.fields(Diagnostic)]
    assert frame["line"].tolist() == [pd.NA, 4]
    assert frame["column"].tolist() == ["", "kind"]
    assert frame.loc[1].to_dict() == dataclasses.asdict(FAULT)


def test_an_empty_report_becomes_an_empty_frame_with_the_same_columns_and_types():
    frame = Report().to_frame()
    assert list(frame.columns) == [field.name for field in dataclasses.fields(Diagnostic)]
    assert len(frame) == 0
    assert str(frame["line"].dtype) == "Int64"


def test_a_report_survives_pickling():
    report = Report.of([FAULT])
    assert pickle.loads(pickle.dumps(report)) == report


@pytest.mark.parametrize(
    ("cell", "span", "context"),
    [
        pytest.param("A miracle cure.", (2, 9), ("A ", "miracle", " cure."), id="in a sentence"),
        pytest.param("Miracle", (0, 7), ("", "Miracle", ""), id="the whole cell"),
        pytest.param("a" * 100 + "b" + "c" * 100, (100, 101), ("…" + "a" * 60, "b", "c" * 60 + "…"),
                     id="in a long cell"),
        pytest.param("A cure.", None, ("", "", ""), id="nobody knows where"),
        pytest.param("", (0, 0), ("", "", ""), id="an empty cell"),
    ],
)  # fmt: skip
def test_the_words_at_fault_are_shown_where_they_stand(
    cell: str, span: tuple[int, int] | None, context: tuple[str, str, str]
):
    assert dataclasses.replace(FAULT, cell=cell, span=span).context == context


def test_a_report_shows_the_words_at_fault_marked_as_text():
    fault = dataclasses.replace(FAULT, cell="A <b>miracle</b> & so.", span=(5, 12))
    shown = Report.of([fault]).to_html()
    assert "A &lt;b&gt;<mark>miracle</mark>&lt;/b&gt; &amp; so.</td>" in shown
    unplaced = dataclasses.replace(FAULT, span=None)
    assert "<mark>" not in Report.of([unplaced]).to_html()


def test_a_report_marks_each_of_the_words_at_fault_and_not_what_is_between():
    marks = ((0, 3), (11, 18))
    fault = dataclasses.replace(FAULT, cell="Buy <this> miracle now.", span=(0, 18), marks=marks)
    assert (
        "<mark>Buy</mark> &lt;this&gt; <mark>miracle</mark> now.</td>"
        in Report.of([fault]).to_html()
    )
    assert fault.words == "Buy … miracle"


def test_a_fault_goes_where_its_words_stand_in_another_text():
    fault = dataclasses.replace(FAULT, cell="A ab cd.", span=(2, 7), marks=((2, 4), (5, 7)))
    moved = fault.moved("Now: ab cd ab cd")
    assert moved is not None
    assert (moved.span, moved.marks, moved.words) == ((5, 10), ((5, 7), (8, 10)), "ab … cd")
    assert fault.moved("A ab  cd.") is None
    assert dataclasses.replace(FAULT, span=None).moved("benifit") is None


def test_the_faults_of_a_section_are_a_report_of_their_own():
    uses, harms = (dataclasses.replace(FAULT, section=name) for name in ("uses", "harms"))
    report = Report.of([uses, harms, FAULT])
    assert [*report.in_section("uses")] == [uses]
    assert str(report.in_section("nowhere")) == "No faults."
