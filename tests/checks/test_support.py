"""One break, one rule: a sound page has no fault of evidence, and each break has its own."""

from __future__ import annotations

import csv
import datetime
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent.checks.certainty import claims_of, judge_certainty
from ketcontent.checks.coverage import judge_balance, judge_notices, judge_topics
from ketcontent.checks.dates import dates_due, judge_freshness
from ketcontent.checks.help_lines import judge_help_lines
from ketcontent.checks.runner import check
from ketcontent.checks.source_states import judge_source_states
from ketcontent.checks.support import judge_sources, judge_support
from ketcontent.diagnostics import Diagnostic
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.pages.assembly import PageView
from tests.judging import DAY, FRESH, page
from tests.laws import examples

PAGE_JUDGES = (
    judge_support,
    judge_certainty,
    judge_balance,
    judge_topics,
    judge_notices,
)


def found(content: Content, day: datetime.date = DAY) -> list[Diagnostic]:
    faults = [one for judge in PAGE_JUDGES for one in judge(PageView(content, "zinc"))]
    faults += judge_sources(content)
    view = PageView(content, "zinc")
    return faults + judge_freshness(view, as_of=day) + judge_help_lines(view)


def statement(name: str, **cells: Any) -> dict[tuple[str, str], Any]:
    return {("statements", name): cells}


def fault(rule: str, table: str, key: str, column: str, message: str, hint: str, **more: Any):
    """A fault as it must be found; `words` are those its span must mark."""
    return (
        Diagnostic(
            rule=rule,
            table=table,
            key=key,
            column=column,
            message=message,
            hint=hint,
            severity=more.get("severity", "error"),
        ),
        more.get("words", ""),
    )


def test_nothing_is_found_on_the_sound_page() -> None:
    assert found(page()) == []


