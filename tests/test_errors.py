"""Every failure says what and what to do, and crosses a process border with all it knows."""

from __future__ import annotations

import datetime
import pickle
from pathlib import Path
from typing import Any

import pytest

from ketcontent import errors
from ketcontent.building.request import Built
from ketcontent.clock import day_of, today
from ketcontent.diagnostics import Diagnostic, Report
from ketcontent.errors import (
    AlreadyThere,
    BrokenTables,
    BuildFailed,
    KetcontentError,
    Locked,
    NotReady,
    SaveConflict,
    SavedMeanwhile,
    UnknownName,
    UnknownTable,
    UnreadablePage,
    WrongParameter,
    given_names,
    nearest,
    require_text,
)
from ketcontent.model.merge import Conflict


def every_kind() -> list[type[KetcontentError]]:
    """Return the base and every class below it."""
    kinds = [KetcontentError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return kinds


CONFLICT = Conflict("terms", ("OCD", "en"), {"plain": "a"}, None, {"plain": "b"})
REPORT = Report.of([Diagnostic(rule="blank-line", message="The line is blank.", line=3)])

FACTS: dict[type[KetcontentError], dict[str, Any]] = {
    KetcontentError: {"path": "data"},
    UnknownName: {"kind": "document", "name": "tea", "known": ("ketamine",)},
    UnknownTable: {"kind": "table", "name": "statement", "known": ("statements",)},
    UnreadablePage: {"path": "page.txt"},
    AlreadyThere: {"name": "ketamine"},
    BrokenTables: {"report": REPORT},
    SaveConflict: {"conflicts": (CONFLICT,)},
    Locked: {"path": ".lock", "holder": "process 7 (building)"},
    WrongParameter: {"notebook": "section", "parameter": "documnet"},
    NotReady: {"report": REPORT, "built": Built(Path("exports"), ("tea",), ())},
    SavedMeanwhile: {"built": Built(Path("exports"), (), (), moved=("data/terms.csv",))},
    BuildFailed: {
        "failures": ({"notebook": "section"},),
        "built": Built(Path("exports"), (), (), withdrawn={"tea/index.md": "it is gone"}),
    },
}


def failure(kind: type[KetcontentError]) -> KetcontentError:
    return kind("What is wrong.", hint="Do this.", **FACTS[kind])


def facts_of(one: KetcontentError) -> dict[str, Any]:
    return {name: getattr(one, name) for name in FACTS[type(one)]}


def test_every_kind_of_failure_is_tested_here_and_named_in_the_tree():
    ours = {kind for kind in every_kind() if kind.__module__ == errors.__name__}
    assert ours == set(FACTS)
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in ours)


@pytest.mark.parametrize("kind", FACTS)
def test_a_failure_carries_exactly_the_facts_that_its_class_names(kind: type[KetcontentError]):
    if kind is not KetcontentError:
        assert set(kind.__annotations__) == set(FACTS[kind])
    assert facts_of(failure(kind)) == FACTS[kind]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", FACTS)
def test_a_failure_survives_pickling_with_all_it_knows(kind: type[KetcontentError], protocol: int):
    before = failure(kind)
    after = pickle.loads(pickle.dumps(before, protocol))
    assert type(after) is kind
    assert str(after) == str(before)
    assert (after.message, after.hint, after.args) == (before.message, before.hint, before.args)
    assert facts_of(after) == facts_of(before) == FACTS[kind]
    assert pickle.loads(pickle.dumps(after, protocol)).hint == "Do this."


@pytest.mark.parametrize("kind", FACTS)
def test_a_failure_is_caught_as_one_of_ours_and_says_message_and_hint(
    kind: type[KetcontentError],
):
    with pytest.raises(KetcontentError) as caught:
        raise failure(kind)
    assert str(caught.value).endswith("What is wrong.\nhint: Do this.")
    assert caught.value.message == "What is wrong."


