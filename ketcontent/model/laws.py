"""The laws between rows that no schema of a table can say."""

from __future__ import annotations

import re
from collections.abc import Callable

from ketcontent.model.block_laws import a_block_has_one_form, a_row_is_one_statement
from ketcontent.model.csv_text import Line
from ketcontent.model.faults import TableRows, TablesRows
from ketcontent.model.site_address import site_fault

KEY_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What a key looks like, whatever a schema lets through: it names files and folders."""


LONGEST_KEY = 100
"""How many characters a key has at most; a name on a disk has 255 bytes, and an ending."""

_DEVICES = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")
"""What no file may be called on Windows, whatever its ending."""


def _keys_name_files(tables: TablesRows) -> None:
    """The keys that a build makes paths of can lead nowhere else."""
    for table, column in (("documents", "document"), ("sections", "section")):
        for line, row in tables[table]:
            key = row[column]
            if not tables[table].sound(line, column):
                continue
            said = hint = ""
            if not KEY_PATTERN.fullmatch(key):
                said = f"'{key}' is not a key."
                hint = "Use lower-case letters a to z, digits, and single hyphens between them."
            elif len(key) > LONGEST_KEY:
                said = f"The key has {len(key)} characters."
                hint = f"Use {LONGEST_KEY} at most: it names a file."
            elif _DEVICES.fullmatch(key):
                said = f"'{key}' is what Windows calls a device."
                hint = "Choose another key: no file may have that name there."
            if said:
                tables[table].fault(line, "not-a-key", column, said, hint)


def _positions_are_used_once(tables: TablesRows) -> None:
    """A place in an edition's order belongs to one row."""
    scopes = [
        ("sections", "position", ("document",)),
        ("sections", "supplied_position", ("document",)),
        ("statements", "position", ("document", "section")),
        ("statements", "supplied_position", ("document", "supplied_section")),
    ]
    for table, column, scope in scopes:
        taken: dict[tuple[str, ...], int] = {}
        for line, row in tables[table]:
            if not row[column] or not tables[table].sound(line, column, *scope):
                continue
            place = (*(row[name] for name in scope), row[column])
            first = taken.setdefault(place, line.line)
            if first != line.line:
                tables[table].fault(
                    line,
                    "position-used-twice",
                    column,
                    f"Position {row[column]} is used twice; line {first} has it too.",
                    "Give each row a position of its own; gaps are welcome.",
                )


def _a_statement_is_in_an_edition_or_not(tables: TablesRows) -> None:
    """Words, section and position of an edition are all there or all empty."""
    sections, statements = tables["sections"], tables["statements"]
    by_key = {(row["document"], row["section"]): (line, row) for line, row in sections}
    for line, row in statements:
        if statements.read(line, "text", "notice") and row["text"] and row["notice"]:
            statements.fault(
                line,
                "text-and-notice",
                "notice",
                f"The row has words of its own and the notice '{row['notice']}'.",
                "Empty one of the two: the notice's words stand in place of text.",
            )
        shown = bool(row["text"] or row["notice"])
        current = statements.read(line, "text", "notice", "position")
        if current and shown != bool(row["position"]):
            statements.fault(
                line,
                "half-cut",
                "position",
                "The statement has words but no position."
                if shown
                else "The statement has a position but no words.",
                "Fill in both, or empty both to cut the statement from the current edition.",
            )
        received = [
            name
            for name in ("supplied_section", "supplied_block", "supplied_position", "supplied_form")
            if statements.read(line, name, "supplied") and bool(row[name]) != bool(row["supplied"])
        ]
        for name in received:
            statements.fault(
                line,
                "half-supplied",
                name,
                f"'{name}' and 'supplied' do not go together: one is empty.",
                "Fill in all columns that start with supplied, or, for a statement that an "
                "editor added, none.",
            )
        home = by_key.get((row["document"], row["section"]))
        stands = home is None or not sections.read(home[0], "position") or home[1]["position"]
        if shown and not stands and statements.read(line, "text", "notice", "section"):
            statements.fault(
                line,
                "section-is-cut",
                "section",
                f"The section '{row['section']}' is cut, so no reader would see this statement.",
                "Move the statement to another section, cut it, or give the section a position.",
            )
        if not row["supplied_section"] or not statements.sound(
            line, "document", "supplied_section"
        ):
            continue
        origin = by_key.get((row["document"], row["supplied_section"]))
        if origin is None:
            came = bool(sections.faults.absent & {"document", "section"})
        else:
            came = not sections.read(origin[0], "supplied_position") or bool(
                origin[1]["supplied_position"]
            )
        if not came:
            statements.fault(
                line,
                "unknown-key",
                "supplied_section",
                f"No section '{row['supplied_section']}' was received with this page.",
                "Put back the section as it was received.",
            )