THOUGHT = "In one trial one person thought of suicide, and people felt sick. [@roe-2021]"
PRAISE = (
    "Zinc may shorten a cold by a day, in adults and in children, at home or at work, in summer "
    "or in winter, by day or by night, whether they smoke or not, alone or with other pills, old "
    "or young. [@lee-2020; @lee-2020-b]"
)
BREAKS: dict[str, tuple[Content, tuple[Diagnostic, str]]] = {
    "no kind": (
        page(
            {
                ("statements", "harm"): {"kind": ""},
                **statement(
                    "unsure",
                    topics="harms",
                    text="In one trial zinc did nothing, and most people felt sick. [@roe-2021]",
                ),
            }
        ),
        fault(
            "no-kind",
            "statements",
            "zinc/harm",
            "kind",
            "Nobody has said what kind of statement this is.",
            "Set its kind: what it must rest on, and who must sign it, depend on it.",
        ),
    ),
    "no source": (
        page({("statements", "unsure"): {"text": "We do not know who feels sick, or when."}}),
        fault(
            "no-source",
            "statements",
            "zinc/unsure",
            "text",
            "A risk statement graded low cites no source that supports it.",
            "Cite one, with its row of evidence, or cut the statement.",
        ),
    ),
    "a source that supports nothing": (
        page({("evidence", "unsure roe-2021"): {"role": "qualifies"}}),
        fault(
            "no-source",
            "statements",
            "zinc/unsure",
            "text",
            "A risk statement graded low cites no source that supports it.",
            "Cite one, with its row of evidence, or cut the statement.",
        ),
    ),
    "contradiction hidden": (
        page(evidence={"statement": "colds", "source": "roe-2021", "role": "contradicts"}),
        fault(
            "contradiction-hidden",
            "statements",
            "zinc/colds",
            "text",
            "roe-2021 found otherwise, and the statement cites none of it.",
            "Say so in the sentence or the next, and cite it.",
        ),
    ),
    "unknown source": (
        page(
            statement("colds", text="Zinc may shorten a cold. [@lee-2020-b; @lee-2020;  @lee-20]")
        ),
        fault(
            "unknown-source",
            "statements",
            "zinc/colds",
            "text",
            "There is no source 'lee-20'.",
            "Add it with 'ketcontent import-sources FILE', or cite another.",
            words="@lee-20",
        ),
    ),
    "unknown source in a notice": (
        page({("notices", "talk-first"): {"text": "Talk to a pharmacist. [@lee-20]"}}),
        fault(
            "unknown-source",
            "notices",
            "talk-first/en",
            "text",
            "There is no source 'lee-20'.",
            "Add it with 'ketcontent import-sources FILE', or cite another.",
            words="@lee-20",
        ),
    ),
    "no finding": (
        page(
            statement("harm", text="Zinc can make you feel sick, or worse. [@roe-2021; @lee-2020]")
        ),
        fault(
            "no-finding",
            "statements",
            "zinc/harm",
            "text",
            "It cites 'lee-2020', but no row of evidence says what that found.",
            "Add the row to evidence.csv: role, finding, where in the source.",
            words="@lee-2020",
        ),
    ),
    "no finding, beside a key that begins alike": (
        page(
            {
                ("evidence", "colds lee-2020"): None,
                ("evidence", "colds lee-2020-b"): {"role": "supports"},
            }
        ),
        fault(
            "no-finding",
            "statements",
            "zinc/colds",
            "text",
            "It cites 'lee-2020', but no row of evidence says what that found.",
            "Add the row to evidence.csv: role, finding, where in the source.",
            words="@lee-2020",
        ),
    ),
    "source not cited": (
        page(sources={"source": "poe-1999", "type": "book", "title": "Poe"}),
        fault(
            "source-not-cited",
            "sources",
            "poe-1999",
            "source",
            "No page cites 'poe-1999'.",
            "Cite it where it belongs, or delete the row.",
            severity="warning",
        ),
    ),
    "source unconfirmed": (
        page({("sources", "lee-2020"): {"unconfirmed": "issue, page"}}),
        fault(
            "source-unconfirmed",
            "sources",
            "lee-2020",
            "unconfirmed",
            "Nobody has confirmed: issue, page.",
            "Compare the row with the source itself, empty this cell, and date confirmed_on.",
        ),
    ),
    "no grade": (
        page(statement("harm", certainty="")),
        fault(
            "no-grade",
            "statements",
            "zinc/harm",
            "certainty",
            "A risk statement has no grade of certainty.",
            "Grade it high, moderate, low or very-low, with the reasons.",
        ),
    ),
    "no reasons": (
        page(statement("harm", certainty_reasons="")),
        fault(
            "no-reasons",
            "statements",
            "zinc/harm",
            "certainty_reasons",
            "Nobody has said why the certainty is high.",
            "Give the reasons: risk of bias, inconsistency, indirectness, imprecision.",
        ),
    ),
    **{
        f"more than {grade}": (
            page(
                statement(
                    "colds", certainty=grade, text="Zinc shortens a cold. [@lee-2020; @lee-2020-b]"
                )
            ),
            fault(
                "claims-more-than-grade",
                "statements",
                "zinc/colds",
                "text",
                f"The wording claims more than {grade} certainty allows.",
                f"Say '{verb}', or say which study found it and cite it.",
                words="Zinc shortens a cold",
            ),
        )
        for grade, verb in (
            ("moderate", "probably"),
            ("low", "may"),
            ("very-low", "we do not know whether"),
        )
    },
    "hedged": (
        page(statement("colds", certainty="high")),
        fault(
            "hedges-what-is-certain",
            "statements",
            "zinc/colds",
            "text",
            "'may' hedges what is graded high.",
            "Use a plain verb, or lower the grade.",
            severity="advice",
            words="may",
        ),
    ),
    "a heading": (
        page({("sections", "colds"): {"heading": "Zinc cures colds"}}),
        fault(
            "heading-asserts-effect",
            "sections",
            "zinc/colds",
            "heading",
            "The heading 'Zinc cures colds' claims an effect or its absence.",
            "Name the subject, or ask the question the section answers.",
            words="cures",
        ),
    ),
    "a label": (
        page(statement("harm", label="Minimal side effects")),
        fault(
            "heading-asserts-effect",
            "statements",
            "zinc/harm",
            "label",
            "The label 'Minimal side effects' claims an effect or its absence.",
            "Name the subject, not the result.",
            words="Minimal",
        ),
    ),
    "more benefit than risk": (
        page(
            statement(
                "colds",
                text=PRAISE,
            )
        ),
        fault(
            "benefits-outweigh-risks",
            "documents",
            "zinc",
            "document",
            "28 words of risk stand against 41 words of benefit.",
            "Say at least 0.7 words of risk for each word of benefit.",
        ),
    ),
    "benefit first": (
        page(
            {
                ("statements", "harm"): {"position": 60, "section": "colds"},
                ("statements", "unsure"): {"position": 70},
                ("statements", "colds"): {"position": 30},
            },
            statements={
                "statement": "again",
                "section": "colds",
                "position": 40,
                "text": "In one trial zinc shortened a cold. [@lee-2020]",
                "kind": "benefit",
                "certainty": "low",
                "certainty_reasons": "One trial.",
            },
            evidence={"statement": "again", "source": "lee-2020", "role": "supports"},
        ),
        fault(
            "benefit-before-risk",
            "statements",
            "zinc/colds",
            "text",
            "The first benefit is not followed at once by a risk, nor does one come before.",
            "Put the main risks before the first benefit, or right after it.",
        ),
    ),
    "benefits alone": (
        page(
            {
                ("statements", "unsure"): {"section": "start"},
                ("statements", "colds"): {"text": "Zinc may shorten a cold by a day. [@lee-2020]"},
                ("sources", "lee-2020-b"): None,
                ("evidence", "colds lee-2020-b"): None,
            }
        ),
        fault(
            "benefits-alone",
            "statements",
            "zinc/colds",
            "text",
            "The section 'What trials found about colds' has benefits and neither a risk nor a "
            "limit.",
            "Say in the same section what speaks against it, or what is not known.",
        ),
    ),
    "unknown topic": (
        page(statement("harm", topics="harms harm")),
        fault(
            "unknown-topic",
            "statements",
            "zinc/harm",
            "topics",
            "There is no topic 'harm'.",
            "Use a key of topics.csv.",
        ),
    ),
    "a topic it must cover": (
        page({**statement("harm", topics=""), **statement("unsure", topics="")}),
        fault(
            "topic-missing",
            "documents",
            "zinc",
            "document",
            "No statement answers: What can it do to me?",
            "Write one and give it the topic 'harms'.",
        ),
    ),
    "a topic it should cover": (
        page(statement("colds", topics="")),
        fault(
            "topic-missing",
            "documents",
            "zinc",
            "document",
            "No statement answers: Does it work?",
            "Write one and give it the topic 'works'.",
            severity="warning",
        ),
    ),
    "a notice": (
        page({("statements", "talk"): None}),
        fault(
            "notice-missing",
            "documents",
            "zinc",
            "document",
            "The notice 'talk-first' is missing; every page must carry it.",
            "Add a statement with that notice, at the top.",
        ),
    ),
    "crisis contacts at the top": (
        page(
            {
                ("statements", "help"): {"section": "colds", "position": 35},
                ("statements", "unsure"): {"text": THOUGHT},
            }
        ),
        fault(
            "crisis-contacts-missing",
            "documents",
            "zinc",
            "document",
            "The page speaks of crisis or suicide and does not start with crisis contacts.",
            "Put the crisis notices into the first section.",
        ),
    ),
    "crisis contacts beside the sentence": (
        page(
            statement(
                "unsure",
                text=THOUGHT,
            )
        ),
        fault(
            "crisis-contacts-missing",
            "statements",
            "zinc/unsure",
            "text",
            "The sentence speaks of crisis or suicide, and no crisis contacts stand beside it.",
            "Add the crisis notices to this section.",
            words="suicide",
        ),
    ),
    "crisis contacts that all see": (
        page(
            statement("unsure", text=THOUGHT),
            statements={
                **{"statement": "help-2", "section": "colds", "position": 60, "block": 2},
                **{"notice": "crisis-line", "layer": "more"},
            },
        ),
        fault(
            "crisis-contacts-folded",
            "statements",
            "zinc/unsure",
            "text",
            "The sentence speaks of crisis or suicide where all see it, and the crisis contacts "
            "beside it are folded.",
            "Empty the layer of a crisis notice with a number in this section.",
            words="suicide",
        ),
    ),
    "a retraction never looked up": (
        page({("sources", "lee-2020"): {"retraction_checked_on": ""}}),
        fault(
            "retraction-unchecked",
            "sources",
            "lee-2020",
            "retraction_checked_on",
            "Look up whether the source was retracted: last done never.",
            "Look up whether the source was retracted, then date retraction_checked_on: "
            "'ketcontent sources look-up lee-2020' does.",
        ),
    ),
    "a newer version never looked up": (
        page({("sources", "lee-2020-b"): {"revision_checked_on": ""}}),
        fault(
            "revision-unchecked",
            "sources",
            "lee-2020-b",
            "revision_checked_on",
            "Look up whether there is a newer version: last done never.",
            "Look up whether there is a newer version, then date revision_checked_on: "
            "'ketcontent sources look-up lee-2020-b' does.",
        ),
    ),
    "a help line never tried": (
        page({("help_lines", "Lifeline"): {"checked_on": ""}}),
        fault(
            "help-line-unchecked",
            "help_lines",
            "US/Lifeline",
            "checked_on",
            "Check that Lifeline answers: last done never.",
            "Check that Lifeline answers, then date checked_on.",
        ),
    ),
    "a help line that no public page gives": (
        page({("help_lines", "Lifeline"): {"url": ""}}),
        fault(
            "help-line-no-source",
            "help_lines",
            "US/Lifeline",
            "url",
            "No public page is named that gives Lifeline.",
            "Put the address of such a page into url, best that of those who run it.",
        ),
    ),
    "a link that dials another number": (
        page({("notices", "crisis-line"): {"text": "Call **[9 8 8](tel:998)** at any time."}}),
        fault(
            "phone-link-differs",
            "notices",
            "crisis-line/en",
            "text",
            "The link '9 8 8' dials 998.",
            "Let the link show the number that it dials, and no other digits.",
        ),
    ),
    "a link that dials and shows no number": (
        page(statement("harm", text="Zinc can make you sick. [Tell us](sms:988). [@roe-2021]")),
        fault(
            "phone-link-differs",
            "statements",
            "zinc/harm",
            "text",
            "The link 'Tell us' dials 988.",
            "Let the link show the number that it dials, and no other digits.",
        ),
    ),
    "a check dated tomorrow": (
        page({("sources", "roe-2021"): {"retraction_checked_on": "2026-11-24"}}),
        fault(
            "date-in-future",
            "sources",
            "roe-2021",
            "retraction_checked_on",
            "It says that this was done on 2026-11-24, a day still to come.",
            "Enter the day on which it was done.",
        ),
    ),
    "a release dated tomorrow": (
        page(
            releases={
                "document": "zinc",
                "released_on": "2026-11-24",
                "statement": "harm",
                "change": "added",
                "words": "Zinc can make you sick.",
            }
        ),
        fault(
            "date-in-future",
            "releases",
            "zinc/2026-11-24/harm",
            "released_on",
            "It says that this was done on 2026-11-24, a day still to come.",
            "Enter the day on which it was done.",
        ),
    ),
    "a waiver past its date": (
        page(
            waivers={
                "table": "statements",
                "row": "zinc/harm",
                "rule": "no-grade",
                "reason": "Being graded.",
                "until": "2026-11-22",
            }
        ),
        fault(
            "waiver-expired",
            "waivers",
            "statements/zinc/harm/no-grade",
            "until",
            "The waiver ended on 2026-11-22.",
            "Mend 'zinc/harm', or waive no-grade anew.",
        ),
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_one_break_is_one_fault_that_says_where_what_and_what_to_do(name: str) -> None:
    content, (expected, marked) = BREAKS[name]
    (one,) = found(content)
    assert replace(one, cell="", span=None) == expected
    start, end = one.span or (0, 0)
    assert one.cell[start:end] == marked


@pytest.mark.parametrize("name", BREAKS)
def test_a_fault_holds_what_stands_in_the_cell(name: str) -> None:
    (one,) = found(BREAKS[name][0])
    table = getattr(BREAKS[name][0], one.table)
    parts = 3 if one.table == "waivers" else one.key.count("/") + 1
    keys = table[list(table.columns[:parts])].agg("/".join, axis=1)
    assert one.cell == table.loc[keys == one.key, one.column].item()


WAIVED = {"table": "statements", "row": "zinc/harm", "rule": "no-grade", "reason": "Soon."}


@pytest.mark.parametrize(
    ("changes", "added", "rule", "last"),
    [
        pytest.param(
            {("sources", "roe-2021"): {"retraction_checked_on": "2025-11-23"}},
            {},
            "retraction-unchecked",
            "2026-11-23",
            id="retraction: 365 days",
        ),
        pytest.param(
            {("sources", "lee-2020-b"): {"revision_checked_on": "2026-08-25"}},
            {},
            "revision-unchecked",
            "2026-11-23",
            id="revision: 90 days",
        ),
        pytest.param(
            {("help_lines", "Lifeline"): {"checked_on": "2026-08-25"}},
            {},
            "help-line-unchecked",
            "2026-11-23",
            id="help line: 90 days",
        ),
        pytest.param(
            {},
            {"waivers": {**WAIVED, "until": "2026-11-23"}},
            "waiver-expired",
            "2026-11-23",
            id="waiver: its last day",
        ),
    ],
)
def test_a_date_is_good_on_its_last_day_and_not_the_day_after(
    changes: dict[tuple[str, str], Any], added: dict[str, Any], rule: str, last: str
) -> None:
    content = page(changes, **added)
    day = datetime.date.fromisoformat(last)
    assert found(content, day) == []
    (late,) = found(content, day + datetime.timedelta(1))
    assert (late.rule, late.severity) == (rule, "error")
    due = {one.rule: one.due for one in dates_due(PageView(content, "zinc")) if one.due == day}
    assert due == {rule: day}


def test_the_message_says_when_it_was_last_done() -> None:
    (late,) = found(page({("help_lines", "Lifeline"): {"checked_on": "2026-01-05"}}))
    assert late.message == "Check that Lifeline answers: last done on 2026-01-05."


def test_a_journal_article_has_no_newer_version() -> None:
    assert found(page({("sources", "roe-2021"): {"revision_checked_on": ""}})) == []


def test_help_lines_do_not_matter_to_a_page_without_crisis_contacts() -> None:
    content = page({("statements", "help"): None, ("help_lines", "Lifeline"): {"checked_on": ""}})
    assert found(content) == []


@pytest.mark.parametrize(
    "text",
    [
        "Call [988](tel:988) or [text 988](sms:988) at any time.",
        "Call [0808 808 8000](tel:08088088000), free.",
        "Call [+44 (0)20-7946](tel:+440207946).",
        "See [988 in 2 minutes](https://example.org/988).",
        "Call 13 11 14.",
    ],
)
def test_a_link_that_dials_what_it_shows_is_no_fault(text: str) -> None:
    assert found(page({("notices", "crisis-line"): {"text": text}})) == []


def test_a_page_without_crisis_contacts_asks_for_no_source_of_them() -> None:
    content = page({("statements", "help"): None, ("help_lines", "Lifeline"): {"url": ""}})
    assert found(content) == []


def test_a_source_that_is_not_cited_has_no_dates() -> None:
    content = page(
        sources={
            "source": "poe-1999",
            "type": "webpage",
            "title": "Poe",
            "retraction_checked_on": "",
        }
    )
    assert [one.rule for one in found(content)] == ["source-not-cited"]


# --- what was announced of a source -------------------------------------------------------------


def announced(state: str, on: str = "2026-11-05") -> list[Diagnostic]:
    row = {"state": state, "state_on": on, "state_notice": "10.1000/notice"}
    return judge_source_states(PageView(page({("sources", "roe-2021"): row}), "zinc"))


def test_every_sentence_that_cites_a_retracted_source_is_an_error_at_its_mark() -> None:
    faults = announced("retracted")
    assert [(one.rule, one.severity, one.key) for one in faults] == [
        ("source-retracted", "error", "zinc/harm"),
        ("source-retracted", "error", "zinc/unsure"),
    ]
    assert {one.message for one in faults} == {
        "It cites 'roe-2021', which was retracted on 2026-11-05 (10.1000/notice)."
    }
    assert {one.cell[slice(*(one.span or ()))] for one in faults} == {"@roe-2021"}


def test_a_retraction_stops_the_check_and_a_notice_that_cites_the_source_is_named() -> None:
    text = "Talk to a pharmacist first. [@lee-2020]"
    content = page(
        {
            ("notices", "talk-first"): {"text": text},
            ("sources", "lee-2020"): {"state": "retracted"},
        }
    )
    faults = [one for one in check(content, as_of=DAY) if one.rule == "source-retracted"]
    assert sorted((one.table, one.key) for one in faults) == [
        ("notices", "talk-first/en"),
        ("statements", "zinc/colds"),
    ]
    assert {one.message for one in faults} == {"It cites 'lee-2020', which was retracted."}


def test_an_expression_of_concern_is_a_warning() -> None:
    faults = announced("concern", "")
    assert {(one.rule, one.severity) for one in faults} == {("source-concern", "warning")}
    assert faults[0].message == (
        "It cites 'roe-2021', about which concern was expressed (10.1000/notice)."
    )


@pytest.mark.parametrize(
    ("on", "compared", "said"),
    [
        pytest.param("2026-11-05", "", "its finding was never compared.", id="never"),
        pytest.param("2026-11-05", "2026-11-04", "last compared on 2026-11-04.", id="before"),
        pytest.param("2026-11-05", "2026-11-05", "", id="on the day"),
        pytest.param("", "2026-11-05", "last compared on 2026-11-05.", id="a day nobody says"),
    ],
)
def test_a_correction_is_a_warning_until_the_finding_was_compared_since(
    on: str, compared: str, said: str
) -> None:
    content = page({("sources", "roe-2021"): {"state": "corrected", "state_on": on}})
    rows = content.evidence.assign(checked_on=compared)
    faults = judge_source_states(PageView(replace(content, evidence=rows), "zinc"))
    assert {(one.rule, one.severity) for one in faults} == (
        {("source-corrected", "warning")} if said else set()
    )
    assert all(one.message.endswith(said) for one in faults)


def test_in_the_supplied_edition_nothing_is_announced() -> None:
    content = page({("sources", "roe-2021"): {"state": "retracted"}})
    assert judge_source_states(PageView(content, "zinc"), edition="supplied") == []


def test_dates_are_forecast_soonest_first_and_those_never_done_before_all() -> None:
    content = page(
        {
            ("sources", "lee-2020"): {"retraction_checked_on": ""},
            ("help_lines", "Lifeline"): {"checked_on": "2026-10-01"},
        }
    )
    assert [(one.rule, one.key, str(one.due)) for one in dates_due(PageView(content, "zinc"))] == [
        ("retraction-unchecked", "lee-2020", "None"),
        ("help-line-unchecked", "US/Lifeline", "2026-12-30"),
        ("revision-unchecked", "lee-2020-b", "2027-01-30"),
        ("retraction-unchecked", "lee-2020-b", "2027-11-01"),
        ("retraction-unchecked", "roe-2021", "2027-11-01"),
    ]


@pytest.mark.parametrize(
    ("row", "concerns"),
    [
        pytest.param("zinc/harm", True, id="a row of the page"),
        pytest.param("other/harm", False, id="a row of another page"),
    ],
)
def test_the_end_of_a_waiver_concerns_the_page_of_its_row(row: str, concerns: bool) -> None:
    waiver = {"table": "statements", "row": row, "rule": "cure", "reason": "x"}
    content = page(waivers={**waiver, "until": "2026-12-31"})
    ends = [one for one in dates_due(PageView(content, "zinc")) if one.rule == "waiver-expired"]
    assert [str(one.due) for one in ends] == (["2026-12-31"] if concerns else [])
    assert [one for one in found(content) if one.rule == "date-in-future"] == []


def test_the_end_of_a_waiver_of_a_shared_row_concerns_every_page() -> None:
    waiver = {"table": "sources", "row": "lee-2020", "rule": "cure", "reason": "x"}
    content = page(waivers={**waiver, "until": "2026-12-31"})
    assert "waiver-expired" in {one.rule for one in dates_due(PageView(content, "zinc"))}


def test_a_benefit_that_cites_what_contradicts_it_hides_nothing() -> None:
    content = page(
        statement("colds", text="Zinc may shorten a cold. [@lee-2020; @lee-2020-b; @roe-2021]"),
        evidence={"statement": "colds", "source": "roe-2021", "role": "contradicts"},
    )
    assert found(content) == []


def test_advice_and_background_need_neither_source_nor_grade() -> None:
    for kind in ("advice", "background"):
        added = {
            "statement": "ask",
            "section": "colds",
            "position": 60,
            "kind": kind,
            "text": "Ask your pharmacist.",
        }
        assert found(page(statements=added)) == []


def test_a_page_without_benefits_is_in_balance() -> None:
    assert judge_balance(PageView(page({("statements", "colds"): None}), "zinc")) == []


def test_sources_are_confirmed_for_the_pages_that_were_asked_for() -> None:
    content = page({("sources", "lee-2020"): {"unconfirmed": "issue"}})
    assert [one.rule for one in judge_sources(content, ["zinc"])] == ["source-unconfirmed"]
    assert judge_sources(content, ["other"]) == []


# --- certainty: sentences and headings about other medicines ---------------------------------

FAIR = [
    ("high", "Statins lower the risk of a heart attack."),
    ("high", "Trials have shown that statins lower cholesterol."),
    ("moderate", "Metformin probably lowers the risk of a stroke."),
    ("moderate", "People are likely to sleep a little longer with melatonin."),
    ("moderate", "Melatonin may help you fall asleep sooner."),
    ("moderate", "A trial of 400 people found that ibuprofen eased pain in 60 of 100."),
    ("low", "Ginger may ease nausea in pregnancy."),
    ("low", "May cause drowsiness."),
    ("low", "Massage might ease back pain for a week."),
    ("low", "In a trial of 40 people, back pain fell by 2 points of 10 after massage."),
    ("low", "One survey of 900 people found fewer headaches in those who drank more water."),
    ("low", "Some studies suggest that ginger eases nausea."),
    ("low", "Trials of acupuncture for migraine do not agree."),
    ("low", "Arnica has not been shown to reduce bruises."),
    ("low", "Copper bracelets have not been proven to ease joint pain."),
    ("low", "There is no good evidence that copper bracelets ease pain."),
    ("low", "It has never been shown to work in children, and it may harm them."),
    ("very-low", "We do not know whether it is safe in pregnancy."),
    ("very-low", "We don’t know whether kava is safe for the liver."),
    ("very-low", "It is not clear whether valerian helps people sleep."),
    ("very-low", "Nobody knows whether magnets do anything for pain."),
    ("very-low", "Neither cupping nor taping has been shown to heal a strain."),
    ("very-low", "A study in mice found that curcumin slowed the growth of a tumor."),
    ("very-low", "In rats, the substance slowed the growth of a tumor."),
    ("very-low", "The trial found no difference in sleep."),
    ("very-low", "Its effect on mood is unknown."),
    ("very-low", "The study could not tell whether honey or time cured the cough."),
]
OVERDONE = [
    ("moderate", "Metformin prevents strokes."),
    ("moderate", "Varenicline makes people more likely to quit smoking."),
    ("moderate", "Aspirin is proven to prevent strokes, and probably does more."),
    ("low", "Ginger eases nausea."),
    ("low", "Ginger can ease nausea."),
    ("low", "Ginger probably eases nausea."),
    ("low", "Ginger has been shown to ease nausea."),
    ("low", "Studies show that ginger eases nausea."),
    ("low", "Trials have clearly shown that ginger eases nausea."),
    ("low", "In May 2019 ginger eased nausea on cruise ships."),
    ("low", "One trial proves that ginger eases nausea."),
    ("low", "Massage will definitely ease your pain, and may do more."),
    ("low", "It is not only cheap: ginger is proven to ease nausea, as one trial found."),
    ("low", "It helps you study for exams."),
    ("low", "Herbal teas calm animals and people."),
    ("very-low", "Curcumin may slow the growth of a tumor."),
    ("very-low", "Curcumin probably slows the growth of a tumor."),
    ("very-low", "Valerian helps people sleep."),
    ("very-low", "Magnets relieve pain, nobody doubts it."),
    ("very-low", "We do not know why, and magnets relieve pain."),
    ("very-low", "It is not known how it works, and it eases migraine."),
    ("very-low", "There is no evidence of harm from kava."),
    ("very-low", "There were no side effects."),
    ("very-low", "Guaranteed pain relief: a guarantee that we give."),
]


def rules_of(content: Content) -> set[str]:
    return {one.rule for one in judge_certainty(PageView(content, "zinc"))}


@pytest.mark.parametrize(("grade", "text"), FAIR)
def test_wording_within_its_grade_is_not_found(grade: str, text: str) -> None:
    content = page(statement("harm", text=f"{text} [@roe-2021]", certainty=grade))
    assert rules_of(content) == set()


@pytest.mark.parametrize(("grade", "text"), OVERDONE)
def test_wording_above_its_grade_is_found(grade: str, text: str) -> None:
    content = page(statement("harm", text=f"{text} [@roe-2021]", certainty=grade))
    assert rules_of(content) == {"claims-more-than-grade"}


with (Path(__file__).parent.parent / "judged" / "grade-and-verb.csv").open(
    encoding="utf-8"
) as file:
    WORDINGS = list(csv.DictReader(file))


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{row['grade']} {row['category']}") for row in WORDINGS]
)
def test_a_grade_is_held_against_the_clause_that_claims_the_effect(row: dict[str, str]) -> None:
    text = row["text"] if "[@" in row["text"] else f"{row['text']} [@roe-2021]"
    content = page(statement("harm", text=text, kind=row["kind"], certainty=row["grade"]))
    assert bool(rules_of(content)) == (row["expected"] == "flag")


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("Zinc shortens a cold, and you may take it with food.", [3]),
        ("If you start early, zinc may shorten a cold.", [1]),
        ("Does zinc shorten a cold?", []),
        ("We do not know whether it helps, or how long it works.", [0]),
        ("It probably helps, but it may harm the nose.", [2, 1]),
        ("The data on zinc are conflicting.", [0]),
        ("There are not enough reliable data.", [0]),
        ("There is not enough reliable data on how well zinc works.", [0]),
        ("We can't be sure whether zinc shortens a cold.", [0]),
        ("We can’t tell if zinc shortens a cold.", [0]),
        ("Trials of zinc for a cold gave conflicting results.", [0]),
        ("Very low certainty evidence says that zinc shortens a cold.", [0]),
        ("Zinc shortens a cold, but how long it should be taken is not known.", [3]),
    ],
)
def test_each_clause_claims_as_much_as_its_own_verb(text: str, levels: list[int]) -> None:
    assert [claim.level for claim in claims_of(text, cited=False)] == levels


