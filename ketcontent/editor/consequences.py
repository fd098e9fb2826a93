"""What a change of a page's structure voids or leaves behind, told before it is done.

Sign-offs that would not hold any more; of what is taken off the page its waivers, open proposals
and comments, what it alone cites, the answers that name it, the links that lead to it, and its
translations, which stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ketcontent.approvals import signoff_statuses
from ketcontent.editor.session import changes_of
from ketcontent.markup import link_targets
from ketcontent.model import KEPT, Content, stands_as_supplied
from ketcontent.pages import Document, PageView

_MANY = 4
"""As many of a kind are named each; of more, the first and how many there are."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What of a page is another after a change."""

    gone: frozenset[str]
    """The statements that are off the page."""
    elsewhere: frozenset[str]
    """Those that stand under another heading."""
    cut: frozenset[str]
    """The sections that are off the page."""
    replaced: frozenset[str]
    """The sections that stand elsewhere, or under another."""


def told_of_change(before: PageView, after: PageView, meant: Collection[str] = ()) -> list[str]:
    """Return what a change would void or leave behind, a sentence each; none where nothing.

    Parameters
    ----------
    before, after
        The page as it is, and as it would be.
    meant
        The statements that are to stand elsewhere.
    """
    change = _change(before, after)
    old, new = before.edition(), after.edition()
    told = [*_within(old, new, meant), *voided_signoffs(before, after)]
    if change.gone or change.cut:
        told += _waivers(before, change)
        told += _discussion(before.content, before.document, change)
        told += _citations(old, new)
        told += _links(before, after, change)
    told += _answers(before, after, change)
    told += _translations(before.content, before.document, change)
    return told


def _within(old: Document, new: Document, meant: Collection[str]) -> Iterator[str]:
    """Tell what stands within other words than before: rows, and what was not meant to."""
    was = {one.statement: one for one in old.statements}
    other = [
        (was[one.statement], one)
        for one in new.statements
        if one.statement in was
        and [words for _, words in was[one.statement].within] != [words for _, words in one.within]
    ]
    rows = [now.statement for then, now in other if "row" in (*then.stands[4:5], *now.stands[4:5])]
    rest = [one.statement for _, one in other if one.statement not in {*rows, *meant}]
    if rows:
        above = "other headers or another lead-in, or none"
        yield f"Then these rows stand under {above}: {named(rows)}."
    if rest:
        yield f"Then these stand under another item or lead-in, or none: {named(rest)}."


def voided_signoffs(before: PageView, after: PageView) -> list[str]:
    """Return the sign-offs that hold before and not after, a sentence a person and capacity."""
    if before.content.signoffs.empty:
        return []
    now = {(one.statement, one.capacity) for one in signoff_statuses(after) if one.state == "valid"}
    lost: dict[tuple[str, str], list[str]] = {}
    for one in signoff_statuses(before):
        if one.state == "valid" and (one.statement, one.capacity) not in now:
            lost.setdefault((one.person, one.capacity), []).append(one.statement)
    names = {row["person"]: row["name"] for row in before.content.rows("people")}
    return [
        f"It voids what {names.get(person, person)} signed ({capacity}): {named(keys)}."
        for (person, capacity), keys in lost.items()
    ]


def _change(before: PageView, after: PageView) -> _Change:
    def homes(view: PageView) -> dict[str, str]:
        return {
            one.statement: section.section
            for section in view.edition()
            for one in section.statements
        }

    def places(view: PageView) -> dict[str, tuple[str, str]]:
        shown = [*view.edition()]
        return {
            one.section: (one.under, above.section if above else "")
            for one, above in zip(shown, [None, *shown], strict=False)
        }

    old, new = homes(before), homes(after)
    stood, stand = places(before), places(after)
    rows = changes_of(before.content, after.content, ["sections"])
    changed = {row.key[1] for row in rows if row.key[0] == before.document}
    return _Change(
        gone=frozenset(old.keys() - new.keys()),
        elsewhere=frozenset(key for key in old.keys() & new.keys() if old[key] != new[key]),
        cut=frozenset(stood.keys() - stand.keys()),
        replaced=frozenset(
            key for key in changed & stood.keys() & stand.keys() if stood[key] != stand[key]
        ),
    )


def _waivers(before: PageView, change: _Change) -> Iterator[str]:
    document = before.document
    for row in before.content.rows("waivers"):
        page, _, rest = row["row"].partition("/")
        key = rest.split("/")[0]
        of_statement = row["table"] in ("statements", "evidence") and key in change.gone
        of_section = row["table"] == "sections" and key in change.cut
        if page == document and (of_statement or of_section):
            yield f"The waiver of {row['rule']} on {key} then waives nothing: {row['reason']}"


