"""Edit a Word file in LibreOffice, as somebody does at its window: run by the Python of Debian.

    /usr/bin/python3 edit_in_libreoffice.py FILE EDITS.json OUT.docx [THROUGH.odt]

Each edit names the row by its key. ``answer``, ``comment`` and ``words`` are typed into its cells;
``swap`` replaces a word of its words; ``note`` is a comment in the margin on some of them; ``row``
deletes it, or takes it to the end of the last table. With a fourth file it is saved as that and
opened again before anything is edited.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS, ANSWER, COMMENT = "B", "D", "E"


def named(**values):
    import uno

    made = []
    for name, value in values.items():
        made.append(uno.createUnoStruct("com.sun.star.beans.PropertyValue"))
        made[-1].Name, made[-1].Value = name, value
    return tuple(made)


def connected(pipe, process):
    import uno  # the Python of Debian has it, and no other
    from com.sun.star.connection import NoConnectException

    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    while process.poll() is None:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice ended before it could be asked anything.")


def rows(document):
    """Each row of a packet: its key, its table and its number there."""
    tables = document.TextTables
    for name in tables.ElementNames:
        table = tables.getByName(name)
        for row in range(1, table.Rows.Count + 1):
            lines = table.getCellByName(f"A{row}").String.split("\n")
            if len(lines) == 3:
                yield lines[1], table, row


def edit(document, table, row, what):
    if "swap" in what:
        old, new = what["swap"]
        cell = table.getCellByName(f"{WORDS}{row}")
        cursor = cell.createTextCursor()
        cursor.gotoStart(False)
        cursor.goRight(cell.String.index(old), False)
        cursor.goRight(len(old), True)
        cursor.String = new
    if "note" in what:
        on, text = what["note"]
        cell = table.getCellByName(f"{WORDS}{row}")
        cursor = cell.createTextCursor()
        cursor.gotoStart(False)
        cursor.goRight(cell.String.index(on), False)
        cursor.goRight(len(on), True)
        note = document.createInstance("com.sun.star.text.textfield.Annotation")
        note.Content, note.Author = text, what["by"]
        cell.insertTextContent(cursor, note, True)
    for name, column in (("words", WORDS), ("answer", ANSWER), ("comment", COMMENT)):
        if name in what:
            table.getCellByName(f"{column}{row}").String = what[name]
    if what.get("row") == "delete":
        table.Rows.removeByIndex(row - 1, 1)
    if what.get("row") == "move":
        last = [one for _, one, _ in rows(document)][-1]
        place = last.Rows.Count + 1
        last.Rows.insertByIndex(place - 1, 1)
        for column in "ABCDE":
            words = table.getCellByName(f"{column}{row}").String
            last.getCellByName(f"{column}{place}").String = words
        table.Rows.removeByIndex(row - 1, 1)


def reopened(desktop, document, file):
    """The document, after it was saved in LibreOffice's own form and opened again."""
    address = Path(file).absolute().as_uri()
    document.storeToURL(address, named(FilterName="writer8"))
    document.close(True)
    return desktop.loadComponentFromURL(address, "_blank", 0, named(Hidden=True))


def main(file, edits, out, through=""):
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"packet{Path(profile).name}"
        process = subprocess.Popen(
            [
                *("soffice", "--headless", "--norestore", "--nologo"),
                f"-env:UserInstallation=file://{profile}",
                f"--accept=pipe,name={pipe};urp;",
            ]
        )
        context = connected(pipe, process)
        desktop = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", context
        )
        document = desktop.loadComponentFromURL(
            Path(file).absolute().as_uri(), "_blank", 0, named(Hidden=True)
        )
        assert document.RecordChanges, "tracking is not on"
        if through:
            document = reopened(desktop, document, through)
        for key, what in json.loads(Path(edits).read_text("utf-8")):
            table, row = next((t, r) for k, t, r in rows(document) if k == key)
            edit(document, table, row, what)
        document.storeToURL(Path(out).absolute().as_uri(), named(FilterName="MS Word 2007 XML"))
        document.close(True)
        desktop.terminate()
        process.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
