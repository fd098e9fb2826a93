"""One report of all judges: placed, waived, worst first, and true in each of its forms."""

from __future__ import annotations

import csv
import datetime
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ketcontent.checks import formats
from ketcontent.checks.formats import SHOWN_BY_GITHUB, drawn, to_summary
from ketcontent.checks.runner import check
from ketcontent.clock import today
from ketcontent.diagnostics import Diagnostic, Report
from ketcontent.errors import UnknownName, WrongParameter
from ketcontent.model.content import Content
from ketcontent.model.store import read_content, write_content
from tests.judging import DAY, page

ROOT = Path(__file__).parent.parent.parent
GOLDEN = Path(__file__).parent.parent / "golden"
SEVERITIES = ["error", "warning", "advice"]

BROKEN: dict[tuple[str, str], dict[str, Any]] = {
    ("statements", "colds"): {
        "text": "Zinc cures a cold within a day, in adults and in children, at home or at work, "
        "and by day or by night. [@lee-2020; @lee-2020-b; @lee-20]",
        "certainty_reasons": "",
        "topics": "works",
    },
    ("statements", "harm"): {"label": "Minimal harm"},
    ("sections", "colds"): {"heading": "Zinc boosts immunity"},
    ("sources", "lee-2020"): {"unconfirmed": "issue", "retraction_checked_on": ""},
    ("help_lines", "Lifeline"): {"name": "Day/Night: Line", "checked_on": ""},
    ("notices", "talk-first"): {"text": "Talk first. [@gone-1]"},
}


def on_disk(content: Content, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Content:
    """Save tables into `data` of a folder, stand there, and read them again."""
    monkeypatch.chdir(folder)
    write_content(content, "data")
    return read_content("data")


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Content:
    return on_disk(page(BROKEN), tmp_path, monkeypatch)


# --- check -----------------------------------------------------------------------------------


def test_every_fault_carries_the_file_and_the_line_of_its_row(broken: Content) -> None:
    report = check(broken, as_of=DAY)
    assert {one.table for one in report} >= {
        "statements", "sections", "sources", "help_lines", "notices"
    }  # fmt: skip
    for one in report:
        assert one.file == f"data/{one.table}.csv"
        with Path(one.file).open(encoding="utf-8", newline="") as file:
            names, *rows = csv.reader(file)
        assert one.line is not None
        row = rows[one.line - 2]  # these tables have no line breaks in cells
        assert one.key in {"/".join(row[:size]) for size in (1, 2)}
        if one.cell:
            assert row[names.index(one.column)] == one.cell


def test_a_key_with_a_slash_in_it_has_its_line_too(broken: Content) -> None:
    (one,) = [fault for fault in check(broken, as_of=DAY) if fault.table == "help_lines"]
    assert (one.key, one.line) == ("US/Day/Night: Line", 2)


def test_a_content_made_in_memory_has_faults_without_a_file() -> None:
    report = check(page(BROKEN), as_of=DAY)
    assert {(one.file, one.line) for one in report} == {("", None)}


def test_the_worst_come_first_then_by_file_and_line(broken: Content) -> None:
    order = [
        (SEVERITIES.index(one.severity), one.file, one.line) for one in check(broken, as_of=DAY)
    ]
    assert order == sorted(order)


def test_checking_changes_nothing(broken: Content) -> None:
    before = {name: getattr(broken, name).copy(deep=True) for name in broken.schemas}
    check(broken, as_of=DAY, editions=["current", "supplied"])
    assert all(getattr(broken, name).equals(frame) for name, frame in before.items())


def test_an_unknown_document_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as raised:
        check(page(), ["zink"])
    assert str(raised.value) == "No document 'zink'.\nhint: Did you mean 'zinc'?"


def test_an_unknown_form_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as raised:
        drawn(Report(), "jsn")
    assert str(raised.value) == "No format 'jsn'.\nhint: Did you mean 'json'?"


def test_the_day_is_that_of_the_source_date_where_it_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert today() == datetime.date(1970, 1, 2)


WAIVER = {
    "table": "statements",
    "row": "zinc/colds",
    "rule": "unknown-source",
    "reason": "The source is being added.",
    "until": DAY.isoformat(),
}


def faults(content: Content, day: datetime.date = DAY) -> set[tuple[str, str]]:
    """What is found, but that nobody has signed the waivers themselves."""
    found = {(one.rule, one.key, one.table) for one in check(content, as_of=day)}
    return {(rule, key) for rule, key, table in found if (rule, table) != UNSIGNED}


UNSIGNED = ("sign-off-missing", "waivers")


def test_a_waiver_hides_one_rule_on_one_statement_until_its_last_day() -> None:
    assert faults(page(BROKEN)) - faults(page(BROKEN, waivers=WAIVER)) == {
        ("unknown-source", "zinc/colds")
    }
    assert faults(page(BROKEN, waivers=WAIVER)) < faults(page(BROKEN))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"rule": "no-grade"}, id="another rule"),
        pytest.param({"row": "zinc/harm"}, id="another row"),
    ],
)
def test_a_waiver_hides_nothing_else(other: dict[str, str]) -> None:
    row = {**WAIVER, **other}
    needless = "/".join(row[name] for name in ("table", "row", "rule"))
    assert faults(page(BROKEN, waivers=row)) == faults(page(BROKEN)) | {
        ("waiver-not-needed", needless)
    }