@pytest.mark.parametrize("kind", ["regulatory", "advice", "background"])
def test_law_advice_and_history_have_no_grade(kind: str) -> None:
    content = page(statement("colds", kind=kind, certainty="low"))
    (one,) = judge_certainty(PageView(content, "zinc"))
    assert (one.rule, one.column, one.cell) == ("grade-of-no-effect", "certainty", "low")
    assert (
        judge_certainty(PageView(page(statement("colds", kind=kind, certainty="")), "zinc")) == []
    )


def test_a_high_grade_with_a_reason_to_lower_it_is_found_and_one_to_raise_it_is_not() -> None:
    doubted = page(statement("harm", grade_reasons="large-effect imprecision"))
    (one,) = judge_certainty(PageView(doubted, "zinc"))
    assert one.message == "The grade is high, and a reason to lower it is given: imprecision."
    raised = page(statement("harm", grade_reasons="large-effect dose-response"))
    assert rules_of(raised) == set()


@pytest.mark.parametrize(
    ("source", "best"),
    [
        ({"type": "post-weblog"}, "very-low"),
        ({"title": "Zinc in mice"}, "very-low"),
        ({"title": "Two case reports"}, "low"),
        ({"title": "A trial of zinc"}, None),
    ],
)
def test_a_grade_is_no_higher_than_the_best_source_allows(
    source: dict[str, str], best: str | None
) -> None:
    content = page({("sources", "roe-2021"): source})
    found = {
        (one.key, one.message)
        for one in judge_certainty(PageView(content, "zinc"))
        if one.rule == "grade-above-sources"
    }
    message = f"The grade is high, and its best source allows {best}."
    assert (("zinc/harm", message) in found) == (best is not None)
    assert bool(found) == (best is not None)


