"""Lists and tables in the workbench: what stands within something goes and is signed with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent import sign_off, write_content
from ketcontent.editor.edits import in_order
from ketcontent.editor.moving import deepened, moved, moved_together, placed
from ketcontent.editor.nesting import with_below
from ketcontent.editor.session import Session, changes_of, undo
from ketcontent.editor.workbench import Workbench
from ketcontent.model.content import Content
from tests.editor.test_structure import ask, tables, tea
from tests.laws import examples


def listed(*lines: tuple[str, str]) -> Content:
    """The page on tea, whose section on flu has blocks of these forms and words, in order."""
    home = {"document": "tea", "section": "flu", "kind": "risk"}
    off = [{"statement": f"flu-{place}", "position": "", "text": ""} for place in (1, 2, 3)]
    rows = [
        {
            **home,
            **{"statement": f"list-{place}", "block": str(place), "position": str(10 * place)},
            **{"form": form, "text": words},
        }
        for place, (form, words) in enumerate(lines, 1)
    ]
    return tables(changed=off, statements=rows)


def signed(content: Content, *keys: str) -> Content:
    for key in keys:
        content = sign_off(content, "tea", key, person="ada", capacity="clinical")
    return content


def bench_on(folder: Path, content: Content) -> Workbench:
    write_content(content, folder / "data")
    return Workbench("tea", data=str(folder / "data"))


LEAD = [("paragraph", "Never with:"), ("item", "Wine."), ("item-2", "Red wine.")]
TABLE = [("header", "Who | Cups"), ("row", "Adults | 2"), ("row", "Children | 0")]


@pytest.mark.parametrize(
    ("lines", "key", "words", "voided"),
    [
        (LEAD, "list-1", "Safe with:", ["list-2", "list-3"]),
        (LEAD, "list-2", "Beer.", ["list-2", "list-3"]),
        (LEAD, "list-3", "White wine.", ["list-3"]),
        (TABLE, "list-1", "Who | Pots", ["list-2", "list-3"]),
    ],
)
def test_what_stands_within_other_words_is_told_before_they_are_saved(
    tmp_path: Path, lines: list[tuple[str, str]], key: str, words: str, voided: list[str]
) -> None:
    bench = bench_on(tmp_path, signed(listed(*lines), "list-2", "list-3"))
    ask(bench, "edit", statement=key, cells={"text": words})
    heard = ask(bench, "choose", statement=key)
    assert [one["statement"] for one in heard["detail"]["voids"]] == voided
    ask(bench, "save")
    waits: dict[str, Any] = {
        one["statement"]: one["signoffs"]
        for section in ask(bench, "open")["listing"]
        for one in section["statements"]
    }
    assert {key for key in ("list-2", "list-3") if waits[key] == {"clinical": "stale"}} == {*voided}


def test_a_sign_off_is_told_where_its_own_words_were_changed_and_nowhere_else(
    tmp_path: Path,
) -> None:
    bench = bench_on(tmp_path, signed(listed(*LEAD), "list-2", "list-3"))
    for key, words in (("list-2", "Beer."), ("list-3", "Ale.")):
        ask(bench, "edit", statement=key, cells={"text": words})
    for key in ("list-2", "list-3"):
        heard = ask(bench, "choose", statement=key)
        assert [one["statement"] for one in heard["detail"]["voids"]] == [key]


def test_what_loses_its_lead_in_is_told_unless_it_is_what_moves(tmp_path: Path) -> None:
    bench = bench_on(tmp_path, listed(*LEAD))
    heard = ask(bench, "cut", statement="list-1")
    assert heard["ask"]["told"] == [
        "Then these stand under another item or lead-in, or none: list-2, list-3."
    ]
    assert "ask" not in ask(bench, "move", statement="list-2", section="colds")


# --- an item and what is below it ------------------------------------------------------------


def laid(*forms: str) -> Session:
    """A session on blocks that are named by letters: a, b, c …"""
    return tea(listed(*((form, "abcdefghij"[place]) for place, form in enumerate(forms))))


def key(letter: str) -> str:
    return f"list-{'abcdefghij'.index(letter) + 1}"


def stands(session: Session, section: str = "flu") -> str:
    """The blocks of the section: of each its letter, behind the depth of an item, or ``|``."""
    marks = {"paragraph": "", "header": "#", "row": "|"}
    return " ".join(
        f"{marks.get(row['form'], row['form'].removeprefix('item').removeprefix('-') or '1')}"
        f"{row['text']}"
        for row in in_order(session, section)
        if len(row["text"]) == 1
    )


NESTED = ("item", "item-2", "item-3", "item", "item-2", "item", "paragraph")
"""a with b with c within; d with e; f; and a paragraph g."""


@pytest.mark.parametrize(
    ("letter", "direction", "after"),
    [
        ("a", "down", "1d 2e 1a 2b 3c 1f g"),
        ("d", "up", "1d 2e 1a 2b 3c 1f g"),
        ("d", "down", "1a 2b 3c 1f 1d 2e g"),
        ("f", "up", "1a 2b 3c 1f 1d 2e g"),
        ("b", "down", "1a 1d 2b 3c 2e 1f g"),
        ("e", "up", "1a 2b 3c 2e 1d 1f g"),
        ("g", "up", "1a 2b 3c 1d 2e g 1f"),
    ],
)
def test_an_item_steps_with_what_is_below_it_past_all_that_is_below_another(
    letter: str, direction: Any, after: str
) -> None:
    session = laid(*NESTED)
    there = moved_together(session, [key(letter)], direction)
    assert stands(there) == after
    assert stands(moved(session, key(letter), direction)) == after
    back = moved(there, key(letter), "up" if direction == "down" else "down")
    assert stands(back) == stands(session)
    assert changes_of(session.content, undo(there).content) == ()


@pytest.mark.parametrize(
    ("letter", "where", "after"),
    [
        ("a", {"after": "d"}, "1d 2e 1a 2b 3c 1f g"),
        ("a", {"after": "e"}, "1d 2e 2a 3b 4c 1f g"),
        ("b", {"before": "d"}, "1a 1b 2c 1d 2e 1f g"),
        ("f", {"before": "b"}, "1a 2f 2b 3c 1d 2e g"),
        ("f", {"after": "a"}, "1a 2b 3c 1f 1d 2e g"),
        ("g", {"before": "e"}, "1a 2b 3c g 1d 2e 1f"),
        ("g", {"after": "b"}, "1a 2b 3c g 1d 2e 1f"),
        ("b", {"after": "g"}, "1a 1d 2e 1f g 1b 2c"),
        ("a", {"after": "b"}, "1a 2b 3c 1d 2e 1f g"),
    ],
)
def test_an_item_is_laid_beside_another_as_deep_as_that_with_what_is_below_both(
    letter: str, where: dict[str, str], after: str
) -> None:
    session = laid(*NESTED)
    named = {side: key(one) for side, one in where.items()}
    assert stands(placed(session, key(letter), "flu", **named)) == after


def test_a_deep_item_in_another_section_takes_what_is_below_it_and_is_an_outer_one() -> None:
    session = placed(laid(*NESTED), key("b"), "colds")
    assert (stands(session), stands(session, "colds")) == ("1a 1d 2e 1f g", "1b 2c")


def test_a_level_is_that_of_all_below() -> None:
    session = laid(*NESTED)
    assert stands(deepened(session, [key("d")], "in")) == "1a 2b 3c 2d 3e 1f g"
    assert stands(deepened(session, [key("d"), key("e")], "in")) == "1a 2b 3c 2d 3e 1f g"
    assert stands(deepened(session, [key("a")], "out")) == "a 1b 2c 1d 2e 1f g"


def test_what_unfolds_is_below_no_item_that_is_seen_at_once() -> None:
    content = listed(*zip(NESTED, "abcdefg", strict=True))
    frame = content.statements.copy()
    frame.loc[frame["statement"].isin([key(letter) for letter in "bcdefg"]), "layer"] = "more"
    session = tea(replace(content, statements=frame))
    assert with_below(session, [key("a")]) == [key("a")]
    assert with_below(session, [key("d")]) == [key("d"), key("e")]
    assert stands(placed(session, key("g"), "flu", after=key("a"))) == "1a g 2b 3c 1d 2e 1f"


def test_an_item_within_another_steps_up_past_its_like_and_stays_within() -> None:
    session = laid("item", "item-2", "item-3", "item-2")
    assert stands(moved(session, key("d"), "up")) == "1a 2d 2b 3c"


def left(heard: dict[str, Any]) -> str:
    """The letters of what the list shows of the section on flu, but for what is cut."""
    [flu] = [one for one in heard["listing"] if one["section"] == "flu"]
    return "".join(one["words"] for one in flu["statements"] if not one["cut"])


def test_what_goes_with_a_cut_is_said_and_undo_brings_it_back(tmp_path: Path) -> None:
    bench = bench_on(tmp_path, listed(*zip(NESTED, "abcdefg", strict=True)))
    heard = ask(bench, "cut", statement=key("a"))
    assert heard["ask"]["told"] == ["It takes what is below off the page as well: list-2, list-3."]
    assert left(ask(bench, "cut", statement=key("a"), yes=heard["ask"]["yes"])) == "defg"
    assert left(ask(bench, "undo")) == "abcdefg"
    assert left(ask(bench, "cut", statement=key("c"))) == "abdefg"


# --- the rows of a table ---------------------------------------------------------------------

ROWS = ("paragraph", "header", "row", "row", "paragraph", "row", "item", "item-2")


@pytest.mark.parametrize(
    ("letter", "direction", "after"),
    [
        ("d", "up", "a #b |d |c e |f 1g 2h"),
        ("c", "up", "a #b |c |d e |f 1g 2h"),
        ("d", "down", "a #b |c |d e |f 1g 2h"),
        ("b", "down", "a #b |c |d e |f 1g 2h"),
        ("a", "down", "#b |c |d a e |f 1g 2h"),
        ("e", "up", "a e #b |c |d |f 1g 2h"),
        ("f", "down", "a #b |c |d e 1g 2h |f"),
        ("h", "up", "a #b |c |d e |f 2h 1g"),
    ],
)
def test_a_row_steps_within_its_table_and_what_is_no_row_past_all_of_it(
    letter: str, direction: Any, after: str
) -> None:
    assert stands(moved(laid(*ROWS), key(letter), direction)) == after


def test_a_table_moves_as_a_whole_and_its_rows_among_themselves() -> None:
    session = laid(*ROWS)
    whole = [key(one) for one in "bcd"]
    assert stands(moved_together(session, whole, "up")) == "#b |c |d a e |f 1g 2h"
    assert stands(moved_together(session, whole, "down")) == "a e #b |c |d |f 1g 2h"
    assert moved_together(session, whole[:2], "down") is session
    assert stands(placed(session, whole, "flu", before=key("h"))) == "a e |f #b |c |d 1g 2h"
    assert stands(placed(session, key("a"), "flu", after=key("c"))) == "#b |c |d a e |f 1g 2h"


def test_a_row_that_leaves_its_headers_says_so(tmp_path: Path) -> None:
    bench = bench_on(tmp_path, listed(*zip(ROWS, "abcdefgh", strict=True)))
    heard = ask(bench, "move", statement=key("c"), section="flu", after=key("f"))
    assert heard["ask"]["told"] == [
        "Then these rows stand under other headers or another lead-in, or none: list-3."
    ]
    heard = ask(bench, "cut", statement=key("b"))
    assert heard["ask"]["told"] == [
        "Then these rows stand under other headers or another lead-in, or none: list-3, list-4."
    ]
    assert "ask" not in ask(bench, "move", statement=key("d"), direction="up")


def below_all(session: Session) -> dict[str, set[str]]:
    """What is below each statement of the section."""
    return {
        row["statement"]: {*with_below(session, [row["statement"]])} - {row["statement"]}
        for row in in_order(session, "flu")
    }


@settings(max_examples=examples(15))
@given(
    st.lists(st.sampled_from(["paragraph", "item", "item-2", "item-3"]), min_size=8, max_size=8),
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["up", "down", *"abcdefgh"])),
        min_size=1,
        max_size=4,
    ),
)
def test_whatever_is_moved_no_item_loses_one_below_it_and_undo_brings_all_back(
    forms: list[str], steps: list[tuple[str, str]]
) -> None:
    session = laid(*forms)
    for letter, where in steps:
        going = {*with_below(session, [key(letter)])}
        before = below_all(session)
        if where in ("up", "down"):
            session = moved(session, key(letter), "up" if where == "up" else "down")
        else:
            session = placed(session, key(letter), "flu", after=key(where))
        after = below_all(session)
        for one in before.keys() & after.keys():
            assert before[one] - (going if one not in going else set()) <= after[one]
    for _ in session.done:
        session = undo(session)
    assert stands(session) == stands(laid(*forms))