@pytest.mark.parametrize("rule", ["unknown-sources", "unknow-source", "source-gone"])
def test_a_waiver_of_a_misspelt_finding_hides_nothing_and_is_a_fault_of_its_row(rule: str) -> None:
    row = {**WAIVER, "rule": rule}
    named = "waiver-not-needed" if rule.startswith("source") else "waiver-misspelt"
    assert faults(page(BROKEN, waivers=row)) == faults(page(BROKEN)) | {
        (named, f"statements/zinc/colds/{rule}")
    }


def test_a_waiver_hides_a_finding_on_any_table() -> None:
    old = page({("sources", "roe-2021"): {"retraction_checked_on": "2001-01-01"}})
    row = {"table": "sources", "row": "roe-2021", "rule": "retraction-unchecked"}
    assert ("retraction-unchecked", "roe-2021") in faults(old)
    waived = page(
        {("sources", "roe-2021"): {"retraction_checked_on": "2001-01-01"}}, waivers=WAIVER | row
    )
    assert faults(old) - faults(waived) == {("retraction-unchecked", "roe-2021")}


def test_no_waiver_stands_in_for_a_signature() -> None:
    needs = {"policies": {"kind": "risk", "capacity": "clinical"}}
    row = {"row": "zinc/harm", "rule": "sign-off-missing"}
    unsigned = faults(page(**needs))
    assert ("sign-off-missing", "zinc/harm") in unsigned
    assert faults(page(waivers=WAIVER | row, **needs)) == unsigned | {
        ("waiver-of-a-sign-off", "statements/zinc/harm/sign-off-missing")
    }


def test_a_waiver_that_waives_nothing_is_named_when_all_pages_are_checked() -> None:
    needless = {("waiver-not-needed", "statements/zinc/colds/unknown-source")}
    assert faults(page(waivers=WAIVER)) - faults(page()) == needless
    of_one = check(page(waivers=WAIVER), ["zinc"], as_of=DAY)
    assert "waiver-not-needed" not in {one.rule for one in of_one}


def test_a_waiver_past_its_date_hides_nothing_and_is_a_fault() -> None:
    late = DAY + datetime.timedelta(days=1)
    assert faults(page(BROKEN, waivers=WAIVER), late) - faults(page(BROKEN), late) == {
        ("waiver-expired", "statements/zinc/colds/unknown-source")
    }


def test_the_supplied_edition_is_judged_for_its_words_alone() -> None:
    found = {one.rule for one in check(page(BROKEN), editions=["supplied"], as_of=DAY)}
    assert not found & {"source-unconfirmed", "retraction-unchecked", "sign-off-missing"}


# --- text ------------------------------------------------------------------------------------


def test_the_text_form_marks_the_words_in_their_sentence(broken: Content) -> None:
    unsigned = [one for one in check(broken, as_of=DAY) if one.rule.startswith("sign-off-")]
    report = Report.of([one for one in check(broken, as_of=DAY) if one not in unsigned])
    said = drawn(report, "text")
    assert said + "\n" == (GOLDEN / "marked-report.txt").read_text("utf-8")


def test_the_marks_stand_under_the_words_even_where_the_sentence_is_cut() -> None:
    cell = "a " * 60 + "miracle" + " b" * 60
    fault_ = Diagnostic(rule="promotion", message="Praise.", cell=cell, span=(120, 127))
    _, sentence, marks, *_ = drawn(Report.of([fault_]), "text").split("\n")
    assert sentence.startswith("    …")
    assert sentence.endswith("…")
    assert sentence[marks.index("^") : marks.rindex("^") + 1] == "miracle"