@pytest.mark.parametrize(("said", "faults"), [("Small.", 1), ("No sign of publication bias.", 0)])
def test_a_page_of_many_grades_says_something_of_publication_bias(said: str, faults: int) -> None:
    more = [
        {"statement": f"more-{n}", "section": "start", "position": 100 + n, "kind": "risk",
         "certainty": "low", "certainty_reasons": said, "text": "It may itch.",
         "document": "zinc", "block": 1, "form": "paragraph"}
        for n in range(5)
    ]  # fmt: skip
    content = replace(page(), statements=frame_of("statements", more, empty_content()))
    rules = [one.rule for one in judge_certainty(PageView(content, "zinc"))]
    assert rules == ["publication-bias-not-considered"] * faults


def test_a_report_of_a_study_must_cite_it() -> None:
    content = page(statement("harm", text="In one trial it eased pain.", certainty="low"))
    assert rules_of(content) == {"claims-more-than-grade"}


def test_what_a_mechanism_is_not_known_by_is_honest() -> None:
    text = "We do not know how it works. [@roe-2021]"
    content = page(statement("harm", text=text, kind="mechanism", certainty="very-low"))
    assert rules_of(content) == set()


@pytest.mark.parametrize(
    ("kind", "text", "hedge"),
    [
        pytest.param("benefit", "Statins probably lower the risk.", "probably", id="probably"),
        pytest.param("benefit", "It is not clear whether it works.", "not clear", id="not clear"),
        pytest.param("mechanism", "It could block an enzyme.", "could", id="a mechanism"),
        pytest.param("benefit", "Statins lower the risk.", None, id="a plain verb"),
        pytest.param("benefit", "In a trial it may have helped.", None, id="a report"),
        pytest.param("benefit", "It makes a fit less likely.", None, id="a comparison"),
        pytest.param("risk", "You may feel sick.", None, id="a risk to some"),
    ],
)
def test_what_is_certain_is_said_with_a_plain_verb(kind: str, text: str, hedge: str | None) -> None:
    content = page(statement("harm", text=f"{text} [@roe-2021]", kind=kind, certainty="high"))
    messages = [one.message for one in judge_certainty(PageView(content, "zinc"))]
    assert messages == ([f"'{hedge}' hedges what is graded high."] if hedge else [])


