"""What is pasted into a statement: read as rich text, and put in as one statement or as several.

The browser puts the plain words in at once, as if they were typed, and asks what they are
(`read_paste`); with the answer it writes their marks. So no answer that is late or lost takes a
word with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ketcontent.editor.bench import Bench
from ketcontent.editor.edits import (
    cleaned_words,
    in_order,
    new_block,
    statement_row,
    with_added,
    with_statements,
)
from ketcontent.editor.session import Cells, Session, edited, rows_by_key
from ketcontent.editor.views import Answer, everything_shown
from ketcontent.errors import KetcontentError
from ketcontent.importing import CopiedSentence, read_copied
from ketcontent.model import ROW_FORMS
from ketcontent.text import joined


def pasted_words(sentences: Sequence[CopiedSentence]) -> str:
    """Return sentences as the words of one statement, labels and all.

    Examples
    --------
    >>> one = CopiedSentence("It passes.", "item", 1, "Nausea")
    >>> pasted_words([one, CopiedSentence("Wait.", "item", 1)])
    'Nausea: It passes. Wait.'
    """
    return joined(_labelled(one) for one in sentences)


def _labelled(one: CopiedSentence) -> str:
    mark = ":" if one.label[-1:].isalnum() else ""
    return f"{one.label}{mark} {one.text}" if one.label else one.text


def spread(
    session: Session,
    statement: str,
    sentences: Sequence[CopiedSentence],
    *,
    before: str,
    after: str,
    writer: str = "",
) -> tuple[Session, list[str]]:
    """Return the session with pasted sentences as statements of their own, and the new keys.

    Parameters
    ----------
    session, statement
        The session, and the statement that they were pasted into as its own words.
    sentences
        What was pasted.
    before, after
        Its words before and behind them: those stay with the first sentence and with the last.
    writer
        Who wrote the new statements; nothing where nobody said so.

    Raises
    ------
    KetcontentError
        When the words of the statement are no longer those, or there are less than two sentences.
    """
    row = statement_row(session, statement)
    now = cleaned_words(f"{before}{pasted_words(sentences)}{after}")
    if row["text"] != now or len(sentences) < 2:
        raise KetcontentError(
            f"The words of '{statement}' are no longer those that were pasted.",
            hint="Split them where a sentence ends (Alt+S), or undo and paste again.",
            statement=statement,
        )
    first, *others = sentences
    alone = not before.strip()
    own = {"text": joined([before.strip(), first.text if alone else _labelled(first)])}
    free = int(new_block(in_order(session, row["section"])))
    homes = {first.block: row["block"]}
    forms = {first.block: row["form"]}
    labelled_row = bool(row["label"]) and first.form in ROW_FORMS  # none has a label
    if (
        alone and not labelled_row and _stands_alone(session, row)
    ):  # it takes the form of what came into it
        own |= {"form": first.form, "label": row["label"] or first.label}
        forms[first.block] = first.form
    elif alone and first.label:
        own["text"] = _labelled(first)
    new: list[dict[str, str]] = []
    for one in others:
        if one.block not in homes:
            homes[one.block], forms[one.block] = str(free), one.form
            free += 1
        cells = {"text": one.text, "label": one.label, "author": writer}
        new.append({**cells, "block": homes[one.block], "form": forms[one.block]})
    if after.strip() and new[-1]["form"] in ROW_FORMS:  # else they would be of its last cell
        new.append({"text": after.strip(), "block": str(free), "form": row["form"]})
        free += 1
    else:
        new[-1]["text"] = joined([new[-1]["text"], after.strip()])
    behind = _rest_of_block(session, row) if homes.keys() - {first.block} else []
    rest = [{**one, "block": str(free)} for one in behind]  # it stands behind another block now
    changed = edited(session, "", with_statements(session, {**row, **own}, *rest))
    content, keys = with_added(changed, statement, new)
    return edited(session, f"Make {len(sentences)} statements of what was pasted", content), keys


def _rest_of_block(session: Session, row: Cells) -> list[dict[str, str]]:
    """Return what stands behind a statement in its paragraph or item."""
    around = in_order(session, row["section"])
    place = next(n for n, one in enumerate(around, 1) if one["statement"] == row["statement"])
    home = (row["block"], row["layer"])
    return [one for one in around[place:] if (one["block"], one["layer"]) == home]


def _stands_alone(session: Session, row: Cells) -> bool:
    """Return whether no other statement is in the paragraph or item of one."""
    around = in_order(session, row["section"])
    return sum((one["block"], one["layer"]) == (row["block"], row["layer"]) for one in around) == 1


def _read_paste(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Say what was copied is, sentence by sentence; nothing is changed."""
    language = rows_by_key(bench.session.content, "documents")[(bench.session.document,)]
    copied = read_copied(
        str(message.get("html", "")), str(message.get("text", "")), language["language"]
    )
    return {
        "pasted": {
            "words": pasted_words(copied.sentences),
            "sentences": [asdict(one) for one in copied.sentences],
            "told": list(copied.told),
        }
    }


def _spread(bench: Bench, message: Mapping[str, Any]) -> Answer:
    name = str(message["statement"])
    people = rows_by_key(bench.session.content, "people")
    writer = str(message.get("person", ""))
    sentences = [
        CopiedSentence(
            cleaned_words(str(one["text"])),
            str(one["form"]),
            int(one["block"]),
            cleaned_words(str(one["label"])),
        )
        for one in message["sentences"]
    ]
    bench.session, keys = spread(
        bench.session,
        name,
        sentences,
        before=str(message["before"]),
        after=str(message["after"]),
        writer=writer if (writer,) in people else "",
    )
    bench.chosen = name
    return {"spread": keys, **everything_shown(bench)}


PASTE_VERBS = {"read_paste": _read_paste, "spread": _spread}
"""What the browser asks about a paste, by name."""