def test_words_between_those_at_fault_are_not_marked() -> None:
    cell = "Let the sound carry your worries off."
    fault_ = Diagnostic(
        rule="x", message="X.", cell=cell, span=(0, 36), marks=((0, 3), (25, 32), (33, 36))
    )
    _, sentence, marks, *_ = drawn(Report.of([fault_]), "text").split("\n")
    assert sentence.strip() == cell
    assert marks.strip() == "^^^                      ^^^^^^^ ^^^"


def test_no_control_character_reaches_a_terminal() -> None:
    fault_ = Diagnostic(rule="x", message="X.", cell="a\x1b[2Jb\u202ec\nd", span=(0, 1))
    assert "\n    a [2Jb c d\n    ^\n" in drawn(Report.of([fault_]), "text")


def test_every_form_says_that_there_is_nothing() -> None:
    assert drawn(Report(), "text") == to_summary(Report()) == "No faults."
    assert drawn(Report(), "json") == "[]"
    assert drawn(Report(), "jsonl") == drawn(Report(), "github") == ""


def test_one_page_or_edition_alone_is_judged_as_a_list_of_it_is() -> None:
    content = read_content(ROOT / "data")
    several = check(content, ["ketamine"], editions=["supplied"])
    assert check(content, "ketamine", editions="supplied") == several
    with pytest.raises(UnknownName, match=r"No document 'ketamin'\."):
        check(content, "ketamin")
    with pytest.raises(WrongParameter, match=r"'document' is a text, not the int 5\."):
        check(content, [5])


# --- json ------------------------------------------------------------------------------------

PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def diagnostics(words: st.SearchStrategy[str] = PLAIN) -> st.SearchStrategy[Diagnostic]:
    return st.builds(
        Diagnostic,
        rule=st.sampled_from(["no-grade", "promotion", "smog-grade"]),
        message=words,
        hint=words,
        severity=st.sampled_from(SEVERITIES),
        table=st.sampled_from(["", "statements", "sources"]),
        key=words,
        file=st.sampled_from(["", "data/a b.csv", "data/ü.csv", "/elsewhere/c.csv"]),
        line=st.none() | st.integers(1, 99),
        column=st.sampled_from(["", "text"]),
        cell=words,
        span=st.none() | st.tuples(st.integers(0, 9), st.integers(10, 20)),
    )


REPORTS = st.lists(diagnostics(), max_size=6).map(Report.of)


@given(REPORTS)
def test_json_is_one_document_and_parses_back_to_the_faults(report: Report) -> None:
    parsed = json.loads(drawn(report, "json"))
    lines = drawn(report, "jsonl").split("\n") if len(report) else []
    assert [json.loads(line) for line in lines] == parsed
    for one in parsed:
        one["span"] = tuple(one["span"]) if one["span"] else None
        one["marks"] = tuple(map(tuple, one["marks"]))
    assert [Diagnostic(**one) for one in parsed] == list(report)


# --- github ----------------------------------------------------------------------------------


def many(severity: Any, number: int) -> list[Diagnostic]:
    return [
        Diagnostic(
            rule="promotion",
            message=f"Praise {place}.",
            severity=severity,
            file="a.csv",
            line=place,
        )
        for place in range(1, number + 1)
    ]


def test_github_gets_what_it_shows_of_each_severity_and_hears_of_the_rest() -> None:
    report = Report.of([*many("error", 13), *many("warning", 4), *many("advice", 12)])
    *lines, last = drawn(report, "github").split("\n")
    levels = [re.match(r"::(\w+) ", line)[1] for line in lines]  # type: ignore[index]
    assert levels == ["error"] * SHOWN_BY_GITHUB + ["warning"] * 4 + ["notice"] * SHOWN_BY_GITHUB
    assert last == "5 more findings are in the step summary."
    assert lines[0] == "::error file=a.csv,line=1,title=promotion::Praise 1."


def test_all_that_github_shows_is_not_more_than_it_shows() -> None:
    lines = drawn(Report.of(many("error", SHOWN_BY_GITHUB)), "github").split("\n")
    assert len(lines) == SHOWN_BY_GITHUB
    assert all(line.startswith("::error ") for line in lines)