@pytest.mark.parametrize(
    "heading",
    [
        "", "Uses", "Side effects", "Pregnancy", "Safe storage", "Lower back pain", "Safety",
        "Is it safe?", "Does it prevent migraine?", "How well it prevents migraine",
        "What is known about pain relief", "What studies found about relief",
        "Benefits and risks", "Risks and possible benefits", "Possible benefits",
        "How it works", "How to take it", "Whether it reduces pain", "Being studied: pain relief",
        "Depression that has not improved", "Reducing your dose", "Who should not have it",
        "How ketamine works",
    ],
)  # fmt: skip
def test_a_heading_that_asks_or_names_a_subject_is_not_found(heading: str) -> None:
    content = page(
        {("sections", "colds"): {"heading": heading}, **statement("harm", label=heading)}
    )
    assert rules_of(content) == set()


@pytest.mark.parametrize(
    "heading",
    [
        "Prevents migraine", "Migraine relief", "Improved sleep", "Rapid onset", "Boosts immunity",
        "Safe for children", "Proven in hospitals", "Benefits", "Known benefits", "No side effects",
        "No known risks", "Reduces the risk of a stroke", "Well tolerated", "Non-addictive",
        "Lowers blood pressure", "An effective treatment", "It works", "How zinc boosts immunity",
        "Why it is safe", "Not only cheap, it heals", "Feel like yourself again",
    ],
)  # fmt: skip
def test_a_heading_that_claims_an_effect_is_found(heading: str) -> None:
    content = page({("sections", "colds"): {"heading": heading}})
    (one,) = judge_certainty(PageView(content, "zinc"))
    assert (one.rule, one.cell) == ("heading-asserts-effect", heading)