def _a_section_stands_under_one_of_its_own(tables: TablesRows) -> None:
    """What a section stands under is a section with a heading, shown on the page, under none.

    Where several stand under one that is none of these, that one is at fault, and told once.
    """
    sections = tables["sections"]
    by_key: dict[tuple[str, str], tuple[Line, dict[str, str]]] = {
        (row["document"], row["section"]): (line, row) for line, row in sections
    }
    below: dict[tuple[str, str], list[tuple[Line, dict[str, str]]]] = {}
    for line, row in sections:
        if row["under"] and sections.sound(line, "document", "section", "under"):
            below.setdefault((row["document"], row["under"]), []).append((line, row))
    told: set[tuple[str, str]] = set()

    def tell(line: Line, row: dict[str, str], said: str) -> None:
        told.add((row["document"], row["section"]))
        sections.fault(
            line,
            "stands-under-none",
            "under",
            f"The section '{row['under']}' that this one stands under {said}.",
            "Name a section of this page that is shown, has a heading and stands under none, or "
            "empty the cell.",
        )

    for key, rows in below.items():
        for line, row in rows:
            if key not in by_key or by_key[key][1] is row:
                tell(line, row, "is this one" if key in by_key else "is not there")
    for key, rows in below.items():
        if key not in by_key or key in told:
            continue
        line, row = by_key[key]
        if not sections.sound(line, "under", "position", "heading"):
            continue
        shown = [(one, other) for one, other in rows if other["position"]]
        if row["under"]:
            said, column = f"stands under '{row['under']}' itself", "under"
        elif shown and not row["position"]:
            rows, said, column = shown, "is cut", "position"
        elif not row["heading"]:
            said, column = "has no heading", "heading"
        else:
            continue
        if len(rows) == 1:
            said = "stands under another itself" if column == "under" else said
            tell(*rows[0], said)
            continue
        told.add(key)
        names = " and ".join(f"'{other['section']}'" for _, other in rows[:2])
        more = f" and {len(rows) - 2} more" if len(rows) > 2 else ""
        sections.fault(
            line,
            "stands-under-none",
            column,
            f"{names}{more} stand under this section, which {said}.",
            {
                "under": "Empty the cell: a section that others stand under stands under none.",
                "position": "Give it a position, or name another section in their column 'under'.",
                "heading": "Give it a heading, or name another section in their column 'under'.",
            }[column],
        )


def _a_notice_speaks_the_language_of_its_page(tables: TablesRows) -> None:
    """A notice that a page uses is written in the page's language."""
    documents, notices, statements = (tables[n] for n in ("documents", "notices", "statements"))
    languages = {
        row["document"]: row["language"]
        for line, row in documents
        if documents.sound(line, "document", "language")
    }
    written: dict[str, set[str]] = {}
    doubtful = {row["notice"] for line, row in notices if not notices.sound(line, "language")}
    for _, row in notices:
        written.setdefault(row["notice"], set()).add(row["language"])
    for line, row in statements:
        language = languages.get(row["document"], "")
        known = row["notice"] in written.keys() - doubtful
        if known and language and language not in written[row["notice"]]:
            statements.fault(
                line,
                "notice-language",
                "notice",
                f"The notice '{row['notice']}' is not written in '{language}'.",
                "Add that row to notices.csv.",
            )


def _a_waiver_is_for_a_row_that_is_there(tables: TablesRows) -> None:
    """What is waived is a finding on a row of its table."""
    waivers = tables["waivers"]
    known: dict[str, set[str]] = {}
    for line, waiver in waivers:
        table = waiver["table"]
        if not waivers.sound(line, "table", "row") or table not in tables:
            continue
        rows = tables[table]
        if rows.faults.absent & set(rows.schema.key):
            continue
        if table not in known:
            known[table] = {"/".join(row[name] for name in rows.schema.key) for _, row in rows}
        if waiver["row"] not in known[table]:
            waivers.fault(
                line,
                "unknown-key",
                "row",
                f"There is no row '{waiver['row']}' in {table}.",
                f"Write the key of a row of {table}, its parts joined by '/', or delete the line.",
            )