def test_what_steers_a_workflow_command_is_escaped() -> None:
    fault_ = Diagnostic(
        rule="a:b,c%d", message="100%\n::error::x, y: z\r", hint="Cut it.", file="a,b:c.csv"
    )
    assert drawn(Report.of([fault_]), "github") == (
        "::error file=a%2Cb%3Ac.csv,title=a%3Ab%2Cc%25d::100%25%0A::error::x, y: z%0D%0ACut it."
    )


@given(REPORTS)
def test_a_fault_is_one_workflow_command_whatever_it_says(report: Report) -> None:
    lines = drawn(report, "github").split("\n") if len(report) else []
    assert len(lines) == len(report)
    assert all(re.match(r"::(error|warning|notice) ", line) for line in lines)


def test_the_summary_lists_every_fault() -> None:
    report = Report.of([*many("error", 13), *many("advice", 12)])
    assert to_summary(report).count("\n| ") == 1 + len(report)


def test_a_summary_longer_than_github_takes_is_cut_between_rows_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "SUMMARY_BYTES", 300)
    said = to_summary(Report.of(many("error", 20)))
    shown = said.count("Praise")
    assert 0 < shown < 20
    assert said.endswith(f"|\n\n{20 - shown} more findings had no room here.")


# --- sarif -----------------------------------------------------------------------------------

# The names that SARIF 2.1.0 (OASIS) lists for each object, and those that it requires.
SARIF: dict[str, tuple[set[str], set[str]]] = {
    "log": ({"$schema", "version", "runs", "inlineExternalProperties", "properties"},
            {"version", "runs"}),
    "run": ({"tool", "invocations", "conversion", "language", "versionControlProvenance",
             "originalUriBaseIds", "artifacts", "logicalLocations", "graphs", "results",
             "automationDetails", "runAggregates", "baselineGuid", "redactionTokens",
             "defaultEncoding", "defaultSourceLanguage", "newlineSequences", "columnKind",
             "externalPropertyFileReferences", "threadFlowLocations", "taxonomies", "addresses",
             "translations", "policies", "webRequests", "webResponses", "specialLocations",
             "properties"}, {"tool"}),
    "tool": ({"driver", "extensions", "properties"}, {"driver"}),
    "driver": ({"guid", "name", "organization", "product", "productSuite", "shortDescription",
                "fullDescription", "fullName", "version", "semanticVersion",
                "dottedQuadFileVersion", "releaseDateUtc", "downloadUri", "informationUri",
                "globalMessageStrings", "notifications", "rules", "taxa", "locations", "language",
                "contents", "isComprehensive", "localizedDataSemanticVersion",
                "minimumRequiredLocalizedDataSemanticVersion", "associatedComponent",
                "translationMetadata", "supportedTaxonomies", "properties"}, {"name"}),
    "rule": ({"id", "deprecatedIds", "guid", "deprecatedGuids", "name", "deprecatedNames",
              "shortDescription", "fullDescription", "messageStrings", "defaultConfiguration",
              "helpUri", "help", "relationships", "properties"}, {"id"}),
    "result": ({"ruleId", "ruleIndex", "rule", "kind", "level", "message", "analysisTarget",
                "locations", "guid", "correlationGuid", "occurrenceCount", "partialFingerprints",
                "fingerprints", "stacks", "codeFlows", "graphs", "graphTraversals",
                "relatedLocations", "suppressions", "baselineState", "rank", "attachments",
                "hostedViewerUri", "workItemUris", "provenance", "fixes", "taxa", "webRequest",
                "webResponse", "properties"}, {"message"}),
    "message": ({"text", "markdown", "id", "arguments", "properties"}, {"text"}),
    "location": ({"id", "physicalLocation", "logicalLocations", "message", "annotations",
                  "relationships", "properties"}, set()),
    "physicalLocation": ({"address", "artifactLocation", "region", "contextRegion", "properties"},
                         {"artifactLocation"}),
    "artifactLocation": ({"uri", "uriBaseId", "index", "description", "properties"}, {"uri"}),
    "region": ({"startLine", "startColumn", "endLine", "endColumn", "charOffset", "charLength",
                "byteOffset", "byteLength", "snippet", "message", "sourceLanguage", "properties"},
               {"startLine"}),
    "logicalLocation": ({"name", "index", "fullyQualifiedName", "decoratedName", "parentIndex",
                         "kind", "properties"}, set()),
}  # fmt: skip
URI = re.compile(r"(?:file:///)?(?:[A-Za-z0-9_.~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+")