# --- laws ------------------------------------------------------------------------------------

KEYS = st.sampled_from(["a", "b", "c"])
DATES = st.just("") | st.dates(datetime.date(1900, 1, 1)).map(str)
CITED = st.sampled_from(["", " [@a]", " [@b; @a]", " [@zed]", "[@a][@a]", " [@a", "@b"])
TEXTS = st.builds(
    str.__add__,
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
    | st.sampled_from(["", "It cures.", "It may help.", "Suicide *in a crisis*.", "We don't know"]),
    CITED,
)
PLACES = st.none() | st.integers(1, 99)


def rows(limit: int = 4, **columns: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries(columns), max_size=limit)


CONTENTS = st.fixed_dictionaries({
    "documents": st.just(
        [{"document": "zinc", "title": "Zinc", "language": "en", "review_every_days": 1}]
    ),
    "sections": rows(
        document=st.just("zinc"), section=KEYS, position=PLACES, heading=TEXTS,
        supplied_position=PLACES, supplied_heading=TEXTS, supplied_run_in=st.booleans(),
    ),
    "statements": rows(
        6, document=st.just("zinc"), statement=KEYS, section=KEYS, block=st.integers(1, 3),
        position=PLACES, form=st.sampled_from(["paragraph", "item", "notice"]), label=TEXTS,
        text=TEXTS, notice=st.sampled_from(["", "n", "m"]),
        kind=st.sampled_from(["", "benefit", "risk", "mechanism", "use", "advice"]),
        certainty=st.sampled_from(["", "high", "moderate", "low", "very-low"]),
        topics=st.sampled_from(["", "a", "a b", "zed"]), supplied_section=KEYS,
        supplied_block=st.integers(1, 3), supplied_position=PLACES,
        supplied_form=st.just("item"), supplied=TEXTS, supplied_label=TEXTS,
    ),
    "notices": st.tuples(
        *[
            st.fixed_dictionaries({
                "notice": st.just(key), "language": st.just("en"), "text": TEXTS,
                "needs": st.sampled_from(["", "every-page", "crisis", "other"]),
            })
            for key in ("n", "m")
        ]
    ).map(list),
    "sources": rows(
        source=KEYS, type=st.sampled_from(["book", "webpage"]), title=TEXTS,
        unconfirmed=TEXTS, retraction_checked_on=DATES, revision_checked_on=DATES,
    ),
    "evidence": rows(
        document=st.just("zinc"), statement=KEYS, source=KEYS, finding=TEXTS,
        role=st.sampled_from(["supports", "qualifies", "contradicts"]),
    ),
    "topics": rows(topic=KEYS, question=TEXTS, level=st.sampled_from(["must", "should"])),
    "help_lines": rows(market=st.just("US"), name=TEXTS, contact=TEXTS, checked_on=DATES),
    "waivers": rows(
        table=st.sampled_from(["statements", "sources"]), row=KEYS, rule=KEYS, reason=TEXTS,
        until=st.dates(datetime.date(1900, 1, 1)).map(str),
    ),
})  # fmt: skip


EMPTY = empty_content()


@settings(max_examples=examples(60))
@given(CONTENTS, st.dates(datetime.date(1900, 1, 1)))
def test_judges_raise_on_nothing_change_nothing_and_mark_within_the_cell(
    tables: dict[str, list[dict[str, Any]]], day: datetime.date
) -> None:
    frames = {name: frame_of(name, made, EMPTY) for name, made in tables.items()}
    content = replace(EMPTY, **frames)
    before = {name: getattr(content, name).copy(deep=True) for name in tables}
    faults = found(content, day)
    for judge in PAGE_JUDGES:
        faults += judge(PageView(content, "zinc"), edition="supplied")
    for name in tables:
        pd.testing.assert_frame_equal(getattr(content, name), before[name])
    columns = {field.name for field in fields(Content)}
    for one in faults:
        assert one.table in columns
        assert one.column in getattr(content, one.table).columns
        assert one.message
        assert one.hint
        if one.span is not None:
            assert 0 <= one.span[0] < one.span[1] <= len(one.cell)


def test_the_sound_page_is_fresh_on_the_day_it_was_looked_up() -> None:
    assert found(page(), datetime.date.fromisoformat(FRESH)) == []
