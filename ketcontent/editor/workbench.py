"""Look, change, cite, sign, in a notebook: an editor's session shown as a widget.

The kernel holds the page; the browser (``widget/workbench.js``) shows it and says what its editor
did. It asks with a message that has an id, a verb (``do``) and its arguments, and each question
has one answer with the same id: what changed on the screen, or a message and a hint.

Every answer to an edit is given after the edit stands in a draft file beside the tables
(``.drafts/``), so that what the browser was told is kept is kept. A draft belongs to one session,
which holds a lock as long as its process lives; a draft whose lock is free was left by a session
that is gone, and the next workbench on that page takes it over.

Notes
-----
What the browser gets is data; it makes every word a text node. The one piece of HTML is the
section as a reader sees it: the package's own template, which escapes all that comes from a table,
and the browser keeps only the tags and attributes that it knows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ketcontent.approvals import (
    SignoffStatus,
    reader_words,
    sign_off,
    signoff_statuses,
    statement_digest,
)
from ketcontent.checks import check
from ketcontent.clock import today
from ketcontent.diagnostics import Diagnostic
from ketcontent.editor.citing import found_sources, with_evidence, with_pasted, without_evidence
from ketcontent.editor.drafts import Draft
from ketcontent.editor.edits import (
    added,
    brought_back,
    carried,
    cleaned_words,
    cut,
    joined_with_next,
    moved,
    placed,
    reworded,
    settled,
    split,
    statement_row,
    waived,
)
from ketcontent.editor.feedback import alone_with, page_faults, sentence_faults, voided, worst_first
from ketcontent.editor.listing import (
    Answer,
    finding_view,
    labelled_words,
    redline_view,
    source_view,
    statement_view,
    written_rows,
)
from ketcontent.editor.session import (
    EDITABLE,
    Session,
    draft_of,
    edited,
    opened,
    read_draft,
    redo,
    rows_by_key,
    undo,
    unsaved,
    with_rows,
)
from ketcontent.errors import BrokenTables, KetcontentError, SaveConflict, UnknownName
from ketcontent.markup import cited
from ketcontent.model import Conflict, Content, read_content, write_content
from ketcontent.pages import Statement, assemble

_FILES = Path(__file__).parent / "widget"


class Workbench(anywidget.AnyWidget):
    """The workbench of one page.

    Parameters
    ----------
    document
        The key of the page.
    data
        The folder of the tables.
    section
        The section to open at; by default the first.

    Raises
    ------
    UnknownName
        When there is no such page or section.
    BrokenTables
        When the tables have faults.
    """

    _esm = _FILES / "workbench.js"
    _css = _FILES / "workbench.css"
    place = traitlets.Unicode().tag(sync=True)
    """What the browser keeps its own copy of unsaved words under."""

    def __init__(self, document: str, *, data: str = "data", section: str = "") -> None:
        content = read_content(data)
        page = assemble(content, document, section=section)
        self._folder = Path(data).resolve()
        self._session = opened(content, document)
        self._conflicts: tuple[Conflict, ...] = ()
        self._faults: dict[str, list[Diagnostic]] = {}
        self._page_faults: dict[str, list[Diagnostic]] = {}
        self._whole: list[Diagnostic] = []
        self._news = ""
        shown = [one.statement for part in page for one in part.statements]
        everything = [
            one.statement for part in assemble(content, document) for one in part.statements
        ]
        self._chosen = next(iter(shown or everything), "")
        self._references: dict[Any, tuple[str, ...]] = {}
        self._draft = Draft.claimed(self._folder, document)
        self._take_over()
        self._judge()
        name = hashlib.sha256(str(self._folder).encode()).hexdigest()[:12]
        super().__init__(place=f"ketcontent:{name}:{document}")
        self.on_msg(self._hear)

    # --- talking -----------------------------------------------------------------------------

    def _hear(self, _: Any, message: Mapping[str, Any], __: Any) -> None:
        self.send(self.answer(message))

    def answer(self, message: Mapping[str, Any]) -> Answer:
        """Return the answer to one message of the browser.

        Parameters
        ----------
        message
            ``id``, ``do`` (the verb) and the verb's own arguments.
        """
        told: Answer = {"id": message.get("id", "")}
        try:
            verb = getattr(self, f"_do_{message.get('do', '')}", None)
            if verb is None:
                raise UnknownName.of("verb", str(message.get("do")), [])
            if not self._draft.held:
                raise KetcontentError(
                    "This page was opened in another workbench of this notebook.",
                    hint="Go on there, or run this cell again.",
                )
            before = self._session
            told |= verb(message) or {}
            if self._session is not before:
                self._keep()
        except SaveConflict as fault:
            told |= self._conflicted(fault)
        except BrokenTables as fault:
            lines = [f"{one.key}: {one.message} {one.hint}" for one in list(fault.report)[:5]]
            told["error"] = {"message": " ".join([fault.message, *lines]), "hint": fault.hint}
        except KetcontentError as fault:
            told["error"] = {"message": fault.message, "hint": fault.hint}
        except Exception as fault:  # a browser must not be left without an answer
            told["error"] = {
                "message": f"That did not work: {type(fault).__name__}: {fault}",
                "hint": "Your words are kept. Run this cell again, and tell us what you did.",
            }
        return told | {"status": self._status()}

    def _status(self) -> Answer:
        done, undone = self._session.done, self._session.undone
        return {
            "unsaved": len(unsaved(self._session)),
            "undo": done[-1].name if done else "",
            "redo": undone[-1].name if undone else "",
            "conflicts": [self._conflict(one) for one in self._conflicts],
            "kept": self._draft.kept,
        }

    # --- looking -----------------------------------------------------------------------------

    def _do_open(self, message: Mapping[str, Any]) -> Answer:
        for one in message.get("kept", ()):
            self._restore_typed(one)
        news, self._news = self._news, ""
        content = self._session.content
        pages = rows_by_key(content, "documents")
        return {
            "page": {
                "document": self._session.document,
                "title": pages[(self._session.document,)]["title"],
                "language": pages[(self._session.document,)]["language"],
                "day": today().isoformat(),
            },
            "choices": {
                "notices": list(dict.fromkeys(content.notices["notice"])),
                "topics": [
                    {"key": key, "question": row["question"]}
                    for (key,), row in rows_by_key(content, "topics").items()
                ],
                "people": [
                    {"key": key, "name": row["name"], "credential": row["credential"]}
                    for (key,), row in rows_by_key(content, "people").items()
                ],
            },
            "news": news,
            **self._everything(),
        }

    def _do_choose(self, message: Mapping[str, Any]) -> Answer:
        self._chosen = str(message["statement"])
        return self._around()

    def _do_judge(self, _: Mapping[str, Any]) -> Answer:
        self._judge()
        return self._everything()

    def _do_search(self, message: Mapping[str, Any]) -> Answer:
        found = found_sources(self._session.content, str(message["words"]))
        return {"found": [source_view(row) for row in found]}

    def _everything(self) -> Answer:
        return {"listing": self._listing(), "whole": self._whole_page(), **self._around()}

    def _around(self) -> Answer:
        """Return the chosen statement and its section."""
        if not self._chosen:
            return {}
        return {"detail": self._detail(self._chosen), "preview": self._preview()}

    def _listing(self) -> list[Answer]:
        """Return the sections and statements in reading order, then what was cut from each."""
        content, document = self._session.content, self._session.document
        stands: dict[str, dict[str, str]] = {}
        for one in signoff_statuses(content, document):
            stands.setdefault(one.statement, {})[one.capacity] = one.state
        changed = self._changed()
        rows = rows_by_key(content, "statements")
        sections = []
        for section in assemble(content, document):
            shown = [
                self._entry(one.statement, rows, stands, changed, reader_words(one))
                for one in section.statements
            ]
            off = [
                self._entry(key, rows, stands, changed, row["supplied"])
                for (page, key), row in rows.items()
                if page == document and row["section"] == section.section and not row["position"]
            ]
            title = section.title or "Before the first heading"
            sections.append({"section": section.section, "title": title, "statements": shown + off})
        return sections

    def _entry(
        self,
        key: str,
        rows: Mapping[tuple[str, ...], Mapping[str, str]],
        stands: Mapping[str, Mapping[str, str]],
        changed: Mapping[str, str],
        words: str,
    ) -> Answer:
        row = rows[self._session.document, key]
        counts = Counter(one.severity for one in self._content_faults(key))
        return {
            "statement": key,
            "words": words[:140] or "(no words yet)",
            "kind": row["kind"],
            "certainty": row["certainty"],
            "cut": not row["position"],
            "faults": [counts["error"], counts["warning"], counts["advice"]],
            "signoffs": dict(stands.get(key, {})),
            "changed": changed.get(key, ""),
        }

    def _content_faults(self, key: str) -> list[Diagnostic]:
        return [one for one in self._faults.get(key, ()) if not one.rule.startswith("sign-off-")]

    def _changed(self) -> dict[str, str]:
        """Return which statements have unsaved changes, and whether they are new."""
        found: dict[str, str] = {}
        for one in unsaved(self._session):
            if one.table in ("statements", "evidence") and one.key[0] == self._session.document:
                new = one.table == "statements" and one.before is None
                found[one.key[1]] = "new" if new or found.get(one.key[1]) == "new" else "changed"
        return found

    def _detail(self, key: str) -> Answer:
        session = self._session
        content, document = session.content, session.document
        row = statement_row(session, key)
        was = rows_by_key(session.saved, "statements").get((document, key), {})
        self._faults[key], self._page_faults[key] = [], []
        if row["position"]:
            self._page_faults[key] = page_faults(content, document, key)
            alone = sentence_faults(content, document, key)
            self._faults[key] = worst_first([*alone, *self._page_faults[key]])
        cell = row["text"]
        shown = statement_view(content, document, key)
        said = {
            found[2]: one
            for found, one in rows_by_key(content, "evidence").items()
            if found[:2] == (document, key)
        }
        sources = rows_by_key(content, "sources")
        alone_page = alone_with(content, document, key)
        stands = signoff_statuses(alone_page, document) if row["position"] else []
        cites = shown.cites if shown else cited(cell)
        reads = reader_words(shown) if shown else ""
        supplied = labelled_words(row["supplied_label"], row["supplied"])
        return {
            "statement": key,
            "row": {name: row[name] for name in ("section", "position", *EDITABLE)},
            "reads": reads,
            "supplied": supplied,
            "faults": [finding_view(one, cell) for one in self._content_faults(key)],
            "redlines": {
                "saved": redline_view(
                    labelled_words(was.get("label", ""), was.get("text", "")),
                    labelled_words(row["label"], cell),
                ),
                "supplied": redline_view(supplied, reads),
            },
            "voids": [asdict(one) for one in voided(session) if one.statement == key],
            "standings": [self._standing(one, shown) for one in stands],
            "evidence": [
                {
                    **source_view(sources.get((source,), {"source": source})),
                    **{
                        name: said.get(source, {}).get(name, "")
                        for name in ("role", "finding", "locator")
                    },
                    "cited": source in cites,
                }
                for source in dict.fromkeys([*cites, *said])
            ],
            "entry": self._entry(
                key,
                {(document, key): row},
                {key: {one.capacity: one.state for one in stands}},
                self._changed(),
                reads or row["supplied"],
            ),
        }

    def _standing(self, one: SignoffStatus, shown: Statement | None) -> Answer:
        now = reader_words(shown) if shown else ""
        people = rows_by_key(self._session.content, "people")
        return {
            **asdict(one),
            "name": people.get((one.person,), {}).get("name", one.person),
            "since": redline_view(one.wording, now) if one.state == "stale" else [],
        }

    def _preview(self) -> Answer:
        content, document = self._session.content, self._session.document
        section = statement_row(self._session, self._chosen)["section"]
        page = assemble(content, document, section=section)
        texts = tuple(tuple(row.values()) for row in page.sources)
        if texts not in self._references:
            self._references = {texts: tuple(one.text for one in page.references)}
        return {
            "section": section,
            "language": page.language,
            "html": "".join(one.to_html() for one in page),
            "sources": [
                {"number": page.numbers[row["source"]], "text": text}
                for row, text in zip(page.sources, self._references[texts], strict=True)
            ],
        }

    def _judge(self) -> None:
        """Look at the whole page with every judge."""
        session = self._session
        found: dict[str, list[Diagnostic]] = {}
        whole = []
        here = self._rows()
        for one in check(session.content, [session.document]):
            page, _, rest = one.key.partition("/")
            statement = rest.split("/")[0]
            own = one.table in ("statements", "evidence") and page == session.document
            if own and statement in here:
                found.setdefault(statement, []).append(one)
            else:
                whole.append(one)
        self._faults, self._whole = found, whole

    def _whole_page(self) -> list[Answer]:
        """Return the faults that belong to no statement, those of one rule together."""
        leads = self._leads()
        groups: dict[tuple[str, str], list[Answer]] = {}
        for one in self._whole:
            row = {
                "table": one.table,
                "row": one.key,
                "rule": one.rule,
                "message": one.message,
                "hint": one.hint,
                "statements": leads.get((one.table, one.key), []),
            }
            groups.setdefault((one.severity, one.rule), []).append(row)
        return [
            {"severity": severity, "rule": rule, "rows": rows}
            for (severity, rule), rows in groups.items()
        ]

    def _leads(self) -> dict[tuple[str, str], list[str]]:
        """Return the statements on the page that rest on a row of another table, by that row."""
        content, document = self._session.content, self._session.document
        found: dict[tuple[str, str], dict[str, None]] = {}
        shown = set()
        for section in assemble(content, document):
            for place, one in enumerate(section.statements):
                shown.add(one.statement)
                rests = [("sources", source) for source in one.cites]
                if one.notice:
                    rests.append(("notices", one.notice))
                if place == 0:  # where a reader meets the heading
                    rests.append(("sections", f"{document}/{section.section}"))
                for rest in rests:
                    found.setdefault(rest, {})[one.statement] = None
        for page, statement, source in rows_by_key(content, "evidence"):
            if page == document and statement in shown:
                found.setdefault(("sources", source), {})[statement] = None
        for (key,), row in rows_by_key(content, "signoffs").items():
            if row["document"] == document and row["statement"] in shown:
                found["signoffs", key] = {row["statement"]: None}
        return {row: list(statements) for row, statements in found.items()}

    # --- changing ----------------------------------------------------------------------------

    def _do_edit(self, message: Mapping[str, Any]) -> Answer:
        key = str(message["statement"])
        cells = {str(name): str(cell) for name, cell in message["cells"].items()}
        burst = str(message.get("burst", ""))
        self._session = reworded(self._session, key, cells, burst=burst)
        self._chosen = key
        return {"faults": self._quick_faults(key)}

    def _quick_faults(self, key: str) -> list[Answer]:
        """Return the faults of a sentence as one types it.

        Those that only the whole page shows are as they last were, where their words still stand;
        the browser asks for them anew (``choose``) when the typing rests.
        """
        content, document = self._session.content, self._session.document
        cell = statement_row(self._session, key)["text"]
        found = sentence_faults(content, document, key)
        for one in self._page_faults.get(key, ()):
            words = one.cell[slice(*one.span)] if one.span else ""
            at = cell.find(words) if words else -1
            if at >= 0:
                found.append(replace(one, cell=cell, span=(at, at + len(words))))
        self._faults[key] = worst_first(found)
        return [finding_view(one, cell) for one in self._content_faults(key)]

    def _do_add(self, message: Mapping[str, Any]) -> Answer:
        self._session, self._chosen = added(self._session, str(message["statement"]))
        return self._everything()

    def _do_cut(self, message: Mapping[str, Any]) -> Answer:
        key = str(message["statement"])
        order = self._shown()
        place = order.index(key) if key in order else 0
        self._session = cut(self._session, key)
        left = self._shown()
        self._chosen = left[min(place, len(left) - 1)] if left else ""
        return self._everything()

    def _do_bring_back(self, message: Mapping[str, Any]) -> Answer:
        self._session = brought_back(self._session, str(message["statement"]))
        return self._everything()

    def _do_move(self, message: Mapping[str, Any]) -> Answer:
        key = str(message["statement"])
        if "section" in message:
            self._session = placed(self._session, key, str(message["section"]))
        else:
            direction = "up" if message["direction"] == "up" else "down"
            self._session = moved(self._session, key, direction)  # type: ignore[arg-type]
        return self._everything()

    def _do_split(self, message: Mapping[str, Any]) -> Answer:
        key = str(message["statement"])
        text = statement_row(self._session, key)["text"]
        at = len(text.encode("utf-16-le")[: 2 * int(message["at"])].decode("utf-16-le", "ignore"))
        self._session, _ = split(self._session, key, at)
        return self._everything()

    def _do_join(self, message: Mapping[str, Any]) -> Answer:
        self._session = joined_with_next(self._session, str(message["statement"]))
        return self._everything()

    def _do_cite(self, message: Mapping[str, Any]) -> Answer:
        cells = {str(name): str(cell) for name, cell in message["cells"].items()}
        self._session = with_evidence(self._session, str(message["statement"]), cells)
        return self._around()

    def _do_uncite(self, message: Mapping[str, Any]) -> Answer:
        key, source = str(message["statement"]), str(message["source"])
        self._session = without_evidence(self._session, key, source)
        return self._around()

    def _do_paste(self, message: Mapping[str, Any]) -> Answer:
        self._session, keys = with_pasted(self._session, str(message["text"]))
        rows = rows_by_key(self._session.content, "sources")
        return {"found": [source_view(rows[(key,)]) for key in keys]}

    def _do_waive(self, message: Mapping[str, Any]) -> Answer:
        finding = {str(name): str(cell) for name, cell in message["finding"].items()}
        self._session = waived(self._session, finding)
        self._judge()
        return self._everything()

    def _do_undo(self, _: Mapping[str, Any]) -> Answer:
        return self._stepped(undo(self._session))

    def _do_redo(self, _: Mapping[str, Any]) -> Answer:
        return self._stepped(redo(self._session))

    def _stepped(self, session: Session) -> Answer:
        """Show where a step that was undone or done again happened."""
        longer = max(session, self._session, key=lambda one: len(one.done))
        step = longer.done[-1] if session is not self._session else None
        self._session = session
        if step and any(one.table == "waivers" for one in step.changes):
            self._judge()
        self._stay()
        touched = [
            one.key[1]
            for one in (step.changes if step else ())
            if one.table in ("statements", "evidence")
        ]
        here = self._rows()
        if touched and self._chosen not in touched:
            self._chosen = next((key for key in touched if key in here), self._chosen)
        return self._everything()

    def _shown(self) -> list[str]:
        page = assemble(self._session.content, self._session.document)
        return [one.statement for section in page for one in section.statements]

    def _rows(self) -> set[str]:
        rows = rows_by_key(self._session.content, "statements")
        return {key for page, key in rows if page == self._session.document}

    def _stay(self) -> None:
        """Choose another statement where the chosen one is gone."""
        if self._chosen not in self._rows():
            self._chosen = next(iter(self._shown()), "")

    # --- saving ------------------------------------------------------------------------------

    def _do_save(self, _: Mapping[str, Any]) -> Answer:
        changes = unsaved(self._session)
        if not changes:
            return {"news": "Everything is saved already."}
        saved = write_content(self._session.content)
        self._session = replace(self._session, saved=saved, content=saved)
        self._judge()
        return {"saved": [written_rows(one) for one in changes], **self._everything()}

    def _conflicted(self, fault: SaveConflict) -> Answer:
        """Take up what others saved, keep my other changes, and put the rest before the editor."""
        changes = unsaved(self._session)
        fresh = read_content(self._folder)
        self._session, found = carried(self._session.document, changes, fresh)
        self._conflicts = (*self._conflicts, *found)
        self._stay()
        self._judge()
        self._keep()
        hint = "Nothing was overwritten. Choose below which words stand, then save."
        return {"error": {"message": fault.message, "hint": hint}, **self._everything()}

    def _conflict(self, one: Conflict) -> Answer:
        cells = []
        versions = [dict(row or {}) for row in (one.base, one.theirs, one.mine)]
        for name in dict.fromkeys(name for row in versions for name in row):
            base, theirs, mine = (row.get(name, "") for row in versions)
            if not base == theirs == mine:
                cells.append(
                    {
                        "column": name,
                        "base": base,
                        "theirs": redline_view(base, theirs),
                        "mine": redline_view(base, mine),
                    }
                )
        return {
            "table": one.table,
            "key": list(one.key),
            "cells": cells,
            "text": (one.mine or {}).get("text", ""),
            "deleted": {"theirs": one.theirs is None, "mine": one.mine is None},
        }

    def _do_settle(self, message: Mapping[str, Any]) -> Answer:
        place = (str(message["table"]), tuple(message["key"]))
        found = next((one for one in self._conflicts if (one.table, one.key) == place), None)
        if found is None:
            return self._everything()
        mine = found.mine
        if message["choice"] == "edit" and mine is not None:
            mine = {**mine, "text": cleaned_words(str(message["text"]))}
        if message["choice"] != "theirs":
            self._session = settled(self._session, found, mine)
        self._conflicts = tuple(one for one in self._conflicts if one is not found)
        self._stay()
        if found.table == "statements" and found.key[1] in self._rows():
            self._chosen = found.key[1]
        self._keep()
        return self._everything()

    # --- signing -----------------------------------------------------------------------------

    def _do_sign(self, message: Mapping[str, Any]) -> Answer:
        key, document = str(message["statement"]), self._session.document
        self._chosen = key
        if key in self._changed():
            raise KetcontentError(
                f"'{key}' has changes that are not saved.",
                hint="Save them, or undo them, then sign the words that stand.",
            )
        fresh = read_content(self._folder)
        seen, now = (statement_view(one, document, key) for one in (self._session.saved, fresh))
        if (
            seen is None
            or now is None
            or statement_digest(document, seen) != statement_digest(document, now)
        ):
            self._carry(fresh)
            raise KetcontentError(
                f"Somebody changed '{key}' while you read it; nothing was signed.",
                hint="Read the words as they are now, then sign.",
            )
        signed = sign_off(
            fresh,
            document,
            key,
            person=str(message["person"]),
            capacity=message["capacity"],
            verdict=message["verdict"],
            comment=str(message.get("comment", "")),
            signed_on=today(),
        )
        self._carry(write_content(signed))
        return self._everything()

    def _carry(self, fresh: Content) -> None:
        """Go on with freshly read tables, unsaved changes and all."""
        changes = unsaved(self._session)
        session, found = carried(self._session.document, changes, fresh)
        if not found:  # the steps still fit
            done, undone = self._session.done, self._session.undone
            session = replace(session, done=done, undone=undone)
        self._session, self._conflicts = session, (*self._conflicts, *found)

    # --- what outlives a process -------------------------------------------------------------

    def _keep(self) -> None:
        empty = not self._conflicts and not unsaved(self._session)
        text = "" if empty else draft_of(self._session, self._conflicts)
        self._draft.keep(text)

    def _take_over(self) -> None:
        """Take up the drafts of sessions that are gone."""
        session = self._session
        number = 0
        for text in self._draft.left_behind():
            changes = read_draft(text)
            later, conflicts = carried(session.document, changes, session.saved)
            content = with_rows(self._session.content, unsaved(later))
            self._session = edited(self._session, "Restore unsaved changes", content)
            self._conflicts = (*self._conflicts, *conflicts)
            number += len(changes)
        if number:
            self._keep()
            rows = "1 row" if number == 1 else f"{number} rows"
            self._news = f"Unsaved changes to {rows} from an earlier session were restored."
            self._stay()
        self._draft.clear_left_behind()

    def _restore_typed(self, one: Mapping[str, Any]) -> None:
        """Restore words that the browser kept because no kernel answered."""
        key, text = str(one["statement"]), cleaned_words(str(one["text"]))
        if key not in self._rows():
            return
        row = statement_row(self._session, key)
        if row["text"] == text:
            return
        was = rows_by_key(self._session.saved, "statements").get((self._session.document, key), {})
        if str(one["base"]) in (was.get("text", ""), row["text"]):
            self._session = reworded(self._session, key, {"text": text})
        else:
            base, mine = ({**row, "text": words} for words in (str(one["base"]), text))
            place = (self._session.document, key)
            self._conflicts = (*self._conflicts, Conflict("statements", place, base, row, mine))
        self._chosen = key
        self._news = "Words that were typed while no kernel answered were restored."