def _what_is_said_is_of_something_that_is_there(tables: TablesRows) -> None:
    """What was signed, proposed for or commented on is a statement, heading or title of its page.

    A term may leave the glossary, and a waiver its table, and what was said of it stays on file.
    """
    known: dict[str, set[tuple[str, str]]] = {}
    for kind, table, column in (
        ("", "statements", "statement"),
        ("heading", "sections", "section"),
        ("title", "documents", "document"),
    ):
        if tables[table].faults.absent & {"document", column}:
            continue
        known[kind] = {(row["document"], row[column]) for _, row in tables[table]}
    for rows in (tables["signoffs"], tables["proposals"], tables["comments"]):
        for line, row in rows:
            kind, _, key = row["statement"].rpartition(":")
            if not rows.sound(line, "document", "statement") or kind not in known:
                continue
            if (row["document"], key) not in known[kind]:
                table = {"heading": "sections", "title": "documents"}.get(kind, "statements")
                rows.fault(
                    line,
                    "unknown-key",
                    "statement",
                    f"There is no {row['document']}/{key} in {table}.csv.",
                    f"Use a key that is there, or add the row to {table}.csv.",
                )


def _a_proposal_is_for_a_cell_and_open_or_decided(tables: TablesRows) -> None:
    """It names a cell of what it is for, and its decision, day and words go together."""
    proposals = tables["proposals"]
    _is_by_somebody(proposals)
    for line, row in proposals:
        cells = {"heading": ("heading",), "title": ("title",)}.get(
            row["statement"].rpartition(":")[0], ("text", "label")
        )
        if row["column"] not in cells and proposals.sound(line, "statement", "column"):
            proposals.fault(
                line,
                "not-its-cell",
                "column",
                f"'{row['statement']}' has no cell '{row['column']}'.",
                f"Write {' or '.join(cells)}.",
            )
        decided = proposals.sound(line, "decision", "decided_on")
        if decided and bool(row["decision"]) != bool(row["decided_on"]):
            proposals.fault(
                line,
                "half-decided",
                "decided_on",
                "There is a decision but no day."
                if row["decision"]
                else "No decision on that day.",
                "Fill in 'decision' and 'decided_on', or, while it is open, neither.",
            )
        if not proposals.sound(line, "decision", "words", "taken"):
            continue
        taken = {"accepted": row["words"], "in-part": row["taken"]}.get(row["decision"], "")
        if row["taken"] != taken:
            proposals.fault(
                line,
                "half-decided",
                "taken",
                "'taken' is not the words proposed, and they were accepted."
                if row["decision"] == "accepted"
                else "Words were taken, though nobody decided to take any.",
                "Write the words proposed, or in-part as the decision."
                if row["decision"] == "accepted"
                else "Empty the cell, or write accepted or in-part as the decision.",
            )


def _a_comment_is_on_words_or_in_answer_to_one(tables: TablesRows) -> None:
    """Its anchor stands in the wording at its place; an answer is to the first of its thread."""
    comments = tables["comments"]
    _is_by_somebody(comments)
    rows = {row["comment"]: (line, row) for line, row in comments}
    for line, row in comments:
        if comments.sound(line, "wording", "anchor", "anchor_at"):
            at = int(row["anchor_at"] or 0)
            stands = row["wording"][at : at + len(row["anchor"])] == row["anchor"]
            if bool(row["anchor"]) != bool(row["anchor_at"]) or not stands:
                comments.fault(
                    line,
                    "not-in-wording",
                    "anchor",
                    f"'{row['anchor']}' does not stand in 'wording' at that place.",
                    "Write words of the wording, and in 'anchor_at' how many characters stand "
                    "before them; or empty both.",
                )
        there, first = rows.get(row["reply_to"], (line, None))
        place = ("comment", "reply_to", "document", "statement")
        if not row["reply_to"] or not all(comments.sound(one, *place) for one in (line, there)):
            continue
        here = row["document"], row["statement"]
        if first is None or first["reply_to"] or (first["document"], first["statement"]) != here:
            comments.fault(
                line,
                "not-a-thread",
                "reply_to",
                f"'{row['reply_to']}' is no comment on {'/'.join(here)} that starts a thread.",
                "Name the first comment of the thread, or empty the cell.",
            )


def _is_by_somebody(rows: TableRows) -> None:
    """What was proposed or said is by a person, or by whom a file names."""
    for line, row in rows:
        if not row["person"] and not row["name"] and rows.sound(line, "person", "name"):
            rows.fault(
                line,
                "by-nobody",
                "person",
                "Neither 'person' nor 'name' says who it is by.",
                "Write a key of people.csv, or, where nobody knows it, the name that came with it.",
            )


