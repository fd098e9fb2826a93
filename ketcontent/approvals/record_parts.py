"""Hold a record to itself: what it has of a page is on the page, and what was signed is in it.

Who changes a page can change its record with it. Such a record still says one thing in several
places: the sources of a sentence stand beside it and among the links of each file, the order of a
section in what was signed with its heading. Here these are held against each other. What nobody
signed can be taken out of every place at once; only a manifest or the history shows that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, NamedTuple

from ketcontent.approvals.departures import Mismatch
from ketcontent.approvals.record_lines import lines_due, reader_text, source_of
from ketcontent.markup import doi_address, english, web_address
from ketcontent.text import canonical, digest

_FORMS = frozenset({"paragraph", "item", "notice", "urgent", "caption", "header", "row"})
_STATEMENT = ""
_DEPTHS = frozenset("23456")
_NUMBER = re.compile(r"#_(\d+)")
_FOOTNOTE = re.compile(r"\[\^(.+)\]")


def part_mismatches(record: Mapping[str, Any], name: str) -> tuple[list[Mismatch], list[str]]:
    """Return what was signed or recorded of a page and is gone, and what nobody can tell of that.

    Parameters
    ----------
    record
        The record of a page.
    name
        The file of it.
    """
    gone = list(_signed_and_gone(record))
    if not {"links", "lines"} <= record.get("files", {}).get(name, {}).keys():
        untold = f"whether {name} shows all that its record has: an older version wrote it"
        return gone, [untold]
    return [*gone, *_due_and_gone(record, name)], []


# --- what was signed ---------------------------------------------------------------------------


def _signed_and_gone(record: Mapping[str, Any]) -> Iterator[Mismatch]:
    """Yield where a record has other parts, or in another order, than titles and headings say.

    Each of those that somebody signed says which statements stand under it, and in which order.
    """
    around = {one["key"]: one for one in record["around"]}
    under: dict[str, list[str]] = {}
    for one in record["statements"]:
        under.setdefault(one["section"], []).append(one["statement"])
    for key, one in around.items():
        kind, _, of = key.partition(":")
        if not _is_as_signed(record, key, one):
            continue
        if kind == "heading":
            due = _keys(one["covers"][2])
            yield from _otherwise(due, under.get(of, []), f"with '{key}'", _STATEMENT)
        elif kind == "title":
            order, first, terms = one["covers"][2:5]
            shown = [each for each in order if each in under or f"heading:{each}" in around]
            yield from _otherwise(order, shown, f"with '{key}'", "heading:")
            yield from _otherwise(
                [each for each in order if each in under], list(under), f"with '{key}'", "heading:"
            )
            bare = [each for each in order if f"heading:{each}" not in around]
            there = [statement for each in bare for statement in under.get(each, ())]
            yield from _otherwise(_keys(first), there, f"with '{key}'", _STATEMENT)
            named = [each for each in terms if f"term:{each}" in around]
            yield from _otherwise(terms, named, f"with '{key}'", "term:")


def _is_as_signed(record: Mapping[str, Any], key: str, one: Mapping[str, Any]) -> bool:
    """Whether it is known what somebody signed of a part."""
    if "covers" not in one:
        return False
    rule = one["digest"].partition(":")[0]
    now = digest(*one["covers"], context=[record["document"], key], rule=rule)
    return bool(now == one["digest"])


def _keys(arrangement: Sequence[str]) -> list[str]:
    """Return the statements of an arrangement (`ketcontent.approvals.scope`), in order.

    Examples
    --------
    >>> _keys(["paragraph a-1 a-2", "more item 2 a-3", "set", "", "emergency"])
    ['a-1', 'a-2', 'a-3']
    """
    found = []
    for line in arrangement:
        parts = line.split()
        if parts[:1] == ["more"]:
            del parts[0]
        if len(parts) < 2 or parts[0] not in _FORMS:
            continue  # how a section is set
        is_deep = parts[0] == "item" and parts[1] in _DEPTHS and len(parts) > 2
        found += parts[2 if is_deep else 1 :]
    return found


def _otherwise(
    due: Sequence[str], there: Sequence[str], signed: str, kind: str
) -> Iterator[Mismatch]:
    """Yield which parts are gone or new that were signed as they stand, or that the order is."""
    for key in due:
        if key not in there:
            yield _fault(f"{kind}{key}", f"signed {signed}, and the record has it no longer")
    for key in there:
        if key not in due:
            yield _fault(f"{kind}{key}", f"it was not there when it was signed {signed}")
    if sorted(due) == sorted(there) and list(due) != list(there):
        key = next(one for one, other in zip(there, due, strict=True) if one != other)
        yield _fault(f"{kind}{key}", f"it stood elsewhere when it was signed {signed}")


# --- what a file shows -------------------------------------------------------------------------


class _File(NamedTuple):
    """A file of a page, as its record has it."""

    name: str
    shown: Sequence[str | list[str]]
    """What is read on it, in order: keys of statements, or other words."""
    links: Sequence[tuple[str, str]]
    """Each link: its statement, or nothing, and its address."""
    link_words: Sequence[str]
    """The words that each of those is on; none where it is Markdown, or an older record."""
    due: Sequence[Mapping[str, Any]]
    """The statements that are to stand on it, in order."""

    @property
    def keys(self) -> list[str]:
        return [key for one in self.shown if not isinstance(one, str) for key in one]

    @property
    def words(self) -> list[str]:
        return [one for one in self.shown if isinstance(one, str)]

    @property
    def is_markdown(self) -> bool:
        return self.name.endswith(".md")

    @property
    def section(self) -> str:
        """The section that it is of; nothing for the whole page."""
        return _section_of(self.name)


def _section_of(name: str) -> str:
    folder, _, file = name.rpartition("/")
    return file.rpartition(".")[0] if folder == "sections" else ""


def _due_and_gone(record: Mapping[str, Any], name: str) -> Iterator[Mismatch]:
    """Yield what a record has of a page, and a file of it does not show."""
    file = _file(record, name)
    yield from _statements_gone(record, file)
    yield from _headings_gone(record, file)
    yield from _sources_gone(record, file)
    yield from _links_otherwise(record, file)
    yield from _references_otherwise(record, file)
    if record["language"] == "en":  # else the words of a project's own translation stand there
        yield from _grades_gone(file)
    if not file.section:
        yield from _title_gone(record, file)
        yield from _terms_gone(record, file)
        yield from _signed_in_full(record, file)


def _file(record: Mapping[str, Any], name: str) -> _File:
    statements = record["statements"]
    section = _section_of(name)
    opening = _opening(record) if section else ()
    due = [one for one in statements if section in ("", one["section"])]
    here = {one["statement"] for one in due}
    repeated = [
        one for one in statements if one["statement"] in opening and one["statement"] not in here
    ]
    parts = [one.rpartition(" ") for one in record["files"][name]["links"]]
    links = [(key, to) for key, _, to in parts]
    on = record["files"][name].get("link_words", ())
    return _File(name, record["pages"][name], links, on, [*repeated, *due])


def _opening(record: Mapping[str, Any]) -> set[str]:
    """Return the statements that sections repeat: the contacts for a reader in crisis.

    What one of them repeats, each has to.
    """
    section_of = {one["statement"]: one["section"] for one in record["statements"]}
    return {
        key
        for name, shown in record["pages"].items()
        for one in shown
        if _section_of(name) and not isinstance(one, str)
        for key in one
        if section_of.get(key, "") != _section_of(name)
    }


def _statements_gone(record: Mapping[str, Any], file: _File) -> Iterator[Mismatch]:
    """Yield which statements are not on a file, or elsewhere than the record has them."""
    due = [one["statement"] for one in file.due]
    shown = file.keys
    there = set(shown)
    for key in due:
        if key not in there:
            yield _fault(key, f"the record has it, and {file.name} does not show it")
    sections = {one["statement"]: one["section"] for one in record["statements"]}
    headed = {one["key"].removeprefix("heading:") for one in record["around"]}
    due = [key for key in due if key in there]
    for what, _, _, first, after in SequenceMatcher(None, due, shown, autojunk=False).get_opcodes():
        if what not in ("insert", "replace"):
            continue
        beside = {sections.get(key) for key in shown[max(first - 1, 0) : after + 1]}
        # Under no heading what is folded stands behind the rest.
        if len(beside) > 1 or not beside.isdisjoint(headed):
            for key in shown[first:after]:
                yield _fault(key, f"{file.name} shows it elsewhere than the record has it")


def _headings_gone(record: Mapping[str, Any], file: _File) -> Iterator[Mismatch]:
    """Yield which headings do not stand before the first statement under them."""
    titles = {
        one["key"].partition(":")[2]: one["words"]
        for one in record["around"]
        if one["key"].startswith("heading:")
    }
    section_of = {one["statement"]: one["section"] for one in record["statements"]}
    # The list of what is on the page names a heading too, and that does not stand above anything.
    named = [
        on
        for (key, to), on in zip(file.links, file.link_words, strict=False)
        if not key and titles.get(to.removeprefix("#")) == on
    ]
    before: list[str] = []
    begun: set[str] = set()
    last = ""
    for one in file.shown:
        if isinstance(one, str):
            before.append(one)
            continue
        section = section_of.get(one[0], "")
        is_first = section != last and section not in begun
        title = titles.get(section, "")
        listed = named if all(before.count(each) >= named.count(each) for each in named) else []
        if is_first and section in titles and before.count(title) <= listed.count(title):
            said = f"{file.name} does not show it before what stands under it"
            yield _fault(f"heading:{section}", said)
        begun.add(section)
        before, last = [], section


def _sources_gone(record: Mapping[str, Any], file: _File) -> Iterator[Mismatch]:
    """Yield beside which statements a file cites other sources than the record says."""
    due, found = (_footnotes if file.is_markdown else _numbers)(record, file)
    for key in dict.fromkeys([*due, *found]):
        then, now = due.get(key, set()), found.get(key, set())
        for one in sorted(then - now):
            yield _fault(key, f"the record has it cite '{one}', and {file.name} does not")
        for one in sorted(now - then):
            yield _fault(key, f"{file.name} has it cite '{one}', and the record does not")


_Cited = dict[str, set[str]]
"""Which sources each statement cites."""


def _numbers(record: Mapping[str, Any], file: _File) -> tuple[_Cited, _Cited]:
    """Return what HTML is to cite, and what it does: behind a link to a statement, by numbers."""
    due = {one["statement"]: set(one["sources"]) for one in file.due}
    every = dict.fromkeys(key for one in record["statements"] for key in one["sources"])
    by_number = {str(number): key for number, key in enumerate(every, start=1)}
    found: _Cited = {}
    statement = ""
    for _, to in file.links:
        if to.startswith("#s_"):
            statement = to.removeprefix("#s_")
        elif number := _NUMBER.fullmatch(to):
            found.setdefault(statement, set()).add(by_number.get(number[1], f"[{number[1]}]"))
    return due, found


def _footnotes(record: Mapping[str, Any], file: _File) -> tuple[_Cited, _Cited]:
    """Return what Markdown is to cite, and what it does: by footnotes, line by line.

    Statements that share a line, or are the same words, are told by one of them.
    """
    sources = {one["statement"]: one["sources"] for one in record["statements"]}
    due: _Cited = {}
    for key, first in _first_of_line(record, file).items():
        due.setdefault(first, set()).update(sources[key])
    found: _Cited = {}
    for key, to in file.links:
        if key and (footnote := _FOOTNOTE.fullmatch(to)):
            found.setdefault(key, set()).add(footnote[1])
    return due, found


def _links_otherwise(record: Mapping[str, Any], file: _File) -> Iterator[Mismatch]:
    """Yield where a link of signed words leads elsewhere: a number to call, an address to read."""
    told_by = {one["statement"]: one["statement"] for one in file.due}
    if file.is_markdown:
        told_by = _first_of_line(record, file)
    due: _Cited = {}
    bare = set()
    for one in file.due:
        by = told_by.get(one["statement"], "")
        if _is_as_signed(record, one["statement"], one):
            due.setdefault(by, set()).update(filter(_BEYOND.match, one["covers"][5]))
        else:
            bare.add(by)
    found: _Cited = {}
    for key, to in file.links:
        if _BEYOND.match(to):
            found.setdefault(key, set()).add(canonical(to))
    for key, then in due.items():
        now = found.get(key, set())
        for to in sorted(then - now):
            yield _fault(key, f"{file.name} has no link to {to}, as was signed")
        for to in sorted(now - then) if key not in bare else ():
            yield _fault(key, f"{file.name} links to {to}, which nobody signed")


_BEYOND = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
"""How an address begins that leads out of the page."""


def _first_of_line(record: Mapping[str, Any], file: _File) -> dict[str, str]:
    """Return by which each statement of Markdown is told: the first of those on such a line."""
    statements = {one["statement"]: reader_text(one) for one in record["statements"]}
    lines = lines_due(file.name, file.shown, statements)
    first_of = {words: keys[0] for keys, words in lines if keys}
    return {key: first_of[words] for keys, words in lines for key in keys}


def _title_gone(record: Mapping[str, Any], file: _File) -> Iterator[Mismatch]:
    """Yield what a page does not tell of what was signed with its title: for whom, who paid."""
    told = [_letters(words) for words in file.words]
    for one in record["around"]:
        if not one["key"].startswith("title:") or not _is_as_signed(record, one["key"], one):
            continue
        # The frame of a page in HTML, which has a way past it, tells the title once more.
        times = 2 if any(to == _PAST_THE_FRAME for _, to in file.links) else 1
        for what, words in zip(_OF_THE_TITLE, map(_letters, one["covers"][0]), strict=False):
            if what == "title":
                is_told = told.count(words) >= times
            elif file.is_markdown:  # behind what it is called
                is_told = any(each.endswith(words) for each in told)
            else:
                is_told = words in told
            if words and what and not is_told:
                yield _fault(one["key"], f"{file.name} does not tell its {what}, as was signed")


_OF_THE_TITLE = ("title", "audience", "", "publisher", "funding")
"""What a page tells of what was signed with its title; the purpose no reader sees."""
_PAST_THE_FRAME = "#_main"


def _references_otherwise(record: Mapping[str, Any], file: _File) -> Iterator[Mismatch]:
    """Yield which sources of signed statements are told otherwise: title, address, doubts."""
    letters = [_letters(words) for words in file.words]
    addresses = {to for _, to in file.links}
    known: dict[str, dict[str, str]] = {}
    for one in file.due:
        if not _is_as_signed(record, one["statement"], one):
            continue
        for key, cells, _ in map(source_of, one["covers"][4]):
            if cells and key in one["sources"]:
                known.setdefault(key, cells)
    for key, read in known.items():
        address = doi_address(read.get("doi", "")) or web_address(read.get("url", ""))
        if address and address not in addresses:
            yield _fault(f"source {key}", f"{file.name} has no link to {address}, as was signed")
        for name, said in (("title", "title"), ("unconfirmed", "fields that nobody confirmed")):
            words = _letters(read.get(name, ""))
            if words and not any(words in each for each in letters):
                yield _fault(
                    f"source {key}", f"{file.name} does not tell its {said}, as was signed"
                )


def _letters(words: str) -> str:
    """Return the letters and figures of words, which a style of references leaves as they are."""
    return "".join(filter(str.isalnum, re.sub(r"</?(?:i|b|sub|sup)>", "", words))).casefold()


def _grades_gone(file: _File) -> Iterator[Mismatch]:
    """Yield which marks of how sure the evidence is are gone, or are told nowhere."""
    say = english()
    marks = {one["statement"]: one["certainty_shown"].strip("()") for one in file.due}
    if not file.is_markdown:  # there the mark is one of the words of a statement
        behind = dict(_behind(file))
        for key, mark in marks.items():
            if mark and mark != behind.get(key):
                yield _fault(key, f"the record has it marked '{mark}', and {file.name} does not")
    told = "\n".join(file.words)
    for grade in ("high", "moderate", "low", "very-low"):
        mark, meaning = say(f"certainty-{grade}"), canonical(say(f"certainty-{grade}-meaning"))
        if mark in marks.values() and meaning not in told:
            yield _fault("", f"{file.name} does not say what '{mark}' means")


def _behind(file: _File) -> Iterator[tuple[str, str]]:
    """Yield each statement with the words right behind it."""
    for one, after in pairwise([*file.shown, ""]):
        if not isinstance(one, str):
            yield one[-1], after if isinstance(after, str) else ""


def _terms_gone(record: Mapping[str, Any], file: _File) -> Iterator[Mismatch]:
    """Yield which terms of the glossary are not explained."""
    told = set(file.words)
    for one in record["around"]:
        if one["key"].startswith("term:"):
            term = one["key"].removeprefix("term:")
            meaning = one["words"].removeprefix(f"{term}: ")
            if not told & {meaning, one["words"]}:
                yield _fault(one["key"], f"{file.name} does not explain it as the record does")


def _signed_in_full(record: Mapping[str, Any], file: _File) -> Iterator[Mismatch]:
    """Yield what is not signed on a file that calls itself reviewed."""
    say = english()
    reviewed = canonical(say("state-reviewed-meaning"))
    if not any(reviewed in words for words in file.words):
        return
    for name, part in (("statement", "statements"), ("key", "around")):
        for one in record[part]:
            for sign_off in one["sign_offs"]:
                if sign_off["state"] != "valid":
                    said = f"its {sign_off['capacity']} sign-off is {sign_off['state']}"
                    yield _fault(one[name], f"{file.name} says that it is reviewed, and {said}")


def _fault(key: str, said: str) -> Mismatch:
    return Mismatch(key, "", "", fault=said)
