"""Look, change, cite, sign, in a notebook: an `ketcontent.editing.Session` shown as a widget.

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

import contextlib
import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from ketcontent import editing, files
from ketcontent.checks import check, today
from ketcontent.citations import cited
from ketcontent.diagnostics import Diagnostic
from ketcontent.documents import Statement, assemble
from ketcontent.editing import Session
from ketcontent.errors import BrokenTables, KetcontentError, Locked, SaveConflict, UnknownName
from ketcontent.redlines import compare
from ketcontent.signoffs import Standing, fingerprint, reader_words, sign_off, standings
from ketcontent.tables import Conflict, Content, read_content, write_content

_FILES = Path(__file__).parent / "widget"
_WORST = ("refused", "stale", "missing", "valid")

Answer = dict[str, Any]


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
        self._session = editing.opened(content, document)
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
        self._draft = _Draft.claimed(self._folder, document)
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
            "unsaved": len(editing.unsaved(self._session)),
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
        pages = editing.rows_of(content, "documents")
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
                    for (key,), row in editing.rows_of(content, "topics").items()
                ],
                "people": [
                    {"key": key, "name": row["name"], "credential": row["credential"]}
                    for (key,), row in editing.rows_of(content, "people").items()
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
        found = editing.found_sources(self._session.content, str(message["words"]))
        return {"found": [_source(row) for row in found]}

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
        for one in standings(content, document):
            stands.setdefault(one.statement, {})[one.capacity] = one.state
        changed = self._changed()
        rows = editing.rows_of(content, "statements")
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
        for one in editing.unsaved(self._session):
            if one.table in ("statements", "evidence") and one.key[0] == self._session.document:
                new = one.table == "statements" and one.before is None
                found[one.key[1]] = "new" if new or found.get(one.key[1]) == "new" else "changed"
        return found

    def _detail(self, key: str) -> Answer:
        session = self._session
        content, document = session.content, session.document
        row = editing.statement_row(session, key)
        was = editing.rows_of(session.saved, "statements").get((document, key), {})
        self._faults[key], self._page_faults[key] = [], []
        if row["position"]:
            self._page_faults[key] = editing.page_faults(content, document, key)
            alone = editing.sentence_faults(content, document, key)
            self._faults[key] = editing.worst_first([*alone, *self._page_faults[key]])
        cell = row["text"]
        shown = _shown(content, document, key)
        said = {
            found[2]: one
            for found, one in editing.rows_of(content, "evidence").items()
            if found[:2] == (document, key)
        }
        sources = editing.rows_of(content, "sources")
        alone_page = editing.alone_with(content, document, key)
        stands = standings(alone_page, document) if row["position"] else []
        cites = shown.cites if shown else cited(cell)
        reads = reader_words(shown) if shown else ""
        supplied = _labelled(row["supplied_label"], row["supplied"])
        return {
            "statement": key,
            "row": {name: row[name] for name in ("section", "position", *editing.EDITABLE)},
            "reads": reads,
            "supplied": supplied,
            "faults": [_fault(one, cell) for one in self._content_faults(key)],
            "redlines": {
                "saved": _redline(
                    _labelled(was.get("label", ""), was.get("text", "")),
                    _labelled(row["label"], cell),
                ),
                "supplied": _redline(supplied, reads),
            },
            "voids": [asdict(one) for one in editing.voided(session) if one.statement == key],
            "standings": [self._standing(one, shown) for one in stands],
            "evidence": [
                {
                    **_source(sources.get((source,), {"source": source})),
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

    def _standing(self, one: Standing, shown: Statement | None) -> Answer:
        now = reader_words(shown) if shown else ""
        people = editing.rows_of(self._session.content, "people")
        return {
            **asdict(one),
            "name": people.get((one.person,), {}).get("name", one.person),
            "since": _redline(one.wording, now) if one.state == "stale" else [],
        }

    def _preview(self) -> Answer:
        content, document = self._session.content, self._session.document
        section = editing.statement_row(self._session, self._chosen)["section"]
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
        for page, statement, source in editing.rows_of(content, "evidence"):
            if page == document and statement in shown:
                found.setdefault(("sources", source), {})[statement] = None
        for (key,), row in editing.rows_of(content, "signoffs").items():
            if row["document"] == document and row["statement"] in shown:
                found["signoffs", key] = {row["statement"]: None}
        return {row: list(statements) for row, statements in found.items()}

    # --- changing ----------------------------------------------------------------------------

    def _do_edit(self, message: Mapping[str, Any]) -> Answer:
        key = str(message["statement"])
        cells = {str(name): str(cell) for name, cell in message["cells"].items()}
        burst = str(message.get("burst", ""))
        self._session = editing.reworded(self._session, key, cells, burst=burst)
        self._chosen = key
        return {"faults": self._quick_faults(key)}

    def _quick_faults(self, key: str) -> list[Answer]:
        """Return the faults of a sentence as one types it.

        Those that only the whole page shows are as they last were, where their words still stand;
        the browser asks for them anew (``choose``) when the typing rests.
        """
        content, document = self._session.content, self._session.document
        cell = editing.statement_row(self._session, key)["text"]
        found = editing.sentence_faults(content, document, key)
        for one in self._page_faults.get(key, ()):
            words = one.cell[slice(*one.span)] if one.span else ""
            at = cell.find(words) if words else -1
            if at >= 0:
                found.append(replace(one, cell=cell, span=(at, at + len(words))))
        self._faults[key] = editing.worst_first(found)
        return [_fault(one, cell) for one in self._content_faults(key)]

    def _do_add(self, message: Mapping[str, Any]) -> Answer:
        self._session, self._chosen = editing.added(self._session, str(message["statement"]))
        return self._everything()

    def _do_cut(self, message: Mapping[str, Any]) -> Answer:
        key = str(message["statement"])
        order = self._shown()
        place = order.index(key) if key in order else 0
        self._session = editing.cut(self._session, key)
        left = self._shown()
        self._chosen = left[min(place, len(left) - 1)] if left else ""
        return self._everything()

    def _do_bring_back(self, message: Mapping[str, Any]) -> Answer:
        self._session = editing.brought_back(self._session, str(message["statement"]))
        return self._everything()

    def _do_move(self, message: Mapping[str, Any]) -> Answer:
        key = str(message["statement"])
        if "section" in message:
            self._session = editing.placed(self._session, key, str(message["section"]))
        else:
            direction = "up" if message["direction"] == "up" else "down"
            self._session = editing.moved(self._session, key, direction)  # type: ignore[arg-type]
        return self._everything()

    def _do_split(self, message: Mapping[str, Any]) -> Answer:
        key = str(message["statement"])
        text = editing.statement_row(self._session, key)["text"]
        at = len(text.encode("utf-16-le")[: 2 * int(message["at"])].decode("utf-16-le", "ignore"))
        self._session, _ = editing.split(self._session, key, at)
        return self._everything()

    def _do_join(self, message: Mapping[str, Any]) -> Answer:
        self._session = editing.joined_with_next(self._session, str(message["statement"]))
        return self._everything()

    def _do_cite(self, message: Mapping[str, Any]) -> Answer:
        cells = {str(name): str(cell) for name, cell in message["cells"].items()}
        self._session = editing.with_evidence(self._session, str(message["statement"]), cells)
        return self._around()

    def _do_uncite(self, message: Mapping[str, Any]) -> Answer:
        key, source = str(message["statement"]), str(message["source"])
        self._session = editing.without_evidence(self._session, key, source)
        return self._around()

    def _do_paste(self, message: Mapping[str, Any]) -> Answer:
        self._session, keys = editing.with_pasted(self._session, str(message["text"]))
        rows = editing.rows_of(self._session.content, "sources")
        return {"found": [_source(rows[(key,)]) for key in keys]}

    def _do_waive(self, message: Mapping[str, Any]) -> Answer:
        finding = {str(name): str(cell) for name, cell in message["finding"].items()}
        self._session = editing.waived(self._session, finding)
        self._judge()
        return self._everything()

    def _do_undo(self, _: Mapping[str, Any]) -> Answer:
        return self._stepped(editing.undo(self._session))

    def _do_redo(self, _: Mapping[str, Any]) -> Answer:
        return self._stepped(editing.redo(self._session))

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
        rows = editing.rows_of(self._session.content, "statements")
        return {key for page, key in rows if page == self._session.document}

    def _stay(self) -> None:
        """Choose another statement where the chosen one is gone."""
        if self._chosen not in self._rows():
            self._chosen = next(iter(self._shown()), "")

    # --- saving ------------------------------------------------------------------------------

    def _do_save(self, _: Mapping[str, Any]) -> Answer:
        changes = editing.unsaved(self._session)
        if not changes:
            return {"news": "Everything is saved already."}
        saved = write_content(self._session.content)
        self._session = replace(self._session, saved=saved, content=saved)
        self._judge()
        return {"saved": [_written(one) for one in changes], **self._everything()}

    def _conflicted(self, fault: SaveConflict) -> Answer:
        """Take up what others saved, keep my other changes, and put the rest before the editor."""
        changes = editing.unsaved(self._session)
        fresh = read_content(self._folder)
        self._session, found = editing.carried(self._session.document, changes, fresh)
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
                        "theirs": _redline(base, theirs),
                        "mine": _redline(base, mine),
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
            mine = {**mine, "text": editing.cleaned_words(str(message["text"]))}
        if message["choice"] != "theirs":
            self._session = editing.settled(self._session, found, mine)
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
        seen, now = (_shown(one, document, key) for one in (self._session.saved, fresh))
        if seen is None or now is None or fingerprint(document, seen) != fingerprint(document, now):
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
        changes = editing.unsaved(self._session)
        session, found = editing.carried(self._session.document, changes, fresh)
        if not found:  # the steps still fit
            done, undone = self._session.done, self._session.undone
            session = replace(session, done=done, undone=undone)
        self._session, self._conflicts = session, (*self._conflicts, *found)

    # --- what outlives a process -------------------------------------------------------------

    def _keep(self) -> None:
        empty = not self._conflicts and not editing.unsaved(self._session)
        text = "" if empty else editing.draft_of(self._session, self._conflicts)
        self._draft.keep(text)

    def _take_over(self) -> None:
        """Take up the drafts of sessions that are gone."""
        session = self._session
        number = 0
        for text in self._draft.left_behind():
            changes = editing.read_draft(text)
            later, conflicts = editing.carried(session.document, changes, session.saved)
            content = editing.with_rows(self._session.content, editing.unsaved(later))
            self._session = editing.edited(self._session, "Restore unsaved changes", content)
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
        key, text = str(one["statement"]), editing.cleaned_words(str(one["text"]))
        if key not in self._rows():
            return
        row = editing.statement_row(self._session, key)
        if row["text"] == text:
            return
        was = editing.rows_of(self._session.saved, "statements").get(
            (self._session.document, key), {}
        )
        if str(one["base"]) in (was.get("text", ""), row["text"]):
            self._session = editing.reworded(self._session, key, {"text": text})
        else:
            base, mine = ({**row, "text": words} for words in (str(one["base"]), text))
            place = (self._session.document, key)
            self._conflicts = (*self._conflicts, Conflict("statements", place, base, row, mine))
        self._chosen = key
        self._news = "Words that were typed while no kernel answered were restored."


def _shown(content: Content, document: str, key: str) -> Statement | None:
    """Return a statement as a reader reads it; None where it is not shown."""
    alone = editing.alone_with(content, document, key)
    for section in assemble(alone, document):
        for one in section.statements:
            return one
    return None


def _labelled(label: str, words: str) -> str:
    """Return words behind their label, as a reader meets them."""
    return reader_words(Statement("", label, words, words, "", ""))


def _redline(old: str, new: str) -> list[list[str]]:
    """Return what changed, as pieces; a sentence added at the end is that sentence and no more."""
    # A word carries the space behind it. Without one, the last word before an addition would be
    # another than the same word with the addition behind it.
    laid = compare(*(f"{words} " if words else "" for words in (old, new)))
    pieces = [[piece.change, piece.text] for piece in laid.pieces]
    if pieces:
        pieces[-1][1] = pieces[-1][1].rstrip()
    return pieces


def _source(row: Mapping[str, str]) -> Answer:
    names = ("source", "title", "authors", "issued", "container_title", "doi", "unconfirmed")
    return {name: row.get(name, "") for name in names}


def _fault(one: Diagnostic, cell: str) -> Answer:
    """Return a fault with its place in the text as the browser counts: in UTF-16."""
    told: Answer = {
        "rule": one.rule,
        "severity": one.severity,
        "message": one.message,
        "hint": one.hint,
        "table": one.table,
        "row": one.key,
        "column": one.column,
    }
    if one.column == "text" and one.span is not None and one.table == "statements":
        ends = [len(cell[:end].encode("utf-16-le", "surrogatepass")) // 2 for end in one.span]
        told |= {"start": ends[0], "end": ends[1]}
    return told


def _written(one: editing.RowChange) -> Answer:
    """Return what a save wrote in a row: each cell that changed, as a redline."""
    before, after = one.before or {}, one.after or {}
    return {
        "table": one.table,
        "key": "/".join(one.key),
        "what": "added" if one.before is None else "removed" if one.after is None else "changed",
        "cells": [
            {"column": name, "redline": _redline(before.get(name, ""), after.get(name, ""))}
            for name in dict.fromkeys([*before, *after])
            if before.get(name, "") != after.get(name, "")
        ],
    }


# --- drafts ----------------------------------------------------------------------------------


class _Draft:
    """The draft file of one session, and the lock that says that the session lives."""

    _open: ClassVar[dict[tuple[Path, str], _Draft]] = {}
    """The sessions of this process, by folder and page."""

    def __init__(self, folder: Path, document: str) -> None:
        self._place = folder / ".drafts"
        self._document = document
        self._name = f"{document}.{secrets.token_hex(4)}"
        self._stack = contextlib.ExitStack()
        self._left: list[tuple[str, contextlib.ExitStack]] = []
        self.held = True
        self.kept = True
        try:
            self._place.mkdir(exist_ok=True)
            self._stack.enter_context(self._lock(self._name))
        except OSError:  # a folder that cannot be written: the browser still keeps the words
            self.kept = False

    @classmethod
    def claimed(cls, folder: Path, document: str) -> _Draft:
        """Return a new session's draft; an older session of this process lets go of its own."""
        older = cls._open.pop((folder, document), None)
        if older is not None:
            older.let_go()
        draft = cls(folder, document)
        cls._open[folder, document] = draft
        return draft

    def _lock(self, name: str) -> contextlib.AbstractContextManager[None]:
        return files.hold(self._place / f"{name}.lock", purpose="editing", patience=0)

    def let_go(self) -> None:
        """End the session; its draft waits for the next one."""
        self.held = False
        self._stack.close()

    def left_behind(self) -> list[str]:
        """Return the drafts of sessions that are gone, oldest first; hold them until cleared."""
        if not self.kept:
            return []
        paths = sorted(
            self._place.glob(f"{self._document}.*.json"), key=lambda path: path.stat().st_mtime
        )
        texts = []
        for path in paths:
            stack = contextlib.ExitStack()
            try:
                stack.enter_context(self._lock(path.stem))
            except Locked:
                continue
            self._left.append((path.stem, stack))
            texts.append(path.read_text("utf-8", "replace"))
        return texts

    def clear_left_behind(self) -> None:
        """Delete the drafts that were taken over."""
        for name, stack in self._left:
            (self._place / f"{name}.json").unlink(missing_ok=True)
            stack.close()
            (self._place / f"{name}.lock").unlink(missing_ok=True)
        self._left = []

    def keep(self, text: str) -> None:
        """Keep the text as the draft; none where it is empty."""
        path = self._place / f"{self._name}.json"
        try:
            if text:
                files.replace_file(path, text.encode("utf-8"))
            else:
                path.unlink(missing_ok=True)
            self.kept = True
        except OSError:
            self.kept = False