def test_a_failure_without_a_hint_is_its_message():
    assert str(KetcontentError("What is wrong.")) == "What is wrong."


def test_broken_tables_show_every_fault_before_the_message():
    assert str(failure(BrokenTables)) == (
        "3: error: The line is blank. [blank-line]\nWhat is wrong.\nhint: Do this."
    )


@pytest.mark.parametrize(
    ("name", "known", "hint", "said"),
    [
        pytest.param(
            "ketamin",
            ["ketamine", "esketamine"],
            "",
            "No document 'ketamin'.\nhint: Did you mean 'ketamine'?",
            id="a near one",
        ),
        pytest.param(
            "x",
            ["current", "supplied"],
            "",
            "No document 'x'.\nhint: Use one of: current, supplied.",
            id="none near",
        ),
        pytest.param(
            "x",
            [f"d{number}" for number in range(23)],
            "",
            "No document 'x'.\nhint: Use one of: "
            + ", ".join(f"d{number}" for number in range(20))
            + " and 3 more.",
            id="too many to show",
        ),
        pytest.param(
            "x", [], "Import one.", "No document 'x'.\nhint: Import one.", id="none at all"
        ),
        pytest.param("x", [], "", "No document 'x'.", id="none at all and no hint"),
        pytest.param("a\nb", [], "", "No document 'a\\nb'.", id="a name with a line break"),
    ],
)
def test_an_unknown_name_comes_with_the_nearest_known_one(
    name: str, known: list[str], hint: str, said: str
):
    found = UnknownName.of("document", name, iter(known), hint=hint)
    assert str(found) == said
    assert (found.kind, found.name, found.known) == ("document", name, tuple(known))


def test_the_nearest_of_several_near_names_is_meant():
    assert nearest("documents", ["statements", "document"]) == "Did you mean 'document'?"


def test_a_failure_that_no_cell_caused_is_shown_without_a_place():
    assert KetcontentError("No.", hint="Do.")._render_traceback_() == [
        "KetcontentError: No.\nhint: Do."
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            5,
            "'section' is a text, not the int 5.\nhint: Write section=\"5\"; for papermill "
            '-r section "5" instead of -p, or section: "5" in YAML.',
            id="a number",
        ),
        pytest.param(
            False,
            "'section' is a text, not the bool False.\nhint: Write section=\"False\"; for "
            'papermill -r section "False" instead of -p, or section: "False" in YAML.',
            id="no",
        ),
        pytest.param(
            None,
            "'section' is a text, not None.\nhint: Write section=\"\"; for papermill "
            '-r section "" instead of -p, or section: "" in YAML.',
            id="nothing",
        ),
    ],
)
def test_a_value_that_is_no_text_names_the_parameter_and_how_to_write_it(given: object, said: str):
    with pytest.raises(WrongParameter) as refused:
        require_text("section", given)
    assert str(refused.value) == said
    assert (refused.value.parameter, refused.value.notebook) == ("section", "")


def test_one_name_alone_is_one_name_and_several_are_all_of_them():
    assert given_names("document", "tea") == ("tea",)
    assert given_names("document", iter(["tea", "zinc"])) == ("tea", "zinc")
    assert given_names("document", ()) == ()
    for given in (5, ["tea", 5], None):
        with pytest.raises(WrongParameter, match="'document' is a text, not"):
            given_names("document", given)


def test_a_day_that_is_none_says_how_to_write_one():
    assert day_of("2026-11-23") == datetime.date(2026, 11, 23)
    assert day_of("") == today()
    with pytest.raises(WrongParameter) as refused:
        day_of("23 November")
    assert str(refused.value) == (
        "'as_of' is a day, not '23 November'.\n"
        "hint: Write it as 2026-11-23, or leave it empty for today."
    )


def test_a_name_that_differs_in_its_capitals_alone_is_near():
    assert nearest("nmda", ["ECT", "NMDA", "nausea"]) == "Did you mean 'NMDA'?"
