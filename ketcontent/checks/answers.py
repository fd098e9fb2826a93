"""Judge whether every supplied sentence is answered: what became of it, truly, and why.

A page that is rewritten to its evidence owes an account of each sentence it was given, or what was
inconvenient could go in silence. The account is in three columns of the sentence's row (`answer`,
`answered_by`, `answer_reason`); here it is held against the rows. Words are compared as the
redline compares them: a sentence is kept where that shows nothing.

Notes
-----
Two sentences may share a key and not a claim. Whether they do, only a reader can tell; what is
measured is whether a rewording has any word of substance of the supplied sentence left, in itself
or in the statements that are said to answer it. Words of substance have more than three letters and
are not in the title of the page ("have" and "other" pass for some); two are the same where their
first five letters are (depression, depressive). It takes one look at each word. On the page about
ketamine 9 of 27 rewordings had no such word left in their own row: 6 were other claims, 3 said the
same or a part of it in plain words (addictive for dependency), so it warns and is no error. Of
what others are said to answer, their words are asked for, or a reason that has words of both. The
other way round it says nothing: words in common do not make one claim, what is left out of a
sentence of several claims no count shows, and in a script without spaces between its words there
is nothing to count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

from ketcontent.approvals import reader_words
from ketcontent.diagnostics import Diagnostic, Severity
from ketcontent.model import ANSWER_COLUMNS, KEPT, SuppliedAnswer, answer_of
from ketcontent.pages import PageView, Statement
from ketcontent.text import as_seen, words

_SHORT = 3
"""The letters of a word that is none of substance."""

_SHORT_REASON = 2
"""The words of a reason that says none."""

_STEM = 5
"""The first letters by which words are the same."""


@dataclass(frozen=True, slots=True)
class _Supplied:
    """A supplied sentence, and how it stands now."""

    row: Mapping[str, Any]
    answer: SuppliedAnswer
    was: str
    """Its words as received, with their label."""
    now: str
    """The words of its row on the page; empty where it is off the page."""
    elsewhere: bool
    """Whether it stands under another heading, folded, set otherwise or in another order."""
    not_kept: str
    """Why it is not kept, of where it stands: as `elsewhere`, but of two that changed places one
    may be."""
    twin: str
    """A statement of the page that was not received and has the words of this one."""

    @property
    def same(self) -> bool:
        return as_seen(self.was) == as_seen(self.now)


def judge_answers(view: PageView) -> list[Diagnostic]:
    """Return the supplied sentences without a true answer: of each, the first thing that is wrong.

    What the supplier changed and nobody has decided on is not asked for: that comes first. What was
    withdrawn keeps the answer it had.
    """
    shown = {one.statement: reader_words(one) for one in view.edition().statements}
    rows = view.rows("statements")
    keys = {row["statement"] for row in rows}
    received = {
        row["statement"]: Statement(
            row["statement"], row["supplied_label"], "", row["supplied"], "", ""
        )
        for row in rows
        if row["supplied"]
    }
    standing = [row for row in rows if row["supplied"] and row["statement"] in shown]
    placed = {row["statement"]: _placed_otherwise(row) for row in standing}
    passed = _passed(standing)
    passed_kept = _passed([row for row in standing if row["answer"] == KEPT])
    title = _substance(view.edition().title)
    written = {as_seen(said): key for key, said in shown.items() if key not in received}
    found: list[Diagnostic | None] = []
    for row in rows:
        key = row["statement"]
        if row["supplier_change"] and not (row["supplied"] and row["supplier_decision"]):
            continue
        if not row["supplied"]:
            found.append(_answers_nothing(row))
            continue
        was = reader_words(received[key])
        one = _Supplied(
            row,
            answer_of(row),
            was,
            shown.get(key, ""),
            elsewhere=bool(placed.get(key)) or key in passed,
            not_kept=placed.get(key, "")
            or ("another that is kept stood on its other side" if key in passed_kept else ""),
            twin=written.get(as_seen(was), ""),
        )
        found.append(
            _missing(one)
            or _untrue(one)
            or _answered_by_none(one, keys, shown)
            or _without_reason(one)
            or _another_claim(one, shown, title)
            or _unrelated(one, shown, title)
        )
    return [one for one in found if one]


def _fault(
    row: Mapping[str, Any],
    rule: str,
    column: str,
    message: str,
    hint: str,
    severity: Severity = "error",
) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        message=message,
        hint=hint,
        severity=severity,
        table="statements",
        key=f"{row['document']}/{row['statement']}",
        column=column,
        cell=row[column],
    )


def _answers_nothing(row: Mapping[str, Any]) -> Diagnostic | None:
    filled = [name for name in ANSWER_COLUMNS if row[name]]
    return (
        _fault(
            row,
            "answer-of-nothing",
            filled[0],
            "It answers a supplied sentence, and none was received in this row.",
            f"Empty {' and '.join(filled)}, or write it where the sentence was received.",
        )
        if filled
        else None
    )


def _missing(one: _Supplied) -> Diagnostic | None:
    if one.answer.answer:
        return None
    if one.same:
        stands, write = "stands elsewhere now", "'moved', and why in answer_reason"
        if not one.elsewhere:
            stands, write = "stands as it was received", f"'{KEPT}'"
    elif one.now:
        stands = "reads otherwise now"
        write = "'reworded', or 'answered' with the statements that do, and why in answer_reason"
    else:
        stands = "is off the page"
        write = "'cut', or 'answered' with the statements that do, and why in answer_reason"
    return _fault(
        one.row,
        "no-answer",
        "answer",
        f"Nobody has said what became of the supplied sentence, which {stands}.",
        f"Write {write}.",
    )


def _untrue(one: _Supplied) -> Diagnostic | None:
    """Return what the rows say against an answer."""
    answer = one.answer.answer
    off = "it is off the page" if not one.now else ""
    same = "its words are those received" if one.same else ""
    changed = "" if one.same else "its words are others now"
    twin = f"its words stand on the page, as '{one.twin}'" if one.twin else ""
    against = {
        KEPT: off or changed or one.not_kept,
        "moved": off or changed or ("" if one.elsewhere else "it stands where it was received"),
        "reworded": off or same,
        "cut": twin if off else "words stand on the page in its row",
        "answered": same or twin,
    }[answer]
    if not against and one.answer.by and answer in (KEPT, "moved", "cut"):
        against = f"it names what answers it: {', '.join(one.answer.by)}"
    if not against:
        return None
    if twin and against == twin:
        truth = f"Set them in this row again in place of '{one.twin}', and write 'moved'"
    elif one.same:
        truth = f"Write '{KEPT}', or 'moved' where it stands elsewhere"
    elif one.now:
        truth = "Write 'reworded', or 'answered' with the statements that do"
    else:
        truth = "Write 'cut', or 'answered' with the statements that do"
    return _fault(
        one.row,
        "answer-untrue",
        "answer",
        f"'{answer}' is not what became of the supplied sentence: {against}.",
        f"{truth}; say why in answer_reason.",
    )


def _answered_by_none(
    one: _Supplied, keys: set[str], shown: Mapping[str, str]
) -> Diagnostic | None:
    """Return what is wrong with the statements that are said to answer it."""
    wrong = []
    for key in dict.fromkeys(one.answer.by):
        if key not in keys:
            wrong.append(f"there is no statement '{key}' on this page")
        elif key not in shown:
            wrong.append(f"'{key}' is off the page")
        elif key == one.row["statement"]:
            wrong.append(f"'{key}' is itself")
    if one.answer.answer == "answered" and not one.answer.by:
        wrong.append("no statement is named")
    if not wrong:
        return None
    return _fault(
        one.row,
        "answered-by-none",
        "answered_by",
        f"The supplied sentence is not answered by what is named: {'; '.join(wrong)}.",
        "Name statements that a reader finds on this page, as keys separated by spaces.",
    )


def _without_reason(one: _Supplied) -> Diagnostic | None:
    reason = one.answer.reason
    if one.answer.answer == KEPT or (_says_why(reason) and as_seen(reason) != as_seen(one.was)):
        return None
    said = f"'{reason}' does not say why" if reason else "nobody has said why"
    return _fault(
        one.row,
        "no-answer-reason",
        "answer_reason",
        f"The supplied sentence is {one.answer.answer}, and {said}.",
        "Write it in a sentence: what the evidence says, and what was left out.",
    )


@lru_cache(maxsize=4096)
def _says_why(reason: str) -> bool:
    """Return whether a reason has more different words than say nothing ("see above")."""
    letters = [word.casefold() for word in words(reason) if word[0].isalpha()]
    if reason.isascii():  # a word of one letter stands for nothing ("n/a"), but in other scripts
        letters = [word for word in letters if len(word) > 1]
    return len(set(letters)) > _SHORT_REASON


def _another_claim(
    one: _Supplied, shown: Mapping[str, str], title: frozenset[str]
) -> Diagnostic | None:
    if one.answer.answer != "reworded":
        return None
    was = _substance(one.was) - title
    now = frozenset[str]().union(
        *(_substance(said) for said in (one.now, *(shown[key] for key in one.answer.by)))
    )
    if not was or not now - title or was & now:
        return None
    return _fault(
        one.row,
        "another-claim",
        "answer",
        "It is called reworded and shares no word of substance with what was supplied.",
        "If it is another claim under the same key, write 'answered' and name the statements that "
        "speak of the supplied one; if it is the same in plain words, name one that shares a word "
        "with it in answered_by.",
        severity="warning",
    )


def _unrelated(
    one: _Supplied, shown: Mapping[str, str], title: frozenset[str]
) -> Diagnostic | None:
    if one.answer.answer != "answered":
        return None
    was = _substance(one.was) - title
    now = frozenset[str]().union(*(_substance(shown[key]) for key in one.answer.by)) - title
    why = _substance(one.answer.reason)
    if not was or not now or was & now or (why & was and why & now):
        return None
    return _fault(
        one.row,
        "another-claim",
        "answered_by",
        f"Nothing in {', '.join(one.answer.by)} shares a word of substance with what was supplied.",
        "Name a statement that speaks of it; or, if these do in other words, say so in "
        "answer_reason in words of both.",
        severity="warning",
    )


@lru_cache(maxsize=4096)  # a workbench looks at the same texts whenever a statement is chosen
def _substance(text: str) -> frozenset[str]:
    """Return the words of substance of a text, by their first letters."""
    folded = (word.casefold() for word in words(text))
    return frozenset(word[:_STEM] for word in folded if word[:1].isalpha() and len(word) > _SHORT)


def _placed_otherwise(row: Mapping[str, Any]) -> str:
    """Return how a statement stands otherwise than it was received, its order left aside."""
    if row["section"] != row["supplied_section"]:
        return "it stands under another heading"
    if row["layer"]:
        return "it is folded"
    return "it is set in another form" if row["form"] != row["supplied_form"] else ""


def _passed(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the statements on the other side of one that was received beside them."""
    found = set()
    stayed: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["section"] == row["supplied_section"]:
            stayed.setdefault(row["section"], []).append(row)
    for some in stayed.values():
        some.sort(key=lambda row: row["supplied_position"])
        places = [row["position"] for row in some]
        before = accumulate(places, max)
        after = [*accumulate(reversed(places), min)][::-1]
        # The last before it and the first after it, itself among both.
        for row, highest, lowest in zip(some, before, after, strict=True):
            if highest != row["position"] or lowest != row["position"]:
                found.add(row["statement"])
    return found