def _discussion(content: Content, document: str, change: _Change) -> Iterator[str]:
    going = change.gone | {f"heading:{key}" for key in change.cut}
    open_rows = {
        "proposal": [row for row in content.rows("proposals", document) if not row["decision"]],
        "comment": [
            row
            for row in content.rows("comments", document)
            if not row["reply_to"] and not row["resolved_on"]
        ],
    }
    for name, rows in open_rows.items():
        on = [row["statement"] for row in rows if row["statement"] in going]
        if on:
            number = f"{len(on)} open {name}{'' if len(on) == 1 else 's'}"
            yield f"It leaves {number} on what is off the page: {named(dict.fromkeys(on))}."


def _citations(old: Document, new: Document) -> Iterator[str]:
    def cited(page: Document) -> dict[str, None]:
        return dict.fromkeys(key for one in page.statements for key in one.cites)

    left = [key for key in cited(old) if key not in cited(new)]
    if left:
        number = "1 source is" if len(left) == 1 else f"{len(left)} sources are"
        yield f"{number} then cited nowhere on the page: {named(left)}."


def _links(before: PageView, after: PageView, change: _Change) -> Iterator[str]:
    old, new = before.edition(), after.edition()
    places = {f"s_{key}" for key in change.gone}
    for section in old:
        if section.section in change.cut:
            places |= {section.section, section.anchor} - {""}
    going = {f"{key}.html" for key in change.cut}
    for one in new.statements:
        lost = _lost(one.text, old.document, places, going, is_own=True)
        if lost:
            yield f"A link in {one.statement} leads to what is off the page: {named(lost)}."
    if before.content.documents.shape[0] == 1:
        return
    for row in before.content.rows("statements"):
        other = row["document"] != old.document and row["position"] is not None
        if other and _lost(row["text"], old.document, places, going, is_own=False):
            name = f"{row['document']}/{row['statement']}"
            yield f"A link in {name} leads to what is off the page."


def _lost(
    text: str, document: str, places: set[str], going: set[str], *, is_own: bool
) -> list[str]:
    """Return the places on a page to which a text links that are among those that go."""
    if "](" not in text:
        return []
    lost = []
    for target in link_targets(text):
        path, _, place = target.partition("#")
        *folders, file = path.split("/")
        to_page = folders[-1:] == [document] and file in ("", "index.html")
        to_page |= is_own and not path
        if to_page and place in places:
            lost.append(place)
        elif file in going and folders[-1:] == ["sections"]:
            lost.append(file.removesuffix(".html"))
    return lost


def _answers(before: PageView, after: PageView, change: _Change) -> Iterator[str]:
    was = {row["statement"]: row for row in before.rows("statements")}
    naming, unkept = [], []
    for row in after.rows("statements"):
        key = row["statement"]
        if change.gone & set(row["answered_by"].split()):
            naming.append(key)
        old: Mapping[str, object] = was.get(key, row)
        if row["answer"] == KEPT and stands_as_supplied(old) and not stands_as_supplied(row):
            unkept.append(key)
    if naming:
        yield f"The answers to supplied sentences name what is then off the page: {named(naming)}."
    if unkept:
        yield f"It is said to be kept as received, and is not any more: {named(unkept)}."


def _translations(content: Content, document: str, change: _Change) -> Iterator[str]:
    pages = {row["document"]: row for row in content.rows("documents")}
    original = pages[document]["translation_of"] or document
    others = [
        key
        for key, row in pages.items()
        if key != document and original in (key, row["translation_of"])
    ]
    statements, sections = change.gone | change.elsewhere, change.cut | change.replaced
    for other in others:
        same = [
            row["statement"]
            for row in content.rows("statements", other)
            if row["statement"] in statements and row["position"] is not None
        ]
        same += [
            row["section"]
            for row in content.rows("sections", other)
            if row["section"] in sections and row["position"] is not None
        ]
        if same:
            yield (
                f"The page '{other}' ({pages[other]['language']}), the same in another language, "
                f"stays as it is: {named(same)}."
            )


def named(keys: Iterable[str]) -> str:
    """Return keys as a sentence has them; of many the first and how many more."""
    all_keys = [*keys]
    if len(all_keys) <= _MANY:
        return ", ".join(all_keys)
    return f"{', '.join(all_keys[: _MANY - 1])} and {len(all_keys) - _MANY + 1} more"