def sound(kind: str, thing: dict[str, Any]) -> dict[str, Any]:
    """An object of SARIF, if it has what the standard requires and nothing it does not list."""
    known, required = SARIF[kind]
    assert thing.keys() <= known, kind
    assert thing.keys() >= required, kind
    return thing


def assert_sarif(text: str) -> list[dict[str, Any]]:
    log = sound("log", json.loads(text))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = sound("driver", sound("tool", sound("run", run)["tool"])["driver"])
    assert isinstance(driver["name"], str)
    assert driver["name"]
    rules = [sound("rule", rule)["id"] for rule in driver["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        sound("result", result)
        assert result["level"] in {"none", "note", "warning", "error"}
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert isinstance(sound("message", result["message"])["text"], str)
        for location in result.get("locations", []):
            physical = sound("physicalLocation", sound("location", location)["physicalLocation"])
            uri = sound("artifactLocation", physical["artifactLocation"])["uri"]
            assert URI.fullmatch(uri), uri
            assert not uri.startswith("/")
            if "region" in physical:
                line = sound("region", physical["region"])["startLine"]
                assert type(line) is int
                assert line >= 1
            for place in location["logicalLocations"]:
                sound("logicalLocation", place)
    return list(run["results"])


@given(REPORTS)
def test_sarif_has_what_the_standard_requires_and_nothing_it_does_not_list(report: Report) -> None:
    results = assert_sarif(drawn(report, "sarif"))
    levels = {"error": "error", "warning": "warning", "advice": "note"}
    assert [one["level"] for one in results] == [levels[one.severity] for one in report]
    assert [one["ruleId"] for one in results] == [one.rule for one in report]


@pytest.mark.usefixtures("broken")
def test_sarif_names_files_from_where_the_project_stands() -> None:
    report = check(read_content(Path("data").resolve()), as_of=DAY)
    assert all(Path(one.file).is_absolute() for one in report)
    results = assert_sarif(drawn(report, "sarif"))
    places = [one["locations"][0]["physicalLocation"] for one in results]
    assert [place["artifactLocation"]["uri"] for place in places] == [
        f"data/{one.table}.csv" for one in report
    ]
    assert [place["region"]["startLine"] for place in places] == [one.line for one in report]


# --- junit -----------------------------------------------------------------------------------


@given(REPORTS)
def test_junit_counts_right_and_names_file_and_line(report: Report) -> None:
    root = ElementTree.fromstring(drawn(report, "junit"))
    failed = [one for one in report if one.severity != "advice"]
    cases = root.findall("testsuite/testcase")
    assert (root.get("tests"), root.get("failures")) == (str(len(report)), str(len(failed)))
    assert (len(cases), len(root.findall(".//failure"))) == (len(report), len(failed))
    for suite in root:
        assert suite.get("tests") == str(len(suite))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
    places = sorted((case.get("file"), case.get("line")) for case in cases)
    assert places == sorted((one.file, str(one.line or 0)) for one in report)


def test_junit_says_rule_row_and_what_to_do() -> None:
    fault_ = Diagnostic(
        rule="no-grade", message="It has no <grade>.\x00", hint="Grade it.", table="statements",
        key="zinc/harm", file="data/statements.csv", line=3, column="certainty",
    )  # fmt: skip
    case = ElementTree.fromstring(drawn(Report.of([fault_]), "junit"))[0][0]
    assert (case.get("name"), case.get("classname")) == ("no-grade: zinc/harm", "statements")
    assert case[0].attrib == {"type": "no-grade", "message": "It has no <grade>."}
    assert case[0].text == (
        "data/statements.csv:3: certainty: error: It has no <grade>. [no-grade]\n"
        "    hint: Grade it."
    )


# --- a report in a notebook ------------------------------------------------------------------


class Tables(HTMLParser):
    """The tags and the words of a table, as a browser finds them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.rows: list[list[str]] = []
        self.in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self.in_cell = self.in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.in_cell:  # a marked space is a word's end, what stands between cells is none
            self.rows[-1][-1] += data


HEADS = ["row", "severity", "what", "words", "what to do"]
LEFT = ("style", "text-align:start")


def test_a_report_shows_itself_as_a_table_by_row_that_links_to_sections(broken: Content) -> None:
    report = check(broken, as_of=DAY)
    bundle = report._repr_mimebundle_()
    assert bundle["text/plain"] == str(report)
    shown = Tables(bundle["text/html"])
    assert shown.rows[0] == HEADS
    assert shown.tags.count(("th", (("scope", "col"), LEFT))) == len(HEADS)
    assert shown.tags.count(("th", (("scope", "row"), LEFT))) == len(report)
    assert ("caption", ()) in shown.tags
    by_row = sorted(report, key=lambda one: (one.file, one.line or 0))
    assert [row[0] for row in shown.rows[1:]] == [
        f"{one.table} {one.key} {one.column}".strip() + f"{one.file}:{one.line}" for one in by_row
    ]
    assert {(row[1], row[2], row[4]) for row in shown.rows[1:]} == {
        (one.severity, f"{one.message} [{one.rule}]", one.hint) for one in report
    }
    links = [dict(attrs)["href"] for tag, attrs in shown.tags if tag == "a"]
    assert links == [f"#{one.section}" for one in by_row if one.section]
    assert {"#start", "#colds"} <= set(links)


def test_a_report_without_faults_shows_a_sentence() -> None:
    assert Report()._repr_mimebundle_() == {
        "text/plain": "No faults.",
        "text/html": "<p>No faults.</p>",
        "text/markdown": "No faults.",
    }


HOSTILE = PLAIN | st.sampled_from([
    "<script>alert(1)</script>", '"><img src=x onerror=x>', "a | b", "| --- |", "`code`", "\\|",
    "[x](javascript:x)", "![x](http://x.example/y)", "a\n\n# b", "&lt;b&gt;", "~~x~~", "**b**",
    "<!-- x", "\u202eabc", "\x1b[2J",
])  # fmt: skip


def read(text: str) -> str:
    """The words that a reader sees: one line, without what steers a screen."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


@given(st.lists(diagnostics(HOSTILE), min_size=1, max_size=4).map(Report.of))
@example(
    Report.of(
        [Diagnostic(rule="no-grade", message="a space is marked", cell="two words", span=(3, 4))]
    )
)
def test_hostile_text_is_words_in_html_and_in_markdown(report: Report) -> None:
    page_ = Tables(report.to_html())
    around, *tags = page_.tags
    assert around == ("div", (("class", "table"), ("role", "region"), ("aria-label", "Findings"),
                              ("tabindex", "0")))  # fmt: skip
    assert {tag for tag, _ in tags} <= {
        "table", "caption", "thead", "tbody", "tr", "th", "td", "mark", "br", "small", "strong"
    }  # fmt: skip
    assert {attrs for _, attrs in tags} <= {
        (), (LEFT,), (("scope", "col"), LEFT), (("scope", "row"), LEFT),
        (("style", "overflow-wrap:anywhere"),),
    }  # fmt: skip
    drawn_ = Tables(MarkdownIt("gfm-like", {"linkify": False}).render(report.to_markdown()))
    assert {tag for tag, _ in drawn_.tags} <= {"table", "thead", "tbody", "tr", "th", "td"}
    said = sorted([read(one.message), read(one.hint)] for one in report)
    ruled = sorted([f"{read(one.message)} [{read(one.rule)}]".strip(), read(one.hint)]
                   for one in report)  # fmt: skip
    assert sorted([row[2].strip(), row[4]] for row in page_.rows[1:]) == ruled
    marked = sorted(read("".join(one.context)) for one in report if one.context[1])
    assert sorted(filter(None, (read(row[3]) for row in page_.rows[1:]))) == [
        words for words in marked if words
    ]
    assert sorted(row[4:] for row in drawn_.rows[1:]) == said


# --- the shipped page ------------------------------------------------------------------------


def test_the_report_of_the_page_as_received_is_the_golden_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Where a rule has changed on purpose:
    # ketcontent check --edition supplied > tests/golden/supplied-report.txt
    monkeypatch.chdir(ROOT)
    report = check(read_content("data"), editions=["supplied"], as_of=DAY)
    golden = (GOLDEN / "supplied-report.txt").read_text("utf-8")
    assert (drawn(report, "text") + "\n").splitlines() == golden.splitlines()


def test_the_current_page_has_no_error_but_the_honest_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    content = read_content("data")
    day = max(map(datetime.date.fromisoformat, content.help_lines["checked_on"]))
    report = check(content, as_of=day)
    assert {one.rule for one in report if one.severity == "error"} <= {
        "sign-off-missing",
        "source-unconfirmed",
        "retraction-unchecked",
        "revision-unchecked",
    }


def test_both_reports_of_the_shipped_page_are_sound_sarif(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    report = check(read_content("data"), editions=["current", "supplied"], as_of=DAY)
    assert len(assert_sarif(drawn(report, "sarif"))) == len(report)