def _what_a_page_is_about_has_a_kind_and_a_name(tables: TablesRows) -> None:
    """One without the other says nothing."""
    documents = tables["documents"]
    for line, row in documents:
        if documents.read(line, "about", "about_type") and bool(row["about"]) != bool(
            row["about_type"]
        ):
            empty, full = ("about", "about_type") if row["about_type"] else ("about_type", "about")
            documents.fault(
                line,
                "half-about",
                empty,
                f"'{empty}' is empty, but '{full}' is '{row[full]}'.",
                "Fill in both, what kind of thing the page is about and its name, or neither.",
            )


def _a_translation_is_of_an_original_and_the_only_one_in_its_language(tables: TablesRows) -> None:
    """The pages that say the same name one of them, the original, and differ in language."""
    documents = tables["documents"]
    rows = {row["document"]: row for _, row in documents}
    spoken: dict[tuple[str, str], str] = {
        (key, row["language"].casefold()): key for key, row in rows.items()
    }
    for line, row in documents:
        original = row["translation_of"]
        if not original or not documents.sound(line, "document", "translation_of"):
            continue
        language = original, row["language"].casefold()
        said, hint = "", "Name the page that was translated, or empty the cell."
        if original == row["document"]:
            said = "A page is no translation of itself."
        elif original not in rows:
            said = f"There is no page '{original}'."
        elif further := rows[original]["translation_of"]:
            said = f"'{original}' is itself a translation, of '{further}'."
            hint = f"Write {further}: all translations name the original."
        elif language in spoken:
            said = f"'{spoken[language]}' is that page in '{row['language']}' already."
            hint = "Mend the language of one of them, or empty the cell."
        if said:
            documents.fault(line, "not-a-translation", "translation_of", said, hint)
        else:
            spoken[language] = row["document"]


def _the_site_is_one_and_has_an_address(tables: TablesRows) -> None:
    """What stands in front of the name of a page is an address that anybody may be given."""
    site = tables["site"]
    for place, (line, row) in enumerate(site):
        if not site.sound(line, "address"):
            continue
        if place:
            said, hint = "There are two sites.", "Keep the row of the one that readers are to find."
        else:
            said, hint = site_fault(row["address"])
        if said:
            site.fault(line, "not-a-site", "address", said, hint)


def _a_signing_key_is_of_one_person_at_one_time(tables: TablesRows) -> None:
    """A public key stands once, and ends no sooner than it begins.

    A second row would let a key that was revoked, or another person's, count again.
    """
    keys = tables["signing_keys"]
    known: dict[str, int] = {}
    for line, row in keys:
        if keys.sound(line, "public_key"):
            first = known.setdefault(row["public_key"], line.line)
            if first != line.line:
                keys.fault(
                    line,
                    "signing-key-twice",
                    "public_key",
                    f"This public key stands in line {first} already.",
                    "Delete one of the rows: a key is one person's, at one time.",
                )
        ends = keys.sound(line, "valid_from", "valid_until") and row["valid_until"]
        if ends and row["valid_until"] < row["valid_from"]:
            since, until = row["valid_from"], row["valid_until"]
            said = f"The key is valid until {until}, and only from {since} on."
            hint = "Mend one of the two days."
            keys.fault(line, "ends-before-it-begins", "valid_until", said, hint)
        if keys.sound(line, "note") and "PRIVATE KEY" in row["note"]:
            said = "A private key stands here, for all who have the tables."
            hint = "Delete it, and make another key: this one is in other hands."
            keys.fault(line, "private-key", "note", said, hint)


LAWS: tuple[Callable[[TablesRows], None], ...] = (
    _keys_name_files,
    _positions_are_used_once,
    _a_statement_is_in_an_edition_or_not,
    _a_section_stands_under_one_of_its_own,
    a_block_has_one_form,
    a_row_is_one_statement,
    _a_notice_speaks_the_language_of_its_page,
    _a_waiver_is_for_a_row_that_is_there,
    _what_is_said_is_of_something_that_is_there,
    _a_proposal_is_for_a_cell_and_open_or_decided,
    _a_comment_is_on_words_or_in_answer_to_one,
    _what_a_page_is_about_has_a_kind_and_a_name,
    _a_translation_is_of_an_original_and_the_only_one_in_its_language,
    _the_site_is_one_and_has_an_address,
    _a_signing_key_is_of_one_person_at_one_time,
)
