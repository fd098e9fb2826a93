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
